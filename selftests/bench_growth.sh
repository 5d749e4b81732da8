#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# bench_growth.sh - how does the cost of a first packet grow with rules, prefixes, routes,
# mappings and ENIs?  Part of `make bench`, in the virtual machine with ICOUNT=1; one of them
# grows at a time, three ACL stages are asked.  $DASH_BENCH_JSON is written.
#
# bench_growth.sh --configs   only writes the configurations, before the machine starts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bench_lib.sh"
. "$(dirname "$0")/topo.sh"

# what grows, and "RULES PREFIXES ROUTES MAPPINGS ENIS"
points() {
	cat <<-EOT
	all 100 10 1000 1000 2
	rules 10 10 1000 1000 2
	rules 1000 10 1000 1000 2
	prefixes 100 1 1000 1000 2
	prefixes 100 100 1000 1000 2
	routes 100 10 10000 1000 2
	routes 100 10 100000 1000 2
	mappings 100 10 1000 10000 2
	mappings 100 10 1000 100000 2
	ENIs 100 10 1000 1000 16
	ENIs 100 10 1000 1000 64
	EOT
}

mkdir -p "$ROOT/build/growth"
if [ "${1-}" = --configs ]; then
	plan 1
	write_configs() {
		local what rules prefixes routes mappings enis
		while read -r what rules prefixes routes mappings enis; do
			"$ROOT/selftests/bench_config.py" "$rules" "$prefixes" "$routes" "$mappings" 3 0 "$enis" \
				>"$ROOT/build/growth/$rules-$prefixes-$routes-$mappings-$enis.json"
		done
	}
	check "configurations are written" eval "points | write_configs"
	exit
fi

points >"$lib_tmp/points"
plan "$(wc -l <"$lib_tmp/points")"
setup_ns appliance
one_port_up 9100
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0
defer dash detach port0

# point WHAT RULES PREFIXES ROUTES MAPPINGS ENIS
point() {
	local miss hit
	dash clear all
	dash apply "$ROOT/build/growth/$2-$3-$4-$5-$6.json"
	# The same packets first, so that their next hops are resolved, and code is patched.
	on $appliance "$ROOT/selftests/prog_run" --miss port0 300 "$5" >/dev/null
	dash clear flows >/dev/null
	on $appliance "$ROOT/selftests/prog_run" --miss port0 300 "$5" >"$lib_tmp/result"
	read -r _ miss _ hit _ <"$lib_tmp/result"
	record "$1" rules "$2" prefixes "$3" routes "$4" mappings "$5" enis "$6" first "$miss" hit "$hit"
	printf '%-9s %6d %6d %7d %7d %5d   %6d %6d\n' "$@" "$miss" "$hit" >>"$lib_tmp/rows"
}

while read -r what rules prefixes routes mappings enis; do
	check "$what: $rules rules x $prefixes x $prefixes, $routes routes, $mappings mappings, $enis ENIs" \
		point "$what" "$rules" "$prefixes" "$routes" "$mappings" "$enis"
done <"$lib_tmp/points"
printf '# %-9s %6s %6s %7s %7s %5s   %6s %6s\n' "" rules lists routes mapping ENIs first hit
sed 's/^/# /' "$lib_tmp/rows"
records instructions
