#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Do words do what files do?  One object at a time made, changed, shown and removed:
# "dashctl OBJECT VERB".  What needs no kernel is in check.sh.
. "$(dirname "$0")/lib.sh"

plan 20
setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
dash() { dashctl -n $appliance "$@"; }

# says STATUS TEXT COMMAND... - the exit status, and what is written to either stream, but for
# the memory that an object takes
says() {
	local status=0 wanted=$1 text=$2
	shift 2
	dash "$@" >"$lib_tmp/said" 2>&1 || status=$?
	expect "$text" sed 's/ memory_.*//' "$lib_tmp/said"
	expect "$wanted" echo $status
}

# is JSON TABLE - the export of a table, without the brackets
is() { expect "$1" bash -c "dashctl -n $appliance export $2 | jq -c '.[] | del(.OP)'"; }

all_of_it() {
	dash appliance add 100 sip 10.250.20.19,2001:db8:fe::19 vm_vni 4321
	dash vnet add Vnet1 vni 45654
	dash eni add F4939FEFC47E vnet Vnet1 underlay_ip 25.1.1.1 admin_state enabled
	dash route_group add g1
	dash eni_route add F4:93:9F:EF:C4:7E group g1
	dash route add group g1 prefix 10.1.0.0/16 routing_type vnet vnet Vnet1
	dash route add g1:2001:db8::/32 routing_type drop
	dash vnet_mapping add vnet Vnet1 ip 10.1.1.1 underlay_ip 101.1.2.3
	dash route_rule add eni F4939FEFC47E vni 45654 prefix 101.1.2.0/24 priority 1 action_type decap
	dash prefix_tag add Office ip_version ipv4 prefix_list 10.1.1.0/24,20.1.1.0/24
	dash acl_group add out1 ip_version ipv4
	dash acl_rule add out1:r1 priority 10 action allow terminating false protocol 6,17 dst_port 80,443
	dash routing_type add vnet action_type maprouting
	dash switch set vxlan_port 4790
	cat >"$lib_tmp/same.json" <<-END
	[{"DASH_APPLIANCE_TABLE:100": {"sip": ["10.250.20.19", "2001:db8:fe::19"], "vm_vni": 4321},
	"DASH_VNET_TABLE:Vnet1": {"vni": 45654},
	"DASH_ENI_TABLE:F4939FEFC47E": {"vnet": "Vnet1", "underlay_ip": "25.1.1.1", "admin_state": "enabled"},
	"DASH_ROUTE_GROUP_TABLE:g1": {}, "DASH_ENI_ROUTE_TABLE:F4939FEFC47E": {"group_id": "g1"},
	"DASH_ROUTE_TABLE:g1:10.1.0.0/16": {"routing_type": "vnet", "vnet": "Vnet1"},
	"DASH_ROUTE_TABLE:g1:2001:db8::/32": {"routing_type": "drop"},
	"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1": {"underlay_ip": "101.1.2.3"},
	"DASH_ROUTE_RULE_TABLE:F4939FEFC47E:45654:101.1.2.0/24:1": {"action_type": "decap"},
	"DASH_PREFIX_TAG_TABLE:Office": {"ip_version": "ipv4", "prefix_list": ["10.1.1.0/24", "20.1.1.0/24"]},
	"DASH_ACL_GROUP_TABLE:out1": {"ip_version": "ipv4"},
	"DASH_ACL_RULE_TABLE:out1:r1": {"priority": 10, "action": "allow", "terminating": false, "protocol": [6, 17], "dst_port": ["80", "443"]},
	"DASH_ROUTING_TYPE_TABLE:vnet": {"action_type": "maprouting"}, "SWITCH_TABLE:switch": {"vxlan_port": 4790}}]
	END
	expect "" dash diff "$lib_tmp/same.json"
}

default_again() {
	dash eni set F4939FEFC47E vm_vni 7
	is '{"DASH_ENI_TABLE:F4939FEFC47E":{"mac_address":"F4:93:9F:EF:C4:7E","vnet":"Vnet1","vm_vni":7,"underlay_ip":"25.1.1.1","admin_state":"enabled"}}' eni
	dash eni set F4:93:9F:EF:C4:7E vm_vni '' admin_state ''
	is '{"DASH_ENI_TABLE:F4939FEFC47E":{"mac_address":"F4:93:9F:EF:C4:7E","vnet":"Vnet1","underlay_ip":"25.1.1.1"}}' eni
}

keeps() {
	dash acl_rule set out1:r1 action deny
	is '{"DASH_ACL_RULE_TABLE:out1:r1":{"priority":10,"action":"deny","terminating":false,"protocol":[6,17],"dst_port":["80","443"]}}' acl_rule
}

replaces() {
	dash acl_rule replace out1:r1 priority 11 action deny terminating true
	is '{"DASH_ACL_RULE_TABLE:out1:r1":{"priority":11,"action":"deny","terminating":true}}' acl_rule
}

deletes() {
	dash route del group g1 prefix 2001:db8::/32
	is '{"DASH_ROUTE_TABLE:g1:10.1.0.0/16":{"routing_type":"vnet","vnet":"Vnet1"}}' route
}

spelt() {
	expect "$(dash show $1)" dash show dash $1
}

check "every kind of object is made as a file would" all_of_it
check "set changes what is named and keeps the rest" keeps
check "set to \"\" is the default, of an ENI by any name" default_again
check "replace forgets the rest" replaces
check "add refuses what exists" says 1 'dashctl: DASH_VNET_TABLE:Vnet1: EEXIST: it exists' vnet add Vnet1 vni 5
check "set refuses what does not exist" says 1 'dashctl: DASH_VNET_TABLE:x: ENOENT: it does not exist' vnet set x vni 5
check "del refuses what does not exist" says 1 'dashctl: DASH_ROUTE_TABLE:g1:1.0.0.0/8: ENOENT: it does not exist' route del g1:1.0.0.0/8
check "the kernel's refusals name object and field" says 1 \
	'dashctl: DASH_ROUTE_TABLE:g1:1.0.0.0/8.vnet: ENOENT: no VNET "x"' route add g1:1.0.0.0/8 routing_type vnet vnet x
check "show by the first part of the key" says 0 'group_id g1 prefix 10.1.0.0/16 routing_type vnet vnet Vnet1 hits 0 bytes 0
group_id g1 prefix 2001:db8::/32 routing_type drop hits 0 bytes 0' route show group g1
check "show by field" says 0 'group_id g1 prefix 2001:db8::/32 routing_type drop hits 0 bytes 0' route show routing_type drop
check "show by an item of a list" says 0 'tag_name Office ip_version ipv4 prefix_list 10.1.1.0/24,20.1.1.0/24' \
	prefix_tag show prefix_list 20.1.1.0/24
check "show alone" says 0 'vnet_name Vnet1 vni 45654' vnet
check "del by parts of the key" deletes
check "show dash eni is show eni" spelt eni
check "show dash route-types is show route-types" spelt route-types
both_spelt() {
	spelt "vnet Vnet1 mappings"
	spelt qos
}
check "so are show dash vnet and show dash qos" both_spelt
emptied() {
	echo '{"DASH_ENI_TABLE:F4939FEFC47E": {"trusted_vnis_list": [7, "9-11"]}}' | dash apply -
	echo '{"DASH_ENI_TABLE:F4939FEFC47E": {"trusted_vnis_list": "", "vm_vni": 5}}' | dash apply -
	expect '["7","9-11"]' bash -c "dashctl -n $appliance -j eni show F4939FEFC47E | jq -c '.[0].trusted_vnis_list | map(tostring)'"
	echo '{"DASH_ENI_TABLE:F4:93:9F:EF:C4:7E": {"trusted_vnis": []}}' | dash apply -
	expect '[false,5]' bash -c "dashctl -n $appliance -j eni show F4939FEFC47E | jq -c '.[0] | [has(\"trusted_vnis_list\"), .vm_vni]'"
}
check "an empty array clears a list of an ENI, what is absent or empty text keeps it" emptied
# rules WANTED FILE - the priorities of the rules of one source after FILE
rules() {
	dash apply - <<<"$2"
	expect "$1" bash -c "dashctl -n $appliance -j route_rule show | jq -c '[.[] | select(.prefix == \"9.0.0.0/8\") | .priority // 0]'"
}
loose() {
	local key=DASH_ROUTE_RULE_TABLE:F4939FEFC47E:100:9.0.0.0/8
	rules '[3]' "{\"$key\": {\"priority\": 3, \"action_type\": \"drop\"}}"
	rules '[4]' "{\"$key\": {\"priority\": 4, \"action_type\": \"drop\"}}"
	rules '[4,7]' "[{\"$key:7\": {\"action_type\": \"drop\"}}, {\"$key\": {\"priority\": 4, \"action_type\": \"drop\"}}]"
	rules '[4,7]' "[{\"$key:7\": {\"action_type\": \"drop\"}}, {\"$key\": {\"priority\": 4, \"action_type\": \"drop\"}}]"
	rules '[]' "{\"$key\": {}, \"OP\": \"DEL\"}"
}
check "a route rule named without its priority replaces what has its key" loose
twice() {
	dash clear all >"$lib_tmp/said"
	dash apply "$ROOT/selftests/configs/all-tables.json" 2>"$lib_tmp/said"
	dash export >"$lib_tmp/once"
	dash apply "$ROOT/selftests/configs/all-tables.json" 2>"$lib_tmp/said"
	dash export | diff - "$lib_tmp/once"
}
check "a file of all tables applied to what it made changes nothing" twice
cleared() {
	dash clear dash all
	expect "[]" dash export
}
check "clear dash all is clear all" cleared
