// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Does the real XDP program do to each packet what pipeline.md says?  The packets
 * are data (fixtures.h), BPF_PROG_TEST_RUN sends them, and after each one all
 * counters are compared with what this packet must have moved.
 *
 * Native (default): prog_run_native.c loads the program without the module, fills
 * the maps itself, and installs the flow that a case hits: the hit path, complete.
 * --module IFINDEX: uses the program that is attached to a device, whose policy
 * somebody has configured (fixtures.json); every case runs as first packet and
 * once more as following packet.
 * --stress DEVICE SECONDS: two threads over 4,000 connections (flow_stress.c).
 * --flood DEVICE [FIRST COUNT PACKET]...: no test; packets of many connections (flood.c).
 * --until-denied DEVICE FLOWS PACKET: no test; until none of them passes any more.
 * --miss DEVICE N MAPPINGS: no test; cost of N first packets (bench_miss.c).
 * --faults DEVICE, --fault-bind: failing allocations (fault.c).
 * --costs DEVICE N MAPPINGS: no test; cost of N TCP connections, and of drops (bench_miss.c).
 * --speed N: no test; time of a hit per packet over N runs, native.
 * --send DEVICE PACKET: runs it once, without a test.
 * --packets DEVICE FILE...: plays what oracle/rounds.py wrote (run_packets.c).
 * --soak DEVICE SECONDS: no test; mixed traffic of known fate (soak.c).
 * --corpus DIR HEX...: no test; the packets as seeds for a fuzz target, behind these octets.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "prog_run.h"
#include "fixtures.h"

#define MAX_TEST_ENI	32u

int prog_fd, eni_fd, port_fd;
static int cpus;
static unsigned int ingress;		/* 0: leave it to the kernel */
static unsigned int cases, failures;

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("Bail out! ");
	vprintf(fmt, ap);
	printf("\n");
	exit(1);
}

bool ok(bool good, const char *name, const char *what)
{
	cases++;
	if (!good)
		failures++;
	printf("%s %u %s%s%s\n", good ? "ok" : "not ok", cases, name, *what ? ", " : "", what);
	return good;
}

/* ---- counters ------------------------------------------------------------ */

void add_words(void *to, const void *from, size_t size)
{
	uint64_t *t = to;
	const uint64_t *f = from;
	size_t i;

	for (i = 0; i < size / 8; i++)
		t[i] += f[i];
}

void read_totals(struct totals *t)
{
	static struct dash_eni_stats eni[256];
	static struct dash_port_stats port[256];
	__u32 key, dir;
	int cpu;

	memset(t, 0, sizeof(*t));
	for (key = 0; key < MAX_TEST_ENI; key++) {
		if (bpf_map_lookup_elem(eni_fd, &key, eni))
			die("ENI counters: %s", strerror(errno));
		for (cpu = 0; cpu < cpus; cpu++)
			add_words(&t->eni, &eni[cpu], sizeof(eni[cpu]));
	}
	for (key = 0; key < DASH_MAX_PORT; key++) {
		if (bpf_map_lookup_elem(port_fd, &key, port))
			die("port counters: %s", strerror(errno));
		for (cpu = 0; cpu < cpus; cpu++)
			add_words(&t->port, &port[cpu], sizeof(port[cpu]));
		for (dir = 0; dir < 2; dir++)
			dash_port_add_hits(&t->port, &t->eni.hits[key][dir]);
	}
	dash_eni_add_hits(&t->eni);
}

void subtract(struct totals *a, const struct totals *b)
{
	uint64_t *x = (uint64_t *)a;
	const uint64_t *y = (const uint64_t *)b;
	size_t i;

	for (i = 0; i < sizeof(*a) / 8; i++)
		x[i] -= y[i];
}

const char *drop_name(unsigned int reason)
{
	switch (reason) {
#define X(num, sym, name, scope, fwd) case num: return name;
	DASH_DROP_REASONS(X)
#undef X
	}
	return "?";
}

bool expect(const char *what, uint64_t got, uint64_t want)
{
	if (got == want)
		return true;
	printf("# counter %s moved by %llu, not %llu\n", what, (unsigned long long)got,
	       (unsigned long long)want);
	return false;
}

/* Which way a packet has to take. */
enum path { ANY_PATH, SLOW, FAST };

/* Exactly the drop reason of @f, exactly once, and the traffic of one packet. */
static bool counters_right(const struct fixture *f, enum path path, const struct totals *d,
			   const struct pkt *out)
{
	uint64_t rx = d->eni.rx_packets[0] + d->eni.rx_packets[1];
	uint64_t tx = d->eni.tx_packets[0] + d->eni.tx_packets[1];
	unsigned int i, want;
	bool good = true;

	good &= expect("port rx_packets", d->port.rx_packets, 1);
	good &= expect("underlay_passthrough", d->port.underlay_passthrough, f->verdict == PASS);
	for (i = 1; i < DASH_DROP_COUNT; i++) {
		want = f->verdict == DROP && i == f->reason;
		good &= expect(drop_name(i), i < DASH_DROP_FIRST_ENI ? d->port.drop[i] : d->eni.drop[i], want);
	}
	good &= expect("ENI rx_packets", rx, f->verdict == TX ||
		       (f->verdict == DROP && f->reason >= DASH_DROP_FIRST_ENI));
	good &= expect("ENI tx_packets", tx, f->verdict == TX);
	if (rx)
		good &= expect("ENI rx_bytes", d->eni.rx_bytes[0] + d->eni.rx_bytes[1], d->port.rx_bytes);
	if (f->verdict == TX)
		good &= expect("ENI tx_bytes", d->eni.tx_bytes[0] + d->eni.tx_bytes[1], out->len);
	good &= expect("paths", d->port.fast_path_packets + d->port.slow_path_packets <= 1, 1);
	if (path) {
		good &= expect("fast_path_packets", d->port.fast_path_packets, path == FAST);
		good &= expect("slow_path_packets", d->port.slow_path_packets, path == SLOW);
	}
	return good;
}

/* ---- one packet ------------------------------------------------------------ */

int run(const struct pkt *in, struct pkt *out)
{
	struct xdp_md ctx = { .data_end = in->len, .ingress_ifindex = ingress };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = in->data, .data_size_in = in->len,
		    .data_out = out->data, .data_size_out = sizeof(out->data), .repeat = 1);

	if (ingress) {
		o.ctx_in = &ctx;
		o.ctx_size_in = sizeof(ctx);
	}
	if (bpf_prog_test_run_opts(prog_fd, &o))
		die("test run of %u octets: %s", in->len, strerror(errno));
	out->len = o.data_size_out;
	return o.retval;
}

static bool sport_right(const struct pkt *out, const char *text)
{
	unsigned int at = out->data[12] == 0x08 ? 34 : 54, port;

	if (!strstr(text, "udp *"))
		return true;
	port = out->data[at] << 8 | out->data[at + 1];
	if (port >= SPORT_BASE && port <= SPORT_BASE + SPORT_MASK)
		return true;
	printf("# UDP source port %u is outside the range\n", port);
	return false;
}

static bool produced[DASH_DROP_COUNT];	/* reasons that a fixture was dropped for, and counted once */

static void run_on_path(const struct fixture *f, const char *which, enum path path)
{
	static const char *const names[] = { "XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT" };
	static struct pkt in, out, want;
	struct totals before, after;
	bool good = true;
	int verdict;

	pkt_build(f->in, &in, NULL, NULL);
	read_totals(&before);
	verdict = run(&in, &out);
	read_totals(&after);
	subtract(&after, &before);
	switch (f->verdict) {
	case TX:
		good = verdict == XDP_TX || verdict == XDP_REDIRECT;
		break;
	case DROP:
		good = verdict == XDP_DROP;
		break;
	case PASS:
		good = verdict == XDP_PASS;
		break;
	}
	if (!good)
		printf("# verdict %s\n", (unsigned int)verdict < 5 ? names[verdict] : "?");
	if (good && f->verdict == TX) {
		pkt_build(f->out, &want, &out, NULL);
		good = pkt_equal(stdout, &want, &out) & sport_right(&out, f->out);
	} else if (good && f->verdict == PASS) {
		good = pkt_equal(stdout, &in, &out);
	}
	good &= counters_right(f, path, &after, &out);
	if (good && f->verdict == DROP)
		produced[f->reason] = true;
	ok(good, f->name, which);
}

void run_fixture(const struct fixture *f, const char *which)
{
	run_on_path(f, which, ANY_PATH);
}

/* ---- with the module --------------------------------------------------------- */

static void open_attached(unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	struct bpf_prog_info info = {};
	struct bpf_map_info map;
	__u32 ids[64], size = sizeof(info), i;
	int fd;

	if (bpf_xdp_query(ifindex, 0, &q) || !q.prog_id)
		die("no XDP program on device %u", ifindex);
	prog_fd = bpf_prog_get_fd_by_id(q.prog_id);
	info.nr_map_ids = sizeof(ids) / sizeof(*ids);
	info.map_ids = (__u64)(unsigned long)ids;
	if (prog_fd < 0 || bpf_obj_get_info_by_fd(prog_fd, &info, &size))
		die("program %u: %s", q.prog_id, strerror(errno));
	for (i = 0; i < info.nr_map_ids; i++) {
		fd = bpf_map_get_fd_by_id(ids[i]);
		size = sizeof(map);
		memset(&map, 0, sizeof(map));
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &map, &size))
			die("map %u: %s", ids[i], strerror(errno));
		if (!strcmp(map.name, "dash_eni_stats"))
			eni_fd = fd;
		else if (!strcmp(map.name, "dash_port_stats"))
			port_fd = fd;
		else
			close(fd);
	}
	if (!eni_fd || !port_fd)
		die("device %u runs another program", ifindex);
	ingress = ifindex;
}

/* "%u" in a text is a port. */
static void with_port(const char *in, unsigned int port, char *text, size_t size)
{
	const char *at = strstr(in, "%u");

	snprintf(text, size, "%.*s%u%s", (int)(at - in), in, port, at + 2);
}

/*
 * A token bucket is at least 32 deep (pipeline.md 20) and fills while we send; 128
 * connections empty it on any machine.
 */
static void run_burst(const struct fixture *f)
{
	static struct pkt in, out;
	struct fixture last = *f;
	unsigned int port;
	char text[512];

	for (port = 1000; port < 1128; port++) {
		with_port(f->in, port, text, sizeof(text));
		pkt_build(text, &in, NULL, NULL);
		run(&in, &out);
	}
	with_port(f->in, port, text, sizeof(text));
	last.in = text;
	run_fixture(&last, "after a burst");
}

/* A packet that is sent belongs to a flow afterwards, so the same one again is a hit. */
static void run_first_and_next(const struct fixture *f)
{
	enum path first = f->modes & NEW ? SLOW : f->modes & HIT ? FAST : ANY_PATH;

	run_on_path(f, "first packet", first);
	if (!(f->modes & ONCE))
		run_on_path(f, "following packet", f->verdict == TX && !(f->modes & TRACKED) ? FAST : ANY_PATH);
}

/* The same program, where the module has no flow table to create a flow in. */
static void run_elsewhere(void)
{
	static const struct fixture f = { "a new connection without a flow table", MODULE,
		OUT4 I4 "udp 9>10 / pay 5", DROP, DASH_DROP_FLOW_CREATE_FAILED };

	if (unshare(CLONE_NEWNET))
		die("new namespace: %s", strerror(errno));
	ingress = 0;
	run_fixture(&f, "in a namespace that is no appliance");
}

static void run_example(const char *config)
{
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		if (strcmp(examples[i].config, config))
			continue;
		run_first_and_next(&examples[i].f);
		n++;
	}
	if (!n)
		die("no packets for the example %s", config);
}

/* Every reason but those of features to come, the full table's (--full) and the one that must not be. */
static void check_all_produced(void)
{
	static const unsigned char elsewhere[] = {
		DASH_DROP_LB_FAST_PATH_ENI_MISS, DASH_DROP_VXLAN_SPORT_INVALID, DASH_DROP_OUTBOUND_PORT_MAP_MISS,
		DASH_DROP_OUTBOUND_PORT_MAP_RANGE_MISS, DASH_DROP_TUNNEL_MISS, DASH_DROP_FRAGMENT_TABLE_FULL,
		DASH_DROP_TRANSFORM_UNSUPPORTED, DASH_DROP_BW_LIMIT, DASH_DROP_PPS_LIMIT, DASH_DROP_HAIRPIN_LOOP,
		DASH_DROP_FAST_PATH_FLOW_MISS, DASH_DROP_FAST_PATH_DISABLED, DASH_DROP_FLOW_LIMIT_GLOBAL,
		DASH_DROP_INTERNAL_ERROR,
	};
	bool good = true;
	unsigned int i;

	for (i = 1; i < DASH_DROP_COUNT; i++) {
		if (strcmp(drop_name(i), "?") && !produced[i] && !memchr(elsewhere, i, sizeof(elsewhere))) {
			printf("# no packet was dropped for %s\n", drop_name(i));
			good = false;
		}
	}
	ok(good, "every drop reason", "has been produced and counted once");
}

/* One packet, as text or in hexadecimal octets, for scripts. */
static void run_one(const char *packet)
{
	static struct pkt in, out;

	if (strchr(packet, ' '))
		pkt_build(packet, &in, NULL, NULL);
	else
		pkt_from_hex(packet, &in);
	printf("verdict %d\n", run(&in, &out));
}

/* The flow table is smaller than the ports are many: it fills up, and what is in it stays. */
static void run_full(void)
{
	static struct fixture f = { "a connection too many for the flow table", MODULE, NULL,
		DROP, DASH_DROP_FLOW_LIMIT_GLOBAL };
	static struct fixture old = { "a connection that is in the full table", MODULE,
		OUT4 I4 "udp 1>9 / pay 5", TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 1>9 / pay 5" };
	static struct pkt in, out;
	unsigned int port;
	char text[512];

	for (port = 1; port < 65536; port++) {
		with_port(OUT4 I4 "udp %u>9 / pay 5", port, text, sizeof(text));
		pkt_build(text, &in, NULL, NULL);
		if (run(&in, &out) == XDP_DROP)
			break;
	}
	f.in = text;
	printf("# the packet of connection %u is the first to be dropped\n", port);
	run_fixture(&f, "again");
	run_on_path(&old, "following packet", FAST);
}

static void run_module(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		if (!(fixtures[i].modes & MODULE))
			continue;
		if (fixtures[i].modes & BURST) {
			run_burst(&fixtures[i]);
			continue;
		}
		run_first_and_next(&fixtures[i]);
	}
	run_elsewhere();
	check_all_produced();
}

/* The packets of the fixtures as seeds for a fuzz target: octets of its own (@prefix, hexadecimal), then the frame. */
static void write_corpus(const char *dir, const char *prefix)
{
	static struct pkt in, own;
	char path[512];
	unsigned int i;
	FILE *f;

	pkt_from_hex(prefix, &own);
	for (i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		if (strchr(fixtures[i].in, '%'))
			continue;
		pkt_build(fixtures[i].in, &in, NULL, NULL);
		snprintf(path, sizeof(path), "%s/%s-%03u", dir, prefix, i);
		f = fopen(path, "wb");
		if (!f || fwrite(own.data, own.len, 1, f) != 1 || fwrite(in.data, in.len, 1, f) != 1 || fclose(f))
			die("%s: %s", path, strerror(errno));
	}
}

int main(int argc, char **argv)
{
	cpus = libbpf_num_possible_cpus();
	if (cpus < 1 || cpus > 256)
		die("%d CPUs", cpus);
	if (argc == 3 && !strcmp(argv[1], "--speed")) {
		run_native_speed(atoi(argv[2]));
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--stress")) {
		open_attached(if_nametoindex(argv[2]));
		run_stress(atoi(argv[3]));
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--soak")) {
		open_attached(if_nametoindex(argv[2]));
		run_soak(atoi(argv[3]));
		return 0;
	}
	if (argc == 6 && !strcmp(argv[1], "--judge")) {
		open_attached(if_nametoindex(argv[2]));
		run_judge(atoi(argv[3]), argv[4], argv[5]);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "--corpus")) {
		for (; argc > 3; argc--)
			write_corpus(argv[2], argv[argc - 1]);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "--flood")) {
		open_attached(if_nametoindex(argv[2]));
		run_flood(ingress, argv + 3, argc - 3);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "--until-denied")) {
		open_attached(if_nametoindex(argv[2]));
		run_until_denied(ingress, strtoul(argv[3], NULL, 0), argv[4]);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "--miss")) {
		open_attached(if_nametoindex(argv[2]));
		run_miss(ingress, atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "--costs")) {
		open_attached(if_nametoindex(argv[2]));
		run_costs(ingress, atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	if (argc != 4 || strcmp(argv[1], "--send"))
		printf("TAP version 14\n");
	printf("TAP version 14\n");
	if (argc == 3 && !strcmp(argv[1], "--module")) {
		open_attached(atoi(argv[2]) ?: (int)if_nametoindex(argv[2]));
		run_module();
	} else if (argc == 3 && !strcmp(argv[1], "--full")) {
		open_attached(if_nametoindex(argv[2]));
		run_full();
	} else if (argc == 4 && !strcmp(argv[1], "--send")) {
		open_attached(if_nametoindex(argv[2]));
		run_one(argv[3]);
		return 0;
	} else if (argc > 3 && !strcmp(argv[1], "--packets")) {
		open_attached(if_nametoindex(argv[2]));
		trace_open(argv[2]);
		run_packets(argc - 3, argv + 3);
	} else if (argc == 4 && !strcmp(argv[1], "--example")) {
		open_attached(if_nametoindex(argv[3]));
		run_example(argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "--faults")) {
		open_attached(if_nametoindex(argv[2]));
		run_fault_packets();
	} else if (argc == 2 && !strcmp(argv[1], "--fault-bind")) {
		run_fault_bind();
	} else if (argc == 1) {
		run_native();
	} else {
		fprintf(stderr, "usage: prog_run [--module DEVICE | --full DEVICE | --faults DEVICE | --fault-bind | --example NAME DEVICE | --packets DEVICE FILE... | --stress DEVICE SECONDS | --soak DEVICE SECONDS | --judge DEVICE SECONDS ALLOW DENY | --flood DEVICE [FIRST COUNT PACKET]... | --until-denied DEVICE FLOWS PACKET | --miss DEVICE N MAPPINGS | --costs DEVICE N MAPPINGS | --speed RUNS | --corpus DIRECTORY HEX...]\n");
		return 2;
	}
	printf("1..%u\n", cases);
	return failures ? 1 : 0;
}
