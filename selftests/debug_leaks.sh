#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Is any memory lost?  kmemleak's judgement, on the debug kernel, of everything that
# ran before in this boot, then of the module in use, then of what it left behind.
# DASH_LEAKS=now: the first alone.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

kmemleak=/sys/kernel/debug/kmemleak
[ -e $kmemleak ] || skip_all "this kernel has no kmemleak"
plan "$([ "${DASH_LEAKS-}" = now ] && echo 1 || echo 3)"

# Memory younger than five seconds is not judged, and what changed since the last
# scan gets a second chance.
nothing_lost() {
	sleep 6
	echo scan >$kmemleak
	echo scan >$kmemleak
	# Linux 6.12 itself loses the name of a slab cache that it has no memory to show in sysfs,
	# which faults.sh makes happen.
	awk '/^unreferenced object/ { show(); said = "" } { said = said $0 "\n" } END { show() }
		function show() { if (said !~ /sysfs_slab_add/) printf "%s", said }' $kmemleak >"$lib_tmp/leaks"
	if [ -s "$lib_tmp/leaks" ]; then
		cat "$lib_tmp/leaks"
		echo clear >$kmemleak
		return 1
	fi
}

check "the tests before this one lost nothing" nothing_lost

in_use_and_after() {
	setup_ns appliance
	ip -n $appliance link add port0 type veth peer name port1
	ip -n $appliance link set port0 up
	insmod "$ROOT/dash.ko"
	dash attach port0
	dash apply "$ROOT/selftests/fixtures.json"
	# Connections; what becomes of the packets is not the question here.
	on $appliance "$ROOT/selftests/prog_run" --module port0 >"$lib_tmp/prog_run" || true
	check "everything is reachable while configured, with connections" nothing_lost

	dash detach port0
	busywait 5 rmmod dash 2>"$lib_tmp/rmmod"
	check "the module left nothing behind" nothing_lost
}

if [ "${DASH_LEAKS-}" != now ]; then
	in_use_and_after
fi
