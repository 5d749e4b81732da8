#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# More tunnel ends than next hops can be cached (16,383): the first ones are, the others are
# looked up for each packet.  When connections end, what they had is given to others, but
# not what a connection still has.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 4

setup_ns appliance
one_port_up 9100
ifindex=$(ip netns exec $appliance cat /sys/class/net/port0/ifindex)

# mappings COUNT NET - CA 10.0.0.0 + i to PA NET.0.0.0 + i
mappings() {
	awk -v n="$1" -v net="$2" 'BEGIN {
		print "["
		for (i = 0; i < n; i++)
			printf "%s{\"DASH_VNET_MAPPING_TABLE:Vnet1:10.0.%d.%d\": {\"underlay_ip\": \"%d.0.%d.%d\"}}\n",
				(i ? "," : ""), int(i / 256), i % 256, net, int(i / 256), i % 256
		print "]"
	}'
}
mappings 24000 101 >"$lib_tmp/many.json"
mappings 1000 102 >"$lib_tmp/others.json"
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0
dash set udp 1h
dash apply - "$lib_tmp/many.json" >"$lib_tmp/apply" <<-JSON
[{"DASH_APPLIANCE_TABLE:1": {"sip": "10.250.20.19", "vm_vni": 4321}}, {"DASH_VNET_TABLE:Vnet1": {"vni": 45654}},
 {"DASH_ENI_TABLE:F4939FEF0000": {"vnet": "Vnet1", "underlay_ip": "25.1.1.1", "admin_state": "enabled"}},
 {"DASH_ROUTE_GROUP_TABLE:g": {}}, {"DASH_ENI_ROUTE_TABLE:F4939FEF0000": {"group_id": "g"}},
 {"DASH_ROUTE_TABLE:g:0.0.0.0/0": {"routing_type": "vnet", "vnet": "Vnet1"}}]
JSON

connect() { on $appliance "$ROOT/selftests/prog_run" --miss port0 "$1" "$2"; }
# hops JQ - is it so?
hops() {
	ip netns exec $appliance python3 "$ROOT/selftests/nexthops.py" "$ifindex" >"$lib_tmp/hops"
	cat "$lib_tmp/hops"
	jq -e "$1" "$lib_tmp/hops" >"$lib_tmp/verdict"
}
full() { connect 30000 24000; hops '.cached == 16382 and (.uncached | add) > 0 and .shared == 0'; }
check "the cache is full: later tunnel ends have no place" full
# Those to 10.0.0.0/19 stay.
ended() {
	dash clear flows --dst 10.0.32.0/19
	dash clear flows --dst 10.0.64.0/18
	dash apply "$lib_tmp/others.json"
	hops '.flows > 8000 and .cached > 5000 and .cached < 8193'
}
check "two thirds of the connections end" ended
# The first new one finds no place, and has those taken back that nobody uses.
cached() {
	connect 500 1000
	hops '.uncached."102" == 0 and .shared == 0' && return
	dash clear flows --dst 10.0.0.0/22 >"$lib_tmp/clear"
	return 1
}
check "what they had is given to others" busywait 60 cached
all_there() { hops '.flows > 5000 and .cached > 5000 and .shared == 0'; }
check "and nobody has what another tunnel end has" all_there
