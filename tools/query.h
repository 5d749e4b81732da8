/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_QUERY_H
#define DASHCTL_QUERY_H

#include "table.h"
#include "util.h"

struct counter {
	char *name;
	uint64_t value;
};

/**
 * struct live - a live object
 * @t: table
 * @attrs, @len: its attributes, complete
 * @counted: it has hits and bytes
 * @hits, @bytes: counters
 * @counters, @n_counters: further ones
 */
struct live {
	const struct table *t;
	unsigned char *attrs;
	size_t len;
	bool counted;
	uint64_t hits, bytes;
	struct counter *counters;
	size_t n_counters;
};

/**
 * struct query - objects of the live state, in the order of tables and keys
 */
struct query {
	struct live *obj;
	size_t n, cap;
};

/**
 * query - read live objects
 * @q: zeroed; filled
 * @type: enum dash_obj_type, 0: all
 * @owner: first part of the key, or NULL: all
 *
 * Return: EXIT_OK, or an exit code after telling why not.
 */
int query(struct query *q, unsigned int type, const char *owner);

/**
 * query_each - read live objects one by one, in the order of the kernel
 * @fn: called for each; it may take over what the object holds, by clearing it
 * @again: forget all: the dump was torn by a commit and begins anew
 *
 * Neither may use the socket.  Return: as query().
 */
typedef void (*query_fn)(void *arg, struct live *o);
int query_each(unsigned int type, const char *owner, query_fn fn, void (*again)(void *arg), void *arg);
/* Rules in the order in which packets are held against them; others stay as they are. */
void query_by_priority(struct query *q);
void query_free(struct query *q);
void live_free(struct live *o);		/* what it holds */
void live_key(const struct live *o, struct key *key);

#endif
