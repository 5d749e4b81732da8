#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does each command do what the manual says, on a configuration of all tables? What is shown
# and by which names, what clear takes along, counters from here on, how output looks; and is there a
# command or an option that no test uses?
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 40

all=$ROOT/selftests/configs/all-tables.json
E=$ENI_KEY
setup_ns appliance
insmod "$ROOT/dash.ko"
defer rmmod dash
# the words of every command, for the last case
dash() {
	echo "$*" >>"$lib_tmp/used"
	on $appliance "$ROOT/tools/dashctl" "$@"
}

# json FILTER COMMAND... - what jq makes of its output
json() {
	local filter=$1
	shift
	dash -j "$@" | jq -rc "$filter"
}

# says STATUS TEXT COMMAND... - exit status, and the one line on stderr
says() {
	local status=0 wanted=$1 text=$2
	shift 2
	dash "$@" 2>&1 >"$lib_tmp/out" | sed 's/^dashctl: //' >"$lib_tmp/err" || status=$?
	expect "$text" cat "$lib_tmp/err"
	expect "$wanted" echo $status
}

# ends STATUS COMMAND...
ends() {
	local status=0
	dash "${@:2}" >"$lib_tmp/out" 2>&1 || status=$?
	[ $status = "$1" ] || { cat "$lib_tmp/out"; return 1; }
}

reset() { dash sync "$all" 2>"$lib_tmp/said" >"$lib_tmp/none"; }
reset
dash export >"$lib_tmp/base"

# ---- show ---------------------------------------------------------------------------

check "show vnet brief: names and VNIs" expect '[["Vnet1",45654],["Vnet2",866]]' json '[.[] | [.vnet_name, .vni]]' show vnet brief
check "show vnet NAME" expect '["Vnet1"]' json '[.[].vnet_name]' show vnet Vnet1
check "show vnet --guid" expect '["Vnet1"]' json '[.[].vnet_name]' show vnet --guid 559c6ce8-26ab-4193-b946-ccc6e8f930b2
check "show vnet NAME mappings" expect '["10.1.1.1","2001:db8:b::1"]' json '[.. | objects | select(has("underlay_ip")) | .ip]' \
	show vnet Vnet1 mappings
check "a VNET that is not there" says 1 'no VNET "nosuch"' show vnet nosuch
check "show eni by its MAC address in any notation" expect "$E" json '.[0].eni' show eni f4-93-9f-ef-c4-7e
check "show eni ENI routes: those of its group" expect '["0.0.0.0/0","10.1.0.0/16","10.1.0.0/24","30.0.0.0/16","2001:db8:b::/48"]' \
	json '[.. | objects | select(has("prefix")) | .prefix]' show eni $E routes
check "show eni ENI rules: by priority" expect '[[0,"decap"],[1,"decap"],[2,"decap"],[5,"drop"]]' \
	json '[.[] | [.priority // 0, .action_type]]' show eni $E rules
acls() { json '[.. | objects | select(has("stage")) | .stage] | unique' show eni $E acls "$@"; }
both_stages() {
	expect '[1,5]' acls
	expect '[5]' acls stage in
	expect '[1]' acls stage out
	expect '[1,5]' acls stage all
}
check "show eni ENI acls, of one direction or all" both_stages
check "show acl group --guid" expect '["out1"]' json '[.[].group_id]' show acl group --guid a55b99cc-b5b4-4699-a6b2-35fe7c272132
check "show acl group ID: its rules by priority, with counters" expect '["rule1","rule2","rest"]' \
	json '[.. | objects | select(has("rule_id") and has("hits")) | .rule_id]' show acl group out1
check "show route-types" expect true json 'length >= 5' show route-types
check "show tag NAME" expect '[["10.1.1.0/24","20.1.1.0/24"]]' json '[.[].prefix_list]' show tag Office
check "show route-group ID" expect '["off",true,0]' json '.[0] | [.group_id, .disabled, .disabled_drops]' show route-group off
check "show qos NAME" expect '[100000]' json '[.[].cps]' show qos qos100
check "show appliance ID" expect '[["10.250.20.20"]]' json '[.[].sip | [.] | flatten]' show appliance 101
check "show meter ENI" expect '["ROUTE_DIRECT_VNET1"]' json '[.[].metadata]' show meter $E
check "show pa-validation" expect '[45654]' json '[.[].vni]' show pa-validation
check "show switch" expect '[4790,32768,12]' json '[.. | objects | select(has("vxlan_port")) | .vxlan_port, .vxlan_sport, .vxlan_mask]' show switch
check "show memory: each object that costs something" expect true json 'length > 3' show memory

# ---- clear ----------------------------------------------------------------------------

eni_goes() {
	reset
	dash clear eni F4-93-9F-EF-C4-7E >"$lib_tmp/none"
	expect '["second"]' json '[.[] | keys[] | select(startswith("DASH_ENI_TABLE")) | split(":")[1]]' export eni
	expect '[]' json '[.[] | keys[] | select(test("F4939FEFC47E|497f23d7"))]' export
	# what it named stays
	expect '[2,3]' bash -c "dashctl -n $appliance export | jq -c '[([.[] | keys[] | select(startswith(\"DASH_VNET_TABLE\"))] | length),
		([.[] | keys[] | select(startswith(\"DASH_ACL_GROUP\"))] | length)]'"
}
check "clear eni deletes it and what it owns, by any of its names" eni_goes
check "clear eni says so if it is not there" says 1 "clear eni: no ENI \"nosuch\"" clear eni nosuch
vnet_stays() {
	reset
	says 1 'clear vnet: 1 ENI is in VNET "Vnet1" (--force deletes it too)' clear vnet Vnet1
	dash export | diff - "$lib_tmp/base"
}
check "clear vnet is refused while ENIs are in it, and changes nothing" vnet_stays
vnet_goes() {
	reset
	dash clear vnet Vnet1 --force >"$lib_tmp/none"
	expect '[]' json '[.. | objects | select(.vnet == "Vnet1" or .vnet_name == "Vnet1")]' export
	expect '[]' json '[.[] | keys[] | select(test("Vnet1|F4939FEFC47E"))]' export
	# routes of others stay
	expect 3 json '[.[] | keys[] | select(startswith("DASH_ROUTE_TABLE:group_id_1"))] | length' export
}
check "clear vnet --force takes its ENIs, mappings, and routes and rules that name it" vnet_goes

# ---- counters, with one port and packets ---------------------------------------------------

reset
one_port_up 1700
dash attach port0 --mode generic --flows 1000 >"$lib_tmp/none" 2>&1
defer on $appliance "$ROOT/tools/dashctl" detach port0
defer on $appliance "$ROOT/tools/dashctl" clear all
mode() { json '.ports[0].mode' show status; }
check "attach --mode generic" expect generic mode
stray() {
	on $appliance "$ROOT/selftests/prog_run" --send port0 "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>10.250.20.99 /
		udp 51000>4790 / vxlan 4321 / eth $ENI>12:34:56:78:9a:bc / ip4 10.1.2.9>10.1.1.1 / udp 10000>20000 / pay 8" >"$lib_tmp/none"
}
missed() { json '[.. | .vip_miss_drop? // empty][0] // 0' stats "$@"; }
from_here() {
	stray
	stray
	expect 2 missed global
	expect 2 missed global --clear
	expect 0 missed global
	expect 0 missed global --all
	stray
	expect 1 missed global
	expect 1 missed drops
}
check "stats --clear counts from here on" from_here
no_names() {
	says 1 'stats: no ENI "nosuch"' stats eni nosuch
	says 1 'stats: no ACL group "nosuch"' stats acl nosuch
	says 2 'stats: "eni" needs a name' stats eni
	expect '["rule1","rule2","rest"]' json '[.[0].rules[].rule_id]' stats acl out1
	expect port0 json '.[0].dev' stats port
}
check "stats of ports, ENIs and ACL groups by name" no_names

# ---- connections -----------------------------------------------------------------------------

# send SPORT DPORT
send() {
	on $appliance "$ROOT/selftests/prog_run" --send port0 "eth 02:00:00:00:00:fe>02:00:00:00:00:01 / ip4 25.1.1.1>$VIP4 /
		udp 51000>4790 / vxlan 5000 / eth $ENI>12:34:56:78:9a:bc / ip4 10.1.2.9>10.1.1.1 / udp $1>$2 / pay 8" >"$lib_tmp/none"
}
send 1000 2000
send 1001 2001
dash flow save "$lib_tmp/flows" >"$lib_tmp/none"
# each with how many of the two it matches
filters=("2 --eni $E" "0 --eni second" "2 --proto udp" "0 --proto tcp" "2 --src 10.1.2.9" "0 --src 10.1.2.8" "2 --dst 10.1.1.0/24"
	"2 --dst 10.1.2.9" "1 --sport 1000" "1 --dport 2000" "0 --dport 2002" "0 --sport 1000 --dport 2001" "1 --src 10.1.1.1 --sport 2001")
one="--eni $E --proto udp --src 10.1.2.9 --dst 10.1.1.1 --sport 1000 --dport 2000"
counted() { json '.. | numbers' flow count "$@"; }
listed() {
	local f
	expect '[4,["forward","reverse"]]' json '[length, ([.[].role] | unique)]' show flows
	for f in "${filters[@]}"; do
		expect "${f%% *}" counted ${f#* }
	done
	for f in "flow get" "flow list" "show flows"; do
		expect '[1000,2000]' json '[.[].sport] | sort' $f $one
	done
	for f in "flow list" "show flows"; do
		expect 1 json '[.[].slot] | unique | length' $f --limit 1
	done
	says 2 'flow get: --proto, --src and --dst say which connection' flow get --proto udp
}
check "connections are listed and counted by each filter" listed
ended() {
	local command
	for command in "flow delete" "flow flush" "clear flows"; do
		dash $command $one >"$lib_tmp/none"
		expect '[1001,2001]' json '[.[].sport] | sort' flow list
		dash flow restore "$lib_tmp/flows" >"$lib_tmp/none"
		expect 2 counted
	done
	dash flow flush >"$lib_tmp/none"
	expect 0 counted
	dash flow restore "$lib_tmp/flows" >"$lib_tmp/none"
}
check "connections are ended by filters" ended
# A program that knows nothing but kernel/dash.yaml (ynl.py); netlink.sh has it configure a VNET.
by_yaml() {
	expect "[('$E', 17, '0a010209', 1000, 2000), ('$E', 17, '0a010209', 1001, 2001)]" on $appliance python3 -c "
import sys
sys.path.insert(0, '$ROOT/selftests')
import ynl
f = ynl.Family(ynl.SPEC)
f.resolve()
flows = [m['flow'] for m in f.dump('flow-get', {'eni': '$E'})]
print(sorted((w['eni'], w['proto'], w['vm-ip'].hex(), w['vm-port'], w['remote-port']) for w in flows))"
}
check "a program that has only the YAML description lists connections" by_yaml
followed() {
	local pid
	dash -j trace live --eni $E --proto udp --src 10.1.2.9 --dst 10.1.1.1 --sport 1000 --dport 2000 --rate 5 --count 1 \
		>"$lib_tmp/heard" 2>"$lib_tmp/following" &
	pid=$!
	busywait 30 grep -q "following packets" "$lib_tmp/following"
	send 1001 2001
	send 1000 2000
	wait $pid
	expect '[1,true]' jq -sc '[length, (tostring | test("1000"))]' "$lib_tmp/heard"
}
check "trace live follows what matches all filters" followed
watched() {
	expect 1 json '.enis | length | if . > 0 then 1 else 0 end' top -b -n 1 -d 1 --talkers 3
	expect 124 bash -c "timeout 2 ip netns exec $appliance '$ROOT/tools/dashctl' monitor limits --room 64 >/dev/null 2>&1; echo \$?"
	echo "monitor limits --room 64" >>"$lib_tmp/used"
}
check "top and monitor with their options" watched
prepared() {
	dash attach port1 --prepare >"$lib_tmp/none"
	expect '[["port0","generic"],["port1","detached"]]' json '[.ports[] | [.dev, .mode]]' show status
	dash attach port1 --mode generic >"$lib_tmp/none"
	expect '["generic","generic"]' json '[.ports[].mode]' show status
	dash detach port1 >"$lib_tmp/none"
}
check "attach --prepare leaves the device as it is" prepared
lenient() {
	local command
	echo '[{"DASH_VNET_TABLE:v": {"vni": 9, "nosuch": 1}}, {"PORT_TABLE:x": {}}]' >"$lib_tmp/odd.json"
	for command in sync diff; do
		ends 1 $command "$lib_tmp/odd.json" --strict
		ends 1 $command "$lib_tmp/odd.json"
		ends 1 $command --ignore-unknown "$lib_tmp/odd.json" --strict
		dash export | diff - "$lib_tmp/base"
	done
	ends 0 diff --ignore-unknown "$lib_tmp/odd.json"
	ends 0 sync --ignore-unknown "$lib_tmp/odd.json"
	expect '["v"]' json '[.[].vnet_name]' show vnet
	reset
}
check "sync and diff: --strict and --ignore-unknown" lenient

# ---- how it looks ---------------------------------------------------------------------------

# on_terminal COMMAND... - its output on one, without carriage returns
on_terminal() {
	TERM=${term-xterm} script -qec "$(printf '%q ' ip netns exec $appliance "$ROOT/tools/dashctl" "$@")" /dev/null </dev/null | tr -d '\r'
}
env_of() {
	local "$1"
	[ "$1" != NO_COLOR=1 ] || export NO_COLOR
	on_terminal show qos
}
# coloured COMMAND... - 1 if there is an escape sequence in its output, else 0
coloured() { "$@" | grep -c -m1 $'\e\[' || true; }
colours() {
	expect 1 coloured on_terminal show qos
	expect 0 coloured dash show qos
	expect 0 coloured env_of NO_COLOR=1
	expect 0 coloured env_of term=dumb
	expect 0 coloured on_terminal -j show qos
	expect "$(dash show qos)" eval 'on_terminal show qos | sed "s/\x1b\[[0-9;]*m//g"'
}
check "colours on a terminal only, and the same words" colours
pretty() {
	expect "$(dash -j show eni $E | jq -c .)" bash -c "dashctl -n $appliance -p show eni $E | jq -c ."
	[ "$(dash -p show eni $E | wc -l)" -gt 5 ]
	[ "$(dash show eni $E --pretty | wc -l)" -gt 5 ]
}
check "-p is the same JSON, indented" pretty
netns() {
	expect "$(dash export)" dashctl -n $appliance export
	expect "$(dash export)" dashctl --netns /run/netns/$appliance export
	expect '[]' bash -c "dashctl export | jq -c ."
	dash show eni -s >"$lib_tmp/none"
	expect 2 bash -c "dashctl -n nosuch export >/dev/null 2>&1; echo \$?"
}
check "-n works on another network namespace" netns
batched() {
	printf '%s\n' 'vnet add B1 vni 71' 'vnet add B2 vni 72' 'vnet add B2 vni 73' 'vnet add B3 vni 74' >"$lib_tmp/batch"
	says 1 "DASH_VNET_TABLE:B2: EEXIST: it exists
$lib_tmp/batch:3: failed" -batch "$lib_tmp/batch"
	expect '["B1","B2"]' json '[.[].vnet_name | select(startswith("B"))]' show vnet
}
check "-batch: each line by itself, up to the first that fails" batched

# offered WORD... - what bash completes the last one to; zsh asks the same
offered() {
	bash -c "source '$ROOT/tools/dashctl.bash-completion'; COMP_WORDS=(dashctl -n $appliance $*); COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
		_dashctl; printf '%s\n' \"\${COMPREPLY[@]}\"" | sort | tr '\n' ' '
}
completed() {
	reset
	expect "$E second " offered show eni "''"
	expect "in6 out1 unbound " offered stats acl "''"
	expect "off " offered show route-group of
	expect "Nothing Office Office6 " offered show tag "''"
	expect "second " offered flow list --eni s
	expect "$E " offered trace outbound eni F
	expect "Vnet1 Vnet2 " offered eni set second vnet "''"
	expect "group_id_1:10.1.0.0/16 group_id_1:10.1.0.0/24 " offered route del group_id_1:10.
	expect "out1:rest " offered acl_rule set out1:re
	expect "udp " offered set ud
	expect "$appliance " bash -c "source '$ROOT/tools/dashctl.bash-completion'; COMP_WORDS=(dashctl -n app); COMP_CWORD=2; _dashctl; echo \"\${COMPREPLY[*]} \""
}
check "completion knows live names of every kind" completed

# ---- is there anything that no test uses? ------------------------------------------------------

# A command is used where its words stand behind "dash" or "dashctl" and its options on the same line: as it was run
# here, as it is written elsewhere.  Options of help are for completion and programs (check.sh, fields.py).
unused() {
	local script
	sed 's/^/dash /' "$lib_tmp/used" >"$lib_tmp/lines"
	for script in "$ROOT"/selftests/*.sh; do
		sed -e ':a' -e '/\\$/{N;s/\\\n[ \t]*//;ba' -e '}' "$script" >>"$lib_tmp/lines"
	done
	dashctl help --words >"$lib_tmp/words"
	awk -F'|' 'NR == FNR { if (/dash|hear|check|usage/) line[n++] = $0; next }
		{
			before = "(dash(ctl[\"'"'"']?)?( -[a-z]+( [^ ]+)?)*|hear .*|check .*|usage .*) "
			m = 0
			for (i = 0; i < n; i++)
				if (index(line[i], $1) && line[i] ~ before $1 "( |$)")
					with[m++] = line[i]
			if (!m) {
				print "no test runs: " $1
				bad = 1
			}
			options = $1 == "help" ? 0 : split($3, option, ",")
			for (o = 1; o <= options; o++) {
				sub(/=.*/, "", option[o])
				for (i = 0; i < m && with[i] !~ " " option[o] "( |=|\"|'"'"'|[)]|$)"; i++)
					;
				if (i == m) {
					print "no test runs: " $1 " " option[o]
					bad = 1
				}
			}
		}
		END { exit bad }' "$lib_tmp/lines" "$lib_tmp/words"
}
check "every command and every option is used by a test" unused
