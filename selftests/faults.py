#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""What becomes of a command when there is no memory?  Each is given again and again, and the
first, the second, the third ... allocation that the module makes for it fails, until it gets by
without that many; then once more, and all that follow fail as well: no second way to memory, and
none for taking back what was done.  It works all the same, or it says that it failed and has
changed nothing.

usage: faults.py load MODULE            on a kernel without the module
       faults.py commands [WORD]        all, or those with WORD in their sentence; module loaded

Faults are aimed by the thread (fail-nth) and by the call stack: only what is allocated below the
module's functions fails, or below do_one_initcall() while it loads.  `aim` does that for others
too: txn.py's commits and prog_run's packets.  That nothing leaked is debug_leaks.sh's verdict,
later in the same boot; that nothing was corrupted, the kernel log's.  Output is KTAP.
"""
import ctypes
import errno as E
import os
import subprocess
import sys
import traceback

import txn
import ynl

FAULTS = '/sys/kernel/debug/fail'
NTH = '/proc/thread-self/fail-nth'
ALL = '/proc/thread-self/make-it-fail'
LIMIT = 2000       # allocations of one command; more is an endless loop
INIT_MODULE, DELETE_MODULE, CLONE_NEWNET = 175, 176, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def write(path, text):
    with open(path, 'w') as f:
        f.write(str(text))


def knobs(**values):
    for kind in ('slab', '_page_alloc'):
        for knob, value in values.items():
            path = f'{FAULTS}{kind}/{knob.replace("_", "-")}'
            if os.path.exists(path):
                write(path, value)


def aim(start, end):
    """Only allocations below functions in this range of addresses fail, in whatever context."""
    knobs(probability=0, interval=1, times=-1, verbose=0, stacktrace_depth=32, min_order=0,
          ignore_gfp_wait='N', ignore_gfp_highmem='N', task_filter='Y')
    knobs(require_start=0)
    knobs(require_end=hex(end))
    knobs(require_start=hex(start))
    knobs(probability=100)      # of a thread that asks for it, behind the n-th


def aim_at_loading():
    start = 0
    with open('/proc/kallsyms') as f:      # in order of addresses
        for line in f:
            address, _, name = line.split()[:3]
            if start and int(address, 16) != start:
                return aim(start, int(address, 16))
            if name == 'do_one_initcall':
                start = int(address, 16)
    raise AssertionError('no do_one_initcall')


def aim_at_module(path):
    """Its text, wherever it was put this time."""
    with open('/sys/module/dash/sections/.text') as f:
        start = int(f.read(), 16)
    sections = subprocess.run(['readelf', '-SW', path], capture_output=True, text=True, check=True).stdout
    size = [line.split('PROGBITS')[1].split()[2] for line in sections.splitlines() if ' .text ' in line][0]
    aim(start, start + int(size, 16))


class Nth:
    """with Nth(n) as fault: the n-th allocation of this thread in there fails, `on` and all behind it; then fault.fired"""

    def __init__(self, n, on=False):
        self.n, self.on = n, on

    def __enter__(self):
        write(NTH, self.n)
        write(ALL, int(self.on))
        return self

    def __exit__(self, *_):
        with open(NTH) as f:
            self.fired = int(f.read()) == 0
        write(NTH, 0)
        write(ALL, 0)


def sweep(attempt, judge, prepare=lambda: None, step=1):
    """Every allocation of attempt() fails, or every step-th, alone and then with all behind it.
    attempt returns 0 or an errno."""
    return sum(sweep_once(attempt, judge, prepare, step, on) for on in (False, True))


def sweep_once(attempt, judge, prepare, step, on):
    faults = survived = 0
    for n in range(1, LIMIT, step):
        prepare()
        with Nth(n, on) as fault:
            code = attempt()
        assert fault.fired or code == 0, f'without a fault: {E.errorcode.get(code, code)}'
        assert code in (0, E.ENOMEM, E.ENOBUFS), f'allocation {n}: {E.errorcode.get(code, code)}'
        try:
            judge(code)
        except Exception as e:
            raise AssertionError(f'after allocation {n}{" and all behind it" if on else ""}, {E.errorcode.get(code, code)}: {e}') from e
        if not fault.fired:
            break
        faults += 1
        survived += not code
    else:
        raise AssertionError(f'no end after {LIMIT} allocations')
    print(f'# {faults} faults{" that go on" if on else ""}, {survived} survived')
    return faults


# ---- the module and namespaces ----

def load_cases(path):
    image = open(path, 'rb').read()

    def syscall(*args):
        return 0 if libc.syscall(*args) == 0 else ctypes.get_errno()

    def judge(code):
        loaded = os.path.exists('/sys/module/dash')
        assert loaded == (code == 0), f'loaded: {loaded}'
        if loaded:
            assert syscall(DELETE_MODULE, b'dash', os.O_NONBLOCK) == 0, 'cannot be unloaded'

    def load():
        aim_at_loading()
        assert sweep(lambda: syscall(INIT_MODULE, image, ctypes.c_ulong(len(image)), b''), judge,
                     step=int(os.environ.get('DASH_LOAD_NTH', 1)))

    return [('the module loads or does not', load)]


def new_namespace():
    pid = os.fork()
    if pid == 0:
        os._exit(0 if libc.unshare(CLONE_NEWNET) == 0 else ctypes.get_errno())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def namespace_case():
    assert sum(namespaces(on) for on in (False, True))


def namespaces(on):
    """The child has the fault: fail-nth is not inherited."""
    faults = 0
    for n in range(1, LIMIT):
        pid = os.fork()
        if pid == 0:
            with Nth(n, on) as fault:
                code = 0 if libc.unshare(CLONE_NEWNET) == 0 else ctypes.get_errno()
            os._exit(code | (0x80 if fault.fired else 0))
        result = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        fired, code = result & 0x80, result & 0x7f
        assert code in (0, E.ENOMEM) and (fired or not code), (n, result)
        assert new_namespace() == 0, f'none can be made after allocation {n}'
        if not fired:
            break
        faults += 1
    print(f'# {faults} faults{" that go on" if on else ""}')
    return faults


# ---- commands ----

class Commands:
    def __init__(self):
        self.family = ynl.Family(ynl.SPEC)
        self.family.resolve()
        self.box = txn.Box(self.family.another())       # observes
        self.f = self.family.another()                  # is hit
        self.box.clear()
        self.box.apply(*txn.full_example())
        self.state = self.box.image()

    def unchanged(self, _=None):
        assert self.box.image() == self.state, 'the state has changed'
        status = self.box.f.do('status-get')['status']
        assert 'inconsistent' not in status

    def do(self, op, values=None, dump=False):
        try:
            if dump:
                self.f.dump(op, values)
            else:
                self.f.do(op, values)
        except ynl.Refused as e:
            assert e.text or e.errno == E.ENOBUFS or dump, 'a refusal without a sentence'
            return e.errno
        return 0

    def reads(self):
        total = 0
        for op, values, dump in (
                ('status-get', None, False), ('param-get', None, False), ('stats-get', None, True),
                ('stats-get', {'eni': 'F4939FEFC47E'}, True), ('object-get', None, True),
                ('object-get', {'type': 'vnet-mapping', 'owner': 'Vnet1'}, True),
                ('flow-get', {'eni': 'F4939FEFC47E', 'proto': 17, 'src': txn.net('10.0.0.0/8')}, True)):
            print(f'# {op} {values or ""}')
            total += sweep(lambda op=op, values=values, dump=dump: self.do(op, values, dump), self.unchanged)
        assert total

    def begins(self):
        def prepare():
            self.f = self.family.another()
        assert sweep(lambda: self.do('txn-begin'), self.unchanged, prepare)

    def stages(self):
        def prepare():
            self.f.do('txn-begin')

        def judge(code):
            if code:        # a transaction that lacks an object must not pass
                refused = self.do('txn-commit')
                assert refused, 'half a transaction was committed'
            self.do('txn-abort')
            self.unchanged()
        for what in ('vnet', 'eni', 'acl-rule', 'route', 'vnet-mapping', 'pa-validation', 'prefix-tag', 'routing-type'):
            objects = [{k: v for k, v in o.items()} for o in txn.full_example() if what in o]
            print(f'# {what}')
            sweep(lambda objects=objects: self.do('txn-add', {'object': objects}), judge, prepare)

    def refuses(self):
        """What is wrong in itself is refused when it is staged, and so is all it is part of."""
        def prepare():
            self.f.do('txn-begin')
            self.f.do('txn-add', {'object': [txn.obj('vnet', vnet_name='Vnet7', vni=7)]})

        def attempt():
            code = self.do('txn-add', {'object': [txn.obj('vnet', vni=8)]})       # no name
            assert code, 'accepted'
            return 0 if code == E.EINVAL else code

        def judge(_):
            assert self.do('txn-commit'), 'the rest was committed'
            self.do('txn-abort')
            self.unchanged()
        assert sweep(attempt, judge, prepare)

    def appends(self):
        first = txn.obj('prefix-tag', tag_name='long', ip_version='ipv4', prefix_list=[txn.net('10.0.0.0/8')])
        more = dict(txn.obj('prefix-tag', tag_name='long', prefix_list=[txn.net(f'11.{i}.0.0/16') for i in range(200)]), append=True)

        def prepare():
            self.f.do('txn-begin')
            self.f.do('txn-add', {'object': [first]})

        def judge(_):
            self.do('txn-abort')
            self.unchanged()
        assert sweep(lambda: self.do('txn-add', {'object': [more]}), judge, prepare)

    def judges(self):
        """A dry run, with problems to list."""
        bad = [txn.obj('meter', eni='nobody', metering_class=1), txn.route('none', '10.0.0.0/8'), txn.mapping('none', '1.1.1.1')]

        def prepare():
            self.f.do('txn-begin')
            self.f.do('txn-add', {'object': txn.full_example() + bad})

        def attempt():
            code = self.do('txn-commit', {'dry-run': True})
            return 0 if code == E.ENOENT else code
        assert sweep(attempt, self.unchanged, prepare)

        def errors():
            prepare()
            assert self.do('txn-commit') == E.ENOENT
        sweep(lambda: self.do('txn-errors', dump=True), self.unchanged, errors)

    def writes(self):
        """What a listener is told may get lost; the change itself is made or is not."""
        listener = self.family.another()
        listener.sock.join(self.family.groups['config'])

        def value():
            return [p['value'] for p in self.box.f.do('param-get')['param'] if p['name'] == 'udp'][0]
        old = value()

        def judge(code):
            assert value() == (old if code else old + 1), 'a parameter is half set'
            self.box.f.do('param-set', {'param': [{'name': 'udp', 'value': old}]})
            self.unchanged()
        sweep(lambda: self.do('param-set', {'param': [{'name': 'udp', 'value': old + 1}]}), judge)
        sweep(lambda: self.do('flow-del', {'eni': 'F4939FEFC47E'}), self.unchanged)

    def ports(self):
        index = int(open('/sys/class/net/port0/ifindex').read())

        def ports():
            return self.box.f.do('status-get')['status'].get('port', [])
        assert not ports()

        def gone(code):
            if not code:
                self.box.f.do('port-del', {'ifindex': index})
            assert not ports()
            self.unchanged()
        assert sweep(lambda: self.do('port-new', {'ifindex': index}), gone)

        def there():
            if not ports():
                self.box.f.do('port-new', {'ifindex': index})

        def judge(code):
            assert bool(ports()) == bool(code), ports()
            self.unchanged()
        sweep(lambda: self.do('port-del', {'ifindex': index}), judge, there)
        if ports():
            self.box.f.do('port-del', {'ifindex': index})


def command_cases():
    aim_at_module(os.environ['DASH_MODULE'])
    c = Commands()
    return [('a namespace comes up or does not', namespace_case),
            ('what only reads answers or says why not', c.reads),
            ('a transaction begins or does not', c.begins),
            ('objects are staged, or the transaction cannot be committed', c.stages),
            ('an object that is wrong is refused, and all with it', c.refuses),
            ('an object in parts likewise', c.appends),
            ('a dry run, and the list of what is wrong', c.judges),
            ('parameters and flush', c.writes),
            ('a port is registered or is not', c.ports)]


def main():
    if sys.argv[1] == 'aim':
        aim_at_module(os.environ['DASH_MODULE'])
        return 0
    print('KTAP version 1')
    cases = load_cases(sys.argv[2]) if sys.argv[1] == 'load' else command_cases()
    if sys.argv[1] == 'commands' and len(sys.argv) > 2:
        cases = [c for c in cases if sys.argv[2] in c[0]]
    print(f'1..{len(cases)}')
    failed = 0
    for i, (sentence, fn) in enumerate(cases, 1):
        try:
            fn()
            print(f'ok {i} {sentence}', flush=True)
        except Exception:
            failed = 1
            print(f'not ok {i} {sentence}')
            for line in traceback.format_exc().splitlines()[-14:]:
                print(f'# {line[:1000]}', flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main())
