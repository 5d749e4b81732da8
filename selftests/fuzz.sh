#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the packet parser stand any frame, the program any packet, and dashctl any file?
# libFuzzer with address and undefined-behaviour sanitizers over their own source, from the
# packets of the fixtures and the example files.  DASH_FUZZ_SECONDS (8) is how long each looks
# for something new (longer: `make -C selftests/fuzz run-program SECONDS=600`).
. "$(dirname "$0")/lib.sh"
plan 4

fuzz() {
	make -s -C "$ROOT/selftests/fuzz" "$@"
}
# fuzz_for TARGET - says how many inputs there were
fuzz_for() {
	fuzz "run-$1" SECONDS="${DASH_FUZZ_SECONDS:-8}" >"$lib_tmp/log" 2>&1 || { grep -v '^[[:space:]]*#[0-9]' "$lib_tmp/log"; return 1; }
	sed -n 's/^stat::number_of_executed_units: *//p' "$lib_tmp/log" >"$lib_tmp/$1"
}
all="$ROOT/build/fuzz"
check "the targets build" fuzz -j2 O="$all" "$all/parse" "$all/program" "$all/config"
check "no frame harms the parser" fuzz_for parse
check "no packet harms the program, its fast path and its pipeline agree" fuzz_for program
check "no file harms dashctl, and each object it accepts survives export" fuzz_for config
echo "# inputs: parse $(cat "$lib_tmp/parse"), program $(cat "$lib_tmp/program"), config $(cat "$lib_tmp/config")"
