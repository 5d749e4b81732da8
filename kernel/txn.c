// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What was asked for, and what is wrong with it?
 *
 * A transaction collects operations without looking at the live state.  They are found by key
 * through a hash table, which is the overlay that the commit lays over the live objects: staging n
 * operations costs O(n) time and memory, and nothing depends on how many objects are live.  First key
 * parts (groups, VNETs, ENIs) are interned, so that an operation carries a pointer instead of a name
 * and an ENI spelled in three ways is resolved three times, not once per route.
 *
 * VNET mappings are turned into struct dash_mapping at once, 80 bytes that the commit only has to
 * link; everything else stays a blob of attributes.
 *
 * Called by netlink_txn.c; the overlay by commit.c and obj_*.c.  A transaction is private to its
 * creator: no lock.
 */
#include "store.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "netlink_gen.h"
#include "objects.h"

#define HASH_MIN_BITS	6
#define HASH_MAX_BITS	26

/* ---- problems ---- */

static __printf(8, 0)
void add_problem(struct dash_txn *txn, struct list_head *to, u32 *n, bool sticky,
		 struct dash_op *op, int code, u16 field, const char *fmt, va_list args)
{
	const struct dash_field *f = op && field ? dash_field_find(op->type, field) : NULL;
	struct dash_txn_problem *p;
	char *key, *text;

	if ((*n)++ >= DASH_PROBLEMS)
		return;
	key = kmalloc(DASH_KEY_TEXT, GFP_KERNEL_ACCOUNT);
	text = kvasprintf(GFP_KERNEL_ACCOUNT, fmt, args);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!key || !text || !p) {
		kfree(key);
		kfree(text);
		kfree(p);
		/* what is not on the list would be forgotten at the next attempt */
		txn->spoiled |= sticky && to == &txn->errors;
		return;
	}
	key[0] = '\0';
	if (op)
		dash_key_text(op->type, op->owner ? op->owner->name : NULL, op->key, op->klen,
			      key, DASH_KEY_TEXT);
	p->p = (struct dash_problem) {
		.cookie = op ? op->cookie : 0, .code = code, .type = op ? op->type : 0,
		.field = field, .field_name = f ? f->name : NULL, .key = key, .text = text,
	};
	p->sticky = sticky;
	list_add_tail(&p->list, to);
}

static void free_problem(struct dash_txn_problem *p)
{
	list_del(&p->list);
	kfree(p->p.key);
	kfree(p->p.text);
	kfree(p);
}

/**
 * dash_txn_error() - record why the transaction is refused
 * @txn: the transaction
 * @op: operation at fault, or NULL
 * @code: errno, positive
 * @field: attribute at fault, or 0
 * @fmt: sentence
 *
 * Context: process.
 */
void dash_txn_error(struct dash_txn *txn, struct dash_op *op, int code, u16 field,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_problem(txn, &txn->errors, &txn->n_errors, !txn->committing, op, code, field, fmt, args);
	va_end(args);
	if (!txn->first_code)
		txn->first_code = code;
}

/**
 * dash_txn_warn() - record what is odd but accepted
 * @txn: the transaction
 * @op: operation concerned, or NULL
 * @field: attribute, or 0
 * @fmt: sentence
 *
 * Context: process.
 */
void dash_txn_warn(struct dash_txn *txn, struct dash_op *op, u16 field, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_problem(txn, &txn->warnings, &txn->n_warnings, !txn->committing, op, 0, field, fmt, args);
	va_end(args);
}

/**
 * dash_txn_forget() - before another try: drop the problems that a commit found
 * @txn: the transaction
 */
void dash_txn_forget(struct dash_txn *txn)
{
	struct list_head *lists[] = { &txn->errors, &txn->warnings };
	u32 *counts[] = { &txn->n_errors, &txn->n_warnings };
	struct dash_txn_problem *p, *next;
	int i;

	for (i = 0; i < 2; i++) {
		*counts[i] = 0;
		list_for_each_entry_safe(p, next, lists[i], list) {
			if (p->sticky)
				(*counts[i])++;
			else
				free_problem(p);
		}
	}
	p = list_first_entry_or_null(&txn->errors, struct dash_txn_problem, list);
	txn->first_code = p ? p->p.code : 0;
}

/**
 * dash_txn_problem() - read the problems
 * @txn: the transaction
 * @index: from 0 on; errors first, then warnings
 *
 * Return: the problem, valid as long as the transaction, or NULL beyond the last one.
 */
const struct dash_problem *dash_txn_problem(const struct dash_txn *txn, u32 index)
{
	const struct dash_txn_problem *p;

	list_for_each_entry(p, &txn->errors, list)
		if (!index--)
			return &p->p;
	list_for_each_entry(p, &txn->warnings, list)
		if (!index--)
			return &p->p;
	return NULL;
}

/* ---- overlay ---- */

static struct dash_op **op_bucket(const struct dash_txn *txn, u8 type,
				  const struct dash_owner *owner, const u8 *key, u16 klen)
{
	u32 h = jhash(key, klen, jhash_2words((u32)(unsigned long)owner, type, 0));

	return &txn->hash[h >> (32 - txn->hash_bits)];
}

static void op_hash(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_op **b = op_bucket(txn, op->type, op->owner, op->key, op->klen);

	op->hnext = *b;
	*b = op;
}

static void op_unhash(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_op **at = op_bucket(txn, op->type, op->owner, op->key, op->klen);

	for (; *at; at = &(*at)->hnext)
		if (*at == op) {
			*at = op->hnext;
			return;
		}
}

static void owner_append(struct dash_owner *o, struct dash_op *op)
{
	op->onext = NULL;
	if (o->ops_tail)
		o->ops_tail->onext = op;
	else
		o->ops = op;
	o->ops_tail = op;
}

/* Grows with the number of operations; without memory the chains get longer instead. */
static void hash_grow(struct dash_txn *txn)
{
	struct dash_op **old = txn->hash, **new;
	u32 old_bits = txn->hash_bits, i;

	if (old && (txn->n_ops < 1ull << old_bits || old_bits >= HASH_MAX_BITS))
		return;
	new = kvcalloc(1ul << (old ? old_bits + 1 : HASH_MIN_BITS), sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return;
	txn->hash = new;
	txn->hash_bits = old ? old_bits + 1 : HASH_MIN_BITS;
	for (i = 0; old && i < 1u << old_bits; i++) {
		while (old[i]) {
			struct dash_op *op = old[i];

			old[i] = op->hnext;
			op_hash(txn, op);
		}
		if (!(i % 4096))
			cond_resched();
	}
	kvfree(old);
}

/**
 * dash_op_find() - the operation on a key
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @owner: for types with an owner
 * @key: key without the owner's part
 * @klen: its length
 *
 * Return: the operation, or NULL.
 */
struct dash_op *dash_op_find(struct dash_txn *txn, u8 type, struct dash_owner *owner,
			     const u8 *key, u16 klen)
{
	struct dash_op *op;

	if (!txn->hash)
		return NULL;
	for (op = *op_bucket(txn, type, owner, key, klen); op; op = op->hnext)
		if (op->type == type && op->owner == owner && op->klen == klen &&
		    !memcmp(op->key, key, klen))
			return op;
	return NULL;
}

/**
 * dash_op_create() - a new operation, a SET without fields
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @owner: for types with an owner
 * @key: key without the owner's part; there is no operation on it
 * @klen: its length
 *
 * Context: process.
 * Return: the operation, linked, or NULL on -ENOMEM.
 */
struct dash_op *dash_op_create(struct dash_txn *txn, u8 type, struct dash_owner *owner,
			       const u8 *key, u16 klen)
{
	struct dash_op_list *l = &txn->by_type[type];
	struct dash_op *op;

	hash_grow(txn);
	if (!txn->hash)
		return NULL;
	op = kzalloc(struct_size(op, key, klen + 1), GFP_KERNEL_ACCOUNT);
	if (!op)
		return NULL;
	op->type = type;
	op->owner = owner;
	op->seq = txn->seq++;
	op->klen = klen;
	memcpy(op->key, key, klen);
	op_hash(txn, op);
	if (l->tail)
		l->tail->next = op;
	else
		l->head = op;
	l->tail = op;
	l->n++;
	if (owner)
		owner_append(owner, op);
	txn->n_ops++;
	return op;
}

/**
 * dash_owner_get() - intern a first key part
 * @txn: the transaction
 * @type: type of the object that it names
 * @name: its name
 *
 * Context: process.
 * Return: the one record of this name, or NULL on -ENOMEM.
 */
struct dash_owner *dash_owner_get(struct dash_txn *txn, u8 type, const char *name)
{
	size_t len = strlen(name);
	struct dash_owner **b = &txn->owner_hash[jhash(name, len, type) %
						 ARRAY_SIZE(txn->owner_hash)], *o;

	for (o = *b; o; o = o->hnext)
		if (o->type == type && o->len == len && !memcmp(o->name, name, len))
			return o;
	o = kzalloc(struct_size(o, name, len + 1), GFP_KERNEL_ACCOUNT);
	if (!o)
		return NULL;
	o->type = type;
	o->len = len;
	memcpy(o->name, name, len);
	o->hnext = *b;
	*b = o;
	o->next = txn->owners;
	txn->owners = o;
	return o;
}

/**
 * dash_owner_merge() - two names turned out to be the same owner's
 * @txn: the transaction
 * @from: the spelling to give up
 * @to: the canonical name
 *
 * Operations on the same key: the one staged last wins.
 */
void dash_owner_merge(struct dash_txn *txn, struct dash_owner *from, struct dash_owner *to)
{
	struct dash_op *op = from->ops, *next, *other;

	for (; op; op = next) {
		next = op->onext;
		op_unhash(txn, op);
		other = dash_op_find(txn, op->type, to, op->key, op->klen);
		if (other && other->seq > op->seq) {
			op->flags |= DASH_OP_SUPERSEDED;
			op->owner = to;
			continue;
		}
		if (other) {
			op_unhash(txn, other);
			other->flags |= DASH_OP_SUPERSEDED;
		}
		op->owner = to;
		op_hash(txn, op);
		owner_append(to, op);
	}
	from->ops = NULL;
	from->ops_tail = NULL;
}

static void op_free_body(struct dash_op *op)
{
	if (op->type == DASH_OBJ_VNET_MAPPING) {
		dash_mapping_drop(op->m);
		op->m = NULL;
		return;
	}
	if (op->eff != op->blob)
		kvfree(op->eff);
	kvfree(op->blob);
	op->blob = NULL;
	op->eff = NULL;
}

/**
 * dash_txn_rewind() - back to what was staged, after a commit that did not take place
 * @txn: the transaction
 *
 * Implied operations go, and what the plan found out about the others.
 */
void dash_txn_rewind(struct dash_txn *txn)
{
	struct dash_owner *o;
	u8 t;

	for (o = txn->owners; o; o = o->next) {
		o->live = NULL;
		o->op = NULL;
		o->ops = NULL;
		o->ops_tail = NULL;
		o->eni_work = NULL;
		o->group_work = NULL;
	}
	if (txn->hash)
		memset(txn->hash, 0, sizeof(*txn->hash) << txn->hash_bits);
	txn->n_ops = 0;
	for (t = 1; t <= DASH_OBJ_MAX; t++) {
		struct dash_op *op = txn->by_type[t].head, *next;

		txn->by_type[t] = (struct dash_op_list) {};
		for (; op; op = next) {
			struct dash_op_list *l = &txn->by_type[t];

			next = op->next;
			if (op->flags & DASH_OP_IMPLIED) {
				op_free_body(op);
				kfree(op);
				continue;
			}
			if (t != DASH_OBJ_VNET_MAPPING && op->eff != op->blob)
				kvfree(op->eff);
			op->eff = NULL;
			op->live = NULL;
			op->obj = NULL;
			op->rt = NULL;
			op->dead = 0;
			op->flags &= DASH_OP_DELETE | DASH_OP_FRESH | DASH_OP_SUPERSEDED |
				     DASH_OP_LOOSE;
			op->next = NULL;
			if (l->tail)
				l->tail->next = op;
			else
				l->head = op;
			l->tail = op;
			l->n++;
			txn->n_ops++;
			if (op->flags & DASH_OP_SUPERSEDED)
				continue;
			op_hash(txn, op);
			if (op->owner)
				owner_append(op->owner, op);
			if (!(txn->n_ops % 4096))
				cond_resched();
		}
	}
	txn->hot = false;
	txn->trusted = false;
}

/* ---- staging ---- */

/**
 * dash_txn_create() - an empty transaction
 * @dn: the appliance
 * @portid: who asks; told to the commit notifier
 *
 * Context: process.
 * Return: the transaction, or NULL on -ENOMEM.
 */
struct dash_txn *dash_txn_create(struct dash_net *dn, u32 portid)
{
	struct dash_txn *txn = kvzalloc(sizeof(*txn), GFP_KERNEL_ACCOUNT);

	if (!txn)
		return NULL;
	txn->dn = dn;
	txn->portid = portid;
	INIT_LIST_HEAD(&txn->errors);
	INIT_LIST_HEAD(&txn->warnings);
	INIT_LIST_HEAD(&txn->eni_work);
	INIT_LIST_HEAD(&txn->group_work);
	return txn;
}

/**
 * dash_txn_destroy() - end a transaction, committed or not
 * @txn: the transaction, or NULL
 *
 * Context: process.
 */
void dash_txn_destroy(struct dash_txn *txn)
{
	struct dash_txn_problem *p, *np;
	struct dash_owner *o;
	u32 n = 0;
	u8 t;

	if (!txn)
		return;
	for (t = 1; t <= DASH_OBJ_MAX; t++)
		while (txn->by_type[t].head) {
			struct dash_op *op = txn->by_type[t].head;

			txn->by_type[t].head = op->next;
			op_free_body(op);
			kfree(op);
			if (!(++n % 4096))
				cond_resched();
		}
	while ((o = txn->owners)) {
		txn->owners = o->next;
		kfree(o);
	}
	list_for_each_entry_safe(p, np, &txn->errors, list)
		free_problem(p);
	list_for_each_entry_safe(p, np, &txn->warnings, list)
		free_problem(p);
	kvfree(txn->hash);
	kvfree(txn);
}

/* Which top-level attribute holds the one that the policy refused? */
static u16 bad_field(const struct nlattr *attrs, int len, const struct nlattr *bad)
{
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a, attrs, len, rem)
		if ((u8 *)bad >= (u8 *)a && (u8 *)bad < (u8 *)a + nla_total_size(nla_len(a)))
			return nla_type(a);
	return 0;
}

/* Reports for an operation that could not even be created. */
static int refuse(struct dash_txn *txn, u8 type, u64 cookie, u16 field, int code, const char *text,
		  struct netlink_ext_ack *extack)
{
	char buf[NETLINK_MAX_FMTMSG_LEN];
	const struct dash_field *f = field ? dash_field_find(type, field) : NULL;
	struct list_head *last = txn->errors.prev;

	dash_txn_error(txn, NULL, code, 0, "%s", text);
	/* neither too many nor without memory */
	if (txn->errors.prev != last) {
		struct dash_txn_problem *p = list_last_entry(&txn->errors, struct dash_txn_problem,
							     list);

		p->p.cookie = cookie;
		p->p.type = type;
		p->p.field = field;
		p->p.field_name = f ? f->name : NULL;
	}
	snprintf(buf, sizeof(buf), "%s%s%s: %s", dash_types[type].noun, f ? "." : "",
		 f ? f->name : "", text);
	NL_SET_ERR_MSG_FMT(extack, "%s", buf);
	return -code;
}

/* Fields of @over, and of @base those that @over does not have and that are not in the bits of @reset.
 * Both canonical.
 */
int dash_blob_merge(u8 type, const struct dash_blob *base, const struct dash_blob *over, u32 reset,
		    struct dash_blob **out)
{
	u32 len = (base ? base->len : 0) + (over ? over->len : 0), at = 0;
	const struct nlattr *a;
	u8 *buf;
	int rem, err;

	*out = NULL;
	if (!len)
		return 0;
	buf = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	dash_blob_for_each(a, base, rem) {
		if (reset & BIT(nla_type(a)) || dash_blob_find(over, nla_type(a)))
			continue;
		memcpy(buf + at, a, nla_total_size(nla_len(a)));
		at += nla_total_size(nla_len(a));
	}
	if (over) {
		memcpy(buf + at, over->data, over->len);
		at += over->len;
	}
	err = dash_blob_build(type, buf, at, out);
	kvfree(buf);
	return err;
}

static int append_lists(struct dash_op *op, const struct nlattr *attrs, int len)
{
	u32 old = op->blob ? op->blob->len : 0;
	struct dash_blob *b;
	u8 *buf = kvmalloc(old + len, GFP_KERNEL_ACCOUNT);
	int err;

	if (!buf)
		return -ENOMEM;
	if (old)
		memcpy(buf, op->blob->data, old);
	memcpy(buf + old, attrs, len);
	err = dash_blob_build(op->type, buf, old + len, &b);
	kvfree(buf);
	if (err)
		return err;
	kvfree(op->blob);
	op->blob = b;
	return 0;
}

/* The fields of a SET, over what was staged on the same key before. */
static int stage_set(struct dash_txn *txn, struct dash_op *op, struct nlattr *const *tb,
		     const struct nlattr *attrs, int len, u32 reset)
{
	struct dash_blob *b, *merged;
	bool deleted = op->flags & DASH_OP_DELETE;
	int err;

	if (op->type == DASH_OBJ_VNET_MAPPING)
		return dash_mapping_parse(txn, op, tb);
	err = dash_blob_build(op->type, attrs, len, &b);
	if (err)
		return err;
	if (op->type == DASH_OBJ_ENI && !deleted && op->blob) {
		err = dash_blob_merge(op->type, op->blob, b, reset, &merged);
		kvfree(b);
		if (err)
			return err;
		b = merged;
	}
	kvfree(op->blob);
	op->blob = b;
	op->reset |= reset;
	if (op->type == DASH_OBJ_ENI && deleted)
		op->flags |= DASH_OP_FRESH;
	return 0;
}

/*
 * Operations of one transaction on types whose objects are compared with each other: more than
 * any change of a full configuration needs, and few enough for the comparison.
 */
static u32 staged_max(u8 type)
{
	switch (type) {
	case DASH_OBJ_APPLIANCE:
		return 4 * DASH_MAX_VIP;
	case DASH_OBJ_ENI:
		return 4 * DASH_MAX_ENI;
	case DASH_OBJ_VNET:
		return 4 * DASH_LIMIT_VNET;
	default:
		return U32_MAX;
	}
}

/* The first text that goes on behind its end: two objects would have the same name, and one not be found. */
static const struct nlattr *overlong_text(u8 type, const struct nlattr *attrs, int len)
{
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a, attrs, len, rem)
		if (dash_nl_sets[type].policy[nla_type(a)].type == NLA_NUL_STRING &&
		    strlen(nla_data(a)) + 1 != nla_len(a))
			return a;
	return NULL;
}

/**
 * dash_txn_add() - stage one operation
 * @txn: the transaction
 * @type: enum dash_obj_type
 * @attrs: attributes of the object's set; copied
 * @len: bytes
 * @flags: DASH_TXN_*
 * @reset: ENI: bits of the fields that return to their defaults if @attrs does not have them
 * @cookie: returned with problems
 * @extack: gets a sentence
 *
 * Context: process; calls on one transaction are serialised by the caller.
 * Return: 0; -EINVAL, -EMSGSIZE, -ENOSPC or -EOPNOTSUPP, and the transaction cannot be committed any more; -ENOMEM.
 */
int dash_txn_add(struct dash_txn *txn, u8 type, const struct nlattr *attrs, int len,
		 u32 flags, u32 reset, u64 cookie, struct netlink_ext_ack *extack)
{
	struct netlink_ext_ack ea = {};
	struct nlattr *tb[32];
	const struct nlattr *text;
	const struct dash_field *f;
	struct dash_owner *owner = NULL;
	struct dash_op *op;
	bool created = false;
	u8 key[DASH_KEY_MAX];
	int klen, err;

	if (!type || type > DASH_OBJ_MAX || WARN_ON_ONCE(dash_nl_sets[type].max >= ARRAY_SIZE(tb))) {
		NL_SET_ERR_MSG(extack, "unknown object type");
		return -EINVAL;
	}
	err = __nla_parse(tb, dash_nl_sets[type].max, attrs, len, dash_nl_sets[type].policy,
			  NL_VALIDATE_STRICT, &ea);
	if (err) {
		if (extack)
			extack->bad_attr = ea.bad_attr;
		return refuse(txn, type, cookie, ea.bad_attr ? bad_field(attrs, len, ea.bad_attr) : 0,
			      EINVAL, ea._msg ?: "value out of range", extack);
	}
	text = overlong_text(type, attrs, len);
	if (text)
		return refuse(txn, type, cookie, nla_type(text), EINVAL, "characters behind the end of the text", extack);
	klen = dash_key_encode(type, tb, key, &f);
	if (klen < 0)
		return refuse(txn, type, cookie, f->attr, EINVAL, "missing in the key", extack);
	if (dash_types[type].owner) {
		owner = dash_owner_get(txn, dash_types[type].owner,
				       nla_data(tb[dash_types[type].fields[0].attr]));
		err = -ENOMEM;
		if (!owner)
			goto out;
	}

	op = dash_op_find(txn, type, owner, key, klen);
	if (flags & DASH_TXN_APPEND) {
		if (!op || op->flags & DASH_OP_DELETE || flags & DASH_TXN_DELETE ||
		    type == DASH_OBJ_VNET_MAPPING)
			return refuse(txn, type, cookie, 0, EINVAL, "nothing to append to", extack);
		if (op->blob && op->blob->len + len > DASH_LIMIT_BLOB)
			return refuse(txn, type, cookie, 0, EMSGSIZE, "object is larger than 4 MB", extack);
		err = append_lists(op, attrs, len);
		goto out;
	}
	if (!op) {
		if (txn->by_type[type].n >= staged_max(type))
			return refuse(txn, type, cookie, 0, ENOSPC, "too many in one transaction", extack);
		op = dash_op_create(txn, type, owner, key, klen);
		err = -ENOMEM;
		if (!op)
			goto out;
		created = true;
	}
	op->cookie = cookie;
	if (!created)
		op->seq = txn->seq++;
	op->flags &= ~DASH_OP_LOOSE;
	if (flags & DASH_TXN_ANY_PRIORITY && type == DASH_OBJ_ROUTE_RULE)
		op->flags |= DASH_OP_LOOSE;
	if (flags & DASH_TXN_DELETE) {
		op_free_body(op);
		op->flags = DASH_OP_DELETE | (op->flags & DASH_OP_LOOSE);
		op->reset = 0;
		return 0;
	}
	err = stage_set(txn, op, tb, attrs, len, reset);
	op->flags &= ~DASH_OP_DELETE;
out:
	/* half an operation must never be committed */
	if (err) {
		txn->spoiled = true;
		NL_SET_ERR_MSG(extack, "out of memory");
	}
	return err;
}

/**
 * dash_txn_operations() - operations staged
 * @txn: the transaction
 */
u64 dash_txn_operations(const struct dash_txn *txn)
{
	return txn->n_ops;
}

/**
 * dash_txn_changes() - operations that changed something
 * @txn: the transaction, committed
 */
u64 dash_txn_changes(const struct dash_txn *txn)
{
	return txn->n_changes;
}
