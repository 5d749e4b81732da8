// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connections are over, and who ends them?
 *
 * One delayed work per namespace walks the records from slot 1 to the highest
 * ever used, a slice per tick, PASS_MS for all of them: no timer and no look-up
 * per connection, one cache line read per record.  Rejected: a timer per
 * connection (memory, and a write to a second structure per packet); a wheel
 * (moving entries costs what the walk saves once tables are as full as sized).
 *
 * A slice that takes longer than two thirds of a tick is followed by a pause half as long as
 * itself, so the sweep never takes more than two thirds of one CPU; at 10 ns a record
 * a pass over 32 million takes 0.7 s.  A pass that takes longer, because very many end at
 * once, or that finds connections which should have ended long ago, goes on without pauses:
 * being late is worse.  Idle namespaces wake four times a second.
 *
 * Life of a connection's end: *unlink* (index entry cleared under the table's
 * lock; whoever clears it owns the end), *mark dead* (same lock; the tracker
 * refuses from then on), *one grace period per batch*, *drop* (gone(), slot back).
 * This file is the one place that ends connections: the sweep by age, a flush by
 * predicate, and dash_sweep_remove() at once for the packet path, which may run
 * in softirq beside the sweep.  That is safe because unlink has one winner,
 * and because recycling has one place, reap, which runs under @lock like
 * everything here that holds a record without RCU (the list of holders is at
 * the top of flow_table.c).
 *
 * A packet that arrives while its idle connection is being ended is forwarded
 * by the dead record and does not save it: the same as coming a moment later.
 *
 * Locking: @lock (mutex): sweep, flush, reap.  Nests outside the table's locks
 * and outside whatever unlinked() takes; nothing of ours is held by its callers
 * but possibly the configuration lock, which gone() therefore must not take.
 */
#include "sweep.h"

#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define TICK_MS		25u
#define PASS_MS		500u
#define LATE_MS		800u		/* a pass that takes longer is in a hurry, or finds one that late */
#define MIN_SLICE	1024u		/* records; a table this small is seen whole every SMALL_MS */
#define SMALL_MS	100u
#define IDLE_MS		250u
#define CHUNK		1024u		/* records between two chances for others */
#define AHEAD		8u		/* records to prefetch */
#define BATCH		16u		/* ends with BH disabled */

struct dash_sweep {
	struct dash_flow_table *t;
	const struct dash_seed *seed;
	const struct dash_params *params;
	const struct dash_sweep_ops *ops;
	void *arg;

	struct mutex lock;
	struct delayed_work work;
	u32 cursor;			/* next slot to look at; @lock, as all below */
	u64 pass_start;			/* ns */
	u64 pass_busy;			/* of info.runtime_ns, what it was when the pass began */
	s32 late;			/* info.late_ms in jiffies */
	s32 slice_late;			/* the same, of the last slice */
	struct dash_sweep_info info;
};

static u64 hash_of(const struct dash_sweep *s, const struct dash_flow *f)
{
	const u64 w[5] = { f->k0[0], f->k0[1], f->k1[0], f->k1[1], f->k1[2] };

	BUILD_BUG_ON(sizeof(w) != sizeof(struct dash_key));
	return dash_hash(w, dash_flow_v6(f), s->seed);
}

/* @hash: of the record's key.  BH disabled. */
static bool end(struct dash_sweep *s, u32 slot, u64 hash, enum dash_gone_reason why)
{
	if (!dash_flow_unlink(s->t, slot, hash, why))
		return false;
	s->ops->unlinked(s->arg, dash_flow_at(s->t, slot), why);
	return true;
}

/* A record whose time is over. */
struct over {
	u64 hash;
	s32 late;		/* jiffies */
	u32 slot;
};

/* End these, whose index lines are on their way to the cache.  Returns how many were ended. */
static u32 end_batch(struct dash_sweep *s, const struct over *over, u32 n)
{
	enum dash_gone_reason why;
	u32 ended = 0, i;

	local_bh_disable();
	for (i = 0; i < n; i++) {
		/* a packet may have come since it was gathered */
		if (!dash_conntrack_expired(dash_flow_at(s->t, over[i].slot), s->params, jiffies, &why))
			continue;
		if (!end(s, over[i].slot, over[i].hash, why))
			continue;
		ended++;
		s->slice_late = max(s->slice_late, over[i].late);
	}
	local_bh_enable();
	return ended;
}

/* Look at the records from @from up to @to (less than CHUNK of them).  Returns how many were ended. */
static u32 age(struct dash_sweep *s, u32 from, u32 to)
{
	enum dash_gone_reason why;
	struct over over[BATCH];
	u32 now = jiffies, slot, n = 0, ended = 0;

	for (slot = from; slot < to; slot++) {
		const struct dash_flow *f = dash_flow_at(s->t, slot);

		prefetch(&f[AHEAD].k1);
		if (!dash_conntrack_expired(f, s->params, now, &why))
			continue;
		over[n].slot = slot;
		over[n].hash = hash_of(s, f);
		over[n].late = now - READ_ONCE(f->seen) - dash_conntrack_timeout(f, s->params);
		dash_flow_prefetch(s->t, over[n].hash);
		if (++n == BATCH) {
			ended += end_batch(s, over, n);
			n = 0;
		}
	}
	return n ? ended + end_batch(s, over, n) : ended;
}

/* One slice of a pass.  @lock is held. */
static void slice(struct dash_sweep *s)
{
	u32 top = dash_flow_top(s->t);
	u32 todo = max(MIN_SLICE, DIV_ROUND_UP(top, PASS_MS / TICK_MS));
	u64 now;

	s->slice_late = 0;
	while (todo && s->cursor < top) {
		u32 n = min3(todo, top - s->cursor, CHUNK);
		u64 start = ktime_get_ns();

		s->info.aged += age(s, s->cursor, s->cursor + n);
		s->info.runtime_ns += ktime_get_ns() - start;
		s->info.visited += n;
		s->cursor += n;
		todo -= n;
		cond_resched();
	}
	s->late = max(s->late, s->slice_late);
	if (s->cursor >= top) {
		now = ktime_get_ns();
		s->info.pass_ms = div_u64(now - s->pass_start, NSEC_PER_MSEC);
		s->info.pass_busy_us = div_u64(s->info.runtime_ns - s->pass_busy, NSEC_PER_USEC);
		s->pass_busy = s->info.runtime_ns;
		s->info.passes++;
		s->pass_start = now;
		s->cursor = 1;
	}
}

static void sweep_work(struct work_struct *work)
{
	struct dash_sweep *s = container_of(to_delayed_work(work), struct dash_sweep, work);
	struct dash_flow_table_info info;
	unsigned int pause;
	u64 start, reap;
	bool hurry;
	u32 took;

	mutex_lock(&s->lock);
	start = s->info.runtime_ns;
	slice(s);
	reap = ktime_get_ns();
	dash_flow_reap(s->t, false, s->ops->gone, s->arg);
	s->info.runtime_ns += ktime_get_ns() - reap;
	took = div_u64(s->info.runtime_ns - start, NSEC_PER_MSEC);
	hurry = s->slice_late > (s32)msecs_to_jiffies(LATE_MS) ||
		(s->cursor > 1 && ktime_get_ns() - s->pass_start > LATE_MS * NSEC_PER_MSEC);
	mutex_unlock(&s->lock);

	dash_flow_table_info(s->t, &info);
	if (info.retired || dash_flow_top(s->t) > MIN_SLICE)
		pause = TICK_MS - min(took, TICK_MS);
	else
		pause = SMALL_MS;
	pause = hurry ? 0 : max(pause, took / 2);
	if (!info.count && !info.retired)
		pause = IDLE_MS;
	queue_delayed_work(system_unbound_wq, &s->work, msecs_to_jiffies(pause));
}

/**
 * dash_sweep_create - start ending the connections of a table
 * @t: the table
 * @seed: keys of its hash
 * @params: timeouts; dash_params_set() may change them at any time
 * @ops: where ends are accounted
 * @arg: handed to @ops
 *
 * Context: process, may sleep.
 * Return: the sweep, or ERR_PTR(-ENOMEM).
 */
struct dash_sweep *dash_sweep_create(struct dash_flow_table *t, const struct dash_seed *seed,
				     const struct dash_params *params,
				     const struct dash_sweep_ops *ops, void *arg)
{
	struct dash_sweep *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->t = t;
	s->seed = seed;
	s->params = params;
	s->ops = ops;
	s->arg = arg;
	s->cursor = 1;
	s->pass_start = ktime_get_ns();
	mutex_init(&s->lock);
	INIT_DELAYED_WORK(&s->work, sweep_work);
	queue_delayed_work(system_unbound_wq, &s->work, msecs_to_jiffies(TICK_MS));
	return s;
}

/**
 * dash_sweep_abandon - end the sweep, but no connection
 * @s: the sweep; nobody creates connections or calls it any more
 *
 * What is in the maps stays as it is, for a program that goes on without the module.
 *
 * Context: process, sleeps.
 */
void dash_sweep_abandon(struct dash_sweep *s)
{
	cancel_delayed_work_sync(&s->work);
	mutex_destroy(&s->lock);
	kfree(s);
}

/**
 * dash_sweep_destroy - end every connection, then the sweep
 * @s: the sweep; nobody creates connections or calls it any more
 *
 * Context: process, sleeps for a grace period.
 */
void dash_sweep_destroy(struct dash_sweep *s)
{
	cancel_delayed_work_sync(&s->work);
	dash_sweep_flush(s, NULL, NULL, DASH_GONE_FLUSH);
	dash_sweep_abandon(s);
}

/**
 * dash_sweep_remove - end one connection now
 * @s: the sweep
 * @slot: its record, found under the RCU read section that the caller is in
 * @why: how it counts
 *
 * Context: softirq or process, under RCU.
 * Return: true if this call ended it (unlinked() has run); false if it was
 * over already.
 */
bool dash_sweep_remove(struct dash_sweep *s, u32 slot, enum dash_gone_reason why)
{
	bool ended;

	local_bh_disable();
	ended = end(s, slot, hash_of(s, dash_flow_at(s->t, slot)), why);
	local_bh_enable();
	return ended;
}

/* Shows every record to @visit, or ends those that @match (NULL: all); returns how many.  @lock is held. */
static u32 walk(struct dash_sweep *s, void (*visit)(struct dash_flow *f, void *arg),
		bool (*match)(const struct dash_flow *f, void *arg), void *arg, enum dash_gone_reason why)
{
	u32 cursor = 0, n = 0, slot, i;

	while (cursor != U32_MAX) {
		rcu_read_lock();
		for (i = 0; i < CHUNK; i++) {
			slot = dash_flow_walk(s->t, &cursor);
			if (!slot)
				break;
			if (visit)
				visit(dash_flow_at(s->t, slot), arg);
			else if (!match || match(dash_flow_at(s->t, slot), arg))
				n += dash_sweep_remove(s, slot, why);
		}
		rcu_read_unlock();
		cond_resched();
	}
	return n;
}

/**
 * dash_sweep_flush - end all connections that match, now
 * @s: the sweep
 * @match: true: end it; under RCU, must not sleep.  NULL: all
 * @arg: handed to @match
 * @why: how they count
 *
 * Walks all records once; about a million ends a second and one grace period.
 * The sweep stands still meanwhile.
 *
 * Context: process, sleeps; not from gone().
 * Return: how many it ended.
 */
u32 dash_sweep_flush(struct dash_sweep *s, bool (*match)(const struct dash_flow *f, void *arg),
		     void *arg, enum dash_gone_reason why)
{
	u32 n;

	mutex_lock(&s->lock);
	n = walk(s, NULL, match, arg, why);
	dash_flow_reap(s->t, true, s->ops->gone, s->arg);
	mutex_unlock(&s->lock);
	return n;
}

/**
 * dash_sweep_visit - show every connection to somebody
 * @s: the sweep
 * @visit: called once for each that lives throughout; under RCU, must not sleep
 * @arg: handed to @visit
 *
 * Context: process, sleeps.
 */
void dash_sweep_visit(struct dash_sweep *s, void (*visit)(struct dash_flow *f, void *arg), void *arg)
{
	mutex_lock(&s->lock);
	walk(s, visit, NULL, arg, DASH_GONE_FLUSH);
	mutex_unlock(&s->lock);
}

/**
 * dash_sweep_info - what the sweep costs
 * @s: the sweep
 * @info: result
 *
 * Context: process, may sleep.
 */
void dash_sweep_info(struct dash_sweep *s, struct dash_sweep_info *info)
{
	mutex_lock(&s->lock);
	*info = s->info;
	info->late_ms = jiffies_to_msecs(s->late);
	mutex_unlock(&s->lock);
}
