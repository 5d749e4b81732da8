// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does it take to find a flow among many, beside the kernel's hash map?  Both hold
 * the same flows; lookups are at random, so that above some ten thousand flows the caches
 * decide.  Nanoseconds of this machine: the two take turns, and medians are compared.
 * Fails if a lookup takes more than LIMIT of the hash map's from 65,536 flows on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../kernel/uapi/dash_flow.h"
#include "bench_lookup.h"
#include "bench_lookup.skel.h"
#include "die.h"

#define FILL_PERCENT	80u	/* of the index, as dashctl sizes it */
#define LIMIT		0.6
#define LIMIT_FROM	65536u
#define ROUNDS		15
#define REPEAT		200000
#define BATCH		65536u

static struct bench_lookup *skel;
static struct dash_line *lines;
static struct dash_flow *flows;

static size_t pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static void *mapped(struct bpf_map *map, size_t size)
{
	void *p = mmap(NULL, pages(size), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		die("%s, %zu octets: %s", bpf_map__name(map), size, strerror(errno));
	return p;
}

static struct lookup_key key_of(unsigned int n)
{
	const struct lookup_args *d = &skel->bss->draw;

	return (struct lookup_key){ { d->base[0] ^ (__u64)(n >> 16) << 32, d->base[1] ^ (n & 0xffff) } };
}

static unsigned int room(const struct dash_line *l)
{
	unsigned int i = 0;

	while (i < DASH_LINE_WAYS && l->e[i])
		i++;
	return DASH_LINE_WAYS - i;
}

/* The first line while it is half empty, then the emptier of two, as kernel/flow_table.c does while one has room. */
static bool link_flow(struct dash_hot *hot, unsigned int slot, const struct lookup_key *k)
{
	uint64_t hash = dash_hash(k->w, 0, &hot->seed);
	unsigned int tag = dash_tag(hash), a = dash_line1(hash, hot->lines), b = dash_line_other(a, tag, hot->lines);
	struct dash_line *l = room(&lines[a]) >= DASH_LINE_WAYS / 2 || room(&lines[a]) >= room(&lines[b]) ?
			      &lines[a] : &lines[b];

	if (!room(l))
		return false;
	l->e[DASH_LINE_WAYS - room(l)] = (uint64_t)tag << 32 | slot;
	return true;
}

static void fill_dash(unsigned int n)
{
	struct dash_hot *hot = (struct dash_hot *)&skel->bss->dash_words;
	unsigned int i, left_out = 0;

	for (i = 0; i < sizeof(hot->seed.k) / sizeof(*hot->seed.k); i++)
		hot->seed.k[i] = 0x9e3779b97f4a7c15ull * (2 * i + 1);
	for (i = 0; i < n; i++) {
		struct lookup_key k = key_of(i);
		/* records are used in another order than flows are numbered */
		unsigned int slot = 1 + (unsigned int)((i * 2654435761ull) % n);

		while (flows[slot].gen)
			slot = slot % n + 1;
		memcpy(flows[slot].k0, k.w, sizeof(k.w));
		flows[slot].gen = 1;
		left_out += !link_flow(hot, slot, &k);
	}
	if (left_out > n / 1000)
		die("%u of %u flows found no place", left_out, n);
}

static void fill_map(unsigned int n)
{
	struct lookup_key *k = calloc(BATCH, sizeof(*k));
	struct lookup_value *v = calloc(BATCH, sizeof(*v));
	unsigned int i, j;
	__u32 count;

	if (!k || !v)
		die("out of memory");
	for (i = 0; i < n; i += count) {
		for (j = 0; j < BATCH && i + j < n; j++) {
			k[j] = key_of(i + j);
			v[j].gen = 1;
		}
		count = j;
		if (bpf_map_update_batch(bpf_map__fd(skel->maps.lookup_hash), k, v, &count, NULL))
			die("hash map: %s", strerror(errno));
	}
	free(k);
	free(v);
}

static double run_time(struct bpf_program *prog)
{
	unsigned char frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = sizeof(frame), .repeat = REPEAT);

	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &o))
		die("test run: %s", strerror(errno));
	return o.duration;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *t)
{
	qsort(t, ROUNDS, sizeof(*t), ascending);
	return t[ROUNDS / 2];
}

static bool measure(unsigned int n)
{
	double none[ROUNDS], dash[ROUNDS], map[ROUNDS], d, m;
	unsigned int n_lines = 1;
	int i;

	while (n_lines * (__u64)DASH_LINE_WAYS * FILL_PERCENT < n * 100ull)
		n_lines *= 2;

	skel = bench_lookup__open();
	if (!skel)
		die("open: %s", strerror(errno));
	bpf_map__set_max_entries(skel->maps.dash_index, n_lines);
	bpf_map__set_max_entries(skel->maps.dash_flows, n + 1);
	bpf_map__set_max_entries(skel->maps.lookup_hash, n);
	if (bench_lookup__load(skel))
		die("%u flows: %s", n, strerror(errno));
	lines = mapped(skel->maps.dash_index, n_lines * sizeof(*lines));
	flows = mapped(skel->maps.dash_flows, (n + 1) * sizeof(*flows));
	((struct dash_hot *)&skel->bss->dash_words)->lines = n_lines;
	skel->bss->draw = (struct lookup_args){ .state = 1, .flows = n,
		.base = { (__u64)htonl(0x0a010101) << 32 | htonl(0x0a010209),
			  (__u64)17 << 48 | (__u64)3 << 32 } };
	fill_dash(n);
	fill_map(n);
	run_time(skel->progs.lookup_dash);
	run_time(skel->progs.lookup_map);
	for (i = 0; i < ROUNDS; i++) {
		none[i] = run_time(skel->progs.lookup_nothing);
		dash[i] = run_time(skel->progs.lookup_dash);
		map[i] = run_time(skel->progs.lookup_map);
	}
	d = median(dash) - median(none);
	m = median(map) - median(none);
	printf("%10u %10.0f %10.0f %8.2f\n", n, d, m, d / m);
	fflush(stdout);
	munmap(lines, pages(n_lines * sizeof(*lines)));
	munmap(flows, pages((n + 1) * sizeof(*flows)));
	bench_lookup__destroy(skel);
	return n < LIMIT_FROM || d <= LIMIT * m;
}

int main(int argc, char **argv)
{
	struct utsname u;
	bool good = true;
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_lookup FLOWS...\n");
		return 2;
	}
	uname(&u);
	printf("nanoseconds to find one of many flows at random, kernel %s\n", u.release);
	printf("%10s %10s %10s %8s\n", "flows", "dash-linux", "hash map", "ratio");
	for (i = 1; i < argc; i++)
		good &= measure((unsigned int)strtoul(argv[i], NULL, 0));
	if (!good)
		printf("above %.2f of the hash map's time\n", LIMIT);
	return !good;
}
