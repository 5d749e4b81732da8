/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_CANON_H
#define DASHCTL_CANON_H

#include "object.h"

/**
 * struct eni - an ENI that files want
 * @key: its key
 * @mac, @has_mac, @id: its other names; @id malloc()ed, "" if it has none
 * @attrs: what the files say, canonical, the key first
 * @key_len: bytes of @attrs that are key
 * @cookie: of the last operation
 * @wanted: the last operation was SET
 */
struct eni {
	char key[VALUE_MAX];
	unsigned char mac[6];
	bool has_mac, wanted;
	char *id;
	struct buf attrs;
	size_t key_len;
	uint64_t cookie;
};

/**
 * struct enis - ENIs of the files, and of the live state, by every name
 * @live, @n_live: of the live state; without attributes
 * @file, @n_file, @cap: of the files
 * @last, @last_key: what was resolved last
 */
struct enis {
	struct eni *live, *file;
	size_t n_live, n_file, cap;
	char last[VALUE_MAX];
	const char *last_key;
};

int enis_load(struct enis *e);		/* the live ones; EXIT_OK, or told */
/* An operation of the files on an ENI: merged with the ones before (spec/config.md TX-5). */
void enis_take(struct enis *e, const struct object *o, uint64_t cookie);
/* Key of the wanted ENI that is called @ref; NULL: there is none. */
const char *enis_resolve(struct enis *e, const char *ref);
void enis_free(struct enis *e);

/**
 * canon - the one form that equal objects share
 * @out: attributes in ascending order, key first; values that are the default are left out
 * @t, @attrs, @len: the object
 * @owner: first key part, NULL: as it is
 *
 * Return: bytes of @out that are key.
 */
size_t canon(struct buf *out, const struct table *t, const void *attrs, size_t len, const char *owner);

/* Bytes of a canonical form that are key. */
size_t canon_key_len(const struct table *t, const struct buf *canonical);

#endif
