#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# A commit that has connections judged anew takes effect as a whole, when it is answered
# (resimulate.c says how that is seen).  Each of them changes the binding of an ACL, an inbound rule and
# mappings, of which only the last one decides: a connection that is made or judged between
# the new binding and the new mappings must not count as one of the new policy.
# DASH_JUDGE_SECONDS (10) is how long each of the two ways to ask is tried.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 3

setup_ns appliance
one_port_up 9100
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0
dash set udp 1s
dash apply "$ROOT/selftests/configs/topo.json" - <<-JSON
[{"DASH_ACL_GROUP_TABLE:one": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:one:all": {"priority": 1, "action": "allow", "terminating": true}},
 {"DASH_ACL_GROUP_TABLE:two": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:two:all": {"priority": 1, "action": "allow", "terminating": true}}]
JSON

# policy GROUP PRIORITY SET|DEL ENI_FIELDS - one of the two files
policy() {
	local i other=$((3 - $2))
	echo "[{\"DASH_ACL_OUT_TABLE:$ENI_KEY:1\": {\"v4_acl_group_id\": \"$1\"}},"
	echo " {\"DASH_ROUTE_RULE_TABLE:$ENI_KEY:45654:101.9.0.0/16:$2\": {\"action_type\": \"decap\"}},"
	echo " {\"DASH_ROUTE_RULE_TABLE:$ENI_KEY:45654:101.9.0.0/16:$other\": {}, \"OP\": \"DEL\"},"
	[ -z "$4" ] || echo " {\"DASH_ENI_TABLE:$ENI_KEY\": {$4}},"
	for i in {1..50}; do
		echo " {\"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.100.$i\": {\"underlay_ip\": \"101.1.7.$i\"}, \"OP\": \"$3\"},"
	done | sed '$s/,$/]/'
}

# judged ENI_FIELDS - the same with these
judged() {
	policy one 1 SET "$1" >"$lib_tmp/allow.json"
	policy two 2 DEL "$1" | sed '/MAPPING/s/{"underlay_ip": [^}]*}/{}/' >"$lib_tmp/deny.json"
	on $appliance "$ROOT/selftests/prog_run" --judge port0 "${DASH_JUDGE_SECONDS:-10}" "$lib_tmp/allow.json" \
		"$lib_tmp/deny.json" >"$lib_tmp/judged"
	sed 's/^/# /' "$lib_tmp/judged" | grep -v changed
	tail -n1 "$lib_tmp/judged" | jq -e '.wrong == 0 and .commits > 4 and .sent > 500 and .dropped > 500'
}
dash set resimulate_on_acl_change 1
check "the binding of an ACL group asks: every packet goes by the commit that was answered" judged ""
dash set resimulate_on_acl_change 0
check "the ENI asks: the same" judged '"full_flow_resimulation_requested": true'
nothing_left() {
	dash flow flush 2>&1 || dash flow delete --eni $ENI_KEY
	dash -j stats eni $ENI_KEY | jq -e '.[0].counters | .flow_created == .flow_deleted + (.flow_aged // 0) and
		.rx_packets == .tx_packets + .total_drop_packets and .flow_updated_by_resimulation > 0'
}
check "created is ended, received is sent or dropped" nothing_left
