// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which devices are attached, and which maps does the data path work on?
 *
 * dashctl takes a port, loads the program, gives the maps to the module one by one
 * (bpf_dash_bind()) and attaches the program.  With the last map the data path
 * starts: flow table, sweep, next hops, admission.  With the last port it stops: the
 * maps are let go, connections are gone, the configuration stays.  Later ports of
 * the same namespace find the maps bound and share them.
 *
 * The module keeps each map by a reference, addresses its elements directly and
 * trusts nothing in them that user space could have written (they are mmapable):
 * every index that comes out of a map is checked where it is used.
 *
 * A device that disappears takes its program along; the notifier runs under rtnl,
 * which nests inside dash_net.lock, so a work item removes the port.
 *
 * A device that moved to another namespace would take its program along as well, which
 * would go on with the maps of this one.  So ports stay where they are: attaching makes
 * a device immovable, detaching (or the end of the namespace) movable again.
 *
 * Locking: everything under dash_net.lock.
 */
#include "port.h"

#include <linux/bpf.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "dash_net.h"
#include "flow_table.h"
#include "fragment.h"
#include "half_open.h"
#include "hot.h"
#include "nexthop.h"
#include "stats.h"
#include "sweep.h"
#include "trace.h"

/* What each map must look like; the layouts are those of the shared header or nothing works. */
static const struct shape {
	u32 type, flags, value_size, min, max;
} shapes[DASH_MAP_N] = {
	[DASH_MAP_HOT] = { BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, sizeof(struct dash_hot), 1, 1 },
	[DASH_MAP_INDEX] = { BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, sizeof(struct dash_line),
			     1, DASH_FLOW_MAX_SLOTS },
	[DASH_MAP_FLOWS] = { BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, sizeof(struct dash_flow),
			     2, DASH_FLOW_MAX_SLOTS },
	[DASH_MAP_ENI_STATS] = { BPF_MAP_TYPE_PERCPU_ARRAY, 0, sizeof(struct dash_eni_stats),
				 DASH_MAX_ENI, DASH_MAX_ENI },
	[DASH_MAP_PORT_STATS] = { BPF_MAP_TYPE_PERCPU_ARRAY, 0, sizeof(struct dash_port_stats),
				  DASH_MAX_PORT, DASH_MAX_PORT },
};

static void *elements(const struct dash_net *dn, enum dash_map_id id)
{
	return container_of(dn->maps[id], struct bpf_array, map)->value;
}

static void put_maps(struct dash_net *dn)
{
	int i;

	for (i = 0; i < DASH_MAP_N; i++) {
		if (dn->maps[i])
			bpf_map_put(dn->maps[i]);
		dn->maps[i] = NULL;
	}
}

bool dash_port_bound(const struct dash_net *dn)
{
	return rcu_access_pointer(dn->ft);
}

u64 dash_port_map_bytes(const struct dash_net *dn, enum dash_map_id id)
{
	return dash_port_bound(dn) ? dn->maps[id]->ops->map_mem_usage(dn->maps[id]) : 0;
}

u32 dash_port_map_id(const struct dash_net *dn, enum dash_map_id id)
{
	return dash_port_bound(dn) ? dn->maps[id]->id : 0;
}

/* All maps are here. */
static int start(struct dash_net *dn)
{
	struct dash_hot *hot = elements(dn, DASH_MAP_HOT);
	u32 lines = dn->maps[DASH_MAP_INDEX]->max_entries;
	struct dash_flow_table *ft;
	struct dash_sweep *sweep;
	size_t i;
	int err;

	ft = dash_flow_table_create(elements(dn, DASH_MAP_INDEX), lines,
				    elements(dn, DASH_MAP_FLOWS),
				    dn->maps[DASH_MAP_FLOWS]->max_entries);
	if (IS_ERR(ft))
		return PTR_ERR(ft);
	dn->frags = dash_frag_create();
	err = -ENOMEM;
	if (!dn->frags)
		goto err_frags;
	dn->half_open = dash_half_open_create(ft);
	if (!dn->half_open)
		goto err_half_open;
	get_random_bytes(&dn->seed, sizeof(dn->seed));
	for (i = 0; i < ARRAY_SIZE(dn->seed.k); i++)
		dn->seed.k[i] |= 1;
	err = dash_hot_attach(dn, hot, lines, &dn->seed);
	if (err)
		goto err_hot;
	err = dash_nh_attach(dn, hot);
	if (err)
		goto err_nh;
	sweep = dash_sweep_create(ft, &dn->seed, &dn->params, &dash_stats_sweep_ops, dn);
	if (IS_ERR(sweep)) {
		err = PTR_ERR(sweep);
		goto err_sweep;
	}
	dn->sweep = sweep;
	dash_hot_resolve_enis(dn);
	dash_stats_attach(dn);
	rcu_assign_pointer(dn->ft, ft);
	dash_drops_look(dn);
	return 0;

err_sweep:
	dash_nh_detach(dn);
err_nh:
	dash_hot_detach(dn);
	synchronize_rcu();
err_hot:
	dash_half_open_destroy(dn->half_open);
	dn->half_open = NULL;
err_half_open:
	dash_frag_destroy(dn->frags);
	dn->frags = NULL;
err_frags:
	dash_flow_table_destroy(ft);
	return err;
}

/* @keep: connections stay in the maps, for a program that goes on without us (dashctl upgrade). */
static void stop(struct dash_net *dn, bool keep)
{
	struct dash_flow_table *ft = rcu_dereference_protected(dn->ft, lockdep_is_held(&dn->lock));

	if (!ft)
		return;
	dash_stats_detach(dn);
	RCU_INIT_POINTER(dn->ft, NULL);
	synchronize_rcu();	/* nobody creates or ends a connection any more */
	if (keep)
		dash_sweep_abandon(dn->sweep);
	else
		dash_sweep_destroy(dn->sweep);
	dn->sweep = NULL;
	dash_half_open_destroy(dn->half_open);
	dn->half_open = NULL;
	dash_frag_destroy(dn->frags);
	dn->frags = NULL;
	dash_flow_table_destroy(ft);
	dash_nh_detach(dn);
	dash_hot_detach(dn);
	synchronize_rcu();	/* nor reads a map that is put now */
}

int dash_port_bind(struct dash_net *dn, struct bpf_map *map, u32 id)
{
	const struct shape *s;
	int err = 0, i;

	if (id >= DASH_MAP_N)
		return -EINVAL;
	s = &shapes[id];
	if (map->map_type != s->type || map->value_size != s->value_size ||
	    (map->map_flags & s->flags) != s->flags ||
	    map->max_entries < s->min || map->max_entries > s->max)
		return -EINVAL;

	mutex_lock(&dn->lock);
	if (dash_port_bound(dn)) {
		err = -EBUSY;
		goto out;
	}
	/* one of an attachment that was given up half-way */
	if (dn->maps[id])
		bpf_map_put(dn->maps[id]);
	bpf_map_inc(map);
	dn->maps[id] = map;
	for (i = 0; i < DASH_MAP_N; i++)
		if (!dn->maps[i])
			goto out;
	err = start(dn);
	if (err)
		put_maps(dn);
out:
	mutex_unlock(&dn->lock);
	return err;
}

static int find(const struct dash_net *dn, u32 ifindex)
{
	int i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (dn->port[i].ifindex == ifindex)
			return i;
	return -1;
}

#ifndef DASH_NETNS_IMMUTABLE
#define netns_immutable netns_local
#endif

/* Make the device immovable. */
static void keep(struct dash_net *dn, struct dash_port *p)
{
	struct net_device *dev;

	rtnl_lock();
	dev = __dev_get_by_index(dn->net, p->ifindex);
	p->kept = dev && !dev->netns_immutable;
	if (p->kept)
		dev->netns_immutable = true;
	rtnl_unlock();
}

static void let_go(struct dash_net *dn, struct dash_port *p)
{
	struct net_device *dev;

	rtnl_lock();
	dev = p->kept ? __dev_get_by_index(dn->net, p->ifindex) : NULL;
	if (dev)
		dev->netns_immutable = false;
	p->kept = false;
	rtnl_unlock();
}

void dash_port_pre_exit(struct dash_net *dn)
{
	int i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (dn->port[i].ifindex)
			let_go(dn, &dn->port[i]);
}

int dash_port_add(struct dash_net *dn, u32 ifindex, struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	bool ethernet;
	int i;

	lockdep_assert_held(&dn->lock);
	dev = dev_get_by_index(dn->net, ifindex);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no such device in this network namespace");
		return -ENODEV;
	}
	ethernet = dev->type == ARPHRD_ETHER;
	dev_put(dev);
	if (!ethernet) {
		NL_SET_ERR_MSG(extack, "a port must be an Ethernet device");
		return -EINVAL;
	}
	i = find(dn, ifindex);
	if (i >= 0)
		return i;
	i = find(dn, 0);
	if (i < 0) {
		NL_SET_ERR_MSG(extack, "too many ports");
		return -ENOSPC;
	}
	dash_stats_port_new(dn, i);
	WRITE_ONCE(dn->port[i].ifindex, ifindex);
	keep(dn, &dn->port[i]);
	return i;
}

static void release(struct dash_net *dn, int i)
{
	dash_stats_port_gone(dn, i);
	let_go(dn, &dn->port[i]);
	WRITE_ONCE(dn->port[i].ifindex, 0);
}

static bool none_left(struct dash_net *dn, bool keep)
{
	int i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (dn->port[i].ifindex)
			return false;
	stop(dn, keep);
	put_maps(dn);
	return true;
}

int dash_port_del(struct dash_net *dn, u32 ifindex, struct netlink_ext_ack *extack)
{
	int i;

	lockdep_assert_held(&dn->lock);
	i = ifindex ? find(dn, ifindex) : -1;
	if (i < 0) {
		NL_SET_ERR_MSG(extack, "the device is not attached");
		return -ENOENT;
	}
	release(dn, i);
	return none_left(dn, false);
}

static void port_work(struct work_struct *work)
{
	struct dash_net *dn = container_of(work, struct dash_net, port_work);
	bool any = false;
	int i;

	mutex_lock(&dn->lock);
	for (i = 0; i < DASH_MAX_PORT; i++) {
		struct net_device *dev;

		if (!dn->port[i].ifindex)
			continue;
		dev = dev_get_by_index(dn->net, dn->port[i].ifindex);
		dev_put(dev);
		if (dev)
			continue;
		release(dn, i);
		any = true;
	}
	if (any)
		none_left(dn, false);
	mutex_unlock(&dn->lock);
}

void dash_port_device_gone(struct dash_net *dn, u32 ifindex)
{
	int i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (READ_ONCE(dn->port[i].ifindex) == ifindex)
			queue_work(dash_wq, &dn->port_work);
}

void dash_port_init(struct dash_net *dn)
{
	INIT_WORK(&dn->port_work, port_work);
}

void dash_port_exit(struct dash_net *dn)
{
	int i;

	cancel_work_sync(&dn->port_work);
	mutex_lock(&dn->lock);
	for (i = 0; i < DASH_MAX_PORT; i++)
		WRITE_ONCE(dn->port[i].ifindex, 0);
	none_left(dn, true);
	mutex_unlock(&dn->lock);
}
