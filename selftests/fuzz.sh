#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the parser stand any frame?  libFuzzer with address and undefined-behaviour
# sanitizers over the program's own parse.h, from the fixtures' packets as corpus.
# DASH_FUZZ_SECONDS (10) is how long it looks for new ones.
. "$(dirname "$0")/lib.sh"
plan 2

dir=$ROOT/build/fuzz
mkdir -p "$dir/corpus"
build() {
	clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize=alignment -fno-sanitize-recover=all \
		-I"$ROOT/bpf" -I"$ROOT/kernel/uapi" -o "$dir/parse" "$ROOT/selftests/fuzz/parse.c"
	"$ROOT/selftests/prog_run" --corpus "$dir/corpus"
}
check "the fuzz target builds, the fixtures are its corpus" build
check "no frame harms the parser" "$dir/parse" -artifact_prefix="$dir/" \
	-max_total_time="${DASH_FUZZ_SECONDS:-10}" "$dir/corpus"
