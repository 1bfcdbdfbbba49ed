/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks between the keys of failures: laws, clocks, ages, predictions, traces. */
#include "workloads/checking.h"

static const struct {
    enum schema_id uptime, repair;
    enum schema_id size; /* of what fails, in nodes; SCHEMA_KEYS: it has none */
    const char *what;
} processes[] = {{KEY_NODE_UPTIME, KEY_NODE_REPAIR, SCHEMA_KEYS, NULL},
                 {KEY_RACK_UPTIME, KEY_RACK_REPAIR, KEY_RACK, "rack"},
                 {KEY_ZONE_UPTIME, KEY_ZONE_REPAIR, KEY_ZONE, "zone"},
                 {KEY_PLATFORM_UPTIME, KEY_PLATFORM_REPAIR, SCHEMA_KEYS, NULL}};

#define PROCESSES (sizeof processes / sizeof processes[0])

static void check_process(const struct check *check, size_t i)
{
    enum schema_id uptime = processes[i].uptime, repair = processes[i].repair,
                   size = processes[i].size;
    if (is_good(check, uptime, repair) && is_present(check, repair) && !is_present(check, uptime))
        diag_error(check->diag, at(check, repair, uptime), "%s: a repair without failures; give %s",
                   schema_keys[repair].path, schema_keys[uptime].path);
    if (size != SCHEMA_KEYS && is_good(check, uptime, size) && is_present(check, uptime) &&
        !is_present(check, size))
        diag_error(check->diag, at(check, uptime, size),
                   "%s: there are no %ss; give %s, the nodes of one", schema_keys[uptime].path,
                   processes[i].what, schema_keys[size].path);
}

/* Racks and zones must be in the cluster, and a zone consist of racks. */
static void check_parts(const struct check *check)
{
    const struct spec *spec = check->spec;
    const uint32_t sizes[] = {spec->cluster.rack, spec->cluster.zone};
    static const enum schema_id keys[] = {KEY_RACK, KEY_ZONE};
    for (size_t i = 0; i < 2; i++)
        if (is_good(check, keys[i], KEY_NODES) && sizes[i] > spec->cluster.nodes)
            diag_error(check->diag, at(check, keys[i], KEY_NODES),
                       "%s: a %s of %u nodes in a cluster of %u", schema_keys[keys[i]].path,
                       i ? "zone" : "rack", sizes[i], spec->cluster.nodes);
    uint64_t nodes = (uint64_t)spec->cluster.nodes + spec->cluster.spares, parts = 0;
    for (size_t i = 0; i < 2; i++)
        parts += sizes[i] ? (nodes + sizes[i] - 1) / sizes[i] : 0;
    if (is_good(check, KEY_RACK, KEY_NODES) && is_good(check, KEY_ZONE, KEY_SPARES) &&
        nodes <= LIMIT_NODES && nodes + parts > LIMIT_NODES)
        diag_error(check->diag, at(check, sizes[0] ? KEY_RACK : KEY_ZONE, KEY_NODES),
                   "cluster: %llu nodes and %llu racks and zones are more than %u together",
                   (unsigned long long)nodes, (unsigned long long)parts, LIMIT_NODES);
    if (is_good(check, KEY_ZONE, KEY_RACK) && sizes[0] && sizes[1] % sizes[0])
        diag_error(check->diag, at(check, KEY_ZONE, KEY_RACK),
                   "cluster.zone: %u nodes are no whole racks of %u", sizes[1], sizes[0]);
}

/* The first repair law given, or SCHEMA_KEYS. */
static enum schema_id repair_given(const struct check *check)
{
    for (size_t i = 0; i < PROCESSES; i++)
        if (is_present(check, processes[i].repair))
            return processes[i].repair;
    return SCHEMA_KEYS;
}

/* Rule 6. A repair runs in wall time while the fault clocks may stand still: unless failures can
 * strike in every phase that depends on the policy, the failures would depend on it too. */
static void check_clock(const struct check *check)
{
    const struct spec *spec = check->spec;
    const uint32_t needed =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    enum schema_id repair = repair_given(check);
    if (!is_good(check, KEY_STRIKE, KEY_CLOCK))
        return;
    if (spec->faults.clock == CLOCK_WALL && is_changed(check, KEY_STRIKE))
        diag_error(check->diag, at(check, KEY_STRIKE, KEY_CLOCK),
                   "faults.strike holds only with 'clock: exposure'; under 'clock: wall' failures "
                   "strike in every phase");
    if (spec->faults.clock == CLOCK_EXPOSURE && repair < SCHEMA_KEYS &&
        (spec->faults.strike & needed) != needed)
        diag_error(check->diag, at(check, KEY_STRIKE, repair),
                   "faults.strike: with %s it must hold work, checkpoint and restore, or the "
                   "failures would depend on the policy",
                   schema_keys[repair].path);
}

static void check_renewal(const struct check *check)
{
    enum schema_id repair = repair_given(check);
    if (!is_good(check, KEY_RENEWAL, KEY_RENEWAL) || check->spec->faults.renewal == RENEWAL_FAILED)
        return;
    if (repair < SCHEMA_KEYS)
        diag_error(check->diag, at(check, KEY_RENEWAL, repair),
                   "faults.renewal: attempt draws all lifetimes again, so there is nothing to "
                   "repair; leave out %s",
                   schema_keys[repair].path);
    if (is_present(check, KEY_TRACE_FILE))
        diag_error(check->diag, at(check, KEY_RENEWAL, KEY_TRACE_FILE),
                   "faults.renewal: attempt draws lifetimes, a trace has none to draw");
}

/* An age must be one that a node can have. */
static void check_age(const struct check *check)
{
    const struct spec_process *all[PROCESSES] = {
        &check->spec->faults.node, &check->spec->faults.rack, &check->spec->faults.zone,
        &check->spec->faults.platform};
    if (!is_good(check, KEY_INITIAL_AGE, KEY_INITIAL_AGE))
        return;
    for (size_t i = 0; i < PROCESSES; i++) {
        const char *path = schema_keys[processes[i].uptime].path;
        if (!is_good(check, processes[i].uptime, KEY_INITIAL_AGE) || !all[i]->is_given)
            continue;
        const struct law *law = &all[i]->uptime;
        if (check->spec->faults.initial_age == AGE_STATIONARY && !__builtin_isfinite(law->mean))
            diag_error(check->diag, at(check, processes[i].uptime, KEY_INITIAL_AGE),
                       "%s has an infinite mean, so no age is stationary; say "
                       "'initial_age: new'",
                       path);
        if (check->spec->faults.initial_age == AGE_GIVEN &&
            !(law_survival(law, simtime_seconds(check->spec->faults.age)) > 0))
            diag_error(check->diag, at(check, KEY_INITIAL_AGE, processes[i].uptime),
                       "faults.initial_age: nothing lives to %s under %s",
                       text_of(check, KEY_INITIAL_AGE), path);
    }
}

/* A prediction must be of something, and come before it. */
static void check_prediction(const struct check *check)
{
    const struct spec *spec = check->spec;
    if (!check->scenario->values[KEY_RECALL].is_good)
        return;
    for (unsigned id = KEY_PRECISION; id <= KEY_WINDOW && !spec->faults.prediction.recall_ppm; id++)
        if (is_changed(check, (enum schema_id)id))
            diag_error(check->diag, check->scenario->values[id].place,
                       "%s means nothing without faults.prediction.recall", schema_keys[id].path);
    if (spec->faults.prediction.recall_ppm == 0)
        return;
    if (is_good(check, KEY_PRECISION, KEY_RECALL) && spec->faults.prediction.precision_ppm == 0)
        diag_error(check->diag, at(check, KEY_PRECISION, KEY_RECALL),
                   "faults.prediction.precision: 0 says that no prediction comes true, recall that "
                   "%s of the failures are predicted",
                   text_of(check, KEY_RECALL));
    if (is_good(check, KEY_LEAD, KEY_WINDOW) && spec->faults.prediction.lead == 0 &&
        spec->faults.prediction.window == 0)
        diag_error(check->diag, at(check, KEY_LEAD, KEY_RECALL),
                   "faults.prediction.lead: without it, and without a window, a prediction would "
                   "come with its failure");
}

#define OFTEN 1.0 /* seconds */

/* A node that is slow must be so for some time, and not so often that it is always. */
static void check_slow(const struct check *check)
{
    const struct spec *spec = check->spec;
    bool is_slow = is_present(check, KEY_SLOW_EVERY);
    if (!is_good(check, KEY_SLOW_EVERY, KEY_SLOW_LASTS))
        return;
    if (is_slow && !is_present(check, KEY_SLOW_LASTS))
        diag_error(check->diag, at(check, KEY_SLOW_EVERY, KEY_SLOW_LASTS),
                   "faults.slow.every: for how long? give faults.slow.lasts");
    for (unsigned id = KEY_SLOW_LASTS; id <= KEY_SLOW_FACTOR && !is_slow; id++)
        if (is_changed(check, (enum schema_id)id))
            diag_error(check->diag, check->scenario->values[id].place,
                       "%s means nothing without faults.slow.every", schema_keys[id].path);
    if (is_slow && is_present(check, KEY_SLOW_LASTS) &&
        spec->faults.slow.every.mean + spec->faults.slow.lasts.mean < OFTEN)
        diag_error(check->diag, at(check, KEY_SLOW_EVERY, KEY_SLOW_LASTS),
                   "faults.slow.every: a node that becomes slow more than once a second is slow "
                   "always; say longer times");
}

/* ---- trace --------------------------------------------------------------------------------- */

static void check_no_trace(const struct check *check)
{
    for (unsigned id = KEY_TRACE_FORMAT; id <= KEY_TRACE_OPEN; id++)
        if (is_changed(check, (enum schema_id)id))
            diag_error(check->diag, check->scenario->values[id].place,
                       "%s means nothing without faults.trace.file", schema_keys[id].path);
}

static void check_trace(const struct check *check)
{
    const struct spec *spec = check->spec;
    if (!check->scenario->values[KEY_TRACE_FILE].is_good)
        return;
    if (!is_present(check, KEY_TRACE_FILE)) {
        check_no_trace(check);
        return;
    }
    for (size_t i = 0; i < PROCESSES; i++)
        if (is_present(check, processes[i].uptime))
            diag_error(check->diag, at(check, processes[i].uptime, KEY_TRACE_FILE),
                       "%s: failures come from laws or from a trace, not both; set one of them to "
                       "'none'",
                       schema_keys[processes[i].uptime].path);
    if (spec->faults.clock == CLOCK_EXPOSURE)
        diag_error(check->diag, at(check, KEY_CLOCK, KEY_TRACE_FILE),
                   "faults.clock: a trace runs in wall time; 'exposure' is for laws");
    if (is_changed(check, KEY_INITIAL_AGE))
        diag_say(check->diag, DIAG_WARNING, at(check, KEY_INITIAL_AGE, KEY_TRACE_FILE),
                 "faults.initial_age has no effect with a trace");
    if (is_good(check, KEY_DELAY, KEY_TRACE_TIMES) && spec->detection.delay > 0 &&
        spec->faults.trace.times == TIMES_REPORTED)
        diag_error(check->diag, at(check, KEY_DELAY, KEY_TRACE_TIMES),
                   "detection.delay: the trace's times are reported ones and hold the detection "
                   "already; say 'times: true', or 'delay: 0 s'");
}

void check_faults(const struct check *check)
{
    for (size_t i = 0; i < PROCESSES; i++)
        check_process(check, i);
    check_parts(check);
    check_clock(check);
    check_renewal(check);
    check_age(check);
    check_prediction(check);
    check_slow(check);
    check_trace(check);
}
