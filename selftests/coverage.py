#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Which lines of kernel/ did the tests run?

usage: coverage.py NOTES:COUNTS...

NOTES is a directory with the compiler's notes (*.gcno), COUNTS one with the counts (*.gcda) of a run; a
line has run if it did in one of them.  Prints a table by file, then the lines that
never ran, each with the reason that selftests/uncovered gives for it.  Exit status 1 if a line has none.

selftests/uncovered: lines of "FILE<tab>PATTERN<tab>REASON"; FILE is a name in kernel/ or *, PATTERN a regular
expression that is searched in the text of the line, or "FUNCTION()", which stands for all lines of it.
"""
import collections
import glob
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TARGET = 95
GCOV = os.environ.get('GCOV', 'gcov')


def read(notes, counts, lines, inside):
    """Adds to lines[(file, number)], and inside[(file, number)] = function"""
    with tempfile.TemporaryDirectory() as d:
        for f in glob.glob(f'{notes}/*.gcno'):
            shutil.copy(f, d)
        for f in glob.glob(f'{counts}/*.gcda'):
            if os.path.getsize(f):
                shutil.copy(f, d)
        names = [os.path.basename(f) for f in glob.glob(f'{d}/*.gcno')]
        done = subprocess.run([GCOV, '-j', '-m', *names], cwd=d, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        for f in glob.glob(f'{d}/*.gcov.json.gz'):
            for unit in json.load(gzip.open(f))['files']:
                name = unit['file'].rpartition('/kernel/')[2]
                if '/' in name or not os.path.exists(f'{TOP}/kernel/{name}') or '/kernel/' not in unit['file']:
                    continue        # the kernel's own headers
                for line in unit['lines']:
                    at = name, line['line_number']
                    lines[at] += line['count']
                    inside.setdefault(at, line.get('function_name', ''))


def reasons():
    out = []
    with open(f'{TOP}/selftests/uncovered') as f:
        for row in f:
            if row.strip() and not row.startswith('#'):
                out.append((row.rstrip('\n').split('\t') + [''])[:3] + [0])
    return out


def why(table, name, text, function):
    for row in table:
        if row[0] in ('*', name) and (row[1] == function + '()' if row[1].endswith('()') and row[1][:-2].isidentifier()
                                      else re.search(row[1], text)):
            row[3] += 1
            return row[2]
    return None


def main():
    lines, inside = collections.Counter(), {}
    for run in sys.argv[1:]:
        read(*run.split(':'), lines, inside)
    table, text, by_file = reasons(), {}, {}
    for name, _ in lines:
        text.setdefault(name, open(f'{TOP}/kernel/{name}').read().split('\n'))
    missing = []
    for (name, number), count in sorted(lines.items()):
        t = by_file.setdefault(name, [0, 0, 0])
        t[0] += 1
        t[1] += count > 0
        if not count:
            source = text[name][number - 1].strip()
            reason = why(table, name, source, inside[name, number])
            t[2] += reason is not None
            missing.append((name, number, source, inside[name, number], reason))
    print(f'{"file":<20}{"lines":>7}{"run":>7}{"%":>7}{"explained":>11}{"open":>6}')
    total = [sum(t[i] for t in by_file.values()) for i in range(3)]
    for name, (n, run, explained) in [*sorted(by_file.items()), ('all of kernel/', total)]:
        print(f'{name:<20}{n:>7}{run:>7}{100 * run / n:>7.1f}{explained:>11}{n - run - explained:>6}')
    print()
    for name, number, source, function, reason in missing:
        print(f'{name}:{number}: {function}: {source}  # {reason or "NO REASON"}')
    for row in table:
        if not row[3]:
            print(f'selftests/uncovered: no line needs this: {row[0]} {row[1]}')
    return 100 * total[1] < TARGET * total[0]


if __name__ == '__main__':
    sys.exit(main())
