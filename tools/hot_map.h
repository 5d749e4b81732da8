/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * The map dash_hot has two names in the program: its own, by which it is given to the
 * module, and the variable dash_words, which libbpf would give a map of its own
 * (bpf/maps.h).  Whoever loads the program makes them one, before the load.
 */
#ifndef DASH_HOT_MAP_H
#define DASH_HOT_MAP_H

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../kernel/uapi/dash_flow.h"
#include "dash_xdp.skel.h"

/* Both names stand for the map @fd. */
static inline int hot_map_reuse(struct dash_xdp *skel, int fd)
{
	int e = bpf_map__reuse_fd(skel->maps.dash_hot, fd);

	return e ? e : bpf_map__reuse_fd(skel->maps.bss, fd);
}

/* Both names stand for a new map. */
static inline int hot_map_create(struct dash_xdp *skel)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int e, fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "dash_hot", sizeof(__u32), sizeof(struct dash_hot), 1, &opts);

	if (fd < 0)
		return -errno;
	e = hot_map_reuse(skel, fd);
	close(fd);
	return e;
}

#endif
