/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Random addresses and prefixes in the shapes that hurt: clustered, nested,
 * neighbours, whole families; and the naive "does it cover" that the engines'
 * own is compared with (byte by byte, on purpose).
 */
#ifndef PREFIXES_H
#define PREFIXES_H

#include "ktap.h"
#include "lpm.h"

enum shape { WIDE, CLUSTER, NESTED, DENSE, SHAPES };

static inline struct dash_ip ip_of_bytes(const u8 *b, bool v6)
{
	struct dash_ip ip;

	if (!v6) {
		u32 a;

		memcpy(&a, b, 4);
		return dash_ip_from_v4(a);
	}
	memcpy(&ip, b, 16);
	return ip;
}

static inline void bytes_of_ip(const struct dash_ip *ip, bool v6, u8 *b)
{
	if (v6)
		memcpy(b, ip, 16);
	else
		memcpy(b, &ip->w[3], 4);
}

static inline struct dash_ip random_ip(bool v6, enum shape s)
{
	u8 b[16];
	int i, n = v6 ? 16 : 4;

	for (i = 0; i < n; i++)
		b[i] = (u8)rnd();
	b[0] = v6 ? 0x20 : b[0];	/* never v4-mapped */
	switch (s) {
	case CLUSTER:	/* one 10.x / 2001:: */
		b[0] = v6 ? 0x20 : 10;
		for (i = 1; i < n - 2; i++)
			b[i] = i == 1 ? b[i] & 3 : 1;
		break;
	case NESTED:	/* all along one address */
		i = below(n * 8);
		{
			u8 flip = b[i / 8];
			int k = i / 8;

			memset(b, 0x5a, n);
			b[k] ^= (u8)(flip & (0xff >> (i % 8)));
			b[0] = v6 ? 0x20 : b[0];
		}
		break;
	case DENSE:	/* 1024 addresses */
		memset(b, v6 ? 0x20 : 10, n);
		b[n - 1] = (u8)rnd();
		b[n - 2] = (u8)(rnd() & 3);
		break;
	default:
		break;
	}
	return ip_of_bytes(b, v6);
}

static inline struct dash_prefix prefix_cut(struct dash_ip ip, unsigned int len, bool v6)
{
	struct dash_prefix p;
	u8 b[16];
	unsigned int i;

	bytes_of_ip(&ip, v6, b);
	for (i = 0; i < (v6 ? 16u : 4u); i++)
		b[i] &= len >= 8 * (i + 1) ? 0xff : len <= 8 * i ? 0 : (u8)(0xff00 >> (len - 8 * i));
	memset(&p, 0, sizeof(p));
	p.ip = ip_of_bytes(b, v6);
	p.len = (u8)len;
	p.v6 = v6;
	return p;
}

static inline struct dash_prefix random_prefix(bool v6, enum shape s)
{
	unsigned int max = v6 ? 128 : 32, len;

	switch (below(4)) {
	case 0:
		len = below(max + 1);
		break;
	case 1:
		len = max - below(9);
		break;
	case 2:
		len = max;
		break;
	default:
		len = v6 ? 40 + below(30) : 14 + below(15);
	}
	return prefix_cut(random_ip(v6, s), len, v6);
}

static inline bool naive_covers(const struct dash_prefix *p, const struct dash_ip *ip)
{
	u8 a[16], b[16];
	unsigned int i;

	bytes_of_ip(&p->ip, p->v6, a);
	bytes_of_ip(ip, p->v6, b);
	for (i = 0; i < p->len; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8)))
			return false;
	return true;
}

/* An address inside @p, at its first or last address, or just beside it. */
static inline struct dash_ip ip_near(const struct dash_prefix *p)
{
	unsigned int max = p->v6 ? 128 : 32, i, how = below(4);
	u8 b[16];

	bytes_of_ip(&p->ip, p->v6, b);
	for (i = p->len; i < max; i++)
		if (how == 1 || (how == 2 && (rnd() & 1)))
			b[i / 8] |= (u8)(0x80 >> (i % 8));
	if (how == 3 && max) {
		i = below(max);
		b[i / 8] ^= (u8)(0x80 >> (i % 8));
	}
	if (p->v6 && !b[0])
		b[15] |= 1;
	return ip_of_bytes(b, p->v6);
}

static inline bool prefix_eq(const struct dash_prefix *a, const struct dash_prefix *b)
{
	return a->len == b->len && dash_ip_eq(&a->ip, &b->ip);
}

#endif
