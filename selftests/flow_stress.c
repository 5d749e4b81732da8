// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Is a packet ever sent with another connection's action?  Two threads send packets of
 * the same and of different connections through the attached program, each connection
 * with a tunnel destination of its own, and look at every packet that comes out, while
 * somebody else (flow_stress.sh) ends connections and changes policy all the time.
 * A slot that is recycled too early, or a record that is half replaced, shows as
 * a packet with somebody else's destination.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prog_run.h"

#define PEERS		500u	/* addresses, with a mapping each: flow_stress.sh makes them */
#define PORTS		8u	/* connections to each */
#define THREADS		2

static struct pkt packets[PEERS * PORTS];
static atomic_uint bad;
static atomic_bool stop;

/**
 * struct sender - one thread
 * @sent: packets that were transmitted
 * @octets: of their inner frames
 * @dropped: packets that were not
 */
struct sender {
	pthread_t thread;
	unsigned int seed;
	unsigned long long sent, octets, dropped;
};

/* The tunnel destination of peer @i, as flow_stress.sh configures it. */
static uint32_t pa_of(unsigned int i)
{
	return htonl(101u << 24 | (1 + i / 250) << 16 | 7 << 8 | (1 + i % 250));
}

static void *send_all(void *arg)
{
	struct sender *s = arg;
	struct pkt *out = malloc(sizeof(*out));
	unsigned int i;
	uint32_t dip;
	int verdict;

	if (!out)
		die("out of memory");
	while (!atomic_load(&stop)) {
		i = (unsigned int)rand_r(&s->seed) % (PEERS * PORTS);
		verdict = run(&packets[i], out);
		if (verdict != XDP_TX && verdict != XDP_REDIRECT) {
			s->dropped++;
			continue;
		}
		memcpy(&dip, out->data + 30, sizeof(dip));
		if (dip != pa_of(i / PORTS) && atomic_fetch_add(&bad, 1) < 5)
			printf("# a packet of peer %u was sent to %08x\n", i / PORTS, ntohl(dip));
		s->sent++;
		s->octets += packets[i].len - 50;
	}
	free(out);
	return NULL;
}

void run_stress(unsigned int seconds)
{
	struct sender s[THREADS] = { { .seed = 1 }, { .seed = 2 } };
	unsigned long long sent = 0, octets = 0, dropped = 0;
	char text[256];
	unsigned int i;

	for (i = 0; i < PEERS * PORTS; i++) {
		snprintf(text, sizeof(text), "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / "
			 "ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 / vxlan 4321 / "
			 "eth F4:93:9F:EF:C4:7E>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.%u.%u / udp %u>20000 / pay 5",
			 100 + i / PORTS / 250, 1 + i / PORTS % 250, 1000 + i % PORTS);
		pkt_build(text, &packets[i], NULL, NULL);
	}
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&s[i].thread, NULL, send_all, &s[i]))
			die("no thread");
	nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
	atomic_store(&stop, true);
	for (i = 0; i < THREADS; i++) {
		pthread_join(s[i].thread, NULL);
		sent += s[i].sent;
		octets += s[i].octets;
		dropped += s[i].dropped;
	}
	printf("{\"sent\":%llu,\"octets\":%llu,\"dropped\":%llu,\"astray\":%u}\n", sent, octets, dropped,
	       atomic_load(&bad));
}
