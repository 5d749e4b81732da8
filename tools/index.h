/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_INDEX_H
#define DASHCTL_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* struct entry flags */
#define E_USED		0x01
#define E_LIVE		0x02	/* it is live, @value is what it says */
#define E_WANTED	0x04	/* the files want it */
#define E_CHANGED	0x08	/* ... and it is not live as they want it */
#define E_REPLACE	0x10	/* ACL group: rules of it change */
#define E_RULES		0x20	/* ACL group: the files have rules of it */

/**
 * struct entry - an object, by hash
 * @key: of type and key; 128 bits, so that two objects never share one
 * @value: of the fields
 * @cookie: of the operation of the files that counts
 */
struct entry {
	uint64_t key[2], value : 56, flags : 8, cookie;
};

/**
 * struct index - all objects of the live state and of the files, 40 bytes each
 */
struct index {
	struct entry *slot;
	size_t size, used;
	uint64_t seed[2];
};

/* The entry of a key; a new one, without flags but E_USED, if there was none.  Valid until the next call. */
struct entry *index_get(struct index *x, unsigned int type, const void *key, size_t len);
uint64_t index_value(const struct index *x, const void *fields, size_t len);
void index_clear(struct index *x);

#endif
