/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
/* Generated from kernel/dash.yaml by tools/gen-netlink.py: edit the spec, not this file. */

#ifndef DASH_NETLINK_GEN_H
#define DASH_NETLINK_GEN_H

#include <net/genetlink.h>
#include <net/netlink.h>
#include "uapi/dash.h"

/**
 * struct dash_nl_set - an attribute set that describes an object
 * @policy: of its attributes
 * @max: highest of them
 */
struct dash_nl_set {
	const struct nla_policy *policy;
	unsigned int max;
};

extern const struct dash_nl_set dash_nl_sets[DASH_OBJ_MAX + 1];
extern const struct nla_policy dash_appliance_nl_policy[DASH_A_APPLIANCE_MAX + 1];
extern const struct nla_policy dash_vnet_nl_policy[DASH_A_VNET_MAX + 1];
extern const struct nla_policy dash_qos_nl_policy[DASH_A_QOS_MAX + 1];
extern const struct nla_policy dash_eni_nl_policy[DASH_A_ENI_MAX + 1];
extern const struct nla_policy dash_prefix_tag_nl_policy[DASH_A_PREFIX_TAG_MAX + 1];
extern const struct nla_policy dash_acl_group_nl_policy[DASH_A_ACL_GROUP_MAX + 1];
extern const struct nla_policy dash_acl_rule_nl_policy[DASH_A_ACL_RULE_MAX + 1];
extern const struct nla_policy dash_acl_in_nl_policy[DASH_A_ACL_IN_MAX + 1];
extern const struct nla_policy dash_acl_out_nl_policy[DASH_A_ACL_OUT_MAX + 1];
extern const struct nla_policy dash_routing_action_nl_policy[DASH_A_ROUTING_ACTION_MAX + 1];
extern const struct nla_policy dash_routing_type_nl_policy[DASH_A_ROUTING_TYPE_MAX + 1];
extern const struct nla_policy dash_eni_route_nl_policy[DASH_A_ENI_ROUTE_MAX + 1];
extern const struct nla_policy dash_route_group_nl_policy[DASH_A_ROUTE_GROUP_MAX + 1];
extern const struct nla_policy dash_route_nl_policy[DASH_A_ROUTE_MAX + 1];
extern const struct nla_policy dash_route_rule_nl_policy[DASH_A_ROUTE_RULE_MAX + 1];
extern const struct nla_policy dash_vnet_mapping_nl_policy[DASH_A_VNET_MAPPING_MAX + 1];
extern const struct nla_policy dash_pa_validation_nl_policy[DASH_A_PA_VALIDATION_MAX + 1];
extern const struct nla_policy dash_meter_policy_nl_policy[DASH_A_METER_POLICY_MAX + 1];
extern const struct nla_policy dash_meter_rule_nl_policy[DASH_A_METER_RULE_MAX + 1];
extern const struct nla_policy dash_meter_nl_policy[DASH_A_METER_MAX + 1];
extern const struct nla_policy dash_switch_nl_policy[DASH_A_SWITCH_MAX + 1];
extern const struct nla_policy dash_object_nl_policy[DASH_A_OBJECT_MAX + 1];
extern const struct nla_policy dash_param_nl_policy[DASH_A_PARAM_MAX + 1];
extern const struct genl_split_ops dash_nl_ops[14];

/* values that the types of netlink do not describe; netlink.c */
int dash_nl_ip_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
int dash_nl_prefix_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
int dash_nl_vni_range_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
int dash_nl_port_range_check(const struct nlattr *attr, struct netlink_ext_ack *extack);

/* commands; netlink*.c */
int dash_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_txn_add_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_txn_errors_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dash_nl_object_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dash_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dash_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dash_nl_param_get_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_param_set_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_object_get_start(struct netlink_callback *cb);
int dash_nl_object_get_done(struct netlink_callback *cb);
int dash_nl_flow_get_start(struct netlink_callback *cb);
int dash_nl_flow_get_done(struct netlink_callback *cb);
int dash_nl_stats_get_start(struct netlink_callback *cb);
int dash_nl_stats_get_done(struct netlink_callback *cb);

#endif /* DASH_NETLINK_GEN_H */
