// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which packets are ours, and of which ENI?  (pipeline.md 4 to 6)
 *
 * The program decides that from struct dash_hot alone: VIPs, outbound VNIs and
 * ENI MACs in perfect hash tables, one probe each, and one cache line of words
 * per ENI.  A perfect hash is found by trying random multipliers until no two
 * keys share a slot; with at most 256 keys in 4096 or more slots some thousand
 * tries do, of which nearly all stop within a few dozen keys.  A cuckoo table
 * would need two probes, an ordinary one a loop that the verifier has to follow.
 *
 * The tables exist twice.  A commit fills the idle half, then one store makes it
 * the active one: a packet sees all of the old or all of the new admission.  The
 * half that was left is written again only after a grace period, and the wait is
 * at the start of the next prepare, where it normally is over already.
 *
 * VIPs and ENI words exist once, indexed by numbers that flows hold.  A VIP keeps
 * its index while it exists; afterwards the address stays readable there, because
 * connections go on with it as their source.  Another VIP gets an index that was never
 * used, or, when there is none left, one that no connection has any more.
 *
 * While no map is bound the same functions work on a shadow without next hops.
 *
 * Called by the store (prepare, flip, switch, generations) and port.c (attach,
 * detach), under dash_net.lock; the packet path only reads.
 */
#include "hot.h"

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "dash_net.h"
#include "nexthop.h"
#include "sweep.h"

#define SHADOW_SIZE	offsetof(struct dash_hot, nh)
#define MAX_VNI		(1 + DASH_MAX_ENI + DASH_MAX_VIP)
/* expected tries with a full table: e^(n^2/2m), 3000 for VIPs; this is far beyond */
#define MAX_TRIES	1000000u

static_assert(DASH_VIP_SLOTS >= 16 * DASH_MAX_VIP);
static_assert(DASH_MAC_SLOTS >= 32 * DASH_MAX_ENI);

/**
 * struct dash_hot_state - private part of a namespace
 * @cur: the live map element or @shadow; NULL: neither is there
 * @live: the live map element, for the packet path
 * @shadow: the copy without @nh; kept while a map is bound, for the way back
 * @vxlan_port: spec/config.md 5.20, kept outside because it can be set before there is any copy
 * @sport_base: likewise
 * @sport_mask: likewise
 * @vip: what dash_hot_flip() is to write
 * @eni: likewise
 * @idle_since: RCU state when the idle half became idle
 * @unsettled: ENIs with packets under way that may still go by the last generation
 * @waiting: there are such ENIs
 * @watched: ENIs whose packets are followed
 */
struct dash_hot_state {
	struct dash_hot *cur;
	struct dash_hot __rcu *live;
	struct dash_hot *shadow;
	u16 vxlan_port;
	u16 sport_base, sport_mask;
	struct dash_hot_vip vip[DASH_MAX_VIP];
	struct dash_hot_eni eni[DASH_MAX_ENI];
	unsigned long idle_since;
	bool unsettled[DASH_MAX_ENI];
	bool waiting;
	DECLARE_BITMAP(watched, DASH_MAX_ENI);
};

static struct dash_hot *writable(struct dash_hot_state *h)
{
	if (!h->cur) {
		h->shadow = kvzalloc(SHADOW_SIZE, GFP_KERNEL_ACCOUNT);
		h->cur = h->shadow;
		if (h->cur) {
			dash_admit_clear(&h->cur->admit[0]);
			dash_admit_clear(&h->cur->admit[1]);
		}
	}
	return h->cur;
}

/* A multiplier under which no two of @n distinct keys share one of @slots slots; 0 if none was found. */
static u64 find_seed(const u64 *key, u32 n, u32 slots, unsigned long *used)
{
	u32 try, i;

	for (try = 0; try < MAX_TRIES; try++) {
		u64 seed = get_random_u64() | 1;

		bitmap_zero(used, slots);
		for (i = 0; i < n; i++)
			if (__test_and_set_bit(dash_slot_of(key[i], seed, slots), used))
				break;
		if (i == n)
			return seed;
		cond_resched();
	}
	return 0;
}

/* Index of @ip among the VIPs to come: the one it has or had, or an unused one; -1: none is left. */
static int vip_index(const struct dash_hot_vip *next, const struct dash_ip *ip)
{
	int i, unused = -1;

	for (i = 0; i < DASH_MAX_VIP; i++) {
		if (dash_ip_eq(&next[i].ip, ip))
			return i;
		if (unused < 0 && dash_ip_is_zero(&next[i].ip))
			unused = i;
	}
	return unused;
}

static u64 vip_key(const struct dash_ip *ip)
{
	return dash_ip_is_v4(ip) ? (__force u32)ip->w[3] : dash_vip_key(ip);
}

static void see_vip(struct dash_flow *f, void *left)
{
	__clear_bit(READ_ONCE(f->vip), left);
}

/*
 * Indices of VIPs that had gone before this commit, and that no connection uses, become unused in
 * @next.  Nobody takes such an index any more: who came by one is gone since the grace
 * period at the start of dash_hot_prepare(); and the one here is for packets of connections that have
 * just ended.
 */
static void recycle_vips(struct dash_net *dn, struct dash_hot_vip *next)
{
	const struct dash_hot_vip *now = dn->hot->cur->vip;
	DECLARE_BITMAP(left, DASH_MAX_VIP);
	unsigned long i;

	bitmap_zero(left, DASH_MAX_VIP);
	for (i = 0; i < DASH_MAX_VIP; i++)
		if (!now[i].valid && !next[i].valid && !dash_ip_is_zero(&next[i].ip))
			__set_bit(i, left);
	if (dn->sweep && !bitmap_empty(left, DASH_MAX_VIP)) {
		dash_sweep_visit(dn->sweep, see_vip, left);
		synchronize_rcu();
	}
	for_each_set_bit(i, left, DASH_MAX_VIP)
		next[i].ip = (struct dash_ip){};
}

static int prepare_vips(struct dash_net *dn, struct dash_admit *idle,
			const struct dash_hot_appliance *a, u32 n_a, u64 *key,
			unsigned long *used)
{
	struct dash_hot_state *h = dn->hot;
	struct dash_hot_vip *next = h->vip;
	bool recycled = false;
	int idx[2], i, f;
	u32 n = 2;		/* keys 0 and 1 for dash_admit_clear() */

	memcpy(next, h->cur->vip, sizeof(h->vip));
	for (i = 0; i < DASH_MAX_VIP; i++)
		next[i].valid = 0;
	/* those that stay take their places before new ones look for a free one */
	for (i = 0; i < n_a * 2; i++) {
		const struct dash_ip *ip = &a[i / 2].vip[i % 2];
		int at;

		for (at = 0; at < DASH_MAX_VIP && !dash_ip_is_zero(ip); at++)
			if (dash_ip_eq(&next[at].ip, ip))
				next[at].valid = 1;
	}
	for (i = 0; i < n_a; i++) {
		for (f = 0; f < 2; f++) {
			struct dash_hot_vip *v;

			idx[f] = -1;
			if (dash_ip_is_zero(&a[i].vip[f]))
				continue;
			idx[f] = vip_index(next, &a[i].vip[f]);
			if (idx[f] < 0 && !recycled) {
				recycle_vips(dn, next);
				recycled = true;
				idx[f] = vip_index(next, &a[i].vip[f]);
			}
			if (idx[f] < 0)
				return -ENOSPC;
			v = &next[idx[f]];
			v->ip = a[i].vip[f];
			v->vm_vni = cpu_to_be32(a[i].vm_vni << 8);
			v->idx = idx[f];
			v->valid = 1;
		}
		for (f = 0; f < 2; f++)
			if (idx[f] >= 0)
				next[idx[f]].other = idx[!f] >= 0 ? idx[!f] : idx[f];
	}

	key[0] = 0;
	key[1] = 1;
	for (i = 0; i < DASH_MAX_VIP; i++)
		if (next[i].valid)
			key[n++] = vip_key(&next[i].ip);
	idle->vip_seed = find_seed(key, n, DASH_VIP_SLOTS, used);
	if (!idle->vip_seed)
		return -ENOSPC;
	for (i = 0; i < DASH_MAX_VIP; i++) {
		const struct dash_ip *ip = &next[i].ip;
		u32 slot = dash_slot_of(vip_key(ip), idle->vip_seed, DASH_VIP_SLOTS);

		if (!next[i].valid)
			continue;
		if (dash_ip_is_v4(ip))
			idle->vip4[slot] = (u64)i << 32 | (__force u32)ip->w[3];
		else
			idle->vip6[slot] = i + 1;
	}
	return 0;
}

/* @key[0] is 0, the VNI of an ENI that has none of its own. */
static u32 add_vni(u64 *key, u32 n, u32 vni)
{
	u32 i, word = (__force u32)cpu_to_be32(vni << 8);

	for (i = 0; i < n; i++)
		if (key[i] == word)
			return n;
	key[n] = word;
	return n + 1;
}

static int prepare_vnis(struct dash_admit *idle, const struct dash_hot_appliance *a, u32 n_a,
			const struct dash_hot_eni_cfg *e, u32 n_e, u64 *key,
			unsigned long *used)
{
	u32 i, n = 1;

	key[0] = 0;
	for (i = 0; i < n_a; i++)
		n = add_vni(key, n, a[i].vm_vni);
	for (i = 0; i < n_e; i++)
		n = add_vni(key, n, e[i].vm_vni);
	idle->vni_seed = find_seed(key, n, DASH_VNI_SLOTS, used);
	if (!idle->vni_seed)
		return -ENOSPC;
	for (i = 1; i < n; i++)
		idle->vni[dash_slot_of(key[i], idle->vni_seed, DASH_VNI_SLOTS)] = key[i];
	return 0;
}

static u64 mac_word(const u8 *mac)
{
	u64 w = 0;
	int i;

	for (i = 5; i >= 0; i--)
		w = w << 8 | mac[i];
	return dash_mac_word(w);
}

/* With the words of the ENIs, which @h->eni has already. */
static int prepare_macs(struct dash_hot_state *h, struct dash_admit *idle,
			const struct dash_hot_eni_cfg *e, u32 n_e, u64 *key, unsigned long *used)
{
	u32 i;

	for (i = 0; i < n_e; i++)
		key[i] = mac_word(e[i].mac);
	idle->mac_seed = find_seed(key, n_e, DASH_MAC_SLOTS, used);
	if (!idle->mac_seed)
		return -ENOSPC;
	for (i = 0; i < n_e; i++)
		idle->mac[dash_slot_of(key[i], idle->mac_seed, DASH_MAC_SLOTS)] =
			key[i] | (e[i].idx + 1) | (h->eni[e[i].idx].flags != DASH_ENI_UP ? DASH_MAC_SLOW : 0);
	return 0;
}

int dash_hot_prepare(struct dash_net *dn, const struct dash_hot_appliance *a, u32 n_a,
		     const struct dash_hot_eni_cfg *e, u32 n_e)
{
	struct dash_hot_state *h = dn->hot;
	struct dash_admit *idle;
	unsigned long *used;
	int err = -ENOMEM;
	u64 *key;
	u32 i;

	lockdep_assert_held(&dn->lock);
	if (n_a > DASH_MAX_VIP || n_e > DASH_MAX_ENI)
		return -ENOSPC;
	if (!writable(h))
		return -ENOMEM;
	key = kvmalloc_array(MAX_VNI, sizeof(*key), GFP_KERNEL);
	used = bitmap_alloc(DASH_VNI_SLOTS, GFP_KERNEL);
	if (!key || !used)
		goto out;

	memset(h->eni, 0, sizeof(h->eni));
	for (i = 0; i < n_e; i++) {
		struct dash_hot_eni *w = &h->eni[e[i].idx];

		w->flags = (e[i].up ? DASH_ENI_UP : 0) |
			   (test_bit(e[i].idx, h->watched) ? DASH_ENI_WATCHED : 0);
		w->vni = cpu_to_be32(e[i].vm_vni << 8);
		w->pa = e[i].pa;
	}

	cond_synchronize_rcu(h->idle_since);
	idle = &h->cur->admit[!h->cur->active];
	dash_admit_clear(idle);
	err = prepare_vips(dn, idle, a, n_a, key, used);
	if (!err)
		err = prepare_vnis(idle, a, n_a, e, n_e, key, used);
	if (!err)
		err = prepare_macs(h, idle, e, n_e, key, used);
out:
	bitmap_free(used);
	kvfree(key);
	return err;
}

/* Flags of ENIs have changed: the active half says again whose packets may take the fast path. */
static void mark_macs(struct dash_hot *hot)
{
	u64 *mac = hot->admit[hot->active].mac;
	u32 i, idx;

	for (i = 0; i < DASH_MAC_SLOTS; i++) {
		idx = mac[i] & (DASH_MAC_SLOW - 1);
		if (idx)
			WRITE_ONCE(mac[i], (mac[i] & ~(u64)DASH_MAC_SLOW) |
					   (hot->eni[idx - 1].flags != DASH_ENI_UP ? DASH_MAC_SLOW : 0));
	}
}

/*
 * ENIs whose host changes: their packets leave the fast path, and go by copies of the old words until
 * the new ones are complete.  When this returns nobody reads those any more; the copies are
 * written again after the grace period at the start of dash_hot_prepare().
 */
static void set_aside(struct dash_hot_state *h)
{
	struct dash_hot *hot = h->cur;
	bool any = false;
	int i;

	for (i = 0; i < DASH_MAX_ENI; i++) {
		struct dash_hot_eni *w = &hot->eni[i];

		if (dash_ip_is_zero(&w->pa) || dash_ip_is_zero(&h->eni[i].pa) || dash_ip_eq(&w->pa, &h->eni[i].pa))
			continue;
		w->old_pa = w->pa;
		w->old_nh = w->nh;
		smp_store_release(&w->flags, w->flags | DASH_ENI_MOVES);
		any = true;
	}
	if (!any || hot == h->shadow)
		return;
	mark_macs(hot);
	synchronize_rcu_expedited();
}

static void write_eni(struct dash_net *dn, struct dash_hot_eni *w, const struct dash_hot_eni *next)
{
	w->pa = next->pa;
	WRITE_ONCE(w->vni, next->vni);
	WRITE_ONCE(w->nh, dash_nh_get(dn, &next->pa));
}

void dash_hot_flip(struct dash_net *dn)
{
	struct dash_hot_state *h = dn->hot;
	struct dash_hot *hot = h->cur;
	int i;

	lockdep_assert_held(&dn->lock);
	/* What the new half refers to is written before anybody can come from there ... */
	for (i = 0; i < DASH_MAX_VIP; i++)
		if (h->vip[i].valid && memcmp(&hot->vip[i], &h->vip[i], sizeof(h->vip[i])))
			hot->vip[i] = h->vip[i];
	set_aside(h);
	for (i = 0; i < DASH_MAX_ENI; i++) {
		struct dash_hot_eni *w = &hot->eni[i];

		/* Nobody's, or not any more: packets under way may still read the words of one that goes. */
		if (dash_ip_is_zero(&h->eni[i].pa)) {
			WRITE_ONCE(w->flags, 0);
			continue;
		}
		/* down before its words change, up after */
		if (!(h->eni[i].flags & DASH_ENI_UP))
			WRITE_ONCE(w->flags, h->eni[i].flags);
		write_eni(dn, w, &h->eni[i]);
		if (h->eni[i].flags & DASH_ENI_UP)
			smp_store_release(&w->flags, h->eni[i].flags);
	}
	smp_store_release(&hot->active, !hot->active);
	h->idle_since = get_state_synchronize_rcu();
	/* ... and what it does not, after. */
	for (i = 0; i < DASH_MAX_VIP; i++)
		if (!h->vip[i].valid)
			WRITE_ONCE(hot->vip[i].valid, 0);
}

void dash_hot_eni_down(struct dash_net *dn, u16 eni_idx)
{
	struct dash_hot *hot = dn->hot->cur;

	lockdep_assert_held(&dn->lock);
	if (!hot || WARN_ON_ONCE(eni_idx >= DASH_MAX_ENI))
		return;
	WRITE_ONCE(hot->eni[eni_idx].flags, 0);
	mark_macs(hot);
}

void dash_hot_watch(struct dash_net *dn, const unsigned long *enis)
{
	struct dash_hot_state *h = dn->hot;
	int i;

	lockdep_assert_held(&dn->lock);
	bitmap_copy(h->watched, enis, DASH_MAX_ENI);
	if (!h->cur)
		return;
	for (i = 0; i < DASH_MAX_ENI; i++) {
		u16 *flags = &h->cur->eni[i].flags;

		WRITE_ONCE(*flags, (*flags & ~DASH_ENI_WATCHED) | (test_bit(i, enis) ? DASH_ENI_WATCHED : 0));
	}
	mark_macs(h->cur);
}

static void write_switch(const struct dash_hot_state *h)
{
	WRITE_ONCE(h->cur->vxlan_port, cpu_to_be16(h->vxlan_port));
	WRITE_ONCE(h->cur->vxlan_word, (u32)h->vxlan_port << 16);
	WRITE_ONCE(h->cur->sport_base, cpu_to_be16(h->sport_base));
	WRITE_ONCE(h->cur->sport_mask, cpu_to_be16(h->sport_mask));
}

void dash_hot_set_switch(struct dash_net *dn, u16 vxlan_port, u16 sport_base, u8 mask_bits)
{
	struct dash_hot_state *h = dn->hot;

	lockdep_assert_held(&dn->lock);
	h->vxlan_port = vxlan_port;
	h->sport_base = sport_base;
	h->sport_mask = (1u << min_t(u8, mask_bits, 16)) - 1;
	if (h->cur)
		write_switch(h);
}

void dash_hot_bump_gen(struct dash_net *dn, u16 eni_idx)
{
	struct dash_hot_state *h = dn->hot;

	lockdep_assert_held(&dn->lock);
	if (WARN_ON_ONCE(eni_idx >= DASH_MAX_ENI) || !h->cur)
		return;
	dash_hot_unsettle(dn, eni_idx);	/* whose barrier is also for the policy, see begin() in pipeline.c */
	WRITE_ONCE(h->cur->eni[eni_idx].gen, h->cur->eni[eni_idx].gen + 1);
}

void dash_hot_unsettle(struct dash_net *dn, u16 eni_idx)
{
	WRITE_ONCE(dn->hot->unsettled[eni_idx], true);
	dn->hot->waiting = true;
	smp_wmb();	/* before what makes a record stale; pairs with dash_hot_gen_settled() */
}

/*
 * Waits itself instead of asking later whether a grace period has passed: who has committed may
 * rely on it, and the polled states of RCU may need two of them (those of one number do
 * not tell a normal grace period from an expedited one beside it).
 */
void dash_hot_settle(struct dash_net *dn)
{
	struct dash_hot_state *h = dn->hot;
	u16 i;

	lockdep_assert_held(&dn->lock);
	if (!h->waiting)
		return;
	synchronize_rcu_expedited();
	for (i = 0; i < DASH_MAX_ENI; i++)
		smp_store_release(&h->unsettled[i], false);
	h->waiting = false;
}

bool dash_hot_gen_settled(const struct dash_net *dn, u16 eni_idx)
{
	smp_rmb();	/* after the generations that differ */
	return !smp_load_acquire(&dn->hot->unsettled[eni_idx]);
}

struct dash_hot *dash_hot_live(const struct dash_net *dn)
{
	return rcu_dereference_check(dn->hot->live, lockdep_is_held(&dn->lock));
}

int dash_hot_attach(struct dash_net *dn, struct dash_hot *hot, u32 lines, const struct dash_seed *seed)
{
	struct dash_hot_state *h = dn->hot;

	lockdep_assert_held(&dn->lock);
	if (!writable(h))
		return -ENOMEM;
	memcpy(hot, h->shadow, SHADOW_SIZE);
	memset(hot->xmit, 0, sizeof(hot->xmit));
	memset(hot->nh, 0, sizeof(hot->nh));
	hot->lines = lines;
	hot->seed = *seed;
	h->cur = hot;
	write_switch(h);
	rcu_assign_pointer(h->live, hot);
	return 0;
}

void dash_hot_detach(struct dash_net *dn)
{
	struct dash_hot_state *h = dn->hot;

	lockdep_assert_held(&dn->lock);
	if (h->cur == h->shadow)
		return;
	RCU_INIT_POINTER(h->live, NULL);
	memcpy(h->shadow, h->cur, SHADOW_SIZE);
	h->cur = h->shadow;
	dash_hot_resolve_enis(dn);
}

void dash_hot_resolve_enis(struct dash_net *dn)
{
	struct dash_hot *hot = dn->hot->cur;
	int i;

	for (i = 0; i < DASH_MAX_ENI; i++)
		if (!dash_ip_is_zero(&hot->eni[i].pa))
			WRITE_ONCE(hot->eni[i].nh, dash_nh_get(dn, &hot->eni[i].pa));
}

int dash_hot_init(struct dash_net *dn)
{
	dn->hot = kvzalloc(sizeof(*dn->hot), GFP_KERNEL_ACCOUNT);
	if (!dn->hot)
		return -ENOMEM;
	dn->hot->vxlan_port = 4789;
	dn->hot->sport_base = 49152;
	dn->hot->sport_mask = 0x3fff;
	dn->hot->idle_since = get_state_synchronize_rcu();
	return 0;
}

void dash_hot_exit(struct dash_net *dn)
{
	kvfree(dn->hot->shadow);
	kvfree(dn->hot);
	dn->hot = NULL;
}
