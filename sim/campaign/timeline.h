/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who did what when, as text: a row a slot of a node, time from left to right.
 *
 * Letters are functions, and a capital is where a call begins; signs are everything else. Each
 * column shows what took most of it (a checkpoint, a restore or a failure, where it took a quarter,
 * lest it should never be seen), so that a picture of any length is true as far as it goes; where
 * there are few intervals they are listed as well, exactly. Plain ASCII without colours. */
#ifndef CAIRN_CAMPAIGN_TIMELINE_H
#define CAIRN_CAMPAIGN_TIMELINE_H

#include "sim/base/io.h"
#include "sim/campaign/cell.h"

#define TIMELINE_ROWS   64 /* shown at the most; the others are counted */
#define TIMELINE_LISTED 64 /* intervals listed at the most */

/* As wide as `columns`. *record is what the replication came to. STATUS_INPUT: too much to draw;
 * STATUS_MEMORY. */
enum status timeline_write(struct sink *out, const struct cell *cell, uint32_t replication,
                           int columns, struct record *record, struct diag *diag);

#endif
