/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The story: the canonical happenings of a run, digested as they are told.
 *
 * Two runs are the same run if and only if their stories are. Only happenings that a skipping and a
 * step-by-step execution share belong to it (MODEL rule 15): outages, detection, restores,
 * checkpoint transitions; never steps, never decisions. Equal checkpoints at equal distances are
 * told as one sentence ("n checkpoints, from here, so far apart"), whichever way they were
 * executed. Failures and the job's own happenings are two strands, joined at the end: a run that
 * skips learns of an outage elsewhere before it has told the checkpoints around it. */
#ifndef CAIRN_MODEL_STORY_H
#define CAIRN_MODEL_STORY_H

#include "sim/base/digest.h"
#include "sim/model/record.h"

enum story_kind {
    STORY_START,
    STORY_STRUCK,
    STORY_DETECTED,
    STORY_NODES_READY,
    STORY_RESTORE_BEGUN,
    STORY_RESTORED,
    STORY_SNAPSHOT,
    STORY_PERSISTING,
    STORY_COMPLETE,
    STORY_ABORTED,
    STORY_SKIPPED,
    STORY_FINISHED,
    STORY_STOPPED,
    STORY_RUN_OF_CHECKPOINTS,
    STORY_SUCH_A_RUN, /* with the cost and the spacings of the run before */
};

/* Equal blocking checkpoints: the i-th starts at first + i * spacing and covers first_work + i *
 * work_spacing; each blocks for cost. The spacings mean nothing while count is 1. */
struct story_checkpoints {
    simtime first, spacing, cost;
    simtime first_work, work_spacing;
    uint64_t count;
};

struct story {
    struct digest job;
    uint64_t heads;       /* of the last happenings: kind, same time?, same work?; 6 bits each */
    unsigned heads_count; /* at most 10 a word */
    simtime last_time, last_work;
    struct story_checkpoints last_run;
    uint64_t events;
    struct story_checkpoints pending;
    uint64_t chain; /* of the failures */
    struct failure_trace trace;
};

void story_begin(struct story *story);
void story_outage(struct story *story, simtime fault_time, unsigned process, uint32_t entity,
                  uint32_t occurrence);
void story_tell(struct story *story, enum story_kind kind, simtime time, simtime work);
/* Complete blocking checkpoints, in order of time. */
void story_tell_checkpoints(struct story *story, const struct story_checkpoints *checkpoints);
struct digest_value story_end(struct story *story);

#endif
