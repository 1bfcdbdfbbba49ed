/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table says of each kind of event what its line holds; the rest is spelling. */
#include "sim/campaign/events.h"
#include "policies/router.h"
#include "policies/scaling.h"
#include "sim/campaign/row.h"
#include "sim/campaign/witness.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/troupe.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define LINE_BYTES 4096 /* a dozen keys, and three names escaped */

/* What a line holds besides event and time_ns. */
enum {
    HAS_JOB = 1,
    HAS_WHAT = 2,      /* function, or actor, or both */
    HAS_HOST = 4,      /* where it has one */
    HAS_STORE = 8,     /* host, "driver" where it is the driver's */
    HAS_CALL = 16,     /* batch and element, of calls */
    HAS_COUNT = 32,    /* of calls, from element on */
    HAS_SINCE = 64,    /* since_ns: it lasted from then to time_ns */
    HAS_CAUSE = 128,   /* of enum call_cause: exception, worker, …, cancelled, timeout */
    HAS_STATE = 256,   /* of an actor */
    HAS_CLASS = 512,   /* of the ledger */
    HAS_FROM = 1024,   /* likewise, before */
    HAS_END = 2048,    /* as in the rows of --csv */
    HAS_LINE = 4096,   /* of the scenario */
    HAS_WAIT = 8192,   /* what for */
    HAS_NODES = 16384, /* held, others; or spare, repairing */
    HAS_ATTEMPT = 32768 | HAS_CALL,
    HAS_PROTECTED = 65536, /* useful time that a restore brought back */
    HAS_SPENT = 131072,    /* on a snapshot that came to nothing */
    HAS_GROUP = 4194304,   /* state of a placement group */
    HAS_SEARCH = 262144,   /* of a router; 0: it asks for itself */
    HAS_NEAR = 524288,     /* node, zone or any; and misrouted: 1 or 0 */
    HAS_TIMES = 1048576,   /* a search has waited */
    HAS_REASON = 2097152,  /* why a map has more actors, or fewer */
    HAS_ITEM = 8388608,    /* number of a message, among those of its class */
    HAS_ROUND = 16777216,  /* of a barrier */
};

static const char *const nears[CAIRN_NEARS] = {
    [CAIRN_NEAR_NODE] = "node",
    [CAIRN_NEAR_ZONE] = "zone",
    [CAIRN_NEAR_ANY] = "any",
};

struct kind {
    unsigned has;
    const char *amount; /* key of told.amount, or NULL */
    const char *help;
};

static const struct kind kinds[TOLD_KINDS] = {
    [TOLD_JOB_ARRIVED] = {HAS_JOB, NULL, "a driver begins"},
    [TOLD_JOB_ENDED] = {HAS_JOB | HAS_CAUSE | HAS_LINE, NULL,
                        "it is done, or failed: with cause and line"},
    [TOLD_SUBMITTED] = {HAS_JOB | HAS_WHAT | HAS_CALL | HAS_COUNT, NULL,
                        "count calls, from element on"},
    [TOLD_PLACED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, NULL,
                     "an attempt, or an actor, has its place"},
    [TOLD_STARTED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, NULL, "an attempt runs"},
    [TOLD_ENDED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, "bytes",
                    "it has run to its end; bytes: its result"},
    [TOLD_ATTEMPT_FAILED] = {HAS_JOB | HAS_WHAT | HAS_ATTEMPT | HAS_CAUSE, NULL,
                             "it has failed, which is known from now on"},
    [TOLD_RETRIED] = {HAS_JOB | HAS_WHAT | HAS_ATTEMPT, "delay_ns",
                      "another attempt, delay_ns later"},
    [TOLD_STORED] = {HAS_WHAT | HAS_STORE | HAS_CALL, "bytes",
                     "a result that is too large for a message has a copy"},
    [TOLD_COPIED] = {HAS_WHAT | HAS_STORE | HAS_CALL, "bytes", "another copy, being fetched"},
    [TOLD_DONE] = {HAS_JOB | HAS_WHAT | HAS_CALL, NULL, "the result of a call can be had"},
    [TOLD_FAILED] = {HAS_JOB | HAS_WHAT | HAS_CALL | HAS_CAUSE, NULL, "it never can"},
    [TOLD_GOT] = {HAS_JOB, NULL, "a driver has fetched what it waited for"},
    [TOLD_ACTOR] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_STATE, NULL,
                    "an actor's state, and the cause when it restarts or is dead"},
    [TOLD_ACTOR_RESTARTED] = {HAS_JOB | HAS_WHAT | HAS_CAUSE, "delay_ns",
                              "a lost actor is started again, delay_ns later"},
    [TOLD_STATE] = {HAS_JOB | HAS_WHAT, "version", "what an actor knew is gone"},
    [TOLD_MOVED] = {HAS_JOB | HAS_WHAT | HAS_STORE | HAS_ATTEMPT, "bytes",
                    "bytes are being fetched"},
    [TOLD_OBJECT_LOST] = {HAS_JOB | HAS_WHAT | HAS_CALL, NULL, "a result is gone with its node"},
    [TOLD_OBJECT_REBUILT] = {HAS_JOB | HAS_WHAT | HAS_CALL, NULL,
                             "its call is made again, and done when it is"},
    [TOLD_SNAPSHOT] = {HAS_JOB | HAS_WHAT | HAS_HOST, "version",
                       "a checkpoint begins; version: how many calls it covers"},
    [TOLD_PERSISTING] = {HAS_JOB | HAS_WHAT | HAS_HOST, "version", "it goes on in the background"},
    [TOLD_COMPLETE] = {HAS_JOB | HAS_WHAT | HAS_HOST, "version", "it is complete"},
    [TOLD_ABORTED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_SPENT, "version",
                      "it never will be; spent_ns: the time that its snapshot took"},
    [TOLD_RESTORED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_PROTECTED, "version",
                       "an actor is back at it; protected_ns: the useful time that it holds"},
    [TOLD_HOST_DOWN] = {HAS_HOST | HAS_CAUSE, "left",
                        "a node fails: the true time; left: 1, it goes to be repaired"},
    [TOLD_HOST_DRAINED] = {HAS_HOST, NULL, "it is about to be taken away, and takes nothing new"},
    [TOLD_HOST_DETECTED] = {HAS_HOST | HAS_CAUSE, NULL, "everybody knows"},
    [TOLD_HOST_UP] = {HAS_HOST, NULL, "there is a node in its place"},
    [TOLD_OUTAGE] = {HAS_NODES, NULL, "nodes in use and others that an outage has hit, just told"},
    [TOLD_PREDICTION] = {0, NULL, "a failure is foretold"},
    [TOLD_NOTICE] = {0, NULL, "a node will be taken away"},
    [TOLD_STOPPED] = {HAS_END | HAS_LINE, NULL,
                      "the run ends before its jobs do; line: of a loop that stands still"},
    [TOLD_EVICTED] = {HAS_JOB | HAS_WHAT | HAS_STORE | HAS_CALL, "bytes",
                      "a copy leaves a host that wants room; another one stays"},
    [TOLD_SPILLED] = {HAS_JOB | HAS_WHAT | HAS_STORE | HAS_CALL, "bytes",
                      "a copy has been written to its host's disk"},
    [TOLD_READ] = {HAS_JOB | HAS_WHAT | HAS_STORE | HAS_CALL, "bytes",
                   "a copy is being read from its host's disk"},
    [TOLD_FORGOTTEN] = {HAS_JOB | HAS_WHAT | HAS_CALL | HAS_COUNT, NULL,
                        "count calls, from element on, can not be made again"},
    [TOLD_KILLED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, "bytes",
                     "its process is ended for want of memory; bytes: all that is taken there"},
    [TOLD_SAVED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, "bytes",
                    "its result is in the durable store"},
    [TOLD_RECALLED] = {HAS_JOB | HAS_WHAT | HAS_STORE | HAS_CALL, "bytes",
                       "a result without a copy is being read from there"},
    [TOLD_GROUP] = {HAS_JOB | HAS_CALL | HAS_COUNT | HAS_GROUP, NULL,
                    "count actors that are placed together: the state of their group"},
    [TOLD_BUNDLE] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_CALL, NULL,
                     "room on a host is reserved for one of them, as long as their group lives"},
    [TOLD_STOPPING] = {HAS_JOB | HAS_WHAT | HAS_HOST, "within_ns",
                       "an actor takes no more calls, and ends when it has done those before"},
    [TOLD_HEAD_DOWN] = {0, "lasts_ns",
                        "the head is away: creations wait, and what is gone is not noticed"},
    [TOLD_HEAD_UP] = {0, NULL, "it is back"},
    [TOLD_EXPORT] = {HAS_JOB | HAS_WHAT, "takes_ns",
                     "the class of an actor, the first in this job, is made known"},
    [TOLD_PROBED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_SEARCH, "length",
                     "a replica has so many requests, -1 if it does not say"},
    [TOLD_ROUTED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_SEARCH | HAS_NEAR |
                         HAS_SINCE,
                     "length",
                     "a call is sent to a replica for having length, -1 if unasked; since_ns: it "
                     "has waited since; misrouted: 1, another candidate had fewer"},
    [TOLD_ACCEPTED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, "length",
                       "it is one of length there now"},
    [TOLD_REFUSED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, "length",
                      "length is all that the replica takes; -1: it is not there"},
    [TOLD_BACKED_OFF] = {HAS_JOB | HAS_CALL | HAS_TIMES | HAS_SEARCH, "delay_ns",
                         "a search found nobody with room for the times-th time, and waits; batch: "
                         "that made the replicas"},
    [TOLD_SCALED] = {HAS_JOB | HAS_WHAT | HAS_COUNT | HAS_REASON, "delta",
                     "a map has delta more actors of its own, or fewer: count"},
    [TOLD_ENQUEUED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_ITEM, "depth",
                       "an item is in a queue; depth: how many there are now; again: it was put "
                       "before"},
    [TOLD_DEQUEUED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_ITEM | HAS_SINCE, "depth",
                       "a call has taken it; delivered when the call has ended"},
    [TOLD_ITEM_LOST] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_ITEM | HAS_SINCE, "depth",
                        "it is gone, out of the queue, or with the call that had taken it"},
    [TOLD_ITEM_BACK] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_ITEM | HAS_SINCE, "depth",
                        "it is in the queue again: of a checkpoint, or of a call that has failed"},
    [TOLD_GATHERED] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ROUND, "calls",
                       "calls have met at a barrier, for the round-th time, and go on"},
    [TOLD_SPAN] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT | HAS_SINCE | HAS_CLASS, NULL,
                   "the time of a placement since since_ns is of this class of the ledger"},
    [TOLD_MOVE] = {HAS_JOB | HAS_WHAT | HAS_ATTEMPT | HAS_FROM | HAS_CLASS, "amount_ns",
                   "amount_ns of its time are of class, not of from, after all"},
    [TOLD_LEFT] = {HAS_JOB | HAS_WHAT | HAS_HOST | HAS_ATTEMPT, NULL, "a placement is over"},
    [TOLD_DROPPED] = {HAS_STORE, "bytes", "a copy is given up, other than with its node"},
    [TOLD_NODES] = {HAS_NODES, NULL, "so many nodes are spare, and in repair, from now on"},
    [TOLD_WAITED] = {HAS_JOB | HAS_SINCE | HAS_WAIT | HAS_LINE, NULL,
                     "a driver, or a branch of it, waited since since_ns"},
};

/* ---- a line -------------------------------------------------------------------------------- */

static void add_key(struct text *text, const char *key)
{
    text_add(text, "%s\"%s\":", text->length ? "," : "{", key);
}

static void add_word(struct text *text, const char *key, const char *word)
{
    add_key(text, key);
    text_add_json(text, word, strlen(word));
}

static void add_number(struct text *text, const char *key, slot_ns value)
{
    add_key(text, key);
    text_add_int128(text, value);
}

static void add_host(struct text *text, const char *key, uint32_t host)
{
    add_key(text, key);
    text_add(text, "\"node%" PRIu32 "\"", host);
}

static void add_names(struct text *text, const struct witness *w, const struct told *told,
                      unsigned has)
{
    char bytes[WITNESS_NAME];
    struct text name = text_over(bytes, sizeof bytes);
    if (has & HAS_JOB) {
        witness_add_job(&name, w, told->job);
        add_word(text, "job", bytes);
    }
    if (!(has & HAS_WHAT))
        return;
    if (told->function != PROGRAM_NOTHING)
        add_word(text, "function", witness_function(w, told->function));
    if (told->actor) {
        name = text_over(bytes, sizeof bytes);
        witness_add_actor(&name, w, told->actor);
        add_word(text, "actor", bytes);
    }
}

static void add_place(struct text *text, const struct told *told, unsigned has)
{
    if (told->host != TOLD_NOWHERE && (has & (HAS_HOST | HAS_STORE)))
        add_host(text, "host", told->host);
    else if (has & HAS_STORE)
        add_word(text, "host", "driver");
    if ((has & HAS_CALL) && told->batch) {
        add_number(text, "batch", told->batch);
        add_number(text, "element", told->element);
        if ((has & HAS_ATTEMPT) == HAS_ATTEMPT)
            add_number(text, "attempt", told->attempt);
    }
    if (has & HAS_TIMES)
        add_number(text, "times", told->attempt);
    if (has & HAS_SEARCH)
        add_number(text, "search", (slot_ns)told->count);
    if (has & HAS_COUNT)
        add_number(text, "count", (slot_ns)told->count);
    if (has & HAS_PROTECTED)
        add_number(text, "protected_ns", (slot_ns)told->count);
    if (has & HAS_SPENT)
        add_number(text, "spent_ns", (slot_ns)told->count);
    if (has & (HAS_ITEM | HAS_ROUND))
        add_number(text, has & HAS_ITEM ? "item" : "round", (slot_ns)told->count);
    if (told->kind == TOLD_ENQUEUED && told->to)
        add_number(text, "again", 1);
    if (has & HAS_SINCE)
        add_number(text, "since_ns", told->since);
}

/* Why: of the end of a job 0 is that it did not fail. */
static void add_cause(struct text *text, const struct told *told, unsigned has)
{
    bool is_end = told->kind == TOLD_JOB_ENDED;
    bool is_state = (has & HAS_STATE) && (told->to == ACTOR_RESTARTING || told->to == ACTOR_DEAD);
    if (!is_state && !(has & HAS_CAUSE))
        return;
    if (!is_end || told->cause)
        add_word(text, "cause", witness_causes[told->cause - is_end]);
}

static void add_classes(struct text *text, const struct told *told, unsigned has)
{
    if (has & HAS_STATE)
        add_word(text, "state", actor_states[told->to]);
    if (has & HAS_GROUP)
        add_word(text, "state", troupe_states[told->to]);
    if (has & HAS_NEAR) {
        add_word(text, "near", nears[told->to & ~TOLD_MISROUTED]);
        add_number(text, "misrouted", (told->to & TOLD_MISROUTED) != 0);
    }
    if (has & HAS_FROM)
        add_word(text, "from", job_class_names[told->cause]);
    if (has & HAS_CLASS)
        add_word(text, "class", job_class_names[told->to]);
    if (has & HAS_END)
        add_word(text, "end", row_ends[told->cause]);
    if (has & HAS_REASON)
        add_word(text, "reason", cairn_scaling_word(told->to));
    if (has & HAS_WAIT)
        add_word(text, "for", witness_waits[told->to]);
    slot_ns line = told->kind == TOLD_WAITED ? (slot_ns)told->count : told->amount;
    if ((has & HAS_LINE) && (told->kind == TOLD_JOB_ENDED ? told->cause > 0 : line > 0))
        add_number(text, "line", line);
    if (has & HAS_NODES) {
        bool is_outage = told->kind == TOLD_OUTAGE;
        add_number(text, is_outage ? "others" : "spare", (slot_ns)told->count);
        add_number(text, is_outage ? "held" : "repairing", told->amount);
    }
}

static void add_event(struct text *text, const struct witness *w, const struct told *told)
{
    const struct kind *kind = &kinds[told->kind];
    add_word(text, "event", told_names[told->kind]);
    add_number(text, "time_ns", told->time);
    add_names(text, w, told, kind->has);
    add_place(text, told, kind->has);
    add_classes(text, told, kind->has);
    add_cause(text, told, kind->has);
    if (kind->amount)
        add_number(text, kind->amount, told->amount);
    text_add(text, "}\n");
}

/* ---- a file -------------------------------------------------------------------------------- */

struct events {
    struct sink *sink;
    struct witness witness;
};

static void hear(void *context, const struct told *told)
{
    struct events *events = context;
    char bytes[LINE_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    add_event(&text, &events->witness, told);
    assert(!text.is_cut);
    io_put(events->sink, bytes, text.length);
}

/* The first line: what these are the events of. */
static void put_head(struct sink *sink, const struct cell *cell, uint32_t replication)
{
    char bytes[LINE_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    add_word(&text, "event", "run");
    add_number(&text, "time_ns", 0);
    add_word(&text, "scenario", cell->spec.name);
    add_key(&text, "seed");
    text_add(&text, "%" PRIu64, cell->spec.seed);
    add_number(&text, "replication", replication);
    add_number(&text, "nodes", cell->spec.cluster.nodes);
    add_number(&text, "spares", cell->spec.cluster.spares);
    text_add(&text, "}\n");
    io_put(sink, bytes, text.length);
}

enum status events_write(struct sink *sink, const struct cell *cell, uint32_t replication,
                         struct record *record, struct diag *diag)
{
    struct events events = {.sink = sink};
    enum status status = witness_open(&events.witness, cell, diag);
    if (status != STATUS_OK)
        return status;
    put_head(sink, cell, replication);
    status = witness_run(&events.witness, replication, hear, &events, record, diag);
    witness_close(&events.witness);
    return status;
}

void events_print_help(struct sink *sink)
{
    for (unsigned i = 0; i < TOLD_KINDS; i++)
        io_printf(sink, "  %-16s %s\n", told_names[i], kinds[i].help);
}
