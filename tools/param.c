// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which timeouts and modes are in force, and how are they set?  Names and
 * bounds are the module's (spec/config.md 5.19); here is only the spelling of
 * time: 250ms, 10s, 4m, 1h, or a plain number of milliseconds.
 */
#include "param.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "nl.h"
#include "object.h"
#include "print.h"

void pr_param(const struct attr *nest)
{
	char *name = NULL, *text = NULL;
	uint64_t value = 0;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_PARAM_NAME && !name)
			name = attr_string(&a);
		else if (a.type == DASH_A_PARAM_STRING && !text)
			text = attr_string(&a);
		else if (a.type == DASH_A_PARAM_VALUE && a.len == 8)
			memcpy(&value, a.data, 8);
	}
	if (name && text)
		pr_str(name, text);
	else if (name)
		pr_u64(name, value);
	free(name);
	free(text);
}

static void on_params(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	(void)arg;
	pr_rows(NULL);
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_PARAM)
			pr_param(&a);
	pr_end();
}

int cmd_show_params(const struct args *a)
{
	struct buf b = { 0 };
	int e = nl_open();

	(void)a;
	if (e)
		return e;
	nl_start(&b, DASH_CMD_PARAM_GET);
	e = nl_call(&b, on_params, NULL);
	buf_free(&b);
	return e ? nl_failed("show params", e) : EXIT_OK;
}

/* "10s" to "10000"; anything that is not a number with a unit stays as it is. */
static char *milliseconds(const char *s)
{
	static const struct { const char *unit; uint64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
	};
	size_t digits = strspn(s, "0123456789"), i;
	uint64_t n;

	for (i = 0; digits && digits < 10 && i < ARRAY_SIZE(units); i++)
		if (!strcmp(s + digits, units[i].unit)) {
			n = strtoull(s, NULL, 10) * units[i].ms;
			return xasprintf("%llu", (unsigned long long)n);
		}
	return xstrdup(s);
}

int cmd_set(const struct args *a)
{
	struct buf b = { 0 };
	size_t nest;
	char *value;
	int i, e;

	if (a->n % 2) {
		err("set: \"%s\" has no value", a->v[a->n - 1]);
		return EXIT_USAGE;
	}
	e = nl_open();
	if (e)
		return e;
	nl_start(&b, DASH_CMD_PARAM_SET);
	for (i = 0; i < a->n; i += 2) {
		value = milliseconds(a->v[i + 1]);
		nest = nl_nest(&b, DASH_A_PARAM);
		attr_put(&b, DASH_A_PARAM_NAME, a->v[i], strlen(a->v[i]) + 1);
		attr_put(&b, DASH_A_PARAM_STRING, value, strlen(value) + 1);
		nl_nest_end(&b, nest);
		free(value);
	}
	e = nl_call(&b, NULL, NULL);
	buf_free(&b);
	return e ? nl_failed("set", e) : EXIT_OK;
}
