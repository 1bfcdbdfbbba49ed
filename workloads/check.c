/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks between keys.
 *
 * Each function knows one pair or group of keys, looks only at values that were read without an
 * error, and points at the value that the user is likeliest to change. The rules named are those of
 * the model's description. */
#include "workloads/check.h"
#include "sim/base/text.h"
#include "sim/model/program.h"
#include "workloads/checking.h"
#include "workloads/pipeline_form.h"
#include "workloads/schedule_form.h"
#include <errno.h>
#include <string.h>

/* ---- machine and job ----------------------------------------------------------------------- */

static void check_size(const struct check *check)
{
    uint32_t nodes = check->spec->cluster.nodes, spares = check->spec->cluster.spares;
    if (is_good(check, KEY_WORKERS, KEY_NODES) && check->spec->group.workers > nodes)
        diag_error(check->diag, at(check, KEY_WORKERS, KEY_NODES),
                   "workload.group.workers: %u workers need %u nodes, cluster.nodes is %u",
                   check->spec->group.workers, check->spec->group.workers, nodes);
    if (is_good(check, KEY_SPARES, KEY_NODES) && spares > LIMIT_NODES - nodes)
        diag_error(check->diag, at(check, KEY_SPARES, KEY_NODES),
                   "cluster.spares: %u nodes and %u spares are more than %u", nodes, spares,
                   LIMIT_NODES);
}

static void check_demand(const struct check *check)
{
    static const enum schema_id pairs[][2] = {
        {KEY_CPU, KEY_NODE_CPU}, {KEY_GPU, KEY_NODE_GPU}, {KEY_MEMORY, KEY_NODE_MEMORY}};
    const struct spec *spec = check->spec;
    bool is_short[] = {spec->group.cpu > spec->cluster.node_cpu,
                       spec->group.gpu > spec->cluster.node_gpu,
                       spec->group.memory > spec->cluster.node_memory};
    for (size_t i = 0; i < 3; i++) {
        const char *node = schema_keys[pairs[i][1]].path;
        if (!is_short[i] || !is_good(check, pairs[i][0], pairs[i][1]))
            continue;
        diag_error(check->diag, at(check, pairs[i][0], pairs[i][1]),
                   is_said(check, pairs[i][1]) ? "%s: a worker needs %s, but %s is %s"
                                               : "%s: a worker needs %s, but %s is not given (%s)",
                   schema_keys[pairs[i][0]].path, text_of(check, pairs[i][0]), node,
                   text_of(check, pairs[i][1]));
    }
}

static void check_times(const struct check *check)
{
    const struct spec *spec = check->spec;
    if (is_good(check, KEY_HORIZON, KEY_WORK) && spec->horizon <= spec->group.work)
        diag_error(check->diag, at(check, KEY_HORIZON, KEY_WORK),
                   "horizon: %s is not longer than workload.group.work (%s); no run could finish",
                   text_of(check, KEY_HORIZON), text_of(check, KEY_WORK));
    if (is_good(check, KEY_STEP, KEY_WORK) && spec->group.step > spec->group.work)
        diag_error(check->diag, at(check, KEY_STEP, KEY_WORK),
                   "workload.group.step: a step of %s is longer than the work (%s)",
                   text_of(check, KEY_STEP), text_of(check, KEY_WORK));
    if (is_good(check, KEY_STAGES, KEY_STEP) && is_present(check, KEY_STAGES) &&
        is_present(check, KEY_STEP))
        diag_error(check->diag, at(check, KEY_STEP, KEY_STAGES),
                   "workload.group.step: the stages say what the steps are; leave it out");
    else if (is_good(check, KEY_STAGES, KEY_DIVISIBLE) && is_present(check, KEY_STAGES) &&
             spec->group.is_divisible)
        diag_error(check->diag, at(check, KEY_DIVISIBLE, KEY_STAGES),
                   "workload.group.divisible: stages consist of steps, and checkpoints are taken "
                   "at their ends; leave it out");
    else if (is_good(check, KEY_DIVISIBLE, KEY_STEP) && !spec->group.is_divisible &&
             spec->group.step == 0 && !is_present(check, KEY_STAGES))
        diag_error(check->diag, at(check, KEY_DIVISIBLE, KEY_STEP),
                   "workload.group.divisible: false needs workload.group.step; without steps, work "
                   "is divisible");
}

/* A cost is given, or follows from state and store. */
static void check_cost(const struct check *check, enum schema_id cost, enum schema_id rate)
{
    const struct scenario_value *value = &check->scenario->values[cost];
    bool has_state = is_present(check, KEY_STATE), has_rate = is_present(check, rate);
    if (!value->is_good || !is_good(check, KEY_STATE, rate) || value->origin == ORIGIN_DERIVED ||
        !value->is_absent)
        return;
    struct place place = at(check, cost, has_state ? KEY_STATE : rate);
    if (!place.source)
        place = check->scenario->values[KEY_WORK].place;
    if (!place.source)
        place = (struct place){check->scenario->source, 0, 0, 0};
    if (has_state && has_rate)
        diag_error(check->diag, place, "%s: %s at %s takes longer than 292 years",
                   schema_keys[cost].path, text_of(check, KEY_STATE), text_of(check, rate));
    else
        diag_error(check->diag, place, "%s is not given, and cannot be derived without %s%s%s",
                   schema_keys[cost].path, has_state ? "" : "workload.group.state",
                   has_state || has_rate ? "" : " and ", has_rate ? "" : schema_keys[rate].path);
}

static void check_background(const struct check *check)
{
    const struct spec *spec = check->spec;
    if (is_good(check, KEY_INTERFERENCE, KEY_PERSIST) && spec->group.interference_ppm > 0 &&
        spec->group.persist == 0)
        diag_error(
            check->diag, at(check, KEY_INTERFERENCE, KEY_PERSIST),
            "workload.group.interference: nothing interferes without workload.group.persist");
    if (is_good(check, KEY_STAGED, KEY_PERSIST) && spec->group.staged != STAGED_NONE &&
        spec->group.persist == 0)
        diag_error(check->diag, at(check, KEY_STAGED, KEY_PERSIST),
                   "workload.group.staged: nothing is staged without workload.group.persist");
}

/* ---- group or pipeline --------------------------------------------------------------------- */

/* Said aloud, in canonical form or as the help shows it, it is still the default. */
static bool is_default(const struct check *check, enum schema_id id)
{
    const struct yaml_node *node = check->scenario->values[id].node;
    const char *fallback = schema_keys[id].fallback;
    return strcmp(text_of(check, id), fallback) == 0 ||
           (node && node->kind == NODE_SCALAR && strcmp(node->text, fallback) == 0);
}

/* Keys of the one mean nothing beside the other. */
static void check_applies(const struct check *check)
{
    bool has_pipeline = is_present(check, KEY_PIPELINE);
    for (unsigned id = 0; id < SCHEMA_KEYS; id++)
        if (id != KEY_PIPELINE && !schema_applies((enum schema_id)id, has_pipeline) &&
            check->scenario->values[id].is_good && !is_default(check, (enum schema_id)id) &&
            check->scenario->values[id].node)
            diag_error(check->diag, check->scenario->values[id].place,
                       has_pipeline ? "%s: the workload is a pipeline, and has no group"
                                    : "%s means nothing without workload.pipeline",
                       schema_keys[id].path);
}

/* Amounts are integers beside a pipeline, and must be ones. */
static bool check_capacity(const struct check *check)
{
    static const enum schema_id ids[] = {KEY_NODE_CPU, KEY_NODE_GPU, KEY_NODE_CUSTOM};
    const struct spec *spec = check->spec;
    const double has[] = {spec->cluster.node_cpu, spec->cluster.node_gpu,
                          spec->cluster.node_custom};
    uint32_t errors = check->diag->errors;
    for (size_t i = 0; i < 3; i++)
        if (has[i] > PIPELINE_CAPACITY)
            diag_error(check->diag, at(check, ids[i], KEY_PIPELINE),
                       "%s: %s; with a pipeline it is at most %d", schema_keys[ids[i]].path,
                       text_of(check, ids[i]), PIPELINE_CAPACITY);
    if (spec->cluster.node_memory > INT64_MAX)
        diag_error(check->diag, at(check, KEY_NODE_MEMORY, KEY_PIPELINE),
                   "cluster.node.memory: %s; with a pipeline it is at most 8 EiB",
                   text_of(check, KEY_NODE_MEMORY));
    return check->diag->errors == errors;
}

/* Room for results is part of a node's memory, where that is said; spilling is for want of it. */
static void check_room(const struct check *check)
{
    const struct spec *spec = check->spec;
    if (is_good(check, KEY_OBJECT_MEMORY, KEY_NODE_MEMORY) && spec->cluster.node_memory > 0 &&
        spec->runtime.object_memory > spec->cluster.node_memory)
        diag_error(check->diag, at(check, KEY_OBJECT_MEMORY, KEY_NODE_MEMORY),
                   "runtime.objects.memory: %s is more than a node has, and cluster.node.memory is "
                   "%s",
                   text_of(check, KEY_OBJECT_MEMORY), text_of(check, KEY_NODE_MEMORY));
    for (unsigned id = KEY_SPILL_BANDWIDTH; id <= KEY_SPILL_FUSED; id++) {
        enum schema_id needed = id == KEY_SPILL_BANDWIDTH ? KEY_OBJECT_MEMORY : KEY_SPILL_BANDWIDTH;
        if (is_changed(check, (enum schema_id)id) && !is_present(check, needed) &&
            check->scenario->values[needed].is_good)
            diag_error(check->diag, check->scenario->values[id].place,
                       "%s means nothing without %s", schema_keys[id].path,
                       schema_keys[needed].path);
    }
}

/* What is defined for a group alone. */
static void check_group_only(const struct check *check)
{
    const struct scenario_value *values = check->scenario->values;
    if (values[KEY_CLOCK].is_good && check->spec->faults.clock == CLOCK_EXPOSURE)
        diag_error(check->diag, values[KEY_CLOCK].place,
                   "faults.clock: exposure stands still by the phases of a group; a pipeline has "
                   "none, use wall");
    if (values[KEY_RENEWAL].is_good && check->spec->faults.renewal == RENEWAL_ATTEMPT)
        diag_error(check->diag, values[KEY_RENEWAL].place,
                   "faults.renewal: attempt draws lifetimes at the attempts of a group; a pipeline "
                   "has none, use failed");
}

static enum status check_pipeline(const struct check *check)
{
    struct spec spec = *check->spec;
    const struct value_reader reader = {.arena = check->arena, .diag = check->diag, .spec = &spec};
    const struct scenario_value *values = check->scenario->values;
    if (!values[KEY_PIPELINE].is_good || !is_good(check, KEY_NODE_CPU, KEY_NODE_GPU) ||
        !is_good(check, KEY_NODE_MEMORY, KEY_NODE_CUSTOM) || !check_capacity(check))
        return STATUS_OK;
    enum status status = pipeline_form_check_fit(&reader, values[KEY_PIPELINE].node);
    const struct scenario_value *schedule = &values[KEY_SCHEDULE];
    if (schedule->is_good && schedule->node && !schedule->is_absent && status != STATUS_MEMORY) {
        status = schedule_form_check(&reader, "faults.schedule", schedule->node);
    }
    return status == STATUS_INPUT ? STATUS_OK : status; /* it has been said */
}

/* ---- controller ---------------------------------------------------------------------------- */

int check_param(const struct cairn_controller_class *class, enum cairn_unit unit)
{
    for (int i = 0; class->params[i].name; i++)
        if (class->params[i].unit == unit)
            return i;
    return -1;
}

/* Rule 16: with laws the scenario knows its MTBF, with a trace somebody must say what may be known.
 */
static void check_mtbf(const struct check *check, const struct spec_controller *controller)
{
    struct place place = scenario_place(check->scenario, "controller.mtbf");
    bool has_trace = is_present(check, KEY_TRACE_FILE);
    int mtbf = check_param(controller->class, CAIRN_MTBF),
        shape = check_param(controller->class, CAIRN_SHAPE);
    if (!check->scenario->values[KEY_TRACE_FILE].is_good)
        return;
    if (!place.source)
        place = at(check, KEY_CONTROLLER, KEY_TRACE_FILE);
    if (has_trace && shape >= 0 && !controller->is_shape_given)
        diag_error(check->diag, at(check, KEY_CONTROLLER, KEY_TRACE_FILE),
                   "controller %s: with a trace the law's %s must be said, as in %s: 0.7",
                   controller->class->name, controller->class->params[shape].name,
                   controller->class->params[shape].name);
    if (mtbf < 0)
        return;
    const char *param = controller->class->params[mtbf].name;
    if (has_trace && controller->mtbf == MTBF_SCENARIO)
        diag_error(check->diag, place,
                   "controller %s: with a trace the MTBF must be said: %s: hindsight, {before: "
                   "DATE} or a duration",
                   controller->class->name, param);
    if (!has_trace && (controller->mtbf == MTBF_HINDSIGHT || controller->mtbf == MTBF_BEFORE))
        diag_error(check->diag, place,
                   "controller.%s: hindsight and {before: DATE} look into a trace, and there is no "
                   "faults.trace.file",
                   param);
}

/* Does its plan need nothing but what the user has written? */
static bool is_known(const struct spec_controller *outer)
{
    for (const struct spec_controller *c = outer; c; c = c->inner)
        if ((check_param(c->class, CAIRN_MTBF) >= 0 && c->mtbf != MTBF_GIVEN) ||
            (check_param(c->class, CAIRN_SHAPE) >= 0 && !c->is_shape_given))
            return false;
    return true;
}

/* Such a plan is made once here, to hear its refusal early. */
static enum status check_plan(const struct check *check)
{
    const struct spec *spec = check->spec;
    const struct cairn_controller_class *class = spec->controller.class;
    struct cairn_shape shape = spec_shape(spec);
    if (!is_known(&spec->controller))
        return STATUS_OK;
    void *plan = arena_alloc(check->arena, cairn_plan_size(class, spec->controller.values, &shape));
    if (!plan)
        return diag_world(check->diag, "plan", class->name, ENOMEM);
    const char *problem = class->plan(spec->controller.values, &shape, plan);
    if (problem)
        diag_error(check->diag, at(check, KEY_CONTROLLER, KEY_CHECKPOINT), "controller %s: %s",
                   class->name, problem);
    return STATUS_OK;
}

struct cairn_shape check_shape_of_actor(const struct spec *spec, uint32_t class,
                                        struct cairn_stage *methods)
{
    const struct program_actor *a = &spec->program->actors[class];
    struct cairn_shape shape = {
        .size = sizeof shape,
        .abi = CAIRN_CONTROLLER_ABI,
        .checkpoint_cost = amount_mean(&a->checkpoint.snapshot),
        .restore_cost = amount_mean(&a->checkpoint.restore),
        .persist = amount_mean(&a->checkpoint.persist),
        .downtime =
            simtime_add(simtime_add(spec->detection.delay, amount_mean(&a->start)),
                        simtime_add(spec->runtime.worker_start, spec->runtime.worker_import)),
        .workers = 1,
    };
    uint32_t count = 0;
    for (uint32_t i = 0; i < spec->program->functions_count && count < LIMIT_STAGES; i++) {
        const struct program_function *f = &spec->program->functions[i];
        if (f->actor != class)
            continue;
        int64_t time = amount_mean(&f->time);
        shape.step = time > shape.step ? time : shape.step;
        methods[count++] = (struct cairn_stage){f->name, 1, time > 0 ? time : 1,
                                                shape.checkpoint_cost, shape.restore_cost};
    }
    shape.step = shape.step > 0 ? shape.step : 1;
    if (check_param(spec->controller.class, CAIRN_NAMES) < 0)
        return shape;
    shape.step = 0; /* it goes by the names of steps: a class is what its methods are */
    shape.stages = methods;
    shape.stages_count = count;
    return shape;
}

/* The plan for one class of actors, made once to hear its refusal early. */
static enum status check_actor_plan(const struct check *check, uint32_t class)
{
    const struct spec *spec = check->spec;
    const struct cairn_controller_class *controller = spec->controller.class;
    struct cairn_stage *methods = arena_array(check->arena, LIMIT_STAGES, sizeof *methods);
    if (!methods)
        return diag_world(check->diag, "plan", controller->name, ENOMEM);
    struct cairn_shape shape = check_shape_of_actor(spec, class, methods);
    void *plan =
        arena_alloc(check->arena, cairn_plan_size(controller, spec->controller.values, &shape));
    if (!plan)
        return diag_world(check->diag, "plan", controller->name, ENOMEM);
    const char *problem = controller->plan(spec->controller.values, &shape, plan);
    if (problem)
        diag_error(check->diag, check->scenario->values[KEY_CONTROLLER].place,
                   "controller %s, for actor %s: %s", controller->name,
                   spec->program->actors[class].name, problem);
    return STATUS_OK;
}

/* Of a pipeline a controller decides the checkpoints of actors. */
static enum status check_program_controller(const struct check *check)
{
    const struct spec *spec = check->spec;
    bool has_one = false;
    enum status status = STATUS_OK;
    if (strcmp(spec->controller.class->name, "none") == 0)
        return STATUS_OK;
    for (uint32_t i = 0; i < spec->program->actors_count && status == STATUS_OK; i++) {
        if (!spec->program->actors[i].checkpoint.is_given)
            continue;
        has_one = true;
        if (is_known(&spec->controller))
            status = check_actor_plan(check, i);
    }
    if (!has_one)
        diag_error(check->diag, check->scenario->values[KEY_CONTROLLER].place,
                   "controller %s has nothing to decide: no actor of the pipeline says what a "
                   "checkpoint costs, as in 'checkpoint: {snapshot: 0.3 s, restore: 0.2 s}'",
                   spec->controller.class->name);
    return status;
}

static enum status check_controller(const struct check *check)
{
    if (!check->scenario->values[KEY_CONTROLLER].is_good)
        return STATUS_OK;
    for (const struct spec_controller *c = &check->spec->controller; c; c = c->inner)
        check_mtbf(check, c);
    bool has_group = !is_present(check, KEY_PIPELINE);
    if (check->diag->errors > 0)
        return STATUS_OK;
    return has_group ? check_plan(check) : check_program_controller(check);
}

enum status check_scenario(const struct scenario *scenario, struct arena *arena, struct diag *diag)
{
    const struct check check = {scenario, &scenario->spec, arena, diag};
    enum status status = STATUS_OK;
    bool has_group = scenario->values[KEY_PIPELINE].is_absent;
    check_applies(&check);
    check_size(&check);
    if (has_group) {
        check_demand(&check);
        check_times(&check);
        check_cost(&check, KEY_CHECKPOINT, KEY_STORE_WRITE);
        check_cost(&check, KEY_RESTORE, KEY_STORE_READ);
        check_background(&check);
    } else {
        check_group_only(&check);
        check_room(&check);
        status = check_pipeline(&check);
    }
    check_faults(&check);
    return status == STATUS_OK ? check_controller(&check) : status;
}
