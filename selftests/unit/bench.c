// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * Native speed of the engines, in one table: "bench [engine...]".
 *
 * ns: one look-up whose key waits for the result of the one before (latency, as
 * in the miss path), median of the runs; min and max beside it.  scan: the same
 * question answered by going through a list.  Keys are random, half of them
 * inside the configured prefixes.  "bench count <engine> <sizes>" runs one case
 * only, for an instruction counter.
 */
#include <stdio.h>
#include <time.h>
#include "ktap.h"
#include "acl.h"
#include "lpm.h"
#include "mapping.h"

#define RUNS	9

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A question: look up key @i, say something that depends on the answer. */
typedef u64 (*ask_fn)(const void *table, u32 i);

struct result { double median, min, max; };

static u32 n_keys = 1u << 20, lookups = 1u << 20;

static struct result measure(ask_fn ask, const void *table, u32 count, int runs)
{
	double ns[RUNS];

	for (int r = 0; r < runs; r++) {
		u64 t = now_ns();
		u32 i = (u32)r * 7919, k;

		for (k = 0; k < count; k++)
			i += 1 + (u32)(ask(table, i & (n_keys - 1)) & 1);
		ns[r] = (double)(now_ns() - t) / count;
		__asm__ volatile("" :: "r"(i));
	}
	qsort(ns, (size_t)runs, sizeof(ns[0]), cmp_double);
	return (struct result){ ns[runs / 2], ns[0], ns[runs - 1] };
}

static bool counting;

static void report(const char *what, ask_fn ask, const void *table, u64 build_ns, size_t bytes, double units,
		   ask_fn scan, const void *list, u64 scan_cost)
{
	struct result r = measure(ask, table, lookups, counting ? 1 : RUNS), s;

	if (counting)
		return;
	printf("%-34s %8.1f %8.1f %8.1f %10.2f %12zu %8.1f", what, r.median, r.min, r.max, (double)build_ns / 1e6,
	       bytes, (double)bytes / units);
	if (scan) {
		s = measure(scan, list, (u32)(scan_cost > 100000000 ? 1 : 100000000 / scan_cost + 1), 3);
		printf(" %12.1f", s.median);
	}
	printf("\n");
	fflush(stdout);
}

/* ---- LPM ---- */

static struct dash_ip *ips;
static struct dash_prefix *routes;
static u32 n_routes;

static u64 ask_lpm(const void *t, u32 i)
{
	return (u64)(uintptr_t)dash_lpm_lookup(t, &ips[i]);
}

static u64 scan_lpm(const void *t, u32 i)
{
	int len = -1;
	struct dash_bits b = dash_bits_of(&ips[i], routes[0].v6);
	u32 k;

	for (k = 0; k < n_routes; k++)
		if (routes[k].len > len &&
		    dash_bits_covers(dash_bits_of(&routes[k].ip, routes[k].v6), routes[k].len, b))
			len = routes[k].len;
	return (u64)(len + 1) * 2;
}

static struct dash_ip mask_ip(struct dash_ip ip, unsigned int len, bool v6)
{
	for (unsigned int w = v6 ? 0 : 3, bits = len; w < 4; w++) {
		unsigned int n = bits > 32 ? 32 : bits;

		ip.w[w] &= n ? htonl(~0u << (32 - n)) : 0;
		bits -= n;
	}
	return ip;
}

/* Random bits below @base/@fixed. */
static struct dash_ip rand_below(struct dash_ip base, unsigned int fixed, bool v6)
{
	struct dash_ip r = { { (u32)rnd(), (u32)rnd(), (u32)rnd(), (u32)rnd() } }, m;

	if (!v6)
		r = dash_ip_from_v4(r.w[3]);
	m = mask_ip(r, fixed, v6);
	for (int w = v6 ? 0 : 3; w < 4; w++)
		r.w[w] ^= m.w[w] ^ base.w[w];
	return r;
}

/* Lengths as in a routing table: mostly /24 (/48), then shorter, some hosts. */
static unsigned int route_len(bool v6)
{
	u32 x = below(100);

	if (x < 55)
		return v6 ? 48 : 24;
	if (x < 90)
		return v6 ? 29 + below(19) : 12 + below(12);
	if (x < 95)
		return v6 ? 64 : 25 + below(7);
	return v6 ? 128 : 32;
}

static void bench_lpm(u32 n, bool v6)
{
	struct dash_ip base = v6 ? (struct dash_ip){ { htonl(0x20000000) } } : dash_ip_from_v4(0);
	struct dash_lpm *t = dash_lpm_create(v6);
	char what[64];
	void *old;
	u64 start;
	u32 i;

	ktap_rng = n * 2 + v6 + 1;
	routes = calloc(n, sizeof(*routes));
	for (i = 0; i < n; i++) {
		routes[i] = (struct dash_prefix){ .len = (u8)route_len(v6), .v6 = v6 };
		routes[i].ip = mask_ip(rand_below(base, v6 ? 3 : 0, v6), routes[i].len, v6);
	}
	n_routes = n;
	start = now_ns();
	for (i = 0; i < n; i++)
		if (dash_lpm_insert(t, &routes[i], &routes[i], &old))
			abort();
	start = now_ns() - start;
	for (i = 0; i < n_keys; i++) {
		const struct dash_prefix *p = &routes[below(n)];

		ips[i] = i % 2 ? rand_below(p->ip, p->len, v6) : rand_below(base, v6 ? 3 : 0, v6);
	}
	snprintf(what, sizeof(what), "LPM %s %u routes", v6 ? "IPv6" : "IPv4", n);
	report(what, ask_lpm, t, start, dash_lpm_memory(t), dash_lpm_count(t), scan_lpm, NULL, n);
	dash_lpm_destroy(t);
	free(routes);
}

/* ---- mapping ---- */

static u64 ask_mapping(const void *t, u32 i)
{
	return (u64)(uintptr_t)dash_mapping_find(t, &ips[i]);
}

static struct dash_mapping **entries;
static u32 n_entries;

static u64 scan_mapping(const void *t, u32 i)
{
	for (u32 k = 0; k < n_entries; k++)
		if (dash_ip_eq(&entries[k]->ca, &ips[i]))
			return (u64)(uintptr_t)entries[k];
	return 0;
}

static void bench_mapping(u32 n)
{
	struct dash_mapping_table *t = dash_mapping_table_create();
	struct dash_mapping *old;
	char what[64];
	u64 start;
	u32 i;

	ktap_rng = n + 1;
	entries = calloc(n, sizeof(*entries));
	n_entries = n;
	start = now_ns();
	for (i = 0; i < n; i++) {
		struct dash_mapping *m = dash_mapping_alloc();

		m->ca = dash_ip_from_v4(htonl(0x0a000000 + i));
		m->pa = dash_ip_from_v4(htonl(0xac100000 + i / 16));
		entries[i] = m;
		if (dash_mapping_insert(t, m, &old))
			abort();
	}
	start = now_ns() - start;
	for (i = 0; i < n_keys; i++)
		ips[i] = dash_ip_from_v4(htonl(0x0a000000 + below(n)));
	snprintf(what, sizeof(what), "mapping %u entries", n);
	report(what, ask_mapping, t, start, dash_mapping_memory(t), n, scan_mapping, NULL, n / 2);
	dash_mapping_table_destroy(t, NULL);
	free(entries);
}

/* ---- ACL ---- */

static struct dash_acl_key *keys;
static struct dash_acl_rule *acl_rules;
static u32 n_rules;

static u64 ask_acl(const void *a, u32 i)
{
	struct dash_acl_match m = { 0 };

	return dash_acl_lookup(a, &keys[i], &m) ? m.rule * 2ull : 0;
}

static bool scan_lists(const struct dash_prefix_list *l, const struct dash_ip *ip)
{
	for (u32 i = 0; i < l->n; i++)
		if (dash_bits_covers(dash_bits_of(&l->p[i].ip, false), l->p[i].len, dash_bits_of(ip, false)))
			return true;
	return false;
}

static u64 scan_acl(const void *a, u32 i)
{
	const struct dash_acl_key *k = &keys[i];

	for (u32 r = 0; r < n_rules; r++) {
		const struct dash_acl_rule *x = &acl_rules[r];

		if (k->dport >= x->dport->lo && k->dport <= x->dport->hi && k->proto == x->protos[0] &&
		    scan_lists(x->src[0], &k->src) && scan_lists(x->dst[0], &k->dst))
			return r * 2ull;
	}
	return 0;
}

static const struct dash_prefix_list *acl_list(u32 n, u32 net)
{
	struct dash_prefix_list *l = malloc(sizeof(*l) + n * sizeof(l->p[0]));

	l->n = n;
	for (u32 i = 0; i < n; i++) {
		l->p[i] = (struct dash_prefix){ .len = (u8)(20 + below(13)) };
		l->p[i].ip = mask_ip(rand_below(dash_ip_from_v4(htonl(net)), 8, false), l->p[i].len, false);
	}
	return l;
}

/* @n rules of @p source and @p destination prefixes, a port range, TCP or UDP. */
static void bench_acl(u32 n, u32 p)
{
	const struct dash_prefix_list **lists = calloc(2 * n, sizeof(*lists));
	struct dash_port_range *ports = calloc(n, sizeof(*ports));
	static const u8 protos[2] = { 6, 17 };
	struct dash_acl *a;
	char what[64];
	u64 start;
	u32 i;

	ktap_rng = n * 3 + p;
	acl_rules = calloc(n, sizeof(*acl_rules));
	n_rules = n;
	for (i = 0; i < n; i++) {
		lists[2 * i] = acl_list(p, 0x0a000000);
		lists[2 * i + 1] = acl_list(p, 0x14000000);
		ports[i].lo = (u16)below(60000);
		ports[i].hi = (u16)(ports[i].lo + below(5000));
		acl_rules[i] = (struct dash_acl_rule){
			.priority = i, .order = i, .allow = i % 3, .terminating = 1,
			.n_protos = 1, .protos = &protos[i % 2], .n_src = 1, .n_dst = 1,
			.src = &lists[2 * i], .dst = &lists[2 * i + 1], .n_dport = 1, .dport = &ports[i],
		};
	}
	start = now_ns();
	a = dash_acl_compile(acl_rules, n, false);
	start = now_ns() - start;
	if (IS_ERR(a))
		abort();
	for (i = 0; i < n_keys; i++) {
		u32 r = below(n);
		const struct dash_prefix *s = &lists[2 * r]->p[below(p)], *d = &lists[2 * r + 1]->p[below(p)];

		keys[i] = (struct dash_acl_key){
			.src = rand_below(s->ip, s->len, false), .dst = rand_below(d->ip, d->len, false),
			.sport = (u16)rnd(), .dport = (u16)(ports[r].lo + below(ports[r].hi - ports[r].lo + 1u)),
			.proto = protos[r % 2],
		};
		if (i % 2)
			keys[i].dst = rand_below(dash_ip_from_v4(htonl(0x14000000)), 8, false);
	}
	snprintf(what, sizeof(what), "ACL %u rules x %u x %u", n, p, p);
	report(what, ask_acl, a, start, dash_acl_memory(a), 2.0 * n * p, scan_acl, NULL, (u64)n * (2 + p / 8));
	dash_acl_free(a);
	for (i = 0; i < 2 * n; i++)
		free((void *)lists[i]);
	free(lists);
	free(ports);
	free(acl_rules);
}

static bool wanted(int argc, char **argv, const char *name)
{
	if (argc < 2)
		return true;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static const u32 acl[][2] = {
		{ 10, 1 }, { 10, 100 }, { 10, 1000 }, { 100, 1 }, { 100, 100 }, { 100, 1000 },
		{ 1000, 1 }, { 1000, 10 }, { 1000, 100 }, { 1000, 1000 }, { 10000, 1 }, { 10000, 100 },
	};
	u32 i;

	if (dash_mapping_init())
		return 1;
	if (argc > 3 && !strcmp(argv[1], "count")) {
		counting = true;
		n_keys = lookups = 1u << 14;
	}
	ips = calloc(n_keys, sizeof(*ips));
	keys = calloc(n_keys, sizeof(*keys));
	if (counting) {
		u32 n = (u32)strtoul(argv[3], NULL, 0), p = argc > 4 ? (u32)strtoul(argv[4], NULL, 0) : 1;

		if (!strcmp(argv[2], "acl"))
			bench_acl(n, p);
		else if (!strcmp(argv[2], "mapping"))
			bench_mapping(n);
		else
			bench_lpm(n, !strcmp(argv[2], "lpm6"));
		return 0;
	}
	printf("%-34s %8s %8s %8s %10s %12s %8s %12s\n", "one look-up waits for the last", "ns", "min", "max", "build ms",
	       "bytes", "bytes/", "scan ns");
	if (wanted(argc, argv, "acl"))
		for (i = 0; i < ARRAY_SIZE(acl); i++)
			bench_acl(acl[i][0], acl[i][1]);
	if (wanted(argc, argv, "lpm")) {
		for (i = 1000; i <= 1000000; i *= i < 100000 ? 100 : 10)
			bench_lpm(i, false);
		bench_lpm(200000, true);
	}
	if (wanted(argc, argv, "mapping")) {
		bench_mapping(65536);
		bench_mapping(1000000);
		bench_mapping(8000000);
	}
	return 0;
}
