/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_STORE_H
#define DASH_STORE_H

#include <linux/netlink.h>
#include <linux/types.h>

struct dash_eni;
struct dash_net;
struct dash_txn;
struct dash_dump;
struct dash_op;

int dash_store_init(struct dash_net *dn);	/* 0 or -ENOMEM */
void dash_store_exit(struct dash_net *dn);	/* no port is attached; drops every object */

/* ---- transactions ---- */

/* flags of dash_txn_add() */
#define DASH_TXN_DELETE		0x1	/* DEL; only the key attributes count */
#define DASH_TXN_APPEND		0x2	/* lists are appended to the object of this key staged before */
#define DASH_TXN_ANY_PRIORITY	0x4	/* route rule: replaces others of its ENI, VNI and prefix */

/**
 * struct dash_problem - one error or warning of a transaction
 * @cookie: of the operation concerned (the user's element number)
 * @code: errno, positive; 0 for a warning
 * @type: enum dash_obj_type, 0 if none
 * @field: attribute number in the type's set, 0 if none
 * @field_name: name as in spec/config.md, NULL if none; static
 * @key: canonical key, parts joined by ':'; "" if none
 * @text: sentence as in spec/config.md section 7, e.g. no VNET "Vnet9"
 */
struct dash_problem {
	u64 cookie;
	int code;
	u8 type;
	u16 field;
	const char *field_name;
	const char *key;
	const char *text;
};

/* A transaction belongs to its creator; calls on one transaction are serialised by the caller.
 * Process context, may sleep.  NULL on -ENOMEM.
 */
struct dash_txn *dash_txn_create(struct dash_net *dn, u32 portid);
void dash_txn_destroy(struct dash_txn *txn);	/* committed or not */

/**
 * dash_txn_add - stage one operation; nothing live changes
 * @type: enum dash_obj_type
 * @attrs, @len: payload of the nest DASH_A_OBJECT_<SET>: a stream of attributes (copied)
 * @flags: DASH_TXN_*
 * @reset: ENI: bits of the fields that return to their defaults if @attrs does not have them
 * @cookie: returned with problems
 *
 * The last operation on one key wins; SET of an ENI merges.  What can be judged without other
 * objects (attribute lengths, ranges) is refused here, with @extack, recorded as a problem too, and the
 * transaction can then no longer be committed (later adds are still checked, so that all errors are found).
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOMEM, -EMSGSIZE
 */
int dash_txn_add(struct dash_txn *txn, u8 type, const struct nlattr *attrs, int len,
		 u32 flags, u32 reset, u64 cookie, struct netlink_ext_ack *extack);

/**
 * dash_txn_commit - validate the resulting state; unless @dry_run make it live
 *
 * All or nothing.  On failure the problems tell why, the first one is in @extack too, and the transaction may
 * be changed or tried again, as after a dry run.  After success only the problems may be read.
 * Takes and releases dash_net.lock.
 * Return: 0; the code of the first problem as -errno (-ENOENT, -EEXIST, -EBUSY, -EPERM, -EINVAL, -ENOSPC,
 * -ENOMEM); -ENOTRECOVERABLE if memory ran out half-way and the rollback failed too.
 */
int dash_txn_commit(struct dash_txn *txn, bool dry_run, struct netlink_ext_ack *extack);

/* Errors first, then warnings; at most 100 of each are kept.  NULL beyond the end; valid until destroy. */
const struct dash_problem *dash_txn_problem(const struct dash_txn *txn, u32 index);
/* Operations that changed something (after a dry run: would change) / were staged; for the reply of COMMIT. */
u64 dash_txn_changes(const struct dash_txn *txn);
u64 dash_txn_operations(const struct dash_txn *txn);

/* ---- reading ---- */

/**
 * dash_dump_create - start a dump of configuration objects
 * @type: enum dash_obj_type, 0 = all types
 * @owner: first key part (group, VNET, policy; or ENI in any notation), NULL or "" = all
 *
 * Process context; keep it in netlink_callback.ctx from .start to .done.  NULL: -ENOMEM.
 */
struct dash_dump *dash_dump_create(struct dash_net *dn, u8 type, const char *owner);
void dash_dump_destroy(struct dash_dump *d);

/**
 * dash_dump_next - append as many objects as fit to @skb, each as one nest DASH_A_OBJECT
 *
 * The caller has put the genetlink header before and ends the message after.  Objects that do not
 * fit into one message continue in the next with DASH_A_OBJECT_APPEND.  Takes dash_net.lock.
 * Return: 1 call again with the next message, 0 all done, -EMSGSIZE not even one attribute fits
 */
int dash_dump_next(struct dash_dump *d, struct sk_buff *skb);

/* Number of effective commits; for netlink_callback.seq and status. */
u32 dash_store_generation(const struct dash_net *dn);
/* false after a rollback that failed (TX-7) */
bool dash_store_consistent(const struct dash_net *dn);
/* objects of a type; 0 for an unknown one */
u64 dash_store_count(const struct dash_net *dn, u8 type);

/* ENI by key, MAC in any notation, or eni_id; NULL.  Caller holds dash_net.lock. */
struct dash_eni *dash_store_eni_find(struct dash_net *dn, const char *ref);
/* Key of the ENI with this index, NULL if none.  Caller holds dash_net.lock; valid that long. */
const char *dash_store_eni_name(struct dash_net *dn, u16 idx);

/**
 * struct dash_commit_info - what the commit notifier is told
 * @generation: new generation
 * @portid: netlink port of the committer
 * @changes: operations that changed something
 * @txn: the transaction, for dash_changes_fill()
 */
struct dash_commit_info {
	u32 generation;
	u32 portid;
	u64 changes;
	struct dash_txn *txn;
};

#define DASH_TOLD_OBJECTS	1000u	/* of one commit that listeners are told */

/* Where a walk over the changes of a commit is; zeroed to begin with. */
struct dash_changes {
	u8 type;
	const struct dash_op *next;
	u32 n;
};

/**
 * dash_changes_fill - append as many of the objects that a commit changed as fit
 * @txn: the transaction, in the commit notifier
 * @at: the walk
 * @skb: message with its genetlink header; each object becomes one nest DASH_A_OBJECT
 *
 * Sets come with their resulting fields, deletions with their key.  What is deleted because its owner
 * is, is told too, but for mappings.
 * Return: true if there is more to tell; DASH_TOLD_OBJECTS are told in all.
 */
bool dash_changes_fill(const struct dash_txn *txn, struct dash_changes *at, struct sk_buff *skb);

/* Called after every effective commit, in process context, with dash_net.lock held.  Set once at module
 * load, before any namespace exists; NULL = none.
 */
void dash_store_set_notifier(void (*fn)(struct dash_net *dn, const struct dash_commit_info *info));

#endif
