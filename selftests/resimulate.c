// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * When a commit is answered, does every packet go by it?  Two threads send packets of
 * connections that are new, and of those that they have just opened, while the main thread
 * applies two files in turn (resimulate.sh makes them): under the first all these packets are
 * sent, under the second none is.  A packet that starts after dashctl has ended, and ends
 * before it is started again, must have the fate that the file says, whenever its connection
 * was made or judged, and that includes those of the middle of the commit.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "prog_run.h"

#define THREADS		2
#define PEERS		50u	/* 10.1.100.1 ..., each with a mapping */
#define PORTS		500u	/* of a thread, to each */
#define RECENT		64u
#define MAX_SHOWN	10u

/* Which file is in force; while it changes, nothing is known. */
enum { ALLOWED, DENYING, DENIED, ALLOWING, PHASES };

extern char **environ;

static atomic_uint epoch;	/* modulo PHASES: one of these */
static atomic_uint wrong;
static atomic_bool stop;

/**
 * struct sender - one thread
 * @recent: peer and port of its last connections
 * @sent, @dropped: packets while nothing changed
 */
struct sender {
	pthread_t thread;
	unsigned int number, seed;
	struct { unsigned char peer; unsigned short port; } recent[RECENT];
	unsigned long long sent, dropped;
};

static unsigned int any(struct sender *s, unsigned int n)
{
	return (unsigned int)rand_r(&s->seed) % n;
}

static void send_one(struct sender *s, struct pkt *p, struct pkt *out)
{
	unsigned int before = atomic_load(&epoch), i = any(s, RECENT);
	bool sent;
	int verdict;

	if (any(s, 2)) {
		s->recent[i].peer = any(s, PEERS);
		s->recent[i].port = 1000 + s->number * PORTS + any(s, PORTS);
	}
	p->data[83] = 1 + s->recent[i].peer;
	p->data[84] = s->recent[i].port >> 8;
	p->data[85] = s->recent[i].port;
	verdict = run(p, out);
	sent = verdict == XDP_TX || verdict == XDP_REDIRECT;
	if (atomic_load(&epoch) != before || before % PHASES == DENYING || before % PHASES == ALLOWING)
		return;
	s->sent += sent;
	s->dropped += !sent;
	if (sent != (before % PHASES == ALLOWED) && atomic_fetch_add(&wrong, 1) < MAX_SHOWN)
		printf("# commit %u, peer %u, port %u: was %s\n", before / 2, s->recent[i].peer,
		       s->recent[i].port, sent ? "sent" : "dropped");
}

static void *send_all(void *arg)
{
	struct pkt in, *out = malloc(sizeof(*out));

	if (!out)
		die("out of memory");
	pkt_build("eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 / vxlan 4321 / "
		  "eth F4:93:9F:EF:C4:7E>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.100.1 / udp 1000>20000 / pay 5", &in, NULL, NULL);
	while (!atomic_load(&stop))
		send_one(arg, &in, out);
	free(out);
	return NULL;
}

static void apply(const char *path)
{
	char *argv[] = { "dashctl", "apply", (char *)path, NULL };
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		die("dashctl: %s", strerror(errno));
	if (waitpid(pid, &status, 0) != pid || status)
		die("dashctl apply %s failed", path);
}

void run_judge(unsigned int seconds, const char *allow, const char *deny)
{
	static struct sender s[THREADS];
	time_t end = time(NULL) + seconds;
	unsigned long long sent = 0, dropped = 0;
	unsigned int i;

	apply(allow);
	for (i = 0; i < THREADS; i++) {
		s[i].seed = i + 1;
		s[i].number = i;
		memset(s[i].recent, 1, sizeof(s[i].recent));
		if (pthread_create(&s[i].thread, NULL, send_all, &s[i]))
			die("no thread");
	}
	/* Whoever runs is stopped in the middle often enough; the phases only have to be long enough for packets. */
	while (time(NULL) < end) {
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
		atomic_fetch_add(&epoch, 1);
		apply(atomic_load(&epoch) % PHASES == DENYING ? deny : allow);
		atomic_fetch_add(&epoch, 1);
	}
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	atomic_store(&stop, true);
	for (i = 0; i < THREADS; i++) {
		pthread_join(s[i].thread, NULL);
		sent += s[i].sent;
		dropped += s[i].dropped;
	}
	printf("{\"commits\":%u,\"sent\":%llu,\"dropped\":%llu,\"wrong\":%u}\n", atomic_load(&epoch) / 2, sent, dropped,
	       atomic_load(&wrong));
}
