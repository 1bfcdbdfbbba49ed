/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: stateless tasks do what rows A01 to A05 say. Method: small programs as text, whose times
 * are computed by hand. */
#include "tests/sim/runtime/played.h"

/* Two tasks of 2 s and 1 s: on two slots they end at 2 s, on one at 3 s. */
static void row_a03_parallel_tasks(void **state)
{
    static const struct {
        const char *cpu;
        double makespan;
    } rows[] = {{"2", 2}, {"1", 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[128];
        snprintf(head, sizeof head, "cluster: {nodes: 1, node: {cpu: %s}}", rows[i].cpu);
        played_open(&played, head,
                    "    tasks: {subset: {time: [2 s, 1 s]}}\n"
                    "    driver: [{run: subset, times: 2}]\n");
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        assert_true(simtime_seconds(r->makespan) == rows[i].makespan);
        assert_true(slot_seconds(r->job[JOB_USEFUL]) == 3);
        played_close(&played);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a03_parallel_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
