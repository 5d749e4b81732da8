/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_PIPELINE_H
#define DASH_PIPELINE_H

#include "uapi/dash_flow.h"

struct dash_net;

/* Behind the kfuncs of the same name; @pkt has been checked, BH disabled, under RCU. */
enum dash_drop dash_pipeline_resolve(struct dash_net *dn, struct dash_pkt *pkt);
enum dash_drop dash_pipeline_track(struct dash_net *dn, struct dash_pkt *pkt);

#endif
