// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which VNI and which mappings does a virtual network have?
 *
 * A VNET is a VNI and a table; it is referenced by ENIs, routes and inbound rules
 * with plain pointers, because the store refuses to delete one that is in use and
 * unlinks referrers first.  Its end is a grace period and then a walk over all
 * mappings, so it runs from a work item and not from the RCU callback.
 *
 * Created and destroyed by the store under dash_net.lock; read by the packet path.
 */
#include "vnet.h"

#include <linux/random.h>
#include <linux/slab.h>

#include "dash_net.h"

static void vnet_free(struct work_struct *work)
{
	struct dash_vnet *v = container_of(to_rcu_work(work), struct dash_vnet, work);

	dash_mapping_table_destroy(v->maps, v->free_ext);
	kfree(v);
}

struct dash_vnet *dash_vnet_create(void (*free_ext)(void *ext))
{
	struct dash_vnet *v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);

	if (!v)
		return NULL;
	v->maps = dash_mapping_table_create();
	if (!v->maps) {
		kfree(v);
		return NULL;
	}
	v->free_ext = free_ext;
	v->salt = get_random_u32();
	INIT_RCU_WORK(&v->work, vnet_free);
	return v;
}

void dash_vnet_destroy(struct dash_vnet *v)
{
	queue_rcu_work(dash_wq, &v->work);
}
