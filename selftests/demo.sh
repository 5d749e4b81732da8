#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# demo.sh - `make demo`: two virtual machines of a VNET, and one of a peered VNET,
# talk through the appliance; every claim below is made by a command that is shown.
# SHELL_IN_DEMO=1 (make demo SHELL=1) ends in a shell with everything still up.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

if [ -t 1 ] || [ -n "${DASH_COLOR-}" ]; then
	bold=$'\e[1m' blue=$'\e[34m' off=$'\e[0m'
else
	bold='' blue='' off=''
fi

title() {
	printf '\n%s== %s%s\n' "$bold" "$*" "$off"
}

tell() {
	printf '   %s\n' "$@"
}

# prompt WHERE COMMAND... - the command as one would type it there
prompt() {
	local ns=$1
	shift
	printf '%s%s# %s%s\n' "$blue" "${ns%%-*}" "$*" "$off"
}

# works WHERE COMMAND... - show a command and what it says; the demonstration is
# false if it fails
works() {
	local ns=$1 status=0
	shift
	prompt "$ns" "$@"
	on "$ns" "$@" >"$lib_tmp/out" 2>&1 || status=$?
	grep -v '^$' "$lib_tmp/out" | sed 's/^/   /' || true
	verdict "$*" $status
}

# verdict WHAT STATUS - one claim more, true if STATUS is 0
verdict() {
	lib_run=$((lib_run + 1))
	[ "$2" -ne 0 ] || return 0
	lib_failed=$((lib_failed + 1))
	printf '   %sFAILED: %s%s\n' "$bold" "$1" "$off"
}

# refused REASON WHERE COMMAND... - exactly one packet of it is dropped, for REASON
refused() {
	local reason=$1 status=0
	shift
	prompt "$@"
	drops_rise "$reason" on "$@" >"$lib_tmp/out" 2>&1 || status=$?
	if [ $status -eq 0 ]; then
		tell "-> dropped, counted once as $bold$reason$off"
	else
		sed 's/^/   /' "$lib_tmp/out"
	fi
	verdict "one drop for $reason" $status
}

# paths - "fast_path_packets N", "slow_path_... N": the appliance's counters by path
paths() {
	dash -j stats global | jq -c '.[0].counters | with_entries(select(.key | test("_path_")))'
}

# ways COMMAND... - COMMAND, and which ways its packets took through the appliance
ways() {
	local before after
	before=$(paths)
	"$@"
	after=$(paths)
	tell "the appliance: $(jq -nr --argjson a "$before" --argjson b "$after" '
		$b | with_entries(.value -= ($a[.key] // 0)) |
		"\(.fast_path_packets) packets took the fast path, \(.slow_path_packets // 0) the slow path" +
		([to_entries[] | select(.value != 0 and (.key | test("slow_path_(?!packets)"))) |
			"\(.value) \(.key | sub("slow_path_"; ""))"] |
			if length > 0 then " (" + join(", ") + ")" else "" end)')"
}

# watch HOST FILTER - from now on, till `watched` shows the first packet
watch() {
	: >"$lib_tmp/err"
	on "$1" timeout 10 tcpdump -Unvi underlay -c1 "$2" 2>"$lib_tmp/err" >"$lib_tmp/cap" &
	watcher=$!
	watching=${1%%-*}
	busywait 10 grep -q "listening on" "$lib_tmp/err"
}

# watched PATTERN - it arrived, and looks like PATTERN
watched() {
	local status=0
	wait $watcher || true
	tell "what $watching receives:"
	sed 's/^/      /' "$lib_tmp/cap"
	tr '\n' ' ' <"$lib_tmp/cap" | grep -qE "$1" || status=1
	verdict "a packet like $1" $status
}

title "The topology: three hosts, an underlay, the appliance between them"
sed -n '/^#   vm1 /,/VIPs/s/^#//p' "$(dirname "$0")/topo.sh"
topo_up
insmod "$ROOT/dash.ko"
defer busywait 10 rmmod_quietly
rmmod_quietly() { rmmod dash 2>/dev/null; }
defer dash clear all

title "Configure it with one file, all or nothing; attach the XDP program to its port"
cd "$ROOT/selftests/configs"
works $appliance dashctl apply topo.json
works $appliance dashctl attach port0
defer dash detach port0
works $appliance dashctl show eni
works $appliance dashctl show eni $ENI_KEY routes

title "Two virtual machines of Vnet1 (VNI 45654)"
ways works $vm1 ping -n -c3 -i0.3 -W5 10.1.1.1
ways works $vm1 ping -n -c3 -i0.3 -W5 2001:db8:b::1
tell "" "A TCP transfer, three seconds:"
on $vm2 iperf3 -s -1 -D --pidfile "$lib_tmp/iperf"
busywait 10 listens $vm2 5201
ways works $vm1 iperf3 -c 10.1.1.1 -t 3 -f m -i 0

title "10.1.1.1: route vnet, mapping 10.1.1.1 -> 101.1.2.3"
watch $host2 "dst 101.1.2.3 and udp port 4789"
works $vm1 ping -n -c1 -W5 10.1.1.1
watched "10.250.20.19.* > 101.1.2.3.4789.*vni 45654.*10.1.2.9 > 10.1.1.1"

title "10.1.0.1: route vnet_direct to 10.0.0.6, whose host is on an IPv6 underlay"
watch $host2 "dst 2001:db8:101::6 and udp port 4789"
works $vm1 ping -n -c1 -W5 10.1.0.1
watched "2001:db8:fe::19.* > 2001:db8:101::6.4789.*vni 45654.*10.1.2.9 > 10.1.0.1"

title "200.1.0.6: a VM of the peered VNET, VNI 866"
watch $host3 "dst 2601:12:7a:1::1234 and udp port 4789"
works $vm1 ping -n -c1 -W5 200.1.0.6
watched "vni 866.*10.1.2.9 > 200.1.0.6"

title "30.0.0.1: route direct, leaves without a tunnel"
watch $inet "udp and dst 30.0.0.1"
prompt $vm1 "echo hello | socat -u - UDP-SENDTO:30.0.0.1:53"
send $vm1 30.0.0.1 53
watched "10.1.2.9.[0-9]* > 30.0.0.1.53"

title "10.2.5.1: route drop"
refused outbound_route_drop $vm1 ping -n -c1 -W1 10.2.5.1

title "An ACL denies telnet (TCP port 23)"
refused acl_deny $vm1 socat -u OPEN:/dev/null TCP:10.1.1.1:23,connect-timeout=0.5

title "A host that is not in the VNET sends to vm1, with the VNET's VNI and vm1's MAC address"
impostor 45654
refused pa_validation_fail $inet ping -n -c1 -W1 10.1.2.9

title "The flow table: one pair per connection, with both directions' counters"
# however long all that took, this connection has not aged
works $vm1 ping -n -c1 -W5 10.1.1.1
prompt $appliance "dashctl show flows   # (some columns of it)"
dash -j show flows >"$lib_tmp/flows"
jq -r '["DIRECTION", "ROLE", "PROTO", "FROM", "TO", "PACKETS", "BYTES", "UNDERLAY"],
	(sort_by(.slot, .role)[] | [.direction, .role, .proto,
		(if .sport > 0 then "\(.src) \(.sport)" else .src end),
		(if .dport > 0 then "\(.dst) \(.dport)" else .dst end), .packets, .bytes,
		(if .underlay_dip then "vni \(.vni) to \(.underlay_dip)"
		 elif .direction == "inbound" then "to the VM\u0027s host" else "no tunnel" end)]) | @tsv' \
	"$lib_tmp/flows" | awk -F'\t' '{ printf "   %-9s %-8s %-6s %-20s %-20s %7s %9s  %s\n", $1, $2, $3, $4, $5, $6, $7, $8 }'
both() { jq -e 'map(select(.dst == "10.1.1.1" or .src == "10.1.1.1") | .packets > 0) | length >= 2 and all' "$lib_tmp/flows"; }
verdict "both directions of 10.1.1.1 with packets" "$(both >"$lib_tmp/out"; echo $?)"

title "Which packets took the slow path, and why"
works $appliance dashctl stats global
tell "slow_path_flow_miss: the first packet of each connection, which the kernel module decides" \
	"slow_path_tcp_state: TCP segments that open or close one, which the module tracks" \
	"slow_path_kernel_output: packets that wait for a neighbour (ARP, ND) in the kernel"

title "Everything that was dropped, by name"
works $appliance dashctl stats drops

if [ -n "${SHELL_IN_DEMO-}" ]; then
	title "The topology stays up until you leave this shell"
	tell "namespaces: \$vm1 \$vm2 \$vm3 \$vm4 \$host1 \$host2 \$host3 \$router \$inet \$appliance" \
		"for example: ip netns exec \$vm1 ping 10.1.1.1" \
		"             ip netns exec \$appliance dashctl show flows"
	export vm1 vm2 vm3 vm4 host1 host2 host3 router inet appliance
	bash -i || true
fi

title "Done; everything is removed again"
lib_planned=$lib_run
