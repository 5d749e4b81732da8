// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How are two states of millions of objects compared in little memory?  By
 * hashes: 128 bits stand for the key of an object, 56 for what it says.  The
 * hashes are seeded anew in each run, so that nobody can prepare objects that
 * collide.  Open addressing, at most three quarters full.  Called by sync.c.
 */
#include "index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util.h"

/* The two halves of a 64 x 64 bit product, mixed. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t hash(const unsigned char *p, size_t len, uint64_t seed)
{
	uint64_t h = mix(seed ^ len, 0x9e3779b97f4a7c15ull), word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = mix(h ^ word, seed | 1) + 0xd6e8feb86659fd93ull;
	}
	word = 0;
	memcpy(&word, p, len);
	return mix(h ^ word, 0xa0761d6478bd642full ^ seed);
}

static void grow(struct index *x)
{
	struct index n = { .size = x->size ? 2 * x->size : 1024, .used = x->used };
	size_t i, at;

	n.slot = xmalloc(n.size * sizeof(*n.slot));
	memset(n.slot, 0, n.size * sizeof(*n.slot));
	for (i = 0; i < x->size; i++) {
		if (!x->slot[i].flags)
			continue;
		for (at = x->slot[i].key[0] & (n.size - 1); n.slot[at].flags; at = (at + 1) & (n.size - 1))
			;
		n.slot[at] = x->slot[i];
	}
	free(x->slot);
	x->slot = n.slot;
	x->size = n.size;
}

static void start(struct index *x)
{
	if (getrandom(x->seed, sizeof(x->seed), 0) != sizeof(x->seed)) {
		err("no random numbers");
		exit(EXIT_USAGE);
	}
	x->seed[1] |= 1;
}

struct entry *index_get(struct index *x, unsigned int type, const void *key, size_t len)
{
	uint64_t a, b;
	size_t i;

	if (!x->seed[1])
		start(x);
	if (4 * x->used >= 3 * x->size)
		grow(x);
	a = hash(key, len, x->seed[0] + type);
	b = hash(key, len, x->seed[1] + type);
	for (i = a & (x->size - 1); x->slot[i].flags; i = (i + 1) & (x->size - 1))
		if (x->slot[i].key[0] == a && x->slot[i].key[1] == b)
			return &x->slot[i];
	x->used++;
	x->slot[i] = (struct entry){ .key = { a, b }, .flags = E_USED };
	return &x->slot[i];
}

uint64_t index_value(const struct index *x, const void *fields, size_t len)
{
	return hash(fields, len, x->seed[0]) >> 8;
}

void index_clear(struct index *x)
{
	free(x->slot);
	x->slot = NULL;
	x->size = x->used = 0;
}
