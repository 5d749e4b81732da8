// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How does another version of the module take over, without anybody's connection
 * noticing?
 *
 *	save      configuration, parameters, ports to a directory under /run
 *	hold      on each port, a program that forwards known connections by the old maps and
 *	          does not need the module; from here new connections wait
 *	save      the connections, which nobody opens or closes now
 *	swap      the old module out, the new one in
 *	load      configuration and parameters; new maps; the connections
 *	release   on each port, in one step, the whole program on the new maps
 *
 * Whatever fails before the swap is undone by putting the whole program back on the
 * old maps.  What fails afterwards is begun anew with the module that ran before.  All that
 * is needed stays in the directory until the end, so that --resume can finish what
 * somebody has killed; packets of known connections are forwarded all the time.
 *
 * The steps are dashctl's own commands, each a process of its own: the family of a module
 * that has gone means nothing to the next one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/module.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "attr.h"
#include "bpf.h"
#include "cmd.h"
#include "drop_words.h"
#include "nl.h"
#include "print.h"
#include "status.h"

#define MAX_ARGS	80
#define REMOVE_MS	5000	/* programs that call the module are freed a while after they are gone */

/**
 * struct upgrade - one run
 * @dir: where everything is kept meanwhile
 * @module, @fallback: files
 * @ports, @n: names of the devices
 * @ifindex: theirs
 * @maps: ids of the old maps
 * @flows: size of the flow table, 0: there is none
 * @layout: of the running module
 * @elsewhere: other namespaces in use
 * @params: names and values, as words of "set"
 * @since: when new connections began to wait, ns
 * @drops: of the old maps
 */
struct upgrade {
	char *dir;
	char *module, *fallback;
	char *ports[DASH_MAX_PORT];
	uint32_t ifindex[DASH_MAX_PORT], index[DASH_MAX_PORT];
	int n;
	uint32_t maps[DASH_MAP_N];
	uint32_t flows, layout, elsewhere;
	char *params[MAX_ARGS];
	int n_params;
	int64_t since;
	struct bpf_drops drops;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static char *in_dir(const struct upgrade *u, const char *name)
{
	return xasprintf("%s/%s", u->dir, name);
}

/* ---- what is running --------------------------------------------------------- */

static void read_port(struct upgrade *u, const struct attr *nest)
{
	struct attr a;

	if (u->n == (int)DASH_MAX_PORT)
		return;
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_PORT_IFNAME)
			u->ports[u->n] = attr_string(&a);
		else if (a.type == DASH_A_PORT_IFINDEX)
			u->ifindex[u->n] = (uint32_t)attr_number(&a);
		else if (a.type == DASH_A_PORT_INDEX)
			u->index[u->n] = (uint32_t)attr_number(&a);
	}
	if (u->ports[u->n])
		u->n++;
}

static void read_param(struct upgrade *u, const struct attr *nest)
{
	char *name = NULL, *value = NULL;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_PARAM_NAME && !name)
			name = attr_string(&a);
		else if (a.type == DASH_A_PARAM_STRING && !value)
			value = attr_string(&a);
		else if (a.type == DASH_A_PARAM_VALUE && !value)
			value = xasprintf("%llu", (unsigned long long)attr_number(&a));
	}
	if (name && value && u->n_params + 2 < MAX_ARGS - 2) {
		u->params[u->n_params++] = name;
		u->params[u->n_params++] = value;
	}
}

static void on_status(const void *attrs, size_t len, void *arg)
{
	struct upgrade *u = arg;
	struct attr status, a;

	if (!status_find(attrs, len, &status))
		return;
	for (attr_first(&a, status.data, status.len); attr_ok(&a); attr_next(&a)) {
		switch (a.type) {
		case DASH_A_STATUS_PORT:
			read_port(u, &a);
			break;
		case DASH_A_STATUS_MAP:
			status_map(&a, u->maps);
			break;
		case DASH_A_STATUS_PARAMS:
			read_param(u, &a);
			break;
		case DASH_A_STATUS_FLOW_SLOTS:
			u->flows = (uint32_t)attr_number(&a);
			break;
		case DASH_A_STATUS_LAYOUT:
			u->layout = (uint32_t)attr_number(&a);
			break;
		case DASH_A_STATUS_ELSEWHERE:
			u->elsewhere = (uint32_t)attr_number(&a);
			break;
		}
	}
}

static int read_status(struct upgrade *u)
{
	struct buf b = { 0 };
	int e = nl_open();

	if (e)
		return e;
	nl_start(&b, DASH_CMD_STATUS_GET);
	e = nl_call(&b, on_status, u);
	buf_free(&b);
	return e ? nl_failed("upgrade", e) : EXIT_OK;
}

/* ---- modules ------------------------------------------------------------------ */

static bool is_loaded(void)
{
	return !access("/sys/module/dash", F_OK);
}

static int insert(const char *file)
{
	const char *dot = strrchr(file, '.');
	int fd = open(file, O_RDONLY | O_CLOEXEC), e = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, "",
			      dot && strcmp(dot, ".ko") ? MODULE_INIT_COMPRESSED_FILE : 0))
		e = errno;
	if (fd >= 0)
		close(fd);
	if (e)
		err("upgrade: cannot load %s: %s%s", file, strerror(e),
		    e == ENOEXEC ? " (built for another kernel? see dmesg)" : "");
	return e;
}

static int take_out(void)
{
	int64_t until = now() + REMOVE_MS * 1000000ll;
	struct timespec ms = { .tv_nsec = 1000000 };

	while (syscall(SYS_delete_module, "dash", O_NONBLOCK)) {
		if ((errno != EAGAIN && errno != EBUSY) || now() > until) {
			err("upgrade: cannot remove the module: %s", strerror(errno));
			return errno;
		}
		nanosleep(&ms, NULL);
	}
	return 0;
}

/* Where modprobe would find the module; NULL: nowhere. */
static char *installed(void)
{
	char line[PATH_MAX], *path = NULL, *colon, *base;
	struct utsname uts;
	FILE *f;

	uname(&uts);
	path = xasprintf("/lib/modules/%s/modules.dep", uts.release);
	f = fopen(path, "re");
	free(path);
	path = NULL;
	while (f && !path && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		base = strrchr(line, '/');
		base = base ? base + 1 : line;
		if (!strncmp(base, "dash.ko", 7))
			path = xasprintf("/lib/modules/%s/%s", uts.release, line);
	}
	if (f)
		fclose(f);
	return path;
}

/* ---- steps ---------------------------------------------------------------------- */

/* This program with other words; its output goes to @file, or nowhere.  Return: its exit code. */
static int dashctl(const char *file, const char *const *words)
{
	char *argv[MAX_ARGS + 2] = { (char *)"dashctl" };
	int i, status, fd;
	pid_t pid;

	for (i = 0; words[i] && i < MAX_ARGS; i++)
		argv[i + 1] = (char *)words[i];
	fflush(NULL);
	pid = fork();
	if (!pid) {
		/* whoever kills us stops the step too: --resume must find nobody at work */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(file ? file : "/dev/null", O_WRONLY | (file ? O_CREAT | O_TRUNC : 0), 0600);
		if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
			execv("/proc/self/exe", argv);
	}
	if (pid <= 0) {
		err("upgrade: cannot run myself: %s", strerror(errno));
		if (!pid)
			_exit(EXIT_KERNEL);
		return EXIT_KERNEL;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_KERNEL;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_KERNEL;
}

#define DASHCTL(file, ...) dashctl(file, (const char *const[]){ __VA_ARGS__, NULL })

/* A file is there with all that belongs into it, or not at all: "part" becomes @name. */
static int keep(const struct upgrade *u, const char *name)
{
	char *part = in_dir(u, "part"), *file = in_dir(u, name);
	int e = rename(part, file) ? EXIT_USAGE : EXIT_OK;

	if (e)
		err("upgrade: %s: %s", file, strerror(errno));
	free(part);
	free(file);
	return e;
}

static int save_config(const struct upgrade *u)
{
	char *part = in_dir(u, "part");
	int e = DASHCTL(part, "export");

	free(part);
	return e ? e : keep(u, "config.json");
}

static int save_flows(const struct upgrade *u)
{
	char *part = in_dir(u, "part");
	int e = DASHCTL(NULL, "flow", "save", part);

	free(part);
	return e ? e : keep(u, "flows");
}

/* What is needed for --resume: lines of a word and its value, which is the rest of the line. */
static int save_plan(const struct upgrade *u)
{
	char *file = in_dir(u, "part");
	FILE *f = fopen(file, "we");
	int i, e = EXIT_OK;

	if (f) {
		fprintf(f, "module %s\nfallback %s\nflows %u\n", u->module, u->fallback, u->flows);
		for (i = 0; i < u->n; i++)
			fprintf(f, "port %s\n", u->ports[i]);
		for (i = 0; i < u->n_params; i += 2)
			fprintf(f, "param %s %s\n", u->params[i], u->params[i + 1]);
	}
	if (!f || ferror(f) || fclose(f)) {
		err("upgrade: %s: %s", file, strerror(errno));
		e = EXIT_USAGE;
	}
	free(file);
	return e ? e : keep(u, "plan");
}

static void load_line(struct upgrade *u, const char *word, const char *rest)
{
	const char *value = rest + strcspn(rest, " ");

	if (!strcmp(word, "module")) {
		u->module = xstrdup(rest);
	} else if (!strcmp(word, "fallback")) {
		u->fallback = xstrdup(rest);
	} else if (!strcmp(word, "flows")) {
		u->flows = (uint32_t)strtoul(rest, NULL, 10);
	} else if (!strcmp(word, "port") && u->n < (int)DASH_MAX_PORT) {
		u->ifindex[u->n] = if_nametoindex(rest);
		u->ports[u->n++] = xstrdup(rest);
	} else if (!strcmp(word, "param") && *value && u->n_params + 2 < MAX_ARGS - 2) {
		u->params[u->n_params++] = xasprintf("%.*s", (int)(value - rest), rest);
		u->params[u->n_params++] = xstrdup(value + 1);
	}
}

/* false: there is none, so nothing had begun. */
static bool load_plan(struct upgrade *u)
{
	char *file = in_dir(u, "plan"), *line = NULL, *rest;
	FILE *f = fopen(file, "re");
	size_t size = 0;

	free(file);
	if (!f)
		return false;
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		rest = strchr(line, ' ');
		if (!rest)
			continue;
		*rest++ = '\0';
		load_line(u, line, rest);
	}
	free(line);
	fclose(f);
	return u->module && u->fallback;
}

static void forget(const struct upgrade *u)
{
	static const char *const names[] = { "config.json", "flows", "plan", "part" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		char *file = in_dir(u, names[i]);

		unlink(file);
		free(file);
	}
	rmdir(u->dir);
}

/* The whole program instead of the one that holds, or where there is none; @n ports. */
static int release(const struct upgrade *u, int n)
{
	const char *mode;
	bool ours;
	int i, e = 0;

	for (i = 0; i < n; i++) {
		bpf_attached(if_nametoindex(u->ports[i]), &mode, &ours);
		e = (ours ? DASHCTL(NULL, "attach", u->ports[i], "--replace") :
			    DASHCTL(NULL, "attach", u->ports[i])) ?: e;
	}
	return e;
}

/* On port @i, the program that forwards known connections without the module. */
static int hold_port(const struct upgrade *u, int i)
{
	struct bpf_plan p = { .ifindex = u->ifindex[i], .port = u->index[i], .replace = true, .alone = true };

	memcpy(p.bound, u->maps, sizeof(p.bound));
	return bpf_attach(&p);
}

/* Known connections are forwarded without the module from here on. */
static int hold(struct upgrade *u)
{
	int i;

	if (u->n && bpf_drops_open(&u->drops, u->maps))
		return EXIT_KERNEL;
	u->since = now();
	for (i = 0; i < u->n; i++)
		if (hold_port(u, i)) {
			release(u, i);
			return EXIT_KERNEL;
		}
	return EXIT_OK;
}

/*
 * The module that is loaded must go, after ports may have been released on its maps, which keeps
 * it in the kernel: hold those again.  They have the connections, for release is the last step.
 * Where this fails, take_out() does, and tells.
 */
static void hold_again(void)
{
	struct upgrade loaded = { 0 };
	int i;

	nl_forget();	/* it knew the family of another module */
	if (read_status(&loaded))
		return;
	for (i = 0; i < loaded.n; i++)
		if (bpf_uses(loaded.ifindex[i], loaded.maps[DASH_MAP_FLOWS]))
			hold_port(&loaded, i);
}

/* Everything into the module that is loaded. */
static int load(const struct upgrade *u)
{
	char *config = in_dir(u, "config.json"), *flows = in_dir(u, "flows"), *size;
	const char *words[MAX_ARGS + 2] = { "set" };
	int i, e;

	memcpy(words + 1, u->params, sizeof(words[0]) * (size_t)u->n_params);
	size = xasprintf("%u", u->flows ? u->flows : 1);
	e = DASHCTL(NULL, "apply", config);
	if (!e && u->n_params)
		e = dashctl(NULL, words);
	for (i = 0; !e && i < u->n; i++)
		e = DASHCTL(NULL, "attach", u->ports[i], "--prepare", "--flows", size);
	if (!e && u->n)
		e = DASHCTL(NULL, "flow", "restore", flows);
	if (!e)
		e = release(u, u->n);
	free(size);
	free(config);
	free(flows);
	return e;
}

/* @fresh: whatever is loaded gives way. */
static int load_with(const struct upgrade *u, const char *module, bool fresh)
{
	if (fresh && is_loaded()) {
		hold_again();
		if (take_out())
			return EXIT_KERNEL;
	}
	if (!is_loaded() && insert(module))
		return EXIT_KERNEL;
	return load(u);
}

/* By reason: what a known connection loses is not a new one's first packet. */
static void tell_drops(struct upgrade *u)
{
	unsigned int i;

	bpf_drops_close(&u->drops);
	pr_rows("dropped_meanwhile");
	for (i = 0; i < DASH_DROP_COUNT; i++)
		if (u->drops.count[i] && drop_words(i))
			pr_u64(drop_words(i)->name, u->drops.count[i]);
	pr_end();
}

static void tell(struct upgrade *u, bool fallback)
{
	pr_object(NULL);
	pr_str("module", fallback ? u->fallback : u->module);
	pr_u64("ports", (uint64_t)u->n);
	if (u->since)
		pr_u64("new_connections_waited_ms", (uint64_t)(now() - u->since) / 1000000);
	if (u->since && u->n)
		tell_drops(u);
	pr_end();
}

/* A device that was deleted meanwhile must not keep the others waiting. */
static void leave_out_gone(struct upgrade *u)
{
	int i, n = 0;

	for (i = 0; i < u->n; i++) {
		if (if_nametoindex(u->ports[i]))
			u->ports[n++] = u->ports[i];
		else
			err("upgrade: port \"%s\" is left out: there is no such device any more", u->ports[i]);
	}
	u->n = n;
}

/*
 * From the swap on: the new module, or else the one that ran before.  Each step may be done once
 * more, so that somebody who was killed anywhere can begin here again, with the module that is there.
 */
static int finish(struct upgrade *u, bool fresh)
{
	int e;

	leave_out_gone(u);
	e = load_with(u, u->module, fresh);
	if (!e) {
		tell(u, false);
		forget(u);
		return EXIT_OK;
	}
	err("upgrade: the new module failed; back to the one before");
	e = load_with(u, u->fallback, true);
	if (e) {
		err("upgrade: that failed too. Known connections are still forwarded; mend the cause, "
		    "then: dashctl upgrade --resume");
		return EXIT_KERNEL;
	}
	tell(u, true);
	forget(u);
	return EXIT_ROLLED_BACK;
}

static int check(struct upgrade *u, const struct args *a)
{
	u->module = a->n ? realpath(a->v[0], NULL) : installed();
	u->fallback = a->opt[0] ? realpath(a->opt[0], NULL) : installed();
	if (!u->module || access(u->module, R_OK)) {
		err("upgrade: %s: %s", a->n ? a->v[0] : "module dash", a->n ? strerror(errno) : "is not installed");
		return EXIT_USAGE;
	}
	if (!u->fallback || access(u->fallback, R_OK) || !strcmp(u->fallback, u->module)) {
		err("upgrade: name the file of the module that runs now with --fallback, for the case that the new one fails");
		return EXIT_USAGE;
	}
	if (strchr(u->module, '\n') || strchr(u->fallback, '\n')) {
		err("upgrade: a file with a line break in its name");
		return EXIT_USAGE;
	}
	if (u->elsewhere) {
		err("upgrade: the module has configuration or ports in %u other network namespaces, which would lose them",
		    u->elsewhere);
		return EXIT_INVALID;
	}
	if (u->n && u->layout != DASH_LAYOUT) {
		err("upgrade: this dashctl knows maps of layout %u, the module that runs has %u: connections "
		    "cannot be kept. To lose them: dashctl export, detach, load the module, apply, attach",
		    DASH_LAYOUT, u->layout);
		return EXIT_INVALID;
	}
	return EXIT_OK;
}

/* One directory for each namespace, so that two upgrades do not meet. */
static int make_dir(struct upgrade *u, bool resume)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st)) {
		err("upgrade: /proc/self/ns/net: %s", strerror(errno));
		return EXIT_USAGE;
	}
	u->dir = xasprintf("/run/dashctl-upgrade-%llu", (unsigned long long)st.st_ino);
	if (resume) {
		if (!access(u->dir, F_OK))
			return EXIT_OK;
		err("upgrade: nothing to resume: no upgrade of this network namespace was interrupted");
		return EXIT_INVALID;
	}
	if (!mkdir(u->dir, 0700))
		return EXIT_OK;
	if (errno == EEXIST)
		err("upgrade: %s is there: another upgrade is running, or was interrupted (then: dashctl upgrade --resume)",
		    u->dir);
	else
		err("upgrade: %s: %s", u->dir, strerror(errno));
	return EXIT_INVALID;
}

static int resume(struct upgrade *u)
{
	char *flows = in_dir(u, "flows");
	bool begun = load_plan(u), saved = !access(flows, F_OK);
	int e = EXIT_OK;

	free(flows);
	if (saved)
		return finish(u, false);
	/* the module that ran before is still there, with everything */
	if (begun)
		e = release(u, u->n);
	if (!e)
		forget(u);
	return e;
}

int cmd_upgrade(const struct args *a)
{
	struct upgrade u = { 0 };
	int e = make_dir(&u, a->opt[1]);

	if (e)
		return e;
	if (a->opt[1])
		return resume(&u);
	e = read_status(&u);
	if (!e)
		e = check(&u, a);
	if (!e)
		e = save_config(&u);
	if (!e)
		e = save_plan(&u);
	if (!e)
		e = hold(&u);
	if (e) {
		forget(&u);
		return e;
	}
	e = save_flows(&u);
	if (!e && take_out())
		e = EXIT_KERNEL;
	if (e) {
		release(&u, u.n);
		forget(&u);
		return e;
	}
	return finish(&u, true);
}
