#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_miss.sh - what does a new connection cost with 0, 3 and 5 ACL stages, all in
# instructions, and is that within the limits of bench_limits?  In the virtual machine
# with ICOUNT=1; `make bench-vm` generates the configuration and starts it.
# DASH_BENCH is the size, "RULES PREFIXES ROUTES MAPPINGS", and names the limits.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bench_lib.sh"
. "$(dirname "$0")/topo.sh"
plan 14

read -r rules prefixes routes mappings <<<"$DASH_BENCH"
setup_ns appliance
one_port_up 9100
before=$(date +%s%N)
appliance_up "$ROOT/build/bench.json"
echo "# $rules rules x $prefixes x $prefixes, $routes routes, $mappings mappings:" \
	"loaded in $(((($(date +%s%N) - before)) / 1000000)) ms of the guest"

bind() {
	local s sep='['
	for s in $(seq "$1" "$2"); do
		printf '%s{"DASH_ACL_OUT_TABLE:F4939FEF0000:%d": {"v4_acl_group_id": "g%d"}}' "$sep" "$s" "$s"
		sep=,
	done >"$lib_tmp/bind.json"
	echo ']' >>"$lib_tmp/bind.json"
	dash apply "$lib_tmp/bind.json"
}

# within NAME VALUE - at most 2 % above the limit; far below it is worth a smaller limit
within() {
	local limit
	record "$1" instructions "$2"
	limit=$(awk -v size="$rules/$prefixes/$routes/$mappings" -v name="$1" \
		'$1 == size && $2 == name { print $3 }' "$ROOT/selftests/bench_limits")
	echo "$1: $2 instructions, limit ${limit:-none}"
	[ -z "$limit" ] || [ $(($2 * 100)) -le $((limit * 102)) ]
}

measure() {
	dash clear flows >"$lib_tmp/clear"
	on $appliance "$ROOT/selftests/prog_run" --miss port0 500 "$mappings"
}

# The first packets find a cold machine: next hops, code that is patched later.
measure >"$lib_tmp/warm"
dash clear flows >"$lib_tmp/clear"
on $appliance "$ROOT/selftests/prog_run" --costs port0 200 "$mappings" >"$lib_tmp/warm"
for stages in 0 3 5; do
	[ $stages -ne 3 ] || bind 1 3
	[ $stages -ne 5 ] || bind 4 5
	result=$(measure)
	echo "# $stages stages: $result"
	read -r _ miss _ hit _ <<<"$result"
	declare "miss$stages=$miss"
	check "a miss with $stages stages: $miss instructions" within "miss_$stages" "$miss"
	dash clear flows >"$lib_tmp/clear"
	[ $stages -eq 5 ] ||
		on $appliance "$ROOT/selftests/prog_run" --costs port0 200 "$mappings" >"$lib_tmp/costs_$stages"
done
check "a hit: $hit instructions" within hit "$hit"
for stages in 0 3; do
	read -r _ cost <"$lib_tmp/costs_$stages"
	check "a TCP connection of six packets, $stages stages: $cost instructions" within "tcp_$stages" "$cost"
done
while read -r name cost; do
	[ "$name" = tcp ] || check "$name: $cost instructions" within "$name" "$cost"
done <"$lib_tmp/costs_0"
stage=$(((miss5 - miss0) / 5))
check "an ACL stage: $stage instructions" within stage $stage
dash show memory | sed 's/^/# /'
records instructions
