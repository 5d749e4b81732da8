/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Counting (counters.md 2, 3.1 to 3.3, 4).  The maps are per CPU and a program
 * does not preempt itself, so plain additions are exact.  One packet counts one
 * drop reason at most: the entry program has one place per scope for it.
 */
#ifndef DASH_STATS_H
#define DASH_STATS_H

#include "maps.h"

static __always_inline struct dash_port_stats *dash_port_counters(void)
{
	__u32 key = dash_port;

	return bpf_map_lookup_elem(&dash_port_stats, &key);
}

static __always_inline struct dash_eni_stats *dash_eni_counters(__u32 eni)
{
	return bpf_map_lookup_elem(&dash_eni_stats, &eni);
}

static __always_inline void dash_count_port_rx(struct dash_port_stats *port,
					       const struct dash_pkt *pkt)
{
	port->rx_packets++;
	port->rx_bytes += pkt->wire_len;
}

/* Once per packet; @slow remembers.  @cause is a constant. */
static __always_inline void dash_count_slow(struct dash_port_stats *port, bool *slow,
					    enum dash_slow cause)
{
	if (*slow)
		return;
	*slow = true;
	port->slow_path_packets++;
	port->slow[cause]++;
}

static __always_inline void dash_count_port_drop(struct dash_port_stats *port, __u32 reason)
{
	if (reason < DASH_DROP_FIRST_ENI)
		port->drop[reason]++;
}

/* As soon as the ENI is known, before its admin state (ORD-4). */
static __always_inline void dash_count_eni_rx(struct dash_eni_stats *eni,
					      const struct dash_pkt *pkt)
{
	__u32 dir = pkt->dir & 1;

	eni->rx_packets[dir]++;
	eni->rx_bytes[dir] += pkt->wire_len;
	if (!(pkt->tcp_flags & (DASH_TCP_F_SYN | DASH_TCP_F_FIN | DASH_TCP_F_RST)))
		return;
	if (pkt->tcp_flags & DASH_TCP_F_SYN)
		eni->tcp[dir][pkt->tcp_flags & DASH_TCP_F_ACK ? DASH_TCP_SYNACK : DASH_TCP_SYN]++;
	if (pkt->tcp_flags & DASH_TCP_F_FIN)
		eni->tcp[dir][DASH_TCP_FIN]++;
	if (pkt->tcp_flags & DASH_TCP_F_RST)
		eni->tcp[dir][DASH_TCP_RST]++;
}

static __always_inline void dash_count_matched(struct dash_eni_stats *eni,
					       const struct dash_pkt *pkt)
{
	switch (pkt->key.proto) {
	case IPPROTO_TCP:
		eni->matched[DASH_PC_TCP]++;
		break;
	case IPPROTO_UDP:
		eni->matched[DASH_PC_UDP]++;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		eni->matched[DASH_PC_ICMP]++;
		break;
	default:
		eni->matched[DASH_PC_OTHER]++;
	}
}

static __always_inline void dash_count_tx(struct dash_eni_stats *eni, const struct dash_pkt *pkt,
					  __u32 tx_len)
{
	__u32 dir = pkt->dir & 1;

	eni->tx_packets[dir]++;
	eni->tx_bytes[dir] += tx_len;
}

/*
 * A number that no list knows can only come from a mismatched module.  The empty asm
 * makes clang 14 compare the register that it then uses as index; it compared
 * another copy, "unbounded memory access" on 6.12.
 */
static __always_inline void dash_count_eni_drop(struct dash_eni_stats *eni, __u32 reason)
{
	asm("" : "+r"(reason));
	if (reason >= DASH_DROP_COUNT)
		reason = DASH_DROP_INTERNAL_ERROR;
	eni->drop[reason]++;
}

#endif /* DASH_STATS_H */
