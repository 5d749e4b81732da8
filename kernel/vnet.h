/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_VNET_H
#define DASH_VNET_H

#include <linux/rcupdate.h>
#include "mapping.h"

/**
 * struct dash_vnet - run-time part of a VNET
 * @vni: host order; WRITE_ONCE by the store, READ_ONCE by the packet path
 * @maps: its CA-to-PA table with the PAs derived from it
 * @rcu: freed after a grace period
 */
struct dash_vnet {
	u32 vni;
	struct dash_mapping_table *maps;
	struct rcu_head rcu;
	struct work_struct work;
};

struct dash_vnet *dash_vnet_create(void);		/* or NULL */
/* The caller has unlinked it from every reader's path; frees after a grace period, mappings included. */
void dash_vnet_destroy(struct dash_vnet *v);

#endif
