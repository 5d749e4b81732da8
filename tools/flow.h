/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_FLOW_H
#define DASHCTL_FLOW_H

#include "attr.h"
#include "cmd.h"
#include "value.h"

/**
 * struct flow - a connection, as an answer or an event tells it
 * @eni: name of its ENI, "" in events, which have @mac instead
 * @reason, @event: of an event: enum dash_end_reason, and its number, from 1
 * @packets, @bytes: [enum dash_direction]
 *
 * Points into the message.
 */
struct flow {
	const char *eni;
	struct attr vm_ip, remote_ip, pa, dmac, vip, mac;
	uint64_t vm_port, remote_port, proto, initiator, state, age, idle, timeout, vni, slot;
	uint64_t reason, event;
	uint64_t packets[2], bytes[2];
	bool direct, stale;
};

extern const struct word flow_protocols[];	/* those with a name */

void flow_read(const struct attr *nest, struct flow *f);
const char *flow_state(uint64_t state);
/* "tcp", or "253": valid until the next call. */
const char *flow_protocol(const struct flow *f);
/* Prints the members proto, src, sport, dst, dport of one direction. */
void pr_tuple(const struct flow *f, bool outbound);
/* Prints a connection as object @name, without ENI and slot; what it does towards the network.  flows.c */
void flow_print(const char *name, const struct attr *nest);
/* Appends the filters that the first @n options of a command are: eni, proto, src, dst, sport, dport[, limit].
 * EXIT_OK, or EXIT_USAGE after telling.  flows.c
 */
int flow_filters_put(struct buf *b, const struct args *a, size_t n, const char *command);
/* Prints an address, if there is one. */
void pr_wire(const char *name, enum value_type type, const struct attr *a);

#endif
