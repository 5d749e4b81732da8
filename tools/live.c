// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a live object look?  Its attributes, read by the rows of table.c, as
 * members of text or JSON.  One printer for all tables; used by show.c (with
 * defaults and counters) and export.c (without).
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "object.h"
#include "print.h"
#include "stats.h"

static void pr_value(const char *name, const struct field *f, const void *data, size_t len)
{
	char text[VALUE_TEXT];

	value_text(f, data, len, text);
	if (value_is_bare(f) && strcmp(text, "?"))
		pr_word(name, text);
	else
		pr_str(name, text);
}

void pr_action(const struct attr *nest)
{
	struct attr a;
	unsigned int i;

	pr_object(NULL);
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a))
		for (i = 0; i < n_routing_action_fields; i++)
			if (routing_action_fields[i].attr == a.type)
				pr_value(routing_action_fields[i].name, &routing_action_fields[i], a.data,
					 a.len);
	pr_end();
}

static void pr_list(const struct live *o, const struct field *f)
{
	struct attr a;

	pr_array(f->name);
	for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a)) {
		if (a.type != f->attr)
			continue;
		if (f->type == V_ACTIONS)
			pr_action(&a);
		else
			pr_value(NULL, f, a.data, a.len);
	}
	pr_end();
}

static bool find(const struct live *o, const struct field *f, struct attr *a)
{
	for (attr_first(a, o->attrs, o->len); attr_ok(a); attr_next(a))
		if (a->type == f->attr)
			return true;
	return false;
}

static void pr_default(const struct field *f)
{
	struct value_note note;
	struct value v;

	if (value_parse(f, f->def, strlen(f->def), &v, &note))
		pr_value(f->name, f, v.b, v.len);
}

bool pr_field(const struct live *o, const struct field *f)
{
	struct attr a;

	if (!find(o, f, &a))
		return false;
	if (f->flags & F_LIST)
		pr_list(o, f);
	else
		pr_value(f->name, f, a.data, a.len);
	return true;
}

void pr_fields(const struct live *o, bool defaults)
{
	const struct table *t = o->t;
	int pass;
	unsigned int i;

	/* Lists of objects last: in text they take lines of their own. */
	for (pass = 0; pass < 2; pass++)
		for (i = t->n_keys; i < t->n_fields; i++) {
			const struct field *f = &t->fields[i];

			if (!f->attr || (f->type == V_ACTIONS) != pass)
				continue;
			if (!pr_field(o, f) && defaults && f->def && !(f->flags & (F_STORED | F_RARE)))
				pr_default(f);
		}
}

void pr_key(const struct live *o)
{
	struct key key;
	unsigned int i;

	live_key(o, &key);
	for (i = 0; i < o->t->n_keys; i++)
		if (key.part[i].len)
			pr_value(o->t->fields[i].name, &o->t->fields[i], key.part[i].b, key.part[i].len);
}

void pr_counters(const struct live *o)
{
	size_t i;

	if (o->counted) {
		pr_u64("hits", o->hits);
		pr_u64("bytes", o->bytes);
	}
	for (i = 0; i < o->n_counters; i++) {
		const struct counter *c = &o->counters[i];
		/* a route group is disabled, and counts the packets dropped for that under the same name */
		char *drops = table_field(o->t->fields, o->t->n_fields, c->name) ? xasprintf("%s_drops", c->name) : NULL;

		pr_u64(drops ? drops : c->name, c->value);
		free(drops);
	}
}

void pr_live(const struct live *o)
{
	pr_object(NULL);
	pr_key(o);
	pr_fields(o, true);
	pr_counters(o);
	pr_statistics(o);
	pr_end();
}

void pr_statistics(const struct live *o)
{
	char text[VALUE_TEXT];

	if (opt.statistics && o->t->type == DASH_OBJ_ENI && live_text(o, "eni", text))
		stats_of_eni(text);
}

void live_name(const struct live *o, struct buf *out)
{
	struct key key;

	live_key(o, &key);
	buf_printf(out, "%s:", o->t->name);
	if (o->t->n_keys)
		key_text(o->t, &key, out);
	else
		buf_printf(out, "%s", o->t->word);
}

const char *live_text(const struct live *o, const char *field, char *out)
{
	const struct field *f = table_field(o->t->fields, o->t->n_fields, field);
	struct attr a;

	return f && find(o, f, &a) ? value_text(f, a.data, a.len, out) : NULL;
}
