// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Does `dashctl trace` say beforehand what the data path then does?  One dashctl runs beside the
 * test, is given each packet as a line of hexadecimal octets before the program runs it, and answers
 * with a line of JSON; verdict, drop reason and the octets that are sent must be the same
 * afterwards.  Called by run_packets.c, whose model would notice if a trace changed anything.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog_run.h"

#define HEAD	192u	/* DASH_TRACE_HEAD: so much of a frame is told */

extern char **environ;

static FILE *to, *from;
static char *answer;
static size_t size;

void trace_open(const char *dev)
{
	char *argv[] = { "dashctl", "-j", "trace", "--port", (char *)dev, "hex", "-", NULL };
	posix_spawn_file_actions_t fa;
	int in[2], out[2];
	pid_t pid;

	if (getenv("DASH_FUZZ_TRACE") && !strcmp(getenv("DASH_FUZZ_TRACE"), "0"))
		return;
	if (pipe(in) || pipe(out))
		die("pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	posix_spawn_file_actions_addclose(&fa, in[1]);
	posix_spawn_file_actions_addclose(&fa, out[0]);
	if (posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ))
		die("dashctl trace: %s", strerror(errno));
	close(in[0]);
	close(out[1]);
	to = fdopen(in[1], "w");
	from = fdopen(out[0], "r");
}

void trace_ask(const struct pkt *in)
{
	unsigned int i;

	if (!to)
		return;
	for (i = 0; i < in->len; i++)
		fprintf(to, "%02x", in->data[i]);
	fputc('\n', to);
	if (fflush(to) || getline(&answer, &size, from) <= 0)
		die("dashctl trace has ended");
}

/* Value of a member that comes behind "verdict"; "" if there is none. */
static const char *member(const char *name, char *value, size_t room)
{
	char key[40];
	const char *p = strstr(answer, "\"verdict\":");
	size_t n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	p = p ? strstr(p, key) : NULL;
	p = p ? p + strlen(key) : "";
	p += *p == '"';
	n = strcspn(p, "\",}");
	snprintf(value, room, "%.*s", (int)n, p);
	return value;
}

static bool same_octets(const struct pkt *out)
{
	static char hex[2 * HEAD + 1], want[2 * HEAD + 1];
	char len[16];
	unsigned int i;

	for (i = 0; i < out->len && i < HEAD; i++)
		sprintf(want + 2 * i, "%02x", out->data[i]);
	if ((unsigned int)atoi(member("after_length", len, sizeof(len))) == out->len &&
	    !strcmp(member("after_octets", hex, sizeof(hex)), want))
		return true;
	printf("#   trace: sent %s octets\n#     %s\n#   sent: %u octets\n#     %s\n", len, hex, out->len, want);
	return false;
}

bool trace_agrees(const char *what, const struct pkt *out)
{
	char verdict[16], reason[64];

	if (!to)
		return true;
	member("verdict", verdict, sizeof(verdict));
	member("reason", reason, sizeof(reason));
	if (!strcmp(what, "send") && !strcmp(verdict, "sent"))
		return same_octets(out);
	if ((!strcmp(what, "pass") && !strcmp(verdict, "passed")) ||
	    (!strcmp(what, "drop without a reason") && !strcmp(verdict, "kernel")) ||
	    (!strcmp(verdict, "dropped") && !strcmp(what, reason)))
		return true;
	printf("#   trace: %s %s, not %s\n#     %s", verdict, reason, what, answer);
	return false;
}
