// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What would happen to this packet?  A frame, from words, hexadecimal octets or a capture, is run
 * through program dash_trace, which is the data path's own, on the live tables; it decides,
 * changes nothing, and the module tells what was decided (trace_show.c).  And what happens to
 * packets as they come: the module tells that of those that match a filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../kernel/uapi/dash.h"
#include "attr.h"
#include "bpf.h"
#include "cmd.h"
#include "flow.h"
#include "follow.h"
#include "frame.h"
#include "live.h"
#include "nl.h"
#include "pcap.h"
#include "print.h"
#include "status.h"
#include "trace_show.h"
#include "util.h"

#define VXLAN_PORT	4789

/* ---- the appliance ---- */

struct appliance {
	uint32_t bound[DASH_MAP_N];
	uint32_t ports[DASH_MAX_PORT];
	unsigned int n_ports;
};

static void on_status(const void *attrs, size_t len, void *arg)
{
	struct appliance *ap = arg;
	struct attr status, a, x;

	if (!status_find(attrs, len, &status))
		return;
	for (attr_first(&a, status.data, status.len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_STATUS_MAP)
			status_map(&a, ap->bound);
		for (attr_first(&x, a.data, a.type == DASH_A_STATUS_PORT ? a.len : 0); attr_ok(&x); attr_next(&x))
			if (x.type == DASH_A_PORT_IFINDEX && ap->n_ports < DASH_MAX_PORT)
				ap->ports[ap->n_ports++] = (uint32_t)attr_number(&x);
	}
}

/* Its tables, and the port that the packet comes in by. */
static int find_appliance(struct appliance *ap, const char *dev, uint32_t *ifindex)
{
	struct buf b = { 0 };
	unsigned int i;
	int e;

	memset(ap, 0, sizeof(*ap));
	nl_start(&b, DASH_CMD_STATUS_GET);
	e = nl_call(&b, on_status, ap);
	buf_free(&b);
	if (e)
		return nl_failed("trace", e);
	for (i = 0; i < DASH_MAP_N; i++)
		if (!ap->bound[i] || !ap->n_ports) {
			err("trace: nothing is attached, so there are no tables for packets: dashctl attach DEV first");
			return EXIT_INVALID;
		}
	*ifindex = dev ? if_nametoindex(dev) : ap->ports[0];
	for (i = 0; i < ap->n_ports; i++)
		if (ap->ports[i] == *ifindex)
			return EXIT_OK;
	err("trace: \"%s\" is not a port of the appliance", dev);
	return EXIT_INVALID;
}

/* ---- running ---- */

/*
 * @t: the program, loaded on the tables @bound with @flags; @now, @wanted: what this command needs
 */
static struct run {
	struct bpf_tracer *t;
	uint32_t bound[DASH_MAP_N], flags, wanted, ifindex;
	struct appliance now;
	uint64_t cookie;
} run;

/* The program; that of an earlier frame, or of an earlier command of a batch, if it fits. */
static int load(void)
{
	if (run.t && run.flags == run.wanted && !memcmp(run.bound, run.now.bound, sizeof(run.bound)))
		return EXIT_OK;
	bpf_trace_close(run.t);
	run.t = NULL;
	if (getrandom(&run.cookie, sizeof(run.cookie), 0) != sizeof(run.cookie)) {
		err("trace: no random number: %s", strerror(errno));
		return EXIT_USAGE;
	}
	run.cookie |= 1;
	run.flags = run.wanted;
	memcpy(run.bound, run.now.bound, sizeof(run.bound));
	run.t = bpf_trace_open(run.bound, run.cookie, run.flags);
	return run.t ? EXIT_OK : EXIT_KERNEL;
}

struct answer {
	unsigned long frame;
};

static void on_trace(const void *attrs, size_t len, void *arg)
{
	trace_print(attrs, len, ((struct answer *)arg)->frame);
}

static int trace_one(unsigned long n, const struct frame *f, void *arg)
{
	struct answer answer = { n };
	struct buf b = { 0 };
	int e;

	(void)arg;
	if (load())
		return EXIT_KERNEL;
	if (bpf_trace_run(run.t, run.ifindex, f->data, f->len))
		return EXIT_KERNEL;
	nl_start(&b, DASH_CMD_TRACE_GET);
	attr_put(&b, DASH_A_COOKIE, &run.cookie, sizeof(run.cookie));
	e = nl_call(&b, on_trace, &answer);
	buf_free(&b);
	fflush(stdout);
	return e ? nl_failed("trace", e) : EXIT_OK;
}

/* ---- words ---- */

struct words {
	struct frame_spec spec;
	struct frame_ip vip, from;
	const char *eni;
	bool inbound, has_smac, has_dmac;
	uint32_t vni;
};

static bool read_ip(const char *s, size_t len, struct frame_ip *ip)
{
	ip->len = ip_parse(s, len, ip->b);
	return ip->len;
}

static bool read_number(const char *s, uint64_t max, uint64_t *out)
{
	struct field f = { .name = "", .type = V_UINT, .size = 8, .max = max };
	struct value_note note;
	struct value v;

	if (!value_parse(&f, s, strlen(s), &v, &note))
		return false;
	memcpy(out, v.b, 8);
	return true;
}

/* 10.0.0.4:1234, [2001:db8::4]:1234, or an address alone. */
static bool read_end(const char *s, struct frame_ip *ip, uint16_t *port, bool with_port)
{
	const char *end = s[0] == '[' ? strchr(s, ']') : with_port ? strrchr(s, ':') : s + strlen(s);
	const char *colon = !end ? NULL : *end == ']' ? end + 1 : end;
	uint64_t n = 0;

	if (!end || !read_ip(s + (s[0] == '['), (size_t)(end - s - (s[0] == '[')), ip))
		return false;
	if (!with_port)
		return !*colon;
	if (*colon != ':' || !read_number(colon + 1, 65535, &n))
		return false;
	*port = (uint16_t)n;
	return true;
}

static int refused(const char *what, const char *s)
{
	err("trace: %s: \"%s\"", what, s);
	return EXIT_USAGE;
}

static int read_proto(const char *s, uint8_t *proto)
{
	const struct word *w;
	uint64_t n;

	for (w = flow_protocols; w->name && strcmp(w->name, s); w++)
		;
	n = w->value;
	if (!w->name && !read_number(s, 255, &n))
		return refused("neither tcp, udp, icmp, icmpv6 nor a protocol's number", s);
	*proto = (uint8_t)n;
	return EXIT_OK;
}

/* One of the words behind the addresses, with its value. */
static int read_extra(struct words *w, const char *name, const char *value)
{
	uint64_t n = 0;

	if (!value) {
		err("trace: \"%s\" needs a value", name);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "flags")) {
		int flags = tcp_flags_parse(value);

		if (flags < 0 || w->spec.proto != 6)
			return refused(w->spec.proto == 6 ? "flags: letters of FSRPAUEC expected" : "only TCP has flags", value);
		w->spec.flags = (uint8_t)flags;
	} else if (!strcmp(name, "vni")) {
		if (!read_number(value, 0xffffff, &n))
			return refused("vni: not a number up to 16777215", value);
		w->vni = (uint32_t)n;
	} else if (!strcmp(name, "tos")) {
		if (!read_number(value, 255, &n))
			return refused("tos: not a number up to 255", value);
		w->spec.tos = (uint8_t)n;
	} else if (!strcmp(name, "len")) {
		if (!read_number(value, FRAME_MAX, &n))
			return refused("len: not a number of octets", value);
		w->spec.payload = (size_t)n;
	} else if (!strcmp(name, "vip") || !strcmp(name, "from")) {
		if (!read_ip(value, strlen(value), name[0] == 'v' ? &w->vip : &w->from))
			return refused("not an address", value);
	} else if (!strcmp(name, "smac") || !strcmp(name, "dmac")) {
		if (!mac_parse(value, strlen(value), name[0] == 's' ? w->spec.smac : w->spec.dmac))
			return refused("not a MAC address", value);
		*(name[0] == 's' ? &w->has_smac : &w->has_dmac) = true;
	} else {
		err("trace: \"%s\" is none of: flags, vni, vip, from, tos, len, smac, dmac", name);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* outbound|inbound eni ENI PROTO SRC[:PORT] DST[:PORT] [NAME VALUE]... */
static int read_words(struct words *w, int n, char **v)
{
	bool ports;
	int i, e;

	if (n < 6 || strcmp(v[1], "eni") || (strcmp(v[0], "outbound") && strcmp(v[0], "inbound"))) {
		err("trace: outbound|inbound eni ENI PROTO SRC[:PORT] DST[:PORT] [NAME VALUE]... expected");
		return EXIT_USAGE;
	}
	w->inbound = v[0][0] == 'i';
	w->eni = v[2];
	e = read_proto(v[3], &w->spec.proto);
	if (e)
		return e;
	ports = w->spec.proto == 6 || w->spec.proto == 17;
	w->spec.flags = 0x02;	/* SYN */
	if (!read_end(v[4], &w->spec.src, &w->spec.sport, ports))
		return refused(ports ? "ADDRESS:PORT expected, [ADDRESS]:PORT of IPv6" : "not an address", v[4]);
	if (!read_end(v[5], &w->spec.dst, &w->spec.dport, ports))
		return refused(ports ? "ADDRESS:PORT expected, [ADDRESS]:PORT of IPv6" : "not an address", v[5]);
	if (w->spec.src.len != w->spec.dst.len) {
		err("trace: %s and %s are not of one family", v[4], v[5]);
		return EXIT_USAGE;
	}
	for (i = 6; !e && i < n; i += 2)
		e = read_extra(w, v[i], v[i + 1]);
	return e;
}

/* ---- what the words leave out ---- */

static const struct attr *attr_of(const struct live *o, unsigned int type, struct attr *a)
{
	for (attr_first(a, o->attrs, o->len); attr_ok(a); attr_next(a))
		if (a->type == type)
			return a;
	return NULL;
}

static bool ip_of(const struct live *o, unsigned int type, struct frame_ip *ip)
{
	struct attr a;

	if (!attr_of(o, type, &a) || (a.len != 4 && a.len != 16))
		return false;
	ip->len = a.len;
	memcpy(ip->b, a.data, a.len);
	return true;
}

static uint32_t number_of(const struct live *o, unsigned int type)
{
	struct attr a;

	return attr_of(o, type, &a) ? (uint32_t)attr_number(&a) : 0;
}

/* VIP and vm_vni of the appliance that has a VIP of the family, or that VIP. */
static int fill_vip(struct words *w, size_t family, uint32_t *vm_vni)
{
	struct query q = { 0 };
	int e = query(&q, DASH_OBJ_APPLIANCE, NULL);
	bool given = w->vip.len, found = false;
	struct attr a;
	size_t i;

	for (i = 0; !e && !found && i < q.n; i++)
		for (attr_first(&a, q.obj[i].attrs, q.obj[i].len); attr_ok(&a) && !found; attr_next(&a)) {
			if (a.type != DASH_A_APPLIANCE_SIP || (a.len != 4 && a.len != 16))
				continue;
			found = given ? a.len == w->vip.len && !memcmp(a.data, w->vip.b, a.len) : a.len == family;
			if (found && !given) {
				w->vip.len = a.len;
				memcpy(w->vip.b, a.data, a.len);
			}
			if (found)
				*vm_vni = number_of(&q.obj[i], DASH_A_APPLIANCE_VM_VNI);
		}
	if (!e && !w->vip.len) {
		err("trace: no appliance has a VIP of the family of the tunnel source; name one: vip ADDRESS");
		e = EXIT_INVALID;
	}
	query_free(&q);
	return e;
}

static int vni_of_vnet(const char *name, uint32_t *vni)
{
	struct query q = { 0 };
	char text[VALUE_TEXT];
	int e = query(&q, DASH_OBJ_VNET, NULL);
	size_t i;

	for (i = 0; !e && i < q.n; i++)
		if (live_text(&q.obj[i], "vnet_name", text) && !strcmp(text, name))
			*vni = number_of(&q.obj[i], DASH_A_VNET_VNI);
	query_free(&q);
	return e;
}

static int fill_eni(struct words *w, const struct live *eni)
{
	static const unsigned char router[6] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc };
	struct frame_spec *s = &w->spec;
	char vnet[VALUE_TEXT];
	uint32_t vm_vni = 0;
	struct attr mac;
	int e;

	if (!attr_of(eni, DASH_A_ENI_MAC_ADDRESS, &mac) || mac.len != 6)
		return EXIT_INVALID;
	if (!w->has_smac)
		memcpy(s->smac, w->inbound ? router : mac.data, 6);
	if (!w->has_dmac)
		memcpy(s->dmac, w->inbound ? mac.data : router, 6);
	if (!w->from.len && w->inbound) {
		err("trace: which tunnel does it come out of? name its source: from PA");
		return EXIT_USAGE;
	}
	if (!w->from.len && !w->vip.len)
		ip_of(eni, DASH_A_ENI_UNDERLAY_IP, &w->from);
	e = fill_vip(w, w->from.len, &vm_vni);
	if (e)
		return e;
	if (!w->from.len && (!ip_of(eni, DASH_A_ENI_UNDERLAY_IP, &w->from) || w->from.len != w->vip.len)) {
		err("trace: the VIP is not of the family of the ENI's underlay_ip; name the tunnel source: from PA");
		return EXIT_USAGE;
	}
	if (w->from.len != w->vip.len) {
		err("trace: vip and from are not of one family");
		return EXIT_USAGE;
	}
	if (!w->vni && !w->inbound)
		w->vni = number_of(eni, DASH_A_ENI_VM_VNI) ? number_of(eni, DASH_A_ENI_VM_VNI) : vm_vni;
	if (!w->vni && w->inbound && live_text(eni, "vnet", vnet))
		e = vni_of_vnet(vnet, &w->vni);
	return e;
}

static int vxlan_port(uint16_t *port)
{
	struct query q = { 0 };
	int e = query(&q, DASH_OBJ_SWITCH, NULL);
	uint32_t n = !e && q.n ? number_of(&q.obj[0], DASH_A_SWITCH_VXLAN_PORT) : 0;

	*port = (uint16_t)(n ? n : VXLAN_PORT);
	query_free(&q);
	return e;
}

static int frame_from_words(int n, char **v, struct frame *f)
{
	struct words w = { 0 };
	struct query q = { 0 };
	int e = read_words(&w, n, v);

	if (e)
		return e;
	e = query(&q, DASH_OBJ_ENI, w.eni);
	if (!e && !q.n) {
		err("trace: no ENI \"%s\"", w.eni);
		e = EXIT_INVALID;
	}
	if (!e)
		e = fill_eni(&w, &q.obj[0]);
	if (!e)
		e = vxlan_port(&w.spec.port);
	query_free(&q);
	if (e)
		return e;
	w.spec.vni = w.vni;
	w.spec.sip = w.from;
	w.spec.dip = w.vip;
	if (!frame_build(&w.spec, f)) {
		err("trace: the packet is longer than %u octets", FRAME_MAX);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* ---- the command ---- */

/* One frame a line, answered at once: for programs. */
static int trace_lines(void)
{
	static struct frame f;
	char *line = NULL;
	size_t size = 0;
	int e = EXIT_OK;

	while (!e && getline(&line, &size, stdin) > 0) {
		if (!frame_from_hex(line, &f)) {
			err("trace: hex: not a frame of hexadecimal octets");
			e = EXIT_USAGE;
		} else {
			e = trace_one(0, &f, NULL);
		}
	}
	free(line);
	return e;
}

static int trace_hex(const struct args *a)
{
	static struct frame f;
	struct buf b = { 0 };
	bool good;
	int i;

	if (a->n == 2 && !strcmp(a->v[1], "-"))
		return trace_lines();
	for (i = 1; i < a->n; i++)
		buf_printf(&b, "%s ", a->v[i]);
	good = frame_from_hex((char *)b.p, &f);
	buf_free(&b);
	if (!good) {
		err("trace: hex: not a frame of hexadecimal octets, from the outer Ethernet header on");
		return EXIT_USAGE;
	}
	return trace_one(0, &f, NULL);
}

/* N or N-M */
static int trace_pcap(const struct args *a)
{
	char *end = NULL;
	unsigned long first, last;
	int e;

	if (a->n != 3) {
		err("trace: pcap FILE FRAME expected; FRAME is a number, or a range as 1-10");
		return EXIT_USAGE;
	}
	first = last = strtoul(a->v[2], &end, 10);
	if (*end == '-')
		last = strtoul(end + 1, &end, 10);
	if (!first || last < first || *end)
		return refused("not the number of a frame, from 1, or a range as 1-10", a->v[2]);
	if (last > first)
		pr_array(NULL);
	e = pcap_frames(a->v[1], first, last, trace_one, NULL);
	if (last > first)
		pr_end();
	return e;
}

int cmd_trace(const struct args *a)
{
	static struct frame f;
	bool words = strcmp(a->v[0], "hex") && strcmp(a->v[0], "pcap");
	int e = nl_open();

	e = e ? e : find_appliance(&run.now, a->opt[0], &run.ifindex);
	if (!e && words)
		e = frame_from_words(a->n, a->v, &f);
	if (e)
		return e;
	run.wanted = a->opt[1] ? DASH_TRACE_POLICY : 0;
	return words ? trace_one(0, &f, NULL) : !strcmp(a->v[0], "hex") ? trace_hex(a) : trace_pcap(a);
}

/* ---- live ---- */

static void print_event(const void *attrs, size_t len)
{
	trace_print(attrs, len, 0);
	if (!opt.json)
		putchar('\n');
}

int cmd_trace_live(const struct args *a)
{
	enum { FILTERS = 6, RATE = FILTERS, COUNT };
	static const char *const groups[] = { NULL };
	uint64_t rate = 10, count = 0;
	struct buf b = { 0 };
	uint32_t r;
	int e;

	if (a->opt[RATE] && (!read_number(a->opt[RATE], 1000000, &rate) || !rate))
		return refused("--rate: not a number from 1 to 1000000", a->opt[RATE]);
	if (a->opt[COUNT] && (!read_number(a->opt[COUNT], 1u << 30, &count) || !count))
		return refused("--count: not a number from 1", a->opt[COUNT]);
	r = (uint32_t)rate;
	e = nl_open();
	if (e)
		return e;
	nl_start(&b, DASH_CMD_TRACE_WATCH);
	e = flow_filters_put(&b, a, FILTERS, "trace live");
	if (!e) {
		attr_put(&b, DASH_A_RATE, &r, sizeof(r));
		e = nl_call(&b, NULL, NULL);
		if (e)
			e = nl_failed("trace live", e);
	}
	buf_free(&b);
	if (e)
		return e;
	fprintf(stderr, "dashctl: following packets; end with Ctrl-C\n");
	e = follow(groups, DASH_CMD_TRACE_NTF, (uint32_t)count, print_event);
	return e ? nl_failed("trace live", e) : EXIT_OK;
}
