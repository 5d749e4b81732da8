/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_DIAG_H
#define DASHCTL_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"

#define DIAG_LIMIT 100		/* errors, and warnings, that are shown (spec/config.md TX-1) */

/**
 * struct place - what a message is about
 * @file: name as given; NULL: not about a file
 * @element: counts from 1; 0: the file as a whole
 * @pos: line and column; line 0: unknown
 * @object: "TABLE:key", or NULL
 * @field: name, or NULL
 */
struct place {
	const char *file;
	uint64_t element;
	struct json_pos pos;
	const char *object, *field;
};

/**
 * struct diag - messages about the files of one command
 * @strict: warnings are errors
 * @errors, @warnings: so many were found (also beyond those shown)
 * @not_json: one of the errors was EPARSE
 * @open: the JSON array was begun
 * @quiet: only count
 * @text: no JSON, because standard output is for something else
 */
struct diag {
	bool strict, not_json, open, quiet, text;
	unsigned int errors, warnings;
};

/**
 * diag_error, diag_warning - tell one thing that is wrong, or odd
 *
 * Text goes to stderr at once: FILE:element N: TABLE:key.field: CODE: text (spec/config.md 7),
 * and the line and column; with --json to stdout, as items of one array.
 */
void diag_error(struct diag *d, const struct place *at, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_warning(struct diag *d, const struct place *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool diag_full(const struct diag *d)
{
	return d->errors >= DIAG_LIMIT;
}

/* Ends the JSON array; to be called once, also when nothing was told. */
void diag_finish(struct diag *d);

/* Name of an errno as spec/config.md 7 spells it. */
const char *diag_code(int e);

#endif
