// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What did the user ask for?  The table of commands, the options that all of
 * them share, and the way from the words of the command line to the function
 * that does the work.  Help, completion and the check of the manual read the
 * same rows.
 *
 * Words are exact: no abbreviations, so that a script means tomorrow what it
 * means today.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kernel/uapi/dash.h"
#include "../kernel/version.h"
#include "cmd.h"
#include "suggest.h"
#include "util.h"
#include "verb.h"

#define STRICT	{ "--strict", NULL, NULL, "warnings are errors" }
#define IGNORE	{ "--ignore-unknown", NULL, NULL, "skip unknown tables with a warning" }
#define FILTERS \
	{ "--eni", "ENI", "eni", "connections of one ENI" }, \
	{ "--proto", "PROTO", NULL, "inner protocol: a number, tcp, udp, icmp or icmpv6" }, \
	{ "--src", "PREFIX", NULL, "source address, of either direction" }, \
	{ "--dst", "PREFIX", NULL, "destination address, of the same direction" }, \
	{ "--sport", "PORT", NULL, "source port, of the same direction" }, \
	{ "--dport", "PORT", NULL, "destination port, of the same direction" }

const struct command commands[] = {
	{ "apply", "FILE...", "file", 1, 1 << 20, "make files the configuration, in one transaction",
	  { { "--dry-run", NULL, NULL, "validate only, change nothing" }, STRICT, IGNORE }, cmd_apply },
	{ "check", "FILE...", "file", 1, 1 << 20, "look for errors in files, without the module",
	  { STRICT, IGNORE }, cmd_check },
	{ "sync", "FILE...", "file", 1, 1 << 20, "make files the whole configuration, with the smallest change",
	  { { "--dry-run", NULL, NULL, "validate only, change nothing" }, STRICT, IGNORE }, cmd_sync },
	{ "diff", "FILE...", "file", 1, 1 << 20, "what sync would change",
	  { STRICT, IGNORE, { "--exit-code", NULL, NULL, "status 5 if there is a difference" } }, cmd_diff },
	{ "export", "[TABLE]", "table", 0, 1, "write the configuration as a file for apply", { { 0 } },
	  cmd_export },
	{ "show status", "", NULL, 0, 0, "version, ports, tables, limits, consistency", { { 0 } },
	  cmd_show_status },
	{ "show vnet", "[brief | NAME [mappings]]", "vnet", 0, 2, "VNETs, mappings of a VNET",
	  { { "--guid", "GUID", NULL, "the VNET with this guid" } }, cmd_show_vnet },
	{ "show eni", "[ENI [routes | rules | acls [stage in | out | all]]]", "eni", 0, 4,
	  "ENIs, and what is bound to one", { { 0 } }, cmd_show_eni },
	{ "show acl group", "[ID]", "acl_group", 0, 1, "ACL groups; rules of one with counters",
	  { { "--guid", "GUID", NULL, "the group with this guid" } }, cmd_show_acl_group },
	{ "show tag", "[NAME]", "tag", 0, 1, "prefix tags", { { 0 } }, cmd_show_tag },
	{ "show route-group", "[ID]", "route_group", 0, 1, "route groups; routes of one with counters",
	  { { 0 } }, cmd_show_route_group },
	{ "show route-types", "", NULL, 0, 0, "routing types and their actions", { { 0 } },
	  cmd_show_route_types },
	{ "show qos", "[NAME]", "qos", 0, 1, "limits", { { 0 } }, cmd_show_qos },
	{ "show appliance", "[ID]", "appliance", 0, 1, "VIPs", { { 0 } }, cmd_show_appliance },
	{ "show pa-validation", "", NULL, 0, 0, "further valid PAs", { { 0 } }, cmd_show_pa_validation },
	{ "show meter", "[ENI]", "eni", 0, 1, "annotations of meter buckets", { { 0 } }, cmd_show_meter },
	{ "show switch", "", NULL, 0, 0, "VXLAN ports", { { 0 } }, cmd_show_switch },
	{ "show memory", "", NULL, 0, 0, "what each object costs", { { 0 } }, cmd_show_memory },
	{ "show params", "", NULL, 0, 0, "timeouts and modes", { { 0 } }, cmd_show_params },
	{ "show flows", "", NULL, 0, 0, "connections, both directions",
	  { FILTERS, { "--limit", "N", NULL, "at most so many connections" } }, cmd_show_flows },
	{ "stats", "[global | port | eni ENI | acl GROUP | drops]", "stats", 0, 2, "counters",
	  { { "--clear", NULL, NULL, "count from here: later reads of this user subtract what was shown" },
	    { "--all", NULL, NULL, "also counters that are zero" } }, cmd_stats },
	{ "clear all", "", NULL, 0, 0, "delete the whole configuration", { { 0 } }, cmd_clear_all },
	{ "clear eni", "ENI", "eni", 1, 1, "delete an ENI and what it owns", { { 0 } }, cmd_clear_eni },
	{ "clear vnet", "VNET", "vnet", 1, 1,
	  "delete a VNET, its mappings, and routes and rules that name it",
	  { { "--force", NULL, NULL, "its ENIs too" } }, cmd_clear_vnet },
	{ "clear flows", "", NULL, 0, 0, "end connections", { FILTERS }, cmd_clear_flows },
	{ "flow list", "", NULL, 0, 0, "connections, both directions",
	  { FILTERS, { "--limit", "N", NULL, "at most so many connections" } }, cmd_show_flows },
	{ "flow get", "", NULL, 0, 0, "one connection, both directions", { FILTERS }, cmd_flow_get },
	{ "flow count", "", NULL, 0, 0, "how many connections match", { FILTERS }, cmd_flow_count },
	{ "flow delete", "", NULL, 0, 0, "end the connections that match", { FILTERS }, cmd_flow_delete },
	{ "flow flush", "", NULL, 0, 0, "end connections, all or those that match", { FILTERS },
	  cmd_clear_flows },
	{ "flow save", "FILE", NULL, 1, 1, "write all connections to a file", { { 0 } }, cmd_flow_save },
	{ "flow restore", "FILE", NULL, 1, 1, "take connections from such a file", { { 0 } }, cmd_flow_restore },
	{ "monitor", "[config | flows | limits]", "monitor", 0, 1, "show events as they happen",
	  { { "--room", "KIB", NULL, "memory for events that have not been shown yet (65536)" } },
	  cmd_monitor },
	{ "top", "", NULL, 0, 0, "live view of ENIs, rates, table pressure, top talkers, drops",
	  { { "-b", NULL, NULL, "batch: one view after the other, no terminal needed" },
	    { "-n", "N", NULL, "end after so many views" },
	    { "-d", "SECONDS", NULL, "time between two views, default 2" },
	    { "--talkers", "N", NULL, "so many top talkers, default 10; 0: none" } }, cmd_top },
	{ "trace", "WORDS... | hex OCTETS... | pcap FILE FRAME", "trace", 2, 4096,
	  "what would happen to a packet, and why",
	  { { "--port", "DEV", "dev", "the device that it comes in by; the first one of the appliance" },
	    { "--policy", NULL, NULL, "also what policy says today about a packet of a connection" } }, cmd_trace,
	  "  WORDS: outbound|inbound eni ENI PROTO SRC[:PORT] DST[:PORT] [NAME VALUE]...\n"
	  "  PROTO: tcp, udp, icmp, icmpv6 or a number; ports are for tcp and udp, as in 10.1.1.1:80, [2001:db8::1]:80\n"
	  "  NAME:  flags (of tcp, letters of FSRPAUEC; S), vni, vip, from (the tunnel's), tos, len, smac, dmac\n"
	  "  For example: dashctl trace outbound eni F4939FEFC47E tcp 10.1.2.9:1234 10.1.1.1:80\n" },
	{ "trace live", "", NULL, 0, 0, "what happens to packets, and why, as they come",
	  { FILTERS, { "--rate", "N", NULL, "at most so many a second; 10" },
	    { "--count", "N", NULL, "end after so many" } }, cmd_trace_live },
	{ "drops", "", NULL, 0, 0, "dropped packets: how many, why, what to do",
	  { { "-f", NULL, NULL, "each as it happens, with its object" },
	    { "--count", "N", NULL, "with -f: end after so many" } }, cmd_drops },
	{ "set", "NAME VALUE [NAME VALUE]...", "param", 2, 64, "set timeouts and modes", { { 0 } },
	  cmd_set, "  NAME is one of \"dashctl show params\"; times are in ms, or with a unit: ms, s, m, h\n" },
	{ "attach", "DEV", "dev", 1, 1, "attach the fast path to a device",
	  { { "--flows", "N", NULL, "size of the flow table; only at the first attach" },
	    { "--mode", "MODE", NULL, "native, generic, or auto: native if the driver can" },
	    { "--replace", NULL, NULL, "put this dashctl's program in place of ours that is there; no packet is lost" },
	    { "--prepare", NULL, NULL, "make the port and the flow table, leave the device as it is" } }, cmd_attach },
	{ "detach", "DEV", "dev", 1, 1, "take the fast path off a device", { { 0 } }, cmd_detach },
	{ "upgrade", "[MODULE]", NULL, 0, 1, "replace the module, keeping configuration and connections",
	  { { "--fallback", "MODULE", NULL, "the module that runs now, for the case that the new one fails" },
	    { "--resume", NULL, NULL, "go on after an interruption" } }, cmd_upgrade },
	{ "help", "[COMMAND...]", NULL, 0, 8, "what commands there are",
	  { { "--words", NULL, NULL, "rows of the command table, for completion" },
	    { "--objects", NULL, NULL, "rows of the tables, for completion" },
	    { "--fields", NULL, NULL, "rows of the fields, for programs" } }, cmd_help },
	{ 0 }
};

static int enter_netns(const char *name)
{
	char *path = strchr(name, '/') ? xstrdup(name) : xasprintf("/run/netns/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = 0;

	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		err("network namespace \"%s\": %s", name, strerror(errno));
		e = EXIT_USAGE;
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return e;
}

/* How many words of the command line choose @c; 0: they do not. */
static int matches(const struct command *c, int argc, char **argv)
{
	const char *w = c->words;
	int n = 0;

	while (*w) {
		size_t len = strcspn(w, " ");

		if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], w, len))
			return 0;
		n++;
		w += len + (w[len] == ' ');
	}
	return n;
}

static const struct command *find_command(int argc, char **argv, int *used)
{
	const struct command *c, *best = NULL;

	*used = 0;
	for (c = commands; c->words; c++) {
		int n = matches(c, argc, argv);

		if (n > *used) {
			best = c;
			*used = n;
		}
	}
	return best;
}

static bool is_shared(const char *s)
{
	if (!strcmp(s, "-j") || !strcmp(s, "--json"))
		opt.json = true;
	else if (!strcmp(s, "-s") || !strcmp(s, "--statistics"))
		opt.statistics = true;
	else if (!strcmp(s, "-p") || !strcmp(s, "--pretty"))
		opt.json = opt.pretty = true;
	else
		return false;
	return true;
}

/* One option of a command; returns how many words it took, -1 after telling what is wrong. */
static int read_option(const struct command *c, char **argv, struct args *a)
{
	size_t len = strcspn(argv[0], "=");
	int i;

	for (i = 0; i < CMD_OPTIONS && c->options[i].name; i++) {
		const struct cmd_option *o = &c->options[i];

		if (strlen(o->name) != len || strncmp(o->name, argv[0], len))
			continue;
		if (!o->arg && argv[0][len]) {
			err("%s: option %s takes no value", c->words, o->name);
			return -1;
		}
		a->opt[i] = !o->arg ? "" : argv[0][len] ? argv[0] + len + 1 : argv[1];
		if (!a->opt[i]) {
			err("%s: option %s needs a value: %s", c->words, o->name, o->arg);
			return -1;
		}
		return o->arg && !argv[0][len] ? 2 : 1;
	}
	err("%s: unknown option \"%s\"", c->words, argv[0]);
	return -1;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct args a = { .v = xmalloc(((size_t)argc + 1) * sizeof(char *)) };
	bool only_words = false;
	int i, n, e = EXIT_USAGE;

	for (i = 0; i < argc; i += n) {
		n = 1;
		if (only_words || argv[i][0] != '-' || !argv[i][1]) {
			a.v[a.n++] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			only_words = true;
		} else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			struct args h = { .n = 1, .v = (char *[]){ (char *)c->words, NULL } };

			e = cmd_help(&h);
			goto out;
		} else if (!is_shared(argv[i])) {
			n = read_option(c, argv + i, &a);
			if (n < 0)
				goto out;
		}
	}
	a.v[a.n] = NULL;
	if (a.n < c->min) {
		err("%s: %s expected, see \"dashctl help %s\"", c->words, c->args, c->words);
		goto out;
	}
	if (a.n > c->max) {
		err("%s: unexpected word \"%s\", see \"dashctl help %s\"", c->words, a.v[c->max], c->words);
		goto out;
	}
	e = c->run(&a);
	if (fflush(stdout) || ferror(stdout)) {
		err("cannot write: %s", strerror(errno));
		e = EXIT_USAGE;
	}
out:
	free(a.v);
	return e;
}

static int version(void)
{
	FILE *f = fopen("/sys/module/dash/version", "re");
	char module[64] = "not loaded";

	if (f && fgets(module, sizeof(module), f))
		module[strcspn(module, "\n")] = '\0';
	if (f)
		fclose(f);
	printf("dashctl %s, netlink interface %d, module %s\n", DASH_VERSION, DASH_ABI_VERSION, module);
	return EXIT_OK;
}

static int dispatch(int argc, char **argv)
{
	const struct command *c;
	int used;

	/* The switch that this resembles says "show dash eni". */
	if (argc > 1 && (!strcmp(argv[0], "show") || !strcmp(argv[0], "clear")) &&
	    !strcmp(argv[1], "dash")) {
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	c = find_command(argc, argv, &used);
	if (!c)
		c = verb_find(argc, argv, &used);
	if (!c) {
		suggest(argc, argv);
		return EXIT_USAGE;
	}
	return run(c, argc - used, argv + used);
}

/* Splits a line into words in place; blanks separate, quotes hold together, # ends.  -1: no end of a quote. */
static int split(char *s, char **word, int max)
{
	char *to = s, quote = 0;
	int n = 0;

	while (n < max) {
		s += strspn(s, " \t\r\n");
		if (!*s || *s == '#')
			break;
		word[n++] = to;
		for (; *s && (quote || !strchr(" \t\r\n", *s)); s++) {
			if (quote ? *s == quote : *s == '"' || *s == '\'')
				quote = quote ? 0 : *s;
			else
				*to++ = *s;
		}
		if (quote)
			return -1;
		s += *s != '\0';
		*to++ = '\0';
	}
	word[n] = NULL;
	return n;
}

/*
 * One command a line, each a transaction of its own.  Stops at the first that fails, unless @force.
 * Returns the status of the first that failed.
 */
static int batch(const char *name, bool force)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	struct options shared = opt;
	char *line = NULL, *word[512];
	size_t size = 0;
	int n, number = 0, e = 0, first = EXIT_OK;

	if (!f) {
		err("%s: %s", name, strerror(errno));
		return EXIT_USAGE;
	}
	while ((force || !first) && getline(&line, &size, f) >= 0) {
		number++;
		n = split(line, word, (int)ARRAY_SIZE(word) - 1);
		if (n < 0)
			err("a quote without end");
		e = n < 0 ? EXIT_USAGE : n ? dispatch(n, word) : EXIT_OK;
		opt = shared;
		if (e)
			err("%s:%d: failed", name, number);
		first = first ? first : e;
	}
	free(line);
	if (f != stdin)
		fclose(f);
	return first;
}

int main(int argc, char **argv)
{
	struct args no_args = { 0 };
	const char *batch_file = NULL;
	bool force = false;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-n") || !strcmp(argv[i], "--netns")) {
			if (!argv[++i]) {
				err("option -n needs a value: NETNS");
				return EXIT_USAGE;
			}
			if (enter_netns(argv[i]))
				return EXIT_USAGE;
		} else if (!strcmp(argv[i], "-b") || !strcmp(argv[i], "-batch") ||
			   !strcmp(argv[i], "--batch")) {
			batch_file = argv[++i];
			if (!batch_file) {
				err("option -batch needs a value: FILE");
				return EXIT_USAGE;
			}
		} else if (!strcmp(argv[i], "-force") || !strcmp(argv[i], "--force")) {
			force = true;
		} else if (!strcmp(argv[i], "-V") || !strcmp(argv[i], "--version")) {
			return version();
		} else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			return cmd_help(&no_args);
		} else if (!is_shared(argv[i])) {
			err("unknown option \"%s\", see \"dashctl help\"", argv[i]);
			return EXIT_USAGE;
		}
	}
	if (batch_file) {
		if (i < argc) {
			err("unexpected word \"%s\" beside -batch", argv[i]);
			return EXIT_USAGE;
		}
		return batch(batch_file, force);
	}
	if (i == argc) {
		cmd_help(&no_args);
		return EXIT_USAGE;
	}
	return dispatch(argc - i, argv + i);
}
