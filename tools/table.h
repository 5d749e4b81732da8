/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_TABLE_H
#define DASHCTL_TABLE_H

#include "value.h"

/**
 * struct table - one table of a configuration file; every row of table.c is one
 * @name: as in files
 * @alias: other names, separated by commas, or NULL
 * @word: name in commands
 * @type: enum dash_obj_type, which is also the attribute of the set in DASH_A_OBJECT; 0: the
 *	table belongs to a later release
 * @n_keys: the first so many fields are the key
 * @n_fields, @fields: in the order of their attributes
 * @merge: SET of an existing object keeps omitted fields (spec/config.md TX-5)
 * @help: a phrase
 */
struct table {
	const char *name, *alias, *word;
	uint8_t type, n_keys, n_fields;
	bool merge;
	const struct field *fields;
	const char *help;
};

extern const struct table tables[];		/* ends with a NULL name */

/* The nest of one action of a routing type. */
extern const struct field routing_action_fields[];
extern const unsigned int n_routing_action_fields;

/**
 * table_find - a table by its name in a file
 * @name, @len: name, without key
 * @half: set to the field that "acl_group_id" stands for in a legacy table of one
 *	address family, else NULL
 */
const struct table *table_find(const char *name, size_t len, const char **half);
const struct table *table_by_type(unsigned int type);
const struct table *table_by_word(const char *word);	/* by word or file name */

/* A field by name or alias; NULL if the table has none such. */
const struct field *table_field(const struct field *fields, unsigned int n, const char *name);
const struct field *table_field_by_attr(const struct table *t, unsigned int attr);

/**
 * struct key - key of an object
 * @part: values, by key field; len 0: absent
 */
#define KEY_PARTS 4
struct key {
	struct value part[KEY_PARTS];
};

/**
 * key_parse - split and read the key that follows the table name
 * @t: table
 * @s, @len: the text after the separator
 * @sep: that separator: '|' = split only there
 * @key: filled; parts that the text does not have stay absent (len 0)
 * @part: set to the field the complaint is about
 * @note: what is wrong
 *
 * spec/config.md F-6..F-9 and 5.13.  An absent part that is not optional is no error here:
 * it may be in the body (F-8).
 */
bool key_parse(const struct table *t, const char *s, size_t len, char sep, struct key *key,
	       const struct field **part, struct value_note *note);

struct buf;
/* Appends the canonical key, parts joined by colons. */
void key_text(const struct table *t, const struct key *key, struct buf *out);
/* Natural order of keys of one table: <0, 0, >0. */
int key_cmp(const struct table *t, const struct key *a, const struct key *b);

#endif
