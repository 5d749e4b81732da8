// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How is the user told what is wrong with a file?  One format for everything
 * (spec/config.md section 7), whether dashctl found it or the kernel did; each
 * message leaves as soon as it is known, so a file of any size needs no memory
 * for them.  Used by object.c and config.c.
 */
#define _GNU_SOURCE
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print.h"
#include "util.h"

const char *diag_code(int e)
{
	const char *name;

	if (e == EOPNOTSUPP || e == 524)	/* 524: the kernel's own ENOTSUPP */
		return "ENOTSUP";
	name = strerrorname_np(e);
	return name ? name : "EIO";
}

static void tell_json(struct diag *d, const struct place *at, const char *code, const char *text)
{
	const char *colon = at->object ? strpbrk(at->object, ":|") : NULL;
	char *table;

	if (!d->open) {
		pr_array(NULL);
		d->open = true;
	}
	pr_object(NULL);
	pr_str("level", code ? "error" : "warning");
	if (at->file)
		pr_str("file", at->file);
	if (at->element)
		pr_u64("element", at->element);
	if (at->pos.line) {
		pr_u64("line", at->pos.line);
		pr_u64("column", at->pos.col);
	}
	if (at->object) {
		table = colon ? xasprintf("%.*s", (int)(colon - at->object), at->object) :
			xstrdup(at->object);
		pr_str("table", table);
		if (colon)
			pr_str("key", colon + 1);
		free(table);
	}
	if (at->field)
		pr_str("field", at->field);
	pr_str("code", code ? code : "WARNING");
	pr_str("text", text);
	pr_end();
}

static void tell(struct diag *d, const struct place *at, const char *code, const char *text)
{
	struct buf b = { 0 };

	if (d->quiet)
		return;
	if (opt.json && !d->text) {
		tell_json(d, at, code, text);
		return;
	}
	if (at->file && at->element)
		buf_printf(&b, "%s:element %llu: ", at->file, (unsigned long long)at->element);
	else
		buf_printf(&b, "%s: ", at->file ? at->file : "dashctl");
	if (at->object)
		buf_printf(&b, "%s%s%s: ", at->object, at->field ? "." : "", at->field ? at->field : "");
	buf_printf(&b, "%s%s%s: %s", color(STDERR_FILENO, code ? COLOR_BAD : COLOR_WARN),
		   code ? code : "WARNING", color(STDERR_FILENO, COLOR_OFF), text);
	if (at->pos.line)
		buf_printf(&b, " (line %llu, column %u)", (unsigned long long)at->pos.line, at->pos.col);
	fprintf(stderr, "%s\n", (char *)b.p);
	buf_free(&b);
}

void diag_error(struct diag *d, const struct place *at, const char *code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->not_json |= !strcmp(code, "EPARSE");
	if (d->errors++ < DIAG_LIMIT)
		tell(d, at, code, text);
	if (d->errors == DIAG_LIMIT && !d->quiet)
		err("%d errors; further ones are not shown", DIAG_LIMIT);
}

void diag_warning(struct diag *d, const struct place *at, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (d->strict) {
		diag_error(d, at, "EINVAL", "%s", text);
		return;
	}
	if (d->warnings++ < DIAG_LIMIT)
		tell(d, at, NULL, text);
	if (d->warnings == DIAG_LIMIT && !d->quiet)
		err("%d warnings; further ones are not shown", DIAG_LIMIT);
}

void diag_finish(struct diag *d)
{
	if (!opt.json || d->text)
		return;
	if (!d->open)
		pr_array(NULL);
	pr_end();
	d->open = false;
}
