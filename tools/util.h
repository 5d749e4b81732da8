/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_UTIL_H
#define DASHCTL_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* Exit codes (spec/config.md TX-8) */
enum {
	EXIT_OK,
	EXIT_INVALID,		/* the request was refused by validation */
	EXIT_USAGE,		/* usage, input/output, not JSON */
	EXIT_KERNEL,		/* the kernel failed after validation */
	EXIT_ROLLED_BACK,	/* ... and undid what it had done */
	EXIT_DIFFERENT,		/* diff --exit-code: files and live state differ */
};

/**
 * struct options - what the command line says about every command
 * @json, @pretty: output as JSON; indented
 * @statistics: show commands of ENIs print their counters too
 */
struct options {
	bool json, pretty, statistics;
};
extern struct options opt;

/* Memory that is there: they end the program with a message instead of returning NULL. */
void *xmalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One line on stderr: "dashctl: ...". */
void err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * color - the escape sequence that begins or ends a colour
 * @fd: where it would be written
 * @what: below
 *
 * "" unless @fd is a terminal that is not dumb and NO_COLOR is not set.
 */
enum color { COLOR_OFF, COLOR_NAME, COLOR_GOOD, COLOR_BAD, COLOR_WARN, COLOR_BOLD };
const char *color(int fd, enum color what);

/* Value of a hexadecimal digit, or -1. */
static inline int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * struct buf - bytes that grow
 */
struct buf {
	unsigned char *p;
	size_t len, cap;
};

void *buf_put(struct buf *b, const void *data, size_t len);	/* @data NULL: zeroes */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);

#endif
