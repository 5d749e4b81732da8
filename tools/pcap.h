/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_PCAP_H
#define DASHCTL_PCAP_H

#include "frame.h"

/**
 * pcap_frames - frames of a capture file
 * @name: file, "-": standard input
 * @first, @last: which, from 1
 * @fn: called for each with its number; anything but 0 ends the walk
 *
 * Return: 0, what @fn returned, or EXIT_USAGE after telling why not.
 */
int pcap_frames(const char *name, unsigned long first, unsigned long last,
		int (*fn)(unsigned long n, const struct frame *f, void *arg), void *arg);

#endif
