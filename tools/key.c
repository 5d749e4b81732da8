// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Where does one part of a key end and the next begin?  Keys are split by the
 * pattern of their table, not by counting separators, because MAC and IPv6
 * addresses are full of colons (spec/config.md F-6..F-9, 5.12, 5.13).
 *
 *	DASH_ACL_OUT_TABLE : F4:93:9F:EF:C4:7E : 1		an ENI may be a MAC
 *	DASH_ROUTE_TABLE : g1 : 2001:db8::/32			an address takes the rest
 *	DASH_ROUTE_RULE_TABLE : E : 100 : 2001:db8::/32 : 5	but not the priority
 *	DASH_ACL_RULE_TABLE | a:b | c				after '|' only '|' counts
 *
 * Pure functions; called by object.c, export.c and show.c.
 */
#include <stdio.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "table.h"
#include "util.h"

static bool digits(const char *s, const char *end)
{
	const char *p;

	for (p = s; p < end; p++)
		if (*p < '0' || *p > '9')
			return false;
	return p > s;
}

/* End of a part that stops at the next separator. */
static const char *part_end(const char *s, const char *end)
{
	while (s < end && *s != ':' && *s != '|')
		s++;
	return s;
}

/* End of a part that may be a MAC address with colons. */
static const char *mac_end(const char *s, const char *end)
{
	unsigned char mac[6];

	if (end - s >= 17 && mac_parse(s, 17, mac) && (end - s == 17 || s[17] == ':' || s[17] == '|'))
		return s + 17;
	return part_end(s, end);
}

/*
 * The group of a route may be a MAC too (old files name the ENI).  F4:...:7E:2001:db8::/32 could
 * also be group "F4" and a longer address; a MAC followed by a prefix is the likelier reading.
 */
static const char *group_end(const char *s, const char *end, const struct field *prefix)
{
	const char *e = mac_end(s, end);
	struct value_note note;
	struct value v;

	if (e - s == 17 && e < end && value_parse(prefix, e + 1, (size_t)(end - e - 1), &v, &note))
		return e;
	return part_end(s, end);
}

static bool read_part(const struct table *t, unsigned int i, const char *s, const char *end,
		      struct key *key, const struct field **part, struct value_note *note)
{
	unsigned char ip[16];

	*part = &t->fields[i];
	if (s == end) {
		key->part[i].len = 0;
		return true;
	}
	if (t->type == DASH_OBJ_ROUTE_RULE && i == 2 && !memchr(s, '/', (size_t)(end - s)) &&
	    !ip_parse(s, (size_t)(end - s), ip)) {
		note->code = "ENOTSUP";
		snprintf(note->error, sizeof(note->error),
			 "\"%.*s\" is no prefix; a tag as source is not available in this release",
			 (int)(end - s), s);
		return false;
	}
	return value_parse(&t->fields[i], s, (size_t)(end - s), &key->part[i], note);
}

/* {prefix}[:{priority}] of a route rule; the address family decides where the priority may begin. */
static bool source_and_priority(const struct table *t, const char *s, const char *end,
				struct key *key, const struct field **part, struct value_note *note)
{
	const char *slash = memchr(s, '/', (size_t)(end - s));
	const char *stop = end, *p;
	unsigned char ip[16];

	if (slash || ip_parse(s, (size_t)(end - s), ip) != 16)
		for (p = end; p-- > (slash ? slash : s);)
			if (*p == ':' || *p == '|') {
				if (digits(p + 1, end) || p + 1 == end)
					stop = p;
				break;
			}
	if (!slash && stop > s && ip_parse(s, (size_t)(stop - s), ip) == 16) {
		*part = &t->fields[2];
		note->code = "EINVAL";
		snprintf(note->error, sizeof(note->error),
			 "IPv6 source \"%.*s\" needs a length, as in \"%.*s/128\"", (int)(stop - s), s,
			 (int)(stop - s), s);
		return false;
	}
	return read_part(t, 2, s, stop, key, part, note) &&
	       (stop == end || read_part(t, 3, stop + 1, end, key, part, note));
}

/* Only '|' separates. */
static bool parse_bars(const struct table *t, const char *s, const char *end, struct key *key,
		       const struct field **part, struct value_note *note)
{
	unsigned int i;

	for (i = 0; i < t->n_keys; i++) {
		const char *e = i + 1 < t->n_keys ? memchr(s, '|', (size_t)(end - s)) : end;

		if (!read_part(t, i, s, e ? e : end, key, part, note))
			return false;
		if (!e || e == end)
			return true;
		s = e + 1;
	}
	return true;
}

static bool parse_pattern(const struct table *t, const char *s, const char *end, struct key *key,
			  const struct field **part, struct value_note *note)
{
	unsigned int i;

	for (i = 0; i < t->n_keys; i++) {
		const struct field *f = &t->fields[i];
		const char *e;

		if (t->type == DASH_OBJ_ROUTE_RULE && i == 2)
			return source_and_priority(t, s, end, key, part, note);
		if (i + 1 == t->n_keys)
			e = end;
		else if (f->type == V_ENI)
			e = mac_end(s, end);
		else if (f->flags & F_MAYBE_MAC)
			e = group_end(s, end, f + 1);
		else
			e = part_end(s, end);
		if (!read_part(t, i, s, e, key, part, note))
			return false;
		if (e == end)
			return true;
		s = e + 1;
	}
	return true;
}

bool key_parse(const struct table *t, const char *s, size_t len, char sep, struct key *key,
	       const struct field **part, struct value_note *note)
{
	const char *end = s + len;
	unsigned int bars = 0, i;

	for (i = 0; i < KEY_PARTS; i++)
		key->part[i].len = 0;
	note->error[0] = note->warning[0] = '\0';
	for (i = 0; i < len; i++)
		bars += s[i] == '|';
	/* After '|' only '|' counts, unless that leaves mandatory parts without text: separators
	 * may be mixed too.
	 */
	for (i = 0; i < t->n_keys && !(t->fields[i].flags & F_OPTIONAL); i++)
		;
	if (sep == '|' && bars + 1 >= i)
		return parse_bars(t, s, end, key, part, note);
	return parse_pattern(t, s, end, key, part, note);
}

void key_text(const struct table *t, const struct key *key, struct buf *out)
{
	unsigned int i, last = t->n_keys;
	char text[VALUE_TEXT];

	while (last && !key->part[last - 1].len)
		last--;
	for (i = 0; i < last; i++)
		buf_printf(out, "%s%s", i ? ":" : "", key->part[i].len ?
			   value_text(&t->fields[i], key->part[i].b, key->part[i].len, text) : "");
}

/* Names by bytes, addresses by family and bytes, numbers by value; absent first. */
static int part_cmp(const struct field *f, const struct value *a, const struct value *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	uint32_t x = 0, y = 0;
	int d;

	if (f->type == V_UINT || f->type == V_ENUM) {
		if (!a->len || !b->len)
			return (int)a->len - (int)b->len;
		memcpy(&x, a->b, a->len < 4 ? a->len : 4);
		memcpy(&y, b->b, b->len < 4 ? b->len : 4);
		return x < y ? -1 : x > y;
	}
	if ((f->type == V_IP || f->type == V_PREFIX) && a->len != b->len)
		return a->len < b->len ? -1 : 1;
	d = memcmp(a->b, b->b, n);
	return d ? d : a->len < b->len ? -1 : a->len > b->len;
}

int key_cmp(const struct table *t, const struct key *a, const struct key *b)
{
	unsigned int i;
	int d;

	for (i = 0; i < t->n_keys; i++) {
		d = part_cmp(&t->fields[i], &a->part[i], &b->part[i]);
		if (d)
			return d;
	}
	return 0;
}
