// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * How is the appliance?  Version, ports and how they run, size of tables,
 * number of objects, limits, whether data plane and configuration agree.
 */
#include <stdlib.h>
#include <string.h>

#include "../kernel/uapi/dash.h"
#include "../kernel/version.h"
#include "bpf.h"
#include "cmd.h"
#include "nl.h"
#include "object.h"
#include "param.h"
#include "print.h"
#include "status.h"

bool status_find(const void *attrs, size_t len, struct attr *status)
{
	for (attr_first(status, attrs, len); attr_ok(status); attr_next(status))
		if (status->type == DASH_A_STATUS)
			return true;
	return false;
}

void status_map(const struct attr *nest, uint32_t bound[DASH_MAP_N])
{
	uint32_t kind = DASH_MAP_N, id = 0;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_MAP_KIND)
			kind = (uint32_t)attr_number(&a);
		else if (a.type == DASH_A_MAP_ID)
			id = (uint32_t)attr_number(&a);
	}
	if (kind < DASH_MAP_N)
		bound[kind] = id;
}

static void pr_text(const char *name, const struct attr *a)
{
	char *s = attr_string(a);

	pr_str(name, s);
	free(s);
}

static void pr_port(const struct attr *nest)
{
	const char *mode = "none";
	bool ours = false;
	struct attr a;

	pr_object(NULL);
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_PORT_INDEX) {
			pr_u64("index", attr_number(&a));
		} else if (a.type == DASH_A_PORT_IFINDEX) {
			pr_u64("ifindex", attr_number(&a));
			bpf_attached((unsigned int)attr_number(&a), &mode, &ours);
		} else if (a.type == DASH_A_PORT_IFNAME) {
			pr_text("dev", &a);
		}
	}
	pr_str("mode", ours ? mode : "detached");
	pr_end();
}

static void pr_map(const struct attr *nest)
{
	static const char *const names[DASH_MAP_N] = {
		[DASH_MAP_HOT] = "dash_hot", [DASH_MAP_INDEX] = "dash_index",
		[DASH_MAP_FLOWS] = "dash_flows", [DASH_MAP_ENI_STATS] = "dash_eni_stats",
		[DASH_MAP_PORT_STATS] = "dash_port_stats",
	};
	struct attr a;

	pr_object(NULL);
	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_MAP_KIND && attr_number(&a) < DASH_MAP_N)
			pr_str("name", names[attr_number(&a)]);
		else if (a.type == DASH_A_MAP_ID)
			pr_u64("id", attr_number(&a));
	}
	pr_end();
}

static void pr_counter(const struct attr *nest)
{
	char *name = NULL;
	struct attr a;

	for (attr_first(&a, nest->data, nest->len); attr_ok(&a); attr_next(&a)) {
		if (a.type == DASH_A_COUNTER_NAME && !name)
			name = attr_string(&a);
		else if (a.type == DASH_A_COUNTER_VALUE && name)
			pr_u64(name, attr_number(&a));
	}
	free(name);
}

/* All nests of one type, as an array of objects or as one object of numbers. */
static void section(const struct attr *status, unsigned int type, const char *name,
		    void (*item)(const struct attr *), bool array)
{
	struct attr a;

	if (array)
		pr_array(name);
	else
		pr_rows(name);
	for (attr_first(&a, status->data, status->len); attr_ok(&a); attr_next(&a))
		if (a.type == type)
			item(&a);
	pr_end();
}

static void on_status(const void *attrs, size_t len, void *arg)
{
	bool consistent = true;
	struct attr status, a;

	(void)arg;
	if (!status_find(attrs, len, &status))
		return;
	pr_object(NULL);
	pr_str("dashctl", DASH_VERSION);
	for (attr_first(&a, status.data, status.len); attr_ok(&a); attr_next(&a)) {
		switch (a.type) {
		case DASH_A_STATUS_VERSION:
			pr_text("module", &a);
			break;
		case DASH_A_STATUS_ABI:
			pr_u64("abi", attr_number(&a));
			break;
		case DASH_A_STATUS_GENERATION:
			pr_u64("generation", attr_number(&a));
			break;
		case DASH_A_STATUS_INCONSISTENT:
			consistent = false;
			break;
		case DASH_A_STATUS_FLOW_SLOTS:
			pr_u64("flow_slots", attr_number(&a));
			break;
		case DASH_A_STATUS_FLOW_USED:
			pr_u64("flow_used", attr_number(&a));
			break;
		case DASH_A_STATUS_FLOW_HIGH_WATER:
			pr_u64("flow_high_water", attr_number(&a));
			break;
		case DASH_A_STATUS_TXN_OPEN:
			pr_u64("transactions_open", attr_number(&a));
			break;
		}
	}
	pr_str("state", consistent ? "consistent" : "inconsistent");
	section(&status, DASH_A_STATUS_PORT, "ports", pr_port, true);
	section(&status, DASH_A_STATUS_MAP, "maps", pr_map, true);
	section(&status, DASH_A_STATUS_OBJECTS, "objects", pr_counter, false);
	section(&status, DASH_A_STATUS_LIMITS, "limits", pr_counter, false);
	section(&status, DASH_A_STATUS_MEMORY, "memory", pr_counter, false);
	section(&status, DASH_A_STATUS_FLOWS, "flows", pr_counter, false);
	section(&status, DASH_A_STATUS_SWEEP, "sweep", pr_counter, false);
	section(&status, DASH_A_STATUS_PARAMS, "params", pr_param, false);
	pr_end();
}

int cmd_show_status(const struct args *a)
{
	struct buf b = { 0 };
	int e = nl_open();

	(void)a;
	if (e)
		return e;
	nl_start(&b, DASH_CMD_STATUS_GET);
	e = nl_call(&b, on_status, NULL);
	buf_free(&b);
	return e ? nl_failed("show status", e) : EXIT_OK;
}
