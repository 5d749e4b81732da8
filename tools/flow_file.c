// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do connections get into a file and back?  `dashctl flow save` writes the nests of
 * FLOW_GET as the kernel sent them, `flow restore` sends them as FLOW_ADD: names and
 * addresses, no index of anybody's.  The file is for this machine: netlink's byte order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "nl.h"
#include "attr.h"
#include "print.h"

#define MAGIC		"dash flows 1\n"
#define MESSAGE_BYTES	32768u

struct saving {
	FILE *f;
	uint64_t n;
};

static void on_flow(const void *attrs, size_t len, void *arg)
{
	struct saving *s = arg;
	struct buf b = { 0 };
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type != DASH_A_FLOW)
			continue;
		attr_put(&b, DASH_A_FLOW, a.data, a.len);
		fwrite(b.p, 1, b.len, s->f);
		b.len = 0;
		s->n++;
	}
	buf_free(&b);
}

int cmd_flow_save(const struct args *a)
{
	int fd = open(a->v[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), e;
	struct saving s = { .f = fd < 0 ? NULL : fdopen(fd, "w") };
	struct buf b = { 0 };
	bool bad;

	if (!s.f) {
		err("flow save: %s: %s", a->v[0], strerror(errno));
		return EXIT_USAGE;
	}
	e = nl_open();
	if (e) {
		fclose(s.f);
		return e;
	}
	fwrite(MAGIC, 1, strlen(MAGIC), s.f);
	nl_start(&b, DASH_CMD_FLOW_GET);
	e = nl_list(&b, on_flow, &s, NULL);
	buf_free(&b);
	bad = ferror(s.f);
	if (fclose(s.f) || bad) {
		err("flow save: %s: %s", a->v[0], strerror(errno));
		return EXIT_USAGE;
	}
	if (e)
		return nl_failed("flow save", e);
	pr_object(NULL);
	pr_u64("saved", s.n);
	pr_end();
	return EXIT_OK;
}

static void on_count(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_COUNT)
			*(uint64_t *)arg += attr_number(&a);
}

/* The whole file; its length in @len.  NULL after telling why not. */
static unsigned char *slurp(const char *name, size_t *len)
{
	FILE *f = fopen(name, "re");
	unsigned char *p = NULL;
	struct stat st;

	if (f && !fstat(fileno(f), &st)) {
		p = xmalloc((size_t)st.st_size + 1);
		*len = fread(p, 1, (size_t)st.st_size, f);
	}
	if (!p || ferror(f)) {
		err("flow restore: %s: %s", name, strerror(errno));
		free(p);
		p = NULL;
	} else if (*len < strlen(MAGIC) || memcmp(p, MAGIC, strlen(MAGIC))) {
		err("flow restore: %s was not written by \"dashctl flow save\"", name);
		free(p);
		p = NULL;
	}
	if (f)
		fclose(f);
	return p;
}

/* Whole nests up to the end?  All of it is looked at before anything is sent. */
static bool is_whole(const char *name, const unsigned char *p, size_t len)
{
	struct attr a;

	for (attr_first(&a, p, len); attr_ok(&a) && a.type == DASH_A_FLOW; attr_next(&a))
		;
	if (a.p == a.end)
		return true;
	err("flow restore: %s: octet %zu: %s", name, (size_t)(a.p - p) + strlen(MAGIC),
	    attr_ok(&a) ? "not a connection" : "the file is cut off or damaged");
	return false;
}

int cmd_flow_restore(const struct args *a)
{
	uint64_t taken = 0, n = 0;
	struct buf b = { 0 };
	struct attr flow;
	unsigned char *p;
	size_t len;
	int e = nl_open();

	if (e)
		return e;
	p = slurp(a->v[0], &len);
	if (!p || !is_whole(a->v[0], p + strlen(MAGIC), len - strlen(MAGIC))) {
		free(p);
		return EXIT_USAGE;
	}
	attr_first(&flow, p + strlen(MAGIC), len - strlen(MAGIC));
	while (!e && attr_ok(&flow)) {
		nl_start(&b, DASH_CMD_FLOW_ADD);
		do {
			size_t nest = nl_nest(&b, DASH_A_FLOW);

			buf_put(&b, flow.data, flow.len);
			nl_nest_end(&b, nest);
			n++;
			attr_next(&flow);
		} while (attr_ok(&flow) && b.len + flow.len < MESSAGE_BYTES);
		e = nl_call(&b, on_count, &taken);
		buf_free(&b);
	}
	free(p);
	if (e)
		return nl_failed("flow restore", e);
	pr_object(NULL);
	pr_u64("restored", taken);
	pr_u64("left_out", n - taken);
	pr_end();
	return EXIT_OK;
}
