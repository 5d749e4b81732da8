/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What bench.c and its programs (bench_floor.bpf.c) share.
 */
#ifndef DASH_BENCH_H
#define DASH_BENCH_H

#include <linux/types.h>

/**
 * struct floor_key - 16 octets that name a flow; addresses and ports as received
 */
struct floor_key {
	__be32 src, dst, ports;
	__u32 proto;
};

/**
 * struct floor_flow - what to write
 * @sum: folded sum of the words of the outer IPv4 header that do not change
 * @dmac: inner destination MAC, in 16-bit words
 */
struct floor_flow {
	__be32 sip, dip, vni;
	__u16 sum;
	__u16 dmac[3];
};

/**
 * struct bench_draw_args - how bench_draw makes a flow out of a packet
 * @flows: how many there are
 * @state: of the generator
 * @addr: offset of the last word of the inner destination address; the ports follow
 * @base_addr, @base_ports: these words of flow 0; bits 16 to 23 of the flow's number
 *	go into the address, bits 0 to 15 into the source port
 */
struct bench_draw_args {
	__u32 flows, state, addr;
	__be32 base_addr, base_ports;
};

#endif
