/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_FLOW_RESTORE_H
#define DASH_FLOW_RESTORE_H

#include "uapi/dash_flow.h"

struct dash_eni;
struct dash_net;

/**
 * struct dash_flow_image - a connection as it was saved
 * @eni: its ENI
 * @vm, @remote: inner addresses
 * @vm_port, @remote_port: network order
 * @proto: inner protocol
 * @state, @event, @was: of the tracker, as in struct dash_flow
 * @flags: DASH_F_*
 * @stale: its actions were decided under an older configuration
 * @pa, @vni, @dmac: towards the network; VNI in host order
 * @vip: tunnel source towards the network; zero with DASH_F_DIRECT
 * @age, @idle: jiffies since its creation and since its last packet
 * @packets, @bytes: by enum dash_dir
 */
struct dash_flow_image {
	struct dash_eni *eni;
	struct dash_ip vm, remote;
	__be16 vm_port, remote_port;
	u8 proto, state, event, was;
	u16 flags;
	bool stale;
	struct dash_ip pa, vip;
	u32 vni;
	u8 dmac[6];
	u32 age, idle;
	u64 packets[2], bytes[2];
};

/**
 * dash_flow_restore - make a saved connection one of this appliance's
 * @dn: the appliance; lock held
 * @image: the connection
 *
 * Limits and policy are not asked: the connection exists already.  Next hop, generation and
 * mapping are those of now.
 *
 * Context: process.
 * Return: 0; -EEXIST if it is there already; -ENOENT if its tunnel source is no VIP any more;
 * -ENOSPC if there is no room; -ENOTCONN without an attached port.
 */
int dash_flow_restore(struct dash_net *dn, const struct dash_flow_image *image);

#endif
