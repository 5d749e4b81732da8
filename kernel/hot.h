/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_HOT_H
#define DASH_HOT_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

struct dash_net;

/*
 * The configuration that every packet needs (struct dash_hot).  The module keeps its own copy, so that
 * configuration works before any map is bound; binding copies it over.
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
	struct dash_ip pa;		/* underlay_ip */
};

/**
 * dash_hot_prepare - build the idle half from a complete configuration
 * Fills the tables of VIPs, outbound VNIs (of appliances and ENIs) and MACs in the idle half and
 * remembers the ENI words; nothing is visible until dash_hot_flip().  May be called again instead.
 * Context: process, writer lock held; may sleep (waits for readers of the idle half).
 * Return: 0, -ENOSPC (too many VIPs, or no seed found), -ENOMEM.
 */
int dash_hot_prepare(struct dash_net *dn, const struct dash_hot_appliance *a, u32 n_a,
		     const struct dash_hot_eni_cfg *e, u32 n_e);
/* Make the prepared half the active one and write the ENI words.  Never fails. */
void dash_hot_flip(struct dash_net *dn);

/* spec/config.md 5.20; immediate */
void dash_hot_set_switch(struct dash_net *dn, u16 vxlan_port, u16 sport_base, u8 mask_bits);
void dash_hot_bump_gen(struct dash_net *dn, u16 eni_idx);	/* flows of the ENI are evaluated again */

int dash_hot_init(struct dash_net *dn);
void dash_hot_exit(struct dash_net *dn);
/* A map was bound (@hot: its only element) or goes away (NULL). */
void dash_hot_attach(struct dash_net *dn, struct dash_hot *hot);

#endif
