#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Do guests talk through the appliance as the specification says?  Real sockets in
# the standard topology (topo.sh): both overlay and both underlay families, every
# route of the worked example, everything that must be refused, and the counters.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 53

# What vm1 sends, and what arrives at HOST: capture HOST FILTER FILE COMMAND...
capture() {
	local ns=$1 filter=$2 file=$3 pid
	shift 3
	on "$ns" timeout 30 tcpdump -Uni underlay -c1 -w "$file" "$filter" >"$file.out" 2>"$file.err" &
	pid=$!
	busywait 10 grep -q "listening on" "$file.err"
	"$@"
	busywait 5 gone_pid $pid || kill $pid
	wait $pid
	tcpdump -nvvexr "$file"
}

gone_pid() { ! kill -0 "$1" 2>/dev/null; }

# pings NS ADDRESS - one echo comes back
pings() {
	on "$1" ping -n -c1 -W5 "$2"
}

# silent NS ADDRESS - none does
silent() {
	! on "$1" ping -n -c1 -W1 "$2"
}

# underlay HOST1-FAMILY HOST2-FAMILY - both sides' tunnels use these families
underlay() {
	local pa1=25.1.1.1 pa2=101.1.2.3
	[ "$1" = 4 ] || pa1=2001:db8:25::1
	[ "$2" = 4 ] || pa2=2001:db8:101::3
	cat >"$lib_tmp/underlay.json" <<-JSON
	[{"DASH_ENI_TABLE:$ENI_KEY": {"underlay_ip": "$pa1"}},
	 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1": {"underlay_ip": "$pa2", "mac_address": "C8:22:83:99:22:A2"}},
	 {"DASH_VNET_MAPPING_TABLE:Vnet1:2001:db8:b::1": {"underlay_ip": "$pa2", "mac_address": "C8:22:83:99:22:A2"}}]
	JSON
	dash apply "$lib_tmp/underlay.json"
	dash clear flows
	steer $host1 "$1"
	steer $host2 "$2"
}

apply() {
	cat >"$lib_tmp/apply.json"
	dash apply "$lib_tmp/apply.json"
}

eni() {
	dash -j stats eni $ENI_KEY
}

topo_up
appliance_up "$ROOT/selftests/configs/topo.json"

# ---- guests talk ---------------------------------------------------------------

check "the first packet from the guest arrives and is answered" pings $vm1 10.1.1.1
if [ $lib_failed -ne 0 ]; then
	# Nothing else can work: say what is known, and spare everybody the timeouts.
	dash show flows || true
	dash stats --all | grep -v ' 0$' || true
	on $appliance ip neigh || true
	on $appliance tcpdump -c6 -nvvei port0 >"$lib_tmp/bail" 2>&1 &
	sleep 2
	silent $vm1 10.1.1.1 || true
	silent $vm1 10.1.1.1 || true
	on $host2 ip -s link show underlay || true
	on $router ip -s link show port0 || true
	on $appliance ip -s link show port0 || true
	pkill -P $! tcpdump || true
	cat "$lib_tmp/bail"
	exit 1
fi
check "and so does the second" pings $vm1 10.1.1.1
check "IPv6 guests talk over an IPv4 underlay" pings $vm1 2001:db8:b::1
check "a guest of the network side may begin" pings $vm2 10.1.2.9
check "a frame of the guest's full MTU passes unfragmented" on $vm1 ping -n -c1 -W5 -s 1472 -M do 10.1.1.1

for u1 in 4 6; do
	for u2 in 4 6; do
		underlay $u1 $u2
		check "TCP over IPv4, the guest's host on IPv$u1, the peer's on IPv$u2" \
			transfer $vm1 $vm2 10.1.1.1 5001 300000
		check "TCP over IPv6, the guest's host on IPv$u1, the peer's on IPv$u2" \
			transfer $vm1 $vm2 2001:db8:b::1 5001 300000
		check "TCP towards the guest, its host on IPv$u1, the peer's on IPv$u2" \
			transfer $vm2 $vm1 10.1.2.9 5001 300000
	done
done
underlay 4 4

# ---- each route of the worked example ------------------------------------------

# wire N FILTER COMMAND... - the first N packets that leave the appliance, one line each,
# as tcpdump reads them, checksums verified
wire() {
	local n=$1 filter=$2 pid
	shift 2
	: >"$lib_tmp/wire.err"
	on $router timeout 30 tcpdump -Uni port0 -c"$n" -w "$lib_tmp/wire.pcap" "$filter" >"$lib_tmp/wire.out" 2>"$lib_tmp/wire.err" &
	pid=$!
	busywait 10 grep -q "listening on" "$lib_tmp/wire.err"
	"$@" >"$lib_tmp/wire.said"
	busywait 5 gone_pid $pid || kill $pid
	wait $pid
	tcpdump -tnvver "$lib_tmp/wire.pcap" | sed -z 's/\n    / /g; s/\(vni [0-9]*\)\n/\1 | /g'
}

# lines N PATTERN TEXT - TEXT has N lines that match, and no checksum is bad
lines() {
	echo "$3"
	expect "$1" grep -cE "$2" <<<"$3"
	! grep -E "bad cksum|bad udp cksum 0x[^0]|bad udp cksum 0x0+[1-9a-f]" <<<"$3"
}

mac_of() {
	ip -n "$1" -j link show port0 | jq -r '.[0].address'
}

two_datagrams() {
	local i
	for i in 1 2; do
		printf '%058d' $i | on $vm1 socat -u - "UDP-SENDTO:$1:20000,bind=$2:10000"
	done
}
macs="$(mac_of $appliance) > $(mac_of $router)"
lower_eni=f4:93:9f:ef:c4:7e

headers_vnet() {
	local out
	dash clear flows
	out=$(wire 2 "src $VIP4 and dst 101.1.2.3" two_datagrams 10.1.1.1 10.1.2.9)
	lines 2 "^$macs, ethertype IPv4 \(0x0800\), length 150: \(tos 0x28, ttl 64, .*flags \[none\], proto UDP \(17\), length 136\) $VIP4\.[0-9]+ > 101.1.2.3.4789: \[no cksum\] VXLAN, flags \[I\] \(0x08\), vni 45654 \| $lower_eni > c8:22:83:99:22:a2, ethertype IPv4 \(0x0800\), length 100: \(tos 0x0, ttl 64, .*length 86\) 10.1.2.9.10000 > 10.1.1.1.20000: \[udp sum ok\] UDP, length 58" "$out"
}
check "25.1 header by header, first and following packet" headers_vnet

headers_answer() {
	local out
	out=$(wire 1 "src $VIP4 and dst 25.1.1.1" pings $vm1 10.1.1.1)
	lines 1 "^$macs, ethertype IPv4 \(0x0800\), length 148: \(tos 0x28, ttl 64, .*length 134\) $VIP4\.[0-9]+ > 25.1.1.1.4789: \[no cksum\] VXLAN, flags \[I\] \(0x08\), vni 4321 \| c8:22:83:99:22:a2 > $lower_eni, ethertype IPv4 \(0x0800\), length 98: .* 10.1.1.1 > 10.1.2.9: ICMP echo reply" "$out"
}
check "25.2 header by header" headers_answer

headers_v6() {
	local out
	dash clear flows
	out=$(wire 2 "src $VIP4 and dst 101.1.2.3" two_datagrams "[2001:db8:b::1]" "[2001:db8:a::9]")
	lines 2 "length 170: \(tos 0x28, ttl 64, .*length 156\) .*vni 45654 \| $lower_eni > c8:22:83:99:22:a2, ethertype IPv6 .* 2001:db8:a::9.10000 > 2001:db8:b::1.20000: \[udp sum ok\] UDP, length 58" "$out"
}
check "25.6 header by header, first and following packet" headers_v6

headers_peering() {
	local out
	dash clear flows
	out=$(wire 2 "src $VIP6 and dst 2601:12:7a:1::1234" two_datagrams 200.1.0.6 10.1.2.9)
	lines 2 "^$macs, ethertype IPv6 \(0x86dd\), length 170: \(class 0x28, hlim 64, next-header UDP \(17\) payload length: 116\) $VIP6\.[0-9]+ > 2601:12:7a:1::1234.4789: .*VXLAN, flags \[I\] \(0x08\), vni 866 \| $lower_eni > 20:10:83:99:22:a2, .* 10.1.2.9.10000 > 200.1.0.6.20000: \[udp sum ok\] UDP, length 58" "$out"
}
check "25.7 header by header, first and following packet" headers_peering

use_dst_vni() {
	local out
	apply <<-'JSON'
	[{"DASH_VNET_MAPPING_TABLE:Vnet2:200.1.0.7": {"underlay_ip": "102.1.2.9", "mac_address": "20:10:83:99:22:A3", "use_dst_vni": true}},
	 {"DASH_VNET_MAPPING_TABLE:Vnet2:200.1.0.8": {"underlay_ip": "102.1.2.9", "mac_address": "20:10:83:99:22:A4"}}]
	JSON
	out=$(wire 1 "dst 102.1.2.9" send $vm1 200.1.0.7 9)
	lines 1 "vni 866 \| $lower_eni > 20:10:83:99:22:a3" "$out"
	out=$(wire 1 "dst 102.1.2.9" send $vm1 200.1.0.8 9)
	lines 1 "vni 45654 \| $lower_eni > 20:10:83:99:22:a4" "$out"
	# A closed port was answered by ICMP, which is an inbound connection with the tunnel it came by.
	dash clear flows
}
check "25.8 peering with and without use_dst_vni" use_dst_vni

vnet_direct() {
	local out
	out=$(capture $host2 "ip6 and udp port 4789 and dst 2001:db8:101::6" "$lib_tmp/direct.pcap" pings $vm1 10.1.0.1)
	echo "$out"
	grep -q "2001:db8:fe::19.* > 2001:db8:101::6.4789.*vni 45654" <<<"$(tr '\n' ' ' <<<"$out")"
	grep -q "10.1.2.9 > 10.1.0.1" <<<"$out"
	grep -qi "> a8:22:83:99:22:a2" <<<"$out"
}
check "vnet_direct: mapped by 10.0.0.6, over IPv6, the destination stays 10.1.0.1" vnet_direct

peering() {
	local out
	out=$(capture $host3 "ip6 and udp port 4789 and dst 2601:12:7a:1::1234" "$lib_tmp/peer.pcap" pings $vm1 200.1.0.6)
	echo "$out"
	grep -q "vni 866" <<<"$out"
}
check "peering: 200.1.0.6 is reached in its own VNI, over IPv6" peering
check "peering with an IPv6 overlay over an IPv4 underlay" pings $vm1 2001:db8:c::6
check "a guest of the peered VNET may begin" pings $vm4 10.1.2.9

direct() {
	local out
	out=$(capture $inet "ip and dst 30.0.0.1" "$lib_tmp/inet.pcap" send $vm1 30.0.0.1 53)
	echo "$out"
	grep -q "10.1.2.9.[0-9]* > 30.0.0.1.53" <<<"$out"
	! grep -q VXLAN <<<"$out"
}
check "direct: 30.0.0.1 gets the plain packet" direct

check "drop: 10.2.5.1 counts outbound_route_drop" drops_rise outbound_route_drop send $vm1 10.2.5.1 53
check "no route: 172.16.0.1 counts outbound_routing_entry_miss" \
	drops_rise outbound_routing_entry_miss send $vm1 172.16.0.1 53
check "no mapping: 10.1.7.7 counts outbound_ca_pa_entry_miss" \
	drops_rise outbound_ca_pa_entry_miss send $vm1 10.1.7.7 53

# ---- what must be refused ---------------------------------------------------------

telnet() { on $vm1 socat -u OPEN:/dev/null TCP:10.1.1.1:23,connect-timeout=0.5; }
check "ACL: the first SYN to port 23 counts acl_deny" drops_rise acl_deny telnet

impostor 45654
check "a spoofed source PA counts pa_validation_fail" drops_rise pa_validation_fail send $inet 10.1.2.9 7000

hijack() {
	# vm2 opens a connection; the impostor continues it with the same addresses and ports
	echo one | on $vm2 socat -u - UDP-SENDTO:10.1.2.9:7001,bind=10.1.1.1:7002
	ip -n $inet addr add 10.1.1.1/32 dev spoof
	echo two | on $inet socat -u - UDP-SENDTO:10.1.2.9:7001,bind=10.1.1.1:7002
}
check "a live connection from another source PA counts pa_validation_fail" drops_rise pa_validation_fail hijack
check "and the connection still works for its owner" drops_rise none \
	on $vm2 socat -u EXEC:"echo three" UDP-SENDTO:10.1.2.9:7001,bind=10.1.1.1:7002

ip -n $inet neigh replace 10.1.2.9 lladdr 9e:ba:ce:98:d9:e2 dev spoof
check "an unknown MAC counts eni_miss" drops_rise eni_miss send $inet 10.1.2.9 7000
ip -n $inet neigh replace 10.1.2.9 lladdr $ENI dev spoof

unknown_source() {
	on $host1 python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(('vx4', 0))
	s.send(bytes.fromhex('123456789abc00aa00aa00aa0800' '4500001c000000004011000001020304' '0a010101' '0001000200080000'))
	PY
}
check "an unknown source MAC of a guest counts eni_miss" drops_rise eni_miss unknown_source

# The PA of a Vnet2 mapping, but Vnet1's VNI: the second inbound rule takes it (25.10)
other_vnet() {
	local out
	out=$(wire 1 "src $VIP4 and dst 25.1.1.1" on $host3 python3 - <<-PY
	import socket
	inner = bytes.fromhex('f4939fefc47e' '020000007777' '0800' '4500001d00000000401100000a01014d' '0a010209' '000100020009000041')
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(('102.1.2.9', 0))
	s.sendto(bytes.fromhex('08000000') + (45654 << 8).to_bytes(4, 'big') + inner, ('$VIP4', 4789))
	PY
	)
	echo "$out"
	grep -E "vni 4321 \| 02:00:00:00:77:77 > $lower_eni, .* 10.1.1.77.1 > 10.1.2.9.2:" <<<"$out"
}
check "a PA of the other VNET is delivered by its rule" drops_rise none other_vnet

foreign_vip() {
	ip -n $router route add 10.250.20.20 via 10.250.20.2
	bridge -n $inet fdb append 00:00:00:00:00:00 dev spoof dst 10.250.20.20
	bridge -n $inet fdb del 00:00:00:00:00:00 dev spoof dst $VIP4
	send $inet 10.1.2.9 7000
	bridge -n $inet fdb append 00:00:00:00:00:00 dev spoof dst $VIP4
	bridge -n $inet fdb del 00:00:00:00:00:00 dev spoof dst 10.250.20.20
}
check "VXLAN to an address that is no VIP counts vip_miss" drops_rise vip_miss foreign_vip

impostor 1000
check "an unknown VNI counts inbound_routing_entry_miss" \
	drops_rise inbound_routing_entry_miss send $inet 10.1.2.9 7000

stray_ack() {
	on $vm1 python3 - <<-'PY'
	import socket, struct
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	s.sendto(struct.pack('!HHIIBBHHH', 4444, 80, 1, 1, 5 << 4, 0x10, 1024, 0, 0), ('10.1.1.1', 0))
	PY
}
check "a TCP ACK out of nowhere counts flow_miss_non_syn" drops_rise flow_miss_non_syn stray_ack

inner_arp() {
	on $host1 python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(('vx4', 0))
	s.send(bytes.fromhex('123456789abcf4939fefc47e0806') + bytes(28))
	PY
}
check "an ARP packet in the tunnel counts inner_non_ip" drops_rise inner_non_ip inner_arp

eni_down() {
	apply <<<"{\"DASH_ENI_TABLE:$ENI_KEY\": {\"admin_state\": \"disabled\"}}"
	silent $vm1 10.1.1.1
}
check "a disabled ENI counts eni_admin_down" drops_rise eni_admin_down eni_down
eni_up() {
	apply <<<"{\"DASH_ENI_TABLE:$ENI_KEY\": {\"admin_state\": \"enabled\"}}"
	pings $vm1 10.1.1.1
}
check "and carries traffic again once enabled" eni_up

# ---- the flow table ---------------------------------------------------------------

both_directions() {
	dash clear flows
	on $vm1 ping -n -c3 -i0.2 -W5 10.1.1.1
	dash -j show flows
	expect '[["inbound","reverse",3],["outbound","forward",3]]' flows_as '.direction, .role, .packets'
}
# flows_as FIELDS - these of all flow entries, sorted
flows_as() {
	dash -j show flows | jq -c "map([$1]) | sort"
}
check "a connection is one pair, and each direction counts its packets" both_directions

gone_flows() {
	dash clear flows
	expect 0 flow_count
}
flow_count() {
	dash -j show flows | jq length
}
check "clear flows leaves none" gone_flows

slow_once() {
	local before after
	dash clear flows
	before=$(path_counters)
	on $vm1 ping -n -c4 -i0.2 -W5 10.1.1.1
	after=$(path_counters)
	echo "before $before after $after"
	expect "7 1" bash -c "set -- $before $after; echo \$((\$3 - \$1)) \$((\$4 - \$2))"
}
path_counters() {
	dash -j stats global | jq -r '.[0].counters | [.fast_path_packets, .slow_path_packets] | @tsv'
}
check "of four echoes and replies, one packet takes the slow path" slow_once

# ---- the underlay is the kernel's ---------------------------------------------------

not_lost() {
	ip -n $appliance neigh flush dev port0
	on $vm1 ping -n -c2 -i0.3 -W5 10.1.1.1
}
check "with no neighbour known, nothing is lost" not_lost
check "with no neighbour known, a new connection is not lost either" bash -c "
	ip -n $appliance neigh flush dev port0; sleep 0
	ip netns exec $vm1 ping -n -c1 -W5 10.1.0.1"

no_route() {
	ip -n $appliance route add blackhole 101.1.2.3
	drops_rise underlay_route_drop silent $vm1 10.1.1.1
}
check "a blackhole route stops a live connection with the next packet" no_route
route_back() {
	ip -n $appliance route del blackhole 101.1.2.3
	pings $vm1 10.1.1.1
}
check "and its removal lets it go on" route_back

passes_stack() {
	on $router ping -n -c1 -W5 10.250.20.2
	on $router ping -n -c1 -W5 $VIP4
	on $router ping -n -c1 -W5 2001:db8:fd::2
}
check "what is not VXLAN reaches the appliance's own stack" passes_stack

# ---- the sums ---------------------------------------------------------------------

conserved() {
	eni
	eni | jq -e '.[0].counters
		| .rx_packets == .tx_packets + .total_drop_packets
		  and .rx_packets == .outbound_rx_packets + .inbound_rx_packets
		  and .tx_packets == .outbound_tx_packets + .inbound_tx_packets'
	dash -j stats drops >&2
}
check "every packet of the ENI was sent or counted as dropped" conserved

iperf() {
	on $vm2 iperf3 -s -1 -D --pidfile "$lib_tmp/iperf"
	busywait 10 listens $vm2 5201
	on $vm1 iperf3 -c 10.1.1.1 -t 3 -J | jq -e '.end.sum_received.bits_per_second | floor | select(. > 1000000)'
}
check "a bulk TCP stream flows" iperf
