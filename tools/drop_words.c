// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does a drop reason mean, and what is there to be done?  One row a reason, indexed by the
 * numbers of the list that module and program count by; selftests/check.sh looks for
 * reasons without a row.
 */
#include "drop_words.h"

#include <string.h>

#include "../kernel/uapi/dash_flow.h"
#include "util.h"

#define ROW(sym, meaning, remedy)	[DASH_DROP_##sym] = { NULL, meaning, remedy }

static const struct drop_words words[DASH_DROP_COUNT] = {
	ROW(OUTER_MALFORMED, "the outer IP or UDP header is broken",
	    "capture at the port; look at the sending VTEP and at MTU and offloads on the way"),
	ROW(OUTER_FRAGMENT, "the tunnel packet is an IP fragment, which is never put together",
	    "raise the MTU of the underlay: 1550 octets for IPv4, 1570 for IPv6, above the guests' 1500"),
	ROW(VXLAN_INVALID, "the VXLAN header has no valid VNI (I bit is 0)", "look at the sending VTEP"),
	ROW(VIP_MISS, "the tunnel ends at an address that is no VIP",
	    "show appliance: is the VIP configured? is this host the one that it is routed to?"),
	ROW(INNER_MALFORMED, "the customer's packet is broken or cut off", "capture at the port; look at the guest"),
	ROW(INNER_NON_IP, "the customer's frame is neither IPv4 nor IPv6 (ARP, a VLAN tag)",
	    "the VM's host has to answer ARP and take VLAN tags off"),
	ROW(ENI_MISS, "no ENI has the inner MAC address (outbound: the source, inbound: the destination)",
	    "show eni: compare MAC addresses; is the VNI a vm_vni, as it should be for packets of a VM?"),
	ROW(LB_FAST_PATH_ENI_MISS, "a load balancer's redirect names no ENI", "not in this release"),
	ROW(VXLAN_SPORT_INVALID, "the tunnel's UDP source port is out of range", "not in this release"),
	ROW(ENI_ADMIN_DOWN, "the ENI is disabled", "eni set ENI admin_state enabled"),
	ROW(TRUSTED_VNI_MISS, "the VNI is not trusted",
	    "add it to trusted_vnis_list of the appliance or to trusted_vnis of the ENI, or look at trusted_vni_mode"),
	ROW(ACL_DENY, "an ACL rule denies the connection",
	    "trace the packet: it names the rule; show eni ENI acls counts the hits of each"),
	ROW(ACL_NO_MATCH, "no rule of a bound ACL group matches, which denies",
	    "trace the packet: it names the group and the rule that nearly matches"),
	ROW(OUTBOUND_ROUTING_GROUP_MISS, "no route group is bound to the ENI", "eni_route add ENI group_id GROUP"),
	ROW(OUTBOUND_ROUTING_GROUP_DISABLED, "the route group of the ENI is disabled",
	    "route_group set GROUP disabled false"),
	ROW(OUTBOUND_ROUTING_ENTRY_MISS, "no route of the ENI's group covers the destination",
	    "show eni ENI routes; add a route, or a default one"),
	ROW(OUTBOUND_ROUTE_DROP, "the route says drop", "as configured; trace the packet: it names the route"),
	ROW(OUTBOUND_CA_PA_ENTRY_MISS, "the VNET of the route has no mapping for the destination",
	    "trace the packet: it names VNET and address; vnet_mapping add VNET:ADDRESS underlay_ip PA"),
	ROW(OUTBOUND_PORT_MAP_MISS, "the mapping's port map does not exist", "not in this release"),
	ROW(OUTBOUND_PORT_MAP_RANGE_MISS, "no range of the port map has the port", "not in this release"),
	ROW(TUNNEL_MISS, "the tunnel named does not exist", "not in this release"),
	ROW(INBOUND_ROUTING_ENTRY_MISS, "no inbound route rule of the ENI takes this VNI from this source",
	    "show eni ENI rules; trace the packet: it names the rule that nearly matches"),
	ROW(INBOUND_RULE_DROP, "the inbound route rule says drop", "as configured; trace the packet: it names the rule"),
	ROW(PA_VALIDATION_FAIL, "the tunnel source is not a PA of the VNET",
	    "somebody pretends, or a mapping is missing: vnet_mapping, or pa_validation for other sources"),
	ROW(FLOW_MISS_NON_SYN, "a TCP segment that belongs to no connection and opens none",
	    "normal for connections that have ended or timed out: compare tcp_established with the applications' idle times"),
	ROW(UNSUPPORTED_PROTOCOL, "the inner protocol is not allowed", "set allowed_protocols"),
	ROW(FRAGMENT_NO_PARENT, "a fragment whose first one did not pass before it",
	    "first fragments are dropped, lost or late; look for their reason"),
	ROW(FRAGMENT_TABLE_FULL, "too many fragmented packets at a time", "lower the MTU in the guests"),
	ROW(FLOW_LIMIT_ENI, "the ENI has as many connections as its QoS allows (flows)",
	    "show flows --eni ENI; raise flows, or end connections sooner (timeouts)"),
	ROW(FLOW_LIMIT_GLOBAL, "the flow table is full",
	    "show status; detach all ports and attach with a larger --flows, or end connections sooner"),
	ROW(CPS_LIMIT, "more new connections a second than the ENI's QoS allows (cps)", "raise cps"),
	ROW(FLOW_CREATE_FAILED, "no memory for a connection", "look at the kernel's memory"),
	ROW(TRANSFORM_UNSUPPORTED, "the packet cannot be translated between IPv4 and IPv6", "not in this release"),
	ROW(UNDERLAY_SIP_MISSING, "no VIP of the family of the tunnel's destination", "appliance set: sip takes one of each"),
	ROW(MTU_EXCEEDED, "the finished packet is larger than the device or the route takes",
	    "raise the MTU of the underlay: 50 octets (IPv4), 70 (IPv6) above the guests'"),
	ROW(UNDERLAY_NO_ROUTE, "the host has no route to the tunnel's destination", "ip route get ADDRESS"),
	ROW(UNDERLAY_ROUTE_DROP, "the host's route to the tunnel's destination is a blackhole, or not forwarded",
	    "ip route get ADDRESS"),
	ROW(UNDERLAY_TX_FAIL, "the host could not send: no neighbour, device down, queue full",
	    "ip neigh; ip -s link"),
	ROW(BW_LIMIT, "more than the ENI's bandwidth", "not in this release"),
	ROW(PPS_LIMIT, "more than the ENI's packets a second", "not in this release"),
	ROW(HAIRPIN_LOOP, "the packet came by the third time", "not in this release"),
	ROW(FAST_PATH_FLOW_MISS, "a load balancer's redirect for no connection", "not in this release"),
	ROW(FAST_PATH_DISABLED, "a load balancer's redirect, which is switched off", "not in this release"),
	ROW(INTERNAL_ERROR, "the program and the module disagree", "report it, with dmesg and show status"),
};

static const char *name_of(unsigned int number)
{
	switch (number) {
#define X(num, sym, name, scope, fwd) case num: return name;
	DASH_DROP_REASONS(X)
#undef X
	}
	return NULL;
}

const struct drop_words *drop_words(unsigned int number)
{
	static struct drop_words w;

	if (number >= ARRAY_SIZE(words) || !name_of(number))
		return NULL;
	w = words[number];
	w.name = name_of(number);
	if (!w.meaning)
		w.meaning = w.remedy = "";
	return &w;
}

const struct drop_words *drop_words_named(const char *counter)
{
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(words); i++) {
		const char *name = name_of(i);
		size_t n = name ? strlen(name) : 0;

		if (n && !strncmp(counter, name, n) && (!counter[n] || !strcmp(counter + n, "_drop")))
			return drop_words(i);
	}
	return NULL;
}
