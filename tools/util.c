// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Memory that is always there, growing buffers, and the one way to complain.
 * Running out of memory ends the program: a transaction that was not committed
 * dies with the socket, so nothing is left half done.
 */
#define _GNU_SOURCE
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options opt;

void err(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("dashctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const char *color(int fd, enum color what)
{
	static const char *const codes[] = {
		[COLOR_OFF] = "\033[0m", [COLOR_NAME] = "\033[36m", [COLOR_GOOD] = "\033[32m",
		[COLOR_BAD] = "\033[31m", [COLOR_WARN] = "\033[33m", [COLOR_BOLD] = "\033[1m",
	};
	static int known[3] = { -1, -1, -1 };
	const char *term, *no;

	if (known[fd] < 0) {
		term = getenv("TERM");
		no = getenv("NO_COLOR");
		known[fd] = isatty(fd) && term && strcmp(term, "dumb") && !(no && *no);
	}
	return known[fd] ? codes[what] : "";
}

static void *check(void *p)
{
	if (!p) {
		err("out of memory");
		exit(EXIT_USAGE);
	}
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return check(s);
}

void *buf_put(struct buf *b, const void *data, size_t len)
{
	unsigned char *at;

	if (b->len + len > b->cap) {
		b->cap = b->cap ? b->cap : 256;
		while (b->cap < b->len + len)
			b->cap *= 2;
		b->p = xrealloc(b->p, b->cap);
	}
	at = b->p + b->len;
	if (data)
		memcpy(at, data, len);
	else
		memset(at, 0, len);
	b->len += len;
	return at;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256], *s = small;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(small)) {
		s = xmalloc((size_t)n + 1);
		va_start(ap, fmt);
		vsnprintf(s, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	buf_put(b, s, (size_t)n + 1);		/* with its NUL, which does not count */
	b->len--;
	if (s != small)
		free(s);
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
