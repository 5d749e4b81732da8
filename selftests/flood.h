/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The dash-linux authors
 *
 * What flood.c and its program (flood.bpf.c) share.
 */
#ifndef DASH_FLOOD_H
#define DASH_FLOOD_H

#include <linux/types.h>

#define FLOOD_LEN	104u	/* of every frame: VXLAN in IPv4, around TCP in IPv4 without a payload */
#define FLOOD_PORTS	84u	/* offset of the inner ports */

/**
 * struct flood_args - what flood_send makes of a frame
 * @next: number of the next packet, if @random is 0; its low 16 bits are XORed into the inner
 *	source port, the others into the destination port
 * @random: not 0: packets get numbers below it, in any order
 * @state: of the generator
 * @answers: the packets are those of the other side: the bits go into the other port each
 * @ports: inner ports of packet 0 as one number, host order
 * @frame: packet 0
 */
struct flood_args {
	__u32 next, random, state, answers, ports;
	__u32 pad;
	__u64 frame[FLOOD_LEN / 8];
};

#endif
