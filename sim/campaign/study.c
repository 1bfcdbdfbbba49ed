/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running cells times replications.
 *
 * The work is cut into blocks of replications of one cell. A worker keeps the workspace of the cell
 * it served last, so a sweep of many cells opens one a cell and thread, and replications reuse it.
 * The clairvoyant bound does not depend on the controller: cells that differ in nothing else share
 * it. */
#include "sim/campaign/study.h"
#include "sim/campaign/process.h"
#include "sim/campaign/summary.h"
#include "sim/campaign/workers.h"
#include "sim/campaign/workspace.h"
#include <assert.h>
#include <errno.h>

#define STUDY_BLOCK      32 /* replications handed out at once, at the most */
#define STUDY_SHARES     8  /* blocks a thread: enough to end together, few enough to reuse runs */
#define STUDY_FIRST_LOOK 64
#define STUDY_KIN        16 /* earlier jobs looked through for one with the same bound */

struct bench { /* a worker's place */
    struct workspace workspace;
    const struct cell *cell; /* that it is open for; NULL: not open */
    void *process;           /* this worker's own plan, where the controller is one; or NULL */
    char apart[128];         /* two cache lines: neighbours must not slow each other down */
};

struct errand {
    struct study *study;
    const struct study_options *options;
    struct bench *benches;
    uint32_t from, to; /* replications of this round */
    uint32_t block;    /* replications handed out at once */
    uint32_t blocks;   /* a cell */
    uint32_t passes;   /* 2 with the bound */
    double precision;
};

static void close_bench(struct bench *bench)
{
    if (bench->cell)
        workspace_close(&bench->workspace);
    if (bench->process)
        process_close(bench->process);
    bench->cell = NULL;
    bench->process = NULL;
}

static enum status open_bench(struct bench *bench, const struct cell *cell)
{
    if (bench->cell == cell)
        return STATUS_OK;
    close_bench(bench);
    bool is_process = process_is(cell->spec.controller.class);
    if (is_process && !(bench->process = process_open(cell->plan)))
        return STATUS_MEMORY;
    enum status status =
        workspace_open(&bench->workspace, cell, is_process ? bench->process : cell->plan);
    if (status == STATUS_OK)
        bench->cell = cell;
    return status;
}

/* Items: blocks of all cells under their controllers, then blocks of the bound, where wanted. */
static enum status work(void *context, unsigned worker, uint64_t item)
{
    struct errand *job = context;
    const struct study *study = job->study;
    uint64_t controlled = (uint64_t)study->count * job->blocks;
    bool is_bound = item >= controlled;
    uint32_t number = (uint32_t)((is_bound ? item - controlled : item) / job->blocks);
    struct cell *cell = &study->cells[number];
    struct bench *bench = &job->benches[worker];
    uint32_t first = job->from + (uint32_t)(item % job->blocks) * job->block;
    uint32_t end = job->to - first > job->block ? first + job->block : job->to;
    enum group_mode mode = is_bound                ? GROUP_BOUND
                           : job->options->no_skip ? GROUP_NO_SKIP
                                                   : GROUP_CONTROLLED;
    if (is_bound && (cell->no_bound || cell->bound_from != number))
        return STATUS_OK;
    enum status status = open_bench(bench, cell);
    for (uint32_t i = first; i < end && status == STATUS_OK; i++) {
        struct record bound, *record = is_bound ? &bound : &cell->records[i];
        if (bench->process && !is_bound)
            process_begin(bench->process, cell->spec.seed, i);
        status = workspace_replicate(&bench->workspace, i, mode, record);
        if (is_bound)
            cell->bounds[i] = bound.end == END_FINISHED ? bound.makespan : -1;
    }
    return status;
}

/* The cell, among those just before, that is the same job: its bound will serve. */
static void find_kin(struct study *study)
{
    for (uint32_t i = 0; i < study->count; i++) {
        uint32_t looked = 0;
        study->cells[i].bound_from = i;
        for (uint32_t j = i; j-- > 0 && looked < STUDY_KIN;) {
            if (study->cells[j].bound_from != j)
                continue;
            looked++;
            if (cell_is_same_job(&study->cells[i], &study->cells[j])) {
                study->cells[i].bound_from = j;
                break;
            }
        }
    }
}

static void share_bounds(struct study *study, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < study->count; i++) {
        struct cell *cell = &study->cells[i];
        const struct cell *kin = &study->cells[cell->bound_from];
        for (uint32_t j = from; j < to; j++)
            cell->records[j].bound = kin->no_bound ? -1 : kin->bounds[j];
    }
}

static void progress(void *context, uint64_t done)
{
    struct errand *job = context;
    struct study_progress p = {.done = done * job->block,
                               .total = (uint64_t)job->passes * job->study->count *
                                        (job->to - job->from),
                               .precision = job->precision};
    if (p.done > p.total)
        p.done = p.total;
    if (job->options->progress)
        job->options->progress(job->options->context, &p);
}

/* Replications [from, to) of every cell. */
static enum status run_round(struct errand *job, uint32_t from, uint32_t to, struct diag *diag)
{
    struct study *study = job->study;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < study->count && status == STATUS_OK; i++)
        status = cell_reserve(&study->cells[i], to, study->arena, diag);
    if (status != STATUS_OK)
        return status;
    job->from = from;
    job->to = to;
    uint64_t share = (uint64_t)(to - from) * study->count / job->options->threads / STUDY_SHARES;
    job->block = share < 1 ? 1 : share > STUDY_BLOCK ? STUDY_BLOCK : (uint32_t)share;
    job->blocks = (to - from + job->block - 1) / job->block;
    struct workers_task task = {.items = (uint64_t)job->passes * study->count * job->blocks,
                                .threads = job->options->threads,
                                .work = work,
                                .progress = progress,
                                .context = job};
    status = workers_run(&task);
    for (uint32_t i = 0; i < study->count; i++)
        study->cells[i].count = to;
    if (job->options->with_bound && status == STATUS_OK)
        share_bounds(study, from, to);
    return status == STATUS_MEMORY ? diag_world(diag, "run", NULL, ENOMEM) : status;
}

/* The widest relative interval of waste among the cells; false: no memory. */
static bool find_precision(const struct study *study, double *precision)
{
    double worst = 0;
    for (uint32_t i = 0; i < study->count; i++) {
        struct estimate waste;
        if (!summary_waste(&waste, study->cells[i].records, study->cells[i].count))
            return false;
        double relative = waste.mean > 0 ? estimate_half_width(&waste) / waste.mean : 0;
        worst = relative > worst ? relative : worst;
    }
    *precision = worst;
    return true;
}

static uint32_t replications_of(const struct study *study, const struct study_options *options)
{
    uint32_t most = options->replications;
    for (uint32_t i = 0; i < study->count && options->replications == 0; i++)
        if (study->cells[i].spec.replications > most)
            most = study->cells[i].spec.replications;
    return most;
}

static void report_processes(const struct study *study, struct diag *diag)
{
    for (uint32_t i = 0; i < study->count; i++) {
        const struct cell *cell = &study->cells[i];
        if (process_is(cell->spec.controller.class))
            process_report(cell->plan, scenario_place(cell->scenario, "controller"), diag);
    }
}

enum status study_run(struct study *study, const struct study_options *options, struct diag *diag)
{
    struct bench *benches = arena_array(study->arena, options->threads, sizeof *benches);
    struct errand job = {.study = study,
                         .options = options,
                         .benches = benches,
                         .passes = options->with_bound ? 2 : 1};
    if (!benches)
        return diag_world(diag, "start", NULL, ENOMEM);
    bool by_precision = options->precision > 0;
    find_kin(study);
    uint32_t from = 0, to = by_precision ? STUDY_FIRST_LOOK : replications_of(study, options);
    if (by_precision && to > options->most)
        to = options->most;
    enum status status;
    for (;;) {
        assert(to > from);
        status = run_round(&job, from, to, diag);
        if (status != STATUS_OK || !by_precision)
            break;
        if (!find_precision(study, &job.precision)) {
            status = diag_world(diag, "summarise", NULL, ENOMEM);
            break;
        }
        if (job.precision <= options->precision || to >= options->most)
            break;
        from = to;
        to = to > options->most / 2 ? options->most : 2 * to;
    }
    for (unsigned i = 0; i < options->threads; i++)
        close_bench(&benches[i]);
    report_processes(study, diag);
    return status;
}
