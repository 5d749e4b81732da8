// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does an ACL binding of the old form mean?  DASH_ACL_V4_IN_TABLE and its
 * likes set one address family's half of a binding, and "acl_group_id" names a
 * group whose family says which half; a binding of today holds both halves and
 * is replaced as a whole.  So the halves of a file are put together, completed
 * from the live state, and staged at the end.
 *
 * Called by config.c; bindings are few (ten per ENI), so plain lists will do.
 */
#define _GNU_SOURCE
#include "legacy.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "query.h"

/* Index into pairs of halves; the field of the binding is n_keys + index. */
enum { V4, V6, UNKNOWN };

/**
 * struct half - what files say of one binding
 * @t, @key: the binding
 * @given: by family: the files name or delete this half
 * @group: by family, last the one of unknown family; "" = none
 * @cookie: of the last object
 */
struct half {
	const struct table *t;
	struct key key;
	bool given[2];
	char group[3][VALUE_MAX];
	uint64_t cookie;
};

struct known_group {
	char name[VALUE_MAX];
	uint8_t ip_version;
};

static struct half *find(struct legacy *l, const struct object *o)
{
	size_t i;

	for (i = 0; i < l->n_halves; i++)
		if (l->halves[i].t == o->t && !key_cmp(o->t, &l->halves[i].key, &o->key))
			return &l->halves[i];
	l->halves = xrealloc(l->halves, (l->n_halves + 1) * sizeof(*l->halves));
	memset(&l->halves[l->n_halves], 0, sizeof(*l->halves));
	l->halves[l->n_halves].t = o->t;
	l->halves[l->n_halves].key = o->key;
	return &l->halves[l->n_halves++];
}

void legacy_take(struct legacy *l, const struct object *o, uint64_t cookie)
{
	int family = !*o->half ? UNKNOWN : o->half[1] == '4' ? V4 : V6;
	struct half *h = find(l, o);

	h->cookie = cookie;
	strcpy(h->group[family], o->del ? "" : o->half_group);
	if (family != UNKNOWN)
		h->given[family] = true;
}

static void know_group(struct legacy *l, const char *name, uint8_t ip_version)
{
	if (l->n_groups == l->cap_groups) {
		l->cap_groups = l->cap_groups ? 2 * l->cap_groups : 64;
		l->groups = xrealloc(l->groups, l->cap_groups * sizeof(*l->groups));
	}
	strcpy(l->groups[l->n_groups].name, name);
	l->groups[l->n_groups++].ip_version = ip_version;
}

void legacy_see(struct legacy *l, const struct object *o)
{
	struct attr a;

	if (o->t->type != DASH_OBJ_ACL_GROUP || o->del)
		return;
	for (attr_first(&a, o->attrs.p, o->attrs.len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_ACL_GROUP_IP_VERSION && a.len == 1)
			know_group(l, (const char *)o->key.part[0].b, a.data[0]);
}

/* Family of a group: of the files, else of the live state; 0: there is no such group. */
static uint8_t group_family(struct legacy *l, bool live, const char *name)
{
	struct query q = { 0 };
	uint8_t family = 0;
	struct attr a;
	size_t i;

	for (i = l->n_groups; i--;)
		if (!strcmp(l->groups[i].name, name))
			return l->groups[i].ip_version;
	if (!live || query(&q, DASH_OBJ_ACL_GROUP, name))
		return 0;
	for (i = 0; i < q.n; i++)
		for (attr_first(&a, q.obj[i].attrs, q.obj[i].len); attr_ok(&a); attr_next(&a))
			if (a.type == DASH_A_ACL_GROUP_IP_VERSION && a.len == 1)
				family = a.data[0];
	query_free(&q);
	return family;
}

/* Fills halves that the files do not mention from the live binding. */
static void complete(struct half *h)
{
	struct query q = { 0 };
	struct key key;
	struct attr a;
	size_t i;
	int f;

	/* the owner is found by any name of the ENI; the stage then decides */
	if (query(&q, h->t->type, (const char *)h->key.part[0].b))
		return;
	for (i = 0; i < q.n; i++) {
		live_key(&q.obj[i], &key);
		if (key.part[1].b[0] != h->key.part[1].b[0])
			continue;
		for (attr_first(&a, q.obj[i].attrs, q.obj[i].len); attr_ok(&a); attr_next(&a))
			for (f = V4; f <= V6; f++)
				if (!h->given[f] && a.type == h->t->fields[h->t->n_keys + f].attr &&
				    a.len <= VALUE_MAX)
					memcpy(h->group[f], a.data, a.len);
	}
	query_free(&q);
}

void legacy_finish(struct legacy *l, bool live,
		   void (*put)(void *arg, const struct table *t, const struct buf *attrs,
			       size_t key_len, uint64_t cookie), void *arg)
{
	struct buf b = { 0 };
	size_t i, key_len;
	int f;

	for (i = 0; i < l->n_halves; i++) {
		struct half *h = &l->halves[i];

		if (h->group[UNKNOWN][0]) {
			/* A group that does not exist is the kernel's to refuse. */
			f = group_family(l, live, h->group[UNKNOWN]) == DASH_IP_VERSION_IPV6 ? V6 : V4;
			strcpy(h->group[f], h->group[UNKNOWN]);
			h->given[V4] = h->given[V6] = true;
		}
		if (live && (!h->given[V4] || !h->given[V6]))
			complete(h);
		b.len = 0;
		attr_put_key(&b, h->t, &h->key);
		key_len = b.len;
		for (f = V4; f <= V6; f++)
			if (h->group[f][0])
				attr_put(&b, h->t->fields[h->t->n_keys + f].attr, h->group[f],
					 strlen(h->group[f]) + 1);
		put(arg, h->t, &b, key_len, h->cookie);
	}
	buf_free(&b);
}

void legacy_free(struct legacy *l)
{
	free(l->halves);
	free(l->groups);
}
