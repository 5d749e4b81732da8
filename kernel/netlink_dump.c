// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What is there?  Dumps of objects and counters.
 *
 * A dump runs as many messages as it needs, and takes dash_net.lock for one message at a time, so
 * that a slow reader holds up nobody.  Cursors are places in an order that changes do not disturb
 * (a key, an index), never counts of what was shown.  Objects change only by commits: the
 * generation in every message, and NLM_F_DUMP_INTR when it moved, tell a reader that what it has
 * is not one state.  Counters change by themselves; those of one object are of one moment as far
 * as its message goes.
 */
#include "netlink.h"

#include "eni.h"
#include "stats.h"
#include "store.h"

static_assert((int)DASH_SCOPE_ENI == DASH_STATS_ENI);

/* ---- objects ---- */

struct object_ctx {
	struct dash_dump *dump;
	bool done;
};

/**
 * dash_nl_object_get_start - first step of DASH_CMD_OBJECT_GET
 * @cb: the dump
 *
 * Return: 0 or -ENOMEM.
 */
int dash_nl_object_get_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct object_ctx *ctx = (void *)cb->ctx;
	struct nlattr **tb = info->attrs;

	DASH_ASSERT_CTX_FITS(struct object_ctx);
	ctx->dump = dash_dump_create(dash_nl_dump_net(cb), tb[DASH_A_TYPE] ? nla_get_u8(tb[DASH_A_TYPE]) : 0,
				     tb[DASH_A_OWNER] ? nla_data(tb[DASH_A_OWNER]) : NULL);
	if (!ctx->dump) {
		NL_SET_ERR_MSG(info->extack, "no memory for the dump");
		return -ENOMEM;
	}
	return 0;
}

/**
 * dash_nl_object_get_dumpit - one message of DASH_CMD_OBJECT_GET
 * @skb: message to fill
 * @cb: the dump
 *
 * The generation is read after the objects: a commit in between marks the message torn, which may
 * be wrong, but never the other way round.
 * Return: length of what was filled, 0 at the end, or -errno.
 */
int dash_nl_object_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct object_ctx *ctx = (void *)cb->ctx;
	struct dash_net *dn = dash_nl_dump_net(cb);
	struct nlattr *gen;
	void *hdr;
	int ret;

	if (ctx->done)
		return 0;
	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	gen = hdr ? nla_reserve(skb, DASH_A_GENERATION, sizeof(u32)) : NULL;
	if (!gen)
		return -EMSGSIZE;
	ret = dash_dump_next(ctx->dump, skb);
	if (ret < 0) {
		genlmsg_cancel(skb, hdr);
		return ret;
	}
	ctx->done = !ret;
	*(u32 *)nla_data(gen) = dash_store_generation(dn);
	cb->seq = *(u32 *)nla_data(gen) + 1;	/* 0 means: nothing to compare with */
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return skb->len;
}

/**
 * dash_nl_object_get_done - last step of DASH_CMD_OBJECT_GET
 * @cb: the dump
 *
 * Return: 0.
 */
int dash_nl_object_get_done(struct netlink_callback *cb)
{
	struct object_ctx *ctx = (void *)cb->ctx;

	if (ctx->dump)
		dash_dump_destroy(ctx->dump);
	return 0;
}

/* ---- counters ---- */

#define STATS_MESSAGE	SZ_16K	/* largest set of counters */

struct stats_ctx {
	u8 scope;		/* where we are: enum dash_stats_scope, */
	u16 id;			/* index within it */
	bool one_scope;		/* filters */
	bool one_id;
	bool done;
};

/**
 * dash_nl_stats_get_start - first step of DASH_CMD_STATS_GET
 * @cb: the dump
 *
 * Return: 0 or -errno.
 */
int dash_nl_stats_get_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct stats_ctx *ctx = (void *)cb->ctx;
	struct nlattr **tb = info->attrs;
	struct dash_net *dn = dash_nl_dump_net(cb);
	struct dash_eni *eni;
	u32 i;

	DASH_ASSERT_CTX_FITS(struct stats_ctx);
	cb->min_dump_alloc = STATS_MESSAGE;
	if (tb[DASH_A_SCOPE]) {
		ctx->scope = nla_get_u8(tb[DASH_A_SCOPE]);
		ctx->one_scope = true;
	}
	if (tb[DASH_A_ENI] && tb[DASH_A_IFINDEX]) {
		NL_SET_ERR_MSG(info->extack, "eni and ifindex exclude each other");
		return -EINVAL;
	}
	if (tb[DASH_A_ENI]) {
		mutex_lock(&dn->lock);
		eni = dash_store_eni_find(dn, nla_data(tb[DASH_A_ENI]));
		if (eni)
			*ctx = (struct stats_ctx){ DASH_STATS_ENI, eni->idx, true, true };
		mutex_unlock(&dn->lock);
		if (!eni) {
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, tb[DASH_A_ENI], "no ENI \"%.48s\"",
						(char *)nla_data(tb[DASH_A_ENI]));
			return -ENOENT;
		}
	}
	if (tb[DASH_A_IFINDEX]) {
		u32 ifindex = nla_get_u32(tb[DASH_A_IFINDEX]);

		for (i = 0; i < DASH_MAX_PORT && READ_ONCE(dn->port[i].ifindex) != ifindex; i++)
			;
		if (i == DASH_MAX_PORT) {
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, tb[DASH_A_IFINDEX],
						"device %u is not a port", ifindex);
			return -ENOENT;
		}
		*ctx = (struct stats_ctx){ DASH_STATS_PORT, i, true, true };
	}
	return 0;
}

static int emit(void *arg, const char *name, u64 value)
{
	return dash_nl_put_counter(arg, DASH_A_COUNTER, name, value);
}

/* -ENOENT: there is no such port or ENI (any more). */
static int put_stats(struct dash_net *dn, struct sk_buff *skb, struct netlink_callback *cb,
		     u8 scope, u16 id)
{
	const char *eni = NULL;
	void *hdr;
	int err;

	if (scope == DASH_STATS_PORT && !dn->port[id].ifindex)
		return -ENOENT;
	if (scope == DASH_STATS_ENI) {
		eni = dash_store_eni_name(dn, id);
		if (!eni)
			return -ENOENT;
	}
	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_u8(skb, DASH_A_SCOPE, scope);
	if (!err && scope == DASH_STATS_PORT)
		err = nla_put_u32(skb, DASH_A_IFINDEX, dn->port[id].ifindex) ?:
		      dash_nl_put_port(dn, skb, DASH_A_PORT, id);
	if (!err && eni)
		err = nla_put_string(skb, DASH_A_ENI, eni);
	err = err ?: dash_stats_fill(dn, scope, id, emit, skb);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * dash_nl_stats_get_dumpit - messages of DASH_CMD_STATS_GET
 * @skb: to fill
 * @cb: the dump
 *
 * Return: length of what was filled, 0 at the end, or -errno.
 */
int dash_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const u16 ids[] = {
		[DASH_STATS_GLOBAL] = 1, [DASH_STATS_PORT] = DASH_MAX_PORT, [DASH_STATS_ENI] = DASH_MAX_ENI,
	};
	struct stats_ctx *ctx = (void *)cb->ctx;
	struct dash_net *dn = dash_nl_dump_net(cb);
	int err = 0;

	mutex_lock(&dn->lock);
	while (!ctx->done) {
		err = put_stats(dn, skb, cb, ctx->scope, ctx->id);
		if (err && err != -ENOENT)
			break;
		err = 0;
		if (!ctx->one_id && ++ctx->id < ids[ctx->scope])
			continue;
		ctx->id = 0;
		ctx->done = ctx->one_scope || ++ctx->scope == ARRAY_SIZE(ids);
	}
	mutex_unlock(&dn->lock);
	return skb->len ?: err;
}

/**
 * dash_nl_stats_get_done - last step of DASH_CMD_STATS_GET
 * @cb: the dump
 *
 * Return: 0.
 */
int dash_nl_stats_get_done(struct netlink_callback *cb)
{
	return 0;
}
