/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_BPF_H
#define DASHCTL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kernel/uapi/dash_flow.h"

enum bpf_mode { BPF_MODE_AUTO, BPF_MODE_NATIVE, BPF_MODE_GENERIC };

/**
 * struct bpf_plan - how to attach
 * @ifindex, @port: device, and its index in the module
 * @mode: where the program is to run
 * @flows: connections the table is to hold; first attach only
 * @bound: ids of the maps that the module has already, by enum dash_map_id; 0: none
 * @first: no maps are bound: create and bind them
 * @prepare: only the maps, no program on the device
 * @replace: our program is on the device and gives way in one step, so that no packet is lost
 * @alone: without the module: known connections are forwarded, nothing else happens.  It does
 *	not keep the module from being removed
 */
struct bpf_plan {
	unsigned int ifindex;
	uint32_t port;
	enum bpf_mode mode;
	uint32_t flows;
	uint32_t bound[DASH_MAP_N];
	bool first, prepare, replace, alone;
};

/* Bytes that the maps take: one figure for each enum dash_map_id. */
void bpf_memory(uint32_t flows, uint64_t bytes[DASH_MAP_N]);

/**
 * bpf_attach - load the program and attach it to a device
 *
 * Creates the maps and binds them to the module if @p->first, else reuses the bound ones.
 * Return: 0, or -errno after telling; nothing is left attached then.  Maps that were bound stay
 * so until the port is given back.
 */
int bpf_attach(const struct bpf_plan *p);

/* Program dash_trace, on the tables of the appliance. */
struct bpf_tracer;

/**
 * bpf_trace_open - load program dash_trace
 * @bound: ids of the maps that the module has, by enum dash_map_id
 * @cookie: not 0: number under which the module is asked what was decided
 * @flags: DASH_TRACE_*
 *
 * Return: the tracer, or NULL after telling.
 */
struct bpf_tracer *bpf_trace_open(const uint32_t bound[DASH_MAP_N], uint64_t cookie, uint32_t flags);
/* Run it on a frame that is supposed to come in by a device.  0 or -errno after telling. */
int bpf_trace_run(struct bpf_tracer *t, unsigned int ifindex, const void *frame, size_t len);
void bpf_trace_close(struct bpf_tracer *t);

/**
 * struct bpf_drops - dropped packets, as the program has counted them in its maps
 * @fd: of the maps with the counters of ENIs and ports
 * @count: by enum dash_drop
 */
struct bpf_drops {
	int fd[2];
	uint64_t count[DASH_DROP_COUNT];
};

/* Holds on to the maps of these ids, and reads them. */
int bpf_drops_open(struct bpf_drops *d, const uint32_t bound[DASH_MAP_N]);
/* What was dropped since; lets go of the maps. */
void bpf_drops_close(struct bpf_drops *d);

/* Takes our program off; -ENOENT: there is none of ours; other -errno after telling. */
int bpf_detach(unsigned int ifindex);

/**
 * bpf_attached - who is attached to a device
 * @mode: gets "native", "generic", "offload" or "none"
 * @ours: the program is dash_xdp
 */
int bpf_attached(unsigned int ifindex, const char **mode, bool *ours);
/* True if the program of ours that is on a device works on the map with this id. */
bool bpf_uses(unsigned int ifindex, uint32_t map);

#endif
