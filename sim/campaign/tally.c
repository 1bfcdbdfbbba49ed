/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an attempt started is kept by the number of its call, until it ends. */
#include "sim/campaign/tally.h"
#include "sim/campaign/witness.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    struct tally_function *functions;
    simtime *started; /* by number of a call */
    uint32_t capacity;
    bool is_out_of_memory, is_stopped;
    struct tally_wait wait;
};

static void start(struct tally *t, uint32_t call, simtime time)
{
    if (call >= t->capacity) {
        uint32_t capacity = t->capacity ? t->capacity : 256;
        while (capacity <= call)
            capacity *= 2;
        simtime *started = realloc(t->started, capacity * sizeof *started);
        if (!started) {
            t->is_out_of_memory = true;
            return;
        }
        memset(started + t->capacity, 0, (capacity - t->capacity) * sizeof *started);
        t->started = started;
        t->capacity = capacity;
    }
    t->started[call] = time;
}

static void hear_end(struct tally *t, const struct told *told)
{
    t->is_stopped |= told->kind == TOLD_STOPPED;
    if (!t->is_stopped) {
        t->wait.last = told->kind < TOLD_HOST_DOWN ? told->time : t->wait.last;
        return;
    }
    t->wait.blocked += told->kind == TOLD_SPAN && told->to == JOB_BLOCKED;
    if (told->kind != TOLD_WAITED || (t->wait.is_there && told->since >= t->wait.since))
        return;
    t->wait.is_there = true;
    t->wait.since = told->since;
    t->wait.what = (enum fiber_wait)told->to;
    t->wait.line = (uint32_t)told->count;
}

static void hear(void *context, const struct told *told)
{
    struct tally *t = context;
    hear_end(t, told);
    if (told->function == PROGRAM_NOTHING || t->is_out_of_memory)
        return;
    struct tally_function *f = &t->functions[told->function];
    f->calls += told->kind == TOLD_SUBMITTED ? told->count : 0;
    f->failed += told->kind == TOLD_FAILED;
    f->attempts_failed += told->kind == TOLD_ATTEMPT_FAILED;
    f->retried += told->kind == TOLD_RETRIED;
    if (told->kind == TOLD_STARTED) {
        start(t, told->call, told->time);
    } else if (told->kind == TOLD_ENDED) {
        f->ended++;
        f->ran += told->time - t->started[told->call];
    }
}

enum status tally_functions(const struct cell *cell, uint32_t replication, struct arena *arena,
                            struct tally_function **functions, struct tally_wait *wait,
                            struct diag *diag)
{
    struct tally tally = {.started = NULL};
    struct witness witness;
    struct record record;
    tally.functions =
        arena_array(arena, cell->spec.program->functions_count + 1u, sizeof *tally.functions);
    if (!tally.functions)
        return diag_world(diag, "count", NULL, ENOMEM);
    enum status status = witness_open(&witness, cell, diag);
    if (status != STATUS_OK)
        return status;
    status = witness_run(&witness, replication, hear, &tally, &record, diag);
    witness_close(&witness);
    free(tally.started);
    if (status == STATUS_OK && tally.is_out_of_memory)
        status = diag_world(diag, "count", NULL, ENOMEM);
    if (status == STATUS_OK)
        *functions = tally.functions;
    if (status == STATUS_OK && wait)
        *wait = tally.wait;
    return status;
}
