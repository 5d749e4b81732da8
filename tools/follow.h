/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_FOLLOW_H
#define DASHCTL_FOLLOW_H

#include <stddef.h>
#include <stdint.h>

/**
 * follow - print events as they come, until Ctrl-C or as many as asked for
 * @groups: multicast groups, ends with NULL; none: what this socket has asked for
 * @cmd: the event; others are passed over
 * @count: end after so many, 0: never
 * @print: one of them, by its attributes
 *
 * Return: when a signal ends it, or -errno; does not return when @count is reached.
 */
int follow(const char *const *groups, uint8_t cmd, uint32_t count, void (*print)(const void *attrs, size_t len));

#endif
