// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do many objects become one transaction of the kernel?  They are packed
 * into large messages that are pushed without waiting; the kernel records what
 * it has against an object and tells all of it after the commit, by cookie.
 * An attribute cannot be longer than 64 KB, so a larger object travels in
 * parts, each with the key and a part of its lists.
 *
 * Called by config.c and clear.c.  The transaction belongs to the socket: when
 * dashctl ends, however it ends, what was not committed is gone.
 */
#define _GNU_SOURCE
#include "txn.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "nl.h"
#include "object.h"

#define MESSAGE_SIZE	(60 * 1024)
#define PART_SIZE	(32 * 1024)
#define OVERHEAD	320		/* nests, cookie, flags and resets of an object */

static int begin(void)
{
	struct buf b = { 0 };
	int e;

	nl_start(&b, DASH_CMD_TXN_BEGIN);
	e = nl_call(&b, NULL, NULL);
	buf_free(&b);
	return e;
}

int txn_begin(struct txn *x, bool keep)
{
	memset(x, 0, sizeof(*x));
	x->keep = keep;
	nl_start(&x->msg, DASH_CMD_TXN_ADD);
	return begin();
}

static void flush(struct txn *x)
{
	uint32_t offset;
	const char *text;
	size_t i;
	int e;

	if (!x->n)
		return;
	e = nl_push(&x->msg);
	if (x->keep)
		buf_put(&x->log, x->msg.p, x->msg.len);
	if (e && !x->refused) {
		text = nl_message(&offset);
		x->refused = e;
		x->refused_text = xstrdup(*text ? text : strerror(-e));
		for (i = 0; i < x->n && offset; i++)
			if (x->at[i] <= offset)
				x->refused_cookie = x->cookies[i];
	}
	x->n = 0;
	nl_start(&x->msg, DASH_CMD_TXN_ADD);
}

static void put_part(struct txn *x, const struct table *t, const void *key, size_t key_len,
		     const void *attrs, size_t len, unsigned int flag, unsigned int how, uint32_t reset,
		     uint64_t cookie)
{
	size_t object, set;
	uint16_t bit;

	if (x->msg.len + OVERHEAD + key_len + len > MESSAGE_SIZE)
		flush(x);
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 256;
		x->at = xrealloc(x->at, x->cap * sizeof(*x->at));
		x->cookies = xrealloc(x->cookies, x->cap * sizeof(*x->cookies));
	}
	x->at[x->n] = x->msg.len;
	x->cookies[x->n++] = cookie;
	object = nl_nest(&x->msg, DASH_A_OBJECT);
	set = nl_nest(&x->msg, t->type);
	buf_put(&x->msg, key, key_len);
	buf_put(&x->msg, attrs, len);
	nl_nest_end(&x->msg, set);
	if (flag)
		attr_put(&x->msg, flag, NULL, 0);
	attr_put(&x->msg, DASH_A_OBJECT_COOKIE, &cookie, sizeof(cookie));
	for (bit = 0; reset >> bit; bit++)
		if (reset >> bit & 1)
			attr_put(&x->msg, DASH_A_OBJECT_RESET, &bit, sizeof(bit));
	if (how & TXN_ANY_PRIORITY)
		attr_put(&x->msg, DASH_A_OBJECT_ANY_PRIORITY, NULL, 0);
	nl_nest_end(&x->msg, object);
}

void txn_add(struct txn *x, const struct table *t, const void *attrs, size_t len, size_t key_len,
	     unsigned int how, uint32_t reset, uint64_t cookie)
{
	const unsigned char *p = attrs, *from = p + key_len, *end = p + len;
	unsigned int flag = how & TXN_DELETE ? DASH_A_OBJECT_DELETE : 0;
	struct attr a;

	for (attr_first(&a, from, (size_t)(end - from)); attr_ok(&a); attr_next(&a)) {
		if ((size_t)(a.p - from) < PART_SIZE)
			continue;
		put_part(x, t, p, key_len, from, (size_t)(a.p - from), flag, how, reset, cookie);
		flag = DASH_A_OBJECT_APPEND;
		how = reset = 0;
		from = a.p;
	}
	put_part(x, t, p, key_len, from, (size_t)(end - from), flag, how, reset, cookie);
}

static void on_problem(const void *attrs, size_t len, void *arg)
{
	struct txn *x = arg;
	struct attr outer, a;

	for (attr_first(&outer, attrs, len); attr_ok(&outer); attr_next(&outer)) {
		struct txn_problem *p;
		uint32_t code = 0;

		if (outer.type != DASH_A_ERROR)
			continue;
		x->problems = xrealloc(x->problems, (x->n_problems + 1) * sizeof(*p));
		p = &x->problems[x->n_problems++];
		memset(p, 0, sizeof(*p));
		for (attr_first(&a, outer.data, outer.len); attr_ok(&a); attr_next(&a)) {
			if (a.type == DASH_A_ERROR_COOKIE && a.len == 8)
				memcpy(&p->cookie, a.data, 8);
			else if (a.type == DASH_A_ERROR_CODE && a.len == 4)
				memcpy(&code, a.data, 4);
			else if (a.type == DASH_A_ERROR_TYPE && a.len)
				p->type = a.data[0];
			else if (a.type == DASH_A_ERROR_KEY && !p->key)
				p->key = attr_string(&a);
			else if (a.type == DASH_A_ERROR_FIELD_NAME && !p->field)
				p->field = attr_string(&a);
			else if (a.type == DASH_A_ERROR_TEXT && !p->text)
				p->text = attr_string(&a);
		}
		p->code = (int)code;
		p->key = p->key ? p->key : xstrdup("");
		p->field = p->field ? p->field : xstrdup("");
		p->text = p->text ? p->text : xstrdup(code ? strerror(p->code) : "");
	}
}

static int by_cookie(const void *a, const void *b)
{
	const struct txn_problem *x = a, *y = b;

	if (!x->code != !y->code)
		return !x->code - !y->code;	/* errors before warnings */
	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static void forget_problems(void *arg)
{
	struct txn *x = arg;

	while (x->n_problems) {
		struct txn_problem *p = &x->problems[--x->n_problems];

		free(p->key);
		free(p->field);
		free(p->text);
	}
}

struct outcome {
	uint32_t changed, warnings;
};

static void on_commit(const void *attrs, size_t len, void *arg)
{
	struct outcome *out = arg;
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_CHANGED && a.len == 4)
			memcpy(&out->changed, a.data, 4);
		if (a.type == DASH_A_WARNINGS && a.len == 4)
			memcpy(&out->warnings, a.data, 4);
	}
}

int txn_commit(struct txn *x, bool dry_run)
{
	struct outcome out = { 0 };
	struct buf b = { 0 };
	char *why = NULL;
	int e;

	flush(x);
	nl_start(&b, DASH_CMD_TXN_COMMIT);
	if (dry_run)
		attr_put(&b, DASH_A_DRY_RUN, NULL, 0);
	e = nl_call(&b, on_commit, &out);
	x->changed = out.changed;
	if (e)
		why = xstrdup(*nl_message(NULL) ? nl_message(NULL) : strerror(-e));
	if (e || out.warnings) {
		nl_start(&b, DASH_CMD_TXN_ERRORS);
		nl_list(&b, on_problem, x, forget_problems);
		if (x->n_problems)
			qsort(x->problems, x->n_problems, sizeof(*x->problems), by_cookie);
	}
	buf_free(&b);
	if (e && !x->refused) {
		x->refused = e;
		x->refused_text = why;
		why = NULL;
	}
	free(why);
	return e;
}

int txn_replay(struct txn *x)
{
	struct buf b = { 0 };
	struct nlmsghdr h;
	size_t at;
	int e = begin();

	for (at = 0; !e && at < x->log.len; at += h.nlmsg_len) {
		memcpy(&h, x->log.p + at, sizeof(h));
		b.len = 0;
		buf_put(&b, x->log.p + at, h.nlmsg_len);
		e = nl_push(&b);
	}
	buf_free(&b);
	if (e) {
		x->refused = e;
		x->refused_text = xstrdup(*nl_message(NULL) ? nl_message(NULL) : strerror(-e));
		return e;
	}
	return txn_commit(x, false);
}

void txn_end(struct txn *x)
{
	struct buf b = { 0 };

	nl_start(&b, DASH_CMD_TXN_ABORT);
	nl_call(&b, NULL, NULL);
	buf_free(&b);
	forget_problems(x);
	free(x->problems);
	free(x->refused_text);
	free(x->at);
	free(x->cookies);
	buf_free(&x->msg);
	buf_free(&x->log);
}

int txn_exit(const struct txn *x, int e)
{
	size_t i;

	if (!e)
		return EXIT_OK;
	if (e == -ENOTRECOVERABLE)
		return EXIT_KERNEL;
	if (e == -ENOMEM)
		return EXIT_ROLLED_BACK;
	for (i = 0; i < x->n_problems; i++)
		if (x->problems[i].code)
			return EXIT_INVALID;
	return e == -EPERM || e == -ENOBUFS || e == -EIO ? EXIT_USAGE :
	       e == -EINVAL ? EXIT_INVALID : EXIT_KERNEL;
}
