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
plan 9

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
check "each costs at most 64 bytes a prefix" test "$groups" -le $((10 * 100 * 2 * 20 * 64))
dash apply "$lib_tmp/eight.json"
check "six more ENIs with the same groups add no compiled group" test "$(sum acl_group memory_runtime)" -eq "$groups"
check "and no tag" test "$(sum prefix_tag memory_stored)" -eq "$tags"
adds_up() {
	dash -j show memory | jq -e '(map(select(.object == "total"))[0] | .memory_runtime) as $t
		| (map(select(.object != "total") | .memory_runtime) | add) == $t'
}
check "show memory adds up" adds_up

connect() {
	on $appliance "$ROOT/selftests/prog_run" --miss port0 "$1" $mappings
}

# Nothing terminates: a new connection is decided by one rule in each of the five groups.
hits() {
	local s
	connect 300
	for s in 1 2 3 4 5 6; do
		dash acl_rule show group g$s |
			awk '{ for (i = 1; i < NF; i++) if ($i == "hits") n += $(i + 1) } END { print n + 0 }'
	done >"$lib_tmp/hits"
	expect "300 300 300 300 300 0" xargs <"$lib_tmp/hits"
}
check "each connection is a hit of one rule in each stage" hits

# ---- mappings change ------------------------------------------------------------

# under_traffic COMMAND... - while new connections are made all the time, none of which may be dropped
under_traffic() {
	local pid rc=0
	rm -f "$lib_tmp/stop"
	: >"$lib_tmp/traffic"
	while [ ! -e "$lib_tmp/stop" ]; do
		connect 2000 >>"$lib_tmp/traffic" || { echo failed >>"$lib_tmp/traffic"; break; }
		dash clear flows >"$lib_tmp/clear"
	done &
	pid=$!
	"$@" || rc=1
	touch "$lib_tmp/stop"
	wait $pid
	cat "$lib_tmp/traffic"
	! grep -qE "failed|Bail" "$lib_tmp/traffic"
	grep -q miss "$lib_tmp/traffic"
	return $rc
}

# 1,000 updates in five transactions: every mapping gets another host.
for i in 1 2 3 4 5; do
	for m in $(seq 0 199); do
		printf '%s{"DASH_VNET_MAPPING_TABLE:Vnet1:10.0.0.%d": {"underlay_ip": "101.2.%d.%d"}}' \
			"$([ "$m" -eq 0 ] && echo '[' || echo ,)" "$m" "$i" "$m"
	done >"$lib_tmp/mappings$i.json"
	echo ']' >>"$lib_tmp/mappings$i.json"
done
update() {
	local i before=$SECONDS
	for i in 1 2 3 4 5; do
		dash apply "$lib_tmp/mappings$i.json"
	done
	echo "1,000 updates in $((SECONDS - before)) s"
	[ $((SECONDS - before)) -le 10 ]
}
check "a hundred mappings a second change under traffic, no new connection is dropped" under_traffic update

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

version 1 allow
version 2 allow
version 3 deny
dash apply "$lib_tmp/version1.json"
replace() {
	local i
	for i in 2 1 2 1 2 1 2 1; do
		dash apply "$lib_tmp/version$i.json"
	done
}
check "no new connection is dropped while its group is replaced eight times" under_traffic replace

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
