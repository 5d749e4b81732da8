// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Where does a packet to this underlay address leave, and with which MACs?
 * (pipeline.md 17)
 *
 * The kernel's routes and neighbours decide; this file keeps their answers in
 * dash_hot.nh, one entry per underlay destination, so that an established packet
 * pays one load.  The rejected way, bpf_fib_lookup() for every packet, costs about
 * as much as all the rest of the program.
 *
 *	dash_nh_get()          resolve work           route, neighbour or device changes
 *	  new entry: LOOKUP ───► OK, KERNEL, ...  ◄──┐        │
 *	                  ▲                          └── mark: LOOKUP, dirty
 *
 * A notifier puts every entry that it may concern into state LOOKUP at once, and
 * packets ask the kernel themselves until the work has resolved the entry again:
 * a change takes effect on the next packet, with no window for the old answer.
 * Some notifiers run before the change is in place (IPv6 routes under the table's
 * lock, IPv4 deletions under rtnl), so the work first waits for both.  The same
 * wait lets packets finish that have read an entry as OK, so that MACs and
 * device are never rewritten under a reader.  What is marked during a run has not
 * waited, so it is left to the next run.
 *
 * A second wait, between a new entry's MACs and its state, orders them for readers: the
 * program has no acquiring load, and on arm64 two plain ones may be swapped.
 *
 * An answer that depends on more than the destination is not cached: multipath
 * routes (the kernel hashes the outer 5-tuple, of which the entropy port makes a
 * choice per flow) and namespaces with routing rules or VRFs stay in LOOKUP.
 *
 * The kernel keeps a neighbour fresh for as long as its own output path uses it.
 * XDP bypasses that, so a tick starts the probe of STALE neighbours in use while
 * packets are flowing; the next round trip confirms them, or finds them gone.
 *
 * Entries are handed out until the table is full; later destinations get index 0,
 * ask per packet.  Then those that neither a connection nor an ENI uses are taken back: a walk over
 * all records finds them, they leave the hash, and a second walk, a grace period later, keeps
 * those that somebody had just been given.  Every ten seconds at most, because where all
 * are in use each walk is in vain.  Counting uses was rejected: two locked updates of a shared line for each
 * connection, for a table that most appliances never fill.
 *
 * Locking: @lock for marking, publishing and inserting; readers of the hash need
 * RCU only.  Lives from attach to detach (port.c).
 */
#include "nexthop.h"

#include <linux/if_arp.h>
#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ndisc.h>
#include <net/netevent.h>
#include <net/nexthop.h>
#include <net/route.h>

#include "dash_net.h"
#include "port.h"
#include "stats.h"
#include "sweep.h"

#define SLOT_BITS	15
#define SLOTS	(1u << SLOT_BITS)	/* open addressing, at most half full */
#define TICK		HZ
#define RECLAIM_PAUSE	(10 * HZ)

/* What one destination resolves to: the published part, and the neighbour it hangs on. */
struct hop {
	struct dash_nh nh;
	struct dash_ip gw;
	u32 dev;			/* egress ifindex also when packets go through the kernel; 0: none */
};

struct entry {
	struct dash_ip ip;
	struct dash_ip gw;
	u32 dev;
	u32 state;		/* to be published */
};

/**
 * struct dash_nexthops - the cache of a namespace
 * @dn: the namespace
 * @hot: the bound map's element
 * @lock: see above
 * @n: entries that were ever handed out, with the unused 0
 * @free: those of them that were taken back
 * @n_free: how many
 * @spare: of the reclaiming work: entries that nobody uses
 * @reclaimed: when it ran last
 * @half: which @hash counts; the other one is for the next reclaiming
 * @all_marked: all entries are in LOOKUP and dirty; cleared by the work.  Saves the walk per
 *	route while thousands of routes change
 * @seed: of the hash, so that nobody can choose addresses that collide
 * @dirty: entries marked since the work last began
 * @todo: of the work: those that it resolves in this run
 * @hash: index by hash of the destination, 0 = empty; no entry is ever removed from the one that counts
 * @entries: by index
 * @resolve: resolves what is dirty
 * @reclaim: takes back what nobody uses
 * @tick: probes STALE neighbours
 * @rx: frames seen at the last tick
 * @fib: notifier of the namespace's routes and rules
 * @nexthop: notifier of its nexthop objects
 */
struct dash_nexthops {
	struct dash_net *dn;
	struct dash_hot *hot;
	spinlock_t lock;
	u32 n;
	bool all_marked;
	u32 seed[4];
	DECLARE_BITMAP(dirty, DASH_MAX_NH);
	DECLARE_BITMAP(todo, DASH_MAX_NH);
	DECLARE_BITMAP(free, DASH_MAX_NH);
	DECLARE_BITMAP(spare, DASH_MAX_NH);
	u32 n_free;
	unsigned long reclaimed;
	u32 half;
	u16 hash[2][SLOTS];
	struct entry entries[DASH_MAX_NH];
	struct work_struct resolve;
	struct delayed_work tick, reclaim;
	u64 rx;
	struct notifier_block fib, nexthop;
};

static_assert(DASH_MAX_NH <= U16_MAX && SLOTS >= 2 * DASH_MAX_NH);

/* ---- resolving ---- */

u32 dash_dst_mtu(const struct dst_entry *dst)
{
	u32 metric = dst_metric_raw(dst, RTAX_MTU), mtu = READ_ONCE(dst->dev->mtu);

	return metric ? min(metric, mtu) : mtu;
}

static bool takes_xdp_frames(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && (dev->flags & IFF_UP) &&
	       (READ_ONCE(dev->xdp_features) & NETDEV_XDP_ACT_NDO_XMIT);
}

static struct neighbour *neigh_find(struct net_device *dev, const struct dash_ip *gw)
{
	if (dash_ip_is_v4(gw))
		return __ipv4_neigh_lookup_noref(dev, (__force u32)gw->w[3]);
	return __ipv6_neigh_lookup_noref(dev, gw);
}

/* The route is there: what of its neighbour and its device? */
static void resolve_dev(struct hop *h, const struct dst_entry *dst)
{
	struct net_device *dev = dst->dev;
	struct neighbour *n;

	h->dev = dev->ifindex;
	h->nh.state = DASH_NH_KERNEL;
	h->nh.mtu = dash_dst_mtu(dst);
	h->nh.ifindex = dev->ifindex;
	n = neigh_find(dev, &h->gw);
	if (!n || !(READ_ONCE(n->nud_state) & NUD_VALID))
		return;
	if (!takes_xdp_frames(dev) || dst->lwtstate)
		return;
	neigh_ha_snapshot(h->nh.dmac, n, dev);
	memcpy(h->nh.smac, dev->dev_addr, ETH_ALEN);
	h->nh.state = DASH_NH_OK;
}

static void resolve_error(struct hop *h, int err)
{
	switch (err) {
	case -ENETUNREACH:
	case -ESRCH:
		h->nh.state = DASH_NH_NO_ROUTE;
		break;
	case -ENOMEM:
	case -ENOBUFS:
		h->nh.state = DASH_NH_LOOKUP;
		break;
	default:	/* blackhole, prohibit, unreachable, not a unicast address */
		h->nh.state = DASH_NH_ROUTE_DROP;
	}
}

static void resolve4(struct net *net, __be32 daddr, struct hop *h)
{
	struct flowi4 fl4 = {
		.daddr = daddr,
		.flowi4_iif = LOOPBACK_IFINDEX,
	};
	struct fib_result res = {};
	struct rtable *rt;
	int err;

	if (fib4_has_custom_rules(net))
		return;
	err = fib_lookup(net, &fl4, &res, 0);
	if (!err && res.fi && fib_info_num_path(res.fi) > 1)
		return;
	rt = __ip_route_output_key(net, &fl4);
	if (IS_ERR(rt)) {
		resolve_error(h, PTR_ERR(rt));
		return;
	}
	if (rt->rt_type != RTN_UNICAST) {
		h->nh.state = DASH_NH_ROUTE_DROP;
	} else {
		if (rt->rt_gw_family == AF_INET6)
			memcpy(&h->gw, &rt->rt_gw6, sizeof(h->gw));
		else
			h->gw = dash_ip_from_v4(rt_nexthop(rt, daddr));
		resolve_dev(h, &rt->dst);
	}
	ip_rt_put(rt);
}

#if IS_ENABLED(CONFIG_IPV6)
static bool is_multipath6(const struct rt6_info *rt)
{
	const struct fib6_info *from = rcu_dereference(rt->from);

	if (!from)
		return false;
	return from->nh ? nexthop_num_path(from->nh) > 1 : READ_ONCE(from->fib6_nsiblings);
}

static void resolve6(struct net *net, const struct dash_ip *ip, struct hop *h)
{
	struct flowi6 fl6 = { .flowi6_iif = LOOPBACK_IFINDEX };
	struct dst_entry *dst;
	struct rt6_info *rt;

	if (!ipv6_mod_enabled()) {
		h->nh.state = DASH_NH_NO_ROUTE;
		return;
	}
	if (fib6_has_custom_rules(net))
		return;
	memcpy(&fl6.daddr, ip, sizeof(fl6.daddr));
	dst = ip6_route_output(net, NULL, &fl6);
	rt = dst_rt6_info(dst);
	if (dst->error) {
		resolve_error(h, dst->error);
	} else if (rt->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) {
		h->nh.state = DASH_NH_ROUTE_DROP;
	} else if (!is_multipath6(rt)) {
		memcpy(&h->gw, rt6_nexthop(rt, &fl6.daddr), sizeof(h->gw));
		resolve_dev(h, dst);
	}
	dst_release(dst);
}
#else
static void resolve6(struct net *net, const struct dash_ip *ip, struct hop *h)
{
	h->nh.state = DASH_NH_NO_ROUTE;
}
#endif

static void resolve(struct net *net, const struct dash_ip *ip, struct hop *h)
{
	*h = (struct hop){ .nh.state = DASH_NH_LOOKUP };
	if (dash_ip_is_v4(ip))
		resolve4(net, ip->w[3], h);
	else
		resolve6(net, ip, h);
}

/* All but the state, which is still LOOKUP: nobody reads the rest. */
static void write_hop(struct dash_nexthops *c, u32 i, const struct hop *h)
{
	struct dash_nh *nh = &c->hot->nh[i];

	c->entries[i].gw = h->gw;
	c->entries[i].dev = h->dev;
	c->entries[i].state = h->nh.state;
	nh->mtu = h->nh.mtu;
	nh->ifindex = h->nh.ifindex;
	memcpy(nh->dmac, h->nh.dmac, ETH_ALEN);
	memcpy(nh->smac, h->nh.smac, ETH_ALEN);
}

static void set_state(struct dash_nh *nh, enum dash_nh_state state)
{
	WRITE_ONCE(nh->state, state);
	WRITE_ONCE(nh->room, state == DASH_NH_OK ? ETH_HLEN + nh->mtu : 0);
}

/* Those that were not marked meanwhile: their answer may be the old one. */
static void publish(struct dash_nexthops *c)
{
	unsigned long i;

	spin_lock_bh(&c->lock);
	for_each_set_bit(i, c->todo, DASH_MAX_NH)
		if (!test_bit(i, c->dirty))
			set_state(&c->hot->nh[i], c->entries[i].state);
	spin_unlock_bh(&c->lock);
}

static void resolve_one(struct dash_nexthops *c, u32 i)
{
	struct hop h;

	local_bh_disable();		/* dst cache and neighbour tables are per-CPU and BH */
	rcu_read_lock();
	resolve(c->dn->net, &c->entries[i].ip, &h);
	spin_lock(&c->lock);
	write_hop(c, i, &h);
	spin_unlock(&c->lock);
	rcu_read_unlock();
	local_bh_enable();
}

static void resolve_work(struct work_struct *work)
{
	struct dash_nexthops *c = container_of(work, struct dash_nexthops, resolve);
	unsigned long i;

	spin_lock_bh(&c->lock);
	c->all_marked = false;
	bitmap_andnot(c->todo, c->dirty, c->free, DASH_MAX_NH);
	bitmap_zero(c->dirty, DASH_MAX_NH);
	spin_unlock_bh(&c->lock);
	synchronize_rcu();
	rtnl_lock();
	rtnl_unlock();
	for_each_set_bit(i, c->todo, DASH_MAX_NH) {
		resolve_one(c, i);
		cond_resched();
	}
	synchronize_rcu();
	publish(c);
}

/* ---- changes ---- */

/* @lock held. */
static void mark(struct dash_nexthops *c, u32 i)
{
	set_state(&c->hot->nh[i], DASH_NH_LOOKUP);
	__set_bit(i, c->dirty);
}

static void mark_all(struct dash_nexthops *c)
{
	u32 i;

	spin_lock_bh(&c->lock);
	if (!c->all_marked) {
		for (i = 1; i < c->n; i++)
			if (!test_bit(i, c->free))
				mark(c, i);
		c->all_marked = true;
		queue_work(dash_wq, &c->resolve);
	}
	spin_unlock_bh(&c->lock);
}

static void mark_neigh(struct dash_nexthops *c, u32 dev, const struct dash_ip *gw)
{
	bool any = false;
	u32 i;

	spin_lock_bh(&c->lock);
	for (i = 1; i < c->n; i++) {
		if (c->entries[i].dev != dev || !dash_ip_eq(&c->entries[i].gw, gw))
			continue;
		mark(c, i);
		any = true;
	}
	if (any)
		queue_work(dash_wq, &c->resolve);
	spin_unlock_bh(&c->lock);
}

static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	mark_all(container_of(nb, struct dash_nexthops, fib));
	return NOTIFY_DONE;
}

static int nexthop_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	mark_all(container_of(nb, struct dash_nexthops, nexthop));
	return NOTIFY_DONE;
}

static int neigh_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct dash_nexthops *c;
	struct neighbour *n = ptr;
	struct dash_ip gw;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;
	if (n->tbl->family == AF_INET)
		gw = dash_ip_from_v4(*(const __be32 *)n->primary_key);
	else if (n->tbl->family == AF_INET6)
		memcpy(&gw, n->primary_key, sizeof(gw));
	else
		return NOTIFY_DONE;
	rcu_read_lock();
	c = rcu_dereference(dash_net_of(dev_net(n->dev))->nh);
	if (c)
		mark_neigh(c, n->dev->ifindex, &gw);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/* Which device, if any, is in this slot of dash_hot.xmit?  Under rtnl. */
static void fill_xmit(struct dash_nexthops *c, u32 slot, const struct net_device *going)
{
	struct net_device *dev;
	u32 ifindex = 0;

	for_each_netdev(c->dn->net, dev)
		if (dev != going && dev->ifindex % DASH_XMIT_SLOTS == slot && takes_xdp_frames(dev))
			ifindex = dev->ifindex;
	WRITE_ONCE(c->hot->xmit[slot], ifindex);
}

/*
 * Whoever leaves the notifier chain is told that each device goes down, which is not so: a program
 * that goes on without the module (dashctl upgrade) shall find the devices as they are.
 */
static bool leaving;

static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct dash_net *dn = dash_net_of(dev_net(dev));
	struct dash_nexthops *c;

	if (READ_ONCE(leaving))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UNREGISTER:
		dash_port_device_gone(dn, dev->ifindex);
		fallthrough;
	case NETDEV_DOWN:
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEADDR:
	case NETDEV_XDP_FEAT_CHANGE:
		break;
	default:
		return NOTIFY_DONE;
	}
	rcu_read_lock();
	c = rcu_dereference(dn->nh);
	if (c) {
		fill_xmit(c, dev->ifindex % DASH_XMIT_SLOTS,
			  event == NETDEV_UNREGISTER || event == NETDEV_DOWN ? dev : NULL);
		mark_all(c);
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static void tick_work(struct work_struct *work)
{
	struct dash_nexthops *c = container_of(work, struct dash_nexthops, tick.work);
	u64 rx = dash_stats_rx_frames(c->dn);
	const struct entry *last = NULL, *e;
	struct net_device *dev;
	struct neighbour *n;
	u32 i;

	for (i = 1; rx != c->rx && i < READ_ONCE(c->n); i++) {
		e = &c->entries[i];
		if (READ_ONCE(c->hot->nh[i].state) != DASH_NH_OK ||
		    (last && last->dev == e->dev && dash_ip_eq(&last->gw, &e->gw)))
			continue;
		last = e;
		rcu_read_lock();
		dev = dev_get_by_index_rcu(c->dn->net, e->dev);
		n = dev ? neigh_find(dev, &e->gw) : NULL;
		if (n && (READ_ONCE(n->nud_state) & NUD_STALE))
			neigh_event_send(n, NULL);
		rcu_read_unlock();
		cond_resched();
	}
	c->rx = rx;
	queue_delayed_work(dash_wq, &c->tick, TICK);
}

/* ---- getting an index ---- */

/* Universal like dash_hash(), a quarter of what jhash costs. */
static u32 hash_slot(const struct dash_nexthops *c, const struct dash_ip *ip)
{
	u64 h;

	h = (u64)((__force u32)ip->w[0] + c->seed[0]) * ((__force u32)ip->w[1] + c->seed[1]);
	h += (u64)((__force u32)ip->w[2] + c->seed[2]) * ((__force u32)ip->w[3] + c->seed[3]);
	h ^= h >> 32;
	h *= GOLDEN_RATIO_64;
	return h >> (64 - SLOT_BITS);
}

static u32 find_in(const struct dash_nexthops *c, const u16 *hash, const struct dash_ip *ip, u32 *slot)
{
	u32 s = hash_slot(c, ip), i;

	while ((i = smp_load_acquire(&hash[s]))) {
		if (dash_ip_eq(&c->entries[i].ip, ip))
			return i;
		s = (s + 1) % SLOTS;
	}
	*slot = s;
	return 0;
}

static u32 find(const struct dash_nexthops *c, const struct dash_ip *ip, u32 *slot)
{
	return find_in(c, c->hash[smp_load_acquire(&c->half)], ip, slot);
}

/* @lock held.  An entry that nobody has, or 0. */
static u32 take_entry(struct dash_nexthops *c)
{
	u32 i;

	if (c->n < DASH_MAX_NH) {
		i = c->n;
		WRITE_ONCE(c->n, i + 1);
		return i;
	}
	if (!c->n_free)
		return 0;
	i = find_first_bit(c->free, DASH_MAX_NH);
	__clear_bit(i, c->free);
	WRITE_ONCE(c->n_free, c->n_free - 1);
	return i;
}

static u32 insert(struct dash_nexthops *c, const struct dash_ip *ip)
{
	u32 i, slot;

	spin_lock_bh(&c->lock);
	i = find(c, ip, &slot);		/* somebody may have been faster */
	if (!i) {
		i = take_entry(c);
		if (i) {
			c->entries[i].ip = *ip;
			mark(c, i);
			smp_store_release(&c->hash[c->half][slot], i);
			queue_work(dash_wq, &c->resolve);
		}
	}
	spin_unlock_bh(&c->lock);
	return i;
}

u32 dash_nh_get(struct dash_net *dn, const struct dash_ip *ip)
{
	struct dash_nexthops *c;
	u32 i, slot;

	c = rcu_dereference_check(dn->nh, lockdep_is_held(&dn->lock));
	if (!c)
		return 0;
	i = find(c, ip, &slot);
	if (likely(i))
		return i;
	if (READ_ONCE(c->n) < DASH_MAX_NH || READ_ONCE(c->n_free))
		return insert(c, ip);
	if (time_after(jiffies, READ_ONCE(c->reclaimed) + RECLAIM_PAUSE) && !delayed_work_pending(&c->reclaim))
		queue_delayed_work(dash_wq, &c->reclaim, 0);
	return 0;
}

/* ---- taking back ---- */

static void see_flow(struct dash_flow *f, void *spare)
{
	__clear_bit(READ_ONCE(f->nh) % DASH_MAX_NH, spare);
}

/* Leaves those in @spare that no connection and no ENI has. */
static void find_spare(struct dash_nexthops *c)
{
	u32 i;

	dash_sweep_visit(c->dn->sweep, see_flow, c->spare);
	for (i = 0; i < DASH_MAX_ENI; i++)
		__clear_bit(READ_ONCE(c->hot->eni[i].nh) % DASH_MAX_NH, c->spare);
}

/* The other half of the hash gets all but those in @spare; from now on nobody is given one of these. */
static void leave_out(struct dash_nexthops *c)
{
	u16 *hash = c->hash[!c->half];
	u32 i, slot;

	memset(hash, 0, sizeof(c->hash[0]));
	spin_lock_bh(&c->lock);
	for (i = 1; i < c->n; i++)
		if (!test_bit(i, c->spare) && !test_bit(i, c->free) && !find_in(c, hash, &c->entries[i].ip, &slot))
			hash[slot] = i;
	smp_store_release(&c->half, !c->half);
	spin_unlock_bh(&c->lock);
}

/* What a connection has got after all goes on without being found, like any whose destination has another entry now. */
static void give_back(struct dash_nexthops *c)
{
	unsigned long i;

	spin_lock_bh(&c->lock);
	for_each_set_bit(i, c->spare, DASH_MAX_NH) {
		WRITE_ONCE(c->hot->nh[i].state, DASH_NH_LOOKUP);
		c->entries[i].dev = 0;
		__set_bit(i, c->dirty);		/* what is being resolved for it is not published */
		__set_bit(i, c->free);
	}
	WRITE_ONCE(c->n_free, bitmap_weight(c->free, DASH_MAX_NH));
	spin_unlock_bh(&c->lock);
}

/*
 * dash_net.lock keeps the sweep there and the words of ENIs as they are.  It is not waited for, because
 * who detaches waits for this work under it.
 */
static void reclaim_work(struct work_struct *work)
{
	struct dash_nexthops *c = container_of(work, struct dash_nexthops, reclaim.work);
	struct dash_net *dn = c->dn;

	if (!mutex_trylock(&dn->lock)) {
		queue_delayed_work(dash_wq, &c->reclaim, 1);
		return;
	}
	if (dn->sweep && !READ_ONCE(c->n_free)) {
		bitmap_zero(c->spare, DASH_MAX_NH);
		bitmap_set(c->spare, 1, c->n - 1);
		find_spare(c);
		leave_out(c);
		synchronize_rcu();	/* who was given one before has put it into a record, or gone */
		find_spare(c);
		synchronize_rcu();	/* packets of connections that have just ended */
		give_back(c);
	}
	WRITE_ONCE(c->reclaimed, jiffies);
	mutex_unlock(&dn->lock);
}

u32 dash_nh_peek(struct dash_net *dn, const struct dash_ip *ip)
{
	const struct dash_nexthops *c = rcu_dereference(dn->nh);
	u32 slot;

	return c ? find(c, ip, &slot) : 0;
}

enum dash_drop dash_nh_admit(struct dash_net *dn, u32 nh, const struct dash_ip *ip, u32 len)
{
	const struct dash_nexthops *c = rcu_dereference(dn->nh);
	struct hop h = { .nh.state = DASH_NH_LOOKUP };

	if (c && nh) {
		h.nh.state = READ_ONCE(c->hot->nh[nh].state);
		h.nh.mtu = READ_ONCE(c->hot->nh[nh].mtu);
	}
	if (h.nh.state == DASH_NH_LOOKUP)
		resolve(dn->net, ip, &h);
	switch ((enum dash_nh_state)h.nh.state) {
	case DASH_NH_NO_ROUTE:
		return DASH_DROP_UNDERLAY_NO_ROUTE;
	case DASH_NH_ROUTE_DROP:
		return DASH_DROP_UNDERLAY_ROUTE_DROP;
	case DASH_NH_OK:
	case DASH_NH_KERNEL:
		return len > h.nh.mtu ? DASH_DROP_MTU_EXCEEDED : DASH_DROP_NONE;
	case DASH_NH_LOOKUP:
		break;	/* multipath: the program asks */
	}
	return DASH_DROP_NONE;
}

/* ---- life ---- */

int dash_nh_attach(struct dash_net *dn, struct dash_hot *hot)
{
	struct dash_nexthops *c;
	int err;
	u32 i;

	lockdep_assert_held(&dn->lock);
	c = __vmalloc(sizeof(*c), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!c)
		return -ENOMEM;
	c->dn = dn;
	c->hot = hot;
	c->n = 1;
	get_random_bytes(c->seed, sizeof(c->seed));
	c->fib.notifier_call = fib_event;
	c->nexthop.notifier_call = nexthop_event;
	spin_lock_init(&c->lock);
	INIT_WORK(&c->resolve, resolve_work);
	INIT_DELAYED_WORK(&c->tick, tick_work);
	INIT_DELAYED_WORK(&c->reclaim, reclaim_work);
	c->reclaimed = jiffies - RECLAIM_PAUSE - 1;

	err = register_fib_notifier(dn->net, &c->fib, NULL, NULL);
	if (err)
		goto err_fib;
	err = register_nexthop_notifier(dn->net, &c->nexthop, NULL);
	if (err)
		goto err_nexthop;
	rtnl_lock();
	for (i = 0; i < DASH_XMIT_SLOTS; i++)
		fill_xmit(c, i, NULL);
	rcu_assign_pointer(dn->nh, c);
	rtnl_unlock();
	queue_delayed_work(dash_wq, &c->tick, TICK);
	return 0;

err_nexthop:
	unregister_fib_notifier(dn->net, &c->fib);
err_fib:
	cancel_work_sync(&c->resolve);
	vfree(c);
	return err;
}

void dash_nh_detach(struct dash_net *dn)
{
	struct dash_nexthops *c = rcu_dereference_protected(dn->nh, lockdep_is_held(&dn->lock));

	if (!c)
		return;
	RCU_INIT_POINTER(dn->nh, NULL);
	unregister_nexthop_notifier(dn->net, &c->nexthop);
	unregister_fib_notifier(dn->net, &c->fib);
	synchronize_rcu();	/* device and neighbour notifiers, dash_nh_get() */
	cancel_delayed_work_sync(&c->reclaim);
	cancel_delayed_work_sync(&c->tick);
	cancel_work_sync(&c->resolve);
	vfree(c);
}

static struct notifier_block neigh_nb = { .notifier_call = neigh_event };
static struct notifier_block device_nb = { .notifier_call = device_event };

int dash_nh_init(void)
{
	int err;

	err = register_netevent_notifier(&neigh_nb);
	if (err)
		return err;
	err = register_netdevice_notifier(&device_nb);
	if (err)
		unregister_netevent_notifier(&neigh_nb);
	return err;
}

void dash_nh_exit(void)
{
	WRITE_ONCE(leaving, true);
	unregister_netdevice_notifier(&device_nb);
	unregister_netevent_notifier(&neigh_nb);
}
