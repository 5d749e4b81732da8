// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Where is the record of this connection, and when may its slot be used again?
 *
 * Index: cache lines of eight entries (tag << 32 | slot).  A key has two
 * candidate lines; which one is the other follows from the tag alone, so an
 * entry can be moved without its key.  A new entry goes to the first hole of
 * both lines looked at in turns, which is in the emptier one more often than not
 * (counting the holes of both takes 100 instructions more, and saves a move in
 * 60 inserts at 80 % load); when both are full, a breadth-first search over at
 * most NODES lines finds the shortest chain of moves to a hole.  Eight ways and two choices fill
 * beyond 95 % before that fails.  Records never move.  Rejected: the kernel's
 * hash maps (three dependent cache misses, and an element that is reused while
 * a program holds it); one choice with overflow chains (unbounded readers).
 *
 * The chain is executed from the hole backwards: each entry is copied to its
 * other line before its old place is overwritten.  A reader without locks
 * (the program) loads two lines and may see an entry twice, or miss one that
 * moved between its loads, but an entry never names a wrong record: a match is
 * decided by the key in the record.  dash_flow_find() notices that moves
 * happened (@seq) and then looks again under the lock, so it never misses.
 *
 * Slots: a free list through dash_flow.link, last in first out so that warm
 * records are used again; slots above @fresh have never been used and need no
 * list.  Unlinked slots wait in a ring of 32-bit words (four bytes a
 * connection; in memory of our own, because the record still belongs to its
 * readers).  The reaper marks how far the ring was filled, takes a cookie of
 * that moment, and recycles up to the mark once the cookie's grace period is
 * over: one grace period per batch, no rcu_head in the record, no callback
 * that could outlive the table.
 *
 * Who may hold a record, and why each ends before it is reused:
 *  1. Its creator, from alloc to link: nobody else can find it.  The sweep may
 *     look at it and even try to unlink it, but finds no index entry.
 *  2. A program, or a kfunc it calls, that found it in the index: inside one RCU
 *     read section (BH disabled), which started before unlink cleared the entry.
 *  3. A dump: inside an RCU read section as well.
 *  4. The sweep and flushes: under the sweep's mutex, and reap runs under it.
 *  5. The ring, once: only who clears the index entry pushes the slot.
 *  6. gone(), called by reap for a slot that it has not yet given back.
 * Unlink may run in softirq (a SYN that reopens) and in the sweep at the same
 * time: the index lock lets one of them find the entry.
 *
 * Locking: @lock (index, ring's tail) and @slot_lock (free list), both leaves,
 * never nested.  No function below needs more of the index than the two lines
 * of a key except make_room(), so that locks striped by line can replace
 * @lock: both lines' stripes in order, all of them for a move.  Readers of
 * records that user space maps writable must not trust a slot number: every
 * one read from map memory is checked against @slots.
 */
#include "flow_table.h"

#include <linux/cache.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define NODES		160u	/* 2 + 16 + 128: all lines two moves away, and some of the third */
#define REAP_BATCH	256u
#define WALK_STEP	4096u
#define SLOT_MASK	(DASH_FLOW_MAX_SLOTS - 1)
#define WHY_SHIFT	28

/* A full line of the search, and the entry (of line @from, way @way) that would move into it. */
struct node {
	u32 line;
	u8 from, way;
};

struct dash_flow_table {
	struct dash_line *index;
	struct dash_flow *flows;
	u32 lines, slots;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 seq;			/* odd while entries move */
	u32 count, high_water;
	u64 moves, no_line;
	u32 tail;			/* where the next unlinked slot goes */
	u32 *ring;			/* reason << WHY_SHIFT | slot */
	struct node node[NODES];	/* of make_room(), too large for a stack */

	spinlock_t slot_lock ____cacheline_aligned_in_smp;
	u32 free;			/* first of the free list, 0: empty */
	u32 fresh;			/* slots from here on were never used */
	u64 no_slot;

	u32 head ____cacheline_aligned_in_smp;	/* of the ring; reaper only, as all below */
	u32 mark;			/* the cookie covers the ring up to here */
	unsigned long cookie;
};

static_assert(DASH_GONE_COUNT <= 1 << (32 - WHY_SHIFT), "a reason fits above the slot");
static_assert(NODES <= U8_MAX, "a node is named by a byte");

static u32 entry_tag(u64 e)
{
	return e >> 32;
}

static u32 ring_next(const struct dash_flow_table *t, u32 pos)
{
	return pos + 1 == t->slots ? 0 : pos + 1;
}

/**
 * dash_flow_table_create - organise two arrays as a flow table
 * @index: index lines; cleared
 * @lines: how many, a power of two; eight entries each
 * @flows: records; cleared one by one as they are used
 * @slots: how many, slot 0 included, which is never used
 *
 * Context: process, may sleep.
 * Return: the table, or ERR_PTR: -EINVAL sizes, -ENOMEM.
 */
struct dash_flow_table *dash_flow_table_create(struct dash_line *index, u32 lines,
					       struct dash_flow *flows, u32 slots)
{
	struct dash_flow_table *t;
	u32 i;

	if (!is_power_of_2(lines) || slots < 2 || slots > DASH_FLOW_MAX_SLOTS)
		return ERR_PTR(-EINVAL);
	t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return ERR_PTR(-ENOMEM);
	t->ring = kvmalloc_array(slots, sizeof(*t->ring), GFP_KERNEL_ACCOUNT);
	if (!t->ring) {
		kvfree(t);
		return ERR_PTR(-ENOMEM);
	}
	spin_lock_init(&t->lock);
	spin_lock_init(&t->slot_lock);
	t->index = index;
	t->flows = flows;
	t->lines = lines;
	t->slots = slots;
	t->fresh = 1;
	for (i = 0; i < lines; i++) {
		memset(&index[i], 0, sizeof(index[i]));
		if (!(i & 0xffff))
			cond_resched();
	}
	return t;
}

/**
 * dash_flow_table_destroy - forget the table; the arrays stay as they are
 * @t: the table; nothing uses it any more, and retired records were reaped
 *
 * Context: process.
 */
void dash_flow_table_destroy(struct dash_flow_table *t)
{
	kvfree(t->ring);
	kvfree(t);
}

/**
 * dash_flow_at - the record of a slot
 * @t: the table
 * @slot: a slot number, trusted: from this table's functions, or checked
 *	against dash_flow_slots()
 *
 * Context: any; see the list at the top for how long the record may be held.
 * Return: the record.
 */
struct dash_flow *dash_flow_at(struct dash_flow_table *t, u32 slot)
{
	return &t->flows[slot];
}

/**
 * dash_flow_alloc - take a free record
 * @t: the table
 * @slot: its number
 *
 * Context: BH disabled.
 * Return: the record, in state FREE and with counters at zero, the rest of it for the
 * caller to fill; NULL if none is free, which is counted.
 */
struct dash_flow *dash_flow_alloc(struct dash_flow_table *t, u32 *slot)
{
	struct dash_flow *f;
	u32 s, next;

	spin_lock(&t->slot_lock);
	s = t->free;
	if (s) {
		next = t->flows[s].link;
		t->free = likely(next < t->slots) ? next : 0;
		prefetchw(&t->flows[t->free]);
	} else if (t->fresh < t->slots) {
		s = t->fresh;
		WRITE_ONCE(t->fresh, s + 1);
	} else {
		t->no_slot++;
	}
	spin_unlock(&t->slot_lock);

	if (unlikely(!s))
		return NULL;
	f = &t->flows[s];
	*slot = s;
	WRITE_ONCE(f->track, 0);	/* one that was never used may hold anything */
	f->packets[0] = f->packets[1] = 0;
	f->bytes[0] = f->bytes[1] = 0;
	return f;
}

/**
 * dash_flow_unalloc - give back a record that was never linked
 * @t: the table
 * @slot: its number
 *
 * Context: BH disabled.
 */
void dash_flow_unalloc(struct dash_flow_table *t, u32 slot)
{
	struct dash_flow *f = &t->flows[slot];

	WRITE_ONCE(f->track, 0);
	spin_lock(&t->slot_lock);
	f->link = t->free;
	t->free = slot;
	spin_unlock(&t->slot_lock);
}

/**
 * dash_flow_may_alloc - is a record free?
 * @t: the table
 *
 * Context: any.
 * Return: true if dash_flow_alloc() would find one now.
 */
bool dash_flow_may_alloc(const struct dash_flow_table *t)
{
	return READ_ONCE(t->free) || READ_ONCE(t->fresh) < t->slots;
}

/* Does the record have this key?  @k: five words, of which the last three count for IPv6 only. */
static noinline bool slot_is(const struct dash_flow_table *t, u32 slot, const u64 *k, bool v6)
{
	const struct dash_flow *f = &t->flows[slot];

	if (unlikely(!slot || slot >= t->slots))
		return false;
	if (f->k0[0] != k[0] || f->k0[1] != k[1])
		return false;
	return !v6 || (f->k1[0] == k[2] && f->k1[1] == k[3] && f->k1[2] == k[4]);
}

/*
 * The slot in @line whose record has the key, 0 if none.  Unrolled, and by halves of
 * entries as the program does: one tag is then two instructions, and this is where
 * lookups and inserts spend their time.
 */
static __always_inline u32 line_find(const struct dash_flow_table *t, u32 line, u32 tag,
				     const u64 *k, bool v6)
{
	const struct dash_entry *e = (const struct dash_entry *)&t->index[line];
	u32 i, slot;

#pragma GCC unroll 8
	for (i = 0; i < DASH_LINE_WAYS; i++) {
		if (likely(READ_ONCE(e[i].tag) != tag))
			continue;
		slot = READ_ONCE(e[i].slot);
		if (slot_is(t, slot, k, v6))
			return slot;
	}
	return 0;
}

static __always_inline u32 find(const struct dash_flow_table *t, u32 l1, u32 l2, u32 tag, const u64 *k)
{
	bool v6 = ((const struct dash_key *)k)->v6;

	return line_find(t, l1, tag, k, v6) ?: line_find(t, l2, tag, k, v6);
}

static noinline u32 find_locked(struct dash_flow_table *t, u32 l1, u32 l2, u32 tag, const u64 *k)
{
	u32 slot;

	spin_lock_bh(&t->lock);
	slot = find(t, l1, l2, tag, k);
	spin_unlock_bh(&t->lock);
	return slot;
}

/**
 * dash_flow_find - the record of a key, certainly
 * @t: the table
 * @k: the key
 * @hash: its dash_hash()
 *
 * Takes the lock only if entries were moved while it looked.
 *
 * Context: any but hard interrupt; RCU held while the record is used.
 * Return: slot, 0 if none.  The record may be unlinked by the time the caller
 * looks at it (state DASH_ST_DEAD): that is a miss.
 */
u32 dash_flow_find(struct dash_flow_table *t, const struct dash_key *k, u64 hash)
{
	u32 tag = dash_tag(hash), l1 = dash_line1(hash, t->lines);
	u32 l2 = dash_line_other(l1, tag, t->lines);
	u32 seq = smp_load_acquire(&t->seq), slot;

	BUILD_BUG_ON(sizeof(*k) != 5 * sizeof(u64));
	slot = find(t, l1, l2, tag, (const u64 *)k);
	if (slot)
		return slot;
	smp_rmb();	/* the entries before @seq */
	if (likely(!(seq & 1) && READ_ONCE(t->seq) == seq))
		return 0;
	return find_locked(t, l1, l2, tag, (const u64 *)k);
}

/* Where @e (0: a hole) stands in the line; NULL if nowhere. */
static __always_inline u64 *line_entry(struct dash_line *line, u64 e)
{
	u32 i;

#pragma GCC unroll 8
	for (i = 0; i < DASH_LINE_WAYS; i++)
		if (line->e[i] == e)
			return &line->e[i];
	return NULL;
}

/*
 * A hole of two lines; NULL if both are full.  Packets look into the first line first,
 * so that takes entries until it is half full; from there on both fill evenly, or
 * moves would begin long before the table is full.
 */
static __always_inline u64 *first_hole(struct dash_line *a, struct dash_line *b)
{
	const u32 half = DASH_LINE_WAYS / 2;
	u32 i;

#pragma GCC unroll 8
	for (i = 0; i < half; i++)
		if (!a->e[i])
			return &a->e[i];
#pragma GCC unroll 8
	for (i = 0; i < half; i++)
		if (!b->e[i])
			return &b->e[i];
#pragma GCC unroll 8
	for (i = half; i < DASH_LINE_WAYS; i++) {
		if (!a->e[i])
			return &a->e[i];
		if (!b->e[i])
			return &b->e[i];
	}
	return NULL;
}

/* Move entries along the chain that ends in @hole and starts in a root of the search. */
static u64 *shift(struct dash_flow_table *t, u32 from, u32 from_way, u64 *hole)
{
	WRITE_ONCE(t->seq, t->seq + 1);
	smp_wmb();	/* @seq odd before the first entry moves */
	for (;;) {
		u64 *src = &t->index[t->node[from].line].e[from_way];

		/* in its new place before the old one is overwritten */
		smp_store_release(hole, *src);
		t->moves++;
		hole = src;
		from_way = t->node[from].way;
		if (from_way == DASH_LINE_WAYS)
			break;
		from = t->node[from].from;
	}
	return hole;
}

/*
 * Both lines of a new entry are full: make a hole in one of them.
 *
 *	node 0: l1   node 1: l2		roots, full
 *	node 2..9: the other lines of l1's entries, full as well
 *	...				until an entry's other line has a hole
 *
 * The first hole found is the nearest, hence no line comes twice in its chain.
 * Returns the place, whose old entry has been copied already and which the
 * caller overwrites, then ends the move; NULL if there is none within reach.
 */
static noinline u64 *make_room(struct dash_flow_table *t, u32 l1, u32 l2)
{
	u32 other[DASH_LINE_WAYS], n = 0, i, w;

	t->node[n++] = (struct node) { l1, 0, DASH_LINE_WAYS };
	if (l2 != l1)
		t->node[n++] = (struct node) { l2, 0, DASH_LINE_WAYS };

	for (i = 0; i < n; i++) {
		u32 line = t->node[i].line;

		for (w = 0; w < DASH_LINE_WAYS; w++) {
			other[w] = dash_line_other(line, entry_tag(t->index[line].e[w]), t->lines);
			prefetch(&t->index[other[w]]);
		}
		for (w = 0; w < DASH_LINE_WAYS; w++) {
			u64 *hole = line_entry(&t->index[other[w]], 0);

			if (hole)
				return shift(t, i, w, hole);
			if (n < NODES)
				t->node[n++] = (struct node) { other[w], i, w };
		}
	}
	return NULL;
}

/**
 * dash_flow_link - make a filled record findable
 * @t: the table
 * @slot: the record, from dash_flow_alloc(); with -EEXIST the one that is there
 * @k: its key
 * @hash: dash_hash() of its key
 *
 * Context: BH disabled; RCU held while *@slot is used.
 * Return: 0; -EEXIST another CPU linked this key first, our record is given
 * back; -ENOSPC no place in the index, our record is given back.
 */
int dash_flow_link(struct dash_flow_table *t, u32 *slot, const struct dash_key *k, u64 hash)
{
	u32 tag = dash_tag(hash), l1 = dash_line1(hash, t->lines);
	u32 l2 = dash_line_other(l1, tag, t->lines);
	u32 mine = *slot, there;
	u64 *place;
	int err;

	spin_lock(&t->lock);
	there = find(t, l1, l2, tag, (const u64 *)k);
	if (unlikely(there)) {
		*slot = there;
		err = -EEXIST;
		goto back;
	}
	place = first_hole(&t->index[l1], &t->index[l2]);
	if (likely(place)) {
		smp_store_release(place, (u64)tag << 32 | mine);
	} else {
		place = make_room(t, l1, l2);
		if (!place) {
			t->no_line++;
			err = -ENOSPC;
			goto back;
		}
		smp_store_release(place, (u64)tag << 32 | mine);
		smp_store_release(&t->seq, t->seq + 1);
	}
	WRITE_ONCE(t->count, t->count + 1);
	if (t->count > t->high_water)
		WRITE_ONCE(t->high_water, t->count);
	spin_unlock(&t->lock);
	return 0;

back:
	spin_unlock(&t->lock);
	dash_flow_unalloc(t, mine);
	return err;
}

/* No segment moves the state from here on: the tracker's exchange fails, and finds DEAD. */
static void mark_dead(struct dash_flow *f)
{
	struct {
		DASH_TRACK_UNION;
	} w;
	u32 old;

	do {
		w.track = old = READ_ONCE(f->track);
		w.was = w.state;
		w.state = DASH_ST_DEAD;
	} while (cmpxchg(&f->track, old, w.track) != old);
}

/**
 * dash_flow_prefetch - the index lines of a record are about to be needed
 * @t: the table
 * @hash: dash_hash() of the record's key
 *
 * Context: any.
 */
void dash_flow_prefetch(const struct dash_flow_table *t, u64 hash)
{
	u32 l1 = dash_line1(hash, t->lines);

	prefetchw(&t->index[l1]);
	prefetchw(&t->index[dash_line_other(l1, dash_tag(hash), t->lines)]);
}

/**
 * dash_flow_unlink - end a connection: no packet finds it from now on
 * @t: the table
 * @slot: its record
 * @hash: dash_hash() of the record's key
 * @why: handed to gone()
 *
 * Context: BH disabled; the record is held by one of the ways listed at the top.
 * Return: false if it was not linked (any more).
 */
bool dash_flow_unlink(struct dash_flow_table *t, u32 slot, u64 hash, enum dash_gone_reason why)
{
	u32 tag = dash_tag(hash), l1 = dash_line1(hash, t->lines);
	u32 l2 = dash_line_other(l1, tag, t->lines);
	u64 e = (u64)tag << 32 | slot, *place;

	spin_lock(&t->lock);
	place = line_entry(&t->index[l1], e) ?: line_entry(&t->index[l2], e);
	if (!place) {
		spin_unlock(&t->lock);
		return false;
	}
	WRITE_ONCE(*place, 0);
	mark_dead(&t->flows[slot]);
	WRITE_ONCE(t->count, t->count - 1);
	t->ring[t->tail] = (u32)why << WHY_SHIFT | slot;
	WRITE_ONCE(t->tail, ring_next(t, t->tail));
	spin_unlock(&t->lock);
	return true;
}

static u32 ring_tail(struct dash_flow_table *t)
{
	u32 tail;

	spin_lock_bh(&t->lock);
	tail = t->tail;
	spin_unlock_bh(&t->lock);
	return tail;
}

/* Records of the ring up to @end are nobody's: report them and put them on the free list. */
static u32 drain(struct dash_flow_table *t, u32 end,
		 void (*gone)(void *arg, const struct dash_flow *f, enum dash_gone_reason why),
		 void *arg)
{
	u32 total = 0;

	while (t->head != end) {
		struct dash_flow *last = NULL;
		u32 first = 0, n;

		for (n = 0; n < REAP_BATCH && t->head != end; n++) {
			u32 r = t->ring[t->head], slot = r & SLOT_MASK;
			struct dash_flow *f = &t->flows[slot];

			if (gone)
				gone(arg, f, r >> WHY_SHIFT);
			WRITE_ONCE(f->track, 0);
			f->link = first;
			first = slot;
			if (!last)
				last = f;
			WRITE_ONCE(t->head, ring_next(t, t->head));
		}
		spin_lock_bh(&t->slot_lock);
		last->link = t->free;
		t->free = first;
		spin_unlock_bh(&t->slot_lock);
		total += n;
		cond_resched();
	}
	return total;
}

/**
 * dash_flow_reap - recycle records whose grace period is over
 * @t: the table
 * @wait: wait until that holds for every record unlinked so far
 * @gone: called for each before its slot is free again; may be NULL
 * @arg: handed to @gone
 *
 * Without @wait it also starts the next batch's grace period, so a record is
 * back two calls after a grace period at the latest.
 *
 * Context: process, may sleep.  The sweep's mutex is held.
 * Return: how many.
 */
u32 dash_flow_reap(struct dash_flow_table *t, bool wait,
		   void (*gone)(void *arg, const struct dash_flow *f, enum dash_gone_reason why),
		   void *arg)
{
	u32 n = 0;

	if (wait) {
		u32 end = ring_tail(t);

		if (t->head == end)
			return 0;
		synchronize_rcu();
		t->mark = end;
		return drain(t, end, gone, arg);
	}
	if (t->mark != t->head) {
		if (!poll_state_synchronize_rcu(t->cookie))
			return 0;
		n = drain(t, t->mark, gone, arg);
	}
	t->mark = ring_tail(t);
	if (t->mark != t->head)
		t->cookie = start_poll_synchronize_rcu();
	return n;
}

/**
 * dash_flow_walk - next connection of a dump
 * @t: the table
 * @cursor: 0 to start; U32_MAX at the end
 *
 * Context: any, under RCU while the record is read.
 * Return: slot; 0 if the next few thousand slots have none (leave RCU, breathe,
 * call again) or at the end.
 */
u32 dash_flow_walk(struct dash_flow_table *t, u32 *cursor)
{
	u32 top = dash_flow_top(t), c = *cursor ?: 1, i;

	for (i = 0; i < WALK_STEP && c < top; i++, c++) {
		/* pairs with dash_conntrack_start() */
		u8 state = smp_load_acquire(&t->flows[c].state);

		if (state != DASH_ST_FREE && state != DASH_ST_DEAD) {
			*cursor = c + 1;
			return c;
		}
	}
	*cursor = c < top ? c : U32_MAX;
	return 0;
}

/** dash_flow_slots - number of records, slot 0 included.  Context: any. */
u32 dash_flow_slots(const struct dash_flow_table *t)
{
	return t->slots;
}

/** dash_flow_count - connections linked now.  Context: any. */
u32 dash_flow_count(const struct dash_flow_table *t)
{
	return READ_ONCE(t->count);
}

/** dash_flow_high_water - the most that were linked at once.  Context: any. */
u32 dash_flow_high_water(const struct dash_flow_table *t)
{
	return READ_ONCE(t->high_water);
}

/** dash_flow_retired - records that wait for their grace period; about right.  Context: any. */
u32 dash_flow_retired(const struct dash_flow_table *t)
{
	u32 head = READ_ONCE(t->head), tail = READ_ONCE(t->tail);

	return tail >= head ? tail - head : tail + t->slots - head;
}

/** dash_flow_used - records that are linked or wait for their grace period; about right.  Context: any. */
u32 dash_flow_used(const struct dash_flow_table *t)
{
	return dash_flow_count(t) + dash_flow_retired(t);
}

/** dash_flow_scarce - is only a sixteenth of all records left, or less?  Context: any. */
bool dash_flow_scarce(const struct dash_flow_table *t)
{
	return dash_flow_used(t) >= t->slots - t->slots / 16;
}

/** dash_flow_top - slots in use are below this; it only grows.  Context: any. */
u32 dash_flow_top(const struct dash_flow_table *t)
{
	return READ_ONCE(t->fresh);
}

/**
 * dash_flow_table_info - sizes, occupancy, failures by cause
 * @t: the table
 * @info: result; fields are read one by one
 *
 * Context: any.
 */
void dash_flow_table_info(struct dash_flow_table *t, struct dash_flow_table_info *info)
{
	*info = (struct dash_flow_table_info) {
		.slots = t->slots,
		.lines = t->lines,
		.count = dash_flow_count(t),
		.high_water = dash_flow_high_water(t),
		.retired = dash_flow_retired(t),
		.moves = READ_ONCE(t->moves),
		.no_slot = READ_ONCE(t->no_slot),
		.no_line = READ_ONCE(t->no_line),
		.bytes = sizeof(*t) + array_size(t->slots, sizeof(*t->ring)),
	};
}
