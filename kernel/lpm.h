/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_LPM_H
#define DASH_LPM_H

#include <linux/types.h>
#include <asm/byteorder.h>
#include "uapi/dash_flow.h"

/**
 * struct dash_prefix - an address prefix
 * @ip: network address; bits beyond @len are zero; IPv4 is v4-mapped
 * @len: prefix length of its own family: 0..32 for IPv4, 0..128 for IPv6
 * @v6: 1 for IPv6, 0 for IPv4 (0.0.0.0/0 and ::/0 would else look alike)
 */
struct dash_prefix {
	struct dash_ip ip;
	u8 len;
	u8 v6;
};

/**
 * struct dash_bits - the bits of an address in order of a trie
 * @hi: the first 64 bits, host order; an IPv4 address is the upper half
 * @lo: the last 64 bits; 0 for IPv4
 */
struct dash_bits {
	u64 hi, lo;
};

static __always_inline struct dash_bits dash_bits_of(const struct dash_ip *ip, bool v6)
{
	struct dash_bits b = { (u64)be32_to_cpu(ip->w[3]) << 32, 0 };

	if (v6) {
		b.lo = b.hi >> 32 | (u64)be32_to_cpu(ip->w[2]) << 32;
		b.hi = (u64)be32_to_cpu(ip->w[0]) << 32 | be32_to_cpu(ip->w[1]);
	}
	return b;
}

/* true if the first @len bits of @a and @b agree */
static __always_inline bool dash_bits_covers(struct dash_bits a, unsigned int len, struct dash_bits b)
{
	if (len <= 64)
		return !len || !((a.hi ^ b.hi) >> (64 - len));
	return a.hi == b.hi && !((a.lo ^ b.lo) >> (128 - len));
}

/*
 * Longest-prefix match over one address family (pipeline.md 11.2).  Values are
 * pointers owned by the caller, never NULL.  Readers: under RCU, never blocked.
 * Writers: one at a time, the caller's lock, process context (they may sleep).
 */
struct dash_lpm;

struct dash_lpm *dash_lpm_create(bool v6);
void dash_lpm_destroy(struct dash_lpm *t);
void dash_lpm_set_private(struct dash_lpm *t, bool private);
int dash_lpm_insert(struct dash_lpm *t, const struct dash_prefix *p, void *value, void **old);
void *dash_lpm_remove(struct dash_lpm *t, const struct dash_prefix *p);
void *dash_lpm_lookup(const struct dash_lpm *t, const struct dash_ip *ip);
u32 dash_lpm_count(const struct dash_lpm *t);
size_t dash_lpm_memory(const struct dash_lpm *t);

#endif
