/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_ENI_H
#define DASH_ENI_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "acl.h"
#include "inbound.h"
#include "uapi/dash_flow.h"
#include "vni_set.h"

struct dash_net;
struct dash_vnet;
struct dash_route_group;

/**
 * struct dash_acl_ref - a compiled group, shared by the bindings that use it
 * @acl: compiled rules
 * @users: bindings and the store's own reference; the last one frees after a grace period
 * @no_match: counter of the group object; outlives every compiled form
 * @work: frees
 */
struct dash_acl_ref {
	struct dash_acl *acl;
	refcount_t users;
	atomic64_t *no_match;
	struct rcu_work work;
};

struct dash_acl_ref *dash_acl_ref_create(struct dash_acl *acl, atomic64_t *no_match); /* takes over @acl; NULL on -ENOMEM */
struct dash_acl_ref *dash_acl_ref_get(struct dash_acl_ref *r);
void dash_acl_ref_put(struct dash_acl_ref *r);	/* NULL is fine; any context that may not be atomic */

/**
 * struct dash_acl_bind - all ACL bindings of one ENI, immutable, swapped as a whole, so that every
 * packet sees one consistent set (spec/config.md, tags and group replacement included)
 * @stage: [enum dash_dir][0 IPv4, 1 IPv6][stage - 1], NULL = none bound; each holds a reference
 * @ask: what a packet asks, in order: the stages bound, up to the first that always decides
 * @work: frees
 */
struct dash_acl_bind {
	struct dash_acl_ref *stage[2][2][DASH_ACL_STAGES];
	struct dash_acl_ask {
		const struct dash_acl *acl[DASH_ACL_STAGES];
		atomic64_t *no_match[DASH_ACL_STAGES];
		u8 stage[DASH_ACL_STAGES];	/* from 0 */
		u8 n;
	} ask[2][2];
	struct rcu_work work;
};

struct dash_acl_bind *dash_acl_bind_create(void);	/* nothing bound; NULL on -ENOMEM */
void dash_acl_bind_finish(struct dash_acl_bind *b);	/* @stage is complete: fill @ask */
/* Unlinked before, or never published: drops its references and frees after a grace period.  NULL is fine. */
void dash_acl_bind_destroy(struct dash_acl_bind *b);

/* spec/counters.md 3.2, 3.3: what only the module knows of an ENI's flows */
struct dash_eni_flow_stats {
	atomic64_t created[DASH_PC_N];
	atomic64_t create_failed, updated, update_failed, updated_by_resim, deleted, delete_failed, aged;
	atomic64_t resim_failed, half_open_yielded;
	atomic64_t verified, closed_by_fin, reset, reset_half_ttl, reset_by_syn;
	atomic64_t half_open_timeouts, timed_out;
	atomic64_t acl_drop[2][2][DASH_ACL_STAGES];	/* [0 deny, 1 no_match][dir][stage - 1] */
	atomic_t pairs[DASH_PC_N], half_open, time_wait, pairs_total;	/* gauges */
	atomic_t pairs_max[DASH_PC_N], half_open_max, pairs_total_max;
};

/* Which limits an ENI is at, and its counters a second ago; limits.c. */
struct dash_limit_state {
	u64 mark[3];
	u8 reached;
};

/* Token bucket of a rate per second: tokens * NSEC_PER_SEC, ktime.  Full at first, whatever the rate will be. */
#define DASH_BUCKET_FULL	((struct dash_bucket){ .tokens = (u64)U32_MAX * NSEC_PER_SEC })
struct dash_bucket {
	u64 tokens, refilled;
};

/**
 * struct dash_eni - run-time part of an ENI
 * @idx: index in dash_net.eni, dash_hot.eni, the statistics map; in every flow key
 * @mac: identity
 * @dn: its appliance
 * @vnet, @routes, @acl, @inbound, @trusted: RCU; written by the store, which owns what @vnet and @routes
 *	point to; @acl, @inbound and @trusted belong to the ENI.  Any may be NULL
 * @dead: it is being removed: no new connections
 * @cps, @flows: limits, 0 = none (pipeline.md 20); WRITE_ONCE
 * @lock: token buckets, and replacing the action of a record; BH
 * @resim_rate: connections judged anew per second, 0 = no limit
 * @opening, @judging: buckets of @cps and @resim_rate
 * @stats: flow counters
 * @base: what map dash_eni_stats held at this index before the ENI, negated, plus what
 *	earlier maps held of the ENI: add the map's sum to get its counters
 * @cps_last, @cps_max, @cps_mark: connections created in the last second, the maximum, and the
 *	total at its end; of stats.c
 * @limits: of limits.c
 * @work: frees
 */
struct dash_eni {
	u16 idx;
	u8 mac[6];
	struct dash_net *dn;
	struct dash_vnet __rcu *vnet;
	struct dash_route_group __rcu *routes;
	struct dash_acl_bind __rcu *acl;
	struct dash_inbound __rcu *inbound;
	struct dash_vni_set __rcu *trusted;
	bool dead;
	u32 cps, flows;
	spinlock_t lock;
	u64 resim_rate;
	struct dash_bucket opening, judging;
	struct dash_eni_flow_stats stats;
	struct dash_eni_stats base;
	u64 cps_last, cps_max, cps_mark;
	struct dash_limit_state limits;
	struct rcu_work work;
};

/* cookie of struct dash_inbound_rule: one inbound route rule; freed by kfree_rcu() */
struct dash_route_rule {
	bool decap;			/* else drop */
	bool pa_validation;
	struct dash_vnet *vnet;		/* NULL: the ENI's */
	atomic64_t hits, bytes;
	struct rcu_head rcu;
};

/* Takes a free index, zeroes its counters, makes it readable in dash_net.eni (not yet in dash_hot).
 * NULL: -ENOSPC or -ENOMEM, told by *err.  Caller holds dash_net.lock.
 */
struct dash_eni *dash_eni_create(struct dash_net *dn, const u8 *mac, int *err);
/* Takes dash_eni_create() back: it was never in dash_hot.  Caller holds dash_net.lock. */
void dash_eni_cancel(struct dash_eni *e);
/* End the connections of these ENIs (bitmap of DASH_MAX_ENI), in one walk.  Caller holds dash_net.lock.  Sleeps. */
void dash_eni_end_flows(struct dash_net *dn, unsigned long *enis);
/* The end of these ENIs, already gone from dash_hot (dash_hot_flip() without them): removes all their flows, unlinks,
 * frees after a grace period, @acl, @inbound and @trusted too.  Caller holds dash_net.lock.  Sleeps.
 */
void dash_eni_destroy(struct dash_net *dn, unsigned long *enis);

#endif
