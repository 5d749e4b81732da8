// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a connection outlive the module that opened it?
 *
 * It is saved by what it does - addresses, tunnel, tracker's state, counters, times - and
 * not as a record: indices of ENIs, VIPs and next hops, generations and the keys of the
 * hash are another module's.  Here they are looked up again, and the record is
 * linked as if a packet had created it, except that nobody asks whether it may exist.
 * Adopting the old maps was rejected: each of these indices would have to be reserved
 * before the configuration is loaded.
 *
 * Called by DASH_CMD_FLOW_ADD (netlink_flow_add.c).
 */
#include "flow_restore.h"

#include <linux/bottom_half.h>
#include <linux/jiffies.h>

#include "conntrack.h"
#include "dash_net.h"
#include "eni.h"
#include "flow_table.h"
#include "half_open.h"
#include "hot.h"
#include "netlink.h"
#include "nexthop.h"
#include "route.h"
#include "stats.h"
#include "vnet.h"

static int find_vip(const struct dash_hot *hot, const struct dash_ip *ip)
{
	int i;

	for (i = 0; i < DASH_MAX_VIP; i++)
		if (hot->vip[i].valid && dash_ip_eq(&hot->vip[i].ip, ip))
			return i;
	return -ENOENT;
}

static struct dash_key key_of(const struct dash_flow_image *s)
{
	struct dash_key k = {
		.vm_port = s->vm_port,
		.remote_port = s->remote_port,
		.eni = s->eni->idx,
		.proto = s->proto,
		.v6 = !dash_ip_is_v4(&s->vm) || !dash_ip_is_v4(&s->remote),
	};

	k.vm = s->vm.w[k.v6 ? 0 : 3];
	k.remote = s->remote.w[k.v6 ? 0 : 3];
	if (k.v6) {
		memcpy(k.vm6, &s->vm.w[1], sizeof(k.vm6));
		memcpy(k.remote6, &s->remote.w[1], sizeof(k.remote6));
	}
	return k;
}

/* The mapping behind an outbound connection, if policy still leads there through the same tunnel; else 0. */
static u32 mapping_of(const struct dash_flow_image *s, bool v6)
{
	struct dash_route_group *g = rcu_dereference(s->eni->routes);
	struct dash_route *r = g ? dash_lpm_lookup(g->lpm[v6], &s->remote) : NULL;
	const struct dash_ip *ca = r && r->has_overlay_ip ? &r->overlay_ip : &s->remote;
	struct dash_mapping *m;

	if (!r || (r->type != DASH_ROUTE_VNET && r->type != DASH_ROUTE_VNET_DIRECT) || !r->vnet)
		return 0;
	m = !dash_ip_is_v4(ca) == v6 ? dash_mapping_find(r->vnet->maps, ca) : NULL;
	return m && dash_ip_eq(&m->pa, &s->pa) ? dash_vnet_mapping_id(r->vnet, ca) : 0;
}

static void fill(struct dash_net *dn, const struct dash_hot *hot, struct dash_flow *f,
		 const struct dash_flow_image *s, const u64 *key, u8 vip)
{
	u32 now = jiffies;

	f->k0[0] = key[0];
	f->k0[1] = key[1];
	f->k1[0] = key[2];
	f->k1[1] = key[3];
	f->k1[2] = key[4];
	f->pa = s->pa;
	f->vni = cpu_to_be32(s->vni << 8);
	memcpy(f->dmac, s->dmac, sizeof(f->dmac));
	f->flags = s->flags;
	f->vip = vip;
	f->nh = s->flags & DASH_F_DIRECT ? 0 : dash_nh_get(dn, &s->pa);
	f->gen = READ_ONCE(hot->eni[s->eni->idx].gen) - s->stale;
	memcpy(f->packets, s->packets, sizeof(f->packets));
	memcpy(f->bytes, s->bytes, sizeof(f->bytes));
	WRITE_ONCE(f->link, s->flags & (DASH_F_DIRECT | DASH_F_INITIATOR_IN) ? 0 :
		   mapping_of(s, key_of(s).v6));
	dash_conntrack_restore(f, now - s->age, now - s->idle, s->state, s->event, s->was);
}

/* Counters and lists that follow the state of a connection. */
static void account(struct dash_net *dn, const struct dash_flow_image *s, const struct dash_flow *f, u32 slot)
{
	struct dash_ct_outcome arrival = { .from = DASH_ST_SYN_SENT, .to = s->state };

	atomic_inc(&s->eni->stats.pairs_total);
	dash_stats_flow_created(s->eni, f);
	if (s->flags & DASH_F_TCP) {
		dash_stats_flow_moved(s->eni, &arrival);
		if (dash_state_half_open(s->state))
			dash_half_open_add(dn->half_open, s->eni->idx, slot);
	}
	dash_nl_flow_event(dn, f, -1);
}

int dash_flow_restore(struct dash_net *dn, const struct dash_flow_image *image)
{
	struct dash_flow_table *ft = rcu_dereference_protected(dn->ft, lockdep_is_held(&dn->lock));
	const struct dash_hot *hot;
	union {
		struct dash_key k;
		u64 w[5];
	} key = { key_of(image) };
	struct dash_flow *f;
	int vip = 0, err;
	u32 slot;
	u64 hash;

	if (!ft)
		return -ENOTCONN;
	rcu_read_lock();
	local_bh_disable();
	hot = dash_hot_live(dn);
	if (!(image->flags & DASH_F_DIRECT))
		vip = find_vip(hot, &image->vip);
	err = vip;
	if (vip < 0)
		goto out;
	hash = dash_hash(key.w, key.k.v6, &dn->seed);
	err = -EEXIST;
	if (dash_flow_find(ft, &key.k, hash))
		goto out;
	err = -ENOSPC;
	f = dash_flow_alloc(ft, &slot);
	if (!f)
		goto out;
	fill(dn, hot, f, image, key.w, vip);
	err = dash_flow_link(ft, &slot, &key.k, hash);
	if (!err)
		account(dn, image, f, slot);
out:
	local_bh_enable();
	rcu_read_unlock();
	return err;
}
