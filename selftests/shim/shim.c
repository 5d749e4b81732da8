// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * Allocation with failure injection and leak accounting, and a small RCU, for
 * engines compiled in user space (see include/shim.h).  Each object carries its
 * size in front; deferred frees wait in a list for one grace period per batch,
 * as kvfree_rcu() does it.
 */
#include <sched.h>
#include <stdio.h>
#include <shim.h>
#include <shim_flow.h>

#define MAX_THREADS 64
#define BATCH 256

struct head { size_t size; size_t pad; };	/* 16 bytes: keeps malloc's alignment */

static u64 live, live_bytes, fail_in;
static bool failed;

void shim_warn(const char *file, int line, const char *what)
{
	fprintf(stderr, "# WARN_ON(%s) at %s:%d\n", what, file, line);
	abort();
}

static bool fail_now(void)
{
	if (!__atomic_load_n(&fail_in, __ATOMIC_RELAXED) ||
	    __atomic_sub_fetch(&fail_in, 1, __ATOMIC_RELAXED))
		return false;
	failed = true;
	return true;
}

#ifndef SHIM_SLAB

void *shim_alloc(size_t n, gfp_t flags)
{
	struct head *h;

	if (fail_now() || n > SIZE_MAX / 2)
		return NULL;
	h = malloc(sizeof(*h) + n);
	if (!h)
		return NULL;
	h->size = n;
	if (flags & __GFP_ZERO)
		memset(h + 1, 0, n);
	else
		memset(h + 1, 0xa5, n < 256 ? n : 256);	/* nobody may rely on zeros */
	__atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&live_bytes, n, __ATOMIC_RELAXED);
	return h + 1;
}

void shim_free(const void *p)
{
	struct head *h;

	if (!p)
		return;
	h = (struct head *)p - 1;
	__atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&live_bytes, h->size, __ATOMIC_RELAXED);
	free(h);
}

#else	/* SHIM_SLAB */

/*
 * For benchmarks: objects of one size side by side on slabs in huge pages, as
 * the kernel has them, for one thread.  A slab begins with its class.  With
 * DASH_PAGES=4k in the environment in small pages, to see what those would cost.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLAB	65536ul
#define ARENA	(24ul << 30)

static char *arena, *arena_next;
static struct { void *free; char *next, *end; } class[SLAB / 8];

static int pages(void)
{
	const char *s = getenv("DASH_PAGES");

	return s && !strcmp(s, "4k") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE;
}

void *shim_alloc(size_t n, gfp_t flags)
{
	size_t c = n <= 72 && n > 64 ? 72 : kmalloc_size_roundup(n);	/* 72: a cache of its own */
	void *p;

	if (fail_now() || n > SIZE_MAX / 2)
		return NULL;
	if (!arena) {
		arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (arena == MAP_FAILED)
			abort();
		madvise(arena, ARENA, pages());
		arena_next = (char *)(((uintptr_t)arena + SLAB - 1) & ~(SLAB - 1));
	}
	if (c > 8192) {
		if (posix_memalign(&p, 2ul << 20, c))
			return NULL;
		madvise(p, c, pages());
	} else if (class[c / 8].free) {
		p = class[c / 8].free;
		class[c / 8].free = *(void **)p;
	} else {
		if (class[c / 8].next + c > class[c / 8].end || !class[c / 8].next) {
			*(size_t *)arena_next = c;
			class[c / 8].next = arena_next + 64;
			class[c / 8].end = arena_next += SLAB;
		}
		p = class[c / 8].next;
		class[c / 8].next += c;
	}
	if (flags & __GFP_ZERO)
		memset(p, 0, n);
	return p;
}

void shim_free(const void *p)
{
	char *slab = (char *)((uintptr_t)p & ~(SLAB - 1));
	size_t c;

	if (!p)
		return;
	if (slab < arena || slab >= arena_next) {
		free((void *)p);
		return;
	}
	c = *(size_t *)slab;
	*(void **)p = class[c / 8].free;
	class[c / 8].free = (void *)p;
}

#endif

void shim_fail_nth(u64 n)
{
	failed &= !n;
	__atomic_store_n(&fail_in, n, __ATOMIC_RELAXED);
}

bool shim_failed(void)
{
	return failed;
}

size_t kmalloc_size_roundup(size_t n)
{
	if (n <= 8)
		return 8;
	if (n <= 64)
		return roundup_pow_of_two(n);
	if (n <= 96)
		return 96;
	if (n > 128 && n <= 192)
		return 192;
	if (n <= 8192)
		return roundup_pow_of_two(n);
	return (n + 4095) & ~(size_t)4095;
}

struct kmem_cache *shim_cache_create(size_t size)
{
	struct kmem_cache *c = shim_alloc(sizeof(*c), 0);

	if (c)
		c->size = size;
	return c;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	rcu_barrier();
	shim_free(c);
}

/*
 * A reader publishes the period it entered in; synchronize_rcu() opens a new
 * period and waits until nobody is left in an older one.
 */
static u64 period = 1;
static struct { u64 in; char pad[56]; } reader[MAX_THREADS];
static int readers;
static _Thread_local int self = -1, nest;

void rcu_read_lock(void)
{
	if (nest++)
		return;
	if (self < 0)
		self = __atomic_fetch_add(&readers, 1, __ATOMIC_RELAXED) % MAX_THREADS;
	__atomic_store_n(&reader[self].in, __atomic_load_n(&period, __ATOMIC_SEQ_CST), __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	if (--nest)
		return;
	__atomic_store_n(&reader[self].in, 0, __ATOMIC_SEQ_CST);
}

void synchronize_rcu(void)
{
	u64 p = __atomic_add_fetch(&period, 1, __ATOMIC_SEQ_CST), in;
	int i;

	WARN_ON(nest);
	for (i = 0; i < MAX_THREADS; i++)
		while ((in = __atomic_load_n(&reader[i].in, __ATOMIC_SEQ_CST)) && in < p)
			sched_yield();
}

static void *deferred[BATCH];
static int n_deferred;	/* writers exclude each other */

void rcu_barrier(void)
{
	synchronize_rcu();
	while (n_deferred)
		shim_free(deferred[--n_deferred]);
}

void shim_free_rcu(void *p)
{
	if (!p)
		return;
	WARN_ON(nest);
	deferred[n_deferred++] = p;
	if (n_deferred == BATCH)
		rcu_barrier();
}

u64 shim_live(void)
{
	rcu_barrier();
	return live;
}

u64 shim_live_bytes(void)
{
	rcu_barrier();
	return live_bytes;
}

u64 get_random_u64(void)
{
	static u64 s = 0x9e3779b97f4a7c15ull;

	s += 0x9e3779b97f4a7c15ull;
	return (s ^ s >> 29) * 0xbf58476d1ce4e5b9ull;
}

u32 get_random_u32(void)
{
	return (u32)(get_random_u64() >> 32);
}

/* ---- time ---- */

u64 shim_ns = 1ull << 40, shim_cost, shim_rescheds;
static struct delayed_work *queue;

bool shim_queue(struct delayed_work *w, unsigned long delay)
{
	struct delayed_work **at = &queue;

	if (w->pending)
		return false;
	/* a timer fires at a tick, and never before its time */
	w->due = ((u64)jiffies + delay + !!delay) * (1000000000ull / HZ);
	while (*at && (*at)->due <= w->due)
		at = &(*at)->next;
	w->next = *at;
	w->pending = true;
	*at = w;
	return true;
}

bool cancel_delayed_work_sync(struct delayed_work *w)
{
	struct delayed_work **at;

	for (at = &queue; *at; at = &(*at)->next) {
		if (*at != w)
			continue;
		*at = w->next;
		w->pending = false;
		return true;
	}
	return false;
}

void shim_advance(u64 ns)
{
	u64 end = shim_ns + ns;

	while (queue && queue->due <= end) {
		struct delayed_work *w = queue;

		queue = w->next;
		w->pending = false;
		if (shim_ns < w->due)
			shim_ns = w->due;
		w->work.fn(&w->work);
	}
	if (shim_ns < end)
		shim_ns = end;
}
