/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_INBOUND_H
#define DASH_INBOUND_H

#include <linux/types.h>
#include "lpm.h"

/**
 * struct dash_inbound_rule - one inbound route rule of an ENI (spec/config.md 5.13, pipeline.md 15.1)
 * @vni: VNI received, host order
 * @any_src: 1: no source condition, matches both families; else @src counts
 * @src: source PA prefix
 * @proto: 0 = any
 * @priority: lower first; ties: longer source prefix, then one with protocol, then @order
 * @order: last tie break, unique (key order)
 * @cookie: the caller's object (dash_route_rule), returned by the lookup; not NULL
 */
struct dash_inbound_rule {
	u32 vni;
	bool any_src;
	struct dash_prefix src;
	u8 proto;
	u32 priority;
	u32 order;
	void *cookie;
};

/*
 * The compiled rules of one ENI: immutable, swapped as a whole.  Up to 10,000
 * rules by specification, 8 million by construction.
 */
struct dash_inbound;

struct dash_inbound *dash_inbound_compile(const struct dash_inbound_rule *rules, u32 n);
void dash_inbound_free(struct dash_inbound *t);
void *dash_inbound_lookup(const struct dash_inbound *t, u32 vni, const struct dash_ip *sip, u8 proto);
bool dash_inbound_has_vni(const struct dash_inbound *t, u32 vni);
size_t dash_inbound_memory(const struct dash_inbound *t);

#endif
