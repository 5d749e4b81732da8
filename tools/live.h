/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The dash-linux authors */
#ifndef DASHCTL_LIVE_H
#define DASHCTL_LIVE_H

#include <stdbool.h>

#include "query.h"

/* The fields that are not key, by name, as members of the object that is open.  @defaults: absent
 * ones too, if their default is known and this release acts upon them.
 */
void pr_fields(const struct live *o, bool defaults);
/* One field as a member; false if it is absent. */
bool pr_field(const struct live *o, const struct field *f);
/* The parts of the key, by name. */
void pr_key(const struct live *o);
/* hits, bytes and further counters, if it has any */
void pr_counters(const struct live *o);

/* What the packets of an ENI came to, if it is one and -s was given. */
void pr_statistics(const struct live *o);

/* All of the above as one object, led by the table's word in text. */
void pr_live(const struct live *o);

struct attr;
/* One action of a routing type. */
void pr_action(const struct attr *nest);

/* The element of a file that makes it; export.c. */
void pr_element(const struct live *o);

/* Appends "TABLE:key". */
void live_name(const struct live *o, struct buf *out);

/* Text of a field that is no list; NULL if it is absent.  @out: VALUE_TEXT bytes. */
const char *live_text(const struct live *o, const char *field, char *out);

#endif
