#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does the module name every error that needs other objects to be seen: dangling
# references, deletions of what is in use, fields that cannot change, what must be
# unique, combinations that are not valid?  Each with its exact text, and nothing
# changed afterwards.  What dashctl alone can see is in check.sh.
. "$(dirname "$0")/lib.sh"

all=$ROOT/selftests/configs/all-tables.json

# One case a line: the message after "f.json:element N: ", lines separated by "; "; the
# file.  "@" stands for the start of a table's name, DASH_..._TABLE written @..@.  The
# configuration before each is all-tables.json.
cases=$(cat <<'END'
@ENI@:second.vnet: ENOENT: no VNET "x"|{"@ENI@:second": {"vnet": "x"}}
@ENI@:second.qos: ENOENT: no QOS "x"|{"@ENI@:second": {"qos": "x"}}
@ENI@:second.v4_meter_policy_id: ENOENT: no meter policy "x"|{"@ENI@:second": {"v4_meter_policy_id": "x"}}
@ENI@:second.v6_meter_policy_id: ENOENT: no meter policy "x"|{"@ENI@:second": {"v6_meter_policy_id": "x"}}
@ENI@:second.v4_meter_policy_id: EINVAL: meter policy "m6" is not for IPv4|{"@ENI@:second": {"v4_meter_policy_id": "m6"}}
@ENI@:second.v6_meter_policy_id: EINVAL: meter policy "m4" is not for IPv6|{"@ENI@:second": {"v6_meter_policy_id": "m4"}}
@ACL_IN@:x:1.eni: ENOENT: no ENI "x"|{"@ACL_IN@:x:1": {"v4_acl_group_id": "out1"}}
@ACL_OUT@:x:1.eni: ENOENT: no ENI "x"|{"@ACL_OUT@:x:1": {"v4_acl_group_id": "out1"}}
@ACL_IN@:second:1.v4_acl_group_id: ENOENT: no ACL group "x"|{"@ACL_IN@:second:1": {"v4_acl_group_id": "x"}}
@ACL_IN@:second:1.v6_acl_group_id: ENOENT: no ACL group "x"|{"@ACL_IN@:second:1": {"v6_acl_group_id": "x"}}
@ACL_OUT@:second:1.v4_acl_group_id: EINVAL: ACL group "in6" is not for IPv4|{"@ACL_OUT@:second:1": {"v4_acl_group_id": "in6"}}
@ACL_OUT@:second:1.v6_acl_group_id: EINVAL: ACL group "out1" is not for IPv6|{"@ACL_OUT@:second:1": {"v6_acl_group_id": "out1"}}
@ACL_IN@:second:1: EINVAL: ACL group "unbound" has no rules, bound it would deny everything|{"@ACL_IN@:second:1": {"v4_acl_group_id": "unbound"}}
@ACL_RULE@:x:r.group_id: ENOENT: no ACL group "x"|{"@ACL_RULE@:x:r": {"priority": 1, "action": "deny", "terminating": true}}
@ACL_RULE@:unbound:r.src_tag: ENOENT: no tag "x"|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "src_tag": "x"}}
@ACL_RULE@:unbound:r.dst_tag: ENOENT: no tag "x"|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "dst_tag": ["Office", "x"]}}
@ACL_RULE@:unbound:r.dst_tag: EINVAL: tag "Office6" is not of the family of ACL group "unbound"|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "dst_tag": "Office6"}}
@ACL_RULE@:unbound:r.src_tag: EINVAL: src_tag and src_addr in one rule|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "src_tag": "Office", "src_addr": "1.0.0.0/8"}}
@ACL_RULE@:unbound:r.dst_tag: EINVAL: dst_tag and dst_addr in one rule|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "dst_tag": "Office", "dst_addr": "1.0.0.0/8"}}
@ENI_ROUTE@:x.eni: ENOENT: no ENI "x"|{"@ENI_ROUTE@:x": {"group_id": "off"}}
@ENI_ROUTE@:second.group_id: ENOENT: no route group "x"|{"@ENI_ROUTE@:second": {"group_id": "x"}}
@ROUTE@:x:1.0.0.0/8.group_id: ENOENT: no route group "x"|{"@ROUTE@:x:1.0.0.0/8": {"routing_type": "drop"}}
@ROUTE@:off:1.0.0.0/8.vnet: ENOENT: no VNET "x"|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "vnet", "vnet": "x"}}
@ROUTE@:off:1.0.0.0/8.vnet: EINVAL: missing field "vnet"|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "vnet"}}
@ROUTE@:off:1.0.0.0/8.vnet: EINVAL: not valid for this routing type|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "drop", "vnet": "Vnet1"}}
@ROUTE@:off:1.0.0.0/8.overlay_ip: EINVAL: not valid for this routing type|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "direct", "overlay_ip": "1.1.1.1"}}
@ROUTE@:off:1.0.0.0/8.overlay_ip: EINVAL: not of the family of the prefix|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "vnet_direct", "vnet": "Vnet1", "overlay_ip": "2001::1"}}
@ROUTE@:off:1.0.0.0/8.metering_class: EINVAL: not together with metering_class_or and metering_class_and|{"@ROUTE@:off:1.0.0.0/8": {"routing_type": "direct", "metering_class": 1, "metering_class_or": 1}}
@ROUTE_RULE@:x:5.eni: ENOENT: no ENI "x"|{"@ROUTE_RULE@:x:5": {"action_type": "decap"}}
@ROUTE_RULE@:second:5.vnet: ENOENT: no VNET "x"|{"@ROUTE_RULE@:second:5": {"action_type": "decap", "vnet": "x"}}
@VNET_MAPPING@:x:1.1.1.1.vnet: ENOENT: no VNET "x"|{"@VNET_MAPPING@:x:1.1.1.1": {"underlay_ip": "1.1.1.1"}}
@METER_RULE@:x:1.meter_policy_id: ENOENT: no meter policy "x"|{"@METER_RULE@:x:1": {"priority": 1, "ip_prefix": "1.0.0.0/8", "metering_class": 1}}
@METER_RULE@:m6:1.ip_prefix: EINVAL: not of the family of meter policy "m6"|{"@METER_RULE@:m6:1": {"priority": 1, "ip_prefix": "1.0.0.0/8", "metering_class": 1}}
@METER@:x:1.eni: ENOENT: no ENI "x"|{"@METER@:x:1": {}}
@ROUTING_TYPE@:drop.actions: EINVAL: these actions are not valid for this routing type|{"@ROUTING_TYPE@:drop": {"action_type": "direct"}}
@ROUTING_TYPE@:vnet.actions: EINVAL: these actions are not valid for this routing type|{"@ROUTING_TYPE@:vnet": [{"action_type": "maprouting"}, {"action_type": "drop"}]}
@ROUTING_TYPE@:vnet.actions: EINVAL: encap_type and vni are valid for staticencap only|{"@ROUTING_TYPE@:vnet": {"action_type": "maprouting", "vni": 5}}
SWITCH_TABLE:switch.vxlan_sport: EINVAL: 49153 is not a multiple of 2^14|{"SWITCH_TABLE:switch": {"vxlan_sport": 49153}}
@PREFIX_TAG@:Office.prefix_list: EINVAL: prefix 1 is not of the family of the tag|{"@PREFIX_TAG@:Office": {"ip_version": "ipv4", "prefix_list": ["2001:db8::/32"]}}
@ACL_RULE@:unbound:r.src_addr: EINVAL: prefix 2 is not of the family of ACL group "unbound"|{"@ACL_RULE@:unbound:r": {"priority": 1, "action": "deny", "terminating": true, "src_addr": ["1.0.0.0/8", "::/0"]}}
@APPLIANCE@:102.sip: EINVAL: more than one address of a family|{"@APPLIANCE@:102": {"sip": ["1.1.1.1", "1.1.1.2"], "vm_vni": 1}}
@ENI@:new.mac_address: EINVAL: missing field "mac_address"|{"@ENI@:new": {"vnet": "Vnet1", "underlay_ip": "1.1.1.1"}}
@ENI@:new.vnet: EINVAL: missing field "vnet"|{"@ENI@:new": {"mac_address": "F4:93:9F:EF:C4:99", "underlay_ip": "1.1.1.1"}}
@ENI@:new.underlay_ip: EINVAL: missing field "underlay_ip"|{"@ENI@:new": {"mac_address": "F4:93:9F:EF:C4:99", "vnet": "Vnet1"}}
@VNET@:Vnet1: EBUSY: VNET "Vnet1" is used by ENI "F4939FEFC47E", route "group_id_1:10.1.0.0/16", route "group_id_1:10.1.0.0/24", route rule "F4939FEFC47E:45654:101.1.2.0/24:1"|{"@VNET@:Vnet1": {}, "OP": "DEL"}
@QOS@:qos100: EBUSY: QOS "qos100" is used by ENI "F4939FEFC47E"|{"@QOS@:qos100": {}, "OP": "DEL"}
@PREFIX_TAG@:Office: EBUSY: tag "Office" is used by ACL rule "out1:rule1", ACL rule "out1:rule2"|{"@PREFIX_TAG@:Office": {}, "OP": "DEL"}
@ACL_GROUP@:in6: EBUSY: ACL group "in6" is used by ACL binding "F4939FEFC47E:5"|{"@ACL_GROUP@:in6": {}, "OP": "DEL"}
@ROUTE_GROUP@:group_id_1: EBUSY: route group "group_id_1" is used by route binding "F4939FEFC47E"|{"@ROUTE_GROUP@:group_id_1": {}, "OP": "DEL"}
@METER_POLICY@:m4: EBUSY: meter policy "m4" is used by ENI "F4939FEFC47E"|{"@METER_POLICY@:m4": {}, "OP": "DEL"}
@ACL_RULE@:in6:more: EBUSY: ACL group "in6" is bound to ENI "F4939FEFC47E" stage in 5: replace the group as a whole|{"@ACL_RULE@:in6:more": {"priority": 9, "action": "deny", "terminating": true}}
@ACL_RULE@:in6:rest: EBUSY: ACL group "in6" is bound to ENI "F4939FEFC47E" stage in 5: replace the group as a whole|{"@ACL_RULE@:in6:rest": {}, "OP": "DEL"}
@ENI@:third.mac_address: EEXIST: ENI "second" has MAC address f4:93:9f:ef:c4:80|{"@ENI@:third": {"mac_address": "F4-93-9F-EF-C4-80", "vnet": "Vnet1", "underlay_ip": "1.1.1.1"}}
@APPLIANCE@:102.sip: EEXIST: appliance "101" has this VIP|{"@APPLIANCE@:102": {"sip": "10.250.20.20", "vm_vni": 1}}
@APPLIANCE@:100.local_region_id: EPERM: "local_region_id" cannot be changed|{"@APPLIANCE@:100": {"sip": "10.250.20.19", "vm_vni": 4321, "local_region_id": 8}}
@ENI@:second.mac_address: EPERM: "mac_address" cannot be changed|{"@ENI@:second": {"mac_address": "F4:93:9F:EF:C4:81"}}
@ENI@:second.eni_id: EPERM: "eni_id" cannot be changed|{"@ENI@:second": {"eni_id": "x"}}
@PREFIX_TAG@:Nothing.ip_version: EPERM: "ip_version" cannot be changed|{"@PREFIX_TAG@:Nothing": {"ip_version": "ipv6"}}
@ACL_GROUP@:unbound.ip_version: EPERM: "ip_version" cannot be changed|{"@ACL_GROUP@:unbound": {"ip_version": "ipv6"}}
@METER_POLICY@:m6.ip_version: EPERM: "ip_version" cannot be changed|{"@METER_POLICY@:m6": {"ip_version": "ipv4"}}
@ENI@:second.vnet: ENOENT: no VNET "x"; @ENI@:third.vnet: ENOENT: no VNET "y"|[{"@ENI@:second": {"vnet": "x"}}, {"@ENI@:third": {"vnet": "y", "mac_address": "F4:93:9F:EF:C4:99", "underlay_ip": "1.1.1.1"}}]
END
)

full_names() { sed 's/@\([A-Z_]*\)@/DASH_\1_TABLE/g' <<<"$1"; }

# wrong MESSAGES FILE - exactly these errors, status 1, and nothing changed
wrong() {
	local status=0
	full_names "$2" >"$lib_tmp/f.json"
	(cd "$lib_tmp" && dash apply f.json) >"$lib_tmp/said" 2>&1 || status=$?
	expect "$(full_names "$1" | sed 's/; DASH/\nDASH/g')" \
		sed '/: WARNING: /d; s/^f.json:element [0-9]*: //; s/ (line [0-9]*, column [0-9]*)$//' "$lib_tmp/said"
	expect 1 echo $status
	dash export | diff - "$lib_tmp/base"
}

# goes FILE - a deletion that nothing forbids; then everything comes back
goes() {
	full_names "$1" >"$lib_tmp/f.json"
	dash apply "$lib_tmp/f.json"
	! dash export | diff -q - "$lib_tmp/base" || return 1
	dash sync "$all" 2>"$lib_tmp/said"
	dash export | diff - "$lib_tmp/base"
}

# Deletions that are never refused, with what is owned, or with what refers.
deletions=$(cat <<'END'
{"@APPLIANCE@:100": {}, "OP": "DEL"}
{"@ENI@:F4939FEFC47E": {}, "OP": "DEL"}
{"@ACL_OUT@:F4939FEFC47E:1": {}, "@ENI_ROUTE@:F4939FEFC47E": {}, "OP": "DEL"}
{"@ROUTE@:group_id_1:10.1.0.0/16": {}, "@VNET_MAPPING@:Vnet1:10.1.1.1": {}, "@METER_RULE@:m4:1": {}, "@PA_VALIDATION@:45654": {}, "OP": "DEL"}
{"@ROUTING_TYPE@:vnet": {}, "SWITCH_TABLE:switch": {}, "OP": "DEL"}
{"@QOS@:qos100": {}, "@METER_POLICY@:m4": {}, "@METER_POLICY@:m6": {}, "@ENI@:F4939FEFC47E": {}, "OP": "DEL"}
{"@ACL_GROUP@:out1": {}, "@PREFIX_TAG@:Office": {}, "@ACL_OUT@:F4939FEFC47E:1": {}, "@ACL_IN@:F4939FEFC47E:5": {}, "OP": "DEL"}
END
)

plan $(($(grep -c . <<<"$cases") + $(grep -c . <<<"$deletions")))
setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
dash() { dashctl -n $appliance "$@"; }
dash apply "$all" 2>"$lib_tmp/said"
dash export >"$lib_tmp/base"

while IFS='|' read -r message file; do
	check "$message" wrong "$message" "$file"
done <<<"$cases"
while read -r file; do
	check "deleted: $file" goes "$file"
done <<<"$deletions"
