// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How is much deleted at once?  clear reads what there is, and deletes it in one
 * transaction: all of it, an ENI, or a VNET with the routes and rules that name
 * it (spec/config.md section 8).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "diag.h"
#include "live.h"
#include "nl.h"
#include "object.h"
#include "print.h"
#include "txn.h"

static void delete(struct txn *x, const struct live *o)
{
	struct buf b = { 0 };
	struct key key;

	live_key(o, &key);
	attr_put_key(&b, o->t, &key);
	txn_add(x, o->t, b.p, b.len, b.len, TXN_DELETE, 0, 0);
	buf_free(&b);
}

static int finish(struct txn *x, const char *what)
{
	int e = txn_commit(x, false);
	int code = txn_exit(x, e);
	size_t i;

	for (i = 0; i < x->n_problems; i++) {
		const struct txn_problem *p = &x->problems[i];
		const struct table *t = table_by_type(p->type);

		if (p->code)
			err("%s: %s:%s: %s: %s", what, t ? t->name : "?", p->key, diag_code(p->code), p->text);
	}
	if (e && !x->n_problems)
		err("%s: %s", what, x->refused_text);
	if (!e) {
		pr_object(NULL);
		pr_u64("changed", x->changed);
		pr_end();
	}
	txn_end(x);
	return code;
}

int cmd_clear_all(const struct args *a)
{
	struct query q = { 0 };
	struct txn x;
	size_t i;
	int e = query(&q, 0, NULL);

	(void)a;
	if (e)
		return e;
	e = txn_begin(&x, false);
	if (e) {
		query_free(&q);
		return nl_failed("clear all", e);
	}
	for (i = 0; i < q.n; i++)
		delete(&x, &q.obj[i]);
	query_free(&q);
	return finish(&x, "clear all");
}

int cmd_clear_eni(const struct args *a)
{
	struct query q = { 0 };
	struct txn x;
	int e = query(&q, DASH_OBJ_ENI, a->v[0]);

	if (e)
		return e;
	if (!q.n) {
		err("clear eni: no ENI \"%s\"", a->v[0]);
		query_free(&q);
		return EXIT_INVALID;
	}
	e = txn_begin(&x, false);
	if (!e)
		delete(&x, &q.obj[0]);
	query_free(&q);
	return e ? nl_failed("clear eni", e) : finish(&x, "clear eni");
}

/* Deletes the objects of a type whose field says @vnet; returns how many there are. */
static size_t delete_naming(struct txn *x, unsigned int type, const char *field, const char *vnet,
			    bool really, int *e)
{
	struct query q = { 0 };
	char text[VALUE_TEXT];
	size_t i, n = 0;

	if (*e)
		return 0;
	*e = query(&q, type, NULL);
	for (i = 0; i < q.n; i++) {
		const char *have = live_text(&q.obj[i], field, text);

		if (!have || strcmp(have, vnet))
			continue;
		n++;
		if (really)
			delete(x, &q.obj[i]);
	}
	query_free(&q);
	return n;
}

int cmd_clear_vnet(const struct args *a)
{
	const char *vnet = a->v[0];
	bool force = a->opt[0];
	size_t enis, found;
	struct txn x;
	int e = nl_open();

	if (e)
		return e;
	e = txn_begin(&x, false);
	if (e)
		return nl_failed("clear vnet", e);
	found = delete_naming(&x, DASH_OBJ_VNET, "vnet_name", vnet, true, &e);
	enis = delete_naming(&x, DASH_OBJ_ENI, "vnet", vnet, force, &e);
	delete_naming(&x, DASH_OBJ_ROUTE, "vnet", vnet, true, &e);
	delete_naming(&x, DASH_OBJ_ROUTE_RULE, "vnet", vnet, true, &e);
	if (!e && !found) {
		err("clear vnet: no VNET \"%s\"", vnet);
		e = EXIT_INVALID;
	}
	if (!e && enis && !force) {
		err("clear vnet: %zu ENI%s in VNET \"%s\" (--force deletes %s too)", enis,
		    enis == 1 ? " is" : "s are", vnet, enis == 1 ? "it" : "them");
		e = EXIT_INVALID;
	}
	if (e) {
		txn_end(&x);
		return e;
	}
	return finish(&x, "clear vnet");
}
