// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What must change so that the appliance is what the files say, and nothing else?
 *
 *	files	find every error; collect the ENIs, old-style bindings, group names
 *	live	hash of every object, by hash of its key
 *	files	compare: the same, changed, new
 *	live	what the files do not have is to be deleted
 *	files	hand on what is changed or new
 *
 * So only hashes are held, and what is handed on; reading the files three times
 * is the price.  sync stages what is handed on, in one transaction; diff collects
 * and prints it.
 *
 * To files a sync is the whole truth: what they do not mention is deleted, and
 * fields they omit are defaults.  That holds for ENIs too, which elsewhere keep
 * omitted fields: a deletion before the SET makes the kernel forget them without
 * harm to the ENI, because of several operations on a key the last wins.  Rules
 * of an ACL group that is bound can only be replaced all together, which is also
 * how it is done where only one of them changes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "canon.h"
#include "cmd.h"
#include "diff.h"
#include "files.h"
#include "index.h"
#include "legacy.h"
#include "nl.h"
#include "query.h"
#include "rules.h"

enum phase { COLLECT, COMPARE, EMIT };

/**
 * struct extra - an object that files imply
 */
struct extra {
	const struct table *t;
	struct buf attrs;
	uint64_t cookie;
	bool del;
};

/**
 * struct sync - a comparison on its way
 * @phase: what is done with objects of the files
 * @txn, @diff: where the result goes; one of them
 * @extra, @n_extra: objects that files imply
 * @declared: route groups of the files
 * @groups, @n_groups: names of further ones, which only routes say
 * @doomed: objects to be deleted: type, length of the key, key; after each other
 * @out: buffer for canonical forms
 */
struct sync {
	struct files files;
	enum phase phase;
	struct txn txn;
	struct diff *diff;
	struct enis enis;
	struct legacy legacy;
	struct rules rules;
	struct index index, declared;
	struct extra *extra;
	size_t n_extra;
	char **groups;
	size_t n_groups;
	struct buf doomed, out;
};

/* ---- keys ---- */

static struct entry *entry_of(struct sync *s, const struct table *t, size_t key_len)
{
	return index_get(&s->index, t->type, s->out.p, key_len);
}

/* Entry of an object with a name as key. */
static struct entry *entry_named(struct index *x, unsigned int type, const char *name)
{
	struct buf b = { 0 };
	struct entry *e;

	attr_put(&b, table_by_type(type)->fields[0].attr, name, strlen(name) + 1);
	e = index_get(x, type, b.p, b.len);
	buf_free(&b);
	return e;
}

/* The first key part as the wanted state calls it; NULL: as it is. */
static const char *owner_name(struct sync *s, const struct table *t, const char *name)
{
	if (t->n_keys && t->fields[0].ref == DASH_OBJ_ENI)
		return enis_resolve(&s->enis, name);
	if (t->type != DASH_OBJ_ROUTE || entry_named(&s->declared, DASH_OBJ_ROUTE_GROUP, name)->flags & E_WANTED)
		return NULL;
	return enis_resolve(&s->enis, name);
}

/* False if what belongs to another object would be left without it. */
static bool has_owner(struct sync *s, const struct table *t)
{
	struct attr a;

	if (!t->n_keys || !t->fields[0].ref)
		return true;
	attr_first(&a, s->out.p, s->out.len);
	return attr_ok(&a) && (entry_named(&s->index, t->fields[0].ref, (const char *)a.data)->flags & E_WANTED);
}

/* The entry of the group of a rule, which is in @out. */
static struct entry *group_of(struct sync *s)
{
	struct attr a;

	attr_first(&a, s->out.p, s->out.len);
	return entry_named(&s->index, DASH_OBJ_ACL_GROUP, attr_ok(&a) ? (const char *)a.data : "");
}

/* ---- the live state ---- */

static void see_live(void *arg, struct live *o)
{
	struct sync *s = arg;
	size_t key_len = canon(&s->out, o->t, o->attrs, o->len, NULL);
	struct entry *e = entry_of(s, o->t, key_len);

	e->flags |= E_LIVE;
	e->value = index_value(&s->index, s->out.p + key_len, s->out.len - key_len);
}

static void forget_live(void *arg)
{
	struct sync *s = arg;

	index_clear(&s->index);
}

static void doom(struct sync *s, const struct table *t, size_t key_len)
{
	uint32_t head[2] = { t->type, (uint32_t)key_len };

	buf_put(&s->doomed, head, sizeof(head));
	buf_put(&s->doomed, s->out.p, key_len);
}

/* What the files do not have; for diff also what they change. */
static void judge_live(void *arg, struct live *o)
{
	struct sync *s = arg;
	size_t key_len = canon(&s->out, o->t, o->attrs, o->len, NULL);
	unsigned int flags = entry_of(s, o->t, key_len)->flags;
	struct entry *group;

	if (s->diff && (!(flags & E_WANTED) || (flags & E_CHANGED)))
		diff_take(s->diff, false, o->t, &s->out);
	if (flags & E_WANTED)
		return;
	if (o->t->type == DASH_OBJ_ACL_RULE) {
		group = group_of(s);
		group->flags |= E_REPLACE;
		if ((group->flags & (E_WANTED | E_RULES)) == (E_WANTED | E_RULES))
			return;		/* goes with the replacement of its group */
	}
	doom(s, o->t, key_len);
}

static void forget_judgement(void *arg)
{
	struct sync *s = arg;

	s->doomed.len = 0;
	if (s->diff)
		diff_forget(s->diff);
}

/* ---- objects of the files ---- */

static void add_extra(void *arg, const struct table *t, const struct buf *attrs, size_t key_len,
		      uint64_t cookie)
{
	struct sync *s = arg;
	struct extra *x;

	s->extra = xrealloc(s->extra, (s->n_extra + 1) * sizeof(*s->extra));
	x = &s->extra[s->n_extra++];
	*x = (struct extra){ .t = t, .cookie = cookie, .del = attrs->len == key_len };
	buf_put(&x->attrs, attrs->p, attrs->len);
}

static void note_group(struct sync *s, const char *name)
{
	size_t i;

	for (i = s->n_groups; i--;)
		if (!strcmp(s->groups[i], name))
			return;
	s->groups = xrealloc(s->groups, (s->n_groups + 1) * sizeof(*s->groups));
	s->groups[s->n_groups++] = xstrdup(name);
}

static void collect(struct sync *s, const struct object *o, uint64_t cookie)
{
	legacy_see(&s->legacy, o);
	if (o->half)
		legacy_take(&s->legacy, o, cookie);
	else if (o->t->type == DASH_OBJ_ENI)
		enis_take(&s->enis, o, cookie);
	else if (o->t->type == DASH_OBJ_ROUTE_GROUP)
		entry_named(&s->declared, o->t->type, (const char *)o->key.part[0].b)->flags =
			E_USED | (o->del ? 0 : E_WANTED);
	if (o->loose)
		rules_take(&s->rules, o, cookie);
}

static void compare(struct sync *s, const struct table *t, size_t key_len, bool del, uint64_t cookie)
{
	uint64_t value = index_value(&s->index, s->out.p + key_len, s->out.len - key_len);
	struct entry *e = entry_of(s, t, key_len), *group;
	bool changed = !(e->flags & E_LIVE) || e->value != value;

	e->cookie = cookie;
	e->flags &= ~(E_WANTED | E_CHANGED);
	if (del)
		return;
	e->flags |= E_WANTED | (changed ? E_CHANGED : 0);
	if (t->type != DASH_OBJ_ACL_RULE)
		return;
	group = group_of(s);
	group->flags |= E_RULES | (changed ? E_REPLACE : 0);
}

static void emit(struct sync *s, const struct table *t, size_t key_len, uint64_t cookie)
{
	struct entry e = *entry_of(s, t, key_len);
	bool replace = false;

	if (!(e.flags & E_WANTED) || e.cookie != cookie)
		return;
	if (t->type == DASH_OBJ_ACL_GROUP)
		replace = (e.flags & (E_REPLACE | E_RULES)) == (E_REPLACE | E_RULES);
	else if (t->type == DASH_OBJ_ACL_RULE)
		replace = group_of(s)->flags & E_REPLACE;
	if (s->diff) {
		if (e.flags & E_CHANGED)
			diff_take(s->diff, true, t, &s->out);
		return;
	}
	/* Without its owner even what did not change is staged, for the kernel to refuse. */
	if (!(e.flags & E_CHANGED) && !replace && has_owner(s, t))
		return;
	if (t->merge)
		txn_add(&s->txn, t, s->out.p, key_len, key_len, TXN_DELETE, 0, cookie);
	txn_add(&s->txn, t, s->out.p, s->out.len, key_len, 0, 0, cookie);
}

static void each(struct sync *s, const struct table *t, const void *attrs, size_t len,
		 const char *owner, bool del, uint64_t cookie)
{
	size_t key_len = canon(&s->out, t, attrs, len, owner);

	if (s->phase == COMPARE)
		compare(s, t, key_len, del, cookie);
	else
		emit(s, t, key_len, cookie);
}

static void take(void *arg, const struct object *o, uint64_t cookie)
{
	const char *name = (const char *)o->key.part[0].b, *owner;
	struct sync *s = arg;

	if (s->phase == COLLECT) {
		collect(s, o, cookie);
		return;
	}
	if (o->half || o->t->type == DASH_OBJ_ENI || (o->loose && rules_superseded(&s->rules, cookie)))
		return;
	owner = owner_name(s, o->t, name);
	if (owner && s->phase == COMPARE && o->t->type == DASH_OBJ_ROUTE && !o->del)
		note_group(s, owner);
	each(s, o->t, o->attrs.p, o->attrs.len, owner, o->del, cookie);
}

/* Objects that are not taken from the files as they stand there. */
static void take_others(struct sync *s)
{
	size_t i;

	for (i = 0; i < s->enis.n_file; i++) {
		struct eni *e = &s->enis.file[i];

		if (e->wanted)
			each(s, table_by_type(DASH_OBJ_ENI), e->attrs.p, e->attrs.len, e->key, false, e->cookie);
	}
	for (i = 0; i < s->n_extra; i++) {
		struct extra *x = &s->extra[i];
		struct attr a;

		attr_first(&a, x->attrs.p, x->attrs.len);
		if (attr_ok(&a))
			each(s, x->t, x->attrs.p, x->attrs.len,
			     owner_name(s, x->t, (const char *)a.data), x->del, x->cookie);
	}
}

/*
 * Routes of a group that the files do not have, named like an ENI without a binding: the group and
 * its binding are implied (spec/config.md D-C6).
 */
static void imply_groups(struct sync *s)
{
	const struct table *group = table_by_type(DASH_OBJ_ROUTE_GROUP);
	const struct table *bind = table_by_type(DASH_OBJ_ENI_ROUTE);
	struct buf b = { 0 };
	size_t i, len, was = s->n_extra;

	for (i = 0; i < s->n_groups; i++) {
		const char *name = s->groups[i];

		if (entry_named(&s->declared, DASH_OBJ_ROUTE_GROUP, name)->flags & E_WANTED)
			continue;
		len = strlen(name) + 1;
		b.len = 0;
		attr_put(&b, bind->fields[0].attr, name, len);
		if (index_get(&s->index, bind->type, b.p, b.len)->flags & E_WANTED)
			continue;
		attr_put(&b, bind->fields[1].attr, name, len);
		add_extra(s, bind, &b, 0, COOKIE_NONE);
		b.len = 0;
		attr_put(&b, group->fields[0].attr, name, len);
		add_extra(s, group, &b, 0, COOKIE_NONE);
	}
	buf_free(&b);
	for (i = was; i < s->n_extra; i++)
		each(s, s->extra[i].t, s->extra[i].attrs.p, s->extra[i].attrs.len, NULL, false,
		     s->extra[i].cookie);
}

static void delete_doomed(struct sync *s)
{
	uint32_t head[2];
	size_t at;

	for (at = 0; at < s->doomed.len; at += sizeof(head) + head[1]) {
		memcpy(head, s->doomed.p + at, sizeof(head));
		txn_add(&s->txn, table_by_type(head[0]), s->doomed.p + at + sizeof(head), head[1], head[1],
			TXN_DELETE, 0, COOKIE_NONE);
	}
}

/* All five steps; EXIT_OK, or told what is wrong. */
static int work(struct sync *s)
{
	int e = enis_load(&s->enis);

	if (!e)
		e = files_keep(&s->files);
	if (e)
		return e;
	s->files.take = take;
	s->files.arg = s;
	files_read(&s->files);
	e = files_result(&s->files);
	if (!e)
		e = query_each(0, NULL, see_live, forget_live, s);
	if (e)
		return e;
	legacy_finish(&s->legacy, false, add_extra, s);
	rules_settle(&s->rules);

	s->phase = COMPARE;
	e = files_again(&s->files);
	if (e)
		return e;
	take_others(s);
	imply_groups(s);

	e = query_each(0, NULL, judge_live, forget_judgement, s);
	if (e)
		return e;
	if (!s->diff)
		delete_doomed(s);
	s->phase = EMIT;
	e = files_again(&s->files);
	if (!e)
		take_others(s);
	return e;
}

static void finish(struct sync *s)
{
	while (s->n_extra)
		buf_free(&s->extra[--s->n_extra].attrs);
	free(s->extra);
	while (s->n_groups)
		free(s->groups[--s->n_groups]);
	free(s->groups);
	enis_free(&s->enis);
	legacy_free(&s->legacy);
	rules_free(&s->rules);
	index_clear(&s->index);
	index_clear(&s->declared);
	buf_free(&s->doomed);
	buf_free(&s->out);
	files_end(&s->files);
}

int cmd_sync(const struct args *a)
{
	bool dry_run = a->opt[0], strict = a->opt[1], ignore = a->opt[2];
	struct sync s = { 0 };
	int code = nl_open(), e;

	if (!code)
		code = files_start(&s.files, a->n, a->v, strict, ignore);
	if (code)
		return code;
	e = txn_begin(&s.txn, strict);
	if (e)
		return nl_failed("sync", e);
	code = work(&s);
	if (!code)
		code = files_commit(&s.files, &s.txn, dry_run, "sync");
	txn_end(&s.txn);
	finish(&s);
	return code;
}

int cmd_diff(const struct args *a)
{
	bool strict = a->opt[0], ignore = a->opt[1], exit_code = a->opt[2];
	struct diff diff = { 0 };
	struct sync s = { .diff = &diff };
	int code = nl_open();

	if (!code)
		code = files_start(&s.files, a->n, a->v, strict, ignore);
	if (code)
		return code;
	s.files.diag.text = true;
	code = work(&s);
	finish(&s);
	if (!code && diff_print(&diff) && exit_code)
		code = EXIT_DIFFERENT;
	diff_forget(&diff);
	return code;
}
