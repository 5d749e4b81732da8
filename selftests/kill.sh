#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Power cut in the middle: dashctl is killed at random points while it applies a
# large file.  Afterwards the configuration is the old one or the new one, whole.
# DASH_KILL_OBJECTS=20000 makes it larger, and the hundred times longer.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 3

setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash

objects=${DASH_DEBUG:+600}
objects=${DASH_KILL_OBJECTS:-${objects:-800}}
rounds=${DASH_DEBUG:+20}
rounds=${rounds:-100}

# Without ip(8), which costs time.
dash() { dashctl -n $appliance "$@"; }

# state PA VNI - VNET v with mappings
state() {
	awk -v n=$objects -v pa="$1" -v vni="$2" 'BEGIN {
		printf "[{\"DASH_VNET_TABLE:v\": {\"vni\": %d}}", vni
		for (i = 0; i < n; i++)
			printf ",\n{\"DASH_VNET_MAPPING_TABLE:v:10.0.%d.%d\": {\"underlay_ip\": \"%s\"}}",
				i / 256, i % 256, pa
		print "]" }'
}

summary() { dash export | cksum; }

state 1.1.1.1 1 >"$lib_tmp/old.json"
state 2.2.2.2 2 >"$lib_tmp/new.json"
dash apply "$lib_tmp/new.json"
new=$(summary)
start=$EPOCHREALTIME
dash apply "$lib_tmp/old.json"
old=$(summary)
# microseconds that an apply takes, about
took=$((${EPOCHREALTIME/./} - ${start/./}))

seen_old=0 seen_new=0

# killed N - N times; which state is the old one alternates as it was reached
killed() {
	local i pid now file from=old never delay us
	# A read with a time limit starts no process, which would take longer than an apply.
	mkfifo "$lib_tmp/never"
	exec {never}<>"$lib_tmp/never"
	for ((i = 0; i < $1; i++)); do
		[ $from = old ] && file=new || file=old
		us=$((took * RANDOM / 32768))
		printf -v delay '%d.%06d' $((us / 1000000)) $((us % 1000000))
		dashctl -n $appliance apply "$lib_tmp/$file.json" &
		pid=$!
		read -rt "$delay" -u "$never" || true
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		now=$(summary)
		case $now in
		"$old") now=old ;;
		"$new") now=new ;;
		*) echo "round $i: neither: $now"; return 1 ;;
		esac
		[ $now = $from ] && seen_old=$((seen_old + 1)) || seen_new=$((seen_new + 1))
		from=$now
	done
	echo "not applied $seen_old, applied $seen_new" >"$lib_tmp/seen"
}

both() {
	cat "$lib_tmp/seen"
	! grep -qw 0 "$lib_tmp/seen"
}

open_transactions() { [ "$(dash -j show status | jq .transactions_open)" = 0 ]; }

check "killed $rounds times: the old state or the new one" killed $rounds
check "both happened" both
check "no transaction is left open" busywait 5 open_transactions
