/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Operations out of a fuzzer's bytes.  Addresses are few: a byte chooses bits
 * far apart, so that prefixes meet and nest within a few bytes of input.
 */
#ifndef INPUT_H
#define INPUT_H

#include <shim.h>
#include "check.h"
#include "lpm.h"

struct input {
	const u8 *p, *end;
};

static inline u8 take(struct input *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

static inline u16 take16(struct input *in)
{
	u16 hi = take(in);

	return (u16)(hi << 8 | take(in));
}

static inline struct dash_ip take_ip(struct input *in, bool v6)
{
	u16 x = take16(in);
	struct dash_ip ip;

	if (!v6)
		return dash_ip_from_v4(htonl((u32)(x >> 12) << 28 | (x >> 8 & 15) << 18 | (x >> 4 & 15) << 8 | (x & 15)));
	ip.w[0] = htonl(0x20000000 | (u32)(x >> 12) << 20);
	ip.w[1] = htonl((u32)(x >> 8 & 15));
	ip.w[2] = htonl((u32)(x >> 4 & 15) << 28);
	ip.w[3] = htonl(x & 15);
	return ip;
}

static inline struct dash_prefix take_prefix(struct input *in, bool v6)
{
	struct dash_prefix p = { .v6 = v6 };
	unsigned int w, bits;

	p.ip = take_ip(in, v6);
	p.len = take(in) % (v6 ? 129 : 33);
	for (w = v6 ? 0 : 3, bits = p.len; w < 4; w++) {
		unsigned int n = bits > 32 ? 32 : bits;

		p.ip.w[w] &= n ? htonl(~0u << (32 - n)) : 0;
		bits -= n;
	}
	return p;
}

/* Bit by bit. */
static inline bool in_prefix(const struct dash_prefix *p, const struct dash_ip *ip)
{
	unsigned int i, first = p->v6 ? 0 : 96;

	for (i = first; i < first + p->len; i++)
		if ((ntohl(p->ip.w[i / 32]) ^ ntohl(ip->w[i / 32])) & (0x80000000u >> i % 32))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif
