/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting work into steps.
 *
 *     work   0 ────┬────┬────┬─────────┬─────────┬── …      ┬ end
 *     stage   load    3 epochs ──────►   evaluate           starts[count]
 *
 * Main invariant: starts[] ascends in steps and in work, and its last entry is the job's end. */
#include "sim/model/steps.h"
#include <assert.h>

/* The last stage that begins at or before `at`, which counts work or steps. */
static uint32_t stage_at(const struct spec *spec, int64_t at, bool by_steps)
{
    uint32_t low = 0, high = spec->group.stages_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const struct spec_stage_start *start = &spec->group.starts[middle];
        if ((by_steps ? start->step : start->work) <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t steps_index(const struct spec *spec, simtime work)
{
    assert(work >= 0);
    if (!steps_bind(spec))
        return 0;
    if (steps_are_alike(spec))
        return work / spec->group.step;
    uint32_t stage = stage_at(spec, work, false);
    const struct spec_stage_start *start = &spec->group.starts[stage];
    int64_t index = start->step + (work - start->work) / spec->group.stages[stage].work;
    return index < start[1].step ? index : start[1].step;
}

simtime steps_end(const struct spec *spec, int64_t index)
{
    assert(index >= 0);
    if (!steps_bind(spec))
        return SIMTIME_NEVER;
    if (steps_are_alike(spec))
        return simtime_scale(spec->group.step, index, 1);
    if (index > spec->group.starts[spec->group.stages_count].step)
        return SIMTIME_NEVER;
    uint32_t stage = stage_at(spec, index, true);
    const struct spec_stage_start *start = &spec->group.starts[stage];
    return start->work + (index - start->step) * spec->group.stages[stage].work;
}

simtime steps_floor(const struct spec *spec, simtime work)
{
    return steps_bind(spec) ? steps_end(spec, steps_index(spec, work)) : work;
}

simtime steps_ceil(const struct spec *spec, simtime work)
{
    simtime floor = steps_floor(spec, work);
    return floor == work ? work : steps_end(spec, steps_index(spec, work) + 1);
}

const struct cairn_stage *steps_stage(const struct spec *spec, int64_t index)
{
    if (steps_are_alike(spec) || index < 0)
        return NULL;
    return &spec->group.stages[stage_at(spec, index, true)];
}

simtime steps_checkpoint_cost(const struct spec *spec, simtime work)
{
    const struct cairn_stage *stage = steps_stage(spec, steps_index(spec, work) - 1);
    return stage ? stage->checkpoint_cost : spec->group.checkpoint;
}

simtime steps_restore_cost(const struct spec *spec, simtime work)
{
    const struct cairn_stage *stage = steps_stage(spec, steps_index(spec, work) - 1);
    return stage ? stage->restore_cost : spec->group.restore;
}

bool steps_cost_alike(const struct spec *spec)
{
    for (uint32_t i = 0; i < spec->group.stages_count; i++)
        if (spec->group.stages[i].checkpoint_cost != spec->group.checkpoint ||
            spec->group.stages[i].restore_cost != spec->group.restore)
            return false;
    return true;
}
