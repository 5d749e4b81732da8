/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_STATS_H
#define DASHCTL_STATS_H

/* Prints the counters of an ENI as a member "statistics" of the object that is open. */
void stats_of_eni(const char *eni);

#endif
