#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# What happens when there is no memory?  Every command is run again and again, and
# the first, the second, the third ... allocation that the module makes for it fails,
# until the command gets by without that many.  It either works all the same, with
# the full effect, or says that it failed, with none at all.
#
# Faults are aimed by the task (fail-nth) and by the call stack: only what is
# allocated under the module's own functions fails, or under do_init_module() while
# it loads.  That nothing leaked is debug_leaks.sh's verdict, later in the same boot;
# that nothing was corrupted, the kernel log's.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

debugfs=/sys/kernel/debug
[ -e /proc/self/fail-nth ] && [ -d $debugfs/failslab ] && [ -d $debugfs/fail_page_alloc ] ||
	skip_all "this kernel has no fault injection"

configs=$ROOT/selftests/configs
limit=3000	# allocations of one command; more is an endless loop
step=1

all_faults() {
	local knob=$1 kind
	for kind in failslab fail_page_alloc; do
		echo "$2" >$debugfs/$kind/"$knob"
	done
}

# aim START END - only below functions in this range of addresses
aim() {
	all_faults require-start 0
	all_faults require-end "$2"
	all_faults require-start "$1"
}

# Reading kallsyms takes its time there; it is in order of addresses.
aim_at_loading() {
	local start end
	read -r start end < <(awk 'start && $1 != start { print "0x" start, "0x" $1; exit }
		$3 == "do_init_module" { start = $1 }' /proc/kallsyms)
	aim "$start" "$end"
}

# The module's text, wherever it was put this time.
aim_at_module() {
	local start size
	read -r start </sys/module/dash/sections/.text
	size=$(readelf -SW "$ROOT/dash.ko" | sed -n 's/.* \.text  *PROGBITS  *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\).*/\1/p')
	aim "$start" "$(printf '0x%x' $((start + 0x$size)))"
}

# with_fault N COMMAND... - sets `status`, and `hit` if the N-th allocation came about
with_fault() {
	local n=$1 slab page
	shift
	all_faults times 1000
	status=0
	(
		echo "$n" >/proc/self/fail-nth
		exec "$@"
	) >"$lib_tmp/said" 2>&1 || status=$?
	read -r slab <$debugfs/failslab/times
	read -r page <$debugfs/fail_page_alloc/times
	hit=$((slab + page < 2000))
}

# sweep AFTER COMMAND... - every allocation of COMMAND fails once.  AFTER is called
# with COMMAND's status after each, judges, and restores what was before.
sweep() {
	local after=$1 n survived=0
	shift
	for ((n = 1; n <= limit; n += step)); do
		with_fault $n "$@"
		if [ $status -ge 126 ] || { [ $hit -eq 0 ] && [ $status -ne 0 ]; }; then
			echo "allocation $n, status $status:"
			cat "$lib_tmp/said"
			return 1
		fi
		if ! "$after" $status; then
			echo "allocation $n, status $status, and then:"
			cat "$lib_tmp/said"
			return 1
		fi
		if [ $hit -eq 0 ]; then
			echo "# $(((n - 1) / step)) faults, $survived without consequence: $*" |
				sed "s|$ROOT/||g" >>"$lib_tmp/summary"
			return 0
		fi
		[ $status -ne 0 ] || survived=$((survived + 1))
	done
	echo "no end after $limit allocations"
	return 1
}

# fault_case SENTENCE AFTER COMMAND... - with one fault at least
fault_case() {
	: >"$lib_tmp/summary"
	check "$1" some_faults "${@:2}"
	cat "$lib_tmp/summary"
}

some_faults() {
	sweep "$@"
	! grep "^# 0 " "$lib_tmp/summary"
}

ctl=("$ROOT/tools/dashctl")

state() { dash export | jq -cS 'sort_by(keys[0] + (keys[1] // ""))' | cksum; }

# From one configuration to another: FROM TO, both files or "nothing".
put() {
	if [ "$1" = nothing ]; then
		dash clear all
	else
		dash apply "$1" >/dev/null 2>&1
	fi
}

became_either() {
	local now
	now=$(state)
	if [ "$1" -eq 0 ]; then
		[ "$now" = "$new" ] || { echo "success, but not the whole effect"; return 1; }
		"${restore[@]}"
		now=$(state)
	fi
	[ "$now" = "$old" ] || { echo "not the old state"; return 1; }
}

# transition SENTENCE FROM TO - applying TO when FROM is in force.  Not every allocation:
# txn.py does that to commits, without a process for each.
transition() {
	local command step=${DASH_FAULT_STEP:-11}
	put nothing
	put "$2"
	old=$(state)
	if [ "$3" = nothing ]; then
		restore=(put "$2")
		command=("${ctl[@]}" -n "$appliance" clear all)
	else
		restore=(go_back "$2")
		command=("${ctl[@]}" -n "$appliance" apply "$3")
	fi
	put "$3"
	new=$(state)
	put nothing
	put "$2"
	fault_case "$1" became_either "${command[@]}"
}

go_back() {
	put nothing
	put "$1"
}

loaded() { [ -e /sys/module/dash ]; }

after_insmod() {
	if [ "$1" -eq 0 ]; then
		loaded && rmmod dash
	fi
	! loaded
}

after_netns() { true; }

programs() { ip -n $appliance -j link show port0 | jq '[.[0].xdp // empty] | length'; }

after_attach() {
	[ "$(programs)" = $(($1 == 0)) ] || return 1
	[ "$1" -ne 0 ] || dash detach port0
}

unchanged() { [ "$(state)" = "$old" ]; }

# A guest's packet, towards a gateway whose neighbour entry the kernel must make: a
# fault loses it and counts it, or does not matter.
make_packet() {
	python3 - "$1" <<-'EOT'
	import struct, sys
	def mac(s): return bytes.fromhex(s.replace(':', ''))
	def ip(src, dst, proto, data):
	    h = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(data), 1, 0, 64, proto, 0, bytes(src), bytes(dst))
	    n = sum(struct.unpack('>10H', h))
	    n = ~((n & 0xffff) + (n >> 16)) & 0xffff
	    return h[:10] + struct.pack('>H', n) + h[12:] + data
	def udp(sport, dport, data): return struct.pack('>HHHH', sport, dport, 8 + len(data), 0) + data
	inner = mac('12:34:56:78:9A:BC') + mac('F4:93:9F:EF:C4:7E') + b'\x08\0' + \
	    ip((10, 1, 2, 9), (10, 1, 1, 1), 17, udp(1000, 2000, bytes(32)))
	outer = mac('02:00:00:00:00:01') + mac('02:00:00:00:00:fe') + b'\x08\0' + \
	    ip((25, 1, 1, 1), (10, 250, 20, 19), 17, udp(51000, 4789, struct.pack('>II', 1 << 27, 4321 << 8) + inner))
	open(sys.argv[1], 'wb').write(outer)
	EOT
}

# Packets that left the ENI or were counted as dropped, which must be all.
packets() {
	local sent
	sent=$(dash -j stats eni $ENI_KEY | jq '[.. | objects | .outbound_tx_packets // empty] | add // 0')
	drops | jq "(add // 0) + $sent"
}

# Every third packet is also the first of its connection.
after_packet() {
	before=$((before + 1))
	[ "$1" -eq 0 ] && expect $before packets || return 1
	ip -n $appliance neigh flush dev port0
	[ $((before % 3)) -ne 0 ] || dash clear flows >"$lib_tmp/clear"
}

for knob in verbose:0 probability:0 interval:1 stacktrace-depth:32; do
	all_faults ${knob%:*} ${knob#*:}
done
echo N >$debugfs/failslab/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-highmem
echo 0 >$debugfs/fail_page_alloc/min-order
echo "dash: faults begin" >/dev/kmsg
defer bash -c 'echo "dash: faults end" >/dev/kmsg'

plan 11
aim_at_loading
fault_case "the module loads or does not" after_insmod insmod "$ROOT/dash.ko"

setup_ns appliance
on $appliance sysctl -qw net.ipv4.ip_forward=1
ip -n $appliance link add port0 address 02:00:00:00:00:01 type veth peer name port1
ip -n $appliance link set port1 up
ip -n $appliance link set port0 up
ip -n $appliance addr add 10.250.20.2/28 dev port0
ip -n $appliance route add default via 10.250.20.1
insmod "$ROOT/dash.ko"
defer rmmod dash
aim_at_module
fault_case "a namespace comes up or does not" after_netns unshare -n true
fault_case "a port is attached or is not" after_attach "${ctl[@]}" -n $appliance attach port0
transition "a first configuration" nothing "$configs/minimal.json"
transition "a large one on top of a small one" "$configs/minimal.json" "$configs/topo.json"
transition "tags and ACL groups that go" "$configs/acl-tags.json" "$configs/acl-tags-delete.json"
transition "everything cleared" "$configs/topo.json" nothing

put "$configs/topo.json"
old=$(state)
dash attach port0
defer dash detach port0
fault_case "an apply while the data path runs, without a change" unchanged \
	"${ctl[@]}" -n $appliance apply "$configs/topo.json"
reads() {
	local command
	for command in export "show status" "show eni" "show vnet" "show flows" "stats" "stats drops" "show params" "clear flows"; do
		# shellcheck disable=SC2086 # words of a command
		sweep unchanged "${ctl[@]}" -n $appliance $command
	done
}
: >"$lib_tmp/summary"
check "what only reads" reads
cat "$lib_tmp/summary"
fault_case "parameters" unchanged "${ctl[@]}" -n $appliance set tcp_established 7200

make_packet "$lib_tmp/packet"
program=$(ip -n $appliance -j link show port0 | jq '.[0].xdp.prog.id')
before=$(packets)
fault_case "a packet is sent or counted" after_packet ip netns exec $appliance \
	bpftool prog run id "$program" data_in "$lib_tmp/packet"
