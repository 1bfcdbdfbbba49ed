/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of all scenario keys, and how a key is found in it.
 *
 * Rows stand in the order in which people read a scenario: what it is, the machine, what strikes
 * it, the job, the policy, how often. Invariant: a key's section is one run of rows, so printing a
 * form with sections is one walk. Lookup is linear: 60 rows, read once a cell. */
#include "workloads/schema.h"
#include "sim/base/text.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FIELD(member) offsetof(struct spec, member)
#define ANY_NUMBER    1e15 /* counts and capacities: far past any machine, exact in a double */

static const char *const clocks[] = {"wall", "exposure", NULL};
static const char *const renewals[] = {"failed", "attempt", NULL};
static const char *const spares_ages[] = {"hot", "cold", NULL};
static const char *const in_flights[] = {"skip", "wait", "replace", NULL};
static const char *const stagings[] = {"none", "peer", NULL};
static const char *const formats[] = {"outages", NULL};
static const char *const times[] = {"reported", "true", NULL};
static const char *const starts[] = {"first", "random", NULL};
static const char *const after_ends[] = {"stop", "wrap", NULL};
static const char *const picks[] = {"by-name", "first-n", "sample", NULL};
static const char *const opens[] = {"censor", "to-end", NULL};
static const char *const probes[] = {"after", "fixed", NULL};
static const char *const drivers[] = {"outside", "first-node", NULL};
static const char *const ages[] = {"new", "stationary", NULL};

const char *const schema_phases[PHASE_COUNT + 1] = {
    [PHASE_WORK] = "work", [PHASE_CHECKPOINT] = "checkpoint", [PHASE_DETECT] = "detect",
    [PHASE_WAIT] = "wait", [PHASE_RESTART] = "restart",       [PHASE_RESTORE] = "restore",
};

const struct schema_key schema_keys[SCHEMA_KEYS] = {
    [KEY_VERSION] = {"version", TYPE_COUNT32, SCHEMA_NO_FIELD, true, NULL, NULL, 1, 1, NULL,
                     "version of the scenario format: 1"},
    [KEY_NAME] = {"name", TYPE_TEXT, FIELD(name), false, "", NULL, 0, LIMIT_NAME, NULL,
                  "name of the scenario in every output; by default the name of its file"},
    [KEY_SUMMARY] = {"summary", TYPE_TEXT, FIELD(summary), false, "", NULL, 0, 400, NULL,
                     "one sentence for lists and reports"},
    [KEY_IMPORT] =
        {"import", TYPE_TEXT, SCHEMA_NO_FIELD, false, "", NULL, 0, 4096, NULL,
         "a scenario (path relative to this file, or builtin:NAME) whose keys hold where "
         "this file gives none"},
    [KEY_HORIZON] = {"horizon", TYPE_DURATION, FIELD(horizon), false, "10 y", NULL, 1e-9, 0, NULL,
                     "simulated time after which a run is stopped and reported as unfinished"},

    [KEY_NODES] = {"cluster.nodes", TYPE_COUNT32, FIELD(cluster.nodes), true, NULL, NULL, 1,
                   LIMIT_NODES, NULL, "nodes of the cluster, spares not counted"},
    [KEY_SPARES] = {"cluster.spares", TYPE_COUNT32, FIELD(cluster.spares), false, "0", NULL, 0,
                    LIMIT_NODES, NULL, "nodes that stand by to replace failed ones"},
    [KEY_RACK] = {"cluster.rack", TYPE_COUNT32, FIELD(cluster.rack), false, "none", "none", 1,
                  LIMIT_NODES, NULL, "nodes in a rack; a rack outage takes all of them"},
    [KEY_ZONE] = {"cluster.zone", TYPE_COUNT32, FIELD(cluster.zone), false, "none", "none", 1,
                  LIMIT_NODES, NULL, "nodes in a zone; a zone outage takes all of them"},
    [KEY_SPARES_AGE] = {"cluster.spares_age", TYPE_CHOICE, FIELD(cluster.spares_age), false, "hot",
                        NULL, 0, 0, spares_ages,
                        "hot: spares age and fail like working nodes; cold: only once they work"},
    [KEY_NODE_CPU] = {"cluster.node.cpu", TYPE_NUMBER, FIELD(cluster.node_cpu), false, "0", NULL, 0,
                      ANY_NUMBER, NULL, "processors of a node"},
    [KEY_NODE_GPU] = {"cluster.node.gpu", TYPE_NUMBER, FIELD(cluster.node_gpu), false, "0", NULL, 0,
                      ANY_NUMBER, NULL, "accelerators of a node"},
    [KEY_NODE_MEMORY] = {"cluster.node.memory", TYPE_BYTES, FIELD(cluster.node_memory), false,
                         "0 B", NULL, 0, 0, NULL, "memory of a node"},
    [KEY_NODE_CUSTOM] = {"cluster.node.custom", TYPE_NUMBER, FIELD(cluster.node_custom), false, "0",
                         NULL, 0, ANY_NUMBER, NULL,
                         "whatever else a node has so many of, for tasks and actors"},

    [KEY_NODE_UPTIME] = {"faults.node.uptime", TYPE_LAW, FIELD(faults.node.uptime), false, "none",
                         "none", 0, 0, NULL, "law of the time from a node's start to its failure"},
    [KEY_NODE_REPAIR] = {"faults.node.repair", TYPE_LAW, FIELD(faults.node.repair), false, "none",
                         "none", 0, 0, NULL,
                         "law of a node's repair time; none: it is replaced at once"},
    [KEY_RACK_UPTIME] = {"faults.rack.uptime", TYPE_LAW, FIELD(faults.rack.uptime), false, "none",
                         "none", 0, 0, NULL, "law of the time between outages of a whole rack"},
    [KEY_RACK_REPAIR] = {"faults.rack.repair", TYPE_LAW, FIELD(faults.rack.repair), false, "none",
                         "none", 0, 0, NULL,
                         "law of a rack's repair time; none: its nodes are replaced at once"},
    [KEY_ZONE_UPTIME] = {"faults.zone.uptime", TYPE_LAW, FIELD(faults.zone.uptime), false, "none",
                         "none", 0, 0, NULL, "law of the time between outages of a whole zone"},
    [KEY_ZONE_REPAIR] = {"faults.zone.repair", TYPE_LAW, FIELD(faults.zone.repair), false, "none",
                         "none", 0, 0, NULL,
                         "law of a zone's repair time; none: its nodes are replaced at once"},
    [KEY_PLATFORM_UPTIME] = {"faults.platform.uptime", TYPE_LAW, FIELD(faults.platform.uptime),
                             false, "none", "none", 0, 0, NULL,
                             "law of the time between failures of the machine as a whole; each "
                             "takes one of the job's nodes"},
    [KEY_PLATFORM_REPAIR] = {"faults.platform.repair", TYPE_LAW, FIELD(faults.platform.repair),
                             false, "none", "none", 0, 0, NULL,
                             "law of the repair time after a platform failure; none: the node is "
                             "replaced at once"},
    [KEY_TRACE_FILE] = {"faults.trace.file", TYPE_TEXT, FIELD(faults.trace.file), false, "none",
                        "none", 0, 4096, NULL,
                        "recorded outages to replay, in place of laws; relative to this file"},
    [KEY_TRACE_FORMAT] = {"faults.trace.format", TYPE_CHOICE, SCHEMA_NO_FIELD, false, "outages",
                          NULL, 0, 0, formats, "outages: cairn's own CSV, node,start,end[,cause]"},
    [KEY_TRACE_TIMES] = {"faults.trace.times", TYPE_CHOICE, FIELD(faults.trace.times), false,
                         "reported", NULL, 0, 0, times,
                         "reported: the times already hold the detection; true: as it happened"},
    [KEY_TRACE_START] =
        {"faults.trace.start", TYPE_START, FIELD(faults.trace.start), false, "first", NULL, 0, 0,
         starts, "where the run begins in the trace: its first outage, at random, or a date"},
    [KEY_TRACE_AFTER_END] = {"faults.trace.after_end", TYPE_CHOICE, FIELD(faults.trace.after_end),
                             false, "stop", NULL, 0, 0, after_ends,
                             "when the trace ends: stop (the run is unfinished) or wrap around"},
    [KEY_TRACE_NODES] = {"faults.trace.nodes", TYPE_CHOICE, FIELD(faults.trace.nodes), false,
                         "by-name", NULL, 0, 0, picks,
                         "which nodes of the trace: all, by name; the first n; a random sample"},
    [KEY_TRACE_OPEN] = {"faults.trace.open", TYPE_CHOICE, FIELD(faults.trace.open), false, "censor",
                        NULL, 0, 0, opens,
                        "an outage that never ended: censor (left out) or down to the trace's end"},
    [KEY_CLOCK] =
        {"faults.clock", TYPE_CHOICE, FIELD(faults.clock), false, "wall", NULL, 0, 0, clocks,
         "wall: failures fall at any time; exposure: fault clocks stand still outside the "
         "phases in strike, as in most published formulas"},
    [KEY_STRIKE] = {"faults.strike", TYPE_PHASES, FIELD(faults.strike), false,
                    "[work, checkpoint, restore]", NULL, 0, 0, schema_phases,
                    "phases in which failures strike, with clock: exposure"},
    [KEY_INITIAL_AGE] = {"faults.initial_age", TYPE_AGE, FIELD(faults.initial_age), false,
                         "stationary", NULL, 0, 0, ages,
                         "age of the nodes when the job starts: new, stationary (a machine long in "
                         "use) or a duration"},
    [KEY_RENEWAL] = {"faults.renewal", TYPE_CHOICE, FIELD(faults.renewal), false, "failed", NULL, 0,
                     0, renewals,
                     "failed: only the failed node is new; attempt: all lifetimes are drawn again "
                     "at each attempt (what some published simulators do; to compare with)"},
    [KEY_RECALL] = {"faults.prediction.recall", TYPE_FRACTION, FIELD(faults.prediction.recall_ppm),
                    false, "0", NULL, 0, 1, NULL,
                    "fraction of the failures that are predicted; they are the same ones whatever "
                    "is predicted"},
    [KEY_PRECISION] = {"faults.prediction.precision", TYPE_FRACTION,
                       FIELD(faults.prediction.precision_ppm), false, "1", NULL, 0, 1, NULL,
                       "fraction of the predictions that come true; the others come at random"},
    [KEY_LEAD] =
        {"faults.prediction.lead", TYPE_DURATION, FIELD(faults.prediction.lead), false, "0 s", NULL,
         0, 0, NULL,
         "time from a prediction to the beginning of the window in which the failure is to "
         "fall"},
    [KEY_WINDOW] = {"faults.prediction.window", TYPE_DURATION, FIELD(faults.prediction.window),
                    false, "0 s", NULL, 0, 0, NULL,
                    "length of that window; the failure falls anywhere in it, at random"},
    [KEY_NOTICE] = {"faults.notice", TYPE_DURATION, FIELD(faults.notice), false, "none", "none",
                    1e-9, 0, NULL,
                    "time by which every failure is announced, to the instant, as preemptions are"},

    [KEY_SLOW_EVERY] = {"faults.slow.every", TYPE_LAW, FIELD(faults.slow.every), false, "none",
                        "none", 0, 0, NULL,
                        "law of the time until a node of a pipeline's cluster becomes slow, from "
                        "the start, or from the end of the last time"},
    [KEY_SLOW_LASTS] = {"faults.slow.lasts", TYPE_LAW, FIELD(faults.slow.lasts), false, "none",
                        "none", 0, 0, NULL, "law of how long it is slow"},
    [KEY_SLOW_FACTOR] = {"faults.slow.factor", TYPE_NUMBER, FIELD(faults.slow.factor), false, "2",
                         NULL, 1, 1e6, NULL, "so many times as long it computes meanwhile"},
    [KEY_SCHEDULE] =
        {"faults.schedule", TYPE_SCHEDULE, SCHEMA_NO_FIELD, false, "none", "none", 0, 0, NULL,
         "failures at exact times, of nodes, tasks, actors, jobs and the head: a list of "
         "{at, node or task or actor or job or head, index, notice, hang}"},
    [KEY_DELAY] = {"detection.delay", TYPE_DURATION, FIELD(detection.delay), false, "0 s", NULL, 0,
                   0, NULL, "time from a failure to its detection"},
    [KEY_PROBE_PERIOD] = {"detection.period", TYPE_DURATION, FIELD(detection.period), false, "none",
                          "none", 1e-9, 0, NULL,
                          "in place of a delay: nodes are probed, one probe every period"},
    [KEY_PROBE_TIMEOUT] = {"detection.timeout", TYPE_DURATION, FIELD(detection.timeout), false,
                           "10 s", NULL, 0, 0, NULL,
                           "time after which a probe of a hanging node has failed; a dead one "
                           "refuses at once"},
    [KEY_PROBE_THRESHOLD] = {"detection.threshold", TYPE_COUNT32, FIELD(detection.threshold), false,
                             "5", NULL, 1, 1000000, NULL, "probes in a row that have to fail"},
    [KEY_PROBES] = {"detection.probes", TYPE_CHOICE, FIELD(detection.probes), false, "after", NULL,
                    0, 0, probes,
                    "after: a period after the last one was answered, or timed out; fixed: every "
                    "period"},
    [KEY_WORKER_DETECTION] = {"detection.worker", TYPE_DURATION, FIELD(runtime.worker_detection),
                              false, "0 s", NULL, 0, 0, NULL,
                              "time from the end of a worker process to its detection"},

    [KEY_WORKERS] = {"workload.group.workers", TYPE_COUNT32, FIELD(group.workers), false, "derived",
                     "derived", 1, LIMIT_NODES, NULL,
                     "workers of the job, one a node; one loss stops all; must be said, unless "
                     "there is a pipeline"},
    [KEY_CPU] = {"workload.group.cpu", TYPE_NUMBER, FIELD(group.cpu), false, "0", NULL, 0,
                 ANY_NUMBER, NULL, "processors that a worker needs of its node"},
    [KEY_GPU] = {"workload.group.gpu", TYPE_NUMBER, FIELD(group.gpu), false, "0", NULL, 0,
                 ANY_NUMBER, NULL, "accelerators that a worker needs of its node"},
    [KEY_MEMORY] = {"workload.group.memory", TYPE_BYTES, FIELD(group.memory), false, "0 B", NULL, 0,
                    0, NULL, "memory that a worker needs of its node"},
    [KEY_WORK] = {"workload.group.work", TYPE_DURATION, FIELD(group.work), false, "derived",
                  "derived", 1e-9, 0, NULL,
                  "useful work: the time the job takes without failures and checkpoints"},
    [KEY_STEP] = {"workload.group.step", TYPE_DURATION, FIELD(group.step), false, "none", "none",
                  1e-9, 0, NULL, "time of one step; checkpoints are taken at step ends"},
    [KEY_STAGES] = {"workload.group.stages", TYPE_STAGES, SCHEMA_NO_FIELD, false, "none", "none", 0,
                    0, NULL,
                    "what the work consists of, where steps differ in time, name or cost: a list "
                    "of {name, work, count, checkpoint, restore}, of which count (1) and the costs "
                    "(the job's) may be left out"},
    [KEY_DIVISIBLE] = {"workload.group.divisible", TYPE_BOOL, FIELD(group.is_divisible), false,
                       "derived", "derived", 0, 0, NULL,
                       "may a checkpoint be taken inside a step? derived: only where there are no "
                       "steps"},
    [KEY_STATE] = {"workload.group.state", TYPE_BYTES, FIELD(group.state), false, "none", "none", 0,
                   0, NULL, "bytes of one checkpoint of the whole job"},
    [KEY_CHECKPOINT] = {"workload.group.checkpoint", TYPE_DURATION, FIELD(group.checkpoint), false,
                        "derived", "derived", 0, 0, NULL,
                        "time a checkpoint stops the job; derived: store.latency + state / "
                        "store.write"},
    [KEY_PERSIST] = {"workload.group.persist", TYPE_DURATION, FIELD(group.persist), false, "0 s",
                     NULL, 0, 0, NULL,
                     "time after it, in the background, until the checkpoint is complete"},
    [KEY_INTERFERENCE] = {"workload.group.interference", TYPE_FRACTION,
                          FIELD(group.interference_ppm), false, "0", NULL, 0, 1, NULL,
                          "fraction of the job's speed lost while a checkpoint persists"},
    [KEY_RESTORE] = {"workload.group.restore", TYPE_DURATION, FIELD(group.restore), false,
                     "derived", "derived", 0, 0, NULL,
                     "time to read a checkpoint back; derived: store.latency + state / store.read"},
    [KEY_DOWNTIME] = {"workload.group.downtime", TYPE_DURATION, FIELD(group.downtime), false, "0 s",
                      NULL, 0, 0, NULL, "time to start the job again once it has its nodes"},
    [KEY_FINAL_CHECKPOINT] = {"workload.group.final_checkpoint", TYPE_BOOL,
                              FIELD(group.final_checkpoint), false, "true", NULL, 0, 0, NULL,
                              "does the job end with a checkpoint?"},
    [KEY_RESTORE_INITIAL] = {"workload.group.restore_initial", TYPE_BOOL,
                             FIELD(group.restore_initial), false, "true", NULL, 0, 0, NULL,
                             "does a failure before the first checkpoint pay a restore too?"},
    [KEY_IN_FLIGHT] = {"workload.group.in_flight", TYPE_CHOICE, FIELD(group.in_flight), false,
                       "skip", NULL, 0, 0, in_flights,
                       "a new checkpoint while one persists is skipped, waits, or replaces it"},
    [KEY_STAGED] = {"workload.group.staged", TYPE_CHOICE, FIELD(group.staged), false, "none", NULL,
                    0, 0, stagings,
                    "peer: a persisting checkpoint has a copy on another node and survives a "
                    "failure"},
    [KEY_PIPELINE] =
        {"workload.pipeline", TYPE_PIPELINE, SCHEMA_NO_FIELD, false, "none", "none", 0, 0, NULL,
         "in place of a group: tasks and actors, and what their drivers do; see below"},

    [KEY_STORE_WRITE] = {"store.write", TYPE_RATE, FIELD(store.write), false, "none", "none", 1e-9,
                         0, NULL, "total bandwidth at which checkpoints are written"},
    [KEY_STORE_READ] = {"store.read", TYPE_RATE, FIELD(store.read), false, "none", "none", 1e-9, 0,
                        NULL, "total bandwidth at which they are read back"},
    [KEY_STORE_LATENCY] = {"store.latency", TYPE_DURATION, FIELD(store.latency), false, "0 s", NULL,
                           0, 0, NULL, "time before the first byte"},

    [KEY_SUBMIT] = {"runtime.submit", TYPE_DURATION, FIELD(runtime.submit), false, "0 s", NULL, 0,
                    0, NULL, "time from a driver's statement to the scheduler"},
    [KEY_LEASE] = {"runtime.lease", TYPE_DURATION, FIELD(runtime.lease), false, "0 s", NULL, 0, 0,
                   NULL, "time from the placement to the worker"},
    [KEY_REPLY] = {"runtime.reply", TYPE_DURATION, FIELD(runtime.reply), false, "0 s", NULL, 0, 0,
                   NULL, "time from the end of a call to who waits for it"},
    [KEY_WORKER_START] = {"runtime.worker_start", TYPE_DURATION, FIELD(runtime.worker_start), false,
                          "0 s", NULL, 0, 0, NULL, "time to start a worker process"},
    [KEY_WORKER_IMPORT] = {"runtime.worker_import", TYPE_DURATION, FIELD(runtime.worker_import),
                           false, "0 s", NULL, 0, 0, NULL,
                           "time that a new worker then takes to load what it needs"},
    [KEY_WORKER_AT_ONCE] = {"runtime.worker_at_once", TYPE_COUNT32, FIELD(runtime.worker_at_once),
                            false, "0", NULL, 0, 1000000, NULL,
                            "workers that start at once on a node; 0: one a processor"},
    [KEY_NODE_START] = {"runtime.node_start", TYPE_DURATION, FIELD(runtime.node_start), false,
                        "0 s", NULL, 0, 0, NULL,
                        "time to start a node that was replaced or repaired"},
    [KEY_LATENCY] = {"runtime.latency", TYPE_DURATION, FIELD(runtime.latency), false, "0 s", NULL,
                     0, 0, NULL, "time before the first byte of an object between nodes"},
    [KEY_BANDWIDTH] = {"runtime.bandwidth", TYPE_RATE, FIELD(runtime.bandwidth), false, "none",
                       "none", 1e-9, 0, NULL,
                       "rate at which objects move between nodes; none: at once"},
    [KEY_DRIVER] = {"runtime.driver", TYPE_CHOICE, FIELD(runtime.driver), false, "outside", NULL, 0,
                    0, drivers,
                    "where drivers are: outside the cluster, or on its first node, between which "
                    "and them objects need no transfer; they survive it all the same"},
    [KEY_INLINE] = {"runtime.inline", TYPE_BYTES, FIELD(runtime.inline_size), false, "100 KiB",
                    NULL, 0, 0, NULL, "results up to here travel with the reply"},
    [KEY_OBJECT_MEMORY] = {"runtime.objects.memory", TYPE_BYTES, FIELD(runtime.object_memory),
                           false, "none", "none", 1, 9e18, NULL,
                           "memory of a node for results larger than runtime.inline; none: no "
                           "limit"},
    [KEY_SPILL_BANDWIDTH] = {"runtime.spill.bandwidth", TYPE_RATE, FIELD(runtime.spill_bandwidth),
                             false, "none", "none", 1e-9, 0, NULL,
                             "rate at which results are written to a node's disk, and read back, "
                             "when runtime.objects.memory is short; none: they are not"},
    [KEY_SPILL_THRESHOLD] = {"runtime.spill.threshold", TYPE_FRACTION,
                             FIELD(runtime.spill_threshold_ppm), false, "0.8", NULL, 0, 1, NULL,
                             "fraction of that memory above which they are"},
    [KEY_SPILL_FUSED] = {"runtime.spill.fused", TYPE_BYTES, FIELD(runtime.spill_fused), false,
                         "100 MiB", NULL, 0, 9e18, NULL,
                         "bytes that are written at once, at least, while nobody waits for room"},
    [KEY_LINEAGE] = {"runtime.lineage", TYPE_BYTES, FIELD(runtime.lineage), false, "1 GiB", "none",
                     1, 9e18, NULL,
                     "specifications of calls that are remembered to make lost results again; "
                     "beyond it the oldest are forgotten until half is left; none: no limit"},
    [KEY_TASK_SPEC] = {"runtime.task_spec", TYPE_BYTES, FIELD(runtime.task_spec), false, "1 KiB",
                       NULL, 1, 1e9, NULL, "what one of them takes"},
    [KEY_MEMORY_LIMIT] = {"runtime.memory_limit", TYPE_FRACTION, FIELD(runtime.memory_limit_ppm),
                          false, "0.95", NULL, 0, 1, NULL,
                          "fraction of cluster.node.memory; when the calls that run on a node use "
                          "more than that, one after another is killed"},
    [KEY_MEMORY_CHECK] = {"runtime.memory_check", TYPE_DURATION, FIELD(runtime.memory_check), false,
                          "250 ms", NULL, 1e-9, 0, NULL,
                          "time between two looks at that, the first at its end"},
    [KEY_SHUTDOWN] = {"runtime.shutdown", TYPE_DURATION, FIELD(runtime.shutdown), false, "30 s",
                      NULL, 0, 0, NULL,
                      "time that actors have to do the calls that they have, when a driver stops "
                      "them; then they are killed"},
    [KEY_RECONNECT] = {"runtime.reconnect", TYPE_DURATION, FIELD(runtime.reconnect), false, "1 min",
                       NULL, 0, 0, NULL,
                       "time that nodes wait for an absent head; then they end all that runs on "
                       "them, and start anew when it is back"},

    [KEY_CONTROLLER] = {"controller", TYPE_CONTROLLER, FIELD(controller), false, "none", NULL, 0, 0,
                        NULL,
                        "who decides when to take a checkpoint: a name, or {name: …} with its "
                        "parameters"},
    [KEY_SCHEDULER] = {"scheduler", TYPE_SCHEDULER, SCHEMA_NO_FIELD, false, "ray-hybrid", NULL, 0,
                       0, NULL,
                       "who decides where tasks and actors are placed, and in which order: a name, "
                       "or {name: …} with its parameters"},
    [KEY_RECOVERY] = {"recovery", TYPE_RECOVERY, SCHEMA_NO_FIELD, false, "ray", NULL, 0, 0, NULL,
                      "who decides whether failed tasks, calls and actors are tried again: a name, "
                      "or {name: …} with its parameters"},
    [KEY_ROUTER] = {"router", TYPE_ROUTER, SCHEMA_NO_FIELD, false, "power-of-two", NULL, 0, 0, NULL,
                    "who decides which actor of a variable a call with 'to: one' goes to: a name, "
                    "or {name: …} with its parameters"},
    [KEY_REPLICATIONS] = {"replications", TYPE_COUNT32, FIELD(replications), false, "200", NULL, 1,
                          LIMIT_REPLICATIONS, NULL, "runs with independent failures"},
    [KEY_SEED] = {"seed", TYPE_COUNT64, FIELD(seed), false, "1", NULL, 0, 0, NULL,
                  "the same seed gives the same failures, under every policy"},
    [KEY_MAX_EVENTS] = {"max_events", TYPE_COUNT64, FIELD(max_events), false, "4000000000", NULL, 1,
                        0, NULL, "events after which a run is stopped and reported as unfinished"},
};

enum schema_id schema_find(const char *path, size_t length)
{
    for (unsigned id = 0; id < SCHEMA_KEYS; id++)
        if (strlen(schema_keys[id].path) == length &&
            memcmp(schema_keys[id].path, path, length) == 0)
            return (enum schema_id)id;
    return SCHEMA_KEYS;
}

bool schema_applies(enum schema_id id, bool has_pipeline)
{
    bool is_group = id >= KEY_WORKERS && id <= KEY_STAGED;
    bool is_pipeline = id == KEY_NODE_CUSTOM || id == KEY_SCHEDULER || id == KEY_RECOVERY ||
                       id == KEY_ROUTER || id == KEY_WORKER_DETECTION || id == KEY_SCHEDULE ||
                       (id >= KEY_SLOW_EVERY && id <= KEY_SLOW_FACTOR) ||
                       (id >= KEY_PROBE_PERIOD && id <= KEY_PROBES) || id == KEY_PIPELINE ||
                       (id >= KEY_SUBMIT && id <= KEY_RECONNECT);
    return has_pipeline ? !is_group : !is_pipeline;
}

bool schema_is_section(const char *path, size_t length)
{
    for (unsigned id = 0; id < SCHEMA_KEYS; id++)
        if (strncmp(schema_keys[id].path, path, length) == 0 && schema_keys[id].path[length] == '.')
            return true;
    return false;
}

/* Names directly under a section, each once, into names[SCHEMA_KEYS] over the caller's bytes. */
static size_t names_under(const char *section, char (*bytes)[32], const char **names)
{
    size_t prefix = strlen(section), count = 0;
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *path = schema_keys[id].path;
        if (prefix && (strncmp(path, section, prefix) != 0 || path[prefix] != '.'))
            continue;
        const char *name = prefix ? path + prefix + 1 : path;
        size_t length = strcspn(name, ".");
        assert(length < 32);
        if (count && strlen(names[count - 1]) == length &&
            memcmp(names[count - 1], name, length) == 0)
            continue;
        memcpy(bytes[count], name, length);
        bytes[count][length] = 0;
        names[count] = bytes[count];
        count++;
    }
    return count;
}

/* Path of the first key whose last name is `key`, wherever it stands; NULL if there is none. */
static const char *find_elsewhere(const char *key, size_t length)
{
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *path = schema_keys[id].path, *dot = strrchr(path, '.');
        const char *name = dot ? dot + 1 : path;
        if (strlen(name) == length && memcmp(name, key, length) == 0)
            return path;
    }
    return NULL;
}

void schema_suggest(const char *section, const char *key, size_t length, char *bytes,
                    size_t capacity)
{
    char storage[SCHEMA_KEYS][32];
    const char *names[SCHEMA_KEYS];
    size_t count = names_under(section, storage, names);
    const char *nearest = text_nearest(key, length, names, count);
    const char *elsewhere = find_elsewhere(key, length);
    struct text text = text_over(bytes, capacity);
    if (elsewhere && !strchr(elsewhere, '.')) {
        text_add(&text, "it belongs at the top, outside %s", section);
    } else if (elsewhere) {
        text_add(&text, "did you mean '%s'?", elsewhere);
    } else if (nearest) {
        text_add(&text, "did you mean '%s'?", nearest);
    } else {
        text_add(&text, "known here:");
        for (size_t i = 0; i < count; i++)
            text_add(&text, "%s%s", i ? ", " : " ", names[i]);
    }
}

const char *schema_expectation(enum schema_type type)
{
    static const char *const words[] = {
        [TYPE_DURATION] = "a duration, as in '30 s' or '5 y'",
        [TYPE_BYTES] = "a size, as in '10 TiB'",
        [TYPE_RATE] = "a rate, as in '1.2 TB/s'",
        [TYPE_COUNT32] = "a whole number",
        [TYPE_COUNT64] = "a whole number",
        [TYPE_NUMBER] = "a number",
        [TYPE_FRACTION] = "a fraction, as in '0.05' or '5 %'",
        [TYPE_BOOL] = "true or false",
        [TYPE_CHOICE] = "one of its words",
        [TYPE_TEXT] = "text",
        [TYPE_LAW] = "a law, as in '{exponential: 1 d}'",
        [TYPE_PHASES] = "a list of phases, as in '[work, checkpoint, restore]'",
        [TYPE_AGE] = "new, stationary or a duration",
        [TYPE_START] = "first, random or a date, as in '2003-09-26'",
        [TYPE_SCHEDULE] = "a list of failures, as in '[{at: 20 s, node: 2}]'",
        [TYPE_STAGES] = "a list of stages, as in '[{name: epoch, work: 15 s, count: 10}]'",
        [TYPE_PIPELINE] = "a pipeline, as in '{tasks: {load: {time: 4 s}}, driver: [{run: load}]}'",
        [TYPE_SCHEDULER] = "a scheduler, as in 'spread' or '{name: best-fit, order: priority}'",
        [TYPE_RECOVERY] = "a recovery policy, as in 'ray' or '{name: backoff, delay: 1 s}'",
        [TYPE_ROUTER] = "a router, as in 'random' or '{name: power-of-two, cache: 1 s}'",
        [TYPE_CONTROLLER] = "a controller, as in 'daly' or '{name: fixed, interval: 30 min}'",
    };
    return words[type];
}
