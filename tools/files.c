// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do files become a stream of objects, and whose fault is it if the kernel
 * refuses one?  All files of a command are read as one stream of elements; each
 * object is handed on as soon as it is read, with a cookie that says file,
 * element and member.  What the kernel has against an object comes back with its
 * cookie; line and column are found by reading the file a second time, so that
 * success costs no memory for failure.
 *
 * Called by config.c and sync.c.
 */
#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"

/* Cookie of an object: file, element (from 1), member of the element. */
#define COOKIE(file, element, member) \
	((uint64_t)(file) << 56 | (uint64_t)(element) << 16 | ((member) & 0xffff))
#define COOKIE_FILE(c)		((unsigned int)((c) >> 56))
#define COOKIE_ELEMENT(c)	((c) >> 16 & 0xffffffffffull)
#define COOKIE_MEMBER(c)	((unsigned int)((c) & 0xffff))
#define MAX_FILES		255

static const char *file_name(const char *arg)
{
	return strcmp(arg, "-") ? arg : "<stdin>";
}

static int open_file(const struct files *x, unsigned int file)
{
	int fd = x->spool ? x->spool[file] : -1;

	if (fd >= 0) {
		lseek(fd, 0, SEEK_SET);
		return dup(fd);
	}
	return strcmp(x->v[file], "-") ? open(x->v[file], O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
}

/* ---- reading ---- */

/* "OP" of an element: 0 SET, 1 DEL, -1 neither (told). */
static int element_op(struct files *x, struct place *at, const struct json *element)
{
	const struct json *m, *op = NULL;

	for (m = element->first; m; m = m->next) {
		if (strcmp(m->key, "OP"))
			continue;
		if (op) {
			at->pos = m->key_pos;
			diag_error(&x->diag, at, "EPARSE", "\"OP\" is given twice");
			return -1;
		}
		op = m;
	}
	if (!op || (op->type == JSON_STRING && !strcasecmp(op->s, "SET")))
		return 0;
	if (op->type == JSON_STRING && !strcasecmp(op->s, "DEL"))
		return 1;
	at->pos = op->pos;
	if (op->type == JSON_STRING)
		diag_error(&x->diag, at, "EINVAL", "OP \"%s\" is neither SET nor DEL", op->s);
	else
		diag_error(&x->diag, at, "EINVAL", "OP is %s instead of \"SET\" or \"DEL\"",
			   json_type_name(op->type));
	return -1;
}

static void read_element(struct files *x, unsigned int file, struct place *at,
			 const struct json *element, struct object *o)
{
	unsigned int member = 0, tables = 0;
	const struct json *m;
	int del;

	at->object = at->field = NULL;
	at->pos = element->pos;
	if (element->type != JSON_OBJECT) {
		diag_error(&x->diag, at, "EPARSE", "expected an object as element, found %s",
			   json_type_name(element->type));
		return;
	}
	del = element_op(x, at, element);
	for (m = element->first; m && del >= 0; m = m->next, member++) {
		uint64_t cookie = COOKIE(file, at->element, member);

		if (!strcmp(m->key, "OP"))
			continue;
		tables++;
		if (object_parse(&x->parse, at, m, del, o) <= 0)
			continue;
		progress_count(&x->progress);
		x->take(x->arg, o, cookie);
	}
	if (!tables && del >= 0) {
		at->object = NULL;
		at->pos = element->pos;
		diag_error(&x->diag, at, "EPARSE", "element without a table");
	}
}

static void read_file(struct files *x, unsigned int file, struct object *o)
{
	struct place at = { .file = file_name(x->v[file]) };
	int fd = open_file(x, file), more = 0;
	struct json_reader *r;
	struct json *element;

	if (fd < 0) {
		diag_error(&x->diag, &at, "EPARSE", "cannot open: %s", strerror(errno));
		return;
	}
	progress_file(&x->progress, fd);
	r = json_open(fd);
	while (!diag_full(&x->diag) && (more = json_next(r, &element)) > 0) {
		at.element++;
		read_element(x, file, &at, element, o);
		progress_show(&x->progress, json_bytes(r));
		if (x->stop)
			break;
	}
	if (more < 0) {
		at.element++;
		at.object = at.field = NULL;
		diag_error(&x->diag, &at, "EPARSE", "%s", json_error(r, &at.pos));
	}
	json_close(r);
	close(fd);
}

static void read_all(struct files *x)
{
	struct object o = { 0 };
	int i;

	for (i = 0; i < x->n && !diag_full(&x->diag) && !x->stop; i++)
		read_file(x, (unsigned int)i, &o);
	progress_end(&x->progress);
	buf_free(&o.attrs);
}

/* ---- what the kernel says ---- */

/* The name under which a field stands in a body. */
static const struct json *find_member(const struct table *t, const struct json *body,
				      const char *field)
{
	const struct json *m;

	for (m = body->type == JSON_OBJECT ? body->first : NULL; m; m = m->next) {
		const struct field *f = table_field(t->fields, t->n_fields, m->key);

		if (f ? !strcmp(f->name, field) : !strcmp(m->key, "acl_group_id"))
			return m;
	}
	return NULL;
}

/* Tells one problem; @element is where it stands, NULL if the file cannot be read again. */
static void tell(struct files *x, const struct txn_problem *p, const struct json *element)
{
	const struct table *t = table_by_type(p->type);
	unsigned int file = COOKIE_FILE(p->cookie);
	struct place at = { 0 };
	unsigned int member = COOKIE_MEMBER(p->cookie);
	const struct json *m = element ? element->first : NULL, *value;
	char *object = NULL;

	if (file < (unsigned int)x->n) {
		at.file = file_name(x->v[file]);
		at.element = COOKIE_ELEMENT(p->cookie);
	}
	at.field = *p->field ? p->field : NULL;
	for (; m && member; m = m->next)
		member--;
	if (m && m->key) {
		at.object = m->key;
		at.pos = m->key_pos;
		value = t && at.field ? find_member(t, m, at.field) : NULL;
		if (value)
			at.pos = value->pos;
	} else if (t) {
		at.object = object = xasprintf("%s%s%s", t->name, *p->key ? ":" : "", p->key);
	}
	if (p->code)
		diag_error(&x->diag, &at, diag_code(p->code), "%s", p->text);
	else
		diag_warning(&x->diag, &at, "%s", p->text);
	free(object);
}

/* Problems are sorted by cookie, that is by file and element: one more pass over each file. */
static void tell_all(struct files *x, const struct txn_problem *p, size_t n)
{
	struct json_reader *r = NULL;
	struct json *element = NULL;
	unsigned int file = MAX_FILES;
	uint64_t at = 0;
	struct stat st;
	int fd = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		if (COOKIE_FILE(p[i].cookie) >= (unsigned int)x->n) {
			tell(x, &p[i], NULL);
			continue;
		}
		if (COOKIE_FILE(p[i].cookie) != file || COOKIE_ELEMENT(p[i].cookie) < at) {
			if (r) {
				json_close(r);
				close(fd);
			}
			r = NULL;
			at = 0;
			file = COOKIE_FILE(p[i].cookie);
			fd = open_file(x, file);
			if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && !lseek(fd, 0, SEEK_SET))
				r = json_open(fd);
			else if (fd >= 0)
				close(fd);
		}
		while (r && at < COOKIE_ELEMENT(p[i].cookie)) {
			at++;
			if (json_next(r, &element) <= 0) {
				json_close(r);
				close(fd);
				r = NULL;
			}
		}
		tell(x, &p[i], r ? element : NULL);
	}
	if (r) {
		json_close(r);
		close(fd);
	}
}

int files_commit(struct files *x, struct txn *txn, bool dry_run, const char *what)
{
	int e = txn_commit(txn, dry_run || x->diag.strict), code;
	struct txn_problem p = { 0 };
	bool errors = false;
	size_t i;

	/* With --strict a warning of the kernel refuses too: it was only asked so far. */
	if (!e && x->diag.strict && !txn->n_problems && !dry_run)
		e = txn_replay(txn);
	code = txn_exit(txn, e);
	tell_all(x, txn->problems, txn->n_problems);
	for (i = 0; i < txn->n_problems; i++)
		errors |= txn->problems[i].code != 0;
	if (e && !errors) {
		p.code = -txn->refused;
		p.cookie = txn->refused_cookie;
		p.key = p.field = "";
		p.text = txn->refused_text;
		if (p.cookie)
			tell_all(x, &p, 1);
		else
			err("%s: %s%s", what, p.text, e == -ENOTRECOVERABLE ?
			    " (the rollback failed: see \"dashctl show status\")" :
			    " (nothing was changed)");
	}
	return code ? code : x->diag.errors ? EXIT_INVALID : EXIT_OK;
}

/* ---- life ---- */

int files_start(struct files *x, int n, char **v, bool strict, bool ignore_unknown)
{
	memset(x, 0, sizeof(*x));
	if (n > MAX_FILES) {
		err("%d files: at most %d are accepted", n, MAX_FILES);
		return EXIT_USAGE;
	}
	x->n = n;
	x->v = v;
	x->diag.strict = strict;
	x->parse.diag = &x->diag;
	x->parse.ignore_unknown = ignore_unknown;
	progress_start(&x->progress);
	return EXIT_OK;
}

/* A copy of a pipe, in a file without a name; -1: told. */
static int spool(int from, const char *name)
{
	char part[1 << 16];
	FILE *f = tmpfile();
	ssize_t n = 0;
	int fd = -1;

	while (f && (n = read(from, part, sizeof(part))) > 0)
		if (fwrite(part, 1, (size_t)n, f) != (size_t)n)
			break;
	if (f && !n && !fflush(f))
		fd = dup(fileno(f));
	if (fd < 0)
		err("%s: cannot keep a copy: %s", name, strerror(errno));
	if (f)
		fclose(f);
	return fd;
}

int files_keep(struct files *x)
{
	struct stat st;
	int i, fd;

	x->spool = xmalloc((size_t)x->n * sizeof(*x->spool));
	for (i = 0; i < x->n; i++)
		x->spool[i] = -1;
	for (i = 0; i < x->n; i++) {
		fd = open_file(x, (unsigned int)i);
		if (fd < 0)
			continue;		/* told when it is read */
		if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
			x->spool[i] = spool(fd, file_name(x->v[i]));
			if (x->spool[i] < 0) {
				close(fd);
				return EXIT_USAGE;
			}
		}
		close(fd);
	}
	return EXIT_OK;
}

void files_read(struct files *x)
{
	read_all(x);
	if (!diag_full(&x->diag))
		object_warn_inactive(&x->parse);
}

int files_again(struct files *x)
{
	struct diag told = x->diag;
	bool changed;

	x->diag = (struct diag){ .quiet = true };
	progress_start(&x->progress);
	read_all(x);
	changed = x->diag.errors;
	x->diag = told;
	if (!changed)
		return EXIT_OK;
	err("a file was changed while it was read");
	return EXIT_USAGE;
}

int files_result(const struct files *x)
{
	return x->diag.not_json ? EXIT_USAGE : x->diag.errors ? EXIT_INVALID : EXIT_OK;
}

void files_end(struct files *x)
{
	int i;

	for (i = 0; x->spool && i < x->n; i++)
		if (x->spool[i] >= 0)
			close(x->spool[i]);
	free(x->spool);
	diag_finish(&x->diag);
}
