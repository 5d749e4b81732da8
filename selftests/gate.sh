#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# gate.sh                  - would `make test-debug` fail if there were a bug?
# gate.sh --plant KIND...  - in the guest: make these bugs (plant/plant.c), one after the
#                            other, and name those that klog.sh finds in the kernel's log
# gate.sh --leak           - in the guest: lose memory, and ask debug_leaks.sh
#
# Runs natively and boots the debug kernel four times: with a bug that ends the machine, as in
# all runs; with one of each kind that the log tells, going on after each, so that each is judged
# alone; with a leak; and with none, which must pass.
case ${1-} in
--plant)
	shift
	cd "$(dirname "$0")/.." || exit
	for kind in "$@"; do
		dmesg -C
		insmod build/plant/plant.ko kind="$kind" && rmmod plant
		dmesg >/run/plant.log
		selftests/klog.sh /run/plant.log >/run/plant.found || echo "found $kind: $(head -n1 /run/plant.found)"
	done
	exit 0
	;;
--leak)
	cd "$(dirname "$0")/.." || exit
	insmod build/plant/plant.ko kind=leak && rmmod plant
	DASH_LEAKS=now exec selftests/debug_leaks.sh
	;;
esac
. "$(dirname "$0")/lib.sh"
plan 13

# boot ARGUMENT... - of this script, in the guest; sets `ended`
boot() {
	ended=0
	"$ROOT/selftests/debug-kernel.sh" boot selftests/gate.sh "$@" >"$lib_tmp/said" 2>&1 || ended=$?
}

# reported TEXT - the run failed, and said this
reported() {
	tail -n 20 "$lib_tmp/said"
	[ "$ended" -ne 0 ]
	grep -E "$1" "$lib_tmp/said"
}

boot --plant use-after-free
check "a use after free ends the machine and fails the run" reported "KASAN: (slab-)?use-after-free"
check "with the status of a machine that died" test "$ended" -eq 125

# Object debugging on.  What others report turns lockdep off, so its own kinds come first.
DASH_APPEND="panic_on_warn=0 kasan_multi_shot" boot --plant none rcu inversion atomic list timer warn bounds use-after-free
check "what goes on after a report fails the run" reported "the kernel complained"
check "nothing is found before the first" lib_refuse grep "found none" "$lib_tmp/said"
check "an RCU pointer read without protection is found" reported "found rcu: .*suspicious RCU usage"
check "sleeping under a spinlock is found" reported "found atomic: .*sleeping function called from invalid context"
check "locks taken in both orders are found" reported "found inversion: .*(circular|recursive) locking"
check "a list entry added twice is found" reported "found list: .*(list_add|WARNING)"
check "freeing an active timer is found" reported "found timer: .*(ODEBUG|WARNING)"
check "a warning is found" reported "found warn: .*WARNING"
check "an index beyond its array is found" reported "found bounds: .*UBSAN"

boot --leak
check "lost memory is found" reported "^not ok 1 .* lost nothing"
boot --plant none
check "and without a bug the run passes" test "$ended" -eq 0
