// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which file makes the appliance what it is now?  The live objects in canonical
 * spelling, in the order of tables and keys, one element a line: the same state
 * gives the same bytes, and apply accepts them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "live.h"
#include "object.h"
#include "print.h"

void pr_element(const struct live *o)
{
	struct buf name = { 0 };
	struct attr a;
	bool actions = o->t->type == DASH_OBJ_ROUTING_TYPE;

	live_name(o, &name);
	pr_object(NULL);
	if (actions) {
		/* The body is the list itself. */
		pr_array((char *)name.p);
		for (attr_first(&a, o->attrs, o->len); attr_ok(&a); attr_next(&a))
			if (a.type == DASH_A_ROUTING_TYPE_ACTIONS)
				pr_action(&a);
	} else {
		pr_object((char *)name.p);
		pr_fields(o, false);
	}
	pr_end();
	pr_str("OP", "SET");
	pr_end();
	buf_free(&name);
}

int cmd_export(const struct args *a)
{
	const struct table *t = a->n ? table_by_word(a->v[0]) : NULL;
	struct query q = { 0 };
	size_t i;
	int e;

	if (a->n && (!t || !t->type)) {
		err("export: no table \"%s\", see \"dashctl help tables\"", a->v[0]);
		return EXIT_USAGE;
	}
	e = query(&q, t ? t->type : 0, NULL);
	if (e)
		return e;
	opt.json = true;
	pr_array(NULL);
	for (i = 0; i < q.n; i++)
		pr_element(&q.obj[i]);
	pr_end();
	query_free(&q);
	return EXIT_OK;
}
