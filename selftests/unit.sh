#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# unit.sh - the module's pure parts (tables, tracker, parsers), compiled for user
# space with the address and undefined-behaviour sanitizers and compared with naive twins.
# selftests/unit builds and runs them; their results are counted here.
cd "$(dirname "$0")/unit" && exec make -sk check
