/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_HOT_H
#define DASH_HOT_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

struct dash_net;

/*
 * The configuration that every packet needs (struct dash_hot).  The module keeps its own copy while no
 * map is bound; binding copies it over.  All functions: process context, dash_net.lock held, unless said.
 */

/* One appliance: its VIP of each family (zero = none) and vm_vni (host order). */
struct dash_hot_appliance {
	struct dash_ip vip[2];		/* [0] IPv4, [1] IPv6 */
	u32 vm_vni;
};

/* One ENI as admission sees it. */
struct dash_hot_eni_cfg {
	u16 idx;
	u8 mac[6];
	bool up;
	u32 vm_vni;			/* own; 0 = the appliance's */
	struct dash_ip pa;		/* underlay_ip; not zero */
};

/**
 * dash_hot_prepare - build the idle half from a complete configuration
 * Fills the tables of VIPs, outbound VNIs (of appliances and ENIs) and MACs in the idle half and
 * remembers the ENI words; nothing is visible until dash_hot_flip().  May be called again instead.
 * May sleep (waits for readers of the idle half).
 * Return: 0, -ENOSPC (too many VIPs, or no seed found), -ENOMEM.
 */
int dash_hot_prepare(struct dash_net *dn, const struct dash_hot_appliance *a, u32 n_a,
		     const struct dash_hot_eni_cfg *e, u32 n_e);
/* Make the prepared half the active one and write the ENI words.  Never fails.  Sleeps if an ENI's host changes. */
void dash_hot_flip(struct dash_net *dn);
/* From now on packets of the ENI are dropped (eni_admin_down), until a flip says otherwise.  Never fails. */
void dash_hot_eni_down(struct dash_net *dn, u16 eni_idx);

/* Packets of these ENIs (bitmap of DASH_MAX_ENI) do not take the fast path (DASH_ENI_WATCHED), of others may.  Immediate. */
void dash_hot_watch(struct dash_net *dn, const unsigned long *enis);

/* spec/config.md 5.20; immediate */
void dash_hot_set_switch(struct dash_net *dn, u16 vxlan_port, u16 sport_base, u8 mask_bits);
/*
 * Connections of the ENI are judged anew, from dash_hot_settle() on.  The last step of a commit: whoever sees the
 * new generation must see all of the new policy.
 */
void dash_hot_bump_gen(struct dash_net *dn, u16 eni_idx);

int dash_hot_init(struct dash_net *dn);
void dash_hot_exit(struct dash_net *dn);

/**
 * dash_hot_attach - a map was bound
 * @hot: its only element; the configuration is copied over, @lines and @seed are set
 * @lines: number of index lines
 * Return: 0 or -ENOMEM.
 */
int dash_hot_attach(struct dash_net *dn, struct dash_hot *hot, u32 lines, const struct dash_seed *seed);
void dash_hot_detach(struct dash_net *dn);	/* it goes away */
/* The next hop of every ENI, after dash_nh_attach(). */
void dash_hot_resolve_enis(struct dash_net *dn);

/* The map's element, NULL if none is bound.  Under RCU or dash_net.lock; the element itself outlives the reader. */
struct dash_hot *dash_hot_live(const struct dash_net *dn);
/* May records of an older generation be replaced: is no packet under way that goes by one?  Any context, under RCU. */
bool dash_hot_gen_settled(const struct dash_net *dn, u16 eni_idx);
/* Before a record of the ENI is marked by hand: not settled until dash_hot_settle(). */
void dash_hot_unsettle(struct dash_net *dn, u16 eni_idx);
/*
 * Wait for the packets that may go by old generations, if there are any; every packet that starts after it is
 * judged by what was published before dash_hot_bump_gen().  Sleeps.
 */
void dash_hot_settle(struct dash_net *dn);

#endif
