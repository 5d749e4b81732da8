/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_OBJECTS_H
#define DASH_OBJECTS_H

/*
 * Inside of the store, shared by store.c (live objects), txn.c (staging), commit.c (the phases) and
 * objects.c, obj_*.c (what is particular to a type).  Nobody else includes this.
 */

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/types.h>
#include <net/netlink.h>
#include "acl.h"
#include "dash_net.h"
#include "eni.h"
#include "hot.h"
#include "inbound.h"
#include "mapping.h"
#include "route.h"
#include "store.h"
#include "uapi/dash.h"
#include "uapi/dash_fields.h"
#include "vnet.h"

#define DASH_KEY_MAX	256	/* bytes of one encoded key part, NUL of strings included */
#define DASH_KEY_TEXT	600	/* a key as text: two names, separators */
#define DASH_PROBLEMS	100	/* errors, and as many warnings, that are kept */

/* Limits of the resulting state (spec/scale.md 1.1, 1.2: the largest device of each line). */
#define DASH_LIMIT_VNET		8192
#define DASH_LIMIT_TAG_PREFIXES	24000
#define DASH_LIMIT_RULE_LIST	24000	/* prefixes, tags or ports of one side of an ACL rule */
#define DASH_LIMIT_GROUP_RULES	10000
#define DASH_LIMIT_IN_RULES	10000	/* of one ENI */
#define DASH_LIMIT_ENI_TRUSTED	1000
#define DASH_LIMIT_TRUSTED	10000
#define DASH_LIMIT_BLOB		SZ_4M	/* bytes of one object, each part of which is copied when the next comes */

/**
 * struct dash_blob - the non-key attributes of an object, canonical
 * @len: bytes of @data
 * @data: struct nlattr stream in ascending order of type, repeated attributes in the order given,
 *	padding zero, no pad attributes; equal objects have equal bytes.  NULL stands for an empty one
 */
struct dash_blob {
	u32 len;
	u8 data[] __aligned(4);
};

#define DASH_OBJ_F_IMPLICIT	0x01	/* route group or binding made by D-C6 */
#define DASH_OBJ_F_DYING	0x02	/* the commit under way removes it */

/**
 * struct dash_obj - one live object (mappings are none: they live in their VNET's table)
 * @node: in the tree of its type, or of its owner's children of that type
 * @owner: object named by the first key part, NULL for types without owner
 * @blob: fields
 * @rt: run-time part by type; of an owner of objects it starts with a struct dash_box
 * @refs: live objects that name it in a field (an object that names it twice counts twice)
 * @type: enum dash_obj_type
 * @flags: DASH_OBJ_F_*
 * @klen, @key: key without the owner's part, encoded by dash_key_encode(), NUL appended
 *
 * 64 bytes for an IPv4 route: there are millions.
 */
struct dash_obj {
	struct rb_node node;
	struct dash_obj *owner;
	struct dash_blob *blob;
	void *rt;
	u32 refs;
	u8 type, flags;
	u16 klen;
	u8 key[];
};

#define DASH_BOX_KINDS	5

/* Children of an ENI, group or policy, by kind (struct dash_type.slot). */
struct dash_box {
	struct rb_root kids[DASH_BOX_KINDS];
	u32 n[DASH_BOX_KINDS];
};

struct dash_eni_rt {
	struct dash_box box;
	struct dash_eni *e;
};

/* @no_match is what compiled forms count into; freed by kfree_rcu() after the last of them was unlinked. */
struct dash_acl_group_rt {
	struct dash_box box;
	struct dash_acl_ref *ref;	/* compiled; NULL while bound nowhere */
	atomic64_t no_match;
	struct rcu_head rcu;
};

struct dash_route_group_rt {
	struct dash_box box;
	struct dash_route_group *g;
};

struct dash_rule_rt {			/* of an ACL rule */
	struct dash_acl_rule_stats stats;
	struct rcu_head rcu;
};

/**
 * struct dash_store - all live objects of a namespace; under dash_net.lock
 * @tree: by type; types with an owner are in its box instead
 * @count: objects by type, mappings included
 * @generation: effective commits
 * @inconsistent: a rollback failed
 */
struct dash_store {
	struct rb_root tree[DASH_OBJ_MAX + 1];
	u64 count[DASH_OBJ_MAX + 1];
	u32 generation;
	bool inconsistent;
};

/* ---- staging ---- */

#define DASH_OP_DELETE		0x01
#define DASH_OP_FRESH		0x02	/* ENI: SET after a DEL, so nothing is inherited */
#define DASH_OP_IMPLIED		0x04	/* made by the plan: owned object, implicit group */
#define DASH_OP_SUPERSEDED	0x08	/* another spelling of the same key came later */
#define DASH_OP_NOOP		0x10	/* changes nothing (TX-4) */
#define DASH_OP_INSERTED	0x20	/* prepare: already visible, undo removes it */
#define DASH_OP_RESIMULATE	0x40	/* asks for resimulation (pipeline.md 21.2); also if it is a NOOP */
#define DASH_OP_LOOSE		0x80	/* route rule meant by its key without the priority */
#define DASH_OP_CREATED		0x100	/* mapping, after the commit: it is new */

/**
 * struct dash_op - one staged operation
 * @hnext, @next, @onext: chains of the hash, of its type, of its owner
 * @owner: interned first key part; NULL for types without owner
 * @cookie: for problems
 * @seq: order of staging
 * @reset: ENI: bits of the fields that are not inherited
 * @dead: deletion: references to @live that the transaction takes away
 * @blob: fields as staged; mapping: @m.  @old: mapping replaced, for undo
 * @eff: fields that result (ENI: merged); equals @blob for all others; owned if different from it
 * @live: object of this key before the commit
 * @obj: object made for it
 * @rt: run-time part made for it
 */
struct dash_op {
	struct dash_op *hnext, *next, *onext;
	struct dash_owner *owner;
	u64 cookie;
	u32 seq, dead, reset;
	union {
		struct dash_blob *blob;
		struct dash_mapping *m;
	};
	union {
		struct dash_blob *eff;
		struct dash_mapping *old;
	};
	struct dash_obj *live;
	struct dash_obj *obj;
	void *rt;
	u16 flags, klen;
	u8 type;
	u8 key[] __aligned(4);
};

/**
 * struct dash_owner - a first key part that operations of a transaction name
 * @type: type of the owner object
 * @live, @op: that object before the commit; the operation on it.  Valid during a commit
 * @ops, @ops_tail: operations with it
 * @eni_work, @group_work: what the commit does to it
 */
struct dash_owner {
	struct dash_owner *hnext, *next;
	struct dash_obj *live;
	struct dash_op *op;
	struct dash_op *ops, *ops_tail;
	struct dash_eni_work *eni_work;
	struct dash_group_work *group_work;
	u8 type;
	u16 len;
	char name[];
};

struct dash_op_list {
	struct dash_op *head, *tail;
	u32 n;
};

/* What a commit does to one ENI that stays or comes. */
struct dash_eni_work {
	struct list_head list;
	struct dash_owner *owner;
	struct dash_eni *e;
	struct dash_acl_bind *acl;
	struct dash_inbound *inbound;	/* new; after publication the old one */
	struct dash_vni_set *trusted;
	bool set_acl, set_inbound, set_trusted, set_routes, set_fields;
	bool vnet_changed;
};

/**
 * struct dash_group_work - what a commit does to one ACL group
 * @before, @after: bound before, after the commit
 * @replace: the group object is SET together with rules, which are all its rules then (A-2 b)
 * @rules_changed: at least one effective operation on its rules
 * @blame: one of these
 * @ref: newly compiled, NULL if none needed
 */
struct dash_group_work {
	struct list_head list;
	struct dash_owner *owner;
	struct dash_op *blame;
	struct dash_acl_ref *ref;
	bool before, after, replace, rules_changed, recompile;
};

struct dash_txn_problem {
	struct list_head list;
	struct dash_problem p;
	bool sticky;			/* found by dash_txn_add() */
};

/* A resulting tag's prefixes, built once for all groups of a commit. */
struct dash_tag_cache {
	struct hlist_node node;
	struct dash_prefix_list *list;
	char name[];
};

#define DASH_TAG_BUCKETS	64

/**
 * struct dash_txn - a transaction
 * @by_type: staged operations
 * @hash, @hash_bits, @n_ops: overlay: finds the operation on a key
 * @owners, @owner_hash: interned first key parts
 * @errors, @warnings: problems; @n_errors and @n_warnings count those not kept too
 * @first_code: errno of the first error
 * @spoiled: memory ran out in the middle of something: no (other) commit
 * @committing: problems are found by a commit, and forgotten before the next one
 * @hot: VIPs, ENIs or VNIs change: the admission tables are built anew
 * @tags: lists of tags, while groups are compiled
 * @resim, @n_resim: mappings whose connections the commit marks
 * @judge: ENIs whose connections it marks
 */
struct dash_txn {
	struct dash_net *dn;
	u32 portid;
	u32 seq;
	struct dash_op_list by_type[DASH_OBJ_MAX + 1];
	struct dash_op **hash;
	u32 hash_bits;
	u64 n_ops, n_changes;
	struct dash_owner *owners;
	struct dash_owner *owner_hash[256];
	struct list_head errors, warnings;
	u32 n_errors, n_warnings;
	int first_code;
	bool spoiled, committing, committed;
	bool hot, trusted;
	struct list_head eni_work, group_work;
	struct dash_vni_set *new_trusted, *new_vm_vnis;
	struct hlist_head tags[DASH_TAG_BUCKETS];
	struct dash_resim *resim;
	u32 n_resim;
	DECLARE_BITMAP(judge, DASH_MAX_ENI);
};

/* ---- types ---- */

struct dash_field {
	const char *name;
	u16 attr;
	u8 kind, flags;
};

/* A field that names another object. @family: its ip_version must be this; 0: any. */
struct dash_ref_field {
	u16 attr;
	u8 type;
	u8 family;
};

/**
 * struct dash_type - what is particular to a type of objects
 * @noun: in sentences: no VNET "x"
 * @fields, @n_fields: in ascending order of attribute, keys first
 * @owner: type named by the first key part, 0 if none
 * @slot: index into the owner's struct dash_box
 * @names: the rest of the key is a name (natural order), else bytes
 * @box: size of the run-time part of an owner of others, 0 if it has none
 * @refs, @n_refs: fields that name objects
 * @check: judge a SET (not a no-op) by itself and on the resulting state; reports problems
 * @prepare: make the run-time part in op->rt; 0 or -errno
 * @undo: give op->rt of a creation or update back
 * @update: put op->rt in force for the object op->obj or op->live; never fails
 * @remove: take the run-time part of @o away; never fails
 */
struct dash_type {
	const char *noun;
	const struct dash_field *fields;
	u8 n_fields;
	u8 owner, slot;
	bool names;
	u16 box;
	const struct dash_ref_field *refs;
	u8 n_refs;
	void (*check)(struct dash_txn *txn, struct dash_op *op);
	int (*prepare)(struct dash_txn *txn, struct dash_op *op);
	void (*undo)(struct dash_txn *txn, struct dash_op *op);
	void (*update)(struct dash_txn *txn, struct dash_op *op);
	void (*remove)(struct dash_net *dn, struct dash_obj *o);
};

extern const struct dash_type dash_types[DASH_OBJ_MAX + 1];	/* objects.c */

/* ---- objects.c: keys, fields, blobs ---- */

int dash_key_cmp(u8 type, const u8 *a, u16 alen, const u8 *b, u16 blen);
/* Encodes the key without the owner's part into @buf (DASH_KEY_MAX); length or -EINVAL with *field = what is missing. */
int dash_key_encode(u8 type, struct nlattr *const *tb, u8 *buf, const struct dash_field **field);
const char *dash_key_text(u8 type, const char *owner, const u8 *key, u16 klen, char *buf, size_t size);
int dash_key_put(struct sk_buff *skb, u8 type, const char *owner, const u8 *key, u16 klen);
const struct dash_field *dash_field_find(u8 type, u16 attr);
/* The key of a route or of an inbound rule. */
void dash_key_prefix(const u8 *key, struct dash_prefix *p);

int dash_blob_build(u8 type, const void *attrs, u32 len, struct dash_blob **out);
const struct nlattr *dash_blob_find(const struct dash_blob *b, u16 attr);
bool dash_blob_eq(const struct dash_blob *a, const struct dash_blob *b);
u32 dash_blob_count(const struct dash_blob *b, u16 attr);
u64 dash_blob_u64(const struct dash_blob *b, u16 attr, u64 dflt);
u32 dash_blob_u32(const struct dash_blob *b, u16 attr, u32 dflt);	/* u8, u16 or u32 by its length */
const char *dash_blob_str(const struct dash_blob *b, u16 attr);	/* NULL if absent */
bool dash_blob_ip(const struct dash_blob *b, u16 attr, struct dash_ip *ip);
void dash_attr_ip(const struct nlattr *a, struct dash_ip *ip);
void dash_attr_prefix(const struct nlattr *a, struct dash_prefix *p);
bool dash_mac_parse(const char *s, u8 *mac);

#define dash_blob_for_each(a, b, rem) \
	nla_for_each_attr(a, (b) ? (const struct nlattr *)(b)->data : NULL, (b) ? (int)(b)->len : 0, rem)

/* ---- store.c ---- */

struct dash_obj *dash_obj_find(struct dash_net *dn, u8 type, const struct dash_obj *owner,
			       const u8 *key, u16 klen);
struct dash_obj *dash_obj_named(struct dash_net *dn, u8 type, const char *name);
struct dash_obj *dash_obj_alloc(u8 type, const u8 *key, u16 klen);
void dash_obj_free(struct dash_obj *o);		/* with its blob; not its run-time part */
void dash_obj_link(struct dash_net *dn, struct dash_obj *o, struct dash_obj *owner);
void dash_obj_unlink(struct dash_net *dn, struct dash_obj *o);
struct rb_root *dash_obj_tree(struct dash_net *dn, u8 type, const struct dash_obj *owner);
struct dash_obj *dash_obj_after(struct rb_root *root, u8 type, const u8 *key, u16 klen, bool same);
const char *dash_obj_text(const struct dash_obj *o, char *buf, size_t size);
struct dash_obj *dash_eni_obj_find(struct dash_net *dn, const char *ref);

#define dash_obj_for_each(o, n, root) \
	for (n = rb_first(root); n && ((o) = rb_entry(n, struct dash_obj, node), true); n = rb_next(n))

static inline struct dash_box *dash_box(const struct dash_obj *o)
{
	return o->rt;
}

static inline struct dash_eni *dash_obj_eni(const struct dash_obj *o)
{
	return ((struct dash_eni_rt *)o->rt)->e;
}

bool dash_ref_field(const struct dash_type *t, const struct nlattr *a, const struct dash_ref_field **f);

/* ---- txn.c ---- */

struct dash_op *dash_op_find(struct dash_txn *txn, u8 type, struct dash_owner *owner,
			     const u8 *key, u16 klen);
struct dash_op *dash_op_create(struct dash_txn *txn, u8 type, struct dash_owner *owner,
			       const u8 *key, u16 klen);	/* linked; NULL on -ENOMEM */
struct dash_owner *dash_owner_get(struct dash_txn *txn, u8 type, const char *name);
void dash_txn_rewind(struct dash_txn *txn);
void dash_txn_forget(struct dash_txn *txn);
int dash_blob_merge(u8 type, const struct dash_blob *base, const struct dash_blob *over, u32 reset,
		    struct dash_blob **out);
__printf(5, 6)
void dash_txn_error(struct dash_txn *txn, struct dash_op *op, int code, u16 field,
		    const char *fmt, ...);
__printf(4, 5)
void dash_txn_warn(struct dash_txn *txn, struct dash_op *op, u16 field, const char *fmt, ...);

#define dash_op_for_each(op, txn, t) \
	for (op = (txn)->by_type[t].head; op; op = op->next)

/* Does the operation count, and how? */
static inline bool dash_op_sets(const struct dash_op *op)
{
	return !(op->flags & (DASH_OP_DELETE | DASH_OP_SUPERSEDED));
}

static inline bool dash_op_deletes(const struct dash_op *op)
{
	return (op->flags & (DASH_OP_DELETE | DASH_OP_SUPERSEDED)) == DASH_OP_DELETE;
}

static inline bool dash_op_effective(const struct dash_op *op)
{
	return !(op->flags & (DASH_OP_SUPERSEDED | DASH_OP_NOOP));
}

/* ---- plan.c: the resulting state ---- */

/**
 * struct dash_view - an object of the resulting state
 * @live: what it is now, NULL if it is created
 * @op: effective SET, or NULL
 */
struct dash_view {
	struct dash_obj *live;
	struct dash_op *op;
};

static inline const struct dash_blob *dash_view_blob(const struct dash_view *v)
{
	return v->op ? v->op->eff : v->live->blob;
}

static inline void *dash_view_rt(const struct dash_view *v)
{
	return v->live ? v->live->rt : v->op->rt;
}

/* Does it exist in the resulting state?  Types without owner. */
bool dash_view_named(struct dash_txn *txn, u8 type, const char *name, struct dash_view *v);
/* A child of @owner. */
bool dash_view_kid(struct dash_txn *txn, u8 type, struct dash_owner *owner,
		   const u8 *key, u16 klen, struct dash_view *v);

struct dash_kid {
	const u8 *key;
	u16 klen;
	struct dash_view v;
};

/* All objects of @type (children of @owner, or NULL) of the resulting state in key order; kvfree().
 * ERR_PTR(-ENOMEM).
 */
struct dash_kid *dash_view_all(struct dash_txn *txn, u8 type, struct dash_owner *owner, u32 *n);
/* Children that the resulting state will have. */
u32 dash_view_count(struct dash_txn *txn, u8 type, struct dash_owner *owner);
/* Stage what follows from other operations; *out is the operation on that key if there is one already. */
int dash_op_imply(struct dash_txn *txn, u8 type, struct dash_owner *owner, const u8 *key, u16 klen,
		  u8 flags, u64 cookie, struct dash_op **out);
void dash_owner_merge(struct dash_txn *txn, struct dash_owner *from, struct dash_owner *to);

bool dash_txn_changes_type(const struct dash_txn *txn, u8 type);
int dash_txn_plan(struct dash_txn *txn);
void dash_txn_validate(struct dash_txn *txn);	/* validate.c */

/* ---- obj_*.c ---- */

/* obj_acl.c, obj_acl_build.c */
extern const u16 dash_group_attr[2];		/* field of a binding by family: 0 IPv4, 1 IPv6 */
struct dash_group_work *dash_group_work_find(struct dash_txn *txn, const struct dash_blob *b, int f);
const struct dash_blob *dash_group_blob(struct dash_txn *txn, const char *name);
int dash_each_binding(struct dash_txn *txn,
		      int (*fn)(struct dash_txn *txn, struct dash_owner *eni, u8 type, u8 stage,
				const struct dash_blob *b));
int dash_acl_plan(struct dash_txn *txn);	/* group replacement: implied deletions */
void dash_acl_validate(struct dash_txn *txn);
int dash_acl_prepare(struct dash_txn *txn);
void dash_acl_undo(struct dash_txn *txn);
void dash_acl_publish(struct dash_txn *txn);
void dash_acl_check(struct dash_txn *txn, struct dash_op *op);
void dash_acl_bind_check(struct dash_txn *txn, struct dash_op *op);
void dash_tag_check(struct dash_txn *txn, struct dash_op *op);
int dash_acl_rule_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_acl_rule_undo(struct dash_txn *txn, struct dash_op *op);
void dash_acl_rule_remove(struct dash_net *dn, struct dash_obj *o);
void dash_acl_group_undo(struct dash_txn *txn, struct dash_op *op);
void dash_acl_group_remove(struct dash_net *dn, struct dash_obj *o);

/* obj_eni.c, obj_eni_apply.c */
int dash_eni_plan(struct dash_txn *txn);	/* spellings of keys, merging */
int dash_eni_effective(struct dash_txn *txn, struct dash_op *op);
void dash_eni_stop(struct dash_txn *txn);
void dash_eni_resimulate(struct dash_txn *txn);
struct dash_eni_work *dash_eni_work_get(struct dash_txn *txn, struct dash_owner *owner);
int dash_eni_prepare_all(struct dash_txn *txn);
void dash_eni_undo_all(struct dash_txn *txn);
void dash_eni_publish_all(struct dash_txn *txn);
void dash_eni_validate(struct dash_txn *txn);
const char *dash_eni_resolve(struct dash_txn *txn, const char *ref);
void dash_eni_check(struct dash_txn *txn, struct dash_op *op);
int dash_eni_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_eni_undo(struct dash_txn *txn, struct dash_op *op);
void dash_eni_retire(struct dash_net *dn, bool all);	/* packets no longer see them; their objects are still there */
void dash_eni_remove(struct dash_net *dn, struct dash_obj *o);
void dash_appliance_check(struct dash_txn *txn, struct dash_op *op);

/* obj_route.c */
int dash_route_plan(struct dash_txn *txn);	/* implicit groups */
int dash_route_plan_ends(struct dash_txn *txn);
int dash_route_insert_all(struct dash_txn *txn);
void dash_route_insert_undo(struct dash_txn *txn);
void dash_route_check(struct dash_txn *txn, struct dash_op *op);
int dash_route_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_route_undo(struct dash_txn *txn, struct dash_op *op);
void dash_route_update(struct dash_txn *txn, struct dash_op *op);
void dash_route_remove(struct dash_net *dn, struct dash_obj *o);
int dash_route_group_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_route_group_undo(struct dash_txn *txn, struct dash_op *op);
void dash_route_group_update(struct dash_txn *txn, struct dash_op *op);
void dash_route_group_remove(struct dash_net *dn, struct dash_obj *o);
void dash_routing_type_check(struct dash_txn *txn, struct dash_op *op);
void dash_routing_type_update(struct dash_txn *txn, struct dash_op *op);
void dash_routing_type_remove(struct dash_net *dn, struct dash_obj *o);
int dash_route_rule_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_route_rule_undo(struct dash_txn *txn, struct dash_op *op);
void dash_route_rule_update(struct dash_txn *txn, struct dash_op *op);
void dash_route_rule_remove(struct dash_net *dn, struct dash_obj *o);
struct dash_inbound *dash_route_rules_compile(struct dash_txn *txn, struct dash_owner *owner);

/* obj_vnet.c */
void dash_ip_check_unicast(struct dash_txn *txn, struct dash_op *op, u16 attr,
			   const struct dash_ip *ip);
int dash_mapping_parse(struct dash_txn *txn, struct dash_op *op, struct nlattr *const *tb);
void dash_mapping_validate(struct dash_txn *txn);
int dash_mapping_resim_prepare(struct dash_txn *txn);
int dash_mapping_insert_all(struct dash_txn *txn);
void dash_mapping_insert_undo(struct dash_txn *txn);
void dash_mapping_publish(struct dash_txn *txn);	/* removals; retire what was replaced */
int dash_mapping_fill(struct sk_buff *skb, const struct dash_mapping *m);
int dash_mapping_fill_live(struct dash_net *dn, struct sk_buff *skb, const char *vnet, const struct dash_ip *ca);
void dash_mapping_drop(struct dash_mapping *m);		/* never visible */
void dash_vnet_validate(struct dash_txn *txn);
int dash_vnet_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_vnet_undo(struct dash_txn *txn, struct dash_op *op);
void dash_vnet_update(struct dash_txn *txn, struct dash_op *op);
void dash_vnet_remove(struct dash_net *dn, struct dash_obj *o);
int dash_pa_prepare(struct dash_txn *txn, struct dash_op *op);
void dash_pa_undo(struct dash_txn *txn, struct dash_op *op);
void dash_pa_update(struct dash_txn *txn, struct dash_op *op);
void dash_pa_remove(struct dash_net *dn, struct dash_obj *o);
void dash_switch_check(struct dash_txn *txn, struct dash_op *op);
void dash_switch_update(struct dash_txn *txn, struct dash_op *op);
void dash_switch_remove(struct dash_net *dn, struct dash_obj *o);
void dash_meter_rule_check(struct dash_txn *txn, struct dash_op *op);

/* ---- commit.c ---- */

#define DASH_COMMIT_TYPES	19

extern const u8 dash_commit_order[DASH_COMMIT_TYPES];

#define dash_for_each_type(t, i) \
	for (i = 0; i < DASH_COMMIT_TYPES && ((t) = dash_commit_order[i], true); i++)
#define dash_for_each_type_reverse(t, i) \
	for (i = DASH_COMMIT_TYPES; i && ((t) = dash_commit_order[i - 1], true); i--)

/* Removes the run-time part, unlinks, frees; owned objects are gone already. */
void dash_obj_drop(struct dash_net *dn, struct dash_obj *o);

/**
 * struct dash_obj_memory - bytes that an object takes
 * @runtime: what packets see: compiled forms, tables with their entries
 * @stored: as configured, with the objects that belong to it
 */
struct dash_obj_memory {
	u64 runtime, stored;
};

bool dash_obj_memory(const struct dash_obj *o, struct dash_obj_memory *m);

#endif
