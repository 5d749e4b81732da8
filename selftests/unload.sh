#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the module leave when it may, stay while it must, and leave nothing behind?
# One veth pair in namespaces of its own, no traffic but a few packets.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 10

setup_ns appliance peer
ip -n $appliance link add port0 type veth peer name port0 netns $peer
ip -n $appliance link set port0 up
ip -n $peer link set port0 up
config=$ROOT/selftests/configs

loaded() { lsmod | grep -q '^dash '; }
refs() { lsmod | awk '$1 == "dash" { print $3 }'; }
gone() { ! loaded; }

load_use_unload() {
	insmod "$ROOT/dash.ko"
	dash attach port0
	dash apply "$config/vnet-to-vnet.json" 2>/dev/null
	dash detach port0
	busywait 5 rmmod_now
}

# The last program is freed after a grace period, and holds the module till then.
rmmod_now() { rmmod dash 2>/dev/null; }

# Ten rounds beyond the first, which warms caches, must not grow by a flow table.  The
# debug kernel keeps freed memory back, so there kmemleak judges (debug_leaks.sh).
ten_times() {
	local i before after rounds=${DASH_DEBUG:+1}
	load_use_unload
	load_use_unload
	before=$(kernel_memory)
	for ((i = 0; i < ${rounds:-10}; i++)); do
		load_use_unload
	done
	after=$(kernel_memory)
	echo "kB before $before, after ${rounds:-ten} rounds $after"
	[ -n "${DASH_DEBUG-}" ] || [ $((after - before)) -lt 1024 ]
}

no_dash_bpf() {
	bpftool prog show | grep -i dash && return 1
	bpftool map show | grep -i dash && return 1
	return 0
}

programs_gone() { busywait 5 no_dash_bpf; }

insmod "$ROOT/dash.ko"
dash attach port0
dash apply "$config/minimal.json"
refuse "rmmod is refused while a program is attached" rmmod dash
check "and the module is still there, configuration included" dash show eni F4939FEFC47E
refuse "an attached port stays in its namespace" ip -n $appliance link set port0 netns $peer name port9
check "detach works" dash detach port0
check "and may leave it then" eval "ip -n $appliance link set port0 netns $peer name port9 &&
	ip -n $peer link set port9 netns $appliance name port0 && ip -n $appliance link set port0 up"
check "rmmod works then, with the configuration still loaded" busywait 5 rmmod_now
check "no program and no map stays" programs_gone
check "load, attach, configure, detach, unload: ten times leak nothing" ten_times
check "a namespace that goes away takes its configuration along" bash -c "
	set -e
	insmod $ROOT/dash.ko
	ip netns add dash-short-$$
	ip netns exec dash-short-$$ $ROOT/tools/dashctl apply $config/minimal.json
	ip netns del dash-short-$$
	for i in \$(seq 100); do rmmod dash 2>/dev/null && exit 0; sleep 0.1; done; exit 1"
check "a namespace that goes away takes its attached port along" bash -c "
	set -e
	insmod $ROOT/dash.ko
	ip netns add dash-short-$$
	ip -n dash-short-$$ link add port0 type veth peer name port1
	ip netns exec dash-short-$$ $ROOT/tools/dashctl apply $config/minimal.json
	ip netns exec dash-short-$$ $ROOT/tools/dashctl attach port0
	ip netns del dash-short-$$
	for i in \$(seq 100); do rmmod dash 2>/dev/null && exit 0; sleep 0.1; done; exit 1"
loaded && defer rmmod dash || true
