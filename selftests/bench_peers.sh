#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_peers.sh - what does the same packet cost in Linux's own VXLAN forwarding, with
# nftables, and in Open vSwitch?  Part of `make bench`, in the virtual machine with
# ICOUNT=1, so that every figure is a number of instructions above XDP_DROP.
#
# Inner UDP checksums are 0, for the ports change.  Each forwarder takes VXLAN from one port, VNI 4321, and sends it out with VNI 45654 to
# another host.  It leaves through a dummy device, the cheapest there is, which favours the
# peers.  Every packet must come out, or the row fails.  $DASH_BENCH_JSON is written.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bench_lib.sh"
plan 10

packets=20000 flows=1000
VM_MAC=F4:93:9F:EF:C4:7E PEER_MAC=C8:22:83:99:22:A2 GATEWAY=12:34:56:78:9A:BC
RX="eth 02:00:00:00:00:fe>02:00:00:00:00:01"
OUTBOUND="$RX / ip4 10.250.30.1>10.250.20.2 / udp 51000>4789 / vxlan 4321"
INBOUND="$RX / ip4 10.250.30.5>10.250.20.2 / udp 51000>4789 / vxlan 45654"

# underlay NS - port0, where packets come from, and out0, where they go
underlay() {
	on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.disable_ipv6=1
	ip -n "$1" -batch - <<-EOT
	link add port0 address 02:00:00:00:00:01 mtu 9100 type veth peer name port1 mtu 9100
	link add out0 mtu 9100 type dummy
	link set port1 up
	link set port0 up
	link set out0 up
	addr add 10.250.20.2/24 dev port0
	addr add 10.250.30.2/24 dev out0
	neigh add 10.250.30.1 lladdr 02:00:00:00:00:f1 dev out0
	neigh add 10.250.30.5 lladdr 02:00:00:00:00:f5 dev out0
	EOT
}

# tunnels NS - VXLAN devices vm0 and net0
tunnels() {
	ip -n "$1" link add vm0 address $GATEWAY mtu 1500 type vxlan id 4321 dstport 4789 \
		local 10.250.20.2 nolearning noudpcsum
	ip -n "$1" link add net0 address $GATEWAY mtu 1500 type vxlan id 45654 dstport 4789 \
		local 10.250.20.2 nolearning noudpcsum
	ip -n "$1" link set vm0 up
	ip -n "$1" link set net0 up
	bridge -n "$1" fdb replace $VM_MAC dev vm0 dst 10.250.30.1
	bridge -n "$1" fdb replace $PEER_MAC dev net0 dst 10.250.30.5
}

routed() {
	underlay "$1"
	tunnels "$1"
	ip -n "$1" addr add 10.1.2.1/24 dev vm0
	ip -n "$1" addr add 10.1.1.1/24 dev net0
	ip -n "$1" neigh add 10.1.2.9 lladdr $VM_MAC dev vm0
	ip -n "$1" neigh add 10.1.1.7 lladdr $PEER_MAC dev net0
}

bridged() {
	underlay "$1"
	tunnels "$1"
	ip -n "$1" link add br0 type bridge mcast_snooping 0
	ip -n "$1" link set vm0 master br0
	ip -n "$1" link set net0 master br0
	ip -n "$1" link set br0 up
	bridge -n "$1" fdb replace $VM_MAC dev vm0 master static
	bridge -n "$1" fdb replace $PEER_MAC dev net0 master static
}

stateful() {
	routed "$1"
	on "$1" nft -f - <<-EOT
	table inet dash {
		chain forward {
			type filter hook forward priority filter; policy drop;
			ct state established,related accept
			iifname "vm0" ct state new meta l4proto { tcp, udp } accept
		}
	}
	EOT
}

# A bridge of Open vSwitch's kernel datapath, and its two daemons with one thread of each kind.
openvswitch() {
	local ns=$1
	underlay "$ns"
	modprobe -a openvswitch vport-vxlan
	mkdir "$lib_tmp/ovs"
	ovsdb-tool create "$lib_tmp/ovs/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	on "$ns" ovsdb-server "$lib_tmp/ovs/conf.db" --remote="punix:$lib_tmp/ovs/db.sock" --detach --no-chdir --pidfile --log-file
	ovs-vsctl --no-wait init
	ovs-vsctl --no-wait set Open_vSwitch . other_config:n-handler-threads=1 other_config:n-revalidator-threads=1
	on "$ns" ovs-vswitchd "unix:$lib_tmp/ovs/db.sock" --detach --no-chdir --pidfile --log-file
	ovs-vsctl add-br br0 -- set bridge br0 fail-mode=secure \
		-- add-port br0 vm0 -- set interface vm0 type=vxlan ofport_request=1 options:key=4321 \
			options:local_ip=10.250.20.2 options:remote_ip=10.250.30.1 \
		-- add-port br0 net0 -- set interface net0 type=vxlan ofport_request=2 options:key=45654 \
			options:local_ip=10.250.20.2 options:remote_ip=10.250.30.5
	ovs-ofctl add-flows br0 - <<-EOT
	table=0,ip,ct_state=-trk,actions=ct(table=1)
	table=1,in_port=1,ip,ct_state=+trk+new,actions=ct(commit),output:2
	table=1,in_port=1,ip,ct_state=+trk+est,actions=output:2
	table=1,in_port=2,ip,ct_state=+trk+est,actions=output:1
	EOT
}

ovs_stop() {
	ovs-appctl -t ovs-vswitchd exit --cleanup
	ovs-appctl -t ovsdb-server exit
}

# measure NS ARGUMENT... - the two figures of one forwarder: "kernel process"
measure() {
	on "$1" "$ROOT/selftests/bench_peers" --from port0 "${@:2}"
}

# figure NAME NS ARGUMENT... - one row
figure() {
	local name=$1 kernel process
	measure "${@:2}" >"$lib_tmp/figure"
	read -r kernel process <"$lib_tmp/figure"
	echo "$name: $((kernel + process)) ($kernel in the sending CPU's time, $process in daemons)" >>"$lib_tmp/rows"
	record "$name" instructions $((kernel + process)) process "$process"
}

# row NAME NS ARGUMENT... - as a test case
row() {
	check "$1" figure "$@"
	[ ! -e "$lib_tmp/rows" ] || { sed 's/^/# /' "$lib_tmp/rows"; rm -f "$lib_tmp/rows"; }
}

inner() {
	echo "eth $VM_MAC>$1 / ip4 10.1.2.9>10.1.1.7 / udp ${2:-10000}>20000 csum 0 / pay 58"
}
reply="eth $PEER_MAC>$GATEWAY / ip4 10.1.1.7>10.1.2.9 / udp 20000>10000 csum 0 / pay 58"

setup_ns idle linux bridge nft ovs
ip -n $idle link add port0 address 02:00:00:00:00:01 type veth peer name port1
ip -n $idle link set port1 up
ip -n $idle link set port0 up
row "nothing attached, nobody wants it" $idle "$OUTBOUND / $(inner $GATEWAY)"

bridged $bridge
row "Linux: VXLAN, bridge, VXLAN" $bridge --out out0 --flows $flows --packets $packets "$OUTBOUND / $(inner $PEER_MAC)"

routed $linux
row "Linux: VXLAN, routed, VXLAN" $linux --out out0 --flows $flows --packets $packets "$OUTBOUND / $(inner $GATEWAY)"

if command -v nft >/dev/null; then
	stateful $nft
	row "nftables: first packet of a connection" $nft --out out0 --flows $packets --packets $packets \
		"$OUTBOUND / $(inner $GATEWAY 20000)"
	check "nftables: connections with both directions seen" eval \
		"measure $nft --out out0 --flows $flows --packets $flows '$OUTBOUND / $(inner $GATEWAY)' >/dev/null &&
		measure $nft --out out0 --back --flows $flows --packets $flows '$INBOUND / $reply' >/dev/null"
	row "nftables: established packet" $nft --out out0 --flows $flows --packets $packets \
		"$OUTBOUND / $(inner $GATEWAY)"
else
	for what in "first packet of a connection" "connections with both directions seen" "established packet"; do
		skip "nftables: $what" "not installed (package nftables)"
	done
fi

if command -v ovs-vswitchd >/dev/null; then
	export OVS_RUNDIR=$lib_tmp/ovs OVS_LOGDIR=$lib_tmp/ovs OVS_DBDIR=$lib_tmp/ovs
	check "Open vSwitch starts" openvswitch $ovs
	defer ovs_stop
	pid=$(cat "$lib_tmp/ovs/ovs-vswitchd.pid")
	check "Open vSwitch: connections with both directions seen" eval \
		"measure $ovs --out out0 --burst 32 --flows $flows --packets $flows '$OUTBOUND / $(inner $PEER_MAC)' >/dev/null &&
		measure $ovs --out out0 --burst 32 --back --flows $flows --packets $flows '$INBOUND / $reply' >/dev/null"
	row "Open vSwitch: established packet" $ovs --pid "$pid" --out out0 --flows $flows --packets $packets \
		"$OUTBOUND / $(inner $PEER_MAC)"
	# A policy that looks at ports needs an upcall for each connection; so does one without megaflows.
	ovs-appctl upcall/disable-megaflows
	row "Open vSwitch: first packet of a connection, by an upcall" $ovs --pid "$pid" --out out0 --burst 32 \
		--flows 2000 --packets 2000 "$OUTBOUND / $(inner $PEER_MAC 30000)"
else
	for what in "starts" ": connections with both directions seen" ": established packet" \
		": first packet of a connection, by an upcall"; do
		skip "Open vSwitch$what" "not installed (package openvswitch-switch)"
	done
fi
records instructions
