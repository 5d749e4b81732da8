// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Tags, ACL groups, their rules, and bindings to ENIs: which groups must be compiled, and may they
 * change? (spec/config.md section 6)
 *
 * Rules are stored as they came; only groups that are bound somewhere have a compiled form, made
 * anew from all of a group's resulting rules when one of them or a tag that they name changes.  Counters
 * belong to the objects and outlive every compiled form.  A commit compiles first (fallible), then
 * every ENI that uses any of the new forms gets one new struct dash_acl_bind, so that all
 * stages, rebindings, replacements and tags of an ENI switch in one store.  Prefix lists are built per
 * commit and thrown away: the compiled form has its own.
 *
 * A SET of a group together with a SET of at least one of its rules defines the group completely (A-2 b):
 * rules that the transaction does not name go.  Bound or not, so that applying a file twice does what
 * applying it once did.
 *
 * Called by commit.c and obj_eni.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

static const u16 group_attr[2] = { DASH_A_ACL_IN_V4_ACL_GROUP_ID, DASH_A_ACL_IN_V6_ACL_GROUP_ID };

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
		name = dash_blob_str(b, group_attr[f]);
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

static struct dash_group_work *work_find(struct dash_txn *txn, const struct dash_blob *b, int f)
{
	const char *name = dash_blob_str(b, group_attr[f]);
	struct dash_owner *o = name ? dash_owner_get(txn, DASH_OBJ_ACL_GROUP, name) : NULL;

	return o ? o->group_work : NULL;
}

/* Calls for every binding of the resulting state. */
static int each_binding(struct dash_txn *txn,
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
		struct dash_group_work *w = work_find(txn, b, f);

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
	err = works_of_tags(txn) ?: each_binding(txn, mark_after);
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

static const struct dash_blob *group_blob(struct dash_txn *txn, const char *name)
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
	const struct dash_blob *group = group_blob(txn, op->owner->name);
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
	if (!dash_blob_find(op->eff, group_attr[0]) && !dash_blob_find(op->eff, group_attr[1]))
		dash_txn_error(txn, op, EINVAL, group_attr[0],
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

	kids = dash_view_all(txn, DASH_OBJ_ACL_RULE, w->owner, &n);
	prio = IS_ERR(kids) ? NULL : kvmalloc_array(n + 1, sizeof(*prio), GFP_KERNEL);
	if (!prio) {
		dash_txn_error(txn, NULL, ENOMEM, 0, "out of memory");
		goto out;
	}
	if (n > DASH_LIMIT_GROUP_RULES)
		dash_txn_error(txn, w->blame, ENOSPC, 0, "more than %u rules in ACL group \"%s\"",
			       DASH_LIMIT_GROUP_RULES, w->owner->name);
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
					const char *g = dash_blob_str(b->blob, group_attr[f]);

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

		if (g && dash_op_deletes(g))
			continue;	/* bound: EBUSY by its referrers */
		if (w->before && w->after && !w->replace) {
			for (op = w->owner->ops; op; op = op->onext)
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
		if (w->after && !dash_view_count(txn, DASH_OBJ_ACL_RULE, w->owner))
			dash_txn_error(txn, w->blame, EINVAL, 0,
				       "ACL group \"%s\" has no rules, bound it would deny everything",
				       w->owner->name);
		if (w->rules_changed)
			check_rules(txn, w);
		cond_resched();
	}
}

/* ---- compilation ---- */

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
	bool v6 = dash_blob_u32(group_blob(txn, w->owner->name), DASH_A_ACL_GROUP_IP_VERSION, 0) ==
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
				const char *name = dash_blob_str(dash_view_blob(&v), group_attr[f]);
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
	return 0;
}

/* An ENI whose binding names a group that was compiled anew. */
static int mark_eni(struct dash_txn *txn, struct dash_owner *eni, u8 type, u8 stage,
		    const struct dash_blob *b)
{
	struct dash_eni_work *ew;
	int f;

	for (f = 0; f < 2; f++) {
		struct dash_group_work *w = work_find(txn, b, f);

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
		err = each_binding(txn, mark_eni);
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
