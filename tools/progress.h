/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_PROGRESS_H
#define DASHCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct progress - the line that tells how far a long run has come
 * @on: stderr is a terminal
 * @shown: a line stands there
 * @objects: so far
 * @size: bytes of the current file, 0: unknown
 * @started, @told: monotonic nanoseconds
 */
struct progress {
	bool on, shown;
	uint64_t objects, size, started, told;
};

void progress_start(struct progress *p);
void progress_file(struct progress *p, int fd);
void progress_show(struct progress *p, uint64_t bytes);
void progress_end(struct progress *p);			/* wipes the line */

static inline void progress_count(struct progress *p)
{
	p->objects++;
}

#endif
