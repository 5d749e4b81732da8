// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a finished packet leave that XDP cannot send?
 *
 * Its neighbour is not resolved, its route is one that XDP cannot follow, or its
 * device takes no XDP frames.  The packet is copied into an sk_buff, routed by its
 * own addresses and ports and given to the neighbour, which resolves itself and
 * queues the packet meanwhile, and whose device queues and segments as for any other.
 *
 * It does not go through ip_output(): the packet is finished, its TTL and length are
 * right, and it must meet the same fate as its followers that XDP sends, so no
 * fragmentation and no netfilter hook.  (Rules of the host that are meant for
 * tunnelled traffic belong on the ports, in tc or XDP; netfilter never sees it.)
 *
 * Everything that can fail is told before the copy is handed over, as far as it can
 * be known: no route, size, a neighbour that has just failed, a full neighbour queue.
 * Packets that sit in that queue when the neighbour fails are the kernel's loss.
 */
#include "output.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/lwtunnel.h>
#include <net/neighbour.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/xdp.h>

#include "nexthop.h"

/**
 * struct parcel - one packet on its way
 * @l3: its IP header, in the linear part
 * @l3_len: length of that header without extension headers
 * @len: of the IP packet; Ethernet padding is left behind
 * @protocol: Ethernet type, network order
 * @daddr: in the header
 */
struct parcel {
	const void *l3;
	u32 l3_len;
	u32 len;
	__be16 protocol;
	const void *daddr;
};

static bool parse(const struct xdp_buff *xdp, struct parcel *p)
{
	u32 room = xdp->data_end - xdp->data;
	const struct iphdr *ip4;
	const struct ipv6hdr *ip6;

	p->l3 = xdp->data + ETH_HLEN;
	if (room < ETH_HLEN + sizeof(*ip4))
		return false;
	room -= ETH_HLEN;
	ip4 = p->l3;
	if (ip4->version == 4) {
		p->l3_len = ip4->ihl * 4;
		p->len = ntohs(ip4->tot_len);
		p->protocol = htons(ETH_P_IP);
		p->daddr = &ip4->daddr;
	} else if (ip4->version == 6 && room >= sizeof(*ip6)) {
		ip6 = p->l3;
		p->l3_len = sizeof(*ip6);
		p->len = sizeof(*ip6) + ntohs(ip6->payload_len);
		p->protocol = htons(ETH_P_IPV6);
		p->daddr = &ip6->daddr;
	} else {
		return false;
	}
	return p->l3_len >= sizeof(*ip4) && room >= p->l3_len && p->len >= p->l3_len &&
	       p->len <= xdp_get_buff_len((struct xdp_buff *)xdp) - ETH_HLEN;
}

/* Source and destination port as multipath hashing wants them, if they are there. */
static const __be16 *ports(const struct xdp_buff *xdp, const struct parcel *p, u8 proto)
{
	const __be16 *l4 = p->l3 + p->l3_len;

	if (proto != IPPROTO_UDP && proto != IPPROTO_TCP)
		return NULL;
	return p->len >= p->l3_len + 4 && (const void *)(l4 + 2) <= xdp->data_end ? l4 : NULL;
}

static struct dst_entry *route4(struct net *net, const struct xdp_buff *xdp, const struct parcel *p)
{
	const struct iphdr *ip = p->l3;
	const __be16 *l4 = ports(xdp, p, ip->protocol);
	struct flowi4 fl4 = {
		.daddr = ip->daddr,
		.saddr = ip->saddr,
		.flowi4_tos = ip->tos & INET_DSCP_MASK,
		.flowi4_proto = ip->protocol,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,	/* a VIP need not be an address of a device */
		.flowi4_oif = l3mdev_master_ifindex_rcu(xdp->rxq->dev),
	};
	struct rtable *rt;

	if (l4) {
		fl4.fl4_sport = l4[0];
		fl4.fl4_dport = l4[1];
	}
	rt = __ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_type != RTN_UNICAST) {
		ip_rt_put(rt);
		return ERR_PTR(-EINVAL);
	}
	return &rt->dst;
}

static struct dst_entry *route6(struct net *net, const struct xdp_buff *xdp, const struct parcel *p)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6hdr *ip = p->l3;
	const __be16 *l4 = ports(xdp, p, ip->nexthdr);
	struct flowi6 fl6 = {
		.daddr = ip->daddr,
		.saddr = ip->saddr,
		.flowlabel = ip6_flowinfo(ip),
		.flowi6_proto = ip->nexthdr,
		.flowi6_oif = l3mdev_master_ifindex_rcu(xdp->rxq->dev),
	};
	struct dst_entry *dst;
	int err;

	if (!ipv6_mod_enabled())
		return ERR_PTR(-ENETUNREACH);
	if (l4) {
		fl6.fl6_sport = l4[0];
		fl6.fl6_dport = l4[1];
	}
	dst = ip6_route_output(net, NULL, &fl6);
	err = dst->error;
	if (!err && dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST))
		err = -EINVAL;
	if (err) {
		dst_release(dst);
		return ERR_PTR(err);
	}
	return dst;
#else
	return ERR_PTR(-ENETUNREACH);
#endif
}

static struct sk_buff *copy(const struct xdp_buff *xdp, const struct parcel *p,
			    const struct net_device *dev)
{
	u32 left = p->len, n = min_t(u32, left, xdp->data_end - p->l3);
	const struct skb_shared_info *more;
	struct sk_buff *skb;
	int i;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + p->len + dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_put_data(skb, p->l3, n);
	left -= n;
	if (left) {
		more = xdp_get_shared_info_from_buff((struct xdp_buff *)xdp);
		for (i = 0; left && i < more->nr_frags; i++) {
			n = min(left, skb_frag_size(&more->frags[i]));
			skb_put_data(skb, skb_frag_address(&more->frags[i]), n);
			left -= n;
		}
	}
	skb->protocol = p->protocol;
	skb->pkt_type = PACKET_OUTGOING;	/* never answered by ICMP */
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, p->l3_len);
	return skb;
}

static bool is_full(struct neighbour *n, u32 len)
{
	return READ_ONCE(n->nud_state) & NUD_INCOMPLETE &&
	       READ_ONCE(n->arp_queue_len_bytes) + SKB_TRUESIZE(len) > NEIGH_VAR(n->parms, QUEUE_LEN_BYTES);
}

/* May the neighbour take one more?  One that the kernel has given up is asked for again, without this packet. */
static bool neigh_has_room(struct neighbour *n, u32 len)
{
	if (READ_ONCE(n->nud_state) & NUD_FAILED) {
		neigh_event_send(n, NULL);
		return false;
	}
	return !is_full(n, len);
}

/* The neighbour that dst_neigh_lookup() would find, without making one.  Under RCU. */
static struct neighbour *find_neigh(const struct dst_entry *dst, const struct parcel *p)
{
	const struct rtable *rt;

#if IS_ENABLED(CONFIG_IPV6)
	if (p->protocol == htons(ETH_P_IPV6))
		return __ipv6_neigh_lookup_noref(dst->dev, rt6_nexthop(dst_rt6_info(dst), (struct in6_addr *)p->daddr));
	rt = dst_rtable(dst);
	if (rt->rt_gw_family == AF_INET6)
		return __ipv6_neigh_lookup_noref(dst->dev, &rt->rt_gw6);
#endif
	rt = dst_rtable(dst);
	return __ipv4_neigh_lookup_noref(dst->dev, (__force u32)rt_nexthop(rt, *(const __be32 *)p->daddr));
}

/* send() up to where it would begin to change something. */
static enum dash_drop may_send(const struct parcel *p, struct dst_entry *dst)
{
	struct net_device *dev = dst->dev;
	struct neighbour *n;

	if (p->len > dash_dst_mtu(dst))
		return DASH_DROP_MTU_EXCEEDED;
	if (!(dev->flags & IFF_UP))
		return DASH_DROP_UNDERLAY_TX_FAIL;
	n = find_neigh(dst, p);
	return n && (READ_ONCE(n->nud_state) & NUD_FAILED || is_full(n, p->len)) ?
	       DASH_DROP_UNDERLAY_TX_FAIL : DASH_DROP_NONE;
}

static enum dash_drop send(struct net *net, const struct xdp_buff *xdp, const struct parcel *p,
			   struct dst_entry *dst)
{
	enum dash_drop reason = DASH_DROP_UNDERLAY_TX_FAIL;
	struct net_device *dev = dst->dev;
	struct neighbour *n;
	struct sk_buff *skb;
	int err;

	if (p->len > dash_dst_mtu(dst))
		return DASH_DROP_MTU_EXCEEDED;
	if (!(dev->flags & IFF_UP))
		return reason;
	n = dst_neigh_lookup(dst, p->daddr);
	if (IS_ERR_OR_NULL(n))
		return reason;
	if (!neigh_has_room(n, p->len))
		goto out;
	skb = copy(xdp, p, dev);
	if (!skb)
		goto out;
	skb->dev = dev;
	skb_dst_set(skb, dst_clone(dst));
	if (lwtunnel_output_redirect(dst->lwtstate))
		err = dst_output(net, NULL, skb);
	else
		err = neigh_output(n, skb, false);
	if (!net_xmit_eval(err))	/* a macro that evaluates its argument twice */
		reason = DASH_DROP_NONE;
out:
	neigh_release(n);
	return reason;
}

static enum dash_drop output(const struct xdp_buff *xdp, bool dry)
{
	struct net *net = dev_net(xdp->rxq->dev);
	enum dash_drop reason;
	struct dst_entry *dst;
	struct parcel p;

	if (!parse(xdp, &p))
		return DASH_DROP_INTERNAL_ERROR;
	dst = p.protocol == htons(ETH_P_IP) ? route4(net, xdp, &p) : route6(net, xdp, &p);
	if (IS_ERR(dst))
		return PTR_ERR(dst) == -ENETUNREACH ? DASH_DROP_UNDERLAY_NO_ROUTE :
		       PTR_ERR(dst) == -ENOMEM || PTR_ERR(dst) == -ENOBUFS ?
		       DASH_DROP_UNDERLAY_TX_FAIL : DASH_DROP_UNDERLAY_ROUTE_DROP;
	reason = dry ? may_send(&p, dst) : send(net, xdp, &p, dst);
	dst_release(dst);
	return reason;
}

enum dash_drop dash_output(const struct xdp_buff *xdp)
{
	return output(xdp, false);
}

enum dash_drop dash_output_dry(const struct xdp_buff *xdp)
{
	return output(xdp, true);
}
