// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connections are there, and how are they ended?  The module knows a
 * connection as one record seen from the VM; the user sees two entries, one for
 * each direction, as on the wire (spec/pipeline.md 18.1).  The answer is printed
 * as it comes: a table of millions is never held.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "flow.h"
#include "nl.h"
#include "object.h"
#include "print.h"

/* Rows of the options of both commands, in their order. */
enum { OPT_ENI, OPT_PROTO, OPT_SRC, OPT_DST, OPT_SPORT, OPT_DPORT, OPT_LIMIT };

static const struct field filters[] = {
	[OPT_ENI] = { .name = "--eni", .type = V_ENI, .attr = DASH_A_ENI },
	[OPT_PROTO] = { .name = "--proto", .type = V_UINT, .size = 1, .max = 255, .attr = DASH_A_PROTO },
	[OPT_SRC] = { .name = "--src", .type = V_PREFIX, .attr = DASH_A_SRC },
	[OPT_DST] = { .name = "--dst", .type = V_PREFIX, .attr = DASH_A_DST },
	[OPT_SPORT] = { .name = "--sport", .type = V_UINT, .size = 2, .max = 65535, .attr = DASH_A_SPORT },
	[OPT_DPORT] = { .name = "--dport", .type = V_UINT, .size = 2, .max = 65535, .attr = DASH_A_DPORT },
	[OPT_LIMIT] = { .name = "--limit", .type = V_UINT, .size = 4, .min = 1, .max = 0xffffffff,
			.attr = DASH_A_LIMIT },
};

int flow_filters_put(struct buf *b, const struct args *a, size_t n, const char *command)
{
	const struct word *w;
	size_t i;

	for (i = 0; i < n; i++) {
		const char *s = a->opt[i];
		struct value_note note;
		struct value v = { 0 };

		if (!s)
			continue;
		for (w = flow_protocols; i == OPT_PROTO && w->name; w++)
			if (!strcmp(w->name, s)) {
				v.len = 1;
				v.b[0] = (unsigned char)w->value;
			}
		if (!v.len && !value_parse(&filters[i], s, strlen(s), &v, &note)) {
			err("%s: %s: %s", command, filters[i].name, note.error);
			return EXIT_USAGE;
		}
		attr_put(b, filters[i].attr, v.b, v.len);
	}
	return EXIT_OK;
}

/* ---- one connection ---- */

/* What is done with packets of this entry: the bits of spec/pipeline.md 16.1 by name. */
static void pr_actions(const struct flow *f, bool outbound)
{
	pr_array("actions");
	if (outbound && f->dmac.len)
		pr_str(NULL, "set_dmac");
	if (!outbound || !f->direct)
		pr_str(NULL, "encap_u0");
	if (outbound && f->direct && !f->dmac.len)
		pr_str(NULL, "decap");
	pr_end();
	if (!outbound || f->direct)
		return;
	pr_wire("underlay_sip", V_IP, &f->vip);
	pr_wire("underlay_dip", V_IP, &f->pa);
	pr_u64("vni", f->vni);
	pr_wire("dst_mac", V_MAC, &f->dmac);
}

void flow_print(const char *name, const struct attr *nest)
{
	struct flow f;
	bool outbound;

	flow_read(nest, &f);
	outbound = f.initiator == DASH_DIRECTION_OUTBOUND;
	pr_object(name);
	pr_str("initiator", outbound ? "outbound" : "inbound");
	pr_str("state", flow_state(f.state));
	pr_tuple(&f, outbound);
	pr_actions(&f, true);
	pr_u64("age_ms", f.age);
	pr_u64("outbound_packets", f.packets[DASH_DIRECTION_OUTBOUND]);
	pr_u64("inbound_packets", f.packets[DASH_DIRECTION_INBOUND]);
	pr_end();
}

static void pr_entry(const struct flow *f, unsigned int dir)
{
	bool outbound = dir == DASH_DIRECTION_OUTBOUND;

	pr_object(NULL);
	pr_str("eni", f->eni);
	pr_str("direction", outbound ? "outbound" : "inbound");
	pr_tuple(f, outbound);
	pr_str("role", dir == f->initiator ? "forward" : "reverse");
	pr_str("state", flow_state(f->state));
	pr_u64("age_ms", f->age);
	pr_u64("idle_ms", f->idle);
	pr_u64("timeout_ms", f->timeout);
	pr_u64("packets", f->packets[dir]);
	pr_u64("bytes", f->bytes[dir]);
	pr_actions(f, outbound);
	if (f->stale)
		pr_bool("stale", true);
	pr_u64("slot", f->slot);
	pr_end();
}

static void on_flows(const void *attrs, size_t len, void *arg)
{
	struct attr a;
	struct flow f;

	(void)arg;
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type != DASH_A_FLOW)
			continue;
		flow_read(&a, &f);
		pr_entry(&f, (unsigned int)f.initiator & 1);
		pr_entry(&f, !(f.initiator & 1));
	}
}

/*
 * A request about the connections that the options select: @list is a dump.  @done is the name of the one
 * number that @fn makes of the answer; NULL: @fn prints an array.
 */
static int request(const struct args *a, uint8_t cmd, bool list, const char *what, nl_answer fn,
		   const char *done)
{
	struct buf b = { 0 };
	uint64_t count = 0;
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, cmd);
	e = flow_filters_put(&b, a, ARRAY_SIZE(filters), what);
	if (!e) {
		if (!done)
			pr_array(NULL);
		e = list ? nl_list(&b, fn, &count, NULL) : nl_call(&b, fn, &count);
		if (!done)
			pr_end();
		if (e) {
			e = nl_failed(what, e);
		} else if (done) {
			pr_object(NULL);
			pr_u64(done, count);
			pr_end();
		}
	}
	buf_free(&b);
	return e;
}

int cmd_show_flows(const struct args *a)
{
	return request(a, DASH_CMD_FLOW_GET, true, "show flows", on_flows, NULL);
}

static void on_ended(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_COUNT)
			*(uint64_t *)arg = attr_number(&a);
}

int cmd_clear_flows(const struct args *a)
{
	return request(a, DASH_CMD_FLOW_DEL, false, "clear flows", on_ended, "connections_ended");
}

static void on_counted(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		*(uint64_t *)arg += a.type == DASH_A_FLOW;
}

int cmd_flow_count(const struct args *a)
{
	return request(a, DASH_CMD_FLOW_GET, true, "flow count", on_counted, "connections");
}

int cmd_flow_get(const struct args *a)
{
	if (!a->opt[OPT_SRC] || !a->opt[OPT_DST] || !a->opt[OPT_PROTO]) {
		err("flow get: --proto, --src and --dst say which connection");
		return EXIT_USAGE;
	}
	return cmd_show_flows(a);
}

int cmd_flow_delete(const struct args *a)
{
	size_t i;

	for (i = 0; i < OPT_LIMIT; i++)
		if (a->opt[i])
			return cmd_clear_flows(a);
	err("flow delete: a filter says which connections; \"flow flush\" ends all");
	return EXIT_USAGE;
}
