// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * Can a message harm the module?  Random messages by the grammar of kernel/dash.yaml, as the generated
 * tables of dash_fields.h have it, most of them with a fault or two, and some of raw bytes.
 *
 * usage: netlink_fuzz [MESSAGES [SEED]]	default 10000, a new seed
 *
 * Three things are watched: each request gets an answer in time; a refused commit or parameter changes
 * nothing (all objects and parameters, byte for byte); in the end every object can be deleted.  The kernel log
 * is the caller's to read.  Names and addresses come from small pools, so that objects refer to, replace and
 * collide with each other; two sockets stage at the same time.  In C because a debug kernel is slow enough:
 * a hundred thousand messages are some minutes there.
 *
 * Output is KTAP; exit status 0 passed, 1 failed, 4 skipped (dash.ko is not loaded; DASH_NO_SKIP=1 makes that a
 * failure).
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "dash_fields.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SOCKETS		2
#define ROUTING_ACTION	0	/* in place of an object type: the set nested in a routing type */

/* ---- grammar ---- */

struct field {
	int set, attr, kind, flags;
	const char *ref;
};

static const struct field fields[] = {
#define DASH_OBJ_ROUTING_ACTION ROUTING_ACTION
#define X(set, field, name, kind, flags, ref) \
	{ DASH_OBJ_##set, DASH_A_##set##_##field, DASH_KIND_##kind, flags, #ref },
	DASH_FIELDS(X)
#undef X
};

static const struct word {
	const char *set;
	int value;
} words[] = {
#define X(set, constant, text) { #set, constant },
	DASH_WORDS(X)
#undef X
};

static const char *const names[] = { "a", "b", "c", "d", "02AABBCC0001", "02:aa:bb:cc:00:02" };
static const uint8_t macs[][6] = {
	{ 2, 0xaa, 0xbb, 0xcc, 0, 1 }, { 2, 0xaa, 0xbb, 0xcc, 0, 2 }, { 2, 0xaa, 0xbb, 0xcc, 0, 3 }, { 1, 0xaa, 0xbb, 0xcc, 0, 1 }, { 0 },
};
static const struct { int len; uint8_t b[16]; } ips[] = {
	{ 4, { 10, 0, 0, 1 } }, { 4, { 10, 0, 0, 2 } }, { 4, { 10, 1, 1, 1 } }, { 4, { 224, 0, 0, 1 } }, { 4, { 0 } },
	{ 16, { 0x20, 1, 0xd, 0xb8, [15] = 1 } }, { 16, { 0x20, 1, 0xd, 0xb8, [15] = 2 } }, { 16, { 0xff, 2, [15] = 1 } },
	{ 16, { [10] = 0xff, 0xff, 10, 0, 0, 1 } },
};
static const char *const params[] = {
	"udp", "tcp_established", "allowed_protocols", "trusted_vni_mode", "qos_enforce", "tcp_close_mode", "warp", "",
};

/* Attributes of requests beside objects, and what they hold. */
static const struct { uint8_t cmd; bool dump; int weight; int attr[8]; } requests[] = {
	{ DASH_CMD_TXN_ADD, false, 50, { DASH_A_OBJECT } },
	{ DASH_CMD_TXN_BEGIN, false, 3, { 0 } },
	{ DASH_CMD_TXN_COMMIT, false, 14, { DASH_A_DRY_RUN } },
	{ DASH_CMD_TXN_ABORT, false, 1, { 0 } },
	{ DASH_CMD_TXN_ERRORS, true, 4, { 0 } },
	{ DASH_CMD_OBJECT_GET, true, 4, { DASH_A_TYPE, DASH_A_OWNER } },
	{ DASH_CMD_FLOW_GET, true, 2, { DASH_A_ENI, DASH_A_PROTO, DASH_A_SRC, DASH_A_DST, DASH_A_SPORT, DASH_A_DPORT, DASH_A_LIMIT } },
	{ DASH_CMD_FLOW_DEL, false, 1, { DASH_A_ENI, DASH_A_PROTO, DASH_A_SRC, DASH_A_DST, DASH_A_SPORT, DASH_A_DPORT } },
	{ DASH_CMD_STATS_GET, true, 2, { DASH_A_SCOPE, DASH_A_IFINDEX, DASH_A_ENI } },
	{ DASH_CMD_PARAM_SET, false, 3, { DASH_A_PARAM } },
	{ DASH_CMD_PARAM_GET, false, 1, { 0 } },
	{ DASH_CMD_STATUS_GET, false, 1, { 0 } },
	{ DASH_CMD_PORT_DEL, false, 1, { DASH_A_IFINDEX } },
};

/* ---- chance ---- */

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint32_t below(uint32_t n)
{
	return (uint32_t)(rnd() % n);
}

/* In one of @n cases. */
static bool one_in(uint32_t n)
{
	return !below(n);
}

static bool percent(uint32_t p)
{
	return below(100) < p;
}

/* ---- messages ---- */

static _Alignas(NLMSG_ALIGNTO) uint8_t msg[1 << 16];
static size_t len;

static size_t attr_open(int type)
{
	struct nlattr a = { .nla_type = (uint16_t)type };
	size_t at = len;

	memcpy(msg + len, &a, sizeof(a));
	len += sizeof(a);
	return at;
}

static void attr_close(size_t at)
{
	struct nlattr *a = (struct nlattr *)(msg + at);

	a->nla_len = (uint16_t)(len - at);
	while (len & 3)
		msg[len++] = 0;
}

static void bytes(size_t n)
{
	while (n--)
		msg[len++] = (uint8_t)rnd();
}

static void put(const void *data, size_t n)
{
	memcpy(msg + len, data, n);
	len += n;
}

static uint64_t any_number(int bits)
{
	uint64_t max = bits == 64 ? UINT64_MAX : (1ull << bits) - 1;

	switch (below(12)) {
	case 0:
		return 0;
	case 1:
		return max;
	case 2:
		return rnd() & max;
	case 3:
		return 0xffffff & max;
	default:
		return below(6);
	}
}

static void put_word(const struct field *f)
{
	uint8_t found[32];
	size_t n = 0, i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].set, f->ref))
			found[n++] = (uint8_t)words[i].value;
	msg[len++] = n && !one_in(20) ? found[below((uint32_t)n)] : (uint8_t)rnd();
}

static void put_ip(bool prefix)
{
	uint32_t n = below(ARRAY_SIZE(ips)), bits = (uint32_t)ips[n].len * 8, size, i;
	uint8_t b[17];

	memcpy(b, ips[n].b, 16);
	if (prefix) {
		static const uint8_t sizes[] = { 0, 8, 16, 24, 32 };

		size = one_in(3) ? bits : one_in(40) ? (uint8_t)rnd() : sizes[below(ARRAY_SIZE(sizes))];
		for (i = size; i < bits && !one_in(400); i++)
			b[i / 8] &= (uint8_t)~(0x80 >> i % 8);
		b[bits / 8] = (uint8_t)size;
	}
	put(b, bits / 8 + prefix);
}

static void put_set(int set);

static void put_value(const struct field *f)
{
	uint32_t lo;
	uint64_t n;

	switch (f->kind) {
	case DASH_KIND_U8:
		msg[len++] = (uint8_t)any_number(8);
		break;
	case DASH_KIND_U16:
		n = any_number(16);
		put(&n, 2);
		break;
	case DASH_KIND_U32:
		n = any_number(32);
		put(&n, 4);
		break;
	case DASH_KIND_U64:
		n = any_number(64);
		put(&n, 8);
		break;
	case DASH_KIND_STRING:
		if (one_in(20)) {
			lo = (uint32_t[]){ 1, 200, 255, 256 }[below(4)];
			memset(msg + len, 'x', lo);
			len += lo;
		} else {
			n = below(ARRAY_SIZE(names));
			put(names[n], strlen(names[n]));
		}
		msg[len++] = 0;
		break;
	case DASH_KIND_MAC:
		put(macs[below(ARRAY_SIZE(macs))], 6);
		break;
	case DASH_KIND_ENUM:
		put_word(f);
		break;
	case DASH_KIND_NEST:
		put_set(ROUTING_ACTION);
		break;
	case DASH_KIND_BOOL:
		msg[len++] = one_in(40) ? (uint8_t)rnd() : (uint8_t)below(2);
		break;
	case DASH_KIND_IP:
	case DASH_KIND_PREFIX:
		put_ip(f->kind == DASH_KIND_PREFIX);
		break;
	case DASH_KIND_VNI_RANGE:
		lo = 1 + below(5000);
		n = (uint64_t)lo << 32 | (lo + below(100) - one_in(20));
		put(&n, 8);
		break;
	case DASH_KIND_PORT_RANGE:
		lo = below(65000);
		lo = lo << 16 | (lo + below(100));
		put(&lo, 4);
		break;
	}
}

/* A payload that was right is cut, grown or replaced now and then. */
static void spoil(size_t at)
{
	if (!one_in(100))
		return;
	switch (below(4)) {
	case 0:
		len = at + sizeof(struct nlattr);
		break;
	case 1:
		len -= len > at + sizeof(struct nlattr);
		break;
	case 2:
		bytes(1);
		break;
	case 3:
		len = at + sizeof(struct nlattr);
		bytes(below(40));
		break;
	}
}

static void put_set(int set)
{
	bool in_set = false;
	uint32_t n;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];

		if (f->set != set)
			continue;
		in_set = true;
		if (!(f->flags & (DASH_FLD_KEY | DASH_FLD_MANDATORY) ? !one_in(60) : percent(30)))
			continue;
		for (n = f->flags & DASH_FLD_LIST ? 1 + below(4) : 1; n && len < sizeof(msg) / 2; n--) {
			at = attr_open(f->attr | (f->kind == DASH_KIND_NEST && !one_in(200) ? NLA_F_NESTED : 0));
			put_value(f);
			spoil(at);
			attr_close(at);
		}
	}
	if (!in_set || one_in(300)) {
		at = attr_open((int)below(300));
		bytes(below(8));
		attr_close(at);
	}
}

static void put_flag(int type)
{
	attr_close(attr_open(type));
}

static void put_object(void)
{
	int type = 1 + (int)below(DASH_OBJ_MAX);
	size_t outer = attr_open(DASH_A_OBJECT | NLA_F_NESTED), inner = attr_open(type | NLA_F_NESTED), at;
	uint64_t cookie = rnd();
	uint16_t reset;

	put_set(type);
	attr_close(inner);
	if (one_in(100)) {
		inner = attr_open((1 + (int)below(DASH_A_OBJECT_MAX)) | NLA_F_NESTED);
		put_set(type);
		attr_close(inner);
	}
	if (percent(15))
		put_flag(DASH_A_OBJECT_DELETE);
	if (percent(5))
		put_flag(DASH_A_OBJECT_APPEND);
	if (percent(50)) {
		at = attr_open(DASH_A_OBJECT_COOKIE);
		put(&cookie, sizeof(cookie));
		attr_close(at);
	}
	if (percent(type == DASH_OBJ_ENI ? 30 : 1)) {
		at = attr_open(DASH_A_OBJECT_RESET);
		reset = (uint16_t)below(34);
		put(&reset, sizeof(reset));
		attr_close(at);
	}
	if (percent(type == DASH_OBJ_ROUTE_RULE ? 40 : 1))
		put_flag(DASH_A_OBJECT_ANY_PRIORITY);
	attr_close(outer);
}

static void put_param(void)
{
	const char *name = params[below(ARRAY_SIZE(params))];
	size_t outer = attr_open(DASH_A_PARAM | NLA_F_NESTED), at = attr_open(DASH_A_PARAM_NAME);
	uint64_t n = any_number(32);

	put(name, strlen(name) + 1);
	attr_close(at);
	at = attr_open(one_in(2) ? DASH_A_PARAM_VALUE : DASH_A_PARAM_STRING);
	put(&n, 8);
	spoil(at);
	attr_close(at);
	attr_close(outer);
}

static void put_top(int attr)
{
	static const struct field name = { .kind = DASH_KIND_STRING }, u8 = { .kind = DASH_KIND_U8 }, u16 = { .kind = DASH_KIND_U16 },
		u32 = { .kind = DASH_KIND_U32 }, prefix = { .kind = DASH_KIND_PREFIX };
	size_t at = attr_open(attr);

	switch (attr) {
	case DASH_A_OWNER:
	case DASH_A_ENI:
		put_value(&name);
		break;
	case DASH_A_SRC:
	case DASH_A_DST:
		put_value(&prefix);
		break;
	case DASH_A_SPORT:
	case DASH_A_DPORT:
		put_value(&u16);
		break;
	case DASH_A_LIMIT:
	case DASH_A_IFINDEX:
		put_value(&u32);
		break;
	case DASH_A_TYPE:
	case DASH_A_PROTO:
	case DASH_A_SCOPE:
		put_value(&u8);
		break;
	}
	spoil(at);
	attr_close(at);
}

/* ---- sockets ---- */

struct sock {
	int fd;
	uint32_t seq;
};

static int family;
static uint8_t answer[1 << 20];

static void start(uint16_t type, uint8_t cmd)
{
	struct nlmsghdr h = { .nlmsg_type = type };
	struct genlmsghdr g = { .cmd = cmd, .version = DASH_FAMILY_VERSION };

	len = 0;
	put(&h, sizeof(h));
	put(&g, sizeof(g));
}

static bool open_sock(struct sock *s)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 60 };
	int one = 1;

	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	s->seq = 0;
	setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return s->fd >= 0 && !bind(s->fd, (struct sockaddr *)&any, sizeof(any));
}

/*
 * Sends the message as request @flags and reads until it is done; @fn gets the payload of each part of the answer.
 * Returns 0, -errno of the refusal, or 1: no answer.
 */
static int ask(struct sock *s, uint16_t flags, void (*fn)(const uint8_t *p, size_t n))
{
	struct nlmsghdr *h = (struct nlmsghdr *)msg;
	ssize_t n;

	h->nlmsg_len = (uint32_t)len;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	h->nlmsg_seq = ++s->seq;
	if (send(s->fd, msg, len, 0) != (ssize_t)len)
		return -errno;
	for (;;) {
		n = recv(s->fd, answer, sizeof(answer), 0);
		if (n < 0 && errno == ENOBUFS)
			continue;
		if (n < 0)
			return 1;
		for (h = (struct nlmsghdr *)answer; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			int error;

			if (h->nlmsg_seq != s->seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
				memcpy(&error, NLMSG_DATA(h), sizeof(error));
				return error;
			}
			if (fn)
				fn((uint8_t *)NLMSG_DATA(h) + GENL_HDRLEN, h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
		}
	}
}

/* The attribute at *@p, and the way to the next; NULL: none is left. */
static const struct nlattr *next_attr(const void **p, size_t *left)
{
	const struct nlattr *a = *p;
	size_t n;

	if (*left < sizeof(*a) || a->nla_len < sizeof(*a) || a->nla_len > *left)
		return NULL;
	n = ((size_t)a->nla_len + 3) & ~(size_t)3;
	*p = (const uint8_t *)a + n;
	*left -= n < *left ? n : *left;
	return a;
}

static void on_family(const uint8_t *data, size_t n)
{
	const struct nlattr *a;
	const void *p = data;
	uint16_t id;

	while ((a = next_attr(&p, &n)))
		if (a->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, a + 1, sizeof(id));
			family = id;
		}
}

static bool resolve(struct sock *s)
{
	size_t at;

	start(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	at = attr_open(CTRL_ATTR_FAMILY_NAME);
	put(DASH_FAMILY_NAME, sizeof(DASH_FAMILY_NAME));
	attr_close(at);
	return !ask(s, 0, on_family) && family;
}

/* ---- what must not change ---- */

static uint64_t sum;
static size_t objects;
static uint8_t gone[1 << 19];		/* deletions of all objects, for clear() */
static size_t gone_len;

static void fold(const uint8_t *p, size_t n)
{
	while (n--)
		sum = (sum ^ *p++) * 0x100000001b3ull;
}

static bool is_key(int type, int attr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].set == type && fields[i].attr == attr)
			return fields[i].flags & DASH_FLD_KEY;
	return false;
}

/* Appends the deletion of the object to @gone. */
static void note_gone(const struct nlattr *object)
{
	size_t left = object->nla_len - sizeof(*object), keys, outer = gone_len, inner;
	struct nlattr head = { .nla_type = DASH_A_OBJECT | NLA_F_NESTED };
	const struct nlattr del = { sizeof(del), DASH_A_OBJECT_DELETE }, *set, *a;
	const void *p = object + 1, *q;

	while ((set = next_attr(&p, &left)) && (set->nla_type & NLA_TYPE_MASK) > DASH_OBJ_MAX)
		;
	if (!set || gone_len + set->nla_len + 64 > sizeof(gone))
		return;
	memcpy(gone + gone_len, &head, sizeof(head));
	gone_len += sizeof(head);
	inner = gone_len;
	head.nla_type = set->nla_type | NLA_F_NESTED;
	memcpy(gone + gone_len, &head, sizeof(head));
	gone_len += sizeof(head);
	q = set + 1;
	keys = set->nla_len - sizeof(*set);
	while ((a = next_attr(&q, &keys)))
		if (is_key(set->nla_type & NLA_TYPE_MASK, a->nla_type & NLA_TYPE_MASK)) {
			memcpy(gone + gone_len, a, (size_t)((const uint8_t *)q - (const uint8_t *)a));
			gone_len += (size_t)((const uint8_t *)q - (const uint8_t *)a);
		}
	((struct nlattr *)(gone + inner))->nla_len = (uint16_t)(gone_len - inner);
	memcpy(gone + gone_len, &del, sizeof(del));
	gone_len += sizeof(del);
	((struct nlattr *)(gone + outer))->nla_len = (uint16_t)(gone_len - outer);
}

/* Counters and the generation aside. */
static void on_objects(const uint8_t *data, size_t n)
{
	const struct nlattr *a, *b;
	const void *p = data, *q;
	size_t inner;

	while ((a = next_attr(&p, &n))) {
		if ((a->nla_type & NLA_TYPE_MASK) != DASH_A_OBJECT)
			continue;
		objects++;
		q = a + 1;
		inner = a->nla_len - sizeof(*a);
		while ((b = next_attr(&q, &inner)))
			if ((b->nla_type & NLA_TYPE_MASK) <= DASH_OBJ_MAX)
				fold((const uint8_t *)b, b->nla_len);
		note_gone(a);
	}
}

static bool snapshot(struct sock *s, uint64_t *out)
{
	int e;

	sum = 0xcbf29ce484222325ull;
	objects = gone_len = 0;
	start((uint16_t)family, DASH_CMD_OBJECT_GET);
	e = ask(s, NLM_F_DUMP, on_objects);
	if (!e) {
		start((uint16_t)family, DASH_CMD_PARAM_GET);
		e = ask(s, 0, fold);
	}
	*out = sum;
	if (e)
		printf("# the state could not be read: %s\n", e > 0 ? "no answer" : strerror(-e));
	return !e;
}

/* ---- the run ---- */

static struct sock socks[SOCKETS], reader;
static unsigned long accepted, commits, refused;

static size_t choose(void)
{
	uint32_t total = 0, n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		total += (uint32_t)requests[i].weight;
	n = below(total);
	for (i = 0; n >= (uint32_t)requests[i].weight; i++)
		n -= (uint32_t)requests[i].weight;
	return i;
}

/* Bytes that are no message, or say that they are longer or shorter than they are. */
static bool raw(struct sock *s)
{
	struct nlmsghdr *h = (struct nlmsghdr *)msg;

	start((uint16_t)family, (uint8_t)below(40));
	bytes(below(300));
	h->nlmsg_len = one_in(2) ? (uint32_t)len : one_in(2) ? below((uint32_t)len + 40) : (uint32_t)rnd();
	h->nlmsg_flags = one_in(2) ? NLM_F_REQUEST : (uint16_t)rnd();
	h->nlmsg_seq = 0;
	if (one_in(4))
		h->nlmsg_type = (uint16_t)below(64);
	send(s->fd, msg, len, 0);
	start((uint16_t)family, DASH_CMD_STATUS_GET);
	return !ask(s, 0, NULL);
}

static void build(size_t r)
{
	size_t i, n;

	start((uint16_t)family, requests[r].cmd);
	for (i = 0; i < ARRAY_SIZE(requests[r].attr) && requests[r].attr[i]; i++) {
		int attr = requests[r].attr[i];

		if (attr == DASH_A_OBJECT)
			for (n = 1 + below(8); n; n--)
				put_object();
		else if (attr == DASH_A_PARAM)
			for (n = 1 + below(3); n; n--)
				put_param();
		else if (percent(30))
			put_top(attr);
	}
	if (one_in(50) && len > NLMSG_LENGTH(GENL_HDRLEN))
		for (n = 1 + below(8); n; n--)
			msg[NLMSG_LENGTH(GENL_HDRLEN) + below((uint32_t)(len - NLMSG_LENGTH(GENL_HDRLEN)))] = (uint8_t)rnd();
}

static bool run(unsigned long messages)
{
	uint64_t before, after;
	unsigned long i;

	if (!snapshot(&reader, &before))
		return false;
	for (i = 0; i < messages; i++) {
		struct sock *s = &socks[below(SOCKETS)];
		size_t r = choose();
		bool decides = requests[r].cmd == DASH_CMD_TXN_COMMIT || requests[r].cmd == DASH_CMD_PARAM_SET;
		int e;

		if (i && i % 10000 == 0) {
			printf("# %lu messages\n", i);
			fflush(stdout);
		}
		if (one_in(50)) {
			if (!raw(s)) {
				printf("# message %lu: no answer after raw bytes\n", i);
				return false;
			}
			/* it may have been a commit, if hardly ever one of something */
			if (!snapshot(&reader, &before))
				return false;
			continue;
		}
		build(r);
		e = ask(s, requests[r].dump ? NLM_F_DUMP : 0, NULL);
		if (e > 0) {
			printf("# message %lu: no answer to command %u\n", i, requests[r].cmd);
			return false;
		}
		accepted += !e;
		if (!decides)
			continue;
		if (!snapshot(&reader, &after))
			return false;
		if (e && before != after) {
			printf("# message %lu: command %u was refused (%s), but changed something\n", i, requests[r].cmd, strerror(-e));
			return false;
		}
		before = after;
		if (requests[r].cmd != DASH_CMD_TXN_COMMIT)
			continue;
		commits += !e;
		refused += e != 0;
		start((uint16_t)family, DASH_CMD_TXN_BEGIN);
		if (ask(s, 0, NULL)) {
			printf("# message %lu: no new transaction\n", i);
			return false;
		}
	}
	printf("# %lu accepted, %lu commits succeeded, %lu were refused, %zu objects at the end\n", accepted, commits, refused, objects);
	return commits > 0 && refused > 0;
}

static bool clear(void)
{
	uint64_t unused;
	size_t at = 0, n;
	int e = 0;

	if (!snapshot(&reader, &unused))
		return false;
	start((uint16_t)family, DASH_CMD_TXN_BEGIN);
	e = ask(&reader, 0, NULL);
	while (!e && at < gone_len) {
		start((uint16_t)family, DASH_CMD_TXN_ADD);
		for (; at < gone_len && len < 30000; at += n) {
			n = ((struct nlattr *)(gone + at))->nla_len;
			put(gone + at, n);
		}
		e = ask(&reader, 0, NULL);
	}
	start((uint16_t)family, DASH_CMD_TXN_COMMIT);
	e = e ? e : ask(&reader, 0, NULL);
	if (e) {
		printf("# the deletion of everything was refused: %s\n", e > 0 ? "no answer" : strerror(-e));
		return false;
	}
	if (!snapshot(&reader, &unused))
		return false;
	printf("# %zu objects are left\n", objects);
	return !objects;
}

int main(int argc, char **argv)
{
	unsigned long messages = argc > 1 ? strtoul(argv[1], NULL, 0) : 10000;
	const char *must = getenv("DASH_NO_SKIP");
	struct timespec t;
	bool ok, all = true;
	size_t i;

	clock_gettime(CLOCK_REALTIME, &t);
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)t.tv_nsec << 20 ^ (uint64_t)t.tv_sec;
	printf("KTAP version 1\n");
	ok = open_sock(&reader);
	for (i = 0; i < SOCKETS; i++)
		ok &= open_sock(&socks[i]);
	if (!ok || !resolve(&reader)) {
		must = must && *must ? "1..1\nnot ok 1 family dash exists" : "1..0 # SKIP load dash.ko first";
		puts(must);
		return must[3] == '1' ? 1 : 4;
	}
	printf("1..2\n# seed %llu\n", (unsigned long long)state);
	state = state ? state : 1;
	fflush(stdout);
	all &= ok = run(messages);
	printf("%sok 1 %lu random messages are answered, and refusals change nothing\n", ok ? "" : "not ", messages);
	all &= ok = clear();
	printf("%sok 2 everything can be deleted afterwards\n", ok ? "" : "not ");
	return !all;
}
