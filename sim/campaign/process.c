/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speaking the protocol of policies/examples/PROTOCOL.md.
 *
 *     begin 1 ──►  ◄── ready 1      failure ──►  step ──►  decide 2 ──►  ◄── verdict 2      …
 *
 * Happenings gather in a buffer and go out with the next question, in one write. Every question has
 * a number, which its answer repeats: a line that nobody asked for is found, at the latest, where
 * the next answer should stand, however fast or slow it comes. So the same replications fail on any
 * number of threads. Before a replication begins a program that has ended, or has said something
 * after its last answer, is quietly replaced: how many replications one program serves is nobody's
 * business. */
#include "sim/campaign/process.h"
#include "sim/base/io.h"
#include "sim/base/limits.h"
#include "sim/base/text.h"
#include "sim/campaign/child.h"
#include "sim/campaign/protocol.h"
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_BYTES 65536                /* gathered before they are sent */
#define SAID_BYTES   240                  /* of a line that is quoted */
#define MOST_LATE    3                    /* timeouts after which no further program is started */
#define PATIENCE     UINT64_C(1000000000) /* ns to end by itself, its input or output closed */

enum { PROCESS, TIMEOUT, PARAMS };

enum process_reason {
    REASON_ITS_OWN, /* and above: what the program gave */
    REASON_START = PROTOCOL_REASONS + 1,
    REASON_LATE,
    REASON_ENDED,
    REASON_NONSENSE,
};

/* What all workers of a cell share. */
struct trouble {
    atomic_flag is_locked;
    atomic_uint late;
    uint32_t count, replication; /* replications that ended by it, and the first of them */
    char text[DIAG_TEXT / 2];
};

struct worker;

struct process_plan {
    const struct cairn_value *values;
    struct cairn_shape shape;
    uint32_t hears;
    struct trouble *trouble;
    struct worker *worker; /* NULL in the cell's plan */
};

struct worker {
    struct process_plan plan; /* first: what process_open hands out */
    struct child child;
    uint32_t replication;
    uint64_t requests;
    uint32_t reason; /* 0: all is well */
    uint32_t hears;  /* as the last ready said */
    char message[DIAG_TEXT / 2];
    size_t used;
    char output[OUTPUT_BYTES];
};

/* ---- trouble ------------------------------------------------------------------------------- */

static void fail(struct worker *w, enum process_reason reason, const char *what, const char *said,
                 size_t length)
{
    if (w->reason)
        return;
    w->reason = reason;
    if (length > SAID_BYTES)
        length = SAID_BYTES;
    if (said)
        snprintf(w->message, sizeof w->message, "%s: '%.*s'", what, (int)length, said);
    else
        snprintf(w->message, sizeof w->message, "%s", what);
}

/* Of all workers' troubles the one of the first replication is kept: that does not depend on who
 * comes first. */
static void record_trouble(struct worker *w)
{
    struct trouble *t = w->plan.trouble;
    while (atomic_flag_test_and_set(&t->is_locked))
        continue; /* for the length of one copy */
    if (t->count == 0 || w->replication < t->replication) {
        t->replication = w->replication;
        snprintf(t->text, sizeof t->text, "%s", w->message);
    }
    t->count++;
    atomic_flag_clear(&t->is_locked);
}

static void fail_by(struct worker *w, enum child_result result, const char *said, size_t length)
{
    char how[96], text[160];
    uint64_t patience = result == CHILD_CLOSED ? PATIENCE : 0;
    if (!child_stop(&w->child, patience, how, sizeof how))
        snprintf(how, sizeof how, "closed its output or input");
    if (result == CHILD_LATE) {
        atomic_fetch_add(&w->plan.trouble->late, 1);
        snprintf(text, sizeof text, "gave no answer in time (timeout) and was stopped%s",
                 length ? "; so far it had said" : "");
        fail(w, REASON_LATE, text, length ? said : NULL, length);
    } else if (result == CHILD_LONG) {
        snprintf(text, sizeof text, "said a line of more than %d bytes", CHILD_LINE);
        fail(w, REASON_NONSENSE, text, said, length);
    } else {
        snprintf(text, sizeof text, "%s instead of an answer%s", how,
                 length ? "; the last it said was" : "");
        fail(w, REASON_ENDED, text, length ? said : NULL, length);
    }
}

/* ---- saying -------------------------------------------------------------------------------- */

static uint64_t deadline_of(const struct worker *w)
{
    return io_clock_ns() + (uint64_t)w->plan.values[TIMEOUT].i;
}

static void flush(struct worker *w)
{
    if (w->child.pid && !w->reason) {
        enum child_result result = child_send(&w->child, w->output, w->used, deadline_of(w));
        if (result != CHILD_OK)
            fail_by(w, result, NULL, 0);
    }
    w->used = 0;
}

/* A builder for the next piece, of at most PROTOCOL_PIECE bytes; said() takes it. */
static struct text say(struct worker *w)
{
    if (w->used + PROTOCOL_PIECE > sizeof w->output)
        flush(w);
    return text_over(w->output + w->used, sizeof w->output - w->used);
}

static void said(struct worker *w, const struct text *text)
{
    assert(!text->is_cut);
    w->used += text->length;
}

/* ---- hearing ------------------------------------------------------------------------------- */

/* Sends all and takes the next line; false, and the worker has failed. */
static bool listen(struct worker *w, const char **line, size_t *length)
{
    flush(w);
    if (w->reason)
        return false;
    enum child_result result = child_line(&w->child, deadline_of(w), line, length);
    if (result != CHILD_OK)
        fail_by(w, result, *line, *length);
    return result == CHILD_OK;
}

static void fail_by_words(struct worker *w, const char *wrong, const char *line, size_t length)
{
    char how[96], text[200];
    snprintf(text, sizeof text, "gave an answer that %s", wrong);
    fail(w, REASON_NONSENSE, text, line, length);
    child_stop(&w->child, 0, how, sizeof how);
}

/* ---- a replication ------------------------------------------------------------------------- */

static bool start(struct worker *w)
{
    const struct cairn_value *process = &w->plan.values[PROCESS];
    const char *argv[LIMIT_LIST + 1] = {NULL};
    assert(process->i <= LIMIT_LIST);
    memcpy(argv, process->names, (size_t)process->i * sizeof *argv);
    w->used = 0;
    if (atomic_load(&w->plan.trouble->late) >= MOST_LATE) {
        fail(w, REASON_LATE, "was not started again: it has timed out too often", NULL, 0);
        return false;
    }
    int code = child_start(&w->child, argv);
    if (code != 0)
        fail(w, REASON_START, "cannot be started", strerror(code), SAID_BYTES);
    return code == 0;
}

static bool greet(struct worker *w, uint64_t seed)
{
    const char *line;
    size_t length;
    w->requests = 1;
    const struct protocol_begin begin = {.request = 1,
                                         .seed = seed,
                                         .replication = w->replication,
                                         .shape = &w->plan.shape,
                                         .params = &w->plan.values[PARAMS]};
    struct text text = say(w);
    for (uint32_t piece = 0; protocol_add_begin(&text, &begin, piece); piece++) {
        said(w, &text);
        text = say(w);
    }
    if (!listen(w, &line, &length))
        return false;
    const char *wrong = protocol_read_ready(line, length, w->requests, &w->hears);
    if (wrong)
        fail_by_words(w, wrong, line, length);
    return !wrong;
}

static void forget(struct worker *w)
{
    char how[96];
    if (w->child.pid)
        child_stop(&w->child, PATIENCE, how, sizeof how);
    w->reason = 0;
}

/* An old program that is gone, or speaks out of turn, is replaced once; a new one must do. */
static bool meet(struct worker *w, uint64_t seed)
{
    bool is_old = w->child.pid && child_is_quiet(&w->child);
    if (!is_old)
        forget(w);
    w->reason = 0;
    if (is_old && greet(w, seed))
        return true;
    if (is_old)
        forget(w);
    return start(w) && greet(w, seed);
}

void process_begin(void *own, uint64_t seed, uint32_t replication)
{
    struct worker *w = own;
    w->replication = replication;
    if (meet(w, seed) && w->hears != w->plan.hears) {
        char how[96];
        fail(w, REASON_NONSENSE, "wants to hear other things than it wanted at first", NULL, 0);
        child_stop(&w->child, 0, how, sizeof how);
    }
}

/* ---- the class ----------------------------------------------------------------------------- */

static const char *plan(const struct cairn_value *values, const struct cairn_shape *shape,
                        void *plan)
{
    *(struct process_plan *)plan = (struct process_plan){.values = values, .shape = *shape};
    return NULL;
}

static uint32_t hears_by(const void *plan)
{
    return ((const struct process_plan *)plan)->hears;
}

/* What changes the outlook is a reason to ask again; the rest is told and waits. */
static int observe(const void *plan, void *state, const struct cairn_happening *happening,
                   uint64_t n)
{
    struct worker *w = ((const struct process_plan *)plan)->worker;
    (void)state;
    if (w && !w->reason) {
        struct text text = say(w);
        protocol_add_happening(&text, happening, n);
        said(w, &text);
    }
    return happening->kind == CAIRN_HEAR_CHECKPOINT_LOST ||
           happening->kind == CAIRN_HEAR_PREDICTION || happening->kind == CAIRN_HEAR_NOTICE;
}

static void decide(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict)
{
    struct worker *w = ((const struct process_plan *)plan)->worker;
    const char *line;
    size_t length;
    (void)state;
    if (!w) { /* nobody has opened it: see process_open */
        verdict->action = CAIRN_FAILED;
        verdict->reason = REASON_START;
        return;
    }
    if (!w->reason) {
        w->requests++;
        struct text text = say(w);
        protocol_add_decide(&text, w->requests, situation, w->plan.hears & CAIRN_WANTS_RANDOM);
        said(w, &text);
    }
    if (!w->reason && listen(w, &line, &length)) {
        const char *wrong = protocol_read_verdict(line, length, w->requests, verdict);
        if (!wrong && verdict->repeat && (w->plan.hears & CAIRN_WANTS_RANDOM))
            wrong = "says 'repeat', which one that hears 'random' cannot promise";
        if (wrong)
            fail_by_words(w, wrong, line, length);
    }
    if (w->reason) {
        verdict->action = CAIRN_FAILED;
        verdict->reason = w->reason;
        record_trouble(w);
    }
}

static void describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                     size_t capacity)
{
    const char *name = ((const struct process_plan *)plan)->values[PROCESS].names[0];
    const char *what = verdict->action == CAIRN_FAILED       ? "failed"
                       : verdict->action == CAIRN_CHECKPOINT ? "a checkpoint"
                                                             : "none yet";
    snprintf(bytes, capacity, "%s: %s (reason %u)", name, what, verdict->reason);
}

static const struct cairn_param params[] = {
    {.name = "process",
     .unit = CAIRN_TEXTS,
     .help = "the program and its arguments, as in [python3, my.py]; started without a shell"},
    {.name = "timeout",
     .unit = CAIRN_DURATION,
     .fallback = "10 s",
     .min = 0.001,
     .max = 86400,
     .help = "how long it may take for an answer, of real time"},
    {.name = "params",
     .unit = CAIRN_PAIRS,
     .fallback = "{}",
     .help = "handed to it as it is, as in {factor: 2}"},
    {.name = NULL},
};

#define CLASS                                                                                      \
    .abi = CAIRN_CONTROLLER_ABI, .name = "process",                                                \
    .summary = "a program of your own in any language, over a pipe (needs --allow-exec)",          \
    .params = params, .plan_size = sizeof(struct process_plan), .plan = plan, .observe = observe,  \
    .decide = decide, .describe = describe, .hears_by = hears_by

const struct cairn_controller_class process_class = {.size = sizeof process_class, CLASS};
const struct cairn_controller_class process_class_locked = {.size = sizeof process_class_locked,
                                                            CLASS};

/* ---- for the campaign ---------------------------------------------------------------------- */

bool process_is(const struct cairn_controller_class *class)
{
    return class == &process_class || class == &process_class_locked;
}

/* Without blanks, quotes and control bytes it can stand as it is. */
static bool is_plain(const char *word)
{
    for (; *word; word++)
        if ((unsigned char)*word <= ' ' || *word == 0x7f || strchr("'\"\\", *word))
            return false;
    return true;
}

void process_words(const void *plan, struct text *text)
{
    const struct cairn_value *process = &((const struct process_plan *)plan)->values[PROCESS];
    for (int64_t i = 0; i < process->i; i++) {
        const char *word = process->names[i];
        text_add(text, "%s", i ? " " : "");
        if (is_plain(word) && word[0])
            text_add(text, "%s", word);
        else
            text_add_json(text, word, strlen(word));
    }
}

void *process_open(const void *plan)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->plan = *(const struct process_plan *)plan;
    w->plan.worker = w;
    return w;
}

void process_close(void *own)
{
    struct worker *w = own;
    if (w->child.pid && !w->reason)
        flush(w); /* the last it is to hear */
    forget(w);
    free(w);
}

enum status process_prepare(const struct cairn_controller_class *class, void *plan, uint64_t seed,
                            struct arena *arena, struct place place, struct diag *diag)
{
    struct process_plan *p = plan;
    char bytes[DIAG_TEXT / 2], message[DIAG_TEXT / 2] = "";
    struct text words = text_over(bytes, sizeof bytes);
    process_words(p, &words);
    if (class == &process_class_locked)
        return diag_error(diag, place,
                          "this controller is a program, which would be started: %s; to allow "
                          "that, add --allow-exec",
                          bytes);
    p->trouble = arena_alloc(arena, sizeof *p->trouble);
    struct worker *w = p->trouble ? process_open(p) : NULL;
    if (!w)
        return diag_world(diag, "start", bytes, ENOMEM);
    atomic_flag_clear(&p->trouble->is_locked);
    meet(w, seed);
    p->hears = w->hears;
    if (w->reason)
        snprintf(message, sizeof message, "%s", w->message);
    process_close(w);
    atomic_store(&p->trouble->late, 0);
    return message[0] ? diag_error(diag, place, "%s: it %s", bytes, message) : STATUS_OK;
}

void process_report(const void *plan, struct place place, struct diag *diag)
{
    const struct process_plan *p = plan;
    struct trouble *t = p->trouble;
    char bytes[DIAG_TEXT / 4];
    struct text words = text_over(bytes, sizeof bytes);
    process_words(p, &words);
    if (t->count == 1)
        diag_say(diag, DIAG_WARNING, place, "%s: replication %u has failed: it %s", bytes,
                 t->replication, t->text);
    else if (t->count > 1)
        diag_say(diag, DIAG_WARNING, place,
                 "%s: %u replications have failed; in the first, %u, it %s", bytes, t->count,
                 t->replication, t->text);
    t->count = 0;
    atomic_store(&t->late, 0);
}
