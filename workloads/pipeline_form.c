/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pipelines: the four keys of one, and its jobs.
 *
 * Declarations first, since statements name them; then driver by driver into one array. A single
 * driver is a job that comes once, at time 0. Invariant: a program that is handed out has been
 * checked in every name and number. */
#include "workloads/pipeline_form.h"
#include "workloads/amount_form.h"
#include "workloads/declare_form.h"
#include "workloads/driver_form.h"
#include "workloads/driver_text.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LABEL   "workload.pipeline"
#define ALONE   "driver"          /* name of the job that a single driver is */
#define LARGEST ((size_t)1 << 26) /* of canonical text; a scenario is 1 MiB */

static const struct field pipeline_fields[] = {
    {.name = "tasks", .type = FIELD_OWN},
    {.name = "actors", .type = FIELD_OWN},
    {.name = "driver", .type = FIELD_OWN},
    {.name = "jobs", .type = FIELD_OWN},
};
static const struct field_set pipeline_keys = {"a pipeline", pipeline_fields, 4};

static const struct field job_fields[] = {
    {"name", FIELD_OWN, 0, NULL, 0, 0, NULL, "its name in every output"},
    {"count", FIELD_COUNT32, offsetof(struct program_job, count), "1", 1, LIMIT_TIMES, NULL,
     "how many of it arrive"},
    {"every", FIELD_TIME, offsetof(struct program_job, apart), "", 0, 0, NULL,
     "time between arrivals, and before the first"},
    {"at", FIELD_OWN, 0, "", 0, 0, NULL, "when they arrive, in place of count and every: a list"},
    {"driver", FIELD_OWN, 0, NULL, 0, 0, NULL, "what it does: a list of statements"},
};
const struct field_set pipeline_job = {"a job", job_fields, sizeof job_fields / sizeof *job_fields};

static const struct yaml_node *value_of(const struct yaml_node *map, const char *key)
{
    const struct yaml_child *child = yaml_find(map, key);
    return child ? child->value : NULL;
}

/* ---- jobs ---------------------------------------------------------------------------------- */

/* at: [0 s, 5 s] is two arrivals, 0 s and then 5 s apart. */
static enum status read_arrivals(const struct value_reader *reader, const struct yaml_node *node,
                                 struct program_job *job)
{
    const struct yaml_node *at = value_of(node, "at"), *count = value_of(node, "count");
    struct amount times = {0};
    if (!at)
        return STATUS_OK;
    if (count || value_of(node, "every"))
        return diag_error(reader->diag, at->place,
                          "%s.jobs: 'at' says when and how many; leave '%s' out", LABEL,
                          count ? "count" : "every");
    if (at->kind == NODE_MAP)
        return diag_error(reader->diag, at->place,
                          "%s.jobs.at: this is a map; expected a list of times, as in '[0 s, 5 s]'",
                          LABEL);
    enum status status = amount_form_read(reader, LABEL ".jobs.at", at, AMOUNT_TIME, &times);
    if (status != STATUS_OK)
        return status;
    job->count = times.kind == AMOUNT_LISTED ? times.count : 1;
    job->apart = times;
    if (times.kind != AMOUNT_LISTED)
        return STATUS_OK;
    int64_t *apart = arena_array(reader->arena, times.count, sizeof *apart);
    if (!apart)
        return diag_world(reader->diag, "keep", LABEL, ENOMEM);
    for (uint32_t i = 0; i < times.count; i++) {
        apart[i] = times.list[i] - (i ? times.list[i - 1] : 0);
        if (apart[i] < 0)
            return diag_error(reader->diag, at->place,
                              "%s.jobs.at: arrival %u is before arrival %u", LABEL, i + 1, i);
    }
    job->apart.list = apart;
    return STATUS_OK;
}

static enum status read_name(const struct value_reader *reader, const struct yaml_node *node,
                             const struct program_job *before, uint32_t count,
                             struct program_job *job)
{
    const struct yaml_node *name = value_of(node, "name");
    if (!name)
        return diag_error(reader->diag, node->place, "%s.jobs: this job has no 'name'", LABEL);
    enum status status = value_scalar(reader, LABEL ".jobs.name", name, "the name of a job");
    const char *problem =
        status == STATUS_OK ? field_form_name_problem(name->text, name->length) : NULL;
    if (problem)
        return value_error(reader, LABEL ".jobs.name", name, problem);
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
        if (before[i].name && strcmp(before[i].name, name->text) == 0)
            return value_error(reader, LABEL ".jobs.name", name,
                               "names a job before it; give this one another name");
    job->name = name->text;
    return status;
}

static void read_job(struct driver *driver, const struct yaml_node *node, struct program_job *jobs,
                     uint32_t index)
{
    const struct value_reader *reader = driver->reader;
    struct program_job *job = &jobs[index];
    const struct yaml_node *list = NULL;
    if (node->kind != NODE_MAP) {
        driver_note(driver, diag_error(reader->diag, node->place,
                                       "%s.jobs: this is %s; expected a map, as in '{name: a, "
                                       "every: 10 s, count: 100, driver: […]}'",
                                       LABEL, yaml_kind_name(node)));
        return;
    }
    list = value_of(node, "driver");
    driver_note(driver, field_form_read(reader, LABEL ".jobs", node, &pipeline_job, job));
    driver_note(driver, read_name(reader, node, jobs, index, job));
    driver_note(driver, read_arrivals(reader, node, job));
    if (list)
        driver_form_read(driver, LABEL ".jobs.driver", list, job);
    else
        driver_note(driver,
                    diag_error(reader->diag, node->place,
                               "%s.jobs: this job has no 'driver': a list of statements", LABEL));
}

/* A single driver, or several jobs. *jobs: as many as *count. */
static void read_drivers(struct driver *driver, const struct yaml_node *node,
                         struct program_job **jobs, uint32_t *count)
{
    const struct value_reader *reader = driver->reader;
    const struct yaml_node *list = value_of(node, "jobs"), *alone = value_of(node, "driver");
    *count = list ? list->count : 1;
    if (list && (list->kind != NODE_LIST || list->count == 0 || list->count > LIMIT_JOBS)) {
        driver_note(driver,
                    diag_error(reader->diag, list->place,
                               "%s.jobs: expected a list of 1 to %d jobs, as in '[{name: a, "
                               "driver: […]}]'",
                               LABEL, LIMIT_JOBS));
        return;
    }
    *jobs = arena_array(reader->arena, *count, sizeof **jobs);
    if (!*jobs) {
        driver_note(driver, diag_world(reader->diag, "keep", LABEL, ENOMEM));
        return;
    }
    uint32_t i = 0;
    for (const struct yaml_child *child = list ? list->children : NULL; child; child = child->next)
        read_job(driver, child->value, *jobs, i++);
    if (list)
        return;
    (*jobs)[0] = (struct program_job){.name = ALONE, .count = 1};
    driver_form_read(driver, LABEL ".driver", alone, &(*jobs)[0]);
}

/* ---- canonical text ------------------------------------------------------------------------ */

static void add_jobs(struct text *text, const struct program *program, const struct driver *driver)
{
    const struct program_job *first = &program->jobs[0];
    if (program->jobs_count == 1 && first->count == 1 && amount_is_zero(&first->apart) &&
        strcmp(first->name, ALONE) == 0) {
        text_add(text, "driver: ");
        driver_text_add(text, driver, first);
        return;
    }
    for (uint32_t i = 0; i < program->jobs_count; i++) {
        const struct program_job *job = &program->jobs[i];
        text_add(text, "%s{name: %s", i ? ", " : "jobs: [", job->name);
        field_form_add(text, ", ", &pipeline_job, job);
        text_add(text, ", driver: ");
        driver_text_add(text, driver, job);
        text_add(text, "}");
    }
    text_add(text, "]");
}

/* Into ever larger memory until it fits; NULL: no memory. */
static const char *canonical_text(const struct value_reader *reader, const struct program *program,
                                  const struct driver *driver)
{
    for (size_t capacity = 4096; capacity <= LARGEST; capacity *= 4) {
        char *bytes = arena_alloc(reader->arena, capacity);
        if (!bytes)
            return NULL;
        struct text text = text_over(bytes, capacity);
        text_add(&text, "{");
        declare_form_add(&text, program);
        add_jobs(&text, program, driver);
        text_add(&text, "}");
        if (!text.is_cut)
            return bytes;
    }
    return NULL;
}

/* ---- the pipeline -------------------------------------------------------------------------- */

static enum status check_shape(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node)
{
    if (node->kind != NODE_MAP)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                          yaml_kind_name(node), schema_expectation(TYPE_PIPELINE));
    enum status status = field_form_check_keys(reader, label, node, &pipeline_keys);
    const struct yaml_child *driver = yaml_find(node, "driver"), *jobs = yaml_find(node, "jobs");
    if (driver && jobs)
        return diag_error(reader->diag, jobs->key_place,
                          "%s: it has a driver or jobs, not both; a driver alone is one job",
                          label);
    if (!driver && !jobs)
        return diag_error(reader->diag, node->place,
                          "%s: 'driver' is missing: what it does, as in 'driver: [{run: load}]'",
                          label);
    return status;
}

enum status pipeline_form_read(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, const char **canonical)
{
    struct program *program = arena_alloc(reader->arena, sizeof *program);
    struct program_job *jobs = NULL;
    struct driver driver;
    if (!program)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    enum status status = check_shape(reader, label, node);
    if (status != STATUS_OK) /* names would be unknown for want of a key */
        return status;
    enum status one =
        declare_form_read(reader, value_of(node, "tasks"), value_of(node, "actors"), program);
    status = status == STATUS_OK ? one : status;
    one = driver_form_open(&driver, reader, program, node->weight);
    if (one != STATUS_OK)
        return one;
    if (program->functions && program->actors)
        read_drivers(&driver, node, &jobs, &program->jobs_count);
    if (status != STATUS_OK || driver.status != STATUS_OK)
        return status != STATUS_OK ? status : driver.status;
    program->jobs = jobs;
    program->statements = driver.statements;
    program->statements_count = driver.count;
    program->arguments = driver.arguments;
    program->arguments_count = driver.arguments_count;
    program->depth = driver.depth;
    program->text = canonical_text(reader, program, &driver);
    if (!program->text)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    reader->spec->program = program;
    *canonical = program->text;
    return STATUS_OK;
}

/* ---- does it fit? -------------------------------------------------------------------------- */

static const char *const resources[CAIRN_RESOURCES] = {
    [CAIRN_CPU] = "cpu", [CAIRN_GPU] = "gpu", [CAIRN_MEMORY] = "memory", [CAIRN_CUSTOM] = "custom"};

/* What a node has of it, in the units of a demand; 0.29 processors are 2900 of them, whatever the
 * binary fraction. */
static int64_t capacity_of(const struct spec *spec, unsigned resource)
{
    const double has[CAIRN_RESOURCES] = {[CAIRN_CPU] = spec->cluster.node_cpu,
                                         [CAIRN_GPU] = spec->cluster.node_gpu,
                                         [CAIRN_CUSTOM] = spec->cluster.node_custom};
    return resource == CAIRN_MEMORY ? (int64_t)spec->cluster.node_memory
                                    : (int64_t)(has[resource] * CAIRN_WHOLE + 0.5);
}

static void add_quantity(struct text *text, unsigned resource, int64_t quantity)
{
    if (resource == CAIRN_MEMORY)
        text_add_bytes(text, (uint64_t)quantity);
    else
        text_add_number(text, (double)quantity / CAIRN_WHOLE);
}

/* Of a resource that nodes have none of, one demand is told for all. */
static enum status check_fit(const struct value_reader *reader, const char *noun,
                             const struct yaml_child *entry, const struct cairn_demand *demand,
                             bool is_told[CAIRN_RESOURCES])
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < CAIRN_RESOURCES; i++) {
        int64_t has = capacity_of(reader->spec, i);
        const struct yaml_node *said =
            entry->value->kind == NODE_MAP ? value_of(entry->value, resources[i]) : NULL;
        char bytes[160];
        struct text text = text_over(bytes, sizeof bytes);
        if (demand->of[i] <= has || is_told[i])
            continue;
        is_told[i] = has == 0;
        text_add(&text, "%s ", resources[i]);
        add_quantity(&text, i, demand->of[i]);
        text_add(&text, ", and cluster.node.%s is ", resources[i]);
        add_quantity(&text, i, has);
        status = diag_error(reader->diag, said ? said->place : entry->key_place,
                            "%s %.64s fits no node: it needs %s", noun, entry->key, bytes);
    }
    return status;
}

/* A node that it is bound to must be one of the cluster. */
static enum status check_pin(const struct value_reader *reader, const char *noun,
                             const struct yaml_child *entry, const struct program_pin *pin,
                             enum cairn_strategy strategy)
{
    bool is_map = entry->value->kind == NODE_MAP;
    const struct yaml_node *node = is_map ? value_of(entry->value, "node") : NULL;
    const struct yaml_node *soft = is_map ? value_of(entry->value, "soft") : NULL;
    const struct yaml_node *way = is_map ? value_of(entry->value, "strategy") : NULL;
    if (!node && soft)
        return diag_error(reader->diag, soft->place,
                          "%s %.64s: soft means nothing without a node, as in 'node: 0'", noun,
                          entry->key);
    if (node && pin->node > reader->spec->cluster.nodes)
        return diag_error(
            reader->diag, node->place,
            "%s %.64s: there is no node %u: cluster.nodes is %u, and they are counted "
            "from 0",
            noun, entry->key, pin->node - 1, reader->spec->cluster.nodes);
    if (node && way && strategy == CAIRN_PLACE_SPREAD)
        return diag_error(reader->diag, way->place,
                          "%s %.64s: it cannot both be spread over the nodes and be placed on node "
                          "%u",
                          noun, entry->key, pin->node - 1);
    return STATUS_OK;
}

/* As many as `start` waits for must be able to live at once. */
static enum status check_room(const struct value_reader *reader, const struct yaml_child *entry,
                              const struct program_statement *start,
                              const struct program_actor *actor)
{
    bool is_pinned = actor->pin.node > 0 && !actor->pin.is_soft;
    uint32_t nodes = is_pinned ? 1 : reader->spec->cluster.nodes;
    for (unsigned i = 0; i < CAIRN_RESOURCES; i++) {
        int64_t has = capacity_of(reader->spec, i), need = actor->held.of[i];
        if (need == 0 || need > has)
            continue;
        double room = (double)(has / need) * nodes;
        if ((double)start->times > room)
            return diag_error(
                reader->diag, entry->key_place,
                "actor %.64s: line %u starts %llu and waits for all of them, but only "
                "%.0f can live at once (cluster.node.%s%s)",
                entry->key, start->line, (unsigned long long)start->times, room, resources[i],
                is_pinned ? ", one node" : "");
    }
    return STATUS_OK;
}

/* What one node can have of it is spread over as many as the strategy lets it be on. */
static bool has_room_together(const struct spec *spec, const struct program_statement *s,
                              int64_t has, int64_t need)
{
    uint64_t a_node = need > 0 ? (uint64_t)(has / need) : s->times;
    uint64_t nodes = s->together == CAIRN_GROUP_STRICT_PACK ? 1 : spec->cluster.nodes;
    return a_node >= s->times || a_node * nodes >= s->times;
}

/* Actors that are placed together, all or none, must find their places in the empty cluster. */
static enum status check_together(const struct value_reader *reader, const struct yaml_child *entry,
                                  const struct program_statement *s,
                                  const struct program_actor *actor)
{
    const struct spec *spec = reader->spec;
    const char *word = driver_together[s->together];
    unsigned long long times = s->times;
    if (actor->pin.node > 0)
        return diag_error(
            reader->diag, entry->key_place,
            "actor %.64s: line %u places %llu together, and each is bound to node %u; "
            "leave one of the two out",
            entry->key, s->line, times, actor->pin.node - 1);
    if (s->together == CAIRN_GROUP_STRICT_SPREAD && s->times > spec->cluster.nodes)
        return diag_error(reader->diag, entry->key_place,
                          "actor %.64s: line %u places %llu together by %s, each on a node of its "
                          "own, and cluster.nodes is %u; 'spread' puts several on one",
                          entry->key, s->line, times, word, spec->cluster.nodes);
    for (unsigned i = 0; i < CAIRN_RESOURCES; i++) {
        int64_t has = capacity_of(spec, i), need = actor->placed.of[i];
        char bytes[160];
        struct text text = text_over(bytes, sizeof bytes);
        if (need > has || has_room_together(spec, s, has, need))
            continue;
        bool is_one = s->together == CAIRN_GROUP_STRICT_PACK;
        add_quantity(&text, i, need);
        text_add(&text, " each, and cluster.node.%s is ", resources[i]);
        add_quantity(&text, i, has);
        return diag_error(reader->diag, entry->key_place,
                          "actor %.64s: line %u places %llu together by %s, and %s has room for "
                          "them: they need %s %s%s",
                          entry->key, s->line, times, word,
                          is_one ? "no node" : "not even the empty cluster", resources[i], bytes,
                          is_one ? "; 'pack' puts them on few nodes" : "");
    }
    return STATUS_OK;
}

/* A result of one or several sizes must fit the memory that a node has for results. */
static enum status check_result(const struct value_reader *reader, const char *label,
                                const struct yaml_child *entry, const struct amount *size)
{
    uint64_t room = reader->spec->runtime.object_memory, largest = (uint64_t)size->constant;
    const struct yaml_node *said =
        entry->value->kind == NODE_MAP ? value_of(entry->value, "size") : NULL;
    char bytes[160];
    struct text text = text_over(bytes, sizeof bytes);
    for (uint32_t i = 0; size->kind == AMOUNT_LISTED && i < size->count; i++)
        largest = (uint64_t)size->list[i] > largest ? (uint64_t)size->list[i] : largest;
    if (room == 0 || size->kind == AMOUNT_LAW || !said || largest <= room ||
        largest <= reader->spec->runtime.inline_size)
        return STATUS_OK;
    text_add_bytes(&text, largest);
    text_add(&text, ", and runtime.objects.memory is ");
    text_add_bytes(&text, room);
    return diag_error(reader->diag, said->place, "%s.size: the result fits no node: it is %s",
                      label, bytes);
}

/* What uses memory must have some to use. */
static enum status check_uses(const struct value_reader *reader, const char *label,
                              const struct yaml_child *entry)
{
    const struct yaml_node *said =
        entry->value->kind == NODE_MAP ? value_of(entry->value, "uses") : NULL;
    if (!said || reader->spec->cluster.node_memory > 0)
        return STATUS_OK;
    return diag_error(reader->diag, said->place,
                      "%s.uses means nothing without cluster.node.memory, as in '32 GiB'", label);
}

static enum status check_results(const struct value_reader *reader, const char *prefix,
                                 const struct yaml_node *map, uint32_t first)
{
    enum status status = STATUS_OK;
    for (const struct yaml_child *child = map ? map->children : NULL; child;
         child = child->next, first++) {
        char label[200];
        snprintf(label, sizeof label, "%.119s.%.64s", prefix, child->key);
        enum status one =
            check_result(reader, label, child, &reader->spec->program->functions[first].size);
        status = one == STATUS_OK ? status : one;
        one = check_uses(reader, label, child);
        status = one == STATUS_OK ? status : one;
    }
    return status;
}

/* Of tasks, then of the methods of actor after actor, as they stand in the program. */
static enum status check_all_results(const struct value_reader *reader,
                                     const struct yaml_node *tasks, const struct yaml_node *actors)
{
    enum status status = check_results(reader, LABEL ".tasks", tasks, 0);
    uint32_t first = tasks ? tasks->count : 0;
    for (const struct yaml_child *child = actors ? actors->children : NULL; child;
         child = child->next) {
        const struct yaml_node *methods = value_of(child->value, "methods");
        char label[120];
        snprintf(label, sizeof label, LABEL ".actors.%.64s.methods", child->key);
        enum status one = check_results(reader, label, methods, first);
        status = one == STATUS_OK ? status : one;
        first += methods ? methods->count : 0;
    }
    return status;
}

enum status pipeline_form_check_fit(const struct value_reader *reader, const struct yaml_node *node)
{
    const struct program *program = reader->spec->program;
    const struct yaml_node *tasks = value_of(node, "tasks"), *actors = value_of(node, "actors");
    bool is_told[CAIRN_RESOURCES] = {false};
    enum status status = check_all_results(reader, tasks, actors);
    uint32_t i = 0;
    for (const struct yaml_child *child = tasks ? tasks->children : NULL; child;
         child = child->next, i++) {
        const struct program_function *task = &program->functions[i];
        enum status one = check_fit(reader, "task", child, &task->demand, is_told);
        status = one == STATUS_OK ? status : one;
        one = check_pin(reader, "task", child, &task->pin, task->strategy);
        status = one == STATUS_OK ? status : one;
    }
    i = 0;
    for (const struct yaml_child *child = actors ? actors->children : NULL; child;
         child = child->next, i++) {
        const struct program_actor *actor = &program->actors[i];
        enum status one = check_fit(reader, "actor", child, &actor->placed, is_told);
        status = one == STATUS_OK ? status : one;
        one = check_pin(reader, "actor", child, &actor->pin, actor->strategy);
        status = one == STATUS_OK ? status : one;
        for (uint32_t k = 0; k < program->statements_count; k++) {
            const struct program_statement *start = &program->statements[k];
            if (start->op != OP_CREATE || start->what != i)
                continue;
            if (start->is_together)
                one = check_together(reader, child, start, actor);
            else if (start->is_waited)
                one = check_room(reader, child, start, actor);
            status = one == STATUS_OK ? status : one;
        }
    }
    return status;
}
