// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * kernel/acl.c against a scan of all rules and all their lists, and the worked
 * sets of pipeline.md 10.2 and 10.4, rule by rule.
 */
#include "rules.h"
#include "acl_lookup.h"

static u64 matched;

static void compare(const struct dash_acl *a, const struct group *g, u32 lookups)
{
	u32 i;

	for (i = 0; i < lookups; i++) {
		struct dash_acl_key k = key_make(g);
		const struct dash_acl_match *m = dash_acl_lookup(a, &k);
		const struct dash_acl_rule *r = group_scan(g, &k);

		EXPECT(!m == !r && (!r || m->rule == r - g->r), "rule %d, expected %td of %u", m ? (int)m->rule : -1,
		       r ? r - g->r : -1, g->n);
		EXPECT(!r || (m->allow == r->allow && m->terminating == r->terminating && m->stats == r->stats),
		       "rule %td with another action", r - g->r);
		matched += !!m;
		ktap_compared++;
	}
}

static void run(u32 n, bool v6, enum shape s, u32 tags, u32 prefixes, u32 lookups)
{
	u64 before = shim_live();
	struct dash_acl *a;
	struct group g;

	group_make(&g, n, v6, s, tags, prefixes);
	a = dash_acl_compile(g.r, n, v6);
	EXPECT(!IS_ERR(a), "compile: %ld", PTR_ERR(a));
	compare(a, &g, lookups);
	dash_acl_free(a);
	group_free(&g);
	BAIL();
	EXPECT(shim_live() == before, "leaked");
}

static void random_v4(void)
{
	for (u32 i = 0; i < 400; i++) {
		run(below(30), false, below(SHAPES), below(5), below(12), 800);
		BAIL();
	}
}

static void random_v6(void)
{
	for (u32 i = 0; i < 400; i++) {
		run(below(30), true, below(SHAPES), below(5), below(12), 800);
		BAIL();
	}
	printf("# %llu of %llu look-ups matched\n", matched, ktap_compared);
	EXPECT(matched > ktap_compared / 4 && matched < ktap_compared / 4 * 3, "the packets ask too little");
}

/* More than one word, and more than one summary word. */
static void many_rules(void)
{
	for (u32 i = 0; i < 12; i++) {
		run(64 + below(1000), i % 2, below(SHAPES), 20, 6, 800);
		BAIL();
	}
	run(10000, false, CLUSTER, 100, 5, 400);
	BAIL();
	run(4096, false, WIDE, 100, 3, 400);
	BAIL();
	run(4097, true, NESTED, 100, 3, 400);
}

static void large_tags(void)
{
	run(100, false, WIDE, 30, 24000, 50);
	BAIL();
	run(100, true, CLUSTER, 10, 8000, 50);
}

/* A group of @n rules that name the lists @l, @each of them a rule, one after the other. */
static void group_naming(struct group *g, u32 n, bool v6, struct dash_prefix_list **l, u32 lists, u32 each)
{
	memset(g, 0, sizeof(*g));
	g->n = n;
	g->v6 = v6;
	g->r = calloc(n, sizeof(*g->r));
	for (u32 i = 0; i < n; i++) {
		const struct dash_prefix_list **side = group_own(g, calloc(each, sizeof(*side)));
		struct dash_port_range *ports = group_own(g, calloc(1, sizeof(*ports)));

		for (u32 k = 0; k < each; k++)
			side[k] = l[(i * each + k) % lists];
		ports->lo = (u16)below(60000);
		ports->hi = (u16)(ports->lo + below(5000));
		g->r[i] = (struct dash_acl_rule){ .priority = i, .order = i, .stats = &g->stats + i,
			.n_dport = 1, .dport = ports };
		if (i % 2) {
			g->r[i].src = side;
			g->r[i].n_src = (u16)each;
		} else {
			g->r[i].dst = side;
			g->r[i].n_dst = (u16)each;
		}
	}
}

static void naming(u32 n, bool v6, u32 lists, u32 each, u32 prefixes, const struct dash_prefix *common, u32 lookups)
{
	struct dash_prefix_list **l = calloc(lists, sizeof(*l));
	struct dash_acl *a;
	struct group g;

	for (u32 i = 0; i < lists; i++) {
		l[i] = list_make(prefixes, v6, WIDE, false);
		if (common)
			l[i]->p[below(prefixes)] = *common;
	}
	group_naming(&g, n, v6, l, lists, each);
	a = dash_acl_compile(g.r, n, v6);
	EXPECT(!IS_ERR(a), "compile: %ld", PTR_ERR(a));
	compare(a, &g, lookups);
	BAIL();
	for (u32 i = 0; common && i < lookups * 8; i++) {
		struct dash_acl_key k = { .src = ip_near(common), .dst = ip_near(common), .dport = (u16)rnd() };
		const struct dash_acl_match *m = dash_acl_lookup(a, &k);
		const struct dash_acl_rule *r = group_scan(&g, &k);

		EXPECT(!m == !r && (!r || m->rule == r - g.r), "an address in all lists");
		ktap_compared++;
		matched += !!m;
	}
	dash_acl_free(a);
	group_free(&g);
	for (u32 i = 0; i < lists; i++)
		free(l[i]);
	free(l);
}

/* The limits of the specification, each at its size. */
static void limits(void)
{
	struct dash_prefix p = prefix_cut(random_ip(false, CLUSTER), 24, false);

	naming(512, false, 512, 1, 8, &p, 100);		/* a prefix in 512 tags */
	BAIL();
	naming(1000, false, 4000, 4, 6, NULL, 100);	/* 4,000 tags */
	BAIL();
	naming(4, true, 4000, 4000, 6, NULL, 100);	/* in one rule */
	BAIL();
	naming(40, false, 2, 1, 24000, NULL, 40);	/* 24,000 prefixes a tag */
	BAIL();
	naming(20, true, 20, 1, 8000, NULL, 40);	/* 8,000 prefixes a rule */
	BAIL();
	naming(20, false, 20, 1, 8000, NULL, 40);
}

/* All stages at once find what each one finds. */
static void stages(void)
{
	const struct dash_acl *a[5];
	struct dash_acl_probe probe[5];
	struct group g[5];

	for (u32 round = 0; round < 60; round++) {
		bool v6 = round % 2;
		u32 n = 1 + below(5), i;

		for (i = 0; i < n; i++) {
			group_make(&g[i], below(below(8) ? 40 : 1400), v6, below(SHAPES), 5, 12);
			a[i] = dash_acl_compile(g[i].r, g[i].n, v6);
			EXPECT(!IS_ERR(a[i]), "compile");
		}
		for (u32 look = 0; look < 100; look++) {
			struct dash_acl_key k = key_make(&g[below(n)]);

			dash_acl_classify(a, n, &k, probe);
			for (i = 0; i < n; i++) {
				const struct dash_acl_match *m = dash_acl_decide(a[i], &k, &probe[i]);
				const struct dash_acl_rule *r = group_scan(&g[i], &k);

				EXPECT(!m == !r && (!r || m->rule == r - g[i].r), "stage %u of %u", i, n);
				ktap_compared++;
				matched += !!m;
			}
		}
		for (i = 0; i < n; i++) {
			bool final = true;

			for (u32 r = 0; r < g[i].n; r++)
				final &= g[i].r[r].terminating;
			EXPECT(dash_acl_final(a[i]) == final, "final");
			dash_acl_free((struct dash_acl *)a[i]);
			group_free(&g[i]);
		}
	}
}

static void no_memory(void)
{
	struct group g;
	u32 n = 0;

	group_make(&g, 40, false, WIDE, 4, 8);
	for (u64 nth = 1;; nth++, n++) {
		u64 before = shim_live();
		struct dash_acl *a;

		shim_fail_nth(nth);
		a = dash_acl_compile(g.r, g.n, false);
		shim_fail_nth(0);
		if (!IS_ERR(a)) {
			compare(a, &g, 300);
			dash_acl_free(a);
			/* The LPM tables' own front is the one thing done without. */
			if (!shim_failed())
				break;
		} else {
			EXPECT(PTR_ERR(a) == -ENOMEM, "%ld", PTR_ERR(a));
		}
		EXPECT(shim_live() == before, "leaked after allocation %llu failed", nth);
	}
	group_free(&g);
	EXPECT(n > 20, "only %u allocations", n);
}

static struct dash_prefix v4(u8 a, u8 b, u8 c, u8 d, u8 len)
{
	return (struct dash_prefix){ dash_ip_from_v4(htonl((u32)a << 24 | b << 16 | c << 8 | d)), len, 0 };
}

static int first(const struct dash_acl *a, struct dash_prefix dst)
{
	struct dash_acl_key k = { .dst = dst.ip, .src = v4(192, 0, 2, 1, 32).ip, .proto = 6 };
	const struct dash_acl_match *m = dash_acl_lookup(a, &k);

	return m ? (int)m->rule : -1;
}

/* The two stages of pipeline.md 10.4: which rule each selects. */
static void worked_set(void)
{
	const struct dash_prefix p1[] = { v4(10, 0, 0, 201, 32), v4(10, 0, 0, 200, 30), v4(8, 8, 8, 8, 32),
					  v4(1, 1, 1, 0, 30), v4(0, 0, 0, 0, 0) };
	const struct dash_prefix p2[] = { v4(10, 0, 0, 203, 32), v4(1, 1, 1, 1, 32), v4(1, 1, 1, 2, 32),
					  v4(0, 0, 0, 0, 0) };
	const struct { struct dash_prefix dst; int r1, r2; } expect[] = {
		{ v4(10, 0, 0, 200, 32), 1, 3 }, { v4(10, 0, 0, 201, 32), 0, 3 },
		{ v4(10, 0, 0, 202, 32), 1, 3 }, { v4(10, 0, 0, 203, 32), 1, 0 },
		{ v4(8, 8, 8, 8, 32), 2, 3 }, { v4(1, 1, 1, 1, 32), 3, 1 },
		{ v4(1, 1, 1, 2, 32), 3, 2 }, { v4(9, 9, 9, 9, 32), 4, 3 },
	};
	struct dash_prefix_list *l[9];
	const struct dash_prefix_list *lists[9];
	struct dash_acl_rule r[9] = { 0 };
	struct dash_acl *a1, *a2, *a3;

	for (u32 i = 0; i < 9; i++) {
		lists[i] = l[i] = calloc(1, sizeof(*l[i]) + sizeof(l[i]->p[0]));
		l[i]->n = 1;
		l[i]->p[0] = i < 5 ? p1[i] : p2[i - 5];
		r[i].n_dst = 1;
		r[i].dst = &lists[i];
		r[i].priority = i == 4 || i == 8 ? 100 : i % 5;
	}
	a1 = dash_acl_compile(r, 5, false);
	a2 = dash_acl_compile(r + 5, 4, false);
	a3 = dash_acl_compile(r, 4, false);
	for (u32 i = 0; i < ARRAY_SIZE(expect); i++) {
		EXPECT(first(a1, expect[i].dst) == expect[i].r1, "stage 1, packet %u: %d", i, first(a1, expect[i].dst));
		EXPECT(first(a2, expect[i].dst) == expect[i].r2, "stage 2, packet %u: %d", i, first(a2, expect[i].dst));
	}
	EXPECT(first(a3, v4(9, 9, 9, 9, 32)) == -1, "matched without the priority 100 rule");
	dash_acl_free(a1);
	dash_acl_free(a2);
	dash_acl_free(a3);
	for (u32 i = 0; i < 9; i++)
		free(l[i]);
}

/* The tags of pipeline.md 10.2: an address carries every tag with a covering prefix. */
static void worked_tags(void)
{
	struct dash_prefix_list *l[3];
	const struct dash_prefix_list *lists[3];
	struct dash_acl_rule r[3] = { 0 };
	struct dash_acl *a, *b;

	for (u32 i = 0; i < 3; i++) {
		lists[i] = l[i] = calloc(1, sizeof(*l[i]) + 3 * sizeof(l[i]->p[0]));
		r[i].n_dst = 1;
		r[i].dst = &lists[i];
		r[i].priority = i;
	}
	l[0]->n = 2;
	l[0]->p[0] = v4(10, 1, 1, 0, 24);
	l[0]->p[1] = v4(20, 1, 1, 0, 24);
	l[1]->n = 3;
	l[1]->p[0] = v4(10, 0, 0, 0, 8);
	l[1]->p[1] = v4(20, 1, 1, 0, 24);
	l[1]->p[2] = v4(50, 1, 1, 1, 32);
	a = dash_acl_compile(r, 3, false);	/* the third is empty: matches nothing */
	r[0].priority = 9;
	b = dash_acl_compile(r, 3, false);
	EXPECT(first(a, v4(10, 1, 1, 1, 32)) == 0 && first(b, v4(10, 1, 1, 1, 32)) == 1, "10.1.1.1 carries both");
	EXPECT(first(a, v4(10, 1, 2, 1, 32)) == 1 && first(b, v4(10, 1, 2, 1, 32)) == 1, "10.1.2.1 carries tag 2");
	EXPECT(first(a, v4(20, 1, 1, 9, 32)) == 0 && first(b, v4(20, 1, 1, 9, 32)) == 1, "20.1.1.9 carries both");
	EXPECT(first(a, v4(50, 1, 1, 2, 32)) == -1, "50.1.1.2 carries none");
	dash_acl_free(a);
	dash_acl_free(b);
	for (u32 i = 0; i < 3; i++)
		free(l[i]);
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 10);
	KTAP_RUN(random_v4, "random IPv4 groups equal a scan");
	KTAP_RUN(random_v6, "random IPv6 groups equal a scan");
	KTAP_RUN(many_rules, "groups of up to 10,000 rules equal a scan");
	KTAP_RUN(large_tags, "tags of 24,000 prefixes equal a scan");
	KTAP_RUN(limits, "the specification's limits of tags and lists equal a scan");
	KTAP_RUN(stages, "stages that are classified together equal each alone");
	KTAP_RUN(worked_set, "the worked set of two stages selects as written");
	KTAP_RUN(worked_tags, "any covering prefix of a tag counts");
	KTAP_RUN(no_memory, "every allocation that fails is reported and leaks nothing");
	KTAP_RUN(ktap_million, "a million look-ups and more were compared");
	return ktap_end();
}
