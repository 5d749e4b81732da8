// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does one description of an output become text or JSON?  Every command
 * says what it has by name and value; a small stack of open objects and arrays
 * knows which commas, line ends and blanks each form needs.  So the two forms
 * cannot drift apart.  Used by all commands that print; writes to stdout.
 */
#include "print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define MAX_OPEN 16

static struct {
	bool array, rows;
	const char *name;
	unsigned int n;
} stack[MAX_OPEN];
static int depth;
static bool in_line;		/* text: something stands on this line */

void json_quote(struct buf *out, const char *s)
{
	buf_printf(out, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_printf(out, "\\n");
		else if (c == '\t')
			buf_printf(out, "\\t");
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put(out, s, 1);
	}
	buf_printf(out, "\"");
}

static void put_quoted(const char *s)
{
	struct buf b = { 0 };

	json_quote(&b, s);
	fwrite(b.p, 1, b.len, stdout);
	buf_free(&b);
}

static void indent(int n)
{
	printf("%*s", 2 * n, "");
}

/* JSON: what stands before an item: comma, line, name. */
static void json_before(const char *name)
{
	if (depth) {
		if (stack[depth - 1].n++)
			putchar(',');
		if (opt.pretty) {
			putchar('\n');
			indent(depth);
		} else if (depth == 1 && stack[0].array) {
			putchar('\n');		/* a line for each row keeps large lists readable */
		}
	}
	if (name) {
		put_quoted(name);
		fputs(opt.pretty ? ": " : ":", stdout);
	}
}

static void text_break(void)
{
	if (in_line)
		putchar('\n');
	in_line = false;
}

/* Objects that are open: how far a line is indented. */
static int text_level(void)
{
	int level = 0, i;

	for (i = 0; i < depth; i++)
		level += !stack[i].array;
	return level;
}

static void push(bool array, const char *name)
{
	if (depth == MAX_OPEN)
		return;
	stack[depth].array = array;
	stack[depth].rows = false;
	stack[depth].name = name;
	stack[depth].n = 0;
	depth++;
}

void pr_object(const char *name)
{
	if (opt.json) {
		json_before(name);
		putchar('{');
	} else {
		const char *lead = name;
		size_t len;

		text_break();
		if (!lead && depth && stack[depth - 1].array)
			lead = stack[depth - 1].name;
		if (lead) {
			/* "rules" leads lines of one rule each */
			len = strlen(lead);
			len -= lead != name && len && lead[len - 1] == 's';
			indent(text_level());
			printf("%.*s", (int)len, lead);
			in_line = true;
		}
		if (depth)
			stack[depth - 1].n++;
	}
	push(false, name);
}

void pr_rows(const char *name)
{
	pr_object(name);
	stack[depth - 1].rows = true;
}

void pr_array(const char *name)
{
	if (opt.json) {
		json_before(name);
		putchar('[');
	}
	push(true, name);
}

void pr_end(void)
{
	bool array = stack[depth - 1].array;
	unsigned int n = stack[depth - 1].n;

	if (!opt.json && stack[depth - 1].rows && !n) {
		printf(" none");
		in_line = true;
	}
	depth--;
	if (opt.json) {
		if (n && (opt.pretty || (!depth && array))) {
			putchar('\n');
			indent(depth);
		}
		putchar(array ? ']' : '}');
		if (!depth)
			putchar('\n');
	} else if (!array || !depth) {
		text_break();
	}
}

static void text_value(const char *name, const char *s)
{
	bool item = !name && depth && stack[depth - 1].array;

	if (item && stack[depth - 1].n++) {
		putchar(',');
	} else {
		if (item)
			name = stack[depth - 1].name;
		else if (depth)
			stack[depth - 1].n++;
		if (depth && stack[depth - 1].rows) {
			text_break();
			indent(depth > 1 ? text_level() : 0);
		} else if (in_line) {
			putchar(' ');
		} else {
			indent(text_level() ? text_level() - 1 : 0);
		}
		if (name)
			printf("%s%s%s ", color(STDOUT_FILENO, COLOR_NAME), name, color(STDOUT_FILENO, COLOR_OFF));
	}
	in_line = true;
	if (!*s || strpbrk(s, " \t\"\\"))
		put_quoted(s);
	else
		fputs(s, stdout);
}

void pr_str(const char *name, const char *s)
{
	if (!opt.json) {
		text_value(name, s);
		return;
	}
	json_before(name);
	put_quoted(s);
}

void pr_word(const char *name, const char *word)
{
	if (!opt.json) {
		text_value(name, word);
		return;
	}
	json_before(name);
	fputs(word, stdout);
}

void pr_u64(const char *name, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	pr_word(name, text);
}

void pr_bool(const char *name, bool yes)
{
	pr_word(name, yes ? "true" : "false");
}
