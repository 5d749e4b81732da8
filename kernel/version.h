/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASH_VERSION_H
#define DASH_VERSION_H

/* The one place: module, dashctl and packages read it here. */
#define DASH_VERSION	"0.1.0"

#endif
