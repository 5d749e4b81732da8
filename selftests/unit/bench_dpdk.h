/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * DPDK's engines for bench.c, in types that both sides have: the kernel's names and
 * DPDK's do not go into one file.  Without libdpdk-dev none of this is built.
 */
#ifndef BENCH_DPDK_H
#define BENCH_DPDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plain rule; addresses and ports in host order. */
struct dpdk_rule {
	uint32_t src, dst;
	uint8_t src_len, dst_len, proto;
	uint16_t lo, hi;
	uint32_t rank;
};

/* A packet as rte_acl reads it, network order. */
struct dpdk_key {
	uint8_t proto, pad[3];
	uint32_t src, dst;
	uint16_t sport, dport;
};

struct dpdk_route {
	uint32_t addr;
	uint8_t len;
};

struct dpdk_route6 {
	uint8_t addr[16];
	uint8_t len;
};

/**
 * struct dpdk_table - one built table
 * @impl: DPDK's
 * @keys: keys of the questions, by number
 * @bytes: memory, 0 if unknown
 */
struct dpdk_table {
	void *impl;
	const void *keys;
	size_t bytes;
};

#ifdef DPDK
/* One look-up: as ask_fn of bench.c. */
unsigned long long dpdk_ask_acl(const void *table, uint32_t i);
unsigned long long dpdk_ask_lpm(const void *table, uint32_t i);	/* keys: uint32_t, host order */
unsigned long long dpdk_ask_fib(const void *table, uint32_t i);
unsigned long long dpdk_ask_fib6(const void *table, uint32_t i);	/* keys: 16 bytes */
unsigned long long dpdk_ask_hash(const void *table, uint32_t i);	/* keys: 16 bytes */

bool dpdk_init(void);
/* false if the table cannot be built */
bool dpdk_acl(struct dpdk_table *t, const struct dpdk_rule *r, uint32_t n);
bool dpdk_lpm(struct dpdk_table *t, const struct dpdk_route *r, uint32_t n);
bool dpdk_fib(struct dpdk_table *t, const struct dpdk_route *r, uint32_t n);
bool dpdk_fib6(struct dpdk_table *t, const struct dpdk_route6 *r, uint32_t n);
bool dpdk_hash(struct dpdk_table *t, const void *keys, uint32_t n);
void dpdk_acl_free(struct dpdk_table *t);
void dpdk_lpm_free(struct dpdk_table *t);
void dpdk_fib_free(struct dpdk_table *t);
void dpdk_fib6_free(struct dpdk_table *t);
void dpdk_hash_free(struct dpdk_table *t);

#else
static inline bool dpdk_init(void) { return false; }
#define dpdk_ask_acl	NULL
#define dpdk_ask_lpm	NULL
#define dpdk_ask_fib	NULL
#define dpdk_ask_fib6	NULL
#define dpdk_ask_hash	NULL
#define dpdk_acl_free	NULL
#define dpdk_lpm_free	NULL
#define dpdk_fib_free	NULL
#define dpdk_fib6_free	NULL
#define dpdk_hash_free	NULL
#define dpdk_acl(t, r, n)	false
#define dpdk_lpm(t, r, n)	false
#define dpdk_fib(t, r, n)	false
#define dpdk_fib6(t, r, n)	false
#define dpdk_hash(t, k, n)	false
#endif

#endif
