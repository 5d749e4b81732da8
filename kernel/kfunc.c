// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What may a BPF program ask of the module?
 *
 * Nine functions, registered for XDP programs and (bind) for the syscall program of
 * dashctl.  They check every argument, because any program that may load can call
 * them, find the appliance by the namespace of the packet's device, and hand over.
 * The verifier guarantees memory: @ctx is an xdp_buff, @pkt is readable and writable
 * in full; nothing else is believed.  @pkt may lie in a map that somebody writes
 * meanwhile, so what is checked and used is a copy.
 *
 * The set goes with the module's BTF: a loaded program pins the module.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/capability.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/xdp.h>

#include "dash_net.h"
#include "kfunc.h"
#include "output.h"
#include "pipeline.h"
#include "port.h"
#include "trace.h"

static struct dash_net *appliance_of(struct xdp_md *ctx)
{
	const struct xdp_buff *xdp = (const struct xdp_buff *)ctx;

	return dash_net_under_rcu(dev_net(xdp->rxq->dev));
}

/*
 * An XDP program runs with BH disabled, whoever runs it, and that is an RCU read section.
 * Entering one again would cost 40 instructions; only lockdep has to be told.
 */
static void begin_read(void)
{
	WARN_ON_ONCE(IS_ENABLED(CONFIG_PROVE_LOCKING) && !in_softirq());
	rcu_lock_acquire(&rcu_lock_map);
}

static void end_read(void)
{
	rcu_lock_release(&rcu_lock_map);
}

/* What is used as an index or a selector; the rest of @pkt may be anything. */
static bool is_sane(const struct dash_pkt *pkt)
{
	return pkt->key.eni < DASH_MAX_ENI && pkt->key.v6 <= 1 && pkt->dir <= DASH_INBOUND;
}

static_assert(DASH_MAX_VIP > U8_MAX);	/* so that dash_pkt.vip needs no check */

typedef enum dash_drop decide_fn(struct dash_net *dn, struct dash_pkt *pkt);

static __always_inline int decide(struct xdp_md *ctx, struct dash_pkt *pkt, decide_fn *fn)
{
	struct dash_pkt copy = *pkt;
	enum dash_drop reason;

	barrier();	/* the copy is one, not a second look at @pkt */
	if (!is_sane(&copy))
		return DASH_DROP_INTERNAL_ERROR;
	begin_read();
	reason = fn(appliance_of(ctx), &copy);
	end_read();
	pkt->slot = copy.slot;
	pkt->hash = copy.hash;	/* a later fragment has that of its head */
	return reason;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_dash_resolve(struct xdp_md *ctx, struct dash_pkt *pkt)
{
	return decide(ctx, pkt, dash_pipeline_resolve);
}

__bpf_kfunc int bpf_dash_track(struct xdp_md *ctx, struct dash_pkt *pkt)
{
	return decide(ctx, pkt, dash_pipeline_track);
}

__bpf_kfunc int bpf_dash_output(struct xdp_md *ctx)
{
	enum dash_drop reason;

	begin_read();
	reason = dash_output((const struct xdp_buff *)ctx);
	end_read();
	return reason;
}

__bpf_kfunc int bpf_dash_trace_begin(struct xdp_md *ctx, struct dash_pkt *pkt, u64 cookie, u32 flags)
{
	struct dash_pkt copy = *pkt;

	barrier();
	if (!is_sane(&copy))
		return 0;
	begin_read();
	dash_trace_begin(appliance_of(ctx), (const struct xdp_buff *)ctx, &copy, cookie, flags);
	end_read();
	pkt->trace = copy.trace;
	return 0;
}

__bpf_kfunc int bpf_dash_trace_decide(struct xdp_md *ctx, struct dash_pkt *pkt, struct dash_flow *flow, u32 what)
{
	struct dash_pkt copy = *pkt;
	enum dash_drop reason;

	barrier();
	if (!is_sane(&copy))
		return DASH_DROP_INTERNAL_ERROR;
	begin_read();
	reason = dash_trace_decide(appliance_of(ctx), &copy, flow, what);
	end_read();
	pkt->slot = copy.slot;
	pkt->hash = copy.hash;
	return reason;
}

__bpf_kfunc int bpf_dash_trace_output(struct xdp_md *ctx)
{
	enum dash_drop reason;

	begin_read();
	reason = dash_output_dry((const struct xdp_buff *)ctx);
	end_read();
	return reason;
}

__bpf_kfunc int bpf_dash_trace_end(struct xdp_md *ctx, struct dash_pkt *pkt, u32 fate, u32 reason, u32 ifindex)
{
	struct dash_pkt copy = *pkt;

	barrier();
	if (!is_sane(&copy) || fate > DASH_FATE_KERNEL || reason >= DASH_DROP_COUNT)
		return 0;
	begin_read();
	dash_trace_end(appliance_of(ctx), (const struct xdp_buff *)ctx, &copy, fate, reason, ifindex);
	end_read();
	return 0;
}

__bpf_kfunc int bpf_dash_drop(struct xdp_md *ctx, struct dash_pkt *pkt, u32 reason)
{
	struct dash_pkt copy = *pkt;

	barrier();
	if (!is_sane(&copy) || reason >= DASH_DROP_COUNT)
		return 0;
	begin_read();
	dash_trace_drop(appliance_of(ctx), (const struct xdp_buff *)ctx, &copy, reason);
	end_read();
	return 0;
}

__bpf_kfunc int bpf_dash_bind(struct bpf_map *map__map, u32 map_id)
{
	struct net *net = current->nsproxy->net_ns;

	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	return dash_port_bind(dash_net_of(net), map__map, map_id);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(dash_xdp_kfuncs)
BTF_ID_FLAGS(func, bpf_dash_resolve)
BTF_ID_FLAGS(func, bpf_dash_track)
BTF_ID_FLAGS(func, bpf_dash_output)
BTF_ID_FLAGS(func, bpf_dash_trace_begin)
BTF_ID_FLAGS(func, bpf_dash_trace_decide)
BTF_ID_FLAGS(func, bpf_dash_trace_output)
BTF_ID_FLAGS(func, bpf_dash_trace_end)
BTF_ID_FLAGS(func, bpf_dash_drop)
BTF_KFUNCS_END(dash_xdp_kfuncs)

BTF_KFUNCS_START(dash_syscall_kfuncs)
BTF_ID_FLAGS(func, bpf_dash_bind, KF_SLEEPABLE)
BTF_KFUNCS_END(dash_syscall_kfuncs)

static const struct btf_kfunc_id_set xdp_set = {
	.owner = THIS_MODULE,
	.set = &dash_xdp_kfuncs,
};

static const struct btf_kfunc_id_set syscall_set = {
	.owner = THIS_MODULE,
	.set = &dash_syscall_kfuncs,
};

int dash_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &xdp_set) ?:
	       register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &syscall_set);
}
