// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What has a commit changed?
 *
 * Listeners are told each object by its key, and what was set with its resulting fields, so that a
 * monitor needs neither a copy of the state nor another dump.  Read from the operations of the transaction
 * after publication, while its lock is still held; nothing is kept.  A limit on their number keeps
 * commits of millions of objects as fast as without listeners.
 *
 * Called by netlink.c, in the commit notifier.
 */
#include "store.h"

#include "objects.h"

/* Fields of @b while they and the two flags that may follow fit; false: some did not. */
static bool put_fields(struct sk_buff *skb, const struct dash_blob *b)
{
	const struct nlattr *a;
	int rem;

	dash_blob_for_each(a, b, rem) {
		if (skb_tailroom(skb) < nla_total_size(nla_len(a)) + 2 * nla_total_size(0) ||
		    nla_put(skb, a->nla_type, nla_len(a), nla_data(a)))
			return false;
	}
	return true;
}

/* @first: nothing else is in the message, so what does not fit is cut. */
static int put_op(struct dash_net *dn, struct sk_buff *skb, const struct dash_op *op, bool first)
{
	const struct dash_obj *o = op->live ?: op->obj;
	struct nlattr *outer = nla_nest_start(skb, DASH_A_OBJECT), *inner;
	const char *owner = op->owner ? op->owner->name : NULL;
	bool whole = true;

	if (!outer || (dash_op_deletes(op) && nla_put_flag(skb, DASH_A_OBJECT_DELETE)))
		goto cancel;
	inner = nla_nest_start(skb, op->type);	/* DASH_A_OBJECT_* are numbered as the types */
	if (!inner || dash_key_put(skb, op->type, owner, op->key, op->klen))
		goto cancel;
	if (dash_op_sets(op) && op->type == DASH_OBJ_VNET_MAPPING) {
		if (dash_mapping_fill_live(dn, skb, owner, (const struct dash_ip *)op->key))
			goto cancel;
	} else if (dash_op_sets(op)) {
		whole = put_fields(skb, o->blob);
	}
	nla_nest_end(skb, inner);
	if ((!whole && (!first || nla_put_flag(skb, DASH_A_OBJECT_CUT))) ||
	    (dash_op_sets(op) && (op->type == DASH_OBJ_VNET_MAPPING ? !!(op->flags & DASH_OP_CREATED) : !op->live) &&
	     nla_put_flag(skb, DASH_A_OBJECT_CREATED)))
		goto cancel;
	nla_nest_end(skb, outer);
	return 0;
cancel:
	if (outer)
		nla_nest_cancel(skb, outer);
	return -EMSGSIZE;
}

/**
 * dash_changes_fill() - append as many of the objects that a commit changed as fit
 * @txn: the transaction, in the commit notifier
 * @at: the walk, zeroed to begin with
 * @skb: message with its genetlink header, at least a page
 *
 * Context: process; dash_net.lock held.
 * Return: true if there is more to tell; DASH_TOLD_OBJECTS are told in all.
 */
bool dash_changes_fill(const struct dash_txn *txn, struct dash_changes *at, struct sk_buff *skb)
{
	bool first = true;

	while (at->n < DASH_TOLD_OBJECTS) {
		while (!at->next) {
			if (at->type == DASH_OBJ_MAX)
				return false;
			at->next = txn->by_type[++at->type].head;
		}
		if (dash_op_effective(at->next)) {
			/* alone in a message each fits, cut if need be; never twice the same */
			if (put_op(txn->dn, skb, at->next, first) && !first)
				return true;
			first = false;
			at->n++;
		}
		at->next = at->next->next;
	}
	return false;
}
