// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How far has a long apply come?  One line on a terminal, rewritten four times
 * a second from the second second on; nothing anywhere else.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000ull

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

void progress_start(struct progress *p)
{
	memset(p, 0, sizeof(*p));
	p->on = isatty(STDERR_FILENO);
	p->started = p->told = now();
}

void progress_file(struct progress *p, int fd)
{
	struct stat st;

	p->size = !fstat(fd, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	p->told = p->started;		/* what is left is another number now */
}

void progress_show(struct progress *p, uint64_t bytes)
{
	uint64_t t, run, left;

	if (!p->on || (p->objects & 1023))
		return;
	t = now();
	run = t - p->started;
	if (run < NS || t - p->told < NS / 4)
		return;
	p->told = t;
	p->shown = true;
	fprintf(stderr, "\r%llu objects, %llu/s", (unsigned long long)p->objects,
		(unsigned long long)(p->objects * 1000 / (run / 1000000)));
	if (p->size && bytes) {
		left = (uint64_t)((double)run / (double)bytes * (double)(p->size - bytes) / NS);
		fprintf(stderr, ", %llu%%, %llu s left", (unsigned long long)(bytes * 100 / p->size),
			(unsigned long long)left);
	}
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
