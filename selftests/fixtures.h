/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Packet in, verdict, packet out: the data of prog_run.c, in the setting of
 * pipeline.md 25.0, in the order in which they are sent.  Native runs install the
 * flow of a case by themselves; runs with the module have fixtures.json loaded,
 * and the module decides.
 */
#ifndef DASH_TEST_FIXTURES_H
#define DASH_TEST_FIXTURES_H

#include "../kernel/uapi/dash_flow.h"

/* A case names what it is about; what it leaves out is zero on purpose. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

enum verdict { TX, DROP, PASS };

#define NATIVE	1	/* needs no module: decided before the flow, or with an installed flow */
#define MODULE	2	/* needs the module's policy */
#define BOTH	(NATIVE | MODULE)
#define ONCE	4	/* the same packet again would be something else */
#define BURST	8	/* the connections that a token bucket lets pass at once come first; "%u" is a port */
#define NEW	16	/* with the module: opens a connection, in the slow path */
#define HIT	32	/* with the module: belongs to a connection already, in the fast path at once */
#define TRACKED	64	/* a TCP control segment, which the module follows each time; or a fragment: always the slow path */

/* Next hops of native runs; a case that says nothing uses NH_OK. */
enum nh { NH_DEFAULT, NH_OK, NH_OTHER_PORT, NH_NO_ROUTE, NH_ROUTE_DROP, NH_KERNEL, NH_LOOKUP };

/**
 * struct action - flow record that native runs install
 * @pa: tunnel peer on the network side
 * @vni: towards the network
 * @dmac: inner destination MAC to write, or NULL
 * @flags: more of DASH_F_*
 * @vip: index of the source VIP
 * @nh: next hop
 */
struct action {
	const char *pa;
	unsigned int vni;
	const char *dmac;
	unsigned int flags;
	unsigned int vip;
	enum nh nh;
};

/**
 * struct fixture - one packet
 * @name: sentence
 * @modes: NATIVE, MODULE, and the words above
 * @in: packet received
 * @verdict: what becomes of it
 * @reason: of a drop
 * @out: packet sent
 * @flow: the flow it hits in native runs, or NULL: it must not get that far
 */
struct fixture {
	const char *name;
	int modes;
	const char *in;
	enum verdict verdict;
	enum dash_drop reason;
	const char *out;
	struct action flow;
};

#define RX	"eth 02:00:00:00:00:fe>02:00:00:00:00:01 / "
#define SENT	"eth 02:00:00:00:00:01>02:00:00:00:00:fe / "
#define VM	"F4:93:9F:EF:C4:7E"
#define GUEST	"12:34:56:78:9A:BC"
#define VM6	"F4:93:9F:EF:C4:06"	/* its host has an IPv6 address, and it a VNI of its own */
#define ENI(n)	"F4:93:9F:EF:C4:" n	/* fixtures.json says what is wrong with each */
#define PEER	"C8:22:83:99:22:A2"

/* The VM's host sends, over IPv4 or IPv6. */
#define HOST4	RX "ip4 25.1.1.1>10.250.20.19 tos 0x28 ttl 60 id 0x0abc / udp 51000>4789 / "
#define HOST6	RX "ip6 2001:db8:25::1>2001:db8:fe::19 tc 0x28 flow 0x12345 hlim 60 / udp 51000>4789 / "
#define OUT4	HOST4 "vxlan 4321 / eth " VM ">" GUEST " / "
#define OUT6	HOST6 "vxlan 4321 / eth " VM ">" GUEST " / "
#define OUT4_TO(vip, vni) RX "ip4 25.1.1.1>" vip " tos 0x28 / udp 51000>4789 / vxlan " vni " / eth " VM ">" GUEST " / "
#define OUT4_FROM(mac) HOST4 "vxlan 4321 / eth " mac ">" GUEST " / "

/* The network sends to the VM. */
#define NET4(pa, vni) RX "ip4 " pa ">10.250.20.19 ttl 62 / udp 52000>4789 / vxlan " vni " / eth " PEER ">" VM " / "
#define NET6(pa, vni) RX "ip6 " pa ">2001:db8:fe::19 hlim 62 / udp 52000>4789 / vxlan " vni " / eth " PEER ">" VM " / "
#define NET4_TO(pa, vni, mac) NET4_VIA("10.250.20.19", pa, vni, mac)
#define NET4_VIA(vip, pa, vni, mac) RX "ip4 " pa ">" vip " ttl 62 / udp 52000>4789 / vxlan " vni " / eth " PEER ">" mac " / "

/* What leaves towards the network, @tos as received, and towards the VM. */
#define TO_PA4(pa, vni, dmac) SENT "ip4 10.250.20.19>" pa " tos 0x28 ttl 64 id * / udp *>4789 / vxlan " vni " / eth " VM ">" dmac " / "
#define TO_PA6(pa, vni, dmac) SENT "ip6 2001:db8:fe::19>" pa " tc 0x28 hlim 64 / udp *>4789 / vxlan " vni " / eth " VM ">" dmac " / "
#define TO_VM4 SENT "ip4 10.250.20.19>25.1.1.1 ttl 64 id * / udp *>4789 / vxlan 4321 / eth " PEER ">" VM " / "

#define FROM_VM6(vni) RX "ip6 2001:db8:25::1>2001:db8:fe::19 tc 0x28 / udp 51000>4789 / vxlan " vni " / eth " VM6 ">" GUEST " / "
#define TO_VM6 SENT "ip6 2001:db8:fe::19>2001:db8:25::1 hlim 64 / udp *>4789 / vxlan 5432 / eth " PEER ">" VM6 " / "

#define I4	"ip4 10.1.2.9>10.1.1.1 id 0x1234 / "
#define R4	"ip4 10.1.1.1>10.1.2.9 / "
#define I6	"ip6 2001:db8:a::9>2001:db8:b::1 / "
#define R6	"ip6 2001:db8:b::1>2001:db8:a::9 / "
#define U	"udp 10000>20000 / pay 58"
#define RU	"udp 20000>10000 / pay 58"

#define VNET1	{ .pa = "101.1.2.3", .vni = 45654, .dmac = PEER }
#define VNET2_6	{ .pa = "2601:12:7a:1::1234", .vni = 866, .dmac = "20:10:83:99:22:A2", .vip = 1 }

static const struct fixture fixtures[] = {
	/* Not for the pipeline */
	{ "ARP goes to the stack", BOTH, RX "arp / pad 18", PASS, 0 },
	{ "a runt goes to the stack", BOTH, RX "arp / cut 14", PASS, 0 },
	{ "UDP to another port goes to the stack", BOTH,
	  RX "ip4 1.1.1.1>2.2.2.2 / udp 1>53 / pay 20", PASS, 0 },
	{ "TCP to the VIP goes to the stack", BOTH,
	  RX "ip4 1.1.1.1>10.250.20.19 / tcp 1>179 S", PASS, 0 },
	{ "GRE goes to the stack", BOTH, RX "ip4 1.1.1.1>10.250.20.19 proto 47 / pay 40", PASS, 0 },
	{ "MLD behind a hop-by-hop header goes to the stack", BOTH,
	  RX "ip6 fe80::1>ff02::16 / ext 0 / icmp6 143 / pay 20", PASS, 0 },
	{ "a later UDP fragment to somebody else goes to the stack", BOTH,
	  RX "ip4 1.1.1.1>2.2.2.2 off 1480 / udp 1>4789 / pay 20", PASS, 0 },

	/* Outer headers */
	{ "outer IPv4 header checksum wrong", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 csum 0x1234 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv4 header checksum wrong, with options", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 csum 0x1234 opt 8 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IHL below 5", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 ihl 4 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IP version 5", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 ver 5 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer total length beyond the frame", BOTH, OUT4 I4 U " / cut 149", DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv6 payload length beyond the frame", BOTH, OUT6 I4 U " / cut 169", DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer UDP length beyond the IP packet", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 len 117 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer UDP length without room for VXLAN", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 len 15 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv6 from a v4-mapped address", BOTH,
	  RX "ip6 ::ffff:101.1.2.3>2001:db8:fe::19 / udp 52000>4789 / vxlan 45654 / eth " PEER ">" VM " / " R4 RU,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv6 to a v4-mapped VIP", BOTH,
	  RX "ip6 2001:db8:25::1>::ffff:10.250.20.19 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv6 with a destination option", BOTH,
	  RX "ip6 2001:db8:25::1>2001:db8:fe::19 / ext 60 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "outer IPv4 first fragment", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 mf / udp 51000>4789 len 2000 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_FRAGMENT },
	{ "outer IPv4 later fragment to a VIP", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 off 1480 / udp 7>8 / pay 100", DROP, DASH_DROP_OUTER_FRAGMENT },
	{ "outer IPv6 first fragment", BOTH,
	  RX "ip6 2001:db8:25::1>2001:db8:fe::19 / frag6 mf id 7 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_OUTER_FRAGMENT },
	{ "outer IPv6 later fragment to a VIP", BOTH,
	  RX "ip6 2001:db8:25::1>2001:db8:fe::19 / frag6 off 1480 id 7 / udp 7>8 / pay 60",
	  DROP, DASH_DROP_OUTER_FRAGMENT },
	{ "VXLAN without the I bit", BOTH,
	  HOST4 "vxlan 4321 flags 0xf7 / eth " VM ">" GUEST " / " I4 U, DROP, DASH_DROP_VXLAN_INVALID },
	{ "VXLAN to an address that is no VIP", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.20 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_VIP_MISS },
	{ "VXLAN to an IPv6 address that is no VIP", BOTH,
	  RX "ip6 2001:db8:25::1>2001:db8:fe::20 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_VIP_MISS },
	{ "VXLAN flags come before the VIP, the VIP before the inner header", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.20 / udp 51000>4789 / vxlan 4321 flags 0 / eth " VM ">" GUEST " / " I4 U,
	  DROP, DASH_DROP_VXLAN_INVALID },
	{ "a broken inner header to no VIP is a VIP miss", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.20 / udp 51000>4789 / vxlan 4321 / pay 9", DROP, DASH_DROP_VIP_MISS },

	/* Inner headers */
	{ "no room for inner Ethernet", BOTH, HOST4 "vxlan 4321 / pay 13", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner ARP", BOTH, OUT4 "arp", DROP, DASH_DROP_INNER_NON_IP },
	{ "inner 802.1Q tag", BOTH, HOST4 "vxlan 4321 / eth " VM ">" GUEST " type 0x8100 / pay 60",
	  DROP, DASH_DROP_INNER_NON_IP },
	{ "inner IP version 6 in an IPv4 frame", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 ver 6 / " U,
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner IHL below 5", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 ihl 4 / " U, DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner total length below the header", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 len 19 / " U,
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner total length beyond the frame", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 len 87 / " U,
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner UDP cut short", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 proto 17 / pay 7", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner TCP cut short", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 proto 6 / pay 19", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner UDP cut short, padding behind it", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 proto 17 / pay 7 / ipad 20",
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner TCP cut short, padding behind it", BOTH,
	  OUT4 "ip4 10.1.2.9>10.1.1.1 len 39 / tcp 1>2 S", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner TCP data offset 4", BOTH, OUT4 I4 "tcp 1>2 S doff 4 / pay 10", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner TCP data offset beyond the packet", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 len 44 / tcp 1>2 S doff 7",
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner IPv6 payload length beyond the frame", BOTH, OUT4 "ip6 2001:db8:a::9>2001:db8:b::1 plen 67 / " U,
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner IPv6 with seven extension headers", BOTH,
	  OUT4 I6 "ext 0 / ext 60 / ext 43 / ext 60 / ext 51 / ext 60 / ext 60 / " U, DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner IPv6 extension header beyond the packet", BOTH, OUT4 I6 "ext 60 hlen 9 nh 17 / cut 118",
	  DROP, DASH_DROP_OUTER_MALFORMED },
	{ "inner IPv6 extension header longer than the payload", BOTH,
	  OUT4 "ip6 2001:db8:a::9>2001:db8:b::1 plen 16 / ext 60 hlen 9 nh 17", DROP, DASH_DROP_INNER_MALFORMED },
	{ "inner IPv6 extension header into the padding", BOTH,
	  OUT4 "ip6 2001:db8:a::9>2001:db8:b::1 plen 8 / ext 60 hlen 1 / udp 1>2 / pay 20", DROP, DASH_DROP_INNER_MALFORMED },
	{ "TCP fragment that would overlap the header", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 off 8 proto 6 / pay 40",
	  DROP, DASH_DROP_INNER_MALFORMED },
	{ "head of a fragmented packet without its UDP header", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 mf proto 17 / pay 4",
	  DROP, DASH_DROP_INNER_MALFORMED },

	/* ENI */
	{ "unknown inner source MAC, outbound", BOTH, OUT4_FROM("00:AA:00:AA:00:AA") I4 U, DROP, DASH_DROP_ENI_MISS },
	{ "unknown inner destination MAC, inbound", BOTH, NET4_TO("101.1.2.3", "45654", "9E:BA:CE:98:D9:E2") R4 RU,
	  DROP, DASH_DROP_ENI_MISS },
	{ "inner broadcast, inbound", BOTH, NET4_TO("101.1.2.3", "45654", "ff:ff:ff:ff:ff:ff") R4 RU,
	  DROP, DASH_DROP_ENI_MISS },
	{ "ENI that is down, outbound", BOTH, OUT4_FROM(ENI("01")) I4 U, DROP, DASH_DROP_ENI_ADMIN_DOWN },
	{ "ENI that is down, inbound", BOTH, NET4_TO("101.1.2.3", "45654", ENI("01")) R4 RU,
	  DROP, DASH_DROP_ENI_ADMIN_DOWN },
	{ "later fragment without a head", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1480 proto 17 id 9 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "later IPv6 fragment without a head", BOTH, OUT4 I6 "frag6 off 1480 id 9 nh 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },

	/* Section 25 */
	{ "25.1 outbound vnet, UDP", BOTH | NEW, OUT4 I4 U, TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 U, VNET1 },
	{ "25.2 answer to 25.1", BOTH | HIT, NET4("101.1.2.3", "45654") R4 RU, TX, 0, TO_VM4 R4 RU, VNET1 },
	{ "25.2 answer from any other PA", BOTH | HIT, NET4("99.9.9.9", "45654") R4 RU, TX, 0, TO_VM4 R4 RU, VNET1 },
	{ "25.3 vnet_direct", BOTH | NEW, OUT4 "ip4 10.1.2.9>10.1.0.1 / " U, TX, 0,
	  TO_PA4("100.1.2.2", "45654", "A8:22:83:99:22:A2") "ip4 10.1.2.9>10.1.0.1 / " U,
	  { .pa = "100.1.2.2", .vni = 45654, .dmac = "A8:22:83:99:22:A2" } },
	{ "25.4 direct", BOTH | NEW, OUT4 "ip4 10.1.2.9>30.0.0.1 id 0x1234 / udp 10000>53 / pay 58", TX, 0,
	  SENT "ip4 10.1.2.9>30.0.0.1 tos 0x28 id 0x1234 / udp 10000>53 / pay 58",
	  { .pa = "30.0.0.1", .flags = DASH_F_DIRECT } },
	{ "25.6 IPv6 overlay", BOTH | NEW, OUT4 I6 "udp 10000>20000 / pay 38", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I6 "udp 10000>20000 / pay 38", VNET1 },
	{ "25.6 answer", BOTH | HIT, NET4("101.1.2.3", "45654") R6 RU, TX, 0, TO_VM4 R6 RU, VNET1 },
	{ "25.7 IPv6 underlay and peering", BOTH | NEW, OUT4 "ip4 10.1.2.9>200.1.0.6 / " U, TX, 0,
	  TO_PA6("2601:12:7a:1::1234", "866", "20:10:83:99:22:A2") "ip4 10.1.2.9>200.1.0.6 / " U, VNET2_6 },
	{ "25.7 answer over IPv6", BOTH | HIT, NET6("2601:12:7a:1::1234", "866") "ip4 200.1.0.6>10.1.2.9 / " RU, TX, 0,
	  TO_VM4 "ip4 200.1.0.6>10.1.2.9 / " RU, VNET2_6 },
	{ "25.8 use_dst_vni", BOTH | NEW, OUT4 "ip4 10.1.2.9>200.1.0.7 / " U, TX, 0,
	  TO_PA4("102.1.2.9", "866", "20:10:83:99:22:A3") "ip4 10.1.2.9>200.1.0.7 / " U,
	  { .pa = "102.1.2.9", .vni = 866, .dmac = "20:10:83:99:22:A3" } },
	{ "25.8 use_dst_vni absent", BOTH | NEW, OUT4 "ip4 10.1.2.9>200.1.0.8 / " U, TX, 0,
	  TO_PA4("102.1.2.9", "45654", "20:10:83:99:22:A4") "ip4 10.1.2.9>200.1.0.8 / " U,
	  { .pa = "102.1.2.9", .vni = 45654, .dmac = "20:10:83:99:22:A4" } },
	{ "25.9 inbound SYN", BOTH | NEW | TRACKED,
	  RX "ip4 101.1.2.3>10.250.20.19 tos 0x10 ttl 62 / udp 52000>4789 / vxlan 45654 / eth " PEER ">" VM " / " R4 "tcp 40000>80 S",
	  TX, 0,
	  SENT "ip4 10.250.20.19>25.1.1.1 tos 0x10 ttl 64 id * / udp *>4789 / vxlan 4321 / eth " PEER ">" VM " / " R4 "tcp 40000>80 S",
	  { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .flags = DASH_F_INITIATOR_IN | DASH_F_TCP } },
	{ "25.9 the VM's SYN-ACK", BOTH | TRACKED, OUT4 "ip4 10.1.2.9>10.1.1.1 / tcp 80>40000 SA", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 / tcp 80>40000 SA",
	  { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .flags = DASH_F_INITIATOR_IN | DASH_F_TCP } },
	{ "25.10 second packet of 25.9 from a wrong PA", MODULE, NET4("101.1.2.99", "45654") R4 "tcp 40000>80 A",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "25.10 the connection stays usable", BOTH, NET4("101.1.2.3", "45654") R4 "tcp 40000>80 A", TX, 0,
	  TO_VM4 R4 "tcp 40000>80 A",
	  { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .flags = DASH_F_INITIATOR_IN | DASH_F_TCP } },
	{ "25.5 route drop", MODULE, OUT4 "ip4 10.1.2.9>10.2.5.1 / " U, DROP, DASH_DROP_OUTBOUND_ROUTE_DROP },
	{ "25.5 no route", MODULE, OUT4 "ip4 10.1.2.9>172.16.0.1 / " U, DROP, DASH_DROP_OUTBOUND_ROUTING_ENTRY_MISS },
	{ "25.5 no mapping", MODULE, OUT4 "ip4 10.1.2.9>10.1.7.7 / " U, DROP, DASH_DROP_OUTBOUND_CA_PA_ENTRY_MISS },
	{ "25.5 TCP ACK without flow", MODULE, OUT4 I4 "tcp 1>2 A", DROP, DASH_DROP_FLOW_MISS_NON_SYN },
	{ "25.10 wrong PA", MODULE, NET4("101.1.2.99", "45654") R4 "tcp 40001>80 S", DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "25.10 VNI without rule", MODULE, NET4("101.1.2.3", "1000") R4 "tcp 40001>80 S",
	  DROP, DASH_DROP_INBOUND_ROUTING_ENTRY_MISS },
	{ "25.10 SYN-ACK instead of SYN", MODULE, NET4("101.1.2.3", "45654") R4 "tcp 40001>80 SA",
	  DROP, DASH_DROP_FLOW_MISS_NON_SYN },
	{ "25.10 PA of the other VNET is delivered", MODULE | NEW | TRACKED, NET4("102.1.2.9", "45654") R4 "tcp 40002>80 S", TX, 0,
	  TO_VM4 R4 "tcp 40002>80 S" },

	/* Transforms that section 25 does not show */
	{ "IPv6 in, IPv4 out", BOTH | NEW, OUT6 I4 "udp 10001>20000 / pay 58", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10001>20000 / pay 58", VNET1 },
	{ "IPv6 in, IPv6 out", BOTH | NEW, OUT6 "ip4 10.1.2.9>200.1.0.6 / udp 10001>20000 / pay 58", TX, 0,
	  TO_PA6("2601:12:7a:1::1234", "866", "20:10:83:99:22:A2") "ip4 10.1.2.9>200.1.0.6 / udp 10001>20000 / pay 58",
	  VNET2_6 },
	{ "IPv6 in IPv6 in, IPv4 out", BOTH | NEW, OUT6 I6 "udp 10001>20000 / pay 58", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I6 "udp 10001>20000 / pay 58", VNET1 },
	{ "direct IPv6", BOTH | NEW, OUT4 "ip6 2001:db8:a::9>2001:db8:30::1 tc 0xb8 flow 0xabcde / udp 1>53 / pay 7", TX, 0,
	  SENT "ip6 2001:db8:a::9>2001:db8:30::1 tc 0x28 flow 0xabcde / udp 1>53 / pay 7",
	  { .pa = "2001:db8:30::1", .flags = DASH_F_DIRECT } },
	{ "direct merges the congestion mark", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 tos 0x2b / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / ip4 10.1.2.9>30.0.0.1 tos 0xb9 / udp 9>53 / pay 5",
	  TX, 0, SENT "ip4 10.1.2.9>30.0.0.1 tos 0x2b / udp 9>53 / pay 5", { .pa = "30.0.0.1", .flags = DASH_F_DIRECT } },
	{ "direct leaves a packet that is not ECN capable unmarked", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 tos 0x2b / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / ip4 10.1.2.9>30.0.0.1 tos 0xb8 / udp 8>53 / pay 5",
	  TX, 0, SENT "ip4 10.1.2.9>30.0.0.1 tos 0x28 / udp 8>53 / pay 5", { .pa = "30.0.0.1", .flags = DASH_F_DIRECT } },
	{ "direct cuts the padding of the inner frame", BOTH,
	  OUT4 "ip4 10.1.2.9>30.0.0.1 / udp 7>53 / pay 5 / ipad 13", TX, 0,
	  SENT "ip4 10.1.2.9>30.0.0.1 tos 0x28 / udp 7>53 / pay 5", { .pa = "30.0.0.1", .flags = DASH_F_DIRECT } },
	{ "direct: padding that is cut does not count for the MTU, of a first packet either", MODULE | NEW,
	  OUT4 "ip4 10.1.2.9>30.0.0.1 / udp 6>53 / pay 9072 / ipad 13", TX, 0,
	  SENT "ip4 10.1.2.9>30.0.0.1 tos 0x28 / udp 6>53 / pay 9072" },
	{ "padding of the inner frame is carried", BOTH, OUT4 I4 "udp 10002>20000 / pay 5 / ipad 13", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10002>20000 / pay 5 / ipad 13", VNET1 },
	{ "padding behind the outer packet is cut", BOTH, OUT4 I4 "udp 10003>20000 / pay 5 / pad 13", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10003>20000 / pay 5", VNET1 },
	{ "padding is cut while the header grows", BOTH, OUT4 "ip4 10.1.2.9>200.1.0.6 / udp 10003>20000 / pay 5 / pad 13",
	  TX, 0, TO_PA6("2601:12:7a:1::1234", "866", "20:10:83:99:22:A2") "ip4 10.1.2.9>200.1.0.6 / udp 10003>20000 / pay 5",
	  VNET2_6 },
	{ "outer IPv4 options are skipped", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 tos 0x28 opt 12 / udp 51000>4789 / vxlan 4321 / eth " VM ">" GUEST " / " I4 "udp 10004>20000 / pay 5",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10004>20000 / pay 5", VNET1 },
	{ "outer UDP checksum and VXLAN reserved bits are ignored, and sent as zero", BOTH,
	  RX "ip4 25.1.1.1>10.250.20.19 tos 0x28 / udp 51000>4789 csum 0xbeef / vxlan 4321 flags 0xff rsv 0x5a / eth " VM ">" GUEST " / " I4 "udp 10005>20000 / pay 5",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10005>20000 / pay 5", VNET1 },
	{ "inner IPv4 options are carried", BOTH, OUT4 "ip4 10.1.2.9>10.1.1.1 opt 40 / udp 10006>20000 / pay 5", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 opt 40 / udp 10006>20000 / pay 5", VNET1 },
	{ "six inner extension headers are walked", BOTH,
	  OUT4 I6 "ext 0 / ext 60 hlen 3 / ext 43 / ext 51 / ext 60 / ext 60 / udp 10007>20000 / pay 5", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I6 "ext 0 / ext 60 hlen 3 / ext 43 / ext 51 / ext 60 / ext 60 / udp 10007>20000 / pay 5",
	  VNET1 },
	{ "an atomic fragment is no fragment", BOTH, OUT4 I6 "frag6 id 5 / udp 10008>20000 / pay 5", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I6 "frag6 id 5 / udp 10008>20000 / pay 5", VNET1 },
	{ "head of a fragmented packet", BOTH | TRACKED, OUT4 "ip4 10.1.2.9>10.1.1.1 mf id 77 / udp 10009>20000 len 2000 / pay 24",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 mf id 77 / udp 10009>20000 len 2000 / pay 24",
	  VNET1 },
	{ "a later fragment goes where its head went", MODULE | TRACKED, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1480 mf id 77 proto 17 / pay 40",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 off 1480 mf id 77 proto 17 / pay 40" },
	{ "one of another packet does not", MODULE, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1480 mf id 78 proto 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "nor one of the other direction", MODULE,
	  NET4("101.1.2.3", "45654") "ip4 10.1.1.1>10.1.2.9 off 1480 mf id 77 proto 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "a last fragment that is too large does not end the entry", MODULE,
	  OUT4 "ip4 10.1.2.9>10.1.1.1 off 1520 id 77 proto 17 / pay 9100", DROP, DASH_DROP_MTU_EXCEEDED },
	{ "the last fragment follows, too", MODULE | ONCE, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1520 id 77 proto 17 / pay 40",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 off 1520 id 77 proto 17 / pay 40" },
	{ "and ends the entry", MODULE, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1480 mf id 77 proto 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "a head that is too large, of a connection that exists", MODULE,
	  OUT4 "ip4 10.1.2.9>10.1.1.1 mf id 79 / udp 10009>20000 len 9200 / pay 9100", DROP, DASH_DROP_MTU_EXCEEDED },
	{ "leaves no entry", MODULE, OUT4 "ip4 10.1.2.9>10.1.1.1 off 1480 mf id 79 proto 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "head of a fragmented IPv6 packet", BOTH | TRACKED, OUT4 I6 "frag6 mf id 700000 / ext 60 / udp 10009>20000 len 2000 / pay 24",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I6 "frag6 mf id 700000 / ext 60 / udp 10009>20000 len 2000 / pay 24",
	  VNET1 },
	{ "a later IPv6 fragment", MODULE | TRACKED, OUT4 I6 "frag6 off 1480 mf id 700000 nh 60 / pay 40",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I6 "frag6 off 1480 mf id 700000 nh 60 / pay 40" },
	{ "an IPv6 identification has 32 bits", MODULE, OUT4 I6 "frag6 off 1480 mf id 44640 nh 60 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "a head that is dropped", MODULE, OUT4 "ip4 10.1.2.9>10.2.5.1 mf id 79 / udp 10009>20000 len 2000 / pay 24",
	  DROP, DASH_DROP_OUTBOUND_ROUTE_DROP },
	{ "has no fragments", MODULE, OUT4 "ip4 10.1.2.9>10.2.5.1 off 1480 mf id 79 proto 17 / pay 40",
	  DROP, DASH_DROP_FRAGMENT_NO_PARENT },
	{ "head of a fragmented packet to the VM", MODULE | TRACKED,
	  NET4("101.1.2.3", "45654") "ip4 10.1.1.1>10.1.2.9 mf id 80 / udp 10009>20001 len 2000 / pay 24",
	  TX, 0, TO_VM4 "ip4 10.1.1.1>10.1.2.9 mf id 80 / udp 10009>20001 len 2000 / pay 24" },
	{ "its fragments", MODULE | TRACKED, NET4("101.1.2.3", "45654") "ip4 10.1.1.1>10.1.2.9 off 1480 mf id 80 proto 17 / pay 40",
	  TX, 0, TO_VM4 "ip4 10.1.1.1>10.1.2.9 off 1480 mf id 80 proto 17 / pay 40" },
	{ "do not come out of another tunnel", MODULE,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.1>10.1.2.9 off 1480 mf id 80 proto 17 / pay 40",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "a connection that ICMP errors will speak of", MODULE, OUT4 I4 "udp 10050>20000 / pay 5",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10050>20000 / pay 5" },
	{ "an ICMP error goes by that connection, from whatever host of the network", MODULE | HIT,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.99>10.1.2.9 / icmp 3 / " I4 "udp 10050>20000 / pay 5",
	  TX, 0, TO_VM4 "ip4 10.1.1.99>10.1.2.9 / icmp 3 / " I4 "udp 10050>20000 / pay 5" },
	{ "time exceeded, too, though the quoted packet is cut behind its ports", MODULE | HIT,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.99>10.1.2.9 / icmp 11 / " I4 "udp 10050>20000 len 500",
	  TX, 0, TO_VM4 "ip4 10.1.1.99>10.1.2.9 / icmp 11 / " I4 "udp 10050>20000 len 500" },
	{ "an error to somebody who has not sent the quoted packet is an ICMP packet like others", MODULE,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.99>10.1.2.10 / icmp 3 / " I4 "udp 10050>20000 / pay 5",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "so is one about another connection", MODULE,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.99>10.1.2.9 / icmp 3 / " I4 "udp 10051>20000 / pay 5",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "and an echo that quotes it", MODULE,
	  NET4("9.9.9.9", "45654") "ip4 10.1.1.99>10.1.2.9 / icmp 8 / " I4 "udp 10050>20000 / pay 5",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "a connection to the VM", MODULE,
	  NET4("101.1.2.3", "45654") "ip4 10.1.1.1>10.1.2.9 / udp 10052>20001 / pay 5",
	  TX, 0, TO_VM4 "ip4 10.1.1.1>10.1.2.9 / udp 10052>20001 / pay 5" },
	{ "the VM's error about it, for which no route is asked", MODULE | HIT,
	  OUT4 "ip4 10.2.5.9>10.1.1.1 / icmp 3 / ip4 10.1.1.1>10.1.2.9 / udp 10052>20001 / pay 5",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.2.5.9>10.1.1.1 / icmp 3 / ip4 10.1.1.1>10.1.2.9 / udp 10052>20001 / pay 5" },
	{ "an IPv6 connection", MODULE, OUT4 I6 "udp 10050>20000 / pay 5",
	  TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I6 "udp 10050>20000 / pay 5" },
	{ "packet too big, about it", MODULE | HIT,
	  NET4("9.9.9.9", "45654") "ip6 2001:db8:b::99>2001:db8:a::9 / icmp6 2 / " I6 "udp 10050>20000 / pay 5",
	  TX, 0, TO_VM4 "ip6 2001:db8:b::99>2001:db8:a::9 / icmp6 2 / " I6 "udp 10050>20000 / pay 5" },
	{ "a quoted packet with extension headers is not looked into", MODULE,
	  NET4("9.9.9.9", "45654") "ip6 2001:db8:b::99>2001:db8:a::9 / icmp6 2 / " I6 "ext 0 / udp 10050>20000 / pay 5",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL },
	{ "inner TTL 1 and a wrong inner checksum are not our business", BOTH,
	  OUT4 "ip4 10.1.2.9>10.1.1.1 ttl 1 csum 0x1111 / udp 10010>20000 csum 0x2222 / pay 5", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 ttl 1 csum 0x1111 / udp 10010>20000 csum 0x2222 / pay 5",
	  VNET1 },
	{ "ICMP", BOTH | NEW, OUT4 I4 "icmp / pay 20", TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 "icmp / pay 20", VNET1 },
	{ "ICMPv6", BOTH | NEW, OUT4 I6 "icmp6 / pay 20", TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I6 "icmp6 / pay 20", VNET1 },
	{ "any other protocol", BOTH | NEW, OUT4 "ip4 10.1.2.9>10.1.1.1 proto 132 / pay 12", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) "ip4 10.1.2.9>10.1.1.1 proto 132 / pay 12", VNET1 },
	{ "TCP with options", BOTH | NEW | TRACKED, OUT4 I4 "tcp 1025>80 S doff 10", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "tcp 1025>80 S doff 10",
	  { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .flags = DASH_F_TCP } },
	{ "a frame of several buffers", BOTH, OUT4 I4 "udp 10011>20000 / pay 8000", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10011>20000 / pay 8000", VNET1 },
	{ "a frame of several buffers, with padding, whose header grows", BOTH,
	  OUT4 "ip4 10.1.2.9>200.1.0.6 / udp 10011>20000 / pay 8000 / pad 50", TX, 0,
	  TO_PA6("2601:12:7a:1::1234", "866", "20:10:83:99:22:A2") "ip4 10.1.2.9>200.1.0.6 / udp 10011>20000 / pay 8000",
	  VNET2_6 },
	{ "padding in the second buffer", BOTH, OUT4 I4 "udp 10011>20000 / pay 3300 / pad 700", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10011>20000 / pay 3300", VNET1 },
	{ "padding that begins with the second buffer", BOTH, OUT4 I4 "udp 10011>20000 / pay 3428 / pad 700", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10011>20000 / pay 3428", VNET1 },
	{ "a frame of exactly the MTU", BOTH, OUT4 I4 "udp 10012>20000 / pay 9022", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 10012>20000 / pay 9022", VNET1 },
	{ "one octet more", BOTH, OUT4 I4 "udp 10012>20000 / pay 9023", DROP, DASH_DROP_MTU_EXCEEDED, NULL, VNET1 },

	/* A host with an IPv6 address, and a VNI of the ENI's own */
	{ "IPv6 in, IPv4 out, own VNI", BOTH, FROM_VM6("5432") I4 U, TX, 0,
	  SENT "ip4 10.250.20.19>101.1.2.3 tos 0x28 ttl 64 id * / udp *>4789 / vxlan 45654 / eth " VM6 ">" PEER " / " I4 U,
	  VNET1 },
	{ "the answer grows: IPv4 in, IPv6 out to the VM", BOTH, NET4_TO("101.1.2.3", "45654", VM6) R4 RU, TX, 0,
	  TO_VM6 R4 RU, VNET1 },
	{ "IPv6 in, IPv6 out to the VM", BOTH,
	  RX "ip6 2001:db8:77::1>2001:db8:fe::19 hlim 62 / udp 52000>4789 / vxlan 45654 / eth " PEER ">" VM6 " / " R4 RU,
	  TX, 0, TO_VM6 R4 RU, VNET1 },
	{ "inner IPv6 in IPv6, both ways, outbound", BOTH, FROM_VM6("5432") I6 U, TX, 0,
	  SENT "ip4 10.250.20.19>101.1.2.3 tos 0x28 ttl 64 id * / udp *>4789 / vxlan 45654 / eth " VM6 ">" PEER " / " I6 U,
	  VNET1 },
	{ "inner IPv6 in IPv6, both ways, inbound", BOTH,
	  RX "ip6 2001:db8:77::1>2001:db8:fe::19 hlim 62 / udp 52000>4789 / vxlan 45654 / eth " PEER ">" VM6 " / " R6 RU,
	  TX, 0, TO_VM6 R6 RU, VNET1 },
	{ "the VIP that was hit has no sibling of the host's family", BOTH,
	  NET4_VIA("10.250.20.21", "101.1.2.3", "45654", VM6) R4 RU, DROP, DASH_DROP_UNDERLAY_SIP_MISSING, NULL, VNET1 },

	/* Next hops */
	{ "out of another port", NATIVE, OUT4 I4 U, TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 U,
	  { .pa = "101.1.2.3", .vni = 45654, .dmac = PEER, .nh = NH_OTHER_PORT } },
	{ "no route to the PA, known before", NATIVE, OUT4 I4 U, DROP, DASH_DROP_UNDERLAY_NO_ROUTE, NULL,
	  { .pa = "101.1.2.3", .nh = NH_NO_ROUTE } },
	{ "blackhole route to the PA, known before", NATIVE, OUT4 I4 U, DROP, DASH_DROP_UNDERLAY_ROUTE_DROP, NULL,
	  { .pa = "101.1.2.3", .nh = NH_ROUTE_DROP } },
	{ "no neighbour, and no module to ask", NATIVE, OUT4 I4 U, DROP, DASH_DROP_UNDERLAY_TX_FAIL, NULL,
	  { .pa = "101.1.2.3", .nh = NH_KERNEL } },
	{ "next hop to be asked for per packet", NATIVE, OUT4 I4 U, DROP, DASH_DROP_UNDERLAY_NO_ROUTE, NULL,
	  { .pa = "101.1.2.3", .nh = NH_LOOKUP } },
	{ "no route to the PA", MODULE, OUT4 "ip4 10.1.2.9>10.1.66.1 / " U, DROP, DASH_DROP_UNDERLAY_NO_ROUTE },
	{ "blackhole route to the PA", MODULE, OUT4 "ip4 10.1.2.9>10.1.66.2 / " U, DROP, DASH_DROP_UNDERLAY_ROUTE_DROP },
	{ "PA behind a neighbour that the kernel has given up", MODULE | ONCE,
	  OUT4 "ip4 10.1.2.9>10.1.66.3 / " U, DROP, DASH_DROP_UNDERLAY_TX_FAIL },
	{ "no VIP of the PA's family", MODULE, OUT4_TO("10.250.20.21", "4322") "ip4 10.1.2.9>200.1.0.6 / udp 5>6 / pay 5",
	  DROP, DASH_DROP_UNDERLAY_SIP_MISSING },

	/* Policy */
	{ "ACL rule denies", MODULE, OUT4_FROM(ENI("10")) I4 U, DROP, DASH_DROP_ACL_DENY },
	{ "ACL group without a matching rule", MODULE, OUT4_FROM(ENI("11")) I4 U, DROP, DASH_DROP_ACL_NO_MATCH },
	{ "ENI without route group", MODULE, OUT4_FROM(ENI("12")) I4 U, DROP, DASH_DROP_OUTBOUND_ROUTING_GROUP_MISS },
	{ "route group that is disabled", MODULE, OUT4_FROM(ENI("13")) I4 U, DROP,
	  DASH_DROP_OUTBOUND_ROUTING_GROUP_DISABLED },
	{ "the one flow that the ENI may have", MODULE, OUT4_FROM(ENI("14")) I4 "udp 1>2 / pay 5", TX, 0,
	  SENT "ip4 10.250.20.19>101.1.2.3 tos 0x28 ttl 64 id * / udp *>4789 / vxlan 45654 / eth " ENI("14") ">" PEER " / " I4 "udp 1>2 / pay 5" },
	{ "one flow too many for the ENI", MODULE, OUT4_FROM(ENI("14")) I4 "udp 3>4 / pay 5", DROP,
	  DASH_DROP_FLOW_LIMIT_ENI },
	{ "VNI that nobody trusts", MODULE, NET4_TO("101.1.2.3", "777", ENI("15")) R4 RU, DROP, DASH_DROP_TRUSTED_VNI_MISS },
	{ "inbound rule drops", MODULE, NET4_TO("101.1.2.3", "45654", ENI("16")) R4 RU, DROP, DASH_DROP_INBOUND_RULE_DROP },
	{ "a connection too many for this second", MODULE | ONCE | BURST, OUT4_FROM(ENI("17")) I4 "udp %u>4 / pay 5", DROP,
	  DASH_DROP_CPS_LIMIT },
	{ "protocol that is not allowed", MODULE, OUT4 "ip4 10.1.2.9>10.1.1.1 proto 89 / pay 12", DROP,
	  DASH_DROP_UNSUPPORTED_PROTOCOL },
};

/* What the example files of config.md 9 decide, by the name of the file; in the order of the file's table. */
static const struct example {
	const char *config;
	struct fixture f;
} examples[] = {
	{ "minimal", { "to the peer", MODULE | NEW, OUT4 I4 U, TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 U } },
	{ "minimal", { "the peer answers", MODULE | HIT, NET4("101.1.2.3", "45654") R4 RU, TX, 0, TO_VM4 R4 RU } },
	{ "minimal", { "from the peer", MODULE | NEW, NET4("101.1.2.3", "45654") R4 "udp 5>6 / pay 5", TX, 0,
	  TO_VM4 R4 "udp 5>6 / pay 5" } },
	{ "minimal", { "from another PA of the prefix", MODULE, NET4("101.1.2.4", "45654") R4 "udp 7>8 / pay 5",
	  DROP, DASH_DROP_PA_VALIDATION_FAIL } },

	{ "vnet-to-vnet", { "10.1.1.1: vnet", MODULE | NEW, OUT4 I4 U, TX, 0, TO_PA4("101.1.2.3", "45654", PEER) I4 U } },
	{ "vnet-to-vnet", { "10.1.0.1: vnet_direct", MODULE | NEW, OUT4 "ip4 10.1.2.9>10.1.0.1 / " U, TX, 0,
	  TO_PA4("100.1.2.2", "45654", "A8:22:83:99:22:A2") "ip4 10.1.2.9>10.1.0.1 / " U } },
	{ "vnet-to-vnet", { "30.0.0.1: direct", MODULE | NEW, OUT4 "ip4 10.1.2.9>30.0.0.1 / " U, TX, 0,
	  SENT "ip4 10.1.2.9>30.0.0.1 tos 0x28 / " U } },
	{ "vnet-to-vnet", { "40.0.0.1: direct", MODULE | NEW, OUT4 "ip4 10.1.2.9>40.0.0.1 / " U, TX, 0,
	  SENT "ip4 10.1.2.9>40.0.0.1 tos 0x28 / " U } },
	{ "vnet-to-vnet", { "40.0.0.2: direct", MODULE | NEW, OUT4 "ip4 10.1.2.9>40.0.0.2 / " U, TX, 0,
	  SENT "ip4 10.1.2.9>40.0.0.2 tos 0x28 / " U } },
	{ "vnet-to-vnet", { "10.2.5.1: drop", MODULE, OUT4 "ip4 10.1.2.9>10.2.5.1 / " U, DROP,
	  DASH_DROP_OUTBOUND_ROUTE_DROP } },
	{ "vnet-to-vnet", { "200.1.0.6: no IPv6 VIP", MODULE, OUT4 "ip4 10.1.2.9>200.1.0.6 / " U, DROP,
	  DASH_DROP_UNDERLAY_SIP_MISSING } },
	{ "vnet-to-vnet", { "from 101.1.2.3", MODULE | NEW, NET4("101.1.2.3", "45654") R4 "udp 5>6 / pay 5", TX, 0,
	  TO_VM4 R4 "udp 5>6 / pay 5" } },
	{ "vnet-to-vnet", { "from 101.1.2.9", MODULE, NET4("101.1.2.9", "45654") R4 "udp 7>8 / pay 5", DROP,
	  DASH_DROP_PA_VALIDATION_FAIL } },

	{ "acl-tags", { "to the tag's prefix and port", MODULE | NEW | TRACKED, OUT4 I4 "tcp 1026>443 S", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "tcp 1026>443 S" } },
	{ "acl-tags", { "to the tag's prefix, another port", MODULE, OUT4 I4 "udp 9>53 / pay 5", DROP, DASH_DROP_ACL_DENY } },
	{ "acl-tags", { "to another prefix", MODULE, OUT4 "ip4 10.1.2.9>10.1.0.1 / udp 9>80 / pay 5", DROP,
	  DASH_DROP_ACL_DENY } },

	{ "acl-tags-delete", { "to another port, without the ACL", MODULE | NEW, OUT4 I4 "udp 9>53 / pay 5", TX, 0,
	  TO_PA4("101.1.2.3", "45654", PEER) I4 "udp 9>53 / pay 5" } },
};

#endif
