#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# debug-kernel.sh build         - the debug kernel, unless it is cached; prints its directory
# debug-kernel.sh module        - the module for it, as build/debug/dash.ko
# debug-kernel.sh test [TEST..] - run.sh with both: all tests that need a kernel, or these; all begin
#                                 with gate.sh, which plants bugs that must be found
# debug-kernel.sh boot COMMAND  - COMMAND in a guest with both, which must be there
# debug-kernel.sh guest COMMAND - in the guest: COMMAND with that module as the tree's dash.ko
#
# The kernel is Debian's linux-source package with the configuration
# selftests/config: KASAN, lockdep, kmemleak and their kin, so that a test passes
# only if nothing was corrupted, leaked or locked in the wrong order meanwhile.
# Built from nothing it takes 15 to 30 minutes of two CPUs and 5 GB, so it is kept
# outside the tree, in ~/.cache/dash-linux/debug-KEY: the image (20 MB) and a
# devkit, which is what building a module needs (headers, kbuild's tools, types).
# KEY names all that the result depends on.
#
# The module is built from links to the sources, in a directory of its own, because
# kbuild puts objects beside sources and the tree's own dash.ko is of another kernel.
#
# Environment: those of vm.sh, and DASH_SLOW (10), the factor by which tests wait
# longer than on an ordinary kernel; SMP (1); DASH_APPEND (no_debug_objects), more kernel arguments;
# DASH_COVERAGE=1, the module counts its lines (coverage.sh).
set -eu -o pipefail

tree=$(realpath "$(dirname "$0")/..")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dash-linux
source=linux-source-6.12

die() {
	echo "debug-kernel.sh: $*" >&2
	exit 1
}

# What the build needs beyond deps.sh, as "file" and "package"
wanted() {
	cat <<-EOT
	/usr/src/$source.tar.xz $source
	/usr/bin/flex flex
	/usr/bin/bison bison
	/usr/bin/bc bc
	/usr/bin/lz4 lz4
	/usr/include/openssl/ssl.h libssl-dev
	/usr/include/libelf.h libelf-dev
	/usr/bin/pahole dwarves
	EOT
}

install() {
	local list file package
	list=$(wanted | while read -r file package; do [ -e "$file" ] || echo "$package"; done | xargs)
	[ -n "$list" ] || return 0
	command -v apt-get >/dev/null || die "missing, by their Debian package names: $list"
	[ "$(id -u)" -eq 0 ] || die "missing packages: $list; run this as root to install them"
	echo "Installing packages: $list" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update >&2
	# shellcheck disable=SC2086 # a list of names
	apt-get -qq -y install --no-install-recommends $list >&2 || die "apt-get could not install: $list"
}

# Where the kernel is, or will be.
place() {
	local version
	version=$(dpkg-query -W -f '${Version}' $source 2>/dev/null) || die "package $source is not installed"
	echo "$cache/debug-$version-gcc$(gcc -dumpfullversion)-$(cksum <"$tree/selftests/config" | cut -d' ' -f1)"
}

kbuild() {
	make -s ARCH=x86_64 KBUILD_BUILD_USER=dash KBUILD_BUILD_HOST=debug "$@"
}

# allnoconfig silently leaves out what it cannot have.
configure() {
	local line bad=0
	kbuild KCONFIG_ALLCONFIG="$tree/selftests/config" allnoconfig
	while read -r line; do
		grep -qxF "$line" .config || {
			echo "selftests/config: $line did not take effect" >&2
			bad=1
		}
	done < <(grep ^CONFIG_ "$tree/selftests/config")
	return $bad
}

# pack OUT - from the built kernel in the current directory, what is kept
pack() {
	local out=$1
	mkdir -p "$out/devkit"
	cp arch/x86/boot/bzImage .config "$out/"
	cp include/config/kernel.release "$out/release"
	kbuild run-command KBUILD_RUN_COMMAND="scripts/package/install-extmod-build $out/devkit"
	objcopy --only-section=.BTF vmlinux "$out/devkit/vmlinux"
}

build() {
	local dir work log
	install
	dir=$(place)
	mkdir -p "$cache"
	exec 9>"$cache/debug.lock"
	flock 9
	if [ -e "$dir/devkit" ]; then
		echo "$dir"
		return
	fi
	work=$cache/debug-build log=$cache/debug-build.log
	rm -rf "$work" "$dir.new"
	mkdir -p "$work"
	[ "$(df --output=avail -k "$work" | tail -n1)" -gt 5000000 ] || die "building a kernel needs 5 GB in $cache"
	echo "Building the debug kernel, once, in $cache: 15 to 30 minutes (log: $log)" >&2
	if ! (
		set -e
		tar -xf "/usr/src/$source.tar.xz" -C "$work" --strip-components=1
		cd "$work"
		configure
		nice make -s ARCH=x86_64 KBUILD_BUILD_USER=dash KBUILD_BUILD_HOST=debug \
			-j"$(nproc)" bzImage modules
		pack "$dir.new"
	) >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "the debug kernel did not build"
	fi
	rm -rf "$work" "$cache"/debug-*-gcc*[0-9]
	mv "$dir.new" "$dir"
	echo "$dir"
}

module() {
	local dir=$1 out=$tree/build/debug d quiet=-s profile=
	[ -z "${V-}" ] || quiet=V=1
	if [ -n "${DASH_COVERAGE-}" ]; then
		out=$tree/build/coverage profile=GCOV_PROFILE=y
	fi
	mkdir -p "$out"
	if [ "$(readlink "$out/for")" != "$dir" ]; then
		find "$out" -type f -delete
		ln -sfn "$dir" "$out/for"
	fi
	(cd "$tree" && find kernel -type d ! -name '__*') | while read -r d; do
		mkdir -p "$out/$d"
		ln -sf "$tree/$d"/*.[ch] "$out/$d/"
	done
	ln -sf "$tree/Kbuild" "$out/"
	find "$out" -xtype l -delete
	echo "  KBUILD   ${out#"$tree/"}/dash.ko for $(cat "$dir/release")"
	make $quiet -C "$dir/devkit" M="$out" KCFLAGS=-DDEBUG $profile modules
	readelf -S "$out/dash.ko" | grep '\.BTF' >/dev/null || die "$out/dash.ko has no .BTF section"
	mkdir -p "$tree/build/plant"
	ln -sf "$tree"/selftests/plant/* "$tree/build/plant/"
	make $quiet -C "$dir/devkit" M="$tree/build/plant" modules
}

# What the machine gets.  The same tests with less of the same.
environment() {
	local dir=$1
	export KVER KERNEL=$dir/bzImage MEM=${MEM:-3G} SMP=${SMP:-1} VM_TIMEOUT=${VM_TIMEOUT:-7200}
	export DASH_DEBUG=1 DASH_SLOW=${DASH_SLOW:-10}
	export DASH_TXN_MAPPINGS=${DASH_TXN_MAPPINGS:-4000} DASH_TXN_FUZZ=${DASH_TXN_FUZZ:-100}
	KVER=$(cat "$dir/release")
	# A slow machine stalls without being wrong: the watchdogs get a minute.
	VM_APPEND="panic_on_warn=1 rcupdate.rcu_cpu_stall_timeout=60 watchdog_thresh=60"
	VM_APPEND+=" workqueue.watchdog_thresh=120 ${DASH_APPEND-no_debug_objects}"
	export VM_APPEND
}

# Two emulated CPUs spend much of their time waiting for each other, and watching the lifetime of
# each timer, work and RCU head makes everything two to three times as slow.  So all runs on
# one CPU without that, and what races, makes and ends most of them again on two with it.
run() {
	environment "$1"
	shift
	[ "$*" != gate.sh ] || exec "$tree/selftests/gate.sh"
	[ $# -eq 0 ] && [ -z "${DASH_COVERAGE-}" ] || exec "$tree/selftests/run.sh" "$@"
	local rc=0
	"$tree/selftests/gate.sh" || rc=1
	"$tree/selftests/run.sh" || rc=1
	DASH_APPEND='' SMP=2 environment "$dir"
	"$tree/selftests/run.sh" unload.sh flow_stress.sh kill.sh || rc=1
	exit $rc
}

# The counts of every line, in a module that went or is still there, go where the host finds them.
counts() {
	local from=/sys/kernel/debug/gcov$tree/build/coverage/kernel to=/run/dash-out/gcov file
	rm -rf $to
	mkdir -p $to
	for file in "$from"/*.gcda; do
		cat "$file" >"$to/${file##*/}"
	done
}

# The guest's root is an overlay: the tests find this dash.ko, the tree keeps its own.
# What booting lost is not the module's leak.
guest() {
	local leaks=/sys/kernel/debug/kmemleak out=debug rc=0
	[ -z "${DASH_COVERAGE-}" ] || out=coverage
	strip -g -o "$tree/dash.ko" "$tree/build/$out/dash.ko"
	echo scan >$leaks
	echo clear >$leaks
	"$@" || rc=$?
	[ -z "${DASH_COVERAGE-}" ] || counts
	exit $rc
}

case ${1-} in
build) build ;;
module)
	module "$(build)"
	;;
test)
	shift
	dir=$(build)
	module "$dir"
	run "$dir" "$@"
	;;
boot)
	shift
	environment "$(build)"
	exec "$tree/selftests/vm.sh" "$tree/selftests/debug-kernel.sh" guest "$@"
	;;
guest)
	shift
	guest "$@"
	;;
*)
	echo "usage: debug-kernel.sh build | module | test [TEST...] | boot COMMAND... | guest COMMAND..." >&2
	exit 2
	;;
esac
