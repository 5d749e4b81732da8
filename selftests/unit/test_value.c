// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Does dashctl read every spelling of spec/config.md sections 1 and 2, and
 * write it back in canonical form?  Values, keys, the JSON reader, and the
 * agreement of the tables with the netlink interface.
 */
#include "ktap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernel/uapi/dash_fields.h"
#include "../../tools/json.h"
#include "../../tools/table.h"
#include "../../tools/util.h"

/* Parses @in as a field of a table; @want is the canonical text, or "!" and the refusal. */
struct value_case {
	const char *table, *field, *in, *want;
};

static const struct value_case values[] = {
	{ "vnet", "vni", "45654", "45654" },
	{ "vnet", "vni", "0xB256", "45654" },
	{ "vnet", "vni", "0X1", "1" },
	{ "vnet", "vni", "0", "!0 is not in 1..16777215" },
	{ "vnet", "vni", "16777216", "!16777216 is not in 1..16777215" },
	{ "vnet", "vni", "-1", "!-1 is not in 1..16777215" },
	{ "vnet", "vni", "99999999999999999999999", "!99999999999999999999999 is not in 1..16777215" },
	{ "vnet", "vni", "12a", "!\"12a\" is not a number" },
	{ "vnet", "vni", " 12", "!\" 12\" is not a number" },
	{ "vnet", "vni", "0x", "!\"0x\" is not a number" },
	{ "vnet", "vni", "-", "!\"-\" is not a number" },
	{ "appliance", "local_region_id", "256", "!256 is not in 0..255" },
	{ "acl_rule", "priority", "2147483648", "!2147483648 is not in 0..2147483647" },
	{ "acl_rule", "terminating", "TRUE", "true" },
	{ "acl_rule", "terminating", "False", "false" },
	{ "acl_rule", "terminating", "1", "true" },
	{ "acl_rule", "terminating", "0", "false" },
	{ "acl_rule", "terminating", "yes", "!\"yes\" is neither true nor false" },
	{ "appliance", "sip", "10.250.20.19", "10.250.20.19" },
	{ "appliance", "sip", "2001:DB8:0:0:0:0:0:19", "2001:db8::19" },
	{ "appliance", "sip", "2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1" },
	{ "appliance", "sip", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "appliance", "sip", "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
	{ "appliance", "sip", "::1.2.3.4", "::102:304" },
	{ "appliance", "sip", "1::", "1::" },
	{ "appliance", "sip", "::ffff:1.2.3.4", "!\"::ffff:1.2.3.4\" is not an IP address" },
	{ "appliance", "sip", "10.0.0.01", "!\"10.0.0.01\" is not an IP address" },
	{ "appliance", "sip", "10.0.0", "!\"10.0.0\" is not an IP address" },
	{ "appliance", "sip", "10.0.0.256", "!\"10.0.0.256\" is not an IP address" },
	{ "appliance", "sip", "fe80::1%eth0", "!\"fe80::1%eth0\" is not an IP address" },
	{ "appliance", "sip", "0.0.0.0", "!0.0.0.0 is not a unicast address" },
	{ "appliance", "sip", "224.0.0.1", "!224.0.0.1 is not a unicast address" },
	{ "appliance", "sip", "ff02::1", "!ff02::1 is not a unicast address" },
	{ "vnet_mapping", "ip", "::", "::" },
	{ "route", "prefix", "10.0.0.0/8", "10.0.0.0/8" },
	{ "route", "prefix", "10.1.2.3/8", "10.0.0.0/8" },
	{ "route", "prefix", "10.1.2.3", "10.1.2.3/32" },
	{ "route", "prefix", "0.0.0.0/0", "0.0.0.0/0" },
	{ "route", "prefix", "2001:db8:ffff::/33", "2001:db8:8000::/33" },
	{ "route", "prefix", "2001:db8::1", "2001:db8::1/128" },
	{ "route", "prefix", "::/0", "::/0" },
	{ "route", "prefix", "10.0.0.0/33", "!\"10.0.0.0/33\": prefix length is not in 0..32" },
	{ "route", "prefix", "2001:db8::/129", "!\"2001:db8::/129\": prefix length is not in 0..128" },
	{ "route", "prefix", "10.0.0.0/", "!\"10.0.0.0/\": prefix length is not in 0..32" },
	{ "route", "prefix", "10.0.0.0/255.0.0.0", "!\"10.0.0.0/255.0.0.0\": prefix length is not in 0..32" },
	{ "eni", "pl_sip_encoding", "::/::", "::/::" },
	{ "eni", "pl_sip_encoding", "fd00::1/64", "fd00::1/ffff:ffff:ffff:ffff::" },
	{ "eni", "pl_sip_encoding", "fd00::/20", "fd00::/ffff:f000::" },
	{ "eni", "pl_sip_encoding", "1.2.3.4/8", "!\"1.2.3.4/8\" is not an IPv6 value/mask" },
	{ "eni", "mac_address", "F4939FEFC47E", "F4:93:9F:EF:C4:7E" },
	{ "eni", "mac_address", "f4-93-9f-ef-c4-7e", "F4:93:9F:EF:C4:7E" },
	{ "eni", "mac_address", "F4:93:9f:EF:C4:7E", "F4:93:9F:EF:C4:7E" },
	{ "eni", "mac_address", "F4:93-9F:EF:C4:7E", "!\"F4:93-9F:EF:C4:7E\" is not a MAC address" },
	{ "eni", "mac_address", "F4:93:9F:EF:C4", "!\"F4:93:9F:EF:C4\" is not a MAC address" },
	{ "eni", "mac_address", "G4939FEFC47E", "!\"G4939FEFC47E\" is not a MAC address" },
	{ "eni", "mac_address", "000000000000", "!MAC address is zero" },
	{ "eni", "mac_address", "010000000001", "!MAC address 010000000001 is multicast" },
	{ "vnet_mapping", "mac_address", "A9-22-83-99-22-A2", "A9:22:83:99:22:A2" },
	{ "acl_rule", "src_port", "80", "80" },
	{ "acl_rule", "src_port", "80-90", "80-90" },
	{ "acl_rule", "src_port", "80-80", "80" },
	{ "acl_rule", "src_port", "0-65535", "0-65535" },
	{ "acl_rule", "src_port", "90-80", "!range \"90-80\" ends before it begins" },
	{ "acl_rule", "src_port", "65536", "!65536 is not in 0..65535" },
	{ "acl_rule", "src_port", "80-", "!\"\" is not a number" },
	{ "eni", "trusted_vnis_list", "100-200", "100-200" },
	{ "eni", "trusted_vnis_list", "0", "!0 is not in 1..16777215" },
	{ "vnet", "guid", "559c6ce8-26ab", "559c6ce8-26ab" },
	{ "vnet", "guid", "a|b", "!\"a\" holds character 0x7c at position 2" },
	{ "acl_group", "ip_version", "IPv4", "ipv4" },
	{ "acl_group", "ip_version", "IP_VERSION_IPV6", "ipv6" },
	{ "acl_group", "ip_version", "4", "!\"4\" is none of: ipv4, ipv6" },
	{ "acl_rule", "action", "PERMIT", "allow" },
	{ "acl_rule", "action", "ACTION_PERMIT", "allow" },
	{ "acl_rule", "action", "ACTION_DENY", "deny" },
	{ "eni", "admin_state", "STATE_ENABLED", "enabled" },
	{ "eni", "mode", "MODE_VM", "vm_mode" },
	{ "eni", "mode", "MODE_FNIC", "!\"fnic\" is not available in this release" },
	{ "route", "routing_type", "ROUTING_TYPE_VNET_DIRECT", "vnet_direct" },
	{ "route", "routing_type", "servicetunnel", "!\"servicetunnel\" is not available in this release" },
	{ "vnet_mapping", "routing_type", "vnet", "vnet_encap" },
	{ "route_rule", "action_type", "Decap", "decap" },
};

static void test_values(void)
{
	char text[VALUE_TEXT];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		const struct value_case *c = &values[i];
		const struct table *t = table_by_word(c->table);
		const struct field *f = table_field(t->fields, t->n_fields, c->field);
		struct value_note note;
		struct value v;

		EXPECT(f, "%s.%s", c->table, c->field);
		if (value_parse(f, c->in, strlen(c->in), &v, &note))
			EXPECT(!strcmp(value_text(f, v.b, v.len, text), c->want), "%s.%s %s: %s", c->table,
			       c->field, c->in, text);
		else
			EXPECT(c->want[0] == '!' && !strcmp(note.error, c->want + 1), "%s.%s %s: %s",
			       c->table, c->field, c->in, note.error);
	}
}

/* Canonical text of any value is read as the same value. */
static void test_round_trip(void)
{
	const struct table *t;
	char text[VALUE_TEXT], again[VALUE_TEXT];
	unsigned int i, n;

	for (t = tables; t->name; t++)
		for (i = 0; i < t->n_fields; i++)
			for (n = 0; n < 200; n++) {
				const struct field *f = &t->fields[i];
				struct value_note note;
				struct value v, w;
				unsigned int j;

				if (f->type != V_IP && f->type != V_PREFIX && f->type != V_MASK && f->type != V_MAC)
					continue;
				v.len = f->type == V_MAC ? 6 : f->type == V_MASK ? 32 : below(2) ? 4 : 16;
				for (j = 0; j < v.len; j++)
					v.b[j] = below(3) ? 0 : (unsigned char)rnd();
				if (f->type == V_PREFIX)
					v.b[v.len] = (unsigned char)below((u32)v.len * 8 + 1), v.len++;
				value_text(f, v.b, v.len, text);
				if (!value_parse(f, text, strlen(text), &w, &note))
					continue;	/* zero, multicast, mapped */
				if (f->type == V_PREFIX) {	/* w: without host bits */
					v = w;
					value_text(f, v.b, v.len, text);
					EXPECT(value_parse(f, text, strlen(text), &w, &note), "%s", text);
				}
				EXPECT(w.len == v.len && !memcmp(w.b, v.b, v.len), "%s", text);
				EXPECT(!strcmp(text, value_text(f, w.b, w.len, again)), "%s %s", text, again);
			}
}

struct key_case {
	const char *in, *want;		/* canonical, or "!" and field: refusal */
};

static const struct key_case keys[] = {
	{ "DASH_VNET_TABLE:Vnet1", "Vnet1" },
	{ "DASH_VNET_TABLE|Vnet1", "Vnet1" },
	{ "DASH_ENI_TABLE:F4:93:9F:EF:C4:7E", "F4:93:9F:EF:C4:7E" },
	{ "DASH_ENI_TABLE:F4939FEFC47E", "F4939FEFC47E" },
	{ "DASH_ROUTE_TABLE:g1:2001:db8::/32", "g1:2001:db8::/32" },
	{ "DASH_ROUTE_TABLE:g1|2001:db8::/32", "g1:2001:db8::/32" },
	{ "DASH_ROUTE_TABLE|g:1|10.0.0.0/8", "g:1:10.0.0.0/8" },
	{ "DASH_ROUTE_TABLE|g1:10.0.0.0/8", "g1:10.0.0.0/8" },
	{ "DASH_ROUTE_TABLE:F4:93:9F:EF:C4:7E:10.0.0.0/8", "F4:93:9F:EF:C4:7E:10.0.0.0/8" },
	{ "DASH_ROUTE_TABLE:F4:93:9F:EF:C4:7E:2001:db8::/32", "F4:93:9F:EF:C4:7E:2001:db8::/32" },
	{ "DASH_ROUTE_TABLE:F4939FEFC47E:10.0.0.0/8", "F4939FEFC47E:10.0.0.0/8" },
	{ "DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1", "Vnet1:10.1.1.1" },
	{ "DASH_VNET_MAPPING_TABLE:Vnet1:2001:DB8:0::1", "Vnet1:2001:db8::1" },
	{ "DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1", "!ip: \"10.1.1\" is not an IP address" },
	{ "DASH_ACL_OUT_TABLE:F4:93:9F:EF:C4:7E:1", "F4:93:9F:EF:C4:7E:1" },
	{ "DASH_ACL_OUT_TABLE|F4939FEFC47E|1", "F4:93:9F:EF:C4:7E:1" },
	{ "DASH_ACL_OUT_TABLE:E:1", "E:1" },
	{ "DASH_ACL_OUT_TABLE:E:6", "!stage: 6 is not in 1..5" },
	{ "DASH_ACL_RULE_TABLE:g:rule:1", "g:rule:1" },
	{ "DASH_ROUTE_RULE_TABLE:E:45654", "E:45654" },
	{ "DASH_ROUTE_RULE_TABLE:E:45654:", "E:45654" },
	{ "DASH_ROUTE_RULE_TABLE:E:100::5", "E:100::5" },
	{ "DASH_ROUTE_RULE_TABLE:F4:93:9F:EF:C4:7E:100:10.0.0.0/8", "F4:93:9F:EF:C4:7E:100:10.0.0.0/8" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:10.0.0.0/8:5", "E:100:10.0.0.0/8:5" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:10.0.0.1:5", "E:100:10.0.0.1/32:5" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:10.0.0.1", "E:100:10.0.0.1/32" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:2001:db8::/32:7", "E:100:2001:db8::/32:7" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:::/0", "E:100:::/0" },
	{ "DASH_ROUTE_RULE_TABLE|E|100|2001:db8::1|7", "E:100:2001:db8::1/128:7" },
	{ "DASH_ROUTE_RULE_TABLE|E|100||7", "E:100::7" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:2001:db8::1",
	  "!prefix: IPv6 source \"2001:db8::1\" needs a length, as in \"2001:db8::1/128\"" },
	{ "DASH_ROUTE_RULE_TABLE:E:100:Office",
	  "!prefix: \"Office\" is no prefix; a tag as source is not available in this release" },
	{ "DASH_ROUTE_RULE_TABLE:E:0:10.0.0.0/8", "!vni: 0 is not in 1..16777215" },
	{ "DASH_PA_VALIDATION_TABLE:100", "100" },
	{ "DASH_ROUTING_TYPE_TABLE:VNET", "vnet" },
	{ "DASH_METER_TABLE:497f23d7-f0ac:1000", "497f23d7-f0ac:1000" },
};

static void test_keys(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *in = keys[i].in;
		size_t name = strcspn(in, ":|");
		const struct field *part;
		struct value_note note;
		struct buf out = { 0 };
		const struct table *t;
		const char *half;
		struct key key;

		t = table_find(in, name, &half);
		EXPECT(t, "%s", in);
		if (key_parse(t, in + name + 1, strlen(in + name + 1), in[name], &key, &part, &note)) {
			buf_printf(&out, "%s", "");
			key_text(t, &key, &out);
		} else {
			buf_printf(&out, "!%s: %s", part->name, note.error);
		}
		EXPECT(!strcmp((char *)out.p, keys[i].want), "%s: %s", in, (char *)out.p);
		buf_free(&out);
	}
}

/* What the canonical key says is read as the same key, for every row of the table above. */
static void test_key_again(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t name = strcspn(keys[i].in, ":|");
		const struct field *part;
		struct value_note note;
		const struct table *t;
		const char *half;
		struct key a, b;

		if (keys[i].want[0] == '!' || strchr(keys[i].in, '|'))
			continue;
		t = table_find(keys[i].in, name, &half);
		EXPECT(key_parse(t, keys[i].in + name + 1, strlen(keys[i].in + name + 1), ':', &a, &part, &note),
		       "%s", keys[i].in);
		EXPECT(key_parse(t, keys[i].want, strlen(keys[i].want), ':', &b, &part, &note), "%s",
		       keys[i].want);
		EXPECT(!key_cmp(t, &a, &b), "%s", keys[i].want);
	}
}

static const struct { const char *set, *name; unsigned int attr, kind, flags; } wire[] = {
#define X(_set, _field, _name, _kind, _flags, _ref) \
	{ #_set, _name, DASH_A_##_set##_##_field, DASH_KIND_##_kind, _flags },
	DASH_FIELDS(X)
#undef X
};

static const struct { const char *set, *table; unsigned int type; } wire_tables[] = {
#define X(_set, _table, _name) { #_set, _table, DASH_OBJ_##_set },
	DASH_OBJECTS(X)
#undef X
};

static const struct field *own_field(const char *set, const char *name)
{
	const struct table *t;
	const char *half;
	unsigned int i;

	if (!strcmp(set, "ROUTING_ACTION"))
		return table_field(routing_action_fields, n_routing_action_fields, name);
	for (i = 0; i < ARRAY_SIZE(wire_tables); i++)
		if (!strcmp(wire_tables[i].set, set)) {
			t = table_find(wire_tables[i].table, strlen(wire_tables[i].table), &half);
			return t ? table_field(t->fields, t->n_fields, name) : NULL;
		}
	return NULL;
}

static void test_tables(void)
{
	static const unsigned int kinds[] = {
		[V_BOOL] = DASH_KIND_BOOL, [V_ENUM] = DASH_KIND_ENUM, [V_IP] = DASH_KIND_IP,
		[V_PREFIX] = DASH_KIND_PREFIX, [V_MAC] = DASH_KIND_MAC, [V_NAME] = DASH_KIND_STRING,
		[V_ENI] = DASH_KIND_STRING, [V_VNIS] = DASH_KIND_VNI_RANGE,
		[V_PORTS] = DASH_KIND_PORT_RANGE, [V_ACTIONS] = DASH_KIND_NEST,
	};
	static const unsigned int uints[] = {
		[1] = DASH_KIND_U8, [2] = DASH_KIND_U16, [4] = DASH_KIND_U32, [8] = DASH_KIND_U64,
	};
	unsigned int i, n = 0, own = n_routing_action_fields;
	const struct table *t;

	for (i = 0; i < ARRAY_SIZE(wire); i++) {
		const struct field *f = own_field(wire[i].set, wire[i].name);

		EXPECT(f, "%s.%s", wire[i].set, wire[i].name);
		EXPECT(f->attr == wire[i].attr, "%s.%s", wire[i].set, f->name);
		EXPECT((f->type == V_UINT ? uints[f->size] : kinds[f->type]) == wire[i].kind, "%s.%s",
		       wire[i].set, f->name);
		EXPECT(!(f->flags & F_KEY) == !(wire[i].flags & DASH_FLD_KEY), "%s.%s", wire[i].set, f->name);
		EXPECT(!(f->flags & F_LIST) == !(wire[i].flags & DASH_FLD_LIST), "%s.%s", wire[i].set,
		       f->name);
		EXPECT(!(f->flags & F_MANDATORY) == !(wire[i].flags & DASH_FLD_MANDATORY), "%s.%s",
		       wire[i].set, f->name);
		EXPECT(!(f->flags & F_CREATE_ONLY) == !(wire[i].flags & DASH_FLD_CREATE_ONLY), "%s.%s",
		       wire[i].set, f->name);
		n++;
	}
	for (t = tables; t->name; t++)
		for (i = 0; i < t->n_fields; i++) {
			const struct field *f = &t->fields[i];
			struct value_note note;
			struct value v;

			own += f->attr != 0;
			EXPECT(!i || !f->attr || f->attr > f[-1].attr, "%s.%s: order", t->name, f->name);
			EXPECT(!!(f->flags & F_KEY) == (i < t->n_keys), "%s.%s: key", t->name, f->name);
			EXPECT(!f->def || value_parse(f, f->def, strlen(f->def), &v, &note), "%s.%s: default",
			       t->name, f->name);
			EXPECT(!f->attr == !!(f->flags & (F_LATER | F_IGNORED)), "%s.%s: level", t->name, f->name);
		}
	EXPECT(own == n, "%u rows, %u fields on the wire", own, n);
	for (i = 0; i < ARRAY_SIZE(wire_tables); i++)
		EXPECT(table_by_type(wire_tables[i].type) &&
		       !strcmp(table_by_type(wire_tables[i].type)->name, wire_tables[i].table), "%s",
		       wire_tables[i].table);
}

/* Reads a text; returns the number of elements, or -1 - line * 1000 - column. */
static int read_text(const char *text, size_t len)
{
	FILE *f = tmpfile();
	struct json_reader *r;
	struct json_pos pos;
	struct json *v;
	int n = 0, more;

	fwrite(text, 1, len, f);
	fflush(f);
	lseek(fileno(f), 0, SEEK_SET);
	r = json_open(fileno(f));
	while ((more = json_next(r, &v)) > 0)
		n++;
	if (more < 0) {
		json_error(r, &pos);
		n = -1 - (int)pos.line * 1000 - (int)pos.col;
	}
	json_close(r);
	fclose(f);
	return n;
}

#define AT(line, col) (-1 - (line) * 1000 - (col))

static void test_json(void)
{
	static const struct { const char *text; int want; } cases[] = {
		{ "[]", 0 }, { " [ ] ", 0 }, { "{}", 1 }, { "[{},{}]", 2 }, { "\xef\xbb\xbf[1]", 1 },
		{ "[1,-0,0.5,1e5,-1.5E-3,10]", 6 }, { "[true,false,null]", 3 }, { "7", 1 },
		{ "[\"\\u00e9\\ud83d\\ude00\\n\\/\"]", 1 }, { "[\"\xc3\xa9\xf0\x9f\x98\x80\"]", 1 },
		{ "", AT(1, 1) }, { "[", AT(1, 2) }, { "[1,]", AT(1, 4) }, { "[1 2]", AT(1, 4) },
		{ "{\"a\":1,}", AT(1, 8) }, { "{a:1}", AT(1, 2) }, { "{'a':1}", AT(1, 2) },
		{ "{\"a\" 1}", AT(1, 6) }, { "[01]", AT(1, 2) }, { "[+1]", AT(1, 2) }, { "[.5]", AT(1, 2) },
		{ "[1.]", AT(1, 4) }, { "[1e]", AT(1, 4) }, { "[-]", AT(1, 3) }, { "[tru]", AT(1, 5) },
		{ "[NaN]", AT(1, 2) }, { "[1] x", AT(1, 5) }, { "[1][2]", AT(1, 4) }, { "{}{}", AT(1, 3) },
		{ "// no\n[]", AT(1, 1) }, { "[1, # no\n2]", AT(1, 5) }, { "[\"a\nb\"]", AT(1, 4) },
		{ "[\"\\x\"]", AT(1, 4) }, { "[\"\\u12g4\"]", AT(1, 7) }, { "[\"\\ud800\"]", AT(1, 4) },
		{ "[\"\\udc00\"]", AT(1, 4) }, { "[\"\x80\"]", AT(1, 3) }, { "[\"\xc0\x80\"]", AT(1, 3) },
		{ "[\"\xed\xa0\x80\"]", AT(1, 3) }, { "[\"\xf4\x90\x80\x80\"]", AT(1, 3) },
		{ "[\"abc", AT(1, 2) }, { "[\n\n  }", AT(3, 3) }, { "[\n{\"\xc3\xa9\": x}]", AT(2, 7) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int got = read_text(cases[i].text, strlen(cases[i].text));

		EXPECT(got == cases[i].want, "%s: %d instead of %d", cases[i].text, got, cases[i].want);
	}
	EXPECT(read_text("[\"a\0b\"]", 7) == AT(1, 4), "NUL in a string");
}

/* Damaged text is refused or read, never more; the sanitizers watch. */
static void test_json_damage(void)
{
	static const char good[] =
		"[{\"DASH_VNET_TABLE:V\\u00e9\": {\"vni\": [1, 2.5e3, -7], \"x\": {\"a\": null}}, \"OP\": \"SET\"},\n"
		" {\"t\": [true, false, \"\xf0\x9f\x98\x80\\n\"]}]";
	char text[sizeof(good)];
	unsigned int n, i;

	for (n = 0; n < 1000; n++) {
		size_t len = sizeof(good) - 1;

		memcpy(text, good, sizeof(good));
		for (i = 0; i < 1 + below(3); i++)
			text[below((u32)len)] = below(2) ? (char)rnd() : "{}[],:\"\\ 0e"[below(11)];
		read_text(text, below(4) ? len : below((u32)len));
	}
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 7);
	KTAP_RUN(test_values, "every kind of value, in every spelling, and every refusal");
	KTAP_RUN(test_round_trip, "canonical text is read as the value it came from");
	KTAP_RUN(test_keys, "keys are split by the pattern of their table");
	KTAP_RUN(test_key_again, "a canonical key is read as the same key");
	KTAP_RUN(test_tables, "the tables agree with the netlink interface");
	KTAP_RUN(test_json, "JSON is strict, and its errors have line and column");
	KTAP_RUN(test_json_damage, "damaged JSON does no harm");
	return ktap_end();
}
