// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * Native speed of the engines, in one table: "bench [engine...]".
 *
 * ns: one look-up whose key waits for the result of the one before (latency, as
 * in the miss path), median of the runs; min and max beside it.  lines: cache lines
 * that are read one after the other, each to know the next; the mean over the
 * keys (mapping: by construction).  scan: the same question answered by going
 * through a list.  Below a row of ours, the same with 4,096 of the million keys, then DPDK's engine with the same
 * table and keys.  Keys are random, half of them inside the configured prefixes.  "bench time <engine> <sizes>" times one case,
 * "bench count <engine> <sizes>" runs it for an instruction counter.
 */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include "ktap.h"
#include "acl_lookup.h"
#include "lpm.h"
#include "lpm_lookup.h"
#include "inbound.h"
#include "mapping.h"
#include "bench_dpdk.h"

#define SLICES	65

/* Largest cross product that rte_acl is given. */
#define MAX_PRODUCT	100000u

/* Time of this thread: what else runs on the machine is not ours. */
static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A question: look up key @i, say something that depends on the answer. */
typedef u64 (*ask_fn)(const void *table, u32 i);

struct result { double median, low, high; };

static bool counting;

static u32 n_keys = 1u << 20, lookups = 1u << 14, warm_up;

/* @count look-ups from key @i on, each of a key that the answer of the one before helps to choose. */
static noinline u32 many(ask_fn ask, const void *table, u32 count, u32 i)
{
	while (count--)
		i += 1 + (u32)(ask(table, i & (n_keys - 1)) & 1);
	return i;
}

/* The part that valgrind counts: see "count" and "misses" in the Makefile. */
static noinline u32 many_counted(ask_fn ask, const void *table, u32 count, u32 i)
{
	while (count--)
		i += 1 + (u32)(ask(table, i & (n_keys - 1)) & 1);
	return i;
}

/*
 * The median of many short slices, and what a tenth of them is below, or above:
 * whatever else the machine does disturbs some, not most.  The first one warms up.
 */
static struct result measure(ask_fn ask, const void *table, u32 count, int slices)
{
	double ns[SLICES];
	u32 i = 0;

	if (counting) {
		i = many(ask, table, warm_up, i);
		i = many_counted(ask, table, count, i);
		__asm__ volatile("" :: "r"(i));
		return (struct result){ 0, 0, 0 };
	}
	for (int r = -1; r < slices; r++) {
		u64 t = now_ns();

		i = many(ask, table, count, i);
		if (r >= 0)
			ns[r] = (double)(now_ns() - t) / count;
	}
	__asm__ volatile("" :: "r"(i));
	qsort(ns, (size_t)slices, sizeof(ns[0]), cmp_double);
	return (struct result){ ns[slices / 2], ns[slices / 10], ns[slices - 1 - slices / 10] };
}

static double report(const char *what, ask_fn ask, const void *table, double lines, u64 build_ns, size_t bytes,
		     double units, ask_fn scan, const void *list, u64 scan_cost)
{
	struct result r = measure(ask, table, lookups, SLICES), s;

	if (counting)
		return 0;
	printf("%-34s %8.1f %8.1f %8.1f", what, r.median, r.low, r.high);
	if (lines != 0)
		printf(" %6.1f", lines);
	else
		printf(" %6s", "");
	printf(" %10.2f %12zu %8.1f", (double)build_ns / 1e6, bytes, (double)bytes / units);
	if (scan) {
		s = measure(scan, list, (u32)(scan_cost > 20000000 ? 1 : 20000000 / scan_cost + 1), 3);
		printf(" %12.1f", s.median);
	}
	printf("\n");
	return r.median;
}

/*
 * The same with few keys in use: as many connections begin between few addresses, and what the
 * caches hold is then the part of a table that is used, however large the table.
 */
#define FEW	4096u

static double report_few(ask_fn ask, const void *table)
{
	u32 all = n_keys;
	struct result r = { 0 };

	if (counting)
		return 0;
	n_keys = FEW;
	r = measure(ask, table, lookups, SLICES);
	n_keys = all;
	printf("  %-32s %8.1f %8.1f %8.1f\n", "4,096 of the keys alone", r.median, r.low, r.high);
	return r.median;
}

/* ---- targets ---- */

static struct { char text[96]; double value, limit; } target[32];
static u32 n_targets;

static void aim(double value, double limit, const char *text)
{
	if (counting || n_targets == ARRAY_SIZE(target))
		return;
	snprintf(target[n_targets].text, sizeof(target[0].text), "%s", text);
	target[n_targets].value = value;
	target[n_targets++].limit = limit;
}

static char notes[16][160];
static u32 n_notes;

static __attribute__((format(printf, 1, 2))) void note(const char *fmt, ...)
{
	va_list args;

	if (counting || n_notes == ARRAY_SIZE(notes))
		return;
	va_start(args, fmt);
	vsnprintf(notes[n_notes++], sizeof(notes[0]), fmt, args);
	va_end(args);
}

/* One load that waits for the last, in memory that is @bytes large, of huge pages if there are any. */
static double load_ns(size_t bytes)
{
	u32 n = (u32)(bytes / 64), i, x = 0;
	char *m = shim_alloc(bytes, 0);
	u32 *order = malloc(n * sizeof(*order));
	double ns[9];

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i; i--) {	/* one cycle through all lines */
		u32 j = below(i);

		swap(order[i], order[j]);
	}
	for (i = 0; i < n; i++)
		*(u32 *)(m + i * 64ul) = order[i];
	for (int r = -1; r < 9; r++) {
		u64 t = now_ns();

		for (i = 0; i < 100000; i++)
			x = *(u32 *)(m + x * 64ul);
		if (r >= 0)
			ns[r] = (double)(now_ns() - t) / 100000;
	}
	__asm__ volatile("" :: "r"(x));
	free(order);
	shim_free(m);
	qsort(ns, 9, sizeof(ns[0]), cmp_double);
	return ns[4];
}

/* ---- DPDK ---- */

static bool have_dpdk;

static double compare(const char *what, bool (*ask_built)(void), u64 (*ask)(const void *, u32),
		      void (*release)(struct dpdk_table *), struct dpdk_table *t, double units)
{
	u64 start = now_ns();
	char text[64];
	double ns = 0;

	if (counting)
		return 0;
	if (!have_dpdk) {
		printf("  %-32s not installed\n", what);
	} else if (!ask_built()) {
		printf("  %-32s cannot be built\n", what);
	} else {
		snprintf(text, sizeof(text), "  %s", what);
		ns = report(text, ask, t, 0, now_ns() - start, t->bytes, units, NULL, NULL, 0);
		release(t);
	}
	return ns;
}

static struct dpdk_table dpdk;

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

/* Lines read one after the other, from the front on; 0 of the bytes of a pointer are two. */
static u32 lpm_lines(const struct dash_lpm *t, const struct dash_ip *ip)
{
	struct dash_bits a = dash_bits_of(ip, t->v6), rest;
	const struct front *f = t->front;
	const struct node *n, *with = NULL;
	unsigned long slot;
	u32 lines = 1;

	if (((a.hi ^ f->base.hi) & f->mask.hi) | ((a.lo ^ f->base.lo) & f->mask.lo))
		return 2;
	rest = shift_left(a, f->skip);
	slot = f->e[(rest.hi >> 1) >> f->shift].slot;
	for (rest = shift_left(rest, f->bits); !(slot & TAG); rest = shift_left(rest, STRIDE)) {
		unsigned int i = rest.hi >> (64 - STRIDE);
		const unsigned long *at;

		n = node_of(slot);
		lines++;
		if (n->value & dash_lpm_cover[i])
			with = n;
		if (!(n->child >> i & 1))
			return lines + (with && with != n);
		at = &n->slot[hweight64(map_upto(n->child, i)) - 1];
		lines += (uintptr_t)at / 64 != (uintptr_t)n / 64;
		slot = *at;
	}
	return lines + 1;
}

static double lpm_mean_lines(const struct dash_lpm *t)
{
	u32 n = min(n_keys, 65536u);
	u64 sum = 0;

	for (u32 i = 0; i < n; i++)
		sum += lpm_lines(t, &ips[i]);
	return (double)sum / n;
}

static u32 *plain_ips;
static struct dpdk_route *plain_routes;

static bool build_lpm(void) { return dpdk_lpm(&dpdk, plain_routes, n_routes); }
static bool build_fib(void) { return dpdk_fib(&dpdk, plain_routes, n_routes); }

static struct dpdk_route6 *plain_routes6;

static bool build_fib6(void) { return dpdk_fib6(&dpdk, plain_routes6, n_routes); }

static void compare_lpm6(void)
{
	plain_routes6 = calloc(n_routes, sizeof(*plain_routes6));
	for (u32 i = 0; i < n_routes; i++) {
		memcpy(plain_routes6[i].addr, &routes[i].ip, sizeof(plain_routes6[i].addr));
		plain_routes6[i].len = routes[i].len;
	}
	dpdk.keys = ips;
	compare("rte_fib6", build_fib6, dpdk_ask_fib6, dpdk_fib6_free, &dpdk, n_routes);
	free(plain_routes6);
}

/* The same routes and keys for DPDK; rte_lpm adds in quadratic time.  Returns rte_fib's look-up. */
static double compare_lpm(double ours)
{
	u32 i;

	plain_ips = calloc(n_keys, sizeof(*plain_ips));
	plain_routes = calloc(n_routes, sizeof(*plain_routes));
	for (i = 0; i < n_keys; i++)
		plain_ips[i] = ntohl(ips[i].w[3]);
	for (i = 0; i < n_routes; i++)
		plain_routes[i] = (struct dpdk_route){ ntohl(routes[i].ip.w[3]), routes[i].len };
	dpdk.keys = plain_ips;
	if (n_routes <= 100000) {
		double theirs = compare("rte_lpm", build_lpm, dpdk_ask_lpm, dpdk_lpm_free, &dpdk, n_routes);

		if (n_routes == 100000 && theirs > 0)
			aim(ours / theirs, 1, "LPM 100k routes: of rte_lpm's look-up");
	} else {
		printf("  %-32s %u routes: not tried, it adds in quadratic time\n", "rte_lpm", n_routes);
	}
	ours = compare("rte_fib", build_fib, dpdk_ask_fib, dpdk_fib_free, &dpdk, n_routes);
	free(plain_ips);
	free(plain_routes);
	return ours;
}

static double bench_lpm(u32 n, bool v6, double *fib, double *local)
{
	struct dash_ip base = v6 ? (struct dash_ip){ { htonl(0x20000000) } } : dash_ip_from_v4(0);
	struct dash_lpm *t = dash_lpm_create(v6);
	char what[64];
	void *old;
	u64 start;
	u32 i;

	double ns;

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
	ns = report(what, ask_lpm, t, lpm_mean_lines(t), start, dash_lpm_memory(t), dash_lpm_count(t), scan_lpm, NULL, n);
	*local = report_few(ask_lpm, t);
	if (n == 100000)
		aim((double)dash_lpm_memory(t) / dash_lpm_count(t), 32, "LPM 100k routes: bytes a route");
	if (!v6 && !counting)
		*fib = compare_lpm(ns);
	else if (!counting)
		compare_lpm6();
	dash_lpm_destroy(t);
	free(routes);
	return ns;
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

static struct dash_ip *cas;

static bool build_hash(void) { return dpdk_hash(&dpdk, cas, n_entries); }

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
	/* The bucket, and of a chain of random length half the entries and one. */
	report(what, ask_mapping, t, 2 + n / 2.0 / (double)roundup_pow_of_two(n), start, dash_mapping_memory(t), n,
	       scan_mapping, NULL, n / 2);
	if (n == 8000000) {
		aim(1 + n / 2.0 / (double)roundup_pow_of_two(n), 2, "mapping 8M: cache misses beyond the bucket");
		aim((double)dash_mapping_memory(t) / n, 100, "mapping 8M: bytes an entry");
	}
	if (!counting) {
		cas = calloc(n, sizeof(*cas));
		for (i = 0; i < n; i++)
			cas[i] = entries[i]->ca;
		dpdk.keys = ips;
		compare("rte_hash", build_hash, dpdk_ask_hash, dpdk_hash_free, &dpdk, n);
		free(cas);
	}
	dash_mapping_table_destroy(t, NULL);
	free(entries);
}

/* ---- ACL ---- */

static struct dash_acl_key *keys;
static struct dash_acl_rule *acl_rules;
static u32 n_rules;

static u64 ask_acl(const void *a, u32 i)
{
	const struct dash_acl_match *m = dash_acl_lookup(a, &keys[i]);

	return m ? m->rule * 2ull : 0;
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

#define MAX_STAGES	5

struct stages {
	struct dash_acl *a[MAX_STAGES];
	u32 n;
};

/* All stages, as check_acl() of pipeline.c does it if no rule terminates. */
static u64 ask_stages(const void *table, u32 i)
{
	const struct stages *s = table;
	struct dash_acl_probe p[MAX_STAGES];
	u64 sum = 0;

	dash_acl_classify((const struct dash_acl *const *)s->a, s->n, &keys[i], p);
	for (u32 k = 0; k < s->n; k++) {
		const struct dash_acl_match *m = dash_acl_decide(s->a[k], &keys[i], &p[k]);

		if (m)
			sum += m->rule * 2ull;
	}
	return sum;
}

/* Lines read one after the other on the way to the end of a class. */
static u32 side_lines(const struct dash_acl *a, int side, u32 key)
{
	const struct dash_range *r = &a->addr[side];
	u32 entry = dash_range_entry(a->w, r, key), at = key - r->base, lines = at <= r->reach, shift = r->shift;
	const u32 *class = a->w + dash_range_value(a->w, r, key, entry), *p = NULL;

	while (entry & DASH_RANGE_MORE) {
		p = a->w + (entry & DASH_RANGE_INDEX);
		lines++;
		if (*p >> 31)	/* a list */
			break;
		at &= (u32)((1ull << shift) - 1);
		shift = *p;
		lines += (uintptr_t)(p + 1 + (at >> shift)) / 64 != (uintptr_t)p / 64;
		entry = p[1 + (at >> shift)];
		p = NULL;
	}
	if (entry & DASH_RANGE_LEAF && !p) {
		p = a->w + (entry & DASH_RANGE_INDEX);
		lines++;
	}
	return lines + (!p || (uintptr_t)p / 64 != (uintptr_t)class / 64);
}

static double acl_lines(const struct dash_acl *a)
{
	u32 n = min(n_keys, 65536u);
	u64 sum = 0;

	/* The longer side, then the rule. */
	for (u32 i = 0; i < n; i++) {
		u32 s = side_lines(a, DASH_ACL_SRC, ntohl(keys[i].src.w[3]));
		u32 d = side_lines(a, DASH_ACL_DST, ntohl(keys[i].dst.w[3]));

		sum += max(s, d) + 1;
	}
	return (double)sum / n;
}

static struct dpdk_rule *plain_rules;
static struct dpdk_key *plain_keys;
static u32 n_plain;

static bool build_acl(void) { return dpdk_acl(&dpdk, plain_rules, n_plain); }

/* rte_acl has no lists: every pair of prefixes is a rule. */
static double compare_acl(u32 n, u32 p)
{
	double ns;
	u32 r, i, j, k = 0;

	if ((u64)n * p * p > MAX_PRODUCT) {
		printf("  %-32s %llu plain rules: not tried\n", "rte_acl", (unsigned long long)n * p * p);
		return 0;
	}
	n_plain = n * p * p;
	plain_rules = calloc(n_plain, sizeof(*plain_rules));
	plain_keys = calloc(n_keys, sizeof(*plain_keys));
	for (r = 0; r < n; r++)
		for (i = 0; i < p; i++)
			for (j = 0; j < p; j++) {
				const struct dash_acl_rule *x = &acl_rules[r];
				const struct dash_prefix *s = &x->src[0]->p[i], *d = &x->dst[0]->p[j];

				plain_rules[k++] = (struct dpdk_rule){
					.src = ntohl(s->ip.w[3]), .dst = ntohl(d->ip.w[3]), .src_len = s->len,
					.dst_len = d->len, .proto = x->protos[0], .lo = x->dport->lo, .hi = x->dport->hi,
					.rank = r };
			}
	for (i = 0; i < n_keys; i++)
		plain_keys[i] = (struct dpdk_key){ .proto = keys[i].proto, .src = keys[i].src.w[3], .dst = keys[i].dst.w[3],
						   .sport = htons(keys[i].sport), .dport = htons(keys[i].dport) };
	dpdk.keys = plain_keys;
	ns = compare("rte_acl", build_acl, dpdk_ask_acl, dpdk_acl_free, &dpdk, 2.0 * n * p);
	free(plain_rules);
	free(plain_keys);
	return ns;
}

#define BUILDS	7

/* The last of several equal builds, and the median of their times. */
static struct dash_acl *acl_build(const struct dash_acl_rule *r, u32 n, int builds, u64 *ns)
{
	struct dash_acl *a = NULL;
	double t[BUILDS];

	for (int i = 0; i < builds; i++) {
		u64 start;

		dash_acl_free(a);
		start = now_ns();
		a = dash_acl_compile(r, n, false);
		t[i] = (double)(now_ns() - start);
		if (IS_ERR(a))
			abort();
	}
	qsort(t, (size_t)builds, sizeof(t[0]), cmp_double);
	*ns = (u64)t[builds / 2];
	return a;
}

struct acl_result { double ns, local, theirs, build_ms, bytes; };

/* @n rules of @p source and @p destination prefixes, a port range, TCP or UDP; @shared: all stages name the same lists. */
static struct acl_result bench_acl(u32 n, u32 p, u32 stages, bool shared)
{
	const struct dash_prefix_list **lists = calloc(2ul * n * stages, sizeof(*lists));
	struct dash_port_range *ports = calloc(n, sizeof(*ports));
	static const u8 protos[2] = { 6, 17 };
	struct acl_result res = { 0 };
	struct stages st = { .n = stages };
	size_t bytes = 0;
	char what[64];
	u64 start, build = 0;
	u32 i, k;

	ktap_rng = n * 3 + p;
	acl_rules = calloc(n, sizeof(*acl_rules));
	n_rules = n;
	for (k = 0; k < stages; k++) {
		const struct dash_prefix_list **l = lists + 2ul * n * k;

		for (i = 0; i < n; i++) {
			l[2 * i] = shared && k ? lists[2 * i] : acl_list(p, 0x0a000000);
			l[2 * i + 1] = shared && k ? lists[2 * i + 1] : acl_list(p, 0x14000000);
			ports[i].lo = (u16)below(60000);
			ports[i].hi = (u16)(ports[i].lo + below(5000));
			acl_rules[i] = (struct dash_acl_rule){
				.priority = i, .order = i, .allow = i % 3, .terminating = 1,
				.n_protos = 1, .protos = &protos[i % 2], .n_src = 1, .n_dst = 1,
				.src = &l[2 * i], .dst = &l[2 * i + 1], .n_dport = 1, .dport = &ports[i],
			};
		}
		st.a[k] = acl_build(acl_rules, n, stages == 1 && n * p <= 100000 && !counting ? BUILDS : 1, &start);
		build += start;
		bytes += dash_acl_memory(st.a[k]);
	}
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
	if (stages > 1)
		snprintf(what, sizeof(what), "  %u stages of these, %s lists", stages, shared ? "shared" : "own");
	else
		snprintf(what, sizeof(what), "ACL %u rules x %u x %u", n, p, p);
	res.ns = report(what, stages > 1 ? ask_stages : ask_acl, stages > 1 ? (void *)&st : (void *)st.a[0],
			acl_lines(st.a[0]), build, bytes, 2.0 * n * p * stages, stages > 1 ? NULL : scan_acl, NULL,
			(u64)n * (2 + p / 8));
	if (p > 1)
		res.local = report_few(stages > 1 ? ask_stages : ask_acl, stages > 1 ? (void *)&st : (void *)st.a[0]);
	res.build_ms = (double)build / 1e6;
	res.bytes = (double)bytes / (2.0 * n * p);
	if (stages == 1 && !counting)
		res.theirs = compare_acl(n, p);
	for (k = 0; k < stages; k++) {
		dash_acl_free(st.a[k]);
		for (i = 0; (!k || !shared) && i < 2 * n; i++)
			free((void *)lists[2ul * n * k + i]);
	}
	free(lists);
	free(ports);
	free(acl_rules);
	return res;
}

static void bench_acls(void)
{
	static const u32 shape[][2] = {
		{ 10, 1 }, { 10, 100 }, { 10, 1000 }, { 100, 1 }, { 100, 100 }, { 100, 1000 },
		{ 1000, 1 }, { 1000, 10 }, { 1000, 100 }, { 1000, 1000 }, { 10000, 1 }, { 10000, 100 },
		/* Not 10,000 x 1,000: in one /8 375 of these lists overlap at each address, and the sets of rules
		 * exceed 4 GiB, which is refused.
		 */
	};
	double small = 0, small_local = 0, plain = 0, their_plain = 0;

	for (u32 i = 0; i < ARRAY_SIZE(shape); i++) {
		u32 n = shape[i][0], p = shape[i][1];
		struct acl_result r = bench_acl(n, p, 1, false);

		if (n == 10 && p == 100) {
			small = r.ns;
			small_local = r.local;
		}
		if (n != 1000)
			continue;
		if (p == 1) {
			plain = r.ns;
			their_plain = r.theirs;
			if (r.theirs > 0)
				aim(r.ns / r.theirs, 0.5, "ACL 1,000 x 1 x 1: of rte_acl's look-up");
		} else if (p == 10 && r.theirs > 0) {
			aim(r.ns / r.theirs, 0.15, "ACL 1,000 x 10 x 10: of rte_acl's look-up");
		} else if (p == 100) {
			aim(r.ns / small, 1.5, "ACL 1,000 x 100 x 100: of ours at 10 x 100 x 100");
			aim(r.local / small_local, 1.5, "ACL 1,000 x 100 x 100: of ours at 10 x 100 x 100, 4,096 packets");
			aim(r.ns / plain, 8, "ACL 1,000 x 100 x 100: of ours at 1,000 x 1 x 1");
			if (their_plain > 0)
				aim(r.ns / their_plain, 1, "ACL 1,000 x 100 x 100: of rte_acl's at 1,000 x 1 x 1");
			aim(r.bytes, 64, "ACL 1,000 x 100 x 100: bytes a prefix");
			aim(r.build_ms, 100, "ACL 1,000 x 100 x 100: ms to build (a bound group replaced)");
			for (u32 k = 2; k <= MAX_STAGES; k++) {
				struct acl_result own = bench_acl(n, p, k, false);

				if (k != MAX_STAGES)
					continue;
				aim(own.ns / r.ns, 4, "five such stages, own lists: of one");
				aim(own.local / r.local, 4, "five such stages, own lists: of one, 4,096 packets");
			}
			aim(bench_acl(n, p, MAX_STAGES, true).ns / r.ns, 4, "five such stages, shared lists: of one");
		}
	}
}

/* ---- inbound rules ---- */

static struct dash_inbound_rule *in_rules;
static u32 n_in_rules;

static u64 ask_inbound(const void *t, u32 i)
{
	return (u64)(uintptr_t)dash_inbound_lookup(t, 100 + i % 16, &ips[i], 6 + i % 2 * 11);
}

/* The rules are in order of selection. */
static u64 scan_inbound(const void *t, u32 i)
{
	struct dash_bits b = dash_bits_of(&ips[i], false);
	u8 proto = (u8)(6 + i % 2 * 11);

	for (u32 k = 0; k < n_in_rules; k++) {
		const struct dash_inbound_rule *r = &in_rules[k];

		if (r->vni == 100 + i % 16 && (!r->proto || r->proto == proto) &&
		    dash_bits_covers(dash_bits_of(&r->src.ip, false), r->src.len, b))
			return (u64)(uintptr_t)r;
	}
	return 0;
}

static void bench_inbound(u32 n)
{
	struct dash_inbound *t;
	char what[64];
	u64 start;
	u32 i;

	ktap_rng = n + 3;
	n_in_rules = n;
	in_rules = calloc(n, sizeof(*in_rules));
	for (i = 0; i < n; i++) {
		struct dash_inbound_rule *r = &in_rules[i];

		*r = (struct dash_inbound_rule){ .vni = 100 + below(16), .priority = i, .order = i, .cookie = r,
						 .proto = (u8)(below(3) ? 0 : 6), .src.len = (u8)route_len(false) };
		r->src.ip = mask_ip(rand_below(dash_ip_from_v4(0), 0, false), r->src.len, false);
	}
	start = now_ns();
	t = dash_inbound_compile(in_rules, n);
	start = now_ns() - start;
	if (IS_ERR(t))
		abort();
	for (i = 0; i < n_keys; i++) {
		const struct dash_prefix *p = &in_rules[below(n)].src;

		ips[i] = i % 2 ? rand_below(p->ip, p->len, false) : rand_below(dash_ip_from_v4(0), 0, false);
	}
	snprintf(what, sizeof(what), "inbound %u rules, 16 VNIs", n);
	report(what, ask_inbound, t, 0, start, dash_inbound_memory(t), n, scan_inbound, NULL, n / 4);
	dash_inbound_free(t);
	free(in_rules);
}

/* ---- everything that a card may be told ---- */

#define CARD_ENIS	32
#define CARD_GROUPS	10

/*
 * The engines' part of the largest configuration: 32 ENIs with 10 groups each, none
 * shared, 1,000 rules x 100 prefixes from shared tags; 100,000 routes and 10,000 inbound
 * rules an ENI; 8 million mappings.  Memory as the engines account for it.
 */
static void bench_card(void)
{
	static const u32 rules = 1000, prefixes = 100, n_routes_each = 100000;
	const struct dash_prefix_list **tag = calloc(2 * rules, sizeof(*tag));
	struct dash_acl_rule *r = calloc(rules, sizeof(*r));
	struct dash_port_range *ports = calloc(rules, sizeof(*ports));
	static const u8 protos[2] = { 6, 17 };
	size_t bytes, sum = 0;
	u64 start = now_ns();
	u32 e, i, g;

	ktap_rng = 4711;
	for (i = 0; i < 2 * rules; i++)
		tag[i] = acl_list(prefixes, i % 2 ? 0x14000000 : 0x0a000000);
	for (bytes = 0, g = 0; g < CARD_ENIS * CARD_GROUPS; g++) {
		struct dash_acl *a;

		for (i = 0; i < rules; i++) {
			ports[i].lo = (u16)below(60000);
			ports[i].hi = (u16)(ports[i].lo + below(5000));
			r[i] = (struct dash_acl_rule){
				.priority = below(rules), .order = i, .allow = i % 3, .n_protos = 1, .protos = &protos[i % 2],
				.n_src = 1, .n_dst = 1, .src = &tag[2 * i], .dst = &tag[2 * i + 1],
				.n_dport = 1, .dport = &ports[i] };
		}
		a = dash_acl_compile(r, rules, false);
		if (IS_ERR(a))
			abort();
		bytes += dash_acl_memory(a);	/* stays: the sum is of what is there at once */
	}
	printf("card: %u ACL groups x %u rules x %u x %u, shared tags %37.2f s %8.2f GiB\n", CARD_ENIS * CARD_GROUPS,
	       rules, prefixes, prefixes, (double)(now_ns() - start) / 1e9, (double)bytes / (1ul << 30));
	sum += bytes;
	start = now_ns();
	for (bytes = 0, e = 0; e < CARD_ENIS; e++) {
		struct dash_lpm *t = dash_lpm_create(false);
		void *old;

		dash_lpm_set_private(t, true);
		for (i = 0; i < n_routes_each; i++) {
			struct dash_prefix p = { .len = (u8)route_len(false) };

			p.ip = mask_ip(rand_below(dash_ip_from_v4(0), 0, false), p.len, false);
			if (dash_lpm_insert(t, &p, r, &old))
				abort();
		}
		dash_lpm_set_private(t, false);
		bytes += dash_lpm_memory(t);
	}
	printf("card: %u routes %72.2f s %8.2f GiB\n", CARD_ENIS * n_routes_each, (double)(now_ns() - start) / 1e9,
	       (double)bytes / (1ul << 30));
	sum += bytes;
	start = now_ns();
	for (bytes = 0, e = 0; e < CARD_ENIS; e++) {
		struct dash_inbound_rule *in = calloc(10000, sizeof(*in));
		struct dash_inbound *t;

		for (i = 0; i < 10000; i++) {
			in[i] = (struct dash_inbound_rule){ .vni = 100 + below(16), .priority = i, .order = i,
							    .cookie = r, .src.len = (u8)route_len(false) };
			in[i].src.ip = mask_ip(rand_below(dash_ip_from_v4(0), 0, false), in[i].src.len, false);
		}
		t = dash_inbound_compile(in, 10000);
		if (IS_ERR(t))
			abort();
		bytes += dash_inbound_memory(t);
		free(in);
	}
	printf("card: %u inbound rules %65.2f s %8.2f GiB\n", CARD_ENIS * 10000, (double)(now_ns() - start) / 1e9,
	       (double)bytes / (1ul << 30));
	sum += bytes;
	start = now_ns();
	for (bytes = 0, e = 0; e < 8; e++) {
		struct dash_mapping_table *t = dash_mapping_table_create();
		struct dash_mapping *old;

		for (i = 0; i < 1000000; i++) {
			struct dash_mapping *m = dash_mapping_alloc();

			m->ca = dash_ip_from_v4(htonl(0x0a000000 + i));
			m->pa = dash_ip_from_v4(htonl(0xac100000 + i / 16));
			if (dash_mapping_insert(t, m, &old))
				abort();
		}
		bytes += dash_mapping_memory(t);
	}
	printf("card: %u mappings in 8 VNETs %59.2f s %8.2f GiB\n", 8000000, (double)(now_ns() - start) / 1e9,
	       (double)bytes / (1ul << 30));
	sum += bytes;
	aim((double)sum / (1ul << 30), 4, "32 ENIs: 320 groups, 3.2M routes, 320k inbound rules, 8M mappings, GiB");
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
	double few, many, fib[3] = { 0 }, local[3];
	bool single;
	u32 i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (dash_mapping_init())
		return 1;
	single = argc > 3 && (!strcmp(argv[1], "count") || !strcmp(argv[1], "misses") || !strcmp(argv[1], "time"));
	counting = single && *argv[1] != 't';
	if (counting && *argv[1] == 'c')
		n_keys = 1u << 14;
	else if (counting)
		warm_up = 1u << 18;
	ips = calloc(n_keys, sizeof(*ips));
	keys = calloc(n_keys, sizeof(*keys));
	have_dpdk = !counting && dpdk_init();
	if (single) {
		u32 n = (u32)strtoul(argv[3], NULL, 0), p = argc > 4 ? (u32)strtoul(argv[4], NULL, 0) : 1;

		if (!strcmp(argv[2], "acl"))
			bench_acl(n, p, argc > 5 ? (u32)strtoul(argv[5], NULL, 0) : 1, false);
		else if (!strcmp(argv[2], "mapping"))
			bench_mapping(n);
		else
			bench_lpm(n, !strcmp(argv[2], "lpm6"), &fib[0], &local[0]);
		return 0;
	}
	printf("%-34s %8s %8s %8s %6s %10s %12s %8s %12s\n", "one look-up waits for the last", "ns", "p10", "p90", "lines",
	       "build ms", "bytes", "bytes/", "scan ns");
	if (wanted(argc, argv, "acl"))
		bench_acls();
	if (wanted(argc, argv, "lpm")) {
		few = bench_lpm(1000, false, &fib[0], &local[0]);
		bench_lpm(100000, false, &fib[1], &local[1]);
		many = bench_lpm(1000000, false, &fib[2], &local[2]);
		aim(many / few, 1.3, "LPM 1M routes: of 1k");
		aim(local[2] / local[0], 1.3, "LPM 1M routes: of 1k, 4,096 addresses in use");
		for (i = 1; i < ARRAY_SIZE(fib); i++)
			if (fib[0] > 0 && fib[i] > 0)
				note("rte_fib's look-up among %s routes is %.1f times its own among 1k",
				     i == 1 ? "100k" : "1M", fib[i] / fib[0]);
		bench_lpm(200000, true, NULL, &local[0]);
	}
	if (wanted(argc, argv, "inbound"))
		bench_inbound(10000);
	if (wanted(argc, argv, "mapping")) {
		bench_mapping(65536);
		bench_mapping(1000000);
		bench_mapping(8000000);
	}
	if (wanted(argc, argv, "card"))
		bench_card();
	printf("\n%-72s %10s %10s\n", "target", "measured", "at most");
	for (i = 0; i < n_targets; i++)
		printf("%-72s %10.2f %10.2f%s\n", target[i].text, target[i].value, target[i].limit,
		       target[i].value > target[i].limit ? "  missed" : "");
	note("one load that waits for the last, by size of the memory: 32 kB %.1f ns, 512 kB %.1f, 6 MB %.1f, 32 MB %.1f, 256 MB %.1f",
	     load_ns(32 << 10), load_ns(512 << 10), load_ns(6 << 20), load_ns(32 << 20), load_ns(256 << 20));
	for (i = 0; i < n_notes; i++)
		printf("%s%s\n", i ? "" : "\n", notes[i]);
	return 0;
}
