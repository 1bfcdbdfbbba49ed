/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule of failures: a list of maps, each of which names one thing that fails.
 *
 * Invariant: entry i of the spec is item i of the list, so that a name can be looked up, and
 * complained about, at its place. */
#include "workloads/schedule_form.h"
#include "sim/model/program.h"
#include "workloads/field_form.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const whom[] = {[MISHAP_NODE] = "node",
                                   [MISHAP_TASK] = "task",
                                   [MISHAP_ACTOR] = "actor",
                                   [MISHAP_HEAD] = "head",
                                   [MISHAP_JOB] = "job"};
enum { WHOM = sizeof whom / sizeof *whom };

static const struct field fields[] = {
    {"at", FIELD_OWN, 0, NULL, 0, 0, NULL, "time of the failure"},
    {"node", FIELD_OWN, 0, "", 0, 0, NULL, "number of the node that fails, from 0"},
    {"task", FIELD_OWN, 0, "", 0, 0, NULL,
     "name of a task whose oldest running attempt loses its process"},
    {"actor", FIELD_OWN, 0, "", 0, 0, NULL,
     "name of an actor whose oldest one alive loses its process"},
    {"head", FIELD_OWN, 0, "", 0, 0, NULL, "time for which the head is away"},
    {"job", FIELD_OWN, 0, "", 0, 0, NULL,
     "name of a job (driver, if there is one alone) whose oldest driver loses its process"},
    {"index", FIELD_COUNT32, offsetof(struct spec_mishap, number), "", 0, 0, NULL,
     "not the oldest but so many younger"},
    {"notice", FIELD_OWN, 0, "", 0, 0, NULL,
     "time by which the node's failure is announced: a drain, then a preemption"},
    {"hang", FIELD_BOOL, offsetof(struct spec_mishap, is_hang), "", 0, 0, NULL,
     "does the node stop answering, instead of refusing?"},
};
static const struct field_set set = {"a failure", fields, sizeof fields / sizeof *fields};

static enum status read_time(const struct value_reader *reader, const char *path,
                             const struct yaml_node *entry, const char *key, simtime *time)
{
    const struct yaml_child *child = yaml_find(entry, key);
    char label[128];
    if (!child)
        return STATUS_OK;
    snprintf(label, sizeof label, "%.80s.%s", path, key);
    enum status status =
        value_scalar(reader, label, child->value, schema_expectation(TYPE_DURATION));
    const char *problem = status == STATUS_OK
                              ? text_to_duration(child->value->text, child->value->length, time)
                              : NULL;
    return problem ? value_error(reader, label, child->value, problem) : status;
}

static enum status read_absence(const struct value_reader *reader, const char *path,
                                const struct yaml_node *entry, const struct yaml_node *value,
                                struct spec_mishap *mishap)
{
    enum status status = read_time(reader, path, entry, "head", &mishap->lasts);
    if (status == STATUS_OK && mishap->lasts == 0)
        return diag_error(reader->diag, value->place,
                          "%s: how long is the head away? say head: 20 s", path);
    return status;
}

/* Which of node, task, actor, head and job does it name? Exactly one. */
static enum status read_whom(const struct value_reader *reader, const char *path,
                             const struct yaml_node *entry, struct spec_mishap *mishap)
{
    const struct yaml_child *found = NULL;
    char label[128];
    for (unsigned kind = 0; kind < WHOM; kind++) {
        const struct yaml_child *child = yaml_find(entry, whom[kind]);
        if (!child)
            continue;
        if (found)
            return diag_error(
                reader->diag, child->key_place,
                "%s: a failure is of one thing: a node, a task, an actor, a job or the head", path);
        found = child;
        mishap->kind = (enum spec_mishap_kind)kind;
    }
    if (!found)
        return diag_error(
            reader->diag, entry->place,
            "%s: what fails? say node: 2, task: load, actor: Trainer, job: nightly or head: 20 s",
            path);
    snprintf(label, sizeof label, "%.80s.%s", path, found->key);
    if (mishap->kind != MISHAP_NODE && mishap->kind != MISHAP_HEAD)
        return value_scalar(reader, label, found->value, "a name of the pipeline");
    if (yaml_find(entry, "index"))
        return diag_error(reader->diag, yaml_find(entry, "index")->key_place,
                          "%s: index is for tasks, actors and jobs; %s", path,
                          mishap->kind == MISHAP_NODE ? "of nodes, node is the number"
                                                      : "there is one head");
    if (mishap->kind == MISHAP_HEAD)
        return read_absence(reader, path, entry, found->value, mishap);
    uint64_t number = 0;
    enum status status =
        value_scalar(reader, label, found->value, schema_expectation(TYPE_COUNT32));
    if (status != STATUS_OK)
        return status;
    const char *problem = text_to_count(found->value->text, found->value->length, &number);
    if (!problem && number >= LIMIT_NODES)
        problem = "is more than there can be nodes";
    mishap->number = (uint32_t)number;
    return problem ? value_error(reader, label, found->value, problem) : STATUS_OK;
}

static enum status read_entry(const struct value_reader *reader, const char *path,
                              const struct yaml_node *entry, struct spec_mishap *mishap)
{
    *mishap = (struct spec_mishap){.at = 0};
    if (entry->kind != NODE_MAP)
        return diag_error(reader->diag, entry->place,
                          "%s: this is %s; expected a map, as in "
                          "'{at: 20 s, node: 2}'",
                          path, yaml_kind_name(entry));
    enum status status = field_form_read(reader, path, entry, &set, mishap), one;
    if (!yaml_find(entry, "at"))
        status = diag_error(reader->diag, entry->place, "%s: when? it has no 'at'", path);
    if ((one = read_time(reader, path, entry, "at", &mishap->at)) != STATUS_OK)
        status = one;
    if ((one = read_time(reader, path, entry, "notice", &mishap->notice)) != STATUS_OK)
        status = one;
    if ((one = read_whom(reader, path, entry, mishap)) != STATUS_OK)
        return one;
    bool is_node = mishap->kind == MISHAP_NODE;
    if (!is_node && (mishap->notice > 0 || mishap->is_hang))
        return diag_error(reader->diag, entry->place,
                          "%s: only a node's failure can be announced, or be a hang", path);
    return status;
}

static void add_entry(struct text *text, const struct yaml_node *entry,
                      const struct spec_mishap *mishap)
{
    text_add(text, "{at: ");
    text_add_exact_duration(text, mishap->at);
    text_add(text, ", %s: ", whom[mishap->kind]);
    if (mishap->kind == MISHAP_NODE)
        text_add(text, "%u", mishap->number);
    else if (mishap->kind == MISHAP_HEAD)
        text_add_exact_duration(text, mishap->lasts);
    else
        text_add(text, "%s", yaml_find(entry, whom[mishap->kind])->value->text);
    if (mishap->kind != MISHAP_NODE && mishap->number > 0)
        text_add(text, ", index: %u", mishap->number);
    if (mishap->notice > 0) {
        text_add(text, ", notice: ");
        text_add_exact_duration(text, mishap->notice);
    }
    text_add(text, "%s}", mishap->is_hang ? ", hang: true" : "");
}

enum status schedule_form_read(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, const char **canonical)
{
    enum status status = STATUS_OK;
    if (node->kind != NODE_LIST || node->count == 0)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                          node->kind == NODE_LIST ? "an empty list" : yaml_kind_name(node),
                          schema_expectation(TYPE_SCHEDULE));
    if (node->count > LIMIT_MISHAPS)
        return diag_error(reader->diag, node->place, "%s: more than %d failures", label,
                          LIMIT_MISHAPS);
    struct spec_mishap *mishaps = arena_array(reader->arena, node->count, sizeof *mishaps);
    size_t capacity = (size_t)node->count * 200 + 16;
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!mishaps || !bytes)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    struct text text = text_over(bytes, capacity);
    uint32_t i = 0;
    for (const struct yaml_child *item = node->children; item; item = item->next, i++) {
        char path[64];
        snprintf(path, sizeof path, "%.40s[%u]", label, i);
        enum status one = read_entry(reader, path, item->value, &mishaps[i]);
        status = one == STATUS_OK ? status : one;
        if (one != STATUS_OK)
            continue;
        text_add(&text, i ? ", " : "[");
        add_entry(&text, item->value, &mishaps[i]);
    }
    text_add(&text, "]");
    if (status != STATUS_OK)
        return status;
    reader->spec->faults.schedule = mishaps;
    reader->spec->faults.schedule_count = node->count;
    *canonical = bytes;
    return STATUS_OK;
}

/* The name of the i-th task, actor or job; NULL: a method, or behind the last. */
static const char *name_at(const struct program *program, enum spec_mishap_kind kind, uint32_t i)
{
    if (kind == MISHAP_ACTOR)
        return program->actors[i].name;
    if (kind == MISHAP_JOB)
        return program->jobs[i].name;
    return program->functions[i].actor == PROGRAM_NOTHING ? program->functions[i].name : NULL;
}

static uint32_t count_of(const struct program *program, enum spec_mishap_kind kind)
{
    return kind == MISHAP_ACTOR ? program->actors_count
           : kind == MISHAP_JOB ? program->jobs_count
                                : program->functions_count;
}

/* Index of the name among the program's tasks, actors or jobs; their number if it is none. */
static uint32_t find(const struct program *program, const struct spec_mishap *mishap,
                     const char *name, const char **names, size_t *count)
{
    uint32_t all = count_of(program, mishap->kind);
    *count = 0;
    for (uint32_t i = 0; i < all; i++) {
        const char *known = name_at(program, mishap->kind, i);
        if (known && strcmp(known, name) == 0)
            return i;
        if (known && *count < 64)
            names[(*count)++] = known;
    }
    return all;
}

enum status schedule_form_check(const struct value_reader *reader, const char *label,
                                const struct yaml_node *node)
{
    const struct spec *spec = reader->spec;
    enum status status = STATUS_OK;
    uint32_t i = 0;
    for (const struct yaml_child *item = node->children; item; item = item->next, i++) {
        struct spec_mishap *m = &spec->faults.schedule[i];
        const char *names[64];
        size_t known = 0;
        const struct yaml_node *value = yaml_find(item->value, whom[m->kind])->value;
        if (m->kind == MISHAP_NODE && m->number >= spec->cluster.nodes) {
            status = diag_error(reader->diag, value->place,
                                "%s: there is no node %u; the cluster's are 0 to %u", label,
                                m->number, spec->cluster.nodes - 1);
            continue;
        }
        if (m->kind == MISHAP_NODE || m->kind == MISHAP_HEAD)
            continue;
        uint32_t all = count_of(spec->program, m->kind);
        m->target = find(spec->program, m, value->text, names, &known);
        if (m->target < all)
            continue;
        const char *near = text_nearest(value->text, value->length, names, known);
        status = near ? diag_error(reader->diag, value->place,
                                   "%s: unknown %s '%.64s'; did you mean '%s'?", label,
                                   whom[m->kind], value->text, near)
                      : diag_error(reader->diag, value->place,
                                   "%s: unknown %s '%.64s'; the pipeline has none of this name",
                                   label, whom[m->kind], value->text);
    }
    return status;
}
