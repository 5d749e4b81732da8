/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_VALUE_H
#define DASHCTL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/* Kinds of value of spec/config.md section 2. */
enum value_type {
	V_UINT,			/* field->size bytes, host order, in min..max */
	V_BOOL,			/* u8 */
	V_ENUM,			/* field->size bytes, one of field->words */
	V_IP,			/* 4 or 16 bytes, network order */
	V_PREFIX,		/* ip, then its length in bits */
	V_MASK,			/* two IPv6 addresses: value and mask */
	V_MAC,			/* 6 bytes */
	V_NAME,			/* name, guid, tag: text with its NUL */
	V_ENI,			/* reference to an ENI: text; a MAC in canonical form */
	V_VNIS,			/* range of VNIs: u64, first << 32 | last */
	V_PORTS,		/* range of ports: u32, first << 16 | last */
	V_ACTIONS,		/* actions of a routing type: nests */
};

/**
 * struct word - a word of an enumeration
 * @name: canonical spelling, lower case; several rows may share @value, the first is canonical
 * @value: on the wire
 * @later: belongs to a feature that this release does not have
 */
struct word {
	const char *name;
	uint32_t value;
	bool later;
};

/* struct field flags */
#define F_KEY		0x0001	/* part of the key; in the body only an echo */
#define F_MANDATORY	0x0002	/* must be given at creation */
#define F_CREATE_ONLY	0x0004
#define F_STORED	0x0008	/* kept and shown, no influence on forwarding in this release */
#define F_LATER		0x0010	/* changes forwarding, not in this release: only the default is accepted */
#define F_LIST		0x0020
#define F_IGNORED	0x0040	/* read-only: accepted on input, never sent */
#define F_OPTIONAL	0x0080	/* key part that may be missing */
#define F_UNICAST	0x0100	/* address or MAC must be unicast and not zero */
#define F_NONZERO	0x0200	/* MAC must not be zero; multicast warns */
#define F_MAYBE_MAC	0x0400	/* key part that may be a MAC with colons, but is kept as written */
#define F_RARE		0x0800	/* its default is not shown */

/**
 * struct field - one field or key part of a table; drives parsing, help, export and show
 * @name: JSON name
 * @alias: other names, separated by commas, or NULL
 * @type, @size, @flags, @words, @min, @max: what is accepted
 * @ref: enum dash_obj_type of the object it names, 0: none
 * @attr: netlink attribute in the set of the table; 0: none (F_LATER, F_IGNORED)
 * @def: default, as it would be written; NULL: none
 * @help: a phrase
 */
struct field {
	const char *name, *alias;
	enum value_type type;
	uint8_t size, ref;
	uint16_t flags, attr;
	const struct word *words;
	uint64_t min, max;
	const char *def, *help;
};

#define VALUE_MAX	256

/* One value in wire form. */
struct value {
	size_t len;
	unsigned char b[VALUE_MAX];
};

/**
 * struct value_note - why a value is refused, or what is odd about it
 * @code: "EINVAL" or "ENOTSUP"
 * @error: a phrase; empty: accepted
 * @warning: a phrase; empty: nothing odd
 */
struct value_note {
	const char *code;
	char error[400], warning[400];
};

/**
 * value_parse - read a value from text
 * @f: what is expected
 * @s, @len: the text
 * @v: the value, canonical
 * @note: filled with what is wrong
 *
 * Return: true if accepted (@note may hold a warning).
 */
bool value_parse(const struct field *f, const char *s, size_t len, struct value *v,
		 struct value_note *note);

/* The same from a JSON value that is not a list. */
bool value_from_json(const struct field *f, const struct json *j, struct value *v,
		     struct value_note *note);

/**
 * value_text - canonical text of a value as it came from the kernel
 * @data, @len: wire form
 * @out: at least VALUE_TEXT bytes
 *
 * Return: @out.  Wire forms of the wrong length print as "?".
 */
#define VALUE_TEXT	(VALUE_MAX + 16)
const char *value_text(const struct field *f, const void *data, size_t len, char *out);

/* True if canonical JSON output is a number or true/false instead of a string. */
bool value_is_bare(const struct field *f);

/* Is this the default of the field? */
bool value_is_default(const struct field *f, const void *data, size_t len);

/* Six bytes from any of the three notations; false if it is no MAC. */
bool mac_parse(const char *s, size_t len, unsigned char *mac);
/* Address of 4 or 16 bytes; 0 if it is none. */
size_t ip_parse(const char *s, size_t len, unsigned char *ip);
/* RFC 5952; @out has at least 46 bytes. */
const char *ip_text(const unsigned char *ip, size_t len, char *out);

#endif
