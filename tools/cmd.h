/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_CMD_H
#define DASHCTL_CMD_H

#include <stdbool.h>

#define CMD_OPTIONS 8

/**
 * struct cmd_option - option of a command; the row drives parsing, help and completion
 * @name: with its dashes
 * @arg: name of its value, NULL: a flag
 * @live: what completes the value: "eni", "vnet", ..., "dev", or NULL
 * @help: a phrase
 */
struct cmd_option {
	const char *name, *arg, *live, *help;
};

/**
 * struct args - words of a command line, sorted
 * @n, @v: positional words
 * @opt: value of each option by its row ("" for a flag), NULL if not given
 */
struct args {
	int n;
	char **v;
	const char *opt[CMD_OPTIONS];
};

/**
 * struct command - a command; the row drives dispatch, help and completion
 * @words: the words that choose it, e.g. "show eni"
 * @args: synopsis of what follows
 * @live: what completes the first word that follows, as in struct cmd_option
 * @min, @max: number of words that may follow
 * @help: a phrase
 * @options: end with a NULL name
 * @run: returns the exit code
 * @notes: further lines of help, or NULL
 */
struct command {
	const char *words, *args, *live;
	int min, max;
	const char *help;
	struct cmd_option options[CMD_OPTIONS];
	int (*run)(const struct args *a);
	const char *notes;
};

extern const struct command commands[];		/* ends with NULL words */

/* config.c */
int cmd_apply(const struct args *a);
int cmd_check(const struct args *a);
/* sync.c */
int cmd_sync(const struct args *a);
int cmd_diff(const struct args *a);
/* export.c */
int cmd_export(const struct args *a);
/* show.c */
int cmd_show_status(const struct args *a);
int cmd_show_vnet(const struct args *a);
int cmd_show_eni(const struct args *a);
int cmd_show_acl_group(const struct args *a);
int cmd_show_tag(const struct args *a);
int cmd_show_route_types(const struct args *a);
int cmd_show_route_group(const struct args *a);
int cmd_show_qos(const struct args *a);
int cmd_show_appliance(const struct args *a);
int cmd_show_pa_validation(const struct args *a);
int cmd_show_meter(const struct args *a);
int cmd_show_switch(const struct args *a);
int cmd_show_memory(const struct args *a);
/* flows.c */
int cmd_show_flows(const struct args *a);
int cmd_clear_flows(const struct args *a);
int cmd_flow_count(const struct args *a);
int cmd_flow_get(const struct args *a);
int cmd_flow_delete(const struct args *a);
/* monitor.c */
int cmd_monitor(const struct args *a);
/* top.c */
int cmd_top(const struct args *a);
/* flow_file.c */
int cmd_flow_save(const struct args *a);
int cmd_flow_restore(const struct args *a);
/* upgrade.c */
int cmd_upgrade(const struct args *a);
/* stats.c */
int cmd_stats(const struct args *a);
/* clear.c */
int cmd_clear_all(const struct args *a);
int cmd_clear_eni(const struct args *a);
int cmd_clear_vnet(const struct args *a);
/* param.c */
int cmd_set(const struct args *a);
int cmd_show_params(const struct args *a);
/* trace.c */
int cmd_trace(const struct args *a);
int cmd_trace_live(const struct args *a);
/* drops.c */
int cmd_drops(const struct args *a);
/* attach.c */
int cmd_attach(const struct args *a);
int cmd_detach(const struct args *a);
/* help.c */
int cmd_help(const struct args *a);

#endif
