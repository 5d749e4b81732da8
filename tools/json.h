/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_JSON_H
#define DASHCTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type {
	JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT,
};

/* A place in a file: both count from 1, @col in characters.  line 0: unknown. */
struct json_pos {
	uint64_t line;
	uint32_t col;
};

/**
 * struct json - one value of the element that was read last
 * @type: what it is
 * @pos: where its first character stands
 * @s: text of a string (decoded) or number (as written), NUL-terminated
 * @len: bytes of @s; a string may contain NUL characters
 * @key, @key_len: name, if the value is a member of an object, else NULL
 * @key_pos: where the name stands
 * @next: next item or member
 * @first: first item or member of an array or object
 * @n: number of them
 */
struct json {
	enum json_type type;
	uint32_t n;
	struct json_pos pos, key_pos;
	const char *s, *key;
	size_t len, key_len;
	struct json *next, *first;
};

struct json_reader;

/**
 * json_open - start reading a stream of elements
 * @fd: file, pipe or socket; not closed by json_close()
 *
 * Return: a reader; never NULL (running out of memory ends the program).
 */
struct json_reader *json_open(int fd);
void json_close(struct json_reader *r);

/**
 * json_next - read the next element of the top-level array, or the only value
 * @r: reader
 * @v: the element; valid until the next call, which reuses its memory
 *
 * Return: 1 an element was read; 0 the file ended well; -1 it is not JSON, or
 * cannot be read: see json_error().  After 0 and -1 there is nothing more.
 */
int json_next(struct json_reader *r, struct json **v);
const char *json_error(const struct json_reader *r, struct json_pos *pos);
uint64_t json_bytes(const struct json_reader *r);	/* consumed so far */

/* The member of that name, or NULL. */
const struct json *json_member(const struct json *obj, const char *name);
const char *json_type_name(enum json_type t);

#endif
