#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# deps.sh install - install what building and testing need, if it is missing
# deps.sh kver    - print the kernel to build for: the newest Debian kernel
#                   >= 6.12 that has its headers; with HOST=1 the running one
#
# install names every package before it installs it, and does nothing when all
# are there.  Where there is no apt it says what is missing and fails.  With
# HOST=1 the virtual machine's packages are not asked for.
set -eu -o pipefail

# at_least_612 VERSION
at_least_612() {
	[ "$(printf '%s\n6.12\n' "$1" | sort -V | head -n1)" = 6.12 ]
}

kver() {
	local dir v best=
	if [ -n "${HOST-}" ]; then
		uname -r
		return
	fi
	for dir in /lib/modules/*/build; do
		v=$(basename "$(dirname "$dir")")
		[ -e "$dir/Makefile" ] && [ -e "/boot/vmlinuz-$v" ] && at_least_612 "$v" || continue
		best=$(printf '%s\n%s\n' "$best" "$v" | sort -V | tail -n1)
	done
	echo "$best"
}

# Can the running kernel be used at all?
host_usable() {
	if [ ! -e /proc/modules ]; then
		echo "HOST=1: this kernel ($(uname -r)) cannot load modules" >&2
		exit 1
	elif ! at_least_612 "$(uname -r)"; then
		echo "HOST=1: this kernel ($(uname -r)) is older than 6.12" >&2
		exit 1
	fi
}

# What is asked for, as "what it is looked for by" and "package": a program in
# the path, a file, or a pkg-config name.
wanted() {
	cat <<-EOT
	bin make make
	bin gcc gcc
	bin pkg-config pkg-config
	bin clang clang
	asan - libclang-rt-dev
	bin bpftool bpftool
	bin pahole dwarves
	bin xz xz-utils
	bin modprobe kmod
	bin ip iproute2
	bin ping iputils-ping
	bin ethtool ethtool
	bin socat socat
	bin iperf3 iperf3
	bin tcpdump tcpdump
	bin bpftrace bpftrace
	bin jq jq
	bin zsh zsh
	bin groff groff-base
	bin python3 python3
	file /usr/lib/python3/dist-packages/yaml/__init__.py python3-yaml
	file /usr/include/elf.h libc6-dev
	pkg libbpf libbpf-dev
	pkg libelf libelf-dev
	pkg libnl-genl-3.0 libnl-genl-3-dev
	EOT
	[ -n "${HOST-}" ] || cat <<-EOT
	bin qemu-system-x86_64 qemu-system-x86
	bin busybox busybox-static
	bin cpio cpio
	EOT
}

missing() {
	local how what package
	wanted | while read -r how what package; do
		case $how in
		bin) PATH=$PATH:/usr/sbin:/sbin command -v "$what" >/dev/null ;;
		file) [ -e "$what" ] ;;
		asan) compgen -G "$(clang -print-resource-dir 2>/dev/null)/lib/*/libclang_rt.asan*.a" >/dev/null ;;
		pkg) pkg-config --exists "$what" 2>/dev/null ;;
		esac || echo "$package"
	done
	if [ -n "${HOST-}" ]; then
		[ -e "/lib/modules/$(uname -r)/build/Makefile" ] || echo "linux-headers-$(uname -r)"
	elif [ -z "$(kver)" ]; then
		echo "linux-image-6.12-$(dpkg --print-architecture 2>/dev/null || echo amd64)"
		echo "linux-headers-6.12-$(dpkg --print-architecture 2>/dev/null || echo amd64)"
	fi
}

install() {
	local list
	[ -z "${HOST-}" ] || host_usable
	list=$(missing | xargs)
	[ -n "$list" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "Missing, by their Debian package names: $list" >&2
		echo "There is no apt here: install them by this system's means, then run make again." >&2
		exit 1
	fi
	if [ "$(id -u)" -ne 0 ]; then
		echo "Missing packages: $list" >&2
		echo "Run 'make deps' as root to install them." >&2
		exit 1
	fi
	echo "Installing packages: $list"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	# shellcheck disable=SC2086 # a list of names
	apt-get -qq -y install --no-install-recommends $list >/dev/null || {
		echo "apt-get could not install: $list" >&2
		exit 1
	}
	list=$(missing | xargs)
	if [ -n "$list" ]; then
		echo "Still missing after the installation: $list" >&2
		exit 1
	fi
}

case ${1-} in
kver) kver ;;
install) install ;;
*)
	echo "usage: deps.sh install | kver" >&2
	exit 2
	;;
esac
