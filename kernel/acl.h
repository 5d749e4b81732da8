/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_ACL_H
#define DASH_ACL_H

#include <linux/types.h>
#include "lpm.h"

/* A list of prefixes, shared by all rules that name it (a tag, or a rule's own list). */
struct dash_prefix_list {
	u32 n;
	struct dash_prefix p[];
};

struct dash_port_range { u16 lo, hi; };		/* inclusive, host order */

/* Counters of one rule, owned by the caller; they outlive every compiled group that names them. */
struct dash_acl_rule_stats { atomic64_t hits, bytes; };

/**
 * struct dash_acl_rule - one rule as given to dash_acl_compile()
 * @priority: lower first
 * @order: tie break among equal priorities, unique (natural order of rule names)
 * @allow, @terminating: the action
 * @n_protos, @protos: protocols; none = any
 * @src, @dst: arrays of @n_src/@n_dst pointers to prefix lists (several tags, or one own list);
 *	0 lists = any; lists that are present but all empty match nothing
 * @n_sport, @n_dport, @sport, @dport: port ranges; none = any
 * @stats: where hits are counted
 */
struct dash_acl_rule {
	u32 priority;
	u32 order;
	bool allow;
	bool terminating;
	u16 n_protos;
	const u8 *protos;
	u16 n_src, n_dst;
	const struct dash_prefix_list *const *src, *const *dst;
	u16 n_sport, n_dport;
	const struct dash_port_range *sport, *dport;
	struct dash_acl_rule_stats *stats;
};

/* What a lookup needs of the packet; addresses v4-mapped, ports host order (0 if the protocol has none). */
struct dash_acl_key {
	struct dash_ip src, dst;
	u16 sport, dport;
	u8 proto;
};

/* Result of one stage. */
struct dash_acl_match {
	u32 rule;			/* index into the array given to compile */
	bool allow, terminating;
	struct dash_acl_rule_stats *stats;
};

/* A compiled group: immutable, one family, shared by any number of bindings. */
struct dash_acl;

/* Process context.  Prefix lists are not referenced after return.  ERR_PTR(-ENOMEM) on failure. */
struct dash_acl *dash_acl_compile(const struct dash_acl_rule *rules, u32 n, bool v6);
void dash_acl_free(struct dash_acl *a);		/* no reader may be left */
/* First match by (priority, order); false if none.  Under RCU or while the caller holds the object. */
bool dash_acl_lookup(const struct dash_acl *a, const struct dash_acl_key *k, struct dash_acl_match *m);
size_t dash_acl_memory(const struct dash_acl *a);

#endif
