# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""What chance has found once: rounds that are played with every seed.

Each case yields steps like those of a round: ("json", elements), ("packets", frames); what
becomes of the packets the model says, and the functions here say beside it what it was about.
"""
import random

import frames
from generate import Traffic, World

VIP, ENI, VM, PEER, PA = "10.250.20.19", "F4939FEFC400", "10.1.2.9", "10.1.1.1", "101.1.2.3"
traffic = Traffic(World(random.Random(1)))


def base(*routes, **mapping):
    return [{"DASH_APPLIANCE_TABLE:100": {"sip": VIP, "vm_vni": 4321}}, {"DASH_VNET_TABLE:Vnet1": {"vni": 45654}},
            {"DASH_ENI_TABLE:" + ENI: {"mac_address": ENI, "vnet": "Vnet1", "underlay_ip": "25.1.1.1",
                                       "admin_state": "enabled"}},
            {"DASH_ROUTE_RULE_TABLE:%s:45654" % ENI: {"action_type": "decap", "pa_validation": False}},
            {"DASH_ROUTE_GROUP_TABLE:g": {}}, {"DASH_ENI_ROUTE_TABLE:" + ENI: {"group_id": "g"}},
            *[{"DASH_ROUTE_TABLE:g:" + net: {"routing_type": kind, **({} if kind == "direct" else {"vnet": "Vnet1"})}}
              for net, kind in routes],
            {"DASH_VNET_MAPPING_TABLE:Vnet1:" + PEER: {"underlay_ip": PA, **mapping}}]


def mapping(pa, **fields):
    return [{"DASH_VNET_MAPPING_TABLE:Vnet1:" + PEER: {"underlay_ip": pa, **fields}}]


def packet(direction, size, vm=VM, peer=PEER, fragment=None, proto=frames.UDP, flags=0):
    out = direction == "out"
    l4 = traffic.l4(proto, *((1000, 2000) if out else (2000, 1000)), flags, size, ())
    if fragment and fragment[0]:
        l4 = bytes(size)
    ends = (ENI, "123456789ABC", vm, peer) if out else ("C82283990000", ENI, peer, vm)
    inner = traffic.inner(*ends, proto, l4, (), fragment)
    return traffic.outer("25.1.1.1" if out else PA, VIP, 4321 if out else 45654, inner, ())


def fragments_of_answers_to_direct():
    """The answers of a connection that goes out by a direct route come in by the tunnel to the VM: it is that tunnel
    that has to have room for the head of a fragmented one, and not the VM's own address that needs a route."""
    yield "json", base(("10.1.1.0/24", "direct"))
    long, short, nowhere = (0, 1, 7), (0, 1, 8), "67.7.7.7"
    yield "packets", [packet("out", 10),
                      packet("in", 1650, fragment=long), packet("in", 64, fragment=(1656, 0, 7)),
                      packet("in", 96, fragment=short), packet("in", 64, fragment=(104, 0, 8)),
                      packet("out", 10, vm=nowhere),
                      packet("in", 96, vm=nowhere, fragment=short), packet("in", 64, vm=nowhere, fragment=(104, 0, 8))]


def what_cannot_be_applied():
    """RES-12: the mapping asks, policy permits, but there is no VIP of the family: the connection goes on as it was;
    the other one is new and is refused.  RES-6: where there is no mapping any more, it ends."""
    yield "json", base(("10.1.1.0/24", "vnet"))
    yield "packets", [packet("out", 10), packet("in", 10)]
    yield "json", mapping("2001:db8:101::3", flow_resimulation_requested=True)
    yield "packets", [packet("in", 10), packet("out", 10), packet("out", 11), packet("out", 10, vm="10.1.2.10")]
    yield "json", [{"DASH_VNET_MAPPING_TABLE:Vnet1:" + PEER: {}, "OP": "DEL"},
                   {"DASH_ENI_TABLE:" + ENI: {"full_flow_resimulation_requested": True}}]
    yield "packets", [packet("in", 10), packet("out", 10), packet("in", 10)]


def syn_after_reset():
    """A SYN that meets a pair in RESET is judged as a new connection, from either side."""
    yield "json", base(("10.1.1.0/24", "vnet"))
    syn, rst = frames.SYN, frames.RST
    yield "packets", [packet("out", 0, proto=frames.TCP, flags=syn), packet("in", 0, proto=frames.TCP, flags=rst),
                      packet("out", 0, proto=frames.TCP, flags=syn), packet("out", 0, proto=frames.TCP, flags=rst),
                      packet("in", 0, proto=frames.TCP, flags=syn),
                      packet("out", 0, proto=frames.TCP, flags=syn | frames.ACK),
                      packet("in", 0, proto=frames.TCP, flags=rst)]
    yield "json", [{"DASH_ROUTE_TABLE:g:10.1.1.0/24": {}, "OP": "DEL"}]
    yield "packets", [packet("out", 0, proto=frames.TCP, flags=syn), packet("in", 0, proto=frames.TCP, flags=frames.ACK)]


CASES = [fragments_of_answers_to_direct, what_cannot_be_applied, syn_after_reset]
