// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * The flow lookup of the program (bpf/fast.h, as it is) and one in the kernel's hash map, of the same
 * flows, each drawn at random; and the drawing alone, to be subtracted.  One lookup a
 * run, as with a packet, and what each packet does with a flow: its generation and its
 * action are read, packets and bytes counted.
 */
#include "../bpf/fast.h"
#include "bench_lookup.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct lookup_key);
	__type(value, struct lookup_value);
} lookup_hash SEC(".maps");

struct lookup_args draw;

/* What fast.h asks of its includer, for parts that are not used here. */
static __always_inline __u32 dash_frame_len(const struct dash_buf *b)
{
	return b->len;
}

static __always_inline int dash_walk_ext(const struct dash_buf *b, struct dash_ext *e, __u32 limit)
{
	return 0;
}

static __always_inline int dash_csum_long(const struct dash_buf *b, __u32 hlen)
{
	return 0;
}

static __always_inline __u32 next(void)
{
	draw.state = draw.state * 6364136223846793005ull + 1442695040888963407ull;
	return ((draw.state >> 32) * draw.flows) >> 32;
}

/* The key of flow @n, whose first 16 octets are all of it for IPv4. */
static __always_inline struct lookup_key key_of(__u32 n)
{
	return (struct lookup_key){ { draw.base[0] ^ (__u64)(n >> 16) << 32, draw.base[1] ^ (n & 0xffff) } };
}

SEC("xdp")
int lookup_nothing(struct xdp_md *ctx)
{
	struct lookup_key k = key_of(next());

	draw.sum += k.w[0] + k.w[1];
	return XDP_PASS;
}

SEC("xdp")
int lookup_dash(struct xdp_md *ctx)
{
	struct lookup_key k = key_of(next());
	struct dash_plain p = { .key = { k.w[0], k.w[1] } };
	struct dash_flow *flow = dash_plain_flow(&dash_words, &p);

	if (!flow)
		return XDP_DROP;
	draw.sum += flow->gen + flow->pa.w[3];
	flow->packets[0]++;
	flow->bytes[0] += 100;
	return XDP_PASS;
}

SEC("xdp")
int lookup_map(struct xdp_md *ctx)
{
	struct lookup_key k = key_of(next());
	struct lookup_value *v = bpf_map_lookup_elem(&lookup_hash, &k);

	if (!v)
		return XDP_DROP;
	draw.sum += v->gen + v->action[0];
	v->packets++;
	v->bytes += 100;
	return XDP_PASS;
}
