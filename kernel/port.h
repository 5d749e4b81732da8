/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_PORT_H
#define DASH_PORT_H

#include <linux/netlink.h>
#include <linux/types.h>
#include "uapi/dash_flow.h"

struct dash_net;
struct bpf_map;

void dash_port_init(struct dash_net *dn);
void dash_port_exit(struct dash_net *dn);	/* forgets all ports, unbinds the maps */

/**
 * dash_port_add - take a device as port
 * Caller holds dash_net.lock.
 * Return: its index, the same one if it is a port already; -ENODEV no such device, -EINVAL no Ethernet
 * device, -ENOSPC DASH_MAX_PORT ports; each with @extack.
 */
int dash_port_add(struct dash_net *dn, u32 ifindex, struct netlink_ext_ack *extack);
/**
 * dash_port_del - give a device back; the program has been detached from it
 * With the last port the maps are unbound: flows are gone, the configuration stays.  Caller holds
 * dash_net.lock.  Sleeps.
 * Return: 1 it was the last one, 0 others are left, -ENOENT not a port, with @extack.
 */
int dash_port_del(struct dash_net *dn, u32 ifindex, struct netlink_ext_ack *extack);

/* Id of a bound map, 0 if none; all are bound or the data path does not run (dash_port_bound()).  Caller
 * holds dash_net.lock.
 */
u64 dash_port_map_bytes(const struct dash_net *dn, enum dash_map_id id);	/* as the kernel accounts it; 0: none */
u32 dash_port_map_id(const struct dash_net *dn, enum dash_map_id id);
bool dash_port_bound(const struct dash_net *dn);

/* Behind bpf_dash_bind(). */
int dash_port_bind(struct dash_net *dn, struct bpf_map *map, u32 id);
void dash_port_pre_exit(struct dash_net *dn);	/* the namespace ends: its ports may leave it now */
/* A device of the namespace is going.  Under rtnl: only starts dash_net.port_work. */
void dash_port_device_gone(struct dash_net *dn, u32 ifindex);

#endif
