/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What the XDP program, the module, dashctl and the tests share: flow key,
 * flow record, index line, the words of the configuration that the fast path
 * reads, counters, drop reasons, and the prototypes of the kfuncs.  No layout
 * in here is written a second time anywhere.
 *
 * Byte order: every __be* field is network order, everything else host order.
 * Addresses: struct dash_ip is 16 bytes; IPv4 is held v4-mapped (::ffff:a.b.c.d),
 * so that a value says its own family and both families share every table.
 * (Configuration refuses v4-mapped IPv6, so nothing is ambiguous.)  The flow key
 * alone packs IPv4 tighter, because it is hashed and compared on every packet.
 */
#ifndef DASH_FLOW_H
#define DASH_FLOW_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/build_bug.h>
#define dash_static_assert(c) static_assert(c)
#else
#include <linux/types.h>
#define dash_static_assert(c) _Static_assert(c, #c)
#endif
#ifndef __force
#define __force		/* sparse's; the kernel has it */
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif

/* ---- limits ------------------------------------------------------------ */

/*
 * Number of the layouts below and of what the words in them mean: one more with each change.
 * `dashctl upgrade` keeps established connections on old maps only if the number is the same.
 */
#define DASH_LAYOUT		2u

#define DASH_MAX_ENI		256u	/* ENIs of one appliance (spec/scale.md: 64; 256 on the largest card) */
#define DASH_MAX_VIP		256u	/* VIP indices; spec/scale.md asks for 64 VIPs */
#define DASH_MAX_PORT		32u	/* attached ports */
#define DASH_MAX_NH		16384u	/* cached next hops; a power of two */
#define DASH_ACL_STAGES		5u

#define DASH_VIP_SLOTS		4096u	/* perfect-hash slots: n^2/2m small, so that a seed without collision is near */
#define DASH_VNI_SLOTS		16384u
#define DASH_MAC_SLOTS		8192u

/* ---- addresses --------------------------------------------------------- */

/**
 * struct dash_ip - an IPv6 address, or an IPv4 address as ::ffff:a.b.c.d
 * @w: four 32-bit words, network order; IPv4 is w[3], with w[2] = htonl(0xffff)
 */
struct dash_ip {
	__be32 w[4];
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define DASH_V4_MARK	((__force __be32)0xffff0000u)	/* htonl(0xffff) */
#else
#define DASH_V4_MARK	((__force __be32)0x0000ffffu)
#endif

static __always_inline int dash_ip_is_v4(const struct dash_ip *a)
{
	return a->w[2] == DASH_V4_MARK && !a->w[0] && !a->w[1];
}

static __always_inline struct dash_ip dash_ip_from_v4(__be32 a)
{
	struct dash_ip ip = { { 0, 0, DASH_V4_MARK, a } };

	return ip;
}

static __always_inline int dash_ip_eq(const struct dash_ip *a,
				      const struct dash_ip *b)
{
	return a->w[3] == b->w[3] && a->w[2] == b->w[2] &&
	       a->w[1] == b->w[1] && a->w[0] == b->w[0];
}

static __always_inline int dash_ip_is_zero(const struct dash_ip *a)
{
	return !(a->w[0] | a->w[1] | a->w[2] | a->w[3]);
}

/* ---- drop reasons (spec/counters.md section 4; numbers are stable) ------ */

/*
 * X(number, NAME, "name", scope, forwarding): the one list behind the enum, the
 * counter index, the printed names and the manual.  Scope P: counted globally
 * (the ENI is not known), E: counted on the ENI.  forwarding: 1 if it adds to
 * forwarding_drop_packets.  Retired numbers stay reserved.
 */
#define DASH_DROP_REASONS(X) \
	X(1,  OUTER_MALFORMED,			"outer_malformed",			P, 0) \
	X(2,  OUTER_FRAGMENT,			"outer_fragment",			P, 0) \
	X(3,  VXLAN_INVALID,			"vxlan_invalid",			P, 0) \
	X(4,  VIP_MISS,				"vip_miss",				P, 0) \
	X(5,  INNER_MALFORMED,			"inner_malformed",			P, 0) \
	X(6,  INNER_NON_IP,			"inner_non_ip",				P, 0) \
	X(7,  ENI_MISS,				"eni_miss",				P, 0) \
	X(8,  LB_FAST_PATH_ENI_MISS,		"lb_fast_path_eni_miss",		P, 0) \
	X(9,  VXLAN_SPORT_INVALID,		"vxlan_sport_invalid",			P, 0) \
	X(10, ENI_ADMIN_DOWN,			"eni_admin_down",			E, 0) \
	X(11, TRUSTED_VNI_MISS,			"trusted_vni_miss",			E, 0) \
	X(12, ACL_DENY,				"acl_deny",				E, 0) \
	X(13, ACL_NO_MATCH,			"acl_no_match",				E, 0) \
	X(14, OUTBOUND_ROUTING_GROUP_MISS,	"outbound_routing_group_miss",		E, 1) \
	X(15, OUTBOUND_ROUTING_GROUP_DISABLED,	"outbound_routing_group_disabled",	E, 1) \
	X(16, OUTBOUND_ROUTING_ENTRY_MISS,	"outbound_routing_entry_miss",		E, 1) \
	X(17, OUTBOUND_ROUTE_DROP,		"outbound_route_drop",			E, 1) \
	X(18, OUTBOUND_CA_PA_ENTRY_MISS,	"outbound_ca_pa_entry_miss",		E, 1) \
	X(19, OUTBOUND_PORT_MAP_MISS,		"outbound_port_map_miss",		E, 1) \
	X(20, OUTBOUND_PORT_MAP_RANGE_MISS,	"outbound_port_map_port_range_entry_miss", E, 1) \
	X(21, TUNNEL_MISS,			"tunnel_miss",				E, 1) \
	X(22, INBOUND_ROUTING_ENTRY_MISS,	"inbound_routing_entry_miss",		E, 1) \
	X(23, INBOUND_RULE_DROP,		"inbound_rule_drop",			E, 1) \
	X(24, PA_VALIDATION_FAIL,		"pa_validation_fail",			E, 0) \
	X(25, FLOW_MISS_NON_SYN,		"flow_miss_non_syn",			E, 0) \
	X(26, UNSUPPORTED_PROTOCOL,		"unsupported_protocol",			E, 0) \
	X(27, FRAGMENT_NO_PARENT,		"fragment_no_parent",			E, 0) \
	X(28, FRAGMENT_TABLE_FULL,		"fragment_table_full",			E, 0) \
	X(29, FLOW_LIMIT_ENI,			"flow_limit_eni",			E, 0) \
	X(30, FLOW_LIMIT_GLOBAL,		"flow_limit_global",			E, 0) \
	X(31, CPS_LIMIT,			"cps_limit",				E, 0) \
	X(32, FLOW_CREATE_FAILED,		"flow_create_failed",			E, 0) \
	X(33, TRANSFORM_UNSUPPORTED,		"transform_unsupported",		E, 0) \
	X(34, UNDERLAY_SIP_MISSING,		"underlay_sip_missing",			E, 1) \
	X(35, MTU_EXCEEDED,			"mtu_exceeded",				E, 1) \
	X(36, UNDERLAY_NO_ROUTE,		"underlay_no_route",			E, 1) \
	X(37, UNDERLAY_ROUTE_DROP,		"underlay_route_drop",			E, 1) \
	X(38, UNDERLAY_TX_FAIL,			"underlay_tx_fail",			E, 1) \
	X(39, BW_LIMIT,				"bw_limit",				E, 0) \
	X(40, PPS_LIMIT,			"pps_limit",				E, 0) \
	X(41, HAIRPIN_LOOP,			"hairpin_loop",				E, 1) \
	X(42, FAST_PATH_FLOW_MISS,		"fast_path_flow_miss",			E, 0) \
	X(43, FAST_PATH_DISABLED,		"fast_path_disabled",			E, 0) \
	X(44, INTERNAL_ERROR,			"internal_error",			E, 0)

enum dash_drop {
	DASH_DROP_NONE,				/* the packet goes on */
#define X(num, sym, name, scope, fwd) DASH_DROP_##sym = num,
	DASH_DROP_REASONS(X)
#undef X
	DASH_DROP_COUNT = 48			/* array size: room to grow, a round number of lines */
};

/* Reasons below this number are counted globally, the others on the ENI. */
#define DASH_DROP_FIRST_ENI	DASH_DROP_ENI_ADMIN_DOWN

/* ---- flow key ---------------------------------------------------------- */

/**
 * enum dash_dir - direction of a packet, seen from the VM (pipeline.md 5)
 * @DASH_OUTBOUND: sent by the VM that owns the ENI
 * @DASH_INBOUND: addressed to the VM that owns the ENI
 */
enum dash_dir {
	DASH_OUTBOUND,
	DASH_INBOUND,
};

/**
 * struct dash_key - identity of a connection, the same for both directions
 * @vm: VM-side inner address; IPv4 complete, IPv6 its first word
 * @remote: the other side's inner address, likewise
 * @vm_port: VM-side TCP/UDP port; 0 for other protocols
 * @remote_port: the other side's
 * @eni: index of the ENI; it stands for MAC and VNET, and is not reused
 *	while a flow carries it
 * @proto: inner L4 protocol
 * @v6: 1 if the inner packet is IPv6, else 0
 * @vm6: last three words of an IPv6 VM address; zero for IPv4
 * @remote6: likewise for the other side
 *
 * pipeline.md section 8.  An outbound packet has the VM at its source, an
 * inbound one at its destination; a packet that claims the wrong end has
 * another key, which is what keeps a VM from hitting a flow as its own peer.
 * The first 16 bytes decide for IPv4.  No padding: all 40 bytes are hashed.
 */
struct dash_key {
	__be32 vm;
	__be32 remote;
	__be16 vm_port;
	__be16 remote_port;
	__u16  eni;
	__u8   proto;
	__u8   v6;
	__be32 vm6[3];
	__be32 remote6[3];
};
dash_static_assert(sizeof(struct dash_key) == 40);

/* TCP flag bits, as in the header's byte 13 */
#define DASH_TCP_F_FIN	0x01
#define DASH_TCP_F_SYN	0x02
#define DASH_TCP_F_RST	0x04
#define DASH_TCP_F_ACK	0x10

/* ---- flow record: two cache lines --------------------------------------- */

/* struct dash_flow flags: decided at creation, read on every packet */
#define DASH_F_INITIATOR_IN	0x0001	/* the first packet was inbound: F is the inbound side */
#define DASH_F_TCP		0x0002	/* protocol is TCP: look at the flags */
#define DASH_F_SET_DMAC		0x0004	/* towards the network: write @dmac over the inner destination MAC */
#define DASH_F_U0_V6		0x0008	/* towards the network: outer IPv6 */
#define DASH_F_DIRECT		0x0010	/* towards the network: no tunnel, pipeline.md 16.6; no flag is higher */

/* Action bits as others name them (pipeline.md 16.1), those there are in this release */
#define DASH_ACTION_ENCAP_U0	0x0001
#define DASH_ACTION_SET_DMAC	0x0008

/* struct dash_flow state (pipeline.md 18.4); the TCP names double for others */
enum dash_flow_state {
	DASH_ST_FREE,			/* slot is not in use */
	DASH_ST_OPEN,			/* UDP, ICMP, other protocols */
	DASH_ST_SYN_SENT,
	DASH_ST_SYN_RECV,
	DASH_ST_ESTABLISHED,
	DASH_ST_FIN_F,			/* FIN seen from the initiator */
	DASH_ST_FIN_R,			/* FIN seen from the responder */
	DASH_ST_CLOSING,		/* FIN seen from both */
	DASH_ST_TIME_WAIT,
	DASH_ST_RESET,
	DASH_ST_DEAD,			/* unlinked, waits for its grace period */
};

/* The bytes that the tracker moves together, and the word that they are. */
#define DASH_TRACK_UNION						\
	union {								\
		struct {						\
			__u8 state;					\
			__u8 event;					\
			__u8 was;					\
			__u8 spare;					\
		};							\
		__u32 track;						\
	}

/**
 * struct dash_flow - one connection: both directions' actions, counters, state
 *
 * First line, written at creation and by the module only:
 * @k0: first 16 bytes of the key (struct dash_key)
 * @pa: tunnel peer on the network side: destination of what the VM sends;
 *	for a connection opened from outside, the tunnel source of its first
 *	packet, against which pipeline.md 18.3 compares
 * @vni: VNI towards the network as in the VXLAN header (VNI << 8, network order)
 * @dmac: inner destination MAC towards the network, with DASH_F_SET_DMAC
 * @flags: DASH_F_*
 * @nh: index of the cached next hop towards @pa; 0: ask the kernel per packet
 * @gen: ENI generation under which the actions were decided
 * @vip: index of the VIP that is the outer source towards the network
 * @pad: zero
 * @created: jiffies at creation, low 32 bits
 * @link: of the module: free list; id of the mapping while in use
 *
 * Second line, written on every packet:
 * @k1: last 24 bytes of the key
 * @packets, @bytes: per direction (enum dash_dir); bytes are the inner frame as received
 * @seen: jiffies of the last packet, low 32 bits; the program writes it on
 *	packets in a state with dash_state_refreshes()
 * @state: enum dash_flow_state; moved by the module alone
 * @event: DASH_EV_*, what the tracker has to remember beside @state
 * @was: the state before DASH_ST_RESET or DASH_ST_DEAD
 * @spare: zero
 * @track: the four bytes above as one word, because they move together: a
 *	compare-and-exchange makes each segment's transition atomic
 *
 * Deliveries to the VM take tunnel, VNI and next hop from the ENI
 * (struct dash_hot_eni), so that they follow it (pipeline.md 18.3).
 */
struct dash_flow {
	__u64  k0[2];
	struct dash_ip pa;
	__be32 vni;
	__u8   dmac[6];
	__u16  flags;
	__u32  nh;
	__u32  gen;
	__u8   vip;
	__u8   pad[3];
	__u32  created;
	__u32  link;

	__u64  k1[3];
	__u64  packets[2];
	__u64  bytes[2];
	__u32  seen;
	DASH_TRACK_UNION;
};
dash_static_assert(sizeof(struct dash_flow) == 128);
dash_static_assert(__builtin_offsetof(struct dash_flow, k1) == 64);
dash_static_assert(__builtin_offsetof(struct dash_flow, track) == 124);

/* struct dash_flow event */
#define DASH_EV_FIN_F		0x01	/* the last FIN was the initiator's */
#define DASH_EV_FIN_R		0x02	/* the last FIN was the responder's */
#define DASH_EV_ACK_R		0x04	/* the responder has sent an ACK */

/**
 * dash_state_refreshes - does a packet in this state restart the idle timer?
 * @state: enum dash_flow_state
 *
 * pipeline.md 18.4: TIME_WAIT and RESET run out, however many packets come.
 */
static __always_inline int dash_state_refreshes(__u8 state)
{
	return state < DASH_ST_TIME_WAIT;
}

/**
 * dash_tcp_needs_module - must bpf_dash_track() see this segment of a hit?
 * @f: the record, of a TCP connection
 * @from_initiator: the packet's direction is that of the connection's first packet
 * @flags: byte 13 of the TCP header
 *
 * SYN, FIN and RST always; a pure ACK only where pipeline.md 18.4 moves on it:
 * half open (the initiator's ends the handshake, the responder's first one has
 * to be remembered), and in CLOSING from the side that did not send the last
 * FIN.  So never in ESTABLISHED.  A stale @f costs a call or a delay of one
 * segment: the module decides on its own reading of the record.
 */
static __always_inline int dash_tcp_needs_module(const struct dash_flow *f,
						 int from_initiator, __u8 flags)
{
	__u8 event;

	if (flags & (DASH_TCP_F_SYN | DASH_TCP_F_FIN | DASH_TCP_F_RST))
		return 1;
	if (!(flags & DASH_TCP_F_ACK))
		return 0;
	event = f->event;
	switch (f->state) {
	case DASH_ST_SYN_SENT:
		return from_initiator ? !!(event & DASH_EV_ACK_R) : !(event & DASH_EV_ACK_R);
	case DASH_ST_SYN_RECV:
		return from_initiator || !(event & DASH_EV_ACK_R);
	case DASH_ST_CLOSING:
		return !(event & (from_initiator ? DASH_EV_FIN_F : DASH_EV_FIN_R));
	default:
		return 0;
	}
}

/* ---- flow index: lines of eight entries ---------------------------------- */

#define DASH_LINE_WAYS	8u

/**
 * struct dash_line - one cache line of the flow index
 * @e: entries, 0 = empty, else (tag << 32 | slot); slot 0 is never used
 */
struct dash_line {
	__u64 e[DASH_LINE_WAYS];
} __attribute__((aligned(64)));

/* The halves of an index entry, in memory order: who looks for a tag loads that alone. */
struct dash_entry {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u32 slot, tag;
#else
	__u32 tag, slot;
#endif
};

/**
 * struct dash_seed - keys of the flow hash, odd; random per namespace
 */
struct dash_seed {
	__u64 k[5];
};

/**
 * dash_hash - universal hash of a key (multiply and add, then a finaliser)
 * @w: the key as 64-bit words: two for IPv4, five for IPv6
 * @v6: non-zero if IPv6
 * @s: the keys
 *
 * Which of two keys collide, before the finaliser and hence after it, depends on the
 * secret @s alone.  The low bits of the result know little of the key's high ones:
 * use dash_tag() and dash_line1().
 */
static __always_inline __u64 dash_hash(const __u64 *w, int v6,
				       const struct dash_seed *s)
{
	__u64 h = w[0] * s->k[0] + w[1] * s->k[1];

	if (v6)
		h += w[2] * s->k[2] + w[3] * s->k[3] + w[4] * s->k[4];
	return (h ^ h >> 32) * 0x9e3779b97f4a7c15ull;
}

/* What an index entry holds of a hash. */
static __always_inline __u32 dash_tag(__u64 hash)
{
	return hash >> 32;
}

/*
 * The two candidate lines of a hash differ by bits of its tag, so an entry can be moved
 * to its other line without its key.  @lines is a power of two.
 */
static __always_inline __u32 dash_line1(__u64 hash, __u32 lines)
{
	return ((__u32)hash ^ dash_tag(hash)) & (lines - 1);
}

static __always_inline __u32 dash_line_other(__u32 line, __u32 tag, __u32 lines)
{
	return line ^ (__builtin_bswap32(tag) & (lines - 1));
}

/* ---- what the fast path reads of the configuration ---------------------- */

/* Devices that take XDP frames, by the low bits of their ifindex */
#define DASH_XMIT_SLOTS	256u

/* struct dash_hot_eni flags */
#define DASH_ENI_UP		0x0001	/* admin_state enabled */
#define DASH_ENI_WATCHED	0x0002	/* somebody follows its packets (dashctl trace live): none takes the fast path */
#define DASH_ENI_MOVES		0x0004	/* its host is about to change: none takes the fast path, dash_eni_host() */

/**
 * struct dash_hot_eni - the words of an ENI that every packet needs
 * @gen: generation; a flow with another one is evaluated again
 * @flags: DASH_ENI_*
 * @vni: own vm_vni as in the VXLAN header, or 0: the appliance's
 * @nh: cached next hop towards @pa; 0: ask the kernel per packet
 * @pa: underlay_ip of the VM's host
 * @old_pa, @old_nh: what @pa and @nh were, while they change
 * @pad: zero
 */
struct dash_hot_eni {
	__u32  gen;
	__u16  flags;
	__u16  pad0;
	__be32 vni;
	__u32  nh;
	struct dash_ip pa;
	struct dash_ip old_pa;
	__u32  old_nh;
	__u32  pad[3];
};
dash_static_assert(sizeof(struct dash_hot_eni) == 64);

/*
 * The VM's host, and the next hop towards it: words that stay what they are while this packet
 * is looked at.  The fast path, which does not see packets of an ENI that moves, needs no choice.
 */
static __always_inline const struct dash_ip *dash_eni_host(const struct dash_hot_eni *eni, __u32 *nh)
{
	if (*(const volatile __u16 *)&eni->flags & DASH_ENI_MOVES) {
		*nh = eni->old_nh;
		return &eni->old_pa;
	}
	*nh = *(const volatile __u32 *)&eni->nh;
	return &eni->pa;
}

/**
 * struct dash_hot_vip - one VIP
 * @ip: the address; all zero: unused slot
 * @vm_vni: vm_vni of its appliance as in the VXLAN header
 * @idx: own index
 * @other: index of the VIP of the same appliance in the other family; own index if none
 * @valid: 1 if packets to it are accepted
 * @pad: zero
 */
struct dash_hot_vip {
	struct dash_ip ip;
	__be32 vm_vni;
	__u8   idx;
	__u8   other;
	__u8   valid;
	__u8   pad;
	__u32  pad2[2];
};
dash_static_assert(sizeof(struct dash_hot_vip) == 32);

/**
 * enum dash_nh_state - what to do with a packet for a next hop
 * @DASH_NH_KERNEL: give the finished packet to the kernel's output path
 *	(neighbour unresolved, or the device cannot take XDP frames)
 * @DASH_NH_OK: write the MACs and send
 * @DASH_NH_NO_ROUTE: drop, underlay_no_route
 * @DASH_NH_ROUTE_DROP: drop, underlay_route_drop (blackhole, prohibit, local)
 * @DASH_NH_LOOKUP: not known yet, changed a moment ago, or a multipath route:
 *	ask the kernel for this packet (bpf_fib_lookup), as with next hop 0
 */
enum dash_nh_state {
	DASH_NH_KERNEL,
	DASH_NH_OK,
	DASH_NH_NO_ROUTE,
	DASH_NH_ROUTE_DROP,
	DASH_NH_LOOKUP,
};

/**
 * struct dash_nh - a cached next hop
 * @state: enum dash_nh_state
 * @mtu: of the egress device, bytes of the IP packet
 * @ifindex: egress device
 * @dmac, @smac: Ethernet header to write
 * @room: while @state is DASH_NH_OK: length of the longest frame, which the fast path may
 *	send there without another look; else 0
 * @pad: zero
 */
struct dash_nh {
	__u32 state;
	__u32 mtu;
	__u32 ifindex;
	__u8  dmac[6];
	__u8  smac[6];
	__u32 room;
	__u32 pad;
};
dash_static_assert(sizeof(struct dash_nh) == 32);

/**
 * struct dash_admit - the tables that admit a packet, replaced as a whole
 * @vip_seed, @vni_seed, @mac_seed: multipliers of the perfect hashes, odd
 * @vip4: IPv4 address in the low half, its index into dash_hot.vip in the high half
 * @vip6: index + 1 of an IPv6 address; 0 = empty
 * @vni: outbound VNIs as in the VXLAN header
 * @mac: dash_mac_word(), with the index of the ENI + 1 in its free bits, and
 *	DASH_MAC_SLOW; 0 = empty
 *
 * What is looked up in @vip4 and @vni may be zero, as an empty slot is; zero has slot 0,
 * where dash_admit_clear() puts something that cannot be found there.
 */
struct dash_admit {
	__u64 vip_seed;
	__u64 vni_seed;
	__u64 mac_seed;
	__u64 pad;
	__u64 vip4[DASH_VIP_SLOTS];
	__u64 mac[DASH_MAC_SLOTS];
	__u32 vni[DASH_VNI_SLOTS];
	__u16 vip6[DASH_VIP_SLOTS];
};

/* The pipeline has to look at each packet of the ENI: its flags are not DASH_ENI_UP alone */
#define DASH_MAC_SLOW	0x8000u

/**
 * struct dash_hot - the one element of map dash_hot
 * @active: which half of @admit counts; read once per packet
 * @lines: number of index lines, a power of two
 * @seed: keys of the flow hash
 * @vxlan_word: UDP destination port in the high half, host order: what follows the source
 *	port in an UDP header, less the length
 * @vxlan_port: the same port, network order
 * @sport_base, @sport_mask: source ports are base | (hash & mask), network order
 * @vip_pass: 1: VXLAN to a non-VIP goes to the stack (pipeline.md VIP-3)
 * @tell_drops: not 0: somebody wants to hear of each dropped packet, bpf_dash_drop(); read
 *	where a packet is dropped and nowhere else
 * @xmit: ifindex of each device that takes XDP frames (ndo_xdp_xmit), in slot
 *	ifindex & (DASH_XMIT_SLOTS - 1); one that is not there gets its packets
 *	through bpf_dash_output().  For packets whose next hop is asked per packet;
 *	DASH_NH_OK implies it
 * @vip: by index; an address stays readable after its VIP is gone
 * @eni: by index
 * @admit: the two halves; the module fills the idle one, flips @active, and
 *	fills the other only after an RCU grace period
 * @nh: by index; 0 is never used
 *
 * What is addressed by an index comes first: within 32 KB an offset is part of the
 * instruction.
 */
struct dash_hot {
	__u32  active;
	__u32  lines;
	struct dash_seed seed;
	__u32  vxlan_word;
	__be16 vxlan_port;
	__be16 sport_base;
	__be16 sport_mask;
	__u16  vip_pass;
	__u32  tell_drops;
	__u32  xmit[DASH_XMIT_SLOTS];
	struct dash_hot_vip vip[DASH_MAX_VIP];
	struct dash_hot_eni eni[DASH_MAX_ENI];
	struct dash_admit   admit[2];
	struct dash_nh      nh[DASH_MAX_NH];
};
dash_static_assert(__builtin_offsetof(struct dash_hot, admit) < 32768);
dash_static_assert(__builtin_offsetof(struct dash_hot, eni) % 64 == 0);
dash_static_assert(__builtin_offsetof(struct dash_hot, nh) % 32 == 0);

/* Multiply and shift: of @slots, a power of two. */
static __always_inline __u32 dash_slot_of(__u64 x, __u64 seed, __u32 slots)
{
	return (x * seed) >> (64 - __builtin_ctz(slots));
}

/* Key of an IPv6 address in dash_admit.vip6; @hi, @lo: its halves, as they lie in memory. */
static __always_inline __u64 dash_vip_word(__u64 hi, __u64 lo)
{
	return (hi * 0x9e3779b97f4a7c15ull) ^ lo;
}

static __always_inline __u64 dash_vip_key(const struct dash_ip *ip)
{
	__u64 half[2];

	__builtin_memcpy(half, ip, sizeof(half));
	return dash_vip_word(half[0], half[1]);
}

/* @w: eight octets of memory, little endian, of which the first six are a MAC. */
static __always_inline __u64 dash_mac_word(__u64 w)
{
	return w << 16;
}

/**
 * dash_admit_clear - tables in which nothing is found
 * @t: the tables; seeds that are put in later must give 0 and 1 different slots of @vip4
 */
static __always_inline void dash_admit_clear(struct dash_admit *t)
{
	__builtin_memset(t->vip4, 0, sizeof(t->vip4));
	__builtin_memset(t->vip6, 0, sizeof(t->vip6));
	__builtin_memset(t->mac, 0, sizeof(t->mac));
	__builtin_memset(t->vni, 0, sizeof(t->vni));
	t->vip4[0] = 1;
	t->vni[0] = 0x01000001;		/* the octet behind the VNI is not 0 */
	t->vip_seed = t->vni_seed = t->mac_seed = 0x9e3779b97f4a7c15ull;
}

/* ---- counters ------------------------------------------------------------ */

/* TCP flag classes of spec/counters.md 3.3 */
enum dash_tcp_count { DASH_TCP_SYN, DASH_TCP_SYNACK, DASH_TCP_FIN, DASH_TCP_RST, DASH_TCP_N };
/* protocol classes of spec/counters.md 3.2 */
enum dash_proto_class { DASH_PC_TCP, DASH_PC_UDP, DASH_PC_ICMP, DASH_PC_OTHER, DASH_PC_N };

/* Why a packet needed the module: the first cause of each packet counts. */
enum dash_slow {
	DASH_SLOW_MISS,		/* it belongs to no flow */
	DASH_SLOW_CHANGED,	/* policy has changed since its flow was made, or its tunnel source has */
	DASH_SLOW_TCP,		/* a segment that changes the state of a connection */
	DASH_SLOW_FRAGMENT,	/* of a fragmented inner packet, head or later */
	DASH_SLOW_OUTPUT,	/* XDP cannot send it: no neighbour yet, another kind of device or route */
	DASH_SLOW_N
};

/**
 * struct dash_port_stats - per-CPU counters of one port; written by the program only
 * Without the plain hits, which are counted per ENI (struct dash_hits).
 * @slow: enum dash_slow; together slow_path_packets
 */
struct dash_port_stats {
	__u64 rx_packets, rx_bytes;
	__u64 underlay_passthrough;
	__u64 fast_path_packets, slow_path_packets;
	__u64 drop[DASH_DROP_FIRST_ENI];	/* reasons with scope P, by number */
	__u64 slow[DASH_SLOW_N];
	__u64 pad[4];
};

/**
 * struct dash_hits - plain hits of one ENI, by one port, in one direction
 * @bytes: of the outer frames, which left as long as they came
 * @packets: by class, DASH_PC_TCP or DASH_PC_UDP
 * @pad: zero
 *
 * Such a packet is received, matched and sent, on the ENI, and received and taken
 * by the fast path, on the port: two additions here stand for eight.  Who reads
 * counters spreads them, dash_eni_add_hits() and dash_port_add_hits().
 */
struct dash_hits {
	__u64 bytes;
	__u64 packets[2];
	__u64 pad;
};

/**
 * struct dash_eni_stats - per-CPU counters of one ENI; written by the program only
 * @hits: of plain packets, which count nowhere else
 *
 * The arrays of two are indexed by enum dash_dir.
 */
struct dash_eni_stats {
	__u64 rx_packets[2], rx_bytes[2];
	__u64 tx_packets[2], tx_bytes[2];
	__u64 matched[DASH_PC_N];
	__u64 tcp[2][DASH_TCP_N];
	__u64 drop[DASH_DROP_COUNT];		/* reasons with scope E, by number */
	struct dash_hits hits[DASH_MAX_PORT][2];
};

/**
 * dash_eni_add_hits - spread the plain hits of an ENI over the counters of their kind
 * @s: counters, of which @s->hits is read
 */
static __always_inline void dash_eni_add_hits(struct dash_eni_stats *s)
{
	__u32 port, dir, class;

	for (port = 0; port < DASH_MAX_PORT; port++) {
		for (dir = 0; dir < 2; dir++) {
			const struct dash_hits *h = &s->hits[port][dir];

			s->rx_bytes[dir] += h->bytes;
			s->tx_bytes[dir] += h->bytes;
			for (class = 0; class < 2; class++) {
				s->rx_packets[dir] += h->packets[class];
				s->tx_packets[dir] += h->packets[class];
				s->matched[class] += h->packets[class];
			}
		}
	}
}

/**
 * dash_port_add_hits - the same for a port
 * @s: counters of the port
 * @h: hits by this port, of one ENI and direction, or a sum of several
 */
static __always_inline void dash_port_add_hits(struct dash_port_stats *s, const struct dash_hits *h)
{
	s->rx_packets += h->packets[0] + h->packets[1];
	s->rx_bytes += h->bytes;
	s->fast_path_packets += h->packets[0] + h->packets[1];
}

/* ---- the packet, as the program tells it to the module -------------------- */

/* struct dash_pkt frag */
enum dash_frag { DASH_FRAG_NONE, DASH_FRAG_HEAD, DASH_FRAG_LATER };

/**
 * struct dash_pkt - facts of one packet; values and offsets, never pointers
 * @key: flow key, complete
 * @hash: dash_hash() of @key; 0 if nobody has looked for the flow yet, then bpf_dash_resolve() sets it
 * @rx_sip: outer source address
 * @rx_vni: VNI received, host order
 * @slot: flow record; 0: none.  Set by bpf_dash_resolve() and bpf_dash_track()
 * @wire_len: outer frame from the destination MAC to the end of the IP packet, bytes
 * @inner_len: inner frame, bytes
 * @dmac, @smac: inner Ethernet addresses, in the order of the header
 * @ip_id: identification of an inner fragment (IPv4: 16 bits)
 * @inner_off: offset of the inner Ethernet header in the frame
 * @l3_off: offset of the inner IP header in the frame
 * @dir: enum dash_dir
 * @vip: index of the VIP that was hit
 * @tcp_flags: byte 13 of the TCP header, 0 for other protocols
 * @tos: outer TOS / traffic class
 * @frag: enum dash_frag of the inner packet
 * @last_frag: 1 if it is a fragment with MF = 0
 * @trace: handle of its trace, from bpf_dash_trace_begin(); 0: it is not traced
 * @ip_len: inner IP packet, bytes, without padding behind it
 * @pad: zero
 */
struct dash_pkt {
	struct dash_key key;
	__u64  hash;
	struct dash_ip rx_sip;
	__u32  rx_vni;
	__u32  slot;
	__u32  wire_len;
	__u32  inner_len;
	__u8   dmac[6];
	__u8   smac[6];
	__u32  ip_id;
	__u16  inner_off;
	__u16  l3_off;
	__u8   dir;
	__u8   vip;
	__u8   tcp_flags;
	__u8   tos;
	__u8   frag;
	__u8   last_frag;
	__u16  trace;
	__u16  ip_len;
	__u8   pad[2];
};
dash_static_assert(sizeof(struct dash_pkt) % 8 == 0);

/* What becomes of a traced packet */
enum dash_fate {
	DASH_FATE_DROPPED,
	DASH_FATE_PASSED,	/* to the host's stack, untouched */
	DASH_FATE_SENT,		/* by XDP */
	DASH_FATE_KERNEL,	/* finished, and sent by the kernel's output path */
};

/* bpf_dash_trace_decide() what */
enum dash_trace_ask {
	DASH_TRACE_RESOLVE,	/* as bpf_dash_resolve() */
	DASH_TRACE_TRACK,	/* as bpf_dash_track() */
	DASH_TRACE_QUOTED,	/* nothing is to be decided: an ICMP error that goes by the record @pkt->slot that it quotes */
};

/* bpf_dash_trace_begin() flags */
#define DASH_TRACE_POLICY	0x1	/* of a packet that belongs to a connection, tell what policy says today, too */

/* ---- maps and kfuncs -------------------------------------------------------- */

/* which map is bound: argument of bpf_dash_bind() */
enum dash_map_id {
	DASH_MAP_HOT,		/* array, 1 x struct dash_hot, mmapable */
	DASH_MAP_INDEX,		/* array, lines x struct dash_line, mmapable */
	DASH_MAP_FLOWS,		/* array, slots x struct dash_flow, mmapable; slot 0 unused */
	DASH_MAP_ENI_STATS,	/* per-CPU array, DASH_MAX_ENI x struct dash_eni_stats */
	DASH_MAP_PORT_STATS,	/* per-CPU array, DASH_MAX_PORT x struct dash_port_stats */
	DASH_MAP_N
};

#if defined(__KERNEL__) || defined(__bpf__)
struct xdp_md;
struct bpf_map;
#ifdef __bpf__
#define DASH_KFUNC extern __attribute__((section(".ksyms"))) __attribute__((weak))
#else
#define DASH_KFUNC
#endif

/**
 * bpf_dash_resolve - decide a packet that the program cannot: a flow miss, a
 * flow of an old generation, or an inbound flow whose tunnel source changed
 * @ctx: the packet; only its device's namespace is read
 * @pkt: facts; @pkt->slot is 0 on a miss, else the flow in question
 *
 * Context: XDP (softirq, RCU), or BPF_PROG_TEST_RUN.  Takes spinlocks.
 * Return: 0 with @pkt->slot and @pkt->hash set, or the reason (enum dash_drop) to drop it for.
 */
DASH_KFUNC int bpf_dash_resolve(struct xdp_md *ctx, struct dash_pkt *pkt);

/**
 * bpf_dash_track - a TCP segment that may change the state of flow @pkt->slot
 * @ctx: as above
 * @pkt: facts; @pkt->slot may be another one afterwards (a SYN that reuses the
 *	ports of a closing connection is a new connection)
 *
 * Return: 0, or the reason to drop it for.
 */
DASH_KFUNC int bpf_dash_track(struct xdp_md *ctx, struct dash_pkt *pkt);

/**
 * bpf_dash_output - send the finished packet through the kernel's own output
 * path, which resolves the neighbour and queues the packet meanwhile
 * @ctx: the finished packet: Ethernet header of any content, then IP
 *
 * Return: 0 if the kernel took a copy (the program then drops the original
 * without counting a drop), or the reason to drop it for.
 */
DASH_KFUNC int bpf_dash_output(struct xdp_md *ctx);

/**
 * bpf_dash_trace_begin - from here on, note what is decided about a packet
 * @ctx: the packet as received
 * @pkt: facts; @pkt->trace is set, 0 if the packet is not traced
 * @cookie: not 0: a packet that only is supposed (program dash_trace), to be asked for under this
 *	number; 0: a real one, traced if somebody follows packets like it: then everything
 *	up to here is known, and the decision is noted at once
 * @flags: DASH_TRACE_*
 *
 * Return: 0.
 */
DASH_KFUNC int bpf_dash_trace_begin(struct xdp_md *ctx, struct dash_pkt *pkt, __u64 cookie, __u32 flags);

/**
 * bpf_dash_trace_decide - bpf_dash_resolve() and bpf_dash_track() of a packet that only is supposed
 * @ctx: as above
 * @pkt: facts; @pkt->slot as there, but 0 for a connection that would be new
 * @flow: gets the record that the packet would go by
 * @what: enum dash_trace_ask
 *
 * The same code decides, and changes nothing.
 * Return: 0, or the reason to drop it for.
 */
DASH_KFUNC int bpf_dash_trace_decide(struct xdp_md *ctx, struct dash_pkt *pkt, struct dash_flow *flow,
				     __u32 what);

/**
 * bpf_dash_trace_output - would bpf_dash_output() send the packet?
 * @ctx: as there
 *
 * Return: 0, or the reason to drop it for.
 */
DASH_KFUNC int bpf_dash_trace_output(struct xdp_md *ctx);

/**
 * bpf_dash_trace_end - what became of a traced packet
 * @ctx: the packet as it is now
 * @pkt: facts
 * @fate: enum dash_fate
 * @reason: enum dash_drop
 * @ifindex: device that it is sent to, 0: none
 *
 * Return: 0.
 */
DASH_KFUNC int bpf_dash_trace_end(struct xdp_md *ctx, struct dash_pkt *pkt, __u32 fate, __u32 reason,
				  __u32 ifindex);

/**
 * bpf_dash_drop - a packet is dropped, and struct dash_hot tell_drops says that somebody listens
 * @ctx: the packet
 * @pkt: facts, as far as they are known
 * @reason: enum dash_drop
 *
 * Return: 0.
 */
DASH_KFUNC int bpf_dash_drop(struct xdp_md *ctx, struct dash_pkt *pkt, __u32 reason);

/**
 * bpf_dash_bind - give a map to the module, for the caller's namespace
 * @map: the map
 * @map_id: enum dash_map_id
 *
 * Context: a BPF_PROG_TYPE_SYSCALL program run by dashctl.  One map per call:
 * with two __map arguments the 6.12 verifier dereferences NULL.
 * Return: 0; -EBUSY already bound; -EINVAL wrong shape; -EPERM.
 */
DASH_KFUNC int bpf_dash_bind(struct bpf_map *map__map, __u32 map_id);
#endif

#endif /* DASH_FLOW_H */
