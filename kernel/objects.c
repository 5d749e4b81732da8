// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What is an object made of?  Names, keys and fields of all types, and the forms in which the store
 * keeps them.
 *
 * A key is bytes that sort the way people expect (names in natural order, numbers big-endian,
 * prefixes by family, address, length), so that every tree and every dump is in key order.  Its
 * first part is not repeated in objects that have an owner.  Fields are kept as the netlink
 * attributes they came as, in one canonical order: comparing two objects is one memcmp(), a dump
 * copies, and a new stored-only field needs no code.  Typed structures were rejected for storage:
 * they would exist beside the run-time parts, which hold what packets need and nothing else.
 *
 * The tables come from kernel/dash.yaml by way of uapi/dash_fields.h.
 * Called by store.c, txn.c, commit.c, obj_*.c.  Stateless.
 */
#include "objects.h"

#include <linux/ctype.h>
#include <linux/hex.h>
#include <linux/mm.h>
#include <linux/slab.h>

/* position of each field in all_fields */
enum {
#define X(set, field, name, kind, flags, ref) AT_##set##_##field,
	DASH_FIELDS(X)
#undef X
};

static const struct dash_field all_fields[] = {
#define X(set, field, name, kind, flags, ref) \
	{ name, DASH_A_##set##_##field, DASH_KIND_##kind, flags },
	DASH_FIELDS(X)
#undef X
};

/* The fields of @set begin with @first and end where those of the next set begin. */
#define FIELDS(set, first, next, next_first) \
	.fields = &all_fields[AT_##set##_##first], \
	.n_fields = AT_##next##_##next_first - AT_##set##_##first

#define REFS(r) .refs = (r), .n_refs = ARRAY_SIZE(r)

static const struct dash_ref_field eni_refs[] = {
	{ DASH_A_ENI_VNET, DASH_OBJ_VNET },
	{ DASH_A_ENI_QOS, DASH_OBJ_QOS },
	{ DASH_A_ENI_V4_METER_POLICY_ID, DASH_OBJ_METER_POLICY, DASH_IP_VERSION_IPV4 },
	{ DASH_A_ENI_V6_METER_POLICY_ID, DASH_OBJ_METER_POLICY, DASH_IP_VERSION_IPV6 },
};

static const struct dash_ref_field acl_rule_refs[] = {	/* family: the group's, dash_acl_check() */
	{ DASH_A_ACL_RULE_SRC_TAG, DASH_OBJ_PREFIX_TAG },
	{ DASH_A_ACL_RULE_DST_TAG, DASH_OBJ_PREFIX_TAG },
};

static const struct dash_ref_field acl_in_refs[] = {
	{ DASH_A_ACL_IN_V4_ACL_GROUP_ID, DASH_OBJ_ACL_GROUP, DASH_IP_VERSION_IPV4 },
	{ DASH_A_ACL_IN_V6_ACL_GROUP_ID, DASH_OBJ_ACL_GROUP, DASH_IP_VERSION_IPV6 },
};

/* Bindings of both directions are handled by the same code. */
static_assert((int)DASH_A_ACL_IN_V4_ACL_GROUP_ID == (int)DASH_A_ACL_OUT_V4_ACL_GROUP_ID);
static_assert((int)DASH_A_ACL_IN_V6_ACL_GROUP_ID == (int)DASH_A_ACL_OUT_V6_ACL_GROUP_ID);

static const struct dash_ref_field eni_route_refs[] = {
	{ DASH_A_ENI_ROUTE_GROUP_ID, DASH_OBJ_ROUTE_GROUP },
};

static const struct dash_ref_field route_refs[] = {
	{ DASH_A_ROUTE_VNET, DASH_OBJ_VNET },
};

static const struct dash_ref_field route_rule_refs[] = {
	{ DASH_A_ROUTE_RULE_VNET, DASH_OBJ_VNET },
};

const struct dash_type dash_types[DASH_OBJ_MAX + 1] = {
	[DASH_OBJ_APPLIANCE] = {
		.noun = "appliance", FIELDS(APPLIANCE, APPLIANCE_ID, VNET, VNET_NAME), .names = true,
		.check = dash_appliance_check,
	},
	[DASH_OBJ_VNET] = {
		.noun = "VNET", FIELDS(VNET, VNET_NAME, QOS, QOS_NAME), .names = true,
		.prepare = dash_vnet_prepare, .undo = dash_vnet_undo,
		.update = dash_vnet_update, .remove = dash_vnet_remove,
	},
	[DASH_OBJ_QOS] = {
		.noun = "QOS", FIELDS(QOS, QOS_NAME, ENI, ENI), .names = true,
	},
	[DASH_OBJ_ENI] = {
		.noun = "ENI", FIELDS(ENI, ENI, PREFIX_TAG, TAG_NAME), .names = true,
		.box = sizeof(struct dash_eni_rt), REFS(eni_refs), .check = dash_eni_check,
		.prepare = dash_eni_prepare, .undo = dash_eni_undo, .remove = dash_eni_remove,
	},
	[DASH_OBJ_PREFIX_TAG] = {
		.noun = "tag", FIELDS(PREFIX_TAG, TAG_NAME, ACL_GROUP, GROUP_ID), .names = true,
		.check = dash_tag_check,
	},
	[DASH_OBJ_ACL_GROUP] = {
		.noun = "ACL group", FIELDS(ACL_GROUP, GROUP_ID, ACL_RULE, GROUP_ID), .names = true,
		.box = sizeof(struct dash_acl_group_rt),
		.undo = dash_acl_group_undo, .remove = dash_acl_group_remove,
	},
	[DASH_OBJ_ACL_RULE] = {
		.noun = "ACL rule", FIELDS(ACL_RULE, GROUP_ID, ACL_IN, ENI), .names = true,
		.owner = DASH_OBJ_ACL_GROUP, REFS(acl_rule_refs), .check = dash_acl_check,
		.prepare = dash_acl_rule_prepare, .undo = dash_acl_rule_undo,
		.remove = dash_acl_rule_remove,
	},
	[DASH_OBJ_ACL_IN] = {
		.noun = "ACL binding", FIELDS(ACL_IN, ENI, ACL_OUT, ENI),
		.owner = DASH_OBJ_ENI, .slot = 0, REFS(acl_in_refs), .check = dash_acl_bind_check,
	},
	[DASH_OBJ_ACL_OUT] = {
		.noun = "ACL binding", FIELDS(ACL_OUT, ENI, ROUTING_TYPE, ROUTING_TYPE),
		.owner = DASH_OBJ_ENI, .slot = 1, REFS(acl_in_refs), .check = dash_acl_bind_check,
	},
	[DASH_OBJ_ROUTING_TYPE] = {
		.noun = "routing type", FIELDS(ROUTING_TYPE, ROUTING_TYPE, ENI_ROUTE, ENI),
		.check = dash_routing_type_check, .update = dash_routing_type_update,
		.remove = dash_routing_type_remove,
	},
	[DASH_OBJ_ENI_ROUTE] = {
		.noun = "route binding", FIELDS(ENI_ROUTE, ENI, ROUTE_GROUP, GROUP_ID),
		.owner = DASH_OBJ_ENI, .slot = 2, REFS(eni_route_refs),
	},
	[DASH_OBJ_ROUTE_GROUP] = {
		.noun = "route group", FIELDS(ROUTE_GROUP, GROUP_ID, ROUTE, GROUP_ID), .names = true,
		.box = sizeof(struct dash_route_group_rt),
		.prepare = dash_route_group_prepare, .undo = dash_route_group_undo,
		.update = dash_route_group_update, .remove = dash_route_group_remove,
	},
	[DASH_OBJ_ROUTE] = {
		.noun = "route", FIELDS(ROUTE, GROUP_ID, ROUTE_RULE, ENI),
		.owner = DASH_OBJ_ROUTE_GROUP, REFS(route_refs), .check = dash_route_check,
		.prepare = dash_route_prepare, .undo = dash_route_undo,
		.update = dash_route_update, .remove = dash_route_remove,
	},
	[DASH_OBJ_ROUTE_RULE] = {
		.noun = "route rule", FIELDS(ROUTE_RULE, ENI, VNET_MAPPING, VNET),
		.owner = DASH_OBJ_ENI, .slot = 3, REFS(route_rule_refs),
		.prepare = dash_route_rule_prepare, .undo = dash_route_rule_undo,
		.update = dash_route_rule_update, .remove = dash_route_rule_remove,
	},
	[DASH_OBJ_VNET_MAPPING] = {
		.noun = "mapping", FIELDS(VNET_MAPPING, VNET, PA_VALIDATION, VNI),
		.owner = DASH_OBJ_VNET,
	},
	[DASH_OBJ_PA_VALIDATION] = {
		.noun = "PA list", FIELDS(PA_VALIDATION, VNI, METER_POLICY, METER_POLICY_ID),
		.prepare = dash_pa_prepare, .undo = dash_pa_undo,
		.update = dash_pa_update, .remove = dash_pa_remove,
	},
	[DASH_OBJ_METER_POLICY] = {
		.noun = "meter policy", FIELDS(METER_POLICY, METER_POLICY_ID, METER_RULE, METER_POLICY_ID),
		.names = true, .box = sizeof(struct dash_box),
	},
	[DASH_OBJ_METER_RULE] = {
		.noun = "meter rule", FIELDS(METER_RULE, METER_POLICY_ID, METER, ENI), .names = true,
		.owner = DASH_OBJ_METER_POLICY, .check = dash_meter_rule_check,
	},
	[DASH_OBJ_METER] = {
		.noun = "meter", FIELDS(METER, ENI, SWITCH, VXLAN_PORT),
		.owner = DASH_OBJ_ENI, .slot = 4,
	},
	[DASH_OBJ_SWITCH] = {
		.noun = "switch", FIELDS(SWITCH, VXLAN_PORT, ROUTING_ACTION, ACTION_NAME),
		.check = dash_switch_check, .update = dash_switch_update, .remove = dash_switch_remove,
	},
};

/* ---- keys ---- */

/* Digit runs compare as numbers of any length, everything else by bytes; equal only if identical. */
static int natural_cmp(const u8 *a, u16 alen, const u8 *b, u16 blen)
{
	u16 i = 0, j = 0;

	while (i < alen && j < blen) {
		if (isdigit(a[i]) && isdigit(b[j])) {
			u16 m, n;

			while (i < alen && a[i] == '0')
				i++;
			while (j < blen && b[j] == '0')
				j++;
			for (m = i; m < alen && isdigit(a[m]); m++)
				;
			for (n = j; n < blen && isdigit(b[n]); n++)
				;
			if (m - i != n - j)
				return (m - i) - (n - j);
			for (; i < m; i++, j++)
				if (a[i] != b[j])
					return a[i] - b[j];
			continue;
		}
		if (a[i] != b[j])
			return a[i] - b[j];
		i++;
		j++;
	}
	if (alen - i != blen - j)
		return (alen - i) - (blen - j);
	/* 01 and 1 are the same number but not the same name */
	return alen != blen ? alen - blen : memcmp(a, b, alen);
}

/**
 * dash_key_cmp() - order of two keys of one type and owner
 * @type: enum dash_obj_type
 * @a: key without the owner's part
 * @alen: its length
 * @b: likewise
 * @blen: likewise
 *
 * Context: any.
 * Return: less than, equal to or greater than 0.
 */
int dash_key_cmp(u8 type, const u8 *a, u16 alen, const u8 *b, u16 blen)
{
	int d;

	if (dash_types[type].names)
		return natural_cmp(a, alen, b, blen);
	d = memcmp(a, b, min(alen, blen));
	return d ?: alen - blen;
}

/* One key part: U8 and ENUM 1 byte, U32 4 bytes big-endian, IP 16 bytes (struct dash_ip), PREFIX
 * family (0 none, 4, 6), address, length.  STRING takes the rest.
 */
static u16 part_encode(u8 kind, const struct nlattr *a, u8 *buf)
{
	__be32 n;

	switch (kind) {
	case DASH_KIND_STRING:
		return nla_strscpy(buf, a, DASH_KEY_MAX);
	case DASH_KIND_U8:
	case DASH_KIND_ENUM:
		buf[0] = nla_get_u8(a);
		return 1;
	case DASH_KIND_U32:
		n = cpu_to_be32(a ? nla_get_u32(a) : 0);
		memcpy(buf, &n, 4);
		return 4;
	case DASH_KIND_IP:
		dash_attr_ip(a, (struct dash_ip *)buf);
		return sizeof(struct dash_ip);
	case DASH_KIND_PREFIX:
		buf[0] = !a ? 0 : nla_len(a) == 5 ? 4 : 6;
		if (a)
			memcpy(buf + 1, nla_data(a), nla_len(a));
		return a ? 1 + nla_len(a) : 1;
	default:
		WARN_ON_ONCE(1);
		return 0;
	}
}

/* Length of the part at @key. */
static u16 part_len(u8 kind, const u8 *key, u16 klen)
{
	switch (kind) {
	case DASH_KIND_STRING:
		return klen;
	case DASH_KIND_U8:
	case DASH_KIND_ENUM:
		return 1;
	case DASH_KIND_U32:
		return 4;
	case DASH_KIND_IP:
		return sizeof(struct dash_ip);
	default:
		return !key[0] ? 1 : key[0] == 4 ? 6 : 18;
	}
}

/* Parts of a key that may be missing: those of an inbound rule. */
static bool part_optional(u8 type, u16 attr)
{
	return type == DASH_OBJ_ROUTE_RULE &&
	       (attr == DASH_A_ROUTE_RULE_PREFIX || attr == DASH_A_ROUTE_RULE_PRIORITY);
}

static u8 first_part(const struct dash_type *t)
{
	return t->owner ? 1 : 0;
}

/**
 * dash_key_encode() - key of an object from its attributes
 * @type: enum dash_obj_type
 * @tb: parsed attributes
 * @buf: DASH_KEY_MAX bytes, gets the key without the owner's part
 * @field: gets the field that is missing or empty
 *
 * Context: any.
 * Return: length, or -EINVAL.
 */
int dash_key_encode(u8 type, struct nlattr *const *tb, u8 *buf, const struct dash_field **field)
{
	const struct dash_type *t = &dash_types[type];
	u16 n = 0;
	u8 i;

	for (i = 0; i < t->n_fields && t->fields[i].flags & DASH_FLD_KEY; i++) {
		const struct nlattr *a = tb[t->fields[i].attr];

		*field = &t->fields[i];
		if (!a && !part_optional(type, t->fields[i].attr))
			return -EINVAL;
		if (t->fields[i].kind == DASH_KIND_STRING && !*(char *)nla_data(a))
			return -EINVAL;
		if (i >= first_part(t))
			n += part_encode(t->fields[i].kind, a, buf + n);
	}
	return n;
}

static int part_text(const struct dash_field *f, const u8 *key, u16 klen, char *buf, size_t size)
{
	const struct dash_ip *ip = (const void *)key;
	__be32 n;

	switch (f->kind) {
	case DASH_KIND_STRING:
		return scnprintf(buf, size, "%.*s", klen, key);
	case DASH_KIND_ENUM:
		switch (key[0]) {
#define X(set, constant, word) WORD_##set(constant, word)
#define WORD_ROUTING_TYPE(constant, word) case constant: return scnprintf(buf, size, "%s", word);
#define WORD_DIRECTION_LOOKUP(c, w)
#define WORD_ADMIN_STATE(c, w)
#define WORD_IP_VERSION(c, w)
#define WORD_ACL_ACTION(c, w)
#define WORD_RULE_ACTION(c, w)
#define WORD_ACTION_TYPE(c, w)
#define WORD_ENCAP_TYPE(c, w)
#define WORD_DIRECTION(c, w)
#define WORD_CONN_STATE(c, w)
#define WORD_END_REASON(c, w)
#define WORD_SCOPE(c, w)
#define WORD_TRACE_STAGE(c, w)
#define WORD_TRACE_HOW(c, w)
#define WORD_TRACE_FATE(c, w)
		DASH_WORDS(X)
#undef X
		}
		fallthrough;
	case DASH_KIND_U8:
		return scnprintf(buf, size, "%u", key[0]);
	case DASH_KIND_U32:
		memcpy(&n, key, 4);
		return scnprintf(buf, size, "%u", be32_to_cpu(n));
	case DASH_KIND_IP:
		if (dash_ip_is_v4(ip))
			return scnprintf(buf, size, "%pI4", &ip->w[3]);
		return scnprintf(buf, size, "%pI6c", ip->w);
	default:
		if (!key[0])
			return 0;
		if (key[0] == 4)
			return scnprintf(buf, size, "%pI4/%u", key + 1, key[5]);
		return scnprintf(buf, size, "%pI6c/%u", key + 1, key[17]);
	}
}

/**
 * dash_key_text() - a key as people write it
 * @type: enum dash_obj_type
 * @owner: first part, for types with an owner
 * @key: the rest
 * @klen: its length
 * @buf: gets the text
 * @size: bytes of @buf
 *
 * Context: any.
 * Return: @buf.
 */
const char *dash_key_text(u8 type, const char *owner, const u8 *key, u16 klen, char *buf, size_t size)
{
	const struct dash_type *t = &dash_types[type];
	size_t n = 0;
	u16 at = 0;
	u8 i;

	buf[0] = '\0';
	if (t->owner)
		n = scnprintf(buf, size, "%s", owner);
	for (i = first_part(t); i < t->n_fields && t->fields[i].flags & DASH_FLD_KEY; i++) {
		const struct dash_field *f = &t->fields[i];

		if (i)
			n += scnprintf(buf + n, size - n, ":");
		n += part_text(f, key + at, klen - at, buf + n, size - n);
		at += part_len(f->kind, key + at, klen - at);
	}
	return buf;
}

/**
 * dash_key_put() - write the key attributes of an object
 * @skb: message
 * @type: enum dash_obj_type
 * @owner: first part, for types with an owner
 * @key: the rest
 * @klen: its length
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int dash_key_put(struct sk_buff *skb, u8 type, const char *owner, const u8 *key, u16 klen)
{
	const struct dash_type *t = &dash_types[type];
	int err = 0;
	u16 at = 0;
	u8 i;

	if (t->owner)
		err = nla_put_string(skb, t->fields[0].attr, owner);
	for (i = first_part(t); !err && i < t->n_fields && t->fields[i].flags & DASH_FLD_KEY; i++) {
		const struct dash_field *f = &t->fields[i];
		const u8 *p = key + at;
		u16 len = part_len(f->kind, p, klen - at);
		__be32 n;

		switch (f->kind) {
		case DASH_KIND_STRING:
			err = nla_put_string(skb, f->attr, p);
			break;
		case DASH_KIND_U32:
			memcpy(&n, p, 4);
			err = nla_put_u32(skb, f->attr, be32_to_cpu(n));
			break;
		case DASH_KIND_PREFIX:
			if (p[0])
				err = nla_put(skb, f->attr, len - 1, p + 1);
			break;
		case DASH_KIND_IP:
			if (dash_ip_is_v4((const struct dash_ip *)p))
				err = nla_put(skb, f->attr, 4, p + 12);
			else
				err = nla_put(skb, f->attr, 16, p);
			break;
		default:
			err = nla_put_u8(skb, f->attr, p[0]);
		}
		at += len;
	}
	return err;
}

/**
 * dash_key_prefix() - prefix in a key
 * @key: at the prefix
 * @p: gets it
 */
void dash_key_prefix(const u8 *key, struct dash_prefix *p)
{
	__be32 a;

	memset(p, 0, sizeof(*p));
	p->v6 = key[0] == 6;
	if (p->v6) {
		memcpy(&p->ip, key + 1, 16);
		p->len = key[17];
	} else {
		memcpy(&a, key + 1, 4);
		p->ip = dash_ip_from_v4(a);
		p->len = key[5];
	}
}

/**
 * dash_field_find() - description of a field
 * @type: enum dash_obj_type
 * @attr: its attribute
 *
 * Return: the field, or NULL.
 */
const struct dash_field *dash_field_find(u8 type, u16 attr)
{
	const struct dash_type *t = &dash_types[type];
	u8 i;

	for (i = 0; i < t->n_fields; i++)
		if (t->fields[i].attr == attr)
			return &t->fields[i];
	return NULL;
}

/**
 * dash_ref_field() - does a field name another object?
 * @t: type
 * @a: the field
 * @f: gets how
 *
 * Return: true if it does.
 */
bool dash_ref_field(const struct dash_type *t, const struct nlattr *a, const struct dash_ref_field **f)
{
	u8 i;

	for (i = 0; i < t->n_refs; i++)
		if (t->refs[i].attr == nla_type(a)) {
			*f = &t->refs[i];
			return true;
		}
	return false;
}

/* ---- values ---- */

/**
 * dash_attr_ip() - address of an attribute
 * @a: 4 or 16 bytes
 * @ip: gets it
 */
void dash_attr_ip(const struct nlattr *a, struct dash_ip *ip)
{
	if (nla_len(a) == 4)
		*ip = dash_ip_from_v4(nla_get_in_addr(a));
	else
		memcpy(ip, nla_data(a), sizeof(*ip));
}

/**
 * dash_attr_prefix() - prefix of an attribute
 * @a: 5 or 17 bytes
 * @p: gets it
 */
void dash_attr_prefix(const struct nlattr *a, struct dash_prefix *p)
{
	const u8 *d = nla_data(a);
	__be32 v4;

	memset(p, 0, sizeof(*p));
	if (nla_len(a) == 5) {
		memcpy(&v4, d, 4);
		p->ip = dash_ip_from_v4(v4);
		p->len = d[4];
	} else {
		memcpy(&p->ip, d, 16);
		p->len = d[16];
		p->v6 = 1;
	}
}

/**
 * dash_mac_parse() - MAC address in any notation of spec/config.md section 2
 * @s: text
 * @mac: gets 6 bytes
 *
 * Return: true if @s is one.
 */
bool dash_mac_parse(const char *s, u8 *mac)
{
	char sep = s[0] && s[1] && (s[2] == ':' || s[2] == '-') ? s[2] : 0;
	int i;

	for (i = 0; i < 6; i++) {
		if (i && sep && *s++ != sep)
			return false;
		if (!isxdigit(s[0]) || !isxdigit(s[1]))
			return false;
		mac[i] = hex_to_bin(s[0]) << 4 | hex_to_bin(s[1]);
		s += 2;
	}
	return !*s;
}

/* ---- blobs ---- */

static u8 *blob_put(u8 *to, const struct nlattr *a)
{
	u16 len = nla_attr_size(nla_len(a));
	struct nlattr *n = (struct nlattr *)to;

	memcpy(to, a, len);
	n->nla_type = a->nla_type & (NLA_TYPE_MASK | NLA_F_NESTED);
	memset(to + len, 0, NLA_ALIGN(len) - len);
	return to + NLA_ALIGN(len);
}

/* Writes the canonical stream to @to, or only measures it. */
static u32 blob_write(const struct dash_type *t, const void *attrs, u32 len, u8 *to)
{
	const struct nlattr *a, *last;
	u32 size = 0;
	int rem;
	u8 i;

	for (i = 0; i < t->n_fields; i++) {
		const struct dash_field *f = &t->fields[i];

		if (f->flags & DASH_FLD_KEY)
			continue;
		last = NULL;
		nla_for_each_attr(a, attrs, len, rem) {
			if (nla_type(a) != f->attr)
				continue;
			if (!(f->flags & DASH_FLD_LIST)) {
				last = a;
				continue;
			}
			size += nla_total_size(nla_len(a));
			if (to)
				to = blob_put(to, a);
		}
		if (last) {
			size += nla_total_size(nla_len(last));
			if (to)
				to = blob_put(to, last);
		}
	}
	return size;
}

/**
 * dash_blob_build() - canonical form of an object's fields
 * @type: enum dash_obj_type
 * @attrs: attributes in any order, key and pad attributes among them; validated
 * @len: bytes
 * @out: gets the blob, NULL if there are no fields; kvfree()
 *
 * Of a repeated attribute that is no list the last one counts.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dash_blob_build(u8 type, const void *attrs, u32 len, struct dash_blob **out)
{
	const struct dash_type *t = &dash_types[type];
	u32 size = blob_write(t, attrs, len, NULL);

	*out = NULL;
	if (!size)
		return 0;
	*out = kvmalloc(struct_size(*out, data, size), GFP_KERNEL_ACCOUNT);
	if (!*out)
		return -ENOMEM;
	(*out)->len = size;
	blob_write(t, attrs, len, (*out)->data);
	return 0;
}

/**
 * dash_blob_find() - the attribute of a field, the first one of a list
 * @b: blob
 * @attr: attribute
 *
 * Return: it, or NULL.
 */
const struct nlattr *dash_blob_find(const struct dash_blob *b, u16 attr)
{
	return b ? nla_find((const struct nlattr *)b->data, b->len, attr) : NULL;
}

/**
 * dash_blob_eq() - are two objects' fields equal?
 * @a: blob
 * @b: blob
 */
bool dash_blob_eq(const struct dash_blob *a, const struct dash_blob *b)
{
	if (!a || !b)
		return a == b;
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/**
 * dash_blob_count() - elements of a list
 * @b: blob
 * @attr: attribute
 */
u32 dash_blob_count(const struct dash_blob *b, u16 attr)
{
	const struct nlattr *a;
	u32 n = 0;
	int rem;

	dash_blob_for_each(a, b, rem)
		n += nla_type(a) == attr;
	return n;
}

/**
 * dash_blob_u32() - a number
 * @b: blob
 * @attr: attribute of 1, 2 or 4 bytes
 * @dflt: if it is absent
 */
u32 dash_blob_u32(const struct dash_blob *b, u16 attr, u32 dflt)
{
	const struct nlattr *a = dash_blob_find(b, attr);

	if (!a)
		return dflt;
	switch (nla_len(a)) {
	case 1:
		return nla_get_u8(a);
	case 2:
		return nla_get_u16(a);
	default:
		return nla_get_u32(a);
	}
}

/**
 * dash_blob_u64() - a large number
 * @b: blob
 * @attr: attribute of 8 bytes
 * @dflt: if it is absent
 */
u64 dash_blob_u64(const struct dash_blob *b, u16 attr, u64 dflt)
{
	const struct nlattr *a = dash_blob_find(b, attr);

	return a ? nla_get_u64(a) : dflt;
}

/**
 * dash_blob_str() - a string
 * @b: blob
 * @attr: attribute
 *
 * Return: it, as long as the blob lives, or NULL.
 */
const char *dash_blob_str(const struct dash_blob *b, u16 attr)
{
	const struct nlattr *a = dash_blob_find(b, attr);

	return a ? nla_data(a) : NULL;
}

/**
 * dash_blob_ip() - an address
 * @b: blob
 * @attr: attribute
 * @ip: gets it; zero if absent
 *
 * Return: true if present.
 */
bool dash_blob_ip(const struct dash_blob *b, u16 attr, struct dash_ip *ip)
{
	const struct nlattr *a = dash_blob_find(b, attr);

	memset(ip, 0, sizeof(*ip));
	if (a)
		dash_attr_ip(a, ip);
	return a;
}
