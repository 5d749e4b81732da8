#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Is kernel/dash.yaml the whole truth?  A client that knows nothing but that file and generic
netlink configures a VNET, reads it back, lists connections, and is refused as the spec says.

usage: ynl.py [SPEC]      in the namespace to be used; needs dash.ko and CAP_NET_ADMIN

What it does to the appliance it undoes.  Output is KTAP; exit status 0 passed, 1 failed,
4 skipped (dash.ko is not loaded; DASH_NO_SKIP=1 makes that a failure).
"""
import os
import pathlib
import socket
import struct
import sys

import yaml

SPEC = pathlib.Path(__file__).resolve().parent.parent / 'kernel/dash.yaml'

NETLINK_GENERIC = 16
NETLINK_EXT_ACK = 11
NETLINK_CAP_ACK = 10
NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP = 1, 2
SOL_NETLINK = 270
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR = 0x1, 0x2, 0x4, 0x10
NLM_F_DUMP = 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS = 1, 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
INTEGERS = {'u8': 'B', 'u16': 'H', 'u32': 'I', 'u64': 'Q'}


class Refused(Exception):
    """A negative acknowledgement."""

    def __init__(self, errno, text, offset):
        super().__init__(f'{os.strerror(errno)}: {text}')
        self.errno = errno
        self.text = text
        self.offset = offset


def attr(number, payload):
    return struct.pack('HH', 4 + len(payload), number) + payload + b'\0' * (-len(payload) % 4)


def attrs(data):
    """[(number, payload)]"""
    while len(data) >= 4:
        size, number = struct.unpack_from('HH', data)
        yield number & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


class Socket:
    """A generic netlink socket; one request at a time."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((0, 0))
        for option in (NETLINK_EXT_ACK, NETLINK_CAP_ACK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.settimeout(20)
        self.seq = 0

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

    def leave(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)

    def receive(self):
        data = self.sock.recv(1 << 20)
        while data:
            size, kind, flags, seq, _ = struct.unpack_from('IHHII', data)
            yield kind, flags, seq, data[16:size]
            data = data[(size + 3) & ~3:]

    def request(self, family, version, cmd, payload, flags=0):
        """Send; return the payloads of the replies, or raise Refused."""
        self.seq += 1
        body = struct.pack('BBH', cmd, version, 0) + payload
        head = struct.pack('IHHII', 16 + len(body), family, NLM_F_REQUEST | NLM_F_ACK | flags, self.seq, 0)
        self.sock.send(head + body)
        out = []
        while True:
            for kind, rflags, seq, data in self.receive():
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self.verdict(kind, rflags, data)
                    return out
                if rflags & NLM_F_DUMP_INTR:
                    raise Refused(4, 'the dump was torn by a commit', 0)
                out.append(data)

    @staticmethod
    def verdict(kind, flags, data):
        errno = -struct.unpack_from('i', data)[0]
        if errno <= 0:
            return
        tlv = data[4:] if kind == NLMSG_DONE else data[20:]
        if kind == NLMSG_ERROR and not flags & NLM_F_CAPPED:
            tlv = data[4 + struct.unpack_from('I', data, 4)[0]:]
        found = dict(attrs(tlv)) if flags & NLM_F_ACK_TLVS else {}
        text = found.get(NLMSGERR_ATTR_MSG, b'').rstrip(b'\0').decode()
        offset = struct.unpack('I', found.get(NLMSGERR_ATTR_OFFS, b'\0\0\0\0'))[0]
        raise Refused(errno, text, offset)


class Family:
    """A family as its YNL spec describes it."""

    def __init__(self, path, sock=None):
        self.spec = yaml.safe_load(pathlib.Path(path).read_text())
        self.name = self.spec['name']
        self.sets = {}
        for s in self.spec['attribute-sets']:
            self.sets[s['name']] = {a['name']: dict(a, number=i) for i, a in enumerate(s['attributes'], 1)}
        self.enums = {}
        for d in self.spec['definitions']:
            if d['type'] == 'enum':
                self.enums[d['name']] = self.entries(d)
        self.ops = {}
        for i, op in enumerate(self.spec['operations']['list'], 1):
            self.ops[op['name']] = dict(op, number=op.get('value', i))
        self.sock = sock or Socket()
        self.id = None

    @staticmethod
    def entries(d):
        value, out = d.get('value-start', 0) - 1, {}
        for e in d['entries']:
            e = {'name': e} if isinstance(e, str) else e
            value = e.get('value', value + 1)
            out[e['name']] = value
        return out

    def resolve(self):
        """Ask the kernel for the family's number and its groups."""
        replies = self.sock.request(GENL_ID_CTRL, 1, CTRL_CMD_GETFAMILY, attr(2, self.name.encode() + b'\0'))
        found = dict(attrs(replies[0][4:]))
        self.id = struct.unpack('H', found[1])[0]
        self.groups = {}
        for _, group in attrs(found.get(7, b'')):
            g = dict(attrs(group))
            self.groups[g[1].rstrip(b'\0').decode()] = struct.unpack('I', g[2])[0]

    def another(self):
        """The same family on a socket of its own."""
        f = Family.__new__(Family)
        f.__dict__.update(self.__dict__)
        f.sock = Socket()
        return f

    def encode(self, space, values):
        out = b''
        for name, a in self.sets[space].items():
            if name not in values:
                continue
            value = values[name]
            for v in value if a.get('multi-attr') else [value]:
                out += self.encode_one(a, v)
        unknown = set(values) - set(self.sets[space])
        assert not unknown, f'not in the spec: {unknown}'
        return out

    def encode_one(self, a, v):
        if a['type'] == 'nest':
            return attr(a['number'] | NLA_F_NESTED, self.encode(a['nested-attributes'], v))
        if a['type'] == 'string':
            return attr(a['number'], v.encode() + b'\0')
        if a['type'] == 'flag':
            return attr(a['number'], b'') if v else b''
        if a['type'] == 'binary':
            return attr(a['number'], v)
        v = self.enums[a['enum']][v] if isinstance(v, str) else v
        return attr(a['number'], struct.pack(INTEGERS[a['type']], v))

    def decode(self, space, data):
        by_number = {a['number']: a for a in self.sets[space].values()}
        out = {}
        for number, payload in attrs(data):
            a = by_number[number]    # an attribute that the spec does not know fails the test
            if a['type'] == 'pad':
                continue
            v = self.decode_one(a, payload)
            if a.get('multi-attr'):
                out.setdefault(a['name'], []).append(v)
            else:
                out[a['name']] = v
        return out

    def decode_one(self, a, payload):
        if a['type'] == 'nest':
            return self.decode(a['nested-attributes'], payload)
        if a['type'] == 'string':
            return payload.rstrip(b'\0').decode()
        if a['type'] == 'flag':
            return True
        if a['type'] == 'binary':
            return payload
        v = struct.unpack(INTEGERS[a['type']], payload)[0]
        names = {n: name for name, n in self.enums.get(a.get('enum'), {}).items()}
        return names.get(v, v)

    def request(self, op, values, flags):
        o = self.ops[op]
        replies = self.sock.request(self.id, 1, o['number'], self.encode(o['attribute-set'], values or {}), flags)
        return [self.decode(o['attribute-set'], r[4:]) for r in replies]

    def do(self, op, values=None):
        replies = self.request(op, values, 0)
        return replies[0] if replies else {}

    def dump(self, op, values=None):
        return self.request(op, values, NLM_F_DUMP)

    def notification(self):
        by_number = {o['number']: o for o in self.ops.values()}
        for _, _, _, data in self.sock.receive():
            op = by_number[data[0]]
            return op['name'], self.decode(op['attribute-set'], data[4:])


# ---- cases: a sentence each, and a function that asserts ----

VNET = 'ynl-test'
CASES = []


def case(sentence):
    def keep(fn):
        CASES.append((sentence, fn))
        return fn
    return keep


def vnet(vni, **more):
    return {'vnet': dict({'vnet-name': VNET, 'vni': vni}, **more), 'cookie': 7}


def commit(f, *objects, **flags):
    f.do('txn-begin')
    f.do('txn-add', {'object': list(objects)})
    return f.do('txn-commit', flags)


def vnets(f):
    """{name: fields}, with a generation that does not change half-way"""
    out = {}
    for message in f.dump('object-get', {'type': 'vnet'}):
        for o in message.get('object', []):
            out[o['vnet']['vnet-name']] = o['vnet']
    return out


def refused(errno, fn, *args, **kwargs):
    try:
        fn(*args, **kwargs)
    except Refused as e:
        assert e.errno == errno, f'expected {os.strerror(errno)}, got {e}'
        assert e.text, 'a refusal without a sentence'
        return e.text
    raise AssertionError('accepted')


@case('every attribute, operation and definition of the spec has a doc')
def spec_docs(f):
    for s in f.spec['attribute-sets']:
        assert s.get('doc'), s['name']
        for a in s['attributes']:
            assert a.get('doc') or a['type'] == 'pad', f"{s['name']}.{a['name']}"
    for d in f.spec['definitions'] + f.spec['operations']['list']:
        assert d.get('doc'), d['name']


@case('status tells the version of the interface that the spec names')
def status(f):
    s = f.do('status-get')['status']
    abi = [d['value'] for d in f.spec['definitions'] if d['name'] == 'abi-version'][0]
    assert s['abi'] == abi and s['version'] and 'inconsistent' not in s
    counted = {c['name'] for c in s['objects']}
    assert counted == {n.replace('-', '_') for n in f.enums['obj-type']}


@case('a VNET is configured, listed as it was given, and announced')
def configure(f):
    listener = f.another()
    listener.sock.join(f.groups['config'])
    before = f.do('status-get')['status']['generation']
    reply = commit(f, vnet(4711, guid='g-1', **{'address-spaces': [b'\x0a\x01\0\0\x10', bytes.fromhex('20010db8') + bytes(12) + b'\x20']}))
    assert reply['generation'] == before + 1 and reply['changed'] == 1
    got = vnets(f)[VNET]
    assert got['vni'] == 4711 and got['guid'] == 'g-1' and len(got['address-spaces']) == 2
    name, event = listener.notification()
    assert name == 'config-ntf' and event['generation'] == before + 1
    assert event['portid'] == f.sock.sock.getsockname()[0]


@case('the same once more changes nothing')
def idempotent(f):
    before = f.do('status-get')['status']['generation']
    reply = commit(f, dict(vnet(4711), vnet=vnets(f)[VNET]))
    assert reply['changed'] == 0 and reply['generation'] == before


@case('a dry run judges and changes nothing')
def dry_run(f):
    reply = commit(f, vnet(4712), **{'dry-run': True})
    assert vnets(f)[VNET]['vni'] == 4711, reply


@case('every field of every object is checked: a value out of range is refused by name')
def ranges(f):
    f.do('txn-begin')
    text = refused(22, f.do, 'txn-add', {'object': [vnet(0)]})
    assert 'vni' in text, text
    f.do('txn-begin')
    text = refused(22, f.do, 'txn-add', {'object': [{'vnet-mapping': {'vnet': VNET, 'ip': b'123'}}]})
    assert 'ip' in text, text
    f.do('txn-begin')
    text = refused(22, f.do, 'txn-add', {'object': [vnet(4711, **{'address-spaces': [b'\x0a\x01\0\1\x10']})]})
    assert 'address_spaces' in text, text


@case('a reference to nothing is refused with object and field, and nothing changes')
def dangling(f):
    before = vnets(f)
    mac = bytes.fromhex('02ddeeff0001')
    eni = {'eni': {'eni': 'ynl-eni', 'mac-address': mac, 'vnet': 'ynl-absent', 'underlay-ip': b'\x0a\0\0\1'}, 'cookie': 42}
    text = refused(2, commit, f, vnet(4713), eni)
    errors = [e for m in f.dump('txn-errors') for e in m['error']]
    assert errors and errors[0]['cookie'] == 42 and errors[0]['field-name'] == 'vnet', (text, errors)
    assert vnets(f) == before


@case('unknown attributes and unknown objects are refused')
def unknown(f):
    o = f.ops['status-get']
    refused(22, f.sock.request, f.id, 1, o['number'], attr(200, b'1234'))
    refused(2, f.dump, 'stats-get', {'eni': 'ynl-absent'})


def add(f, *objects):
    f.do('txn-begin')
    f.do('txn-add', {'object': list(objects)})


V4, V6, MAPPED = b'\x0a\0\0\1', bytes.fromhex('20010db8') + bytes(12), bytes(10) + b'\xff\xff\x0a\0\0\1'
FLOW = {'eni': 'ynl-eni', 'proto': 17, 'vm-ip': V4, 'remote-ip': V4, 'initiator': 'outbound', 'state': 'open', 'direct': True}


def flow(**change):
    got = dict(FLOW, **{k.replace('_', '-'): v for k, v in change.items()})
    return {'flow': {k: v for k, v in got.items() if v is not None}}


def mapping(ip):
    return {'vnet-mapping': {'vnet': VNET, 'ip': ip, 'underlay-ip': V4}}


def space(prefix):
    return vnet(4711, **{'address-spaces': [prefix]})


def rule(**fields):
    return {'acl-rule': dict({'group-id': 'g', 'rule-id': 'r', 'priority': 1, 'action': 'deny', 'terminating': 1},
                             **{k.replace('_', '-'): v for k, v in fields.items()})}


def staged_wrong(f):
    """One that is refused at once spoils what comes after it."""
    refused(22, add, f, {'cookie': 1})
    f.do('txn-add', {'object': [vnet(4799)]})
    f.do('txn-commit')


def ports(f, n):
    f.do('port-new', {'ifindex': n})


# (errno, sentence, what is asked for)
REFUSALS = [
    (22, 'an address has 4 or 16 bytes', lambda f: add(f, mapping(b'123'))),
    (22, 'IPv4-mapped IPv6 address', lambda f: add(f, mapping(MAPPED))),
    (22, 'a prefix has 5 or 17 bytes', lambda f: add(f, space(b'12345678'))),
    (22, 'prefix length 33 is beyond 32', lambda f: add(f, space(V4 + b'\x21'))),
    (22, 'IPv4-mapped IPv6 prefix', lambda f: add(f, space(MAPPED + b'\x80'))),
    (22, 'prefix has bits set beyond its length', lambda f: add(f, space(V4 + b'\x08'))),
    (22, 'VNI range 9-5 is not within 1-16777215', lambda f: add(f, {'eni': {'eni': 'x', 'trusted-vnis-list': [9 << 32 | 5]}})),
    (22, 'port range 9-5 is empty', lambda f: add(f, rule(dst_port=[9 << 16 | 5]))),
    (22, 'must be ipv4 or ipv6', lambda f: add(f, {'acl-group': {'group-id': 'g', 'ip-version': 5}})),
    (22, 'missing in the key', lambda f: add(f, {'acl-rule': {'group-id': 'g'}})),
    (22, 'characters behind the end of the text', lambda f: add(f, {'acl-group': {'group-id': 'g\0h', 'ip-version': 'ipv4'}})),
    (22, 'nothing to append to', lambda f: add(f, dict(vnet(5), append=True))),
    (22, 'two objects in one nest', lambda f: add(f, dict(vnet(5), qos={'qos-name': 'q'}))),
    (22, 'object without a type', lambda f: add(f, {'cookie': 1})),
    (22, 'reset is for an ENI, any-priority for a route rule', lambda f: add(f, dict(vnet(5), **{'any-priority': True}))),
    (22, 'objects of this transaction were refused when they were staged', staged_wrong),
    (22, 'the transaction is over: begin another one', lambda f: (
        f.do('txn-begin'), f.do('txn-commit'), f.do('txn-add', {'object': [vnet(4711)]}))),
    (2, 'this socket has no transaction: begin one first', lambda f: f.another().do('txn-add', {'object': [vnet(5)]})),
    (2, 'this socket has no transaction', lambda f: f.another().do('txn-abort')),
    (22, 'ifindex is missing', lambda f: f.do('port-new')),
    (19, 'no such device in this network namespace', lambda f: ports(f, 1 << 30)),
    (22, 'a port must be an Ethernet device', lambda f: ports(f, 1)),
    (2, 'the device is not attached', lambda f: f.do('port-del', {'ifindex': 1})),
    (22, 'eni and ifindex exclude each other', lambda f: f.dump('stats-get', {'eni': 'x', 'ifindex': 1})),
    (2, 'device 1 is not a port', lambda f: f.dump('stats-get', {'ifindex': 1})),
    (22, 'a parameter has a name, and a value or a string', lambda f: f.do('param-set', {'param': [{'name': 'udp'}]})),
    (22, 'udp: not a number', lambda f: f.do('param-set', {'param': [{'name': 'udp', 'string': '5x'}]})),
    (22, 'tcp_close_mode: not graceful or immediate', lambda f: f.do('param-set', {'param': [{'name': 'tcp_close_mode', 'string': 'x'}]})),
    (22, 'tcp_close_mode: a string is expected', lambda f: f.do('param-set', {'param': [{'name': 'tcp_close_mode', 'value': 1}]})),
    (22, 'allowed_protocols: not a list of numbers and ranges of 0-255, or all',
     lambda f: f.do('param-set', {'param': [{'name': 'allowed_protocols', 'string': '256'}]})),
    (22, 'cookie is missing', lambda f: f.do('trace-get')),
    (2, 'no packet has this number', lambda f: f.do('trace-get', {'cookie': 4711})),
    (22, 'a connection needs eni, proto, vm-ip, remote-ip, initiator and state', lambda f: f.do('flow-add', flow(vm_ip=None))),
    (22, 'a connection through a tunnel needs pa, vni and vip', lambda f: f.do('flow-add', flow(direct=None))),
    (22, 'a VNI has 24 bits', lambda f: f.do('flow-add', flow(vni=1 << 24))),
    (22, 'pa and vip are of different families', lambda f: f.do('flow-add', flow(pa=V4, vip=V6))),
    (22, 'vm-ip and remote-ip are of different families', lambda f: f.do('flow-add', flow(remote_ip=V6))),
    (22, 'no state of a connection of this protocol', lambda f: f.do('flow-add', flow(state='established'))),
    (107, 'there is no flow table: attach a port first', lambda f: f.do('flow-add', flow())),
]


@case('every refusal has its sentence, and changes nothing')
def sentences(f):
    before = f.do('status-get')['status']['generation']
    for errno, sentence, ask in REFUSALS:
        text = refused(errno, ask, f)
        assert sentence in text, f'wanted "{sentence}", got "{text}"'
    assert f.do('status-get')['status']['generation'] == before


@case('a transaction ends with its socket')
def dies(f):
    before = f.do('status-get')['status']['txn-open']
    other = f.another()
    other.do('txn-begin')
    other.do('txn-add', {'object': [vnet(4714)]})
    assert f.do('status-get')['status']['txn-open'] == before + 1
    other.sock.sock.close()
    assert f.do('status-get')['status']['txn-open'] == before
    assert vnets(f)[VNET]['vni'] == 4711


@case('connections are listed, and each field is in the spec')
def flows(f):
    for message in f.dump('flow-get', {'limit': 100}):
        flow = message['flow']
        assert flow['state'] in f.enums['conn-state'] and flow['initiator'] in f.enums['direction']
    assert f.dump('flow-get', {'proto': 254}) == []


@case('counters are listed for each scope')
def stats(f):
    scopes = [m['scope'] for m in f.dump('stats-get')]
    assert scopes[0] == 'global' and scopes == sorted(scopes, key=list(f.enums['scope']).index)
    names = {c['name'] for c in f.dump('stats-get', {'scope': 'global'})[0]['counter']}
    assert {'rx_packets', 'vip_miss_drop', 'total_drop_packets'} <= names, names


@case('parameters are set all or none, within their bounds')
def params(f):
    def udp():
        return [p for p in f.do('param-get')['param'] if p['name'] == 'udp'][0]
    old = udp()
    f.do('param-set', {'param': [{'name': 'udp', 'value': 12345}]})
    assert udp()['value'] == 12345
    text = refused(34, f.do, 'param-set', {'param': [{'name': 'udp', 'value': old['value']},
                                                     {'name': 'tcp_close_linger', 'value': 60001}]})
    assert 'tcp_close_linger: 60001 is not within 0-60000 ms' in text and udp()['value'] == 12345, text
    text = refused(2, f.do, 'param-set', {'param': [{'name': 'warp', 'value': 9}]})
    assert 'warp' in text
    f.do('param-set', {'param': [{'name': 'udp', 'string': str(old['value'])}]})
    assert udp() == old


@case('the VNET is deleted')
def delete(f):
    commit(f, {'vnet': {'vnet-name': VNET}, 'delete': True})
    assert VNET not in vnets(f)


def main():
    family = Family(sys.argv[1] if len(sys.argv) > 1 else SPEC)
    print('KTAP version 1')
    try:
        family.resolve()
    except Refused as e:
        must = os.environ.get('DASH_NO_SKIP') == '1'
        print('1..1\nnot ok 1 family dash exists' if must else f'1..0 # SKIP load dash.ko first: {e}')
        return 1 if must else 4
    print(f'1..{len(CASES)}')
    failed = 0
    for i, (sentence, fn) in enumerate(CASES, 1):
        try:
            fn(family)
            print(f'ok {i} {sentence}')
        except (AssertionError, Refused, KeyError, OSError, IndexError) as e:
            failed += 1
            line = e.__traceback__.tb_next.tb_lineno
            print(f'not ok {i} {sentence}\n# line {line}: {type(e).__name__}: {e}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
