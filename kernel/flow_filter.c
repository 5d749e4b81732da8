// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Which connections does an operator mean?  The filter that dumping and ending connections
 * (netlink_flow.c) and following packets (trace.c) share.  It names one direction and
 * matches both, because nobody knows beforehand who sent first.
 */
#include "flow_filter.h"

#include <net/genetlink.h>

#include "dash_net.h"
#include "eni.h"
#include "store.h"
#include "uapi/dash.h"

static void parse_end(struct dash_flow_end *e, const struct nlattr *addr, const struct nlattr *port)
{
	e->any_addr = !addr;
	if (addr) {
		unsigned int size = nla_len(addr) - 1;

		e->p.v6 = size == 16;
		e->p.len = ((u8 *)nla_data(addr))[size];
		if (e->p.v6)
			memcpy(&e->p.ip, nla_data(addr), 16);
		else
			e->p.ip = dash_ip_from_v4(nla_get_be32(addr));
	}
	e->any_port = !port;
	if (port)
		e->port = htons(nla_get_u16(port));
}

/**
 * dash_flow_filter_parse - read a filter
 * @dn: namespace
 * @info: request with attributes eni, proto, src, dst, sport, dport
 * @f: result
 *
 * Context: process; takes dash_net.lock.
 * Return: 0, or -ENOENT: no such ENI.
 */
int dash_flow_filter_parse(struct dash_net *dn, const struct genl_info *info, struct dash_flow_filter *f)
{
	struct nlattr **tb = info->attrs;
	struct dash_eni *eni;

	f->any_eni = !tb[DASH_A_ENI];
	if (tb[DASH_A_ENI]) {
		mutex_lock(&dn->lock);
		eni = dash_store_eni_find(dn, nla_data(tb[DASH_A_ENI]));
		f->eni = eni ? eni->idx : 0;
		mutex_unlock(&dn->lock);
		if (!eni) {
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, tb[DASH_A_ENI], "no ENI \"%.48s\"",
						(char *)nla_data(tb[DASH_A_ENI]));
			return -ENOENT;
		}
	}
	f->any_proto = !tb[DASH_A_PROTO];
	if (tb[DASH_A_PROTO])
		f->proto = nla_get_u8(tb[DASH_A_PROTO]);
	parse_end(&f->src, tb[DASH_A_SRC], tb[DASH_A_SPORT]);
	parse_end(&f->dst, tb[DASH_A_DST], tb[DASH_A_DPORT]);
	return 0;
}

static bool in_prefix(const struct dash_prefix *p, const struct dash_ip *ip)
{
	unsigned int len = p->v6 ? p->len : p->len + 96, i;

	if (p->v6 == !!dash_ip_is_v4(ip))
		return false;
	for (i = 0; i < 4 && len; i++) {
		unsigned int bits = min(len, 32u);

		if ((ntohl(p->ip.w[i] ^ ip->w[i]) >> (32 - bits)))
			return false;
		len -= bits;
	}
	return true;
}

static bool end_matches(const struct dash_flow_end *e, const struct dash_ip *ip, __be16 port)
{
	return (e->any_port || e->port == port) && (e->any_addr || in_prefix(&e->p, ip));
}

/**
 * dash_key_addresses - the inner addresses of a key
 * @k: key
 * @vm: gets that of the VM
 * @remote: gets the other side's
 */
void dash_key_addresses(const struct dash_key *k, struct dash_ip *vm, struct dash_ip *remote)
{
	if (!k->v6) {
		*vm = dash_ip_from_v4(k->vm);
		*remote = dash_ip_from_v4(k->remote);
		return;
	}
	*vm = (struct dash_ip){ { k->vm, k->vm6[0], k->vm6[1], k->vm6[2] } };
	*remote = (struct dash_ip){ { k->remote, k->remote6[0], k->remote6[1], k->remote6[2] } };
}

/**
 * dash_flow_filter_has - does a connection match?
 * @f: filter
 * @k: its key
 *
 * Context: any.
 * Return: true if either direction of it does.
 */
bool dash_flow_filter_has(const struct dash_flow_filter *f, const struct dash_key *k)
{
	struct dash_ip vm, remote;

	if ((!f->any_eni && f->eni != k->eni) || (!f->any_proto && f->proto != k->proto))
		return false;
	dash_key_addresses(k, &vm, &remote);
	return (end_matches(&f->src, &vm, k->vm_port) && end_matches(&f->dst, &remote, k->remote_port)) ||
	       (end_matches(&f->src, &remote, k->remote_port) && end_matches(&f->dst, &vm, k->vm_port));
}
