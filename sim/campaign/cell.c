/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a scenario ready to run.
 *
 * Order matters: trace, then MTBF (a trace may give it), then the controller's plan (it may need
 * the MTBF), then warnings (they compare all three). */
#include "sim/campaign/cell.h"
#include "policies/registry.h"
#include "sim/campaign/process.h"
#include "traces/outage_csv.h"
#include "workloads/check.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum status bind_trace(struct cell *cell, struct arena *arena, struct diag *diag)
{
    struct spec_trace *trace = &cell->spec.faults.trace;
    if (!trace->is_given)
        return STATUS_OK;
    struct outages *outages = arena_alloc(arena, sizeof *outages);
    if (!outages)
        return diag_world(diag, "read", trace->file, ENOMEM);
    enum status status = outage_csv_read(trace->file, arena, diag, outages, &cell->trace_has_dates);
    if (status != STATUS_OK)
        return status;
    uint32_t ours = cell->spec.cluster.nodes + cell->spec.cluster.spares;
    struct place place = scenario_place(cell->scenario, "faults.trace.nodes");
    if (trace->nodes == PICK_BY_NAME && outages->nodes_count > ours)
        return diag_error(diag, place,
                          "%s names %u nodes, the cluster has %u with its spares; raise "
                          "cluster.nodes, or set faults.trace.nodes to first-n or sample",
                          trace->file, outages->nodes_count, ours);
    if (trace->start == START_DATE && !cell->trace_has_dates)
        return diag_error(diag, scenario_place(cell->scenario, "faults.trace.start"),
                          "%s has durations, not dates: start must be first or random",
                          trace->file);
    trace->outages = outages;
    return STATUS_OK;
}

/* Failures that strike one actor: of its node, and of its own process where that has a law. */
static double mtbf_of_actor(const struct spec *spec)
{
    struct spec one = *spec;
    double rate, crashes = 0;
    one.group.workers = 1;
    rate = 1 / fault_mtbf(&one, INT64_MAX);
    if (spec->faults.platform.is_given) /* it takes one node of all */
        rate -= (1 - 1.0 / spec->cluster.nodes) / spec->faults.platform.uptime.mean;
    for (uint32_t i = 0; i < spec->program->actors_count; i++) {
        const struct program_actor *a = &spec->program->actors[i];
        double mean = simtime_seconds(amount_mean(&a->crash));
        if (a->checkpoint.is_given && mean > 0 && 1 / mean > crashes)
            crashes = 1 / mean;
    }
    return rate + crashes > 0 ? 1 / (rate + crashes) : (double)INFINITY;
}

static double mtbf_of(const struct spec *spec)
{
    return spec->program ? mtbf_of_actor(spec) : fault_mtbf(spec, INT64_MAX);
}

/* One controller's MTBF (MODEL rule 16); the reader has refused what nothing can give. */
static enum status resolve_mtbf(struct cell *cell, struct spec_controller *controller, int param,
                                struct diag *diag)
{
    bool has_trace = cell->spec.faults.trace.is_given;
    struct place place = scenario_place(cell->scenario, "controller.mtbf");
    double mtbf = mtbf_of(&cell->spec);
    const char *origin = "from the laws";
    assert(has_trace ? controller->mtbf != MTBF_SCENARIO
                     : controller->mtbf == MTBF_SCENARIO || controller->mtbf == MTBF_GIVEN);
    if (!place.source)
        place = scenario_place(cell->scenario, "controller");
    if (controller->mtbf == MTBF_GIVEN) {
        mtbf = controller->values[param].x;
        origin = "given";
    } else if (controller->mtbf == MTBF_BEFORE) {
        mtbf = fault_mtbf(&cell->spec, controller->mtbf_before);
        origin = "from the trace before the date";
    } else if (controller->mtbf == MTBF_HINDSIGHT) {
        origin = "from the whole trace, in hindsight";
    }
    if (isinf(mtbf) && has_trace)
        return diag_error(diag, place, "no outage to take a mean time between failures from");
    controller->values[param].x = mtbf;
    controller->values[param].i = simtime_from_seconds(mtbf);
    cell->uses_mtbf = true;
    cell->mtbf_s = mtbf;
    cell->mtbf_origin = origin;
    return STATUS_OK;
}

/* The Weibull shape of what fails: the nodes', or where they do not, the platform's. */
static enum status resolve_shape(struct cell *cell, struct spec_controller *controller, int param,
                                 struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    const struct spec_process *process =
        spec->faults.node.is_given ? &spec->faults.node : &spec->faults.platform;
    if (controller->is_shape_given)
        return STATUS_OK;
    if (process->is_given && process->uptime.kind != LAW_WEIBULL &&
        process->uptime.kind != LAW_EXPONENTIAL)
        return diag_error(diag, scenario_place(cell->scenario, "controller"),
                          "controller %s: the scenario's law of failures is no Weibull law; say "
                          "what %s to reckon with, as in %s: 0.7",
                          controller->class->name, controller->class->params[param].name,
                          controller->class->params[param].name);
    bool is_weibull = process->is_given && process->uptime.kind == LAW_WEIBULL;
    controller->values[param].x = is_weibull ? process->uptime.shape : 1;
    return STATUS_OK;
}

static enum status find_rates(struct cell *cell, struct diag *diag)
{
    bool has_trace = cell->spec.faults.trace.is_given;
    cell->mtbf_s = mtbf_of(&cell->spec);
    cell->node_mtbf_s = fault_mtbf(&cell->spec, INT64_MAX);
    cell->mtbf_origin = has_trace ? "from the whole trace" : "from the laws";
    for (struct spec_controller *c = &cell->spec.controller; c; c = c->inner) {
        int mtbf = check_param(c->class, CAIRN_MTBF), shape = check_param(c->class, CAIRN_SHAPE);
        enum status status = mtbf >= 0 ? resolve_mtbf(cell, c, mtbf, diag) : STATUS_OK;
        if (status == STATUS_OK && shape >= 0)
            status = resolve_shape(cell, c, shape, diag);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status build_plan(struct cell *cell, struct arena *arena, struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    const struct cairn_controller_class *class = spec->controller.class;
    struct cairn_shape shape = spec_shape(spec);
    struct place place = scenario_place(cell->scenario, "controller");
    for (const struct spec_controller *c = spec->controller.inner; c; c = c->inner)
        if (process_is(c->class))
            return diag_error(diag, place, "a process cannot stand inside another controller");
    cell->plan = arena_alloc(arena, cairn_plan_size(class, spec->controller.values, &shape));
    if (!cell->plan)
        return diag_world(diag, "plan", NULL, ENOMEM);
    const char *refusal = class->plan(spec->controller.values, &shape, cell->plan);
    if (refusal)
        return diag_error(diag, place, "%s: %s", class->name, refusal);
    if (process_is(class)) {
        enum status status = process_prepare(class, cell->plan, spec->seed, arena, place, diag);
        if (status != STATUS_OK)
            return status;
    }
    cell->interval = class->interval ? class->interval(cell->plan, &cell->bound_by) : 0;
    cell->has_interval = cell->interval > 0;
    return STATUS_OK;
}

/* ---- programs ------------------------------------------------------------------------------ */

static enum status plan_for_actor(struct cell *cell, uint32_t class, struct arena *arena,
                                  struct diag *diag, void **plan)
{
    const struct spec *spec = &cell->spec;
    const struct cairn_controller_class *controller = spec->controller.class;
    struct cairn_stage *methods = arena_array(arena, LIMIT_STAGES, sizeof *methods);
    if (!methods)
        return diag_world(diag, "plan", NULL, ENOMEM);
    struct cairn_shape shape = check_shape_of_actor(spec, class, methods);
    *plan = arena_alloc(arena, cairn_plan_size(controller, spec->controller.values, &shape));
    if (!*plan)
        return diag_world(diag, "plan", NULL, ENOMEM);
    const char *refusal = controller->plan(spec->controller.values, &shape, *plan);
    if (refusal)
        return diag_error(diag, scenario_place(cell->scenario, "controller"),
                          "%s, for actor %s: %s", controller->name,
                          spec->program->actors[class].name, refusal);
    if (controller->interval && !cell->has_interval) {
        cell->interval = controller->interval(*plan, &cell->bound_by);
        cell->has_interval = cell->interval > 0;
    }
    return STATUS_OK;
}

/* One plan for each class of actors that can be checkpointed; none for controller: none. */
static enum status plan_controllers(struct cell *cell, struct arena *arena, struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    const struct cairn_controller_class *controller = spec->controller.class;
    struct place place = scenario_place(cell->scenario, "controller");
    uint32_t found = 0;
    if (strcmp(controller->name, "none") == 0)
        return STATUS_OK;
    if (process_is(controller))
        return diag_error(diag, place,
                          "a program over a pipe cannot decide for the actors of a "
                          "pipeline yet; it can for a group");
    void **plans = arena_array(arena, spec->program->actors_count + 1, sizeof *plans);
    if (!plans)
        return diag_world(diag, "plan", NULL, ENOMEM);
    for (uint32_t i = 0; i < spec->program->actors_count; i++) {
        if (!spec->program->actors[i].checkpoint.is_given)
            continue;
        enum status status = plan_for_actor(cell, i, arena, diag, &plans[i]);
        if (status != STATUS_OK)
            return status;
        found++;
    }
    assert(found > 0); /* the reader has refused others */
    (void)found;
    cell->plans.controllers = (const void *const *)plans;
    return STATUS_OK;
}

/* Probes are a message each way. What never answers in time is never routed to. */
static enum status check_router(const struct cell *cell, const void *plan, struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    const struct cairn_router_plan *p = plan;
    double both = 2 * simtime_seconds(spec->runtime.latency);
    bool is_routed = false;
    for (uint32_t i = 0; i < spec->program->statements_count; i++)
        is_routed |= spec->program->statements[i].is_routed;
    if (!is_routed || spec->router.class->is_blind || both <= p->deadline.cap)
        return STATUS_OK;
    return diag_error(diag, scenario_place(cell->scenario, "router"),
                      "%s: a probe takes runtime.latency each way, %g s, and deadline_cap is %g s; "
                      "nobody would ever answer in time",
                      spec->router.class->name, both, p->deadline.cap);
}

/* What decides in a program. */
static enum status build_program_plans(struct cell *cell, struct arena *arena, struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    const struct cairn_scheduler_class *scheduler = spec->scheduler.class;
    const struct cairn_recovery_class *recovery = spec->recovery.class;
    const struct cairn_router_class *router = spec->router.class;
    void *places = arena_alloc(arena, scheduler->plan_size);
    void *cures = arena_alloc(arena, cairn_recovery_plan_size(recovery));
    void *routes = arena_alloc(arena, router->plan_size);
    if (!places || !cures || !routes)
        return diag_world(diag, "plan", NULL, ENOMEM);
    const char *refusal = scheduler->plan(spec->scheduler.values, places);
    if (refusal)
        return diag_error(diag, scenario_place(cell->scenario, "scheduler"), "%s: %s",
                          scheduler->name, refusal);
    refusal = recovery->plan(spec->recovery.values, cures);
    if (refusal)
        return diag_error(diag, scenario_place(cell->scenario, "recovery"), "%s: %s",
                          recovery->name, refusal);
    refusal = router->plan(spec->router.values, routes);
    if (refusal)
        return diag_error(diag, scenario_place(cell->scenario, "router"), "%s: %s", router->name,
                          refusal);
    enum status status = check_router(cell, routes, diag);
    if (status != STATUS_OK)
        return status;
    cell->plans = (struct runtime_plans){.scheduler = places, .recovery = cures, .router = routes};
    return plan_controllers(cell, arena, diag);
}

/* A trace from a fixed start on fixed nodes: nothing is drawn. */
static bool is_one_history(const struct spec *spec)
{
    const struct spec_trace *trace = &spec->faults.trace;
    return trace->is_given && trace->start != START_RANDOM && trace->nodes != PICK_SAMPLE;
}

static void warn(const struct cell *cell, struct diag *diag)
{
    const struct spec *spec = &cell->spec;
    double cost = simtime_seconds(spec->group.checkpoint);
    struct place at_cost = scenario_place(cell->scenario, "workload.group.checkpoint");
    if (cost >= cell->mtbf_s)
        diag_say(diag, DIAG_WARNING, at_cost,
                 "a checkpoint takes %.6g s, the mean time between failures is %.6g s: most "
                 "checkpoints will not complete, and the job may not finish before the horizon",
                 cost, cell->mtbf_s);
    if (is_one_history(spec) && spec->replications > 1)
        diag_say(diag, DIAG_WARNING, scenario_place(cell->scenario, "replications"),
                 "every replication replays the same outages: one is enough, and there is no "
                 "interval; faults.trace.start: random or nodes: sample would vary them");
    if (!spec->faults.trace.is_given && spec->cluster.spares > 0 && !spec->faults.node.has_repair &&
        !spec->faults.rack.has_repair && !spec->faults.zone.has_repair &&
        !spec->faults.platform.has_repair)
        diag_say(diag, DIAG_WARNING, scenario_place(cell->scenario, "cluster.spares"),
                 "spares are never used: without a repair law a failed node is replaced at once");
}

enum status cell_prepare(struct cell *cell, const struct scenario *scenario, struct arena *arena,
                         struct diag *diag)
{
    *cell = (struct cell){.scenario = scenario, .spec = scenario->spec};
    enum status status = bind_trace(cell, arena, diag);
    if (status == STATUS_OK)
        status = find_rates(cell, diag);
    if (status == STATUS_OK)
        status = cell->spec.program ? build_program_plans(cell, arena, diag)
                                    : build_plan(cell, arena, diag);
    if (status != STATUS_OK)
        return status;
    if (is_one_history(&cell->spec) && scenario->values[KEY_REPLICATIONS].origin == ORIGIN_DEFAULT)
        cell->spec.replications = 1;
    cell->no_bound = bound_refusal(&cell->spec);
    warn(cell, diag);
    return STATUS_OK;
}

bool cell_is_same_job(const struct cell *a, const struct cell *b)
{
    for (unsigned key = 0; key < SCHEMA_KEYS; key++) {
        const char *x = a->scenario->values[key].text, *y = b->scenario->values[key].text;
        bool is_about_job = key != KEY_CONTROLLER && key != KEY_NAME && key != KEY_SUMMARY &&
                            key != KEY_REPLICATIONS;
        if (is_about_job && x != y && (!x || !y || strcmp(x, y) != 0))
            return false;
    }
    return true;
}

enum status cell_reserve(struct cell *cell, uint32_t capacity, struct arena *arena,
                         struct diag *diag)
{
    if (capacity <= cell->capacity)
        return STATUS_OK;
    struct record *records = arena_array(arena, capacity, sizeof *records);
    simtime *bounds = arena_array(arena, capacity, sizeof *bounds);
    if (!records || !bounds)
        return diag_world(diag, "keep the results", NULL, ENOMEM);
    if (cell->count > 0) {
        memcpy(records, cell->records, cell->count * sizeof *records);
        memcpy(bounds, cell->bounds, cell->count * sizeof *bounds);
    }
    cell->records = records;
    cell->bounds = bounds;
    cell->capacity = capacity;
    return STATUS_OK;
}
