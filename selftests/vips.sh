#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# More VIPs in a lifetime than have a place at a time: 100 are replaced by 100 others, over and
# over, while connections go on that have those of before as their source.  A connection must keep
# its source whatever comes and goes; a place that no connection needs any more is used
# again; and when there is none, the commit says so and changes nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 7

setup_ns appliance
one_port_up 9100
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0
dash set tcp_half_open 1h
dash apply - <<-JSON
[{"DASH_VNET_TABLE:Vnet1": {"vni": 45654}},
 {"DASH_ENI_TABLE:$ENI_KEY": {"vnet": "Vnet1", "underlay_ip": "25.1.1.1", "admin_state": "enabled"}},
 {"DASH_ROUTE_GROUP_TABLE:g": {}}, {"DASH_ENI_ROUTE_TABLE:$ENI_KEY": {"group_id": "g"}},
 {"DASH_ROUTE_TABLE:g:0.0.0.0/0": {"routing_type": "vnet", "vnet": "Vnet1"}},
 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1": {"underlay_ip": "101.1.2.3"}}]
JSON

# generation N - VIPs 10.251.N.1 to 10.251.N.100 instead of those of N - 1, which go a commit before:
# what goes with the same commit cannot make room, because packets still come by it
generation() {
	local i comma
	if [ "$1" -gt 1 ]; then
		comma=[
		for i in {1..100}; do
			echo "$comma{\"DASH_APPLIANCE_TABLE:$((1000 * ($1 - 1) + i))\": {}, \"OP\": \"DEL\"}"
			comma=,
		done >"$lib_tmp/gone.json"
		echo "]" >>"$lib_tmp/gone.json"
		dash apply "$lib_tmp/gone.json"
		dash export >"$lib_tmp/before"
	fi
	comma=[
	for i in {1..100}; do
		echo "$comma{\"DASH_APPLIANCE_TABLE:$((1000 * $1 + i))\": {\"sip\": \"10.251.$1.$i\", \"vm_vni\": 4321}}"
		comma=,
	done >"$lib_tmp/generation.json"
	echo "]" >>"$lib_tmp/generation.json"
	dash apply "$lib_tmp/generation.json"
}

# connect N COUNT - a connection by each of the first COUNT VIPs of generation N
connect() {
	local i steps=()
	for ((i = 1; i <= $2; i++)); do
		steps+=(0 1 "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.251.$1.$i / udp 51000>4789 / vxlan 4321 / eth F4:93:9F:EF:C4:7E>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.1.1 / tcp $((1000 * $1 + i))>80 S")
	done
	on $appliance "$ROOT/selftests/prog_run" --flood port0 "${steps[@]}" >"$lib_tmp/sent"
	expect "$2" jq -s 'map(.tx) | add' "$lib_tmp/sent"
}

# What each connection has as its source: its port tells which.
sources() {
	dash -j show flows | jq '[.[] | select(.direction == "outbound")]' >"$lib_tmp/flows"
	expect "$1" jq length "$lib_tmp/flows"
	jq -e 'all(.[]; .underlay_sip == "10.251.\(.sport / 1000 | floor).\(.sport % 1000)")' "$lib_tmp/flows" ||
		{ jq -c '.[0]' "$lib_tmp/flows"; return 1; }
}
one() { generation 1; connect 1 100; sources 100; }
check "100 VIPs, and a connection by each" one
two() { generation 2; connect 2 50; sources 150; }
check "100 others: connections by the first ones keep their source" two
three() { generation 3; connect 3 100; sources 250; }
check "100 others, of which 44 take the places of those that no connection uses" three
refused() {
	! generation 4 2>"$lib_tmp/why" || return 1
	cat "$lib_tmp/why"
	grep -q "no room for another VIP, VNI or MAC address; a VIP that is gone keeps its place until the connections that have it as their source have ended" "$lib_tmp/why"
	dash export | diff "$lib_tmp/before" -
	sources 250
}
check "when connections use all places, the next 100 are refused, and nothing changes" refused
again() { dash clear flows; dash apply "$lib_tmp/generation.json"; connect 4 100; sources 100; }
check "when they have ended, there is room" again
many() {
	local n
	for n in {5..12}; do
		generation "$n"
		connect "$n" 5
	done
}
check "and so on, a thousand VIPs" many
check "with each connection's own source" sources 140
