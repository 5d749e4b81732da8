/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What prog_run.c (one packet, all counters, verdicts; runs with the module) and
 * prog_run_native.c (maps filled by the test; everything that needs no module) share.
 */
#ifndef DASH_PROG_RUN_H
#define DASH_PROG_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "../kernel/uapi/dash_flow.h"
#include "pkt.h"

struct fixture;

#define SPORT_BASE	49152u	/* default range of source ports */
#define SPORT_MASK	0x3fffu

/**
 * struct totals - all counters, summed over CPUs, ports and ENIs
 */
struct totals {
	struct dash_port_stats port;
	struct dash_eni_stats eni;
};

/* The program under test, and its maps of counters. */
extern int prog_fd, eni_fd, port_fd;

/* End the run: the environment is broken, not the program. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Print one TAP line; @what follows the name after a comma. */
bool ok(bool good, const char *name, const char *what);

/* Compare a counter; explain a difference. */
bool expect(const char *what, uint64_t got, uint64_t want);

/* Name of a drop reason, "?" if there is none with this number. */
const char *drop_name(unsigned int reason);

void read_totals(struct totals *t);
void add_words(void *to, const void *from, size_t size);
void subtract(struct totals *a, const struct totals *b);

/* Send @in once; returns the verdict, fills @out. */
int run(const struct pkt *in, struct pkt *out);

/* Send the packet of @f, compare verdict, packet and counters; one TAP line. */
void run_fixture(const struct fixture *f, const char *which);

/* Cost of @n first packets to the first @mappings addresses, arriving at device @ingress. */
void run_miss(unsigned int ingress, unsigned int n, unsigned int mappings);

/* Cost of @n TCP connections of six segments, and of a drop by each stage. */
void run_costs(unsigned int ingress, unsigned int n, unsigned int mappings);

/* Two threads send through the attached program for @seconds and print one JSON object; flow_stress.c. */
void run_stress(unsigned int seconds);

/* Steps of three words: FIRST packet's number or ~FLOWS for any of so many, with - in front for
 * packets of the other side; COUNT; PACKET (flood.c).
 */
void run_flood(unsigned int ingress, char **step, int words);

/* Packets of @flows connections in any order, until none of them is sent any more. */
void run_until_denied(unsigned int ingress, unsigned int flows, const char *text);

/* Play the oracle's rounds; run_packets.c. */
void run_packets(int n, char **paths);

/* Failing allocations, aimed by faults.sh: where the maps are bound, and under packets; fault.c. */
void run_fault_bind(void);
void run_fault_packets(void);

/* Two threads send packets of known fate for @seconds and print one JSON object; soak.c. */
void run_soak(unsigned int seconds);

/* Two threads send while two files for `dashctl apply` change turns for @seconds; prints one JSON object; resimulate.c. */
void run_judge(unsigned int seconds, const char *allow, const char *deny);

/* All native tests; time per packet over @runs. */
void run_native(void);
void run_native_speed(unsigned int runs);

/* `dashctl trace` beside the test; run_trace.c.  Ask before the packet runs; the answer is compared with what
 * came of it: "send", "pass", a drop reason, or "drop without a reason" if the kernel took it.
 */
void trace_open(const char *dev);
void trace_ask(const struct pkt *in);
bool trace_agrees(const char *what, const struct pkt *out);

#endif
