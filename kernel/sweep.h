/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_SWEEP_H
#define DASH_SWEEP_H

#include <linux/types.h>
#include "conntrack.h"
#include "flow_table.h"

/* Ends connections: by age, by flush, and (called from the packet path) at once. */
struct dash_sweep;

/**
 * struct dash_sweep_ops - where the end of a connection is accounted
 * @unlinked: no new packet finds it: limits and gauges go down, flow_deleted or flow_aged up.  BH
 *	disabled, softirq or process context; exactly once per record, in no order with @gone of others.
 *	@f->was is its last state; packets in flight may still add to its counters
 * @gone: its grace period is over: the counters are final; the record is reused afterwards.  Process
 *	context; may sleep briefly, must not call the sweep.  @f->link no longer counts
 */
struct dash_sweep_ops {
	void (*unlinked)(void *arg, const struct dash_flow *f, enum dash_gone_reason why);
	void (*gone)(void *arg, const struct dash_flow *f, enum dash_gone_reason why);
};

/* What the sweep costs; a snapshot. */
struct dash_sweep_info {
	u64 passes;		/* times that every record was seen */
	u64 visited;		/* records seen */
	u64 runtime_ns;		/* time spent, without that in which others had the CPU or a grace period passed */
	u64 aged;		/* connections that it ended by age, TIME_WAIT or RESET */
	u32 late_ms;		/* the longest that one of them outlived its time; a timeout that is shortened counts too */
	u32 pass_ms;		/* length of the last complete pass */
	u32 pass_busy_us;	/* time spent in it; the rest of it others had the CPU */
};

/* Starts the sweep of @t.  @seed: keys of the hash; @params: current timeouts.  Both and @arg stay until destroy.
 * Process context.  ERR_PTR(-ENOMEM).
 */
struct dash_sweep *dash_sweep_create(struct dash_flow_table *t, const struct dash_seed *seed,
				     const struct dash_params *params,
				     const struct dash_sweep_ops *ops, void *arg);
/* Ends every connection (DASH_GONE_FLUSH), with unlinked and gone of each; then the table may be destroyed.
 * No program creates any more.  Process context; sleeps.
 */
void dash_sweep_destroy(struct dash_sweep *s);
/* Ends none: the records stay as they are.  The table may be destroyed.  Otherwise the same. */
void dash_sweep_abandon(struct dash_sweep *s);

/* End one connection now.  BH disabled or not, softirq or process context, under RCU; the record stays readable
 * (state DEAD) until the reader leaves RCU.  false if somebody else did it.
 */
bool dash_sweep_remove(struct dash_sweep *s, u32 slot, enum dash_gone_reason why);

/* End every connection for which @match (NULL: all) says yes; called under RCU, must not sleep.  On return their
 * gone() have run, and gone() of everything removed earlier.  Connections created meanwhile may stay: who needs none
 * left stops their creation first and waits for a grace period.  Process context; sleeps.  Number ended.
 */
u32 dash_sweep_flush(struct dash_sweep *s, bool (*match)(const struct dash_flow *f, void *arg),
		     void *arg, enum dash_gone_reason why);

/* Show every connection to @visit, which may change it; under RCU, must not sleep.  Process context; sleeps. */
void dash_sweep_visit(struct dash_sweep *s, void (*visit)(struct dash_flow *f, void *arg), void *arg);

void dash_sweep_info(struct dash_sweep *s, struct dash_sweep_info *info);

#endif
