// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does an established packet cost, and how does that compare with the least it
 * could cost?
 *
 * The program of the tree (without the module: the maps are filled here as the module
 * would) and the floor program of bench_floor.bpf.c, on the same packets, in one run.
 * The flow of a packet leads it back to where it came from, so that one frame serves
 * any number of repeats; bench_draw in front makes it one of many flows, at random.
 *
 * Two figures per row: "program" is BPF_PROG_TEST_RUN alone, "sent" are live frames
 * that leave through a veth and are dropped behind it.  Each is what remains above
 * XDP_DROP behind the same bench_draw.  With --exact time counts instructions (vm.sh with ICOUNT=1); without,
 * it is nanoseconds: median, lowest and highest of several measurements.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../kernel/uapi/dash_flow.h"
#include "bench.h"
#include "bench_floor.skel.h"
#include "die.h"
#include "hot_map.h"
#include "pkt.h"

#define FILL_PERCENT	90u	/* of the index, at the most, as dashctl sizes it */
#define FLOOR_ROW	~0u

enum { ENI_OUT = 3, ENI_IN = 5, ENI_BACK = 6 };
enum { NH_OUT = 1 };

#define RX	"eth 02:00:00:00:00:fe>02:00:00:00:00:01 / "
#define MAC_OUT	"F4:93:9F:EF:C4:7E"
#define MAC_IN	"F4:93:9F:EF:C4:06"
#define MAC_BACK "12:34:56:78:9A:BC"
#define MAC_PEER "C8:22:83:99:22:A2"
#define TUN4	RX "ip4 10.250.20.19>10.250.20.19 tos 0x28 id 1 / udp 51000>4789 / "
#define TUN6	RX "ip6 2001:db8:fe::19>2001:db8:fe::19 tc 0x28 / udp 51000>4789 / "
#define OUT	"vxlan 4321 / eth " MAC_OUT ">" MAC_BACK " / "
#define IN	"vxlan 45654 / eth " MAC_PEER ">" MAC_IN " / "
#define I4	"ip4 10.1.2.9>10.1.1.0 / "
#define I6	"ip6 2001:db8:a::9>2001:db8:b::0 / "
#define U	"udp 10000>20000 / pay 58"
#define T	"tcp 10000>20000 A / pay 58"

/**
 * struct row - one kind of packet
 * @name: what it is, also its key in limits files
 * @in: the packet of flow 0
 * @inbound: it goes towards the VM
 * @eni: its ENI
 * @pa, @vip, @vni: of the flow
 * @turn: it does not come back as itself: it changes families on its way there and back
 */
struct row {
	const char *name, *in;
	bool inbound;
	unsigned int eni;
	const char *pa;
	unsigned int vip, vni;
	bool turn;
};

#define BACK4	.pa = "10.250.20.19", .vip = 0, .vni = 4321
#define BACK6	.pa = "2001:db8:fe::19", .vip = 1, .vni = 4321

static const struct row rows[] = {
	{ "IPv4 in IPv4, UDP", TUN4 OUT I4 U, false, ENI_OUT, BACK4 },
	{ "IPv4 in IPv4, TCP", TUN4 OUT I4 T, false, ENI_OUT, BACK4 },
	{ "IPv4 in IPv4, UDP, to the VM", TUN4 IN I4 U, true, ENI_IN, BACK4 },
	{ "IPv6 in IPv4, UDP", TUN4 OUT I6 U, false, ENI_OUT, BACK4 },
	{ "IPv4 in IPv6, UDP", TUN6 OUT I4 U, false, ENI_OUT, BACK6 },
	{ "IPv6 in IPv6, UDP", TUN6 OUT I6 U, false, ENI_OUT, BACK6 },
	{ "IPv6 in IPv6, TCP", TUN6 OUT I6 T, false, ENI_OUT, BACK6 },
	{ "IPv4, growing and shrinking", TUN4 OUT I4 U, false, ENI_OUT, "2001:db8:fe::19", 1, 999, true },
};

/**
 * struct figure - one result
 * @mid, @low, @high: instructions or nanoseconds per packet
 */
struct figure {
	double mid, low, high;
};

static struct dash_xdp *skel;
static struct bench_floor *tool;
static struct dash_hot *hot;
static struct dash_flow *flows;
static struct dash_line *lines;
static bool exact;
static unsigned int veth;
static FILE *json;
static const char *limits;
static bool over;

/* ---- the world, as the module would write it -------------------------------- */

static void put_vip(unsigned int idx, const char *ip, unsigned int other)
{
	struct dash_hot_vip *v = &hot->vip[idx];
	struct dash_admit *t = &hot->admit[0];

	v->ip = pkt_ip(ip);
	v->vm_vni = htonl(4321 << 8);
	v->idx = idx;
	v->other = other;
	v->valid = 1;
	if (dash_ip_is_v4(&v->ip))
		t->vip4[dash_slot_of(v->ip.w[3], t->vip_seed, DASH_VIP_SLOTS)] = (uint64_t)idx << 32 | v->ip.w[3];
	else
		t->vip6[dash_slot_of(dash_vip_key(&v->ip), t->vip_seed, DASH_VIP_SLOTS)] = idx + 1;
}

static void put_eni(unsigned int idx, const char *mac, unsigned int vni)
{
	uint64_t m = dash_mac_word(pkt_mac_word(mac));
	struct dash_admit *t = &hot->admit[0];

	hot->eni[idx].gen = 7;
	hot->eni[idx].flags = DASH_ENI_UP;
	hot->eni[idx].vni = htonl(vni << 8);
	hot->eni[idx].nh = NH_OUT;
	hot->eni[idx].pa = pkt_ip("10.250.20.19");
	t->mac[dash_slot_of(m, t->mac_seed, DASH_MAC_SLOTS)] = m | (idx + 1);
}

static void *mapped(struct bpf_map *map, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		die("%s, %zu octets: %s", bpf_map__name(map), size, strerror(errno));
	return p;
}

static void fill_world(unsigned int n_lines)
{
	struct dash_admit *t = &hot->admit[0];
	unsigned int i, vni = htonl(4321 << 8);

	hot->lines = n_lines;
	for (i = 0; i < 5; i++)
		hot->seed.k[i] = 0x9e3779b97f4a7c15ull * (2 * i + 1);
	hot->vxlan_port = htons(4789);
	hot->vxlan_word = 4789u << 16;
	hot->sport_base = htons(49152);
	hot->sport_mask = htons(0x3fff);
	dash_admit_clear(t);
	put_vip(0, "10.250.20.19", 1);
	put_vip(1, "2001:db8:fe::19", 0);
	t->vni[dash_slot_of(vni, t->vni_seed, DASH_VNI_SLOTS)] = vni;
	put_eni(ENI_OUT, MAC_OUT, 0);
	put_eni(ENI_IN, MAC_IN, 45654);
	put_eni(ENI_BACK, MAC_BACK, 4321);
	hot->nh[NH_OUT] = (struct dash_nh){ .state = DASH_NH_OK, .mtu = 9100, .room = 14 + 9100, .ifindex = veth,
		.dmac = { 2, 0, 0, 0, 0, 0xfe }, .smac = { 2, 0, 0, 0, 0, 1 } };
}

static unsigned int lines_for(unsigned int n)
{
	unsigned int lines = 1;

	while (lines * (uint64_t)DASH_LINE_WAYS * FILL_PERCENT < n * 100ull)
		lines *= 2;
	return lines;
}

/* A program of the size wanted; 64 bytes of it are a line, 128 a record. */
static void load_dash(unsigned int n, bool bounce)
{
	unsigned int n_lines = lines_for(n);
	long page = sysconf(_SC_PAGESIZE);

	skel = dash_xdp__open();
	if (!skel)
		die("open: %s", strerror(errno));
	skel->rodata->dash_module = false;
	skel->rodata->dash_bounce = bounce ? veth : 0;
	bpf_program__set_autoload(skel->progs.dash_bind, false);
	bpf_map__set_max_entries(skel->maps.dash_index, n_lines);
	bpf_map__set_max_entries(skel->maps.dash_flows, n + 1);
	if (hot_map_create(skel) || dash_xdp__load(skel))
		die("load: %s", strerror(errno));
	hot = mapped(skel->maps.dash_hot, (sizeof(*hot) + page - 1) / page * page);
	lines = mapped(skel->maps.dash_index, (n_lines * sizeof(*lines) + page - 1) / page * page);
	flows = mapped(skel->maps.dash_flows, ((n + 1) * sizeof(*flows) + page - 1) / page * page);
	fill_world(n_lines);
}

static void unload_dash(unsigned int n)
{
	munmap(hot, sizeof(*hot));
	munmap(lines, lines_for(n) * sizeof(*lines));
	munmap(flows, (n + 1) * sizeof(*flows));
	dash_xdp__destroy(skel);
}

/* ---- flows -------------------------------------------------------------------- */

/* Where bench_draw writes: the last word of the inner destination, with the ports behind. */
static void set_draw(const struct pkt *p, unsigned int n)
{
	unsigned int l3 = 14 + (p->data[12] == 0x08 ? 20 : 40) + 16 + 14;

	tool->bss->draw.flows = n;
	tool->bss->draw.state = 1;
	tool->bss->draw.addr = l3 + (p->data[l3] >> 4 == 4 ? 16 : 36);
	memcpy(&tool->bss->draw.base_addr, p->data + tool->bss->draw.addr, 4);
	memcpy(&tool->bss->draw.base_ports, p->data + tool->bss->draw.addr + 4, 4);
}

static unsigned int room(const struct dash_line *l)
{
	unsigned int i = 0;

	while (i < DASH_LINE_WAYS && l->e[i])
		i++;
	return DASH_LINE_WAYS - i;
}

/* The first line while it is half empty, then the emptier of two, as kernel/flow_table.c does while no line is full. */
static void link_flow(uint64_t hash, unsigned int slot)
{
	unsigned int tag = dash_tag(hash), a = dash_line1(hash, hot->lines), b = dash_line_other(a, tag, hot->lines);
	struct dash_line *l = room(&lines[a]) >= DASH_LINE_WAYS / 2 || room(&lines[a]) >= room(&lines[b]) ?
			      &lines[a] : &lines[b];

	if (!room(l))
		return;		/* one in thousands; counted as not hit, and reported */
	l->e[DASH_LINE_WAYS - room(l)] = (uint64_t)tag << 32 | slot;
}

static void add_flow(const struct row *r, const struct pkt_flow *f, unsigned int slot)
{
	const uint32_t *vm = r->inbound ? f->dst : f->src, *remote = r->inbound ? f->src : f->dst;
	struct dash_flow *flow = &flows[slot];
	struct dash_key key = {
		.vm = vm[f->v6 ? 0 : 3],
		.remote = remote[f->v6 ? 0 : 3],
		.vm_port = r->inbound ? f->dport : f->sport,
		.remote_port = r->inbound ? f->sport : f->dport,
		.eni = r->eni,
		.proto = f->proto,
		.v6 = f->v6,
	};
	__u64 words[5];

	if (f->v6) {
		memcpy(key.vm6, vm + 1, 12);
		memcpy(key.remote6, remote + 1, 12);
	}
	memcpy(words, &key, sizeof(key));
	memset(flow, 0, sizeof(*flow));
	memcpy(flow->k0, words, 16);
	memcpy(flow->k1, words + 2, 24);
	flow->gen = 7;
	flow->pa = pkt_ip(r->pa);
	flow->vip = r->vip;
	flow->vni = htonl(r->vni << 8);
	flow->nh = NH_OUT;
	flow->state = DASH_ST_OPEN;
	flow->flags = DASH_F_SET_DMAC;
	memcpy(flow->dmac, f->dmac, 6);
	if (!dash_ip_is_v4(&flow->pa))
		flow->flags |= DASH_F_U0_V6;
	if (f->proto == IPPROTO_TCP) {
		flow->flags |= DASH_F_TCP;
		flow->state = DASH_ST_ESTABLISHED;
	}
	link_flow(dash_hash(words, f->v6, &hot->seed), slot);
}

static void fill_dash(const struct row *r, unsigned int n)
{
	static struct pkt p;
	struct pkt_flow f, g;
	unsigned int i;

	memset(lines, 0, hot->lines * sizeof(*lines));
	pkt_build(r->in, &p, NULL, &f);
	set_draw(&p, n);
	for (i = 0; i < n; i++) {
		g = f;
		g.dst[3] ^= htonl(i >> 16);
		g.sport ^= htons(i);
		add_flow(r, &g, i + 1);
	}
	if (r->turn) {	/* its way back: an inbound connection of another ENI */
		const struct row back = { .inbound = true, .eni = ENI_BACK, BACK4 };

		add_flow(&back, &f, 2);
	}
}

static void fill_floor(const struct row *r, unsigned int n)
{
	struct floor_flow value = { .sip = inet_addr("10.250.20.19"), .dip = inet_addr("10.250.20.19"),
				    .vni = htonl(4321 << 8) };
	static struct pkt p;
	struct pkt_flow f;
	unsigned int i;
	uint32_t sum;

	pkt_build(r->in, &p, NULL, &f);
	set_draw(&p, n);
	memcpy(value.dmac, f.dmac, 6);
	sum = htons(64 << 8 | IPPROTO_UDP) + 2 * ((value.sip >> 16) + (value.sip & 0xffff));
	sum = (sum >> 16) + (sum & 0xffff);
	value.sum = (sum >> 16) + sum;
	for (i = 0; i < n; i++) {
		struct floor_key key = { f.src[3], f.dst[3] ^ htonl(i >> 16),
					 (uint32_t)f.dport << 16 | (f.sport ^ htons(i)), f.proto };

		if (bpf_map_update_elem(bpf_map__fd(tool->maps.floor_flows), &key, &value, BPF_ANY))
			die("floor_flows: %s", strerror(errno));
	}
}

/* ---- measuring ------------------------------------------------------------------ */

/* What one of @repeat runs took, as the kernel measured it: system call and copies do not count. */
static double run_time(int fd, const struct pkt *p, bool live, unsigned int repeat, unsigned int verdict)
{
	static struct pkt out;
	struct xdp_md ctx = { .data_end = p->len, .ingress_ifindex = veth };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len, .repeat = repeat,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));

	if (live) {
		o.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	} else {
		o.data_out = out.data;
		o.data_size_out = sizeof(out.data);
	}
	if (bpf_prog_test_run_opts(fd, &o))
		die("test run: %s", strerror(errno));
	if (!live && o.retval != verdict)
		die("verdict %u, not %u", o.retval, verdict);
	return o.duration;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct figure measure(int fd, const struct pkt *p, bool live, unsigned int verdict)
{
	unsigned int n = exact ? 3 : 15, repeat = exact ? 10000 : live ? 30000 : 60000, i;
	double t[15];

	run_time(fd, p, live, repeat, verdict);
	for (i = 0; i < n; i++)
		t[i] = run_time(fd, p, live, repeat, verdict);
	qsort(t, n, sizeof(*t), ascending);
	return (struct figure){ t[n / 2], t[0], t[n - 1] };
}

static void set_next(int fd)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(tool->maps.bench_next), &zero, &fd, BPF_ANY))
		die("bench_next: %s", strerror(errno));
}

/* Program @fd behind bench_draw, or alone; the entry program is one more tail call for all. */
static struct figure cost(int fd, const struct row *r, bool live, unsigned int verdict, bool drawn)
{
	int drop = bpf_program__fd(tool->progs.bench_drop), entry = bpf_program__fd(tool->progs.bench_draw);
	static struct pkt p;
	struct figure base, f;

	pkt_build(r->in, &p, NULL, NULL);
	set_next(drop);
	base = measure(drawn ? entry : drop, &p, live, XDP_DROP);
	set_next(fd);
	f = measure(drawn ? entry : fd, &p, live, verdict);
	return (struct figure){ f.mid - base.mid, f.low - base.mid, f.high - base.mid };
}

static uint64_t fast_packets(void)
{
	static const __u32 eni[] = { ENI_OUT, ENI_IN, ENI_BACK };
	static struct dash_eni_stats s[256];
	int cpus = libbpf_num_possible_cpus(), i, dir;
	struct dash_port_stats sum = { 0 };
	static struct dash_port_stats port[256];
	unsigned int k;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.dash_port_stats), &zero, port))
		die("dash_port_stats: %s", strerror(errno));
	for (i = 0; i < cpus; i++)
		sum.fast_path_packets += port[i].fast_path_packets;
	for (k = 0; k < sizeof(eni) / sizeof(*eni); k++) {
		if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.dash_eni_stats), &eni[k], s))
			die("dash_eni_stats: %s", strerror(errno));
		for (i = 0; i < cpus; i++)
			for (dir = 0; dir < 2; dir++)
				dash_port_add_hits(&sum, &s[i].hits[0][dir]);
	}
	return sum.fast_path_packets;
}

/*
 * Each line of the limits file is a row's two figures and its name.  2 % above is a
 * failure; 2 % below calls for a smaller limit.
 */
static void check_limit(const char *name, double prog, double sent)
{
	char line[256], row[128];
	double p, s;
	FILE *f = fopen(limits, "r");

	if (!f)
		die("%s: %s", limits, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lf %lf %127[^\n]", &p, &s, row) != 3 || strcmp(row, name))
			continue;
		if (prog > p * 1.02 || sent > s * 1.02) {
			printf("   ^ above the limits, %.0f and %.0f\n", p, s);
			over = true;
		} else if (prog < p * 0.98 || sent < s * 0.98) {
			printf("   ^ below the limits, %.0f and %.0f: lower them in %s\n", p, s, limits);
		}
	}
	fclose(f);
}

static void print_row(const char *name, unsigned int n, struct figure prog, struct figure sent,
		      struct figure floor_prog, struct figure floor_sent)
{
	static bool comma;

	printf("%-30s %9u %9.1f %6.2f %9.1f %6.2f", name, n, prog.mid, prog.mid / floor_prog.mid,
	       sent.mid, sent.mid / floor_sent.mid);
	if (!exact)
		printf("   %7.1f .. %.1f, %.1f .. %.1f", prog.low, prog.high, sent.low, sent.high);
	printf("\n");
	if (limits)
		check_limit(name, prog.mid, sent.mid);
	fflush(stdout);
	if (!json)
		return;
	fprintf(json, "%s\n    {\"row\": \"%s\", \"flows\": %u, \"program\": %.1f, \"program_low\": %.1f, \"program_high\": %.1f, "
		"\"sent\": %.1f, \"sent_low\": %.1f, \"sent_high\": %.1f, \"program_ratio\": %.3f, \"sent_ratio\": %.3f}",
		comma ? "," : "", name, n, prog.mid, prog.low, prog.high, sent.mid, sent.low, sent.high,
		prog.mid / floor_prog.mid, sent.mid / floor_sent.mid);
	comma = true;
}

/* The floor, then @count rows of ours, with @n flows each. */
static void table(unsigned int n, unsigned int count)
{
	struct figure prog, sent, floor_prog, floor_sent;
	unsigned int i;
	uint64_t before, after;
	int fd;

	tool = bench_floor__open();
	if (!tool)
		die("open: %s", strerror(errno));
	bpf_map__set_max_entries(tool->maps.floor_flows, n);
	if (bench_floor__load(tool))
		die("load: %s", strerror(errno));
	fill_floor(&rows[0], n);
	fd = bpf_program__fd(tool->progs.bench_floor);
	floor_prog = cost(fd, &rows[0], false, XDP_TX, true);
	floor_sent = cost(fd, &rows[0], true, XDP_TX, true);
	print_row("floor", n, floor_prog, floor_sent, floor_prog, floor_sent);
	load_dash(n, true);
	for (i = 0; i < count; i++) {
		const struct row *r = &rows[i];

		fill_dash(r, r->turn ? 1 : n);
		fd = bpf_program__fd(skel->progs.dash_xdp);
		before = fast_packets();
		prog = cost(fd, r, false, XDP_TX, !r->turn);
		/* A live frame that has moved is put back where it began, headers and all. */
		sent = r->turn ? (struct figure){ 0 } : cost(fd, r, true, XDP_TX, true);
		after = fast_packets();
		print_row(r->name, r->turn ? 1 : n, prog, sent, floor_prog, floor_sent);
		if (after - before < (exact ? 40000 : 900000))
			die("%s: only %llu packets were hits", r->name, (unsigned long long)(after - before));
	}
	unload_dash(n);
	bench_floor__destroy(tool);
}

/* A veth to send into, whose other end drops: without a program it would not take frames. */
static void make_veth(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) ||
	    system("ip link set lo up && ip link add bench0 type veth peer name bench1 &&"
		   " sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&"
		   " ip link set bench0 up && ip link set bench1 up"))
		die("no pair of devices");
	veth = if_nametoindex("bench0");
	tool = bench_floor__open_and_load();
	if (!tool)
		die("load: %s", strerror(errno));
	fd = bpf_program__fd(tool->progs.bench_drop);
	if (bpf_xdp_attach(if_nametoindex("bench1"), fd, 0, NULL))
		die("bench1: %s", strerror(errno));
	bench_floor__destroy(tool);
}

/* Be the appliance of @dev, with @n flows of row 0, until the standard input ends. */
static void serve(const char *dev, unsigned int n)
{
	struct bpf_link *link;
	char c;

	veth = if_nametoindex(dev);
	tool = bench_floor__open_and_load();
	if (!veth || !tool)
		die("%s: %s", dev, strerror(errno));
	load_dash(n, false);
	fill_dash(&rows[0], n);
	link = bpf_program__attach_xdp(skel->progs.dash_xdp, veth);
	if (!link)
		die("%s: %s", dev, strerror(errno));
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	bpf_link__destroy(link);
	unload_dash(n);
}

static void head(void)
{
	const char *commit = getenv("DASH_COMMIT");
	char cpu[256] = "?";
	struct utsname u;
	FILE *f = fopen("/proc/cpuinfo", "r");

	uname(&u);
	while (f && fgets(cpu, sizeof(cpu), f) && !strstr(cpu, "model name"))
		;
	if (f)
		fclose(f);
	cpu[strcspn(cpu, "\n")] = 0;
	printf("%s per packet above XDP_DROP; kernel %s, commit %s,%s\n", exact ? "instructions" : "nanoseconds", u.release,
	       commit ?: "?", strchr(cpu, ':') ? strchr(cpu, ':') + 1 : cpu);
	printf("%-30s %9s %9s %6s %9s %6s%s\n", "", "flows", "program", "/floor", "sent", "/floor",
	       exact ? "" : "   lowest .. highest of program, sent");
	if (json)
		fprintf(json, "{\n  \"unit\": \"%s\", \"kernel\": \"%s\", \"commit\": \"%s\", \"machine\": \"%s\",\n  \"rows\": [",
			exact ? "instructions" : "ns", u.release, commit ?: "?", strchr(cpu, ':') ? strchr(cpu, ':') + 2 : cpu);
}

static void usage(void)
{
	fprintf(stderr, "usage: bench [--exact] [--limits FILE] [--json FILE] [FLOWS...]\n"
			"       bench --serve DEV FLOWS\n");
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned int all = sizeof(rows) / sizeof(*rows);
	int i;

	if (argc == 4 && !strcmp(argv[1], "--serve")) {
		serve(argv[2], strtoul(argv[3], NULL, 0));
		return 0;
	}
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--exact"))
			exact = true;
		else if (!strcmp(argv[i], "--limits") && i + 1 < argc)
			limits = argv[++i];
		else if (!strcmp(argv[i], "--json") && i + 1 < argc)
			json = fopen(argv[++i], "w");
		else
			usage();
	}
	make_veth();
	head();
	if (i == argc)
		table(65536, all);
	for (; i < argc; i++)
		table(strtoul(argv[i], NULL, 0), 1);
	if (json) {
		fprintf(json, "\n  ]\n}\n");
		fclose(json);
	}
	return over;
}
