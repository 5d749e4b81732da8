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
 *   publish   pointer swaps in the order of TX-6, ENIs down first and up last, then removals;
 *             cannot fail
 *
 * Work is proportional to the transaction: references to an object are counted, so that a deletion knows
 * whether it is still named without looking for who names it; only a refusal looks.
 *
 * Called by netlink_txn.c.
 */
#include "store.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "objects.h"

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
static const u8 commit_order[] = {
	DASH_OBJ_PREFIX_TAG, DASH_OBJ_QOS, DASH_OBJ_VNET, DASH_OBJ_ROUTING_TYPE,
	DASH_OBJ_ACL_GROUP, DASH_OBJ_ROUTE_GROUP, DASH_OBJ_ACL_RULE, DASH_OBJ_ROUTE,
	DASH_OBJ_METER_POLICY, DASH_OBJ_METER_RULE, DASH_OBJ_PA_VALIDATION, DASH_OBJ_APPLIANCE,
	DASH_OBJ_ENI, DASH_OBJ_ROUTE_RULE, DASH_OBJ_METER, DASH_OBJ_ENI_ROUTE,
	DASH_OBJ_ACL_IN, DASH_OBJ_ACL_OUT, DASH_OBJ_SWITCH,
};

#define for_each_type(t, i) \
	for (i = 0; i < ARRAY_SIZE(commit_order) && ((t) = commit_order[i], true); i++)
#define for_each_type_reverse(t, i) \
	for (i = ARRAY_SIZE(commit_order); i && ((t) = commit_order[i - 1], true); i--)

/* ---- the resulting state ---- */

static bool view_set(struct dash_op *op, struct dash_obj *live, struct dash_view *v)
{
	v->live = live;
	v->op = op && !(op->flags & DASH_OP_NOOP) ? op : NULL;
	if (op)
		return dash_op_sets(op);
	return live;
}

/**
 * dash_view_named() - an object without owner in the resulting state
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @name: its key
 * @v: gets the object
 *
 * Return: true if it exists.
 */
bool dash_view_named(struct dash_txn *txn, u8 type, const char *name, struct dash_view *v)
{
	u16 len = strlen(name);
	struct dash_op *op = dash_op_find(txn, type, NULL, name, len);

	return view_set(op, dash_obj_find(txn->dn, type, NULL, name, len), v);
}

/**
 * dash_view_kid() - an owned object in the resulting state
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @owner: its owner, canonical
 * @key: rest of the key
 * @klen: its length
 * @v: gets the object
 *
 * Return: true if it exists.
 */
bool dash_view_kid(struct dash_txn *txn, u8 type, struct dash_owner *owner,
		   const u8 *key, u16 klen, struct dash_view *v)
{
	struct dash_op *op = dash_op_find(txn, type, owner, key, klen);
	struct dash_obj *live = owner->live ?: dash_obj_named(txn->dn, owner->type, owner->name);

	return view_set(op, live ? dash_obj_find(txn->dn, type, live, key, klen) : NULL, v);
}

static int kid_cmp(const void *a, const void *b, const void *type)
{
	const struct dash_kid *x = a, *y = b;

	return dash_key_cmp(*(const u8 *)type, x->key, x->klen, y->key, y->klen);
}

/**
 * dash_view_all() - all objects of a type in the resulting state
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @owner: for types with an owner: the owner, canonical
 * @n: gets their number
 *
 * Return: array in key order, for kvfree(); ERR_PTR(-ENOMEM).
 */
struct dash_kid *dash_view_all(struct dash_txn *txn, u8 type, struct dash_owner *owner, u32 *n)
{
	struct dash_obj *live_owner = NULL, *o;
	struct dash_kid *kids;
	struct rb_node *node;
	struct dash_op *op;
	u64 max = 0;

	*n = 0;
	if (owner) {
		live_owner = owner->live ?: dash_obj_named(txn->dn, owner->type, owner->name);
		if (live_owner)
			max = dash_box(live_owner)->n[dash_types[type].slot];
		for (op = owner->ops; op; op = op->onext)
			max++;
	} else {
		max = txn->dn->store->count[type];
		dash_op_for_each(op, txn, type)
			max++;
	}
	kids = kvmalloc_array(max + 1, sizeof(*kids), GFP_KERNEL);
	if (!kids)
		return ERR_PTR(-ENOMEM);

	if (!owner || live_owner)
		dash_obj_for_each(o, node, dash_obj_tree(txn->dn, type, live_owner)) {
			op = dash_op_find(txn, type, owner, o->key, o->klen);
			kids[*n].key = o->key;
			kids[*n].klen = o->klen;
			*n += view_set(op, o, &kids[*n].v);
		}
	for (op = owner ? owner->ops : txn->by_type[type].head; op; op = owner ? op->onext : op->next) {
		if (op->type != type || !dash_op_sets(op) || op->live ||
		    /* before op->live is known: */
		    ((!owner || live_owner) &&
		     dash_obj_find(txn->dn, type, live_owner, op->key, op->klen)))
			continue;
		kids[*n].key = op->key;
		kids[*n].klen = op->klen;
		*n += view_set(op, NULL, &kids[*n].v);
	}
	sort_r(kids, *n, sizeof(*kids), kid_cmp, NULL, &type);
	return kids;
}

/**
 * dash_view_count() - children that the resulting state will have
 * @txn: the transaction; op->live is known
 * @type: enum dash_obj_type
 * @owner: their owner, canonical
 */
u32 dash_view_count(struct dash_txn *txn, u8 type, struct dash_owner *owner)
{
	u32 n = owner->live ? dash_box(owner->live)->n[dash_types[type].slot] : 0;
	struct dash_op *op;

	for (op = owner->ops; op; op = op->onext) {
		if (op->type != type || !dash_op_effective(op))
			continue;
		if (dash_op_sets(op) && !op->live)
			n++;
		else if (dash_op_deletes(op) && op->live)
			n--;
	}
	return n;
}

/**
 * dash_op_imply() - stage what follows from other operations
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @owner: for types with an owner
 * @key: key without the owner's part
 * @klen: its length
 * @flags: 0 or DASH_OP_DELETE
 * @cookie: of the operation that it follows from
 * @out: gets the operation; if there is one on this key already, that one, unchanged
 *
 * Return: 0 or -ENOMEM.
 */
int dash_op_imply(struct dash_txn *txn, u8 type, struct dash_owner *owner, const u8 *key, u16 klen,
		  u8 flags, u64 cookie, struct dash_op **out)
{
	*out = dash_op_find(txn, type, owner, key, klen);
	if (*out)
		return 0;
	*out = dash_op_create(txn, type, owner, key, klen);
	if (!*out)
		return -ENOMEM;
	(*out)->flags = flags | DASH_OP_IMPLIED;
	(*out)->cookie = cookie;
	return 0;
}

/* ---- plan ---- */

/* What is live under the staged keys, and what would change? */
static int plan_ops(struct dash_txn *txn)
{
	struct dash_owner *o;
	struct dash_op *op;
	u32 n = 0;
	u8 t;
	int i, err;

	for (o = txn->owners; o; o = o->next) {
		o->live = dash_obj_named(txn->dn, o->type, o->name);
		o->op = dash_op_find(txn, o->type, NULL, o->name, o->len);
	}
	for_each_type(t, i) {
		dash_op_for_each(op, txn, t) {
			if (!(++n % 1024))
				cond_resched();
			if (op->flags & DASH_OP_SUPERSEDED)
				continue;
			op->live = op->owner && !op->owner->live ? NULL :
				   dash_obj_find(txn->dn, t, op->owner ? op->owner->live : NULL,
						 op->key, op->klen);
			op->eff = op->blob;
			if (dash_op_deletes(op)) {
				if (!op->live)
					op->flags |= DASH_OP_NOOP;
				continue;
			}
			if (t == DASH_OBJ_ENI) {
				err = dash_eni_effective(txn, op);
				if (err)
					return err;
			}
			/* what belongs to an object that goes is judged all the same */
			if (op->owner && op->owner->op && dash_op_deletes(op->owner->op))
				continue;
			if (op->live && dash_blob_eq(op->live->blob, op->eff) &&
			    (op->flags & DASH_OP_IMPLIED ||
			     !(op->live->flags & DASH_OBJ_F_IMPLICIT)))
				op->flags |= DASH_OP_NOOP;
		}
	}
	return 0;
}

/* Everything that @parent owns goes with it. */
static int plan_kids(struct dash_txn *txn, struct dash_op *parent)
{
	struct dash_owner *owner = dash_owner_get(txn, parent->type, parent->live->key);
	struct dash_obj *o;
	struct rb_node *n;
	struct dash_op *op;
	u32 count = 0;
	int err;
	u8 t;

	if (!owner)
		return -ENOMEM;
	owner->live = parent->live;
	owner->op = parent;
	for (t = 1; t <= DASH_OBJ_MAX; t++) {
		if (dash_types[t].owner != parent->type || t == DASH_OBJ_VNET_MAPPING)
			continue;
		dash_obj_for_each(o, n, dash_obj_tree(txn->dn, t, parent->live)) {
			err = dash_op_imply(txn, t, owner, o->key, o->klen, DASH_OP_DELETE,
					    parent->cookie, &op);
			if (err)
				return err;
			op->live = o;
			if (!(++count % 1024))
				cond_resched();
		}
	}
	return 0;
}

static int plan_deletions(struct dash_txn *txn)
{
	static const u8 owners[] = {
		DASH_OBJ_ENI, DASH_OBJ_ACL_GROUP, DASH_OBJ_ROUTE_GROUP, DASH_OBJ_METER_POLICY,
	};
	struct dash_obj *group;
	struct dash_op *op, *g;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(owners); i++)
		dash_op_for_each(op, txn, owners[i]) {
			if (!dash_op_deletes(op) || !op->live)
				continue;
			err = plan_kids(txn, op);
			if (err)
				return err;
			if (owners[i] != DASH_OBJ_ENI)
				continue;
			/* the group that its routes implied is the ENI's own */
			group = dash_obj_named(txn->dn, DASH_OBJ_ROUTE_GROUP, op->live->key);
			if (!group || !(group->flags & DASH_OBJ_F_IMPLICIT))
				continue;
			err = dash_op_imply(txn, DASH_OBJ_ROUTE_GROUP, NULL, group->key, group->klen,
					    DASH_OP_DELETE, op->cookie, &g);
			if (err)
				return err;
			g->live = group;
		}
	return 0;
}

static int plan(struct dash_txn *txn)
{
	return dash_eni_plan(txn) ?: dash_route_plan(txn) ?: plan_ops(txn) ?:
	       plan_deletions(txn) ?: dash_route_plan_ends(txn) ?: dash_acl_plan(txn);
}

/* ---- validation ---- */

static bool is_ref(const struct dash_type *t, const struct nlattr *a, const struct dash_ref_field **f)
{
	u8 i;

	for (i = 0; i < t->n_refs; i++)
		if (t->refs[i].attr == nla_type(a)) {
			*f = &t->refs[i];
			return true;
		}
	return false;
}

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
		if (!is_ref(t, a, &f))
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

	for_each_type(t, i) {
		if (!dash_types[t].n_refs)
			continue;
		dash_op_for_each(op, txn, t) {
			if (!(++n % 1024))
				cond_resched();
			if (!op->live || !dash_op_effective(op))
				continue;
			dash_blob_for_each(a, op->live->blob, rem) {
				if (!is_ref(&dash_types[t], a, &f))
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

			if (!is_ref(&dash_types[o->type], a, &f) || f->type != r->target->type ||
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

static void validate(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int i;
	u8 t;

	for_each_type(t, i)
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

	for_each_type(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_sets(op) || !dash_op_effective(op))
				continue;
			if (!(++n % 1024))
				cond_resched();
			err = prepare_op(txn, op);
			if (err)
				return err;
		}
	return dash_eni_prepare_all(txn) ?: dash_mapping_insert_all(txn) ?: dash_route_insert_all(txn);
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
	for_each_type_reverse(t, i)
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
		if (!is_ref(t, a, &f))
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

	for_each_type(t, i) {
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

static void publish(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int i;
	u8 t;

	dash_eni_stop(txn);
	count_all_refs(txn, -1);
	for_each_type(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_effective(op))
				continue;
			txn->n_changes++;
			if (!(++n % 1024))
				cond_resched();
			if (dash_op_sets(op))
				publish_set(txn, op);
			else
				op->live->flags |= DASH_OBJ_F_DYING;
		}
	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING)
		txn->n_changes += dash_op_effective(op);
	count_all_refs(txn, 1);

	dash_eni_publish_all(txn);
	dash_acl_publish(txn);
	dash_acl_undo(txn);
	dash_op_for_each(op, txn, DASH_OBJ_ROUTE_RULE)
		if (dash_op_sets(op) && dash_op_effective(op))
			dash_route_rule_update(txn, op);

	/* removals: packets reach nothing of a retired ENI; the rest from the leaves up */
	dash_op_for_each(op, txn, DASH_OBJ_ENI)
		if (dash_op_deletes(op) && dash_op_effective(op))
			dash_eni_retire(op->live);
	dash_mapping_publish(txn);
	for_each_type_reverse(t, i)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_deletes(op) || !dash_op_effective(op))
				continue;
			if (!(++n % 1024))
				cond_resched();
			dash_obj_drop(txn->dn, op->live);
			op->live = NULL;
		}
}

/* ---- */

static void tell_first(const struct dash_txn *txn, struct netlink_ext_ack *extack)
{
	const struct dash_problem *p = dash_txn_problem(txn, 0);
	char buf[NETLINK_MAX_FMTMSG_LEN];

	if (!p || !txn->n_errors)
		return;
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
 * Return: 0; the first error; -ENOTRECOVERABLE if memory ran out and the rollback failed too.
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
	txn->n_changes = 0;
	err = plan(txn);
	if (!err)
		validate(txn);
	if (!err && txn->n_errors)
		err = -txn->first_code;
	if (err || dry_run) {
		dash_acl_undo(txn);
		goto rewind;
	}

	err = prepare(txn);
	if (err) {
		unprepare(txn);
		if (store->inconsistent) {
			dash_txn_error(txn, NULL, ENOTRECOVERABLE, 0,
				       "out of memory, and not everything could be rolled back");
			err = -ENOTRECOVERABLE;
		}
		goto rewind;
	}
	publish(txn);
	txn->committed = true;
	if (txn->n_changes) {
		WRITE_ONCE(store->generation, store->generation + 1);
		info = (struct dash_commit_info) {
			.generation = store->generation, .portid = txn->portid,
			.changes = txn->n_changes,
		};
		if (notifier)
			notifier(dn, &info);
	}
	txn->committing = false;
	mutex_unlock(&dn->lock);
	return 0;

rewind:
	if (err && !txn->n_errors)
		dash_txn_error(txn, NULL, -err, 0, "out of memory");
	dash_txn_rewind(txn);
	txn->committing = false;
	mutex_unlock(&dn->lock);
	tell_first(txn, extack);
	return err;
}
