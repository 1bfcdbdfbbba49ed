/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a barrier lets nobody pass until all are there (C11), and what it costs when one never
 * comes. Method: small programs whose times are computed by hand. */
#include "tests/sim/runtime/claims.h"

/* The barrier: it takes no time to come to it. */
#define BARRIER(n, more)                                                                           \
    "      B: {cpu: 0, async: true, restarts: 2, retries: 2, methods: {meet: {time: 0 s, "         \
    "gathers: " n more "}, other: {time: 0 s, gathers: " n "}}}\n"
#define PARTIES(n, more)                                                                           \
    "    actors:\n" BARRIER(n, more) "    tasks: {one: 1 s, two: 2 s, three: 3 s, four: 4 s}\n"    \
                                     "    driver:\n    - {start: B, as: b}\n"

static void row_c11_a_barrier_opens_when_the_last_one_comes(void **state)
{
    static const struct claimed rows[] = {
        {.name = "released at the last arrival, all at once",
         .cpu = 4,
         .pipeline = PARTIES("4", "") "    - parallel:\n"
                                      "      - [{run: one}, {run: b.meet}]\n"
                                      "      - [{run: four}, {run: b.meet}]\n"
                                      "      - [{run: two}, {run: b.meet}]\n"
                                      "      - [{run: three}, {run: b.meet}]\n",
         .makespan = 4,
         .claims = {AT(TOLD_GATHERED, 0, 4), AMOUNT(TOLD_GATHERED, 0, 4),
                    NUMBER(TOLD_GATHERED, 0, 1), TIMES(TOLD_GATHERED, 1), AT(TOLD_DONE, 4, 4),
                    AT(TOLD_DONE, 7, 4), COUNTED(calls.failed, 0)}},
        {.name = "again and again: each round begins anew",
         .cpu = 2,
         .pipeline = PARTIES("2", "") "    - parallel:\n"
                                      "      - {repeat: 3, do: [{run: one}, {run: b.meet}]}\n"
                                      "      - {repeat: 3, do: [{run: three}, {run: b.meet}]}\n",
         .makespan = 9,
         .claims = {AT(TOLD_GATHERED, 0, 3), AT(TOLD_GATHERED, 1, 6), AT(TOLD_GATHERED, 2, 9),
                    NUMBER(TOLD_GATHERED, 2, 3)}},
        {.name = "who comes to another method meets others: nobody passes before 4",
         .cpu = 4,
         .pipeline = PARTIES("2", "") "    - parallel:\n"
                                      "      - [{run: one}, {run: b.meet}]\n"
                                      "      - [{run: two}, {run: b.other}]\n"
                                      "      - [{run: three}, {run: b.other}]\n"
                                      "      - [{run: four}, {run: b.meet}]\n",
         .makespan = 4,
         .claims = {AT(TOLD_GATHERED, 0, 3), AT(TOLD_GATHERED, 1, 4), AT(TOLD_DONE, 3, 3)}},
        {.name = "three of two: the third waits for another round",
         .cpu = 1,
         .pipeline =
             PARTIES("2", ", timeout: 10 s") "    - {run: b.meet, times: 3, on_error: []}\n",
         .makespan = 10,
         .claims = {AT(TOLD_GATHERED, 0, 0), TIMES(TOLD_GATHERED, 1), AT(TOLD_FAILED, 0, 10),
                    COUNTED(calls.completed, 2)}},
        {.name = "its process ends: those that wait are tried again, and meet",
         .cpu = 4,
         .head = "faults: {schedule: [{at: 2.5 s, actor: B}]}\n",
         .pipeline = PARTIES("3", "") "    - parallel:\n"
                                      "      - [{run: one}, {run: b.meet}]\n"
                                      "      - [{run: two}, {run: b.meet}]\n"
                                      "      - [{run: four}, {run: b.meet}]\n",
         .makespan = 4,
         .claims = {COUNTED(calls.retried, 2), AT(TOLD_ATTEMPT_FAILED, 0, 2.5),
                    AT(TOLD_GATHERED, 0, 4), TIMES(TOLD_GATHERED, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four workers hold a GPU each, and one of them dies in its first step of 10 s. The three others
 * come to the barrier at 10 s, wait for 60 s, and give up: 3 x 60 s of GPUs that do nothing, beside
 * the barrier, which does nothing for 70 s. With the fourth alive they are idle until 12 s only. */
static void row_c11_one_dead_party_costs_all_others_the_timeout(void **state)
{
#define WORKERS(fourth)                                                                            \
    "    actors:\n" BARRIER(                                                                       \
        "4", ", timeout: 60 s") "      W: {cpu: 0, gpu: 1, methods: {step: 10 s, last: 12 s}}\n"   \
                                "    driver:\n    - {start: B, as: b}\n    - {start: W, times: "   \
                                "3, as: w}\n"                                                      \
                                "    - {start: W, as: x}\n"                                        \
                                "    - parallel:\n"                                                \
                                "      - [{run: w.step}, {run: b.meet, times: 3, on_error: []}]\n" \
                                "      - " fourth "\n"
    static const struct claimed rows[] = {
        {.name = "all alive: idle for 3 x 2 s, and the barrier for 12",
         .gpu = 4,
         .pipeline = WORKERS("[{run: x.last}, {run: b.meet}]"),
         .makespan = 12,
         .claims = {AT(TOLD_GATHERED, 0, 12), SPENT(JOB_USEFUL, 30 + 12),
                    SPENT(JOB_IDLE, 3 * 2 + 12), COUNTED(calls.failed, 0)}},
        {.name = "one dead: 3 x 60 s, and the barrier for 70",
         .gpu = 4,
         .head = "faults: {schedule: [{at: 5 s, actor: W, index: 3}]}\n",
         .pipeline = WORKERS("[{run: x.last, on_error: []}]"),
         .makespan = 70,
         .claims = {TIMES(TOLD_GATHERED, 0), AT(TOLD_ATTEMPT_FAILED, 1, 70),
                    CAUSE(TOLD_ATTEMPT_FAILED, 3, CAUSE_TIMEOUT), COUNTED(calls.failed, 4),
                    SPENT(JOB_IDLE, 3 * 60 + 70), SPENT(JOB_LOST, 5), SPENT(JOB_USEFUL, 30)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c11_a_barrier_opens_when_the_last_one_comes),
        cmocka_unit_test(row_c11_one_dead_party_costs_all_others_the_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
