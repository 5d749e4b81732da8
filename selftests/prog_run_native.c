// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does the program do without the module?  Everything but decide a new
 * connection: this file fills the maps as the module would, with its own idea of
 * the key, so that a wrong one shows as a miss, and runs the fixtures as hits.
 * Then what is no packet-in, packet-out: octets of the specification, stale flows,
 * single counters, and packets cut and mutated, which nothing may do to us.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "prog_run.h"
#include "fixtures.h"
#include "hot_map.h"

#define LINES		64u
#define SLOTS		256u
#define NATIVE_IFINDEX	1	/* the device that the kernel pretends: loopback */
#define OTHER_IFINDEX	77

enum { ENI_VM = 3, ENI_DOWN = 4, ENI_V6HOST = 5 };

static struct dash_xdp *skel;
static struct dash_hot *hot;

/* So few entries that any odd multiplier serves; a collision would show as a miss. */
static void fill_vip(unsigned int idx, const char *ip, unsigned int other, unsigned int vm_vni)
{
	struct dash_hot_vip *v = &hot->vip[idx];
	struct dash_admit *t = &hot->admit[0];

	v->ip = pkt_ip(ip);
	v->vm_vni = htonl(vm_vni << 8);
	v->idx = idx;
	v->other = other;
	v->valid = 1;
	if (dash_ip_is_v4(&v->ip))
		t->vip4[dash_slot_of(v->ip.w[3], t->vip_seed, DASH_VIP_SLOTS)] = (__u64)idx << 32 | v->ip.w[3];
	else
		t->vip6[dash_slot_of(dash_vip_key(&v->ip), t->vip_seed, DASH_VIP_SLOTS)] = idx + 1;
}

static void fill_eni(unsigned int idx, const char *mac, const char *pa, unsigned int flags, unsigned int vni)
{
	uint64_t m = dash_mac_word(pkt_mac_word(mac));
	struct dash_admit *t = &hot->admit[0];

	hot->eni[idx].gen = 7;
	hot->eni[idx].flags = flags;
	hot->eni[idx].vni = htonl(vni << 8);
	hot->eni[idx].nh = NH_OK;
	hot->eni[idx].pa = pkt_ip(pa);
	t->mac[dash_slot_of(m, t->mac_seed, DASH_MAC_SLOTS)] = m | (idx + 1) |
							       (flags & DASH_ENI_UP ? 0 : DASH_MAC_SLOW);
}

static void fill_nh(enum nh idx, enum dash_nh_state state, unsigned int ifindex)
{
	struct dash_nh *nh = &hot->nh[idx];

	nh->state = state;
	nh->mtu = 9100;
	nh->room = state == DASH_NH_OK ? 14 + 9100 : 0;
	nh->ifindex = ifindex;
	pkt_mac("02:00:00:00:00:fe", nh->dmac);
	pkt_mac("02:00:00:00:00:01", nh->smac);
}

static void put_hot(void)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(skel->maps.dash_hot), &zero, hot, 0))
		die("dash_hot: %s", strerror(errno));
}

static const unsigned int outbound_vnis[] = { 4321, 4322, 5432 };

static void set_port(unsigned int port)
{
	hot->vxlan_port = htons(port);
	hot->vxlan_word = port << 16;
}

static void set_sport(unsigned int base, unsigned int mask)
{
	hot->sport_base = htons(base);
	hot->sport_mask = htons(mask);
}

static void fill_world(void)
{
	unsigned int i, vni;

	hot = calloc(1, sizeof(*hot));
	hot->lines = LINES;
	for (i = 0; i < 5; i++)
		hot->seed.k[i] = 0x9e3779b97f4a7c15ull * (2 * i + 1);
	set_port(4789);
	set_sport(SPORT_BASE, SPORT_MASK);
	dash_admit_clear(&hot->admit[0]);
	dash_admit_clear(&hot->admit[1]);
	fill_vip(0, "10.250.20.19", 1, 4321);
	fill_vip(1, "2001:db8:fe::19", 0, 4321);
	fill_vip(2, "10.250.20.21", 2, 4322);
	for (i = 0; i < sizeof(outbound_vnis) / sizeof(*outbound_vnis); i++) {
		vni = htonl(outbound_vnis[i] << 8);
		hot->admit[0].vni[dash_slot_of(vni, hot->admit[0].vni_seed, DASH_VNI_SLOTS)] = vni;
	}
	fill_eni(ENI_VM, VM, "25.1.1.1", DASH_ENI_UP, 0);
	fill_eni(ENI_DOWN, ENI("01"), "25.1.1.1", 0, 0);
	fill_eni(ENI_V6HOST, VM6, "2001:db8:25::1", DASH_ENI_UP, 5432);
	fill_nh(NH_OK, DASH_NH_OK, NATIVE_IFINDEX);
	fill_nh(NH_OTHER_PORT, DASH_NH_OK, OTHER_IFINDEX);
	fill_nh(NH_NO_ROUTE, DASH_NH_NO_ROUTE, 0);
	fill_nh(NH_ROUTE_DROP, DASH_NH_ROUTE_DROP, 0);
	fill_nh(NH_KERNEL, DASH_NH_KERNEL, 0);
	fill_nh(NH_LOOKUP, DASH_NH_LOOKUP, 0);
	put_hot();
}

static void set_forwarding(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/conf/all/forwarding", "w");

	if (!f || fputs("1", f) < 0 || fclose(f))
		die("forwarding: %s", strerror(errno));
}

static void load_native(void)
{
	/* Without routes, and forwarding: what the kernel says about an address is then known. */
	if (unshare(CLONE_NEWNET))
		die("no namespace: %s", strerror(errno));
	set_forwarding();
	skel = dash_xdp__open();
	if (!skel)
		die("open: %s", strerror(errno));
	skel->rodata->dash_module = false;
	skel->rodata->dash_bounce = NATIVE_IFINDEX;
	bpf_program__set_autoload(skel->progs.dash_bind, false);
	bpf_map__set_max_entries(skel->maps.dash_index, LINES);
	bpf_map__set_max_entries(skel->maps.dash_flows, SLOTS);
	if (hot_map_create(skel) || dash_xdp__load(skel))
		die("load: %s", strerror(errno));
	prog_fd = bpf_program__fd(skel->progs.dash_xdp);
	eni_fd = bpf_map__fd(skel->maps.dash_eni_stats);
	port_fd = bpf_map__fd(skel->maps.dash_port_stats);
	fill_world();
}

/* The key as the specification words it, without the program's own arithmetic. */
static void key_of(const char *in, struct dash_key *key)
{
	struct pkt_flow flow;
	static struct pkt p;
	const char *vni = strstr(in, "vxlan ");
	bool inbound = true;
	uint64_t mac;
	const uint32_t *vm, *remote;
	unsigned int i;

	for (i = 0; i < sizeof(outbound_vnis) / sizeof(*outbound_vnis); i++)
		if (vni && strtoul(vni + 6, NULL, 10) == outbound_vnis[i])
			inbound = false;
	pkt_build(in, &p, NULL, &flow);
	vm = inbound ? flow.dst : flow.src;
	remote = inbound ? flow.src : flow.dst;
	memset(key, 0, sizeof(*key));
	key->vm_port = inbound ? flow.dport : flow.sport;
	key->remote_port = inbound ? flow.sport : flow.dport;
	key->proto = flow.proto;
	key->v6 = flow.v6;
	key->vm = vm[flow.v6 ? 0 : 3];
	key->remote = remote[flow.v6 ? 0 : 3];
	if (flow.v6) {
		memcpy(key->vm6, vm + 1, 12);
		memcpy(key->remote6, remote + 1, 12);
	}
	for (mac = 0, i = 0; i < 6; i++)
		mac |= (uint64_t)(inbound ? flow.dmac : flow.smac)[i] << (8 * i);
	key->eni = mac == pkt_mac_word(VM6) ? ENI_V6HOST : ENI_VM;
}

static void put_line(__u32 idx, __u64 entry, unsigned int way)
{
	struct dash_line line = {};

	line.e[way] = entry;
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.dash_index), &idx, &line, 0))
		die("dash_index: %s", strerror(errno));
}

/* Where a flow lies, to take it out again; both lines and all ways get their turn. */
struct placed {
	__u32 slot, line;
};

static struct placed install(const char *in, const struct action *a)
{
	static unsigned int turn;
	struct placed at = { .slot = 1 + turn % (SLOTS - 1) };
	struct dash_flow flow = { .gen = 7, .vip = a->vip, .nh = a->nh ?: NH_OK, .state = DASH_ST_OPEN };
	struct dash_key key;
	__u64 words[5], hash;
	__u32 tag;

	key_of(in, &key);
	memcpy(words, &key, sizeof(key));
	hash = dash_hash(words, key.v6, &hot->seed);
	tag = dash_tag(hash);
	memcpy(flow.k0, words, 16);
	memcpy(flow.k1, words + 2, 24);
	flow.pa = pkt_ip(a->pa);
	flow.vni = htonl(a->vni << 8);
	flow.flags = a->flags;
	if (a->flags & DASH_F_TCP)
		flow.state = DASH_ST_ESTABLISHED;
	if (!dash_ip_is_v4(&flow.pa))
		flow.flags |= DASH_F_U0_V6;
	if (a->dmac) {
		flow.flags |= DASH_F_SET_DMAC;
		pkt_mac(a->dmac, flow.dmac);
	}
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.dash_flows), &at.slot, &flow, 0))
		die("dash_flows: %s", strerror(errno));
	at.line = dash_line1(hash, LINES);
	if (turn & 1)
		at.line = dash_line_other(at.line, tag, LINES);
	put_line(at.line, (__u64)tag << 32 | at.slot, turn / 2 % DASH_LINE_WAYS);
	turn++;
	return at;
}

static void remove_flow(struct placed at)
{
	put_line(at.line, 0, 0);
}

static void read_flow(__u32 slot, struct dash_flow *flow)
{
	if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.dash_flows), &slot, flow))
		die("dash_flows: %s", strerror(errno));
}

/* A forwarded packet is accounted on its flow, a dropped one leaves no trace (ORD-3). */
static void check_accounting(const struct fixture *f, struct placed at)
{
	struct pkt_flow facts;
	static struct pkt p;
	struct dash_flow flow;
	bool good = true;

	pkt_build(f->in, &p, NULL, &facts);
	read_flow(at.slot, &flow);
	good &= expect("flow packets", flow.packets[0] + flow.packets[1], f->verdict == TX);
	good &= expect("flow bytes", flow.bytes[0] + flow.bytes[1], f->verdict == TX ? facts.frame_len : 0);
	good &= expect("flow seen", !!flow.seen, f->verdict == TX);
	if (!good)
		ok(false, f->name, "account on the flow");
}

static void run_fixtures(void)
{
	struct placed at = {};
	unsigned int i;

	for (i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		const struct fixture *f = &fixtures[i];

		if (!(f->modes & NATIVE))
			continue;
		if (f->flow.pa)
			at = install(f->in, &f->flow);
		run_fixture(f, f->flow.pa ? "hit" : "");
		if (f->flow.pa) {
			check_accounting(f, at);
			remove_flow(at);
		}
	}
}

/* Octets of the specification, with its UDP source port. */
static void check_octets(const char *name, const struct action *a, const char *flow_of, unsigned int sport,
			 const char *in_hex, const char *want_hex)
{
	static struct pkt in, out, want;
	struct placed at = install(flow_of, a);
	unsigned int i;
	bool good;

	set_sport(sport, 0);
	put_hot();
	pkt_from_hex(in_hex, &in);
	pkt_from_hex(want_hex, &want);
	for (i = 16; i < 58; i++) {		/* the rest of the payload */
		in.data[in.len++] = i;
		want.data[want.len++] = i;
	}
	good = run(&in, &out) == XDP_TX;
	good &= pkt_equal(stdout, &want, &out);
	ok(good, name, "octet by octet");
	remove_flow(at);
	set_sport(SPORT_BASE, SPORT_MASK);
	put_hot();
}

#define INNER_25_1 "45 00 00 56 12 34 00 00 40 11 51 58 0a 01 02 09 0a 01 01 01 27 10 4e 20 00 42 43 e2" \
		   " 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"
#define INNER_25_2 " c8 22 83 99 22 a2 08 00 45 00 00 56 00 00 00 00 40 11 63 8c 0a 01 01 01 0a 01 02 09" \
		   " 4e 20 27 10 00 42 43 e2 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"

static void run_octets(void)
{
	static const struct action vnet1 = VNET1;

	check_octets("25.1", &vnet1, OUT4 I4 U, 51105,
		     "02 00 00 00 00 01 02 00 00 00 00 fe 08 00 45 28 00 88 0a bc 00 00 3c 11 3a 73 19 01 01 01"
		     " 0a fa 14 13 c7 38 12 b5 00 74 00 00 08 00 00 00 00 10 e1 00 12 34 56 78 9a bc"
		     " f4 93 9f ef c4 7e 08 00 " INNER_25_1,
		     "02 00 00 00 00 fe 02 00 00 00 00 01 08 00 45 28 00 88 00 01 00 00 40 11 f4 2b 0a fa 14 13"
		     " 65 01 02 03 c7 a1 12 b5 00 74 00 00 08 00 00 00 00 b2 56 00 c8 22 83 99 22 a2"
		     " f4 93 9f ef c4 7e 08 00 " INNER_25_1);
	check_octets("25.2", &vnet1, OUT4 I4 U, 0xd002,
		     "02 00 00 00 00 01 02 00 00 00 00 fe 08 00 45 00 00 88 00 00 00 00 3e 11 f6 54 65 01 02 03"
		     " 0a fa 14 13 cb 20 12 b5 00 74 00 00 08 00 00 00 00 b2 56 00 f4 93 9f ef c4 7e" INNER_25_2,
		     "02 00 00 00 00 fe 02 00 00 00 00 01 08 00 45 00 00 88 00 01 00 00 40 11 41 56 0a fa 14 13"
		     " 19 01 01 01 d0 02 12 b5 00 74 00 00 08 00 00 00 00 10 e1 00 f4 93 9f ef c4 7e" INNER_25_2);
}

static uint64_t sum_drops(const struct totals *t)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < DASH_DROP_COUNT; i++)
		sum += t->eni.drop[i] + (i < DASH_DROP_FIRST_ENI ? t->port.drop[i] : 0);
	return sum;
}

/* G-8, and that no frame of @n was our own fault. */
static bool conserved(const struct totals *d, uint64_t n)
{
	uint64_t tx = d->eni.tx_packets[0] + d->eni.tx_packets[1];

	return expect("port rx_packets", d->port.rx_packets, n) &
	       expect("passed, sent and dropped", d->port.underlay_passthrough + tx + sum_drops(d), n) &
	       expect("internal_error", d->eni.drop[DASH_DROP_INTERNAL_ERROR], 0);
}

/* Every length that a frame can be cut to is somebody's packet or a counted drop. */
static void run_truncations(void)
{
	static struct pkt in, cut, out;
	struct totals before, after;
	unsigned int i, len, wrong = 0, n = 0;
	int verdict;

	read_totals(&before);
	for (i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		if (!(fixtures[i].modes & NATIVE))
			continue;
		pkt_build(fixtures[i].in, &in, NULL, NULL);
		for (len = 14; len < in.len && len < 300; len++, n++) {
			memcpy(&cut, &in, sizeof(in));
			cut.len = len;
			verdict = run(&cut, &out);
			if (verdict != XDP_DROP && verdict != XDP_PASS && wrong++ < 5)
				printf("# %s cut to %u: verdict %d\n", fixtures[i].name, len, verdict);
		}
	}
	read_totals(&after);
	subtract(&after, &before);
	ok(conserved(&after, n) && !wrong, "every packet, cut to every length", "is passed or dropped, and counted");
}

/* Octets at random places of good packets; a hit is installed, so that all stages are reached. */
static void run_mutations(void)
{
	static struct pkt in, out;
	struct totals before, after;
	unsigned int i, k, wrong = 0, n = 0;
	uint64_t x = 88172645463325252ull;
	struct placed at;
	int verdict;

	read_totals(&before);
	for (i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		const struct fixture *f = &fixtures[i];

		if (!(f->modes & NATIVE) || !f->flow.pa)
			continue;
		at = install(f->in, &f->flow);
		for (k = 0; k < 500; k++, n++) {
			int flips;

			pkt_build(f->in, &in, NULL, NULL);
			for (flips = 1 + k % 3; flips; flips--) {
				x ^= x << 13;
				x ^= x >> 7;
				x ^= x << 17;
				in.data[x % (in.len < 150 ? in.len : 150)] ^= x >> 56;
			}
			verdict = run(&in, &out);
			if ((verdict < XDP_DROP || verdict > XDP_REDIRECT) && wrong++ < 5)
				printf("# %s, mutation %u: verdict %d\n", f->name, k, verdict);
		}
		remove_flow(at);
	}
	read_totals(&after);
	subtract(&after, &before);
	ok(conserved(&after, n) && !wrong, "packets with random octets", "are passed, sent or dropped, and counted");
}

/* One packet that must move exactly these counters of the ENI. */
static void check_words(const char *name, const char *in, const struct action *a, size_t base,
			const uint64_t *want, unsigned int words)
{
	struct placed at = install(in, a);
	static struct pkt p, out;
	struct totals before, after;
	const uint64_t *got;
	bool good = true;
	unsigned int i;

	pkt_build(in, &p, NULL, NULL);
	read_totals(&before);
	run(&p, &out);
	read_totals(&after);
	subtract(&after, &before);
	remove_flow(at);
	got = (const uint64_t *)((const char *)&after.eni + base);
	for (i = 0; i < words; i++)
		good &= expect(name, got[i], want[i]);
	ok(good, name, "");
}

#define ENI_WORDS(field) offsetof(struct dash_eni_stats, field)

static void run_counters(void)
{
	static const struct action a = { .pa = "101.1.2.3", .flags = DASH_F_TCP };
	static const struct action u = { .pa = "101.1.2.3" };
	static const uint64_t one[4][4] = { { 1 }, { 0, 1 }, { 0, 0, 1 }, { 0, 0, 0, 1 } };
	static const uint64_t all[4] = { 1, 0, 1, 1 };

	check_words("SYN counts as SYN", OUT4 I4 "tcp 1>2 S", &a, ENI_WORDS(tcp[0]), one[0], 4);
	check_words("SYN+ACK counts as such only", OUT4 I4 "tcp 1>2 SA", &a, ENI_WORDS(tcp[0]), one[1], 4);
	check_words("FIN+ACK counts as FIN", OUT4 I4 "tcp 1>2 FA", &a, ENI_WORDS(tcp[0]), one[2], 4);
	check_words("RST counts as RST, inbound", NET4("9.9.9.9", "45654") R4 "tcp 1>2 R", &a, ENI_WORDS(tcp[1]), one[3], 4);
	check_words("several flags count each", OUT4 I4 "tcp 1>2 SFR", &a, ENI_WORDS(tcp[0]), all, 4);
	check_words("flags count before the admin state", OUT4_FROM(ENI("01")) I4 "tcp 1>2 S", &a, ENI_WORDS(tcp[0]),
		    one[0], 4);
	check_words("TCP hit", OUT4 I4 "tcp 1>2 A", &a, ENI_WORDS(matched), one[0], 4);
	check_words("UDP hit", OUT4 I4 U, &u, ENI_WORDS(matched), one[1], 4);
	check_words("ICMP hit", OUT4 I4 "icmp", &u, ENI_WORDS(matched), one[2], 4);
	check_words("ICMPv6 hit", OUT4 I6 "icmp6", &u, ENI_WORDS(matched), one[2], 4);
	check_words("hit of another protocol", OUT4 "ip4 10.1.2.9>10.1.1.1 proto 47 / pay 9", &u, ENI_WORDS(matched), one[3], 4);
}

/* A flow that must not be used as it is goes to the module; here nobody is home. */
static void check_stale(const char *name, const char *in, const struct action *a, unsigned int gen)
{
	const struct fixture f = { name, NATIVE, in, DROP, DASH_DROP_FLOW_CREATE_FAILED, NULL, *a };
	struct placed at = install(in, a);
	unsigned int old = hot->eni[ENI_VM].gen;

	hot->eni[ENI_VM].gen = gen;
	put_hot();
	run_fixture(&f, "asks the module");
	hot->eni[ENI_VM].gen = old;
	put_hot();
	check_accounting(&f, at);
	remove_flow(at);
}

static void run_stale(void)
{
	static const struct action out = VNET1;
	static const struct action in = { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .flags = DASH_F_INITIATOR_IN };

	check_stale("flow of an older generation", OUT4 I4 U, &out, 8);
	check_stale("inbound connection from another PA", NET4("101.1.2.4", "45654") R4 RU, &in, 7);
	check_stale("inbound connection with another VNI", NET4("101.1.2.3", "45655") R4 RU, &in, 7);
	check_stale("inbound connection from an IPv6 PA", NET6("2001:db8::65", "45654") R4 RU, &in, 7);
}

/* What falls into the slot of something that exists is not that thing. */
static void run_collisions(void)
{
	const struct dash_admit *t = &hot->admit[0];
	static char text[512];
	struct fixture f = { "a MAC in the slot of an ENI's", NATIVE, text, DROP, DASH_DROP_ENI_MISS };
	uint32_t mac_slot = dash_slot_of(dash_mac_word(pkt_mac_word(VM)), t->mac_seed, DASH_MAC_SLOTS);
	struct dash_ip ip = pkt_ip("10.250.20.19");
	uint32_t vip_slot = dash_slot_of(ip.w[3], t->vip_seed, DASH_VIP_SLOTS);
	uint64_t m;

	for (m = 2; dash_slot_of(dash_mac_word(m), t->mac_seed, DASH_MAC_SLOTS) != mac_slot; m += 256)
		;
	snprintf(text, sizeof(text), HOST4 "vxlan 4321 / eth 02:%02x:%02x:%02x:00:00>" GUEST " / " I4 U,
		 (unsigned int)(m >> 8) & 255, (unsigned int)(m >> 16) & 255, (unsigned int)(m >> 24) & 255);
	run_fixture(&f, "");

	do
		ip.w[3] = htonl(ntohl(ip.w[3]) + 1);
	while (dash_slot_of(ip.w[3], t->vip_seed, DASH_VIP_SLOTS) != vip_slot);
	m = ntohl(ip.w[3]);
	snprintf(text, sizeof(text),
		 RX "ip4 25.1.1.1>%u.%u.%u.%u / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
		 (unsigned int)(m >> 24), (unsigned int)(m >> 16) & 255, (unsigned int)(m >> 8) & 255,
		 (unsigned int)m & 255);
	f.name = "an address in the slot of a VIP";
	f.reason = DASH_DROP_VIP_MISS;
	run_fixture(&f, "");
}

static void run_admission(void)
{
	static const struct fixture pass = {
		"VXLAN to an address that is no VIP goes to the stack, if so configured", NATIVE,
		RX "ip4 25.1.1.1>10.250.20.20 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U, PASS };
	static const struct fixture port = {
		"VXLAN to the default port goes to the stack, if another is configured", NATIVE, OUT4 I4 U, PASS };
	static const struct fixture idle = {
		"the tables in force are the active half", NATIVE, OUT4 I4 U, DROP, DASH_DROP_VIP_MISS };

	run_collisions();
	hot->vip_pass = 1;
	put_hot();
	run_fixture(&pass, "");
	hot->vip_pass = 0;
	set_port(4790);
	put_hot();
	run_fixture(&port, "");
	set_port(4789);
	hot->active = 1;
	put_hot();
	run_fixture(&idle, "");
	hot->active = 0;
	put_hot();
}

/* ---- speed ------------------------------------------------------------------- */

static unsigned int time_of(int fd, const struct pkt *p, unsigned int runs, unsigned int want)
{
	static struct pkt out;
	unsigned int best = ~0u, i;

	for (i = 0; i < 5; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len,
			    .data_out = out.data, .data_size_out = sizeof(out.data), .repeat = runs);

		if (bpf_prog_test_run_opts(fd, &o) || o.retval != want)
			die("speed run: verdict %u, %s", o.retval, strerror(errno));
		if (o.duration < best)
			best = o.duration;
	}
	return best;
}

/*
 * The kernel runs the same buffer again and again, so the flow must lead the
 * packet back to where it came from: its PA is the VIP, its VNI the VM's.
 */
void run_native_speed(unsigned int runs)
{
	static const struct action back4 = { .pa = "10.250.20.19", .vni = 4321, .dmac = GUEST };
	static const struct action back6 = { .pa = "2001:db8:fe::19", .vni = 4321, .dmac = GUEST, .vip = 1 };
	static const struct {
		const char *name, *in;
		const struct action *a;
	} rows[] = {
		{ "hit, IPv4 in IPv4, UDP", OUT4 I4 U, &back4 },
		{ "hit, IPv6 in IPv4, UDP", OUT4 I6 U, &back4 },
		{ "hit, IPv4 in IPv6, UDP", OUT6 I4 U, &back6 },
		{ "hit, IPv6 in IPv6, UDP", OUT6 I6 U, &back6 },
	};
	struct bpf_insn drop[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	static struct pkt p;
	unsigned int floor, ns, i;
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "GPL", drop, 2, NULL);

	load_native();
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &size))
		die("program info: %s", strerror(errno));
	printf("program: %u octets of BPF, %u octets of machine code\n", info.xlated_prog_len, info.jited_prog_len);
	pkt_build(OUT4 I4 U, &p, NULL, NULL);
	floor = time_of(fd, &p, runs, XDP_DROP);
	printf("%-24s %4u ns\n", "XDP_DROP", floor);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct placed at = install(rows[i].in, rows[i].a);

		pkt_build(rows[i].in, &p, NULL, NULL);
		ns = time_of(prog_fd, &p, runs, XDP_TX);
		printf("%-24s %4u ns, %u above XDP_DROP\n", rows[i].name, ns, ns - floor);
		remove_flow(at);
	}
	close(fd);
}

void run_native(void)
{
	load_native();
	run_fixtures();
	run_octets();
	run_stale();
	run_counters();
	run_admission();
	run_truncations();
	run_mutations();
	dash_xdp__destroy(skel);
	free(hot);
}
