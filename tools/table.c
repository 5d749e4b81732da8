// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What are the tables of the configuration, and what does each field accept?
 * One row per table and per field (spec/config.md section 5).  The rows drive
 * parsing, help, completion, export and show; a unit test compares them with
 * the netlink interface (kernel/uapi/dash_fields.h).
 *
 * Rows of a table stand in the order of their attributes, keys first, because
 * an object travels as its attributes in ascending order.  Fields of later
 * releases follow, without attribute.
 */
#include "table.h"

#include <string.h>

#include "../kernel/uapi/dash.h"
#include "util.h"

#define U(_name, _size, _attr, _flags, _min, _max, _def, _help) \
	{ .name = _name, .type = V_UINT, .size = _size, .attr = _attr, .flags = _flags, \
	  .min = _min, .max = _max, .def = _def, .help = _help }
#define U32(_name, _attr, _flags, _def, _help) \
	U(_name, 4, _attr, _flags, 0, 0xffffffff, _def, _help)
#define VNI(_name, _attr, _flags, _help) \
	U(_name, 4, _attr, _flags, 1, 0xffffff, NULL, _help)
#define VAL(_type, _name, _attr, _flags, _help) \
	{ .name = _name, .type = _type, .attr = _attr, .flags = _flags, .help = _help }
#define AKA(_type, _name, _alias, _attr, _flags, _help) \
	{ .name = _name, .alias = _alias, .type = _type, .attr = _attr, .flags = _flags, .help = _help }
#define REF(_name, _to, _attr, _flags, _help) \
	{ .name = _name, .type = DASH_OBJ_##_to == DASH_OBJ_ENI ? V_ENI : V_NAME, .ref = DASH_OBJ_##_to, \
	  .attr = _attr, .flags = _flags, .help = _help }
#define BOOL(_name, _attr, _flags, _def, _help) \
	{ .name = _name, .type = V_BOOL, .size = 1, .attr = _attr, .flags = _flags, .def = _def, \
	  .help = _help }
#define ENUM(_name, _alias, _words, _attr, _flags, _def, _help) \
	{ .name = _name, .alias = _alias, .type = V_ENUM, .size = 1, .words = _words, \
	  .attr = _attr, .flags = _flags, .def = _def, .help = _help }

static const struct word ip_versions[] = {
	{ "ipv4", DASH_IP_VERSION_IPV4, false },
	{ "ipv6", DASH_IP_VERSION_IPV6, false },
	{ 0 }
};

static const struct word lookups[] = {
	{ "src_mac", DASH_DIRECTION_LOOKUP_SRC_MAC, false },
	{ "dst_mac", DASH_DIRECTION_LOOKUP_DST_MAC, true },
	{ 0 }
};

static const struct word admin_states[] = {
	{ "disabled", DASH_ADMIN_STATE_DISABLED, false },
	{ "enabled", DASH_ADMIN_STATE_ENABLED, false },
	{ 0 }
};

static const struct word acl_actions[] = {
	{ "deny", DASH_ACL_ACTION_DENY, false },
	{ "allow", DASH_ACL_ACTION_ALLOW, false },
	{ "permit", DASH_ACL_ACTION_ALLOW, false },
	{ 0 }
};

static const struct word routing_types[] = {
	{ "vnet", DASH_ROUTING_TYPE_VNET, false },
	{ "vnet_direct", DASH_ROUTING_TYPE_VNET_DIRECT, false },
	{ "vnet_encap", DASH_ROUTING_TYPE_VNET_ENCAP, false },
	{ "direct", DASH_ROUTING_TYPE_DIRECT, false },
	{ "drop", DASH_ROUTING_TYPE_DROP, false },
	{ "appliance", DASH_ROUTING_TYPE_APPLIANCE, true },
	{ "privatelink", DASH_ROUTING_TYPE_PRIVATELINK, true },
	{ "privatelinknsg", DASH_ROUTING_TYPE_PRIVATELINKNSG, true },
	{ "servicetunnel", DASH_ROUTING_TYPE_SERVICETUNNEL, true },
	{ 0 }
};

static const struct word route_types[] = {
	{ "vnet", DASH_ROUTING_TYPE_VNET, false },
	{ "vnet_direct", DASH_ROUTING_TYPE_VNET_DIRECT, false },
	{ "direct", DASH_ROUTING_TYPE_DIRECT, false },
	{ "drop", DASH_ROUTING_TYPE_DROP, false },
	{ "servicetunnel", DASH_ROUTING_TYPE_SERVICETUNNEL, true },
	{ "appliance", DASH_ROUTING_TYPE_APPLIANCE, true },
	{ 0 }
};

static const struct word mapping_types[] = {
	{ "vnet_encap", DASH_ROUTING_TYPE_VNET_ENCAP, false },
	{ "vnet", DASH_ROUTING_TYPE_VNET_ENCAP, false },
	{ "privatelink", DASH_ROUTING_TYPE_PRIVATELINK, true },
	{ "privatelinknsg", DASH_ROUTING_TYPE_PRIVATELINKNSG, true },
	{ 0 }
};

static const struct word action_types[] = {
	{ "maprouting", DASH_ACTION_TYPE_MAPROUTING, false },
	{ "direct", DASH_ACTION_TYPE_DIRECT, false },
	{ "staticencap", DASH_ACTION_TYPE_STATICENCAP, false },
	{ "appliance", DASH_ACTION_TYPE_APPLIANCE, true },
	{ "4to6", DASH_ACTION_TYPE_4TO6, true },
	{ "4_to_6", DASH_ACTION_TYPE_4TO6, true },
	{ "mapdecap", DASH_ACTION_TYPE_MAPDECAP, false },
	{ "decap", DASH_ACTION_TYPE_DECAP, false },
	{ "drop", DASH_ACTION_TYPE_DROP, false },
	{ 0 }
};

static const struct word encap_types[] = {
	{ "vxlan", DASH_ENCAP_TYPE_VXLAN, false },
	{ "nvgre", DASH_ENCAP_TYPE_NVGRE, true },
	{ "gre", DASH_ENCAP_TYPE_NVGRE, true },
	{ 0 }
};

static const struct word rule_actions[] = {
	{ "decap", DASH_RULE_ACTION_DECAP, false },
	{ "drop", DASH_RULE_ACTION_DROP, false },
	{ 0 }
};

static const struct word eni_modes[] = {
	{ "vm_mode", 0, false },
	{ "vm", 0, false },
	{ "floating_nic_mode", 1, true },
	{ "fnic", 1, true },
	{ 0 }
};

static const struct word dscp_modes[] = {
	{ "preserve", 0, false },
	{ "pipe", 1, true },
	{ 0 }
};

static const struct field appliance_fields[] = {
	VAL(V_NAME, "appliance_id", DASH_A_APPLIANCE_APPLIANCE_ID, F_KEY, "name"),
	VAL(V_IP, "sip", DASH_A_APPLIANCE_SIP, F_MANDATORY | F_LIST | F_UNICAST,
	    "VIP, one of each family: accepted tunnel destination, default tunnel source"),
	VNI("vm_vni", DASH_A_APPLIANCE_VM_VNI, F_MANDATORY, "VNI of the VM leg"),
	U("local_region_id", 1, DASH_A_APPLIANCE_LOCAL_REGION_ID, F_CREATE_ONLY | F_STORED, 0, 255,
	  "0", "region"),
	ENUM("outbound_direction_lookup", NULL, lookups, DASH_A_APPLIANCE_OUTBOUND_DIRECTION_LOOKUP,
	     0, "src_mac", "inner MAC that identifies the ENI of an outbound packet"),
	AKA(V_VNIS, "trusted_vnis_list", "trusted_vnis", DASH_A_APPLIANCE_TRUSTED_VNIS_LIST, F_LIST,
	    "VNIs trusted by all ENIs"),
};

static const struct field vnet_fields[] = {
	VAL(V_NAME, "vnet_name", DASH_A_VNET_VNET_NAME, F_KEY, "name"),
	VNI("vni", DASH_A_VNET_VNI, F_MANDATORY, "VNI of the VNET"),
	VAL(V_NAME, "guid", DASH_A_VNET_GUID, F_STORED, "identifier"),
	VAL(V_NAME, "version", DASH_A_VNET_VERSION, F_STORED, "version"),
	AKA(V_PREFIX, "address_spaces", "address_space", DASH_A_VNET_ADDRESS_SPACES,
	    F_STORED | F_LIST, "address spaces"),
	VAL(V_NAME, "peer_list", DASH_A_VNET_PEER_LIST, F_STORED | F_LIST, "names of peers"),
};

static const struct field qos_fields[] = {
	VAL(V_NAME, "qos_name", DASH_A_QOS_QOS_NAME, F_KEY, "name"),
	VAL(V_NAME, "qos_id", DASH_A_QOS_QOS_ID, F_STORED, "identifier"),
	U32("bw", DASH_A_QOS_BW, F_STORED, "0", "bandwidth per direction in kbit/s, 0 = unlimited"),
	U32("cps", DASH_A_QOS_CPS, 0, "0", "new connections per second, 0 = unlimited"),
	U32("flows", DASH_A_QOS_FLOWS, 0, "0", "concurrent connections, 0 = unlimited"),
};

static const struct field eni_fields[] = {
	VAL(V_NAME, "eni", DASH_A_ENI_ENI, F_KEY, "name, usually the MAC address"),
	VAL(V_NAME, "eni_id", DASH_A_ENI_ENI_ID, F_CREATE_ONLY, "GUID, default: the name"),
	VAL(V_MAC, "mac_address", DASH_A_ENI_MAC_ADDRESS, F_MANDATORY | F_CREATE_ONLY | F_UNICAST,
	    "identity in packets, default: the name, if that is a MAC address"),
	REF("vnet", VNET, DASH_A_ENI_VNET, F_MANDATORY, "home VNET"),
	VNI("vm_vni", DASH_A_ENI_VM_VNI, 0, "VNI of this VM's leg, default: the appliance's"),
	VAL(V_IP, "underlay_ip", DASH_A_ENI_UNDERLAY_IP, F_MANDATORY | F_UNICAST,
	    "PA of the VM's host"),
	ENUM("admin_state", NULL, admin_states, DASH_A_ENI_ADMIN_STATE, 0, "disabled",
	     "traffic passes only when enabled"),
	REF("qos", QOS, DASH_A_ENI_QOS, 0, "QOS object, default: no limits"),
	REF("v4_meter_policy_id", METER_POLICY, DASH_A_ENI_V4_METER_POLICY_ID, F_STORED,
	    "meter policy for IPv4"),
	REF("v6_meter_policy_id", METER_POLICY, DASH_A_ENI_V6_METER_POLICY_ID, F_STORED,
	    "meter policy for IPv6"),
	AKA(V_VNIS, "trusted_vnis_list", "trusted_vnis", DASH_A_ENI_TRUSTED_VNIS_LIST, F_LIST,
	    "VNIs trusted by this ENI"),
	VAL(V_MASK, "pl_sip_encoding", 0, F_LATER, "private link source encoding"),
	VAL(V_IP, "pl_underlay_sip", 0, F_LATER, "private link outer source"),
	BOOL("disable_fast_path_icmp_flow_redirection", 0, F_LATER, "false", "FastPath off"),
	ENUM("mode", "eni_mode", eni_modes, 0, F_LATER, "vm_mode", "VM or floating NIC"),
	ENUM("dscp_mode", NULL, dscp_modes, 0, F_LATER, "preserve", "DSCP of the tunnel"),
	U("dscp", 1, 0, F_LATER, 0, 63, "0", "DSCP for mode pipe"),
	BOOL("full_flow_resimulation_requested", DASH_A_ENI_FULL_FLOW_RESIMULATION_REQUESTED, F_RARE, "false",
	     "trigger: judge all connections anew"),
	U("max_resimulated_flow_per_second", 8, DASH_A_ENI_MAX_RESIMULATED_FLOW_PER_SECOND, F_RARE, 0, UINT64_MAX,
	  "0", "connections judged anew per second, 0 = no limit"),
	BOOL("enable_reverse_tunnel_learning", 0, F_LATER, "false", "learn tunnel sources"),
	VAL(V_IP, "reverse_tunnel_sip", 0, F_LATER, "source of the learned reverse leg"),
	VAL(V_NAME, "flow_table", 0, F_LATER, "flow table"),
};

static const struct field prefix_tag_fields[] = {
	VAL(V_NAME, "tag_name", DASH_A_PREFIX_TAG_TAG_NAME, F_KEY, "name"),
	ENUM("ip_version", NULL, ip_versions, DASH_A_PREFIX_TAG_IP_VERSION,
	     F_MANDATORY | F_CREATE_ONLY, NULL, "family of the prefixes"),
	AKA(V_PREFIX, "prefix_list", "addresses,prefixes", DASH_A_PREFIX_TAG_PREFIX_LIST, F_LIST,
	    "the prefixes; none matches nothing"),
};

static const struct field acl_group_fields[] = {
	VAL(V_NAME, "group_id", DASH_A_ACL_GROUP_GROUP_ID, F_KEY, "name"),
	ENUM("ip_version", NULL, ip_versions, DASH_A_ACL_GROUP_IP_VERSION,
	     F_MANDATORY | F_CREATE_ONLY, NULL, "family of the packets it sees"),
	VAL(V_NAME, "guid", DASH_A_ACL_GROUP_GUID, F_STORED, "identifier"),
	VAL(V_NAME, "version", DASH_A_ACL_GROUP_VERSION, F_STORED, "version"),
};

static const struct field acl_rule_fields[] = {
	REF("group_id", ACL_GROUP, DASH_A_ACL_RULE_GROUP_ID, F_KEY, "ACL group"),
	VAL(V_NAME, "rule_id", DASH_A_ACL_RULE_RULE_ID, F_KEY, "name within the group"),
	U("priority", 4, DASH_A_ACL_RULE_PRIORITY, F_MANDATORY, 0, 0x7fffffff, NULL,
	  "lower is looked at first"),
	ENUM("action", NULL, acl_actions, DASH_A_ACL_RULE_ACTION, F_MANDATORY, NULL,
	     "what a match says"),
	BOOL("terminating", DASH_A_ACL_RULE_TERMINATING, F_MANDATORY, NULL,
	     "a match ends the evaluation"),
	{ .name = "protocol", .alias = "protocols", .type = V_UINT, .size = 1,
	  .attr = DASH_A_ACL_RULE_PROTOCOL, .flags = F_LIST, .max = 255,
	  .help = "inner protocols, default: all" },
	REF("src_tag", PREFIX_TAG, DASH_A_ACL_RULE_SRC_TAG, F_LIST, "tags of the source"),
	REF("dst_tag", PREFIX_TAG, DASH_A_ACL_RULE_DST_TAG, F_LIST, "tags of the destination"),
	VAL(V_PREFIX, "src_addr", DASH_A_ACL_RULE_SRC_ADDR, F_LIST, "source prefixes"),
	VAL(V_PREFIX, "dst_addr", DASH_A_ACL_RULE_DST_ADDR, F_LIST, "destination prefixes"),
	VAL(V_PORTS, "src_port", DASH_A_ACL_RULE_SRC_PORT, F_LIST, "source ports"),
	VAL(V_PORTS, "dst_port", DASH_A_ACL_RULE_DST_PORT, F_LIST, "destination ports"),
};

#define ACL_BIND_FIELDS(_set) { \
	REF("eni", ENI, DASH_A_##_set##_ENI, F_KEY, "ENI"), \
	U("stage", 1, DASH_A_##_set##_STAGE, F_KEY, 1, 5, NULL, "stage"), \
	REF("v4_acl_group_id", ACL_GROUP, DASH_A_##_set##_V4_ACL_GROUP_ID, 0, "group for IPv4"), \
	REF("v6_acl_group_id", ACL_GROUP, DASH_A_##_set##_V6_ACL_GROUP_ID, 0, "group for IPv6"), \
}
static const struct field acl_in_fields[] = ACL_BIND_FIELDS(ACL_IN);
static const struct field acl_out_fields[] = ACL_BIND_FIELDS(ACL_OUT);

static const struct field routing_type_fields[] = {
	ENUM("routing_type", NULL, routing_types, DASH_A_ROUTING_TYPE_ROUTING_TYPE, F_KEY, NULL,
	     "the type"),
	VAL(V_ACTIONS, "actions", DASH_A_ROUTING_TYPE_ACTIONS, F_MANDATORY | F_LIST,
	    "its actions, in order, 1 to 5"),
};

const struct field routing_action_fields[] = {
	AKA(V_NAME, "action_name", "name", DASH_A_ROUTING_ACTION_ACTION_NAME, 0, "label"),
	ENUM("action_type", NULL, action_types, DASH_A_ROUTING_ACTION_ACTION_TYPE, F_MANDATORY, NULL,
	     "what to do"),
	ENUM("encap_type", NULL, encap_types, DASH_A_ROUTING_ACTION_ENCAP_TYPE, 0, "vxlan",
	     "encapsulation of staticencap"),
	VNI("vni", DASH_A_ROUTING_ACTION_VNI, 0, "static VNI"),
};
const unsigned int n_routing_action_fields = ARRAY_SIZE(routing_action_fields);

static const struct field eni_route_fields[] = {
	REF("eni", ENI, DASH_A_ENI_ROUTE_ENI, F_KEY, "ENI"),
	REF("group_id", ROUTE_GROUP, DASH_A_ENI_ROUTE_GROUP_ID, F_MANDATORY, "route group"),
};

static const struct field route_group_fields[] = {
	VAL(V_NAME, "group_id", DASH_A_ROUTE_GROUP_GROUP_ID, F_KEY, "name"),
	VAL(V_NAME, "guid", DASH_A_ROUTE_GROUP_GUID, F_STORED, "identifier"),
	VAL(V_NAME, "version", DASH_A_ROUTE_GROUP_VERSION, F_STORED, "version"),
	BOOL("disabled", DASH_A_ROUTE_GROUP_DISABLED, 0, "false",
	     "drop everything routed through the group"),
};

static const struct field route_fields[] = {
	REF("group_id", ROUTE_GROUP, DASH_A_ROUTE_GROUP_ID, F_KEY | F_MAYBE_MAC, "route group"),
	VAL(V_PREFIX, "prefix", DASH_A_ROUTE_PREFIX, F_KEY, "destination"),
	ENUM("routing_type", "action_type", route_types, DASH_A_ROUTE_ROUTING_TYPE, F_MANDATORY, NULL,
	     "what to do"),
	REF("vnet", VNET, DASH_A_ROUTE_VNET, 0, "VNET whose mappings are asked"),
	VAL(V_IP, "overlay_ip", DASH_A_ROUTE_OVERLAY_IP, 0,
	    "address looked up instead of the destination (vnet_direct)"),
	U32("metering_class_or", DASH_A_ROUTE_METERING_CLASS_OR, F_STORED, "0", "metering class bits"),
	U32("metering_class_and", DASH_A_ROUTE_METERING_CLASS_AND, F_STORED, "0xffffffff",
	    "metering class mask"),
	BOOL("metering_policy_en", DASH_A_ROUTE_METERING_POLICY_EN, F_STORED, "false",
	     "ask the meter policy first"),
	U32("metering_class", DASH_A_ROUTE_METERING_CLASS, F_STORED, "0", "metering class"),
	AKA(V_MASK, "overlay_sip_prefix", "overlay_sip", 0, F_LATER, "service tunnel source"),
	AKA(V_MASK, "overlay_dip_prefix", "overlay_dip", 0, F_LATER, "service tunnel destination"),
	VAL(V_IP, "underlay_sip", 0, F_LATER, "outer source"),
	VAL(V_IP, "underlay_dip", 0, F_LATER, "outer destination"),
	VAL(V_NAME, "tunnel", 0, F_LATER, "tunnel"),
	VAL(V_NAME, "appliance", 0, F_LATER, "routing appliance"),
	U32("routing_actions_disabled_in_flow_resimulation",
	    DASH_A_ROUTE_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION, F_RARE, "0",
	    "what keeps its old value when connections are judged anew: 1 tunnel, 8 MAC"),
};

static const struct field route_rule_fields[] = {
	REF("eni", ENI, DASH_A_ROUTE_RULE_ENI, F_KEY, "ENI"),
	VNI("vni", DASH_A_ROUTE_RULE_VNI, F_KEY, "VNI received"),
	VAL(V_PREFIX, "prefix", DASH_A_ROUTE_RULE_PREFIX, F_KEY | F_OPTIONAL,
	    "source PA, default: any"),
	U("priority", 4, DASH_A_ROUTE_RULE_PRIORITY, F_KEY | F_OPTIONAL, 0, 0x7fffffff, "0",
	  "lower is looked at first"),
	ENUM("action_type", "routing_type", rule_actions, DASH_A_ROUTE_RULE_ACTION_TYPE, F_MANDATORY,
	     NULL, "what to do"),
	U("protocol", 1, DASH_A_ROUTE_RULE_PROTOCOL, 0, 0, 255, "0", "inner protocol, 0 = any"),
	REF("vnet", VNET, DASH_A_ROUTE_RULE_VNET, 0, "VNET for PA validation, default: the ENI's"),
	BOOL("pa_validation", DASH_A_ROUTE_RULE_PA_VALIDATION, 0, "true", "check the source PA"),
	U32("metering_class_or", DASH_A_ROUTE_RULE_METERING_CLASS_OR, F_STORED, "0",
	    "metering class bits"),
	U32("metering_class_and", DASH_A_ROUTE_RULE_METERING_CLASS_AND, F_STORED, "0xffffffff",
	    "metering class mask"),
	U32("metering_class", DASH_A_ROUTE_RULE_METERING_CLASS, F_STORED, "0", "metering class"),
	VAL(V_NAME, "region", DASH_A_ROUTE_RULE_REGION, F_STORED, "region"),
};

static const struct field vnet_mapping_fields[] = {
	REF("vnet", VNET, DASH_A_VNET_MAPPING_VNET, F_KEY, "VNET"),
	VAL(V_IP, "ip", DASH_A_VNET_MAPPING_IP, F_KEY, "CA"),
	ENUM("routing_type", "action_type", mapping_types, DASH_A_VNET_MAPPING_ROUTING_TYPE, 0,
	     "vnet_encap", "what to do"),
	VAL(V_IP, "underlay_ip", DASH_A_VNET_MAPPING_UNDERLAY_IP, F_MANDATORY | F_UNICAST,
	    "PA; also a valid source of inbound packets"),
	VAL(V_MAC, "mac_address", DASH_A_VNET_MAPPING_MAC_ADDRESS, F_NONZERO,
	    "inner destination MAC, default: unchanged"),
	BOOL("use_dst_vni", DASH_A_VNET_MAPPING_USE_DST_VNI, 0, "false",
	     "VNI of this VNET instead of the sender's"),
	BOOL("use_pl_sip_eni", DASH_A_VNET_MAPPING_USE_PL_SIP_ENI, F_STORED, "true",
	     "private link fields of the ENI count"),
	U32("metering_class_or", DASH_A_VNET_MAPPING_METERING_CLASS_OR, F_STORED, "0",
	    "metering class bits"),
	U32("metering_class", DASH_A_VNET_MAPPING_METERING_CLASS, F_STORED, "0", "metering class"),
	BOOL("override_meter", DASH_A_VNET_MAPPING_OVERRIDE_METER, F_STORED, "false",
	     "metering class replaces the route's"),
	AKA(V_MASK, "overlay_sip_prefix", "overlay_sip", 0, F_LATER, "private link source"),
	AKA(V_MASK, "overlay_dip_prefix", "overlay_dip", 0, F_LATER, "private link destination"),
	VAL(V_NAME, "tunnel", 0, F_LATER, "outer tunnel"),
	VAL(V_NAME, "routing_appliance_id", 0, F_LATER, "routing appliance"),
	VAL(V_NAME, "port_map", 0, F_LATER, "port map"),
	BOOL("flow_resimulation_requested", DASH_A_VNET_MAPPING_FLOW_RESIMULATION_REQUESTED, F_RARE, "false",
	     "trigger: judge its connections anew"),
	U32("routing_actions_disabled_in_flow_resimulation",
	    DASH_A_VNET_MAPPING_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION, F_RARE, "0",
	    "what keeps its old value when connections are judged anew: 1 tunnel, 8 MAC"),
};

static const struct field pa_validation_fields[] = {
	VNI("vni", DASH_A_PA_VALIDATION_VNI, F_KEY, "VNI"),
	AKA(V_PREFIX, "prefixes", "addresses", DASH_A_PA_VALIDATION_PREFIXES, F_LIST,
	    "valid PAs, both families"),
};

static const struct field meter_policy_fields[] = {
	VAL(V_NAME, "meter_policy_id", DASH_A_METER_POLICY_METER_POLICY_ID, F_KEY, "name"),
	ENUM("ip_version", NULL, ip_versions, DASH_A_METER_POLICY_IP_VERSION,
	     F_MANDATORY | F_CREATE_ONLY | F_STORED, NULL, "family"),
};

static const struct field meter_rule_fields[] = {
	REF("meter_policy_id", METER_POLICY, DASH_A_METER_RULE_METER_POLICY_ID, F_KEY, "meter policy"),
	VAL(V_NAME, "meter_rule_id", DASH_A_METER_RULE_METER_RULE_ID, F_KEY, "name in the policy"),
	U("priority", 4, DASH_A_METER_RULE_PRIORITY, F_MANDATORY | F_STORED, 0, 0x7fffffff, NULL,
	  "lower is looked at first"),
	VAL(V_PREFIX, "ip_prefix", DASH_A_METER_RULE_IP_PREFIX, F_MANDATORY | F_STORED,
	    "remote address"),
	U("metering_class", 4, DASH_A_METER_RULE_METERING_CLASS, F_MANDATORY | F_STORED, 1, 0xffffffff,
	  NULL, "metering class"),
};

static const struct field meter_fields[] = {
	REF("eni", ENI, DASH_A_METER_ENI, F_KEY, "ENI"),
	U32("metering_class", DASH_A_METER_METERING_CLASS, F_KEY, NULL, "metering class"),
	VAL(V_NAME, "metadata", DASH_A_METER_METADATA, F_STORED, "free text"),
	U("tx_counter", 8, 0, F_IGNORED, 0, UINT64_MAX, NULL, "bytes sent"),
	U("rx_counter", 8, 0, F_IGNORED, 0, UINT64_MAX, NULL, "bytes received"),
};

static const struct field switch_fields[] = {
	U("vxlan_port", 2, DASH_A_SWITCH_VXLAN_PORT, 0, 1, 0xffff, "4789", "UDP destination port"),
	U("vxlan_sport", 2, DASH_A_SWITCH_VXLAN_SPORT, 0, 0, 0xffff, "49152",
	  "base of the source port range"),
	U("vxlan_mask", 1, DASH_A_SWITCH_VXLAN_MASK, 0, 0, 16, "14", "number of low bits that vary"),
	BOOL("vxlan_security", 0, F_LATER, "false", "drop received source ports beyond the range"),
};

#define TABLE(_set, _name, _alias, _word, _fields, _keys, _help) \
	{ .name = _name, .alias = _alias, .word = _word, .type = DASH_OBJ_##_set, \
	  .n_keys = _keys, .n_fields = ARRAY_SIZE(_fields), .fields = _fields, .help = _help }
#define LATER(_name, _word, _help) { .name = _name, .word = _word, .help = _help }

const struct table tables[] = {
	TABLE(APPLIANCE, "DASH_APPLIANCE_TABLE", NULL, "appliance", appliance_fields, 1,
	      "VIPs of the appliance"),
	TABLE(VNET, "DASH_VNET_TABLE", NULL, "vnet", vnet_fields, 1, "virtual network"),
	TABLE(QOS, "DASH_QOS_TABLE", NULL, "qos", qos_fields, 1, "limits of an ENI"),
	{ .name = "DASH_ENI_TABLE", .word = "eni", .type = DASH_OBJ_ENI, .n_keys = 1, .merge = true,
	  .n_fields = ARRAY_SIZE(eni_fields), .fields = eni_fields,
	  .help = "elastic network interface: a VM port" },
	TABLE(PREFIX_TAG, "DASH_PREFIX_TAG_TABLE", "DASH_TAG_TABLE", "prefix_tag", prefix_tag_fields, 1,
	      "named list of prefixes"),
	TABLE(ACL_GROUP, "DASH_ACL_GROUP_TABLE", NULL, "acl_group", acl_group_fields, 1,
	      "list of ACL rules"),
	TABLE(ACL_RULE, "DASH_ACL_RULE_TABLE", NULL, "acl_rule", acl_rule_fields, 2, "ACL rule"),
	TABLE(ACL_IN, "DASH_ACL_IN_TABLE", NULL, "acl_in", acl_in_fields, 2,
	      "ACL groups of an inbound stage"),
	TABLE(ACL_OUT, "DASH_ACL_OUT_TABLE", NULL, "acl_out", acl_out_fields, 2,
	      "ACL groups of an outbound stage"),
	TABLE(ROUTING_TYPE, "DASH_ROUTING_TYPE_TABLE", NULL, "routing_type", routing_type_fields, 1,
	      "actions of a routing type"),
	TABLE(ENI_ROUTE, "DASH_ENI_ROUTE_TABLE", NULL, "eni_route", eni_route_fields, 1,
	      "route group of an ENI"),
	TABLE(ROUTE_GROUP, "DASH_ROUTE_GROUP_TABLE", NULL, "route_group", route_group_fields, 1,
	      "set of outbound routes"),
	TABLE(ROUTE, "DASH_ROUTE_TABLE", NULL, "route", route_fields, 2, "outbound route"),
	TABLE(ROUTE_RULE, "DASH_ROUTE_RULE_TABLE", NULL, "route_rule", route_rule_fields, 4,
	      "inbound route rule"),
	TABLE(VNET_MAPPING, "DASH_VNET_MAPPING_TABLE", NULL, "vnet_mapping", vnet_mapping_fields, 2,
	      "CA-to-PA mapping"),
	TABLE(PA_VALIDATION, "DASH_PA_VALIDATION_TABLE", NULL, "pa_validation", pa_validation_fields,
	      1, "further valid PAs of a VNI"),
	TABLE(METER_POLICY, "DASH_METER_POLICY_TABLE", "DASH_METER_POLICY", "meter_policy",
	      meter_policy_fields, 1, "set of meter rules"),
	TABLE(METER_RULE, "DASH_METER_RULE_TABLE", "DASH_METER_RULE", "meter_rule",
	      meter_rule_fields, 2, "meter rule"),
	TABLE(METER, "DASH_METER_TABLE", "DASH_METER", "meter", meter_fields, 2,
	      "annotation of a meter bucket"),
	TABLE(SWITCH, "SWITCH_TABLE", NULL, "switch", switch_fields, 0, "VXLAN ports"),
	LATER("DASH_TUNNEL_TABLE", "tunnel", "named next hops"),
	LATER("DASH_ROUTING_APPLIANCE_TABLE", "routing_appliance", "old form of a tunnel"),
	LATER("DASH_OUTBOUND_PORT_MAP_TABLE", "port_map", "outbound port map"),
	LATER("DASH_OUTBOUND_PORT_MAP_RANGE_TABLE", "port_map_range", "range of a port map"),
	LATER("DASH_FLOW_TABLE", "flow_table", "flow table"),
	{ 0 }
};

/* True if @list (names separated by commas, or NULL) holds @name. */
static bool among(const char *list, const char *name, size_t len)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == len && !strncmp(list, name, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

const struct table *table_find(const char *name, size_t len, const char **half)
{
	static const struct { const char *name, *field; uint8_t type; } halves[] = {
		{ "DASH_ACL_V4_IN_TABLE", "v4_acl_group_id", DASH_OBJ_ACL_IN },
		{ "DASH_ACL_V6_IN_TABLE", "v6_acl_group_id", DASH_OBJ_ACL_IN },
		{ "DASH_ACL_V4_OUT_TABLE", "v4_acl_group_id", DASH_OBJ_ACL_OUT },
		{ "DASH_ACL_V6_OUT_TABLE", "v6_acl_group_id", DASH_OBJ_ACL_OUT },
	};
	const struct table *t;
	size_t i;

	*half = NULL;
	for (t = tables; t->name; t++)
		if (among(t->name, name, len) || among(t->alias, name, len))
			return t;
	for (i = 0; i < ARRAY_SIZE(halves); i++)
		if (among(halves[i].name, name, len)) {
			*half = halves[i].field;
			return table_by_type(halves[i].type);
		}
	return NULL;
}

const struct table *table_by_type(unsigned int type)
{
	return type && type <= DASH_OBJ_MAX ? &tables[type - 1] : NULL;
}

const struct table *table_by_word(const char *word)
{
	const struct table *t;
	const char *half;

	for (t = tables; t->name; t++)
		if (!strcmp(t->word, word))
			return t;
	t = table_find(word, strlen(word), &half);
	return half ? NULL : t;
}

const struct field *table_field(const struct field *fields, unsigned int n, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(fields[i].name, name) || among(fields[i].alias, name, strlen(name)))
			return &fields[i];
	return NULL;
}

const struct field *table_field_by_attr(const struct table *t, unsigned int attr)
{
	unsigned int i;

	for (i = 0; i < t->n_fields; i++)
		if (t->fields[i].attr == attr)
			return &t->fields[i];
	return NULL;
}
