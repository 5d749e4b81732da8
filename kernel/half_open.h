/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_HALF_OPEN_H
#define DASH_HALF_OPEN_H

#include <linux/types.h>
#include "flow_table.h"
#include "sweep.h"

/* Half-open TCP connections of each ENI, oldest first; eight bytes a slot. */
struct dash_half_open;

/* @ft: the table whose slots it knows.  NULL: out of memory.  Process context. */
struct dash_half_open *dash_half_open_create(struct dash_flow_table *ft);
size_t dash_half_open_bytes(const struct dash_flow_table *ft);	/* what it takes, or would take */
void dash_half_open_destroy(struct dash_half_open *h);	/* the sweep has ended all connections */

/* @slot was linked in SYN_SENT a moment ago.  BH disabled, under RCU since before it was linked. */
void dash_half_open_add(struct dash_half_open *h, u16 eni, u32 slot);
/* It is half-open no more, or no more at all; nothing happens if it is not in the list.  BH disabled, under RCU. */
void dash_half_open_del(struct dash_half_open *h, u16 eni, const struct dash_flow *f);
bool dash_half_open_any(const struct dash_half_open *h, u16 eni);	/* has it one?  Any context. */
/* End the oldest of @eni (DASH_GONE_YIELDED).  BH disabled, under RCU.  false: it has none. */
bool dash_half_open_yield(struct dash_half_open *h, u16 eni, struct dash_sweep *s);

#endif
