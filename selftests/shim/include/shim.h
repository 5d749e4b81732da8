/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The part of the kernel that the pure engines use, for user space: enough to
 * compile kernel/{lpm,acl,mapping,inbound}.c unchanged under sanitizers.
 * include/linux/X.h only includes this file.
 *
 * Allocation goes through shim.c, which counts live objects and can make the
 * n-th allocation fail.  RCU is real: a grace period waits for every thread
 * inside rcu_read_lock(), so a use after free shows under ASan and TSan.
 */
#ifndef SHIM_H
#define SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef unsigned int gfp_t;

#define __rcu
#define __force
#define __bitwise
#define __must_check __attribute__((warn_unused_result))
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#define noinline __attribute__((noinline))
#define ____cacheline_aligned __attribute__((aligned(64)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fallthrough __attribute__((fallthrough))

#define BUILD_BUG_ON(c) _Static_assert(!(c), #c)
#define static_assert _Static_assert
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(t, a, b) ({ t _a = (a); t _b = (b); _a < _b ? _a : _b; })
#define max_t(t, a, b) ({ t _a = (a); t _b = (b); _a > _b ? _a : _b; })
#define swap(a, b) do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define U32_MAX 0xffffffffu

/* A broken invariant ends the test. */
#define WARN_ON_ONCE(c) ({ int _w = !!(c); if (_w) shim_warn(__FILE__, __LINE__, #c); _w; })
#define WARN_ON(c) WARN_ON_ONCE(c)
void shim_warn(const char *file, int line, const char *what);

/* Acquire where the kernel relies on an address dependency: TSan has no notion of one. */
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__SANITIZE_THREAD__)
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#else
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif
#define barrier() __asm__ volatile("" ::: "memory")
#define prefetch(p) __builtin_prefetch(p)

#define BIT(n) (1ul << (n))
#define BIT_ULL(n) (1ull << (n))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define hweight32(x) ((unsigned int)__builtin_popcount(x))
static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline int fls(u32 x) { return x ? 32 - __builtin_clz(x) : 0; }
static inline unsigned long __ffs(unsigned long x) { return (unsigned long)__builtin_ctzl(x); }
static inline unsigned long __fls(unsigned long x) { return 63ul - (unsigned long)__builtin_clzl(x); }
static inline unsigned long __ffs64(u64 x) { return (unsigned long)__builtin_ctzll(x); }
static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1ul << (64 - __builtin_clzl(n - 1));
}
static inline int ilog2(unsigned long n) { return 63 - __builtin_clzl(n); }
static inline bool is_power_of_2(unsigned long n) { return n && !(n & (n - 1)); }

#define be32_to_cpu(x) ntohl(x)
#define cpu_to_be32(x) htonl(x)

#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
static inline size_t array_size(size_t a, size_t b)
{
	size_t r;

	return __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}
static inline size_t size_add(size_t a, size_t b)
{
	size_t r;

	return __builtin_add_overflow(a, b, &r) ? SIZE_MAX : r;
}
#define struct_size(p, member, n) \
	size_add(sizeof(*(p)), array_size(sizeof(*(p)->member), (n)))

#define MAX_ERRNO 4095
static inline void *ERR_PTR(long e) { return (void *)e; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return (unsigned long)p >= (unsigned long)-MAX_ERRNO; }
static inline bool IS_ERR_OR_NULL(const void *p) { return !p || IS_ERR(p); }

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
static inline s64 atomic64_read(const atomic64_t *a) { return __atomic_load_n(&a->counter, __ATOMIC_RELAXED); }
static inline void atomic64_set(atomic64_t *a, s64 v) { __atomic_store_n(&a->counter, v, __ATOMIC_RELAXED); }
static inline void atomic64_add(s64 v, atomic64_t *a) { __atomic_fetch_add(&a->counter, v, __ATOMIC_RELAXED); }
static inline void atomic64_inc(atomic64_t *a) { atomic64_add(1, a); }

#define GFP_KERNEL 0u
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
#define GFP_ATOMIC 1u
#define __GFP_NOWARN 2u
#define __GFP_ZERO 4u
void *shim_alloc(size_t n, gfp_t flags);
void shim_free(const void *p);
#define PMD_SIZE	(2ul << 20)
size_t kmalloc_size_roundup(size_t n);	/* as SLUB with an 8-byte minimum */
#define kmalloc(n, f) shim_alloc(n, f)
#define kzalloc(n, f) shim_alloc(n, (f) | __GFP_ZERO)
#define kvmalloc(n, f) shim_alloc(n, f)
#define kvzalloc(n, f) shim_alloc(n, (f) | __GFP_ZERO)
#define kmalloc_array(n, s, f) shim_alloc(array_size(n, s), f)
#define kcalloc(n, s, f) shim_alloc(array_size(n, s), (f) | __GFP_ZERO)
#define kvmalloc_array(n, s, f) shim_alloc(array_size(n, s), f)
#define kvcalloc(n, s, f) shim_alloc(array_size(n, s), (f) | __GFP_ZERO)
#define kfree(p) shim_free(p)
#define kvfree(p) shim_free(p)

struct kmem_cache { size_t size; };
#define SLAB_HWCACHE_ALIGN 1u
struct kmem_cache *shim_cache_create(size_t size);
#define KMEM_CACHE(s, f) shim_cache_create(sizeof(struct s))
void kmem_cache_destroy(struct kmem_cache *c);
#define kmem_cache_alloc(c, f) shim_alloc((c)->size, f)
#define kmem_cache_zalloc(c, f) shim_alloc((c)->size, (f) | __GFP_ZERO)
#define kmem_cache_free(c, p) shim_free(p)
#define kmem_cache_size(c) ((unsigned int)(c)->size)

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);
void rcu_barrier(void);
void shim_free_rcu(void *p);
#define kfree_rcu_mightsleep(p) shim_free_rcu(p)
#define kvfree_rcu_mightsleep(p) shim_free_rcu(p)
#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_raw(p) rcu_dereference(p)
#define rcu_dereference_check(p, c) rcu_dereference(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p) __atomic_load_n(&(p), __ATOMIC_RELAXED)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELAXED)

#define sort(base, n, size, cmp, swap) qsort(base, n, size, cmp)
static inline void cond_resched(void) { }
u64 get_random_u64(void);
u32 get_random_u32(void);

/* For tests: fail the n-th allocation from now (1 = the next), 0 = never. */
void shim_fail_nth(u64 n);
bool shim_failed(void);		/* did it come to that allocation; kept until the next n > 0 */
u64 shim_live(void);		/* objects allocated and not freed; waits for deferred frees */
u64 shim_live_bytes(void);

#endif
