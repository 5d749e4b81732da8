// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * CA to PA: which host carries this customer address, and is this outer source
 * a host of the VNET at all?
 *
 * Two chained hash tables: mappings by CA, and a use-counted set of PAs.  The
 * bucket is the *upper* bits of the hash, so that all sizes of a table keep the
 * same order, and a dump can resume in a table that grew meanwhile.
 *
 * A table grows (and shrinks) by a second bucket array, filled a few buckets per
 * update.  An entry moves from the *end* of its old chain to the head of its
 * new one: whoever stands on it has nothing left to miss in the old chain.
 * Readers search the old array, then the new one:
 *
 *	old [h]: a -> b -> c		new [h']: x
 *	1. c->next = x			a reader in the old chain runs on into x: harmless
 *	2. new [h'] = c
 *	3. b->next = NULL		who does not find c here finds it there (smp_rmb)
 *
 * Rejected: rhashtable has the same readers, but no order to resume a dump by,
 * a deferred worker that cannot be driven by a test, and moves without pause; open
 * addressing would have to move entries that readers hold.
 *
 * Called by vnet.c; searched from the miss path in softirq.
 */
#include "mapping.h"

#include <linux/bitops.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define MIN_BITS	2
#define MAX_BITS	28
#define MOVE_BUCKETS	4	/* per update: done long before the next resize is due */

/* Bucket array. */
struct buckets {
	struct buckets __rcu *next;	/* where entries are moving, or NULL */
	u32 bits;			/* log2 of the number of chains */
	u32 moved;			/* chains already emptied; writer only */
	struct dash_link __rcu *chain[];
};

struct table {
	struct buckets __rcu *b;
	u64 n;
	u32 load;			/* entries per bucket at which the table grows */
};

/* A valid PA; IPv4, being most of them, in 16 bytes. */
struct pa {
	struct dash_link link;
	u32 uses;			/* upper bit: IPv6 */
	__be32 last;			/* w[3] */
	__be32 first[];			/* w[0..2] of IPv6 */
};

#define PA_V6		0x80000000u
#define PA4_SIZE	sizeof(struct pa)
#define PA6_SIZE	(sizeof(struct pa) + 3 * sizeof(__be32))

struct dash_mapping_table {
	struct table ca, pa;
	u64 seed;
	size_t pa_bytes;
};

static struct kmem_cache *cache;

/* ---- hash tables ---- */

/* 32 good bits of 128: two multiplications, against 40 instructions of jhash. */
static u32 hash_words(u64 seed, const struct dash_ip *ip)
{
	u64 a = (__force u64)ip->w[0] << 32 | (__force u32)ip->w[1];
	u64 b = (__force u64)ip->w[2] << 32 | (__force u32)ip->w[3];
	u64 h = (a ^ seed) * 0x9e3779b97f4a7c15ull;

	h = (h ^ h >> 32 ^ b) * 0xd6e8feb86659fd93ull;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
	return h >> 32;
}

static struct dash_mapping *mapping_of(const struct dash_link *l)
{
	return container_of(l, struct dash_mapping, link);
}

static struct pa *pa_of(const struct dash_link *l)
{
	return container_of(l, struct pa, link);
}

static bool pa_eq(const struct pa *p, const struct dash_ip *ip)
{
	if (p->last != ip->w[3])
		return false;
	if (!(READ_ONCE(p->uses) & PA_V6))
		return dash_ip_is_v4(ip);
	return p->first[0] == ip->w[0] && p->first[1] == ip->w[1] && p->first[2] == ip->w[2];
}

static u32 link_hash(const struct dash_mapping_table *t, const struct table *of, const struct dash_link *l)
{
	struct dash_ip ip;
	const struct pa *p;

	if (of == &t->ca)
		return hash_words(t->seed, &mapping_of(l)->ca);
	p = pa_of(l);
	ip = dash_ip_from_v4(p->last);
	if (p->uses & PA_V6)
		memcpy(ip.w, p->first, sizeof(p->first[0]) * 3);
	return hash_words(t->seed, &ip);
}

static size_t buckets_size(u32 bits)
{
	struct buckets *b = NULL;

	return struct_size(b, chain, (size_t)1 << bits);
}

static struct buckets *buckets_create(u32 bits)
{
	struct buckets *b = kvzalloc(buckets_size(bits), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (b)
		b->bits = bits;
	return b;
}

/* Caller holds the writer's lock. */
#define locked(p)	rcu_dereference_protected(p, 1)

static struct dash_link __rcu **chain_of(struct buckets *b, u32 hash)
{
	return &b->chain[hash >> (32 - b->bits)];
}

/* Move one chain of @b to @to, last entry first. */
static void move_chain(const struct dash_mapping_table *t, const struct table *of, struct buckets *b,
		       struct buckets *to, u32 i)
{
	struct dash_link __rcu **last, **head;
	struct dash_link *l;

	while (locked(b->chain[i])) {
		for (last = &b->chain[i]; locked(locked(*last)->next); )
			last = &locked(*last)->next;
		l = locked(*last);
		head = chain_of(to, link_hash(t, of, l));
		rcu_assign_pointer(l->next, locked(*head));
		rcu_assign_pointer(*head, l);
		/* Release: who sees the chain end here sees the new head. */
		rcu_assign_pointer(*last, NULL);
	}
}

/* Go on with a resize, or begin one.  Without memory the chains stay long (or short) for now. */
static void resize_step(struct dash_mapping_table *t, struct table *of)
{
	struct buckets *b = locked(of->b), *to = locked(b->next);
	u64 chains = 1ull << b->bits;
	u32 i;

	if (!to) {
		if (of->n > chains * of->load && b->bits < MAX_BITS)
			to = buckets_create(b->bits + 1);
		else if (of->n < chains * of->load / 8 && b->bits > MIN_BITS)
			to = buckets_create(b->bits - 1);
		if (!to)
			return;
		rcu_assign_pointer(b->next, to);
	}
	for (i = 0; i < MOVE_BUCKETS && b->moved < chains; i++)
		move_chain(t, of, b, to, b->moved++);
	if (b->moved == chains) {
		rcu_assign_pointer(of->b, to);
		kvfree_rcu_mightsleep(b);
	}
}

/* Where the link that points at @key's entry is; NULL if absent.  Writer's lock. */
static struct dash_link __rcu **find_slot(const struct dash_mapping_table *t, const struct table *of,
					  const struct dash_ip *key)
{
	u32 hash = hash_words(t->seed, key);
	struct dash_link __rcu **at;
	struct dash_link *l;
	struct buckets *b;

	for (b = locked(of->b); b; b = locked(b->next))
		for (at = chain_of(b, hash); (l = locked(*at)); at = &l->next)
			if (of == &t->ca ? dash_ip_eq(&mapping_of(l)->ca, key) : pa_eq(pa_of(l), key))
				return at;
	return NULL;
}

static void link_insert(struct dash_mapping_table *t, struct table *of, struct dash_link *l)
{
	struct buckets *b = locked(of->b);
	struct dash_link __rcu **head;

	if (locked(b->next))
		b = locked(b->next);
	head = chain_of(b, link_hash(t, of, l));
	RCU_INIT_POINTER(l->next, locked(*head));
	rcu_assign_pointer(*head, l);
	of->n++;
	resize_step(t, of);
}

static void link_remove(struct dash_mapping_table *t, struct table *of, struct dash_link __rcu **at)
{
	rcu_assign_pointer(*at, locked(locked(*at)->next));
	of->n--;
	resize_step(t, of);
}

static bool table_init(struct table *of, u32 load)
{
	struct buckets *b = buckets_create(MIN_BITS);

	of->load = load;
	of->n = 0;
	RCU_INIT_POINTER(of->b, b);
	return b;
}

static void table_free(struct table *of, void (*free_link)(struct dash_link *l, void *arg), void *arg)
{
	struct buckets *b, *next;
	struct dash_link *l;
	u32 i;

	for (b = locked(of->b); b; b = next) {
		next = locked(b->next);
		for (i = 0; i < 1u << b->bits; i++) {
			while ((l = locked(b->chain[i]))) {
				RCU_INIT_POINTER(b->chain[i], locked(l->next));
				free_link(l, arg);
			}
			if (!(i % 1024))
				cond_resched();
		}
		kvfree(b);
	}
}

static size_t table_memory(const struct table *of)
{
	const struct buckets *b;
	size_t n = 0;

	for (b = locked(of->b); b; b = locked(b->next))
		n += kmalloc_size_roundup(buckets_size(b->bits));
	return n;
}

/* ---- valid PAs ---- */

/* Count one more use of @ip. */
static int pa_get(struct dash_mapping_table *t, const struct dash_ip *ip)
{
	struct dash_link __rcu **at = find_slot(t, &t->pa, ip);
	bool v4 = dash_ip_is_v4(ip);
	struct pa *p;

	if (at) {
		p = pa_of(locked(*at));
		WRITE_ONCE(p->uses, p->uses + 1);
		return 0;
	}
	p = kmalloc(v4 ? PA4_SIZE : PA6_SIZE, GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	p->uses = v4 ? 1 : PA_V6 + 1;
	p->last = ip->w[3];
	if (!v4)
		memcpy(p->first, ip->w, sizeof(p->first[0]) * 3);
	t->pa_bytes += kmalloc_size_roundup(v4 ? PA4_SIZE : PA6_SIZE);
	link_insert(t, &t->pa, &p->link);
	return 0;
}

/* One use less; the last one makes @ip invalid. */
static void pa_put(struct dash_mapping_table *t, const struct dash_ip *ip)
{
	struct dash_link __rcu **at = find_slot(t, &t->pa, ip);
	struct pa *p;

	if (WARN_ON_ONCE(!at))
		return;
	p = pa_of(locked(*at));
	if ((p->uses & ~PA_V6) > 1) {
		WRITE_ONCE(p->uses, p->uses - 1);
		return;
	}
	t->pa_bytes -= kmalloc_size_roundup(p->uses & PA_V6 ? PA6_SIZE : PA4_SIZE);
	link_remove(t, &t->pa, at);
	kfree_rcu_mightsleep(p);
}

/* ---- interface ---- */

/**
 * dash_mapping_init() - make the cache of entries
 *
 * An own cache because the general ones would round 72 bytes up to 96.
 *
 * Context: process, at module load.
 * Return: 0 or -ENOMEM.
 */
int dash_mapping_init(void)
{
	cache = KMEM_CACHE(dash_mapping, 0);
	return cache ? 0 : -ENOMEM;
}

/**
 * dash_mapping_exit() - undo dash_mapping_init()
 *
 * Context: process, at module unload; no table and no entry is left but those
 * that wait for their grace period.
 */
void dash_mapping_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(cache);
	cache = NULL;
}

/**
 * dash_mapping_table_create() - an empty table
 *
 * Context: process.
 * Return: the table, or NULL without memory.
 */
struct dash_mapping_table *dash_mapping_table_create(void)
{
	struct dash_mapping_table *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return NULL;
	t->seed = get_random_u64();
	/*
	 * Fewer PAs than CAs, and looked up for inbound connections only: longer
	 * chains there pay for the short ones here.
	 */
	if (!table_init(&t->ca, 1) || !table_init(&t->pa, 4)) {
		kvfree(locked(t->ca.b));
		kfree(t);
		return NULL;
	}
	return t;
}

static void free_mapping_link(struct dash_link *l, void *free_ext)
{
	struct dash_mapping *m = mapping_of(l);
	void (*fn)(void *ext) = free_ext;

	if (m->ext && fn)
		fn(m->ext);
	dash_mapping_free(m);
}

static void free_pa_link(struct dash_link *l, void *arg)
{
	kfree(pa_of(l));
}

/**
 * dash_mapping_table_destroy() - free a table and its entries
 * @t: the table, or NULL; no reader may be left
 * @free_ext: called for each @ext that is not NULL; may be NULL
 *
 * Context: process.
 */
void dash_mapping_table_destroy(struct dash_mapping_table *t, void (*free_ext)(void *ext))
{
	if (!t)
		return;
	table_free(&t->ca, free_mapping_link, free_ext);
	table_free(&t->pa, free_pa_link, NULL);
	kfree(t);
}

/**
 * dash_mapping_alloc() - a zeroed entry
 *
 * Context: process.
 * Return: the entry, or NULL without memory.
 */
struct dash_mapping *dash_mapping_alloc(void)
{
	return kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
}

/**
 * dash_mapping_free() - free an entry that no reader can hold
 * @m: never inserted, or unlinked and a grace period has passed; not its @ext
 *
 * Context: any.
 */
void dash_mapping_free(struct dash_mapping *m)
{
	if (m)
		kmem_cache_free(cache, m);
}

/**
 * dash_mapping_free_rcu() - free an unlinked entry after a grace period
 * @m: what dash_mapping_insert() or dash_mapping_remove() gave back; its @ext
 *	is the caller's business
 *
 * Context: process, may sleep.
 */
void dash_mapping_free_rcu(struct dash_mapping *m)
{
	kfree_rcu_mightsleep(m);
}

/**
 * dash_mapping_insert_held() - insert an entry, or replace the one with its CA for the time being
 * @t: the table
 * @m: from dash_mapping_alloc(), filled; belongs to the table on success
 * @old: the entry replaced, or NULL; its PA stays valid until dash_mapping_release() or
 *	dash_mapping_put_back(), so that neither needs memory
 *
 * Readers see the old or the new entry, never neither.  Its PA becomes valid
 * before the entry is seen.
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: 0, or -ENOMEM with the table unchanged.
 */
int dash_mapping_insert_held(struct dash_mapping_table *t, struct dash_mapping *m,
			     struct dash_mapping **old)
{
	struct dash_link __rcu **at;
	struct dash_link *l;

	*old = NULL;
	if (pa_get(t, &m->pa))
		return -ENOMEM;
	at = find_slot(t, &t->ca, &m->ca);
	if (!at) {
		link_insert(t, &t->ca, &m->link);
		return 0;
	}
	l = locked(*at);
	RCU_INIT_POINTER(m->link.next, locked(l->next));
	rcu_assign_pointer(*at, &m->link);
	*old = mapping_of(l);
	return 0;
}

/**
 * dash_mapping_release() - a replaced entry does not come back
 * @t: the table
 * @old: from dash_mapping_insert_held(); the caller's, to free by RCU
 *
 * Context: process, may sleep; caller's writer lock.
 */
void dash_mapping_release(struct dash_mapping_table *t, const struct dash_mapping *old)
{
	pa_put(t, &old->pa);
}

/**
 * dash_mapping_put_back() - a replaced entry takes its place again
 * @t: the table
 * @old: from dash_mapping_insert_held(); the table's again
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: the entry that replaced it, for the caller to free by RCU; NULL: there is none, and
 * nothing was done.
 */
struct dash_mapping *dash_mapping_put_back(struct dash_mapping_table *t, struct dash_mapping *old)
{
	struct dash_link __rcu **at = find_slot(t, &t->ca, &old->ca);
	struct dash_link *l;

	if (!at)
		return NULL;
	l = locked(*at);
	rcu_assign_pointer(old->link.next, locked(l->next));
	rcu_assign_pointer(*at, &old->link);
	pa_put(t, &mapping_of(l)->pa);
	return mapping_of(l);
}

/**
 * dash_mapping_insert() - insert an entry, or replace the one with its CA
 * @t: the table
 * @m: from dash_mapping_alloc(), filled; belongs to the table on success
 * @old: the entry replaced, for the caller to free by RCU, or NULL; counters are
 *	carried over by the caller if wanted
 *
 * Readers see the old or the new entry, never neither.  Its PA becomes valid
 * before the entry is seen.
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: 0, or -ENOMEM with the table unchanged.
 */
int dash_mapping_insert(struct dash_mapping_table *t, struct dash_mapping *m, struct dash_mapping **old)
{
	int err = dash_mapping_insert_held(t, m, old);

	if (!err && *old)
		dash_mapping_release(t, *old);
	return err;
}

/**
 * dash_mapping_remove() - unlink an entry
 * @t: the table
 * @ca: its address
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: the entry, for the caller to free by RCU, or NULL if there is none.
 */
struct dash_mapping *dash_mapping_remove(struct dash_mapping_table *t, const struct dash_ip *ca)
{
	struct dash_link __rcu **at = find_slot(t, &t->ca, ca);
	struct dash_mapping *m;

	if (!at)
		return NULL;
	m = mapping_of(locked(*at));
	link_remove(t, &t->ca, at);
	pa_put(t, &m->pa);
	return m;
}

/**
 * dash_mapping_find() - the entry of an address
 * @t: the table
 * @ca: customer address, exact match
 *
 * Context: any, under RCU or the writer's lock.
 * Return: the entry, or NULL.
 */
struct dash_mapping *dash_mapping_find(const struct dash_mapping_table *t, const struct dash_ip *ca)
{
	const struct buckets *b = rcu_dereference(t->ca.b);
	u32 hash = hash_words(t->seed, ca);
	const struct dash_link *l;

	do {
		for (l = rcu_dereference(b->chain[hash >> (32 - b->bits)]); l; l = rcu_dereference(l->next))
			if (dash_ip_eq(&mapping_of(l)->ca, ca))
				return mapping_of(l);
		/* Before looking where entries move to; pairs with move_chain(). */
		smp_rmb();
	} while (unlikely((b = rcu_dereference(b->next))));
	return NULL;
}

/**
 * dash_mapping_pa_valid() - does at least one mapping name this PA?
 * @t: the table
 * @pa: outer source address
 *
 * Context: any, under RCU or the writer's lock.
 * Return: true if it is the PA of a mapping (pipeline.md 15.2 a).
 */
bool dash_mapping_pa_valid(const struct dash_mapping_table *t, const struct dash_ip *pa)
{
	const struct buckets *b = rcu_dereference(t->pa.b);
	u32 hash = hash_words(t->seed, pa);
	const struct dash_link *l;

	do {
		for (l = rcu_dereference(b->chain[hash >> (32 - b->bits)]); l; l = rcu_dereference(l->next))
			if (pa_eq(pa_of(l), pa))
				return true;
		/* As in dash_mapping_find(). */
		smp_rmb();
	} while (unlikely((b = rcu_dereference(b->next))));
	return false;
}

/**
 * dash_mapping_count() - number of entries
 * @t: the table
 *
 * Context: caller's writer lock.
 * Return: entries.
 */
u64 dash_mapping_count(const struct dash_mapping_table *t)
{
	return t->ca.n;
}

/**
 * dash_mapping_memory() - memory in use: entries, PA set, bucket arrays
 * @t: the table
 *
 * Context: caller's writer lock.
 * Return: bytes.
 */
size_t dash_mapping_memory(const struct dash_mapping_table *t)
{
	return kmalloc_size_roundup(sizeof(*t)) + t->ca.n * kmem_cache_size(cache) + t->pa_bytes +
	       table_memory(&t->ca) + table_memory(&t->pa);
}

/* Entries of @b whose hash is in the span that begins at @hash, 2^(32 - @bits) wide. */
static int walk_span(const struct buckets *b, u32 hash, u32 bits, u32 *skip, u32 *seen,
		     int (*fn)(struct dash_mapping *m, void *arg), void *arg)
{
	u32 i = hash >> (32 - b->bits), n = 1u << (b->bits - bits);
	const struct dash_link *l;
	int err;

	for (; n--; i++) {
		for (l = locked(b->chain[i]); l; l = locked(l->next)) {
			if (*skip) {
				(*skip)--;
			} else {
				err = fn(mapping_of(l), arg);
				if (err)
					return err;
			}
			(*seen)++;
		}
	}
	return 0;
}

/**
 * dash_mapping_walk() - show all entries, resumable
 * @t: the table
 * @pos: cursor, 0 to start
 * @fn: called for each entry until it returns something else than 0; the walk
 *	resumes with the entry that it refused
 * @arg: passed to @fn
 *
 * In order of the hash, so the cursor survives updates and resizes between calls:
 * what is present all the time is shown once.  Only in the bucket where a call
 * stopped, and only if that one changed, may an entry be missed or shown twice.
 *
 * Context: process; caller's writer lock.
 * Return: 0 when everything was shown, else what @fn returned.
 */
int dash_mapping_walk(const struct dash_mapping_table *t, u64 *pos,
		      int (*fn)(struct dash_mapping *m, void *arg), void *arg)
{
	const struct buckets *b = locked(t->ca.b), *to = locked(b->next);
	u32 bits = to ? min(b->bits, to->bits) : b->bits;
	u64 width = 1ull << (32 - bits);
	u64 hash = *pos >> 24;
	u32 skip = *pos & 0xffffff, seen;
	int err = 0;

	/* The cursor of a larger array may point into a bucket of this one: begin that again. */
	if (hash & (width - 1)) {
		hash &= ~(width - 1);
		skip = 0;
	}
	for (; hash < 1ull << 32; hash += width) {
		seen = 0;
		err = walk_span(b, hash, bits, &skip, &seen, fn, arg);
		if (!err && to)
			err = walk_span(to, hash, bits, &skip, &seen, fn, arg);
		if (err)
			break;
		skip = 0;
		if (!((hash / width) % 1024))
			cond_resched();
	}
	*pos = hash << 24 | (err ? seen : 0);
	return err;
}
