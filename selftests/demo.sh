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

# run WHERE COMMAND... - show a command, run it in the namespace, indent what it says.
# A refused packet makes ping and socat fail: the narration says what is expected.
run() {
	local ns=$1
	shift
	printf '%s%s# %s%s\n' "$blue" "${ns%%-*}" "$*" "$off"
	on "$ns" "$@" 2>&1 | grep -v '^$' | sed 's/^/   /' || true
}

# must SENTENCE COMMAND... - the demonstration is false without this
must() {
	local what=$1
	shift
	if "$@" >"$lib_tmp/out" 2>&1; then
		ok "$what" >/dev/null
	else
		not_ok "$what"
		sed 's/^/   /' "$lib_tmp/out"
	fi
}

rise() {
	local reason=$1
	shift
	must "counted as $reason" drops_rise "$reason" "$@"
	tell "-> dropped, counted once as $bold$reason$off"
}

plan_demo() {
	lib_planned=$lib_run
}

title "The topology: three hosts, an underlay, the appliance between them"
sed -n '/^#   vm1 /,/VIPs/s/^#//p' "$(dirname "$0")/topo.sh"
topo_up
insmod "$ROOT/dash.ko"
defer rmmod_soon
defer dash clear all
rmmod_soon() { busywait 5 rmmod dash; }

title "Configure it: one file, one transaction; attach the XDP program to its port"
run $appliance dashctl apply selftests/configs/topo.json
run $appliance dashctl attach port0
defer dash detach port0
run $appliance dashctl show eni
run $appliance dashctl show eni $ENI_KEY routes

title "Two virtual machines of Vnet1 (VNI 45654)"
run $vm1 ping -n -c3 -i0.3 10.1.1.1
must "vm1 pings vm2" on $vm1 ping -n -c1 -W5 10.1.1.1
run $vm1 ping -n -c1 2001:db8:b::1
must "vm1 pings vm2 over IPv6" on $vm1 ping -n -c1 -W5 2001:db8:b::1
tell "A TCP transfer, three seconds:"
on $vm2 iperf3 -s -1 -D --pidfile "$lib_tmp/iperf"
busywait 10 listens $vm2 5201
run $vm1 iperf3 -c 10.1.1.1 -t 3 -f m -i 0

title "10.1.1.1: route vnet, mapping 10.1.1.1 -> 101.1.2.3"
on $host2 timeout 5 tcpdump -Unvi underlay -c1 "dst 101.1.2.3 and udp port 4789" 2>"$lib_tmp/err" >"$lib_tmp/cap" &
busywait 10 grep -q "listening on" "$lib_tmp/err"
run $vm1 ping -n -c1 10.1.1.1
wait
tell "what host2 receives:"
sed 's/^/   /' "$lib_tmp/cap"

title "10.1.0.1: route vnet_direct to 10.0.0.6, whose host is on an IPv6 underlay"
on $host2 timeout 5 tcpdump -Unvi underlay -c1 "dst 2001:db8:101::6 and udp port 4789" 2>"$lib_tmp/err" >"$lib_tmp/cap" &
busywait 10 grep -q "listening on" "$lib_tmp/err"
run $vm1 ping -n -c1 10.1.0.1
wait
tell "what host2 receives:"
sed 's/^/   /' "$lib_tmp/cap"
must "vnet_direct works" on $vm1 ping -n -c1 -W5 10.1.0.1

title "200.1.0.6: a peered VNET, VNI 866"
run $vm1 ping -n -c1 200.1.0.6
must "peering works" on $vm1 ping -n -c1 -W5 200.1.0.6

title "30.0.0.1: route direct, leaves without a tunnel"
on $inet timeout 5 tcpdump -Unvi underlay -c1 "dst 30.0.0.1" 2>"$lib_tmp/err" >"$lib_tmp/cap" &
busywait 10 grep -q "listening on" "$lib_tmp/err"
send $vm1 30.0.0.1 53
wait
tell "what 30.0.0.1 receives:"
sed 's/^/   /' "$lib_tmp/cap"
must "direct works" grep -q "> 30.0.0.1.53" "$lib_tmp/cap"

title "10.2.5.1: route drop"
rise outbound_route_drop send $vm1 10.2.5.1 53

title "An ACL denies telnet (TCP port 23) to the VM"
telnet() { on $vm1 timeout 0.7 socat -u OPEN:/dev/null TCP:10.1.1.1:23,connect-timeout=0.5; }
rise acl_deny telnet

title "A host that is not in the VNET sends to the VM with the VNET's VNI"
ip -n $inet link add spoof address 02:00:00:00:66:66 type vxlan id 45654 dstport 4789 \
	local 30.0.0.1 remote $VIP4 nolearning noudpcsum
ip -n $inet link set spoof addrgenmode none up
ip -n $inet addr add 10.1.1.66/32 dev spoof
ip -n $inet neigh add 10.1.2.9 lladdr $ENI dev spoof
ip -n $inet route add 10.1.2.9 dev spoof src 10.1.1.66
rise pa_validation_fail send $inet 10.1.2.9 7000

title "The flow table: one pair per connection, both directions' counters"
run $appliance dashctl show flows

title "Which packets took the slow path: the first of each connection, control segments of TCP"
run $appliance dashctl stats global

title "Everything that was dropped, by name"
run $appliance dashctl stats drops

if [ -n "${SHELL_IN_DEMO-}" ]; then
	title "The topology stays up until you leave this shell"
	tell "namespaces: \$vm1 \$vm2 \$vm3 \$vm4 \$host1 \$host2 \$host3 \$router \$inet \$appliance" \
		"for example: ip netns exec \$vm1 ping 10.1.1.1" \
		"             ip netns exec \$appliance dashctl show flows"
	export vm1 vm2 vm3 vm4 host1 host2 host3 router inet appliance
	bash -i || true
fi

title "Done; everything is removed again"
plan_demo
