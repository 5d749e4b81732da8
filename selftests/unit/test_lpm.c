// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * kernel/lpm.c against a list that is scanned, prefix by prefix and bit by bit:
 * random and adversarial prefixes, both families, updates between look-ups,
 * every allocation failing once, nothing leaked.
 */
#include "prefixes.h"

struct naive {
	u32 n, room;
	struct { struct dash_prefix p; u64 first; u64 first_mask; void *v; } *e;
};

/* The first 64 bits, so that the scan rejects most entries by one comparison. */
static void first_bits(const struct dash_ip *ip, bool v6, u64 *out)
{
	u8 b[16] = { 0 };
	int i;

	bytes_of_ip(ip, v6, b);
	for (i = 0, *out = 0; i < 8; i++)
		*out = *out << 8 | b[i];
}

static int naive_find(const struct naive *t, const struct dash_prefix *p)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		if (prefix_eq(&t->e[i].p, p))
			return (int)i;
	return -1;
}

static void *naive_insert(struct naive *t, const struct dash_prefix *p, void *v)
{
	int i = naive_find(t, p);
	void *old = NULL;

	if (i < 0) {
		if (t->n == t->room) {
			t->room = t->room * 2 + 16;
			t->e = realloc(t->e, t->room * sizeof(*t->e));
		}
		i = (int)t->n++;
		t->e[i].p = *p;
		first_bits(&p->ip, p->v6, &t->e[i].first);
		t->e[i].first_mask = p->len >= 64 ? ~0ull : p->len ? ~0ull << (64 - p->len) : 0;
	} else {
		old = t->e[i].v;
	}
	t->e[i].v = v;
	return old;
}

static void *naive_remove(struct naive *t, const struct dash_prefix *p)
{
	int i = naive_find(t, p);
	void *old;

	if (i < 0)
		return NULL;
	old = t->e[i].v;
	t->e[i] = t->e[--t->n];
	return old;
}

static void *naive_lookup(const struct naive *t, const struct dash_ip *ip, bool v6)
{
	int best = -1;
	void *v = NULL;
	u64 f;
	u32 i;

	first_bits(ip, v6, &f);
	for (i = 0; i < t->n; i++)
		if (!((f ^ t->e[i].first) & t->e[i].first_mask) && (int)t->e[i].p.len > best &&
		    naive_covers(&t->e[i].p, ip)) {
			best = t->e[i].p.len;
			v = t->e[i].v;
		}
	return v;
}

static struct dash_ip some_ip(const struct naive *t, bool v6, enum shape s)
{
	if (t->n && below(4))
		return ip_near(&t->e[below(t->n)].p);
	return random_ip(v6, s);
}

static void compare(const struct dash_lpm *t, const struct naive *nv, bool v6, enum shape s, u32 lookups)
{
	while (lookups--) {
		struct dash_ip ip = some_ip(nv, v6, s);
		void *a = dash_lpm_lookup(t, &ip), *b = naive_lookup(nv, &ip, v6);

		ktap_compared++;
		EXPECT(a == b, "%s %08x %08x %08x %08x: %p, expected %p, %u prefixes", v6 ? "v6" : "v4",
		       ntohl(ip.w[0]), ntohl(ip.w[1]), ntohl(ip.w[2]), ntohl(ip.w[3]), a, b, nv->n);
	}
	EXPECT(dash_lpm_count(t) == nv->n, "%u, expected %u", dash_lpm_count(t), nv->n);
}

static u64 next_value = 16;

/* One random update of both; @grow out of 8 are insertions.  @fail: with failing allocations. */
static void update(struct dash_lpm *t, struct naive *nv, bool v6, enum shape s, u32 grow, bool fail)
{
	struct dash_prefix p = random_prefix(v6, s);
	void *v = (void *)(next_value += 8), *old, *expected;
	bool insert = below(8) < grow;

	if (nv->n && below(3) == (insert ? 0 : 1))
		p = nv->e[below(nv->n)].p;
	if (fail)
		shim_fail_nth(1 + below(3));
	if (insert) {
		int err = dash_lpm_insert(t, &p, v, &old);

		EXPECT(!err || (err == -ENOMEM && fail && shim_failed()), "insert: %d", err);
		if (!err) {
			expected = naive_insert(nv, &p, v);
			EXPECT(old == expected, "old %p, expected %p", old, expected);
		}
	} else {
		old = dash_lpm_remove(t, &p);
		expected = naive_remove(nv, &p);
		EXPECT(old == expected, "removed %p, expected %p", old, expected);
	}
	shim_fail_nth(0);
}

static void drain(struct dash_lpm *t, struct naive *nv)
{
	while (nv->n) {
		struct dash_prefix p = nv->e[below(nv->n)].p;
		void *v = dash_lpm_remove(t, &p);
		void *expected = naive_remove(nv, &p);

		EXPECT(v == expected, "removed %p, expected %p", v, expected);
	}
	EXPECT(!dash_lpm_count(t), "count %u", dash_lpm_count(t));
}

static void run(bool v6, enum shape s, u32 rounds, u32 updates, u32 lookups, bool fail)
{
	u64 before = shim_live();
	struct dash_lpm *t = dash_lpm_create(v6);
	struct naive nv = { 0 };
	size_t empty = dash_lpm_memory(t);
	u32 i, k;

	for (i = 0; i < rounds; i++) {
		for (k = 0; k < updates; k++) {
			update(t, &nv, v6, s, i % 4 < 2 ? 7 : i % 4 == 2 ? 4 : 1, fail);
			BAIL();
		}
		compare(t, &nv, v6, s, lookups);
		BAIL();
	}
	if (i % 2) {
		drain(t, &nv);
		BAIL();
		EXPECT(fail || dash_lpm_memory(t) == empty, "%zu bytes left, %zu empty", dash_lpm_memory(t), empty);
		compare(t, &nv, v6, s, 10);
	}
	dash_lpm_destroy(t);
	free(nv.e);
	EXPECT(shim_live() == before, "%lld objects leaked", shim_live() - before);
}

static void small_v4(void)
{
	for (enum shape s = 0; s < SHAPES; s++) {
		run(false, s, 21, 40, 3500, false);
		BAIL();
	}
}

static void small_v6(void)
{
	for (enum shape s = 0; s < SHAPES; s++) {
		run(true, s, 21, 40, 3500, false);
		BAIL();
	}
}

/* Through the sizes of the front, and back. */
static void large(void)
{
	for (int v6 = 0; v6 < 2; v6++) {
		run(v6, WIDE, 5, 3000, 2000, false);
		BAIL();
		run(v6, CLUSTER, 5, 3000, 2000, false);
		BAIL();
	}
}

static void no_memory(void)
{
	for (enum shape s = 0; s < SHAPES; s++)
		for (int v6 = 0; v6 < 2; v6++) {
			run(v6, s, 41, 100, 300, true);
			BAIL();
		}
}

static void create_no_memory(void)
{
	u64 before = shim_live();

	for (int i = 1; i <= 2; i++) {
		struct dash_lpm *t;

		shim_fail_nth(i);
		t = dash_lpm_create(false);
		shim_fail_nth(0);
		EXPECT(!t, "created");
	}
	EXPECT(shim_live() == before, "leaked");
}

/* Every length along one address, removed in any order. */
static void every_length(void)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct dash_lpm *t = dash_lpm_create(v6);
		struct dash_ip ip = random_ip(v6, WIDE);
		struct naive nv = { 0 };
		void *old;

		for (unsigned int len = 0; len <= (v6 ? 128 : 32); len++) {
			struct dash_prefix p = prefix_cut(ip, len, v6);

			EXPECT(!dash_lpm_insert(t, &p, (void *)(8ul + 8 * len), &old) && !old, "insert /%u", len);
			naive_insert(&nv, &p, (void *)(8ul + 8 * len));
			EXPECT(dash_lpm_lookup(t, &ip) == (void *)(8ul + 8 * len), "/%u not found", len);
			compare(t, &nv, v6, NESTED, 500);
			BAIL();
		}
		while (nv.n) {
			struct dash_prefix p = nv.e[below(nv.n)].p;

			dash_lpm_remove(t, &p);
			naive_remove(&nv, &p);
			compare(t, &nv, v6, NESTED, 500);
			BAIL();
		}
		dash_lpm_destroy(t);
		free(nv.e);
	}
}

/* 100,000 routes of the kinds a table has: at most 32 bytes each. */
static void memory(void)
{
	struct dash_lpm *t = dash_lpm_create(false);
	size_t bytes;
	void *old;

	while (dash_lpm_count(t) < 100000) {
		struct dash_prefix p = prefix_cut(random_ip(false, WIDE), 12 + below(21), false);

		if (p.len > 24 && below(4))
			p = prefix_cut(p.ip, 24, false);
		EXPECT(!dash_lpm_insert(t, &p, t, &old), "insert");
	}
	bytes = dash_lpm_memory(t);
	EXPECT(bytes <= 3200000, "%zu bytes", bytes);
	printf("# %zu bytes a route\n", bytes / 100000);
	dash_lpm_destroy(t);
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 8);
	KTAP_RUN(small_v4, "IPv4 equals a scan under random updates");
	KTAP_RUN(small_v6, "IPv6 equals a scan under random updates");
	KTAP_RUN(every_length, "every prefix length nests");
	KTAP_RUN(large, "large tables equal a scan");
	KTAP_RUN(no_memory, "a failed allocation changes nothing and removal still works");
	KTAP_RUN(create_no_memory, "creation without memory fails cleanly");
	KTAP_RUN(memory, "100,000 IPv4 routes take at most 32 bytes each");
	KTAP_RUN(ktap_million, "a million look-ups and more were compared");
	return ktap_end();
}
