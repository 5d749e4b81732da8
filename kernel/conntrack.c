// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does this segment do to its connection, and when is a connection over?
 * (pipeline.md 18.4 to 18.6.)  Pure: knows records and clocks, no tables.
 *
 *            SYN            SYN on R             ACK on F
 *	 miss ----> SYN_SENT ----------> SYN_RECV ----------> ESTABLISHED
 *	               |                    |                      |
 *	               +------- FIN --------+----------------------+
 *	                         |                    |
 *	                  FIN_F (from F)       FIN_R (from R)
 *	                         |     other FIN      |
 *	                         +------> CLOSING <---+
 *	                                     |  ACK, no FIN, of the side that
 *	                                     v  did not send the last FIN
 *	   any -- RST --> RESET          TIME_WAIT
 *
 * F is the initiator, R the responder.  The seven segments of an ordinary
 * connection:
 *
 *	SYN F      (miss)		SYN_SENT
 *	SYN+ACK R  SYN_SENT		SYN_RECV	remembers ACK_R
 *	ACK F      SYN_RECV		ESTABLISHED	verified
 *	FIN+ACK F  ESTABLISHED		FIN_F
 *	ACK R      FIN_F		FIN_F		never leaves the fast path
 *	FIN+ACK R  FIN_F		CLOSING		last FIN: R
 *	ACK F      CLOSING		TIME_WAIT	gone tcp_close_linger later
 *
 * A switch was chosen over a table of state x flags x side: of its 180 cells
 * four in five say "stay", and two bits of memory (ACK_R, whose FIN was last)
 * would multiply them by six.
 *
 * Locking: none.  State, memory and previous state are one word of the record
 * and move by compare-and-exchange, so two CPUs that see two segments of one
 * connection apply them one after the other.  @seen is written before the
 * word: the sweep, which reads the word first, never pairs a new state with an
 * older time.  A late refresh by another CPU may lengthen TIME_WAIT by the
 * time that packet was in flight, which is nothing.
 *
 * Called by the kfuncs (segment, start) and by the sweep (expired).
 */
#include "conntrack.h"

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>

#define RESET_MS	5000u		/* pipeline.md 18.4 */
#define MAX_JIFFIES	0x3fffffffu	/* signed comparison of 32-bit times stays right */

#define EV_FIN		(DASH_EV_FIN_F | DASH_EV_FIN_R)

/* A record's tracking word, taken out of it. */
struct word {
	DASH_TRACK_UNION;
};

/** dash_timeouts_default - pipeline.md 18.4, 18.5 */
const struct dash_timeouts dash_timeouts_default = {
	.tcp_half_open = 10000,
	.tcp_established = 240000,
	.tcp_half_closed = 60000,
	.tcp_closing = 10000,
	.tcp_close_linger = 1000,
	.udp = 60000,
	.icmp = 30000,
	.other = 60000,
	.fragment = 2000,
	.close_mode = DASH_TCP_CLOSE_GRACEFUL,
};

static u32 to_jiffies(u32 ms)
{
	return min_t(unsigned long, msecs_to_jiffies(ms), MAX_JIFFIES);
}

/**
 * dash_params_set - work out the timeouts
 * @p: result; may be in use by readers
 * @set: what the operator says; milliseconds
 *
 * Context: any; one writer at a time.
 */
void dash_params_set(struct dash_params *p, const struct dash_timeouts *set)
{
	u32 ttl = set->flow_ttl ?: U32_MAX;
	u32 half_open = to_jiffies(min(set->tcp_half_open, ttl));
	u32 half_closed = to_jiffies(min(set->tcp_half_closed, ttl));
	u32 open[DASH_PC_N] = {
		[DASH_PC_TCP] = to_jiffies(set->flow_ttl ?: set->tcp_established),
		[DASH_PC_UDP] = to_jiffies(set->flow_ttl ?: set->udp),
		[DASH_PC_ICMP] = to_jiffies(set->flow_ttl ?: set->icmp),
		[DASH_PC_OTHER] = to_jiffies(set->flow_ttl ?: set->other),
	};
	u32 reset = to_jiffies(RESET_MS);
	u32 state[DASH_ST_DEAD + 1] = {
		[DASH_ST_OPEN] = min3(open[DASH_PC_UDP], open[DASH_PC_ICMP],
				      open[DASH_PC_OTHER]),
		[DASH_ST_SYN_SENT] = half_open,
		[DASH_ST_SYN_RECV] = half_open,
		[DASH_ST_ESTABLISHED] = open[DASH_PC_TCP],
		[DASH_ST_FIN_F] = half_closed,
		[DASH_ST_FIN_R] = half_closed,
		[DASH_ST_CLOSING] = to_jiffies(min(set->tcp_closing, ttl)),
		[DASH_ST_TIME_WAIT] = to_jiffies(set->tcp_close_linger),
		[DASH_ST_RESET] = reset,
	};
	int i;

	p->set = *set;
	WRITE_ONCE(p->fragment, to_jiffies(set->fragment));
	for (i = 0; i < DASH_PC_N; i++)
		WRITE_ONCE(p->open[i], open[i]);
	for (i = 0; i <= DASH_ST_DEAD; i++) {
		WRITE_ONCE(p->state[i], state[i]);
		WRITE_ONCE(p->reset[i], min(reset, state[i]));
	}
}

/**
 * dash_proto_class - the class that counters and timeouts go by
 * @proto: inner L4 protocol
 *
 * Context: any.
 * Return: the class.
 */
enum dash_proto_class dash_proto_class(u8 proto)
{
	switch (proto) {
	case 6:
		return DASH_PC_TCP;
	case 17:
		return DASH_PC_UDP;
	case 1:
	case 58:
		return DASH_PC_ICMP;
	default:
		return DASH_PC_OTHER;
	}
}

/**
 * dash_conntrack_start - the new record becomes a connection
 * @f: filled, not linked yet
 * @now: jiffies
 *
 * The state goes last and in release order: a walker that sees it sees a
 * complete record.
 *
 * Context: any.
 */
void dash_conntrack_start(struct dash_flow *f, u32 now)
{
	f->created = now;
	WRITE_ONCE(f->seen, now);
	smp_store_release(&f->track, ((const struct word) {
		.state = f->flags & DASH_F_TCP ? DASH_ST_SYN_SENT : DASH_ST_OPEN,
	}).track);
}

/**
 * dash_conntrack_restore - the new record becomes a connection that was saved
 * @f: filled, not linked yet
 * @created: jiffies of its first packet, low 32 bits
 * @seen: of its last one
 * @state: enum dash_flow_state, neither FREE nor DEAD
 * @event: DASH_EV_*
 * @was: the state before DASH_ST_RESET
 *
 * As dash_conntrack_start().
 *
 * Context: any.
 */
void dash_conntrack_restore(struct dash_flow *f, u32 created, u32 seen, u8 state, u8 event, u8 was)
{
	f->created = created;
	WRITE_ONCE(f->seen, seen);
	smp_store_release(&f->track, ((const struct word) {
		.state = state, .event = event, .was = was,
	}).track);
}

/* The word after a segment without RST.  @verified: it went through ESTABLISHED. */
static struct word step(struct word w, bool from_initiator, u8 flags, bool *verified)
{
	bool ack = flags & DASH_TCP_F_ACK, syn = flags & DASH_TCP_F_SYN;
	u8 my_fin = from_initiator ? DASH_EV_FIN_F : DASH_EV_FIN_R;
	u8 half_closed = from_initiator ? DASH_ST_FIN_F : DASH_ST_FIN_R;

	if (dash_state_half_open(w.state)) {
		if (from_initiator && ack &&
		    (w.event & DASH_EV_ACK_R || (w.state == DASH_ST_SYN_RECV && !syn))) {
			w.state = DASH_ST_ESTABLISHED;
			*verified = true;
		} else if (!from_initiator && syn) {
			w.state = DASH_ST_SYN_RECV;
		}
		if (ack && !from_initiator)
			w.event |= DASH_EV_ACK_R;
	}

	if (flags & DASH_TCP_F_FIN && w.state <= DASH_ST_CLOSING) {
		if (w.state <= DASH_ST_ESTABLISHED)
			w.state = half_closed;
		else if (w.state != half_closed)
			w.state = DASH_ST_CLOSING;
		w.event = (w.event & ~EV_FIN) | my_fin;
	} else if (w.state == DASH_ST_CLOSING && ack && !syn && !(w.event & my_fin)) {
		w.state = DASH_ST_TIME_WAIT;
	}
	return w;
}

/**
 * dash_conntrack_segment - a TCP segment of a known connection
 * @f: its record
 * @p: timeouts
 * @from_initiator: dash_from_initiator()
 * @flags: byte 13 of the TCP header
 * @now: jiffies, low 32 bits
 * @o: what it did
 *
 * A FIN that also carries the handshake's last ACK verifies the connection on
 * its way to FIN_F.  RST in TIME_WAIT never lengthens the life of the record.
 *
 * Context: any, under RCU; lockless.
 * Return: enum dash_ct_verdict.  @o->why counts only with REMOVE and REOPEN.
 */
enum dash_ct_verdict dash_conntrack_segment(struct dash_flow *f, const struct dash_params *p,
					    bool from_initiator, u8 flags, u32 now,
					    struct dash_ct_outcome *o)
{
	bool immediate = READ_ONCE(p->set.close_mode) == DASH_TCP_CLOSE_IMMEDIATE;
	bool rst = flags & DASH_TCP_F_RST, fin = !rst && flags & DASH_TCP_F_FIN;
	struct word w;
	u32 old, seen, life;

	do {
		w.track = old = READ_ONCE(f->track);
		*o = (struct dash_ct_outcome) { .from = w.state, .to = w.state };
		if (w.state == DASH_ST_FREE || w.state > DASH_ST_RESET)
			return DASH_CT_DEAD;
		if (!(f->flags & DASH_F_TCP)) {
			o->refresh = true;
			WRITE_ONCE(f->seen, now);
			return DASH_CT_FORWARD;
		}
		if ((flags & (DASH_TCP_F_SYN | DASH_TCP_F_ACK | DASH_TCP_F_FIN | DASH_TCP_F_RST)) ==
		    DASH_TCP_F_SYN && w.state >= DASH_ST_CLOSING) {
			o->why = DASH_GONE_REOPEN;
			return DASH_CT_REOPEN;
		}

		o->refresh = dash_state_refreshes(w.state);
		seen = now;
		if (rst && w.state != DASH_ST_RESET) {
			u32 whole = READ_ONCE(p->state[w.state]), left = whole;

			life = READ_ONCE(p->reset[w.state]);
			if (!o->refresh) {
				/* TIME_WAIT: what is left of it, if that is less */
				left = READ_ONCE(f->seen) + whole - now;
				if ((s32)left < (s32)life)
					seen = now + left - life;
			}
			o->half_ttl = (s32)life < (s32)left;
			o->refresh = true;
			w.was = w.state;
			w.state = DASH_ST_RESET;
		} else if (fin && immediate && o->refresh) {
			w.was = w.state;
			w.state = DASH_ST_TIME_WAIT;
		} else if (!rst) {
			w = step(w, from_initiator, flags, &o->verified);
		}
		o->to = w.state;
		if (o->refresh)
			WRITE_ONCE(f->seen, seen);
	} while (w.track != old && cmpxchg(&f->track, old, w.track) != old);

	if (immediate && (rst || fin)) {
		o->why = rst ? DASH_GONE_RST : DASH_GONE_FIN;
		return DASH_CT_REMOVE;
	}
	if (o->to == DASH_ST_TIME_WAIT && o->from != o->to &&
	    !READ_ONCE(p->state[DASH_ST_TIME_WAIT])) {
		o->why = DASH_GONE_FIN;
		return DASH_CT_REMOVE;
	}
	return DASH_CT_FORWARD;
}

static u32 timeout(const struct dash_flow *f, struct word w, const struct dash_params *p)
{
	switch (w.state) {
	case DASH_ST_OPEN:
		return READ_ONCE(p->open[dash_proto_class(dash_flow_proto(f))]);
	case DASH_ST_RESET:
		return READ_ONCE(p->reset[w.was <= DASH_ST_DEAD ? w.was : DASH_ST_RESET]);
	default:
		return READ_ONCE(p->state[w.state <= DASH_ST_DEAD ? w.state : DASH_ST_DEAD]);
	}
}

/**
 * dash_conntrack_timeout - the idle time that applies to a record now
 * @f: the record
 * @p: timeouts
 *
 * Context: any.
 * Return: jiffies.
 */
u32 dash_conntrack_timeout(const struct dash_flow *f, const struct dash_params *p)
{
	struct word w = { .track = READ_ONCE(f->track) };

	return timeout(f, w, p);
}

/**
 * dash_conntrack_expired - has the record's time run out?
 * @f: the record
 * @p: timeouts
 * @now: jiffies, low 32 bits
 * @why: on true, how its end counts
 *
 * Reads one cache line of most records: the first one, which has the protocol,
 * only when an OPEN record is older than the shortest timeout of its kind.
 * @seen may be a tick ahead of @now when a packet came meanwhile, so times
 * compare signed; a tick may be just over, so only more ticks than the timeout
 * prove it.
 *
 * Context: any.
 * Return: true if it is over.  Never for FREE and DEAD.
 */
bool dash_conntrack_expired(const struct dash_flow *f, const struct dash_params *p, u32 now,
			    enum dash_gone_reason *why)
{
	struct word w = { .track = smp_load_acquire(&f->track) };
	s32 idle = now - READ_ONCE(f->seen);

	switch (w.state) {
	case DASH_ST_FREE:
	case DASH_ST_DEAD:
		return false;
	case DASH_ST_TIME_WAIT:
		*why = DASH_GONE_FIN;
		break;
	case DASH_ST_RESET:
		*why = DASH_GONE_RST;
		break;
	case DASH_ST_OPEN:
		if (idle <= (s32)READ_ONCE(p->state[DASH_ST_OPEN]))
			return false;
		fallthrough;
	default:
		*why = DASH_GONE_AGED;
	}
	return idle > (s32)timeout(f, w, p);
}
