/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every line that cairn says is one line of JSON with the members that PROTOCOL.md names, and
 * every answer is taken for what it says or refused.
 * Method: jansson reads what is written; tables of answers; PROTOCOL.md is searched for each
 * member.
 */
#include "sim/campaign/protocol.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char bytes[1 << 17];

/* The line as jansson sees it; it must be one line, and every member of it documented. */
static json_t *read_line(const struct text *text)
{
    char *document = support_read("policies/examples/PROTOCOL.md", NULL), quoted[80];
    const char *key;
    json_error_t error;
    json_t *value, *object;
    assert_non_null(document);
    assert_false(text->is_cut);
    assert_ptr_equal(strchr(text->bytes, '\n'), text->bytes + text->length - 1);
    object = json_loads(text->bytes, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("%s: %s", error.text, text->bytes);
    json_object_foreach(object, key, value)
    {
        snprintf(quoted, sizeof quoted, "`%s`", key);
        if (!strstr(document, quoted))
            fail_msg("PROTOCOL.md does not say what %s is", quoted);
    }
    free(document);
    return object;
}

static json_int_t integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        fail_msg("%s is no integer", key);
    return json_integer_value(value);
}

static void begin_tells_shape_stages_and_params(void **state)
{
    static const struct cairn_stage stages[] = {{"load \"x\"", 1, 7, 3, 4},
                                                {"train", 40, INT64_MAX / 2, 0, 0}};
    static const char *const pairs[] = {"factor", "2", "mode", "a \"b\"\n"};
    struct cairn_value params = {.i = 2, .names = pairs};
    struct cairn_shape shape = {.checkpoint_cost = 30,
                                .restore_cost = 60,
                                .downtime = 5,
                                .work = INT64_MAX,
                                .workers = 1024,
                                .has_final_checkpoint = 1,
                                .stages_count = 2,
                                .stages = stages};
    struct protocol_begin begin = {1, UINT64_MAX / 2, 12, &shape, &params};
    struct text text = text_over(bytes, sizeof bytes);
    uint32_t pieces = 0;
    (void)state;
    while (protocol_add_begin(&text, &begin, pieces))
        pieces++;
    assert_int_equal(pieces, 4);
    json_t *line = read_line(&text);
    const json_t *told = json_object_get(line, "shape");
    assert_true(integer(line, "seed") == INT64_MAX);
    assert_int_equal(integer(line, "replication"), 12);
    assert_int_equal(integer(line, "abi"), CAIRN_CONTROLLER_ABI);
    assert_true(integer(told, "work") == INT64_MAX);
    assert_true(json_is_true(json_object_get(told, "final_checkpoint")));
    assert_true(json_is_false(json_object_get(told, "initial_restore")));
    const json_t *first = json_array_get(json_object_get(told, "stages"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "load \"x\"");
    assert_int_equal(json_array_size(json_object_get(told, "stages")), 2);
    const json_t *mode = json_object_get(json_object_get(line, "params"), "mode");
    assert_string_equal(json_string_value(mode), "a \"b\"\n");
    json_decref(line);
}

/* 64 pairs of 2048 bytes in all, each of which needs six. */
static void the_longest_piece_fits_its_bound(void **state)
{
    static char control[2048 - 63];
    static const char *pairs[128];
    struct cairn_value params = {.i = 64, .names = pairs};
    struct cairn_shape shape = {0};
    struct protocol_begin begin = {1, 1, 1, &shape, &params};
    struct text text = text_over(bytes, PROTOCOL_PIECE);
    (void)state;
    memset(control, 1, sizeof control - 1);
    for (size_t i = 0; i < COUNT(pairs); i++)
        pairs[i] = i == 0 ? control : i % 2 ? "" : "k";
    assert_true(protocol_add_begin(&text, &begin, 1));
    assert_false(text.is_cut);
}

static void each_happening_tells_what_belongs_to_it(void **state)
{
    static const struct {
        enum cairn_happening_kind kind;
        const char *event, *keys[8];
    } cases[] = {
        {CAIRN_HEAR_STEP, "step", {"name", "n", "cost", "steps"}},
        {CAIRN_HEAR_CHECKPOINT_DONE, "checkpoint_done", {"n", "cost"}},
        {CAIRN_HEAR_CHECKPOINT_LOST, "checkpoint_lost", {"restorable"}},
        {CAIRN_HEAR_FAILURE, "failure", {"work_lost", "steps_lost", "restorable"}},
        {CAIRN_HEAR_RECOVERED, "recovered", {"cost", "work_protected", "restorable"}},
        {CAIRN_HEAR_PREDICTION, "prediction", {"from", "until", "confidence"}},
        {CAIRN_HEAR_NOTICE, "notice", {"until"}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cairn_happening h = {.kind = cases[i].kind,
                                    .now = 77,
                                    .name = "tr\"ain",
                                    .confidence = 0.25,
                                    .is_restorable = 1};
        struct text text = text_over(bytes, sizeof bytes);
        size_t keys = 0;
        protocol_add_happening(&text, &h, 3);
        json_t *line = read_line(&text);
        assert_string_equal(json_string_value(json_object_get(line, "event")), cases[i].event);
        assert_int_equal(integer(line, "now"), 77);
        for (; cases[i].keys[keys]; keys++)
            assert_non_null(json_object_get(line, cases[i].keys[keys]));
        assert_int_equal(json_object_size(line), keys + 2);
        json_decref(line);
    }
}

static void decide_tells_the_situation(void **state)
{
    struct cairn_situation s = {.now = 5,
                                .work_since = INT64_MAX,
                                .last_cost = -1,
                                .failures = 2,
                                .random = {UINT64_MAX, 7}};
    (void)state;
    for (int with_random = 0; with_random < 2; with_random++) {
        struct text text = text_over(bytes, sizeof bytes);
        protocol_add_decide(&text, 9, &s, with_random);
        if (with_random) { /* jansson's integers end at 2^63: looked at as text */
            assert_non_null(strstr(bytes, "\"random\": [18446744073709551615, 7]}\n"));
            continue;
        }
        json_t *line = read_line(&text);
        assert_int_equal(integer(line, "request"), 9);
        assert_true(integer(line, "work_since") == INT64_MAX);
        assert_int_equal(integer(line, "last_cost"), -1);
        assert_null(json_object_get(line, "random"));
        assert_int_equal(json_object_size(line), 15);
        json_decref(line);
    }
}

static void ready_says_what_is_heard(void **state)
{
    static const struct {
        const char *line;
        bool is_good;
        uint32_t hears;
    } cases[] = {
        {"{\"request\": 1, \"ready\": 1}", true, 0},
        {"{\"request\": 1, \"ready\": 1, \"hears\": []}", true, 0},
        {"{\"ready\": 1, \"request\": 1, \"hears\": [\"step\", \"notice\"]}", true,
         CAIRN_HEARS(CAIRN_HEAR_STEP) | CAIRN_HEARS(CAIRN_HEAR_NOTICE)},
        {"{\"request\": 1, \"ready\": 1, \"hears\": [\"failure\", \"recovered\", \"prediction\", "
         "\"checkpoint_done\", \"checkpoint_lost\", \"random\"]}",
         true, (0x7e & ~CAIRN_HEARS(CAIRN_HEAR_NOTICE)) | CAIRN_WANTS_RANDOM},
        {"{\"request\": 1, \"ready\": 2}", false, 0},
        {"{\"request\": 2, \"ready\": 1}", false, 0},
        {"{\"request\": 1, \"ready\": true}", false, 0},
        {"{\"request\": 1}", false, 0},
        {"{\"ready\": 1}", false, 0},
        {"{\"request\": 1, \"ready\": 1, \"hears\": \"failure\"}", false, 0},
        {"{\"request\": 1, \"ready\": 1, \"hears\": [\"failures\"]}", false, 0},
        {"{\"request\": 1, \"ready\": 1, \"action\": \"skip\"}", false, 0},
        {"ready", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t hears = 99;
        const char *wrong = protocol_read_ready(cases[i].line, strlen(cases[i].line), 1, &hears);
        if (!wrong != cases[i].is_good)
            fail_msg("%s: %s", cases[i].line, wrong ? wrong : "accepted");
        if (!wrong)
            assert_int_equal(hears, cases[i].hears);
    }
}

static void good_verdicts_are_taken_as_they_are(void **state)
{
    static const struct {
        const char *line;
        struct cairn_verdict verdict;
    } cases[] = {
        {"{\"request\": 4, \"action\": \"skip\", \"ask\": \"never\"}", {.action = CAIRN_SKIP}},
        {"{\"request\": 4, \"action\": \"checkpoint\", \"ask\": \"work\", \"at\": 9}",
         {.action = CAIRN_CHECKPOINT, .ask = CAIRN_ASK_WORK, .at = 9}},
        {"{\"request\": 4, \"action\": \"skip\", \"ask\": \"wall\", \"at\": 9, \"repeat\": true}",
         {.ask = CAIRN_ASK_WALL, .at = 9, .repeat = 1}},
        {"{\"request\": 4, \"action\": \"skip\", \"ask\": \"step\", \"at\": 9, \"repeat\": false}",
         {.ask = CAIRN_ASK_STEP, .at = 9}},
        {"{\"request\": 4, \"action\": \"skip\", \"ask\": \"steps\", \"at\": 9, \"reason\": 3}",
         {.ask = CAIRN_ASK_STEPS, .at = 9, .reason = 3}},
        {"{\"at\": 9, \"ask\": \"time\", \"action\": \"skip\", \"request\": 4}",
         {.ask = CAIRN_ASK_TIME, .at = 9}},
        {"{\"request\": 4, \"action\": \"failed\", \"reason\": 60000}",
         {.action = CAIRN_FAILED, .reason = 60000}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cairn_verdict verdict = {0};
        const char *wrong =
            protocol_read_verdict(cases[i].line, strlen(cases[i].line), 4, &verdict);
        if (wrong)
            fail_msg("%s: %s", cases[i].line, wrong);
        assert_memory_equal(&verdict, &cases[i].verdict, sizeof verdict);
    }
}

/* The kinds of mistakes are in tests/bad/process; here: nothing is touched by half a verdict. */
static void a_bad_verdict_changes_nothing(void **state)
{
    static const char *const lines[] = {
        "{\"request\": 5, \"action\": \"skip\", \"ask\": \"never\"}",
        "{\"request\": 4, \"action\": \"checkpoint\", \"ask\": \"work\"}",
        "{\"request\": 4, \"action\": \"checkpoint\", \"ask\": \"soon\", \"at\": 3}",
        "{\"request\": 4, \"action\": \"failed\", \"reason\": 60001}",
        "{\"request\": 4, \"action\": \"failed\", \"reason\": -1}",
        "{\"request\": 4, \"action\": \"checkpoint\", \"ask\": \"never\", \"hears\": []}",
    };
    const struct cairn_verdict before = {.size = 7, .ask = 3, .at = 5};
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct cairn_verdict verdict = before;
        assert_non_null(protocol_read_verdict(lines[i], strlen(lines[i]), 4, &verdict));
        assert_memory_equal(&verdict, &before, sizeof verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begin_tells_shape_stages_and_params),
        cmocka_unit_test(the_longest_piece_fits_its_bound),
        cmocka_unit_test(each_happening_tells_what_belongs_to_it),
        cmocka_unit_test(decide_tells_the_situation),
        cmocka_unit_test(ready_says_what_is_heard),
        cmocka_unit_test(good_verdicts_are_taken_as_they_are),
        cmocka_unit_test(a_bad_verdict_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
