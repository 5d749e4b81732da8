// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does an object cost?  Two sums: what packets see (compiled groups, tables and their entries),
 * and the objects as configured, those that belong to it included.  Computed when somebody asks, so
 * that nothing is counted twice or forgotten on the way; walking the 100,000 routes of a group takes
 * milliseconds.  What groups share is counted where it is owned: the prefixes of a tag with the tag,
 * as stored, and in each compiled group that uses it, as compiled.
 *
 * Called by store.c for dumps, under dash_net.lock.
 */
#include "objects.h"

#include <linux/sched.h>
#include <linux/slab.h>

static u64 stored(const struct dash_obj *o)
{
	u64 n = kmalloc_size_roundup(sizeof(*o) + o->klen + 1);

	return o->blob ? n + kmalloc_size_roundup(sizeof(*o->blob) + o->blob->len) : n;
}

static u64 stored_kids(const struct dash_obj *o)
{
	const struct dash_box *box = dash_box(o);
	struct rb_node *n;
	struct dash_obj *kid;
	u64 sum = 0;
	int i;

	for (i = 0; i < DASH_BOX_KINDS; i++)
		dash_obj_for_each(kid, n, &box->kids[i]) {
			sum += stored(kid);
			cond_resched();
		}
	return sum;
}

/**
 * dash_obj_memory() - what an object costs
 * @o: an object of a type that others belong to, or a tag
 * @m: filled, bytes
 *
 * Context: dash_net.lock; may sleep.
 * Return: false if objects of this type are not accounted by themselves.
 */
bool dash_obj_memory(const struct dash_obj *o, struct dash_obj_memory *m)
{
	m->runtime = 0;
	m->stored = stored(o);
	switch (o->type) {
	case DASH_OBJ_PREFIX_TAG:
		return true;
	case DASH_OBJ_ACL_GROUP: {
		const struct dash_acl_group_rt *g = o->rt;

		m->runtime = kmalloc_size_roundup(sizeof(struct dash_rule_rt)) * g->box.n[0];
		if (g->ref)
			m->runtime += dash_acl_memory(g->ref->acl);
		break;
	}
	case DASH_OBJ_ROUTE_GROUP: {
		const struct dash_route_group_rt *g = o->rt;

		m->runtime = dash_lpm_memory(g->g->lpm[0]) + dash_lpm_memory(g->g->lpm[1]) +
			     (u64)kmalloc_size_roundup(sizeof(struct dash_route)) * g->box.n[0];
		break;
	}
	case DASH_OBJ_VNET: {
		const struct dash_vnet *v = o->rt;

		m->runtime = dash_mapping_memory(v->maps);
		return true;
	}
	case DASH_OBJ_ENI: {
		const struct dash_eni *e = ((struct dash_eni_rt *)o->rt)->e;
		const struct dash_inbound *t = rcu_dereference_protected(e->inbound, 1);

		m->runtime = kmalloc_size_roundup(sizeof(*e));
		if (t)
			m->runtime += dash_inbound_memory(t);
		break;
	}
	default:
		return false;
	}
	m->stored += stored_kids(o);
	return true;
}
