// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does one see what a sync would do?  One line for an object that comes (+),
 * goes (-) or changes (~), and under it one for each field, of lists one for each
 * item that is not on both sides.  As JSON: the fields that differ, before and
 * after; null is an absent field, that is its default.
 *
 * Called by sync.c, which finds the objects in any order.
 */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "live.h"
#include "object.h"
#include "print.h"

struct side {
	struct live o;
	bool wanted;
};

void diff_take(struct diff *d, bool wanted, const struct table *t, const struct buf *attrs)
{
	struct side *s;

	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 64;
		d->side = xrealloc(d->side, d->cap * sizeof(*d->side));
	}
	s = &d->side[d->n++];
	*s = (struct side){ .o = { .t = t, .len = attrs->len }, .wanted = wanted };
	s->o.attrs = xmalloc(attrs->len);
	memcpy(s->o.attrs, attrs->p, attrs->len);
}

void diff_forget(struct diff *d)
{
	while (d->n)
		live_free(&d->side[--d->n].o);
	free(d->side);
	*d = (struct diff){ 0 };
}

static int object_cmp(const struct side *x, const struct side *y)
{
	struct key k, l;

	if (x->o.t != y->o.t)
		return (int)x->o.t->type - (int)y->o.t->type;
	live_key(&x->o, &k);
	live_key(&y->o, &l);
	return key_cmp(x->o.t, &k, &l);
}

static int by_object(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int c = object_cmp(x, y);

	return c ? c : (int)x->wanted - (int)y->wanted;
}

/* ---- text ---- */

static void line(const char *indent, char sign, const char *text)
{
	enum color c = sign == '+' ? COLOR_GOOD : sign == '-' ? COLOR_BAD : COLOR_WARN;

	printf("%s%s%c %s%s\n", color(STDOUT_FILENO, c), indent, sign, text, color(STDOUT_FILENO, COLOR_OFF));
}

static void value_line(char sign, const struct field *f, const struct attr *a)
{
	char text[VALUE_TEXT];
	struct buf b = { 0 };
	unsigned int i;
	struct attr x;

	buf_printf(&b, "%s", f->name);
	if (f->type == V_ACTIONS) {
		for (i = 0; i < n_routing_action_fields; i++)
			for (attr_first(&x, a->data, a->len); attr_ok(&x); attr_next(&x))
				if (x.type == routing_action_fields[i].attr)
					buf_printf(&b, " %s %s", routing_action_fields[i].name,
						   value_text(&routing_action_fields[i], x.data, x.len, text));
	} else {
		value_text(f, a->data, a->len, text);
		buf_printf(&b, " ");
		if (!*text || strpbrk(text, " \t\"\\"))
			json_quote(&b, text);
		else
			buf_printf(&b, "%s", text);
	}
	line("    ", sign, (char *)b.p);
	buf_free(&b);
}

static bool holds(const struct live *o, unsigned int type, const struct attr *item)
{
	struct attr a;

	if (!o)
		return false;
	for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a))
		if (a.type == type && a.len == item->len && !memcmp(a.data, item->data, a.len))
			return true;
	return false;
}

/* Values of a field that @o has and @other has not; @all: even if it has. */
static unsigned int lines(char sign, const struct field *f, const struct live *o,
			  const struct live *other, bool all)
{
	unsigned int n = 0;
	struct attr a;

	if (!o)
		return 0;
	for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a))
		if (a.type == f->attr && (all || !holds(other, f->attr, &a))) {
			value_line(sign, f, &a);
			n++;
		}
	return n;
}

/* Do both say the same of a field? */
static bool same(const struct live *x, const struct live *y, const struct field *f)
{
	struct attr a, b;

	attr_first(&a, x->attrs, x->len);
	attr_first(&b, y->attrs, y->len);
	for (;; attr_next(&a), attr_next(&b)) {
		while (attr_ok(&a) && a.type != f->attr)
			attr_next(&a);
		while (attr_ok(&b) && b.type != f->attr)
			attr_next(&b);
		if (!attr_ok(&a) || !attr_ok(&b))
			return !attr_ok(&a) && !attr_ok(&b);
		if (a.len != b.len || memcmp(a.data, b.data, a.len))
			return false;
	}
}

static void print_text(const struct live *old, const struct live *new)
{
	const struct live *o = old ? old : new;
	struct buf name = { 0 };
	unsigned int i;

	live_name(o, &name);
	line("", !old ? '+' : !new ? '-' : '~', (char *)name.p);
	buf_free(&name);
	for (i = o->t->n_keys; i < o->t->n_fields; i++) {
		const struct field *f = &o->t->fields[i];

		if (!f->attr || (old && new && same(old, new, f)))
			continue;
		if (lines('-', f, old, new, false) + lines('+', f, new, old, false))
			continue;
		lines('-', f, old, new, true);		/* only the order changes */
		lines('+', f, new, old, true);
	}
}

/* ---- JSON ---- */

static void json_side(const char *name, const struct live *o, const struct live *other)
{
	unsigned int i;

	pr_object(name);
	for (i = o->t->n_keys; i < o->t->n_fields; i++) {
		const struct field *f = &o->t->fields[i];

		if (f->attr && !(other && same(o, other, f)) && !pr_field(o, f) && other)
			pr_word(f->name, "null");
	}
	pr_end();
}

static void print_json(const struct live *old, const struct live *new)
{
	const struct live *o = old ? old : new;
	struct buf name = { 0 };

	live_name(o, &name);
	pr_object(NULL);
	pr_str("change", !old ? "add" : !new ? "delete" : "change");
	pr_str("table", o->t->name);
	pr_str("key", (char *)name.p + strlen(o->t->name) + 1);
	if (old)
		json_side("old", old, new);
	if (new)
		json_side("new", new, old);
	pr_end();
	buf_free(&name);
}

bool diff_print(struct diff *d)
{
	bool any = d->n;
	size_t i;

	if (d->n)
		qsort(d->side, d->n, sizeof(*d->side), by_object);
	if (opt.json)
		pr_array(NULL);
	for (i = 0; i < d->n; i++) {
		const struct side *s = &d->side[i];
		bool pair = !s->wanted && i + 1 < d->n && d->side[i + 1].wanted &&
			    !object_cmp(s, s + 1);
		const struct live *old = s->wanted ? NULL : &s->o;
		const struct live *new = pair ? &s[1].o : s->wanted ? &s->o : NULL;

		i += pair;
		(opt.json ? print_json : print_text)(old, new);
	}
	if (opt.json)
		pr_end();
	return any;
}
