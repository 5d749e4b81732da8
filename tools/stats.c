// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What was counted?  Counters of the appliance, its ports, its ENIs and of the
 * rules of an ACL group (spec/counters.md).  --clear does not touch the kernel's
 * values, which other readers watch too: it leaves a snapshot of what was shown
 * in a file of this user and namespace, which later reads subtract.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "live.h"
#include "nl.h"
#include "object.h"
#include "print.h"
#include "stats.h"

/* One counter of one scope: "eni F4939FEFC47E<TAB>rx_packets". */
struct sample {
	char *name;
	uint64_t value;
};

/**
 * struct samples - sorted by name once sort() was called
 */
struct samples {
	struct sample *s;
	size_t n, cap;
};

struct stats {
	struct samples before, now;
	bool drops, all, clear;
};

/* ---- snapshots ---- */

static void add(struct samples *to, const char *scope, const char *counter, uint64_t value)
{
	if (to->n == to->cap) {
		to->cap = to->cap ? 2 * to->cap : 256;
		to->s = xrealloc(to->s, to->cap * sizeof(*to->s));
	}
	to->s[to->n].name = xasprintf("%s\t%s", scope, counter);
	to->s[to->n++].value = value;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sample *)a)->name, ((const struct sample *)b)->name);
}

static void sort(struct samples *s)
{
	if (s->n)
		qsort(s->s, s->n, sizeof(*s->s), by_name);
}

static struct sample *find(const struct samples *in, const char *scope, const char *counter)
{
	struct sample key = { .name = xasprintf("%s\t%s", scope, counter) };
	struct sample *found = in->n ? bsearch(&key, in->s, in->n, sizeof(key), by_name) : NULL;

	free(key.name);
	return found;
}

static void forget(struct samples *s)
{
	while (s->n)
		free(s->s[--s->n].name);
	free(s->s);
}

/* One file for each user and network namespace. */
static char *snapshot_path(void)
{
	const char *home = getenv("XDG_RUNTIME_DIR"), *dir = geteuid() || !home ? home : NULL;
	struct stat ns = { 0 };

	stat("/proc/self/ns/net", &ns);
	return xasprintf("%s/dashctl-stats-%u-%llu", dir ? dir : "/run", (unsigned int)getuid(),
			 (unsigned long long)ns.st_ino);
}

static void load(struct samples *s)
{
	char *path = snapshot_path(), *line = NULL, *value, *counter;
	FILE *f = fopen(path, "re");
	size_t cap = 0;

	while (f && getline(&line, &cap, f) > 0) {
		counter = strchr(line, '\t');
		value = counter ? strchr(counter + 1, '\t') : NULL;
		if (!value)
			continue;
		*counter = *value = '\0';
		add(s, line, counter + 1, strtoull(value + 1, NULL, 10));
	}
	if (f)
		fclose(f);
	sort(s);
	free(line);
	free(path);
}

/* What was shown replaces what was known of it; the rest stays.  A new file in its place, so that
 * a reader at the same time sees the old one or the new one.
 */
static int save(const struct stats *st)
{
	char *path = snapshot_path(), *tmp = xasprintf("%s.%d", path, (int)getpid());
	FILE *f = fopen(tmp, "wxe");
	size_t i;
	int e = EXIT_OK;

	for (i = 0; f && i < st->before.n; i++)
		if (!bsearch(&st->before.s[i], st->now.s, st->now.n, sizeof(*st->now.s), by_name))
			fprintf(f, "%s\t%llu\n", st->before.s[i].name,
				(unsigned long long)st->before.s[i].value);
	for (i = 0; f && i < st->now.n; i++)
		fprintf(f, "%s\t%llu\n", st->now.s[i].name, (unsigned long long)st->now.s[i].value);
	if (!f || fclose(f) || rename(tmp, path)) {
		err("stats: cannot write \"%s\": %s", path, strerror(errno));
		unlink(tmp);
		e = EXIT_USAGE;
	}
	free(tmp);
	free(path);
	return e;
}

/* ---- counters ---- */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* Gauges and high-water marks say how it is now: nothing is subtracted. */
static bool is_gauge(const char *name)
{
	return !strncmp(name, "flow_pairs", 10) || !strncmp(name, "flow_entries", 12) ||
	       !strncmp(name, "cps_", 4) || ends_with(name, "_max") || !strcmp(name, "tcp_time_wait");
}

static bool is_drop(const char *name)
{
	return ends_with(name, "_drop") || !strncmp(name, "acl_deny", 8) ||
	       !strncmp(name, "acl_no_match", 12) || ends_with(name, "_drop_packets");
}

static void pr_counter(struct stats *st, const char *scope, const char *name, uint64_t value)
{
	struct sample *old;

	if (st->drops && !is_drop(name))
		return;
	add(&st->now, scope, name, value);
	old = is_gauge(name) ? NULL : find(&st->before, scope, name);
	if (old && old->value <= value)		/* larger: the object is a new one of that name */
		value -= old->value;
	if (value || st->all || opt.json)
		pr_u64(name, value);
}

static void pr_nest(struct stats *st, const char *scope, const struct attr *nest)
{
	char *name = NULL;
	uint64_t value = 0;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_COUNTER_NAME && !name)
			name = attr_string(&a);
		else if (a.type == DASH_A_COUNTER_VALUE)
			value = attr_number(&a);
	}
	if (name)
		pr_counter(st, scope, name, value);
	free(name);
}

/* One message: the counters of one scope. */
static void on_stats(const void *attrs, size_t len, void *arg)
{
	static const char *const kinds[] = {
		[DASH_SCOPE_GLOBAL] = "global", [DASH_SCOPE_PORT] = "port", [DASH_SCOPE_ENI] = "eni",
	};
	char *eni = NULL, *dev = NULL, *scope;
	struct stats *st = arg;
	unsigned int kind = 0;
	struct attr a, p;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_SCOPE && a.len && a.data[0] < ARRAY_SIZE(kinds))
			kind = a.data[0];
		else if (a.type == DASH_A_ENI && !eni)
			eni = attr_string(&a);
		for (attr_first(&p, a.data, a.type == DASH_A_PORT ? a.len : 0); attr_ok(&p); attr_next(&p))
			if (p.type == DASH_A_PORT_IFNAME && !dev)
				dev = attr_string(&p);
	}
	scope = xasprintf("%s %s", kinds[kind], eni ? eni : dev ? dev : "-");
	pr_object(NULL);
	pr_str("scope", kinds[kind]);
	if (eni)
		pr_str("eni", eni);
	if (dev)
		pr_str("dev", dev);
	pr_rows("counters");
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_COUNTER)
			pr_nest(st, scope, &a);
	pr_end();
	pr_end();
	free(scope);
	free(eni);
	free(dev);
}

static int show_scopes(struct stats *st, int scope, const char *eni)
{
	struct buf b = { 0 };
	uint8_t s = (uint8_t)scope;
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_STATS_GET);
	if (scope >= 0)
		attr_put(&b, DASH_A_SCOPE, &s, 1);
	if (eni)
		attr_put(&b, DASH_A_ENI, eni, strlen(eni) + 1);
	pr_array(NULL);
	e = nl_list(&b, on_stats, st, NULL);
	pr_end();
	buf_free(&b);
	return e ? nl_failed("stats", e) : EXIT_OK;
}

static void on_eni_stats(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	pr_rows("statistics");
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_COUNTER)
			pr_nest(arg, "", &a);
	pr_end();
}

void stats_of_eni(const char *eni)
{
	struct stats st = { 0 };
	struct buf b = { 0 };

	nl_start(&b, DASH_CMD_STATS_GET);
	attr_put(&b, DASH_A_ENI, eni, strlen(eni) + 1);
	nl_list(&b, on_eni_stats, &st, NULL);	/* it may be gone by now: then it has none */
	buf_free(&b);
	forget(&st.now);
}

static void pr_object_counters(struct stats *st, const char *scope, const struct live *o)
{
	size_t i;

	if (o->counted) {
		pr_counter(st, scope, "hits", o->hits);
		pr_counter(st, scope, "bytes", o->bytes);
	}
	for (i = 0; i < o->n_counters; i++)
		pr_counter(st, scope, o->counters[i].name, o->counters[i].value);
}

static int show_acl(struct stats *st, const char *group)
{
	struct query groups = { 0 }, rules = { 0 };
	int e = query(&groups, DASH_OBJ_ACL_GROUP, NULL);
	char text[VALUE_TEXT], *scope;
	const struct live *g = NULL;
	size_t i;

	for (i = 0; i < groups.n; i++)
		if (live_text(&groups.obj[i], "group_id", text) && !strcmp(text, group))
			g = &groups.obj[i];
	if (!e && !g) {
		err("stats: no ACL group \"%s\"", group);
		e = EXIT_INVALID;
	}
	if (!e)
		e = query(&rules, DASH_OBJ_ACL_RULE, group);
	if (!e) {
		query_by_priority(&rules);
		pr_array(NULL);
		pr_object(NULL);
		pr_str("group_id", group);
		scope = xasprintf("acl %s", group);
		pr_object_counters(st, scope, g);
		free(scope);
		pr_array("rules");
		for (i = 0; i < rules.n; i++) {
			const char *id = live_text(&rules.obj[i], "rule_id", text);

			scope = xasprintf("acl %s %s", group, id ? id : "");
			pr_object(NULL);
			pr_str("rule_id", id ? id : "");
			pr_object_counters(st, scope, &rules.obj[i]);
			pr_end();
			free(scope);
		}
		pr_end();
		pr_end();
		pr_end();
	}
	query_free(&groups);
	query_free(&rules);
	return e;
}

static int dispatch(struct stats *st, const struct args *a)
{
	const char *what = a->n ? a->v[0] : "all";
	bool named = !strcmp(what, "eni") || !strcmp(what, "acl");

	if (named && a->n < 2) {
		err("stats: \"%s\" needs a name", what);
		return EXIT_USAGE;
	}
	if (a->n == 2 && !named) {
		err("stats: unexpected word \"%s\"", a->v[1]);
		return EXIT_USAGE;
	}
	st->drops = !strcmp(what, "drops");
	if (st->drops || !strcmp(what, "all"))
		return show_scopes(st, -1, NULL);
	if (!strcmp(what, "global"))
		return show_scopes(st, DASH_SCOPE_GLOBAL, NULL);
	if (!strcmp(what, "port"))
		return show_scopes(st, DASH_SCOPE_PORT, NULL);
	if (!strcmp(what, "eni"))
		return show_scopes(st, -1, a->v[1]);
	if (!strcmp(what, "acl"))
		return show_acl(st, a->v[1]);
	err("stats: \"%s\" is none of: global, port, eni, acl, drops", what);
	return EXIT_USAGE;
}

int cmd_stats(const struct args *a)
{
	struct stats st = { .clear = a->opt[0], .all = a->opt[1] };
	int e;

	load(&st.before);
	e = dispatch(&st, a);
	sort(&st.now);
	if (!e && st.clear)
		e = save(&st);
	forget(&st.before);
	forget(&st.now);
	return e;
}
