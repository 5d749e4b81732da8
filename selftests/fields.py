#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Is every table and every field of the specification taken in every form it may be written in, and refused
in every other?

usage: fields.py check    what the parser alone judges; needs no module
       fields.py apply    the same on a live appliance, in the namespace to be used, besides limits and warnings

The list of fields is spec_fields, written down from the specification; the parser's rows and kernel/dash.yaml
are compared with it first.  From the kind of a field follow the values that are tried: each spelling with its
canonical form, each wrong JSON type, each value out of range.  After every refusal the export is what it was.
Output is KTAP; exit status 0 passed, 1 failed.
"""
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
DASHCTL = str(HERE.parent / 'tools/dashctl')
COLUMNS = ('table', 'name', 'alias', 'kind', 'roles', 'min', 'max', 'default', 'words', 'ref')
LATER_TABLES = ('DASH_TUNNEL_TABLE', 'DASH_ROUTING_APPLIANCE_TABLE', 'DASH_OUTBOUND_PORT_MAP_TABLE',
                'DASH_OUTBOUND_PORT_MAP_RANGE_TABLE', 'DASH_FLOW_TABLE')
BATCH = 90      # dashctl tells a hundred errors


class Field:
    def __init__(self, line):
        row = dict(itertools.zip_longest(COLUMNS, line.split('|'), fillvalue=''))
        self.line, self.table, self.name, self.kind = line, row['table'], row['name'], row['kind']
        self.aliases = [a for a in row['alias'].split(',') if a]
        self.roles = set(r for r in row['roles'].split(',') if r)
        self.min, self.max = int(row['min'] or 0), int(row['max'] or 0)
        self.default, self.ref = row['default'], row['ref']
        self.words = [w for w in row['words'].split(',') if w]

    def is_(self, role):
        return role in self.roles

    def __str__(self):
        return f'{self.table}.{self.name}'


def read_fields(text):
    lines = [x for x in text.splitlines() if x and not x.startswith('#')]
    return [Field(x) for x in lines if x.count('|') > 3], [x for x in lines if x.count('|') <= 3]


FIELDS, LATER = read_fields((HERE / 'spec_fields').read_text())
BY = {str(f): f for f in FIELDS}

# ---- values -------------------------------------------------------------------

PREFIXED = {'routing_type': 'ROUTING_TYPE_', 'action_type': 'ACTION_TYPE_', 'admin_state': 'STATE_',
            'ip_version': 'IP_VERSION_', 'encap_type': 'ENCAP_TYPE_', 'mode': 'MODE_', 'action': 'ACTION_'}
CANONICAL = {'permit': 'allow', 'vm': 'vm_mode', 'gre': 'nvgre', '4_to_6': '4to6'}


def number(text):
    return int(text, 0)


def scalar_forms(f, family=4):
    """[(as written, canonical)]"""
    if f.kind == 'uint':
        values = sorted({f.min, min(f.max, f.min + 7), f.max})
        out = [(v, v) for v in values] + [(str(v), v) for v in values] + [(hex(v), v) for v in values]
        return out + [(hex(values[-1]).upper().replace('X', 'x'), values[-1])]
    if f.kind == 'bool':
        return [(v, True) for v in (True, 1, 'true', 'TRUE', 'True', '1')] + \
               [(v, False) for v in (False, 0, 'false', 'FALSE', '0')]
    if f.kind == 'ip':
        v4 = [('10.1.2.3', '10.1.2.3'), ('192.0.2.255', '192.0.2.255')]
        v6 = [('2001:DB8::1', '2001:db8::1'), ('2001:db8:0:0:0:0:0:2', '2001:db8::2'),
              ('2001:0db8::0003', '2001:db8::3'), ('2001:db8::10.0.0.1', '2001:db8::a00:1')]
        return v4 if family == 4 else v6
    if f.kind == 'prefix':
        v4 = [('10.0.0.0/8', '10.0.0.0/8'), ('10.1.2.3', '10.1.2.3/32'), ('10.1.2.3/9', '10.0.0.0/9'), ('0.0.0.0/0', '0.0.0.0/0')]
        v6 = [('2001:DB8::/32', '2001:db8::/32'), ('2001:db8::1', '2001:db8::1/128'),
              ('2001:db8:ffff::1/33', '2001:db8:8000::/33'), ('::/0', '::/0')]
        return v4 if family == 4 else v6
    if f.kind == 'mac':
        return [(m, 'F4:93:9F:EF:C4:7E') for m in ('F4939FEFC47E', 'f4939fefc47e', 'F4-93-9F-EF-C4-7E', 'f4:93:9f:ef:C4:7e')]
    if f.kind == 'name':
        return [('x', 'x'), ('A b:c', 'A b:c'), ('n' * 255, 'n' * 255), ('Ünïcode', 'Ünïcode')]
    if f.kind in ('vnis', 'ports'):
        top = 16777215 if f.kind == 'vnis' else 65535
        return [(5, '5'), ('5', '5'), ('0x10', '16'), ('5-9', '5-9'), ('5-5', '5'), ({'min': 5, 'max': 9}, '5-9'), ({'value': 5}, '5'),
                ({'range': {'min': 5, 'max': 9}}, '5-9'), (f'{top}', f'{top}'), (f'1-{top}', f'1-{top}')]
    if f.kind == 'enum':
        out = []
        for w in (w for w in f.words if not w.endswith('-')):
            for text in (w, w.upper(), w.capitalize()) + ((PREFIXED[f.name] + w.upper(),) if f.name in PREFIXED else ()):
                out.append((text, CANONICAL.get(w, 'vnet_encap' if f.table == 'DASH_VNET_MAPPING_TABLE' else w)))
        return out
    raise AssertionError(f.kind)


def forms(f, family=4):
    """Every way to write a value: [(as written, canonical)]"""
    if f.ref:
        one = [(BASE_NAME[f.ref], BASE_NAME[f.ref])]
    else:
        one = scalar_forms(f, family)
    if not f.is_('list'):
        return one
    plain = [(w, c) for w, c in one if isinstance(w, str) and ',' not in w]
    a, b = plain[0], plain[-1]
    both = [a[1]] + ([b[1]] if b[1] != a[1] else [])
    return [(w, [c]) for w, c in one] + [([w], [c]) for w, c in one[:2]] + [
        ([a[0], b[0]], both), (f'{a[0]},{b[0]}', both), (f' {a[0]} , {b[0]} ', both), ([a[0], a[0]], [a[1]]),
        ([], None), ('', None)]


def bad(f):
    """[(as written, code)]"""
    out = [(v, 'EINVAL') for v in {
        'uint': [f.max + 1, f.min - 1, 1.5, True, {}, 'abc', '1 2', '0x', '-1', '1e3', 2 ** 64],
        'bool': [2, -1, 1.5, 'yes', {}, 'truee'],
        'ip': [5, True, {}, '10.1.2', '10.1.2.256', '010.1.2.3', '10.1.2.3/32', 'fe80::1%lo', '::ffff:1.2.3.4', '1.2.3.4.5',
               '2001:db8:::1', 'x'],
        'prefix': [5, True, {}, '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '/8', '::/129', 'x', '10.0.0.0/8/8', '::ffff:1.2.3.4/120'],
        'mask': [5, True, {}, '2001:db8::1', '10.0.0.0/8', '::/129', 'x'],
        'mac': [5, True, {}, 'F4939FEFC47', 'F4939FEFC47EE', 'F4:93:9F:EF:C4:7G', 'F4:93-9F:EF:C4:7E', 'F4 93 9F EF C4 7E',
                '00:00:00:00:00:00'],
        'name': [True, {}, 'a|b', 'a\tb', 'n' * 256, 'a\x7f'],
        'eni': [True, {}, 'a|b'],
        'vnis': [0, True, 1.5, {'min': 5}, {'max': 5}, {'min': 9, 'max': 5}, '9-5', '0-5', '5-16777216', 'x', '5-', '-5', '1-2-3',
                 {'value': 'x'}, {'range': 5}],
        'ports': [65536, True, 1.5, {'min': 5}, {'min': 9, 'max': 5}, '9-5', '5-65536', 'x', '5-', '1-2-3', {'range': {'min': 1}}],
        'enum': ['nosuch', 5, True, {}, 'ROUTING_TYPE_NOSUCH'],
        'actions': [],
    }[f.kind]]
    if f.is_('list'):
        out = [([v], c) for v, c in out] + [(v, c) for v, c in out if isinstance(v, (dict, bool))] + [
            ('a,,b', 'EINVAL'), ([[]], 'EINVAL'), ([None], 'EINVAL')]
    else:
        out += [([], 'EINVAL'), (['x', 'y'], 'EINVAL')]
    if f.kind == 'enum':
        out += [(w[:-1], 'ENOTSUP') for w in f.words if w.endswith('-')]
    if f.is_('later'):      # whatever is not the default
        out = [(v, 'ENOTSUP') for v, _ in LATER_FORMS[f.kind](f)]
    return out


def written(default, f):
    return {'bool': lambda d: d == 'true', 'uint': number}.get(f.kind, str)(default)


LATER_FORMS = {
    'uint': lambda f: [(f.max, 0)], 'bool': lambda f: [(f.default != 'true', 0)], 'ip': lambda f: [('10.1.2.3', 0)],
    'mask': lambda f: [('2001:db8::/ffff::', 0), ('2001:db8::/32', 0)], 'name': lambda f: [('x', 0)],
    'enum': lambda f: [(w[:-1], 0) for w in f.words if w.endswith('-')],
}

# ---- objects -------------------------------------------------------------------

BASE_NAME = {'vnet': 'Vb', 'qos': 'qb', 'prefix_tag': 't4', 'acl_group': 'g4', 'route_group': 'rg', 'meter_policy': 'm4', 'eni': 'Eb'}
RULE = {'priority': 5, 'action': 'allow', 'terminating': True}
BASE = [{k: v} for k, v in {
    'DASH_APPLIANCE_TABLE:base': {'sip': '10.250.20.19', 'vm_vni': 9999}, 'DASH_VNET_TABLE:Vb': {'vni': 45654},
    'DASH_QOS_TABLE:qb': {}, 'DASH_ENI_TABLE:Eb': {'mac_address': '02:00:00:00:00:01', 'vnet': 'Vb', 'underlay_ip': '25.1.1.1'},
    'DASH_PREFIX_TAG_TABLE:t4': {'ip_version': 'ipv4', 'prefix_list': '10.0.0.0/8'},
    'DASH_ACL_GROUP_TABLE:g4': {'ip_version': 'ipv4'}, 'DASH_ACL_RULE_TABLE:g4:all': RULE,
    'DASH_ACL_GROUP_TABLE:g6': {'ip_version': 'ipv6'}, 'DASH_ACL_RULE_TABLE:g6:all': RULE,
    'DASH_ACL_GROUP_TABLE:rules': {'ip_version': 'ipv4'}, 'DASH_ROUTE_GROUP_TABLE:rg': {},
    'DASH_METER_POLICY_TABLE:m4': {'ip_version': 'ipv4'}, 'DASH_METER_POLICY_TABLE:m6': {'ip_version': 'ipv6'},
}.items()]
# key of the n-th object, and the fields it needs
MAKE = {
    'DASH_APPLIANCE_TABLE': lambda n: (f'a{n}', {'sip': f'10.9.{n // 250}.{n % 250 + 1}', 'vm_vni': 9999}),
    'DASH_VNET_TABLE': lambda n: (f'v{n}', {'vni': 100000 + n}),
    'DASH_QOS_TABLE': lambda n: (f'q{n}', {}),
    'DASH_ENI_TABLE': lambda n: (f'e{n}', {'mac_address': '02:01:00:00:%02X:%02X' % (n >> 8, n & 255), 'vnet': 'Vb', 'underlay_ip': '25.1.1.2'}),
    'DASH_PREFIX_TAG_TABLE': lambda n: (f't{n}', {'ip_version': 'ipv4'}),
    'DASH_ACL_GROUP_TABLE': lambda n: (f'g{n}', {'ip_version': 'ipv4'}),
    'DASH_ACL_RULE_TABLE': lambda n: (f'rules:r{n}', {'priority': n + 1, 'action': 'allow', 'terminating': True}),
    'DASH_ACL_IN_TABLE': lambda n: (f'Eb:{n % 5 + 1}', {}),
    'DASH_ACL_OUT_TABLE': lambda n: (f'Eb:{n % 5 + 1}', {}),
    'DASH_ENI_ROUTE_TABLE': lambda n: ('Eb', {}),
    'DASH_ROUTE_GROUP_TABLE': lambda n: (f'h{n}', {}),
    'DASH_ROUTE_TABLE': lambda n: (f'rg:10.{n >> 8}.{n & 255}.0/24', {'routing_type': 'direct'}),
    'DASH_ROUTE_RULE_TABLE': lambda n: (f'Eb:{n + 1}:10.0.0.0/8:7', {'action_type': 'decap'}),
    'DASH_VNET_MAPPING_TABLE': lambda n: (f'Vb:10.{n >> 8}.{n & 255}.1', {'underlay_ip': '101.1.2.3'}),
    'DASH_PA_VALIDATION_TABLE': lambda n: (f'{100000 + n}', {}),
    'DASH_METER_POLICY_TABLE': lambda n: (f'p{n}', {'ip_version': 'ipv4'}),
    'DASH_METER_RULE_TABLE': lambda n: (f'm4:{n}', {'priority': 1, 'ip_prefix': '1.0.0.0/8', 'metering_class': 1}),
    'DASH_METER_TABLE': lambda n: (f'Eb:{n}', {}),
    'DASH_ROUTING_TYPE_TABLE': lambda n: ('vnet_encap', {'action_type': 'staticencap'}),
    'SWITCH_TABLE': lambda n: ('switch', {}),
}
# what else an object needs for a field to be valid
WITH = {'DASH_ROUTE_TABLE.vnet': {'routing_type': 'vnet'}, 'DASH_ROUTE_TABLE.overlay_ip': {'routing_type': 'vnet_direct', 'vnet': 'Vb'},
        'action.vni': {'action_type': 'staticencap'}}


def build(f, n, value, name=None):
    """(member name, body) of the n-th object with this value."""
    table = 'DASH_ROUTING_TYPE_TABLE' if f.table == 'action' else f.table
    key, body = MAKE[table](n)
    body = dict(body)
    for a in [f.name] + f.aliases:
        body.pop(a, None)
    body.update(WITH.get(str(f), {}))
    if f.name == 'routing_type' and f.table == 'DASH_ROUTE_TABLE' and str(value).lower().replace('routing_type_', '') in ('vnet', 'vnet_direct'):
        body['vnet'] = 'Vb'
    body[name or f.name] = value
    return f'{table}:{key}', body


def plain_fields():
    return [f for f in FIELDS if not f.is_('key') and f.kind != 'actions' and not f.is_('ignored')]


def valid_cases(live=False):
    """[(field, member, body, canonical value; None: the field is not exported)]"""
    count = itertools.count(1)
    out = []
    for f in plain_fields():
        if f.is_('later'):
            if f.default:
                out.append((f, *build(f, next(count), written(f.default, f)), None))
            continue
        values = []
        for family in (4, 6) if f.kind in ('ip', 'prefix') else (4,):
            if family == 6 and live and str(f) in ('DASH_ROUTE_TABLE.overlay_ip', 'DASH_PREFIX_TAG_TABLE.prefix_list',
                                                   'DASH_ACL_RULE_TABLE.src_addr', 'DASH_ACL_RULE_TABLE.dst_addr',
                                                   'DASH_METER_RULE_TABLE.ip_prefix'):
                continue        # the family is that of another field; errors.sh
            values += forms(f, family)
        if live:
            values = LIVE.get(str(f), lambda v: v)(values)
        for name in [f.name] + f.aliases:
            for value, canonical in values if name == f.name else values[:1]:
                if value in ([], '') and f.is_('mandatory'):
                    continue
                n = next(count)
                value, canonical = UNIQUE.get(str(f), lambda n, v, c: (v, c))(n, value, canonical) if live else (value, canonical)
                # an ENI keeps what is not said, so what is said stays, default or not; a mapping has a type
                stays = live and (f.table == 'DASH_ENI_TABLE' or str(f) == 'DASH_VNET_MAPPING_TABLE.routing_type')
                if f.default and not stays and canonical is not None and str(canonical).lower() == str(written(f.default, f)).lower():
                    canonical = None
                if live and f.name in ('full_flow_resimulation_requested', 'flow_resimulation_requested'):
                    canonical = None        # a trigger reads as not asked for
                out.append((f, *build(f, n, value, name), canonical))
    return out


def unique_mac(n, value, canonical):
    mac = '0202%08X' % n
    sep = '-' if '-' in value else ':' if ':' in value else ''
    text = sep.join(mac[i:i + 2] for i in range(0, 12, 2))
    return text.lower() if value.islower() else text, ':'.join(mac[i:i + 2] for i in range(0, 12, 2))


def one_vip(n, value, canonical):
    """VIPs are unique; the way of writing stays."""
    v4, v6 = f'10.8.{n // 250}.{n % 250 + 1}', f'2001:db8:8::{n:x}'
    if isinstance(value, list) and len(value) == 2 or isinstance(value, str) and ',' in value:
        text = [v4, v6] if isinstance(value, list) else ' , '.join((v4, v6))
        return text, [v4, v6]
    ip = v6 if ':' in str(value) else v4
    text = ip.upper() if 'DB8' in str(value) else ip
    return [text] if isinstance(value, list) else text, [ip]


UNIQUE = {'DASH_ENI_TABLE.mac_address': unique_mac, 'DASH_APPLIANCE_TABLE.sip': one_vip,
          'DASH_ENI_TABLE.eni_id': lambda n, v, c: (f'id{n}', f'id{n}'),
          'DASH_ENI_TABLE.v6_meter_policy_id': lambda n, v, c: ('m6', 'm6'),
          'DASH_ACL_IN_TABLE.v6_acl_group_id': lambda n, v, c: ('g6', 'g6'),
          'DASH_ACL_OUT_TABLE.v6_acl_group_id': lambda n, v, c: ('g6', 'g6')}
only_few = {'SWITCH_TABLE.vxlan_port': 4790, 'SWITCH_TABLE.vxlan_sport': 32768, 'SWITCH_TABLE.vxlan_mask': 12}
LIVE = {'action.action_name': lambda v: [], 'action.action_type': lambda v: [], 'action.encap_type': lambda v: [],
        'action.vni': lambda v: [], **{k: (lambda n: lambda v: [(hex(n), n)])(n) for k, n in only_few.items()}}


def bad_cases():
    count = itertools.count(1)
    return [(f, *build(f, next(count), v), code) for f in plain_fields() for v, code in bad(f)]


# ---- running --------------------------------------------------------------------

TMP = tempfile.mkdtemp()


def run(command, elements, *options):
    """(status, messages)"""
    path = os.path.join(TMP, 'f.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump(elements, out, ensure_ascii=False)
    p = subprocess.run([DASHCTL, '-j', command, *options, path], capture_output=True, text=True, check=False)
    return p.returncode, json.loads(p.stdout or '[]')


def export():
    return json.loads(subprocess.run([DASHCTL, 'export'], capture_output=True, text=True, check=True).stdout)


def accepted(command, elements):
    status, messages = run(command, elements)
    errors = [m for m in messages if m['level'] == 'error']
    assert status == 0 and not errors, (status, errors[:3])
    return messages


def refused(command, cases):
    """Every object of @cases is refused with its code at its field."""
    for at in range(0, len(cases), BATCH):
        part = cases[at:at + BATCH]
        status, messages = run(command, [{m: b} for _, m, b, _ in part])
        assert status == 1, status
        told = {}
        for m in messages:
            if m['level'] == 'error':
                told.setdefault(m['element'], []).append(m)
        for i, (f, member, body, code) in enumerate(part, 1):
            errors = told.get(i)
            assert errors, f'accepted: {member} {body}'
            assert all(e['code'] == code and e.get('field') == f.name for e in errors), (member, body, code, errors)


CASES = {'check': [], 'apply': []}


def case(mode, sentence):
    def keep(fn):
        CASES[mode].append((sentence, fn))
        return fn
    return keep


@case('check', 'the parser has the tables and fields of the specification, with the same roles, ranges and defaults')
def rows():
    text = subprocess.run([DASHCTL, 'help', '--fields'], capture_output=True, text=True, check=True).stdout
    fields, later = read_fields(text)
    assert [f.line for f in fields] == [f.line for f in FIELDS], set(f.line for f in fields) ^ set(f.line for f in FIELDS)
    assert later == LATER and sorted(x.split('|')[0] for x in later) == sorted(LATER_TABLES), later


@case('check', 'kernel/dash.yaml has exactly the fields that this release takes')
def contract():
    spec = yaml.safe_load((HERE.parent / 'kernel/dash.yaml').read_text())
    sets = {s['name']: s['attributes'] for s in spec['attribute-sets']}
    tables = {}
    for f in FIELDS:
        if not f.is_('later') and not f.is_('ignored'):
            tables.setdefault(f.table, []).append(f)
    for table, fields in tables.items():
        name = 'routing-action' if table == 'action' else table.replace('DASH_', '').replace('_TABLE', '').lower().replace('_', '-')
        attrs = [a for a in sets[name] if a['type'] != 'pad']
        assert [a['name'].replace('-', '_') for a in attrs] == [f.name for f in fields], (table, name)
        for a, f in zip(attrs, fields):
            words = a.get('doc', '').split(']')[0].lstrip('[').split(', ') if a.get('doc', '').startswith('[') else []
            for role in ('key', 'create-only', 'stored'):
                assert (role in words) == f.is_(role), (str(f), role, words)
            assert bool(a.get('multi-attr')) == f.is_('list'), str(f)


@case('check', 'every form of every value of every field is accepted')
def all_forms():
    cases = valid_cases()
    print(f'# {len(cases)} values of {len(plain_fields())} fields')
    accepted('check', [{m: b} for _, m, b, _ in cases])


@case('check', 'every wrong type and every value out of range is refused, by field')
def all_wrong():
    cases = bad_cases()
    print(f'# {len(cases)} values')
    refused('check', cases)


@case('check', 'every mandatory field is missed')
def missing():
    n = 0
    for f in FIELDS:
        if not f.is_('mandatory') or f.kind == 'actions' or f.table == 'DASH_ENI_TABLE':    # ENI: only at its creation, errors.sh
            continue
        member, body = build(f, 1, None)
        status, messages = run('check', [{member: body}])
        errors = [m for m in messages if m['level'] == 'error']
        assert status == 1 and [e['text'] for e in errors] == [f'missing field "{f.name}"'], (str(f), errors)
        n += 1
    print(f'# {n} fields')


@case('check', 'every part of every key is judged')
def keys():
    wrong = {'uint': ['x', '1.5', '99999999999'], 'ip': ['x', '1.2.3'], 'prefix': ['x', '1.2.3.4/40'], 'enum': ['nosuch'],
             'name': ['n' * 256], 'eni': ['n' * 256]}
    good = {'uint': '1', 'ip': '1.2.3.4', 'prefix': '1.2.3.0/24', 'enum': 'vnet', 'name': 'x', 'eni': 'x'}
    by_table = {}
    for f in FIELDS:
        if f.is_('key'):
            by_table.setdefault(f.table, []).append(f)
    n = 0
    for table, parts in by_table.items():
        for i, f in enumerate(parts):
            for value in wrong[f.kind]:
                key = '|'.join(value if j == i else good[p.kind] for j, p in enumerate(parts))
                status, messages = run('check', [{f'{table}|{key}': {}, 'OP': 'DEL'}])
                assert status == 1 and f'"{f.name}"' in messages[0]['text'] and \
                    messages[0]['code'] in ('EINVAL', 'ENOTSUP'), (table, key, messages)
                n += 1
            if f.is_('optional'):
                continue
            key = '|'.join('' if j == i else good[p.kind] for j, p in enumerate(parts))
            status, messages = run('check', [{f'{table}|{key}': {}, 'OP': 'DEL'}])
            assert status == 1 and messages[0]['text'] == f'missing key part "{f.name}"', (table, key, messages)
            n += 1
    print(f'# {n} keys')


@case('check', 'the body of an action, a binding and an object of any table has a shape')
def shapes():
    for table in MAKE:
        key, _ = MAKE[table](1)
        for body in (5, 'x', True) + (() if table == 'DASH_ROUTING_TYPE_TABLE' else ([],)):
            status, messages = run('check', [{f'{table}:{key}': body}])
            assert status == 2 and messages[0]['code'] == 'EPARSE', (table, body, messages)
    for actions in ([], [{}] * 6, [5], [[]], [{'action_type': 'maprouting'}, 'x']):
        status, messages = run('check', [{'DASH_ROUTING_TYPE_TABLE:vnet': actions}])
        assert status == 1 and messages[0]['code'] == 'EINVAL', (actions, messages)


@case('check', 'a table of a later release is refused, its deletion is a warning')
def later_tables():
    for table in LATER_TABLES:
        status, messages = run('check', [{f'{table}:x': {}}])
        assert status == 1 and messages[0]['code'] == 'ENOTSUP', messages
        status, messages = run('check', [{f'{table}:x': {}, 'OP': 'DEL'}])
        assert status == 0 and messages[0]['code'] == 'WARNING', messages


MALFORMED = ['', ' ', '[', '{', '[}', '{]', ']', '}', '[1', '["a]', '[{]}', '{"a"}', '{"a":}', '{"a" 1}', '{a: 1}', "{'a': 1}", '[1,]', '[,1]',
             '{"a": 1,}', '{,}', '[tru]', '[nul]', '[True]', '[01]', '[1.]', '[.5]', '[-]', '[+1]', '[1e]', '[0x10]', '[NaN]', '[Infinity]',
             '["\t"]', '["\\x"]', '["\\u12"]', '["\\ud800"]', '["\\ud800\\u0041"]', '[] []', '{} x', '[1] ,', '/* */ []', '# x', '[1 2]', '{"a": 1 "b": 2}']


@case('check', 'what is no JSON is refused with line and column, and status 2')
def malformed():
    path = os.path.join(TMP, 'f.json')
    bytes_ = [m.encode() for m in MALFORMED] + [b'["\xff"]', b'["\xc0\x80"]', b'["\xed\xa0\x80"]', b'\xff\xfe[\0]\0', b'["a\0b"]', b'[\0]',
                                                b'[' * 100000]
    for text in bytes_:
        pathlib.Path(path).write_bytes(b'\n' + text)
        p = subprocess.run([DASHCTL, 'check', path], capture_output=True, check=False)
        said = p.stderr.decode(errors='replace')
        assert p.returncode == 2 and 'EPARSE' in said and '(line ' in said and ', column ' in said, (text[:40], p.returncode, said)
    print(f'# {len(bytes_)} files')


# ---- on a live appliance -----------------------------------------------------------


def flat():
    out = {}
    for element in export():
        for member, body in element.items():
            if member != 'OP':
                out[member] = body
    return out


@case('apply', 'every value comes back in its canonical form')
def live_forms():
    accepted('apply', BASE)
    cases = [c for c in valid_cases(live=True)]
    print(f'# {len(cases)} values')
    seen, rounds = {}, []
    for c in cases:         # the same key again: another transaction
        seen[c[1]] = seen.get(c[1], 0) + 1
        while len(rounds) < seen[c[1]]:
            rounds.append([])
        rounds[seen[c[1]] - 1].append(c)
    for part in rounds:
        accepted('apply', [{m: b} for _, m, b, _ in part])
        have = flat()
        for f, member, body, canonical in part:
            match = {m: b for m, b in have.items() if m.split(':')[0] == member.split(':')[0] and
                     m.split(':')[1:2] == member.split(':')[1:2]}
            got = have.get(member) if member in have else None
            if got is None and f.table == 'SWITCH_TABLE':
                got = have.get('SWITCH_TABLE:switch', {})
            assert got is not None, (member, list(match)[:5])
            value = got.get(f.name)
            if f.is_('list') and canonical is not None and value is not None:
                value = [str(v) for v in value]
                canonical = [str(v) for v in canonical]
            assert value == canonical, (member, body, 'wanted', canonical, 'got', value)


@case('apply', 'whatever the parser refuses, and whatever it would take beside it, changes nothing')
def live_wrong():
    before = export()
    for f, member, body, code in bad_cases()[::61]:
        status, messages = run('apply', [{'DASH_VNET_TABLE:beside': {'vni': 7}}, {member: body}])
        errors = [m for m in messages if m['level'] == 'error']
        assert status == 1 and errors and all(e['code'] == code for e in errors), (member, body, messages)
    assert export() == before


def too_many(what, elements, text, before):
    status, messages = run('apply', elements)
    errors = [m for m in messages if m['level'] == 'error']
    assert status == 1 and errors and all(e['code'] == 'ENOSPC' for e in errors), (what, status, errors[:2])
    assert text in errors[0]['text'], errors[0]
    assert export() == before, what


@case('apply', 'every limit of the configuration is told as ENOSPC')
def limits():
    before = export()
    cidr = [f'{i >> 8 & 255}.{i & 255}.7.0/24' for i in range(256, 256 + 24001)]
    too_many('ENIs', [{f'DASH_ENI_TABLE:x{i}': {'mac_address': '02:09:00:00:%02X:%02X' % (i >> 8, i & 255), 'vnet': 'Vb', 'underlay_ip': '1.2.3.4'}}
                      for i in range(257)], 'more than 256 ENIs', before)
    too_many('appliances', [{f'DASH_APPLIANCE_TABLE:x{i}': {'sip': f'77.1.{i >> 8}.{i & 255}', 'vm_vni': 1}} for i in range(129)],
             'more than 128 appliances', before)
    too_many('VNETs', [{f'DASH_VNET_TABLE:x{i}': {'vni': 200000 + i}} for i in range(8193)], 'more than 8192 VNETs', before)
    too_many('prefixes of a tag', [{'DASH_PREFIX_TAG_TABLE:x': {'ip_version': 'ipv4', 'prefix_list': cidr}}], 'more than 24000 prefixes', before)
    too_many('prefixes of a rule', [{'DASH_ACL_RULE_TABLE:rules:x': dict(RULE, src_addr=cidr)}], 'more than 24000 elements', before)
    too_many('ports of a rule', [{'DASH_ACL_RULE_TABLE:rules:x': dict(RULE, dst_port=list(range(24001)))}], 'more than 24000 elements', before)
    too_many('trusted VNIs of an ENI', [{'DASH_ENI_TABLE:Eb': {'trusted_vnis_list': list(range(1, 1002))}}], 'more than 1000 ranges', before)
    too_many('trusted VNIs', [{'DASH_APPLIANCE_TABLE:base': {'sip': '10.250.20.19', 'vm_vni': 9999, 'trusted_vnis_list': list(range(1, 10002))}}],
             'more than 10000 ranges', before)
    too_many('rules of a group', [{f'DASH_ACL_RULE_TABLE:rules:x{i}': RULE} for i in range(10001)], 'more than 10000 rules', before)
    too_many('inbound rules', [{f'DASH_ROUTE_RULE_TABLE:Eb:{i + 1}:11.0.0.0/8:1': {'action_type': 'drop'}} for i in range(10001)],
             'more than 10000 inbound rules', before)


WARNINGS = [
    ('unknown field', [{'DASH_VNET_TABLE:w': {'vni': 300000, 'nosuch': 1}}], 'unknown field "nosuch"'),
    ('host bits', [{'DASH_PA_VALIDATION_TABLE:45654': {'prefixes': '10.1.2.3/8'}}], 'host bits of "10.1.2.3/8" cleared: 10.0.0.0/8'),
    ('duplicate priority', [{'DASH_ACL_GROUP_TABLE:w': {'ip_version': 'ipv4'}}, {'DASH_ACL_RULE_TABLE:w:1': RULE}, {'DASH_ACL_RULE_TABLE:w:2': RULE}],
     'priority 5 occurs more than once in ACL group "w"'),
    ('multicast MAC', [{'DASH_VNET_MAPPING_TABLE:Vb:77.1.1.1': {'underlay_ip': '1.2.3.4', 'mac_address': '01:00:5E:00:00:01'}}], 'MAC address 01:00:5E:00:00:01 is multicast'),
    ('VNI shared', [{'DASH_VNET_TABLE:w': {'vni': 45654}}], 'VNET "Vb" has VNI 45654 too'),
    ('VNI = vm_vni, by the VNET', [{'DASH_VNET_TABLE:w': {'vni': 9999}}], 'VNI 9999 is the vm_vni of appliance "'),
    ('VNI = vm_vni, by the ENI', [{'DASH_ENI_TABLE:Eb': {'vm_vni': 45654}}], 'VNI 45654 is that of VNET "Vb": every packet with it is outbound'),
    ('VNI = vm_vni, by the appliance', [{'DASH_APPLIANCE_TABLE:w': {'sip': '77.1.1.1', 'vm_vni': 45654}}], 'VNI 45654 is that of VNET "Vb": every packet with it is outbound'),
    ('VNI without VNET', [{'DASH_PA_VALIDATION_TABLE:4242': {'prefixes': '10.0.0.0/8'}}], 'no VNET has VNI 4242'),
    ('without effect', [{'DASH_QOS_TABLE:w': {'bw': 5}}], 'accepted, but without effect in this release: bw'),
    ('DEL with unknown table', [{'DASH_NOSUCH_TABLE:x': {}, 'OP': 'DEL'}], 'unknown table "DASH_NOSUCH_TABLE" ignored'),
]


@case('apply', 'every warning is told, and is an error with --strict, which then changes nothing')
def warnings():
    before = export()
    for what, elements, text in WARNINGS:
        status, messages = run('apply', elements, '--dry-run')
        assert status == 0 and [m for m in messages if m['level'] == 'warning' and text in m['text']], (what, status, messages)
        status, messages = run('apply', elements, '--strict')
        assert status == 1 and [m for m in messages if m['level'] == 'error' and text in m['text']], (what, status, messages)
        assert export() == before, what
    accepted('apply', [dict({k: None for k in [m]}, OP='DEL') for m in flat() if m.startswith(('DASH_APPLIANCE', 'DASH_ENI_TABLE'))])
    messages = accepted('apply', [{'DASH_ENI_TABLE:late': {'mac_address': '02:00:00:00:00:09', 'vnet': 'Vb', 'underlay_ip': '1.2.3.4'}}])
    assert ['there is no appliance yet'] == [m['text'] for m in messages], messages


def main():
    mode = sys.argv[1] if len(sys.argv) == 2 else ''
    if mode not in CASES:
        sys.exit(__doc__.split('\n\n')[1])
    cases = CASES[mode]
    print(f'KTAP version 1\n1..{len(cases)}')
    failed = 0
    for i, (sentence, fn) in enumerate(cases, 1):
        begin = time.monotonic()
        try:
            fn()
            print(f'ok {i} {sentence}')
        except AssertionError as e:
            failed = 1
            text = str(e)
            print(f'not ok {i} {sentence}\n# line {e.__traceback__.tb_next.tb_lineno}: {text[:1500]}')
        print(f'# {time.monotonic() - begin:.1f} s')
    return failed


if __name__ == '__main__':
    sys.exit(main())
