/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_CONNTRACK_H
#define DASH_CONNTRACK_H

#include <linux/stddef.h>
#include <linux/types.h>
#include "flow_table.h"
#include "uapi/dash_flow.h"

enum dash_tcp_close_mode {
	DASH_TCP_CLOSE_GRACEFUL,	/* FIN and RST take the path of pipeline.md 18.4 */
	DASH_TCP_CLOSE_IMMEDIATE,	/* the first FIN or RST ends the connection */
};

/**
 * struct dash_timeouts - what an operator sets; milliseconds
 * @tcp_half_open, @tcp_established, @tcp_half_closed, @tcp_closing, @udp, @icmp, @other: idle times
 * @tcp_close_linger: life of TIME_WAIT; 0: the connection ends with its last ACK
 * @fragment: life of an entry of the fragment table
 * @flow_ttl: 0, or the value that replaces @tcp_established, @udp, @icmp, @other and bounds
 *	@tcp_half_open, @tcp_half_closed, @tcp_closing (pipeline.md 18.6)
 * @close_mode: enum dash_tcp_close_mode
 */
struct dash_timeouts {
	u32 tcp_half_open, tcp_established, tcp_half_closed, tcp_closing, tcp_close_linger;
	u32 udp, icmp, other;
	u32 fragment;
	u32 flow_ttl;
	u32 close_mode;
};

/**
 * struct dash_params - the same, worked out; jiffies
 * @set: what it was made from
 * @state: idle time by enum dash_flow_state; of DASH_ST_OPEN the least of @open
 * @reset: life of DASH_ST_RESET by the state before it
 * @open: idle time of DASH_ST_OPEN by enum dash_proto_class
 * @fragment: life of an entry of the fragment table
 *
 * Read without a lock while dash_params_set() writes: each word is read once, and a packet that
 * sees old and new ones side by side is timed by one or the other.
 */
struct dash_params {
	struct dash_timeouts set;
	u32 state[DASH_ST_DEAD + 1];
	u32 reset[DASH_ST_DEAD + 1];
	u32 open[DASH_PC_N];
	u32 fragment;
};

extern const struct dash_timeouts dash_timeouts_default;
/* Any time; applies to existing connections at their next packet or at the next pass of the sweep.  One writer. */
void dash_params_set(struct dash_params *p, const struct dash_timeouts *set);

/* What the caller does with the segment. */
enum dash_ct_verdict {
	DASH_CT_FORWARD,	/* by this record */
	DASH_CT_REMOVE,		/* by this record, and the connection is over: dash_sweep_remove(.., o->why) */
	DASH_CT_REOPEN,		/* remove the record (DASH_GONE_REOPEN), then treat the packet as a flow miss */
	DASH_CT_DEAD,		/* somebody removed it meanwhile: treat the packet as a flow miss */
};

/**
 * struct dash_ct_outcome - what a segment did, for counters
 * @from, @to: enum dash_flow_state before and after
 * @refresh: the idle timer was restarted (@seen written)
 * @verified: this segment made it ESTABLISHED (tcp_connections_verified)
 * @half_ttl: a RST shortened its life (tcp_reset_half_ttl)
 * @why: reason to remove it for, with DASH_CT_REMOVE and DASH_CT_REOPEN
 */
struct dash_ct_outcome {
	u8 from, to;
	bool refresh, verified, half_ttl;
	enum dash_gone_reason why;
};

/* A TCP segment of connection @f.  Any context, any number of CPUs at once on one record; under RCU.
 * @from_initiator: dash_from_initiator(); @tcp_flags: byte 13; @now: jiffies, low 32 bits.
 */
enum dash_ct_verdict dash_conntrack_segment(struct dash_flow *f, const struct dash_params *p,
					    bool from_initiator, u8 tcp_flags, u32 now,
					    struct dash_ct_outcome *o);

/* Last step of filling a new record: times and state (SYN_SENT with DASH_F_TCP, else OPEN), in release order. */
void dash_conntrack_start(struct dash_flow *f, u32 now);
/* The same for a connection that was saved (flow_restore.c). */
void dash_conntrack_restore(struct dash_flow *f, u32 created, u32 seen, u8 state, u8 event, u8 was);
/* Has its time run out?  Then *why says how the end counts. */
bool dash_conntrack_expired(const struct dash_flow *f, const struct dash_params *p, u32 now,
			    enum dash_gone_reason *why);
/* Idle time that applies now, jiffies; for display. */
u32 dash_conntrack_timeout(const struct dash_flow *f, const struct dash_params *p);
enum dash_proto_class dash_proto_class(u8 proto);

/* The connection's key, from its record. */
static inline struct dash_key dash_flow_key(const struct dash_flow *f)
{
	union {
		u64 w[5];
		struct dash_key k;
	} u = { { f->k0[0], f->k0[1], f->k1[0], f->k1[1], f->k1[2] } };

	return u.k;
}

/* Its protocol, without the rest of the key. */
static inline u8 dash_flow_proto(const struct dash_flow *f)
{
	return ((const u8 *)f->k0)[offsetof(struct dash_key, proto)];
}

static inline u16 dash_flow_eni(const struct dash_flow *f)
{
	return *(const u16 *)((const u8 *)f->k0 + offsetof(struct dash_key, eni));
}

static inline bool dash_flow_v6(const struct dash_flow *f)
{
	return ((const u8 *)f->k0)[offsetof(struct dash_key, v6)];
}

static inline bool dash_from_initiator(const struct dash_flow *f, u8 dir)
{
	return (dir == DASH_INBOUND) == !!(f->flags & DASH_F_INITIATOR_IN);
}

static inline bool dash_state_half_open(u8 state)
{
	return state == DASH_ST_SYN_SENT || state == DASH_ST_SYN_RECV;
}

#endif
