#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
#
# Can one type in the virtual machine's shell, as `make shell` and `make demo SHELL=1` open
# it?  A machine of its own, behind a pseudo terminal.
. "$(dirname "$0")/lib.sh"

[ -z "${HOST-}" ] || skip_all "HOST=1 has no machine to open a shell in"
plan 1

# typed SETUP... - in a shell of the machine, started by SETUP, words are typed, answered, and the end is told
typed() {
	python3 - "$@" <<-'PY'
	import os, pty, select, signal, sys, time
	pid, fd = pty.fork()
	if not pid:
	    os.execv(sys.argv[1], sys.argv[1:])
	seen, end = b'', time.monotonic() + 400
	def wait(text):
	    global seen
	    while text not in seen:
	        if time.monotonic() > end or not select.select([fd], [], [], 5)[0] and time.monotonic() > end:
	            sys.exit('waited in vain for %r:\n%s' % (text, seen.decode(errors='replace')[-2000:]))
	        try:
	            seen += os.read(fd, 65536) if select.select([fd], [], [], 1)[0] else b''
	        except OSError:
	            sys.exit('ended before %r:\n%s' % (text, seen.decode(errors='replace')[-2000:]))
	    seen = seen.split(text, 1)[1]
	wait(b'# ')
	os.write(fd, b'echo typed-$((6 * 7))\r')
	wait(b'typed-42')
	wait(b'# ')
	os.write(fd, b'echo ready-$((1 + 1)); cat\r')
	wait(b'ready-2')	# the terminal is cat's now
	os.write(fd, b'two-lines\r')
	wait(b'two-lines')
	wait(b'two-lines')
	os.write(fd, b'\3')
	wait(b'# ')
	os.write(fd, b'tty && stty size && exit 3\r')
	wait(b'/dev/')
	try:
	    while os.read(fd, 65536):
	        pass
	except OSError:
	    pass
	_, status = os.waitpid(pid, 0)
	sys.exit(os.waitstatus_to_exitcode(status) != 3)
	PY
}

VM_TTY=1 check "a shell that a script opens there takes what is typed, and its status comes out" typed "$ROOT/selftests/vm.sh" \
	bash -c 'bash -i; exit $?'
