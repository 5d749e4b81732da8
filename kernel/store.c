// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which objects exist?
 *
 * One tree per type, ordered by key; an object whose key begins with another object's key is in a
 * tree of that owner, so that owned objects are found, dumped and deleted with it and do not repeat
 * its name.  Trees and not hash tables: dumps resume at a key and are ordered, and a find in a
 * million routes is some twenty comparisons, little beside the rest of inserting a route.
 *
 * VNET mappings (millions) are no objects here: struct dash_mapping in the table of the VNET is all
 * there is of them, fields that do not influence forwarding in its ext.
 *
 * An object is what the operator configured plus a pointer to its run-time part, which belongs to
 * eni.c, vnet.c, route.c and the engines.  txn.c stages changes, commit.c carries them out.
 *
 * DOC: Locking
 *
 * dash_net.lock (mutex) serialises everything that writes: commits, attaching and detaching of
 * ports, binding of maps, parameters.  It also covers every access to the trees of this file, reads
 * included, so a dump sees the state before or after a commit and never half of one.  It is taken
 * before rtnl_lock, never inside it.  Allocation and waiting for grace periods are allowed under it.
 *
 * Packets (softirq, RCU) never take it.  What they reach, they reach by pointers that only its
 * holder changes: dash_net.eni, .trusted, .vm_vnis, .pa_lists; of an ENI: vnet, routes, acl, inbound,
 * trusted; the tries of a route group, the mapping table of a VNET.  What such a pointer leads to is
 * either immutable (ACL bindings, compiled rules, inbound tables, VNI sets, prefix lists, routes) and
 * replaced as a whole, or has words that are written by WRITE_ONCE (VNET vni, route group disabled,
 * limits of an ENI).  Counters in them are atomic and may be added to until the grace period after
 * unlinking is over.
 *
 * Removal: unlink under the lock, one grace period per batch (by RCU callbacks, or by
 * commit.c after it released the lock), drop.  Objects of this file are never seen by packets and are
 * freed at once.
 *
 * Inside dash_net.lock: rtnl_lock, locks of the flow table and of the sweep, the lock of an ENI.
 * A transaction has no lock: its creator serialises the calls on it, and dash_txn_commit() takes
 * dash_net.lock.
 */
#include "store.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include "objects.h"

/* ---- trees ---- */

/**
 * dash_obj_tree() - the tree of a type
 * @dn: the appliance; lock held
 * @type: enum dash_obj_type
 * @owner: for types with an owner
 */
struct rb_root *dash_obj_tree(struct dash_net *dn, u8 type, const struct dash_obj *owner)
{
	lockdep_assert_held(&dn->lock);
	return owner ? &dash_box(owner)->kids[dash_types[type].slot] : &dn->store->tree[type];
}

/**
 * dash_obj_find() - a live object by key
 * @dn: the appliance; lock held
 * @type: enum dash_obj_type
 * @owner: for types with an owner
 * @key: key without the owner's part
 * @klen: its length
 *
 * Return: the object, or NULL.
 */
struct dash_obj *dash_obj_find(struct dash_net *dn, u8 type, const struct dash_obj *owner,
			       const u8 *key, u16 klen)
{
	struct rb_node *n = dash_obj_tree(dn, type, owner)->rb_node;

	while (n) {
		struct dash_obj *o = rb_entry(n, struct dash_obj, node);
		int d = dash_key_cmp(type, key, klen, o->key, o->klen);

		if (!d)
			return o;
		n = d < 0 ? n->rb_left : n->rb_right;
	}
	return NULL;
}

/**
 * dash_obj_named() - a live object whose key is a name
 * @dn: the appliance; lock held
 * @type: a type without owner
 * @name: its name
 *
 * Return: the object, or NULL.
 */
struct dash_obj *dash_obj_named(struct dash_net *dn, u8 type, const char *name)
{
	return dash_obj_find(dn, type, NULL, name, strlen(name));
}

/**
 * dash_obj_alloc() - an object that is not linked yet
 * @type: enum dash_obj_type
 * @key: key without the owner's part
 * @klen: its length
 *
 * Return: the object, or NULL on -ENOMEM.
 */
struct dash_obj *dash_obj_alloc(u8 type, const u8 *key, u16 klen)
{
	struct dash_obj *o = kzalloc(struct_size(o, key, klen + 1), GFP_KERNEL_ACCOUNT);

	if (!o)
		return NULL;
	o->type = type;
	o->klen = klen;
	memcpy(o->key, key, klen);
	return o;
}

/**
 * dash_obj_free() - free an object that is not linked, with its fields
 * @o: object, or NULL; its run-time part is the caller's business
 */
void dash_obj_free(struct dash_obj *o)
{
	if (!o)
		return;
	kvfree(o->blob);
	kfree(o);
}

/**
 * dash_obj_link() - make an object live
 * @dn: the appliance; lock held
 * @o: object; no other has its key
 * @owner: for types with an owner
 */
void dash_obj_link(struct dash_net *dn, struct dash_obj *o, struct dash_obj *owner)
{
	struct rb_root *root = dash_obj_tree(dn, o->type, owner);
	struct rb_node **at = &root->rb_node, *parent = NULL;

	while (*at) {
		struct dash_obj *x = rb_entry(*at, struct dash_obj, node);

		parent = *at;
		at = dash_key_cmp(o->type, o->key, o->klen, x->key, x->klen) < 0 ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&o->node, parent, at);
	rb_insert_color(&o->node, root);
	o->owner = owner;
	if (owner)
		dash_box(owner)->n[dash_types[o->type].slot]++;
	dn->store->count[o->type]++;
}

/**
 * dash_obj_unlink() - end an object's life
 * @dn: the appliance; lock held
 * @o: object without owned objects
 */
void dash_obj_unlink(struct dash_net *dn, struct dash_obj *o)
{
	rb_erase(&o->node, dash_obj_tree(dn, o->type, o->owner));
	if (o->owner)
		dash_box(o->owner)->n[dash_types[o->type].slot]--;
	dn->store->count[o->type]--;
}

/**
 * dash_obj_text() - an object's key as people write it
 * @o: object
 * @buf: gets the text
 * @size: its size, DASH_KEY_TEXT is enough
 *
 * Return: @buf.
 */
const char *dash_obj_text(const struct dash_obj *o, char *buf, size_t size)
{
	return dash_key_text(o->type, o->owner ? (const char *)o->owner->key : NULL, o->key, o->klen,
			     buf, size);
}

/* ---- ENIs by any name ---- */

/**
 * dash_eni_obj_find() - a live ENI by key, MAC in any notation, or eni_id
 * @dn: the appliance; lock held
 * @ref: how it is called
 *
 * Return: the object, or NULL.
 */
struct dash_obj *dash_eni_obj_find(struct dash_net *dn, const char *ref)
{
	struct dash_obj *o = dash_obj_named(dn, DASH_OBJ_ENI, ref);
	struct rb_node *n;
	const char *id;
	u8 mac[6];
	bool is_mac;

	if (o)
		return o;
	is_mac = dash_mac_parse(ref, mac);
	dash_obj_for_each(o, n, &dn->store->tree[DASH_OBJ_ENI]) {
		if (is_mac && !memcmp(dash_obj_eni(o)->mac, mac, 6))
			return o;
		id = dash_blob_str(o->blob, DASH_A_ENI_ENI_ID);
		if (id && !strcmp(id, ref))
			return o;
	}
	return NULL;
}

/**
 * dash_store_eni_find() - run-time part of an ENI by key, MAC in any notation, or eni_id
 * @dn: the appliance; lock held
 * @ref: how it is called
 *
 * Return: the ENI, valid while the lock is held, or NULL.
 */
struct dash_eni *dash_store_eni_find(struct dash_net *dn, const char *ref)
{
	struct dash_obj *o = dash_eni_obj_find(dn, ref);

	return o ? dash_obj_eni(o) : NULL;
}

/**
 * dash_store_eni_name() - key of the ENI with an index
 * @dn: the appliance; lock held
 * @idx: index in dash_net.eni
 *
 * Return: the key, valid while the lock is held, or NULL.
 */
const char *dash_store_eni_name(struct dash_net *dn, u16 idx)
{
	struct dash_obj *o;
	struct rb_node *n;

	lockdep_assert_held(&dn->lock);
	dash_obj_for_each(o, n, &dn->store->tree[DASH_OBJ_ENI])
		if (dash_obj_eni(o)->idx == idx)
			return o->key;
	return NULL;
}

/* ---- numbers ---- */

/**
 * dash_store_generation() - effective commits so far
 * @dn: the appliance
 *
 * Context: any.
 */
u32 dash_store_generation(const struct dash_net *dn)
{
	return READ_ONCE(dn->store->generation);
}

/**
 * dash_store_consistent() - does the data plane hold what is configured?
 * @dn: the appliance
 *
 * Context: any.
 * Return: false after a rollback that failed (spec/config.md TX-7).
 */
bool dash_store_consistent(const struct dash_net *dn)
{
	return !READ_ONCE(dn->store->inconsistent);
}

/**
 * dash_store_count() - objects of a type
 * @dn: the appliance
 * @type: enum dash_obj_type
 *
 * Context: any; exact under the lock.
 */
u64 dash_store_count(const struct dash_net *dn, u8 type)
{
	return type && type <= DASH_OBJ_MAX ? READ_ONCE(dn->store->count[type]) : 0;
}

/* ---- dumps ---- */

static_assert((int)DASH_A_OBJECT_APPLIANCE == (int)DASH_OBJ_APPLIANCE);
static_assert((int)DASH_A_OBJECT_SWITCH == (int)DASH_OBJ_SWITCH);

/**
 * struct dash_dump - where a dump stands
 * @dn: the appliance
 * @type: type that is shown now
 * @last: the last one to show
 * @started: @key counts
 * @in_owner: @at_owner counts
 * @owner: filter, "" = none
 * @at_owner: owner of the objects that are shown now
 * @klen: length of @key
 * @key: object shown last; or, with @offset, the one that is half shown
 * @offset: bytes of its fields that were shown already
 * @pos: mappings: cursor of the table
 * @first: nothing is in the message yet
 */
struct dash_dump {
	struct dash_net *dn;
	u8 type, last;
	bool started, in_owner, first;
	char owner[DASH_KEY_MAX];
	char at_owner[DASH_KEY_MAX];
	u16 klen;
	u8 key[DASH_KEY_MAX];
	u32 offset;
	u64 pos;
};

/**
 * dash_dump_create() - start a dump
 * @dn: the appliance
 * @type: enum dash_obj_type, 0 = all
 * @owner: first key part (ENI: in any notation), NULL or "" = all
 *
 * Context: process.
 * Return: the cursor, or NULL on -ENOMEM.
 */
struct dash_dump *dash_dump_create(struct dash_net *dn, u8 type, const char *owner)
{
	struct dash_dump *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->dn = dn;
	d->type = type ?: 1;
	d->last = type ?: DASH_OBJ_MAX;
	strscpy(d->owner, owner ?: "", sizeof(d->owner));
	return d;
}

/**
 * dash_dump_destroy() - end a dump
 * @d: cursor, or NULL
 */
void dash_dump_destroy(struct dash_dump *d)
{
	kfree(d);
}

/**
 * dash_obj_after() - the object that follows a key
 * @root: a tree of one type
 * @type: that type
 * @key: key without the owner's part, NULL: the first of all
 * @klen: its length
 * @same: an object with this very key counts
 *
 * Return: the object, or NULL.
 */
struct dash_obj *dash_obj_after(struct rb_root *root, u8 type, const u8 *key, u16 klen, bool same)
{
	struct rb_node *n = root->rb_node;
	struct dash_obj *best = NULL;

	while (n) {
		struct dash_obj *o = rb_entry(n, struct dash_obj, node);
		int d = key ? dash_key_cmp(type, key, klen, o->key, o->klen) : -1;

		if (d < 0 || (same && !d)) {
			best = o;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

static int put_hits(struct sk_buff *skb, s64 hits, s64 bytes)
{
	return nla_put_u64_64bit(skb, DASH_A_OBJECT_HITS, hits, DASH_A_OBJECT_PAD) ?:
	       nla_put_u64_64bit(skb, DASH_A_OBJECT_BYTES, bytes, DASH_A_OBJECT_PAD);
}

static int put_counter(struct sk_buff *skb, const char *name, s64 value)
{
	struct nlattr *nest = nla_nest_start(skb, DASH_A_OBJECT_COUNTER);

	if (!nest || nla_put_string(skb, DASH_A_COUNTER_NAME, name) ||
	    nla_put_u64_64bit(skb, DASH_A_COUNTER_VALUE, value, DASH_A_COUNTER_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_memory(struct sk_buff *skb, const struct dash_obj *o)
{
	struct dash_obj_memory m;

	if (!dash_obj_memory(o, &m))
		return 0;
	return put_counter(skb, "memory_runtime", m.runtime) ?: put_counter(skb, "memory_stored", m.stored);
}

static int put_counters(struct sk_buff *skb, const struct dash_obj *o)
{
	int err = put_memory(skb, o);

	if (err)
		return err;
	switch (o->type) {
	case DASH_OBJ_ACL_RULE: {
		const struct dash_rule_rt *r = o->rt;

		return put_hits(skb, atomic64_read(&r->stats.hits), atomic64_read(&r->stats.bytes));
	}
	case DASH_OBJ_ROUTE: {
		const struct dash_route *r = o->rt;

		return put_hits(skb, atomic64_read(&r->hits), atomic64_read(&r->bytes));
	}
	case DASH_OBJ_ROUTE_RULE: {
		const struct dash_route_rule *r = o->rt;

		return put_hits(skb, atomic64_read(&r->hits), atomic64_read(&r->bytes));
	}
	case DASH_OBJ_ACL_GROUP: {
		const struct dash_acl_group_rt *g = o->rt;

		return put_counter(skb, "no_match", atomic64_read(&g->no_match));
	}
	case DASH_OBJ_ROUTE_GROUP: {
		const struct dash_route_group_rt *g = o->rt;

		return put_counter(skb, "no_route", atomic64_read(&g->g->no_route)) ?:
		       put_counter(skb, "disabled", atomic64_read(&g->g->disabled_drops));
	}
	default:
		return 0;
	}
}

/* Copies fields from @offset on while they fit.  Returns the offset reached. */
static u32 put_fields(struct sk_buff *skb, const struct dash_blob *b, u32 offset)
{
	while (b && offset < b->len) {
		const struct nlattr *a = (const struct nlattr *)(b->data + offset);

		if (nla_put(skb, a->nla_type, nla_len(a), nla_data(a)))
			break;
		offset += nla_total_size(nla_len(a));
	}
	return offset;
}

/* One object, or its part from d->offset on.  0: complete; 1: there is more of it; -EMSGSIZE: no room for anything. */
static int obj_fill(struct dash_dump *d, struct sk_buff *skb, const struct dash_obj *o)
{
	struct nlattr *outer, *inner;
	u32 end, len = o->blob ? o->blob->len : 0, from = min(d->offset, len);

	outer = nla_nest_start(skb, DASH_A_OBJECT);
	if (!outer)
		return -EMSGSIZE;
	/* flags and counters first, so that the fields can take all the room that is left */
	if ((from ? nla_put_flag(skb, DASH_A_OBJECT_APPEND) : put_counters(skb, o)))
		goto cancel;
	inner = nla_nest_start(skb, o->type);	/* DASH_A_OBJECT_* are numbered as the types */
	if (!inner || dash_key_put(skb, o->type, o->owner ? (const char *)o->owner->key : NULL,
				   o->key, o->klen))
		goto cancel;
	end = put_fields(skb, o->blob, from);
	/* only what would not fit into a message of its own is split */
	if (end < len && (end == from || !d->first))
		goto cancel;
	nla_nest_end(skb, inner);
	nla_nest_end(skb, outer);
	d->first = false;
	d->offset = end < len ? end : 0;
	return end < len;
cancel:
	nla_nest_cancel(skb, outer);
	return -EMSGSIZE;
}

struct walk_arg {
	struct sk_buff *skb;
	const char *vnet;
	bool *first;
};

static int mapping_fill_one(struct dash_mapping *m, void *arg)
{
	struct walk_arg *w = arg;
	struct nlattr *outer = nla_nest_start(w->skb, DASH_A_OBJECT), *inner;

	if (!outer)
		return -EMSGSIZE;
	if (put_hits(w->skb, atomic64_read(&m->hits), atomic64_read(&m->bytes)))
		goto cancel;
	inner = nla_nest_start(w->skb, DASH_A_OBJECT_VNET_MAPPING);
	if (!inner || dash_key_put(w->skb, DASH_OBJ_VNET_MAPPING, w->vnet, (const u8 *)&m->ca,
				   sizeof(m->ca)) ||
	    dash_mapping_fill(w->skb, m))
		goto cancel;
	nla_nest_end(w->skb, inner);
	nla_nest_end(w->skb, outer);
	*w->first = false;
	return 0;
cancel:
	nla_nest_cancel(w->skb, outer);
	return -EMSGSIZE;
}

/* All objects of one tree from the cursor on. */
static int dump_tree(struct dash_dump *d, struct sk_buff *skb, struct rb_root *root)
{
	struct dash_obj *o = dash_obj_after(root, d->type, d->started ? d->key : NULL, d->klen, d->offset);
	int err;

	if (d->offset && (!o || dash_key_cmp(d->type, d->key, d->klen, o->key, o->klen)))
		d->offset = 0;	/* deleted while half shown; the reader sees that the dump is torn */
	for (; o; o = rb_next(&o->node) ? rb_entry(rb_next(&o->node), struct dash_obj, node) : NULL) {
		if (d->owner[0] && !o->owner && strcmp(d->owner, o->key) &&
		    dash_types[d->type].names)
			continue;
		err = obj_fill(d, skb, o);
		if (err < 0)
			return err;
		memcpy(d->key, o->key, o->klen);
		d->klen = o->klen;
		d->started = true;
		if (err)
			return -EMSGSIZE;
	}
	return 0;
}

static int dump_kids(struct dash_dump *d, struct sk_buff *skb, struct dash_obj *owner)
{
	struct walk_arg w = { .skb = skb, .vnet = owner->key, .first = &d->first };

	if (d->type != DASH_OBJ_VNET_MAPPING)
		return dump_tree(d, skb, dash_obj_tree(d->dn, d->type, owner));
	return dash_mapping_walk(((struct dash_vnet *)owner->rt)->maps, &d->pos, mapping_fill_one, &w);
}

static int dump_type(struct dash_dump *d, struct sk_buff *skb)
{
	u8 owner_type = dash_types[d->type].owner;
	struct dash_obj *owner;
	int err;

	if (!owner_type)
		return dump_tree(d, skb, &d->dn->store->tree[d->type]);

	owner = dash_obj_after(&d->dn->store->tree[owner_type], owner_type,
			       d->in_owner ? (u8 *)d->at_owner : NULL, strlen(d->at_owner), true);
	for (; owner; owner = rb_next(&owner->node) ?
			      rb_entry(rb_next(&owner->node), struct dash_obj, node) : NULL) {
		if (d->owner[0] && strcmp(d->owner, owner->key))
			continue;
		if (!d->in_owner || strcmp(d->at_owner, owner->key)) {
			strscpy(d->at_owner, owner->key, sizeof(d->at_owner));
			d->in_owner = true;
			d->started = false;
			d->offset = 0;
			d->pos = 0;
		}
		err = dump_kids(d, skb, owner);
		if (err)
			return err;
	}
	return 0;
}

/**
 * dash_dump_next() - append as many objects as fit
 * @d: cursor
 * @skb: message with its genetlink header
 *
 * Objects come in key order, mappings in that of their table.
 *
 * Context: process; takes dash_net.lock.
 * Return: 1 there is more, 0 all done, -EMSGSIZE not even one attribute fits.
 */
int dash_dump_next(struct dash_dump *d, struct sk_buff *skb)
{
	int err = 0;

	d->first = true;
	mutex_lock(&d->dn->lock);
	/* as an operator names an ENI; once is enough, but it may be created meanwhile */
	if (d->owner[0] && d->type <= d->last) {
		struct dash_obj *eni = dash_eni_obj_find(d->dn, d->owner);

		if (eni && (dash_types[d->type].owner == DASH_OBJ_ENI || d->type == DASH_OBJ_ENI))
			strscpy(d->owner, eni->key, sizeof(d->owner));
	}
	while (!err && d->type <= d->last) {
		err = dump_type(d, skb);
		if (err)
			break;
		d->type++;
		d->started = false;
		d->in_owner = false;
		d->at_owner[0] = '\0';
		d->offset = 0;
		d->pos = 0;
	}
	mutex_unlock(&d->dn->lock);
	if (!err)
		return 0;
	return d->first ? -EMSGSIZE : 1;
}

/* ---- life ---- */

/**
 * dash_store_init() - an appliance without objects
 * @dn: the appliance
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dash_store_init(struct dash_net *dn)
{
	dn->store = kzalloc(sizeof(*dn->store), GFP_KERNEL_ACCOUNT);
	return dn->store ? 0 : -ENOMEM;
}

/* Owned objects first, and those that are named by others after those. */
static const u8 drop_order[] = {
	DASH_OBJ_ENI, DASH_OBJ_ACL_GROUP, DASH_OBJ_ROUTE_GROUP, DASH_OBJ_METER_POLICY,
	DASH_OBJ_VNET, DASH_OBJ_PREFIX_TAG, DASH_OBJ_QOS, DASH_OBJ_APPLIANCE,
	DASH_OBJ_ROUTING_TYPE, DASH_OBJ_PA_VALIDATION, DASH_OBJ_SWITCH,
};

static void drop_all(struct dash_net *dn, struct rb_root *root)
{
	struct rb_node *n;

	while ((n = rb_first(root))) {
		struct dash_obj *o = rb_entry(n, struct dash_obj, node);
		int i;

		if (dash_types[o->type].box)
			for (i = 0; i < DASH_BOX_KINDS; i++)
				drop_all(dn, &dash_box(o)->kids[i]);
		dash_obj_drop(dn, o);
		cond_resched();
	}
}

/**
 * dash_store_exit() - drop every object
 * @dn: the appliance; no port is attached, no request comes any more
 *
 * Context: process; takes dash_net.lock.
 */
void dash_store_exit(struct dash_net *dn)
{
	struct dash_vni_set *trusted, *vm_vnis;
	int i;

	if (!dn->store)
		return;
	mutex_lock(&dn->lock);
	/* no ENI is reachable by packets any more: eni.c wants them gone from admission first */
	if (dn->store->count[DASH_OBJ_ENI] && !dash_hot_prepare(dn, NULL, 0, NULL, 0))
		dash_hot_flip(dn);
	dash_eni_retire(dn, true);
	/* bindings of ENIs hold compiled groups, route rules point to VNETs: ENIs before both */
	for (i = 0; i < ARRAY_SIZE(drop_order); i++)
		drop_all(dn, &dn->store->tree[drop_order[i]]);
	trusted = rcu_replace_pointer(dn->trusted, NULL, lockdep_is_held(&dn->lock));
	vm_vnis = rcu_replace_pointer(dn->vm_vnis, NULL, lockdep_is_held(&dn->lock));
	mutex_unlock(&dn->lock);
	if (trusted)
		kvfree_rcu(trusted, rcu);
	if (vm_vnis)
		kvfree_rcu(vm_vnis, rcu);
	xa_destroy(&dn->pa_lists);
	kfree(dn->store);
	dn->store = NULL;
}
