/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does nearly every packet need?  Only this: it is the plainest kind of its kind,
 * it belongs to a flow that may be applied as it is, and it leaves by the family that
 * it came in.  Then nothing in it moves, all offsets are constants, lengths and
 * ports stay what they are, and no struct dash_pkt is filled in for anybody.
 *
 * dash_fast() forwards such a packet, or declines without having touched anything;
 * the pipeline of dash_xdp.bpf.c then decides from the beginning.  So nothing here may
 * ever drop, and every rule that this file knows is a rule of the pipeline, narrowed:
 * what it takes has
 *   - exactly the length that its outer headers say, no options, no extension headers,
 *     no fragments, TCP or UDP inside;
 *   - no SYN, FIN or RST, and a flow in a state that such a packet does not move;
 *   - a current flow, an ENI that is up and that nobody watches, a next hop that is cached and usable.
 *
 * First packets of TCP connections are told by their flags, before any of this costs.
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

#define DASH_DECLINE		(-1)
/* The shortest of them all: IPv4 in IPv4, an UDP header inside, no payload */
#define DASH_PLAIN_MIN		(2 * (ETH_HLEN + sizeof(struct iphdr)) + DASH_VXLAN_OVERHEAD + DASH_UDP_LEN)
/* Of the four bytes from flags and offset on: what is zero in a whole packet, and the protocol */
#define DASH_IP_FRAG_PROTO	((DASH_IP_MF | DASH_IP_OFFSET) << 16 | 0xff)
#define DASH_TCP_MOVES		(DASH_TCP_F_SYN | DASH_TCP_F_FIN | DASH_TCP_F_RST)

/**
 * struct dash_plain - the facts of a plain packet, in registers
 * @key: flow key, five words
 * @tag: of its hash
 * @vni: received, as in the VXLAN header
 * @dir: enum dash_dir
 * @eni: index
 * @v6: the inner packet is IPv6
 */
struct dash_plain {
	__u64 key[5];
	__u64 eni;
	__u32 tag;
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

/* Packet and map memory may be read at any address; clang would split what its type calls unaligned. */
static __always_inline __u64 dash_load64(const void *p)
{
	return *(const __u64 *)p;
}

static __always_inline __u32 dash_load32(const void *p)
{
	return *(const __u32 *)p;
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

/* TCP header @l4 of @room bytes with what follows: all there, and nothing that moves a state. */
static __always_inline bool dash_plain_tcp(const void *l4, const void *end, __u32 room)
{
	const __u8 *tcp = l4;

	/* the reserved bits behind the header length are zero, or make it longer */
	return l4 + DASH_TCP_MIN <= end && !(tcp[13] & DASH_TCP_MOVES) && tcp[12] >= 0x50 &&
	       tcp[12] >> 2 <= room;
}

/* Second word of the key; @l4: TCP or UDP header. */
static __always_inline __u64 dash_plain_rest(const void *l4, const struct dash_plain *p, __u8 proto)
{
	union dash_key_rest rest = { .ports = dash_load32(l4), .eni = p->eni, .proto = proto, .v6 = p->v6 };

	if (p->dir == DASH_INBOUND)
		rest.ports = rest.ports << 16 | (__u32)rest.ports >> 16;
	return rest.word;
}

/* Inner packet at @l3, of at most @room bytes, to @p->key. */
static __always_inline bool dash_plain_inner4(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	__u32 first = bpf_ntohl(dash_load32(l3)), tot = first & 0xffff;
	__u32 proto = dash_load32(l3 + 6) & bpf_htonl(DASH_IP_FRAG_PROTO);
	const void *l4 = l3 + sizeof(struct iphdr);

	p->v6 = false;
	if (first >> 24 != 0x45 || tot > room || tot < sizeof(struct iphdr) + DASH_UDP_LEN)
		return false;
	if (proto == bpf_htonl(IPPROTO_UDP))
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_UDP);
	else if (proto == bpf_htonl(IPPROTO_TCP) && dash_plain_tcp(l4, end, tot - sizeof(struct iphdr)))
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_TCP);
	else
		return false;
	p->key[0] = dash_load64(&((const struct iphdr *)l3)->saddr);
	if (p->dir == DASH_INBOUND)
		p->key[0] = p->key[0] << 32 | p->key[0] >> 32;
	dash_pin(p->key[1]);
	return true;
}

static __always_inline bool dash_plain_inner6(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	const struct ipv6hdr *ip = l3;
	const void *l4 = l3 + sizeof(*ip);
	__u32 len = bpf_ntohs(ip->payload_len);
	const __be32 *vm = ip->saddr.s6_addr32, *remote = ip->daddr.s6_addr32;
	union dash_key_pair first, mid;

	p->v6 = true;
	if ((*(const __u8 *)ip & 0xf0) != 0x60 || len + sizeof(*ip) > room || len < DASH_UDP_LEN)
		return false;
	if (ip->nexthdr == IPPROTO_UDP)
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_UDP);
	else if (ip->nexthdr == IPPROTO_TCP && dash_plain_tcp(l4, end, len))
		p->key[1] = dash_plain_rest(l4, p, IPPROTO_TCP);
	else
		return false;
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
	return true;
}

static __always_inline bool dash_plain_is(const struct dash_flow *flow, const struct dash_plain *p)
{
	return flow->k0[0] == p->key[0] && flow->k0[1] == p->key[1] &&
	       (!p->v6 || (flow->k1[0] == p->key[2] && flow->k1[1] == p->key[3] && flow->k1[2] == p->key[4]));
}

/* The record that the index has for @p; its key is to be compared. */
static __always_inline struct dash_flow *dash_plain_flow(const struct dash_hot *hot, struct dash_plain *p)
{
	__u64 hash = dash_hash(p->key, p->v6, &hot->seed);

	p->tag = dash_tag(hash);
	dash_pin(p->tag);
	return dash_flow_at(dash_slot_find(hash, hot->lines));
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
		if ((flow->flags & (DASH_F_DIRECT | DASH_F_U0_V6)) != (v6 ? DASH_F_U0_V6 : 0))
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

/* One's complement of the one's complement sum @sum, less than 2^36, in 16 bits. */
static __always_inline __u16 dash_fold36(__u64 sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(__u16)((sum >> 16) + sum);
}

static __always_inline void dash_rewrite4(void *l3, const struct dash_plan *plan)
{
	struct iphdr *ip = l3;
	__be32 sip = plan->sip->w[3], dip = plan->dip->w[3];

	*(__be32 *)&ip->id = bpf_htonl(DASH_IP_ID << 16);
	*(__be16 *)&ip->ttl = bpf_htons(DASH_TTL << 8 | IPPROTO_UDP);
	ip->check = dash_fold36((__u64)dash_load32(ip) + bpf_htons(DASH_IP_ID) +
				bpf_htons(DASH_TTL << 8 | IPPROTO_UDP) + sip + dip);
	ip->saddr = sip;
	ip->daddr = dip;
}

static __always_inline void dash_rewrite6(void *l3, const struct dash_plan *plan)
{
	struct ipv6hdr *ip = l3;

	*(__be32 *)ip &= bpf_htonl(0xfff00000);		/* the traffic class stays */
	ip->hop_limit = DASH_TTL;
	*(__u64 *)&ip->saddr = dash_load64(&plan->sip->w[0]);
	*(__u64 *)&ip->saddr.s6_addr32[2] = dash_load64(&plan->sip->w[2]);
	*(__u64 *)&ip->daddr = dash_load64(&plan->dip->w[0]);
	*(__u64 *)&ip->daddr.s6_addr32[2] = dash_load64(&plan->dip->w[2]);
}

/* @udp: or TCP. */
static __always_inline void dash_count_fast(struct dash_eni_stats *eni, struct dash_flow *flow,
					    enum dash_dir dir, bool udp, __u64 len, __u64 inner_len)
{
	struct dash_hits *hits = &eni->hits[dash_port][dir];

	hits->bytes += len;
	if (udp)
		hits->packets[DASH_PC_UDP]++;
	else
		hits->packets[DASH_PC_TCP]++;
	flow->seen = bpf_jiffies64();
	__sync_fetch_and_add(&flow->packets[dir], 1);
	__sync_fetch_and_add(&flow->bytes[dir], inner_len);
}

/*
 * The packet's direction is known: everything behind it.  @v6, family of the outer
 * headers, and @dir are constants.  Returns the verdict or DASH_DECLINE.
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

	if (index >= DASH_MAX_ENI)	/* no such ENI, or one for the pipeline */
		return DASH_DECLINE;
	p.eni = index;

	type = dash_eth_type(data + eth_off);
	if (type == bpf_htons(ETH_P_IP)) {
		if (!dash_plain_inner4(data + l3_off, end, len - l3_off, &p))
			return DASH_DECLINE;
		flow = dash_plain_flow(hot, &p);
		if (!flow || !dash_plain_is(flow, &p))
			return DASH_DECLINE;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		if (data + l3_off + sizeof(struct ipv6hdr) + DASH_UDP_LEN > end ||
		    !dash_plain_inner6(data + l3_off, end, len - l3_off, &p))
			return DASH_DECLINE;
		flow = dash_plain_flow(hot, &p);
		if (!flow || !dash_plain_is(flow, &p))
			return DASH_DECLINE;
	} else {
		return DASH_DECLINE;
	}
	eni = dash_member(hot, eni, p.eni);
	if (flow->gen != eni->gen ||
	    (flow->state != DASH_ST_ESTABLISHED && flow->state != DASH_ST_OPEN) ||
	    !dash_plain_plan(hot, eni, flow, &p, data + ETH_HLEN, vip, v6, &plan))
		return DASH_DECLINE;
	nh = &hot->nh[plan.nh & (DASH_MAX_NH - 1)];
	dash_pin(nh);
	if (len > nh->room)
		return DASH_DECLINE;

	*(__u64 *)data = dash_load64(nh->dmac);
	*(__u32 *)(data + 8) = dash_load32(&nh->smac[2]);
	if (v6)
		dash_rewrite6(data + ETH_HLEN, &plan);
	else
		dash_rewrite4(data + ETH_HLEN, &plan);
	udp->source = hot->sport_base | (p.tag & hot->sport_mask);
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

/* @v6: family of the outer headers, a constant.  Returns the verdict or DASH_DECLINE. */
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
	if (data + udp_off + DASH_VXLAN_OVERHEAD + ETH_HLEN + sizeof(struct iphdr) + DASH_UDP_LEN > end)
		return DASH_DECLINE;
	if (len > DASH_ONE_BUFFER && bpf_xdp_get_buff_len(ctx) != len)
		return DASH_DECLINE;
	if (!(v6 ? dash_plain_outer6(hot, l3, len) : dash_plain_outer4(hot, l3, len)) ||
	    vxlan[0] != bpf_htonl(DASH_VXLAN_I))
		return DASH_DECLINE;
	tables = dash_admit_tables(hot);
	dash_pin(tables);
	vip = v6 ? dash_vip6_find(hot, tables, l3 + offsetof(struct ipv6hdr, daddr)) :
		   dash_vip4_find(hot, tables, ((const struct iphdr *)l3)->daddr);
	if (!vip)
		return DASH_DECLINE;
	vni = vxlan[1] & bpf_htonl(~0xffu);
	if (dash_dir_of(tables, vni) == DASH_OUTBOUND)
		return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_OUTBOUND);
	return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_INBOUND);
}

#endif /* DASH_FAST_H */
