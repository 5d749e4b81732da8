#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does dashctl tell what happens while it happens?  monitor: commits with who made them and
# what they changed, limits that are reached and left; top: rates, talkers, drops; dumps that
# a commit tears.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"

plan 13
# One port; what a host would send comes from a raw socket at the other end of the cable.
setup_ns appliance
on $appliance sysctl -qw net.ipv4.ip_forward=1
ip -n $appliance -batch - <<'END'
link add port0 address 02:00:00:00:00:01 mtu 2000 type veth peer name port1 mtu 2000
link set port1 up
link set port0 up
addr add 10.250.20.2/28 dev port0
neigh add 10.250.20.1 lladdr 02:00:00:00:00:fe dev port0
route add default via 10.250.20.1
END
on $appliance ethtool -K port1 gro on
dash() { dashctl -n $appliance "$@"; }
insmod "$ROOT/dash.ko"
defer rmmod dash
defer dash clear all
dash attach port0 --flows 200
defer dash detach port0
dash apply "$ROOT/selftests/configs/topo.json" - <<'END'
[{"DASH_QOS_TABLE:few": {"flows": 3}}, {"DASH_QOS_TABLE:slow": {"cps": 1}},
 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.5": {"underlay_ip": "101.1.2.3", "mac_address": "02:00:00:00:00:05"}}]
END

# vm1 PYTHON - vm1 sends: say("udp" or "syn", source port, destination, size)
vm1() {
	on $appliance python3 -c "
import os, socket, struct, time
port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
port.bind(('port1', 0))
def ip(proto, src, dst, payload):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 0, 0, 64, proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
    s = sum(struct.unpack('!10H', head))
    s = (s & 0xffff) + (s >> 16)
    s = (s & 0xffff) + (s >> 16)
    return head[:10] + struct.pack('!H', s ^ 0xffff) + head[12:] + payload
def say(kind, sport, dst, size=1):
    l4 = struct.pack('!HHHH', sport, 9, 8 + size, 0) + bytes(size) if kind == 'udp' else \
        struct.pack('!HHIIBBHHH', sport, 9, 1, 0, 0x50, 2, 1000, 0, 0)
    inner = bytes.fromhex('123456789abcf4939fefc47e0800') + ip(17 if kind == 'udp' else 6, '10.1.2.9', dst, l4)
    vxlan = struct.pack('!II', 1 << 27, 4321 << 8) + inner
    outer = ip(17, '25.1.1.1', '10.250.20.19', struct.pack('!HHHH', 50000, 4789, 8 + len(vxlan), 0) + vxlan)
    port.send(bytes.fromhex('020000000001 0200000000fe 0800') + outer)
$1"
}

# listening GROUP TOUCH... - monitor writes to $lib_tmp/events from now on; it does not say when
# it has subscribed, so TOUCH makes an event until one is heard
listening() {
	local group=$1
	shift
	: >"$lib_tmp/events"
	dashctl -n $appliance -j monitor "$group" >>"$lib_tmp/events" &
	monitor=$!
	busywait 10 heard_after "$@"
	: >"$lib_tmp/events"
}
heard_after() {
	"$@"
	[ -s "$lib_tmp/events" ]
}
listened() {
	kill $monitor
	wait $monitor || true
	cat "$lib_tmp/events"
}
# event TEXT - an event that has TEXT was heard
event() { grep -qF -- "$1" "$lib_tmp/events"; }
turn=0
touch_vnet() {
	turn=$((turn + 1))
	dash vnet replace touched vni $((1000 + turn))
}

# ---- commits ------------------------------------------------------------------------

commits() {
	local before
	listening config touch_vnet
	before=$(dash -j show status | jq .generation)
	dash apply - <<-'END'
	[{"DASH_VNET_TABLE:new": {"vni": 5, "guid": "g"}, "DASH_VNET_MAPPING_TABLE:new:10.0.0.1": {"underlay_ip": "1.2.3.4"}},
	 {"DASH_VNET_TABLE:touched": {"vni": 6}}, {"DASH_ENI_TABLE:F4939FEFC47E": {"vm_vni": 4444}}]
	END
	dash apply - <<-'END'
	[{"DASH_VNET_TABLE:new": {}, "DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.5": {}, "OP": "DEL"},
	 {"DASH_VNET_MAPPING_TABLE:Vnet1:10.1.1.1": {"underlay_ip": "101.1.2.3", "mac_address": "C8:22:83:99:22:A3"}}]
	END
	dash eni set F4939FEFC47E vm_vni '' >"$lib_tmp/said"
	busywait 5 event "\"generation\":$((before + 3)),"
	listened
	expect '{"event":"config","changed":4,"uid":0,"comm":"dashctl","who":true}' jq -c \
		"select(.generation == $((before + 1))) | {event, changed, uid, comm, who: (.pid > 1 and .portid > 0)}" "$lib_tmp/events"
	expect 'add DASH_VNET_MAPPING_TABLE new:10.0.0.1 1.2.3.4
add DASH_VNET_TABLE new 5
change DASH_ENI_TABLE F4939FEFC47E 4444
change DASH_VNET_TABLE touched 6' bash -c "jq -r 'select(.generation == $((before + 1))) | .objects[] |
		\"\(.change) \(.table) \(.key) \(.vm_vni // .vni // .underlay_ip)\"' '$lib_tmp/events' | LC_ALL=C sort"
	expect 'change DASH_VNET_MAPPING_TABLE Vnet1:10.1.1.1 C8:22:83:99:22:A3
delete DASH_VNET_MAPPING_TABLE Vnet1:10.1.1.5 null
delete DASH_VNET_TABLE new null' bash -c "jq -r 'select(.generation == $((before + 2))) | .objects[] |
		\"\(.change) \(.table) \(.key) \(.mac_address)\"' '$lib_tmp/events' | LC_ALL=C sort"
	expect '{"change":"change","vm_vni":null}' jq -c "select(.generation == $((before + 3))) | .objects[0] | {change, vm_vni}" \
		"$lib_tmp/events"
	dash vnet_mapping replace Vnet1:10.1.1.5 underlay_ip 101.1.2.3 mac_address 02:00:00:00:00:05
}

many() {
	listening config touch_vnet
	jq -n '[range(1500) | {"DASH_VNET_MAPPING_TABLE:touched:10.9.\(. / 256 | floor).\(. % 256)": {underlay_ip: "1.2.3.4"}}]' |
		dash apply -
	busywait 5 event '"changed":1500,'
	dash vnet del touched
	busywait 5 event '"changed":1,'
	listened >"$lib_tmp/many"
	expect '[1000,true,1]' jq -sc 'map(select(.changed == 1500)) |
		[(map(.objects | length) | add), all(.cut), (map(.generation) | unique | length)]' "$lib_tmp/many"
}

as_text() {
	local pid
	dashctl -n $appliance monitor config >"$lib_tmp/events" &
	pid=$!
	busywait 10 heard_after touch_vnet
	kill $pid
	wait $pid || true
	cat "$lib_tmp/events"
	grep -qE '^event config generation [0-9]+ changed 1 pid [0-9]+ uid 0 portid [0-9]+ comm dashctl$' "$lib_tmp/events"
	grep -qE '^  object change (add|change) table DASH_VNET_TABLE key touched vni [0-9]+$' "$lib_tmp/events"
}

# New objects around the size of a message: each is told, cut if need be, whatever is left of the room.
large() {
	listening config touch_vnet
	awk -v tmp="$lib_tmp" 'BEGIN { for (n = 1305; n <= 1350; n += 3) {
		file = tmp "/large." n
		printf "[{\"DASH_PREFIX_TAG_TABLE:t%d\": {\"ip_version\": \"ipv4\", \"prefix_list\": [", n >file
		for (i = 0; i < n; i++)
			printf "\"10.%d.%d.0/24\",", i / 256, i % 256 >file
		print "\"11.0.0.0/8\"]}}]" >file
		print "apply " file } }' >"$lib_tmp/larges"
	dash -batch "$lib_tmp/larges"
	busywait 10 event '"key":"t1350"'
	listened >"$lib_tmp/larger"
	expect '{"told":16,"cut":true,"whole":true,"added":16}' jq -sc '[.[].objects[] | select(.key | startswith("t13"))] |
		{told: length, cut: any(.cut), whole: any(.cut | not), added: (map(select(.change == "add")) | length)}' "$lib_tmp/events"
}
check "monitor config: every change of a commit, and who made it" commits
check "a commit of many objects is told in parts, the first thousand of it" many
check "the same as text" as_text
check "objects larger than a message are told, cut" large

# ---- limits --------------------------------------------------------------------------

# udp N - N new connections of vm1
udp() {
	vm1 "for i in range($1): say('udp', 1000 + i, '10.1.1.5')"
}
flush() { dash flow flush >"$lib_tmp/flushed"; }
limit_of() { dash eni set $ENI_KEY qos "$1" >"$lib_tmp/said"; }

# within LIMIT QOS COMMAND... - LIMIT is told as reached after COMMAND, and as left after a flush
within() {
	local limit=$1 qos=$2
	shift 2
	limit_of "$qos"
	"$@"
	busywait 10 event "\"limit_reached\",\"limit\":\"$limit\""
	flush
	busywait 10 event "\"limit_left\",\"limit\":\"$limit\""
	jq -c "select(.limit == \"$limit\")" "$lib_tmp/events"
	: >"$lib_tmp/events"
	limit_of ''
}
flows_limit() {
	within flows few udp 5 >"$lib_tmp/limit"
	cat "$lib_tmp/limit"
	jq -es ".[0] | .eni == \"$ENI\" and .used == 3 and .of == 3 and .refused == 2" "$lib_tmp/limit"
}
half_open_limit() {
	within half_open few vm1 "for i in range(8): say('syn', 1000 + i, '10.1.1.5')"
}
cps_limit() {
	within cps slow udp 60 >"$lib_tmp/limit"
	cat "$lib_tmp/limit"
	jq -es '.[0] | .of == 1 and .refused > 0' "$lib_tmp/limit"
}
table_limit() {
	within flow_table '' udp $(($(dash -j show status | jq .flow_slots) * 95 / 100)) >"$lib_tmp/limit"
	cat "$lib_tmp/limit"
	jq -es '.[0] | (has("eni") | not) and .used >= .of * 0.9' "$lib_tmp/limit"
}

limit_of few
listening limits udp 5
flush
busywait 10 event '"limit_left"'
limit_of ''
: >"$lib_tmp/events"
check "monitor limits: connections of an ENI" flows_limit
check "monitor limits: half-open connections that give way" half_open_limit
check "monitor limits: new connections per second" cps_limit
check "monitor limits: the flow table is nearly full" table_limit
listened >"$lib_tmp/rest"

# ---- top -----------------------------------------------------------------------------

traffic() {
	vm1 "while not os.path.exists('$lib_tmp/stop'):
    say('udp', 7777, '10.1.1.5', 500)
    say('udp', 7778, '10.2.5.1')
    time.sleep(0.01)" &
	sender=$!
	busywait 20 flowing
}
flowing() { dash -j flow count --sport 7777 | jq -e '.connections == 1' >"$lib_tmp/said"; }
top_json() {
	dash -j top -n 2 -d 1 >"$lib_tmp/top"
	cat "$lib_tmp/top"
	jq -es 'length == 2 and (.[0] | .rx_packets_per_s == 0) and (.[1] | .rx_packets_per_s > 5 and .drops_per_s > 2 and
		.flow_used >= 1 and .flow_slots >= 200 and .fast_path_per_s > 2 and
		(.enis[0] | .eni == "'$ENI_KEY'" and .rx_packets_per_s > 5 and .tx_packets_per_s > 2 and .rx_bits_per_s > 8000 and .connections >= 1) and
		(.talkers[0] | .connection == "'$ENI_KEY' udp 10.1.2.9:7777 -> 10.1.1.5:9" and .packets_per_s > 2 and .bits_per_s > 8000) and
		(.drops[0] | .reason == "outbound_route_drop" and .per_s > 2 and .total > 2))' "$lib_tmp/top"
}
top_text() {
	TERM=dumb dash top -b -n 2 -d 0.5 >"$lib_tmp/top"
	cat -v "$lib_tmp/top"
	! grep -q $'\033' "$lib_tmp/top" || return 1
	grep -c "^dashctl top " "$lib_tmp/top" | grep -qx 2
	grep -qE "^connections [0-9]+ of [0-9]+ \([0-9]+ %, most [0-9]+\)  half-open 0  new " "$lib_tmp/top"
	grep -qE "^$ENI_KEY +[1-9]" "$lib_tmp/top"
	grep -qE " +[1-9][0-9.k]* +[0-9.]+k?  $ENI_KEY udp 10.1.2.9:7777 -> 10.1.1.5:9$" "$lib_tmp/top"
	grep -qE " +[1-9][0-9]* +[0-9.k]+  outbound_route_drop$" "$lib_tmp/top"
}
drawn() { [ "$(grep -oF $'\033[H\033[J' "$lib_tmp/top" | wc -l)" -ge "$1" ]; }
drawn_last() { grep -qF $'\033[?25h' "$lib_tmp/top"; }
# On a terminal the view is redrawn in place, and q ends it.
top_live() {
	local status=0
	: >"$lib_tmp/top"
	{ busywait 20 drawn 2 >&2; printf q; busywait 20 drawn_last >&2; } | TERM=xterm script -qec "dashctl -n $appliance top -d 0.3" /dev/null >"$lib_tmp/top" || status=$?
	cat -v "$lib_tmp/top" | tail -n 30
	expect 0 echo $status
	drawn_last
}
statistics() {
	dash -s show eni $ENI_KEY
	dash -s -j show eni $ENI_KEY | jq -e '.[0].statistics | .rx_packets > 0 and .outbound_route_drop > 0'
	dash -j show eni $ENI_KEY | jq -e '.[0] | has("statistics") | not'
	dash -j -s eni show $ENI_KEY | jq -e '.[0].statistics.rx_packets > 0'
}

traffic
check "top: rates of ENIs, top talkers, table, drops" top_json
check "top -b: the same as text, for a dumb terminal" top_text
check "top on a terminal is redrawn, and ends with q" top_live
check "-s: the counters of an ENI with show" statistics
touch "$lib_tmp/stop"
wait $sender

# ---- dumps ------------------------------------------------------------------------------

# Every commit gives the first and the last VNET the same new VNI, with much between them: no
# export may show two different ones.
whole() {
	local i pid
	jq -n '[range(4000) | {"DASH_VNET_MAPPING_TABLE:a:10.8.\(. / 256 | floor).\(. % 256)": {underlay_ip: "1.2.3.4"}}]
		+ [{"DASH_VNET_TABLE:a": {vni: 2000}}, {"DASH_METER_POLICY_TABLE:m2000": {ip_version: "ipv4"}}]' >"$lib_tmp/both"
	dash apply "$lib_tmp/both" 2>"$lib_tmp/said"
	for i in {2001..2200}; do
		[ ! -e "$lib_tmp/enough" ] || break
		echo "[{\"DASH_VNET_TABLE:a\": {\"vni\": $i}}, {\"DASH_METER_POLICY_TABLE:m$i\": {\"ip_version\": \"ipv4\"}},
			{\"DASH_METER_POLICY_TABLE:m$((i - 1))\": {}, \"OP\": \"DEL\"}]" | dash apply - 2>"$lib_tmp/warned"
	done &
	pid=$!
	for i in {1..6}; do
		dash export >"$lib_tmp/seen"
		jq -c '[(.[] | .["DASH_VNET_TABLE:a"]?.vni // empty),
			(.[] | keys[] | select(startswith("DASH_METER_POLICY_TABLE:m")) | sub(".*:m"; "") | tonumber)]' "$lib_tmp/seen" >>"$lib_tmp/pairs"
	done
	touch "$lib_tmp/enough"
	wait $pid
	sort "$lib_tmp/pairs" | uniq -c
	jq -es 'all(length == 2 and .[0] == .[1])' "$lib_tmp/pairs"
}
check "an export shows one state, however often it changes meanwhile" whole
