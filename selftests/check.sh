#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does dashctl name what is wrong with a file, and with its own command line?
# Everything it judges without the module: "dashctl check", help, manual and
# completion against the tables that parse.  Runs anywhere, needs no rights.
. "$(dirname "$0")/lib.sh"

examples="minimal vnet-to-vnet acl-tags acl-tags-delete topo"

# One case a line: exit status, the message after "f.json:element N: ", the file.
# "@" stands for the start of a table's name, DASH_..._TABLE written @..@.
cases=$(cat <<'END'
0||{"@VNET@:a": {"vni": 1}}
0||[{"@VNET@:a": {"vni": "0x10"}, "@VNET@:b": {"vni": 2}, "OP": "set"}]
0||{"@VNET@:a": {"vni": "1", "guid": "", "peer_list": null}}
0||{"@VNET@:gone": null, "OP": "DEL"}
0||{"DASH_METER_POLICY": {"meter_policy_id": "x"}, "DASH_METER_TABLE:E:7": {}, "OP": "DEL"}
0||{"SWITCH_TABLE:switch": {"vxlan_port": "4790", "vxlan_security": false}}
0||{"DASH_TAG_TABLE:t": {"ip_version": "IP_VERSION_IPV4", "addresses": "10.0.0.0/8, 11.0.0.0/8"}}
0||{"DASH_ACL_V4_IN_TABLE:E:1": {"acl_group_id": "g"}}
0||{"@ACL_IN@:E:1": {"acl_group_id": "g"}}
0||{"@ENI@:E": {"admin_state": "enabled", "mode": "vm", "dscp_mode": "preserve", "dscp": 0}}
0||{"@VNET@|a": {"vni": 1}, "@ROUTE@|g|2001:db8::/32": {"routing_type": "drop"}, "@ROUTE@:g|10.0.0.0/8": {"routing_type": "drop"}}
0||{"@ENI_ROUTE@:F4:93:9F:EF:C4:7E": {"group_id": "g"}, "@ACL_OUT@:F4:93:9F:EF:C4:7E:1": {"v4_acl_group_id": "g"}, "@ROUTE@:g:2001:db8::/32": {"routing_type": "drop"}}
0||{"@ROUTE_RULE@:E:45654:": {"action_type": "decap"}, "@ROUTE_RULE@:F4:93:9F:EF:C4:7E:5::7": {"action_type": "drop"}}
0||{"@METER_RULE@": {"meter_policy_id": "m", "meter_rule_id": "1", "priority": 0, "ip_prefix": "1.0.0.0/8", "metering_class": 1}}
0||{"DASH_METER_RULE:m:1": {"priority": 0, "ip_prefix": "1.0.0.0/8", "metering_class": 1}, "DASH_METER:E:1": {}, "DASH_ACL_V6_OUT_TABLE:E:1": {"acl_group_id": "g"}}
0||{"@VNET@:a": "anything", "@ENI@:b": {"nosuch": [1]}, "OP": "del"}
0||{"@ROUTE@": {"group_id": "g", "prefix": "10.0.0.0/8", "routing_type": "drop"}}
0||{"@ROUTE@:g:10.0.0.0/8": {"prefix": "10.0.0.0/8", "routing_type": "drop", "action_type": "drop"}}
0||{"@ROUTING_TYPE@:vnet": {"name": "a", "action_type": "ACTION_TYPE_MAPROUTING"}}
1|@VNET@:a: EINVAL: missing field "vni" (line 1, column 23)|{"@VNET@:a": {}}
1|@VNET@:a: EINVAL: missing field "vni" (line 1, column 23)|{"@VNET@:a": {"vni": ""}}
1|@VNET@:a.vni: EINVAL: 0 is not in 1..16777215 (line 1, column 31)|{"@VNET@:a": {"vni": 0}}
1|@VNET@:a.vni: EINVAL: 1.5 is not an integer (line 1, column 31)|{"@VNET@:a": {"vni": 1.5}}
1|@VNET@:a.vni: EINVAL: expected a number, found true (line 1, column 31)|{"@VNET@:a": {"vni": true}}
1|@VNET@:a.vni: EINVAL: expected a number, found an object (line 1, column 31)|{"@VNET@:a": {"vni": {}}}
1|@VNET@:a.vni: EINVAL: given twice, as "vni" and "vni" (line 1, column 41)|{"@VNET@:a": {"vni": 1, "vni": 2}}
1|@VNET@:: EINVAL: missing key part "vnet_name" (line 1, column 2)|{"@VNET@:": {"vni": 1}}
1|@ROUTE@:g: EINVAL: missing key part "prefix" (line 1, column 2)|{"@ROUTE@:g": {"routing_type": "drop"}}
1|@ROUTE@:g:10.0.0.0/40: EINVAL: key part "prefix": "10.0.0.0/40": prefix length is not in 0..32 (line 1, column 2)|{"@ROUTE@:g:10.0.0.0/40": {"routing_type": "drop"}}
1|@ROUTE@:g:10.0.0.0/8.prefix: EINVAL: "11.0.0.0/8" in the body, but "10.0.0.0/8" in the key (line 1, column 46)|{"@ROUTE@:g:10.0.0.0/8": {"prefix": "11.0.0.0/8", "routing_type": "drop"}}
1|@ROUTE@:g:10.0.0.0/8.routing_type: EINVAL: given twice, as "routing_type" and "action_type" (line 1, column 75)|{"@ROUTE@:g:10.0.0.0/8": {"routing_type": "drop", "action_type": "vnet"}}
1|@ROUTE@:g:10.0.0.0/8.routing_type: EINVAL: "tunnel" is none of: vnet, vnet_direct, direct, drop, servicetunnel, appliance (line 1, column 52)|{"@ROUTE@:g:10.0.0.0/8": {"routing_type": "tunnel"}}
1|@ROUTE@:g:10.0.0.0/8.routing_type: ENOTSUP: "servicetunnel" is not available in this release (line 1, column 52)|{"@ROUTE@:g:10.0.0.0/8": {"routing_type": "servicetunnel"}}
1|@ROUTE@:g:10.0.0.0/8.tunnel: ENOTSUP: "tunnel" is not available in this release (line 1, column 70)|{"@ROUTE@:g:10.0.0.0/8": {"routing_type": "drop", "tunnel": "t"}}
1|@ROUTE_RULE@:E:100:Office: ENOTSUP: key part "prefix": "Office" is no prefix; a tag as source is not available in this release (line 1, column 2)|{"@ROUTE_RULE@:E:100:Office": {"action_type": "decap"}}
1|@ROUTE_RULE@:E:100::5.priority: EINVAL: "6" in the body, but "5" in the key (line 1, column 49)|{"@ROUTE_RULE@:E:100::5": {"priority": 6, "action_type": "decap"}}
1|@ENI@:E.mac_address: EINVAL: MAC address is zero (line 1, column 38)|{"@ENI@:E": {"mac_address": "000000000000"}}
1|@ENI@:E.mode: ENOTSUP: "mode" is not available in this release (line 1, column 31)|{"@ENI@:E": {"mode": "fnic"}}
1|@ACL_RULE@:g:r.src_port: EINVAL: range "90-80" ends before it begins (line 1, column 93)|{"@ACL_RULE@:g:r": {"priority": 1, "action": "deny", "terminating": 1, "src_port": {"min": 90, "max": 80}}}
1|@ACL_RULE@:g:r.protocol: EINVAL: empty item in list "6,,17" (line 1, column 93)|{"@ACL_RULE@:g:r": {"priority": 1, "action": "deny", "terminating": 1, "protocol": "6,,17"}}
1|@ACL_IN@:E:6: EINVAL: key part "stage": 6 is not in 1..5 (line 1, column 2)|{"@ACL_IN@:E:6": {"v4_acl_group_id": "g"}}
1|@ACL_IN@:E:1: EINVAL: missing field "v4_acl_group_id" or "v6_acl_group_id" (line 1, column 27)|{"@ACL_IN@:E:1": {}}
1|@ROUTING_TYPE@:vnet: EINVAL: 0 actions: 1 to 5 are accepted (line 1, column 34)|{"@ROUTING_TYPE@:vnet": []}
1|@ROUTING_TYPE@:vnet: EINVAL: expected an action object, found a number (line 1, column 35)|{"@ROUTING_TYPE@:vnet": [5]}
1|@VNET@:v: EINVAL: key holds a NUL character (line 1, column 2)|{"@VNET@:v\u0000x": {"vni": 1}}
1|@VNET@:v.vni: EINVAL: "1x" is not a number (line 1, column 31)|{"@VNET@:v": {"vni": "1x"}}
1|@VNET@:v.guid: EINVAL: "a" holds character 0x0a at position 2 (line 1, column 42)|{"@VNET@:v": {"vni": 1, "guid": "a\nb"}}
1|@ROUTE_GROUP@:g.disabled: EINVAL: "yes" is neither true nor false (line 1, column 43)|{"@ROUTE_GROUP@:g": {"disabled": "yes"}}
1|@VNET_MAPPING@:v:1.1.1.1.underlay_ip: EINVAL: "1.1.1" is not an IP address (line 1, column 55)|{"@VNET_MAPPING@:v:1.1.1.1": {"underlay_ip": "1.1.1"}}
1|@VNET_MAPPING@:v:1.1.1.1.underlay_ip: EINVAL: 224.0.0.1 is not a unicast address (line 1, column 55)|{"@VNET_MAPPING@:v:1.1.1.1": {"underlay_ip": "224.0.0.1"}}
1|@PA_VALIDATION@:1.prefixes: EINVAL: "x/8" is not an IP prefix (line 1, column 46)|{"@PA_VALIDATION@:1": {"prefixes": ["x/8"]}}
1|@ENI@:E.mac_address: EINVAL: "F4939FEFC47" is not a MAC address (line 1, column 38)|{"@ENI@:E": {"mac_address": "F4939FEFC47"}}
1|@ENI@:E.mac_address: EINVAL: MAC address 01005E000001 is multicast (line 1, column 38)|{"@ENI@:E": {"mac_address": "01005E000001"}}
1|@ACL_RULE@:g:r.src_port: EINVAL: range is neither {"min", "max"} nor {"value"} (line 1, column 93)|{"@ACL_RULE@:g:r": {"priority": 1, "action": "deny", "terminating": 1, "src_port": {"min": 90}}}
1|@ROUTING_TYPE@:vnet: EINVAL: missing field "action_type" (line 1, column 35)|{"@ROUTING_TYPE@:vnet": [{"name": "x"}]}
1|@TUNNEL@:t: ENOTSUP: table is not available in this release (line 1, column 2)|{"@TUNNEL@:t": {}}
1|@NOSUCH@:t: EINVAL: unknown table "@NOSUCH@" (line 1, column 2)|{"@NOSUCH@:t": {}}
1|PORT_TABLE:t: EINVAL: unknown table "PORT_TABLE" (line 1, column 2)|{"PORT_TABLE:t": {}}
1|SWITCH_TABLE:other: EINVAL: key "other" is not "switch" (line 1, column 2)|{"SWITCH_TABLE:other": {}}
1|EINVAL: OP "ADD" is neither SET nor DEL (line 1, column 41)|{"@VNET@:a": {"vni": 1}, "OP": "ADD"}
2|@VNET@:a: EPARSE: expected an object as body, found a number (line 1, column 23)|{"@VNET@:a": 7}
2|EPARSE: expected an object as element, found a string (line 1, column 2)|["x"]
2|EPARSE: element without a table (line 1, column 1)|{"OP": "SET"}
2|EPARSE: "OP" is given twice (line 1, column 48)|{"@VNET@:a": {"vni": 1}, "OP": "SET", "OP": "DEL"}
2|EPARSE: unexpected "}", expected a quoted name (no comma before "}") (line 1, column 33)|{"@VNET@:a": {"vni": 1,}}
2|EPARSE: unexpected "/" (JSON has no comments), expected a JSON value (line 1, column 1)|// x
2|EPARSE: empty file (line 1, column 1)|
END
)

# wrong STATUS MESSAGE FILE - exactly this line, and no other but warnings
wrong() {
	local status=0
	printf '%s' "$3" >"$lib_tmp/f.json"
	(cd "$lib_tmp" && dashctl check f.json) >"$lib_tmp/said" 2>&1 || status=$?
	expect "$1" echo $status
	expect "$2" sed '/: WARNING: /d; s/^f.json:element [0-9]*: //' "$lib_tmp/said"
}

warned() {
	printf '%s' "$2" >"$lib_tmp/f.json"
	expect "f.json:element 1: $1" bash -c "cd '$lib_tmp' && dashctl check f.json 2>&1"
	! (cd "$lib_tmp" && dashctl check --strict f.json 2>&1) | grep -q WARNING || return 1
	expect 1 bash -c "cd '$lib_tmp' && dashctl check --strict f.json >/dev/null 2>&1; echo \$?"
}

hundred() {
	jq -n '[range(200) | {"DASH_VNET_TABLE:v\(.)": {}}]' >"$lib_tmp/f.json"
	expect 100 bash -c "dashctl check '$lib_tmp/f.json' 2>&1 | grep -c 'missing field'"
	expect 100 bash -c "dashctl -j check '$lib_tmp/f.json' 2>/dev/null | jq length"
}

json_messages() {
	echo '{"DASH_VNET_TABLE:a": {"vni": 0, "x": 1}}' >"$lib_tmp/f.json"
	expect '["error","EINVAL","DASH_VNET_TABLE","a","vni",1,1,31]' bash -c "cd '$lib_tmp' &&
		dashctl check --json f.json | jq -c '.[] | select(.level == \"error\") |
		[.level, .code, .table, .key, .field, .element, .line, .column]'"
}

several_files() {
	echo '{"DASH_VNET_TABLE:a": {"vni": 1}}' >"$lib_tmp/a.json"
	echo '{"DASH_VNET_TABLE:b": {}}' >"$lib_tmp/f.json"
	expect 'f.json:element 1: DASH_VNET_TABLE:b: EINVAL: missing field "vni" (line 1, column 23)' \
		bash -c "cd '$lib_tmp' && dashctl check a.json f.json 2>&1 || true"
	dashctl check - <"$lib_tmp/a.json"
}

# A file much larger than the memory that dashctl may have.
streamed() {
	awk 'BEGIN { print "["; for (i = 1; i <= 500000; i++)
		printf "{\"DASH_VNET_MAPPING_TABLE:v:10.%d.%d.%d\": {\"underlay_ip\": \"10.0.0.1\"}}%s\n",
			i / 65536, i / 256 % 256, i % 256, i < 500000 ? "," : "]" }' |
		bash -c 'ulimit -v 24000; dashctl check -'
}

usage() {
	expect "$1" bash -c "dashctl $2 2>&1 >/dev/null | head -1"
	expect 2 bash -c "dashctl $2 >/dev/null 2>&1; echo \$?"
}

words() {
	local status=0
	# shellcheck disable=SC2086 # words
	expect "dashctl: $2" bash -c "dashctl $3 2>&1 >/dev/null || true"
	dashctl $3 >/dev/null 2>&1 || status=$?
	expect "$1" echo $status
}

batch() {
	printf '%s\n' '# comment' '' 'help drops' 'vnet add "a b" vni 0 # no' 'help drops' >"$lib_tmp/batch"
	expect "dashctl: DASH_VNET_TABLE:a b.vni: EINVAL: 0 is not in 1..16777215
dashctl: $lib_tmp/batch:4: failed" bash -c "dashctl -batch '$lib_tmp/batch' 2>&1 >'$lib_tmp/said' || [ \$? = 1 ]"
	dashctl help drops | diff - "$lib_tmp/said"
	expect 2 bash -c "dashctl -force -batch - <'$lib_tmp/batch' 2>/dev/null | grep -c ' 1  outer_malformed'"
	expect "dashctl: a quote without end
dashctl: -:1: failed" bash -c "echo 'help \"drops' | dashctl -batch - 2>&1 || [ \$? = 2 ]"
}

# A line on a terminal from the second second on, wiped at the end; none elsewhere.
progress() {
	mkfifo "$lib_tmp/slow"
	{ echo '['; for i in {1..2048}; do echo "{\"DASH_QOS_TABLE:$i\": {}},"; done; sleep 1.2
	  for i in {1..2048}; do echo "{\"DASH_QOS_TABLE:$i\": {}},"; done; echo '{"DASH_QOS_TABLE:x": {}}]'; } >"$lib_tmp/slow" &
	"$ROOT/selftests/bulk_config.py" mappings 5000 >"$lib_tmp/known"
	script -qec "dashctl check $lib_tmp/slow $lib_tmp/known" /dev/null </dev/null >"$lib_tmp/said"
	wait $!
	# of a file whose size is known also the time that is left
	grep -qP '\r[0-9]+ objects, [0-9]+/s, [0-9]+%, [0-9]+ s left\x1b\[K' "$lib_tmp/said"
	grep -qP '\r[0-9]+ objects, [0-9]+/s\x1b\[K.*\r\x1b\[K$' "$lib_tmp/said"
}

# Every command with its options is on one page of the manual, every object and drop reason too, and
# nothing else claims to be.
manual() {
	local dir=$lib_tmp/man page words live options o
	mkdir -p "$dir"
	for page in "$ROOT"/tools/*.8; do
		sed 's/\\-/-/g' "$page" >"$dir/$(basename "$page")"
	done
	cd "$dir"
	while IFS='|' read -r words live options; do
		page=$(awk -v words=".B dashctl $words" 'last == ".TP" &&
			($0 == words || index($0, words " \\") == 1) { print FILENAME } { last = $0 }' ./*.8)
		[ -n "$page" ] && [ "$(wc -l <<<"$page")" = 1 ] || { echo "\"$words\" is on: $page"; return 1; }
		for o in ${options//,/ }; do
			grep -qF -- "${o%%=*}" "$page" || { echo "$page: no \"${o%%=*}\" of \"$words\""; return 1; }
		done
	done < <(dashctl help --words)
	while read -r words; do
		dashctl help --words | cut -d'|' -f1 | grep -qxF "$words" || { echo "\"$words\" is no command"; return 1; }
	done < <(awk 'last == ".TP" { print } { last = $0 }' ./*.8 | sed -n 's/^\.B dashctl \([a-z -]*[a-z]\).*/\1/p')
	while IFS='|' read -r words _; do
		grep -qE "^\.BR $words [,.]$" dashctl-object.8 || { echo "no object \"$words\""; return 1; }
	done < <(dashctl help --objects)
	diff <(dashctl help drops | awk '$1 ~ /^[0-9]/ { print $1, $2 }') \
		<(sed -n '/^\.SH DROP REASONS/,/^\.SH EXIT/s/^\([0-9]*\)	\([a-z_]*\)	.*/\1 \2/p' dashctl.8)
}

# Each page has its parts, is known to the first one, and groff has nothing against it.
pages() {
	local page name part
	cd "$ROOT/tools"
	for page in *.8; do
		name=${page%.8}
		for part in NAME SYNOPSIS EXAMPLES "SEE ALSO"; do
			grep -qx "\.SH $part" "$page" || { echo "$page: no $part"; return 1; }
		done
		[ $page = dashctl.8 ] || grep -qF "${name//-/\\-} (8)" dashctl.8 || { echo "$page: unknown to dashctl.8"; return 1; }
		expect "" groff -man -Tutf8 -t -ww -z "$page" 2>&1
	done
}

# Every example of the manual is a command that exists, with options that it has.
examples() {
	local line words rest n=0 row option w
	while read -r line; do
		line=${line#*dashctl }
		while [[ $line == -* ]]; do
			case $line in
			-n\ * | -batch\ *) line=${line#* } ;;
			esac
			[[ $line == *\ * ]] || line+=' '
			line=${line#* }
		done
		[ -n "$line" ] || continue
		line=${line#show dash }
		[[ $line != vnet\ brief && $line != route-types ]] || line="show $line"
		row=$(dashctl help --words | awk -F'|' -v line="$line " 'index(line, $1 " ") == 1 && length($1) > best {
			best = length($1); row = $0 } END { print row }')
		[ -n "$row" ] || dashctl help --objects | grep -q "^${line%% *}|" || { echo "no command: $line"; return 1; }
		for w in $line; do
			[[ $w == --* || $w == -[a-z] ]] || continue
			grep -qE "[|,]$w=" <<<"$row" || { echo "no option $w: $line"; return 1; }
		done
		n=$((n + 1))
	done < <(sed -n 's/\\-/-/g; /^[#$] /{ s/ [|>].*//; /dashctl /p }' "$ROOT"/tools/*.8)
	[ $n -ge 30 ] || { echo "only $n examples"; return 1; }
}

installed() {
	local to=$lib_tmp/to
	make -s -C "$ROOT" install-tools DESTDIR="$to" PREFIX=/usr
	cmp "$ROOT/tools/dashctl" "$to/usr/sbin/dashctl"
	diff <(cd "$ROOT/tools" && echo *.8) <(cd "$to/usr/share/man/man8" && echo *)
	cmp "$ROOT/tools/dashctl.bash-completion" "$to/usr/share/bash-completion/completions/dashctl"
	cmp "$ROOT/tools/dashctl.zsh-completion" "$to/usr/share/zsh/site-functions/_dashctl"
}

drop_words() {
	dashctl help drops | awk '/^ +[0-9]+  / { name = $2; rows++ } /^ +-> ./ { said++ } /^ +(->)? *$/ { print name, "has no words"; bad = 1 }
		END { exit bad || rows < 44 || rows != said }'
}

# What the shell offers after the words given.
offered() {
	bash -c "source '$ROOT/tools/dashctl.bash-completion'; COMP_WORDS=($*); COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
		_dashctl; printf '%s\n' \"\${COMPREPLY[@]}\"" | sort | tr '\n' ' '
}
completion() {
	expect "all eni flows vnet " offered "dashctl clear ''"
	expect "--dry-run --ignore-unknown --json --pretty --statistics --strict " offered "dashctl apply --"
	expect "config flows limits " offered "dashctl -s monitor ''"
	expect "acl_group acl_in acl_out acl_rule appliance apply attach " offered "dashctl a"
	expect "add del replace set show " offered "dashctl vnet ''"
	expect "admin_state " offered "dashctl eni set E admin_s"
	expect "disabled enabled " offered "dashctl eni set E admin_state ''"
	expect "routing_type " offered "dashctl route add g:1.0.0.0/8 routing_t"
	expect "routing_type " offered "dashctl route add group_id g prefix 1.0.0.0/8 routing_t"
}

# typed LINE - what is offered behind it in an interactive bash, where ":" and "=" end words too
typed() {
	bash -c "source '$ROOT/tools/dashctl.bash-completion'
		dashctl() { case \$* in *'show eni') echo '{\"eni\":\"F4:93:9F:EF:C4:7E\"},' ;; *'export route')
			echo '{\"DASH_ROUTE_TABLE:g1:10.1.0.0/16\": {}}' ;; *) command dashctl \"\$@\" ;; esac; }
		COMP_LINE=\$1 COMP_POINT=\${#1}; _dashctl; printf '%s\n' \"\${COMPREPLY[@]}\"" bash "$1" | sort | tr '\n' ' '
}
colons() {
	expect "93:9F:EF:C4:7E " typed "dashctl show eni F4:9"
	expect "F4:93:9F:EF:C4:7E " typed "dashctl -n x flow list --eni "
	expect "93:9F:EF:C4:7E " typed "dashctl flow list --eni=F4:"
	expect "10.1.0.0/16 " typed "dashctl route del g1:10"
	expect "admin_state " typed "dashctl eni set F4:93:9F:EF:C4:7E admin_s"
}

# The same of zsh, without a terminal: compadd tells what it is given.
zsh_offered() {
	zsh -fc "_dashctl_bash=\$1; compadd() { print -l -- \${(P)2} }; _files() { echo FILES }
		words=($*); CURRENT=\$#words; . '$ROOT/tools/dashctl.zsh-completion'" zsh "$ROOT/tools/dashctl.bash-completion" |
		sort | tr '\n' ' '
}
zsh_completion() {
	expect "all eni flows vnet " zsh_offered "dashctl clear ''"
	expect "add del replace set show " zsh_offered "dashctl vnet ''"
	expect "FILES " zsh_offered "dashctl attach eth0 ''"
}

plan $(($(grep -c . <<<"$cases") + 5 + 50))
for e in $examples; do
	check "example $e.json has no errors" dashctl check "$ROOT/selftests/configs/$e.json"
done
while IFS='|' read -r status message file; do
	check "status $status: ${message:-accepted}: $file" wrong "$status" \
		"$(sed 's/@\([A-Z_]*\)@/DASH_\1_TABLE/g' <<<"$message")" \
		"$(sed 's/@\([A-Z_]*\)@/DASH_\1_TABLE/g' <<<"$file")"
done <<<"$cases"
check "an unknown field is a warning, with --strict an error" warned \
	'DASH_VNET_TABLE:a.x: WARNING: unknown field "x" (line 1, column 34)' '{"DASH_VNET_TABLE:a": {"vni": 1, "x": 1}}'
check "host bits are cleared with a warning" warned \
	'DASH_PA_VALIDATION_TABLE:1.prefixes: WARNING: host bits of "10.1.2.3/8" cleared: 10.0.0.0/8 (line 1, column 45)' \
	'{"DASH_PA_VALIDATION_TABLE:1": {"prefixes": "10.1.2.3/8"}}'
check "a multicast MAC of a mapping is a warning" warned \
	'DASH_VNET_MAPPING_TABLE:v:1.1.1.1.mac_address: WARNING: MAC address A922839922A2 is multicast (line 1, column 85)' \
	'{"DASH_VNET_MAPPING_TABLE:v:1.1.1.1": {"underlay_ip": "2.2.2.2", "mac_address":     "A922839922A2"}}'
check "fields without effect: one warning a table" warned \
	'DASH_VNET_TABLE: WARNING: accepted, but without effect in this release: guid, version (line 1, column 34)' \
	'{"DASH_VNET_TABLE:a": {"vni": 1, "guid": "g", "version": "1"}}'
check "deletion from an unknown table is a warning" warned \
	'DASH_X_TABLE:a: WARNING: unknown table "DASH_X_TABLE" ignored (line 1, column 2)' \
	'{"DASH_X_TABLE:a": {}, "OP": "DEL"}'
check "so is one from a table of a later release" warned \
	'DASH_TUNNEL_TABLE:t: WARNING: table is not available in this release, nothing to delete (line 1, column 2)' \
	'{"DASH_TUNNEL_TABLE:t": {}, "OP": "DEL"}'
long_name() {
	wrong 1 "DASH_VNET_TABLE:a.guid: EINVAL: name of 256 bytes: 1 to 255 are accepted (line 1, column 42)" \
		"{\"DASH_VNET_TABLE:a\": {\"vni\": 1, \"guid\": \"$(printf '%256s' x | tr ' ' x)\"}}"
}
check "a name that is too long" long_name
bom() { printf '\xef\xbb\xbf{"DASH_VNET_TABLE:a": {"vni": 1}}' | dashctl check -; }
check "a byte order mark is passed over" bom
check "every error and every warning has a test that names it" "$ROOT/selftests/messages.py"
check "at most a hundred errors are shown" hundred
check "messages as JSON" json_messages
check "several files, standard input" several_files
check "a stream of any length" streamed
check "--ignore-unknown takes unknown tables" bash -c \
	"echo '{\"PORT_TABLE:x\": {}, \"DASH_Y_TABLE:y\": 5}' | dashctl check --ignore-unknown - 2>/dev/null"
check "no such file" usage 'nosuch.json: EPARSE: cannot open: No such file or directory' 'check nosuch.json'
check "no such command" usage 'dashctl: unknown command "frob", see "dashctl help"' 'frob it'
check "a word that looks like one" usage 'dashctl: unknown command "tag"; did you mean "prefix_tag"?' 'tag add x'
check "a word with a letter too many" usage 'dashctl: unknown command "aply"; did you mean "apply"?' 'aply x'
check "a first word alone" usage 'dashctl: clear: one of these must follow: all, eni, vnet, flows' 'clear'
check "a wrong second word" usage 'dashctl: clear: "enis" is none of: all, eni, vnet, flows' 'clear enis'
check "a first and a second word alone" usage 'dashctl: show acl: one of these must follow: group' 'show acl'
check "show dash alone" usage "dashctl: show: one of these must follow: $(dashctl show 2>&1 | sed 's/.*follow: //')" 'show dash'
check "show of a later release" usage 'dashctl: show tunnel: not available in this release' 'show tunnel'
check "help tells the words of a packet" bash -c "dashctl help trace | grep -qF 'outbound|inbound eni ENI PROTO SRC[:PORT] DST[:PORT]'"
check "a wrong verb" usage 'dashctl: vnet: "ad" is none of: add, set, replace, del, show' 'vnet ad x'
check "help for an object and a verb" bash -c "dashctl help vnet add | grep -qF 'dashctl vnet add KEY'"
check "no such option" usage 'dashctl: apply: unknown option "--frob"' 'apply --frob x'
check "no abbreviations" usage 'dashctl: unknown command "app"; did you mean "apply", "appliance"?' 'app x'
check "a word too many" usage 'dashctl: detach: unexpected word "b", see "dashctl help detach"' 'detach a b'
check "a word too few" usage 'dashctl: attach: DEV expected, see "dashctl help attach"' 'attach'
check "an object by words: a value out of range" words 1 'DASH_VNET_TABLE:a.vni: EINVAL: 0 is not in 1..16777215' "vnet add a vni 0"
check "an object by words: a missing field" words 1 'DASH_ROUTE_TABLE:g:10.0.0.0/8: EINVAL: missing field "routing_type"' \
	"route replace g:10.0.0.0/8"
check "an object by words: a missing key part" words 1 'DASH_ROUTE_TABLE: EINVAL: missing key part "prefix"' \
	"route del group g"
check "an object by words: no such field" words 2 'vnet add: no field "frob", see "dashctl help vnet"' "vnet add a frob 1"
check "an object by words: a key in two words" words 2 \
	'route add: no field "10.0.0.0/8"; a key of several parts is one word, "g1:10.0.0.0/8"' "route add g1 10.0.0.0/8 routing_type drop"
check "an object by words: no value" words 2 'vnet add: "vni" needs a value' "vnet add a vni"
check "an object by words: no key" words 2 'vnet add: KEY [FIELD VALUE]... expected, see "dashctl help vnet add"' "vnet add"
check "an object by words: not in this release" words 2 'tunnel: not available in this release' "tunnel add t"
check "a batch ends at the first failure, with -force it goes on" batch
check "progress is told on a terminal" progress
check "a module that is not there is named" bash -c \
	"[ -e /sys/module/dash ] || dashctl show status 2>&1 | grep -qF 'module not loaded (modprobe dash)'"
check "the manual agrees with the tables" manual
check "every drop reason has a meaning and a remedy" drop_words
check "every page of the manual is whole" pages
check "every example of the manual is a command" examples
check "what is generated from kernel/dash.yaml is current: header, policies, reference" "$ROOT/tools/gen-netlink.py" --check
check "make install-tools installs dashctl, its manual and the completions" installed
check "completion agrees with the tables" completion
check "and completes live names with colons in them" colons
if command -v zsh >/dev/null; then
	check "completion of zsh says the same" zsh_completion
else
	skip "completion of zsh says the same" "zsh is not installed"
fi

# every field of the specification, in every form and type
relay python3 "$ROOT/selftests/fields.py" check
