/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_FRAME_H
#define DASHCTL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX	10240u	/* a jumbo frame with its tunnel */

/**
 * struct frame - octets on the wire, without FCS
 */
struct frame {
	size_t len;
	unsigned char data[FRAME_MAX];
};

/* An address of 4 or 16 bytes; @len 0: none. */
struct frame_ip {
	size_t len;
	unsigned char b[16];
};

/**
 * struct frame_spec - a packet in a VXLAN tunnel, as words describe it
 * @sip, @dip: outer addresses, of one family
 * @vni, @port: of the tunnel; @port is the UDP destination port
 * @tos: outer
 * @smac, @dmac: inner
 * @src, @dst: inner addresses, of one family
 * @proto, @sport, @dport, @flags: inner; @flags is octet 13 of a TCP header
 * @payload: octets behind the L4 header
 */
struct frame_spec {
	struct frame_ip sip, dip, src, dst;
	uint32_t vni;
	uint16_t port, sport, dport;
	uint8_t tos, proto, flags;
	unsigned char smac[6], dmac[6];
	size_t payload;
};

/* Builds the frame; lengths and checksums are right.  false: it would be too long. */
bool frame_build(const struct frame_spec *s, struct frame *f);

/* The same from hexadecimal digits, with blanks or colons between them; false: that is no frame. */
bool frame_from_hex(const char *s, struct frame *f);

/**
 * frame_print - the headers of a frame, outermost first, as array @name of objects
 * @data, @len: its beginning
 * @vxlan_port: UDP port behind which a tunnel begins
 */
void frame_print(const char *name, const unsigned char *data, size_t len, unsigned int vxlan_port);

/* "SA" for SYN and ACK; @out has at least 9 bytes. */
const char *tcp_flags_text(unsigned int flags, char *out);
/* -1: that are none. */
int tcp_flags_parse(const char *s);

#endif
