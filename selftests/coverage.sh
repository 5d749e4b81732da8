#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# coverage.sh [TEST...] - which lines of kernel/ do the tests run?
#
# All tests that need a kernel, or these, on the debug kernel with a module that counts
# its lines (gcov), faults included, and the engines' native tests (unit/, compiled the
# same way).  The table by file, and what never ran, with its reason (selftests/uncovered),
# is in build/coverage.txt; the table on the terminal.  Less than 95 % is a failure.
set -eu -o pipefail
cd "$(dirname "$0")/.."

export DASH_COVERAGE=1
rc=0
rm -rf build/vm/gcov
selftests/debug-kernel.sh test "$@" || rc=1
[ -d build/vm/gcov ] || { echo "coverage.sh: the machine left no counts" >&2; exit 1; }
rm -rf build/unit-coverage
make -s -C selftests/unit check CC=gcc O="$PWD/build/unit-coverage" SANITIZE="-O1 --coverage" >build/unit-coverage.log || rc=1
selftests/coverage.py build/coverage/kernel:build/vm/gcov build/unit-coverage:build/unit-coverage >build/coverage.txt || rc=1
sed '/^$/,$d' build/coverage.txt
exit $rc
