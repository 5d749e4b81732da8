/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Copyright (C) 2026 The dash-linux authors */
/* Generated from kernel/dash.yaml by tools/gen-netlink.py: edit the spec, not this file. */

/*
 * Generic netlink family "dash". Configuration, flows and counters of the DASH appliance of
 * the caller's network namespace.
 *
 * Byte order: numbers are in host order, addresses in network order.  Kinds of values:
 *   bool        u8, 0 or 1
 *   ip          4 or 16 bytes; no v4-mapped IPv6
 *   prefix      ip followed by its length in bits (5 or 17 bytes); bits beyond it are zero
 *   mac         6 bytes
 *   vni-range   u64, first << 32 | last
 *   port-range  u32, first << 16 | last
 *   list        the attribute is repeated, in order
 *
 * Commands:
 *
 * DASH_CMD_STATUS_GET
 *	Version, ports, maps, tables, limits and parameters.
 *	do reply: DASH_A_STATUS
 *
 * DASH_CMD_TXN_BEGIN
 *	Open a transaction. It belongs to the socket and ends with it; whatever was staged
 *	in an earlier one is thrown away.
 *
 * DASH_CMD_TXN_ADD
 *	Stage objects, as many as fit into a message. Attributes of an object come in
 *	ascending order. Nothing is visible before the commit. The number staged is replied
 *	if asked for by NLM_F_ECHO.
 *	do request: DASH_A_OBJECT
 *	do reply: DASH_A_COUNT
 *
 * DASH_CMD_TXN_COMMIT
 *	Make the state what it is plus everything staged, or, on any error, change nothing.
 *	Whatever the result, the transaction is over afterwards; TXN_ERRORS tells all errors
 *	and warnings until the next TXN_BEGIN or TXN_ABORT.
 *	do request: DASH_A_DRY_RUN
 *	do reply: DASH_A_GENERATION, DASH_A_CHANGED, DASH_A_WARNINGS
 *
 * DASH_CMD_TXN_ABORT
 *	Throw the transaction away.
 *
 * DASH_CMD_TXN_ERRORS
 *	Errors and warnings of the socket's last TXN_COMMIT.
 *	dump reply: DASH_A_ERROR
 *
 * DASH_CMD_OBJECT_GET
 *	All objects, or those of one type, or of one owner. An object too large for one
 *	message continues in the next ones (append). Every message tells the generation; a
 *	dump torn by a commit is marked NLM_F_DUMP_INTR.
 *	dump request: DASH_A_TYPE, DASH_A_OWNER
 *	dump reply: DASH_A_OBJECT, DASH_A_GENERATION
 *
 * DASH_CMD_FLOW_GET
 *	Connections, by slot. Filters are anded; src, dst, sport and dport are compared with
 *	both directions of a connection.
 *	dump request: DASH_A_ENI, DASH_A_PROTO, DASH_A_SRC, DASH_A_DST, DASH_A_SPORT,
 *	    DASH_A_DPORT, DASH_A_LIMIT
 *	dump reply: DASH_A_FLOW
 *
 * DASH_CMD_FLOW_DEL
 *	End the connections that match; without a filter all.
 *	do request: DASH_A_ENI, DASH_A_PROTO, DASH_A_SRC, DASH_A_DST, DASH_A_SPORT,
 *	    DASH_A_DPORT
 *	do reply: DASH_A_COUNT
 *
 * DASH_CMD_STATS_GET
 *	Counters, one message for each scope.
 *	dump request: DASH_A_SCOPE, DASH_A_IFINDEX, DASH_A_ENI
 *	dump reply: DASH_A_SCOPE, DASH_A_IFINDEX, DASH_A_PORT, DASH_A_ENI, DASH_A_COUNTER
 *
 * DASH_CMD_PARAM_GET
 *	All parameters.
 *	do reply: DASH_A_PARAM
 *
 * DASH_CMD_PARAM_SET
 *	Set parameters, all or none.
 *	do request: DASH_A_PARAM
 *
 * DASH_CMD_PORT_NEW
 *	Register a device before a program is attached to it; the same device again gives
 *	the same port. The reply names the maps that are bound already.
 *	do request: DASH_A_IFINDEX
 *	do reply: DASH_A_PORT, DASH_A_MAP
 *
 * DASH_CMD_PORT_DEL
 *	Forget a device after its program is detached. With the last one the maps are
 *	unbound.
 *	do request: DASH_A_IFINDEX
 *	do reply: DASH_A_LAST
 *
 * DASH_CMD_CONFIG_NTF
 *	Sent to group config after each commit that changed something: who did it, and the
 *	objects that were set or deleted, the first thousand of them. Several messages of
 *	one generation if they do not fit into one.
 *	event: DASH_A_GENERATION, DASH_A_CHANGED, DASH_A_PORTID, DASH_A_PID, DASH_A_UID, DASH_A_COMM, DASH_A_OBJECT, DASH_A_CUT
 *
 * DASH_CMD_FLOW_NEW_NTF
 *	Sent to group flows for each connection that is created.
 *	event: DASH_A_FLOW
 *
 * DASH_CMD_FLOW_END_NTF
 *	Sent to group flows for each connection that has ended, with its final counters.
 *	event: DASH_A_FLOW
 *
 * DASH_CMD_LIMIT_NTF
 *	Sent to group limits when a limit is reached, and when it is left; looked at once a
 *	second.
 *	event: DASH_A_LIMIT_EVENT
 *
 * DASH_CMD_TRACE_GET
 *	What was decided about a packet that was run through program dash_trace with this
 *	number. It can be asked for once, and for a few of the last ones only.
 *	do request: DASH_A_COOKIE
 *	do reply: DASH_A_TRACE
 *
 * DASH_CMD_TRACE_WATCH
 *	Follow real packets that match; each is told to this socket by TRACE_NTF, until the
 *	socket is closed. Filters as for FLOW_GET.
 *	do request: DASH_A_ENI, DASH_A_PROTO, DASH_A_SRC, DASH_A_DST, DASH_A_SPORT,
 *	    DASH_A_DPORT, DASH_A_RATE
 *
 * DASH_CMD_TRACE_NTF
 *	A packet that TRACE_WATCH asked for.
 *	event: DASH_A_TRACE
 *
 * DASH_CMD_DROP_NTF
 *	Sent to group drops for dropped packets, as many as can be told.
 *	event: DASH_A_TRACE
 *
 * DASH_CMD_FLOW_ADD
 *	Connections that were saved by FLOW_GET, as they were then, each in a nest. One
 *	whose ENI or tunnel source is not there any more, or that is there already, or that
 *	finds no room is left out; count is how many were taken.
 *	do request: DASH_A_FLOW
 *	do reply: DASH_A_COUNT
 */
#ifndef DASH_H
#define DASH_H

#define DASH_FAMILY_NAME	"dash"
#define DASH_FAMILY_VERSION	1
#define DASH_MCGRP_CONFIG	"config"
#define DASH_MCGRP_FLOWS	"flows"
#define DASH_MCGRP_LIMITS	"limits"
#define DASH_MCGRP_DROPS	"drops"

/* Version of this interface; grows when something is added */
#define DASH_ABI_VERSION	1

/* Longest name, tag or guid, in bytes without the NUL */
#define DASH_NAME_MAX	255

/* Length of a MAC address */
#define DASH_MAC_LEN	6

/* Object types; the name is that of the attribute set that describes the object, and of its
 * table in a configuration file (DASH_..._TABLE; SWITCH_TABLE)
 */
enum dash_obj_type {
	DASH_OBJ_APPLIANCE = 1,
	DASH_OBJ_VNET,
	DASH_OBJ_QOS,
	DASH_OBJ_ENI,
	DASH_OBJ_PREFIX_TAG,
	DASH_OBJ_ACL_GROUP,
	DASH_OBJ_ACL_RULE,
	DASH_OBJ_ACL_IN,
	DASH_OBJ_ACL_OUT,
	DASH_OBJ_ROUTING_TYPE,
	DASH_OBJ_ENI_ROUTE,
	DASH_OBJ_ROUTE_GROUP,
	DASH_OBJ_ROUTE,
	DASH_OBJ_ROUTE_RULE,
	DASH_OBJ_VNET_MAPPING,
	DASH_OBJ_PA_VALIDATION,
	DASH_OBJ_METER_POLICY,
	DASH_OBJ_METER_RULE,
	DASH_OBJ_METER,
	DASH_OBJ_SWITCH,

	__DASH_OBJ_MAX,
	DASH_OBJ_MAX = __DASH_OBJ_MAX - 1
};

/* Address family of a tag, group or policy */
enum dash_ip_version {
	DASH_IP_VERSION_IPV4 = 4,
	DASH_IP_VERSION_IPV6 = 6,
};

/* Which inner MAC address identifies the ENI of an outbound packet */
enum dash_direction_lookup {
	DASH_DIRECTION_LOOKUP_SRC_MAC,
	DASH_DIRECTION_LOOKUP_DST_MAC,
};

/* Administrative state of an ENI */
enum dash_admin_state {
	DASH_ADMIN_STATE_DISABLED,
	DASH_ADMIN_STATE_ENABLED,
};

/* What a matching ACL rule says */
enum dash_acl_action {
	DASH_ACL_ACTION_DENY,
	DASH_ACL_ACTION_ALLOW,
};

/* What is done with a packet that matches a route or a mapping */
enum dash_routing_type {
	DASH_ROUTING_TYPE_VNET = 1,
	DASH_ROUTING_TYPE_VNET_DIRECT,
	DASH_ROUTING_TYPE_VNET_ENCAP,
	DASH_ROUTING_TYPE_DIRECT,
	DASH_ROUTING_TYPE_DROP,
	DASH_ROUTING_TYPE_APPLIANCE,
	DASH_ROUTING_TYPE_PRIVATELINK,
	DASH_ROUTING_TYPE_PRIVATELINKNSG,
	DASH_ROUTING_TYPE_SERVICETUNNEL,
};

/* One action of a routing type */
enum dash_action_type {
	DASH_ACTION_TYPE_MAPROUTING = 1,
	DASH_ACTION_TYPE_DIRECT,
	DASH_ACTION_TYPE_STATICENCAP,
	DASH_ACTION_TYPE_APPLIANCE,
	DASH_ACTION_TYPE_4TO6,
	DASH_ACTION_TYPE_MAPDECAP,
	DASH_ACTION_TYPE_DECAP,
	DASH_ACTION_TYPE_DROP,
};

/* Tunnel encapsulation */
enum dash_encap_type {
	DASH_ENCAP_TYPE_VXLAN,
	DASH_ENCAP_TYPE_NVGRE,
};

/* What an inbound route rule does */
enum dash_rule_action {
	DASH_RULE_ACTION_DECAP,
	DASH_RULE_ACTION_DROP,
};

/* Direction of a packet, seen from the VM (enum dash_dir) */
enum dash_direction {
	DASH_DIRECTION_OUTBOUND,	/* Sent by the VM that owns the ENI */
	DASH_DIRECTION_INBOUND,	/* Addressed to that VM */
};

/* State of a connection (enum dash_flow_state) */
enum dash_conn_state {
	DASH_CONN_STATE_FREE,
	DASH_CONN_STATE_OPEN,
	DASH_CONN_STATE_SYN_SENT,
	DASH_CONN_STATE_SYN_RECV,
	DASH_CONN_STATE_ESTABLISHED,
	DASH_CONN_STATE_FIN_F,
	DASH_CONN_STATE_FIN_R,
	DASH_CONN_STATE_CLOSING,
	DASH_CONN_STATE_TIME_WAIT,
	DASH_CONN_STATE_RESET,
	DASH_CONN_STATE_DEAD,
};

/* Why a connection ended (enum dash_gone_reason) */
enum dash_end_reason {
	DASH_END_REASON_AGED,
	DASH_END_REASON_FIN,
	DASH_END_REASON_RST,
	DASH_END_REASON_REOPEN,
	DASH_END_REASON_FLUSH,
	DASH_END_REASON_POLICY,
	DASH_END_REASON_YIELDED,
};

/* A stage of the pipeline that decided something about a packet */
enum dash_trace_stage {
	DASH_TRACE_STAGE_FLOW,	/* Does it belong to a connection? */
	DASH_TRACE_STAGE_TRUSTED_VNI,	/* Is the VNI trusted? */
	DASH_TRACE_STAGE_ACL,	/* One stage of the ACL */
	DASH_TRACE_STAGE_ACL_VERDICT,	/* All of them together */
	DASH_TRACE_STAGE_ROUTE,	/* Route group of the ENI, longest prefix */
	DASH_TRACE_STAGE_MAPPING,	/* CA-to-PA mapping */
	DASH_TRACE_STAGE_SOURCE_VIP,	/* Another VIP has to be the source, of the family of the tunnel's destination */
	DASH_TRACE_STAGE_INBOUND_RULE,	/* Inbound route rule of the ENI */
	DASH_TRACE_STAGE_PA_VALIDATION,	/* Is the tunnel source one of the VNET? */
	DASH_TRACE_STAGE_PROTOCOL,	/* Is the protocol allowed? */
	DASH_TRACE_STAGE_UNDERLAY,	/* Would the underlay take the packet? */
	DASH_TRACE_STAGE_FRAGMENT,	/* Table of fragments */
	DASH_TRACE_STAGE_CONNECTION,	/* Limits, and room for a new connection */
	DASH_TRACE_STAGE_TCP,	/* State of the TCP connection */
};

/* What made a stage decide as it did, beside the object named */
enum dash_trace_how {
	DASH_TRACE_HOW_UNSPEC,
	DASH_TRACE_HOW_MISS,	/* There is no connection */
	DASH_TRACE_HOW_FORWARD,	/* Of the side that opened the connection */
	DASH_TRACE_HOW_REVERSE,	/* Of the side that answers */
	DASH_TRACE_HOW_STALE,	/* The connection is judged anew, because policy changed */
	DASH_TRACE_HOW_STALE_LATER,	/* It will be judged anew, but not now */
	DASH_TRACE_HOW_SOURCE_CHANGED,	/* It comes out of another tunnel than the connection's first packet */
	DASH_TRACE_HOW_CLOSES,	/* The connection ends with this segment */
	DASH_TRACE_HOW_REOPENS,	/* The connection ends, and a new one begins */
	DASH_TRACE_HOW_NO_LIST,	/* No VNI is listed, so the check is skipped */
	DASH_TRACE_HOW_VM_VNI,	/* A vm_vni */
	DASH_TRACE_HOW_RULE_VNI,	/* An inbound route rule of the ENI names it */
	DASH_TRACE_HOW_GLOBAL_LIST,	/* Listed for all ENIs */
	DASH_TRACE_HOW_ENI_LIST,	/* Listed for the ENI */
	DASH_TRACE_HOW_NONE_BOUND,	/* No group is bound */
	DASH_TRACE_HOW_STATIC_VNI,	/* The VNI of routing type vnet_encap */
	DASH_TRACE_HOW_DST_VNI,	/* The VNI of the VNET of the mapping (use_dst_vni) */
	DASH_TRACE_HOW_OWN_VNI,	/* The VNI of the VNET of the ENI */
	DASH_TRACE_HOW_PA_OF_MAPPING,	/* A mapping of the VNET has this PA */
	DASH_TRACE_HOW_PA_LISTED,	/* The PA validation table has it */
	DASH_TRACE_HOW_PA_UNCHECKED,	/* The rule asks for no validation */
	DASH_TRACE_HOW_PARENT_GONE,	/* The connection of the first fragment has ended */
	DASH_TRACE_HOW_QUOTED,	/* The ICMP error goes by the connection that it speaks of */
};

/* What becomes of a packet (enum dash_fate) */
enum dash_trace_fate {
	DASH_TRACE_FATE_DROPPED,
	DASH_TRACE_FATE_PASSED,
	DASH_TRACE_FATE_SENT,
	DASH_TRACE_FATE_KERNEL,
};

/* What a set of counters belongs to */
enum dash_scope {
	DASH_SCOPE_GLOBAL,
	DASH_SCOPE_PORT,
	DASH_SCOPE_ENI,
};

/* A VIP of the appliance (spec/config.md 5.1) */
enum {
	DASH_A_APPLIANCE_APPLIANCE_ID = 1,		/* string, key: Name */
	DASH_A_APPLIANCE_SIP,				/* ip, list, mandatory: VIP: accepted tunnel destination, default tunnel source; at most one of each family */
	DASH_A_APPLIANCE_VM_VNI,			/* u32, mandatory: VNI of the VM leg */
	DASH_A_APPLIANCE_LOCAL_REGION_ID,		/* u8, create-only, stored: Region */
	DASH_A_APPLIANCE_OUTBOUND_DIRECTION_LOOKUP,	/* u8, enum dash_direction_lookup: Which inner MAC identifies the ENI of an outbound packet; dst-mac is refused in this release */
	DASH_A_APPLIANCE_TRUSTED_VNIS_LIST,		/* vni-range, list: VNIs trusted by all ENIs */
	DASH_A_APPLIANCE_PAD,				/* pad */

	__DASH_A_APPLIANCE_MAX,
	DASH_A_APPLIANCE_MAX = __DASH_A_APPLIANCE_MAX - 1
};

/* A virtual network (spec/config.md 5.2) */
enum {
	DASH_A_VNET_VNET_NAME = 1,	/* string, key: Name */
	DASH_A_VNET_VNI,		/* u32, mandatory: VNI of the VNET */
	DASH_A_VNET_GUID,		/* string, stored: Identifier given by the controller */
	DASH_A_VNET_VERSION,		/* string, stored: Version given by the controller */
	DASH_A_VNET_ADDRESS_SPACES,	/* prefix, list, stored: Address spaces */
	DASH_A_VNET_PEER_LIST,		/* string, list, stored: Names of peers */

	__DASH_A_VNET_MAX,
	DASH_A_VNET_MAX = __DASH_A_VNET_MAX - 1
};

/* Limits of an ENI (spec/config.md 5.3) */
enum {
	DASH_A_QOS_QOS_NAME = 1,	/* string, key: Name */
	DASH_A_QOS_QOS_ID,		/* string, stored: Identifier */
	DASH_A_QOS_BW,			/* u32, stored: Bandwidth per direction, kbit/s; 0 = unlimited */
	DASH_A_QOS_CPS,			/* u32: New connections per second; 0 = unlimited */
	DASH_A_QOS_FLOWS,		/* u32: Concurrent connections; 0 = unlimited */

	__DASH_A_QOS_MAX,
	DASH_A_QOS_MAX = __DASH_A_QOS_MAX - 1
};

/* An elastic network interface: a VM port (spec/config.md 5.4) */
enum {
	DASH_A_ENI_ENI = 1,					/* string, key: Name; often the MAC address */
	DASH_A_ENI_ENI_ID,					/* string, create-only: GUID; default: the name */
	DASH_A_ENI_MAC_ADDRESS,					/* mac, mandatory, create-only: Identity in packets; unique */
	DASH_A_ENI_VNET,					/* string, mandatory: Home VNET */
	DASH_A_ENI_VM_VNI,					/* u32: VNI of this VM's leg, if not the appliance's */
	DASH_A_ENI_UNDERLAY_IP,					/* ip, mandatory: PA of the VM's host */
	DASH_A_ENI_ADMIN_STATE,					/* u8, enum dash_admin_state: Traffic passes only when enabled */
	DASH_A_ENI_QOS,						/* string: QOS object; absent: no limits */
	DASH_A_ENI_V4_METER_POLICY_ID,				/* string, stored: Meter policy for IPv4 */
	DASH_A_ENI_V6_METER_POLICY_ID,				/* string, stored: Meter policy for IPv6 */
	DASH_A_ENI_TRUSTED_VNIS_LIST,				/* vni-range, list: VNIs trusted by this ENI */
	DASH_A_ENI_PAD,						/* pad */
	DASH_A_ENI_FULL_FLOW_RESIMULATION_REQUESTED,		/* bool: Trigger: every connection is judged anew by its initiator's next packet; never stored */
	DASH_A_ENI_MAX_RESIMULATED_FLOW_PER_SECOND,		/* u64: Connections judged anew per second; 0 = no limit */

	__DASH_A_ENI_MAX,
	DASH_A_ENI_MAX = __DASH_A_ENI_MAX - 1
};

/* A named list of prefixes (spec/config.md 5.5) */
enum {
	DASH_A_PREFIX_TAG_TAG_NAME = 1,		/* string, key: Name */
	DASH_A_PREFIX_TAG_IP_VERSION,		/* u8, enum dash_ip_version, mandatory, create-only: Family of the prefixes */
	DASH_A_PREFIX_TAG_PREFIX_LIST,		/* prefix, list: The prefixes; none matches nothing */

	__DASH_A_PREFIX_TAG_MAX,
	DASH_A_PREFIX_TAG_MAX = __DASH_A_PREFIX_TAG_MAX - 1
};

/* A list of ACL rules (spec/config.md 5.6) */
enum {
	DASH_A_ACL_GROUP_GROUP_ID = 1,		/* string, key: Name */
	DASH_A_ACL_GROUP_IP_VERSION,		/* u8, enum dash_ip_version, mandatory, create-only: Family of the packets it sees */
	DASH_A_ACL_GROUP_GUID,			/* string, stored: Identifier given by the controller */
	DASH_A_ACL_GROUP_VERSION,		/* string, stored: Version given by the controller */

	__DASH_A_ACL_GROUP_MAX,
	DASH_A_ACL_GROUP_MAX = __DASH_A_ACL_GROUP_MAX - 1
};

/* A rule of an ACL group (spec/config.md 5.7) */
enum {
	DASH_A_ACL_RULE_GROUP_ID = 1,		/* string, key: ACL group */
	DASH_A_ACL_RULE_RULE_ID,		/* string, key: Name within the group */
	DASH_A_ACL_RULE_PRIORITY,		/* u32, mandatory: Lower is looked at first */
	DASH_A_ACL_RULE_ACTION,			/* u8, enum dash_acl_action, mandatory: What a match says */
	DASH_A_ACL_RULE_TERMINATING,		/* bool, mandatory: A match ends the evaluation of all stages */
	DASH_A_ACL_RULE_PROTOCOL,		/* u8, list: Inner protocols; none = all */
	DASH_A_ACL_RULE_SRC_TAG,		/* string, list: Tags of the source address; not together with src-addr */
	DASH_A_ACL_RULE_DST_TAG,		/* string, list: Tags of the destination address; not together with dst-addr */
	DASH_A_ACL_RULE_SRC_ADDR,		/* prefix, list: Source prefixes; none = any */
	DASH_A_ACL_RULE_DST_ADDR,		/* prefix, list: Destination prefixes; none = any */
	DASH_A_ACL_RULE_SRC_PORT,		/* port-range, list: Source ports; none = any */
	DASH_A_ACL_RULE_DST_PORT,		/* port-range, list: Destination ports; none = any */

	__DASH_A_ACL_RULE_MAX,
	DASH_A_ACL_RULE_MAX = __DASH_A_ACL_RULE_MAX - 1
};

/* Binding of ACL groups to an inbound stage of an ENI (spec/config.md 5.8) */
enum {
	DASH_A_ACL_IN_ENI = 1,			/* string, key: ENI */
	DASH_A_ACL_IN_STAGE,			/* u8, key: Stage */
	DASH_A_ACL_IN_V4_ACL_GROUP_ID,		/* string: Group for IPv4; absent: none */
	DASH_A_ACL_IN_V6_ACL_GROUP_ID,		/* string: Group for IPv6; absent: none */

	__DASH_A_ACL_IN_MAX,
	DASH_A_ACL_IN_MAX = __DASH_A_ACL_IN_MAX - 1
};

/* Binding of ACL groups to an outbound stage of an ENI (spec/config.md 5.8) */
enum {
	DASH_A_ACL_OUT_ENI = 1,			/* string, key: ENI */
	DASH_A_ACL_OUT_STAGE,			/* u8, key: Stage */
	DASH_A_ACL_OUT_V4_ACL_GROUP_ID,		/* string: Group for IPv4; absent: none */
	DASH_A_ACL_OUT_V6_ACL_GROUP_ID,		/* string: Group for IPv6; absent: none */

	__DASH_A_ACL_OUT_MAX,
	DASH_A_ACL_OUT_MAX = __DASH_A_ACL_OUT_MAX - 1
};

/* Actions of a routing type (spec/config.md 5.9) */
enum {
	DASH_A_ROUTING_TYPE_ROUTING_TYPE = 1,	/* u8, enum dash_routing_type, key: The type */
	DASH_A_ROUTING_TYPE_ACTIONS,		/* nest of DASH_A_ROUTING_ACTION_*, list, mandatory: Its actions, in order, at most 5 */

	__DASH_A_ROUTING_TYPE_MAX,
	DASH_A_ROUTING_TYPE_MAX = __DASH_A_ROUTING_TYPE_MAX - 1
};

/* One action of a routing type */
enum {
	DASH_A_ROUTING_ACTION_ACTION_NAME = 1,	/* string: Label */
	DASH_A_ROUTING_ACTION_ACTION_TYPE,	/* u8, enum dash_action_type, mandatory: What to do */
	DASH_A_ROUTING_ACTION_ENCAP_TYPE,	/* u8, enum dash_encap_type: Encapsulation, for staticencap; default vxlan */
	DASH_A_ROUTING_ACTION_VNI,		/* u32: Static VNI */

	__DASH_A_ROUTING_ACTION_MAX,
	DASH_A_ROUTING_ACTION_MAX = __DASH_A_ROUTING_ACTION_MAX - 1
};

/* Binding of a route group to an ENI (spec/config.md 5.10) */
enum {
	DASH_A_ENI_ROUTE_ENI = 1,	/* string, key: ENI */
	DASH_A_ENI_ROUTE_GROUP_ID,	/* string, mandatory: Route group */

	__DASH_A_ENI_ROUTE_MAX,
	DASH_A_ENI_ROUTE_MAX = __DASH_A_ENI_ROUTE_MAX - 1
};

/* A set of outbound routes (spec/config.md 5.11) */
enum {
	DASH_A_ROUTE_GROUP_GROUP_ID = 1,	/* string, key: Name */
	DASH_A_ROUTE_GROUP_GUID,		/* string, stored: Identifier given by the controller */
	DASH_A_ROUTE_GROUP_VERSION,		/* string, stored: Version given by the controller */
	DASH_A_ROUTE_GROUP_DISABLED,		/* bool: Drop everything routed through the group */

	__DASH_A_ROUTE_GROUP_MAX,
	DASH_A_ROUTE_GROUP_MAX = __DASH_A_ROUTE_GROUP_MAX - 1
};

/* An outbound route (spec/config.md 5.12) */
enum {
	DASH_A_ROUTE_GROUP_ID = 1,					/* string, key: Route group */
	DASH_A_ROUTE_PREFIX,						/* prefix, key: Destination */
	DASH_A_ROUTE_ROUTING_TYPE,					/* u8, enum dash_routing_type, mandatory: vnet, vnet-direct, direct or drop */
	DASH_A_ROUTE_VNET,						/* string: VNET whose mappings are asked (vnet, vnet-direct) */
	DASH_A_ROUTE_OVERLAY_IP,					/* ip: Address that is looked up instead of the destination (vnet-direct) */
	DASH_A_ROUTE_METERING_CLASS_OR,					/* u32, stored: Bits or-ed into the metering class */
	DASH_A_ROUTE_METERING_CLASS_AND,				/* u32, stored: Mask of the metering class */
	DASH_A_ROUTE_METERING_POLICY_EN,				/* bool, stored: Ask the meter policy first */
	DASH_A_ROUTE_METERING_CLASS,					/* u32, stored: Metering class */
	DASH_A_ROUTE_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION,	/* u32: Action bits (pipeline.md 16.1) that keep their old values when a connection is judged anew; 1: tunnel, 8: inner destination MAC */

	__DASH_A_ROUTE_MAX,
	DASH_A_ROUTE_MAX = __DASH_A_ROUTE_MAX - 1
};

/* An inbound route rule (spec/config.md 5.13) */
enum {
	DASH_A_ROUTE_RULE_ENI = 1,			/* string, key: ENI */
	DASH_A_ROUTE_RULE_VNI,				/* u32, key: VNI received */
	DASH_A_ROUTE_RULE_PREFIX,			/* prefix, key: Source PA; absent: any */
	DASH_A_ROUTE_RULE_PRIORITY,			/* u32, key: Lower is looked at first; default 0 */
	DASH_A_ROUTE_RULE_ACTION_TYPE,			/* u8, enum dash_rule_action, mandatory: decap or drop */
	DASH_A_ROUTE_RULE_PROTOCOL,			/* u8: Inner protocol; 0 = any */
	DASH_A_ROUTE_RULE_VNET,				/* string: VNET for PA validation; default: the ENI's */
	DASH_A_ROUTE_RULE_PA_VALIDATION,		/* bool: Check the source PA; default true */
	DASH_A_ROUTE_RULE_METERING_CLASS_OR,		/* u32, stored: Bits or-ed into the metering class */
	DASH_A_ROUTE_RULE_METERING_CLASS_AND,		/* u32, stored: Mask of the metering class */
	DASH_A_ROUTE_RULE_METERING_CLASS,		/* u32, stored: Metering class */
	DASH_A_ROUTE_RULE_REGION,			/* string, stored: Region */

	__DASH_A_ROUTE_RULE_MAX,
	DASH_A_ROUTE_RULE_MAX = __DASH_A_ROUTE_RULE_MAX - 1
};

/* A CA-to-PA mapping of a VNET (spec/config.md 5.14) */
enum {
	DASH_A_VNET_MAPPING_VNET = 1,						/* string, key: VNET */
	DASH_A_VNET_MAPPING_IP,							/* ip, key: CA */
	DASH_A_VNET_MAPPING_ROUTING_TYPE,					/* u8, enum dash_routing_type: vnet-encap */
	DASH_A_VNET_MAPPING_UNDERLAY_IP,					/* ip, mandatory: PA; also valid as source of inbound packets */
	DASH_A_VNET_MAPPING_MAC_ADDRESS,					/* mac: Inner destination MAC; absent: unchanged */
	DASH_A_VNET_MAPPING_USE_DST_VNI,					/* bool: VNI of this VNET instead of the sender's */
	DASH_A_VNET_MAPPING_USE_PL_SIP_ENI,					/* bool, stored: Switch for the private link fields of the ENI; default true */
	DASH_A_VNET_MAPPING_METERING_CLASS_OR,					/* u32, stored: Bits or-ed into the metering class */
	DASH_A_VNET_MAPPING_METERING_CLASS,					/* u32, stored: Metering class */
	DASH_A_VNET_MAPPING_OVERRIDE_METER,					/* bool, stored: Metering class replaces that of the route */
	DASH_A_VNET_MAPPING_FLOW_RESIMULATION_REQUESTED,			/* bool: Trigger: connections made through this mapping are judged anew; never stored */
	DASH_A_VNET_MAPPING_ROUTING_ACTIONS_DISABLED_IN_FLOW_RESIMULATION,	/* u32: Action bits (pipeline.md 16.1) that keep their old values when a connection is judged anew; 1: tunnel, 8: inner destination MAC */

	__DASH_A_VNET_MAPPING_MAX,
	DASH_A_VNET_MAPPING_MAX = __DASH_A_VNET_MAPPING_MAX - 1
};

/* Further valid PAs of the VNETs with a VNI (spec/config.md 5.15) */
enum {
	DASH_A_PA_VALIDATION_VNI = 1,		/* u32, key: VNI */
	DASH_A_PA_VALIDATION_PREFIXES,		/* prefix, list: Prefixes of both families */

	__DASH_A_PA_VALIDATION_MAX,
	DASH_A_PA_VALIDATION_MAX = __DASH_A_PA_VALIDATION_MAX - 1
};

/* A set of meter rules (spec/config.md 5.17) */
enum {
	DASH_A_METER_POLICY_METER_POLICY_ID = 1,	/* string, key: Name */
	DASH_A_METER_POLICY_IP_VERSION,			/* u8, enum dash_ip_version, mandatory, create-only, stored: Family */

	__DASH_A_METER_POLICY_MAX,
	DASH_A_METER_POLICY_MAX = __DASH_A_METER_POLICY_MAX - 1
};

/* A rule of a meter policy (spec/config.md 5.17) */
enum {
	DASH_A_METER_RULE_METER_POLICY_ID = 1,	/* string, key: Meter policy */
	DASH_A_METER_RULE_METER_RULE_ID,	/* string, key: Name within the policy */
	DASH_A_METER_RULE_PRIORITY,		/* u32, mandatory, stored: Lower is looked at first */
	DASH_A_METER_RULE_IP_PREFIX,		/* prefix, mandatory, stored: Remote address */
	DASH_A_METER_RULE_METERING_CLASS,	/* u32, mandatory, stored: Metering class */

	__DASH_A_METER_RULE_MAX,
	DASH_A_METER_RULE_MAX = __DASH_A_METER_RULE_MAX - 1
};

/* Annotation of a meter bucket (spec/config.md 5.17) */
enum {
	DASH_A_METER_ENI = 1,			/* string, key: ENI */
	DASH_A_METER_METERING_CLASS,		/* u32, key: Metering class */
	DASH_A_METER_METADATA,			/* string, stored: Free text */

	__DASH_A_METER_MAX,
	DASH_A_METER_MAX = __DASH_A_METER_MAX - 1
};

/* Settings of the VXLAN underlay (spec/config.md 5.20); the one object without a key */
enum {
	DASH_A_SWITCH_VXLAN_PORT = 1,	/* u16: UDP destination port received and sent; default 4789 */
	DASH_A_SWITCH_VXLAN_SPORT,	/* u16: Base of the source port range; default 49152 */
	DASH_A_SWITCH_VXLAN_MASK,	/* u8: Number of low bits of the source port that vary; default 14 */

	__DASH_A_SWITCH_MAX,
	DASH_A_SWITCH_MAX = __DASH_A_SWITCH_MAX - 1
};

/* One object: exactly one nest, and what is said of it */
enum {
	DASH_A_OBJECT_APPLIANCE = 1,		/* nest of DASH_A_APPLIANCE_*: Key and fields */
	DASH_A_OBJECT_VNET,			/* nest of DASH_A_VNET_*: Key and fields */
	DASH_A_OBJECT_QOS,			/* nest of DASH_A_QOS_*: Key and fields */
	DASH_A_OBJECT_ENI,			/* nest of DASH_A_ENI_*: Key and fields */
	DASH_A_OBJECT_PREFIX_TAG,		/* nest of DASH_A_PREFIX_TAG_*: Key and fields */
	DASH_A_OBJECT_ACL_GROUP,		/* nest of DASH_A_ACL_GROUP_*: Key and fields */
	DASH_A_OBJECT_ACL_RULE,			/* nest of DASH_A_ACL_RULE_*: Key and fields */
	DASH_A_OBJECT_ACL_IN,			/* nest of DASH_A_ACL_IN_*: Key and fields */
	DASH_A_OBJECT_ACL_OUT,			/* nest of DASH_A_ACL_OUT_*: Key and fields */
	DASH_A_OBJECT_ROUTING_TYPE,		/* nest of DASH_A_ROUTING_TYPE_*: Key and fields */
	DASH_A_OBJECT_ENI_ROUTE,		/* nest of DASH_A_ENI_ROUTE_*: Key and fields */
	DASH_A_OBJECT_ROUTE_GROUP,		/* nest of DASH_A_ROUTE_GROUP_*: Key and fields */
	DASH_A_OBJECT_ROUTE,			/* nest of DASH_A_ROUTE_*: Key and fields */
	DASH_A_OBJECT_ROUTE_RULE,		/* nest of DASH_A_ROUTE_RULE_*: Key and fields */
	DASH_A_OBJECT_VNET_MAPPING,		/* nest of DASH_A_VNET_MAPPING_*: Key and fields */
	DASH_A_OBJECT_PA_VALIDATION,		/* nest of DASH_A_PA_VALIDATION_*: Key and fields */
	DASH_A_OBJECT_METER_POLICY,		/* nest of DASH_A_METER_POLICY_*: Key and fields */
	DASH_A_OBJECT_METER_RULE,		/* nest of DASH_A_METER_RULE_*: Key and fields */
	DASH_A_OBJECT_METER,			/* nest of DASH_A_METER_*: Key and fields */
	DASH_A_OBJECT_SWITCH,			/* nest of DASH_A_SWITCH_*: Key and fields */
	DASH_A_OBJECT_DELETE,			/* flag: TXN_ADD: delete it; only the key counts */
	DASH_A_OBJECT_APPEND,			/* flag: TXN_ADD: append the lists to the object of the same key that was staged before; OBJECT_GET: continues the object of the message before */
	DASH_A_OBJECT_COOKIE,			/* u64: TXN_ADD: returned with errors of this object */
	DASH_A_OBJECT_HITS,			/* u64, reply: Connections whose first packet used it */
	DASH_A_OBJECT_BYTES,			/* u64, reply: Bytes of those packets */
	DASH_A_OBJECT_COUNTER,			/* nest of DASH_A_COUNTER_*, list, reply: Further counters */
	DASH_A_OBJECT_PAD,			/* pad */
	DASH_A_OBJECT_RESET,			/* u16, list: TXN_ADD of an ENI, which keeps what a SET omits: number of a field that returns to its default, unless the SET gives it */
	DASH_A_OBJECT_ANY_PRIORITY,		/* flag: TXN_ADD of a route rule: its key is meant without the priority. Of those staged with this flag for one ENI, VNI and prefix the last counts, and live rules of these go, unless the transaction names them without the flag */
	DASH_A_OBJECT_CREATED,			/* flag, reply: CONFIG_NTF: it did not exist before */
	DASH_A_OBJECT_CUT,			/* flag, reply: CONFIG_NTF: fields are left out, because there are too many for a message */

	__DASH_A_OBJECT_MAX,
	DASH_A_OBJECT_MAX = __DASH_A_OBJECT_MAX - 1
};

/* A counter */
enum {
	DASH_A_COUNTER_NAME = 1,	/* string: Name (spec/counters.md) */
	DASH_A_COUNTER_VALUE,		/* u64: Value */
	DASH_A_COUNTER_PAD,		/* pad */

	__DASH_A_COUNTER_MAX,
	DASH_A_COUNTER_MAX = __DASH_A_COUNTER_MAX - 1
};

/* One refusal or warning of a transaction */
enum {
	DASH_A_ERROR_COOKIE = 1,	/* u64: Of the object */
	DASH_A_ERROR_CODE,		/* u32: Positive errno; ENOTSUP is 95 */
	DASH_A_ERROR_WARNING,		/* flag: Not an error */
	DASH_A_ERROR_TYPE,		/* u8, enum dash_obj_type: Object type */
	DASH_A_ERROR_KEY,		/* string: Key of the object, parts joined by colons */
	DASH_A_ERROR_FIELD,		/* u16: Attribute of the set of the object type; absent: the object as a whole */
	DASH_A_ERROR_FIELD_NAME,	/* string: Its name */
	DASH_A_ERROR_TEXT,		/* string: What is wrong, one sentence */
	DASH_A_ERROR_PAD,		/* pad */

	__DASH_A_ERROR_MAX,
	DASH_A_ERROR_MAX = __DASH_A_ERROR_MAX - 1
};

/* One connection */
enum {
	DASH_A_FLOW_ENI = 1,			/* string: Its ENI */
	DASH_A_FLOW_PROTO,			/* u8: Inner protocol */
	DASH_A_FLOW_VM_IP,			/* ip: Inner address of the VM */
	DASH_A_FLOW_REMOTE_IP,			/* ip: Inner address of the other side */
	DASH_A_FLOW_VM_PORT,			/* u16: TCP/UDP port of the VM */
	DASH_A_FLOW_REMOTE_PORT,		/* u16: TCP/UDP port of the other side */
	DASH_A_FLOW_INITIATOR,			/* u8, enum dash_direction: Direction of its first packet */
	DASH_A_FLOW_STATE,			/* u8, enum dash_conn_state: State */
	DASH_A_FLOW_AGE_MS,			/* u64: Time since it was created */
	DASH_A_FLOW_IDLE_MS,			/* u64: Time since its last packet */
	DASH_A_FLOW_TIMEOUT_MS,			/* u64: Time left until it ends if no packet comes */
	DASH_A_FLOW_OUTBOUND_PACKETS,		/* u64: Packets sent by the VM */
	DASH_A_FLOW_OUTBOUND_BYTES,		/* u64: Their inner frames */
	DASH_A_FLOW_INBOUND_PACKETS,		/* u64: Packets sent to the VM */
	DASH_A_FLOW_INBOUND_BYTES,		/* u64: Their inner frames */
	DASH_A_FLOW_PA,				/* ip: Towards the network: tunnel destination */
	DASH_A_FLOW_VNI,			/* u32: Towards the network: VNI */
	DASH_A_FLOW_DMAC,			/* mac: Towards the network: inner destination MAC; absent: unchanged */
	DASH_A_FLOW_VIP,			/* ip: Towards the network: tunnel source */
	DASH_A_FLOW_DIRECT,			/* flag: Towards the network: sent without a tunnel */
	DASH_A_FLOW_STALE,			/* flag: Decided under an older configuration; evaluated again at its next packet */
	DASH_A_FLOW_SLOT,			/* u32: Number of its record */
	DASH_A_FLOW_PAD,			/* pad */
	DASH_A_FLOW_ENI_MAC,			/* mac: MAC address of its ENI; in events, which do not know names */
	DASH_A_FLOW_REASON,			/* u8, enum dash_end_reason: Why it ended; in events */
	DASH_A_FLOW_EVENT,			/* u64: Number of the event, one more than the one before of the same namespace; a listener that sees a gap has lost as many */
	DASH_A_FLOW_TRACKER,			/* u8: TCP: what the tracker remembers beside the state; 0 is left out */
	DASH_A_FLOW_WAS,			/* u8, enum dash_conn_state: State before a reset; left out otherwise */

	__DASH_A_FLOW_MAX,
	DASH_A_FLOW_MAX = __DASH_A_FLOW_MAX - 1
};

/* A parameter of the appliance (spec/config.md 5.19) */
enum {
	DASH_A_PARAM_NAME = 1,		/* string: Name */
	DASH_A_PARAM_VALUE,		/* u64: Value of a number: milliseconds, bits or 0/1 by the name */
	DASH_A_PARAM_STRING,		/* string: Value of a word or a list; on PARAM_SET a number may be given so as well */
	DASH_A_PARAM_LOWEST,		/* u64, reply: Smallest number accepted */
	DASH_A_PARAM_HIGHEST,		/* u64, reply: Largest number accepted */
	DASH_A_PARAM_PAD,		/* pad */

	__DASH_A_PARAM_MAX,
	DASH_A_PARAM_MAX = __DASH_A_PARAM_MAX - 1
};

/* An attached device */
enum {
	DASH_A_PORT_INDEX = 1,		/* u32: Index of the port: of its counters, of its program (dash_port) */
	DASH_A_PORT_IFINDEX,		/* u32: Device */
	DASH_A_PORT_IFNAME,		/* string: Its name */

	__DASH_A_PORT_MAX,
	DASH_A_PORT_MAX = __DASH_A_PORT_MAX - 1
};

/* A map bound to the module */
enum {
	DASH_A_MAP_KIND = 1,	/* u32: enum dash_map_id */
	DASH_A_MAP_ID,		/* u32: BPF map id */

	__DASH_A_MAP_MAX,
	DASH_A_MAP_MAX = __DASH_A_MAP_MAX - 1
};

/* The appliance */
enum {
	DASH_A_STATUS_VERSION = 1,		/* string: Version of the module */
	DASH_A_STATUS_ABI,			/* u32: abi-version */
	DASH_A_STATUS_GENERATION,		/* u32: Configuration generation: one more after each commit */
	DASH_A_STATUS_INCONSISTENT,		/* flag: A rollback failed: the data plane may not hold the configuration */
	DASH_A_STATUS_PORT,			/* nest of DASH_A_PORT_*, list: Attached devices */
	DASH_A_STATUS_MAP,			/* nest of DASH_A_MAP_*, list: Bound maps */
	DASH_A_STATUS_FLOW_SLOTS,		/* u32: Connections the flow table can hold; 0: no maps are bound */
	DASH_A_STATUS_FLOW_USED,		/* u32: Connections now */
	DASH_A_STATUS_FLOW_HIGH_WATER,		/* u32: Most connections at a time */
	DASH_A_STATUS_MEMORY,			/* nest of DASH_A_COUNTER_*, list: Bytes by use */
	DASH_A_STATUS_OBJECTS,			/* nest of DASH_A_COUNTER_*, list: Number of objects by type */
	DASH_A_STATUS_LIMITS,			/* nest of DASH_A_COUNTER_*, list: Limits by name */
	DASH_A_STATUS_PARAMS,			/* nest of DASH_A_PARAM_*, list: Parameters */
	DASH_A_STATUS_TXN_OPEN,			/* u32: Open transactions */
	DASH_A_STATUS_FLOWS,			/* nest of DASH_A_COUNTER_*, list: The flow table by name; new connections that found no room, by cause */
	DASH_A_STATUS_SWEEP,			/* nest of DASH_A_COUNTER_*, list: What ending connections by age costs, by name */
	DASH_A_STATUS_LAYOUT,			/* u32: Number of the map layouts that module and program share */
	DASH_A_STATUS_ELSEWHERE,		/* u32: Other network namespaces that the module has objects or ports in */

	__DASH_A_STATUS_MAX,
	DASH_A_STATUS_MAX = __DASH_A_STATUS_MAX - 1
};

/* A limit that was reached, or left again */
enum {
	DASH_A_LIMIT_EVENT_NAME = 1,	/* string: flow_table (connections of the appliance), flows (of an ENI), half_open (connections gave way to new ones), cps (new connections were refused for their rate) */
	DASH_A_LIMIT_EVENT_REACHED,	/* flag: Reached; absent: left */
	DASH_A_LIMIT_EVENT_ENI_MAC,	/* mac: ENI; absent: the appliance as a whole */
	DASH_A_LIMIT_EVENT_VALUE,	/* u64: What is used now */
	DASH_A_LIMIT_EVENT_LIMIT,	/* u64: What may be used; 0: no number is set */
	DASH_A_LIMIT_EVENT_REFUSED,	/* u64: Connections refused, or taken from others, in the last second */
	DASH_A_LIMIT_EVENT_PAD,		/* pad */

	__DASH_A_LIMIT_EVENT_MAX,
	DASH_A_LIMIT_EVENT_MAX = __DASH_A_LIMIT_EVENT_MAX - 1
};

/* One decision about a packet, with the objects that made it by name */
enum {
	DASH_A_STEP_STAGE = 1,		/* u8, enum dash_trace_stage: What was decided */
	DASH_A_STEP_REASON,		/* u8: Why the packet is dropped here (number of counters.md); absent if it goes on */
	DASH_A_STEP_HOW,		/* u8, enum dash_trace_how: How it came out */
	DASH_A_STEP_POLICY,		/* flag: Not what happens to the packet, but what policy says today */
	DASH_A_STEP_ACL_STAGE,		/* u8: Number of the ACL stage */
	DASH_A_STEP_GROUP,		/* string: ACL group or route group */
	DASH_A_STEP_RULE,		/* string: ACL rule */
	DASH_A_STEP_PRIORITY,		/* u32: Of an ACL rule or an inbound route rule */
	DASH_A_STEP_ACTION,		/* u8, enum dash_acl_action: Action of the ACL rule */
	DASH_A_STEP_TERMINATING,	/* bool: The ACL rule ends its stage's work */
	DASH_A_STEP_PREFIX,		/* prefix: Route, or source of an inbound route rule (absent there - any) */
	DASH_A_STEP_ROUTING_TYPE,	/* u8, enum dash_routing_type: Routing type of the route */
	DASH_A_STEP_RULE_ACTION,	/* u8, enum dash_rule_action: Action of the inbound rule */
	DASH_A_STEP_PROTO,		/* u8: Of an inbound route rule */
	DASH_A_STEP_VNET,		/* string: VNET whose mappings or PAs were asked */
	DASH_A_STEP_CA,			/* ip: Address looked up */
	DASH_A_STEP_PA,			/* ip: Address found or judged */
	DASH_A_STEP_VNI,		/* u32: VNI that was asked for */
	DASH_A_STEP_MAC,		/* mac: Inner destination MAC address to write */
	DASH_A_STEP_VIP,		/* ip */
	DASH_A_STEP_STATE,		/* u8, enum dash_conn_state: Of a TCP connection afterwards */
	DASH_A_STEP_COUNT,		/* u32: Routes of the family, or mappings, where nothing was found */
	DASH_A_STEP_NEAR,		/* nest of DASH_A_STEP_*, list: Would have decided, but for one thing */
	DASH_A_STEP_FIELD,		/* string: Of a near miss - the one condition that the packet does not meet */
	DASH_A_STEP_FAMILY,		/* u8, enum dash_ip_version: Of the VIP that is needed */

	__DASH_A_STEP_MAX,
	DASH_A_STEP_MAX = __DASH_A_STEP_MAX - 1
};

/* What was decided about one packet, step by step */
enum {
	DASH_A_TRACE_TIME = 1,		/* u64: ns since 1970 */
	DASH_A_TRACE_GENERATION,	/* u32: Of the configuration that decided */
	DASH_A_TRACE_TORN,		/* flag: The configuration changed since; names may be missing or new */
	DASH_A_TRACE_IFINDEX,		/* u32: Device it came in by */
	DASH_A_TRACE_IFNAME,		/* string: Device it came in by */
	DASH_A_TRACE_DIRECTION,		/* u8, enum dash_direction: Of a packet with a VIP as destination */
	DASH_A_TRACE_ENI,		/* string: Whose it is; absent if it is nobody's */
	DASH_A_TRACE_ENI_MAC,		/* mac: MAC address of its ENI */
	DASH_A_TRACE_OTHER_ENI,		/* string: No ENI has the MAC address of the direction's end, but this one that of the other */
	DASH_A_TRACE_VNI,		/* u32: As received */
	DASH_A_TRACE_SIP,		/* ip: Tunnel source */
	DASH_A_TRACE_VIP,		/* ip: Tunnel destination */
	DASH_A_TRACE_PROTO,		/* u8: Inner protocol */
	DASH_A_TRACE_SRC,		/* ip */
	DASH_A_TRACE_DST,		/* ip */
	DASH_A_TRACE_SPORT,		/* u16: Inner source port */
	DASH_A_TRACE_DPORT,		/* u16: Inner destination port */
	DASH_A_TRACE_TCP_FLAGS,		/* u8: Octet 13 of the TCP header */
	DASH_A_TRACE_FATE,		/* u8, enum dash_trace_fate: What became of it */
	DASH_A_TRACE_REASON,		/* u8: Why it was dropped (number of counters.md) */
	DASH_A_TRACE_DECIDED,		/* u8: What the steps say, if that is another reason, because the state changed in between */
	DASH_A_TRACE_EGRESS,		/* u32: Device it leaves by */
	DASH_A_TRACE_EGRESS_NAME,	/* string: Device it leaves by */
	DASH_A_TRACE_STEP,		/* nest of DASH_A_STEP_*, list: Decisions, in the order they were made */
	DASH_A_TRACE_FLOW,		/* nest of DASH_A_FLOW_*: The connection it goes by */
	DASH_A_TRACE_FLOW_NEW,		/* flag: It opens that connection */
	DASH_A_TRACE_LENGTH,		/* u32: Octets of the frame */
	DASH_A_TRACE_BEFORE,		/* binary: Its beginning */
	DASH_A_TRACE_AFTER_LENGTH,	/* u32: Octets of the frame that is sent */
	DASH_A_TRACE_AFTER,		/* binary: Its beginning */
	DASH_A_TRACE_LOST,		/* u32: Events before this one that could not be told */
	DASH_A_TRACE_PAD,		/* pad */

	__DASH_A_TRACE_MAX,
	DASH_A_TRACE_MAX = __DASH_A_TRACE_MAX - 1
};

/* Attributes of messages */
enum {
	DASH_A_OBJECT = 1,	/* nest of DASH_A_OBJECT_*, list: Objects */
	DASH_A_DRY_RUN,		/* flag: Validate only */
	DASH_A_ERROR,		/* nest of DASH_A_ERROR_*, list: Refusals and warnings */
	DASH_A_GENERATION,	/* u32: Configuration generation */
	DASH_A_TYPE,		/* u8, enum dash_obj_type: Filter: object type */
	DASH_A_OWNER,		/* string: Filter: first part of the key (group, VNET, ENI, ...) */
	DASH_A_ENI,		/* string: ENI; FLOW_GET and FLOW_DEL: filter */
	DASH_A_PROTO,		/* u8: Filter: inner protocol */
	DASH_A_SRC,		/* prefix: Filter: source address of either direction */
	DASH_A_DST,		/* prefix: Filter: destination address of the same direction */
	DASH_A_SPORT,		/* u16: Filter: source port of the same direction */
	DASH_A_DPORT,		/* u16: Filter: destination port of the same direction */
	DASH_A_LIMIT,		/* u32: At most so many */
	DASH_A_COUNT,		/* u32: How many; TXN_ADD: objects staged so far; FLOW_DEL: connections ended */
	DASH_A_FLOW,		/* nest of DASH_A_FLOW_*: A connection */
	DASH_A_SCOPE,		/* u8, enum dash_scope: What the counters belong to; STATS_GET: filter */
	DASH_A_IFINDEX,		/* u32: Device */
	DASH_A_COUNTER,		/* nest of DASH_A_COUNTER_*, list: Counters */
	DASH_A_PARAM,		/* nest of DASH_A_PARAM_*, list: Parameters */
	DASH_A_PORT,		/* nest of DASH_A_PORT_*: Attached device */
	DASH_A_MAP,		/* nest of DASH_A_MAP_*, list: Bound maps */
	DASH_A_LAST,		/* flag: PORT_DEL: it was the last port; maps are unbound, connections are gone */
	DASH_A_STATUS,		/* nest of DASH_A_STATUS_*: The appliance */
	DASH_A_WARNINGS,	/* u32: TXN_COMMIT: number of warnings, to be read by TXN_ERRORS */
	DASH_A_CHANGED,		/* u32: Objects that were created, replaced or deleted */
	DASH_A_PORTID,		/* u32: Netlink port that committed */
	DASH_A_PID,		/* u32: Process that committed, as it numbers itself */
	DASH_A_UID,		/* u32: Its user, as the namespace of the appliance numbers it */
	DASH_A_COMM,		/* string: Its name */
	DASH_A_CUT,		/* flag: CONFIG_NTF: more objects have changed than are told */
	DASH_A_LIMIT_EVENT,	/* nest of DASH_A_LIMIT_EVENT_*: A limit */
	DASH_A_COOKIE,		/* u64: Number under which a trace is asked for */
	DASH_A_TRACE,		/* nest of DASH_A_TRACE_*: What was decided about a packet */
	DASH_A_RATE,		/* u32: At most so many events a second */
	DASH_A_PAD,		/* pad */

	__DASH_A_MAX,
	DASH_A_MAX = __DASH_A_MAX - 1
};

enum {
	DASH_CMD_STATUS_GET = 1,
	DASH_CMD_TXN_BEGIN,
	DASH_CMD_TXN_ADD,
	DASH_CMD_TXN_COMMIT,
	DASH_CMD_TXN_ABORT,
	DASH_CMD_TXN_ERRORS,
	DASH_CMD_OBJECT_GET,
	DASH_CMD_FLOW_GET,
	DASH_CMD_FLOW_DEL,
	DASH_CMD_STATS_GET,
	DASH_CMD_PARAM_GET,
	DASH_CMD_PARAM_SET,
	DASH_CMD_PORT_NEW,
	DASH_CMD_PORT_DEL,
	DASH_CMD_CONFIG_NTF,
	DASH_CMD_FLOW_NEW_NTF,
	DASH_CMD_FLOW_END_NTF,
	DASH_CMD_LIMIT_NTF,
	DASH_CMD_TRACE_GET,
	DASH_CMD_TRACE_WATCH,
	DASH_CMD_TRACE_NTF,
	DASH_CMD_DROP_NTF,
	DASH_CMD_FLOW_ADD,

	__DASH_CMD_MAX,
	DASH_CMD_MAX = __DASH_CMD_MAX - 1
};

#endif /* DASH_H */
