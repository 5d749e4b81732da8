/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Is this packet ours, which way does it go, whose is it?  (pipeline.md 4 to 6.)
 * Perfect-hash tables in struct dash_hot, one load and one compare each;
 * they are complete, so what is not in them does not exist.
 */
#ifndef DASH_ADMIT_H
#define DASH_ADMIT_H

#include <asm/byteorder.h>
#include "../kernel/uapi/dash_flow.h"

/*
 * Keep @p in a register.  clang 14 otherwise puts an address inside dash_words together
 * anew for each of its members, four instructions at a time.
 */
#define dash_pin(p) asm("" : "+r"(p))

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* Packet and map memory may be read at any address; clang would split what its type calls unaligned. */
static __always_inline __u64 dash_load64(const void *p)
{
	return *(const __u64 *)p;
}

static __always_inline __u32 dash_load32(const void *p)
{
	return *(const __u32 *)p;
}

static __always_inline void dash_store64(void *p, __u64 v)
{
	*(__u64 *)p = v;
}

/* The half in force; read once per packet, the module flips it in between. */
static __always_inline const struct dash_admit *dash_admit_tables(const struct dash_hot *hot)
{
	return &hot->admit[*(const volatile __u32 *)&hot->active & 1];
}

/* The VIP with the IPv4 address @ip, or NULL. */
static __always_inline const struct dash_hot_vip *
dash_vip4_find(const struct dash_hot *hot, const struct dash_admit *t, __be32 ip)
{
	__u64 entry = t->vip4[dash_slot_of(ip, t->vip_seed, DASH_VIP_SLOTS)];

	return (__u32)entry == ip ? &hot->vip[(entry >> 32) & (DASH_MAX_VIP - 1)] : NULL;
}

/* @ip: on the stack at a multiple of eight. */
static __always_inline const struct dash_hot_vip *
dash_vip6_find(const struct dash_hot *hot, const struct dash_admit *t, const struct dash_ip *ip)
{
	__u64 hi = dash_load64(ip), lo = dash_load64((const void *)ip + sizeof(hi));
	__u32 entry = t->vip6[dash_slot_of(dash_vip_word(hi, lo), t->vip_seed, DASH_VIP_SLOTS)];
	const struct dash_hot_vip *vip;

	if (!entry)
		return NULL;
	vip = &hot->vip[(entry - 1) & (DASH_MAX_VIP - 1)];
	dash_pin(vip);
	return dash_load64(&vip->ip) == hi && dash_load64((const void *)&vip->ip + sizeof(hi)) == lo ? vip : NULL;
}

static __always_inline const struct dash_hot_vip *
dash_vip_find(const struct dash_hot *hot, const struct dash_admit *t, const struct dash_ip *ip)
{
	return dash_ip_is_v4(ip) ? dash_vip4_find(hot, t, ip->w[3]) : dash_vip6_find(hot, t, ip);
}

/* DIR-2: the VNI alone decides; as in the VXLAN header. */
static __always_inline enum dash_dir dash_dir_of(const struct dash_admit *t, __be32 vni)
{
	__u32 slot = dash_slot_of(vni, t->vni_seed, DASH_VNI_SLOTS);

	return t->vni[slot] == vni ? DASH_OUTBOUND : DASH_INBOUND;
}

/*
 * The ENI with @mac, a dash_mac_word(): its index plus 1, plus DASH_MAC_SLOW; other
 * numbers: none.
 */
static __always_inline __u64 dash_eni_of(const struct dash_admit *t, __u64 mac)
{
	return t->mac[dash_slot_of(mac, t->mac_seed, DASH_MAC_SLOTS)] ^ mac;
}

/*
 * Index of the packet's ENI plus 1; 0: none.  Of three words the two MACs hold one and a
 * half each.
 */
static __always_inline __u32 dash_eni_find(const struct dash_admit *t, const struct dash_pkt *pkt)
{
	const __le32 *w = (const __le32 *)pkt->dmac;
	__u64 mid = __le32_to_cpu(w[1]), eni;

	eni = dash_eni_of(t, pkt->dir == DASH_OUTBOUND ?
			     dash_mac_word(mid >> 16 | (__u64)__le32_to_cpu(w[2]) << 16) :
			     dash_mac_word(__le32_to_cpu(w[0]) | mid << 32));
	return eni >> 16 ? 0 : eni & ~DASH_MAC_SLOW;
}

#endif /* DASH_ADMIT_H */
