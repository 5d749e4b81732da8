/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors
 *
 * Packets written as text, one layer after the other, in the notation of
 * pipeline.md section 25:
 *
 *   eth 02:..:fe>02:..:01 / ip4 25.1.1.1>10.250.20.19 tos 0x28 ttl 60 /
 *   udp 51000>4789 / vxlan 4321 / eth F4:..:7E>12:..:BC /
 *   ip4 10.1.2.9>10.1.1.1 id 0x1234 / udp 10000>20000 / pay 58
 *
 * Lengths, types and checksums follow from the layers; a field that is named is
 * taken as it is, which makes every kind of broken packet.  A value "*" is taken
 * from the packet compared with: the specification leaves it free.
 *
 *   eth S>D [type N]
 *   ip4 S>D [tos N] [ttl N] [id N|*] [len N] [csum N] [ver N] [ihl N] [proto N]
 *           [mf] [df] [off BYTES] [opt BYTES]
 *   ip6 S>D [tc N] [flow N] [hlim N] [plen N] [nh N] [ver N]
 *   ext TYPE [hlen N] [nh N]     extension header 0, 43, 51 or 60; N words more
 *   frag6 [off BYTES] [mf] [id N] [nh N]
 *   udp S|*>D [len N] [csum N]   tunnel: checksum 0
 *   vxlan VNI [flags N] [rsv N]
 *   tcp S>D [FLAGS] [doff N]     flags of letters FSRPAUEC
 *   icmp [TYPE] | icmp6 [TYPE] | arp
 *   pay N      octets 00 01 02 ...
 *   ipad N     padding of the inner frame, inside the tunnel
 *   pad N      padding behind the outer packet
 *   cut N      only the first N octets of all that
 */
#ifndef DASH_TEST_PKT_H
#define DASH_TEST_PKT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../kernel/uapi/dash_flow.h"

#define PKT_MAX 12288u

/**
 * struct pkt - a frame
 * @data: octets
 * @len: how many
 */
struct pkt {
	uint8_t data[PKT_MAX];
	unsigned int len;
};

/**
 * struct pkt_flow - identity of the innermost packet of a text
 * @smac, @dmac: its Ethernet addresses
 * @src, @dst: its addresses, IPv4 in the last word as v4-mapped
 * @sport, @dport: network order
 * @proto: L4 protocol
 * @v6: IPv6
 * @frame_len: octets from its Ethernet header on
 */
struct pkt_flow {
	uint8_t smac[6], dmac[6];
	uint32_t src[4], dst[4];
	uint16_t sport, dport;
	uint8_t proto;
	bool v6;
	unsigned int frame_len;
};

/**
 * pkt_build - text to frame; ends the process on a text that it does not understand
 * @text: see above
 * @p: filled
 * @actual: frame to take "*" values from, or NULL
 * @flow: filled if not NULL
 */
void pkt_build(const char *text, struct pkt *p, const struct pkt *actual, struct pkt_flow *flow);

/**
 * pkt_inner_port - where the source port inside a tunnel is
 * @p: an IP packet without options in VXLAN in an IP packet without options
 *
 * Return: its offset; the destination port is two behind.
 */
unsigned int pkt_inner_port(const struct pkt *p);

/**
 * pkt_print - header by header, one line each, all fields and wrong checksums
 * @f: where to
 * @p: the frame
 */
void pkt_print(FILE *f, const struct pkt *p);

/**
 * pkt_equal - compare, and say what differs header by header
 * @f: where to explain a difference; every line begins with "# "
 * @want: expected
 * @got: seen
 *
 * Return: true if they are equal.
 */
bool pkt_equal(FILE *f, const struct pkt *want, const struct pkt *got);

/**
 * pkt_from_hex - frame from hexadecimal octets; blanks do not count
 * @hex: text
 * @p: filled
 */
void pkt_from_hex(const char *hex, struct pkt *p);

/* Addresses as text; these end the process too on what they do not understand. */
struct dash_ip pkt_ip(const char *text);
void pkt_mac(const char *text, uint8_t mac[6]);
uint64_t pkt_mac_word(const char *text);	/* first octet lowest, for dash_mac_word() */

/**
 * pkt_csum - Internet checksum, network order in memory order
 * @data: octets
 * @len: how many
 * @sum: start value, host order
 *
 * Return: the checksum, host order; 0 over data that hold a right one.
 */
uint16_t pkt_csum(const void *data, unsigned int len, uint32_t sum);

#endif
