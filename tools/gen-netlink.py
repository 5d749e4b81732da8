#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""Make the C side of the netlink interface from kernel/dash.yaml.

usage: gen-netlink.py [--check]

Writes kernel/uapi/dash.h, kernel/uapi/dash_fields.h, kernel/netlink_gen.[ch] and the reference
kernel/netlink.md.
With --check nothing is written: exit status 1 names the files that differ.

Why not the kernel's own YNL generator: it needs a kernel tree beside ours, and it knows
neither kinds of values (a prefix, a range of VNIs) nor keys.  The spec stays plain YNL;
what YNL lacks are words in brackets at the start of an attribute's doc (see dash.yaml).
"""
import pathlib
import re
import sys
import textwrap

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEC = ROOT / 'kernel/dash.yaml'
KINDS = ('bool', 'ip', 'prefix', 'vni-range', 'port-range')
FLAGS = ('key', 'mandatory', 'create-only', 'stored')
HEAD = '''/* SPDX-License-Identifier: {} */
/* Copyright (C) 2026 The dash-linux authors */
/* Generated from kernel/dash.yaml by tools/gen-netlink.py: edit the spec, not this file. */
'''


def c_name(*parts):
    return '_'.join(parts).replace('-', '_')


def upper(*parts):
    return c_name(*parts).upper()


def word(name):
    """The spelling of a name in files, output and messages."""
    return name.replace('-', '_')


class Attr:
    """One attribute: what the spec says, with the bracket words split off."""

    def __init__(self, spec, prefix, number):
        self.name = spec['name']
        self.type = spec['type']
        self.number = number
        self.enum = spec.get('enum')
        self.nest = spec.get('nested-attributes')
        self.multi = spec.get('multi-attr', False)
        self.checks = spec.get('checks', {})
        self.c = upper(prefix, self.name)
        m = re.match(r'\[([a-z, -]+)\]\s*(.*)', spec.get('doc', ''), re.S)
        self.words = m.group(1).split(', ') if m else []
        self.doc = ' '.join((m.group(2) if m else spec.get('doc', '')).split())
        self.kind = self.value_kind(spec)
        bad = set(self.words) - set(KINDS + FLAGS + ('reply', 'deferred'))
        if bad:
            sys.exit(f'{SPEC}: {self.c}: unknown words {sorted(bad)}')

    def value_kind(self, spec):
        for kind in KINDS:
            if kind in self.words:
                return kind
        if spec.get('display-hint') == 'mac':
            return 'mac'
        return 'enum' if self.enum else self.type


class Family:
    def __init__(self, spec):
        self.spec = spec
        self.name = spec['name']
        self.consts = {}
        self.enums = {}
        for d in spec['definitions']:
            if d['type'] == 'const':
                self.consts[d['name']] = d
            else:
                self.enums[d['name']] = self.entries(d)
        self.docs = {d['name']: d.get('doc', '') for d in spec['definitions']}
        self.sets = {}
        for s in spec['attribute-sets']:
            prefix = f'{self.name}-a' + ('' if s['name'] == self.name else '-' + s['name'])
            self.sets[s['name']] = (
                prefix, [Attr(a, prefix, i) for i, a in enumerate(s['attributes'], 1)],
                s.get('doc', ''))
        self.objects = [name for _, name, _, _ in self.enums['obj-type']]
        self.ops = spec['operations']['list']

    def entries(self, d):
        """[(C name, name, value, doc)]"""
        prefix = d.get('name-prefix', f"{self.name}-{d['name']}-").rstrip('-')
        value = d.get('value-start', 0) - 1
        out = []
        for e in d['entries']:
            e = {'name': e} if isinstance(e, str) else e
            value = e.get('value', value + 1)
            out.append((upper(prefix, e['name']), e['name'], value, e.get('doc', '')))
        return out

    def limit(self, value):
        return self.consts[value]['value'] if value in self.consts else value


def comment(text, indent='', width=96):
    lines = textwrap.wrap(text, width - len(indent.expandtabs()) - 6, break_on_hyphens=False)
    if len(lines) == 1:
        return [f'{indent}/* {lines[0]} */']
    return [f'{indent}/* {lines[0]}'] + [f'{indent} * {line}' for line in lines[1:]] + [f'{indent} */']


def value_text(f, a):
    """The right-hand side of a line of a message tree."""
    text = {'enum': f'{a.type}, enum {c_name(f.name, a.enum or "")}',
            'nest': f'nest of DASH_A_{upper(a.nest or "")}_*'}.get(a.kind, a.kind)
    if a.multi:
        text += ', list'
    return text + ''.join(f', {w}' for w in FLAGS + ('reply',) if w in a.words)


def uapi(f):
    out = [HEAD.format('GPL-2.0-only WITH Linux-syscall-note'), '/*']
    intro = f"Generic netlink family \"{f.name}\". {f.spec['doc']}"
    out += [f' * {line}' for line in textwrap.wrap(intro, 90)]
    out += [' *', ' * Byte order: numbers are in host order, addresses in network order.  Kinds of values:',
            ' *   bool        u8, 0 or 1',
            ' *   ip          4 or 16 bytes; no v4-mapped IPv6',
            ' *   prefix      ip followed by its length in bits (5 or 17 bytes); bits beyond it are zero',
            ' *   mac         6 bytes',
            ' *   vni-range   u64, first << 32 | last',
            ' *   port-range  u32, first << 16 | last',
            ' *   list        the attribute is repeated, in order', ' *', ' * Commands:']
    for op in f.ops:
        out += ['', f" * {upper(f.name, 'cmd', op['name'])}"]
        out += [f' *\t{line}' for line in textwrap.wrap(op['doc'].strip(), 84)]
        for kind in ('do', 'dump', 'event'):
            part = op.get(kind)
            if not part:
                continue
            if kind == 'event':
                out.append(' *\tevent: ' + ', '.join(upper(f.name, 'a', a) for a in part['attributes']))
                continue
            for side in ('request', 'reply'):
                names = part.get(side, {}).get('attributes')
                if names:
                    text = f'{kind} {side}: ' + ', '.join(upper(f.name, 'a', a) for a in names)
                    out += [f' *\t{line}' for line in textwrap.wrap(text, 84, subsequent_indent='    ')]
    out = [line or ' *' for line in out]
    out += [' */', '#ifndef DASH_H', '#define DASH_H', '']
    out += [f'#define DASH_FAMILY_NAME\t"{f.name}"', f"#define DASH_FAMILY_VERSION\t{f.spec.get('version', 1)}"]
    for group in f.spec['mcast-groups']['list']:
        out.append(f"#define {upper(f.name, 'mcgrp', group['name'])}\t\"{group['name']}\"")
    for name, d in f.consts.items():
        out += [''] + comment(d['doc']) + [f"#define {upper(f.name, name)}\t{d['value']}"]
    for name, entries in f.enums.items():
        out += [''] + comment(f.docs[name]) + [f'enum {c_name(f.name, name)} {{']
        last = None
        for c, _, value, doc in entries:
            number = '' if last is not None and value == last + 1 or last is None and not value else f' = {value}'
            out.append(f'\t{c}{number},' + (f'\t/* {doc} */' if doc else ''))
            last = value
        if name == 'obj-type':
            out += ['', '\t__DASH_OBJ_MAX,', '\tDASH_OBJ_MAX = __DASH_OBJ_MAX - 1']
        out.append('};')
    for name, (prefix, attrs, doc) in f.sets.items():
        out += [''] + comment(doc) + ['enum {']
        width = max(len(a.c) for a in attrs) + 6
        for a in attrs:
            text = value_text(f, a) + (': ' + a.doc if a.doc else '')
            pad = '\t' * (1 + (-(-width // 8) * 8 - len(a.c + (' = 1' if a.number == 1 else '')) - 2) // 8)
            head = f"\t{a.c}{' = 1' if a.number == 1 else ''},{pad}"
            out.append(f'{head}/* {text} */')
        p = upper(prefix)
        out += ['', f'\t__{p}_MAX,', f'\t{p}_MAX = __{p}_MAX - 1', '};']
    out += ['', 'enum {']
    for i, op in enumerate(f.ops):
        out.append(f"\t{upper(f.name, 'cmd', op['name'])}{' = 1' if not i else ''},")
    out += ['', '\t__DASH_CMD_MAX,', '\tDASH_CMD_MAX = __DASH_CMD_MAX - 1', '};', '', '#endif /* DASH_H */']
    return '\n'.join(out) + '\n'


def fields(f):
    out = [HEAD.format('GPL-2.0-only WITH Linux-syscall-note'),
           '''/*
 * Names, kinds and roles of the fields of all objects, as X-macros: for error texts in the
 * module, and for reading and printing any object without knowing it in user space.
 *
 * DASH_OBJECTS(X)	X(SET, "table", "name"): table in a configuration file, name in commands;
 *			in the order of enum dash_obj_type
 * DASH_FIELDS(X)	X(SET, FIELD, "name", KIND, flags, REF): SET may also be ROUTING_ACTION;
 *			the attribute is DASH_A_##SET##_##FIELD, the kind DASH_KIND_##KIND,
 *			REF the enum's name (ENUM), the SET in the nest (NEST), or NONE
 * DASH_WORDS(X)	X(ENUM, CONSTANT, "word"): the canonical words of the enums
 */
#ifndef DASH_FIELDS_H
#define DASH_FIELDS_H

#include "dash.h"

/**
 * enum dash_kind - how the value of a field is encoded (see dash.h)
 */
enum dash_kind {''']
    sets = f.objects + ['routing-action']
    kinds = ['u8', 'u16', 'u32', 'u64', 'string', 'mac', 'enum', 'nest', *KINDS]
    out += [f"\t{upper('dash-kind', k)}," for k in kinds] + ['};', '']
    out.append('/* roles of a field */')
    out += [f"#define {upper('dash-fld', w):<23} 0x{1 << i:02x}" for i, w in enumerate(FLAGS + ('list',))]
    out.append('')
    rows = []
    for name in f.objects:
        table = 'SWITCH_TABLE' if name == 'switch' else f'DASH_{upper(name)}_TABLE'
        rows.append(f'\tX({upper(name)}, "{table}", "{word(name)}")')
    out.append('#define DASH_OBJECTS(X) \\\n' + ' \\\n'.join(rows))
    rows = []
    used = []
    for name in sets:
        for a in f.sets[name][1]:
            if a.type == 'pad':
                continue
            if a.kind == 'enum' and a.type != 'u8':
                sys.exit(f'{a.c}: enums are u8')
            flags = [upper('dash-fld', w) for w in FLAGS if w in a.words]
            flags += ['DASH_FLD_LIST'] if a.multi else []
            ref = upper(a.enum or a.nest or 'none')
            if a.enum and a.enum not in used:
                used.append(a.enum)
            rows.append(f'\tX({upper(name)}, {upper(a.name)}, "{word(a.name)}", {upper(a.kind)}, '
                        f"{' | '.join(flags) or '0'}, {ref})")
    out += ['', '#define DASH_FIELDS(X) \\\n' + ' \\\n'.join(rows)]
    used += [e for e in f.enums if e not in used and e != 'obj-type']
    rows = [f'\tX({upper(e)}, {c}, "{word(n)}")' for e in used for c, n, _, _ in f.enums[e]]
    out += ['', '#define DASH_WORDS(X) \\\n' + ' \\\n'.join(rows), '', '#endif /* DASH_FIELDS_H */']
    return '\n'.join(out) + '\n'


class Policies:
    """Policies of the attributes that requests may carry, and what they refer to."""

    def __init__(self, f):
        self.f = f
        self.ranges = {}
        self.sparse = {}
        self.nests = []

    def range(self, low, high):
        name = f'dash_range_{low}_{high}'
        self.ranges[name] = (low, high)
        return name

    def sized(self, a, low, high, width):
        if low > high:
            sys.exit(f'{a.c}: empty range')
        base = f'NLA_{a.type.upper()}'
        if not low and high == 2 ** width - 1:
            return f'{{ .type = {base}, }}'
        if high > 32767:
            return f'NLA_POLICY_FULL_RANGE({base}, &{self.range(low, high)})'
        if not low:
            return f'NLA_POLICY_MAX({base}, {high})'
        if high == 2 ** width - 1:
            return f'NLA_POLICY_MIN({base}, {low})'
        return f'NLA_POLICY_RANGE({base}, {low}, {high})'

    def attr(self, a):
        f = self.f
        check = {k: f.limit(v) for k, v in a.checks.items()}
        if a.kind in ('ip', 'prefix'):
            return f'NLA_POLICY_VALIDATE_FN(NLA_BINARY, dash_nl_{a.kind}_check)'
        if a.kind in ('vni-range', 'port-range'):
            return f'NLA_POLICY_VALIDATE_FN(NLA_{a.type.upper()}, dash_nl_{c_name(a.kind)}_check)'
        if a.kind == 'nest':
            if 'deferred' in a.words:
                return '{ .type = NLA_NESTED, }'
            return f'NLA_POLICY_NESTED({c_name(f.name, a.nest)}_nl_policy)'
        if a.kind == 'flag':
            return '{ .type = NLA_FLAG, }'
        if a.type == 'string':
            size = f", .len = {check['max-len']}" if 'max-len' in check else ''
            return f'{{ .type = NLA_NUL_STRING{size}, }}'
        if 'exact-len' in check:
            return f"NLA_POLICY_EXACT_LEN({check['exact-len']})"
        if a.kind == 'enum':
            values = [v for _, _, v, _ in f.enums[a.enum]]
            if values != list(range(values[0], values[-1] + 1)):
                self.sparse[a.enum] = a.type
                return f'NLA_POLICY_VALIDATE_FN(NLA_{a.type.upper()}, {c_name(f.name, a.enum)}_check)'
            return self.sized(a, max(values[0], check.get('min', 0)), values[-1], int(a.type[1:]))
        width = int(a.type[1:])
        return self.sized(a, check.get('min', 0), check.get('max', 2 ** width - 1), width)

    def table(self, name, size, attrs):
        rows = [f'\t[{a.c}] = {self.attr(a)},' for a in attrs if a.type != 'pad' and 'reply' not in a.words]
        return [f'const struct nla_policy {name}[{size}] = {{'] + rows + ['};', '']

    def reach(self, name):
        """Sets nested in @name, inner ones first."""
        for a in self.f.sets[name][1]:
            if a.nest and 'reply' not in a.words:
                self.reach(a.nest)
        if name not in self.nests:
            self.nests.append(name)


def op_symbol(f, op, kind):
    return c_name(f.name, 'nl', op['name'], 'doit' if kind == 'do' else 'dumpit')


def source(f):
    p = Policies(f)
    top = {a.name: a for a in f.sets[f.name][1]}
    bodies = []
    ops = []
    for op in f.ops:
        for kind in ('do', 'dump'):
            if kind not in op:
                continue
            names = op[kind].get('request', {}).get('attributes') or []
            attrs = [top[n] for n in names]
            for a in attrs:
                if a.nest:
                    p.reach(a.nest)
            policy = 'dash_none_nl_policy'
            size = 1
            if attrs:
                policy = c_name(f.name, op['name'], 'nl_policy')
                size = max(attrs, key=lambda a: a.number).c
                bodies += ['static ' + '\n'.join(p.table(policy, f'{size} + 1', attrs))]
            flags = [f'GENL_CMD_CAP_{kind.upper()}']
            flags += ['GENL_UNS_ADMIN_PERM'] if 'uns-admin-perm' in op.get('flags', []) else []
            ops += ['\t{', f"\t\t.cmd\t\t= {upper(f.name, 'cmd', op['name'])},"]
            if kind == 'do':
                ops += [f"\t\t.doit\t\t= {op_symbol(f, op, kind)},"]
            else:
                ops += [f"\t\t.start\t\t= {c_name(op[kind]['pre'])},"] if 'pre' in op[kind] else []
                ops += [f'\t\t.dumpit\t\t= {op_symbol(f, op, kind)},']
                ops += [f"\t\t.done\t\t= {c_name(op[kind]['post'])},"] if 'post' in op[kind] else []
            ops += [f'\t\t.policy\t\t= {policy},', f'\t\t.maxattr\t= {size},',
                    f"\t\t.flags\t\t= {' | '.join(flags)},", '\t},']
    tables = []
    direct = {a.nest for a in top.values()}     # what handlers parse themselves; the store goes by dash_nl_sets
    for name in p.nests:
        prefix, attrs, _ = f.sets[name]
        tables += [] if name in direct else ['static']
        tables += p.table(f'{c_name(f.name, name)}_nl_policy', f'{upper(prefix)}_MAX + 1', attrs)
    out = [HEAD.format('GPL-2.0-only'), '#include "netlink_gen.h"', '']
    for name, (low, high) in sorted(p.ranges.items(), key=lambda r: r[1]):
        out += [f'static const struct netlink_range_validation {name} = {{', f'\t.min\t= {low}ULL,',
                f'\t.max\t= {high}ULL,', '};', '']
    for name, typ in p.sparse.items():
        out += [f'static int {c_name(f.name, name)}_check(const struct nlattr *attr, struct netlink_ext_ack *extack)',
                '{', f'\tswitch (nla_get_{typ}(attr)) {{']
        out += [f'\tcase {c}:' for c, _, _, _ in f.enums[name]]
        words = ' or '.join(word(n) for _, n, _, _ in f.enums[name])
        out += ['\t\treturn 0;', '\tdefault:', f'\t\tNL_SET_ERR_MSG_ATTR(extack, attr, "must be {words}");',
                '\t\treturn -EINVAL;', '\t}', '}', '']
    out += '\n'.join(tables).replace('static\n', 'static ').split('\n')
    rows = [f"\t[{upper(f.name, 'obj', n)}] = {{ {c_name(f.name, n)}_nl_policy, {upper(f.name, 'a', n)}_MAX }},"
            for n in f.objects]
    out += ['/* how to check the nest of each object type */',
            'const struct dash_nl_set dash_nl_sets[DASH_OBJ_MAX + 1] = {', *rows, '};', '']
    out += ['/* for commands without attributes: whatever comes is refused */',
            'static const struct nla_policy dash_none_nl_policy[1 + 1] = {};', '']
    out += bodies
    count = sum(kind in op for op in f.ops for kind in ('do', 'dump'))
    out += [f'const struct genl_split_ops dash_nl_ops[{count}] = {{', *ops, '};']
    return '\n'.join(out) + '\n', header(f, p, count)


def header(f, p, count):
    out = [HEAD.format('GPL-2.0-only'), '#ifndef DASH_NETLINK_GEN_H', '#define DASH_NETLINK_GEN_H', '',
           '#include <net/genetlink.h>', '#include <net/netlink.h>', '#include "uapi/dash.h"', '',
           '/**', ' * struct dash_nl_set - an attribute set that describes an object',
           ' * @policy: of its attributes', ' * @max: highest of them', ' */',
           'struct dash_nl_set {', '\tconst struct nla_policy *policy;', '\tunsigned int max;', '};', '',
           'extern const struct dash_nl_set dash_nl_sets[DASH_OBJ_MAX + 1];']
    out += [f"extern const struct nla_policy {c_name(f.name, n)}_nl_policy[{upper(f.sets[n][0])}_MAX + 1];"
            for n in p.nests if n in {a.nest for a in f.sets[f.name][1]}]
    out += [f'extern const struct genl_split_ops dash_nl_ops[{count}];', '',
            '/* values that the types of netlink do not describe; netlink.c */']
    out += [f'int dash_nl_{c_name(k)}_check(const struct nlattr *attr, struct netlink_ext_ack *extack);'
            for k in ('ip', 'prefix', 'vni-range', 'port-range')]
    out += ['', '/* commands; netlink*.c */']
    hooks = []
    for op in f.ops:
        if 'do' in op:
            out.append(f"int {op_symbol(f, op, 'do')}(struct sk_buff *skb, struct genl_info *info);")
        if 'dump' in op:
            out.append(f"int {op_symbol(f, op, 'dump')}(struct sk_buff *skb, struct netlink_callback *cb);")
            hooks += [c_name(op['dump'][h]) for h in ('pre', 'post') if h in op['dump']]
    out += [f'int {h}(struct netlink_callback *cb);' for h in hooks]
    return '\n'.join(out + ['', '#endif /* DASH_NETLINK_GEN_H */']) + '\n'


def bounds(f, a):
    """What a value may be, beyond its type."""
    check = {k: f.limit(v) for k, v in a.checks.items()}
    text = []
    if a.kind == 'nest':
        text.append(f'[{a.nest}](#set-{a.nest})')
    if a.kind == 'enum':
        text.append(f'[{a.enum}](#enum-{a.enum})')
    if 'min' in check or 'max' in check:
        text.append(f"{check.get('min', 0)}..{check.get('max', 2 ** int(a.type[1:]) - 1)}")
    if 'max-len' in check and a.type == 'string':
        text.append(f"up to {check['max-len']} bytes")
    return ', '.join(text)


def rows(*lines):
    return ['| ' + ' | '.join(str(c).replace('|', '\\|') for c in line) + ' |' for line in lines]


def reference(f):
    out = ['<!-- SPDX-License-Identifier: GPL-2.0-only -->',
           '<!-- Copyright (C) 2026 The dash-linux authors -->',
           '<!-- Generated from kernel/dash.yaml by tools/gen-netlink.py: edit the spec, not this file. -->', '',
           f'# Generic netlink family "{f.name}"', '', f.spec['doc'].strip(), '',
           'Numbers are in host order, addresses in network order. An address (ip) has 4 or 16 bytes, a prefix is an address',
           'and its length in bits, a mac has 6 bytes, a vni-range is `first << 32 | last`, a port-range `first << 16 | last`,',
           'a bool is 0 or 1. A list is the attribute repeated, in order. Whatever is not in this file is refused; every',
           'refusal has a sentence, and the offset of the attribute, in the extended ack.', '',
           'Multicast groups: ' + ', '.join(f"`{g['name']}`" for g in f.spec['mcast-groups']['list']) + '.', '',
           '## Commands', '']
    for i, op in enumerate(f.ops, 1):
        out += [f"### {op['name']}", '', f"Number {i}, `{upper(f.name, 'cmd', op['name'])}`. {op['doc'].strip()}", '']
        table = []
        for kind in ('do', 'dump', 'event'):
            part = op.get(kind)
            if part is None:
                continue
            names = {s: part.get(s, {}).get('attributes') or [] for s in ('request', 'reply')}
            if kind == 'event':
                names = {'request': [], 'reply': part['attributes']}
            text = {s: ', '.join(f'`{a}`' for a in n) or '-' for s, n in names.items()}
            table.append((kind + (f" to group `{op['mcgrp']}`" if 'mcgrp' in op else ''), text['request'], text['reply']))
        out += rows(('', 'request', 'reply'), ('---', '---', '---'), *table) + ['']
    out += ['## Attribute sets', '']
    for name, (prefix, attrs, doc) in f.sets.items():
        out += [f'### Set {name}', '', f'{doc} Attributes `{upper(prefix)}_*`.' if doc.endswith('.') else
                f'{doc}: attributes `{upper(prefix)}_*`.', '']
        table = []
        for a in attrs:
            if a.type == 'pad':
                continue
            kind = a.kind if a.kind == a.type or a.kind in ('enum', 'nest') else f'{a.kind} ({a.type})'
            role = [w for w in a.words if w in FLAGS + ('reply',)] + (['list'] if a.multi else [])
            table.append((a.number, f'`{a.name}`', kind, ', '.join(role), bounds(f, a), a.doc))
        out += rows(('no.', 'attribute', 'type', 'role', 'values', ''), ('---',) * 6, *table) + ['']
    out += ['## Enumerations', '']
    for name, entries in f.enums.items():
        out += [f'### Enum {name}', '', f.docs[name] + '.', '']
        out += rows(('value', 'name', ''), ('---',) * 3, *((v, f'`{n}`', d) for _, n, v, d in entries)) + ['']
    out += ['## Constants', '']
    out += rows(('name', 'value', ''), ('---',) * 3,
                *((f"`{upper(f.name, n)}`", d['value'], d['doc']) for n, d in f.consts.items()))
    return '\n'.join(out) + '\n'


def main():
    if sys.argv[1:] not in ([], ['--check']):
        sys.exit(__doc__.split('\n\n')[1])
    f = Family(yaml.safe_load(SPEC.read_text()))
    gen_c, gen_h = source(f)
    files = {'kernel/uapi/dash.h': uapi(f), 'kernel/uapi/dash_fields.h': fields(f),
             'kernel/netlink_gen.c': gen_c, 'kernel/netlink_gen.h': gen_h, 'kernel/netlink.md': reference(f)}
    stale = []
    for name, text in files.items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not sys.argv[1:]:
            path.write_text(text)
    if sys.argv[1:] and stale:
        sys.exit('differ from kernel/dash.yaml: ' + ', '.join(stale) + ' (run tools/gen-netlink.py)')


if __name__ == '__main__':
    main()
