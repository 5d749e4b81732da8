/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_MAPPING_H
#define DASH_MAPPING_H

#include <linux/types.h>
#include <linux/rcupdate.h>
#include "uapi/dash_flow.h"

#define DASH_MAPPING_MAC	0x01	/* @mac is given */
#define DASH_MAPPING_DST_VNI	0x02	/* use_dst_vni */

/**
 * struct dash_mapping - one CA-to-PA mapping of a VNET (spec/config.md 5.14)
 * Allocated by dash_mapping_alloc(); immutable once inserted except for counters.
 * @ext: the caller's (fields that do not influence forwarding), may be NULL
 */
struct dash_mapping {
	struct dash_mapping __rcu *next;	/* of the table */
	struct dash_ip ca, pa;
	u8 mac[6];
	u8 flags;
	u8 type;
	void *ext;
	atomic64_t hits, bytes;
	/* at most 100 bytes an entry in all, table included */
};

/* The CA-to-PA table of one VNET with the set of its valid PAs and their use counts. */
struct dash_mapping_table;

struct dash_mapping_table *dash_mapping_table_create(void);
/* no reader may be left; frees all entries, @free_ext called for each non-NULL ext */
void dash_mapping_table_destroy(struct dash_mapping_table *t, void (*free_ext)(void *ext));

struct dash_mapping *dash_mapping_alloc(void);
void dash_mapping_free(struct dash_mapping *m);		/* never inserted, or after a grace period */
void dash_mapping_free_rcu(struct dash_mapping *m);	/* after unlinking; ext is the caller's business */

/* Insert or replace by @m->ca; *old gets the entry replaced (the caller frees it by RCU) or NULL.
 * -ENOMEM changes nothing.  Writers: one at a time, the caller's lock.  Counters of *old are carried
 * over by the caller if wanted.
 */
int dash_mapping_insert(struct dash_mapping_table *t, struct dash_mapping *m, struct dash_mapping **old);
/* Never fails; returns the entry unlinked or NULL. */
struct dash_mapping *dash_mapping_remove(struct dash_mapping_table *t, const struct dash_ip *ca);
/* Exact match.  Under RCU (or the writer's lock). */
struct dash_mapping *dash_mapping_find(const struct dash_mapping_table *t, const struct dash_ip *ca);
/* true if at least one mapping has this PA.  Under RCU. */
bool dash_mapping_pa_valid(const struct dash_mapping_table *t, const struct dash_ip *pa);
u64 dash_mapping_count(const struct dash_mapping_table *t);
size_t dash_mapping_memory(const struct dash_mapping_table *t);
/* Walk for dumps, under the writer's lock: entries in bucket order; *pos is an opaque cursor, 0 to start,
 * valid as long as the table does not change its number of buckets.  Calls fn until it returns non-zero.
 */
int dash_mapping_walk(const struct dash_mapping_table *t, u64 *pos,
		      int (*fn)(struct dash_mapping *m, void *arg), void *arg);

#endif
