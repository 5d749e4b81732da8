#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Does a transaction do what spec/config.md sections 3 to 7 say, completely or not at all?

usage: txn.py [WORD]      all cases, or those with WORD in their sentence

Runs in a namespace of its own; needs dash.ko and CAP_NET_ADMIN.  Objects are given to the netlink interface as kernel/dash.yaml describes it.  After every refusal the
whole state is compared with the one before.  Output is KTAP; exit status 0 passed, 1 failed,
4 skipped (dash.ko is not loaded; DASH_NO_SKIP=1 makes that a failure).
"""
import ast
import errno as E
import ipaddress
import os
import random
import struct
import subprocess
import sys
import time
import traceback

import ynl

# key attributes: enough to delete an object that a dump showed
KEYS = {
    'appliance': ['appliance-id'], 'vnet': ['vnet-name'], 'qos': ['qos-name'], 'eni': ['eni'],
    'prefix-tag': ['tag-name'], 'acl-group': ['group-id'], 'acl-rule': ['group-id', 'rule-id'],
    'acl-in': ['eni', 'stage'], 'acl-out': ['eni', 'stage'], 'routing-type': ['routing-type'],
    'eni-route': ['eni'], 'route-group': ['group-id'], 'route': ['group-id', 'prefix'],
    'route-rule': ['eni', 'vni', 'prefix', 'priority'], 'vnet-mapping': ['vnet', 'ip'],
    'pa-validation': ['vni'], 'meter-policy': ['meter-policy-id'],
    'meter-rule': ['meter-policy-id', 'meter-rule-id'], 'meter': ['eni', 'metering-class'], 'switch': [],
}
BATCH = 60000


def ip(text):
    return ipaddress.ip_address(text).packed


def net(text):
    n = ipaddress.ip_network(text)
    return n.network_address.packed + bytes([n.prefixlen])


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def ports(lo, hi=None):
    return lo << 16 | (lo if hi is None else hi)


def vnis(lo, hi=None):
    return lo << 32 | (lo if hi is None else hi)


class Box:
    """The appliance of this namespace."""

    def __init__(self, family):
        self.f = family

    def stage(self, ops):
        self.f.do('txn-begin')
        chunk, size = [], 0
        for o in ops:
            n = len(self.f.encode('object', o)) + 4
            if chunk and size + n > BATCH:
                self.f.do('txn-add', {'object': chunk})
                chunk, size = [], 0
            chunk.append(o)
            size += n
        if chunk:
            self.f.do('txn-add', {'object': chunk})

    def apply(self, *ops, dry=False):
        self.stage(ops)
        return self.f.do('txn-commit', {'dry-run': True} if dry else {})

    def problems(self):
        return [e for m in self.f.dump('txn-errors') for e in m.get('error', [])]

    def objects(self, kind=None, owner=None):
        want = {}
        if kind:
            want['type'] = kind
        if owner:
            want['owner'] = owner
        out = []
        for m in self.f.dump('object-get', want):
            for o in m.get('object', []):
                if o.pop('append', False):
                    last = out[-1]
                    for k in o:
                        for a, v in o[k].items():
                            if isinstance(v, list) and a not in KEYS[k]:
                                last[k].setdefault(a, []).extend(v)
                            elif a not in KEYS[k]:
                                last[k][a] = v
                else:
                    out.append(o)
        return out

    def state(self):
        """Comparable, without counters."""
        out = []
        for o in self.objects():
            for c in ('hits', 'bytes', 'counter'):
                o.pop(c, None)
            out.append(repr(o))
        return sorted(out)

    def image(self):
        """The same as octets, quick to compare; what differs may be the order only, for not all dumps have one."""
        replies = self.f.sock.request(self.f.id, 1, self.f.ops['object-get']['number'], b'', ynl.NLM_F_DUMP)
        return b''.join(r[4 + 8:] for r in replies)     # behind the generation, which comes first

    def get(self, kind, **key):
        key = {k.replace('_', '-'): v for k, v in key.items()}
        for o in self.objects(kind):
            if all(o[kind].get(k) == v for k, v in key.items()):
                return o[kind]
        return None

    def clear(self):
        ops = []
        for o in self.objects():
            for kind in KEYS:
                if kind in o and kind not in ('vnet-mapping', 'route', 'acl-rule', 'meter-rule'):
                    ops.append(gone(kind, **{k: o[kind][k] for k in KEYS[kind] if k in o[kind]}))
        if ops:
            self.apply(*ops)
        assert self.objects() == [], self.objects()


def obj(kind, **fields):
    return {kind: {k.replace('_', '-'): v for k, v in fields.items()}}


def gone(kind, **key):
    return dict(obj(kind, **key), delete=True)


MAC = 'F4:93:9F:EF:C4:7E'


def eni(name='F4939FEFC47E', **kw):
    d = dict(eni=name, mac_address=mac(MAC), vnet='Vnet1', underlay_ip=ip('25.1.1.1'))
    d.update(kw)
    return obj('eni', **{k: v for k, v in d.items() if v is not None})


def basics():
    return [obj('appliance', appliance_id='100', sip=[ip('10.250.20.19')], vm_vni=4321),
            obj('vnet', vnet_name='Vnet1', vni=45654)]


def rule(group, name, prio=1, action='allow', term=1, **kw):
    return obj('acl-rule', group_id=group, rule_id=name, priority=prio, action=action, terminating=term, **kw)


def group(name, family='ipv4', **kw):
    return obj('acl-group', group_id=name, ip_version=family, **kw)


def mapping(vnet, ca, pa='101.1.2.3', **kw):
    return obj('vnet-mapping', vnet=vnet, ip=ip(ca), underlay_ip=ip(pa), **kw)


def route(g, prefix, kind='drop', **kw):
    return obj('route', group_id=g, prefix=net(prefix), routing_type=kind, **kw)


def refused(b, code, text, *ops, field=None, key=None):
    """The transaction is refused with this problem, and nothing changes."""
    before, generation = b.state(), b.f.do('status-get')['status']['generation']
    try:
        b.apply(*ops)
    except ynl.Refused as e:
        assert e.text, 'a refusal without a sentence'
        first = e
    else:
        raise AssertionError('accepted')
    errors = [p for p in b.problems() if not p.get('warning')]
    for p in errors:
        if p['code'] == code and text in p['text'] and (field is None or p.get('field-name') == field) \
                and (key is None or p.get('key') == key):
            break
    else:
        raise AssertionError(f'expected {E.errorcode[code]} {field} "{text}", got {first}: {errors}')
    assert b.state() == before, 'a refused transaction changed something'
    assert b.f.do('status-get')['status']['generation'] == generation
    return errors


def misused(b, text, op):
    """Refused as soon as it is staged."""
    try:
        b.stage([op])
    except ynl.Refused as e:
        assert e.errno == E.EINVAL and text in e.text, e
    else:
        raise AssertionError('accepted')


def warned(b, text, *ops):
    b.apply(*ops)
    got = b.problems()
    assert any(p.get('warning') and text in p['text'] for p in got), (text, got)


CASES = []


def case(sentence, when=True):
    """Not a case at all unless `when`: what only the debug kernel can do belongs to its run."""
    def keep(fn):
        if when:
            CASES.append((sentence, fn))
        return fn
    return keep


@case('every type is stored, dumped, and dumped by owner; the same again changes nothing (TX-4)')
def everything(b):
    ops = full_example()
    first = b.apply(*ops)
    assert first['changed'] == len(ops), (first, len(ops))
    state = b.state()
    assert len(state) == len(ops)
    assert b.apply(*ops)['changed'] == 0
    assert b.apply(*reversed(ops))['changed'] == 0
    assert b.state() == state
    # what a dump shows is what it takes: the export of an appliance restores it
    dump = [{k: v for k, v in o.items() if k not in ('hits', 'bytes', 'counter')} for o in b.objects()]
    assert b.apply(*dump)['changed'] == 0
    b.clear()
    assert b.apply(*dump)['changed'] == len(dump)
    assert b.state() == state
    for o in b.objects('route-rule', 'f4-93-9f-ef-c4-7e'):
        assert o['route-rule']['eni'] == 'F4939FEFC47E'
    assert len(b.objects('route-rule', '497f23d7')) == 2
    assert len(b.objects('vnet-mapping', 'Vnet1')) == 2
    assert len(b.objects('vnet')) == 2 and len(b.objects('vnet', 'Vnet2')) == 1
    assert b.objects('route', 'nobody') == []


def full_example():
    e = 'F4939FEFC47E'
    return basics() + [
        obj('vnet', vnet_name='Vnet2', vni=866, guid='g', version='1', peer_list=['Vnet1', 'Vnet9'],
            address_spaces=[net('10.0.0.0/8'), net('2001:db8::/32')]),
        obj('qos', qos_name='qos100', qos_id='100', bw=10000000, cps=100000, flows=1000000),
        eni(eni_id='497f23d7', qos='qos100', admin_state='enabled', v4_meter_policy_id='m1',
            trusted_vnis_list=[vnis(5, 9), vnis(100)], vm_vni=77),
        obj('prefix-tag', tag_name='Office', ip_version='ipv4', prefix_list=[net('10.1.1.0/24'), net('20.1.1.0/24')]),
        obj('prefix-tag', tag_name='Empty', ip_version='ipv6'),
        group('in1'), group('out1', guid='x'), group('out6', 'ipv6'),
        rule('in1', 'r1', 10, src_addr=[net('0.0.0.0/0')], protocol=[6, 17], dst_port=[ports(80), ports(8000, 8080)]),
        rule('in1', 'r10', 11, 'deny'), rule('in1', 'r2', 12, 'deny', 0),
        rule('out1', 'r1', 10, dst_tag=['Office'], src_port=[ports(0, 65535)]),
        rule('out6', 'r1', 10, dst_tag=['Empty']),
        obj('acl-in', eni=e, stage=1, v4_acl_group_id='in1'),
        obj('acl-out', eni=e, stage=5, v4_acl_group_id='out1', v6_acl_group_id='out6'),
        obj('routing-type', routing_type='vnet', actions=[{'action-name': 'a', 'action-type': 'maprouting'}]),
        obj('routing-type', routing_type='vnet-encap', actions=[{'action-type': 'staticencap', 'encap-type': 'vxlan', 'vni': 5}]),
        obj('eni-route', eni=e, group_id='g1'),
        obj('route-group', group_id='g1', guid='g1'),
        route('g1', '10.1.0.0/16', 'vnet', vnet='Vnet1', metering_class_or=3),
        route('g1', '10.1.0.0/24', 'vnet-direct', vnet='Vnet1', overlay_ip=ip('10.0.0.6')),
        route('g1', '2001:db8::/32', 'vnet', vnet='Vnet2'),
        route('g1', '30.0.0.0/16', 'direct'), route('g1', '10.2.5.0/24', 'drop'),
        obj('route-rule', eni=e, vni=45654, prefix=net('101.1.2.3/32'), priority=1, action_type='decap', vnet='Vnet1'),
        obj('route-rule', eni=e, vni=45654, priority=2, action_type='drop', protocol=6, pa_validation=0),
        mapping('Vnet1', '10.0.0.6', mac_address=mac('A8:22:83:99:22:A2'), use_dst_vni=1, metering_class=7, override_meter=1),
        mapping('Vnet1', '2001:db8::6', '2601:12:7a:1::1234'),
        mapping('Vnet2', '200.1.0.6', routing_type='vnet-encap'),
        obj('pa-validation', vni=45654, prefixes=[net('101.0.0.0/8'), net('2001:db8::/32'), net('1.1.1.1/32')]),
        obj('meter-policy', meter_policy_id='m1', ip_version='ipv4'),
        obj('meter-rule', meter_policy_id='m1', meter_rule_id='1', priority=0, ip_prefix=net('40.0.0.1/32'), metering_class=20000),
        obj('meter', eni=e, metering_class=1000, metadata='x'),
        obj('switch', vxlan_port=4790, vxlan_sport=32768, vxlan_mask=13),
    ]


@case('dumps are in key order: names naturally, prefixes by family, address, length')
def order(b):
    b.apply(*full_example())
    rules = [o['acl-rule']['rule-id'] for o in b.objects('acl-rule', 'in1')]
    assert rules == ['r1', 'r2', 'r10'], rules
    got = [o['route']['prefix'] for o in b.objects('route')]
    assert got == [net(p) for p in ('10.1.0.0/16', '10.1.0.0/24', '10.2.5.0/24', '30.0.0.0/16', '2001:db8::/32')], got


@case('references need no order, and the last operation on a key wins (TX-2)')
def any_order(b):
    b.apply(route('g', '10.0.0.0/8', 'vnet', vnet='A'), obj('route-group', group_id='g'),
            obj('vnet', vnet_name='A', vni=1), obj('vnet', vnet_name='A', vni=2),
            gone('vnet', vnet_name='B'), obj('vnet', vnet_name='B', vni=3),
            obj('vnet', vnet_name='C', vni=4), gone('vnet', vnet_name='C'))
    assert b.get('vnet', vnet_name='A')['vni'] == 2
    assert b.get('vnet', vnet_name='B') and not b.get('vnet', vnet_name='C')
    assert b.apply(gone('vnet', vnet_name='Never'))['changed'] == 0


@case('all errors are reported with cookie, key and field, a hundred at most; nothing is changed (TX-1)')
def all_errors(b):
    b.apply(*basics())
    ops = [dict(route('none', f'10.{i}.0.0/16', 'vnet', vnet='x'), cookie=i) for i in range(130)]
    errors = refused(b, E.ENOENT, 'no route group "none"', *ops, field='group_id', key='none:10.0.0.0/16')
    assert len(errors) == 100 and {p['cookie'] for p in errors} <= set(range(130))
    assert errors[5]['cookie'] == 5 and errors[5]['type'] == 'route'
    refused(b, E.ENOENT, 'no VNET "Vnet9"', obj('route-group', group_id='g'), route('g', '10.0.0.0/8', 'vnet', vnet='Vnet9'),
            field='vnet', key='g:10.0.0.0/8')


@case('a dry run finds the same errors and changes nothing (TX-8)')
def dry_run(b):
    before = b.state()
    b.apply(*full_example(), dry=True)
    assert b.state() == before
    try:
        b.apply(eni(), dry=True)
    except ynl.Refused as e:
        assert e.errno == E.ENOENT
    else:
        raise AssertionError('accepted')


@case('SET replaces: omitted fields return to their defaults (TX-5)')
def replaces(b):
    b.apply(obj('vnet', vnet_name='A', vni=1, guid='x', version='2'))
    b.apply(obj('vnet', vnet_name='A', vni=1))
    assert b.get('vnet', vnet_name='A') == {'vnet-name': 'A', 'vni': 1}


@case('SET of an ENI merges, within a transaction too (D-C1)')
def eni_merges(b):
    b.apply(*basics(), eni(), obj('eni', eni='F4939FEFC47E', admin_state='enabled'))
    e = b.get('eni', eni='F4939FEFC47E')
    assert e['admin-state'] == 'enabled' and e['vnet'] == 'Vnet1', e
    b.apply(obj('eni', eni='F4939FEFC47E', admin_state='disabled'))
    e = b.get('eni', eni='F4939FEFC47E')
    assert e['admin-state'] == 'disabled' and e['underlay-ip'] == ip('25.1.1.1'), e
    assert b.apply(obj('eni', eni='F4939FEFC47E', admin_state='disabled'))['changed'] == 0
    assert b.apply(obj('eni', eni='F4939FEFC47E'))['changed'] == 0
    assert b.apply(obj('eni', eni='f4-93-9f-ef-c4-7e', admin_state='enabled'))['changed'] == 1
    assert len(b.objects('eni')) == 1
    b.apply(gone('eni', eni=MAC))
    assert not b.objects('eni')


@case('an ENI whose key is a MAC needs no mac_address')
def key_is_mac(b):
    b.apply(*basics(), eni('F4-93-9F-EF-C4-7E', mac_address=None))
    assert b.objects('eni')[0]['eni']['mac-address'] == mac(MAC)
    b.apply(gone('eni', eni='F4939FEFC47E'))
    refused(b, E.EINVAL, 'missing field "mac_address"', eni('vm1', mac_address=None), field='mac_address')


@case('ENIs are meant by key, MAC in any notation, or eni_id, in keys of everything they own')
def eni_references(b):
    b.apply(*basics(), obj('route-group', group_id='g'), eni('vm1', eni_id='id-1'),
            obj('eni-route', eni='F4:93:9F:EF:C4:7E', group_id='g'),
            obj('route-rule', eni='id-1', vni=5, action_type='decap'),
            obj('route-rule', eni='vm1', vni=6, action_type='decap'),
            obj('route-rule', eni='f4939fefc47e', vni=7, action_type='decap'),
            obj('meter', eni='F4-93-9F-EF-C4-7E', metering_class=1))
    assert {o['route-rule']['eni'] for o in b.objects('route-rule')} == {'vm1'}
    assert len(b.objects('route-rule', 'id-1')) == 3
    # one key in three spellings: the last one counts
    b.apply(obj('route-rule', eni='id-1', vni=5, action_type='drop'), obj('route-rule', eni='vm1', vni=5, action_type='decap', protocol=1),
            obj('route-rule', eni=MAC, vni=5, action_type='drop', protocol=6))
    assert len(b.objects('route-rule')) == 3
    r = b.get('route-rule', vni=5)
    assert r['protocol'] == 6 and r['action-type'] == 'drop', r
    b.apply(gone('eni-route', eni='id-1'), gone('route-rule', eni=MAC, vni=5))
    assert len(b.objects('route-rule')) == 2 and not b.objects('eni-route')
    refused(b, E.ENOENT, 'no ENI "vm2"', obj('meter', eni='vm2', metering_class=1), field='eni')


@case('deleting an object deletes what it owns (D-C2)')
def owned(b):
    b.apply(*full_example())
    b.apply(gone('eni', eni='F4939FEFC47E'))
    for kind in ('acl-in', 'acl-out', 'eni-route', 'route-rule', 'meter', 'eni'):
        assert not b.objects(kind), kind
    b.apply(gone('acl-group', group_id='in1'), gone('route-group', group_id='g1'), gone('vnet', vnet_name='Vnet1'),
            gone('meter-policy', meter_policy_id='m1'))
    assert not b.objects('route') and not b.objects('meter-rule')
    assert {o['acl-rule']['group-id'] for o in b.objects('acl-rule')} == {'out1', 'out6'}
    assert {o['vnet-mapping']['vnet'] for o in b.objects('vnet-mapping')} == {'Vnet2'}
    s = {c['name']: c['value'] for c in b.f.do('status-get')['status']['objects']}
    assert s['vnet_mapping'] == 1 and s['route'] == 0 and s['acl_rule'] == 2, s


@case('deleting an object that others name is refused, naming ten of them; unless they go or are redirected')
def referring(b):
    b.apply(*full_example())
    refused(b, E.EBUSY, 'is used by ENI "F4939FEFC47E"', gone('vnet', vnet_name='Vnet1'))
    refused(b, E.EBUSY, 'is used by', gone('qos', qos_name='qos100'))
    refused(b, E.EBUSY, 'ACL rule "out1:r1"', gone('prefix-tag', tag_name='Office'))
    refused(b, E.EBUSY, 'ACL binding "F4939FEFC47E:1"', gone('acl-group', group_id='in1'))
    refused(b, E.EBUSY, 'route binding "F4939FEFC47E"', gone('route-group', group_id='g1'))
    refused(b, E.EBUSY, 'is used by', gone('meter-policy', meter_policy_id='m1'))
    b.apply(gone('qos', qos_name='qos100'), eni(qos='q2', eni_id='497f23d7'), obj('qos', qos_name='q2'))
    b.apply(*[route('g1', f'77.{i}.0.0/16', 'vnet', vnet='Vnet2') for i in range(30)])
    errors = refused(b, E.EBUSY, ', ...', gone('vnet', vnet_name='Vnet2'))
    assert errors[0]['text'].count('route "') == 10, errors
    b.apply(gone('vnet', vnet_name='Vnet2'), gone('route', group_id='g1', prefix=net('2001:db8::/32')),
            *[route('g1', f'77.{i}.0.0/16', 'vnet', vnet='Vnet1') for i in range(30)])
    # the example of section 9.3: parents before children, in one file
    b.apply(gone('prefix-tag', tag_name='Office'), gone('acl-group', group_id='out1'),
            gone('acl-out', eni=MAC, stage=5))
    assert not b.get('prefix-tag', tag_name='Office')


@case('create-only fields are refused with EPERM')
def create_only(b):
    b.apply(*full_example())
    refused(b, E.EPERM, '"mac_address" cannot be changed', eni(mac_address=mac('F4:93:9F:EF:C4:70')), field='mac_address')
    refused(b, E.EPERM, '"eni_id"', eni(eni_id='other'), field='eni_id')
    refused(b, E.EPERM, '"ip_version"', obj('prefix-tag', tag_name='Office', ip_version='ipv6'), field='ip_version')
    refused(b, E.EPERM, '"ip_version"', group('in1', 'ipv6'))
    refused(b, E.EPERM, '"local_region_id"', obj('appliance', appliance_id='100', sip=[ip('10.250.20.19')], vm_vni=4321, local_region_id=1))
    b.apply(obj('appliance', appliance_id='100', sip=[ip('10.250.20.19')], vm_vni=4321, local_region_id=0))


@case('a MAC address or a VIP twice is refused with EEXIST')
def unique(b):
    b.apply(*basics(), eni())
    refused(b, E.EEXIST, 'has MAC address', eni('vm-a', mac_address=mac('02:00:00:00:00:01')),
            eni('vm-b', mac_address=mac('02:00:00:00:00:01')), field='mac_address')
    refused(b, E.EEXIST, 'ENI "F4939FEFC47E" has MAC address', eni('02-00-00-00-00-07', mac_address=mac(MAC)))
    refused(b, E.EEXIST, 'has this VIP', obj('appliance', appliance_id='7', sip=[ip('10.250.20.19')], vm_vni=1), field='sip')
    refused(b, E.EINVAL, 'more than one address of a family', obj('appliance', appliance_id='7', sip=[ip('1.1.1.1'), ip('1.1.1.2')], vm_vni=1))
    # the VIP moves in one transaction
    b.apply(gone('appliance', appliance_id='100'), obj('appliance', appliance_id='7', sip=[ip('10.250.20.19'), ip('2001:db8::1')], vm_vni=1))


@case('mandatory fields, families, addresses and combinations are judged')
def values(b):
    b.apply(*full_example())
    refused(b, E.EINVAL, 'missing field "vni"', obj('vnet', vnet_name='X'), field='vni', key='X')
    refused(b, E.EINVAL, 'missing field "underlay_ip"', obj('vnet-mapping', vnet='Vnet1', ip=ip('1.1.1.1')), field='underlay_ip')
    refused(b, E.EINVAL, 'missing field "group_id"', obj('eni-route', eni=MAC))
    refused(b, E.EINVAL, 'not of the family of the tag', obj('prefix-tag', tag_name='Office', ip_version='ipv4', prefix_list=[net('::/0')]))
    refused(b, E.EINVAL, 'not of the family of ACL group', group('n'), rule('n', 'r', src_addr=[net('::/0')]), field='src_addr')
    refused(b, E.EINVAL, 'tag "Empty" is not of the family', group('n'), rule('n', 'r', src_tag=['Empty']), field='src_tag')
    refused(b, E.ENOENT, 'no tag "T"', group('n'), rule('n', 'r', src_tag=['T']), field='src_tag')
    refused(b, E.EINVAL, 'src_tag and src_addr', group('n'), rule('n', 'r', src_tag=['Office'], src_addr=[net('1.0.0.0/8')]))
    refused(b, E.EINVAL, 'is not for IPv4', obj('acl-in', eni=MAC, stage=2, v4_acl_group_id='out6'), field='v4_acl_group_id')
    refused(b, E.EINVAL, 'missing field "v4_acl_group_id"', obj('acl-in', eni=MAC, stage=2))
    refused(b, E.EINVAL, 'missing field "vnet"', route('g1', '1.0.0.0/8', 'vnet'), field='vnet')
    refused(b, E.EINVAL, 'not valid for this routing type', route('g1', '1.0.0.0/8', 'direct', vnet='Vnet1'), field='vnet')
    refused(b, E.EINVAL, 'not valid for this routing type', route('g1', '1.0.0.0/8', 'vnet', vnet='Vnet1', overlay_ip=ip('1.1.1.1')), field='overlay_ip')
    refused(b, E.EINVAL, 'family of the prefix', route('g1', '1.0.0.0/8', 'vnet-direct', vnet='Vnet1', overlay_ip=ip('2001::1')), field='overlay_ip')
    refused(b, E.EINVAL, 'not together', route('g1', '1.0.0.0/8', 'direct', metering_class=1, metering_class_or=1))
    refused(b, E.EINVAL, 'not a routing type of routes', route('g1', '1.0.0.0/8', 'vnet-encap', vnet='Vnet1'))
    refused(b, E.EOPNOTSUPP, 'routing type is not available in this release', route('g1', '1.0.0.0/8', 'servicetunnel'))
    refused(b, E.EOPNOTSUPP, 'private link is not available in this release', mapping('Vnet1', '1.1.1.1', routing_type='privatelink'))
    refused(b, E.EINVAL, 'not a routing type of mappings', mapping('Vnet1', '1.1.1.1', routing_type='drop'))
    refused(b, E.EINVAL, '224.0.0.1 is not a unicast address', mapping('Vnet1', '1.1.1.1', '224.0.0.1'), field='underlay_ip')
    refused(b, E.EINVAL, 'ff02::1 is not a unicast address', eni(underlay_ip=ip('ff02::1')))
    refused(b, E.EINVAL, '01:00:00:00:00:01 is not a unicast MAC address', eni('x', mac_address=mac('01:00:00:00:00:01')))
    refused(b, E.EINVAL, 'MAC address is zero', mapping('Vnet1', '1.1.1.1', mac_address=bytes(6)))
    refused(b, E.EOPNOTSUPP, 'dst_mac is not available in this release', obj('appliance', appliance_id='9', sip=[ip('9.9.9.9')], vm_vni=9, outbound_direction_lookup='dst-mac'))
    refused(b, E.EINVAL, 'actions are not valid', obj('routing-type', routing_type='vnet', actions=[{'action-type': 'drop'}]))
    refused(b, E.EINVAL, 'actions are not valid', obj('routing-type', routing_type='direct', actions=[{'action-type': 'direct'}] * 2))
    refused(b, E.EINVAL, 'more than 5 actions', obj('routing-type', routing_type='vnet', actions=[{'action-type': 'maprouting'}] * 6))
    refused(b, E.EINVAL, 'missing field "action_type"', obj('routing-type', routing_type='vnet', actions=[{'action-name': 'x'}]))
    refused(b, E.EOPNOTSUPP, 'NVGRE is not available in this release', obj('routing-type', routing_type='vnet-encap', actions=[{'action-type': 'staticencap', 'encap-type': 'nvgre'}]))
    refused(b, E.EOPNOTSUPP, 'routing type is not available in this release', obj('routing-type', routing_type='appliance', actions=[{'action-type': 'appliance'}]))
    refused(b, E.EINVAL, 'not a multiple of 2^14', obj('switch', vxlan_sport=50000))
    refused(b, E.EINVAL, 'not of the family of meter policy', obj('meter-rule', meter_policy_id='m1', meter_rule_id='2', priority=0, ip_prefix=net('::/0'), metering_class=1))
    refused(b, E.EINVAL, 'is not for IPv6', eni(v6_meter_policy_id='m1'))
    refused(b, E.ENOENT, 'no VNET "V"', mapping('V', '1.1.1.1'), field='vnet')
    refused(b, E.ENOENT, 'no VNET "V"', obj('route-rule', eni=MAC, vni=1, action_type='decap', vnet='V'), field='vnet')
    refused(b, E.EINVAL, 'out of range', obj('vnet', vnet_name='X', vni=1 << 24), field='vni')
    refused(b, E.EINVAL, '', obj('vnet', vnet_name='', vni=1), field='vnet_name')
    refused(b, E.EINVAL, '', rule('in1', 'r', 1 << 31), field='priority')


@case('warnings do not stop a transaction')
def warnings(b):
    warned(b, 'there is no appliance yet', obj('vnet', vnet_name='Vnet1', vni=5), eni())
    warned(b, 'VNET "Vnet1" has VNI 5 too', obj('vnet', vnet_name='B', vni=5))
    warned(b, 'VNI 5 is that of VNET "B": every packet with it is outbound', obj('appliance', appliance_id='1', sip=[ip('1.1.1.1')], vm_vni=5))
    warned(b, 'VNI 5 is the vm_vni of appliance "1": every packet with it is outbound', obj('vnet', vnet_name='C', vni=5))
    warned(b, '01:00:00:00:00:01 is a multicast MAC address', mapping('C', '1.1.1.1', mac_address=mac('01:00:00:00:00:01')))
    warned(b, 'no VNET has VNI 99', obj('pa-validation', vni=99, prefixes=[net('1.0.0.0/8')]))
    warned(b, 'priority 5 occurs more than once in ACL group "g"', group('g'), rule('g', 'a', 5), rule('g', 'b', 5))


@case('rules of a bound group cannot be changed one by one (A-1, A-7)')
def bound_rules(b):
    b.apply(*full_example())
    busy = 'is bound to ENI "F4939FEFC47E" stage in 1'
    refused(b, E.EBUSY, busy, rule('in1', 'new', 50))
    refused(b, E.EBUSY, busy, rule('in1', 'r1', 51))
    refused(b, E.EBUSY, busy, gone('acl-rule', group_id='in1', rule_id='r2'))
    refused(b, E.EINVAL, 'ACL group "in1" is bound: a new definition needs all its rules', group('in1', guid='new'))
    assert b.apply(group('in1'))['changed'] == 0
    b.apply(gone('acl-in', eni=MAC, stage=1), rule('in1', 'new', 50))
    b.apply(gone('acl-rule', group_id='in1', rule_id='r2'))
    # binds and changes in one transaction: it was not bound before
    b.apply(rule('in1', 'r1', 52), obj('acl-in', eni=MAC, stage=1, v4_acl_group_id='in1'))


@case('a group is replaced as a whole with SET of the group and all its new rules (A-2)')
def replace_group(b):
    b.apply(*full_example())
    b.apply(group('in1'), rule('in1', 'r2', 12, 'deny', 0), rule('in1', 'n1', 1))
    assert [o['acl-rule']['rule-id'] for o in b.objects('acl-rule', 'in1')] == ['n1', 'r2']
    assert b.apply(group('in1'), rule('in1', 'r2', 12, 'deny', 0), rule('in1', 'n1', 1))['changed'] == 0
    refused(b, E.EBUSY, 'is bound', group('in1'), gone('acl-rule', group_id='in1', rule_id='n1'), gone('acl-rule', group_id='in1', rule_id='r2'))
    b.apply(group('in1', guid='v2'), rule('in1', 'z', 1))
    assert [o['acl-rule']['rule-id'] for o in b.objects('acl-rule', 'in1')] == ['z']
    # unbound, too: a file applied twice does what it did once
    b.apply(group('u'), rule('u', '1'))
    b.apply(group('u'), rule('u', '2'))
    assert [o['acl-rule']['rule-id'] for o in b.objects('acl-rule', 'u')] == ['2']
    b.apply(rule('u', '3'))
    b.apply(group('u'))
    assert [o['acl-rule']['rule-id'] for o in b.objects('acl-rule', 'u')] == ['2', '3']


@case('an empty group cannot be bound, nor become empty while bound (5.8, D-C10)')
def empty_group(b):
    b.apply(*full_example())
    refused(b, E.EINVAL, 'has no rules', group('e'), obj('acl-in', eni=MAC, stage=3, v4_acl_group_id='e'))
    b.apply(group('e'))
    refused(b, E.EINVAL, 'has no rules', obj('acl-in', eni=MAC, stage=3, v4_acl_group_id='e'))
    b.apply(obj('acl-in', eni=MAC, stage=3, v4_acl_group_id='e'), rule('e', '1'))
    refused(b, E.ENOENT, 'no ACL group "none"', obj('acl-in', eni=MAC, stage=3, v4_acl_group_id='none'), field='v4_acl_group_id')


@case('tags may change while in use, and rebinding takes one step')
def tags(b):
    b.apply(*full_example())
    b.apply(obj('prefix-tag', tag_name='Office', ip_version='ipv4'))
    b.apply(obj('prefix-tag', tag_name='Office', ip_version='ipv4', prefix_list=[net('1.0.0.0/8')]))
    b.apply(*[obj('acl-in', eni=MAC, stage=s, v4_acl_group_id='out1') for s in range(1, 6)])
    b.apply(obj('prefix-tag', tag_name='Office', ip_version='ipv4', prefix_list=[net('2.0.0.0/8')]))
    b.apply(*[gone('acl-in', eni=MAC, stage=s) for s in range(1, 6)])


@case('an ENI as route group makes an implicit group, gone with its last route (D-C6)')
def implicit(b):
    b.apply(*basics(), eni(), route('f4-93-9f-ef-c4-7e', '10.0.0.0/8'), route('F4939FEFC47E', '11.0.0.0/8'))
    assert [o['route']['group-id'] for o in b.objects('route')] == ['F4939FEFC47E'] * 2
    assert b.get('eni-route', eni='F4939FEFC47E')['group-id'] == 'F4939FEFC47E'
    b.apply(route(MAC, '12.0.0.0/8'))
    b.apply(gone('route', group_id=MAC, prefix=net('10.0.0.0/8')), gone('route', group_id=MAC, prefix=net('12.0.0.0/8')))
    assert b.objects('route-group')
    b.apply(gone('route', group_id='F4939FEFC47E', prefix=net('11.0.0.0/8')))
    assert not b.objects('route-group') and not b.objects('eni-route')
    # declared later, it stays
    b.apply(route(MAC, '12.0.0.0/8'))
    b.apply(obj('route-group', group_id='F4939FEFC47E'))
    b.apply(gone('route', group_id='F4939FEFC47E', prefix=net('12.0.0.0/8')))
    assert b.objects('route-group')
    b.apply(gone('eni', eni=MAC), gone('route-group', group_id='F4939FEFC47E'))
    # goes with the ENI
    b.apply(eni(), route(MAC, '12.0.0.0/8'))
    b.apply(gone('eni', eni=MAC))
    assert not b.objects('route-group') and not b.objects('route')
    # an ENI that has a binding: the name is an error
    b.apply(eni(), obj('route-group', group_id='g'), obj('eni-route', eni=MAC, group_id='g'))
    refused(b, E.ENOENT, 'no route group', route(MAC, '12.0.0.0/8'))


@case('lists are longer than a message: staged in parts, dumped in parts')
def long_lists(b):
    prefixes = [net(f'{10 + i // 65536}.{i // 256 % 256}.{i % 256}.0/24') for i in range(24000)]
    parts = [dict(obj('prefix-tag', tag_name='big', prefix_list=prefixes[i:i + 3000], **({} if i else {'ip_version': 'ipv4'})),
                  **({'append': True} if i else {})) for i in range(0, 24000, 3000)]
    assert b.apply(*parts)['changed'] == 1
    tag = b.get('prefix-tag', tag_name='big')
    assert tag['prefix-list'] == prefixes and tag['ip-version'] == 'ipv4'
    assert b.apply(*parts)['changed'] == 0
    refused(b, E.ENOSPC, 'more than 24000', *parts, dict(obj('prefix-tag', tag_name='big', prefix_list=[net('9.0.0.0/8')]), append=True))
    refused(b, E.EINVAL, 'nothing to append to', dict(obj('prefix-tag', tag_name='x', prefix_list=[net('9.0.0.0/8')]), append=True))
    names = [dict(obj('vnet', vnet_name='long', peer_list=['x' * 250] * 230), append=True) for _ in range(75)]
    refused(b, E.EMSGSIZE, 'larger than 4 MB', obj('vnet', vnet_name='long', vni=7), *names)
    b.apply(*basics(), eni(), group('g'), rule('g', '1', src_tag=['big'], dst_addr=prefixes[:3000]),
            obj('acl-in', eni=MAC, stage=1, v4_acl_group_id='g'))
    b.apply(*parts[:-1])


@case('limits of tables are refused with ENOSPC')
def limits(b):
    enis = [eni(f'vm{i}', mac_address=mac('02:00:00:00:%02x:%02x' % (i // 256, i % 256))) for i in range(256)]
    b.apply(*basics(), *enis)
    refused(b, E.ENOSPC, 'more than 256 ENIs', eni('more', mac_address=mac('02:00:00:00:ff:ff')))
    b.apply(gone('eni', eni='vm7'))
    b.apply(eni('more', mac_address=mac('02:00:00:00:ff:ff')))
    refused(b, E.ENOSPC, 'too many in one transaction', *[eni(f'x{i}') for i in range(1025)])
    refused(b, E.ENOSPC, 'more than 10000 rules', group('g'), *[rule('g', str(i), i) for i in range(10001)])
    refused(b, E.ENOSPC, 'more than 10000 inbound rules',
            *[obj('route-rule', eni='vm0', vni=1 + i, action_type='decap') for i in range(10001)])


@case('an ENI keeps what a SET omits, and gives up what it resets')
def reset(b):
    number = {n: a['number'] for n, a in b.f.sets['eni'].items()}
    b.apply(*basics(), eni(trusted_vnis_list=[vnis(5, 9)], vm_vni=77))
    assert b.apply(eni())['changed'] == 0 and b.get('eni')['trusted-vnis-list'] == [vnis(5, 9)]
    b.apply(dict(obj('eni', eni=MAC), reset=[number['trusted-vnis-list']]))
    assert 'trusted-vnis-list' not in b.get('eni') and b.get('eni')['vm-vni'] == 77
    b.apply(dict(obj('eni', eni=MAC, vm_vni=78), reset=[number['vm-vni']]))
    assert b.get('eni')['vm-vni'] == 78
    # of two SETs in one transaction, by two names
    b.apply(eni(trusted_vnis_list=[vnis(1)]), dict(obj('eni', eni=MAC.replace(':', '-')), reset=[number['trusted-vnis-list'], number['vm-vni']]))
    assert 'trusted-vnis-list' not in b.get('eni') and 'vm-vni' not in b.get('eni')
    refused(b, E.EINVAL, 'missing field "vnet"', dict(obj('eni', eni=MAC), reset=[number['vnet']]))
    misused(b, 'reset is for an ENI', dict(obj('vnet', vnet_name='Vnet1', vni=1), reset=[2]))


@case('a route rule named without its priority replaces those of its key, but for what the transaction names')
def any_priority(b):
    def in_rule(priority, loose=False, **more):
        o = obj('route-rule', eni=MAC, vni=100, prefix=net('10.0.0.0/8'), priority=priority, action_type='decap', **more)
        return dict(o, **{'any-priority': True}) if loose else o

    def priorities():
        return [o['route-rule'].get('priority', 0) for o in b.objects('route-rule')]
    b.apply(*basics(), eni(), in_rule(3), in_rule(7), obj('route-rule', eni=MAC, vni=100, prefix=net('10.0.0.0/9'), priority=1, action_type='drop'))
    b.apply(in_rule(5, True))
    assert priorities() == [5, 1], priorities()
    assert b.apply(in_rule(5, True))['changed'] == 0
    b.apply(in_rule(9), in_rule(6, True), in_rule(4, True))
    assert priorities() == [4, 9, 1], priorities()
    b.apply(dict(gone('route-rule', eni=MAC.lower(), vni=100, prefix=net('10.0.0.0/8')), **{'any-priority': True}), in_rule(8))
    assert priorities() == [8, 1], priorities()
    b.apply(dict(gone('route-rule', eni=MAC, vni=100, prefix=net('10.0.0.0/8')), **{'any-priority': True}))
    assert priorities() == [1], priorities()
    misused(b, 'any-priority for a route rule', dict(obj('vnet', vnet_name='Vnet1', vni=1), **{'any-priority': True}))


@case('a dump that a commit tears says so, and every message tells its generation')
def torn(b):
    b.apply(*basics(), *[mapping('Vnet1', str(ipaddress.ip_address(0x0a000000 + i))) for i in range(3000)])
    generation = b.f.do('status-get')['status']['generation']
    assert {m['generation'] for m in b.f.dump('object-get')} == {generation}
    other = b.f.another()
    o = other.ops['object-get']
    other.sock.seq += 1
    body = struct.pack('BBH', o['number'], 1, 0)
    other.sock.sock.send(struct.pack('IHHII', 16 + len(body), other.id, 0x305, other.sock.seq, 0) + body)
    seen, flags, done = set(), 0, False
    while not done:
        for kind, f, _, data in other.sock.receive():
            flags |= f
            done |= kind in (ynl.NLMSG_DONE, ynl.NLMSG_ERROR)
            if not done:
                seen.add(other.decode('dash', data[4:])['generation'])
        if len(seen) == 1 and generation in seen:
            b.apply(obj('vnet', vnet_name='Vnet1', vni=b.get('vnet')['vni'] + 1))
    assert flags & ynl.NLM_F_DUMP_INTR and len(seen) > 1, (flags, seen)


@case('what is staged counts for its user, in whichever namespace')
def staged(b):
    code = ("import sys; sys.path.insert(0, %r); import ynl; f = ynl.Family(ynl.SPEC); f.resolve(); "
            "print({c['name']: c['value'] for c in f.do('status-get')['status']['memory']})") % os.path.dirname(os.path.abspath(ynl.__file__))

    def memory(*how):
        p = subprocess.run([*how, sys.executable, '-c', code], capture_output=True, text=True, check=False)
        assert not p.returncode, p.stderr
        return ast.literal_eval(p.stdout)
    b.stage(basics() + [mapping('Vnet1', str(ipaddress.ip_address(0x0a000000 + i))) for i in range(1000)])
    here = {c['name']: c['value'] for c in b.f.do('status-get')['status']['memory']}
    assert here['staged'] == here['staged_by_user'] > 100000, here
    for how in (['unshare', '-n'], ['unshare', '-Urn']):
        there = memory(*how)
        assert there['staged'] == 0 and there['staged_by_user'] == here['staged'], (how, there)
    there = memory('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-Urn')
    assert there['staged_by_user'] == 0, there
    b.f.do('txn-abort')
    assert memory('unshare', '-n')['staged_by_user'] == 0


@case('two transactions stage at once; each is committed on what it finds then')
def two_sockets(b):
    other = Box(b.f.another())
    b.stage(basics())
    other.stage([obj('vnet', vnet_name='Vnet1', vni=1)])
    other.f.do('txn-commit')
    b.f.do('txn-commit')
    assert b.get('vnet', vnet_name='Vnet1')['vni'] == 45654
    b.stage([mapping('Vnet1', '1.1.1.1')])
    other.apply(gone('vnet', vnet_name='Vnet1'))
    try:
        b.f.do('txn-commit')
    except ynl.Refused as e:
        assert e.errno == E.ENOENT
    else:
        raise AssertionError('accepted')


@case('many mappings and routes are loaded, changed, and deleted with their parents')
def bulk(b):
    n = int(os.environ.get('DASH_TXN_MAPPINGS', 100000))
    r = n // 2
    b.apply(*basics(), obj('route-group', group_id='g'))
    maps = [mapping('Vnet1', str(ipaddress.ip_address(0x0a000000 + i)), '101.%d.2.3' % (i % 50)) for i in range(n)]
    t0 = time.time()
    b.stage(maps)
    t1 = time.time()
    assert b.f.do('txn-commit')['changed'] == n
    t2 = time.time()
    routes = [route('g', str(ipaddress.ip_address(0x0b000000 + i * 256)) + '/24', 'vnet', vnet='Vnet1') for i in range(r)]
    b.stage(routes)
    t3 = time.time()
    assert b.f.do('txn-commit')['changed'] == r
    t4 = time.time()
    print(f'# {n} mappings: commit {t2 - t1:.2f} s (staged by this script in {t1 - t0:.2f} s); {r} routes: commit {t4 - t3:.2f} s')
    small = [mapping('Vnet1', str(ipaddress.ip_address(0x0a000000 + random.randrange(n))), '102.0.0.%d' % i) for i in range(1, 101)]
    t0 = time.time()
    b.apply(*small)
    print(f'# 100 mappings more: {(time.time() - t0) * 1000:.1f} ms')
    s = {c['name']: c['value'] for c in b.f.do('status-get')['status']['objects']}
    assert s['vnet_mapping'] == n and s['route'] == r, s
    assert len(b.objects('vnet-mapping')) == n and len(b.objects('route')) == r
    b.apply(*[gone('vnet-mapping', vnet='Vnet1', ip=o['vnet-mapping']['ip']) for o in maps[:1000]])
    t0 = time.time()
    b.apply(gone('vnet', vnet_name='Vnet1'), gone('route-group', group_id='g'))
    print(f'# deleted with their parents in {time.time() - t0:.2f} s')
    s = {c['name']: c['value'] for c in b.f.do('status-get')['status']['objects']}
    assert s['vnet_mapping'] == 0 and s['route'] == 0, s


@case('random transactions: refused ones change nothing, accepted ones restore from their own dump')
def fuzz(b):
    rnd = random.Random(int(os.environ.get('DASH_SEED', 1)))
    pool = full_example() + [rule('in1', 'x%d' % i, i) for i in range(4)] + [
        obj('acl-in', eni=MAC, stage=s, v4_acl_group_id=g) for s in (1, 2) for g in ('in1', 'out1')] + [
        eni('vm2', mac_address=mac('02:00:00:00:00:02'), vnet='Vnet2'), obj('eni-route', eni='vm2', group_id='g1'),
        route('vm2', '10.0.0.0/8'), route(MAC, '10.0.0.0/8'), eni(admin_state='disabled'), eni(vnet='Vnet2')]
    pool += [gone(k, **{a: o[k][a] for a in KEYS[k] if a in o[k]}) for o in pool for k in o]
    taken = 0
    for _ in range(int(os.environ.get('DASH_TXN_FUZZ', 400)) // int(os.environ.get('DASH_SLOW', 1))):
        ops = [rnd.choice(pool) for _ in range(rnd.choice((1, 2, 5, 20, 60)))]
        before = b.state()
        try:
            b.apply(*ops)
        except ynl.Refused as e:
            assert e.errno in (E.ENOENT, E.EBUSY, E.EINVAL, E.EPERM, E.EEXIST), e
            assert b.state() == before, 'a refused transaction changed something'
            continue
        taken += 1
        after = b.state()
        assert b.apply(*ops)['changed'] == 0 and b.state() == after, ('not idempotent', ops)
    assert taken, 'all were refused'
    state, dump = b.state(), [{k: v for k, v in o.items() if k not in ('hits', 'bytes', 'counter')} for o in b.objects()]
    b.clear()
    b.apply(*dump)
    assert b.state() == state


NTH = '/proc/thread-self/fail-nth'


def inject(n, on=False):
    """The n-th allocation fails, `on` and all behind it (faults.py)."""
    for path, value in (NTH, n), (NTH.replace('fail-nth', 'make-it-fail'), int(on)):
        with open(path, 'w') as f:
            f.write(str(value))


@case('memory failing at any allocation of a commit: refused, nothing changes, nothing leaks',
      'DASH_FAULTS' in os.environ)
def no_memory(b):
    """faults.sh has aimed the faults at the module."""
    base, e = full_example(), 'F4939FEFC47E'
    change = [
        obj('vnet', vnet_name='Vnet1', vni=45655), obj('vnet', vnet_name='Vnet3', vni=9),
        *[mapping('Vnet1', f'10.0.0.{i}', '102.0.0.1', metering_class=i) for i in range(1, 9)],
        mapping('Vnet3', '10.0.0.1'), gone('vnet-mapping', vnet='Vnet2', ip=ip('200.1.0.6')),
        eni('vm2', mac_address=mac('02:00:00:00:00:02'), vnet='Vnet3', trusted_vnis_list=[vnis(3)]),
        eni(vnet='Vnet2', eni_id='497f23d7'), obj('acl-in', eni='vm2', stage=1, v4_acl_group_id='in1'),
        group('in1'), rule('in1', 'r2', 3, src_tag=['Office'], protocol=[6], dst_port=[ports(1, 2)]), rule('in1', 'q', 4),
        obj('prefix-tag', tag_name='Office', ip_version='ipv4', prefix_list=[net('9.0.0.0/8')]),
        gone('acl-out', eni=e, stage=5), gone('acl-group', group_id='out6'),
        obj('route-group', group_id='g2'), *[route('g2', f'10.{i}.0.0/16', 'vnet', vnet='Vnet3') for i in range(5)],
        route('g1', '10.1.0.0/16', 'direct'), gone('route', group_id='g1', prefix=net('30.0.0.0/16')),
        obj('eni-route', eni='vm2', group_id='g2'), obj('route-rule', eni='vm2', vni=4, action_type='decap'),
        obj('route-rule', eni=e, vni=45654, priority=2, action_type='decap'),
        obj('pa-validation', vni=45654, prefixes=[net('1.0.0.0/8')]), obj('pa-validation', vni=9, prefixes=[net('2001:db8::/32')]),
        obj('appliance', appliance_id='7', sip=[ip('2001:db8::7')], vm_vni=7, trusted_vnis_list=[vnis(1, 2)]),
        gone('switch'), obj('meter', eni='vm2', metering_class=4),
    ]
    forth = b.f.encode('dash', {'object': change})
    assert len(forth) < BATCH
    b.apply(*base)
    before = b.state()
    b.apply(*change)
    after = b.state()
    for on in (False, True):
        b.clear()
        b.apply(*base)
        assert b.state() == before
        starved(b, base, change, before, after, forth, on)


def starved(b, base, change, before, after, forth, on):
    image, counts, step = b.image(), {}, int(os.environ.get('DASH_TXN_NTH', 1))
    n = 1
    while True:
        b.f.do('txn-begin')
        b.f.sock.request(b.f.id, 1, b.f.ops['txn-add']['number'], forth)
        inject(n, on)
        try:
            b.f.do('txn-commit')
            result = 'committed'
        except ynl.Refused as err:
            result = E.errorcode[err.errno]
        with open(NTH) as f:
            fired = f.read().strip() == '0'
        inject(0)
        counts[result] = counts.get(result, 0) + 1
        now = b.image()
        if result == 'committed' or now != image:
            state, image = b.state(), now
            assert state == (after if result == 'committed' else before), (n, on, result, set(state) ^ set(before))
        assert result in ('committed', 'ENOMEM'), (n, on, result)
        assert 'inconsistent' not in b.f.do('status-get')['status']
        if not fired:
            break
        if result == 'committed':
            b.clear()
            b.apply(*base)
            image = b.image()
        n += step
    print(f'# {n} allocations{", all behind it too" if on else ""}: {counts}')


def main():
    family = ynl.Family(ynl.SPEC)
    print('KTAP version 1')
    try:
        family.resolve()
    except ynl.Refused:
        print('1..0 # SKIP dash.ko is not loaded')
        return 1 if os.environ.get('DASH_NO_SKIP') == '1' else 4
    cases = [c for c in CASES if len(sys.argv) < 2 or sys.argv[1] in c[0]]
    print(f'1..{len(cases)}')
    box, failed = Box(family), 0
    for i, (sentence, fn) in enumerate(cases, 1):
        try:
            box.clear()
            fn(box)
            box.clear()
            print(f'ok {i} {sentence}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {i} {sentence}')
            for line in traceback.format_exc().splitlines()[-14:]:
                print(f'# {line[:1000]}')
            sys.stdout.flush()
            try:
                box.clear()
            except Exception as e:
                print(f'# cannot clear: {e}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
