// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does the appliance hold?  Objects of a dump, put together from their
 * parts.  What is shown is collected and sorted first: a commit in the middle makes
 * the kernel begin anew, and equal states must print equal.  What is only compared
 * or counted is handed on as it comes.
 *
 * Called by all commands that read objects.
 */
#define _GNU_SOURCE
#include "query.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "nl.h"
#include "object.h"

static void add_counter(struct live *o, const struct attr *nest)
{
	struct counter *c;
	struct attr a;

	o->counters = xrealloc(o->counters, (o->n_counters + 1) * sizeof(*c));
	c = &o->counters[o->n_counters++];
	*c = (struct counter){ 0 };
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_COUNTER_NAME && !c->name)
			c->name = attr_string(&a);
		else if (a.type == DASH_A_COUNTER_VALUE)
			c->value = attr_number(&a);
	}
	if (!c->name)
		c->name = xstrdup("?");
}

/* A dump on its way: the object whose parts are being put together, and who wants it. */
struct each {
	struct live o;
	query_fn fn;
	void (*again)(void *arg);
	void *arg;
};

/* The object is whole. */
static void whole(struct each *e)
{
	if (e->o.t)
		e->fn(e->arg, &e->o);
	live_free(&e->o);
	memset(&e->o, 0, sizeof(e->o));
}

static void add_object(struct each *e, const struct attr *nest)
{
	struct attr a, set = { 0 };
	const struct table *t = NULL;
	struct live *o = &e->o;
	bool append = false;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (table_by_type(a.type)) {
			t = table_by_type(a.type);
			set = a;
		}
		append |= a.type == DASH_A_OBJECT_APPEND;
	}
	if (!t)
		return;
	if (append && o->t == t) {
		/* Goes on with the object before; its key is there already, repeated keys do no harm. */
		o->attrs = xrealloc(o->attrs, o->len + set.len);
		memcpy(o->attrs + o->len, set.data, set.len);
		o->len += set.len;
		return;
	}
	whole(e);
	o->t = t;
	o->attrs = xmalloc(set.len);
	memcpy(o->attrs, set.data, set.len);
	o->len = set.len;
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_OBJECT_HITS) {
			o->counted = true;
			o->hits = attr_number(&a);
		} else if (a.type == DASH_A_OBJECT_BYTES) {
			o->bytes = attr_number(&a);
		} else if (a.type == DASH_A_OBJECT_COUNTER) {
			add_counter(o, &a);
		}
	}
}

static void on_objects(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_OBJECT)
			add_object(arg, &a);
}

static void on_torn(void *arg)
{
	struct each *e = arg;

	live_free(&e->o);
	memset(&e->o, 0, sizeof(e->o));
	e->again(e->arg);
}

int query_each(unsigned int type, const char *owner, query_fn fn, void (*again)(void *arg), void *arg)
{
	struct each each = { .fn = fn, .again = again, .arg = arg };
	struct buf b = { 0 };
	uint8_t t = (uint8_t)type;
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_OBJECT_GET);
	if (type)
		attr_put(&b, DASH_A_TYPE, &t, 1);
	if (owner)
		attr_put(&b, DASH_A_OWNER, owner, strlen(owner) + 1);
	e = nl_list(&b, on_objects, &each, on_torn);
	buf_free(&b);
	if (e) {
		on_torn(&each);
		return nl_failed(type ? table_by_type(type)->word : "objects", e);
	}
	whole(&each);
	return EXIT_OK;
}

void live_free(struct live *o)
{
	size_t i;

	for (i = 0; i < o->n_counters; i++)
		free(o->counters[i].name);
	free(o->counters);
	free(o->attrs);
}

static void forget(void *arg)
{
	struct query *q = arg;

	while (q->n)
		live_free(&q->obj[--q->n]);
}

void live_key(const struct live *o, struct key *key)
{
	object_key(o->t, o->attrs, o->len, key);
}

static int by_key(const void *a, const void *b)
{
	const struct live *x = a, *y = b;
	struct key k, l;

	if (x->t != y->t)
		return (int)x->t->type - (int)y->t->type;
	live_key(x, &k);
	live_key(y, &l);
	return key_cmp(x->t, &k, &l);
}

/* Takes the object over. */
static void collect(void *arg, struct live *o)
{
	struct query *q = arg;

	if (q->n == q->cap) {
		q->cap = q->cap ? 2 * q->cap : 64;
		q->obj = xrealloc(q->obj, q->cap * sizeof(*q->obj));
	}
	q->obj[q->n++] = *o;
	memset(o, 0, sizeof(*o));
}

int query(struct query *q, unsigned int type, const char *owner)
{
	int e = query_each(type, owner, collect, forget, q);
	size_t i;

	if (e)
		return e;
	for (i = 1; i < q->n; i++)		/* usually sorted as it comes */
		if (by_key(&q->obj[i - 1], &q->obj[i]) > 0) {
			qsort(q->obj, q->n, sizeof(*q->obj), by_key);
			break;
		}
	return EXIT_OK;
}

static uint64_t priority_of(const struct live *o)
{
	uint64_t priority = 0;
	struct attr a;

	for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a))
		if (a.type == (o->t->type == DASH_OBJ_ACL_RULE ? DASH_A_ACL_RULE_PRIORITY : DASH_A_ROUTE_RULE_PRIORITY))
			priority = attr_number(&a);
	return priority;
}

static int by_priority(const void *a, const void *b)
{
	uint64_t x = priority_of(a), y = priority_of(b);

	return x != y ? (x < y ? -1 : 1) : by_key(a, b);
}

void query_by_priority(struct query *q)
{
	if (q->n && (q->obj[0].t->type == DASH_OBJ_ACL_RULE || q->obj[0].t->type == DASH_OBJ_ROUTE_RULE))
		qsort(q->obj, q->n, sizeof(*q->obj), by_priority);
}

void query_free(struct query *q)
{
	forget(q);
	free(q->obj);
	memset(q, 0, sizeof(*q));
}
