// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does the module say of one connection?  The nest of an answer or an event as numbers and
 * addresses, and the names of states and protocols.  Used by flows.c, monitor.c and top.c.
 */
#include "flow.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "object.h"
#include "print.h"

const struct word flow_protocols[] = {
	{ "icmp", 1, false }, { "tcp", 6, false }, { "udp", 17, false }, { "icmpv6", 58, false },
	{ 0 }
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

void flow_read(const struct attr *nest, struct flow *f)
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

void pr_wire(const char *name, enum value_type type, const struct attr *a)
{
	struct field f = { .type = type };
	char text[VALUE_TEXT];

	if (a->len)
		pr_str(name, value_text(&f, a->data, a->len, text));
}

const char *flow_state(uint64_t state)
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

const char *flow_protocol(const struct flow *f)
{
	static char number[24];
	const struct word *w;

	for (w = flow_protocols; w->name; w++)
		if (w->value == f->proto)
			return w->name;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)f->proto);
	return number;
}

void pr_tuple(const struct flow *f, bool outbound)
{
	const char *proto = flow_protocol(f);

	if (*proto >= '0' && *proto <= '9')
		pr_word("proto", proto);
	else
		pr_str("proto", proto);
	pr_wire("src", V_IP, outbound ? &f->vm_ip : &f->remote_ip);
	pr_u64("sport", outbound ? f->vm_port : f->remote_port);
	pr_wire("dst", V_IP, outbound ? &f->remote_ip : &f->vm_ip);
	pr_u64("dport", outbound ? f->remote_port : f->vm_port);
}
