#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Do the engines stand readers beside a writer, and any sequence of operations?
# ThreadSanitizer over selftests/unit/race.c, then each fuzz target of
# selftests/fuzz against its naive twin: its corpus, and DASH_FUZZ_SECONDS (3)
# of looking for more.
. "$(dirname "$0")/lib.sh"
targets="lpm acl mapping inbound"
plan 5

check "readers and a writer do not disturb each other" make -s -C "$ROOT/selftests/unit" race
for t in $targets; do
	check "no operations make $t differ from its twin" \
		make -s -C "$ROOT/selftests/fuzz" "run-$t" SECONDS="${DASH_FUZZ_SECONDS:-3}"
done
