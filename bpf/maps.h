/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Every map, once.  dashctl creates them at the first attach in a namespace and
 * gives them to the module (dash_bind below); later attaches reuse them.  The
 * module addresses elements directly, so all but the counters are plain arrays.
 */
#ifndef DASH_MAPS_H
#define DASH_MAPS_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_helpers.h>
#include "../kernel/uapi/dash_flow.h"

/*
 * The kernel's; its members are nobody's business here, but libbpf compares kfunc
 * prototypes and does not take a forward declaration for a struct.
 */
struct bpf_map {};

/*
 * Port index of this attachment, and whether the module stands behind it.
 * Without (benchmarks, packet fixtures) the verifier removes every kfunc call,
 * and the program runs on maps that somebody else has filled.
 */
const volatile __u32 dash_port;
const volatile bool dash_module = true;

/*
 * The device, if packets may leave by XDP_TX where they came in, else 0.  Not on veth: it
 * wakes its peer for bounced frames only if the peer runs an XDP program too (6.12,
 * veth_xdp_flush()), and leaves them in the ring otherwise.  A redirect to the same
 * device does wake it.
 */
const volatile __u32 dash_bounce;

/*
 * Program dash_trace only: the number under which the packet can be asked for, and
 * DASH_TRACE_*.
 */
const volatile __u64 dash_trace_cookie;
const volatile __u32 dash_trace_flags;

/* The words of the configuration that packets need.  Written by the module. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dash_hot);
} dash_hot SEC(".maps");

/*
 * The same words as a variable: the loader puts dash_hot behind .bss before it loads
 * (tools/hot_map.h).  An element that is looked up costs a dozen instructions and a
 * register for the whole run; the address of a variable is a constant.
 */
struct dash_hot dash_words;

/*
 * Flow index: hash to slot.  Written by the module.  Sized by dashctl; what does
 * not fit is refused by the module (flow_limit_global), nothing is evicted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct dash_line);
} dash_index SEC(".maps");

/*
 * Flow records by slot; slot 0 is not used.  The module creates and recycles
 * them, the program adds to the counters and sets the time of the last packet.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct dash_flow);
} dash_flows SEC(".maps");

/* Counters by ENI index.  Written by the program only. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DASH_MAX_ENI);
	__type(key, __u32);
	__type(value, struct dash_eni_stats);
} dash_eni_stats SEC(".maps");

/* Counters by port index.  Written by the program only. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DASH_MAX_PORT);
	__type(key, __u32);
	__type(value, struct dash_port_stats);
} dash_port_stats SEC(".maps");

/* What bpf/icmp.h reads of a quoted packet; too large for the stack. */
struct dash_quote {
	struct dash_key key;
	union {
		struct iphdr ip4;
		struct ipv6hdr ip6;
	};
};

/* Scratch of one run, of each attachment. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dash_quote);
} dash_quotes SEC(".maps");

#endif /* DASH_MAPS_H */
