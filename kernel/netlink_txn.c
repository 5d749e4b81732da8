// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Who may stage what, and for how long?  A transaction belongs to the socket that began it: found
 * by its port id, thrown away with it, so that a tool that is killed leaves nothing.  Several
 * sockets may stage at once; the store serialises their commits.
 *
 *	TXN_BEGIN ---> staging --- TXN_COMMIT ---> over, problems can be read
 *	    ^            |  ^ TXN_ADD                 |
 *	    |            |                            |
 *	    +--- TXN_BEGIN, TXN_ABORT, close of the socket: all of it is freed
 *
 * Rejected: the per-socket memory of generic netlink, which modules cannot reach on the oldest
 * kernel supported; a handle in each message, which would outlive its owner.
 *
 * Limits: transactions of a namespace, and bytes staged in all namespaces of a user, so that who may
 * make namespaces cannot take the memory of the machine.
 *
 * Locking: dash_netlink.lock guards the table, session.lock a session; dash_net.lock nests inside
 * session.lock (in the store); users_lock the list of users, nothing nests inside.  The close of a socket cannot overlap its own requests, for they
 * hold the file; the reference count is for requests of several threads on one socket.
 */
#include "netlink.h"

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "store.h"
#include "trace.h"

#define OPEN_MAX	64u
#define OBJECT_OVERHEAD	64u	/* bytes of bookkeeping for a staged object, about */

/**
 * struct staging_user - a user of the machine, and what is staged in all namespaces of theirs
 * @list: all users with a namespace; under users_lock, as @namespaces
 * @uid: who made the outermost user namespace that a network namespace belongs to; root for those of
 *	the machine itself
 * @namespaces: how many
 * @bytes: staged, about
 */
struct staging_user {
	struct list_head list;
	kuid_t uid;
	u32 namespaces;
	atomic64_t bytes;
};

static LIST_HEAD(users);
static DEFINE_MUTEX(users_lock);

/* Sessions of one namespace, by port id. */
struct dash_netlink {
	struct mutex lock;
	struct xarray sessions;
	u32 open;
	atomic64_t bytes;
	struct staging_user *user;
};

/**
 * struct session - the transaction of a socket
 * @nl: where it is listed
 * @users: the table, and each request that works with it
 * @lock: guards what follows
 * @txn: NULL after a commit that left no problems
 * @over: committed, whatever the result
 * @refused: an object was not staged; the transaction can only fail
 * @count: objects staged
 * @bytes: staged, about
 */
struct session {
	struct dash_netlink *nl;
	refcount_t users;
	struct mutex lock;
	struct dash_txn *txn;
	bool over;
	bool refused;
	u32 count;
	u64 bytes;
};

static u64 bytes_max(void)
{
	return (u64)totalram_pages() * PAGE_SIZE / 4;
}

static void session_clear(struct session *s)
{
	if (s->txn)
		dash_txn_destroy(s->txn);
	atomic64_sub(s->bytes, &s->nl->bytes);
	atomic64_sub(s->bytes, &s->nl->user->bytes);
	s->txn = NULL;
	s->bytes = 0;
	s->count = 0;
	s->over = false;
	s->refused = false;
}

static void session_put(struct session *s)
{
	if (!refcount_dec_and_test(&s->users))
		return;
	session_clear(s);
	mutex_destroy(&s->lock);
	kfree(s);
}

/* The session of a socket, locked; NULL if it has none. */
static struct session *session_get(struct dash_netlink *nl, u32 portid)
{
	struct session *s;

	mutex_lock(&nl->lock);
	s = xa_load(&nl->sessions, portid);
	if (s)
		refcount_inc(&s->users);
	mutex_unlock(&nl->lock);
	if (s)
		mutex_lock(&s->lock);
	return s;
}

static void session_release(struct session *s)
{
	mutex_unlock(&s->lock);
	session_put(s);
}

/* As session_get(), for a request that needs one. */
static struct session *session_need(struct genl_info *info)
{
	struct session *s = session_get(dash_nl_net(info)->nl, info->snd_portid);

	if (!s)
		GENL_SET_ERR_MSG(info, "this socket has no transaction: begin one first");
	return s;
}

static struct session *session_create(struct dash_netlink *nl, struct genl_info *info, int *err)
{
	struct session *s = NULL, *old;

	mutex_lock(&nl->lock);
	*err = -ENOSPC;
	if (nl->open >= OPEN_MAX) {
		GENL_SET_ERR_MSG_FMT(info, "%u transactions are open in this namespace", nl->open);
		goto out;
	}
	*err = -ENOMEM;
	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		goto nomem;
	s->nl = nl;
	mutex_init(&s->lock);
	refcount_set(&s->users, 2);
	old = xa_store(&nl->sessions, info->snd_portid, s, GFP_KERNEL_ACCOUNT);
	if (xa_is_err(old))
		goto nomem;
	*err = 0;
	if (old)	/* another thread of the socket was faster */
		session_put(old);
	else
		nl->open++;
	mutex_lock(&s->lock);
out:
	mutex_unlock(&nl->lock);
	return s;
nomem:
	GENL_SET_ERR_MSG(info, "no memory for a transaction");
	mutex_unlock(&nl->lock);
	kfree(s);
	return NULL;
}

/* Take it off the table; true if there was one. */
static bool session_drop(struct dash_netlink *nl, u32 portid)
{
	struct session *s;

	mutex_lock(&nl->lock);
	s = xa_erase(&nl->sessions, portid);
	if (s)
		nl->open--;
	mutex_unlock(&nl->lock);
	if (s)
		session_put(s);
	return s;
}

/**
 * dash_nl_txn_begin_doit - DASH_CMD_TXN_BEGIN
 * @skb: request
 * @info: request
 *
 * Return: 0 or -errno.
 */
int dash_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dash_net *dn = dash_nl_net(info);
	struct session *s;
	int err = 0;

	s = session_get(dn->nl, info->snd_portid);
	if (!s)
		s = session_create(dn->nl, info, &err);
	if (!s)
		return err;
	session_clear(s);
	s->txn = dash_txn_create(dn, info->snd_portid);
	if (!s->txn) {
		GENL_SET_ERR_MSG(info, "no memory for a transaction");
		err = -ENOMEM;
	}
	session_release(s);
	return err;
}

/* One nest DASH_A_OBJECT: find the set that describes the object, hand its attributes on.  The store
 * checks them, so that its list of problems has those of every object.
 */
static int stage(struct session *s, const struct nlattr *object, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DASH_A_OBJECT_MAX + 1];
	const struct nlattr *set = NULL, *a;
	u32 flags = 0, reset = 0, size = nla_total_size(nla_len(object)) + OBJECT_OVERHEAD;
	u64 cookie = 0;
	int type = 0, i, rem, err;

	err = nla_parse_nested(tb, DASH_A_OBJECT_MAX, object, dash_object_nl_policy, extack);
	if (err)
		return err;
	for (i = 1; i <= DASH_OBJ_MAX; i++) {
		if (!tb[i])
			continue;
		if (set) {
			NL_SET_ERR_MSG_ATTR(extack, tb[i], "two objects in one nest");
			return -EINVAL;
		}
		set = tb[i];
		type = i;
	}
	if (!set) {
		NL_SET_ERR_MSG_ATTR(extack, object, "object without a type");
		return -EINVAL;
	}
	if (tb[DASH_A_OBJECT_DELETE])
		flags |= DASH_TXN_DELETE;
	if (tb[DASH_A_OBJECT_APPEND])
		flags |= DASH_TXN_APPEND;
	if (tb[DASH_A_OBJECT_ANY_PRIORITY])
		flags |= DASH_TXN_ANY_PRIORITY;
	nla_for_each_nested(a, object, rem)
		if (nla_type(a) == DASH_A_OBJECT_RESET)
			reset |= BIT(nla_get_u16(a));
	if ((reset && type != DASH_OBJ_ENI) ||
	    (tb[DASH_A_OBJECT_ANY_PRIORITY] && type != DASH_OBJ_ROUTE_RULE)) {
		NL_SET_ERR_MSG_ATTR(extack, object, "reset is for an ENI, any-priority for a route rule");
		return -EINVAL;
	}
	if (tb[DASH_A_OBJECT_COOKIE])
		cookie = nla_get_u64(tb[DASH_A_OBJECT_COOKIE]);
	if (atomic64_add_return(size, &s->nl->user->bytes) > bytes_max()) {
		atomic64_sub(size, &s->nl->user->bytes);
		NL_SET_ERR_MSG_FMT(extack, "more than %llu MB are staged by this user", bytes_max() >> 20);
		return -ENOSPC;
	}
	atomic64_add(size, &s->nl->bytes);
	s->bytes += size;
	err = dash_txn_add(s->txn, type, nla_data(set), nla_len(set), flags, reset, cookie, extack);
	if (!err)
		s->count++;
	return err;
}

static int staging(struct session *s, struct genl_info *info)
{
	if (s->over || !s->txn) {
		GENL_SET_ERR_MSG(info, "the transaction is over: begin another one");
		return -EINVAL;
	}
	return 0;
}

/**
 * dash_nl_txn_add_doit - DASH_CMD_TXN_ADD
 * @skb: request
 * @info: request
 *
 * All objects of the message are looked at, so that TXN_ERRORS can tell every error; the first one
 * is the result.
 * Return: 0 or -errno.
 */
int dash_nl_txn_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct netlink_ext_ack more = {};
	const struct nlattr *attr;
	struct session *s;
	struct sk_buff *msg;
	void *hdr;
	int rem, ret, err;

	s = session_need(info);
	if (!s)
		return -ENOENT;
	err = staging(s, info);
	if (err)
		goto out;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		ret = stage(s, attr, err ? &more : info->extack);
		err = err ?: ret;
	}
	if (err) {
		s->refused = true;
		goto out;
	}
	if (!(info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		goto out;
	msg = dash_nl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg) {
		err = -ENOMEM;
		goto out;
	}
	nla_put_u32(msg, DASH_A_COUNT, s->count);
	genlmsg_end(msg, hdr);
	err = genlmsg_reply(msg, info);
out:
	session_release(s);
	return err;
}

static u32 warnings(const struct dash_txn *txn)
{
	const struct dash_problem *p;
	u32 i, n = 0;

	for (i = 0; (p = dash_txn_problem(txn, i)); i++)
		n += !p->code;
	return n;
}

/**
 * dash_nl_txn_commit_doit - DASH_CMD_TXN_COMMIT
 * @skb: request
 * @info: request
 *
 * The reply is allocated first: what has been committed cannot be taken back for want of it.
 * Return: 0 or -errno.
 */
int dash_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool dry_run = info->attrs[DASH_A_DRY_RUN];
	struct dash_net *dn = dash_nl_net(info);
	struct session *s;
	struct sk_buff *msg = NULL;
	void *hdr;
	int err;

	s = session_need(info);
	if (!s)
		return -ENOENT;
	err = staging(s, info);
	if (err)
		goto out;
	msg = dash_nl_reply(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!msg) {
		err = -ENOMEM;
		goto out;
	}
	s->over = true;
	err = dash_txn_commit(s->txn, dry_run || s->refused, info->extack);
	if (!err && s->refused) {	/* judged all the same, for the list of problems */
		GENL_SET_ERR_MSG(info, "objects of this transaction were refused when they were staged");
		err = -EINVAL;
	}
	if (err)
		goto out;
	nla_put_u32(msg, DASH_A_GENERATION, dash_store_generation(dn));
	nla_put_u32(msg, DASH_A_CHANGED, min_t(u64, dash_txn_changes(s->txn), U32_MAX));
	nla_put_u32(msg, DASH_A_WARNINGS, warnings(s->txn));
	genlmsg_end(msg, hdr);
	if (!dash_txn_problem(s->txn, 0)) {
		session_clear(s);
		s->over = true;
	}
	session_release(s);
	return genlmsg_reply(msg, info);
out:
	nlmsg_free(msg);
	session_release(s);
	return err;
}

/**
 * dash_nl_txn_abort_doit - DASH_CMD_TXN_ABORT
 * @skb: request
 * @info: request
 *
 * Return: 0 or -ENOENT.
 */
int dash_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (session_drop(dash_nl_net(info)->nl, info->snd_portid))
		return 0;
	GENL_SET_ERR_MSG(info, "this socket has no transaction");
	return -ENOENT;
}

static int put_problem(struct sk_buff *skb, struct netlink_callback *cb, const struct dash_problem *p)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_iput(skb, info);
	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, DASH_A_ERROR);
	if (!nest ||
	    nla_put_u64_64bit(skb, DASH_A_ERROR_COOKIE, p->cookie, DASH_A_ERROR_PAD) ||
	    nla_put_u32(skb, DASH_A_ERROR_CODE, p->code) ||
	    (!p->code && nla_put_flag(skb, DASH_A_ERROR_WARNING)) ||
	    (p->type && nla_put_u8(skb, DASH_A_ERROR_TYPE, p->type)) ||
	    (p->key && *p->key && nla_put_string(skb, DASH_A_ERROR_KEY, p->key)) ||
	    (p->field && nla_put_u16(skb, DASH_A_ERROR_FIELD, p->field)) ||
	    (p->field_name && nla_put_string(skb, DASH_A_ERROR_FIELD_NAME, p->field_name)) ||
	    (p->text && nla_put_string(skb, DASH_A_ERROR_TEXT, p->text))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

struct errors_ctx {
	u32 next;		/* index of the next problem; the list does not change after the commit */
};

/**
 * dash_nl_txn_errors_dumpit - DASH_CMD_TXN_ERRORS
 * @skb: message to fill
 * @cb: the dump
 *
 * Return: length of what was filled, or -errno.
 */
int dash_nl_txn_errors_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct errors_ctx *ctx = (void *)cb->ctx;
	const struct dash_problem *p;
	struct session *s;
	int err = 0;

	DASH_ASSERT_CTX_FITS(struct errors_ctx);
	s = session_get(dash_nl_dump_net(cb)->nl, NETLINK_CB(cb->skb).portid);
	if (!s)
		return 0;
	while (s->txn && (p = dash_txn_problem(s->txn, ctx->next))) {
		err = put_problem(skb, cb, p);
		if (err)
			break;
		ctx->next++;
	}
	session_release(s);
	return skb->len ?: err;
}

/**
 * dash_txns_usage - how much is staged
 * @dn: namespace
 * @u: filled in
 */
void dash_txns_usage(struct dash_net *dn, struct dash_txn_usage *u)
{
	u->open = READ_ONCE(dn->nl->open);
	u->open_max = OPEN_MAX;
	u->bytes = atomic64_read(&dn->nl->bytes);
	u->user_bytes = atomic64_read(&dn->nl->user->bytes);
	u->bytes_max = bytes_max();
}

/* A socket was closed: nobody can finish its transaction. */
static int socket_closed(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct netlink_notify *n = ptr;
	struct dash_net *dn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	dn = dash_net_of(n->net);
	if (dn && dn->nl) {
		session_drop(dn->nl, n->portid);
		dash_trace_unwatch(dn, n->portid);
	}
	return NOTIFY_DONE;
}

static struct notifier_block closed_nb = { .notifier_call = socket_closed };

/**
 * dash_txns_init - watch for sockets that are closed
 *
 * Return: 0 or -errno.
 */
int __init dash_txns_init(void)
{
	return netlink_register_notifier(&closed_nb);
}

/**
 * dash_txns_exit - stop watching; transactions end with their namespaces' part
 */
void dash_txns_exit(void)
{
	netlink_unregister_notifier(&closed_nb);
}

/* Whose is a network namespace, however many user namespaces they have made inside each other? */
static kuid_t user_of(const struct net *net)
{
	const struct user_namespace *ns = net->user_ns;

	while (ns->parent && ns->parent != &init_user_ns)
		ns = ns->parent;
	return ns == &init_user_ns ? GLOBAL_ROOT_UID : ns->owner;
}

static struct staging_user *user_get(kuid_t uid)
{
	struct staging_user *u;

	mutex_lock(&users_lock);
	list_for_each_entry(u, &users, list)
		if (uid_eq(u->uid, uid))
			goto found;
	u = kzalloc(sizeof(*u), GFP_KERNEL);
	if (u) {
		u->uid = uid;
		list_add(&u->list, &users);
found:
		u->namespaces++;
	}
	mutex_unlock(&users_lock);
	return u;
}

static void user_put(struct staging_user *u)
{
	mutex_lock(&users_lock);
	if (!--u->namespaces) {
		list_del(&u->list);
		kfree(u);
	}
	mutex_unlock(&users_lock);
}

/**
 * dash_netlink_net_init - a namespace begins
 * @dn: its part
 *
 * Return: 0 or -ENOMEM.
 */
int dash_netlink_net_init(struct dash_net *dn)
{
	struct dash_netlink *nl = kzalloc(sizeof(*nl), GFP_KERNEL_ACCOUNT);

	if (!nl)
		return -ENOMEM;
	nl->user = user_get(user_of(dn->net));
	if (!nl->user) {
		kfree(nl);
		return -ENOMEM;
	}
	mutex_init(&nl->lock);
	xa_init(&nl->sessions);
	dn->nl = nl;
	return 0;
}

/**
 * dash_netlink_net_exit - a namespace ends, or the module is unloaded: no request runs
 * @dn: its part; the store still exists
 */
void dash_netlink_net_exit(struct dash_net *dn)
{
	struct dash_netlink *nl = dn->nl;
	struct session *s;
	unsigned long portid;

	if (!nl)
		return;
	xa_for_each(&nl->sessions, portid, s)
		session_put(s);
	xa_destroy(&nl->sessions);
	mutex_destroy(&nl->lock);
	user_put(nl->user);
	dn->nl = NULL;
	kfree(nl);
}
