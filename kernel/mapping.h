/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_MAPPING_H
#define DASH_MAPPING_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include "uapi/dash_flow.h"

#define DASH_MAPPING_MAC	0x01	/* @mac is given */
#define DASH_MAPPING_DST_VNI	0x02	/* use_dst_vni */
#define DASH_MAPPING_KEEP_U0	0x04	/* resimulation leaves the tunnel as it is (RES-9) */
#define DASH_MAPPING_KEEP_DMAC	0x08	/* and the inner destination MAC */

/* Link in a hash chain; the table's. */
struct dash_link {
	struct dash_link __rcu *next;
};

/**
 * struct dash_mapping - one CA-to-PA mapping of a VNET (spec/config.md 5.14)
 * @link: the table's
 * @ca: customer address, the key
 * @pa: physical address of the host of @ca
 * @mac: inner destination MAC, if DASH_MAPPING_MAC
 * @flags: DASH_MAPPING_*
 * @type: routing type, the caller's numbers
 * @ext: the caller's (fields that do not influence forwarding), may be NULL
 * @hits: connections that used the mapping
 * @bytes: bytes of their first packets
 *
 * Allocated by dash_mapping_alloc(); immutable once inserted except for the
 * counters.  With its share of the tables at most 100 bytes.
 */
struct dash_mapping {
	struct dash_link link;
	struct dash_ip ca, pa;
	u8 mac[6];
	u8 flags;
	u8 type;
	void *ext;
	atomic64_t hits, bytes;
};

/*
 * The CA-to-PA table of one VNET with the set of its valid PAs and their use
 * counts (pipeline.md 12.1, 15.2).  Readers: under RCU, never blocked.  Writers:
 * one at a time, the caller's lock, process context (they may sleep).
 */
struct dash_mapping_table;

int dash_mapping_init(void);	/* before anything else here, once per module */
void dash_mapping_exit(void);	/* no table and no entry may be left */

struct dash_mapping_table *dash_mapping_table_create(void);
void dash_mapping_table_destroy(struct dash_mapping_table *t, void (*free_ext)(void *ext));

struct dash_mapping *dash_mapping_alloc(void);
void dash_mapping_free(struct dash_mapping *m);
void dash_mapping_free_rcu(struct dash_mapping *m);

int dash_mapping_insert(struct dash_mapping_table *t, struct dash_mapping *m, struct dash_mapping **old);
int dash_mapping_insert_held(struct dash_mapping_table *t, struct dash_mapping *m, struct dash_mapping **old);
void dash_mapping_release(struct dash_mapping_table *t, const struct dash_mapping *old);
struct dash_mapping *dash_mapping_put_back(struct dash_mapping_table *t, struct dash_mapping *old);
struct dash_mapping *dash_mapping_remove(struct dash_mapping_table *t, const struct dash_ip *ca);
struct dash_mapping *dash_mapping_find(const struct dash_mapping_table *t, const struct dash_ip *ca);
bool dash_mapping_pa_valid(const struct dash_mapping_table *t, const struct dash_ip *pa);
u64 dash_mapping_count(const struct dash_mapping_table *t);
size_t dash_mapping_memory(const struct dash_mapping_table *t);
int dash_mapping_walk(const struct dash_mapping_table *t, u64 *pos,
		      int (*fn)(struct dash_mapping *m, void *arg), void *arg);

#endif
