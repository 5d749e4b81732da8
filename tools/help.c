// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What can one ask for, and what does a table accept?  Everything is read off
 * the rows that parse: commands and options in dashctl.c, tables and fields in
 * table.c.  "help --words" is what the shell completion reads.
 */
#include <stdio.h>
#include <string.h>

#include "../kernel/uapi/dash_flow.h"
#include "cmd.h"
#include "drop_words.h"
#include "table.h"
#include "util.h"
#include "verb.h"

static void usage_line(const struct command *c)
{
	printf("dashctl %s%s%s%s\n", c->words, *c->args ? " " : "", c->args,
	       c->options[0].name ? " [OPTION]..." : "");
}

static void one_command(const struct command *c)
{
	int i;

	printf("Usage: ");
	usage_line(c);
	printf("\n  %s\n", c->help);
	for (i = 0; i < CMD_OPTIONS && c->options[i].name; i++) {
		const struct cmd_option *o = &c->options[i];

		printf("  %s%s%-*s %s\n", o->name, o->arg ? " " : "",
		       (int)(24 - strlen(o->name) - (o->arg ? 1 : 0)), o->arg ? o->arg : "", o->help);
	}
	if (c->notes)
		printf("\n%s", c->notes);
}

static void words_of(const struct field *f)
{
	const struct word *w;

	for (w = f->words; w->name; w++)
		printf("%s%s", w == f->words ? "" : " | ", w->name);
}

static void one_field(const struct field *f)
{
	static const char *const kind[] = {
		[V_BOOL] = "true | false", [V_IP] = "IP", [V_PREFIX] = "PREFIX", [V_MASK] = "IPV6/MASK",
		[V_MAC] = "MAC", [V_NAME] = "NAME", [V_ENI] = "ENI", [V_VNIS] = "VNI[-VNI]",
		[V_PORTS] = "PORT[-PORT]", [V_ACTIONS] = "ACTIONS",
	};

	printf("  %s", f->name);
	if (f->alias)
		printf(" (or %s)", f->alias);
	printf(": ");
	if (f->flags & F_LIST)
		printf("list of ");
	if (f->type == V_UINT)
		printf("%llu..%llu", (unsigned long long)f->min, (unsigned long long)f->max);
	else if (f->type == V_ENUM)
		words_of(f);
	else
		printf("%s", kind[f->type]);
	printf("\n      %s", f->help);
	if (f->flags & F_KEY)
		printf("; key%s", f->flags & F_OPTIONAL ? ", optional" : "");
	if (f->flags & F_MANDATORY)
		printf("; mandatory");
	if (f->flags & F_CREATE_ONLY)
		printf("; cannot be changed");
	if (f->def)
		printf("; default %s", f->def);
	if (f->flags & F_STORED)
		printf("; stored, without effect in this release");
	if (f->flags & F_LATER)
		printf("; not in this release");
	putchar('\n');
}

static void one_table(const struct table *t)
{
	const struct verb *v;
	unsigned int i;

	printf("%s", t->name);
	for (i = 0; i < t->n_keys; i++)
		printf(t->fields[i].flags & F_OPTIONAL ? "[:{%s}]" : ":{%s}", t->fields[i].name);
	printf("\n  %s%s%s\n", t->help, t->alias ? "; also named " : "", t->alias ? t->alias : "");
	if (!t->type)
		printf("  not in this release\n");
	for (v = verbs; t->type && v->word; v++)
		printf("  dashctl %s %s %s\n      %s\n", t->word, v->word, v->args, v->help);
	if (t->type && t->n_keys > 1) {
		printf("  KEY: as above without the table, or part by part:");
		for (i = 0; i < t->n_keys; i++)
			printf(" %s VALUE", t->fields[i].name);
		putchar('\n');
	}
	for (i = 0; i < t->n_fields; i++)
		one_field(&t->fields[i]);
	for (i = 0; t->n_fields && t->fields[t->n_fields - 1].type == V_ACTIONS &&
	     i < n_routing_action_fields; i++)
		one_field(&routing_action_fields[i]);
}

static void all_commands(void)
{
	const struct command *c;
	const struct table *t;
	const struct verb *v;

	printf("Usage: dashctl [-j|--json] [-p|--pretty] [-s|--statistics] [-n NETNS] COMMAND\n"
	       "       dashctl [-j] [-p] [-s] [-n NETNS] [-force] -batch FILE\n"
	       "       dashctl -V|--version | -h|--help\n\n");
	for (c = commands; c->words; c++) {
		int n = printf("  %s %s", c->words, c->args);

		if (n > 39)
			n = printf("\n") - 1;
		printf("%*s %s\n", 40 - n, "", c->help);
	}
	printf("\n  OBJECT [");
	for (v = verbs; v->word; v++)
		printf("%s%s", v == verbs ? "" : " | ", v->word);
	printf("] [KEY] [FIELD VALUE]...\n  OBJECT:");
	for (t = tables; t->name; t++)
		if (t->type)
			printf("%s%s", (t - tables) % 7 == 6 ? "\n          " : " ", t->word);
	printf("\n\n\"dashctl help COMMAND\" tells its options, \"dashctl help tables\" the tables of a\n"
	       "configuration file, \"dashctl help TABLE\" the fields of one, \"dashctl help drops\" the\n"
	       "drop reasons.\n");
}

/* words|live|option=arg=live,...: one line for each command */
static void word_rows(void)
{
	const struct command *c;
	int i;

	for (c = commands; c->words; c++) {
		printf("%s|%s|", c->words, c->live ? c->live : "");
		for (i = 0; i < CMD_OPTIONS && c->options[i].name; i++)
			printf("%s%s=%s=%s", i ? "," : "", c->options[i].name,
			       c->options[i].arg ? c->options[i].arg : "",
			       c->options[i].live ? c->options[i].live : "");
		putchar('\n');
	}
}

/* object|number of key parts|field=object it names or words of an enumeration,... */
static void object_rows(void)
{
	const struct table *t;
	const struct word *w;
	unsigned int i;

	for (t = tables; t->name; t++) {
		if (!t->type)
			continue;
		printf("%s|%u|", t->word, t->n_keys);
		for (i = t->n_keys == 1; i < t->n_fields; i++) {
			const struct field *f = &t->fields[i];

			if (!f->attr || f->type == V_ACTIONS)
				continue;
			printf("%s=", f->name);
			if (f->ref)
				printf("@%s", table_by_type(f->ref)->word);
			else if (f->type == V_BOOL)
				printf("true:false");
			for (w = f->words; w && w->name; w++)
				printf("%s%s", w->later ? "" : w == f->words ? "" : ":", w->later ? "" : w->name);
			putchar(',');
		}
		putchar('\n');
	}
}

static void field_row(const char *table, const struct field *f)
{
	static const char *const kinds[] = {
		[V_UINT] = "uint", [V_BOOL] = "bool", [V_ENUM] = "enum", [V_IP] = "ip", [V_PREFIX] = "prefix",
		[V_MASK] = "mask", [V_MAC] = "mac", [V_NAME] = "name", [V_ENI] = "eni", [V_VNIS] = "vnis",
		[V_PORTS] = "ports", [V_ACTIONS] = "actions",
	};
	static const struct { unsigned int flag; const char *word; } flags[] = {
		{ F_KEY, "key" }, { F_MANDATORY, "mandatory" }, { F_CREATE_ONLY, "create-only" },
		{ F_STORED, "stored" }, { F_LATER, "later" }, { F_LIST, "list" }, { F_IGNORED, "ignored" },
		{ F_OPTIONAL, "optional" },
	};
	const struct word *w;
	const char *sep = "";
	size_t i;

	printf("%s|%s|%s|%s|", table, f->name, f->alias ? f->alias : "", kinds[f->type]);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (f->flags & flags[i].flag) {
			printf("%s%s", sep, flags[i].word);
			sep = ",";
		}
	printf("|%llu|%llu|%s|", (unsigned long long)f->min, (unsigned long long)f->max, f->def ? f->def : "");
	for (w = f->words; w && w->name; w++)
		printf("%s%s%s", w == f->words ? "" : ",", w->name, w->later ? "-" : "");
	printf("|%s\n", f->ref ? table_by_type(f->ref)->word : "");
}

/* table|field|other names|kind|roles|least|most|default|words, - is later|object that it names */
static void field_rows(void)
{
	const struct table *t;
	unsigned int i;

	for (t = tables; t->name; t++) {
		for (i = 0; i < t->n_fields; i++)
			field_row(t->name, &t->fields[i]);
		if (!t->type)
			printf("%s|||later\n", t->name);
	}
	for (i = 0; i < n_routing_action_fields; i++)
		field_row("action", &routing_action_fields[i]);
}

static void drop_reasons(void)
{
#define X(num, sym, name, scope, fwd) \
	printf("  %2d  %-40s %s%s\n      %s\n      -> %s\n", num, name, #scope[0] == 'P' ? "port" : "ENI", \
	       fwd ? ", forwarding" : "", drop_words(num)->meaning, drop_words(num)->remedy);
	DASH_DROP_REASONS(X)
#undef X
}

int cmd_help(const struct args *a)
{
	const struct command *c;
	const struct table *t;
	struct buf words = { 0 };
	int i, found = 0;

	if (a->opt[0]) {
		word_rows();
		return EXIT_OK;
	}
	if (a->opt[1]) {
		object_rows();
		return EXIT_OK;
	}
	if (a->opt[2]) {
		field_rows();
		return EXIT_OK;
	}
	if (!a->n) {
		all_commands();
		return EXIT_OK;
	}
	for (i = 0; i < a->n; i++)
		buf_printf(&words, "%s%s", i ? " " : "", a->v[i]);
	for (c = commands; c->words; c++)
		if (!strncmp(c->words, (char *)words.p, words.len) &&
		    (!c->words[words.len] || c->words[words.len] == ' ')) {
			if (found++)
				putchar('\n');
			one_command(c);
		}
	if (!strcmp((char *)words.p, "drops")) {	/* a command, and what it counts */
		drop_reasons();
		found = 1;
	}
	for (t = tables; !found && t->name && !strcmp((char *)words.p, "tables"); t++)
		printf("  %-40s %s\n", t->name, t->help);
	if (!found && !strcmp((char *)words.p, "tables"))
		found = 1;
	/* "vnet add" is a command too */
	for (i = 0; !found && a->n == 2 && verbs[i].word; i++)
		if (!strcmp(verbs[i].word, a->v[1]))
			words.p[strcspn((char *)words.p, " ")] = '\0';
	t = found ? NULL : table_by_word((char *)words.p);
	if (t)
		one_table(t);
	if (!found && !t)
		err("help: no command or table \"%s\"", (char *)words.p);
	buf_free(&words);
	return found || t ? EXIT_OK : EXIT_USAGE;
}
