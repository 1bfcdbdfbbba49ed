/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table says which members the lines have, and where each goes.
 *
 * Main invariant: an entry that is handed out has every member its kind must have, each once; what
 * is not understood is an error with a caret, never guessed at. */
#include "sim/campaign/happenings.h"
#include "sim/base/io.h"
#include "sim/base/limits.h"
#include "sim/base/text.h"
#include "sim/campaign/protocol.h"
#include <assert.h>
#include <string.h>

/* Of the lines that are no happenings: ENTRY_BEGIN and behind it. */
static const char *const others[] = {"begin", "decide", "strike", "end"};
enum { EVENTS = ENTRY_BEGIN + sizeof others / sizeof *others, SHAPE = ENTRY_KINDS };
static_assert(ENTRY_BEGIN == CAIRN_HEAR_NOTICE + 1, "happenings come first");

static const char *event_name(uint32_t kind)
{
    return kind < ENTRY_BEGIN ? protocol_happenings[kind] : others[kind - ENTRY_BEGIN];
}

#define BIT(kind) (1u << (kind))
#define TOLD      (BIT(ENTRY_BEGIN) - 1) /* all happenings */
#define ALL       (TOLD | BIT(ENTRY_BEGIN) | BIT(ENTRY_DECIDE) | BIT(ENTRY_STRIKE) | BIT(ENTRY_END))
#define H(member) offsetof(struct entry, happening.member)
#define S(member) offsetof(struct entry, situation.member)
#define P(member) offsetof(struct entry, shape.member)
#define NOWHERE   ((size_t)-1) /* checked only */

/* How a value is written and kept; TEXT and behind it: as it stands in the source. */
enum form { WHOLE, WHOLE_OR_NONE, WHOLE32, NUMBER, BOOL32, TEXT, LIST, OBJECT };

static const struct {
    enum json_kind kind;
    const char *wrong;
} forms[] = {
    [WHOLE] = {JSON_WHOLE, "should be a whole number, less than 2^63"},
    [WHOLE_OR_NONE] = {JSON_WHOLE, "should be a whole number, less than 2^63"}, /* -1: none */
    [WHOLE32] = {JSON_WHOLE, "should be a whole number, less than 2^63"},
    [NUMBER] = {JSON_NUMBER, "should be a number"},
    [BOOL32] = {JSON_BOOL, "should be true or false"},
    [TEXT] = {JSON_TEXT, "should be a text"},
    [LIST] = {JSON_LIST, "should be a list"},
    [OBJECT] = {JSON_FLAT, "should be an object"},
};

static const struct member {
    const char *name;
    uint32_t must, may; /* BITs of the kinds that have it */
    enum form form;
    size_t offset;
} members[] = {
    {"event", ALL, 0, TEXT, NOWHERE},
    {"now", TOLD | BIT(ENTRY_STRIKE) | BIT(ENTRY_END), 0, WHOLE, H(now)},
    {"name", BIT(ENTRY_STEP), 0, TEXT, offsetof(struct entry, name)},
    {"n", BIT(ENTRY_STEP) | BIT(ENTRY_CHECKPOINT_DONE), 0, WHOLE, offsetof(struct entry, n)},
    {"cost", BIT(ENTRY_STEP) | BIT(ENTRY_CHECKPOINT_DONE) | BIT(ENTRY_RECOVERED), 0, WHOLE,
     H(cost)},
    {"steps", BIT(ENTRY_STEP) | BIT(ENTRY_END), TOLD, WHOLE, H(steps)},
    {"restorable", BIT(ENTRY_CHECKPOINT_LOST) | BIT(ENTRY_FAILURE) | BIT(ENTRY_RECOVERED), TOLD,
     BOOL32, H(is_restorable)},
    {"work_lost", BIT(ENTRY_FAILURE), 0, WHOLE, H(work_lost)},
    {"steps_lost", BIT(ENTRY_FAILURE), 0, WHOLE, H(steps_lost)},
    {"work_protected", BIT(ENTRY_RECOVERED), 0, WHOLE, H(work_protected)},
    {"from", BIT(ENTRY_PREDICTION), 0, WHOLE, H(from)},
    {"until", BIT(ENTRY_PREDICTION) | BIT(ENTRY_NOTICE), 0, WHOLE, H(until)},
    {"confidence", BIT(ENTRY_PREDICTION), 0, NUMBER, H(confidence)},
    {"request", BIT(ENTRY_BEGIN) | BIT(ENTRY_DECIDE), 0, WHOLE, offsetof(struct entry, request)},
    {"now", BIT(ENTRY_DECIDE), 0, WHOLE, S(now)},
    {"work_done", BIT(ENTRY_DECIDE), 0, WHOLE, S(work_done)},
    {"work_since", BIT(ENTRY_DECIDE), 0, WHOLE, S(work_since)},
    {"wall_since", BIT(ENTRY_DECIDE), 0, WHOLE, S(wall_since)},
    {"step_index", BIT(ENTRY_DECIDE), 0, WHOLE, S(step_index)},
    {"steps_since", BIT(ENTRY_DECIDE), 0, WHOLE, S(steps_since)},
    {"last_cost", BIT(ENTRY_DECIDE), 0, WHOLE_OR_NONE, S(last_cost)},
    {"expected_cost", BIT(ENTRY_DECIDE), 0, WHOLE, S(expected_cost)},
    {"restore_cost", BIT(ENTRY_DECIDE), 0, WHOLE, S(restore_cost)},
    {"in_flight", BIT(ENTRY_DECIDE), 0, WHOLE32, S(in_flight)},
    {"failures", BIT(ENTRY_DECIDE), 0, WHOLE32, S(failures)},
    {"started", BIT(ENTRY_DECIDE), 0, WHOLE, S(started)},
    {"failed", BIT(ENTRY_DECIDE), 0, WHOLE, S(failed)},
    {"controller", BIT(ENTRY_BEGIN), 0, TEXT, offsetof(struct entry, controller)},
    {"abi", BIT(ENTRY_BEGIN), 0, WHOLE32, P(abi)},
    {"seed", BIT(ENTRY_BEGIN), 0, NUMBER, NOWHERE},
    {"replication", BIT(ENTRY_BEGIN), 0, NUMBER, NOWHERE},
    {"shape", BIT(ENTRY_BEGIN), 0, OBJECT, NOWHERE},
    {"params", BIT(ENTRY_BEGIN), 0, OBJECT, offsetof(struct entry, params)},
    {"checkpoint_cost", BIT(SHAPE), 0, WHOLE, P(checkpoint_cost)},
    {"restore_cost", BIT(SHAPE), 0, WHOLE, P(restore_cost)},
    {"downtime", BIT(SHAPE), 0, WHOLE, P(downtime)},
    {"work", BIT(SHAPE), 0, WHOLE, P(work)},
    {"step", BIT(SHAPE), 0, WHOLE, P(step)},
    {"workers", BIT(SHAPE), 0, WHOLE32, P(workers)},
    {"final_checkpoint", BIT(SHAPE), 0, BOOL32, P(has_final_checkpoint)},
    {"initial_restore", BIT(SHAPE), 0, BOOL32, P(has_initial_restore)},
    {"stages", BIT(SHAPE), 0, LIST, NOWHERE},
};
enum { MEMBERS = sizeof members / sizeof *members };
static_assert(MEMBERS <= 64, "one bit each");

/* ---- one object ---------------------------------------------------------------------------- */

static struct place place_of(const struct happenings *log, const char *text, size_t width)
{
    const char *line = log->source->text + log->at;
    return (struct place){log->source, log->line, (uint32_t)(text - line) + 1, (uint32_t)width};
}

static const struct member *find(const struct json_value *key, uint32_t kind)
{
    for (unsigned i = 0; i < MEMBERS; i++)
        if ((members[i].must | members[i].may) & BIT(kind) && json_is(key, members[i].name))
            return &members[i];
    return NULL;
}

/* NULL, or what is wrong with the value. */
static const char *store(struct entry *entry, const struct member *m, const struct json_value *v)
{
    bool is_number = m->form == NUMBER && v->kind == JSON_WHOLE;
    void *to = (char *)entry + (m->offset == NOWHERE ? 0 : m->offset);
    double number = 0;
    if (v->kind != forms[m->form].kind && !is_number)
        return forms[m->form].wrong;
    if ((m->form == WHOLE && v->integer < 0) || (m->form == WHOLE_OR_NONE && v->integer < -1))
        return "must not be negative";
    if (m->form == WHOLE32 && (v->integer < 0 || v->integer > UINT32_MAX))
        return "is out of range";
    if (m->form == NUMBER && text_to_number(v->text, v->length, &number) != NULL && !is_number)
        return "is out of range";
    if (m->offset == NOWHERE)
        return NULL;
    if (m->form == WHOLE || m->form == WHOLE_OR_NONE)
        *(int64_t *)to = v->integer;
    else if (m->form == NUMBER)
        *(double *)to = is_number ? (double)v->integer : number;
    else if (m->form == WHOLE32 || m->form == BOOL32)
        *(uint32_t *)to = (uint32_t)v->integer;
    else
        *(struct json_value *)to = *v;
    return NULL;
}

static enum status check_missing(struct happenings *log, uint32_t kind, uint64_t given)
{
    for (unsigned i = 0; i < MEMBERS; i++)
        if (members[i].must & BIT(kind) && !(given & UINT64_C(1) << i)) {
            diag_error(log->diag, place_of(log, log->source->text + log->at, 1), "%s lacks '%s'",
                       kind == SHAPE ? "the shape" : event_name(kind), members[i].name);
            return STATUS_DATA;
        }
    return STATUS_OK;
}

/* All members of an object into the entry; *shape is where the one inside is. */
static enum status read_members(struct happenings *log, struct json_reader reader, uint32_t kind,
                                struct entry *entry, struct json_value *shape)
{
    struct json_value key, value;
    uint64_t given = 0;
    while (json_next(&reader, &key, &value) == JSON_MEMBER) {
        const struct member *m = find(&key, kind);
        uint64_t bit = m ? UINT64_C(1) << (m - members) : 0;
        const char *problem = m               ? NULL
                              : kind == SHAPE ? "is not known in the shape"
                                              : "is not known here";
        if (given & bit)
            problem = "is given twice";
        if (!problem)
            problem = store(entry, m, &value);
        if (problem) {
            diag_error(log->diag, place_of(log, key.text - 1, key.length + 2), "'%.*s' %s",
                       (int)(key.length < 64 ? key.length : 64), key.text, problem);
            return STATUS_DATA;
        }
        given |= bit;
        if (value.kind == JSON_FLAT && json_is(&key, "shape"))
            *shape = value;
        if (kind == SHAPE && value.kind == JSON_LIST && value.length > 0) {
            diag_error(log->diag, place_of(log, key.text - 1, key.length + 2),
                       "a log of a job in stages cannot be read yet");
            return STATUS_DATA;
        }
    }
    return check_missing(log, kind, given);
}

/* ---- one line ------------------------------------------------------------------------------ */

/* The kind by `event`; without one it is a verdict. EVENTS where the event is unknown. */
static enum status find_kind(struct happenings *log, size_t length, uint32_t *kind)
{
    const char *line = log->source->text + log->at;
    struct json_reader reader = json_open_outer(line, length);
    struct json_value key, value;
    enum json_step step;
    *kind = ENTRY_VERDICT;
    while ((step = json_next(&reader, &key, &value)) == JSON_MEMBER) {
        if (!json_is(&key, "event"))
            continue;
        *kind = 0;
        while (*kind < EVENTS && !json_is(&value, event_name(*kind)))
            ++*kind;
        if (*kind == EVENTS) {
            diag_error(log->diag, place_of(log, value.text, value.length + !value.length),
                       "unknown event");
            return STATUS_DATA;
        }
    }
    if (step != JSON_BAD)
        return STATUS_OK;
    diag_error(log->diag, place_of(log, reader.at, 1), "this is no JSON object as in %s",
               "policies/examples/PROTOCOL.md");
    return STATUS_DATA;
}

static enum status read_verdict(struct happenings *log, size_t length, struct entry *entry)
{
    entry->verdict =
        (struct cairn_verdict){.size = sizeof entry->verdict, .abi = CAIRN_CONTROLLER_ABI};
    entry->request = log->request;
    if (log->request < 0)
        return happenings_complain(log, entry, "a verdict that nobody asked for");
    const char *wrong = protocol_read_verdict(log->source->text + log->at, length,
                                              (uint64_t)log->request, &entry->verdict);
    log->request = -1;
    if (!wrong)
        return STATUS_OK;
    diag_error(log->diag, entry->place, "a verdict that %s", wrong);
    return STATUS_DATA;
}

/* What the protocol leaves out of a line follows from those before. */
static void complete(struct happenings *log, struct entry *entry)
{
    struct cairn_happening *h = &entry->happening;
    if (entry->kind == ENTRY_STEP) {
        size_t length = entry->name.length < 63 ? entry->name.length : 63;
        memcpy(log->step_name, entry->name.text, length);
        log->step_name[length] = '\0';
        h->name = log->step_name;
    }
    if (entry->kind < ENTRY_BEGIN) {
        h->kind = (uint32_t)entry->kind;
        log->is_restorable = h->is_restorable != 0;
    }
    if (entry->kind == ENTRY_DECIDE)
        log->request = entry->request;
}

static enum status read_line(struct happenings *log, size_t length, struct entry *entry)
{
    const char *line = log->source->text + log->at;
    struct json_value shape = {.kind = JSON_NOTHING};
    uint32_t kind;
    *entry = (struct entry){.place = place_of(log, line, length), .at = log->at, .n = 1};
    enum status status = find_kind(log, length, &kind);
    if (status != STATUS_OK)
        return status;
    entry->kind = (enum entry_kind)kind;
    if (log->request >= 0 && kind != ENTRY_VERDICT)
        return happenings_complain(log, entry, "the decision before this line has no verdict");
    if (log->has_begun == (kind == ENTRY_BEGIN))
        return happenings_complain(log, entry,
                                   log->has_begun ? "begins again; a log is of one run"
                                                  : "a log starts with begin");
    log->has_begun = true;
    if (kind == ENTRY_VERDICT)
        return read_verdict(log, length, entry);
    entry->happening = (struct cairn_happening){.size = sizeof entry->happening,
                                                .abi = CAIRN_CONTROLLER_ABI,
                                                .is_restorable = log->is_restorable ||
                                                                 kind == ENTRY_CHECKPOINT_DONE};
    entry->situation.size = sizeof entry->situation;
    entry->situation.abi = CAIRN_CONTROLLER_ABI;
    status = read_members(log, json_open_outer(line, length), kind, entry, &shape);
    if (status == STATUS_OK && kind == ENTRY_BEGIN)
        status = read_members(log, json_open(shape.text, shape.length), SHAPE, entry, &shape);
    entry->shape.size = sizeof entry->shape;
    if (status == STATUS_OK)
        complete(log, entry);
    return status;
}

/* ---- the log ------------------------------------------------------------------------------- */

enum status happenings_read(const char *path, struct arena *arena, struct diag *diag,
                            struct source *source)
{
    enum status status = io_read(path, LIMIT_CSV_BYTES, arena, source, diag);
    return status == STATUS_INPUT ? STATUS_DATA : status;
}

struct happenings happenings_open(const struct source *source, struct diag *diag)
{
    return (struct happenings){.source = source, .diag = diag, .line = 1, .request = -1};
}

enum status happenings_complain(struct happenings *log, const struct entry *entry,
                                const char *problem)
{
    struct place place = entry->place;
    place.width = 1;
    diag_error(log->diag, place, "%s", problem);
    return STATUS_DATA;
}

bool happenings_next(struct happenings *log, struct entry *entry, enum status *status)
{
    const struct source *source = log->source;
    assert(log->at <= source->length);
    while (log->at < source->length) {
        const char *line = source->text + log->at;
        const char *end = memchr(line, '\n', source->length - log->at);
        size_t length = end ? (size_t)(end - line) : source->length - log->at;
        bool is_blank = length == 0 || (length == 1 && *line == '\r');
        *status = is_blank ? STATUS_OK : read_line(log, length, entry);
        log->at += length + (end != NULL);
        log->line++;
        if (*status != STATUS_OK || !is_blank)
            return *status == STATUS_OK;
    }
    *status = STATUS_OK;
    if (log->has_begun && log->request < 0)
        return false;
    diag_error(log->diag, (struct place){.source = source},
               log->has_begun ? "the last decision has no verdict" : "holds no log");
    *status = STATUS_DATA;
    return false;
}
