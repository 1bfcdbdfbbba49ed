/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outages as recorded: the neutral form into which every outage trace is read.
 *
 * Times are ns since 1970-01-01 UTC (or since the trace's own zero), exact integers. Sorted by
 * (start, node, line); of one node no two overlap: the reader has merged those and counted them. */
#ifndef CAIRN_MODEL_OUTAGE_H
#define CAIRN_MODEL_OUTAGE_H

#include "sim/base/digest.h"
#include <stdint.h>

#define OUTAGE_OPEN INT64_MAX /* the trace ended before the outage did */

struct outage {
    int64_t start, end; /* start <= end; end may be OUTAGE_OPEN */
    uint32_t node;      /* index into outages.nodes */
    uint32_t cause;     /* index into outages.causes */
    uint32_t line;      /* in the file, for messages */
};

struct outages {
    const char *file;
    uint32_t count, nodes_count, causes_count;
    const struct outage *list;
    const char *const *nodes;  /* names, in order of byte value */
    const char *const *causes; /* [0] is "" */
    int64_t first, last;       /* observation window: first start, last start or closed end */
    /* what the reader found and did, for its report */
    uint32_t rows, merged, simultaneous, open, zero_length;
    struct digest_value digest;
};

#endif
