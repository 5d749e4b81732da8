/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_STATUS_H
#define DASHCTL_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kernel/uapi/dash_flow.h"

struct attr;

/* The nest of an answer to STATUS_GET; false if there is none. */
bool status_find(const void *attrs, size_t len, struct attr *status);
/* The id of a map that the module has, from its nest, into its place. */
void status_map(const struct attr *nest, uint32_t bound[DASH_MAP_N]);

#endif
