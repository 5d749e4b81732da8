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
extern const struct nla_policy dash_object_nl_policy[DASH_A_OBJECT_MAX + 1];
extern const struct nla_policy dash_param_nl_policy[DASH_A_PARAM_MAX + 1];
extern const struct nla_policy dash_flow_nl_policy[DASH_A_FLOW_MAX + 1];
extern const struct genl_split_ops dash_nl_ops[17];

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
int dash_nl_trace_get_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_trace_watch_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_flow_add_doit(struct sk_buff *skb, struct genl_info *info);
int dash_nl_object_get_start(struct netlink_callback *cb);
int dash_nl_object_get_done(struct netlink_callback *cb);
int dash_nl_flow_get_start(struct netlink_callback *cb);
int dash_nl_flow_get_done(struct netlink_callback *cb);
int dash_nl_stats_get_start(struct netlink_callback *cb);
int dash_nl_stats_get_done(struct netlink_callback *cb);

#endif /* DASH_NETLINK_GEN_H */
