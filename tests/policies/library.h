/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library under test: every class of the registry, what it was asked and told in a simulated
 * run, and the same asked and told again.
 *
 * A subject is a class, or a decorator around a class. A trial is a subject with values that it
 * takes in a random job. Recording a run puts a recorder in the controller's place, which passes
 * everything on; playing a record needs a plan and a state alone. Blocks lie at odd multiples of
 * 16 and end in bytes that nobody may touch. */
#ifndef CAIRN_TESTS_POLICIES_LIBRARY_H
#define CAIRN_TESTS_POLICIES_LIBRARY_H

#include "tests/sim/model/specs.h"
#include "tests/support.h"
#include <stdlib.h>

/* ---- subjects -------------------------------------------------------------------------------- */

enum { SUBJECTS = 600, SUBJECT_NAME = 80 };

struct subject {
    const struct cairn_controller_class *class, *inner; /* NULL: it decorates nothing */
    char name[SUBJECT_NAME];
};

/* Each class; each decorator around each that is none. Returns how many. */
static inline size_t library_subjects(struct subject list[SUBJECTS])
{
    size_t count = 0;
    for (const struct cairn_controller_class *const *c = cairn_controllers; *c; c++) {
        bool decorates = chosen_decorates(*c) >= 0;
        for (const struct cairn_controller_class *const *in = cairn_controllers; *in; in++) {
            if (chosen_decorates(*in) >= 0 || (!decorates && in != cairn_controllers))
                continue;
            assert_true(count < SUBJECTS);
            struct subject *s = &list[count++];
            *s = (struct subject){.class = *c, .inner = decorates ? *in : NULL};
            snprintf(s->name, sizeof s->name, "%s%s%s", (*c)->name, decorates ? " of " : "",
                     decorates ? (*in)->name : "");
        }
    }
    return count;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

enum { BLOCK_GUARD = 64, BLOCK_MARK = 0xc5 };

struct block {
    unsigned char *bytes; /* 16 past a multiple of 32 */
    unsigned char *whole;
    uint64_t size;
};

/* All bytes are `fill` at first. */
static inline struct block block_new(uint64_t size, int fill)
{
    struct block b = {.whole = aligned_alloc(32, (size + 16 + BLOCK_GUARD + 31) / 32 * 32),
                      .size = size};
    assert_non_null(b.whole);
    b.bytes = b.whole + 16;
    memset(b.whole, BLOCK_MARK, size + 16 + BLOCK_GUARD);
    memset(b.bytes, fill, size);
    return b;
}

static inline bool block_is_sound(const struct block *b)
{
    bool is_sound = true;
    for (int i = 0; i < BLOCK_GUARD; i++)
        is_sound &= b->bytes[b->size + (uint64_t)i] == BLOCK_MARK && b->whole[i % 16] == BLOCK_MARK;
    return is_sound;
}

static inline void block_free(struct block *b)
{
    assert_true(block_is_sound(b));
    free(b->whole);
    *b = (struct block){0};
}

/* ---- trials ---------------------------------------------------------------------------------- */

enum { TRIAL_STAGES = 3, TRIAL_DRAWS = 400 };

struct trial {
    struct kit kit;
    struct cairn_stage stages[TRIAL_STAGES];
    struct spec_stage_start starts[TRIAL_STAGES + 1];
    struct block plan;
};

/* Some jobs come in stages, of which one has the name that chosen.h gives to steps. */
static inline void trial_stages(struct trial *t, uint64_t *random)
{
    static const char *const names[TRIAL_STAGES] = {"load", "step", "check"};
    struct spec *s = &t->kit.spec;
    for (uint32_t i = 0; i < TRIAL_STAGES; i++) {
        struct cairn_stage *g = &t->stages[i];
        *g = (struct cairn_stage){.name = names[i],
                                  .count = 1 + kit_below(random, 8),
                                  .work = S(specs_seconds(random, 1, 20)),
                                  .checkpoint_cost = S(specs_seconds(random, 0, 9)),
                                  .restore_cost = S(specs_seconds(random, 0, 9))};
        t->starts[i + 1] = (struct spec_stage_start){
            .step = t->starts[i].step + g->count, .work = t->starts[i].work + g->count * g->work};
    }
    s->group.stages = t->stages;
    s->group.starts = t->starts;
    s->group.stages_count = TRIAL_STAGES;
    s->group.work = t->starts[TRIAL_STAGES].work;
    s->group.step = 0;
    s->group.is_divisible = false;
}

static inline void trial_control(struct trial *t, const struct subject *subject, uint64_t *random)
{
    struct kit *k = &t->kit;
    chosen_defaults(&k->chosen, subject->class->name, 50);
    if (subject->inner) {
        chosen_fill(subject->inner, 50, k->chosen.inner_values);
        chosen_tie(&k->chosen, subject->inner->name);
    }
    if (kit_below(random, 4) > 0) { /* else the defaults */
        specs_values(random, subject->class, k->chosen.values);
        if (subject->inner) {
            specs_values(random, subject->inner, k->chosen.inner_values);
            chosen_tie(&k->chosen, subject->inner->name);
        }
    }
    k->spec.controller.class = subject->class;
    memcpy(k->spec.controller.values, k->chosen.values, sizeof k->chosen.values);
}

/* The plan in a block of its own; NULL, or the refusal. */
static inline const char *trial_plan(struct trial *t)
{
    const struct spec_controller *c = &t->kit.spec.controller;
    struct cairn_shape shape = spec_shape(&t->kit.spec);
    t->plan = block_new(cairn_plan_size(c->class, c->values, &shape), 0);
    const char *refusal = c->class->plan(c->values, &shape, t->plan.bytes);
    if (refusal)
        block_free(&t->plan);
    return refusal;
}

/* What a test needs of a job besides chance. */
typedef void trial_edit(struct trial *t, uint64_t *random);

/* A random job that the subject takes, with its plan; false: it takes none. */
static inline bool trial_open(struct trial *t, const struct subject *subject, trial_edit *edit,
                              uint64_t *random)
{
    for (int i = 0; i < TRIAL_DRAWS; i++) {
        memset(t, 0, sizeof *t);
        specs_job(&t->kit, random);
        if (kit_below(random, 4) == 0)
            trial_stages(t, random);
        if (edit)
            edit(t, random);
        trial_control(t, subject, random);
        if (!trial_plan(t))
            return true;
    }
    return false;
}

static inline void trial_close(struct trial *t)
{
    block_free(&t->plan);
}

static inline struct record trial_run(struct trial *t, uint32_t replication, enum group_mode mode)
{
    struct run run;
    struct record record;
    assert_int_equal(run_open(&run, &t->kit.spec, t->plan.bytes), STATUS_OK);
    assert_int_equal(run_replicate(&run, replication, mode, &record), STATUS_OK);
    run_close(&run);
    return record;
}

/* ---- recording ------------------------------------------------------------------------------- */

enum { TAPE = 2000, TAPE_NODES = 8 };

/* One question or one happening, and what was answered. */
struct event_heard {
    bool is_question;
    struct cairn_situation situation;
    struct cairn_verdict verdict;
    struct cairn_happening happening;
    uint64_t n;
    bool asks_again;
    int64_t born[TAPE_NODES];
};

/* What passed between a driver and a controller, up to its capacity; and how often it was asked. */
struct tape {
    const struct cairn_controller_class *class;
    struct event_heard list[TAPE];
    size_t count;
    uint64_t questions, repeats; /* all of them; checkpoints that it said it would repeat */
};

static struct tape *tape_on; /* that records: classes have no room for a pointer */

static inline void tape_decide(const void *plan, void *state,
                               const struct cairn_situation *situation,
                               struct cairn_verdict *verdict)
{
    struct tape *tape = tape_on;
    tape->class->decide(plan, state, situation, verdict);
    tape->questions++;
    tape->repeats += verdict->repeat && verdict->action == CAIRN_CHECKPOINT;
    if (tape->count == TAPE)
        return;
    struct event_heard *e = &tape->list[tape->count++];
    *e = (struct event_heard){.is_question = true, .situation = *situation, .verdict = *verdict};
    if (situation->born) {
        assert_true(situation->nodes <= TAPE_NODES);
        memcpy(e->born, situation->born, situation->nodes * sizeof *e->born);
    }
}

static inline int tape_observe(const void *plan, void *state,
                               const struct cairn_happening *happening, uint64_t n)
{
    struct tape *tape = tape_on;
    int answer = tape->class->observe(plan, state, happening, n);
    if (tape->count < TAPE)
        tape->list[tape->count++] =
            (struct event_heard){.happening = *happening, .n = n, .asks_again = answer != 0};
    return answer;
}

static inline struct record tape_run(struct tape *tape, struct trial *t, uint32_t replication,
                                     enum group_mode mode)
{
    struct spec_controller *c = &t->kit.spec.controller;
    struct cairn_controller_class recorder = *c->class;
    recorder.decide = tape_decide;
    recorder.observe = c->class->observe ? tape_observe : NULL;
    tape->class = c->class;
    tape->count = 0;
    tape->questions = tape->repeats = 0;
    tape_on = tape;
    c->class = &recorder;
    struct record record = trial_run(t, replication, mode);
    c->class = tape->class;
    return record;
}

/* ---- playing --------------------------------------------------------------------------------- */

static inline struct cairn_verdict tape_ask(const struct tape *tape, const struct trial *t,
                                            void *state, const struct event_heard *e)
{
    struct cairn_situation s = e->situation;
    struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
    s.born = s.born ? e->born : NULL;
    s.reserved = 0xdeadbeef; /* nobody's business */
    tape->class->decide(t->plan.bytes, state, &s, &v);
    return v;
}

/* Plays one event to a state. Is the answer the one on the tape, to the bit? */
static inline bool tape_step(const struct tape *tape, const struct trial *t, void *state, size_t i)
{
    const struct event_heard *e = &tape->list[i];
    if (!e->is_question)
        return (tape->class->observe(t->plan.bytes, state, &e->happening, e->n) != 0) ==
               e->asks_again;
    struct cairn_verdict v = tape_ask(tape, t, state, e);
    return memcmp(&v, &e->verdict, sizeof v) == 0;
}

static inline bool tape_play(const struct tape *tape, const struct trial *t, void *state,
                             size_t from, size_t to)
{
    bool is_same = true;
    for (size_t i = from; i < to; i++)
        is_same &= tape_step(tape, t, state, i);
    return is_same;
}

/* A new state, made ready in memory that held something else. */
static inline struct block tape_state(const struct tape *tape, const struct trial *t)
{
    struct block b = block_new(cairn_state_size(tape->class, t->plan.bytes), 0x5a);
    cairn_state_init(tape->class, t->plan.bytes, b.bytes);
    return b;
}

#endif
