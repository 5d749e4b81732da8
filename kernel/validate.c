// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Is the resulting state allowed?  The second phase of a commit.
 *
 * Judges every operation that changes something, and records all problems.  Pure: nothing is allocated but
 * problems.  References to an object are counted while it lives, so a deletion knows whether it is
 * still named without looking for who names it; only a refusal looks, to name some.
 *
 * Called by commit.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/sched.h>
#include <linux/slab.h>

static void check_refs(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_type *t = &dash_types[op->type];
	const struct dash_ref_field *f;
	const struct nlattr *a;
	struct dash_view v;
	int rem;

	if (!t->n_refs)
		return;
	dash_blob_for_each(a, op->eff, rem) {
		if (!dash_ref_field(t, a, &f))
			continue;
		if (!dash_view_named(txn, f->type, nla_data(a), &v))
			dash_txn_error(txn, op, ENOENT, f->attr, "no %s \"%s\"",
				       dash_types[f->type].noun, (char *)nla_data(a));
		else if (f->family &&
			 dash_blob_u32(dash_view_blob(&v), f->type == DASH_OBJ_ACL_GROUP ?
				       (u16)DASH_A_ACL_GROUP_IP_VERSION :
				       (u16)DASH_A_METER_POLICY_IP_VERSION, 0) != f->family)
			dash_txn_error(txn, op, EINVAL, f->attr, "%s \"%s\" is not for IPv%u",
				       dash_types[f->type].noun, (char *)nla_data(a), f->family);
	}
}

/* Value of a create-only field; what stands for an absent one is its default. */
static bool same_value(const struct dash_op *op, const struct dash_field *f)
{
	const struct nlattr *a = dash_blob_find(op->live->blob, f->attr);
	const struct nlattr *b = dash_blob_find(op->eff, f->attr);

	if (a && b)
		return nla_len(a) == nla_len(b) && !memcmp(nla_data(a), nla_data(b), nla_len(a));
	if (!a && !b)
		return true;
	if (!a)
		a = b;
	if (f->kind == DASH_KIND_STRING)	/* eni_id: the key */
		return !strcmp(nla_data(a), op->key);
	return !dash_blob_u32(dash_blob_find(op->eff, f->attr) ? op->eff : op->live->blob, f->attr, 0);
}

static void check_fields(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_type *t = &dash_types[op->type];
	u8 i;

	for (i = 0; i < t->n_fields; i++) {
		const struct dash_field *f = &t->fields[i];

		if (f->flags & DASH_FLD_KEY)
			continue;
		if (f->flags & DASH_FLD_MANDATORY && !dash_blob_find(op->eff, f->attr))
			dash_txn_error(txn, op, EINVAL, f->attr, "missing field \"%s\"", f->name);
		else if (f->flags & DASH_FLD_CREATE_ONLY && op->live && !same_value(op, f))
			dash_txn_error(txn, op, EPERM, f->attr, "\"%s\" cannot be changed", f->name);
	}
}

static void check_set(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_type *t = &dash_types[op->type];

	if (op->owner && !(op->owner->op ? dash_op_sets(op->owner->op) : !!op->owner->live)) {
		dash_txn_error(txn, op, ENOENT, t->fields[0].attr, "no %s \"%s\"",
			       dash_types[op->owner->type].noun, op->owner->name);
		return;
	}
	check_fields(txn, op);
	check_refs(txn, op);
	if (t->check)
		t->check(txn, op);
}

/* References that the transaction takes away from objects that it deletes. */
static void count_dead(struct dash_txn *txn)
{
	const struct dash_ref_field *f;
	const struct nlattr *a;
	struct dash_op *op, *to;
	int rem, i;
	u32 n = 0;
	u8 t;

	dash_for_each_type(t, i) {
		if (!dash_types[t].n_refs)
			continue;
		dash_op_for_each(op, txn, t) {
			if (!(++n % 1024))
				cond_resched();
			if (!op->live || !dash_op_effective(op))
				continue;
			dash_blob_for_each(a, op->live->blob, rem) {
				if (!dash_ref_field(&dash_types[t], a, &f))
					continue;
				to = dash_op_find(txn, f->type, NULL, nla_data(a),
						  strlen(nla_data(a)));
				if (to && dash_op_deletes(to))
					to->dead++;
			}
		}
	}
}

struct referrers {
	struct dash_txn *txn;
	const struct dash_op *target;
	char *text;
	size_t len, size;
	u32 n;
};

static void name_referrers(struct referrers *r, struct rb_root *root)
{
	const struct dash_ref_field *f;
	const struct nlattr *a;
	struct dash_obj *o;
	struct rb_node *n;
	struct dash_op *op;
	char *key = r->text + r->size;		/* room behind the text */
	int rem;

	dash_obj_for_each(o, n, root) {
		cond_resched();
		dash_blob_for_each(a, o->blob, rem) {
			struct dash_owner *owner = NULL;

			if (!dash_ref_field(&dash_types[o->type], a, &f) || f->type != r->target->type ||
			    strcmp(nla_data(a), r->target->key))
				continue;
			if (o->owner) {
				owner = dash_owner_get(r->txn, o->owner->type, o->owner->key);
				if (!owner)
					return;
			}
			op = dash_op_find(r->txn, o->type, owner, o->key, o->klen);
			if (op && dash_op_effective(op))
				continue;	/* goes, or was redirected */
			if (r->n++ < 10)
				r->len += scnprintf(r->text + r->len, r->size - r->len, "%s%s \"%s\"",
						    r->n > 1 ? ", " : "", dash_types[o->type].noun,
						    dash_obj_text(o, key, DASH_KEY_TEXT));
			break;
		}
		if (r->n > 10)
			return;
	}
}

static void report_busy(struct dash_txn *txn, struct dash_op *op)
{
	struct referrers r = { .txn = txn, .target = op, .size = 4096 };
	struct dash_obj *owner;
	struct rb_node *n;
	u8 t;

	r.text = kmalloc(r.size + DASH_KEY_TEXT, GFP_KERNEL);
	if (!r.text) {
		dash_txn_error(txn, op, EBUSY, 0, "still in use");
		return;
	}
	for (t = 1; t <= DASH_OBJ_MAX; t++) {
		if (!dash_types[t].n_refs || r.n > 10)
			continue;
		if (!dash_types[t].owner) {
			name_referrers(&r, &txn->dn->store->tree[t]);
			continue;
		}
		dash_obj_for_each(owner, n, &txn->dn->store->tree[dash_types[t].owner]) {
			name_referrers(&r, dash_obj_tree(txn->dn, t, owner));
			if (r.n > 10)
				break;
		}
	}
	dash_txn_error(txn, op, EBUSY, 0, "%s \"%s\" is used by %s%s", dash_types[op->type].noun,
		       op->key, r.text, r.n > 10 ? ", ..." : "");
	kfree(r.text);
}

static void check_deletions(struct dash_txn *txn)
{
	static const u8 named[] = {
		DASH_OBJ_VNET, DASH_OBJ_QOS, DASH_OBJ_PREFIX_TAG, DASH_OBJ_ACL_GROUP,
		DASH_OBJ_ROUTE_GROUP, DASH_OBJ_METER_POLICY,
	};
	struct dash_op *op;
	bool any = false;
	int i;

	for (i = 0; i < ARRAY_SIZE(named) && !any; i++)
		dash_op_for_each(op, txn, named[i])
			any |= dash_op_deletes(op) && op->live && op->live->refs;
	if (!any)
		return;
	count_dead(txn);
	for (i = 0; i < ARRAY_SIZE(named); i++)
		dash_op_for_each(op, txn, named[i])
			if (dash_op_deletes(op) && op->live && op->live->refs > op->dead)
				report_busy(txn, op);
}

static void check_inbound_limits(struct dash_txn *txn)
{
	struct dash_owner *o;

	for (o = txn->owners; o; o = o->next)
		if (o->type == DASH_OBJ_ENI && o->ops &&
		    dash_view_count(txn, DASH_OBJ_ROUTE_RULE, o) > DASH_LIMIT_IN_RULES)
			dash_txn_error(txn, o->ops, ENOSPC, 0, "more than %u inbound rules of ENI \"%s\"",
				       DASH_LIMIT_IN_RULES, o->name);
}

/**
 * dash_txn_validate() - judge the resulting state
 * @txn: the transaction, planned; problems are recorded in it
 *
 * Context: process; dash_net.lock held.
 */
void dash_txn_validate(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int i;
	u8 t;

	dash_for_each_type(t, i)
		dash_op_for_each(op, txn, t) {
			if (!(++n % 1024))
				cond_resched();
			if (dash_op_sets(op) && dash_op_effective(op))
				check_set(txn, op);
		}
	dash_mapping_validate(txn);
	check_deletions(txn);
	dash_vnet_validate(txn);
	dash_eni_validate(txn);
	dash_acl_validate(txn);
	check_inbound_limits(txn);
}
