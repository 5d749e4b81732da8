// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does user space hear what was decided about packets?  A packet that was supposed is asked
 * for by its number, packets that are followed come to the socket that asked for them, and
 * dropped ones to group drops.  All of them look the same (attribute set trace).
 *
 * Whoever follows packets is known by the socket, so that following ends with it.
 */
#include "netlink.h"

#include <linux/slab.h>

#include "flow_filter.h"
#include "trace.h"

#define TRACE_MESSAGE	SZ_16K
#define DEFAULT_RATE	10u

/**
 * dash_nl_trace_get_doit - DASH_CMD_TRACE_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_trace_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct dash_trace *t;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, DASH_A_COOKIE)) {
		GENL_SET_ERR_MSG(info, "cookie is missing");
		return -EINVAL;
	}
	t = dash_trace_take(dn, nla_get_u64(info->attrs[DASH_A_COOKIE]));
	if (!t) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DASH_A_COOKIE], "no packet has this number");
		return -ENOENT;
	}
	msg = dash_nl_reply(info, TRACE_MESSAGE, &hdr);
	if (!msg) {
		kfree(t);
		return -ENOMEM;
	}
	mutex_lock(&dn->lock);
	err = dash_trace_fill(dn, msg, t, 0);
	mutex_unlock(&dn->lock);
	kfree(t);
	if (err) {
		GENL_SET_ERR_MSG(info, "the trace does not fit into a message");
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * dash_nl_trace_watch_doit - DASH_CMD_TRACE_WATCH
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_trace_watch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *rate = info->attrs[DASH_A_RATE];
	struct dash_net *dn = dash_nl_net(info);
	struct dash_flow_filter filter = {};
	int err;

	err = dash_flow_filter_parse(dn, info, &filter);
	if (err)
		return err;
	mutex_lock(&dn->lock);
	err = dash_trace_watch(dn, info->snd_portid, &filter, rate ? nla_get_u32(rate) : DEFAULT_RATE, info->extack);
	mutex_unlock(&dn->lock);
	return err;
}

bool dash_nl_trace_event(struct dash_net *dn, const struct dash_trace *t, u32 portid, u32 lost)
{
	struct sk_buff *msg = genlmsg_new(TRACE_MESSAGE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return false;
	hdr = genlmsg_put(msg, portid, 0, &dash_nl_family, 0, portid ? DASH_CMD_TRACE_NTF : DASH_CMD_DROP_NTF);
	if (!hdr || dash_trace_fill(dn, msg, t, lost)) {
		nlmsg_free(msg);
		return false;
	}
	genlmsg_end(msg, hdr);
	if (portid)
		return !genlmsg_unicast(dn->net, msg, portid);
	err = genlmsg_multicast_netns(&dash_nl_family, dn->net, msg, 0, DASH_NL_GROUP_DROPS, GFP_KERNEL);
	return !err || err == -ESRCH;	/* the last listener has just left */
}
