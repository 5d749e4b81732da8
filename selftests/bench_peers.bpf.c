// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do frames get into the forwarder that is measured?
 *
 * peers_in writes the packet afresh, because its page comes back as the stack has left
 * it, makes it one flow after the other by an inner port, and then does what it is told:
 * drop it, which is what the sending itself costs, or pass it to the stack, which is
 * what is measured.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench_peers.h"

char LICENSE[] SEC("license") = "GPL";

struct peers_args args;

SEC("xdp")
int peers_in(struct xdp_md *ctx)
{
	__be16 port = bpf_htons(args.base_port ^ args.next);

	if (bpf_xdp_store_bytes(ctx, 0, args.packet, sizeof(args.packet)) ||
	    bpf_xdp_store_bytes(ctx, args.port_at, &port, sizeof(port)))
		return XDP_ABORTED;
	args.next = args.next + 1 < args.flows ? args.next + 1 : 0;
	return args.verdict;
}
