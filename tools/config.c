// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a file become the state of the appliance?  apply sends each object on
 * as soon as it is read, and commits at the end; after the first thing wrong with
 * a file nothing more is sent, but the rest is read for further errors.  check
 * reads only.
 */
#define _GNU_SOURCE
#include <errno.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "files.h"
#include "legacy.h"
#include "nl.h"

struct apply {
	struct files files;
	struct txn txn;
	struct legacy legacy;
};

static void stage(void *arg, const struct table *t, const struct buf *attrs, size_t key_len,
		  uint64_t cookie)
{
	struct apply *x = arg;

	txn_add(&x->txn, t, attrs->p, attrs->len, key_len, attrs->len == key_len ? TXN_DELETE : 0, 0, cookie);
}

static void take(void *arg, const struct object *o, uint64_t cookie)
{
	struct apply *x = arg;

	if (o->half)
		legacy_take(&x->legacy, o, cookie);
	else if (!x->files.diag.errors)
		txn_add(&x->txn, o->t, o->attrs.p, o->attrs.len, o->key_len,
			(o->del ? TXN_DELETE : 0) | (o->loose ? TXN_ANY_PRIORITY : 0), o->reset, cookie);
	legacy_see(&x->legacy, o);
	x->files.stop = x->txn.refused == -ENOBUFS;
}

int cmd_apply(const struct args *a)
{
	bool dry_run = a->opt[0], strict = a->opt[1], ignore = a->opt[2];
	struct apply x = { 0 };
	int code = nl_open(), e;

	if (!code)
		code = files_start(&x.files, a->n, a->v, strict, ignore);
	if (code)
		return code;
	e = txn_begin(&x.txn, strict);
	if (e)
		return nl_failed("apply", e);
	x.files.take = take;
	x.files.arg = &x;
	files_read(&x.files);
	code = files_result(&x.files);
	if (!code) {
		legacy_finish(&x.legacy, true, stage, &x);
		code = files_commit(&x.files, &x.txn, dry_run, "apply");
	}
	txn_end(&x.txn);
	legacy_free(&x.legacy);
	files_end(&x.files);
	return code;
}

static void ignore_object(void *arg, const struct object *o, uint64_t cookie)
{
	(void)arg;
	(void)o;
	(void)cookie;
}

int cmd_check(const struct args *a)
{
	struct files x;
	int code = files_start(&x, a->n, a->v, a->opt[0], a->opt[1]);

	if (code)
		return code;
	x.take = ignore_object;
	files_read(&x);
	code = files_result(&x);
	files_end(&x);
	return code;
}
