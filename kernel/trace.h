/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_TRACE_H
#define DASH_TRACE_H

#include <linux/types.h>
#include "uapi/dash.h"
#include "uapi/dash_flow.h"

struct dash_net;
struct dash_flow_filter;
struct netlink_ext_ack;
struct sk_buff;
struct xdp_buff;

#define DASH_TRACE_WATCHES	4	/* who can follow packets at a time */
#define DASH_TRACE_STEPS	32	/* more than the pipeline has, twice (DASH_TRACE_POLICY) */
#define DASH_TRACE_HEAD		192u	/* octets kept of a frame: all headers of IPv6 in IPv6, and some payload */

/**
 * struct dash_step - one decision, as the packet path notes it
 * @stage: enum dash_trace_stage
 * @reason: enum dash_drop if the packet ends here
 * @how: enum dash_trace_how: what decided
 * @index: ACL stage, from 1
 * @policy: of the evaluation that a packet of an established connection does not need
 * @allow, @terminating: what an ACL rule said
 * @who: run-time part of the object that decided, NULL: none did.  Compared, never looked into: it
 *	may be gone
 * @within: that of the object it belongs to, or was looked for in
 * @ca, @pa, @vni, @mac: mapping: looked up, found
 */
struct dash_step {
	u8 stage, reason, how, index;
	bool policy, allow, terminating, has_mac;
	const void *who, *within;
	struct dash_ip ca, pa;
	u32 vni;
	u8 mac[6];
	u8 pad[2];	/* zero: steps are compared as octets */
};

/**
 * struct dash_trace - what was decided about one packet
 * @cookie: number under which it can be asked for; 0: it is an event
 * @portid: netlink ports that it goes to, 0: none
 * @lost: earlier events that could not be told; of group drops: the first one
 * @drop: it is an event of group drops
 * @flags: DASH_TRACE_*
 * @handle: see trace.c
 * @time: ns since 1970
 * @generation: of the configuration, before the first decision
 * @ifindex, @egress: where it came in and goes out
 * @pkt: facts
 * @eni_known: @pkt has a key with an ENI
 * @found: it belongs to a connection that exists, @flow
 * @made: it opens one, @flow, or would
 * @policy: steps that are noted now are those of DASH_TRACE_POLICY
 * @fate: enum dash_fate
 * @reason: why it was dropped
 * @decided: what the steps say; the same, unless the state changed between them and the packet
 * @frame_len, @after_len: octets of the frame as received, as sent
 * @before, @after: their beginnings
 */
struct dash_trace {
	u64 cookie;
	u32 portid[DASH_TRACE_WATCHES], lost[DASH_TRACE_WATCHES];
	bool drop, eni_known, found, made, policy;
	u16 handle;
	u32 flags;
	u64 time;
	u32 generation;
	u32 ifindex, egress;
	struct dash_pkt pkt;
	u8 fate, reason, decided;
	u32 frame_len, after_len;
	struct dash_flow flow;
	u32 n;
	struct dash_step step[DASH_TRACE_STEPS];
	u8 before[DASH_TRACE_HEAD], after[DASH_TRACE_HEAD];
	struct dash_trace *next;
};

/* Append a step.  Called by trace_pipeline.o only; @t may not be NULL. */
void dash_trace_step(struct dash_trace *t, const struct dash_step *s);

/* ---- trace.c: behind the kfuncs of the same names; BH disabled, under RCU ---- */

void dash_trace_begin(struct dash_net *dn, const struct xdp_buff *xdp, struct dash_pkt *pkt, u64 cookie, u32 flags);
enum dash_drop dash_trace_decide(struct dash_net *dn, struct dash_pkt *pkt, struct dash_flow *flow, u32 what);
void dash_trace_end(struct dash_net *dn, const struct xdp_buff *xdp, const struct dash_pkt *pkt, u8 fate,
		    u8 reason, u32 ifindex);
void dash_trace_drop(struct dash_net *dn, const struct xdp_buff *xdp, const struct dash_pkt *pkt, u8 reason);

/* ---- trace.c: the other side ---- */

int dash_trace_net_init(struct dash_net *dn);		/* 0 or -ENOMEM */
void dash_trace_net_exit(struct dash_net *dn);		/* no packet, no request; events not told are forgotten */
void dash_trace_ready(bool on);				/* all namespaces have, or lose, their part */

struct dash_trace *dash_trace_take(struct dash_net *dn, u64 cookie);	/* kfree() it.  NULL: no such */

/* Follow packets like @f, at most @rate a second, for netlink port @portid.  dash_net.lock held.
 * 0; -EBUSY with @extack: others follow already.
 */
int dash_trace_watch(struct dash_net *dn, u32 portid, const struct dash_flow_filter *f, u32 rate,
		     struct netlink_ext_ack *extack);
void dash_trace_unwatch(struct dash_net *dn, u32 portid);	/* the socket is gone; takes dash_net.lock */

/* Somebody uses the tracepoint of drops, and no longer.  Process context, like the next ones. */
int dash_drops_probed(void);
void dash_drops_unprobed(void);
void dash_drops_joined(void);				/* a socket is about to join group drops */
void dash_drops_look(struct dash_net *dn);		/* is there still somebody?  Once a second, and when maps were bound */

/* trace_name.c: nest DASH_A_TRACE with all names; dash_net.lock held.  0 or -EMSGSIZE. */
int dash_trace_fill(struct dash_net *dn, struct sk_buff *skb, const struct dash_trace *t, u32 lost);

/* netlink_trace.c: send an event to @portid, 0: to group drops; dash_net.lock held.  false: it was lost. */
bool dash_nl_trace_event(struct dash_net *dn, const struct dash_trace *t, u32 portid, u32 lost);

#endif
