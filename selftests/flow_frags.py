#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Fragments as no stack would send them, from the guest behind the appliance to a peer that is not there.

usage: flow_frags.py 4|6|46 FRAGMENT...

A FRAGMENT is ID:OFFSET or ID:OFFSET+ (more follow), offset in octets; that with offset 0 is
the head, with the UDP header.  FIRST-LAST:OFFSET+ sends one of each ID.  Runs in the guest's
namespace (topo.sh).
"""
import re
import socket
import struct
import sys

GATEWAY = bytes.fromhex('123456789abc')
ADDRESSES = {'4': ('10.1.2.9', '10.1.1.77'), '6': ('2001:db8:a::9', '2001:db8:b::77')}
UDP = struct.pack('!HHHH', 7000, 9, 3008, 0)


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(family, ident, offset, more):
    payload = (UDP if not offset else b'') + bytes(56)
    source, peer = (socket.inet_pton(socket.AF_INET6 if family == '6' else socket.AF_INET, a)
                    for a in ADDRESSES[family])
    if family == '6':
        header = struct.pack('!BBHI', 17, 0, offset | more, ident)
        return b'\x86\xdd' + struct.pack('!IHBB', 6 << 28, len(header + payload), 44, 64) + source + peer + header + payload
    header = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), ident, (more << 13) | offset // 8, 64, 17, 0)
    total = checksum(header + source + peer)
    return b'\x08\x00' + header[:10] + struct.pack('!H', total) + source + peer + payload


s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('eth0', 0))
mac = s.getsockname()[4]
for word in sys.argv[2:]:
    first, last, offset, more = re.fullmatch(r'(\d+)(?:-(\d+))?:(\d+)(\+?)', word).groups()
    for i in range(int(first), int(last or first) + 1):
        for family in sys.argv[1]:
            s.send(GATEWAY + mac + frame(family, i, int(offset), bool(more)))
