// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Can any frame make the parser read outside it, or say what is not so?  The
 * lines of bpf/parse.h, compiled for this machine, under ASan: the frame lies in a
 * heap block of exactly its linear part, so that one octet too far is an error.
 * The first octets of the input choose direction and split of a multi-buffer frame.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bpf/parse.h"

static __u32 whole_len;

static __always_inline __u32 dash_frame_len(const struct dash_buf *b)
{
	(void)b;
	return whole_len;
}

static __always_inline int dash_walk_ext(const struct dash_buf *b, struct dash_ext *e, __u32 limit)
{
	return dash_walk_headers(b, e, limit);
}

static __always_inline int dash_csum_long(const struct dash_buf *b, __u32 hlen)
{
	return dash_csum_with_options(b, hlen);
}

static void must(int condition)
{
	if (!condition)
		abort();
}

/* What every accepted packet promises to the stages behind the parser. */
static void check(const struct dash_pkt *pkt, const struct dash_frame *f, const struct dash_buf *b)
{
	static const __be32 none[3];

	must(pkt->wire_len <= b->len);
	must(f->inner_off >= 14 + 20 + 16 && f->inner_off + pkt->inner_len <= b->len);
	must(pkt->inner_off == f->inner_off && pkt->l3_off == f->inner_off + 14);
	must(14 + f->inner_ip_len <= pkt->inner_len && f->inner_ip_len >= 20);
	must(pkt->rx_vni < 1u << 24);
	must(pkt->key.eni == 0 && pkt->key.v6 <= 1);
	must(pkt->key.v6 || (!memcmp(pkt->key.vm6, none, 12) && !memcmp(pkt->key.remote6, none, 12)));
	must(pkt->frag <= DASH_FRAG_LATER);
	if (pkt->frag == DASH_FRAG_LATER || (pkt->key.proto != 6 && pkt->key.proto != 17))
		must(!pkt->key.vm_port && !pkt->key.remote_port);
	if (pkt->key.proto != 6)
		must(!pkt->tcp_flags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dash_frame f = {};
	struct dash_pkt pkt = {};
	struct dash_buf b;
	uint32_t linear;
	uint8_t *frame;

	if (size < 3)
		return 0;
	pkt.dir = data[0] & 1;
	whole_len = size - 3;
	linear = whole_len;
	if (data[0] & 2)
		linear = (data[1] << 8 | data[2]) % (whole_len + 1);
	frame = malloc(linear);
	memcpy(frame, data + 3, linear);
	b = (struct dash_buf){ .data = frame, .end = frame + linear, .len = linear };
	if (dash_parse_outer(&b, bpf_htons(4789), &pkt, &f) == DASH_CLASS_TUNNEL && !f.bad &&
	    !dash_parse_inner(&b, &pkt, &f))
		check(&pkt, &f, &b);
	free(frame);
	return 0;
}
