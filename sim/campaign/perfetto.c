/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and numbers for marks; their order and their nesting are theirs. */
#include "sim/campaign/perfetto.h"
#include "policies/recovery.h"
#include "sim/campaign/tracks.h"
#include "traces/chrome.h"
#include <inttypes.h>
#include <string.h>

#define ARGS 1024 /* bytes of an event's args */

enum {
    PROCESS_CLUSTER = 1, /* 0 is the idle process of every viewer */
    PROCESS_DRIVERS,
    PROCESS_NODES,          /* and on: node 0, 1, … */
    THREAD_BESIDE = 1000001 /* and on: the lanes beside the slots */
};

static const char *const phases[JOB_CLASSES] = {
    [JOB_USEFUL] = "run",      [JOB_CHECKPOINT] = "checkpoint", [JOB_SLOWED] = "run",
    [JOB_LOST] = "run",        [JOB_UNCOMMITTED] = "run",       [JOB_DETECT] = "detect",
    [JOB_WAIT] = "wait",       [JOB_RESTART] = "start",         [JOB_RESTORE] = "restore",
    [JOB_BLOCKED] = "blocked", [JOB_START] = "start",           [JOB_TRANSFER] = "fetch",
    [JOB_IDLE] = "idle",
};
static const char *const waits[FIBER_WAITS] = {
    [FIBER_READY] = "ready",    [FIBER_FOR_ALL] = "wait",          [FIBER_FOR_SOME] = "wait",
    [FIBER_FOR_TIME] = "think", [FIBER_FOR_BRANCHES] = "parallel", [FIBER_FETCHING] = "fetch",
    [FIBER_FOR_NEXT] = "map",
};
static const char *const instants[INSTANTS] = {
    [INSTANT_DOWN] = "node down",
    [INSTANT_DETECTED] = "failure detected",
    [INSTANT_UP] = "node up",
    [INSTANT_COMPLETE] = "checkpoint complete",
    [INSTANT_ABORTED] = "checkpoint aborted",
    [INSTANT_RESTORED] = "restored",
};
static const char *const counters[COUNTERS] = {
    [COUNT_RUNNING] = "running calls",
    [COUNT_QUEUED] = "queued calls",
    [COUNT_NODES] = "nodes up",
    [COUNT_BYTES] = "object bytes",
};
static const char *const outcomes[] = {
    [OUTCOME_UNFINISHED] = "unfinished",
    [OUTCOME_DONE] = "done",
    [OUTCOME_FAILED] = "failed",
    [OUTCOME_STOPPED] = "stopped",
};

static struct chrome_track track_of(const struct track_mark *mark)
{
    if (mark->host == TRACKS_DRIVER)
        return (struct chrome_track){PROCESS_DRIVERS, mark->lane};
    bool is_beside = mark->lane & TRACKS_BESIDE;
    return (struct chrome_track){PROCESS_NODES + mark->host,
                                 is_beside ? THREAD_BESIDE + (mark->lane & ~TRACKS_BESIDE)
                                           : 1 + mark->lane};
}

/* ---- who is who ---------------------------------------------------------------------------- */

static void name_thread(struct chrome *chrome, uint32_t process, uint32_t thread, const char *what,
                        uint32_t number)
{
    char bytes[WITNESS_NAME];
    struct text name = text_over(bytes, sizeof bytes);
    text_add(&name, "%s:%" PRIu32, what, number);
    chrome_thread(chrome, (struct chrome_track){process, thread}, bytes);
}

static void name_node(struct chrome *chrome, const struct track_host *host, uint32_t node)
{
    char bytes[WITNESS_NAME];
    struct text name = text_over(bytes, sizeof bytes);
    text_add(&name, "Node %" PRIu32, node);
    chrome_process(chrome, PROCESS_NODES + node, bytes);
    for (uint32_t i = 0; i < host->slots.most; i++)
        name_thread(chrome, PROCESS_NODES + node, 1 + i, "worker", i);
    for (uint32_t i = 0; i < host->beside.most; i++)
        name_thread(chrome, PROCESS_NODES + node, THREAD_BESIDE + i, "call", i);
}

static void name_all(struct chrome *chrome, const struct tracks *tracks)
{
    chrome_process(chrome, PROCESS_CLUSTER, "Cluster");
    chrome_process(chrome, PROCESS_DRIVERS, "Drivers");
    for (uint32_t i = 1; i <= tracks->fibers; i++)
        name_thread(chrome, PROCESS_DRIVERS, i, "driver", i);
    for (uint32_t i = 0; i < tracks->witness->cell->spec.cluster.nodes; i++)
        if (tracks->hosts[i].is_seen)
            name_node(chrome, &tracks->hosts[i], i);
}

/* ---- marks --------------------------------------------------------------------------------- */

static void add_word(struct text *text, const char *key, const char *word)
{
    text_add(text, "%s\"%s\":", text->length ? "," : "{", key);
    text_add_json(text, word, strlen(word));
}

static void add_number(struct text *text, const char *key, int64_t number)
{
    text_add(text, "%s\"%s\":%" PRId64, text->length ? "," : "{", key, number);
}

static void add_outcome(struct text *text, const struct track_mark *mark)
{
    add_word(text, "outcome", outcomes[mark->outcome]);
    if (mark->outcome == OUTCOME_FAILED)
        add_word(text, "cause", witness_causes[mark->cause]);
}

static void add_args(struct text *text, const struct tracks *t, const struct track_mark *mark)
{
    char bytes[WITNESS_NAME];
    struct text name = text_over(bytes, sizeof bytes);
    switch ((enum track_kind)mark->kind) {
    case TRACK_ATTEMPT:
    case TRACK_CALL:
        add_number(text, "attempt", mark->attempt);
        add_number(text, "batch", mark->batch);
        add_number(text, "element", mark->element);
        if (mark->actor) {
            witness_add_actor(&name, t->witness, mark->actor);
            add_word(text, "actor", bytes);
        }
        add_outcome(text, mark);
        break;
    case TRACK_ACTOR:
    case TRACK_JOB:
        add_outcome(text, mark);
        break;
    case TRACK_PHASE:
        add_word(text, "class", job_class_names[mark->class]);
        break;
    case TRACK_WAIT:
        add_word(text, "for", witness_waits[mark->class]);
        add_number(text, "line", mark->value);
        break;
    case TRACK_INSTANT:
        if (mark->class == INSTANT_DOWN)
            add_word(text, "cause", witness_causes[mark->cause]);
        else if (mark->class >= INSTANT_COMPLETE)
            add_number(text, "version", mark->value);
        break;
    case TRACK_FLOW_OUT:
    case TRACK_FLOW_IN:
    case TRACK_COUNTER:
        break;
    }
    text_add(text, "%s", text->length ? "}" : "{}");
}

static void put_slice(struct chrome *chrome, const struct tracks *t, const struct track_mark *mark,
                      const char *args)
{
    static const char *const categories[] = {
        [TRACK_ATTEMPT] = "task", [TRACK_ACTOR] = "actor", [TRACK_CALL] = "method",
        [TRACK_PHASE] = "phase",  [TRACK_JOB] = "driver",  [TRACK_WAIT] = "driver",
    };
    char bytes[WITNESS_NAME];
    struct text text = text_over(bytes, sizeof bytes);
    if (mark->kind == TRACK_PHASE)
        text_add(&text, "%s", phases[mark->class]);
    else if (mark->kind == TRACK_WAIT)
        text_add(&text, "%s", waits[mark->class]);
    else if (mark->kind == TRACK_JOB)
        witness_add_job(&text, t->witness, mark->job);
    else if (mark->kind == TRACK_ACTOR)
        witness_add_actor(&text, t->witness, mark->actor);
    else
        text_add(&text, "%s", witness_function(t->witness, mark->function));
    chrome_slice(chrome, track_of(mark), categories[mark->kind], bytes, mark->since, mark->until,
                 args);
}

static void put_mark(struct chrome *chrome, const struct tracks *t, const struct track_mark *mark)
{
    char bytes[ARGS];
    struct text args = text_over(bytes, sizeof bytes);
    bool is_of_node = mark->class <= INSTANT_UP;
    add_args(&args, t, mark);
    switch ((enum track_kind)mark->kind) {
    case TRACK_ATTEMPT:
    case TRACK_ACTOR:
    case TRACK_CALL:
    case TRACK_PHASE:
    case TRACK_JOB:
    case TRACK_WAIT:
        put_slice(chrome, t, mark, bytes);
        break;
    case TRACK_INSTANT:
        chrome_instant(chrome, track_of(mark), is_of_node, instants[mark->class], mark->since,
                       bytes);
        break;
    case TRACK_FLOW_OUT:
    case TRACK_FLOW_IN:
        chrome_flow(chrome, track_of(mark), mark->kind == TRACK_FLOW_IN,
                    mark->function == PROGRAM_NOTHING ? "restart" : "retry", (uint32_t)mark->value,
                    mark->since);
        break;
    case TRACK_COUNTER:
        chrome_counter(chrome, PROCESS_CLUSTER, counters[mark->class], mark->since, mark->value);
        break;
    }
}

/* What the trace is of, as an object. */
static void add_about(struct text *text, const struct cell *cell, uint32_t replication)
{
    add_word(text, "scenario", cell->spec.name);
    text_add(text, ",\"seed\":%" PRIu64, cell->spec.seed);
    add_number(text, "replication", replication);
    text_add(text, "}");
}

enum status perfetto_write(struct sink *sink, struct gzip *gzip, const struct cell *cell,
                           uint32_t replication, struct record *record, struct diag *diag)
{
    struct witness witness;
    struct tracks tracks;
    struct chrome chrome;
    char bytes[ARGS];
    struct text about = text_over(bytes, sizeof bytes);
    enum status status = witness_open(&witness, cell, diag);
    if (status != STATUS_OK)
        return status;
    status = tracks_open(&tracks, &witness, replication, 0, record, diag);
    if (status == STATUS_OK) {
        status = tracks_sort(&tracks, diag);
        add_about(&about, cell, replication);
        chrome_begin(&chrome, sink, gzip, bytes);
        name_all(&chrome, &tracks);
        for (uint32_t i = 0; i < tracks.count && status == STATUS_OK; i++)
            put_mark(&chrome, &tracks, tracks_at(&tracks, i));
        chrome_end(&chrome);
        tracks_close(&tracks);
    }
    witness_close(&witness);
    return status;
}
