// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What happens?  Events as they come, until a signal: commits with who made them and every object that
 * they changed, connections that begin and end, limits that are reached and left.  One line of text or of
 * JSON for each event; the objects of a commit stand in lines of their own below it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "flow.h"
#include "live.h"
#include "nl.h"
#include "object.h"
#include "print.h"

static void pr_flow_event(const struct flow *f, bool new)
{
	static const char *const reasons[] = {
		[DASH_END_REASON_AGED] = "aged", [DASH_END_REASON_FIN] = "fin",
		[DASH_END_REASON_RST] = "rst", [DASH_END_REASON_REOPEN] = "reopen",
		[DASH_END_REASON_FLUSH] = "flush", [DASH_END_REASON_POLICY] = "policy",
		[DASH_END_REASON_YIELDED] = "yielded",
	};
	bool outbound = f->initiator == DASH_DIRECTION_OUTBOUND;

	pr_str("event", new ? "flow_new" : "flow_end");
	pr_wire("eni", V_MAC, &f->mac);
	pr_str("direction", outbound ? "outbound" : "inbound");
	pr_tuple(f, outbound);
	if (new)
		return;
	pr_str("reason", f->reason < ARRAY_SIZE(reasons) ? reasons[f->reason] : "?");
	pr_str("state", flow_state(f->state));
	pr_u64("age_ms", f->age);
	pr_u64("outbound_packets", f->packets[DASH_DIRECTION_OUTBOUND]);
	pr_u64("outbound_bytes", f->bytes[DASH_DIRECTION_OUTBOUND]);
	pr_u64("inbound_packets", f->packets[DASH_DIRECTION_INBOUND]);
	pr_u64("inbound_bytes", f->bytes[DASH_DIRECTION_INBOUND]);
}

/* ---- configuration ---- */

static void pr_changed_object(const struct attr *nest)
{
	struct live o = { 0 };
	struct buf name = { 0 };
	bool gone = false, created = false, cut = false;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (table_by_type(a.type)) {
			o.t = table_by_type(a.type);
			o.attrs = (unsigned char *)a.data;
			o.len = a.len;
		}
		gone |= a.type == DASH_A_OBJECT_DELETE;
		created |= a.type == DASH_A_OBJECT_CREATED;
		cut |= a.type == DASH_A_OBJECT_CUT;
	}
	if (!o.t)
		return;
	live_name(&o, &name);
	pr_object(NULL);
	pr_str("change", gone ? "delete" : created ? "add" : "change");
	pr_str("table", o.t->name);
	pr_str("key", (char *)name.p + strlen(o.t->name) + 1);
	if (!gone)
		pr_fields(&o, false);
	if (cut)
		pr_bool("cut", true);
	pr_end();
	buf_free(&name);
}

static void pr_config(const void *attrs, size_t len)
{
	static const struct { unsigned int attr; const char *name; } numbers[] = {
		{ DASH_A_GENERATION, "generation" }, { DASH_A_CHANGED, "changed" },
		{ DASH_A_PID, "pid" }, { DASH_A_UID, "uid" }, { DASH_A_PORTID, "portid" },
	};
	bool cut = false;
	struct attr a;
	char *comm;
	size_t i;

	pr_str("event", "config");
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
			if (a.type == numbers[i].attr)
				pr_u64(numbers[i].name, attr_number(&a));
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		cut |= a.type == DASH_A_CUT;
		if (a.type != DASH_A_COMM)
			continue;
		comm = attr_string(&a);
		pr_str("comm", comm);
		free(comm);
	}
	if (cut)
		pr_bool("cut", true);
	pr_array("objects");
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_OBJECT)
			pr_changed_object(&a);
	pr_end();
}

/* ---- limits ---- */

static void pr_limit(const void *attrs, size_t len)
{
	struct attr nest, a, name = { 0 }, mac = { 0 };
	uint64_t value = 0, limit = 0, refused = 0;
	bool reached = false;
	char *text;

	for (attr_first(&nest, attrs, len); attr_ok(&nest); attr_next(&nest))
		if (nest.type == DASH_A_LIMIT_EVENT)
			break;
	if (!attr_ok(&nest))
		return;
	for (attr_first(&a, nest.data, nest.len); attr_ok(&a); attr_next(&a)) {
		switch (a.type) {
		case DASH_A_LIMIT_EVENT_NAME:
			name = a;
			break;
		case DASH_A_LIMIT_EVENT_ENI_MAC:
			mac = a;
			break;
		case DASH_A_LIMIT_EVENT_REACHED:
			reached = true;
			break;
		case DASH_A_LIMIT_EVENT_VALUE:
			value = attr_number(&a);
			break;
		case DASH_A_LIMIT_EVENT_LIMIT:
			limit = attr_number(&a);
			break;
		case DASH_A_LIMIT_EVENT_REFUSED:
			refused = attr_number(&a);
			break;
		}
	}
	pr_str("event", reached ? "limit_reached" : "limit_left");
	text = attr_string(&name);
	pr_str("limit", text);
	free(text);
	pr_wire("eni", V_MAC, &mac);
	pr_u64("used", value);
	if (limit)
		pr_u64("of", limit);
	pr_u64("refused", refused);
}

/* ---- the stream ---- */

/* A gap in the numbers of events is as many that never came. */
static void pr_gap(const struct flow *f)
{
	static uint64_t next;

	if (next && f->event > next) {
		pr_object(NULL);
		pr_str("event", "lost");
		pr_u64("flow_events", f->event - next);
		pr_end();
	}
	next = f->event + 1;
}

static void on_event(uint8_t cmd, const void *attrs, size_t len)
{
	struct attr a;
	struct flow f;

	if (cmd == DASH_CMD_FLOW_NEW_NTF || cmd == DASH_CMD_FLOW_END_NTF) {
		for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
			if (a.type != DASH_A_FLOW)
				continue;
			flow_read(&a, &f);
			pr_gap(&f);
			pr_object(NULL);
			pr_flow_event(&f, cmd == DASH_CMD_FLOW_NEW_NTF);
			pr_end();
		}
		return;
	}
	pr_object(NULL);
	if (!cmd)
		pr_str("event", "lost");
	else if (cmd == DASH_CMD_CONFIG_NTF)
		pr_config(attrs, len);
	else if (cmd == DASH_CMD_LIMIT_NTF)
		pr_limit(attrs, len);
	pr_end();
}

static void flush_events(void)
{
	fflush(stdout);
}

/* Connections may begin and end faster than anybody reads; room that is not used costs nothing. */
#define ROOM_KIB	65536u
#define ROOM_KIB_MAX	1048575u

int cmd_monitor(const struct args *a)
{
	static const char *const all[] = { DASH_MCGRP_CONFIG, DASH_MCGRP_FLOWS, DASH_MCGRP_LIMITS, NULL };
	static const struct field room = { .name = "--room", .type = V_UINT, .size = 4, .min = 1, .max = ROOM_KIB_MAX };
	const char *one[] = { NULL, NULL };
	struct value_note note;
	uint32_t kib = ROOM_KIB;
	struct value v = { 0 };
	int e, i;

	if (a->opt[0]) {
		if (!value_parse(&room, a->opt[0], strlen(a->opt[0]), &v, &note)) {
			err("monitor: --room: %s", note.error);
			return EXIT_USAGE;
		}
		memcpy(&kib, v.b, sizeof(kib));
	}
	for (i = 0; a->n && all[i]; i++)
		if (!strcmp(a->v[0], all[i]))
			one[0] = all[i];
	if (a->n && !one[0]) {
		err("monitor: \"%s\" is none of: config, flows, limits", a->v[0]);
		return EXIT_USAGE;
	}
	e = nl_open();
	if (e)
		return e;
	e = nl_monitor(a->n ? one : all, (int)(kib << 10), on_event, flush_events);
	return e ? nl_failed("monitor", e) : EXIT_OK;
}
