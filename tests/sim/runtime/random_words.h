/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a random program is made of: its draws, the features that it uses, its text so far. */
#ifndef CAIRN_TESTS_RUNTIME_RANDOM_WORDS_H
#define CAIRN_TESTS_RUNTIME_RANDOM_WORDS_H

#include "sim/base/text.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

enum swarm {
    SWARM_ACTORS,
    SWARM_TASKS,
    SWARM_LOOPS,
    SWARM_PARALLEL,
    SWARM_UNTIL,
    SWARM_WAIT,
    SWARM_PUT,
    SWARM_RELEASE,
    SWARM_GET,
    SWARM_CHECKPOINT,
    SWARM_PERSIST,
    SWARM_IN_MEMORY,
    SWARM_RESTORE,
    SWARM_KILL,
    SWARM_HANDLERS,
    SWARM_JOBS,
    SWARM_WORKER_START,
    SWARM_HOPS,
    SWARM_TRANSFER,
    SWARM_LARGE,
    SWARM_RETRIES,
    SWARM_EXCEPTIONS,
    SWARM_NODE_FAULTS,
    SWARM_OTHER_FAULTS,
    SWARM_REPAIR,
    SWARM_SPARES,
    SWARM_DETECTION,
    SWARM_ASYNC,
    SWARM_DETACHED,
    SWARM_RESOURCES,
    SWARM_LAWS,
    SWARM_TIGHT,
    SWARM_SCHEDULE,   /* failures at given times, of nodes, tasks and actors */
    SWARM_FORETOLD,   /* predictions, notices */
    SWARM_CRASHES,    /* of processes alone */
    SWARM_CONTROLLER, /* checkpoints of actors that no driver asks for */
    SWARM_STATELESS,
    SWARM_STOPPED,  /* early: by its horizon, or after so many events */
    SWARM_ROOM,     /* for results is limited, and there are disks */
    SWARM_LINEAGE,  /* is limited */
    SWARM_DURABLE,  /* results of tasks */
    SWARM_USES,     /* more memory than there is */
    SWARM_TOGETHER, /* placement groups */
    SWARM_STOP,     /* actors that end gracefully */
    SWARM_HEAD,     /* the head is away */
    SWARM_EXPORT,   /* of classes */
    SWARM_OWNER,    /* drivers that are lost */
    SWARM_ROUTED,   /* calls to one actor of several */
    SWARM_MAP,
    SWARM_CANCEL,
    SWARM_FEATURES
};

enum {
    VARIABLES = 48,
    NODE_GB = 4,
    CLASSES = 3,
    METHODS = 3,
    TASKS = 5,
    TEXT_MOST = 65536,
    DEEPEST = 3
};

struct random_variable {
    int32_t class; /* -1: objects */
    uint32_t count, number, scope;
};

struct random_program {
    uint64_t random;
    uint64_t uses; /* bits of enum swarm */
    uint64_t queue_random;
    bool has_queue;
    uint32_t nodes, node_cpu;
    uint32_t tasks, classes, methods[CLASSES];
    uint32_t room[CLASSES];   /* as many can live at once */
    uint32_t placed[CLASSES]; /* as many can be placed on a node */
    bool has_checkpoint[CLASSES], is_detached[CLASSES];
    uint32_t keep[CLASSES]; /* of its checkpoints */
    struct random_variable variables[VARIABLES];
    uint32_t count;  /* variables seen here */
    uint32_t base;   /* those before it belong to what is around this list */
    uint32_t scope;  /* branches around here */
    uint32_t named;  /* variables so far */
    uint32_t left;   /* statements */
    uint32_t copies; /* of this place, loops and branches multiplied */
    unsigned depth;
    struct text head, pipeline;
    char head_bytes[4096], pipeline_bytes[TEXT_MOST];
};

/* ---- draws --------------------------------------------------------------------------------- */

static inline uint64_t random_mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t random_next(struct random_program *p)
{
    return random_mix(&p->random);
}

static inline uint32_t random_below(struct random_program *p, uint32_t n)
{
    return (uint32_t)((random_next(p) >> 32) * n >> 32);
}

static inline bool random_uses(const struct random_program *p, enum swarm feature)
{
    return p->uses >> feature & 1;
}

/* The feature is drawn for this program, and happens here: once in n. */
static inline bool random_wants(struct random_program *p, enum swarm feature, uint32_t n)
{
    return random_uses(p, feature) && random_below(p, n) == 0;
}

/* ---- words --------------------------------------------------------------------------------- */

static inline void random_add_time(struct random_program *p, struct text *text, uint32_t most)
{
    if (random_wants(p, SWARM_LAWS, 6))
        text_add(text, "{exponential: %u s}", 1 + random_below(p, most));
    else if (random_wants(p, SWARM_LAWS, 6))
        text_add(text, "[%u s, %u s, 250 ms]", random_below(p, most), random_below(p, most));
    else
        text_add(text, "%u s", random_below(p, most));
}

/* A key and its time, often left out. */
static inline void random_add_cost(struct random_program *p, struct text *text, const char *key,
                                   uint32_t most_ms)
{
    if (random_below(p, 3) == 0)
        return;
    uint32_t ms = random_below(p, most_ms);
    text_add(text, ", %s: %u ms", key, random_below(p, 2) ? ms - ms % 1000 : ms);
}

static inline void random_add_size(struct random_program *p, struct text *text)
{
    static const char *const small[] = {"0 B", "1 kB", "100 KiB"};
    static const char *const large[] = {"102401 B", "1 MB", "50 MB", "100 KiB"};
    text_add(text, "%s",
             random_uses(p, SWARM_LARGE) ? large[random_below(p, 4)] : small[random_below(p, 3)]);
}

/* A mean no shorter than the work between two states that stand, or a list that has one without a
 * crash: who may be tried again for ever gets through soon. */
static inline void random_add_crash(struct random_program *p, uint32_t work)
{
    if (!random_wants(p, SWARM_CRASHES, 2))
        return;
    text_add(&p->pipeline, ", crash: ");
    if (random_below(p, 2))
        text_add(&p->pipeline, "{exponential: %u s}", work + random_below(p, work));
    else
        text_add(&p->pipeline, "[%u s, %u s, 0 s]", random_below(p, work), random_below(p, work));
}

static inline void random_add_fails(struct random_program *p)
{
    static const char *const when[] = {"start", "end", "0.5"};
    if (random_uses(p, SWARM_EXCEPTIONS) && random_below(p, 3) == 0)
        text_add(&p->pipeline, ", fails: {probability: 0.%u, after: %u, at: %s}",
                 1 + random_below(p, 5), random_below(p, 3), when[random_below(p, 3)]);
    if (random_wants(p, SWARM_EXCEPTIONS, 2))
        text_add(&p->pipeline, ", retry_exceptions: true");
}

static inline void random_add_tries(struct random_program *p, const char *key)
{
    if (random_below(p, 5) == 0)
        text_add(&p->pipeline, ", %s: unlimited", key);
    else
        text_add(&p->pipeline, ", %s: %u", key, 1 + random_below(p, 3));
}

/* One call alone is never beyond the limit. */
static inline void random_add_uses(struct random_program *p)
{
    if (random_wants(p, SWARM_USES, 2))
        text_add(&p->pipeline, ", uses: %u MB", random_below(p, NODE_GB * 500));
}

#endif
