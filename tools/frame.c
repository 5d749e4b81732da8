// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does a packet look like?  Frames from a few words or from hexadecimal digits, and
 * the other way round, header by header.  Only what tunnels of this appliance consist of:
 * Ethernet, IPv4, IPv6, UDP, VXLAN, and once more with TCP and ICMP.  Called by trace.c
 * and trace_show.c.
 */
#include "frame.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "util.h"
#include "value.h"

#define ETH_LEN		14u
#define VXLAN_LEN	8u

static const char tcp_letters[] = "FSRPAUEC";

const char *tcp_flags_text(unsigned int flags, char *out)
{
	unsigned int i, n = 0;

	for (i = 0; i < 8; i++)
		if (flags & 1u << i)
			out[n++] = tcp_letters[i];
	out[n] = '\0';
	return out;
}

int tcp_flags_parse(const char *s)
{
	const char *at;
	int flags = 0;

	for (; *s; s++) {
		at = strchr(tcp_letters, *s & ~0x20);
		if (!at || !*at)
			return -1;
		flags |= 1 << (at - tcp_letters);
	}
	return flags;
}

/* ---- building ---- */

static void put16(unsigned char *p, unsigned int v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static unsigned int get16(const unsigned char *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static uint32_t add_words(const unsigned char *p, size_t len, uint32_t sum)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len ? sum + ((uint32_t)p[0] << 8) : sum;
}

static unsigned int fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static size_t ip_len(const struct frame_ip *ip)
{
	return ip->len == 4 ? 20 : 40;
}

/* @len: octets behind the header. */
static void put_ip(unsigned char *p, const struct frame_ip *src, const struct frame_ip *dst, unsigned int tos,
		   unsigned int proto, size_t len)
{
	if (src->len == 4) {
		p[0] = 0x45;
		p[1] = (unsigned char)tos;
		put16(p + 2, (unsigned int)(20 + len));
		p[8] = 64;
		p[9] = (unsigned char)proto;
		memcpy(p + 12, src->b, 4);
		memcpy(p + 16, dst->b, 4);
		put16(p + 10, fold(add_words(p, 20, 0)));
		return;
	}
	p[0] = (unsigned char)(0x60 | tos >> 4);
	p[1] = (unsigned char)(tos << 4);
	put16(p + 4, (unsigned int)len);
	p[6] = (unsigned char)proto;
	p[7] = 64;
	memcpy(p + 8, src->b, 16);
	memcpy(p + 24, dst->b, 16);
}

static unsigned char *put_eth(unsigned char *p, const unsigned char *dmac, const unsigned char *smac,
			      const struct frame_ip *ip)
{
	memcpy(p, dmac, 6);
	memcpy(p + 6, smac, 6);
	put16(p + 12, ip->len == 4 ? 0x0800 : 0x86dd);
	return p + ETH_LEN;
}

/* The inner L4 header, and where its checksum is; 0: it has none. */
static size_t put_l4(unsigned char *p, const struct frame_spec *s, size_t len)
{
	switch (s->proto) {
	case IPPROTO_TCP:
		p[12] = 0x50;
		p[13] = s->flags;
		put16(p + 14, 65535);
		break;
	case IPPROTO_UDP:
		put16(p + 4, (unsigned int)len);
		break;
	case IPPROTO_ICMP:
		p[0] = 8;
		return 2;
	case IPPROTO_ICMPV6:
		p[0] = 128;
		return 2;
	default:
		return 0;
	}
	put16(p, s->sport);
	put16(p + 2, s->dport);
	return s->proto == IPPROTO_TCP ? 16 : 6;
}

bool frame_build(const struct frame_spec *s, struct frame *f)
{
	static const unsigned char near[6] = { 2, 0, 0, 0, 0, 1 }, far[6] = { 2, 0, 0, 0, 0, 2 };
	size_t l4 = s->payload + (s->proto == IPPROTO_TCP ? 20 : s->proto == IPPROTO_UDP ||
				  s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6 ? 8 : 0);
	size_t inner = ETH_LEN + ip_len(&s->src) + l4, sum_at;
	unsigned char *p = f->data, *payload;
	uint32_t sum;

	f->len = ETH_LEN + ip_len(&s->sip) + 8 + VXLAN_LEN + inner;
	if (f->len > FRAME_MAX)
		return false;
	memset(p, 0, f->len);
	p = put_eth(p, near, far, &s->sip);
	put_ip(p, &s->sip, &s->dip, s->tos, IPPROTO_UDP, 8 + VXLAN_LEN + inner);
	p += ip_len(&s->sip);
	put16(p, 50000);
	put16(p + 2, s->port);
	put16(p + 4, (unsigned int)(8 + VXLAN_LEN + inner));
	p += 8;
	p[0] = 8;
	put16(p + 4, s->vni >> 8);
	p[6] = (unsigned char)s->vni;
	p = put_eth(p + VXLAN_LEN, s->dmac, s->smac, &s->src);
	put_ip(p, &s->src, &s->dst, 0, s->proto, l4);
	payload = p + ip_len(&s->src);
	sum_at = put_l4(payload, s, l4);
	if (sum_at) {
		sum = add_words(payload, l4, 0);
		if (s->proto != IPPROTO_ICMP) {
			sum = add_words(s->src.b, s->src.len, sum);
			sum = add_words(s->dst.b, s->dst.len, sum) + s->proto + (uint32_t)l4;
		}
		put16(payload + sum_at, fold(sum));
	}
	return true;
}

bool frame_from_hex(const char *s, struct frame *f)
{
	int high = -1, d;

	f->len = 0;
	for (; *s; s++) {
		if (strchr(" \t\r\n:", *s))
			continue;
		d = hex_digit(*s);
		if (d < 0 || (high >= 0 && f->len == FRAME_MAX))
			return false;
		if (high < 0) {
			high = d;
			continue;
		}
		f->data[f->len++] = (unsigned char)(high << 4 | d);
		high = -1;
	}
	return high < 0 && f->len >= ETH_LEN;
}

/* ---- printing ---- */

static void pr_hex(const char *name, unsigned int v)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%02x", v);
	pr_str(name, text);
}

static void pr_mac(const char *name, const unsigned char *m)
{
	char text[20];

	snprintf(text, sizeof(text), "%02X:%02X:%02X:%02X:%02X:%02X", m[0], m[1], m[2], m[3], m[4], m[5]);
	pr_str(name, text);
}

static void pr_ip(const char *name, const unsigned char *ip, size_t len)
{
	char text[64];

	pr_str(name, ip_text(ip, len, text));
}

static void header(const char *name)
{
	pr_object(NULL);
	pr_str("header", name);
}

/* What is left of the frame. */
struct rest {
	const unsigned char *p;
	size_t len;
};

static bool skip(struct rest *r, size_t n)
{
	if (r->len < n)
		return false;
	r->p += n;
	r->len -= n;
	return true;
}

/* Protocol behind the header, -1: nothing that is known. */
static int print_ip(struct rest *r, unsigned int type)
{
	const unsigned char *p = r->p;
	size_t hlen;

	if (type == 0x0800 && r->len >= 20) {
		hlen = (p[0] & 15u) * 4;
		header("ip4");
		pr_ip("src", p + 12, 4);
		pr_ip("dst", p + 16, 4);
		pr_hex("tos", p[1]);
		pr_u64("ttl", p[8]);
		pr_u64("id", get16(p + 4));
		pr_u64("len", get16(p + 2));
		pr_u64("proto", p[9]);
		if (get16(p + 6) & 0x3fff) {
			pr_u64("fragment", (get16(p + 6) & 0x1fff) * 8);
			pr_bool("more", p[6] & 0x20);
		}
		pr_end();
		return get16(p + 6) & 0x1fff || !skip(r, hlen < 20 ? 20 : hlen) ? -1 : p[9];
	}
	if (type == 0x86dd && r->len >= 40) {
		header("ip6");
		pr_ip("src", p + 8, 16);
		pr_ip("dst", p + 24, 16);
		pr_hex("tc", (p[0] & 15u) << 4 | p[1] >> 4);
		pr_u64("hlim", p[7]);
		pr_u64("plen", get16(p + 4));
		pr_u64("next", p[6]);
		pr_end();
		skip(r, 40);
		return p[6];
	}
	return -1;
}

/* True if it is an UDP header in front of a tunnel. */
static bool print_l4(struct rest *r, int proto, unsigned int vxlan_port)
{
	const unsigned char *p = r->p;
	char flags[9];

	if (proto == IPPROTO_UDP && r->len >= 8) {
		header("udp");
		pr_u64("sport", get16(p));
		pr_u64("dport", get16(p + 2));
		pr_u64("len", get16(p + 4));
		pr_end();
		skip(r, 8);
		return get16(p + 2) == vxlan_port;
	}
	if (proto == IPPROTO_TCP && r->len >= 20) {
		header("tcp");
		pr_u64("sport", get16(p));
		pr_u64("dport", get16(p + 2));
		pr_str("flags", tcp_flags_text(p[13], flags));
		pr_end();
	} else if ((proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) && r->len >= 2) {
		header(proto == IPPROTO_ICMP ? "icmp" : "icmp6");
		pr_u64("type", p[0]);
		pr_u64("code", p[1]);
		pr_end();
	}
	return false;
}

void frame_print(const char *name, const unsigned char *data, size_t len, unsigned int vxlan_port)
{
	struct rest r = { data, len };
	bool more = true, tunnel = false;
	unsigned int type;
	int proto;

	pr_array(name);
	while (more && r.len >= ETH_LEN) {
		type = get16(r.p + 12);
		header("eth");
		pr_mac("src", r.p + 6);
		pr_mac("dst", r.p);
		pr_hex("type", type);
		pr_end();
		skip(&r, ETH_LEN);
		proto = print_ip(&r, type);
		more = print_l4(&r, proto, tunnel ? 0 : vxlan_port) && r.len >= VXLAN_LEN;
		if (!more)
			break;
		header("vxlan");
		pr_hex("flags", r.p[0]);
		pr_u64("vni", (uint64_t)get16(r.p + 4) << 8 | r.p[6]);
		pr_end();
		skip(&r, VXLAN_LEN);
		tunnel = true;
	}
	pr_end();
}
