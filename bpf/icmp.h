/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connection does an ICMP error speak of?  (pipeline.md 18.5)  It quotes the head of
 * a packet that its addressee has sent; that packet's key, with the ends turned round,
 * is the key of the connection.  If there is such a connection, the error goes by its
 * record; if not, or if the record has to be judged anew first, it is an ordinary ICMP
 * packet, for which policy decides.
 *
 * A quoted IPv6 packet with extension headers, and errors in fragments, are ordinary ICMP
 * packets as well: nobody sends them, and the walk would cost every verifier pass.
 */
#ifndef DASH_ICMP_H
#define DASH_ICMP_H

#include "flow.h"
#include "parse.h"

#define DASH_ICMP_HEADER	8u

/* Is it an error?  @type: first octet behind the IP header. */
static __always_inline int dash_icmp_is_error(int v6, __u8 type)
{
	if (v6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 11 || type == 12;
}

/* The second word of the key.  @off: of the quoted L4 header; the quoted source is the addressee. */
static __always_inline int dash_quoted_l4(struct xdp_md *ctx, const struct dash_pkt *pkt,
					  struct dash_quote *q, __u32 off, __u8 proto)
{
	__be32 ports = 0;
	union dash_key_rest r = { .eni = pkt->key.eni, .proto = proto, .v6 = pkt->key.v6 };

	if ((proto == IPPROTO_TCP || proto == IPPROTO_UDP) &&
	    bpf_xdp_load_bytes(ctx, off, &ports, sizeof(ports)))
		return 0;
	r.ports = pkt->dir == DASH_INBOUND ? ports : (ports << 16) | ((__u32)ports >> 16);
	dash_key_words(&q->key)[1] = r.word;
	return 1;
}

/* Who gets the error must be who has sent the quoted packet. */
static __always_inline int dash_quoted4(struct xdp_md *ctx, const struct dash_pkt *pkt,
					struct dash_quote *q, __u32 off)
{
	const struct iphdr *ip = &q->ip4;
	union dash_key_pair p;
	__u32 hlen;

	if (bpf_xdp_load_bytes(ctx, off, &q->ip4, sizeof(q->ip4)))
		return 0;
	hlen = (*(const __u8 *)ip & 15) * 4;
	if (*(const __u8 *)ip >> 4 != 4 || hlen < sizeof(*ip) ||
	    ip->frag_off & bpf_htons(DASH_IP_OFFSET))
		return 0;
	if (pkt->dir == DASH_INBOUND ? pkt->key.vm != ip->saddr : pkt->key.remote != ip->saddr)
		return 0;
	p.half[0] = pkt->dir == DASH_INBOUND ? ip->saddr : ip->daddr;
	p.half[1] = pkt->dir == DASH_INBOUND ? ip->daddr : ip->saddr;
	dash_key_words(&q->key)[0] = p.word;
	return dash_quoted_l4(ctx, pkt, q, off + hlen, ip->protocol);
}

static __always_inline int dash_quoted6(struct xdp_md *ctx, const struct dash_pkt *pkt,
					struct dash_quote *q, __u32 off)
{
	const __be32 *src = q->ip6.saddr.s6_addr32, *dst = q->ip6.daddr.s6_addr32;
	struct dash_key *k = &q->key;

	if (bpf_xdp_load_bytes(ctx, off, &q->ip6, sizeof(q->ip6)) ||
	    *(const __u8 *)&q->ip6 >> 4 != 6 || dash_is_ext(q->ip6.nexthdr))
		return 0;
	*k = pkt->key;
	if (pkt->dir == DASH_INBOUND) {
		if (k->vm != src[0] || k->vm6[0] != src[1] || k->vm6[1] != src[2] || k->vm6[2] != src[3])
			return 0;
		k->remote = dst[0];
		k->remote6[0] = dst[1];
		k->remote6[1] = dst[2];
		k->remote6[2] = dst[3];
	} else {
		if (k->remote != src[0] || k->remote6[0] != src[1] || k->remote6[1] != src[2] ||
		    k->remote6[2] != src[3])
			return 0;
		k->vm = dst[0];
		k->vm6[0] = dst[1];
		k->vm6[1] = dst[2];
		k->vm6[2] = dst[3];
	}
	return dash_quoted_l4(ctx, pkt, q, off + sizeof(q->ip6), q->ip6.nexthdr);
}

/* Slot of the connection that the ICMP error at @off speaks of, or 0. */
static __always_inline __u32 dash_icmp_find(struct xdp_md *ctx, const struct dash_hot *hot,
					    const struct dash_pkt *pkt, __u32 off)
{
	__u32 slot = 0, zero = 0;
	struct dash_quote *q;
	__u64 hash;
	__u8 type;

	if (bpf_xdp_load_bytes(ctx, off, &type, sizeof(type)) ||
	    !dash_icmp_is_error(pkt->key.v6, type))
		return 0;
	q = bpf_map_lookup_elem(&dash_quotes, &zero);
	off += DASH_ICMP_HEADER;
	if (!q || !(pkt->key.v6 ? dash_quoted6(ctx, pkt, q, off) : dash_quoted4(ctx, pkt, q, off)))
		return 0;
	return dash_key_find(hot, &q->key, &hash, &slot) ? slot : 0;
}

#endif /* DASH_ICMP_H */
