/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Random ACL groups and the naive way to evaluate them.
 */
#ifndef RULES_H
#define RULES_H

#include "prefixes.h"
#include "acl.h"

struct group {
	u32 n, n_lists, n_own;
	bool v6;
	enum shape shape;
	struct dash_acl_rule *r;
	struct dash_prefix_list **tag;	/* shared */
	void **own;			/* what rules point at, to free */
	struct dash_acl_rule_stats stats;
};

static inline void *group_own(struct group *g, void *p)
{
	if (!(g->n_own & (g->n_own + 1)))
		g->own = realloc(g->own, (g->n_own * 2 + 2) * sizeof(*g->own));
	return g->own[g->n_own++] = p;
}

static inline struct dash_prefix_list *list_make(u32 n, bool v6, enum shape s, bool mixed)
{
	struct dash_prefix_list *l = calloc(1, sizeof(*l) + n * sizeof(l->p[0]));

	l->n = n;
	for (u32 i = 0; i < n; i++) {
		l->p[i] = random_prefix(mixed && !below(10) ? !v6 : v6, s);
		if (i && !below(4))
			l->p[i] = prefix_cut(l->p[i - 1].ip, below(l->p[i - 1].len + 1), l->p[i - 1].v6);
	}
	return l;
}

static inline const struct dash_prefix_list *const *lists_make(struct group *g, u32 max, u16 *n)
{
	const struct dash_prefix_list **p;
	u32 i;

	*n = 0;
	if (!below(3))
		return NULL;
	*n = (u16)(g->n_lists && below(2) ? 1 + below(4) : 1);
	p = group_own(g, calloc(*n, sizeof(*p)));
	if (*n == 1 && (!g->n_lists || below(2)))
		p[0] = group_own(g, list_make(below(max + 1), g->v6, g->shape, true));
	else
		for (i = 0; i < *n; i++)
			p[i] = g->tag[below(g->n_lists)];
	return p;
}

static inline const struct dash_port_range *ranges_make(struct group *g, u16 *n)
{
	struct dash_port_range *p;
	u32 i;

	*n = (u16)(below(3) ? 0 : 1 + below(4));
	if (!*n)
		return NULL;
	p = group_own(g, calloc(*n, sizeof(*p)));
	for (i = 0; i < *n; i++) {
		u16 lo = (u16)rnd(), len = (u16)(below(3) ? below(3) : rnd());

		if (!below(5))
			lo = below(2) ? 0 : 65535;
		p[i].lo = lo;
		p[i].hi = (u16)(lo + len < 65536 ? lo + len : 65535);
		if (!below(40))
			swap(p[i].lo, p[i].hi);
	}
	return p;
}

/* @n rules over @tags shared lists, with up to @prefixes in a list. */
static inline void group_make(struct group *g, u32 n, bool v6, enum shape s, u32 tags, u32 prefixes)
{
	u32 i, j;

	memset(g, 0, sizeof(*g));
	g->n = n;
	g->v6 = v6;
	g->shape = s;
	g->r = calloc(n + 1, sizeof(*g->r));
	g->tag = calloc(tags + 1, sizeof(*g->tag));
	for (; g->n_lists < tags; g->n_lists++)
		g->tag[g->n_lists] = group_own(g, list_make(below(prefixes + 1), v6, s, true));
	for (i = 0; i < n; i++) {
		struct dash_acl_rule *r = &g->r[i];

		r->priority = below(below(2) ? n : 4);
		r->order = i;
		r->allow = below(2);
		r->terminating = below(2);
		if (below(2)) {
			u8 *p = group_own(g, malloc(4));

			r->n_protos = (u16)(1 + below(4));
			r->protos = p;
			for (j = 0; j < 4; j++)
				p[j] = (u8)(below(2) ? below(20) : rnd());
		}
		r->src = lists_make(g, prefixes, &r->n_src);
		r->dst = lists_make(g, prefixes, &r->n_dst);
		r->sport = ranges_make(g, &r->n_sport);
		r->dport = ranges_make(g, &r->n_dport);
		r->stats = &g->stats + i;	/* an address to compare, never used */
	}
	for (i = n; i > 1; i--) {
		j = below(i);
		swap(g->r[i - 1].order, g->r[j].order);
	}
}

static inline void group_free(struct group *g)
{
	while (g->n_own)
		free(g->own[--g->n_own]);
	free(g->own);
	free(g->tag);
	free(g->r);
}

static inline bool in_lists(const struct dash_prefix_list *const *l, u32 n, bool v6, const struct dash_ip *ip)
{
	if (!n)
		return true;
	for (; n--; l++)
		for (u32 i = 0; i < (*l)->n; i++)
			if ((*l)->p[i].v6 == v6 && naive_covers(&(*l)->p[i], ip))
				return true;
	return false;
}

static inline bool in_ranges(const struct dash_port_range *r, u32 n, u16 port)
{
	if (!n)
		return true;
	for (; n--; r++)
		if (port >= r->lo && port <= r->hi)
			return true;
	return false;
}

static inline bool in_protos(const u8 *p, u32 n, u8 proto)
{
	if (!n)
		return true;
	while (n--)
		if (*p++ == proto)
			return true;
	return false;
}

static inline const struct dash_acl_rule *group_scan(const struct group *g, const struct dash_acl_key *k)
{
	const struct dash_acl_rule *best = NULL, *r;

	for (r = g->r; r < g->r + g->n; r++) {
		if (best && (r->priority > best->priority ||
			     (r->priority == best->priority && r->order > best->order)))
			continue;
		if (in_protos(r->protos, r->n_protos, k->proto) && in_ranges(r->sport, r->n_sport, k->sport) &&
		    in_ranges(r->dport, r->n_dport, k->dport) && in_lists(r->src, r->n_src, g->v6, &k->src) &&
		    in_lists(r->dst, r->n_dst, g->v6, &k->dst))
			best = r;
	}
	return best;
}

static inline struct dash_ip ip_for(const struct group *g, const struct dash_prefix_list *const *l, u32 n)
{
	const struct dash_prefix_list *p = n ? l[below(n)] : NULL;
	const struct dash_prefix *x = p && p->n ? &p->p[below(p->n)] : NULL;

	if (x && x->v6 == g->v6 && below(8))
		return ip_near(x);
	return random_ip(g->v6, g->shape);
}

static inline u16 port_for(const struct dash_port_range *r, u32 n)
{
	if (!n || !below(8))
		return (u16)rnd();
	r += below(n);
	switch (below(4)) {
	case 0: return r->lo;
	case 1: return r->hi;
	case 2: return (u16)(r->lo - 1);
	default: return (u16)(r->hi + 1);
	}
}

/* A packet that some rule, or nearly, matches. */
static inline struct dash_acl_key key_make(const struct group *g)
{
	const struct dash_acl_rule *r = g->n ? &g->r[below(g->n)] : NULL;
	struct dash_acl_key k = { .sport = (u16)rnd(), .dport = (u16)rnd(), .proto = (u8)below(20) };

	k.src = random_ip(g->v6, g->shape);
	k.dst = random_ip(g->v6, g->shape);
	if (!r || !below(8))
		return k;
	k.src = ip_for(g, r->src, r->n_src);
	k.dst = ip_for(g, r->dst, r->n_dst);
	k.sport = port_for(r->sport, r->n_sport);
	k.dport = port_for(r->dport, r->n_dport);
	if (r->n_protos && below(8))
		k.proto = r->protos[below(r->n_protos)];
	return k;
}

#endif
