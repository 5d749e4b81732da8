/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The part of the kernel that flow table, tracker and sweep use beyond shim.h:
 * locks, time that the test sets, work items that run when it comes to their time, lists,
 * grace periods that are polled for.
 */
#ifndef SHIM_FLOW_H
#define SHIM_FLOW_H

#include <sched.h>
#include <shim.h>

typedef struct { int held; } spinlock_t;

static inline void spin_lock_init(spinlock_t *l) { l->held = 0; }
static inline void spin_lock(spinlock_t *l)
{
	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}
static inline void spin_unlock(spinlock_t *l) { __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE); }
#define spin_lock_bh(l) spin_lock(l)
#define spin_unlock_bh(l) spin_unlock(l)
static inline void local_bh_disable(void) { }
static inline void local_bh_enable(void) { }

/* A poll waits: stronger than the kernel's, and the test's reap has no timing. */
static inline unsigned long start_poll_synchronize_rcu(void) { return 1; }
static inline bool poll_state_synchronize_rcu(unsigned long cookie)
{
	synchronize_rcu();
	return cookie;
}

static inline int atomic_read(const atomic_t *a) { return __atomic_load_n(&a->counter, __ATOMIC_SEQ_CST); }
static inline void atomic_dec(atomic_t *a) { __atomic_sub_fetch(&a->counter, 1, __ATOMIC_SEQ_CST); }
static inline int atomic_inc_return(atomic_t *a) { return __atomic_add_fetch(&a->counter, 1, __ATOMIC_SEQ_CST); }

struct mutex { int held; };
#define mutex_init(m) ((void)((m)->held = 0))
#define mutex_destroy(m) WARN_ON((m)->held)
#define mutex_lock(m) ((void)(WARN_ON((m)->held++)))	/* one thread */
#define mutex_unlock(m) ((void)((m)->held--))

#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull
#define div_u64(a, b) ((u64)(a) / (b))

#define HZ 250
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + 999) / 1000;
}

/*
 * Time of the test.  It stands still but for shim_advance(), which runs work items when they are due,
 * and for what code in between is said to cost: @shim_cost nanoseconds for each prefetch(), of which a
 * walk does one for each record.
 */
extern u64 shim_ns, shim_cost, shim_rescheds;
#define jiffies ((unsigned long)(shim_ns / (1000000000ull / HZ)))
static inline u64 ktime_get_ns(void) { return shim_ns; }
static inline void shim_cond_resched(void)
{
	shim_rescheds++;
}
#define cond_resched() shim_cond_resched()
#undef prefetch
#define prefetch(p) (__builtin_prefetch(p), (void)(shim_cost && (shim_ns += shim_cost)))

struct work_struct { void (*fn)(struct work_struct *work); };
struct delayed_work {
	struct work_struct work;
	struct delayed_work *next;
	u64 due;
	bool pending;
};
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, f) (*(w) = (struct delayed_work) { .work.fn = (f) })
#define system_unbound_wq NULL
#define queue_delayed_work(wq, w, delay) shim_queue((w), (delay))
bool shim_queue(struct delayed_work *w, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *w);
void shim_advance(u64 ns);		/* so much later */

struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
#define hlist_empty(h) (!(h)->first)
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (h->first)
		h->first->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}
static inline void hlist_del(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}
#define hlist_entry_of(n, type, member) ((n) ? container_of(n, type, member) : NULL)
#define hlist_for_each_entry(f, h, member)					\
	for (f = hlist_entry_of((h)->first, __typeof__(*f), member); f;	\
	     f = hlist_entry_of(f->member.next, __typeof__(*f), member))
#define hlist_for_each_entry_safe(f, n, h, member)				\
	for (f = hlist_entry_of((h)->first, __typeof__(*f), member);		\
	     f && ({ n = f->member.next; 1; });					\
	     f = hlist_entry_of(n, __typeof__(*f), member))

static inline u32 jhash2(const u32 *k, u32 words, u32 seed)
{
	u64 h = seed;

	while (words--)
		h = (h ^ *k++) * 0x9e3779b97f4a7c15ull, h ^= h >> 32;
	return (u32)h;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * 1000 / HZ);
}

#define cmpxchg(p, old, new) ({						\
	__typeof__(*(p)) _o = (old);					\
	__atomic_compare_exchange_n((p), &_o, (new), 0,			\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);\
	_o; })

#define ____cacheline_aligned_in_smp	/* the shim's allocations are not */

#ifndef min3
#define min3(a, b, c) min(min(a, b), c)
#endif
#ifndef prefetchw
#define prefetchw(p) __builtin_prefetch((p), 1)
#endif
#ifndef U8_MAX
#define U8_MAX 0xff
#endif

#endif
