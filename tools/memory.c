// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Where does the memory go?  One line for each object that owns some, as the module
 * computes it, then the tables that belong to no object, and the sums.
 */
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "attr.h"
#include "cmd.h"
#include "live.h"
#include "nl.h"
#include "print.h"
#include "status.h"

struct sums {
	uint64_t runtime, stored;
};

static void pr_row(const char *object, uint64_t runtime, uint64_t stored)
{
	pr_str("object", object);
	pr_u64("memory_runtime", runtime);
	pr_u64("memory_stored", stored);
}

static int show_type(unsigned int type, struct sums *sum)
{
	struct query q = { 0 };
	uint64_t runtime, stored;
	size_t i, j;
	int e = query(&q, type, NULL);

	for (i = 0; !e && i < q.n; i++) {
		const struct live *o = &q.obj[i];

		runtime = stored = 0;
		for (j = 0; j < o->n_counters; j++) {
			if (!strcmp(o->counters[j].name, "memory_runtime"))
				runtime = o->counters[j].value;
			else if (!strcmp(o->counters[j].name, "memory_stored"))
				stored = o->counters[j].value;
		}
		pr_object(NULL);
		pr_row(o->t->word, runtime, stored);
		pr_key(o);
		pr_end();
		sum->runtime += runtime;
		sum->stored += stored;
	}
	query_free(&q);
	return e;
}

static void on_status(const void *attrs, size_t len, void *arg)
{
	struct sums *sum = arg;
	struct attr status, a, c;

	if (!status_find(attrs, len, &status))
		return;
	for (attr_first(&a, status.data, status.len); attr_ok(&a); attr_next(&a)) {
		uint64_t value = 0;
		char *name = NULL;

		if (a.type != DASH_A_STATUS_MEMORY)
			continue;
		for (attr_first(&c, a.data, a.len); attr_ok(&c); attr_next(&c)) {
			if (c.type == DASH_A_COUNTER_NAME && !name)
				name = attr_string(&c);
			else if (c.type == DASH_A_COUNTER_VALUE)
				value = attr_number(&c);
		}
		/* what other namespaces stage is not this one's, and what this one does is there already */
		if (!name || strcmp(name, "staged_by_user")) {
			pr_object(NULL);
			pr_row(name ? name : "", value, 0);
			pr_end();
			sum->runtime += value;
		}
		free(name);
	}
}

int cmd_show_memory(const struct args *a)
{
	static const unsigned int types[] = {
		DASH_OBJ_VNET, DASH_OBJ_ROUTE_GROUP, DASH_OBJ_PREFIX_TAG, DASH_OBJ_ACL_GROUP, DASH_OBJ_ENI,
	};
	struct sums sum = { 0 };
	struct buf b = { 0 };
	size_t i;
	int e = nl_open();

	(void)a;
	if (e)
		return e;
	pr_array(NULL);
	for (i = 0; !e && i < ARRAY_SIZE(types); i++)
		e = show_type(types[i], &sum);
	if (!e) {
		nl_start(&b, DASH_CMD_STATUS_GET);
		e = nl_call(&b, on_status, &sum);
		buf_free(&b);
		if (e)
			e = nl_failed("show memory", e);
	}
	if (!e) {
		pr_object(NULL);
		pr_row("total", sum.runtime, sum.stored);
		pr_end();
	}
	pr_end();
	return e;
}
