#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# vm.sh [COMMAND [ARGUMENT...]] - run a command on a kernel that can load the module
#
# Boots Debian's kernel $KVER with this machine's root file system, read-only
# with a tmpfs on top, runs COMMAND in the current directory and ends with its
# exit status.  Without COMMAND: a shell.  Nothing the guest does reaches this
# machine's files or network, except what it writes to build/vm/ (/run/dash-out
# in the guest).
#
# Exit status: that of COMMAND, or 1 if the kernel complained (WARNING, BUG,
# lockdep, RCU ...), 125 if the guest died, hung or never said how COMMAND
# ended.  COMMAND's output goes to the terminal through a virtio port of its
# own, so kernel messages never mix with it: build/vm.log is the console (boot,
# warnings, a panic), build/dmesg.log the whole kernel log at the end.
#
# Environment: KVER, KERNEL (image; default /boot/vmlinuz-$KVER), SMP (2),
# MEM (2G), VM_TIMEOUT (seconds, 1800), ACCEL (kvm or tcg; default: try kvm),
# VM_APPEND (more kernel arguments), VM_TTY=1 (COMMAND gets a terminal), ICOUNT=1
# (emulate one CPU whose clock counts instructions, one a nanosecond: times in the
# guest are then exact).  DASH_* variables and V are handed on.
set -eu -o pipefail

self=$(realpath "$0")
tree=$(dirname "$(dirname "$self")")
build=$tree/build
share=$build/vm
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dash-linux

die() {
	echo "vm.sh: $*" >&2
	exit 125
}

# ---- in the guest -----------------------------------------------------------

# What pid 1 does once the root is in place: take the job, run it with the
# virtio port as terminal, leave status and kernel log in the share, power off.
guest() {
	local port=/dev/hvc0 mode=$1 rc=0
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export HOME=/root LANG=C.UTF-8 TERM=linux
	hostname dash-vm
	ip link set lo up
	ulimit -n 65536
	. /run/dash-out/job
	mkfifo /run/power-off
	exec 9<>/run/power-off
	if [ "$mode" = run ]; then
		port=/dev/$(basename "$(dirname "$(grep -lx dash /sys/class/virtio-ports/*/name)")")
		"${job[@]}" </dev/null >"$port" 2>&1 || rc=$?
	else
		setsid -c "${job[@]}" <$port >$port 2>&1 || rc=$?
	fi
	dmesg >/run/dash-out/dmesg.log
	echo "$rc" >/run/dash-out/status
	sync
	echo o >/proc/sysrq-trigger
	# Not sleep: the share that it would be read from may be gone by now.
	read -r -t 60 -u 9
}

if [ "${1-}" = --guest ]; then
	guest "$2"
fi

# ---- the initramfs ------------------------------------------------------------

# Busybox and the modules that Debian's kernel needs before it can mount the
# share (a kernel that has no modules has it all built in); made once per kernel
# and version of this script.
initramfs() {
	local out=$1 d m n=0
	d=$(mktemp -d)
	mkdir -p "$d"/{bin,dev,lib,mnt,newroot,proc,sys,tmp}
	cp "$(command -v busybox)" "$d/bin/busybox"
	for m in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
		[ ! -d "/lib/modules/$KVER" ] || modprobe -S "$KVER" -D "$m" 2>/dev/null | awk '/^insmod/ { print $2 }'
	done | awk '!seen[$0]++' >"$d/list"
	while read -r m; do
		n=$((n + 1))
		case $m in
		*.xz) xz -dc "$m" ;;
		*.zst) zstd -dcq "$m" ;;
		*) cat "$m" ;;
		esac >"$d/lib/$(printf %02d $n).ko"
	done <"$d/list"
	rm "$d/list"
	cat >"$d/init" <<-'INIT'
	#!/bin/busybox sh
	busybox=/bin/busybox
	$busybox mount -t proc proc /proc
	$busybox mount -t sysfs sys /sys
	$busybox mount -t devtmpfs dev /dev
	word() { $busybox sed -n "s/.*\\b$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline; }
	fail() { echo "init: $*" >/dev/kmsg; $busybox poweroff -f; }
	if [ "$(word dash)" = probe ]; then
		echo "dash probe: the guest runs" >/dev/console
		$busybox poweroff -f
	fi
	for m in /lib/*.ko; do [ ! -e $m ] || $busybox insmod $m || fail "insmod $m"; done
	opt=trans=virtio,version=9p2000.L,msize=1048576
	$busybox mount -t 9p -o $opt,ro,cache=loose root /mnt || fail "no root share"
	$busybox mount -t tmpfs tmpfs /tmp
	$busybox mkdir /tmp/upper /tmp/work
	$busybox mount -t overlay -o lowerdir=/mnt,upperdir=/tmp/upper,workdir=/tmp/work overlay /newroot || fail "no overlay"
	cd /newroot
	$busybox mount -t proc proc proc
	$busybox mount -t sysfs sys sys
	$busybox mount -t devtmpfs dev dev
	$busybox mkdir -p dev/pts dev/shm
	$busybox ln -s /proc/self/fd dev/fd
	for m in 0:stdin 1:stdout 2:stderr; do $busybox ln -s fd/${m%:*} dev/${m#*:}; done
	$busybox mount -t devpts devpts dev/pts
	$busybox mount -t tmpfs shm dev/shm
	$busybox mount -t tmpfs run run
	$busybox mount -t bpf bpf sys/fs/bpf
	$busybox mount -t debugfs debugfs sys/kernel/debug
	$busybox mount -t tracefs tracefs sys/kernel/tracing
	$busybox mkdir run/dash-out run/lock
	$busybox mount -t 9p -o $opt out run/dash-out || fail "no writable share"
	exec $busybox switch_root /newroot /bin/bash "$(word self)" --guest "$(word dash)"
	INIT
	chmod +x "$d/init"
	(cd "$d" && find . | cpio -o -H newc --quiet | gzip -1) >"$out.$$"
	mv "$out.$$" "$out"
	rm -rf "$d"
}

# ---- the machine ----------------------------------------------------------------

# KVM counts as working when the guest gets to its first process in a few
# seconds: there are machines with a /dev/kvm that cannot run this kernel.
# Asked once per boot of this machine.
kvm_works() {
	local memo=$cache/kvm-$KVER boot
	boot=$(cat /proc/sys/kernel/random/boot_id)
	[ -w /dev/kvm ] || return 1
	if ! grep -qs "^$boot" "$memo"; then
		if timeout -k 1 8 qemu-system-x86_64 -M q35 -accel kvm -cpu host -smp 1 -m 256M \
			-nographic -nic none -no-reboot -kernel "$KERNEL" -initrd "$initrd" \
			-append "console=ttyS0 panic=-1 quiet dash=probe" </dev/null 2>/dev/null |
			grep -q "dash probe: the guest runs"; then
			echo "$boot yes" >"$memo"
		else
			echo "$boot no" >"$memo"
			echo "vm.sh: /dev/kvm does not run this kernel; emulating" >&2
		fi
	fi
	grep -q " yes$" "$memo"
}

[ "$(uname -m)" = x86_64 ] || die "the virtual machine is made for x86_64 only; use HOST=1 on a kernel >= 6.12"
: "${KVER:=$("$tree/selftests/deps.sh" kver)}"
: "${KERNEL:=/boot/vmlinuz-$KVER}"
[ -n "$KVER" ] && [ -r "$KERNEL" ] || die "no Debian kernel >= 6.12 is installed; 'make deps' installs one"
for tool in qemu-system-x86_64 busybox cpio xz; do
	command -v $tool >/dev/null || die "$tool is missing; 'make deps' installs it"
done

mkdir -p "$cache" "$share"
rm -f "$share"/{job,status,dmesg.log} "$build"/{vm,dmesg}.log
initrd=$cache/initrd-$KVER-$(cksum <"$self" | cut -d' ' -f1).gz
if [ ! -e "$initrd" ]; then
	rm -f "$cache/initrd-$KVER-"*
	initramfs "$initrd"
fi

mode=run
[ -z "${VM_TTY-}" ] || mode=shell
if [ $# -eq 0 ]; then
	mode=shell
	set -- bash -i
fi
{
	printf 'cd %q\n' "$PWD"
	export -p | grep -E '^declare -x (DASH_[A-Z_]*|V|SHELL_IN_DEMO)(=|$)' || true
	echo "export KVER='$KVER'"
	[ $mode = run ] || echo "export PS1='[dash-vm] \\w # '"
	[ $mode = run ] || echo "stty rows $(tput lines 2>/dev/null || echo 24) cols $(tput cols 2>/dev/null || echo 80) </dev/hvc0"
	printf 'job=('
	printf ' %q' "$@"
	echo ')'
} >"$share/job"

if [ -n "${ICOUNT-}" ]; then
	accel=(-accel tcg,thread=single -icount shift=0,sleep=off -cpu max)
	SMP=1
elif [ "${ACCEL-}" = kvm ] || { [ -z "${ACCEL-}" ] && kvm_works; }; then
	accel=(-accel kvm -cpu host)
else
	accel=(-accel tcg,thread=multi -cpu max)
fi
if [ $mode = run ]; then
	port=(-chardev stdio,id=con,signal=off -device virtserialport,chardev=con,name=dash)
	# An input that never ends: at its end the port would count as unplugged,
	# and the guest's writes would wait for ever.
	rm -f "$share/stdin"
	mkfifo "$share/stdin"
	exec <>"$share/stdin"
else
	port=(-chardev stdio,id=con,signal=off -device virtconsole,chardev=con)
fi

# no_timer_check: where the machine is busy the emulated timer may miss its test, and the
# kernel would panic.
rc=0
timeout --foreground -k 5 "${VM_TIMEOUT:-1800}" \
qemu-system-x86_64 -M q35 "${accel[@]}" -smp "${SMP:-2}" -m "${MEM:-2G}" \
	-display none -monitor none -nic none -no-reboot -kernel "$KERNEL" -initrd "$initrd" \
	-serial "file:$build/vm.log" -device virtio-serial-pci "${port[@]}" \
	-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap" \
	-device virtio-9p-pci,fsdev=root,mount_tag=root \
	-fsdev "local,id=out,path=$share,security_model=none,multidevs=remap" \
	-device virtio-9p-pci,fsdev=out,mount_tag=out \
	-append "console=ttyS0 loglevel=5 no_timer_check panic=-1 oops=panic log_buf_len=8M ${VM_APPEND-} dash=$mode self=$self" || rc=$?

if [ -e "$share/dmesg.log" ]; then
	mv "$share/dmesg.log" "$build/dmesg.log"
fi
if [ $rc -eq 124 ]; then
	die "the guest did not end within ${VM_TIMEOUT:-1800} s; see build/vm.log"
elif ! [ -s "$share/status" ]; then
	"$tree/selftests/klog.sh" "$build/vm.log" >&2 || true
	tail -n 30 "$build/vm.log" >&2
	die "the guest ended without a status (qemu: $rc); see build/vm.log"
fi
rc=$(cat "$share/status")
if ! { "$tree/selftests/klog.sh" "$build/dmesg.log" && "$tree/selftests/klog.sh" "$build/vm.log"; } >&2; then
	echo "vm.sh: the kernel complained; see build/dmesg.log" >&2
	[ "$rc" -ne 0 ] || rc=1
fi
exit "$rc"
