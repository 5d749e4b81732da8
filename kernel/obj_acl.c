// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Tags, ACL groups, their rules, and bindings to ENIs: which groups must be compiled, and may they
 * change? (spec/config.md section 6)
 *
 * Rules are stored as they came; only groups that are bound somewhere have a compiled form, made
 * anew (obj_acl_build.c) from all of a group's resulting rules when one of them or a tag that they name
 * changes.  Counters belong to the objects and outlive every compiled form.
 *
 * A SET of a group together with a SET of at least one of its rules defines the group completely (A-2 b):
 * rules that the transaction does not name go.  Bound or not, so that applying a file twice does what
 * applying it once did.
 *
 * Called by commit.c and obj_eni.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* ---- plan ---- */

static struct dash_group_work *work_get(struct dash_txn *txn, const char *name, struct dash_op *blame)
{
	struct dash_owner *o = dash_owner_get(txn, DASH_OBJ_ACL_GROUP, name);
	struct dash_group_work *w;

	if (!o)
		return NULL;
	if (o->group_work)
		return o->group_work;
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return NULL;
	o->live = dash_obj_named(txn->dn, DASH_OBJ_ACL_GROUP, name);
	o->op = dash_op_find(txn, DASH_OBJ_ACL_GROUP, NULL, name, strlen(name));
	w->owner = o;
	w->blame = blame;
	w->before = o->live && o->live->refs;
	o->group_work = w;
	list_add_tail(&w->list, &txn->group_work);
	return w;
}

static int works_of_binding(struct dash_txn *txn, const struct dash_blob *b, struct dash_op *op)
{
	const char *name;
	int f;

	for (f = 0; f < 2; f++) {
		name = dash_blob_str(b, dash_group_attr[f]);
		if (name && !work_get(txn, name, op))
			return -ENOMEM;
	}
	return 0;
}

static bool names_changed_tag(struct dash_txn *txn, const struct dash_blob *b)
{
	const struct nlattr *a;
	struct dash_op *op;
	int rem;

	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != DASH_A_ACL_RULE_SRC_TAG && nla_type(a) != DASH_A_ACL_RULE_DST_TAG)
			continue;
		op = dash_op_find(txn, DASH_OBJ_PREFIX_TAG, NULL, nla_data(a), strlen(nla_data(a)));
		if (op && op->live && dash_op_sets(op) && dash_op_effective(op))
			return true;
	}
	return false;
}

/* Bound groups with a rule that names a tag of which the prefixes change. */
static int works_of_tags(struct dash_txn *txn)
{
	struct dash_obj *g, *r;
	struct rb_node *n, *m;
	struct dash_op *op;

	dash_op_for_each(op, txn, DASH_OBJ_PREFIX_TAG)
		if (op->live && op->live->refs && dash_op_sets(op) && dash_op_effective(op))
			break;
	if (!op)
		return 0;
	dash_obj_for_each(g, n, &txn->dn->store->tree[DASH_OBJ_ACL_GROUP]) {
		cond_resched();
		if (!g->refs)
			continue;
		dash_obj_for_each(r, m, &dash_box(g)->kids[0]) {
			struct dash_group_work *w;

			if (!names_changed_tag(txn, r->blob))
				continue;
			w = work_get(txn, g->key, op);
			if (!w)
				return -ENOMEM;
			w->recompile = true;
			break;
		}
	}
	return 0;
}

/**
 * dash_group_work_find() - what the commit does to the group that a binding names
 * @txn: the transaction
 * @b: fields of the binding
 * @f: 0 IPv4, 1 IPv6
 *
 * Return: the record, or NULL.
 */
struct dash_group_work *dash_group_work_find(struct dash_txn *txn, const struct dash_blob *b, int f)
{
	const char *name = dash_blob_str(b, dash_group_attr[f]);
	struct dash_owner *o = name ? dash_owner_get(txn, DASH_OBJ_ACL_GROUP, name) : NULL;

	return o ? o->group_work : NULL;
}

/**
 * dash_each_binding() - visit every ACL binding of the resulting state
 * @txn: the transaction
 * @fn: called with ENI, type, stage, and fields; anything but 0 ends the visit
 *
 * Return: 0, -ENOMEM, or what @fn returned.
 */
int dash_each_binding(struct dash_txn *txn,
		      int (*fn)(struct dash_txn *txn, struct dash_owner *eni, u8 type, u8 stage,
				const struct dash_blob *b))
{
	struct dash_kid *enis;
	u32 n, i;
	int err = 0;
	u8 t, stage;

	enis = dash_view_all(txn, DASH_OBJ_ENI, NULL, &n);
	if (IS_ERR(enis))
		return PTR_ERR(enis);
	for (i = 0; i < n && !err; i++) {
		struct dash_owner *o = dash_owner_get(txn, DASH_OBJ_ENI, enis[i].key);

		if (!o) {
			err = -ENOMEM;
			break;
		}
		o->live = enis[i].v.live;
		for (t = DASH_OBJ_ACL_IN; t <= DASH_OBJ_ACL_OUT && !err; t++)
			for (stage = 1; stage <= DASH_ACL_STAGES && !err; stage++) {
				struct dash_view v;

				if (dash_view_kid(txn, t, o, &stage, 1, &v))
					err = fn(txn, o, t, stage, dash_view_blob(&v));
			}
	}
	kvfree(enis);
	return err;
}

static int mark_after(struct dash_txn *txn, struct dash_owner *eni, u8 type, u8 stage,
		      const struct dash_blob *b)
{
	int f;

	for (f = 0; f < 2; f++) {
		struct dash_group_work *w = dash_group_work_find(txn, b, f);

		if (w)
			w->after = true;
	}
	return 0;
}

/* The rules that a replacement does not name go. */
static int replace_group(struct dash_txn *txn, struct dash_group_work *w)
{
	struct dash_obj *r;
	struct rb_node *n;
	struct dash_op *op;
	int err;

	dash_obj_for_each(r, n, &dash_box(w->owner->live)->kids[0]) {
		if (dash_op_find(txn, DASH_OBJ_ACL_RULE, w->owner, r->key, r->klen))
			continue;
		err = dash_op_imply(txn, DASH_OBJ_ACL_RULE, w->owner, r->key, r->klen,
				    DASH_OP_DELETE, w->owner->op->cookie, &op);
		if (err)
			return err;
		op->live = r;
		w->rules_changed = true;
	}
	return 0;
}

static bool any_acl(struct dash_txn *txn)
{
	static const u8 types[] = {
		DASH_OBJ_PREFIX_TAG, DASH_OBJ_ACL_GROUP, DASH_OBJ_ACL_RULE, DASH_OBJ_ACL_IN,
		DASH_OBJ_ACL_OUT,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (txn->by_type[types[i]].head)
			return true;
	return false;
}

/**
 * dash_acl_plan() - find the groups concerned, and complete replacements
 * @txn: the transaction; it is known which operations change something
 *
 * Return: 0 or -ENOMEM.
 */
int dash_acl_plan(struct dash_txn *txn)
{
	struct dash_group_work *w;
	struct dash_owner *o;
	struct dash_op *op;
	int err;
	u8 t;

	if (!any_acl(txn))
		return 0;
	for (o = txn->owners; o; o = o->next) {
		if (o->type != DASH_OBJ_ACL_GROUP || !o->ops)
			continue;
		w = work_get(txn, o->name, o->ops);
		if (!w)
			return -ENOMEM;
		for (op = o->ops; op; op = op->onext)
			if (dash_op_effective(op))
				w->rules_changed = true;
	}
	dash_op_for_each(op, txn, DASH_OBJ_ACL_GROUP)
		if (!work_get(txn, op->key, op))
			return -ENOMEM;
	for (t = DASH_OBJ_ACL_IN; t <= DASH_OBJ_ACL_OUT; t++)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_effective(op))
				continue;
			err = dash_op_sets(op) ? works_of_binding(txn, op->eff, op) : 0;
			err = err ?: op->live ? works_of_binding(txn, op->live->blob, op) : 0;
			if (err)
				return err;
		}
	err = works_of_tags(txn) ?: dash_each_binding(txn, mark_after);
	if (err)
		return err;

	list_for_each_entry(w, &txn->group_work, list) {
		struct dash_op *g = w->owner->op;
		bool staged = false;

		for (op = w->owner->ops; op; op = op->onext)
			staged |= dash_op_sets(op);
		w->replace = staged && g && dash_op_sets(g);
		if (w->replace && w->owner->live) {
			err = replace_group(txn, w);
			if (err)
				return err;
		}
	}
	return 0;
}

/* ---- validation ---- */

/**
 * dash_group_blob() - fields of an ACL group of the resulting state
 * @txn: the transaction
 * @name: the group
 *
 * Return: the fields, or NULL if there is no such group.
 */
const struct dash_blob *dash_group_blob(struct dash_txn *txn, const char *name)
{
	struct dash_view v;

	return dash_view_named(txn, DASH_OBJ_ACL_GROUP, name, &v) ? dash_view_blob(&v) : NULL;
}

/**
 * dash_tag_check() - prefixes of a tag
 * @txn: the transaction
 * @op: SET of a tag
 */
void dash_tag_check(struct dash_txn *txn, struct dash_op *op)
{
	u32 family = dash_blob_u32(op->eff, DASH_A_PREFIX_TAG_IP_VERSION, 0), n = 0;
	const struct nlattr *a;
	int rem;

	dash_blob_for_each(a, op->eff, rem) {
		if (nla_type(a) != DASH_A_PREFIX_TAG_PREFIX_LIST)
			continue;
		n++;
		if ((nla_len(a) == 5) != (family == DASH_IP_VERSION_IPV4)) {
			dash_txn_error(txn, op, EINVAL, DASH_A_PREFIX_TAG_PREFIX_LIST,
				       "prefix %u is not of the family of the tag", n);
			return;
		}
	}
	if (n > DASH_LIMIT_TAG_PREFIXES)
		dash_txn_error(txn, op, ENOSPC, DASH_A_PREFIX_TAG_PREFIX_LIST,
			       "more than %u prefixes", DASH_LIMIT_TAG_PREFIXES);
}

/**
 * dash_acl_check() - one ACL rule
 * @txn: the transaction
 * @op: SET of an ACL rule; its group exists, its tags too
 */
void dash_acl_check(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_blob *group = dash_group_blob(txn, op->owner->name);
	u32 family = dash_blob_u32(group, DASH_A_ACL_GROUP_IP_VERSION, 0);
	u32 count[DASH_A_ACL_RULE_MAX + 1] = {};
	const struct nlattr *a;
	struct dash_view v;
	int rem;
	u16 i;

	dash_blob_for_each(a, op->eff, rem) {
		u16 t = nla_type(a);

		count[t]++;
		if ((t == DASH_A_ACL_RULE_SRC_ADDR || t == DASH_A_ACL_RULE_DST_ADDR) &&
		    (nla_len(a) == 5) != (family == DASH_IP_VERSION_IPV4)) {
			dash_txn_error(txn, op, EINVAL, t,
				       "prefix %u is not of the family of ACL group \"%s\"",
				       count[t], op->owner->name);
			return;
		}
		if ((t == DASH_A_ACL_RULE_SRC_TAG || t == DASH_A_ACL_RULE_DST_TAG) &&
		    dash_view_named(txn, DASH_OBJ_PREFIX_TAG, nla_data(a), &v) &&
		    dash_blob_u32(dash_view_blob(&v), DASH_A_PREFIX_TAG_IP_VERSION, 0) != family) {
			dash_txn_error(txn, op, EINVAL, t,
				       "tag \"%s\" is not of the family of ACL group \"%s\"",
				       (char *)nla_data(a), op->owner->name);
			return;
		}
	}
	if (count[DASH_A_ACL_RULE_SRC_TAG] && count[DASH_A_ACL_RULE_SRC_ADDR])
		dash_txn_error(txn, op, EINVAL, DASH_A_ACL_RULE_SRC_TAG,
			       "src_tag and src_addr in one rule");
	if (count[DASH_A_ACL_RULE_DST_TAG] && count[DASH_A_ACL_RULE_DST_ADDR])
		dash_txn_error(txn, op, EINVAL, DASH_A_ACL_RULE_DST_TAG,
			       "dst_tag and dst_addr in one rule");
	for (i = DASH_A_ACL_RULE_PROTOCOL; i <= DASH_A_ACL_RULE_MAX; i++)
		if (count[i] > DASH_LIMIT_RULE_LIST)
			dash_txn_error(txn, op, ENOSPC, i, "more than %u elements",
				       DASH_LIMIT_RULE_LIST);
}

/**
 * dash_acl_bind_check() - one binding
 * @txn: the transaction
 * @op: SET of a binding
 */
void dash_acl_bind_check(struct dash_txn *txn, struct dash_op *op)
{
	if (!dash_blob_find(op->eff, dash_group_attr[0]) && !dash_blob_find(op->eff, dash_group_attr[1]))
		dash_txn_error(txn, op, EINVAL, dash_group_attr[0],
			       "missing field \"v4_acl_group_id\" or \"v6_acl_group_id\"");
}

static int by_priority(const void *a, const void *b)
{
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void check_rules(struct dash_txn *txn, struct dash_group_work *w)
{
	struct dash_kid *kids;
	u32 *prio, n, i;

	if (dash_view_count(txn, DASH_OBJ_ACL_RULE, w->owner) > DASH_LIMIT_GROUP_RULES) {
		dash_txn_error(txn, w->blame, ENOSPC, 0, "more than %u rules in ACL group \"%s\"",
			       DASH_LIMIT_GROUP_RULES, w->owner->name);
		return;
	}
	kids = dash_view_all(txn, DASH_OBJ_ACL_RULE, w->owner, &n);
	prio = IS_ERR(kids) ? NULL : kvmalloc_array(n + 1, sizeof(*prio), GFP_KERNEL);
	if (!prio) {
		dash_txn_error(txn, NULL, ENOMEM, 0, "out of memory");
		goto out;
	}
	for (i = 0; i < n; i++)
		prio[i] = dash_blob_u32(dash_view_blob(&kids[i].v), DASH_A_ACL_RULE_PRIORITY, 0);
	sort(prio, n, sizeof(*prio), by_priority, NULL);
	for (i = 1; i < n; i++)
		if (prio[i] == prio[i - 1]) {
			dash_txn_warn(txn, w->blame, DASH_A_ACL_RULE_PRIORITY,
				      "priority %u occurs more than once in ACL group \"%s\"",
				      prio[i], w->owner->name);
			break;
		}
out:
	kvfree(prio);
	if (!IS_ERR(kids))
		kvfree(kids);
}

/* Who binds the group now? */
static const char *bound_where(struct dash_txn *txn, const char *group, char *buf, size_t size)
{
	struct dash_obj *eni, *b;
	struct rb_node *n, *m;
	u8 t, f;

	dash_obj_for_each(eni, n, &txn->dn->store->tree[DASH_OBJ_ENI])
		for (t = DASH_OBJ_ACL_IN; t <= DASH_OBJ_ACL_OUT; t++)
			dash_obj_for_each(b, m, dash_obj_tree(txn->dn, t, eni))
				for (f = 0; f < 2; f++) {
					const char *g = dash_blob_str(b->blob, dash_group_attr[f]);

					if (!g || strcmp(g, group))
						continue;
					snprintf(buf, size, "ENI \"%s\" stage %s %u", eni->key,
						 t == DASH_OBJ_ACL_IN ? "in" : "out", b->key[0]);
					return buf;
				}
	return "an ENI";
}

/**
 * dash_acl_validate() - rules of change, priorities, limits
 * @txn: the transaction
 */
void dash_acl_validate(struct dash_txn *txn)
{
	struct dash_group_work *w;
	struct dash_op *op;
	char buf[320];

	list_for_each_entry(w, &txn->group_work, list) {
		struct dash_op *g = w->owner->op;
		u32 before = txn->n_errors;

		if (g && dash_op_deletes(g))
			continue;	/* bound: EBUSY by its referrers */
		if (w->before && w->after && !w->replace) {
			/* each looks for a binding to name */
			for (op = w->owner->ops; op && txn->n_errors < DASH_PROBLEMS; op = op->onext)
				if (dash_op_effective(op))
					dash_txn_error(txn, op, EBUSY, 0,
						       "ACL group \"%s\" is bound to %s: replace the group as a whole",
						       w->owner->name,
						       bound_where(txn, w->owner->name, buf, sizeof(buf)));
			if (g && dash_op_effective(g))
				dash_txn_error(txn, g, EINVAL, 0,
					       "ACL group \"%s\" is bound: a new definition needs all its rules",
					       w->owner->name);
		}
		/* a group that does not exist was named already, one that may not change too */
		if (w->after && txn->n_errors == before && dash_group_blob(txn, w->owner->name) &&
		    !dash_view_count(txn, DASH_OBJ_ACL_RULE, w->owner))
			dash_txn_error(txn, w->blame, EINVAL, 0,
				       "ACL group \"%s\" has no rules, bound it would deny everything",
				       w->owner->name);
		if (w->rules_changed)
			check_rules(txn, w);
		cond_resched();
	}
}

/* ---- objects ---- */

/**
 * dash_acl_rule_prepare() - counters of a new rule
 * @txn: the transaction
 * @op: SET of a rule
 *
 * Return: 0 or -ENOMEM.
 */
int dash_acl_rule_prepare(struct dash_txn *txn, struct dash_op *op)
{
	if (op->live)
		return 0;	/* they outlive every change of the rule */
	op->rt = kzalloc(sizeof(struct dash_rule_rt), GFP_KERNEL_ACCOUNT);
	return op->rt ? 0 : -ENOMEM;
}

/**
 * dash_acl_rule_undo() - take dash_acl_rule_prepare() back
 * @txn: the transaction
 * @op: SET of a rule
 */
void dash_acl_rule_undo(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_rule_rt *rt = op->rt;

	/* a binding that was built and thrown away may still be on its way out */
	if (rt)
		kfree_rcu(rt, rcu);
}

/**
 * dash_acl_rule_remove() - end of a rule
 * @dn: the appliance
 * @o: object; no compiled form in use names it
 */
void dash_acl_rule_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_rule_rt *rt = o->rt;

	kfree_rcu(rt, rcu);
}

/**
 * dash_acl_group_undo() - run-time part of a group that does not come
 * @txn: the transaction
 * @op: SET of a group
 */
void dash_acl_group_undo(struct dash_txn *txn, struct dash_op *op)
{
	kfree(op->rt);
}

/**
 * dash_acl_group_remove() - end of a group without rules, bound nowhere
 * @dn: the appliance
 * @o: object
 */
void dash_acl_group_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_acl_group_rt *g = o->rt;

	dash_acl_ref_put(g->ref);
	kfree_rcu(g, rcu);
}
