/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_ACL_H
#define DASH_ACL_H

#include <linux/atomic.h>
#include <linux/types.h>
#include "lpm.h"

/**
 * struct dash_prefix_list - prefixes shared by all rules that name them
 * @n: number of prefixes; duplicates and both families are allowed
 * @p: the prefixes, in any order
 *
 * A tag, or a rule's own list.
 */
struct dash_prefix_list {
	u32 n;
	struct dash_prefix p[];
};

/**
 * struct dash_port_range - ports from @lo to @hi
 * @lo: first port, host order
 * @hi: last port, inclusive
 */
struct dash_port_range {
	u16 lo, hi;
};

/**
 * struct dash_acl_rule_stats - counters of one rule
 * @hits: connections that the rule decided in its group (pipeline.md 10.6)
 * @bytes: bytes of their first packets
 *
 * Owned by the caller; they outlive every compiled group that names them.
 */
struct dash_acl_rule_stats {
	atomic64_t hits, bytes;
};

/**
 * struct dash_acl_rule - one rule as given to dash_acl_compile()
 * @priority: lower first
 * @order: tie break among equal priorities, unique (natural order of rule names)
 * @allow: the action, else deny
 * @terminating: whether later stages are still asked
 * @n_protos: number of protocols, 0 = any
 * @protos: protocols
 * @n_src: number of lists of source prefixes; 0 = any; lists that are present
 *	but all empty (or of the other family) match nothing
 * @n_dst: likewise for the destination
 * @src: pointers to the lists (several tags, or one own list)
 * @dst: likewise for the destination
 * @n_sport: number of source port ranges, 0 = any
 * @n_dport: number of destination port ranges, 0 = any
 * @sport: source port ranges; one with @hi below @lo matches nothing
 * @dport: destination port ranges
 * @stats: where the caller of a lookup counts hits
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

/**
 * struct dash_acl_key - what a lookup needs of the packet
 * @src: inner source, v4-mapped
 * @dst: inner destination
 * @sport: source port, host order; 0 if the protocol has none
 * @dport: destination port
 * @proto: inner protocol
 */
struct dash_acl_key {
	struct dash_ip src, dst;
	u16 sport, dport;
	u8 proto;
};

/**
 * struct dash_acl_match - the rule that decides in one stage
 * @rule: index into the array given to compile
 * @allow: its action
 * @terminating: likewise
 * @stats: its counters
 */
struct dash_acl_match {
	u32 rule;
	bool allow, terminating;
	struct dash_acl_rule_stats *stats;
};

/**
 * struct dash_acl_probe - the classes of a packet in one group
 * @src: of its source address
 * @dst: of its destination address
 * @sport: of its source port, if the group asks for it
 * @dport: of its destination port
 */
struct dash_acl_probe {
	u32 src, dst, sport, dport;
};

/* A compiled group: immutable, one family, shared by any number of bindings. */
struct dash_acl;

struct dash_acl *dash_acl_compile(const struct dash_acl_rule *rules, u32 n, bool v6);	/* acl_compile.c */
void dash_acl_free(struct dash_acl *a);
void dash_acl_classify(const struct dash_acl *const *a, u32 n, const struct dash_acl_key *k,
		       struct dash_acl_probe *p);
const struct dash_acl_match *dash_acl_lookup(const struct dash_acl *a, const struct dash_acl_key *k);
bool dash_acl_final(const struct dash_acl *a);
size_t dash_acl_memory(const struct dash_acl *a);

#endif
