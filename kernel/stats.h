/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_STATS_H
#define DASH_STATS_H

#include <linux/types.h>
#include "eni.h"
#include "sweep.h"

struct dash_net;

enum dash_stats_scope {
	DASH_STATS_GLOBAL,
	DASH_STATS_PORT,		/* @id: port index */
	DASH_STATS_ENI,			/* @id: ENI index */
};

int dash_stats_init(struct dash_net *dn);
void dash_stats_exit(struct dash_net *dn);
void dash_stats_attach(struct dash_net *dn);	/* all maps are bound */
void dash_stats_detach(struct dash_net *dn);	/* they go away: what they hold is kept */

/**
 * dash_stats_fill - all counters of one object by name (spec/counters.md), gauges included
 * @emit: called once per counter; a return other than 0 ends the walk and is returned
 *
 * Drop reasons are named as in spec/counters.md section 4 with the suffix _drop, which is not doubled
 * (outbound_route_drop).  Caller holds dash_net.lock.
 * Return: 0, what @emit returned, or -ENOENT: no such port or ENI.
 */
int dash_stats_fill(struct dash_net *dn, enum dash_stats_scope scope, u32 id,
		    int (*emit)(void *arg, const char *name, u64 value), void *arg);

/* Frames seen by all ports; cheap enough for once a second.  Any context that has the maps pinned. */
u64 dash_stats_rx_frames(struct dash_net *dn);

/* Packets of an ENI dropped for a reason since its maps were bound.  Likewise. */
u64 dash_stats_eni_drops(struct dash_net *dn, u32 idx, enum dash_drop reason);

/* A port or an ENI begins or ends; caller holds dash_net.lock. */
void dash_stats_port_new(struct dash_net *dn, u32 port);
void dash_stats_port_gone(struct dash_net *dn, u32 port);
void dash_stats_eni_new(struct dash_net *dn, struct dash_eni *e);
void dash_stats_eni_gone(struct dash_net *dn, struct dash_eni *e);	/* its sums stay in the global ones */

/* Packet path: a connection was created, a segment moved its state. */
void dash_stats_flow_created(struct dash_eni *e, const struct dash_flow *f);
void dash_stats_flow_moved(struct dash_eni *e, const struct dash_ct_outcome *o);
/* struct dash_sweep_ops; @arg is struct dash_net */
extern const struct dash_sweep_ops dash_stats_sweep_ops;

#endif
