/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What a fuzz target claims; the fuzzer keeps the input that proves it wrong.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(c) do {								\
	if (!(c)) {								\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c);		\
		abort();							\
	}									\
} while (0)

#endif
