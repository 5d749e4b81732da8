// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * Which rule of a group matches a packet first?
 *
 * Every field of the packet is mapped to a *class*: the set of rules that the
 * field's value does not rule out.  The rule is the first one in all five sets.
 * Rules are numbered by rank, in order of (priority, order name), so "first" is
 * the lowest bit.
 *
 *	rank	src		dst		dport		action
 *	0	any		10.0.0.201/32	any		deny
 *	1	any		10.0.0.200/30	443		allow
 *	2	tag A, tag B	any		any		deny
 *
 *	dst 10.0.0.201 -> {0 1 2}   10.0.0.202 -> {1 2}   elsewhere -> {2}
 *	dport 443 -> {0 1 2}        else -> {0 2}
 *	src in A or B -> {0 1 2}    else -> {0 1}
 *	10.9.9.9 > 10.0.0.202:443: {0 1} & {1 2} & {0 1 2} = {1}: allow
 *
 * The lists of a rule are never multiplied with each other: a hundred sources
 * and a hundred destinations are two hundred prefixes, not ten thousand rules.
 * A prefix's class is that of the prefixes around it and of all lists that hold
 * it, so one longest match finds it (*any* covering prefix counts, not only the
 * longest: pipeline.md 10.2); equal classes are stored once, and a prefix that
 * changes nothing is left out.
 *
 * A class is a two-level bitmap: one summary bit for each word of 32 rules, and
 * only the words that are not zero:
 *
 *	summary ...0101    word 0    word 2
 *
 * A lookup ANDs the summaries, and for each common bit, the words.  Words of 32
 * because most classes name few rules: of 64 they take twice the memory, and
 * more common bits turn out to have no common rule.
 *
 * Ports: by the upper byte, then, where the 256 ports of one differ, a bitmap of
 * the ports where another class begins; its population count up to the packet's
 * port is an index into the classes in order.  A flat table of them takes 256 kB
 * for a thousand ranges, this 20.  Protocols: a table of 256.
 *
 * Rejected: cross products (rte_acl) cannot be built for the lists that DASH
 * allows; recursive classification (RFC) has tables quadratic in the number of
 * classes; tuple space search walks one hash table per shape of rule.
 *
 * Compiled by store.c in process context, immutable, published by one RCU swap,
 * freed after a grace period; looked up from the miss path in softirq.
 */
#include "acl.h"

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lpm_lookup.h"

/* Sizes come from user space, and so may be too large. */
#define GFP		(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

#define PROTOS		256
#define PORTS		65536
#define WORD		32u		/* rules in a word */
#define SUM		(WORD * WORD)	/* rules under a summary word */
#define PAGE_FLAG	0x80000000u	/* an entry of the upper byte that leads to a page */
#define MAX_WORDS	PAGE_FLAG
#define MAX_NEST	129		/* prefixes inside each other */

/* Where the tables are in @svc. */
enum {
	SVC_PROTO = 0,
	SVC_PORT = PROTOS,		/* 256 of source ports, 256 of destination ports */
	SVC_RUNS = SVC_PORT + 2 * 256,
};

/* 256 ports. */
struct port_page {
	u64 begin[4];			/* ports where a class begins that differs from the one before */
	u32 at[4];			/* index in @svc of the class before the first of begin[i], bit 0 always being set */
};

struct dash_acl {
	struct dash_lpm *side[2];	/* source, destination: prefix to class; NULL: no prefixes */
	const u32 *other[2];		/* class of all other addresses */
	bool v6;
	const u32 *words;		/* all classes, by offset */
	const u32 *svc;			/* offsets of classes by protocol and ports */
	const struct port_page *pages;
	bool sports;			/* any rule asks for the source port */
	u32 sums;			/* summary words of a class */
	const struct dash_acl_match *match;	/* by rank */
	size_t bytes;
};

/* Whatever is sorted: by hi, lo, tie. */
struct item {
	u64 hi, lo, tie;
};

struct outer {
	struct dash_bits addr;
	unsigned int len;
	u32 class;
};

/* State of one compilation. */
struct compiler {
	const struct dash_acl_rule *rules;
	struct dash_acl *acl;
	u32 n;
	bool v6;
	u32 *rule;			/* by rank */
	struct {
		u32 *w;
		size_t n, room;
		u32 *set;		/* hash set of offsets, UNUSED if empty */
		u32 set_n, set_room;
	} classes;
	u32 *now;			/* the set being made: sums, then all words */
	struct item *prefix[2];		/* tie: length << 32 | class */
	u32 n_prefixes[2];
	struct outer nest[MAX_NEST];
};

#define UNUSED		0xffffffffu

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
 * Merge sort: a million prefixes in a third of the time of sort(), which calls
 * its comparison through a pointer and cannot be interrupted.  -ENOMEM leaves @a
 * unsorted.
 */
static int items_sort(struct item *a, u32 n)
{
	struct item *from = a, *to, *tmp;
	u32 i, j, k, lo, mid, end, width;

	tmp = kvmalloc_array(n + 1, sizeof(*tmp), GFP);
	if (!tmp)
		return -ENOMEM;
	for (lo = 0; lo < n; lo += 8) {
		end = min(lo + 8, n);
		for (i = lo + 1; i < end; i++) {
			struct item x = a[i];

			for (j = i; j > lo && item_before(&x, &a[j - 1]); j--)
				a[j] = a[j - 1];
			a[j] = x;
		}
	}
	to = tmp;
	for (width = 8; width < n; width *= 2) {
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
	c->now[rank / SUM] |= BIT(rank / WORD % WORD);
	c->now[c->acl->sums + rank / WORD] |= BIT(rank % WORD);
}

static void now_clear(struct compiler *c, u32 rank)
{
	u32 *w = &c->now[c->acl->sums + rank / WORD];

	*w &= ~(u32)BIT(rank % WORD);
	if (!*w)
		c->now[rank / SUM] &= ~(u32)BIT(rank / WORD % WORD);
}

static void now_or(struct compiler *c, u32 class)
{
	const u32 *sum = &c->classes.w[class], *w = sum + c->acl->sums;
	u32 j, m;

	for (j = 0; j < c->acl->sums; j++) {
		c->now[j] |= sum[j];
		for (m = sum[j]; m; m &= m - 1)
			c->now[c->acl->sums + j * WORD + __ffs(m)] |= *w++;
	}
}

static void now_empty(struct compiler *c)
{
	u32 j, m;

	for (j = 0; j < c->acl->sums; j++) {
		for (m = c->now[j]; m; m &= m - 1)
			c->now[c->acl->sums + j * WORD + __ffs(m)] = 0;
		c->now[j] = 0;
	}
}

static u32 class_words(const struct compiler *c, const u32 *sum)
{
	u32 j, n = c->acl->sums;

	for (j = 0; j < c->acl->sums; j++)
		n += hweight32(sum[j]);
	return n;
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
	u32 room = c->classes.set_room ? c->classes.set_room * 2 : 64, i, j, *set;

	if (c->classes.set_n * 2 < c->classes.set_room)
		return 0;
	set = kvmalloc_array(room, sizeof(*set), GFP);
	if (!set)
		return -ENOMEM;
	memset(set, 0xff, room * sizeof(*set));
	for (i = 0; i < c->classes.set_room; i++) {
		u32 class = c->classes.set[i];
		const u32 *w = c->classes.w + class;

		if (class == UNUSED)
			continue;
		for (j = class_hash(w, class_words(c, w)) & (room - 1); set[j] != UNUSED; )
			j = (j + 1) & (room - 1);
		set[j] = class;
	}
	kvfree(c->classes.set);
	c->classes.set = set;
	c->classes.set_room = room;
	return 0;
}

/* Room for @n more words. */
static int words_grow(struct compiler *c, size_t n)
{
	size_t room = max(c->classes.room, (size_t)256);
	u32 *w;

	if (c->classes.n + n <= c->classes.room)
		return 0;
	if (c->classes.n + n > MAX_WORDS)
		return -ENOMEM;
	while (room < c->classes.n + n)
		room *= 2;
	w = kvmalloc_array(room, sizeof(*w), GFP);
	if (!w)
		return -ENOMEM;
	if (c->classes.n)
		memcpy(w, c->classes.w, c->classes.n * sizeof(*w));
	kvfree(c->classes.w);
	c->classes.w = w;
	c->classes.room = room;
	return 0;
}

/* The class equal to the set being made, new or not; the set stays as it is. */
static int class_get(struct compiler *c, u32 *class)
{
	u32 n = class_words(c, c->now), sums = c->acl->sums, i, j, k, *w, m;

	if (words_grow(c, n) || set_grow(c))
		return -ENOMEM;
	w = c->classes.w + c->classes.n;
	memcpy(w, c->now, sums * sizeof(*w));
	for (j = 0, k = sums; j < sums; j++)
		for (m = c->now[j]; m; m &= m - 1)
			w[k++] = c->now[sums + j * WORD + __ffs(m)];
	i = class_hash(w, n);
	for (;; i++) {
		u32 *slot = &c->classes.set[i & (c->classes.set_room - 1)];

		if (*slot == UNUSED) {
			*slot = c->classes.n;
			c->classes.set_n++;
			*class = c->classes.n;
			c->classes.n += n;
			return 0;
		}
		/* Equal summaries mean equal lengths. */
		if (!memcmp(c->classes.w + *slot, w, sums * sizeof(*w)) &&
		    !memcmp(c->classes.w + *slot, w, n * sizeof(*w))) {
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

/* Replace the classes of lists by those of prefixes; drop what changes nothing. */
static int side_classify(struct compiler *c, int side, u32 other)
{
	struct item *p = c->prefix[side];
	u32 i, j, n = c->n_prefixes[side], out = 0, top = 0, class, outer;

	for (i = 0; i < n; i = j) {
		struct dash_bits addr = { p[i].hi, p[i].lo };
		unsigned int len = p[i].tie >> 32;

		while (top && !dash_bits_covers(c->nest[top - 1].addr, c->nest[top - 1].len, addr))
			top--;
		outer = top ? c->nest[top - 1].class : other;
		now_or(c, outer);
		for (j = i; j < n && p[j].hi == addr.hi && p[j].lo == addr.lo && p[j].tie >> 32 == len; j++)
			if (j == i || p[j].tie != p[j - 1].tie)
				now_or(c, (u32)p[j].tie);
		if (class_finish(c, &class))
			return -ENOMEM;
		if (class == outer)
			continue;
		c->nest[top++] = (struct outer){ addr, len, class };
		p[out++] = (struct item){ addr.hi, addr.lo, (u64)len << 32 | class };
		if (!(i % 64))
			cond_resched();
	}
	c->n_prefixes[side] = out;
	return 0;
}

/* Classes of all sources, or destinations; *other: of those without prefix. */
static int side_compile(struct compiler *c, int side, u32 *other)
{
	struct item *use;
	u64 uses = 0;
	u32 rank, i, n = 0;
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
	if (!class_finish(c, other) && !items_sort(use, n) && !side_collect(c, side, use, n))
		err = side_classify(c, side, *other);
	kvfree(use);
	return err;
}

/* Fill the table of prefixes, now that the classes stay where they are. */
static int side_publish(struct compiler *c, int side)
{
	const struct dash_prefix all = { .ip = c->v6 ? (struct dash_ip){} : dash_ip_from_v4(0), .v6 = c->v6 };
	const struct item *p = c->prefix[side];
	struct dash_lpm *t;
	void *old;
	u32 i;

	if (!c->n_prefixes[side])
		return 0;
	t = dash_lpm_create(c->v6);
	if (!t)
		return -ENOMEM;
	c->acl->side[side] = t;
	dash_lpm_set_private(t, true);
	if (dash_lpm_insert(t, &all, (void *)c->acl->other[side], &old))
		return -ENOMEM;
	for (i = 0; i < c->n_prefixes[side]; i++) {
		struct dash_prefix x = { .len = p[i].tie >> 32, .v6 = c->v6 };

		if (c->v6)
			x.ip = (struct dash_ip){ { cpu_to_be32(p[i].hi >> 32), cpu_to_be32((u32)p[i].hi),
						   cpu_to_be32(p[i].lo >> 32), cpu_to_be32((u32)p[i].lo) } };
		else
			x.ip = dash_ip_from_v4(cpu_to_be32(p[i].hi >> 32));
		if (dash_lpm_insert(t, &x, (void *)(c->acl->words + (u32)p[i].tie), &old))
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
	const u32 *w = &c->classes.w[class];
	u32 n = class_words(c, w), i, rules = 0;

	for (i = c->acl->sums; i < n; i++)
		rules += hweight32(w[i]);
	return rules == c->n;
}

static u32 n_ranges(const struct dash_acl_rule *r, int side)
{
	return side ? r->n_dport : r->n_sport;
}

/* A port from which on another class holds. */
struct run {
	u32 port, class;
};

struct runs {
	struct run *r;
	u32 n;
	u32 pages;			/* upper bytes with more than one class */
};

/*
 * The classes of all ports in order: sweep over the ports where ranges begin and
 * end.  Ranges of one rule may overlap, so each rule counts those it is in.
 */
static int ports_compile(struct compiler *c, int side, struct runs *runs)
{
	u32 rank, i, port, class, n = 0, *inside, page = UNUSED;
	struct item *ev;
	u64 total = 0;
	int err = -ENOMEM;

	for (rank = 0; rank < c->n; rank++)
		total += 2 * n_ranges(&c->rules[rank], side);
	inside = kvcalloc(c->n + 1, sizeof(*inside), GFP);
	ev = total < UNUSED ? kvmalloc_array(total + 1, sizeof(*ev), GFP) : NULL;
	runs->r = kvmalloc_array(min_t(u64, total + 1, PORTS), sizeof(*runs->r), GFP);
	if (!inside || !ev || !runs->r)
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
	if (items_sort(ev, n))
		goto out;
	for (port = 0, i = 0; port < PORTS; port = i < n ? ev[i].hi : PORTS) {
		for (; i < n && ev[i].hi == port; i++) {
			rank = ev[i].lo;
			inside[rank] += ev[i].tie ? 1 : -1;
			if (inside[rank])
				now_set(c, rank);
			else
				now_clear(c, rank);
		}
		if (class_get(c, &class))
			goto out;
		if (runs->n && runs->r[runs->n - 1].class == class)
			continue;
		if (port % 256 && port / 256 != page) {
			page = port / 256;
			runs->pages++;
		}
		runs->r[runs->n++] = (struct run){ port, class };
		cond_resched();
	}
	err = 0;
out:
	now_empty(c);
	kvfree(ev);
	kvfree(inside);
	return err;
}

/*
 * Lay out the classes of one side's ports: the upper bytes at @top, pages from
 * number @page and their classes from @at on in @svc, which both move on.
 */
static void ports_publish(const struct runs *runs, u32 *svc, u32 top, struct port_page *pages, u32 *page, u32 *at)
{
	u32 i = 0, hi, w, class = 0;

	for (hi = 0; hi < 256; hi++) {
		struct port_page *p = &pages[*page];

		if (i < runs->n && runs->r[i].port == hi * 256)
			class = runs->r[i++].class;
		svc[top + hi] = class;
		if (i == runs->n || runs->r[i].port / 256 != hi)
			continue;
		svc[top + hi] = PAGE_FLAG | (*page)++;
		*p = (struct port_page){};
		svc[(*at)++] = class;
		for (w = 0; w < 4; w++) {
			p->at[w] = *at - 1;
			for (; i < runs->n && runs->r[i].port / 64 == hi * 4 + w; i++) {
				p->begin[w] |= BIT_ULL(runs->r[i].port % 64);
				class = runs->r[i].class;
				svc[(*at)++] = class;
			}
		}
	}
}

static int protos_compile(struct compiler *c, u32 *flat)
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
	for (p = 0, i = 0; p < PROTOS; p++) {
		flat[p] = any;
		if (i == n || use[i].hi != p)
			continue;
		now_or(c, any);
		for (; i < n && use[i].hi == p; i++)
			now_set(c, use[i].lo);
		if (class_finish(c, &flat[p]))
			goto out;
	}
	err = 0;
out:
	now_empty(c);
	kvfree(use);
	return err;
}

static int svc_compile(struct compiler *c)
{
	struct runs runs[2] = {};
	u32 *svc, at = SVC_RUNS, page = 0, n_pages;
	struct port_page *pages = NULL;
	size_t room;
	int err = -ENOMEM;

	if (ports_compile(c, 0, &runs[0]) || ports_compile(c, 1, &runs[1]))
		goto out;
	n_pages = runs[0].pages + runs[1].pages;
	room = SVC_RUNS + runs[0].n + runs[1].n + n_pages;
	svc = kvmalloc_array(room, sizeof(*svc), GFP);
	c->acl->svc = svc;
	pages = kvmalloc_array(n_pages + 1, sizeof(*pages), GFP);
	c->acl->pages = pages;
	if (!svc || !pages || protos_compile(c, svc + SVC_PROTO))
		goto out;
	ports_publish(&runs[0], svc, SVC_PORT, pages, &page, &at);
	ports_publish(&runs[1], svc, SVC_PORT + 256, pages, &page, &at);
	c->acl->sports = runs[0].n > 1 || !whole(c, runs[0].r[0].class);
	c->acl->bytes += kmalloc_size_roundup(array_size(room, sizeof(*svc))) +
			 kmalloc_size_roundup(array_size(n_pages + 1, sizeof(*pages)));
	err = 0;
out:
	kvfree(runs[0].r);
	kvfree(runs[1].r);
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
	for (i = 0; i < c->n; i++) {
		const struct dash_acl_rule *r = &c->rules[it[i].tie];

		c->rule[i] = it[i].tie;
		match[i] = (struct dash_acl_match){ it[i].tie, r->allow, r->terminating, r->stats };
	}
	c->acl->bytes += kmalloc_size_roundup((c->n + 1) * sizeof(*match));
	kvfree(it);
	return 0;
err:
	kvfree(it);
	return -ENOMEM;
}

static int compile(struct compiler *c)
{
	struct dash_acl *a = c->acl;
	u32 other[2], *words;
	int side;

	a->v6 = c->v6;
	a->sums = max(DIV_ROUND_UP(c->n, SUM), 1u);
	c->now = kvcalloc(a->sums + a->sums * WORD, sizeof(*c->now), GFP);
	if (!c->now || ranks_compile(c))
		return -ENOMEM;
	for (side = 0; side < 2; side++)
		if (side_compile(c, side, &other[side]))
			return -ENOMEM;
	if (svc_compile(c))
		return -ENOMEM;

	words = kvmalloc_array(c->classes.n, sizeof(*words), GFP);
	if (!words)
		return -ENOMEM;
	memcpy(words, c->classes.w, c->classes.n * sizeof(*words));
	a->words = words;
	a->bytes += kmalloc_size_roundup(c->classes.n * sizeof(*words));
	for (side = 0; side < 2; side++) {
		a->other[side] = words + other[side];
		if (side_publish(c, side))
			return -ENOMEM;
	}
	return 0;
}

/**
 * dash_acl_compile() - make a group of rules ready for lookups
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
	int err = -ENOMEM;

	if (c && a) {
		a->bytes = kmalloc_size_roundup(sizeof(*a));
		c->rules = rules;
		c->acl = a;
		c->n = n;
		c->v6 = v6;
		err = compile(c);
		kvfree(c->rule);
		kvfree(c->classes.w);
		kvfree(c->classes.set);
		kvfree(c->now);
		kvfree(c->prefix[0]);
		kvfree(c->prefix[1]);
	}
	kvfree(c);
	if (err) {
		dash_acl_free(a);
		return ERR_PTR(err);
	}
	return a;
}

/**
 * dash_acl_free() - free a compiled group
 * @a: the group, or NULL; no reader may be left
 *
 * Context: process.
 */
void dash_acl_free(struct dash_acl *a)
{
	if (!a)
		return;
	dash_lpm_destroy(a->side[0]);
	dash_lpm_destroy(a->side[1]);
	kvfree(a->words);
	kvfree(a->svc);
	kvfree(a->pages);
	kvfree(a->match);
	kfree(a);
}

/* The table of a side has a prefix that covers everything: there is an answer. */
static __always_inline const u32 *side_class(const struct dash_acl *a, int side, const struct dash_ip *ip, bool v6)
{
	if (!a->side[side])
		return a->other[side];
	return dash_lpm_lookup_bits(a->side[side], dash_bits_of(ip, v6), v6);
}

static __always_inline const u32 *port_class(const struct dash_acl *a, u32 table, u16 port)
{
	u32 class = a->svc[table + port / 256];

	if (class & PAGE_FLAG) {
		const struct port_page *p = &a->pages[class & ~PAGE_FLAG];
		u32 w = port / 64 % 4;

		class = a->svc[p->at[w] + hweight64(p->begin[w] << (63 - port % 64))];
	}
	return a->words + class;
}

/* The words of @s under bit @below + 1 of its summary; @below: a mask. */
#define WORD_AT(s, below)	((s)[1 + hweight32(*(s) & (below))])

/* Summary words behind the first: groups of more than 1024 rules. */
static noinline bool lookup_many(const struct dash_acl *a, const u32 *const s[5], struct dash_acl_match *m)
{
	u32 before[5] = { 0 }, j, d;

	for (j = 0; j < a->sums; j++) {
		u32 common = s[0][j] & s[1][j] & s[2][j] & s[3][j] & s[4][j];

		for (; common; common &= common - 1) {
			u32 below = (common & -common) - 1, rules = ~0u;

			for (d = 0; d < 5; d++)
				rules &= s[d][a->sums + before[d] + hweight32(s[d][j] & below)];
			if (rules) {
				*m = a->match[j * SUM + __ffs(common) * WORD + __ffs(rules)];
				return true;
			}
		}
		for (d = 0; d < 5; d++)
			before[d] += hweight32(s[d][j]);
	}
	return false;
}

static __always_inline bool lookup(const struct dash_acl *a, const struct dash_acl_key *k, struct dash_acl_match *m,
				   bool v6)
{
	/* The five classes: a summary each, and its words. */
	const u32 *s0 = side_class(a, 0, &k->src, v6), *s1 = side_class(a, 1, &k->dst, v6);
	const u32 *s2 = port_class(a, SVC_PORT + 256, k->dport), *s3 = a->words + a->svc[SVC_PROTO + k->proto];
	/* Few groups ask for source ports; what is in the others is in @s3 too. */
	const u32 *s4 = unlikely(a->sports) ? port_class(a, SVC_PORT, k->sport) : s3;
	u32 common;

	if (unlikely(a->sums > 1))
		return lookup_many(a, (const u32 *const[]){ s0, s1, s2, s3, s4 }, m);
	for (common = *s0 & *s1 & *s2 & *s3 & *s4; common; common &= common - 1) {
		u32 below = (common & -common) - 1;
		u32 rules = WORD_AT(s0, below) & WORD_AT(s1, below) & WORD_AT(s2, below) & WORD_AT(s3, below);

		if (unlikely(s4 != s3))
			rules &= WORD_AT(s4, below);
		if (rules) {
			*m = a->match[__ffs(common) * WORD + __ffs(rules)];
			return true;
		}
	}
	return false;
}

static noinline bool lookup6(const struct dash_acl *a, const struct dash_acl_key *k, struct dash_acl_match *m)
{
	return lookup(a, k, m, true);
}

/**
 * dash_acl_lookup() - the first rule of a group that matches
 * @a: the group, of the packet's family
 * @k: the packet
 * @m: the rule; written only on a match.  The caller counts.
 *
 * Context: any, under RCU or while the caller holds the group; neither sleeps
 * nor allocates.
 * Return: false if no rule matches (deny, pipeline.md 10.3).
 */
bool dash_acl_lookup(const struct dash_acl *a, const struct dash_acl_key *k, struct dash_acl_match *m)
{
	if (a->v6)
		return lookup6(a, k, m);
	return lookup(a, k, m, false);
}

/**
 * dash_acl_memory() - memory in use by a compiled group
 * @a: the group
 *
 * Context: any.
 * Return: bytes.
 */
size_t dash_acl_memory(const struct dash_acl *a)
{
	return a->bytes;
}
