#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
"""config_seeds.py DIRECTORY FILE... - the elements of configuration files, one a file, as
seeds for config.c in DIRECTORY/seeds-config, and all their words as DIRECTORY/config.dict"""
import json
import re
import sys

words, number = set(), 0
for path in sys.argv[2:]:
    with open(path) as f:
        text = f.read()
    words.update(word for word in re.findall(r'"([^"\\\n]+)"', text) if len(word) < 60)
    for element in json.loads(text):
        with open("%s/seeds-config/%d" % (sys.argv[1], number), "w") as out:
            out.write("0[%s]" % json.dumps(element))
        number += 1
with open(sys.argv[1] + "/config.dict", "w") as out:
    out.writelines('"%s"\n' % word for word in sorted(words))
