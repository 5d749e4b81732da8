// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a device become a port of the appliance, and cease to be one?  The
 * module registers the device first and says which index it has and which maps
 * there are; then the program is attached.  What fails is undone in reverse, so
 * that a device is either a working port or none.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "bpf.h"
#include "cmd.h"
#include "nl.h"
#include "object.h"
#include "print.h"
#include "status.h"

#define DEFAULT_FLOWS	65536u
#define MAX_FLOWS	((1u << 28) - 2)	/* DASH_FLOW_MAX_SLOTS of the module, less slot 0 */

/* Reply of PORT_NEW */
static void on_port(const void *attrs, size_t len, void *arg)
{
	struct bpf_plan *p = arg;
	struct attr outer, a;

	for (attr_first(&outer, attrs, len); attr_ok(&outer); attr_next(&outer)) {
		if (outer.type == DASH_A_MAP)
			status_map(&outer, p->bound);
		for (attr_first(&a, outer.data, outer.type == DASH_A_PORT ? outer.len : 0); attr_ok(&a); attr_next(&a))
			if (a.type == DASH_A_PORT_INDEX)
				p->port = (uint32_t)attr_number(&a);
	}
}

static void on_last(const void *attrs, size_t len, void *arg)
{
	struct attr a;

	for (attr_first(&a, attrs, len); attr_ok(&a); attr_next(&a))
		if (a.type == DASH_A_LAST)
			*(bool *)arg = true;
}

static int port_request(uint8_t cmd, uint32_t ifindex, nl_answer fn, void *arg)
{
	struct buf b = { 0 };
	int e;

	nl_start(&b, cmd);
	attr_put(&b, DASH_A_IFINDEX, &ifindex, sizeof(ifindex));
	e = nl_call(&b, fn, arg);
	buf_free(&b);
	return e;
}

static int read_flows(const char *s, uint32_t *flows)
{
	static const struct field f = {
		.name = "--flows", .type = V_UINT, .size = 4, .min = 1, .max = MAX_FLOWS,
	};
	struct value_note note;
	struct value v;

	if (!value_parse(&f, s, strlen(s), &v, &note)) {
		err("attach: --flows: %s", note.error);
		return EXIT_USAGE;
	}
	memcpy(flows, v.b, 4);
	return EXIT_OK;
}

static int read_mode(const char *s, enum bpf_mode *mode)
{
	static const char *const names[] = { "auto", "native", "generic" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(s, names[i])) {
			*mode = (enum bpf_mode)i;
			return EXIT_OK;
		}
	err("attach: --mode: \"%s\" is none of: native, generic, auto", s);
	return EXIT_USAGE;
}

/* What the tables will take, before it is taken: the kernel reserves all of it at once. */
static uint64_t say_memory(uint32_t flows)
{
	uint64_t bytes[DASH_MAP_N], total = 0;
	int i;

	bpf_memory(flows, bytes);
	for (i = 0; i < DASH_MAP_N; i++)
		total += bytes[i];
	fprintf(stderr, "dashctl: flow table for %u connections: %llu KiB (records %llu, index %llu, rest %llu)\n",
		flows, (unsigned long long)total >> 10,
		(unsigned long long)bytes[DASH_MAP_FLOWS] >> 10,
		(unsigned long long)bytes[DASH_MAP_INDEX] >> 10,
		(unsigned long long)(total - bytes[DASH_MAP_FLOWS] - bytes[DASH_MAP_INDEX]) >> 10);
	return total;
}

/* Bytes that the kernel says could be had without swapping; UINT64_MAX: it does not say. */
static uint64_t available(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib;
	uint64_t bytes = UINT64_MAX;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			bytes = (uint64_t)kib << 10;
	if (f)
		fclose(f);
	return bytes;
}

/* The kernel would try hard, at the cost of everybody else, before it says no. */
static int check_memory(uint32_t flows)
{
	uint64_t need = say_memory(flows), have = available();

	if (need <= have)
		return 0;
	err("attach: %llu KiB are available; choose less with --flows", (unsigned long long)have >> 10);
	return -ENOMEM;
}

static void pr_attached(const char *dev, const struct bpf_plan *p)
{
	const char *mode = "none";
	bool ours;

	bpf_attached(p->ifindex, &mode, &ours);
	pr_object(NULL);
	pr_str("dev", dev);
	pr_u64("port", p->port);
	pr_str("mode", mode);
	pr_end();
}

int cmd_attach(const struct args *a)
{
	struct bpf_plan p = { .flows = DEFAULT_FLOWS, .replace = a->opt[2], .prepare = a->opt[3] };
	const char *dev = a->v[0], *mode;
	bool ours = false, occupied;
	int e, i, bound = 0;

	if ((a->opt[0] && read_flows(a->opt[0], &p.flows)) ||
	    (a->opt[1] && read_mode(a->opt[1], &p.mode)))
		return EXIT_USAGE;
	p.ifindex = if_nametoindex(dev);
	if (!p.ifindex) {
		err("attach: no device \"%s\"", dev);
		return EXIT_USAGE;
	}
	e = nl_open();
	if (e)
		return e;
	occupied = !bpf_attached(p.ifindex, &mode, &ours) && strcmp(mode, "none");
	if (p.replace && !ours) {
		err("attach: \"%s\": there is no program of ours to replace", dev);
		return EXIT_INVALID;
	}
	if (occupied && !p.replace && !p.prepare) {
		if (ours)
			err("attach: \"%s\" is a port already (%s mode)", dev, mode);
		else
			err("attach: \"%s\": another XDP program is attached (%s mode); \"ip link set dev %s xdp off\" takes it off",
			    dev, mode, dev);
		return EXIT_INVALID;
	}
	e = port_request(DASH_CMD_PORT_NEW, p.ifindex, on_port, &p);
	if (e)
		return nl_failed("attach", e);
	for (i = 0; i < DASH_MAP_N; i++)
		bound += p.bound[i] != 0;
	p.first = bound < DASH_MAP_N;
	if (!p.first && a->opt[0])
		err("attach: --flows has no effect: the flow table exists since the first attach");
	e = p.first ? check_memory(p.flows) : 0;
	if (!e)
		e = bpf_attach(&p);
	if (e) {
		/* a port that has its old program yet stays one */
		if (p.first || !ours)
			port_request(DASH_CMD_PORT_DEL, p.ifindex, NULL, NULL);
		return EXIT_KERNEL;
	}
	pr_attached(dev, &p);
	return EXIT_OK;
}

int cmd_detach(const struct args *a)
{
	const char *dev = a->v[0];
	uint32_t ifindex = if_nametoindex(dev);
	bool last = false;
	int e, off;

	if (!ifindex) {
		err("detach: no device \"%s\"", dev);
		return EXIT_USAGE;
	}
	e = nl_open();
	if (e)
		return e;
	off = bpf_detach(ifindex);
	if (off && off != -ENOENT)
		return EXIT_KERNEL;
	e = port_request(DASH_CMD_PORT_DEL, ifindex, on_last, &last);
	if (off == -ENOENT && e) {
		err("detach: \"%s\" is not a port", dev);
		return EXIT_INVALID;
	}
	if (e)
		return nl_failed("detach", e);
	pr_object(NULL);
	pr_str("dev", dev);
	pr_bool("last", last);
	pr_end();
	return EXIT_OK;
}
