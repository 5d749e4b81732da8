// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does a forwarder that is not a program under BPF_PROG_TEST_RUN cost per packet?
 *
 * Frames of one text, one flow after the other (bench_peers.bpf.c), enter the stack at
 * --from as if that device had received them, and must leave through --out, every one
 * of them: the device's own counter says so.  Without --out nobody wants them.  The kernel measures the time, which
 * counts instructions in the virtual machine with ICOUNT=1; what the sending costs is
 * measured with the same frames dropped on the spot, and taken off.  A process that
 * takes part (--pid) is charged with the CPU time that the scheduler has given it.
 *
 * bench_peers.sh sets the forwarders up and calls this.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench_peers.h"
#include "bench_peers.skel.h"
#include "die.h"
#include "pkt.h"

#define PATIENCE_MS	2000u

static uint64_t number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	uint64_t n;

	if (!f || fscanf(f, "%" SCNu64, &n) != 1)
		die("%s: %s", path, f ? "not a number" : strerror(errno));
	fclose(f);
	return n;
}

static uint64_t sent_by(const char *dev)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/tx_packets", dev);
	return number_in(path);
}

/* Nanoseconds that all threads of @pid have run. */
static uint64_t run_time_of(const char *pid)
{
	char path[300];
	struct dirent *e;
	uint64_t sum = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	d = opendir(path);
	if (!d)
		die("%s: %s", path, strerror(errno));
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task/%s/schedstat", pid, e->d_name);
		sum += number_in(path);
	}
	closedir(d);
	return sum;
}

/* @count frames through the program; nanoseconds per frame. */
static double run(struct bench_peers *skel, const struct pkt *p, int from, unsigned int count, uint32_t verdict)
{
	struct xdp_md ctx = { .data_end = p->len, .ingress_ifindex = from };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len, .repeat = count,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	skel->bss->args.verdict = verdict;
	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.peers_in), &o))
		die("test run: %s", strerror(errno));
	return o.duration;
}

/* Until @out, if there is one, has sent @wanted packets in all; work left to another thread ends so. */
static void await(const char *out, uint64_t wanted)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	unsigned int i;

	for (i = 0; out && sent_by(out) != wanted; i++) {
		if (i == PATIENCE_MS)
			die("%s has sent %" PRIu64 " packets, not %" PRIu64, out, sent_by(out), wanted);
		nanosleep(&ms, NULL);
	}
}

static void __attribute__((noreturn)) usage(void)
{
	fprintf(stderr, "usage: bench_peers --from DEV [--out DEV] [--flows N] [--packets N] [--burst N] [--back] [--pid PID] PACKET\n"
			"  --back: the packets are replies, their destination port varies\n"
			"  --burst: as many at once, then wait until they are out\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' }, { "out", required_argument, NULL, 'o' },
		{ "flows", required_argument, NULL, 'n' }, { "packets", required_argument, NULL, 'c' },
		{ "burst", required_argument, NULL, 'b' }, { "pid", required_argument, NULL, 'p' },
		{ "back", no_argument, NULL, 'r' }, { },
	};
	unsigned int flows = 1, packets = 10000, burst = 0, left, n;
	const char *from = NULL, *out = NULL, *pid = NULL;
	double base, total = 0, process = 0;
	struct bench_peers *skel;
	static struct pkt p;
	struct pkt_flow f;
	bool back = false;
	uint64_t before, ran = 0;
	int c, ifindex;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'f': from = optarg; break;
		case 'o': out = optarg; break;
		case 'n': flows = strtoul(optarg, NULL, 0); break;
		case 'c': packets = strtoul(optarg, NULL, 0); break;
		case 'b': burst = strtoul(optarg, NULL, 0); break;
		case 'p': pid = optarg; break;
		case 'r': back = true; break;
		default: usage();
		}
	}
	if (!from || optind + 1 != argc || !flows || !packets)
		usage();
	ifindex = if_nametoindex(from);
	if (!ifindex)
		die("there is no device %s", from);
	pkt_build(argv[optind], &p, NULL, &f);
	skel = bench_peers__open_and_load();
	if (!skel)
		die("load: %s", strerror(errno));
	if (p.len < sizeof(skel->bss->args.packet))
		die("the packet is shorter than %zu octets", sizeof(skel->bss->args.packet));
	memcpy(skel->bss->args.packet, p.data, sizeof(skel->bss->args.packet));
	skel->bss->args.flows = flows;
	skel->bss->args.port_at = pkt_inner_port(&p) + (back ? 2 : 0);
	skel->bss->args.base_port = ntohs(back ? f.dport : f.sport);

	base = run(skel, &p, ifindex, packets, XDP_DROP);
	skel->bss->args.next = 0;
	before = out ? sent_by(out) : 0;
	ran = pid ? run_time_of(pid) : 0;
	for (left = packets; left; left -= n) {
		n = burst && burst < left ? burst : left;
		total += run(skel, &p, ifindex, n, XDP_PASS) * n;
		await(out, before + packets - left + n);
	}
	if (pid)
		process = (double)(run_time_of(pid) - ran) / packets;
	printf("%.0f %.0f\n", total / packets - base, process);
	bench_peers__destroy(skel);
	return 0;
}
