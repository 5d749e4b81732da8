/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_SUGGEST_H
#define DASHCTL_SUGGEST_H

/* Tells that these words, one at least, are no command, and what could be one. */
void suggest(int argc, char **argv);

#endif
