// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does a request reach the module, and what does the module say to it?  One
 * generic netlink socket for the whole run: a transaction belongs to the socket,
 * so that it dies with dashctl.  The kernel's own sentences (extended acks) are
 * kept for the user, dumps torn by a commit are begun anew, and requests may be
 * pushed without waiting, because the kernel handles each one inside send().
 *
 * The only file that knows libnl.  One thread, no locking.
 */
#include "nl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../kernel/uapi/dash.h"
#include "attr.h"

#define RETRIES 20

static struct {
	struct nl_sock *sk;
	struct nl_cb *cb;
	int family;
	uint32_t seq;
	/* of the request that is waited for */
	nl_answer fn;
	void *arg;
	bool done, torn;
	int error;
	char message[512];
	uint32_t offset;
} nl;

static void read_extack(const struct nlmsghdr *h, const void *tlvs)
{
	const char *p = tlvs, *end = (const char *)h + h->nlmsg_len;
	struct attr a;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || p >= end)
		return;
	for (attr_first(&a, p, (size_t)(end - p)); attr_ok(&a); attr_next(&a)) {
		if (a.type == NLMSGERR_ATTR_MSG && a.len) {
			size_t n = a.len < sizeof(nl.message) ? a.len : sizeof(nl.message);

			memcpy(nl.message, a.data, n - 1);
			nl.message[n - 1] = '\0';
		} else if (a.type == NLMSGERR_ATTR_OFFS && a.len == 4) {
			memcpy(&nl.offset, a.data, 4);
		}
	}
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *h = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	size_t skip = sizeof(*e);

	(void)from;
	(void)arg;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	/* Of several refusals of pushed requests the first one tells the story. */
	if (!nl.error) {
		nl.error = e->error;
		read_extack(h, (char *)e + NLMSG_ALIGN(skip));
	}
	nl.done = e->msg.nlmsg_seq == nl.seq;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	(void)arg;
	nl.done = nlmsg_hdr(msg)->nlmsg_seq == nl.seq;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	size_t len = (size_t)nlmsg_datalen(h);

	(void)arg;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		nl.torn = true;
	if (nl.fn && len >= GENL_HDRLEN && h->nlmsg_seq == nl.seq)
		nl.fn((char *)nlmsg_data(h) + GENL_HDRLEN, len - GENL_HDRLEN, nl.arg);
	return NL_OK;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	int e = 0;

	(void)arg;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		nl.torn = true;
	if (nlmsg_datalen(h) >= (int)sizeof(e))
		memcpy(&e, nlmsg_data(h), sizeof(e));
	if (e < 0) {
		nl.error = e;
		read_extack(h, (char *)nlmsg_data(h) + sizeof(e));
	}
	nl.done = true;
	return NL_STOP;
}

static int open_socket(void)
{
	int one = 1, fd, e;

	nl.sk = nl_socket_alloc();
	nl.cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!nl.sk || !nl.cb) {
		err("out of memory");
		return EXIT_USAGE;
	}
	e = genl_connect(nl.sk);
	if (e) {
		err("netlink: %s", nl_geterror(e));
		return EXIT_USAGE;
	}
	fd = nl_socket_get_fd(nl.sk);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	nl_socket_set_buffer_size(nl.sk, 1 << 20, 1 << 20);
	nl_socket_enable_msg_peek(nl.sk);
	nl_socket_disable_seq_check(nl.sk);
	nl.family = genl_ctrl_resolve(nl.sk, DASH_FAMILY_NAME);
	/* Requests are numbered here, not by libnl, which would compare with its own numbers. */
	nl_socket_disable_auto_ack(nl.sk);
	return EXIT_OK;
}

int nl_open(void)
{
	if (!nl.sk && open_socket())
		return EXIT_USAGE;
	if (nl.family < 0) {
		err("dash: module not loaded (modprobe dash)");
		return EXIT_USAGE;
	}
	nl_cb_err(nl.cb, NL_CB_CUSTOM, on_error, NULL);
	nl_cb_set(nl.cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, NULL);
	nl_cb_set(nl.cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, NULL);
	nl_cb_set(nl.cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, NULL);
	return EXIT_OK;
}

void nl_forget(void)
{
	nl_socket_free(nl.sk);
	nl_cb_put(nl.cb);
	memset(&nl, 0, sizeof(nl));
}

void nl_start(struct buf *b, uint8_t cmd)
{
	struct nlmsghdr h = { .nlmsg_type = (uint16_t)nl.family };
	struct genlmsghdr g = { .cmd = cmd, .version = DASH_FAMILY_VERSION };

	b->len = 0;
	buf_put(b, &h, sizeof(h));
	buf_put(b, &g, sizeof(g));
}

size_t nl_nest(struct buf *b, unsigned int type)
{
	size_t at = b->len;

	attr_put(b, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_nest_end(struct buf *b, size_t nest)
{
	((struct nlattr *)(b->p + nest))->nla_len = (uint16_t)(b->len - nest);
}

static int transmit(struct buf *b, uint16_t flags)
{
	struct nlmsghdr *h = (struct nlmsghdr *)b->p;
	int n;

	h->nlmsg_len = (uint32_t)b->len;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++nl.seq;
	nl.done = nl.torn = false;
	nl.error = 0;
	nl.message[0] = '\0';
	nl.offset = 0;
	n = nl_sendto(nl.sk, b->p, b->len);
	return n < 0 ? -errno : 0;
}

static int receive(void)
{
	while (!nl.done) {
		int e = nl_recvmsgs(nl.sk, nl.cb);

		if (e == -NLE_DUMP_INTR) {
			nl.torn = true;		/* the rest of the answer still comes */
		} else if (e < 0 && !nl.error && !nl.done) {
			nl.error = e == -NLE_NOMEM ? -ENOBUFS : e == -NLE_INTR ? 0 : -EIO;
			if (nl.error) {
				strcpy(nl.message, nl_geterror(e));
				break;
			}
		}
	}
	nl.fn = NULL;
	return nl.error;
}

int nl_call(struct buf *b, nl_answer fn, void *arg)
{
	int e = transmit(b, NLM_F_ACK);

	nl.fn = fn;
	nl.arg = arg;
	return e ? e : receive();
}

int nl_list(struct buf *b, nl_answer fn, void *arg, void (*again)(void *arg))
{
	int tries, e;

	for (tries = 0; tries < RETRIES; tries++) {
		e = transmit(b, NLM_F_DUMP);
		nl.fn = fn;
		nl.arg = arg;
		e = e ? e : receive();
		if (e || !nl.torn || !again)
			return e;
		again(arg);
	}
	strcpy(nl.message, "the configuration changes faster than it can be read");
	return -EINTR;
}

int nl_push(struct buf *b)
{
	int e = transmit(b, 0);

	if (e)
		return e;
	/* The kernel has handled it: a refusal is in the receive queue by now. */
	nl_socket_set_nonblocking(nl.sk);
	while (nl_recvmsgs(nl.sk, nl.cb) >= 0 && !nl.error)
		;
	if (fcntl(nl_socket_get_fd(nl.sk), F_SETFL, 0) < 0)
		return -errno;
	return nl.error;
}

const char *nl_message(uint32_t *offset)
{
	if (offset)
		*offset = nl.offset;
	return nl.message;
}

int nl_failed(const char *what, int e)
{
	if (e == -EPERM && !nl.message[0])
		err("%s: not permitted: needs CAP_NET_ADMIN in the network namespace", what);
	else
		err("%s: %s", what, nl.message[0] ? nl.message : strerror(-e));
	return e == -EPERM || e == -EIO || e == -ENOBUFS ? EXIT_USAGE :
	       e == -ENOMEM ? EXIT_KERNEL : EXIT_INVALID;
}

/* ---- events ---- */

static void make_room(int fd, int room)
{
	int one = 1;

	/* without privileges in the first user namespace: what an administrator allows */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	/* the module shall know, and count, what did not fit */
	setsockopt(fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &one, sizeof(one));
}

int nl_monitor(const char *const *groups, int room,
	       void (*fn)(uint8_t cmd, const void *attrs, size_t len), void (*idle)(void))
{
	static _Alignas(struct nlmsghdr) char buf[1 << 16];
	int fd = nl_socket_get_fd(nl.sk), group, flags = 0;

	make_room(fd, room);
	for (; *groups; groups++) {
		group = genl_ctrl_resolve_grp(nl.sk, DASH_FAMILY_NAME, *groups);
		if (group < 0 || nl_socket_add_membership(nl.sk, group))
			return -EOPNOTSUPP;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), flags);
		int left = (int)n;
		struct nlmsghdr *h;

		flags = MSG_DONTWAIT;
		if (n < 0 && errno == EAGAIN) {
			idle();
			flags = 0;
			continue;
		}
		if (n < 0 && errno == ENOBUFS) {
			fn(0, NULL, 0);
			continue;
		}
		if (n < 0)
			return errno == EINTR ? 0 : -errno;
		for (h = (struct nlmsghdr *)buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
			const struct genlmsghdr *g = nlmsg_data(h);

			if (h->nlmsg_type == nl.family && nlmsg_datalen(h) >= (int)GENL_HDRLEN)
				fn(g->cmd, (const char *)g + GENL_HDRLEN, (size_t)nlmsg_datalen(h) - GENL_HDRLEN);
		}
	}
}
