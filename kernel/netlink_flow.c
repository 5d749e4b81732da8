// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connections are there, and how does an operator end them?  Dump and deletion by filter.
 *
 * The dump walks the records by slot: a connection keeps its slot as long as it lives, so each
 * that lives throughout is shown once, whatever comes and goes meanwhile.  Looking connections up
 * by key was rejected: filters name parts of keys.  A record is copied under RCU and shown from
 * the copy; dash_net.lock is held for the names of ENIs and given up between chunks.
 */
#include "netlink.h"

#include <linux/jiffies.h>
#include <linux/sched.h>

#include "conntrack.h"
#include "eni.h"
#include "flow_filter.h"
#include "flow_table.h"
#include "hot.h"
#include "store.h"
#include "sweep.h"
#include "tracepoints.h"

static_assert((int)DASH_CONN_STATE_FREE == DASH_ST_FREE);
static_assert((int)DASH_CONN_STATE_SYN_SENT == DASH_ST_SYN_SENT);
static_assert((int)DASH_CONN_STATE_CLOSING == DASH_ST_CLOSING);
static_assert((int)DASH_CONN_STATE_DEAD == DASH_ST_DEAD);
static_assert((int)DASH_DIRECTION_INBOUND == DASH_INBOUND);

static bool flow_matches(const struct dash_flow *f, void *arg)
{
	struct dash_key k = dash_flow_key(f);

	return dash_flow_filter_has(arg, &k);
}

/* ---- dump ---- */

static int put_action(struct sk_buff *skb, const struct dash_flow *f, const struct dash_hot *hot)
{
	if (f->flags & DASH_F_DIRECT)
		return nla_put_flag(skb, DASH_A_FLOW_DIRECT);
	if (dash_nl_put_ip(skb, DASH_A_FLOW_PA, &f->pa) ||
	    nla_put_u32(skb, DASH_A_FLOW_VNI, ntohl(f->vni) >> 8))
		return -EMSGSIZE;
	if (f->flags & DASH_F_SET_DMAC && nla_put(skb, DASH_A_FLOW_DMAC, sizeof(f->dmac), f->dmac))
		return -EMSGSIZE;
	return hot ? dash_nl_put_ip(skb, DASH_A_FLOW_VIP, &hot->vip[f->vip].ip) : 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, DASH_A_FLOW_PAD);
}

/* What dumps and events tell; @f does not change but for its counters. */
static int put_flow_fields(struct dash_net *dn, struct sk_buff *skb, const struct dash_flow *f,
			   const struct dash_hot *hot)
{
	u32 now = jiffies, idle = now - f->seen, timeout = dash_conntrack_timeout(f, &dn->params);
	struct dash_key k = dash_flow_key(f);
	struct dash_ip vm, remote;

	if ((s32)idle < 0)	/* a packet came while we looked */
		idle = 0;
	dash_key_addresses(&k, &vm, &remote);
	if (nla_put_u8(skb, DASH_A_FLOW_PROTO, k.proto) ||
	    dash_nl_put_ip(skb, DASH_A_FLOW_VM_IP, &vm) ||
	    dash_nl_put_ip(skb, DASH_A_FLOW_REMOTE_IP, &remote) ||
	    nla_put_u16(skb, DASH_A_FLOW_VM_PORT, ntohs(k.vm_port)) ||
	    nla_put_u16(skb, DASH_A_FLOW_REMOTE_PORT, ntohs(k.remote_port)) ||
	    nla_put_u8(skb, DASH_A_FLOW_INITIATOR,
		       f->flags & DASH_F_INITIATOR_IN ? DASH_DIRECTION_INBOUND : DASH_DIRECTION_OUTBOUND) ||
	    nla_put_u8(skb, DASH_A_FLOW_STATE, f->state == DASH_ST_DEAD ? f->was : f->state) ||
	    (f->event && nla_put_u8(skb, DASH_A_FLOW_TRACKER, f->event)) ||
	    (f->state == DASH_ST_RESET && nla_put_u8(skb, DASH_A_FLOW_WAS, f->was)) ||
	    put_u64(skb, DASH_A_FLOW_AGE_MS, jiffies_to_msecs(now - f->created)) ||
	    put_u64(skb, DASH_A_FLOW_IDLE_MS, jiffies_to_msecs(idle)) ||
	    put_u64(skb, DASH_A_FLOW_TIMEOUT_MS, idle < timeout ? jiffies_to_msecs(timeout - idle) : 0) ||
	    put_u64(skb, DASH_A_FLOW_OUTBOUND_PACKETS, f->packets[DASH_OUTBOUND]) ||
	    put_u64(skb, DASH_A_FLOW_OUTBOUND_BYTES, f->bytes[DASH_OUTBOUND]) ||
	    put_u64(skb, DASH_A_FLOW_INBOUND_PACKETS, f->packets[DASH_INBOUND]) ||
	    put_u64(skb, DASH_A_FLOW_INBOUND_BYTES, f->bytes[DASH_INBOUND]))
		return -EMSGSIZE;
	return put_action(skb, f, hot);
}

int dash_nl_put_flow(struct dash_net *dn, struct sk_buff *skb, int attr, const struct dash_flow *f)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || put_flow_fields(dn, skb, f, dash_hot_live(dn)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Caller holds dash_net.lock, for the name of the ENI; @f is a copy. */
static int put_flow(struct dash_net *dn, struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dash_flow *f, u32 slot)
{
	const struct dash_hot *hot = dash_hot_live(dn);
	u16 idx = dash_flow_key(f).eni;
	const char *eni = dash_store_eni_name(dn, idx);
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, DASH_A_FLOW);
	if (!nest ||
	    (eni && nla_put_string(skb, DASH_A_FLOW_ENI, eni)) ||
	    put_flow_fields(dn, skb, f, hot) ||
	    (hot && idx < DASH_MAX_ENI && f->gen != READ_ONCE(hot->eni[idx].gen) &&
	     nla_put_flag(skb, DASH_A_FLOW_STALE)) ||
	    nla_put_u32(skb, DASH_A_FLOW_SLOT, slot)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

struct flow_ctx {
	struct dash_flow_filter *filter;
	u32 cursor;		/* next slot; U32_MAX: the end */
	u32 left;		/* of the limit */
};

/**
 * dash_nl_flow_get_start - first step of DASH_CMD_FLOW_GET
 * @cb: the dump
 *
 * Return: 0 or -errno.
 */
int dash_nl_flow_get_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct flow_ctx *ctx = (void *)cb->ctx;
	int err;

	DASH_ASSERT_CTX_FITS(struct flow_ctx);
	ctx->filter = kzalloc(sizeof(*ctx->filter), GFP_KERNEL_ACCOUNT);
	if (!ctx->filter)
		return -ENOMEM;
	err = dash_flow_filter_parse(dash_nl_dump_net(cb), info, ctx->filter);
	if (err) {	/* no done() after a failed start */
		kfree(ctx->filter);
		return err;
	}
	ctx->left = info->attrs[DASH_A_LIMIT] ? nla_get_u32(info->attrs[DASH_A_LIMIT]) : U32_MAX;
	return 0;
}

/**
 * dash_nl_flow_get_dumpit - messages of DASH_CMD_FLOW_GET
 * @skb: to fill
 * @cb: the dump
 *
 * Between chunks of the walk the lock is given up, for a filter may match nothing in many millions
 * of records.
 * Return: length of what was filled, 0 at the end, or -errno.
 */
int dash_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct flow_ctx *ctx = (void *)cb->ctx;
	struct dash_net *dn = dash_nl_dump_net(cb);
	struct dash_flow_table *ft;
	struct dash_flow f;
	int err = 0;
	u32 slot;

	while (!err && ctx->left && ctx->cursor != U32_MAX) {
		if (signal_pending(current)) {
			err = -EINTR;
			break;
		}
		mutex_lock(&dn->lock);
		rcu_read_lock();
		ft = rcu_dereference(dn->ft);
		slot = ft ? dash_flow_walk(ft, &ctx->cursor) : 0;
		while (slot) {
			f = *dash_flow_at(ft, slot);
			rcu_read_unlock();
			if (f.state != DASH_ST_FREE && f.state != DASH_ST_DEAD && flow_matches(&f, ctx->filter)) {
				err = put_flow(dn, skb, cb, &f, slot);
				if (err)
					ctx->cursor = slot;
				else
					ctx->left--;
			}
			rcu_read_lock();
			slot = err || !ctx->left ? 0 : dash_flow_walk(ft, &ctx->cursor);
		}
		rcu_read_unlock();
		if (!ft)
			ctx->cursor = U32_MAX;
		mutex_unlock(&dn->lock);
		cond_resched();
	}
	return skb->len ?: err;
}

/**
 * dash_nl_flow_get_done - last step of DASH_CMD_FLOW_GET
 * @cb: the dump
 *
 * Return: 0.
 */
int dash_nl_flow_get_done(struct netlink_callback *cb)
{
	struct flow_ctx *ctx = (void *)cb->ctx;

	kfree(ctx->filter);
	return 0;
}

/* ---- deletion ---- */

/**
 * dash_nl_flow_del_doit - DASH_CMD_FLOW_DEL
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct dash_flow_filter filter = {};
	struct sk_buff *msg;
	u32 count = 0;
	void *hdr;
	int err;

	err = dash_flow_filter_parse(dn, info, &filter);
	if (err)
		return err;
	msg = dash_nl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&dn->lock);
	if (dn->sweep)
		count = dash_sweep_flush(dn->sweep, flow_matches, &filter, DASH_GONE_FLUSH);
	mutex_unlock(&dn->lock);
	nla_put_u32(msg, DASH_A_COUNT, count);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* ---- events ---- */

/* Names of ENIs belong to the configuration lock, so an event has the MAC address. */
static int put_event(struct dash_net *dn, struct sk_buff *skb, const struct dash_flow *f, int why)
{
	u16 idx = dash_flow_key(f).eni;
	const struct dash_eni *e = idx < DASH_MAX_ENI ? rcu_dereference(dn->eni[idx]) : NULL;
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &dash_nl_family, 0,
			  why < 0 ? DASH_CMD_FLOW_NEW_NTF : DASH_CMD_FLOW_END_NTF);
	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, DASH_A_FLOW);
	if (!nest || put_u64(skb, DASH_A_FLOW_EVENT, dn->events) ||
	    (e && nla_put(skb, DASH_A_FLOW_ENI_MAC, sizeof(e->mac), e->mac)) ||
	    put_flow_fields(dn, skb, f, dash_hot_live(dn)) ||
	    (why >= 0 && nla_put_u8(skb, DASH_A_FLOW_REASON, why)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static_assert((int)DASH_END_REASON_AGED == DASH_GONE_AGED);
static_assert((int)DASH_END_REASON_YIELDED == DASH_GONE_YIELDED);

/* Numbered, whether it can be sent or not.  @msg may be NULL.  dash_net.event_lock is held. */
static int send_event(struct dash_net *dn, struct sk_buff *msg, const struct dash_flow *f, int why)
{
	int err;

	dn->events++;
	if (!msg || put_event(dn, msg, f, why)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	err = genlmsg_multicast_netns(&dash_nl_family, dn->net, msg, 0, DASH_NL_GROUP_FLOWS,
				      GFP_ATOMIC | __GFP_NOWARN);
	return err == -ESRCH ? 0 : err;		/* the last listener has just left */
}

/*
 * Asking the sockets whether anybody listens costs 75 instructions, for each connection
 * that begins or ends.  So they are asked while this time has not passed: who joins the
 * group moves it on, and so does the tick of each appliance that still has listeners.
 * (A count of those that joined and left would not do: a socket may leave twice.)
 */
#define LISTEN_TIME	(10 * HZ)

unsigned long dash_nl_listen_until = INITIAL_JIFFIES;

void dash_nl_expect_listeners(void)
{
	WRITE_ONCE(dash_nl_listen_until, jiffies + LISTEN_TIME);
}

void dash_nl_look_for_listeners(struct dash_net *dn)
{
	if (genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_FLOWS))
		dash_nl_expect_listeners();
}

/**
 * dash_nl_tell_flow - tell listeners of group flows, if there are any, about a connection
 * @dn: the appliance
 * @f: its record
 * @why: -1: it is new; else enum dash_gone_reason, and its counters are final
 *
 * Never waits: a listener that is too slow, and memory that is short, cost events and no packets.
 * Events carry a running number, so that each listener knows what it has lost; the kernel tells
 * us (and flow_events_lost counts) only of listeners that asked it to (NETLINK_BROADCAST_ERROR).
 *
 * Context: softirq or process, under RCU.
 */
void dash_nl_tell_flow(struct dash_net *dn, const struct dash_flow *f, int why)
{
	struct sk_buff *msg;
	int err;

	if (why < 0)
		trace_dash_flow_new(dn, f, why);
	else
		trace_dash_flow_del(dn, f, why);
	if (likely(!genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_FLOWS)))
		return;
	msg = genlmsg_new(SZ_512, GFP_ATOMIC | __GFP_NOWARN);
	spin_lock_bh(&dn->event_lock);
	err = send_event(dn, msg, f, why);
	spin_unlock_bh(&dn->event_lock);
	if (err)
		atomic64_inc(&dn->events_lost);
}
