// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * kernel/mapping.c against an array over a small world of addresses: inserts,
 * replacements and removals through growth and shrinking, PA use counts, walks
 * that are interrupted by updates, every allocation failing once.
 */
#include "ktap.h"
#include "mapping.h"

#define WORLD	4096		/* CAs, half of them IPv6 */
#define HOSTS	97		/* PAs, likewise */

static struct dash_ip address(u32 i, u8 net)
{
	struct dash_ip ip = dash_ip_from_v4(htonl((u32)net << 24 | i / 2));

	if (i & 1)	/* IPv6 with the same last word: the two must not meet */
		ip = (struct dash_ip){ { htonl(0x20010db8), htonl(net), htonl(i & 2 ? 0xffff : 0), htonl((u32)net << 24 | i / 2) } };
	return ip;
}

struct twin {
	struct dash_mapping *m[WORLD];
	int pa[WORLD];
	u32 uses[HOSTS];
	u32 n;
};

static int freed_ext;

static void free_ext(void *ext)
{
	freed_ext++;
}

static void check_one(const struct dash_mapping_table *t, const struct twin *w, u32 i)
{
	struct dash_ip ca = address(i, 10), pa = address(i % HOSTS, 172);
	struct dash_mapping *m = dash_mapping_find(t, &ca);

	ktap_compared++;
	EXPECT(m == w->m[i], "CA %u: %p, expected %p", i, (void *)m, (void *)w->m[i]);
	if (m) {
		struct dash_ip expected = address(w->pa[i], 172);

		EXPECT(dash_ip_eq(&m->pa, &expected), "CA %u has another PA", i);
	}
	EXPECT(dash_mapping_pa_valid(t, &pa) == !!w->uses[i % HOSTS], "PA %u: %u uses", i % HOSTS,
	       w->uses[i % HOSTS]);
}

static void update(struct dash_mapping_table *t, struct twin *w, u32 grow, bool fail)
{
	u32 i = below(WORLD), pa = below(below(3) ? HOSTS / 8 : HOSTS);
	struct dash_ip ca = address(i, 10);
	struct dash_mapping *m, *old;
	int err;

	if (below(8) < grow) {
		m = dash_mapping_alloc();
		m->ca = ca;
		m->pa = address(pa, 172);
		m->ext = i % 2 ? m : NULL;
		if (fail)
			shim_fail_nth(1 + below(2));
		err = dash_mapping_insert(t, m, &old);
		EXPECT(!err || (fail && err == -ENOMEM), "insert: %d", err);
		shim_fail_nth(0);
		if (err) {
			dash_mapping_free(m);
			return;
		}
		EXPECT(old == w->m[i], "replaced %p, expected %p", (void *)old, (void *)w->m[i]);
		w->n += !old;
		w->m[i] = m;
		w->uses[pa]++;
	} else {
		if (fail)
			shim_fail_nth(1);
		old = dash_mapping_remove(t, &ca);
		shim_fail_nth(0);
		EXPECT(old == w->m[i], "removed %p, expected %p", (void *)old, (void *)w->m[i]);
		w->n -= !!old;
		w->m[i] = NULL;
	}
	if (old) {
		w->uses[w->pa[i]]--;
		dash_mapping_free_rcu(old);
	}
	w->pa[i] = (int)pa;
}

static void run(u32 rounds, u32 updates, u32 lookups, bool fail)
{
	u64 before = shim_live();
	struct dash_mapping_table *t = dash_mapping_table_create();
	struct twin *w = calloc(1, sizeof(*w));
	u32 r, k, ext = 0;

	for (r = 0; r < rounds; r++) {
		for (k = 0; k < updates; k++) {
			update(t, w, r % 8 < 4 ? 7 : 1, fail);
			BAIL();
			check_one(t, w, below(WORLD));
			BAIL();
		}
		for (k = 0; k < lookups; k++) {
			check_one(t, w, below(WORLD));
			BAIL();
		}
		EXPECT(dash_mapping_count(t) == w->n, "count %llu, expected %u", dash_mapping_count(t), w->n);
	}
	for (k = 0; k < WORLD; k++)
		ext += w->m[k] && w->m[k]->ext;
	freed_ext = 0;
	dash_mapping_table_destroy(t, free_ext);
	EXPECT(freed_ext == ext, "%d ext freed, expected %u", freed_ext, ext);
	free(w);
	EXPECT(shim_live() == before, "leaked %lld objects", shim_live() - before);
}

static void updates(void)
{
	run(41, 1500, 13000, false);
}

static void no_memory(void)
{
	run(25, 1000, 2000, true);
}

static void create_no_memory(void)
{
	u64 before = shim_live();

	for (int i = 1; i <= 3; i++) {
		struct dash_mapping_table *t;

		shim_fail_nth(i);
		t = dash_mapping_table_create();
		shim_fail_nth(0);
		EXPECT(!t, "created without memory, allocation %d", i);
	}
	shim_fail_nth(1);
	EXPECT(!dash_mapping_alloc(), "allocated");
	shim_fail_nth(0);
	EXPECT(shim_live() == before, "leaked");
}

static struct dash_mapping *entry(u32 ca, u32 pa)
{
	struct dash_mapping *m = dash_mapping_alloc();

	m->ca = address(ca, 10);
	m->pa = address(pa, 172);
	return m;
}

/* What a replacement puts aside comes back without memory, its PA included. */
static void put_back(void)
{
	u64 before = shim_live();
	struct dash_mapping_table *t = dash_mapping_table_create();
	struct dash_mapping *first = entry(1, 1), *second = entry(1, 2), *old;
	struct dash_ip ca = address(1, 10), pa[] = { address(1, 172), address(2, 172) };

	EXPECT(!dash_mapping_insert(t, first, &old) && !old, "insert");
	EXPECT(!dash_mapping_insert_held(t, second, &old) && old == first, "replaced");
	EXPECT(dash_mapping_find(t, &ca) == second, "the new entry is found");
	EXPECT(dash_mapping_pa_valid(t, &pa[0]) && dash_mapping_pa_valid(t, &pa[1]), "both PAs are valid");
	shim_fail_nth(1);
	EXPECT(dash_mapping_put_back(t, old) == second, "put back");
	shim_fail_nth(0);
	EXPECT(dash_mapping_find(t, &ca) == first, "the old entry is found again");
	EXPECT(dash_mapping_pa_valid(t, &pa[0]) && !dash_mapping_pa_valid(t, &pa[1]), "with its PA alone");
	EXPECT(!dash_mapping_insert_held(t, second, &old) && old == first, "replaced again");
	dash_mapping_release(t, old);
	dash_mapping_free(old);
	EXPECT(!dash_mapping_pa_valid(t, &pa[0]) && dash_mapping_pa_valid(t, &pa[1]), "released, only the new PA is valid");
	EXPECT(dash_mapping_count(t) == 1, "one entry");
	second = entry(9, 9);
	EXPECT(!dash_mapping_put_back(t, second), "nothing to take the place of");
	dash_mapping_free(second);
	dash_mapping_table_destroy(t, NULL);
	EXPECT(shim_live() == before, "leaked");
}

struct walk {
	u8 seen[WORLD];
	u32 left;
};

static int see(struct dash_mapping *m, void *arg)
{
	struct walk *w = arg;
	u32 i = (ntohl(m->ca.w[3]) & 0xffffff) * 2 + !dash_ip_is_v4(&m->ca);

	if (!w->left)
		return -EMSGSIZE;
	w->left--;
	w->seen[i]++;
	return 0;
}

static void fill(struct dash_mapping_table *t, u32 from, u32 to)
{
	struct dash_mapping *old;

	for (; from < to; from++) {
		struct dash_mapping *m = dash_mapping_alloc();

		m->ca = address(from, 10);
		m->pa = address(0, 172);
		EXPECT(!dash_mapping_insert(t, m, &old) && !old, "insert");
	}
}

/* A dump in parts of every size shows everything once, also while the table moves to another size. */
static void walk(void)
{
	for (u32 n = 0; n < 200; n++) {
		struct dash_mapping_table *t = dash_mapping_table_create();
		struct walk w = { 0 };
		u64 pos = 0;
		int err;

		fill(t, 0, n);
		do {
			w.left = 1 + below(7);
			err = dash_mapping_walk(t, &pos, see, &w);
		} while (err == -EMSGSIZE);
		EXPECT(!err, "walk: %d", err);
		for (u32 i = 0; i < WORLD; i++)
			EXPECT(w.seen[i] == (i < n), "entry %u of %u seen %u times", i, n, w.seen[i]);
		dash_mapping_table_destroy(t, NULL);
	}
}

/* What stays is shown, whatever comes and goes, as long as a stop is between buckets. */
static void walk_and_update(void)
{
	struct dash_mapping_table *t = dash_mapping_table_create();
	struct walk w = { 0 };
	u32 next = 1000, missed = 0;
	u64 pos = 0;
	int err;

	fill(t, 0, 1000);
	do {
		w.left = 50;
		err = dash_mapping_walk(t, &pos, see, &w);
		if (next < WORLD - 200) {
			fill(t, next, next + 150);
			next += 150;
		}
	} while (err == -EMSGSIZE);
	for (u32 i = 0; i < 1000; i++)
		missed += !w.seen[i];
	EXPECT(!missed, "%u missed", missed);
	dash_mapping_table_destroy(t, NULL);
}

/* A million entries on a hundred thousand hosts, and each on its own. */
static void memory(void)
{
	for (u32 hosts = 100000; hosts <= 1000000; hosts *= 10) {
		struct dash_mapping_table *t = dash_mapping_table_create();
		size_t bytes;

		for (u32 i = 0; i < 1000000; i++) {
			struct dash_mapping *m = dash_mapping_alloc(), *old;

			m->ca = dash_ip_from_v4(htonl(i));
			m->pa = dash_ip_from_v4(htonl(i % hosts));
			EXPECT(!dash_mapping_insert(t, m, &old), "insert");
		}
		bytes = dash_mapping_memory(t);
		printf("# %u hosts: %zu.%zu bytes an entry\n", hosts, bytes / 1000000, bytes / 100000 % 10);
		EXPECT(bytes <= 100000000, "%zu bytes", bytes);
		dash_mapping_table_destroy(t, NULL);
	}
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 8);
	if (dash_mapping_init())
		return 1;
	KTAP_RUN(updates, "equals an array under random updates, PAs are counted");
	KTAP_RUN(no_memory, "a failed allocation changes nothing and removal still works");
	KTAP_RUN(put_back, "what was replaced comes back without memory");
	KTAP_RUN(create_no_memory, "creation without memory fails cleanly");
	KTAP_RUN(walk, "a walk in parts shows everything once");
	KTAP_RUN(walk_and_update, "a walk between updates misses nothing that stays");
	KTAP_RUN(memory, "a million entries take at most 100 bytes each");
	KTAP_RUN(ktap_million, "a million look-ups and more were compared");
	dash_mapping_exit();
	return ktap_end();
}
