// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which elements does a configuration file hold, and where does each part of
 * them stand?  A strict RFC 8259 reader that holds one element of the top-level
 * array at a time, with line and column of every name and value.
 *
 * Not jansson: it reads element by element too, but forgets where a member
 * stood, keeps no order of equal names, and tells a column only for syntax
 * errors; every later message of dashctl needs the place.
 *
 * One buffer for input, one arena for the element: nodes and text are carved
 * off chunks that the next element reuses, so memory is bounded by the largest
 * element and a file of any size costs no malloc() per value.
 *
 * Called by config.c and show.c.  No locking: one reader, one thread.
 */
#include "json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define INPUT_SIZE	(256 * 1024)
#define CHUNK_SIZE	(64 * 1024)
#define MAX_DEPTH	64

struct chunk {
	struct chunk *next;
	size_t size;
	char data[];
};

/**
 * struct json_reader - state of one file
 * @p, @end: unread part of @buf
 * @base: offset of @buf[0] in the file
 * @line, @line_start: current line and the offset of its first byte
 * @wide: UTF-8 continuation bytes passed on this line: they are no columns
 * @chunks, @cur, @used: arena of the element
 * @text, @text_cap: a string while it is decoded
 */
struct json_reader {
	int fd;
	const unsigned char *p, *end;
	uint64_t base, line, line_start, wide;
	enum { START, IN_ARRAY, SINGLE, DONE } where;
	bool first;
	struct chunk *chunks, *cur;
	size_t used;
	char *text;
	size_t text_cap;
	jmp_buf fail;
	char error[160];
	struct json_pos error_pos;
	unsigned char buf[INPUT_SIZE];
};

/* ---- input ---- */

static struct json_pos here(const struct json_reader *r)
{
	uint64_t off = r->base + (uint64_t)(r->p - r->buf);

	return (struct json_pos){ r->line, (uint32_t)(off - r->line_start - r->wide + 1) };
}

static __attribute__((noreturn, format(printf, 3, 4)))
void fail_at(struct json_reader *r, struct json_pos pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->error, sizeof(r->error), fmt, ap);
	va_end(ap);
	r->error_pos = pos;
	r->where = DONE;
	longjmp(r->fail, 1);
}

/* Buffer is used up: read more.  False at the end of the file. */
static bool refill(struct json_reader *r)
{
	ssize_t n;

	r->base += (uint64_t)(r->end - r->buf);
	r->p = r->end = r->buf;
	do {
		n = read(r->fd, r->buf, sizeof(r->buf));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		fail_at(r, (struct json_pos){ 0, 0 }, "cannot read: %s", strerror(errno));
	r->end = r->buf + n;
	return n > 0;
}

static inline int peek(struct json_reader *r)
{
	if (r->p == r->end && !refill(r))
		return -1;
	return *r->p;
}

static int skip_space(struct json_reader *r)
{
	for (;;) {
		int c = peek(r);

		if (c == '\n') {
			r->p++;
			r->line++;
			r->line_start = r->base + (uint64_t)(r->p - r->buf);
			r->wide = 0;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			r->p++;
		} else {
			return c;
		}
	}
}

static __attribute__((noreturn)) void unexpected(struct json_reader *r, const char *wanted)
{
	int c = peek(r);

	if (c < 0)
		fail_at(r, here(r), "unexpected end of file, expected %s", wanted);
	if (c == '#' || c == '/')
		fail_at(r, here(r), "unexpected \"%c\" (JSON has no comments), expected %s", c, wanted);
	if (c > ' ' && c < 0x7f)
		fail_at(r, here(r), "unexpected \"%c\", expected %s", c, wanted);
	fail_at(r, here(r), "unexpected byte 0x%02x, expected %s", c, wanted);
}

/* ---- arena ---- */

static void *carve(struct json_reader *r, size_t size)
{
	struct chunk *c = r->cur;
	void *mem;

	size = (size + 7) & ~(size_t)7;
	while (!c || r->used + size > c->size) {
		struct chunk *n = c ? c->next : r->chunks;

		if (!n || n->size < size) {
			size_t want = size > CHUNK_SIZE ? size : CHUNK_SIZE;
			struct chunk *fresh = xmalloc(sizeof(*fresh) + want);

			fresh->size = want;
			fresh->next = n;
			if (c)
				c->next = fresh;
			else
				r->chunks = fresh;
			n = fresh;
		}
		c = r->cur = n;
		r->used = 0;
	}
	mem = c->data + r->used;
	r->used += size;
	return mem;
}

static const char *keep(struct json_reader *r, const char *text, size_t len)
{
	char *s = carve(r, len + 1);

	if (len)
		memcpy(s, text, len);
	s[len] = '\0';
	return s;
}

/* ---- tokens ---- */

static inline void text_put(struct json_reader *r, size_t *len, unsigned char c)
{
	if (*len == r->text_cap) {
		r->text_cap = r->text_cap ? 2 * r->text_cap : 4096;
		r->text = xrealloc(r->text, r->text_cap);
	}
	r->text[(*len)++] = (char)c;
}

static void text_put_utf8(struct json_reader *r, size_t *len, uint32_t cp)
{
	if (cp < 0x80) {
		text_put(r, len, (unsigned char)cp);
		return;
	}
	if (cp < 0x800) {
		text_put(r, len, (unsigned char)(0xc0 | cp >> 6));
	} else {
		if (cp < 0x10000) {
			text_put(r, len, (unsigned char)(0xe0 | cp >> 12));
		} else {
			text_put(r, len, (unsigned char)(0xf0 | cp >> 18));
			text_put(r, len, 0x80 | (cp >> 12 & 0x3f));
		}
		text_put(r, len, 0x80 | (cp >> 6 & 0x3f));
	}
	text_put(r, len, 0x80 | (cp & 0x3f));
}

static uint32_t hex4(struct json_reader *r)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		int c = peek(r);
		int d = hex_digit(c);

		if (d < 0)
			unexpected(r, "four hexadecimal digits after \\u");
		v = v << 4 | (uint32_t)d;
		r->p++;
	}
	return v;
}

static void read_escape(struct json_reader *r, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	struct json_pos pos = here(r);
	int c = peek(r);
	const char *f;
	uint32_t cp, low;

	if (c == 'u') {
		r->p++;
		cp = hex4(r);
		if (cp >= 0xdc00 && cp < 0xe000)
			fail_at(r, pos, "\\u%04x is half a surrogate pair", cp);
		if (cp >= 0xd800 && cp < 0xdc00) {
			if (peek(r) != '\\')
				fail_at(r, pos, "\\u%04x is half a surrogate pair", cp);
			r->p++;
			if (peek(r) != 'u')
				fail_at(r, pos, "\\u%04x is half a surrogate pair", cp);
			r->p++;
			low = hex4(r);
			if (low < 0xdc00 || low >= 0xe000)
				fail_at(r, pos, "\\u%04x is half a surrogate pair", cp);
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		}
		text_put_utf8(r, len, cp);
		return;
	}
	f = c > 0 ? strchr(from, c) : NULL;
	if (!f)
		unexpected(r, "an escape character (one of \"\\/bfnrtu)");
	r->p++;
	text_put(r, len, (unsigned char)to[f - from]);
}

/* One character of two to four bytes; the well-formed sequences of Unicode table 3-7. */
static void read_multibyte(struct json_reader *r, size_t *len)
{
	struct json_pos pos = here(r);
	int lead = peek(r), lo = 0x80, hi = 0xbf, more, i;

	if (lead >= 0xc2 && lead <= 0xdf)
		more = 1;
	else if (lead >= 0xe0 && lead <= 0xef)
		more = 2;
	else if (lead >= 0xf0 && lead <= 0xf4)
		more = 3;
	else
		fail_at(r, pos, "byte 0x%02x is not UTF-8", lead);
	if (lead == 0xe0)
		lo = 0xa0;
	if (lead == 0xed)
		hi = 0x9f;
	if (lead == 0xf0)
		lo = 0x90;
	if (lead == 0xf4)
		hi = 0x8f;
	text_put(r, len, (unsigned char)lead);
	r->p++;
	for (i = 0; i < more; i++) {
		int c = peek(r);

		if (c < lo || c > hi)
			fail_at(r, pos, "bytes starting with 0x%02x are not UTF-8", lead);
		text_put(r, len, (unsigned char)c);
		r->p++;
		r->wide++;
		lo = 0x80;
		hi = 0xbf;
	}
}

/* Caller saw the opening quote. */
static const char *read_string(struct json_reader *r, size_t *out_len)
{
	struct json_pos pos = here(r);
	const unsigned char *q;
	size_t len = 0;

	r->p++;
	/* Nearly all strings are plain and lie in the buffer as a whole. */
	for (q = r->p; q < r->end && *q >= 0x20 && *q < 0x80 && *q != '"' && *q != '\\'; q++)
		;
	if (q < r->end && *q == '"') {
		const char *s = keep(r, (const char *)r->p, (size_t)(q - r->p));

		*out_len = (size_t)(q - r->p);
		r->p = q + 1;
		return s;
	}
	for (;;) {
		int c = peek(r);

		if (c == '"')
			break;
		if (c < 0)
			fail_at(r, pos, "string is not closed");
		if (c < 0x20)
			fail_at(r, here(r), c == '\n' ? "line break in a string" :
				"control character 0x%02x in a string", c);
		if (c >= 0x80) {
			read_multibyte(r, &len);
			continue;
		}
		r->p++;
		if (c == '\\')
			read_escape(r, &len);
		else
			text_put(r, &len, (unsigned char)c);
	}
	r->p++;
	*out_len = len;
	return keep(r, r->text, len);
}

static int number_char(struct json_reader *r, size_t *len)
{
	text_put(r, len, *r->p++);
	return peek(r);
}

static void read_number(struct json_reader *r, struct json *v)
{
	size_t len = 0;
	int c = peek(r);

	if (c == '-')
		c = number_char(r, &len);
	if (c == '0') {
		c = number_char(r, &len);
		if (c >= '0' && c <= '9')
			fail_at(r, v->pos, "number with a leading zero");
	} else if (c >= '1' && c <= '9') {
		while (c >= '0' && c <= '9')
			c = number_char(r, &len);
	} else {
		unexpected(r, "a digit");
	}
	if (c == '.') {
		c = number_char(r, &len);
		if (c < '0' || c > '9')
			unexpected(r, "a digit");
		while (c >= '0' && c <= '9')
			c = number_char(r, &len);
	}
	if (c == 'e' || c == 'E') {
		c = number_char(r, &len);
		if (c == '+' || c == '-')
			c = number_char(r, &len);
		if (c < '0' || c > '9')
			unexpected(r, "a digit");
		while (c >= '0' && c <= '9')
			c = number_char(r, &len);
	}
	v->type = JSON_NUMBER;
	v->s = keep(r, r->text, len);
	v->len = len;
}

static void read_word(struct json_reader *r, struct json *v, const char *word, enum json_type t)
{
	for (; *word; word++, r->p++)
		if (peek(r) != *word)
			unexpected(r, "a JSON value");
	v->type = t;
}

static struct json *read_value(struct json_reader *r, int depth);

static void read_container(struct json_reader *r, struct json *v, int depth)
{
	bool object = peek(r) == '{';
	int close = object ? '}' : ']';
	struct json **tail = &v->first;
	int c;

	if (depth >= MAX_DEPTH)
		fail_at(r, v->pos, "nested deeper than %d", MAX_DEPTH);
	v->type = object ? JSON_OBJECT : JSON_ARRAY;
	r->p++;
	c = skip_space(r);
	if (c == close) {
		r->p++;
		return;
	}
	for (;;) {
		struct json_pos key_pos = here(r);
		const char *key = NULL;
		size_t key_len = 0;
		struct json *item;

		if (object) {
			if (c != '"')
				unexpected(r, v->n ? "a quoted name (no comma before \"}\")" :
					   "a quoted name or \"}\"");
			key = read_string(r, &key_len);
			if (skip_space(r) != ':')
				unexpected(r, "\":\"");
			r->p++;
			skip_space(r);
		} else if (c == close) {
			unexpected(r, "a value (no comma before \"]\")");
		}
		item = read_value(r, depth + 1);
		item->key = key;
		item->key_len = key_len;
		item->key_pos = key_pos;
		*tail = item;
		tail = &item->next;
		v->n++;
		c = skip_space(r);
		if (c == close)
			break;
		if (c != ',')
			unexpected(r, object ? "\",\" or \"}\"" : "\",\" or \"]\"");
		r->p++;
		c = skip_space(r);
	}
	r->p++;
}

static struct json *read_value(struct json_reader *r, int depth)
{
	struct json *v = carve(r, sizeof(*v));
	int c = peek(r);

	memset(v, 0, sizeof(*v));
	v->pos = here(r);
	switch (c) {
	case '{':
	case '[':
		read_container(r, v, depth);
		break;
	case '"':
		v->type = JSON_STRING;
		v->s = read_string(r, &v->len);
		break;
	case 't':
		read_word(r, v, "true", JSON_TRUE);
		break;
	case 'f':
		read_word(r, v, "false", JSON_FALSE);
		break;
	case 'n':
		read_word(r, v, "null", JSON_NULL);
		break;
	default:
		if (c != '-' && (c < '0' || c > '9'))
			unexpected(r, "a JSON value");
		read_number(r, v);
	}
	return v;
}

/* ---- elements ---- */

static void skip_bom(struct json_reader *r)
{
	if (peek(r) == 0xef && r->end - r->p >= 3 && r->p[1] == 0xbb && r->p[2] == 0xbf) {
		r->p += 3;
		r->line_start = 3;
	}
}

static int next_element(struct json_reader *r, struct json **v)
{
	int c;

	r->cur = r->chunks;
	r->used = 0;
	if (r->where == START) {
		skip_bom(r);
		c = skip_space(r);
		if (c < 0)
			fail_at(r, here(r), "empty file");
		r->where = c == '[' ? IN_ARRAY : SINGLE;
		r->first = true;
		if (c == '[')
			r->p++;
	}
	c = skip_space(r);
	if (r->where == SINGLE && r->first) {
		r->first = false;
		*v = read_value(r, 0);
		return 1;
	}
	if (r->where == IN_ARRAY && c != ']') {
		if (!r->first) {
			if (c != ',')
				unexpected(r, "\",\" or \"]\"");
			r->p++;
			if (skip_space(r) == ']')
				unexpected(r, "an element (no comma before \"]\")");
		}
		r->first = false;
		*v = read_value(r, 1);
		return 1;
	}
	if (r->where == IN_ARRAY) {
		r->p++;
		c = skip_space(r);
	}
	if (c >= 0)
		unexpected(r, "the end of the file");
	r->where = DONE;
	return 0;
}

int json_next(struct json_reader *r, struct json **v)
{
	if (r->where == DONE)
		return r->error[0] ? -1 : 0;
	if (setjmp(r->fail))
		return -1;
	return next_element(r, v);
}

struct json_reader *json_open(int fd)
{
	struct json_reader *r = xmalloc(sizeof(*r));

	memset(r, 0, offsetof(struct json_reader, buf));
	r->fd = fd;
	r->line = 1;
	r->p = r->end = r->buf;
	return r;
}

void json_close(struct json_reader *r)
{
	while (r->chunks) {
		struct chunk *c = r->chunks;

		r->chunks = c->next;
		free(c);
	}
	free(r->text);
	free(r);
}

const char *json_error(const struct json_reader *r, struct json_pos *pos)
{
	*pos = r->error_pos;
	return r->error;
}

uint64_t json_bytes(const struct json_reader *r)
{
	return r->base + (uint64_t)(r->p - r->buf);
}

const struct json *json_member(const struct json *obj, const char *name)
{
	const struct json *m;

	for (m = obj->first; m; m = m->next)
		if (m->key && !strcmp(m->key, name))
			return m;
	return NULL;
}

const char *json_type_name(enum json_type t)
{
	static const char *const names[] = {
		"null", "false", "true", "a number", "a string", "an array", "an object",
	};

	return names[t];
}
