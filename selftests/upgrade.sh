#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Does another program, and another module, take over without anybody's connection
# noticing?  Between real hosts, under traffic that must not lose a packet; also when the
# new module does not load, and when dashctl is killed half-way.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topo.sh"
plan 26

topo_up
appliance_up "$ROOT/selftests/configs/topo.json"
dash set udp 47s tcp_established 301s allowed_protocols "$(seq -s, 1 2 199),6,58"
old="$lib_tmp/the old module.ko" new="$lib_tmp/the new module.ko"
cp "$ROOT/dash.ko" "$old"
cp "$ROOT/dash.ko" "$new"
head -c 100000 "$ROOT/dash.ko" >"$lib_tmp/broken.ko"
upgrade() {
	dash upgrade "$new" --fallback "$old" "$@"
}

# steady COMMAND... - a ping every 10 ms goes on meanwhile, and none is lost
steady() {
	local pid rc=0
	ip netns exec $vm1 ping -n -i 0.01 -W 5 10.1.1.1 >"$lib_tmp/ping" 2>&1 &
	pid=$!
	busywait 10 grep -q 'icmp_seq=3 ' "$lib_tmp/ping"
	set +e
	(
		set -e
		"$@"
	)
	rc=$?
	set -e
	dash stats drops
	kill -INT $pid
	wait $pid || true
	tail -n 3 "$lib_tmp/ping"
	[ $rc -eq 0 ] || return $rc
	# all but one that was on its way at the end, each once, in order
	sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$lib_tmp/ping" | awk '$1 != NR { print "missing " NR; exit 1 }'
	! grep -q "Unreachable" "$lib_tmp/ping"
}

replace_often() {
	local i
	for i in 1 2 3; do
		dash attach port0 --replace
	done
}

# flows - who is there, without times and counters
flows() {
	dash -j flow list | jq -c '[.[] | del(.age_ms, .idle_ms, .timeout_ms, .slot, .packets, .bytes)] | sort'
}

# A TCP connection that is idle while things happen around it, and then answers.
talk_begin() {
	mkfifo "$lib_tmp/say" "$lib_tmp/hear"
	ip netns exec $vm2 socat TCP4-LISTEN:7007,reuseaddr EXEC:cat &
	server=$!
	busywait 10 listens $vm2 7007
	ip netns exec $vm1 socat - TCP4:10.1.1.1:7007 <"$lib_tmp/say" >"$lib_tmp/hear" &
	client=$!
	exec 7>"$lib_tmp/say" 8<"$lib_tmp/hear"
}

talk() {
	local word
	echo "$1" >&7
	read -r -t 20 word <&8
	[ "$word" = "$1" ]
}

talk_end() {
	exec 7>&- 8<&-
	kill $client $server 2>/dev/null || true
	wait $client $server 2>/dev/null || true
}

refuse "--replace is refused where there is nothing to replace" dash attach lo --replace
check "the program is replaced three times under traffic, no packet is lost" steady replace_often

talk_begin
defer talk_end
check "a TCP connection before the upgrade" talk before
send $vm1 10.1.1.1 9 x || true
dash export >"$lib_tmp/export.before"
dash -j show params >"$lib_tmp/params.before"
flows >"$lib_tmp/flows.before"
packets_of_tcp() {
	dash -j flow list | jq '[.[] | select(.proto == "tcp" and .dport == 7007)][0].packets'
}
packets=$(packets_of_tcp)

check "the module is replaced under traffic, no packet is lost" steady upgrade
check "configuration is the same" eval 'dash export | cmp - "$lib_tmp/export.before"'
check "parameters are the same" eval 'dash -j show params | cmp - "$lib_tmp/params.before"'
same_flows() {
	flows >"$lib_tmp/flows.after"
	diff "$lib_tmp/flows.before" "$lib_tmp/flows.after"
}
check "connections are the same, with their states" same_flows
check "their counters go on" test "$(packets_of_tcp)" -ge "$packets"
check "the TCP connection goes on" talk after
check "new connections are made" on $vm1 ping -n -c1 -W5 10.1.0.1
check "and a new TCP connection carries data" transfer $vm1 $vm2 10.1.1.1 7070 100000

rolled_back() {
	local rc=0
	dash upgrade "$lib_tmp/broken.ko" --fallback "$old" || rc=$?
	[ $rc -eq 4 ]
}
check "a module that does not load: back to the old one, no packet is lost" steady rolled_back
check "with its configuration" eval 'dash export | cmp - "$lib_tmp/export.before"'
check "and the TCP connection" talk "rolled back"

# Killed at any time: what is left can be resumed, and forwards known connections until then.
kill_and_resume() {
	local i pid left
	for i in $(seq 6); do
		ip netns exec $appliance "$ROOT/tools/dashctl" upgrade "$new" --fallback "$old" \
			>"$lib_tmp/killed" 2>&1 &
		pid=$!
		read -r -t "$(awk -v i="$i" 'BEGIN { print 0.4 * i }')" left <>"$lib_tmp/never" || true
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
		if compgen -G '/run/dashctl-upgrade-*' >/dev/null; then
			dash upgrade --resume
			echo "$i: resumed" >>"$lib_tmp/resumed"
		fi
		dash export | cmp - "$lib_tmp/export.before"
		dash -j show params | cmp - "$lib_tmp/params.before"
	done
	cat "$lib_tmp/resumed"
}
mkfifo "$lib_tmp/never"
check "killed six times in the middle and resumed, no packet is lost" steady kill_and_resume
check "the TCP connection is still there" talk "killed and resumed"

elsewhere() {
	ip netns add other-$$
	ip netns exec other-$$ "$ROOT/tools/dashctl" apply "$ROOT/selftests/configs/minimal.json"
	local rc=0
	upgrade 2>"$lib_tmp/elsewhere" || rc=$?
	ip netns del other-$$
	echo "status $rc"
	cat "$lib_tmp/elsewhere"
	[ $rc -eq 1 ] && grep -q "1 other network namespace" "$lib_tmp/elsewhere"
}
check "refused while another namespace would lose its configuration" elsewhere

# status WANTED TEXT COMMAND... - exit status, and what it says on stderr
status() {
	local rc=0
	"${@:3}" 2>"$lib_tmp/stderr" || rc=$?
	cat "$lib_tmp/stderr"
	[ $rc -eq "$1" ] && grep -q "$2" "$lib_tmp/stderr"
}
check "with nothing to resume it says so" status 1 "nothing to resume" dash upgrade --resume

# Interrupted when all was loaded, with another program on the second port, which cannot be released.
halfway() {
	local dir
	dir=/run/dashctl-upgrade-$(on $appliance stat -Lc %i /proc/self/ns/net)
	mkdir -m 700 "$dir"
	dash export >"$dir/config.json"
	dash flow save "$dir/flows"
	printf '%s\n' "module $new" "fallback $old" "flows 65536" "port port0" "port port1" "port port9" >"$dir/plan"
	ip -n $appliance link set port1 xdp off
	ip -n $appliance link set port1 xdp obj "$ROOT/build/flood.bpf.o" sec xdp.frags
}
resume_in_vain() {
	status 3 "port1.*another XDP program" dash upgrade --resume
	grep -q "back to the one before" "$lib_tmp/stderr"
	grep -q 'port "port9" is left out' "$lib_tmp/stderr"
	# the new one had a port already, and gave way all the same
	! grep -q "cannot remove" "$lib_tmp/stderr"
}
resume_after_all() {
	ip -n $appliance link set port1 xdp off
	dash upgrade --resume
	dash export | cmp - "$lib_tmp/export.before"
	dash -j show status | jq -e '[.ports[].mode] == ["native", "native"]'
}
ip -n $appliance link add port1 type veth peer name port1peer
ip -n $appliance link set port1 up
dash attach port1
defer dash detach port1
halfway
check "a second port that cannot be released: the module before comes back, no packet is lost" steady resume_in_vain
check "the TCP connection goes on" talk "half released"
check "with the cause mended, --resume brings both ports" steady resume_after_all
check "and the TCP connection" talk "released"

check "what flow save has not written is not restored" \
	eval 'head -c 4000 /dev/urandom >"$lib_tmp/garbage" && status 2 "not written by" dash flow restore "$lib_tmp/garbage"'
dash flow save "$lib_tmp/saved"
head -c -10 "$lib_tmp/saved" >"$lib_tmp/cut"
check "nor is a file that is cut" status 2 "cut off or damaged" dash flow restore "$lib_tmp/cut"
check "a whole one is" dash flow restore "$lib_tmp/saved"
# one connection larger than the messages that many are sent in: length, type, nothing
large() {
	head -c 13 "$lib_tmp/saved"
	printf '\x44\x9c'
	tail -c +16 "$lib_tmp/saved" | head -c 2
	head -c 40000 /dev/zero
}
large >"$lib_tmp/large"
check "an absurdly large connection is refused" \
	status 1 "flow restore: " timeout 30 ip netns exec $appliance "$ROOT/tools/dashctl" flow restore "$lib_tmp/large"
