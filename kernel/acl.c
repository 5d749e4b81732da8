// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * Which rule of a group matches a packet first?
 *
 * Every field of the packet is mapped to a *class*: the set of rules that the
 * field's value does not rule out.  The rule is the first one in all sets.
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
 * The class of an address is that of all lists with a prefix around it (*any*
 * covering prefix counts, not only the longest: pipeline.md 10.2); equal classes
 * are stored once.
 *
 * A class is a two-level bitmap: one summary bit for each word of 16 rules, and
 * only the words that are not zero:
 *
 *	summary ...0101    word 0    word 2
 *
 * A look-up ANDs the summaries, and for each common bit, the words.  Words of 16
 * because most classes name few rules: larger ones take more memory, and more
 * common bits turn out to have no common rule.
 *
 * Addresses of IPv4 and ports are found by range.c, IPv6 by lpm.c, protocols in
 * a table of 256.
 *
 * The cost at scale is that of cache misses, one or two for each side.  They
 * depend on each other in a side, but not between sides and stages: so all
 * groups that a packet may meet are classified together (dash_acl_classify()),
 * which has their misses in flight at once, and then decided one by one.
 *
 * Rejected: cross products (rte_acl) cannot be built for the lists that DASH
 * allows; recursive classification (RFC) has tables quadratic in the number of
 * classes; tuple space search walks one hash table per shape of rule; one table
 * of addresses for all groups of an ENI would save look-ups, but every
 * replacement of a group would rebuild all of its neighbours, and groups
 * would be stored once for each combination instead of once.
 *
 * Compiled by acl_compile.c, immutable, published by one RCU swap, freed after a
 * grace period; looked up from the miss path in softirq.
 */
#include "acl_lookup.h"

#include <linux/prefetch.h>
#include <linux/slab.h>

#include "lpm_lookup.h"

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
	dash_lpm_destroy(a->lpm[DASH_ACL_SRC]);
	dash_lpm_destroy(a->lpm[DASH_ACL_DST]);
	kvfree(a->w);
	kvfree(a->match);
	kfree(a);
}

static __always_inline void classify_ports(const struct dash_acl *a, const struct dash_acl_key *k,
					   struct dash_acl_probe *p)
{
	const struct dash_range *r = &a->port[DASH_ACL_DST];

	p->dport = dash_range_value(a->w, r, k->dport, dash_range_entry(a->w, r, k->dport));
	/* Few groups ask for source ports. */
	if (unlikely(a->sports)) {
		r = &a->port[DASH_ACL_SRC];
		p->sport = dash_range_value(a->w, r, k->sport, dash_range_entry(a->w, r, k->sport));
	}
}

/* The table of a side has a prefix that covers everything: there is an answer. */
static u32 class6(const struct dash_acl *a, int side, const struct dash_ip *ip)
{
	const u32 *class;

	if (!a->lpm[side])
		return a->other[side];
	class = dash_lpm_lookup_bits(a->lpm[side], dash_bits_of(ip, true), true);
	return class - a->w;
}

static noinline void classify6(const struct dash_acl *const *a, u32 n, const struct dash_acl_key *k,
			       struct dash_acl_probe *p)
{
	u32 i;

	for (i = 0; i < n; i++) {
		p[i].src = class6(a[i], DASH_ACL_SRC, &k->src);
		p[i].dst = class6(a[i], DASH_ACL_DST, &k->dst);
		prefetch(a[i]->w + p[i].src);
		prefetch(a[i]->w + p[i].dst);
		classify_ports(a[i], k, &p[i]);
	}
}

/**
 * dash_acl_classify() - find a packet's classes in several groups
 * @a: the groups, all of the packet's family
 * @n: their number
 * @k: the packet
 * @p: the classes, one for each group; for dash_acl_decide()
 *
 * Context: any, under RCU or while the caller holds the groups; neither sleeps
 * nor allocates.
 */
void dash_acl_classify(const struct dash_acl *const *a, u32 n, const struct dash_acl_key *k,
		       struct dash_acl_probe *p)
{
	u32 src = be32_to_cpu(k->src.w[3]), dst = be32_to_cpu(k->dst.w[3]), i;

	if (!n)
		return;
	if (a[0]->v6) {
		classify6(a, n, k, p);
		return;
	}
	for (i = 0; i < n; i++) {
		const u32 *w = a[i]->w;

		p[i].src = dash_range_entry(w, &a[i]->addr[DASH_ACL_SRC], src);
		p[i].dst = dash_range_entry(w, &a[i]->addr[DASH_ACL_DST], dst);
		prefetch(w + (p[i].src & DASH_RANGE_INDEX));
		prefetch(w + (p[i].dst & DASH_RANGE_INDEX));
	}
	for (i = 0; i < n; i++) {
		const u32 *w = a[i]->w;

		classify_ports(a[i], k, &p[i]);
		p[i].src = dash_range_value(w, &a[i]->addr[DASH_ACL_SRC], src, p[i].src);
		p[i].dst = dash_range_value(w, &a[i]->addr[DASH_ACL_DST], dst, p[i].dst);
		prefetch(w + p[i].src);
		prefetch(w + p[i].dst);
	}
}

/**
 * dash_acl_decide_any() - dash_acl_decide() with any number of summaries, and source ports
 * @a: the group
 * @k: the packet
 * @p: its classes in the group
 *
 * Context: as dash_acl_classify().
 * Return: as dash_acl_decide().
 */
const struct dash_acl_match *dash_acl_decide_any(const struct dash_acl *a, const struct dash_acl_key *k,
						 const struct dash_acl_probe *p)
{
	const u32 class[] = { p->src, p->dst, p->dport, a->w[a->proto + k->proto], p->sport };
	u32 before[ARRAY_SIZE(class)] = { 0 }, fields = ARRAY_SIZE(class) - !a->sports, j, d;
	const dash_acl_sum *sum[ARRAY_SIZE(class)];

	for (d = 0; d < fields; d++)
		sum[d] = (const dash_acl_sum *)(a->w + class[d]);
	for (j = 0; j < a->sums; j++) {
		u64 common = ~0ull;

		for (d = 0; d < fields; d++)
			common &= sum[d][j];
		for (; common; common &= common - 1) {
			u64 below = (common & -common) - 1;
			u32 rules = ~0u;

			for (d = 0; d < fields; d++)
				rules &= ((const u16 *)(sum[d] + a->sums))[before[d] + hweight64(sum[d][j] & below)];
			if (rules)
				return &a->match[j * DASH_ACL_SUM + __ffs64(common) * DASH_ACL_WORD + __ffs(rules)];
		}
		for (d = 0; d < fields; d++)
			before[d] += hweight64(sum[d][j]);
	}
	return NULL;
}

/**
 * dash_acl_lookup() - dash_acl_classify() and dash_acl_decide() in one group
 * @a: the group, of the packet's family
 * @k: the packet
 *
 * Context: as dash_acl_classify().
 * Return: as dash_acl_decide().
 */
const struct dash_acl_match *dash_acl_lookup(const struct dash_acl *a, const struct dash_acl_key *k)
{
	struct dash_acl_probe p;

	dash_acl_classify(&a, 1, k, &p);
	return dash_acl_decide(a, k, &p);
}

/**
 * dash_acl_final() - whether stages behind the group are never asked
 * @a: the group
 *
 * Context: any.
 * Return: true if all rules terminate; no match does so anyway (pipeline.md 10.4).
 */
bool dash_acl_final(const struct dash_acl *a)
{
	return a->final;
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
