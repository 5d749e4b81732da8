#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Policy at a size that shows its shape: groups and tags that ENIs share are held
# once, `show memory` adds up, and a bound group is replaced under traffic without a
# packet that sees half of it.  Traffic is new connections, each a test run of the
# attached program (bench_miss.c), which ends with an error at the first drop.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 7

mappings=256
setup_ns appliance
one_port_up 9100

# 10 groups of 100 rules x 20 x 20 over shared tags, bound by each ENI
"$ROOT/selftests/bench_config.py" 100 20 10 $mappings 10 1 2 >"$lib_tmp/two.json"
"$ROOT/selftests/bench_config.py" 100 20 10 $mappings 10 1 8 >"$lib_tmp/eight.json"
appliance_up "$lib_tmp/two.json"

# sum OBJECT COLUMN - of dashctl show memory
sum() {
	dash -j show memory | jq --arg o "$1" --arg c "$2" '[.[] | select(.object == $o) | .[$c]] | add // 0'
}

groups=$(sum acl_group memory_runtime)
tags=$(sum prefix_tag memory_stored)
check "ten groups are there, compiled" test "$groups" -gt 100000
check "each costs at most 100 bytes a prefix" test "$groups" -le $((10 * 100 * 2 * 20 * 100))
dash apply "$lib_tmp/eight.json"
check "six more ENIs with the same groups add no compiled group" test "$(sum acl_group memory_runtime)" -eq "$groups"
check "and no tag" test "$(sum prefix_tag memory_stored)" -eq "$tags"
adds_up() {
	dash -j show memory | jq -e '(map(select(.object == "total"))[0] | .memory_runtime) as $t
		| (map(select(.object != "total") | .memory_runtime) | add) == $t'
}
check "show memory adds up" adds_up

# ---- a bound group is replaced -----------------------------------------------

# version N VERDICT - group g1 as a whole: 200 rules that differ from those of all
# other versions, the packet decided by the last but one.  Of a mixture of two versions
# the deny of one would come before the allow of the other, or nothing would match.
version() {
	python3 - "$@" >"$lib_tmp/version$1.json" <<-'PY'
	import json, random, sys
	n, verdict = int(sys.argv[1]), sys.argv[2]
	rnd = random.Random(n)
	def lists(net):
	    return ["%d.%d.%d.0/24" % (net, rnd.randrange(100, 256), rnd.randrange(256)) for _ in range(20)]
	out = [{"DASH_ACL_GROUP_TABLE:g1": {"ip_version": "ipv4"}}]
	for i in range(200):
	    out.append({"DASH_ACL_RULE_TABLE:g1:v%dr%d" % (n, i): {"priority": i, "action": "deny", "terminating": True,
	        "src_addr": lists(20), "dst_addr": lists(11)}})
	for i, action in ((1000 * n, verdict), (1000 * n + 1, "deny")):
	    out.append({"DASH_ACL_RULE_TABLE:g1:v%dp%d" % (n, i): {"priority": i, "action": action, "terminating": True}})
	json.dump(out, sys.stdout)
	PY
}

connect() {
	on $appliance "$ROOT/selftests/prog_run" --miss port0 "$1" $mappings
}

version 1 allow
version 2 allow
version 3 deny
replace() {
	local i pid
	dash apply "$lib_tmp/version1.json"
	: >"$lib_tmp/traffic"
	while [ ! -e "$lib_tmp/stop" ]; do
		connect 2000 >>"$lib_tmp/traffic" || { echo failed >>"$lib_tmp/traffic"; break; }
		dash clear flows >"$lib_tmp/clear"
	done &
	pid=$!
	for i in 2 1 2 1 2 1 2 1; do
		dash apply "$lib_tmp/version$i.json"
	done
	touch "$lib_tmp/stop"
	wait $pid
	cat "$lib_tmp/traffic"
	! grep -qE "failed|Bail" "$lib_tmp/traffic"
	grep -q miss "$lib_tmp/traffic"
}
check "no new connection is dropped while its group is replaced eight times" replace

at_once() {
	local i
	for i in 1 2; do
		dash apply "$lib_tmp/version3.json"
		! connect 3
		dash apply "$lib_tmp/version$i.json"
		connect 3
	done
}
check "a replacement holds from the next packet on" at_once
