// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What do packets see of ENIs and appliances, and when?
 *
 * A commit collects per ENI what is to be replaced (struct dash_eni_work): one new table of bindings,
 * one of inbound rules, one set of trusted VNIs, its scalar fields; all are built before the first is
 * published.  Admission (VIPs, VNIs, MACs) is built as a whole by hot.c and flipped last, so an ENI
 * comes up when everything behind it is in place; one that goes down or away is stopped first.
 *
 * Called by commit.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* ---- VNI sets ---- */

struct ranges {
	struct dash_vni_range *r;
	u32 n, size;
};

static int range_add(struct ranges *s, u32 lo, u32 hi)
{
	struct dash_vni_range *r;

	if (s->n == s->size) {
		r = kvmalloc_array(s->size * 2 + 16, sizeof(*r), GFP_KERNEL);
		if (!r)
			return -ENOMEM;
		if (s->n)
			memcpy(r, s->r, s->n * sizeof(*r));
		kvfree(s->r);
		s->r = r;
		s->size = s->size * 2 + 16;
	}
	s->r[s->n++] = (struct dash_vni_range) { lo, hi };
	return 0;
}

static int ranges_add(struct ranges *s, const struct dash_blob *b, u16 attr)
{
	const struct nlattr *a;
	int rem, err = 0;

	dash_blob_for_each(a, b, rem)
		if (nla_type(a) == attr && !err)
			err = range_add(s, nla_get_u64(a) >> 32, nla_get_u64(a));
	return err;
}

static int by_lo(const void *a, const void *b)
{
	const struct dash_vni_range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorted and disjoint; frees @s.  NULL: empty.  ERR_PTR(-ENOMEM). */
static struct dash_vni_set *ranges_done(struct ranges *s, int err)
{
	struct dash_vni_set *set = err ? ERR_PTR(err) : NULL;
	u32 i, n = 0;

	if (err || !s->n)
		goto out;
	sort(s->r, s->n, sizeof(*s->r), by_lo, NULL);
	for (i = 1; i < s->n; i++) {
		if (s->r[i].lo <= s->r[n].hi || s->r[i].lo == s->r[n].hi + 1)
			s->r[n].hi = max(s->r[n].hi, s->r[i].hi);
		else
			s->r[++n] = s->r[i];
	}
	n++;
	set = kvmalloc(struct_size(set, r, n), GFP_KERNEL_ACCOUNT);
	if (!set) {
		set = ERR_PTR(-ENOMEM);
		goto out;
	}
	set->n = n;
	memcpy(set->r, s->r, n * sizeof(*s->r));
out:
	kvfree(s->r);
	return set;
}

/* ---- preparation ---- */

/**
 * dash_eni_prepare() - run-time part of a new ENI
 * @txn: the transaction
 * @op: SET of an ENI
 *
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int dash_eni_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_eni_rt *rt = op->rt;
	int err = -ENOMEM;

	if (op->live)
		return 0;
	rt->e = dash_eni_create(txn->dn, nla_data(dash_blob_find(op->eff, DASH_A_ENI_MAC_ADDRESS)),
				&err);
	if (rt->e)
		return 0;
	if (err == -ENOSPC)
		/* the resulting state has room, so it is for those that go */
		dash_txn_error(txn, op, ENOSPC, 0,
			       "no room before the ENIs that go are gone: delete them first");
	return err;
}

/**
 * dash_eni_undo() - take dash_eni_prepare() back
 * @txn: the transaction
 * @op: SET of an ENI
 */
void dash_eni_undo(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_eni_rt *rt = op->rt;

	if (rt && rt->e)
		dash_eni_cancel(rt->e);
	kfree(rt);
}

/**
 * dash_eni_work_get() - what this commit does to an ENI of the resulting state
 * @txn: the transaction; run-time parts of new ENIs are prepared
 * @owner: the ENI, canonical
 *
 * Return: the record, or NULL on -ENOMEM.
 */
struct dash_eni_work *dash_eni_work_get(struct dash_txn *txn, struct dash_owner *owner)
{
	struct dash_eni_work *w = owner->eni_work;
	struct dash_view v;

	if (w)
		return w;
	if (WARN_ON_ONCE(!dash_view_named(txn, DASH_OBJ_ENI, owner->name, &v)))
		return NULL;
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return NULL;
	w->owner = owner;
	w->e = ((struct dash_eni_rt *)dash_view_rt(&v))->e;
	owner->live = v.live;
	owner->op = v.op;
	owner->eni_work = w;
	list_add_tail(&w->list, &txn->eni_work);
	return w;
}

static struct dash_eni_work *work_named(struct dash_txn *txn, const char *key)
{
	struct dash_owner *o = dash_owner_get(txn, DASH_OBJ_ENI, key);

	return o ? dash_eni_work_get(txn, o) : NULL;
}

/* ENIs whose limits come from a QOS object that changes. */
static int works_of_qos(struct dash_txn *txn, const struct dash_kid *enis, u32 n)
{
	struct dash_eni_work *w;
	u32 i;

	for (i = 0; i < n; i++) {
		const char *qos = dash_blob_str(dash_view_blob(&enis[i].v), DASH_A_ENI_QOS);
		struct dash_op *op = qos ? dash_op_find(txn, DASH_OBJ_QOS, NULL, qos, strlen(qos)) : NULL;

		if (!op || !dash_op_effective(op))
			continue;
		w = work_named(txn, enis[i].key);
		if (!w)
			return -ENOMEM;
		w->set_fields = true;
	}
	return 0;
}

static bool goes(const struct dash_op *op)
{
	return op->owner->op && dash_op_deletes(op->owner->op);
}

static int collect(struct dash_txn *txn, const struct dash_kid *enis, u32 n)
{
	struct dash_eni_work *w;
	struct dash_op *op;

	dash_op_for_each(op, txn, DASH_OBJ_ENI) {
		if (!dash_op_effective(op))
			continue;
		txn->hot = true;
		if (!dash_op_sets(op))
			continue;
		w = work_named(txn, op->key);
		if (!w)
			return -ENOMEM;
		w->set_fields = true;
		w->set_trusted = true;
	}
	dash_op_for_each(op, txn, DASH_OBJ_APPLIANCE)
		if (dash_op_effective(op)) {
			txn->hot = true;
			txn->trusted = true;
		}
	dash_op_for_each(op, txn, DASH_OBJ_ENI_ROUTE) {
		if (!dash_op_effective(op) || goes(op))
			continue;
		w = dash_eni_work_get(txn, op->owner);
		if (!w)
			return -ENOMEM;
		w->set_routes = true;
	}
	dash_op_for_each(op, txn, DASH_OBJ_ROUTE_RULE) {
		if (!dash_op_effective(op) || goes(op))
			continue;
		w = dash_eni_work_get(txn, op->owner);
		if (!w)
			return -ENOMEM;
		w->set_inbound = true;
	}
	return dash_txn_changes_type(txn, DASH_OBJ_QOS) ? works_of_qos(txn, enis, n) : 0;
}

static const struct dash_blob *eni_blob(struct dash_txn *txn, const struct dash_eni_work *w)
{
	return w->owner->op ? w->owner->op->eff : w->owner->live->blob;
}

static int prepare_works(struct dash_txn *txn)
{
	struct dash_eni_work *w;

	list_for_each_entry(w, &txn->eni_work, list) {
		if (w->set_inbound) {
			struct dash_inbound *t = dash_route_rules_compile(txn, w->owner);

			if (IS_ERR(t))
				return PTR_ERR(t);
			w->inbound = t;
		}
		if (w->set_trusted) {
			struct ranges s = {};
			struct dash_vni_set *set;
			int err = ranges_add(&s, eni_blob(txn, w), DASH_A_ENI_TRUSTED_VNIS_LIST);

			set = ranges_done(&s, err);
			if (IS_ERR(set))
				return PTR_ERR(set);
			w->trusted = set;
		}
	}
	return 0;
}

static int prepare_sets(struct dash_txn *txn, const struct dash_kid *enis, u32 n_eni,
			const struct dash_kid *apps, u32 n_app)
{
	struct ranges trusted = {}, vm = {};
	int err = 0;
	u32 i, vni;

	for (i = 0; i < n_app && !err; i++) {
		const struct dash_blob *b = dash_view_blob(&apps[i].v);

		vni = dash_blob_u32(b, DASH_A_APPLIANCE_VM_VNI, 0);
		err = ranges_add(&trusted, b, DASH_A_APPLIANCE_TRUSTED_VNIS_LIST) ?:
		      range_add(&vm, vni, vni);
	}
	for (i = 0; i < n_eni && !err; i++) {
		vni = dash_blob_u32(dash_view_blob(&enis[i].v), DASH_A_ENI_VM_VNI, 0);
		if (vni)
			err = range_add(&vm, vni, vni);
	}
	txn->new_trusted = ranges_done(&trusted, err);
	txn->new_vm_vnis = ranges_done(&vm, err);
	if (!err && IS_ERR(txn->new_trusted))
		err = PTR_ERR(txn->new_trusted);
	if (!err && IS_ERR(txn->new_vm_vnis))
		err = PTR_ERR(txn->new_vm_vnis);
	if (IS_ERR(txn->new_trusted))
		txn->new_trusted = NULL;
	if (IS_ERR(txn->new_vm_vnis))
		txn->new_vm_vnis = NULL;
	return err;
}

static int prepare_hot(struct dash_txn *txn, const struct dash_kid *enis, u32 n_eni,
		       const struct dash_kid *apps, u32 n_app)
{
	struct dash_hot_appliance *a = kvcalloc(n_app + 1, sizeof(*a), GFP_KERNEL);
	struct dash_hot_eni_cfg *e = kvcalloc(n_eni + 1, sizeof(*e), GFP_KERNEL);
	const struct nlattr *attr;
	struct dash_ip ip;
	int rem, err = -ENOMEM;
	u32 i;

	if (!a || !e)
		goto out;
	for (i = 0; i < n_app; i++) {
		const struct dash_blob *b = dash_view_blob(&apps[i].v);

		a[i].vm_vni = dash_blob_u32(b, DASH_A_APPLIANCE_VM_VNI, 0);
		dash_blob_for_each(attr, b, rem)
			if (nla_type(attr) == DASH_A_APPLIANCE_SIP) {
				dash_attr_ip(attr, &ip);
				a[i].vip[!dash_ip_is_v4(&ip)] = ip;
			}
	}
	for (i = 0; i < n_eni; i++) {
		const struct dash_blob *b = dash_view_blob(&enis[i].v);
		const struct dash_eni *eni = ((struct dash_eni_rt *)dash_view_rt(&enis[i].v))->e;

		e[i].idx = eni->idx;
		memcpy(e[i].mac, eni->mac, ETH_ALEN);
		e[i].up = dash_blob_u32(b, DASH_A_ENI_ADMIN_STATE, 0) == DASH_ADMIN_STATE_ENABLED;
		e[i].vm_vni = dash_blob_u32(b, DASH_A_ENI_VM_VNI, 0);
		dash_blob_ip(b, DASH_A_ENI_UNDERLAY_IP, &e[i].pa);
	}
	err = dash_hot_prepare(txn->dn, a, n_app, e, n_eni);
	if (err == -ENOSPC)
		dash_txn_error(txn, NULL, ENOSPC, 0, "no room for another VIP, VNI or MAC address; a VIP that is gone keeps its place "
			       "until the connections that have it as their source have ended");
out:
	kvfree(a);
	kvfree(e);
	return err;
}

/**
 * dash_eni_prepare_all() - build whatever packets will see of ENIs and appliances
 * @txn: the transaction; run-time parts of all objects are prepared
 *
 * Return: 0, -ENOMEM or -ENOSPC; then dash_eni_undo_all() takes it back.
 */
int dash_eni_prepare_all(struct dash_txn *txn)
{
	struct dash_kid *enis = NULL, *apps = NULL;
	u32 n_eni = 0, n_app = 0;
	int err;

	/* a transaction of mappings alone does not look at ENIs */
	if (dash_txn_changes_type(txn, DASH_OBJ_ENI) || dash_txn_changes_type(txn, DASH_OBJ_APPLIANCE) ||
	    dash_txn_changes_type(txn, DASH_OBJ_QOS)) {
		enis = dash_view_all(txn, DASH_OBJ_ENI, NULL, &n_eni);
		if (IS_ERR(enis))
			return PTR_ERR(enis);
		apps = dash_view_all(txn, DASH_OBJ_APPLIANCE, NULL, &n_app);
		if (IS_ERR(apps)) {
			kvfree(enis);
			return PTR_ERR(apps);
		}
	}
	err = collect(txn, enis, n_eni) ?: dash_acl_prepare(txn) ?: prepare_works(txn);
	if (!err && txn->hot)
		err = prepare_sets(txn, enis, n_eni, apps, n_app) ?:
		      prepare_hot(txn, enis, n_eni, apps, n_app);
	kvfree(enis);
	kvfree(apps);
	return err;
}

/* Frees what publication left in the records: nothing, or what never became visible. */
static void works_free(struct dash_txn *txn)
{
	struct dash_eni_work *w, *next;

	list_for_each_entry_safe(w, next, &txn->eni_work, list) {
		dash_acl_bind_destroy(w->acl);
		if (w->inbound)
			dash_inbound_free(w->inbound);
		if (w->trusted)
			kvfree_rcu(w->trusted, rcu);
		w->owner->eni_work = NULL;
		list_del(&w->list);
		kfree(w);
	}
}

/**
 * dash_eni_undo_all() - take dash_eni_prepare_all() back
 * @txn: the transaction
 */
void dash_eni_undo_all(struct dash_txn *txn)
{
	works_free(txn);
	kvfree(txn->new_trusted);
	kvfree(txn->new_vm_vnis);
	txn->new_trusted = NULL;
	txn->new_vm_vnis = NULL;
}

/* ---- publication ---- */

/**
 * dash_eni_stop() - ENIs that go down or away go first (spec/config.md TX-6)
 * @txn: the transaction, prepared
 */
void dash_eni_stop(struct dash_txn *txn)
{
	struct dash_op *op;

	dash_op_for_each(op, txn, DASH_OBJ_ENI) {
		if (!dash_op_effective(op) || !op->live)
			continue;
		if (dash_op_deletes(op) || dash_blob_u32(op->eff, DASH_A_ENI_ADMIN_STATE, 0) !=
					   DASH_ADMIN_STATE_ENABLED)
			dash_hot_eni_down(txn->dn, dash_obj_eni(op->live)->idx);
	}
}

static void *named_rt(struct dash_net *dn, u8 type, const struct dash_blob *b, u16 attr)
{
	const char *name = dash_blob_str(b, attr);
	struct dash_obj *o = name ? dash_obj_named(dn, type, name) : NULL;

	return o ? o->rt : NULL;
}

static void publish_fields(struct dash_net *dn, struct dash_eni_work *w, const struct dash_blob *b)
{
	const char *qos = dash_blob_str(b, DASH_A_ENI_QOS);
	struct dash_obj *q = qos ? dash_obj_named(dn, DASH_OBJ_QOS, qos) : NULL;
	struct dash_vnet *v = named_rt(dn, DASH_OBJ_VNET, b, DASH_A_ENI_VNET), *was;

	WRITE_ONCE(w->e->cps, q ? dash_blob_u32(q->blob, DASH_A_QOS_CPS, 0) : 0);
	WRITE_ONCE(w->e->flows, q ? dash_blob_u32(q->blob, DASH_A_QOS_FLOWS, 0) : 0);
	WRITE_ONCE(w->e->resim_rate, dash_blob_u64(b, DASH_A_ENI_MAX_RESIMULATED_FLOW_PER_SECOND, 0));
	was = rcu_replace_pointer(w->e->vnet, v, lockdep_is_held(&dn->lock));
	w->vnet_changed = was && was != v;
}

/**
 * dash_eni_publish_all() - replace tables of ENIs, then admission; ENIs come up here
 * @txn: the transaction; objects are linked
 */
void dash_eni_publish_all(struct dash_txn *txn)
{
	DECLARE_BITMAP(moved, DASH_MAX_ENI) = {};
	struct dash_net *dn = txn->dn;
	struct dash_eni_work *w;
	bool wait = false;

	list_for_each_entry(w, &txn->eni_work, list) {
		struct dash_obj *o = dash_obj_named(dn, DASH_OBJ_ENI, w->owner->name), *r;
		struct dash_route_group_rt *g;

		if (w->set_fields)
			publish_fields(dn, w, o->blob);
		if (w->set_trusted)
			w->trusted = rcu_replace_pointer(w->e->trusted, w->trusted,
							 lockdep_is_held(&dn->lock));
		if (w->set_inbound) {
			w->inbound = rcu_replace_pointer(w->e->inbound, w->inbound,
							 lockdep_is_held(&dn->lock));
			wait |= !!w->inbound;
		}
		if (w->set_routes) {
			r = dash_obj_find(dn, DASH_OBJ_ENI_ROUTE, o, "", 0);
			/* a binding that goes is unlinked later */
			if (r && r->flags & DASH_OBJ_F_DYING)
				r = NULL;
			g = r ? named_rt(dn, DASH_OBJ_ROUTE_GROUP, r->blob, DASH_A_ENI_ROUTE_GROUP_ID) :
				NULL;
			rcu_assign_pointer(w->e->routes, g ? g->g : NULL);
		}
		if (w->set_acl) {
			w->acl = rcu_replace_pointer(w->e->acl, w->acl, lockdep_is_held(&dn->lock));
			if (dn->resimulate_acl)
				__set_bit(w->e->idx, txn->judge);
		}
		if (w->vnet_changed) {
			__set_bit(w->e->idx, moved);
			wait = true;
		}
	}
	if (txn->trusted)
		txn->new_trusted = rcu_replace_pointer(dn->trusted, txn->new_trusted,
						       lockdep_is_held(&dn->lock));
	if (txn->hot) {
		txn->new_vm_vnis = rcu_replace_pointer(dn->vm_vnis, txn->new_vm_vnis,
						       lockdep_is_held(&dn->lock));
		dash_hot_flip(dn);
	}
	/* for old inbound tables, and for packets that evaluate with the old home VNET */
	if (wait)
		synchronize_rcu();
	dash_eni_end_flows(dn, moved);
	works_free(txn);
	if (txn->new_trusted)
		kvfree_rcu(txn->new_trusted, rcu);
	if (txn->new_vm_vnis)
		kvfree_rcu(txn->new_vm_vnis, rcu);
	txn->new_trusted = NULL;
	txn->new_vm_vnis = NULL;
}

/**
 * dash_eni_resimulate() - RES-1, RES-14: all connections of an ENI are of an old generation from now on
 * @txn: the transaction, published completely: a packet that meets the new generation beside an old
 *	mapping would make its connection one of the new policy
 */
void dash_eni_resimulate(struct dash_txn *txn)
{
	struct dash_op *op;
	unsigned long i;

	dash_op_for_each(op, txn, DASH_OBJ_ENI)
		if (dash_op_sets(op) && op->flags & DASH_OP_RESIMULATE && op->live)
			__set_bit(dash_obj_eni(op->live)->idx, txn->judge);
	for_each_set_bit(i, txn->judge, DASH_MAX_ENI)
		dash_hot_bump_gen(txn->dn, i);
}

/**
 * dash_eni_retire() - the end of ENIs as far as packets go; their flows end here
 * @dn: the appliance; they are gone from admission, what they own is still there
 * @all: all of them, not only those that are marked as going
 */
void dash_eni_retire(struct dash_net *dn, bool all)
{
	DECLARE_BITMAP(going, DASH_MAX_ENI) = {};
	struct rb_root *enis = &dn->store->tree[DASH_OBJ_ENI];
	struct dash_obj *o;
	struct rb_node *n;

	for (n = rb_first(enis); n; n = rb_next(n)) {
		o = rb_entry(n, struct dash_obj, node);
		if (all || o->flags & DASH_OBJ_F_DYING)
			__set_bit(dash_obj_eni(o)->idx, going);
	}
	dash_eni_destroy(dn, going);
	for (n = rb_first(enis); n; n = rb_next(n)) {
		o = rb_entry(n, struct dash_obj, node);
		if (all || o->flags & DASH_OBJ_F_DYING)
			((struct dash_eni_rt *)o->rt)->e = NULL;
	}
}

/**
 * dash_eni_remove() - end of an ENI object
 * @dn: the appliance
 * @o: object, retired, without children
 */
void dash_eni_remove(struct dash_net *dn, struct dash_obj *o)
{
	kfree(o->rt);
}
