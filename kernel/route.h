/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_ROUTE_H
#define DASH_ROUTE_H

#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "lpm.h"

struct dash_vnet;

enum dash_route_type {
	DASH_ROUTE_VNET,
	DASH_ROUTE_VNET_DIRECT,
	DASH_ROUTE_DIRECT,
	DASH_ROUTE_DROP,
};

/**
 * struct dash_route - one outbound route; immutable once inserted except for counters
 * @type: enum dash_route_type
 * @keep: DASH_ACTION_*: what resimulation leaves as it is (pipeline.md RES-9)
 * @has_overlay_ip, @overlay_ip: vnet_direct: look this address up instead of the destination
 * @vnet: VNET whose mappings are asked (vnet, vnet_direct), else NULL
 */
struct dash_route {
	u8 type;
	u8 keep;
	bool has_overlay_ip;
	struct dash_ip overlay_ip;
	struct dash_vnet *vnet;
	atomic64_t hits, bytes;
	struct rcu_head rcu;		/* freed by kfree_rcu() after removal or replacement */
};

/**
 * struct dash_route_group - routes shared by the ENIs bound to it
 * @lpm: [0] IPv4, [1] IPv6; values are struct dash_route
 * @disabled: READ_ONCE by the packet path
 * @no_route, @disabled_drops: spec/counters.md 3.4
 * @work: frees
 */
struct dash_route_group {
	struct dash_lpm *lpm[2];
	bool disabled;
	atomic64_t no_route, disabled_drops;
	struct rcu_work work;
};

struct dash_route_group *dash_route_group_create(void);	/* or NULL */
/* Unlinked before; the caller has removed and freed its routes; frees after a grace period. */
void dash_route_group_destroy(struct dash_route_group *g);

#endif
