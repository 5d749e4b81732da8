// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * ENIs and appliances: who is meant, and may they be so?
 *
 * An ENI may be named by its key, its MAC in any notation, or its eni_id.  All spellings are
 * resolved on the resulting state before anything else is judged, and replaced by the key.  A SET of an
 * ENI merges: what it omits keeps its value (spec/config.md D-C1).
 *
 * Called by commit.c under dash_net.lock.
 */
#include "objects.h"

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* ---- who is meant ---- */

/* The MAC that a staged ENI will have; false: none yet. */
static bool op_mac(struct dash_txn *txn, const struct dash_op *op, u8 *mac)
{
	const struct nlattr *a = dash_blob_find(op->blob, DASH_A_ENI_MAC_ADDRESS);
	const struct dash_obj *live = dash_obj_named(txn->dn, DASH_OBJ_ENI, op->key);

	if (a)
		memcpy(mac, nla_data(a), ETH_ALEN);
	else if (live)
		memcpy(mac, dash_obj_eni(live)->mac, ETH_ALEN);
	else
		return dash_mac_parse(op->key, mac);
	return true;
}

/* A staged SET before @before that @ref means other than by its key. */
static struct dash_op *staged_alias(struct dash_txn *txn, const char *ref, u32 before)
{
	u8 mac[ETH_ALEN], own[ETH_ALEN];
	bool is_mac = dash_mac_parse(ref, mac);
	const struct dash_obj *live;
	struct dash_op *op;
	const char *id;

	dash_op_for_each(op, txn, DASH_OBJ_ENI) {
		if (!dash_op_sets(op) || op->seq >= before)
			continue;
		if (is_mac && op_mac(txn, op, own) && !memcmp(mac, own, ETH_ALEN))
			return op;
		id = dash_blob_str(op->blob, DASH_A_ENI_ENI_ID);
		if (!id) {
			live = dash_obj_named(txn->dn, DASH_OBJ_ENI, op->key);
			id = live ? dash_blob_str(live->blob, DASH_A_ENI_ENI_ID) : NULL;
		}
		if (id && !strcmp(id, ref))
			return op;
	}
	return NULL;
}

/**
 * dash_eni_resolve() - which ENI of the resulting state is meant?
 * @txn: the transaction; keys of ENI operations are canonical
 * @ref: key, MAC in any notation, or eni_id
 *
 * Return: its key, valid during the commit, or NULL.
 */
const char *dash_eni_resolve(struct dash_txn *txn, const char *ref)
{
	struct dash_op *op = dash_op_find(txn, DASH_OBJ_ENI, NULL, ref, strlen(ref));
	struct dash_obj *live;

	if (op)
		return dash_op_sets(op) ? (const char *)op->key : NULL;
	live = dash_obj_named(txn->dn, DASH_OBJ_ENI, ref);
	if (live)
		return live->key;
	op = staged_alias(txn, ref, U32_MAX);
	if (op)
		return op->key;
	live = dash_eni_obj_find(txn->dn, ref);
	if (!live || dash_op_find(txn, DASH_OBJ_ENI, NULL, live->key, live->klen))
		return NULL;	/* what is staged on it was asked already, or deletes it */
	return live->key;
}

/* An operation that calls an ENI by another name than its key: do it under the key. */
static int fold(struct dash_txn *txn, struct dash_op *op, const char *key)
{
	struct dash_op *to = dash_op_find(txn, DASH_OBJ_ENI, NULL, key, strlen(key)), *first, *last;
	struct dash_blob *merged;
	int err;

	if (!to) {
		to = dash_op_create(txn, DASH_OBJ_ENI, NULL, key, strlen(key));
		if (!to)
			return -ENOMEM;
		to->cookie = op->cookie;
		to->seq = op->seq;
		to->flags = op->flags;
		to->reset = op->reset;
		swap(to->blob, op->blob);
		op->flags |= DASH_OP_SUPERSEDED;
		return 0;
	}
	first = to->seq < op->seq ? to : op;
	last = first == to ? op : to;
	if (!(last->flags & (DASH_OP_DELETE | DASH_OP_FRESH))) {
		if (first->flags & DASH_OP_DELETE) {
			last->flags |= DASH_OP_FRESH;
		} else {
			err = dash_blob_merge(DASH_OBJ_ENI, first->blob, last->blob, last->reset,
					      &merged);
			if (err)
				return err;
			kvfree(last->blob);
			last->blob = merged;
			last->reset |= first->reset;
			last->flags |= first->flags & DASH_OP_FRESH;
		}
	}
	if (last == op) {
		swap(to->blob, op->blob);
		to->flags = op->flags;
		to->reset = op->reset;
		to->cookie = op->cookie;
		to->seq = op->seq;
	}
	op->flags |= DASH_OP_SUPERSEDED;
	return 0;
}

/**
 * dash_eni_plan() - replace every spelling of an ENI by its key
 * @txn: the transaction
 *
 * Return: 0 or -ENOMEM.
 */
int dash_eni_plan(struct dash_txn *txn)
{
	struct dash_obj *live;
	struct dash_owner *o, *to;
	struct dash_op *op, *alias;
	const char *key;
	int err;

	dash_op_for_each(op, txn, DASH_OBJ_ENI) {
		cond_resched();
		if (op->flags & DASH_OP_SUPERSEDED || dash_obj_named(txn->dn, DASH_OBJ_ENI, op->key))
			continue;
		live = dash_eni_obj_find(txn->dn, op->key);
		alias = live ? NULL : staged_alias(txn, op->key, op->seq);
		key = live ? live->key : alias ? alias->key : NULL;
		if (!key || !strcmp(key, op->key))
			continue;
		err = fold(txn, op, key);
		if (err)
			return err;
	}
	for (o = txn->owners; o; o = o->next) {
		if (o->type != DASH_OBJ_ENI || !o->ops)
			continue;
		cond_resched();
		key = dash_eni_resolve(txn, o->name);
		if (!key) {
			/* deletions of what belongs to an ENI that goes too */
			live = dash_eni_obj_find(txn->dn, o->name);
			key = live ? live->key : NULL;
		}
		if (!key || !strcmp(key, o->name))
			continue;
		to = dash_owner_get(txn, DASH_OBJ_ENI, key);
		if (!to)
			return -ENOMEM;
		dash_owner_merge(txn, o, to);
	}
	return 0;
}

/* full_flow_resimulation_requested is an event: it reads back as absent.  Was it asked for? */
static bool take_trigger(struct dash_blob *b)
{
	const struct nlattr *a = dash_blob_find(b, DASH_A_ENI_FULL_FLOW_RESIMULATION_REQUESTED);
	u32 size, at;
	bool wanted;

	if (!a)
		return false;
	wanted = nla_get_u8(a);
	at = (u8 *)a - b->data;
	size = nla_total_size(nla_len(a));
	b->len -= size;
	memmove(b->data + at, b->data + at + size, b->len - at);
	return wanted;
}

/**
 * dash_eni_effective() - the fields that a SET of an ENI leads to
 * @txn: the transaction
 * @op: SET of an ENI; op->live is known
 *
 * Return: 0 or -ENOMEM.
 */
int dash_eni_effective(struct dash_txn *txn, struct dash_op *op)
{
	struct {
		struct nlattr a;
		u8 mac[ETH_ALEN];
		u8 pad[2];
	} __aligned(NLA_ALIGNTO) mac = {};
	const struct dash_blob *base = op->live && !(op->flags & DASH_OP_FRESH) ? op->live->blob : NULL;
	struct dash_blob *b, *named;
	int err;

	err = dash_blob_merge(DASH_OBJ_ENI, base, op->blob, op->reset, &b);
	if (err)
		return err;
	if (!dash_blob_find(b, DASH_A_ENI_MAC_ADDRESS) && dash_mac_parse(op->key, mac.mac)) {
		struct dash_blob *own;

		mac.a.nla_type = DASH_A_ENI_MAC_ADDRESS;
		mac.a.nla_len = nla_attr_size(ETH_ALEN);
		err = dash_blob_build(DASH_OBJ_ENI, &mac, NLA_ALIGN(mac.a.nla_len), &own);
		err = err ?: dash_blob_merge(DASH_OBJ_ENI, b, own, 0, &named);
		if (!err)
			kvfree(own);
		kvfree(b);
		if (err)
			return err;
		b = named;
	}
	op->eff = b;
	if (take_trigger(b))
		op->flags |= DASH_OP_RESIMULATE;
	else
		op->flags &= ~DASH_OP_RESIMULATE;
	return 0;
}

/* ---- validation ---- */

static void check_trusted(struct dash_txn *txn, struct dash_op *op, u16 attr, u32 limit)
{
	if (dash_blob_count(op->eff, attr) > limit)
		dash_txn_error(txn, op, ENOSPC, attr, "more than %u ranges", limit);
}

/**
 * dash_eni_check() - one ENI by itself
 * @txn: the transaction
 * @op: SET of an ENI
 */
void dash_eni_check(struct dash_txn *txn, struct dash_op *op)
{
	const struct nlattr *mac = dash_blob_find(op->eff, DASH_A_ENI_MAC_ADDRESS);
	struct dash_ip ip;

	if (mac && !is_valid_ether_addr(nla_data(mac)))
		dash_txn_error(txn, op, EINVAL, DASH_A_ENI_MAC_ADDRESS,
			       "%pM is not a unicast MAC address", nla_data(mac));
	if (dash_blob_ip(op->eff, DASH_A_ENI_UNDERLAY_IP, &ip))
		dash_ip_check_unicast(txn, op, DASH_A_ENI_UNDERLAY_IP, &ip);
	check_trusted(txn, op, DASH_A_ENI_TRUSTED_VNIS_LIST, DASH_LIMIT_ENI_TRUSTED);
}

/**
 * dash_appliance_check() - one appliance by itself
 * @txn: the transaction
 * @op: SET of an appliance
 */
void dash_appliance_check(struct dash_txn *txn, struct dash_op *op)
{
	const struct nlattr *a;
	struct dash_ip ip;
	u32 n[2] = {};
	int rem;

	dash_blob_for_each(a, op->eff, rem) {
		if (nla_type(a) != DASH_A_APPLIANCE_SIP)
			continue;
		dash_attr_ip(a, &ip);
		dash_ip_check_unicast(txn, op, DASH_A_APPLIANCE_SIP, &ip);
		if (++n[!dash_ip_is_v4(&ip)] == 2)
			dash_txn_error(txn, op, EINVAL, DASH_A_APPLIANCE_SIP,
				       "more than one address of a family");
	}
	if (dash_blob_u32(op->eff, DASH_A_APPLIANCE_OUTBOUND_DIRECTION_LOOKUP, 0) ==
	    DASH_DIRECTION_LOOKUP_DST_MAC)
		dash_txn_error(txn, op, EOPNOTSUPP, DASH_A_APPLIANCE_OUTBOUND_DIRECTION_LOOKUP,
			       "dst_mac is not available in this release");
	check_trusted(txn, op, DASH_A_APPLIANCE_TRUSTED_VNIS_LIST, DASH_LIMIT_TRUSTED);
}

static void check_macs(struct dash_txn *txn, const struct dash_kid *enis, u32 n)
{
	u32 i, j;

	for (i = 0; i < n; i++) {
		const struct nlattr *a = dash_blob_find(dash_view_blob(&enis[i].v),
							DASH_A_ENI_MAC_ADDRESS), *b;

		cond_resched();
		for (j = 0; a && j < n; j++) {
			/* blame the newcomer; of two, the later one */
			if (i == j || !enis[i].v.op || (enis[j].v.op && j > i))
				continue;
			b = dash_blob_find(dash_view_blob(&enis[j].v), DASH_A_ENI_MAC_ADDRESS);
			if (b && !memcmp(nla_data(a), nla_data(b), ETH_ALEN))
				dash_txn_error(txn, enis[i].v.op, EEXIST, DASH_A_ENI_MAC_ADDRESS,
					       "ENI \"%s\" has MAC address %pM", enis[j].key,
					       nla_data(a));
		}
	}
}

static void check_vips(struct dash_txn *txn, const struct dash_kid *apps, u32 n)
{
	const struct nlattr *a, *b;
	struct dash_ip x, y;
	int rem, rem2;
	u32 i, j;

	for (i = 0; i < n; i++) {
		cond_resched();
		if (!apps[i].v.op)
			continue;
		dash_blob_for_each(a, dash_view_blob(&apps[i].v), rem) {
			if (nla_type(a) != DASH_A_APPLIANCE_SIP)
				continue;
			dash_attr_ip(a, &x);
			for (j = 0; j < n; j++) {
				if (i == j || (apps[j].v.op && j > i))
					continue;
				dash_blob_for_each(b, dash_view_blob(&apps[j].v), rem2) {
					if (nla_type(b) != DASH_A_APPLIANCE_SIP)
						continue;
					dash_attr_ip(b, &y);
					if (dash_ip_eq(&x, &y))
						dash_txn_error(txn, apps[i].v.op, EEXIST,
							       DASH_A_APPLIANCE_SIP,
							       "appliance \"%s\" has this VIP",
							       apps[j].key);
				}
			}
		}
	}
}

/* A vm_vni that is a VNET's VNI too. */
static void warn_vm_vni(struct dash_txn *txn, const struct dash_kid *kids, u32 n, u16 attr)
{
	struct dash_kid *vnets;
	u32 n_vnet, i, j, vni;

	vnets = dash_view_all(txn, DASH_OBJ_VNET, NULL, &n_vnet);
	if (IS_ERR(vnets))
		return;
	for (i = 0; i < n; i++) {
		cond_resched();
		vni = kids[i].v.op ? dash_blob_u32(kids[i].v.op->eff, attr, 0) : 0;
		for (j = 0; vni && j < n_vnet; j++)
			/* a VNET that is set too gives the same warning from its side */
			if (!vnets[j].v.op &&
			    dash_blob_u32(dash_view_blob(&vnets[j].v), DASH_A_VNET_VNI, 0) == vni) {
				dash_txn_warn(txn, kids[i].v.op, attr,
					      "VNI %u is that of VNET \"%s\": every packet with it is outbound",
					      vni, vnets[j].key);
				break;
			}
	}
	kvfree(vnets);
}

/**
 * dash_eni_validate() - ENIs and appliances among each other
 * @txn: the transaction
 */
void dash_eni_validate(struct dash_txn *txn)
{
	bool eni = dash_txn_changes_type(txn, DASH_OBJ_ENI), app = dash_txn_changes_type(txn, DASH_OBJ_APPLIANCE);
	struct dash_kid *enis, *apps;
	u32 n_eni, n_app, i;

	if (!eni && !app)
		return;
	enis = dash_view_all(txn, DASH_OBJ_ENI, NULL, &n_eni);
	apps = dash_view_all(txn, DASH_OBJ_APPLIANCE, NULL, &n_app);
	if (IS_ERR(enis) || IS_ERR(apps)) {
		dash_txn_error(txn, NULL, ENOMEM, 0, "out of memory");
		goto out;
	}
	if (eni) {
		check_macs(txn, enis, n_eni);
		warn_vm_vni(txn, enis, n_eni, DASH_A_ENI_VM_VNI);
		for (i = 0; i < n_eni && n_eni > DASH_MAX_ENI; i++)
			if (enis[i].v.op && !enis[i].v.live) {
				dash_txn_error(txn, enis[i].v.op, ENOSPC, 0, "more than %u ENIs",
					       DASH_MAX_ENI);
				break;
			}
		for (i = 0; i < n_eni && !n_app; i++)
			if (enis[i].v.op) {
				dash_txn_warn(txn, enis[i].v.op, 0, "there is no appliance yet");
				break;
			}
	}
	if (app) {
		check_vips(txn, apps, n_app);
		warn_vm_vni(txn, apps, n_app, DASH_A_APPLIANCE_VM_VNI);
		for (i = 0; i < n_app && n_app > DASH_MAX_VIP / 2; i++)
			if (apps[i].v.op && !apps[i].v.live) {
				dash_txn_error(txn, apps[i].v.op, ENOSPC, 0,
					       "more than %u appliances", DASH_MAX_VIP / 2);
				break;
			}
	}
out:
	if (!IS_ERR(enis))
		kvfree(enis);
	if (!IS_ERR(apps))
		kvfree(apps);
}
