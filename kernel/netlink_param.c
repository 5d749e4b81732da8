// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which knobs does the appliance have?  The parameters of spec/config.md 5.19: timeouts in
 * milliseconds, words, bits, a list of protocols.  One row of a table says name, kind, bounds and
 * place; reading, setting, refusing and status all go by it.
 *
 * PARAM_SET edits a copy of all values and puts the copy in force when every parameter of the
 * message was accepted, under dash_net.lock.  Readers on the packet path see each word change at
 * once; no rule spans two of them.
 */
#include "netlink.h"

#include <linux/bitmap.h>
#include <linux/kernel.h>

#include "conntrack.h"

#define PROTOCOLS	256

/* All values that can be set. */
struct values {
	struct dash_timeouts t;
	u32 trusted_vni_mode;
	u32 qos_enforce;
	u32 resimulate;
	DECLARE_BITMAP(allowed, PROTOCOLS);
};

enum kind { NUMBER, MS, WORD, PROTOCOL_LIST };

struct param {
	const char *name;
	enum kind kind;
	u32 at;				/* offset of a u32 in struct values */
	u32 lo, hi;
	const char *const *words;	/* WORD: lo .. hi */
};

#define WEEK_MS		(7 * 24 * 3600 * 1000u)	/* in jiffies less than half of 32 bits, at any HZ */
#define AT(m)		offsetof(struct values, m)

static const char *const close_modes[] = {
	[DASH_TCP_CLOSE_GRACEFUL] = "graceful", [DASH_TCP_CLOSE_IMMEDIATE] = "immediate",
};
static const char *const vni_modes[] = { "auto", "strict" };

static const struct param params[] = {
	{ "tcp_half_open",	MS,	AT(t.tcp_half_open),	100,	WEEK_MS },
	{ "tcp_established",	MS,	AT(t.tcp_established),	100,	WEEK_MS },
	{ "tcp_half_closed",	MS,	AT(t.tcp_half_closed),	100,	WEEK_MS },
	{ "tcp_closing",	MS,	AT(t.tcp_closing),	100,	WEEK_MS },
	{ "tcp_close_linger",	MS,	AT(t.tcp_close_linger),	0,	60000 },
	{ "tcp_close_mode",	WORD,	AT(t.close_mode),	0,	1, close_modes },
	{ "udp",		MS,	AT(t.udp),		100,	WEEK_MS },
	{ "icmp",		MS,	AT(t.icmp),		100,	WEEK_MS },
	{ "other",		MS,	AT(t.other),		100,	WEEK_MS },
	{ "fragment",		MS,	AT(t.fragment),		100,	60000 },
	{ "flow_ttl",		MS,	AT(t.flow_ttl),		0,	WEEK_MS },
	{ "allowed_protocols",	PROTOCOL_LIST },
	{ "trusted_vni_mode",	WORD,	AT(trusted_vni_mode),	0,	1, vni_modes },
	{ "qos_enforce",	NUMBER,	AT(qos_enforce),	0,
	  DASH_QOS_CPS | DASH_QOS_FLOWS | DASH_QOS_BW },
	{ "resimulate_on_acl_change", NUMBER, AT(resimulate),	0,	1 },
};

static u32 *place(struct values *v, const struct param *p)
{
	return (u32 *)((u8 *)v + p->at);
}

/* Caller holds dash_net.lock. */
static void values_get(const struct dash_net *dn, struct values *v)
{
	v->t = dn->params.set;
	v->trusted_vni_mode = dn->trusted_strict;
	v->qos_enforce = dn->qos_enforce;
	v->resimulate = dn->resimulate_acl;
	bitmap_copy(v->allowed, dn->allowed_protocols, PROTOCOLS);
}

/* Caller holds dash_net.lock. */
static void values_apply(struct dash_net *dn, const struct values *v)
{
	unsigned int i;

	dash_params_set(&dn->params, &v->t);
	WRITE_ONCE(dn->trusted_strict, v->trusted_vni_mode);
	WRITE_ONCE(dn->qos_enforce, v->qos_enforce);
	dn->resimulate_acl = v->resimulate;
	for (i = 0; i < ARRAY_SIZE(dn->allowed_protocols); i++)
		WRITE_ONCE(dn->allowed_protocols[i], v->allowed[i]);
}

/* ---- reading ---- */

static int put_protocols(struct sk_buff *skb, const unsigned long *allowed)
{
	char text[PROTOCOLS * 4];	/* the longest list of ranges: every second number */

	if (bitmap_full(allowed, PROTOCOLS))
		return nla_put_string(skb, DASH_A_PARAM_STRING, "all");
	scnprintf(text, sizeof(text), "%*pbl", PROTOCOLS, allowed);
	return nla_put_string(skb, DASH_A_PARAM_STRING, text);
}

static int put_value(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, DASH_A_PARAM_PAD);
}

static int put_param(struct sk_buff *skb, int attr, const struct param *p, struct values *v)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_string(skb, DASH_A_PARAM_NAME, p->name);
	if (err)
		return err;
	switch (p->kind) {
	case PROTOCOL_LIST:
		err = put_protocols(skb, v->allowed);
		break;
	case WORD:
		err = nla_put_string(skb, DASH_A_PARAM_STRING, p->words[*place(v, p)]);
		break;
	default:
		err = put_value(skb, DASH_A_PARAM_VALUE, *place(v, p)) ?:
		      put_value(skb, DASH_A_PARAM_LOWEST, p->lo) ?:
		      put_value(skb, DASH_A_PARAM_HIGHEST, p->hi);
	}
	nla_nest_end(skb, nest);
	return err;
}

/**
 * dash_nl_fill_params - append all parameters
 * @dn: namespace; its lock is held
 * @skb: message
 * @attr: attribute of the nests, whose set is DASH_A_PARAM_*
 *
 * Return: 0 or -EMSGSIZE.
 */
int dash_nl_fill_params(struct dash_net *dn, struct sk_buff *skb, int attr)
{
	struct values v;
	int i, err = 0;

	lockdep_assert_held(&dn->lock);
	values_get(dn, &v);
	for (i = 0; i < ARRAY_SIZE(params) && !err; i++)
		err = put_param(skb, attr, &params[i], &v);
	return err;
}

/**
 * dash_nl_param_get_doit - DASH_CMD_PARAM_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_param_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = dash_nl_reply(info, SZ_8K, &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&dn->lock);
	err = dash_nl_fill_params(dn, msg, DASH_A_PARAM);
	mutex_unlock(&dn->lock);
	if (err) {
		GENL_SET_ERR_MSG(info, "the parameters do not fit into a message");
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* ---- setting ---- */

static int set_protocols(struct values *v, const struct nlattr *text, struct netlink_ext_ack *extack)
{
	const char *s = nla_data(text);

	if (!strcmp(s, "all")) {
		bitmap_fill(v->allowed, PROTOCOLS);
		return 0;
	}
	if (!*s) {
		bitmap_zero(v->allowed, PROTOCOLS);
		return 0;
	}
	if (bitmap_parselist(s, v->allowed, PROTOCOLS)) {
		NL_SET_ERR_MSG_ATTR(extack, text,
				    "allowed_protocols: not a list of numbers and ranges of 0-255, or all");
		return -EINVAL;
	}
	return 0;
}

static int set_word(const struct param *p, u32 *to, const char *s, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = p->lo; i <= p->hi; i++) {
		if (!strcasecmp(s, p->words[i])) {
			*to = i;
			return 0;
		}
	}
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: not %s or %s", p->name, p->words[0], p->words[1]);
	return -EINVAL;
}

static int set_number(const struct param *p, u32 *to, struct nlattr **tb,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[DASH_A_PARAM_VALUE] ?: tb[DASH_A_PARAM_STRING];
	bool b;
	u64 v;

	if (tb[DASH_A_PARAM_VALUE]) {
		v = nla_get_u64(attr);
	} else if (p->hi == 1 && !kstrtobool(nla_data(attr), &b)) {
		v = b;
	} else if (kstrtou64(nla_data(attr), 0, &v)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: not a number", p->name);
		return -EINVAL;
	}
	if (v < p->lo || v > p->hi) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: %llu is not within %u-%u%s", p->name, v,
					p->lo, p->hi, p->kind == MS ? " ms" : "");
		return -ERANGE;
	}
	*to = v;
	return 0;
}

static int set_param(struct values *v, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DASH_A_PARAM_MAX + 1], *text;
	const struct param *p;
	int err;

	err = nla_parse_nested(tb, DASH_A_PARAM_MAX, nest, dash_param_nl_policy, extack);
	if (err)
		return err;
	text = tb[DASH_A_PARAM_STRING];
	if (!tb[DASH_A_PARAM_NAME] || !tb[DASH_A_PARAM_VALUE] == !text) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a parameter has a name, and a value or a string");
		return -EINVAL;
	}
	for (p = params; p < params + ARRAY_SIZE(params); p++)
		if (!nla_strcmp(tb[DASH_A_PARAM_NAME], p->name))
			break;
	if (p == params + ARRAY_SIZE(params)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, tb[DASH_A_PARAM_NAME], "no parameter \"%.40s\"",
					(char *)nla_data(tb[DASH_A_PARAM_NAME]));
		return -ENOENT;
	}
	if (p->kind == NUMBER || p->kind == MS)
		return set_number(p, place(v, p), tb, extack);
	if (!text) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, nest, "%s: a string is expected", p->name);
		return -EINVAL;
	}
	if (p->kind == WORD)
		return set_word(p, place(v, p), nla_data(text), text, extack);
	return set_protocols(v, text, extack);
}

/**
 * dash_nl_param_set_doit - DASH_CMD_PARAM_SET
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno; then nothing has changed.
 */
int dash_nl_param_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	const struct nlattr *attr;
	struct values v;
	int rem, err = 0;

	mutex_lock(&dn->lock);
	values_get(dn, &v);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		err = set_param(&v, attr, info->extack);
		if (err)
			goto out;
	}
	values_apply(dn, &v);
out:
	mutex_unlock(&dn->lock);
	return err;
}
