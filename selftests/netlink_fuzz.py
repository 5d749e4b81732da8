#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Can a message harm the module?  Random messages by the grammar of kernel/dash.yaml, most of them
with a fault or two, and some of raw bytes.

usage: netlink_fuzz.py [MESSAGES [SEED]]      default 3000, a new seed

Three things are watched: each request gets an answer in time; a refused commit changes nothing
(all objects, byte for byte); in the end every object can be deleted.  The kernel log is the
caller's to read.  Names and addresses come from small pools, so that objects refer to, replace and
collide with each other.  Output is KTAP; exit status as ynl.py.
"""
import os
import random
import sys

from ynl import NLA_F_NESTED, NLM_F_DUMP, SPEC, Family, Refused, attr

NAMES = ['a', 'b', 'c', 'd', '02AABBCC0001', '02AABBCC0002']
MACS = [bytes.fromhex(m) for m in ('02aabbcc0001', '02aabbcc0002', '02aabbcc0003', '01aabbcc0001', '000000000000')]
IPS = [bytes.fromhex(a) for a in ('0a000001', '0a000002', '0a010101', 'e0000001', '00000000',
                                  '20010db8000000000000000000000001', '20010db8000000000000000000000002',
                                  'ff020000000000000000000000000001', '00000000000000000000ffff0a000001')]


class Fuzz:
    def __init__(self, family, rng):
        self.f = family
        self.rng = rng
        self.objects = list(family.enums['obj-type'])

    def chance(self, p):
        return self.rng.random() < p

    def prefix(self):
        ip = self.rng.choice(IPS)
        bits = len(ip) * 8
        size = self.rng.choice([0, 8, 16, 24, 32, bits, self.rng.randint(0, bits)])
        if self.chance(0.02):
            return ip + bytes([self.rng.randint(0, 255)])
        size = min(size, bits)
        n = int.from_bytes(ip, 'big') >> (bits - size) << (bits - size)
        return n.to_bytes(len(ip), 'big') + bytes([size])

    def number(self, a):
        rng, checks, width = self.rng, a.get('checks', {}), int(a['type'][1:])
        doc = a.get('doc', '')
        if 'enum' in a and not self.chance(0.05):
            return rng.choice(list(self.f.enums[a['enum']].values()))
        if doc.startswith('[vni-range'):
            lo = rng.randint(1, 5000)
            return lo << 32 | (lo + rng.randint(-1 if self.chance(0.05) else 0, 100))
        if doc.startswith('[port-range'):
            lo = rng.randint(0, 65535)
            return lo << 16 | min(65535, lo + rng.randint(0, 100))
        low, high = checks.get('min', 0), checks.get('max', 2 ** width - 1)
        if self.chance(0.03):
            return rng.randint(0, 2 ** width - 1)
        return rng.choice([low, high, rng.randint(low, high), min(high, low + rng.randint(0, 20))])

    def value(self, a, depth):
        kind, doc = a['type'], a.get('doc', '')
        if kind == 'nest':
            return self.nest(a['nested-attributes'], depth + 1)
        if kind == 'string':
            return self.rng.choice(NAMES + ['x' * self.rng.choice([1, 200, 255, 256])] if self.chance(0.05) else NAMES).encode() + b'\0'
        if kind == 'flag':
            return b''
        if kind == 'binary':
            if doc.startswith('[prefix'):
                return self.prefix()
            return self.rng.choice(MACS if a.get('display-hint') == 'mac' else IPS)
        if kind == 'pad':
            return b''
        return (self.number(a) & (2 ** int(kind[1:]) - 1)).to_bytes(int(kind[1:]) // 8, sys.byteorder)

    def one(self, a, depth):
        payload = self.value(a, depth)
        if self.chance(0.01):
            payload = self.rng.choice([b'', payload[:-1], payload + b'\1', os.urandom(self.rng.randint(0, 40))])
        flag = NLA_F_NESTED if a['type'] == 'nest' and not self.chance(0.005) else 0
        return attr(a['number'] | flag, payload)

    def nest(self, space, depth=0, only=None):
        out = b''
        for name, a in self.f.sets[space].items():
            doc = a.get('doc', '')
            needed = doc.startswith('[') and ('key' in doc.split(']')[0] or 'mandatory' in doc.split(']')[0])
            if only is not None and name not in only:
                continue
            if only is None and not self.chance(0.985 if needed else 0.3 if a['type'] != 'pad' else 0.01):
                continue
            for _ in range(self.rng.randint(1, 4) if a.get('multi-attr') else 1):
                out += self.one(a, depth)
        if self.chance(0.003):
            out += attr(self.rng.randint(0, 300), os.urandom(self.rng.randint(0, 8)))
        return out

    def object(self):
        name = self.rng.choice(self.objects)
        kinds = [name] if not self.chance(0.01) else self.rng.sample(self.objects, 2)
        more = [m for m, p in (('delete', 0.15), ('append', 0.05), ('cookie', 0.5), ('hits', 0.01), ('counter', 0.005)) if self.chance(p)]
        return attr(1 | NLA_F_NESTED, self.nest('object', only=kinds + more))

    def message(self):
        """(operation, payload, flags)"""
        ops = {'txn-add': 50, 'txn-begin': 3, 'txn-commit': 14, 'txn-abort': 1, 'txn-errors': 4, 'object-get': 4,
               'flow-get': 2, 'flow-del': 1, 'stats-get': 2, 'param-set': 3, 'param-get': 1, 'status-get': 1,
               'port-del': 1}
        op = self.rng.choices(list(ops), list(ops.values()))[0]
        if op == 'txn-add':
            return op, b''.join(self.object() for _ in range(self.rng.randint(1, 8))), 0
        kind = 'dump' if 'dump' in self.f.ops[op] else 'do'
        names = self.f.ops[op][kind].get('request', {}).get('attributes', [])
        only = [n for n in names if self.chance(0.3)]
        return op, self.nest('dash', only=only), NLM_F_DUMP if kind == 'dump' else 0

    def send(self, op, payload, flags):
        """True if it was accepted."""
        number = self.f.ops[op]['number']
        if self.chance(0.02):
            payload = bytearray(payload or b'\0\0\0\0')
            for _ in range(self.rng.randint(1, 8)):
                payload[self.rng.randrange(len(payload))] = self.rng.randint(0, 255)
            payload = bytes(payload)
        if self.chance(0.01):
            number = self.rng.randint(0, 40)
            payload = os.urandom(self.rng.randint(0, 200) & ~3)
        try:
            self.f.sock.request(self.f.id, 1, number, payload, flags)
            return True
        except Refused:
            return False

    def snapshot(self):
        """All objects as they are dumped, without message boundaries."""
        o = self.f.ops['object-get']
        replies = self.f.sock.request(self.f.id, 1, o['number'], b'', NLM_F_DUMP)
        return b''.join(r[4 + 8:] for r in replies)     # the generation comes first

    def run(self, messages):
        accepted = commits = refused = 0
        for _ in range(messages):
            op, payload, flags = self.message()
            before = self.snapshot() if op == 'txn-commit' else None
            ok = self.send(op, payload, flags)
            accepted += ok
            if op != 'txn-commit':
                continue
            commits += ok
            refused += not ok
            if not ok:
                assert self.snapshot() == before, 'a refused commit changed something'
            self.send('txn-begin', b'', 0)
        print(f'# {accepted} accepted, {commits} commits succeeded, {refused} were refused')
        assert commits, 'no commit succeeded: the test is blind'

    def clear(self):
        """Delete every object that has no owner, which takes the others along."""
        objects = [o for m in self.f.dump('object-get') for o in m.get('object', [])]
        self.f.do('txn-begin')
        for o in objects:
            name = next(n for n in o if n in self.objects)
            self.f.do('txn-add', {'object': [{name: self.keys(name, o[name]), 'delete': True}]})
        self.f.do('txn-commit')
        left = self.snapshot()
        assert not left, f'{len(left)} bytes of objects are left'

    def keys(self, name, values):
        return {n: values[n] for n, a in self.f.sets[name].items()
                if n in values and a.get('doc', '').startswith('[') and 'key' in a['doc'].split(']')[0]}


def main():
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print('KTAP version 1')
    family = Family(SPEC)
    try:
        family.resolve()
    except Refused as e:
        must = os.environ.get('DASH_NO_SKIP') == '1'
        print('1..1\nnot ok 1 family dash exists' if must else f'1..0 # SKIP load dash.ko first: {e}')
        return 1 if must else 4
    fuzz = Fuzz(family, random.Random(seed))
    print(f'1..2\n# seed {seed}')
    failed = 0
    for i, (sentence, fn, args) in enumerate((
            (f'{messages} random messages are answered, and refusals change nothing', fuzz.run, [messages]),
            ('everything can be deleted afterwards', fuzz.clear, [])), 1):
        try:
            fn(*args)
            print(f'ok {i} {sentence}')
        except (AssertionError, Refused, OSError) as e:
            failed = 1
            print(f'not ok {i} {sentence}\n# {type(e).__name__}: {e}')
    return failed


if __name__ == '__main__':
    sys.exit(main())
