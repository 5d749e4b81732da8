// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does the data path do when there is no memory?  The maps are given to the
 * module, and packets are sent, again and again, and the first, the second, the
 * third ... allocation that the module makes for it fails, until it gets by without
 * that many; then once more, and all that follow fail as well.  A packet is sent or counted as dropped, once; a data path starts or
 * does not, and starts at the next attempt.
 *
 * faults.sh aims the faults (at the module's functions) and configures the policy
 * (configs/topo.json); faults.py does the same to commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "prog_run.h"
#include "hot_map.h"

#define LIMIT	500u	/* allocations; more is an endless loop */

static void write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

/* The @n-th allocation of this thread from here on fails, @all: and those behind it; 0: none. */
static void inject(unsigned int n, bool all)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", n);
	write_word("/proc/thread-self/fail-nth", word);
	write_word("/proc/thread-self/make-it-fail", all ? "1" : "0");
}

/* Did it come about? */
static bool fired(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY | O_CLOEXEC);
	char word[16] = "";

	if (fd < 0 || read(fd, word, sizeof(word) - 1) < 0)
		die("fail-nth: %s", strerror(errno));
	close(fd);
	inject(0, false);
	return atoi(word) == 0;
}

static void command(const char *text)
{
	if (system(text))
		die("failed: %s", text);
}

/* ---- the data path starts ---------------------------------------------------- */

static int bind_all(int fd)
{
	__u32 id;

	for (id = 0; id < DASH_MAP_N; id++) {
		LIBBPF_OPTS(bpf_test_run_opts, o, .ctx_in = &id, .ctx_size_in = sizeof(id));

		if (bpf_prog_test_run_opts(fd, &o))
			die("dash_bind: %s", strerror(errno));
		if (o.retval)
			return (int)o.retval;
	}
	return 0;
}

/* Return: all went well, and something failed. */
static bool starve_bind(int fd, bool all)
{
	unsigned int n, failed = 0, survived = 0;
	bool more = true, good = true;
	int err;

	/* What is bound goes with its namespace. */
	for (n = 1; more && good && n < LIMIT; n++) {
		inject(n, all);
		err = bind_all(fd);
		more = fired();
		if (err && (err != -ENOMEM || !more)) {
			printf("# allocation %u: %s\n", n, strerror(-err));
			good = false;
		}
		failed += !!err;
		survived += more && !err;
		if (!err && unshare(CLONE_NEWNET))
			die("unshare: %s", strerror(errno));
	}
	printf("# %u faults%s, %u survived\n", failed + survived, all ? " that go on" : "", survived);
	return good && failed && !more;
}

void run_fault_bind(void)
{
	struct dash_xdp *skel = dash_xdp__open();
	bool good;
	int fd;

	if (!skel)
		die("the program: %s", strerror(errno));
	bpf_program__set_autoload(skel->progs.dash_xdp, false);
	bpf_map__set_max_entries(skel->maps.dash_flows, 1000);
	bpf_map__set_max_entries(skel->maps.dash_index, 256);
	if (hot_map_create(skel) || dash_xdp__load(skel))
		die("load: %s", strerror(errno));
	fd = bpf_program__fd(skel->progs.dash_bind);
	good = starve_bind(fd, false) & starve_bind(fd, true);
	ok(good, "the data path starts or does not", "whichever allocation fails");
	dash_xdp__destroy(skel);
}

/* ---- packets --------------------------------------------------------------------- */

#define OUT4 "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 / vxlan 4321 / " \
	"eth F4:93:9F:EF:C4:7E>12:34:56:78:9A:BC / "

static const struct {
	const char *name, *text;
	const char *before;	/* a command that makes the kernel forget what it would not allocate again */
} kinds[] = {
	{ "a new connection", OUT4 "ip4 10.1.2.9>10.1.1.1 / udp %u>2000 / pay 8", NULL },
	{ "a new connection over IPv6", OUT4 "ip4 10.1.2.9>200.1.0.6 / udp %u>2000 / pay 8", NULL },
	{ "a TCP connection", OUT4 "ip4 10.1.2.9>10.1.1.1 / tcp %u>2000 S", NULL },
	{ "a packet towards an unknown neighbour", OUT4 "ip4 10.1.2.9>10.1.1.1 / udp %u>2000 / pay 8",
	  "ip neigh flush dev port0" },
	{ "a direct packet", OUT4 "ip4 10.1.2.9>30.0.0.1 / udp %u>2000 / pay 8", NULL },
	{ "the head of a fragmented packet", OUT4 "ip4 10.1.2.9>10.1.1.1 id 7 mf / udp %u>2000 len 208 / pay 24", NULL },
	{ "a packet of a connection that is judged anew", OUT4 "ip4 10.1.2.9>10.1.1.1 / udp 9>2000 / pay 8",
	  "dashctl apply /run/dash-ask.json >/run/dash-ask.out" },
};

/* Next hops are looked up anew, in both families. */
static void forget_routes(void)
{
	write_word("/proc/sys/net/ipv4/route/flush", "1");
	write_word("/proc/sys/net/ipv6/route/flush", "1");
}

static bool counted_once(const struct totals *d)
{
	uint64_t ends = d->eni.tx_packets[0] + d->eni.tx_packets[1];
	unsigned int i;

	for (i = 1; i < DASH_DROP_COUNT; i++)
		ends += i < DASH_DROP_FIRST_ENI ? d->port.drop[i] : d->eni.drop[i];
	return expect("rx_packets", d->port.rx_packets, 1) & expect("sent or dropped", ends, 1);
}

/* Return: every packet of kinds[@kind] was sent or counted as dropped. */
static bool starve_packet(unsigned int kind, bool all, unsigned int *faults)
{
	static struct pkt in, out;
	static unsigned int port = 1024;
	unsigned int n, dropped = 0, injected = 0;
	struct totals before, after;
	bool more = true, good = true;
	char text[512];

	for (n = 1; more && good && n < LIMIT; n++) {
		int verdict;

		snprintf(text, sizeof(text), kinds[kind].text, port++);
		pkt_build(text, &in, NULL, NULL);
		if (kinds[kind].before)
			command(kinds[kind].before);
		forget_routes();
		read_totals(&before);
		inject(n, all);
		verdict = run(&in, &out);
		more = fired();
		read_totals(&after);
		subtract(&after, &before);
		good = counted_once(&after);
		if (!good)
			printf("# allocation %u, verdict %d\n", n, verdict);
		injected += more;
		dropped += more && !after.eni.tx_packets[0];
	}
	printf("# %u faults%s, %u of them dropped the packet\n", injected, all ? " that go on" : "", dropped);
	*faults += injected;
	return good && !more;
}

void run_fault_packets(void)
{
	unsigned int i, faults = 0;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		ok(starve_packet(i, false, &faults) & starve_packet(i, true, &faults), kinds[i].name,
		   "is sent or counted as dropped");
	ok(faults, "allocations failed", "at least one");
}
