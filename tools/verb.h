/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_VERB_H
#define DASHCTL_VERB_H

#include "cmd.h"
#include "table.h"

/* Verbs of every object, ending with a NULL word. */
extern const struct verb {
	const char *word, *args, *help;
} verbs[];

/**
 * verb_find - the command "OBJECT VERB", as if it were a row of the command table
 * @used: set to the number of words that choose it, 0 if they do not; OBJECT alone means show
 *
 * Return: a command, valid until the next call, or NULL.
 */
const struct command *verb_find(int argc, char **argv, int *used);

/* A word as field of a table: its name, another name, or the name without "_id" or "_name". */
const struct field *verb_field(const struct table *t, const char *word);

#endif
