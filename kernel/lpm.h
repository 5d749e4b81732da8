/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_LPM_H
#define DASH_LPM_H

#include <linux/types.h>
#include "uapi/dash_flow.h"

/**
 * struct dash_prefix - an address prefix
 * @ip: network address; bits beyond @len are zero; IPv4 is v4-mapped
 * @len: prefix length of its own family: 0..32 for IPv4, 0..128 for IPv6
 * @v6: 1 for IPv6, 0 for IPv4 (0.0.0.0/0 and ::/0 would else look alike)
 */
struct dash_prefix {
	struct dash_ip ip;
	u8 len;
	u8 v6;
};

/*
 * Longest-prefix match over one address family.  Values are pointers owned by
 * the caller.  Readers: under RCU, never blocked.  Writers: one at a time, the
 * caller's lock.
 */
struct dash_lpm;

struct dash_lpm *dash_lpm_create(bool v6);
void dash_lpm_destroy(struct dash_lpm *t);	/* no reader may be left */

/* Insert or replace.  -ENOMEM leaves the table as it was; replacing an existing
 * prefix never fails.  *old gets the previous value or NULL.
 */
int dash_lpm_insert(struct dash_lpm *t, const struct dash_prefix *p, void *value, void **old);
/* Never fails; returns the value removed, NULL if absent. */
void *dash_lpm_remove(struct dash_lpm *t, const struct dash_prefix *p);
/* Longest match or NULL.  Under RCU. */
void *dash_lpm_lookup(const struct dash_lpm *t, const struct dash_ip *ip);
size_t dash_lpm_memory(const struct dash_lpm *t);	/* bytes */

#endif
