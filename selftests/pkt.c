// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How do tests write packets, and read what came out?  A text is cut into layers,
 * the layers get offsets, then each is written with what lies behind it known;
 * checksums come last, from the inside out.  The reader is separate code on
 * purpose: it shares no length or checksum arithmetic with the program under test.
 */
#include "pkt.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum kind { ETH, IP4, IP6, EXT, FRAG6, UDP, VXLAN, TCP, ICMP, ICMP6, ARP, PAY, IPAD, PAD, CUT };

static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "eth", ETH }, { "ip4", IP4 }, { "ip6", IP6 }, { "ext", EXT }, { "frag6", FRAG6 },
	{ "udp", UDP }, { "vxlan", VXLAN }, { "tcp", TCP }, { "icmp", ICMP }, { "icmp6", ICMP6 },
	{ "arp", ARP }, { "pay", PAY }, { "ipad", IPAD }, { "pad", PAD }, { "cut", CUT },
};

#define MAX_LAYERS 24
#define MAX_WORDS 24

struct layer {
	enum kind kind;
	char *word[MAX_WORDS];
	int words;
	unsigned int off, len;
};

static void __attribute__((noreturn)) bad(const char *what, const char *word)
{
	fprintf(stderr, "pkt: %s \"%s\"\n", what, word ? word : "");
	exit(2);
}

/* Value of field @name; @fallback if it is not there, also for "*". */
static unsigned long field(const struct layer *l, const char *name, unsigned long fallback)
{
	char *end;
	int i;

	for (i = 1; i + 1 < l->words; i++) {
		if (strcmp(l->word[i], name))
			continue;
		if (!strcmp(l->word[i + 1], "*"))
			return fallback;
		unsigned long v = strtoul(l->word[i + 1], &end, 0);

		if (*end)
			bad("not a number:", l->word[i + 1]);
		return v;
	}
	return fallback;
}

static bool flag(const struct layer *l, const char *name)
{
	int i;

	for (i = 1; i < l->words; i++)
		if (!strcmp(l->word[i], name))
			return true;
	return false;
}

static bool wild(const struct layer *l, const char *name)
{
	int i;

	for (i = 1; i + 1 < l->words; i++)
		if (!strcmp(l->word[i], name) && !strcmp(l->word[i + 1], "*"))
			return true;
	return false;
}

static unsigned long number(const struct layer *l, int i, unsigned long fallback)
{
	char *end;
	unsigned long v;

	if (i >= l->words)
		return fallback;
	v = strtoul(l->word[i], &end, 0);
	if (*end)
		bad("not a number:", l->word[i]);
	return v;
}

/* Cut "A>B" in two. */
static void pair(const struct layer *l, char *a, char *b, size_t size)
{
	const char *gt = l->words > 1 ? strchr(l->word[1], '>') : NULL;

	if (!gt || (size_t)(gt - l->word[1]) >= size || strlen(gt + 1) >= size)
		bad("not a pair:", l->words > 1 ? l->word[1] : l->word[0]);
	memcpy(a, l->word[1], gt - l->word[1]);
	a[gt - l->word[1]] = 0;
	strcpy(b, gt + 1);
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

void pkt_mac(const char *text, uint8_t to[6])
{
	unsigned int b[6];
	int i;

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6)
		bad("not a MAC:", text);
	for (i = 0; i < 6; i++)
		to[i] = b[i];
}

uint64_t pkt_mac_word(const char *text)
{
	uint64_t m = 0;
	uint8_t b[6];
	int i;

	pkt_mac(text, b);
	for (i = 0; i < 6; i++)
		m |= (uint64_t)b[i] << (8 * i);
	return m;
}

struct dash_ip pkt_ip(const char *text)
{
	struct dash_ip ip = { { 0, 0, DASH_V4_MARK, 0 } };

	if (inet_pton(AF_INET, text, &ip.w[3]) != 1 && inet_pton(AF_INET6, text, ip.w) != 1)
		bad("not an address:", text);
	return ip;
}

static void addr(int family, const char *text, void *to)
{
	if (inet_pton(family, text, to) != 1)
		bad("not an address:", text);
}

static uint32_t sum16(const void *data, unsigned int len, uint32_t sum)
{
	const uint8_t *p = data;
	unsigned int i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	if (len & 1)
		sum += p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint16_t pkt_csum(const void *data, unsigned int len, uint32_t sum)
{
	return ~sum16(data, len, sum);
}

/* Sum of the pseudo header: addresses at @ip, which is IPv4 or IPv6. */
static uint32_t pseudo(const uint8_t *ip, unsigned int len, unsigned int proto)
{
	uint32_t sum = (ip[0] >> 4) == 6 ? sum16(ip + 8, 32, 0) : sum16(ip + 12, 8, 0);

	return sum + len + proto;
}

static int split(char *text, struct layer *l)
{
	char *part, *save = NULL, *word, *save2;
	int n = 0;
	size_t k;

	for (part = strtok_r(text, "/", &save); part; part = strtok_r(NULL, "/", &save), n++) {
		if (n == MAX_LAYERS)
			bad("too many layers at", part);
		memset(&l[n], 0, sizeof(l[n]));
		save2 = NULL;
		for (word = strtok_r(part, " \t\n", &save2); word;
		     word = strtok_r(NULL, " \t\n", &save2)) {
			if (l[n].words == MAX_WORDS)
				bad("too many words at", word);
			l[n].word[l[n].words++] = word;
		}
		if (!l[n].words)
			bad("empty layer in", part);
		for (k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (!strcmp(kinds[k].name, l[n].word[0]))
				break;
		if (k == sizeof(kinds) / sizeof(*kinds))
			bad("unknown layer", l[n].word[0]);
		l[n].kind = kinds[k].kind;
	}
	return n;
}

static unsigned int layer_len(const struct layer *l)
{
	switch (l->kind) {
	case ETH:
		return 14;
	case IP4:
		return 20 + field(l, "opt", 0);
	case IP6:
		return 40;
	case EXT:
		return number(l, 1, 0) == 51 ? (field(l, "hlen", 1) + 2) * 4 :
					       (field(l, "hlen", 0) + 1) * 8;
	case TCP:
		return field(l, "doff", 5) > 5 ? field(l, "doff", 5) * 4 : 20;
	case ARP:
		return 28;
	case CUT:
		return 0;
	case PAY:
	case IPAD:
	case PAD:
		return number(l, 1, 0);
	default:
		return 8;
	}
}

/* Protocol number that announces @l. */
static unsigned int proto_of(const struct layer *l)
{
	switch (l->kind) {
	case EXT:
		return number(l, 1, 0);
	case FRAG6:
		return 44;
	case UDP:
		return 17;
	case TCP:
		return 6;
	case ICMP:
		return 1;
	case ICMP6:
		return 58;
	default:
		return 59;
	}
}

static unsigned int type_of(const struct layer *l)
{
	return l->kind == IP4 ? 0x0800 : l->kind == IP6 ? 0x86dd : l->kind == ARP ? 0x0806 : 0xffff;
}

static unsigned int tcp_flags(const char *text)
{
	static const char letters[] = "FSRPAUEC";
	unsigned int v = 0;
	const char *c;

	for (; *text; text++) {
		c = strchr(letters, *text);
		if (!c)
			bad("not a TCP flag:", text);
		v |= 1u << (c - letters);
	}
	return v;
}

/* @next: layer behind it; @end: where the packet that it belongs to ends. */
static void write_layer(const struct layer *l, const struct layer *next, uint8_t *d,
			unsigned int end, const struct pkt *actual)
{
	uint8_t *p = d + l->off;
	char a[64], b[64];
	unsigned int i;

	switch (l->kind) {
	case ETH:
		pair(l, a, b, sizeof(a));
		pkt_mac(b, p);
		pkt_mac(a, p + 6);
		put16(p + 12, field(l, "type", type_of(next)));
		break;
	case IP4:
		pair(l, a, b, sizeof(a));
		p[0] = field(l, "ver", 4) << 4 | field(l, "ihl", l->len / 4);
		p[1] = field(l, "tos", 0);
		put16(p + 2, field(l, "len", end - l->off));
		put16(p + 4, field(l, "id", 0));
		if (wild(l, "id") && actual)
			memcpy(p + 4, actual->data + l->off + 4, 2);
		put16(p + 6, (flag(l, "df") ? 0x4000 : 0) | (flag(l, "mf") ? 0x2000 : 0) |
			     field(l, "off", 0) / 8);
		p[8] = field(l, "ttl", 64);
		p[9] = field(l, "proto", proto_of(next));
		addr(AF_INET, a, p + 12);
		addr(AF_INET, b, p + 16);
		memset(p + 20, 1, l->len - 20);
		put16(p + 10, field(l, "csum", pkt_csum(p, l->len, 0)));
		break;
	case IP6:
		pair(l, a, b, sizeof(a));
		put32(p, field(l, "ver", 6) << 28 | field(l, "tc", 0) << 20 | field(l, "flow", 0));
		put16(p + 4, field(l, "plen", end - l->off - 40));
		p[6] = field(l, "nh", proto_of(next));
		p[7] = field(l, "hlim", 64);
		addr(AF_INET6, a, p + 8);
		addr(AF_INET6, b, p + 24);
		break;
	case EXT:
		p[0] = field(l, "nh", proto_of(next));
		p[1] = field(l, "hlen", number(l, 1, 0) == 51 ? 1 : 0);
		break;
	case FRAG6:
		p[0] = field(l, "nh", proto_of(next));
		put16(p + 2, (field(l, "off", 0) & ~7ul) | (flag(l, "mf") ? 1 : 0));
		put32(p + 4, field(l, "id", 0));
		break;
	case UDP:
		pair(l, a, b, sizeof(a));
		if (strcmp(a, "*"))
			put16(p, strtoul(a, NULL, 0));
		else if (actual)
			memcpy(p, actual->data + l->off, 2);
		put16(p + 2, strtoul(b, NULL, 0));
		put16(p + 4, field(l, "len", end - l->off));
		break;
	case VXLAN:
		p[0] = field(l, "flags", 8);
		p[1] = p[2] = p[3] = field(l, "rsv", 0);
		put32(p + 4, number(l, 1, 0) << 8 | field(l, "rsv", 0));
		break;
	case TCP:
		pair(l, a, b, sizeof(a));
		put16(p, strtoul(a, NULL, 0));
		put16(p + 2, strtoul(b, NULL, 0));
		put32(p + 4, 1000);
		p[12] = field(l, "doff", 5) << 4;
		p[13] = tcp_flags(l->words > 2 && strcmp(l->word[2], "doff") ? l->word[2] : "");
		put16(p + 14, 0x2000);
		memset(p + 20, 1, l->len - 20);
		break;
	case ICMP:
	case ICMP6:
		p[0] = number(l, 1, l->kind == ICMP ? 8 : 128);
		put16(p + 4, 0x1234);
		put16(p + 6, 1);
		break;
	case ARP:
		memcpy(p, "\0\1\10\0\6\4\0\1", 8);
		break;
	case PAY:
		for (i = 0; i < l->len; i++)
			p[i] = i;
		break;
	default:
		break;
	}
}

static void write_l4_csum(const struct layer *l, const struct layer *next, const struct layer *ip,
			  uint8_t *d, unsigned int end)
{
	uint8_t *p = d + l->off;
	unsigned int len = end - l->off, at = 0;
	uint32_t sum = 0;

	switch (l->kind) {
	case UDP:
		at = 6;
		if (next->kind == VXLAN)
			return put16(p + 6, field(l, "csum", 0));
		break;
	case TCP:
		at = 16;
		break;
	case ICMP:
	case ICMP6:
		at = 2;
		break;
	default:
		return;
	}
	if (ip && l->kind != ICMP)
		sum = pseudo(d + ip->off, len, proto_of(l));
	sum = pkt_csum(p, len, sum);
	put16(p + at, field(l, "csum", sum ? sum : 0xffff));
}

static void describe(const struct layer *l, int n, const uint8_t *d, unsigned int len,
		     struct pkt_flow *flow)
{
	const uint8_t *p;
	int i;

	memset(flow, 0, sizeof(*flow));
	for (i = 0; i < n; i++) {
		p = d + l[i].off;
		switch (l[i].kind) {
		case ETH:
			memcpy(flow->dmac, p, 6);
			memcpy(flow->smac, p + 6, 6);
			flow->frame_len = len - l[i].off;
			break;
		case IP4:
			flow->v6 = false;
			flow->src[2] = flow->dst[2] = htonl(0xffff);
			flow->src[0] = flow->dst[0] = flow->src[1] = flow->dst[1] = 0;
			memcpy(&flow->src[3], p + 12, 4);
			memcpy(&flow->dst[3], p + 16, 4);
			flow->proto = p[9];
			break;
		case IP6:
			flow->v6 = true;
			memcpy(flow->src, p + 8, 16);
			memcpy(flow->dst, p + 24, 16);
			flow->proto = p[6];
			break;
		case EXT:
		case FRAG6:
			flow->proto = p[0];
			break;
		case UDP:
		case TCP:
			memcpy(&flow->sport, p, 2);
			memcpy(&flow->dport, p + 2, 2);
			break;
		default:
			break;
		}
		if (l[i].kind == VXLAN)
			flow->sport = flow->dport = 0;
	}
}

void pkt_build(const char *text, struct pkt *p, const struct pkt *actual, struct pkt_flow *flow)
{
	static const struct layer none = { .kind = CUT };
	struct layer l[MAX_LAYERS];
	unsigned int off = 0, end_pay = 0, end_tunnel = 0;
	const struct layer *ip;
	char *copy = strdup(text);
	int n = split(copy, l), i, tunnel = -1;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < n; i++) {
		l[i].off = off;
		l[i].len = layer_len(&l[i]);
		off += l[i].len;
		if (off > PKT_MAX)
			bad("too long:", text);
		if (l[i].kind < IPAD)
			end_pay = off;
		if (l[i].kind < PAD)
			end_tunnel = off;
		if (l[i].kind == VXLAN)
			tunnel = i;
	}
	for (i = n - 1; i >= 0; i--)
		write_layer(&l[i], i + 1 < n ? &l[i + 1] : &none, p->data,
			    i <= tunnel ? end_tunnel : end_pay, actual);
	for (i = n - 1; i >= 0; i--) {
		for (ip = &l[i]; ip >= l && ip->kind != IP4 && ip->kind != IP6; ip--)
			;
		write_l4_csum(&l[i], i + 1 < n ? &l[i + 1] : &none, ip >= l ? ip : NULL, p->data,
			      i <= tunnel ? end_tunnel : end_pay);
	}
	if (flow)
		describe(l, n, p->data, end_tunnel, flow);
	p->len = n && l[n - 1].kind == CUT ? number(&l[n - 1], 1, off) : off;
	free(copy);
}

unsigned int pkt_inner_port(const struct pkt *p)
{
	unsigned int l3 = 14 + (p->data[12] == 0x08 ? 20 : 40) + 16 + 14;

	return l3 + (p->data[l3] >> 4 == 4 ? 20 : 40);
}

void pkt_from_hex(const char *hex, struct pkt *p)
{
	unsigned int byte;
	int used;

	memset(p, 0, sizeof(*p));
	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		if (p->len == PKT_MAX)
			bad("too long:", hex);
		p->data[p->len++] = byte;
		hex += used;
	}
}

/*
 * The reader.  Each function prints one header and returns what comes next and
 * where, as far as the octets go.
 */
struct reader {
	FILE *f;
	const uint8_t *d;
	unsigned int len, off;
	unsigned int ip;	/* offset of the last IP header */
	unsigned int end;	/* where its packet ends */
	unsigned int next;	/* ethertype or protocol */
	int depth;
};

static bool have(struct reader *r, unsigned int n)
{
	if (r->off + n <= r->len)
		return true;
	fprintf(r->f, "truncated: %u octets\n", r->len - r->off);
	r->off = r->len;
	return false;
}

static bool read_eth(struct reader *r)
{
	const uint8_t *p = r->d + r->off;

	if (!have(r, 14))
		return false;
	r->next = get16(p + 12);
	fprintf(r->f, "eth   %02x:%02x:%02x:%02x:%02x:%02x > %02x:%02x:%02x:%02x:%02x:%02x  0x%04x  frame %u\n",
		p[6], p[7], p[8], p[9], p[10], p[11], p[0], p[1], p[2], p[3], p[4], p[5], r->next,
		r->len - r->off);
	r->off += 14;
	return r->next == 0x0800 || r->next == 0x86dd;
}

static bool read_ip4(struct reader *r)
{
	const uint8_t *p = r->d + r->off;
	char a[64], b[64];
	unsigned int hlen;

	if (!have(r, 20))
		return false;
	hlen = (p[0] & 15) * 4;
	inet_ntop(AF_INET, p + 12, a, sizeof(a));
	inet_ntop(AF_INET, p + 16, b, sizeof(b));
	fprintf(r->f, "ip4   %s > %s  tos 0x%02x ttl %u id 0x%04x len %u flags %x off %u proto %u csum 0x%04x (%s) ver/ihl %02x\n",
		a, b, p[1], p[8], get16(p + 4), get16(p + 2), p[6] >> 5,
		(get16(p + 6) & 0x1fff) * 8, p[9], get16(p + 10),
		r->off + hlen > r->len || pkt_csum(p, hlen, 0) ? "WRONG" : "right", p[0]);
	r->ip = r->off;
	r->end = r->off + get16(p + 2);
	r->next = p[9];
	r->off += hlen < 20 ? 20 : hlen;
	return !(get16(p + 6) & 0x1fff);
}

static bool read_ip6(struct reader *r)
{
	const uint8_t *p = r->d + r->off;
	char a[64], b[64];

	if (!have(r, 40))
		return false;
	inet_ntop(AF_INET6, p + 8, a, sizeof(a));
	inet_ntop(AF_INET6, p + 24, b, sizeof(b));
	fprintf(r->f, "ip6   %s > %s  ver %u tc 0x%02x flow 0x%05x plen %u nh %u hlim %u\n", a, b,
		p[0] >> 4, get32(p) >> 20 & 0xff, get32(p) & 0xfffff, get16(p + 4), p[6], p[7]);
	r->ip = r->off;
	r->end = r->off + 40 + get16(p + 4);
	r->next = p[6];
	r->off += 40;
	return true;
}

static const char *l4_csum(struct reader *r, unsigned int proto, unsigned int csum)
{
	if (!csum && proto == 17)
		return "none";
	if (r->end > r->len || r->end < r->off)
		return "truncated";
	return pkt_csum(r->d + r->off, r->end - r->off,
			pseudo(r->d + r->ip, r->end - r->off, proto)) ? "WRONG" : "right";
}

static bool read_udp(struct reader *r)
{
	const uint8_t *p = r->d + r->off;

	if (!have(r, 8))
		return false;
	fprintf(r->f, "udp   %u > %u  len %u csum 0x%04x (%s)\n", get16(p), get16(p + 2), get16(p + 4),
		get16(p + 6), l4_csum(r, 17, get16(p + 6)));
	r->off += 8;
	if (r->depth || get16(p + 2) != 4789)
		return false;
	p += 8;
	if (!have(r, 8))
		return false;
	fprintf(r->f, "vxlan flags %02x vni %u reserved %06x %02x\n", p[0], get32(p + 4) >> 8,
		get32(p) & 0xffffff, p[7]);
	r->off += 8;
	r->depth++;
	return true;
}

static bool read_l4(struct reader *r)
{
	const uint8_t *p = r->d + r->off;
	int n = 0;

	for (; n++ < 9; p = r->d + r->off) {
		switch (r->next) {
		case 17:
			return read_udp(r);
		case 6:
			if (have(r, 20)) {
				fprintf(r->f, "tcp   %u > %u  seq %u doff %u flags 0x%02x csum 0x%04x (%s)\n",
					get16(p), get16(p + 2), get32(p + 4), p[12] >> 4, p[13],
					get16(p + 16), l4_csum(r, 6, get16(p + 16)));
				r->off += 20;
			}
			return false;
		case 0:
		case 43:
		case 51:
		case 60:
		case 44:
			if (!have(r, 8))
				return false;
			fprintf(r->f, "ext%u  next %u  %02x %04x %08x\n", r->next, p[0], p[1],
				get16(p + 2), get32(p + 4));
			r->off += r->next == 51 ? (p[1] + 2) * 4 : r->next == 44 ? 8 : (p[1] + 1) * 8;
			r->next = p[0];
			break;
		default:
			fprintf(r->f, "proto %u\n", r->next);
			return false;
		}
	}
	return false;
}

void pkt_print(FILE *f, const struct pkt *p)
{
	struct reader r = { .f = f, .d = p->data, .len = p->len };
	unsigned int i;

	while (read_eth(&r))
		if (!(r.next == 0x0800 ? read_ip4(&r) : read_ip6(&r)) || !read_l4(&r))
			break;
	if (r.off < r.len) {
		fprintf(f, "rest  %u octets:", r.len - r.off);
		for (i = r.off; i < r.len && i < r.off + 32; i++)
			fprintf(f, " %02x", r.d[i]);
		fprintf(f, "\n");
	}
}

static char *printed(const struct pkt *p)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	pkt_print(f, p);
	fclose(f);
	return text;
}

bool pkt_equal(FILE *f, const struct pkt *want, const struct pkt *got)
{
	char *w, *g, *wl, *gl, *ws = NULL, *gs = NULL;
	unsigned int i;

	if (want->len == got->len && !memcmp(want->data, got->data, want->len))
		return true;
	w = printed(want);
	g = printed(got);
	wl = strtok_r(w, "\n", &ws);
	gl = strtok_r(g, "\n", &gs);
	while (wl || gl) {
		if (wl && gl && !strcmp(wl, gl)) {
			fprintf(f, "#   %s\n", wl);
		} else {
			if (wl)
				fprintf(f, "# - %s\n", wl);
			if (gl)
				fprintf(f, "# + %s\n", gl);
		}
		wl = wl ? strtok_r(NULL, "\n", &ws) : NULL;
		gl = gl ? strtok_r(NULL, "\n", &gs) : NULL;
	}
	for (i = 0; i < want->len && i < got->len && want->data[i] == got->data[i]; i++)
		;
	fprintf(f, "# (- expected, + seen; %u and %u octets, first difference at 0x%04x)\n", want->len,
		got->len, i);
	free(w);
	free(g);
	return false;
}
