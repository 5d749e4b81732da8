/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_RANGE_H
#define DASH_RANGE_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Which value holds at this number?  A map from 32-bit numbers (IPv4 addresses,
 * ports) to values of 30 bits, given as the numbers where the value changes;
 * see range.c.  All maps and values of one owner live in one array of words.
 */

#define DASH_RANGE_LEAF		0x80000000u	/* an entry that leads to a leaf ... */
#define DASH_RANGE_MORE		0x40000000u	/* ... or to more than that; else it is the value */
#define DASH_RANGE_INDEX	0x3fffffffu
#define DASH_RANGE_ENDS		4		/* bounds in a leaf: mostly the two ends of two prefixes */

/**
 * struct dash_range - one map
 * @base: the first number that the entries cover
 * @reach: distance of the last one
 * @outside: value of all others
 * @front: index of the entries
 * @shift: an entry stands for 2^@shift numbers
 */
struct dash_range {
	u32 base, reach, outside, front;
	u32 shift;
};

/**
 * struct dash_bound - a number from which on another value holds
 * @from: the number
 * @value: the value, up to the next bound
 */
struct dash_bound {
	u32 from, value;
};

/**
 * struct dash_words - an array of words that grows
 * @w: the words
 * @n: words in use
 * @room: words allocated
 */
struct dash_words {
	u32 *w;
	size_t n, room;
};

int dash_words_grow(struct dash_words *out, size_t n);
int dash_range_build(struct dash_range *r, struct dash_words *out, const struct dash_bound *b, u32 n, u32 outside,
		     u32 top, int (*place)(void *arg, u32 *value), void *arg);
u32 dash_range_more(const u32 *w, const struct dash_range *r, u32 key, u32 entry);

/* The entry of a number: one load, which a caller with many maps can have in flight at once. */
static __always_inline u32 dash_range_entry(const u32 *w, const struct dash_range *r, u32 key)
{
	u32 at = key - r->base;

	if (unlikely(at > r->reach))
		return r->outside;
	return w[r->front + (at >> r->shift)];
}

/* The value that an entry leads to. */
static __always_inline u32 dash_range_value(const u32 *w, const struct dash_range *r, u32 key, u32 entry)
{
	const u32 *p;

	if (!(entry & DASH_RANGE_LEAF))
		return entry;
	if (unlikely(entry & DASH_RANGE_MORE))
		return dash_range_more(w, r, key, entry);
	/* Counted, not searched: where it ends cannot be predicted. */
	p = w + (entry & DASH_RANGE_INDEX);
	return p[DASH_RANGE_ENDS + (key > p[0]) + (key > p[1]) + (key > p[2]) + (key > p[3])];
}

#endif
