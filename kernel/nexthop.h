/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_NEXTHOP_H
#define DASH_NEXTHOP_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

struct dash_net;
struct dst_entry;

int dash_nh_init(void);			/* module: notifiers of neighbours and devices; after pernet */
void dash_nh_exit(void);

/* The map of next hops is bound / goes away.  Process context, dash_net.lock held, rtnl not held. */
int dash_nh_attach(struct dash_net *dn, struct dash_hot *hot);	/* 0 or -errno */
void dash_nh_detach(struct dash_net *dn);			/* waits for a grace period */

/**
 * dash_nh_get - index of the cached next hop towards @ip, for dash_flow.nh and dash_hot_eni.nh
 *
 * An unknown destination gets an index at once, in state DASH_NH_LOOKUP; a work item resolves it.
 * Context: any, BH included, under RCU or dash_net.lock.
 * Return: index, or 0 (ask the kernel per packet) when DASH_MAX_NH destinations are cached already
 * (those that nobody uses are then taken back) or no map is bound.  It is used under the same RCU read
 * section or dash_net.lock, or put into a record or an ENI's words meanwhile.
 */
u32 dash_nh_get(struct dash_net *dn, const struct dash_ip *ip);
/* The same, but 0 for an unknown destination, which stays one.  Under RCU. */
u32 dash_nh_peek(struct dash_net *dn, const struct dash_ip *ip);

/**
 * dash_nh_admit - would a packet towards @ip leave?  Asked before a connection is created for it (ORD-3)
 * @nh: its index from dash_nh_get(), below DASH_MAX_NH, or 0
 * @ip: destination
 * @len: of the IP packet
 *
 * Only what can be known beforehand; a neighbour may fail later.  Context: BH disabled, under RCU.
 * Return: DASH_DROP_NONE or the reason to drop it for.
 */
enum dash_drop dash_nh_admit(struct dash_net *dn, u32 nh, const struct dash_ip *ip, u32 len);

/* Largest IP packet that a route takes. */
u32 dash_dst_mtu(const struct dst_entry *dst);

#endif
