#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_apply.sh icount - instructions that one object of a large apply takes, those of
#	`dashctl check` (reading alone) apart, in the virtual machine with ICOUNT=1, and within the
#	limits of bench_apply_limits
# bench_apply.sh native - objects a second that `dashctl check` reads on this machine
#
# Per object is the difference of two sizes, so what a run costs whatever its size is not in it.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C

small=2000 large=9000
[ "${1-}" = icount ] || small=100000 large=500000

# cost NAMESPACE COMMAND KIND N - nanoseconds that COMMAND takes; in the virtual machine these are instructions
cost() {
	local before=$EPOCHREALTIME
	if [ "$1" = - ]; then
		dashctl "$2" "$lib_tmp/$3.$4"
	else
		dashctl -n "$1" "$2" "$lib_tmp/$3.$4"
	fi
	awk -v a="$before" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d", (b - a) * 1e9 }'
}

# least NAMESPACE COMMAND KIND N - of three runs: what waits for files the first time is not the matter
least() {
	local i n best=''
	for i in 1 2 3; do
		n=$(cost "$@")
		[ "$1" = - ] || dashctl -n "$1" clear all >"$lib_tmp/cleared"
		[ -n "$best" ] && [ "$best" -le "$n" ] || best=$n
	done
	echo "$best"
}

# each NAMESPACE COMMAND KIND - of one object
each() {
	echo $((($(least "$1" "$2" "$3" $large) - $(least "$1" "$2" "$3" $small)) / (large - small)))
}

# within WHAT INSTRUCTIONS - at most 5 % above the limit: the guest's clock moves in steps
within() {
	local limit
	limit=$(awk -v what="$1" '$1 == what { print $2 }' "$ROOT/selftests/bench_apply_limits")
	echo "$1: $2 instructions, limit ${limit:-none}"
	[ -n "$limit" ] && [ $(($2 * 100)) -le $((limit * 105)) ]
}

for kind in mappings routes rules; do
	for n in $small $large; do
		"$ROOT/selftests/bulk_config.py" $kind $n >"$lib_tmp/$kind.$n"
	done
done

case ${1-} in
icount)
	plan 6
	setup_ns appliance
	insmod "$ROOT/dash.ko"
	defer rmmod dash
	for kind in mappings routes rules; do
		read=$(each - check $kind)
		apply=$(each $appliance apply $kind)
		check "$kind, read: $read instructions an object" within "check_$kind" "$read"
		check "$kind, applied: $apply instructions an object" within "apply_$kind" "$apply"
	done
	;;
native)
	plan 3
	for kind in mappings routes rules; do
		n=$(each - check $kind)
		rate=$((1000000000 / (n > 0 ? n : 1)))
		size=$(($(stat -c %s "$lib_tmp/$kind.$large") * rate / large / 1000000))
		check "$kind: $rate objects a second are read, $size MB" test $rate -ge 100000
	done
	;;
*)
	skip_all "usage: bench_apply.sh icount | native"
	;;
esac
