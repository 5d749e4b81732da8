// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What is configured?  The show commands of objects: each asks for the objects
 * of one type or owner and prints them as lines of "name value" or as JSON, with
 * defaults filled in and with their counters.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "live.h"
#include "nl.h"
#include "object.h"
#include "print.h"

static int no_such(const char *what, const char *name)
{
	err("no %s \"%s\"", what, name);
	return EXIT_INVALID;
}

/* Objects of a type, under a name in JSON if @name is given. */
static int show_list(const char *name, unsigned int type, const char *owner)
{
	struct query q = { 0 };
	int e = query(&q, type, owner);
	size_t i;

	if (e)
		return e;
	query_by_priority(&q);
	pr_array(name);
	for (i = 0; i < q.n; i++)
		pr_live(&q.obj[i]);
	pr_end();
	query_free(&q);
	return EXIT_OK;
}

/* Drops objects that are not wanted: by first key part, or by guid. */
static void keep_named(struct query *q, const char *name, const char *guid)
{
	char text[VALUE_TEXT];
	size_t i, n = 0;

	for (i = 0; i < q->n; i++) {
		const char *have = live_text(&q->obj[i], guid ? "guid" : q->obj[i].t->fields[0].name, text);

		if (have && !strcmp(have, guid ? guid : name))
			q->obj[n++] = q->obj[i];
		else
			live_free(&q->obj[i]);
	}
	q->n = n;
}

/* All objects of a type, or the one of that name or guid. */
static int find_objects(struct query *q, unsigned int type, const char *what, const char *name,
			const char *guid)
{
	int e = query(q, type, type == DASH_OBJ_ENI ? name : NULL);

	if (e)
		return e;
	if (type != DASH_OBJ_ENI && (name || guid))
		keep_named(q, name, guid);
	return (name || guid) && !q->n ? no_such(what, guid ? guid : name) : EXIT_OK;
}

static int show_objects(unsigned int type, const char *what, const char *name, const char *guid)
{
	struct query q = { 0 };
	int e = find_objects(&q, type, what, name, guid);
	size_t i;

	if (!e) {
		pr_array(NULL);
		for (i = 0; i < q.n; i++)
			pr_live(&q.obj[i]);
		pr_end();
	}
	query_free(&q);
	return e;
}

/* ---- VNET ---- */

static int show_vnet_brief(void)
{
	char name[VALUE_TEXT], vni[VALUE_TEXT];
	struct query q = { 0 };
	int e = query(&q, DASH_OBJ_VNET, NULL);
	size_t i;

	if (e)
		return e;
	pr_array(NULL);
	for (i = 0; i < q.n; i++) {
		pr_object(NULL);
		pr_str("vnet_name", live_text(&q.obj[i], "vnet_name", name));
		pr_word("vni", live_text(&q.obj[i], "vni", vni) ? vni : "null");
		pr_end();
	}
	pr_end();
	query_free(&q);
	return EXIT_OK;
}

int cmd_show_vnet(const struct args *a)
{
	const char *name = a->n ? a->v[0] : NULL;
	struct query q = { 0 };
	int e;

	if (a->n == 1 && !strcmp(name, "brief"))
		return show_vnet_brief();
	if (a->n == 2) {
		if (strcmp(a->v[1], "mappings")) {
			err("show vnet: unexpected word \"%s\", \"mappings\" expected", a->v[1]);
			return EXIT_USAGE;
		}
		e = find_objects(&q, DASH_OBJ_VNET, "VNET", name, NULL);
		query_free(&q);
		return e ? e : show_list(NULL, DASH_OBJ_VNET_MAPPING, name);
	}
	return show_objects(DASH_OBJ_VNET, "VNET", name, a->opt[0]);
}

/* ---- ENI ---- */

/* Text of a field of the first object of a type and owner, malloc()ed; NULL if there is none. */
static char *field_of(unsigned int type, const char *owner, const char *field, int *e)
{
	char text[VALUE_TEXT], *found = NULL;
	struct query q = { 0 };

	*e = query(&q, type, owner);
	if (!*e && q.n && live_text(&q.obj[0], field, text))
		found = xstrdup(text);
	query_free(&q);
	return found;
}

static int show_routes(const char *eni)
{
	int e;
	char *group = field_of(DASH_OBJ_ENI_ROUTE, eni, "group_id", &e);

	if (!e && group) {
		e = show_list(NULL, DASH_OBJ_ROUTE, group);
	} else if (!e) {
		pr_array(NULL);
		pr_end();
	}
	free(group);
	return e;
}

/* One binding with its groups and their rules. */
static int show_binding(const struct live *o, const char *direction)
{
	static const char *const halves[] = { "v4_acl_group_id", "v6_acl_group_id" };
	char stage[VALUE_TEXT], group[VALUE_TEXT];
	int e = EXIT_OK;
	size_t i;

	if (!live_text(o, "stage", stage))
		strcpy(stage, "0");
	for (i = 0; !e && i < ARRAY_SIZE(halves); i++) {
		if (!live_text(o, halves[i], group))
			continue;
		pr_object(NULL);
		pr_str("direction", direction);
		pr_word("stage", stage);
		pr_str("ip_version", i ? "ipv6" : "ipv4");
		pr_str("group_id", group);
		e = show_list("rules", DASH_OBJ_ACL_RULE, group);
		pr_end();
	}
	return e;
}

static int show_bindings(const char *eni, bool in, bool out)
{
	static const struct { unsigned int type; const char *name; } dirs[] = {
		{ DASH_OBJ_ACL_IN, "in" }, { DASH_OBJ_ACL_OUT, "out" },
	};
	int e = EXIT_OK;
	size_t d, i;

	pr_array(NULL);
	for (d = 0; !e && d < ARRAY_SIZE(dirs); d++) {
		struct query q = { 0 };

		if (!(d ? out : in))
			continue;
		e = query(&q, dirs[d].type, eni);
		for (i = 0; !e && i < q.n; i++)
			e = show_binding(&q.obj[i], dirs[d].name);
		query_free(&q);
	}
	pr_end();
	return e;
}

static int show_acls(const struct args *a)
{
	const char *which = a->n == 4 ? a->v[3] : "all";

	if (a->n == 3 || (a->n == 4 && strcmp(a->v[2], "stage")) ||
	    (strcmp(which, "in") && strcmp(which, "out") && strcmp(which, "all"))) {
		err("show eni: \"%s\": \"stage in\", \"stage out\" or \"stage all\" expected",
		    a->n == 3 ? a->v[2] : which);
		return EXIT_USAGE;
	}
	return show_bindings(a->v[0], strcmp(which, "out") != 0, strcmp(which, "in") != 0);
}

/* The bindings of an ENI as members of its object. */
static int pr_bindings(const char *eni)
{
	static const struct { unsigned int type; const char *name; } dirs[] = {
		{ DASH_OBJ_ACL_IN, "acl_in" }, { DASH_OBJ_ACL_OUT, "acl_out" },
	};
	int e;
	char *group = field_of(DASH_OBJ_ENI_ROUTE, eni, "group_id", &e);
	size_t d, i;

	if (group)
		pr_str("route_group_id", group);
	free(group);
	for (d = 0; !e && d < ARRAY_SIZE(dirs); d++) {
		struct query q = { 0 };
		char stage[VALUE_TEXT];

		e = query(&q, dirs[d].type, eni);
		pr_array(dirs[d].name);
		for (i = 0; !e && i < q.n; i++) {
			pr_object(NULL);
			pr_word("stage", live_text(&q.obj[i], "stage", stage) ? stage : "0");
			pr_fields(&q.obj[i], true);
			pr_end();
		}
		pr_end();
		query_free(&q);
	}
	return e;
}

static int show_one_eni(const char *eni)
{
	struct query q = { 0 };
	int e = find_objects(&q, DASH_OBJ_ENI, "ENI", eni, NULL);

	if (!e) {
		pr_array(NULL);
		pr_object(NULL);
		pr_key(&q.obj[0]);
		pr_fields(&q.obj[0], true);
		pr_counters(&q.obj[0]);
		pr_statistics(&q.obj[0]);
		e = pr_bindings(eni);
		pr_end();
		pr_end();
	}
	query_free(&q);
	return e;
}

int cmd_show_eni(const struct args *a)
{
	const char *what = a->n > 1 ? a->v[1] : NULL;
	struct query q = { 0 };
	int e;

	if (!a->n)
		return show_objects(DASH_OBJ_ENI, "ENI", NULL, NULL);
	if (!what)
		return show_one_eni(a->v[0]);
	e = find_objects(&q, DASH_OBJ_ENI, "ENI", a->v[0], NULL);
	query_free(&q);
	if (e)
		return e;
	if (!strcmp(what, "acls"))
		return show_acls(a);
	if (a->n == 2 && !strcmp(what, "routes"))
		return show_routes(a->v[0]);
	if (a->n == 2 && !strcmp(what, "rules"))
		return show_list(NULL, DASH_OBJ_ROUTE_RULE, a->v[0]);
	err("show eni: unexpected word \"%s\", see \"dashctl help show eni\"",
	    a->n > 2 ? a->v[2] : what);
	return EXIT_USAGE;
}

/* ---- groups ---- */

/* One group with what it holds, or all groups without. */
static int show_group(unsigned int type, unsigned int member, const char *what, const char *members,
		      const char *name, const char *guid)
{
	char id[VALUE_TEXT];
	struct query q = { 0 };
	int e;

	if (!name && !guid)
		return show_objects(type, what, NULL, NULL);
	e = find_objects(&q, type, what, name, guid);
	if (!e) {
		pr_array(NULL);
		pr_object(NULL);
		pr_key(&q.obj[0]);
		pr_fields(&q.obj[0], true);
		pr_counters(&q.obj[0]);
		e = show_list(members, member, live_text(&q.obj[0], "group_id", id));
		pr_end();
		pr_end();
	}
	query_free(&q);
	return e;
}

int cmd_show_acl_group(const struct args *a)
{
	return show_group(DASH_OBJ_ACL_GROUP, DASH_OBJ_ACL_RULE, "ACL group", "rules",
			  a->n ? a->v[0] : NULL, a->opt[0]);
}

int cmd_show_route_group(const struct args *a)
{
	return show_group(DASH_OBJ_ROUTE_GROUP, DASH_OBJ_ROUTE, "route group", "routes",
			  a->n ? a->v[0] : NULL, NULL);
}

/* ---- the rest ---- */

int cmd_show_tag(const struct args *a)
{
	return show_objects(DASH_OBJ_PREFIX_TAG, "tag", a->n ? a->v[0] : NULL, NULL);
}

int cmd_show_qos(const struct args *a)
{
	return show_objects(DASH_OBJ_QOS, "QOS", a->n ? a->v[0] : NULL, NULL);
}

int cmd_show_appliance(const struct args *a)
{
	return show_objects(DASH_OBJ_APPLIANCE, "appliance", a->n ? a->v[0] : NULL, NULL);
}

int cmd_show_pa_validation(const struct args *a)
{
	(void)a;
	return show_objects(DASH_OBJ_PA_VALIDATION, "PA list", NULL, NULL);
}

int cmd_show_meter(const struct args *a)
{
	return show_list(NULL, DASH_OBJ_METER, a->n ? a->v[0] : NULL);
}

int cmd_show_switch(const struct args *a)
{
	struct live defaults = { .t = table_by_type(DASH_OBJ_SWITCH) };
	struct query q = { 0 };
	int e = query(&q, DASH_OBJ_SWITCH, NULL);

	(void)a;
	if (!e)
		pr_live(q.n ? &q.obj[0] : &defaults);
	query_free(&q);
	return e;
}

/* Routing types that work without being configured (spec/config.md 5.9). */
static const struct { unsigned int type; const char *name, *action, *encap; } built_in[] = {
	{ DASH_ROUTING_TYPE_VNET, "vnet", "maprouting", NULL },
	{ DASH_ROUTING_TYPE_VNET_DIRECT, "vnet_direct", "maprouting", NULL },
	{ DASH_ROUTING_TYPE_VNET_ENCAP, "vnet_encap", "staticencap", "vxlan" },
	{ DASH_ROUTING_TYPE_DIRECT, "direct", "direct", NULL },
	{ DASH_ROUTING_TYPE_DROP, "drop", "drop", NULL },
};

int cmd_show_route_types(const struct args *a)
{
	char text[VALUE_TEXT];
	struct query q = { 0 };
	int e = query(&q, DASH_OBJ_ROUTING_TYPE, NULL);
	bool found;
	size_t i, j;

	(void)a;
	if (e)
		return e;
	pr_array(NULL);
	for (i = 0; i < q.n; i++) {
		pr_object(NULL);
		pr_key(&q.obj[i]);
		pr_bool("built_in", false);
		pr_fields(&q.obj[i], true);
		pr_end();
	}
	for (i = 0; i < ARRAY_SIZE(built_in); i++) {
		for (found = false, j = 0; j < q.n; j++)
			found |= !strcmp(live_text(&q.obj[j], "routing_type", text) ? text : "",
					 built_in[i].name);
		if (found)
			continue;
		pr_object(NULL);
		pr_str("routing_type", built_in[i].name);
		pr_bool("built_in", true);
		pr_array("actions");
		pr_object(NULL);
		pr_str("action_type", built_in[i].action);
		if (built_in[i].encap)
			pr_str("encap_type", built_in[i].encap);
		pr_end();
		pr_end();
		pr_end();
	}
	pr_end();
	query_free(&q);
	return EXIT_OK;
}
