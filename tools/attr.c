// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How are netlink attributes written and read?  A stream of them in a buffer of
 * ours: appended to requests, walked in answers.  Without libnl, so that parsing
 * a file needs neither socket nor library.  Pure functions, used everywhere.
 */
#define _GNU_SOURCE
#include "attr.h"

#include <linux/netlink.h>
#include <string.h>

void attr_put(struct buf *b, unsigned int type, const void *data, size_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = (uint16_t)type };

	buf_put(b, &a, sizeof(a));
	buf_put(b, data, len);
	buf_put(b, NULL, NLA_ALIGN(len) - len);
}

void attr_first(struct attr *a, const void *p, size_t len)
{
	a->p = p;
	a->end = len ? a->p + len : p;	/* an object without attributes may have no buffer */
}

bool attr_ok(struct attr *a)
{
	struct nlattr h;

	if (a->end - a->p < (ptrdiff_t)sizeof(h))
		return false;
	memcpy(&h, a->p, sizeof(h));
	if (h.nla_len < sizeof(h) || h.nla_len > a->end - a->p)
		return false;
	a->type = h.nla_type & NLA_TYPE_MASK;
	a->data = a->p + NLA_HDRLEN;
	a->len = h.nla_len - NLA_HDRLEN;
	return true;
}

void attr_next(struct attr *a)
{
	size_t step = NLA_ALIGN(NLA_HDRLEN + a->len);

	a->p = step < (size_t)(a->end - a->p) ? a->p + step : a->end;
}

uint64_t attr_number(const struct attr *a)
{
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;

	switch (a->len) {
	case 1:
		return a->data[0];
	case 2:
		memcpy(&n16, a->data, sizeof(n16));
		return n16;
	case 4:
		memcpy(&n32, a->data, sizeof(n32));
		return n32;
	case 8:
		memcpy(&n64, a->data, sizeof(n64));
		return n64;
	}
	return 0;
}

char *attr_string(const struct attr *a)
{
	return xasprintf("%.*s", (int)a->len, (const char *)a->data);
}
