/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_PIPELINE_H
#define DASH_PIPELINE_H

#include "uapi/dash_flow.h"

struct dash_net;
struct dash_trace;

/* Behind the kfuncs of the same name; @pkt has been checked, BH disabled, under RCU. */
enum dash_drop dash_pipeline_resolve(struct dash_net *dn, struct dash_pkt *pkt);
enum dash_drop dash_pipeline_track(struct dash_net *dn, struct dash_pkt *pkt);
/* Both, for a packet that is only supposed (trace_pipeline.o): decisions go to @t, the record that the packet
 * would go by to @would, and nothing changes but @pkt.  @track as in dash_pipeline_track().
 */
enum dash_drop dash_pipeline_trace(struct dash_net *dn, struct dash_pkt *pkt, struct dash_trace *t,
				   struct dash_flow *would, bool track);

#endif
