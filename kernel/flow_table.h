/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_FLOW_TABLE_H
#define DASH_FLOW_TABLE_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

/*
 * The flow table of one namespace: index lines and records in two BPF array maps (mmapable, so page
 * aligned), addressed directly.  Knows nothing of policy, protocols or time.  Life of a record:
 *
 *	alloc -> (caller fills it) -> link -> found by packets -> unlink -> grace period -> reap -> free
 *
 * Callers of alloc, unalloc, link and unlink have BH disabled (XDP has; others use local_bh_disable()).
 */
struct dash_flow_table;

/* Slots are below this: an entry of the retire ring carries a slot and a reason in 32 bits. */
#define DASH_FLOW_MAX_SLOTS	(1u << 28)

/* Why a connection ended; a number below 16 that the table carries from unlink to reap. */
enum dash_gone_reason {
	DASH_GONE_AGED,		/* idle for its timeout: the only one that counts flow_aged, not flow_deleted */
	DASH_GONE_FIN,		/* closed by both sides */
	DASH_GONE_RST,		/* reset */
	DASH_GONE_REOPEN,	/* its ports were used for a new connection */
	DASH_GONE_FLUSH,	/* removed by the operator, or with its ENI or the table */
	DASH_GONE_POLICY,	/* denied by a new evaluation */
	DASH_GONE_YIELDED,	/* half-open, gave way to another connection at a limit */
	DASH_GONE_COUNT
};

/* What is in the table, and what went wrong; a snapshot. */
struct dash_flow_table_info {
	u32 slots, lines;
	u32 count;		/* linked */
	u32 high_water;		/* largest @count so far */
	u32 retired;		/* unlinked, waiting for their grace period */
	u64 moves;		/* index entries moved to their other line */
	u64 no_slot;		/* alloc failed: no free record */
	u64 no_line;		/* link failed: no way to place the entry */
	size_t bytes;		/* memory of its own, beside the two arrays */
};

/* @index, @flows: first element of each map's values; @lines/@slots: numbers of elements (slot 0 unused).
 * @lines is a power of two.  Clears both arrays.  Process context.  ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL).
 * The caller keeps the maps referenced until destroy.
 */
struct dash_flow_table *dash_flow_table_create(struct dash_line *index, u32 lines,
					       struct dash_flow *flows, u32 slots);
void dash_flow_table_destroy(struct dash_flow_table *t);	/* no program runs any more */

/* Take a free record (state FREE, counters zero, the rest left to fill), NULL if the table is full.  BH disabled. */
struct dash_flow *dash_flow_alloc(struct dash_flow_table *t, u32 *slot);
void dash_flow_unalloc(struct dash_flow_table *t, u32 slot);	/* never linked */
bool dash_flow_may_alloc(const struct dash_flow_table *t);	/* would it find one now?  Any context. */
/* Make a filled record findable (dash_conntrack_start() is the last thing done to it before).
 * A key is read in words here and below: aligned as in struct dash_pkt.
 * 0, or -EEXIST with *slot = the record that another CPU linked first (ours is given back), or -ENOSPC:
 * no way to place the index entry (record given back).  BH disabled.
 */
int dash_flow_link(struct dash_flow_table *t, u32 *slot, const struct dash_key *k, u64 hash);
/* Under RCU.  Never misses a linked record, whatever is moved meanwhile.  0 if none. */
u32 dash_flow_find(struct dash_flow_table *t, const struct dash_key *k, u64 hash);
/* Unlink: afterwards no new packet finds it, and its state is DASH_ST_DEAD (@was: the last one).  false if
 * somebody else did it.  The record is recycled after an RCU grace period by dash_flow_reap().  BH disabled.
 * Packet path and others use dash_sweep_remove(), which also accounts.
 */
void dash_flow_prefetch(const struct dash_flow_table *t, u64 hash);	/* soon, dash_flow_unlink().  Any context. */
bool dash_flow_unlink(struct dash_flow_table *t, u32 slot, u64 hash, enum dash_gone_reason why);
/* Give back the records whose grace period is over, after gone() of each.  @wait: wait for the grace period of
 * all unlinked so far (sleeps).  One caller at a time: the sweep.  Process context.  Number given back.
 */
u32 dash_flow_reap(struct dash_flow_table *t, bool wait,
		   void (*gone)(void *arg, const struct dash_flow *f, enum dash_gone_reason why),
		   void *arg);

struct dash_flow *dash_flow_at(struct dash_flow_table *t, u32 slot);
u32 dash_flow_slots(const struct dash_flow_table *t);
u32 dash_flow_count(const struct dash_flow_table *t);		/* linked now */
u32 dash_flow_high_water(const struct dash_flow_table *t);
void dash_flow_table_info(struct dash_flow_table *t, struct dash_flow_table_info *info);
u32 dash_flow_retired(const struct dash_flow_table *t);	/* unlinked, not recycled yet */
u32 dash_flow_used(const struct dash_flow_table *t);		/* linked, or not recycled yet */
bool dash_flow_scarce(const struct dash_flow_table *t);		/* less than a sixteenth of the records is free */
/* All slots in use are below this; it only grows.  Any context. */
u32 dash_flow_top(const struct dash_flow_table *t);

/* Dump: the next record in use at or after *cursor (start with 0), 0 if none among the next few thousand slots.
 * *cursor moves on, and is U32_MAX at the end.  Under RCU for as long as the record is read; between calls
 * the caller may leave it.  Shows each connection that lives throughout exactly once.
 */
u32 dash_flow_walk(struct dash_flow_table *t, u32 *cursor);

#endif
