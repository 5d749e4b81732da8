// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Millions of packets through the attached program, each of a connection of its own or of
 * one of many, in batches (flood.bpf.c).  What becomes of them is read from the program's
 * counters, one line of JSON a step.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "flood.h"
#include "flood.skel.h"
#include "prog_run.h"

#define BATCH	10000u		/* packets without a pause for others on this CPU */
#define SAMPLE	2000u		/* packets that show whether anything still passes */

static struct flood *flood;
static struct pkt template;
static unsigned int device;

static void open_flood(unsigned int ingress)
{
	__u32 zero = 0;

	device = ingress;
	flood = flood__open_and_load();
	if (!flood)
		die("flood: %s", strerror(errno));
	if (bpf_map_update_elem(bpf_map__fd(flood->maps.flood_next), &zero, &prog_fd, BPF_ANY))
		die("flood_next: %s", strerror(errno));
}

static void set_packet(const char *text)
{
	struct flood_args *a = &flood->bss->flood;
	uint8_t *p = template.data + FLOOD_PORTS;

	pkt_build(text, &template, NULL, NULL);
	if (template.len != FLOOD_LEN)
		die("%u octets instead of %u: %s", template.len, FLOOD_LEN, text);
	memcpy(a->frame, template.data, FLOOD_LEN);
	a->ports = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* Sends @n packets; nanoseconds that one took in the kernel. */
static double send_packets(unsigned int n)
{
	struct xdp_md ctx = { .data_end = template.len, .ingress_ifindex = device };
	unsigned int batch, left;
	double ns = 0;

	for (left = n; left; left -= batch) {
		LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = template.data, .data_size_in = template.len,
			    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));

		batch = left < BATCH ? left : BATCH;
		o.repeat = (int)batch;
		if (bpf_prog_test_run_opts(bpf_program__fd(flood->progs.flood_send), &o))
			die("test run: %s", strerror(errno));
		if (o.retval == XDP_ABORTED)
			die("the program was not called");
		ns += (double)o.duration * batch;
	}
	return n ? ns / n : 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long long sum2(const __u64 *v)
{
	return v[0] + v[1];
}

static void print_drops(const struct totals *t)
{
	const char *comma = "";
	unsigned int i;

	printf("\"drops\":{");
	for (i = 1; i < DASH_DROP_COUNT; i++) {
		uint64_t n = i < DASH_DROP_FIRST_ENI ? t->port.drop[i] : t->eni.drop[i];

		if (n) {
			printf("%s\"%s\":%llu", comma, drop_name(i), (unsigned long long)n);
			comma = ",";
		}
	}
	printf("}");
}

void run_flood(unsigned int ingress, char **step, int words)
{
	struct totals before, after;

	if (words % 3)
		die("a step is FIRST COUNT PACKET");
	open_flood(ingress);
	for (; words; words -= 3, step += 3) {
		unsigned int n = strtoul(step[1], NULL, 0);
		double begin, ns;

		set_packet(step[2]);
		flood->bss->flood.answers = step[0][0] == '-';
		step[0] += step[0][0] == '-';
		flood->bss->flood.random = step[0][0] == '~' ? strtoul(step[0] + 1, NULL, 0) : 0;
		flood->bss->flood.next = strtoul(step[0], NULL, 0);
		read_totals(&before);
		begin = now();
		ns = send_packets(n);
		read_totals(&after);
		subtract(&after, &before);
		printf("{\"packets\":%u,\"tx\":%llu,\"fast\":%llu,", n, sum2(after.eni.tx_packets),
		       (unsigned long long)after.port.fast_path_packets);
		print_drops(&after);
		printf(",\"seconds\":%.3f,\"begin\":%.3f,\"end\":%.3f,\"ns_per_packet\":%.0f}\n", now() - begin,
		       begin, now(), ns);
		fflush(stdout);
	}
}

void run_until_denied(unsigned int ingress, unsigned int flows, const char *text)
{
	struct totals before, after;
	double last = 0, first = 0;
	bool passed = false;

	open_flood(ingress);
	set_packet(text);
	flood->bss->flood.random = flows;
	for (;;) {
		double begin = now();

		read_totals(&before);
		send_packets(SAMPLE);
		read_totals(&after);
		subtract(&after, &before);
		if (!sum2(after.eni.tx_packets) && passed)
			break;
		if (!passed)
			printf("{\"passes\":true}\n");
		fflush(stdout);
		passed = true;
		last = now();
		/* A batch in which both happens: the change comes within it. */
		if (sum2(after.eni.tx_packets) < SAMPLE && !first)
			first = begin;
	}
	printf("{\"last_pass\":%.3f,\"first_drop\":%.3f,", last, first);
	print_drops(&after);
	printf("}\n");
}
