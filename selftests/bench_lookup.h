/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What bench_lookup.c and its program (bench_lookup.bpf.c) share.
 */
#ifndef DASH_BENCH_LOOKUP_H
#define DASH_BENCH_LOOKUP_H

#include <linux/types.h>

/* An IPv4 flow key: the first two words of struct dash_key */
struct lookup_key {
	__u64 w[2];
};

/* What a hash map would hold: a record of the flow table (struct dash_flow) without its key */
struct lookup_value {
	__u64 action[3];	/* where to send it */
	__u64 gen;
	__u64 pad[5];
	__u64 packets, bytes;
	__u64 rest[3];
};

/**
 * struct lookup_args - which flows there are
 * @state: of the generator
 * @base: key of flow 0
 * @sum: of what was found, so that nothing is left out
 * @flows: how many
 */
struct lookup_args {
	__u64 state, base[2], sum;
	__u32 flows, pad;
};

#endif
