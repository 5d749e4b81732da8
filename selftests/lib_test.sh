#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does lib.sh tell failure from success?  Each case runs a small script over
# lib.sh and looks at its exit status and output.  klog.sh and run.sh decide on
# results too, so they are tried here as well.
. "$(dirname "$0")/lib.sh"
plan 19

# run_script STATUS SCRIPT [PATTERN] - SCRIPT over lib.sh ends with STATUS and prints PATTERN
run_script() {
	local status=0 out
	out=$(bash -c ". $ROOT/selftests/lib.sh; $2" 2>&1) || status=$?
	echo "$out"
	[ "$status" -eq "$1" ]
	[ $# -lt 3 ] || grep -q -e "$3" <<<"$out"
}

multi_step='f() { false; true; };'
export -n DASH_NO_SKIP

check "a kept plan of passes is 0" run_script 0 'plan 2; ok a; check b true' '^ok 2 b$'
check "one failed case is 1" run_script 1 'plan 2; ok a; check b false' '^not ok 2 b$'
check "a script that dies half-way is 1" run_script 1 'plan 2; ok a; false; ok b'
check "an exit 0 half-way is 1" run_script 1 'plan 2; ok a; exit 0'
check "too few cases are 1" run_script 1 'plan 2; ok a'
check "too many cases are 1" run_script 1 'plan 1; ok a; ok b'
check "no plan and no case is not a success" run_script 1 ':'
check "an unset variable is 1" run_script 1 'plan 1; ok "$nosuch"'
check "a failing step in the middle of a checked function fails it" \
	run_script 1 "$multi_step plan 1; check a f" '^not ok 1 a$'
check "all skipped is 4" run_script 4 'plan 1; skip a "no reason"' '^ok 1 a # SKIP no reason$'
check "skipped beside passed is 0" run_script 0 'plan 2; skip a why; ok b'
check "DASH_NO_SKIP=1 makes a skip a failure" run_script 1 'DASH_NO_SKIP=1; plan 1; skip a why' '^not ok 1 a$'
check "cleanup runs in reverse, also after death" \
	run_script 1 'plan 1; defer touch '"$lib_tmp"'/x; defer test ! -e '"$lib_tmp"'/x; false'
check "a failed cleanup is 1" run_script 1 'plan 1; defer false; ok a' 'cleanup failed'
check "busywait gives up" run_script 1 'plan 1; check a busywait 1 false' 'waited in vain'

complains() { ! "$ROOT/selftests/klog.sh" - <<<"$1"; }
quiet() { "$ROOT/selftests/klog.sh" - <<<"$1"; }

kernel_complaints() {
	complains "[ 1.0] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1"
	complains "[ 1.0] BUG: kernel NULL pointer dereference, address: 0"
	complains "[ 1.0] BUG: KASAN: slab-use-after-free in x"
	complains "[ 1.0] UBSAN: array-index-out-of-bounds in x"
	complains "[ 1.0] WARNING: possible circular locking dependency detected"
	complains "[ 1.0] WARNING: suspicious RCU usage"
	complains "[ 1.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks"
	complains "[ 1.0] unregister_netdevice: waiting for x to become free"
	complains "[ 1.0] Kernel panic - not syncing"
	quiet "[ 1.0] dash: loading out-of-tree module taints kernel."
	quiet "[ 1.0] mtrr: your CPUs had inconsistent fixed MTRR settings"
}
check "klog.sh knows the kernel's complaints, and an ordinary log" kernel_complaints

# sums SCRIPT LINE - run.sh over the test SCRIPT counts to LINE
sums() {
	printf '#!/bin/bash\n%s\n' "$1" >"$lib_tmp/t"
	chmod +x "$lib_tmp/t"
	DASH_RESULTS=$lib_tmp/results "$ROOT/selftests/run.sh" --here "$lib_tmp/t" || true
	expect "$2" tail -n1 "$lib_tmp/results"
}
check "run.sh counts cases" sums 'echo 1..3; echo ok 1 a; echo not ok 2 b; echo ok 3 c \# SKIP d; exit 1' "1 1 1"
check "run.sh counts a silent death as a failure" sums 'echo 1..2; echo ok 1 a; exit 0' "1 1 0"
check "run.sh counts a failed status without a failed case" sums 'echo 1..1; echo ok 1 a; exit 1' "1 1 0"
