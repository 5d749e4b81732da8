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
#include "nl.h"
#include "object.h"
#include "print.h"

/* Rows of the options of both commands, in their order. */
enum { OPT_ENI, OPT_PROTO, OPT_SRC, OPT_DST, OPT_SPORT, OPT_DPORT, OPT_LIMIT };

static const struct word protocols[] = {
	{ "icmp", 1, false }, { "tcp", 6, false }, { "udp", 17, false }, { "icmpv6", 58, false },
	{ 0 }
};

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

static const char *protocol_name(unsigned int n)
{
	const struct word *w;

	for (w = protocols; w->name; w++)
		if (w->value == n)
			return w->name;
	return NULL;
}

static int put_filters(struct buf *b, const struct args *a, const char *command)
{
	const struct word *w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		const char *s = a->opt[i];
		struct value_note note;
		struct value v = { 0 };

		if (!s)
			continue;
		for (w = protocols; i == OPT_PROTO && w->name; w++)
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

struct flow {
	const char *eni;
	struct attr vm_ip, remote_ip, pa, dmac, vip, mac;
	uint64_t vm_port, remote_port, proto, initiator, state, age, idle, timeout, vni, slot;
	uint64_t reason, event;			/* of an event; numbers begin with 1 */
	uint64_t packets[2], bytes[2];		/* [DASH_DIRECTION_*] */
	bool direct, stale;
};

/* Where the numbers and the addresses of an answer belong. */
static const struct { unsigned int attr; size_t at; } flow_numbers[] = {
	{ DASH_A_FLOW_PROTO, offsetof(struct flow, proto) },
	{ DASH_A_FLOW_VM_PORT, offsetof(struct flow, vm_port) },
	{ DASH_A_FLOW_REMOTE_PORT, offsetof(struct flow, remote_port) },
	{ DASH_A_FLOW_INITIATOR, offsetof(struct flow, initiator) },
	{ DASH_A_FLOW_STATE, offsetof(struct flow, state) },
	{ DASH_A_FLOW_AGE_MS, offsetof(struct flow, age) },
	{ DASH_A_FLOW_IDLE_MS, offsetof(struct flow, idle) },
	{ DASH_A_FLOW_TIMEOUT_MS, offsetof(struct flow, timeout) },
	{ DASH_A_FLOW_OUTBOUND_PACKETS, offsetof(struct flow, packets[DASH_DIRECTION_OUTBOUND]) },
	{ DASH_A_FLOW_OUTBOUND_BYTES, offsetof(struct flow, bytes[DASH_DIRECTION_OUTBOUND]) },
	{ DASH_A_FLOW_INBOUND_PACKETS, offsetof(struct flow, packets[DASH_DIRECTION_INBOUND]) },
	{ DASH_A_FLOW_INBOUND_BYTES, offsetof(struct flow, bytes[DASH_DIRECTION_INBOUND]) },
	{ DASH_A_FLOW_VNI, offsetof(struct flow, vni) },
	{ DASH_A_FLOW_SLOT, offsetof(struct flow, slot) },
	{ DASH_A_FLOW_REASON, offsetof(struct flow, reason) },
	{ DASH_A_FLOW_EVENT, offsetof(struct flow, event) },
}, flow_addresses[] = {
	{ DASH_A_FLOW_VM_IP, offsetof(struct flow, vm_ip) },
	{ DASH_A_FLOW_REMOTE_IP, offsetof(struct flow, remote_ip) },
	{ DASH_A_FLOW_PA, offsetof(struct flow, pa) },
	{ DASH_A_FLOW_DMAC, offsetof(struct flow, dmac) },
	{ DASH_A_FLOW_VIP, offsetof(struct flow, vip) },
	{ DASH_A_FLOW_ENI_MAC, offsetof(struct flow, mac) },
};

static void read_flow(const struct attr *nest, struct flow *f)
{
	struct attr a;
	size_t i;

	memset(f, 0, sizeof(*f));
	f->eni = "";
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		for (i = 0; i < ARRAY_SIZE(flow_numbers); i++)
			if (flow_numbers[i].attr == a.type)
				*(uint64_t *)((char *)f + flow_numbers[i].at) = attr_number(&a);
		for (i = 0; i < ARRAY_SIZE(flow_addresses); i++)
			if (flow_addresses[i].attr == a.type)
				*(struct attr *)((char *)f + flow_addresses[i].at) = a;
		if (a.type == DASH_A_FLOW_ENI && a.len && !a.data[a.len - 1])
			f->eni = (const char *)a.data;
		f->direct |= a.type == DASH_A_FLOW_DIRECT;
		f->stale |= a.type == DASH_A_FLOW_STALE;
	}
}

static void pr_wire(const char *name, enum value_type type, const struct attr *a)
{
	struct field f = { .type = type };
	char text[VALUE_TEXT];

	if (a->len)
		pr_str(name, value_text(&f, a->data, a->len, text));
}

static const char *state_name(uint64_t state)
{
	static const char *const names[] = {
		[DASH_CONN_STATE_FREE] = "free", [DASH_CONN_STATE_OPEN] = "open",
		[DASH_CONN_STATE_SYN_SENT] = "syn_sent", [DASH_CONN_STATE_SYN_RECV] = "syn_recv",
		[DASH_CONN_STATE_ESTABLISHED] = "established", [DASH_CONN_STATE_FIN_F] = "fin_f",
		[DASH_CONN_STATE_FIN_R] = "fin_r", [DASH_CONN_STATE_CLOSING] = "closing",
		[DASH_CONN_STATE_TIME_WAIT] = "time_wait", [DASH_CONN_STATE_RESET] = "reset",
		[DASH_CONN_STATE_DEAD] = "dead",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

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

static void pr_entry(const struct flow *f, unsigned int dir)
{
	bool outbound = dir == DASH_DIRECTION_OUTBOUND;

	pr_object(NULL);
	pr_str("eni", f->eni);
	pr_str("direction", outbound ? "outbound" : "inbound");
	if (protocol_name((unsigned int)f->proto))
		pr_str("proto", protocol_name((unsigned int)f->proto));
	else
		pr_u64("proto", f->proto);
	pr_wire("src", V_IP, outbound ? &f->vm_ip : &f->remote_ip);
	pr_u64("sport", outbound ? f->vm_port : f->remote_port);
	pr_wire("dst", V_IP, outbound ? &f->remote_ip : &f->vm_ip);
	pr_u64("dport", outbound ? f->remote_port : f->vm_port);
	pr_str("role", dir == f->initiator ? "forward" : "reverse");
	pr_str("state", state_name(f->state));
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
		read_flow(&a, &f);
		pr_entry(&f, (unsigned int)f.initiator & 1);
		pr_entry(&f, !(f.initiator & 1));
	}
}

int cmd_show_flows(const struct args *a)
{
	struct buf b = { 0 };
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_FLOW_GET);
	e = put_filters(&b, a, "show flows");
	if (!e) {
		pr_array(NULL);
		e = nl_list(&b, on_flows, NULL, NULL);
		pr_end();
		if (e)
			e = nl_failed("show flows", e);
	}
	buf_free(&b);
	return e;
}

static void on_count(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_COUNT)
			*(uint64_t *)arg = attr_number(&a);
}

int cmd_clear_flows(const struct args *a)
{
	struct buf b = { 0 };
	uint64_t count = 0;
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_FLOW_DEL);
	e = put_filters(&b, a, "clear flows");
	if (!e) {
		e = nl_call(&b, on_count, &count);
		if (e) {
			e = nl_failed("clear flows", e);
		} else {
			pr_object(NULL);
			pr_u64("connections_ended", count);
			pr_end();
		}
	}
	buf_free(&b);
	return e;
}

static void on_count_flows(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		*(uint64_t *)arg += a.type == DASH_A_FLOW;
}

int cmd_flow_count(const struct args *a)
{
	struct buf b = { 0 };
	uint64_t count = 0;
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_FLOW_GET);
	e = put_filters(&b, a, "flow count");
	if (!e) {
		e = nl_list(&b, on_count_flows, &count, NULL);
		if (e) {
			e = nl_failed("flow count", e);
		} else {
			pr_object(NULL);
			pr_u64("connections", count);
			pr_end();
		}
	}
	buf_free(&b);
	return e;
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

/* ---- events ---- */

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
	if (protocol_name((unsigned int)f->proto))
		pr_str("proto", protocol_name((unsigned int)f->proto));
	else
		pr_u64("proto", f->proto);
	pr_wire("src", V_IP, outbound ? &f->vm_ip : &f->remote_ip);
	pr_u64("sport", outbound ? f->vm_port : f->remote_port);
	pr_wire("dst", V_IP, outbound ? &f->remote_ip : &f->vm_ip);
	pr_u64("dport", outbound ? f->remote_port : f->vm_port);
	if (new)
		return;
	pr_str("reason", f->reason < ARRAY_SIZE(reasons) ? reasons[f->reason] : "?");
	pr_str("state", state_name(f->state));
	pr_u64("age_ms", f->age);
	pr_u64("outbound_packets", f->packets[DASH_DIRECTION_OUTBOUND]);
	pr_u64("outbound_bytes", f->bytes[DASH_DIRECTION_OUTBOUND]);
	pr_u64("inbound_packets", f->packets[DASH_DIRECTION_INBOUND]);
	pr_u64("inbound_bytes", f->bytes[DASH_DIRECTION_INBOUND]);
}

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
			read_flow(&a, &f);
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
	if (cmd == DASH_CMD_CONFIG_NTF)
		pr_str("event", "config");
	for (attr_first(&a, attrs, len); cmd && attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_GENERATION)
			pr_u64("generation", attr_number(&a));
		else if (a.type == DASH_A_CHANGED)
			pr_u64("changed", attr_number(&a));
	}
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
	static const char *const all[] = { DASH_MCGRP_CONFIG, DASH_MCGRP_FLOWS, NULL };
	static const struct field room = { .name = "--room", .type = V_UINT, .size = 4, .min = 1, .max = ROOM_KIB_MAX };
	const char *one[] = { NULL, NULL };
	struct value_note note;
	uint32_t kib = ROOM_KIB;
	struct value v = { 0 };
	int e;

	if (a->opt[0]) {
		if (!value_parse(&room, a->opt[0], strlen(a->opt[0]), &v, &note)) {
			err("monitor: --room: %s", note.error);
			return EXIT_USAGE;
		}
		memcpy(&kib, v.b, sizeof(kib));
	}

	if (a->n) {
		one[0] = a->v[0];
		if (strcmp(one[0], DASH_MCGRP_CONFIG) && strcmp(one[0], DASH_MCGRP_FLOWS)) {
			err("monitor: \"%s\" is none of: config, flows", one[0]);
			return EXIT_USAGE;
		}
	}
	e = nl_open();
	if (e)
		return e;
	e = nl_monitor(a->n ? one : all, (int)(kib << 10), on_event, flush_events);
	return e ? nl_failed("monitor", e) : EXIT_OK;
}
