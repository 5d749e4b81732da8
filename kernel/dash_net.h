/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_NET_H
#define DASH_NET_H

#include <linux/mutex.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include "uapi/dash_flow.h"
#include "conntrack.h"

struct dash_eni;
struct dash_flow_table;
struct dash_store;
struct dash_sweep;
struct dash_vni_set;
struct dash_hot_state;
struct dash_nexthops;
struct bpf_map;

/* One attached port. */
struct dash_port {
	u32 ifindex;			/* 0: free */
};

/**
 * struct dash_net - an appliance: everything of one network namespace
 * @net: the namespace
 * @lock: the one writer lock of configuration, ports and maps; see DOC: Locking in store.c
 * @eni: by index; readers under RCU
 * @trusted: global trusted VNIs, RCU
 * @trusted_strict: trusted_vni_mode
 * @vm_vnis: set of VNIs with outbound direction, RCU (trusted VNI check)
 * @pa_lists: VNI -> struct dash_lpm pair of the PA validation table, RCU (struct dash_pa_list)
 * @vnet_encap_vni: static VNI of routing type vnet_encap, 0 = none
 * @allowed_protocols: bitmap of 256 inner protocols
 * @params: timeouts and modes (spec/config.md 5.19)
 * @ft: flow table; NULL until maps are bound, RCU
 * @maps: bound maps
 */
struct dash_net {
	struct net *net;
	struct mutex lock;
	struct dash_eni __rcu *eni[DASH_MAX_ENI];
	struct dash_vni_set __rcu *trusted;
	struct dash_vni_set __rcu *vm_vnis;
	bool trusted_strict;
	u8 qos_enforce;			/* bits: 1 cps, 2 flows */
	struct xarray pa_lists;
	u32 vnet_encap_vni;
	unsigned long allowed_protocols[256 / BITS_PER_LONG];
	struct dash_params params;
	struct dash_flow_table __rcu *ft;
	struct bpf_map *maps[DASH_MAP_N];
	struct dash_port port[DASH_MAX_PORT];
	struct dash_hot_state *hot;
	struct dash_nexthops *nh;
	struct dash_sweep *sweep;
	struct dash_store *store;
};

struct dash_net *dash_net_of(const struct net *net);

/* Prefixes of DASH_PA_VALIDATION_TABLE for one VNI; immutable, swapped in dash_net.pa_lists. */
struct dash_pa_list {
	struct dash_lpm *lpm[2];	/* [0] IPv4, [1] IPv6; any non-NULL value = valid */
	struct rcu_head rcu;
	struct work_struct work;
};

#endif
