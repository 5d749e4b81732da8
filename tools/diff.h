/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_DIFF_H
#define DASHCTL_DIFF_H

#include "query.h"

/**
 * struct diff - objects that differ between the live state and files
 * @side: what was taken: the live form of an object, or the one that files want
 */
struct diff {
	struct side *side;
	size_t n, cap;
};

/* @wanted: as the files want it, else as it is.  @attrs: canonical, copied. */
void diff_take(struct diff *d, bool wanted, const struct table *t, const struct buf *attrs);
void diff_forget(struct diff *d);

/* Prints all of it, in the order of tables and keys; true if there was anything. */
bool diff_print(struct diff *d);

#endif
