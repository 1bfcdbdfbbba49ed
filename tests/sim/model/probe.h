/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A controller that writes down what it hears of failures, and may answer with a checkpoint. */
#ifndef CAIRN_TESTS_MODEL_PROBE_H
#define CAIRN_TESTS_MODEL_PROBE_H

#include "tests/sim/model/kit.h"

enum { HEARD = 1 << 18 };
static struct heard {
    uint32_t kind;
    simtime now, from, until;
    double confidence;
} heard[HEARD];
static uint32_t heard_count;

static struct {
    simtime interval; /* of useful work; NEVER: no checkpoints */
    bool answers;     /* with a checkpoint, where work is at stake */
    bool hesitates;   /* says nothing, but leaves out the next checkpoint */
} probe;

struct probe_state {
    int64_t is_due;
};

static inline const char *probe_plan(const struct cairn_value *values,
                                     const struct cairn_shape *shape, void *plan)
{
    (void)values, (void)shape, (void)plan;
    return NULL;
}

static inline int probe_observe(const void *plan, void *state, const struct cairn_happening *h,
                                uint64_t n)
{
    struct probe_state *s = state;
    (void)plan;
    assert_int_equal(n, 1);
    if (heard_count < HEARD)
        heard[heard_count++] = (struct heard){h->kind, h->now, h->from, h->until, h->confidence};
    if (h->kind != CAIRN_HEAR_FAILURE)
        s->is_due = probe.answers || probe.hesitates;
    return h->kind != CAIRN_HEAR_FAILURE && probe.answers;
}

static inline void probe_decide(const void *plan, void *state,
                                const struct cairn_situation *situation,
                                struct cairn_verdict *verdict)
{
    struct probe_state *s = state;
    (void)plan;
    bool is_over = situation->work_since >= probe.interval;
    bool is_due = s->is_due && situation->work_since > 0 && probe.answers;
    if (is_over && s->is_due && probe.hesitates) {
        s->is_due = 0;
        verdict->ask = CAIRN_ASK_WORK;
        verdict->at = 2 * probe.interval;
        return;
    }
    if (!probe.hesitates)
        s->is_due = 0;
    verdict->action = is_over || is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = probe.interval == CAIRN_NEVER ? CAIRN_ASK_NEVER : CAIRN_ASK_WORK;
    verdict->at = probe.interval;
    verdict->repeat = !is_due;
}

static const struct cairn_param no_params[] = {{.name = NULL}};
static const struct cairn_controller_class probe_class = {
    .size = sizeof probe_class,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "probe",
    .params = no_params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_PREDICTION) | CAIRN_HEARS(CAIRN_HEAR_NOTICE) |
             CAIRN_HEARS(CAIRN_HEAR_FAILURE),
    .state_size = sizeof(struct probe_state),
    .plan = probe_plan,
    .observe = probe_observe,
    .decide = probe_decide,
};

/* One worker, 500 s of work, no checkpoints, no costs; the probe listens. */
static inline void listen(struct kit *k)
{
    kit_init(k);
    kit_costs(k, 500, 0, 0);
    k->spec.group.final_checkpoint = false;
    k->spec.controller.class = &probe_class;
    probe.interval = CAIRN_NEVER;
    probe.answers = probe.hesitates = false;
    heard_count = 0;
}

#define F CAIRN_HEAR_FAILURE
#define P CAIRN_HEAR_PREDICTION
#define N CAIRN_HEAR_NOTICE

#endif
