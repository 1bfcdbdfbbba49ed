/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spec: all that a scenario says, as plain data.
 *
 * workloads/ fills it in, sim/model runs it; neither knows the other. Every field has a checked
 * value (the reader has refused the rest), every time is ns. Where a value came from (default, file
 * and line, --set) is kept beside the schema, not here. */
#ifndef CAIRN_MODEL_SPEC_H
#define CAIRN_MODEL_SPEC_H

#include "policies/controller.h"
#include "policies/recovery.h"
#include "policies/router.h"
#include "policies/scheduler.h"
#include "sim/base/law.h"
#include "sim/base/limits.h"
#include "sim/base/simtime.h"
#include <stdbool.h>
#include <stdint.h>

/* One renewal process of outages: a node's, a rack's, a zone's, or the whole platform's. */
struct spec_process {
    bool is_given;
    bool has_repair; /* without: the node is replaced at once (MODEL rule 5) */
    struct law uptime, repair;
};

#define WHOLE_PPM 1000000 /* what parts that are called _ppm are of */

/* Phases of a job, and the masks that `faults.strike` is made of. */
enum spec_phase {
    PHASE_WORK,
    PHASE_CHECKPOINT,
    PHASE_DETECT,
    PHASE_WAIT,
    PHASE_RESTART,
    PHASE_RESTORE,
    PHASE_COUNT
};
#define PHASE_BIT(phase) (1u << (phase))

enum spec_clock { CLOCK_WALL, CLOCK_EXPOSURE };
enum spec_age { AGE_NEW, AGE_STATIONARY, AGE_GIVEN };
enum spec_renewal { RENEWAL_FAILED, RENEWAL_ATTEMPT }; /* S1; S2, a comparison mode */
enum spec_spares { SPARES_HOT, SPARES_COLD };
enum spec_in_flight { IN_FLIGHT_SKIP, IN_FLIGHT_WAIT, IN_FLIGHT_REPLACE };
enum spec_driver { DRIVER_OUTSIDE, DRIVER_FIRST_NODE };
enum spec_staged { STAGED_NONE, STAGED_PEER };

enum spec_times { TIMES_REPORTED, TIMES_TRUE }; /* trace: is detection already in the times? */
enum spec_start { START_FIRST, START_DATE, START_RANDOM };
enum spec_after_end { AFTER_END_STOP, AFTER_END_WRAP };
enum spec_pick { PICK_BY_NAME, PICK_FIRST_N, PICK_SAMPLE };
enum spec_open { OPEN_CENSOR, OPEN_TO_END };

struct outages; /* sim/model/outage.h */
struct program; /* sim/model/program.h */

struct spec_trace {
    bool is_given;
    const char *file; /* as resolved: relative to the scenario's folder */
    enum spec_times times;
    enum spec_start start;
    int64_t start_date; /* ns since 1970-01-01 UTC, for START_DATE */
    enum spec_after_end after_end;
    enum spec_pick nodes;
    enum spec_open open;
    const struct outages *outages; /* bound by the campaign after reading `file` */
};

/* One failure at an exact time. */
enum spec_mishap_kind {
    MISHAP_NODE,
    MISHAP_RACK,
    MISHAP_ZONE, /* these three are nodes */
    MISHAP_TASK,
    MISHAP_ACTOR,
    MISHAP_HEAD,
    MISHAP_JOB
};
struct spec_mishap {
    simtime at;
    simtime notice; /* of nodes: so long before it is announced, and takes nothing new; 0: never */
    simtime lasts;  /* of the head: so long it is away */
    enum spec_mishap_kind kind;
    uint32_t number; /* of the node, rack or zone; or which of those at work, oldest first */
    uint32_t target; /* function or class */
    bool is_hang;    /* of nodes: they answer no more, instead of refusing */
};

enum spec_probes { PROBES_AFTER, PROBES_FIXED };

enum spec_mtbf { MTBF_SCENARIO, MTBF_GIVEN, MTBF_BEFORE, MTBF_HINDSIGHT };

struct spec_controller {
    const struct cairn_controller_class *class;
    struct cairn_value values[LIMIT_PARAMS]; /* in the order of class->params, defaults filled in */
    enum spec_mtbf mtbf;           /* origin of the mtbf parameter, if the class has one */
    int64_t mtbf_before;           /* ns since 1970, for MTBF_BEFORE */
    bool is_shape_given;           /* the law's shape: by the user, not by the scenario */
    struct cairn_chosen it;        /* this one, as one that decorates it sees it */
    struct spec_controller *inner; /* that this one decorates, or NULL */
};

/* Where the steps of a stage begin: stages add up to the work. */
struct spec_stage_start {
    int64_t step;
    simtime work;
};

struct spec {
    const char *name, *summary;
    simtime horizon;
    struct {
        uint32_t nodes, spares, rack, zone; /* nodes of a rack, of a zone; 0: there are none */
        double node_cpu, node_gpu, node_custom;
        uint64_t node_memory;
        enum spec_spares spares_age;
    } cluster;
    struct {
        struct spec_process node, rack, zone, platform;
        struct spec_trace trace;
        enum spec_clock clock;
        uint32_t strike; /* PHASE_BITs, for CLOCK_EXPOSURE */
        enum spec_age initial_age;
        simtime age; /* for AGE_GIVEN */
        enum spec_renewal renewal;
        struct {
            int32_t recall_ppm, precision_ppm; /* recall 0: nothing is predicted */
            simtime lead, window;
        } prediction;
        simtime notice; /* 0: none */
        struct {
            bool is_given;
            struct law every, lasts;
            double factor; /* so many times as long a node takes for its work meanwhile */
        } slow;
        uint32_t schedule_count;
        struct spec_mishap *schedule; /* names are resolved when the program is known */
    } faults;
    struct {
        simtime delay;
        /* Probes, in place of a delay: one every period; `threshold` in a row that fail are a
         * failure. A dead node refuses at once, a hanging one after the timeout. */
        simtime period, timeout; /* period 0: no probes */
        uint32_t threshold;
        enum spec_probes probes; /* the next one: so long after the answer; or at fixed times */
    } detection;
    struct {
        uint32_t workers;
        double cpu, gpu; /* demanded of each worker's node */
        uint64_t memory;
        simtime work, step; /* step 0: work is divisible, or comes in stages */
        bool is_divisible;
        uint32_t stages_count; /* 0: all steps are alike */
        const struct cairn_stage *stages;
        const struct spec_stage_start *starts; /* stages_count + 1, the last one the job's end */
        uint64_t state;                        /* bytes */
        simtime checkpoint, persist, restore, downtime;
        int32_t interference_ppm; /* of speed lost while a checkpoint persists */
        bool final_checkpoint, restore_initial;
        enum spec_in_flight in_flight;
        enum spec_staged staged;
    } group;
    struct {
        double write, read; /* bytes a second; 0: not given */
        simtime latency;
    } store;
    /* NULL: the workload is the group above. Otherwise the group is the cluster as a whole: as many
     * workers as nodes, so that every node is somebody's. */
    const struct program *program;
    struct {
        simtime submit;              /* from a driver's statement to the scheduler */
        simtime lease;               /* from the placement to the worker */
        simtime reply;               /* from the end of a call to who waits for it */
        simtime worker_start;        /* of a process */
        simtime worker_import;       /* then it loads what it needs */
        uint32_t worker_at_once;     /* starts at once on a node; 0: one a processor */
        simtime node_start;          /* of a node that was replaced or repaired */
        simtime latency;             /* of a transfer between nodes */
        double bandwidth;            /* bytes a second; 0: transfers take the latency alone */
        enum spec_driver driver;     /* where all drivers are */
        uint64_t inline_size;        /* results up to here travel with the reply */
        uint64_t object_memory;      /* bytes that results may take on a node; 0: no limit */
        double spill_bandwidth;      /* bytes a second to and from a node's disk; 0: no spilling */
        int32_t spill_threshold_ppm; /* of object_memory, above which results are spilled */
        uint64_t spill_fused;        /* bytes that are written at once, at least */
        uint64_t lineage;            /* bytes of specifications that are remembered; 0: all */
        uint64_t task_spec;          /* bytes of one */
        int32_t memory_limit_ppm;    /* of node_memory, above which calls are killed */
        simtime memory_check;        /* period in which that is looked at */
        simtime shutdown;            /* that an actor has to end, when a driver stops it */
        simtime reconnect;           /* that nodes wait for an absent head before they give up */
        simtime worker_detection;    /* from the end of a process to its detection */
    } runtime;
    struct spec_controller controller;
    struct {
        const struct cairn_scheduler_class *class;
        struct cairn_value values[LIMIT_PARAMS];
    } scheduler;
    struct {
        const struct cairn_recovery_class *class;
        struct cairn_value values[LIMIT_PARAMS];
    } recovery;
    struct {
        const struct cairn_router_class *class;
        struct cairn_value values[LIMIT_PARAMS];
    } router;
    uint32_t replications;
    uint64_t seed;
    uint64_t max_events; /* bound on canonical happenings of one replication */
};

/* What a controller is told of the job before it starts. */
static inline struct cairn_shape spec_shape(const struct spec *spec)
{
    return (struct cairn_shape){
        .size = sizeof(struct cairn_shape),
        .abi = CAIRN_CONTROLLER_ABI,
        .checkpoint_cost = spec->group.checkpoint,
        .restore_cost = spec->group.restore,
        .downtime = simtime_add(spec->detection.delay, spec->group.downtime),
        .work = spec->group.work,
        .step = spec->group.is_divisible ? 0 : spec->group.step,
        .workers = spec->group.workers,
        .has_final_checkpoint = spec->group.final_checkpoint,
        .has_initial_restore = spec->group.restore_initial,
        .stages_count = spec->group.stages_count,
        .stages = spec->group.stages,
        .persist = spec->group.persist,
    };
}

#endif
