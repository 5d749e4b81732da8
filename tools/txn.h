/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_TXN_H
#define DASHCTL_TXN_H

#include "table.h"
#include "util.h"

/**
 * struct txn_problem - what the kernel says against a transaction, or finds odd
 * @cookie: of the operation
 * @code: errno; 0: a warning
 * @type: enum dash_obj_type, 0: none
 * @key, @field, @text: malloc()ed; "" if there is none
 */
struct txn_problem {
	uint64_t cookie;
	int code;
	unsigned int type;
	char *key, *field, *text;
};

/**
 * struct txn - a transaction on its way
 * @msg: objects that wait to be sent
 * @log, @keep: all messages, if they are to be kept for txn_replay()
 * @at, @cookies, @n: where in @msg each object begins, and its cookie
 * @refused: errno of the first message that the kernel did not take, negative
 * @refused_text, @refused_cookie: its sentence, and the object that was meant (0: unknown)
 * @problems, @n_problems: after txn_commit()
 * @changed: after txn_commit()
 */
struct txn {
	struct buf msg, log;
	bool keep;
	size_t *at;
	uint64_t *cookies;
	size_t n, cap;
	int refused;
	char *refused_text;
	uint64_t refused_cookie;
	struct txn_problem *problems;
	size_t n_problems;
	uint32_t changed;
};

/* How an operation is meant, for txn_add(). */
enum {
	TXN_DELETE = 1,		/* delete instead of set */
	TXN_ANY_PRIORITY = 2,	/* inbound route rule: its key is meant without the priority */
};

/* @keep: txn_replay() will be called.  Return: 0, or -errno after which nl_failed() tells. */
int txn_begin(struct txn *x, bool keep);

/**
 * txn_add - stage one operation
 * @t: table
 * @attrs, @len: attributes in ascending order
 * @key_len: how many bytes of them are the key
 * @how: TXN_*
 * @reset: ENI: bits of attributes that return to their defaults instead of keeping their values
 * @cookie: comes back with problems
 *
 * Objects are collected to messages; an object too large for one is sent in parts.  The kernel's
 * judgement of single objects is asked for by txn_commit() only.
 */
void txn_add(struct txn *x, const struct table *t, const void *attrs, size_t len, size_t key_len,
	     unsigned int how, uint32_t reset, uint64_t cookie);

/**
 * txn_commit - make it the state, or with @dry_run only ask whether that could be done
 *
 * Return: 0 or -errno; @x->problems tell why, and what is odd.
 */
int txn_commit(struct txn *x, bool dry_run);
/* After a dry run: the same objects once more, in earnest. */
int txn_replay(struct txn *x);
void txn_end(struct txn *x);		/* frees; what was not committed is thrown away */

/* Exit code (spec/config.md TX-8) of a result of txn_commit(). */
int txn_exit(const struct txn *x, int e);

#endif
