/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_NET_H
#define DASH_NET_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "uapi/dash_flow.h"
#include "conntrack.h"
#include "lpm.h"
#include "vni_set.h"

struct dash_eni;
struct dash_flow_table;
struct dash_frag_table;
struct dash_half_open;
struct dash_store;
struct dash_sweep;
struct dash_hot_state;
struct dash_nexthops;
struct dash_stats;
struct dash_tracer;
struct dash_netlink;
struct bpf_map;

/* struct dash_net qos_enforce (spec/config.md 5.2) */
#define DASH_QOS_CPS	1
#define DASH_QOS_FLOWS	2
#define DASH_QOS_BW	4

/* One attached port; its index is the one in map dash_port_stats. */
struct dash_port {
	u32 ifindex;			/* 0: free */
	bool kept;			/* the device could move to another namespace before; rtnl */
};

/**
 * struct dash_net - an appliance: everything of one network namespace
 * @net: the namespace
 * @lock: the one writer lock of configuration, ports and maps; see DOC: Locking in store.c.
 *	Taken before rtnl_lock, never inside it
 * @eni: by index; readers under RCU
 * @trusted: global trusted VNIs, RCU; NULL = none
 * @trusted_strict: trusted_vni_mode
 * @vm_vnis: set of VNIs with outbound direction, RCU (trusted VNI check)
 * @pa_lists: VNI -> struct dash_pa_list: the PA validation table, RCU
 * @vnet_encap_vni: static VNI of routing type vnet_encap, 0 = none
 * @allowed_protocols: bitmap of 256 inner protocols; all set by default
 * @qos_enforce: DASH_QOS_*; all set by default
 * @resimulate_acl: resimulate_on_acl_change; under @lock
 * @params: timeouts (spec/config.md 5.19); written by dash_params_set() under @lock
 * @ft: flow table; NULL until all maps are bound, RCU
 * @sweep: its sweep; set before @ft and cleared after it, so valid for whoever has read @ft under RCU
 * @frags: fragment table, likewise
 * @half_open: half-open connections by ENI, likewise
 * @crowd: index of the ENI that probably has most of them
 * @kept_back: connections that were refused although a record was free, because the last ones
 *	are not for an ENI that floods the table with half-open ones
 * @seed: keys of the flow hash, as in dash_hot; set before @ft
 * @maps: bound maps, by enum dash_map_id
 * @port: attached devices
 * @port_work: removes ports whose device is gone
 * @event_lock: makes the order of @events the order of delivery; BH
 * @events: connections that began or ended while somebody listened, under @event_lock
 * @events_lost: those of them that at least one listener was not told of
 * @table_pressure: the flow table is nearly full; limits.c
 * @hot, @nh, @stats, @tracer, @store, @nl: private to the files of these names
 */
struct dash_net {
	struct net *net;
	struct mutex lock;
	struct dash_eni __rcu *eni[DASH_MAX_ENI];
	struct dash_vni_set __rcu *trusted;
	struct dash_vni_set __rcu *vm_vnis;
	bool trusted_strict;
	u8 qos_enforce;
	bool resimulate_acl;
	struct xarray pa_lists;
	u32 vnet_encap_vni;
	unsigned long allowed_protocols[256 / BITS_PER_LONG];
	struct dash_params params;
	struct dash_flow_table __rcu *ft;
	struct dash_sweep *sweep;
	struct dash_frag_table *frags;
	struct dash_half_open *half_open;
	u16 crowd;
	atomic64_t kept_back;
	struct dash_seed seed;
	struct bpf_map *maps[DASH_MAP_N];
	struct dash_port port[DASH_MAX_PORT];
	struct work_struct port_work;
	struct dash_hot_state *hot;
	struct dash_nexthops __rcu *nh;
	struct dash_stats *stats;
	spinlock_t event_lock;
	u64 events;
	struct dash_tracer *tracer;
	atomic64_t events_lost;
	bool table_pressure;
	struct dash_store *store;
	struct dash_netlink *nl;
};

struct dash_net *dash_net_of(const struct net *net);	/* of a live namespace */

extern unsigned int dash_net_id;

/* The same for the packet path: net_generic() without its own read section. */
static inline struct dash_net *dash_net_under_rcu(const struct net *net)
{
	return rcu_dereference(net->gen)->ptr[dash_net_id];
}

/* Frees after grace periods (queue_rcu_work()); flushed before the module goes. */
extern struct workqueue_struct *dash_wq;

/* Prefixes of DASH_PA_VALIDATION_TABLE for one VNI; immutable, swapped in dash_net.pa_lists. */
struct dash_pa_list {
	struct dash_lpm *lpm[2];	/* [0] IPv4, [1] IPv6; NULL = none; any non-NULL value = valid */
	struct rcu_work work;
};

/* Frees @l and its tries (not the values) after a grace period; the caller has unlinked it. */
void dash_pa_list_destroy(struct dash_pa_list *l);

#endif
