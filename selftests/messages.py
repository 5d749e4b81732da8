#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Is there an error or a warning that no test names?

usage: messages.py      from anywhere; needs no module

The sentences with which the module (extended acks, the list of problems of a transaction) and dashctl's
reader of files refuse and warn are taken from the sources; each, with whatever its values are, must stand
in a test.  Those of failed allocations are not looked for, those in UNNAMED cannot be asked for.  Prints the others and exits with 1 if there are any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAYS = re.compile(r'\b(?:dash_txn_error|dash_txn_warn|(?:NL|GENL)_SET_ERR_MSG\w*|diag_error|diag_warning|refuse)'
                  r'\s*\(((?:[^;"]|"(?:[^"\\]|\\.)*")*)\);')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r'%(?:\\\.\\\*)?[0-9]*(?:ll|l|z|h)?(?:pI4|pI6c|pM|[a-z])')

# faults.sh fails every allocation
WITHOUT_MEMORY = re.compile(r'\b(out of|no) memory\b')
UNNAMED = {
    # messages sized for the largest answer
    'the status does not fit into a message', 'the parameters do not fit into a message', 'the trace does not fit into a message',
    # held against what the callers refuse before
    'committed already', 'unknown object type', 'still in use', 'only connections are expected here',
    # tens of thousands of objects in one transaction; scale.sh commits as many
    'object is larger than 4 MB',
    'no room before the ENIs that go are gone: delete them first',
    # only fields of later releases are of this kind, and whatever they say is ENOTSUP
    '"%.*s" is not an IPv6 value/mask',
    # a quarter of the machine's memory
    'more than %llu MB are staged by this user',
}


def sentences(path):
    """[(line, sentence)]"""
    text = path.read_text()
    for call in SAYS.finditer(text):
        arguments = re.sub(r'"\s*"', '', call.group(1))
        for literal in LITERAL.findall(arguments):
            if len(literal) > 7:        # not an error's code
                yield text.count('\n', 0, call.start()) + 1, literal.replace('\\"', '"')


def main():
    tests = ''
    for path in sorted(ROOT.glob('selftests/*.sh')) + sorted(ROOT.glob('selftests/*.py')):
        if path.name != pathlib.Path(__file__).name:
            tests += path.read_text().replace('\\"', '"').replace("\\'", "'")
    n, unused, bad = 0, set(UNNAMED), 0
    for path in sorted(ROOT.glob('kernel/*.c')) + sorted(ROOT.glob('tools/*.c')):
        for line, sentence in sentences(path):
            n += 1
            unused.discard(sentence)
            shape = CONVERSION.sub('[^\\\\n]{1,120}?', re.escape(sentence))
            if sentence not in UNNAMED and not WITHOUT_MEMORY.search(sentence) and not re.search(shape, tests):
                print(f'{path.relative_to(ROOT)}:{line}: no test names: {sentence}')
                bad = 1
    for sentence in sorted(unused):
        print(f'messages.py: nobody says: {sentence}')
        bad = 1
    if n < 150:
        print(f'only {n} sentences found')
        bad = 1
    return bad


if __name__ == '__main__':
    sys.exit(main())
