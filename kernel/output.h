/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_OUTPUT_H
#define DASH_OUTPUT_H

#include "uapi/dash_flow.h"

struct xdp_buff;

/* Behind bpf_dash_output(); BH disabled, under RCU. */
enum dash_drop dash_output(const struct xdp_buff *xdp);
/* Would it be sent?  Nothing is, and no neighbour is asked for. */
enum dash_drop dash_output_dry(const struct xdp_buff *xdp);

#endif
