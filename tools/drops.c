// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which packets are dropped, why, and what is there to be done?  Once: the counters of all ports and
 * ENIs that are not zero, each with its meaning.  With -f: each dropped packet as it happens, with
 * its 5-tuple and the object that refused it; the module tells as many as can be read (200 a second)
 * and how many it left out.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "attr.h"
#include "cmd.h"
#include "drop_words.h"
#include "follow.h"
#include "nl.h"
#include "print.h"
#include "trace_show.h"
#include "util.h"
#include "value.h"

/* acl_deny_out_3: which stage of which direction it was */
static bool is_stage(const char *name)
{
	return !strncmp(name, "acl_deny_in_", 12) || !strncmp(name, "acl_deny_out_", 13) ||
	       !strncmp(name, "acl_no_match_in_", 16) || !strncmp(name, "acl_no_match_out_", 17);
}

/* True if the counter is a drop reason's and not zero; @print: as an object. */
static bool drop(const struct attr *nest, bool print)
{
	const struct drop_words *w;
	uint64_t value = 0;
	char *name = NULL;
	struct attr a;
	bool is;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_COUNTER_NAME && !name)
			name = attr_string(&a);
		else if (a.type == DASH_A_COUNTER_VALUE)
			value = attr_number(&a);
	}
	w = name ? drop_words_named(name) : NULL;
	is = value && (w || (name && is_stage(name)));
	if (is && print) {
		pr_object(NULL);
		pr_str("reason", w ? w->name : name);
		pr_u64("packets", value);
		if (w) {
			pr_str("meaning", w->meaning);
			pr_str("remedy", w->remedy);
		}
		pr_end();
	}
	free(name);
	return is;
}

/* One message: the counters of one port or ENI. */
static void on_stats(const void *attrs, size_t len, void *arg)
{
	char *eni = NULL, *dev = NULL;
	uint64_t scope = 0;
	bool any = false;
	struct attr a, p;

	(void)arg;
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_SCOPE)
			scope = attr_number(&a);
		else if (a.type == DASH_A_ENI && !eni)
			eni = attr_string(&a);
		for (attr_first(&p, a.data, a.type == DASH_A_PORT ? a.len : 0); attr_ok(&p); attr_next(&p))
			if (p.type == DASH_A_PORT_IFNAME && !dev)
				dev = attr_string(&p);
		any |= a.type == DASH_A_COUNTER && drop(&a, false);
	}
	if (any && scope != DASH_SCOPE_GLOBAL) {	/* which is the sum of the ports */
		pr_object(NULL);
		pr_str("scope", eni ? "eni" : "port");
		pr_str(eni ? "eni" : "dev", eni ? eni : dev ? dev : "-");
		pr_array("drops");
		for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
			if (a.type == DASH_A_COUNTER)
				drop(&a, true);
		pr_end();
		pr_end();
	}
	free(eni);
	free(dev);
}

static int show_counters(void)
{
	struct buf b = { 0 };
	int e;

	nl_start(&b, DASH_CMD_STATS_GET);
	pr_array(NULL);
	e = nl_list(&b, on_stats, NULL, NULL);
	pr_end();
	buf_free(&b);
	return e ? nl_failed("drops", e) : EXIT_OK;
}

int cmd_drops(const struct args *a)
{
	static const char *const groups[] = { DASH_MCGRP_DROPS, NULL };
	static const struct field count = { .name = "--count", .type = V_UINT, .size = 4, .min = 1, .max = 1u << 30 };
	struct value_note note;
	struct value v;
	uint32_t n = 0;
	int e;

	if (a->opt[1]) {
		if (!a->opt[0] || !value_parse(&count, a->opt[1], strlen(a->opt[1]), &v, &note)) {
			err("drops: --count: %s", a->opt[0] ? note.error : "only with -f");
			return EXIT_USAGE;
		}
		memcpy(&n, v.b, sizeof(n));
	}
	e = nl_open();
	if (e)
		return e;
	if (!a->opt[0])
		return show_counters();
	e = follow(groups, DASH_CMD_DROP_NTF, n, drop_print);
	return e ? nl_failed("drops", e) : EXIT_OK;
}
