/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
/* Generated from kernel/dash.yaml by tools/gen-netlink.py: edit the spec, not this file. */

#include "netlink_gen.h"

static const struct netlink_range_validation dash_range_0_2147483647 = {
	.min	= 0ULL,
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation dash_range_1_65535 = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation dash_range_1_16777215 = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

static const struct netlink_range_validation dash_range_1_4294967295 = {
	.min	= 1ULL,
	.max	= 4294967295ULL,
};

static int dash_ip_version_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	switch (nla_get_u8(attr)) {
	case DASH_IP_VERSION_IPV4:
	case DASH_IP_VERSION_IPV6:
		return 0;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr, "must be ipv4 or ipv6");
		return -EINVAL;
	}
}

static const struct nla_policy dash_appliance_nl_policy[DASH_A_APPLIANCE_MAX + 1] = {
	[DASH_A_APPLIANCE_APPLIANCE_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_APPLIANCE_SIP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_APPLIANCE_VM_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
	[DASH_A_APPLIANCE_LOCAL_REGION_ID] = { .type = NLA_U8, },
	[DASH_A_APPLIANCE_OUTBOUND_DIRECTION_LOOKUP] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_APPLIANCE_TRUSTED_VNIS_LIST] = NLA_POLICY_VALIDATE_FN(NLA_U64, dash_nl_vni_range_check),
};

static const struct nla_policy dash_vnet_nl_policy[DASH_A_VNET_MAX + 1] = {
	[DASH_A_VNET_VNET_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_VNET_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
	[DASH_A_VNET_GUID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_VNET_VERSION] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_VNET_ADDRESS_SPACES] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_VNET_PEER_LIST] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_qos_nl_policy[DASH_A_QOS_MAX + 1] = {
	[DASH_A_QOS_QOS_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_QOS_QOS_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_QOS_BW] = { .type = NLA_U32, },
	[DASH_A_QOS_CPS] = { .type = NLA_U32, },
	[DASH_A_QOS_FLOWS] = { .type = NLA_U32, },
};

static const struct nla_policy dash_eni_nl_policy[DASH_A_ENI_MAX + 1] = {
	[DASH_A_ENI_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_ENI_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_MAC_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[DASH_A_ENI_VNET] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_VM_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
	[DASH_A_ENI_UNDERLAY_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_ENI_ADMIN_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ENI_QOS] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_V4_METER_POLICY_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_V6_METER_POLICY_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_TRUSTED_VNIS_LIST] = NLA_POLICY_VALIDATE_FN(NLA_U64, dash_nl_vni_range_check),
	[DASH_A_ENI_FULL_FLOW_RESIMULATION_REQUESTED] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ENI_MAX_RESIMULATED_FLOW_PER_SECOND] = { .type = NLA_U64, },
};

static const struct nla_policy dash_prefix_tag_nl_policy[DASH_A_PREFIX_TAG_MAX + 1] = {
	[DASH_A_PREFIX_TAG_TAG_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_PREFIX_TAG_IP_VERSION] = NLA_POLICY_VALIDATE_FN(NLA_U8, dash_ip_version_check),
	[DASH_A_PREFIX_TAG_PREFIX_LIST] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
};

static const struct nla_policy dash_acl_group_nl_policy[DASH_A_ACL_GROUP_MAX + 1] = {
	[DASH_A_ACL_GROUP_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_GROUP_IP_VERSION] = NLA_POLICY_VALIDATE_FN(NLA_U8, dash_ip_version_check),
	[DASH_A_ACL_GROUP_GUID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_GROUP_VERSION] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_acl_rule_nl_policy[DASH_A_ACL_RULE_MAX + 1] = {
	[DASH_A_ACL_RULE_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_RULE_RULE_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_RULE_PRIORITY] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_0_2147483647),
	[DASH_A_ACL_RULE_ACTION] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ACL_RULE_TERMINATING] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ACL_RULE_PROTOCOL] = { .type = NLA_U8, },
	[DASH_A_ACL_RULE_SRC_TAG] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_RULE_DST_TAG] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_RULE_SRC_ADDR] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_ACL_RULE_DST_ADDR] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_ACL_RULE_SRC_PORT] = NLA_POLICY_VALIDATE_FN(NLA_U32, dash_nl_port_range_check),
	[DASH_A_ACL_RULE_DST_PORT] = NLA_POLICY_VALIDATE_FN(NLA_U32, dash_nl_port_range_check),
};

static const struct nla_policy dash_acl_in_nl_policy[DASH_A_ACL_IN_MAX + 1] = {
	[DASH_A_ACL_IN_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_IN_STAGE] = NLA_POLICY_RANGE(NLA_U8, 1, 5),
	[DASH_A_ACL_IN_V4_ACL_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_IN_V6_ACL_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_acl_out_nl_policy[DASH_A_ACL_OUT_MAX + 1] = {
	[DASH_A_ACL_OUT_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_OUT_STAGE] = NLA_POLICY_RANGE(NLA_U8, 1, 5),
	[DASH_A_ACL_OUT_V4_ACL_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ACL_OUT_V6_ACL_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_routing_action_nl_policy[DASH_A_ROUTING_ACTION_MAX + 1] = {
	[DASH_A_ROUTING_ACTION_ACTION_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTING_ACTION_ACTION_TYPE] = NLA_POLICY_RANGE(NLA_U8, 1, 8),
	[DASH_A_ROUTING_ACTION_ENCAP_TYPE] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ROUTING_ACTION_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
};

static const struct nla_policy dash_routing_type_nl_policy[DASH_A_ROUTING_TYPE_MAX + 1] = {
	[DASH_A_ROUTING_TYPE_ROUTING_TYPE] = NLA_POLICY_RANGE(NLA_U8, 1, 9),
	[DASH_A_ROUTING_TYPE_ACTIONS] = NLA_POLICY_NESTED(dash_routing_action_nl_policy),
};

static const struct nla_policy dash_eni_route_nl_policy[DASH_A_ENI_ROUTE_MAX + 1] = {
	[DASH_A_ENI_ROUTE_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ENI_ROUTE_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_route_group_nl_policy[DASH_A_ROUTE_GROUP_MAX + 1] = {
	[DASH_A_ROUTE_GROUP_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_GROUP_GUID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_GROUP_VERSION] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_GROUP_DISABLED] = NLA_POLICY_MAX(NLA_U8, 1),
};

static const struct nla_policy dash_route_nl_policy[DASH_A_ROUTE_MAX + 1] = {
	[DASH_A_ROUTE_GROUP_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_PREFIX] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_ROUTE_ROUTING_TYPE] = NLA_POLICY_RANGE(NLA_U8, 1, 9),
	[DASH_A_ROUTE_VNET] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_OVERLAY_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_ROUTE_METERING_CLASS_OR] = { .type = NLA_U32, },
	[DASH_A_ROUTE_METERING_CLASS_AND] = { .type = NLA_U32, },
	[DASH_A_ROUTE_METERING_POLICY_EN] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ROUTE_METERING_CLASS] = { .type = NLA_U32, },
	[DASH_A_ROUTE_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION] = { .type = NLA_U32, },
};

static const struct nla_policy dash_route_rule_nl_policy[DASH_A_ROUTE_RULE_MAX + 1] = {
	[DASH_A_ROUTE_RULE_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_RULE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
	[DASH_A_ROUTE_RULE_PREFIX] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_ROUTE_RULE_PRIORITY] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_0_2147483647),
	[DASH_A_ROUTE_RULE_ACTION_TYPE] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ROUTE_RULE_PROTOCOL] = { .type = NLA_U8, },
	[DASH_A_ROUTE_RULE_VNET] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_ROUTE_RULE_PA_VALIDATION] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_ROUTE_RULE_METERING_CLASS_OR] = { .type = NLA_U32, },
	[DASH_A_ROUTE_RULE_METERING_CLASS_AND] = { .type = NLA_U32, },
	[DASH_A_ROUTE_RULE_METERING_CLASS] = { .type = NLA_U32, },
	[DASH_A_ROUTE_RULE_REGION] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_vnet_mapping_nl_policy[DASH_A_VNET_MAPPING_MAX + 1] = {
	[DASH_A_VNET_MAPPING_VNET] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_VNET_MAPPING_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_VNET_MAPPING_ROUTING_TYPE] = NLA_POLICY_RANGE(NLA_U8, 1, 9),
	[DASH_A_VNET_MAPPING_UNDERLAY_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_VNET_MAPPING_MAC_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[DASH_A_VNET_MAPPING_USE_DST_VNI] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_VNET_MAPPING_USE_PL_SIP_ENI] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_VNET_MAPPING_METERING_CLASS_OR] = { .type = NLA_U32, },
	[DASH_A_VNET_MAPPING_METERING_CLASS] = { .type = NLA_U32, },
	[DASH_A_VNET_MAPPING_OVERRIDE_METER] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_VNET_MAPPING_FLOW_RESIMULATION_REQUESTED] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_VNET_MAPPING_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION] = { .type = NLA_U32, },
};

static const struct nla_policy dash_pa_validation_nl_policy[DASH_A_PA_VALIDATION_MAX + 1] = {
	[DASH_A_PA_VALIDATION_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_16777215),
	[DASH_A_PA_VALIDATION_PREFIXES] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
};

static const struct nla_policy dash_meter_policy_nl_policy[DASH_A_METER_POLICY_MAX + 1] = {
	[DASH_A_METER_POLICY_METER_POLICY_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_METER_POLICY_IP_VERSION] = NLA_POLICY_VALIDATE_FN(NLA_U8, dash_ip_version_check),
};

static const struct nla_policy dash_meter_rule_nl_policy[DASH_A_METER_RULE_MAX + 1] = {
	[DASH_A_METER_RULE_METER_POLICY_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_METER_RULE_METER_RULE_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_METER_RULE_PRIORITY] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_0_2147483647),
	[DASH_A_METER_RULE_IP_PREFIX] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_METER_RULE_METERING_CLASS] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
};

static const struct nla_policy dash_meter_nl_policy[DASH_A_METER_MAX + 1] = {
	[DASH_A_METER_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_METER_METERING_CLASS] = { .type = NLA_U32, },
	[DASH_A_METER_METADATA] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_switch_nl_policy[DASH_A_SWITCH_MAX + 1] = {
	[DASH_A_SWITCH_VXLAN_PORT] = NLA_POLICY_FULL_RANGE(NLA_U16, &dash_range_1_65535),
	[DASH_A_SWITCH_VXLAN_SPORT] = { .type = NLA_U16, },
	[DASH_A_SWITCH_VXLAN_MASK] = NLA_POLICY_MAX(NLA_U8, 16),
};

const struct nla_policy dash_object_nl_policy[DASH_A_OBJECT_MAX + 1] = {
	[DASH_A_OBJECT_APPLIANCE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_VNET] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_QOS] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ENI] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_PREFIX_TAG] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ACL_GROUP] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ACL_RULE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ACL_IN] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ACL_OUT] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ROUTING_TYPE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ENI_ROUTE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ROUTE_GROUP] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ROUTE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_ROUTE_RULE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_VNET_MAPPING] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_PA_VALIDATION] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_METER_POLICY] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_METER_RULE] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_METER] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_SWITCH] = { .type = NLA_NESTED, },
	[DASH_A_OBJECT_DELETE] = { .type = NLA_FLAG, },
	[DASH_A_OBJECT_APPEND] = { .type = NLA_FLAG, },
	[DASH_A_OBJECT_COOKIE] = { .type = NLA_U64, },
	[DASH_A_OBJECT_RESET] = NLA_POLICY_RANGE(NLA_U16, 1, 31),
	[DASH_A_OBJECT_ANY_PRIORITY] = { .type = NLA_FLAG, },
};

const struct nla_policy dash_param_nl_policy[DASH_A_PARAM_MAX + 1] = {
	[DASH_A_PARAM_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_PARAM_VALUE] = { .type = NLA_U64, },
	[DASH_A_PARAM_STRING] = { .type = NLA_NUL_STRING, },
};

const struct nla_policy dash_flow_nl_policy[DASH_A_FLOW_MAX + 1] = {
	[DASH_A_FLOW_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_FLOW_PROTO] = { .type = NLA_U8, },
	[DASH_A_FLOW_VM_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_FLOW_REMOTE_IP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_FLOW_VM_PORT] = { .type = NLA_U16, },
	[DASH_A_FLOW_REMOTE_PORT] = { .type = NLA_U16, },
	[DASH_A_FLOW_INITIATOR] = NLA_POLICY_MAX(NLA_U8, 1),
	[DASH_A_FLOW_STATE] = NLA_POLICY_MAX(NLA_U8, 10),
	[DASH_A_FLOW_AGE_MS] = { .type = NLA_U64, },
	[DASH_A_FLOW_IDLE_MS] = { .type = NLA_U64, },
	[DASH_A_FLOW_TIMEOUT_MS] = { .type = NLA_U64, },
	[DASH_A_FLOW_OUTBOUND_PACKETS] = { .type = NLA_U64, },
	[DASH_A_FLOW_OUTBOUND_BYTES] = { .type = NLA_U64, },
	[DASH_A_FLOW_INBOUND_PACKETS] = { .type = NLA_U64, },
	[DASH_A_FLOW_INBOUND_BYTES] = { .type = NLA_U64, },
	[DASH_A_FLOW_PA] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_FLOW_VNI] = { .type = NLA_U32, },
	[DASH_A_FLOW_DMAC] = NLA_POLICY_EXACT_LEN(6),
	[DASH_A_FLOW_VIP] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_ip_check),
	[DASH_A_FLOW_DIRECT] = { .type = NLA_FLAG, },
	[DASH_A_FLOW_STALE] = { .type = NLA_FLAG, },
	[DASH_A_FLOW_SLOT] = { .type = NLA_U32, },
	[DASH_A_FLOW_ENI_MAC] = NLA_POLICY_EXACT_LEN(6),
	[DASH_A_FLOW_REASON] = NLA_POLICY_MAX(NLA_U8, 6),
	[DASH_A_FLOW_EVENT] = { .type = NLA_U64, },
	[DASH_A_FLOW_TRACKER] = { .type = NLA_U8, },
	[DASH_A_FLOW_WAS] = NLA_POLICY_MAX(NLA_U8, 10),
};

/* how to check the nest of each object type */
const struct dash_nl_set dash_nl_sets[DASH_OBJ_MAX + 1] = {
	[DASH_OBJ_APPLIANCE] = { dash_appliance_nl_policy, DASH_A_APPLIANCE_MAX },
	[DASH_OBJ_VNET] = { dash_vnet_nl_policy, DASH_A_VNET_MAX },
	[DASH_OBJ_QOS] = { dash_qos_nl_policy, DASH_A_QOS_MAX },
	[DASH_OBJ_ENI] = { dash_eni_nl_policy, DASH_A_ENI_MAX },
	[DASH_OBJ_PREFIX_TAG] = { dash_prefix_tag_nl_policy, DASH_A_PREFIX_TAG_MAX },
	[DASH_OBJ_ACL_GROUP] = { dash_acl_group_nl_policy, DASH_A_ACL_GROUP_MAX },
	[DASH_OBJ_ACL_RULE] = { dash_acl_rule_nl_policy, DASH_A_ACL_RULE_MAX },
	[DASH_OBJ_ACL_IN] = { dash_acl_in_nl_policy, DASH_A_ACL_IN_MAX },
	[DASH_OBJ_ACL_OUT] = { dash_acl_out_nl_policy, DASH_A_ACL_OUT_MAX },
	[DASH_OBJ_ROUTING_TYPE] = { dash_routing_type_nl_policy, DASH_A_ROUTING_TYPE_MAX },
	[DASH_OBJ_ENI_ROUTE] = { dash_eni_route_nl_policy, DASH_A_ENI_ROUTE_MAX },
	[DASH_OBJ_ROUTE_GROUP] = { dash_route_group_nl_policy, DASH_A_ROUTE_GROUP_MAX },
	[DASH_OBJ_ROUTE] = { dash_route_nl_policy, DASH_A_ROUTE_MAX },
	[DASH_OBJ_ROUTE_RULE] = { dash_route_rule_nl_policy, DASH_A_ROUTE_RULE_MAX },
	[DASH_OBJ_VNET_MAPPING] = { dash_vnet_mapping_nl_policy, DASH_A_VNET_MAPPING_MAX },
	[DASH_OBJ_PA_VALIDATION] = { dash_pa_validation_nl_policy, DASH_A_PA_VALIDATION_MAX },
	[DASH_OBJ_METER_POLICY] = { dash_meter_policy_nl_policy, DASH_A_METER_POLICY_MAX },
	[DASH_OBJ_METER_RULE] = { dash_meter_rule_nl_policy, DASH_A_METER_RULE_MAX },
	[DASH_OBJ_METER] = { dash_meter_nl_policy, DASH_A_METER_MAX },
	[DASH_OBJ_SWITCH] = { dash_switch_nl_policy, DASH_A_SWITCH_MAX },
};

/* for commands without attributes: whatever comes is refused */
static const struct nla_policy dash_none_nl_policy[1 + 1] = {};

static const struct nla_policy dash_txn_add_nl_policy[DASH_A_OBJECT + 1] = {
	[DASH_A_OBJECT] = { .type = NLA_NESTED, },
};

static const struct nla_policy dash_txn_commit_nl_policy[DASH_A_DRY_RUN + 1] = {
	[DASH_A_DRY_RUN] = { .type = NLA_FLAG, },
};

static const struct nla_policy dash_object_get_nl_policy[DASH_A_OWNER + 1] = {
	[DASH_A_TYPE] = NLA_POLICY_RANGE(NLA_U8, 1, 20),
	[DASH_A_OWNER] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_flow_get_nl_policy[DASH_A_LIMIT + 1] = {
	[DASH_A_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_PROTO] = { .type = NLA_U8, },
	[DASH_A_SRC] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_DST] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_SPORT] = { .type = NLA_U16, },
	[DASH_A_DPORT] = { .type = NLA_U16, },
	[DASH_A_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
};

static const struct nla_policy dash_flow_del_nl_policy[DASH_A_DPORT + 1] = {
	[DASH_A_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_PROTO] = { .type = NLA_U8, },
	[DASH_A_SRC] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_DST] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_SPORT] = { .type = NLA_U16, },
	[DASH_A_DPORT] = { .type = NLA_U16, },
};

static const struct nla_policy dash_stats_get_nl_policy[DASH_A_IFINDEX + 1] = {
	[DASH_A_SCOPE] = NLA_POLICY_MAX(NLA_U8, 2),
	[DASH_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
	[DASH_A_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
};

static const struct nla_policy dash_param_set_nl_policy[DASH_A_PARAM + 1] = {
	[DASH_A_PARAM] = NLA_POLICY_NESTED(dash_param_nl_policy),
};

static const struct nla_policy dash_port_new_nl_policy[DASH_A_IFINDEX + 1] = {
	[DASH_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
};

static const struct nla_policy dash_port_del_nl_policy[DASH_A_IFINDEX + 1] = {
	[DASH_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
};

static const struct nla_policy dash_trace_get_nl_policy[DASH_A_COOKIE + 1] = {
	[DASH_A_COOKIE] = { .type = NLA_U64, },
};

static const struct nla_policy dash_trace_watch_nl_policy[DASH_A_RATE + 1] = {
	[DASH_A_ENI] = { .type = NLA_NUL_STRING, .len = 255, },
	[DASH_A_PROTO] = { .type = NLA_U8, },
	[DASH_A_SRC] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_DST] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_prefix_check),
	[DASH_A_SPORT] = { .type = NLA_U16, },
	[DASH_A_DPORT] = { .type = NLA_U16, },
	[DASH_A_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &dash_range_1_4294967295),
};

static const struct nla_policy dash_flow_add_nl_policy[DASH_A_FLOW + 1] = {
	[DASH_A_FLOW] = NLA_POLICY_NESTED(dash_flow_nl_policy),
};

const struct genl_split_ops dash_nl_ops[17] = {
	{
		.cmd		= DASH_CMD_STATUS_GET,
		.doit		= dash_nl_status_get_doit,
		.policy		= dash_none_nl_policy,
		.maxattr	= 1,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TXN_BEGIN,
		.doit		= dash_nl_txn_begin_doit,
		.policy		= dash_none_nl_policy,
		.maxattr	= 1,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TXN_ADD,
		.doit		= dash_nl_txn_add_doit,
		.policy		= dash_txn_add_nl_policy,
		.maxattr	= DASH_A_OBJECT,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TXN_COMMIT,
		.doit		= dash_nl_txn_commit_doit,
		.policy		= dash_txn_commit_nl_policy,
		.maxattr	= DASH_A_DRY_RUN,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TXN_ABORT,
		.doit		= dash_nl_txn_abort_doit,
		.policy		= dash_none_nl_policy,
		.maxattr	= 1,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TXN_ERRORS,
		.dumpit		= dash_nl_txn_errors_dumpit,
		.policy		= dash_none_nl_policy,
		.maxattr	= 1,
		.flags		= GENL_CMD_CAP_DUMP | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_OBJECT_GET,
		.start		= dash_nl_object_get_start,
		.dumpit		= dash_nl_object_get_dumpit,
		.done		= dash_nl_object_get_done,
		.policy		= dash_object_get_nl_policy,
		.maxattr	= DASH_A_OWNER,
		.flags		= GENL_CMD_CAP_DUMP | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_FLOW_GET,
		.start		= dash_nl_flow_get_start,
		.dumpit		= dash_nl_flow_get_dumpit,
		.done		= dash_nl_flow_get_done,
		.policy		= dash_flow_get_nl_policy,
		.maxattr	= DASH_A_LIMIT,
		.flags		= GENL_CMD_CAP_DUMP | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_FLOW_DEL,
		.doit		= dash_nl_flow_del_doit,
		.policy		= dash_flow_del_nl_policy,
		.maxattr	= DASH_A_DPORT,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_STATS_GET,
		.start		= dash_nl_stats_get_start,
		.dumpit		= dash_nl_stats_get_dumpit,
		.done		= dash_nl_stats_get_done,
		.policy		= dash_stats_get_nl_policy,
		.maxattr	= DASH_A_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_PARAM_GET,
		.doit		= dash_nl_param_get_doit,
		.policy		= dash_none_nl_policy,
		.maxattr	= 1,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_PARAM_SET,
		.doit		= dash_nl_param_set_doit,
		.policy		= dash_param_set_nl_policy,
		.maxattr	= DASH_A_PARAM,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_PORT_NEW,
		.doit		= dash_nl_port_new_doit,
		.policy		= dash_port_new_nl_policy,
		.maxattr	= DASH_A_IFINDEX,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_PORT_DEL,
		.doit		= dash_nl_port_del_doit,
		.policy		= dash_port_del_nl_policy,
		.maxattr	= DASH_A_IFINDEX,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TRACE_GET,
		.doit		= dash_nl_trace_get_doit,
		.policy		= dash_trace_get_nl_policy,
		.maxattr	= DASH_A_COOKIE,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_TRACE_WATCH,
		.doit		= dash_nl_trace_watch_doit,
		.policy		= dash_trace_watch_nl_policy,
		.maxattr	= DASH_A_RATE,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DASH_CMD_FLOW_ADD,
		.doit		= dash_nl_flow_add_doit,
		.policy		= dash_flow_add_nl_policy,
		.maxattr	= DASH_A_FLOW,
		.flags		= GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
};
