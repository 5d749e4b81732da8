// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/* kernel/lpm.c against a list: inserts, removals, failing allocations, look-ups. */
#include "input.h"

#define MAX 512

static struct { struct dash_prefix p; void *v; } list[MAX];
static u32 n;

static int find(const struct dash_prefix *p)
{
	for (u32 i = 0; i < n; i++)
		if (list[i].p.len == p->len && dash_ip_eq(&list[i].p.ip, &p->ip))
			return (int)i;
	return -1;
}

static void *scan(const struct dash_ip *ip)
{
	int len = -1;
	void *v = NULL;

	for (u32 i = 0; i < n; i++)
		if (list[i].p.len > len && in_prefix(&list[i].p, ip)) {
			len = list[i].p.len;
			v = list[i].v;
		}
	return v;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };
	u64 before = shim_live();
	u8 mode = take(&in);
	bool v6 = mode & 1;
	struct dash_lpm *t = dash_lpm_create(v6);

	n = 0;
	dash_lpm_set_private(t, mode & 2);
	while (in.p < in.end) {
		u8 op = take(&in);
		struct dash_prefix p = take_prefix(&in, v6);
		void *value = (void *)((in.p - data) * 8), *old;
		int i = find(&p), err;

		if (op & 0x80)
			shim_fail_nth(1 + (op >> 5 & 3));
		if (op % 4 == 3) {
			CHECK(dash_lpm_remove(t, &p) == (i < 0 ? NULL : list[i].v));
			if (i >= 0)
				list[i] = list[--n];
		} else if (n < MAX) {
			err = dash_lpm_insert(t, &p, value, &old);
			CHECK(!err || (err == -ENOMEM && shim_failed() && i < 0));
			if (!err) {
				CHECK(old == (i < 0 ? NULL : list[i].v));
				if (i < 0)
					list[i = (int)n++].p = p;
				list[i].v = value;
			}
		}
		shim_fail_nth(0);
		CHECK(dash_lpm_lookup(t, &p.ip) == scan(&p.ip));
		CHECK(dash_lpm_count(t) == n);
		if (op & 0x10)
			dash_lpm_set_private(t, op & 0x08);
	}
	for (u32 x = 0; x < 0x10000; x += 1 + x % 61) {
		u8 bytes[2] = { (u8)(x >> 8), (u8)x };
		struct input at = { bytes, bytes + 2 };
		struct dash_ip ip = take_ip(&at, v6);

		if (n > 64 && x % 7)
			continue;
		CHECK(dash_lpm_lookup(t, &ip) == scan(&ip));
	}
	dash_lpm_destroy(t);
	CHECK(shim_live() == before);
	return 0;
}
