// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What goes on right now?  Every few seconds: the appliance as a whole, its ENIs by traffic, the
 * connections that carry most of it, and what was dropped, all as rates since the last view.
 *
 * Everything comes from the counters and the connections that other commands read too; the kernel keeps nothing
 * for it.  Rates are differences of two samples, so the first view has none.  Connections are read only while there are at most
 * TALKER_MAX, since their dump costs the module a walk over the table.
 *
 * On a terminal the view is redrawn in place with a few escape sequences and 'q' ends it; on a dumb one, in a
 * pipe or with -b, views follow each other.  No curses: nothing here needs more than "home" and "clear".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "cmd.h"
#include "flow.h"
#include "nl.h"
#include "object.h"
#include "print.h"
#include "status.h"

#define TALKER_MAX	200000u		/* connections that are read for the top talkers */
#define TOP_DROPS	8
#define NS		1000000000ull

enum { OPT_BATCH, OPT_N, OPT_DELAY, OPT_TALKERS };

/* ---- samples ---- */

struct number {
	char *name;
	uint64_t value;
};

/* Counters of one scope, in the order of the kernel. */
struct scope {
	unsigned int kind;		/* DASH_SCOPE_* */
	char *name;			/* of ENI or device */
	struct number *c;
	size_t n;
};

/* One connection: what makes it the same one in the next sample, and what it has carried. */
struct talker {
	uint64_t slot, packets, bytes;
	char text[256];
};

/**
 * struct sample - the appliance at one moment
 * @at: nanoseconds
 * @talker: sorted by slot
 * @too_many: connections were not read
 */
struct sample {
	uint64_t at;
	struct scope *scope;
	size_t n_scopes;
	struct talker *talker;
	size_t n_talkers, cap_talkers;
	uint64_t generation, slots, used, high_water, ports;
	bool inconsistent, too_many;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

static void on_stats(const void *attrs, size_t len, void *arg)
{
	struct sample *s = arg;
	struct scope *o;
	struct attr a, p;

	s->scope = xrealloc(s->scope, (s->n_scopes + 1) * sizeof(*s->scope));
	o = &s->scope[s->n_scopes++];
	memset(o, 0, sizeof(*o));
	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_SCOPE)
			o->kind = (unsigned int)attr_number(&a);
		else if (a.type == DASH_A_ENI && !o->name)
			o->name = attr_string(&a);
		else if (a.type == DASH_A_COUNTER) {
			o->c = xrealloc(o->c, (o->n + 1) * sizeof(*o->c));
			o->c[o->n] = (struct number){ 0 };
			for (attr_first(&p, a.data, a.len); attr_ok(&p); attr_next(&p)) {
				if (p.type == DASH_A_COUNTER_NAME && !o->c[o->n].name)
					o->c[o->n].name = attr_string(&p);
				else if (p.type == DASH_A_COUNTER_VALUE)
					o->c[o->n].value = attr_number(&p);
			}
			o->n += o->c[o->n].name != NULL;
		}
	}
}

static void on_status(const void *attrs, size_t len, void *arg)
{
	struct sample *s = arg;
	struct attr status, a;

	if (!status_find(attrs, len, &status))
		return;
	for (attr_first(&a, status.data, status.len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_STATUS_GENERATION)
			s->generation = attr_number(&a);
		else if (a.type == DASH_A_STATUS_FLOW_SLOTS)
			s->slots = attr_number(&a);
		else if (a.type == DASH_A_STATUS_FLOW_USED)
			s->used = attr_number(&a);
		else if (a.type == DASH_A_STATUS_FLOW_HIGH_WATER)
			s->high_water = attr_number(&a);
		else if (a.type == DASH_A_STATUS_PORT)
			s->ports++;
		else if (a.type == DASH_A_STATUS_INCONSISTENT)
			s->inconsistent = true;
	}
}

static void address(char *out, size_t size, const struct attr *ip, uint64_t port)
{
	char text[64];

	if (ip->len != 4 && ip->len != 16)
		snprintf(out, size, "?");
	else if (!port)
		snprintf(out, size, "%s", ip_text(ip->data, ip->len, text));
	else
		snprintf(out, size, ip->len == 4 ? "%s:%llu" : "[%s]:%llu", ip_text(ip->data, ip->len, text),
			 (unsigned long long)port);
}

static void on_flows(const void *attrs, size_t len, void *arg)
{
	struct sample *s = arg;
	struct talker *t;
	struct attr a;
	struct flow f;
	char vm[80], remote[80];

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a)) {
		if (a.type != DASH_A_FLOW)
			continue;
		if (s->n_talkers == s->cap_talkers) {
			s->cap_talkers = s->cap_talkers ? 2 * s->cap_talkers : 256;
			s->talker = xrealloc(s->talker, s->cap_talkers * sizeof(*s->talker));
		}
		flow_read(&a, &f);
		t = &s->talker[s->n_talkers++];
		t->slot = f.slot;
		t->packets = f.packets[0] + f.packets[1];
		t->bytes = f.bytes[0] + f.bytes[1];
		address(vm, sizeof(vm), &f.vm_ip, f.vm_port);
		address(remote, sizeof(remote), &f.remote_ip, f.remote_port);
		snprintf(t->text, sizeof(t->text), "%.40s %s %s %s %s", f.eni, flow_protocol(&f), vm,
			 f.initiator == DASH_DIRECTION_OUTBOUND ? "->" : "<-", remote);
	}
}

static int by_slot(const void *a, const void *b)
{
	const struct talker *x = a, *y = b;

	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static int take(struct sample *s, bool talkers)
{
	struct buf b = { 0 };
	int e;

	memset(s, 0, sizeof(*s));
	s->at = now();
	nl_start(&b, DASH_CMD_STATUS_GET);
	e = nl_call(&b, on_status, s);
	if (!e) {
		nl_start(&b, DASH_CMD_STATS_GET);
		e = nl_list(&b, on_stats, s, NULL);
	}
	s->too_many = s->used > TALKER_MAX;
	if (!e && talkers && !s->too_many) {
		nl_start(&b, DASH_CMD_FLOW_GET);
		e = nl_list(&b, on_flows, s, NULL);
		if (s->n_talkers)
			qsort(s->talker, s->n_talkers, sizeof(*s->talker), by_slot);
	}
	buf_free(&b);
	return e ? nl_failed("top", e) : EXIT_OK;
}

static void forget(struct sample *s)
{
	size_t i;

	for (; s->n_scopes; s->n_scopes--) {
		struct scope *o = &s->scope[s->n_scopes - 1];

		for (i = 0; i < o->n; i++)
			free(o->c[i].name);
		free(o->c);
		free(o->name);
	}
	free(s->scope);
	free(s->talker);
	memset(s, 0, sizeof(*s));
}

/* ---- rates ---- */

static const struct scope *find_scope(const struct sample *s, const struct scope *like)
{
	size_t i;

	for (i = 0; i < s->n_scopes; i++)
		if (s->scope[i].kind == like->kind &&
		    (like->name ? s->scope[i].name && !strcmp(s->scope[i].name, like->name) : true))
			return &s->scope[i];
	return NULL;
}

static uint64_t value_of(const struct scope *o, const char *name)
{
	size_t i;

	for (i = 0; o && i < o->n; i++)
		if (!strcmp(o->c[i].name, name))
			return o->c[i].value;
	return 0;
}

/* Growth per second of a counter, rounded; nothing without a sample before. */
static uint64_t per_second(uint64_t was, uint64_t is, uint64_t ns)
{
	return is > was && ns ? (uint64_t)((double)(is - was) * NS / (double)ns + 0.5) : 0;
}

/* What a scope did since the last view. */
struct row {
	const char *name;
	uint64_t rx, tx, rx_bits, tx_bits, connections, half_open, opened, drops;
};

/* A connection that carries something. */
struct busy {
	const struct talker *t;
	uint64_t bits, pps;
};

/* A drop reason: drops per second, and since counting began. */
struct reason {
	const char *name;
	uint64_t rate, total;
};

/**
 * struct view - what is shown
 * @all: the appliance; @rx is frames at the ports
 * @row: ENIs, by traffic
 * @busy: connections of the new sample, by traffic
 * @drop: reasons, by rate
 * @fast, @slow: packets by path
 */
struct view {
	const struct sample *s;
	struct row all, *row;
	struct busy *busy;
	struct reason drop[64];
	size_t n_rows, n_busy, n_drops;
	uint64_t fast, slow;
};

static void note_drops(struct view *v, const struct scope *o, const struct scope *old, uint64_t ns)
{
	size_t i, j, len;

	for (i = 0; i < o->n; i++) {
		const char *name = o->c[i].name;

		len = strlen(name);
		if (len < 5 || strcmp(name + len - 5, "_drop") || !o->c[i].value)
			continue;
		for (j = 0; j < v->n_drops && strcmp(v->drop[j].name, name); j++)
			;
		if (j == ARRAY_SIZE(v->drop))
			continue;
		if (j == v->n_drops)
			v->drop[v->n_drops++] = (struct reason){ .name = name };
		v->drop[j].total += o->c[i].value;
		if (old)
			v->drop[j].rate += per_second(value_of(old, name), o->c[i].value, ns);
	}
}

static int by_drop(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->rate != y->rate)
		return x->rate < y->rate ? 1 : -1;
	return x->total < y->total ? 1 : x->total > y->total ? -1 : strcmp(x->name, y->name);
}

static int by_traffic(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	uint64_t p = x->rx_bits + x->tx_bits, q = y->rx_bits + y->tx_bits;

	return p < q ? 1 : p > q ? -1 : strcmp(x->name, y->name);
}

static int by_bits(const void *a, const void *b)
{
	const struct busy *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits < y->bits ? 1 : -1;
	return x->t->slot < y->t->slot ? -1 : 1;
}

static void find_talkers(struct view *v, const struct sample *old, uint64_t ns)
{
	const struct sample *s = v->s;
	size_t i, j = 0;

	v->busy = xmalloc(s->n_talkers * sizeof(*v->busy));
	for (i = 0; i < s->n_talkers; i++) {
		const struct talker *t = &s->talker[i], *was = NULL;
		uint64_t packets, bytes;

		while (j < old->n_talkers && old->talker[j].slot < t->slot)
			j++;
		/* a slot that has another connection by now is not the same */
		if (j < old->n_talkers && old->talker[j].slot == t->slot && old->talker[j].packets <= t->packets &&
		    !strcmp(old->talker[j].text, t->text))
			was = &old->talker[j];
		packets = per_second(was ? was->packets : 0, t->packets, ns);
		bytes = per_second(was ? was->bytes : 0, t->bytes, ns);
		if (!packets)
			continue;
		v->busy[v->n_busy++] = (struct busy){ t, bytes * 8, packets };
	}
	if (v->n_busy)
		qsort(v->busy, v->n_busy, sizeof(*v->busy), by_bits);
}

static void compare(struct view *v, const struct sample *s, const struct sample *old)
{
	uint64_t ns = old->at ? s->at - old->at : 0;
	size_t i;

	memset(v, 0, sizeof(*v));
	v->s = s;
	v->row = xmalloc((s->n_scopes + 1) * sizeof(*v->row));
	for (i = 0; i < s->n_scopes; i++) {
		const struct scope *o = &s->scope[i], *was = find_scope(old, o);
		struct row *r = o->kind == DASH_SCOPE_ENI ? &v->row[v->n_rows] : &v->all;

		if (o->kind == DASH_SCOPE_PORT)
			continue;
		if (o->kind == DASH_SCOPE_ENI) {
			memset(r, 0, sizeof(*r));
			v->n_rows++;
			r->name = o->name ? o->name : "?";
			r->tx = was ? per_second(value_of(was, "tx_packets"), value_of(o, "tx_packets"), ns) : 0;
			r->tx_bits = was ? 8 * per_second(value_of(was, "tx_bytes"), value_of(o, "tx_bytes"), ns) : 0;
			r->half_open = value_of(o, "flow_pairs_half_open");
			v->all.half_open += r->half_open;
		} else {
			v->fast = was ? per_second(value_of(was, "fast_path_packets"), value_of(o, "fast_path_packets"), ns) : 0;
			v->slow = was ? per_second(value_of(was, "slow_path_packets"), value_of(o, "slow_path_packets"), ns) : 0;
		}
		r->rx = was ? per_second(value_of(was, "rx_packets"), value_of(o, "rx_packets"), ns) : 0;
		r->rx_bits = was ? 8 * per_second(value_of(was, "rx_bytes"), value_of(o, "rx_bytes"), ns) : 0;
		r->connections = value_of(o, "flow_pairs");
		r->opened = was ? per_second(value_of(was, "flow_created"), value_of(o, "flow_created"), ns) : 0;
		r->drops = was ? per_second(value_of(was, "total_drop_packets"), value_of(o, "total_drop_packets"), ns) : 0;
		if (o->kind == DASH_SCOPE_ENI)
			v->all.drops += r->drops;
		note_drops(v, o, was, ns);
	}
	if (v->n_rows)
		qsort(v->row, v->n_rows, sizeof(*v->row), by_traffic);
	if (v->n_drops)
		qsort(v->drop, v->n_drops, sizeof(v->drop[0]), by_drop);
	find_talkers(v, old, ns);
}

/* ---- output ---- */

/* A number of at most five characters: 999, 12.3k, 4.56M. */
static const char *short_number(uint64_t n, char *out)
{
	static const char units[] = " kMGTPE";
	double x = (double)n;
	int u = 0;

	while (x >= 999.5) {
		x /= 1000;
		u++;
	}
	if (!u)
		sprintf(out, "%llu", (unsigned long long)n);
	else
		sprintf(out, x < 9.995 ? "%.2f%c" : x < 99.95 ? "%.1f%c" : "%.0f%c", x, units[u]);
	return out;
}

static void cell(int width, uint64_t n)
{
	char text[32];

	printf("%*s", width, short_number(n, text));
}

static void heading(const char *text)
{
	printf("%s%s%s\n", color(STDOUT_FILENO, COLOR_BOLD), text, color(STDOUT_FILENO, COLOR_OFF));
}

static unsigned int percent(uint64_t n, uint64_t of)
{
	return of ? (unsigned int)((n * 100 + of / 2) / of) : 0;
}

static void print_head(const struct view *v)
{
	const struct sample *s = v->s;
	unsigned int full = percent(s->used, s->slots);
	char clock[16], a[32], b[32];
	time_t t = time(NULL);
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("dashctl top  %s  generation %llu  ports %llu  ENIs %zu%s\n", clock,
	       (unsigned long long)s->generation, (unsigned long long)s->ports, v->n_rows,
	       s->inconsistent ? "  INCONSISTENT: see dashctl show status" : "");
	printf("packets %s/s  %sbit/s  fast path %u %%  drops ", short_number(v->all.rx, a),
	       short_number(v->all.rx_bits, b), percent(v->fast, v->fast + v->slow));
	printf("%s/s\n", short_number(v->all.drops, a));
	printf("connections %llu of %llu (%s%u %%%s, most %llu)  half-open %llu  new %s/s\n",
	       (unsigned long long)s->used, (unsigned long long)s->slots,
	       color(STDOUT_FILENO, full >= 90 ? COLOR_BAD : full >= 80 ? COLOR_WARN : COLOR_GOOD), full,
	       color(STDOUT_FILENO, COLOR_OFF), (unsigned long long)s->high_water,
	       (unsigned long long)v->all.half_open, short_number(v->all.opened, a));
}

/* @lines: room that is left; what does not fit is counted. */
static void print_text(const struct view *v, size_t talkers, int lines)
{
	size_t drops = v->n_drops < TOP_DROPS ? v->n_drops : TOP_DROPS, shown, i;
	char pps[32], bits[32];
	int room;

	print_head(v);
	if (talkers > v->n_busy)
		talkers = v->n_busy;
	room = lines - 6 - (int)(talkers ? talkers + 2 : 0) - (int)(drops ? drops + 2 : 0);
	shown = room < 3 ? 3 : (size_t)room;
	putchar('\n');
	heading("ENI                        RX/S  BIT/S   TX/S  BIT/S  CONNS   HALF  NEW/S DROP/S");
	for (i = 0; i < v->n_rows && i < shown; i++) {
		const struct row *r = &v->row[i];

		printf("%-24.24s", r->name);
		cell(7, r->rx);
		cell(7, r->rx_bits);
		cell(7, r->tx);
		cell(7, r->tx_bits);
		cell(7, r->connections);
		cell(7, r->half_open);
		cell(7, r->opened);
		cell(7, r->drops);
		putchar('\n');
	}
	if (v->n_rows > shown)
		printf("... %zu more\n", v->n_rows - shown);
	if (talkers) {
		putchar('\n');
		heading("   PKT/S  BIT/S  CONNECTION");
		for (i = 0; i < talkers; i++)
			printf("%8s%7s  %s\n", short_number(v->busy[i].pps, pps),
			       short_number(v->busy[i].bits, bits), v->busy[i].t->text);
	} else if (v->s->too_many) {
		printf("\n(more than %u connections: top talkers are not looked for)\n", TALKER_MAX);
	}
	if (!drops)
		return;
	putchar('\n');
	heading("  DROP/S  TOTAL  REASON");
	for (i = 0; i < drops; i++)
		printf("%8s%7s  %s%s%s\n", short_number(v->drop[i].rate, pps),
		       short_number(v->drop[i].total, bits), v->drop[i].rate ? color(STDOUT_FILENO, COLOR_BAD) : "",
		       v->drop[i].name, v->drop[i].rate ? color(STDOUT_FILENO, COLOR_OFF) : "");
}

static void json_row(const struct row *r)
{
	pr_u64("rx_packets_per_s", r->rx);
	pr_u64("rx_bits_per_s", r->rx_bits);
	if (r->name) {
		pr_u64("tx_packets_per_s", r->tx);
		pr_u64("tx_bits_per_s", r->tx_bits);
	}
	pr_u64("connections", r->connections);
	pr_u64("half_open", r->half_open);
	pr_u64("new_per_s", r->opened);
	pr_u64("drops_per_s", r->drops);
}

static void print_json(const struct view *v, size_t talkers)
{
	const struct sample *s = v->s;
	size_t i;

	pr_object(NULL);
	pr_u64("generation", s->generation);
	json_row(&v->all);
	pr_u64("fast_path_per_s", v->fast);
	pr_u64("slow_path_per_s", v->slow);
	pr_u64("flow_slots", s->slots);
	pr_u64("flow_used", s->used);
	pr_u64("flow_high_water", s->high_water);
	pr_array("enis");
	for (i = 0; i < v->n_rows; i++) {
		pr_object(NULL);
		pr_str("eni", v->row[i].name);
		json_row(&v->row[i]);
		pr_end();
	}
	pr_end();
	pr_array("talkers");
	for (i = 0; i < v->n_busy && i < talkers; i++) {
		pr_object(NULL);
		pr_str("connection", v->busy[i].t->text);
		pr_u64("packets_per_s", v->busy[i].pps);
		pr_u64("bits_per_s", v->busy[i].bits);
		pr_end();
	}
	pr_end();
	pr_array("drops");
	for (i = 0; i < v->n_drops; i++) {
		pr_object(NULL);
		pr_str("reason", v->drop[i].name);
		pr_u64("per_s", v->drop[i].rate);
		pr_u64("total", v->drop[i].total);
		pr_end();
	}
	pr_end();
	pr_end();
}

/* ---- the terminal ---- */

static volatile sig_atomic_t stopped;
static struct termios before;
static bool raw;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void leave(void)
{
	if (!raw)
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	fputs("\033[?25h", stdout);		/* the cursor */
	fflush(stdout);
	raw = false;
}

static void enter(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct termios t;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return;
	t = before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
	raw = true;
	fputs("\033[?25l\033[2J", stdout);
}

/* Waits; true: go on. */
static bool pause_for(uint64_t ns)
{
	uint64_t end = now() + ns, t;
	struct pollfd p = { .fd = raw ? STDIN_FILENO : -1, .events = POLLIN };
	char key;

	while (!stopped && (t = now()) < end) {
		if (poll(&p, 1, (int)((end - t + 999999) / 1000000)) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
			return false;
		if (key == ' ')
			return true;
	}
	return !stopped;
}

static int height(void)
{
	struct winsize w;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_row ? w.ws_row : 24;
}

static bool number_option(const char *s, const char *name, double min, double max, double *out)
{
	char *end;

	if (!s)
		return true;
	*out = strtod(s, &end);
	if (end != s && !*end && *out >= min && *out <= max)
		return true;
	err("top: %s: \"%s\" is not a number in %g..%g", name, s, min, max);
	return false;
}

int cmd_top(const struct args *a)
{
	const char *term = getenv("TERM");
	bool live = !a->opt[OPT_BATCH] && !opt.json && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	double views = 0, delay = 2, talkers = 10;
	struct sample s, old = { 0 };
	struct view v;
	uint64_t n;
	int e;

	if (!number_option(a->opt[OPT_N], "-n", 1, 1e9, &views) ||
	    !number_option(a->opt[OPT_DELAY], "-d", 0.1, 86400, &delay) ||
	    !number_option(a->opt[OPT_TALKERS], "--talkers", 0, 1000, &talkers))
		return EXIT_USAGE;
	e = nl_open();
	if (e)
		return e;
	if (live)
		enter();
	for (n = 0;; n++) {
		e = take(&s, talkers > 0);
		if (e)
			break;
		compare(&v, &s, &old);
		if (live)
			fputs("\033[H\033[J", stdout);
		else if (n && !opt.json)
			putchar('\n');
		if (opt.json)
			print_json(&v, (size_t)talkers);
		else
			print_text(&v, (size_t)talkers, live ? height() : 1 << 20);
		fflush(stdout);
		free(v.row);
		free(v.busy);
		forget(&old);
		old = s;
		if ((views && n + 1 >= (uint64_t)views) || ferror(stdout) || !pause_for((uint64_t)(delay * NS)))
			break;
	}
	forget(&old);
	leave();
	return e;
}
