// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * When does everything begin and end?
 *
 * One network namespace is one appliance: struct dash_net, made and unmade with
 * the namespace.  The module adds what exists once: caches, the workqueue on which
 * objects die, notifiers, the netlink family and the kfuncs.  Each init is undone in
 * exact reverse.
 *
 * Nobody can unload the module under a program that calls it (kfuncs pin it), so at
 * exit no packet is in the pipeline and all that is left is configuration.
 */
#include <linux/module.h>
#include <net/netns/generic.h>

#include "dash_net.h"
#include "hot.h"
#include "kfunc.h"
#include "mapping.h"
#include "netlink.h"
#include "nexthop.h"
#include "port.h"
#include "stats.h"
#include "store.h"
#include "trace.h"
#include "version.h"

struct workqueue_struct *dash_wq;

unsigned int dash_net_id;

struct dash_net *dash_net_of(const struct net *net)
{
	return net_generic(net, dash_net_id);
}

static int __net_init dash_net_init(struct net *net)
{
	struct dash_net *dn = dash_net_of(net);
	int err;

	dn->net = net;
	mutex_init(&dn->lock);
	spin_lock_init(&dn->event_lock);
	xa_init(&dn->pa_lists);
	bitmap_fill(dn->allowed_protocols, 256);
	dn->qos_enforce = DASH_QOS_CPS | DASH_QOS_FLOWS | DASH_QOS_BW;
	dash_params_set(&dn->params, &dash_timeouts_default);
	dash_port_init(dn);
	err = dash_hot_init(dn);
	if (err)
		return err;
	err = dash_stats_init(dn);
	if (err)
		goto err_stats;
	err = dash_trace_net_init(dn);
	if (err)
		goto err_trace;
	err = dash_store_init(dn);
	if (err)
		goto err_store;
	err = dash_netlink_net_init(dn);
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	dash_store_exit(dn);
err_store:
	dash_trace_net_exit(dn);
err_trace:
	dash_stats_exit(dn);
err_stats:
	dash_hot_exit(dn);
	return err;
}

static void __net_exit dash_net_exit(struct net *net)
{
	struct dash_net *dn = dash_net_of(net);

	dash_netlink_net_exit(dn);
	dash_port_exit(dn);
	dash_trace_net_exit(dn);
	dash_store_exit(dn);
	dash_stats_exit(dn);
	dash_hot_exit(dn);
	xa_destroy(&dn->pa_lists);
	mutex_destroy(&dn->lock);
}

static void __net_exit dash_net_pre_exit(struct net *net)
{
	dash_port_pre_exit(dash_net_of(net));
}

static struct pernet_operations dash_net_ops = {
	.init = dash_net_init,
	.pre_exit = dash_net_pre_exit,
	.exit = dash_net_exit,
	.id = &dash_net_id,
	.size = sizeof(struct dash_net),
};

/*
 * Deferred frees chain: an ENI lets go of its ACL bindings, these of compiled
 * groups, those free memory by RCU.  One round of waiting per link.
 */
static void drain_deferred_frees(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		rcu_barrier();
		flush_workqueue(dash_wq);
	}
	rcu_barrier();
}

static int __init dash_init(void)
{
	int err;

	dash_wq = alloc_workqueue("dash", WQ_UNBOUND, 0);
	if (!dash_wq)
		return -ENOMEM;
	err = dash_mapping_init();
	if (err)
		goto err_mapping;
	err = register_pernet_subsys(&dash_net_ops);
	if (err)
		goto err_pernet;
	dash_trace_ready(true);
	err = dash_nh_init();
	if (err)
		goto err_nh;
	err = dash_netlink_init();
	if (err)
		goto err_netlink;
	err = dash_kfunc_init();
	if (err)
		goto err_kfunc;
	return 0;

err_kfunc:
	dash_netlink_exit();
err_netlink:
	dash_nh_exit();
err_nh:
	dash_trace_ready(false);
	unregister_pernet_subsys(&dash_net_ops);
err_pernet:
	drain_deferred_frees();
	dash_mapping_exit();
err_mapping:
	destroy_workqueue(dash_wq);
	return err;
}

static void __exit dash_exit(void)
{
	dash_netlink_exit();
	dash_nh_exit();
	dash_trace_ready(false);
	unregister_pernet_subsys(&dash_net_ops);
	drain_deferred_frees();
	dash_mapping_exit();
	destroy_workqueue(dash_wq);
}

module_init(dash_init);
module_exit(dash_exit);

MODULE_DESCRIPTION("DASH: disaggregated API for SONiC hosts, in the Linux network stack");
MODULE_AUTHOR("The dash-linux authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(DASH_VERSION);
MODULE_ALIAS_GENL_FAMILY("dash");
