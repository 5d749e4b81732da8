#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""rounds.py DIRECTORY PACKETS SEED - what oracle.sh plays

A round is a configuration, packets, a change of the configuration, packets, ... in
files that sort in their order: NAME.set holds parameters, NAME.json a transaction,
NAME.packets one packet a line with what the model says becomes of it:

    FRAME pass | FRAME drop REASON | FRAME send CONNECTION KIND FRAME

The rounds 9000 and up are always the same: oracle/cases.py.

REASON may be several, with commas.  KIND is "tunnel" (outer identification, checksum and
UDP source port are compared by rule) or "plain".  "@N:REASON" behind it all: a drop for
REASON is right, too, if packet N of this round is older than an end of a connection may be.
"""
import json
import os
import random
import sys

import frames
from generate import MTU, Traffic, World, special_routes
from cases import CASES
from model import Appliance, Underlay

PER_ROUND, PER_PHASE = 1000, 250


def line(frame, result):
    text = frame.hex() + " " + result.verdict
    if result.verdict == "drop":
        text += " " + result.reason
    elif result.verdict == "send":
        text += " %d %s %s" % (result.flow * 2 + (result.direction == "in"), "tunnel" if result.tunnel else "plain", result.out.hex())
    if result.old:
        text += " @%d:%s" % result.old
    return text


def played(case):
    """Steps of a case as those of a round."""
    model = Appliance(Underlay(mtu=MTU, special=special_routes()))
    for kind, content in case():
        if kind == "json":
            model.apply(json.loads(json.dumps(content)))
        elif kind == "packets":
            content = [(frame, model.packet(frame)) for frame in content]
        else:
            model.params.update(content)
        yield kind, content


class Round:
    """One configuration and what is done with it; steps() yields (kind, content)."""

    def __init__(self, seed):
        self.world = World(random.Random(seed))
        self.traffic = Traffic(self.world)
        self.model = Appliance(Underlay(mtu=MTU, special=special_routes()))

    def draw(self):
        """The next frame; no TCP for an ENI with a small limit, whose half-open connections give way in time."""
        while True:
            frame = self.traffic.frame()
            try:
                rx = frames.outer(frame, self.traffic.port, lambda ip: True)
                p = frames.inner(rx.inner)
            except (frames.Drop, frames.ToStack):
                return frame
            if p.proto != frames.TCP or not {p.smac, p.dmac} & {bytes.fromhex(mac) for mac in self.world.limited}:
                return frame

    def steps(self, packets):
        elements = self.world.configuration()
        self.model.params.update(self.world.params)
        yield "set", self.world.params
        while True:
            self.model.apply(json.loads(json.dumps(elements)))
            self.traffic.port = self.model.vxlan_port()
            yield "json", elements
            batch = []
            for _ in range(min(packets, PER_PHASE)):
                frame = self.draw()
                batch.append((frame, self.model.packet(frame)))
                self.traffic.heard(batch[-1][1])
            yield "packets", batch
            packets -= len(batch)
            if packets <= 0:
                return
            elements = self.world.change(self.model.tables)


def write(directory, name, kind, content):
    with open(os.path.join(directory, name + "." + kind), "w") as out:
        if kind == "json":
            json.dump(content, out, indent=1)
        elif kind == "set":
            out.writelines("%s %s\n" % pair for pair in content.items())
        else:
            out.writelines(line(*pair) + "\n" for pair in content)


def main():
    directory, packets, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    os.makedirs(directory, exist_ok=True)
    for old in os.listdir(directory):
        os.unlink(os.path.join(directory, old))
    seen, number = {}, 0
    while packets > 0:
        n = min(packets, PER_ROUND)
        for step, (kind, content) in enumerate(Round("%s/%d" % (seed, number)).steps(n)):
            write(directory, "%04d-%02d" % (number, step), kind, content)
            if kind == "packets":
                for _, result in content:
                    what = result.reason or result.verdict
                    seen[what] = seen.get(what, 0) + 1
        packets -= n
        number += 1
    for number_of_case, case in enumerate(CASES):
        for step, (kind, content) in enumerate(played(case)):
            write(directory, "%04d-%02d" % (9000 + number_of_case, step), kind, content)
    text = "seed %s: %d rounds; %s" % (seed, number, ", ".join("%s %d" % pair for pair in sorted(seen.items())))
    with open(os.path.join(directory, "seed"), "w") as out:
        print(text, file=out)
    print("# " + text)


if __name__ == "__main__":
    main()
