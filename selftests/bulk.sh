#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the size of a file matter to dashctl?  Mappings by the ten thousand, applied, compared and
# exported: the memory of apply is the same for ten times as many.
# DASH_BULK=1000000 is the full size (default 40000).
. "$(dirname "$0")/lib.sh"

large=${DASH_BULK:-40000}
small=$((large / 10))
plan 4
setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
dash() { dashctl -n $appliance "$@"; }
for n in $small $large; do
	"$ROOT/selftests/bulk_config.py" mappings $n >"$lib_tmp/$n.json"
done

# peak COMMAND... - KiB of memory that dashctl had at most (its VmHWM)
peak() {
	python3 -c '
import os, sys
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)' dashctl -n $appliance "$@"
}

constant() {
	local few many
	few=$(peak apply "$lib_tmp/$small.json")
	many=$(peak apply "$lib_tmp/$large.json")
	echo "$small mappings: $few KiB, $large: $many KiB"
	echo "# $small mappings: $few KiB, $large: $many KiB" >"$lib_tmp/memory"
	[ $many -le $((few + 512)) ]
}
counted() {
	expect $large bash -c "dashctl -n $appliance -j show status | jq .objects.vnet_mapping"
}
again() {
	local before
	before=$(dash -j show status | jq .generation)
	dash apply "$lib_tmp/$large.json"
	expect "$before" bash -c "dashctl -n $appliance -j show status | jq .generation"
}
# An error at the end of all: found, placed, and nothing has changed.
late() {
	sed '$d' "$lib_tmp/$large.json" >"$lib_tmp/bad.json"
	echo '{"DASH_VNET_MAPPING_TABLE:Nowhere:10.0.0.1": {"underlay_ip": "1.2.3.4"}}]' >>"$lib_tmp/bad.json"
	sed -i '1s/45654/45655/' "$lib_tmp/bad.json"
	expect "ENOENT $((large + 1)) 45654" bash -c "dashctl -n $appliance -j apply '$lib_tmp/bad.json' |
		jq -r '.[] | select(.level == \"error\") | \"\(.code) \(.element) '\$(dashctl -n $appliance -j vnet show Bulk | jq '.[0].vni')'\"'"
}

check "the memory of apply does not grow with the file" constant
cat "$lib_tmp/memory"
check "every mapping is there" counted
check "applied again nothing changes" again
check "an error in the last element is found, and nothing changed" late
