# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""What do the octets of a frame say?  (pipeline.md 3 and 19.)

Written from the specification, for the oracle: slow, direct, one rule after the
other, no line shared with bpf/parse.h.  outer() and inner() raise Drop or ToStack, or
return what later stages need.
"""
import ipaddress
from dataclasses import dataclass

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION = 0, 43, 44, 51, 60
EXTENSIONS = (HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION)
FIN, SYN, RST, ACK = 1, 2, 4, 16


class Drop(Exception):
    """The packet ends here, for the reason in args[0]."""


class ToStack(Exception):
    """The packet is none of the pipeline's business."""


@dataclass
class Outer:
    sip: object
    dip: object
    tos: int
    vni: int
    inner: bytes
    wire_len: int       # to the end of the outer IP packet


@dataclass
class Inner:
    dmac: bytes
    smac: bytes
    v6: bool
    src: object
    dst: object
    proto: int
    sport: int = 0
    dport: int = 0
    flags: int = 0
    fragment: str = ""      # "", "head" or "later"
    last: bool = False
    ident: int = 0
    ip_len: int = 0
    payload: bytes = b""    # behind the IP headers, unless it is a later fragment


def be16(data, at):
    return data[at] << 8 | data[at + 1]


def be32(data, at):
    return int.from_bytes(data[at:at + 4], "big")


def ip4(data, at):
    return ipaddress.IPv4Address(data[at:at + 4])


def ip6(data, at):
    return ipaddress.IPv6Address(data[at:at + 16])


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(be16(data, at) for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def walk(packet, at, proto, end):
    """Extension headers of an IPv6 packet: (offset and protocol of what follows, its
    fragment header or None), or None if the chain is broken, too long or fragments twice."""
    fragment, count = None, 0
    while proto in EXTENSIONS:
        if at + 8 > min(end, len(packet)):
            return None
        if proto == FRAGMENT:
            if fragment:
                return None
            word = be16(packet, at + 2)
            fragment = (word & 0xfff8, not word & 1, be32(packet, at + 4))
            size = 8
        else:
            count += 1
            if count > 6:
                return None
            size = (packet[at + 1] + 2) * 4 if proto == AUTHENTICATION else (packet[at + 1] + 1) * 8
        if at + size > end:
            return None
        proto, at = packet[at], at + size
        if fragment and fragment[0]:
            break
    return at, proto, fragment


def outer(frame, port, is_vip):
    """PAR-1 to PAR-20.  The port of a later fragment cannot be known; it is the
    pipeline's if it goes to a VIP, which is_vip() knows."""
    if len(frame) < 14:
        raise ToStack
    kind, packet = be16(frame, 12), frame[14:]
    if kind == 0x0800:
        return outer4(packet, port, is_vip)
    if kind == 0x86dd:
        return outer6(packet, port, is_vip)
    raise ToStack


def outer4(packet, port, is_vip):
    if len(packet) < 20 or packet[9] != UDP:
        raise ToStack
    words = packet[0] & 15
    header = max(words, 5) * 4      # a broken length hides no tunnel packet
    if len(packet) < header + 8:
        raise ToStack
    offset, more = be16(packet, 6) & 0x1fff, be16(packet, 6) & 0x2000
    dip = ip4(packet, 16)
    if offset and not is_vip(dip):
        raise ToStack
    if not offset and be16(packet, header + 2) != port:
        raise ToStack
    total = be16(packet, 2)
    if packet[0] >> 4 != 4 or words < 5 or total < header or total > len(packet) or checksum(packet[:header]):
        raise Drop("outer_malformed")
    if offset or more:
        raise Drop("outer_fragment")
    vni, data = vxlan(packet[header:total])
    return Outer(ip4(packet, 12), dip, packet[1], vni, data, 14 + total)


def outer6(packet, port, is_vip):
    if len(packet) < 40:
        raise ToStack
    total = 40 + be16(packet, 4)
    sip, dip = ip6(packet, 8), ip6(packet, 24)
    found = walk(packet, 40, packet[6], total)
    if not found or found[1] != UDP:
        raise ToStack
    at, _, fragment = found
    if fragment and fragment[0]:
        if is_vip(dip):
            raise Drop("outer_fragment")
        raise ToStack
    if len(packet) < at + 8 or be16(packet, at + 2) != port:
        raise ToStack
    # No VTEP has a v4-mapped address; the kernel does not receive them, either.
    if packet[0] >> 4 != 6 or total > len(packet) or sip.ipv4_mapped or dip.ipv4_mapped:
        raise Drop("outer_malformed")
    if fragment and not fragment[1]:
        raise Drop("outer_fragment")
    if at != 40:
        raise Drop("outer_malformed")
    vni, data = vxlan(packet[at:total])
    return Outer(sip, dip, (be16(packet, 0) >> 4) & 0xff, vni, data, 14 + total)


def vxlan(datagram):
    """PAR-14, PAR-16; @datagram ends with the IP packet."""
    size = be16(datagram, 4) if len(datagram) >= 8 else 0
    if size < 16 or size > len(datagram):
        raise Drop("outer_malformed")
    if not datagram[8] & 8:
        raise Drop("vxlan_invalid")
    return be32(datagram, 12) >> 8, datagram[16:size]


def inner(frame):
    """PAR-30 to PAR-38, FRG-7 to FRG-10."""
    if len(frame) < 14:
        raise Drop("inner_malformed")
    kind, packet = be16(frame, 12), frame[14:]
    if kind == 0x0800:
        facts, at = inner4(packet)
    elif kind == 0x86dd:
        facts, at = inner6(packet)
    else:
        raise Drop("inner_non_ip")
    facts.dmac, facts.smac = frame[:6], frame[6:12]
    if facts.fragment != "later":
        ports(packet[:facts.ip_len], at, facts)
    return facts


def inner4(packet):
    if len(packet) < 20:
        raise Drop("inner_malformed")
    header, total = (packet[0] & 15) * 4, be16(packet, 2)
    if packet[0] >> 4 != 4 or header < 20 or total < header or total > len(packet):
        raise Drop("inner_malformed")
    facts = Inner(b"", b"", False, ip4(packet, 12), ip4(packet, 16), packet[9], ip_len=total)
    word = be16(packet, 6)
    fragmented(facts, (word & 0x1fff) * 8, not word & 0x2000, be16(packet, 4))
    return facts, header


def inner6(packet):
    if len(packet) < 40:
        raise Drop("inner_malformed")
    total = 40 + be16(packet, 4)
    if packet[0] >> 4 != 6 or total > len(packet):
        raise Drop("inner_malformed")
    found = walk(packet, 40, packet[6], total)
    if not found:
        raise Drop("inner_malformed")
    at, proto, fragment = found
    facts = Inner(b"", b"", True, ip6(packet, 8), ip6(packet, 24), proto, ip_len=total)
    if fragment:
        fragmented(facts, *fragment)
    return facts, at


def fragmented(facts, offset, last, ident):
    if not offset and last:
        return      # whole, or an atomic fragment
    facts.fragment, facts.last, facts.ident = "later" if offset else "head", last, ident
    if offset == 8 and facts.proto == TCP:
        raise Drop("inner_malformed")


def quoted(facts):
    """18.5: (source, destination, protocol, ports) of the packet that an ICMP error quotes, or None."""
    data = facts.payload[8:]
    errors = (1, 2, 3, 4) if facts.v6 else (3, 11, 12)
    if facts.fragment or facts.proto != (ICMPV6 if facts.v6 else ICMP) or not data or facts.payload[0] not in errors:
        return None
    if facts.v6:
        if len(data) < 40 or data[0] >> 4 != 6 or data[6] in EXTENSIONS:
            return None
        src, dst, proto, at = ip6(data, 8), ip6(data, 24), data[6], 40
    else:
        at = (data[0] & 15) * 4
        if len(data) < 20 or data[0] >> 4 != 4 or at < 20 or be16(data, 6) & 0x1fff:
            return None
        src, dst, proto = ip4(data, 12), ip4(data, 16), data[9]
    if proto not in (TCP, UDP):
        return src, dst, proto, 0, 0
    if len(data) < at + 4:
        return None
    return src, dst, proto, be16(data, at), be16(data, at + 2)


def ports(packet, at, facts):
    """@packet ends where the inner IP header says."""
    room = len(packet) - at
    facts.payload = packet[at:]
    if facts.proto == TCP:
        if room < 20 or packet[at + 12] >> 4 < 5 or (packet[at + 12] >> 4) * 4 > room:
            raise Drop("inner_malformed")
        facts.flags = packet[at + 13]
    elif facts.proto == UDP:
        if room < 8:
            raise Drop("inner_malformed")
    else:
        return
    facts.sport, facts.dport = be16(packet, at), be16(packet, at + 2)
