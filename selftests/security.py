#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Who may do what, and what gets out?  Called by security.sh, which says what each mode must find.

usage: security.py refused WHO         every request and group is refused with EPERM to WHO: nobody
                                       (an ordinary user), userns (root of another user namespace)
       security.py own                 root of user and network namespaces of its own configures
                                       these and sees nothing of anybody else's
       security.py hold                opens a transaction from a fixed port id, says so, and commits it when
                                       it is sent a line
       security.py stranger IFINDEX    in another namespace: neither that transaction nor that device
                                       can be reached
       security.py limits              open transactions, ports, VNETs, trusted VNIs
       security.py pointers IFINDEX    no kernel address in any reply, nor in the maps of that port
       security.py drops IFINDEX       nobody can turn off the telling of drops for who listens; it
                                       ends with the last listener
       security.py seeds IFINDEX       prints the seed of the flow hash

Output of the checks is silence; exit status 1 with a sentence if something is not as it must be.
"""
import ctypes
import errno as E
import mmap
import os
import socket
import struct
import sys
import time

import txn
import ynl

NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SYS_BPF, BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD = 321, 14, 15
PORTID = 0x5ec
HOT, INDEX, FLOWS = 0, 1, 2
SEED_AT, SEED_LEN, TELL_DROPS_AT = 8, 40, 60      # struct dash_hot: active, lines, seed, word and four of 16 bits, tell_drops
libc = ctypes.CDLL(None, use_errno=True)


def fail(text):
    raise SystemExit(text)


def unshare(flags):
    if libc.unshare(flags):
        fail(f'unshare: {os.strerror(ctypes.get_errno())}')


def become(who):
    if who == 'nobody':
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    else:
        unshare(CLONE_NEWUSER)      # all capabilities, but not over this network namespace


def error_of(fn, *args):
    try:
        fn(*args)
    except ynl.Refused as e:
        return e.errno
    except OSError as e:
        return e.errno
    return 0


def refused(who):
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    become(who)
    sock = ynl.Socket()             # a socket carries the rights of who opened it
    for name, op in family.ops.items():
        for kind, flags in (('do', 0), ('dump', ynl.NLM_F_DUMP)):
            if kind in op and error_of(sock.request, family.id, 1, op['number'], b'', flags) != E.EPERM:
                fail(f'{who} may {kind} {name}')
    for name, number in family.groups.items():
        if error_of(sock.join, number) != E.EPERM:
            fail(f'{who} may listen to {name}')
    # nor does a socket that somebody privileged opened help
    if error_of(family.sock.request, family.id, 1, family.ops['object-get']['number'], b'', ynl.NLM_F_DUMP) != E.EPERM:
        fail(f'{who} may use a socket of root')


def empty(box):
    status = box.f.do('status-get')['status']
    if box.objects() or box.f.dump('flow-get') or status.get('port') or status.get('map') or status['txn-open']:
        fail('another namespace shows through')
    if [m for m in box.f.dump('stats-get') for c in m['counter'] if c['value'] and m['scope'] != 'global']:
        fail("another namespace's counters show through")


def own():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    box = txn.Box(family)
    empty(box)
    box.apply(*txn.full_example())
    if len(box.state()) != len(txn.full_example()):
        fail('not what was configured')


def bound(portid):
    s = ynl.Socket.__new__(ynl.Socket)
    s.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, ynl.NETLINK_GENERIC)
    s.sock.bind((portid, 0))
    for option in (ynl.NETLINK_EXT_ACK, ynl.NETLINK_CAP_ACK):
        s.sock.setsockopt(ynl.SOL_NETLINK, option, 1)
    s.sock.settimeout(60)
    s.seq = 0
    return s


def hold():
    family = ynl.Family(ynl.SPEC, bound(PORTID))
    family.resolve()
    txn.Box(family).stage([txn.obj('vnet', vnet_name='held', vni=77)])
    print('holding', flush=True)
    sys.stdin.readline()
    family.do('txn-commit')


def stranger(ifindex):
    family = ynl.Family(ynl.SPEC, bound(PORTID))
    family.resolve()
    box = txn.Box(family)
    empty(box)
    for op in ('txn-commit', 'txn-abort'):
        if error_of(family.do, op) != E.ENOENT:
            fail(f'{op} reaches a transaction of another namespace')
    if error_of(family.do, 'port-new', {'ifindex': int(ifindex)}) != E.ENODEV:
        fail('a device of another namespace can be taken')
    if error_of(family.do, 'port-del', {'ifindex': int(ifindex)}) != E.ENOENT:
        fail('a port of another namespace can be let go')
    if family.do('flow-del').get('count'):
        fail('connections of another namespace can be ended')
    empty(box)


def limits():
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    box = txn.Box(family.another())
    box.clear()
    sockets = []
    while len(sockets) < 1000:
        f = family.another()
        try:
            f.do('txn-begin')
        except ynl.Refused as e:
            refusal = e
            break
        sockets.append(f)
    if refusal.errno != E.ENOSPC or '64 transactions are open in this namespace' not in refusal.text:
        fail(f'{len(sockets)} transactions were opened, then {refusal}')
    for f in sockets:
        f.sock.sock.close()
    if box.f.do('status-get')['status']['txn-open']:
        fail('they did not end with their sockets')

    # 64 KB is what a netlink attribute can hold: what is longer is no attribute
    huge = struct.pack('HH', 0xfffc, 1 | ynl.NLA_F_NESTED) + bytes(70000)
    box.f.do('txn-begin')
    if not error_of(box.f.sock.request, family.id, 1, family.ops['txn-add']['number'], huge):
        fail('rubbish of 70,000 octets was staged')

    devices = ['dlimit%d' % i for i in range(33)]
    os.system("for i in $(seq 0 32); do echo link add dlimit$i type dummy; done | ip -batch -")
    index = [int(open(f'/sys/class/net/{d}/ifindex').read()) for d in devices]
    codes = [error_of(box.f.do, 'port-new', {'ifindex': i}) for i in index[:32]]
    if codes != [0] * 32 or ynl.refused(E.ENOSPC, box.f.do, 'port-new', {'ifindex': index[32]}) != 'too many ports':
        fail(f'ports: {codes}')
    for i in index[:32]:
        box.f.do('port-del', {'ifindex': i})
    os.system("for i in $(seq 0 32); do echo link del dlimit$i; done | ip -batch -")

    vnets = [txn.obj('vnet', vnet_name=f'v{i}', vni=i + 1) for i in range(8192)]
    box.apply(*vnets)
    txn.refused(box, E.ENOSPC, 'more than 8192 VNETs', txn.obj('vnet', vnet_name='more', vni=9000))
    box.apply(*[txn.gone('vnet', vnet_name=f'v{i}') for i in range(8192)])
    box.apply(*txn.basics())
    txn.refused(box, E.ENOSPC, 'more than 1000 ranges', txn.eni(trusted_vnis_list=[txn.vnis(2 * i + 1) for i in range(1001)]))
    txn.refused(box, E.ENOSPC, 'more than 10000 ranges', txn.obj(
        'appliance', appliance_id='9', sip=[txn.ip('9.9.9.9')], vm_vni=9, trusted_vnis_list=[txn.vnis(2 * i + 1) for i in range(5000)]),
        dict(txn.obj('appliance', appliance_id='9', trusted_vnis_list=[txn.vnis(2 * i + 1) for i in range(5000, 10001)]), append=True))
    box.clear()


# ---- what gets out ----

def kernel_address(data):
    """The first 64-bit word, at any multiple of four, that could be one; small negative numbers are not."""
    for at in (0, 4):
        words = memoryview(data)[at:at + (len(data) - at) // 8 * 8].cast('Q')
        for w in words:
            if 0xffff800000000000 <= w < 0xfffffffffff00000:
                return w
    return None


def map_of(kind, ifindex, live=False):
    """Contents of a map of the port; @live: as it changes.  The arrays are mmapable."""
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    reply = family.do('port-new', {'ifindex': int(ifindex)})
    number = [m['id'] for m in reply['map'] if m['kind'] == kind][0]
    call = ctypes.create_string_buffer(struct.pack('I124x', number))
    fd = libc.syscall(SYS_BPF, BPF_MAP_GET_FD_BY_ID, call, 128)
    if fd < 0:
        fail(f'map {number}: {os.strerror(ctypes.get_errno())}')
    info = ctypes.create_string_buffer(128)
    call = ctypes.create_string_buffer(struct.pack('IIQ112x', fd, len(info), ctypes.addressof(info)))
    if libc.syscall(SYS_BPF, BPF_OBJ_GET_INFO_BY_FD, call, 128):
        fail(f'map {number}: {os.strerror(ctypes.get_errno())}')
    _, _, _, value, entries = struct.unpack_from('5I', info.raw)
    size = (value + 7 & ~7) * entries
    words = mmap.mmap(fd, size + mmap.PAGESIZE - 1 & ~(mmap.PAGESIZE - 1), mmap.MAP_SHARED, mmap.PROT_READ)
    return words if live else words[:size]


def without_times(records):
    """struct dash_flow: created and seen are jiffies, which begin 300 s below 2^32 and look like half a pointer."""
    records = bytearray(records)
    for at in range(0, len(records), 128):
        for member in (56, 120):
            records[at + member:at + member + 4] = bytes(4)
    return bytes(records)


def pointers(ifindex):
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    seen = 0

    def look(name, data):
        nonlocal seen
        seen += len(data)
        found = kernel_address(data)
        if found:
            fail(f'{name} holds {found:#x}')
    for name, op in family.ops.items():
        for kind, flags in (('do', 0), ('dump', ynl.NLM_F_DUMP)):
            # a trace has to be made before it can be asked for; trace.sh looks at what it says
            if kind not in op or name == 'trace-get' or not name.endswith('-get') and name != 'txn-errors':
                continue
            for reply in family.sock.request(family.id, 1, op['number'], b'', flags):
                look(name, reply)
    look('port-new', family.sock.request(family.id, 1, family.ops['port-new']['number'],
                                         family.encode('dash', {'ifindex': int(ifindex)}))[0])
    if seen < 1000:
        fail(f'only {seen} octets of replies: the test is blind')
    for kind, name in ((HOT, 'hot'), (INDEX, 'index'), (FLOWS, 'flows')):
        data = map_of(kind, ifindex)
        if not any(data):
            fail(f'map {name} is empty: the test is blind')
        look(f'map {name}', without_times(data) if kind == FLOWS else data)


def drops(ifindex):
    """A socket may join twice, and leave without being a member; neither may confuse the module."""
    family = ynl.Family(ynl.SPEC)
    family.resolve()
    group, hot = family.groups['drops'], map_of(HOT, ifindex, live=True)

    def told():
        return struct.unpack_from('I', hot, TELL_DROPS_AT)[0]

    def until(wanted):
        end = time.monotonic() + 30
        while bool(told()) != wanted:
            if time.monotonic() > end:
                fail(f'drops are {"not " if wanted else ""}told')
    until(False)
    listener, other = family.another().sock, family.another().sock
    listener.join(group)
    listener.join(group)
    until(True)
    pid = os.fork()
    if not pid:
        become('nobody')
        stranger = ynl.Socket()
        for _ in range(5):
            stranger.leave(group)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        fail('the stranger failed')
    # so long that the module has looked again, more than once
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if not told():
            fail('somebody who was no member has turned off the telling of drops')
    other.join(group)
    listener.leave(group)
    listener.sock.close()
    other.sock.close()
    until(False)


def seeds(ifindex):
    print(map_of(HOT, ifindex)[SEED_AT:SEED_AT + SEED_LEN].hex())


if __name__ == '__main__':
    {'refused': refused, 'own': own, 'hold': hold, 'stranger': stranger, 'limits': limits,
     'pointers': pointers, 'drops': drops, 'seeds': seeds}[sys.argv[1]](*sys.argv[2:])
