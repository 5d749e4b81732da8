// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The dash-linux authors
/*
 * kernel/acl.c against a scan: a handful of tags, rules over them with ports and
 * protocols, then packets; one allocation of the compilation may fail.
 */
#include "input.h"
#include "acl.h"

#define TAGS 6
#define PREFIXES 8
#define RULES 200

static struct { struct dash_prefix_list l; struct dash_prefix p[PREFIXES]; } tag[TAGS];
static struct dash_acl_rule rule[RULES];
static const struct dash_prefix_list *lists[RULES][2][2];
static struct dash_port_range ports[RULES][2][2];
static u8 protos[RULES][2];

static bool in_lists(const struct dash_prefix_list *const *l, u32 k, bool v6, const struct dash_ip *ip)
{
	if (!k)
		return true;
	for (; k--; l++)
		for (u32 i = 0; i < (*l)->n; i++)
			if ((*l)->p[i].v6 == v6 && in_prefix(&(*l)->p[i], ip))
				return true;
	return false;
}

static bool in_ports(const struct dash_port_range *r, u32 k, u16 port)
{
	if (!k)
		return true;
	for (; k--; r++)
		if (port >= r->lo && port <= r->hi)
			return true;
	return false;
}

static bool in_protos(const struct dash_acl_rule *r, u8 proto)
{
	if (!r->n_protos)
		return true;
	for (u32 i = 0; i < r->n_protos; i++)
		if (r->protos[i] == proto)
			return true;
	return false;
}

static const struct dash_acl_rule *scan(u32 n, bool v6, const struct dash_acl_key *k)
{
	const struct dash_acl_rule *best = NULL, *r;

	for (r = rule; r < rule + n; r++)
		if (in_protos(r, k->proto) && in_ports(r->sport, r->n_sport, k->sport) &&
		    in_ports(r->dport, r->n_dport, k->dport) && in_lists(r->src, r->n_src, v6, &k->src) &&
		    in_lists(r->dst, r->n_dst, v6, &k->dst) &&
		    (!best || r->priority < best->priority ||
		     (r->priority == best->priority && r->order < best->order)))
			best = r;
	return best;
}

static void take_rule(struct input *in, u32 i)
{
	u8 what = take(in);
	struct dash_acl_rule *r = &rule[i];

	memset(r, 0, sizeof(*r));
	r->priority = take(in) % 16;
	r->order = 1000 - i * 3;
	r->allow = what & 1;
	r->terminating = what & 2;
	r->n_src = what >> 2 & 1 ? 1 + (what >> 3 & 1) : 0;
	r->n_dst = what >> 4 & 1 ? 1 + (what >> 5 & 1) : 0;
	r->src = lists[i][0];
	r->dst = lists[i][1];
	for (u32 k = 0; k < 2; k++) {
		if (k < r->n_src)
			lists[i][0][k] = &tag[take(in) % TAGS].l;
		if (k < r->n_dst)
			lists[i][1][k] = &tag[take(in) % TAGS].l;
	}
	r->n_sport = what >> 6 & 1;
	r->n_dport = what >> 7 ? 2 : 0;
	r->sport = ports[i][0];
	r->dport = ports[i][1];
	for (u32 k = 0; k < r->n_sport + r->n_dport; k++) {
		struct dash_port_range *p = k < r->n_sport ? &ports[i][0][k] : &ports[i][1][k - r->n_sport];

		p->lo = take16(in);
		p->hi = (u16)(p->lo + take(in));
	}
	r->n_protos = take(in) % 3;
	r->protos = protos[i];
	for (u32 k = 0; k < r->n_protos; k++)
		protos[i][k] = take(in) % 8;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };
	u8 mode = take(&in), fail = take(&in), more;
	bool v6 = mode & 1;
	u64 before = shim_live();
	struct dash_acl *a;
	u32 i, k, n;

	for (i = 0; i < TAGS; i++) {
		tag[i].l.n = take(&in) % (PREFIXES + 1);
		for (k = 0; k < tag[i].l.n; k++)
			tag[i].p[k] = take_prefix(&in, v6);
	}
	n = take(&in) % RULES;
	for (i = 0; i < n; i++)
		take_rule(&in, i);
	shim_fail_nth(mode & 2 ? fail : 0);
	a = dash_acl_compile(rule, n, v6);
	shim_fail_nth(0);
	if (IS_ERR(a)) {
		CHECK(PTR_ERR(a) == -ENOMEM && shim_failed());
		CHECK(shim_live() == before);
		return 0;
	}
	for (more = 64; more || in.p < in.end; more -= !!more) {
		const struct dash_acl_match *m;
		const struct dash_acl_rule *r;
		struct dash_acl_key key;

		key.src = take_ip(&in, v6);
		key.dst = take_ip(&in, v6);
		key.sport = n && more & 1 ? ports[more % n][0][0].hi : take16(&in);
		key.dport = n && more & 2 ? ports[more % n][1][0].lo : take16(&in);
		key.proto = take(&in) % 8;
		m = dash_acl_lookup(a, &key);
		r = scan(n, v6, &key);
		CHECK(!m == !r);
		CHECK(!r || (m->rule == r - rule && m->allow == r->allow && m->terminating == r->terminating));
	}
	dash_acl_free(a);
	CHECK(shim_live() == before);
	return 0;
}
