/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: routers choose as Ray Serve's does: who is asked, who is trusted, who is near, how long a
 * search waits. Method: few replicas, each question and answer written down by hand. */
#include "tests/policies/routers/depot.h"

/* ---- near ones first ------------------------------------------------------------------------- */

/* Two replicas on the router's node, two more in its zone, four elsewhere. */
static struct depot eight(const char *name)
{
    struct depot d = depot_named(name, 8);
    if (!d.class->is_blind)
        depot_seconds(&d, "cache", 0);
    depot_begin(&d);
    for (uint32_t i = 0; i < 8; i++)
        replica_up(&d, i, i < 2 ? 0 : i, i < 4 ? 0 : 1, 3);
    return d;
}

static const char *const asking[] = {"power-of-two", "least"};

static void row_c15_a_replica_on_the_own_node_with_room_is_taken(void **state)
{
    (void)state;
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < 64; i++) {
            struct depot d = eight(asking[c]);
            assert_int_equal(asks(&d, i * (UINT64_MAX / 64), i * (UINT64_MAX / 63)),
                             CAIRN_ROUTE_PROBE);
            assert_int_equal(d.route.count, 2);
            d.candidates[i % 2].length = 2; /* one request more, and it is full */
            d.candidates[1 - i % 2].length = 3;
            assert_int_equal(answered(&d, 0), CAIRN_ROUTE_SEND);
            assert_int_equal(d.route.replica, d.candidates[i % 2].replica);
            assert_true(d.route.replica < 2);
        }
}

/* All full here: the zone is looked at without any wait, then all; then it waits, and stays there.
 */
static void row_c15_falls_back_to_the_zone_and_then_to_any(void **state)
{
    const uint32_t reach[] = {2, 4, 8, 8};
    (void)state;
    struct depot d = eight("least");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
        assert_int_equal(d.route.count, reach[i]);
        for (uint32_t k = 0; k < reach[i]; k++)
            assert_true(d.candidates[k].replica < reach[i]);
        assert_int_equal(all_answer(&d, 3), i < 2 ? CAIRN_ROUTE_FURTHER : CAIRN_ROUTE_WAIT);
        assert_true(d.route.delay == (i < 3 ? 0 : 25 * MS));
    }
}

static void row_c15_nearness_is_an_option(void **state)
{
    static const struct {
        int64_t node, zone;
        uint32_t first;
    } rows[] = {{1, 1, 2}, {1, 0, 2}, {0, 1, 4}, {0, 0, 8}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct depot d = depot_named("least", 8);
        depot_value(&d, "prefer_node")->i = rows[i].node;
        depot_value(&d, "prefer_zone")->i = rows[i].zone;
        depot_begin(&d);
        for (uint32_t k = 0; k < 8; k++)
            replica_up(&d, k, k < 2 ? 0 : k, k < 4 ? 0 : 1, 3);
        assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
        assert_int_equal(d.route.count, rows[i].first);
    }
}

/* A router outside has nobody near; nor is "no zone" the same zone as "no zone". */
static void row_c15_outside_everybody_is_as_far(void **state)
{
    struct depot d = depot_named("least", 3);
    (void)state;
    d.fleet.node = d.fleet.zone = NO_ONE;
    depot_begin(&d);
    for (uint32_t k = 0; k < 3; k++)
        replica_up(&d, k, k, NO_ONE, 1);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
    assert_int_equal(d.route.count, 3);
    assert_int_equal(all_answer(&d, 1), CAIRN_ROUTE_WAIT);
}

static void row_c15_blind_routers_look_further_when_they_are_refused(void **state)
{
    static const char *const blind[] = {"random", "round-robin"};
    const uint32_t reach[] = {2, 4, 8, 8};
    const uint64_t random[2] = {0, 0};
    (void)state;
    for (int c = 0; c < 2; c++) {
        struct depot d = eight(blind[c]);
        for (uint32_t refusals = 0; refusals < 4; refusals++) {
            if (refusals > 0)
                assert_int_equal(cairn_router_refused(d.class, d.plan, d.state, d.now, 0, 3,
                                                      refusals, random, &d.search),
                                 refusals == 1   ? 0
                                 : refusals == 2 ? 25 * MS
                                                 : 50 * MS);
            uint32_t most = 0;
            for (uint32_t i = 0; i < 8; i++) {
                struct cairn_search search = d.search;
                assert_int_equal(asks(&d, drawn(i, 8), 0), CAIRN_ROUTE_SEND);
                assert_int_equal(d.route.length, CAIRN_UNKNOWN);
                most = d.route.replica > most ? d.route.replica : most;
                d.search = search;
            }
            assert_int_equal(most, reach[refusals] - 1);
        }
    }
}

/* ---- what is trusted ------------------------------------------------------------------------- */

static struct depot pair(double cache, uint32_t max_ongoing)
{
    struct depot d = depot_named("power-of-two", 2);
    depot_seconds(&d, "cache", cache);
    depot_begin(&d);
    replica_up(&d, 0, 1, 1, max_ongoing);
    replica_up(&d, 1, 2, 2, max_ongoing);
    return d;
}

static void row_c16_within_its_age_a_length_needs_no_probe(void **state)
{
    static const struct {
        double cache;
        int64_t later;
        int is_asked;
    } rows[] = {{10, 0, 0},
                {10, 1, 0},
                {10, 10 * SECOND, 0},
                {10, 10 * SECOND + 1, 1},
                {3, 3 * SECOND, 0},
                {3, 3 * SECOND + 1, 1},
                {0, 0, 1},
                {0, 1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct depot d = pair(rows[i].cache, 9);
        d.now = 5 * SECOND;
        heard(&d, 0, 4);
        heard(&d, 1, 2);
        d.now += rows[i].later;
        assert_int_equal(asks(&d, 0, 0), rows[i].is_asked ? CAIRN_ROUTE_PROBE : CAIRN_ROUTE_SEND);
        for (uint32_t k = 0; k < 2; k++)
            assert_int_equal(d.candidates[k].is_asked, rows[i].is_asked);
        if (!rows[i].is_asked) {
            assert_int_equal(d.route.replica, 1);
            assert_int_equal(d.route.length, 2);
        }
    }
}

/* One is known: it gets the request at once, and the other one is asked for the next time. */
static void row_c16_who_is_known_goes_first_and_the_other_is_asked_meanwhile(void **state)
{
    struct depot d = pair(10, 9);
    (void)state;
    heard(&d, 0, 8);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND);
    assert_int_equal(d.route.replica, 0);
    assert_false(d.candidates[0].is_asked);
    assert_true(d.candidates[1].is_asked);
    heard(&d, 1, 0); /* what it answers in the end */
    begins(&d);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND);
    assert_int_equal(d.route.replica, 1);
}

/* What is trusted counts what the router itself has sent; a request that is done, as an option. */
static void row_c16_a_length_grows_with_what_is_sent(void **state)
{
    (void)state;
    for (int counts = 0; counts < 2; counts++) {
        struct depot d = depot_named("power-of-two", 1);
        depot_value(&d, "counts_ends")->i = counts;
        depot_begin(&d);
        replica_up(&d, 0, 1, 1, 9);
        heard(&d, 0, 4);
        for (int i = 0; i < 3; i++)
            cairn_router_sent(d.class, d.plan, d.state, d.now, 0);
        asks(&d, 0, 0);
        assert_int_equal(d.route.length, 7);
        cairn_router_ended(d.class, d.plan, d.state, d.now, 0);
        begins(&d);
        asks(&d, 0, 0);
        assert_int_equal(d.route.length, 7 - counts);
    }
}

/* A request that is done says nothing new: the entry ages on. One that is sent does, as in Serve.
 */
static void row_c16_what_is_sent_keeps_a_length_fresh_and_what_ends_does_not(void **state)
{
    (void)state;
    for (int is_sent = 0; is_sent < 2; is_sent++) {
        struct depot d = depot_named("power-of-two", 1);
        depot_value(&d, "counts_ends")->i = 1;
        depot_begin(&d);
        replica_up(&d, 0, 1, 1, 9);
        heard(&d, 0, 4);
        d.now = 9 * SECOND;
        if (is_sent)
            cairn_router_sent(d.class, d.plan, d.state, d.now, 0);
        else
            cairn_router_ended(d.class, d.plan, d.state, d.now, 0);
        d.now = 11 * SECOND;
        assert_int_equal(asks(&d, 0, 0), is_sent ? CAIRN_ROUTE_SEND : CAIRN_ROUTE_PROBE);
    }
}

/* Otherwise nobody would find out that it has room again. */
static void row_c16_who_is_trusted_to_be_full_is_asked_all_the_same(void **state)
{
    struct depot d = pair(10, 2);
    (void)state;
    heard(&d, 0, 2);
    heard(&d, 1, 3);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
    assert_true(d.candidates[0].is_asked && d.candidates[1].is_asked);
    d.candidates[0].length = 2;
    d.candidates[1].length = 1;
    assert_int_equal(answered(&d, 0), CAIRN_ROUTE_SEND);
    assert_int_equal(d.route.replica, 1);
}

static void row_c16_a_refusal_is_news_and_silence_forgets(void **state)
{
    const uint64_t random[2] = {0, 0};
    struct depot d = pair(10, 5);
    (void)state;
    heard(&d, 0, 1);
    heard(&d, 1, 2);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND);
    assert_int_equal(d.route.replica, 0);
    assert_int_equal(
        cairn_router_refused(d.class, d.plan, d.state, d.now, 0, 5, 1, random, &d.search), 0);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND); /* the other one now */
    assert_int_equal(d.route.replica, 1);
    cairn_router_refused(d.class, d.plan, d.state, d.now, 1, CAIRN_UNKNOWN, 2, random, &d.search);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
}

static void row_c16_a_dead_replica_is_no_candidate_and_a_silent_one_is_asked(void **state)
{
    struct depot d = pair(10, 5);
    (void)state;
    heard(&d, 0, 1);
    heard(&d, 1, 1);
    replica_is(&d, 0, CAIRN_REPLICA_UNAVAILABLE);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND);
    assert_int_equal(d.route.replica, 1);
    assert_int_equal(d.route.count, 2);
    replica_is(&d, 1, CAIRN_REPLICA_GONE);
    begins(&d);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
    assert_int_equal(d.route.count, 1);
    assert_int_equal(d.candidates[0].replica, 0);
    replica_is(&d, 0, CAIRN_REPLICA_GONE); /* while it is asked */
    assert_int_equal(all_answer(&d, 0), CAIRN_ROUTE_WAIT);
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_NOBODY);
    replica_up(&d, 1, 3, 3, 5); /* another process: nothing is known of it */
    assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
}

/* ---- two at random, and waits ---------------------------------------------------------------- */

static void row_c17_two_different_candidates_each_pair_equally_often(void **state)
{
    enum { N = 5, STEPS = 20 };
    unsigned seen[N][N] = {{0}};
    (void)state;
    struct depot d = depot_named("power-of-two", N);
    depot_begin(&d);
    for (uint32_t i = 0; i < N; i++)
        replica_up(&d, i, 1 + i, 1, 9);
    for (uint32_t i = 0; i < STEPS * N; i++)
        for (uint32_t k = 0; k < STEPS * (N - 1); k++) {
            begins(&d);
            asks(&d, drawn(i, STEPS * N), drawn(k, STEPS * (N - 1)));
            assert_int_equal(d.route.count, 2);
            seen[d.candidates[0].replica][d.candidates[1].replica]++;
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            assert_int_equal(seen[i][k], i == k ? 0 : STEPS * STEPS);
}

static void row_c17_waits_and_deadlines_follow_the_sequence(void **state)
{
    const int64_t waits[] = {0, 25, 50, 100, 200, 400, 500, 500, 500};
    const int64_t deadlines[] = {100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000};
    struct depot d = pair(10, 1);
    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_PROBE);
        assert_true(d.route.delay == deadlines[i] * MS);
        assert_int_equal(all_answer(&d, i % 2 ? CAIRN_UNKNOWN : 1), CAIRN_ROUTE_WAIT);
        assert_true(d.route.delay == waits[i] * MS);
        d.now += d.route.delay;
    }
    begins(&d); /* the next search begins anew */
    asks(&d, 0, 0);
    assert_true(d.route.delay == 100 * MS);
    assert_int_equal(all_answer(&d, 1), CAIRN_ROUTE_WAIT);
    assert_true(d.route.delay == 0);
}

static void row_c17_jitter_is_an_option(void **state)
{
    static const struct {
        uint64_t random;
        double least, most;
    } rows[] = {{0, 0.8, 0.8001}, {UINT64_MAX / 2, 0.999, 1.001}, {UINT64_MAX, 1.1999, 1.2}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct depot d = depot_named("power-of-two", 1);
        depot_value(&d, "jitter")->x = 0.2;
        depot_begin(&d);
        replica_up(&d, 0, 1, 1, 1);
        for (int k = 0; k < 3; k++) {
            asks(&d, 0, 0);
            d.candidates[0].length = 1;
            assert_int_equal(answered(&d, rows[i].random), CAIRN_ROUTE_WAIT);
        }
        assert_true((double)d.route.delay >= rows[i].least * 50 * (double)MS);
        assert_true((double)d.route.delay <= rows[i].most * 50 * (double)MS);
    }
}

static void row_c17_searches_are_limited(void **state)
{
    struct depot d = depot_named("power-of-two", 30);
    (void)state;
    depot_begin(&d);
    for (uint32_t i = 0; i < 30; i++) {
        assert_int_equal(cairn_router_searches(d.class, d.plan, d.state), i < 25 ? 2 * i : 50);
        replica_up(&d, i, i, 0, 1);
    }
}

/* The router's own number, not the replica's, where it has one. */
static void max_ongoing_is_the_routers_or_else_the_replicas(void **state)
{
    (void)state;
    for (uint32_t own = 0; own < 3; own++) {
        struct depot d = depot_named("power-of-two", 1);
        struct cairn_replica like = {.max_ongoing = 4};
        depot_value(&d, "max_ongoing")->i = own;
        depot_begin(&d);
        replica_up(&d, 0, 1, 1, 4);
        uint32_t bound = own ? own : 4;
        assert_int_equal(cairn_router_bound(d.class, d.plan, &like), bound);
        for (int32_t length = 0; length < 6; length++) {
            begins(&d);
            heard(&d, 0, CAIRN_UNKNOWN);
            asks(&d, 0, 0);
            assert_int_equal(all_answer(&d, length),
                             (uint32_t)length < bound ? CAIRN_ROUTE_SEND : CAIRN_ROUTE_WAIT);
        }
    }
}

static void round_robin_goes_round_and_skips_who_is_gone(void **state)
{
    const uint32_t gone[] = {0, 1, 2, 3, 0, 2, 3, 0, 2};
    struct depot d = depot_named("round-robin", 4);
    (void)state;
    depot_begin(&d);
    for (uint32_t i = 0; i < 4; i++)
        replica_up(&d, i, 1 + i, 1, 1);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        if (i == 5)
            replica_is(&d, 1, CAIRN_REPLICA_GONE);
        begins(&d);
        assert_int_equal(asks(&d, 0, 0), CAIRN_ROUTE_SEND);
        assert_int_equal(d.route.replica, gone[i]);
    }
}

/* A plugin that was made for something else is not driven. */
static void a_class_that_cannot_be_driven_is_refused(void **state)
{
    struct cairn_router_class class = *cairn_router_find("power-of-two");
    (void)state;
    assert_null(cairn_router_refusal(&class));
    class.abi++;
    assert_non_null(strstr(cairn_router_refusal(&class), "abi"));
    class.abi--;
    class.size--;
    assert_non_null(strstr(cairn_router_refusal(&class), "size"));
    class.size++;
    class.pick = NULL;
    assert_non_null(strstr(cairn_router_refusal(&class), "pick"));
    class.most = 0;
    assert_null(cairn_router_refusal(&class));
    class = *cairn_router_find("power-of-two");
    class.most = CAIRN_ROUTER_MOST + 1;
    assert_non_null(strstr(cairn_router_refusal(&class), "most"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c15_a_replica_on_the_own_node_with_room_is_taken),
        cmocka_unit_test(row_c15_falls_back_to_the_zone_and_then_to_any),
        cmocka_unit_test(row_c15_nearness_is_an_option),
        cmocka_unit_test(row_c15_outside_everybody_is_as_far),
        cmocka_unit_test(row_c15_blind_routers_look_further_when_they_are_refused),
        cmocka_unit_test(row_c16_within_its_age_a_length_needs_no_probe),
        cmocka_unit_test(row_c16_who_is_known_goes_first_and_the_other_is_asked_meanwhile),
        cmocka_unit_test(row_c16_a_length_grows_with_what_is_sent),
        cmocka_unit_test(row_c16_what_is_sent_keeps_a_length_fresh_and_what_ends_does_not),
        cmocka_unit_test(row_c16_who_is_trusted_to_be_full_is_asked_all_the_same),
        cmocka_unit_test(row_c16_a_refusal_is_news_and_silence_forgets),
        cmocka_unit_test(row_c16_a_dead_replica_is_no_candidate_and_a_silent_one_is_asked),
        cmocka_unit_test(row_c17_two_different_candidates_each_pair_equally_often),
        cmocka_unit_test(row_c17_waits_and_deadlines_follow_the_sequence),
        cmocka_unit_test(row_c17_jitter_is_an_option),
        cmocka_unit_test(row_c17_searches_are_limited),
        cmocka_unit_test(max_ongoing_is_the_routers_or_else_the_replicas),
        cmocka_unit_test(round_robin_goes_round_and_skips_who_is_gone),
        cmocka_unit_test(a_class_that_cannot_be_driven_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
