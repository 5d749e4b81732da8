// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What hangs off one ENI, and how does it end?
 *
 * The policy of an ENI is a handful of RCU pointers to immutable tables, each of
 * which the store swaps as a whole; one struct for all of it would have to be
 * copied for every small change.  ACL groups are compiled once and counted, since
 * many bindings share them.
 *
 * The end of an ENI: unlink (dash_hot_flip() without it: no packet arrives), mark
 * dead (none that is under way creates a connection), one grace period, remove its
 * connections, drop; all that end with one commit together, because the connections are found
 * by a walk over all records.  Its index is free again only then, so no flow ever carries
 * the index of another ENI.
 *
 * Created and destroyed by the store under dash_net.lock; read by the packet path.
 */
#include "eni.h"

#include <linux/bitmap.h>
#include <linux/slab.h>

#include "dash_net.h"
#include "stats.h"
#include "sweep.h"

/* ---- ACL bindings ---- */

static void acl_ref_free(struct work_struct *work)
{
	struct dash_acl_ref *r = container_of(to_rcu_work(work), struct dash_acl_ref, work);

	dash_acl_free(r->acl);
	kfree(r);
}

struct dash_acl_ref *dash_acl_ref_create(struct dash_acl *acl, atomic64_t *no_match)
{
	struct dash_acl_ref *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return NULL;
	r->acl = acl;
	r->no_match = no_match;
	refcount_set(&r->users, 1);
	INIT_RCU_WORK(&r->work, acl_ref_free);
	return r;
}

struct dash_acl_ref *dash_acl_ref_get(struct dash_acl_ref *r)
{
	refcount_inc(&r->users);
	return r;
}

void dash_acl_ref_put(struct dash_acl_ref *r)
{
	if (r && refcount_dec_and_test(&r->users))
		queue_rcu_work(dash_wq, &r->work);
}

static void acl_bind_free(struct work_struct *work)
{
	struct dash_acl_bind *b = container_of(to_rcu_work(work), struct dash_acl_bind, work);
	struct dash_acl_ref **r = &b->stage[0][0][0];
	size_t i;

	/* No reader is left here: a group that goes with it waits for one more grace period, harmlessly. */
	for (i = 0; i < sizeof(b->stage) / sizeof(*r); i++)
		dash_acl_ref_put(r[i]);
	kfree(b);
}

struct dash_acl_bind *dash_acl_bind_create(void)
{
	struct dash_acl_bind *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);

	if (b)
		INIT_RCU_WORK(&b->work, acl_bind_free);
	return b;
}

void dash_acl_bind_finish(struct dash_acl_bind *b)
{
	int i, stage;

	for (i = 0; i < 4; i++) {
		struct dash_acl_ask *ask = &b->ask[i / 2][i % 2];

		for (stage = 0; stage < DASH_ACL_STAGES; stage++) {
			const struct dash_acl_ref *r = b->stage[i / 2][i % 2][stage];

			if (!r)
				continue;
			ask->acl[ask->n] = r->acl;
			ask->no_match[ask->n] = r->no_match;
			ask->stage[ask->n++] = stage;
			if (dash_acl_final(r->acl))
				break;
		}
	}
}

void dash_acl_bind_destroy(struct dash_acl_bind *b)
{
	if (b)
		queue_rcu_work(dash_wq, &b->work);
}

/* ---- ENIs ---- */

static void eni_free(struct work_struct *work)
{
	struct dash_eni *e = container_of(to_rcu_work(work), struct dash_eni, work);
	struct dash_inbound *inbound = rcu_dereference_protected(e->inbound, 1);

	dash_acl_bind_destroy(rcu_dereference_protected(e->acl, 1));
	if (inbound)
		dash_inbound_free(inbound);
	kvfree(rcu_dereference_protected(e->trusted, 1));
	kfree(e);
}

struct dash_eni *dash_eni_create(struct dash_net *dn, const u8 *mac, int *err)
{
	struct dash_eni *e;
	u16 idx;

	lockdep_assert_held(&dn->lock);
	for (idx = 0; idx < DASH_MAX_ENI; idx++)
		if (!rcu_access_pointer(dn->eni[idx]))
			break;
	*err = -ENOSPC;
	if (idx == DASH_MAX_ENI)
		return NULL;
	*err = -ENOMEM;
	e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return NULL;
	e->idx = idx;
	e->dn = dn;
	memcpy(e->mac, mac, sizeof(e->mac));
	spin_lock_init(&e->lock);
	e->opening = e->judging = DASH_BUCKET_FULL;
	INIT_RCU_WORK(&e->work, eni_free);
	dash_stats_eni_new(dn, e);
	rcu_assign_pointer(dn->eni[idx], e);
	*err = 0;
	return e;
}

static void drop(struct dash_eni *e)
{
	dash_stats_eni_gone(e->dn, e);
	RCU_INIT_POINTER(e->dn->eni[e->idx], NULL);
	queue_rcu_work(dash_wq, &e->work);
}

void dash_eni_cancel(struct dash_eni *e)
{
	lockdep_assert_held(&e->dn->lock);
	drop(e);
}

static bool is_of_enis(const struct dash_flow *f, void *enis)
{
	u16 eni = dash_flow_key(f).eni;

	return eni < DASH_MAX_ENI && test_bit(eni, enis);
}

void dash_eni_end_flows(struct dash_net *dn, unsigned long *enis)
{
	if (dn->sweep && !bitmap_empty(enis, DASH_MAX_ENI))
		dash_sweep_flush(dn->sweep, is_of_enis, enis, DASH_GONE_FLUSH);
}

void dash_eni_destroy(struct dash_net *dn, unsigned long *enis)
{
	unsigned long i;

	lockdep_assert_held(&dn->lock);
	if (bitmap_empty(enis, DASH_MAX_ENI))
		return;
	for_each_set_bit(i, enis, DASH_MAX_ENI)
		WRITE_ONCE(rcu_dereference_protected(dn->eni[i], 1)->dead, true);
	synchronize_rcu();
	dash_eni_end_flows(dn, enis);
	for_each_set_bit(i, enis, DASH_MAX_ENI)
		drop(rcu_dereference_protected(dn->eni[i], 1));
}
