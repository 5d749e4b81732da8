/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * From the inner headers to the flow key (pipeline.md 8), which is the same for
 * both directions: VM side first.  The key is put together in 64-bit words, as
 * it is hashed and compared: storing its fields one by one and loading words
 * right after would stall on store forwarding.  The unions leave the byte order
 * to the compiler.
 */
#ifndef DASH_KEY_H
#define DASH_KEY_H

#include <linux/ipv6.h>
#include "../kernel/uapi/dash_flow.h"

union dash_key_pair {
	__be32 half[2];
	__u64 word;
};

union dash_key_rest {
	struct {
		__be32 ports;
		__u16 eni;
		__u8 proto;
		__u8 v6;
	};
	__u64 word;
};

/* The same from numbers that fit, without masking any of them. */
static __always_inline __u64 dash_key_rest(__be32 ports, __u64 eni, __u8 proto, __u8 v6)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return ports | eni << 32 | (__u64)proto << 48 | (__u64)v6 << 56;
#else
	return (__u64)ports << 32 | eni << 16 | proto << 8 | v6;
#endif
}

static __always_inline __u64 *dash_key_words(struct dash_key *key)
{
	return (__u64 *)key;
}

/* The source end is the VM's in an outbound packet, the destination end in an inbound one. */
static __always_inline void dash_key_set_v4(struct dash_pkt *pkt, __be32 src, __be32 dst)
{
	union dash_key_pair p = { { src, dst } };

	if (pkt->dir == DASH_INBOUND) {
		p.half[0] = dst;
		p.half[1] = src;
	}
	dash_key_words(&pkt->key)[0] = p.word;
}

static __always_inline void dash_key_set_v6(struct dash_pkt *pkt, const struct in6_addr *src,
					    const struct in6_addr *dst)
{
	const struct in6_addr *vm = src, *remote = dst;

	if (pkt->dir == DASH_INBOUND) {
		vm = dst;
		remote = src;
	}
	pkt->key.vm = vm->s6_addr32[0];
	pkt->key.remote = remote->s6_addr32[0];
	pkt->key.vm6[0] = vm->s6_addr32[1];
	pkt->key.vm6[1] = vm->s6_addr32[2];
	pkt->key.vm6[2] = vm->s6_addr32[3];
	pkt->key.remote6[0] = remote->s6_addr32[1];
	pkt->key.remote6[1] = remote->s6_addr32[2];
	pkt->key.remote6[2] = remote->s6_addr32[3];
}

/*
 * @ports: the first four bytes of a TCP or UDP header as they lie there (source,
 * destination), 0 for other protocols.  The ENI comes later, by dash_key_set_eni().
 */
static __always_inline void dash_key_set_l4(struct dash_pkt *pkt, __u8 proto, __u8 v6,
					    __be32 ports)
{
	union dash_key_rest r = { .proto = proto, .v6 = v6, .ports = ports };

	if (pkt->dir == DASH_INBOUND)
		r.ports = (ports << 16) | ((__u32)ports >> 16);
	dash_key_words(&pkt->key)[1] = r.word;
}

static __always_inline void dash_key_set_eni(struct dash_pkt *pkt, __u16 eni)
{
	union dash_key_rest r = { .eni = eni };

	dash_key_words(&pkt->key)[1] |= r.word;
}

#endif /* DASH_KEY_H */
