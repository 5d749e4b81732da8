/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_RULES_H
#define DASHCTL_RULES_H

#include "object.h"

/**
 * struct rules - inbound route rules whose key, as written, has no priority
 * @r: what was found, in order
 */
struct rules {
	struct loose_rule *r;
	size_t n, cap;
};

void rules_take(struct rules *l, const struct object *o, uint64_t cookie);
/* Keeps only operations that a later one replaces, for rules_superseded(). */
void rules_settle(struct rules *l);
bool rules_superseded(const struct rules *l, uint64_t cookie);
void rules_free(struct rules *l);

#endif
