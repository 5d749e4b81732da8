// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What would be decided about this packet?  The lines of pipeline.c, compiled once more: with
 * every decision noted and every write left out.  A second copy of the code, not a second
 * implementation; packets that are not traced do not pay for a single test.
 *
 * Called by trace.c.
 */
#define DASH_DRY	1

#include "pipeline.c"
