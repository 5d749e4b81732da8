/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What bench_peers.c tells its program, bench_peers.bpf.c.
 */
#ifndef DASH_BENCH_PEERS_H
#define DASH_BENCH_PEERS_H

#include <linux/types.h>

/**
 * struct peers_args - how packets are made and what becomes of them
 * @packet: beginning of the packet, with all its headers
 * @flows: how many flows, one after the other
 * @next: flow of the next packet
 * @port_at: offset of the port that varies
 * @base_port: its value in flow 0, host order; the number of the flow is XORed in
 * @verdict: XDP_DROP, XDP_PASS or XDP_REDIRECT
 * @out: where to redirect to
 */
struct peers_args {
	__u8 packet[96];
	__u32 flows, next, port_at, base_port, verdict, out;
};

#endif
