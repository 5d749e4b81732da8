// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connections were made through this mapping?  (pipeline.md RES-2)
 *
 * Each record remembers a 32-bit identity of its mapping, and one walk over the records
 * answers for all mappings of a transaction: 10 ns a record, and nothing on the packet path.
 * A list of connections per mapping was rejected: it costs every connection 16 bytes and two
 * locked updates, for a request that is rare.
 *
 * A marked record has a generation that is not its ENI's, which is what the program looks at
 * anyway; pipeline.c does the rest with the initiator's next packet.
 *
 * Called at the end of a commit under dash_net.lock.
 */
#include "resimulate.h"

#include <linux/bsearch.h>
#include <linux/rcupdate.h>
#include <linux/sort.h>

#include "dash_net.h"
#include "flow_table.h"
#include "hot.h"
#include "sweep.h"

struct job {
	struct dash_net *dn;
	const struct dash_resim *r;
	u32 n;
};

static int by_mapping(const void *a, const void *b)
{
	const struct dash_resim *x = a, *y = b;

	return x->mapping < y->mapping ? -1 : x->mapping > y->mapping;
}

static void visit(struct dash_flow *f, void *arg)
{
	const struct job *job = arg;
	struct dash_resim key = { .mapping = READ_ONCE(f->link) };
	u16 eni = dash_flow_key(f).eni;
	const struct dash_resim *r;

	if (!key.mapping || eni >= DASH_MAX_ENI)
		return;
	r = bsearch(&key, job->r, job->n, sizeof(*r), by_mapping);
	if (!r)
		return;
	if (r->forget) {
		WRITE_ONCE(f->link, 0);
		return;
	}
	dash_hot_unsettle(job->dn, eni);
	WRITE_ONCE(f->gen, READ_ONCE(f->gen) - 1);
}

/**
 * dash_resimulate - mark the connections of mappings, or cut them off
 * @dn: the appliance; lock held
 * @r: mappings
 * @n: how many
 *
 * Context: process, sleeps for a grace period, so that no evaluation by the old mappings is
 * under way that would lose its mark.  They are judged anew from dash_hot_settle() on.
 */
void dash_resimulate(struct dash_net *dn, struct dash_resim *r, u32 n)
{
	struct job job = { dn, r, n };

	lockdep_assert_held(&dn->lock);
	if (!n || !dn->sweep)
		return;
	sort(r, n, sizeof(*r), by_mapping, NULL);
	synchronize_rcu();
	dash_sweep_visit(dn->sweep, visit, &job);
}
