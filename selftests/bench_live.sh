#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_live.sh - packets a second and time on the way, veth to veth, of the program and
# of Linux's own VXLAN forwarding?  Part of `make bench`, as root on this machine's own
# kernel, in namespaces; the program finds its flows in maps filled beforehand, so the module is
# not needed.  $DASH_BENCH_JSON is written.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bench_lib.sh"
plan 3

flows=1024
PACKET="eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 %s>%s tos 0x28 id 1 / udp 51000>4789 /
	vxlan 4321 / eth F4:93:9F:EF:C4:7E>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.1.0 /
	udp 10000>20000 csum 0 / pay 58"

# cable NS - port0 there, gen0 here in $gen
cable() {
	ip -n $gen link add gen0 address 02:00:00:00:00:fe mtu 2000 type veth \
		peer name port0 netns "$1" address 02:00:00:00:00:01 mtu 2000
	on $gen ethtool -K gen0 gro on
	on "$1" ethtool -K port0 gro on
	ip -n "$1" link set port0 up
	ip -n $gen link set gen0 up
}

# measure NAME SOURCE DESTINATION - of what is at the other end now
measure() {
	local pps low high lost p50 p99 worst
	# shellcheck disable=SC2059 # the format is ours
	on $gen "$ROOT/selftests/bench_live" gen0 $flows "$(printf "$PACKET" "$2" "$3")" >"$lib_tmp/result"
	read -r pps low high lost p50 p99 worst <"$lib_tmp/result"
	printf '%-28s %9d %9d .. %-9d %8s %9d %9d %9d\n' "$1" "$pps" "$low" "$high" "$lost" "$p50" "$p99" "$worst" \
		>>"$lib_tmp/rows"
	record "$1" pps "$pps" pps_low "$low" pps_high "$high" lost "$lost" p50_ns "$p50" p99_ns "$p99" max_ns "$worst"
}

# served NAME NS COMMAND... - COMMAND is the forwarder of $NS until its input ends
served() {
	local name=$1 ns=$2 server word
	shift 2
	cable "$ns"
	mkfifo "$lib_tmp/to" "$lib_tmp/from"
	on "$ns" "$@" <"$lib_tmp/to" >"$lib_tmp/from" &
	server=$!
	exec 8>"$lib_tmp/to" 9<"$lib_tmp/from"
	rm "$lib_tmp/to" "$lib_tmp/from"
	read -r word <&9
	[ "$word" = ready ]
	measure "$name" 10.250.20.19 10.250.20.19
	exec 8>&- 9<&-
	wait $server
	ip -n $gen link del gen0
}

linux() {
	cable $linux
	on $linux sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.disable_ipv6=1
	ip -n $linux -batch - <<-EOT
	addr add 10.250.20.2/24 dev port0
	neigh add 10.250.20.1 lladdr 02:00:00:00:00:fe dev port0
	link add vm0 address 12:34:56:78:9A:BC mtu 1500 type vxlan id 4321 dstport 4789 local 10.250.20.2 nolearning noudpcsum
	link add net0 mtu 1500 type vxlan id 45654 dstport 4789 local 10.250.20.2 nolearning noudpcsum
	link set vm0 up
	link set net0 up
	addr add 10.1.2.1/24 dev vm0
	addr add 10.1.1.1/16 dev net0
	neigh add 10.1.1.0 lladdr C8:22:83:99:22:A2 dev net0
	EOT
	bridge -n $linux fdb replace C8:22:83:99:22:A2 dev net0 dst 10.250.20.1
	measure "Linux: VXLAN, routed, VXLAN" 10.250.20.1 10.250.20.2
	ip -n $gen link del gen0
}

setup_ns gen dash linux wire
on $gen sysctl -qw net.ipv6.conf.all.disable_ipv6=1
check "a program that only reflects" served "reflected at once" $wire "$ROOT/selftests/bench_live" --reflect port0
check "dash" served "dash" $dash "$ROOT/selftests/bench" --serve port0 $flows
check "Linux" linux
printf '# %-28s %9s %22s %8s %9s %9s %9s\n' "" "packets/s" "lowest .. highest  " lost "ns p50" p99 max
[ ! -e "$lib_tmp/rows" ] || sed "s/^/# /" "$lib_tmp/rows"
records "packets per second, ns"
