// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * Which value holds at this number?
 *
 * A map of a hundred thousand prefixes is a sorted list of the numbers where its
 * value changes, twice as many at most.  Over it stands a front: an array of
 * about as many entries as there are such bounds, indexed by the upper bits of
 * the distance to the first one.  An entry is the value itself if it holds all
 * over the entry's span, else it leads to a leaf: the last numbers of up to four
 * values, then these and the value that follows.
 *
 *	10.0.0.0/8 -> A, 10.1.0.0/16 -> B, 10.1.2.0/24 -> C, elsewhere -> X
 *
 *	base 10.0.0.0, reach 2^24 - 1, shift 22
 *	entry 0: leaf  10.0.255.255 10.1.1.255 10.1.2.255 10.1.255.255 | A B C B A
 *	entry 1, 2, 3: A				outside: X
 *
 * Prefixes are not spread evenly: an entry with more bounds leads to a list of
 * pairs, one with more than LIST bounds to entries of its own, for smaller spans.
 * A look-up reads two lines that depend on each other, the entry's and the leaf's.
 *
 * The owner's values are placed right behind the leaf that first names them: who
 * reads the leaf has what it leads to in the next line, mostly.
 *
 * Rejected: the longest match of lpm.c, which takes updates in place, at one more
 * dependent line, an allocation for every prefix and half as much memory again; it
 * still serves IPv6, where bounds would take 16 bytes each.
 *
 * Called by acl_compile.c in process context; immutable then, found by acl.c.
 */
#include "range.h"

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)
#define LIST	12u		/* bounds, at most, in a list */
#define IS_LIST	0x80000000u	/* first word of a list; that of entries is their shift */

/* State of one build. */
struct builder {
	struct dash_words *out;
	const struct dash_bound *b;	/* the next bound */
	u32 n;				/* bounds from there on */
	u32 now;			/* value before it */
	int (*place)(void *arg, u32 *value);
	void *arg;
};

/**
 * dash_words_grow() - make room
 * @out: the array
 * @n: words that will be appended
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dash_words_grow(struct dash_words *out, size_t n)
{
	size_t room = max(out->room, (size_t)256);
	u32 *w;

	if (out->n + n <= out->room)
		return 0;
	if (out->n + n > DASH_RANGE_INDEX)
		return -ENOMEM;
	while (room < out->n + n)
		room *= 2;
	w = kvmalloc_array(room, sizeof(*w), GFP);
	if (!w)
		return -ENOMEM;
	if (out->n)
		memcpy(w, out->w, out->n * sizeof(*w));
	kvfree(out->w);
	out->w = w;
	out->room = room;
	return 0;
}

/* How many of the next bounds are at or before @last. */
static u32 bounds_upto(const struct builder *s, u32 last)
{
	u32 lo = 0, step = 1, mid, hi;

	/* Mostly none or few. */
	while (lo + step <= s->n && s->b[lo + step - 1].from <= last) {
		lo += step;
		step *= 2;
	}
	for (hi = min(lo + step, s->n + 1); hi - lo > 1; ) {
		mid = (lo + hi) / 2;
		if (s->b[mid - 1].from <= last)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void next_bound(struct builder *s)
{
	s->now = s->b->value;
	s->b++;
	s->n--;
}

/* The value that holds now, as it is stored; @at: where. */
static int put_value(struct builder *s, u32 at)
{
	u32 value = s->now;
	int err = s->place(s->arg, &value);

	if (!err)
		s->out->w[at] = value;
	return err;
}

/* The @n next bounds and the value before them, as a leaf or a list; the values follow. */
static int leaf_make(struct builder *s, u32 n, u32 *entry)
{
	bool list = n > DASH_RANGE_ENDS;
	u32 at = s->out->n, words = list ? 1 + 2 * (n + 1) : DASH_RANGE_ENDS + n + 1, i, end, value;
	int err;

	err = dash_words_grow(s->out, words);
	if (err)
		return err;
	s->out->n += words;
	*entry = DASH_RANGE_LEAF | (list ? DASH_RANGE_MORE : 0) | at;
	if (list)
		s->out->w[at++] = IS_LIST;
	for (i = 0; i <= n || (!list && i < DASH_RANGE_ENDS); i++) {
		end = list ? at + 2 * i : at + i;
		value = list ? end + 1 : at + DASH_RANGE_ENDS + i;
		if (list || i < DASH_RANGE_ENDS)
			s->out->w[end] = i < n ? s->b->from - 1 : ~0u;
		if (i > n)
			continue;
		err = put_value(s, value);
		if (err)
			return err;
		if (i < n)
			next_bound(s);
	}
	return 0;
}

/* The part of a span that is being made: @n entries, of 2^@shift numbers each, at @at. */
struct level {
	u32 at, n, i, shift;
};

/*
 * Fill @n entries, of 2^@shift numbers each from @first on, and whatever they
 * lead to.  A crowded entry gets a level of entries of its own, each with at
 * least one bit less: MAX_LEVELS of them are never used up.
 */
#define MAX_LEVELS	33

static int fill(struct builder *s, u32 front, u32 entries, u32 first, u32 shift)
{
	struct level stack[MAX_LEVELS] = { { front, entries, 0, shift } }, *l = stack;
	u64 next = first;

	while (l >= stack) {
		u32 last, n, entry = 0, bits;
		int err;

		if (l->i == l->n) {
			l--;
			continue;
		}
		last = min(next + (1ull << l->shift) - 1, (u64)~0u);
		/* A bound at the very beginning leaves nothing of the value before. */
		if (s->n && s->b->from == next)
			next_bound(s);
		n = bounds_upto(s, last);
		if (n > LIST) {
			bits = min_t(u32, ilog2(n), l->shift);
			err = dash_words_grow(s->out, 1 + (1u << bits));
			if (err)
				return err;
			entry = s->out->n;
			s->out->w[entry] = l->shift - bits;
			s->out->n += 1 + (1u << bits);
			s->out->w[l->at + l->i++] = DASH_RANGE_LEAF | DASH_RANGE_MORE | entry;
			l[1] = (struct level){ entry + 1, 1u << bits, 0, l->shift - bits };
			l++;
			continue;
		}
		if (n) {
			err = leaf_make(s, n, &entry);
			s->out->w[l->at + l->i] = entry;
		} else {
			err = put_value(s, l->at + l->i);
		}
		if (err)
			return err;
		l->i++;
		next = (u64)last + 1;
		if (!(l->i % 1024))
			cond_resched();
	}
	return 0;
}

/**
 * dash_range_build() - make a map
 * @r: the map
 * @out: where its words, and the values that it places, are appended
 * @b: bounds in ascending order
 * @n: their number
 * @outside: value before the first bound
 * @top: the largest number there is
 * @place: turns a value of @b into the one to store, and may append to @out;
 *	called in the order of the numbers, many times for the same value
 * @arg: for @place
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM, or what @place returned.
 */
int dash_range_build(struct dash_range *r, struct dash_words *out, const struct dash_bound *b, u32 n, u32 outside,
		     u32 top, int (*place)(void *arg, u32 *value), void *arg)
{
	struct builder s = { out, b, n, outside, place, arg };
	u32 entries, end;
	int err;

	*r = (struct dash_range){ .outside = outside };
	err = place(arg, &r->outside);
	if (err)
		return err;
	/* Without bounds one entry, for number 0, which then is as the others. */
	end = n && b[n - 1].value == outside ? b[n - 1].from : n ? top : 0;
	r->base = n ? b[0].from : 0;
	/* One to two bounds an entry: fewer take more room than they save leaves. */
	while (((u64)end - r->base) >> r->shift > n)
		r->shift++;
	r->base = r->base >> r->shift << r->shift;
	entries = ((end - r->base) >> r->shift) + 1;
	r->reach = min(((u64)entries << r->shift) - 1, (u64)top - r->base);
	err = dash_words_grow(out, entries);
	if (err)
		return err;
	r->front = out->n;
	out->n += entries;
	return fill(&s, r->front, entries, r->base, r->shift);
}

/**
 * dash_range_more() - dash_range_value() of an entry that leads to more entries
 * @w: the owner's words
 * @r: the map
 * @key: the number
 * @entry: what dash_range_entry() returned
 *
 * Context: any.
 * Return: the value.
 */
u32 dash_range_more(const u32 *w, const struct dash_range *r, u32 key, u32 entry)
{
	u32 at = key - r->base, shift = r->shift;

	while (entry & DASH_RANGE_MORE) {
		const u32 *p = w + (entry & DASH_RANGE_INDEX);

		if (*p == IS_LIST) {
			for (p++; key > *p; )
				p += 2;
			return p[1];
		}
		at &= (u32)((1ull << shift) - 1);
		shift = *p;
		entry = p[1 + (at >> shift)];
	}
	return dash_range_value(w, r, key, entry);
}
