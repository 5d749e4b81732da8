// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which objects decided, by name, and what would have decided otherwise?
 *
 * A record names objects by the addresses of their run-time parts (trace.h).  Here, under the
 * configuration lock, each is looked for among the objects that exist now, and only compared: one
 * that is gone since has no name any more, and the generation tells that there was a commit.
 *
 * Near misses explain a refusal: the first rule that lacks one condition, the route behind the
 * one that was taken, another VNET that has the mapping.  They are found by looking through the
 * configuration, which takes its time and decides nothing.
 *
 * Called by netlink_trace.c.
 */
#include "trace.h"

#include <linux/if_ether.h>
#include <linux/netdevice.h>

#include "flow_filter.h"
#include "netlink.h"
#include "objects.h"

#define NEAR_VNETS	3	/* so many that have it, of thousands */

/* What a step is about: the packet, in the order of its headers. */
struct subject {
	struct dash_net *dn;
	const struct dash_trace *t;
	struct dash_obj *eni;
	struct dash_ip src, dst;
	u16 sport, dport;
	u8 proto;
	bool v6, out;
};

static bool covers(const struct dash_prefix *p, const struct dash_ip *ip)
{
	return p->v6 == !dash_ip_is_v4(ip) &&
	       dash_bits_covers(dash_bits_of(&p->ip, p->v6), p->len, dash_bits_of(ip, p->v6));
}

static int put_prefix(struct sk_buff *skb, const struct dash_prefix *p)
{
	u8 buf[17];
	u8 n = p->v6 ? 16 : 4;

	memcpy(buf, p->v6 ? &p->ip.w[0] : &p->ip.w[3], n);
	buf[n] = p->len;
	return nla_put(skb, DASH_A_STEP_PREFIX, n + 1, buf);
}

static int put_name(struct sk_buff *skb, int attr, const struct dash_obj *o)
{
	return o ? nla_put_string(skb, attr, o->key) : 0;
}

static struct nlattr *near(struct sk_buff *skb)
{
	return nla_nest_start(skb, DASH_A_STEP_NEAR);
}

/* ---- VNETs ---- */

static struct dash_obj *vnet_of(struct dash_net *dn, const void *rt)
{
	struct dash_obj *o;
	struct rb_node *n;

	if (rt)
		dash_obj_for_each(o, n, &dn->store->tree[DASH_OBJ_VNET])
			if (o->rt == rt)
				return o;
	return NULL;
}

static bool pa_is_valid(struct dash_net *dn, const struct dash_vnet *v, const struct dash_ip *pa)
{
	const struct dash_pa_list *list = xa_load(&dn->pa_lists, v->vni);
	const struct dash_lpm *lpm = list ? list->lpm[!dash_ip_is_v4(pa)] : NULL;

	return dash_mapping_pa_valid(v->maps, pa) || (lpm && dash_lpm_lookup(lpm, pa));
}

/* Other VNETs with a mapping of @ca, or for which @pa is valid. */
static int put_other_vnets(struct dash_net *dn, struct sk_buff *skb, const struct dash_obj *not,
			   const struct dash_ip *ca, const struct dash_ip *pa)
{
	struct dash_obj *o;
	struct nlattr *nest;
	struct rb_node *n;
	int left = NEAR_VNETS, err = 0;
	bool has;

	dash_obj_for_each(o, n, &dn->store->tree[DASH_OBJ_VNET]) {
		const struct dash_vnet *v = o->rt;

		if (o == not)
			continue;
		rcu_read_lock();
		has = ca ? !!dash_mapping_find(v->maps, ca) : pa_is_valid(dn, v, pa);
		rcu_read_unlock();
		if (!has)
			continue;
		nest = near(skb);
		err = nest ? put_name(skb, DASH_A_STEP_VNET, o) : -EMSGSIZE;
		if (err)
			return err;
		nla_nest_end(skb, nest);
		if (!--left)
			break;
	}
	return 0;
}

/* ---- ACL ---- */

static struct dash_obj *acl_group_of(const struct subject *s, const struct dash_step *step)
{
	u8 type = s->out ? DASH_OBJ_ACL_OUT : DASH_OBJ_ACL_IN;
	struct dash_obj *bind, *g;
	const char *name;

	bind = s->eni ? dash_obj_find(s->dn, type, s->eni, &step->index, 1) : NULL;
	name = bind ? dash_blob_str(bind->blob, dash_group_attr[s->v6]) : NULL;
	g = name ? dash_obj_named(s->dn, DASH_OBJ_ACL_GROUP, name) : NULL;
	return g && &((struct dash_acl_group_rt *)g->rt)->no_match == step->within ? g : NULL;
}

static bool list_has(const struct dash_blob *b, u16 attr, const struct dash_ip *ip, bool *any)
{
	const struct nlattr *a;
	struct dash_prefix p;
	int rem;

	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != attr)
			continue;
		*any = true;
		dash_attr_prefix(a, &p);
		if (covers(&p, ip))
			return true;
	}
	return false;
}

/* One side of a rule: addresses, tags, or nothing, which is everything. */
static bool side_has(struct dash_net *dn, const struct dash_blob *b, u16 addr, u16 tag, const struct dash_ip *ip)
{
	const struct nlattr *a;
	struct dash_obj *o;
	bool any = false, in_tag;
	int rem;

	if (list_has(b, addr, ip, &any))
		return true;
	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != tag)
			continue;
		any = true;
		o = dash_obj_named(dn, DASH_OBJ_PREFIX_TAG, nla_data(a));
		if (o && list_has(o->blob, DASH_A_PREFIX_TAG_PREFIX_LIST, ip, &in_tag))
			return true;
	}
	return !any;
}

static bool number_has(const struct dash_blob *b, u16 attr, u16 value, bool range)
{
	const struct nlattr *a;
	bool any = false;
	int rem;

	dash_blob_for_each(a, b, rem) {
		if (nla_type(a) != attr)
			continue;
		any = true;
		if (range ? value >= nla_get_u32(a) >> 16 && value <= (nla_get_u32(a) & 0xffff) :
			    value == nla_get_u8(a))
			return true;
	}
	return !any;
}

/* Conditions of a rule that the packet does not meet, and one of them. */
static int rule_misses(const struct subject *s, const struct dash_blob *b, u16 *field)
{
	int n = 0;

#define MISS(cond, attr)	do { if (!(cond)) { n++; *field = (attr); } } while (0)
	MISS(number_has(b, DASH_A_ACL_RULE_PROTOCOL, s->proto, false), DASH_A_ACL_RULE_PROTOCOL);
	MISS(number_has(b, DASH_A_ACL_RULE_SRC_PORT, s->sport, true), DASH_A_ACL_RULE_SRC_PORT);
	MISS(number_has(b, DASH_A_ACL_RULE_DST_PORT, s->dport, true), DASH_A_ACL_RULE_DST_PORT);
	if (n > 1)
		return n;
	MISS(side_has(s->dn, b, DASH_A_ACL_RULE_SRC_ADDR, DASH_A_ACL_RULE_SRC_TAG, &s->src),
	     dash_blob_find(b, DASH_A_ACL_RULE_SRC_TAG) ? DASH_A_ACL_RULE_SRC_TAG : DASH_A_ACL_RULE_SRC_ADDR);
	MISS(side_has(s->dn, b, DASH_A_ACL_RULE_DST_ADDR, DASH_A_ACL_RULE_DST_TAG, &s->dst),
	     dash_blob_find(b, DASH_A_ACL_RULE_DST_TAG) ? DASH_A_ACL_RULE_DST_TAG : DASH_A_ACL_RULE_DST_ADDR);
#undef MISS
	return n;
}

static int put_rule(struct sk_buff *skb, const struct dash_obj *r)
{
	return nla_put_string(skb, DASH_A_STEP_RULE, r->key) ?:
	       nla_put_u32(skb, DASH_A_STEP_PRIORITY, dash_blob_u32(r->blob, DASH_A_ACL_RULE_PRIORITY, 0)) ?:
	       nla_put_u8(skb, DASH_A_STEP_ACTION, dash_blob_u32(r->blob, DASH_A_ACL_RULE_ACTION, 0)) ?:
	       nla_put_u8(skb, DASH_A_STEP_TERMINATING, dash_blob_u32(r->blob, DASH_A_ACL_RULE_TERMINATING, 0));
}

/* The first rule before @hit (NULL: any) that would have allowed the packet but for one condition. */
static int put_near_rule(const struct subject *s, struct sk_buff *skb, const struct dash_obj *g,
			 const struct dash_obj *hit)
{
	u32 limit = hit ? dash_blob_u32(hit->blob, DASH_A_ACL_RULE_PRIORITY, 0) : U32_MAX, prio;
	const struct dash_obj *best = NULL;
	u16 field, best_field = 0;
	struct nlattr *nest;
	struct dash_obj *r;
	struct rb_node *n;

	dash_obj_for_each(r, n, &dash_box(g)->kids[0]) {
		prio = dash_blob_u32(r->blob, DASH_A_ACL_RULE_PRIORITY, 0);
		cond_resched();
		if (dash_blob_u32(r->blob, DASH_A_ACL_RULE_ACTION, 0) != DASH_ACL_ACTION_ALLOW ||
		    prio > limit || (best && prio == limit) || rule_misses(s, r->blob, &field) != 1)
			continue;
		best = r;
		best_field = field;
		limit = prio;
	}
	if (!best)
		return 0;
	nest = near(skb);
	if (!nest || put_rule(skb, best) ||
	    nla_put_string(skb, DASH_A_STEP_FIELD, dash_field_find(DASH_OBJ_ACL_RULE, best_field)->name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_acl(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	struct dash_obj *g = step->within ? acl_group_of(s, step) : NULL, *r = NULL, *o;
	struct rb_node *n;
	int err;

	if (step->index && nla_put_u8(skb, DASH_A_STEP_ACL_STAGE, step->index))
		return -EMSGSIZE;
	if (!g)
		return 0;
	dash_obj_for_each(o, n, &dash_box(g)->kids[0])
		if (step->who && &((struct dash_rule_rt *)o->rt)->stats == step->who)
			r = o;
	err = put_name(skb, DASH_A_STEP_GROUP, g) ?: r ? put_rule(skb, r) : 0;
	return err ?: step->allow ? 0 : put_near_rule(s, skb, g, r);
}

/* ---- outbound ---- */

static struct dash_obj *route_group_of(const struct subject *s, const void *rt)
{
	struct dash_obj *bind, *g;
	const char *name;

	bind = s->eni ? dash_obj_find(s->dn, DASH_OBJ_ENI_ROUTE, s->eni, "", 0) : NULL;
	name = bind ? dash_blob_str(bind->blob, DASH_A_ENI_ROUTE_GROUP_ID) : NULL;
	g = name ? dash_obj_named(s->dn, DASH_OBJ_ROUTE_GROUP, name) : NULL;
	return g && rt == ((struct dash_route_group_rt *)g->rt)->g ? g : NULL;
}

/* The longest route of @g that covers @ip and is not longer than *len; *len becomes its length. */
static struct dash_obj *route_at(struct dash_net *dn, const struct dash_obj *g, const struct dash_ip *ip, int *len)
{
	bool v6 = !dash_ip_is_v4(ip);
	u8 size = v6 ? 16 : 4, key[18], i;
	struct dash_obj *o;

	for (; *len >= 0; (*len)--) {
		key[0] = v6 ? 6 : 4;
		memcpy(key + 1, v6 ? &ip->w[0] : &ip->w[3], size);
		for (i = *len / 8; i < size; i++)
			key[1 + i] &= i == *len / 8 ? ~(0xff >> *len % 8) : 0;
		key[1 + size] = *len;
		o = dash_obj_find(dn, DASH_OBJ_ROUTE, g, key, size + 2);
		if (o)
			return o;
	}
	return NULL;
}

static int put_one_route(struct sk_buff *skb, const struct dash_obj *r)
{
	struct dash_prefix p;

	dash_key_prefix(r->key, &p);
	return put_prefix(skb, &p) ?:
	       nla_put_u8(skb, DASH_A_STEP_ROUTING_TYPE, dash_blob_u32(r->blob, DASH_A_ROUTE_ROUTING_TYPE, 0)) ?:
	       dash_blob_str(r->blob, DASH_A_ROUTE_VNET) ?
	       nla_put_string(skb, DASH_A_STEP_VNET, dash_blob_str(r->blob, DASH_A_ROUTE_VNET)) : 0;
}

static int put_route(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	struct dash_obj *g = step->within ? route_group_of(s, step->within) : NULL, *r;
	int len = s->v6 ? 128 : 32, err;
	struct nlattr *nest;

	if (!g)
		return 0;
	err = put_name(skb, DASH_A_STEP_GROUP, g);
	if (err || step->reason == DASH_DROP_OUTBOUND_ROUTING_GROUP_DISABLED)
		return err;
	err = dash_nl_put_ip(skb, DASH_A_STEP_CA, &step->ca);
	if (err)
		return err;
	if (!step->who)
		return nla_put_u32(skb, DASH_A_STEP_COUNT,
				   dash_lpm_count(((struct dash_route_group_rt *)g->rt)->g->lpm[s->v6]));
	r = route_at(s->dn, g, &step->ca, &len);
	if (!r || r->rt != step->who)
		return 0;
	err = put_one_route(skb, r);
	len--;
	r = route_at(s->dn, g, &step->ca, &len);
	if (err || !r)
		return err;
	nest = near(skb);
	if (!nest || put_one_route(skb, r))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_mapping(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	struct dash_obj *v = vnet_of(s->dn, step->within);
	int err;

	err = put_name(skb, DASH_A_STEP_VNET, v) ?: dash_nl_put_ip(skb, DASH_A_STEP_CA, &step->ca);
	if (err)
		return err;
	if (step->reason) {
		if (v && nla_put_u32(skb, DASH_A_STEP_COUNT, dash_mapping_count(((struct dash_vnet *)v->rt)->maps)))
			return -EMSGSIZE;
		return put_other_vnets(s->dn, skb, v, &step->ca, NULL);
	}
	return dash_nl_put_ip(skb, DASH_A_STEP_PA, &step->pa) ?:
	       nla_put_u32(skb, DASH_A_STEP_VNI, step->vni) ?:
	       step->has_mac ? nla_put(skb, DASH_A_STEP_MAC, sizeof(step->mac), step->mac) : 0;
}

/* ---- inbound ---- */

/* Key of an inbound rule: VNI, source prefix or none, priority. */
static u32 rule_vni(const struct dash_obj *r)
{
	__be32 w;

	memcpy(&w, r->key, 4);
	return be32_to_cpu(w);
}

static u32 rule_priority(const struct dash_obj *r)
{
	__be32 w;

	memcpy(&w, r->key + r->klen - 4, 4);
	return be32_to_cpu(w);
}

static int put_one_inbound(struct sk_buff *skb, const struct dash_obj *r)
{
	const char *vnet = dash_blob_str(r->blob, DASH_A_ROUTE_RULE_VNET);
	u8 proto = dash_blob_u32(r->blob, DASH_A_ROUTE_RULE_PROTOCOL, 0);
	struct dash_prefix p;

	if (r->key[4]) {
		dash_key_prefix(r->key + 4, &p);
		if (put_prefix(skb, &p))
			return -EMSGSIZE;
	}
	return nla_put_u32(skb, DASH_A_STEP_VNI, rule_vni(r)) ?:
	       nla_put_u32(skb, DASH_A_STEP_PRIORITY, rule_priority(r)) ?:
	       nla_put_u8(skb, DASH_A_STEP_RULE_ACTION,
			  dash_blob_u32(r->blob, DASH_A_ROUTE_RULE_ACTION_TYPE, 0)) ?:
	       proto ? nla_put_u8(skb, DASH_A_STEP_PROTO, proto) :
	       vnet ? nla_put_string(skb, DASH_A_STEP_VNET, vnet) : 0;
}

/* Conditions of an inbound rule that the packet does not meet, and one of them. */
static int inbound_misses(const struct subject *s, const struct dash_step *step, const struct dash_obj *r,
			  u16 *field)
{
	u8 proto = dash_blob_u32(r->blob, DASH_A_ROUTE_RULE_PROTOCOL, 0);
	struct dash_prefix p;
	int n = 0;

	if (rule_vni(r) != step->vni) {
		n++;
		*field = DASH_A_ROUTE_RULE_VNI;
	}
	if (proto && proto != s->proto) {
		n++;
		*field = DASH_A_ROUTE_RULE_PROTOCOL;
	}
	if (r->key[4]) {
		dash_key_prefix(r->key + 4, &p);
		if (!covers(&p, &step->pa)) {
			n++;
			*field = DASH_A_ROUTE_RULE_PREFIX;
		}
	}
	return n;
}

static int put_inbound(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	const struct dash_obj *best = NULL;
	u16 field, best_field = 0;
	struct nlattr *nest;
	struct dash_obj *r;
	struct rb_node *n;

	if (dash_nl_put_ip(skb, DASH_A_STEP_PA, &step->pa))
		return -EMSGSIZE;
	if (!s->eni)
		return 0;
	dash_obj_for_each(r, n, dash_obj_tree(s->dn, DASH_OBJ_ROUTE_RULE, s->eni)) {
		if (step->who && r->rt == step->who)
			return put_one_inbound(skb, r);
		if (step->who || inbound_misses(s, step, r, &field) != 1 ||
		    (best && rule_priority(best) <= rule_priority(r)))
			continue;
		best = r;
		best_field = field;
	}
	if (step->who)
		return 0;
	if (nla_put_u32(skb, DASH_A_STEP_VNI, step->vni))
		return -EMSGSIZE;
	if (!best)
		return 0;
	nest = near(skb);
	if (!nest || put_one_inbound(skb, best) ||
	    nla_put_string(skb, DASH_A_STEP_FIELD, dash_field_find(DASH_OBJ_ROUTE_RULE, best_field)->name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_pa(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	struct dash_obj *v = vnet_of(s->dn, step->within);

	if (step->how == DASH_TRACE_HOW_PA_UNCHECKED)
		return 0;
	return put_name(skb, DASH_A_STEP_VNET, v) ?:
	       dash_nl_put_ip(skb, DASH_A_STEP_PA, &step->pa) ?:
	       step->reason ? put_other_vnets(s->dn, skb, v, NULL, &step->pa) : 0;
}

/* ---- the whole ---- */

static int put_step(const struct subject *s, struct sk_buff *skb, const struct dash_step *step)
{
	struct nlattr *nest = nla_nest_start(skb, DASH_A_TRACE_STEP);
	int err;

	if (!nest || nla_put_u8(skb, DASH_A_STEP_STAGE, step->stage) ||
	    (step->reason && nla_put_u8(skb, DASH_A_STEP_REASON, step->reason)) ||
	    (step->how && nla_put_u8(skb, DASH_A_STEP_HOW, step->how)) ||
	    (step->policy && nla_put_flag(skb, DASH_A_STEP_POLICY)))
		return -EMSGSIZE;
	switch (step->stage) {
	case DASH_TRACE_STAGE_TRUSTED_VNI:
		err = nla_put_u32(skb, DASH_A_STEP_VNI, s->t->pkt.rx_vni);
		break;
	case DASH_TRACE_STAGE_ACL:
		err = put_acl(s, skb, step);
		break;
	case DASH_TRACE_STAGE_ACL_VERDICT:
		err = step->index ? nla_put_u8(skb, DASH_A_STEP_ACL_STAGE, step->index) : 0;
		err = err ?: nla_put_u8(skb, DASH_A_STEP_ACTION, step->allow);
		break;
	case DASH_TRACE_STAGE_ROUTE:
		err = put_route(s, skb, step);
		break;
	case DASH_TRACE_STAGE_MAPPING:
		err = put_mapping(s, skb, step);
		break;
	case DASH_TRACE_STAGE_SOURCE_VIP:
		err = step->reason ? 0 : dash_nl_put_ip(skb, DASH_A_STEP_VIP, &step->ca);
		err = err ?: nla_put_u8(skb, DASH_A_STEP_FAMILY, step->index ? DASH_IP_VERSION_IPV6 :
					DASH_IP_VERSION_IPV4);
		break;
	case DASH_TRACE_STAGE_INBOUND_RULE:
		err = put_inbound(s, skb, step);
		break;
	case DASH_TRACE_STAGE_PA_VALIDATION:
		err = put_pa(s, skb, step);
		break;
	case DASH_TRACE_STAGE_TCP:
		err = nla_put_u8(skb, DASH_A_STEP_STATE, step->index);
		break;
	default:
		err = 0;
	}
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

static int put_port(struct dash_net *dn, struct sk_buff *skb, int number, int name, u32 ifindex)
{
	struct net_device *dev;
	int err;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(dn->net, ifindex);
	err = nla_put_u32(skb, number, ifindex) ?: dev ? nla_put_string(skb, name, dev->name) : 0;
	rcu_read_unlock();
	return err;
}

static struct dash_obj *eni_with_mac(struct dash_net *dn, const u8 *mac)
{
	struct dash_obj *o;
	struct rb_node *n;

	dash_obj_for_each(o, n, &dn->store->tree[DASH_OBJ_ENI])
		if (!memcmp(dash_obj_eni(o)->mac, mac, ETH_ALEN))
			return o;
	return NULL;
}

static struct dash_obj *eni_with_index(struct dash_net *dn, u16 idx)
{
	const char *name = dash_store_eni_name(dn, idx);

	return name ? dash_obj_named(dn, DASH_OBJ_ENI, name) : NULL;
}

static int put_outer(struct sk_buff *skb, const struct dash_trace *t)
{
	const u8 *l3 = t->before + ETH_HLEN;
	__be16 type = *(__be16 *)(t->before + 2 * ETH_ALEN);
	u32 room = min(t->frame_len, DASH_TRACE_HEAD);

	if (type == htons(ETH_P_IP) && room >= ETH_HLEN + 20)
		return nla_put(skb, DASH_A_TRACE_SIP, 4, l3 + 12) ?: nla_put(skb, DASH_A_TRACE_VIP, 4, l3 + 16);
	if (type == htons(ETH_P_IPV6) && room >= ETH_HLEN + 40)
		return nla_put(skb, DASH_A_TRACE_SIP, 16, l3 + 8) ?: nla_put(skb, DASH_A_TRACE_VIP, 16, l3 + 24);
	return 0;
}

/* What is known of a packet depends on how far it came. */
static int put_packet(struct subject *s, struct sk_buff *skb, const struct dash_trace *t)
{
	const struct dash_pkt *pkt = &t->pkt;
	bool tunnel = t->fate != DASH_FATE_PASSED && (!t->reason || t->reason > DASH_DROP_VIP_MISS);
	bool inner = t->eni_known || (tunnel && t->reason == DASH_DROP_ENI_MISS);
	const u8 *mac = s->out ? pkt->smac : pkt->dmac, *other = s->out ? pkt->dmac : pkt->smac;
	struct dash_obj *o;

	if (put_outer(skb, t) ||
	    (tunnel && (nla_put_u8(skb, DASH_A_TRACE_DIRECTION, pkt->dir) ||
			nla_put_u32(skb, DASH_A_TRACE_VNI, pkt->rx_vni))))
		return -EMSGSIZE;
	if (!inner)
		return 0;
	if (nla_put(skb, DASH_A_TRACE_ENI_MAC, ETH_ALEN, mac) || put_name(skb, DASH_A_TRACE_ENI, s->eni) ||
	    nla_put_u8(skb, DASH_A_TRACE_PROTO, s->proto) ||
	    dash_nl_put_ip(skb, DASH_A_TRACE_SRC, &s->src) || dash_nl_put_ip(skb, DASH_A_TRACE_DST, &s->dst) ||
	    nla_put_u16(skb, DASH_A_TRACE_SPORT, s->sport) || nla_put_u16(skb, DASH_A_TRACE_DPORT, s->dport) ||
	    (s->proto == IPPROTO_TCP && nla_put_u8(skb, DASH_A_TRACE_TCP_FLAGS, pkt->tcp_flags)))
		return -EMSGSIZE;
	if (t->eni_known)
		return 0;
	o = eni_with_mac(s->dn, other);
	return put_name(skb, DASH_A_TRACE_OTHER_ENI, o);
}

/* Did the packet meet another state than the steps did? */
static bool differs(const struct dash_trace *t)
{
	bool here = t->reason > DASH_DROP_ENI_ADMIN_DOWN && t->reason < DASH_DROP_UNDERLAY_SIP_MISSING;

	return t->n && t->decided != t->reason && (t->decided || here);
}

static_assert((int)DASH_TRACE_FATE_KERNEL == DASH_FATE_KERNEL);

static int put_fate(struct dash_net *dn, struct sk_buff *skb, const struct dash_trace *t)
{
	bool sent = t->fate == DASH_FATE_SENT || t->fate == DASH_FATE_KERNEL;

	if (nla_put_u8(skb, DASH_A_TRACE_FATE, t->fate) ||
	    (t->reason && nla_put_u8(skb, DASH_A_TRACE_REASON, t->reason)) ||
	    (differs(t) &&
	     nla_put_u8(skb, DASH_A_TRACE_DECIDED, t->decided)) ||
	    (t->egress && put_port(dn, skb, DASH_A_TRACE_EGRESS, DASH_A_TRACE_EGRESS_NAME, t->egress)))
		return -EMSGSIZE;
	if ((t->made || t->found) && !t->decided) {
		int err;

		rcu_read_lock();
		err = dash_nl_put_flow(dn, skb, DASH_A_TRACE_FLOW, &t->flow);
		rcu_read_unlock();
		if (err || (t->made && nla_put_flag(skb, DASH_A_TRACE_FLOW_NEW)))
			return -EMSGSIZE;
	}
	if (nla_put_u32(skb, DASH_A_TRACE_LENGTH, t->frame_len) ||
	    nla_put(skb, DASH_A_TRACE_BEFORE, min(t->frame_len, DASH_TRACE_HEAD), t->before))
		return -EMSGSIZE;
	return !sent ? 0 : nla_put_u32(skb, DASH_A_TRACE_AFTER_LENGTH, t->after_len) ?:
	       nla_put(skb, DASH_A_TRACE_AFTER, min(t->after_len, DASH_TRACE_HEAD), t->after);
}

/**
 * dash_trace_fill - append what was decided about a packet
 * @dn: namespace; its lock is held
 * @skb: message
 * @t: record
 * @lost: events before this one that were not told
 *
 * Context: process, may sleep.
 * Return: 0 or -EMSGSIZE.
 */
int dash_trace_fill(struct dash_net *dn, struct sk_buff *skb, const struct dash_trace *t, u32 lost)
{
	struct subject s = { .dn = dn, .t = t, .out = t->pkt.dir == DASH_OUTBOUND, .v6 = t->pkt.key.v6,
			     .proto = t->pkt.key.proto };
	const struct dash_key *k = &t->pkt.key;
	struct dash_ip vm, remote;
	struct nlattr *nest;
	int err;
	u32 i;

	lockdep_assert_held(&dn->lock);
	dash_key_addresses(k, &vm, &remote);
	s.src = s.out ? vm : remote;
	s.dst = s.out ? remote : vm;
	s.sport = ntohs(s.out ? k->vm_port : k->remote_port);
	s.dport = ntohs(s.out ? k->remote_port : k->vm_port);
	if (t->eni_known)
		s.eni = eni_with_index(dn, k->eni);

	nest = nla_nest_start(skb, DASH_A_TRACE);
	if (!nest || nla_put_u64_64bit(skb, DASH_A_TRACE_TIME, t->time, DASH_A_TRACE_PAD) ||
	    nla_put_u32(skb, DASH_A_TRACE_GENERATION, t->generation) ||
	    (t->generation != dash_store_generation(dn) && nla_put_flag(skb, DASH_A_TRACE_TORN)) ||
	    (lost && nla_put_u32(skb, DASH_A_TRACE_LOST, lost)) ||
	    put_port(dn, skb, DASH_A_TRACE_IFINDEX, DASH_A_TRACE_IFNAME, t->ifindex))
		return -EMSGSIZE;
	err = put_packet(&s, skb, t);
	for (i = 0; !err && i < t->n; i++)
		err = put_step(&s, skb, &t->step[i]);
	err = err ?: put_fate(dn, skb, t);
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}
