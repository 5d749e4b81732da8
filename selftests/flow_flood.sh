#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# One ENI floods a small flow table with SYNs.  Half-open connections give way, the oldest of the
# ENI that has most of them first; established connections, other protocols and other ENIs keep what they have
# and get what they need; nothing is evicted that is not half-open; and every refusal is
# counted, once, under its cause (pipeline.md 20).  Packets come from flood.c.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 10

size=2000
setup_ns appliance
one_port_up 9100
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0 --flows $size
defer dash detach port0
other=F4939FEFC401
dash apply "$ROOT/selftests/configs/topo.json" - >"$lib_tmp/apply" <<-JSON
[{"DASH_ENI_TABLE:$other": {"mac_address": "F4:93:9F:EF:C4:01", "vnet": "Vnet1", "underlay_ip": "25.1.1.1",
   "admin_state": "enabled"}},
 {"DASH_ENI_ROUTE_TABLE:$other": {"group_id": "group_id_1"}},
 {"DASH_ROUTE_RULE_TABLE:$other:45654": {"action_type": "decap", "priority": 1, "vnet": "Vnet1"}}]
JSON
dash set tcp_half_open 600000 >"$lib_tmp/set"

rx="eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4"
# out MAC SEGMENT - from the VM; answer MAC SEGMENT - from its peer
out() { echo "$rx 25.1.1.1>10.250.20.19 / udp 51000>4789 / vxlan 4321 / eth $1>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.1.1 / $2"; }
answer() { echo "$rx 101.1.2.3>10.250.20.19 / udp 51000>4789 / vxlan 45654 / eth C8:22:83:99:22:A2>$1 / ip4 10.1.1.1>10.1.2.9 / $2"; }
flood() { on $appliance "$ROOT/selftests/prog_run" --flood port0 "$@"; }
# established MAC PORT FIRST COUNT - whole handshakes: all SYNs, all answers, all ACKs
established() {
	flood "$3" "$4" "$(out "$1" "tcp $2>80 S / pay 0")" \
		"-$3" "$4" "$(answer "$1" "tcp 80>$2 SA / pay 0")" \
		"$3" "$4" "$(out "$1" "tcp $2>80 A / pay 0")"
}
victim=F4:93:9F:EF:C4:01
# look - the counters of both ENIs and the status now, for counter and status: a process costs more
# than what it asks for where the machine is emulated
look() {
	dash -j stats eni $ENI_KEY >"$lib_tmp/$ENI_KEY.json"
	dash -j stats eni $other >"$lib_tmp/$other.json"
	dash -j show status >"$lib_tmp/status.json"
}
counter() { jq ".[0].counters.$2 // 0" "$lib_tmp/$1.json"; }
status() { jq -r "$1" "$lib_tmp/status.json"; }
# passed - every step of the last flood went through
passed() { jq -se 'map(.tx == .packets and .drops == {}) | all'; }

fast() { jq -se 'map(.tx == .packets and .fast == .packets) | all'; }

prepare() {
	established $ENI 1024 0 100 | passed
	established $victim 1024 0 100 | passed
	look
	expect 100 counter $ENI_KEY tcp_connections_verified
	expect 100 counter $other tcp_connections_verified
}
check "two ENIs have a hundred connections each" prepare

flood 0 60000 "$(out $ENI "tcp 2048>81 S / pay 0")" >"$lib_tmp/flood"
sed 's/^/# 60,000 SYNs: /' "$lib_tmp/flood"
look
for e in $ENI_KEY $other; do
	jq -c '.[0].counters | {flow_created, flow_deleted, flow_pairs, tcp_half_open_yielded,
		flow_create_failed, flow_limit_global_drop, flow_pairs_half_open, flow_pairs_half_open_max}' \
		"$lib_tmp/$e.json" | sed "s/^/# $e: /"
done

gave_way() {
	[ "$(counter $ENI_KEY tcp_half_open_yielded)" -gt 100 ]
	# not one more than makes room: what is not there yet is waited for
	[ "$(counter $ENI_KEY flow_pairs_half_open)" -gt $((size * 3 / 4)) ]
	expect 0 counter $other tcp_half_open_yielded
}
check "the flood's own half-open connections give way to its new ones" gave_way
both_live() {
	# in both directions
	flood 0 100 "$(out $ENI "tcp 1024>80 A / pay 0")" -0 100 "$(answer $ENI "tcp 80>1024 A / pay 0")" \
		0 100 "$(out $victim "tcp 1024>80 A / pay 0")" -0 100 "$(answer $victim "tcp 80>1024 A / pay 0")" | fast
}
check "established connections of both ENIs go on, on the fast path" both_live
others_open() {
	established $victim 3072 0 50 | passed
	flood 0 20 "$(out $victim "udp 5000>53 / pay 12")" 0 20 "$(out $ENI "udp 5000>53 / pay 12")" | passed
}
check "the other ENI opens connections meanwhile, and other protocols do" others_open
# again, with the victim opening connections in the middle of it: as many as the part that is kept from the
# flood holds (a 64th: some 30), since no record may have come back since the flood took the last of the others
meanwhile() {
	flood 0 20000 "$(out $ENI "tcp 2049>82 S / pay 0")" \
		100 25 "$(out $victim "tcp 3072>80 S / pay 0")" \
		20000 20000 "$(out $ENI "tcp 2049>82 S / pay 0")" \
		-100 25 "$(answer $victim "tcp 80>3072 SA / pay 0")" \
		40000 20000 "$(out $ENI "tcp 2049>82 S / pay 0")" \
		100 25 "$(out $victim "tcp 3072>80 A / pay 0")" >"$lib_tmp/meanwhile"
	cat "$lib_tmp/meanwhile"
	jq -se 'map(select(.packets == 25) | .tx == 25 and .drops == {}) | all' "$lib_tmp/meanwhile"
	look
	expect 0 counter $other tcp_half_open_yielded
	expect 0 counter $other flow_create_failed
}
check "a handshake of the other ENI completes while the flood goes on" meanwhile
exact() {
	local failed drops
	jq -e '.[0].counters | .flow_created == .flow_deleted + .flow_aged + .flow_pairs and
		.flow_create_failed == .flow_limit_global_drop and .total_drop_packets == .flow_limit_global_drop' "$lib_tmp/$ENI_KEY.json"
	failed=$(status '.flows | .failed_no_record + .failed_no_index_entry + .failed_kept_back')
	drops=$(($(counter $ENI_KEY flow_limit_global_drop) + $(counter $other flow_limit_global_drop)))
	expect "$drops" echo "$failed"
	expect $(($(counter $ENI_KEY flow_pairs) + $(counter $other flow_pairs))) status .flow_used
	[ "$(status .flow_high_water)" -le $size ]
	expect "$(status '.flow_high_water * 2')" eval "dash -j stats global | jq '.[0].counters.flow_entries_max'"
	# every SYN became a connection or a drop: 100 + 60000 + 60000, and 20 of UDP
	expect 120120 jq '.[0].counters | .flow_created + .flow_create_failed' "$lib_tmp/$ENI_KEY.json"
}
check "occupancy, high-water mark and refusals by cause are exact" exact

# ---- nobody gives way who is established: a table full of such ones refuses

full_of_established() {
	dash clear flows
	flood 0 $size "$(out $ENI "udp 7000>53 / pay 12")" >"$lib_tmp/udp"
	cat "$lib_tmp/udp"
	look
	# records of the cleared table come back after a grace period: all of them are free by now
	expect $size status .flow_used
	flood 0 500 "$(out $victim "tcp 4096>83 S / pay 0")" >"$lib_tmp/refused"
	cat "$lib_tmp/refused"
	jq -e '.tx == 0 and .drops == {"flow_limit_global": 500}' "$lib_tmp/refused"
	look
	expect $size counter $ENI_KEY flow_pairs_udp
	flood 0 $size "$(out $ENI "udp 7000>53 / pay 12")" | passed
}
check "nothing but half-open connections gives way: a full table refuses, and keeps what it has" full_of_established

# ---- limits of an ENI

limits() {
	dash clear flows
	dash apply - <<<"[{\"DASH_QOS_TABLE:few\": {\"flows\": 100}}, {\"DASH_ENI_TABLE:$ENI_KEY\": {\"qos\": \"few\"}}]"
	flood 0 150 "$(out $ENI "udp 7000>53 / pay 12")" >"$lib_tmp/few"
	jq -e '.tx == 100 and .drops == {"flow_limit_eni": 50}' "$lib_tmp/few"
	flood 0 150 "$(out $victim "udp 7000>53 / pay 12")" | passed
	dash flow delete --eni $ENI_KEY --sport 7000
	flood 100 1 "$(out $ENI "udp 7000>53 / pay 12")" | passed
}
check "an ENI's limit of connections is exact, and its own" limits
recycled() { look; expect 0 status .flows.ended_not_recycled; }
half_open_first() {
	dash clear flows
	established $ENI 1024 0 50 | passed
	flood 0 5000 "$(out $ENI "tcp 2048>81 S / pay 0")" >"$lib_tmp/limit"
	cat "$lib_tmp/limit"
	jq -e '.tx >= 50 and .tx < 5000 and .drops == {"flow_limit_eni": (5000 - .tx)}' "$lib_tmp/limit"
	busywait 5 recycled
	# no faster than records come back, and never those of others
	flood 5000 50 "$(out $ENI "tcp 2048>81 S / pay 0")" | passed
	look
	expect 100 counter $ENI_KEY flow_pairs
	expect 50 counter $ENI_KEY flow_pairs_half_open
	flood 0 50 "$(out $ENI "tcp 1024>80 A / pay 0")" | fast
	established $ENI 6000 0 40 | passed
	expect 90 eval "dash -j show flows --proto tcp | jq '[.[] | select(.state == \"established\")] | length / 2'"
}
check "at that limit, too, half-open ones give way first" half_open_first
rate() {
	dash clear flows
	dash apply - <<<'[{"DASH_QOS_TABLE:few": {"cps": 1}}]'
	# the bucket holds 32, and gets one a second
	flood 0 500 "$(out $ENI "udp 7000>53 / pay 12")" >"$lib_tmp/cps"
	cat "$lib_tmp/cps"
	jq -e '.tx >= 32 and .tx <= 34 + .seconds and .drops == {"cps_limit": (500 - .tx)}' "$lib_tmp/cps"
	flood 0 500 "$(out $victim "udp 7000>53 / pay 12")" | passed
	# retransmitted SYNs do not count (18.4)
	dash apply - <<<'[{"DASH_QOS_TABLE:few": {"cps": 0}}]'
	flood 0 1 "$(out $ENI "tcp 2048>81 S / pay 0")" | passed
	dash apply - <<<'[{"DASH_QOS_TABLE:few": {"cps": 1}}]'
	flood 0 1 "$(out $ENI "tcp 2048>81 S / pay 0")" 0 1 "$(out $ENI "tcp 2048>81 S / pay 0")" | passed
}
check "the rate of new connections is limited, of the ENI alone, and retransmissions are not new" rate
