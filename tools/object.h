/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_OBJECT_H
#define DASHCTL_OBJECT_H

#include "attr.h"
#include "diag.h"
#include "table.h"
#include "util.h"

/**
 * struct object - one object of a file, ready to be sent
 * @t: its table
 * @key: its key
 * @del: it is to be deleted
 * @attrs: payload of its nest: attributes in ascending order, keys first
 * @key_len: bytes of @attrs that are key
 * @reset: SET of a table that merges: bits of the attributes of lists given as empty
 * @loose: an inbound route rule whose key, as written, has no priority
 * @half: the binding came by "acl_group_id": field of the family whose half it is, "" if the
 *	group must say the family; NULL: an ordinary object
 * @half_group: that group
 */
struct object {
	const struct table *t;
	struct key key;
	bool del, loose;
	struct buf attrs;
	size_t key_len;
	uint32_t reset;
	const char *half;
	char half_group[VALUE_MAX];
};

/**
 * struct parse - what parsing needs beside the text
 * @diag: where messages go
 * @ignore_unknown: unknown tables are warnings
 * @partial: fields may be missing, and defaults count: the object is laid over another
 * @inactive: by object type: what stored-only fields were seen, for the one warning per table
 */
struct parse {
	struct diag *diag;
	bool ignore_unknown, partial;
	struct inactive {
		uint64_t fields;	/* bits, by index */
		struct place first;	/* its file is valid as long as the command */
	} inactive[32];
};

/**
 * object_parse - read one member of an element
 * @p: context
 * @at: file and element; the rest is filled in for messages
 * @m: the member: name "TABLE:key", value the body
 * @del: OP is DEL
 * @o: the object; its buffer is reused by the next call
 *
 * Return: 1 an object; 0 nothing to do; -1 refused (told).
 */
int object_parse(struct parse *p, struct place *at, const struct json *m, bool del,
		 struct object *o);

/* The one warning per table about fields without effect (spec/config.md TX-11). */
void object_warn_inactive(struct parse *p);

/* Appends the attributes of a key. */
void attr_put_key(struct buf *b, const struct table *t, const struct key *key);
/* Key of an object from its attributes. */
void object_key(const struct table *t, const void *attrs, size_t len, struct key *key);

#endif
