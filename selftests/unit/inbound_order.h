/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which of two inbound rules that match decides, as the specification says it (pipeline.md
 * section 15): for the naive twins of kernel/inbound.c.
 */
#ifndef INBOUND_ORDER_H
#define INBOUND_ORDER_H

#include "inbound.h"

static inline bool better(const struct dash_inbound_rule *a, const struct dash_inbound_rule *b)
{
	int la = a->any_src ? -1 : a->src.len, lb = b->any_src ? -1 : b->src.len;

	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (la != lb)
		return la > lb;
	if (!a->proto != !b->proto)
		return a->proto;
	return a->order < b->order;
}

#endif
