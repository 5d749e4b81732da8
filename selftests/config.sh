#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Is the configuration taken as the specification says: whole or not at all, in any
# order, the same file twice without effect, every mistake named?  No traffic.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 38

setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
configs=$ROOT/selftests/configs

export_all() { dash export | jq -S 'sort_by(keys[0] + (keys[1] // ""))'; }

# wrong STATUS PATTERN - the file on stdin is refused with STATUS and a message that
# matches PATTERN, and nothing changed
wrong() {
	local before status=0
	cat >"$lib_tmp/bad.json"
	before=$(export_all)
	(cd "$lib_tmp" && dash apply bad.json) >"$lib_tmp/said" 2>&1 || status=$?
	cat "$lib_tmp/said"
	expect "$1" echo $status
	grep -qE "$2" "$lib_tmp/said"
	expect "$before" export_all
}

# refused SENTENCE STATUS PATTERN JSON
refused() {
	check "$1" wrong "$2" "$3" <<<"$4"
}

same_twice() {
	local once
	once=$(export_all)
	dash apply "$1" 2>/dev/null
	expect "$once" export_all
}

round_trip() {
	local once
	once=$(export_all)
	dash export >"$lib_tmp/export.json"
	dash clear all
	expect "[]" export_all
	dash apply "$lib_tmp/export.json"
	expect "$once" export_all
}

# ---- the example files ---------------------------------------------------------

check "minimal.json is taken" dash apply "$configs/minimal.json"
check "a second time it changes nothing" same_twice "$configs/minimal.json"
check "export, clear all, apply: the same state" round_trip
check "clear all leaves nothing" bash -c "ip netns exec $appliance $ROOT/tools/dashctl clear all && [ \"\$(ip netns exec $appliance $ROOT/tools/dashctl export | jq length)\" = 0 ]"
check "vnet-to-vnet.json is taken" dash apply "$configs/vnet-to-vnet.json"
check "a second time it changes nothing" same_twice "$configs/vnet-to-vnet.json"
check "export, clear all, apply: the same state" round_trip
check "acl-tags.json is taken" dash apply "$configs/acl-tags.json"
check "acl-tags-delete.json deletes in the wrong order" dash apply "$configs/acl-tags-delete.json"
no_acl() { ! dash export | grep -q -e out1 -e Office; }
check "and nothing of it is left" no_acl
check "standard input is a file too" bash -c "ip netns exec $appliance $ROOT/tools/dashctl apply - <$configs/acl-tags.json"
two_files() {
	dash clear all
	dash apply "$configs/acl-tags-delete.json" "$configs/topo.json"
}
check "two files are one transaction" two_files
dry_run() {
	local before
	before=$(export_all)
	echo '{"DASH_VNET_TABLE:Dry": {"vni": 7}}' >"$lib_tmp/dry.json"
	dash apply --dry-run "$lib_tmp/dry.json"
	expect "$before" export_all
}
check "--dry-run changes nothing" dry_run

# ---- show -------------------------------------------------------------------------

for object in status vnet eni "vnet Vnet1" "vnet Vnet1 mappings" "eni $ENI_KEY" "eni $ENI_KEY routes" \
	"eni $ENI_KEY acls" "eni $ENI_KEY rules" "acl group" tag route-types qos appliance; do
	shown() {
		dash show $object
		dash show $object --json | jq -e . >/dev/null
	}
	check "show $object, as text and as JSON" shown
done

# ---- mistakes ------------------------------------------------------------------------

refused "broken JSON: line and column" 2 'bad.json:.*(line )?2' '[
  {"DASH_VNET_TABLE:x": {"vni": 1}, }
]'
refused "a missing mandatory field: element, object, field" 1 \
	'bad.json:element 2: DASH_VNET_TABLE:x.*EINVAL.*vni' '[{"DASH_VNET_TABLE:y": {"vni": 9}}, {"DASH_VNET_TABLE:x": {}}]'
refused "a value out of range" 1 'DASH_VNET_TABLE:x.vni: EINVAL' '{"DASH_VNET_TABLE:x": {"vni": 16777216}}'
refused "a reference to nothing" 1 'DASH_ROUTE_TABLE:group_id_1:10.9.0.0/16.vnet: ENOENT.*Vnet9' \
	'{"DASH_ROUTE_TABLE:group_id_1:10.9.0.0/16": {"routing_type": "vnet", "vnet": "Vnet9"}}'
refused "a VNET in use is not deleted" 1 'DASH_VNET_TABLE:Vnet1: EBUSY' '{"DASH_VNET_TABLE:Vnet1": {}, "OP": "DEL"}'
refused "two ENIs with one MAC" 1 'EEXIST' \
	'{"DASH_ENI_TABLE:other": {"mac_address": "F4:93:9F:EF:C4:7E", "vnet": "Vnet1", "underlay_ip": "1.2.3.4"}}'
refused "a create-only field" 1 'EPERM' '{"DASH_ENI_TABLE:F4939FEFC47E": {"mac_address": "F4:93:9F:EF:C4:7F"}}'
refused "one rule of a bound group" 1 'EBUSY' \
	'{"DASH_ACL_RULE_TABLE:no-telnet:more": {"priority": 2, "action": "deny", "terminating": true}}'
refused "an empty group bound" 1 'EINVAL' \
	'[{"DASH_ACL_GROUP_TABLE:empty": {"ip_version": "ipv4"}}, {"DASH_ACL_IN_TABLE:F4939FEFC47E:1": {"v4_acl_group_id": "empty"}}]'
refused "a feature of a later release" 1 'ENOTSUP' \
	'{"DASH_TUNNEL_TABLE:t": {"endpoints": "1.2.3.4", "vni": 5}}'
refused "an unknown table" 1 'DASH_NOSUCH_TABLE' '{"DASH_NOSUCH_TABLE:x": {}}'
