/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_RESIMULATE_H
#define DASH_RESIMULATE_H

#include <linux/types.h>

struct dash_net;

/**
 * struct dash_resim - what a commit wants of the connections that one mapping made
 * @mapping: dash_vnet_mapping_id()
 * @forget: the mapping goes: they do not belong to it any more; otherwise: judge them anew
 */
struct dash_resim {
	u32 mapping;
	bool forget;
};

/* RES-2: walk all records once.  @r is sorted.  Caller holds dash_net.lock; what packets shall see of the
 * mappings is published.  Sleeps.
 */
void dash_resimulate(struct dash_net *dn, struct dash_resim *r, u32 n);

#endif
