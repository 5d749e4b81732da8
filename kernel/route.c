// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * The outbound routes that ENIs share: a group of two tries (pipeline.md 11).
 *
 * Routes are immutable values of the tries; the store allocates and frees them.
 * A group is bound to ENIs by an RCU pointer in each and dies by RCU; the tries
 * are freed from a work item, because they may be large.
 *
 * Created and destroyed by the store under dash_net.lock; read by the packet path.
 */
#include "route.h"

#include <linux/slab.h>

#include "dash_net.h"

static void group_free(struct work_struct *work)
{
	struct dash_route_group *g = container_of(to_rcu_work(work), struct dash_route_group, work);

	dash_lpm_destroy(g->lpm[0]);
	dash_lpm_destroy(g->lpm[1]);
	kfree(g);
}

struct dash_route_group *dash_route_group_create(void)
{
	struct dash_route_group *g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);

	if (!g)
		return NULL;
	INIT_RCU_WORK(&g->work, group_free);
	g->lpm[0] = dash_lpm_create(false);
	g->lpm[1] = dash_lpm_create(true);
	if (g->lpm[0] && g->lpm[1])
		return g;
	if (g->lpm[0])
		dash_lpm_destroy(g->lpm[0]);
	if (g->lpm[1])
		dash_lpm_destroy(g->lpm[1]);
	kfree(g);
	return NULL;
}

void dash_route_group_destroy(struct dash_route_group *g)
{
	queue_rcu_work(dash_wq, &g->work);
}

static void pa_list_free(struct work_struct *work)
{
	struct dash_pa_list *l = container_of(to_rcu_work(work), struct dash_pa_list, work);
	int v6;

	for (v6 = 0; v6 < 2; v6++)
		if (l->lpm[v6])
			dash_lpm_destroy(l->lpm[v6]);
	kfree(l);
}

void dash_pa_list_destroy(struct dash_pa_list *l)
{
	INIT_RCU_WORK(&l->work, pa_list_free);
	queue_rcu_work(dash_wq, &l->work);
}
