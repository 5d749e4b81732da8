#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Everything at once: two CPUs send (soak.c says what), while one writer swaps ACL groups and
# their rules, tags, route groups, routes, mappings, inbound rules, underlay addresses and limits,
# creates and deletes ENIs, VNETs and VIPs, turns an ENI off and on, has connections judged anew and
# deleted, attaches and detaches a second port; and another one changes the underlay's routes and
# neighbours.
#
# What all configurations allow must be sent, what none allows must not; every packet is
# counted, once; and memory is what it was.
# DASH_SOAK_SECONDS (20) is how long; `make soak MINUTES=n`.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 8

seconds=${DASH_SOAK_SECONDS:-20}
must=F4939FEFC401 never=F4939FEFC41E may=F4939FEFC466 flap=F4939FEFC478
setup_ns appliance
one_port_up 9100
ip -n $appliance link add port2 mtu 9100 type veth peer name port3 mtu 9100
ip -n $appliance link set port3 up
ip -n $appliance link set port2 up
ip -n $appliance neigh add 10.250.20.3 lladdr 02:00:00:00:00:fd dev port0

# ---- configurations ------------------------------------------------------------------

# file NAME ELEMENT... - a configuration file, elements without their commas
file() {
	local name=$1
	shift
	{ echo "["; printf '%s\n' "$@" | sed '$!s/$/,/'; echo "]"; } >"$lib_tmp/$name.json"
	files+=("$name")
}
files=()

eni() { echo "{\"DASH_ENI_TABLE:$1\": {$2}}"; }
rule() { echo "{\"DASH_ACL_RULE_TABLE:$1:$2\": {\"priority\": $3, \"action\": \"$4\", \"terminating\": $5${6:+, $6}}}"; }
group() { echo "{\"DASH_ACL_GROUP_TABLE:$1\": {\"ip_version\": \"ipv4\"}}"; }
bind() { echo "{\"DASH_ACL_${2^^}_TABLE:$1:$3\": {\"v4_acl_group_id\": \"$4\"}}"; }
unbind() { echo "{\"DASH_ACL_${2^^}_TABLE:$1:$3\": {}, \"OP\": \"DEL\"}"; }
route() { echo "{\"DASH_ROUTE_TABLE:$1:$2\": {\"routing_type\": \"$3\", \"vnet\": \"Vnet1\"}}"; }
del() { echo "{\"DASH_$1\": {}, \"OP\": \"DEL\"}"; }
inbound() { echo "{\"DASH_ROUTE_RULE_TABLE:$1:45654:101.0.0.0/8:$2\": {\"action_type\": \"decap\", \"vnet\": \"Vnet1\"}}"; }
# mappings VNET NET FIELDS - 50 of them
mappings() {
	local i
	for i in {1..50}; do
		echo "{\"DASH_VNET_MAPPING_TABLE:$1:10.1.100.$i\": {\"underlay_ip\": \"101.$2.7.$i\"${3:+, $3}}}"
	done
}
# member ENI - what an ENI of this test has
member() {
	eni "$1" "\"underlay_ip\": \"25.1.1.1\", \"vnet\": \"Vnet1\", \"admin_state\": \"enabled\""
	echo "{\"DASH_ENI_ROUTE_TABLE:$1\": {\"group_id\": \"g1\"}}"
	inbound "$1" 1
}
lines() {
	"${@:2}" >"$lib_tmp/lines"
	mapfile -t "$1" <"$lib_tmp/lines"
}

lines m mappings Vnet1 1
lines e0 member $must
lines e1 member $never
lines e2 member $may
file base '{"DASH_APPLIANCE_TABLE:100": {"sip": "10.250.20.19,2001:db8:fe::19", "vm_vni": 4321}}' \
	'{"DASH_VNET_TABLE:Vnet1": {"vni": 45654}}' '{"DASH_QOS_TABLE:some": {"flows": 20000}}' \
	'{"DASH_PA_VALIDATION_TABLE:45654": {"prefixes": "101.1.7.0/24,101.2.7.0/24"}}' \
	'{"DASH_ROUTE_GROUP_TABLE:g1": {}}' '{"DASH_ROUTE_GROUP_TABLE:g2": {}}' \
	"$(route g1 10.1.0.0/16 vnet)" "$(route g2 10.1.0.0/16 vnet)" "$(route g2 10.1.100.0/24 vnet_direct)" \
	"${m[@]}" "${e0[@]}" "${e1[@]}" "${e2[@]}" "$(eni $may '"qos": "some"')" \
	'{"DASH_PREFIX_TAG_TABLE:peers": {"ip_version": "ipv4", "prefix_list": "10.1.100.0/24"}}' \
	"$(group out1)" "$(rule out1 r1 5 deny true '"protocol": 99')" "$(rule out1 r2 10 allow true '"dst_tag": "peers"')" \
	"$(group out2)" "$(rule out2 r1 5 allow false '"dst_addr": "10.0.0.0/8"')" \
	"$(group in1)" "$(rule in1 r1 10 allow true '"src_tag": "peers"')" \
	"$(group in2)" "$(rule in2 r1 10 allow false)" \
	"$(group no1)" "$(rule no1 r1 1 deny true)" \
	"$(group no2)" "$(rule no2 r1 1 deny false)" \
	"$(group no3)" "$(rule no3 r1 1 allow true '"protocol": 99')" \
	"$(group may1)" "$(rule may1 r1 1 deny true '"protocol": 17')" "$(rule may1 r2 2 allow true)" \
	"$(bind $must out 1 out1)" "$(bind $must in 1 in1)" "$(bind $never out 1 no1)" "$(bind $never in 1 no1)"
files=()	# the others are the changes
file acl1 "$(bind $must out 1 out2)" "$(bind $must in 1 in2)" "$(bind $never out 1 no2)" "$(bind $never in 1 no2)" "$(bind $may out 1 may1)"
file acl2 "$(bind $must out 1 out1)" "$(bind $must in 1 in1)" "$(bind $never out 1 no3)" "$(bind $never in 1 no3)" "$(unbind $may out 1)"
file acl3 "$(bind $never out 1 no1)" "$(bind $never in 1 no1)" "$(bind $never out 2 no1)" "$(bind $may in 3 may1)"
file acl4 "$(unbind $never out 2)" "$(unbind $may in 3)"
file rules1 "$(group out1)" "$(rule out1 a 1 allow false '"dst_tag": "peers"')" "$(group no1)" "$(rule no1 a 7 deny true '"src_addr": "10.0.0.0/8"')"
file rules2 "$(group out1)" "$(rule out1 r1 5 deny true '"protocol": 99')" "$(rule out1 r2 10 allow true '"dst_tag": "peers"')" \
	"$(group no1)" "$(rule no1 r1 1 deny true)"
file tag1 '{"DASH_PREFIX_TAG_TABLE:peers": {"ip_version": "ipv4", "prefix_list": "10.1.100.0/25,10.2.0.0/16,99.0.0.0/8"}}'
file tag2 '{"DASH_PREFIX_TAG_TABLE:peers": {"ip_version": "ipv4", "prefix_list": "10.1.0.0/16"}}'
file group1 "{\"DASH_ENI_ROUTE_TABLE:$must\": {\"group_id\": \"g2\"}}"
file group2 "{\"DASH_ENI_ROUTE_TABLE:$must\": {\"group_id\": \"g1\"}}"
file route1 "$(route g1 10.1.100.0/24 vnet_direct)" "$(route g1 10.1.100.0/26 vnet)" "$(route g2 10.1.0.0/16 vnet_direct)"
file route2 "$(del ROUTE_TABLE:g1:10.1.100.0/24)" "$(del ROUTE_TABLE:g1:10.1.100.0/26)" "$(route g2 10.1.0.0/16 vnet)"
lines m mappings Vnet1 2 '"mac_address": "02:00:00:00:00:77", "use_dst_vni": true'
file map1 "${m[@]}"
lines m mappings Vnet1 1 '"flow_resimulation_requested": true'
file map2 "${m[@]}"
file eni1 "$(eni $may '"admin_state": "disabled"')" "$(eni $must '"underlay_ip": "25.1.1.2"')"
file host1 "$(eni $must '"underlay_ip": "2001:db8:25::1"')" "$(eni $may '"underlay_ip": "fd00:1:2:3:4:5:6:7"')"
file host2 "$(eni $must '"underlay_ip": "fd00:1:2:3:4:5:6:7"')"
file eni2 "$(eni $may '"admin_state": "enabled", "underlay_ip": "25.1.1.2"')" "$(eni $must '"underlay_ip": "25.1.1.1"')"
file again "$(eni $must '"full_flow_resimulation_requested": true')" "$(eni $may '"full_flow_resimulation_requested": true')"
lines e3 member $flap
file flap1 "${e3[@]}" "$(bind $flap out 1 may1)"
file flap2 "$(del ENI_TABLE:$flap)"
lines m mappings Vnet9 3
file vnet1 '{"DASH_VNET_TABLE:Vnet9": {"vni": 999}}' "${m[@]}" '{"DASH_ROUTE_GROUP_TABLE:g9": {}}' \
	'{"DASH_ROUTE_TABLE:g9:0.0.0.0/0": {"routing_type": "vnet", "vnet": "Vnet9"}}' \
	"{\"DASH_ROUTE_RULE_TABLE:$may:999\": {\"action_type\": \"decap\", \"vnet\": \"Vnet9\"}}"
file vnet2 "$(del VNET_TABLE:Vnet9)" "$(del ROUTE_GROUP_TABLE:g9)" "$(del ROUTE_RULE_TABLE:$may:999)"
file vip1 '{"DASH_APPLIANCE_TABLE:101": {"sip": "10.250.20.21,2001:db8:fe::21", "vm_vni": 4399}}' '{"DASH_QOS_TABLE:some": {"flows": 25000}}'
file vip2 "$(del APPLIANCE_TABLE:101)" '{"DASH_QOS_TABLE:some": {"flows": 15000}}'
file inbound1 "$(del ROUTE_RULE_TABLE:$must:45654:101.0.0.0/8:1)" "$(inbound $must 2)"
file inbound2 "$(del ROUTE_RULE_TABLE:$must:45654:101.0.0.0/8:2)" "$(inbound $must 1)"
file pa1 '{"DASH_PA_VALIDATION_TABLE:45654": {"prefixes": "101.0.0.0/8"}}' '{"DASH_PA_VALIDATION_TABLE:999": {"prefixes": "9.9.9.9"}}'
file pa2 '{"DASH_PA_VALIDATION_TABLE:45654": {"prefixes": "101.1.7.0/24,101.2.7.0/24"}}' "$(del PA_VALIDATION_TABLE:999)"
changes=("${files[@]/#/apply $lib_tmp/}")
changes=("${changes[@]/%/.json}" "flow delete --eni $may" "set udp 400" "set udp 60000" "set resimulate_on_acl_change 1"
	"set resimulate_on_acl_change 0" "attach port2" "detach port2")

# ---- writers --------------------------------------------------------------------------

# Until the file "stop" is there: all changes, in any order, in one process.
change_policy() {
	local n=0
	while [ ! -e "$lib_tmp/stop" ]; do
		printf '%s\n' "${changes[@]}" | shuf | sed '/port2/d' >"$lib_tmp/batch"
		printf '%s\n' "attach port2" "detach port2" >>"$lib_tmp/batch"
		dash -batch "$lib_tmp/batch" >"$lib_tmp/batch.out" 2>"$lib_tmp/batch.err" || { cat "$lib_tmp/batch.err"; return 1; }
		n=$((n + ${#changes[@]}))
	done
	echo "$n changes of policy"
}

change_underlay() {
	local n=0
	while [ ! -e "$lib_tmp/stop" ]; do
		printf '%s\n' "route replace 101.1.0.0/16 via 10.250.20.3" "neigh replace 10.250.20.1 lladdr 02:00:00:00:00:fc dev port0" \
			"route replace 101.2.0.0/16 via 10.250.20.3" "route del 101.1.0.0/16" "route replace 25.1.1.0/24 via 10.250.20.3" \
			"neigh replace 10.250.20.1 lladdr 02:00:00:00:00:fe dev port0" "route del 101.2.0.0/16" "route del 25.1.1.0/24" |
			ip -n $appliance -batch -
		n=$((n + 8))
	done
	echo "$n changes of the underlay"
}

# soak SECONDS - senders and writers, together
soak() {
	local policy underlay rc=0
	rm -f "$lib_tmp/stop"
	change_policy >"$lib_tmp/policy" 2>&1 &
	policy=$!
	change_underlay >"$lib_tmp/underlay" 2>&1 &
	underlay=$!
	on $appliance "$ROOT/selftests/prog_run" --soak port0 "$1" >"$lib_tmp/sent" || rc=1
	touch "$lib_tmp/stop"
	wait $policy || rc=1
	wait $underlay || rc=1
	return $rc
}

# Back to the configuration of the beginning, without connections.
rest() {
	dash clear all
	dash apply "$lib_tmp/base.json"
	dash set udp 60000 resimulate_on_acl_change 0
	busywait 10 settled
}
settled() { dash -j show status | jq -e '.flow_used == 0 and .flows.ended_not_recycled == 0' >"$lib_tmp/settled"; }

insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0 --flows 40000
defer dash detach port0
# A connection of "must" waits longer for its next segment where the machine is slow.
dash set tcp_half_open 1h tcp_established 1h tcp_half_closed 1h tcp_closing 1h tcp_close_linger 60s
dash apply "$lib_tmp/base.json"
soak 3 >"$lib_tmp/warm" || cat "$lib_tmp/warm" "$lib_tmp/policy"
rest
memory_before=$(kernel_memory)
dash -j show memory >"$lib_tmp/objects.before"

dash -j stats port >"$lib_tmp/port.before"
check "the senders and writers run" soak "$seconds"
sed 's/^/# /' "$lib_tmp/sent" "$lib_tmp/policy" "$lib_tmp/underlay"
dash -j stats >"$lib_tmp/stats"

tail -n1 "$lib_tmp/sent" >"$lib_tmp/sum"

# judge JQ - is it so?  $sent: what soak.c says; $now, $was: counters of the port after and before
judge() {
	jq -en --slurpfile stats "$lib_tmp/stats" --slurpfile before "$lib_tmp/port.before" --slurpfile sent "$lib_tmp/sum" "
		def port(x): [x[] | select(.scope == \"port\" and .dev == \"port0\")][0].counters;
		def eni(\$e): [\$stats[0][] | select(.eni == \$e)][0].counters // {};
		def must_be(b): if b then true else error(tojson) end;
		\$sent[0] as \$sent | port(\$stats[0]) as \$now | port(\$before[0]) as \$was | $1"
}
check "no packet was let through that none allows, or sent wrong" judge '$sent | must_be(.bad == 0)'
check "no packet was lost that all allow" judge "eni(\"$must\") | must_be(.rx_packets == \$sent.must.total and
	.tx_packets == \$sent.must.total and (.total_drop_packets // 0) == 0 and .rx_packets > 1000 and \$sent.handshakes > 10)"
check "of what none allows each packet was dropped by the ACL" judge "eni(\"$never\") | must_be(.rx_packets > 1000 and
	.rx_packets == \$sent.never.total and (.tx_packets // 0) == 0 and
	.rx_packets == (.acl_deny_drop // 0) + (.acl_no_match_drop // 0))"
check "received is sent or dropped; created is deleted, aged or alive" judge "eni(\"$must\", \"$never\", \"$may\") | must_be(
	(.rx_packets // 0) == (.tx_packets // 0) + (.total_drop_packets // 0) and (.internal_error_drop // 0) == 0 and
	(.flow_created // 0) == (.flow_deleted // 0) + (.flow_aged // 0) + (.flow_pairs // 0))"
# What an ENI had that is gone went with it, so of those packets there is only an upper limit.
check "the counters of the port add up" judge "(\$now | with_entries(.value -= (\$was[.key] // 0))) as \$d
	| ([\$sent.must, \$sent.never, \$sent.may, \$sent.flap, \$sent.junk]) as \$kinds
	| {rx: \$d.rx_packets, total: (\$kinds | map(.total) | add), stack: (\$d.underlay_passthrough // 0),
	   passed: (\$kinds | map(.passed) | add), drops: (\$d.total_drop_packets // 0), flap: \$sent.flap.total,
	   enis: ([eni(\"$must\", \"$never\", \"$may\").rx_packets] | add)}
	| must_be(.rx == .total and .stack == .passed and (.total - .passed - .drops - .enis | . >= 0) and
		.total - .passed - .drops - .enis <= .flap)"
as_before() {
	rest
	dash -j show memory >"$lib_tmp/objects.after"
	diff "$lib_tmp/objects.before" "$lib_tmp/objects.after"
}
check "objects cost what they did at the beginning" as_before
same_memory() {
	local after
	after=$(kernel_memory)
	echo "kB before $memory_before, after $after"
	[ -n "${DASH_DEBUG-}" ] || [ $((after - memory_before)) -lt 2048 ]
}
check "the kernel's memory is what it was" same_memory
