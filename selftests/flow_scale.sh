#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Very many connections: created, denied, judged anew, all hit, all aged out, with what each step takes, and
# the memory of one.  DASH_FLOWS=connections (250000, and 50000 on the debug kernel); run by `make scale-flows`, with a million.
# Packets come from a generator in front of the attached program (flood.c), on one CPU.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 13

n=${DASH_FLOWS:-${DASH_DEBUG:+50000}}
n=${n:-250000}
setup_ns appliance
one_port_up 9100

packet="eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.19 / udp 51000>4789 / vxlan 4321 / \
eth $ENI>12:34:56:78:9A:BC / ip4 10.1.2.9>10.1.1.1 / udp 10000>20000 / pay 12"
back="eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 101.1.2.3>10.250.20.19 / udp 51000>4789 / vxlan 45654 / \
eth C8:22:83:99:22:A2>$ENI / ip4 10.1.1.1>10.1.2.9 / udp 20000>10000 / pay 12"

flood() { on $appliance "$ROOT/selftests/prog_run" --flood port0 "$@"; }
status() { dash -j show status | jq -r "$1"; }
counter() { dash -j stats eni $ENI_KEY | jq ".[0].counters.$1 // 0"; }
now() { date +%s.%N; }
calc() { awk "BEGIN { print $* }"; }
true_that() { echo "$*"; [ "$(calc "($*) ? 1 : 0")" = 1 ]; }
available() { awk '/^MemAvailable/ { print $2 * 1024 }' /proc/meminfo; }

insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
before=$(available)
dash attach port0 --flows "$n" 2>"$lib_tmp/attach"
defer dash detach port0
sed 's/^/# /' "$lib_tmp/attach"
dash apply "$ROOT/selftests/configs/topo.json" >"$lib_tmp/apply"
dash set udp 3600000 >"$lib_tmp/set"

# ---- created, all of them

flood 0 "$n" "$packet" >"$lib_tmp/created"
sed 's/^/# created: /' "$lib_tmp/created"
created() {
	jq -e --argjson n "$n" '.tx == $n and .drops == {}' "$lib_tmp/created"
	expect "$n" status .flow_used
	expect "$n" status .flow_high_water
	expect "$n" counter flow_created
	expect "$n" counter flow_pairs
}
check "$n connections are created, none is refused" created
memory() {
	status '.memory, .flows' | tr -d '\n{}"'
	true_that "$1 <= $2 && $1 > 100"
}
taken=$(status '.memory | .flow_records + .flow_index + .flow_lists')
accounted=$(calc "$taken / $n")
echo "# memory of a connection: $accounted bytes as the kernel accounts maps and lists, of which the record 128"
check "a connection takes at most 192 bytes, index and lists included" memory "$accounted" 192
# of the machine's own account; pages that were not touched yet would not show before
really=$(calc "($before - $(available)) / $n")
echo "# $really bytes of the machine's memory are gone for each"
check "and so much of the machine's memory is gone, the program and all counters included" \
	true_that "$really <= 192 + 16000000 / $n"

full() {
	flood "$n" 100 "$packet" >"$lib_tmp/full"
	cat "$lib_tmp/full"
	jq -e '.tx == 0 and .drops == {"flow_limit_global": 100}' "$lib_tmp/full"
	expect 100 status '.flows | .failed_no_record + .failed_no_index_entry'
	expect 100 counter flow_create_failed
	expect "$n" counter flow_pairs
}
check "one more is refused, counted by cause, and nothing is evicted" full
passes=$(status .sweep.passes)
swept() { [ "$(status .sweep.passes)" -gt $((passes + 1)) ]; }
busywait 60 swept
echo "# the sweep: $(status .sweep | tr -d '\n{}"')"
cheap() {
	local ms us
	ms=$(status .sweep.last_pass_ms) us=$(status .sweep.last_pass_cpu_us)
	true_that "$us / 1000 <= $ms * 0.75"
}
check "the sweep over all of them takes at most two thirds of one CPU, and yields" cheap

# ---- denied, all of them: nothing passes a second after the commit

cat >"$lib_tmp/deny.json" <<-JSON
[{"DASH_ACL_GROUP_TABLE:no-telnet": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:no-telnet:all": {"priority": 1, "action": "deny", "terminating": true}},
 {"DASH_ENI_TABLE:$ENI_KEY": {"full_flow_resimulation_requested": true}}]
JSON
cat >"$lib_tmp/allow.json" <<-JSON
[{"DASH_ACL_GROUP_TABLE:no-telnet": {"ip_version": "ipv4"}},
 {"DASH_ACL_RULE_TABLE:no-telnet:rest": {"priority": 100, "action": "allow", "terminating": true}}]
JSON
ip netns exec $appliance "$ROOT/selftests/prog_run" --until-denied port0 "$n" "$packet" >"$lib_tmp/denied" &
sender=$!
busywait 30 test -s "$lib_tmp/denied"
dash apply "$lib_tmp/deny.json" >"$lib_tmp/apply"
committed=$(now)
wait $sender
sed 's/^/# /' "$lib_tmp/denied"
late=$(calc "$(tail -n1 "$lib_tmp/denied" | jq .last_pass) - $committed")
echo "# the last packet passed $late s after dashctl said that the commit was done"
check "a denied connection stops within 1 s of the commit" true_that "$late < ${DASH_SLOW:-1}"
removed() {
	tail -n1 "$lib_tmp/denied" | jq -e '.drops | keys == ["acl_deny"]'
	true_that "$(counter flow_deleted) == $n - $(counter flow_pairs) && $(counter flow_deleted) > 1000"
}
check "and is removed" removed
dash apply "$lib_tmp/allow.json" >"$lib_tmp/apply"

# ---- allowed again, and judged anew, all of them; then hit

flood 0 "$n" "$packet" >"$lib_tmp/judged"
sed 's/^/# judged anew: /' "$lib_tmp/judged"
judged() {
	jq -e --argjson n "$n" '.tx == $n and .fast == 0 and .drops == {}' "$lib_tmp/judged"
	expect "$n" counter flow_pairs
	true_that "$(counter flow_updated_by_resimulation) == $n - $(counter flow_deleted)"
}
check "all are judged anew by their next packet, or begin anew, and pass" judged
flood "-~$n" 100000 "$back" >"$lib_tmp/back"
sed 's/^/# answers, any: /' "$lib_tmp/back"
answered() { jq -e '.tx == 100000 and .fast == 100000 and .drops == {}' "$lib_tmp/back"; }
check "so do answers to any of them, on the fast path" answered
flood 0 "$n" "$packet" >"$lib_tmp/hit"
sed 's/^/# hit: /' "$lib_tmp/hit"
hit() { jq -e --argjson n "$n" '.tx == $n and .fast == $n and .drops == {}' "$lib_tmp/hit"; }
check "all are hit on the fast path" hit

# ---- aged out, all of them, not before their time and not long after it

begin=$(jq .begin "$lib_tmp/hit") end=$(jq .end "$lib_tmp/hit")
aged_before=$(counter flow_aged)
# a timeout that is over already when it is set would count as late
timeout=$(calc "int($(now) - $begin) + 4")
dash set udp "${timeout}000" >"$lib_tmp/set"
early=none
while [ "$(calc "$(now) < $begin + $timeout - 0.3 ? 1 : 0")" = 1 ]; do
	# asking takes time; what counts is whether it was early when the answer was there
	aged=$(counter flow_aged)
	[ "$aged" = "$aged_before" ] || [ "$(calc "$(now) < $begin + $timeout ? 1 : 0")" = 0 ] || early=yes
done
check "none ends before its timeout of $timeout s" expect none echo "$early"
gone() { [ "$(counter flow_pairs)" = 0 ]; }
busywait 120 gone
echo "# all had ended $(calc "$(now) - $end - $timeout") s after the timeout of the last one, as dashctl tells it"
# by the sweep's own account, because asking takes its time
late=$(status .sweep.latest_ms)
echo "# the last one ended $late ms after its timeout"
check "all end at most 1 s + 10 % after their timeout" \
	true_that "$late <= (1000 + $timeout * 100) * ${DASH_SLOW:-1}"
empty() {
	dash -j stats eni $ENI_KEY | jq -e '.[0].counters | .flow_created == .flow_deleted + .flow_aged + .flow_pairs'
	busywait 30 expect "0 0" status '"\(.flow_used) \(.flows.ended_not_recycled)"'
	flood 0 1000 "$packet" | jq -e '.tx == 1000'
	dash clear flows
}
check "every record is free again, and can be used" empty
