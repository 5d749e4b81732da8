/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_FRAGMENT_H
#define DASH_FRAGMENT_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

/* Most entries of one table, and of one ENI (pipeline.md FRG-11). */
#define DASH_FRAG_MAX		65536u
#define DASH_FRAG_MAX_ENI	4096u

/* The heads of fragmented packets that passed a moment ago, of one namespace. */
struct dash_frag_table;
struct dash_frag_entry;

/**
 * struct dash_frag_parent - what a later fragment has to know
 * @key: key of the head, ports included
 * @hash: its dash_hash()
 * @slot: record that the head went by
 */
struct dash_frag_parent {
	struct dash_key key;
	u64 hash;
	u32 slot;
};

struct dash_frag_table *dash_frag_create(void);		/* NULL: out of memory.  Process context. */
void dash_frag_destroy(struct dash_frag_table *t);	/* nobody uses it any more.  Process context. */

/* An entry for the head @pkt, not yet to be found: everything that can fail.  BH disabled.
 * DASH_DROP_NONE, DASH_DROP_FRAGMENT_TABLE_FULL or DASH_DROP_FLOW_CREATE_FAILED (memory).
 */
enum dash_drop dash_frag_reserve(struct dash_frag_table *t, const struct dash_pkt *pkt,
				 struct dash_frag_entry **f);
enum dash_drop dash_frag_room(struct dash_frag_table *t, const struct dash_pkt *pkt);	/* would it find room? */
void dash_frag_cancel(struct dash_frag_table *t, struct dash_frag_entry *f);	/* NULL is fine */
/* The head passes by record @pkt->slot; its fragments may follow for @life jiffies.  BH disabled. */
void dash_frag_commit(struct dash_frag_table *t, struct dash_frag_entry *f, const struct dash_pkt *pkt,
		      u32 life);
/* Where the later fragment @pkt belongs.  BH disabled.  false: no head passed. */
bool dash_frag_find(struct dash_frag_table *t, const struct dash_pkt *pkt,
		    struct dash_frag_parent *parent);
/* End the entry of @pkt: its parent is gone.  BH disabled. */
void dash_frag_forget(struct dash_frag_table *t, const struct dash_pkt *pkt);

u32 dash_frag_count(const struct dash_frag_table *t);	/* entries now.  Any context. */

#endif
