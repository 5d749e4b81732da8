#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does dashctl say what would happen to a packet, what happens to packets, and why they are
# dropped?  That a trace comes true is shown by oracle.sh, on random packets; here: its
# words, objects and near misses, that it changes nothing, captures, packets that are followed,
# drops as they happen, and the tracepoints.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 32

E=$ENI_KEY
out="outbound eni $E"

# said TEXT COMMAND... - the output of COMMAND has this line, but for blanks around it
said() {
	local text=$1 output
	shift
	output=$("$@" 2>&1) || true
	echo "$output" >"$lib_tmp/said"
	sed 's/^ *//' "$lib_tmp/said" | grep -xF -- "$text" >"$lib_tmp/none" || { cat "$lib_tmp/said"; return 1; }
}

# status N COMMAND...
status() {
	local wanted=$1 got=0
	shift
	"$@" >"$lib_tmp/said" 2>&1 || got=$?
	[ $got = "$wanted" ] || { cat "$lib_tmp/said"; return 1; }
}

# json FILTER COMMAND... - what jq makes of its output
json() {
	local filter=$1
	shift
	dash -j "$@" | jq -r "$filter"
}

setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
check "without a port there is nothing to trace on" said \
	"dashctl: trace: nothing is attached, so there are no tables for packets: dashctl attach DEV first" \
	dash trace hex ffffffffffff0200000000010800
one_port_up 1700
dash attach port0 >"$lib_tmp/none" 2>&1
defer dash detach port0
defer dash clear all
cat >"$lib_tmp/config.json" <<END
[
 {"DASH_APPLIANCE_TABLE:100": {"sip": "$VIP4", "vm_vni": 4321}},
 {"DASH_VNET_TABLE:Vnet1": {"vni": 45654}}, {"DASH_VNET_TABLE:Vnet2": {"vni": 866}},
 {"DASH_ROUTE_GROUP_TABLE:g1": {}},
 {"DASH_ROUTE_TABLE:g1:10.0.0.0/8": {"routing_type": "drop"}},
 {"DASH_ROUTE_TABLE:g1:10.1.0.0/16": {"routing_type": "vnet", "vnet": "Vnet1"}},
 {"DASH_ROUTE_TABLE:g1:30.0.0.0/16": {"routing_type": "direct"}},
 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1": {"underlay_ip": "101.1.2.3", "mac_address": "C8:22:83:99:22:A2"}},
 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.6": {"underlay_ip": "2601:12:7a:1::1234"}},
 {"DASH_VNET_MAPPING_TABLE:Vnet2:10.1.7.7": {"underlay_ip": "102.1.2.9"}},
 {"DASH_ENI_TABLE:$E": {"mac_address": "$ENI", "underlay_ip": "25.1.1.1", "vnet": "Vnet1", "admin_state": "enabled"}},
 {"DASH_ENI_ROUTE_TABLE:$E": {"group_id": "g1"}},
 {"DASH_ROUTE_RULE_TABLE:$E:45654:101.1.2.0/24:7": {"action_type": "decap"}},
 {"DASH_ACL_GROUP_TABLE:web": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:web:https": {"priority": 10, "action": "allow", "terminating": true, "protocol": [6], "dst_port": [443]}},
 {"DASH_ACL_RULE_TABLE:web:udp": {"priority": 20, "action": "allow", "terminating": false, "protocol": [17]}},
 {"DASH_ACL_RULE_TABLE:web:rest": {"priority": 30, "action": "deny", "terminating": true, "protocol": [6]}},
 {"DASH_ACL_OUT_TABLE:$E:3": {"v4_acl_group_id": "web"}}
]
END
dash apply "$lib_tmp/config.json"
# One packet of each kind through the program that is attached.
UDP="eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>$VIP4 / udp 51000>4789 / vxlan 4321 / eth $ENI>12:34:56:78:9a:bc / ip4 10.1.2.9>10.1.1.1 / udp 10000>20000 / pay 8"
DENIED=${UDP/udp 10000>20000/tcp 10000>80 S}
STRAY=${UDP/$VIP4/10.250.20.99}
send() { on $appliance "$ROOT/selftests/prog_run" --send port0 "$1"; }

# ---- words, and what they are answered -----------------------------------------------

# One dashctl for all: most of its time is the verifier's.
cat >"$lib_tmp/batch" <<END
trace $out udp 10.1.2.9:10000 10.1.1.1:20000
trace $out tcp 10.1.2.9:1 10.1.1.1:80
trace $out icmp 10.1.2.9 10.1.1.1
trace $out udp 10.1.2.9:1 10.1.7.7:2
trace $out udp 10.1.2.9:1 11.0.0.1:2
trace $out udp 10.1.2.9:1 10.1.1.6:2
trace inbound eni $E tcp 10.1.1.1:1 10.1.2.9:2 from 101.1.3.3
trace inbound eni $E tcp 10.1.1.1:1 10.1.2.9:2 from 101.1.2.4
trace $out tcp 10.1.2.9:1 10.1.1.1:443 flags A
trace $out udp 10.1.2.9:1 10.1.1.1:2 vni 45654
trace $out tcp [2001:db8:a::9]:1 [2001:db8:b::1]:80
trace hex ffffffffffff0200000000010806
END
dash -batch "$lib_tmp/batch" >"$lib_tmp/all" 2>&1 || true
words() { said "$1" cat "$lib_tmp/all"; }
check "a packet of words: who it is" words "outbound eni $E udp 10.1.2.9:10000 10.1.1.1:20000 vni 4321 from 25.1.1.1 to $VIP4 at port0"
check "the ACL rule by group, name and priority" words "acl: stage 3 group web: rule udp (priority 20, allow)"
check "the route, and the one behind it" words "route: group g1: 10.1.0.0/16 vnet Vnet1; behind it: 10.0.0.0/8 drop"
check "the mapping, and where the VNI comes from" words \
	"mapping: Vnet1:10.1.1.1: PA 101.1.2.3, VNI 45654 (of the ENI's VNET), inner destination MAC C8:22:83:99:22:A2"
check "where it is sent" words "sent by port0"
headers() {
	expect '["eth","ip4","udp","vxlan","eth","ip4","udp"] 101.1.2.3 45654 C8:22:83:99:22:A2' json \
		'"\([.after[].header] | tojson) \(.after[1].dst) \(.after[3].vni) \(.after[4].dst)"' \
		trace $out udp 10.1.2.9:10000 10.1.1.1:20000
}
check "the headers after, as JSON" headers
check "a rule that denies, and the one that nearly allows" words \
	"acl: stage 3 group web: rule rest (priority 30, deny, terminating); would allow, but for dst_port: rule https (priority 10, allow, terminating)"
check "and the verdict" words "dropped: acl_deny: an ACL rule denies the connection"
check "no rule matches" words \
	"acl: stage 3 group web: no rule matches: deny; would allow, but for protocol: rule udp (priority 20, allow) -> acl_no_match"
check "no mapping, but another VNET has one" words \
	"mapping: no mapping for 10.1.7.7 in VNET Vnet1 (it has 2); but VNET Vnet2 has one -> outbound_ca_pa_entry_miss"
check "no route" words "route: group g1: no route covers 11.0.0.1 (of 3) -> outbound_routing_entry_miss"
check "no VIP of the tunnel's family" words \
	"source_vip: the tunnel needs an IPv6 source, and the appliance has no such VIP -> underlay_sip_missing"
check "an inbound rule that nearly matches" words \
	"inbound_rule: no rule for VNI 45654 from 101.1.3.3; would match, but for prefix: rule VNI 45654 from 101.1.2.0/24 priority 7: decap -> inbound_routing_entry_miss"
check "a tunnel source that is no PA of the VNET" words \
	"pa_validation: 101.1.2.4 is not a PA of VNET Vnet1 -> pa_validation_fail"
check "a segment without a connection" words "flow: no connection: policy decides -> flow_miss_non_syn"
check "an ENI by the MAC address of the other end" words \
	"near: the MAC address at the other end is that of eni $E: is the VNI right?"
check "IPv6" words "route: group g1: no route covers 2001:db8:b::1 (of 0) -> outbound_routing_entry_miss"
check "a frame that is none of the appliance's" words "not a packet of the appliance: to the host's network stack"
unclear() {
	status 2 dash trace outbound eni $E udp 10.1.2.9 10.1.1.1:2
	status 2 dash trace outbound eni $E udp 10.1.2.9:1 10.1.1.1:2 flags S
	status 2 dash trace inbound eni $E udp 10.1.1.1:1 10.1.2.9:2
	status 1 dash trace outbound eni nobody udp 10.1.2.9:1 10.1.1.1:2
	status 2 dash trace hex 0102xx
	status 1 dash trace --port lo hex ffffffffffff0200000000010800
	said "dashctl: trace: which tunnel does it come out of? name its source: from PA" \
		dash trace inbound eni $E udp 10.1.1.1:1 10.1.2.9:2
}
check "what is not clear is asked for" unclear

# ---- nothing is changed ----------------------------------------------------------------

numbers() {
	printf '%s\n' stats "stats acl web" "show route-group g1" "show vnet Vnet1 mappings" "flow count" | dash -j -batch -
}
harmless() {
	local before
	before=$(numbers)
	for port in {100..119}; do
		printf 'ffffffffffff02000000000108004500004e00000000401140%02x19010101\n' $port
		cat "$lib_tmp/frame.hex"
	done | dash -j trace hex - >"$lib_tmp/answers"
	expect 40 grep -c '"verdict"' "$lib_tmp/answers"
	expect 20 grep -c '"verdict":"sent"' "$lib_tmp/answers"
	[ "$before" = "$(numbers)" ]
}
# a frame as that of 25.1
echo 0200000000010200000000fe08004500004e0000000040114191190101010afa1413c73812b5003a0000080000000010e100123456789abcf4939fefc47e08004500001c00000000401100000a0102090a01010127104e2000080000 \
	>"$lib_tmp/frame.hex"
check "forty traces move no counter and open no connection" harmless

# ---- connections ---------------------------------------------------------------------

send "$UDP" >"$lib_tmp/none"
check "a connection decides" said "flow: connection exists, packet of the side that opened it: it decides" \
	dash trace $out udp 10.1.2.9:10000 10.1.1.1:20000 --policy
check "and policy is told if asked for" said "policy today: route: group g1: 10.1.0.0/16 vnet Vnet1; behind it: 10.0.0.0/8 drop" \
	cat "$lib_tmp/said"

# ---- captures ------------------------------------------------------------------------

# bytes HEX
bytes() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }
capture() {
	local n
	n=$(($(wc -c <"$lib_tmp/frame.hex") / 2))
	{
		bytes d4c3b2a1020004000000000000000000ffff000001000000
		bytes "$(printf '0000000000000000%02x000000%02x000000' 14 14)ffffffffffff0200000000010806"
		bytes "$(printf '0000000000000000%02x000000%02x000000' $n $n)$(cat "$lib_tmp/frame.hex")"
	} >"$lib_tmp/a.pcap"
	expect "1 passed 2 sent" json '[.[] | "\(.frame) \(.verdict)"] | join(" ")' trace pcap "$lib_tmp/a.pcap" 1-2
	status 2 dash trace pcap "$lib_tmp/a.pcap" 3
	bytes 0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000 >"$lib_tmp/b.pcap"
	said "dashctl: trace: $lib_tmp/b.pcap: a pcapng file; convert it: editcap -F pcap $lib_tmp/b.pcap OUT, or tcpdump -r $lib_tmp/b.pcap -w OUT" \
		dash trace pcap "$lib_tmp/b.pcap" 1
}
check "frames of a capture" capture

# ---- as they come ---------------------------------------------------------------------

# told PACKET - send it until the listener has heard enough and ends
told() {
	send "$1" >"$lib_tmp/none"
	! kill -0 $listener 2>"$lib_tmp/none"
}
# hear PACKET COMMAND... - its output is in heard
hear() {
	local packet=$1
	shift
	ip netns exec $appliance "$ROOT/tools/dashctl" -j "$@" >"$lib_tmp/heard" 2>"$lib_tmp/none" &
	listener=$!
	busywait 30 told "$packet"
	wait $listener
}
live() {
	hear "$UDP" trace live --proto udp --src 10.1.2.9/32 --count 2
	expect "sent sent" jq -sr '[.[].verdict] | join(" ")' "$lib_tmp/heard"
	expect "flow true 7 101.1.2.3" jq -sr '.[1] | "\(.steps[0].stage) \(.flow_exists) \(.after | length) \(.after[1].dst)"' "$lib_tmp/heard"
	hear "$DENIED" trace live --proto tcp --count 1
	expect "dropped acl_deny rest" jq -r '"\(.verdict) \(.reason) \([.steps[] | select(.stage == "acl")][-1].rule)"' "$lib_tmp/heard"
}
check "packets are followed, of connections and dropped ones" live
fast() { dash -j stats global | jq '.[0].counters.fast_path_packets'; }
path() {
	local before
	before=$(fast)
	send "$UDP" >"$lib_tmp/none"
	expect $((before + $1)) fast
}
check "afterwards they take the fast path again" path 1
drops() {
	hear "$DENIED" drops -f --count 1
	expect "acl_deny $E tcp 10.1.2.9 80 acl" jq -r '"\(.reason) \(.eni) \(.proto) \(.src) \(.dport) acl"' "$lib_tmp/heard"
	expect "stage 3 group web: rule rest (priority 30, deny, terminating); would allow, but for dst_port: rule https (priority 10, allow, terminating)" \
		jq -r .object "$lib_tmp/heard"
	hear "$STRAY" drops -f --count 1
	expect "vip_miss port0 10.250.20.99" jq -r '"\(.reason) \(.port) \(.vip)"' "$lib_tmp/heard"
}
check "drops as they happen, with the object" drops
counters() {
	expect "acl_deny an ACL rule denies the connection" json \
		'.[] | select(.eni == "'$E'") | .drops[] | select(.reason == "acl_deny") | "\(.reason) \(.meaning)"' drops
	expect vip_miss json '.[] | select(.dev == "port0") | .drops[0].reason' drops
}
check "drops by object, with what they mean" counters
full() {
	local watchers= i
	for i in 1 2 3 4; do
		ip netns exec $appliance "$ROOT/tools/dashctl" trace live >"$lib_tmp/follow$i" 2>&1 &
		watchers+=" $!"
		# one after the other: who asks whether there is room takes it
		busywait 30 grep -q "following packets" "$lib_tmp/follow$i"
	done
	busywait 30 others
	kill $watchers
}
others() { said "dashctl: trace live: 4 others follow packets already" timeout 1 ip netns exec $appliance "$ROOT/tools/dashctl" trace live; }
check "four can follow at a time, the fifth is told" full

# ---- tracepoints ------------------------------------------------------------------------

events=/sys/kernel/tracing
[ -d $events/events ] || mount -t tracefs tracefs $events
tracepoints() {
	echo 1 >$events/events/dash/enable
	echo >$events/trace
	send "$DENIED" >"$lib_tmp/none"
	send "${UDP/udp 10000/udp 10001}" >"$lib_tmp/none"
	dash clear flows --sport 10001 >"$lib_tmp/none"
	busywait 10 grep -q dash_flow_del $events/trace
	echo 0 >$events/events/dash/enable
	grep -v '^#' $events/trace >"$lib_tmp/events" || true
	grep -qE "dash_drop: netns=[0-9]+ port=port0 reason=acl_deny eni_mac=f4:93:9f:ef:c4:7e direction=outbound vni=4321 sip=::ffff:25.1.1.1 proto=6 src=::ffff:10.1.2.9 sport=10000 dst=::ffff:10.1.1.1 dport=80 " "$lib_tmp/events" &&
		grep -qE "dash_flow_new: .* vm_port=10001 .* pa=::ffff:101.1.2.3 vni=45654 reason=none" "$lib_tmp/events" &&
		grep -qE "dash_flow_del: .* vm_port=10001 .* reason=flush outbound_packets=1 " "$lib_tmp/events" ||
		{ cat "$lib_tmp/events"; return 1; }
}
check "tracepoints dash_drop, dash_flow_new and dash_flow_del" tracepoints
# The same by the names of their fields, for those who script.
scripted() {
	local reason
	reason=$(dashctl help drops | awk '$2 == "acl_deny" { print $1 }')
	bpftrace -e 'BEGIN { printf("ready\n"); }
		tracepoint:dash:dash_drop { printf("%s %d %d %d\n", str(args->port), args->reason, args->vni, args->dport); exit(); }' \
		>"$lib_tmp/scripted" 2>&1 &
	busywait 100 grep -q ready "$lib_tmp/scripted" || { cat "$lib_tmp/scripted"; return 1; }
	send "$DENIED" >"$lib_tmp/none"
	wait $!
	grep -x "port0 $reason 4321 80" "$lib_tmp/scripted" || { cat "$lib_tmp/scripted"; return 1; }
}
check "bpftrace has them by their fields" scripted
silent() {
	echo >$events/trace
	send "$DENIED" >"$lib_tmp/none"
	! grep -q dash_drop $events/trace
}
check "off again, nothing is traced" silent
