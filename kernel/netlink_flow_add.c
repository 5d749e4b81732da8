// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do saved connections come back?  DASH_CMD_FLOW_ADD: the nests of FLOW_GET, as many
 * as a message holds.  All are read before the first is taken, so that a message that is
 * wrong anywhere changes nothing; what merely finds no place any more is left out and not counted.
 */
#include "netlink.h"

#include <linux/jiffies.h>
#include <linux/sched.h>

#include "eni.h"
#include "flow_restore.h"
#include "store.h"

static struct dash_ip ip_of(const struct nlattr *a)
{
	struct dash_ip ip = {};

	if (!a)
		return ip;
	if (nla_len(a) == sizeof(ip.w[3]))
		return dash_ip_from_v4(nla_get_be32(a));
	memcpy(ip.w, nla_data(a), sizeof(ip.w));
	return ip;
}

static u64 u64_of(const struct nlattr *a)
{
	return a ? nla_get_u64(a) : 0;
}

static u8 u8_of(const struct nlattr *a)
{
	return a ? nla_get_u8(a) : 0;
}

static u16 u16_of(const struct nlattr *a)
{
	return a ? nla_get_u16(a) : 0;
}

static u32 jiffies_of(const struct nlattr *a)
{
	return min_t(u64, msecs_to_jiffies(min_t(u64, u64_of(a), INT_MAX)), S32_MAX);
}

static bool valid_state(u8 proto, u8 state)
{
	return proto == IPPROTO_TCP ? state >= DASH_ST_SYN_SENT && state < DASH_ST_DEAD : state == DASH_ST_OPEN;
}

/* What every connection has, and what belongs together. */
static int check(const struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const u16 needed[] = {
		DASH_A_FLOW_ENI, DASH_A_FLOW_PROTO, DASH_A_FLOW_VM_IP, DASH_A_FLOW_REMOTE_IP,
		DASH_A_FLOW_INITIATOR, DASH_A_FLOW_STATE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (NL_REQ_ATTR_CHECK(extack, nest, tb, needed[i])) {
			NL_SET_ERR_MSG_ATTR(extack, nest, "a connection needs eni, proto, vm-ip, remote-ip, initiator and state");
			return -EINVAL;
		}
	if (!tb[DASH_A_FLOW_DIRECT] && (!tb[DASH_A_FLOW_PA] || !tb[DASH_A_FLOW_VNI] || !tb[DASH_A_FLOW_VIP])) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a connection through a tunnel needs pa, vni and vip");
		return -EINVAL;
	}
	if (tb[DASH_A_FLOW_VNI] && nla_get_u32(tb[DASH_A_FLOW_VNI]) >> 24) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DASH_A_FLOW_VNI], "a VNI has 24 bits");
		return -EINVAL;
	}
	if (tb[DASH_A_FLOW_PA] && tb[DASH_A_FLOW_VIP] &&
	    nla_len(tb[DASH_A_FLOW_PA]) != nla_len(tb[DASH_A_FLOW_VIP])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DASH_A_FLOW_VIP], "pa and vip are of different families");
		return -EINVAL;
	}
	if (nla_len(tb[DASH_A_FLOW_VM_IP]) != nla_len(tb[DASH_A_FLOW_REMOTE_IP])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DASH_A_FLOW_REMOTE_IP], "vm-ip and remote-ip are of different families");
		return -EINVAL;
	}
	if (!valid_state(nla_get_u8(tb[DASH_A_FLOW_PROTO]), nla_get_u8(tb[DASH_A_FLOW_STATE]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DASH_A_FLOW_STATE], "no state of a connection of this protocol");
		return -EINVAL;
	}
	return 0;
}

static int parse(const struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (nla_type(nest) != DASH_A_FLOW) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "only connections are expected here");
		return -EINVAL;
	}
	return nla_parse_nested(tb, DASH_A_FLOW_MAX, nest, dash_flow_nl_policy, extack) ?: check(nest, tb, extack);
}

static u16 flags_of(struct nlattr **tb)
{
	u16 flags = 0;

	if (nla_get_u8(tb[DASH_A_FLOW_PROTO]) == IPPROTO_TCP)
		flags |= DASH_F_TCP;
	if (nla_get_u8(tb[DASH_A_FLOW_INITIATOR]) == DASH_DIRECTION_INBOUND)
		flags |= DASH_F_INITIATOR_IN;
	if (tb[DASH_A_FLOW_DMAC])
		flags |= DASH_F_SET_DMAC;
	if (tb[DASH_A_FLOW_DIRECT])
		flags |= DASH_F_DIRECT;
	else if (nla_len(tb[DASH_A_FLOW_PA]) != sizeof(__be32))
		flags |= DASH_F_U0_V6;
	return flags;
}

/* true: it is one of ours now.  @nest has been checked. */
static bool take(struct dash_net *dn, const struct nlattr *nest)
{
	struct nlattr *tb[DASH_A_FLOW_MAX + 1];
	struct dash_flow_image s = {};

	if (nla_parse_nested(tb, DASH_A_FLOW_MAX, nest, dash_flow_nl_policy, NULL))
		return false;
	s.eni = dash_store_eni_find(dn, nla_data(tb[DASH_A_FLOW_ENI]));
	if (!s.eni)
		return false;
	s.vm = ip_of(tb[DASH_A_FLOW_VM_IP]);
	s.remote = ip_of(tb[DASH_A_FLOW_REMOTE_IP]);
	s.vm_port = htons(u16_of(tb[DASH_A_FLOW_VM_PORT]));
	s.remote_port = htons(u16_of(tb[DASH_A_FLOW_REMOTE_PORT]));
	s.proto = nla_get_u8(tb[DASH_A_FLOW_PROTO]);
	s.state = nla_get_u8(tb[DASH_A_FLOW_STATE]);
	s.event = u8_of(tb[DASH_A_FLOW_TRACKER]);
	s.was = u8_of(tb[DASH_A_FLOW_WAS]);
	s.flags = flags_of(tb);
	s.stale = nla_get_flag(tb[DASH_A_FLOW_STALE]);
	s.pa = ip_of(tb[DASH_A_FLOW_PA]);
	s.vip = ip_of(tb[DASH_A_FLOW_VIP]);
	s.vni = tb[DASH_A_FLOW_VNI] ? nla_get_u32(tb[DASH_A_FLOW_VNI]) : 0;
	if (tb[DASH_A_FLOW_DMAC])
		memcpy(s.dmac, nla_data(tb[DASH_A_FLOW_DMAC]), sizeof(s.dmac));
	s.age = jiffies_of(tb[DASH_A_FLOW_AGE_MS]);
	s.idle = jiffies_of(tb[DASH_A_FLOW_IDLE_MS]);
	s.packets[DASH_OUTBOUND] = u64_of(tb[DASH_A_FLOW_OUTBOUND_PACKETS]);
	s.packets[DASH_INBOUND] = u64_of(tb[DASH_A_FLOW_INBOUND_PACKETS]);
	s.bytes[DASH_OUTBOUND] = u64_of(tb[DASH_A_FLOW_OUTBOUND_BYTES]);
	s.bytes[DASH_INBOUND] = u64_of(tb[DASH_A_FLOW_INBOUND_BYTES]);
	return !dash_flow_restore(dn, &s);
}

/**
 * dash_nl_flow_add_doit - DASH_CMD_FLOW_ADD
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_flow_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct nlattr *tb[DASH_A_FLOW_MAX + 1];
	const struct nlattr *nest;
	int rem, err = 0;
	struct sk_buff *msg;
	u32 count = 0;
	void *hdr;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		err = parse(nest, tb, info->extack);
		if (err)
			return err;
	}
	msg = dash_nl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&dn->lock);
	if (!rcu_access_pointer(dn->ft)) {
		err = -ENOTCONN;
		GENL_SET_ERR_MSG(info, "there is no flow table: attach a port first");
	}
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (err)
			break;
		count += take(dn, nest);
		cond_resched();
	}
	mutex_unlock(&dn->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	nla_put_u32(msg, DASH_A_COUNT, count);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}
