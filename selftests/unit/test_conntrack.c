// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * The TCP tracker: every state x event x side against a table written from
 * spec/pipeline.md 18.4, named exchanges, timers of 18.4 to 18.6, the program's
 * predicate, and two CPUs on one record.
 */
#include <linux/jiffies.h>
#include <pthread.h>

#include "conntrack.h"
#include "ktap.h"

#define S DASH_TCP_F_SYN
#define A DASH_TCP_F_ACK
#define F DASH_TCP_F_FIN
#define R DASH_TCP_F_RST

#define CHECK(c) EXPECT(c, "state %u, event %u", f.state, f.event)

static struct dash_params params;
static u32 clock_now = 0xffffff00u;	/* wraps during the tests */

/* States with the tracker's memory; the names of the table's cells. */
static const struct named {
	const char *name;
	u8 state, event, mask;		/* bits of event that are compared */
} named[] = {
	{ "ss",  DASH_ST_SYN_SENT, 0, DASH_EV_ACK_R },
	{ "ss+", DASH_ST_SYN_SENT, DASH_EV_ACK_R, DASH_EV_ACK_R },
	{ "sr",  DASH_ST_SYN_RECV, 0, DASH_EV_ACK_R },
	{ "sr+", DASH_ST_SYN_RECV, DASH_EV_ACK_R, DASH_EV_ACK_R },
	{ "es",  DASH_ST_ESTABLISHED, 0, 0 },
	{ "ff",  DASH_ST_FIN_F, DASH_EV_FIN_F, 3 },
	{ "fr",  DASH_ST_FIN_R, DASH_EV_FIN_R, 3 },
	{ "cf",  DASH_ST_CLOSING, DASH_EV_FIN_F, 3 },	/* last FIN was the initiator's */
	{ "cr",  DASH_ST_CLOSING, DASH_EV_FIN_R, 3 },
	{ "tw",  DASH_ST_TIME_WAIT, DASH_EV_FIN_R, 0 },
	{ "rs",  DASH_ST_RESET, 0, 0 },
};
#define STATES ARRAY_SIZE(named)

static const struct event { const char *name; u8 flags; } events[] = {
	{ "SYN", S }, { "SYN+ACK", S | A }, { "ACK", A }, { "none", 0 }, { "FIN", F },
	{ "FIN+ACK", F | A }, { "RST", R }, { "RST+ACK", R | A }, { "SYN+RST", S | R },
	{ "SYN+FIN", S | F },
};
#define EVENTS ARRAY_SIZE(events)

/* Next state; "!" reopen; a trailing "v" counts as verified. */
static const char *const next[STATES][2][EVENTS] = {
	/*	    SYN    SYN+ACK ACK    none   FIN    FIN+ACK RST   R+A   S+R   S+F */
	{ /* ss */
		{ "ss",  "ss",  "ss",  "ss",  "ff",  "ff",   "rs", "rs", "rs", "ff" },
		{ "sr",  "sr+", "ss+", "ss",  "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* ss+ */
		{ "ss+", "esv", "esv", "ss+", "ff",  "ffv",  "rs", "rs", "rs", "ff" },
		{ "sr+", "sr+", "ss+", "ss+", "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* sr */
		{ "sr",  "sr",  "esv", "sr",  "ff",  "ffv",  "rs", "rs", "rs", "ff" },
		{ "sr",  "sr+", "sr+", "sr",  "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* sr+ */
		{ "sr+", "esv", "esv", "sr+", "ff",  "ffv",  "rs", "rs", "rs", "ff" },
		{ "sr+", "sr+", "sr+", "sr+", "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* es */
		{ "es",  "es",  "es",  "es",  "ff",  "ff",   "rs", "rs", "rs", "ff" },
		{ "es",  "es",  "es",  "es",  "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* ff */
		{ "ff",  "ff",  "ff",  "ff",  "ff",  "ff",   "rs", "rs", "rs", "ff" },
		{ "ff",  "ff",  "ff",  "ff",  "cr",  "cr",   "rs", "rs", "rs", "cr" },
	}, { /* fr */
		{ "fr",  "fr",  "fr",  "fr",  "cf",  "cf",   "rs", "rs", "rs", "cf" },
		{ "fr",  "fr",  "fr",  "fr",  "fr",  "fr",   "rs", "rs", "rs", "fr" },
	}, { /* cf */
		{ "!",   "cf",  "cf",  "cf",  "cf",  "cf",   "rs", "rs", "rs", "cf" },
		{ "!",   "cf",  "tw",  "cf",  "cr",  "cr",   "rs", "rs", "rs", "cr" },
	}, { /* cr */
		{ "!",   "cr",  "tw",  "cr",  "cf",  "cf",   "rs", "rs", "rs", "cf" },
		{ "!",   "cr",  "cr",  "cr",  "cr",  "cr",   "rs", "rs", "rs", "cr" },
	}, { /* tw */
		{ "!",   "tw",  "tw",  "tw",  "tw",  "tw",   "rs", "rs", "rs", "tw" },
		{ "!",   "tw",  "tw",  "tw",  "tw",  "tw",   "rs", "rs", "rs", "tw" },
	}, { /* rs */
		{ "!",   "rs",  "rs",  "rs",  "rs",  "rs",   "rs", "rs", "rs", "rs" },
		{ "!",   "rs",  "rs",  "rs",  "rs",  "rs",   "rs", "rs", "rs", "rs" },
	},
};

static const struct named *by_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (strlen(named[i].name) == len && !memcmp(named[i].name, name, len))
			return &named[i];
	abort();
}

static void tcp_record(struct dash_flow *f, const struct named *n, u32 seen)
{
	memset(f, 0, sizeof(*f));
	f->flags = DASH_F_TCP;
	((u8 *)f->k0)[offsetof(struct dash_key, proto)] = 6;
	dash_conntrack_start(f, seen);
	f->state = n->state;
	f->event = n->event;
	if (n->state == DASH_ST_RESET)
		f->was = DASH_ST_ESTABLISHED;
}

static void every_state_event_side(void)
{
	struct dash_ct_outcome o;
	struct dash_flow f;
	size_t s, e, side, junk;

	for (s = 0; s < STATES; s++)
	for (side = 0; side < 2; side++)
	for (e = 0; e < EVENTS; e++)
	for (junk = 0; junk < 2; junk++) {
		const char *want = next[s][side][e];
		size_t len = strlen(want);
		bool verified = want[len - 1] == 'v', reopen = want[0] == '!';
		/* PSH, URG, ECE, CWR change nothing */
		u8 flags = events[e].flags | (junk ? 0xe8 : 0);
		enum dash_ct_verdict v;
		const struct named *to;

		tcp_record(&f, &named[s], clock_now - 10);
		v = dash_conntrack_segment(&f, &params, !side, flags, clock_now, &o);
		CHECK(o.from == named[s].state);
		EXPECT(v == (reopen ? DASH_CT_REOPEN : DASH_CT_FORWARD), "%s %s %c: verdict %d",
		       named[s].name, events[e].name, "FR"[side], v);
		EXPECT(o.verified == verified, "%s %s %c", named[s].name, events[e].name, "FR"[side]);
		to = reopen ? &named[s] : by_name(want, len - verified);
		EXPECT(f.state == to->state && (f.event & to->mask) == (to->event & to->mask),
		       "%s %s %c: want %s, state %u event %u", named[s].name, events[e].name,
		       "FR"[side], want, f.state, f.event);
		CHECK(o.to == f.state);
		if (reopen)
			CHECK(o.why == DASH_GONE_REOPEN && f.seen == clock_now - 10);
		else if (named[s].state < DASH_ST_TIME_WAIT)
			EXPECT(o.refresh && f.seen == clock_now, "%s %s", named[s].name, events[e].name);
		else if (f.state == named[s].state)
			CHECK(!o.refresh && f.seen == clock_now - 10);
	}
}

static void program_predicate(void)
{
	struct dash_ct_outcome o;
	struct dash_flow f, before;
	size_t s, side;
	int flags;

	for (s = 0; s < STATES; s++)
	for (side = 0; side < 2; side++)
	for (flags = 0; flags < 256; flags++) {
		int asked;

		tcp_record(&f, &named[s], 7);
		before = f;
		asked = dash_tcp_needs_module(&f, !side, flags);
		if (flags & (S | F | R))
			CHECK(asked);
		dash_conntrack_segment(&f, &params, !side, flags, 8, &o);
		if (!asked)
			EXPECT(f.track == before.track, "%s missed flags %x", named[s].name, flags);
		if (asked && !(flags & (S | F | R)))
			EXPECT(f.track != before.track, "%s needless call, flags %x",
			       named[s].name, flags);
		if (!(flags & (S | F | R)) && named[s].state >= DASH_ST_ESTABLISHED &&
		    named[s].state != DASH_ST_CLOSING)
			CHECK(!asked);
	}
}

/* An exchange: "F:SA" is SYN+ACK from the initiator; after each the expected state. */
struct leg { const char *seg; u8 state; };

static void exchange(const char *name, const struct leg *l, enum dash_ct_verdict last,
		     unsigned int calls, unsigned int verified)
{
	struct dash_ct_outcome o;
	struct dash_flow f;
	enum dash_ct_verdict v = DASH_CT_FORWARD;
	unsigned int called = 0, ver = 0;

	tcp_record(&f, &named[0], clock_now);
	for (; l->seg; l++) {
		u8 flags = (strchr(l->seg + 2, 'S') ? S : 0) | (strchr(l->seg + 2, 'A') ? A : 0) |
			   (strchr(l->seg + 2, 'F') ? F : 0) | (strchr(l->seg + 2, 'R') ? R : 0);
		bool from_f = l->seg[0] == 'F';

		EXPECT(v == DASH_CT_FORWARD, "%s before %s", name, l->seg);
		if (dash_tcp_needs_module(&f, from_f, flags)) {
			v = dash_conntrack_segment(&f, &params, from_f, flags, ++clock_now, &o);
			called++;
			ver += o.verified;
		}
		EXPECT(f.state == l->state, "%s after %s: %u", name, l->seg, f.state);
	}
	EXPECT(v == last, "%s: %d", name, v);
	EXPECT(called == calls && ver == verified, "%s: %u calls, %u verified", name, called, ver);
}

#define X(name, last, calls, ver, ...) \
	exchange(name, (const struct leg[]) { __VA_ARGS__, { NULL, 0 } }, last, calls, ver)

static void named_exchanges(void)
{
	struct dash_timeouts t = dash_timeouts_default;

	X("seven packets", DASH_CT_FORWARD, 5, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_FIN_F },
	  { "R:A", DASH_ST_FIN_F }, { "R:FA", DASH_ST_CLOSING }, { "F:A", DASH_ST_TIME_WAIT },
	  { "F:A", DASH_ST_TIME_WAIT });
	X("six packets", DASH_CT_FORWARD, 5, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:F", DASH_ST_FIN_F },
	  { "R:FA", DASH_ST_CLOSING }, { "F:A", DASH_ST_TIME_WAIT });
	X("data does not call", DASH_CT_FORWARD, 2, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:A", DASH_ST_ESTABLISHED },
	  { "R:A", DASH_ST_ESTABLISHED }, { "F:", DASH_ST_ESTABLISHED });
	X("retransmitted SYN and SYN+ACK", DASH_CT_FORWARD, 5, 1,
	  { "F:S", DASH_ST_SYN_SENT }, { "R:SA", DASH_ST_SYN_RECV }, { "F:S", DASH_ST_SYN_RECV },
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED });
	X("simultaneous open", DASH_CT_FORWARD, 3, 1,
	  { "R:S", DASH_ST_SYN_RECV }, { "R:SA", DASH_ST_SYN_RECV }, { "F:SA", DASH_ST_ESTABLISHED });
	X("simultaneous open, other order", DASH_CT_FORWARD, 4, 1,
	  { "R:S", DASH_ST_SYN_RECV }, { "F:SA", DASH_ST_SYN_RECV }, { "R:SA", DASH_ST_SYN_RECV },
	  { "F:A", DASH_ST_ESTABLISHED });
	X("SYN+ACK not seen", DASH_CT_FORWARD, 2, 1,
	  { "R:A", DASH_ST_SYN_SENT }, { "R:A", DASH_ST_SYN_SENT }, { "F:A", DASH_ST_ESTABLISHED });
	X("simultaneous close", DASH_CT_FORWARD, 5, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_FIN_F },
	  { "R:FA", DASH_ST_CLOSING }, { "R:A", DASH_ST_CLOSING }, { "F:A", DASH_ST_TIME_WAIT });
	X("half close, data the other way", DASH_CT_FORWARD, 5, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_FIN_F },
	  { "R:A", DASH_ST_FIN_F }, { "F:A", DASH_ST_FIN_F }, { "R:FA", DASH_ST_CLOSING },
	  { "F:A", DASH_ST_TIME_WAIT });
	X("responder closes first, FIN again", DASH_CT_FORWARD, 6, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "R:FA", DASH_ST_FIN_R },
	  { "R:FA", DASH_ST_FIN_R }, { "F:FA", DASH_ST_CLOSING }, { "R:A", DASH_ST_TIME_WAIT });
	X("refused, then the ports again", DASH_CT_REOPEN, 2, 0,
	  { "R:RA", DASH_ST_RESET }, { "F:S", DASH_ST_RESET });
	X("reuse from the other side", DASH_CT_REOPEN, 6, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_FIN_F },
	  { "R:FA", DASH_ST_CLOSING }, { "F:A", DASH_ST_TIME_WAIT }, { "R:S", DASH_ST_TIME_WAIT });
	X("SYN in ESTABLISHED is the peer's business", DASH_CT_FORWARD, 4, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:S", DASH_ST_ESTABLISHED },
	  { "R:S", DASH_ST_ESTABLISHED });

	t.tcp_close_linger = 0;
	dash_params_set(&params, &t);
	X("no linger", DASH_CT_REMOVE, 5, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_FIN_F },
	  { "R:FA", DASH_ST_CLOSING }, { "F:A", DASH_ST_TIME_WAIT });
	t.close_mode = DASH_TCP_CLOSE_IMMEDIATE;
	dash_params_set(&params, &t);
	X("immediate close by FIN", DASH_CT_REMOVE, 3, 1,
	  { "R:SA", DASH_ST_SYN_RECV }, { "F:A", DASH_ST_ESTABLISHED }, { "F:FA", DASH_ST_TIME_WAIT });
	X("immediate close by RST", DASH_CT_REMOVE, 1, 0, { "R:R", DASH_ST_RESET });
	dash_params_set(&params, &dash_timeouts_default);
}

/* Expires after @ms and not before, whatever the clock's phase; ends as @why. */
static void expect_life(const struct dash_flow *f, u32 ms, enum dash_gone_reason why, const char *what)
{
	u32 j = msecs_to_jiffies(ms), seen = f->seen;
	enum dash_gone_reason got = DASH_GONE_COUNT;

	EXPECT(dash_conntrack_timeout(f, &params) == j, "%s", what);
	EXPECT(!dash_conntrack_expired(f, &params, seen - 1, &got), "%s", what);
	EXPECT(!dash_conntrack_expired(f, &params, seen + j, &got), "%s", what);
	EXPECT(dash_conntrack_expired(f, &params, seen + j + 1, &got) && got == why,
	       "%s: %d", what, got);
}

static void lives(void)
{
	static const u32 tcp[STATES] = { 10000, 10000, 10000, 10000, 240000, 60000, 60000,
					 10000, 10000, 1000, 5000 };
	static const struct { u8 proto; u32 ms; } open[] = {
		{ 17, 60000 }, { 1, 30000 }, { 58, 30000 }, { 47, 60000 }, { 132, 60000 },
	};
	static const u32 seen[] = { 0, 5, 0x7fffffffu, 0xfffffff0u };
	struct dash_timeouts t = dash_timeouts_default;
	struct dash_ct_outcome o;
	struct dash_flow f;
	size_t i, s, n;

	for (n = 0; n < ARRAY_SIZE(seen); n++) {
		for (s = 0; s < STATES; s++) {
			tcp_record(&f, &named[s], seen[n]);
			expect_life(&f, tcp[s], named[s].state == DASH_ST_TIME_WAIT ? DASH_GONE_FIN :
				    named[s].state == DASH_ST_RESET ? DASH_GONE_RST : DASH_GONE_AGED,
				    named[s].name);
		}
		for (i = 0; i < ARRAY_SIZE(open); i++) {
			memset(&f, 0, sizeof(f));
			((u8 *)f.k0)[offsetof(struct dash_key, proto)] = open[i].proto;
			dash_conntrack_start(&f, seen[n]);
			CHECK(f.state == DASH_ST_OPEN);
			expect_life(&f, open[i].ms, DASH_GONE_AGED, "open");
		}
	}

	/* flow_ttl 5000: replaces the long ones, bounds the short ones; 20000 leaves half-open at 10000 */
	t.flow_ttl = 5000;
	dash_params_set(&params, &t);
	for (s = 0; s < STATES; s++) {
		tcp_record(&f, &named[s], 0);
		CHECK(dash_conntrack_timeout(&f, &params) ==
		       msecs_to_jiffies(named[s].state == DASH_ST_TIME_WAIT ? 1000 : 5000));
	}
	t.flow_ttl = 2000;
	dash_params_set(&params, &t);
	tcp_record(&f, by_name("es", 2), 0);
	dash_conntrack_segment(&f, &params, true, R, 1, &o);
	CHECK(!o.half_ttl);
	expect_life(&f, 2000, DASH_GONE_RST, "RESET is bounded by the idle time before");
	t.flow_ttl = 20000;
	dash_params_set(&params, &t);
	tcp_record(&f, &named[0], 0);
	expect_life(&f, 10000, DASH_GONE_AGED, "half open under a long ttl");
	((u8 *)f.k0)[offsetof(struct dash_key, proto)] = 17;
	f.state = DASH_ST_OPEN;
	expect_life(&f, 20000, DASH_GONE_AGED, "udp by ttl");
	dash_params_set(&params, &dash_timeouts_default);
}

static void resets(void)
{
	struct dash_timeouts t = dash_timeouts_default;
	enum dash_gone_reason why;
	struct dash_ct_outcome o;
	struct dash_flow f;
	u32 j5 = msecs_to_jiffies(5000), j1 = msecs_to_jiffies(1000);

	tcp_record(&f, &named[0], 100);
	dash_conntrack_segment(&f, &params, false, R | A, 200, &o);
	CHECK(o.half_ttl && f.seen == 200 && f.was == DASH_ST_SYN_SENT);
	dash_conntrack_segment(&f, &params, false, R, 300, &o);
	EXPECT(!o.refresh && f.seen == 200 && !o.half_ttl, "RESET is not refreshed");
	CHECK(!dash_conntrack_expired(&f, &params, 200 + j5, &why));
	CHECK(dash_conntrack_expired(&f, &params, 201 + j5, &why) && why == DASH_GONE_RST);

	/* in TIME_WAIT it neither lengthens nor shortens a life below 5 s */
	tcp_record(&f, by_name("tw", 2), 100);
	dash_conntrack_segment(&f, &params, true, R, 150, &o);
	CHECK(f.state == DASH_ST_RESET && !o.half_ttl);
	CHECK(!dash_conntrack_expired(&f, &params, 100 + j1, &why));
	CHECK(dash_conntrack_expired(&f, &params, 101 + j1, &why) && why == DASH_GONE_RST);

	/* and cuts a long one to 5 s, or to what was left */
	t.tcp_close_linger = 60000;
	dash_params_set(&params, &t);
	tcp_record(&f, by_name("tw", 2), 100);
	dash_conntrack_segment(&f, &params, true, R, 150, &o);
	CHECK(o.half_ttl && f.seen == 150);
	tcp_record(&f, by_name("tw", 2), 100);
	dash_conntrack_segment(&f, &params, true, R, 100 + msecs_to_jiffies(58000), &o);
	CHECK(!o.half_ttl);
	CHECK(!dash_conntrack_expired(&f, &params, 100 + msecs_to_jiffies(60000), &why));
	CHECK(dash_conntrack_expired(&f, &params, 101 + msecs_to_jiffies(60000), &why));
	dash_params_set(&params, &dash_timeouts_default);
}

static void dead_and_foreign(void)
{
	enum dash_gone_reason why;
	struct dash_ct_outcome o;
	struct dash_flow f = { 0 };
	int state;

	for (state = 0; state < 256; state++) {
		if (state && state < DASH_ST_DEAD)
			continue;
		f.flags = DASH_F_TCP;
		f.state = state;
		CHECK(dash_conntrack_segment(&f, &params, true, S, 1, &o) == DASH_CT_DEAD);
		CHECK(f.state == state && !f.seen);
		if (state <= DASH_ST_DEAD)
			CHECK(!dash_conntrack_expired(&f, &params, 0x7fffffff, &why));
	}
	f = (struct dash_flow) { .state = DASH_ST_OPEN };
	CHECK(dash_conntrack_segment(&f, &params, true, R, 9, &o) == DASH_CT_FORWARD);
	EXPECT(f.state == DASH_ST_OPEN && f.seen == 9, "flags of other protocols mean nothing");
	f = (struct dash_flow) { .flags = DASH_F_INITIATOR_IN };
	CHECK(dash_from_initiator(&f, DASH_INBOUND) && !dash_from_initiator(&f, DASH_OUTBOUND));
	f.flags = 0;
	CHECK(!dash_from_initiator(&f, DASH_INBOUND) && dash_from_initiator(&f, DASH_OUTBOUND));
}

/* Each thread closes its side; no FIN may get lost, CLOSING is entered exactly once per round. */
#define ROUNDS 20000
static struct dash_flow shared;
static unsigned int arrived, entered_closing, lost;

/* Spins, so that both leave it within the time of a segment. */
static void meet(unsigned int *round)
{
	unsigned int spins = 0;

	*round += 2;
	__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < *round)
		if (!(++spins % 4096))
			sched_yield();
}

static void *closer(void *arg)
{
	struct dash_ct_outcome o;
	unsigned int round = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (arg)
			tcp_record(&shared, by_name("es", 2), 0);
		meet(&round);
		dash_conntrack_segment(&shared, &params, !!arg, F | A, 1, &o);
		if (o.to == DASH_ST_CLOSING)
			__atomic_add_fetch(&entered_closing, 1, __ATOMIC_RELAXED);
		meet(&round);
		if (arg && shared.state != DASH_ST_CLOSING)
			__atomic_add_fetch(&lost, 1, __ATOMIC_RELAXED);
		meet(&round);
	}
	return NULL;
}

static void two_cpus(void)
{
	pthread_t t;

	arrived = entered_closing = lost = 0;
	pthread_create(&t, NULL, closer, NULL);
	closer(&t);
	pthread_join(t, NULL);
	EXPECT(entered_closing == ROUNDS && !lost, "%u, %u lost", entered_closing, lost);
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 7);
	dash_params_set(&params, &dash_timeouts_default);
	KTAP_RUN(every_state_event_side, "every state, event and side ends where the table says");
	KTAP_RUN(program_predicate, "the program calls exactly for segments that move something");
	KTAP_RUN(named_exchanges, "exchanges pass whole and end as named");
	KTAP_RUN(lives, "records live as long as their state and protocol say");
	KTAP_RUN(resets, "a reset shortens a life and never lengthens one");
	KTAP_RUN(dead_and_foreign, "dead records and other protocols are left alone");
	KTAP_RUN(two_cpus, "two CPUs on one record lose no FIN");
	return ktap_end();
}
