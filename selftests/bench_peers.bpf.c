// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do frames get into the forwarder that is measured?
 *
 * peers_in writes the packet afresh, because its page comes back as the stack has left
 * it, makes it one flow after the other by an inner port, and then does what it is told:
 * drop it, which is what the sending itself costs, pass it to the stack, or let it leave
 * through a device towards the forwarder at its other end.
 *
 * peers_count ends the way of frames, peers_reflect sends each back at once.
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
	return args.verdict == XDP_REDIRECT ? bpf_redirect(args.out, 0) : args.verdict;
}

__u64 arrived;

SEC("xdp")
int peers_count(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&arrived, 1);
	return XDP_DROP;
}

SEC("xdp")
int peers_reflect(struct xdp_md *ctx)
{
	return bpf_redirect(ctx->ingress_ifindex, 0);
}
