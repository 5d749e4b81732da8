# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# topo.sh - the standard topology, in network namespaces; sourced after lib.sh.
# Names and addresses are those of the specification's worked examples.
#
#   vm1                    vm2            vm3             vm4            (guests, MTU 1500)
#   10.1.2.9               10.1.1.1       10.1.0.1        200.1.0.6
#   2001:db8:a::9          2001:db8:b::1                  2001:db8:c::6
#   F4:93:9F:EF:C4:7E      C8:22:83:..    A8:22:83:..     20:10:83:..
#    |                      |              |               |
#   [br0]                  [br0]----------'               [br0]
#   vxlan 4321             vxlan 45654 (Vnet1)            vxlan 866 (Vnet2)
#   host1                  host2                          host3
#   25.1.1.1               101.1.2.3                      102.1.2.9
#   2001:db8:25::1         2001:db8:101::3 and ::6        2601:12:7a:1::1234
#    |                      |                              |
#   -+----------------------+------- router ---------------+------------+-  (MTU 2000)
#                                      |                                |
#                                    port0  (XDP)                     inet
#                                   appliance                         30.0.0.1
#                                   10.250.20.2, 2001:db8:fd::2
#                                   VIPs 10.250.20.19, 2001:db8:fe::19
#
# Only vm1 has an ENI.  Its host sends everything to a VIP in VXLAN 4321; the
# hosts of the network side send to a VIP with their VNET's VNI and the ENI's MAC,
# as a host of a cloud would.  Hosts have both underlay families, `steer` chooses.
#
# What a veth needs before XDP may be at its other end: sent checksums computed
# (XDP loses the request to compute them later), and GRO on where redirected
# frames arrive, or they vanish without a counter.

ENI=F4:93:9F:EF:C4:7E
ENI_KEY=F4939FEFC47E
VIP4=10.250.20.19
VIP6=2001:db8:fe::19
topo_mtu=2000

# A process costs more than what it asks for where the machine is emulated, so
# `ip` and `bridge` commands are collected per namespace, and run by topo_flush.
# conf NS COMMAND... - an ip command;  port NS COMMAND... - a bridge command
conf() {
	echo "${*:2}" >>"$lib_tmp/topo.$1.ip"
}

port() {
	echo "${*:2}" >>"$lib_tmp/topo.$1.bridge"
}

topo_flush() {
	local file ns
	for file in "$lib_tmp"/topo.*.ip "$lib_tmp"/topo.*.bridge; do
		[ -e "$file" ] || continue
		ns=${file##*/topo.}
		${ns##*.} -n "${ns%.*}" -batch "$file"
		rm "$file"
	done
}

# host NS ROUTER-DEV IPV4 GATEWAY4 IPV6 GATEWAY6 - plug NS into the router
host() {
	conf "$router" link add "$2" mtu $topo_mtu type veth peer name underlay netns "$1" mtu $topo_mtu
	conf "$router" link set "$2" up
	conf "$router" addr add "$4/24" dev "$2"
	conf "$router" addr add "$6/64" dev "$2" nodad
	conf "$1" link set underlay up
	conf "$1" addr add "$3/24" dev underlay
	conf "$1" addr add "$5/64" dev underlay nodad
	conf "$1" route add default via "$4"
	conf "$1" route add default via "$6"
}

# vtep NS VNI IPV4 IPV6 - the host's side of the tunnel: a bridge with one VXLAN
# device per underlay family, marked DSCP 10.  Nothing but unicast enters the tunnel.
vtep() {
	local dev
	conf "$1" link add br0 type bridge mcast_snooping 0
	conf "$1" link add vx4 mtu 1500 type vxlan id "$2" dstport 4789 \
		local "$3" remote $VIP4 tos 0x28 nolearning noudpcsum
	conf "$1" link add vx6 mtu 1500 type vxlan id "$2" dstport 4789 \
		local "$4" remote $VIP6 tos 0x28 nolearning udp6zerocsumtx udp6zerocsumrx
	conf "$1" link set br0 addrgenmode none
	conf "$1" link set br0 up
	for dev in vx4 vx6; do
		conf "$1" link set $dev addrgenmode none
		conf "$1" link set $dev master br0
		conf "$1" link set $dev up
		port "$1" link set dev $dev learning off mcast_flood off bcast_flood off
	done
	port "$1" link set dev vx6 flood off
}

# steer HOST FAMILY - HOST sends to the VIP of this underlay family from now on
steer() {
	bridge -n "$1" link set dev vx4 flood "$([ "$2" = 4 ] && echo on || echo off)"
	bridge -n "$1" link set dev vx6 flood "$([ "$2" = 6 ] && echo on || echo off)"
}

# guest NS HOST MAC IPV4/LEN IPV6/LEN GATEWAY-MAC - a virtual machine; its gateway is
# only a MAC address, because ARP and ND do not pass an appliance
guest() {
	local tap=tap-${1%%-*} gw4=${4%.*}.254
	conf "$2" link add "$tap" type veth peer name eth0 netns "$1" address "$3"
	conf "$2" link set "$tap" addrgenmode none
	conf "$2" link set "$tap" master br0
	conf "$2" link set "$tap" up
	port "$2" fdb replace "$3" dev "$tap" master static
	conf "$1" link set eth0 addrgenmode none
	conf "$1" link set eth0 up
	conf "$1" addr add "$4" dev eth0
	conf "$1" addr add "$5" dev eth0 nodad
	conf "$1" neigh add "$gw4" lladdr "$6" dev eth0
	conf "$1" neigh add fe80::1 lladdr "$6" dev eth0
	conf "$1" route add default via "$gw4" dev eth0 onlink
	conf "$1" route add default via fe80::1 dev eth0
}

# topo_up - build it all; the namespaces' names are in vm1 .. vm4, host1 .. host3,
# router, inet and appliance afterwards, and go away with the script
topo_up() {
	local ns
	setup_ns router appliance inet host1 host2 host3 vm1 vm2 vm3 vm4
	for ns in $router $appliance; do
		on "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done

	host $host1 host1 25.1.1.1 25.1.1.254 2001:db8:25::1 2001:db8:25::fe
	host $host2 host2 101.1.2.3 101.1.2.254 2001:db8:101::3 2001:db8:101::fe
	host $host3 host3 102.1.2.9 102.1.2.254 2601:12:7a:1::1234 2601:12:7a:1::fe
	host $inet inet 30.0.0.1 30.0.0.254 2001:db8:30::1 2001:db8:30::fe
	conf $router link add port0 mtu $topo_mtu type veth peer name port0 netns $appliance mtu $topo_mtu
	conf $router link set port0 up
	conf $router addr add 10.250.20.1/28 dev port0
	conf $router addr add 2001:db8:fd::1/64 dev port0 nodad
	conf $router route add $VIP4 via 10.250.20.2
	conf $router route add $VIP6 via 2001:db8:fd::2
	conf $appliance addr add $VIP4/32 dev lo
	conf $appliance addr add $VIP6/128 dev lo nodad
	conf $appliance link set port0 up
	conf $appliance addr add 10.250.20.2/28 dev port0
	conf $appliance addr add 2001:db8:fd::2/64 dev port0 nodad
	conf $appliance route add default via 10.250.20.1
	conf $appliance route add default via 2001:db8:fd::1
	# The router's batch makes the cables that the others configure.
	ip -n $router -batch "$lib_tmp/topo.$router.ip"
	rm "$lib_tmp/topo.$router.ip"
	on $router ethtool -K port0 tx off gro on >"$lib_tmp/ethtool"

	vtep $host1 4321 25.1.1.1 2001:db8:25::1
	vtep $host2 45654 101.1.2.3 2001:db8:101::3
	vtep $host3 866 102.1.2.9 2601:12:7a:1::1234
	conf $host2 addr add 2001:db8:101::6/64 dev underlay nodad
	guest $vm1 $host1 $ENI 10.1.2.9/24 2001:db8:a::9/64 12:34:56:78:9A:BC
	guest $vm2 $host2 C8:22:83:99:22:A2 10.1.1.1/24 2001:db8:b::1/64 $ENI
	guest $vm3 $host2 A8:22:83:99:22:A2 10.1.0.1/24 2001:db8:b:1::1/64 $ENI
	guest $vm4 $host3 20:10:83:99:22:A2 200.1.0.6/24 2001:db8:c::6/64 $ENI
	topo_flush
}

# one_port_up MTU - not the topology: an appliance alone, with the specification's port and a
# gateway that is only a neighbour entry; BPF_PROG_TEST_RUN supplies the packets
one_port_up() {
	on $appliance sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n $appliance link add port0 address 02:00:00:00:00:01 mtu "$1" type veth peer name port1 mtu "$1"
	# A veth takes XDP frames only while its peer has GRO or XDP; without, all packets
	# would go through the kernel's output path, where the test cannot see them.
	on $appliance ethtool -K port1 gro on
	# The far end is silent: what it would solicit of its own is no packet of a test.
	on $appliance sysctl -qw net.ipv6.conf.port1.disable_ipv6=1
	ip -n $appliance link set port1 up
	ip -n $appliance link set port0 up
	ip -n $appliance addr add 10.250.20.2/28 dev port0
	ip -n $appliance addr add 2001:db8:fd::2/64 dev port0 nodad
	ip -n $appliance neigh add 10.250.20.1 lladdr 02:00:00:00:00:fe dev port0
	ip -n $appliance neigh add 2001:db8:fd::1 lladdr 02:00:00:00:00:fe dev port0
	ip -n $appliance route add default via 10.250.20.1
	ip -n $appliance route add default via 2001:db8:fd::1
}

# impostor VNI - `inet` sends VXLAN with this VNI and vm1's MAC to the VIP, as 10.1.1.66,
# though no host of a VNET is there.  Again to change the VNI.
impostor() {
	on $inet ip link del spoof 2>"$lib_tmp/none" || true
	conf $inet link add spoof address 02:00:00:00:66:66 type vxlan id "$1" dstport 4789 \
		local 30.0.0.1 remote $VIP4 nolearning noudpcsum
	# Alone: "up" would come first and start router solicitation.
	conf $inet link set spoof addrgenmode none
	conf $inet link set spoof up
	conf $inet addr add 10.1.1.66/32 dev spoof
	conf $inet neigh add 10.1.2.9 lladdr $ENI dev spoof
	conf $inet route add 10.1.2.9 dev spoof src 10.1.1.66
	topo_flush
}

# dash COMMAND... - dashctl in the appliance's namespace
dash() {
	on $appliance "$ROOT/tools/dashctl" "$@"
}

# appliance_up CONFIG... - module, XDP program, configuration
appliance_up() {
	insmod "$ROOT/dash.ko"
	defer rmmod dash
	defer dash clear all
	dash attach port0
	defer dash detach port0
	dash apply "$@"
}

# under_traffic COMMAND... - while new connections are made all the time by the caller's function
# `connect N`, none of which may be dropped
under_traffic() {
	local pid rc=0
	rm -f "$lib_tmp/stop"
	: >"$lib_tmp/traffic"
	while [ ! -e "$lib_tmp/stop" ]; do
		connect 1000 >>"$lib_tmp/traffic" || { echo failed >>"$lib_tmp/traffic"; break; }
		dash clear flows >"$lib_tmp/clear"
	done &
	pid=$!
	"$@" || rc=1
	touch "$lib_tmp/stop"
	wait $pid
	cat "$lib_tmp/traffic"
	# not by !, which set -e overlooks
	if grep -qE "failed|Bail" "$lib_tmp/traffic" || ! grep -q miss "$lib_tmp/traffic"; then
		return 1
	fi
	return $rc
}

# monitor_start FILE [OPTION...] - dashctl writes events to FILE from now on, one JSON object a line; its
# process is $monitor_pid.  monitor_stop ends it when it has told all that happened before.
monitor_start() {
	monitor_file=$1
	shift
	ip netns exec $appliance "$ROOT/tools/dashctl" -j monitor "$@" >>"$monitor_file" &
	monitor_pid=$!
	monitor_poked=0
	# it does not say when it has subscribed
	busywait 10 monitor_hears
	: >"$monitor_file"
}

# A commit that changes something is an event behind all that came before.
monitor_poke() {
	monitor_poked=$((monitor_poked + 1))
	echo "[{\"DASH_QOS_TABLE:monitored\": {\"cps\": $monitor_poked}}]" >"$lib_tmp/poke.json"
	dash apply "$lib_tmp/poke.json" >"$lib_tmp/poked"
}

monitor_hears() {
	monitor_poke
	grep -q '"config"' "$monitor_file"
}

monitor_stop() {
	local n
	n=$(grep -c '"config"' "$monitor_file" || true)
	monitor_poke
	busywait 30 monitor_has $((n + 1))
	kill $monitor_pid
	wait $monitor_pid || true
}

monitor_has() {
	[ "$(grep -c '"config"' "$monitor_file")" -ge "$1" ]
}

# drops_rise REASON COMMAND... - COMMAND makes exactly one more drop, for REASON; or
# with REASON none, no drop at all.  COMMAND's own status does not matter.
drops_rise() {
	local reason=$1 before after wanted
	shift
	before=$(drops)
	"$@" || true
	after=$(drops)
	case $reason in
	none) wanted='{}' ;;
	*_drop) wanted="{\"$reason\":1}" ;;
	*) wanted="{\"${reason}_drop\":1}" ;;
	esac
	expect "$wanted" jq -nc --argjson a "$before" --argjson b "$after" \
		'$b | with_entries(.value -= ($a[.key] // 0)) | with_entries(select(.value != 0))'
}

# drops - {"reason_drop": packets, ...}: global reasons, and those of all ENIs
drops() {
	dash -j stats drops | jq -c '[.[] | select(.scope != "port") | .counters | to_entries[]
		| select(.key | endswith("_drop"))]
		| group_by(.key) | map({key: .[0].key, value: (map(.value) | add)}) | from_entries'
}

# send NS ADDRESS PORT [TEXT] - one UDP datagram
send() {
	local to=$2
	[[ $to != *:* ]] || to="[$to]"
	echo "${4-hello}" | on "$1" socat -u - "UDP-SENDTO:$to:$3"
}

# transfer FROM TO ADDRESS PORT BYTES - a TCP connection that carries BYTES of noise,
# and arrives whole
transfer() {
	local from=$1 to=$2 address=$3 port=$4 bytes=$5 family=4 dir server
	[[ $address != *:* ]] || { family=6; address="[$address]"; }
	dir=$(mktemp -d "$lib_tmp/transfer.XXXX")
	head -c "$bytes" /dev/urandom >"$dir/sent"
	ip netns exec "$to" socat -u "TCP$family-LISTEN:$port,reuseaddr" "OPEN:$dir/got,creat" &
	server=$!
	busywait 10 listens "$to" "$port"
	on "$from" timeout 60 socat -u "OPEN:$dir/sent" "TCP$family:$address:$port,connect-timeout=5" || kill $server
	wait $server
	cmp "$dir/sent" "$dir/got"
}

# listens NS PORT - something listens there
listens() {
	on "$1" ss -Hltn "sport = $2" | grep -q .
}
