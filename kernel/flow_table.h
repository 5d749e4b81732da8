/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_FLOW_TABLE_H
#define DASH_FLOW_TABLE_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

/*
 * The flow table of one namespace: index lines and records in two BPF array maps (mmapable, so page
 * aligned), addressed directly.  Knows nothing of policy.
 */
struct dash_flow_table;

/* @index, @flows: first element of each map's values; @lines/@slots: numbers of elements (slot 0 unused).
 * ERR_PTR(-ENOMEM).  The caller keeps the maps referenced until destroy.
 */
struct dash_flow_table *dash_flow_table_create(struct dash_line *index, u32 lines,
					       struct dash_flow *flows, u32 slots);
void dash_flow_table_destroy(struct dash_flow_table *t);	/* no program runs any more */

/* Take a free record (zeroed, state FREE), NULL if the table is full.  BH context. */
struct dash_flow *dash_flow_alloc(struct dash_flow_table *t, u32 *slot);
void dash_flow_unalloc(struct dash_flow_table *t, u32 slot);	/* never linked */
/* Make a filled record findable.  0, or -EEXIST with *slot = the record that another CPU linked first (ours is
 * given back), or -ENOSPC: no way to place the index entry (record given back).
 */
int dash_flow_link(struct dash_flow_table *t, u32 *slot, u64 hash);
/* Under RCU; the locked look-up of a miss.  0 if none. */
u32 dash_flow_find(struct dash_flow_table *t, const struct dash_key *k, u64 hash);
/* Unlink: afterwards no new packet finds it.  false if somebody else did it.  The record is recycled after an RCU
 * grace period by dash_flow_reap().
 */
bool dash_flow_unlink(struct dash_flow_table *t, u32 slot, u64 hash);
struct dash_flow *dash_flow_at(struct dash_flow_table *t, u32 slot);
u32 dash_flow_slots(const struct dash_flow_table *t);
u32 dash_flow_count(const struct dash_flow_table *t);		/* linked now */
u32 dash_flow_high_water(const struct dash_flow_table *t);

#endif
