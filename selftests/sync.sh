#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does sync make the live state equal to a file, with the smallest change, and does
# diff say beforehand what that is?  And does export give everything back?  One
# file that uses every table and field, and edits of it.  No traffic.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

# Without ip(8), which costs time.
dash() { dashctl -n $appliance "$@"; }

all=$ROOT/selftests/configs/all-tables.json

# edit JQ - all-tables.json as one object per element, by table and key, edited
edit() {
	jq "(map(del(.OP)) | add) | $1 | to_entries | map({(.key): .value})" "$all" >"$lib_tmp/new.json"
}

changed() { dash -j show status | jq .generation; }

# differs TEXT JQ - diff of the edited file says exactly TEXT; then sync makes it so, and back
differs() {
	local said
	edit "$2"
	said=$(dash diff "$lib_tmp/new.json" 2>/dev/null)
	dash sync "$lib_tmp/new.json" 2>"$lib_tmp/said" || cat "$lib_tmp/said"
	dash diff "$lib_tmp/new.json" >"$lib_tmp/left" 2>&1
	dash sync "$all" 2>"$lib_tmp/said" || cat "$lib_tmp/said"
	expect "$1" echo "$said"
	expect "" sed '/WARNING/d' "$lib_tmp/left"
}

# refused MESSAGE JQ - sync of the edited file is refused, with this error, and changes nothing
refused() {
	local status=0
	edit "$2"
	dash sync "$lib_tmp/new.json" >"$lib_tmp/said" 2>&1 || status=$?
	expect "$1" sed '/WARNING/d; s/^[^ ]*new.json:element [0-9]*: //; s/^dashctl: //; s/ (line [0-9]*, column [0-9]*)$//' "$lib_tmp/said"
	expect 1 echo $status
	dash export | diff - "$lib_tmp/base"
}

untouched() {
	local before
	before=$(changed)
	dash sync "$all" 2>/dev/null
	expect "$before" changed
}

round_trip() {
	dash export >"$lib_tmp/once"
	dash clear all
	expect "[]" dash export
	dash apply "$lib_tmp/once" 2>/dev/null
	dash export | diff - "$lib_tmp/once"
	dash clear all
	dash sync "$lib_tmp/once" 2>/dev/null
	dash export | diff - "$lib_tmp/once"
}

same_as_before() { dash export | diff - "$lib_tmp/base"; }

every_table() {
	dashctl help tables | awk '{ print $1 }' | while read -r table; do
		! dashctl help "$table" | grep -qx '  not in this release' || continue
		grep -q "\"$table:" "$lib_tmp/base" || { echo "no $table"; exit 1; }
	done
}

as_json() {
	edit '.["DASH_VNET_TABLE:Vnet2"].vni = 867 | .["DASH_QOS_TABLE:q2"] = {cps: 5} | del(.["DASH_ROUTE_GROUP_TABLE:off"])'
	expect '[{"change":"change","table":"DASH_VNET_TABLE","key":"Vnet2","old":{"vni":866},"new":{"vni":867}},{"change":"add","table":"DASH_QOS_TABLE","key":"q2","new":{"cps":5}},{"change":"delete","table":"DASH_ROUTE_GROUP_TABLE","key":"off","old":{"disabled":true}}]' \
		bash -c "dashctl -n $appliance -j diff '$lib_tmp/new.json' 2>/dev/null | jq -c ."
}

exit_code() {
	dash diff --exit-code "$all"
	edit 'del(.["DASH_ROUTE_GROUP_TABLE:off"])'
	dash diff "$lib_tmp/new.json"
	expect 5 bash -c "dashctl -n $appliance diff --exit-code '$lib_tmp/new.json' >/dev/null 2>&1; echo \$?"
}

dry_run() {
	edit 'del(.["DASH_ROUTE_GROUP_TABLE:off"])'
	dash sync --dry-run "$lib_tmp/new.json"
	dash export | diff - "$lib_tmp/base"
}

from_pipe() {
	edit 'del(.["DASH_ROUTE_GROUP_TABLE:off"])'
	cat "$lib_tmp/new.json" | dash sync -
	expect "" dash diff "$lib_tmp/new.json"
	cat "$all" | dash sync -
	dash export | diff - "$lib_tmp/base"
}

# 2000 mappings, one of them changed, in little memory
large() {
	jq '.' "$all" >"$lib_tmp/a.json"
	awk -v pa=1 'BEGIN { print "["; for (i = 1; i <= 2000; i++)
		printf "{\"DASH_VNET_MAPPING_TABLE:Vnet1:20.%d.%d.%d\": {\"underlay_ip\": \"10.0.0.%d\"}}%s\n",
			i / 65536, i / 256 % 256, i % 256, i % 250 + 1, i < 2000 ? "," : "]" }' >"$lib_tmp/b.json"
	dash sync "$lib_tmp/a.json" "$lib_tmp/b.json" 2>/dev/null
	sed -i '1000s/10.0.0.[0-9]*/10.9.9.9/' "$lib_tmp/b.json"
	expect 3 bash -c "ulimit -v 40000; dashctl -n $appliance diff '$lib_tmp/a.json' '$lib_tmp/b.json' 2>/dev/null | wc -l"
	dash sync "$lib_tmp/a.json" "$lib_tmp/b.json" 2>/dev/null
	expect "" dash diff "$lib_tmp/a.json" "$lib_tmp/b.json"
	dash sync "$all"
	dash export | diff - "$lib_tmp/base"
}

plan 31
setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
dash apply "$all" 2>/dev/null
dash export >"$lib_tmp/base"

check "every table of this release is in the file" every_table
check "export, clear all, apply or sync: the same bytes" round_trip
check "sync to what is live changes nothing" untouched
check "diff to what is live is empty" expect "" dash diff "$all"
check "a changed field" differs '~ DASH_VNET_TABLE:Vnet2
    - vni 866
    + vni 867' '.["DASH_VNET_TABLE:Vnet2"].vni = 867'
check "an omitted field returns to its default" differs '~ DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1
    - mac_address C8:22:83:99:22:A2
    - use_dst_vni true' 'del(.["DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1"] | .mac_address, .use_dst_vni)'
check "an omitted field of an ENI too" differs '~ DASH_ENI_TABLE:F4939FEFC47E
    - vm_vni 5000
    - admin_state enabled
    - qos qos100
    - v4_meter_policy_id m4
    - trusted_vnis_list 45654
    - trusted_vnis_list 866-867' \
	'del(.["DASH_ENI_TABLE:F4939FEFC47E"] | .vm_vni, .admin_state, .qos, .v4_meter_policy_id, .trusted_vnis_list)'
check "a default written out is no difference" differs "" \
	'.["DASH_QOS_TABLE:qos100"] += {} | .["DASH_ROUTE_GROUP_TABLE:group_id_1"].disabled = false | .["DASH_ENI_TABLE:second"].admin_state = "disabled"'
check "other spellings of an ENI are no difference" differs "" \
	'with_entries(.key |= sub("^DASH_ACL_OUT_TABLE:F4939FEFC47E"; "DASH_ACL_OUT_TABLE:f4-93-9f-ef-c4-7e") |
		.key |= sub("^DASH_ENI_ROUTE_TABLE:F4939FEFC47E"; "DASH_ENI_ROUTE_TABLE:497f23d7-f0ac-4c99-a98f-59b470e8c7bd") |
		.key |= sub("^DASH_ENI_TABLE:F4939FEFC47E"; "DASH_ENI_TABLE|F4:93:9F:EF:C4:7E"))'
check "items of a list" differs '~ DASH_PREFIX_TAG_TABLE:Office
    - prefix_list 20.1.1.0/24
    + prefix_list 20.2.0.0/16' '.["DASH_PREFIX_TAG_TABLE:Office"].prefix_list[1] = "20.2.0.0/16"'
check "the order of a list" differs '~ DASH_ROUTING_TYPE_TABLE:vnet_encap
    - actions action_name a action_type staticencap vni 77
    + actions action_name b action_type staticencap vni 77' '.["DASH_ROUTING_TYPE_TABLE:vnet_encap"][0].action_name = "b"'
check "a new rule of a bound ACL group" differs '+ DASH_ACL_RULE_TABLE:out1:more
    + priority 30
    + action deny
    + terminating true' '.["DASH_ACL_RULE_TABLE:out1:more"] = {priority: 30, action: "deny", terminating: true}'
check "a rule of a bound ACL group that goes" differs '- DASH_ACL_RULE_TABLE:out1:rule2
    - priority 20
    - action deny
    - terminating true
    - src_tag Office
    - dst_addr 30.0.0.0/8' 'del(.["DASH_ACL_RULE_TABLE:out1:rule2"])'
check "a new rule of an unbound ACL group" differs '+ DASH_ACL_RULE_TABLE:unbound:more
    + priority 30
    + action deny
    + terminating true' '.["DASH_ACL_RULE_TABLE:unbound:more"] = {priority: 30, action: "deny", terminating: true}'
check "one half of a binding" differs '~ DASH_ACL_IN_TABLE:F4939FEFC47E:5
    - v6_acl_group_id in6' 'del(.["DASH_ACL_IN_TABLE:F4939FEFC47E:5"].v6_acl_group_id)'
check "the old form of a binding" differs '~ DASH_ACL_IN_TABLE:F4939FEFC47E:5
    - v4_acl_group_id out1' \
	'del(.["DASH_ACL_IN_TABLE:F4939FEFC47E:5"]) | .["DASH_ACL_V6_IN_TABLE:F4939FEFC47E:5"] = {acl_group_id: "in6"}'
check "an ENI with all it owns" differs '- DASH_ENI_TABLE:second
    - mac_address F4:93:9F:EF:C4:80
    - vnet Vnet2
    - underlay_ip 2001:db8:25::2
- DASH_ENI_ROUTE_TABLE:second
    - group_id second
- DASH_ROUTE_GROUP_TABLE:second
- DASH_ROUTE_TABLE:second:10.3.0.0/16
    - routing_type drop' 'del(.["DASH_ENI_TABLE:second"], .["DASH_ROUTE_TABLE:second:10.3.0.0/16"])'
check "a rule whose priority is not in the key" differs '- DASH_ROUTE_RULE_TABLE:F4939FEFC47E:45654:2001:db8:101::/64:2
    - action_type decap
+ DASH_ROUTE_RULE_TABLE:F4939FEFC47E:45654:2001:db8:101::/64:3
    + action_type decap' '.["DASH_ROUTE_RULE_TABLE:F4939FEFC47E:45654:2001:db8:101::/64"].priority = 3'
check "ports back to the defaults" differs '- SWITCH_TABLE:switch
    - vxlan_port 4790
    - vxlan_sport 32768
    - vxlan_mask 12' 'del(.["SWITCH_TABLE:switch"])'
check "to nothing at all, and back" differs "$(dash export >"$lib_tmp/x"; echo '[]' >"$lib_tmp/empty.json"; dash diff "$lib_tmp/empty.json")" '{}'
check "the last operation on a key counts" bash -c "
	echo '{\"DASH_QOS_TABLE:x\": {}}' >'$lib_tmp/1.json'; echo '{\"DASH_QOS_TABLE:x\": {}, \"OP\": \"DEL\"}' >'$lib_tmp/2.json'
	d=\"dashctl -n $appliance diff --exit-code\"
	\$d '$all' '$lib_tmp/1.json' '$lib_tmp/2.json' 2>/dev/null && ! \$d '$all' '$lib_tmp/2.json' '$lib_tmp/1.json' 2>/dev/null"
check "what refers to something that goes" refused \
	'DASH_VNET_TABLE:Vnet2: EBUSY: VNET "Vnet2" is used by ENI "second", route "group_id_1:2001:db8:b::/48"' \
	'del(.["DASH_VNET_TABLE:Vnet2"], .["DASH_VNET_MAPPING_TABLE:Vnet2:200.1.0.6"])'
check "what belongs to something that goes" refused \
	'DASH_ACL_RULE_TABLE:in6:rest.group_id: ENOENT: no ACL group "in6"' \
	'del(.["DASH_ACL_GROUP_TABLE:in6"]) | .["DASH_ACL_IN_TABLE:F4939FEFC47E:5"] |= del(.v6_acl_group_id)'
check "a field that cannot be changed" refused \
	'DASH_PREFIX_TAG_TABLE:Nothing.ip_version: EPERM: "ip_version" cannot be changed' \
	'.["DASH_PREFIX_TAG_TABLE:Nothing"].ip_version = "ipv6" | .["DASH_ACL_RULE_TABLE:out1:rule1"].dst_tag = ["Office"]'
check "a file with a mistake" refused \
	'DASH_VNET_TABLE:Vnet1.vni: EINVAL: 0 is not in 1..16777215' '.["DASH_VNET_TABLE:Vnet1"].vni = 0'
check "diff as JSON" as_json
check "diff --exit-code" exit_code
check "sync --dry-run changes nothing" dry_run
check "pipes" from_pipe
check "a large file, one object of it changed" large
check "all of this left the configuration as it was" same_as_before
