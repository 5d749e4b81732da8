#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does a live appliance take every form of every value of the specification, refuse the
# others, keep its limits and give its warnings?  fields.py says how; no traffic.
. "$(dirname "$0")/lib.sh"

setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
relay on $appliance python3 "$ROOT/selftests/fields.py" apply
