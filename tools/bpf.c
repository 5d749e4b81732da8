// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does the XDP program come onto a device, and whose are its maps?  The
 * first attach of a namespace creates the maps in the size asked for and passes
 * each to the module by running a syscall program of the same object; every
 * later attach finds them by id and loads its own copy of the program on them,
 * with its port index as a constant, so that counting per port costs nothing.
 *
 * Attached by netlink, without pins: the program lives as long as its device or
 * until detach, the maps as long as a program or the module uses them.
 *
 * The only file that knows libbpf.  Called by attach.c and status.c.
 */
#include "bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dash_xdp.skel.h"
#include "hot_map.h"
#include "util.h"

#define PROGRAM_NAME	"dash_xdp"
#define LOG_SIZE	(1 << 20)
/* Of the index, nine entries in ten may be in use before a line pair is likely to be full. */
#define FILL_PERCENT	90

static const char *doing = "attach";
static char *log_text;
static size_t log_len;

/* libbpf's messages are shown only when something failed. */
static int keep_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	int n;

	if (level == LIBBPF_DEBUG || log_len >= LOG_SIZE - 1)
		return 0;
	if (!log_text)
		log_text = xmalloc(LOG_SIZE);
	n = vsnprintf(log_text + log_len, LOG_SIZE - log_len, fmt, ap);
	if (n > 0)
		log_len += (size_t)n < LOG_SIZE - log_len ? (size_t)n : LOG_SIZE - log_len - 1;
	return n;
}

static int failed(const char *what, int e)
{
	if (log_len)
		fprintf(stderr, "%s", log_text);
	err("%s: cannot %s: %s", doing, what, strerror(-e));
	return e;
}

/* A power of two. */
static uint32_t lines_for(uint32_t flows)
{
	uint32_t lines = 1;

	while (lines * (uint64_t)DASH_LINE_WAYS * FILL_PERCENT < (uint64_t)flows * 100)
		lines *= 2;
	return lines;
}

void bpf_memory(uint32_t flows, uint64_t bytes[DASH_MAP_N])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t n = cpus > 0 ? (uint64_t)cpus : 1;

	bytes[DASH_MAP_HOT] = sizeof(struct dash_hot);
	bytes[DASH_MAP_INDEX] = lines_for(flows) * (uint64_t)sizeof(struct dash_line);
	/* and 12 bytes in the module: the ring of ended ones, the list of half-open ones */
	bytes[DASH_MAP_FLOWS] = ((uint64_t)flows + 1) * (sizeof(struct dash_flow) + 12);
	bytes[DASH_MAP_ENI_STATS] = n * DASH_MAX_ENI * sizeof(struct dash_eni_stats);
	bytes[DASH_MAP_PORT_STATS] = n * DASH_MAX_PORT * sizeof(struct dash_port_stats);
}

static struct bpf_map *map_of(struct dash_xdp *skel, int id)
{
	switch (id) {
	case DASH_MAP_HOT:
		return skel->maps.dash_hot;
	case DASH_MAP_INDEX:
		return skel->maps.dash_index;
	case DASH_MAP_FLOWS:
		return skel->maps.dash_flows;
	case DASH_MAP_ENI_STATS:
		return skel->maps.dash_eni_stats;
	default:
		return skel->maps.dash_port_stats;
	}
}

static int reuse_maps(struct dash_xdp *skel, const uint32_t bound[DASH_MAP_N])
{
	int id, fd, e;

	for (id = 0; id < DASH_MAP_N; id++) {
		fd = bpf_map_get_fd_by_id(bound[id]);
		if (fd < 0)
			return failed("find a map of the module", -errno);
		e = id == DASH_MAP_HOT ? hot_map_reuse(skel, fd) : bpf_map__reuse_fd(map_of(skel, id), fd);
		close(fd);
		if (e)
			return failed("reuse a map of the module", e);
	}
	return 0;
}

static int size_maps(struct dash_xdp *skel, const struct bpf_plan *p)
{
	int e = bpf_map__set_max_entries(skel->maps.dash_flows, p->flows + 1);

	if (!e)
		e = bpf_map__set_max_entries(skel->maps.dash_index, lines_for(p->flows));
	if (!e)
		e = hot_map_create(skel);
	return e ? failed("size the maps", e) : 0;
}

/* The context of dash_bind is the number of the map; one map per run (see dash_flow.h). */
static int bind_maps(struct dash_xdp *skel)
{
	int fd = bpf_program__fd(skel->progs.dash_bind), id, e;

	for (id = 0; id < DASH_MAP_N; id++) {
		__u32 args = (__u32)id;
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &args, .ctx_size_in = sizeof(args));

		e = bpf_prog_test_run_opts(fd, &opts);
		if (e)
			return failed("run dash_bind", -errno);
		if (opts.retval)
			return failed("bind the maps to the module", (int)opts.retval);
	}
	return 0;
}

static __u32 mode_flags(enum bpf_mode mode)
{
	return mode == BPF_MODE_NATIVE ? XDP_FLAGS_DRV_MODE :
	       mode == BPF_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : 0;
}

static int query(unsigned int ifindex, struct bpf_xdp_query_opts *q, __u32 *id)
{
	int e = bpf_xdp_query((int)ifindex, 0, q);

	*id = q->attach_mode == XDP_ATTACHED_SKB ? q->skb_prog_id :
	      q->attach_mode == XDP_ATTACHED_HW ? q->hw_prog_id : q->drv_prog_id;
	return e;
}

static bool prog_info(__u32 id, struct bpf_prog_info *info)
{
	__u32 len = sizeof(*info);
	int fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	bool ok = fd >= 0 && !bpf_obj_get_info_by_fd(fd, info, &len);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool is_ours(__u32 id)
{
	struct bpf_prog_info info = { 0 };

	return prog_info(id, &info) && !strcmp(info.name, PROGRAM_NAME);
}

static int say_who(unsigned int ifindex)
{
	struct bpf_prog_info info = { 0 };
	__u32 id = 0;

	bpf_xdp_query_id((int)ifindex, 0, &id);
	if (prog_info(id, &info))
		err("attach: program \"%s\" (id %u) is attached to the device already", info.name, id);
	else
		err("attach: another XDP program is attached to the device already");
	return -EBUSY;
}

/* Our program that is on @ifindex makes room for @fd, or is taken off if that is -1. */
static int swap(unsigned int ifindex, int fd)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	LIBBPF_OPTS(bpf_xdp_attach_opts, old);
	__u32 id, flags;
	int e = query(ifindex, &q, &id);

	if (e || !is_ours(id))
		return e ? e : -ENOENT;
	old.old_prog_fd = bpf_prog_get_fd_by_id(id);
	if (old.old_prog_fd < 0)
		return -errno;
	flags = XDP_FLAGS_REPLACE | (q.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE :
				     XDP_FLAGS_DRV_MODE);
	e = fd < 0 ? bpf_xdp_detach((int)ifindex, flags, &old) :
		     bpf_xdp_attach((int)ifindex, fd, flags, &old);
	close(old.old_prog_fd);
	return e;
}

static int put_on(struct dash_xdp *skel, const struct bpf_plan *p)
{
	__u32 flags = XDP_FLAGS_UPDATE_IF_NOEXIST | mode_flags(p->mode);
	int fd = bpf_program__fd(skel->progs.dash_xdp);
	int e;

	if (p->replace) {
		e = swap(p->ifindex, fd);
		return e ? failed("replace the program on the device", e) : 0;
	}
	e = bpf_xdp_attach((int)p->ifindex, fd, flags, NULL);
	/* auto: a driver may know native mode but refuse it here, for an MTU or a feature */
	if (e && p->mode == BPF_MODE_AUTO && e != -EBUSY && e != -EEXIST)
		e = bpf_xdp_attach((int)p->ifindex, fd, flags | XDP_FLAGS_SKB_MODE, NULL);
	if (e == -EBUSY || e == -EEXIST)
		return say_who(p->ifindex);
	return e ? failed("attach the program to the device", e) : 0;
}

/* Does the device's driver send bounced frames by itself? (bpf/maps.h, dash_bounce) */
static bool bounces(unsigned int ifindex)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq req = { .ifr_data = (void *)&info };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool veth = false;

	if (fd >= 0 && if_indextoname(ifindex, req.ifr_name) && !ioctl(fd, SIOCETHTOOL, &req))
		veth = !strcmp(info.driver, "veth");
	if (fd >= 0)
		close(fd);
	return !veth;
}

/*
 * Just before loading: a program without calls into the module.  That the verifier would remove
 * them as dead code is not enough, for a kfunc that is only named keeps the module in the kernel.
 */
static int cut_calls(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct bpf_insn *from = bpf_program__insns(prog);
	size_t n = bpf_program__insn_cnt(prog), i;
	struct bpf_insn *insn = xmalloc(n * sizeof(*insn));
	int e;

	(void)cookie;
	memcpy(insn, from, n * sizeof(*insn));
	for (i = 0; i < n; i++)
		if (insn[i].code == (BPF_JMP | BPF_CALL) && insn[i].src_reg == BPF_PSEUDO_KFUNC_CALL)
			insn[i] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -EINVAL };
	e = bpf_program__set_insns(prog, insn, n);
	free(insn);
	opts->prog_flags |= BPF_F_XDP_HAS_FRAGS;
	return e;
}

int bpf_attach(const struct bpf_plan *p)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = cut_calls);
	struct dash_xdp *skel;
	int e, custom = 0;

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(keep_log);
	if (p->alone)
		custom = libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, &handler);
	if (custom < 0)
		return failed("prepare the program", custom);
	skel = dash_xdp__open();
	if (!skel)
		return failed("read the program", -errno);
	skel->rodata->dash_module = !p->alone;
	skel->rodata->dash_port = p->port;
	skel->rodata->dash_bounce = bounces(p->ifindex) ? p->ifindex : 0;
	bpf_program__set_autoload(skel->progs.dash_bind, p->first);
	/* which the verifier takes most of an attach's time for */
	bpf_program__set_autoload(skel->progs.dash_xdp, !p->prepare);
	e = p->first ? size_maps(skel, p) : reuse_maps(skel, p->bound);
	if (!e) {
		e = dash_xdp__load(skel);
		if (e)
			failed("load the program", e);
	}
	if (!e && p->first)
		e = bind_maps(skel);
	if (!e && !p->prepare)
		e = put_on(skel, p);
	dash_xdp__destroy(skel);
	if (custom)
		libbpf_unregister_prog_handler(custom);
	return e;
}

/* ---- tracing ---- */

struct bpf_tracer {
	struct dash_xdp *skel;
};

struct bpf_tracer *bpf_trace_open(const uint32_t bound[DASH_MAP_N], uint64_t cookie, uint32_t flags)
{
	struct bpf_tracer *t;
	struct dash_xdp *skel;
	int e;

	doing = "trace";
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(keep_log);
	skel = dash_xdp__open();
	if (!skel) {
		failed("read the program", -errno);
		return NULL;
	}
	skel->rodata->dash_trace_cookie = cookie;
	skel->rodata->dash_trace_flags = flags;
	bpf_program__set_autoload(skel->progs.dash_xdp, false);
	bpf_program__set_autoload(skel->progs.dash_bind, false);
	bpf_program__set_autoload(skel->progs.dash_trace, true);
	e = reuse_maps(skel, bound);
	if (!e) {
		e = dash_xdp__load(skel);
		if (e)
			failed("load the program", e);
	}
	if (e) {
		dash_xdp__destroy(skel);
		return NULL;
	}
	t = xmalloc(sizeof(*t));
	t->skel = skel;
	return t;
}

int bpf_trace_run(struct bpf_tracer *t, unsigned int ifindex, const void *frame, size_t len)
{
	struct xdp_md ctx = { .data_end = (__u32)len, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = (__u32)len, .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(t->skel->progs.dash_trace), &o))
		return failed("run the program", -errno);
	return 0;
}

void bpf_trace_close(struct bpf_tracer *t)
{
	if (t)
		dash_xdp__destroy(t->skel);
	free(t);
}

/* ---- who is attached ---- */

int bpf_attached(unsigned int ifindex, const char **mode, bool *ours)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	__u32 id;
	int e = query(ifindex, &q, &id);

	*mode = q.attach_mode == XDP_ATTACHED_DRV ? "native" :
		q.attach_mode == XDP_ATTACHED_SKB ? "generic" :
		q.attach_mode == XDP_ATTACHED_HW ? "offload" :
		q.attach_mode == XDP_ATTACHED_MULTI ? "several" : "none";
	*ours = !e && is_ours(id);
	return e;
}

bool bpf_uses(unsigned int ifindex, uint32_t map)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	__u32 maps[16], id, i;	/* the program has its five and its constants */
	struct bpf_prog_info info = { .map_ids = (uintptr_t)maps, .nr_map_ids = ARRAY_SIZE(maps) };

	if (query(ifindex, &q, &id) || !prog_info(id, &info) || strcmp(info.name, PROGRAM_NAME))
		return false;
	for (i = 0; i < info.nr_map_ids && i < ARRAY_SIZE(maps); i++)
		if (maps[i] == map)
			return true;
	return false;
}

int bpf_detach(unsigned int ifindex)
{
	int e = swap(ifindex, -1);

	if (e && e != -ENOENT)
		err("detach: cannot take the program off: %s", strerror(-e));
	return e;
}

/* Adds up what the elements of a per-CPU map say: @drops words at @at of each. */
static void add_drops(struct bpf_drops *d, int fd, size_t size, size_t at, unsigned int drops, unsigned int elements)
{
	int cpus = libbpf_num_possible_cpus(), cpu;
	unsigned char *v = xmalloc(size * (size_t)(cpus > 0 ? cpus : 1));
	unsigned int i, r;

	for (i = 0; i < elements; i++) {
		if (bpf_map_lookup_elem(fd, &i, v))
			continue;
		for (cpu = 0; cpu < cpus; cpu++)
			for (r = 0; r < drops; r++) {
				uint64_t n;

				memcpy(&n, v + (size_t)cpu * size + at + r * sizeof(n), sizeof(n));
				d->count[r] += n;
			}
	}
	free(v);
}

static void read_drops(struct bpf_drops *d)
{
	memset(d->count, 0, sizeof(d->count));
	add_drops(d, d->fd[0], sizeof(struct dash_eni_stats), offsetof(struct dash_eni_stats, drop),
		  DASH_DROP_COUNT, DASH_MAX_ENI);
	add_drops(d, d->fd[1], sizeof(struct dash_port_stats), offsetof(struct dash_port_stats, drop),
		  DASH_DROP_FIRST_ENI, DASH_MAX_PORT);
}

int bpf_drops_open(struct bpf_drops *d, const uint32_t bound[DASH_MAP_N])
{
	d->fd[0] = bpf_map_get_fd_by_id(bound[DASH_MAP_ENI_STATS]);
	d->fd[1] = bpf_map_get_fd_by_id(bound[DASH_MAP_PORT_STATS]);
	if (d->fd[0] < 0 || d->fd[1] < 0)
		return failed("read the counters", -errno);
	read_drops(d);
	return 0;
}

void bpf_drops_close(struct bpf_drops *d)
{
	struct bpf_drops now = { .fd = { d->fd[0], d->fd[1] } };
	unsigned int r;

	read_drops(&now);
	for (r = 0; r < DASH_DROP_COUNT; r++)
		d->count[r] = now.count[r] - d->count[r];
	close(d->fd[0]);
	close(d->fd[1]);
}
