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
#define DASH_TCP_MOVES		(DASH_TCP_F_SYN | DASH_TCP_F_FIN | DASH_TCP_F_RST)

/**
 * struct dash_plain - the facts of a plain packet, in registers
 * @key: flow key, five words
 * @hash: of the flow
 * @vni: received, host order
 * @dir: enum dash_dir
 * @eni: index
 * @class: enum dash_proto_class
 * @v6: the inner packet is IPv6
 */
struct dash_plain {
	__u64 key[5];
	__u64 hash;
	__u32 vni;
	__u32 dir;
	__u32 eni;
	__u32 class;
	bool v6;
};

/*
 * Keep @p in a register.  clang 14 otherwise puts an address inside dash_words together
 * anew for each of its members, four instructions at a time.
 */
#define dash_pin(p) asm("" : "+r"(p))

/* Packet and map memory may be read at any address; clang would split what its type calls unaligned. */
static __always_inline __u64 dash_load64(const void *p)
{
	return *(const __u64 *)p;
}

/* Outer headers whose length is the frame's; @len is the frame's. */
static __always_inline bool dash_plain_outer4(const void *l3, __u32 len, __be16 port)
{
	const struct iphdr *ip = l3;
	const struct udphdr *udp = l3 + sizeof(*ip);
	__u32 tot = bpf_ntohs(ip->tot_len);

	return *(const __u8 *)ip == 0x45 && ip->protocol == IPPROTO_UDP && udp->dest == port &&
	       tot + ETH_HLEN == len && bpf_ntohs(udp->len) + sizeof(*ip) == tot &&
	       !(ip->frag_off & bpf_htons(DASH_IP_MF | DASH_IP_OFFSET)) &&
	       dash_ip4_sum_ok(ip);
}

static __always_inline bool dash_plain_outer6(const void *l3, __u32 len, __be16 port)
{
	const struct ipv6hdr *ip = l3;
	const struct udphdr *udp = l3 + sizeof(*ip);

	return (*(const __u8 *)ip & 0xf0) == 0x60 && ip->nexthdr == IPPROTO_UDP && udp->dest == port &&
	       bpf_ntohs(ip->payload_len) + ETH_HLEN + sizeof(*ip) == len && udp->len == ip->payload_len &&
	       !dash_ip_is_v4((const void *)&ip->saddr) && !dash_ip_is_v4((const void *)&ip->daddr);
}

/*
 * @l4: TCP or UDP header with @room bytes, of which DASH_UDP_LEN can be read.  Returns
 * its enum dash_proto_class, or DASH_PC_N if it is not plain.
 */
static __always_inline __u32 dash_plain_l4(const void *l4, const void *end, __u32 room, __u8 proto)
{
	const __u8 *tcp = l4;

	if (proto == IPPROTO_UDP)
		return room >= DASH_UDP_LEN ? DASH_PC_UDP : DASH_PC_N;
	if (proto != IPPROTO_TCP || l4 + DASH_TCP_MIN > end || tcp[13] & DASH_TCP_MOVES ||
	    tcp[12] < 0x50 || (tcp[12] >> 4) * 4u > room)
		return DASH_PC_N;
	return DASH_PC_TCP;
}

/* Inner packet at @l3, of at most @room bytes, to @p->key. */
static __always_inline bool dash_plain_inner4(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	const struct iphdr *ip = l3;
	const void *l4 = l3 + sizeof(*ip);
	__u32 tot = bpf_ntohs(ip->tot_len);
	union dash_key_rest rest = { .ports = *(const __be32 *)l4, .eni = p->eni, .proto = ip->protocol };

	if (*(const __u8 *)ip != 0x45 || tot > room || tot < sizeof(*ip) ||
	    ip->frag_off & bpf_htons(DASH_IP_MF | DASH_IP_OFFSET))
		return false;
	p->class = dash_plain_l4(l4, end, tot - sizeof(*ip), ip->protocol);
	if (p->class == DASH_PC_N)
		return false;
	p->key[0] = dash_load64(&ip->saddr);
	if (p->dir == DASH_INBOUND) {
		p->key[0] = p->key[0] << 32 | p->key[0] >> 32;
		rest.ports = rest.ports << 16 | (__u32)rest.ports >> 16;
	}
	p->key[1] = rest.word;
	dash_pin(p->key[1]);
	p->v6 = false;
	return true;
}

static __always_inline bool dash_plain_inner6(const void *l3, const void *end, __u32 room,
					      struct dash_plain *p)
{
	const struct ipv6hdr *ip = l3;
	const void *l4 = l3 + sizeof(*ip);
	__u32 len = bpf_ntohs(ip->payload_len);
	union dash_key_rest rest = { .ports = *(const __be32 *)l4, .eni = p->eni, .proto = ip->nexthdr, .v6 = 1 };
	const __be32 *vm = ip->saddr.s6_addr32, *remote = ip->daddr.s6_addr32;
	union dash_key_pair first, mid;

	if ((*(const __u8 *)ip & 0xf0) != 0x60 || len + sizeof(*ip) > room)
		return false;
	p->class = dash_plain_l4(l4, end, len, ip->nexthdr);
	if (p->class == DASH_PC_N)
		return false;
	if (p->dir == DASH_INBOUND) {
		vm = ip->daddr.s6_addr32;
		remote = ip->saddr.s6_addr32;
		rest.ports = rest.ports << 16 | (__u32)rest.ports >> 16;
	}
	first.half[0] = vm[0];
	first.half[1] = remote[0];
	mid.half[0] = vm[3];
	mid.half[1] = remote[1];
	p->key[0] = first.word;
	p->key[1] = rest.word;
	p->key[2] = dash_load64(vm + 1);
	p->key[3] = mid.word;
	p->key[4] = dash_load64(remote + 2);
	p->v6 = true;
	return true;
}

static __always_inline bool dash_plain_is(const struct dash_flow *flow, const struct dash_plain *p)
{
	return flow->k0[0] == p->key[0] && flow->k0[1] == p->key[1] &&
	       (!p->v6 || (flow->k1[0] == p->key[2] && flow->k1[1] == p->key[3] && flow->k1[2] == p->key[4]));
}

/* The flow of @p. */
static __always_inline struct dash_flow *dash_plain_flow(const struct dash_hot *hot, struct dash_plain *p)
{
	struct dash_flow *flow;
	__u32 slot;

	p->hash = dash_hash(p->key, p->v6, &hot->seed);
	slot = dash_slot_find(p->hash, hot->lines);
	if (!slot)
		return NULL;
	flow = dash_flow_at(slot);
	return flow && dash_plain_is(flow, p) ? flow : NULL;
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
		vip = &hot->vip[flow->vip];
		dash_pin(vip);
		plan->sip = &vip->ip;
		plan->dip = &flow->pa;
		plan->vni = flow->vni;
		plan->nh = flow->nh;
		return true;
	}
	if (dash_ip_is_v4(&eni->pa) == v6)
		return false;
	if (flow->flags & DASH_F_INITIATOR_IN &&
	    (flow->vni != bpf_htonl(p->vni << 8) || !dash_plain_from(&flow->pa, l3, v6)))
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
	ip->check = dash_fold((__u64)*(__be32 *)ip + bpf_htons(DASH_IP_ID) +
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

static __always_inline void dash_count_fast(struct dash_eni_stats *eni, struct dash_flow *flow,
					    const struct dash_plain *p, __u64 len, __u64 inner_len)
{
	__u32 dir = p->dir & 1;
	struct dash_hits *hits = &eni->hits[dash_port][dir];

	hits->bytes += len;
	hits->packets[p->class & 1]++;
	flow->seen = bpf_jiffies64();
	__sync_fetch_and_add(&flow->packets[dir], 1);
	__sync_fetch_and_add(&flow->bytes[dir], inner_len);
}

/* As dash_vip_find(), of the outer destination as it lies in the header. */
static __always_inline const struct dash_hot_vip *
dash_plain_vip(const struct dash_hot *hot, const struct dash_admit *t, const void *l3, const bool v6)
{
	const struct dash_ip *d6 = (const void *)&((const struct ipv6hdr *)l3)->daddr;
	struct dash_ip ip = v6 ? *d6 : dash_ip_from_v4(((const struct iphdr *)l3)->daddr);
	const struct dash_hot_vip *vip;
	__u32 entry;

	entry = t->vip_slot[dash_slot_of(dash_vip_word(&ip), t->vip_seed, DASH_VIP_SLOTS)];
	if (!entry)
		return NULL;
	vip = &hot->vip[(entry - 1) & (DASH_MAX_VIP - 1)];
	dash_pin(vip);
	return vip->valid && dash_ip_eq(&vip->ip, &ip) ? vip : NULL;
}

/*
 * The packet's direction is known: everything behind it.  @v6, family of the outer
 * headers, and @dir are constants.  Returns the verdict or DASH_DECLINE.
 */
static __always_inline int dash_fast_go(struct xdp_md *ctx, const struct dash_hot *hot,
					const struct dash_admit *tables, const struct dash_hot_vip *vip,
					void *data, const void *end, __u32 vni, const bool v6,
					const enum dash_dir dir)
{
	const __u32 udp_off = ETH_HLEN + (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	const __u32 eth_off = udp_off + DASH_VXLAN_OVERHEAD, l3_off = eth_off + ETH_HLEN;
	struct dash_plain p = { .vni = vni, .dir = dir };
	struct udphdr *udp = data + udp_off;
	__be32 *vxlan = data + udp_off + sizeof(*udp);
	__u32 len = end - data;
	const struct dash_hot_eni *eni;
	struct dash_eni_stats *stats;
	const struct dash_nh *nh;
	struct dash_flow *flow;
	struct dash_plan plan;
	__be16 type;

	p.eni = dash_eni_of(tables, data + eth_off, dir);
	if (!p.eni)
		return DASH_DECLINE;
	p.eni = (p.eni - 1) & (DASH_MAX_ENI - 1);
	eni = &hot->eni[p.eni];
	dash_pin(eni);
	if (eni->flags != DASH_ENI_UP)
		return DASH_DECLINE;

	type = dash_eth_type(data + eth_off);
	if (type == bpf_htons(ETH_P_IP)) {
		if (!dash_plain_inner4(data + l3_off, end, len - l3_off, &p))
			return DASH_DECLINE;
		flow = dash_plain_flow(hot, &p);
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		if (data + l3_off + sizeof(struct ipv6hdr) + DASH_UDP_LEN > end ||
		    !dash_plain_inner6(data + l3_off, end, len - l3_off, &p))
			return DASH_DECLINE;
		flow = dash_plain_flow(hot, &p);
	} else {
		return DASH_DECLINE;
	}
	if (!flow || flow->gen != eni->gen ||
	    (flow->state != DASH_ST_OPEN && flow->state != DASH_ST_ESTABLISHED) ||
	    !dash_plain_plan(hot, eni, flow, &p, data + ETH_HLEN, vip, v6, &plan))
		return DASH_DECLINE;
	nh = &hot->nh[plan.nh & (DASH_MAX_NH - 1)];
	dash_pin(nh);
	if (nh->state != DASH_NH_OK || len - ETH_HLEN > nh->mtu)
		return DASH_DECLINE;
	stats = dash_eni_counters(p.eni);
	if (!stats)
		return DASH_DECLINE;

	dash_copy_macs(data, nh->dmac);
	if (v6)
		dash_rewrite6(data + ETH_HLEN, &plan);
	else
		dash_rewrite4(data + ETH_HLEN, &plan);
	udp->source = bpf_htons(hot->sport_base + (dash_tag(p.hash) & hot->sport_mask));
	udp->check = 0;
	vxlan[0] = bpf_htonl(DASH_VXLAN_I);
	vxlan[1] = plan.vni;
	if (dir == DASH_OUTBOUND && flow->flags & DASH_F_SET_DMAC)
		dash_write_dmac(data + eth_off, flow->dmac);
	dash_count_fast(stats, flow, &p, len, len - eth_off);
	return dash_leave(ctx, nh);
}

/* @v6: family of the outer headers, a constant.  Returns the verdict or DASH_DECLINE. */
static __always_inline int dash_fast(struct xdp_md *ctx, const struct dash_hot *hot, const bool v6)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const __u32 udp_off = ETH_HLEN + (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	const __be32 *vxlan = data + udp_off + sizeof(struct udphdr);
	const struct dash_admit *tables = dash_admit_tables(hot);
	const struct dash_hot_vip *vip;
	__u32 len = end - data, vni;

	dash_pin(tables);
	/* all that is read at constant offsets, but for inner IPv6 and TCP */
	if (data + udp_off + DASH_VXLAN_OVERHEAD + ETH_HLEN + sizeof(struct iphdr) + DASH_UDP_LEN > end)
		return DASH_DECLINE;
	if (len > DASH_ONE_BUFFER && bpf_xdp_get_buff_len(ctx) != len)
		return DASH_DECLINE;
	if (!(v6 ? dash_plain_outer6(data + ETH_HLEN, len, hot->vxlan_port) :
		   dash_plain_outer4(data + ETH_HLEN, len, hot->vxlan_port)) ||
	    !(vxlan[0] & bpf_htonl(DASH_VXLAN_I)))
		return DASH_DECLINE;
	vip = dash_plain_vip(hot, tables, data + ETH_HLEN, v6);
	if (!vip)
		return DASH_DECLINE;
	vni = bpf_ntohl(vxlan[1]) >> 8;
	if (dash_dir_of(tables, vni) == DASH_OUTBOUND)
		return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_OUTBOUND);
	return dash_fast_go(ctx, hot, tables, vip, data, end, vni, v6, DASH_INBOUND);
}

#endif /* DASH_FAST_H */
