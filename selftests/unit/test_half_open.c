// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * kernel/half_open.c against a plain list: order, membership, and what yields.
 */
#include <stdlib.h>

#include "ktap.h"
#include "conntrack.h"
#include "half_open.h"

#define SLOTS	64u

static struct dash_flow *flows;
static u32 removed[SLOTS], n_removed;

struct dash_flow *dash_flow_at(struct dash_flow_table *t, u32 slot)
{
	return &flows[slot];
}

u32 dash_flow_slots(const struct dash_flow_table *t)
{
	return SLOTS;
}

/* The sweep's part: the record ends, and its accounting takes it off the list. */
static struct dash_half_open *h;
static bool refuse;

bool dash_sweep_remove(struct dash_sweep *s, u32 slot, enum dash_gone_reason why)
{
	if (refuse)
		return false;
	removed[n_removed++] = slot;
	flows[slot].state = DASH_ST_DEAD;
	dash_half_open_del(h, 1, &flows[slot]);
	return why == DASH_GONE_YIELDED;
}

static void start(void)
{
	flows = calloc(SLOTS, sizeof(*flows));
	h = dash_half_open_create(NULL);
	n_removed = 0;
	refuse = false;
	for (u32 i = 1; i < SLOTS; i++)
		flows[i].state = DASH_ST_SYN_SENT;
}

static void stop(void)
{
	dash_half_open_destroy(h);
	free(flows);
}

static void oldest_first(void)
{
	static const u32 left[] = { 2, 4, 6 };

	start();
	for (u32 i = 1; i <= 7; i++)
		dash_half_open_add(h, 1, i);
	dash_half_open_del(h, 1, &flows[1]);	/* first, middle, last, twice */
	dash_half_open_del(h, 1, &flows[3]);
	dash_half_open_del(h, 1, &flows[7]);
	dash_half_open_del(h, 1, &flows[3]);
	dash_half_open_del(h, 1, &flows[5]);
	for (u32 i = 0; i < 3; i++) {
		EXPECT(dash_half_open_yield(h, 1, NULL), "yield %u", i);
		EXPECT(removed[i] == left[i], "slot %u, not %u", removed[i], left[i]);
	}
	EXPECT(!dash_half_open_yield(h, 1, NULL), "nothing is left");
	dash_half_open_add(h, 1, 5);
	EXPECT(dash_half_open_yield(h, 1, NULL) && removed[3] == 5, "one that came again");
	stop();
}

static void others_stay(void)
{
	start();
	dash_half_open_add(h, 1, 1);
	dash_half_open_add(h, 2, 2);
	EXPECT(dash_half_open_yield(h, 1, NULL) && removed[0] == 1, "its own");
	EXPECT(!dash_half_open_yield(h, 1, NULL), "not another ENI's");
	stop();
}

static void only_half_open(void)
{
	start();
	flows[1].state = DASH_ST_ESTABLISHED;
	dash_half_open_add(h, 1, 1);	/* moved before it was added */
	dash_half_open_add(h, 1, 2);
	dash_half_open_add(h, 1, 3);
	flows[2].state = DASH_ST_ESTABLISHED;	/* its mover is about to take it off */
	EXPECT(dash_half_open_yield(h, 1, NULL) && removed[0] == 3, "slot %u", removed[0]);
	dash_half_open_del(h, 1, &flows[2]);
	refuse = true;
	dash_half_open_add(h, 1, 4);
	EXPECT(!dash_half_open_yield(h, 1, NULL), "somebody else ended it");
	stop();
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 3);
	KTAP_RUN(oldest_first, "the oldest yields first, whatever left meanwhile");
	KTAP_RUN(others_stay, "other ENIs keep theirs");
	KTAP_RUN(only_half_open, "a connection that is established does not yield");
	return ktap_end();
}
