// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which rule does "DASH_ROUTE_RULE_TABLE:E:100:10.0.0.0/8" mean?  To the kernel a
 * rule's priority is part of its key.  Files may say it in the body instead
 * (spec/config.md 5.13), and then the key without it is the whole identity: SET
 * with another priority replaces the rule, DEL finds it whatever its priority.
 * apply leaves that to the kernel (any-priority of dash.yaml).  A comparison with the
 * live state has to know which operations of the files a later one replaces.
 *
 * Called by sync.c.
 */
#define _GNU_SOURCE
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"

#define PRIORITY 3		/* part of the key */

/**
 * struct loose_rule - one operation
 * @attrs, @len: its key as attributes, malloc()ed
 * @seq: order of the operations
 */
struct loose_rule {
	unsigned char *attrs;
	uint32_t len, seq;
	bool del;
	uint64_t cookie;
};

static const struct table *table(void)
{
	return table_by_type(DASH_OBJ_ROUTE_RULE);
}

void rules_take(struct rules *l, const struct object *o, uint64_t cookie)
{
	struct loose_rule *r;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->r = xrealloc(l->r, l->cap * sizeof(*l->r));
	}
	r = &l->r[l->n];
	r->attrs = xmalloc(o->key_len);
	memcpy(r->attrs, o->attrs.p, o->key_len);
	r->len = (uint32_t)o->key_len;
	r->seq = (uint32_t)l->n++;
	r->del = o->del;
	r->cookie = cookie;
}

static void key_of(const struct loose_rule *r, struct key *key)
{
	object_key(table(), r->attrs, r->len, key);
}

static int identity_cmp(struct key *a, struct key *b)
{
	a->part[PRIORITY].len = b->part[PRIORITY].len = 0;
	return key_cmp(table(), a, b);
}

static int by_identity(const void *a, const void *b)
{
	const struct loose_rule *x = a, *y = b;
	struct key k, l;
	int d;

	key_of(x, &k);
	key_of(y, &l);
	d = identity_cmp(&k, &l);
	return d ? d : x->seq < y->seq ? -1 : 1;
}

static bool same_priority(const struct key *a, const struct key *b)
{
	const struct value *x = &a->part[PRIORITY], *y = &b->part[PRIORITY];
	static const uint32_t zero;

	return !memcmp(x->len ? (const void *)x->b : &zero, y->len ? (const void *)y->b : &zero, 4);
}

static int by_cookie(const void *a, const void *b)
{
	const struct loose_rule *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

void rules_settle(struct rules *l)
{
	size_t i, last, n = 0;
	struct key a, b;

	if (!l->n)
		return;
	qsort(l->r, l->n, sizeof(*l->r), by_identity);
	for (i = 0; i < l->n; i = last + 1) {
		for (last = i; last + 1 < l->n; last++) {
			key_of(&l->r[i], &a);
			key_of(&l->r[last + 1], &b);
			if (identity_cmp(&a, &b))
				break;
		}
		for (; i <= last; i++) {
			key_of(&l->r[i], &a);
			key_of(&l->r[last], &b);
			if (i < last && (l->r[last].del || !same_priority(&a, &b)))
				l->r[n++] = l->r[i];
			else
				free(l->r[i].attrs);
		}
	}
	l->n = n;
	qsort(l->r, l->n, sizeof(*l->r), by_cookie);
}

bool rules_superseded(const struct rules *l, uint64_t cookie)
{
	struct loose_rule key = { .cookie = cookie };

	return l->n && bsearch(&key, l->r, l->n, sizeof(*l->r), by_cookie);
}

void rules_free(struct rules *l)
{
	while (l->n)
		free(l->r[--l->n].attrs);
	free(l->r);
}
