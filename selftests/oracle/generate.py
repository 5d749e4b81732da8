# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Random configurations, and packets that have to do with them.

A few addresses, ports and VNIs are used for everything, so that rules, routes,
mappings and packets meet.  World draws a configuration (a list of elements as in a
file for `dashctl apply`) and changes of it; Traffic draws frames: connections with
their segments in order and out of order, fragments, everything that a header can
have wrong, random damage, and what is none of the pipeline's business.

    world = World(random.Random(seed))
    traffic = Traffic(world)
    elements = world.configuration()
    frame = traffic.frame()
"""
import ipaddress

import frames
from model import as_list
from frames import FIN, SYN, RST, ACK, TCP, UDP, ICMP, ICMPV6

PORT_MAC, GATEWAY = "020000000001", "0200000000fe"
V4_REMOTE = ["10.1.0.1", "10.1.0.200", "10.1.1.1", "10.1.1.2", "10.1.2.3", "10.2.5.1", "30.0.0.1", "30.0.1.9",
             "200.1.0.6", "200.1.0.7", "172.16.0.1", "8.8.8.8"]
V6_REMOTE = ["2001:db8:b::1", "2001:db8:b::2", "2001:db8:b:1::1", "2001:db8:c::6", "2001:db8:30::1", "fd00::7"]
V4_VM = ["10.1.2.9", "10.1.2.10", "10.1.1.1"]
V6_VM = ["2001:db8:a::9", "2001:db8:a::10", "2001:db8:b::1"]
V4_NET = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", "10.1.1.0/31", "10.1.1.1/32",
          "10.1.2.0/24", "10.1.2.9/32", "10.2.5.0/24", "30.0.0.0/16", "30.0.0.0/15", "200.1.0.0/16", "200.1.0.6/31",
          "128.0.0.0/1", "172.16.0.0/12"]
V6_NET = ["::/0", "2001:db8::/32", "2001:db8:a::/48", "2001:db8:b::/48", "2001:db8:b::/64", "2001:db8:b::1/128",
          "2001:db8:b::/127", "2001:db8:30::/44", "fd00::/8", "2001:db8:c::/63"]
PA4 = ["101.1.2.3", "101.1.2.4", "101.1.3.3", "102.1.2.9", "25.1.1.1", "25.1.1.2"]
PA6 = ["2001:db8:101::3", "2001:db8:101::6", "2601:12:7a:1::1234", "2001:db8:25::1"]
PA_NET = ["101.1.2.3/32", "101.1.2.0/24", "101.0.0.0/8", "0.0.0.0/0", "102.1.2.9/32", "102.1.2.8/29",
          "2001:db8:101::/48", "2001:db8:101::3/128", "::/0", "2601:12:7a::/47"]
VNIS = [45654, 866, 1000, 1001, 4321, 4322, 5432, 16777215]
VIPS = [["10.250.20.19", "2001:db8:fe::19"], ["10.250.20.23", "2001:db8:fe::23"], ["10.250.20.25", "2001:db8:fe::25"],
        ["10.250.20.21"], ["2001:db8:fe::21"]]
PORTS = [0, 53, 80, 443, 8080, 10000, 10001, 65535]
PROTOCOLS = [TCP, TCP, UDP, UDP, ICMP, ICMPV6, 132, 47, 89, 255, 59]
MACS = ["C8228399%04X" % n for n in range(4)]
# What the oracle's test gives the appliance beside a default route.
SPECIAL = {"67.7.7.7": "no_route", "66.6.6.6": "drop", "30.0.1.0/24": "drop",
           "2001:db8:66::6": "drop"}
MTU = 1700
# What connections keep when they are judged anew: the tunnel is 1, the MAC is 8.
KEEP, KEPT = "routing_actions_disabled_in_flow_resimulation", [0, 1, 8, 9, 6, 4294967295]


def special_routes():
    return {ipaddress.ip_network(net): kind for net, kind in SPECIAL.items()}


class World:
    def __init__(self, rng):
        self.rng = rng
        self.params = {}
        self.enis, self.vnets, self.groups, self.acls, self.tags, self.vips = [], [], [], [], [], []
        self.limited = set()

    # ---- pieces ------------------------------------------------------------------

    def some(self, values, most=3):
        return self.rng.sample(values, min(self.rng.randint(1, most), len(values)))

    def maybe(self, probability=0.5):
        return self.rng.random() < probability

    def spell(self, values):
        """A list as JSON array, or as one string."""
        return values if self.maybe() else ",".join(map(str, values))

    def mac(self, text):
        form = self.rng.randrange(3)
        pairs = [text[at:at + 2] for at in range(0, 12, 2)]
        return [text, ":".join(pairs), "-".join(pairs).lower()][form]

    def pa(self):
        return self.rng.choice(PA4 + PA6 + ["67.7.7.7", "66.6.6.6"] if self.maybe(0.1) else PA4 + PA6)

    @staticmethod
    def element(table, parts, body, op="SET"):
        text = [str(part) for part in parts]
        bar = any(":" in part for part in text)
        return {("|" if bar else ":").join(["DASH_%s_TABLE" % table, *text]): body, "OP": op}

    # ---- objects -----------------------------------------------------------------

    def configuration(self):
        """Everything, from nothing."""
        out = []
        self.vnets = ["Vnet%d" % n for n in range(1, self.rng.randint(3, 5))]
        for n, name in enumerate(self.vnets):
            out.append(self.element("VNET", [name], {"vni": [45654, 866, 1000, 866][n]}))
        out += self.appliances()
        out += [self.element("QOS", ["few"], {"flows": 2}), self.element("QOS", ["many"], {"flows": 100000})]
        self.groups = ["g1", "g2", "off"]
        for name in self.groups:
            out.append(self.element("ROUTE_GROUP", [name], {"disabled": True} if name == "off" else {}))
            for net in self.rng.sample(V4_NET, 9) + self.rng.sample(V6_NET, 6):
                out.append(self.route(name, net))
        for vnet in self.vnets:
            for ca in self.rng.sample(V4_REMOTE, 10) + self.rng.sample(V6_REMOTE, 5):
                out.append(self.mapping(vnet, ca))
        self.tags = {4: ["t4a", "t4b", "empty4"], 6: ["t6a", "empty6"]}
        for family, names in self.tags.items():
            out += [self.tag(family, name) for name in names]
        self.acls = {4: ["a4-%d" % n for n in range(5)], 6: ["a6-%d" % n for n in range(3)]}
        for family, names in self.acls.items():
            for name in names:
                out += self.acl_group(family, name)
        self.enis, self.limited = [], set()
        for n in range(self.rng.randint(3, 6)):
            out += self.eni(n)
        for vni in self.some(VNIS[:3], 2):
            if self.maybe():
                out.append(self.element("PA_VALIDATION", [vni], {"prefixes": self.spell(self.some(PA_NET[:3] + PA_NET[4:8], 2))}))
        if self.maybe(0.2):
            out.append({"SWITCH_TABLE:switch": {"vxlan_port": self.rng.choice([4789, 4790, 65330]), "vxlan_sport": 5120,
                                                "vxlan_mask": 7}, "OP": "SET"})
        self.params = {"trusted_vni_mode": "strict" if self.maybe(0.07) else "auto",
                       "allowed_protocols": "all" if self.maybe(0.7) else "1,6,17,58,130-140",
                       "resimulate_on_acl_change": "1" if self.maybe(0.4) else "0",
                       "tcp_close_mode": "immediate" if self.maybe(0.15) else "graceful"}
        self.rng.shuffle(out)
        return self.groups_first(out)

    @staticmethod
    def groups_first(elements):
        """The order in a file is free but for objects of one key, and so is the model's, but for groups
        that replace what they held."""
        return sorted(elements, key=lambda e: not next(iter(e)).startswith("DASH_ACL_GROUP"))

    def appliances(self):
        out, self.vips, self.vm_vnis = [], [], []
        for n, sip in enumerate(self.rng.sample(VIPS, self.rng.randint(1, 3))):
            body = {"sip": self.spell(sip), "vm_vni": 4321 + n if self.maybe(0.9) else "0x10e1"}
            if self.maybe(0.15):
                body["trusted_vnis_list"] = self.spell(self.some(["45654", "866-1000", 4321], 2))
            self.vips += sip
            self.vm_vnis.append(int(str(body["vm_vni"]), 0))
            out.append(self.element("APPLIANCE", [100 + n], body))
        return out

    def eni(self, n):
        mac = "F4939FEFC4%02X" % n
        body = {"mac_address": self.mac(mac), "underlay_ip": self.pa(), "vnet": self.rng.choice(self.vnets),
                "admin_state": "enabled" if self.maybe(0.95) else "disabled"}
        if self.maybe(0.25):
            body["vm_vni"] = 5432
        if self.maybe(0.3):
            body["qos"] = self.rng.choice(["few", "many"])
            if body["qos"] == "few":
                self.limited.add(mac)
        if self.maybe(0.15):
            body["trusted_vnis_list"] = self.spell(self.some(["45654", "866", "1000-1001", "4321-4323"], 3))
        if mac not in self.enis:
            self.enis.append(mac)
        out = [self.element("ENI", [mac], body)]
        if self.maybe(0.97):
            group = "off" if self.maybe(0.04) else self.rng.choice(["g1", "g2"])
            out.append(self.element("ENI_ROUTE", [mac], {"group_id": group}))
        for table in ("ACL_IN", "ACL_OUT"):
            for stage in range(1, 6):
                if self.maybe(0.1):
                    out.append(self.binding(table, mac, stage))
        for _ in range(self.rng.randint(4, 12)):
            out.append(self.rule(mac))
        return out

    def binding(self, table, mac, stage):
        body = {}
        if self.maybe(0.7):
            body["v4_acl_group_id"] = self.rng.choice(self.acls[4])
        if self.maybe() or not body:
            body["v6_acl_group_id"] = self.rng.choice(self.acls[6])
        return self.element(table, [mac, stage], body)

    def route(self, group, net):
        kind = self.rng.choice(["vnet"] * 10 + ["vnet_direct", "vnet_direct", "direct", "direct", "drop"])
        body = {self.rng.choice(["routing_type", "action_type"]): kind}
        if kind.startswith("vnet"):
            body["vnet"] = self.rng.choice(self.vnets)
        if kind == "vnet_direct" and self.maybe(0.8):
            body["overlay_ip"] = self.rng.choice(V6_REMOTE if ":" in net else V4_REMOTE)
        if self.maybe(0.1):
            body[KEEP] = self.rng.choice(KEPT)
        return self.element("ROUTE", [group, net], body)

    def mapping(self, vnet, ca):
        body = {"underlay_ip": self.pa()}
        if self.maybe(0.7):
            body["mac_address"] = self.mac(self.rng.choice(MACS))
        if self.maybe():
            body["use_dst_vni"] = self.rng.choice([True, False, "true", 1])
        if self.maybe(0.1):
            body[KEEP] = self.rng.choice(KEPT)
        return self.element("VNET_MAPPING", [vnet, ca], body)

    def tag(self, family, name):
        nets = [] if name.startswith("empty") else self.some(V4_NET[1:] if family == 4 else V6_NET[1:], 4)
        return self.element("PREFIX_TAG", [name], {"ip_version": "ipv%d" % family, "prefix_list": self.spell(nets)})

    def acl_group(self, family, name):
        out = [self.element("ACL_GROUP", [name], {"ip_version": "ipv%d" % family})]
        for n in range(self.rng.randint(1, 8)):
            body = {"priority": self.rng.randint(0, 20), "action": self.rng.choice(["allow", "allow", "permit", "deny"]),
                    "terminating": self.rng.choice([True, False, "false"])}
            nets = V4_NET if family == 4 else V6_NET
            for side in ("src", "dst"):
                draw = self.rng.random()
                if draw < 0.25:
                    body[side + "_addr"] = self.spell(self.some(nets, 4))
                elif draw < 0.4:
                    body[side + "_tag"] = self.spell(self.some(self.tags[family], 2))
                if self.maybe(0.15):
                    body[side + "_port"] = self.spell(self.some(["0", "53", "80-443", "443-8080", "10000", "10001-65535"], 3))
            if self.maybe(0.3):
                body["protocol"] = self.spell(self.some([TCP, UDP, ICMP, ICMPV6, 132, 255], 3))
            out.append(self.element("ACL_RULE", [name, "r%d" % n], body))
        if self.maybe(0.5):
            out.append(self.element("ACL_RULE", [name, "rest"], {"priority": 100, "action": "allow", "terminating": True}))
        return out

    def rule(self, mac):
        parts = [mac, self.rng.choice(VNIS[:4])]
        body = {"action_type": "drop" if self.maybe(0.1) else "decap"}
        priority = self.rng.randint(0, 5)
        source = self.rng.choice([""] * 4 + PA_NET)
        if source:
            parts.append(source)
        if PA_NET.index(source) % 3 == 0 if source else parts[1] == 866:
            parts += [priority] if source else ["", priority]   # always in the key, or never
        elif self.maybe(0.8):
            body["priority"] = priority
        if self.maybe(0.25):
            body["protocol"] = self.rng.choice([0, TCP, UDP, ICMP])
        if self.maybe():
            body["vnet"] = self.rng.choice(self.vnets)
        if self.maybe(0.6):
            body["pa_validation"] = self.maybe(0.3)
        return self.element("ROUTE_RULE", parts, body)

    def change(self, tables):
        """A transaction on what is configured; @tables: the model's, to see what there is."""
        if self.maybe(0.1):
            return self.groups_first(self.change_being(tables))
        out = []
        for _ in range(self.rng.randint(1, 5)):
            out += self.rng.choice([self.change_eni, self.change_acl, self.change_acl, self.change_route, self.change_mapping,
                                    self.change_rule, self.change_tag])(tables)
        last = {next(iter(e)): e for e in out}      # one operation for each key
        return self.groups_first(last.values())

    def change_being(self, tables):
        """An ENI goes or comes back, or an appliance has other VIPs."""
        mac = self.rng.choice(self.enis)
        if self.maybe(0.3):
            key, body = self.rng.choice(sorted(tables["APPLIANCE"].items()))
            used = {ip for a in tables["APPLIANCE"].values() for ip in as_list(a["sip"])}
            free = [sip for sip in VIPS if not used & set(sip)]
            if not free:
                return []
            sip = self.rng.choice(free)
            self.vips += [ip for ip in sip if ip not in self.vips]
            return [self.element("APPLIANCE", key, {**body, "sip": self.spell(sip)})]
        if (mac,) not in tables["ENI"]:
            return self.eni(int(mac[-2:], 16))
        return [self.element("ENI", [mac], {}, "DEL")] if len(tables["ENI"]) > 1 else []

    def there(self, tables):
        return self.rng.choice(sorted(key[0] for key in tables["ENI"]))

    def change_eni(self, tables):
        mac = self.there(tables)
        body = self.rng.choice([{"admin_state": "disabled"}, {"admin_state": "enabled"}, {"admin_state": "enabled"},
                                {"underlay_ip": self.pa()}, {"vnet": self.rng.choice(self.vnets)},
                                {"full_flow_resimulation_requested": True}, {"full_flow_resimulation_requested": True}])
        return [self.element("ENI", [mac], body)]

    def change_acl(self, tables):
        if self.maybe(0.3):
            family = self.rng.choice([4, 6])
            return self.acl_group(family, self.rng.choice(self.acls[family]))
        table, mac, stage = self.rng.choice(["ACL_IN", "ACL_OUT"]), self.there(tables), self.rng.randint(1, 5)
        if self.maybe(0.3):
            return [self.element(table, [mac, stage], {}, "DEL")]
        return [self.binding(table, mac, stage)]

    def change_route(self, tables):
        if self.maybe(0.2):
            return [self.element("ENI_ROUTE", [self.there(tables)], {"group_id": self.rng.choice(["g1", "g2"])})]
        group = self.rng.choice(["g1", "g2"])
        if self.maybe(0.3) and tables.get("ROUTE"):
            return [self.element("ROUTE", self.rng.choice(sorted(tables["ROUTE"])), {}, "DEL")]
        return [self.route(group, self.rng.choice(V4_NET + V6_NET))]

    def change_mapping(self, tables):
        if self.maybe(0.5) and tables.get("VNET_MAPPING"):
            key = self.rng.choice(sorted(tables["VNET_MAPPING"]))
            if self.maybe(0.4):
                return [self.element("VNET_MAPPING", key, {}, "DEL")]
            out = self.mapping(*key)
            if self.maybe():
                out[next(iter(out))]["flow_resimulation_requested"] = True
            return [out]
        return [self.mapping(self.rng.choice(self.vnets), self.rng.choice(V4_REMOTE + V6_REMOTE))]

    def change_rule(self, tables):
        if self.maybe(0.3) and tables.get("ROUTE_RULE"):
            eni, vni, source, priority = self.rng.choice(sorted(tables["ROUTE_RULE"]))
            return [self.element("ROUTE_RULE", [eni, vni, source, priority], {}, "DEL")]
        return [self.rule(self.there(tables))]

    def change_tag(self, _):
        family = self.rng.choice([4, 6])
        return [self.tag(family, self.rng.choice([t for t in self.tags[family] if not t.startswith("empty")]))]


class Traffic:
    def __init__(self, world):
        self.world, self.rng = world, world.rng
        self.talks = []
        self.talking = None
        self.port = 4789

    def heard(self, result):
        """What became of the last frame.  Who is not let through mostly gives up."""
        if self.talking in self.talks and result.verdict != "send" and self.rng.random() < 0.3:
            self.talks.remove(self.talking)

    # ---- headers -------------------------------------------------------------------

    def outer(self, source, vip, vni, inner, kinds):
        """The tunnel around @inner; @kinds: what may be odd about it."""
        rng = self.rng
        flags = rng.randrange(256) | 8 if "vxlan" in kinds else 8
        vxlan = bytes([flags, 0, 0, 0]) + vni.to_bytes(3, "big") + bytes([rng.randrange(256) if "vxlan" in kinds else 0])
        size = 16 + len(inner)
        check = rng.randrange(65536) if "udpsum" in kinds else 0
        udp = rng.randrange(1024, 65536).to_bytes(2, "big") + self.port.to_bytes(2, "big") + \
            size.to_bytes(2, "big") + check.to_bytes(2, "big")
        tos = rng.choice([0, 0x28, 0xb8, rng.randrange(256)])
        frame = bytes.fromhex(PORT_MAC + GATEWAY)
        source, vip = ipaddress.ip_address(source), ipaddress.ip_address(vip)
        if vip.version == 6:
            extension, next_header = self.extensions(kinds, 17)
            size += len(extension)
            header = (6 << 28 | tos << 20 | rng.randrange(1 << 20)).to_bytes(4, "big") + size.to_bytes(2, "big") + \
                bytes([next_header, rng.choice([1, 62, 64, 255])])
            return frame + b"\x86\xdd" + header + source.packed + vip.packed + extension + udp + vxlan + inner
        words = rng.randint(1, 10) if "outer_options" in kinds else 0
        fragment = rng.choice([0x2000, 0x4000, 0x8000, 1, 100, 0x2005]) if "outer_fragment" in kinds else rng.choice([0, 0x4000])
        header = bytes([0x45 + words, tos]) + (20 + 4 * words + size).to_bytes(2, "big") + rng.randbytes(2) + \
            fragment.to_bytes(2, "big") + bytes([rng.choice([1, 62, 64, 255]), 17])
        options = rng.randbytes(4 * words)
        check = frames.checksum(header + b"\0\0" + source.packed + vip.packed + options)
        return frame + b"\x08\0" + header + check.to_bytes(2, "big") + source.packed + vip.packed + options + udp + vxlan + inner

    def extensions(self, kinds, proto, fragment=None):
        """A chain of extension headers in front of @proto, and the number of its first."""
        chain = []
        if "extensions" in kinds:
            chain = [self.rng.choice([0, 43, 51, 60]) for _ in range(self.rng.choice([1, 1, 2, 3, 6, 7]))]
        if fragment:
            chain.append(44)
        elif "outer_fragment" in kinds:
            fragment = (0, 1, 7)
            chain.append(44)
        data, after = b"", proto
        for kind in reversed(chain):
            if kind == 44:
                offset, more, ident = fragment
                header = bytes([after, 0]) + (offset | more).to_bytes(2, "big") + ident.to_bytes(4, "big")
            else:
                words = self.rng.choice([0, 0, 0, 1, 2])
                size = (words + 2) * 4 if kind == 51 else (words + 1) * 8
                size = max(size, 8)
                header = bytes([after, words]) + self.rng.randbytes(size - 2)
            data, after = header + data, kind
        return data, after

    def l4(self, proto, sport, dport, flags, size, kinds):
        rng = self.rng
        payload = bytes(n & 255 for n in range(size))
        if proto == TCP:
            words = rng.choice([0, 0, 3, 5, 10]) if "tcp_options" in kinds else 0
            offset = rng.choice([0, 4, 15]) if "doff" in kinds else 5 + words
            return sport.to_bytes(2, "big") + dport.to_bytes(2, "big") + rng.randbytes(8) + \
                bytes([offset << 4, flags | rng.choice([0, 0, 8, 0xc0])]) + rng.randbytes(6) + rng.randbytes(4 * words) + payload
        if proto == UDP:
            # PAR-35 looks at its 8 octets only; a checksum of zero is as good as any
            return sport.to_bytes(2, "big") + dport.to_bytes(2, "big") + (8 + size).to_bytes(2, "big") + \
                rng.choice([b"\0\0", rng.randbytes(2)]) + payload
        return rng.randbytes(8) + payload

    def inner(self, smac, dmac, src, dst, proto, l4, kinds, fragment=None):
        rng = self.rng
        src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
        tos, ttl = rng.choice([0, rng.randrange(256)]), rng.choice([0, 1, 64, 255])
        frame = bytes.fromhex(dmac + smac)
        if dst.version == 6:
            extension, next_header = self.extensions(kinds, proto, fragment)
            header = (6 << 28 | tos << 20 | rng.randrange(1 << 20)).to_bytes(4, "big") + \
                (len(extension) + len(l4)).to_bytes(2, "big") + bytes([next_header, ttl])
            frame += b"\x86\xdd" + header + src.packed + dst.packed + extension + l4
        else:
            words = rng.randint(1, 10) if "options" in kinds else 0
            offset, more, ident = fragment or (0, 0, rng.randrange(65536))
            word = offset // 8 | (0x2000 if more else 0) | rng.choice([0, 0x4000])
            header = bytes([0x45 + words, tos]) + (20 + 4 * words + len(l4)).to_bytes(2, "big") + \
                (ident & 0xffff).to_bytes(2, "big") + word.to_bytes(2, "big") + bytes([ttl, proto])
            options = rng.randbytes(4 * words)
            check = frames.checksum(header + b"\0\0" + src.packed + dst.packed + options)
            check = rng.randrange(65536) if "innersum" in kinds else check
            frame += b"\x08\0" + header + check.to_bytes(2, "big") + src.packed + dst.packed + options + l4
        if "inner_padding" in kinds:
            frame += rng.randbytes(rng.randint(1, 20))
        return frame

    # ---- connections ---------------------------------------------------------------------

    def talk(self):
        """A new pair of speakers."""
        rng, world = self.rng, self.world
        eni = rng.choice(world.enis)
        v6 = rng.random() < 0.35
        proto = rng.choice(PROTOCOLS)
        if eni in world.limited:
            proto = rng.choice([UDP, UDP, ICMP, 132])
        if v6 and proto == ICMP:
            proto = ICMPV6
        talk = {"eni": eni, "vm": rng.choice(V6_VM if v6 else V4_VM), "remote": rng.choice(V6_REMOTE if v6 else V4_REMOTE),
                "proto": proto, "vport": rng.choice(PORTS), "rport": rng.choice(PORTS), "opener": rng.choice(["out", "out", "in"]),
                "step": 0, "mac": rng.choice(MACS), "pa": rng.choice(PA4 + PA6), "vni": rng.choice(VNIS[:4]),
                "script": rng.choice(SCRIPTS), "ident": rng.randrange(65536), "piece": 0}
        self.talks.append(talk)
        if len(self.talks) > 40:
            self.talks.pop(rng.randrange(20))
        return talk

    def next(self, talk):
        """Direction and TCP flags of its next packet."""
        rng = self.rng
        if talk["proto"] != TCP:
            return rng.choice(["out", "in", talk["opener"]]) if talk["step"] else talk["opener"], 0
        if rng.random() < 0.05:
            return rng.choice(["out", "in"]), rng.choice([SYN, ACK, SYN | ACK, FIN, RST, RST | ACK, 0, SYN | FIN, rng.randrange(64)])
        side, flags = talk["script"][talk["step"] % len(talk["script"])]
        other = "in" if talk["opener"] == "out" else "out"
        return talk["opener"] if side == "f" else other, flags

    def speak(self, talk, kinds):
        rng = self.rng
        direction, flags = self.next(talk)
        if rng.random() > 0.03:
            talk["step"] += 1
        vips = [vip for vip in self.world.vips if rng.random() < 0.9] or self.world.vips
        vip = rng.choice(vips)
        family = PA6 if ":" in vip else PA4
        size = rng.choice([0, 0, 5, 18, 58, 58, rng.randint(0, 300), rng.randint(1400, MTU)])
        if "big" in kinds:
            size = rng.randint(1000, 6000)
        if direction == "out":
            smac, dmac, src, dst = talk["eni"], "123456789ABC", talk["vm"], talk["remote"]
            sport, dport = talk["vport"], talk["rport"]
            source, vni = rng.choice(family), rng.choice(self.world.vm_vnis + [5432] if rng.random() < 0.2 else self.world.vm_vnis)
        else:
            smac, dmac, src, dst = talk["mac"], talk["eni"], talk["remote"], talk["vm"]
            sport, dport = talk["rport"], talk["vport"]
            source = talk["pa"] if (":" in talk["pa"]) == (":" in vip) and rng.random() < 0.93 else rng.choice(family)
            vni = talk["vni"] if rng.random() < 0.95 else rng.choice(VNIS)
        fragment = None
        if "fragment" in kinds:
            fragment, flags = self.fragment(talk, direction), flags
        l4 = self.l4(talk["proto"], sport, dport, flags, size, kinds)
        if fragment and fragment[0]:
            l4 = bytes(n & 255 for n in range(max(size, 8)))
        elif fragment and rng.random() < 0.1:
            l4 = l4[:rng.randint(1, 24)]
        if "error" in kinds:
            return self.outer(source, vip, vni, self.error(talk, smac, dmac, src, dst, sport, dport), kinds)
        if "oddproto" in kinds:
            frame = self.inner(smac, dmac, src, dst, rng.randrange(256), l4, kinds, fragment)
        else:
            frame = self.inner(smac, dmac, src, dst, talk["proto"], l4, kinds, fragment)
        return self.outer(source, vip, vni, frame, kinds)

    def error(self, talk, smac, dmac, src, dst, sport, dport):
        """An ICMP error that goes the way of a packet of @talk, and quotes one that went the other way."""
        rng = self.rng
        v6 = ":" in src
        flags = rng.choice([SYN, ACK, RST])
        proto = talk["proto"] if rng.random() < 0.95 else rng.randrange(256)
        l4 = self.l4(proto, dport, sport, flags, 8, ())
        quote = self.inner(dmac, smac, dst, src, proto, l4, {"options"} if rng.random() < 0.1 else ())[14:]
        quote = quote[:rng.choice([200, 200, 200, 48 if v6 else 28, rng.randint(0, 60)])]
        kind = rng.choice([1, 2, 3, 4] if v6 else [3, 11, 12]) if rng.random() < 0.9 else rng.randrange(256)
        where = src if rng.random() < 0.5 else rng.choice(V6_REMOTE if v6 else V4_REMOTE)
        data = bytes([kind, rng.randrange(16)]) + rng.randbytes(6) + quote
        return self.inner(smac, dmac, where, dst, ICMPV6 if v6 else ICMP, data, {"inner_padding"} if rng.random() < 0.05 else ())

    def fragment(self, talk, direction):
        """(offset in octets, more, identification) of the next piece of a packet."""
        rng = self.rng
        ident = talk["ident"] if direction == "out" else talk["ident"] ^ 1
        piece = talk["piece"] % 4
        talk["piece"] += 1
        if piece == 3:
            talk["ident"] = rng.randrange(1 << 16)
        if rng.random() < 0.1:
            return rng.choice([0, 8, 16, 24, 1480, 65528]), rng.randrange(2), ident
        return (0, 1, ident) if piece == 0 else (1480 * piece, int(piece < 3), ident)

    # ---- frames -----------------------------------------------------------------------------

    def frame(self):
        """The next frame."""
        rng = self.rng
        draw = rng.random()
        self.talking = None
        if draw < 0.03:
            return self.foreign()
        talk = rng.choice(self.talks) if self.talks and rng.random() < 0.85 else self.talk()
        self.talking = talk
        kinds = {kind for kind, probability in ODDITIES.items() if rng.random() < probability}
        if talk["piece"] % 4 and rng.random() < 0.7:
            kinds.add("fragment")
        data = self.speak(talk, kinds)
        if draw < 0.08:
            data = self.elsewhere(data)
        elif draw < 0.2:
            data = self.damage(data)
        if rng.random() < 0.05:
            data += rng.randbytes(rng.randint(1, 50))
        return data

    def elsewhere(self, data):
        """Another VIP, VNI or MAC than configured: swap one address of the frame for a stranger."""
        rng = self.rng
        data = bytearray(data)
        six = frames.be16(data, 12) == 0x86dd
        at = 54 if six else 14 + (data[14] & 15) * 4
        what = rng.randrange(4)
        if what == 0:
            place = 38 if six else 30
            data[place + (15 if six else 3)] ^= rng.choice([1, 2, 4, 0x80])
            self.repair(data)
        elif what == 1 and len(data) >= at + 16:
            data[at + 12:at + 15] = rng.choice(VNIS).to_bytes(3, "big")
        elif what == 2 and len(data) >= at + 28:
            data[at + 16 + rng.randrange(12)] ^= 1 << rng.randrange(8)
        else:
            data[at + 2:at + 4] = rng.choice([53, 4788, 8472, 4789]).to_bytes(2, "big")
        return bytes(data)

    def damage(self, data):
        """Anything wrong, anywhere; often with an outer checksum that fits."""
        rng = self.rng
        data = bytearray(data)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            end = min(len(data), 130)
            what = rng.randrange(7)
            at = rng.randrange(12, end)
            if what == 0:
                data[at] ^= 1 << rng.randrange(8)
            elif what == 1:
                data[at] = rng.choice([0, 1, 4, 5, 6, 0x40, 0x45, 0x46, 0x4f, 0x60, 17, 44, 0x7f, 0x80, 0xff])
            elif what == 2 and at + 2 <= end:
                value = (frames.be16(data, at & ~1) + rng.choice([-8, -2, -1, 1, 2, 8])) & 0xffff
                data[at & ~1:(at & ~1) + 2] = value.to_bytes(2, "big")
            elif what == 3 and at + 2 <= end:
                data[at & ~1:(at & ~1) + 2] = rng.choice([0, 1, 20, 40, 0x3fff, 0x8000, 0xffff]).to_bytes(2, "big")
            elif what == 4:
                del data[max(14, rng.choice([rng.randrange(14, len(data) + 1), len(data) - 1, len(data) - 4])):]
            elif what == 5:
                data[at:at] = rng.randbytes(rng.choice([1, 2, 4, 8]))
            else:
                place = rng.choice([16, 18, 20, 23, 38, 48, 50, 58])        # lengths, flags, protocols of the outer header
                if place < len(data):
                    data[place] = rng.randrange(256)
            if len(data) < 16:
                break
        if rng.random() < 0.8:
            self.repair(data)
        return bytes(data)

    @staticmethod
    def repair(data):
        """The outer IPv4 checksum."""
        if len(data) >= 34 and frames.be16(data, 12) == 0x0800:
            header = max(data[14] & 15, 5) * 4
            if len(data) >= 14 + header:
                data[24:26] = b"\0\0"
                data[24:26] = frames.checksum(bytes(data[14:14 + header])).to_bytes(2, "big")

    def foreign(self):
        """Frames for the stack."""
        rng = self.rng
        kind = rng.choice([0x0806, 0x88cc, 0x8100, 0x0800, 0x86dd, 0x0800, rng.randrange(65536)])
        data = bytearray(bytes.fromhex(PORT_MAC + GATEWAY) + kind.to_bytes(2, "big") + rng.randbytes(rng.randint(0, 100)))
        if kind == 0x0800 and len(data) > 34:
            data[14], data[23] = 0x45, rng.choice([1, 6, 17, 47, 50, 89])
            data[16:18] = (len(data) - 14).to_bytes(2, "big")
            self.repair(data)
        return bytes(data)


ODDITIES = {"vxlan": 0.05, "udpsum": 0.1, "outer_options": 0.03, "outer_fragment": 0.01, "extensions": 0.06, "tcp_options": 0.3,
            "doff": 0.01, "options": 0.06, "innersum": 0.05, "inner_padding": 0.05, "fragment": 0.05, "oddproto": 0.01,
            "big": 0.01, "error": 0.03}
OPEN = [("f", SYN), ("r", SYN | ACK), ("f", ACK)]
SCRIPTS = [
    OPEN + [("f", ACK), ("r", ACK), ("f", FIN | ACK), ("r", ACK), ("r", FIN | ACK), ("f", ACK), ("f", SYN)],
    OPEN + [("r", ACK), ("r", FIN), ("f", FIN | ACK), ("r", ACK)],
    OPEN + [("f", ACK), ("r", RST), ("f", ACK)],
    OPEN + [("f", RST | ACK), ("f", SYN), ("r", SYN | ACK)],
    OPEN + [("f", ACK), ("r", ACK)] * 8,
    [("f", SYN), ("f", SYN), ("r", RST | ACK)],
    [("f", SYN), ("r", SYN), ("r", SYN | ACK), ("f", SYN | ACK), ("f", ACK)],
    [("f", SYN), ("r", ACK), ("f", ACK), ("f", FIN), ("r", FIN), ("f", SYN)],
    [("f", SYN)], [("f", ACK)], [("r", SYN | ACK), ("f", RST)],
]
