// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * The sweep, with the real table and tracker, in time that the test makes: not before
 * the timeout, at most 1 s + 10 % after it at any size and on a slow CPU, never more than about half
 * of that CPU, and each end told once (pipeline.md 18.6).
 */
#include <linux/workqueue.h>

#include "conntrack.h"
#include "flow_table.h"
#include "ktap.h"
#include "sweep.h"

#define MS	1000000ull
#define TICK	(1000000000ull / HZ)
#define UDP_MS	3000u

static struct dash_params params;
static struct dash_seed seed;
static struct dash_flow_table *t;
static struct dash_line *lines;
static struct dash_flow *flows;
static struct dash_sweep *sweep;
static u32 slots, unlinked, ended, by_age;
static u32 too_early, too_late, late_most;
static u8 *told;		/* by connection: 1 unlinked, 3 gone as well */
static bool wrong;
static u64 end_cost;		/* ns */

static void on_unlinked(void *arg, const struct dash_flow *f, enum dash_gone_reason why)
{
	s32 late = (u32)jiffies - f->seen - msecs_to_jiffies(UDP_MS);

	wrong |= told[f->nh] != 0 || f->state != DASH_ST_DEAD;
	told[f->nh] = 1;
	unlinked++;
	shim_ns += end_cost;
	if (why != DASH_GONE_AGED)
		return;
	by_age++;
	too_early += late <= 0;
	too_late += late > (s32)msecs_to_jiffies(1000 + UDP_MS / 10);
	if (late > (s32)late_most)
		late_most = late;
}

static void on_gone(void *arg, const struct dash_flow *f, enum dash_gone_reason why)
{
	wrong |= told[f->nh] != 1 || f->packets[0] != f->nh;
	told[f->nh] = 3;
	ended++;
}

static const struct dash_sweep_ops ops = { .unlinked = on_unlinked, .gone = on_gone };

static void start(u32 n)
{
	struct dash_timeouts set = dash_timeouts_default;
	u32 n_lines = roundup_pow_of_two(n / 6 + 1), i;

	for (i = 0; i < ARRAY_SIZE(seed.k); i++)
		seed.k[i] = ((u64)rnd() << 32 | rnd()) | 1;
	slots = n + 1;
	set.udp = UDP_MS;
	dash_params_set(&params, &set);
	lines = aligned_alloc(64, n_lines * sizeof(*lines));
	flows = aligned_alloc(64, (slots + 8) * sizeof(*flows));	/* the sweep prefetches ahead */
	told = calloc(slots, 1);
	t = dash_flow_table_create(lines, n_lines, flows, slots);
	sweep = dash_sweep_create(t, &seed, &params, &ops, NULL);
	unlinked = ended = by_age = too_early = too_late = late_most = 0;
	wrong = false;
	shim_cost = end_cost = 0;
}

static void stop(void)
{
	u32 s, i;

	if (sweep)
		dash_sweep_destroy(sweep);
	sweep = NULL;
	EXPECT(unlinked == ended && !dash_flow_count(t), "%u unlinked, %u gone", unlinked, ended);
	EXPECT(!wrong, "an end was told twice, or in the wrong order");
	for (i = 1; i < slots; i++)
		EXPECT(dash_flow_alloc(t, &s), "a slot is lost: %u of %u", i, slots);
	dash_flow_table_destroy(t);
	free(lines);
	free(flows);
	free(told);
	EXPECT(!shim_live(), "leak");
	shim_cost = end_cost = 0;
}

/* Connection @n of UDP, as if its last packet had come @ago ticks ago. */
static u32 open_flow(u32 n, u32 ago)
{
	struct dash_key k = { .vm = n, .remote = 7, .proto = 17, .eni = n % 5 };
	struct dash_flow *f;
	u64 w[5];
	u32 slot;

	f = dash_flow_alloc(t, &slot);
	if (!f)
		return 0;
	memcpy(w, &k, sizeof(w));
	memcpy(f->k0, w, sizeof(f->k0));
	f->flags = 0;
	f->nh = n;
	f->packets[0] = n;
	dash_conntrack_start(f, (u32)jiffies - ago);
	return dash_flow_link(t, &slot, &k, dash_hash(w, 0, &seed)) ? 0 : slot;
}

/* Connections whose packets stopped at different times, and others that go on */
static void in_time(u32 n, u32 n_alive, u64 cost)
{
	struct dash_sweep_info info;
	u32 i;
	u64 begin;

	start(n);
	shim_cost = cost;
	for (i = 0; i < n; i++)
		EXPECT(open_flow(i, i < n_alive ? 0 : below(msecs_to_jiffies(UDP_MS))), "%u", i);
	begin = shim_ns;
	while (shim_ns - begin < (UDP_MS * 2 + 1500) * MS) {
		shim_advance(20 * MS);
		for (i = 1; i <= n_alive; i++)
			WRITE_ONCE(flows[i].seen, (u32)jiffies);
	}
	EXPECT(!too_early, "%u ended early", too_early);
	EXPECT(!too_late, "%u ended late, by up to %u ms", too_late, late_most * 1000 / HZ);
	EXPECT(by_age == n - n_alive && dash_flow_count(t) == n_alive, "%u ended", by_age);
	dash_sweep_info(sweep, &info);
	EXPECT(info.aged == by_age && info.late_ms == late_most * 1000 / HZ, "%llu, up to %u ms", info.aged, info.late_ms);
	EXPECT(info.runtime_ns * 10 <= (shim_ns - begin) * 7, "%llu of %llu ms", info.runtime_ns / MS,
	       (shim_ns - begin) / MS);
	printf("# %u records at %llu ns each: last one %u ms late, %llu passes of %u ms, %llu permille of a CPU\n",
	       n, cost, late_most * 1000 / HZ, info.passes, info.pass_ms,
	       info.runtime_ns * 1000 / (shim_ns - begin));
	stop();
}

static void sizes(void)
{
	in_time(50, 5, 0);
	BAIL();
	in_time(1024, 100, 10);
	BAIL();
	in_time(40000, 4000, 10);
	BAIL();
	in_time(300000, 30000, 10);
}

/* What 32 million records take at 10 ns, most of them of connections that go on: each stands for 100. */
static void slow_cpu(void)
{
	in_time(320000, 310000, 1000);
}

/* All of them end within a second, which is 1.2 s of work: there is no time for pauses. */
static void all_at_once(void)
{
	u32 i;

	start(300000);
	end_cost = 4000;
	for (i = 0; i < 300000; i++)
		EXPECT(open_flow(i, below(msecs_to_jiffies(1000))), "%u", i);
	shim_advance((UDP_MS + 2000) * MS);
	EXPECT(by_age == 300000 && !too_early, "%u ended, %u early", by_age, too_early);
	EXPECT(!too_late, "%u ended late, by up to %u ms", too_late, late_most * 1000 / HZ);
	printf("# 300,000 within a second, 1.2 s of work: the last one %u ms late\n", late_most * 1000 / HZ);
	stop();
}

/* Between two chances for others there are no more than 1,024 records. */
static void yields(void)
{
	u64 rescheds;

	start(200000);
	for (u32 i = 0; i < 200000; i++)
		EXPECT(open_flow(i, 0), "%u", i);
	shim_advance(500 * MS);
	rescheds = shim_rescheds;
	shim_advance(1000 * MS);
	EXPECT(shim_rescheds - rescheds >= 200000 / 1024, "%llu", shim_rescheds - rescheds);
	stop();
}

static bool odd(const struct dash_flow *f, void *arg)
{
	return f->nh & 1;
}

static void count_flow(struct dash_flow *f, void *arg)
{
	++*(u32 *)arg;
}

static void on_demand(void)
{
	u32 i, slot[100], seen = 0;

	start(100);
	for (i = 0; i < 100; i++)
		slot[i] = open_flow(i, 0);
	rcu_read_lock();
	EXPECT(dash_sweep_remove(sweep, slot[2], DASH_GONE_RST), "removed");
	EXPECT(!dash_sweep_remove(sweep, slot[2], DASH_GONE_RST), "once");
	rcu_read_unlock();
	EXPECT(unlinked == 1 && !ended, "gone() waits for a grace period");
	dash_sweep_visit(sweep, count_flow, &seen);
	EXPECT(seen == 99, "%u", seen);
	EXPECT(dash_sweep_flush(sweep, odd, NULL, DASH_GONE_FLUSH) == 50, "flush");
	EXPECT(ended == 51, "on return all ends have been told");
	EXPECT(open_flow(2, 0), "a slot is free again");
	told[2] = 0;
	EXPECT(dash_flow_count(t) == 50, "%u", dash_flow_count(t));
	EXPECT(!by_age, "nothing aged");
	dash_sweep_destroy(sweep);
	sweep = NULL;
	EXPECT(ended == 101, "destroy ends the others");
	stop();
}

/* New timeouts hold for connections that exist (18.6). */
static void new_timeout(void)
{
	struct dash_timeouts set = dash_timeouts_default;

	start(10);
	set.udp = 60000;
	dash_params_set(&params, &set);
	EXPECT(open_flow(1, 0), "open");
	shim_advance(UDP_MS * MS * 3);
	EXPECT(!by_age, "60 s");
	set.udp = UDP_MS;
	dash_params_set(&params, &set);
	shim_advance(1000 * MS);
	EXPECT(by_age == 1, "at the next scan");
	stop();
}

int main(int argc, char **argv)
{
	ktap_start(argc, argv, 6);
	KTAP_RUN(sizes, "not before the timeout, at most 1 s + 10 % after it, at any size");
	KTAP_RUN(slow_cpu, "also where a pass takes a third of a second, with at most two thirds of a CPU");
	KTAP_RUN(all_at_once, "also when very many end at once, then without pauses");
	KTAP_RUN(yields, "others get their chance every 1,024 records");
	KTAP_RUN(on_demand, "flush, removal and destruction tell each end once");
	KTAP_RUN(new_timeout, "a change of a timeout holds for connections that are there");
	return ktap_end();
}
