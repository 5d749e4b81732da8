// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * kernel/inbound.c against a scan of all rules, on random rule sets with few
 * and many VNIs, nested sources, equal priorities, and one protocol or all.
 */
#include "prefixes.h"
#include "inbound.h"
#include "inbound_order.h"

static void *scan(const struct dash_inbound_rule *r, u32 n, u32 vni, const struct dash_ip *sip, u8 proto)
{
	const struct dash_inbound_rule *best = NULL;

	for (; n--; r++) {
		if (r->vni != vni || (r->proto && r->proto != proto))
			continue;
		if (best && !better(r, best))
			continue;
		if (!r->any_src && (r->src.v6 == dash_ip_is_v4(sip) || !naive_covers(&r->src, sip)))
			continue;
		best = r;
	}
	return best ? best->cookie : NULL;
}

static void make_rules(struct dash_inbound_rule *r, u32 n, u32 vnis, u32 priorities, u32 protos, enum shape s)
{
	u32 i, j;

	for (i = 0; i < n; i++) {
		bool v6 = below(2);

		memset(&r[i], 0, sizeof(r[i]));
		r[i].vni = below(vnis) * 3;
		r[i].any_src = !below(8);
		r[i].src = random_prefix(v6, s);
		r[i].proto = below(3) ? 0 : (u8)(1 + below(protos));
		if (protos == 255 && below(50))
			r[i].proto = (u8)(1 + below(protos));
		r[i].priority = below(priorities);
		r[i].order = i;
		r[i].cookie = &r[i];
		if (i && !below(3)) {
			j = below(i);
			r[i].src = prefix_cut(r[j].src.ip, below(r[j].src.len + 1), r[j].src.v6);
		}
	}
	for (i = n; i > 1; i--) {	/* the order of names is not that of the array */
		j = below(i);
		swap(r[i - 1].order, r[j].order);
	}
}

static void compare(const struct dash_inbound *t, const struct dash_inbound_rule *r, u32 n, u32 vnis,
		    u32 protos, enum shape s, u32 lookups)
{
	while (lookups--) {
		const struct dash_inbound_rule *x = &r[below(n)];
		u32 vni = below(4) ? x->vni : below(vnis * 3 + 2);
		u8 proto = (u8)(below(2) ? x->proto : below(protos + 2));
		struct dash_ip ip = below(4) ? ip_near(&x->src) : random_ip(below(2), s);
		const struct dash_inbound_rule *a = dash_inbound_lookup(t, vni, &ip, proto);
		const struct dash_inbound_rule *b = scan(r, n, vni, &ip, proto);
		bool has = false;
		u32 i;

		ktap_compared++;
		EXPECT(a == b, "rule %td, expected %td of %u", a ? a - r : -1, b ? b - r : -1, n);
		if (lookups % 64)
			continue;
		for (i = 0; i < n; i++)
			has |= r[i].vni == vni;
		EXPECT(dash_inbound_has_vni(t, vni) == has, "VNI %u", vni);
	}
}

static void run(u32 n, u32 vnis, u32 priorities, u32 protos, enum shape s, u32 lookups)
{
	struct dash_inbound_rule *r = calloc(n, sizeof(*r));
	u64 before = shim_live();
	struct dash_inbound *t;

	make_rules(r, n, vnis, priorities, protos, s);
	t = dash_inbound_compile(r, n);
	EXPECT(!IS_ERR(t), "compile: %ld", PTR_ERR(t));
	compare(t, r, n, vnis, protos, s, lookups);
	dash_inbound_free(t);
	free(r);
	BAIL();
	EXPECT(shim_live() == before, "leaked");
}

static void random_sets(void)
{
	for (u32 i = 0; i < 400; i++) {
		run(1 + below(60), 1 + below(5), 1 + below(20), 1 + below(4), below(SHAPES), 1400);
		BAIL();
	}
}

static void many_protocols(void)
{
	for (u32 i = 0; i < 20; i++) {
		run(1500, 1, 1 + below(2000), 255, below(SHAPES), 1000);
		BAIL();
	}
}

static void large(void)
{
	run(10000, 1, 100, 3, WIDE, 3000);
	BAIL();
	run(10000, 1, 10000, 3, NESTED, 3000);
	BAIL();
	run(10000, 10000, 10, 3, CLUSTER, 3000);
}

static void empty(void)
{
	struct dash_inbound *t = dash_inbound_compile(NULL, 0);
	struct dash_ip ip = random_ip(false, WIDE);

	EXPECT(!IS_ERR(t), "compile");
	EXPECT(!dash_inbound_lookup(t, 5, &ip, 6) && !dash_inbound_has_vni(t, 5), "found something");
	EXPECT(dash_inbound_memory(t) > 0, "no memory");
	dash_inbound_free(t);
}

static void no_memory(void)
{
	struct dash_inbound_rule r[80];
	u64 before = shim_live();
	u32 n = 0;

	make_rules(r, ARRAY_SIZE(r), 4, 10, 3, WIDE);
	for (u64 nth = 1;; nth++, n++) {
		struct dash_inbound *t;

		shim_fail_nth(nth);
		t = dash_inbound_compile(r, ARRAY_SIZE(r));
		shim_fail_nth(0);
		if (!IS_ERR(t)) {
			compare(t, r, ARRAY_SIZE(r), 4, 3, WIDE, 1000);
			dash_inbound_free(t);
			/* The LPM tables' own front is the one thing done without. */
			if (!shim_failed())
				break;
		} else {
			EXPECT(PTR_ERR(t) == -ENOMEM, "%ld", PTR_ERR(t));
		}
		EXPECT(shim_live() == before, "leaked after allocation %llu failed", nth);
	}
	EXPECT(n > 10, "only %u allocations", n);
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 6);
	KTAP_RUN(random_sets, "random rule sets equal a scan");
	KTAP_RUN(many_protocols, "every protocol with its own rules equals a scan");
	KTAP_RUN(large, "10,000 rules equal a scan");
	KTAP_RUN(empty, "no rules match nothing");
	KTAP_RUN(no_memory, "every allocation that fails is reported and leaks nothing");
	KTAP_RUN(ktap_million, "a million look-ups and more were compared");
	return ktap_end();
}
