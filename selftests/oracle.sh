#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the data path agree with an independent model of the specification?  Random
# configurations and packets, decided by oracle/model.py, and by the program and the
# module; verdict, drop reason, counters and every octet must be the same.
#
# oracle.sh --rounds   only writes the rounds; run.sh does it before the virtual machine
#	starts, where Python takes ten times as long
# DASH_FUZZ_PACKETS (10000) is how many; DASH_FUZZ_SEED (1) chooses others, "random" those
# that nobody has seen.  The seed is printed, and the same seed plays the same packets.
# Before it runs, each packet is traced, and the trace must come true; DASH_FUZZ_TRACE=0
# leaves that out.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

rounds=$ROOT/build/oracle packets=${DASH_FUZZ_PACKETS:-10000} seed=${DASH_FUZZ_SEED:-1}
[ "$seed" != random ] || seed=$RANDOM$RANDOM
[ -z "${DASH_DEBUG-}" ] || packets=${DASH_FUZZ_PACKETS:-2000}
write_rounds() {
	python3 "$ROOT/selftests/oracle/rounds.py" "$rounds" "$packets" "$seed"
}

if [ "${1-}" = --rounds ]; then
	plan 1
	check "the oracle writes rounds" write_rounds
	exit
fi

[ -e "$rounds/seed" ] || write_rounds
echo "# $(cat "$rounds/seed")"
setup_ns appliance
one_port_up 1700
ip -n $appliance route add throw 67.7.7.7
ip -n $appliance route add blackhole 66.6.6.6
ip -n $appliance route add blackhole 30.0.1.0/24
ip -n $appliance route add blackhole 2001:db8:66::6
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0
# Nothing ends by itself while it is looked at.
dash set tcp_half_open 1h tcp_established 1h tcp_half_closed 1h tcp_closing 1h tcp_close_linger 60s \
	udp 1h icmp 1h other 1h fragment 60s
relay on $appliance "$ROOT/selftests/prog_run" --packets port0 "$rounds"/*-*
