#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""All benchmarks of one run as one report: text, JSON and a chart.

usage: bench_report.py DIRECTORY CHART

Reads bench-*.json in DIRECTORY, as the benchmarks of `make bench` leave them, prints
the report and writes DIRECTORY/report.json and the SVG file CHART.  What was not
measured is said to be so; the chart needs at least the exact figures.
"""
import json
import math
import os
import sys

PARTS = {
    "exact": "an established packet, instructions above XDP_DROP",
    "flows": "the same by the number of flows, instructions",
    "miss": "the first packet of a connection, instructions above XDP_DROP",
    "peers": "other forwarders, instructions above XDP_DROP",
    "growth": "the first packet as the configuration grows, instructions",
    "native": "an established packet on this CPU, ns above XDP_DROP",
    "live": "veth to veth on this CPU, one CPU sends, forwards and receives",
}


def read(directory):
    parts = {}
    for name in PARTS:
        path = os.path.join(directory, "bench-%s.json" % name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                parts[name] = json.load(f)
    return parts


def machine(parts):
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        cpu = next((l.split(":", 1)[1].strip() for l in f if l.startswith("model name")), "?")
    kernels = sorted({p["kernel"] for p in parts.values() if "kernel" in p})
    return {"cpu": cpu, "cpus": os.cpu_count(), "kernels": kernels,
            "commit": os.environ.get("DASH_COMMIT", "?")}


def number(v):
    return "{:,.0f}".format(v) if abs(v) >= 1000 or v == int(v) else "%.3g" % v


def text(parts, where):
    print("commit %s, %d x %s, kernels %s" % (where["commit"], where["cpus"], where["cpu"],
                                              " and ".join(where["kernels"])))
    for name, title in PARTS.items():
        print("\n%s" % title)
        if name not in parts:
            print("  not measured")
            continue
        rows = parts[name]["rows"]
        fields = [f for f in rows[0] if f != "row"]
        width = max(len(str(r["row"])) for r in rows)
        columns = {f: max(len(f), *(len(number(r.get(f, 0))) for r in rows)) for f in fields}
        print("  %-*s" % (width, "") + "".join("  %*s" % (columns[f], f) for f in fields))
        for r in rows:
            print("  %-*s" % (width, r["row"]) + "".join("  %*s" % (columns[f], number(r.get(f, 0))) for f in fields))
    ratios(parts)


def sent(parts, name):
    """Instructions of an established packet that is sent, of a row of the exact figures."""
    return next((r["sent"] for r in parts.get("exact", {}).get("rows", []) if r["row"] == name), None)


def ratios(parts):
    ours = sent(parts, "IPv4 in IPv4, UDP")
    if not ours or "peers" not in parts:
        return
    print("\ntimes what an established packet costs us (%.0f)" % ours)
    for r in parts["peers"]["rows"]:
        print("  %-60s %6.1f" % (r["row"], r["instructions"] / ours))


# ---- the chart ---------------------------------------------------------------------

STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px }
.small { font-size: 10px; fill: #57606a }
.ours { fill: #1f6feb; stroke: #1f6feb } .theirs { fill: #8c959f; stroke: #8c959f }
.axis { stroke: #d0d7de; fill: none } .line { fill: none; stroke: #1f6feb; stroke-width: 2 }
.hit { fill: none; stroke: #2da44e; stroke-width: 2 } .hitdot { fill: #2da44e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .axis { stroke: #3d444d }
}
</style>"""


def escape(s):
    return str(s).replace("&", "&amp;").replace("<", "&lt;")


class Svg:
    def __init__(self, width, height):
        self.size = width, height
        self.out = []

    def text(self, x, y, s, kind="", anchor="start"):
        self.out.append('<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (x, y, kind, anchor, escape(s)))

    def rect(self, x, y, w, h, kind):
        self.out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="%s"/>' % (x, y, w, h, kind))

    def path(self, points, kind):
        self.out.append('<polyline points="%s" class="%s"/>' % (" ".join("%.1f,%.1f" % p for p in points), kind))

    def dot(self, x, y, kind):
        self.out.append('<circle cx="%.1f" cy="%.1f" r="3" class="%s"/>' % (x, y, kind))

    def write(self, path):
        with open(path, "w", encoding="utf-8") as f:
            f.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">\n' % (*self.size, *self.size))
            f.write(STYLE + "\n" + "\n".join(self.out) + "\n</svg>\n")


def bars(svg, y, title, rows):
    """Horizontal bars, logarithmic from 100; @rows are (name, value, ours)."""
    left, right = 330, svg.size[0] - 80
    top = math.log10(max(v for _, v, _ in rows))

    svg.text(10, y, title, "title")
    for name, value, ours in rows:
        y += 20
        width = max(1.0, (math.log10(value) - 2) / (top - 2) * (right - left))
        svg.text(left - 8, y + 11, name, "", "end")
        svg.rect(left, y, width, 14, "ours" if ours else "theirs")
        svg.text(left + width + 6, y + 11, "{:,.0f}".format(value))
    return y + 45


def plot(svg, x, y, title, lines):
    """A small plot, x logarithmic, y from 0; @lines are (kind, [(x, y)...])."""
    w, h = 190, 90
    xs = [p[0] for _, points in lines for p in points]
    top = max(p[1] for _, points in lines for p in points) * 1.1
    lo, hi = math.log10(min(xs)), math.log10(max(xs))

    def at(p):
        return x + (math.log10(p[0]) - lo) / (hi - lo or 1) * w, y + h - p[1] / top * h

    svg.text(x, y - 18, title, "title")
    svg.path([(x, y), (x, y + h), (x + w, y + h)], "axis")
    for kind, points in lines:
        svg.path([at(p) for p in points], kind)
        for p in points:
            svg.dot(*at(p), "ours" if kind == "line" else "hitdot")
        svg.text(at(points[-1])[0], at(points[-1])[1] - 7, "{:,.0f}".format(points[-1][1]), "small", "end")
        svg.text(at(points[0])[0] + 2, at(points[0])[1] - 7, "{:,.0f}".format(points[0][1]), "small")
    for v in (min(xs), max(xs)):
        svg.text(at((v, 0))[0], y + h + 14, "{:,.0f}".format(v), "small", "middle")


def growth(parts):
    """{what: {"first": points, "hit": points}} of the growth figures and the flows."""
    curves = {}
    rows = parts.get("growth", {}).get("rows", [])
    base = next((r for r in rows if r["row"] == "all"), None)
    for what in ("rules", "prefixes", "routes", "mappings", "ENIs"):
        field = what.lower()
        points = sorted(([base] if base else []) + [r for r in rows if r["row"] == what], key=lambda r: r[field])
        if len(points) > 1:
            curves[what] = {k: [(r[field], r[k]) for r in points] for k in ("first", "hit")}
    points = [(r["flows"], r["program"]) for r in parts.get("flows", {}).get("rows", []) if r["row"] != "floor"]
    if len(points) > 1:
        curves["flows"] = {"hit": sorted(points)}
    return curves


def chart(parts, where, path):
    peers = parts.get("peers", {}).get("rows", [])
    established, first = [], []
    for name, label in (("floor", "floor program (no policy, no state)"), ("IPv4 in IPv4, UDP", "dash-linux")):
        if sent(parts, name):
            established.append((label, sent(parts, name), name != "floor"))
    for r in peers:
        if "first packet" in r["row"]:
            first.append((r["row"].replace("first packet of a connection", "no ACL"), r["instructions"], False))
        elif "nobody" not in r["row"]:
            established.append((r["row"], r["instructions"], False))
    for r in reversed(parts.get("miss", {}).get("rows", [])):
        if r["row"].startswith("miss_"):
            first.insert(0, ("dash-linux, %s ACL stages" % r["row"][5:], r["instructions"], True))
    curves = growth(parts)

    height = 60 + 20 * (len(established) + len(first)) + 90 + 150 * ((len(curves) + 2) // 3)
    svg = Svg(760, height)
    y = 25
    if established:
        y = bars(svg, y, "Instructions for an established packet, VXLAN to VXLAN (above XDP_DROP; logarithmic)", established)
    if first:
        y = bars(svg, y, "Instructions for the first packet of a connection (dash-linux: program and module, without the sending)", first)
    if curves:
        svg.text(10, y, "How instructions grow: first packet (blue), established packet (green)", "title")
        y += 40
    for i, (what, lines) in enumerate(curves.items()):
        plot(svg, 40 + i % 3 * 245, y + i // 3 * 150, what,
             [("line" if k == "first" else "hit", points) for k, points in lines.items()])
    svg.text(10, height - 8, "commit %s, kernels %s" % (where["commit"], ", ".join(where["kernels"])), "small")
    svg.write(path)


def main():
    directory, path = sys.argv[1:]
    parts = read(directory)
    if not parts:
        sys.exit("bench_report.py: no bench-*.json in %s; run `make bench`" % directory)
    where = machine(parts)
    text(parts, where)
    with open(os.path.join(directory, "report.json"), "w", encoding="utf-8") as f:
        json.dump({"machine": where, **parts}, f, indent=1)
        f.write("\n")
    if "exact" in parts:
        chart(parts, where, path)


if __name__ == "__main__":
    main()
