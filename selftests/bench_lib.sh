# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_lib.sh - how benchmarks hand their figures on; sourced after lib.sh.  What a
# script has recorded is in $DASH_BENCH_JSON at its end, if that is set, for bench_report.py.

# record NAME FIELD NUMBER... - one row
record() {
	local name=$1 fields= sep=
	shift
	while [ $# -gt 0 ]; do
		fields+="$sep\"$1\": $2"
		sep=', '
		shift 2
	done
	echo "{\"row\": \"$name\", $fields}" >>"$lib_tmp/records"
}

# records UNIT - the rows so far, in a file
records() {
	[ -z "${DASH_BENCH_JSON-}" ] || [ ! -e "$lib_tmp/records" ] ||
		jq -s --arg unit "$1" --arg kernel "$(uname -r)" '{unit: $unit, kernel: $kernel, rows: .}' \
			"$lib_tmp/records" >"$DASH_BENCH_JSON"
}
