// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connection does a fragment without ports belong to?  (pipeline.md 19)
 *
 * The head of a fragmented inner packet has ports and goes by its connection's
 * record; it leaves an entry {addresses, protocol, identification, direction} ->
 * {ports, slot} for those that follow.  Chains of a small hash with one lock each:
 * an entry is looked at and freed under its chain's lock, so no grace period is
 * needed.  Rejected: a BPF LRU map (evicts silently, and counts no ENI); entries
 * preallocated (5 MB for something that most appliances never see).
 *
 * An entry does not hold its parent.  Whoever finds it compares the record with
 * the key kept here; a record that has another key by now, or is dead, means that the
 * parent is gone, and with it the entry.  Entries whose time is over are not found, and
 * freed by the next insertion into their chain or by a work item once a second.
 *
 * Called by pipeline.c with BH disabled; created and destroyed by port.c with the
 * flow table.
 */
#include "fragment.h"

#include <linux/atomic.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define CHAINS		4096u
#define SCRUB_MS	1000u

/*
 * What head and later fragments have in common.  The identification is where the ports
 * are in a key.  An IPv6 fragment header names whatever comes next, in later fragments
 * perhaps an extension header; there the identification is unique without it.
 */
struct id {
	struct dash_key key;
	u32 dir;
};

/**
 * struct dash_frag_entry - one fragmented packet under way
 * @node: in its chain
 * @id: identity
 * @ports: both ports of the head's key
 * @slot: record of the head
 * @until: jiffies, low 32 bits
 * @proto: protocol of the head's key
 * @hash: dash_hash() of the head's key
 */
struct dash_frag_entry {
	struct hlist_node node;
	struct id id;
	u32 ports;
	u32 slot;
	u32 until;
	u8 proto;
	u64 hash;
};

struct chain {
	struct hlist_head head;
	spinlock_t lock;
};

struct dash_frag_table {
	u32 seed;
	atomic_t count;
	atomic_t of_eni[DASH_MAX_ENI];
	struct delayed_work scrub;
	struct chain chain[CHAINS];
};

static void set_ports(struct dash_key *k, u32 ports)
{
	k->vm_port = (__force __be16)(ports >> 16);
	k->remote_port = (__force __be16)ports;
}

static u32 ports_of(const struct dash_key *k)
{
	return (u32)(__force u16)k->vm_port << 16 | (__force u16)k->remote_port;
}

static struct id id_of(const struct dash_pkt *pkt)
{
	struct id id = { .key = pkt->key, .dir = pkt->dir };

	set_ports(&id.key, pkt->ip_id);
	if (id.key.v6)
		id.key.proto = 0;
	return id;
}

static struct chain *chain_of(struct dash_frag_table *t, const struct id *id)
{
	return &t->chain[jhash2((const u32 *)id, sizeof(*id) / 4, t->seed) % CHAINS];
}

static void release(struct dash_frag_table *t, struct dash_frag_entry *f)
{
	atomic_dec(&t->of_eni[f->id.key.eni]);
	atomic_dec(&t->count);
	kfree(f);
}

static bool is_over(const struct dash_frag_entry *f, u32 now)
{
	return (s32)(now - f->until) > 0;
}

static void drop_old(struct dash_frag_table *t, struct chain *c, u32 now)
{
	struct hlist_node *next;
	struct dash_frag_entry *f;

	hlist_for_each_entry_safe(f, next, &c->head, node)
		if (is_over(f, now)) {
			hlist_del(&f->node);
			release(t, f);
		}
}

/* @c->lock is held. */
static struct dash_frag_entry *find(struct chain *c, const struct id *id)
{
	struct dash_frag_entry *f;

	hlist_for_each_entry(f, &c->head, node)
		if (!memcmp(&f->id, id, sizeof(*id)))
			return f;
	return NULL;
}

static void scrub_work(struct work_struct *work)
{
	struct dash_frag_table *t = container_of(to_delayed_work(work), struct dash_frag_table, scrub);
	u32 i;

	for (i = 0; i < CHAINS; i++) {
		struct chain *c = &t->chain[i];

		if (hlist_empty(&c->head))
			continue;
		spin_lock_bh(&c->lock);
		drop_old(t, c, (u32)jiffies);
		spin_unlock_bh(&c->lock);
	}
	if (atomic_read(&t->count))
		queue_delayed_work(system_unbound_wq, &t->scrub, msecs_to_jiffies(SCRUB_MS));
}

/**
 * dash_frag_create - an empty table
 *
 * Context: process, may sleep.
 * Return: the table, or NULL.
 */
struct dash_frag_table *dash_frag_create(void)
{
	struct dash_frag_table *t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	u32 i;

	if (!t)
		return NULL;
	t->seed = get_random_u32();
	INIT_DELAYED_WORK(&t->scrub, scrub_work);
	for (i = 0; i < CHAINS; i++)
		spin_lock_init(&t->chain[i].lock);
	return t;
}

/**
 * dash_frag_destroy - free a table and its entries
 * @t: the table; nobody uses it any more
 *
 * Context: process, may sleep.
 */
void dash_frag_destroy(struct dash_frag_table *t)
{
	struct hlist_node *next;
	struct dash_frag_entry *f;
	u32 i;

	cancel_delayed_work_sync(&t->scrub);
	for (i = 0; i < CHAINS; i++)
		hlist_for_each_entry_safe(f, next, &t->chain[i].head, node)
			release(t, f);
	kvfree(t);
}

/**
 * dash_frag_reserve - room for the entry of a head
 * @t: the table
 * @pkt: the head
 * @f: the entry, for dash_frag_commit() or dash_frag_cancel()
 *
 * Context: BH disabled.
 * Return: DASH_DROP_NONE, or the reason to drop the head for.
 */
enum dash_drop dash_frag_reserve(struct dash_frag_table *t, const struct dash_pkt *pkt,
				 struct dash_frag_entry **f)
{
	enum dash_drop reason = DASH_DROP_FRAGMENT_TABLE_FULL;
	atomic_t *mine = &t->of_eni[pkt->key.eni];

	*f = NULL;
	if (atomic_inc_return(mine) > DASH_FRAG_MAX_ENI)
		goto full_eni;
	if (atomic_inc_return(&t->count) > DASH_FRAG_MAX)
		goto full;
	*f = kzalloc(sizeof(**f), GFP_ATOMIC | __GFP_NOWARN);
	if (!*f) {
		reason = DASH_DROP_FLOW_CREATE_FAILED;
		goto full;
	}
	(*f)->id = id_of(pkt);
	return DASH_DROP_NONE;

full:
	atomic_dec(&t->count);
full_eni:
	atomic_dec(mine);
	return reason;
}

/**
 * dash_frag_room - is there room for the entry of a head?
 * @t: the table
 * @pkt: the head
 *
 * Context: any.
 * Return: what dash_frag_reserve() would, but for a lack of memory.
 */
enum dash_drop dash_frag_room(struct dash_frag_table *t, const struct dash_pkt *pkt)
{
	return atomic_read(&t->of_eni[pkt->key.eni]) < DASH_FRAG_MAX_ENI && atomic_read(&t->count) < DASH_FRAG_MAX ?
	       DASH_DROP_NONE : DASH_DROP_FRAGMENT_TABLE_FULL;
}

/**
 * dash_frag_cancel - the head does not pass
 * @t: the table
 * @f: from dash_frag_reserve(), or NULL
 *
 * Context: BH disabled.
 */
void dash_frag_cancel(struct dash_frag_table *t, struct dash_frag_entry *f)
{
	if (f)
		release(t, f);
}

/**
 * dash_frag_commit - the head passes: its fragments may follow
 * @t: the table
 * @f: from dash_frag_reserve()
 * @pkt: the head, with the slot of its record
 * @life: jiffies
 *
 * A head that was sent again replaces its entry.
 *
 * Context: BH disabled.
 */
void dash_frag_commit(struct dash_frag_table *t, struct dash_frag_entry *f, const struct dash_pkt *pkt,
		      u32 life)
{
	struct chain *c = chain_of(t, &f->id);
	struct dash_frag_entry *old;
	u32 now = jiffies;

	f->ports = ports_of(&pkt->key);
	f->proto = pkt->key.proto;
	f->hash = pkt->hash;
	f->slot = pkt->slot;
	f->until = now + life;
	spin_lock(&c->lock);
	drop_old(t, c, now);
	old = find(c, &f->id);
	if (old) {
		hlist_del(&old->node);
		release(t, old);
	}
	hlist_add_head(&f->node, &c->head);
	spin_unlock(&c->lock);
	queue_delayed_work(system_unbound_wq, &t->scrub, msecs_to_jiffies(SCRUB_MS));
}

/**
 * dash_frag_find - whose fragment is this?
 * @t: the table
 * @pkt: a later fragment
 * @parent: the head's key and record, which may be gone: the caller compares them
 *
 * Context: BH disabled.
 * Return: false if no head passed in time.
 */
bool dash_frag_find(struct dash_frag_table *t, const struct dash_pkt *pkt,
		    struct dash_frag_parent *parent)
{
	const struct id id = id_of(pkt);
	struct chain *c = chain_of(t, &id);
	struct dash_frag_entry *f;

	if (!atomic_read(&t->count))
		return false;
	spin_lock(&c->lock);
	f = find(c, &id);
	if (f && is_over(f, (u32)jiffies))
		f = NULL;
	if (f) {
		parent->key = f->id.key;
		set_ports(&parent->key, f->ports);
		parent->key.proto = f->proto;
		parent->hash = f->hash;
		parent->slot = f->slot;
	}
	spin_unlock(&c->lock);
	return f;
}

/**
 * dash_frag_forget - the last fragment passes, or the parent is gone: so is the entry
 * @t: the table
 * @pkt: a later fragment
 *
 * Context: BH disabled.
 */
void dash_frag_forget(struct dash_frag_table *t, const struct dash_pkt *pkt)
{
	const struct id id = id_of(pkt);
	struct chain *c = chain_of(t, &id);
	struct dash_frag_entry *f;

	spin_lock(&c->lock);
	f = find(c, &id);
	if (f) {
		hlist_del(&f->node);
		release(t, f);
	}
	spin_unlock(&c->lock);
}

/**
 * dash_frag_count - entries now
 * @t: the table
 *
 * Context: any.
 * Return: how many.
 */
u32 dash_frag_count(const struct dash_frag_table *t)
{
	return atomic_read(&t->count);
}
