#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Policy at a size that shows its shape: groups and tags that ENIs share are held
# once, `show memory` adds up, and mappings change under traffic.  Groups of full size, and
# how they are replaced, are acl_scale.sh's.  Traffic is new connections, each a test run of the
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
