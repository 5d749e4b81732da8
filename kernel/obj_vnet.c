// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * VNETs, their CA-to-PA mappings, lists of valid PAs; and two small things: the switch and meter rules.
 *
 * A staged mapping is the very struct dash_mapping that becomes live, so committing a million of them
 * allocates nothing but buckets.  Inserting makes each visible at once (every mapping is an object of
 * its own to the data plane, spec/config.md TX-6); insertions are the last fallible step of a
 * commit, and a failure takes those made before it back.  Removals are done when nothing can fail
 * any more.
 *
 * The run-time part of a VNET object is its struct dash_vnet, which keeps its address for the life
 * of the object: routes, inbound rules and ENIs point to it.
 *
 * Called by txn.c (parsing) and commit.c.  Under dash_net.lock except for parsing.
 */
#include "objects.h"

#include <linux/bsearch.h>
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "resimulate.h"

/* ---- mappings ---- */

/* Fields that struct dash_mapping holds; the others go to ext. */
static bool mapping_typed(u16 attr)
{
	switch (attr) {
	case DASH_A_VNET_MAPPING_ROUTING_TYPE:
	case DASH_A_VNET_MAPPING_UNDERLAY_IP:
	case DASH_A_VNET_MAPPING_MAC_ADDRESS:
	case DASH_A_VNET_MAPPING_USE_DST_VNI:
	case DASH_A_VNET_MAPPING_FLOW_RESIMULATION_REQUESTED:	/* an event */
		return true;
	default:
		return false;
	}
}

static int mapping_ext(struct nlattr *const *tb, struct dash_mapping *m)
{
	const struct dash_type *t = &dash_types[DASH_OBJ_VNET_MAPPING];
	struct dash_blob *b;
	u32 size = 0;
	u8 i, *to;

	for (i = 0; i < t->n_fields; i++)
		if (!(t->fields[i].flags & DASH_FLD_KEY) && !mapping_typed(t->fields[i].attr) &&
		    tb[t->fields[i].attr])
			size += nla_total_size(nla_len(tb[t->fields[i].attr]));
	if (!size)
		return 0;
	b = kzalloc(struct_size(b, data, size), GFP_KERNEL_ACCOUNT);
	if (!b)
		return -ENOMEM;
	b->len = size;
	to = b->data;
	for (i = 0; i < t->n_fields; i++) {
		const struct nlattr *a = tb[t->fields[i].attr];

		if (!a || t->fields[i].flags & DASH_FLD_KEY || mapping_typed(t->fields[i].attr))
			continue;
		memcpy(to, a, nla_attr_size(nla_len(a)));
		to += nla_total_size(nla_len(a));
	}
	m->ext = b;
	return 0;
}

static bool ip_unicast(const struct dash_ip *ip)
{
	if (dash_ip_is_v4(ip))
		return !ipv4_is_multicast(ip->w[3]) && !ipv4_is_lbcast(ip->w[3]) &&
		       !ipv4_is_zeronet(ip->w[3]);
	return !dash_ip_is_zero(ip) && (ntohl(ip->w[0]) >> 24) != 0xff;
}

/**
 * dash_ip_check_unicast() - report an address that is no unicast address
 * @txn: the transaction
 * @op: the operation
 * @attr: its field
 * @ip: the value
 */
void dash_ip_check_unicast(struct dash_txn *txn, struct dash_op *op, u16 attr, const struct dash_ip *ip)
{
	if (ip_unicast(ip))
		return;
	if (dash_ip_is_v4(ip))
		dash_txn_error(txn, op, EINVAL, attr, "%pI4 is not a unicast address", &ip->w[3]);
	else
		dash_txn_error(txn, op, EINVAL, attr, "%pI6c is not a unicast address", ip->w);
}

/**
 * dash_mapping_parse() - stage the fields of a mapping
 * @txn: the transaction
 * @op: operation on the mapping; what it held is replaced
 * @tb: parsed attributes
 *
 * Context: process.
 * Return: 0 (problems are recorded), or -ENOMEM.
 */
int dash_mapping_parse(struct dash_txn *txn, struct dash_op *op, struct nlattr *const *tb)
{
	const struct nlattr *pa = tb[DASH_A_VNET_MAPPING_UNDERLAY_IP];
	const struct nlattr *mac = tb[DASH_A_VNET_MAPPING_MAC_ADDRESS];
	const struct nlattr *type = tb[DASH_A_VNET_MAPPING_ROUTING_TYPE];
	const struct nlattr *dst_vni = tb[DASH_A_VNET_MAPPING_USE_DST_VNI];
	const struct nlattr *resim = tb[DASH_A_VNET_MAPPING_FLOW_RESIMULATION_REQUESTED];
	const struct nlattr *keep = tb[DASH_A_VNET_MAPPING_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION];
	struct dash_mapping *m = dash_mapping_alloc();

	if (!m)
		return -ENOMEM;
	op->flags &= ~DASH_OP_RESIMULATE;
	if (resim && nla_get_u8(resim))
		op->flags |= DASH_OP_RESIMULATE;
	if (mapping_ext(tb, m)) {
		dash_mapping_free(m);
		return -ENOMEM;
	}
	dash_mapping_drop(op->m);
	op->m = m;
	memcpy(&m->ca, op->key, sizeof(m->ca));

	m->type = DASH_ROUTING_TYPE_VNET_ENCAP;
	if (type) {
		switch (nla_get_u8(type)) {
		case DASH_ROUTING_TYPE_VNET:
		case DASH_ROUTING_TYPE_VNET_ENCAP:
			break;
		case DASH_ROUTING_TYPE_PRIVATELINK:
		case DASH_ROUTING_TYPE_PRIVATELINKNSG:
			dash_txn_error(txn, op, EOPNOTSUPP, DASH_A_VNET_MAPPING_ROUTING_TYPE,
				       "private link is not available in this release");
			break;
		default:
			dash_txn_error(txn, op, EINVAL, DASH_A_VNET_MAPPING_ROUTING_TYPE,
				       "not a routing type of mappings");
		}
	}
	if (pa) {
		dash_attr_ip(pa, &m->pa);
		dash_ip_check_unicast(txn, op, DASH_A_VNET_MAPPING_UNDERLAY_IP, &m->pa);
	} else {
		dash_txn_error(txn, op, EINVAL, DASH_A_VNET_MAPPING_UNDERLAY_IP,
			       "missing field \"underlay_ip\"");
	}
	if (mac) {
		memcpy(m->mac, nla_data(mac), sizeof(m->mac));
		m->flags |= DASH_MAPPING_MAC;
		if (is_zero_ether_addr(m->mac))
			dash_txn_error(txn, op, EINVAL, DASH_A_VNET_MAPPING_MAC_ADDRESS,
				       "MAC address is zero");
		else if (is_multicast_ether_addr(m->mac))
			dash_txn_warn(txn, op, DASH_A_VNET_MAPPING_MAC_ADDRESS,
				      "%pM is a multicast MAC address", m->mac);
	}
	if (dst_vni && nla_get_u8(dst_vni))
		m->flags |= DASH_MAPPING_DST_VNI;
	/* stored as given, in ext */
	if (keep && nla_get_u32(keep) & DASH_ACTION_ENCAP_U0)
		m->flags |= DASH_MAPPING_KEEP_U0;
	if (keep && nla_get_u32(keep) & DASH_ACTION_SET_DMAC)
		m->flags |= DASH_MAPPING_KEEP_DMAC;
	return 0;
}

/**
 * dash_mapping_drop() - free a mapping that was never visible
 * @m: mapping, or NULL
 */
void dash_mapping_drop(struct dash_mapping *m)
{
	if (!m)
		return;
	kfree(m->ext);
	dash_mapping_free(m);
}

static bool mapping_eq(const struct dash_mapping *a, const struct dash_mapping *b)
{
	return dash_ip_eq(&a->pa, &b->pa) && a->flags == b->flags && a->type == b->type &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && dash_blob_eq(a->ext, b->ext);
}

static struct dash_vnet *vnet_of(struct dash_owner *o)
{
	return o->live ? o->live->rt : o->op ? o->op->rt : NULL;
}

static struct dash_mapping *mapping_find(const struct dash_vnet *v, const struct dash_op *op)
{
	struct dash_mapping *m;

	/* the lock keeps the table as it is; the reader's primitives want RCU all the same */
	rcu_read_lock();
	m = dash_mapping_find(v->maps, (const struct dash_ip *)op->key);
	rcu_read_unlock();
	return m;
}

/**
 * dash_mapping_validate() - judge all mappings of a transaction
 * @txn: the transaction
 *
 * Marks those that change nothing.
 */
void dash_mapping_validate(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;

	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING) {
		struct dash_owner *o = op->owner;
		const struct dash_mapping *m;

		if (!(++n % 1024))
			cond_resched();
		op->flags &= ~DASH_OP_NOOP;
		m = o->live ? mapping_find(o->live->rt, op) : NULL;
		if (dash_op_deletes(op)) {
			/* with its VNET it goes anyhow */
			if (!m || (o->op && dash_op_deletes(o->op)))
				op->flags |= DASH_OP_NOOP;
			continue;
		}
		if (!(o->op ? dash_op_sets(o->op) : !!o->live))
			dash_txn_error(txn, op, ENOENT, DASH_A_VNET_MAPPING_VNET, "no VNET \"%s\"",
				       o->name);
		else if (m && mapping_eq(m, op->m))
			op->flags |= DASH_OP_NOOP;
	}
}

/**
 * dash_mapping_insert_all() - make the new mappings visible
 * @txn: the transaction
 *
 * Return: 0 or -ENOMEM; then dash_mapping_insert_undo() takes them back.
 */
int dash_mapping_insert_all(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;
	int err;

	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING) {
		if (!dash_op_sets(op) || !dash_op_effective(op))
			continue;
		if (!(++n % 1024))
			cond_resched();
		err = dash_mapping_insert_held(vnet_of(op->owner)->maps, op->m, &op->old);
		if (err)
			return err;
		op->flags |= DASH_OP_INSERTED;
		if (op->old) {
			/* counters belong to the object (spec/counters.md G-5); what packets
			 * that still see the old one add from now on is lost
			 */
			atomic64_set(&op->m->hits, atomic64_read(&op->old->hits));
			atomic64_set(&op->m->bytes, atomic64_read(&op->old->bytes));
		}
	}
	return 0;
}

/**
 * dash_mapping_insert_undo() - take dash_mapping_insert_all() back
 * @txn: the transaction; it cannot be tried again, as readers may hold what it staged
 *
 * Needs no memory: what was replaced kept its PA meanwhile.
 */
void dash_mapping_insert_undo(struct dash_txn *txn)
{
	struct dash_mapping *gone;
	struct dash_op *op;

	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING) {
		struct dash_vnet *v;

		if (!(op->flags & DASH_OP_INSERTED))
			continue;
		v = vnet_of(op->owner);
		if (op->old) {
			gone = dash_mapping_put_back(v->maps, op->old);
			if (WARN_ON_ONCE(!gone)) {
				txn->dn->store->inconsistent = true;
				gone = op->old;
			}
		} else {
			gone = dash_mapping_remove(v->maps, &op->m->ca);
		}
		kfree(gone->ext);
		dash_mapping_free_rcu(gone);
		op->m = NULL;
		op->old = NULL;
		op->flags &= ~DASH_OP_INSERTED;
		txn->spoiled = true;
	}
}

/* Does this operation mark connections, or cut them off their mapping (RES-2)? */
static bool concerns_flows(const struct dash_op *op)
{
	const struct dash_vnet *v;
	const struct dash_mapping *m;

	if (op->flags & DASH_OP_SUPERSEDED)
		return false;
	if (dash_op_sets(op))
		return op->flags & DASH_OP_RESIMULATE;
	if (!dash_op_effective(op))
		return false;
	v = vnet_of(op->owner);
	m = v ? mapping_find(v, op) : NULL;
	return m && atomic64_read(&m->hits);	/* most mappings are hardly ever used */
}

/**
 * dash_mapping_resim_prepare() - memory for the mappings whose connections are to be judged anew
 * @txn: the transaction
 *
 * Return: 0 or -ENOMEM.
 */
int dash_mapping_resim_prepare(struct dash_txn *txn)
{
	struct dash_op *op;
	u32 n = 0;

	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING)
		n += concerns_flows(op);
	if (!n)
		return 0;
	txn->resim = kvmalloc_array(n, sizeof(*txn->resim), GFP_KERNEL_ACCOUNT);
	if (!txn->resim)
		return -ENOMEM;
	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING)
		if (concerns_flows(op))
			txn->resim[txn->n_resim++] = (struct dash_resim) {
				.mapping = dash_vnet_mapping_id(vnet_of(op->owner),
								(const struct dash_ip *)op->key),
				.forget = !dash_op_sets(op),
			};
	return 0;
}

/**
 * dash_mapping_publish() - the part that cannot fail: forget what was replaced, remove
 * @txn: the transaction
 */
void dash_mapping_publish(struct dash_txn *txn)
{
	u64 *count = &txn->dn->store->count[DASH_OBJ_VNET_MAPPING];
	struct dash_op *op;
	u32 n = 0;

	dash_op_for_each(op, txn, DASH_OBJ_VNET_MAPPING) {
		struct dash_mapping *old = NULL;

		if (!dash_op_effective(op))
			continue;
		if (!(++n % 1024))
			cond_resched();
		if (dash_op_sets(op)) {
			old = op->old;
			if (old)
				dash_mapping_release(vnet_of(op->owner)->maps, old);
			op->old = NULL;
			op->m = NULL;		/* the table's now */
			op->flags |= old ? 0 : DASH_OP_CREATED;
			*count += !old;
		} else {
			old = dash_mapping_remove(vnet_of(op->owner)->maps,
						  (const struct dash_ip *)op->key);
			*count -= !!old;
		}
		if (old) {
			kfree(old->ext);	/* only dumps read it, under the lock */
			old->ext = NULL;
			dash_mapping_free_rcu(old);
		}
	}
}

/**
 * dash_mapping_fill() - write the fields of a mapping
 * @skb: message
 * @m: mapping
 *
 * Return: 0 or -EMSGSIZE.
 */
int dash_mapping_fill(struct sk_buff *skb, const struct dash_mapping *m)
{
	const struct dash_blob *ext = m->ext;

	if (nla_put_u8(skb, DASH_A_VNET_MAPPING_ROUTING_TYPE, m->type) ||
	    (dash_ip_is_v4(&m->pa) ?
	     nla_put(skb, DASH_A_VNET_MAPPING_UNDERLAY_IP, 4, &m->pa.w[3]) :
	     nla_put(skb, DASH_A_VNET_MAPPING_UNDERLAY_IP, 16, m->pa.w)) ||
	    (m->flags & DASH_MAPPING_MAC &&
	     nla_put(skb, DASH_A_VNET_MAPPING_MAC_ADDRESS, 6, m->mac)) ||
	    (m->flags & DASH_MAPPING_DST_VNI &&
	     nla_put_u8(skb, DASH_A_VNET_MAPPING_USE_DST_VNI, 1)) ||
	    (ext && skb_tailroom(skb) < (int)ext->len))
		return -EMSGSIZE;
	if (ext)
		skb_put_data(skb, ext->data, ext->len);
	return 0;
}

/**
 * dash_mapping_fill_live() - write the fields of a mapping that is found by its key
 * @dn: the appliance; lock held
 * @skb: message
 * @vnet: name of its VNET, which exists
 * @ca: its address
 *
 * Return: 0 or -EMSGSIZE.
 */
int dash_mapping_fill_live(struct dash_net *dn, struct sk_buff *skb, const char *vnet, const struct dash_ip *ca)
{
	const struct dash_obj *o = dash_obj_named(dn, DASH_OBJ_VNET, vnet);
	const struct dash_vnet *v = o ? o->rt : NULL;
	const struct dash_mapping *m;

	rcu_read_lock();
	m = v ? dash_mapping_find(v->maps, ca) : NULL;
	rcu_read_unlock();
	return m ? dash_mapping_fill(skb, m) : 0;
}

/* ---- VNETs ---- */

static void free_ext(void *ext)
{
	kfree(ext);
}

static u32 pa_vni(const u8 *key)
{
	__be32 n;

	memcpy(&n, key, 4);
	return be32_to_cpu(n);
}

/* VNIs of the resulting state and who has them, sorted. */
struct vni_of {
	u32 vni;
	const u8 *name;
	const struct dash_op *op;
};

static int vni_cmp(const void *a, const void *b)
{
	const struct vni_of *x = a, *y = b;

	return x->vni < y->vni ? -1 : x->vni > y->vni;
}

static struct vni_of *vnis_of(struct dash_txn *txn, u8 type, u16 attr, u32 *n)
{
	struct dash_kid *kids = dash_view_all(txn, type, NULL, n);
	struct vni_of *v;
	u32 i;

	if (IS_ERR(kids))
		return NULL;
	v = kvmalloc_array(*n + 1, sizeof(*v), GFP_KERNEL);
	for (i = 0; v && i < *n; i++)
		v[i] = (struct vni_of) {
			.vni = dash_blob_u32(dash_view_blob(&kids[i].v), attr, 0),
			.name = kids[i].key, .op = kids[i].v.op,
		};
	if (v)
		sort(v, *n, sizeof(*v), vni_cmp, NULL);
	kvfree(kids);
	return v;
}

/* One that has @vni, other than by @but. */
static const struct vni_of *vni_find(const struct vni_of *v, u32 n, u32 vni, const struct dash_op *but)
{
	struct vni_of key = { .vni = vni };
	const struct vni_of *at = bsearch(&key, v, n, sizeof(*v), vni_cmp);

	if (!at || !but || at->op != but)
		return at;
	if (at > v && at[-1].vni == vni)
		return at - 1;
	return at + 1 < v + n && at[1].vni == vni ? at + 1 : NULL;
}

static void warn_outbound(struct dash_txn *txn, struct dash_op *op, const struct vni_of *who,
			  const char *noun)
{
	if (who)
		dash_txn_warn(txn, op, DASH_A_VNET_VNI,
			      "VNI %u is the vm_vni of %s \"%s\": every packet with it is outbound",
			      who->vni, noun, who->name);
}

/**
 * dash_vnet_validate() - limits of VNETs, VNIs that are shared, PA lists that nobody uses
 * @txn: the transaction
 */
void dash_vnet_validate(struct dash_txn *txn)
{
	struct vni_of *vnets, *apps, *enis;
	const struct vni_of *other;
	u32 n, n_app, n_eni, vni;
	struct dash_op *op;

	if (!dash_txn_changes_type(txn, DASH_OBJ_VNET) &&
	    !dash_txn_changes_type(txn, DASH_OBJ_PA_VALIDATION))
		return;
	vnets = vnis_of(txn, DASH_OBJ_VNET, DASH_A_VNET_VNI, &n);
	apps = vnis_of(txn, DASH_OBJ_APPLIANCE, DASH_A_APPLIANCE_VM_VNI, &n_app);
	enis = vnis_of(txn, DASH_OBJ_ENI, DASH_A_ENI_VM_VNI, &n_eni);
	if (!vnets || !apps || !enis) {
		dash_txn_error(txn, NULL, ENOMEM, 0, "out of memory");
		goto out;
	}
	dash_op_for_each(op, txn, DASH_OBJ_VNET) {
		if (!dash_op_sets(op) || !dash_op_effective(op))
			continue;
		if (n > DASH_LIMIT_VNET && !op->live) {
			dash_txn_error(txn, op, ENOSPC, 0, "more than %u VNETs", DASH_LIMIT_VNET);
			break;
		}
		vni = dash_blob_u32(op->eff, DASH_A_VNET_VNI, 0);
		other = vni_find(vnets, n, vni, op);
		if (other)
			dash_txn_warn(txn, op, DASH_A_VNET_VNI, "VNET \"%s\" has VNI %u too",
				      other->name, vni);
		warn_outbound(txn, op, vni_find(apps, n_app, vni, NULL), "appliance");
		warn_outbound(txn, op, vni_find(enis, n_eni, vni, NULL), "ENI");
	}
	dash_op_for_each(op, txn, DASH_OBJ_PA_VALIDATION)
		if (dash_op_sets(op) && dash_op_effective(op) &&
		    !vni_find(vnets, n, pa_vni(op->key), NULL))
			dash_txn_warn(txn, op, DASH_A_PA_VALIDATION_VNI, "no VNET has VNI %u",
				      pa_vni(op->key));
out:
	kvfree(vnets);
	kvfree(apps);
	kvfree(enis);
}

/**
 * dash_vnet_prepare() - run-time part of a new VNET
 * @txn: the transaction
 * @op: SET of a VNET
 *
 * Return: 0 or -ENOMEM.
 */
int dash_vnet_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_vnet *v;

	if (op->live)
		return 0;
	v = dash_vnet_create(free_ext);
	if (!v)
		return -ENOMEM;
	v->vni = dash_blob_u32(op->eff, DASH_A_VNET_VNI, 0);
	op->rt = v;
	return 0;
}

/**
 * dash_vnet_undo() - take dash_vnet_prepare() back
 * @txn: the transaction
 * @op: SET of a VNET
 */
void dash_vnet_undo(struct dash_txn *txn, struct dash_op *op)
{
	if (op->rt)
		dash_vnet_destroy(op->rt);
}

/**
 * dash_vnet_update() - put the fields of a VNET in force
 * @txn: the transaction
 * @op: SET of a VNET
 */
void dash_vnet_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_obj *o = op->live ?: op->obj;

	WRITE_ONCE(((struct dash_vnet *)o->rt)->vni, dash_blob_u32(o->blob, DASH_A_VNET_VNI, 0));
}

/**
 * dash_vnet_remove() - end of a VNET, its mappings included
 * @dn: the appliance
 * @o: object that no packet reaches any more
 */
void dash_vnet_remove(struct dash_net *dn, struct dash_obj *o)
{
	struct dash_vnet *v = o->rt;

	dn->store->count[DASH_OBJ_VNET_MAPPING] -= dash_mapping_count(v->maps);
	dash_vnet_destroy(v);
}

/* ---- PA validation ---- */

/**
 * dash_pa_prepare() - compile a list of PAs
 * @txn: the transaction
 * @op: SET of a PA list
 *
 * Return: 0 or -ENOMEM.
 */
int dash_pa_prepare(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_pa_list *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);
	const struct nlattr *a;
	struct dash_prefix p;
	void *old;
	int rem, err;

	if (!l)
		return -ENOMEM;
	dash_blob_for_each(a, op->eff, rem) {
		if (nla_type(a) != DASH_A_PA_VALIDATION_PREFIXES)
			continue;
		dash_attr_prefix(a, &p);
		if (!l->lpm[p.v6])
			l->lpm[p.v6] = dash_lpm_create(p.v6);
		if (!l->lpm[p.v6] || dash_lpm_insert(l->lpm[p.v6], &p, l, &old))
			goto nomem;
	}
	err = xa_reserve(&txn->dn->pa_lists, pa_vni(op->key), GFP_KERNEL_ACCOUNT);
	if (err)
		goto nomem;
	op->rt = l;
	return 0;
nomem:
	dash_pa_list_destroy(l);
	return -ENOMEM;
}

/**
 * dash_pa_undo() - take dash_pa_prepare() back
 * @txn: the transaction
 * @op: SET of a PA list
 */
void dash_pa_undo(struct dash_txn *txn, struct dash_op *op)
{
	if (!op->rt)
		return;
	if (!op->live)
		xa_release(&txn->dn->pa_lists, pa_vni(op->key));
	dash_pa_list_destroy(op->rt);
}

/**
 * dash_pa_update() - put a list of PAs in force
 * @txn: the transaction
 * @op: SET of a PA list
 */
void dash_pa_update(struct dash_txn *txn, struct dash_op *op)
{
	struct dash_obj *o = op->live ?: op->obj;
	struct dash_pa_list *old;

	/* the slot is reserved or taken, so nothing is allocated */
	old = xa_store(&txn->dn->pa_lists, pa_vni(op->key), op->rt, GFP_KERNEL);
	o->rt = op->rt;
	if (old && !WARN_ON_ONCE(xa_is_err(old)))
		dash_pa_list_destroy(old);
}

/**
 * dash_pa_remove() - end of a list of PAs
 * @dn: the appliance
 * @o: object
 */
void dash_pa_remove(struct dash_net *dn, struct dash_obj *o)
{
	xa_erase(&dn->pa_lists, pa_vni(o->key));
	dash_pa_list_destroy(o->rt);
}

/* ---- switch ---- */

#define VXLAN_PORT	4789
#define VXLAN_SPORT	49152
#define VXLAN_MASK	14

/**
 * dash_switch_check() - judge the source port range
 * @txn: the transaction
 * @op: SET of the switch
 */
void dash_switch_check(struct dash_txn *txn, struct dash_op *op)
{
	u32 sport = dash_blob_u32(op->eff, DASH_A_SWITCH_VXLAN_SPORT, VXLAN_SPORT);
	u32 mask = dash_blob_u32(op->eff, DASH_A_SWITCH_VXLAN_MASK, VXLAN_MASK);

	if (sport & ((1u << mask) - 1))
		dash_txn_error(txn, op, EINVAL, DASH_A_SWITCH_VXLAN_SPORT,
			       "%u is not a multiple of 2^%u", sport, mask);
}

/**
 * dash_switch_update() - put UDP ports in force, for existing flows too
 * @txn: the transaction
 * @op: SET of the switch
 */
void dash_switch_update(struct dash_txn *txn, struct dash_op *op)
{
	const struct dash_blob *b = (op->live ?: op->obj)->blob;

	dash_hot_set_switch(txn->dn, dash_blob_u32(b, DASH_A_SWITCH_VXLAN_PORT, VXLAN_PORT),
			    dash_blob_u32(b, DASH_A_SWITCH_VXLAN_SPORT, VXLAN_SPORT),
			    dash_blob_u32(b, DASH_A_SWITCH_VXLAN_MASK, VXLAN_MASK));
}

/**
 * dash_switch_remove() - back to the default ports
 * @dn: the appliance
 * @o: object
 */
void dash_switch_remove(struct dash_net *dn, struct dash_obj *o)
{
	dash_hot_set_switch(dn, VXLAN_PORT, VXLAN_SPORT, VXLAN_MASK);
}

/* ---- meter rules ---- */

/**
 * dash_meter_rule_check() - the prefix must be of the policy's family
 * @txn: the transaction
 * @op: SET of a meter rule
 */
void dash_meter_rule_check(struct dash_txn *txn, struct dash_op *op)
{
	const struct nlattr *a = dash_blob_find(op->eff, DASH_A_METER_RULE_IP_PREFIX);
	struct dash_view v;

	if (!a || !dash_view_named(txn, DASH_OBJ_METER_POLICY, op->owner->name, &v))
		return;
	if (dash_blob_u32(dash_view_blob(&v), DASH_A_METER_POLICY_IP_VERSION, 0) !=
	    (nla_len(a) == 5 ? DASH_IP_VERSION_IPV4 : DASH_IP_VERSION_IPV6))
		dash_txn_error(txn, op, EINVAL, DASH_A_METER_RULE_IP_PREFIX,
			       "not of the family of meter policy \"%s\"", op->owner->name);
}
