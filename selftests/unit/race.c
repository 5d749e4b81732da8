// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * Readers beside one writer, under ThreadSanitizer ("make race"): what is in a
 * table all the time is found all the time, while everything around it comes
 * and goes and the table changes its size.
 */
#include <pthread.h>
#include "prefixes.h"
#include "mapping.h"
#include "rules.h"

#define STABLE	512
#define READERS	2

static const u32 rounds = 5;
static bool stop;
static struct dash_ip stable[STABLE];
static const char *failure;

static u64 local_rnd(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545f4914f6cdd1dull;
}

static struct dash_lpm *lpm;

static void *lpm_reader(void *arg)
{
	u64 s = (u64)(uintptr_t)arg, n = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		u32 i = local_rnd(&s) % STABLE;
		struct dash_ip other = stable[i];
		void *v;

		other.w[3] ^= htonl((u32)local_rnd(&s) & 0xffff);
		rcu_read_lock();
		v = dash_lpm_lookup(lpm, &stable[i]);
		dash_lpm_lookup(lpm, &other);
		rcu_read_unlock();
		if (v != &stable[i])
			__atomic_store_n(&failure, "a prefix that stays was not found", __ATOMIC_RELAXED);
		n++;
	}
	return (void *)(uintptr_t)n;
}

/* Noise is never longer than the stable host routes, so these always win. */
static void lpm_writer(bool v6)
{
	static struct dash_prefix noise[6000];
	u32 r, i, n = ARRAY_SIZE(noise);
	void *old;

	for (r = 0; r < rounds; r++) {
		bool wide = r & 1;

		for (i = 0; i < n; i++) {
			u32 len = below(v6 ? 128 : 32);
			struct dash_ip ip = random_ip(v6, wide ? WIDE : CLUSTER);

			noise[i] = prefix_cut(below(2) ? stable[below(STABLE)] : ip, len, v6);
			EXPECT(!dash_lpm_insert(lpm, &noise[i], &noise[i], &old), "insert");
		}
		for (i = 0; i < n; i++)
			dash_lpm_remove(lpm, &noise[i]);
	}
}

static void with_readers(void *(*reader)(void *), void (*writer)(bool), bool v6)
{
	pthread_t t[READERS];
	u64 lookups = 0;
	void *n;

	stop = false;
	failure = NULL;
	for (int i = 0; i < READERS; i++)
		pthread_create(&t[i], NULL, reader, (void *)(uintptr_t)(i * 77 + 1));
	writer(v6);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < READERS; i++) {
		pthread_join(t[i], &n);
		lookups += (uintptr_t)n;
	}
	printf("# %llu look-ups\n", lookups);
	EXPECT(!failure, "%s", failure);
}

static void lpm_race(bool v6)
{
	void *old;

	lpm = dash_lpm_create(v6);
	for (u32 i = 0; i < STABLE; i++) {
		struct dash_prefix p = prefix_cut(random_ip(v6, i % 2 ? CLUSTER : WIDE), v6 ? 128 : 32, v6);

		stable[i] = p.ip;
		dash_lpm_insert(lpm, &p, &stable[i], &old);
		for (u32 k = 0; k < i && old; k++)	/* the same address twice */
			if (dash_ip_eq(&stable[k], &p.ip)) {
				dash_lpm_insert(lpm, &p, &stable[k], &old);
				stable[i--] = stable[k];
				break;
			}
	}
	with_readers(lpm_reader, lpm_writer, v6);
	dash_lpm_destroy(lpm);
}

static void lpm_v4(void)
{
	lpm_race(false);
}

static void lpm_v6(void)
{
	lpm_race(true);
}

static struct dash_mapping_table *map;

static struct dash_ip ca(u32 i)
{
	return dash_ip_from_v4(htonl(0x0a000000 + i));
}

static void *map_reader(void *arg)
{
	u64 s = (u64)(uintptr_t)arg, n = 0;
	struct dash_ip pa = ca(1u << 20);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct dash_ip key = ca(local_rnd(&s) % STABLE), noise = ca(local_rnd(&s) % 20000);
		struct dash_mapping *m;

		rcu_read_lock();
		m = dash_mapping_find(map, &key);
		if (!m || !dash_ip_eq(&m->ca, &key))
			__atomic_store_n(&failure, "a mapping that stays was not found", __ATOMIC_RELAXED);
		if (!dash_mapping_pa_valid(map, &pa))
			__atomic_store_n(&failure, "a PA that stays was not valid", __ATOMIC_RELAXED);
		m = dash_mapping_find(map, &noise);
		if (m)
			atomic64_inc(&m->hits);
		rcu_read_unlock();
		n++;
	}
	return (void *)(uintptr_t)n;
}

static void map_put(u32 i, u32 pa)
{
	struct dash_mapping *m = dash_mapping_alloc(), *old;

	m->ca = ca(i);
	m->pa = ca((1u << 20) + pa);
	EXPECT(!dash_mapping_insert(map, m, &old), "insert");
	dash_mapping_free_rcu(old);
}

/* Up to 20,000 entries and down again, stable ones replaced meanwhile. */
static void map_writer(bool v6)
{
	for (u32 r = 0; r < rounds; r++) {
		for (u32 i = STABLE; i < 20000; i++) {
			map_put(i, below(3000));
			if (i % 8 == 0)
				map_put(below(STABLE), 0);
			BAIL();
		}
		for (u32 i = STABLE; i < 20000; i++) {
			struct dash_ip key = ca(i);

			dash_mapping_free_rcu(dash_mapping_remove(map, &key));
		}
	}
}

static void map_race(void)
{
	map = dash_mapping_table_create();
	for (u32 i = 0; i < STABLE; i++)
		map_put(i, 0);
	with_readers(map_reader, map_writer, false);
	dash_mapping_table_destroy(map, NULL);
}

/* ---- a group that is replaced ---- */

#define VERSION_RULES	60

static struct dash_acl __rcu *bound;
static struct dash_acl_rule_stats version_stats[2];

/* Every version has other rules and other counters; its last rule matches all, so "nothing" is a mixture. */
static struct dash_acl *version(u32 n)
{
	struct dash_acl *a;
	struct group g;

	group_make(&g, VERSION_RULES, false, CLUSTER, 8, 12);
	for (u32 i = 0; i < g.n; i++) {
		g.r[i].stats = &version_stats[n % 2];
		g.r[i].allow = n % 2;
	}
	g.r[g.n - 1] = (struct dash_acl_rule){ .priority = ~0u, .order = g.n, .allow = n % 2, .stats = &version_stats[n % 2] };
	a = dash_acl_compile(g.r, g.n, false);
	group_free(&g);
	return a;
}

static void *acl_reader(void *arg)
{
	u64 s = (u64)(uintptr_t)arg, n = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct dash_acl_key k = { .src = ca(local_rnd(&s) & 0x3ffff), .dst = ca(local_rnd(&s) & 0x3ffff),
					  .sport = (u16)local_rnd(&s), .dport = (u16)local_rnd(&s), .proto = 6 };
		const struct dash_acl_match *m;

		rcu_read_lock();
		m = dash_acl_lookup(rcu_dereference(bound), &k);
		if (!m || m->stats != &version_stats[m->allow])
			__atomic_store_n(&failure, "a rule of no version, or of two", __ATOMIC_RELAXED);
		else
			atomic64_inc(&m->stats->hits);
		rcu_read_unlock();
		n++;
	}
	return (void *)(uintptr_t)n;
}

static void acl_writer(bool v6)
{
	for (u32 i = 1; i < 200; i++) {
		struct dash_acl *a = version(i), *old = bound;

		EXPECT(!IS_ERR(a), "compile");
		rcu_assign_pointer(bound, a);
		synchronize_rcu();
		dash_acl_free(old);
	}
}

static void acl_race(void)
{
	bound = version(0);
	with_readers(acl_reader, acl_writer, false);
	dash_acl_free(bound);
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 4);
	if (dash_mapping_init())
		return 1;
	KTAP_RUN(lpm_v4, "IPv4 prefixes that stay are always found beside a writer");
	KTAP_RUN(lpm_v6, "IPv6 prefixes that stay are always found beside a writer");
	KTAP_RUN(map_race, "mappings that stay are always found beside a writer");
	KTAP_RUN(acl_race, "a group that is replaced is seen whole, the old one or the new one");
	dash_mapping_exit();
	return ktap_end();
}
