// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What was decided about a packet, in words?  The module tells each step as attributes; here they
 * become a sentence for people and members for programs.  The same sentences serve traces of
 * supposed packets, of followed ones, and the line of a dropped one.
 *
 * Called by trace.c and drops.c.
 */
#define _GNU_SOURCE
#include "trace_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../kernel/uapi/dash.h"
#include "../kernel/uapi/dash_flow.h"
#include "attr.h"
#include "drop_words.h"
#include "flow.h"
#include "frame.h"
#include "print.h"
#include "query.h"
#include "util.h"
#include "value.h"

#define ATTRS	64

/* The attributes of a nest by number; of a list the first one. */
struct set {
	struct attr nest, a[ATTRS];
};

static const char *const stages[] = {
	[DASH_TRACE_STAGE_FLOW] = "flow", [DASH_TRACE_STAGE_TRUSTED_VNI] = "trusted_vni",
	[DASH_TRACE_STAGE_ACL] = "acl", [DASH_TRACE_STAGE_ACL_VERDICT] = "acl_verdict",
	[DASH_TRACE_STAGE_ROUTE] = "route", [DASH_TRACE_STAGE_MAPPING] = "mapping",
	[DASH_TRACE_STAGE_SOURCE_VIP] = "source_vip", [DASH_TRACE_STAGE_INBOUND_RULE] = "inbound_rule",
	[DASH_TRACE_STAGE_PA_VALIDATION] = "pa_validation", [DASH_TRACE_STAGE_PROTOCOL] = "protocol",
	[DASH_TRACE_STAGE_UNDERLAY] = "underlay", [DASH_TRACE_STAGE_FRAGMENT] = "fragment",
	[DASH_TRACE_STAGE_CONNECTION] = "connection", [DASH_TRACE_STAGE_TCP] = "tcp",
};

static const char *const hows[] = {
	[DASH_TRACE_HOW_UNSPEC] = "", [DASH_TRACE_HOW_MISS] = "miss", [DASH_TRACE_HOW_FORWARD] = "forward",
	[DASH_TRACE_HOW_REVERSE] = "reverse", [DASH_TRACE_HOW_STALE] = "stale",
	[DASH_TRACE_HOW_STALE_LATER] = "stale_later", [DASH_TRACE_HOW_SOURCE_CHANGED] = "source_changed",
	[DASH_TRACE_HOW_CLOSES] = "closes", [DASH_TRACE_HOW_REOPENS] = "reopens",
	[DASH_TRACE_HOW_NO_LIST] = "no_list", [DASH_TRACE_HOW_VM_VNI] = "vm_vni",
	[DASH_TRACE_HOW_RULE_VNI] = "rule_vni", [DASH_TRACE_HOW_GLOBAL_LIST] = "global_list",
	[DASH_TRACE_HOW_ENI_LIST] = "eni_list", [DASH_TRACE_HOW_NONE_BOUND] = "none_bound",
	[DASH_TRACE_HOW_STATIC_VNI] = "static_vni", [DASH_TRACE_HOW_DST_VNI] = "dst_vni",
	[DASH_TRACE_HOW_OWN_VNI] = "own_vni", [DASH_TRACE_HOW_PA_OF_MAPPING] = "pa_of_mapping",
	[DASH_TRACE_HOW_PA_LISTED] = "pa_listed", [DASH_TRACE_HOW_PA_UNCHECKED] = "pa_unchecked",
	[DASH_TRACE_HOW_PARENT_GONE] = "parent_gone", [DASH_TRACE_HOW_QUOTED] = "quoted",
};

static const char *const fates[] = {
	[DASH_TRACE_FATE_DROPPED] = "dropped", [DASH_TRACE_FATE_PASSED] = "passed",
	[DASH_TRACE_FATE_SENT] = "sent", [DASH_TRACE_FATE_KERNEL] = "kernel",
};

static const char *const types[] = {
	[DASH_ROUTING_TYPE_VNET] = "vnet", [DASH_ROUTING_TYPE_VNET_DIRECT] = "vnet_direct",
	[DASH_ROUTING_TYPE_DIRECT] = "direct", [DASH_ROUTING_TYPE_DROP] = "drop",
};

#define NAME_OF(names, n)	((n) < ARRAY_SIZE(names) && (names)[n] ? (names)[n] : "?")

/* ---- attributes ---- */

static void read_set(struct set *s, const void *data, size_t len)
{
	struct attr a;

	memset(s, 0, sizeof(*s));
	for (attr_first(&a, data, len); attr_ok(&a); attr_next(&a))
		if (a.type < ATTRS && !s->a[a.type].type)
			s->a[a.type] = a;
	s->nest.data = data;
	s->nest.len = len;
}

static bool has(const struct set *s, unsigned int attr)
{
	return s->a[attr].type;
}

static uint64_t number(const struct set *s, unsigned int attr)
{
	return has(s, attr) ? attr_number(&s->a[attr]) : 0;
}

/* Names end with a NUL, or they are none. */
static const char *string(const struct set *s, unsigned int attr)
{
	const struct attr *a = &s->a[attr];

	return has(s, attr) && a->len && !a->data[a->len - 1] ? (const char *)a->data : "?";
}

static const char *wire(const struct set *s, unsigned int attr, enum value_type type, char *out)
{
	struct field f = { .type = type };

	return has(s, attr) ? value_text(&f, s->a[attr].data, s->a[attr].len, out) : "?";
}

static const char *ip(const struct set *s, unsigned int attr)
{
	static char text[4][VALUE_TEXT];
	static unsigned int i;

	i = (i + 1) % ARRAY_SIZE(text);
	return wire(s, attr, V_IP, text[i]);
}

static const char *prefix(const struct set *s)
{
	static char text[2][VALUE_TEXT];
	static unsigned int i;

	i = (i + 1) % ARRAY_SIZE(text);
	return wire(s, DASH_A_STEP_PREFIX, V_PREFIX, text[i]);
}

/* ---- sentences ---- */

static void say_rule(struct buf *b, const struct set *s)
{
	buf_printf(b, "rule %s (priority %llu, %s%s)", string(s, DASH_A_STEP_RULE),
		   (unsigned long long)number(s, DASH_A_STEP_PRIORITY),
		   number(s, DASH_A_STEP_ACTION) == DASH_ACL_ACTION_ALLOW ? "allow" : "deny",
		   number(s, DASH_A_STEP_TERMINATING) ? ", terminating" : "");
}

static void say_route(struct buf *b, const struct set *s)
{
	buf_printf(b, "%s %s", prefix(s), NAME_OF(types, number(s, DASH_A_STEP_ROUTING_TYPE)));
	if (has(s, DASH_A_STEP_VNET))
		buf_printf(b, " %s", string(s, DASH_A_STEP_VNET));
}

static void say_inbound(struct buf *b, const struct set *s)
{
	buf_printf(b, "rule VNI %llu from %s", (unsigned long long)number(s, DASH_A_STEP_VNI),
		   has(s, DASH_A_STEP_PREFIX) ? prefix(s) : "any source");
	if (has(s, DASH_A_STEP_PROTO))
		buf_printf(b, " protocol %llu", (unsigned long long)number(s, DASH_A_STEP_PROTO));
	buf_printf(b, " priority %llu: %s", (unsigned long long)number(s, DASH_A_STEP_PRIORITY),
		   number(s, DASH_A_STEP_RULE_ACTION) == DASH_RULE_ACTION_DROP ? "drop" : "decap");
	if (has(s, DASH_A_STEP_VNET))
		buf_printf(b, " %s", string(s, DASH_A_STEP_VNET));
}

static void say_near(struct buf *b, unsigned int stage, const struct set *s)
{
	switch (stage) {
	case DASH_TRACE_STAGE_ACL:
		buf_printf(b, "would allow, but for %s: ", string(s, DASH_A_STEP_FIELD));
		say_rule(b, s);
		break;
	case DASH_TRACE_STAGE_ROUTE:
		buf_printf(b, "behind it: ");
		say_route(b, s);
		break;
	case DASH_TRACE_STAGE_MAPPING:
		buf_printf(b, "but VNET %s has one", string(s, DASH_A_STEP_VNET));
		break;
	case DASH_TRACE_STAGE_INBOUND_RULE:
		buf_printf(b, "would match, but for %s: ", string(s, DASH_A_STEP_FIELD));
		say_inbound(b, s);
		break;
	case DASH_TRACE_STAGE_PA_VALIDATION:
		buf_printf(b, "but it is one of VNET %s", string(s, DASH_A_STEP_VNET));
		break;
	}
}

static void say_flow(struct buf *b, unsigned int how)
{
	static const char *const text[] = {
		[DASH_TRACE_HOW_MISS] = "no connection: policy decides",
		[DASH_TRACE_HOW_FORWARD] = "connection exists, packet of the side that opened it: it decides",
		[DASH_TRACE_HOW_REVERSE] = "connection exists, packet of the side that answers: it decides",
		[DASH_TRACE_HOW_STALE] = "connection exists, but policy has changed: it is judged anew",
		[DASH_TRACE_HOW_STALE_LATER] = "connection exists; policy has changed, it will be judged anew later: it decides",
		[DASH_TRACE_HOW_SOURCE_CHANGED] = "connection exists, but the packet comes out of another tunnel: the inbound rules are asked",
		[DASH_TRACE_HOW_QUOTED] = "ICMP error: it goes by the connection that it quotes",
	};

	buf_printf(b, "%s", NAME_OF(text, how));
}

static void say_trusted(struct buf *b, const struct set *s, unsigned int how)
{
	static const char *const text[] = {
		[DASH_TRACE_HOW_NO_LIST] = "no VNIs are listed: not checked",
		[DASH_TRACE_HOW_VM_VNI] = "trusted: a vm_vni",
		[DASH_TRACE_HOW_RULE_VNI] = "trusted: an inbound route rule of the ENI names it",
		[DASH_TRACE_HOW_GLOBAL_LIST] = "trusted: listed by an appliance",
		[DASH_TRACE_HOW_ENI_LIST] = "trusted: listed by the ENI",
	};

	buf_printf(b, "VNI %llu: %s", (unsigned long long)number(s, DASH_A_STEP_VNI),
		   how ? NAME_OF(text, how) : "not trusted");
}

static void say_acl(struct buf *b, const struct set *s, unsigned int how)
{
	if (how == DASH_TRACE_HOW_NONE_BOUND) {
		buf_printf(b, "no group is bound: allow");
		return;
	}
	buf_printf(b, "stage %llu group %s: ", (unsigned long long)number(s, DASH_A_STEP_ACL_STAGE),
		   string(s, DASH_A_STEP_GROUP));
	if (has(s, DASH_A_STEP_RULE))
		say_rule(b, s);
	else if (has(s, DASH_A_STEP_REASON))
		buf_printf(b, "no rule matches: deny");
	else
		buf_printf(b, "a rule matches");
}

static void say_mapping(struct buf *b, const struct set *s, unsigned int how)
{
	char mac[VALUE_TEXT];

	if (has(s, DASH_A_STEP_REASON)) {
		buf_printf(b, "no mapping for %s in VNET %s (it has %llu)", ip(s, DASH_A_STEP_CA),
			   string(s, DASH_A_STEP_VNET), (unsigned long long)number(s, DASH_A_STEP_COUNT));
		return;
	}
	buf_printf(b, "%s:%s: PA %s, VNI %llu (%s)", string(s, DASH_A_STEP_VNET), ip(s, DASH_A_STEP_CA),
		   ip(s, DASH_A_STEP_PA), (unsigned long long)number(s, DASH_A_STEP_VNI),
		   how == DASH_TRACE_HOW_STATIC_VNI ? "of routing type vnet_encap" :
		   how == DASH_TRACE_HOW_DST_VNI ? "of the mapping's VNET" : "of the ENI's VNET");
	if (has(s, DASH_A_STEP_MAC))
		buf_printf(b, ", inner destination MAC %s", wire(s, DASH_A_STEP_MAC, V_MAC, mac));
}

static void say_pa(struct buf *b, const struct set *s, unsigned int how)
{
	if (how == DASH_TRACE_HOW_PA_UNCHECKED)
		buf_printf(b, "the rule asks for none");
	else if (has(s, DASH_A_STEP_REASON))
		buf_printf(b, "%s is not a PA of VNET %s", ip(s, DASH_A_STEP_PA), string(s, DASH_A_STEP_VNET));
	else
		buf_printf(b, "%s is a PA of VNET %s: %s", ip(s, DASH_A_STEP_PA), string(s, DASH_A_STEP_VNET),
			   how == DASH_TRACE_HOW_PA_LISTED ? "listed" : "of a mapping");
}

static void say_tcp(struct buf *b, const struct set *s, unsigned int how)
{
	buf_printf(b, "%s", how == DASH_TRACE_HOW_REOPENS ? "a new connection with the ports of one that ends" :
		   how == DASH_TRACE_HOW_CLOSES ? "the connection ends with this segment" : "connection is then ");
	if (!how)
		buf_printf(b, "%s", flow_state(number(s, DASH_A_STEP_STATE)));
}

/* The sentence of a step, without the stage's name and near misses. */
static void say_step(struct buf *b, const struct set *s)
{
	unsigned int stage = (unsigned int)number(s, DASH_A_STEP_STAGE), how = (unsigned int)number(s, DASH_A_STEP_HOW);
	unsigned int reason = (unsigned int)number(s, DASH_A_STEP_REASON);

	switch (stage) {
	case DASH_TRACE_STAGE_FLOW:
		say_flow(b, how);
		break;
	case DASH_TRACE_STAGE_TRUSTED_VNI:
		say_trusted(b, s, how);
		break;
	case DASH_TRACE_STAGE_ACL:
		say_acl(b, s, how);
		break;
	case DASH_TRACE_STAGE_ACL_VERDICT:
		buf_printf(b, "%s", number(s, DASH_A_STEP_ACTION) ? "allow" : "deny");
		if (has(s, DASH_A_STEP_ACL_STAGE))
			buf_printf(b, ", by stage %llu", (unsigned long long)number(s, DASH_A_STEP_ACL_STAGE));
		break;
	case DASH_TRACE_STAGE_ROUTE:
		if (reason == DASH_DROP_OUTBOUND_ROUTING_GROUP_MISS) {
			buf_printf(b, "no route group is bound to the ENI");
			break;
		}
		buf_printf(b, "group %s: ", string(s, DASH_A_STEP_GROUP));
		if (has(s, DASH_A_STEP_PREFIX))
			say_route(b, s);
		else if (reason == DASH_DROP_OUTBOUND_ROUTING_GROUP_DISABLED)
			buf_printf(b, "disabled");
		else
			buf_printf(b, "no route covers %s (of %llu)", ip(s, DASH_A_STEP_CA),
				   (unsigned long long)number(s, DASH_A_STEP_COUNT));
		break;
	case DASH_TRACE_STAGE_MAPPING:
		say_mapping(b, s, how);
		break;
	case DASH_TRACE_STAGE_SOURCE_VIP:
		if (reason)
			buf_printf(b, "the tunnel needs an IPv%llu source, and the appliance has no such VIP",
				   (unsigned long long)number(s, DASH_A_STEP_FAMILY));
		else
			buf_printf(b, "%s, because the tunnel is IPv%llu", ip(s, DASH_A_STEP_VIP),
				   (unsigned long long)number(s, DASH_A_STEP_FAMILY));
		break;
	case DASH_TRACE_STAGE_INBOUND_RULE:
		if (reason == DASH_DROP_INBOUND_ROUTING_ENTRY_MISS)
			buf_printf(b, "no rule for VNI %llu from %s", (unsigned long long)number(s, DASH_A_STEP_VNI),
				   ip(s, DASH_A_STEP_PA));
		else
			say_inbound(b, s);
		break;
	case DASH_TRACE_STAGE_PA_VALIDATION:
		say_pa(b, s, how);
		break;
	case DASH_TRACE_STAGE_PROTOCOL:
		buf_printf(b, "%s", reason ? "not one of allowed_protocols" : "allowed");
		break;
	case DASH_TRACE_STAGE_UNDERLAY:
		buf_printf(b, "%s", reason ? "does not take the packet" : "takes the packet");
		break;
	case DASH_TRACE_STAGE_FRAGMENT:
		buf_printf(b, "%s", how == DASH_TRACE_HOW_PARENT_GONE ? "the first one's connection has ended" :
			   reason == DASH_DROP_FRAGMENT_NO_PARENT ? "no first one has passed" :
			   reason ? "no room for another fragmented packet" : "goes by the connection of the first one");
		break;
	case DASH_TRACE_STAGE_CONNECTION:
		buf_printf(b, "%s", reason ? "a new one is not possible" : "a new one");
		break;
	case DASH_TRACE_STAGE_TCP:
		say_tcp(b, s, how);
		break;
	default:
		buf_printf(b, "a stage that this dashctl does not know");
	}
}

static void say_all_near(struct buf *b, const struct set *s)
{
	unsigned int stage = (unsigned int)number(s, DASH_A_STEP_STAGE);
	struct set n;
	struct attr a;

	for (attr_first(&a, s->nest.data, s->nest.len); attr_ok(&a); attr_next(&a)) {
		if (a.type != DASH_A_STEP_NEAR)
			continue;
		read_set(&n, a.data, a.len);
		buf_printf(b, "; ");
		say_near(b, stage, &n);
	}
}

/* ---- members ---- */

static void pr_if(const struct set *s, unsigned int attr, const char *name, enum value_type type)
{
	char text[VALUE_TEXT];

	if (!has(s, attr))
		return;
	if (type == V_UINT)
		pr_u64(name, number(s, attr));
	else if (type == V_NAME)
		pr_str(name, string(s, attr));
	else
		pr_str(name, wire(s, attr, type, text));
}

static void pr_step_members(const struct set *s)
{
	static const struct { unsigned int attr; enum value_type type; const char *name; } plain[] = {
		{ DASH_A_STEP_ACL_STAGE, V_UINT, "acl_stage" }, { DASH_A_STEP_GROUP, V_NAME, "group" },
		{ DASH_A_STEP_RULE, V_NAME, "rule" }, { DASH_A_STEP_PRIORITY, V_UINT, "priority" },
		{ DASH_A_STEP_PREFIX, V_PREFIX, "prefix" }, { DASH_A_STEP_PROTO, V_UINT, "protocol" },
		{ DASH_A_STEP_VNET, V_NAME, "vnet" }, { DASH_A_STEP_CA, V_IP, "ca" }, { DASH_A_STEP_PA, V_IP, "pa" },
		{ DASH_A_STEP_VNI, V_UINT, "vni" }, { DASH_A_STEP_MAC, V_MAC, "mac" }, { DASH_A_STEP_VIP, V_IP, "vip" },
		{ DASH_A_STEP_COUNT, V_UINT, "count" }, { DASH_A_STEP_FIELD, V_NAME, "field" },
		{ DASH_A_STEP_FAMILY, V_UINT, "family" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain); i++)
		pr_if(s, plain[i].attr, plain[i].name, plain[i].type);
	if (has(s, DASH_A_STEP_ACTION))
		pr_str("action", number(s, DASH_A_STEP_ACTION) == DASH_ACL_ACTION_ALLOW ? "allow" : "deny");
	if (has(s, DASH_A_STEP_TERMINATING))
		pr_bool("terminating", number(s, DASH_A_STEP_TERMINATING));
	if (has(s, DASH_A_STEP_ROUTING_TYPE))
		pr_str("routing_type", NAME_OF(types, number(s, DASH_A_STEP_ROUTING_TYPE)));
	if (has(s, DASH_A_STEP_RULE_ACTION))
		pr_str("action", number(s, DASH_A_STEP_RULE_ACTION) == DASH_RULE_ACTION_DROP ? "drop" : "decap");
	if (has(s, DASH_A_STEP_STATE))
		pr_str("state", flow_state(number(s, DASH_A_STEP_STATE)));
}

static void pr_step(const struct set *s)
{
	unsigned int stage = (unsigned int)number(s, DASH_A_STEP_STAGE), reason = (unsigned int)number(s, DASH_A_STEP_REASON);
	struct buf b = { 0 };
	struct set near;
	struct attr a;

	say_step(&b, s);
	if (!opt.json) {
		say_all_near(&b, s);
		if (reason && drop_words(reason))
			buf_printf(&b, " -> %s", drop_words(reason)->name);
		printf("  %s%s: %s\n", has(s, DASH_A_STEP_POLICY) ? "policy today: " : "", NAME_OF(stages, stage), (char *)b.p);
		buf_free(&b);
		return;
	}
	pr_object(NULL);
	pr_str("stage", NAME_OF(stages, stage));
	if (has(s, DASH_A_STEP_POLICY))
		pr_bool("policy", true);
	pr_str("text", (char *)b.p);
	if (reason && drop_words(reason))
		pr_str("reason", drop_words(reason)->name);
	if (has(s, DASH_A_STEP_HOW))
		pr_str("how", NAME_OF(hows, number(s, DASH_A_STEP_HOW)));
	pr_step_members(s);
	if (has(s, DASH_A_STEP_NEAR)) {
		pr_array("near");
		for (attr_first(&a, s->nest.data, s->nest.len); attr_ok(&a); attr_next(&a)) {
			if (a.type != DASH_A_STEP_NEAR)
				continue;
			read_set(&near, a.data, a.len);
			pr_object(NULL);
			pr_step_members(&near);
			pr_end();
		}
		pr_end();
	}
	pr_end();
	buf_free(&b);
}

/* ---- packets ---- */

static const char *proto_name(uint64_t proto, char *out)
{
	const struct word *w;

	for (w = flow_protocols; w->name; w++)
		if (w->value == proto)
			return w->name;
	sprintf(out, "%llu", (unsigned long long)proto);
	return out;
}

static void say_end(struct buf *b, const struct set *t, unsigned int addr, unsigned int port)
{
	const char *text = ip(t, addr);
	bool v6 = strchr(text, ':');

	if (number(t, port))
		buf_printf(b, v6 ? "[%s]:%llu" : "%s:%llu", text, (unsigned long long)number(t, port));
	else
		buf_printf(b, "%s", text);
}

/* Who it is: direction, ENI, ends, tunnel. */
static void say_packet(struct buf *b, const struct set *t)
{
	char text[VALUE_TEXT], flags[9];

	if (has(t, DASH_A_TRACE_DIRECTION))
		buf_printf(b, "%s ", number(t, DASH_A_TRACE_DIRECTION) == DASH_DIRECTION_INBOUND ? "inbound" : "outbound");
	if (has(t, DASH_A_TRACE_ENI))
		buf_printf(b, "eni %s ", string(t, DASH_A_TRACE_ENI));
	else if (has(t, DASH_A_TRACE_ENI_MAC))
		buf_printf(b, "no eni with MAC %s ", wire(t, DASH_A_TRACE_ENI_MAC, V_MAC, text));
	if (has(t, DASH_A_TRACE_PROTO)) {
		buf_printf(b, "%s ", proto_name(number(t, DASH_A_TRACE_PROTO), text));
		say_end(b, t, DASH_A_TRACE_SRC, DASH_A_TRACE_SPORT);
		buf_printf(b, " ");
		say_end(b, t, DASH_A_TRACE_DST, DASH_A_TRACE_DPORT);
		buf_printf(b, " ");
	}
	if (has(t, DASH_A_TRACE_TCP_FLAGS))
		buf_printf(b, "flags %s ", tcp_flags_text((unsigned int)number(t, DASH_A_TRACE_TCP_FLAGS), flags));
	if (has(t, DASH_A_TRACE_VNI))
		buf_printf(b, "vni %llu ", (unsigned long long)number(t, DASH_A_TRACE_VNI));
	if (has(t, DASH_A_TRACE_SIP))
		buf_printf(b, "from %s to %s ", ip(t, DASH_A_TRACE_SIP), ip(t, DASH_A_TRACE_VIP));
	buf_printf(b, "at %s", has(t, DASH_A_TRACE_IFNAME) ? string(t, DASH_A_TRACE_IFNAME) : "?");
}

static void pr_packet(const struct set *t)
{
	char text[32], flags[9];

	if (has(t, DASH_A_TRACE_DIRECTION))
		pr_str("direction", number(t, DASH_A_TRACE_DIRECTION) == DASH_DIRECTION_INBOUND ? "inbound" : "outbound");
	pr_if(t, DASH_A_TRACE_ENI, "eni", V_NAME);
	pr_if(t, DASH_A_TRACE_ENI_MAC, "eni_mac", V_MAC);
	pr_if(t, DASH_A_TRACE_OTHER_ENI, "other_eni", V_NAME);
	if (has(t, DASH_A_TRACE_PROTO))
		pr_str("proto", proto_name(number(t, DASH_A_TRACE_PROTO), text));
	pr_if(t, DASH_A_TRACE_SRC, "src", V_IP);
	pr_if(t, DASH_A_TRACE_SPORT, "sport", V_UINT);
	pr_if(t, DASH_A_TRACE_DST, "dst", V_IP);
	pr_if(t, DASH_A_TRACE_DPORT, "dport", V_UINT);
	if (has(t, DASH_A_TRACE_TCP_FLAGS))
		pr_str("tcp_flags", tcp_flags_text((unsigned int)number(t, DASH_A_TRACE_TCP_FLAGS), flags));
	pr_if(t, DASH_A_TRACE_VNI, "vni", V_UINT);
	pr_if(t, DASH_A_TRACE_SIP, "sip", V_IP);
	pr_if(t, DASH_A_TRACE_VIP, "vip", V_IP);
	pr_if(t, DASH_A_TRACE_IFNAME, "port", V_NAME);
}

/* What becomes of it. */
static void say_fate(struct buf *b, const struct set *t)
{
	const struct drop_words *w = drop_words((unsigned int)number(t, DASH_A_TRACE_REASON));
	unsigned int decided = (unsigned int)number(t, DASH_A_TRACE_DECIDED);

	switch (number(t, DASH_A_TRACE_FATE)) {
	case DASH_TRACE_FATE_PASSED:
		buf_printf(b, "not a packet of the appliance: to the host's network stack");
		break;
	case DASH_TRACE_FATE_SENT:
		buf_printf(b, "sent by %s", has(t, DASH_A_TRACE_EGRESS_NAME) ? string(t, DASH_A_TRACE_EGRESS_NAME) : "?");
		break;
	case DASH_TRACE_FATE_KERNEL:
		buf_printf(b, "sent by the kernel's output path (it resolves the neighbour, and writes the outer MAC addresses)");
		break;
	default:
		buf_printf(b, "dropped: %s: %s", w ? w->name : "?", w ? w->meaning : "?");
	}
	if (has(t, DASH_A_TRACE_DECIDED))
		buf_printf(b, " (the state changed meanwhile; the steps above say: %s)",
			   decided && drop_words(decided) ? drop_words(decided)->name : "no drop");
	if (has(t, DASH_A_TRACE_TORN))
		buf_printf(b, " (the configuration changed meanwhile: names may be missing)");
}

static unsigned int vxlan_port(void)
{
	static unsigned int port;
	struct query q = { 0 };
	struct attr a;

	if (port)
		return port;
	port = 4789;
	if (!query(&q, DASH_OBJ_SWITCH, NULL) && q.n)
		for (attr_first(&a, q.obj[0].attrs, q.obj[0].len); attr_ok(&a); attr_next(&a))
			if (a.type == DASH_A_SWITCH_VXLAN_PORT)
				port = (unsigned int)attr_number(&a);
	query_free(&q);
	return port;
}

static bool read_trace(const void *attrs, size_t len, struct set *t)
{
	struct set all;

	read_set(&all, attrs, len);
	if (!has(&all, DASH_A_TRACE))
		return false;
	read_set(t, all.a[DASH_A_TRACE].data, all.a[DASH_A_TRACE].len);
	return true;
}

static void pr_time(uint64_t ns)
{
	time_t s = (time_t)(ns / 1000000000);
	char text[64], day[40];
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(day, sizeof(day), "%F %T", &tm);
	snprintf(text, sizeof(text), "%s.%06llu", day, (unsigned long long)(ns % 1000000000 / 1000));
	pr_str("time", text);
}

static void pr_hex(const char *name, const struct set *t, unsigned int attr)
{
	const struct attr *a = &t->a[attr];
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < a->len; i++)
		buf_printf(&b, "%02x", a->data[i]);
	if (a->len)
		pr_str(name, (char *)b.p);
	buf_free(&b);
}

static void pr_steps(const struct set *t)
{
	struct set s;
	struct attr a;

	for (attr_first(&a, t->nest.data, t->nest.len); attr_ok(&a); attr_next(&a)) {
		if (a.type != DASH_A_TRACE_STEP)
			continue;
		read_set(&s, a.data, a.len);
		pr_step(&s);
	}
}

static void json_trace(const struct set *t, unsigned long frame)
{
	const struct drop_words *w = drop_words((unsigned int)number(t, DASH_A_TRACE_REASON));
	struct buf b = { 0 };

	say_fate(&b, t);
	pr_object(NULL);
	if (frame)
		pr_u64("frame", frame);
	pr_time(number(t, DASH_A_TRACE_TIME));
	pr_if(t, DASH_A_TRACE_LOST, "lost", V_UINT);
	pr_packet(t);
	pr_array("steps");
	pr_steps(t);
	pr_end();
	pr_str("verdict", NAME_OF(fates, number(t, DASH_A_TRACE_FATE)));
	if (has(t, DASH_A_TRACE_REASON))
		pr_str("reason", w ? w->name : "?");
	if (has(t, DASH_A_TRACE_DECIDED))
		pr_u64("decided", number(t, DASH_A_TRACE_DECIDED));
	pr_if(t, DASH_A_TRACE_EGRESS_NAME, "egress", V_NAME);
	pr_str("text", (char *)b.p);
	if (w && has(t, DASH_A_TRACE_REASON))
		pr_str("remedy", w->remedy);
	pr_bool("flow_exists", has(t, DASH_A_TRACE_FLOW) && !has(t, DASH_A_TRACE_FLOW_NEW));
	if (has(t, DASH_A_TRACE_FLOW))
		flow_print("flow", &t->a[DASH_A_TRACE_FLOW]);
	pr_u64("length", number(t, DASH_A_TRACE_LENGTH));
	frame_print("before", t->a[DASH_A_TRACE_BEFORE].data, t->a[DASH_A_TRACE_BEFORE].len, vxlan_port());
	if (has(t, DASH_A_TRACE_AFTER)) {
		pr_u64("after_length", number(t, DASH_A_TRACE_AFTER_LENGTH));
		frame_print("after", t->a[DASH_A_TRACE_AFTER].data, t->a[DASH_A_TRACE_AFTER].len, vxlan_port());
		pr_hex("after_octets", t, DASH_A_TRACE_AFTER);
	}
	pr_end();
	buf_free(&b);
}

static void text_trace(const struct set *t, unsigned long frame)
{
	const struct drop_words *w = drop_words((unsigned int)number(t, DASH_A_TRACE_REASON));
	struct buf b = { 0 };

	if (has(t, DASH_A_TRACE_LOST))
		printf("lost %llu\n", (unsigned long long)number(t, DASH_A_TRACE_LOST));
	if (frame)
		printf("frame %lu: ", frame);
	say_packet(&b, t);
	printf("%s\n", (char *)b.p);
	buf_free(&b);
	if (has(t, DASH_A_TRACE_OTHER_ENI))
		printf("  near: the MAC address at the other end is that of eni %s: is the VNI right?\n",
		       string(t, DASH_A_TRACE_OTHER_ENI));
	pr_steps(t);
	if (has(t, DASH_A_TRACE_FLOW)) {
		printf("  %s\n", has(t, DASH_A_TRACE_FLOW_NEW) ? "new connection:" : "connection:");
		pr_object(NULL);
		flow_print("flow", &t->a[DASH_A_TRACE_FLOW]);
		pr_end();
	}
	memset(&b, 0, sizeof(b));
	say_fate(&b, t);
	printf("%s\n", (char *)b.p);
	if (w && has(t, DASH_A_TRACE_REASON))
		printf("  remedy: %s\n", w->remedy);
	buf_free(&b);
	pr_object(NULL);
	frame_print("before", t->a[DASH_A_TRACE_BEFORE].data, t->a[DASH_A_TRACE_BEFORE].len, vxlan_port());
	if (has(t, DASH_A_TRACE_AFTER))
		frame_print("after", t->a[DASH_A_TRACE_AFTER].data, t->a[DASH_A_TRACE_AFTER].len, vxlan_port());
	pr_end();
}

void trace_print(const void *attrs, size_t len, unsigned long frame)
{
	struct set t;

	if (!read_trace(attrs, len, &t))
		return;
	if (opt.json)
		json_trace(&t, frame);
	else
		text_trace(&t, frame);
}

/* The step that ended it, if the module could tell. */
static bool last_step(const struct set *t, struct set *s)
{
	bool found = false;
	struct attr a;

	for (attr_first(&a, t->nest.data, t->nest.len); attr_ok(&a); attr_next(&a)) {
		struct set x;

		if (a.type != DASH_A_TRACE_STEP)
			continue;
		read_set(&x, a.data, a.len);
		/* of an ACL the verdict follows the rule that it comes from */
		if (has(&x, DASH_A_STEP_REASON) ||
		    (number(&x, DASH_A_STEP_STAGE) == DASH_TRACE_STAGE_ACL && has(&x, DASH_A_STEP_RULE))) {
			if (found && number(&x, DASH_A_STEP_STAGE) == DASH_TRACE_STAGE_ACL_VERDICT)
				continue;
			*s = x;
			found = true;
		}
	}
	return found;
}

void drop_print(const void *attrs, size_t len)
{
	const struct drop_words *w;
	struct buf b = { 0 }, object = { 0 };
	struct set t, s;

	if (!read_trace(attrs, len, &t))
		return;
	w = drop_words((unsigned int)number(&t, DASH_A_TRACE_REASON));
	if (last_step(&t, &s)) {
		say_step(&object, &s);
		say_all_near(&object, &s);
	}
	pr_object(NULL);
	pr_time(number(&t, DASH_A_TRACE_TIME));
	pr_if(&t, DASH_A_TRACE_LOST, "lost", V_UINT);
	pr_str("reason", w ? w->name : "?");
	pr_packet(&t);
	if (object.len)
		pr_str("object", (char *)object.p);
	else
		pr_str("object", has(&t, DASH_A_TRACE_ENI) ? "eni" : "port");
	pr_end();
	buf_free(&b);
	buf_free(&object);
}
