/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The reading half of lpm.c, and the layout that it reads, for callers that look up
 * in the middle of something hot (acl.c).  Everybody else includes lpm.h.
 */
#ifndef DASH_LPM_LOOKUP_H
#define DASH_LPM_LOOKUP_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include "lpm.h"

#define STRIDE		6
#define TAG		7ul

struct node {
	u64 child, value;
	unsigned long slot[];	/* children, then values (pointers), each in order of its bits */
};

/* Bucket entries; IPv4 in 16 bytes. */
struct entry4 {
	void *value;
	u32 addr, mask;
};

struct entry6 {
	void *value;
	struct dash_bits addr;
	u64 len;
};

struct front {
	struct dash_bits base, mask;	/* the common bits, and which they are */
	unsigned int skip, bits;	/* their number, and that of the index; the sum is a level */
	unsigned int shift;		/* 63 - bits: one is shifted apart, as there may be none */
	struct {
		unsigned long slot;	/* where the trie goes on behind them, or a bucket above that */
		void *best;		/* longest match among the nodes passed */
	} e[];
};

struct dash_lpm {
	struct front __rcu *front;
	unsigned long root;
	size_t bytes;
	u32 n;
	u32 front_n;	/* prefixes when the front was made */
	u32 outside;	/* inserted since without its common bits */
	bool v6;
	bool private;	/* no reader: free at once */
};

extern const u64 dash_lpm_cover[64];	/* all prefixes of a node that cover index i */

void *dash_lpm_lookup_slow(const struct dash_lpm *t, struct dash_bits a);

static inline struct node *node_of(unsigned long slot)
{
	return (struct node *)slot;
}

static inline void *entries_of(unsigned long slot)
{
	return (void *)(slot & ~TAG);
}

static inline struct dash_bits shift_left(struct dash_bits a, unsigned int n)
{
	if (n >= 64) {
		a.hi = a.lo;
		a.lo = 0;
		n -= 64;
	}
	/* Two steps: no shift by 64. */
	a.hi = a.hi << n | (a.lo >> 1) >> (63 - n);
	a.lo <<= n;
	return a;
}

static __always_inline void *bucket_lookup4(unsigned long slot, u32 addr, void *best)
{
	const struct entry4 *e = entries_of(slot), *end = e + (slot & TAG);

	for (; e < end; e++) {
		if (!((addr ^ e->addr) & e->mask)) {
			void *v = READ_ONCE(*(void *const *)&e->value);

			if (likely(v))
				return v;
		}
	}
	return best;
}

static __always_inline void *bucket_lookup6(unsigned long slot, struct dash_bits a, void *best)
{
	const struct entry6 *e = entries_of(slot), *end = e + (slot & TAG);

	for (; e < end; e++) {
		if (dash_bits_covers(e->addr, e->len, a)) {
			void *v = READ_ONCE(*(void *const *)&e->value);

			if (likely(v))
				return v;
		}
	}
	return best;
}

/*
 * The map without the bits above @i: its population is the array index behind
 * that of bit @i, its top bit says whether that is set.
 */
static __always_inline u64 map_upto(u64 map, unsigned int i)
{
	return map << (63 - i);
}

/*
 * dash_lpm_lookup() for a caller that knows the family, and does many: a fifth of the
 * instructions of a short look-up are those of the call.
 */
static __always_inline void *dash_lpm_lookup_bits(const struct dash_lpm *t, struct dash_bits a, bool v6)
{
	const struct front *f = rcu_dereference(t->front);
	const struct node *n, *with = NULL;	/* last node with a match, and its matches */
	struct dash_bits rest;
	unsigned long slot;
	u64 matches = 0;
	void *v, *best;
	u32 first;

	if (unlikely(((a.hi ^ f->base.hi) & f->mask.hi) | (v6 ? (a.lo ^ f->base.lo) & f->mask.lo : 0)))
		return dash_lpm_lookup_slow(t, a);
	rest = v6 ? shift_left(a, f->skip) : (struct dash_bits){ a.hi << f->skip, 0 };
	first = (rest.hi >> 1) >> f->shift;
	slot = smp_load_acquire(&f->e[first].slot);
	best = READ_ONCE(*(void *const *)&f->e[first].best);
	if (slot & TAG)
		goto bucket;
	rest = v6 ? shift_left(rest, f->bits) : (struct dash_bits){ rest.hi << f->bits, 0 };
	do {
		unsigned int i = rest.hi >> (64 - STRIDE);
		u64 m, c;

		n = node_of(slot);
		m = n->value & dash_lpm_cover[i];
		if (m) {
			matches = m;
			with = n;
		}
		c = map_upto(n->child, i);
		if (!(c >> 63))
			goto node;
		/* Ordered by the address dependency, as in rcu_dereference(). */
		slot = READ_ONCE(*(const unsigned long *)&n->slot[hweight64(c) - 1]);
		rest.hi = v6 ? rest.hi << STRIDE | rest.lo >> (64 - STRIDE) : rest.hi << STRIDE;
		rest.lo <<= STRIDE;
	} while (!(slot & TAG));
bucket:
	v = v6 ? bucket_lookup6(slot, a, NULL) : bucket_lookup4(slot, a.hi >> 32, NULL);
	if (v)
		return v;
node:
	if (!with)
		return best;
	slot = hweight64(with->child) + hweight64(map_upto(with->value, fls64(matches) - 1)) - 1;
	v = (void *)READ_ONCE(*(const unsigned long *)&with->slot[slot]);
	return likely(v) ? v : dash_lpm_lookup_slow(t, a);
}

#endif
