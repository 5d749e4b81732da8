#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# ACL groups of the size that the specification names, in a kernel: DASH_ENIS (1) ENIs with ten
# groups each of their own, of 1,000 rules x 100 source x 100 destination prefixes from tags that
# all of them share.  What they take is at most its part of 4 GiB for 32 ENIs; a group is replaced
# under traffic, and without memory for that it stays as it is.  `make scale-acl` loads all 32.
#
# Traffic is new connections, each a test run of the attached program (bench_miss.c), which ends
# with an error at the first drop.  Memory runs out by the limit of a control group.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 8

enis=${DASH_ENIS:-1}
rules=1000 prefixes=100 mappings=256
setup_ns appliance
one_port_up 9100
"$ROOT/selftests/bench_config.py" $rules $prefixes 10 $mappings 10 1 "$enis" 1 >"$lib_tmp/groups.json"
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0
free_before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
before=$(date +%s)
check "$((enis * 10)) groups of $rules rules x $prefixes x $prefixes are applied" dash apply "$lib_tmp/groups.json"
echo "# applied in $(($(date +%s) - before)) s"
rm "$lib_tmp/groups.json"

sum() {
	dash -j show memory | jq --arg o "$1" --arg c "$2" '[.[] | select(.object == $o) | .[$c]] | add // 0'
}
compiled=$(sum acl_group memory_runtime)
all=$(sum total "memory_runtime")
stored=$(sum total "memory_stored")
taken=$((free_before - $(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)))
echo "# compiled groups $((compiled >> 10)) KiB, all of show memory $(((all + stored) >> 10)) KiB," \
	"the machine has $taken KiB less"
check "dashctl show memory says what they take: no more than $enis/32 of 4 GiB" \
	test $((all + stored)) -le $((enis * (4 << 30) / 32))
# What show memory does not know would be missing from the machine alone; 64 MiB are the machine's own.  The
# debug kernel takes far more for each object.
complete() {
	[ -n "${DASH_DEBUG-}" ] || [ $taken -le $(((all + stored) / 1024 * 11 / 10 + 65536)) ]
}
check "the machine has no more than a tenth and 64 MiB less than that" complete

connect() {
	on $appliance "$ROOT/selftests/prog_run" --miss port0 "$1" $mappings
}
check "new connections pass five stages of them" connect 200

# ---- a bound group is replaced -------------------------------------------------------

# version N VERDICT - group e0g1 as a whole, which takes away whatever rules it had: 1,000, and behind them one with
# the verdict and one that denies.  Of a mixture of two versions the denying one of either would come before what
# allows, or nothing would match.
version() {
	python3 - "$@" $rules >"$lib_tmp/version$1.json" <<-'PY'
	import json, random, sys
	n, verdict, rules = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
	rnd = random.Random(n)
	out = [{"DASH_ACL_GROUP_TABLE:e0g1": {"ip_version": "ipv4"}}]
	for i in range(rules + 2):
	    rule = {"priority": i if i < rules else rules * n + i, "action": "deny", "terminating": True}
	    # tags of destinations as sources: none of these rules decides
	    if i < rules:
	        rule.update(src_tag="dst%d" % rnd.randrange(rules), dst_tag="src%d" % rnd.randrange(rules))
	    elif i == rules:
	        rule["action"] = verdict
	    out.append({"DASH_ACL_RULE_TABLE:e0g1:v%dr%d" % (n, i): rule})
	json.dump(out, sys.stdout)
	PY
}
denied() {
	dash clear flows
	if connect 3; then
		dash acl_rule show group e0g1 | tail -n 3
		return 1
	fi
}
allowed() {
	dash clear flows
	connect "$1"
}

version 1 allow
version 2 allow
version 3 deny
dash apply "$lib_tmp/version1.json"
replace() {
	local i
	for i in 2 1 2 1; do
		dash apply "$lib_tmp/version$i.json"
	done
}
check "no new connection is dropped while its group of $rules rules is replaced" under_traffic replace

at_once() {
	dash apply "$lib_tmp/version3.json"
	denied
	dash apply "$lib_tmp/version1.json"
	allowed 3
	expect $((rules + 2)) bash -c "dashctl -n $appliance -j acl_rule show group e0g1 | jq length"
}
check "a replacement holds from the next packet on, and nothing of the old one stays" at_once

# ---- without memory ------------------------------------------------------------------

# What the module allocates for a command is charged to the control group of the command's process: 12 MiB
# hold the command and the rules, but not what compiling takes.  It cannot be killed, so the kernel refuses.
mkdir -p "$lib_tmp/cgroup"
mount -t cgroup2 cgroup2 "$lib_tmp/cgroup"
defer umount "$lib_tmp/cgroup"
echo +memory >"$lib_tmp/cgroup/cgroup.subtree_control"
mkdir "$lib_tmp/cgroup/poor"
defer rmdir "$lib_tmp/cgroup/poor"
echo "dash: faults begin" >/dev/kmsg
defer bash -c 'echo "dash: faults end" >/dev/kmsg'
poor() {
	bash -c 'echo $$ >"$0/cgroup.procs"; echo -1000 >/proc/self/oom_score_adj; exec "$@"' "$lib_tmp/cgroup/poor" \
		ip netns exec $appliance "$ROOT/tools/dashctl" "$@"
}
refused() {
	local generation
	echo $((12 << 20)) >"$lib_tmp/cgroup/poor/memory.max"
	generation=$(dash -j show status | jq .generation)
	lib_refuse poor apply "$lib_tmp/version3.json" >"$lib_tmp/refused" 2>&1
	cat "$lib_tmp/refused"
	grep -q "out of memory" "$lib_tmp/refused"
	expect "$generation" bash -c "dashctl -n $appliance -j show status | jq .generation"
	allowed 300
}
check "without memory to compile a group it is refused, and the old one decides" refused
again() {
	echo max >"$lib_tmp/cgroup/poor/memory.max"
	poor apply "$lib_tmp/version3.json"
	denied
}
check "with memory the same is accepted" again
