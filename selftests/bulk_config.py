#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Write a configuration of many small objects, one a line.

usage: bulk_config.py KIND N      KIND: mappings, routes or rules

The objects they belong to come first: VNET Bulk, route group bulk, ACL group bulk.
"""
import sys

ROWS = {
    'mappings': '{"DASH_VNET_MAPPING_TABLE:Bulk:10.%d.%d.%d": {"routing_type": "vnet_encap", "underlay_ip": "101.1.2.3", '
                '"mac_address": "C8-22-83-99-22-A2"}, "OP": "SET"}',
    'routes': '{"DASH_ROUTE_TABLE:bulk:10.%d.%d.%d/32": {"routing_type": "vnet", "vnet": "Bulk"}, "OP": "SET"}',
    'rules': '{"DASH_ACL_RULE_TABLE:bulk:r%d-%d-%d": {"priority": %d, "action": "allow", "terminating": "true", '
             '"protocol": "6,17", "src_addr": ["10.0.0.0/8"], "dst_port": "443"}, "OP": "SET"}',
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ROWS:
        sys.exit(__doc__.split('\n\n')[1])
    out = sys.stdout
    out.write('[{"DASH_VNET_TABLE:Bulk": {"vni": 45654}, "DASH_ROUTE_GROUP_TABLE:bulk": {}, '
              '"DASH_ACL_GROUP_TABLE:bulk": {"ip_version": "ipv4"}}')
    row = ROWS[sys.argv[1]]
    for i in range(int(sys.argv[2])):
        parts = (i >> 16, i >> 8 & 255, i & 255)
        out.write(',\n' + row % (parts + (i,) if sys.argv[1] == 'rules' else parts))
    out.write(']\n')


if __name__ == '__main__':
    main()
