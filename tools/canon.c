// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * When are an object of a file and a live one the same?  When their canonical
 * forms are: attributes in order, defaults left out, the ENI called by its key,
 * its MAC address given even if the key says it.
 *
 * Which ENI a name means depends on all ENIs of the files and on the live ones,
 * so they are collected first.  They are few (thousands), and an ENI given twice
 * merges: so what files say of them is kept, unlike all other objects.
 *
 * Called by sync.c and verb.c.
 */
#include "canon.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "query.h"

static void put_action(struct buf *out, unsigned int type, const struct attr *action)
{
	struct buf nest = { 0 };
	struct attr a;
	unsigned int i;

	for (i = 0; i < n_routing_action_fields; i++) {
		const struct field *f = &routing_action_fields[i];

		for (attr_first(&a, action->data, action->len); attr_ok(&a); attr_next(&a))
			if (a.type == f->attr && !value_is_default(f, a.data, a.len))
				attr_put(&nest, a.type, a.data, a.len);
	}
	attr_put(out, type | NLA_F_NESTED, nest.p, nest.len);
	buf_free(&nest);
}

/* What an ENI's key says of its fields: the default of eni_id, and of the MAC if it is one. */
static void put_eni_field(struct buf *out, const struct field *f, const struct attr *a,
			  const char *key)
{
	unsigned char mac[6];

	if (f->attr == DASH_A_ENI_ENI_ID && a && !strcmp((const char *)a->data, key))
		return;
	if (a)
		attr_put(out, f->attr, a->data, a->len);
	else if (f->attr == DASH_A_ENI_MAC_ADDRESS && mac_parse(key, strlen(key), mac))
		attr_put(out, f->attr, mac, sizeof(mac));
}

size_t canon(struct buf *out, const struct table *t, const void *attrs, size_t len, const char *owner)
{
	const char *name = owner;
	size_t key_len = 0;
	unsigned int i;
	struct attr a;

	out->len = 0;
	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];
		bool eni = t->type == DASH_OBJ_ENI &&
			   (f->attr == DASH_A_ENI_ENI_ID || f->attr == DASH_A_ENI_MAC_ADDRESS);
		bool found = false;

		if (i == t->n_keys)
			key_len = out->len;
		if (!f->attr)
			continue;
		for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
			if (a.type != f->attr || (found && !(f->flags & F_LIST)))
				continue;
			found = true;
			if (!i && !name)
				name = (const char *)a.data;
			if (!i && owner)
				attr_put(out, f->attr, owner, strlen(owner) + 1);
			else if (f->type == V_ACTIONS)
				put_action(out, f->attr, &a);
			else if (eni)
				put_eni_field(out, f, &a, name);
			else if (!value_is_default(f, a.data, a.len))
				attr_put(out, f->attr, a.data, a.len);
		}
		if (eni && !found && name)
			put_eni_field(out, f, NULL, name);
	}
	return t->n_fields > t->n_keys ? key_len : out->len;
}

size_t canon_key_len(const struct table *t, const struct buf *canonical)
{
	const struct field *f = NULL;
	struct attr a;

	for (attr_first(&a, canonical->p, canonical->len); attr_ok(&a); attr_next(&a)) {
		f = table_field_by_attr(t, a.type);
		if (!f || !(f->flags & F_KEY))
			break;
	}
	return attr_ok(&a) ? (size_t)(a.p - canonical->p) : canonical->len;
}

/* ---- names of ENIs ---- */

static void read_names(struct eni *e, const void *attrs, size_t len)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_ENI_MAC_ADDRESS && a.len == sizeof(e->mac)) {
			memcpy(e->mac, a.data, sizeof(e->mac));
			e->has_mac = true;
		} else if (a.type == DASH_A_ENI_ENI_ID) {
			free(e->id);
			e->id = attr_string(&a);
		} else if (a.type == DASH_A_ENI_ENI && !*e->key && a.len <= sizeof(e->key)) {
			memcpy(e->key, a.data, a.len);
		}
	}
	if (!e->has_mac)
		e->has_mac = mac_parse(e->key, strlen(e->key), e->mac);
}

int enis_load(struct enis *e)
{
	struct query q = { 0 };
	int code = query(&q, DASH_OBJ_ENI, NULL);
	size_t i;

	e->live = xmalloc(q.n * sizeof(*e->live));
	memset(e->live, 0, q.n * sizeof(*e->live));
	for (i = 0; i < q.n; i++)
		read_names(&e->live[i], q.obj[i].attrs, q.obj[i].len);
	e->n_live = q.n;
	query_free(&q);
	return code;
}

/* By key first, then by the other names; NULL: none is called so. */
static struct eni *find(struct eni *list, size_t n, const char *ref, bool wanted)
{
	unsigned char mac[6];
	bool is_mac = mac_parse(ref, strlen(ref), mac);
	size_t i;

	for (i = 0; i < n; i++)
		if ((!wanted || list[i].wanted) && !strcmp(list[i].key, ref))
			return &list[i];
	for (i = 0; i < n; i++)
		if ((!wanted || list[i].wanted) &&
		    ((is_mac && list[i].has_mac && !memcmp(list[i].mac, mac, 6)) ||
		     (list[i].id && !strcmp(list[i].id, ref))))
			return &list[i];
	return NULL;
}

const char *enis_resolve(struct enis *e, const char *ref)
{
	struct eni *found;

	if (e->last_key && !strcmp(e->last, ref))
		return e->last_key;
	found = find(e->file, e->n_file, ref, true);
	if (!found)
		return NULL;
	strcpy(e->last, ref);
	e->last_key = found->key;
	return found->key;
}

/* Fields of @over, and of @base those that @over neither has nor resets. */
static void merge(struct buf *base, const struct buf *over, size_t base_key, size_t over_key, uint32_t reset)
{
	struct buf both = { 0 };
	struct attr a, b;

	buf_put(&both, over->p, over->len);
	for (attr_first(&a, base->p + base_key, base->len - base_key); attr_ok(&a); attr_next(&a)) {
		for (attr_first(&b, over->p + over_key, over->len - over_key); attr_ok(&b); attr_next(&b))
			if (b.type == a.type)
				break;
		if (!attr_ok(&b) && !(reset >> a.type & 1))
			attr_put(&both, a.type, a.data, a.len);
	}
	buf_free(base);
	*base = both;
}

void enis_take(struct enis *e, const struct object *o, uint64_t cookie)
{
	const char *name = (const char *)o->key.part[0].b;
	struct eni *eni = find(e->live, e->n_live, name, false);

	if (eni)
		name = eni->key;
	eni = find(e->file, e->n_file, name, false);
	if (!eni) {
		if (e->n_file == e->cap) {
			e->cap = e->cap ? 2 * e->cap : 64;
			e->file = xrealloc(e->file, e->cap * sizeof(*e->file));
		}
		eni = &e->file[e->n_file++];
		memset(eni, 0, sizeof(*eni));
		strcpy(eni->key, name);
	}
	if (!eni->wanted)
		eni->attrs.len = eni->key_len = 0;
	eni->wanted = !o->del;
	eni->cookie = cookie;
	e->last_key = NULL;
	if (o->del)
		return;
	merge(&eni->attrs, &o->attrs, eni->key_len, o->key_len, o->reset);
	eni->key_len = o->key_len;
	read_names(eni, eni->attrs.p, eni->attrs.len);
}

void enis_free(struct enis *e)
{
	size_t i;

	for (i = 0; i < e->n_live; i++)
		free(e->live[i].id);
	for (i = 0; i < e->n_file; i++) {
		free(e->file[i].id);
		buf_free(&e->file[i].attrs);
	}
	free(e->live);
	free(e->file);
}
