/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Derived values: costs from size and bandwidth, work from stages.
 *
 * Runs after every key has been read and before they are checked against each other. Invariant: a
 * derived value has canonical text and a note that says what it was derived from. */
#include "workloads/derive.h"
#include "workloads/stage_form.h"
#include "workloads/value.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct derivation {
    struct scenario *scenario;
    struct arena *arena;
    struct diag *diag;
};

/* A value that follows from others; `note` says how. */
static enum status derive(const struct derivation *d, enum schema_id id, const char *note)
{
    const struct value_reader reader = {
        .arena = d->arena, .diag = d->diag, .spec = &d->scenario->spec};
    struct scenario_value *value = &d->scenario->values[id];
    value->note = arena_copy(d->arena, note, strlen(note));
    value->origin = ORIGIN_DERIVED;
    value->is_absent = false;
    value->place = (struct place){0};
    if (!value->note)
        return diag_world(d->diag, "keep", schema_keys[id].path, ENOMEM);
    return value_format(&reader, &schema_keys[id], &value->text);
}

/* cost = latency + state / rate, where the cost is not given and the rest is. */
static enum status derive_cost(const struct derivation *d, enum schema_id id,
                               enum schema_id rate_id, double rate, simtime *cost)
{
    const struct scenario_value *values = d->scenario->values;
    const struct spec *spec = &d->scenario->spec;
    char note[160];
    if (!values[id].is_good || !values[id].is_absent || !values[KEY_STATE].is_good ||
        values[KEY_STATE].is_absent || !values[rate_id].is_good || values[rate_id].is_absent ||
        !values[KEY_STORE_LATENCY].is_good)
        return STATUS_OK;
    simtime moved = simtime_from_seconds((double)spec->group.state / rate);
    simtime total = simtime_add(spec->store.latency, moved);
    if (total == SIMTIME_NEVER)
        return STATUS_OK; /* the check of costs says so */
    *cost = total;
    snprintf(note, sizeof note, "%s + %s at %s", values[KEY_STORE_LATENCY].text,
             values[KEY_STATE].text, values[rate_id].text);
    return derive(d, id, note);
}

/* A group says how many it is. */
static void need_workers(const struct derivation *d)
{
    struct scenario_value *workers = &d->scenario->values[KEY_WORKERS];
    if (!workers->is_good || !workers->is_absent)
        return;
    workers->is_good = false;
    diag_error(d->diag, (struct place){d->scenario->source, 0, 0, 0},
               "%s is missing: workers of the job, one a node; or, in place of the group, "
               "workload.pipeline",
               schema_keys[KEY_WORKERS].path);
}

/* Work is given, or what the stages add up to; where both are said they must agree. */
static enum status derive_work(const struct derivation *d)
{
    struct spec *spec = &d->scenario->spec;
    struct scenario_value *work = &d->scenario->values[KEY_WORK];
    const struct scenario_value *stages = &d->scenario->values[KEY_STAGES];
    const struct value_reader reader = {.arena = d->arena, .diag = d->diag, .spec = spec};
    bool has_stages = stages->is_good && !stages->is_absent;
    simtime total = 0;
    if (!work->is_good || !stages->is_good)
        return STATUS_OK;
    if (!has_stages) {
        if (work->is_absent) {
            work->is_good = false;
            diag_error(d->diag, (struct place){d->scenario->source, 0, 0, 0}, "%s is missing: %s",
                       schema_keys[KEY_WORK].path, schema_keys[KEY_WORK].help);
        }
        return STATUS_OK;
    }
    enum status status = stage_form_finish(&reader, &total);
    if (status != STATUS_OK)
        return status;
    if (total == SIMTIME_NEVER || (!work->is_absent && spec->group.work != total)) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_exact_duration(&text, total);
        work->is_good = false;
        diag_error(d->diag, work->is_absent ? stages->place : work->place,
                   total == SIMTIME_NEVER ? "workload.group.stages: they add up to more than 292 y"
                                          : "workload.group.work: the stages add up to %s; leave "
                                            "the work out",
                   bytes);
        return STATUS_OK;
    }
    if (!work->is_absent)
        return STATUS_OK;
    spec->group.work = total;
    return derive(d, KEY_WORK, "the stages add up to it");
}

enum status derive_values(struct scenario *scenario, struct arena *arena, struct diag *diag)
{
    const struct derivation derivation = {scenario, arena, diag}, *d = &derivation;
    struct spec *spec = &d->scenario->spec;
    struct scenario_value *values = d->scenario->values;
    if (!values[KEY_PIPELINE].is_absent) { /* with mistakes or without: there is no group */
        spec->group.workers = spec->cluster.nodes;
        spec->group.is_divisible = true;
        return STATUS_OK;
    }
    need_workers(d);
    enum status status =
        derive_cost(d, KEY_CHECKPOINT, KEY_STORE_WRITE, spec->store.write, &spec->group.checkpoint);
    if (status == STATUS_OK)
        status =
            derive_cost(d, KEY_RESTORE, KEY_STORE_READ, spec->store.read, &spec->group.restore);
    if (status == STATUS_OK)
        status = derive_work(d);
    if (status == STATUS_OK && values[KEY_DIVISIBLE].is_absent && values[KEY_STEP].is_good) {
        spec->group.is_divisible = spec->group.step == 0 && spec->group.stages_count == 0;
        status = derive(d, KEY_DIVISIBLE,
                        spec->group.is_divisible ? "there are no steps" : "there are steps");
    }
    return status;
}
