/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_NETLINK_H
#define DASH_NETLINK_H

#include <linux/jiffies.h>
#include <linux/tracepoint-defs.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include "dash_net.h"
#include "netlink_gen.h"

/*
 * The configuration edge: netlink.c (family, status, ports), netlink_txn.c (transactions), netlink_dump.c
 * (objects, counters), netlink_flow.c (connections), netlink_flow_add.c (saved ones), netlink_param.c
 * (parameters), limits.c (limits) and the generated netlink_gen.c.  The rest of the module sees the first five functions only.
 */
int dash_netlink_init(void);		/* module: the family; after pernet.  0 or -errno */
void dash_netlink_exit(void);		/* before pernet; no request runs afterwards */
int dash_netlink_net_init(struct dash_net *dn);		/* 0 or -ENOMEM */
void dash_netlink_net_exit(struct dash_net *dn);	/* after the sockets of the namespace, before the store */

/* Somebody may listen to connections in some namespace: ask for each event of the next seconds. */
void dash_nl_expect_listeners(void);
void dash_nl_look_for_listeners(struct dash_net *dn);	/* once a second, lest their time run out */

extern unsigned long dash_nl_listen_until;		/* jiffies */
void dash_nl_tell_flow(struct dash_net *dn, const struct dash_flow *f, int why);

/* tracepoints.h, without its weight: whoever traces is told, too */
DECLARE_TRACEPOINT(dash_flow_new);
DECLARE_TRACEPOINT(dash_flow_del);

/* Tell listeners that @f was created (@why < 0) or ended (enum dash_gone_reason).  Any context but hard interrupt,
 * under RCU.  Nothing is done if nobody listens; what cannot be told is counted in dash_net.events_lost.
 */
static inline void dash_nl_flow_event(struct dash_net *dn, const struct dash_flow *f, int why)
{
	if (unlikely(time_before(jiffies, READ_ONCE(dash_nl_listen_until))) ||
	    tracepoint_enabled(dash_flow_new) || tracepoint_enabled(dash_flow_del))
		dash_nl_tell_flow(dn, f, why);
}

/* ---- among the netlink files ---- */

enum { DASH_NL_GROUP_CONFIG, DASH_NL_GROUP_FLOWS, DASH_NL_GROUP_LIMITS, DASH_NL_GROUP_DROPS };

extern struct genl_family dash_nl_family;

/* the kernel's own macro for this changed its name after 6.12 */
#define DASH_ASSERT_CTX_FITS(type) static_assert(sizeof(type) <= sizeof_field(struct netlink_callback, ctx))

/* Sizes of open transactions, for status. */
struct dash_txn_usage {
	u32 open, open_max;
	u64 bytes, user_bytes, bytes_max;
};

int dash_txns_init(void);		/* module: watches for sockets that close */
void dash_txns_exit(void);
void dash_txns_usage(struct dash_net *dn, struct dash_txn_usage *u);

int dash_nl_fill_params(struct dash_net *dn, struct sk_buff *skb, int attr);	/* nests @attr; dash_net.lock held */

/* Nest @attr: a connection, without ENI and slot; under RCU. */
int dash_nl_put_flow(struct dash_net *dn, struct sk_buff *skb, int attr, const struct dash_flow *f);
int dash_nl_put_counter(struct sk_buff *skb, int attr, const char *name, u64 value);
int dash_nl_put_port(struct dash_net *dn, struct sk_buff *skb, int attr, u32 index);

static inline struct dash_net *dash_nl_net(const struct genl_info *info)
{
	return dash_net_of(genl_info_net(info));
}

static inline struct dash_net *dash_nl_dump_net(struct netlink_callback *cb)
{
	return dash_nl_net(genl_info_dump(cb));
}

/* 4 bytes for IPv4, 16 for IPv6 */
static inline int dash_nl_put_ip(struct sk_buff *skb, int attr, const struct dash_ip *ip)
{
	if (dash_ip_is_v4(ip))
		return nla_put(skb, attr, sizeof(ip->w[3]), &ip->w[3]);
	return nla_put(skb, attr, sizeof(ip->w), ip->w);
}

/* Reply of a doit: @size bytes of payload at most.  NULL: -ENOMEM, told in extack. */
struct sk_buff *dash_nl_reply(struct genl_info *info, size_t size, void **hdr);

#endif
