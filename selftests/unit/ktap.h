/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * KTAP output and random numbers for the native tests.  A program is
 *
 *	int main(int argc, char **argv)
 *	{
 *		ktap_start(argc, argv, <number of cases>);
 *		KTAP_RUN(case_function, "what it shows, as a sentence");
 *		return ktap_end();
 *	}
 *
 * Every case runs with a fixed seed, then with a random one, which is printed;
 * "./test_x SEED" runs it with that seed alone.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdio.h>
#include <time.h>
#include <shim.h>

static u64 ktap_seed[2] = { 1, 0 }, ktap_rng;
static int ktap_seeds = 2, ktap_number, ktap_failed, ktap_planned;
static bool ktap_bad;

static inline void ktap_start(int argc, char **argv, int plan)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ktap_seed[1] = (u64)ts.tv_sec * 1000000007ull ^ (u64)ts.tv_nsec << 20;
	if (argc > 1) {
		ktap_seed[0] = strtoull(argv[1], NULL, 0);
		ktap_seeds = 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ktap_planned = plan;
	printf("KTAP version 1\n1..%d\n", plan);
	printf("# seeds 0x%llx 0x%llx\n", ktap_seed[0], ktap_seeds > 1 ? ktap_seed[1] : 0);
}

static inline u64 rnd(void)
{
	ktap_rng ^= ktap_rng << 13;
	ktap_rng ^= ktap_rng >> 7;
	ktap_rng ^= ktap_rng << 17;
	return ktap_rng * 0x2545f4914f6cdd1dull;
}

/* 0..n-1 */
static inline u32 below(u32 n)
{
	return (u32)((rnd() >> 32) * n >> 32);
}

static inline void ktap_run(void (*fn)(void), const char *name)
{
	int i;

	ktap_bad = false;
	for (i = 0; i < ktap_seeds && !ktap_bad; i++) {
		ktap_rng = (ktap_seed[i] + ktap_number) * 0x9e3779b97f4a7c15ull | 1;
		fn();
		if (ktap_bad)
			printf("# seed 0x%llx\n", ktap_seed[i]);
	}
	ktap_failed += ktap_bad;
	printf("%s %d %s\n", ktap_bad ? "not ok" : "ok", ++ktap_number, name);
}
#define KTAP_RUN(fn, name) ktap_run(fn, name)

/* Say what went wrong, once, and leave the case. */
#define EXPECT(cond, ...) do {							\
	if (!(cond)) {								\
		ktap_bad = true;						\
		printf("# %s:%d: %s: ", __FILE__, __LINE__, #cond);		\
		printf(__VA_ARGS__);						\
		printf("\n");							\
		return;								\
	}									\
} while (0)
/* After a call that may have failed so. */
#define BAIL() do { if (ktap_bad) return; } while (0)

/* Answers compared with a twin's, for the last case of an engine. */
static u64 ktap_compared;

static inline void ktap_million(void)
{
	if (ktap_seeds > 1)
		EXPECT(ktap_compared >= 1000000, "only %llu", ktap_compared);
	printf("# %llu look-ups compared\n", ktap_compared);
}

static inline int ktap_end(void)
{
	if (ktap_number != ktap_planned) {
		printf("# planned %d cases, ran %d\n", ktap_planned, ktap_number);
		return 1;
	}
	printf("# %d passed, %d failed\n", ktap_number - ktap_failed, ktap_failed);
	return !!ktap_failed;
}

#endif
