#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Two CPUs forward packets of 4,000 connections, the same ones and different ones, while
# connections are ended, judged anew, and age out, and rules and mappings are swapped.
# No packet may take another connection's way; at the end nothing is left, neither connections
# nor slots that wait, and what was sent is in the ENI's counters, and once more in the
# final counters of all connections, which the events of their ends tell.
# STRESS=seconds (default 8; 60 on the debug kernel, where a round takes some).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 6

setup_ns appliance
one_port_up 9100

# mappings FIRST STEP [FIELDS] - of every STEPth peer, as flow_stress.c expects them
mappings() {
	awk -v from="$1" -v step="$2" -v more="${3-}" 'BEGIN {
		print "["
		for (i = from; i < 500; i += step)
			printf "%s{\"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.%d.%d\": {\"underlay_ip\": \"101.%d.7.%d\"%s}}\n",
				(i > from ? "," : ""), 100 + int(i / 250), 1 + i % 250, 1 + int(i / 250), 1 + i % 250, more
		print "]"
	}'
}
mappings 0 1 >"$lib_tmp/all.json"
mappings 1 3 ', "mac_address": "02:00:00:00:00:77", "flow_resimulation_requested": true' >"$lib_tmp/third.json"
cat >"$lib_tmp/ask.json" <<-JSON
[{"DASH_ENI_TABLE:$ENI_KEY": {"full_flow_resimulation_requested": true}}]
JSON
cat >"$lib_tmp/rule.json" <<-JSON
[{"DASH_ACL_GROUP_TABLE:no-telnet": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:no-telnet:rest": {"priority": 100, "action": "allow", "terminating": true}},
 {"DASH_ACL_RULE_TABLE:no-telnet:some": {"priority": 2, "action": "deny", "terminating": true, "dst_addr": ["10.1.101.7/32"]}}]
JSON
cat >"$lib_tmp/norule.json" <<-JSON
[{"DASH_ACL_GROUP_TABLE:no-telnet": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:no-telnet:rest": {"priority": 100, "action": "allow", "terminating": true}}]
JSON
# Fewer records than connections, so that slots are reused quickly and some have no room
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0 --flows 3000
defer dash detach port0
dash apply "$ROOT/selftests/configs/topo.json" "$lib_tmp/all.json"
# So long that connections are met again before they end, where few packets a second are sent.
timeout=${DASH_DEBUG:+20000}
dash set udp "${timeout:-400}" >"$lib_tmp/set"

monitor_start "$lib_tmp/events"
seconds=${STRESS:-${DASH_DEBUG:+60}}
seconds=${seconds:-8}
ip netns exec $appliance "$ROOT/selftests/prog_run" --stress port0 "$seconds" >"$lib_tmp/sent" &
sender=$!
rounds=0
while kill -0 $sender 2>/dev/null; do
	dash flow delete --dst 10.1.100.0/25 >"$lib_tmp/round"
	dash apply "$lib_tmp/rule.json" >"$lib_tmp/round"
	dash apply "$lib_tmp/ask.json" >"$lib_tmp/round"
	dash apply "$lib_tmp/third.json" >"$lib_tmp/round"
	dash apply "$lib_tmp/norule.json" >"$lib_tmp/round"
	dash apply "$lib_tmp/ask.json" "$lib_tmp/all.json" >"$lib_tmp/round"
	rounds=$((rounds + 1))
done
wait $sender || true
cat "$lib_tmp/sent" | sed 's/^/# /'
echo "# $rounds rounds of deletion, denial, and resimulation meanwhile"
sent() { tail -n1 "$lib_tmp/sent" | jq "$1"; }

check "every packet went where its own connection goes" expect 0 sent .astray
enough() {
	[ "$(sent .sent)" -ge 1000 ]
	dash -j stats eni $ENI_KEY | jq -e '.[0].counters | .flow_updated_by_resimulation > 0 and .acl_deny_drop > 0 and .flow_deleted > 0'
}
check "and all that was meant to happen did" enough
gone() { [ "$(dash -j flow count | jq .connections)" = 0 ]; }
check "the table is empty when all have aged out" busywait 5 gone
balance() {
	dash -j stats eni $ENI_KEY | jq -e '.[0].counters | (.flow_pairs // 0) == 0 and .flow_created == .flow_deleted + (.flow_aged // 0)
		and .rx_packets == .tx_packets + .total_drop_packets'
	expect "$(sent .sent)" bash -c "ip netns exec $appliance '$ROOT/tools/dashctl' -j stats eni $ENI_KEY | jq '.[0].counters.tx_packets'"
}
check "created is ended, received is sent or dropped" balance
recycled() {
	dash -j show status | jq -e '.flow_used == 0 and .flows.ended_not_recycled == 0'
}
check "every record is free again" busywait 5 recycled
# The file may say more than once that a round was a commit; ends and beginnings are told once.
sums() {
	monitor_stop
	tail -n2 "$lib_tmp/events"
	! grep '"lost"' "$lib_tmp/events" || return 1
	jq -sc '[(map(select(.event == "flow_new")) | length), (map(select(.event == "flow_end")) | length)]' "$lib_tmp/events"
	expect "$(sent '[.sent, .octets]' | jq -c .)" jq -sc \
		'map(select(.event == "flow_end")) | [map(.outbound_packets), map(.outbound_bytes)] | map(add)' "$lib_tmp/events"
	jq -se '(map(select(.event == "flow_new")) | length) == (map(select(.event == "flow_end")) | length)' "$lib_tmp/events"
}
check "the final counters of all connections sum up to what was sent" sums
