// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/* kernel/inbound.c against a scan of the rules; failing allocations. */
#include "input.h"
#include "inbound.h"
#include "../unit/inbound_order.h"

#define MAX 128

static struct dash_inbound_rule rule[MAX];
static u32 n;

static void *scan(u32 vni, const struct dash_ip *sip, u8 proto)
{
	const struct dash_inbound_rule *best = NULL, *r;

	for (r = rule; r < rule + n; r++) {
		if (r->vni != vni || (r->proto && r->proto != proto))
			continue;
		if (!r->any_src && (r->src.v6 == dash_ip_is_v4(sip) || !in_prefix(&r->src, sip)))
			continue;
		if (!best || better(r, best))
			best = r;
	}
	return best ? best->cookie : NULL;
}

static bool has_vni(u32 vni)
{
	for (u32 i = 0; i < n; i++)
		if (rule[i].vni == vni)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };
	u64 before = shim_live();
	u8 fail = take(&in), rules = take(&in) % MAX;
	struct dash_inbound *t;

	for (n = 0; n < rules && in.p < in.end; n++) {
		u8 what = take(&in);

		rule[n] = (struct dash_inbound_rule){
			.vni = what & 3, .any_src = (what >> 2 & 7) == 7, .priority = what >> 5,
			.proto = take(&in) % 4, .order = n ^ 5, .cookie = &rule[n],
		};
		rule[n].src = take_prefix(&in, what & 4);
	}
	if (fail & 0x80)
		shim_fail_nth(1 + (fail & 0x7f));
	t = dash_inbound_compile(rule, n);
	if (IS_ERR(t)) {
		CHECK(shim_failed() && PTR_ERR(t) == -ENOMEM);
		shim_fail_nth(0);
		t = dash_inbound_compile(rule, n);
	}
	shim_fail_nth(0);
	CHECK(!IS_ERR(t));
	for (u32 vni = 0; vni < 5; vni++)
		CHECK(dash_inbound_has_vni(t, vni) == has_vni(vni));
	for (u32 i = 0; i < n; i++)
		for (u8 proto = 0; proto < 5; proto++)
			CHECK(dash_inbound_lookup(t, rule[i].vni, &rule[i].src.ip, proto) ==
			      scan(rule[i].vni, &rule[i].src.ip, proto));
	while (in.p < in.end) {
		u8 what = take(&in);
		struct dash_ip ip = take_ip(&in, what & 1);

		CHECK(dash_inbound_lookup(t, what >> 1 & 3, &ip, what >> 4) == scan(what >> 1 & 3, &ip, what >> 4));
	}
	dash_inbound_free(t);
	CHECK(shim_live() == before);
	return 0;
}
