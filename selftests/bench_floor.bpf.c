// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What is the least that a stateful VXLAN rewrite costs on this kernel?
 *
 * bench_floor is the yardstick of bench.c: parse the outer and the inner headers of
 * the plainest packet, one lookup in the kernel's hash map, rewrite outer addresses,
 * VNI and inner MAC in place, transmit.  No counters, no state, no policy, one family.
 *
 * bench_draw stands in front of any program under test: it makes the packet one of
 * many flows, at random, and calls the program; bench_drop behind it measures what
 * that costs itself.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct floor_key);
	__type(value, struct floor_flow);
} floor_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_next SEC(".maps");

struct bench_draw_args draw;

struct vxlan {
	__be32 flags;
	__be32 vni;
};

struct headers {
	__u16 eth[7];
	struct iphdr ip;
	struct udphdr udp;
	struct vxlan vxlan;
	__u16 inner_eth[7];
	struct iphdr inner;
	__be32 ports;
} __attribute__((packed, aligned(2)));

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	return (sum >> 16) + sum;
}

SEC("xdp.frags")
int bench_floor(struct xdp_md *ctx)
{
	struct headers *h = (void *)(long)ctx->data;
	struct floor_key key;
	struct floor_flow *flow;
	__u32 sum;

	if ((void *)(h + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	if (h->eth[6] != bpf_htons(ETH_P_IP) || *(__u8 *)&h->ip != 0x45 ||
	    h->ip.protocol != IPPROTO_UDP || h->udp.dest != bpf_htons(4789) ||
	    h->vxlan.flags != bpf_htonl(1 << 27) || h->inner_eth[6] != bpf_htons(ETH_P_IP) ||
	    *(__u8 *)&h->inner != 0x45)
		return XDP_PASS;
	if (h->inner.protocol != IPPROTO_UDP && h->inner.protocol != IPPROTO_TCP)
		return XDP_PASS;
	key.src = h->inner.saddr;
	key.dst = h->inner.daddr;
	key.ports = h->ports;
	key.proto = h->inner.protocol;
	flow = bpf_map_lookup_elem(&floor_flows, &key);
	if (!flow)
		return XDP_PASS;
	h->ip.saddr = flow->sip;
	h->ip.daddr = flow->dip;
	sum = flow->sum + (*(__u16 *)&h->ip) + h->ip.tot_len;
	h->ip.id = 0;
	*(__u16 *)&h->ip.ttl = bpf_htons(64 << 8 | IPPROTO_UDP);
	h->ip.check = ~fold(sum);
	h->vxlan.vni = flow->vni;
	h->inner_eth[0] = flow->dmac[0];
	h->inner_eth[1] = flow->dmac[1];
	h->inner_eth[2] = flow->dmac[2];
	return XDP_TX;
}

/* A 32-bit linear congruential generator; its high bits are the good ones. */
SEC("xdp.frags")
int bench_draw(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	__u32 pick, off = draw.addr & 255;
	__be32 *addr = (void *)(long)ctx->data + off, *ports = addr + 1;

	draw.state = draw.state * 1664525u + 1013904223u;
	pick = ((__u64)draw.state * draw.flows) >> 32;
	if ((void *)(ports + 1) > end)
		return XDP_ABORTED;
	*addr = draw.base_addr ^ bpf_htonl(pick >> 16);
	*ports = draw.base_ports ^ bpf_htonl(pick << 16);
	bpf_tail_call(ctx, &bench_next, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int bench_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}
