/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_LEGACY_H
#define DASHCTL_LEGACY_H

#include "object.h"
#include "txn.h"

/**
 * struct legacy - ACL bindings that name one group for one address family
 * @halves: what was found, in order
 * @groups: ACL groups that the files set, and their family
 */
struct legacy {
	struct half *halves;
	size_t n_halves;
	struct known_group *groups;
	size_t n_groups, cap_groups;
};

/* An object of DASH_ACL_V4_IN_TABLE and the like, or with "acl_group_id" (@o->half is set). */
void legacy_take(struct legacy *l, const struct object *o, uint64_t cookie);
/* Any object: remembers the family of ACL groups. */
void legacy_see(struct legacy *l, const struct object *o);
/**
 * legacy_finish - hand on what was taken, as bindings
 * @live: halves and groups that the files do not mention are those of the live state
 * @put: called for each; attributes that are the key alone mean that it is to be deleted
 */
void legacy_finish(struct legacy *l, bool live,
		   void (*put)(void *arg, const struct table *t, const struct buf *attrs,
			       size_t key_len, uint64_t cookie), void *arg);
void legacy_free(struct legacy *l);

#endif
