/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: each recovery policy gives the cures that its rule says, in its words. Method: tables of
 * setbacks and cures, worked out by hand; how a row reads stands in setbacks.h. */
#include "policies/recovery/circuit.h"
#include "policies/recovery/window.h"
#include "tests/policies/recovery/setbacks.h"

/* ---- ray ------------------------------------------------------------------------------------- */

static void row_d10_fourth_crash_is_final_and_a_call_survives_two(void **state)
{
    static const struct setback_row rows[] = {
        {"ray", "", 'a', 3, false, "w w w w", "0 0 0 x",
         "failure 4, more than the 3 allowed: given up"},
        {"ray", "", 'a', 3, false, "n w m n", "0 0 0 x", NULL},
        {"ray", "", 'c', 2, false, "w w w", "0 0 x",
         "failure 3, more than the 2 allowed: given up"},
        {"ray", "", 'c', 2, false, "m n m", "0 0 x", NULL},
        {"ray", "", 'a', 4, false, "w w w w w", "0 0 0 0 x", NULL}, /* Ray's own example */
        {"ray", "", 'a', 0, false, "w", "x", NULL},
        {"ray", "", 'c', 0, false, "w", "x", NULL},
        {"ray", "", 'a', -1, false, "w w w w w w w w", "0 0 0 0 0 0 0 0",
         "failure 8, of any number: again at once"},
        {"ray", "", 'c', -1, false, "w n m", "0 0 0", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void row_d13_preempted_ten_times_with_limit_one_is_alive(void **state)
{
    static const struct setback_row rows[] = {
        {"ray", "", 'a', 1, false, "p p p p p p p p p p", "0 0 0 0 0 0 0 0 0 0",
         "preempted, which does not count: again at once"},
        {"ray", "", 'a', 1, false, "p p w p p w", "0 0 0 0 0 x", NULL},
        {"ray", "", 'a', 1, false, "w p w", "0 0 x",
         "failure 2, more than the 1 allowed: given up"},
        {"ray", "", 'a', 0, false, "p", "x", NULL}, /* max must be more than 0 */
        {"ray", "", 't', 1, false, "p p p n p n", "0 0 0 0 0 x", NULL},
        {"ray", "", 't', 0, false, "p", "x", NULL},
        {"ray", "", 'a', -1, false, "p w p", "0 0 0", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void row_k04_waits_of_tasks_and_memory_kills_apart(void **state)
{
    static const struct setback_row rows[] = {
        {"ray", "", 't', 3, false, "w n w n", "0 0 0 x",
         "failure 4, more than the 3 allowed: given up"},
        {"ray", "", 't', 3, false, "m m m m m m m m m", "1 2 4 8 16 32 60 60 60",
         "failure 9, of any number: again after 60 s"},
        {"ray", "", 't', 1, false, "w m m w", "0 2 4 x", NULL}, /* attempts 1 and 2 */
        {"ray", "task_oom_retries=2", 't', 1, false, "m m m", "1 2 x", NULL},
        {"ray", "task_oom_retries=2", 't', 1, false, "m w m", "1 0 4", NULL},
        {"ray", "task_oom_retries=0", 't', 3, false, "m", "x", NULL},
        {"ray", "", 't', 0, false, "m", "x", NULL}, /* not to be tried again at all */
        {"ray", "", 't', -1, false, "w m p w", "0 2 0 0", NULL},
        {"ray", "task_retry_delay=0.5", 't', 3, false, "w m p", "0.5 2 0.5", NULL},
        {"ray", "task_oom_retry_delay_base=0.25 task_oom_retry_delay_cap=0.75", 't', 3, false,
         "m m m", "0.25 0.5 0.75", NULL},
        {"ray", "", 't', 3, false, "e", "x", "an exception, which is not tried again: given up"},
        {"ray", "", 't', 2, true, "e w e", "0 0 x", NULL}, /* it takes a retry */
        {"ray", "", 't', 0, true, "e", "x", NULL},
        {"ray", "", 'c', 2, false, "e", "x", NULL},
        {"ray", "", 'c', 1, true, "e e", "0 x", NULL},
        {"ray", "", 'a', 3, true, "e", "x", NULL}, /* the constructor's */
        {"ray", "", 't', -1, true, "o", "x", "an argument is lost for good: given up"},
        {"ray", "", 'a', -1, true, "g", "x", "who asked for it is gone: given up"},
    };
    (void)state;
    ROWS_PLAY(rows);
}

/* ---- backoff --------------------------------------------------------------------------------- */

static void row_b17_waits_are_as_configured_and_the_last_failure_is_final(void **state)
{
    static const struct setback_row rows[] = {
        {"orchestrator", "", 't', 9, false, "w w w", "2 4 x",
         "a network error in attempt 3 of 3: given up"},
        {"orchestrator", "handler=network", 't', 0, false, "n n n n n", "3 4.5 6.75 10.125 x",
         NULL},
        {"orchestrator", "handler=timeout", 'a', 0, false, "w w w", "10 20 x", NULL},
        {"orchestrator", "max_attempts=8", 'c', 0, false, "w w w w w w w w", "2 4 8 16 32 60 60 x",
         NULL},
        {"orchestrator", "max_attempts=1", 't', 0, false, "w", "x", NULL},
        {"orchestrator", "exponential=no initial_delay=5", 't', 0, false, "w w w", "5 5 x", NULL},
        {"backoff", "limit=2", 't', 9, false, "w w w", "1 2 x", NULL},
        {"backoff", "limit=2 first=none", 't', 9, false, "w w w", "0 1 x", NULL},
        {"backoff", "limit=2 first=factor", 't', 9, false, "w w w", "2 4 x", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

/* The pipeline starts again after a fixed time; a task of a node that failed, on another one. */
static void row_b18_and_row_b19_wait_and_elsewhere(void **state)
{
    static const struct setback_row rows[] = {
        {"backoff", "delay=fixed base=300 cap=1000", 'a', 1, false, "w7 w400", "300 x", NULL},
        {"backoff", "delay=none elsewhere=yes", 't', 2, false, "n n n", "0~ 0~ x", NULL},
        {"backoff", "elsewhere=yes", 't', 2, false, "n", "1~",
         "failure 1 of 2 allowed: again after 1 s, rather elsewhere"},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void backoff_has_budgets_in_all_by_cause_and_by_time(void **state)
{
    static const struct setback_row rows[] = {
        {"backoff", "delay=none", 't', 2, false, "w w w", "0 0 x", NULL}, /* the program's */
        {"backoff", "delay=none", 't', -1, false, "w w w", "0 0 0", NULL},
        {"backoff", "delay=none limit=3", 't', 9, false, "w n m w", "0 0 0 x", NULL},
        {"backoff", "delay=none limit=3", 't', -1, false, "w n m w", "0 0 0 x", NULL},
        {"backoff", "delay=none limit=3", 't', 1, false, "w w", "0 x", NULL}, /* not more */
        {"backoff", "delay=none limit=3", 't', 0, false, "w", "x", NULL},
        {"backoff", "delay=none limit=0", 't', 5, false, "p", "x", NULL},
        {"backoff", "delay=none workers=1", 't', 9, false, "w n n w", "0 0 0 x",
         "failure 2 by a process that ended, more than the 1 allowed: given up"},
        {"backoff", "delay=none nodes=0", 't', 9, false, "w m n", "0 0 x", NULL},
        {"backoff", "delay=none memory=1", 't', 9, false, "m w m", "0 0 x",
         "failure 2 by lack of memory, more than the 1 allowed: given up"},
        {"backoff", "delay=none exceptions=1", 't', 9, true, "e w e", "0 0 x", NULL},
        {"backoff", "delay=none exceptions=1", 't', 9, false, "e", "x", NULL},
        {"backoff", "", 't', 1, false, "p p w", "1 2 4",
         "failure 1 of 1 allowed: again after "
         "4 s"},
        {"backoff", "preemptions=counted", 't', 1, false, "p p", "1 x", NULL},
        {"backoff", "", 't', 9, true, "o", "x", NULL},
        {"backoff", "", 't', 9, true, "g", "x", NULL},
        {"backoff", "delay=none within=5", 't', -1, false, "w1 w2 w3 w6", "0 0 0 x",
         "try 4 within 5 s, more than the 3 allowed: given up"},
        {"backoff", "delay=none within=5", 't', -1, false, "w1 w2 w3 w6.000000001", "0 0 0 0",
         NULL},
        {"backoff", "delay=none within=5", 'a', -1, false, "w0 p0 w0 p5", "0 0 0 x", NULL},
        {"backoff", "delay=none within=5", 'c', -1, false, "w0 w0 w0 w0 w0", "0 0 0 0 0", NULL},
        {"backoff", "delay=none within=5 restarts=1", 't', -1, false, "w0 w6 w7", "0 0 x", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void waits_grow_by_their_law_up_to_the_cap(void **state)
{
    static const struct setback_row rows[] = {
        {"backoff", "delay=none base=5 least=2", 't', -1, false, "w w", "0 0", NULL},
        {"backoff", "delay=fixed base=5 first=none", 't', -1, false, "w w w", "0 5 5", NULL},
        {"backoff", "delay=linear base=5 cap=18", 't', -1, false, "w w w w", "5 10 15 18", NULL},
        {"backoff", "delay=linear base=5 first=none", 't', -1, false, "w w w", "0 5 10", NULL},
        {"backoff", "delay=linear base=5 first=factor", 't', -1, false, "w w", "10 15", NULL},
        {"backoff", "base=0.1 factor=3", 't', -1, false, "w w w w", "0.1 0.3 0.9 2.7", NULL},
        {"backoff", "base=0.1 factor=3 least=0.5", 't', -1, false, "w w w", "0.5 0.5 0.9", NULL},
        {"backoff", "base=0", 't', -1, false, "w w w", "0 0 0", NULL},
        /* Ray Serve's router: none, then 0.025 s doubling to 0.5 s */
        {"backoff", "first=none base=0.025 cap=0.5", 't', -1, false, "w w w w w w w w",
         "0 0.025 0.05 0.1 0.2 0.4 0.5 0.5", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

/* Overflow is the cap, for any number of failures. */
static void waits_never_overflow(void **state)
{
    static const uint32_t counts[] = {1, 31, 64, 1100, 100000, UINT32_MAX};
    struct scene s;
    (void)state;
    scene_open(&s, "backoff", "base=1000000000 factor=1000000 cap=1000000000");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct victim v = victim_of('t', -1, false);
        for (int cause = 0; cause < CAIRN_CAUSES; cause++)
            v.failed[cause] = counts[i] - 1;
        struct cairn_cure cure = scene_fail(&s, &v, CAIRN_CAUSE_WORKER, 0);
        assert_int_equal(cure.action, CAIRN_AGAIN);
        assert_int_equal(cure.delay, INT64_C(1000000000) * SECOND);
    }
    scene_close(&s);
}

/* Waits are uniform in their part, its ends met, by the setback's random word alone. */
static void jitter_is_addressed_by_the_setback(void **state)
{
    static const struct {
        uint64_t random;
        int64_t wait;
    } rows[] = {{0, 6 * SECOND},
                {UINT64_MAX, 10 * SECOND},
                {UINT64_C(1) << 63, 8 * SECOND},
                {UINT64_C(1) << 62, 7 * SECOND},
                {UINT64_C(3) << 62, 9 * SECOND}};
    struct scene s;
    (void)state;
    scene_open(&s, "backoff", "delay=fixed base=100 cap=8 jitter=0.25");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct victim v = victim_of('t', -1, false);
        struct cairn_setback setback = victim_fails(&v, CAIRN_CAUSE_WORKER, 0);
        setback.random[0] = rows[i].random;
        setback.random[1] = i;
        assert_int_equal(scene_ask(&s, &setback).delay, rows[i].wait);
    }
    scene_close(&s);
}

static void an_actor_has_its_own_window_and_tasks_have_one_together(void **state)
{
    struct scene s;
    (void)state;
    scene_open(&s, "backoff", "delay=none within=5 restarts=1");
    struct victim task = victim_of('t', -1, false), other = task, actor = victim_of('a', -1, false);
    assert_int_equal(scene_fail(&s, &task, CAIRN_CAUSE_NODE, 0).action, CAIRN_AGAIN);
    assert_int_equal(scene_fail(&s, &actor, CAIRN_CAUSE_NODE, 0).action, CAIRN_AGAIN);
    assert_int_equal(scene_fail(&s, &other, CAIRN_CAUSE_NODE, 0).action, CAIRN_GIVE_UP);
    assert_int_equal(scene_fail(&s, &actor, CAIRN_CAUSE_NODE, 0).action, CAIRN_GIVE_UP);
    scene_close(&s);
}

/* For each size that the ring can have, three times around: tries so far apart that the last `most`
 * are just over `within` old, and one that comes when the oldest is exactly that old. */
static void a_window_holds_as_many_as_it_may(void **state)
{
    (void)state;
    for (uint32_t most = 1; most <= WINDOW_MOST; most++) {
        struct window window = {0};
        int64_t within = most * SECOND, now = 0;
        for (uint32_t i = 0; i < 3 * WINDOW_MOST; i++, now += SECOND + 1)
            assert_true(window_take(&window, most, within, now));
        assert_true(window.next < most && window.count == most);
        assert_false(window_take(&window, most, within, now - (int64_t)most));
        assert_true(window_take(&window, most, within, now));
    }
    assert_int_equal(cairn_recovery_find("backoff")->params[6].max, WINDOW_MOST);
    assert_int_equal(cairn_recovery_find("supervisor")->params[1].max, WINDOW_MOST);
}

static void values_that_cannot_serve_are_refused(void **state)
{
    static const char *const params[] = {"within=5 restarts=0", "least=61"};
    const struct cairn_recovery_class *class = cairn_recovery_find("backoff");
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct cairn_value values[SCENE_PARAMS] = {{0}};
        struct scene s;
        scene_values(class, params[i], values);
        assert_non_null(scene_with(&s, class, values));
    }
}

/* ---- orchestrator and breaker ---------------------------------------------------------------- */

static void row_b41_causes_stand_for_kinds_of_errors(void **state)
{
    static const struct setback_row rows[] = {
        {"orchestrator", "", 't', 9, false, "e", "x",
         "another error, which is not tried again: given up"},
        {"orchestrator", "", 't', 9, true, "e", "2",
         "a network error in attempt 1 of 3: again after 2 s"},
        {"orchestrator", "", 't', 9, false, "w", "2", NULL},
        {"orchestrator", "", 't', 9, false, "n", "2", NULL},
        {"orchestrator", "", 't', 9, false, "p m", "2 4",
         "a resource error in attempt 2 of 3: again after 4 s"},
        {"orchestrator", "", 't', 9, false, "o", "x",
         "a dependency error, which is not tried again: given up"},
        {"orchestrator", "", 't', 9, false, "g", "x",
         "a system error, which is critical: given up"},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void row_b41_the_breaker_opens_rests_and_closes(void **state)
{
    static const struct setback_row rows[] = {
        {"breaker", "", 'c', -1, false, "w w w w w", "0 0 0 0 x",
         "the breaker is open, after 5 failures: given up"},
        {"breaker", "", 'c', -1, false, "w w w w + w w w w w", "0 0 0 0 0 0 0 0 x", NULL},
        {"breaker", "when_open=wait", 't', -1, false, "w w w w w5 w10", "0 0 0 0 60 60",
         "the breaker is open, after 6 failures: again after 60 s"},
        {"breaker", "when_open=wait", 't', -1, false, "w w w w w5 p10", "0 0 0 0 60 55", NULL},
        /* half-open at 65 s: a failure opens it again; behind one success it takes five */
        {"breaker", "", 'c', -1, false, "w w w w w5 w65", "0 0 0 0 x x", NULL},
        {"breaker", "", 'c', -1, false, "w w w w w5 +65 w w w w w", "0 0 0 0 x 0 0 0 0 x", NULL},
        {"breaker", "failures=1", 'c', -1, false, "w1 +61 +62 w63 +122 w123", "x x x", NULL},
        {"breaker", "failures=1", 'c', -1, false, "o", "x",
         "an argument is lost for good: given up"},
        {"breaker", "failures=1", 'c', -1, false, "p p", "0 0", NULL},
        {"breaker", "failures=1", 'a', 2, false, "w w w", "0 0 x", NULL}, /* the program's */
        {"breaker", "", 't', 1, false, "m m", "0 x", NULL},               /* no budget of its own */
        {"breaker", "", 'c', 2, false, "w w w", "0 0 x",
         "failure 3, more than the 2 allowed: given up"},
        {"breaker", "failures=1 when_open=wait recovery=0", 'c', -1, false, "w w", "0 0", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

/* Two successes close it each time: those of the last time are forgotten. */
static void row_b41_half_open_forgets_old_successes(void **state)
{
    static const struct circuit_rule rule = {.recovery = 60, .failures = 1, .successes = 2};
    struct circuit c = {0};
    (void)state;
    for (int64_t now = 0; now < 300; now += 100) {
        circuit_failed(&rule, &c, now);
        assert_int_equal(c.state, CIRCUIT_OPEN);
        assert_false(circuit_lets(&rule, &c, now + 59));
        assert_true(circuit_lets(&rule, &c, now + 60));
        circuit_succeeded(&rule, &c);
        assert_int_equal(c.state, CIRCUIT_HALF_OPEN);
        circuit_succeeded(&rule, &c);
        assert_int_equal(c.state, CIRCUIT_CLOSED);
    }
}

static void each_actor_has_its_own_breaker(void **state)
{
    struct scene s;
    (void)state;
    scene_open(&s, "breaker", "failures=2");
    struct victim call = victim_of('c', -1, false), task = victim_of('t', -1, false);
    assert_int_equal(scene_fail(&s, &call, CAIRN_CAUSE_WORKER, 0).action, CAIRN_AGAIN);
    assert_int_equal(scene_fail(&s, &task, CAIRN_CAUSE_WORKER, 0).action, CAIRN_AGAIN);
    scene_succeed(&s, &call, 0);
    assert_int_equal(scene_fail(&s, &task, CAIRN_CAUSE_WORKER, 0).action, CAIRN_GIVE_UP);
    assert_int_equal(scene_fail(&s, &call, CAIRN_CAUSE_WORKER, 0).action, CAIRN_AGAIN);
    assert_int_equal(scene_fail(&s, &call, CAIRN_CAUSE_WORKER, 0).action, CAIRN_GIVE_UP);
    scene_close(&s);
}

/* ---- supervisor ------------------------------------------------------------------------------ */

static void row_c28_the_fourth_failure_in_five_seconds_stops_the_tree(void **state)
{
    static const struct setback_row rows[] = {
        {"supervisor", "", 'a', -1, false, "w0 w1 w2 w3", "0 0 0 x*",
         "restart 4 within 5 s stops the whole tree: given up"},
        {"supervisor", "", 'a', -1, false, "w0 w2 w4 w6", "0 0 0 0",
         "it alone restarts: again at once"},
        {"supervisor", "", 'a', -1, false, "w0 w2 w4 w5", "0 0 0 x*", NULL},
        {"supervisor", "", 'a', -1, false, "w0 w2 w4 w5.000000001", "0 0 0 0", NULL},
        {"supervisor", "", 'a', -1, false, "w0 w1 w2 w3 w99", "0 0 0 x* x*",
         "the tree was stopped: given up"},
        {"supervisor", "", 'a', -1, false, "e0 p1 m2 n3", "0 0 0 x*", NULL},
        {"supervisor", "strategy=rest_for_one", 'a', -1, false, "w0 w1 w2 w3", "0> 0> 0> x*", NULL},
        {"supervisor", "strategy=one_for_all delay=2", 'a', -1, false, "w0 w1 w2 w3", "2* 2* 2* x*",
         NULL},
        {"supervisor", "strategy=one_for_all", 'a', -1, false, "n1 n1 n1 n1 n1", "0* 0* 0* 0* 0*",
         "it failed together with another, and all restart: again at once"},
        {"supervisor", "restarts=0", 'a', -1, false, "w", "x*", NULL},
        {"supervisor", "restarts=1 within=10", 'a', -1, false, "w0 w11 w22 w30", "0 0 0 x*", NULL},
        {"supervisor", "", 'a', 0, false, "w", "x", "failure 1, more than the 0 allowed: given up"},
        {"supervisor", "", 'a', 2, false, "w0 w9 w20", "0 0 x", NULL},
        {"supervisor", "", 'a', -1, false, "g", "x", NULL},
        {"supervisor", "", 't', 2, false, "w w w", "0 0 x", NULL},
        {"supervisor", "", 'c', 2, false, "m p w m", "0 0 0 x", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

/* The window is the supervisor's: restarts of all children count. */
static void row_c28_children_share_one_window(void **state)
{
    struct scene s;
    (void)state;
    scene_open(&s, "supervisor", "");
    struct victim child[5];
    for (int i = 0; i < 5; i++) {
        child[i] = victim_of('a', 1, false);
        struct cairn_cure cure = scene_fail(&s, &child[i], CAIRN_CAUSE_WORKER, i * SECOND);
        assert_int_equal(cure.action, i < 3 ? CAIRN_AGAIN : CAIRN_GIVE_UP);
        assert_int_equal(cure.scope, i < 3 ? CAIRN_CURE_ONE : CAIRN_CURE_ALL);
    }
    scene_close(&s);
}

/* ---- train ----------------------------------------------------------------------------------- */

static void row_k10_one_error_more_than_the_limit_ends_the_run(void **state)
{
    static const struct setback_row rows[] = {
        {"train", "", 'a', -1, false, "w", "x*",
         "error 1 of the run, more than the 0 allowed: given up"},
        {"train", "max_failures=3", 'a', 0, false, "w e n m", "0* 0* 0* x*",
         "error 4 of the run, more than the 3 allowed: given up"},
        {"train", "max_failures=-1", 'a', 0, false, "w w w w w", "0* 0* 0* 0* 0*",
         "error 5 of the run, of any number: again at once"},
        {"train", "", 'a', 0, false, "p p p w", "0* 0* 0* x*", NULL},
        {"train", "max_failures=1 max_preemption_failures=1", 'a', 0, false, "p w p", "0* 0* x*",
         "preemption 2 of the run, more than the 1 allowed: given up"},
        {"train", "max_failures=1 max_preemption_failures=1", 'a', 0, false, "p w w", "0* 0* x*",
         NULL},
        {"train", "max_preemption_failures=0", 'a', 0, false, "p", "x*", NULL},
        {"train", "max_failures=1", 'a', 0, false, "w5 w5 n5 p5 w6 w6", "0* 0* 0* 0* x* x*",
         "the run has ended in an error: given up"},
        {"train", "max_failures=1", 'a', 0, false, "w0 w1", "0* x*", NULL},
        {"train", "max_failures=-1", 'a', 0, false, "g w", "x* x*", NULL},
    };
    (void)state;
    ROWS_PLAY(rows);
}

static void row_k10_the_budget_is_of_the_run_not_of_a_worker(void **state)
{
    struct scene s;
    (void)state;
    scene_open(&s, "train", "max_failures=2");
    for (int i = 0; i < 4; i++) {
        struct victim worker = victim_of('a', -1, false);
        struct cairn_cure cure = scene_fail(&s, &worker, CAIRN_CAUSE_WORKER, i * SECOND);
        assert_int_equal(cure.action, i < 2 ? CAIRN_AGAIN : CAIRN_GIVE_UP);
    }
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d10_fourth_crash_is_final_and_a_call_survives_two),
        cmocka_unit_test(row_d13_preempted_ten_times_with_limit_one_is_alive),
        cmocka_unit_test(row_k04_waits_of_tasks_and_memory_kills_apart),
        cmocka_unit_test(row_b17_waits_are_as_configured_and_the_last_failure_is_final),
        cmocka_unit_test(row_b18_and_row_b19_wait_and_elsewhere),
        cmocka_unit_test(backoff_has_budgets_in_all_by_cause_and_by_time),
        cmocka_unit_test(waits_grow_by_their_law_up_to_the_cap),
        cmocka_unit_test(waits_never_overflow),
        cmocka_unit_test(jitter_is_addressed_by_the_setback),
        cmocka_unit_test(an_actor_has_its_own_window_and_tasks_have_one_together),
        cmocka_unit_test(a_window_holds_as_many_as_it_may),
        cmocka_unit_test(values_that_cannot_serve_are_refused),
        cmocka_unit_test(row_b41_causes_stand_for_kinds_of_errors),
        cmocka_unit_test(row_b41_the_breaker_opens_rests_and_closes),
        cmocka_unit_test(row_b41_half_open_forgets_old_successes),
        cmocka_unit_test(each_actor_has_its_own_breaker),
        cmocka_unit_test(row_c28_the_fourth_failure_in_five_seconds_stops_the_tree),
        cmocka_unit_test(row_c28_children_share_one_window),
        cmocka_unit_test(row_k10_one_error_more_than_the_limit_ends_the_run),
        cmocka_unit_test(row_k10_the_budget_is_of_the_run_not_of_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
