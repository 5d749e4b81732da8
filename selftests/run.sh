#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# run.sh [TEST...]   - run all tests, or these, and say the one line that counts:
#                      "N passed, N failed, N skipped"
# run.sh --demo      - the demonstration, in the same environment
# run.sh --here TEST...  - run tests on this kernel, as it is, and leave
#                      "passed failed skipped" in $DASH_RESULTS
#
# Tests that need neither root's rights nor the module run natively, the others
# in the virtual machine (vm.sh), all in one boot.  With HOST=1 they run on this
# kernel, in namespaces of their own.  A test is a program that speaks KTAP; it
# has failed if a case failed, if its plan was not kept, or if its status says so.
set -eu -o pipefail

cd "$(dirname "$0")/.."

native="selftests/lib_test.sh selftests/check.sh selftests/unit.sh selftests/engines.sh selftests/fuzz.sh
	selftests/shell.sh"
kernel="selftests/prog_run selftests/fixtures.sh selftests/oracle.sh selftests/unload.sh selftests/netlink.sh selftests/security.sh
	selftests/config.sh selftests/sync.sh selftests/objects.sh selftests/commands.sh selftests/errors.sh selftests/fields.sh selftests/bulk.sh
	selftests/kill.sh selftests/upgrade.sh selftests/vnet.sh selftests/trace.sh selftests/flows.sh selftests/flow_stress.sh
	selftests/resimulate.sh selftests/vips.sh selftests/nexthops.sh selftests/flow_flood.sh selftests/monitor.sh selftests/scale.sh selftests/acl_scale.sh"

# count OUTPUT STATUS - appends "passed failed skipped" to $DASH_RESULTS, for a test that
# wrote OUTPUT and ended with STATUS
count() {
	awk -v results="$DASH_RESULTS" -v status="$2" -v no_skip="${DASH_NO_SKIP-}" '
	/^1\.\.[0-9]+/ { plan += substr($1, 4); planned = 1 }
	/^ok [0-9]+.* # SKIP/ { skipped++; next }
	/^ok [0-9]+/ { passed++ }
	/^not ok [0-9]+/ { failed++ }
	END {
		if (!planned || plan != passed + failed + skipped) {
			printf "# planned %d cases, saw %d\n", plan, passed + failed + skipped
			extra++
		}
		if (status != 0 && status != 4 && !failed) {
			printf "# exit status %d without a failed case\n", status
			extra++
		}
		if (status == 0 && failed) {
			print "# a case failed, but the exit status is 0"
			extra++
		}
		if (skipped && no_skip) {
			printf "# %d cases were skipped, and skipping is not allowed here\n", skipped
			extra++
		}
		print passed + 0, failed + extra + 0, skipped + 0 >> results
	}' "$1"
}

# Whatever tests run, this is how.
here() {
	local t before rc output bad=0
	output=$(mktemp)
	: "${DASH_RESULTS:=$(mktemp)}"
	: >"$DASH_RESULTS"
	for t in "$@"; do
		echo "# ---- $t"
		before=$SECONDS
		rc=0
		"$t" 2>&1 </dev/null | tee "$output" || rc=${PIPESTATUS[0]}
		count "$output" $rc
		echo "# $t: $((SECONDS - before)) s"
	done
	rm -f "$output"
	awk '{ bad += $2 } END { exit bad != 0 }' "$DASH_RESULTS" || bad=1
	return $bad
}

# Run COMMAND where the module can be loaded.
where() {
	if [ -n "${DASH_DEBUG-}" ]; then
		selftests/vm.sh selftests/debug-kernel.sh guest "$@"
		return
	elif [ -z "${HOST-}" ]; then
		selftests/vm.sh "$@"
		return
	fi
	if lsmod | grep -q '^dash '; then
		echo "HOST=1: dash is loaded already; unload it first" >&2
		return 1
	fi
	# New mount and network namespaces: names of namespaces and all devices stay inside.
	unshare -n -m bash -c 'mount --make-rprivate / && mount -t tmpfs run /run && mkdir -p /run/lock &&
		mount -t sysfs sysfs /sys && mount -t bpf bpf /sys/fs/bpf && exec "$@"' bash "$@"
}

# The kernel log of a HOST=1 run: what was added since the mark.
host_log() {
	dmesg | sed "1,/$1/d" >build/dmesg.log
	selftests/klog.sh build/dmesg.log
}

case ${1-} in
--here)
	shift
	here "$@"
	exit
	;;
--demo)
	mkdir -p build
	[ ! -t 1 ] || export DASH_COLOR=1
	[ -z "${SHELL_IN_DEMO-}" ] || export VM_TTY=1
	where selftests/demo.sh
	exit
	;;
esac

# On the debug kernel: faults, and leaks of all that ran before, whatever is chosen.
if [ -n "${DASH_DEBUG-}" ]; then
	[ $# -ne 0 ] || set -- $kernel selftests/faults.sh
	set -- "$@" selftests/debug_leaks.sh
fi

mkdir -p build/vm
chosen=${*:-$native $kernel}
native_now='' kernel_now=''
for t in $chosen; do
	t=${t#./}
	[ -x "$t" ] || t=selftests/$(basename "$t")
	if [ ! -x "$t" ]; then
		echo "run.sh: no test $t" >&2
		exit 2
	fi
	case $(echo "" $native "") in
	*" $t "*) native_now+=" $t" ;;
	*) kernel_now+=" $t" ;;
	esac
done

failed=0
rm -f build/results.*
if [ -n "$native_now" ]; then
	# shellcheck disable=SC2086 # lists of names, here and below
	DASH_RESULTS=build/results.native here $native_now || failed=1
fi
case $kernel_now in
# Python takes ten times as long in the virtual machine.
*/oracle.sh*) selftests/oracle.sh --rounds >build/oracle.log 2>&1 || { cat build/oracle.log; failed=1; } ;;
esac
if [ -n "$kernel_now" ]; then
	mark="dash selftests $$ $RANDOM"
	if [ -n "${HOST-}" ]; then
		echo "$mark" >/dev/kmsg
		DASH_RESULTS=$PWD/build/results.kernel where selftests/run.sh --here $kernel_now || failed=1
		if ! host_log "$mark"; then
			echo "run.sh: the kernel complained; see build/dmesg.log" >&2
			echo "0 1 0" >>build/results.native
			failed=1
		fi
	else
		rm -f build/vm/results
		rc=0
		DASH_RESULTS=/run/dash-out/results where selftests/run.sh --here $kernel_now || rc=$?
		touch build/vm/results
		cp build/vm/results build/results.kernel
		# The machine failed beside the tests: a crash, a hang, a kernel complaint.
		if [ $rc -ne 0 ]; then
			failed=1
			awk '{ bad += $2 } END { exit bad != 0 }' build/results.kernel && echo "0 1 0" >>build/results.kernel
			[ $rc -ne 125 ] || echo "# the virtual machine ended early: the tests after that did not run"
		fi
	fi
fi
cat build/results.* | awk '{ p += $1; f += $2; s += $3 }
	END { printf "%d passed, %d failed, %d skipped\n", p, f, s }'
exit $failed
