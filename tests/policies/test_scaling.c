/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a pool of actors has the size that the rules of Ray Data say. Method: a table of situations
 * and steps, one or more for each rule and each edge of it; a load that comes and goes, played
 * against a naive pool; and pools at random, which must stay within their bounds. */
#include "policies/scaling.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static struct cairn_scaling scaling_of(uint32_t min, uint32_t max, double up)
{
    return (struct cairn_scaling){.size = sizeof(struct cairn_scaling),
                                  .abi = CAIRN_SCALING_ABI,
                                  .min = min,
                                  .max = max,
                                  .up = up,
                                  .down = 0.5,
                                  .quiet = 10 * SECOND};
}

static struct cairn_scaling_step ask(const struct cairn_scaling *scaling,
                                     struct cairn_scaling_situation situation)
{
    struct cairn_scaling_step step = {.size = sizeof step};
    situation.size = sizeof situation;
    situation.abi = CAIRN_SCALING_ABI;
    situation.concurrency += situation.concurrency == 0;
    cairn_scaling_decide(scaling, &situation, &step);
    return step;
}

/* A pool of 2 to 4 actors, up at 1.75, down at 0.5, quiet for 10 s. */
static void row_c05_each_rule_decides_in_its_turn(void **state)
{
    static const struct {
        struct cairn_scaling_situation at;
        int32_t delta;
        enum cairn_scaling_reason reason;
    } rows[] = {
        {{.running = 3, .in_flight = 1, .is_consumed = 1}, -1, CAIRN_SCALING_CONSUMED},
        {{.running = 1, .is_consumed = 1}, -1, CAIRN_SCALING_CONSUMED}, /* below min */
        {{.pending = 1, .is_consumed = 1, .has_grown = 1}, -1, CAIRN_SCALING_CONSUMED},
        {{.is_consumed = 1}, 0, CAIRN_SCALING_CONSUMED},
        {{.queued = 9}, 2, CAIRN_SCALING_BELOW_MIN},
        {{.running = 1, .queued = 9}, 1, CAIRN_SCALING_BELOW_MIN},
        {{.pending = 1, .queued = 9}, 1, CAIRN_SCALING_BELOW_MIN},
        {{.running = 5, .pending = 2, .queued = 9}, -3, CAIRN_SCALING_ABOVE_MAX},
        {{.running = 2, .in_flight = 4, .queued = 9}, 1, CAIRN_SCALING_BUSY},
        {{.running = 2, .in_flight = 3, .queued = 9}, 0, CAIRN_SCALING_WITHIN}, /* 1.5 */
        {{.running = 4, .in_flight = 7, .queued = 9}, 0, CAIRN_SCALING_FULL},   /* 1.75 */
        {{.running = 2, .in_flight = 7, .concurrency = 2, .queued = 1}, 1, CAIRN_SCALING_BUSY},
        {{.running = 2, .in_flight = 6, .concurrency = 2, .queued = 1}, 0, CAIRN_SCALING_WITHIN},
        {{.running = 2, .pending = 1, .in_flight = 4, .queued = 9}, 0, CAIRN_SCALING_COMING},
        {{.running = 3, .pending = 1, .in_flight = 6, .queued = 9}, 0, CAIRN_SCALING_COMING},
        {{.running = 4, .in_flight = 8, .queued = 9}, 0, CAIRN_SCALING_FULL},
        {{.running = 2, .in_flight = 4}, 0, CAIRN_SCALING_ENOUGH},
        {{.running = 3, .restarting = 1, .in_flight = 6, .queued = 1}, 1, CAIRN_SCALING_BUSY},
        {{.running = 3, .in_flight = 1, .queued = 9}, -1, CAIRN_SCALING_IDLE},
        {{.running = 4, .in_flight = 2, .queued = 9}, -1, CAIRN_SCALING_IDLE}, /* 0.5 */
        {{.running = 4, .in_flight = 3, .queued = 9}, 0, CAIRN_SCALING_WITHIN},
        {{.running = 2, .in_flight = 0, .queued = 9}, 0, CAIRN_SCALING_FEW},
        {{.running = 1, .pending = 1, .queued = 9}, 0, CAIRN_SCALING_FEW},
        {{.running = 3, .has_grown = 1, .now = 19 * SECOND, .last_up = 10 * SECOND},
         0,
         CAIRN_SCALING_QUIET},
        {{.running = 3, .has_grown = 1, .now = 20 * SECOND, .last_up = 10 * SECOND},
         0,
         CAIRN_SCALING_QUIET},
        {{.running = 3, .has_grown = 1, .now = 20 * SECOND + 1, .last_up = 10 * SECOND},
         -1,
         CAIRN_SCALING_IDLE},
        {{.pending = 3, .queued = 9}, -1, CAIRN_SCALING_IDLE}, /* none runs: 0 */
    };
    struct cairn_scaling scaling = scaling_of(2, 4, 1.75);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cairn_scaling_step step = ask(&scaling, rows[i].at);
        if (step.delta != rows[i].delta || step.reason != rows[i].reason)
            fail_msg("row %zu: %d, %s; expected %d, %s", i, step.delta,
                     cairn_scaling_word(step.reason), rows[i].delta,
                     cairn_scaling_word(rows[i].reason));
        assert_int_equal(step.is_forced, step.reason == CAIRN_SCALING_CONSUMED);
        bool is_quiet = step.reason == CAIRN_SCALING_QUIET;
        assert_true(step.again == (is_quiet ? rows[i].at.last_up + 10 * SECOND + 1 : 0));
    }
}

static void thresholds_of_other_versions_serve_too(void **state)
{
    static const struct {
        double up;
        uint64_t in_flight;
        int32_t delta;
    } rows[] = {{1.0, 2, 1}, {1.0, 1, 0}, {1.75, 3, 0}, {1.75, 4, 1}, {2.0, 3, 0}, {2.0, 4, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cairn_scaling scaling = scaling_of(2, 9, rows[i].up);
        struct cairn_scaling_step step =
            ask(&scaling, (struct cairn_scaling_situation){
                              .running = 2, .in_flight = rows[i].in_flight, .queued = 1});
        assert_int_equal(step.delta, rows[i].delta);
    }
}

static void what_cannot_serve_is_refused(void **state)
{
    struct cairn_scaling good = scaling_of(1, 2, 1.75), bad;
    (void)state;
    assert_null(cairn_scaling_refusal(&good));
    bad = good, bad.min = 0;
    assert_non_null(cairn_scaling_refusal(&bad));
    bad = good, bad.min = 3;
    assert_non_null(cairn_scaling_refusal(&bad));
    bad = good, bad.down = 1.75;
    assert_non_null(cairn_scaling_refusal(&bad));
    bad = good, bad.down = -0.1;
    assert_non_null(cairn_scaling_refusal(&bad));
    bad = good, bad.quiet = -1;
    assert_non_null(cairn_scaling_refusal(&bad));
    bad = good, bad.abi = 2;
    assert_non_null(cairn_scaling_refusal(&bad));
    assert_string_equal(cairn_scaling_word(CAIRN_SCALING_BUSY), "busy");
    assert_string_equal(cairn_scaling_word(CAIRN_SCALING_REASONS), "");
}

/* A naive pool: two calls for each actor while there are inputs, actors come up after `start`. */
struct pool {
    struct cairn_scaling scaling;
    uint32_t running, pending;
    int64_t comes_up, last_up;
    bool has_grown;
};

static void step_pool(struct pool *pool, int64_t now, uint64_t queued, int64_t start)
{
    if (pool->pending && now >= pool->comes_up) {
        pool->running += pool->pending;
        pool->pending = 0;
    }
    uint64_t most = 2 * (uint64_t)pool->running, in_flight = queued < most ? queued : most;
    struct cairn_scaling_step step =
        ask(&pool->scaling, (struct cairn_scaling_situation){.running = pool->running,
                                                             .pending = pool->pending,
                                                             .in_flight = in_flight,
                                                             .queued = queued - in_flight,
                                                             .has_grown = pool->has_grown,
                                                             .now = now,
                                                             .last_up = pool->last_up});
    if (step.delta > 0) {
        assert_true(step.delta == 1 || step.reason == CAIRN_SCALING_BELOW_MIN);
        assert_int_equal(pool->pending, 0);
        pool->pending = (uint32_t)step.delta;
        pool->comes_up = now + start;
        pool->has_grown = true;
        pool->last_up = now;
    } else if (step.delta < 0) {
        assert_true(!pool->has_grown || now - pool->last_up > 10 * SECOND);
        pool->running -= (uint32_t)-step.delta;
    }
    assert_true(pool->running + pool->pending <= pool->scaling.max);
    assert_true(pool->running + pool->pending >= pool->scaling.min);
}

/* Nothing to do until 5 s, then more than enough until 40 s, then nothing: 1 actor, one more every
 * 2 s up to 6, and one fewer at each look from 10 s behind the last growth on. */
static void row_c05_a_step_of_load_grows_one_at_a_time_and_does_not_flap(void **state)
{
    struct pool pool = {.scaling = scaling_of(1, 6, 1.75)};
    uint32_t most = 0;
    (void)state;
    for (int64_t second = 0; second < 80; second++) {
        uint32_t before = pool.running + pool.pending;
        step_pool(&pool, second * SECOND, second >= 5 && second < 40 ? 1000 : 0, 2 * SECOND);
        uint32_t now = pool.running + pool.pending;
        most = now > most ? now : most;
        assert_true(now == before || now == before + 1 || now + 1 == before);
        if (second >= 5 && second < 15)
            assert_int_equal(now, 2 + (second - 5) / 2);
        if (second >= 15 && second < 40)
            assert_int_equal(now, 6);
        if (second >= 40)
            assert_int_equal(now, second - 39 >= 5 ? 1 : 6 - (second - 39));
    }
    assert_int_equal(most, 6);
}

/* Marsaglia's xorshift. */
static uint32_t below(uint64_t *random, uint32_t bound)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (uint32_t)(*random >> 33) % bound;
}

static void pools_at_random_stay_within_their_bounds(void **state)
{
    uint64_t random = support_seed(1) + UINT64_C(0x9e3779b97f4a7c15);
    (void)state;
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t min = 1 + below(&random, 4), max = min + below(&random, 6);
        double up = 0.6 + below(&random, 15) / 10.0;
        struct pool pool = {.scaling = scaling_of(min, max, up)};
        int64_t now = 0;
        for (uint32_t k = 0; k < 100; k++) {
            now += below(&random, 5) * SECOND;
            uint64_t queued = below(&random, 3) ? below(&random, 20) : 0;
            step_pool(&pool, now, queued, below(&random, 4) * SECOND);
        }
    }
}

/* A driver that was compiled when structs were shorter, or longer, gets what it knows. */
static void other_lengths_of_structs_are_respected(void **state)
{
    struct cairn_scaling scaling = scaling_of(1, 2, 1.75);
    struct cairn_scaling_situation at = {
        .size = offsetof(struct cairn_scaling_situation, has_grown),
        .running = 2,
        .concurrency = 1,
        .has_grown = 1,
    };
    struct {
        struct cairn_scaling_step step;
        uint32_t behind;
    } room = {.step = {.size = sizeof room}, .behind = 77};
    (void)state;
    cairn_scaling_decide(&scaling, &at, &room.step);
    assert_int_equal(room.step.delta, -1);
    assert_int_equal(room.behind, 77);
    struct cairn_scaling_step step = {.size = offsetof(struct cairn_scaling_step, again),
                                      .again = 42};
    at.size = sizeof at;
    cairn_scaling_decide(&scaling, &at, &step);
    assert_int_equal(step.reason, CAIRN_SCALING_QUIET);
    assert_int_equal(step.again, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c05_each_rule_decides_in_its_turn),
        cmocka_unit_test(thresholds_of_other_versions_serve_too),
        cmocka_unit_test(what_cannot_serve_is_refused),
        cmocka_unit_test(row_c05_a_step_of_load_grows_one_at_a_time_and_does_not_flap),
        cmocka_unit_test(pools_at_random_stay_within_their_bounds),
        cmocka_unit_test(other_lengths_of_structs_are_respected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
