/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_DROP_WORDS_H
#define DASHCTL_DROP_WORDS_H

/**
 * struct drop_words - a reason to drop a packet for, to people
 * @name: as in counters and traces (spec/counters.md section 4)
 * @meaning: what was wrong
 * @remedy: what to do or to look at
 */
struct drop_words {
	const char *name, *meaning, *remedy;
};

/* By number; NULL for one that this dashctl does not know. */
const struct drop_words *drop_words(unsigned int number);
/* By the name of its counter, with or without _drop. */
const struct drop_words *drop_words_named(const char *counter);

#endif
