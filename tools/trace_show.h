/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_TRACE_SHOW_H
#define DASHCTL_TRACE_SHOW_H

#include <stddef.h>
#include <stdint.h>

struct attr;

/* What an answer or an event says (attribute set dash): the whole chain as one object.
 * @frame: number of the frame in its file, 0: none.
 */
void trace_print(const void *attrs, size_t len, unsigned long frame);

/* Of an event of group drops: one line, who, why, which object. */
void drop_print(const void *attrs, size_t len);

#endif
