/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * In place of libbpf's header, for the program compiled natively (fuzz/program.c): what
 * the kernel does for a program, program.c does.
 */
#ifndef FUZZ_BPF_HELPERS_H
#define FUZZ_BPF_HELPERS_H

#include <linux/bpf.h>

#define SEC(name)
#define __uint(name, val)	int (*name)[val]
#define __type(name, val)	__typeof__(val) *name

void *bpf_map_lookup_elem(const void *map, const void *key);
long bpf_xdp_adjust_head(struct xdp_md *ctx, int delta);
long bpf_xdp_adjust_tail(struct xdp_md *ctx, int delta);
long bpf_xdp_load_bytes(struct xdp_md *ctx, __u32 offset, void *to, __u32 len);
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx);
long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int size, __u32 flags);
long bpf_redirect(__u32 ifindex, __u64 flags);
__u64 bpf_jiffies64(void);

#endif
