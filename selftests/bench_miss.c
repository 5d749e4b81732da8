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

/* A program that drops: what a test run costs by itself. */
static int load_drop(void)
{
	struct bpf_insn insn[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "GPL", insn, 2, NULL);

	if (fd < 0)
		die("%s", strerror(errno));
	return fd;
}

void run_miss(unsigned int ingress, unsigned int n, unsigned int mappings)
{
	int drop = load_drop();
	uint32_t *floor = calloc(n, sizeof(*floor)), *miss = calloc(n, sizeof(*miss)), *hit = calloc(n, sizeof(*hit));
	struct pkt *p = calloc(n, sizeof(*p));
	unsigned int i, base, usual;
	char text[256];

	if (!floor || !miss || !hit || !p)
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

#define OUTER(from, to)	"eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 " from ">" to " / udp 51000>4789 / "
#define FROM_VM		OUTER("25.1.1.1", "10.250.20.19") "vxlan 4321 / eth F4:93:9F:EF:00:00>12:34:56:78:9A:BC / "

/* Six segments of the connection of number @n to mapping @d, each less @base. */
static uint32_t tcp_cost(unsigned int ingress, unsigned int n, unsigned int d, uint32_t base)
{
	static const struct {
		bool reply;
		const char *flags;
	} segment[] = { { false, "S" }, { true, "SA" }, { false, "A" }, { false, "A" }, { false, "FA" }, { true, "FA" } };
	static struct pkt p;
	uint32_t sum = 0;
	char text[400];
	unsigned int i;

	for (i = 0; i < sizeof(segment) / sizeof(*segment); i++) {
		if (segment[i].reply)
			snprintf(text, sizeof(text), OUTER("101.1.%u.%u", "10.250.20.19") "vxlan 45654 / "
				 "eth C8:22:83:00:00:01>F4:93:9F:EF:00:00 / ip4 10.%u.%u.%u>20.1.%u.%u / tcp 80>%u %s / pay 18",
				 d >> 12 & 15, d >> 4 & 255, d >> 16, d >> 8 & 255, d & 255, n >> 8 & 255, n & 255,
				 10000 + n, segment[i].flags);
		else
			snprintf(text, sizeof(text), FROM_VM "ip4 20.1.%u.%u>10.%u.%u.%u / tcp %u>80 %s / pay 18",
				 n >> 8 & 255, n & 255, d >> 16, d >> 8 & 255, d & 255, 10000 + n, segment[i].flags);
		pkt_build(text, &p, NULL, NULL);
		sum += time_of(prog_fd, &p, ingress, XDP_TX) - base;
	}
	return sum;
}

void run_costs(unsigned int ingress, unsigned int n, unsigned int mappings)
{
	static const struct {
		const char *name, *packet;
	} drops[] = {
		{ "drop_outer", OUTER("25.1.1.1", "10.250.20.19") "vxlan 4321 flags 0 / eth F4:93:9F:EF:00:00>12:34:56:78:9A:BC / "
		  "ip4 20.1.1.1>10.0.0.1 / udp 1>2 / pay 18" },
		{ "drop_vip", OUTER("25.1.1.1", "10.250.20.77") "vxlan 4321 / eth F4:93:9F:EF:00:00>12:34:56:78:9A:BC / "
		  "ip4 20.1.1.1>10.0.0.1 / udp 1>2 / pay 18" },
		{ "drop_eni", OUTER("25.1.1.1", "10.250.20.19") "vxlan 4321 / eth F4:93:9F:EF:77:77>12:34:56:78:9A:BC / "
		  "ip4 20.1.1.1>10.0.0.1 / udp 1>2 / pay 18" },
		{ "drop_non_syn", FROM_VM "ip4 20.1.1.1>10.0.0.1 / tcp 9>9 A / pay 18" },
		{ "drop_route", FROM_VM "ip4 20.1.1.1>11.0.0.1 / udp 1>2 / pay 18" },
		{ "drop_mapping", FROM_VM "ip4 20.1.1.1>10.255.255.255 / udp 1>2 / pay 18" },
		{ "drop_source", OUTER("25.7.7.7", "10.250.20.19") "vxlan 45654 / eth 12:34:56:78:9A:BC>F4:93:9F:EF:00:00 / "
		  "ip4 10.0.0.1>20.1.1.1 / udp 1>2 / pay 18" },
	};
	uint32_t *t = calloc(n, sizeof(*t)), base;
	int drop = load_drop();
	static struct pkt p;
	unsigned int i, k;

	if (!t)
		die("%s", strerror(errno));
	pkt_build(drops[1].packet, &p, NULL, NULL);
	for (i = 0; i < n; i++)
		t[i] = time_of(drop, &p, ingress, XDP_DROP);
	base = median(t, n);
	for (i = 0; i < n; i++)
		t[i] = tcp_cost(ingress, i, rnd() % mappings, base);
	printf("tcp %u\n", median(t, n));
	for (k = 0; k < sizeof(drops) / sizeof(*drops); k++) {
		pkt_build(drops[k].packet, &p, NULL, NULL);
		for (i = 0; i < n; i++)
			t[i] = time_of(prog_fd, &p, ingress, XDP_DROP);
		printf("%s %u\n", drops[k].name, median(t, n) - base);
	}
}
