/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What is this frame?  Outer and inner headers to struct dash_pkt, values and
 * offsets only (pipeline.md 3 and 19).  No map, no helper: the fuzz target
 * compiles the very same lines.  The includer supplies what a program and a
 * fuzz target do differently: dash_frame_len(), dash_walk_ext(), dash_csum_long().
 *
 * Two lengths bound every access: the linear part of the frame, because only
 * that can be read, and the length that the enclosing header announces, because
 * what lies behind it is padding.  Headers that a multi-buffer frame does not
 * have in its linear part count as malformed; drivers put at least 128 bytes there.
 */
#ifndef DASH_PARSE_H
#define DASH_PARSE_H

#include <stddef.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include "../kernel/uapi/dash_flow.h"
#include "key.h"

#define DASH_VXLAN_I		0x08000000u	/* flags word, host order: VNI present */
#define DASH_VXLAN_OVERHEAD	16u		/* UDP and VXLAN headers */
#define DASH_IP_MF		0x2000u
#define DASH_IP_OFFSET		0x1fffu
#define DASH_IP6_MF		0x0001u
#define DASH_IP6_OFFSET		0xfff8u
#define DASH_MAX_EXT		6u		/* PAR-34 */
#define DASH_TCP_MIN		20u
#define DASH_UDP_LEN		8u

/* Any frame up to this size lies in one buffer, whatever the driver. */
#define DASH_ONE_BUFFER		1514u

/**
 * struct dash_buf - the frame
 * @data, @end: its linear part
 * @len: length of the whole frame; at first only of its linear part, and
 *	corrected by dash_frame_len() where the two can differ
 * @ctx: for dash_frame_len()
 */
struct dash_buf {
	const void *data;
	const void *end;
	__u32 len;
	void *ctx;
};


/**
 * struct dash_ext - where a chain of IPv6 extension headers ends
 * @off: offset of what follows it, in the frame
 * @id: identification, of a fragment
 * @offset: fragment offset in bytes
 * @proto: what follows
 * @count: extension headers walked, without the fragment header
 * @fragment: a fragment header was there, not an atomic one
 * @last: no more fragments
 */
struct dash_ext {
	__u32 off;
	__be32 id;
	__u16 offset;
	__u8  proto;
	__u8  count;
	__u8  fragment;
	__u8  last;
};

/* Length of the whole frame, all buffers. */
static __always_inline __u32 dash_frame_len(const struct dash_buf *b);

/*
 * dash_walk_headers() and dash_csum_with_options(): loops of rare packets, whose
 * many states a program wants the verifier to check once, apart from the rest.
 */
static __always_inline int dash_walk_ext(const struct dash_buf *b, struct dash_ext *e,
					 __u32 limit);
static __always_inline int dash_csum_long(const struct dash_buf *b, __u32 hlen);

/* enum dash_class - what the outer headers say (pipeline.md 3.1) */
enum dash_class {
	DASH_CLASS_OTHER,	/* for the stack */
	DASH_CLASS_TUNNEL,	/* UDP to the VXLAN port */
	DASH_CLASS_FRAGMENT,	/* later fragment of an UDP packet: port unknown, the destination decides */
};

/**
 * struct dash_frame - what later stages need to know beside struct dash_pkt
 * @end: where the outer IP packet ends
 * @dip: outer destination
 * @bad: reason to drop it for, if it is a tunnel packet
 * @inner_off: offset of the inner Ethernet header
 * @inner_ip_len: bytes of the inner IP packet, without padding
 * @l4_off: offset of what follows the inner IP header and its extensions
 */
struct dash_frame {
	__u32 end;
	struct dash_ip dip __attribute__((aligned(8)));
	enum dash_drop bad;
	__u32 inner_off;
	__u32 inner_ip_len;
	__u32 l4_off;
};

/*
 * May @size bytes at @p be read?  The empty asm keeps clang 14 from computing
 * end + 1 in loops, "pointer arithmetic on pkt_end prohibited".
 */
static __always_inline int dash_fits(const struct dash_buf *b, const void *p, __u32 size)
{
	const void *end = b->end;

	asm("" : "+r"(end));
	return p + size <= end;
}

/*
 * Ethernet headers lie on even addresses, which struct ethhdr denies: it is
 * packed, and clang would load it byte by byte.
 */
static __always_inline __be16 dash_eth_type(const void *eth)
{
	return *(const __be16 *)(eth + 2 * ETH_ALEN);
}

/* Both addresses, destination first, as they lie in the header and in struct dash_pkt. */
static __always_inline void dash_copy_macs(void *to, const void *from)
{
	__u32 *t = to;
	const __u32 *f = from;

	t[0] = f[0];
	t[1] = f[1];
	t[2] = f[2];
}

/*
 * Does an IP header with this sum of 32-bit words have a right checksum?  The
 * one's complement sum is 0xffff, that is: the plain sum is a multiple of 65535.
 * A multiple times the inverse of 65535 modulo 2^64 is the small quotient, any
 * other number is thrown far away.
 */
static __always_inline int dash_csum_ok(__u64 sum)
{
	return sum * 0xfffefffefffeffffull <= 0x0001000100010001ull;
}

/* Checksum of the outer IPv4 header, @hlen bytes with its options. */
static __always_inline int dash_csum_with_options(const struct dash_buf *b, __u32 hlen)
{
	const __u32 *w = b->data + ETH_HLEN;
	__u64 sum = 0;
	__u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; i < 15 && i < hlen / 4; i++, w++) {
		if (!dash_fits(b, w, 4))
			return 0;
		sum += *w;
	}
	return dash_csum_ok(sum);
}

/* The same without options. */
static __always_inline int dash_ip4_sum_ok(const struct iphdr *ip)
{
	const __u32 *w = (const __u32 *)ip;

	return dash_csum_ok((__u64)w[0] + w[1] + w[2] + w[3] + w[4]);
}

static __always_inline int dash_ip4_csum_ok(const struct dash_buf *b, const struct iphdr *ip,
					    __u32 hlen)
{
	return hlen > sizeof(*ip) ? dash_csum_long(b, hlen) : dash_ip4_sum_ok(ip);
}

/*
 * The IP packet ends at @end: correct @b->len, if it could be wrong, and say how
 * long the packet is for the counters, which know no padding.
 */
static __always_inline void dash_settle_len(struct dash_buf *b, __u32 end, struct dash_pkt *pkt)
{
	if (end != b->len || end > DASH_ONE_BUFFER)
		b->len = dash_frame_len(b);
	pkt->wire_len = end < b->len ? end : b->len;
}

/*
 * UDP and VXLAN of a packet whose IP header is right.
 * @off: of the UDP header, which is known to be readable
 * @room: bytes of the IP payload
 */
static __always_inline enum dash_drop dash_parse_vxlan(const struct dash_buf *b,
						       const struct udphdr *udp, __u32 off,
						       __u32 room, struct dash_pkt *pkt,
						       struct dash_frame *f)
{
	__u32 len = bpf_ntohs(udp->len);
	const __be32 *vx = (const void *)(udp + 1);

	if (len < DASH_VXLAN_OVERHEAD || len > room || (const void *)(vx + 2) > b->end)
		return DASH_DROP_OUTER_MALFORMED;
	if (!(vx[0] & bpf_htonl(DASH_VXLAN_I)))
		return DASH_DROP_VXLAN_INVALID;
	pkt->rx_vni = bpf_ntohl(vx[1]) >> 8;
	pkt->inner_len = len - DASH_VXLAN_OVERHEAD;
	f->inner_off = off + DASH_VXLAN_OVERHEAD;
	return DASH_DROP_NONE;
}

static __always_inline enum dash_class dash_parse_outer4(struct dash_buf *b, __be16 port,
							 struct dash_pkt *pkt,
							 struct dash_frame *f)
{
	const struct iphdr *ip = b->data + ETH_HLEN;
	const struct udphdr *udp;
	__u32 hlen, tot;
	__u8 ver_ihl;

	if (!dash_fits(b, ip, sizeof(*ip)))
		return DASH_CLASS_OTHER;
	tot = bpf_ntohs(ip->tot_len);
	f->end = ETH_HLEN + tot;
	if (ip->protocol != IPPROTO_UDP)
		return DASH_CLASS_OTHER;

	/*
	 * A header length below 5 words cannot be; the ports are then looked for
	 * behind 5, so that a tunnel packet broken in this way is known as one.
	 */
	ver_ihl = *(const __u8 *)ip;
	hlen = (ver_ihl & 15) * 4;
	if (hlen < sizeof(*ip))
		hlen = sizeof(*ip);
	udp = b->data + ETH_HLEN + hlen;
	if (!dash_fits(b, udp, sizeof(*udp)))
		return DASH_CLASS_OTHER;
	if (udp->dest != port && !(ip->frag_off & bpf_htons(DASH_IP_OFFSET)))
		return DASH_CLASS_OTHER;

	dash_settle_len(b, f->end, pkt);
	pkt->tos = ip->tos;
	pkt->rx_sip = dash_ip_from_v4(ip->saddr);
	f->dip = dash_ip_from_v4(ip->daddr);
	if (ver_ihl < 0x45 || ver_ihl > 0x4f || tot < hlen || f->end > b->len ||
	    !dash_ip4_csum_ok(b, ip, hlen))
		f->bad = DASH_DROP_OUTER_MALFORMED;
	else if (ip->frag_off & bpf_htons(DASH_IP_MF | DASH_IP_OFFSET))
		f->bad = DASH_DROP_OUTER_FRAGMENT;
	else
		f->bad = dash_parse_vxlan(b, udp, ETH_HLEN + hlen, tot - hlen, pkt, f);
	return ip->frag_off & bpf_htons(DASH_IP_OFFSET) ? DASH_CLASS_FRAGMENT : DASH_CLASS_TUNNEL;
}

static __always_inline int dash_is_ext(__u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_FRAGMENT ||
	       proto == IPPROTO_AH || proto == IPPROTO_DSTOPTS;
}

/*
 * Walk from @e->off, @e->proto, not beyond @limit.  Ends at the first header
 * that is not an extension, or behind the header of a later fragment, whose
 * payload is the middle of something.  Returns 0 if the chain is broken, too
 * long, or has two fragment headers.
 */
static __always_inline int dash_walk_headers(const struct dash_buf *b, struct dash_ext *e,
					     __u32 limit)
{
	int i, seen = 0;

#pragma clang loop unroll(disable)
	for (i = 0; i <= (int)DASH_MAX_EXT + 1; i++) {
		__u32 off = e->off, len;
		const __u8 *h;

		if (!dash_is_ext(e->proto))
			return 1;
		/* Seven headers of at most 2048 bytes; told to the verifier, too. */
		if (off > 0x3fff)
			return 0;
		h = b->data + off;
		if (!dash_fits(b, h, 8))
			return 0;
		if (e->proto == IPPROTO_FRAGMENT) {
			__u16 word = bpf_ntohs(*(const __be16 *)(h + 2));

			if (seen++)
				return 0;
			len = 8;
			e->offset = word & DASH_IP6_OFFSET;
			e->last = !(word & DASH_IP6_MF);
			e->fragment = e->offset || !e->last;
			e->id = *(const __be32 *)(h + 4);
		} else {
			if (e->count++ == DASH_MAX_EXT)
				return 0;
			len = e->proto == IPPROTO_AH ? (h[1] + 2) * 4 : (h[1] + 1) * 8;
		}
		if (off + len > limit)
			return 0;
		e->off = off + len;
		e->proto = h[0];
		if (e->offset)
			return 1;
	}
	return 0;
}

static __always_inline enum dash_class dash_parse_outer6(struct dash_buf *b, __be16 port,
							 struct dash_pkt *pkt,
							 struct dash_frame *f)
{
	const struct ipv6hdr *ip = b->data + ETH_HLEN;
	__u32 off = ETH_HLEN + sizeof(*ip);
	enum dash_drop bad = DASH_DROP_NONE;
	const struct udphdr *udp;
	__u32 plen;

	if (!dash_fits(b, ip, sizeof(*ip)))
		return DASH_CLASS_OTHER;
	plen = bpf_ntohs(ip->payload_len);
	f->end = off + plen;

	/*
	 * Extension headers are wrong in front of a tunnel (PAR-13, PAR-19), and
	 * ordinary in front of what the stack gets, MLD for one.
	 */
	if (ip->nexthdr != IPPROTO_UDP) {
		struct dash_ext e = { .off = off, .proto = ip->nexthdr };

		if (!dash_walk_ext(b, &e, f->end) || e.proto != IPPROTO_UDP)
			return DASH_CLASS_OTHER;
		bad = e.fragment ? DASH_DROP_OUTER_FRAGMENT : DASH_DROP_OUTER_MALFORMED;
		if (e.offset) {
			f->bad = bad;
			f->dip = *(const struct dash_ip *)&ip->daddr;
			dash_settle_len(b, f->end, pkt);
			return DASH_CLASS_FRAGMENT;
		}
		off = e.off;
		if (off > 0x3fff)
			return DASH_CLASS_OTHER;
	}
	udp = b->data + off;
	if (!dash_fits(b, udp, sizeof(*udp)) || udp->dest != port)
		return DASH_CLASS_OTHER;

	dash_settle_len(b, f->end, pkt);
	pkt->tos = bpf_ntohl(*(const __be32 *)ip) >> 20;
	pkt->rx_sip = *(const struct dash_ip *)&ip->saddr;
	f->dip = *(const struct dash_ip *)&ip->daddr;
	/* A v4-mapped address would be taken for the IPv4 one; the stack does not take it, either. */
	if ((*(const __u8 *)ip >> 4) != 6 || f->end > b->len ||
	    dash_ip_is_v4(&pkt->rx_sip) || dash_ip_is_v4(&f->dip))
		f->bad = DASH_DROP_OUTER_MALFORMED;
	else if (bad)
		f->bad = bad;
	else
		f->bad = dash_parse_vxlan(b, udp, off, plen, pkt, f);
	return DASH_CLASS_TUNNEL;
}

/*
 * Outer headers, in the order of counters.md 4.1: what is not for the pipeline,
 * then @f->bad, the first thing wrong with what is.  Sets @pkt->wire_len always;
 * the rest of the outer facts if nothing is wrong.
 */
static __always_inline enum dash_class dash_parse_outer(struct dash_buf *b, __be16 port,
							struct dash_pkt *pkt,
							struct dash_frame *f)
{
	enum dash_class class = DASH_CLASS_OTHER;
	__be16 type = 0;

	f->end = ~0u;
	if (dash_fits(b, b->data, ETH_HLEN))
		type = dash_eth_type(b->data);
	if (type == bpf_htons(ETH_P_IP))
		class = dash_parse_outer4(b, port, pkt, f);
	else if (type == bpf_htons(ETH_P_IPV6))
		class = dash_parse_outer6(b, port, pkt, f);
	if (class == DASH_CLASS_OTHER)
		dash_settle_len(b, f->end, pkt);
	return class;
}

/*
 * The L4 header, of @room bytes with what follows; completes the key but for
 * its ENI.  Heads of fragments must hold it whole as well (FRG-7).
 */
static __always_inline enum dash_drop dash_parse_l4(const struct dash_buf *b, __u32 off,
						    __u32 room, __u8 proto, __u8 v6,
						    struct dash_pkt *pkt)
{
	const __u8 *h;
	__be32 ports = 0;

	if (pkt->frag == DASH_FRAG_LATER) {
		/* the caller knows all that can be known */
	} else if (proto == IPPROTO_TCP) {
		h = b->data + off;
		if (!dash_fits(b, h, DASH_TCP_MIN) || h[12] < 0x50 || (h[12] >> 4) * 4u > room)
			return DASH_DROP_INNER_MALFORMED;
		pkt->tcp_flags = h[13];
		ports = *(const __be32 *)h;
	} else if (proto == IPPROTO_UDP) {
		h = b->data + off;
		if (!dash_fits(b, h, DASH_UDP_LEN) || room < DASH_UDP_LEN)
			return DASH_DROP_INNER_MALFORMED;
		ports = *(const __be32 *)h;
	}
	dash_key_set_l4(pkt, proto, v6, ports);
	return DASH_DROP_NONE;
}

/*
 * A fragment at @offset bytes.  One that starts inside the first 16 bytes of a
 * TCP header could overwrite flags that have been looked at (FRG-8).
 */
static __always_inline enum dash_drop dash_parse_frag(struct dash_pkt *pkt, __u32 offset,
						      int last, __u32 id, __u8 proto)
{
	pkt->frag = offset ? DASH_FRAG_LATER : DASH_FRAG_HEAD;
	pkt->last_frag = last;
	pkt->ip_id = id;
	return offset == 8 && proto == IPPROTO_TCP ? DASH_DROP_INNER_MALFORMED : DASH_DROP_NONE;
}

static __always_inline enum dash_drop dash_parse_inner4(const struct dash_buf *b, __u32 l3,
							struct dash_pkt *pkt,
							struct dash_frame *f)
{
	const struct iphdr *ip = b->data + l3;
	__u32 hlen, tot, frag;
	__u8 ver_ihl;

	if (!dash_fits(b, ip, sizeof(*ip)))
		return DASH_DROP_INNER_MALFORMED;
	ver_ihl = *(const __u8 *)ip;
	hlen = (ver_ihl & 15) * 4;
	tot = bpf_ntohs(ip->tot_len);
	if (ver_ihl < 0x45 || ver_ihl > 0x4f || tot < hlen || ETH_HLEN + tot > pkt->inner_len)
		return DASH_DROP_INNER_MALFORMED;
	f->inner_ip_len = tot;
	pkt->ip_len = tot;

	frag = bpf_ntohs(ip->frag_off) & (DASH_IP_MF | DASH_IP_OFFSET);
	if (frag && dash_parse_frag(pkt, (frag & DASH_IP_OFFSET) * 8, !(frag & DASH_IP_MF),
				    bpf_ntohs(ip->id), ip->protocol))
		return DASH_DROP_INNER_MALFORMED;
	dash_key_set_v4(pkt, ip->saddr, ip->daddr);
	f->l4_off = l3 + hlen;
	return dash_parse_l4(b, l3 + hlen, tot - hlen, ip->protocol, 0, pkt);
}

static __always_inline enum dash_drop dash_parse_inner6(const struct dash_buf *b, __u32 l3,
							struct dash_pkt *pkt,
							struct dash_frame *f)
{
	const struct ipv6hdr *ip = b->data + l3;
	__u32 off = l3 + sizeof(*ip), limit, plen;
	__u8 proto;

	if (!dash_fits(b, ip, sizeof(*ip)))
		return DASH_DROP_INNER_MALFORMED;
	plen = bpf_ntohs(ip->payload_len);
	if ((*(const __u8 *)ip >> 4) != 6 || ETH_HLEN + sizeof(*ip) + plen > pkt->inner_len)
		return DASH_DROP_INNER_MALFORMED;
	f->inner_ip_len = sizeof(*ip) + plen;
	pkt->ip_len = sizeof(*ip) + plen;
	limit = off + plen;

	dash_key_set_v6(pkt, &ip->saddr, &ip->daddr);
	proto = ip->nexthdr;
	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP && proto != IPPROTO_ICMPV6) {
		struct dash_ext e = { .off = off, .proto = proto };

		if (!dash_walk_ext(b, &e, limit) || e.off > 0x3fff)
			return DASH_DROP_INNER_MALFORMED;
		off = e.off;
		proto = e.proto;
		if (e.fragment &&
		    dash_parse_frag(pkt, e.offset, e.last, bpf_ntohl(e.id), proto))
			return DASH_DROP_INNER_MALFORMED;
	}
	f->l4_off = off;
	return dash_parse_l4(b, off, limit - off, proto, 1, pkt);
}

/*
 * Inner headers at @f->inner_off; @pkt->dir must be known, it orders the key.
 * Returns the reason to drop it for.
 */
static __always_inline enum dash_drop dash_parse_inner(const struct dash_buf *b,
						       struct dash_pkt *pkt,
						       struct dash_frame *f)
{
	const __u8 *eth = b->data + f->inner_off;
	__u32 l3 = f->inner_off + ETH_HLEN;

	if (!dash_fits(b, eth, ETH_HLEN) || pkt->inner_len < ETH_HLEN)
		return DASH_DROP_INNER_MALFORMED;
	dash_copy_macs(pkt->dmac, eth);
	pkt->inner_off = f->inner_off;
	pkt->l3_off = l3;
	if (dash_eth_type(eth) == bpf_htons(ETH_P_IP))
		return dash_parse_inner4(b, l3, pkt, f);
	if (dash_eth_type(eth) == bpf_htons(ETH_P_IPV6))
		return dash_parse_inner6(b, l3, pkt, f);
	return DASH_DROP_INNER_NON_IP;
}

#endif /* DASH_PARSE_H */
