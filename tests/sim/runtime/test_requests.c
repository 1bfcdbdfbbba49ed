/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what the runtime asks schedulers and recovery says what they need to know: where the bytes
 * are, where the driver is, where it failed, and random words that depend on the call alone.
 * Method: policies that write down what they are asked. */
#include "policies/schedulers/order.h"
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

enum { ASKED_MOST = 64 };

static struct cairn_request asked[ASKED_MOST];
static struct cairn_setback set_back[ASKED_MOST];
static uint32_t asked_count, set_back_count;

static uint32_t pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                     const struct cairn_request *request)
{
    (void)plan, (void)own, (void)now;
    uint32_t node = cairn_room_first(room, &request->demand, 0);
    if (node != CAIRN_NOWHERE && asked_count < ASKED_MOST)
        asked[asked_count++] = *request;
    return node;
}

static void decide(const void *plan, void *state, void *own, const struct cairn_setback *setback,
                   struct cairn_cure *cure)
{
    (void)plan, (void)state, (void)own;
    assert_true(set_back_count < ASKED_MOST);
    set_back[set_back_count++] = *setback;
    cure->action = CAIRN_AGAIN;
    cure->is_elsewhere = true;
}

/* Plays the row under these policies; its claims are not looked at. */
static void ask(const struct claimed *row)
{
    static struct cairn_scheduler_class scheduler;
    static struct cairn_recovery_class recovery;
    struct played played;
    asked_count = set_back_count = 0;
    claims_open(&played, row);
    scheduler = *played.cell.spec.scheduler.class;
    scheduler.pick = pick;
    recovery = *played.cell.spec.recovery.class;
    recovery.decide = decide;
    played.cell.spec.scheduler.class = &scheduler;
    played.cell.spec.recovery.class = &recovery;
    assert_int_equal(played_run(&played, 0)->end, row->end);
    played_close(&played);
}

/* Two results on node 1, one on node 0: a call that is given all is nearest to node 1, though the
 * driver has fetched everything. */
static void requests_say_where_most_bytes_are(void **state)
{
    static const struct claimed row = {
        .nodes = 2,
        .pipeline = "    tasks: {make: {time: [1 s, 9 s, 1 s, 1 s], size: 1 MB}, use: 1 s}\n"
                    "    driver:\n"
                    "    - {run: make, as: a}\n" /* on node 0 */
                    "    - {call: make}\n"       /* keeps node 0 busy */
                    "    - {run: make, as: b}\n" /* on node 1 */
                    "    - {run: make, as: c}\n" /* on node 1 */
                    "    - {get: [a, b, c]}\n"
                    "    - {run: use, with: a}\n"
                    "    - {run: use, with: [a, b, c]}\n"
                    "    - {run: use}\n",
    };
    (void)state;
    ask(&row);
    assert_int_equal(asked_count, 7);
    assert_int_equal(asked[3].nearest, CAIRN_NOWHERE);
    assert_int_equal(asked[4].nearest, 0);
    assert_int_equal(asked[5].nearest, 1);
    assert_int_equal(asked[6].nearest, CAIRN_NOWHERE);
    assert_int_equal(asked[6].local, CAIRN_NOWHERE);
}

static void requests_say_where_the_driver_is(void **state)
{
    static const struct claimed row = {
        .nodes = 2,
        .head = "runtime: {driver: first-node}\n",
        .pipeline = "    tasks: {use: 1 s}\n"
                    "    driver:\n"
                    "    - {put: 1 MB, as: a}\n"
                    "    - {run: use, with: a}\n",
    };
    (void)state;
    ask(&row);
    assert_int_equal(asked_count, 1);
    assert_int_equal(asked[0].local, 0);
    assert_int_equal(asked[0].nearest, 0);
}

static void requests_avoid_where_it_failed(void **state)
{
    static const struct claimed row = {
        .nodes = 2,
        .outages = {{0, 2, 3}},
        .pipeline = "    tasks: {use: 5 s}\n"
                    "    driver: [{run: use}]\n",
    };
    (void)state;
    ask(&row);
    assert_int_equal(asked_count, 2);
    assert_int_equal(asked[0].avoid, CAIRN_NOWHERE);
    assert_int_equal(asked[1].avoid, 0);
    assert_int_equal(set_back_count, 1);
    assert_int_equal(set_back[0].cause, CAIRN_CAUSE_NODE);
    assert_int_equal(set_back[0].limit, 3);
}

/* Three calls of `use`, the second of which fails once: in one program other calls come before and
 * between, so that pools and batches are numbered differently; words are the same, and each
 * attempt has its own. */
static void random_words_depend_on_the_call_alone(void **state)
{
#define USES(between)                                                                              \
    "    tasks:\n"                                                                                 \
    "      use: {time: 1 s, retry_exceptions: true, fails: 0.5}\n"                                 \
    "      other: {time: 1 s, cpu: 0.5}\n"                                                         \
    "    driver:\n" between "    - {run: use}\n" between "    - {run: use}\n" between              \
    "    - {run: use}\n"
    static const struct claimed plain = {.pipeline = USES("")},
                                mixed = {.pipeline = USES("    - {call: other, times: 3, as: o}\n"
                                                          "    - {wait: {for: o, count: 2}}\n")};
    struct cairn_request words[ASKED_MOST];
    struct cairn_setback cures[ASKED_MOST];
    (void)state;
    ask(&plain);
    uint32_t count = asked_count, cures_count = set_back_count, same = 0;
    memcpy(words, asked, sizeof words);
    memcpy(cures, set_back, sizeof cures);
    assert_true(count > 3 && cures_count == count - 3);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_true(words[i].random[0] != words[j].random[0]);
    ask(&mixed);
    assert_int_equal(set_back_count, cures_count);
    for (uint32_t i = 0; i < cures_count; i++)
        assert_memory_equal(set_back[i].random, cures[i].random, sizeof cures[i].random);
    for (uint32_t i = 0; i < asked_count; i++)
        if (asked[i].demand.of[CAIRN_CPU] == CAIRN_WHOLE) {
            assert_memory_equal(asked[i].random, words[same].random, sizeof words[same].random);
            same++;
        }
    assert_int_equal(same, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_say_where_most_bytes_are),
        cmocka_unit_test(requests_say_where_the_driver_is),
        cmocka_unit_test(requests_avoid_where_it_failed),
        cmocka_unit_test(random_words_depend_on_the_call_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
