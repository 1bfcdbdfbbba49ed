/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing down decisions, and laying losses at them.
 *
 * Main invariants, tested on random specs: the sums over all decisions of cost, slowed and blocked,
 * and over all failures of lost, detect, wait, restart and restore, are the ledger's; every
 * checkpoint taken has one decision. Only `change` is ever written into a group. */
#include "sim/model/journal.h"
#include "sim/model/consult.h"
#include "sim/model/steps.h"
#include <assert.h>

const char *const journal_fate_names[JOURNAL_FATES] = {
    [JOURNAL_NONE] = "none",
    [JOURNAL_WAITING] = "waiting",
    [JOURNAL_DROPPED] = "dropped",
    [JOURNAL_SNAPSHOT] = "snapshot",
    [JOURNAL_PERSISTING] = "persisting",
    [JOURNAL_COMPLETE] = "complete",
    [JOURNAL_ABORTED] = "aborted",
};

const char *const journal_loss_names[LOSSES] = {
    [LOSS_UNFINISHED] = "unfinished", [LOSS_DECLINED] = "declined", [LOSS_DROPPED] = "dropped",
    [LOSS_WAITED] = "waited",         [LOSS_SINCE] = "since",
};

/* ---- memory -------------------------------------------------------------------------------- */

void journal_init(struct journal *journal)
{
    *journal = (struct journal){.most = LIMIT_DECISIONS};
    arena_init(&journal->arena);
}

void journal_fini(struct journal *journal)
{
    arena_fini(&journal->arena);
}

/* Number of the new record, zeroed; 0: the limit, or memory, is reached: the journal is broken and
 * the run is given up, as where the engine has no memory for an event. */
static uint32_t pool_add(struct group *g, struct journal_pool *pool, size_t size)
{
    struct journal *j = g->journal;
    uint32_t block = pool->count / JOURNAL_BLOCK;
    if (pool->count == j->most) {
        j->is_full = g->engine->is_out_of_memory = true;
        return 0;
    }
    if (pool->count % JOURNAL_BLOCK == 0)
        pool->blocks[block] = arena_array(&j->arena, JOURNAL_BLOCK, size);
    if (!pool->blocks[block]) {
        j->is_out_of_memory = g->engine->is_out_of_memory = true;
        return 0;
    }
    return ++pool->count;
}

struct journal_decision *journal_decision(const struct journal *journal, uint32_t id)
{
    assert(id >= 1 && id <= journal->decisions.count);
    struct journal_decision *block = journal->decisions.blocks[(id - 1) / JOURNAL_BLOCK];
    return &block[(id - 1) % JOURNAL_BLOCK];
}

struct journal_failure *journal_failure(const struct journal *journal, uint32_t id)
{
    assert(id >= 1 && id <= journal->failures.count);
    struct journal_failure *block = journal->failures.blocks[(id - 1) / JOURNAL_BLOCK];
    return &block[(id - 1) % JOURNAL_BLOCK];
}

simtime journal_lost(const struct journal_decision *decision)
{
    simtime sum = 0;
    for (unsigned i = 0; i < LOSSES; i++)
        sum += decision->lost[i];
    return sum;
}

simtime journal_cost(const struct journal_failure *f)
{
    return f->lost + f->detect + f->wait + f->restart + f->restore;
}

static void begin(struct journal *j, simtime now)
{
    arena_reset(&j->arena);
    j->decisions.count = j->failures.count = 0;
    j->stopped = (struct journal_failure){.struck = -1, .detected = -1, .recovered = -1};
    j->is_full = j->is_out_of_memory = j->is_changed = j->is_recovering = false;
    j->in_flight = j->committed = j->open = j->changed = 0;
    j->resumed = now;
    j->resumed_work = 0;
    j->claimed = 0;
}

/* ---- decisions ----------------------------------------------------------------------------- */

static void add_decision(struct group *g, enum journal_source source)
{
    struct journal *j = g->journal;
    uint32_t id = pool_add(g, &j->decisions, sizeof(struct journal_decision));
    if (id == 0)
        return;
    struct cairn_verdict verdict = g->verdict;
    if (source == JOURNAL_FINAL)
        verdict = (struct cairn_verdict){.action = CAIRN_CHECKPOINT};
    *journal_decision(j, id) = (struct journal_decision){
        .source = source,
        .time = g->engine->now,
        .work = g->done,
        .work_since = g->done - g->mark_work,
        .wall_since = g->engine->now - g->mark_wall,
        .step = steps_index(g->spec, g->done),
        .failures = g->failures,
        .verdict = verdict,
        .fate = verdict.action == CAIRN_CHECKPOINT ? JOURNAL_WAITING : JOURNAL_NONE,
        .began = -1,
        .ended = -1};
}

/* As if the request had been dropped: `at` counts from here. An answer that cannot wait waits for
 * as much work as the checkpoint would have taken time. */
static void skip(struct group *g)
{
    g->verdict.action = CAIRN_SKIP;
    g->verdict.repeat = 0;
    g->ask_work = g->done;
    g->ask_wall = g->engine->now;
    if (consult_due(g) > g->done)
        return;
    simtime cost = steps_checkpoint_cost(g->spec, g->done);
    g->verdict.ask = CAIRN_ASK_WORK;
    g->verdict.at = cost > 0 ? cost : 1;
}

void journal_answer(struct group *g)
{
    struct journal *j = g->journal;
    if (journal_is_broken(j))
        return;
    bool is_taken = journal_takes(g);
    assert(steps_ceil(g->spec, g->done) == g->done); /* nobody is asked elsewhere */
    bool is_skipped = j->change.kind == CHANGE_SKIP && !j->is_changed &&
                      j->change.decision == j->decisions.count + 1 &&
                      g->verdict.action == CAIRN_CHECKPOINT;
    if (is_skipped)
        skip(g);
    add_decision(g, is_taken ? JOURNAL_TAKEN : JOURNAL_ASKED);
    if ((!is_taken && !is_skipped) || journal_is_broken(j))
        return;
    j->is_changed = true;
    j->changed = j->decisions.count;
    journal_decision(j, j->changed)->is_changed = true;
}

void journal_final(struct group *g)
{
    if (!journal_is_broken(g->journal))
        add_decision(g, JOURNAL_FINAL);
}

void journal_claim(struct group *g)
{
    struct journal *j = g->journal;
    const struct cairn_controller_class *class = g->spec->controller.class;
    if (!class->claimed || journal_is_broken(j))
        return;
    double claimed = class->claimed(g->plan, g->state);
    uint32_t id = j->committed ? j->committed : j->decisions.count;
    if (id > 0)
        journal_decision(j, id)->claimed += claimed - j->claimed;
    j->claimed = claimed;
}

bool journal_may_take(const struct group *g)
{
    const struct journal *j = g->journal;
    return j->change.kind == CHANGE_TAKE && !j->is_changed &&
           !(g->is_persisting && g->spec->group.in_flight == IN_FLIGHT_SKIP);
}

bool journal_takes(const struct group *g)
{
    return journal_may_take(g) && g->engine->now >= g->journal->change.time &&
           g->done > g->mark_work;
}

/* ---- losses -------------------------------------------------------------------------------- */

/* The next piece of a loss, up to the work `to`; *from is where it begins and then where it ends.
 */
static void cut(struct journal_failure *f, enum journal_loss cause, uint32_t decision, simtime to,
                simtime *from)
{
    if (to <= *from)
        return;
    assert(f->pieces_count < JOURNAL_PIECES);
    f->pieces[f->pieces_count++] = (struct journal_piece){cause, decision, to - *from};
    f->lost += to - *from;
    *from = to;
}

/* The drawing in journal.h. */
static void cut_loss(const struct journal *j, struct journal_failure *f, simtime committed,
                     simtime done)
{
    static const enum journal_loss causes[JOURNAL_FATES] = {
        [JOURNAL_NONE] = LOSS_DECLINED,
        [JOURNAL_DROPPED] = LOSS_DROPPED,
        [JOURNAL_WAITING] = LOSS_WAITED,
    };
    uint32_t last = j->decisions.count;
    simtime from = committed;
    if (done == committed)
        return; /* and the last decision may be of the attempt before */
    if (j->in_flight)
        cut(f, LOSS_UNFINISHED, j->in_flight, journal_decision(j, j->in_flight)->work, &from);
    if (last && journal_decision(j, last)->fate <= JOURNAL_DROPPED)
        cut(f, causes[journal_decision(j, last)->fate], last, journal_decision(j, last)->work,
            &from);
    cut(f, LOSS_SINCE, last, done, &from);
    assert(from == done);
}

static void struck(struct group *g)
{
    struct journal *j = g->journal;
    uint32_t id = pool_add(g, &j->failures, sizeof(struct journal_failure));
    if (id == 0)
        return;
    *journal_failure(j, id) = (struct journal_failure){.struck = g->engine->now,
                                                       .detected = -1,
                                                       .recovered = -1,
                                                       .is_again = j->is_recovering,
                                                       .resumed = j->resumed,
                                                       .resumed_work = j->resumed_work,
                                                       .work = g->done,
                                                       .committed = -1};
    j->open = j->open ? j->open : id;
    j->is_recovering = true;
}

static void restore_begun(struct journal *j, simtime committed)
{
    struct journal_failure *last = journal_failure(j, j->failures.count);
    last->committed = committed;
    if (j->open) {
        struct journal_failure *f = journal_failure(j, j->open);
        f->committed = committed;
        cut_loss(j, f, committed, f->work);
        for (uint32_t i = 0; i < f->pieces_count; i++)
            if (f->pieces[i].decision)
                journal_decision(j, f->pieces[i].decision)->lost[f->pieces[i].cause] +=
                    f->pieces[i].work;
    }
    j->open = j->in_flight = 0;
}

static void restored(struct group *g)
{
    struct journal *j = g->journal;
    journal_failure(j, j->failures.count)->recovered = g->engine->now;
    assert(!g->has_checkpoint || journal_decision(j, j->committed)->work == g->committed);
    if (g->has_checkpoint)
        journal_decision(j, j->committed)->restored++;
    j->is_recovering = false;
    j->resumed = g->engine->now;
    j->resumed_work = g->done;
}

/* ---- what the group tells ------------------------------------------------------------------ */

static void set_fate(struct journal *j, uint32_t id, enum journal_fate fate, simtime ended)
{
    journal_decision(j, id)->fate = fate;
    journal_decision(j, id)->ended = ended;
}

static void snapshot(struct group *g)
{
    struct journal *j = g->journal;
    struct journal_decision *d = journal_decision(j, j->decisions.count);
    assert(d->fate == JOURNAL_WAITING && d->work == g->covered);
    d->fate = JOURNAL_SNAPSHOT;
    d->began = g->engine->now;
    j->in_flight = j->decisions.count;
}

static void complete(struct group *g)
{
    struct journal *j = g->journal;
    set_fate(j, j->in_flight, JOURNAL_COMPLETE, g->engine->now);
    j->committed = j->in_flight;
    j->in_flight = 0;
}

void journal_hear(struct group *g, enum story_kind kind, simtime work)
{
    struct journal *j = g->journal;
    if (kind == STORY_START)
        begin(j, g->engine->now);
    if (journal_is_broken(j))
        return;
    switch (kind) {
    case STORY_STRUCK:
        struck(g);
        break;
    case STORY_DETECTED:
        journal_failure(j, j->failures.count)->detected = g->engine->now;
        break;
    case STORY_RESTORE_BEGUN:
        restore_begun(j, work);
        break;
    case STORY_RESTORED:
        restored(g);
        break;
    case STORY_SNAPSHOT:
        snapshot(g);
        break;
    case STORY_PERSISTING:
        set_fate(j, j->in_flight, JOURNAL_PERSISTING, -1);
        break;
    case STORY_COMPLETE:
        complete(g);
        break;
    case STORY_ABORTED:
        set_fate(j, j->in_flight, JOURNAL_ABORTED, g->engine->now);
        break;
    case STORY_SKIPPED:
        set_fate(j, j->decisions.count, JOURNAL_DROPPED, -1);
        break;
    case STORY_STOPPED:
        cut_loss(j, &j->stopped, work, g->done);
        break;
    case STORY_START:
    case STORY_NODES_READY:
    case STORY_FINISHED:
    case STORY_RUN_OF_CHECKPOINTS:
    case STORY_SUCH_A_RUN:
        break;
    }
}

void journal_charge(struct group *g, enum job_class class, simtime elapsed)
{
    struct journal *j = g->journal;
    if (elapsed == 0 || journal_is_broken(j))
        return;
    uint32_t failure = j->failures.count;
    switch (class) {
    case JOB_CHECKPOINT:
        journal_decision(j, j->in_flight)->cost += elapsed;
        break;
    case JOB_SLOWED:
        journal_decision(j, j->in_flight)->slowed += elapsed;
        break;
    case JOB_BLOCKED:
        journal_decision(j, j->decisions.count)->blocked += elapsed;
        break;
    case JOB_DETECT:
        journal_failure(j, failure)->detect += elapsed;
        break;
    case JOB_WAIT:
        journal_failure(j, failure)->wait += elapsed;
        break;
    case JOB_RESTART:
        journal_failure(j, failure)->restart += elapsed;
        break;
    case JOB_RESTORE:
        journal_failure(j, failure)->restore += elapsed;
        break;
    case JOB_USEFUL:
    case JOB_LOST:
    case JOB_UNCOMMITTED:
    case JOB_START: /* groups have none of these three */
    case JOB_TRANSFER:
    case JOB_IDLE:
    case JOB_CLASSES:
        break;
    }
}
