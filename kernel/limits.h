/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_LIMITS_H
#define DASH_LIMITS_H

struct dash_net;

/* Once a second, while maps are bound: tells group limits what was reached and what was left.  Process context. */
void dash_limits_look(struct dash_net *dn);

#endif
