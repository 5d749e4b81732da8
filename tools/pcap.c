// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which frame is number N of a capture?  The classic pcap format, in either byte order, with
 * micro- or nanoseconds: a header of 24 octets, then 16 before each frame.  Of that, a library
 * would save sixty lines.  The newer pcapng is refused by name.
 */
#include "pcap.h"

#include <byteswap.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

#define LINK_ETHERNET	1u
#define LINK_MASK	0x0fffffffu	/* the rest says how long an FCS is */

static uint32_t word(const unsigned char *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return swapped ? bswap_32(v) : v;
}

/* 0: a capture of Ethernet frames. */
static int read_head(FILE *f, const char *name, bool *swapped)
{
	unsigned char h[24];
	uint32_t magic;

	if (fread(h, sizeof(h), 1, f) != 1) {
		err("trace: %s: not a capture file: shorter than its header", name);
		return EXIT_USAGE;
	}
	magic = word(h, false);
	if (magic == 0x0a0d0d0a) {
		err("trace: %s: a pcapng file; convert it: editcap -F pcap %s OUT, or tcpdump -r %s -w OUT",
		    name, name, name);
		return EXIT_USAGE;
	}
	*swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
	if (!*swapped && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) {
		err("trace: %s: not a pcap file", name);
		return EXIT_USAGE;
	}
	if ((word(h + 20, *swapped) & LINK_MASK) != LINK_ETHERNET) {
		err("trace: %s: link type %u: only captures of Ethernet devices can be traced", name,
		    word(h + 20, *swapped) & LINK_MASK);
		return EXIT_USAGE;
	}
	return 0;
}

/* 1: one was read, 0: the end, -1: told. */
static int read_frame(FILE *f, const char *name, bool swapped, unsigned long n, struct frame *fr)
{
	unsigned char h[16];
	size_t got = fread(h, 1, sizeof(h), f);
	uint32_t kept, len;

	if (!got)
		return 0;
	kept = got == sizeof(h) ? word(h + 8, swapped) : 0;
	len = got == sizeof(h) ? word(h + 12, swapped) : 0;
	if (got < sizeof(h) || kept > FRAME_MAX || fread(fr->data, 1, kept, f) != kept) {
		err("trace: %s: frame %lu is cut off or longer than %u octets", name, n, FRAME_MAX);
		return -1;
	}
	/* A capture with a snap length kept the headers: the rest counts as zero. */
	fr->len = len < kept ? kept : len > FRAME_MAX ? FRAME_MAX : len;
	memset(fr->data + kept, 0, fr->len - kept);
	return 1;
}

int pcap_frames(const char *name, unsigned long first, unsigned long last,
		int (*fn)(unsigned long n, const struct frame *f, void *arg), void *arg)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	static struct frame fr;
	bool swapped = false;
	unsigned long n = 0;
	int e, got = 1;

	if (!f) {
		err("trace: %s: %s", name, strerror(errno));
		return EXIT_USAGE;
	}
	e = read_head(f, name, &swapped);
	while (!e && n < last) {
		got = read_frame(f, name, swapped, n + 1, &fr);
		if (got <= 0)
			break;
		if (++n >= first)
			e = fn(n, &fr, arg);
	}
	if (!e && got < 0)
		e = EXIT_USAGE;
	if (!e && n < first) {
		err("trace: %s: no frame %lu, the last one is %lu", name, first, n);
		e = EXIT_USAGE;
	}
	if (f != stdin)
		fclose(f);
	return e;
}
