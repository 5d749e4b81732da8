// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/* kernel/mapping.c against an array: inserts, replacements, removals, walks, PA counts. */
#include "input.h"
#include "mapping.h"

#define CAS 256
#define PAS 16

static struct dash_mapping *has[CAS];
static u8 pa_of[CAS];
static u32 uses[PAS], n, seen, stop_at;

static struct dash_ip address(u32 net, u8 i)
{
	if (i & 1)
		return (struct dash_ip){ { htonl(0x20010db8), 0, htonl(i & 2 ? 0xffff : 0), htonl(net + i / 2) } };
	return dash_ip_from_v4(htonl(net + i / 2));
}

static int see(struct dash_mapping *m, void *arg)
{
	CHECK(m == has[(ntohl(m->ca.w[3]) & 0x7f) * 2 + !dash_ip_is_v4(&m->ca)]);
	if (seen == stop_at)
		return 1;
	seen++;
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };
	struct dash_mapping_table *t;
	u64 before, pos;

	dash_mapping_init();
	before = shim_live();
	t = dash_mapping_table_create();
	memset(has, 0, sizeof(has));
	memset(uses, 0, sizeof(uses));
	n = 0;
	while (in.p < in.end) {
		u8 op = take(&in), i = take(&in), p = take(&in) % PAS;
		struct dash_ip ca = address(0x0a000000, i), pa = address(0x14000000, p);
		struct dash_mapping *m, *old = NULL;
		int err;

		if (op % 4 == 3) {
			shim_fail_nth(op >> 7);
			old = dash_mapping_remove(t, &ca);
			shim_fail_nth(0);
			CHECK(old == has[i]);
			n -= !!old;
			has[i] = NULL;
		} else {
			m = dash_mapping_alloc();
			m->ca = ca;
			m->pa = pa;
			shim_fail_nth(op >> 6);
			err = dash_mapping_insert(t, m, &old);
			shim_fail_nth(0);
			CHECK(!err || (err == -ENOMEM && shim_failed()));
			CHECK(old == (err ? NULL : has[i]));
			if (err) {
				dash_mapping_free(m);
			} else {
				n += !old;
				has[i] = m;
				uses[p]++;
			}
		}
		if (old) {
			uses[pa_of[i]]--;
			dash_mapping_free_rcu(old);
		}
		if (has[i] && dash_ip_eq(&has[i]->pa, &pa))
			pa_of[i] = p;
		CHECK(dash_mapping_find(t, &ca) == has[i]);
		CHECK(dash_mapping_pa_valid(t, &pa) == !!uses[p]);
		CHECK(dash_mapping_count(t) == n);
	}
	for (u32 i = 0; i < CAS; i++) {
		struct dash_ip ca = address(0x0a000000, (u8)i), pa = address(0x14000000, i % PAS);

		CHECK(dash_mapping_find(t, &ca) == has[i]);
		CHECK(dash_mapping_pa_valid(t, &pa) == !!uses[i % PAS]);
	}
	for (seen = 0, stop_at = 3, pos = 0; dash_mapping_walk(t, &pos, see, NULL); )
		stop_at += 3;
	CHECK(seen == n);
	dash_mapping_table_destroy(t, NULL);
	CHECK(shim_live() == before);
	dash_mapping_exit();
	return 0;
}
