// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What bench.c compares with: see bench_dpdk.h.  Anonymous memory, no devices.
 * Memory is what the heap of DPDK grew by while the table was built.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_acl.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_lpm.h>
#include <rte_malloc.h>

#define DPDK
#include "bench_dpdk.h"

#define ACL_FIELDS	5

static const struct rte_acl_field_def defs[ACL_FIELDS] = {
	{ RTE_ACL_FIELD_TYPE_BITMASK, 1, 0, 0, offsetof(struct dpdk_key, proto) },
	{ RTE_ACL_FIELD_TYPE_MASK, 4, 1, 1, offsetof(struct dpdk_key, src) },
	{ RTE_ACL_FIELD_TYPE_MASK, 4, 2, 2, offsetof(struct dpdk_key, dst) },
	{ RTE_ACL_FIELD_TYPE_RANGE, 2, 3, 3, offsetof(struct dpdk_key, sport) },
	{ RTE_ACL_FIELD_TYPE_RANGE, 2, 4, 3, offsetof(struct dpdk_key, dport) },
};

RTE_ACL_RULE_DEF(plain_rule, ACL_FIELDS);

/* The same pages as the engines that it is compared with: see shim.c. */
static int choose_pages(const struct rte_memseg_list *l, void *arg)
{
	const char *pages = getenv("DASH_PAGES");

	madvise(l->base_va, l->len, pages && !strcmp(pages, "4k") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
	return 0;
}

bool dpdk_init(void)
{
	char *argv[] = { "bench", "--no-huge", "-m", "8192", "--no-pci", "--no-shconf", "--no-telemetry",
			 "--log-level=1", "-l", "0", NULL };
	cpu_set_t before;
	bool ok;

	/* It binds the calling thread, which would be unfair to whoever comes first. */
	sched_getaffinity(0, sizeof(before), &before);
	ok = rte_eal_init(sizeof(argv) / sizeof(*argv) - 1, argv) >= 0;
	sched_setaffinity(0, sizeof(before), &before);
	if (ok)
		rte_memseg_list_walk(choose_pages, NULL);
	return ok;
}

static size_t heap(void)
{
	struct rte_malloc_socket_stats s = { 0 };

	rte_malloc_get_socket_stats(0, &s);
	return s.heap_allocsz_bytes;
}

/* ---- rte_acl ---- */

bool dpdk_acl(struct dpdk_table *t, const struct dpdk_rule *r, uint32_t n)
{
	struct rte_acl_param p = { .name = "bench", .socket_id = SOCKET_ID_ANY,
				   .rule_size = RTE_ACL_RULE_SZ(ACL_FIELDS), .max_rule_num = n };
	struct rte_acl_config cfg = { .num_categories = 1, .num_fields = ACL_FIELDS, .max_size = 4ul << 30 };
	size_t before = heap();
	struct rte_acl_ctx *ctx = rte_acl_create(&p);
	uint32_t i;
	int err = ctx ? 0 : -1;

	memcpy(cfg.defs, defs, sizeof(defs));
	for (i = 0; !err && i < n; i++) {
		struct plain_rule x = { .data = { .category_mask = 1, .priority = (int32_t)(RTE_ACL_MAX_PRIORITY - r[i].rank),
						  .userdata = r[i].rank + 1 } };

		x.field[0].value.u8 = r[i].proto;
		x.field[0].mask_range.u8 = 0xff;
		x.field[1].value.u32 = r[i].src;
		x.field[1].mask_range.u32 = r[i].src_len;
		x.field[2].value.u32 = r[i].dst;
		x.field[2].mask_range.u32 = r[i].dst_len;
		x.field[3].mask_range.u16 = 0xffff;
		x.field[4].value.u16 = r[i].lo;
		x.field[4].mask_range.u16 = r[i].hi;
		err = rte_acl_add_rules(ctx, (struct rte_acl_rule *)&x, 1);
	}
	if (err || rte_acl_build(ctx, &cfg)) {
		rte_acl_free(ctx);
		return false;
	}
	t->impl = ctx;
	t->bytes = heap() - before;
	return true;
}

unsigned long long dpdk_ask_acl(const void *table, uint32_t i)
{
	const struct dpdk_table *t = table;
	const uint8_t *key = (const uint8_t *)((const struct dpdk_key *)t->keys + i);
	uint32_t result = 0;

	rte_acl_classify(t->impl, &key, &result, 1, 1);
	return result * 2ull;
}

void dpdk_acl_free(struct dpdk_table *t)
{
	rte_acl_free(t->impl);
}

/* ---- rte_lpm, rte_fib ---- */

static uint32_t long_prefixes(const struct dpdk_route *r, uint32_t n)
{
	uint32_t i, k = 0;

	for (i = 0; i < n; i++)
		k += r[i].len > 24;
	return k + 256;
}

bool dpdk_lpm(struct dpdk_table *t, const struct dpdk_route *r, uint32_t n)
{
	struct rte_lpm_config cfg = { .max_rules = n, .number_tbl8s = long_prefixes(r, n) };
	size_t before = heap();
	struct rte_lpm *lpm = rte_lpm_create("bench", 0, &cfg);
	uint32_t i;

	if (!lpm)
		return false;
	for (i = 0; i < n; i++)
		if (rte_lpm_add(lpm, r[i].addr, r[i].len, i & 0xffffff)) {
			rte_lpm_free(lpm);
			return false;
		}
	t->impl = lpm;
	t->bytes = heap() - before;
	return true;
}

unsigned long long dpdk_ask_lpm(const void *table, uint32_t i)
{
	const struct dpdk_table *t = table;
	uint32_t hop = 0;

	rte_lpm_lookup(t->impl, ((const uint32_t *)t->keys)[i], &hop);
	return hop * 2ull;
}

void dpdk_lpm_free(struct dpdk_table *t)
{
	rte_lpm_free(t->impl);
}

bool dpdk_fib(struct dpdk_table *t, const struct dpdk_route *r, uint32_t n)
{
	/* Of both pools more than are used: with exact numbers a million routes are refused. */
	struct rte_fib_conf cfg = { .type = RTE_FIB_DIR24_8, .default_nh = 0, .max_routes = (int)n * 4, .rib_ext_sz = 0,
				    .dir24_8 = { RTE_FIB_DIR24_8_4B, 2 * long_prefixes(r, n) } };
	size_t before = heap();
	struct rte_fib *fib = rte_fib_create("bench", 0, &cfg);
	uint32_t i;

	if (!fib)
		return false;
	for (i = 0; i < n; i++)
		if (rte_fib_add(fib, r[i].addr, r[i].len, i & 0xffffff)) {
			rte_fib_free(fib);
			return false;
		}
	t->impl = fib;
	t->bytes = heap() - before;
	return true;
}

unsigned long long dpdk_ask_fib(const void *table, uint32_t i)
{
	const struct dpdk_table *t = table;
	uint32_t ip = ((const uint32_t *)t->keys)[i];
	uint64_t hop = 0;

	rte_fib_lookup_bulk(t->impl, &ip, &hop, 1);
	return hop * 2;
}

void dpdk_fib_free(struct dpdk_table *t)
{
	rte_fib_free(t->impl);
}

bool dpdk_fib6(struct dpdk_table *t, const struct dpdk_route6 *r, uint32_t n)
{
	struct rte_fib6_conf cfg = { .type = RTE_FIB6_TRIE, .default_nh = 0, .max_routes = (int)n * 4, .rib_ext_sz = 0,
				     .trie = { RTE_FIB6_TRIE_4B, n * 4 } };
	size_t before = heap();
	struct rte_fib6 *fib = rte_fib6_create("bench", 0, &cfg);
	uint32_t i;

	if (!fib)
		return false;
	for (i = 0; i < n; i++)
		if (rte_fib6_add(fib, r[i].addr, r[i].len, i & 0xffffff)) {
			rte_fib6_free(fib);
			return false;
		}
	t->impl = fib;
	t->bytes = heap() - before;
	return true;
}

unsigned long long dpdk_ask_fib6(const void *table, uint32_t i)
{
	const struct dpdk_table *t = table;
	uint8_t ip[1][RTE_FIB6_IPV6_ADDR_SIZE];
	uint64_t hop = 0;

	memcpy(ip, (const char *)t->keys + i * 16ul, sizeof(ip));
	rte_fib6_lookup_bulk(t->impl, ip, &hop, 1);
	return hop * 2;
}

void dpdk_fib6_free(struct dpdk_table *t)
{
	rte_fib6_free(t->impl);
}

/* ---- rte_hash ---- */

bool dpdk_hash(struct dpdk_table *t, const void *keys, uint32_t n)
{
	struct rte_hash_parameters p = { .name = "bench", .entries = n + n / 8 + 64, .key_len = 16,
					 .hash_func = rte_hash_crc };
	size_t before = heap();
	struct rte_hash *h = rte_hash_create(&p);
	uint32_t i;

	if (!h)
		return false;
	for (i = 0; i < n; i++)
		if (rte_hash_add_key_data(h, (const char *)keys + i * 16ul, (void *)(uintptr_t)(i + 1ul)) < 0) {
			rte_hash_free(h);
			return false;
		}
	t->impl = h;
	t->bytes = heap() - before;
	return true;
}

unsigned long long dpdk_ask_hash(const void *table, uint32_t i)
{
	const struct dpdk_table *t = table;
	void *data = NULL;

	rte_hash_lookup_data(t->impl, (const char *)t->keys + i * 16ul, &data);
	return (uintptr_t)data * 2ull;
}

void dpdk_hash_free(struct dpdk_table *t)
{
	rte_hash_free(t->impl);
}
