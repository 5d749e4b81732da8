#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the appliance follow connections as pipeline.md 18 to 21 says?  Real TCP stacks
# in the standard topology (topo.sh), fragments, limits under a SYN flood, and what
# becomes of live connections when policy changes.  Every state and event of the tracker
# by itself: unit/test_conntrack.c.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 36

apply() {
	cat >"$lib_tmp/apply.json"
	dash apply "$lib_tmp/apply.json"
}

del() {
	apply <<<"[{\"$1\": {}, \"OP\": \"DEL\"}]"
}

# counter NAME - of the ENI
counter() {
	dash -j stats eni $ENI_KEY | jq ".[0].counters.$1 // 0"
}

# rises N NAME COMMAND... - COMMAND succeeds and makes the ENI's counter NAME rise by N
rises() {
	local by=$1 name=$2 before
	shift 2
	before=$(counter "$name")
	"$@"
	expect "$((before + by))" counter "$name"
}

exchange() {
	timeout 60 "$ROOT/selftests/flow_tcp.py" $vm1 $vm2 "$@"
}

# talk EXCHANGE COMMAND... - COMMAND runs when the exchange asks for it
talk() {
	local what=$1 rc=0
	shift
	coproc exchange "$what"
	local out=${COPROC[0]} in=${COPROC[1]} pid=$COPROC_PID word
	if read -r -t 30 word <&$out; then
		"$@" || rc=1
		echo go >&$in || rc=1
	else
		rc=1
	fi
	wait $pid || rc=1
	return $rc
}

states() {
	dash -j show flows --proto tcp | jq -r '[.[].state] | unique | join(" ")'
}

no_tcp() {
	[ "$(dash -j show flows --proto tcp | jq length)" = 0 ]
}

flush() {
	dash clear flows >/dev/null
}

# What the stacks still want to say about connections that are over would count as drops later.
hush() {
	local ns
	for ns in $vm1 $vm2; do
		on "$ns" ss -KtaH >"$lib_tmp/hush"
	done
	flush
}

slow_links() {
	local ns
	for ns in $vm1 $vm2; do
		tc -n $ns qdisc replace dev eth0 root netem delay 400ms
	done
}

fast_links() {
	local ns
	for ns in $vm1 $vm2; do
		tc -n $ns qdisc del dev eth0 root
	done
}

topo_up
appliance_up "$ROOT/selftests/configs/topo.json"
on $vm1 ping -n -c1 -W5 10.1.1.1 >"$lib_tmp/first" || cat "$lib_tmp/first"

# ---- exchanges --------------------------------------------------------------------

closed() {
	exchange "$1"
	busywait 3 no_tcp
}
check "normal close by the initiator: whole, and gone after the linger time" \
	rises 1 tcp_connections_closed_by_fin closed normal
check "normal close by the responder" rises 1 tcp_connections_closed_by_fin closed peer_first
slow_links
check "simultaneous open" rises 1 tcp_connections_verified closed simultaneous_open
check "simultaneous close" rises 1 tcp_connections_closed_by_fin closed simultaneous_close
fast_links

reset_ends() {
	exchange reset
	expect reset states
	busywait 8 no_tcp
}
check "a reset ends the connection within its time" rises 1 tcp_connections_reset reset_ends

half_closed() { expect fin_f states; }
check "half-closed, the other direction goes on" talk half_close half_closed
busywait 5 no_tcp

syn_lost() {
	expect syn_sent states
	ip -n $host2 link set tap-vm2 up
}
syn_again() {
	ip -n $host2 link set tap-vm2 down
	talk syn_again syn_lost
}
check "a SYN that is sent again belongs to the same connection" rises 1 flow_created syn_again
busywait 5 no_tcp

dash set tcp_close_linger 60000 >/dev/null
check "a SYN on a pair in TIME_WAIT begins a new connection" rises 1 tcp_reset_by_syn exchange reuse
dash set tcp_close_linger 1000 >/dev/null
busywait 5 no_tcp

orphan() {
	local before after
	before=$(drops | jq '.flow_miss_non_syn_drop // 0')
	talk orphan flush
	after=$(drops | jq '.flow_miss_non_syn_drop // 0')
	echo "before $before after $after"
	[ "$after" -gt "$before" ]
}
check "data after the deletion of its flow counts flow_miss_non_syn and does not arrive" orphan

immediate() {
	dash set tcp_close_mode immediate
	exchange normal || true		# the second FIN has no flow any more: the stacks give up
	no_tcp
}
flush
check "in mode immediate the first FIN ends the pair" rises 1 tcp_connections_closed_by_fin immediate
dash set tcp_close_mode graceful >/dev/null
hush

# ---- ICMP errors -------------------------------------------------------------------

refused() {
	flush
	on $vm1 python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.settimeout(10)
	s.connect(('10.1.1.1', 4444))
	s.send(b'x')
	try:
	    s.recv(1)
	    raise AssertionError('somebody listens there')
	except ConnectionRefusedError:
	    pass
	PY
	dash -j show flows | jq -e 'map([.proto, .packets]) == [["udp", 1], ["udp", 1]]'
}
check "a port that nobody listens on: the ICMP error arrives by the connection that it speaks of" refused

# ---- fragments --------------------------------------------------------------------

check "a ping of 4000 octets passes in fragments" drops_rise none on $vm1 ping -n -c2 -i0.3 -s 4000 -W5 10.1.1.1
big_ping() { on $vm1 ping -n -c2 -i0.3 -s 4000 -W5 "$1"; }
check "both ways" big_ping 10.1.1.1
check "over IPv6, too" big_ping 2001:db8:b::1
accounted() {
	flush
	big_ping 10.1.1.1
	dash -j show flows --proto icmp | jq -e 'map(.packets) | sort == [6, 6]'
}
check "all of them are counted in the connection" accounted

# frags FAMILIES FRAGMENT... - see flow_frags.py
frags() { on $vm1 "$ROOT/selftests/flow_frags.py" "$@"; }
# drops_are JSON COMMAND... - COMMAND succeeds, and is the cause of these drops
drops_are() {
	local wanted=$1 before after
	shift
	before=$(drops)
	"$@"
	after=$(drops)
	expect "$wanted" jq -nc --argjson a "$before" --argjson b "$after" \
		'$b | with_entries(.value -= ($a[.key] // 0)) | with_entries(select(.value != 0))'
}
fragments() { expect "$1" jq .flows.fragments <<<"$(dash -j show status)"; }
apply >"$lib_tmp/limit" <<-JSON
[{"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.77": {"underlay_ip": "101.1.2.3", "mac_address": "C8:22:83:99:22:77"}},
 {"DASH_VNET_MAPPING_TABLE:Vnet1:2001:db8:b::77": {"underlay_ip": "101.1.2.3", "mac_address": "C8:22:83:99:22:77"}}]
JSON
# both families at once, each with the same fragments; twice the drops then
order() {
	drops_are '{}' frags 46 1:0+ 1:1480+ 1:2960
	fragments 0
	drops_are '{"fragment_no_parent_drop":4}' frags 46 2:1480+ 2:0+ 2:1480+ 2:2960 3:0+ 3:2960 3:1480+
	# nothing is reassembled: that two overlap is the receiver's business
	drops_are '{}' frags 46 4:0+ 4:1480+ 4:1472+ 4:1480+ 4:0+ 4:1480+ 4:2960
	fragments 0
}
check "fragments of both families pass in order behind their head, and in no other" order
parent_gone() {
	drops_are '{}' frags 46 5:0+ 5:1480+
	flush
	drops_are '{"fragment_no_parent_drop":2}' frags 46 5:2960
	fragments 0
}
check "a head's fragments do not outlive their connection" parent_gone
timed_out() {
	dash set fragment 300
	frags 46 6:0+ 6:1480+
	busywait 5 fragments 0
	dash set fragment 60000
	drops_are '{"fragment_no_parent_drop":2}' frags 46 6:2960 7:0+ 7:1480+
	dash set fragment 300
	drops_are '{}' frags 46 7:2960		# it keeps the time of its own head
	dash set fragment 2000
}
check "a head is forgotten when its time is over" timed_out
too_many() {
	dash set fragment 60000
	drops_are '{"fragment_table_full_drop":4}' frags 46 1001-3050:0+
	fragments 4096
	# those that are there go on, and their end makes room; ordinary packets do not care
	drops_are '{"fragment_no_parent_drop":2}' frags 46 1001:1480+ 1001:2960 6000:0+ 6000:1480 3050:1480
	drops_are '{}' on $vm1 ping -n -c1 -W5 10.1.1.1
	dash set fragment 2000
	flush
	frags 46 1002-3050:2960
	fragments 0
}
check "an ENI has at most 4,096 heads under way; more are dropped as fragment_table_full" too_many

# ---- limits ------------------------------------------------------------------------

flood() {
	on $vm1 python3 - "$1" <<-'PY'
	import socket, struct, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	for port in range(10000, 10000 + int(sys.argv[1])):
	    s.sendto(struct.pack('!HHIIBBHHH', port, 80, 1, 0, 5 << 4, 2, 1024, 0, 0), ('10.1.1.77', 0))
	PY
}

# 10.1.1.77 has a mapping, but nobody is there to refuse the SYNs
apply >"$lib_tmp/limit" <<-JSON
[{"DASH_QOS_TABLE:small": {"flows": 50}},
 {"DASH_ENI_TABLE:$ENI_KEY": {"qos": "small"}}]
JSON
flush
under_flood() {
	local held
	coproc HOLD { exchange hold; }
	local out=${HOLD[0]} in=${HOLD[1]} pid=$HOLD_PID word
	read -r -t 30 word <&$out
	drops_rise none flood 200
	echo talk >&$in
	read -r -t 30 word <&$out
	expect 50 counter flow_pairs
	held=$(dash -j show flows --proto tcp --dport 6010 | jq -r '[.[].state] | unique | join(" ")')
	expect established echo "$held"
	on $vm1 ping -n -c1 -W5 10.1.1.1
	echo end >&$in
	wait $pid
}
check "under a SYN flood at the ENI's limit an established connection and new ones go on" under_flood
yielded() {
	counter tcp_half_open_yielded
	[ "$(counter tcp_half_open_yielded)" -ge 150 ]
}
check "half-open connections gave way, and were counted" yielded
balance() {
	dash -j stats eni $ENI_KEY | jq -e '.[0].counters | .flow_created == .flow_deleted + .flow_aged + .flow_pairs'
}
check "created is deleted, aged, and there" balance
apply >"$lib_tmp/limit" <<<"[{\"DASH_QOS_TABLE:small\": {\"flows\": 0}}]"
hush

# ---- policy change ----------------------------------------------------------------

ping1() { on $vm1 ping -n -c1 -W1 "${1-10.1.1.1}"; }
# rules [RULE] - the bound group anew, with one more rule
rules() {
	apply <<<"[{\"DASH_ACL_GROUP_TABLE:no-telnet\": {\"ip_version\": \"ipv4\"}}${1+, $1},
		{\"DASH_ACL_RULE_TABLE:no-telnet:rest\": {\"priority\": 100, \"action\": \"allow\", \"terminating\": true}}]"
}
deny() {
	rules '{"DASH_ACL_RULE_TABLE:no-telnet:icmp": {"priority": 2, "action": "deny", "terminating": true, "protocol": 1}}'
}
resimulate() {
	apply <<<"[{\"DASH_ENI_TABLE:$ENI_KEY\": {\"full_flow_resimulation_requested\": true}}]"
}

unchanged() {
	ping1
	deny
	ping1
}
check "a deny rule does not touch a live connection by itself" unchanged
denied() {
	resimulate
	drops_rise acl_deny ping1
	[ "$(dash -j show flows --proto icmp | jq length)" = 0 ]
}
check "after a full resimulation request it ends with its initiator's next packet" denied
reads_false() {
	dash export >"$lib_tmp/export"
	! grep resimulation_requested "$lib_tmp/export"
}
check "the request reads back as false" reads_false
on_acl() {
	rules
	dash set resimulate_on_acl_change 1
	ping1
	deny
	drops_rise acl_deny ping1
	rules
	dash set resimulate_on_acl_change 0
	ping1
}
check "with resimulate_on_acl_change the change itself asks" on_acl

# mapping PA [FIELDS] - of 10.1.1.1
mapping() {
	apply <<<"[{\"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1\": {\"underlay_ip\": \"$1\", \"mac_address\": \"C8:22:83:99:22:A2\"${2+, $2}}}]"
}
# where KEY - the flow to it goes
where() {
	dash -j show flows --proto icmp --dst "$1" | jq -r '[.[].underlay_dip // empty] | unique | join(" ")'
}
moved() {
	flush
	ping1 10.1.1.1
	ping1 200.1.0.6
	mapping 2001:db8:101::3
	ping1
	expect 101.1.2.3 where 10.1.1.1/32
	mapping 2001:db8:101::3 '"flow_resimulation_requested": true'
	ping1
	expect 2001:db8:101::3 where 10.1.1.1/32
}
check "a mapping that asks moves its own connections" rises 1 flow_updated_by_resimulation moved
cut_off() {
	mapping 101.1.2.3
	del DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1
	mapping 101.1.2.3 '"flow_resimulation_requested": true'
	ping1
	expect 2001:db8:101::3 where 10.1.1.1/32
}
check "one that was deleted and added again has none" rises 0 flow_updated_by_resimulation cut_off
# asked PA FIELDS - the mapping changes, and asks; the connection's next packet is judged
asked() {
	mapping "$1" "$2${2:+, }\"flow_resimulation_requested\": true"
	ping1
}
kept() {
	flush
	mapping 101.1.2.3
	ping1
	# all actions: as it is;  1: the tunnel;  8: the MAC
	rises 0 flow_updated_by_resimulation asked 2001:db8:101::3 '"routing_actions_disabled_in_flow_resimulation": 4294967295'
	expect 101.1.2.3 where 10.1.1.1/32
	rises 1 flow_updated_by_resimulation asked 2001:db8:101::3 '"routing_actions_disabled_in_flow_resimulation": 1'
	expect 101.1.2.3 where 10.1.1.1/32
	rises 1 flow_updated_by_resimulation asked 2001:db8:101::3 '"routing_actions_disabled_in_flow_resimulation": 8'
	expect 2001:db8:101::3 where 10.1.1.1/32
	rises 1 flow_updated_by_resimulation asked 101.1.2.3 ''
	expect 101.1.2.3 where 10.1.1.1/32
	# of the route
	mapping 2001:db8:101::3
	apply <<<'[{"DASH_ROUTE_TABLE:group_id_1:10.1.0.0/16": {"routing_type": "vnet", "vnet": "Vnet1",
		"routing_actions_disabled_in_flow_resimulation": 9}}]'
	resimulate
	rises 0 flow_updated_by_resimulation ping1
	expect 101.1.2.3 where 10.1.1.1/32
	apply <<<'[{"DASH_ROUTE_TABLE:group_id_1:10.1.0.0/16": {"routing_type": "vnet", "vnet": "Vnet1"}}]'
}
check "routing_actions_disabled_in_flow_resimulation keeps what it names, of mappings and of routes" kept
# A tunnel end without a route: the connection stays as it was, and that is counted once a request
not_applied() {
	flush
	mapping 101.1.2.3
	ping1
	ip -n $appliance route add prohibit 9.9.9.0/24
	rises 1 flow_update_by_resimulation_failed asked 9.9.9.9 ''
	rises 0 flow_update_by_resimulation_failed ping1
	expect 101.1.2.3 where 10.1.1.1/32
	ip -n $appliance route del prohibit 9.9.9.0/24
	# nor is a new connection made that way
	flush
	ip -n $appliance route add prohibit 9.9.9.0/24
	drops_rise underlay_route_drop ping1
	ip -n $appliance route del prohibit 9.9.9.0/24
	mapping 101.1.2.3
	rises 0 flow_update_by_resimulation_failed ping1
}
check "a verdict that cannot be applied leaves the connection as it is" rises 1 flow_update_failed not_applied
burst() {
	on $vm1 python3 - <<-'PY'
	import socket
	for port in range(20000, 20100):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.bind(('10.1.2.9', port))
	    s.sendto(b'x', ('10.1.1.77', 9))
	PY
}
rate() {
	local before n
	apply <<<"[{\"DASH_ENI_TABLE:$ENI_KEY\": {\"max_resimulated_flow_per_second\": 1}}]"
	flush
	burst
	resimulate
	before=$(counter flow_updated_by_resimulation)
	burst
	n=$(($(counter flow_updated_by_resimulation) - before))
	echo "$n of 100"
	[ "$n" -ge 32 ] && [ "$n" -le 60 ]
}
check "the rate limit leaves the others as they are, and marked" rate
del_limits() {
	apply <<<"[{\"DASH_ENI_TABLE:$ENI_KEY\": {\"max_resimulated_flow_per_second\": 0}}]"
}
del_limits >"$lib_tmp/limit"

# ---- operations and events ----------------------------------------------------------

operations() {
	flush
	ping1
	big_ping 2001:db8:b::1
	expect 2 flows_of count
	expect 1 flows_of count --proto icmp
	expect 1 flows_of count --eni $ENI_KEY --dst 2001:db8:b::/64
	expect 2 flow_rows get --proto icmp --src 10.1.2.9/32 --dst 10.1.1.1/32
	dash flow delete --proto icmpv6
	expect 1 flows_of count
	refuse_words flow delete
	dash flow flush
	expect 0 flows_of count
}
flows_of() { dash -j flow "$@" | jq .connections; }
flow_rows() { dash -j flow "$@" | jq length; }
refuse_words() { ! dash "$@"; }
check "flow count, get, delete and flush do what they say" operations

monitored() {
	flush
	monitor_start "$lib_tmp/events"
	on $vm1 ping -n -c3 -i0.2 -W5 10.1.1.1
	flush
	monitor_stop
	cat "$lib_tmp/events"
	jq -es 'map(select(.event == "flow_new" and .proto == "icmp")) | length == 1' "$lib_tmp/events"
	jq -es 'map(select(.event == "flow_end")) | length == 1 and
		(.[0] | .reason == "flush" and .outbound_packets == 3 and .inbound_packets == 3 and .src == "10.1.2.9")' \
		"$lib_tmp/events"
}
check "monitor shows connections begin and end, with their final counters, and commits" monitored
global() { dash -j stats global | jq ".[0].counters.$1 // 0"; }
check "no event was lost" expect 0 global flow_events_lost

# A listener that stands still until more has happened than its socket has room for
overrun() {
	local before lost
	flush
	before=$(global flow_events_lost)
	monitor_start "$lib_tmp/slow" --room 64
	kill -STOP $monitor_pid
	burst
	flush
	kill -CONT $monitor_pid
	busywait 10 monitor_hears
	ping1		# the next event shows the gap
	flush
	monitor_stop
	grep '"lost"' "$lib_tmp/slow"
	lost=$(($(global flow_events_lost) - before))
	jq -es --argjson lost $lost '(map(.flow_events // 0) | add) == $lost and $lost > 0' "$lib_tmp/slow"
	# 101 connections, of which each begins and ends
	jq -es --argjson lost $lost '(map(select(.event | startswith("flow_"))) | length) + $lost == 202' "$lib_tmp/slow"
}
check "what a slow listener misses is told to it, and counted, to the last event" overrun

# ---- size of the table ----------------------------------------------------------------

setup_ns big
ip -n $big link add port0 type veth peer name port1
too_big() {
	! on $big "$ROOT/tools/dashctl" attach port0 --flows 32000000 2>"$lib_tmp/big" || return 1
	cat "$lib_tmp/big"
	grep -q "flow table for 32000000 connections: [0-9]* KiB" "$lib_tmp/big"
	grep -q "choose less" "$lib_tmp/big"
	on $big "$ROOT/tools/dashctl" -j show status | jq -e '.ports | length == 0'
	on $big "$ROOT/tools/dashctl" attach port0 --flows 1000
	on $big "$ROOT/tools/dashctl" detach port0
}
check "a table that does not fit is refused, with what it would take, and leaves nothing" too_big
