// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Can any file harm dashctl, or mean something else once it was exported?  dashctl's
 * own reader (json.c, files.c, object.c, value.c, key.c ...) under ASan and UBSan.  Each object
 * that it accepts is exported as an element, which is read again and must make the same
 * object; in canonical form too (canon.c), which `sync` compares.
 *
 * The input's first octet chooses the options.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/canon.h"
#include "../../tools/files.h"
#include "../../tools/live.h"
#include "../../tools/print.h"
#include "check.h"

static struct buf again;	/* what the exported element made */
static size_t again_key;
static const struct table *again_table;

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->p, b->p, a->len));
}

static void keep(void *arg, const struct object *o, uint64_t cookie)
{
	(void)arg;
	(void)cookie;
	again.len = 0;
	buf_put(&again, o->attrs.p, o->attrs.len);
	again_key = o->key_len;
	again_table = o->t;
}

/* Reads @text as a file; returns what files_result() says. */
static int read_text(const void *text, size_t len, bool strict, bool ignore,
		     void (*take)(void *arg, const struct object *o, uint64_t cookie))
{
	char name[64], *names[] = { name };
	struct files x;
	int fd = memfd_create("config", MFD_CLOEXEC), code;

	CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	CHECK(!files_start(&x, 1, names, strict, ignore));
	x.diag.quiet = true;
	x.take = take;
	files_read(&x);
	code = files_result(&x);
	files_end(&x);
	close(fd);
	return code;
}

static void round_trip(void *arg, const struct object *o, uint64_t cookie)
{
	struct live live = { .t = o->t, .attrs = o->attrs.p, .len = o->attrs.len };
	struct buf first = { 0 }, second = { 0 };
	FILE *real = stdout;
	char *text = NULL;
	size_t len = 0;

	(void)arg;
	(void)cookie;
	if (o->del || o->half)
		return;
	stdout = open_memstream(&text, &len);
	opt.json = true;
	pr_element(&live);
	opt.json = false;
	fclose(stdout);
	stdout = real;
	again_table = NULL;
	if (read_text(text, len, false, false, keep) || again_table != o->t || again_key != o->key_len ||
	    !same(&again, &o->attrs)) {
		fprintf(stderr, "exported: %s\n", text);
		CHECK(!"what was exported makes another object");
	}
	canon(&first, o->t, o->attrs.p, o->attrs.len, NULL);
	canon(&second, o->t, again.p, again.len, NULL);
	CHECK(same(&first, &second));
	CHECK(canon_key_len(o->t, &first) <= first.len);
	buf_free(&first);
	buf_free(&second);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	read_text(data + 1, size - 1, data[0] & 1, data[0] & 2, round_trip);
	return 0;
}
