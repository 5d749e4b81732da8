/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_NL_H
#define DASHCTL_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

/**
 * nl_open - open the socket to the module, in the current network namespace
 *
 * Return: EXIT_OK, or EXIT_USAGE after telling why not.  Further calls do nothing.
 */
int nl_open(void);
/* For who lives longer than the module does: the next nl_open() asks for the family anew. */
void nl_forget(void);

/* Called for each message of an answer with its attributes. */
typedef void (*nl_answer)(const void *attrs, size_t len, void *arg);

/**
 * nl_start - begin a request; attributes are then appended with attr_put()
 * @cmd: DASH_CMD_*
 */
void nl_start(struct buf *b, uint8_t cmd);
/* Nests: what nl_nest() returns goes to nl_nest_end(). */
size_t nl_nest(struct buf *b, unsigned int type);
void nl_nest_end(struct buf *b, size_t nest);

/**
 * nl_call - send a request, wait until it is done
 * @b: request; stays the caller's
 * @fn, @arg: given every message of the answer, or NULL
 *
 * Return: 0 or -errno; nl_message() then has the kernel's sentence.
 */
int nl_call(struct buf *b, nl_answer fn, void *arg);

/**
 * nl_list - ask for many objects
 * @again: called before the answer begins anew because the configuration changed meanwhile;
 *	NULL: a torn answer does no harm
 *
 * Return: as nl_call(); -EINTR if it was torn over and over.
 */
int nl_list(struct buf *b, nl_answer fn, void *arg, void (*again)(void *arg));

/**
 * nl_push - send a request without waiting for its acknowledgement
 *
 * Refusals are reported by this or a later call of nl_push() or nl_call().
 * Return: 0 or -errno.
 */
int nl_push(struct buf *b);

/**
 * nl_monitor - hear the events of multicast groups
 * @groups: names, ends with NULL
 * @room: bytes of kernel memory for what comes while @fn works; an event is charged with 1.3 KB
 * @fn: called for each event with its command and attributes; @cmd 0: events were lost
 * @idle: called when all that has come so far has been told: time to flush what @fn wrote
 *
 * Return: when a signal ends it, or -errno.
 */
int nl_monitor(const char *const *groups, int room,
	       void (*fn)(uint8_t cmd, const void *attrs, size_t len), void (*idle)(void));

/* The kernel's sentence about the last refusal, "" if it gave none; offset in the refused message, 0 if none. */
const char *nl_message(uint32_t *offset);

/* Tells on stderr why a request failed: "dashctl: WHAT: kernel's sentence".  Returns the exit code. */
int nl_failed(const char *what, int e);

#endif
