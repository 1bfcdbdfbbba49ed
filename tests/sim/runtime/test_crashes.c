/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: processes that crash, nodes that hang or are preempted, each at its time, cost what rows
 * A04, A20, C06, D10, D12, D13 and K05 say. Method: failures by schedule; times computed by hand.
 */
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"
#include <math.h>

/* The worker of a task is killed at 4, 9, 14 and 19 s; each is known 1 s later, and the task begins
 * again: attempts 0 to 3 fail, the fourth failure is final. */
static void row_a04_a_killed_worker_costs_an_attempt(void **state)
{
#define KILLS3 "{at: 4 s, task: work}, {at: 9 s, task: work}, {at: 14 s, task: work}"
#define WORK                                                                                       \
    "    tasks: {work: 10 s}\n"                                                                    \
    "    driver: [{run: work}]\n"
    static const struct claimed rows[] = {
        {.name = "one",
         .nodes = 2,
         .head = "faults: {schedule: [{at: 4 s, task: work}]}\ndetection: {worker: 1 s}\n",
         .pipeline = WORK,
         .makespan = 15,
         .claims = {AT(TOLD_ATTEMPT_FAILED, 0, 5), AT(TOLD_STARTED, 1, 5), SPENT(JOB_LOST, 4),
                    SPENT(JOB_DETECT, 1), COUNTED(struck, 1), TIMES(TOLD_HOST_DOWN, 0)}},
        {.name = "three",
         .head = "faults: {schedule: [" KILLS3 "]}\ndetection: {worker: 1 s}\n",
         .pipeline = WORK,
         .makespan = 25,
         .claims = {COUNTED(struck, 3), COUNTED(calls.retried, 3)}},
        {.name = "four",
         .head = "faults: {schedule: [" KILLS3 ", {at: 19 s, task: work}]}\n"
                 "detection: {worker: 1 s}\n",
         .pipeline = WORK,
         .end = END_FAILED,
         .makespan = 20,
         .claims = {COUNTED(struck, 4), AT(TOLD_FAILED, 0, 20), COUNTED(calls.failed, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Failures by time: each attempt's process ends after 4 s; and by schedule: at 5 s, whatever runs.
 */
static void row_a20_failures_come_by_time_and_by_schedule(void **state)
{
    static const struct claimed rows[] = {
        {.name = "by time",
         .pipeline = "    tasks: {work: {time: 10 s, crash: 4 s}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 16,
         .claims = {COUNTED(attempts.failed, 4), SPENT(JOB_LOST, 16)}},
        {.name = "by time, of some attempts",
         .pipeline = "    tasks: {work: {time: 10 s, crash: [4 s, 20 s]}}\n"
                     "    driver: [{run: work}, {run: work}]\n",
         .makespan = 28,
         .claims = {COUNTED(attempts.failed, 2)}},
        {.name = "by schedule",
         .head = "faults: {schedule: [{at: 5 s, task: work}, {at: 100 s, task: work}]}\n",
         .pipeline = WORK,
         .makespan = 15,
         .claims = {COUNTED(struck, 1), COUNTED(attempts.failed, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* restarts 4, retries without end: the process is killed five times, the fifth is final. */
/* Two tasks of 10 s. What a node takes with it at 4 s, and a process at 6 s, is lost to failures;
 * an exception after 3 s of each, and both if they are cancelled at 2 s, is lost all the same. */
static void what_is_lost_to_failures_is_known_apart(void **state)
{
#define TWO(more, driver)                                                                          \
    "    tasks: {work: {time: 10 s, retry_exceptions: true" more "}}\n"                            \
    "    driver:\n    - {call: work, times: 2, as: x}\n" driver
    static const struct claimed rows[] = {
        {.name = "a node, and a process",
         .nodes = 2,
         .head = "faults: {schedule: [{at: 4 s, node: 1}, {at: 6 s, task: work}]}\n",
         .pipeline = TWO("", "    - {get: x}\n"),
         .makespan = 16,
         .claims = {SPENT(JOB_LOST, 10), SLOTS(lost_work, 10), COUNTED(struck, 2)}},
        {.name = "exceptions, and a node",
         .nodes = 2,
         .head = "faults: {schedule: [{at: 4 s, node: 1}]}\n",
         .pipeline = TWO(", retries: 9, fails: {probability: 1, at: 0.3}",
                         "    - {get: x, on_error: []}\n    - {wait: x}\n"),
         .makespan = 30,
         .claims = {SPENT(JOB_LOST, 3 * 10 + 1 + 3 * 9), SLOTS(lost_work, 1)}},
        {.name = "cancelled",
         .nodes = 2,
         .pipeline = TWO("", "    - {think: 2 s}\n    - {cancel: x, force: true}\n"),
         .makespan = 2,
         .claims = {SPENT(JOB_LOST, 4), SLOTS(lost_work, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Tasks of 10 s on six nodes, in racks of two and zones of four of which the last has two. They
 * fail at 4 s and are back at once, so that what ran there ends at 14 s, or 3 s later if that is
 * how long nobody notices. */
static void whole_racks_and_zones_fail_by_schedule(void **state)
{
#define SIX                                                                                        \
    "    tasks: {work: {time: 10 s, retries: 1}}\n"                                                \
    "    driver: [{run: work, times: 6}]\n"
#define AT4(more) "faults: {schedule: [{at: 4 s, " more "}]}\n"
    static const struct claimed rows[] = {
        {.name = "a rack",
         .nodes = 6,
         .rack = 2,
         .head = AT4("rack: 1"),
         .pipeline = SIX,
         .makespan = 14,
         .claims = {COUNTED(struck, 1), AMOUNT(TOLD_OUTAGE, 0, 2), TIMES(TOLD_HOST_DOWN, 2),
                    SPENT(JOB_LOST, 8), COUNTED(calls.retried, 2), AT(TOLD_STARTED, 6, 4)}},
        {.name = "a zone",
         .nodes = 6,
         .zone = 4,
         .head = AT4("zone: 0"),
         .pipeline = SIX,
         .makespan = 14,
         .claims = {COUNTED(struck, 1), AMOUNT(TOLD_OUTAGE, 0, 4), SPENT(JOB_LOST, 16)}},
        {.name = "the last zone, which is not full, hangs",
         .nodes = 6,
         .rack = 2,
         .zone = 4,
         .head = AT4("zone: 1, hang: true") "detection: {delay: 3 s}\n",
         .pipeline = SIX,
         .makespan = 17,
         .claims = {AMOUNT(TOLD_OUTAGE, 0, 2), SPENT(JOB_DETECT, 6),
                    AT(TOLD_ATTEMPT_FAILED, 0, 7)}},
        {.name = "announced",
         .nodes = 6,
         .rack = 2,
         .head = AT4("rack: 0, notice: 3 s"),
         .pipeline = SIX,
         .makespan = 14,
         .claims = {COUNTED(notices, 2), COUNTED(struck, 1), SPENT(JOB_LOST, 8)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c06_the_fifth_kill_of_a_process_is_final(void **state)
{
    static const struct claimed rows[] = {
        {.name = "five",
         .head = "faults: {schedule: [{at: 4 s, actor: T}, {at: 9 s, actor: T}, {at: 14 s, actor: "
                 "T}, {at: 19 s, actor: T}, {at: 24 s, actor: T}]}\ndetection: {worker: 1 s}\n",
         .pipeline = "    actors: {T: {restarts: 4, retries: unlimited, methods: {m: 3 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.m, times: 10, on_error: []}\n",
         .makespan = 25,
         .claims = {COUNTED(struck, 5), COUNTED(calls.completed, 5), COUNTED(calls.failed, 5),
                    COUNTED(actors.restarted, 4), COUNTED(actors.dead, 1),
                    TIMES(TOLD_HOST_DOWN, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_d10_a_call_survives_two_crashes_and_an_actor_three(void **state)
{
#define D10(kills) "faults: {schedule: [" kills "]}\n"
#define THREE      "{at: 4 s, actor: T}, {at: 8 s, actor: T}, {at: 12 s, actor: T}"
    static const struct claimed rows[] = {
        {.name = "the call",
         .head = D10(THREE),
         .pipeline = "    actors: {T: {restarts: 3, retries: 2, methods: {m: 10 s, n: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.m, on_error: [{run: t.n, on_error: []}, {think: 1 s}, {run: "
                     "t.n}]}\n",
         .makespan = 15,
         .claims = {COUNTED(struck, 3), AT(TOLD_FAILED, 0, 12), COUNTED(actors.dead, 0)}},
        {.name = "the actor",
         .head = D10(THREE ", {at: 16 s, actor: T}"),
         .pipeline = "    actors: {T: {restarts: 3, retries: 2, methods: {n: 1 s}}}\n"
                     "    driver: [{start: T, as: t}, {think: 20 s}, {run: t.n}]\n",
         .end = END_FAILED,
         .makespan = 20,
         .claims = {COUNTED(struck, 4), COUNTED(actors.dead, 1), COUNTED(actors.restarted, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Ray's probes: every 3 s, five in a row have to fail; a dead node refuses at once (12 to 15 s), a
 * hanging one takes 10 s for each (62 to 65 s); of a process the connection tells, within 1 s. */
static void row_d12_detection_takes_as_long_as_its_kind_says(void **state)
{
    static const struct {
        const char *failure;
        double least, most;
    } rows[] = {{"{at: 100 s, actor: T}", 0, 1},
                {"{at: 100 s, node: 0}", 12, 15},
                {"{at: 100 s, node: 0, hang: true}", 62, 65}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[400];
        double shortest = INFINITY, longest = 0;
        snprintf(head, sizeof head,
                 "cluster: {nodes: 2, node: {cpu: 1}}\nfaults: {schedule: [%s]}\n"
                 "detection: {period: 3 s, timeout: 10 s, threshold: 5, worker: 0.5 s}",
                 rows[i].failure);
        played_open(&played, head,
                    "    actors: {T: {restarts: 1, methods: {m: 1 s}}}\n"
                    "    driver: [{start: T, as: t}, {think: 200 s}]\n");
        for (uint32_t run = 0; run < 200; run++) {
            assert_int_equal(played_run(&played, run)->struck, 1);
            double took = played_time(&played, TOLD_ACTOR, 3) - 100;
            shortest = took < shortest ? took : shortest;
            longest = took > longest ? took : longest;
        }
        played_close(&played);
        print_message("%s: %.3f to %.3f s\n", rows[i].failure, shortest, longest);
        assert_true(rows[i].least <= shortest && longest <= rows[i].most);
        assert_true(i == 0 || (shortest < rows[i].least + 0.2 && longest > rows[i].most - 0.2));
    }
}

/* Announced 2 s before, every 10 s, ten times: a preemption costs no restart; of those that are not
 * announced the second is final. */
static void row_d13_preemptions_cost_no_restart(void **state)
{
#define PREEMPTED                                                                                  \
    "{at: 10 s, node: 0, notice: 2 s}, {at: 20 s, node: 0, notice: 2 s}, "                         \
    "{at: 30 s, node: 0, notice: 2 s}, {at: 40 s, node: 0, notice: 2 s}, "                         \
    "{at: 50 s, node: 0, notice: 2 s}, {at: 60 s, node: 0, notice: 2 s}, "                         \
    "{at: 70 s, node: 0, notice: 2 s}, {at: 80 s, node: 0, notice: 2 s}, "                         \
    "{at: 90 s, node: 0, notice: 2 s}, {at: 100 s, node: 0, notice: 2 s}"
#define ALIVE                                                                                      \
    "    actors: {T: {restarts: 1, methods: {m: 1 s}}}\n"                                          \
    "    driver: [{start: T, as: t}, {think: 140 s}, {run: t.m}]\n"
    static const struct claimed rows[] = {
        {.name = "ten times, and still alive",
         .head = "faults: {schedule: [" PREEMPTED "]}\n",
         .pipeline = ALIVE,
         .makespan = 141,
         .claims = {COUNTED(struck, 10), COUNTED(actors.restarted, 10), COUNTED(actors.dead, 0)}},
        {.name = "and once without notice",
         .head = "faults: {schedule: [" PREEMPTED ", {at: 110 s, node: 0}]}\n",
         .pipeline = ALIVE,
         .makespan = 141,
         .claims = {COUNTED(struck, 11), COUNTED(actors.restarted, 11)}},
        {.name = "and twice",
         .head = "faults: {schedule: [" PREEMPTED ", {at: 110 s, node: 0}, {at: 120 s, node: "
                 "0}]}\n",
         .pipeline = ALIVE,
         .end = END_FAILED,
         .makespan = 140,
         .claims = {COUNTED(struck, 12), COUNTED(actors.dead, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A drained node takes nothing new; what runs there is lost at the end, and no retry is used: with
 * one retry a task is preempted twice, and killed once besides. */
static void row_k05_a_preempted_task_uses_no_retry(void **state)
{
    static const struct claimed rows[] = {
        {.name = "drained: the next one goes elsewhere",
         .nodes = 2,
         .head = "faults: {schedule: [{at: 10 s, node: 0, notice: 5 s}]}\n",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    driver: [{run: work}, {think: 4 s}, {run: work}]\n",
         .makespan = 8,
         .claims = {ON(TOLD_STARTED, 0, 0), ON(TOLD_STARTED, 1, 1)}},
        {.name = "preempted twice, killed once",
         .head = "faults: {schedule: [{at: 10 s, node: 0, notice: 2 s}, {at: 20 s, node: 0, "
                 "notice: 2 s}, {at: 30 s, task: work}]}\n",
         .pipeline = "    tasks: {work: {time: 15 s, retries: 1}}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 45,
         .claims = {COUNTED(struck, 3), COUNTED(attempts.failed, 3), COUNTED(calls.failed, 0)}},
        {.name = "killed twice",
         .head = "faults: {schedule: [{at: 10 s, node: 0, notice: 2 s}, {at: 20 s, task: work}, "
                 "{at: 30 s, task: work}]}\n",
         .pipeline = "    tasks: {work: {time: 15 s, retries: 1}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 30,
         .claims = {COUNTED(struck, 3), COUNTED(calls.failed, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A failure at time 0 comes before its notice would: there is none, and who sits there then is not
 * drained for ever, as he was. */
static void row_k05_what_fails_at_once_is_not_announced_afterwards(void **state)
{
    static const struct claimed rows[] = {
        {.name = "at 0 s, announced 15 s before",
         .head = "horizon: 1 h\nfaults: {schedule: [{at: 0 s, node: 0, notice: 15 s}]}\n",
         .pipeline = "    tasks: {t: 5 s}\n    driver: [{run: t}]\n",
         .makespan = 5,
         .claims = {COUNTED(struck, 1), COUNTED(notices, 0)}},
        {.name = "at 1 s: announced at once",
         .head = "horizon: 1 h\nfaults: {schedule: [{at: 1 s, node: 0, notice: 15 s}]}\n",
         .pipeline = "    tasks: {t: 5 s}\n    driver: [{run: t}]\n",
         .makespan = 6,
         .claims = {COUNTED(struck, 1), COUNTED(notices, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a04_a_killed_worker_costs_an_attempt),
        cmocka_unit_test(row_a20_failures_come_by_time_and_by_schedule),
        cmocka_unit_test(what_is_lost_to_failures_is_known_apart),
        cmocka_unit_test(whole_racks_and_zones_fail_by_schedule),
        cmocka_unit_test(row_c06_the_fifth_kill_of_a_process_is_final),
        cmocka_unit_test(row_d10_a_call_survives_two_crashes_and_an_actor_three),
        cmocka_unit_test(row_d12_detection_takes_as_long_as_its_kind_says),
        cmocka_unit_test(row_d13_preemptions_cost_no_restart),
        cmocka_unit_test(row_k05_a_preempted_task_uses_no_retry),
        cmocka_unit_test(row_k05_what_fails_at_once_is_not_announced_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
