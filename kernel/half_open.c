// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connection gives way when there is no room for another one?
 *
 * The oldest one of its ENI that has not completed its handshake: under a SYN flood that
 * is the flood's, while established connections and other ENIs keep what they have.
 * A doubly linked list per ENI, in an array beside the records: entering and leaving are
 * O(1), and the oldest is always known.  Rejected: sampling index lines (finds nothing when
 * the flooded ENI is a small part of the table); a ring of recent ones (evicts the young,
 * which may be honest, and forgets the old).
 *
 * A record is in the list of its ENI while its state is half-open, give or take the
 * moment of the change.  Locking: one spinlock per ENI, BH disabled, nothing nests inside.
 * Whoever moves a state out of half-open, or unlinks such a record, takes it off the list
 * before it leaves the RCU section, so no recycled slot is ever on it.  @add comes after
 * the record was linked, because until then it may have to be given back; it looks at
 * the state again afterwards, since the state may have moved in between.
 */
#include "half_open.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "conntrack.h"

#define NONE	U32_MAX		/* not on a list */

/* Neighbours, 0: none. */
struct link {
	u32 next, prev;
};

struct list {
	spinlock_t lock;
	u32 first, last;
} ____cacheline_aligned_in_smp;

struct dash_half_open {
	struct dash_flow *flows;
	struct link *link;
	struct list of_eni[DASH_MAX_ENI];
};

struct dash_half_open *dash_half_open_create(struct dash_flow_table *ft)
{
	u32 slots = dash_flow_slots(ft), i;
	struct dash_half_open *h;

	h = kvzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return NULL;
	h->link = kvmalloc_array(slots, sizeof(*h->link), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!h->link) {
		kvfree(h);
		return NULL;
	}
	memset(h->link, 0xff, array_size(slots, sizeof(*h->link)));
	h->flows = dash_flow_at(ft, 0);
	for (i = 0; i < DASH_MAX_ENI; i++)
		spin_lock_init(&h->of_eni[i].lock);
	return h;
}

size_t dash_half_open_bytes(const struct dash_flow_table *ft)
{
	return sizeof(struct dash_half_open) + array_size(dash_flow_slots(ft), sizeof(struct link));
}

void dash_half_open_destroy(struct dash_half_open *h)
{
	kvfree(h->link);
	kvfree(h);
}

/* @l->lock is held. */
static void take_off(struct dash_half_open *h, struct list *l, u32 slot)
{
	struct link at = h->link[slot];

	if (at.next == NONE)
		return;
	if (at.prev)
		h->link[at.prev].next = at.next;
	else
		l->first = at.next;
	if (at.next)
		h->link[at.next].prev = at.prev;
	else
		l->last = at.prev;
	WRITE_ONCE(h->link[slot].next, NONE);
}

void dash_half_open_del(struct dash_half_open *h, u16 eni, const struct dash_flow *f)
{
	struct list *l = &h->of_eni[eni];
	u32 slot = f - h->flows;

	/* ordered after the change of state by its compare-and-exchange */
	if (READ_ONCE(h->link[slot].next) == NONE)
		return;
	spin_lock(&l->lock);
	take_off(h, l, slot);
	spin_unlock(&l->lock);
}

void dash_half_open_add(struct dash_half_open *h, u16 eni, u32 slot)
{
	struct list *l = &h->of_eni[eni];

	spin_lock(&l->lock);
	h->link[slot].prev = l->last;
	WRITE_ONCE(h->link[slot].next, 0);
	if (l->last)
		WRITE_ONCE(h->link[l->last].next, slot);
	else
		l->first = slot;
	l->last = slot;
	spin_unlock(&l->lock);
	smp_mb();	/* either we see the new state, or who made it sees us on the list */
	if (!dash_state_half_open(READ_ONCE(h->flows[slot].state)))
		dash_half_open_del(h, eni, &h->flows[slot]);
}

bool dash_half_open_any(const struct dash_half_open *h, u16 eni)
{
	return READ_ONCE(h->of_eni[eni].first);
}

bool dash_half_open_yield(struct dash_half_open *h, u16 eni, struct dash_sweep *s)
{
	struct list *l = &h->of_eni[eni];
	u32 slot;

	while (READ_ONCE(l->first)) {
		spin_lock(&l->lock);
		slot = l->first;
		if (slot)
			take_off(h, l, slot);
		spin_unlock(&l->lock);
		if (!slot)
			break;
		/*
		 * If it is half-open now, whoever ends it from now on ends it while we are under
		 * RCU, and its slot stays what it is until we have lost that race or won it.
		 */
		smp_mb();
		if (dash_state_half_open(READ_ONCE(h->flows[slot].state)) &&
		    dash_sweep_remove(s, slot, DASH_GONE_YIELDED))
			return true;
	}
	return false;
}
