/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The only user of the flow maps.  Two candidate lines per key, eight tagged
 * entries each, then one record of two cache lines: at scale two misses one after
 * the other, three for one packet in ten.
 *
 * The module moves index entries and recycles records while packets look.  A
 * moved entry may be missed, then the module finds it under its lock.  A record
 * stays what it is for a grace period after it was unlinked, so a found one can
 * be used to the end of the run.
 */
#ifndef DASH_FLOW_MAPS_H
#define DASH_FLOW_MAPS_H

#include "maps.h"
#include "key.h"
#include "admit.h"

static __always_inline struct dash_flow *dash_flow_at(__u32 slot)
{
	return bpf_map_lookup_elem(&dash_flows, &slot);
}

/*
 * Is there an entry with the tag of @hash in @line?  @slot is that of the first one.  An entry
 * is read at once; with @hash taken off, what is left of the right one fills its lower half.
 * @half: 1 << 32, in a register, because no instruction holds such a number.
 */
static __always_inline bool dash_line_find(const struct dash_line *line, __u64 hash, __u64 half, __u32 *slot)
{
	__u64 e;
	__u32 i;

	if (!line)
		return false;
#pragma unroll
	for (i = 0; i < DASH_LINE_WAYS; i++) {
		e = *(const volatile __u64 *)&line->e[i] ^ hash;
		dash_pin(e);
		if (likely(e < half)) {
			*slot = e ^ hash;
			return true;
		}
	}
	return false;
}

/*
 * Slot of a hash, or 0.  Nine in ten are in the first line (dash_flow_link()), so the
 * second one's cache line is not asked for before the first has been looked at.  A hole
 * has tag and slot 0, and the record at slot 0, nobody's, protocol 0.
 */
static __always_inline __u32 dash_slot_find(const struct dash_hot *hot, __u64 hash)
{
	__u32 at = dash_line1(hash, hot->lines), slot;
	__u64 half = 1ull << 32;

	dash_pin(half);
	if (dash_line_find(bpf_map_lookup_elem(&dash_index, &at), hash, half, &slot))
		return slot;
	at = dash_line_other(at, dash_tag(hash), *(const volatile __u32 *)&hot->lines);
	return dash_line_find(bpf_map_lookup_elem(&dash_index, &at), hash, half, &slot) ? slot : 0;
}

static __always_inline int dash_flow_has_key(const struct dash_flow *flow,
					     const struct dash_key *key)
{
	const __u64 *k = (const __u64 *)key;

	if (flow->k0[0] != k[0] || flow->k0[1] != k[1])
		return 0;
	return !key->v6 ||
	       (flow->k1[0] == k[2] && flow->k1[1] == k[3] && flow->k1[2] == k[4]);
}

/*
 * The flow of a key, with its @hash and @slot, or NULL.  Only the first entry with the
 * tag is looked at: that two keys of one line share 32 bits of tag happens to one flow
 * in 2^28, and the module finds the second one.
 */
static __always_inline struct dash_flow *dash_key_find(const struct dash_hot *hot,
						       const struct dash_key *key,
						       __u64 *hash, __u32 *slot)
{
	__u64 h = dash_hash((const __u64 *)key, key->v6, &hot->seed);
	__u32 s = dash_slot_find(hot, h);
	struct dash_flow *flow;

	*hash = h;
	if (!s)
		return NULL;
	flow = dash_flow_at(s);
	if (!flow || !dash_flow_has_key(flow, key))
		return NULL;
	*slot = s;
	return flow;
}

/* The flow of this packet, with @pkt->hash and @pkt->slot set, or NULL with @pkt->slot 0. */
static __always_inline struct dash_flow *dash_flow_find(const struct dash_hot *hot,
							struct dash_pkt *pkt)
{
	return dash_key_find(hot, &pkt->key, &pkt->hash, &pkt->slot);
}

/*
 * May the record be applied as it is?  Not if the policy of its ENI has changed
 * since, and not for a packet of the initiator's side of an inbound connection
 * that comes out of another tunnel (pipeline.md 18.3).
 */
static __always_inline int dash_flow_current(const struct dash_flow *flow,
					     const struct dash_hot_eni *eni,
					     const struct dash_pkt *pkt)
{
	if (flow->gen != eni->gen)
		return 0;
	if (pkt->dir == DASH_OUTBOUND || !(flow->flags & DASH_F_INITIATOR_IN))
		return 1;
	return dash_ip_eq(&flow->pa, &pkt->rx_sip) && flow->vni == bpf_htonl(pkt->rx_vni << 8);
}

/* Does this segment of a hit move the TCP state machine, which the module alone does? */
static __always_inline int dash_flow_must_track(const struct dash_flow *flow,
						const struct dash_pkt *pkt)
{
	__u32 initiator = flow->flags & DASH_F_INITIATOR_IN ? DASH_INBOUND : DASH_OUTBOUND;

	return (flow->flags & DASH_F_TCP) &&
	       dash_tcp_needs_module(flow, pkt->dir == initiator, pkt->tcp_flags);
}

/* Account a packet that is on its way; the only writes to a flow (ORD-3). */
static __always_inline void dash_flow_touch(struct dash_flow *flow, const struct dash_pkt *pkt)
{
	__u32 dir = pkt->dir & 1;

	if (dash_state_refreshes(flow->state))	/* TIME_WAIT and RESET run out all the same */
		flow->seen = bpf_jiffies64();
	__sync_fetch_and_add(&flow->packets[dir], 1);
	__sync_fetch_and_add(&flow->bytes[dir], pkt->inner_len);
}

#endif /* DASH_FLOW_MAPS_H */
