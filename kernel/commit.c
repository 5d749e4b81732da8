// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a transaction become the state, completely or not at all?
 *
 * Four phases under dash_net.lock (spec/config.md 3):
 *
 *   plan      what is meant: spellings of ENIs, merged fields, operations that follow from others
 *             (owned objects of deleted ones, rules dropped by a replacement, implicit groups), and which
 *             change nothing
 *   validate  on the resulting state: staged operations laid over live objects.  Pure; --dry-run
 *             ends here
 *   prepare   everything that can fail: memory, compilation, admission tables; at last insertions of
 *             mappings and routes, which are visible one by one.  A failure undoes all of it
 *   publish   pointer swaps in the order of TX-6, ENIs down first and up last, then removals, then
 *             the generations of ENIs whose connections are to be judged anew: by all of the new
 *             policy, and from the moment on that the commit is answered; cannot fail
 *
 * Plan and validation are in plan.c and validate.c; the rest is here.  Work is proportional to the
 * transaction.
 *
 * Called by netlink_txn.c.
 */
#include "store.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "objects.h"
#include "resimulate.h"

static void (*notifier)(struct dash_net *dn, const struct dash_commit_info *info);

/**
 * dash_store_set_notifier() - who is told of commits
 * @fn: called under dash_net.lock after each effective commit; NULL = nobody
 */
void dash_store_set_notifier(void (*fn)(struct dash_net *dn, const struct dash_commit_info *info))
{
	notifier = fn;
}

/* Owners before what they own, named before what names them (TX-6). */
const u8 dash_commit_order[DASH_COMMIT_TYPES] = {
	DASH_OBJ_PREFIX_TAG, DASH_OBJ_QOS, DASH_OBJ_VNET, DASH_OBJ_ROUTING_TYPE,
	DASH_OBJ_ACL_GROUP, DASH_OBJ_ROUTE_GROUP, DASH_OBJ_ACL_RULE, DASH_OBJ_ROUTE,
	DASH_OBJ_METER_POLICY, DASH_OBJ_METER_RULE, DASH_OBJ_PA_VALIDATION, DASH_OBJ_APPLIANCE,
	DASH_OBJ_ENI, DASH_OBJ_ROUTE_RULE, DASH_OBJ_METER, DASH_OBJ_ENI_ROUTE,
	DASH_OBJ_ACL_IN, DASH_OBJ_ACL_OUT, DASH_OBJ_SWITCH,
};

/* ---- preparation ---- */

static int prepare_op(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_type *t = &dash_types[op->type];

	if (!op->live) {
		op->obj = dash_obj_alloc(op->type, op->key, op->klen);
		if (!op->obj)
			return -ENOMEM;
		if (op->flags & DASH_OP_IMPLIED)
			op->obj->flags = DASH_OBJ_F_IMPLICIT;
		if (t->box) {
			op->rt = kzalloc(t->box, GFP_KERNEL_ACCOUNT);
			if (!op->rt)
				return -ENOMEM;
		}
	}
	return t->prepare ? t->prepare(txn, op) : 0;
}

static int prepare(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int i, err;
	u8 t;

	dash_for_each_type(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_sets(op) || !dash_op_effective(op))
				continue;
			if (!(++n % 1024))
				cond_resched();
			err = prepare_op(txn, op);
			if (err)
				return err;
		}
	return dash_eni_prepare_all(txn) ?: dash_mapping_resim_prepare(txn) ?: dash_mapping_insert_all(txn) ?: dash_route_insert_all(txn);
}

static void unprepare(struct dash_txn *txn)
{
	struct dash_op *op;
	int i;
	u8 t;

	dash_route_insert_undo(txn);
	dash_mapping_insert_undo(txn);
	dash_eni_undo_all(txn);
	dash_acl_undo(txn);
	dash_for_each_type_reverse(t, i)
		dash_op_for_each(op, txn, t) {
			const struct dash_type *type = &dash_types[t];

			if (!dash_op_sets(op) || !dash_op_effective(op))
				continue;
			if (type->undo)
				type->undo(txn, op);
			else if (type->box)
				kfree(op->rt);
			op->rt = NULL;
			dash_obj_free(op->obj);
			op->obj = NULL;
		}
}

static void resim_free(struct dash_txn *txn)
{
	kvfree(txn->resim);
	txn->resim = NULL;
	txn->n_resim = 0;
}

/* ---- publication ---- */

/* Count the references of @b up or down. */
static void count_refs(struct dash_net *dn, u8 type, const struct dash_blob *b, int d)
{
	const struct dash_type *t = &dash_types[type];
	const struct dash_ref_field *f;
	const struct nlattr *a;
	struct dash_obj *to;
	int rem;

	if (!t->n_refs)
		return;
	dash_blob_for_each(a, b, rem) {
		if (!dash_ref_field(t, a, &f))
			continue;
		to = dash_obj_named(dn, f->type, nla_data(a));
		if (!WARN_ON_ONCE(!to))
			to->refs += d;
	}
}

static void count_all_refs(struct dash_txn *txn, int d)
{
	struct dash_op *op;
	u32 n = 0;
	int i;
	u8 t;

	dash_for_each_type(t, i) {
		if (!dash_types[t].n_refs)
			continue;
		dash_op_for_each(op, txn, t) {
			struct dash_obj *o = op->live ?: op->obj;

			if (!dash_op_effective(op) || (d < 0 && !op->live) ||
			    (d > 0 && dash_op_deletes(op)))
				continue;
			if (!(++n % 1024))
				cond_resched();
			count_refs(txn->dn, t, o->blob, d);
		}
	}
}

static void publish_set(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_type *t = &dash_types[op->type];
	struct dash_obj *o = op->live ?: op->obj;
	struct dash_blob *old = o->blob;

	o->blob = op->eff;
	if (op->eff == op->blob)
		op->blob = NULL;
	op->eff = op->blob;
	if (op->live) {
		kvfree(old);
		if (!(op->flags & DASH_OP_IMPLIED))
			o->flags &= ~DASH_OBJ_F_IMPLICIT;
	} else {
		struct dash_owner *owner = op->owner;

		o->rt = op->rt;
		dash_obj_link(txn->dn, o, !owner ? NULL : owner->live ?: owner->op->obj);
	}
	if (t->update && op->type != DASH_OBJ_ROUTE_RULE)
		t->update(txn, op);
}

/**
 * dash_obj_drop() - end of an object
 * @dn: the appliance; lock held
 * @o: object without children, named by nobody
 */
void dash_obj_drop(struct dash_net *dn, struct dash_obj *o)
{
	const struct dash_type *t = &dash_types[o->type];

	if (t->remove)
		t->remove(dn, o);
	else if (t->box)
		kfree(o->rt);
	dash_obj_unlink(dn, o);
	dash_obj_free(o);
}

static void count_changes(struct dash_txn *txn)
{
	struct dash_op *op;
	u8 t;

	txn->n_changes = 0;
	for (t = 1; t <= DASH_OBJ_MAX; t++)
		dash_op_for_each(op, txn, t)
			txn->n_changes += dash_op_effective(op);
}

static void publish(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int i;
	u8 t;

	dash_eni_stop(txn);
	count_all_refs(txn, -1);
	dash_for_each_type(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_effective(op))
				continue;
			if (!(++n % 1024))
				cond_resched();
			if (dash_op_sets(op))
				publish_set(txn, op);
			else
				op->live->flags |= DASH_OBJ_F_DYING;
		}
	count_all_refs(txn, 1);

	dash_eni_publish_all(txn);
	dash_acl_publish(txn);
	dash_acl_undo(txn);
	dash_op_for_each(op, txn, DASH_OBJ_ROUTE_RULE)
		if (dash_op_sets(op) && dash_op_effective(op))
			dash_route_rule_update(txn, op);

	/* removals: packets reach nothing of a retired ENI; the rest from the leaves up */
	if (dash_txn_changes_type(txn, DASH_OBJ_ENI))
		dash_eni_retire(txn->dn, false);
	dash_mapping_publish(txn);
	dash_for_each_type_reverse(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_deletes(op) || !dash_op_effective(op))
				continue;
			if (!(++n % 1024))
				cond_resched();
			dash_obj_drop(txn->dn, op->live);
			op->live = NULL;
		}
	dash_eni_resimulate(txn);
	dash_resimulate(txn->dn, txn->resim, txn->n_resim);
	dash_hot_settle(txn->dn);
}

/* ---- */

static void tell_first(const struct dash_txn *txn, struct netlink_ext_ack *extack)
{
	const struct dash_problem *p = dash_txn_problem(txn, 0);
	char buf[NETLINK_MAX_FMTMSG_LEN];

	if (!txn->n_errors)
		return;
	if (!p) {
		NL_SET_ERR_MSG(extack, "refused, and out of memory to say why");
		return;
	}
	/* a longer one would be reported in the kernel log as truncated */
	snprintf(buf, sizeof(buf), "%s%s%.30s%s%s%s%s", p->type ? dash_types[p->type].noun : "",
		 p->type ? " " : "", p->key, p->field_name ? "." : "", p->field_name ?: "",
		 p->type ? ": " : "", p->text);
	NL_SET_ERR_MSG_FMT(extack, "%s", buf);
}

/**
 * dash_txn_commit() - validate the resulting state; unless @dry_run make it live
 * @txn: the transaction
 * @dry_run: validate only
 * @extack: gets the first error
 *
 * After a refusal or a dry run the transaction is what it was before and may be tried again; after
 * success only the problems may be read.
 *
 * Context: process; takes dash_net.lock.
 * Return: 0; the first error; -ENOTRECOVERABLE if memory ran out and the rollback failed too (a bug).
 */
int dash_txn_commit(struct dash_txn *txn, bool dry_run, struct netlink_ext_ack *extack)
{
	struct dash_net *dn = txn->dn;
	struct dash_store *store = dn->store;
	struct dash_commit_info info;
	int err;

	if (txn->spoiled) {
		NL_SET_ERR_MSG(extack, "out of memory before: start again");
		return -ENOMEM;
	}
	if (txn->committed) {
		NL_SET_ERR_MSG(extack, "committed already");
		return -EINVAL;
	}
	mutex_lock(&dn->lock);
	dash_txn_forget(txn);
	txn->committing = true;
	err = dash_txn_plan(txn);
	if (!err)
		dash_txn_validate(txn);
	if (!err && txn->n_errors)
		err = -txn->first_code;
	if (err || dry_run) {
		count_changes(txn);
		dash_acl_undo(txn);
		goto rewind;
	}

	err = prepare(txn);
	if (err) {
		unprepare(txn);
		if (store->inconsistent) {
			dash_txn_error(txn, NULL, ENOTRECOVERABLE, 0,
				       "out of memory, and not everything could be taken back");
			err = -ENOTRECOVERABLE;
		}
		goto rewind;
	}
	count_changes(txn);
	publish(txn);
	txn->committed = true;
	if (txn->n_changes) {
		WRITE_ONCE(store->generation, store->generation + 1);
		info = (struct dash_commit_info) {
			.generation = store->generation, .portid = txn->portid,
			.changes = txn->n_changes, .txn = txn,
		};
		if (notifier)
			notifier(dn, &info);
	}
	resim_free(txn);
	txn->committing = false;
	mutex_unlock(&dn->lock);
	return 0;

rewind:
	if (err && !txn->n_errors)
		dash_txn_error(txn, NULL, -err, 0, "out of memory");
	dash_txn_rewind(txn);
	resim_free(txn);
	txn->committing = false;
	mutex_unlock(&dn->lock);
	tell_first(txn, extack);
	return err;
}
