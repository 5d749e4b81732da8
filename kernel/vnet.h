/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_VNET_H
#define DASH_VNET_H

#include <linux/hash.h>
#include <linux/workqueue.h>
#include "mapping.h"

/**
 * struct dash_vnet - run-time part of a VNET
 * @vni: host order; WRITE_ONCE by the store, READ_ONCE by the packet path
 * @salt: random
 * @maps: its CA-to-PA table with the PAs derived from it
 * @free_ext: given to dash_mapping_table_destroy()
 * @work: frees
 */
struct dash_vnet {
	u32 vni;
	u32 salt;
	struct dash_mapping_table *maps;
	void (*free_ext)(void *ext);
	struct rcu_work work;
};

/* What a flow record remembers of the mapping that it was made through: not 0, and not another
 * VNET's or an earlier VNET's, as far as 32 bits go.
 */
static inline u32 dash_vnet_mapping_id(const struct dash_vnet *v, const struct dash_ip *ca)
{
	u64 h = ((u64)(__force u32)ca->w[0] << 32 | (__force u32)ca->w[1]) + v->salt;

	h = h * GOLDEN_RATIO_64 ^ ((u64)(__force u32)ca->w[2] << 32 | (__force u32)ca->w[3]);
	h = (h ^ h >> 32) * GOLDEN_RATIO_64;
	return h >> 32 | 1;
}

/* @free_ext: releases struct dash_mapping ext of the entries left at destroy; may be NULL.  NULL on -ENOMEM. */
struct dash_vnet *dash_vnet_create(void (*free_ext)(void *ext));
/* The caller has unlinked it from every reader's path; frees after a grace period, mappings included. */
void dash_vnet_destroy(struct dash_vnet *v);

#endif
