// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What happens to a frame?  The sentence of pipeline.md 2: admit it, key it, look
 * its flow up, ask the module on a miss, let the module follow TCP, plan, choose
 * the next hop, write, transmit, count.  First packet and following packet run the
 * same lines; they differ in who supplies the flow record.
 *
 * Everything that can refuse the packet comes before the first write to flow or
 * frame (ORD-3), and every refusal ends in one of two places that count it: on the
 * port while the ENI is unknown, on the ENI afterwards (ORD-2).
 *
 * A second program, dash_trace, is the same sentence for a packet that only is supposed
 * (dashctl trace): @dry, a constant, leaves out all that counts, writes or sends.
 *
 * Attached by dashctl, one copy per port.  Runs in softirq under RCU; only this
 * file calls kfuncs.
 */
#include "maps.h"
#include "key.h"
#include "parse.h"
#include "admit.h"
#include "flow.h"
#include "icmp.h"
#include "apply.h"
#include "xmit.h"
#include "stats.h"
#include "fast.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline __u32 dash_frame_len(const struct dash_buf *b)
{
	return bpf_xdp_get_buff_len(b->ctx);
}

/* Global functions: the verifier checks them by themselves, parse.h says why. */
__attribute__((noinline)) int dash_walk(struct xdp_md *ctx, struct dash_ext *e, __u32 limit)
{
	struct dash_buf b = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return e && dash_walk_headers(&b, e, limit);
}

__attribute__((noinline)) int dash_csum(struct xdp_md *ctx, __u32 hlen)
{
	struct dash_buf b = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return dash_csum_with_options(&b, hlen);
}

__attribute__((noinline)) int dash_icmp_slot(struct xdp_md *ctx, struct dash_pkt *pkt, __u32 off)
{
	return pkt ? dash_icmp_find(ctx, &dash_words, pkt, off) : 0;
}

static __always_inline int dash_walk_ext(const struct dash_buf *b, struct dash_ext *e,
					 __u32 limit)
{
	return dash_walk(b->ctx, e, limit);
}

static __always_inline int dash_csum_long(const struct dash_buf *b, __u32 hlen)
{
	return dash_csum(b->ctx, hlen);
}

/* Whoever listens to drops hears of this one. */
static __always_inline void tell_drop(struct xdp_md *ctx, const struct dash_hot *hot,
				      struct dash_pkt *pkt, __u32 reason)
{
	if (dash_module && *(const volatile __u32 *)&hot->tell_drops)
		bpf_dash_drop(ctx, pkt, reason);
}

/*
 * The record that a supposed packet would go by; each run of dash_trace is its loader's
 * alone.  A section of its own, because that of all other variables is the map dash_hot.
 */
struct dash_flow dash_supposed SEC(".data.trace");

/*
 * Stages 1 to 4: outer headers, VIP, direction, inner headers, ENI.  Returns the
 * index of the ENI plus 1, or 0 with @verdict set and everything counted.
 */
static __always_inline __u32 admit(struct dash_buf *b, const struct dash_hot *hot,
				   struct dash_port_stats *port, struct dash_pkt *pkt,
				   struct dash_frame *f, int *verdict, const bool dry)
{
	enum dash_class class = dash_parse_outer(b, hot->vxlan_port, pkt, f);
	const struct dash_admit *tables = dash_admit_tables(hot);
	const struct dash_hot_vip *vip = NULL;
	enum dash_drop reason = f->bad;
	__u32 eni = 0;

	if (!dry)
		dash_count_port_rx(port, pkt);
	if (class == DASH_CLASS_OTHER)
		goto pass;
	if (!reason || class == DASH_CLASS_FRAGMENT)
		vip = dash_vip_find(hot, tables, &f->dip);
	if (class == DASH_CLASS_FRAGMENT && !vip)
		goto pass;
	if (reason)
		goto drop;
	if (!vip) {
		if (hot->vip_pass)
			goto pass;
		reason = DASH_DROP_VIP_MISS;
		goto drop;
	}
	pkt->vip = vip->idx;
	pkt->dir = dash_dir_of(tables, bpf_htonl(pkt->rx_vni << 8));
	reason = dash_parse_inner(b, pkt, f);
	if (reason)
		goto drop;
	eni = dash_eni_find(tables, pkt);
	if (eni)
		return eni;
	reason = DASH_DROP_ENI_MISS;
drop:
	*verdict = XDP_DROP;
	if (dry) {
		bpf_dash_trace_end(b->ctx, pkt, DASH_FATE_DROPPED, reason, 0);
		return 0;
	}
	dash_count_port_drop(port, reason);
	tell_drop(b->ctx, hot, pkt, reason);
	return 0;
pass:
	*verdict = XDP_PASS;
	if (dry)
		bpf_dash_trace_end(b->ctx, pkt, DASH_FATE_PASSED, 0, 0);
	else
		port->underlay_passthrough++;
	return 0;
}

/* The module's part of a packet.  Without it a miss has nobody to decide it. */
static __always_inline __u32 resolve(struct xdp_md *ctx, struct dash_pkt *pkt, bool quoted, const bool dry)
{
	if (dry)
		return bpf_dash_trace_decide(ctx, pkt, &dash_supposed,
					     quoted ? DASH_TRACE_QUOTED : DASH_TRACE_RESOLVE);
	if (dash_module)
		return bpf_dash_resolve(ctx, pkt);
	return pkt->frag == DASH_FRAG_LATER ? DASH_DROP_FRAGMENT_NO_PARENT :
					      DASH_DROP_FLOW_CREATE_FAILED;
}

static __always_inline __u32 track(struct xdp_md *ctx, struct dash_pkt *pkt, const bool dry)
{
	if (dry)
		return bpf_dash_trace_decide(ctx, pkt, &dash_supposed, DASH_TRACE_TRACK);
	return dash_module ? bpf_dash_track(ctx, pkt) : DASH_DROP_NONE;
}

static __always_inline __u32 output(struct xdp_md *ctx, const bool dry)
{
	if (dry)
		return bpf_dash_trace_output(ctx);
	return dash_module ? bpf_dash_output(ctx) : DASH_DROP_UNDERLAY_TX_FAIL;
}

/* The record of the connection that an ICMP error speaks of, if it can be applied as it is. */
static __always_inline struct dash_flow *quoted_flow(struct xdp_md *ctx,
						     const struct dash_hot_eni *eni,
						     struct dash_pkt *pkt, __u32 off)
{
	__u32 slot = dash_icmp_slot(ctx, pkt, off);
	struct dash_flow *flow = slot ? dash_flow_at(slot) : NULL;

	if (!flow || !dash_flow_current(flow, eni, pkt))
		return NULL;
	pkt->slot = slot;
	return flow;
}

/* Stages 5 to 14 for a packet of a known ENI; @look: its flow up.  Returns the reason to drop it for. */
static __always_inline __u32 forward(struct xdp_md *ctx, struct dash_buf *b,
				     const struct dash_hot *hot, const struct dash_hot_eni *eni,
				     struct dash_port_stats *port, struct dash_eni_stats *stats,
				     struct dash_pkt *pkt, struct dash_frame *f, bool look,
				     int *verdict, const bool dry)
{
	const struct dash_nh *nh;
	struct dash_plan plan;
	struct dash_nh local;
	struct dash_flow *flow;
	__u32 reason, found, slot;
	bool slow = false, tracked, quoted;

	if (eni->flags != DASH_ENI_UP) {
		if (dash_module && !dry && eni->flags & DASH_ENI_WATCHED)
			bpf_dash_trace_begin(ctx, pkt, 0, 0);
		if (!(eni->flags & DASH_ENI_UP))
			return DASH_DROP_ENI_ADMIN_DOWN;
	}

	flow = NULL;
	if (!pkt->frag && (pkt->key.proto == IPPROTO_ICMP || pkt->key.proto == IPPROTO_ICMPV6))
		flow = quoted_flow(ctx, eni, pkt, f->l4_off);
	quoted = flow;
	/* a later fragment has no ports; the module knows its head, and wants to see each head */
	if (!flow && look && pkt->frag != DASH_FRAG_LATER)
		flow = dash_flow_find(hot, pkt);
	found = pkt->slot;
	if (dry || !flow || (dash_module && pkt->frag) || !dash_flow_current(flow, eni, pkt)) {
		if (dry)
			slow = true;
		else if (pkt->frag)
			dash_count_slow(port, &slow, DASH_SLOW_FRAGMENT);
		else if (flow)
			dash_count_slow(port, &slow, DASH_SLOW_CHANGED);
		else
			dash_count_slow(port, &slow, DASH_SLOW_MISS);
		reason = resolve(ctx, pkt, quoted, dry);
		if (reason)
			return reason;
		flow = dry ? &dash_supposed : dash_flow_at(pkt->slot);
		if (!flow)
			return DASH_DROP_INTERNAL_ERROR;
		if (pkt->frag == DASH_FRAG_LATER)
			found = pkt->slot;
	}
	tracked = !found;	/* a new flow begins in the right state */
again:
	reason = dash_plan(hot, eni, flow, pkt, f, &plan) ?:
		 dash_next_hop(ctx, hot, pkt, &plan, &local, &nh);
	if (reason)
		return reason;
	if (!tracked && dash_flow_must_track(flow, pkt)) {
		tracked = true;
		if (!dry)
			dash_count_slow(port, &slow, DASH_SLOW_TCP);
		slot = pkt->slot;
		reason = track(ctx, pkt, dry);
		if (reason)
			return reason;
		if (pkt->slot != slot) {	/* a SYN reused the ports */
			flow = dry ? &dash_supposed : dash_flow_at(pkt->slot);
			if (!flow)
				return DASH_DROP_INTERNAL_ERROR;
			goto again;
		}
	}
	if (!dry && pkt->slot == found)
		dash_count_matched(stats, pkt);

	reason = dash_apply(ctx, hot, b, pkt, f, &plan);
	if (reason)
		return reason;
	if (nh->state == DASH_NH_OK) {
		if (!dash_write_macs(ctx, nh))
			return DASH_DROP_INTERNAL_ERROR;
		*verdict = dash_leave(nh);
		if (dry) {
			bpf_dash_trace_end(ctx, pkt, DASH_FATE_SENT, 0, nh->ifindex);
			return DASH_DROP_NONE;
		}
	} else {
		if (!dry)
			dash_count_slow(port, &slow, DASH_SLOW_OUTPUT);
		reason = output(ctx, dry);
		if (reason)
			return reason;
		*verdict = XDP_DROP;	/* the kernel has its own copy */
		if (dry) {
			bpf_dash_trace_end(ctx, pkt, DASH_FATE_KERNEL, 0, 0);
			return DASH_DROP_NONE;
		}
	}
	if (dash_module && pkt->trace)
		bpf_dash_trace_end(ctx, pkt, nh->state == DASH_NH_OK ? DASH_FATE_SENT : DASH_FATE_KERNEL, 0,
				   nh->state == DASH_NH_OK ? nh->ifindex : 0);
	dash_flow_touch(flow, pkt);
	dash_count_tx(stats, pkt, ETH_HLEN + plan.ip_len);
	if (!slow)
		port->fast_path_packets++;
	return DASH_DROP_NONE;
}

/* All packets that dash_fast() does not forward, and all that are dropped; @known: what it returned. */
static __always_inline int pipeline(struct xdp_md *ctx, const struct dash_hot *hot, int known, const bool dry)
{
	struct dash_buf b = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.len = ctx->data_end - ctx->data,
		.ctx = ctx,
	};
	struct dash_port_stats *port = dry ? NULL : dash_port_counters();
	struct dash_eni_stats *stats = NULL;
	struct dash_frame f = {};
	struct dash_pkt pkt;
	__u32 eni, reason;
	int verdict;

	if (!dry && !port)
		return XDP_ABORTED;
	if (known != DASH_DECLINE && dash_describe(&b, hot, known, &pkt, &f)) {
		dash_count_port_rx(port, &pkt);
	} else {
		known = 0;
		pkt = (struct dash_pkt){};
		if (dry)
			bpf_dash_trace_begin(ctx, &pkt, dash_trace_cookie, dash_trace_flags);
		eni = admit(&b, hot, port, &pkt, &f, &verdict, dry);
		if (!eni)
			return verdict;
		dash_key_set_eni(&pkt, eni - 1);
	}
	eni = pkt.key.eni & (DASH_MAX_ENI - 1);
	if (!dry) {
		stats = dash_eni_counters(eni);
		if (!stats)
			return XDP_ABORTED;
		dash_count_eni_rx(stats, &pkt);
	}
	reason = forward(ctx, &b, hot, &hot->eni[eni], port, stats, &pkt, &f,
			 !(known & DASH_KNOWN_MISS), &verdict, dry);
	if (reason && dry) {
		bpf_dash_trace_end(ctx, &pkt, DASH_FATE_DROPPED, reason, 0);
		return XDP_DROP;
	}
	if (reason) {
		dash_count_eni_drop(stats, reason);
		tell_drop(ctx, hot, &pkt, reason);
		if (dash_module && pkt.trace)
			bpf_dash_trace_end(ctx, &pkt, DASH_FATE_DROPPED, reason, 0);
		return reason == DASH_DROP_INTERNAL_ERROR ? XDP_ABORTED : XDP_DROP;
	}
	return verdict;
}

SEC("xdp.frags")
int dash_xdp(struct xdp_md *ctx)
{
	const struct dash_hot *hot = &dash_words;
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int verdict;

	if (unlikely(data + DASH_PLAIN_MIN > end))
		verdict = dash_decline();
	else if (likely(dash_eth_type(data) == bpf_htons(ETH_P_IP)))
		verdict = dash_fast(ctx, hot, false);
	else if (dash_eth_type(data) == bpf_htons(ETH_P_IPV6))
		verdict = dash_fast(ctx, hot, true);
	else
		verdict = dash_decline();
	return likely((__u32)verdict < DASH_KNOWN) ? verdict : pipeline(ctx, hot, verdict, false);
}

/* What would happen to this packet?  Run by dashctl on a packet of its own; loaded only for that. */
SEC("?xdp.frags")
int dash_trace(struct xdp_md *ctx)
{
	return pipeline(ctx, &dash_words, DASH_DECLINE, true);
}

/**
 * struct dash_bind_args - context of dash_bind
 * @map_id: enum dash_map_id
 */
struct dash_bind_args {
	__u32 map_id;
};

/* Gives one map to the module, for the namespace of the caller; run by dashctl. */
SEC("syscall")
int dash_bind(struct dash_bind_args *args)
{
	if (!dash_module)
		return -1;
	switch (args->map_id) {
	case DASH_MAP_HOT:
		return bpf_dash_bind((struct bpf_map *)&dash_hot, DASH_MAP_HOT);
	case DASH_MAP_INDEX:
		return bpf_dash_bind((struct bpf_map *)&dash_index, DASH_MAP_INDEX);
	case DASH_MAP_FLOWS:
		return bpf_dash_bind((struct bpf_map *)&dash_flows, DASH_MAP_FLOWS);
	case DASH_MAP_ENI_STATS:
		return bpf_dash_bind((struct bpf_map *)&dash_eni_stats, DASH_MAP_ENI_STATS);
	case DASH_MAP_PORT_STATS:
		return bpf_dash_bind((struct bpf_map *)&dash_port_stats, DASH_MAP_PORT_STATS);
	}
	return -22;	/* EINVAL */
}
