/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_FILES_H
#define DASHCTL_FILES_H

#include "diag.h"
#include "object.h"
#include "progress.h"
#include "txn.h"

/* Cookie of an operation that no file asked for, such as the deletion of what files do not have. */
#define COOKIE_NONE	UINT64_MAX

/**
 * struct files - the files of one command, read as one stream of objects
 * @parse, @diag, @progress: context of reading
 * @n, @v: names as given
 * @take, @arg: called for each object; @cookie says where it stands
 * @stop: set by @take: it is no use to go on
 * @spool: copies of what cannot be read twice, -1: none; NULL before files_keep()
 */
struct files {
	struct parse parse;
	struct diag diag;
	struct progress progress;
	int n;
	char **v;
	void (*take)(void *arg, const struct object *o, uint64_t cookie);
	void *arg;
	bool stop;
	int *spool;
};

/* Return: EXIT_OK, or told why not. */
int files_start(struct files *x, int n, char **v, bool strict, bool ignore_unknown);
/* Before files_read() is called more than once: copies pipes to temporary files.  Return: as above. */
int files_keep(struct files *x);
/* Reads all files; errors and warnings are told. */
void files_read(struct files *x);
/* Reads them once more, without telling anything again.  Return: EXIT_OK, or told that they changed. */
int files_again(struct files *x);
/* Exit code of what was told so far. */
int files_result(const struct files *x);

/**
 * files_commit - commit what was staged, tell what the kernel has against it
 * @what: name of the command
 *
 * With --strict the transaction must keep its messages.  Return: exit code.
 */
int files_commit(struct files *x, struct txn *txn, bool dry_run, const char *what);
void files_end(struct files *x);	/* ends the messages too */

#endif
