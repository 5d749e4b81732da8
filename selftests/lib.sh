# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# lib.sh - what every test script shares: KTAP output, exit status, cleanup,
# waiting, namespaces.  Sourced first:
#
#	. "$(dirname "$0")/lib.sh"
#	plan 2
#	check "the module loads" insmod dash.ko
#	check "and leaves" rmmod dash
#
# The exit status belongs to this file: 0 all cases passed, 4 all were skipped,
# 1 anything else, which includes a script that dies half-way, a plan that was
# not kept and a cleanup that failed.  A script never calls exit itself, except
# through skip_all.  With DASH_NO_SKIP=1 a skip is a failure.
set -eu -o pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$ROOT/tools:/usr/local/sbin:/usr/sbin:/sbin:$PATH

lib_planned=0 lib_run=0 lib_failed=0 lib_skipped=0
lib_defers=()
lib_tmp=$(mktemp -d)

lib_exit() {
	local status=$1 i
	trap - EXIT INT TERM
	set +e
	for ((i = ${#lib_defers[@]} - 1; i >= 0; i--)); do
		if ! eval "${lib_defers[i]}" >"$lib_tmp/defer" 2>&1; then
			echo "# cleanup failed: ${lib_defers[i]}"
			sed 's/^/#   /' "$lib_tmp/defer"
			[ "$status" -ne 0 ] || status=1
		fi
	done
	rm -rf "$lib_tmp"
	[ "$status" -eq 0 ] || echo "# $0: ended early or uncleanly, status $status"
	if [ $lib_planned -eq 0 ] || [ $lib_run -ne $lib_planned ]; then
		echo "# $0: planned $lib_planned cases, ran $lib_run"
		status=1
	fi
	if [ "$status" -ne 0 ] || [ $lib_failed -ne 0 ]; then
		exit 1
	fi
	[ $lib_run -ne $lib_skipped ] || exit 4
	exit 0
}
trap 'lib_exit $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# plan N - once, before the first case
plan() {
	lib_planned=$1
	echo "KTAP version 1"
	echo "1..$1"
}

# ok SENTENCE, not_ok SENTENCE, skip SENTENCE WHY - the result of one case
ok() {
	lib_run=$((lib_run + 1))
	echo "ok $lib_run $1"
}

not_ok() {
	lib_run=$((lib_run + 1))
	lib_failed=$((lib_failed + 1))
	echo "not ok $lib_run $1"
}

skip() {
	if [ -n "${DASH_NO_SKIP-}" ]; then
		echo "# skipping is not allowed here: $2"
		not_ok "$1"
		return
	fi
	lib_run=$((lib_run + 1))
	lib_skipped=$((lib_skipped + 1))
	echo "ok $lib_run $1 # SKIP $2"
}

# skip_all WHY - instead of a plan, when nothing here can run
skip_all() {
	plan 1
	skip "$(basename "$0")" "$1"
	exit 0
}

# check SENTENCE COMMAND... - one case: COMMAND succeeds.  It runs in a subshell
# under set -e, so a function may hold several steps; its output is shown, as
# diagnostics, when it fails.
check() {
	local what=$1 status before=$SECONDS
	shift
	set +e
	(
		set -e
		"$@"
	) >"$lib_tmp/out" 2>&1
	status=$?
	set -e
	[ $((SECONDS - before)) -lt 5 ] || echo "# took $((SECONDS - before)) s:"
	if [ $status -eq 0 ]; then
		ok "$what"
	else
		not_ok "$what"
		echo "# $* -> $status"
		tail -n 60 "$lib_tmp/out" | sed 's/^/#   /'
	fi
}

# refuse SENTENCE COMMAND... - one case: COMMAND fails, but is not killed
refuse() {
	local what=$1
	shift
	check "$what" lib_refuse "$@"
}

lib_refuse() {
	local status=0
	"$@" || status=$?
	[ $status -gt 0 ] && [ $status -lt 126 ]
}

# relay COMMAND... - COMMAND speaks KTAP itself; its plan and cases add to this script's
relay() {
	local status=0
	"$@" 2>&1 | tee "$lib_tmp/relay" || status=${PIPESTATUS[0]}
	lib_planned=$((lib_planned + $(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$lib_tmp/relay" | tail -n1) + 0))
	lib_run=$((lib_run + $(grep -cE '^(not )?ok ' "$lib_tmp/relay" || true)))
	lib_skipped=$((lib_skipped + $(grep -cE '^ok .* # SKIP' "$lib_tmp/relay" || true)))
	if grep -q '^not ok ' "$lib_tmp/relay"; then
		lib_failed=$((lib_failed + 1))
	elif [ $status -ne 0 ] && [ $status -ne 4 ]; then
		echo "# $* -> $status"
		lib_failed=$((lib_failed + 1))
	fi
}

# expect WANTED COMMAND... - for use under check: COMMAND prints WANTED
expect() {
	local wanted=$1 got
	shift
	got=$("$@")
	if [ "$got" != "$wanted" ]; then
		echo "wanted: $wanted"
		echo "got:    $got"
		return 1
	fi
}

# defer COMMAND... - run at the end, in reverse order, whatever happens.  Not
# from a subshell (a function under check).
defer() {
	lib_defers+=("$(printf '%q ' "$@")")
}

# busywait SECONDS COMMAND... - until COMMAND succeeds; fails after SECONDS, times
# DASH_SLOW (a factor for slow machines)
busywait() {
	local end=$((SECONDS + $1 * ${DASH_SLOW:-1}))
	shift
	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			echo "waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}

# setup_ns NAME... - make namespaces and set the variables NAME to their names
setup_ns() {
	local name
	for name in "$@"; do
		declare -g "$name=$name-$$"
		ip netns add "$name-$$"
		defer lib_del_ns "$name-$$"
		ip -n "$name-$$" link set lo up
	done
}

lib_del_ns() {
	ip netns pids "$1" | xargs -r kill -9
	ip netns del "$1"
}

# on NAMESPACE COMMAND... - run COMMAND there
on() {
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# kernel_memory - of the kind the module takes, in kB: slab, percpu and vmalloc
kernel_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { kb += $2 } END { print kb }' /proc/meminfo
}
