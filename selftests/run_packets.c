// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Does the appliance do to these packets what the oracle says?  Plays the files that
 * oracle/rounds.py wrote, in their order: parameters and transactions through dashctl, packets
 * through the program of an attached port by BPF_PROG_TEST_RUN.  Each packet's verdict,
 * the counters that it moved, and every octet of what came out are compared.  Before
 * it runs, each packet is traced: what `dashctl trace` says must come true as well.
 *
 * File names are ROUND-STEP.KIND; a new round begins with an empty configuration.  One
 * line a disagreement, with the packet, and one case a round.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "prog_run.h"

#define MAX_ENI		16u	/* indices that these configurations use */
#define MAX_PACKETS	65536u	/* of a round */
#define MAX_SHOWN	20u	/* disagreements */
#define AGE		4	/* s; RESET lasts 5 */

extern char **environ;

/* What a line says. */
struct expected {
	const char *verdict, *reasons, *kind;
	unsigned int connection;
	struct pkt in, out;
	unsigned int old;		/* packet; 0: none */
	const char *old_reason;
};

static struct {
	unsigned int number;		/* of the packet in its round */
	unsigned int wrong, first;	/* disagreements of the round; its first packet */
	unsigned long sent, total;
	double configuring;		/* s */
	double when[MAX_PACKETS];
	uint16_t sport[2 * MAX_PACKETS];	/* by connection and direction */
} run_state;

static struct totals before;
static int cpus;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* All counters in two system calls. */
static void read_counters(struct totals *t)
{
	static struct dash_eni_stats eni[MAX_ENI * 256];
	static struct dash_port_stats port[DASH_MAX_PORT * 256];
	static __u32 keys[DASH_MAX_PORT];
	__u32 n = MAX_ENI, next, i, dir;

	memset(t, 0, sizeof(*t));
	if (bpf_map_lookup_batch(eni_fd, NULL, &next, keys, eni, &n, NULL))
		die("ENI counters: %s", strerror(errno));
	for (i = 0; i < n * cpus; i++)
		add_words(&t->eni, &eni[i], sizeof(eni[i]));
	n = DASH_MAX_PORT;
	if (bpf_map_lookup_batch(port_fd, NULL, &next, keys, port, &n, NULL) && errno != ENOENT)
		die("port counters: %s", strerror(errno));
	for (i = 0; i < n * cpus; i++)
		add_words(&t->port, &port[i], sizeof(port[i]));
	for (i = 0; i < DASH_MAX_PORT; i++)
		for (dir = 0; dir < 2; dir++)
			dash_port_add_hits(&t->port, &t->eni.hits[i][dir]);
	dash_eni_add_hits(&t->eni);
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void from_hex(const char *hex, struct pkt *p)
{
	for (p->len = 0; p->len < PKT_MAX && *hex; hex += 2)
		p->data[p->len++] = nibble(hex[0]) << 4 | nibble(hex[1]);
	if (*hex)
		die("a packet of the oracle is too long");
}

static void parse_line(char *line, struct expected *e)
{
	char *save = NULL, *word = strtok_r(line, " \n", &save);

	e->reasons = e->old_reason = "";
	e->old = 0;
	from_hex(word, &e->in);
	e->verdict = strtok_r(NULL, " \n", &save);
	if (!strcmp(e->verdict, "drop")) {
		e->reasons = strtok_r(NULL, " \n", &save);
	} else if (!strcmp(e->verdict, "send")) {
		e->connection = atoi(strtok_r(NULL, " \n", &save));
		e->kind = strtok_r(NULL, " \n", &save);
		from_hex(strtok_r(NULL, " \n", &save), &e->out);
	}
	word = strtok_r(NULL, " \n", &save);
	if (word && *word == '@') {
		e->old = strtoul(word + 1, &word, 10);
		e->old_reason = word + 1;
	}
}

/* The verdict in the oracle's words; a drop with everything that was counted for it. */
static const char *seen(int verdict, const struct totals *d)
{
	static char text[256];
	unsigned int i;

	text[0] = 0;
	for (i = 1; i < DASH_DROP_COUNT; i++)
		if (d->port.drop[i % DASH_DROP_FIRST_ENI] * (i < DASH_DROP_FIRST_ENI) + d->eni.drop[i])
			strcat(strcat(text, *text ? "," : ""), drop_name(i));
	if (verdict == XDP_TX || verdict == XDP_REDIRECT)
		return *text ? "send, but counted a drop" : "send";
	if (verdict == XDP_PASS)
		return *text ? "pass, but counted a drop" : "pass";
	return *text ? text : "drop without a reason";
}

static uint16_t checksum_at(const uint8_t *p, unsigned int len)
{
	uint32_t sum = 0;
	unsigned int i;

	for (i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Copies what the oracle leaves open into @e->out, if it keeps the rules for that. */
static bool open_fields(struct expected *e, const struct pkt *out)
{
	unsigned int at = e->out.data[12] == 0x08 ? 34 : 54;
	uint16_t port, *known;

	if (strcmp(e->kind, "tunnel") || out->len != e->out.len)
		return true;
	if (at == 34) {
		memcpy(e->out.data + 18, out->data + 18, 2);
		memcpy(e->out.data + 24, out->data + 24, 2);
		if (checksum_at(out->data + 14, 20) != 0xffff) {
			printf("#   outer checksum is wrong\n");
			return false;
		}
	}
	port = out->data[at] << 8 | out->data[at + 1];
	if (port - (e->out.data[at] << 8 | e->out.data[at + 1]) >= (e->out.data[at] == 0xc0 ? 16384 : 128)) {
		printf("#   UDP source port %u is outside the range\n", port);
		return false;
	}
	memcpy(e->out.data + at, out->data + at, 2);
	if (e->connection < 2)
		return true;
	known = &run_state.sport[e->connection % (2 * MAX_PACKETS)];
	if (*known && *known != port) {
		printf("#   UDP source port %u, but %u before\n", port, *known);
		return false;
	}
	*known = port;
	return true;
}

static bool one_of(const char *word, const char *list)
{
	size_t n = strlen(word);

	for (; *list; list += strcspn(list, ",") + (list[strcspn(list, ",")] == ','))
		if (!strncmp(list, word, n) && (list[n] == ',' || !list[n]))
			return true;
	return false;
}

/* Each packet is counted once, everywhere, and no more (counters.md G-7, G-8). */
static bool counted(const char *what, const struct totals *d)
{
	uint64_t rx = d->eni.rx_packets[0] + d->eni.rx_packets[1], tx = d->eni.tx_packets[0] + d->eni.tx_packets[1];
	uint64_t port_drops = 0, eni_drops = 0;
	unsigned int i;
	bool good = true;

	for (i = 1; i < DASH_DROP_FIRST_ENI; i++)
		port_drops += d->port.drop[i];
	for (i = DASH_DROP_FIRST_ENI; i < DASH_DROP_COUNT; i++)
		eni_drops += d->eni.drop[i];
	good &= expect("port rx_packets", d->port.rx_packets, 1);
	good &= expect("port rx = passed + ENIs' rx + dropped", d->port.underlay_passthrough + rx + port_drops, 1);
	good &= expect("ENI rx = tx + dropped", tx + eni_drops, rx);
	good &= expect("underlay_passthrough", d->port.underlay_passthrough, !strcmp(what, "pass"));
	good &= expect("ENI tx_packets", tx, !strcmp(what, "send"));
	good &= expect("fast and slow path", d->port.fast_path_packets, tx && !d->port.slow_path_packets);
	return good;
}

static bool same_octets(struct expected *e, const struct pkt *out)
{
	return open_fields(e, out) && pkt_equal(stdout, &e->out, out);
}

static void play_packet(char *line)
{
	static struct expected e;
	static struct pkt out;
	static struct totals after;
	struct totals d;
	const char *what;
	double now;
	int verdict;
	bool good;

	parse_line(line, &e);
	now = seconds();
	if (++run_state.number >= MAX_PACKETS)
		die("too many packets in a round");
	run_state.when[run_state.number] = now;
	run_state.total++;
	trace_ask(&e.in);
	verdict = run(&e.in, &out);
	read_counters(&after);
	d = after;
	subtract(&d, &before);
	before = after;
	what = seen(verdict, &d);
	if (!strcmp(e.verdict, "drop"))
		good = one_of(what, e.reasons);
	else
		good = !strcmp(what, e.verdict);
	if (!good && e.old && now - run_state.when[e.old] >= AGE && !strcmp(what, e.old_reason))
		good = true;
	if (!good)
		printf("#   %s, not %s %s\n", what, e.verdict, e.reasons);
	if (good && !strcmp(what, "send")) {
		good = same_octets(&e, &out);
		good &= expect("ENI tx_bytes", d.eni.tx_bytes[0] + d.eni.tx_bytes[1], e.out.len);
		run_state.sent++;
	} else if (good && !strcmp(what, "pass")) {
		good = pkt_equal(stdout, &e.in, &out);
	}
	good &= counted(what, &d) & trace_agrees(what, &out);
	if (!good && run_state.wrong++ < MAX_SHOWN) {
		printf("# packet %u of the round:\n", run_state.number);
		pkt_print(stdout, &e.in);
	}
}

static void play_packets(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	unsigned int n, wrong = run_state.wrong;

	if (!f)
		die("%s: %s", path, strerror(errno));
	read_counters(&before);
	for (n = 1; getline(&line, &size, f) > 0; n++) {
		unsigned int were = run_state.wrong;

		play_packet(line);
		if (run_state.wrong != were && were < MAX_SHOWN)
			printf("# at %s:%u\n", path, n);
	}
	if (run_state.wrong != wrong)
		printf("# %s: %u disagreements\n", path, run_state.wrong - wrong);
	free(line);
	fclose(f);
}

/* dashctl, its output being ours. */
static void dashctl(char *const argv[])
{
	double start = seconds();
	pid_t pid;
	int status;

	fflush(stdout);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		die("dashctl: %s", strerror(errno));
	if (waitpid(pid, &status, 0) != pid || status)
		die("dashctl %s %s failed", argv[1], argv[2]);
	/* Nothing to wait for: when a commit is answered, the next packet goes by it. */
	run_state.configuring += seconds() - start;
}

/* Words of a file as arguments of `dashctl set`. */
static void play_parameters(const char *path)
{
	static char text[4096];
	char *argv[64] = { "dashctl", "set" }, *save = NULL;
	FILE *f = fopen(path, "r");
	unsigned int n = 2;
	size_t size;

	if (!f)
		die("%s: %s", path, strerror(errno));
	size = fread(text, 1, sizeof(text) - 1, f);
	text[size] = 0;
	fclose(f);
	for (argv[n] = strtok_r(text, " \n", &save); argv[n] && n < 62; argv[n] = strtok_r(NULL, " \n", &save))
		n++;
	dashctl(argv);
}

static void end_round(const char *name)
{
	char what[128];

	if (!run_state.number)
		return;
	snprintf(what, sizeof(what), "%u packets", run_state.number);
	ok(!run_state.wrong, name, what);
	run_state.number = run_state.wrong = 0;
	memset(run_state.sport, 0, sizeof(run_state.sport));
}

void run_packets(int n, char **paths)
{
	char *clear[] = { "dashctl", "clear", "all", NULL }, name[64] = "", *base, *dot;
	double start = seconds();
	int i;

	cpus = libbpf_num_possible_cpus();
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (i = 0; i < n; i++) {
		base = strrchr(paths[i], '/') ? strrchr(paths[i], '/') + 1 : paths[i];
		dot = strrchr(base, '.');
		if (!dot || !strchr(base, '-'))
			die("%s: not a file of a round", paths[i]);
		if (strncmp(name + 6, base, strchr(base, '-') - base)) {
			end_round(name);
			snprintf(name, sizeof(name), "round %.*s", (int)(strchr(base, '-') - base), base);
			dashctl(clear);
		}
		if (!strcmp(dot, ".packets")) {
			play_packets(paths[i]);
		} else if (!strcmp(dot, ".set")) {
			play_parameters(paths[i]);
		} else {
			char *apply[] = { "dashctl", "apply", paths[i], NULL };

			dashctl(apply);
		}
	}
	end_round(name);
	dashctl(clear);
	printf("# %lu packets, %lu of them sent, in %.0f s; dashctl took %.0f of them\n", run_state.total,
	       run_state.sent, seconds() - start, run_state.configuring);
}
