/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stages: a list of maps with four durations and a count.
 *
 * One table of keys serves reading, canonical text and messages. Names are plain words, so that
 * they need no quotes anywhere they are shown. */
#include "workloads/stage_form.h"
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define COST_OF_JOB (-1)

static const struct {
    const char *name;
    size_t offset;
    bool is_count, may_be_zero, may_be_absent;
} keys[] = {
    {"work", offsetof(struct cairn_stage, work), false, false, false},
    {"count", offsetof(struct cairn_stage, count), true, false, true},
    {"checkpoint", offsetof(struct cairn_stage, checkpoint_cost), false, true, true},
    {"restore", offsetof(struct cairn_stage, restore_cost), false, true, true},
};
enum { KEYS = sizeof keys / sizeof *keys };

const char *stage_form_name_problem(const char *text, size_t length)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (length == 0 || length >= LIMIT_NAME)
        return "must be 1 to 63 bytes long";
    return strspn(text, plain) == length ? NULL
                                         : "may hold letters, digits, '_', '-' and '.' alone";
}

static int64_t *field(struct cairn_stage *stage, unsigned key)
{
    return (int64_t *)(void *)((char *)stage + keys[key].offset);
}

static enum status read_key(const struct value_reader *reader, const char *label,
                            const struct yaml_node *stage, unsigned key, int64_t *value)
{
    const struct yaml_child *child = yaml_find(stage, keys[key].name);
    uint64_t count = 0;
    char path[128];
    snprintf(path, sizeof path, "%.64s.%s", label, keys[key].name);
    if (!child && keys[key].may_be_absent)
        return STATUS_OK;
    if (!child)
        return diag_error(reader->diag, stage->place, "%s: this stage has no '%s'", label,
                          keys[key].name);
    const struct yaml_node *node = child->value;
    enum status status = value_scalar(
        reader, path, node, schema_expectation(keys[key].is_count ? TYPE_COUNT64 : TYPE_DURATION));
    if (status != STATUS_OK)
        return status;
    const char *problem = keys[key].is_count ? text_to_count(node->text, node->length, &count)
                                             : text_to_duration(node->text, node->length, value);
    if (!problem && keys[key].is_count && count > INT32_MAX)
        problem = "is out of range; it must be from 1 to 2147483647";
    if (!problem && keys[key].is_count)
        *value = (int64_t)count;
    if (!problem && *value <= 0 && !keys[key].may_be_zero)
        problem = "must be more than 0";
    return problem ? value_error(reader, path, node, problem) : STATUS_OK;
}

static enum status check_keys(const struct value_reader *reader, const char *label,
                              const struct yaml_node *stage)
{
    static const char *const names[] = {"name", "work", "count", "checkpoint", "restore"};
    enum status status = STATUS_OK;
    for (const struct yaml_child *child = stage->children; child; child = child->next) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            is_known |= strcmp(child->key, names[i]) == 0;
        if (is_known)
            continue;
        const char *near =
            text_nearest(child->key, child->key_length, names, sizeof names / sizeof *names);
        status = diag_error(reader->diag, child->key_place,
                            near ? "%s: a stage has no '%.64s'; did you mean '%s'?"
                                 : "%s: a stage has no '%.64s'; it has name, work, count, "
                                   "checkpoint, restore",
                            label, child->key, near);
    }
    return status;
}

static enum status read_stage(const struct value_reader *reader, const char *label,
                              const struct yaml_node *node, struct cairn_stage *stage)
{
    if (node->kind != NODE_MAP)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                          yaml_kind_name(node), schema_expectation(TYPE_STAGES));
    enum status status = check_keys(reader, label, node);
    const struct yaml_child *name = yaml_find(node, "name");
    *stage = (struct cairn_stage){
        .count = 1, .checkpoint_cost = COST_OF_JOB, .restore_cost = COST_OF_JOB};
    if (!name) {
        status = diag_error(reader->diag, node->place, "%s: this stage has no 'name'", label);
    } else {
        enum status one = value_scalar(reader, label, name->value, "the name of a stage");
        const char *problem = one == STATUS_OK
                                  ? stage_form_name_problem(name->value->text, name->value->length)
                                  : NULL;
        if (problem)
            one = value_error(reader, label, name->value, problem);
        stage->name = name->value->text;
        status = one == STATUS_OK ? status : one;
    }
    for (unsigned key = 0; key < KEYS; key++) {
        enum status one = read_key(reader, label, node, key, field(stage, key));
        status = one == STATUS_OK ? status : one;
    }
    return status;
}

static const char *canonical_text(const struct value_reader *reader, struct cairn_stage *stages,
                                  uint32_t count)
{
    size_t capacity = 16 + (size_t)count * (LIMIT_NAME + 160);
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!bytes)
        return NULL;
    struct text text = text_over(bytes, capacity);
    for (uint32_t i = 0; i < count; i++) {
        text_add(&text, "%s{name: %s", i ? ", " : "[", stages[i].name);
        for (unsigned key = 0; key < KEYS; key++) {
            int64_t value = *field(&stages[i], key);
            if (value == COST_OF_JOB)
                continue;
            text_add(&text, ", %s: ", keys[key].name);
            if (keys[key].is_count)
                text_add(&text, "%lld", (long long)value);
            else
                text_add_exact_duration(&text, value);
        }
        text_add(&text, "}");
    }
    text_add(&text, "]");
    assert(!text.is_cut);
    return bytes;
}

enum status stage_form_read(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, const char **canonical)
{
    enum status status = STATUS_OK;
    uint32_t i = 0;
    if (node->kind != NODE_LIST)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                          yaml_kind_name(node), schema_expectation(TYPE_STAGES));
    if (node->count == 0 || node->count > LIMIT_STAGES)
        return diag_error(reader->diag, node->place, "%s: %u stages; there must be 1 to %d", label,
                          node->count, LIMIT_STAGES);
    struct cairn_stage *stages = arena_array(reader->arena, node->count, sizeof *stages);
    if (!stages)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        enum status one = read_stage(reader, label, child->value, &stages[i++]);
        status = one == STATUS_OK ? status : one;
    }
    if (status != STATUS_OK)
        return status;
    reader->spec->group.stages = stages;
    reader->spec->group.stages_count = node->count;
    *canonical = canonical_text(reader, stages, node->count);
    return *canonical ? STATUS_OK : diag_world(reader->diag, "keep", label, ENOMEM);
}

enum status stage_form_finish(const struct value_reader *reader, simtime *work)
{
    struct spec *spec = reader->spec;
    uint32_t count = spec->group.stages_count;
    struct cairn_stage *stages = arena_array(reader->arena, count, sizeof *stages);
    struct spec_stage_start *starts = arena_array(reader->arena, count + 1u, sizeof *starts);
    if (!stages || !starts)
        return diag_world(reader->diag, "keep", "workload.group.stages", ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        stages[i] = spec->group.stages[i];
        if (stages[i].checkpoint_cost == COST_OF_JOB)
            stages[i].checkpoint_cost = spec->group.checkpoint;
        if (stages[i].restore_cost == COST_OF_JOB)
            stages[i].restore_cost = spec->group.restore;
        simtime length = simtime_scale(stages[i].work, stages[i].count, 1);
        starts[i + 1].step = starts[i].step + stages[i].count;
        starts[i + 1].work = simtime_add(starts[i].work, length);
    }
    spec->group.stages = stages;
    spec->group.starts = starts;
    *work = starts[count].work;
    return STATUS_OK;
}
