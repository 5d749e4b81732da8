// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * From the rules of a group to the tables of acl.c.
 *
 *	rules -> ranks -> for each field: a sweep over its values in order, with the
 *	set of rules that apply there -> classes, equal ones once -> bounds where the
 *	class changes -> maps (range.c; IPv6: lpm.c) -> one array of words
 *
 * Prefixes are sorted, so that one follows those around it: the sweep keeps them on
 * a stack, and the class of a prefix is that of the one below it and of the lists
 * that hold it.  A list is read once, however many rules name it.  Nothing is
 * multiplied: time is that of sorting the prefixes, a million in a second.
 *
 * Classes are made in a store of their own, which grows and is searched by hash,
 * and then copied to where they are first needed: behind the leaf that names
 * them.  Everything but the result is freed at the end, and all of it if there is
 * no memory: the caller's old form stays in force.
 *
 * Called by obj_acl_build.c in process context under dash_net.lock.
 */
#include "acl_lookup.h"

#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lpm.h"

/* Sizes come from user space, and so may be too large. */
#define GFP		(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

#define PORTS		65536
#define MAX_NEST	129		/* prefixes inside each other */
#define UNUSED		0xffffffffu

/* Whatever is sorted: by hi, lo, tie. */
struct item {
	u64 hi, lo, tie;
};

struct outer {
	struct dash_bits addr;
	unsigned int len;
	u32 class;
};

/* Where the class of a field changes. */
struct bounds {
	struct dash_bound *b;
	u32 n;
	u32 outside;			/* class before the first */
};

/* State of one compilation.  A class is an offset in the store. */
struct compiler {
	const struct dash_acl_rule *rules;
	struct dash_acl *acl;
	u32 n;
	bool v6;
	u32 *rule;			/* by rank */
	struct dash_words classes;	/* each: where it is placed, or UNUSED; summaries; words */
	u32 *set;			/* hash set of classes, UNUSED if empty */
	u32 set_n, set_room;
	u64 *sum;			/* the set being made ... */
	u16 *word;			/* ... all words of it */
	struct item *prefix[DASH_ACL_SIDES];	/* tie: length << 32 | class */
	u32 n_prefixes[DASH_ACL_SIDES];
	struct bounds addr[DASH_ACL_SIDES], port[DASH_ACL_SIDES];
	u32 proto[DASH_ACL_PROTOS];
	struct dash_words out;
	struct outer nest[MAX_NEST];
};

/* ---- sorting ---- */

static bool item_before(const struct item *a, const struct item *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi;
	if (a->lo != b->lo)
		return a->lo < b->lo;
	return a->tie < b->tie;
}

/*
 * Put the items of each of about @n equal spans of hi side by side, through @tmp.
 * Returns false, and changes nothing, if one gets more than CROWD of them, or
 * without memory.
 */
#define CROWD	64

static bool items_spread(struct item *a, struct item *tmp, u32 n)
{
	u64 lo = ~0ull, hi = 0;
	u32 shift = 0, spans, sum = 0, i, k, *at;

	for (i = 0; i < n; i++) {
		lo = min(lo, a[i].hi);
		hi = max(hi, a[i].hi);
	}
	while ((hi - lo) >> shift >= n)
		shift++;
	spans = ((hi - lo) >> shift) + 1;
	at = kvcalloc(spans, sizeof(*at), GFP);
	if (!at)
		return false;
	for (i = 0; i < n; i++)
		at[(a[i].hi - lo) >> shift]++;
	for (i = 0; i < spans; i++) {
		k = at[i];
		if (k > CROWD)
			goto err;
		at[i] = sum;
		sum += k;
	}
	cond_resched();
	for (i = 0; i < n; i++)
		tmp[at[(a[i].hi - lo) >> shift]++] = a[i];
	memcpy(a, tmp, n * sizeof(*a));
	kvfree(at);
	return true;
err:
	kvfree(at);
	return false;
}

/*
 * By insertion, if the items are spread evenly (prefixes mostly are) and so nearly in
 * place at once, else by merging: a half and a third of the time of sort(), which calls its
 * comparison through a pointer and cannot be interrupted.  -ENOMEM leaves @a unsorted.
 */
static int items_sort(struct item *a, u32 n)
{
	struct item *from = a, *to, *tmp;
	u32 i, j, k, lo, mid, end, run, width;

	tmp = kvmalloc_array(n + 1, sizeof(*tmp), GFP);
	if (!tmp)
		return -ENOMEM;
	run = n > 64 && items_spread(a, tmp, n) ? n : 8;
	for (lo = 0; lo < n; lo += run) {
		end = min(lo + run, n);
		for (i = lo + 1; i < end; i++) {
			struct item x = a[i];

			for (j = i; j > lo && item_before(&x, &a[j - 1]); j--)
				a[j] = a[j - 1];
			a[j] = x;
			if (!(i % 4096))
				cond_resched();
		}
	}
	to = tmp;
	for (width = run; width < n; width *= 2) {
		for (lo = 0; lo < n; lo = end) {
			mid = min(lo + width, n);
			end = min(mid + width, n);
			i = lo;
			j = mid;
			for (k = lo; k < end; k++)
				to[k] = j == end || (i < mid && !item_before(&from[j], &from[i])) ?
					from[i++] : from[j++];
			cond_resched();
		}
		swap(from, to);
	}
	if (from != a)
		memcpy(a, from, n * sizeof(*a));
	kvfree(tmp);
	return 0;
}

/* ---- classes ---- */

static void now_set(struct compiler *c, u32 rank)
{
	c->sum[rank / DASH_ACL_SUM] |= BIT_ULL(rank / DASH_ACL_WORD % 64);
	c->word[rank / DASH_ACL_WORD] |= BIT(rank % DASH_ACL_WORD);
}

static void now_clear(struct compiler *c, u32 rank)
{
	u16 *w = &c->word[rank / DASH_ACL_WORD];

	*w &= ~BIT(rank % DASH_ACL_WORD);
	if (!*w)
		c->sum[rank / DASH_ACL_SUM] &= ~BIT_ULL(rank / DASH_ACL_WORD % 64);
}

static const dash_acl_sum *class_sums(const struct compiler *c, u32 class)
{
	return (const dash_acl_sum *)(c->classes.w + class + 1);
}

static void now_or(struct compiler *c, u32 class)
{
	const dash_acl_sum *sum = class_sums(c, class);
	const u16 *w = (const u16 *)(sum + c->acl->sums);
	u32 j;
	u64 m;

	for (j = 0; j < c->acl->sums; j++) {
		c->sum[j] |= sum[j];
		for (m = sum[j]; m; m &= m - 1)
			c->word[j * 64 + __ffs64(m)] |= *w++;
	}
}

static void now_empty(struct compiler *c)
{
	u32 j;
	u64 m;

	for (j = 0; j < c->acl->sums; j++) {
		for (m = c->sum[j]; m; m &= m - 1)
			c->word[j * 64 + __ffs64(m)] = 0;
		c->sum[j] = 0;
	}
}

/* 32-bit words of a class with these summaries, summaries included. */
static u32 class_words(const struct compiler *c, const dash_acl_sum *sum)
{
	u32 j, n = 0;

	for (j = 0; j < c->acl->sums; j++)
		n += hweight64(sum[j]);
	return 2 * c->acl->sums + DIV_ROUND_UP(n, 2);
}

static u32 class_hash(const u32 *w, u32 n)
{
	u64 h = n;

	while (n--) {
		h = (h ^ *w++) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h >> 16;
}

/* The hash set at most half full. */
static int set_grow(struct compiler *c)
{
	u32 room = c->set_room ? c->set_room * 2 : 64, i, j, *set;

	if (c->set_n * 2 < c->set_room)
		return 0;
	set = kvmalloc_array(room, sizeof(*set), GFP);
	if (!set)
		return -ENOMEM;
	memset(set, 0xff, room * sizeof(*set));
	for (i = 0; i < c->set_room; i++) {
		u32 class = c->set[i];

		if (class == UNUSED)
			continue;
		for (j = class_hash(c->classes.w + class + 1, class_words(c, class_sums(c, class))) & (room - 1);
		     set[j] != UNUSED; )
			j = (j + 1) & (room - 1);
		set[j] = class;
	}
	kvfree(c->set);
	c->set = set;
	c->set_room = room;
	return 0;
}

/* The class equal to the set being made, new or not; the set stays as it is. */
static int class_get(struct compiler *c, u32 *class)
{
	u32 n = class_words(c, c->sum), sums = c->acl->sums, i, j, *w;
	u16 *word;
	u64 m;

	if (dash_words_grow(&c->classes, n + 1) || set_grow(c))
		return -ENOMEM;
	w = c->classes.w + c->classes.n;
	*w++ = UNUSED;
	memcpy(w, c->sum, sums * sizeof(*c->sum));
	w[n - 1] = 0;		/* the last word may be half used */
	word = (u16 *)(w + 2 * sums);
	for (j = 0; j < sums; j++)
		for (m = c->sum[j]; m; m &= m - 1)
			*word++ = c->word[j * 64 + __ffs64(m)];
	for (i = class_hash(w, n);; i++) {
		u32 *slot = &c->set[i & (c->set_room - 1)];

		if (*slot == UNUSED) {
			*slot = c->classes.n;
			c->set_n++;
			*class = c->classes.n;
			c->classes.n += n + 1;
			return 0;
		}
		/* Equal summaries mean equal lengths. */
		if (!memcmp(c->classes.w + *slot + 1, w, sums * sizeof(*c->sum)) &&
		    !memcmp(c->classes.w + *slot + 1, w, n * sizeof(*w))) {
			*class = *slot;
			return 0;
		}
	}
}

/* As class_get(), and begin a new set. */
static int class_finish(struct compiler *c, u32 *class)
{
	int err = class_get(c, class);

	now_empty(c);
	return err;
}

/* Copy a class to the result, unless it is there; its index there.  For dash_range_build(). */
static int class_place(void *arg, u32 *class)
{
	struct compiler *c = arg;
	u32 *w = c->classes.w + *class, n;

	if (*w == UNUSED) {
		n = class_words(c, class_sums(c, *class));
		if (dash_words_grow(&c->out, n))
			return -ENOMEM;
		memcpy(c->out.w + c->out.n, w + 1, n * sizeof(*w));
		*w = c->out.n;
		c->out.n += n;
	}
	*class = *w;
	return 0;
}

/* ---- bounds ---- */

static int bounds_init(struct bounds *b, u64 room, u32 outside)
{
	b->outside = outside;
	b->b = room < UNUSED ? kvmalloc_array(room + 1, sizeof(*b->b), GFP) : NULL;
	return b->b ? 0 : -ENOMEM;
}

/* From @from on it is @class; in ascending order, the last word counts. */
static void bound_add(struct bounds *b, u32 from, u32 class)
{
	if (b->n && b->b[b->n - 1].from == from)
		b->n--;
	if (class != (b->n ? b->b[b->n - 1].value : b->outside))
		b->b[b->n++] = (struct dash_bound){ from, class };
}

/* ---- addresses ---- */

static u32 n_lists(const struct dash_acl_rule *r, int side)
{
	return side ? r->n_dst : r->n_src;
}

static const struct dash_prefix_list *list_at(const struct dash_acl_rule *r, int side, u32 i)
{
	return side ? r->dst[i] : r->src[i];
}

/*
 * All prefixes of the group's family with the class of the list each is from:
 * the rules that name the list.  A tag is read once, however many rules use it.
 */
static int side_collect(struct compiler *c, int side, struct item *use, u32 uses)
{
	const struct dash_prefix_list *l;
	struct item *out;
	u64 total = 0;
	u32 i, k, n = 0;

	for (i = 0; i < uses; i++) {
		l = (const struct dash_prefix_list *)(unsigned long)use[i].hi;
		if (!i || use[i].hi != use[i - 1].hi)
			total += l->n;
	}
	if (total >= UNUSED)
		return -ENOMEM;
	out = kvmalloc_array(total + 1, sizeof(*out), GFP);
	if (!out)
		return -ENOMEM;
	c->prefix[side] = out;
	for (i = 0; i < uses; ) {
		u64 key = use[i].hi;
		u32 class;

		for (; i < uses && use[i].hi == key; i++)
			now_set(c, use[i].lo);
		if (class_finish(c, &class))
			return -ENOMEM;
		l = (const struct dash_prefix_list *)(unsigned long)key;
		for (k = 0; k < l->n; k++) {
			struct dash_bits b = dash_bits_of(&l->p[k].ip, c->v6);

			if (!!l->p[k].v6 == c->v6)
				out[n++] = (struct item){ b.hi, b.lo, (u64)l->p[k].len << 32 | class };
		}
		cond_resched();
	}
	c->n_prefixes[side] = n;
	return items_sort(out, n);
}

/* The innermost prefix ends: what is around it goes on. */
static void nest_pop(struct compiler *c, struct bounds *b, u32 *top)
{
	const struct outer *in = &c->nest[--*top];
	u64 end = (in->addr.hi >> 32) + (1ull << (32 - in->len));

	if (end <= U32_MAX)
		bound_add(b, end, *top ? in[-1].class : b->outside);
}

/*
 * From the classes of lists to those of addresses: bounds for IPv4, prefixes with
 * their classes for IPv6.
 */
static int side_classify(struct compiler *c, int side, u32 other)
{
	struct item *p = c->prefix[side];
	struct bounds *b = &c->addr[side];
	u32 i, j, n = c->n_prefixes[side], out = 0, top = 0, class, outer;

	if (!c->v6 && bounds_init(b, 2ull * n, other))
		return -ENOMEM;
	for (i = 0; i < n; i = j) {
		struct dash_bits addr = { p[i].hi, p[i].lo };
		unsigned int len = p[i].tie >> 32;

		while (top && !dash_bits_covers(c->nest[top - 1].addr, c->nest[top - 1].len, addr)) {
			if (c->v6)
				top--;
			else
				nest_pop(c, b, &top);
		}
		outer = top ? c->nest[top - 1].class : other;
		now_or(c, outer);
		for (j = i; j < n && p[j].hi == addr.hi && p[j].lo == addr.lo && p[j].tie >> 32 == len; j++)
			if (j == i || p[j].tie != p[j - 1].tie)
				now_or(c, (u32)p[j].tie);
		if (class_finish(c, &class))
			return -ENOMEM;
		/* A prefix that changes nothing is left out. */
		if (class == outer)
			continue;
		c->nest[top++] = (struct outer){ addr, len, class };
		if (c->v6)
			p[out++] = (struct item){ addr.hi, addr.lo, (u64)len << 32 | class };
		else
			bound_add(b, addr.hi >> 32, class);
		if (!(i % 64))
			cond_resched();
	}
	while (!c->v6 && top)
		nest_pop(c, b, &top);
	c->n_prefixes[side] = out;
	return 0;
}

/* Classes of all sources, or destinations. */
static int side_compile(struct compiler *c, int side)
{
	struct item *use;
	u64 uses = 0;
	u32 rank, i, n = 0, other;
	int err = -ENOMEM;

	for (rank = 0; rank < c->n; rank++)
		uses += n_lists(&c->rules[rank], side);
	if (uses >= UNUSED)
		return -ENOMEM;
	use = kvmalloc_array(uses + 1, sizeof(*use), GFP);
	if (!use)
		return -ENOMEM;
	for (rank = 0; rank < c->n; rank++) {
		const struct dash_acl_rule *r = &c->rules[c->rule[rank]];

		if (!n_lists(r, side))
			now_set(c, rank);
		for (i = 0; i < n_lists(r, side); i++)
			use[n++] = (struct item){ (unsigned long)list_at(r, side, i), rank, 0 };
	}
	if (!class_finish(c, &other) && !items_sort(use, n) && !side_collect(c, side, use, n))
		err = side_classify(c, side, other);
	c->acl->other[side] = other;
	kvfree(use);
	return err;
}

/* IPv6: the table of prefixes, now that the classes stay where they are. */
static int side_publish(struct compiler *c, int side)
{
	const struct dash_prefix all = { .v6 = true };
	const struct item *p = c->prefix[side];
	const u32 *w = c->acl->w;
	struct dash_lpm *t;
	void *old;
	u32 i;

	if (!c->n_prefixes[side])
		return 0;
	t = dash_lpm_create(true);
	if (!t)
		return -ENOMEM;
	c->acl->lpm[side] = t;
	dash_lpm_set_private(t, true);
	if (dash_lpm_insert(t, &all, (void *)(w + c->acl->other[side]), &old))
		return -ENOMEM;
	for (i = 0; i < c->n_prefixes[side]; i++) {
		struct dash_prefix x = { .len = p[i].tie >> 32, .v6 = true };

		x.ip = (struct dash_ip){ { cpu_to_be32(p[i].hi >> 32), cpu_to_be32((u32)p[i].hi),
					   cpu_to_be32(p[i].lo >> 32), cpu_to_be32((u32)p[i].lo) } };
		/* Its class was placed. */
		if (dash_lpm_insert(t, &x, (void *)(w + c->classes.w[(u32)p[i].tie]), &old))
			return -ENOMEM;
		if (!(i % 64))
			cond_resched();
	}
	dash_lpm_set_private(t, false);
	c->acl->bytes += dash_lpm_memory(t);
	return 0;
}

/* ---- ports and protocols ---- */

/* Does @class hold every rule? */
static bool whole(const struct compiler *c, u32 class)
{
	const dash_acl_sum *sum = class_sums(c, class);
	const u16 *w = (const u16 *)(sum + c->acl->sums);
	u32 j, rules = 0;
	u64 m;

	for (j = 0; j < c->acl->sums; j++)
		for (m = sum[j]; m; m &= m - 1)
			rules += hweight32(*w++);
	return rules == c->n;
}

static u32 n_ranges(const struct dash_acl_rule *r, int side)
{
	return side ? r->n_dport : r->n_sport;
}

/*
 * The classes of all ports in order: sweep over the ports where ranges begin and
 * end.  Ranges of one rule may overlap, so each rule counts those it is in.
 */
static int ports_compile(struct compiler *c, int side)
{
	struct bounds *b = &c->port[side];
	u32 rank, i, port, class, n = 0, *inside;
	struct item *ev;
	u64 total = 0;
	int err = -ENOMEM;

	for (rank = 0; rank < c->n; rank++)
		total += 2 * n_ranges(&c->rules[rank], side);
	inside = kvcalloc(c->n + 1, sizeof(*inside), GFP);
	ev = total < UNUSED ? kvmalloc_array(total + 1, sizeof(*ev), GFP) : NULL;
	if (!inside || !ev)
		goto out;
	for (rank = 0; rank < c->n; rank++) {
		const struct dash_acl_rule *r = &c->rules[c->rule[rank]];
		const struct dash_port_range *p = side ? r->dport : r->sport;

		if (!n_ranges(r, side))
			now_set(c, rank);
		for (i = 0; i < n_ranges(r, side); i++) {
			if (p[i].hi < p[i].lo)
				continue;
			ev[n++] = (struct item){ p[i].lo, rank, 1 };
			ev[n++] = (struct item){ p[i].hi + 1u, rank, 0 };
		}
	}
	if (class_get(c, &class) || bounds_init(b, min_t(u64, total, PORTS), class) || items_sort(ev, n))
		goto out;
	for (i = 0; i < n && ev[i].hi < PORTS; ) {
		for (port = ev[i].hi; i < n && ev[i].hi == port; i++) {
			rank = ev[i].lo;
			inside[rank] += ev[i].tie ? 1 : -1;
			if (inside[rank])
				now_set(c, rank);
			else
				now_clear(c, rank);
		}
		if (class_get(c, &class))
			goto out;
		bound_add(b, port, class);
		cond_resched();
	}
	c->acl->sports |= side == DASH_ACL_SRC && (b->n || !whole(c, b->outside));
	err = 0;
out:
	now_empty(c);
	kvfree(ev);
	kvfree(inside);
	return err;
}

static int protos_compile(struct compiler *c)
{
	u32 rank, i, p, any, n = 0;
	struct item *use;
	u64 total = 0;
	int err = -ENOMEM;

	for (rank = 0; rank < c->n; rank++)
		total += c->rules[rank].n_protos;
	use = total < UNUSED ? kvmalloc_array(total + 1, sizeof(*use), GFP) : NULL;
	if (!use)
		return -ENOMEM;
	for (rank = 0; rank < c->n; rank++) {
		const struct dash_acl_rule *r = &c->rules[c->rule[rank]];

		if (!r->n_protos)
			now_set(c, rank);
		for (i = 0; i < r->n_protos; i++)
			use[n++] = (struct item){ r->protos[i], rank, 0 };
	}
	if (class_finish(c, &any) || items_sort(use, n))
		goto out;
	for (p = 0, i = 0; p < DASH_ACL_PROTOS; p++) {
		c->proto[p] = any;
		if (i == n || use[i].hi != p)
			continue;
		now_or(c, any);
		for (; i < n && use[i].hi == p; i++)
			now_set(c, use[i].lo);
		if (class_finish(c, &c->proto[p]))
			goto out;
	}
	err = 0;
out:
	now_empty(c);
	kvfree(use);
	return err;
}

/* ---- interface ---- */

/* Rank the rules. */
static int ranks_compile(struct compiler *c)
{
	struct dash_acl_match *match;
	struct item *it;
	u32 i;

	it = kvmalloc_array(c->n + 1, sizeof(*it), GFP);
	c->rule = kvmalloc_array(c->n + 1, sizeof(*c->rule), GFP);
	match = kvmalloc_array(c->n + 1, sizeof(*match), GFP);
	c->acl->match = match;
	if (!it || !c->rule || !match)
		goto err;
	for (i = 0; i < c->n; i++)
		it[i] = (struct item){ c->rules[i].priority, c->rules[i].order, i };
	if (items_sort(it, c->n))
		goto err;
	c->acl->final = true;
	for (i = 0; i < c->n; i++) {
		const struct dash_acl_rule *r = &c->rules[it[i].tie];

		c->rule[i] = it[i].tie;
		c->acl->final &= r->terminating;
		match[i] = (struct dash_acl_match){ it[i].tie, r->allow, r->terminating, r->stats };
	}
	c->acl->bytes += kmalloc_size_roundup((c->n + 1) * sizeof(*match));
	kvfree(it);
	return 0;
err:
	kvfree(it);
	return -ENOMEM;
}

static int map_publish(struct compiler *c, struct dash_range *r, const struct bounds *b, u32 top)
{
	return dash_range_build(r, &c->out, b->b, b->n, b->outside, top, class_place, c);
}

/* What kvmalloc() takes: huge pages, as soon as one is filled. */
static size_t taken(size_t size)
{
	return size < PMD_SIZE ? kmalloc_size_roundup(size) : (size + PMD_SIZE - 1) & ~(PMD_SIZE - 1);
}

/* Everything that is found by index in one array: maps, classes, protocols. */
static int words_publish(struct compiler *c)
{
	struct dash_acl *a = c->acl;
	u32 i, *words;
	int side;

	for (side = 0; side < DASH_ACL_SIDES; side++) {
		if (!c->v6 && map_publish(c, &a->addr[side], &c->addr[side], U32_MAX))
			return -ENOMEM;
		if (c->v6 && class_place(c, &a->other[side]))
			return -ENOMEM;
		for (i = 0; c->v6 && i < c->n_prefixes[side]; i++) {
			u32 class = c->prefix[side][i].tie;

			if (class_place(c, &class))
				return -ENOMEM;
		}
	}
	if (protos_compile(c))
		return -ENOMEM;
	for (i = 0; i < DASH_ACL_PROTOS; i++)
		if (class_place(c, &c->proto[i]))
			return -ENOMEM;
	if (dash_words_grow(&c->out, DASH_ACL_PROTOS))
		return -ENOMEM;
	a->proto = c->out.n;
	memcpy(c->out.w + c->out.n, c->proto, sizeof(c->proto));
	c->out.n += DASH_ACL_PROTOS;
	for (side = 0; side < DASH_ACL_SIDES; side++)
		if (map_publish(c, &a->port[side], &c->port[side], PORTS - 1))
			return -ENOMEM;

	words = kvmalloc_array(c->out.n, sizeof(*words), GFP);
	if (!words)
		return -ENOMEM;
	memcpy(words, c->out.w, c->out.n * sizeof(*words));
	a->w = words;
	a->bytes += taken(c->out.n * sizeof(*words));
	return 0;
}

static int compile(struct compiler *c)
{
	struct dash_acl *a = c->acl;
	int side;

	a->v6 = c->v6;
	a->sums = max(DIV_ROUND_UP(c->n, DASH_ACL_SUM), 1u);
	c->sum = kvcalloc(a->sums, sizeof(*c->sum), GFP);
	c->word = kvcalloc(a->sums, 64 * sizeof(*c->word), GFP);
	if (!c->sum || !c->word || ranks_compile(c))
		return -ENOMEM;
	for (side = 0; side < DASH_ACL_SIDES; side++)
		if (side_compile(c, side) || ports_compile(c, side))
			return -ENOMEM;
	a->plain = a->sums == 1 && !a->sports;
	if (words_publish(c))
		return -ENOMEM;
	for (side = 0; c->v6 && side < DASH_ACL_SIDES; side++)
		if (side_publish(c, side))
			return -ENOMEM;
	return 0;
}

/**
 * dash_acl_compile() - make a group of rules ready for look-ups
 * @rules: the rules, in any order; neither they nor their lists are referenced
 *	after return, but their @stats are
 * @n: their number; none match nothing
 * @v6: the group's family; prefixes of the other one are ignored
 *
 * Context: process, may sleep, gives way to others.
 * Return: the group, or ERR_PTR(-ENOMEM).
 */
struct dash_acl *dash_acl_compile(const struct dash_acl_rule *rules, u32 n, bool v6)
{
	struct compiler *c = kvzalloc(sizeof(*c), GFP);
	struct dash_acl *a = kzalloc(sizeof(*a), GFP);
	int err = -ENOMEM, side;

	if (c && a) {
		a->bytes = kmalloc_size_roundup(sizeof(*a));
		c->rules = rules;
		c->acl = a;
		c->n = n;
		c->v6 = v6;
		err = compile(c);
		kvfree(c->rule);
		kvfree(c->classes.w);
		kvfree(c->set);
		kvfree(c->sum);
		kvfree(c->word);
		kvfree(c->out.w);
		for (side = 0; side < DASH_ACL_SIDES; side++) {
			kvfree(c->prefix[side]);
			kvfree(c->addr[side].b);
			kvfree(c->port[side].b);
		}
	}
	kvfree(c);
	if (err) {
		dash_acl_free(a);
		return ERR_PTR(err);
	}
	return a;
}
