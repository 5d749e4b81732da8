// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What has been counted, by name?  (counters.md)
 *
 * The program counts packets in two per-CPU maps, the module counts connections
 * in each ENI.  This file brings both together under the names of the
 * specification: tables of {name, where}, walked by dash_stats_fill(), so that a
 * counter is named in one place and netlink knows no counter at all.
 *
 * Maps come and go with the attached ports, and indices are reused; counters live
 * as long as their object.  So each object has a base that is added to what the
 * map holds at its index: at its beginning minus the present content, when the maps
 * go plus it.  Nothing ever writes to the maps but the program.
 *
 * Rates are differences of totals once a second, and cost packets nothing.
 *
 * Locking: reading and object changes under dash_net.lock; what the packet path
 * and the sweep call is atomic.
 */
#include "stats.h"

#include <linux/bpf.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "dash_net.h"
#include "flow_table.h"
#include "half_open.h"
#include "limits.h"
#include "netlink.h"
#include "trace.h"

#define PORT_WORDS	(sizeof(struct dash_port_stats) / sizeof(u64))
#define ENI_WORDS	(sizeof(struct dash_eni_stats) / sizeof(u64))
#define HIT_WORDS	(2 * (sizeof(struct dash_hits) / sizeof(u64)))	/* both directions */

/**
 * struct dash_stats - private part of a namespace
 * @dn: the namespace
 * @base: per port: what to add to the map's content
 * @gone: sums over the ports that were given back
 * @created: sum over the ENIs that were deleted
 * @deleted: likewise
 * @aged: likewise
 * @cps_last: as in struct dash_eni, over all ENIs
 * @cps_max: likewise
 * @high_water: most connections in tables of the past
 * @eni_top: indices of ENIs have always been below
 * @tick: once a second
 */
struct dash_stats {
	struct dash_net *dn;
	struct dash_port_stats base[DASH_MAX_PORT];
	struct dash_port_stats gone;
	u64 created, deleted, aged;
	u64 cps_last, cps_max;
	u32 high_water, eni_top;
	struct delayed_work tick;
};

/* ---- sums over CPUs ---- */

/* Adds what @map holds at @idx from word @at on, times @sign, to @words words of @sum. */
static void add_map(u64 *sum, const struct bpf_map *map, u32 idx, size_t at, size_t words, int sign)
{
	const struct bpf_array *array = container_of(map, struct bpf_array, map);
	int cpu;
	size_t i;

	if (!map)
		return;
	for_each_possible_cpu(cpu) {
		const u64 *v = (const u64 *)per_cpu_ptr(array->pptrs[idx], cpu) + at;

		for (i = 0; i < words; i++)
			sum[i] += sign * READ_ONCE(v[i]);
	}
}

/* With the hits of all ENIs by this port. */
static void add_port(struct dash_net *dn, struct dash_port_stats *sum, u32 port, int sign)
{
	const size_t at = offsetof(struct dash_eni_stats, hits[port]) / sizeof(u64);
	struct dash_hits hits[2] = {};
	u32 i;

	for (i = 0; i < READ_ONCE(dn->stats->eni_top); i++)
		add_map((u64 *)hits, dn->maps[DASH_MAP_ENI_STATS], i, at, HIT_WORDS, sign);
	dash_port_add_hits(sum, &hits[0]);
	dash_port_add_hits(sum, &hits[1]);
	add_map((u64 *)sum, dn->maps[DASH_MAP_PORT_STATS], port, 0, PORT_WORDS, sign);
}

static void add_eni(struct dash_net *dn, struct dash_eni_stats *sum, u32 idx, int sign)
{
	add_map((u64 *)sum, dn->maps[DASH_MAP_ENI_STATS], idx, 0, ENI_WORDS, sign);
}

static void add_words(u64 *sum, const u64 *v, size_t words)
{
	while (words--)
		*sum++ += *v++;
}

u64 dash_stats_rx_frames(struct dash_net *dn)
{
	struct dash_port_stats sum = {};
	u32 i;

	for (i = 0; i < DASH_MAX_PORT; i++)
		if (READ_ONCE(dn->port[i].ifindex))
			add_port(dn, &sum, i, 1);
	return sum.rx_packets;
}

u64 dash_stats_eni_drops(struct dash_net *dn, u32 idx, enum dash_drop reason)
{
	const struct bpf_map *map = dn->maps[DASH_MAP_ENI_STATS];
	const struct bpf_array *array = container_of(map, struct bpf_array, map);
	u64 n = 0;
	int cpu;

	if (!map)
		return 0;
	for_each_possible_cpu(cpu)
		n += READ_ONCE(((const struct dash_eni_stats *)per_cpu_ptr(array->pptrs[idx], cpu))->drop[reason]);
	return n;
}

/* ---- beginnings and ends ---- */

void dash_stats_port_new(struct dash_net *dn, u32 port)
{
	struct dash_port_stats *base = &dn->stats->base[port];

	memset(base, 0, sizeof(*base));
	add_port(dn, base, port, -1);
}

void dash_stats_port_gone(struct dash_net *dn, u32 port)
{
	struct dash_stats *s = dn->stats;

	add_words((u64 *)&s->gone, (u64 *)&s->base[port], PORT_WORDS);
	add_port(dn, &s->gone, port, 1);
}

void dash_stats_eni_new(struct dash_net *dn, struct dash_eni *e)
{
	add_eni(dn, &e->base, e->idx, -1);
	WRITE_ONCE(dn->stats->eni_top, max(dn->stats->eni_top, e->idx + 1u));
}

static u64 created(const struct dash_eni *e)
{
	u64 n = 0;
	int c;

	for (c = 0; c < DASH_PC_N; c++)
		n += atomic64_read(&e->stats.created[c]);
	return n;
}

void dash_stats_eni_gone(struct dash_net *dn, struct dash_eni *e)
{
	dn->stats->created += created(e);
	dn->stats->deleted += atomic64_read(&e->stats.deleted);
	dn->stats->aged += atomic64_read(&e->stats.aged);
}

/* ---- connections ---- */

static void raise_max(atomic_t *max, int v)
{
	int old = atomic_read(max);

	while (v > old && !atomic_try_cmpxchg(max, &old, v))
		;
}

void dash_stats_flow_created(struct dash_eni *e, const struct dash_flow *f)
{
	struct dash_eni_flow_stats *s = &e->stats;
	enum dash_proto_class c = dash_proto_class(dash_flow_proto(f));

	atomic64_inc(&s->created[c]);
	raise_max(&s->pairs_max[c], atomic_inc_return(&s->pairs[c]));
	raise_max(&s->pairs_total_max, atomic_read(&s->pairs_total));
	if (f->flags & DASH_F_TCP)
		raise_max(&s->half_open_max, atomic_inc_return(&s->half_open));
}

void dash_stats_flow_moved(struct dash_eni *e, const struct dash_ct_outcome *o)
{
	struct dash_eni_flow_stats *s = &e->stats;
	int half_open = dash_state_half_open(o->to) - dash_state_half_open(o->from);
	int time_wait = (o->to == DASH_ST_TIME_WAIT) - (o->from == DASH_ST_TIME_WAIT);

	if (half_open)
		atomic_add(half_open, &s->half_open);
	if (time_wait)
		atomic_add(time_wait, &s->time_wait);
	if (o->verified)
		atomic64_inc(&s->verified);
	if (o->half_ttl)
		atomic64_inc(&s->reset_half_ttl);
}

static void count_end(struct dash_eni_flow_stats *s, u8 was, enum dash_gone_reason why)
{
	if (why != DASH_GONE_AGED) {
		atomic64_inc(&s->deleted);
		if (why == DASH_GONE_FIN)
			atomic64_inc(&s->closed_by_fin);
		else if (why == DASH_GONE_RST)
			atomic64_inc(&s->reset);
		else if (why == DASH_GONE_REOPEN)
			atomic64_inc(&s->reset_by_syn);
		else if (why == DASH_GONE_YIELDED)
			atomic64_inc(&s->half_open_yielded);
		return;
	}
	atomic64_inc(&s->aged);
	switch (was) {
	case DASH_ST_SYN_SENT:
	case DASH_ST_SYN_RECV:
		atomic64_inc(&s->half_open_timeouts);
		break;
	case DASH_ST_ESTABLISHED:
	case DASH_ST_FIN_F:
	case DASH_ST_FIN_R:
		atomic64_inc(&s->timed_out);
		break;
	}
}

/* BH is disabled, which is an RCU read section; entering one again would cost as much as all below. */
static void flow_unlinked(void *arg, const struct dash_flow *f, enum dash_gone_reason why)
{
	struct dash_net *dn = arg;
	u16 eni = dash_flow_eni(f);
	struct dash_eni *e;

	e = eni < DASH_MAX_ENI ? rcu_dereference_bh(dn->eni[eni]) : NULL;
	if (!e)
		return;
	count_end(&e->stats, f->was, why);
	atomic_dec(&e->stats.pairs[dash_proto_class(dash_flow_proto(f))]);
	atomic_dec(&e->stats.pairs_total);
	if (dash_state_half_open(f->was)) {
		dash_half_open_del(dn->half_open, eni, f);
		atomic_dec(&e->stats.half_open);
	}
	if (f->was == DASH_ST_TIME_WAIT)
		atomic_dec(&e->stats.time_wait);
}

static void flow_gone(void *arg, const struct dash_flow *f, enum dash_gone_reason why)
{
	rcu_read_lock();
	dash_nl_flow_event(arg, f, why);
	rcu_read_unlock();
}

const struct dash_sweep_ops dash_stats_sweep_ops = {
	.unlinked = flow_unlinked,
	.gone = flow_gone,
};

/* ---- names ---- */

struct reason {
	const char *name;		/* of the counter */
	u8 number;
	bool on_eni, forwarding;
};

/* The suffix _drop, unless the name has it already (outbound_route_drop). */
#define HAS_SUFFIX(s)	(sizeof(s) > 6 && !__builtin_memcmp((s) + sizeof(s) - 6, "_drop", 5))
#define X(num, sym, str, scope, fwd) \
	{ HAS_SUFFIX(str) ? (str) : str "_drop", num, (num) >= DASH_DROP_FIRST_ENI, fwd },
static const struct reason reasons[] = {
	DASH_DROP_REASONS(X)
};
#undef X

enum where {
	IN_PROGRAM,		/* u64 of the per-CPU map's sum */
	IN_MODULE,		/* atomic64_t of struct dash_eni_flow_stats */
	GAUGE,			/* atomic_t of it */
};

struct counter {
	const char *name;
	u16 at;
	u8 where;
};

#define PORT(name)		{ #name, offsetof(struct dash_port_stats, name), IN_PROGRAM }
#define SLOW(cause, i)		{ "slow_path_" cause, offsetof(struct dash_port_stats, slow[i]), IN_PROGRAM }
#define PROG(name, field)	{ name, offsetof(struct dash_eni_stats, field), IN_PROGRAM }
#define FLOW(name, field)	{ name, offsetof(struct dash_eni_flow_stats, field), IN_MODULE }
#define NOW(name, field)	{ name, offsetof(struct dash_eni_flow_stats, field), GAUGE }

static const struct counter port_counters[] = {
	PORT(rx_packets), PORT(rx_bytes), PORT(underlay_passthrough),
	PORT(fast_path_packets), PORT(slow_path_packets),
	SLOW("flow_miss", DASH_SLOW_MISS), SLOW("changed", DASH_SLOW_CHANGED),
	SLOW("tcp_state", DASH_SLOW_TCP), SLOW("fragment", DASH_SLOW_FRAGMENT),
	SLOW("kernel_output", DASH_SLOW_OUTPUT),
};

#define BY_DIR(dir, i) \
	PROG(dir "_rx_packets", rx_packets[i]), PROG(dir "_rx_bytes", rx_bytes[i]), \
	PROG(dir "_tx_packets", tx_packets[i]), PROG(dir "_tx_bytes", tx_bytes[i]), \
	PROG(dir "_tcp_syn", tcp[i][DASH_TCP_SYN]), PROG(dir "_tcp_synack", tcp[i][DASH_TCP_SYNACK]), \
	PROG(dir "_tcp_fin", tcp[i][DASH_TCP_FIN]), PROG(dir "_tcp_rst", tcp[i][DASH_TCP_RST])
#define BY_PROTO(proto, c) \
	PROG("matched_" proto, matched[c]), FLOW("created_" proto, created[c]), \
	NOW("flow_pairs_" proto, pairs[c]), NOW("flow_pairs_" proto "_max", pairs_max[c])
#define BY_STAGE(n) \
	FLOW("acl_deny_out_" #n, acl_drop[0][DASH_OUTBOUND][(n) - 1]), \
	FLOW("acl_deny_in_" #n, acl_drop[0][DASH_INBOUND][(n) - 1]), \
	FLOW("acl_no_match_out_" #n, acl_drop[1][DASH_OUTBOUND][(n) - 1]), \
	FLOW("acl_no_match_in_" #n, acl_drop[1][DASH_INBOUND][(n) - 1])

static const struct counter eni_counters[] = {
	BY_DIR("outbound", DASH_OUTBOUND),
	BY_DIR("inbound", DASH_INBOUND),
	FLOW("flow_create_failed", create_failed),
	FLOW("flow_updated", updated),
	FLOW("flow_update_failed", update_failed),
	FLOW("flow_updated_by_resimulation", updated_by_resim),
	FLOW("flow_update_by_resimulation_failed", resim_failed),
	FLOW("flow_deleted", deleted),
	FLOW("flow_delete_failed", delete_failed),
	FLOW("flow_aged", aged),
	NOW("flow_pairs", pairs_total),
	NOW("flow_pairs_max", pairs_total_max),
	BY_PROTO("tcp", DASH_PC_TCP),
	BY_PROTO("udp", DASH_PC_UDP),
	BY_PROTO("icmp", DASH_PC_ICMP),
	BY_PROTO("other", DASH_PC_OTHER),
	NOW("flow_pairs_half_open", half_open),
	NOW("flow_pairs_half_open_max", half_open_max),
	FLOW("half_open_created", created[DASH_PC_TCP]),
	FLOW("tcp_connections_verified", verified),
	FLOW("tcp_connections_closed_by_fin", closed_by_fin),
	FLOW("tcp_connections_reset", reset),
	FLOW("tcp_reset_half_ttl", reset_half_ttl),
	FLOW("tcp_reset_by_syn", reset_by_syn),
	FLOW("tcp_half_open_timeouts", half_open_timeouts),
	FLOW("tcp_half_open_yielded", half_open_yielded),
	FLOW("tcp_connections_timed_out", timed_out),
	NOW("tcp_time_wait", time_wait),
	BY_STAGE(1), BY_STAGE(2), BY_STAGE(3), BY_STAGE(4), BY_STAGE(5),
};

/* ---- filling ---- */

struct sink {
	int (*emit)(void *arg, const char *name, u64 value);
	void *arg;
	int err;
};

static void put(struct sink *to, const char *name, u64 value)
{
	if (!to->err)
		to->err = to->emit(to->arg, name, value);
}

static void put_table(struct sink *to, const struct counter *c, size_t n, const void *program,
		      const struct dash_eni_flow_stats *module)
{
	for (; n; n--, c++) {
		switch (c->where) {
		case IN_PROGRAM:
			put(to, c->name, *(const u64 *)(program + c->at));
			break;
		case IN_MODULE:
			put(to, c->name, atomic64_read((void *)module + c->at));
			break;
		case GAUGE:
			put(to, c->name, max(0, atomic_read((void *)module + c->at)));
			break;
		}
	}
}

static void put_drops(struct sink *to, const u64 *drop, bool on_eni)
{
	u64 total = 0, forwarding = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		const struct reason *r = &reasons[i];

		if (r->on_eni != on_eni)
			continue;
		put(to, r->name, drop[r->number]);
		/* counters.md 4.2: these two are consumed, not dropped */
		if (r->number == DASH_DROP_FAST_PATH_FLOW_MISS ||
		    r->number == DASH_DROP_FAST_PATH_DISABLED)
			continue;
		total += drop[r->number];
		if (r->forwarding)
			forwarding += drop[r->number];
	}
	put(to, "total_drop_packets", total);
	if (on_eni)
		put(to, "forwarding_drop_packets", forwarding);
}

static void put_port(struct sink *to, const struct dash_port_stats *sum)
{
	put_table(to, port_counters, ARRAY_SIZE(port_counters), sum, NULL);
	put_drops(to, sum->drop, false);
}

static int fill_port(struct dash_net *dn, u32 port, struct sink *to)
{
	struct dash_port_stats sum;

	if (port >= DASH_MAX_PORT || !dn->port[port].ifindex)
		return -ENOENT;
	sum = dn->stats->base[port];
	add_port(dn, &sum, port, 1);
	put_port(to, &sum);
	return 0;
}

static int fill_global(struct dash_net *dn, struct sink *to)
{
	struct dash_stats *s = dn->stats;
	struct dash_flow_table *ft = rcu_dereference_protected(dn->ft, lockdep_is_held(&dn->lock));
	struct dash_port_stats sum = s->gone;
	u64 c = s->created, deleted = s->deleted, aged = s->aged, pairs = 0;
	u32 i, high = s->high_water;

	for (i = 0; i < DASH_MAX_PORT; i++) {
		if (!dn->port[i].ifindex)
			continue;
		add_words((u64 *)&sum, (u64 *)&s->base[i], PORT_WORDS);
		add_port(dn, &sum, i, 1);
	}
	put_port(to, &sum);
	for (i = 0; i < DASH_MAX_ENI; i++) {
		const struct dash_eni *e = rcu_dereference_protected(dn->eni[i],
								     lockdep_is_held(&dn->lock));

		if (!e)
			continue;
		c += created(e);
		deleted += atomic64_read(&e->stats.deleted);
		aged += atomic64_read(&e->stats.aged);
		pairs += max(0, atomic_read(&e->stats.pairs_total));
	}
	if (ft)
		high = max(high, dash_flow_high_water(ft));
	/* a pair is one record here; the specification counts its two directions as entries */
	put(to, "flow_pairs", pairs);
	put(to, "flow_entries", 2 * pairs);
	put(to, "flow_entries_max", 2ull * high);
	put(to, "flow_created", c);
	put(to, "flow_deleted", deleted);
	put(to, "flow_aged", aged);
	put(to, "flow_events_lost", atomic64_read(&dn->events_lost));
	put(to, "cps_current", READ_ONCE(s->cps_last));
	put(to, "cps_max", READ_ONCE(s->cps_max));
	return 0;
}

static int fill_eni(struct dash_net *dn, u32 idx, struct sink *to)
{
	const struct dash_eni *e;
	struct dash_eni_stats *sum;

	if (idx >= DASH_MAX_ENI)
		return -ENOENT;
	e = rcu_dereference_protected(dn->eni[idx], lockdep_is_held(&dn->lock));
	if (!e)
		return -ENOENT;
	sum = kmemdup(&e->base, sizeof(e->base), GFP_KERNEL);
	if (!sum)
		return -ENOMEM;
	add_eni(dn, sum, idx, 1);
	dash_eni_add_hits(sum);
	put(to, "rx_packets", sum->rx_packets[0] + sum->rx_packets[1]);
	put(to, "rx_bytes", sum->rx_bytes[0] + sum->rx_bytes[1]);
	put(to, "tx_packets", sum->tx_packets[0] + sum->tx_packets[1]);
	put(to, "tx_bytes", sum->tx_bytes[0] + sum->tx_bytes[1]);
	put(to, "flow_created", created(e));
	put(to, "flow_entries", 2ull * max(0, atomic_read(&e->stats.pairs_total)));
	put_table(to, eni_counters, ARRAY_SIZE(eni_counters), sum, &e->stats);
	put(to, "cps_current", READ_ONCE(e->cps_last));
	put(to, "cps_max", READ_ONCE(e->cps_max));
	put_drops(to, sum->drop, true);
	kfree(sum);
	return 0;
}

int dash_stats_fill(struct dash_net *dn, enum dash_stats_scope scope, u32 id,
		    int (*emit)(void *arg, const char *name, u64 value), void *arg)
{
	struct sink to = { emit, arg };
	int err;

	lockdep_assert_held(&dn->lock);
	switch (scope) {
	case DASH_STATS_GLOBAL:
		err = fill_global(dn, &to);
		break;
	case DASH_STATS_PORT:
		err = fill_port(dn, id, &to);
		break;
	case DASH_STATS_ENI:
		err = fill_eni(dn, id, &to);
		break;
	default:
		err = -ENOENT;
	}
	return err ?: to.err;
}

/* ---- rates ---- */

static void note_rate(u64 rate, u64 *last, u64 *most)
{
	WRITE_ONCE(*last, rate);
	if (rate > *most)
		WRITE_ONCE(*most, rate);
}

static void tick_work(struct work_struct *work)
{
	struct dash_stats *s = container_of(work, struct dash_stats, tick.work);
	struct dash_net *dn = s->dn;
	u64 sum = 0;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < DASH_MAX_ENI; i++) {
		struct dash_eni *e = rcu_dereference(dn->eni[i]);
		u64 total;

		if (!e)
			continue;
		total = created(e);
		note_rate(total - e->cps_mark, &e->cps_last, &e->cps_max);
		sum += total - e->cps_mark;
		e->cps_mark = total;
	}
	rcu_read_unlock();
	note_rate(sum, &s->cps_last, &s->cps_max);
	dash_limits_look(dn);
	dash_nl_look_for_listeners(dn);
	dash_drops_look(dn);
	queue_delayed_work(dash_wq, &s->tick, HZ);
}

void dash_stats_attach(struct dash_net *dn)
{
	lockdep_assert_held(&dn->lock);
	dash_nl_look_for_listeners(dn);	/* from before anything was attached */
	queue_delayed_work(dash_wq, &dn->stats->tick, HZ);
}

void dash_stats_detach(struct dash_net *dn)
{
	struct dash_flow_table *ft = rcu_dereference_protected(dn->ft, lockdep_is_held(&dn->lock));
	u32 i;

	cancel_delayed_work_sync(&dn->stats->tick);
	dn->stats->cps_last = 0;
	for (i = 0; i < DASH_MAX_PORT; i++)
		if (dn->port[i].ifindex)
			add_port(dn, &dn->stats->base[i], i, 1);
	for (i = 0; i < DASH_MAX_ENI; i++) {
		struct dash_eni *e = rcu_dereference_protected(dn->eni[i],
							       lockdep_is_held(&dn->lock));

		if (!e)
			continue;
		add_eni(dn, &e->base, i, 1);
		e->cps_last = 0;
	}
	if (ft)
		dn->stats->high_water = max(dn->stats->high_water, dash_flow_high_water(ft));
}

int dash_stats_init(struct dash_net *dn)
{
	dn->stats = kzalloc(sizeof(*dn->stats), GFP_KERNEL_ACCOUNT);
	if (!dn->stats)
		return -ENOMEM;
	dn->stats->dn = dn;
	INIT_DELAYED_WORK(&dn->stats->tick, tick_work);
	return 0;
}

void dash_stats_exit(struct dash_net *dn)
{
	kfree(dn->stats);
	dn->stats = NULL;
}
