// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * A generator in front of the program under test: each run writes a whole frame anew, with
 * the ports of the next connection, and calls the program.  A million packets then cost one
 * system call for some thousands of them, not one each.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flood.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} flood_next SEC(".maps");

struct flood_args flood;

SEC("xdp.frags")
int flood_send(struct xdp_md *ctx)
{
	__u64 *to = (void *)(long)ctx->data;
	__u32 n = flood.next, i;

	if ((void *)to + FLOOD_LEN > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	if (flood.random) {
		flood.state = flood.state * 1664525u + 1013904223u;
		n = ((__u64)flood.state * flood.random) >> 32;
	} else {
		flood.next = n + 1;
	}
#pragma unroll
	for (i = 0; i < FLOOD_LEN / 8; i++)
		to[i] = flood.frame[i];
	*(__be32 *)((void *)to + FLOOD_PORTS) = bpf_htonl(flood.ports ^ (flood.answers ? n : (n << 16 | n >> 16)));
	bpf_tail_call(ctx, &flood_next, 0);
	return XDP_ABORTED;
}
