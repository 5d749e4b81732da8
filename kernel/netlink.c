// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does user space reach the appliance?  By generic netlink family "dash", whose contract is
 * dash.yaml.  This file holds what is common (the family, values that netlink has no type for,
 * replies) and the small commands: status, ports, the notification of a commit.
 *
 * Requests of several sockets run side by side (parallel_ops) and meet at dash_net.lock, which is
 * taken per command, never across messages.  A request is checked as a whole before anything is
 * changed: by the generated policies first, so that what a handler sees is well-formed.  Every
 * refusal has a sentence in the extended ack.
 *
 * One copy of the state per namespace, nothing here: the handlers find struct dash_net through the
 * namespace of the socket.  The alternative, a family-wide object with a namespace attribute,
 * would need its own permission checks.
 */
#include "netlink.h"

#include <linux/cred.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "flow_table.h"
#include "fragment.h"
#include "half_open.h"
#include "port.h"
#include "store.h"
#include "sweep.h"
#include "trace.h"
#include "uapi/dash_fields.h"
#include "version.h"

static const struct genl_multicast_group groups[] = {
	[DASH_NL_GROUP_CONFIG] = { .name = DASH_MCGRP_CONFIG, .flags = GENL_MCAST_CAP_NET_ADMIN, },
	[DASH_NL_GROUP_FLOWS] = { .name = DASH_MCGRP_FLOWS, .flags = GENL_MCAST_CAP_NET_ADMIN, },
	[DASH_NL_GROUP_LIMITS] = { .name = DASH_MCGRP_LIMITS, .flags = GENL_MCAST_CAP_NET_ADMIN, },
	[DASH_NL_GROUP_DROPS] = { .name = DASH_MCGRP_DROPS, .flags = GENL_MCAST_CAP_NET_ADMIN, },
};

/* Before the socket is a member. */
static int joined(int group)
{
	if (group == DASH_NL_GROUP_FLOWS)
		dash_nl_expect_listeners();
	if (group == DASH_NL_GROUP_DROPS)
		dash_drops_joined();
	return 0;
}

struct genl_family dash_nl_family __ro_after_init = {
	.name		= DASH_FAMILY_NAME,
	.version	= DASH_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= dash_nl_ops,
	.n_split_ops	= ARRAY_SIZE(dash_nl_ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
	.bind		= joined,
};

/* ---- values ---- */

static bool v4_mapped(const u8 *a)
{
	static const u8 mark[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(a, mark, sizeof(mark));
}

/**
 * dash_nl_ip_check - kind ip of dash.yaml, for the policies
 * @attr: the attribute
 * @extack: where the refusal is explained
 *
 * IPv4-mapped IPv6 is refused because the module holds IPv4 in that form (spec/config.md section 2).
 * Return: 0 or -EINVAL.
 */
int dash_nl_ip_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) != 4 && nla_len(attr) != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (nla_len(attr) == 16 && v4_mapped(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "IPv4-mapped IPv6 address");
		return -EINVAL;
	}
	return 0;
}

/**
 * dash_nl_prefix_check - kind prefix of dash.yaml, for the policies
 * @attr: the attribute
 * @extack: where the refusal is explained
 *
 * Bits beyond the length must be zero: one prefix has one encoding, so that keys compare as bytes.
 * Return: 0 or -EINVAL.
 */
int dash_nl_prefix_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const u8 *p = nla_data(attr);
	unsigned int size = nla_len(attr) - 1, len, i;

	if (size != 4 && size != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a prefix has 5 or 17 bytes");
		return -EINVAL;
	}
	len = p[size];
	if (len > size * 8) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "prefix length %u is beyond %u", len, size * 8);
		return -EINVAL;
	}
	if (size == 16 && v4_mapped(p)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "IPv4-mapped IPv6 prefix");
		return -EINVAL;
	}
	for (i = len / 8; i < size; i++) {
		if (p[i] & (i == len / 8 ? 0xff >> len % 8 : 0xff)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "prefix has bits set beyond its length");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * dash_nl_vni_range_check - kind vni-range of dash.yaml, for the policies
 * @attr: the attribute
 * @extack: where the refusal is explained
 *
 * Return: 0 or -ERANGE.
 */
int dash_nl_vni_range_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u64 v = nla_get_u64(attr);
	u32 lo = v >> 32, hi = v;

	if (!lo || lo > hi || hi > 0xffffff) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "VNI range %u-%u is not within 1-16777215", lo, hi);
		return -ERANGE;
	}
	return 0;
}

/**
 * dash_nl_port_range_check - kind port-range of dash.yaml, for the policies
 * @attr: the attribute
 * @extack: where the refusal is explained
 *
 * Return: 0 or -ERANGE.
 */
int dash_nl_port_range_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 v = nla_get_u32(attr);

	if (v >> 16 > (v & 0xffff)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "port range %u-%u is empty", v >> 16, v & 0xffff);
		return -ERANGE;
	}
	return 0;
}

/* ---- replies ---- */

/**
 * dash_nl_reply - begin the reply to a request
 * @info: the request
 * @size: largest payload, bytes
 * @hdr: for genlmsg_end()
 *
 * Context: process.
 * Return: the message, or NULL (-ENOMEM), with the extended ack set.
 */
struct sk_buff *dash_nl_reply(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	*hdr = skb ? genlmsg_iput(skb, info) : NULL;
	if (!*hdr) {
		nlmsg_free(skb);
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		return NULL;
	}
	return skb;
}

/**
 * dash_nl_put_counter - append a named number
 * @skb: message
 * @attr: attribute of the nest, whose set is DASH_A_COUNTER_*
 * @name: name
 * @value: value
 *
 * Return: 0 or -EMSGSIZE (nothing appended).
 */
int dash_nl_put_counter(struct sk_buff *skb, int attr, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, DASH_A_COUNTER_NAME, name) ||
	    nla_put_u64_64bit(skb, DASH_A_COUNTER_VALUE, value, DASH_A_COUNTER_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * dash_nl_put_port - append a port, nested
 * @dn: namespace; its lock is held
 * @skb: message
 * @attr: attribute of the nest, whose set is DASH_A_PORT_*
 * @index: index of the port, in use
 *
 * Return: 0 or -EMSGSIZE.
 */
int dash_nl_put_port(struct dash_net *dn, struct sk_buff *skb, int attr, u32 index)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	u32 ifindex = dn->port[index].ifindex;
	struct net_device *dev;
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(skb, DASH_A_PORT_INDEX, index) ?:
	      nla_put_u32(skb, DASH_A_PORT_IFINDEX, ifindex);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(dn->net, ifindex);
	if (!err && dev)	/* absent while a device is going away */
		err = nla_put_string(skb, DASH_A_PORT_IFNAME, dev->name);
	rcu_read_unlock();
	if (err) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_maps(struct dash_net *dn, struct sk_buff *skb, int attr)
{
	struct nlattr *nest;
	u32 kind, id;

	for (kind = 0; kind < DASH_MAP_N; kind++) {
		id = dash_port_map_id(dn, kind);
		if (!id)
			continue;
		nest = nla_nest_start(skb, attr);
		if (!nest || nla_put_u32(skb, DASH_A_MAP_KIND, kind) || nla_put_u32(skb, DASH_A_MAP_ID, id))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* ---- status ---- */

static int put_flow_table(struct dash_net *dn, struct sk_buff *skb,
			  const struct dash_flow_table_info *info)
{
	struct dash_sweep_info sweep;

	if (!dn->sweep)
		return 0;
	dash_sweep_info(dn->sweep, &sweep);
	if (dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "ended_not_recycled", info->retired) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "failed_no_record", info->no_slot) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "failed_no_index_entry", info->no_line) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "failed_kept_back", atomic64_read(&dn->kept_back)) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "index_moves", info->moves) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_FLOWS, "fragments", dash_frag_count(dn->frags)) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "passes", sweep.passes) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "records_seen", sweep.visited) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "ended", sweep.aged) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "latest_ms", sweep.late_ms) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "cpu_us", div_u64(sweep.runtime_ns, NSEC_PER_USEC)) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "last_pass_ms", sweep.pass_ms) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_SWEEP, "last_pass_cpu_us", sweep.pass_busy_us))
		return -EMSGSIZE;
	return 0;
}

static int put_tables(struct dash_net *dn, struct sk_buff *skb)
{
	struct dash_flow_table_info info = {};
	struct dash_txn_usage txn;
	struct dash_flow_table *ft;

	ft = rcu_dereference_protected(dn->ft, lockdep_is_held(&dn->lock));
	if (ft)
		dash_flow_table_info(ft, &info);
	dash_txns_usage(dn, &txn);
	if (nla_put_u32(skb, DASH_A_STATUS_FLOW_SLOTS, info.slots ? info.slots - 1 : 0) ||
	    nla_put_u32(skb, DASH_A_STATUS_FLOW_USED, info.count) ||
	    nla_put_u32(skb, DASH_A_STATUS_FLOW_HIGH_WATER, info.high_water) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_MEMORY, "flow_records",
				dash_port_map_bytes(dn, DASH_MAP_FLOWS)) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_MEMORY, "flow_index",
				dash_port_map_bytes(dn, DASH_MAP_INDEX)) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_MEMORY, "flow_lists",
				ft ? info.bytes + dash_half_open_bytes(ft) : 0) ||
	    put_flow_table(dn, skb, &info) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_MEMORY, "staged", txn.bytes) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_MEMORY, "staged_by_user", txn.user_bytes) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "enis", DASH_MAX_ENI) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "vips", DASH_MAX_VIP) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "ports", DASH_MAX_PORT) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "next_hops", DASH_MAX_NH) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "transactions", txn.open_max) ||
	    dash_nl_put_counter(skb, DASH_A_STATUS_LIMITS, "staged", txn.bytes_max) ||
	    nla_put_u32(skb, DASH_A_STATUS_TXN_OPEN, txn.open))
		return -EMSGSIZE;
	return 0;
}

static int put_objects(struct dash_net *dn, struct sk_buff *skb)
{
	static const char *const names[] = {
#define X(set, table, name) [DASH_OBJ_##set] = name,
		DASH_OBJECTS(X)
#undef X
	};
	int type;

	for (type = 1; type <= DASH_OBJ_MAX; type++)
		if (dash_nl_put_counter(skb, DASH_A_STATUS_OBJECTS, names[type], dash_store_count(dn, type)))
			return -EMSGSIZE;
	return 0;
}

static bool in_use(struct dash_net *dn)
{
	u32 i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (READ_ONCE(dn->port[i].ifindex))
			return true;
	for (i = 1; i <= DASH_OBJ_MAX; i++)
		if (dash_store_count(dn, i))
			return true;
	return false;
}

/* Namespaces beside @dn's that would lose something with the module; a snapshot. */
static u32 count_elsewhere(const struct dash_net *dn)
{
	struct net *net;
	u32 n = 0;

	down_read(&net_rwsem);	/* none leaves the list, so none is freed */
	for_each_net(net)
		n += net != dn->net && in_use(dash_net_of(net));
	up_read(&net_rwsem);
	return n;
}

static int put_status(struct dash_net *dn, struct sk_buff *skb, u32 elsewhere)
{
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, DASH_A_STATUS);
	if (!nest ||
	    nla_put_string(skb, DASH_A_STATUS_VERSION, DASH_VERSION) ||
	    nla_put_u32(skb, DASH_A_STATUS_ABI, DASH_ABI_VERSION) ||
	    nla_put_u32(skb, DASH_A_STATUS_GENERATION, dash_store_generation(dn)) ||
	    (!dash_store_consistent(dn) && nla_put_flag(skb, DASH_A_STATUS_INCONSISTENT)))
		return -EMSGSIZE;
	for (i = 0; i < DASH_MAX_PORT; i++)
		if (dn->port[i].ifindex && dash_nl_put_port(dn, skb, DASH_A_STATUS_PORT, i))
			return -EMSGSIZE;
	if (put_maps(dn, skb, DASH_A_STATUS_MAP) || put_tables(dn, skb) || put_objects(dn, skb) ||
	    dash_nl_fill_params(dn, skb, DASH_A_STATUS_PARAMS) ||
	    nla_put_u32(skb, DASH_A_STATUS_LAYOUT, DASH_LAYOUT) ||
	    (elsewhere && nla_put_u32(skb, DASH_A_STATUS_ELSEWHERE, elsewhere)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * dash_nl_status_get_doit - DASH_CMD_STATUS_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	/* other namespaces are nobody's business but of whoever may remove the module */
	u32 elsewhere = capable(CAP_SYS_MODULE) ? count_elsewhere(dn) : 0;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = dash_nl_reply(info, SZ_16K, &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&dn->lock);
	err = put_status(dn, msg, elsewhere);
	mutex_unlock(&dn->lock);
	if (err) {
		GENL_SET_ERR_MSG(info, "the status does not fit into a message");
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* ---- ports ---- */

/* What PORT_NEW and PORT_DEL begin with.  NULL: refused, *err says how. */
static struct sk_buff *port_request(struct genl_info *info, u32 *ifindex, void **hdr, int *err)
{
	struct sk_buff *msg;

	*err = -EINVAL;
	if (GENL_REQ_ATTR_CHECK(info, DASH_A_IFINDEX)) {
		GENL_SET_ERR_MSG(info, "ifindex is missing");
		return NULL;
	}
	*ifindex = nla_get_u32(info->attrs[DASH_A_IFINDEX]);
	*err = -ENOMEM;
	msg = dash_nl_reply(info, NLMSG_DEFAULT_SIZE, hdr);
	return msg;
}

/**
 * dash_nl_port_new_doit - DASH_CMD_PORT_NEW
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct sk_buff *msg;
	u32 ifindex;
	void *hdr;
	int ret;

	msg = port_request(info, &ifindex, &hdr, &ret);
	if (!msg)
		return ret;
	mutex_lock(&dn->lock);
	ret = dash_port_add(dn, ifindex, info->extack);
	if (ret >= 0)
		ret = dash_nl_put_port(dn, msg, DASH_A_PORT, ret) ?: put_maps(dn, msg, DASH_A_MAP);
	mutex_unlock(&dn->lock);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * dash_nl_port_del_doit - DASH_CMD_PORT_DEL
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct sk_buff *msg;
	u32 ifindex;
	void *hdr;
	int ret;

	msg = port_request(info, &ifindex, &hdr, &ret);
	if (!msg)
		return ret;
	mutex_lock(&dn->lock);
	ret = dash_port_del(dn, ifindex, info->extack);
	mutex_unlock(&dn->lock);
	if (ret < 0) {
		nlmsg_free(msg);
		return ret;
	}
	if (ret)
		nla_put_flag(msg, DASH_A_LAST);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* ---- notification ---- */

/* Who commits: a request is handled inside the send() of whoever asks. */
static int put_who(struct dash_net *dn, struct sk_buff *msg, u32 portid)
{
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	return nla_put_u32(msg, DASH_A_PORTID, portid) ?:
	       nla_put_u32(msg, DASH_A_PID, task_tgid_vnr(current)) ?:
	       nla_put_u32(msg, DASH_A_UID, from_kuid_munged(dn->net->user_ns, current_uid())) ?:
	       nla_put_string(msg, DASH_A_COMM, comm);
}

/* Best effort: a listener that finds a gap in the generations reads anew.  Under dash_net.lock, so
 * that notifications are in the order of the commits.
 */
static void notify_commit(struct dash_net *dn, const struct dash_commit_info *ci)
{
	struct dash_changes at = {};
	struct sk_buff *msg;
	bool more = true;
	void *hdr;

	if (!genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_CONFIG))
		return;
	while (more) {
		msg = genlmsg_new(SZ_8K, GFP_KERNEL);
		if (!msg)
			return;
		hdr = genlmsg_put(msg, 0, 0, &dash_nl_family, 0, DASH_CMD_CONFIG_NTF);
		if (!hdr ||
		    nla_put_u32(msg, DASH_A_GENERATION, ci->generation) ||
		    nla_put_u32(msg, DASH_A_CHANGED, min_t(u64, ci->changes, U32_MAX)) ||
		    put_who(dn, msg, ci->portid) ||
		    (ci->changes > DASH_TOLD_OBJECTS && nla_put_flag(msg, DASH_A_CUT))) {
			nlmsg_free(msg);
			return;
		}
		more = dash_changes_fill(ci->txn, &at, msg);
		genlmsg_end(msg, hdr);
		genlmsg_multicast_netns(&dash_nl_family, dn->net, msg, 0, DASH_NL_GROUP_CONFIG, GFP_KERNEL);
	}
}

/* ---- life ---- */

/**
 * dash_netlink_init - offer the family
 *
 * Context: module load, after the pernet operations are registered.
 * Return: 0 or -errno.
 */
int __init dash_netlink_init(void)
{
	int err;

	err = dash_txns_init();
	if (err)
		return err;
	dash_store_set_notifier(notify_commit);
	err = genl_register_family(&dash_nl_family);
	if (err) {
		dash_store_set_notifier(NULL);
		dash_txns_exit();
	}
	return err;
}

/**
 * dash_netlink_exit - withdraw the family
 *
 * Context: module unload, before the pernet operations are unregistered.  Requests and dumps hold
 * the module, so none is under way.
 */
void dash_netlink_exit(void)
{
	genl_unregister_family(&dash_nl_family);
	dash_store_set_notifier(NULL);
	dash_txns_exit();
}
