// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How is one object made, changed, removed and shown by words?
 *
 *	dashctl vnet add Vnet1 vni 45654
 *	dashctl route set group g1 prefix 10.1.0.0/16 metering_class 7
 *	dashctl route del g1:10.1.0.0/16
 *	dashctl route show group g1 routing_type vnet
 *
 * One implementation for all tables: the words become the member that a file
 * would have, with all values as strings, and object.c reads it.  So words and
 * files accept the same, and complain alike.  The key is one word as in files;
 * keys of several parts may also be given part by part, by name.
 */
#define _GNU_SOURCE
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "canon.h"
#include "files.h"
#include "live.h"
#include "nl.h"
#include "print.h"

enum { ADD, SET, REPLACE, DEL, SHOW };

const struct verb verbs[] = {
	[ADD] = { "add", "KEY [FIELD VALUE]...", "create it; it must not exist" },
	[SET] = { "set", "KEY [FIELD VALUE]...", "change fields, keep the others; \"\" is the default" },
	[REPLACE] = { "replace", "KEY [FIELD VALUE]...", "create it or replace it as a whole" },
	[DEL] = { "del", "KEY", "delete it; it must exist" },
	[SHOW] = { "show", "[KEY] [FIELD VALUE]...", "those with this key and these values" },
	{ 0 }
};

static const struct table *table;
static unsigned int verb;

const struct field *verb_field(const struct table *t, const char *word)
{
	const struct field *f = table_field(t->fields, t->n_fields, word);
	size_t len = strlen(word);
	unsigned int i;

	for (i = 0; !f && i < t->n_fields; i++)
		if (!strncmp(t->fields[i].name, word, len) &&
		    (!strcmp(t->fields[i].name + len, "_id") || !strcmp(t->fields[i].name + len, "_name")))
			f = &t->fields[i];
	return f;
}

/**
 * struct words - what the words of a command say
 * @member: as a member of an element of a file
 * @field, @row, @n: its fields, and the rows of the table that they are
 * @name: name of @member
 */
struct words {
	struct json member, *field;
	const struct field **row;
	size_t n;
	char *name;
};

static bool is_key_word(const char *word)
{
	const struct field *f = table->n_keys > 1 ? verb_field(table, word) : NULL;

	return f && (f->flags & F_KEY);
}

static void words_free(struct words *w)
{
	free(w->field);
	free(w->row);
	free(w->name);
}

/* Return: EXIT_OK, or told. */
static int read_words(const struct args *a, struct words *w)
{
	bool filter = verb == SHOW, keyed;
	int i = 0;

	memset(w, 0, sizeof(*w));
	w->field = xmalloc(((size_t)a->n + 1) * sizeof(*w->field));
	w->row = xmalloc(((size_t)a->n + 1) * sizeof(*w->row));
	keyed = a->n && table->n_keys && !is_key_word(a->v[0]) &&
		!(filter && !(a->n & 1) && verb_field(table, a->v[0]));
	w->name = keyed ? xasprintf("%s:%s", table->name, a->v[i++]) : xstrdup(table->name);
	for (; i < a->n; i += 2) {
		const struct field *f = verb_field(table, a->v[i]);
		struct json *j = &w->field[w->n];

		if (table->type == DASH_OBJ_ROUTING_TYPE && !f)
			f = table_field(routing_action_fields, n_routing_action_fields, a->v[i]);
		if (!f && i == 1 && keyed && table->n_keys > 1) {
			err("%s %s: no field \"%s\"; a key of several parts is one word, \"%s:%s\"", table->word,
			    verbs[verb].word, a->v[i], a->v[0], a->v[i]);
			return EXIT_USAGE;
		}
		if (!f) {
			err("%s %s: no field \"%s\", see \"dashctl help %s\"", table->word,
			    verbs[verb].word, a->v[i], table->word);
			return EXIT_USAGE;
		}
		if (i + 1 == a->n) {
			err("%s %s: \"%s\" needs a value", table->word, verbs[verb].word, a->v[i]);
			return EXIT_USAGE;
		}
		*j = (struct json){ .type = JSON_STRING, .s = a->v[i + 1], .len = strlen(a->v[i + 1]),
				    .key = f->name, .key_len = strlen(f->name) };
		w->row[w->n++] = f;
	}
	for (i = 0; i + 1 < (int)w->n; i++)
		w->field[i].next = &w->field[i + 1];
	w->member = (struct json){ .type = JSON_OBJECT, .n = (uint32_t)w->n, .key = w->name,
				   .key_len = strlen(w->name), .first = w->n ? w->field : NULL };
	return EXIT_OK;
}

/* ---- the live object ---- */

struct search {
	struct key key;
	struct live found;
};

static void plain_key(const struct table *t, struct key *key)
{
	unsigned int i;

	for (i = 0; i < t->n_keys; i++)
		if (value_is_default(&t->fields[i], key->part[i].b, key->part[i].len))
			key->part[i].len = 0;
}

static void compare(void *arg, struct live *o)
{
	struct search *s = arg;
	struct key key;

	live_key(o, &key);
	plain_key(o->t, &key);
	/* the kernel selected by ENI, whatever it is called */
	if (o->t->type == DASH_OBJ_ENI || (o->t->n_keys && o->t->fields[0].ref == DASH_OBJ_ENI))
		key.part[0] = s->key.part[0];
	if (s->found.t || key_cmp(o->t, &key, &s->key))
		return;
	s->found = *o;
	memset(o, 0, sizeof(*o));
}

static void compare_again(void *arg)
{
	struct search *s = arg;

	live_free(&s->found);
	memset(&s->found, 0, sizeof(s->found));
}

/* Finds the live object of a key; @s->found.t is NULL if there is none. */
static int find(struct search *s, const struct key *key)
{
	const char *owner = table->n_keys && (table->fields[0].type == V_NAME || table->fields[0].type == V_ENI) ?
			    (const char *)key->part[0].b : NULL;

	memset(s, 0, sizeof(*s));
	s->key = *key;
	return query_each(table->type, owner, compare, compare_again, s);
}

/* ---- changes ---- */

/* What @o and @live say together; fields of @w count, whatever the live object has. */
static void overlay(struct buf *out, const struct object *o, const struct live *live,
		    const struct words *w, const char *owner)
{
	struct buf both = { 0 };
	struct attr a;
	size_t i;

	buf_put(&both, o->attrs.p, o->attrs.len);
	for (attr_first(&a, live->attrs, live->len); attr_ok(&a); attr_next(&a)) {
		const struct field *f = table_field_by_attr(table, a.type);

		for (i = 0; i < w->n && w->row[i] != f; i++)
			;
		if (f && !(f->flags & F_KEY) && i == w->n)
			buf_put(&both, a.p, (size_t)(a.data - a.p) + ((a.len + 3) & ~(size_t)3));
	}
	canon(out, table, both.p, both.len, owner);
	buf_free(&both);
}

static int change(struct files *x, const struct object *o, const struct words *w)
{
	struct buf out = { 0 };
	size_t key_len = o->key_len;
	struct search s;
	struct txn txn;
	int code = find(&s, &o->key), e;
	bool merge = table->merge;

	if (code)
		return code;
	if ((verb == ADD && s.found.t) || ((verb == SET || verb == DEL) && !s.found.t && table->n_keys)) {
		struct place at = { .object = w->name };

		diag_error(&x->diag, &at, verb == ADD ? "EEXIST" : "ENOENT",
			   verb == ADD ? "it exists" : "it does not exist");
		live_free(&s.found);
		return EXIT_INVALID;
	}
	e = txn_begin(&txn, false);
	if (e) {
		live_free(&s.found);
		return nl_failed(table->word, e);
	}
	if (verb == SET && s.found.t) {
		struct key key;

		live_key(&s.found, &key);
		overlay(&out, o, &s.found, w, table->n_keys && table->fields[0].type != V_UINT &&
			table->fields[0].type != V_ENUM ? (const char *)key.part[0].b : NULL);
		key_len = canon_key_len(table, &out);
	} else {
		buf_put(&out, o->attrs.p, o->attrs.len);
	}
	/* without this an ENI would keep what is not said */
	if (merge && (verb == SET || verb == REPLACE))
		txn_add(&txn, table, out.p, key_len, key_len, TXN_DELETE, 0, COOKIE_NONE);
	txn_add(&txn, table, out.p, out.len, key_len, verb == DEL ? TXN_DELETE : 0, 0, COOKIE_NONE);
	code = files_commit(x, &txn, false, table->word);
	txn_end(&txn);
	buf_free(&out);
	live_free(&s.found);
	return code;
}

static int run_change(const struct args *a)
{
	struct object o = { 0 };
	struct place at = { 0 };
	struct words w;
	struct files x;
	int code = read_words(a, &w);

	if (!code)
		code = files_start(&x, 0, NULL, false, false);
	if (code) {
		words_free(&w);
		return code;
	}
	x.parse.partial = verb == SET;
	if (object_parse(&x.parse, &at, &w.member, verb == DEL, &o) <= 0)
		code = EXIT_INVALID;
	else if (!(code = nl_open()))
		code = change(&x, &o, &w);
	object_warn_inactive(&x.parse);
	files_end(&x);
	buf_free(&o.attrs);
	words_free(&w);
	return code;
}

/* ---- show ---- */

/* Does an object have this value in this field?  A list has it if one of its items is it. */
static bool has_value(const struct live *o, const struct field *f, const struct value *v)
{
	struct attr a;

	for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a))
		if (a.type == f->attr && a.len == v->len && !memcmp(a.data, v->b, v->len))
			return true;
	for (attr_first(&a, o->attrs, o->len); attr_ok(&a) && a.type != f->attr; attr_next(&a))
		;
	return !attr_ok(&a) && value_is_default(f, v->b, v->len);
}

struct wanted {
	const struct field *f;
	struct value v;
};

static int show(const struct wanted *want, size_t n, const char *owner)
{
	struct query q = { 0 };
	int e = query(&q, table->type, owner);
	size_t i, j;

	if (e)
		return e;
	pr_array(NULL);
	for (i = 0; i < q.n; i++) {
		for (j = 0; j < n && has_value(&q.obj[i], want[j].f, &want[j].v); j++)
			;
		if (j == n)
			pr_live(&q.obj[i]);
	}
	pr_end();
	query_free(&q);
	return EXIT_OK;
}

static int run_show(const struct args *a)
{
	const char *owner = NULL;
	struct value_note note;
	struct wanted *want;
	struct words w;
	struct key key;
	const struct field *part;
	size_t i, n = 0;
	int code = read_words(a, &w);
	char *colon;

	if (code) {
		words_free(&w);
		return code;
	}
	want = xmalloc((w.n + KEY_PARTS) * sizeof(*want));
	colon = strchr(w.name, ':');
	if (colon && !key_parse(table, colon + 1, strlen(colon + 1), ':', &key, &part, &note)) {
		err("%s show: %s: %s", table->word, part->name, note.error);
		code = EXIT_USAGE;
	}
	for (i = 0; colon && !code && i < table->n_keys; i++)
		if (key.part[i].len)
			want[n++] = (struct wanted){ &table->fields[i], key.part[i] };
	for (i = 0; !code && i < w.n; i++) {
		want[n].f = w.row[i];
		if (value_parse(w.row[i], w.field[i].s, w.field[i].len, &want[n].v, &note)) {
			n++;
			continue;
		}
		err("%s show: %s: %s", table->word, w.row[i]->name, note.error);
		code = EXIT_USAGE;
	}
	/* The kernel selects by the first key part, whatever an ENI is called. */
	for (i = 0; i < n; i++)
		if (table->n_keys && want[i].f == &table->fields[0] &&
		    (want[i].f->type == V_ENI || table->type == DASH_OBJ_ENI)) {
			owner = xstrdup((const char *)want[i].v.b);
			memmove(&want[i], &want[i + 1], (--n - i) * sizeof(*want));
			break;
		}
	if (!code)
		code = show(want, n, owner);
	free((char *)owner);
	free(want);
	words_free(&w);
	return code;
}

/* ---- dispatch ---- */

const struct command *verb_find(int argc, char **argv, int *used)
{
	static struct command c;
	static char words[64];
	const struct table *t;
	unsigned int i;

	*used = 0;
	for (t = tables; t->name && (!t->type || strcmp(t->word, argv[0])); t++)
		;
	if (!t->name)
		return NULL;
	for (i = 0; argc > 1 && verbs[i].word && strcmp(verbs[i].word, argv[1]); i++)
		;
	if (argc == 1)
		i = SHOW;
	if (!verbs[i].word)
		return NULL;
	table = t;
	verb = i;
	snprintf(words, sizeof(words), "%s %s", t->word, verbs[i].word);
	c = (struct command){ .words = words, .args = verbs[i].args, .max = 256, .help = verbs[i].help,
			      .min = i != SHOW && t->n_keys, .run = i == SHOW ? run_show : run_change };
	*used = argc > 1 ? 2 : 1;
	return &c;
}
