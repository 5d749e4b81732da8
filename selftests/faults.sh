#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# What happens when there is no memory?  Each allocation that the module makes fails in
# turn: while it loads and while a namespace begins, in each command (faults.py), in a
# commit (txn.py), where the data path starts, and under packets that open a connection or
# are judged anew (fault.c).  An error or a counted drop, with the old state in force.
#
# That nothing leaked is debug_leaks.sh's verdict, later in the same boot; that nothing
# was corrupted, the kernel log's.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

[ -e /proc/self/fail-nth ] && [ -d /sys/kernel/debug/failslab ] || skip_all "this kernel has no fault injection"

export DASH_MODULE=$ROOT/dash.ko
faults() { python3 "$ROOT/selftests/faults.py" "$@"; }
in_appliance() { ip netns exec $appliance "$@"; }

setup_ns appliance
on $appliance sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n $appliance link add port0 address 02:00:00:00:00:01 mtu 9100 type veth peer name port1 mtu 9100
on $appliance ethtool -K port1 gro on
ip -n $appliance link set port1 up
ip -n $appliance link set port0 up
ip -n $appliance addr add 10.250.20.2/28 dev port0
ip -n $appliance addr add 2001:db8:fd::2/64 dev port0 nodad
ip -n $appliance route add default via 10.250.20.1
ip -n $appliance route add default via 2001:db8:fd::1

echo "dash: faults begin" >/dev/kmsg
defer bash -c 'echo "dash: faults end" >/dev/kmsg'
relay faults load "$DASH_MODULE"
insmod "$DASH_MODULE"
defer rmmod dash
faults aim
relay in_appliance python3 "$ROOT/selftests/faults.py" commands
relay in_appliance env DASH_FAULTS=1 python3 "$ROOT/selftests/txn.py" "memory failing"
relay unshare -n "$ROOT/selftests/prog_run" --fault-bind

cat >/run/dash-ask.json <<-JSON
[{"DASH_ENI_TABLE:$ENI_KEY": {"full_flow_resimulation_requested": true}}]
JSON
dash clear all
dash apply "$ROOT/selftests/configs/topo.json"
dash attach port0 --flows 1000
defer dash detach port0
relay in_appliance "$ROOT/selftests/prog_run" --faults port0
