// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * What becomes of the first packet of a connection, and of the few later ones
 * that need a decision?  (pipeline.md 8 to 15, 18, 20)
 *
 *	 packet without a usable record                 TCP segment that moves a state
 *	             |                                                |
 *	     locate: a record after all? --yes--> revisit --> follow: conntrack
 *	             | no                   (source re-check,         |
 *	             v                       re-evaluation)    removed / reopened: again
 *	  non-SYN TCP? --> policy: trusted VNI, ACL, then
 *	                      outbound: route, mapping     --> action
 *	                      inbound: rule, PA validation
 *	             |
 *	             v
 *	  protocol --> underlay --> limits --> record: alloc, fill, start, link
 *
 * Example (25.1): a VM sends UDP 10.1.2.9:10000 to 10.1.1.1:20000.  No record; no
 * ACL bound; route 10.1.0.0/16 is vnet Vnet1; mapping 10.1.1.1 has PA 101.1.2.3 and
 * a MAC; VNI is the ENI's own; the VIP that was hit is of the PA's family and becomes
 * the source.  The record holds exactly that, and the program goes on as with a hit.
 *
 * Each stage returns the reason to drop the packet for; the first one ends it, and
 * nothing is written before all have passed (ORD-2, ORD-3).  Rules and tables count
 * their own hits.  The action is gathered on the stack and becomes a record, or
 * replaces a record's action, in one place.
 *
 * Compiled twice: as it is, and by trace_pipeline.c with DASH_DRY for packets that
 * only are supposed (dashctl trace).  There the same lines decide, note each decision, and
 * change nothing: what would be a write is behind !DASH_DRY.  A constant, so that packets
 * do not pay for it.
 *
 * Called by kfunc.c under RCU with BH disabled; reads configuration through the RCU
 * pointers of struct dash_eni and dash_net only.
 */
#include "pipeline.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>

#include "acl_lookup.h"
#include "dash_net.h"
#include "eni.h"
#include "flow_table.h"
#include "fragment.h"
#include "half_open.h"
#include "hot.h"
#include "mapping.h"
#include "netlink.h"
#include "nexthop.h"
#include "route.h"
#include "stats.h"
#include "sweep.h"
#include "trace.h"
#include "vnet.h"

#ifndef DASH_DRY
#define DASH_DRY	0
#endif

/* Note a decision: stage, reason to drop the packet for or 0, members of struct dash_step. */
#if DASH_DRY
#define note(x, st, why, ...)	dash_trace_step((x)->trace, &(const struct dash_step) { 					.stage = DASH_TRACE_STAGE_##st, .reason = (why), ##__VA_ARGS__ })
#else
#define note(x, st, why, ...)	do { } while (0)
#endif

/* How often a packet is decided anew because its record went away meanwhile. */
#define MAX_TRIES	8

/* UDP and VXLAN */
#define VXLAN_HEADERS	16

/* What the record will say about packets towards the network. */
struct action {
	struct dash_ip pa;
	__be32 vni;
	u32 nh;
	u32 mapping;
	u8 dmac[6];
	u16 flags;
	u8 vip;
	u8 keep;	/* DASH_ACTION_* that an existing record does not take over (RES-9) */
};

/**
 * struct eval - one packet under evaluation
 * @dn: the appliance
 * @hot: its admission words
 * @ft: its flow table
 * @eni: the packet's ENI
 * @pkt: the packet's facts
 * @ends: inner addresses, ports and protocol in the order of the packet
 * @gen: generation of the ENI, read before any policy
 * @frag: of a head: its entry of the fragment table, before it counts
 * @act: the result
 * @trace: where decisions are noted; DASH_DRY only, like
 * @would: the record that the packet would go by
 */
struct eval {
	struct dash_net *dn;
	const struct dash_hot *hot;
	struct dash_flow_table *ft;
	struct dash_eni *eni;
	struct dash_pkt *pkt;
	struct dash_acl_key ends;
	u32 gen;
	struct dash_frag_entry *frag;
	struct action act;
#if DASH_DRY
	struct dash_trace *trace;
	struct dash_flow *would;
#endif
};

static bool is_v6(const struct dash_ip *ip)
{
	return !dash_ip_is_v4(ip);
}

static void bump(atomic64_t *counter)
{
	if (!DASH_DRY)
		atomic64_inc(counter);
}

static void count(atomic64_t *hits, atomic64_t *bytes, const struct eval *x)
{
	if (DASH_DRY)
		return;
	atomic64_inc(hits);
	atomic64_add(x->pkt->wire_len, bytes);
}

/* What the packet's key says, in the order of the packet. */
static void set_ends(struct eval *x)
{
	const struct dash_key *k = &x->pkt->key;
	struct dash_ip *vm = &x->ends.src, *remote = &x->ends.dst;
	u16 *vm_port = &x->ends.sport, *remote_port = &x->ends.dport;

	if (x->pkt->dir == DASH_INBOUND) {
		swap(vm, remote);
		swap(vm_port, remote_port);
	}
	if (k->v6) {
		*vm = (struct dash_ip){ { k->vm, k->vm6[0], k->vm6[1], k->vm6[2] } };
		*remote = (struct dash_ip){ { k->remote, k->remote6[0], k->remote6[1], k->remote6[2] } };
	} else {
		*vm = dash_ip_from_v4(k->vm);
		*remote = dash_ip_from_v4(k->remote);
	}
	*vm_port = ntohs(k->vm_port);
	*remote_port = ntohs(k->remote_port);
	x->ends.proto = k->proto;
}

/* Fills @x but for the action, which is policy()'s. */
static __always_inline bool begin(struct eval *x, struct dash_net *dn, struct dash_pkt *pkt)
{
	x->dn = dn;
	x->pkt = pkt;
	x->ft = rcu_dereference(dn->ft);
	x->hot = dash_hot_live(dn);
	x->eni = rcu_dereference(dn->eni[pkt->key.eni]);
	x->frag = NULL;
	set_ends(x);
	if (!x->ft || !x->hot)
		return false;
	x->gen = READ_ONCE(x->hot->eni[pkt->key.eni].gen);
	/* a policy that is newer than @gen is evaluated again, never the reverse; and the seed is @ft's */
	smp_rmb();
	/* computed anew: a record linked under another hash is found by nobody, the sweep included */
	pkt->hash = dash_hash((const u64 *)&pkt->key, pkt->key.v6, &dn->seed);
	return true;
}

/* ---- 9: trusted VNI ---- */

static enum dash_drop check_trusted_vni(struct eval *x)
{
	const struct dash_vni_set *global = rcu_dereference(x->dn->trusted);
	const struct dash_vni_set *own = rcu_dereference(x->eni->trusted);
	const struct dash_inbound *rules = rcu_dereference(x->eni->inbound);
	u32 vni = x->pkt->rx_vni;

	if (!READ_ONCE(x->dn->trusted_strict)) {
		if ((!global || !global->n) && (!own || !own->n)) {
			note(x, TRUSTED_VNI, 0, .how = DASH_TRACE_HOW_NO_LIST);
			return DASH_DROP_NONE;
		}
		if (dash_vni_set_has(rcu_dereference(x->dn->vm_vnis), vni)) {
			note(x, TRUSTED_VNI, 0, .how = DASH_TRACE_HOW_VM_VNI);
			return DASH_DROP_NONE;
		}
		if (rules && dash_inbound_has_vni(rules, vni)) {
			note(x, TRUSTED_VNI, 0, .how = DASH_TRACE_HOW_RULE_VNI);
			return DASH_DROP_NONE;
		}
	}
	if (dash_vni_set_has(global, vni)) {
		note(x, TRUSTED_VNI, 0, .how = DASH_TRACE_HOW_GLOBAL_LIST);
		return DASH_DROP_NONE;
	}
	if (dash_vni_set_has(own, vni)) {
		note(x, TRUSTED_VNI, 0, .how = DASH_TRACE_HOW_ENI_LIST);
		return DASH_DROP_NONE;
	}
	note(x, TRUSTED_VNI, DASH_DROP_TRUSTED_VNI_MISS);
	return DASH_DROP_TRUSTED_VNI_MISS;
}

/* ---- 10: ACL ---- */

static enum dash_drop deny(struct eval *x, int stage, enum dash_drop reason)
{
	bump(&x->eni->stats.acl_drop[reason == DASH_DROP_ACL_NO_MATCH][x->pkt->dir][stage]);
	return reason;
}

/* 10.4: the last opinion counts, a terminating rule or no rule at all ends the discussion. */
static enum dash_drop check_acl(struct eval *x)
{
	const struct dash_acl_bind *bind = rcu_dereference(x->eni->acl);
	const struct dash_acl_ask *ask;
	struct dash_acl_probe probe[DASH_ACL_STAGES];
	const struct dash_acl_match *m;
	int i, n;

	if (!bind) {
		note(x, ACL, 0, .how = DASH_TRACE_HOW_NONE_BOUND);
		return DASH_DROP_NONE;
	}
	ask = &bind->ask[x->pkt->dir][x->pkt->key.v6];
	n = ask->n;
	dash_acl_classify(ask->acl, n, &x->ends, probe);
	for (i = 0; i < n; i++) {
		m = dash_acl_decide(ask->acl[i], &x->ends, &probe[i]);
		if (!m) {
			bump(ask->no_match[i]);
			note(x, ACL, DASH_DROP_ACL_NO_MATCH, .index = ask->stage[i] + 1, .within = ask->no_match[i]);
			return deny(x, ask->stage[i], DASH_DROP_ACL_NO_MATCH);
		}
		count(&m->stats->hits, &m->stats->bytes, x);
		note(x, ACL, 0, .index = ask->stage[i] + 1, .within = ask->no_match[i], .who = m->stats,
		     .allow = m->allow, .terminating = m->terminating);
		if (m->terminating || i + 1 == n) {
			note(x, ACL_VERDICT, m->allow ? 0 : DASH_DROP_ACL_DENY, .index = ask->stage[i] + 1,
			     .allow = m->allow);
			return m->allow ? DASH_DROP_NONE : deny(x, ask->stage[i], DASH_DROP_ACL_DENY);
		}
	}
	note(x, ACL, 0, .how = DASH_TRACE_HOW_NONE_BOUND);
	return DASH_DROP_NONE;
}

/* ---- 11, 12: outbound ---- */

/* 12.2: the VIP that was hit, or its sibling if the underlay address is of the other family. */
static __always_inline enum dash_drop choose_vip(const struct eval *x, bool v6, u8 *vip)
{
	const struct dash_hot_vip *hit = &x->hot->vip[x->pkt->vip], *other;

	*vip = x->pkt->vip;
	if (likely(is_v6(&hit->ip) == v6))
		return DASH_DROP_NONE;
	*vip = READ_ONCE(hit->other);
	other = &x->hot->vip[*vip];
	if (READ_ONCE(other->valid) && is_v6(&other->ip) == v6) {
		note(x, SOURCE_VIP, 0, .ca = other->ip, .index = v6);
		return DASH_DROP_NONE;
	}
	note(x, SOURCE_VIP, DASH_DROP_UNDERLAY_SIP_MISSING, .index = v6);
	return DASH_DROP_UNDERLAY_SIP_MISSING;
}

/* The tunnel's far end, and with it the family of what goes there. */
static __always_inline bool set_pa(struct eval *x, const struct dash_ip *pa)
{
	bool v6 = is_v6(pa);

	x->act.pa = *pa;
	if (v6)
		x->act.flags |= DASH_F_U0_V6;
	return v6;
}

static __be32 vni_field(u32 vni)
{
	return cpu_to_be32(vni << 8);
}

static enum dash_drop map_outbound(struct eval *x, const struct dash_vnet *vnet,
				   const struct dash_ip *ca)
{
	const struct dash_vnet *own = rcu_dereference(x->eni->vnet);
	u32 vni = READ_ONCE(x->dn->vnet_encap_vni);
	struct dash_mapping *m;
	bool v6;

	/* the family is part of the key; inner IPv6 may well carry a v4-mapped address */
	m = vnet && is_v6(ca) == x->pkt->key.v6 ? dash_mapping_find(vnet->maps, ca) : NULL;
	if (!m) {
		note(x, MAPPING, DASH_DROP_OUTBOUND_CA_PA_ENTRY_MISS, .within = vnet, .ca = *ca);
		return DASH_DROP_OUTBOUND_CA_PA_ENTRY_MISS;
	}
	count(&m->hits, &m->bytes, x);
	if (!vni && m->flags & DASH_MAPPING_DST_VNI)
		vni = READ_ONCE(vnet->vni);
	else if (!vni && own)
		vni = READ_ONCE(own->vni);
	v6 = set_pa(x, &m->pa);
	x->act.mapping = dash_vnet_mapping_id(vnet, ca);
	x->act.vni = vni_field(vni);
	if (m->flags & DASH_MAPPING_KEEP_U0)
		x->act.keep |= DASH_ACTION_ENCAP_U0;
	if (m->flags & DASH_MAPPING_KEEP_DMAC)
		x->act.keep |= DASH_ACTION_SET_DMAC;
	if (m->flags & DASH_MAPPING_MAC) {
		memcpy(x->act.dmac, m->mac, sizeof(x->act.dmac));
		x->act.flags |= DASH_F_SET_DMAC;
	}
	note(x, MAPPING, 0, .within = vnet, .ca = *ca, .pa = m->pa, .vni = vni,
	     .has_mac = m->flags & DASH_MAPPING_MAC,
	     .mac = { m->mac[0], m->mac[1], m->mac[2], m->mac[3], m->mac[4], m->mac[5] },
	     .how = READ_ONCE(x->dn->vnet_encap_vni) ? DASH_TRACE_HOW_STATIC_VNI :
		    m->flags & DASH_MAPPING_DST_VNI ? DASH_TRACE_HOW_DST_VNI : DASH_TRACE_HOW_OWN_VNI);
	return choose_vip(x, v6, &x->act.vip);
}

static enum dash_drop route_outbound(struct eval *x)
{
	struct dash_route_group *g = rcu_dereference(x->eni->routes);
	struct dash_route *r;

	if (!g) {
		note(x, ROUTE, DASH_DROP_OUTBOUND_ROUTING_GROUP_MISS);
		return DASH_DROP_OUTBOUND_ROUTING_GROUP_MISS;
	}
	if (READ_ONCE(g->disabled)) {
		bump(&g->disabled_drops);
		note(x, ROUTE, DASH_DROP_OUTBOUND_ROUTING_GROUP_DISABLED, .within = g);
		return DASH_DROP_OUTBOUND_ROUTING_GROUP_DISABLED;
	}
	r = dash_lpm_lookup(g->lpm[x->pkt->key.v6], &x->ends.dst);
	if (!r) {
		bump(&g->no_route);
		note(x, ROUTE, DASH_DROP_OUTBOUND_ROUTING_ENTRY_MISS, .within = g, .ca = x->ends.dst);
		return DASH_DROP_OUTBOUND_ROUTING_ENTRY_MISS;
	}
	count(&r->hits, &r->bytes, x);
	x->act.keep = r->keep;
	note(x, ROUTE, r->type == DASH_ROUTE_DROP ? DASH_DROP_OUTBOUND_ROUTE_DROP : 0, .within = g, .who = r,
	     .ca = x->ends.dst);
	switch ((enum dash_route_type)r->type) {
	case DASH_ROUTE_VNET:
		return map_outbound(x, r->vnet, &x->ends.dst);
	case DASH_ROUTE_VNET_DIRECT:
		return map_outbound(x, r->vnet, r->has_overlay_ip ? &r->overlay_ip : &x->ends.dst);
	case DASH_ROUTE_DIRECT:
		x->act.flags |= DASH_F_DIRECT;
		x->act.vip = x->pkt->vip;
		return DASH_DROP_NONE;
	case DASH_ROUTE_DROP:
		break;
	}
	return DASH_DROP_OUTBOUND_ROUTE_DROP;
}

/* ---- 15: inbound ---- */

/* 15.2: a mapping of the VNET has this PA, or the list of its VNI covers it. */
static bool pa_is_valid(struct eval *x, const struct dash_vnet *vnet)
{
	const struct dash_ip *pa = &x->pkt->rx_sip;
	const struct dash_pa_list *list;
	const struct dash_lpm *lpm;

	if (!vnet)
		return false;
	if (dash_mapping_pa_valid(vnet->maps, pa)) {
		note(x, PA_VALIDATION, 0, .within = vnet, .pa = *pa, .how = DASH_TRACE_HOW_PA_OF_MAPPING);
		return true;
	}
	list = xa_load(&x->dn->pa_lists, READ_ONCE(vnet->vni));
	lpm = list ? list->lpm[is_v6(pa)] : NULL;
	if (!lpm || !dash_lpm_lookup(lpm, pa))
		return false;
	note(x, PA_VALIDATION, 0, .within = vnet, .pa = *pa, .how = DASH_TRACE_HOW_PA_LISTED);
	return true;
}

static enum dash_drop check_source(struct eval *x)
{
	const struct dash_inbound *rules = rcu_dereference(x->eni->inbound);
	const struct dash_vnet *vnet;
	struct dash_route_rule *r;

	r = rules ? dash_inbound_lookup(rules, x->pkt->rx_vni, &x->pkt->rx_sip,
					x->pkt->key.proto) : NULL;
	if (!r) {
		note(x, INBOUND_RULE, DASH_DROP_INBOUND_ROUTING_ENTRY_MISS, .pa = x->pkt->rx_sip,
		     .vni = x->pkt->rx_vni);
		return DASH_DROP_INBOUND_ROUTING_ENTRY_MISS;
	}
	count(&r->hits, &r->bytes, x);
	note(x, INBOUND_RULE, r->decap ? 0 : DASH_DROP_INBOUND_RULE_DROP, .who = r, .pa = x->pkt->rx_sip,
	     .vni = x->pkt->rx_vni);
	if (!r->decap)
		return DASH_DROP_INBOUND_RULE_DROP;
	if (!r->pa_validation) {
		note(x, PA_VALIDATION, 0, .how = DASH_TRACE_HOW_PA_UNCHECKED);
		return DASH_DROP_NONE;
	}
	vnet = r->vnet ?: rcu_dereference(x->eni->vnet);
	if (!pa_is_valid(x, vnet)) {
		note(x, PA_VALIDATION, DASH_DROP_PA_VALIDATION_FAIL, .within = vnet, .pa = x->pkt->rx_sip);
		return DASH_DROP_PA_VALIDATION_FAIL;
	}
	return DASH_DROP_NONE;
}

/* The answer goes back through the tunnel that this packet came out of (18.1). */
static enum dash_drop route_inbound(struct eval *x)
{
	enum dash_drop reason = check_source(x);
	u32 nh;
	u8 vip;

	if (reason)
		return reason;
	set_pa(x, &x->pkt->rx_sip);
	x->act.vni = vni_field(x->pkt->rx_vni);
	memcpy(x->act.dmac, x->pkt->smac, sizeof(x->act.dmac));
	x->act.flags |= DASH_F_INITIATOR_IN | DASH_F_SET_DMAC;
	x->act.vip = x->pkt->vip;
	/* ORD-3: what the program could not deliver must not create a record */
	return choose_vip(x, is_v6(dash_eni_host(&x->hot->eni[x->eni->idx], &nh)), &vip);
}

/* ---- 16.8, 17: the underlay ---- */

/*
 * ORD-3: a packet that the underlay will not take must not create a record.  The program
 * asks again for every packet; this is for the first one, whose record comes before.
 */
static enum dash_drop check_underlay(struct eval *x)
{
	bool outbound = x->pkt->dir == DASH_OUTBOUND, v6;
	const struct dash_ip *vm;
	const struct dash_nh *nh;
	u32 i, len;

	/* the answers of a direct connection go to the VM through its tunnel */
	if (outbound && x->act.flags & DASH_F_DIRECT)
		return dash_nh_admit(x->dn, 0, &x->ends.dst, x->pkt->ip_len);
	vm = dash_eni_host(&x->hot->eni[x->eni->idx], &i);
	v6 = outbound ? x->act.flags & DASH_F_U0_V6 : is_v6(vm);
	len = x->pkt->inner_len + VXLAN_HEADERS + (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	i = (outbound ? x->act.nh : i) % DASH_MAX_NH;	/* out of a map: see port.c */
	nh = &x->hot->nh[i];
	if (likely(i && READ_ONCE(nh->state) == DASH_NH_OK && len <= READ_ONCE(nh->mtu)))
		return DASH_DROP_NONE;
	return dash_nh_admit(x->dn, i, outbound ? &x->act.pa : vm, len);
}

/* ---- 9 to 15 ---- */

static enum dash_drop policy(struct eval *x)
{
	enum dash_drop reason;

	x->act = (struct action){ .flags = x->ends.proto == IPPROTO_TCP ? DASH_F_TCP : 0 };
	reason = check_trusted_vni(x);
	if (!reason)
		reason = check_acl(x);
	if (!reason)
		reason = x->pkt->dir == DASH_OUTBOUND ? route_outbound(x) : route_inbound(x);
	if (reason || x->act.flags & DASH_F_DIRECT)
		return reason;
	x->act.nh = DASH_DRY ? dash_nh_peek(x->dn, &x->act.pa) : dash_nh_get(x->dn, &x->act.pa);
	return DASH_DROP_NONE;
}

/* ---- 8, 20: may this connection be opened? ---- */

static bool opens_tcp(const struct dash_pkt *pkt)
{
	return (pkt->tcp_flags & (DASH_TCP_F_SYN | DASH_TCP_F_ACK | DASH_TCP_F_RST | DASH_TCP_F_FIN)) ==
	       DASH_TCP_F_SYN;
}

/* Token bucket: rate @cps, depth max(32, cps / 10). */
static bool take_token(struct dash_eni *e, struct dash_bucket *b, u32 cps)
{
	u64 depth = (u64)max(32u, cps / 10) * NSEC_PER_SEC, now, idle;
	bool ok;

#if DASH_DRY
	struct dash_bucket copy;

	spin_lock(&e->lock);
	copy = *b;
	b = &copy;
#else
	spin_lock(&e->lock);
#endif
	/* Longer than the bucket takes to fill is no more than full; also keeps the product in 64 bits. */
	/* Under the lock it never goes back: a negative difference would fill the bucket. */
	now = ktime_get_ns();
	idle = min_t(u64, now - b->refilled, (cps < 320 ? 32ull : 1ull) * NSEC_PER_SEC);
	b->tokens = min(b->tokens + idle * cps, depth);
	b->refilled = now;
	ok = b->tokens >= NSEC_PER_SEC;
	if (ok)
		b->tokens -= NSEC_PER_SEC;
	spin_unlock(&e->lock);
	return ok;
}

static bool within_cps(const struct eval *x)
{
	u32 cps = READ_ONCE(x->eni->cps);

	return !cps || !(READ_ONCE(x->dn->qos_enforce) & DASH_QOS_CPS) || take_token(x->eni, &x->eni->opening, cps);
}

/* RES-7 */
static bool within_resim_rate(const struct eval *x)
{
	u64 rate = READ_ONCE(x->eni->resim_rate);

	return !rate || take_token(x->eni, &x->eni->judging, min_t(u64, rate, U32_MAX));
}

/* Takes one of the ENI's connections; given back by flow_unlinked() in stats.c, or if it was not created. */
static bool try_reserve(const struct eval *x)
{
	u32 limit = READ_ONCE(x->eni->flows);
	u32 n = DASH_DRY ? atomic_read(&x->eni->stats.pairs_total) + 1 :
			   atomic_inc_return(&x->eni->stats.pairs_total);

	if (!limit || n <= limit || !(READ_ONCE(x->dn->qos_enforce) & DASH_QOS_FLOWS))
		return true;
	if (!DASH_DRY)
		atomic_dec(&x->eni->stats.pairs_total);
	return false;
}

/*
 * At the ENI's limit its oldest half-open connection gives way.  Not while a sixteenth of all records
 * wait for their grace period: that the ENI has few connections at a time must not let
 * it take the records of all others, one after the other.
 */
static bool reserve(const struct eval *x)
{
	if (DASH_DRY)
		return try_reserve(x) || dash_half_open_any(x->dn->half_open, x->eni->idx);
	return try_reserve(x) ||
	       (dash_flow_retired(x->ft) < max(dash_flow_slots(x->ft) / 16, 1u) &&
		dash_half_open_yield(x->dn->half_open, x->eni->idx, x->dn->sweep) && try_reserve(x));
}

static int half_open_of(struct dash_net *dn, u16 eni)
{
	const struct dash_eni *e = rcu_dereference(dn->eni[eni]);

	return e ? atomic_read(&e->stats.half_open) : 0;
}

/* The ENI with most half-open connections: whoever needs room compares itself, so it is found soon. */
static u16 find_crowd(const struct eval *x)
{
	u16 crowd = READ_ONCE(x->dn->crowd), i;
	int most = half_open_of(x->dn, crowd);

	if (atomic_read(&x->eni->stats.half_open) > most) {
		crowd = x->eni->idx;
	} else if (!most) {
		for (i = 0; i < DASH_MAX_ENI; i++) {
			if (half_open_of(x->dn, i) <= most)
				continue;
			most = half_open_of(x->dn, i);
			crowd = i;
		}
	}
	if (!DASH_DRY)
		WRITE_ONCE(x->dn->crowd, crowd);
	return crowd;
}

/*
 * A slot comes back a grace period after its connection ended, so room is made before the
 * table is full: when connections take all but a sixteenth of it, each new one ends a half-open
 * one, if there is any.  That sixteenth turns over; when it is used up, new ones wait for the
 * grace period and end nobody.  The last 64th is not for an ENI that floods the table with
 * half-open ones.
 */
static bool make_room(const struct eval *x)
{
	u32 slots, used;
	u16 crowd;

	if (likely(!dash_flow_scarce(x->ft)))
		return true;
	slots = dash_flow_slots(x->ft);
	used = dash_flow_used(x->ft);
	crowd = find_crowd(x);
	if (used >= slots - slots / 64 && crowd == x->eni->idx &&
	    x->pkt->key.proto == IPPROTO_TCP && half_open_of(x->dn, crowd) >= slots / 32) {
		bump(&x->dn->kept_back);
		return false;
	}
	if (!DASH_DRY && dash_flow_count(x->ft) >= slots - slots / 16)
		dash_half_open_yield(x->dn->half_open, crowd, x->dn->sweep);
	return true;
}

/* ---- 19: heads of fragmented packets ---- */

/* A head whose fragments could not follow is not worth forwarding. */
static enum dash_drop reserve_fragment(struct eval *x)
{
	if (x->pkt->frag != DASH_FRAG_HEAD || x->frag)
		return DASH_DROP_NONE;
	if (DASH_DRY)
		return dash_frag_room(x->dn->frags, x->pkt);
	return dash_frag_reserve(x->dn->frags, x->pkt, &x->frag);
}

/* ---- 18.1: the record ---- */

static void set_action(struct eval *x, struct dash_flow *f)
{
	const struct action *a = &x->act;

	f->pa = a->pa;
	f->vni = a->vni;
	memcpy(f->dmac, a->dmac, sizeof(f->dmac));
	f->flags = a->flags;
	f->vip = a->vip;
	f->nh = a->nh;
	WRITE_ONCE(f->link, a->mapping);
}

static void fill(struct eval *x, struct dash_flow *f)
{
	const u64 *key = (const u64 *)&x->pkt->key;

	f->k0[0] = key[0];
	f->k0[1] = key[1];
	f->k1[0] = key[2];
	f->k1[1] = key[3];
	f->k1[2] = key[4];
	set_action(x, f);
	f->gen = x->gen;
	dash_conntrack_start(f, (u32)jiffies);
}

#if DASH_DRY
/* Whether the index has a place shows when it is linked: full lines are moved then. */
static enum dash_drop create(struct eval *x)
{
	if (!dash_flow_may_alloc(x->ft))
		return DASH_DROP_FLOW_LIMIT_GLOBAL;
	memset(x->would, 0, sizeof(*x->would));
	fill(x, x->would);
	x->trace->made = true;
	return DASH_DROP_NONE;
}
#else
static enum dash_drop create(struct eval *x)
{
	struct dash_flow *f;
	u32 slot;
	int err;

	f = dash_flow_alloc(x->ft, &slot);
	if (!f)
		return DASH_DROP_FLOW_LIMIT_GLOBAL;
	fill(x, f);
	err = dash_flow_link(x->ft, &slot, &x->pkt->key, x->pkt->hash);
	if (err == -ENOSPC)
		return DASH_DROP_FLOW_LIMIT_GLOBAL;
	x->pkt->slot = slot;
	if (err)	/* another CPU was faster: its record serves this packet too */
		atomic_dec(&x->eni->stats.pairs_total);
	else
		dash_stats_flow_created(x->eni, f);
	if (!err && f->flags & DASH_F_TCP)
		dash_half_open_add(x->dn->half_open, x->eni->idx, slot);
	if (!err)
		dash_nl_flow_event(x->dn, f, -1);
	return DASH_DROP_NONE;
}
#endif

static enum dash_drop open_connection(struct eval *x)
{
	const struct dash_pkt *pkt = x->pkt;
	enum dash_drop reason;

	/* D-06: cheaper than policy, and an ACK flood leaves no trace in its counters */
	if (pkt->key.proto == IPPROTO_TCP && !opens_tcp(pkt)) {
		note(x, FLOW, DASH_DROP_FLOW_MISS_NON_SYN, .how = DASH_TRACE_HOW_MISS);
		return DASH_DROP_FLOW_MISS_NON_SYN;
	}
	note(x, FLOW, 0, .how = DASH_TRACE_HOW_MISS);
	reason = policy(x);
	if (reason)
		return reason;
	if (!test_bit(pkt->key.proto, x->dn->allowed_protocols)) {
		note(x, PROTOCOL, DASH_DROP_UNSUPPORTED_PROTOCOL);
		return DASH_DROP_UNSUPPORTED_PROTOCOL;
	}
	reason = check_underlay(x);
	note(x, UNDERLAY, reason);
	if (reason)
		return reason;
	reason = reserve_fragment(x);
	if (reason) {
		note(x, FRAGMENT, reason);
		return reason;
	}
	if (!within_cps(x)) {
		reason = DASH_DROP_CPS_LIMIT;
	} else if (!make_room(x)) {
		reason = DASH_DROP_FLOW_LIMIT_GLOBAL;
	} else if (!reserve(x)) {
		reason = DASH_DROP_FLOW_LIMIT_ENI;
	} else {
		reason = create(x);
		if (reason && !DASH_DRY)
			atomic_dec(&x->eni->stats.pairs_total);
	}
	note(x, CONNECTION, reason);
	if (reason)
		bump(&x->eni->stats.create_failed);
	return reason;
}

/* ---- records that exist ---- */

/* The record that @pkt->slot names, if it is what the packet's key says, or the one that the table knows. */
static struct dash_flow *locate(struct eval *x)
{
	const u64 *key = (const u64 *)&x->pkt->key;
	u32 slot = x->pkt->slot;
	struct dash_flow *f;

	if (slot && slot < dash_flow_slots(x->ft)) {
		f = dash_flow_at(x->ft, slot);
		if (!memcmp(f->k0, key, sizeof(f->k0)) && !memcmp(f->k1, key + 2, sizeof(f->k1)) &&
		    READ_ONCE(f->state) != DASH_ST_FREE && READ_ONCE(f->state) != DASH_ST_DEAD)
			return f;
	}
	slot = dash_flow_find(x->ft, &x->pkt->key, x->pkt->hash);
	x->pkt->slot = slot;
	return slot ? dash_flow_at(x->ft, slot) : NULL;
}

/* RES-9: what route and mapping say shall stay as it is in the record */
static void keep_old(struct action *a, const struct dash_flow *f)
{
	const u16 u0 = DASH_F_DIRECT | DASH_F_U0_V6;

	if (a->keep & DASH_ACTION_ENCAP_U0) {
		a->pa = f->pa;
		a->vni = f->vni;
		a->vip = f->vip;
		a->nh = f->nh;
		a->flags = (a->flags & ~u0) | (f->flags & u0);
	}
	if (a->keep & DASH_ACTION_SET_DMAC) {
		memcpy(a->dmac, f->dmac, sizeof(a->dmac));
		a->flags = (a->flags & ~DASH_F_SET_DMAC) | (f->flags & DASH_F_SET_DMAC);
	}
}

/*
 * RES-12: policy permits the connection, but what it says now cannot be done: no VIP of the
 * family that the new tunnel needs, or no way to its other end.  (That this packet is too
 * long for the new way says nothing about the next one.)
 */
static bool cannot_apply(struct eval *x, enum dash_drop reason)
{
	const struct dash_ip *to = x->act.flags & DASH_F_DIRECT ? &x->ends.dst : &x->act.pa;

	if (x->pkt->dir != DASH_OUTBOUND || x->act.keep & DASH_ACTION_ENCAP_U0)
		return false;
	return reason == DASH_DROP_UNDERLAY_SIP_MISSING ||
	       (!reason && dash_nh_admit(x->dn, x->act.nh, to, 0));
}

/* Decisions are about the record, or about a copy of it. */
static struct dash_flow *suppose(struct eval *x, struct dash_flow *f)
{
#if DASH_DRY
	*x->would = *f;
	x->trace->found = true;
	return x->would;
#else
	return f;
#endif
}

/*
 * 21.2: the initiator's next packet after a change of generation is judged as a flow
 * miss, and the verdict replaces the record's action.  Not before all packets that may
 * have read the record under the old generation are gone: those after it come here first.
 * (The responder's packets, which keep the old action meanwhile, may see one that is
 * being replaced; all its parts belong to this connection.)
 *
 * A verdict that cannot be applied leaves the record as it is, and counts once: it is judged
 * again at the next request, not with each packet.
 */
static enum dash_drop reevaluate(struct eval *x, struct dash_flow *f)
{
	const u8 all = DASH_ACTION_ENCAP_U0 | DASH_ACTION_SET_DMAC;
	struct dash_eni_flow_stats *s = &x->eni->stats;
	enum dash_drop reason;
	bool failed;

	if (!dash_hot_gen_settled(x->dn, x->eni->idx) || !within_resim_rate(x) || !within_cps(x)) {
		note(x, FLOW, 0, .how = DASH_TRACE_HOW_STALE_LATER);
		return DASH_DROP_NONE;
	}
	note(x, FLOW, 0, .how = DASH_TRACE_HOW_STALE);
	reason = policy(x);
	failed = cannot_apply(x, reason);
	if (reason == DASH_DROP_UNDERLAY_SIP_MISSING && x->act.keep & DASH_ACTION_ENCAP_U0)
		reason = DASH_DROP_NONE;	/* the record's own tunnel has its VIP */
	if (reason && !failed) {
		if (!DASH_DRY)
			dash_sweep_remove(x->dn->sweep, x->pkt->slot, DASH_GONE_POLICY);
		return reason;
	}
	spin_lock(&x->eni->lock);
	if (f->gen != x->gen) {
		if (failed) {
			bump(&s->update_failed);
			bump(&s->resim_failed);
		} else if (x->act.keep != all) {
			keep_old(&x->act, f);
			set_action(x, f);
			bump(&s->updated);
			bump(&s->updated_by_resim);
		}
		smp_store_release(&f->gen, x->gen);
	}
	spin_unlock(&x->eni->lock);
	return DASH_DROP_NONE;
}

static enum dash_drop revisit(struct eval *x, struct dash_flow *f)
{
	const struct dash_pkt *pkt = x->pkt;

	if (!dash_from_initiator(f, pkt->dir)) {
		note(x, FLOW, 0, .how = DASH_TRACE_HOW_REVERSE);
		return DASH_DROP_NONE;
	}
	if (f->gen != x->gen)
		return reevaluate(x, f);
	/* 18.3: another tunnel source has to pass the inbound rules; the record stays as it is */
	if (pkt->dir == DASH_INBOUND &&
	    (!dash_ip_eq(&f->pa, &pkt->rx_sip) || f->vni != vni_field(pkt->rx_vni))) {
		note(x, FLOW, 0, .how = DASH_TRACE_HOW_SOURCE_CHANGED);
		return check_source(x);
	}
	note(x, FLOW, 0, .how = DASH_TRACE_HOW_FORWARD);
	return DASH_DROP_NONE;
}

/*
 * A fragment that the program is about to drop must not make or end an entry for others
 * (ORD-3), so what the program is going to ask is asked here before, of the record.
 */
static enum dash_drop check_exit(struct eval *x, const struct dash_flow *f)
{
	u32 nh;
	u8 vip;

	x->act.pa = f->pa;
	x->act.nh = f->nh;
	x->act.flags = f->flags;
	if (x->pkt->dir == DASH_INBOUND && choose_vip(x, is_v6(dash_eni_host(&x->hot->eni[x->eni->idx], &nh)), &vip))
		return DASH_DROP_UNDERLAY_SIP_MISSING;
	return check_underlay(x);
}

/* 18.4: let the tracker see the segment.  False if the record is gone and the packet starts anew. */
static bool follow(struct eval *x, struct dash_flow *f)
{
	struct dash_ct_outcome o = {};
	enum dash_ct_verdict v;

	v = dash_conntrack_segment(f, &x->dn->params, dash_from_initiator(f, x->pkt->dir),
				   x->pkt->tcp_flags, (u32)jiffies, &o);
	if (v == DASH_CT_DEAD)
		return false;
	note(x, TCP, 0, .how = v == DASH_CT_REMOVE ? DASH_TRACE_HOW_CLOSES : v == DASH_CT_REOPEN ?
	     DASH_TRACE_HOW_REOPENS : DASH_TRACE_HOW_UNSPEC, .index = o.to);
	if (DASH_DRY)	/* of a copy */
		return v != DASH_CT_REOPEN;
	dash_stats_flow_moved(x->eni, &o);
	if (dash_state_half_open(o.from) && !dash_state_half_open(o.to))
		dash_half_open_del(x->dn->half_open, x->eni->idx, f);
	if (v == DASH_CT_FORWARD)
		return true;
	dash_sweep_remove(x->dn->sweep, x->pkt->slot, o.why);
	return v == DASH_CT_REMOVE;
}

static enum dash_drop evaluate(struct eval *x, bool track)
{
	struct dash_pkt *pkt = x->pkt;
	enum dash_drop reason;
	struct dash_flow *f;
	int i;

	for (i = 0; i < MAX_TRIES; i++) {
		f = DASH_DRY && i ? NULL : locate(x);	/* where nothing is removed, it would be found again */
		if (!f)
			return open_connection(x);
		f = suppose(x, f);
		reason = revisit(x, f);
		if (!reason && pkt->frag)
			reason = check_exit(x, f) ?: reserve_fragment(x);
		if (reason)
			return reason;
		if (!track || !(f->flags & DASH_F_TCP) ||
		    !dash_tcp_needs_module(f, dash_from_initiator(f, pkt->dir), pkt->tcp_flags))
			return DASH_DROP_NONE;
		if (follow(x, f))
			return DASH_DROP_NONE;
		pkt->slot = 0;
	}
	return DASH_DROP_FLOW_CREATE_FAILED;
}

/*
 * FRG-2, FRG-3: a fragment without ports goes by the record of its head, if that is still
 * the connection it was.  With the head's key it can be judged like any packet of it.
 */
static enum dash_drop follow_head(struct eval *x)
{
	struct dash_frag_parent head;
	enum dash_drop reason;
	struct dash_flow *f;

	if (!dash_frag_find(x->dn->frags, x->pkt, &head)) {
		note(x, FRAGMENT, DASH_DROP_FRAGMENT_NO_PARENT);
		return DASH_DROP_FRAGMENT_NO_PARENT;
	}
	x->pkt->key = head.key;
	x->pkt->hash = head.hash;
	x->pkt->slot = head.slot;
	set_ends(x);
	f = locate(x);
	if (!f || x->pkt->slot != head.slot) {
		if (!DASH_DRY)
			dash_frag_forget(x->dn->frags, x->pkt);
		note(x, FRAGMENT, DASH_DROP_FRAGMENT_NO_PARENT, .how = DASH_TRACE_HOW_PARENT_GONE);
		return DASH_DROP_FRAGMENT_NO_PARENT;
	}
	note(x, FRAGMENT, 0);
	f = suppose(x, f);
	reason = revisit(x, f) ?: check_exit(x, f);
	if (!DASH_DRY && !reason && x->pkt->last_frag)
		dash_frag_forget(x->dn->frags, x->pkt);
	return reason;
}

static __always_inline enum dash_drop decide_with(struct eval *x, struct dash_net *dn, struct dash_pkt *pkt,
						  bool track)
{
	enum dash_drop reason;

	if (!begin(x, dn, pkt))
		return DASH_DROP_FLOW_CREATE_FAILED;
	if (!x->eni || READ_ONCE(x->eni->dead))
		return DASH_DROP_ENI_ADMIN_DOWN;
	if (pkt->frag == DASH_FRAG_LATER)
		return follow_head(x);
	reason = evaluate(x, track);
	if (!x->frag)
		return reason;
	if (reason)
		dash_frag_cancel(dn->frags, x->frag);
	else
		dash_frag_commit(dn->frags, x->frag, pkt, READ_ONCE(dn->params.fragment));
	return reason;
}

#if DASH_DRY

enum dash_drop dash_pipeline_trace(struct dash_net *dn, struct dash_pkt *pkt, struct dash_trace *t,
				   struct dash_flow *would, bool track)
{
	struct eval x = { .trace = t, .would = would };
	enum dash_drop reason = decide_with(&x, dn, pkt, track);

	if (t->made)
		pkt->slot = 0;
	if (t->found && t->flags & DASH_TRACE_POLICY && x.eni) {
		t->flags &= ~DASH_TRACE_POLICY;		/* once is enough */
		t->policy = true;
		policy(&x);
		t->policy = false;
	}
	return reason;
}

#else

static enum dash_drop decide(struct dash_net *dn, struct dash_pkt *pkt, bool track)
{
	struct eval x __uninitialized;

	return decide_with(&x, dn, pkt, track);
}

/*
 * A packet that the program has found no record for has not been tracked either, if
 * there is one after all; for one that it has found it calls dash_pipeline_track().
 */
enum dash_drop dash_pipeline_resolve(struct dash_net *dn, struct dash_pkt *pkt)
{
	return decide(dn, pkt, !pkt->slot);
}

enum dash_drop dash_pipeline_track(struct dash_net *dn, struct dash_pkt *pkt)
{
	return decide(dn, pkt, true);
}

#endif
