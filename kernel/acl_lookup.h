/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * A compiled group as acl_compile.c makes it and acl.c reads it, and the part of
 * the reading that is worth having in the middle of something hot (pipeline.c).
 * See acl.c.  Everybody else includes acl.h.
 */
#ifndef DASH_ACL_LOOKUP_H
#define DASH_ACL_LOOKUP_H

#include <linux/bitops.h>
#include "acl.h"
#include "range.h"

#define DASH_ACL_WORD	16u			/* rules in a word of a class */
#define DASH_ACL_SUM	(64 * DASH_ACL_WORD)	/* rules under one summary */
#define DASH_ACL_PROTOS	256

/* A summary: in an array of 32-bit words, so aligned as those. */
typedef u64 dash_acl_sum __attribute__((aligned(4)));

/* Sides of a rule, of addresses and of ports. */
enum { DASH_ACL_SRC, DASH_ACL_DST, DASH_ACL_SIDES };

/**
 * struct dash_acl - a compiled group
 * @w: all tables and classes
 * @addr: IPv4 addresses to classes
 * @match: what a look-up returns, by rank
 * @port: ports to classes
 * @proto: index in @w of the table of protocols
 * @sums: summaries of a class
 * @sports: whether any rule asks for the source port
 * @plain: one summary, and none does
 * @v6: family
 * @final: no match lets another stage be asked: all rules terminate
 * @lpm: IPv6 addresses to classes (pointers into @w); NULL: @other
 * @other: class of addresses without prefix
 * @bytes: memory in use
 */
struct dash_acl {
	const u32 *w;
	struct dash_range addr[DASH_ACL_SIDES];
	const struct dash_acl_match *match;
	struct dash_range port[DASH_ACL_SIDES];
	u32 proto;
	u32 sums;
	bool sports, plain, v6, final;
	struct dash_lpm *lpm[DASH_ACL_SIDES];
	u32 other[DASH_ACL_SIDES];
	size_t bytes;
};

const struct dash_acl_match *dash_acl_decide_any(const struct dash_acl *a, const struct dash_acl_key *k,
						 const struct dash_acl_probe *p);

/* The word of class @s under bit @below + 1 of its only summary; @below: a mask. */
#define DASH_ACL_WORD_AT(s, below)	(((const u16 *)((s) + 1))[hweight64(*(s) & (below))])

/**
 * dash_acl_decide() - the first rule of a group that matches
 * @a: the group
 * @k: the packet
 * @p: its classes in the group
 *
 * Context: as dash_acl_classify().
 * Return: the rule, NULL if none matches (deny, pipeline.md 10.3).  The caller counts.
 */
static __always_inline const struct dash_acl_match *
dash_acl_decide(const struct dash_acl *a, const struct dash_acl_key *k, const struct dash_acl_probe *p)
{
	const dash_acl_sum *s0, *s1, *s2, *s3;
	u64 common;

	if (unlikely(!a->plain))
		return dash_acl_decide_any(a, k, p);
	s0 = (const dash_acl_sum *)(a->w + p->src);
	s1 = (const dash_acl_sum *)(a->w + p->dst);
	s2 = (const dash_acl_sum *)(a->w + p->dport);
	s3 = (const dash_acl_sum *)(a->w + a->w[a->proto + k->proto]);
	for (common = *s0 & *s1 & *s2 & *s3; common; common &= common - 1) {
		u64 below = (common & -common) - 1;
		u32 rules = DASH_ACL_WORD_AT(s0, below) & DASH_ACL_WORD_AT(s1, below) &
			    DASH_ACL_WORD_AT(s2, below) & DASH_ACL_WORD_AT(s3, below);

		if (likely(rules))
			return &a->match[__ffs64(common) * DASH_ACL_WORD + __ffs(rules)];
	}
	return NULL;
}

#endif
