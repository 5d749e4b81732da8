// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * Which inbound route rule does a packet from this tunnel source fall under?
 *
 * Per VNI (a small hash table) and family one LPM table over the distinct source
 * prefixes.  The value of a prefix is the list of all rules that its addresses
 * can match, those of covering prefixes and those without source included, in
 * order of selection (pipeline.md 15.1).  Of a list only the first rule of each
 * protocol counts, and nothing behind the first rule for any protocol: lists
 * are as short as that, mostly one or two, and a prefix that adds nothing
 * shares the list of the one around it.
 *
 *	1: 10.0.0.0/8 tcp   2: any source, any protocol   3: 10.1.0.0/16 udp
 *	10.0.0.0/8 -> 1 2	10.1.0.0/16 -> 1 2 (3 is dead)	elsewhere -> 2
 *
 * Rejected: walking up from the longest match compares up to 129 lists.
 *
 * Compiled by eni.c in process context, immutable, swapped by RCU, freed after
 * a grace period; looked up from the miss path in softirq.
 */
#include "inbound.h"

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* One word of a list: protocol, end mark, place in the order of selection. */
#define W_PROTO(w)	((w) >> 24)
#define W_LAST		0x800000u
#define W_RANK(w)	((w) & (W_LAST - 1))
#define MAX_RULES	W_LAST
#define MAX_LIST	256		/* 255 protocols and any */
#define MAX_NEST	129		/* prefixes inside each other */

struct chunk {
	struct chunk *next;
	u32 used, room;
	u32 w[];
};

struct vni {
	u32 vni;
	bool used;
	const u32 *any;			/* list of rules without source, or NULL */
	struct dash_lpm *lpm[2];	/* by family, NULL without prefixes */
};

struct dash_inbound {
	u32 shift;			/* of the hash */
	struct vni *vni;
	void **cookie;			/* by rank */
	struct chunk *chunks;
	size_t bytes;
};

/* A rule while compiling. */
struct work {
	struct dash_bits addr;
	u32 vni, priority, order, rank;
	u32 rule;
	u16 span;			/* prefix length + 1, 0 = any source */
	u8 proto;
	u8 v6;
};

/* What encloses the prefix at hand. */
struct outer {
	struct dash_bits addr;
	unsigned int len;
	const u32 *list;
};

#define CMP(a, b)	do { if ((a) != (b)) return (a) < (b) ? -1 : 1; } while (0)

/* Order of selection inside a VNI. */
static int cmp_rank(const void *pa, const void *pb)
{
	const struct work *a = pa, *b = pb;

	CMP(a->vni, b->vni);
	CMP(a->priority, b->priority);
	CMP(b->span, a->span);
	CMP(!a->proto, !b->proto);
	CMP(a->order, b->order);
	return 0;
}

/* By VNI: rules without source, then a prefix right before those inside it. */
static int cmp_prefix(const void *pa, const void *pb)
{
	const struct work *a = pa, *b = pb;

	CMP(a->vni, b->vni);
	CMP(!!a->span, !!b->span);
	CMP(a->v6, b->v6);
	CMP(a->addr.hi, b->addr.hi);
	CMP(a->addr.lo, b->addr.lo);
	CMP(a->span, b->span);
	CMP(a->rank, b->rank);
	return 0;
}

static void *get(struct dash_inbound *t, size_t size)
{
	void *p = kvzalloc(size, GFP_KERNEL_ACCOUNT);

	if (p)
		t->bytes += kmalloc_size_roundup(size);
	return p;
}

/* Room for @n words that stay where they are. */
static u32 *words_get(struct dash_inbound *t, u32 n, u32 chunk_room)
{
	struct chunk *c = t->chunks;

	if (!c || c->room - c->used < n) {
		c = get(t, struct_size(c, w, chunk_room));
		if (!c)
			return NULL;
		c->room = chunk_room;
		c->next = t->chunks;
		t->chunks = c;
	}
	c->used += n;
	return &c->w[c->used - n];
}

/*
 * The list of the @n rules at @own and those of @outer (may be NULL), both in
 * order of rank.  ERR_PTR(-EEXIST) if the own ones add nothing to @outer, NULL
 * without memory.
 */
static const u32 *list_merge(struct dash_inbound *t, const u32 *outer, const struct work *own, u32 n,
			     u32 chunk_room)
{
	u32 out[MAX_LIST], k = 0, w, *list;
	u64 seen[4] = { 0 };
	bool added = false;

	while (outer || n) {
		bool mine = !outer || (n && own->rank < W_RANK(*outer));

		if (mine) {
			w = (u32)own->proto << 24 | own->rank;
			own++;
			n--;
		} else {
			w = *outer & ~W_LAST;
			outer = *outer & W_LAST ? NULL : outer + 1;
		}
		if (seen[W_PROTO(w) / 64] & BIT_ULL(W_PROTO(w) % 64))
			continue;
		seen[W_PROTO(w) / 64] |= BIT_ULL(W_PROTO(w) % 64);
		added |= mine;
		out[k++] = w;
		if (!W_PROTO(w))
			break;
	}
	if (!added)
		return ERR_PTR(-EEXIST);
	out[k - 1] |= W_LAST;
	list = words_get(t, k, chunk_room);
	if (list)
		memcpy(list, out, k * sizeof(*out));
	return list;
}

static u32 slot_of(const struct dash_inbound *t, u32 vni)
{
	return (vni * 0x9e3779b1u) >> t->shift;
}

static struct vni *vni_find(const struct dash_inbound *t, u32 vni)
{
	u32 i, mask = (1u << (32 - t->shift)) - 1;

	/* At least half of the slots are empty. */
	for (i = slot_of(t, vni); t->vni[i].used; i = (i + 1) & mask)
		if (t->vni[i].vni == vni)
			return &t->vni[i];
	return NULL;
}

static struct vni *vni_add(struct dash_inbound *t, u32 vni)
{
	u32 i, mask = (1u << (32 - t->shift)) - 1;

	for (i = slot_of(t, vni); t->vni[i].used; )
		i = (i + 1) & mask;
	t->vni[i].vni = vni;
	t->vni[i].used = true;
	return &t->vni[i];
}

/* How many at @w belong together: same VNI and same source condition. */
static u32 run_length(const struct work *w, u32 n)
{
	u32 k;

	for (k = 1; k < n; k++)
		if (w[k].vni != w->vni || w[k].span != w->span || w[k].v6 != w->v6 ||
		    w[k].addr.hi != w->addr.hi || w[k].addr.lo != w->addr.lo)
			break;
	return k;
}

/* All rules of one VNI, @n at @w in order of cmp_prefix(). */
static int vni_compile(struct dash_inbound *t, const struct dash_inbound_rule *rules, const struct work *w,
		       u32 n, struct outer *stack, u32 chunk_room)
{
	struct vni *v = vni_add(t, w->vni);
	int top = 0, family = -1;
	u32 k;

	for (; n; w += k, n -= k) {
		const u32 *list, *outer;
		void *old;

		k = run_length(w, n);
		if (!w->span) {
			v->any = list_merge(t, NULL, w, k, chunk_room);
			if (!v->any)
				return -ENOMEM;
			continue;
		}
		if (w->v6 != family) {
			family = w->v6;
			top = 0;
			v->lpm[family] = dash_lpm_create(family);
			if (!v->lpm[family])
				return -ENOMEM;
			dash_lpm_set_private(v->lpm[family], true);
		}
		while (top && !dash_bits_covers(stack[top - 1].addr, stack[top - 1].len, w->addr))
			top--;
		outer = top ? stack[top - 1].list : v->any;
		list = list_merge(t, outer, w, k, chunk_room);
		if (!list)
			return -ENOMEM;
		/* All hidden by the rules around: the covering prefix answers as well. */
		if (IS_ERR(list))
			continue;
		if (dash_lpm_insert(v->lpm[family], &rules[w->rule].src, (void *)list, &old))
			return -ENOMEM;
		stack[top++] = (struct outer){ w->addr, w->span - 1, list };
		cond_resched();
	}
	for (k = 0; k < 2; k++)
		if (v->lpm[k])
			dash_lpm_set_private(v->lpm[k], false);
	return 0;
}

static int compile(struct dash_inbound *t, const struct dash_inbound_rule *rules, struct work *w, u32 n,
		   struct outer *stack)
{
	u32 i, from, vnis = 0, chunk_room = n < 256 ? 256 : 4096;
	int err;

	for (i = 0; i < n; i++) {
		const struct dash_inbound_rule *r = &rules[i];

		w[i] = (struct work){ .vni = r->vni, .priority = r->priority, .order = r->order,
				      .rule = i, .proto = r->proto };
		if (!r->any_src) {
			w[i].addr = dash_bits_of(&r->src.ip, r->src.v6);
			w[i].span = r->src.len + 1;
			w[i].v6 = r->src.v6;
		}
	}
	sort(w, n, sizeof(*w), cmp_rank, NULL);
	cond_resched();
	for (i = 0; i < n; i++) {
		w[i].rank = i;
		t->cookie[i] = rules[w[i].rule].cookie;
		vnis += !i || w[i].vni != w[i - 1].vni;
	}
	sort(w, n, sizeof(*w), cmp_prefix, NULL);
	cond_resched();

	t->shift = 31 - fls(vnis);
	t->vni = get(t, array_size(sizeof(*t->vni), 1u << (32 - t->shift)));
	if (!t->vni)
		return -ENOMEM;
	for (from = 0, i = 1; i <= n; i++) {
		if (i < n && w[i].vni == w[from].vni)
			continue;
		err = vni_compile(t, rules, w + from, i - from, stack, chunk_room);
		if (err)
			return err;
		from = i;
	}
	return 0;
}

/**
 * dash_inbound_compile() - make the table of an ENI's rules
 * @rules: the rules, in any order; not referenced after return
 * @n: their number, may be 0
 *
 * Context: process, may sleep.
 * Return: the table, or ERR_PTR(-ENOMEM), or ERR_PTR(-E2BIG) beyond 8 million rules.
 */
struct dash_inbound *dash_inbound_compile(const struct dash_inbound_rule *rules, u32 n)
{
	struct dash_inbound *t;
	struct outer *stack;
	struct work *w;
	int err = -ENOMEM;

	if (n > MAX_RULES)
		return ERR_PTR(-E2BIG);
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return ERR_PTR(-ENOMEM);
	t->bytes = kmalloc_size_roundup(sizeof(*t));
	/* One more of each, so that no rules are nothing special. */
	t->cookie = get(t, array_size(sizeof(*t->cookie), n + 1));
	w = kvmalloc_array(n + 1, sizeof(*w), GFP_KERNEL_ACCOUNT);
	stack = kmalloc_array(MAX_NEST, sizeof(*stack), GFP_KERNEL_ACCOUNT);
	if (t->cookie && w && stack)
		err = compile(t, rules, w, n, stack);
	kfree(stack);
	kvfree(w);
	if (err) {
		dash_inbound_free(t);
		return ERR_PTR(err);
	}
	return t;
}

/**
 * dash_inbound_free() - free a table
 * @t: the table, or NULL; no reader may be left
 *
 * Context: process.
 */
void dash_inbound_free(struct dash_inbound *t)
{
	struct chunk *c;
	u32 i;

	if (!t)
		return;
	if (t->vni) {
		for (i = 0; i < 1u << (32 - t->shift); i++) {
			dash_lpm_destroy(t->vni[i].lpm[0]);
			dash_lpm_destroy(t->vni[i].lpm[1]);
		}
	}
	while ((c = t->chunks)) {
		t->chunks = c->next;
		kvfree(c);
	}
	kvfree(t->vni);
	kvfree(t->cookie);
	kfree(t);
}

/**
 * dash_inbound_lookup() - select the rule of a packet
 * @t: the table
 * @vni: VNI received, host order
 * @sip: outer source
 * @proto: inner protocol
 *
 * Context: any, under RCU; neither sleeps nor allocates.
 * Return: the cookie of the rule selected, or NULL.
 */
void *dash_inbound_lookup(const struct dash_inbound *t, u32 vni, const struct dash_ip *sip, u8 proto)
{
	const struct vni *v = vni_find(t, vni);
	const struct dash_lpm *lpm;
	const u32 *list = NULL;

	if (!v)
		return NULL;
	lpm = v->lpm[!dash_ip_is_v4(sip)];
	if (lpm)
		list = dash_lpm_lookup(lpm, sip);
	if (!list)
		list = v->any;
	if (!list)
		return NULL;
	for (;; list++) {
		if (W_PROTO(*list) == proto || !W_PROTO(*list))
			return t->cookie[W_RANK(*list)];
		if (*list & W_LAST)
			return NULL;
	}
}

/**
 * dash_inbound_has_vni() - does any rule name this VNI?
 * @t: the table
 * @vni: host order
 *
 * Context: any, under RCU.
 * Return: true if so (a trusted VNI, pipeline.md 9).
 */
bool dash_inbound_has_vni(const struct dash_inbound *t, u32 vni)
{
	return vni_find(t, vni);
}

/**
 * dash_inbound_memory() - memory in use
 * @t: the table
 *
 * Context: process.
 * Return: bytes.
 */
size_t dash_inbound_memory(const struct dash_inbound *t)
{
	size_t n = t->bytes;
	u32 i;

	for (i = 0; i < 1u << (32 - t->shift); i++) {
		if (t->vni[i].lpm[0])
			n += dash_lpm_memory(t->vni[i].lpm[0]);
		if (t->vni[i].lpm[1])
			n += dash_lpm_memory(t->vni[i].lpm[1]);
	}
	return n;
}
