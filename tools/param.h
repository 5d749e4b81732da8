/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_PARAM_H
#define DASHCTL_PARAM_H

struct attr;

/* A parameter as a member of the object that is open. */
void pr_param(const struct attr *nest);

#endif
