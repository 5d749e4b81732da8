// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The dash-linux authors
/*
 * Longest-prefix match: which of up to millions of prefixes covers an address?
 *
 * A trie of six bits a level.  A node is two 64-bit maps and one array: @child
 * says which of the 64 continuations exist, @value which of the 63 prefixes of
 * 0..5 further bits end here; population counts index the array.  A sparse
 * subtree is not a chain of nodes but a *bucket* of up to seven whole prefixes,
 * longest first; the eighth turns it into a node.  In front of the trie stands
 * a *front*: an array indexed by the bits after those that (nearly) all prefixes
 * have in common, about as many entries as there are prefixes, with the slot
 * found there and the longest match on the way to it.  Addresses that lack the
 * common bits start at the root.
 *
 *	10.0.0.0/8, 10.1.0.0/16, 10.1.2.0/24 and thirty more below 10.1
 *
 *	bits   00001010 0000 000100 000000 10....
 *	       common   front 0000: node at bit 12, best = /8
 *	                     value: {/16}   child 000000 -> bucket at bit 18:
 *	                                                    /24 and the others
 *
 * A slot is a word: a pointer to a node, or a pointer to a bucket with the number
 * of its entries in the low three bits (kmalloc aligns to eight).  Nothing is a
 * node without content, so that a lookup has one thing less to test.
 *
 * Rejected: leaf pushing (poptrie) needs a second table to undo a removal, and
 * puts a lone prefix in a chain of nodes: 76 against about 20 bytes a route;
 * 24-8 tables (rte_lpm) cost 64 MB per table and do not reach 128 bits.
 *
 * Called by route.c for outbound routes and by acl.c and inbound.c when they
 * compile; looked up from the miss path in softirq.
 *
 * Readers run under RCU.  What they can reach is changed in two ways only: a
 * word is stored (a value, a slot), or a node or bucket is copied, the copy is
 * published in the slot above it, and the old one is freed after a grace
 * period.  A removal that gets no memory for the smaller copy stores NULL over
 * the value instead; readers pass over it, the next copy leaves it out.
 */
#include "lpm_lookup.h"

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define LEVELS		22	/* bits 0, 6, .. 126 */
#define BUCKET		7	/* what three tag bits can say */

/* The value map: the prefix of @l further bits (0..5) that begins index @i is bit
 * (1 << l) - 1 + (i >> (6 - l)), so that a longer one has the higher bit.
 */
#define POS(i, l)	((1 << (l)) - 1 + ((i) >> (STRIDE - (l))))
#define COVER(i)	(BIT_ULL(POS(i, 0)) | BIT_ULL(POS(i, 1)) | BIT_ULL(POS(i, 2)) | \
			 BIT_ULL(POS(i, 3)) | BIT_ULL(POS(i, 4)) | BIT_ULL(POS(i, 5)))
#define COVER4(i)	COVER(i), COVER((i) + 1), COVER((i) + 2), COVER((i) + 3)
#define COVER16(i)	COVER4(i), COVER4((i) + 4), COVER4((i) + 8), COVER4((i) + 12)

/* All prefixes of a node that cover index i. */
const u64 dash_lpm_cover[64] = { COVER16(0), COVER16(16), COVER16(32), COVER16(48) };

/* One prefix outside of the trie. */
struct item {
	struct dash_bits addr;
	unsigned int len;
	void *value;
};

static const struct node nothing;
#define EMPTY	((unsigned long)&nothing)

static bool is_node(unsigned long slot)
{
	return !(slot & TAG) && slot != EMPTY;
}

static size_t entry_size(const struct dash_lpm *t)
{
	return t->v6 ? sizeof(struct entry6) : sizeof(struct entry4);
}

/* Index of a node's next six bits; bits behind the address are zero. */
static unsigned int index_at(struct dash_bits a, unsigned int depth)
{
	if (depth >= 64)
		return (a.lo << (depth - 64)) >> (64 - STRIDE);
	return ((a.hi << depth) | (depth ? a.lo >> (64 - depth) : 0)) >> (64 - STRIDE);
}

static unsigned int child_at(const struct node *n, unsigned int i)
{
	return hweight64(n->child & (BIT_ULL(i) - 1));
}

static unsigned int value_at(const struct node *n, unsigned int pos)
{
	return hweight64(n->child) + hweight64(n->value & (BIT_ULL(pos) - 1));
}

/* ---- memory ---- */

static void *get(struct dash_lpm *t, size_t size)
{
	void *p = kmalloc(size, GFP_KERNEL_ACCOUNT);

	if (p)
		t->bytes += kmalloc_size_roundup(size);
	return p;
}

static size_t slot_size(const struct dash_lpm *t, unsigned long slot)
{
	struct node *n = node_of(slot);

	if (is_node(slot))
		return struct_size(n, slot, hweight64(n->child) + hweight64(n->value));
	return (slot & TAG) * entry_size(t);
}

/* One node or bucket, not what is below it. */
static void put(struct dash_lpm *t, unsigned long slot, bool seen)
{
	if (slot == EMPTY)
		return;
	t->bytes -= kmalloc_size_roundup(slot_size(t, slot));
	if (seen && !t->private)
		kfree_rcu_mightsleep(entries_of(slot));
	else
		kfree(entries_of(slot));
}

/* Everything below @root; nobody sees it. */
static void put_all(struct dash_lpm *t, unsigned long root)
{
	unsigned long path[LEVELS + 1];
	unsigned int at[LEVELS + 1];
	int d = 0;

	path[0] = root;
	at[0] = 0;
	while (d >= 0) {
		if (is_node(path[d]) && at[d] < hweight64(node_of(path[d])->child)) {
			path[d + 1] = node_of(path[d])->slot[at[d]++];
			at[++d] = 0;
			continue;
		}
		put(t, path[d--], false);
		cond_resched();
	}
}

/* ---- buckets ---- */

static struct item bucket_item(const struct dash_lpm *t, unsigned long slot, unsigned int i)
{
	struct item it;

	if (t->v6) {
		const struct entry6 *e = (struct entry6 *)entries_of(slot) + i;

		it = (struct item){ e->addr, e->len, e->value };
	} else {
		const struct entry4 *e = (struct entry4 *)entries_of(slot) + i;

		it = (struct item){ { (u64)e->addr << 32, 0 }, hweight32(e->mask), e->value };
	}
	return it;
}

static void **bucket_value(const struct dash_lpm *t, unsigned long slot, unsigned int i)
{
	if (t->v6)
		return &((struct entry6 *)entries_of(slot))[i].value;
	return &((struct entry4 *)entries_of(slot))[i].value;
}

/* Index of exactly this prefix, -1 if absent. */
static int bucket_find(const struct dash_lpm *t, unsigned long slot, const struct item *it)
{
	unsigned int i;

	for (i = 0; i < (slot & TAG); i++) {
		struct item e = bucket_item(t, slot, i);

		if (e.len == it->len && e.addr.hi == it->addr.hi && e.addr.lo == it->addr.lo)
			return i;
	}
	return -1;
}

/* A bucket of 1..BUCKET items; sorts @it, longest first.  0 if there is no memory. */
static unsigned long bucket_make(struct dash_lpm *t, struct item *it, unsigned int n)
{
	unsigned int i, j;
	void *b = get(t, n * entry_size(t));

	if (!b)
		return 0;
	for (i = 1; i < n; i++) {
		struct item x = it[i];

		for (j = i; j && it[j - 1].len < x.len; j--)
			it[j] = it[j - 1];
		it[j] = x;
	}
	for (i = 0; i < n; i++) {
		if (t->v6)
			((struct entry6 *)b)[i] = (struct entry6){ it[i].value, it[i].addr, it[i].len };
		else
			((struct entry4 *)b)[i] = (struct entry4){ it[i].value, it[i].addr.hi >> 32,
						       it[i].len ? ~0u << (32 - it[i].len) : 0 };
	}
	return (unsigned long)b | n;
}

/* The entries that still have a value, without number @skip. */
static unsigned int bucket_items(const struct dash_lpm *t, unsigned long slot, int skip, struct item *it)
{
	unsigned int i, n = 0;

	for (i = 0; i < (slot & TAG); i++) {
		it[n] = bucket_item(t, slot, i);
		if (it[n].value && (int)i != skip)
			n++;
	}
	return n;
}

/* ---- nodes ---- */

/*
 * A copy of @o without what was emptied, with child @i = @child and the value at
 * @pos = @value added; i or pos -1: none.  A node left without content is no
 * node: *empty is set.
 */
static struct node *node_copy(struct dash_lpm *t, const struct node *o, int i, unsigned long child,
			      int pos, void *value, bool *empty)
{
	u64 ibit = i >= 0 ? BIT_ULL(i) : 0, pbit = pos >= 0 ? BIT_ULL(pos) : 0;
	u64 cm = ibit, vm = pbit, m;
	unsigned int j = 0, k = 0;
	struct node *n;

	for (m = o->child; m; m &= m - 1)
		if (o->slot[j++] != EMPTY)
			cm |= m & -m;
	for (m = o->value; m; m &= m - 1)
		if (o->slot[j++])
			vm |= m & -m;
	*empty = !cm && !vm;
	if (*empty)
		return NULL;
	n = get(t, struct_size(n, slot, hweight64(cm) + hweight64(vm)));
	if (!n)
		return NULL;
	n->child = cm;
	n->value = vm;
	/* What is added is new to @o: a bit it has is changed in place. */
	for (j = 0, m = o->child | ibit; m; m &= m - 1) {
		u64 bit = m & -m;

		if (bit == ibit)
			n->slot[k++] = child;
		else if (cm & bit)
			n->slot[k++] = o->slot[j++];
		else
			j++;
	}
	for (m = o->value | pbit; m; m &= m - 1) {
		u64 bit = m & -m;

		if (bit == pbit)
			n->slot[k++] = (unsigned long)value;
		else if (vm & bit)
			n->slot[k++] = o->slot[j++];
		else
			j++;
	}
	return n;
}

/* Bit of a prefix that ends in the node at @depth. */
static unsigned int value_pos(const struct item *it, unsigned int depth)
{
	return POS(index_at(it->addr, depth), it->len - depth);
}

/*
 * A subtree for more items than a bucket holds, different prefixes that share
 * @depth bits.  As long as all of them continue alike, the chain of nodes is
 * made downwards; at most one group can be too big, and only if it is all of
 * them.  0 if there is no memory.
 */
static unsigned long subtree_make(struct dash_lpm *t, struct item *it, unsigned int n, unsigned int depth)
{
	unsigned long top = EMPTY, *link = &top;

	for (;; depth += STRIDE) {
		struct item group[BUCKET + 1];
		u64 cm = 0, vm = 0, m;
		unsigned int i, g, k = 0;
		unsigned long slot;
		struct node *node;

		for (i = 0; i < n; i++) {
			if (it[i].len < depth + STRIDE)
				vm |= BIT_ULL(value_pos(&it[i], depth));
			else
				cm |= BIT_ULL(index_at(it[i].addr, depth));
		}
		node = get(t, struct_size(node, slot, hweight64(cm) + hweight64(vm)));
		if (!node)
			goto err;
		node->child = cm;
		node->value = vm;
		for (i = 0; i < hweight64(cm); i++)
			node->slot[i] = EMPTY;
		*link = (unsigned long)node;
		for (i = 0; i < n; i++)
			if (it[i].len < depth + STRIDE)
				node->slot[value_at(node, value_pos(&it[i], depth))] = (unsigned long)it[i].value;
		if (!vm && hweight64(cm) == 1) {
			link = &node->slot[0];
			continue;
		}
		for (m = cm; m; m &= m - 1, k++) {
			for (i = 0, g = 0; i < n; i++)
				if (it[i].len >= depth + STRIDE &&
				    index_at(it[i].addr, depth) == __ffs64(m))
					group[g++] = it[i];
			slot = bucket_make(t, group, g);
			if (!slot)
				goto err;
			node->slot[k] = slot;
		}
		return top;
	}
err:
	put_all(t, top);
	return 0;
}

/* Longest value of @n that covers index @i, or @best. */
static void *node_best(const struct node *n, unsigned int i, void *best)
{
	u64 m;

	for (m = n->value & dash_lpm_cover[i]; m; ) {
		unsigned int pos = fls64(m) - 1;
		void *v = (void *)READ_ONCE(*(const unsigned long *)&n->slot[value_at(n, pos)]);

		if (v)
			return v;
		m &= ~BIT_ULL(pos);
	}
	return best;
}

/* ---- the front ---- */

static struct dash_bits first_bits(unsigned int n)
{
	struct dash_bits m = { ~0ull, ~0ull };

	if (n < 64)
		m = (struct dash_bits){ n ? ~0ull << (64 - n) : 0, 0 };
	else if (n < 128)
		m.lo = n > 64 ? ~0ull << (128 - n) : 0;
	return m;
}

/* Fill entry @i from the trie.  See front_refresh() for the order of the stores. */
static void front_fill(const struct dash_lpm *t, struct front *f, u32 i)
{
	unsigned int depth, end = f->skip + f->bits;
	unsigned long slot = t->root;
	struct dash_bits a = f->base;
	void *best = NULL;

	/* @i becomes bits skip..end-1 */
	if (end <= 64) {
		a.hi |= end ? (u64)i << (64 - end) : 0;
	} else {
		a.lo |= (u64)i << (128 - end);
		a.hi |= end - 64 < 32 ? (u64)i >> (end - 64) : 0;
	}
	for (depth = 0; depth < end && is_node(slot); depth += STRIDE) {
		const struct node *n = node_of(slot);
		unsigned int x = index_at(a, depth);

		best = node_best(n, x, best);
		slot = n->child & BIT_ULL(x) ? n->slot[child_at(n, x)] : EMPTY;
	}
	if (f->e[i].best != best)
		smp_store_release(&f->e[i].best, best);
	if (f->e[i].slot != slot)
		smp_store_release(&f->e[i].slot, slot);
}

/*
 * The trie changed somewhere below the first @depth bits of @a, at a slot or
 * value that the front repeats: bring its entries up to date.
 *
 * A reader loads slot, then best.  If a bucket above the front's level becomes
 * a node, its short prefixes leave the slot and enter best; best is stored
 * first, so a reader of the new slot sees them.  A reader of the old slot finds
 * them there, and they take precedence over whatever best it sees.  The way
 * back, from node to bucket, is never taken.
 */
static void front_refresh(struct dash_lpm *t, struct dash_bits a, unsigned int depth)
{
	struct front *f = rcu_dereference_protected(t->front, 1);
	u32 i, first = 0, n = 1u << f->bits;

	if (depth > f->skip + f->bits || !dash_bits_covers(f->base, min(depth, f->skip), a))
		return;
	if (depth > f->skip) {
		n = 1u << (f->skip + f->bits - depth);
		first = (shift_left(a, f->skip).hi >> 1) >> (63 - f->bits) & ~(n - 1);
	}
	for (i = 0; i < n; i++) {
		front_fill(t, f, first + i);
		if (!(i % 1024))
			cond_resched();
	}
}

static size_t front_size(unsigned int bits)
{
	struct front *f = NULL;

	return struct_size(f, e, (size_t)1 << bits);
}

/*
 * Choose the bits of a front: what the whole trie has in common, then up to the
 * last level that takes at most one and a half entries a prefix, 24 bytes.
 */
static void front_shape(const struct dash_lpm *t, struct front *f)
{
	unsigned int budget = t->n < 8 ? 0 : max(ilog2(t->n + t->n / 2), 5), depth = 0, end;
	unsigned long slot = t->root;
	struct dash_bits a = { 0, 0 };

	budget = min(budget, 24u);
	for (; is_node(slot); depth += STRIDE) {
		const struct node *n = node_of(slot);
		unsigned int lo = n->child ? __ffs64(n->child) : 0, hi = n->child ? fls64(n->child) - 1 : 0;

		if (depth < 64)
			a.hi |= (u64)lo << (64 - STRIDE) >> depth;
		if (depth > 64 - STRIDE)
			a.lo |= depth < 64 ? (u64)lo << (128 - STRIDE - depth) :
				(u64)lo << (64 - STRIDE) >> (depth - 64);
		if (!n->child || lo != hi) {
			depth += STRIDE - (n->child ? fls64(lo ^ hi) : STRIDE);
			break;
		}
		slot = n->slot[0];
	}
	end = (depth + budget) / STRIDE * STRIDE;
	end = min(end, t->v6 ? 126u : 30u);
	f->skip = min(depth, end);
	f->bits = end - f->skip;
	f->shift = 63 - f->bits;
	f->mask = first_bits(f->skip);
	f->base = (struct dash_bits){ a.hi & f->mask.hi, a.lo & f->mask.lo };
}

/*
 * Make another front when the number of prefixes has doubled, or is a quarter,
 * or many lack the common bits.  Without memory the old one serves.
 */
static void front_remake(struct dash_lpm *t)
{
	struct front *f, *old = rcu_dereference_protected(t->front, 1), shape;
	u32 i;

	front_shape(t, &shape);
	f = kvzalloc(front_size(shape.bits), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!f)
		return;
	*f = shape;
	for (i = 0; i < 1u << f->bits; i++) {
		front_fill(t, f, i);
		if (!(i % 1024))
			cond_resched();
	}
	rcu_assign_pointer(t->front, f);
	t->front_n = t->n;
	t->outside = 0;
	t->bytes += kmalloc_size_roundup(front_size(f->bits));
	t->bytes -= kmalloc_size_roundup(front_size(old->bits));
	if (t->private)
		kvfree(old);
	else
		kvfree_rcu_mightsleep(old);
}

static void front_check(struct dash_lpm *t)
{
	if (t->private)
		return;
	if (t->n >= 2 * t->front_n + 8 || t->n < t->front_n / 4 || t->outside > t->n / 4 + 8)
		front_remake(t);
}

/* Put @slot where *where is, @depth bits down the path of @a; the old one goes. */
static void publish(struct dash_lpm *t, unsigned long *where, struct dash_bits a, unsigned int depth,
		    unsigned long slot)
{
	unsigned long old = *where;

	smp_store_release(where, slot);
	front_refresh(t, a, depth);
	put(t, old, true);
}

/* Store a value in place, and wherever the front repeats it. */
static void set_value(struct dash_lpm *t, void **where, const struct item *it, void *value)
{
	smp_store_release(where, value);
	front_refresh(t, it->addr, it->len);
}

static struct item item_of(const struct dash_prefix *p, void *value)
{
	return (struct item){ dash_bits_of(&p->ip, p->v6), p->len, value };
}

/* ---- interface ---- */

/**
 * dash_lpm_create() - an empty table
 * @v6: its family
 *
 * Context: process.
 * Return: the table, or NULL without memory.
 */
struct dash_lpm *dash_lpm_create(bool v6)
{
	struct dash_lpm *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	struct front *f = kvzalloc(front_size(0), GFP_KERNEL_ACCOUNT);

	if (!t || !f) {
		kfree(t);
		kvfree(f);
		return NULL;
	}
	t->v6 = v6;
	t->root = EMPTY;
	f->e[0].slot = EMPTY;
	f->shift = 63;
	t->bytes = kmalloc_size_roundup(sizeof(*t)) + kmalloc_size_roundup(front_size(0));
	RCU_INIT_POINTER(t->front, f);
	return t;
}

/**
 * dash_lpm_destroy() - free a table
 * @t: the table, or NULL; no reader may be left.  Values are the caller's.
 *
 * Context: process.
 */
void dash_lpm_destroy(struct dash_lpm *t)
{
	if (!t)
		return;
	put_all(t, t->root);
	kvfree(rcu_dereference_protected(t->front, 1));
	kfree(t);
}

/**
 * dash_lpm_set_private() - say whether readers can see the table
 * @t: the table
 * @private: true: nobody but the caller has it, so what an update replaces is
 *	freed at once, and the front is left for later; false, as at creation:
 *	freed after a grace period
 *
 * For a caller that fills a table before it publishes it.
 *
 * Context: caller's writer lock.
 */
void dash_lpm_set_private(struct dash_lpm *t, bool private)
{
	t->private = private;
	if (!private)
		front_remake(t);
}

/* Insert where only a bucket, or nothing, is. */
static int bucket_insert(struct dash_lpm *t, unsigned long *where, unsigned int depth,
			 const struct item *it)
{
	struct item all[BUCKET + 1];
	unsigned int n = bucket_items(t, *where, -1, all);
	unsigned long slot;

	all[n++] = *it;
	slot = n <= BUCKET ? bucket_make(t, all, n) : subtree_make(t, all, n, depth);
	if (!slot)
		return -ENOMEM;
	publish(t, where, it->addr, depth, slot);
	return 0;
}

/**
 * dash_lpm_insert() - insert a prefix or replace its value
 * @t: the table
 * @p: prefix of the table's family, bits beyond its length zero
 * @value: not NULL
 * @old: the value replaced, or NULL
 *
 * Readers see the old or the new value.  Replacing takes no memory.
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: 0, or -ENOMEM with the table unchanged.
 */
int dash_lpm_insert(struct dash_lpm *t, const struct dash_prefix *p, void *value, void **old)
{
	const struct item it = item_of(p, value);
	unsigned long *where = &t->root;
	unsigned int depth = 0;
	void **at = NULL;

	*old = NULL;
	for (;; depth += STRIDE) {
		unsigned long slot = *where, child = EMPTY;
		struct node *n = node_of(slot), *copy;
		int i = -1, pos = -1;
		bool empty;

		if (!is_node(slot)) {
			i = bucket_find(t, slot, &it);
			if (i < 0) {
				if (bucket_insert(t, where, depth, &it))
					return -ENOMEM;
			} else {
				at = bucket_value(t, slot, i);
			}
			break;
		}
		if (it.len < depth + STRIDE) {
			pos = value_pos(&it, depth);
			if (n->value & BIT_ULL(pos)) {
				at = (void **)&n->slot[value_at(n, pos)];
				break;
			}
		} else {
			i = index_at(it.addr, depth);
			if (n->child & BIT_ULL(i)) {
				where = &n->slot[child_at(n, i)];
				continue;
			}
			child = bucket_make(t, (struct item[]){ it }, 1);
			if (!child)
				return -ENOMEM;
		}
		copy = node_copy(t, n, i, child, pos, value, &empty);
		if (!copy) {
			put(t, child, false);
			return -ENOMEM;
		}
		publish(t, where, it.addr, depth, (unsigned long)copy);
		break;
	}
	if (at) {
		*old = *at;
		set_value(t, at, &it, value);
	}
	if (!*old) {
		const struct front *f = rcu_dereference_protected(t->front, 1);

		t->n++;
		t->outside += it.len < f->skip || !dash_bits_covers(f->base, f->skip, it.addr);
		front_check(t);
	}
	return 0;
}

/**
 * dash_lpm_remove() - remove exactly this prefix
 * @t: the table
 * @p: prefix of the table's family
 *
 * Readers may use the value returned until a grace period has passed.  Without
 * memory for smaller copies the table keeps the room.
 *
 * Context: process, may sleep; caller's writer lock.
 * Return: the value removed, or NULL if the prefix is absent.
 */
void *dash_lpm_remove(struct dash_lpm *t, const struct dash_prefix *p)
{
	const struct item it = item_of(p, NULL);
	unsigned long *path[LEVELS + 1] = { &t->root }, slot;
	struct node *n, *copy;
	struct item rest[BUCKET];
	unsigned int d = 0, left;
	void **at, *old;
	bool empty;
	int i;

	while (is_node(slot = *path[d]) && it.len >= (d + 1) * STRIDE) {
		n = node_of(slot);
		i = index_at(it.addr, d * STRIDE);
		if (!(n->child & BIT_ULL(i)))
			return NULL;
		path[++d] = &n->slot[child_at(n, i)];
	}
	if (is_node(slot)) {
		n = node_of(slot);
		i = value_pos(&it, d * STRIDE);
		if (!(n->value & BIT_ULL(i)))
			return NULL;
		at = (void **)&n->slot[value_at(n, i)];
	} else {
		i = bucket_find(t, slot, &it);
		if (i < 0)
			return NULL;
		at = bucket_value(t, slot, i);
	}
	old = *at;
	if (!old)
		return NULL;

	/* From here on the prefix is gone; the rest gives back memory. */
	set_value(t, at, &it, NULL);
	t->n--;
	if (!is_node(slot)) {
		unsigned long smaller = EMPTY;

		left = bucket_items(t, slot, i, rest);
		if (left)
			smaller = bucket_make(t, rest, left);
		if (smaller)
			publish(t, path[d], it.addr, d * STRIDE, smaller);
		if (left || !d)
			goto out;
		d--;
	}
	for (;; d--) {
		copy = node_copy(t, node_of(*path[d]), -1, 0, -1, NULL, &empty);
		if (!copy && !empty)
			break;
		publish(t, path[d], it.addr, d * STRIDE, empty ? EMPTY : (unsigned long)copy);
		if (!empty || !d)
			break;
	}
out:
	front_check(t);
	return old;
}

/**
 * dash_lpm_lookup_slow() - as dash_lpm_lookup(), from the root and past values that were emptied
 * @t: the table
 * @a: address
 *
 * Context: as dash_lpm_lookup().
 * Return: likewise.
 */
void *dash_lpm_lookup_slow(const struct dash_lpm *t, struct dash_bits a)
{
	unsigned long slot = READ_ONCE(*(const unsigned long *)&t->root);
	unsigned int depth;
	void *best = NULL;

	for (depth = 0; is_node(slot); depth += STRIDE) {
		const struct node *n = node_of(slot);
		unsigned int i = index_at(a, depth);

		best = node_best(n, i, best);
		if (!(n->child & BIT_ULL(i)))
			return best;
		slot = READ_ONCE(*(const unsigned long *)&n->slot[child_at(n, i)]);
	}
	if (t->v6)
		return bucket_lookup6(slot, a, best);
	return bucket_lookup4(slot, a.hi >> 32, best);
}

static noinline void *lookup6(const struct dash_lpm *t, const struct dash_ip *ip)
{
	return dash_lpm_lookup_bits(t, dash_bits_of(ip, true), true);
}

/**
 * dash_lpm_lookup() - value of the longest prefix that covers an address
 * @t: the table
 * @ip: address of the table's family
 *
 * Context: any, under RCU; neither sleeps nor allocates nor waits for writers.
 * Return: the value, or NULL if nothing covers @ip.
 */
void *dash_lpm_lookup(const struct dash_lpm *t, const struct dash_ip *ip)
{
	/* Apart, so that IPv4 does not save the registers that IPv6 needs. */
	if (t->v6)
		return lookup6(t, ip);
	return dash_lpm_lookup_bits(t, dash_bits_of(ip, false), false);
}

/**
 * dash_lpm_count() - number of prefixes
 * @t: the table
 *
 * Context: caller's writer lock.
 * Return: prefixes.
 */
u32 dash_lpm_count(const struct dash_lpm *t)
{
	return t->n;
}

/**
 * dash_lpm_memory() - memory in use, rounded as the allocator rounds
 * @t: the table
 *
 * Context: caller's writer lock.
 * Return: bytes.
 */
size_t dash_lpm_memory(const struct dash_lpm *t)
{
	return t->bytes;
}
