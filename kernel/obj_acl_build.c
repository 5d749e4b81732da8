// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * From rules as they are stored to what packets see: compiled groups, and one table of bindings per ENI.
 *
 * A commit compiles first (fallible), then every ENI that uses any of the new forms gets one new
 * struct dash_acl_bind, so that all stages, rebindings, replacements and tags of an ENI switch in one
 * store.  Prefix lists are built per commit and thrown away: the compiled form has its own.
 *
 * Called by obj_eni_apply.c (preparation) and commit.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

const u16 dash_group_attr[2] = { DASH_A_ACL_IN_V4_ACL_GROUP_ID, DASH_A_ACL_IN_V6_ACL_GROUP_ID };

static struct dash_prefix_list *list_of(const struct dash_blob *b, u16 attr, bool *any)
{
	struct dash_prefix_list *l;
	const struct nlattr *a;
	u32 n = dash_blob_count(b, attr);
	int rem;

	*any = false;
	l = kvmalloc(struct_size(l, p, n), GFP_KERNEL);
	if (!l)
		return NULL;
	l->n = 0;
	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != attr)
			continue;
		dash_attr_prefix(a, &l->p[l->n]);
		*any |= !l->p[l->n].len;
		l->n++;
	}
	return l;
}

/* The resulting prefixes of a tag, built once per commit. */
static const struct dash_prefix_list *tag_list(struct dash_txn *txn, const char *name)
{
	struct hlist_head *b = &txn->tags[jhash(name, strlen(name), 0) % DASH_TAG_BUCKETS];
	struct dash_tag_cache *c;
	struct dash_view v;
	bool any;

	hlist_for_each_entry(c, b, node)
		if (!strcmp(c->name, name))
			return c->list;
	if (WARN_ON_ONCE(!dash_view_named(txn, DASH_OBJ_PREFIX_TAG, name, &v)))
		return NULL;
	c = kmalloc(struct_size(c, name, strlen(name) + 1), GFP_KERNEL);
	if (!c)
		return NULL;
	c->list = list_of(dash_view_blob(&v), DASH_A_PREFIX_TAG_PREFIX_LIST, &any);
	if (!c->list) {
		kfree(c);
		return NULL;
	}
	strcpy(c->name, name);
	hlist_add_head(&c->node, b);
	return c->list;
}

static void drop_tags(struct dash_txn *txn)
{
	struct dash_tag_cache *c;
	struct hlist_node *next;
	int i;

	for (i = 0; i < DASH_TAG_BUCKETS; i++)
		hlist_for_each_entry_safe(c, next, &txn->tags[i], node) {
			hlist_del(&c->node);
			kvfree(c->list);
			kfree(c);
		}
}

/* One side of a rule: its own list, or those of its tags.  *own is what to free later. */
static int side(struct dash_txn *txn, const struct dash_blob *b, u16 tag, u16 addr, u16 *n,
		const struct dash_prefix_list *const **lists, struct dash_prefix_list **own)
{
	const struct dash_prefix_list **l;
	const struct nlattr *a;
	u32 tags = dash_blob_count(b, tag);
	bool any;
	int rem;

	*n = 0;
	*lists = NULL;
	if (!tags && !dash_blob_find(b, addr))
		return 0;
	l = kvmalloc_array(tags ?: 1, sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	*lists = l;
	if (!tags) {
		*own = list_of(b, addr, &any);
		if (!*own)
			return -ENOMEM;
		l[0] = *own;
		*n = !any;	/* a /0 matches every address of the group's family */
		return 0;
	}
	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != tag)
			continue;
		l[*n] = tag_list(txn, nla_data(a));
		if (!l[*n])
			return -ENOMEM;
		(*n)++;
	}
	return 0;
}

static int ports(const struct dash_blob *b, u16 attr, u16 *n, const struct dash_port_range **out)
{
	struct dash_port_range *r;
	const struct nlattr *a;
	u32 count = dash_blob_count(b, attr);
	int rem;

	*n = 0;
	if (!count)
		return 0;
	r = kvmalloc_array(count, sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	*out = r;
	dash_blob_for_each(a, b, rem)
		if (nla_type(a) == attr)
			r[(*n)++] = (struct dash_port_range) {
				.lo = nla_get_u32(a) >> 16, .hi = nla_get_u32(a),
			};
	return 0;
}

/* A rule for dash_acl_compile(), and the lists that were made for it. */
struct rule_parts {
	struct dash_prefix_list *src, *dst;
};

static int rule_build(struct dash_txn *txn, const struct dash_kid *kid, u32 order,
		      struct dash_acl_rule *r, struct rule_parts *parts)
{
	const struct dash_blob *b = dash_view_blob(&kid->v);
	const struct dash_rule_rt *rt = dash_view_rt(&kid->v);
	const struct nlattr *a;
	u8 *protos;
	u32 n = dash_blob_count(b, DASH_A_ACL_RULE_PROTOCOL);
	int rem, err;

	r->priority = dash_blob_u32(b, DASH_A_ACL_RULE_PRIORITY, 0);
	r->order = order;
	r->allow = dash_blob_u32(b, DASH_A_ACL_RULE_ACTION, 0) == DASH_ACL_ACTION_ALLOW;
	r->terminating = dash_blob_u32(b, DASH_A_ACL_RULE_TERMINATING, 0);
	r->stats = (struct dash_acl_rule_stats *)&rt->stats;
	if (n) {
		protos = kvmalloc(n, GFP_KERNEL);
		if (!protos)
			return -ENOMEM;
		r->protos = protos;
		dash_blob_for_each(a, b, rem)
			if (nla_type(a) == DASH_A_ACL_RULE_PROTOCOL)
				protos[r->n_protos++] = nla_get_u8(a);
	}
	err = side(txn, b, DASH_A_ACL_RULE_SRC_TAG, DASH_A_ACL_RULE_SRC_ADDR, &r->n_src, &r->src,
		   &parts->src);
	err = err ?: side(txn, b, DASH_A_ACL_RULE_DST_TAG, DASH_A_ACL_RULE_DST_ADDR, &r->n_dst,
			  &r->dst, &parts->dst);
	err = err ?: ports(b, DASH_A_ACL_RULE_SRC_PORT, &r->n_sport, &r->sport);
	return err ?: ports(b, DASH_A_ACL_RULE_DST_PORT, &r->n_dport, &r->dport);
}

static struct dash_acl_group_rt *group_rt(const struct dash_owner *o)
{
	return o->live ? o->live->rt : o->op->rt;
}

static int compile(struct dash_txn *txn, struct dash_group_work *w)
{
	struct dash_acl_rule *rules = NULL;
	struct rule_parts *parts = NULL;
	struct dash_kid *kids;
	struct dash_acl *acl;
	bool v6 = dash_blob_u32(dash_group_blob(txn, w->owner->name), DASH_A_ACL_GROUP_IP_VERSION, 0) ==
		  DASH_IP_VERSION_IPV6;
	int err = -ENOMEM;
	u32 n, i;

	kids = dash_view_all(txn, DASH_OBJ_ACL_RULE, w->owner, &n);
	if (IS_ERR(kids))
		return PTR_ERR(kids);
	rules = kvcalloc(n, sizeof(*rules), GFP_KERNEL);
	parts = kvcalloc(n, sizeof(*parts), GFP_KERNEL);
	if (!rules || !parts)
		goto out;
	for (i = 0; i < n; i++) {
		err = rule_build(txn, &kids[i], i, &rules[i], &parts[i]);
		if (err)
			goto out;
		cond_resched();
	}
	acl = dash_acl_compile(rules, n, v6);
	if (IS_ERR(acl)) {
		err = PTR_ERR(acl);
		goto out;
	}
	w->ref = dash_acl_ref_create(acl, &group_rt(w->owner)->no_match);
	if (!w->ref) {
		dash_acl_free(acl);
		err = -ENOMEM;
	}
out:
	for (i = 0; rules && parts && i < n; i++) {
		kvfree(parts[i].src);
		kvfree(parts[i].dst);
		kvfree(rules[i].src);
		kvfree(rules[i].dst);
		kvfree(rules[i].sport);
		kvfree(rules[i].dport);
		kvfree(rules[i].protos);
	}
	kvfree(parts);
	kvfree(rules);
	kvfree(kids);
	return err;
}

/* All resulting bindings of an ENI, with the new compiled forms. */
static int build_bind(struct dash_txn *txn, struct dash_eni_work *ew)
{
	struct dash_view v;
	u8 t, stage, f;

	ew->acl = dash_acl_bind_create();
	if (!ew->acl)
		return -ENOMEM;
	ew->set_acl = true;
	for (t = DASH_OBJ_ACL_IN; t <= DASH_OBJ_ACL_OUT; t++)
		for (stage = 1; stage <= DASH_ACL_STAGES; stage++) {
			if (!dash_view_kid(txn, t, ew->owner, &stage, 1, &v))
				continue;
			for (f = 0; f < 2; f++) {
				const char *name = dash_blob_str(dash_view_blob(&v), dash_group_attr[f]);
				struct dash_owner *o;
				struct dash_acl_ref *ref;

				if (!name)
					continue;
				o = dash_owner_get(txn, DASH_OBJ_ACL_GROUP, name);
				if (!o)
					return -ENOMEM;
				if (o->group_work && o->group_work->ref)
					ref = o->group_work->ref;
				else
					ref = ((struct dash_acl_group_rt *)
					       dash_obj_named(txn->dn, DASH_OBJ_ACL_GROUP, name)->rt)->ref;
				ew->acl->stage[t == DASH_OBJ_ACL_IN ? DASH_INBOUND : DASH_OUTBOUND]
					      [f][stage - 1] = dash_acl_ref_get(ref);
			}
		}
	dash_acl_bind_finish(ew->acl);
	return 0;
}

/* An ENI whose binding names a group that was compiled anew. */
static int mark_eni(struct dash_txn *txn, struct dash_owner *eni, u8 type, u8 stage,
		    const struct dash_blob *b)
{
	struct dash_eni_work *ew;
	int f;

	for (f = 0; f < 2; f++) {
		struct dash_group_work *w = dash_group_work_find(txn, b, f);

		if (!w || !w->ref)
			continue;
		ew = dash_eni_work_get(txn, eni);
		if (!ew)
			return -ENOMEM;
		ew->set_acl = true;
	}
	return 0;
}

/**
 * dash_acl_prepare() - compile groups, build new bindings
 * @txn: the transaction; run-time parts of rules, groups and ENIs are prepared
 *
 * Return: 0 or -ENOMEM; then dash_acl_undo() takes it back (bindings: obj_eni.c).
 */
int dash_acl_prepare(struct dash_txn *txn)
{
	struct dash_group_work *w;
	struct dash_eni_work *ew;
	struct dash_op *op;
	int err = 0;
	u8 t;

	list_for_each_entry(w, &txn->group_work, list) {
		if (!w->after)
			continue;
		if (!w->rules_changed && !w->recompile && group_rt(w->owner)->ref)
			continue;
		err = compile(txn, w);
		if (err)
			break;
		cond_resched();
	}
	drop_tags(txn);
	if (err)
		return err;
	if (!list_empty(&txn->group_work)) {
		err = dash_each_binding(txn, mark_eni);
		if (err)
			return err;
	}
	for (t = DASH_OBJ_ACL_IN; t <= DASH_OBJ_ACL_OUT; t++)
		dash_op_for_each(op, txn, t) {
			if (!dash_op_effective(op) ||
			    (op->owner->op && dash_op_deletes(op->owner->op)))
				continue;
			ew = dash_eni_work_get(txn, op->owner);
			if (!ew)
				return -ENOMEM;
			ew->set_acl = true;
		}
	list_for_each_entry(ew, &txn->eni_work, list)
		if (ew->set_acl) {
			err = build_bind(txn, ew);
			if (err)
				return err;
		}
	return 0;
}

/**
 * dash_acl_undo() - take compiled groups back, and the plan
 * @txn: the transaction
 */
void dash_acl_undo(struct dash_txn *txn)
{
	struct dash_group_work *w, *next;

	list_for_each_entry_safe(w, next, &txn->group_work, list) {
		dash_acl_ref_put(w->ref);
		w->owner->group_work = NULL;
		list_del(&w->list);
		kfree(w);
	}
}

/**
 * dash_acl_publish() - ENIs have their new bindings: keep the compiled forms with the groups
 * @txn: the transaction
 */
void dash_acl_publish(struct dash_txn *txn)
{
	struct dash_group_work *w;

	list_for_each_entry(w, &txn->group_work, list) {
		struct dash_acl_group_rt *g;

		if (!w->owner->live && !(w->owner->op && dash_op_sets(w->owner->op)))
			continue;
		g = w->owner->live ? w->owner->live->rt : w->owner->op->obj->rt;
		if (w->ref || !w->after) {
			dash_acl_ref_put(g->ref);
			g->ref = w->ref;
			w->ref = NULL;
		}
	}
}
