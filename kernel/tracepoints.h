/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Tracepoints dash:dash_drop, dash:dash_flow_new and dash:dash_flow_del, for perf,
 * bpftrace and tracefs.  Names and numbers of reasons are those of counters.md; a namespace is
 * told by its inode number, as in /proc/PID/ns/net.  Addresses are IPv6, IPv4 as ::ffff:a.b.c.d.
 *
 * dash_drop switches the program's hook on while it is in use (trace.c); the others are a
 * no-operation each until then.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dash

#if !defined(DASH_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define DASH_TRACEPOINTS_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include "conntrack.h"
#include "dash_net.h"
#include "eni.h"
#include "flow_filter.h"
#include "flow_table.h"
#include "trace.h"

#define DASH_REASON_ROW(num, sym, name, scope, fwd) , { num, name }

#ifndef DASH_TRACE_ENI_MAC
#define DASH_TRACE_ENI_MAC
/* Called under RCU. */
static inline void dash_trace_eni_mac(const struct dash_net *dn, u16 idx, u8 *mac)
{
	const struct dash_eni *e = idx < DASH_MAX_ENI ? rcu_dereference(dn->eni[idx]) : NULL;

	eth_zero_addr(mac);
	if (e)
		ether_addr_copy(mac, e->mac);
}
#endif

TRACE_EVENT_FN(dash_drop,

	TP_PROTO(const struct net *net, const struct net_device *dev, const struct dash_pkt *pkt, u8 reason),

	TP_ARGS(net, dev, pkt, reason),

	TP_STRUCT__entry(
		__field(u32, netns)
		__string(port, dev->name)
		__field(u8, reason)
		__array(u8, eni_mac, 6)
		__field(u8, direction)
		__field(u32, vni)
		__array(u8, sip, 16)
		__field(u8, proto)
		__array(u8, src, 16)
		__array(u8, dst, 16)
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, len)
	),

	TP_fast_assign(
		struct dash_ip vm, remote;
		bool out = pkt->dir == DASH_OUTBOUND;

		dash_key_addresses(&pkt->key, &vm, &remote);
		__entry->netns = net->ns.inum;
		__assign_str(port);
		__entry->reason = reason;
		dash_trace_eni_mac(dash_net_of(net), reason < DASH_DROP_FIRST_ENI ? DASH_MAX_ENI : pkt->key.eni,
				   __entry->eni_mac);
		__entry->direction = pkt->dir;
		__entry->vni = pkt->rx_vni;
		memcpy(__entry->sip, &pkt->rx_sip, 16);
		__entry->proto = pkt->key.proto;
		memcpy(__entry->src, out ? &vm : &remote, 16);
		memcpy(__entry->dst, out ? &remote : &vm, 16);
		__entry->sport = ntohs(out ? pkt->key.vm_port : pkt->key.remote_port);
		__entry->dport = ntohs(out ? pkt->key.remote_port : pkt->key.vm_port);
		__entry->len = pkt->wire_len;
	),

	TP_printk("netns=%u port=%s reason=%s eni_mac=%pM direction=%s vni=%u sip=%pI6c proto=%u src=%pI6c sport=%u dst=%pI6c dport=%u len=%u",
		  __entry->netns, __get_str(port),
		  __print_symbolic(__entry->reason, { 0, "none" } DASH_DROP_REASONS(DASH_REASON_ROW)),
		  __entry->eni_mac, __print_symbolic(__entry->direction, { 0, "outbound" }, { 1, "inbound" }),
		  __entry->vni, __entry->sip, __entry->proto, __entry->src, __entry->sport,
		  __entry->dst, __entry->dport, __entry->len),

	dash_drops_probed, dash_drops_unprobed
);

DECLARE_EVENT_CLASS(dash_flow,

	TP_PROTO(const struct dash_net *dn, const struct dash_flow *f, int why),

	TP_ARGS(dn, f, why),

	TP_STRUCT__entry(
		__field(u32, netns)
		__array(u8, eni_mac, 6)
		__field(u8, initiator)
		__field(u8, proto)
		__array(u8, vm_ip, 16)
		__array(u8, remote_ip, 16)
		__field(u16, vm_port)
		__field(u16, remote_port)
		__array(u8, pa, 16)
		__field(u32, vni)
		__field(u8, reason)
		__field(u64, outbound_packets)
		__field(u64, outbound_bytes)
		__field(u64, inbound_packets)
		__field(u64, inbound_bytes)
	),

	TP_fast_assign(
		struct dash_key k = dash_flow_key(f);
		struct dash_ip vm, remote;

		dash_key_addresses(&k, &vm, &remote);
		__entry->netns = dn->net->ns.inum;
		rcu_read_lock();
		dash_trace_eni_mac(dn, k.eni, __entry->eni_mac);
		rcu_read_unlock();
		__entry->initiator = f->flags & DASH_F_INITIATOR_IN ? DASH_INBOUND : DASH_OUTBOUND;
		__entry->proto = k.proto;
		memcpy(__entry->vm_ip, &vm, 16);
		memcpy(__entry->remote_ip, &remote, 16);
		__entry->vm_port = ntohs(k.vm_port);
		__entry->remote_port = ntohs(k.remote_port);
		memcpy(__entry->pa, &f->pa, 16);
		__entry->vni = ntohl(f->vni) >> 8;
		__entry->reason = why;
		__entry->outbound_packets = f->packets[DASH_OUTBOUND];
		__entry->outbound_bytes = f->bytes[DASH_OUTBOUND];
		__entry->inbound_packets = f->packets[DASH_INBOUND];
		__entry->inbound_bytes = f->bytes[DASH_INBOUND];
	),

	TP_printk("netns=%u eni_mac=%pM initiator=%s proto=%u vm_ip=%pI6c vm_port=%u remote_ip=%pI6c remote_port=%u pa=%pI6c vni=%u reason=%s outbound_packets=%llu outbound_bytes=%llu inbound_packets=%llu inbound_bytes=%llu",
		  __entry->netns, __entry->eni_mac,
		  __print_symbolic(__entry->initiator, { 0, "outbound" }, { 1, "inbound" }),
		  __entry->proto, __entry->vm_ip, __entry->vm_port, __entry->remote_ip, __entry->remote_port,
		  __entry->pa, __entry->vni,
		  __print_symbolic(__entry->reason, { 255, "none" }, { DASH_GONE_AGED, "aged" },
				   { DASH_GONE_FIN, "fin" }, { DASH_GONE_RST, "rst" }, { DASH_GONE_REOPEN, "reopen" },
				   { DASH_GONE_FLUSH, "flush" }, { DASH_GONE_POLICY, "policy" },
				   { DASH_GONE_YIELDED, "yielded" }),
		  __entry->outbound_packets, __entry->outbound_bytes, __entry->inbound_packets,
		  __entry->inbound_bytes)
);

DEFINE_EVENT(dash_flow, dash_flow_new,
	TP_PROTO(const struct dash_net *dn, const struct dash_flow *f, int why),
	TP_ARGS(dn, f, why)
);

DEFINE_EVENT(dash_flow, dash_flow_del,
	TP_PROTO(const struct dash_net *dn, const struct dash_flow *f, int why),
	TP_ARGS(dn, f, why)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
