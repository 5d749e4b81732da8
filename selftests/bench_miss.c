// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does a new connection cost, in the program that is attached, under the policy
 * that is configured (bench_config.py)?  Packets of different connections, one test
 * run each, first as misses, then the same as hits.  The median of the kernel's own
 * measurement, less that of a program that returns at once.  Where the clock counts
 * instructions (vm.sh, ICOUNT=1) these are instructions.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "prog_run.h"

static uint32_t rnd(void)
{
	static uint64_t s = 0x9e3779b97f4a7c15ull;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s >> 24;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* One run; the time that the kernel measured. */
static uint32_t time_of(int fd, const struct pkt *in, unsigned int ingress, uint32_t verdict)
{
	struct xdp_md ctx = { .data_end = in->len, .ingress_ifindex = ingress };
	static struct pkt out;
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = in->data, .data_size_in = in->len, .data_out = out.data,
		    .data_size_out = sizeof(out.data), .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = 1);

	if (bpf_prog_test_run_opts(fd, &o))
		die("test run: %s", strerror(errno));
	if (o.retval != verdict && !(verdict == XDP_TX && o.retval == XDP_REDIRECT))
		die("verdict %u", o.retval);
	return o.duration;
}

static uint32_t median(uint32_t *t, unsigned int n)
{
	qsort(t, n, sizeof(*t), by_value);
	return t[n / 2];
}

void run_miss(unsigned int ingress, unsigned int n, unsigned int mappings)
{
	struct bpf_insn insn[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int drop = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "GPL", insn, 2, NULL);
	uint32_t *floor = calloc(n, sizeof(*floor)), *miss = calloc(n, sizeof(*miss)), *hit = calloc(n, sizeof(*hit));
	struct pkt *p = calloc(n, sizeof(*p));
	unsigned int i, base, usual;
	char text[256];

	if (drop < 0 || !floor || !miss || !hit || !p)
		die("%s", strerror(errno));
	for (i = 0; i < n; i++) {
		uint32_t s = rnd(), d = rnd() % mappings, sport = rnd() % 64512 + 1024;

		snprintf(text, sizeof(text), "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.19 / "
			 "udp 51000>4789 / vxlan 4321 / eth F4:93:9F:EF:00:00>12:34:56:78:9A:BC / "
			 "ip4 20.%u.%u.%u>10.%u.%u.%u / udp %u>%u / pay 18", s >> 16 & 255, s >> 8 & 255, s & 255,
			 d >> 16, d >> 8 & 255, d & 255, sport, rnd() % 65535 + 1);
		pkt_build(text, &p[i], NULL, NULL);
	}
	for (i = 0; i < n; i++)
		floor[i] = time_of(drop, &p[i], ingress, XDP_DROP);
	for (i = 0; i < n; i++)
		miss[i] = time_of(prog_fd, &p[i], ingress, XDP_TX);
	for (i = 0; i < n; i++)
		hit[i] = time_of(prog_fd, &p[i], ingress, XDP_TX);
	base = median(floor, n);
	usual = median(miss, n) - base;	/* sorts */
	printf("miss %u hit %u floor %u from %u to %u\n", usual, median(hit, n) - base, base,
	       miss[n / 10] - base, miss[n * 9 / 10] - base);
}
