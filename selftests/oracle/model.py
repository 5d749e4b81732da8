# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""What must the appliance do with this packet?  The oracle's answer.

An independent and deliberately simple model of pipeline.md, written from the
specification: lists that are searched from one end to the other, one Python object per
connection, no cache, no time.  Appliance.apply() takes the same elements as
`dashctl apply`, Appliance.packet() a frame, and returns a Result with verdict, drop reason
and every octet sent.  Two things are left open, as the specification does: the outer
identification and the outer UDP source port (result.flow says which packets share it).

Time does not pass here: a pair ends by policy, by deletion, or by a SYN that reuses
its ports.  What can end by itself while a test runs is marked (Result.old).
"""
import ipaddress
import re
from dataclasses import dataclass, field

import frames
from frames import Drop, ToStack, FIN, SYN, RST, ACK, TCP

TTL = 64
# RES-9: actions that an existing pair keeps
KEEP, KEEP_TUNNEL, KEEP_DMAC, KEEP_ALL = "routing_actions_disabled_in_flow_resimulation", 1, 8, 9


@dataclass
class Underlay:
    """One port and one gateway; routes that are not the default, longest first."""
    mac: bytes = bytes.fromhex("020000000001")
    gateway: bytes = bytes.fromhex("0200000000fe")
    mtu: int = 9100
    special: dict = field(default_factory=dict)     # network -> "no_route" or "drop"

    def check(self, address, ip_len):
        hits = [net for net in self.special if net.version == address.version and address in net]
        if hits:
            kind = self.special[max(hits, key=lambda net: net.prefixlen)]
            raise Drop("underlay_no_route" if kind == "no_route" else "underlay_route_drop")
        if ip_len > self.mtu:
            raise Drop("mtu_exceeded")


@dataclass(eq=False)
class Pair:
    """A connection.  @initiator: direction of its first packet; @action: towards the
    network; @peer: tunnel source and VNI of the first packet of an inbound one."""
    eni: str
    initiator: str
    action: dict
    peer: tuple
    number: int
    state: str = ""
    last_fin: str = ""
    ack_r: bool = False
    gone: bool = False
    marked: bool = False        # to be evaluated again
    mapping: object = None
    ended: int = 0              # number of the packet after which it may time out


@dataclass
class Result:
    verdict: str                # "pass", "drop" or "send"
    reason: str = ""
    out: bytes = b""
    tunnel: bool = False        # outer identification and source port of @out are free
    flow: int = 0               # number of the connection; 0: it is an ICMP error, which speaks of one
    direction: str = ""
    eni: str = ""
    rx_len: int = 0             # 0: the outer header does not say
    old: tuple = ()             # (packet, reason): may be dropped for it if that packet is long ago


def as_list(value):
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value if isinstance(value, list) else [value]


def as_bool(value, default):
    if value is None:
        return default
    return str(value).lower() in ("true", "1")


def as_int(value, default=0):
    return default if value is None else int(str(value), 0)


def as_range(value):
    parts = str(value).split("-")
    return int(parts[0]), int(parts[-1])


def inside(address, prefixes):
    for text in prefixes:
        net = ipaddress.ip_network(text, strict=False)
        if net.version == address.version and address in net:
            return True
    return False


def canonical(body):
    return {name: [str(part).lower() for part in as_list(value)] for name, value in body.items()}


def mac_of(text):
    return bytes.fromhex(re.sub("[:-]", "", text))


def natural(name):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def is_opening(p):
    return p.proto == TCP and p.flags & (SYN | ACK | RST | FIN) == SYN


class Appliance:
    def __init__(self, underlay=None):
        self.underlay = underlay or Underlay()
        self.tables = {}
        self.pairs = {}         # (eni, direction, addresses, protocol, ports) -> Pair
        self.fragments = {}
        self.params = {"trusted_vni_mode": "auto", "allowed_protocols": "all",
                       "resimulate_on_acl_change": "0", "tcp_close_mode": "graceful"}
        self.packets = 0
        self.flows_made = 0
        self.result = None
        self.kept = 0

    # ---- configuration -------------------------------------------------------

    def table(self, name):
        return self.tables.setdefault(name, {})

    def apply(self, elements):
        """One transaction; the elements are right (what dashctl refuses is not modelled)."""
        changed = []
        for element in elements:
            delete = element.get("OP", "SET") == "DEL"
            for key, body in element.items():
                if key != "OP" and self.set(key, None if delete else dict(body)):
                    changed.append(key)
        for pair in set(self.pairs.values()):
            eni = self.table("ENI").get((pair.eni,))
            if not eni:
                self.remove(pair)
        if self.params["resimulate_on_acl_change"] == "1":
            for key in changed:
                self.acl_changed(key)

    def set(self, key, body):
        """False if that was so already (config.md TX-4)."""
        name, *parts = key.split("|") if "|" in key else key.split(":")
        name = name.removeprefix("DASH_").removesuffix("_TABLE")
        parts, table = tuple(parts), self.table(name)
        if name == "ROUTE_RULE":
            parts = self.rule_key(parts)
        if body is None:
            self.children(name, parts)
            return table.pop(parts, None) is not None
        same = parts in table and canonical(table[parts]) == canonical(body)
        if name == "ENI" and parts in table:
            if "vnet" in body and body["vnet"] != table[parts]["vnet"]:
                self.forget(parts[0])
            body = {**table[parts], **body}
        if name == "ENI" and as_bool(body.pop("full_flow_resimulation_requested", None), False):
            self.mark(lambda pair: pair.eni == parts[0])
        if name == "ACL_GROUP":     # a group that is set with all its rules replaces the old ones
            self.children(name, parts)
        if name == "VNET_MAPPING" and as_bool(body.pop("flow_resimulation_requested", None), False):
            old = table.get(parts)
            self.mark(lambda pair: old is not None and pair.mapping is old)
        if name == "VNET_MAPPING" and parts in table:
            table[parts].clear()    # the same object: pairs stay bound to it
            table[parts].update(body)
            return not same
        table[parts] = body
        return not same or name == "ACL_GROUP"

    @staticmethod
    def rule_key(parts):
        """As written, in canonical form: a priority of the key is part of it, one of the body is not."""
        eni, vni, *rest = parts
        source, priority = (rest + ["", ""])[:2]
        return eni, as_int(vni), source, priority and as_int(priority)

    def children(self, name, parts):
        """What goes with a parent."""
        owned = {"VNET": ["VNET_MAPPING"], "ACL_GROUP": ["ACL_RULE"], "ROUTE_GROUP": ["ROUTE"],
                 "ENI": ["ACL_IN", "ACL_OUT", "ENI_ROUTE", "ROUTE_RULE"]}
        for child in owned.get(name, []):
            for key in [k for k in self.table(child) if k[0] == parts[0]]:
                del self.table(child)[key]
        if name == "ENI":
            self.forget(parts[0])

    def forget(self, eni):
        for pair in {p for p in self.pairs.values() if p.eni == eni}:
            self.remove(pair)

    def mark(self, which):
        for pair in self.pairs.values():
            if which(pair):
                pair.marked = True

    def acl_changed(self, key):
        """RES-14: the option asks for full resimulation of the ENI."""
        name, *parts = key.split("|") if "|" in key else key.split(":")
        if name in ("DASH_ACL_IN_TABLE", "DASH_ACL_OUT_TABLE"):
            self.mark(lambda pair: pair.eni == parts[0])
        elif name in ("DASH_PREFIX_TAG_TABLE", "DASH_ACL_GROUP_TABLE"):
            enis = {k[0] for k in [*self.table("ACL_IN"), *self.table("ACL_OUT")] if self.uses(k[0], name, parts[0])}
            self.mark(lambda pair: pair.eni in enis)

    def uses(self, eni, name, what):
        for table in ("ACL_IN", "ACL_OUT"):
            for key, body in self.table(table).items():
                for group in (body.get("v4_acl_group_id"), body.get("v6_acl_group_id")):
                    if key[0] != eni or not group:
                        continue
                    if name == "DASH_ACL_GROUP_TABLE" and group == what:
                        return True
                    if name == "DASH_PREFIX_TAG_TABLE":
                        for rule, r in self.table("ACL_RULE").items():
                            if rule[0] == group and what in as_list(r.get("src_tag")) + as_list(r.get("dst_tag")):
                                return True
        return False

    # ---- connections -----------------------------------------------------------

    @staticmethod
    def key(eni, direction, p):
        return eni, direction, p.src, p.dst, p.proto, p.sport, p.dport

    @staticmethod
    def reverse(key):
        eni, direction, src, dst, proto, sport, dport = key
        return eni, "in" if direction == "out" else "out", dst, src, proto, dport, sport

    def remove(self, pair):
        pair.gone = True
        for key in [k for k, p in self.pairs.items() if p is pair]:
            del self.pairs[key]
        for key in [k for k, p in self.fragments.items() if p is pair]:
            del self.fragments[key]

    # ---- one packet --------------------------------------------------------------

    def packet(self, frame):
        self.packets += 1
        self.result = result = Result("drop")
        try:
            result.out = self.pipeline(frame)
            result.verdict = "send"
        except ToStack:
            result.verdict = "pass"
        except Drop as drop:
            result.reason = drop.args[0]
        return result

    def vips(self):
        """address -> appliance"""
        return {ipaddress.ip_address(ip): a for a in self.table("APPLIANCE").values() for ip in as_list(a["sip"])}

    def outbound_vnis(self):
        enis = self.table("ENI").values()
        return {as_int(o["vm_vni"]) for o in [*self.table("APPLIANCE").values(), *enis] if o.get("vm_vni")}

    def vxlan_port(self):
        return as_int(self.table("SWITCH").get(("switch",), {}).get("vxlan_port"), 4789)

    def pipeline(self, frame):
        result, vips = self.result, self.vips()
        rx = frames.outer(frame, self.vxlan_port(), lambda ip: ip in vips)
        result.rx_len = rx.wire_len
        if rx.dip not in vips:
            raise Drop("vip_miss")
        result.direction = direction = "out" if rx.vni in self.outbound_vnis() else "in"
        p = frames.inner(rx.inner)
        mac = p.smac if direction == "out" else p.dmac
        name = next((k[0] for k, e in self.table("ENI").items() if mac_of(e["mac_address"]) == mac), None)
        if name is None:
            raise Drop("eni_miss")
        result.eni = name
        eni = self.table("ENI")[(name,)]
        if eni.get("admin_state", "disabled").lower() != "enabled":
            raise Drop("eni_admin_down")
        pair = self.spoken_of(name, direction, rx, p)
        if pair:
            self.underlay_check(eni, direction, pair, rx, p)
        else:
            pair = self.find(name, eni, direction, rx, p)
            result.flow = pair.number
        out = self.transmit(eni, direction, pair, rx, p)
        if p.fragment == "head" and not pair.gone:
            self.fragments[self.fragment_key(name, direction, p)] = pair
        elif p.fragment == "later" and p.last:
            self.fragments.pop(self.fragment_key(name, direction, p), None)
        return out

    @staticmethod
    def fragment_key(eni, direction, p):
        # A later IPv6 fragment may name an extension header where its head has the protocol.
        return eni, direction, p.src, p.dst, p.v6 or p.proto, p.ident

    # ---- flow lookup and lifecycle (8, 18, 19, 21) ----------------------------------

    def spoken_of(self, name, direction, rx, p):
        """18.5: the pair that an ICMP error belongs to, if that goes by its actions as they are."""
        quoted = frames.quoted(p)
        if not quoted or quoted[0] != p.dst:
            return None
        pair = self.pairs.get((name, "in" if direction == "out" else "out", *quoted))
        if pair and direction == pair.initiator == "in" and pair.peer != (rx.sip, rx.vni):
            return None
        return None if not pair or pair.marked else pair

    def find(self, name, eni, direction, rx, p):
        """The pair of this packet, perhaps made for it, with all its effects on pairs."""
        key = self.key(name, direction, p)
        if p.fragment == "later":
            pair = self.fragments.get(self.fragment_key(name, direction, p))
            if not pair:
                raise Drop("fragment_no_parent")
        else:
            pair = self.pairs.get(key)
        forward = pair and direction == pair.initiator
        if forward and direction == "in" and not pair.marked and pair.peer != (rx.sip, rx.vni):
            self.inbound(name, eni, rx, p)      # the source re-check; who fails it touches nothing
        if pair and self.reopens(pair, p):
            self.underlay_check(eni, direction, pair, rx, p)
            self.remove(pair)       # whatever policy says to the SYN
            pair = None
        if not pair:
            if p.proto == TCP and not is_opening(p):
                raise Drop("flow_miss_non_syn")
            new = self.decide(name, eni, direction, rx, p)
            self.underlay_check(eni, direction, new, rx, p)
            self.limits(name, eni)
            return self.create(key, new, p)
        if pair.ended:
            self.result.old = (pair.ended, "fragment_no_parent" if p.fragment == "later" else "flow_miss_non_syn")
        if forward and pair.marked:
            self.judge(pair, name, eni, direction, rx, p)
        self.underlay_check(eni, direction, pair, rx, p)
        if p.proto == TCP and p.fragment != "later":
            self.track(pair, forward, p.flags)
        return pair

    def judge(self, pair, name, eni, direction, rx, p):
        """21.2: policy again.  RES-6: who is denied, or has no route or mapping, is removed.  RES-12: a pair that
        is permitted, but to where no tunnel can be built or none would leave, stays as it is."""
        try:
            new = self.decide(name, eni, direction, rx, p, pair)
            if direction == "out" and not self.kept & KEEP_TUNNEL:
                self.underlay.check(new.action["dip"], 0)
        except Drop as drop:
            if direction == "in" or drop.args[0] not in ("underlay_sip_missing", "underlay_no_route", "underlay_route_drop"):
                self.remove(pair)
                raise
        else:
            if self.kept & KEEP_ALL != KEEP_ALL:
                pair.action, pair.peer, pair.mapping = new.action, new.peer, new.mapping
        pair.marked = False

    @staticmethod
    def reopens(pair, p):
        return (is_opening(p) and p.fragment != "later" and pair.state in ("closing", "time_wait", "reset"))

    def create(self, key, pair, p):
        if p.proto == TCP:
            pair.state = "syn_sent"
        self.flows_made += 1
        pair.number = self.flows_made
        self.pairs[key] = self.pairs[self.reverse(key)] = pair
        return pair

    def decide(self, name, eni, direction, rx, p, old=None):
        """Everything that policy says to a flow miss, and to a pair that is evaluated again (@old)."""
        self.kept = 0
        self.trusted_vni(name, eni, rx)
        self.acl(name, direction, p)
        pair = Pair(name, direction, {}, None, 0)
        if direction == "out":
            pair.action, pair.mapping = self.outbound(name, eni, rx, p, old)
        else:
            self.inbound(name, eni, rx, p)
            self.source(rx, ipaddress.ip_address(eni["underlay_ip"]))
            pair.action = {"sip": rx.dip, "dip": rx.sip, "vni": rx.vni, "dmac": p.smac}
            pair.peer = (rx.sip, rx.vni)
        if not self.allowed(p.proto):
            raise Drop("unsupported_protocol")
        return pair

    def allowed(self, proto):
        text = self.params["allowed_protocols"]
        return text == "all" or any(lo <= proto <= hi for lo, hi in map(as_range, text.split(",")))

    def limits(self, name, eni):
        qos = self.table("QOS").get((eni.get("qos"),), {})
        flows = as_int(qos.get("flows"))
        if flows and len({id(p) for p in self.pairs.values() if p.eni == name}) >= flows:
            raise Drop("flow_limit_eni")

    def track(self, pair, forward, flags):
        """18.4"""
        side = "f" if forward else "r"
        if flags & (RST | FIN) and self.params["tcp_close_mode"] == "immediate":
            self.remove(pair)
        elif flags & RST:
            if pair.state != "reset":
                pair.state, pair.ended = "reset", self.packets
        elif pair.state in ("reset", "time_wait"):
            pass
        elif flags & FIN:
            if pair.state == "closing" or pair.state in ("fin_f", "fin_r") and pair.last_fin != side:
                pair.state = "closing"
            else:
                pair.state = "fin_" + side
            pair.last_fin = side
        elif pair.state == "closing" and flags & ACK and not flags & SYN and side != pair.last_fin:
            pair.state, pair.ended = "time_wait", self.packets
        elif pair.state in ("syn_sent", "syn_recv") and side == "r":
            pair.ack_r |= bool(flags & ACK)
            if flags & SYN:
                pair.state = "syn_recv"
        elif pair.state in ("syn_sent", "syn_recv") and flags & ACK and not flags & SYN:
            if pair.state == "syn_recv" or pair.ack_r:
                pair.state = "established"

    # ---- trusted VNI (9) ---------------------------------------------------------------

    def trusted_vni(self, name, eni, rx):
        lists = [as_list(a.get("trusted_vnis_list")) for a in self.table("APPLIANCE").values()]
        ranges = [as_range(r) for one in lists for r in one] + [as_range(r) for r in as_list(eni.get("trusted_vnis_list"))]
        listed = any(lo <= rx.vni <= hi for lo, hi in ranges)
        if self.params["trusted_vni_mode"] == "strict":
            good = listed
        else:
            rules = {k[1] for k in self.table("ROUTE_RULE") if k[0] == name}
            good = not ranges or listed or rx.vni in self.outbound_vnis() or rx.vni in rules
        if not good:
            raise Drop("trusted_vni_miss")

    # ---- ACL (10) ------------------------------------------------------------------------

    def acl(self, name, direction, p):
        tentative = None
        table = self.table("ACL_OUT" if direction == "out" else "ACL_IN")
        for stage in "12345":
            group = table.get((name, stage), {}).get("v6_acl_group_id" if p.v6 else "v4_acl_group_id")
            if not group:
                continue
            rule = self.first_rule(group, p)
            if rule is None:
                raise Drop("acl_no_match")
            tentative = rule["action"].lower()
            if as_bool(rule["terminating"], None):
                break
        if tentative == "deny":
            raise Drop("acl_deny")

    def first_rule(self, group, p):
        best = None
        for key, rule in self.table("ACL_RULE").items():
            order = (as_int(rule["priority"]), natural(key[1]))
            if key[0] == group and self.matches(rule, p) and (best is None or order < best[0]):
                best = (order, rule)
        return best and best[1]

    def matches(self, rule, p):
        protocols = [as_int(x) for x in as_list(rule.get("protocol"))]
        if protocols and p.proto not in protocols:
            return False
        for side, address, port in (("src", p.src, p.sport), ("dst", p.dst, p.dport)):
            tags = as_list(rule.get(side + "_tag"))
            prefixes = as_list(rule.get(side + "_addr"))
            for tag in tags:
                prefixes = prefixes + as_list(self.table("PREFIX_TAG")[(tag,)].get("prefix_list"))
            if (tags or prefixes) and not inside(address, prefixes):
                return False
            ranges = [as_range(r) for r in as_list(rule.get(side + "_port"))]
            if ranges and not any(lo <= port <= hi for lo, hi in ranges):
                return False
        return True

    # ---- outbound (11, 12) -----------------------------------------------------------------

    def outbound(self, name, eni, rx, p, old):
        group = self.table("ENI_ROUTE").get((name,), {}).get("group_id")
        if group is None or (group,) not in self.table("ROUTE_GROUP"):
            raise Drop("outbound_routing_group_miss")
        if as_bool(self.table("ROUTE_GROUP")[(group,)].get("disabled"), False):
            raise Drop("outbound_routing_group_disabled")
        best = None
        for key, route in self.table("ROUTE").items():
            net = ipaddress.ip_network(key[1], strict=False) if key[0] == group else None
            if net and net.version == p.dst.version and p.dst in net:
                if best is None or net.prefixlen > best[0]:
                    best = (net.prefixlen, route)
        if best is None:
            raise Drop("outbound_routing_entry_miss")
        route = best[1]
        kind = route.get("routing_type", route.get("action_type"))
        if kind == "drop":
            raise Drop("outbound_route_drop")
        self.kept = as_int(route.get(KEEP)) if old else 0
        if kind == "direct":
            action = dict(old.action) if self.kept & KEEP_TUNNEL else {"direct": True, "dip": p.dst}
            return {**action, "dmac": old.action.get("dmac") if self.kept & KEEP_DMAC else None}, None
        ca = p.dst
        if kind == "vnet_direct" and route.get("overlay_ip"):
            ca = ipaddress.ip_address(route["overlay_ip"])
        for key, mapping in self.table("VNET_MAPPING").items():
            if key[0] == route["vnet"] and ipaddress.ip_address(key[1]) == ca:
                break
        else:
            raise Drop("outbound_ca_pa_entry_miss")
        vnet = route["vnet"] if as_bool(mapping.get("use_dst_vni"), False) else eni["vnet"]
        pa = ipaddress.ip_address(mapping["underlay_ip"])
        mac = mapping.get("mac_address")
        mac = mac_of(mac) if mac else None
        self.kept |= as_int(mapping.get(KEEP)) if old else 0
        if self.kept & KEEP_DMAC:       # RES-9
            mac = old.action.get("dmac")
        if self.kept & KEEP_TUNNEL:
            return {**old.action, "dmac": mac}, mapping
        return {"sip": self.source(rx, pa), "dip": pa, "vni": as_int(self.table("VNET")[(vnet,)]["vni"]),
                "dmac": mac}, mapping

    def source(self, rx, towards):
        """The VIP that was hit, or its appliance's VIP of the other family."""
        if rx.dip.version == towards.version:
            return rx.dip
        for ip in as_list(self.vips()[rx.dip]["sip"]):
            if ipaddress.ip_address(ip).version == towards.version:
                return ipaddress.ip_address(ip)
        raise Drop("underlay_sip_missing")

    # ---- inbound (15) --------------------------------------------------------------------------

    def inbound(self, name, eni, rx, p):
        best = None
        for key, rule in self.table("ROUTE_RULE").items():
            rule_eni, vni, source, priority = key
            proto = as_int(rule.get("protocol"))
            if rule_eni != name or vni != rx.vni or (proto and proto != p.proto):
                continue
            length = -1
            if source:
                net = ipaddress.ip_network(source, strict=False)
                if net.version != rx.sip.version or rx.sip not in net:
                    continue
                length = net.prefixlen
            order = (as_int(rule.get("priority")) if priority == "" else priority, -length, not proto)
            if best is None or order < best[0]:
                best = (order, rule)
        if best is None:
            raise Drop("inbound_routing_entry_miss")
        rule = best[1]
        if rule.get("action_type") == "drop":
            raise Drop("inbound_rule_drop")
        if as_bool(rule.get("pa_validation"), True) and not self.valid_pa(rule.get("vnet") or eni["vnet"], rx.sip):
            raise Drop("pa_validation_fail")

    def valid_pa(self, vnet, pa):
        for key, mapping in self.table("VNET_MAPPING").items():
            if key[0] == vnet and ipaddress.ip_address(mapping["underlay_ip"]) == pa:
                return True
        vni = as_int(self.table("VNET")[(vnet,)]["vni"])
        return any(as_int(key[0]) == vni and inside(pa, as_list(body.get("prefixes")))
                   for key, body in self.table("PA_VALIDATION").items())

    # ---- what leaves (16, 17) ----------------------------------------------------------------------

    def tunnel(self, eni, direction, pair, rx):
        """Outer source, destination, VNI, and inner destination MAC or None."""
        if direction == "out":
            a = pair.action
            return a["sip"], a["dip"], a["vni"], a["dmac"]
        pa = ipaddress.ip_address(eni["underlay_ip"])
        vni = as_int(eni.get("vm_vni") or self.vips()[rx.dip]["vm_vni"])
        return self.source(rx, pa), pa, vni, None

    def underlay_check(self, eni, direction, pair, rx, p):
        """Can the packet leave?  Refused before anything is created or changed (ORD-3)."""
        if direction == "out" and pair.action.get("direct"):
            self.underlay.check(p.dst, p.ip_len)
            return
        dip = self.tunnel(eni, direction, pair, rx)[1]
        self.underlay.check(dip, (40 if dip.version == 6 else 20) + 16 + len(rx.inner))

    def transmit(self, eni, direction, pair, rx, p):
        ethernet = self.underlay.gateway + self.underlay.mac
        if direction == "out" and pair.action.get("direct"):
            return ethernet + self.direct(rx, p)
        sip, dip, vni, dmac = self.tunnel(eni, direction, pair, rx)
        inner = rx.inner if dmac is None else dmac + rx.inner[6:]
        size = 16 + len(inner)
        switch = self.table("SWITCH").get(("switch",), {})
        udp = as_int(switch.get("vxlan_sport"), 49152).to_bytes(2, "big") + \
            self.vxlan_port().to_bytes(2, "big") + size.to_bytes(2, "big") + b"\0\0"
        vxlan = b"\x08\0\0\0" + vni.to_bytes(3, "big") + b"\0"
        self.result.tunnel = True
        if dip.version == 6:
            header = (6 << 28 | rx.tos << 20).to_bytes(4, "big") + size.to_bytes(2, "big") + bytes([17, TTL])
            return ethernet + b"\x86\xdd" + header + sip.packed + dip.packed + udp + vxlan + inner
        header = bytes([0x45, rx.tos]) + (20 + size).to_bytes(2, "big") + b"\0\1\0\0" + bytes([TTL, 17])
        check = frames.checksum(header + b"\0\0" + sip.packed + dip.packed)
        return ethernet + b"\x08\0" + header + check.to_bytes(2, "big") + sip.packed + dip.packed + udp + vxlan + inner

    @staticmethod
    def direct(rx, p):
        """16.6"""
        packet = bytearray(rx.inner[14:14 + p.ip_len])
        tos = (frames.be16(packet, 0) >> 4) & 0xff if p.v6 else packet[1]
        ecn = 3 if tos & 3 and rx.tos & 3 == 3 else tos & 3
        tos = (rx.tos & 0xfc) | ecn
        if p.v6:
            packet[0], packet[1] = 0x60 | tos >> 4, (tos & 15) << 4 | (packet[1] & 15)
            return b"\x86\xdd" + bytes(packet)
        # The checksum is adjusted, not repaired: a wrong one stays wrong by as much.
        old = frames.be16(packet, 0)
        packet[1] = tos
        new = (~frames.be16(packet, 10) & 0xffff) + (~old & 0xffff) + frames.be16(packet, 0)
        while new >> 16:
            new = (new & 0xffff) + (new >> 16)
        packet[10:12] = (~new & 0xffff).to_bytes(2, "big")
        return b"\x08\0" + bytes(packet)
