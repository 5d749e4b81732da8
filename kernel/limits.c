// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Is something at its limit?
 *
 * Looked at once a second by the tick of the rates, not where packets meet the limit: an event per refused
 * packet would be the next flood.  So each limit of each ENI tells at most one change a second.  A gauge is
 * reached at one mark and left at a lower one; a rate is left after a second without a refusal.
 *
 * Called by stats.c.  Only the tick writes the state here: no lock.
 */
#include "limits.h"

#include "eni.h"
#include "flow_table.h"
#include "netlink.h"
#include "stats.h"

enum { FLOWS, HALF_OPEN, CPS, N_LIMITS };

static_assert(N_LIMITS <= ARRAY_SIZE(((struct dash_limit_state *)0)->mark));

struct reading {
	const char *name;
	const u8 *mac;			/* NULL: the appliance */
	u64 value, limit, refused;
	bool reached;
};

static int put_reading(struct sk_buff *msg, const struct reading *r)
{
	struct nlattr *nest = nla_nest_start(msg, DASH_A_LIMIT_EVENT);

	if (!nest || nla_put_string(msg, DASH_A_LIMIT_EVENT_NAME, r->name) ||
	    (r->reached && nla_put_flag(msg, DASH_A_LIMIT_EVENT_REACHED)) ||
	    (r->mac && nla_put(msg, DASH_A_LIMIT_EVENT_ENI_MAC, 6, r->mac)) ||
	    nla_put_u64_64bit(msg, DASH_A_LIMIT_EVENT_VALUE, r->value, DASH_A_LIMIT_EVENT_PAD) ||
	    nla_put_u64_64bit(msg, DASH_A_LIMIT_EVENT_LIMIT, r->limit, DASH_A_LIMIT_EVENT_PAD) ||
	    nla_put_u64_64bit(msg, DASH_A_LIMIT_EVENT_REFUSED, r->refused, DASH_A_LIMIT_EVENT_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static void tell(struct dash_net *dn, const struct reading *r)
{
	struct sk_buff *msg;
	void *hdr;

	if (!genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_LIMITS))
		return;
	msg = genlmsg_new(SZ_512, GFP_ATOMIC);		/* under RCU */
	hdr = msg ? genlmsg_put(msg, 0, 0, &dash_nl_family, 0, DASH_CMD_LIMIT_NTF) : NULL;
	if (!hdr || put_reading(msg, r)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&dash_nl_family, dn->net, msg, 0, DASH_NL_GROUP_LIMITS, GFP_ATOMIC);
}

/* 90 % of the slots is pressure, below 80 % it is over. */
static void look_at_table(struct dash_net *dn)
{
	struct dash_flow_table *ft = rcu_dereference(dn->ft);
	struct dash_flow_table_info info;
	struct reading r = { .name = "flow_table" };

	if (!ft)
		return;
	dash_flow_table_info(ft, &info);
	r.value = info.count;
	r.limit = info.slots - 1;		/* slot 0 is never used */
	r.reached = r.value * 10 >= r.limit * (dn->table_pressure ? 8 : 9);
	if (r.reached == dn->table_pressure)
		return;
	dn->table_pressure = r.reached;
	tell(dn, &r);
}

/* What @total has grown by since the last look; maps that were bound anew begin at zero. */
static u64 grown(u64 *mark, u64 total)
{
	u64 n = total > *mark ? total - *mark : 0;

	*mark = total;
	return n;
}

static void look_at_eni(struct dash_net *dn, struct dash_eni *e)
{
	const u8 enforce = READ_ONCE(dn->qos_enforce);
	struct dash_limit_state *s = &e->limits;
	u32 flows = enforce & DASH_QOS_FLOWS ? READ_ONCE(e->flows) : 0;
	u32 cps = enforce & DASH_QOS_CPS ? READ_ONCE(e->cps) : 0;
	struct reading r[N_LIMITS] = {
		[FLOWS] = {
			.name = "flows", .limit = flows, .value = max(0, atomic_read(&e->stats.pairs_total)),
			.refused = grown(&s->mark[FLOWS], dash_stats_eni_drops(dn, e->idx, DASH_DROP_FLOW_LIMIT_ENI)),
		},
		[HALF_OPEN] = {
			.name = "half_open", .value = max(0, atomic_read(&e->stats.half_open)),
			.refused = grown(&s->mark[HALF_OPEN], atomic64_read(&e->stats.half_open_yielded)),
		},
		[CPS] = {
			.name = "cps", .limit = cps, .value = READ_ONCE(e->cps_last),
			.refused = grown(&s->mark[CPS], dash_stats_eni_drops(dn, e->idx, DASH_DROP_CPS_LIMIT)),
		},
	};
	int i;

	r[FLOWS].reached = flows && (r[FLOWS].value >= flows ||
				     (s->reached & BIT(FLOWS) && r[FLOWS].value * 10 >= flows * 9ull));
	for (i = 0; i < N_LIMITS; i++) {
		r[i].reached |= r[i].refused != 0;
		if (r[i].reached == !!(s->reached & BIT(i)))
			continue;
		s->reached ^= BIT(i);
		r[i].mac = e->mac;
		tell(dn, &r[i]);
	}
}

/**
 * dash_limits_look() - tell listeners which limits were reached or left since the last call
 * @dn: the appliance; maps are bound
 *
 * Context: process, once a second.
 */
void dash_limits_look(struct dash_net *dn)
{
	u32 i;

	rcu_read_lock();
	look_at_table(dn);
	for (i = 0; i < DASH_MAX_ENI; i++) {
		struct dash_eni *e = rcu_dereference(dn->eni[i]);

		if (e)
			look_at_eni(dn, e);
	}
	rcu_read_unlock();
}
