// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Can any packet make the program read or write outside the frame, leave a broken packet
 * behind, or count wrong?  The program's own source (bpf/dash_xdp.bpf.c with all of
 * its parts), compiled for this machine under ASan and UBSan; maps, helpers and the module are
 * this file's.  The frame ends in poisoned memory, as do the records.
 *
 * The input's first octets say what the packet meets: a flow of its own key with any
 * action and state or none, the module's answer, the next hop, where a multi-buffer frame is
 * split.  Checked after each run:
 *   - dash_fast() and the pipeline do and count the same (ORD-5);
 *   - the counters add up (counters.md G-7, G-8), a refused packet changes no record (ORD-3);
 *   - what is sent has right lengths, checksums and addresses, and its inner frame is the
 *     received one, but for what the action says.
 *
 * The mutator knows the headers: it writes lengths, protocols, fragments and addresses
 * that mean something, and repairs the outer checksum behind a change.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sanitizer/asan_interface.h>

/* The program sees addresses as 32 bits, in struct xdp_md. */
struct xdp_md;
struct dash_pkt;
static int bpf_dash_resolve(struct xdp_md *ctx, struct dash_pkt *pkt);
static int bpf_dash_track(struct xdp_md *ctx, struct dash_pkt *pkt);
static int bpf_dash_output(struct xdp_md *ctx);
#define bpf_dash_bind(map, id)	((void)(map), (int)(id))
/* Nobody listens, and program dash_trace is not run. */
#define bpf_dash_drop(ctx, pkt, reason)				((void)(pkt))
#define bpf_dash_trace_begin(ctx, pkt, cookie, flags)		((void)(pkt))
#define bpf_dash_trace_decide(ctx, pkt, flow, what)		((void)(flow), 0)
#define bpf_dash_trace_output(ctx)				0
#define bpf_dash_trace_end(ctx, pkt, fate, reason, ifindex)	((void)(pkt))

#include "../../bpf/dash_xdp.bpf.c"
#include "check.h"

#define HEADROOM	256u
#define FRAME_MAX	9216u
#define AREA		(HEADROOM + FRAME_MAX + 4096u)
#define CONTROL		12u	/* octets of the input that are not the frame */
#define FLOW_SLOT	5u
#define LINES		16u
#define ENIS		4u

/* What one run has to do with. */
static struct {
	uint8_t *area;			/* below 4 GB */
	uint32_t start, linear, len;	/* of the frame in @area; @linear octets can be read directly */
	const uint8_t *control;
	struct dash_line line[LINES];
	struct dash_flow flow[8];
	struct dash_eni_stats eni[DASH_MAX_ENI];
	struct dash_port_stats port[DASH_MAX_PORT];
	struct dash_quote quote;
	uint32_t redirected;
	int asked, refused;
	struct dash_pkt told[2];	/* facts that the module was asked with, but for the hash */
	bool fib;
	uint8_t fib_rc;
} k;

/* ---- the kernel ------------------------------------------------------------- */

static void poison(void)
{
	ASAN_POISON_MEMORY_REGION(k.area, AREA);
	ASAN_UNPOISON_MEMORY_REGION(k.area + k.start, k.linear);
}

static void show_frame(struct xdp_md *ctx)
{
	poison();
	ctx->data = (uint32_t)(uintptr_t)(k.area + k.start);
	ctx->data_end = ctx->data + k.linear;
}

void *bpf_map_lookup_elem(const void *map, const void *key)
{
	uint32_t i = *(const uint32_t *)key;

	if (map == &dash_index)
		return i < LINES ? &k.line[i] : NULL;
	if (map == &dash_flows)
		return i < 8 ? &k.flow[i] : NULL;
	if (map == &dash_eni_stats)
		return i < DASH_MAX_ENI ? &k.eni[i] : NULL;
	if (map == &dash_port_stats)
		return i < DASH_MAX_PORT ? &k.port[i] : NULL;
	if (map == &dash_quotes)
		return i ? NULL : &k.quote;
	abort();
}

long bpf_xdp_adjust_head(struct xdp_md *ctx, int delta)
{
	if ((int)k.start + delta < 40 || delta > (int)k.linear - ETH_HLEN)
		return -22;
	k.start += delta;
	k.linear -= delta;
	k.len -= delta;
	show_frame(ctx);
	return 0;
}

long bpf_xdp_adjust_tail(struct xdp_md *ctx, int delta)
{
	if (delta > 0 || (int)k.len + delta < ETH_HLEN)
		return -22;
	k.len += delta;
	if (k.linear > k.len)
		k.linear = k.len;
	show_frame(ctx);
	return 0;
}

__attribute__((no_sanitize("address")))
static void copy_out(uint8_t *to, uint32_t at, uint32_t len)
{
	volatile uint8_t *from = k.area + at;

	while (len--)
		*to++ = *from++;
}

long bpf_xdp_load_bytes(struct xdp_md *ctx, __u32 offset, void *to, __u32 len)
{
	(void)ctx;
	if (offset > 0xffff || offset + len > k.len)
		return -22;
	copy_out(to, k.start + offset, len);
	return 0;
}

__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx)
{
	(void)ctx;
	return k.len;
}

static const uint8_t gateway[6] = { 2, 0, 0, 0, 0, 0xfe }, own[6] = { 2, 0, 0, 0, 0, 1 };

long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *p, int size, __u32 flags)
{
	(void)ctx;
	(void)flags;
	CHECK(size == sizeof(*p));
	k.fib = true;
	k.fib_rc = k.control[6] % 10;
	p->ifindex = k.control[6] & 16 ? 7 : 1;
	memcpy(p->dmac, gateway, 6);
	memcpy(p->smac, own, 6);
	return k.control[6] == 0xff ? -22 : k.fib_rc;
}

long bpf_redirect(__u32 ifindex, __u64 flags)
{
	CHECK(!flags && ifindex);
	k.redirected = ifindex;
	return XDP_REDIRECT;
}

__u64 bpf_jiffies64(void)
{
	return 0x1234567890ull;
}

/* ---- the module ---------------------------------------------------------------- */

static uint64_t hash_of(const struct dash_pkt *pkt)
{
	return dash_hash((const __u64 *)&pkt->key, pkt->key.v6, &dash_words.seed);
}

/* What the program promises about a packet that it asks about. */
static void check_facts(const struct xdp_md *ctx, const struct dash_pkt *pkt)
{
	CHECK(ctx->data_end - ctx->data == k.linear);
	CHECK(pkt->key.eni < ENIS && pkt->key.v6 <= 1 && pkt->dir <= DASH_INBOUND);
	CHECK(pkt->wire_len <= k.len && pkt->inner_off + pkt->inner_len <= k.len);
	CHECK(pkt->l3_off == pkt->inner_off + ETH_HLEN && pkt->rx_vni < 1u << 24);
	CHECK(pkt->frag <= DASH_FRAG_LATER && pkt->slot < 8);
	CHECK(!pkt->slot || pkt->hash == hash_of(pkt));
	CHECK(k.asked < 2);
	k.told[k.asked] = *pkt;
	k.told[k.asked].hash = 0;
}

static int answer(struct dash_pkt *pkt, uint8_t word)
{
	k.asked++;
	if (word & 0x80) {
		k.refused = DASH_DROP_FIRST_ENI + (word & 31);
		return k.refused;
	}
	pkt->slot = word & 0x40 ? 6 : FLOW_SLOT;
	pkt->hash = hash_of(pkt);
	return 0;
}

static int bpf_dash_resolve(struct xdp_md *ctx, struct dash_pkt *pkt)
{
	check_facts(ctx, pkt);
	return answer(pkt, k.control[4]);
}

static int bpf_dash_track(struct xdp_md *ctx, struct dash_pkt *pkt)
{
	check_facts(ctx, pkt);
	CHECK(pkt->slot && pkt->key.proto == IPPROTO_TCP);
	return answer(pkt, k.control[5]);
}

static int bpf_dash_output(struct xdp_md *ctx)
{
	const uint8_t *p = (void *)(long)ctx->data;

	CHECK(ctx->data_end - ctx->data == k.linear && k.linear >= ETH_HLEN + 20);
	CHECK(p[12] == 8 || p[12] == 0x86);
	return k.control[7] & 1 ? 0 : DASH_DROP_UNDERLAY_TX_FAIL;
}

/* ---- the configuration ------------------------------------------------------------ */

static const uint8_t eni_mac[ENIS][6] = {
	{ 0xf4, 0x93, 0x9f, 0xef, 0xc4, 0x7e }, { 0xf4, 0x93, 0x9f, 0xef, 0xc4, 0x01 },
	{ 0xf4, 0x93, 0x9f, 0xef, 0xc4, 0x06 }, { 0xf4, 0x93, 0x9f, 0xef, 0xc4, 0x15 },
};
static const struct dash_ip vips[] = {
	{ { 0, 0, DASH_V4_MARK, 0x1314fa0a } },						/* 10.250.20.19 */
	{ { 0xb80d0120, 0x0000fe00, 0, 0x19000000 } },					/* 2001:db8:fe::19, about */
	{ { 0, 0, DASH_V4_MARK, 0x1514fa0a } },						/* 10.250.20.21, alone */
};
static const struct dash_ip hosts[] = {
	{ { 0, 0, DASH_V4_MARK, 0x01010119 } }, { { 0xb80d0120, 0x25000000, 0, 0x01000000 } },
};

static void configure(void)
{
	struct dash_hot *hot = &dash_words;
	struct dash_admit *t = &hot->admit[0];
	static const uint32_t vnis[] = { 4321, 4322, 5432 };
	uint32_t i, j, vni;

	hot->lines = LINES;
	for (i = 0; i < 5; i++)
		hot->seed.k[i] = 0x9e3779b97f4a7c15ull * (2 * i + 1);
	hot->vxlan_port = bpf_htons(4789);
	hot->vxlan_word = 4789u << 16;
	hot->sport_base = bpf_htons(49152);
	hot->sport_mask = bpf_htons(0x3fff);
	hot->xmit[1] = 1;
	dash_admit_clear(t);
	for (i = 0; i < 3; i++) {
		hot->vip[i] = (struct dash_hot_vip){ vips[i], bpf_htonl(4321 << 8), i, i == 2 ? 2 : !i, 1 };
		if (dash_ip_is_v4(&vips[i]))
			t->vip4[dash_slot_of(vips[i].w[3], t->vip_seed, DASH_VIP_SLOTS)] = (uint64_t)i << 32 | vips[i].w[3];
		else
			t->vip6[dash_slot_of(dash_vip_key(&vips[i]), t->vip_seed, DASH_VIP_SLOTS)] = i + 1;
		vni = bpf_htonl(vnis[i] << 8);
		t->vni[dash_slot_of(vni, t->vni_seed, DASH_VNI_SLOTS)] = vni;
	}
	for (i = 0; i < ENIS; i++) {
		uint64_t m = 0;

		for (j = 0; j < 6; j++)
			m |= (uint64_t)eni_mac[i][j] << 8 * j;
		m = dash_mac_word(m);
		t->mac[dash_slot_of(m, t->mac_seed, DASH_MAC_SLOTS)] = m | (i + 1) | (i == 1 ? DASH_MAC_SLOW : 0);
		hot->eni[i] = (struct dash_hot_eni){ .gen = 7, .flags = i == 1 ? 0 : DASH_ENI_UP,
			.vni = i == 2 ? bpf_htonl(5432 << 8) : 0, .nh = 1, .pa = hosts[i == 2] };
	}
	for (i = 1; i < 8; i++) {
		hot->nh[i] = (struct dash_nh){ .state = i - 1, .mtu = 9100, .ifindex = i == 7 ? 7 : 1 };
		memcpy(hot->nh[i].dmac, gateway, 6);
		memcpy(hot->nh[i].smac, own, 6);
	}
	hot->nh[6].state = hot->nh[7].state = DASH_NH_OK;
	hot->nh[6].mtu = 200;
	for (i = 1; i < 8; i++)
		hot->nh[i].room = hot->nh[i].state == DASH_NH_OK ? ETH_HLEN + hot->nh[i].mtu : 0;
}

/* The flow of the frame in the area, if it has a key: found by the program's own parser. */
static void install_flow(void)
{
	const uint8_t *c = k.control;
	struct dash_buf b = { .data = k.area + k.start, .end = k.area + k.start + k.linear, .len = k.linear };
	struct dash_flow *f = &k.flow[FLOW_SLOT];
	struct dash_frame frame = {};
	struct dash_pkt pkt = {};
	struct xdp_md ctx;
	uint32_t eni;
	uint64_t hash;

	memset(k.line, 0, sizeof(k.line));
	memset(k.flow, 0, sizeof(k.flow));
	show_frame(&ctx);
	b.ctx = &ctx;
	dash_words.eni[0].nh = dash_words.eni[2].nh = dash_words.eni[3].nh = c[3] & 7;
	if (dash_parse_outer(&b, dash_words.vxlan_port, &pkt, &frame) != DASH_CLASS_TUNNEL || frame.bad)
		return;
	pkt.dir = dash_dir_of(&dash_words.admit[0], bpf_htonl(pkt.rx_vni << 8));
	if (dash_parse_inner(&b, &pkt, &frame))
		return;
	eni = dash_eni_find(&dash_words.admit[0], &pkt);
	if (!eni)
		return;
	dash_key_set_eni(&pkt, eni - 1);
	f->flags = (c[0] >> 2 & (DASH_F_INITIATOR_IN | DASH_F_SET_DMAC | DASH_F_DIRECT)) |
		   (pkt.key.proto == IPPROTO_TCP ? DASH_F_TCP : 0);
	f->pa = c[1] & 1 ? pkt.rx_sip : hosts[c[1] >> 1 & 1];
	if (!dash_ip_is_v4(&f->pa))
		f->flags |= DASH_F_U0_V6;
	f->vni = c[1] & 4 ? bpf_htonl(pkt.rx_vni << 8) : bpf_htonl(45654 << 8);
	f->vip = f->flags & DASH_F_U0_V6 ? 1 : c[1] & 8 ? 2 : 0;
	f->gen = c[1] & 16 ? 6 : 7;
	f->nh = c[3] >> 3 & 7;
	f->state = pkt.key.proto == IPPROTO_TCP ? DASH_ST_SYN_SENT + c[2] % 8 : DASH_ST_OPEN;
	f->event = c[2] >> 4 & 7;
	memcpy(f->dmac, "\xc8\x22\x83\x99\x22\xa2", 6);
	memcpy(f->k0, &pkt.key, 16);
	memcpy(f->k1, (uint8_t *)&pkt.key + 16, 24);
	k.flow[6] = *f;
	k.flow[6].nh = 2;
	if (!(c[0] & 2))
		return;
	hash = dash_hash((const __u64 *)&pkt.key, pkt.key.v6, &dash_words.seed);
	k.line[dash_line1(hash, LINES)].e[3] = (uint64_t)dash_tag(hash) << 32 | FLOW_SLOT;
}

/* ---- what must be so afterwards ------------------------------------------------------- */

static uint16_t be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t total(const void *words, size_t size)
{
	const uint64_t *w = words;
	uint32_t n = 0;

	for (; size; size -= 8)
		n += *w++;
	return n;
}

/* What readers of the counters do: plain hits are counted apart. */
static void spread_hits(void)
{
	uint32_t i, dir;

	for (i = 0; i < ENIS; i++) {
		for (dir = 0; dir < 2; dir++)
			dash_port_add_hits(&k.port[0], &k.eni[i].hits[0][dir]);
		dash_eni_add_hits(&k.eni[i]);
		memset(k.eni[i].hits, 0, sizeof(k.eni[i].hits));
	}
}

/* One packet: once on the port, once on an ENI or dropped or passed. */
static void check_counters(int verdict)
{
	const struct dash_port_stats *p = &k.port[0];
	uint32_t rx = 0, tx = 0, drops = 0, global = total(p->drop, sizeof(p->drop)), i;

	for (i = 0; i < ENIS; i++) {
		const struct dash_eni_stats *e = &k.eni[i];

		rx += e->rx_packets[0] + e->rx_packets[1];
		tx += e->tx_packets[0] + e->tx_packets[1];
		drops += total(e->drop, sizeof(e->drop));
		CHECK(!e->drop[DASH_DROP_INTERNAL_ERROR] || k.control[4] & 0x80 || k.control[5] & 0x80 ||
		      k.control[6] == 0xff);
	}
	CHECK(p->rx_packets == 1);
	CHECK(p->underlay_passthrough + global + rx == 1);
	CHECK(rx == tx + drops);
	CHECK(p->underlay_passthrough == (verdict == XDP_PASS));
	CHECK(p->fast_path_packets + (tx && p->slow_path_packets) == tx);
	CHECK(total(p->slow, sizeof(p->slow)) == p->slow_path_packets);
}

/* A record changes if the packet was sent, and only what a packet changes. */
static void check_records(const struct dash_flow *before)
{
	uint32_t i, sent = 0;

	for (i = 0; i < ENIS; i++)
		sent += k.eni[i].tx_packets[0] + k.eni[i].tx_packets[1];
	for (i = 0; i < 8; i++) {
		struct dash_flow f = k.flow[i];

		if (!sent)
			CHECK(!memcmp(&f, &before[i], sizeof(f)));
		memcpy(f.packets, before[i].packets, sizeof(f.packets));
		memcpy(f.bytes, before[i].bytes, sizeof(f.bytes));
		f.seen = before[i].seen;
		CHECK(!memcmp(&f, &before[i], sizeof(f)));
	}
}

static void check_sent(const uint8_t *in, uint32_t in_len)
{
	static uint8_t out[AREA];
	const uint8_t *udp, *inner;
	uint32_t sum = 0, i, size;

	copy_out(out, k.start, k.len);
	CHECK(!memcmp(out, gateway, 6) && !memcmp(out + 6, own, 6));
	CHECK(k.len == (be16(out + 12) == 0x0800 ? 14u + be16(out + 16) : 54u + be16(out + 18)));
	if (k.flow[FLOW_SLOT].flags & DASH_F_DIRECT || k.flow[6].flags & DASH_F_DIRECT)
		return;
	if (be16(out + 12) == 0x0800) {
		udp = out + 34;
		for (i = 14; i < 34; i += 2)
			sum += be16(out + i);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		CHECK(sum == 0xffff && out[14] == 0x45 && out[22] == 64 && out[23] == 17);
	} else {
		CHECK(be16(out + 12) == 0x86dd && out[20] == 17 && out[21] == 64);
		udp = out + 54;
	}
	CHECK(be16(udp + 2) == 4789);
	size = be16(udp + 4);
	CHECK(udp + size == out + k.len && be16(udp) >= 49152 && !be16(udp + 6));
	CHECK(udp[8] == 8 && !udp[9] && !udp[10] && !udp[11] && !udp[15]);
	inner = udp + 16;
	/* the inner frame is what came: look for it behind its destination address */
	for (i = 42; i + size - 16 <= in_len; i++)
		if (!memcmp(in + i + 6, inner + 6, size - 22) &&
		    (!memcmp(in + i, inner, 6) || !memcmp(inner, k.flow[FLOW_SLOT].dmac, 6)))
			return;
	CHECK(!"the inner frame is another one");
}

/* Puts the frame in place and runs the program, or only its pipeline. */
static int run(const uint8_t *frame, uint32_t len, bool whole, struct dash_flow *before)
{
	struct xdp_md ctx = { .ingress_ifindex = 1 };
	uint32_t linear = len;
	int verdict;

	/* bpf/parse.h: a smaller frame lies in one buffer, and a larger one is not cut at its IP end below that */
	if (k.control[0] & 1 && len > DASH_ONE_BUFFER) {
		linear = 128 + be16(k.control + 8) % (len - 127);
		if (linear <= DASH_ONE_BUFFER && (linear == 14u + be16(frame + 16) || linear == 54u + be16(frame + 18)))
			linear++;
	}
	ASAN_UNPOISON_MEMORY_REGION(k.area, AREA);
	memcpy(k.area + HEADROOM, frame, len);
	k.start = HEADROOM;
	k.linear = linear;
	k.len = len;
	k.redirected = k.asked = k.refused = 0;
	memset(k.told, 0, sizeof(k.told));
	k.fib = false;
	memset(k.eni, 0, ENIS * sizeof(*k.eni));
	memset(k.port, 0, sizeof(*k.port));
	install_flow();
	memcpy(before, k.flow, sizeof(k.flow));
	show_frame(&ctx);
	verdict = whole ? dash_xdp(&ctx) : pipeline(&ctx, &dash_words, DASH_DECLINE, false);
	spread_hits();
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[AREA], second[AREA];
	static struct dash_eni_stats eni[ENIS];
	struct dash_flow before[8], after[8];
	struct dash_pkt told[2];
	struct dash_port_stats port;
	uint32_t redirected, len;
	int verdict;

	if (!k.area) {
		k.area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		CHECK(k.area != MAP_FAILED);
		configure();
	}
	if (size < CONTROL + ETH_HLEN || size > CONTROL + FRAME_MAX)
		return 0;
	k.control = data;
	data += CONTROL;
	size -= CONTROL;

	verdict = run(data, size, true, before);
	check_counters(verdict);
	check_records(before);
	if (verdict == XDP_TX || verdict == XDP_REDIRECT) {
		CHECK(verdict == XDP_TX || k.redirected);
		check_sent(data, size);
	} else {
		CHECK(verdict == XDP_DROP || verdict == XDP_PASS || verdict == XDP_ABORTED);
	}
	len = k.len;
	copy_out(first, k.start, len);
	port = k.port[0];
	memcpy(eni, k.eni, sizeof(eni));
	memcpy(after, k.flow, sizeof(after));
	memcpy(told, k.told, sizeof(told));
	redirected = k.redirected;
	if (verdict == XDP_PASS)
		CHECK(len == size && !memcmp(first, data, size));

	CHECK(run(data, size, false, before) == verdict);
	copy_out(second, k.start, k.len);
	CHECK(k.len == len && !memcmp(first, second, len) && k.redirected == redirected);
	CHECK(!memcmp(&port, &k.port[0], sizeof(port)) && !memcmp(eni, k.eni, sizeof(eni)));
	CHECK(!memcmp(after, k.flow, sizeof(after)) && !memcmp(told, k.told, sizeof(told)));
	return 0;
}

/* ---- mutation ------------------------------------------------------------------------------ */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

static void repair(uint8_t *f, size_t len)
{
	uint32_t hlen, sum = 0, i;

	if (len < 34 || be16(f + 12) != 0x0800)
		return;
	hlen = (f[14] & 15) < 5 ? 20 : (f[14] & 15) * 4;
	if (len < 14 + hlen)
		return;
	f[24] = f[25] = 0;
	for (i = 0; i < hlen; i += 2)
		sum += be16(f + 14 + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	f[24] = ~sum >> 8;
	f[25] = ~sum;
}

static void put16(uint8_t *f, uint16_t v)
{
	f[0] = v >> 8;
	f[1] = v;
}

/* Lengths of all the outer headers, so that they fit the frame again. */
static void fit(uint8_t *f, size_t len)
{
	if (len >= 50 && be16(f + 12) == 0x0800) {
		uint32_t hlen = (f[14] & 15) * 4;

		put16(f + 16, len - 14);
		if (hlen >= 20 && len >= 14 + hlen + 8)
			put16(f + 14 + hlen + 4, len - 14 - hlen);
	} else if (len >= 70 && be16(f + 12) == 0x86dd) {
		put16(f + 18, len - 54);
		if (f[20] == 17)
			put16(f + 58, len - 54);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static const uint16_t words[] = { 0, 1, 7, 8, 16, 19, 20, 39, 40, 60, 0x4000, 0x2000, 0x2001, 0x1fff, 0x3fff,
		0x7fff, 0xffff, 0x0800, 0x86dd, 0x0806, 0x8100, 4789 };
	static const uint8_t octets[] = { 0, 1, 4, 5, 6, 17, 43, 44, 47, 50, 51, 58, 59, 60, 0x44, 0x45, 0x46, 0x4f, 0x50, 0x60,
		0x6f, 0xf0, 0xff };
	uint8_t *f = data + CONTROL;
	size_t len;
	uint32_t at;

	if (size < CONTROL + 60)
		return LLVMFuzzerMutate(data, size, max);
	len = size - CONTROL;
	srand(seed);
	at = 12 + rand() % (len < 140 ? len - 14 : 126);
	switch (rand() % 8) {
	case 0:
		return LLVMFuzzerMutate(data, size, max);
	case 1:
		put16(f + (at & ~1u), words[rand() % (sizeof(words) / 2)]);
		break;
	case 2:
		f[at] = octets[rand() % sizeof(octets)];
		break;
	case 3:
		put16(f + (at & ~1u), be16(f + (at & ~1u)) + rand() % 17 - 8);
		break;
	case 4:		/* insert: options, extension headers */
		if (size + 8 <= max) {
			memmove(f + at + 8, f + at, len - at);
			memset(f + at, rand() & 1, 8);
			size += 8;
		}
		break;
	case 5:
		size -= 1 + rand() % (len - 40);
		break;
	case 6:		/* padding, payload */
		at = 1 + rand() % 2000;
		if (size + at <= max) {
			memset(data + size, 0x5a, at);
			size += at;
		}
		break;
	case 7:
		data[rand() % CONTROL] = rand();
		return size;
	}
	len = size - CONTROL;
	if (rand() & 1)
		fit(f, len);
	if (rand() % 8)
		repair(f, len);
	return size;
}
