/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit for tests of the model: small specs, scripted outages, ledgers compared to the nanosecond.
 *
 * A test builds its scenario by hand, not through the scenario reader: what MODEL.md says is tested
 * against what sim/model does, with nothing in between. kit_check runs the scenario twice, skipping
 * and step by step, and both must give the expected account: every timeline also tests rule 15. */
#ifndef CAIRN_TESTS_MODEL_KIT_H
#define CAIRN_TESTS_MODEL_KIT_H

#include "sim/model/run.h"
#include "tests/chosen.h"
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KIT_OUTAGES 64
#define KIT_NODES   32
#define KIT_STAGES  16
#define KIT_PLAN    (4 << 20)

/* Seconds, as a test's comment counts them, in ns. */
#define S(seconds) ((simtime)llround((seconds)*1e9))

/* The plan of the kit that ran last: tables of dynamic programmes are large, kits many. */
static _Alignas(16) unsigned char kit_bytes[KIT_PLAN];

struct kit {
    struct spec spec;
    struct outages outages;
    struct outage list[KIT_OUTAGES];
    struct chosen chosen; /* keeps what a decorator's value points at */
    double guides[2][LAW_GUIDE + 1];
    struct cairn_stage stages[KIT_STAGES];
    struct spec_stage_start starts[KIT_STAGES + 1];
};

/* One new node, one worker, costs 0, S0's flags, no faults, no checkpoints. */
static inline void kit_init(struct kit *kit)
{
    static const char *const names[KIT_NODES] = {""};
    memset(kit, 0, sizeof *kit);
    struct spec *s = &kit->spec;
    s->name = "kit";
    s->horizon = 100 * SIMTIME_YEAR;
    s->cluster.nodes = s->group.workers = 1;
    s->faults.initial_age = AGE_NEW;
    s->faults.strike =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    s->group.final_checkpoint = s->group.restore_initial = true;
    s->controller.class = cairn_controller_find("none");
    s->seed = 1;
    s->replications = 1;
    s->max_events = UINT64_C(1) << 40;
    s->faults.prediction.precision_ppm = 1000000;
    kit->outages.list = kit->list;
    kit->outages.nodes = names;
    kit->outages.nodes_count = KIT_NODES;
    kit->outages.last = S(1e9);
    s->faults.trace.times = TIMES_TRUE;
    s->faults.trace.outages = &kit->outages;
}

/* Work, checkpoint, restore, in seconds: what most timelines need. */
static inline void kit_costs(struct kit *kit, double work, double checkpoint, double restore)
{
    kit->spec.group.work = S(work);
    kit->spec.group.checkpoint = S(checkpoint);
    kit->spec.group.restore = S(restore);
}

/* Some more equal steps of `work` seconds each; what a checkpoint after one of them costs. */
static inline void kit_stage(struct kit *kit, const char *name, int64_t count, double work,
                             double checkpoint, double restore)
{
    uint32_t i = kit->spec.group.stages_count++;
    assert_true(i < KIT_STAGES);
    kit->stages[i] = (struct cairn_stage){name, count, S(work), S(checkpoint), S(restore)};
    kit->starts[i + 1] = (struct spec_stage_start){kit->starts[i].step + count,
                                                   kit->starts[i].work + count * S(work)};
    kit->spec.group.stages = kit->stages;
    kit->spec.group.starts = kit->starts;
    kit->spec.group.work = kit->starts[i + 1].work;
}

static inline void kit_workers(struct kit *kit, uint32_t workers, uint32_t spares)
{
    kit->spec.cluster.nodes = kit->spec.group.workers = workers;
    kit->spec.cluster.spares = spares;
}

/* The node of this index is down from start to end (seconds). Call in order of start. */
static inline void kit_outage(struct kit *kit, uint32_t node, double start, double end)
{
    uint32_t i = kit->outages.count++;
    assert_true(i < KIT_OUTAGES && node < KIT_NODES);
    kit->list[i] = (struct outage){
        .start = S(start), .end = isinf(end) ? OUTAGE_OPEN : S(end), .node = node, .line = i + 1};
    kit->spec.faults.trace.is_given = true;
}

static inline struct law kit_law(enum law_kind kind, double shape, double scale)
{
    struct law law = {.kind = kind, .shape = shape, .scale = scale};
    assert_null(law_prepare(&law));
    return law;
}

static inline void kit_constant(struct spec_process *process, double uptime)
{
    process->is_given = true;
    process->uptime = kit_law(LAW_CONSTANT, 0, uptime);
}

static inline void kit_exponential(struct spec_process *process, double mean)
{
    process->is_given = true;
    process->uptime = kit_law(LAW_EXPONENTIAL, 0, mean);
}

static inline void kit_repair(struct spec_process *process, double seconds)
{
    process->has_repair = true;
    process->repair = kit_law(LAW_CONSTANT, 0, seconds);
}

static inline void kit_predict(struct kit *kit, double recall, double precision, double lead,
                               double window)
{
    kit->spec.faults.prediction.recall_ppm = (int32_t)lround(1e6 * recall);
    kit->spec.faults.prediction.precision_ppm = (int32_t)lround(1e6 * precision);
    kit->spec.faults.prediction.lead = S(lead);
    kit->spec.faults.prediction.window = S(window);
}

/* The index of a parameter of the controller in use. */
static inline unsigned kit_param(const struct kit *kit, const char *name)
{
    const struct cairn_param *params = kit->spec.controller.class->params;
    for (unsigned i = 0; params[i].name; i++)
        if (strcmp(params[i].name, name) == 0)
            return i;
    fail_msg("%s has no parameter %s", kit->spec.controller.class->name, name);
    return 0;
}

static inline void kit_use(struct kit *kit, const char *name)
{
    kit->spec.controller.class = cairn_controller_find(name);
    assert_non_null(kit->spec.controller.class);
    chosen_defaults(&kit->chosen, name, 50);
    memcpy(kit->spec.controller.values, kit->chosen.values, sizeof kit->chosen.values);
}

static inline void kit_set_seconds(struct kit *kit, const char *param, double seconds)
{
    kit->spec.controller.values[kit_param(kit, param)] =
        (struct cairn_value){.i = S(seconds), .x = seconds};
}

static inline void kit_set_count(struct kit *kit, const char *param, int64_t count)
{
    kit->spec.controller.values[kit_param(kit, param)] =
        (struct cairn_value){.i = count, .x = (double)count};
}

static inline void kit_set_number(struct kit *kit, const char *param, double number)
{
    kit->spec.controller.values[kit_param(kit, param)] = (struct cairn_value){.x = number};
}

static inline void kit_fixed(struct kit *kit, double interval)
{
    kit_use(kit, "fixed");
    kit_set_seconds(kit, "interval", interval);
}

/* The controller's refusal, or NULL. */
static inline const char *kit_plan(struct kit *kit)
{
    const struct spec *s = &kit->spec;
    struct cairn_shape shape = spec_shape(s);
    assert_true(cairn_plan_size(s->controller.class, s->controller.values, &shape) <=
                sizeof kit_bytes);
    memset(kit_bytes, 0, cairn_plan_size(s->controller.class, s->controller.values, &shape));
    return s->controller.class->plan(s->controller.values, &shape, kit_bytes);
}

/* A plan, a fresh run, one replication. */
static inline struct record kit_run(struct kit *kit, uint32_t replication, enum group_mode mode)
{
    struct run run;
    struct record record;
    const char *refusal = kit_plan(kit);
    if (refusal)
        fail_msg("%s: %s", kit->spec.controller.class->name, refusal);
    assert_int_equal(run_open(&run, &kit->spec, kit_bytes), STATUS_OK);
    assert_int_equal(run_replicate(&run, replication, mode, &record), STATUS_OK);
    run_close(&run);
    return record;
}

/* What a timeline ends in; seconds. What is not named must be 0. */
struct kit_expected {
    enum run_end end;
    double makespan, useful, checkpoint, slowed, lost, uncommitted, detect, wait, restart, restore,
        blocked, aborted;
    uint64_t struck, shielded, elsewhere; /* failures */
    uint64_t foretold, predictions, notices;
    uint64_t taken, completed, aborts, skipped, restored; /* checkpoints */
};

static inline bool kit_differs(const char *name, slot_ns actual, slot_ns expected)
{
    if (actual == expected)
        return false;
    print_message("    %-12s %" PRId64 " instead of %" PRId64 "\n", name, (int64_t)actual,
                  (int64_t)expected);
    return true;
}

static inline bool kit_differs_counts(const struct record *r, const struct kit_expected *e)
{
    bool differs = kit_differs("end", r->end, e->end);
    differs |= kit_differs("struck", r->struck, e->struck);
    differs |= kit_differs("shielded", r->shielded, e->shielded);
    differs |= kit_differs("elsewhere", r->elsewhere, e->elsewhere);
    differs |= kit_differs("foretold", r->foretold, e->foretold);
    differs |= kit_differs("predictions", r->predictions, e->predictions);
    differs |= kit_differs("notices", r->notices, e->notices);
    differs |= kit_differs("taken", r->taken, e->taken);
    differs |= kit_differs("completed", r->completed, e->completed);
    differs |= kit_differs("aborts", r->checkpoints_aborted, e->aborts);
    differs |= kit_differs("skipped", r->skipped, e->skipped);
    return kit_differs("restored", r->restored, e->restored) || differs;
}

static inline void kit_compare(const struct record *r, const struct kit_expected *e,
                               const char *file, int line)
{
    const double classes[JOB_CLASSES] = {
        [JOB_USEFUL] = e->useful,   [JOB_CHECKPOINT] = e->checkpoint,
        [JOB_SLOWED] = e->slowed,   [JOB_LOST] = e->lost,
        [JOB_DETECT] = e->detect,   [JOB_UNCOMMITTED] = e->uncommitted,
        [JOB_WAIT] = e->wait,       [JOB_RESTART] = e->restart,
        [JOB_RESTORE] = e->restore, [JOB_BLOCKED] = e->blocked,
    };
    bool differs = kit_differs("makespan", r->makespan, S(e->makespan));
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        differs |= kit_differs(job_class_names[i], r->job[i], S(classes[i]));
    differs |= kit_differs("aborted", r->aborted, S(e->aborted));
    differs |= kit_differs_counts(r, e);
    if (differs)
        _fail(file, line);
}

static inline bool kit_same_record(const struct record *a, const struct record *b)
{
    bool is_same = a->end == b->end && a->makespan == b->makespan && a->aborted == b->aborted &&
                   a->policy_reason == b->policy_reason && a->lost_work == b->lost_work &&
                   a->protected_work == b->protected_work && a->claimed_work == b->claimed_work &&
                   a->events == b->events && a->digest.high == b->digest.high &&
                   a->digest.low == b->digest.low;
    is_same &=
        a->struck == b->struck && a->shielded == b->shielded && a->elsewhere == b->elsewhere &&
        a->taken == b->taken && a->completed == b->completed && a->skipped == b->skipped &&
        a->checkpoints_aborted == b->checkpoints_aborted && a->restored == b->restored &&
        a->foretold == b->foretold && a->predictions == b->predictions && a->notices == b->notices;
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        is_same &= a->job[i] == b->job[i];
    for (unsigned i = 0; i < NODE_CLASSES; i++)
        is_same &= a->nodes[i] == b->nodes[i];
    return is_same && memcmp(&a->trace, &b->trace, sizeof a->trace) == 0;
}

/* Replication 0, skipping and not. */
static inline void kit_check_at(struct kit *kit, const struct kit_expected *expected,
                                const char *file, int line)
{
    struct record skipping = kit_run(kit, 0, GROUP_CONTROLLED);
    struct record stepping = kit_run(kit, 0, GROUP_NO_SKIP);
    kit_compare(&skipping, expected, file, line);
    kit_compare(&stepping, expected, file, line);
    if (!kit_same_record(&skipping, &stepping)) {
        print_message("    step by step the record is another\n");
        _fail(file, line);
    }
}
#define kit_check(kit, ...)                                                                        \
    kit_check_at(kit, &(struct kit_expected){__VA_ARGS__}, __FILE__, __LINE__)

/* ---- random choices of tests ----------------------------------------------------------------- */

static inline uint64_t kit_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint32_t kit_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((kit_random(state) >> 32) * n >> 32);
}

static inline double kit_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(kit_random(state) >> 11) * 0x1p-53);
}

#endif
