/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The part of the kernel that flow table, tracker and sweep use beyond shim.h:
 * locks, time that the test sets, grace periods that are polled for.
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

#define HZ 250
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + 999) / 1000;
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
