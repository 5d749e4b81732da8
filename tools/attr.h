/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_ATTR_H
#define DASHCTL_ATTR_H

#include "util.h"

/* Appends one netlink attribute; @data NULL: zeroes. */
void attr_put(struct buf *b, unsigned int type, const void *data, size_t len);

/**
 * struct attr - one item of a stream of attributes
 *
 * The walk: for (attr_first(&a, p, len); attr_ok(&a); attr_next(&a))
 * @p, @end: where the walk is
 * @data, @len: payload
 * @type: without the flags for nests
 */
struct attr {
	const unsigned char *p, *end, *data;
	unsigned int type;
	size_t len;
};

void attr_first(struct attr *a, const void *p, size_t len);
bool attr_ok(struct attr *a);		/* false at the end, and for what is no attribute */
void attr_next(struct attr *a);

uint64_t attr_number(const struct attr *a);	/* of 1, 2, 4 or 8 bytes, else 0 */
char *attr_string(const struct attr *a);	/* malloc()ed */

#endif
