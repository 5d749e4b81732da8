#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""One TCP exchange between the stacks of two network namespaces, both ends in one process.

usage: flow_tcp.py NS1 NS2 EXCHANGE [CONTROL]

NS1 is the guest behind the appliance (10.1.2.9), NS2 its peer (10.1.1.1).  An exchange
that needs the shell to do something in the middle prints a line, and waits for one on
its input.  Exit status 0: everything arrived that had to.
"""
import ctypes
import socket
import struct
import sys
import time

GUEST, PEER = '10.1.2.9', '10.1.1.1'
libc = ctypes.CDLL(None, use_errno=True)


def enter(ns):
    with open('/run/netns/' + ns) as f:
        if libc.setns(f.fileno(), 0):
            raise OSError(ctypes.get_errno(), 'setns')


def tcp(ns, address=None, port=0):
    enter(ns)
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(15)
    if address:
        s.bind((address, port))
    return s


def pair(port, sport=0):
    """A connection from the guest to the peer: (guest's socket, peer's socket)"""
    server = tcp(peer, PEER, port)
    server.listen()
    a = tcp(guest, GUEST, sport)
    a.connect((PEER, port))
    b, _ = server.accept()
    b.settimeout(15)
    server.close()
    return a, b


def say(a, b, text=b'hello'):
    a.sendall(text)
    got = b''
    while len(got) < len(text):
        part = b.recv(len(text) - len(got))
        assert part, 'the connection ended early'
        got += part
    assert got == text


def ended(s):
    assert s.recv(1) == b'', 'data after the end'


def ask(word):
    """The shell's turn."""
    print(word, flush=True)
    assert sys.stdin.readline(), 'nobody answers'


def normal():
    a, b = pair(6001)
    say(a, b)
    say(b, a)
    a.close()
    ended(b)
    b.close()


def peer_first():
    a, b = pair(6002)
    say(a, b)
    b.close()
    ended(a)
    a.close()


def simultaneous_open():
    """Both SYNs are under way before either arrives; the links are slow."""
    a, b = tcp(guest, GUEST, 6003), tcp(peer, PEER, 6003)
    for s in a, b:
        s.setblocking(False)
    for s, to in (a, (PEER, 6003)), (b, (GUEST, 6003)):
        try:
            s.connect(to)
        except BlockingIOError:
            pass
    for s in a, b:
        s.settimeout(15)
    say(a, b)
    say(b, a)
    a.close()
    ended(b)
    b.close()


def simultaneous_close():
    a, b = pair(6004)
    say(a, b)
    a.shutdown(socket.SHUT_WR)
    b.shutdown(socket.SHUT_WR)
    ended(a)
    ended(b)


def reset():
    a, b = pair(6005)
    say(a, b)
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    a.close()
    try:
        ended(b)
        raise AssertionError('no reset arrived')
    except ConnectionResetError:
        pass


def half_close():
    a, b = pair(6006)
    a.shutdown(socket.SHUT_WR)
    ended(b)
    for _ in range(3):
        say(b, a, b'x' * 3000)
    ask('half-closed')
    say(b, a, b'y' * 3000)
    b.close()
    ended(a)


def syn_again():
    """The first SYN is lost behind the appliance."""
    server = tcp(peer, PEER, 6007)
    server.listen()
    a = tcp(guest, GUEST)
    a.setblocking(False)
    try:
        a.connect((PEER, 6007))
    except BlockingIOError:
        pass
    ask('sent')
    a.settimeout(15)
    b, _ = server.accept()
    say(a, b)
    a.close()
    ended(b)


def reuse():
    """The same four-tuple again while its old pair is in TIME_WAIT."""
    for _ in range(2):
        a, b = pair(6008, 6108)
        say(a, b)
        b.close()
        ended(a)
        a.close()
        time.sleep(0.2)


def orphan():
    """Data after the pair was deleted does not arrive."""
    a, b = pair(6009)
    say(a, b)
    ask('open')
    a.sendall(b'lost')
    b.settimeout(0.7)
    try:
        b.recv(1)
        raise AssertionError('data without a flow arrived')
    except socket.timeout:
        pass


def hold():
    """A connection that stays open while the shell does something to it."""
    a, b = pair(6010)
    say(a, b)
    while True:
        print('ready', flush=True)
        word = sys.stdin.readline().strip()
        if word == 'talk':
            say(a, b)
            say(b, a)
        else:
            break


guest, peer, exchange = sys.argv[1:4]
globals()[exchange]()
