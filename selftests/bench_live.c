// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How many packets a second does a forwarder take through a pair of veth devices, and
 * how long is one on its way?
 *
 * The forwarder holds one end, this program the other, and packets come back where they
 * went.  For the rate, frames are redirected into the device by BPF_PROG_TEST_RUN
 * (bench_peers.bpf.c) and counted and dropped when they return: all on one CPU, so the
 * rate is that of a CPU that also sends and receives.  For the time on the way, one
 * packet after the other goes through a packet socket, at a moderate pace, and the clock
 * stops when it is back in the socket; the same way with a program that only reflects is
 * the base to compare with.
 *
 * bench_live.sh sets the forwarders up and calls this.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench_peers.h"
#include "bench_peers.skel.h"
#include "die.h"
#include "pkt.h"

#define RATE_FRAMES	200000u		/* per measurement */
#define RATE_ROUNDS	9u
#define TRIPS		20000u
#define PACE_NS		100000u		/* between two packets: 10,000 a second */
#define LOST_MS		1000

static struct bench_peers *skel;
static struct pkt frame;
static int ifindex;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void generate(unsigned int frames)
{
	struct xdp_md ctx = { .data_end = frame.len };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame.data, .data_size_in = frame.len, .repeat = frames,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.peers_in), &o))
		die("test run: %s", strerror(errno));
}

/* Packets a second that come back: median, lowest, highest; and the share that does not. */
static void rate(void)
{
	struct bpf_link *link = bpf_program__attach_xdp(skel->progs.peers_count, ifindex);
	double r[RATE_ROUNDS];
	uint64_t before, sent = 0, back = 0;
	unsigned int i;
	int64_t start;

	if (!link)
		die("attach: %s", strerror(errno));
	generate(RATE_FRAMES);
	for (i = 0; i < RATE_ROUNDS; i++) {
		before = skel->bss->arrived;
		start = now();
		generate(RATE_FRAMES);
		r[i] = (skel->bss->arrived - before) * 1e9 / (now() - start);
		sent += RATE_FRAMES;
		back += skel->bss->arrived - before;
	}
	bpf_link__destroy(link);
	qsort(r, RATE_ROUNDS, sizeof(*r), ascending);
	printf("%.0f %.0f %.0f %.6f", r[RATE_ROUNDS / 2], r[0], r[RATE_ROUNDS - 1], sent > back ? (double)(sent - back) / sent : 0);
}

/* One packet there and back, in nanoseconds; its last octets tell it from any other. */
static double trip(int fd)
{
	uint8_t *mark = frame.data + frame.len - sizeof(uint32_t);
	static uint8_t got[PKT_MAX];
	static uint32_t number;
	int64_t start;
	ssize_t n;

	number++;
	memcpy(mark, &number, sizeof(number));
	start = now();
	if (send(fd, frame.data, frame.len, 0) != (ssize_t)frame.len)
		die("send: %s", strerror(errno));
	do {
		n = recv(fd, got, sizeof(got), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			die("recv: %s", strerror(errno));
		if (now() - start > LOST_MS * 1000000ll)
			die("a packet did not come back");
	} while (n < (ssize_t)sizeof(number) || memcmp(got + n - sizeof(number), mark, sizeof(number)));
	return now() - start;
}

static void latency(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), one = 1;
	static double t[TRIPS];
	unsigned int i;
	int64_t next;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("packet socket: %s", strerror(errno));
	for (i = 0; i < TRIPS / 10; i++)
		trip(fd);
	next = now();
	for (i = 0; i < TRIPS; i++) {
		t[i] = trip(fd);
		next = now() > next + PACE_NS ? now() : next + PACE_NS;
		while (now() < next)
			;
	}
	close(fd);
	qsort(t, TRIPS, sizeof(*t), ascending);
	printf(" %.0f %.0f %.0f\n", t[TRIPS / 2], t[TRIPS * 99 / 100], t[TRIPS - 1]);
}

/* Something to compare with: every frame goes back as it came. */
static int reflect(void)
{
	struct bpf_link *link = bpf_program__attach_xdp(skel->progs.peers_reflect, ifindex);
	char c;

	if (!link)
		die("attach: %s", strerror(errno));
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	bpf_link__destroy(link);
	return 0;
}

int main(int argc, char **argv)
{
	bool reflecting = argc == 3 && !strcmp(argv[1], "--reflect");
	struct pkt_flow f;

	if (!reflecting && argc != 4) {
		fprintf(stderr, "usage: bench_live DEV FLOWS PACKET | bench_live --reflect DEV\n"
				"  prints packets a second (median, lowest, highest, share lost) and\n"
				"  nanoseconds on the way (median, 99th percentile, highest)\n");
		return 2;
	}
	ifindex = if_nametoindex(argv[reflecting ? 2 : 1]);
	skel = bench_peers__open_and_load();
	if (!ifindex || !skel)
		die("%s: %s", argv[reflecting ? 2 : 1], strerror(errno));
	if (reflecting)
		return reflect();
	pkt_build(argv[3], &frame, NULL, &f);
	if (frame.len < sizeof(skel->bss->args.packet))
		die("the packet is shorter than %zu octets", sizeof(skel->bss->args.packet));
	memcpy(skel->bss->args.packet, frame.data, sizeof(skel->bss->args.packet));
	skel->bss->args.flows = strtoul(argv[2], NULL, 0);
	skel->bss->args.port_at = pkt_inner_port(&frame);
	skel->bss->args.base_port = ntohs(f.sport);
	skel->bss->args.verdict = XDP_REDIRECT;
	skel->bss->args.out = ifindex;
	rate();
	latency();
	return 0;
}
