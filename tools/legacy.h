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
/* Stages what was taken, each with its other half as it is. */
void legacy_finish(struct legacy *l, struct txn *txn);
void legacy_free(struct legacy *l);

#endif
