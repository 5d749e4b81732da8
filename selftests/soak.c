// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Does policy hold while everything changes?  Two threads send through the attached program,
 * each packet of a kind whose fate soak.sh's changes must not change:
 *
 *   must    every configuration that is ever in force allows it: it is sent, right
 *   never   none allows it: it is not sent
 *   may     policy changes for it: sent right or dropped
 *   flap    its ENI comes and goes
 *   junk    connections half open, fragments, headers with anything wrong, other traffic
 *
 * "must" holds UDP in both directions and whole TCP connections, over and over: SYN,
 * SYN-ACK, data, FIN, FIN, ACK, and the next SYN.  A packet that the program neither sends
 * nor passes may have gone through the kernel's output path; so the sums of what was sent are
 * printed as JSON at the end, and soak.sh compares them with all counters.
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

#define THREADS		2
#define PEERS		50u	/* 10.1.100.1 ..., each with mappings that agree on two PAs */
#define PORTS		20u	/* connections of a thread to a peer */
#define MAX_SHOWN	10u

enum kind { MUST, NEVER, MAY, FLAP, JUNK, KINDS };
static const char *const names[] = { "must", "never", "may", "flap", "junk" };

/* Where the inner packet lies in the templates. */
enum { OUTER_SIP = 26, OUTER_DIP = 30, VNI = 46, INNER = 50, IN_SRC = 76, IN_DST = 80, L4 = 84, TCP_FLAGS = 97 };

static const struct {
	enum kind kind;
	bool inbound, tcp;
	const char *text;
} templates[] = {
#define OUT(eni) "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 / " \
	"vxlan 4321 / eth F4:93:9F:EF:C4:" eni ">12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.100.1 / "
#define IN(eni) "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 101.1.7.1>10.250.20.19 / udp 52000>4789 / " \
	"vxlan 45654 / eth C8:22:83:99:22:A2>F4:93:9F:EF:C4:" eni " / ip4 10.1.100.1>10.1.2.9 / "
	{ MUST, false, false, OUT("01") "udp 1000>20000 / pay 5" },
	{ MUST, true, false, IN("01") "udp 20001>1000 / pay 5" },
	{ NEVER, false, false, OUT("1E") "udp 1000>20000 / pay 5" },
	{ NEVER, false, true, OUT("1E") "tcp 1000>80 S" },
	{ NEVER, true, false, IN("1E") "udp 20000>1000 / pay 5" },
	{ NEVER, true, true, IN("1E") "tcp 20000>1000 S" },
	{ MAY, false, false, OUT("66") "udp 1000>20000 / pay 5" },
	{ MAY, false, true, OUT("66") "tcp 1000>80 S" },
	{ MAY, true, false, IN("66") "udp 20000>1000 / pay 5" },
	{ FLAP, false, false, OUT("78") "udp 1000>20000 / pay 5" },
	{ FLAP, false, true, OUT("78") "tcp 1000>80 S" },
	{ FLAP, true, false, IN("78") "udp 20000>1000 / pay 5" },
	{ JUNK, false, true, OUT("66") "tcp 1000>80 S" },
	{ JUNK, false, false, OUT("66") "udp 1000>20000 / pay 58" },
	{ JUNK, true, true, IN("66") "tcp 20000>1000 SA" },
};
#define TEMPLATES (sizeof(templates) / sizeof(*templates))

/* A TCP connection of "must": side, flags. */
static const struct { bool inbound; uint8_t flags; } life[] = {
	{ false, 2 }, { true, 0x12 }, { false, 0x10 }, { false, 0x18 }, { true, 0x18 }, { false, 0x11 }, { true, 0x11 },
	{ false, 0x10 },
};
#define LIFE (sizeof(life) / sizeof(*life))

static struct pkt packets[TEMPLATES], tcp[2];
static atomic_bool stop;
static atomic_uint bad;

/**
 * struct sender - one thread
 * @total, @sent, @unseen, @passed: packets by kind: all, those that came out, neither that nor passed
 * @step: of each TCP connection
 */
struct sender {
	pthread_t thread;
	unsigned int seed, number;
	unsigned long long total[KINDS], sent[KINDS], unseen[KINDS], passed[KINDS], handshakes;
	uint8_t step[PEERS * PORTS];
};

static void wrong(enum kind kind, const char *what, const struct pkt *in, const struct pkt *out)
{
	if (atomic_fetch_add(&bad, 1) >= MAX_SHOWN)
		return;
	flockfile(stdout);
	printf("# %s: %s\n", names[kind], what);
	pkt_print(stdout, in);
	if (out)
		pkt_print(stdout, out);
	funlockfile(stdout);
}

/* To one of the VM's hosts with IPv6 addresses that soak.sh knows, and all of it. */
static bool sent_right6(const struct pkt *in, const struct pkt *out)
{
	static const uint8_t vip[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0xfe, [15] = 0x19 };
	static const uint8_t hosts[2][16] = {
		{ 0x20, 0x01, 0x0d, 0xb8, 0, 0x25, [15] = 0x01 },
		{ 0xfd, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7 },
	};
	const uint8_t *ip = out->data + 14, *inner = out->data + INNER + 20;

	return out->len == in->len + 20 && !memcmp(ip + 8, vip, 16) &&
	       (!memcmp(ip + 24, hosts[0], 16) || !memcmp(ip + 24, hosts[1], 16)) &&
	       !memcmp(out->data + VNI + 20, "\0\x10\xe1", 3) && !memcmp(inner + 6, in->data + INNER + 6, in->len - INNER - 6);
}

/*
 * soak.sh's PAs: 101.1.7.PEER or 101.2.7.PEER towards the network, four hosts of both families towards
 * the VM, of which half the one and half the other would be wrong.
 */
static bool sent_right(const struct pkt *in, const struct pkt *out, bool inbound, unsigned int peer)
{
	const uint8_t *pa = out->data + OUTER_DIP;
	static const uint8_t vip[] = { 10, 250, 20, 19 };

	if (inbound && out->data[12] == 0x86)
		return sent_right6(in, out);
	if (out->len != in->len || memcmp(out->data + OUTER_SIP, vip, 4) ||
	    memcmp(out->data + INNER + 6, in->data + INNER + 6, in->len - INNER - 6))
		return false;
	if (inbound)
		return pa[0] == 25 && pa[1] == 1 && pa[2] == 1 && (pa[3] == 1 || pa[3] == 2) &&
		       out->data[VNI] == 0 && out->data[VNI + 1] == 0x10 && out->data[VNI + 2] == 0xe1;
	return pa[0] == 101 && (pa[1] == 1 || pa[1] == 2) && pa[2] == 7 && pa[3] == 1 + peer &&
	       out->data[VNI] == 0 && out->data[VNI + 1] == 0xb2 && out->data[VNI + 2] == 0x56;
}

static bool send_one(struct sender *s, enum kind kind, const struct pkt *in, bool inbound, unsigned int peer)
{
	static __thread struct pkt out;
	int verdict = run(in, &out);

	s->total[kind]++;
	if (verdict == XDP_PASS) {
		s->passed[kind]++;
		if (kind != JUNK)
			wrong(kind, "went to the stack", in, NULL);
	} else if (verdict == XDP_TX || verdict == XDP_REDIRECT) {
		s->sent[kind]++;
		if (kind == NEVER)
			wrong(kind, "was sent", in, &out);
		else if (kind != JUNK && !sent_right(in, &out, inbound, peer))
			wrong(kind, "was sent wrong", in, &out);
		return true;
	} else if (verdict != XDP_DROP) {
		wrong(kind, "aborted the program", in, NULL);
	} else {
		s->unseen[kind]++;
	}
	return false;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static unsigned int any(struct sender *s, unsigned int n)
{
	return (unsigned int)rand_r(&s->seed) % n;
}

/* Addresses and ports of a packet to or from @peer; @port: the VM's. */
static void address(struct pkt *p, bool inbound, unsigned int peer, unsigned int port)
{
	p->data[(inbound ? IN_SRC : IN_DST) + 3] = 1 + peer;
	if (inbound)
		p->data[OUTER_SIP + 3] = 1 + peer;
	put16(p->data + L4 + (inbound ? 2 : 0), port);
	/* outer header checksum: the template's was right for address 1 */
	if (inbound) {
		uint32_t sum = 0;
		unsigned int i;

		p->data[24] = p->data[25] = 0;
		for (i = 14; i < 34; i += 2)
			sum += p->data[i] << 8 | p->data[i + 1];
		sum = (sum >> 16) + (sum & 0xffff);
		sum = (sum >> 16) + (sum & 0xffff);
		put16(p->data + 24, ~sum & 0xffff);
	}
}

/* The next segment of a connection that lives and dies, and lives again. */
static void send_tcp(struct sender *s)
{
	unsigned int c = any(s, PEERS * PORTS), step = s->step[c] % LIFE, peer = c / PORTS;
	struct pkt p = tcp[life[step].inbound];

	address(&p, life[step].inbound, peer, 2000 + s->number * PORTS + c % PORTS);
	p.data[TCP_FLAGS] = life[step].flags;
	send_one(s, MUST, &p, life[step].inbound, peer);
	s->step[c]++;
	if (step == 2)
		s->handshakes++;
}

/* Damage, but not to what says whose packet it is. */
static void spoil(struct sender *s, struct pkt *p)
{
	unsigned int at, n = 1 + any(s, 3);

	switch (any(s, 4)) {
	case 0:		/* fragments of few identifications */
		put16(p->data + 68, any(s, 8));
		put16(p->data + 70, any(s, 2) << 13 | any(s, 3) * 100);
		return;
	case 1:
		p->len = 14 + any(s, p->len - 13);
		return;
	case 2:		/* a flood of connections */
		put16(p->data + L4, rand_r(&s->seed));
		return;
	}
	while (n--) {
		at = any(s, p->len);
		if (at < 12 || (at >= VNI && at < INNER + 12))
			continue;
		p->data[at] = rand_r(&s->seed);
	}
}

static void *send_all(void *arg)
{
	struct sender *s = arg;
	unsigned int i, peer;
	struct pkt p;

	while (!atomic_load(&stop)) {
		i = any(s, TEMPLATES + 4);
		if (i >= TEMPLATES) {
			send_tcp(s);
			continue;
		}
		p = packets[i];
		peer = any(s, PEERS);
		address(&p, templates[i].inbound, peer, 1000 + s->number * PORTS + any(s, PORTS));
		if (templates[i].kind == JUNK)
			spoil(s, &p);
		send_one(s, templates[i].kind, &p, templates[i].inbound, peer);
	}
	return NULL;
}

void run_soak(unsigned int seconds)
{
	static struct sender s[THREADS];
	unsigned long long handshakes = 0;
	unsigned int i, k, n;

	for (i = 0; i < TEMPLATES; i++)
		pkt_build(templates[i].text, &packets[i], NULL, NULL);
	pkt_build(OUT("01") "tcp 2000>80 S / pay 5", &tcp[0], NULL, NULL);
	pkt_build(IN("01") "tcp 80>2000 SA / pay 5", &tcp[1], NULL, NULL);
	for (i = 0; i < THREADS; i++) {
		s[i].seed = time(NULL) + i;
		s[i].number = i;
		if (pthread_create(&s[i].thread, NULL, send_all, &s[i]))
			die("no thread");
	}
	nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
	atomic_store(&stop, true);
	for (i = 0; i < THREADS; i++) {
		pthread_join(s[i].thread, NULL);
		handshakes += s[i].handshakes;
	}
	printf("{\"bad\":%u,\"handshakes\":%llu", atomic_load(&bad), handshakes);
	for (k = 0; k < KINDS; k++) {
		unsigned long long sum[4] = { 0 };

		for (n = 0; n < THREADS; n++) {
			sum[0] += s[n].total[k];
			sum[1] += s[n].sent[k];
			sum[2] += s[n].unseen[k];
			sum[3] += s[n].passed[k];
		}
		printf(",\"%s\":{\"total\":%llu,\"sent\":%llu,\"unseen\":%llu,\"passed\":%llu}", names[k], sum[0], sum[1],
		       sum[2], sum[3]);
	}
	printf("}\n");
}
