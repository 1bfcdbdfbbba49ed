/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing and reading lines of JSON, strictly: what is not understood is never guessed at. */
#include "sim/campaign/protocol.h"
#include "sim/base/json.h"
#include "workloads/text_form.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

const char *const protocol_happenings[] = {
    [CAIRN_HEAR_STEP] = "step",
    [CAIRN_HEAR_CHECKPOINT_DONE] = "checkpoint_done",
    [CAIRN_HEAR_CHECKPOINT_LOST] = "checkpoint_lost",
    [CAIRN_HEAR_FAILURE] = "failure",
    [CAIRN_HEAR_RECOVERED] = "recovered",
    [CAIRN_HEAR_PREDICTION] = "prediction",
    [CAIRN_HEAR_NOTICE] = "notice",
};
enum { HEARING = sizeof protocol_happenings / sizeof *protocol_happenings };

const char *const protocol_actions[] = {
    [CAIRN_SKIP] = "skip", [CAIRN_CHECKPOINT] = "checkpoint", [CAIRN_FAILED] = "failed"};
const char *const protocol_asks[] = {
    [CAIRN_ASK_NEVER] = "never", [CAIRN_ASK_WORK] = "work",   [CAIRN_ASK_WALL] = "wall",
    [CAIRN_ASK_STEP] = "step",   [CAIRN_ASK_STEPS] = "steps", [CAIRN_ASK_TIME] = "time",
};
enum { ASKS = sizeof protocol_asks / sizeof *protocol_asks };

/* ---- saying -------------------------------------------------------------------------------- */

static const char *word(uint32_t is_true)
{
    return is_true ? "true" : "false";
}

static void add_head(struct text *text, const struct protocol_begin *b)
{
    const struct cairn_shape *s = b->shape;
    text_add(text,
             "{\"event\": \"begin\", \"request\": %" PRIu64 ", \"abi\": %u, \"seed\": %" PRIu64
             ", \"replication\": %u, \"shape\": {\"checkpoint_cost\": %" PRId64
             ", \"restore_cost\": %" PRId64 ", \"downtime\": %" PRId64 ", \"work\": %" PRId64
             ", \"step\": %" PRId64 ", \"workers\": %u, \"final_checkpoint\": %s"
             ", \"initial_restore\": %s, \"stages\": [",
             b->request, CAIRN_CONTROLLER_ABI, b->seed, b->replication, s->checkpoint_cost,
             s->restore_cost, s->downtime, s->work, s->step, s->workers,
             word(s->has_final_checkpoint), word(s->has_initial_restore));
}

static void add_stage(struct text *text, const struct cairn_stage *s, bool is_first)
{
    text_add(text, is_first ? "{\"name\": " : ", {\"name\": ");
    text_add_json(text, s->name, strlen(s->name));
    text_add(text,
             ", \"count\": %" PRId64 ", \"work\": %" PRId64 ", \"checkpoint_cost\": %" PRId64
             ", \"restore_cost\": %" PRId64 "}",
             s->count, s->work, s->checkpoint_cost, s->restore_cost);
}

bool protocol_add_begin(struct text *text, const struct protocol_begin *begin, uint32_t piece)
{
    const struct cairn_shape *shape = begin->shape;
    if (piece == 0) {
        add_head(text, begin);
    } else if (piece <= shape->stages_count) {
        add_stage(text, &shape->stages[piece - 1], piece == 1);
    } else if (piece == shape->stages_count + 1) {
        text_add(text, "]}, \"params\": ");
        text_form_add_pairs(text, begin->params);
        text_add(text, "}\n");
    }
    return piece <= shape->stages_count + 1;
}

void protocol_add_happening(struct text *text, const struct cairn_happening *happening, uint64_t n)
{
    const struct cairn_happening *h = happening;
    const char *restorable = word(h->is_restorable);
    text_add(text, "{\"event\": \"%s\", \"now\": %" PRId64, protocol_happenings[h->kind], h->now);
    switch ((enum cairn_happening_kind)h->kind) {
    case CAIRN_HEAR_STEP:
        text_add(text, ", \"name\": ");
        text_add_json(text, h->name, strlen(h->name));
        text_add(text, ", \"n\": %" PRIu64 ", \"cost\": %" PRId64 ", \"steps\": %" PRId64, n,
                 h->cost, h->steps);
        break;
    case CAIRN_HEAR_CHECKPOINT_DONE:
        text_add(text, ", \"n\": %" PRIu64 ", \"cost\": %" PRId64, n, h->cost);
        break;
    case CAIRN_HEAR_CHECKPOINT_LOST:
        text_add(text, ", \"restorable\": %s", restorable);
        break;
    case CAIRN_HEAR_FAILURE:
        text_add(text,
                 ", \"work_lost\": %" PRId64 ", \"steps_lost\": %" PRId64 ", \"restorable\": %s",
                 h->work_lost, h->steps_lost, restorable);
        break;
    case CAIRN_HEAR_RECOVERED:
        text_add(text,
                 ", \"cost\": %" PRId64 ", \"work_protected\": %" PRId64 ", \"restorable\": %s",
                 h->cost, h->work_protected, restorable);
        break;
    case CAIRN_HEAR_PREDICTION:
        text_add(text, ", \"from\": %" PRId64 ", \"until\": %" PRId64 ", \"confidence\": ", h->from,
                 h->until);
        text_add_number(text, h->confidence);
        break;
    case CAIRN_HEAR_NOTICE:
        text_add(text, ", \"until\": %" PRId64, h->until);
        break;
    }
    text_add(text, "}\n");
}

void protocol_add_decide(struct text *text, uint64_t request,
                         const struct cairn_situation *situation, bool with_random)
{
    const struct cairn_situation *s = situation;
    text_add(text,
             "{\"event\": \"decide\", \"request\": %" PRIu64 ", \"now\": %" PRId64
             ", \"work_done\": %" PRId64 ", \"work_since\": %" PRId64 ", \"wall_since\": %" PRId64
             ", \"step_index\": %" PRId64 ", \"steps_since\": %" PRId64 ", \"last_cost\": %" PRId64
             ", \"expected_cost\": %" PRId64 ", \"restore_cost\": %" PRId64
             ", \"in_flight\": %u, \"failures\": %u, \"started\": %" PRId64
             ", \"failed\": %" PRId64,
             request, s->now, s->work_done, s->work_since, s->wall_since, s->step_index,
             s->steps_since, s->last_cost, s->expected_cost, s->restore_cost, s->in_flight,
             s->failures, s->started, s->failed);
    if (with_random)
        text_add(text, ", \"random\": [%" PRIu64 ", %" PRIu64 "]", s->random[0], s->random[1]);
    text_add(text, "}\n");
}

/* ---- hearing ------------------------------------------------------------------------------- */

/* Members that an answer may have; a bit each in `given`. */
enum member { REQUEST, READY, HEARS, ACTION, ASK, AT, REPEAT, REASON, MEMBERS };

static const struct {
    const char *name;
    enum json_kind kind;
    const char *wrong;
} members[MEMBERS] = {
    [REQUEST] = {"request", JSON_WHOLE, "has a 'request' that is no whole number"},
    [READY] = {"ready", JSON_WHOLE, "has a 'ready' that is no whole number"},
    [HEARS] = {"hears", JSON_LIST, "has a 'hears' that is no list of texts"},
    [ACTION] = {"action", JSON_TEXT, "has an 'action' that is no text"},
    [ASK] = {"ask", JSON_TEXT, "has an 'ask' that is no text"},
    [AT] = {"at", JSON_WHOLE, "has an 'at' that is no whole number (of ns, or steps) below 2^63"},
    [REPEAT] = {"repeat", JSON_BOOL, "has a 'repeat' that is neither true nor false"},
    [REASON] = {"reason", JSON_WHOLE, "has a 'reason' that is no whole number"},
};

struct answer {
    uint32_t given;
    struct json_value values[MEMBERS];
};

static bool has(const struct answer *a, enum member member)
{
    return (a->given & (1u << member)) != 0;
}

/* NULL, or what is wrong with the line. */
static const char *read_answer(const char *line, size_t length, uint64_t request, uint32_t allowed,
                               struct answer *a)
{
    struct json_reader reader = json_open(line, length);
    struct json_value key, value;
    enum json_step step;
    *a = (struct answer){0};
    while ((step = json_next(&reader, &key, &value)) == JSON_MEMBER) {
        unsigned member = 0;
        while (member < MEMBERS && !json_is(&key, members[member].name))
            member++;
        if (member == MEMBERS || !(allowed & (1u << member)))
            return "has a member that is not known here";
        if (has(a, (enum member)member))
            return "has a member twice";
        if (value.kind != members[member].kind)
            return members[member].wrong;
        a->given |= 1u << member;
        a->values[member] = value;
    }
    if (step == JSON_BAD)
        return "is no flat JSON object";
    if (!has(a, REQUEST))
        return "lacks 'request'";
    return a->values[REQUEST].integer == (int64_t)request
               ? NULL
               : "answers another question (see 'request')";
}

static const char *read_hears(struct json_value list, uint32_t *hears)
{
    struct json_value item;
    *hears = 0;
    while (json_item(&list, &item)) {
        unsigned kind = 0;
        while (kind < HEARING && !json_is(&item, protocol_happenings[kind]))
            kind++;
        if (kind < HEARING)
            *hears |= CAIRN_HEARS(kind);
        else if (json_is(&item, "random"))
            *hears |= CAIRN_WANTS_RANDOM;
        else
            return "wants to hear what there is not; known: step, checkpoint_done, "
                   "checkpoint_lost, failure, recovered, prediction, notice, random";
    }
    return NULL;
}

const char *protocol_read_ready(const char *line, size_t length, uint64_t request, uint32_t *hears)
{
    struct answer a;
    const char *wrong =
        read_answer(line, length, request, 1u << REQUEST | 1u << READY | 1u << HEARS, &a);
    *hears = 0;
    if (wrong)
        return wrong;
    if (!has(&a, READY))
        return "lacks 'ready'";
    if (a.values[READY].integer != CAIRN_CONTROLLER_ABI)
        return "is ready for another version; 'ready' must be the 'abi' of begin";
    return has(&a, HEARS) ? read_hears(a.values[HEARS], hears) : NULL;
}

static const char *read_ask(const struct answer *a, struct cairn_verdict *verdict)
{
    if (!has(a, ASK))
        return "lacks 'ask': when to be asked again";
    for (uint32_t i = 0; i < ASKS; i++) {
        if (!json_is(&a->values[ASK], protocol_asks[i]))
            continue;
        verdict->ask = i;
        verdict->at = has(a, AT) ? a->values[AT].integer : 0;
        return i == CAIRN_ASK_NEVER || has(a, AT) ? NULL : "lacks 'at'";
    }
    return "has an unknown 'ask'; known: never, work, wall, step, steps, time";
}

const char *protocol_read_verdict(const char *line, size_t length, uint64_t request,
                                  struct cairn_verdict *verdict)
{
    struct answer a;
    uint32_t action = 0;
    const uint32_t allowed =
        1u << REQUEST | 1u << ACTION | 1u << ASK | 1u << AT | 1u << REPEAT | 1u << REASON;
    const char *wrong = read_answer(line, length, request, allowed, &a);
    if (wrong)
        return wrong;
    if (!has(&a, ACTION))
        return "lacks 'action'";
    while (action <= CAIRN_FAILED && !json_is(&a.values[ACTION], protocol_actions[action]))
        action++;
    if (action > CAIRN_FAILED)
        return "has an unknown 'action'; known: skip, checkpoint, failed";
    if (has(&a, REASON) &&
        (a.values[REASON].integer < 0 || a.values[REASON].integer > PROTOCOL_REASONS))
        return "has a 'reason' out of range; it must be 0 to 60000";
    struct cairn_verdict read = *verdict;
    read.action = action;
    read.reason = has(&a, REASON) ? (uint32_t)a.values[REASON].integer : 0;
    read.repeat = has(&a, REPEAT) && a.values[REPEAT].integer;
    wrong = action == CAIRN_FAILED ? NULL : read_ask(&a, &read);
    if (!wrong)
        *verdict = read;
    return wrong;
}
