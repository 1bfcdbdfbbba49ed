/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that fail at times of the test's choosing: outages as a trace in memory. */
#ifndef CAIRN_TESTS_RUNTIME_STRUCK_H
#define CAIRN_TESTS_RUNTIME_STRUCK_H

#include "tests/sim/runtime/played.h"

enum { STRUCK_MOST = 8 };

struct struck {
    struct outages outages;
    struct outage list[STRUCK_MOST];
};

/* The program's cluster meets these outages and no others, in place of what its scenario says, and
 * nobody foretells them: how many can be ahead is reckoned when a workspace is opened. */
static inline void struck_open(struct struck *struck, struct played *played)
{
    struct spec *spec = &played->cell.spec;
    *struck = (struct struck){.outages.nodes_count = spec->cluster.nodes};
    struck->outages.list = struck->list;
    struck->outages.last = spec->horizon;
    memset(&spec->faults.node, 0, sizeof spec->faults.node);
    memset(&spec->faults.rack, 0, sizeof spec->faults.rack);
    memset(&spec->faults.platform, 0, sizeof spec->faults.platform);
    memset(&spec->faults.prediction, 0, sizeof spec->faults.prediction);
    spec->faults.schedule_count = 0;
    spec->faults.notice = 0;
    spec->faults.trace.is_given = true;
    spec->faults.trace.times = TIMES_TRUE;
    spec->faults.trace.start = START_FIRST;
    spec->faults.trace.after_end = AFTER_END_STOP;
    spec->faults.trace.nodes = PICK_FIRST_N;
    spec->faults.trace.outages = &struck->outages;
}

/* The node is away from start to end. Call in order of start. */
static inline void struck_add(struct struck *struck, uint32_t node, simtime start, simtime end)
{
    uint32_t i = struck->outages.count++;
    assert_true(i < STRUCK_MOST && (i == 0 || struck->list[i - 1].start <= start));
    struck->list[i] = (struct outage){.start = start, .end = end, .node = node, .line = i + 1};
}

#endif
