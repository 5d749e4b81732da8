/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * From a decision to the finished packet (pipeline.md 16).  dash_plan() says what
 * the packet becomes before anything is touched, so that next hop and MTU can
 * still refuse it; dash_apply() writes it.  Nothing between the tunnel headers and
 * the end of the inner frame moves: growing, shrinking and direct delivery shift
 * the start of the frame, and the outer headers are written whole.
 */
#ifndef DASH_APPLY_H
#define DASH_APPLY_H

#include <stdbool.h>
#include "maps.h"
#include "parse.h"
#include "admit.h"

#define DASH_TTL	64
/* RFC 6864 gives no meaning to the identification of a packet nobody fragments. */
#define DASH_IP_ID	1

/**
 * struct dash_plan - what the packet becomes
 * @sip, @dip: outer addresses; of a direct packet: unused, and its inner destination
 * @vni: as in the VXLAN header
 * @nh: cached next hop, 0: ask the kernel
 * @ip_len: length of the finished IP packet
 * @v6: the finished packet is IPv6
 * @direct: no tunnel
 * @dmac: inner destination MAC to write, or NULL
 */
struct dash_plan {
	const struct dash_ip *sip;
	const struct dash_ip *dip;
	const __u8 *dmac;
	__be32 vni;
	__u32 nh;
	__u32 ip_len;
	bool v6;
	bool direct;
};

static __always_inline __u32 dash_ip_hlen(bool v6)
{
	return v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/*
 * Towards the VM everything follows the ENI, and the source is the VIP that was
 * hit, or its sibling of the right family.  Towards the network the flow says it.
 * Returns the reason to drop the packet for.
 */
static __always_inline enum dash_drop dash_plan(const struct dash_hot *hot,
						const struct dash_hot_eni *eni,
						const struct dash_flow *flow,
						const struct dash_pkt *pkt,
						const struct dash_frame *f,
						struct dash_plan *plan)
{
	const struct dash_hot_vip *vip;

	plan->dmac = NULL;
	plan->direct = false;
	if (pkt->dir == DASH_INBOUND) {
		vip = &hot->vip[pkt->vip];
		plan->dip = dash_eni_host(eni, &plan->nh);
		plan->v6 = !dash_ip_is_v4(plan->dip);
		plan->vni = eni->vni ?: vip->vm_vni;
		if (dash_ip_is_v4(&vip->ip) == plan->v6) {
			vip = &hot->vip[vip->other];
			if (dash_ip_is_v4(&vip->ip) == plan->v6)
				return DASH_DROP_UNDERLAY_SIP_MISSING;
		}
	} else {
		vip = &hot->vip[flow->vip];
		plan->v6 = flow->flags & DASH_F_U0_V6;
		plan->vni = flow->vni;
		plan->dip = &flow->pa;
		plan->nh = flow->nh;
		if (flow->flags & DASH_F_SET_DMAC)
			plan->dmac = flow->dmac;
		if (flow->flags & DASH_F_DIRECT) {
			plan->direct = true;
			plan->v6 = pkt->key.v6;
			plan->ip_len = f->inner_ip_len;
			return DASH_DROP_NONE;
		}
	}
	plan->sip = &vip->ip;
	plan->ip_len = dash_ip_hlen(plan->v6) + DASH_VXLAN_OVERHEAD + pkt->inner_len;
	return DASH_DROP_NONE;
}

/*
 * Checksum of words that add up to @sum, less than 2^36.  The product adds its 16-bit digits
 * in the last but one place and again in the last, where the carry of the former goes.
 */
static __always_inline __u16 dash_fold(__u64 sum)
{
	dash_pin(sum);	/* or constants in it are multiplied beforehand, and added as such */
	return ~((sum * 0x0001000100010001ull) >> 48);
}

/* 16.3: the same for all packets of a connection, in the configured range. */
static __always_inline __be16 dash_sport(const struct dash_hot *hot, const struct dash_pkt *pkt)
{
	return hot->sport_base | (dash_tag(pkt->hash) & hot->sport_mask);
}

static __always_inline void dash_write_vxlan(struct udphdr *udp, const struct dash_hot *hot,
					     const struct dash_pkt *pkt, __be32 vni)
{
	__be32 *vx = (__be32 *)(udp + 1);

	udp->source = dash_sport(hot, pkt);
	udp->dest = hot->vxlan_port;
	udp->len = bpf_htons(DASH_VXLAN_OVERHEAD + pkt->inner_len);
	udp->check = 0;
	vx[0] = bpf_htonl(DASH_VXLAN_I);
	vx[1] = vni;
}

/* @p: where the outer IP header goes.  Returns the inner Ethernet header. */
static __always_inline void *dash_write_outer4(void *p, const struct dash_hot *hot,
					       const struct dash_pkt *pkt,
					       const struct dash_plan *plan)
{
	struct iphdr *ip = p;
	__be32 sip = plan->sip->w[3], dip = plan->dip->w[3];
	__be16 tot = bpf_htons(plan->ip_len);

	*(__be16 *)p = bpf_htons(0x4500 | pkt->tos);
	ip->tot_len = tot;
	ip->id = bpf_htons(DASH_IP_ID);
	ip->frag_off = 0;
	ip->ttl = DASH_TTL;
	ip->protocol = IPPROTO_UDP;
	ip->check = dash_fold((__u64)bpf_htons(0x4500 | pkt->tos) + tot + bpf_htons(DASH_IP_ID) +
			      bpf_htons(DASH_TTL << 8 | IPPROTO_UDP) + sip + dip);
	ip->saddr = sip;
	ip->daddr = dip;
	dash_write_vxlan((struct udphdr *)(ip + 1), hot, pkt, plan->vni);
	return (void *)(ip + 1) + DASH_VXLAN_OVERHEAD;
}

static __always_inline void *dash_write_outer6(void *p, const struct dash_hot *hot,
					       const struct dash_pkt *pkt,
					       const struct dash_plan *plan)
{
	struct ipv6hdr *ip = p;

	*(__be32 *)p = bpf_htonl(6u << 28 | (__u32)pkt->tos << 20);
	ip->payload_len = bpf_htons(DASH_VXLAN_OVERHEAD + pkt->inner_len);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = DASH_TTL;
	*(struct dash_ip *)&ip->saddr = *plan->sip;
	*(struct dash_ip *)&ip->daddr = *plan->dip;
	dash_write_vxlan((struct udphdr *)(ip + 1), hot, pkt, plan->vni);
	return (void *)(ip + 1) + DASH_VXLAN_OVERHEAD;
}

/* @dmac: in a flow record, on an even address. */
static __always_inline void dash_write_dmac(void *inner, const __u8 *dmac)
{
	*(__u32 *)inner = *(const __u32 *)dmac;
	*(__u16 *)(inner + 4) = *(const __u16 *)(dmac + 4);
}

/*
 * The DS field of a packet that leaves without tunnel (16.6): DSCP of the tunnel
 * header, and its congestion mark if the inner transport understands it.
 */
static __always_inline __u8 dash_direct_tos(__u8 inner, __u8 outer)
{
	__u8 ecn = inner & 3;

	if (ecn && (outer & 3) == 3)
		ecn = 3;
	return (outer & 0xfc) | ecn;
}

static __always_inline void dash_write_direct4(void *p, const struct dash_pkt *pkt)
{
	struct iphdr *ip = p;
	__be16 old = *(__be16 *)p;

	ip->tos = dash_direct_tos(ip->tos, pkt->tos);
	ip->check = dash_fold((__u64)(__u16)~ip->check + (__u16)~old + *(__be16 *)p);
}

static __always_inline void dash_write_direct6(void *p, const struct dash_pkt *pkt)
{
	__u32 word = bpf_ntohl(*(__be32 *)p);
	__u8 tc = dash_direct_tos(word >> 20, pkt->tos);

	*(__be32 *)p = bpf_htonl((word & 0xf00fffff) | (__u32)tc << 20);
}

/*
 * Move the start of the frame by @head bytes (positive shortens) and cut @tail
 * bytes of padding.  Returns false if the driver left no room.
 */
static __always_inline bool dash_resize(struct xdp_md *ctx, int head, __u32 tail)
{
	return !(tail && bpf_xdp_adjust_tail(ctx, -(int)tail)) &&
	       !(head && bpf_xdp_adjust_head(ctx, head));
}

/*
 * Write the finished packet, but for its Ethernet addresses.  No pointer into the
 * frame survives this.  Returns the reason to drop it for.
 */
static __always_inline enum dash_drop dash_apply(struct xdp_md *ctx, const struct dash_hot *hot,
						 const struct dash_buf *b,
						 const struct dash_pkt *pkt,
						 const struct dash_frame *f,
						 const struct dash_plan *plan)
{
	__u32 inner_len = plan->direct ? ETH_HLEN + f->inner_ip_len : pkt->inner_len;
	int head = f->inner_off;
	void *data, *end, *inner, *ip;
	__be16 *type;

	if (!plan->direct)
		head -= ETH_HLEN + dash_ip_hlen(plan->v6) + DASH_VXLAN_OVERHEAD;
	if (!dash_resize(ctx, head, b->len - f->inner_off - inner_len))
		return DASH_DROP_UNDERLAY_TX_FAIL;

	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	type = data + 2 * ETH_ALEN;
	ip = data + ETH_HLEN;
	if (plan->v6) {
		if (data + ETH_HLEN + sizeof(struct ipv6hdr) > end)
			return DASH_DROP_INTERNAL_ERROR;
		*type = bpf_htons(ETH_P_IPV6);
		if (plan->direct) {
			dash_write_direct6(ip, pkt);
			return DASH_DROP_NONE;
		}
		if (data + ETH_HLEN + sizeof(struct ipv6hdr) + DASH_VXLAN_OVERHEAD + ETH_HLEN > end)
			return DASH_DROP_INTERNAL_ERROR;
		inner = dash_write_outer6(ip, hot, pkt, plan);
	} else {
		if (data + ETH_HLEN + sizeof(struct iphdr) > end)
			return DASH_DROP_INTERNAL_ERROR;
		*type = bpf_htons(ETH_P_IP);
		if (plan->direct) {
			dash_write_direct4(ip, pkt);
			return DASH_DROP_NONE;
		}
		if (data + ETH_HLEN + sizeof(struct iphdr) + DASH_VXLAN_OVERHEAD + ETH_HLEN > end)
			return DASH_DROP_INTERNAL_ERROR;
		inner = dash_write_outer4(ip, hot, pkt, plan);
	}
	if (plan->dmac)
		dash_write_dmac(inner, plan->dmac);
	return DASH_DROP_NONE;
}

#endif /* DASH_APPLY_H */
