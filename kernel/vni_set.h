/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_VNI_SET_H
#define DASH_VNI_SET_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct dash_vni_set - VNIs as sorted, disjoint, inclusive ranges; immutable, freed by kfree_rcu()
 * @rcu: for kfree_rcu(); the creator kvmallocs
 * @n: number of ranges
 * @r: the ranges, host order, ascending
 */
struct dash_vni_set {
	struct rcu_head rcu;
	u32 n;
	struct dash_vni_range { u32 lo, hi; } r[] __counted_by(n);
};

/* Under RCU.  NULL is the empty set. */
static inline bool dash_vni_set_has(const struct dash_vni_set *s, u32 vni)
{
	u32 lo = 0, hi = s ? s->n : 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (vni < s->r[mid].lo)
			hi = mid;
		else if (vni > s->r[mid].hi)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

#endif
