#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Is the netlink interface what kernel/dash.yaml says, and does it stand whatever is
# sent to it?  Clients that know only that file, in a namespace of their own.
# DASH_FUZZ_MESSAGES=100000 is the number of random messages of the full run (default 10000).
. "$(dirname "$0")/lib.sh"

setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
relay on $appliance python3 "$ROOT/selftests/ynl.py"
relay on $appliance "$ROOT/selftests/netlink_fuzz" ${DASH_FUZZ_MESSAGES:-10000}
relay on $appliance python3 "$ROOT/selftests/txn.py"
