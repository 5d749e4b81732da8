/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_PRINT_H
#define DASHCTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * One call prints text or JSON, whichever opt.json says.  JSON: what one expects.  Text: an object
 * is a line of "name value" pairs; objects within it follow on lines of their own, indented and
 * led by the name of their array; a list of values is joined by commas.  @name is NULL for items
 * of an array and for the outermost value.
 */
void pr_object(const char *name);
void pr_rows(const char *name);		/* an object; in text each member has a line */
void pr_array(const char *name);
void pr_end(void);			/* of the innermost object or array */
void pr_str(const char *name, const char *s);
void pr_u64(const char *name, uint64_t n);
void pr_bool(const char *name, bool yes);
void pr_word(const char *name, const char *word);	/* no quotes in JSON: number, true, false, null */

/* Appends a JSON string with its quotes. */
void json_quote(struct buf *out, const char *s);

#endif
