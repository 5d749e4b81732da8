/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does nearly every packet need?  Only this: it is the plainest kind of its kind,
 * it belongs to a flow that may be applied as it is, and it leaves by the family that
 * it came in.  Then nothing in it moves, all offsets are constants, lengths and
 * ports stay what they are, and no struct dash_pkt is filled in for anybody.
 *
 * dash_fast() forwards such a packet, or leaves it to the pipeline of dash_xdp.bpf.c
 * without having touched anything.  So nothing here may ever drop, and every rule that
 * this file knows is a rule of the pipeline, narrowed.  What it understands has
 *   - exactly the length that its outer headers say, no options, no extension headers,
 *     no fragments, TCP or UDP inside, an ENI that is up and that nobody watches.
 * What it forwards has also
 *   - no SYN, FIN or RST, and a current flow in a state that such a packet does not move;
 *   - a next hop that is cached and usable.
 * If only that is missing, as of each first packet, dash_describe() spares the pipeline
 * the parsing.  It looks into the packet again, but knows where things lie; handing them
 * over would keep them all in registers, which every hit would pay for.
 */
#ifndef DASH_FAST_H
#define DASH_FAST_H

#include "maps.h"
#include "key.h"
#include "parse.h"
#include "admit.h"
#include "flow.h"
#include "apply.h"
#include "xmit.h"
#include "stats.h"

/* What dash_fast() returns beside verdicts, which are smaller: it is not plain, or it is, and how. */
#define DASH_DECLINE		(-1)
#define DASH_KNOWN		0x100
#define DASH_KNOWN_MISS		0x200	/* no flow has its key */
#define DASH_KNOWN_IN		0x400	/* towards the VM */
#define DASH_KNOWN_ENI		16	/* index of the ENI from this bit on */
/* The shortest of them all: IPv4 in IPv4, an UDP header inside, no payload */
#define DASH_PLAIN_MIN		(2 * (ETH_HLEN + sizeof(struct iphdr)) + DASH_VXLAN_OVERHEAD + DASH_UDP_LEN)
/* Of the four bytes from flags and offset on: what is zero in a whole packet, and the protocol */
#define DASH_IP_FRAG_PROTO	((DASH_IP_MF | DASH_IP_OFFSET) << 16 | 0xff)
#define DASH_TCP_MOVES		(DASH_TCP_F_SYN | DASH_TCP_F_FIN | DASH_TCP_F_RST)

/**
 * struct dash_plain - the facts of a plain packet, in registers
 * @key: flow key, five words
 * @hash: of the flow
 * @vni: received, as in the VXLAN header
 * @dir: enum dash_dir
 * @eni: index
 * @v6: the inner packet is IPv6
 */
struct dash_plain {
	__u64 key[5];
	__u64 eni;
	__u64 hash;
	__be32 vni;
	__u32 dir;
	bool v6;
};

/*
 * &@hot->@array[@i], with the offset of the array left to the instructions that load: it
 * fits into them.
 */
#define dash_member(hot, array, i) ({					\
	const void *at_ = (const void *)(hot) + (i) * sizeof(*(hot)->array);	\
									\
	dash_pin(at_);							\
	&((const struct dash_hot *)at_)->array[0];			\
})

/* Of many places that return one constant, clang would make one that is set for each packet in advance. */
static __always_inline int dash_decline(void)
{
	int decline = DASH_DECLINE;

	dash_pin(decline);
	return decline;
}

/* Port and length of the UDP header @udp are the configured port, @len. */
static __always_inline bool dash_plain_udp(const struct dash_hot *hot, const void *udp, __u32 len)
{
	return bpf_ntohl(dash_load32(udp + 2)) == hot->vxlan_word + len;
}

/*
 * Outer headers whose length is the frame's; @len is the frame's.  Fields are looked at
 * in words: version, header and packet length in one, flags, offset and protocol in another.
 */
static __always_inline bool dash_plain_outer4(const struct dash_hot *hot, const void *l3, __u32 len)
{
	__u32 tot = len - ETH_HLEN;

	return (bpf_ntohl(dash_load32(l3)) & 0xff00ffff) == (0x45u << 24) + tot &&
	       (dash_load32(l3 + 6) & bpf_htonl(DASH_IP_FRAG_PROTO)) == bpf_htonl(IPPROTO_UDP) &&
	       dash_plain_udp(hot, l3 + sizeof(struct iphdr), tot - sizeof(struct iphdr)) &&
	       dash_ip4_sum_ok(l3);
}

static __always_inline bool dash_plain_outer6(const struct dash_hot *hot, const void *l3, __u32 len)
{
	const struct ipv6hdr *ip = l3;
	__u32 room = len - ETH_HLEN - sizeof(*ip);

	return (*(const __u8 *)ip & 0xf0) == 0x60 &&
	       bpf_ntohl(dash_load32(l3 + 4)) >> 8 == (room << 8) + IPPROTO_UDP &&
	       dash_plain_udp(hot, l3 + sizeof(*ip), room) &&
	       !dash_ip_is_v4((const void *)&ip->saddr) && !dash_ip_is_v4((const void *)&ip->daddr);
}

/* Is the TCP header @l4 whole, of @room bytes with what follows? */
static __always_inline bool dash_plain_tcp(const void *l4, const void *end, __u32 room)
{
	const __u8 *tcp = l4;

	/* the reserved bits behind the header length are zero, or make it longer */
	return l4 + DASH_TCP_MIN <= end && tcp[12] >= 0x50 && tcp[12] >> 2 <= room;
}

static __always_inline bool dash_plain_moves(const void *l4)
{
	return ((const __u8 *)l4)[13] & DASH_TCP_MOVES;
}

/* Second word of the key; @l4: TCP or UDP header. */
static __always_inline __u64 dash_plain_rest(const void *l4, const struct dash_plain *p, __u8 proto)
{
	__u32 ports = dash_load32(l4);

	if (p->dir == DASH_INBOUND)
		ports = ports << 16 | ports >> 16;
	return dash_key_rest(ports, p->eni, proto, p->v6);
}

/* Inner packet at @l3, of at most @room bytes, to @p->key.  Returns 0, or what dash_fast() shall. */
static __always_inline int dash_plain_inner4(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	__u32 first = bpf_ntohl(dash_load32(l3));	/* version, header length, TOS, length */
	__u32 proto = dash_load32(l3 + 6) & bpf_htonl(DASH_IP_FRAG_PROTO);
	const void *l4 = l3 + sizeof(struct iphdr);

	p->v6 = false;
	/* nearly always it fills its frame; else there is padding behind it */
	if (unlikely((first & 0xff00ffff) != (0x45u << 24) + room &&
		     (first >> 24 != 0x45 || (first & 0xffff) > room ||
		      (first & 0xffff) < sizeof(struct iphdr) + DASH_UDP_LEN)))
		return dash_decline();
	if (proto == bpf_htonl(IPPROTO_UDP)) {
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_UDP);
	} else if (proto == bpf_htonl(IPPROTO_TCP) && dash_plain_tcp(l4, end, (first & 0xffff) - sizeof(struct iphdr))) {
		if (unlikely(dash_plain_moves(l4)))
			return DASH_KNOWN;
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_TCP);
	} else {
		return dash_decline();
	}
	p->key[0] = dash_load64(&((const struct iphdr *)l3)->saddr);
	if (p->dir == DASH_INBOUND)
		p->key[0] = p->key[0] << 32 | p->key[0] >> 32;
	dash_pin(p->key[1]);
	return 0;
}

static __always_inline int dash_plain_inner6(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	const struct ipv6hdr *ip = l3;
	const void *l4 = l3 + sizeof(*ip);
	__u32 len = bpf_ntohs(ip->payload_len);
	const __be32 *vm = ip->saddr.s6_addr32, *remote = ip->daddr.s6_addr32;
	union dash_key_pair first, mid;

	p->v6 = true;
	if (unlikely((*(const __u8 *)ip & 0xf0) != 0x60 || len + sizeof(*ip) > room || len < DASH_UDP_LEN))
		return dash_decline();
	if (ip->nexthdr == IPPROTO_UDP) {
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_UDP);
	} else if (ip->nexthdr == IPPROTO_TCP && dash_plain_tcp(l4, end, len)) {
		if (unlikely(dash_plain_moves(l4)))
			return DASH_KNOWN;
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_TCP);
	} else {
		return dash_decline();
	}
	if (p->dir == DASH_INBOUND) {
		vm = ip->daddr.s6_addr32;
		remote = ip->saddr.s6_addr32;
	}
	first.half[0] = vm[0];
	first.half[1] = remote[0];
	mid.half[0] = vm[3];
	mid.half[1] = remote[1];
	p->key[0] = first.word;
	p->key[2] = dash_load64(vm + 1);
	p->key[3] = mid.word;
	p->key[4] = dash_load64(remote + 2);
	return 0;
}

static __always_inline bool dash_plain_is(const struct dash_flow *flow, const struct dash_plain *p)
{
	return flow->k0[0] == p->key[0] && flow->k0[1] == p->key[1] &&
	       (!p->v6 || (flow->k1[0] == p->key[2] && flow->k1[1] == p->key[3] && flow->k1[2] == p->key[4]));
}

/* The record that the index has for @p; its key is to be compared. */
static __always_inline struct dash_flow *dash_plain_flow(const struct dash_hot *hot, struct dash_plain *p)
{
	p->hash = dash_hash(p->key, p->v6, &hot->seed);
	return dash_flow_at(dash_slot_find(hot, p->hash));
}

/* Does the packet with outer header @l3 come from @pa? */
static __always_inline bool dash_plain_from(const struct dash_ip *pa, const void *l3, const bool v6)
{
	struct dash_ip ip;

	if (v6)
		return dash_ip_eq(pa, (const void *)&((const struct ipv6hdr *)l3)->saddr);
	ip = dash_ip_from_v4(((const struct iphdr *)l3)->saddr);
	return dash_ip_eq(pa, &ip);
}

/*
 * Where the packet goes: outer addresses and VNI.  @l3: its outer IP header, @vip: what
 * it was sent to.  False if that is not this file's business.
 */
static __always_inline bool dash_plain_plan(const struct dash_hot *hot, const struct dash_hot_eni *eni,
					    const struct dash_flow *flow, const struct dash_plain *p,
					    const void *l3, const struct dash_hot_vip *vip,
					    const bool v6, struct dash_plan *plan)
{
	if (p->dir == DASH_OUTBOUND) {
		/* those above DASH_F_SET_DMAC say what the outer header is to be */
		if (unlikely(v6 ? flow->flags / DASH_F_U0_V6 != 1 : flow->flags >= DASH_F_U0_V6))
			return false;
		vip = dash_member(hot, vip, flow->vip);
		plan->sip = &vip->ip;
		plan->dip = &flow->pa;
		plan->vni = flow->vni;
		plan->nh = flow->nh;
		return true;
	}
	if (dash_ip_is_v4(&eni->pa) == v6)
		return false;
	if (flow->flags & DASH_F_INITIATOR_IN &&
	    (flow->vni != p->vni || !dash_plain_from(&flow->pa, l3, v6)))
		return false;
	plan->sip = &vip->ip;
	plan->dip = &eni->pa;
	plan->vni = eni->vni ?: vip->vm_vni;
	plan->nh = eni->nh;
	return true;
}

static __always_inline void dash_rewrite4(void *l3, const struct dash_plan *plan)
{
	struct iphdr *ip = l3;
	__be32 sip = plan->sip->w[3], dip = plan->dip->w[3];

	*(__be32 *)&ip->id = bpf_htonl(DASH_IP_ID << 16);
	*(__be16 *)&ip->ttl = bpf_htons(DASH_TTL << 8 | IPPROTO_UDP);
	ip->check = dash_fold((__u64)dash_load32(ip) + bpf_htons(DASH_IP_ID) +
			      bpf_htons(DASH_TTL << 8 | IPPROTO_UDP) + sip + dip);
	ip->saddr = sip;
	ip->daddr = dip;
}

static __always_inline void dash_rewrite6(void *l3, const struct dash_plan *plan)
{
	struct ipv6hdr *ip = l3;

	*(__be32 *)ip &= bpf_htonl(0xfff00000);		/* the traffic class stays */
	ip->hop_limit = DASH_TTL;
	dash_store64(&ip->saddr, dash_load64(&plan->sip->w[0]));
	dash_store64(&ip->saddr.s6_addr32[2], dash_load64(&plan->sip->w[2]));
	dash_store64(&ip->daddr, dash_load64(&plan->dip->w[0]));
	dash_store64(&ip->daddr.s6_addr32[2], dash_load64(&plan->dip->w[2]));
}

/* @udp: or TCP. */
static __always_inline void dash_count_fast(struct dash_eni_stats *eni, struct dash_flow *flow,
					    enum dash_dir dir, bool udp, __u64 len, __u64 inner_len)
{
	struct dash_hits *hits = &eni->hits[dash_port][dir];

	hits->bytes += len;
	if (udp) {
		hits->packets[DASH_PC_UDP]++;
		asm volatile("");	/* or clang would make one addition of two, behind a choice of the address */
	} else {
		hits->packets[DASH_PC_TCP]++;
	}
	flow->seen = bpf_jiffies64();
	__sync_fetch_and_add(&flow->packets[dir], 1);
	__sync_fetch_and_add(&flow->bytes[dir], inner_len);
}

/* @left: DASH_DECLINE, or DASH_KNOWN with what is known but for direction and ENI. */
static __always_inline int dash_left(int left, const struct dash_plain *p)
{
	if (left == DASH_DECLINE)
		return left;
	return left | (p->dir == DASH_INBOUND ? DASH_KNOWN_IN : 0) | (int)p->eni << DASH_KNOWN_ENI;
}

/*
 * The packet's direction is known: everything behind it.  @v6, family of the outer
 * headers, and @dir are constants.  Returns as dash_fast().
 */
static __always_inline int dash_fast_go(struct xdp_md *ctx, const struct dash_hot *hot,
					const struct dash_admit *tables, const struct dash_hot_vip *vip,
					void *data, const void *end, __be32 vni, const bool v6,
					const enum dash_dir dir)
{
	const __u32 udp_off = ETH_HLEN + (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	const __u32 eth_off = udp_off + DASH_VXLAN_OVERHEAD, l3_off = eth_off + ETH_HLEN;
	const __le64 *vm_end = data + eth_off + (dir == DASH_OUTBOUND ? ETH_ALEN : 0);
	__u64 index = dash_eni_of(tables, dash_mac_word(__le64_to_cpu(*vm_end))) - 1;
	struct dash_plain p = { .vni = vni, .dir = dir };
	struct udphdr *udp = data + udp_off;
	__be32 *vxlan = data + udp_off + sizeof(*udp);
	__u64 len = end - data;
	const struct dash_hot_eni *eni;
	struct dash_eni_stats *stats;
	const struct dash_nh *nh;
	struct dash_flow *flow;
	struct dash_plan plan;
	__be16 type;
	int left;

	if (unlikely(index >= DASH_MAX_ENI))	/* no such ENI, or one for the pipeline */
		return dash_decline();
	p.eni = index;

	type = dash_eth_type(data + eth_off);
	if (likely(type == bpf_htons(ETH_P_IP))) {
		left = dash_plain_inner4(data + l3_off, end, len - l3_off, &p);
		if (unlikely(left))
			return dash_left(left, &p);
		flow = dash_plain_flow(hot, &p);
		if (unlikely(!flow || !dash_plain_is(flow, &p)))
			return dash_left(DASH_KNOWN | DASH_KNOWN_MISS, &p);
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		if (unlikely(data + l3_off + sizeof(struct ipv6hdr) + DASH_UDP_LEN > end))
			return dash_decline();
		left = dash_plain_inner6(data + l3_off, end, len - l3_off, &p);
		if (unlikely(left))
			return dash_left(left, &p);
		flow = dash_plain_flow(hot, &p);
		if (unlikely(!flow || !dash_plain_is(flow, &p)))
			return dash_left(DASH_KNOWN | DASH_KNOWN_MISS, &p);
	} else {
		return dash_decline();
	}
	eni = dash_member(hot, eni, p.eni);
	if (unlikely(flow->gen != eni->gen ||
	    (flow->state != DASH_ST_ESTABLISHED && flow->state != DASH_ST_OPEN) ||
	    !dash_plain_plan(hot, eni, flow, &p, data + ETH_HLEN, vip, v6, &plan)))
		return dash_left(DASH_KNOWN, &p);
	nh = &hot->nh[plan.nh & (DASH_MAX_NH - 1)];
	dash_pin(nh);
	if (unlikely(len > nh->room))
		return dash_left(DASH_KNOWN, &p);

	dash_store64(data, dash_load64(nh->dmac));
	*(__u32 *)(data + 8) = dash_load32(&nh->smac[2]);
	if (v6)
		dash_rewrite6(data + ETH_HLEN, &plan);
	else
		dash_rewrite4(data + ETH_HLEN, &plan);
	udp->source = hot->sport_base | (dash_tag(p.hash) & hot->sport_mask);
	udp->check = 0;
	vxlan[1] = plan.vni;
	if (dir == DASH_OUTBOUND && flow->flags & DASH_F_SET_DMAC)
		dash_write_dmac(data + eth_off, flow->dmac);
	stats = dash_eni_counters(p.eni);
	if (!stats)		/* there is one of every index */
		return XDP_ABORTED;
	dash_count_fast(stats, flow, dir, flow->state == DASH_ST_OPEN, len, len - eth_off);
	return dash_leave(nh);
}

/* @v6: family of the outer headers, a constant.  Returns the verdict, DASH_DECLINE or DASH_KNOWN with more. */
static __always_inline int dash_fast(struct xdp_md *ctx, const struct dash_hot *hot, const bool v6)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *l3 = data + ETH_HLEN;
	const __u32 udp_off = ETH_HLEN + (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	const __be32 *vxlan = data + udp_off + sizeof(struct udphdr);
	const struct dash_admit *tables;
	const struct dash_hot_vip *vip;
	__u64 len = end - data;
	__be32 vni;

	/* all that is read at constant offsets, but for inner IPv6 and TCP */
	if (unlikely(data + udp_off + DASH_VXLAN_OVERHEAD + ETH_HLEN + sizeof(struct iphdr) + DASH_UDP_LEN > end))
		return dash_decline();
	if (unlikely(len > DASH_ONE_BUFFER && bpf_xdp_get_buff_len(ctx) != len))
		return dash_decline();
	if (unlikely(vxlan[0] != bpf_htonl(DASH_VXLAN_I) ||
		     !(v6 ? dash_plain_outer6(hot, l3, len) : dash_plain_outer4(hot, l3, len))))
		return dash_decline();
	tables = dash_admit_tables(hot);
	dash_pin(tables);
	vip = v6 ? dash_vip6_find(hot, tables, l3 + offsetof(struct ipv6hdr, daddr)) :
		   dash_vip4_find(hot, tables, ((const struct iphdr *)l3)->daddr);
	if (unlikely(!vip))
		return dash_decline();
	vni = vxlan[1] & bpf_htonl(~0xffu);
	if (dash_dir_of(tables, vni) == DASH_OUTBOUND)
		return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_OUTBOUND);
	return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_INBOUND);
}

/*
 * The facts of a packet of which dash_fast() said @known, as the parser would state them.
 * False if its VIP is gone meanwhile: let the parser see it.
 */
static __always_inline bool dash_describe(const struct dash_buf *b, const struct dash_hot *hot, __u32 known,
					  struct dash_pkt *pkt, struct dash_frame *f)
{
	const struct dash_admit *tables = dash_admit_tables(hot);
	const void *l3 = b->data + ETH_HLEN, *eth, *ip, *l4;
	const struct dash_hot_vip *vip;
	__u8 proto, v6, outer6;
	__u32 eth_off;

	if (!dash_fits(b, b->data, DASH_PLAIN_MIN))
		return false;
	outer6 = dash_eth_type(b->data) == bpf_htons(ETH_P_IPV6);
	eth_off = ETH_HLEN + dash_ip_hlen(outer6) + DASH_VXLAN_OVERHEAD;
	eth = b->data + eth_off;
	ip = eth + ETH_HLEN;
	if (!dash_fits(b, ip, sizeof(struct iphdr) + DASH_UDP_LEN))
		return false;
	*pkt = (struct dash_pkt){
		.rx_vni = bpf_ntohl(dash_load32(eth - sizeof(__be32))) >> 8,
		.wire_len = b->len,
		.inner_len = b->len - eth_off,
		.inner_off = eth_off,
		.l3_off = eth_off + ETH_HLEN,
		.dir = known & DASH_KNOWN_IN ? DASH_INBOUND : DASH_OUTBOUND,
	};
	dash_copy_macs(pkt->dmac, eth);
	f->inner_off = eth_off;
	if (outer6) {
		pkt->rx_sip = *(const struct dash_ip *)&((const struct ipv6hdr *)l3)->saddr;
		pkt->tos = bpf_ntohl(dash_load32(l3)) >> 20;
		vip = dash_vip6_find(hot, tables, l3 + offsetof(struct ipv6hdr, daddr));
	} else {
		pkt->rx_sip = dash_ip_from_v4(((const struct iphdr *)l3)->saddr);
		pkt->tos = ((const struct iphdr *)l3)->tos;
		vip = dash_vip4_find(hot, tables, ((const struct iphdr *)l3)->daddr);
	}
	if (!vip)
		return false;
	pkt->vip = vip->idx;
	v6 = dash_eth_type(eth) == bpf_htons(ETH_P_IPV6);
	if (v6) {
		const struct ipv6hdr *ip6 = ip;

		l4 = ip6 + 1;
		if (!dash_fits(b, l4, DASH_UDP_LEN))
			return false;
		proto = ip6->nexthdr;
		dash_key_set_v6(pkt, &ip6->saddr, &ip6->daddr);
		pkt->ip_len = sizeof(*ip6) + bpf_ntohs(ip6->payload_len);
	} else {
		const struct iphdr *ip4 = ip;

		l4 = ip4 + 1;
		proto = ip4->protocol;
		dash_key_set_v4(pkt, ip4->saddr, ip4->daddr);
		pkt->ip_len = bpf_ntohs(ip4->tot_len);
	}
	f->inner_ip_len = pkt->ip_len;
	dash_key_set_l4(pkt, proto, v6, dash_load32(l4));
	dash_key_set_eni(pkt, known >> DASH_KNOWN_ENI);
	if (proto == IPPROTO_TCP && dash_fits(b, l4, DASH_TCP_MIN))
		pkt->tcp_flags = ((const __u8 *)l4)[13];
	return true;
}

#endif /* DASH_FAST_H */
