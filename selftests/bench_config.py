#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""A configuration of any size, the same for the same arguments.

usage: bench_config.py RULES PREFIXES ROUTES MAPPINGS STAGES [SHARED [ENIS [OWN]]]

STAGES groups of RULES rules, each with PREFIXES source (in 20.0.0.0/8) and
destination prefixes (in 10.0.0.0/8), a port range and a protocol; the last rule of
a group allows everything, every rule is non-terminating, so that each stage is
asked.  SHARED=1: the lists are tags that all groups share.  ROUTES routes of
10.0.0.0/8 lead to one VNET with MAPPINGS addresses from 10.0.0.0 on.  Of ENIS ENIs
(1) each has the groups, bound only if there is more than one: the caller binds.
OWN=1: each ENI has STAGES groups that no other has, bound, e0g1, e0g2 and so on; with
shared lists their rules name the tags at random.
"""
import random
import sys


def main():
    args = [int(a) for a in sys.argv[1:]]
    rules, prefixes, routes, mappings, stages = args[:5]
    shared, enis, own = (args[5:] + [0, 1, 0][len(args[5:]):])[:3]
    rnd = random.Random(1)
    write = sys.stdout.write
    first = True

    def element(key, fields):
        nonlocal first
        write(("[\n" if first else ",\n") + '{"DASH_' + key + '": {' + fields + "}}")
        first = False

    def prefix(net, low=20, high=32):
        length = rnd.randint(low, high)
        bits = rnd.getrandbits(24) & (0xffffff << (32 - length)) & 0xffffff
        return "%d.%d.%d.%d/%d" % (net, bits >> 16, bits >> 8 & 255, bits & 255, length)

    def prefix_list(net):
        return ",".join(prefix(net) for _ in range(prefixes))

    element("APPLIANCE_TABLE:1", '"sip": "10.250.20.19", "vm_vni": 4321')
    element("VNET_TABLE:Vnet1", '"vni": 45654')
    element("ROUTE_GROUP_TABLE:routes", "")
    element("ROUTE_TABLE:routes:10.0.0.0/8", '"routing_type": "vnet", "vnet": "Vnet1"')
    seen = set()
    while len(seen) < routes - 1:
        p = prefix(10, 16, 28)
        if p not in seen:
            seen.add(p)
            element("ROUTE_TABLE:routes:" + p, '"routing_type": "vnet", "vnet": "Vnet1"')
    for i in range(mappings):
        element("VNET_MAPPING_TABLE:Vnet1:10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255),
                '"underlay_ip": "101.1.%d.%d", "mac_address": "C8:22:83:%02X:%02X:%02X"'
                % (i >> 12 & 15, i >> 4 & 255, i >> 16, i >> 8 & 255, i & 255))
    if shared:
        for i in range(rules):
            for side, net in (("src", 20), ("dst", 10)):
                element("PREFIX_TAG_TABLE:%s%d" % (side, i),
                        '"ip_version": "ipv4", "prefix_list": "%s"' % prefix_list(net))
    names = ["e%dg%d" % (e, s) for e in range(enis) for s in range(1, stages + 1)] if own else \
            ["g%d" % s for s in range(1, stages + 1)]
    for name in names:
        element("ACL_GROUP_TABLE:" + name, '"ip_version": "ipv4"')
        for i in range(rules):
            lo = rnd.randrange(60000)
            tags = (rnd.randrange(rules), rnd.randrange(rules)) if own else (i, i)
            lists = ('"src_tag": "src%d", "dst_tag": "dst%d"' % tags if shared else
                     '"src_addr": "%s", "dst_addr": "%s"' % (prefix_list(20), prefix_list(10)))
            element("ACL_RULE_TABLE:%s:r%d" % (name, i),
                    '"priority": %d, "action": "allow", "terminating": false, "protocol": [%d], '
                    '"dst_port": "%d-%d", %s' % (i, (6, 17)[i % 2], lo, lo + rnd.randrange(5000), lists))
        element("ACL_RULE_TABLE:%s:last" % name,
                '"priority": %d, "action": "allow", "terminating": false' % rules)
    for e in range(enis):
        key = "F4939FEF%04X" % e
        element("ENI_TABLE:" + key, '"mac_address": "%s", "underlay_ip": "25.1.1.1", "vnet": "Vnet1", '
                '"admin_state": "enabled"' % ":".join(key[i:i + 2] for i in range(0, 12, 2)))
        element("ENI_ROUTE_TABLE:" + key, '"group_id": "routes"')
        if enis > 1 or own:
            for s in range(1, stages + 1):
                element("ACL_%s_TABLE:%s:%d" % ("OUT" if s <= 5 else "IN", key, (s - 1) % 5 + 1),
                        '"v4_acl_group_id": "%s"' % names[(e * stages if own else 0) + s - 1])
    write("\n]\n")


main()
