#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# klog.sh FILE... - does a kernel log hold anything that must not happen?
#
# Reads the files (- is standard input), prints each offending line with the six
# that follow it, and exits 1 if there was one.  Taint messages of an unsigned
# out-of-tree module are expected and no offence, and neither is the trace of an
# allocation that failed while faults.sh or acl_scale.sh makes them fail.
set -eu

bad='WARNING: (CPU|at|possible|suspicious|inconsistent|bad unlock|held lock|Nested)'
bad+='|WARNING: [a-z]+/'
bad+='|(^|[^A-Z_])BUG[: ]|kernel BUG at|Oops|Kernel panic|general protection'
bad+='|Call Trace|nable to handle|(KASAN|KCSAN|UBSAN): |kmemleak: [0-9]+ new|kmemleak: .*disabled'
bad+='|possible (recursive|circular|irq) lock|inconsistent lock state|suspicious RCU usage'
bad+='|INFO: rcu.* stall|rcu.*kthread starved|soft lockup|hard LOCKUP|blocked for more than'
bad+='|refcount_t: |list_(add|del) corruption|unregister_netdevice: waiting|sleeping function called'
bad+='|scheduling while atomic|Slab corruption|still has objects|DEBUG_LOCKS_WARN'

expected='
/dash: faults begin/ { injected = 1 }
/dash: faults end/ { injected = 0 }
injected && /vmalloc error|page allocation failure|percpu: allocation failed|kmem_cache_create.* failed with error -12|invoked oom-killer/ { near = 8 }
near-- > 0 && injected { sub(/Call Trace/, "trace of an injected failure") }
{ print }'

if awk "$expected" "$@" | grep -E -A6 "$bad"; then
	exit 1
fi
