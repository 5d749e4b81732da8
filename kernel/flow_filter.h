/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_FLOW_FILTER_H
#define DASH_FLOW_FILTER_H

#include <linux/types.h>
#include "lpm.h"

struct dash_net;
struct genl_info;

/* One end of a filter. */
struct dash_flow_end {
	struct dash_prefix p;
	__be16 port;
	bool any_addr, any_port;
};

/**
 * struct dash_flow_filter - what a connection must match
 * @src, @dst: as seen by one of its directions
 * @eni: index
 * @proto: inner protocol
 * @any_eni, @any_proto: @eni, @proto do not count
 */
struct dash_flow_filter {
	struct dash_flow_end src, dst;
	u16 eni;
	u8 proto;
	bool any_eni, any_proto;
};

/* From attributes eni, proto, src, dst, sport, dport.  Takes dash_net.lock.  0 or -ENOENT with extack. */
int dash_flow_filter_parse(struct dash_net *dn, const struct genl_info *info, struct dash_flow_filter *f);
/* Does the connection with this key match?  Any context. */
bool dash_flow_filter_has(const struct dash_flow_filter *f, const struct dash_key *k);

/* The inner addresses of a key, VM side and remote side. */
void dash_key_addresses(const struct dash_key *k, struct dash_ip *vm, struct dash_ip *remote);

#endif
