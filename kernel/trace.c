// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What was decided about this packet, and who wants to know?
 *
 * Three kinds of packets have a record (struct dash_trace) that says so:
 *
 *	supposed	program dash_trace, run by dashctl: begin, decide, decide ..., end; then
 *			the record waits to be asked for under its cookie
 *	followed	of an ENI that somebody follows (DASH_CMD_TRACE_WATCH): begin notes what
 *			would be decided, beside the packet, end what became of it; told to the
 *			sockets of those who asked
 *	dropped		while group drops has listeners; told to the group
 *
 * The same code decides for all of them, trace_pipeline.o, and changes nothing.  So a
 * followed packet is decided twice, once to be told and once for itself, a few microseconds
 * apart; should the state have changed in between, the event says so.  The alternative,
 * to note decisions in the packet's own run, would cost all other packets a test per stage.
 *
 * A step names its object by the address of its run-time part.  Names belong to the
 * configuration lock, so records of events are queued to a work item, which takes it
 * (trace_name.c).  Those who ask are told how many events were left out: by rate, or because
 * too many wait already.
 *
 * While a packet is under way its record is in @open; a program gets its place and a
 * number in pkt->trace, and whoever works on a record takes it out.  Programs that do not end what
 * they began (any program may call) lose it to the next.
 *
 * Cost while nobody looks: none for packets that are sent, one load for one that is dropped.
 */
#include "trace.h"

#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <net/xdp.h>

#include "dash_net.h"
#include "eni.h"
#include "flow_filter.h"
#include "flow_table.h"
#include "hot.h"
#include "netlink.h"
#include "pipeline.h"
#include "store.h"

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

#define OPEN		16u	/* packets under way; a power of two */
#define DONE_MAX	64u	/* supposed packets that nobody asked for yet */
#define QUEUE_MAX	256u	/* events not told yet */
#define DROP_RATE	200u	/* events of group drops a second */

/* As many a second, and as many at once. */
struct limit {
	u32 rate;
	u64 tokens, refilled;	/* tokens * NSEC_PER_SEC */
};

struct watch {
	u32 portid;		/* 0: unused */
	struct dash_flow_filter filter;
	struct limit limit;
	u32 lost;
};

struct list {
	struct dash_trace *first, **last;
	u32 n;
};

/**
 * struct dash_tracer - private part of a namespace
 * @dn: the namespace
 * @open: records of packets under way
 * @seq: numbers them
 * @lock: all below; BH
 * @done: of supposed packets, oldest first
 * @queue: events
 * @watch: who follows packets
 * @drops: rate of group drops
 * @drops_lost: of them, since the last one that was told
 * @work: tells
 */
struct dash_tracer {
	struct dash_net *dn;
	struct dash_trace *open[OPEN];
	atomic_t seq;
	spinlock_t lock;
	struct list done, queue;
	struct watch watch[DASH_TRACE_WATCHES];
	struct limit drops;
	u32 drops_lost;
	struct work_struct work;
};

/* ---- lists, limits ---- */

static void append(struct list *l, struct dash_trace *t)
{
	t->next = NULL;
	*l->last = t;
	l->last = &t->next;
	l->n++;
}

static struct dash_trace *pop(struct list *l)
{
	struct dash_trace *t = l->first;

	if (!t)
		return NULL;
	l->first = t->next;
	if (!l->first)
		l->last = &l->first;
	l->n--;
	return t;
}

static bool within(struct limit *l)
{
	u64 now = ktime_get_ns(), depth = (u64)l->rate * NSEC_PER_SEC;

	l->tokens = min(l->tokens + min_t(u64, now - l->refilled, NSEC_PER_SEC) * l->rate, depth);
	l->refilled = now;
	if (l->tokens < NSEC_PER_SEC)
		return false;
	l->tokens -= NSEC_PER_SEC;
	return true;
}

static void start(struct limit *l, u32 rate)
{
	*l = (struct limit){ rate, (u64)rate * NSEC_PER_SEC, ktime_get_ns() };
}

/* ---- records ---- */

void dash_trace_step(struct dash_trace *t, const struct dash_step *s)
{
	struct dash_step step = *s;
	u32 i;

	step.policy = t->policy;
	/* resolving and tracking look at the connection both */
	for (i = 0; i < t->n; i++)
		if (!memcmp(&t->step[i], &step, sizeof(step)))
			return;
	if (t->n < DASH_TRACE_STEPS)
		t->step[t->n++] = step;
}

static u32 head(const struct xdp_buff *xdp, u8 *to)
{
	u32 n = min_t(u32, xdp->data_end - xdp->data, DASH_TRACE_HEAD);

	memcpy(to, xdp->data, n);
	return xdp_get_buff_len((struct xdp_buff *)xdp);
}

static struct dash_trace *create(struct dash_net *dn, const struct xdp_buff *xdp, const struct dash_pkt *pkt)
{
	struct dash_trace *t = kzalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);

	if (!t)
		return NULL;
	t->time = ktime_get_real_ns();
	t->generation = dash_store_generation(dn);
	t->ifindex = xdp->rxq->dev->ifindex;
	t->pkt = *pkt;
	t->frame_len = head(xdp, t->before);
	return t;
}

static struct dash_trace **place_of(struct dash_tracer *tr, u16 handle)
{
	return &tr->open[handle % OPEN];
}

static struct dash_trace *take(struct dash_tracer *tr, u16 handle)
{
	struct dash_trace *t = handle ? xchg(place_of(tr, handle), NULL) : NULL;

	if (t && t->handle != handle) {		/* a bogus number, or a program that was very slow */
		kfree(xchg(place_of(tr, t->handle), t));
		return NULL;
	}
	return t;
}

static void put(struct dash_tracer *tr, struct dash_trace *t)
{
	kfree(xchg(place_of(tr, t->handle), t));
}

static void decide(struct dash_net *dn, struct dash_trace *t, const struct dash_pkt *pkt)
{
	struct dash_pkt copy = *pkt;

	copy.slot = 0;		/* found anew, whatever the program knows */
	t->decided = dash_pipeline_trace(dn, &copy, t, &t->flow, true);
}

/* An ICMP error goes by the connection that it quotes; the program has found it. */
static enum dash_drop go_by_quoted(struct dash_net *dn, struct dash_trace *t, u32 slot)
{
	struct dash_flow_table *ft = rcu_dereference(dn->ft);

	if (!ft || !slot || slot >= dash_flow_slots(ft))
		return DASH_DROP_INTERNAL_ERROR;
	t->flow = *dash_flow_at(ft, slot);
	t->found = true;
	t->made = false;
	t->n = 0;
	dash_trace_step(t, &(const struct dash_step){ .stage = DASH_TRACE_STAGE_FLOW,
						      .how = DASH_TRACE_HOW_QUOTED });
	return DASH_DROP_NONE;
}

/* Does the record that a packet went by have another key? */
static bool is_quoted(struct dash_net *dn, const struct dash_pkt *pkt)
{
	struct dash_flow_table *ft = rcu_dereference(dn->ft);
	const struct dash_flow *f;

	if (pkt->frag == DASH_FRAG_LATER || !ft || !pkt->slot || pkt->slot >= dash_flow_slots(ft))
		return false;
	f = dash_flow_at(ft, pkt->slot);
	return memcmp(f->k0, &pkt->key, sizeof(f->k0));
}

/* ---- followed packets ---- */

/* Who follows packets like this one, and has not been told too many? */
static bool is_watched(struct dash_tracer *tr, const struct dash_pkt *pkt, u32 *portid)
{
	bool any = false;
	int i;

	spin_lock(&tr->lock);
	for (i = 0; i < DASH_TRACE_WATCHES; i++) {
		struct watch *w = &tr->watch[i];

		if (!w->portid || !dash_flow_filter_has(&w->filter, &pkt->key))
			continue;
		if (within(&w->limit)) {
			portid[i] = w->portid;
			any = true;
		} else {
			w->lost++;
		}
	}
	spin_unlock(&tr->lock);
	return any;
}

/* ---- behind the kfuncs ---- */

void dash_trace_begin(struct dash_net *dn, const struct xdp_buff *xdp, struct dash_pkt *pkt, u64 cookie, u32 flags)
{
	struct dash_tracer *tr = dn->tracer;
	u32 portid[DASH_TRACE_WATCHES] = {};
	struct dash_trace *t;

	pkt->trace = 0;
	if (!cookie && !is_watched(tr, pkt, portid))
		return;
	t = create(dn, xdp, pkt);
	if (!t)
		return;
	t->cookie = cookie;
	t->flags = flags;
	memcpy(t->portid, portid, sizeof(portid));
	if (!cookie)
		decide(dn, t, pkt);
	do
		t->handle = atomic_inc_return(&tr->seq);
	while (!t->handle);
	pkt->trace = t->handle;
	put(tr, t);
}

enum dash_drop dash_trace_decide(struct dash_net *dn, struct dash_pkt *pkt, struct dash_flow *flow, u32 what)
{
	struct dash_trace *t = take(dn->tracer, pkt->trace);

	if (!t)
		return DASH_DROP_INTERNAL_ERROR;
	if (what == DASH_TRACE_QUOTED)
		t->decided = go_by_quoted(dn, t, pkt->slot);
	else
		t->decided = dash_pipeline_trace(dn, pkt, t, &t->flow, what == DASH_TRACE_TRACK || !pkt->slot);
	*flow = t->flow;
	put(dn->tracer, t);
	return t->decided;
}

static void finish(struct dash_tracer *tr, struct dash_trace *t)
{
	struct list *l = t->cookie ? &tr->done : &tr->queue;
	struct dash_trace *old = NULL;
	int i;

	spin_lock(&tr->lock);
	if (t->cookie && l->n == DONE_MAX) {
		old = pop(l);
	} else if (l->n == QUEUE_MAX) {
		old = t;
		tr->drops_lost += t->drop;
		for (i = 0; i < DASH_TRACE_WATCHES; i++)
			tr->watch[i].lost += t->portid[i] && t->portid[i] == tr->watch[i].portid;
	}
	if (old != t)
		append(l, t);
	spin_unlock(&tr->lock);
	if (old != t && l == &tr->queue)
		queue_work(dash_wq, &tr->work);
	kfree(old);
}

void dash_trace_end(struct dash_net *dn, const struct xdp_buff *xdp, const struct dash_pkt *pkt, u8 fate,
		    u8 reason, u32 ifindex)
{
	struct dash_trace *t = take(dn->tracer, pkt->trace);

	if (!t)
		return;
	t->pkt = *pkt;
	t->fate = fate;
	t->reason = reason;
	t->eni_known = fate != DASH_FATE_PASSED && (!reason || reason >= DASH_DROP_FIRST_ENI);
	t->egress = ifindex;
	if (!t->cookie && fate != DASH_FATE_DROPPED && is_quoted(dn, pkt))
		t->decided = go_by_quoted(dn, t, pkt->slot);
	if (fate == DASH_FATE_SENT || fate == DASH_FATE_KERNEL)
		t->after_len = head(xdp, t->after);
	finish(dn->tracer, t);
}

/* Reasons that the pipeline's code here gives, so that it can say again which object it was. */
static bool is_decided_here(u8 reason)
{
	return reason > DASH_DROP_ENI_ADMIN_DOWN && reason != DASH_DROP_INTERNAL_ERROR;
}

void dash_trace_drop(struct dash_net *dn, const struct xdp_buff *xdp, const struct dash_pkt *pkt, u8 reason)
{
	struct dash_tracer *tr = dn->tracer;
	struct dash_trace *t = NULL;

	trace_dash_drop(dn->net, xdp->rxq->dev, pkt, reason);
	if (!genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_DROPS))
		return;
	spin_lock(&tr->lock);
	if (within(&tr->drops))
		t = create(dn, xdp, pkt);
	tr->drops_lost += !t;
	spin_unlock(&tr->lock);
	if (!t)
		return;
	t->drop = true;
	t->fate = DASH_FATE_DROPPED;
	t->reason = reason;
	t->eni_known = reason >= DASH_DROP_FIRST_ENI;
	if (is_decided_here(reason)) {
		decide(dn, t, pkt);
		if (t->decided != reason)
			t->n = 0;	/* the state has changed, or it is the program's own decision */
	}
	t->decided = reason;
	finish(tr, t);
}

/* ---- telling ---- */

static struct dash_trace *next_event(struct dash_tracer *tr)
{
	struct dash_trace *t;
	int i;

	spin_lock_bh(&tr->lock);
	t = pop(&tr->queue);
	if (t && t->drop) {
		t->lost[0] = tr->drops_lost;
		tr->drops_lost = 0;
	}
	for (i = 0; t && i < DASH_TRACE_WATCHES; i++) {
		struct watch *w = &tr->watch[i];

		if (t->portid[i] != w->portid)
			t->portid[i] = 0;	/* it has left */
		if (!t->portid[i])
			continue;
		t->lost[i] = w->lost;
		w->lost = 0;
	}
	spin_unlock_bh(&tr->lock);
	return t;
}

static void not_told(struct dash_tracer *tr, const struct dash_trace *t, int i)
{
	spin_lock_bh(&tr->lock);
	if (t->drop)
		tr->drops_lost += t->lost[0] + 1;
	else if (tr->watch[i].portid == t->portid[i])
		tr->watch[i].lost += t->lost[i] + 1;
	spin_unlock_bh(&tr->lock);
}

static void tell_work(struct work_struct *work)
{
	struct dash_tracer *tr = container_of(work, struct dash_tracer, work);
	struct dash_net *dn = tr->dn;
	struct dash_trace *t;
	int i;

	while ((t = next_event(tr))) {
		mutex_lock(&dn->lock);
		if (t->drop && !dash_nl_trace_event(dn, t, 0, t->lost[0]))
			not_told(tr, t, 0);
		for (i = 0; i < DASH_TRACE_WATCHES; i++)
			if (t->portid[i] && !dash_nl_trace_event(dn, t, t->portid[i], t->lost[i]))
				not_told(tr, t, i);
		mutex_unlock(&dn->lock);
		kfree(t);
	}
}

struct dash_trace *dash_trace_take(struct dash_net *dn, u64 cookie)
{
	struct dash_tracer *tr = dn->tracer;
	struct dash_trace *t, *found = NULL;
	struct list rest = { .last = &rest.first };

	spin_lock_bh(&tr->lock);
	while ((t = pop(&tr->done))) {
		if (t->cookie == cookie && !found)
			found = t;
		else
			append(&rest, t);
	}
	while ((t = pop(&rest)))
		append(&tr->done, t);
	spin_unlock_bh(&tr->lock);
	return found;
}

/* ---- who follows ---- */

/* ENIs of which packets are to come by here. */
static void mark_enis(struct dash_net *dn)
{
	DECLARE_BITMAP(enis, DASH_MAX_ENI) = {};
	struct dash_tracer *tr = dn->tracer;
	int i;

	for (i = 0; i < DASH_TRACE_WATCHES; i++) {
		if (!tr->watch[i].portid)
			continue;
		if (tr->watch[i].filter.any_eni)
			bitmap_fill(enis, DASH_MAX_ENI);
		else
			__set_bit(tr->watch[i].filter.eni, enis);
	}
	dash_hot_watch(dn, enis);
}

int dash_trace_watch(struct dash_net *dn, u32 portid, const struct dash_flow_filter *f, u32 rate,
		     struct netlink_ext_ack *extack)
{
	struct dash_tracer *tr = dn->tracer;
	struct watch *w = NULL;
	int i;

	lockdep_assert_held(&dn->lock);
	for (i = 0; i < DASH_TRACE_WATCHES; i++)
		if (tr->watch[i].portid == portid || (!w && !tr->watch[i].portid))
			w = &tr->watch[i];
	if (!w) {
		NL_SET_ERR_MSG_FMT(extack, "%u others follow packets already", DASH_TRACE_WATCHES);
		return -EBUSY;
	}
	spin_lock_bh(&tr->lock);
	w->portid = portid;
	w->filter = *f;
	w->lost = 0;
	start(&w->limit, rate);
	spin_unlock_bh(&tr->lock);
	mark_enis(dn);
	return 0;
}

void dash_trace_unwatch(struct dash_net *dn, u32 portid)
{
	struct dash_tracer *tr = dn->tracer;
	bool found = false;
	int i;

	/* most sockets that are closed never asked */
	for (i = 0; i < DASH_TRACE_WATCHES; i++)
		found |= READ_ONCE(tr->watch[i].portid) == portid;
	if (!found)
		return;
	mutex_lock(&dn->lock);
	spin_lock_bh(&tr->lock);
	for (i = 0; i < DASH_TRACE_WATCHES; i++)
		if (tr->watch[i].portid == portid)
			tr->watch[i].portid = 0;
	spin_unlock_bh(&tr->lock);
	mark_enis(dn);
	mutex_unlock(&dn->lock);
}

/* ---- who listens to drops ---- */

static DEFINE_MUTEX(listeners_lock);
static u32 probes;	/* uses of the tracepoint */
static u64 joining;	/* somebody may be about to be a member of the group until then, in jiffies */
static bool ready;	/* namespaces have their part */

#define JOIN_TIME	(2 * HZ)

/*
 * Members of the group are asked for, not counted: a socket may join twice and leave once, and
 * anybody may leave a group that he never was a member of.  Who joins says so before he is a member.
 */
static void tell_program(struct dash_net *dn)
{
	struct dash_hot *hot;

	lockdep_assert_held(&listeners_lock);
	rcu_read_lock();
	hot = dash_hot_live(dn);
	if (hot)
		WRITE_ONCE(hot->tell_drops, probes || time_before64(get_jiffies_64(), joining) ||
			   genl_has_listeners(&dash_nl_family, dn->net, DASH_NL_GROUP_DROPS));
	rcu_read_unlock();
}

static void tell_programs(void)
{
	struct net *net;

	if (!ready)
		return;
	down_read(&net_rwsem);
	for_each_net(net)
		tell_program(dash_net_of(net));
	up_read(&net_rwsem);
}

int dash_drops_probed(void)
{
	mutex_lock(&listeners_lock);
	probes++;
	tell_programs();
	mutex_unlock(&listeners_lock);
	return 0;
}

void dash_drops_unprobed(void)
{
	mutex_lock(&listeners_lock);
	probes--;
	tell_programs();
	mutex_unlock(&listeners_lock);
}

void dash_drops_joined(void)
{
	mutex_lock(&listeners_lock);
	joining = get_jiffies_64() + JOIN_TIME;
	tell_programs();
	mutex_unlock(&listeners_lock);
}

void dash_drops_look(struct dash_net *dn)
{
	mutex_lock(&listeners_lock);
	tell_program(dn);
	mutex_unlock(&listeners_lock);
}

void dash_trace_ready(bool on)
{
	mutex_lock(&listeners_lock);
	ready = on;
	mutex_unlock(&listeners_lock);
}

/* ---- life ---- */

int dash_trace_net_init(struct dash_net *dn)
{
	struct dash_tracer *tr = kzalloc(sizeof(*tr), GFP_KERNEL_ACCOUNT);

	if (!tr)
		return -ENOMEM;
	tr->dn = dn;
	spin_lock_init(&tr->lock);
	tr->done.last = &tr->done.first;
	tr->queue.last = &tr->queue.first;
	start(&tr->drops, DROP_RATE);
	INIT_WORK(&tr->work, tell_work);
	dn->tracer = tr;
	return 0;
}

void dash_trace_net_exit(struct dash_net *dn)
{
	struct dash_tracer *tr = dn->tracer;
	struct dash_trace *t;
	u32 i;

	cancel_work_sync(&tr->work);
	for (i = 0; i < OPEN; i++)
		kfree(tr->open[i]);
	while ((t = pop(&tr->done)))
		kfree(t);
	while ((t = pop(&tr->queue)))
		kfree(t);
	dn->tracer = NULL;
	kfree(tr);
}
