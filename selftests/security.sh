#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the module keep to its threat model (README)?  Whoever lacks CAP_NET_ADMIN over the
# namespace can neither change nor read; namespaces cannot reach each other's state; tables
# and requests have ends; hashes cannot be predicted; no kernel address gets out.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 12

security() {
	local ns=$1
	shift
	ip netns exec "$ns" python3 "$ROOT/selftests/security.py" "$@"
}

setup_ns appliance other
on $appliance sysctl -qw net.ipv4.ip_forward=1
ip -n $appliance link add port0 index 4242 address 02:00:00:00:00:01 mtu 9100 type veth peer name port1 mtu 9100
on $appliance ethtool -K port1 gro on
ip -n $appliance link set port1 up
ip -n $appliance link set port0 up
ip -n $appliance addr add 10.250.20.2/28 dev port0
ip -n $appliance neigh add 10.250.20.1 lladdr 02:00:00:00:00:fe dev port0
ip -n $appliance route add default via 10.250.20.1

read -r before </proc/sys/kernel/tainted
insmod "$ROOT/dash.ko"
defer rmmod dash
read -r after </proc/sys/kernel/tainted
# Bit 12: out of tree; bit 13: not signed.
check "the kernel is tainted by nothing but an unsigned module from outside its tree" \
	test $((after & ~before & ~(1 << 12 | 1 << 13))) -eq 0

dash apply "$ROOT/selftests/configs/minimal.json"
dash attach port0 --flows 1000
defer dash detach port0
seed=$(security $appliance seeds 4242)
check "connections are there" on $appliance "$ROOT/selftests/prog_run" --example minimal port0

check "an ordinary user may neither change nor read nor listen" security $appliance refused nobody
check "nor may root of another user namespace" security $appliance refused userns
check "root of user and network namespaces of its own has an appliance of its own, and sees no other" \
	security $appliance own

coproc holder { security $appliance hold; }
pid=$holder_PID
read -r line <&"${holder[0]}"
[ "$line" = holding ]
check "a namespace reaches neither transaction nor device nor connection of another" security $other stranger 4242
echo commit >&"${holder[1]}"
status=0
wait "$pid" || status=$?
check "and what was staged there meanwhile is committed there" test $status -eq 0
check "there alone" bash -c "ip netns exec $appliance '$ROOT/tools/dashctl' show vnet held &&
	! ip netns exec $other '$ROOT/tools/dashctl' show vnet held"
check "no kernel address gets out by netlink or by a map" security $appliance pointers 4242
check "who listens to drops is told of them whatever others do" security $appliance drops 4242
check "transactions, ports, VNETs and lists of VNIs have a limit" security $other limits
dash detach port0
dash attach port0 --flows 1000
other_seed=$(security $appliance seeds 4242)
check "the seed of the flow hash is random, and new for each data path" \
	test "$seed" != "$other_seed" -a "${seed//0/}" != "" -a ${#seed} -eq 80
