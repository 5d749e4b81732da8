// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does one member "TABLE:key": {body} of a configuration file say, in the
 * words of the netlink interface?  Name and key are split, every member of the
 * body finds its row of table.c, and the rows then write their attributes in
 * order.  Values equal to the default are left out, so that a file that spells
 * a default and one that does not give the same object; not so for tables that
 * merge (ENI), where an omitted field keeps what it was.
 *
 * Judged here is what needs no other object: spelling, range, missing fields,
 * features of later releases.  References and combinations are the kernel's.
 * Called by config.c for each member; no state beyond struct parse.
 */
#include "object.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"

#define MAX_ACTIONS 5

/* ---- keys ---- */

void attr_put_key(struct buf *b, const struct table *t, const struct key *key)
{
	unsigned int i;

	for (i = 0; i < t->n_keys; i++)
		if (key->part[i].len)
			attr_put(b, t->fields[i].attr, key->part[i].b, key->part[i].len);
}

void object_key(const struct table *t, const void *attrs, size_t len, struct key *key)
{
	unsigned int i;
	struct attr a;

	for (i = 0; i < KEY_PARTS; i++)
		key->part[i].len = 0;
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		for (i = 0; i < t->n_keys; i++)
			if (t->fields[i].attr == a.type && a.len <= VALUE_MAX) {
				memcpy(key->part[i].b, a.data, a.len);
				key->part[i].len = a.len;
			}
}

/* ---- values ---- */

static bool is_absent(const struct json *j)
{
	return j->type == JSON_NULL || (j->type == JSON_STRING && !j->len);
}

/* Complaint about a field; @where is the value. */
static void field_at(struct place *at, const struct field *f, const struct json *where)
{
	at->field = f->name;
	at->pos = where->pos;
}

static bool scalar(struct parse *p, struct place *at, const struct field *f, const struct json *j,
		   struct value *v)
{
	struct value_note note;

	field_at(at, f, j);
	if (!value_from_json(f, j, v, &note)) {
		diag_error(p->diag, at, note.code, "%s", note.error);
		return false;
	}
	if (note.warning[0])
		diag_warning(p->diag, at, "%s", note.warning);
	return true;
}

/* Values that a list holds already: offsets into the attributes written, by hash. */
struct seen {
	size_t *slot;
	size_t size, used;
};

static uint64_t hash(const unsigned char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ull;
	return h ^ h >> 29;
}

static size_t *seen_slot(struct seen *s, const struct buf *b, const void *data, size_t len)
{
	size_t i = hash(data, len) & (s->size - 1);
	struct attr a;

	for (; s->slot[i]; i = (i + 1) & (s->size - 1)) {
		attr_first(&a, b->p + s->slot[i] - 1, b->len - s->slot[i] + 1);
		if (attr_ok(&a) && a.len == len && !memcmp(a.data, data, len))
			break;
	}
	return &s->slot[i];
}

static void seen_grow(struct seen *s, const struct buf *b)
{
	struct seen n = { .size = s->size ? 2 * s->size : 64, .used = s->used };
	struct attr a;
	size_t i;

	n.slot = xmalloc(n.size * sizeof(*n.slot));
	memset(n.slot, 0, n.size * sizeof(*n.slot));
	for (i = 0; i < s->size; i++)
		if (s->slot[i]) {
			attr_first(&a, b->p + s->slot[i] - 1, b->len - s->slot[i] + 1);
			if (attr_ok(&a))
				*seen_slot(&n, b, a.data, a.len) = s->slot[i];
		}
	free(s->slot);
	*s = n;
}

static void list_put(struct seen *s, struct buf *b, const struct field *f, const struct value *v)
{
	size_t *slot;

	if (2 * s->used >= s->size)
		seen_grow(s, b);
	slot = seen_slot(s, b, v->b, v->len);
	if (*slot)
		return;				/* duplicates go silently */
	*slot = b->len + 1;
	s->used++;
	attr_put(b, f->attr, v->b, v->len);
}

/* "a, b,c": one string for a list */
static bool list_from_text(struct parse *p, struct place *at, const struct field *f,
			   const struct json *j, struct seen *seen, struct buf *b)
{
	const char *s = j->s, *end = j->s + j->len, *stop, *next;
	bool ok = true;

	field_at(at, f, j);
	for (; s <= end; s = next) {
		struct value_note note;
		struct value v;

		stop = memchr(s, ',', (size_t)(end - s));
		stop = stop ? stop : end;
		next = stop + 1;
		while (s < stop && *s == ' ')
			s++;
		while (stop > s && stop[-1] == ' ')
			stop--;
		if (s == stop) {
			diag_error(p->diag, at, "EINVAL", "empty item in list \"%s\"", j->s);
			return false;
		}
		if (!value_parse(f, s, (size_t)(stop - s), &v, &note)) {
			diag_error(p->diag, at, note.code, "%s", note.error);
			ok = false;
			continue;
		}
		if (note.warning[0])
			diag_warning(p->diag, at, "%s", note.warning);
		list_put(seen, b, f, &v);
	}
	return ok;
}

static bool list(struct parse *p, struct place *at, const struct field *f, const struct json *j,
		 struct buf *b)
{
	struct seen seen = { 0 };
	const struct json *item;
	struct value v;
	bool ok = true;

	if (j->type == JSON_STRING) {
		ok = list_from_text(p, at, f, j, &seen, b);
	} else if (j->type == JSON_ARRAY) {
		for (item = j->first; item && !diag_full(p->diag); item = item->next) {
			if (scalar(p, at, f, item, &v))
				list_put(&seen, b, f, &v);
			else
				ok = false;
		}
	} else {
		ok = scalar(p, at, f, j, &v);
		if (ok)
			list_put(&seen, b, f, &v);
	}
	free(seen.slot);
	return ok;
}

/* ---- body ---- */

static void unknown_field(struct parse *p, struct place *at, const struct json *m)
{
	at->field = m->key;
	at->pos = m->key_pos;
	diag_warning(p->diag, at, "unknown field \"%s\"", m->key);
}

/*
 * Finds the member of each field.  A field given twice, or by two of its names, is fine if both
 * say the same.
 */
static bool match_fields(struct parse *p, struct place *at, const struct field *fields,
			 unsigned int n, const struct json *body, const struct json **given)
{
	const struct json *m;
	bool ok = true;

	memset(given, 0, n * sizeof(*given));
	for (m = body->first; m; m = m->next) {
		const struct field *f = strlen(m->key) == m->key_len ?
					table_field(fields, n, m->key) : NULL;
		unsigned int i = (unsigned int)(f - fields);
		struct value_note note;
		struct value a, b;

		if (!f) {
			unknown_field(p, at, m);
			continue;
		}
		if (is_absent(m))
			continue;
		if (!given[i]) {
			given[i] = m;
			continue;
		}
		if ((f->flags & F_LIST) || !value_from_json(f, given[i], &a, &note) ||
		    !value_from_json(f, m, &b, &note) || a.len != b.len || memcmp(a.b, b.b, a.len)) {
			field_at(at, f, m);
			diag_error(p->diag, at, "EINVAL", "given twice, as \"%s\" and \"%s\"",
				   given[i]->key, m->key);
			ok = false;
		}
	}
	return ok;
}

/* Key parts in the body: they form the key (F-8), or repeat it (F-11). */
static bool echo_key(struct parse *p, struct place *at, struct object *o,
		     const struct json **given)
{
	unsigned int i;
	bool ok = true;

	for (i = 0; i < o->t->n_keys; i++) {
		const struct field *f = &o->t->fields[i];
		struct value *part = &o->key.part[i], v;
		char text[VALUE_TEXT], body[VALUE_TEXT];

		if (!given[i])
			continue;
		if (!scalar(p, at, f, given[i], &v)) {
			ok = false;
		} else if (!part->len) {
			*part = v;
		} else if (part->len != v.len || memcmp(part->b, v.b, v.len)) {
			diag_error(p->diag, at, "EINVAL", "\"%s\" in the body, but \"%s\" in the key",
				   value_text(f, v.b, v.len, body),
				   value_text(f, part->b, part->len, text));
			ok = false;
		}
	}
	return ok;
}

static bool key_complete(struct parse *p, struct place *at, struct object *o)
{
	unsigned int i;

	for (i = 0; i < o->t->n_keys; i++) {
		const struct field *f = &o->t->fields[i];

		if (o->key.part[i].len && value_is_default(f, o->key.part[i].b, o->key.part[i].len))
			o->key.part[i].len = 0;
		if (o->key.part[i].len || (f->flags & F_OPTIONAL))
			continue;
		at->field = NULL;
		diag_error(p->diag, at, "EINVAL", "missing key part \"%s\"", f->name);
		return false;
	}
	return true;
}

static void note_inactive(struct parse *p, const struct place *at, const struct object *o,
			  const struct field *f, const struct json *m)
{
	struct inactive *in = &p->inactive[o->t->type];

	if (!in->fields) {
		in->first = *at;
		in->first.pos = m->key_pos;
	}
	in->fields |= 1ull << (f - o->t->fields);
}

/* A field of a later release may be given only if it asks for nothing. */
static bool later_field(struct parse *p, struct place *at, const struct field *f,
			const struct json *m)
{
	struct value_note note;
	struct value v;

	if (value_from_json(f, m, &v, &note) && value_is_default(f, v.b, v.len))
		return true;
	field_at(at, f, m);
	diag_error(p->diag, at, "ENOTSUP", "\"%s\" is not available in this release", f->name);
	return false;
}

static bool put_field(struct parse *p, struct place *at, struct object *o, const struct field *f,
		      const struct json *m)
{
	size_t before = o->attrs.len;
	struct value v;

	if (f->flags & F_IGNORED)
		return true;
	if (f->flags & F_LATER)
		return later_field(p, at, f, m);
	if (f->flags & F_LIST) {
		if (!list(p, at, f, m, &o->attrs))
			return false;
		if (o->t->merge && o->attrs.len == before)
			o->reset |= 1u << f->attr;
	} else {
		if (!scalar(p, at, f, m, &v))
			return false;
		if (o->t->merge || p->partial || !value_is_default(f, v.b, v.len))
			attr_put(&o->attrs, f->attr, v.b, v.len);
	}
	if ((f->flags & F_STORED) && o->attrs.len != before)
		note_inactive(p, at, o, f, m);
	return true;
}

static void missing(struct parse *p, struct place *at, const struct field *f,
		    const struct json *body)
{
	at->field = NULL;
	at->pos = body->pos;
	diag_error(p->diag, at, "EINVAL", "missing field \"%s\"", f->name);
}

/* ---- actions of a routing type ---- */

static bool put_action(struct parse *p, struct place *at, struct object *o, const struct json *j)
{
	const struct json *given[8], *m;
	struct buf nest = { 0 };
	unsigned int i;
	struct value v;
	bool ok;

	if (j->type != JSON_OBJECT) {
		at->field = NULL;
		at->pos = j->pos;
		diag_error(p->diag, at, "EINVAL", "expected an action object, found %s",
			   json_type_name(j->type));
		return false;
	}
	ok = match_fields(p, at, routing_action_fields, n_routing_action_fields, j, given);
	for (i = 0; i < n_routing_action_fields; i++) {
		const struct field *f = &routing_action_fields[i];

		m = given[i];
		if (!m && (f->flags & F_MANDATORY)) {
			missing(p, at, f, j);
			ok = false;
		}
		if (!m)
			continue;
		if (!scalar(p, at, f, m, &v))
			ok = false;
		else if (!value_is_default(f, v.b, v.len))
			attr_put(&nest, f->attr, v.b, v.len);
	}
	if (ok)
		attr_put(&o->attrs, DASH_A_ROUTING_TYPE_ACTIONS | NLA_F_NESTED, nest.p, nest.len);
	buf_free(&nest);
	return ok;
}

static bool put_actions(struct parse *p, struct place *at, struct object *o,
			const struct json *body)
{
	const struct json *item;
	bool ok = true;

	if (body->type == JSON_OBJECT)
		return put_action(p, at, o, body);
	if (!body->n || body->n > MAX_ACTIONS) {
		at->pos = body->pos;
		diag_error(p->diag, at, "EINVAL", "%u actions: 1 to %d are accepted", body->n, MAX_ACTIONS);
		return false;
	}
	for (item = body->first; item; item = item->next)
		ok &= put_action(p, at, o, item);
	return ok;
}

/* ---- legacy ACL bindings ---- */

/* Takes "acl_group_id" out of the body of a binding; the field it stands for is in o->half. */
static bool take_half(struct parse *p, struct place *at, struct object *o, const struct json *body,
		      const char *half)
{
	static const struct field group = { .name = "acl_group_id", .type = V_NAME };
	const struct json *m = json_member(body, "acl_group_id");
	struct value v;

	o->half = half;
	o->half_group[0] = '\0';
	if (!m || is_absent(m)) {
		if (half)
			missing(p, at, &group, body);
		return !half;
	}
	if (!scalar(p, at, &group, m, &v))
		return false;
	memcpy(o->half_group, v.b, v.len);
	if (!o->half)
		o->half = "";
	return true;
}

static bool is_binding(const struct table *t)
{
	return t->type == DASH_OBJ_ACL_IN || t->type == DASH_OBJ_ACL_OUT;
}

/* ---- object ---- */

static bool set_body(struct parse *p, struct place *at, struct object *o, const struct json *body,
		     const struct json **given)
{
	const struct table *t = o->t;
	bool ok = true;
	unsigned int i;

	if (t->type == DASH_OBJ_ROUTING_TYPE)
		return put_actions(p, at, o, body);
	for (i = t->n_keys; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];

		if (given[i])
			ok &= put_field(p, at, o, f, given[i]);
		else if ((f->flags & F_MANDATORY) && !t->merge && !p->partial) {
			missing(p, at, f, body);
			ok = false;
		}
	}
	if (is_binding(t) && ok && !o->half && !p->partial && o->attrs.len == o->key_len) {
		at->field = NULL;
		at->pos = body->pos;
		diag_error(p->diag, at, "EINVAL", "missing field \"v4_acl_group_id\" or \"v6_acl_group_id\"");
		return false;
	}
	return ok;
}

static bool body_shape(struct parse *p, struct place *at, const struct object *o,
		       const struct json *body)
{
	if (body->type == JSON_OBJECT ||
	    (o->t->type == DASH_OBJ_ROUTING_TYPE && body->type == JSON_ARRAY))
		return true;
	at->pos = body->pos;
	diag_error(p->diag, at, "EPARSE", "expected an object as body, found %s",
		   json_type_name(body->type));
	return false;
}

/* The table; -1 refused, 0 to be ignored, 1 go on. */
static int which_table(struct parse *p, struct place *at, const char *name, size_t len, bool del,
		       struct object *o, const char **half)
{
	o->t = table_find(name, len, half);
	if (o->t && o->t->type)
		return 1;
	if (o->t && del) {
		diag_warning(p->diag, at, "table is not available in this release, nothing to delete");
		return 0;
	}
	if (o->t) {
		diag_error(p->diag, at, "ENOTSUP", "table is not available in this release");
		return -1;
	}
	if (!del && !p->ignore_unknown) {
		diag_error(p->diag, at, "EINVAL", "unknown table \"%.*s\"", (int)len, name);
		return -1;
	}
	diag_warning(p->diag, at, "unknown table \"%.*s\" ignored", (int)len, name);
	return 0;
}

static bool read_key(struct parse *p, struct place *at, struct object *o, const char *rest,
		     const char *end, char sep)
{
	struct value_note note;
	const struct field *part;

	if (!o->t->n_keys) {
		memset(&o->key, 0, sizeof(o->key));
		if (rest == end || !strcmp(rest, o->t->word))
			return true;
		diag_error(p->diag, at, "EINVAL", "key \"%s\" is not \"%s\"", rest, o->t->word);
		return false;
	}
	if (key_parse(o->t, rest, (size_t)(end - rest), sep, &o->key, &part, &note)) {
		if (note.warning[0])
			diag_warning(p->diag, at, "key part \"%s\": %s", part->name, note.warning);
		return true;
	}
	diag_error(p->diag, at, note.code, "key part \"%s\": %s", part->name, note.error);
	return false;
}

int object_parse(struct parse *p, struct place *at, const struct json *m, bool del,
		 struct object *o)
{
	size_t name_len = strcspn(m->key, ":|");
	const char *rest = m->key + name_len + (m->key[name_len] != '\0'), *half;
	const struct json *given[64], *body = m;
	bool ok = true, has_fields;
	int known;

	at->object = m->key;
	at->field = NULL;
	at->pos = m->key_pos;
	o->del = del;
	o->attrs.len = 0;
	o->half = NULL;
	o->reset = 0;
	if (strlen(m->key) != m->key_len) {
		diag_error(p->diag, at, "EINVAL", "key holds a NUL character");
		return -1;
	}
	known = which_table(p, at, m->key, name_len, del, o, &half);
	if (known <= 0)
		return known;
	if (!read_key(p, at, o, rest, m->key + m->key_len, m->key[name_len]))
		return -1;
	o->loose = o->t->type == DASH_OBJ_ROUTE_RULE && !o->key.part[o->t->n_keys - 1].len;
	if (!del && !body_shape(p, at, o, body))
		return -1;

	has_fields = body->type == JSON_OBJECT && o->t->type != DASH_OBJ_ROUTING_TYPE;
	memset(given, 0, sizeof(given));
	if (!del && has_fields && is_binding(o->t) && (half || json_member(body, "acl_group_id")))
		ok = take_half(p, at, o, body, half);
	else if (del && half)
		o->half = half;
	if (has_fields && (!del || !*rest)) {
		/* Of a body of DEL only the key parts count: say nothing about the rest. */
		struct diag quiet = { .errors = DIAG_LIMIT, .warnings = DIAG_LIMIT };
		struct diag *loud = p->diag;

		if (del || o->half)
			p->diag = &quiet;
		ok &= match_fields(p, at, o->t->fields, o->t->n_fields, body, given) || del;
		p->diag = loud;
		ok &= echo_key(p, at, o, given);
	}
	at->pos = m->key_pos;
	if (!key_complete(p, at, o))
		return -1;
	attr_put_key(&o->attrs, o->t, &o->key);
	o->key_len = o->attrs.len;
	if (!del)
		ok &= set_body(p, at, o, body, given);
	return ok ? 1 : -1;
}

void object_warn_inactive(struct parse *p)
{
	unsigned int type, i;

	for (type = 1; type <= DASH_OBJ_MAX; type++) {
		struct inactive *in = &p->inactive[type];
		const struct table *t = table_by_type(type);
		struct buf names = { 0 };

		if (!in->fields)
			continue;
		for (i = 0; i < t->n_fields; i++)
			if (in->fields >> i & 1)
				buf_printf(&names, "%s%s", names.len ? ", " : "", t->fields[i].name);
		in->first.object = t->name;
		in->first.field = NULL;
		diag_warning(p->diag, &in->first, "accepted, but without effect in this release: %s",
			     (char *)names.p);
		buf_free(&names);
	}
}
