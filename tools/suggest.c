// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What did the user mean?  Words are exact, but a wrong one deserves an answer: what could have stood in
 * its place, or what it looks like.  From the rows that parse, like everything else.  Called by dashctl.c.
 */
#include "suggest.h"

#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "table.h"
#include "util.h"
#include "verb.h"

/* Do two words differ by at most two letters added, dropped or changed?  Lengths are small. */
static bool alike(const char *a, size_t n, const char *b, size_t m)
{
	unsigned int row[32], i, j, before, here;

	if (n < 3 || n >= 32 || m >= 32)
		return false;
	for (i = 0; i <= n; i++)
		row[i] = i;
	for (j = 1; j <= m; j++) {
		before = row[0];
		row[0] = j;
		for (i = 1; i <= n; i++) {
			here = before + (a[i - 1] != b[j - 1]);
			before = row[i];
			here = row[i] + 1 < here ? row[i] + 1 : here;
			row[i] = row[i - 1] + 1 < here ? row[i - 1] + 1 : here;
		}
	}
	return row[n] <= (n < 5 ? 1u : 2u);
}

static bool resembles(const char *word, const char *other, size_t len)
{
	size_t n = strlen(word), i;

	for (i = 0; n > 2 && i + n <= len; i++)
		if ((!i || other[i - 1] == '_') && !strncmp(word, other + i, n))
			return true;
	return alike(word, n, other, len);
}

/* Appends a word unless it is there already. */
static void add(struct buf *list, const char *word, size_t len, const char *quote)
{
	char *have = (char *)list->p, *one = xasprintf("%s%.*s%s", quote, (int)len, word, quote), *at = have;
	size_t n = strlen(one);

	while (at && (at = strstr(at, one))) {
		if ((at == have || at[-1] == ' ') && (!at[n] || at[n] == ','))
			break;
		at += n;
	}
	if (!at)
		buf_printf(list, "%s%s", list->len ? ", " : "", one);
	free(one);
}

/* What may follow the first words of commands of several words. */
static bool follow(const char *first, struct buf *list)
{
	const struct command *c;
	size_t n = strlen(first);

	for (c = commands; c->words; c++)
		if (!strncmp(c->words, first, n) && c->words[n] == ' ')
			add(list, c->words + n + 1, strlen(c->words + n + 1), "");
	return list->len;
}

static bool is_object(const char *word, struct buf *list)
{
	const struct verb *v;
	const struct table *t;

	for (t = tables; t->name && (!t->type || strcmp(t->word, word)); t++)
		;
	for (v = verbs; t->name && v->word; v++)
		add(list, v->word, strlen(v->word), "");
	return t->name;
}

static bool is_later(const char *word)
{
	const struct table *t;

	for (t = tables; t->name; t++)
		if (!t->type && !strcmp(t->word, word))
			return true;
	return false;
}

/* @words begin commands of several words, or are an object's: what may follow, and what did. */
static bool told(const char *words, const char *next)
{
	struct buf list = { 0 };
	bool begins = follow(words, &list) || is_object(words, &list);

	if (begins && next)
		err("%s: \"%s\" is none of: %s", words, next, (char *)list.p);
	else if (begins)
		err("%s: one of these must follow: %s", words, (char *)list.p);
	buf_free(&list);
	return begins;
}

void suggest(int argc, char **argv)
{
	const char *first = argv[0], *second = argc > 1 ? argv[1] : NULL;
	char *both = second ? xasprintf("%s %s", first, second) : NULL;
	const struct command *c;
	const struct table *t;
	struct buf list = { 0 };

	if (is_later(first)) {
		err("%s: not available in this release", first);
	} else if (second && !strcmp(first, "show") && is_later(second)) {
		err("%s: not available in this release", both);
	} else if (!(second && told(both, argc > 2 ? argv[2] : NULL)) && !told(first, second)) {
		for (c = commands; c->words; c++)
			if (resembles(first, c->words, strcspn(c->words, " ")))
				add(&list, c->words, strcspn(c->words, " "), "\"");
		for (t = tables; t->name; t++)
			if (t->type && resembles(first, t->word, strlen(t->word)))
				add(&list, t->word, strlen(t->word), "\"");
		if (list.len)
			err("unknown command \"%s\"; did you mean %s?", first, (char *)list.p);
		else
			err("unknown command \"%s\", see \"dashctl help\"", first);
	}
	buf_free(&list);
	free(both);
}
