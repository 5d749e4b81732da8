/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_KFUNC_H
#define DASH_KFUNC_H

/* Last step of module init: programs may call from here on.  There is nothing to undo. */
int dash_kfunc_init(void);

#endif
