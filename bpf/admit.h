/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Is this packet ours, which way does it go, whose is it?  (pipeline.md 4 to 6.)
 * Three perfect-hash tables in struct dash_hot, one load and one compare each;
 * they are complete, so what is not in them does not exist.
 */
#ifndef DASH_ADMIT_H
#define DASH_ADMIT_H

#include <asm/byteorder.h>
#include "../kernel/uapi/dash_flow.h"

/* The half in force; read once per packet, the module flips it in between. */
static __always_inline const struct dash_admit *dash_admit_tables(const struct dash_hot *hot)
{
	return &hot->admit[*(const volatile __u32 *)&hot->active & 1];
}

/* The VIP with address @ip, or NULL. */
static __always_inline const struct dash_hot_vip *
dash_vip_find(const struct dash_hot *hot, const struct dash_admit *t, const struct dash_ip *ip)
{
	__u32 slot = dash_slot_of(dash_vip_word(ip), t->vip_seed, DASH_VIP_SLOTS);
	__u32 entry = t->vip_slot[slot];
	const struct dash_hot_vip *vip;

	if (!entry)
		return NULL;
	vip = &hot->vip[(entry - 1) & (DASH_MAX_VIP - 1)];
	return vip->valid && dash_ip_eq(&vip->ip, ip) ? vip : NULL;
}

/* DIR-2: the VNI alone decides. */
static __always_inline enum dash_dir dash_dir_of(const struct dash_admit *t, __u32 vni)
{
	__u32 slot = dash_slot_of(vni, t->vni_seed, DASH_VNI_SLOTS);

	return t->vni[slot] == vni && vni ? DASH_OUTBOUND : DASH_INBOUND;
}

/*
 * Index of the ENI whose MAC is in the inner Ethernet header @eth, or in its copy, at
 * the VM's end of it, plus 1; 0: none.  Of three words the two MACs hold one and a half each.
 */
static __always_inline __u32 dash_eni_of(const struct dash_admit *t, const void *eth, enum dash_dir dir)
{
	const __le32 *w = eth;
	__u64 mid = __le32_to_cpu(w[1]);
	__u64 m = dir == DASH_OUTBOUND ?
		  mid >> 16 | (__u64)__le32_to_cpu(w[2]) << 16 :
		  __le32_to_cpu(w[0]) | (mid & 0xffff) << 32;
	__u64 entry = t->mac[dash_slot_of(m, t->mac_seed, DASH_MAC_SLOTS)];

	return ((entry ^ m) << 16) ? 0 : entry >> 48;
}

static __always_inline __u32 dash_eni_find(const struct dash_admit *t, const struct dash_pkt *pkt)
{
	return dash_eni_of(t, pkt->dmac, pkt->dir);
}

#endif /* DASH_ADMIT_H */
