// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does a transaction mean?  The first phase of a commit, and the view of the resulting state that
 * all of them share.
 *
 * The resulting state exists nowhere as a whole: it is the staged operations, found by key in the
 * transaction, laid over the live objects.  Planning first replaces every spelling of an ENI by its key, then adds the
 * operations that follow from others (owned objects of deleted ones, rules that a new definition of a
 * group drops, implicit groups), and marks those that change nothing.
 *
 * Called by commit.c; the view by validate.c and obj_*.c.  Under dash_net.lock.
 */
#include "objects.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

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
	kids = kvmalloc_array(max + 1, sizeof(*kids), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
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

/**
 * dash_txn_changes_type() - does any operation on objects of a type change something?
 * @txn: the transaction, planned
 * @type: enum dash_obj_type
 */
bool dash_txn_changes_type(const struct dash_txn *txn, u8 type)
{
	const struct dash_op *op;

	dash_op_for_each(op, txn, type)
		if (dash_op_effective(op))
			return true;
	return false;
}

/* ---- plan ---- */

/* ---- rules meant by their key without the priority ---- */

static u16 identity_len(const struct dash_op *op)
{
	return op->klen - sizeof(__be32);	/* the priority ends the key */
}

static int by_identity(const void *a, const void *b)
{
	const struct dash_op *x = *(struct dash_op *const *)a, *y = *(struct dash_op *const *)b;
	int d = dash_key_cmp(DASH_OBJ_ROUTE_RULE, x->key, identity_len(x), y->key, identity_len(y));

	return d ?: x->seq < y->seq ? -1 : 1;
}

/* Live rules of the identity of @loose go, unless the transaction says something of them. */
static int plan_live_rules(struct dash_txn *txn, const struct dash_op *loose)
{
	struct dash_owner *owner = loose->owner;
	struct dash_obj *eni = dash_obj_named(txn->dn, DASH_OBJ_ENI, owner->name), *o;
	u16 len = identity_len(loose);
	struct rb_node *n;
	struct dash_op *op;
	int err;

	if (!eni)
		return 0;
	o = dash_obj_after(dash_obj_tree(txn->dn, DASH_OBJ_ROUTE_RULE, eni), DASH_OBJ_ROUTE_RULE,
			   loose->key, len, true);
	for (n = o ? &o->node : NULL; n; n = rb_next(n)) {
		o = rb_entry(n, struct dash_obj, node);
		if (o->klen != loose->klen || memcmp(o->key, loose->key, len))
			break;
		err = dash_op_imply(txn, DASH_OBJ_ROUTE_RULE, owner, o->key, o->klen, DASH_OP_DELETE,
				    loose->cookie, &op);
		if (err)
			return err;
	}
	return 0;
}

/* What the last loose operation of each identity replaces. */
static int plan_rules_of(struct dash_txn *txn, struct dash_owner *owner)
{
	struct dash_op **ops, *op, *loose;
	u32 n = 0, i, j, end;
	int err = 0;

	for (op = owner->ops; op; op = op->onext)
		n += op->type == DASH_OBJ_ROUTE_RULE;
	ops = kvmalloc_array(n, sizeof(*ops), GFP_KERNEL_ACCOUNT);
	if (!ops)
		return -ENOMEM;
	n = 0;
	for (op = owner->ops; op; op = op->onext)
		if (op->type == DASH_OBJ_ROUTE_RULE && !(op->flags & DASH_OP_SUPERSEDED))
			ops[n++] = op;
	sort(ops, n, sizeof(*ops), by_identity, NULL);
	for (i = 0; i < n && !err; i = end) {
		for (end = i + 1; end < n && ops[end]->klen == ops[i]->klen &&
		     !memcmp(ops[end]->key, ops[i]->key, identity_len(ops[i])); end++)
			;
		loose = NULL;
		for (j = end; j-- > i;) {
			if (!(ops[j]->flags & DASH_OP_LOOSE))
				continue;	/* named with its priority: another object */
			if (loose)
				ops[j]->flags |= DASH_OP_DELETE;
			else
				loose = ops[j];
		}
		if (loose)
			err = plan_live_rules(txn, loose);
		cond_resched();
	}
	kvfree(ops);
	return err;
}

static int plan_rules(struct dash_txn *txn)
{
	struct dash_owner *o;
	struct dash_op *op;
	int err = 0;

	for (o = txn->owners; o && !err; o = o->next) {
		if (o->type != DASH_OBJ_ENI)
			continue;
		for (op = o->ops; op && !(op->flags & DASH_OP_LOOSE); op = op->onext)
			;
		if (op)
			err = plan_rules_of(txn, o);
	}
	return err;
}

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
	dash_for_each_type(t, i) {
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
			/* a SET of it, unchanged or not, has lost its owner: for validation to refuse */
			if (dash_op_sets(op))
				op->flags &= ~DASH_OP_NOOP;
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

/**
 * dash_txn_plan() - find out what a transaction means
 * @txn: the transaction
 *
 * Context: process; dash_net.lock held.
 * Return: 0 or -ENOMEM.
 */
int dash_txn_plan(struct dash_txn *txn)
{
	return dash_eni_plan(txn) ?: plan_rules(txn) ?: dash_route_plan(txn) ?: plan_ops(txn) ?:
	       plan_deletions(txn) ?: dash_route_plan_ends(txn) ?: dash_acl_plan(txn);
}
