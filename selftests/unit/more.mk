# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The dash-linux authors
SRC_conntrack	:= conntrack.c
SRC_flow_table	:= flow_table.c conntrack.c
SRC_half_open	:= half_open.c
SRC_fragment	:= fragment.c
SRC_sweep	:= sweep.c flow_table.c conntrack.c
# dashctl: not of the module, but as pure
SRC_value	:= $(addprefix ../tools/,value.c table.c key.c json.c util.c)
