/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the ledger classes, and the comparison of failure traces. */
#include "sim/model/record.h"

const char *const job_class_names[JOB_CLASSES] = {
    [JOB_USEFUL] = "useful",
    [JOB_CHECKPOINT] = "checkpoint",
    [JOB_SLOWED] = "slowed",
    [JOB_LOST] = "lost",
    [JOB_UNCOMMITTED] = "uncommitted",
    [JOB_DETECT] = "detect",
    [JOB_WAIT] = "wait",
    [JOB_RESTART] = "restart",
    [JOB_RESTORE] = "restore",
    [JOB_BLOCKED] = "blocked",
    [JOB_START] = "start",
    [JOB_TRANSFER] = "transfer",
    [JOB_IDLE] = "idle",
};

const char *const node_class_names[NODE_CLASSES] = {
    [NODE_HELD] = "held",
    [NODE_SPARE] = "spare",
    [NODE_REPAIRING] = "repairing",
    [NODE_IDLE] = "idle",
};

bool failure_trace_agrees(const struct failure_trace *a, const struct failure_trace *b)
{
    uint64_t shorter = a->outages < b->outages ? a->outages : b->outages;
    for (unsigned i = 0; i < TRACE_MARKS && (UINT64_C(1) << i) <= shorter; i++)
        if (a->marks[i] != b->marks[i])
            return false;
    return true;
}
