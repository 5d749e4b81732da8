#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""nexthops.py IFINDEX - which cached next hops do the connections of this port's maps have?

Prints JSON: "flows"; "uncached": those without one, by the first octet of their tunnel end; "shared": next hops that connections to
different tunnel ends have.  Called by nexthops.sh.
"""
import json
import struct
import sys

from security import FLOWS, map_of

RECORD, PA_AT, NH_AT, STATE_AT = 128, 16, 44, 124     # struct dash_flow


def main():
    flows = map_of(FLOWS, sys.argv[1])
    count, uncached, tunnel_ends = 0, {101: 0, 102: 0}, {}
    for at in range(RECORD, len(flows) - RECORD + 1, RECORD):
        if flows[at + STATE_AT] in (0, 10):         # free, or ended
            continue
        count += 1
        pa, nh = flows[at + PA_AT:at + PA_AT + 16], struct.unpack_from('I', flows, at + NH_AT)[0]
        uncached[pa[12]] += not nh
        tunnel_ends.setdefault(nh, set()).add(pa)
    tunnel_ends.pop(0, None)
    print(json.dumps({'flows': count, 'uncached': uncached, 'cached': len(tunnel_ends),
                      'shared': sum(len(pas) > 1 for pas in tunnel_ends.values())}))


main()
