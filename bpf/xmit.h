/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Where does the finished packet go? (pipeline.md 17)  dash_next_hop() asks the
 * cache, or the kernel's FIB when nothing is cached, before the packet is changed;
 * dash_xmit() sends it.  What XDP cannot send goes to the kernel's own output path.
 */
#ifndef DASH_XMIT_H
#define DASH_XMIT_H

#include "maps.h"
#include "parse.h"
#include "apply.h"

#define AF_INET		2
#define AF_INET6	10

/* Does this device take XDP frames?  Cached next hops have been asked by the module. */
static __always_inline bool dash_takes_frames(const struct dash_hot *hot, __u32 ifindex)
{
	return hot->xmit[ifindex & (DASH_XMIT_SLOTS - 1)] == ifindex;
}

/*
 * Ask the kernel about one packet.  The ports go into the hash over the paths of a
 * multipath route (UND-3).  For a direct packet the inner addresses are asked for,
 * which are still those of the flow key.
 */
static __always_inline enum dash_drop dash_fib(struct xdp_md *ctx, const struct dash_hot *hot,
					       const struct dash_pkt *pkt,
					       const struct dash_plan *plan, struct dash_nh *nh)
{
	struct bpf_fib_lookup p = {};
	long rc;

	p.ifindex = ctx->ingress_ifindex;
	p.tot_len = plan->ip_len;
	p.l4_protocol = IPPROTO_UDP;
	p.sport = dash_sport(hot, pkt);
	p.dport = hot->vxlan_port;
	if (plan->direct) {
		p.l4_protocol = pkt->key.proto;
		p.sport = pkt->key.vm_port;
		p.dport = pkt->key.remote_port;
		p.ipv4_src = pkt->key.vm;
		p.ipv4_dst = pkt->key.remote;
		if (plan->v6) {
			p.ipv6_src[1] = pkt->key.vm6[0];
			p.ipv6_src[2] = pkt->key.vm6[1];
			p.ipv6_src[3] = pkt->key.vm6[2];
			p.ipv6_dst[0] = pkt->key.remote;
			p.ipv6_dst[1] = pkt->key.remote6[0];
			p.ipv6_dst[2] = pkt->key.remote6[1];
			p.ipv6_dst[3] = pkt->key.remote6[2];
		}
	} else if (plan->v6) {
		*(struct dash_ip *)p.ipv6_src = *plan->sip;
		*(struct dash_ip *)p.ipv6_dst = *plan->dip;
	} else {
		p.ipv4_src = plan->sip->w[3];
		p.ipv4_dst = plan->dip->w[3];
	}
	p.family = plan->v6 ? AF_INET6 : AF_INET;

	rc = bpf_fib_lookup(ctx, &p, sizeof(p), 0);
	switch (rc) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		nh->state = dash_takes_frames(hot, p.ifindex) ? DASH_NH_OK : DASH_NH_KERNEL;
		nh->ifindex = p.ifindex;
		__builtin_memcpy(nh->dmac, p.dmac, ETH_ALEN);
		__builtin_memcpy(nh->smac, p.smac, ETH_ALEN);
		return DASH_DROP_NONE;
	case BPF_FIB_LKUP_RET_BLACKHOLE:
	case BPF_FIB_LKUP_RET_UNREACHABLE:
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return DASH_DROP_UNDERLAY_ROUTE_DROP;
	case BPF_FIB_LKUP_RET_NOT_FWDED:
		return DASH_DROP_UNDERLAY_NO_ROUTE;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return DASH_DROP_MTU_EXCEEDED;
	default:
		/* No neighbour yet, a lightweight tunnel, forwarding switched off. */
		nh->state = DASH_NH_KERNEL;
		return rc < 0 ? DASH_DROP_INTERNAL_ERROR : DASH_DROP_NONE;
	}
}

/*
 * Find the next hop of @plan; @local is room for one that is not cached.
 * Returns the reason to drop the packet for.
 */
static __always_inline enum dash_drop dash_next_hop(struct xdp_md *ctx,
						    const struct dash_hot *hot,
						    const struct dash_pkt *pkt,
						    const struct dash_plan *plan,
						    struct dash_nh *local,
						    const struct dash_nh **found)
{
	const struct dash_nh *nh = &hot->nh[plan->nh & (DASH_MAX_NH - 1)];

	*found = nh;
	if (!plan->nh || nh->state == DASH_NH_LOOKUP) {
		*found = local;
		return dash_fib(ctx, hot, pkt, plan, local);
	}
	if (nh->state == DASH_NH_OK)
		return plan->ip_len > nh->mtu ? DASH_DROP_MTU_EXCEEDED : DASH_DROP_NONE;
	if (nh->state == DASH_NH_NO_ROUTE)
		return DASH_DROP_UNDERLAY_NO_ROUTE;
	if (nh->state == DASH_NH_ROUTE_DROP)
		return DASH_DROP_UNDERLAY_ROUTE_DROP;
	return DASH_DROP_NONE;
}

/* Write the Ethernet addresses of @nh.  False if the frame is shorter than they are. */
static __always_inline bool dash_write_macs(struct xdp_md *ctx, const struct dash_nh *nh)
{
	void *data = (void *)(long)ctx->data;

	if (data + 2 * ETH_ALEN > (void *)(long)ctx->data_end)
		return false;
	dash_copy_macs(data, nh->dmac);
	return true;
}

/* The verdict that sends the finished frame to @nh. */
static __always_inline int dash_leave(const struct dash_nh *nh)
{
	return nh->ifindex == dash_bounce ? XDP_TX : bpf_redirect(nh->ifindex, 0);
}

#endif /* DASH_XMIT_H */
