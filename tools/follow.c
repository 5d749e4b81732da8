// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How are events of one kind followed?  Printed as they come, flushed when no more are there, with
 * a line where some were lost, and an end after so many if that was asked for: in the
 * middle of a burst, which is read to its end and not printed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "follow.h"
#include "nl.h"
#include "print.h"

#define ROOM	(1 << 20)

static struct {
	uint8_t cmd;
	bool counting;
	uint32_t left;
	void (*print)(const void *attrs, size_t len);
} f;

static void on_event(uint8_t cmd, const void *attrs, size_t len)
{
	if (f.counting && !f.left)
		return;
	if (!cmd) {
		pr_object(NULL);
		pr_str("event", "lost");
		pr_end();
	} else if (cmd == f.cmd) {
		f.print(attrs, len);
		f.left--;
	}
}

static void on_idle(void)
{
	fflush(stdout);
	if (f.counting && !f.left)
		exit(EXIT_OK);
}

int follow(const char *const *groups, uint8_t cmd, uint32_t count, void (*print)(const void *attrs, size_t len))
{
	f.cmd = cmd;
	f.counting = count;
	f.left = count;
	f.print = print;
	return nl_monitor(groups, ROOM, on_event, on_idle);
}
