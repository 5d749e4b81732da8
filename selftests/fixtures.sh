#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# The packets of fixtures.h, through the program that dashctl attached and the policy
# that the module holds: each as first packet of its connection, then as following
# one.  One port with the specification's MAC address, and a gateway that is only a
# neighbour entry; BPF_PROG_TEST_RUN supplies the packets.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

setup_ns appliance
one_port_up 9100
ip -n $appliance route add throw 67.7.7.7
ip -n $appliance route add blackhole 66.6.6.6
appliance_up "$ROOT/selftests/fixtures.json"
dash set allowed_protocols 0-88,90-255
# The kernel's word that nobody answers there; it asks again when a packet comes.
ip -n $appliance neigh replace 10.250.20.5 dev port0 nud failed
relay on $appliance "$ROOT/selftests/prog_run" --module port0

# And with a flow table that is soon full.
dash detach port0
dash attach port0 --flows 64
relay on $appliance "$ROOT/selftests/prog_run" --full port0

# The example files decide as config.md 9 says; those of ACLs are changes of the one before.
example() {
	dash apply "$ROOT/selftests/configs/$1.json"
	relay on $appliance "$ROOT/selftests/prog_run" --example "$1" port0
}
for name in minimal vnet-to-vnet; do
	dash clear all
	example $name
done
for name in acl-tags acl-tags-delete; do
	dash clear flows
	example $name
done
