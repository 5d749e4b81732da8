// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Route groups, their routes, routing types; inbound route rules.
 *
 * A new route goes into the trie of its group as the last fallible step of a commit, after the
 * mappings, and comes out again if one of them does not fit; replacing one cannot fail and is done at
 * publication.  Inbound rules of an ENI are compiled into a new table, which obj_eni.c swaps in; a
 * rule replaced or removed is freed after that.
 *
 * Old files name an ENI where a route group belongs (spec/config.md D-C6).  If no group of that
 * name exists and the ENI has no binding, both are implied: a group with the ENI's key as its name, and
 * the binding, marked so that they go with the last route.
 *
 * Called by commit.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* ---- implicit groups ---- */

static bool has_set(const struct dash_owner *o)
{
	const struct dash_op *op;

	for (op = o->ops; op; op = op->onext)
		if (dash_op_sets(op))
			return true;
	return false;
}

/* A route group of this name does not exist: is it an ENI? */
static int resolve_group(struct dash_txn *txn, struct dash_owner *o)
{
	struct {
		struct nlattr a;
		char name[DASH_KEY_MAX];
	} __aligned(NLA_ALIGNTO) group = {};
	struct dash_owner *eni, *to;
	struct dash_op *op;
	struct dash_view v;
	const char *key;
	int err;

	key = dash_eni_resolve(txn, o->name);
	if (!key) {
		/* deletions may name an ENI that goes too */
		struct dash_obj *live = dash_eni_obj_find(txn->dn, o->name);

		key = live ? (const char *)live->key : NULL;
	}
	if (!key)
		return 0;
	to = dash_owner_get(txn, DASH_OBJ_ROUTE_GROUP, key);
	eni = dash_owner_get(txn, DASH_OBJ_ENI, key);
	if (!to || !eni)
		return -ENOMEM;
	if (dash_view_named(txn, DASH_OBJ_ROUTE_GROUP, key, &v) || !has_set(o)) {
		if (to != o)
			dash_owner_merge(txn, o, to);
		return 0;
	}
	if (dash_view_kid(txn, DASH_OBJ_ENI_ROUTE, eni, "", 0, &v))
		return 0;	/* bound to a group of its own: the name is an error */

	if (to != o)
		dash_owner_merge(txn, o, to);
	err = dash_op_imply(txn, DASH_OBJ_ROUTE_GROUP, NULL, key, strlen(key), 0, to->ops->cookie, &op);
	if (err)
		return err;
	err = dash_op_imply(txn, DASH_OBJ_ENI_ROUTE, eni, "", 0, 0, to->ops->cookie, &op);
	if (err || op->blob)
		return err;
	group.a.nla_type = DASH_A_ENI_ROUTE_GROUP_ID;
	group.a.nla_len = nla_attr_size(strscpy(group.name, key, sizeof(group.name)) + 1);
	return dash_blob_build(DASH_OBJ_ENI_ROUTE, &group, group.a.nla_len, &op->blob);
}

/**
 * dash_route_plan() - implied groups come with their first route and go with their last
 * @txn: the transaction; operations on ENIs are resolved
 *
 * Return: 0 or -ENOMEM.
 */
int dash_route_plan(struct dash_txn *txn)
{
	struct dash_owner *o;
	struct dash_view v;
	int err;

	for (o = txn->owners; o; o = o->next) {
		if (o->type != DASH_OBJ_ROUTE_GROUP || !o->ops ||
		    dash_view_named(txn, DASH_OBJ_ROUTE_GROUP, o->name, &v))
			continue;
		cond_resched();
		err = resolve_group(txn, o);
		if (err)
			return err;
	}
	return 0;
}

/**
 * dash_route_plan_ends() - implied groups that lose their last route
 * @txn: the transaction; it is known which operations change something
 *
 * Return: 0 or -ENOMEM.
 */
int dash_route_plan_ends(struct dash_txn *txn)
{
	struct dash_obj *binding;
	struct dash_owner *o, *eni;
	struct dash_op *op;
	int err;

	for (o = txn->owners; o; o = o->next) {
		if (o->type != DASH_OBJ_ROUTE_GROUP || !o->ops || !o->live || o->op ||
		    !(o->live->flags & DASH_OBJ_F_IMPLICIT) ||
		    dash_view_count(txn, DASH_OBJ_ROUTE, o))
			continue;
		err = dash_op_imply(txn, DASH_OBJ_ROUTE_GROUP, NULL, o->live->key, o->live->klen,
				    DASH_OP_DELETE, o->ops->cookie, &o->op);
		if (err)
			return err;
		o->op->live = o->live;
		eni = dash_owner_get(txn, DASH_OBJ_ENI, o->name);
		if (!eni)
			return -ENOMEM;
		if (!eni->live)
			eni->live = dash_obj_named(txn->dn, DASH_OBJ_ENI, eni->name);
		binding = eni->live ? dash_obj_find(txn->dn, DASH_OBJ_ENI_ROUTE, eni->live, "", 0) : NULL;
		if (!binding || !(binding->flags & DASH_OBJ_F_IMPLICIT) ||
		    dash_op_find(txn, DASH_OBJ_ENI_ROUTE, eni, "", 0))
			continue;
		err = dash_op_imply(txn, DASH_OBJ_ENI_ROUTE, eni, "", 0, DASH_OP_DELETE,
				    o->ops->cookie, &op);
		if (err)
			return err;
		op->live = binding;
	}
	return 0;
}

/* ---- route groups ---- */

static struct dash_route_group *group_of(const struct dash_owner *o)
{
	const struct dash_route_group_rt *rt = o->live ? o->live->rt : o->op->rt;

	return rt->g;
}

/**
 * dash_route_group_prepare() - run-time part of a new group
 * @txn: the transaction
 * @op: SET of a route group
 *
 * Return: 0 or -ENOMEM.
 */
int dash_route_group_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route_group_rt *rt = op->rt;

	if (op->live)
		return 0;
	rt->g = dash_route_group_create();
	if (!rt->g)
		return -ENOMEM;
	rt->g->disabled = dash_blob_u32(op->eff, DASH_A_ROUTE_GROUP_DISABLED, 0);
	return 0;
}

/**
 * dash_route_group_undo() - take dash_route_group_prepare() back
 * @txn: the transaction
 * @op: SET of a route group
 */
void dash_route_group_undo(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route_group_rt *rt = op->rt;

	if (rt && rt->g)
		dash_route_group_destroy(rt->g);
	kfree(rt);
}

/**
 * dash_route_group_update() - put the fields of a group in force
 * @txn: the transaction
 * @op: SET of a route group
 */
void dash_route_group_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_obj *o = op->live ?: op->obj;
	struct dash_route_group_rt *rt = o->rt;

	WRITE_ONCE(rt->g->disabled, dash_blob_u32(o->blob, DASH_A_ROUTE_GROUP_DISABLED, 0));
}

/**
 * dash_route_group_remove() - end of a group without routes
 * @dn: the appliance
 * @o: object, bound to no ENI
 */
void dash_route_group_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_route_group_rt *rt = o->rt;

	dash_route_group_destroy(rt->g);
	kfree(rt);
}

/* ---- routes ---- */

static int route_type(u32 type)
{
	switch (type) {
	case DASH_ROUTING_TYPE_VNET:
		return DASH_ROUTE_VNET;
	case DASH_ROUTING_TYPE_VNET_DIRECT:
		return DASH_ROUTE_VNET_DIRECT;
	case DASH_ROUTING_TYPE_DIRECT:
		return DASH_ROUTE_DIRECT;
	case DASH_ROUTING_TYPE_DROP:
		return DASH_ROUTE_DROP;
	default:
		return -1;
	}
}

/**
 * dash_route_check() - which fields does a routing type take? (spec/config.md 5.12)
 * @txn: the transaction
 * @op: SET of a route
 */
void dash_route_check(struct dash_txn *txn, struct dash_op *op)
{
	static const u16 metering[] = {
		DASH_A_ROUTE_METERING_CLASS_OR, DASH_A_ROUTE_METERING_CLASS_AND,
		DASH_A_ROUTE_METERING_POLICY_EN, DASH_A_ROUTE_METERING_CLASS,
	};
	u32 word = dash_blob_u32(op->eff, DASH_A_ROUTE_ROUTING_TYPE, 0);
	const struct nlattr *overlay = dash_blob_find(op->eff, DASH_A_ROUTE_OVERLAY_IP);
	bool vnet = dash_blob_find(op->eff, DASH_A_ROUTE_VNET);
	int type = route_type(word), i;

	if (type < 0) {
		if (word == DASH_ROUTING_TYPE_SERVICETUNNEL || word == DASH_ROUTING_TYPE_APPLIANCE)
			dash_txn_error(txn, op, EOPNOTSUPP, DASH_A_ROUTE_ROUTING_TYPE,
				       "routing type is not available in this release");
		else if (word)
			dash_txn_error(txn, op, EINVAL, DASH_A_ROUTE_ROUTING_TYPE,
				       "not a routing type of routes");
		return;
	}
	if (type == DASH_ROUTE_VNET || type == DASH_ROUTE_VNET_DIRECT) {
		if (!vnet)
			dash_txn_error(txn, op, EINVAL, DASH_A_ROUTE_VNET, "missing field \"vnet\"");
	} else if (vnet) {
		dash_txn_error(txn, op, EINVAL, DASH_A_ROUTE_VNET,
			       "not valid for this routing type");
	}
	if (overlay) {
		if (type != DASH_ROUTE_VNET_DIRECT)
			dash_txn_error(txn, op, EINVAL, DASH_A_ROUTE_OVERLAY_IP,
				       "not valid for this routing type");
		else if ((nla_len(overlay) == 4) != (op->key[0] == 4))
			dash_txn_error(txn, op, EINVAL, DASH_A_ROUTE_OVERLAY_IP,
				       "not of the family of the prefix");
	}
	for (i = 0; type == DASH_ROUTE_DROP && i < ARRAY_SIZE(metering); i++)
		if (dash_blob_find(op->eff, metering[i]))
			dash_txn_error(txn, op, EINVAL, metering[i],
				       "not valid for this routing type");
	if ((dash_blob_find(op->eff, metering[0]) || dash_blob_find(op->eff, metering[1])) &&
	    (dash_blob_find(op->eff, metering[2]) || dash_blob_find(op->eff, metering[3])))
		dash_txn_error(txn, op, EINVAL, metering[3],
			       "not together with metering_class_or and metering_class_and");
}

static struct dash_vnet *vnet_named(struct dash_txn *txn, const struct dash_blob *b, u16 attr)
{
	const char *name = dash_blob_str(b, attr);
	struct dash_view v;

	return name && dash_view_named(txn, DASH_OBJ_VNET, name, &v) ? dash_view_rt(&v) : NULL;
}

/**
 * dash_route_prepare() - run-time part of a route
 * @txn: the transaction
 * @op: SET of a route
 *
 * Return: 0 or -ENOMEM.
 */
int dash_route_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return -ENOMEM;
	r->type = route_type(dash_blob_u32(op->eff, DASH_A_ROUTE_ROUTING_TYPE, 0));
	r->has_overlay_ip = dash_blob_ip(op->eff, DASH_A_ROUTE_OVERLAY_IP, &r->overlay_ip);
	r->vnet = vnet_named(txn, op->eff, DASH_A_ROUTE_VNET);
	r->keep = dash_blob_u32(op->eff, DASH_A_ROUTE_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION, 0) &
		  (DASH_ACTION_ENCAP_U0 | DASH_ACTION_SET_DMAC);
	op->rt = r;
	return 0;
}

/**
 * dash_route_undo() - take dash_route_prepare() back
 * @txn: the transaction
 * @op: SET of a route; not in a trie
 */
void dash_route_undo(struct dash_txn *txn, struct dash_op *op)
{
	kfree(op->rt);
}

/**
 * dash_route_insert_all() - make new routes visible
 * @txn: the transaction
 *
 * Return: 0 or -ENOMEM; then dash_route_insert_undo() takes them back.
 */
int dash_route_insert_all(struct dash_txn *txn)
{
	struct dash_prefix p;
	struct dash_op *op;
	void *old;
	u32 n = 0;
	int err;

	dash_op_for_each(op, txn, DASH_OBJ_ROUTE) {
		if (!dash_op_sets(op) || !dash_op_effective(op) || op->live)
			continue;
		if (!(++n % 1024))
			cond_resched();
		dash_key_prefix(op->key, &p);
		err = dash_lpm_insert(group_of(op->owner)->lpm[p.v6], &p, op->rt, &old);
		if (err)
			return err;
		op->flags |= DASH_OP_INSERTED;
	}
	return 0;
}

/**
 * dash_route_insert_undo() - take dash_route_insert_all() back
 * @txn: the transaction
 */
void dash_route_insert_undo(struct dash_txn *txn)
{
	struct dash_prefix p;
	struct dash_op *op;

	dash_op_for_each(op, txn, DASH_OBJ_ROUTE) {
		struct dash_route *r = op->rt;

		if (!(op->flags & DASH_OP_INSERTED))
			continue;
		dash_key_prefix(op->key, &p);
		dash_lpm_remove(group_of(op->owner)->lpm[p.v6], &p);
		kfree_rcu(r, rcu);
		op->rt = NULL;
		op->flags &= ~DASH_OP_INSERTED;
	}
}

/**
 * dash_route_update() - put a route in force
 * @txn: the transaction
 * @op: SET of a route
 */
void dash_route_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route *r = op->rt, *was;
	struct dash_prefix p;
	void *old;

	if (!op->live)
		return;		/* inserted already */
	was = op->live->rt;
	/* counters belong to the object (spec/counters.md G-5) */
	atomic64_set(&r->hits, atomic64_read(&was->hits));
	atomic64_set(&r->bytes, atomic64_read(&was->bytes));
	dash_key_prefix(op->key, &p);
	WARN_ON_ONCE(dash_lpm_insert(group_of(op->owner)->lpm[p.v6], &p, r, &old) || old != was);
	op->live->rt = r;
	op->rt = NULL;
	kfree_rcu(was, rcu);
}

/**
 * dash_route_remove() - end of a route
 * @dn: the appliance
 * @o: object; its group is still there
 */
void dash_route_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_route_group_rt *g = o->owner->rt;
	struct dash_route *r = o->rt;
	struct dash_prefix p;

	dash_key_prefix(o->key, &p);
	dash_lpm_remove(g->g->lpm[p.v6], &p);
	kfree_rcu(r, rcu);
}

/* ---- routing types ---- */

static const struct nlattr *action_attr(const struct nlattr *action, u16 attr)
{
	return nla_find(nla_data(action), nla_len(action), attr);
}

/**
 * dash_routing_type_check() - which actions may a routing type have? (spec/config.md 5.9)
 * @txn: the transaction
 * @op: SET of a routing type
 */
void dash_routing_type_check(struct dash_txn *txn, struct dash_op *op)
{
	const u16 field = DASH_A_ROUTING_TYPE_ACTIONS;
	const struct nlattr *a, *action, *encap, *vni;
	u32 n = 0, type = 0, want;
	int rem;

	switch (op->key[0]) {
	case DASH_ROUTING_TYPE_VNET:
	case DASH_ROUTING_TYPE_VNET_DIRECT:
		want = DASH_ACTION_TYPE_MAPROUTING;
		break;
	case DASH_ROUTING_TYPE_VNET_ENCAP:
		want = DASH_ACTION_TYPE_STATICENCAP;
		break;
	case DASH_ROUTING_TYPE_DIRECT:
		want = DASH_ACTION_TYPE_DIRECT;
		break;
	case DASH_ROUTING_TYPE_DROP:
		want = DASH_ACTION_TYPE_DROP;
		break;
	default:
		dash_txn_error(txn, op, EOPNOTSUPP, 0, "routing type is not available in this release");
		return;
	}
	dash_blob_for_each(action, op->eff, rem) {
		a = action_attr(action, DASH_A_ROUTING_ACTION_ACTION_TYPE);
		if (!a) {
			dash_txn_error(txn, op, EINVAL, field, "missing field \"action_type\"");
			return;
		}
		type = nla_get_u8(a);
		encap = action_attr(action, DASH_A_ROUTING_ACTION_ENCAP_TYPE);
		vni = action_attr(action, DASH_A_ROUTING_ACTION_VNI);
		if ((encap || vni) && type != DASH_ACTION_TYPE_STATICENCAP)
			dash_txn_error(txn, op, EINVAL, field,
				       "encap_type and vni are valid for staticencap only");
		else if (encap && nla_get_u8(encap) == DASH_ENCAP_TYPE_NVGRE)
			dash_txn_error(txn, op, EOPNOTSUPP, field,
				       "NVGRE is not available in this release");
		n++;
	}
	if (n > 5)
		dash_txn_error(txn, op, EINVAL, field, "more than 5 actions");
	else if (n && (n != 1 || type != want))
		dash_txn_error(txn, op, EINVAL, field,
			       "these actions are not valid for this routing type");
}

static u32 static_vni(const struct dash_blob *b)
{
	const struct nlattr *action = dash_blob_find(b, DASH_A_ROUTING_TYPE_ACTIONS), *vni;

	vni = action ? action_attr(action, DASH_A_ROUTING_ACTION_VNI) : NULL;
	return vni ? nla_get_u32(vni) : 0;
}

/**
 * dash_routing_type_update() - put a routing type in force, for new flows
 * @txn: the transaction
 * @op: SET of a routing type
 *
 * All that an operator can change of the CORE types is the static VNI of vnet_encap.
 */
void dash_routing_type_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_obj *o = op->live ?: op->obj;

	if (o->key[0] == DASH_ROUTING_TYPE_VNET_ENCAP)
		WRITE_ONCE(txn->dn->vnet_encap_vni, static_vni(o->blob));
}

/**
 * dash_routing_type_remove() - the built-in definition comes back
 * @dn: the appliance
 * @o: object
 */
void dash_routing_type_remove(struct dash_net *dn, struct dash_obj *o)
{
	if (o->key[0] == DASH_ROUTING_TYPE_VNET_ENCAP)
		WRITE_ONCE(dn->vnet_encap_vni, 0);
}

/* ---- inbound route rules ---- */

/**
 * dash_route_rule_prepare() - run-time part of an inbound rule
 * @txn: the transaction
 * @op: SET of a route rule
 *
 * Return: 0 or -ENOMEM.
 */
int dash_route_rule_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route_rule *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT), *was;

	if (!r)
		return -ENOMEM;
	r->decap = dash_blob_u32(op->eff, DASH_A_ROUTE_RULE_ACTION_TYPE, 0) == DASH_RULE_ACTION_DECAP;
	r->pa_validation = dash_blob_u32(op->eff, DASH_A_ROUTE_RULE_PA_VALIDATION, 1);
	r->vnet = vnet_named(txn, op->eff, DASH_A_ROUTE_RULE_VNET);
	if (op->live) {
		was = op->live->rt;
		atomic64_set(&r->hits, atomic64_read(&was->hits));
		atomic64_set(&r->bytes, atomic64_read(&was->bytes));
	}
	op->rt = r;
	return 0;
}

/**
 * dash_route_rule_undo() - take dash_route_rule_prepare() back
 * @txn: the transaction
 * @op: SET of a route rule
 */
void dash_route_rule_undo(struct dash_txn *txn, struct dash_op *op)
{
	kfree(op->rt);
}

/**
 * dash_route_rule_update() - after the ENI's table was replaced: drop what it held before
 * @txn: the transaction
 * @op: SET of a route rule
 */
void dash_route_rule_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_route_rule *was;

	if (!op->live)
		return;
	was = op->live->rt;
	op->live->rt = op->rt;
	op->rt = NULL;
	kfree_rcu(was, rcu);
}

/**
 * dash_route_rule_remove() - end of an inbound rule
 * @dn: the appliance
 * @o: object; no table of an ENI holds its run-time part
 */
void dash_route_rule_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_route_rule *r = o->rt;

	kfree_rcu(r, rcu);
}

/**
 * dash_route_rules_compile() - the resulting inbound rules of an ENI
 * @txn: the transaction; run-time parts of rules are prepared
 * @owner: the ENI
 *
 * Return: the table, NULL if there are no rules, or ERR_PTR(-ENOMEM).
 */
struct dash_inbound *dash_route_rules_compile(struct dash_txn *txn, struct dash_owner *owner)
{
	struct dash_inbound_rule *rules;
	struct dash_inbound *t = NULL;
	struct dash_kid *kids;
	u32 n, i;

	kids = dash_view_all(txn, DASH_OBJ_ROUTE_RULE, owner, &n);
	if (IS_ERR(kids))
		return ERR_CAST(kids);
	if (!n)
		goto out;
	rules = kvcalloc(n, sizeof(*rules), GFP_KERNEL);
	t = ERR_PTR(-ENOMEM);
	if (!rules)
		goto out;
	for (i = 0; i < n; i++) {
		const u8 *key = kids[i].key, *prio = key + kids[i].klen - 4;
		struct dash_inbound_rule *r = &rules[i];
		__be32 w;

		memcpy(&w, key, 4);
		r->vni = be32_to_cpu(w);
		memcpy(&w, prio, 4);
		r->priority = be32_to_cpu(w);
		r->any_src = !key[4];
		if (key[4])
			dash_key_prefix(key + 4, &r->src);
		r->proto = dash_blob_u32(dash_view_blob(&kids[i].v), DASH_A_ROUTE_RULE_PROTOCOL, 0);
		r->order = i;
		r->cookie = kids[i].v.op ? kids[i].v.op->rt : kids[i].v.live->rt;
	}
	t = dash_inbound_compile(rules, n);
	kvfree(rules);
out:
	kvfree(kids);
	return t;
}
