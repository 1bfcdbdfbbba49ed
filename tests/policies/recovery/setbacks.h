/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recovery policy under test: its blocks, setbacks in short words, and cures in shorter ones.
 *
 * Events of a row are a letter and the second at which it happens, without it a second after the
 * one before: `e` exception, `w` worker, `n` node, `p` preempted, `m` memory, `o` object, `g` owner
 * gone; `+` it went well. Cures are the wait in seconds or `x`, then `>` if the rest starts again
 * (or ends) with it, `*` if all do, `~` if elsewhere. */
#ifndef CAIRN_TESTS_SETBACKS_H
#define CAIRN_TESTS_SETBACKS_H

#include "policies/registry.h"
#include "tests/policies/library.h"

#define SECOND INT64_C(1000000000)

enum { SCENE_PARAMS = 16, SCENE_TEXT = 300 };

/* Plan, job's state and one actor's own, each in a block that ends in bytes that nobody may touch;
 * and the plan as it was. */
struct scene {
    const struct cairn_recovery_class *class;
    struct block plan, before, state, own;
};

/* The value of a parameter from its text: durations are seconds. */
static inline struct cairn_value scene_value(const struct cairn_param *param, const char *text)
{
    struct cairn_value value = {.x = strcmp(text, "unlimited") == 0 ? -1 : strtod(text, NULL)};
    value.i = (int64_t)value.x;
    if (param->unit == CAIRN_DURATION)
        value.i = (int64_t)(value.x * 1e9 + 0.5);
    if (param->unit == CAIRN_CHOICE)
        for (value.i = 0; strcmp(param->choices[value.i], text) != 0; value.i++)
            if (!param->choices[value.i + 1])
                fail_msg("%s is not %s", param->name, text);
    return value;
}

/* Defaults, and what "name=value name=value" says. */
static inline void scene_values(const struct cairn_recovery_class *class, const char *params,
                                struct cairn_value values[SCENE_PARAMS])
{
    char text[SCENE_TEXT];
    for (int i = 0; class->params[i].name; i++) {
        assert_true(i < SCENE_PARAMS);
        values[i] = scene_value(&class->params[i], class->params[i].fallback);
    }
    snprintf(text, sizeof text, "%s", params);
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL && *word;) {
        char *value = strchr(word, '=');
        int i = 0;
        assert_non_null(value);
        *value = 0;
        while (class->params[i].name && strcmp(class->params[i].name, word) != 0)
            i++;
        if (!class->params[i].name)
            fail_msg("%s has no %s", class->name, word);
        values[i] = scene_value(&class->params[i], value + 1);
    }
}

/* NULL, or the refusal; then nothing is open. */
static inline const char *scene_with(struct scene *s, const struct cairn_recovery_class *class,
                                     const struct cairn_value *values)
{
    *s = (struct scene){.class = class, .plan = block_new(cairn_recovery_plan_size(class), 0)};
    const char *refusal = class->plan(values, s->plan.bytes);
    if (refusal) {
        block_free(&s->plan);
        return refusal;
    }
    s->before = block_new(s->plan.size, 0);
    memcpy(s->before.bytes, s->plan.bytes, s->plan.size);
    s->state = block_new(cairn_recovery_state_size(class, s->plan.bytes), 0x5a);
    s->own = block_new(cairn_recovery_own_size(class, s->plan.bytes), 0x5a);
    cairn_recovery_init(class, s->plan.bytes, s->state.bytes);
    cairn_recovery_init_own(class, s->plan.bytes, s->own.bytes);
    return NULL;
}

static inline void scene_open(struct scene *s, const char *name, const char *params)
{
    struct cairn_value values[SCENE_PARAMS] = {{0}};
    const struct cairn_recovery_class *class = cairn_recovery_find(name);
    if (!class)
        fail_msg("there is no recovery %s", name);
    scene_values(class, params, values);
    const char *refusal = scene_with(s, class, values);
    if (refusal)
        fail_msg("%s %s: %s", name, params, refusal);
}

static inline void scene_close(struct scene *s)
{
    assert_memory_equal(s->plan.bytes, s->before.bytes, s->plan.size);
    block_free(&s->plan);
    block_free(&s->before);
    block_free(&s->state);
    block_free(&s->own);
}

/* ---- who fails ------------------------------------------------------------------------------- */

struct victim {
    enum cairn_subject subject;
    int32_t limit;
    uint32_t retry_exceptions;
    uint32_t failed[CAIRN_CAUSES];
};

static inline struct victim victim_of(char subject, int32_t limit, bool retry_exceptions)
{
    return (struct victim){.subject = subject == 't'   ? CAIRN_SUBJECT_TASK
                                      : subject == 'c' ? CAIRN_SUBJECT_CALL
                                                       : CAIRN_SUBJECT_ACTOR,
                           .limit = limit,
                           .retry_exceptions = retry_exceptions};
}

static inline struct cairn_setback victim_fails(struct victim *v, uint32_t cause, int64_t now)
{
    struct cairn_setback setback = {.size = sizeof setback,
                                    .abi = CAIRN_RECOVERY_ABI,
                                    .subject = v->subject,
                                    .cause = cause,
                                    .now = now,
                                    .limit = v->limit,
                                    .retry_exceptions = v->retry_exceptions};
    v->failed[cause]++;
    memcpy(setback.failed, v->failed, sizeof setback.failed);
    return setback;
}

static inline struct cairn_cure scene_ask(struct scene *s, const struct cairn_setback *setback)
{
    struct cairn_cure cure;
    memset(&cure, 0x5a, sizeof cure);
    cairn_recovery_decide(s->class, s->plan.bytes, s->state.bytes,
                          setback->subject == CAIRN_SUBJECT_TASK ? NULL : s->own.bytes, setback,
                          &cure);
    return cure;
}

static inline struct cairn_cure scene_fail(struct scene *s, struct victim *v, uint32_t cause,
                                           int64_t now)
{
    struct cairn_setback setback = victim_fails(v, cause, now);
    return scene_ask(s, &setback);
}

static inline void scene_succeed(struct scene *s, const struct victim *v, int64_t now)
{
    if (s->class->succeeded)
        s->class->succeeded(s->plan.bytes, s->state.bytes,
                            v->subject == CAIRN_SUBJECT_TASK ? NULL : s->own.bytes, v->subject,
                            now);
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct setback_row {
    const char *name, *params;
    char subject; /* 't', 'c', 'a' */
    int32_t limit;
    bool retry_exceptions;
    const char *events, *cures, *last; /* what the last cure says of itself; NULL: whatever */
};

static inline size_t cure_text(const struct cairn_cure *cure, char *bytes, size_t capacity)
{
    static const char scopes[][2] = {"", ">", "*"};
    char wait[40] = "x";
    if (cure->action == CAIRN_AGAIN)
        snprintf(wait, sizeof wait, "%.12g", (double)cure->delay / 1e9);
    assert_int_equal(cure->size, sizeof *cure);
    return (size_t)snprintf(bytes, capacity, "%s%s%s", wait, scopes[cure->scope],
                            cure->is_elsewhere ? "~" : "");
}

/* Plays the events of a row; the cures and the last one's words are the row's. */
static inline void row_play(const struct setback_row *row)
{
    static const char letters[] = "ewnpmog";
    struct scene s;
    struct victim v = victim_of(row->subject, row->limit, row->retry_exceptions);
    char cures[SCENE_TEXT] = "", words[SCENE_TEXT] = "";
    size_t length = 0;
    double now = 0;
    scene_open(&s, row->name, row->params);
    for (const char *at = row->events; *at; at += strspn(at, " ")) {
        char *end;
        char letter = *at++;
        double given = strtod(at, &end);
        now = *at != ' ' && end != at ? given : now + 1;
        at = *at != ' ' ? end : at;
        if (letter == '+') {
            scene_succeed(&s, &v, (int64_t)(now * 1e9));
            continue;
        }
        const char *cause = strchr(letters, letter);
        assert_non_null(cause);
        struct cairn_cure cure =
            scene_fail(&s, &v, (uint32_t)(cause - letters), (int64_t)(now * 1e9));
        length += (size_t)snprintf(cures + length, sizeof cures - length, "%s", length ? " " : "");
        length += cure_text(&cure, cures + length, sizeof cures - length);
        s.class->describe(s.plan.bytes, &cure, words, sizeof words);
    }
    if (strcmp(cures, row->cures) != 0)
        fail_msg("%s %s: %s gives '%s', not '%s'", row->name, row->params, row->events, cures,
                 row->cures);
    if (row->last && strcmp(words, row->last) != 0)
        fail_msg("%s %s: %s ends in '%s', not '%s'", row->name, row->params, row->events, words,
                 row->last);
    scene_close(&s);
}

#define ROWS_PLAY(rows)                                                                            \
    do {                                                                                           \
        for (size_t row_ = 0; row_ < sizeof(rows) / sizeof *(rows); row_++)                        \
            row_play(&(rows)[row_]);                                                               \
    } while (0)

#endif
