# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Verbs; `make help` lists them.  Kbuild names the module's objects, this file
# everything else.  Quiet unless V=1; every tool can be overridden.

# SHELL=1 is the demonstration's option; for make, SHELL is the program that runs recipes.
ifeq ($(SHELL),1)
override SHELL := /bin/sh
MAKEOVERRIDES := $(filter-out SHELL=%,$(MAKEOVERRIDES))
export SHELL_IN_DEMO := 1
endif

Q	:= $(if $(V),,@)
say	= $(if $(V),,@printf '  %-8s %s\n' "$(1)" "$(2)")
fail	= { echo "make: $(1)" >&2; exit 1; }

# HOST=1: the running kernel instead of the virtual machine's.
HOST	?=
export HOST V
KVER	?= $(shell selftests/deps.sh kver)
KDIR	?= /lib/modules/$(KVER)/build

CC	?= cc
CLANG	?= clang
BPFTOOL	?= $(firstword $(shell command -v bpftool) /usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config

CFLAGS	?= -O2 -g
WARN	:= -Wall -Wextra -Wno-missing-field-initializers -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral $(WERROR)
VERSION	:= $(shell sed -n 's/.*DASH_VERSION[ \t]*"\(.*\)"/\1/p' kernel/version.h)

all: kernel bpf tools selftests

# ---- the module ---------------------------------------------------------------

kernel: | check-headers
	$(call say,KBUILD,dash.ko for $(KVER))
	$(Q)if [ -e dash.ko ] && [ "$$(modinfo -F vermagic ./dash.ko | cut -d' ' -f1)" != "$(KVER)" ]; then \
		$(MAKE) -s -C $(KDIR) M=$(CURDIR) clean; fi
	$(Q)$(MAKE) $(if $(V),,-s) -C $(KDIR) M=$(CURDIR) W=1 $(KFLAGS) modules
	$(Q)readelf -SW dash.ko | grep -q '\.BTF ' || { rm -f dash.ko; \
		$(call fail,dash.ko has no .BTF section: its kfuncs would not register (is pahole installed$(comma) does $(KDIR)/vmlinux exist?)); }

comma := ,

check-headers:
	$(Q)[ -n "$(KVER)" ] || $(call fail,no kernel >= 6.12 with headers is installed; 'make deps' installs one)
	$(Q)[ -e $(KDIR)/Makefile ] || $(call fail,the headers of kernel $(KVER) are missing ($(KDIR)))

# The same module with the in-module checks compiled in.
debug:
	$(Q)$(MAKE) --no-print-directory kernel KFLAGS=KCFLAGS=-DDEBUG

# ---- the XDP program ------------------------------------------------------------

SKEL	:= tools/dash_xdp.skel.h
BPFSRC	:= bpf/dash_xdp.bpf.c
BPFFLAGS ?= -O2 -g -Wall -Werror -fno-strict-aliasing -target bpf -mcpu=v3

bpf: $(SKEL)

build/dash_xdp.bpf.o: $(BPFSRC) $(wildcard bpf/*.h) kernel/uapi/dash_flow.h | build
	$(Q)command -v $(CLANG) >/dev/null || $(call fail,clang is missing; 'make deps' installs it)
	$(call say,CLANG,$@)
	$(Q)$(CLANG) $(BPFFLAGS) -I/usr/include/$(shell $(CC) -dumpmachine) -c $< -o $@

$(SKEL): build/dash_xdp.bpf.o
	$(Q)command -v $(BPFTOOL) >/dev/null || $(call fail,bpftool is missing; 'make deps' installs it)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name dash_xdp >$@.tmp && mv $@.tmp $@

build:
	$(Q)mkdir -p build

# ---- dashctl ----------------------------------------------------------------------

TOOLSRC	:= $(wildcard tools/*.c)
TOOLOBJ	:= $(TOOLSRC:tools/%.c=build/tools/%.o)
TOOLPKG	:= libbpf libnl-genl-3.0
TESTOBJ	:= $(patsubst selftests/%.c,build/selftests/%.o,$(filter-out selftests/bench.c selftests/bench_peers.c selftests/bench_live.c selftests/netlink_fuzz.c selftests/bench_lookup.c selftests/%.bpf.c,$(wildcard selftests/*.c)))
BENCHOBJ := build/selftests/bench.o build/selftests/pkt.o
PEERSOBJ := build/selftests/bench_peers.o build/selftests/pkt.o
LIVEOBJ	:= build/selftests/bench_live.o build/selftests/pkt.o
TESTPKG	:= libbpf

tools: tools/dashctl

tools/dashctl: $(TOOLOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TOOLPKG))

$(TOOLOBJ): build/tools/%.o: tools/%.c | $(SKEL) build/tools
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(WARN) -std=gnu11 -MMD -MP $$($(PKG_CONFIG) --cflags $(TOOLPKG)) -Ikernel/uapi -c $< -o $@

selftests: selftests/prog_run selftests/netlink_fuzz

selftests/netlink_fuzz: build/selftests/netlink_fuzz.o
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

selftests/prog_run: $(TESTOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TESTPKG))

selftests/bench: $(BENCHOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TESTPKG))

selftests/bench_peers: $(PEERSOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TESTPKG))

selftests/bench_live: $(LIVEOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TESTPKG))

selftests/bench_lookup: build/selftests/bench_lookup.o
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TESTPKG))

build/selftests/bench.o: build/bench_floor.skel.h
build/selftests/bench_lookup.o: build/bench_lookup.skel.h
build/selftests/flood.o: build/flood.skel.h
build/bench_lookup.bpf.o: $(wildcard bpf/*.h) kernel/uapi/dash_flow.h selftests/bench_lookup.h
build/selftests/bench_peers.o build/selftests/bench_live.o: build/bench_peers.skel.h

build/bench_%.bpf.o: selftests/bench_%.bpf.c selftests/bench.h selftests/bench_peers.h | build
	$(call say,CLANG,$@)
	$(Q)$(CLANG) $(BPFFLAGS) -I/usr/include/$(shell $(CC) -dumpmachine) -c $< -o $@

build/bench_%.skel.h: build/bench_%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name bench_$* >$@.tmp && mv $@.tmp $@

build/flood.bpf.o: selftests/flood.bpf.c selftests/flood.h | build
	$(call say,CLANG,$@)
	$(Q)$(CLANG) $(BPFFLAGS) -I/usr/include/$(shell $(CC) -dumpmachine) -c $< -o $@

build/flood.skel.h: build/flood.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name flood >$@.tmp && mv $@.tmp $@

$(sort $(TESTOBJ) $(BENCHOBJ) $(PEERSOBJ) $(LIVEOBJ) build/selftests/netlink_fuzz.o build/selftests/bench_lookup.o): build/selftests/%.o: selftests/%.c | $(SKEL) build/selftests
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(WARN) -std=gnu11 -D_GNU_SOURCE -MMD -MP $$($(PKG_CONFIG) --cflags $(TESTPKG)) -Itools -Ikernel/uapi -Ibuild -c $< -o $@

build/tools build/selftests:
	$(Q)mkdir -p $@

-include $(wildcard build/tools/*.d build/selftests/*.d)

# ---- tests --------------------------------------------------------------------------

# The packages may be new, so what depends on them is asked for by a second make.
deps:
	$(Q)selftests/deps.sh install

# T="vnet.sh config.sh" runs only these.
test: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests/run.sh $(T)

# The tests that need a kernel, on one that looks for bugs itself.
test-debug: deps
	$(Q)$(MAKE) --no-print-directory bpf tools selftests
	$(Q)selftests/debug-kernel.sh test $(T)

# Which lines of kernel/ these run, by file, and why not the others.
coverage: deps
	$(Q)$(MAKE) --no-print-directory bpf tools selftests
	$(Q)selftests/coverage.sh $(T)

# Mixed traffic while everything changes; see selftests/soak.sh.
MINUTES	?= 10
soak: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)DASH_SOAK_SECONDS=$$(($(MINUTES) * 60)) \
		VM_TIMEOUT=$$(($(MINUTES) * 90 + 600)) selftests/run.sh soak.sh

# The same on the debug kernel, where two CPUs get less done.
soak-debug: deps
	$(Q)$(MAKE) --no-print-directory bpf tools selftests
	$(Q)DASH_SOAK_SECONDS=$$(($(MINUTES) * 60)) SMP=2 \
		VM_TIMEOUT=$$(($(MINUTES) * 120 + 1800)) selftests/debug-kernel.sh test soak.sh

# An established packet against the floor program, in instructions, within limits ...
COMMIT	= DASH_COMMIT=$$(git describe --always --dirty 2>/dev/null)
bench-exact: deps
	$(Q)$(MAKE) --no-print-directory bpf selftests/bench
	$(Q)$(COMMIT) ICOUNT=1 selftests/vm.sh selftests/bench --exact --limits selftests/bench_hit_limits \
		--json /run/dash-out/bench-exact.json

# ... by the number of flows, in instructions and in nanoseconds of this machine, as root.
# 16777216 flows take 4 GB.
FLOWS	?= 1024 65536 1048576 16777216
bench-flows: deps
	$(Q)$(MAKE) --no-print-directory bpf selftests/bench
	$(Q)$(COMMIT) ICOUNT=1 MEM=3G selftests/vm.sh selftests/bench --exact --json /run/dash-out/bench-flows.json 1024 65536 1048576
	$(Q)$(COMMIT) selftests/bench --json build/bench-native.json $(FLOWS)

# The same packet in Linux's VXLAN devices, with nftables, and in Open vSwitch; instructions.
bench-peers: deps
	$(Q)$(MAKE) --no-print-directory selftests/bench_peers
	$(Q)DASH_BENCH_JSON=/run/dash-out/bench-peers.json ICOUNT=1 selftests/vm.sh selftests/bench_peers.sh

# A first packet as rules, prefixes, routes, mappings and ENIs grow, one at a time.
bench-growth: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests/bench_growth.sh --configs
	$(Q)DASH_BENCH_JSON=/run/dash-out/bench-growth.json ICOUNT=1 MEM=3G selftests/vm.sh selftests/bench_growth.sh

# Packets a second and time on the way, veth to veth, on this machine's kernel, as root.
bench-live: deps
	$(Q)$(MAKE) --no-print-directory bpf selftests/bench selftests/bench_live
	$(Q)DASH_BENCH_JSON=build/bench-live.json selftests/bench_live.sh

# A flow among many, by this program and by the kernel's hash map, in nanoseconds; as root.
# 16777216 flows take 6 GB.
LOOKUPS	?= 65536 1048576 16777216
bench-lookup: deps
	$(Q)$(MAKE) --no-print-directory selftests/bench_lookup
	$(Q)selftests/bench_lookup $(LOOKUPS)

# Connections in the virtual machine: created, denied, hit, aged out; a million of them, or as many
# as MEM allows: SCALE_FLOWS=8000000 MEM=4G.
SCALE_FLOWS ?= 1000000
scale-flows: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)DASH_FLOWS=$(SCALE_FLOWS) MEM=$(or $(MEM),2G) selftests/vm.sh selftests/flow_scale.sh

# 32 ENIs with ten ACL groups each of 1,000 rules x 100 x 100 prefixes, in the virtual machine: what they take.
SCALE_ENIS ?= 32
scale-acl: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)DASH_ENIS=$(SCALE_ENIS) MEM=$(or $(MEM),6G) selftests/vm.sh selftests/acl_scale.sh

# The engines' speed in one table, beside DPDK's if libdpdk-dev is installed.
bench-engines:
	$(Q)$(MAKE) --no-print-directory -C selftests/unit bench-engines

# Instructions of a new connection, against selftests/bench_limits.  BENCH is the size:
# rules, prefixes a rule and side, routes, mappings; "1000 100 100000 1000000" is the full
# one, which takes minutes to load where the machine is emulated.
BENCH	?= 1000 100 100000 100000
bench-vm: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests/bench_config.py $(BENCH) 5 >build/bench.json
	$(Q)DASH_BENCH="$(BENCH)" DASH_BENCH_JSON=/run/dash-out/bench-miss.json ICOUNT=1 MEM=$(or $(MEM),4G) \
		selftests/vm.sh selftests/bench_miss.sh

# All of these in one report: text, build/report.json, and the README's chart.
BENCHES	:= bench-exact bench-flows bench-vm bench-peers bench-growth bench-live
bench: deps
	$(Q)rm -f build/bench-*.json build/vm/bench-*.json
	$(Q)for v in $(BENCHES); do $(MAKE) --no-print-directory $$v || exit 1; done
	$(Q)mv build/vm/bench-*.json build/
	$(Q)$(COMMIT) selftests/bench_report.py build selftests/bench.svg

# What an object of a large file costs: instructions to read it and to apply it, against
# selftests/bench_apply_limits, and objects a second that this machine reads.
bench-apply: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)ICOUNT=1 selftests/vm.sh selftests/bench_apply.sh icount
	$(Q)selftests/bench_apply.sh native

demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests/run.sh --demo

shell: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests/vm.sh

# Static checks: generated files are current, sparse with byte orders, shell syntax.
check: check-headers
	$(Q)tools/gen-netlink.py --check
	$(Q)for f in selftests/*.sh .ci/run; do bash -n $$f || exit 1; done
	$(Q)command -v sparse >/dev/null || $(call fail,sparse is missing (package sparse))
	$(call say,SPARSE,kernel/)
	$(Q)$(MAKE) $(if $(V),,-s) -C $(KDIR) M=$(CURDIR) C=2 CF="-D__CHECK_ENDIAN__ -Wsparse-error" modules

# ---- installation ---------------------------------------------------------------------

PREFIX	?= /usr/local
DKMSDIR	:= $(DESTDIR)/usr/src/dash-linux-$(VERSION)

# This kernel's module and the tool; the module goes with its kernel.
install: all
	$(Q)$(MAKE) $(if $(V),,-s) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) CONFIG_MODULE_SIG_ALL= DEPMOD=true modules_install
	$(Q)[ -n "$(DESTDIR)" ] || depmod $(KVER)
	$(Q)$(MAKE) --no-print-directory install-tools

# dashctl, its manual, the completions of the shells.
install-tools: tools
	$(Q)install -D -m 755 tools/dashctl $(DESTDIR)$(PREFIX)/sbin/dashctl
	$(Q)install -d $(DESTDIR)$(PREFIX)/share/man/man8
	$(Q)install -m 644 tools/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	$(Q)install -D -m 644 tools/dashctl.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dashctl
	$(Q)install -D -m 644 tools/dashctl.zsh-completion $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_dashctl

# The module's source for DKMS, which rebuilds it for each new kernel.
dkms-install:
	$(Q)mkdir -p $(DKMSDIR)/kernel/uapi
	$(Q)install -m 644 Kbuild $(DKMSDIR)/
	$(Q)install -m 644 kernel/*.[ch] $(DKMSDIR)/kernel/
	$(Q)install -m 644 kernel/uapi/*.h $(DKMSDIR)/kernel/uapi/
	$(Q)printf '%s\n' 'PACKAGE_NAME="dash-linux"' 'PACKAGE_VERSION="$(VERSION)"' \
		'MAKE[0]="make -C $$kernel_source_dir M=$$dkms_tree/$$module/$$module_version/build modules"' \
		'CLEAN="make -C $$kernel_source_dir M=$$dkms_tree/$$module/$$module_version/build clean"' \
		'BUILT_MODULE_NAME[0]="dash"' 'DEST_MODULE_LOCATION[0]="/updates"' \
		'BUILD_EXCLUSIVE_KERNEL_MIN="6.12"' 'AUTOINSTALL="yes"' >$(DKMSDIR)/dkms.conf
	$(Q)echo "Now: dkms install dash-linux/$(VERSION)"

clean:
	$(Q)rm -rf build $(SKEL) tools/dashctl selftests/netlink_fuzz selftests/prog_run selftests/bench selftests/bench_peers selftests/bench_live selftests/bench_lookup
	$(Q)find . -name .git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name modules.order -o -name Module.symvers \) -type f -print | xargs -r rm -f
	$(Q)[ ! -e selftests/unit/Makefile ] || $(MAKE) -s -C selftests/unit clean

help:
	@echo 'make all           module, XDP program, dashctl, test programs'
	@echo 'make kernel|bpf|tools  one of them; make debug: module with its debug checks'
	@echo 'make test          everything the project claims, tested in a virtual machine'
	@echo 'make test T=vnet.sh  only that script'
	@echo 'make test-debug    the same on a kernel with KASAN, lockdep, kmemleak ...; builds that once'
	@echo 'make coverage      the lines of kernel/ that tests run, by file; on the same kernel'
	@echo 'make soak          traffic on two CPUs while everything changes, MINUTES=10'
	@echo 'make soak-debug    the same on the debug kernel'
	@echo 'make bench         the benchmarks but bench-engines in one report, with a chart: selftests/bench.svg'
	@echo 'make bench-exact   an established packet against a floor program, in instructions, within limits'
	@echo 'make bench-flows   the same by the number of flows, in instructions and in time'
	@echo 'make bench-growth  a first packet as the configuration grows, in instructions'
	@echo 'make bench-engines speed of ACL, LPM and mapping tables, beside other engines'
	@echo 'make bench-peers   what Linux, nftables and Open vSwitch take for the same packet'
	@echo 'make bench-live    packets a second and time on the way, veth to veth, beside Linux'
	@echo 'make bench-vm      instructions that a new connection takes, in the virtual machine'
	@echo 'make bench-lookup  finding one of up to 16 million flows, beside the kernel hash map'
	@echo 'make scale-flows   a million connections in the virtual machine; SCALE_FLOWS=8000000 MEM=4G'
	@echo 'make scale-acl     32 ENIs with 320 ACL groups of 1,000 rules in the virtual machine; SCALE_ENIS=8'
	@echo 'make bench-apply   what an object of a large configuration costs to read and to apply'
	@echo 'make demo          two VMs talk through the appliance; SHELL=1 stays open to play'
	@echo 'make shell         a shell in the virtual machine'
	@echo 'make check         static checks: generated files, sparse, shell syntax'
	@echo 'make deps          install missing packages (test and demo do it themselves)'
	@echo 'make install|install-tools|dkms-install|clean'
	@echo
	@echo 'HOST=1    use the running kernel (>= 6.12, with headers), in namespaces of its own'
	@echo 'KVER=...  build for that kernel     V=1  show the commands'
	@echo 'SMP=n     CPUs of the virtual machine (2)   DASH_NO_SKIP=1  a skipped test is a failure'

.PHONY: soak soak-debug coverage bench bench-lookup scale-acl scale-flows bench-apply bench-exact bench-flows bench-growth bench-live bench-peers bench-engines bench-vm all kernel bpf tools selftests debug check check-headers deps test test-debug demo shell install install-tools dkms-install clean help
