// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * kernel/fragment.c: who is found, for how long, and how many at most (pipeline.md 19).
 */
#include <linux/workqueue.h>

#include "ktap.h"
#include "fragment.h"

#define LIFE	100u	/* jiffies */
#define TICK	(1000000000ull / HZ)

static struct dash_frag_table *t;

/* A packet of datagram @id of the connection with ports @ports. */
static struct dash_pkt pkt_of(u32 id, u16 ports, u16 eni, u8 v6, enum dash_frag frag)
{
	struct dash_pkt p = { .key = { .vm = 9, .remote = 1, .proto = 17, .eni = eni, .v6 = v6 },
			      .ip_id = id, .frag = frag, .slot = ports };

	if (v6)
		p.key.vm6[2] = 77;
	if (frag == DASH_FRAG_HEAD) {
		p.key.vm_port = htons(ports);
		p.key.remote_port = htons(53);
		p.hash = ports * 3ull;
	}
	return p;
}

static enum dash_drop head(u32 id, u16 ports, u16 eni, u8 v6)
{
	struct dash_pkt p = pkt_of(id, ports, eni, v6, DASH_FRAG_HEAD);
	struct dash_frag_entry *f;
	enum dash_drop reason = dash_frag_reserve(t, &p, &f);

	if (!reason)
		dash_frag_commit(t, f, &p, LIFE);
	return reason;
}

/* Slot of its head, 0: none */
static u32 later(u32 id, u16 eni, u8 v6, bool last)
{
	struct dash_pkt p = pkt_of(id, 0, eni, v6, DASH_FRAG_LATER);
	struct dash_frag_parent parent;

	p.last_frag = last;
	if (!dash_frag_find(t, &p, &parent))
		return 0;
	if (parent.key.vm_port != htons(parent.slot) || parent.key.remote_port != htons(53) ||
	    parent.key.eni != eni || parent.key.v6 != v6 || parent.key.proto != 17 ||
	    parent.hash != parent.slot * 3ull)
		return U32_MAX;
	if (last)	/* as pipeline.c does when it passes */
		dash_frag_forget(t, &p);
	return parent.slot;
}

static void start(void)
{
	t = dash_frag_create();
}

static void stop(void)
{
	dash_frag_destroy(t);
	EXPECT(!shim_live(), "%llu entries left", shim_live());
}

static void identities(void)
{
	struct dash_pkt p;
	u8 v6;

	start();
	for (v6 = 0; v6 < 2; v6++) {
		EXPECT(!later(1, 0, v6, false), "a fragment before its head");
		EXPECT(!head(1, 10, 0, v6) && !head(2, 20, 0, v6) && !head(1, 30, 1, v6), "heads");
		EXPECT(later(1, 0, v6, false) == 10 && later(2, 0, v6, false) == 20, "by identification");
		EXPECT(later(1, 1, v6, false) == 30, "by ENI");
		p = pkt_of(1, 0, 0, v6, DASH_FRAG_LATER);
		p.dir = 1;
		EXPECT(!dash_frag_find(t, &p, &(struct dash_frag_parent){}), "the other direction");
		p = pkt_of(1, 0, 0, v6, DASH_FRAG_LATER);
		p.key.proto = 6;
		EXPECT(dash_frag_find(t, &p, &(struct dash_frag_parent){}) == v6,
		       "IPv4 fragments have their protocol, those of IPv6 perhaps that of an extension");
		p = pkt_of(1, 0, 0, v6, DASH_FRAG_LATER);
		p.key.remote = 2;
		EXPECT(!dash_frag_find(t, &p, &(struct dash_frag_parent){}), "another peer");
		EXPECT(!head(1, 11, 0, v6) && later(1, 0, v6, false) == 11, "a head that comes again replaces");
		EXPECT(later(1, 0, v6, true) == 11 && !later(1, 0, v6, false), "the last one ends it");
		p = pkt_of(2, 0, 0, v6, DASH_FRAG_LATER);
		dash_frag_forget(t, &p);
		dash_frag_forget(t, &p);
		EXPECT(!later(2, 0, v6, false), "its parent is gone");
		EXPECT(later(1, 1, v6, true) == 30 && !dash_frag_count(t), "%u left", dash_frag_count(t));
	}
	stop();
}

static void times(void)
{
	u8 v6;

	start();
	for (v6 = 0; v6 < 2; v6++) {
		EXPECT(!head(1, 10, 0, v6), "head");
		shim_advance(LIFE * TICK);
		EXPECT(later(1, 0, v6, false) == 10, "at its time, not before");
		shim_advance(TICK);
		EXPECT(!later(1, 0, v6, false), "after its time, whoever asked meanwhile");
		EXPECT(!head(1, 12, 0, v6) && later(1, 0, v6, false) == 12, "the identification again");
		shim_advance(LIFE * TICK + 2 * 1000000000ull);
		EXPECT(!dash_frag_count(t), "%u are freed by nobody", dash_frag_count(t));
	}
	stop();
}

static void bounds(void)
{
	struct dash_pkt p = pkt_of(1, 5, 0, 0, DASH_FRAG_HEAD);
	struct dash_frag_entry *f;
	u32 i, eni = 0;

	start();
	for (i = 0; i < DASH_FRAG_MAX_ENI; i++)
		EXPECT(!head(i, 1 + i % 60000, 0, i & 1), "%u", i);
	EXPECT(head(i, 1, 0, 0) == DASH_DROP_FRAGMENT_TABLE_FULL, "one too many for an ENI");
	EXPECT(head(i, 1, 0, 1) == DASH_DROP_FRAGMENT_TABLE_FULL, "of either family");
	EXPECT(later(7, 0, 1, false) == 8, "what is there stays");
	EXPECT(!head(7, 9, 1, 0), "another ENI has its own");
	EXPECT(later(0, 0, 0, true) == 1 && !head(i, 2, 0, 0), "one that ended makes room");
	EXPECT(later(7, 1, 0, true) == 9, "clean up");

	for (eni = 1; dash_frag_count(t) < DASH_FRAG_MAX; eni++)
		for (i = 0; i < DASH_FRAG_MAX_ENI && dash_frag_count(t) < DASH_FRAG_MAX; i++)
			EXPECT(!head(i, 1 + i, eni, 0), "%u of %u", i, eni);
	EXPECT(head(1, 1, eni, 0) == DASH_DROP_FRAGMENT_TABLE_FULL, "one too many for the appliance");
	EXPECT(dash_frag_count(t) == DASH_FRAG_MAX, "exactly");
	shim_advance(LIFE * TICK + 2 * 1000000000ull);
	EXPECT(!dash_frag_count(t), "all are over");
	for (i = 0; i < DASH_FRAG_MAX_ENI; i++)
		EXPECT(!head(i, 1, 0, 0), "room for as many as before: %u", i);
	shim_advance(LIFE * TICK + 2 * 1000000000ull);

	/* a reservation that is given up, and one that memory refuses */
	EXPECT(!dash_frag_reserve(t, &p, &f) && dash_frag_count(t) == 1, "reserved");
	dash_frag_cancel(t, f);
	dash_frag_cancel(t, NULL);
	shim_fail_nth(1);
	EXPECT(dash_frag_reserve(t, &p, &f) == DASH_DROP_FLOW_CREATE_FAILED && !f, "no memory");
	shim_fail_nth(0);
	EXPECT(!dash_frag_count(t), "neither counts");
	stop();
	shim_fail_nth(1);
	EXPECT(!dash_frag_create(), "no memory for a table");
	shim_fail_nth(0);
}

static void ends_with_entries(void)
{
	start();
	EXPECT(!head(1, 1, 0, 0) && !head(2, 1, 0, 1), "heads");
	stop();
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 4);
	KTAP_RUN(identities, "a fragment finds its own head and no other, of either family");
	KTAP_RUN(times, "an entry lives as long as its head gave it, and is freed afterwards");
	KTAP_RUN(bounds, "an ENI and the appliance have bounds, exactly");
	KTAP_RUN(ends_with_entries, "a table with entries can be destroyed");
	return ktap_end();
}
