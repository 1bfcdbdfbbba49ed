/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what document B promises of probes and of nodes that fall silent, what asynchronous
 * checkpoints cost, and that policies meet the same failures. Method: exact failures, bounds
 * reckoned by hand over many phases; traces compared. */
#include "tests/sim/runtime/played.h"
#include <math.h>

struct span {
    double least, most;
};

/* When the n-th of this kind was told, over 300 replications: the phase of the probes differs. */
static struct span over_phases(struct played *played, enum told_kind kind, uint32_t n, double since)
{
    struct span span = {INFINITY, 0};
    for (uint32_t run = 0; run < 300; run++) {
        assert_int_equal(played_run(played, run)->struck, 1);
        double took = played_time(played, kind, n) - since;
        span.least = took < span.least ? took : span.least;
        span.most = took > span.most ? took : span.most;
    }
    return span;
}

/* Probes every 30 s, a timeout of 10 s, three in a row: a node that stops at a random phase is
 * known to be dead 2 * 30 + 10 to 3 * 30 + 10 s later. */
static void row_b20_a_stop_is_seen_within_the_probes_bounds(void **state)
{
    struct played played;
    (void)state;
    played_open(&played,
                "cluster: {nodes: 2, node: {cpu: 1}}\n"
                "faults: {schedule: [{at: 100 s, node: 0, hang: true}]}\n"
                "detection: {period: 30 s, timeout: 10 s, threshold: 3, probes: fixed}",
                "    tasks: {work: 150 s}\n"
                "    driver: [{run: work}]\n");
    struct span span = over_phases(&played, TOLD_HOST_DETECTED, 0, 100);
    print_message("    seen %.2f to %.2f s after the stop\n", span.least, span.most);
    assert_true(span.least >= 70 && span.most <= 100);
    assert_true(span.least < 70.5 && span.most > 99.5);
    played_close(&played);
}

/* A node without a heartbeat (one every 10 s) for 60 s has failed: its task is submitted again in
 * (50, 60] s after the stop, once, on the other node; none is lost, none is done twice. */
static void row_b19_tasks_of_a_silent_node_are_redistributed(void **state)
{
    struct played played;
    (void)state;
    played_open(
        &played,
        "cluster: {nodes: 2, node: {cpu: 1}}\n"
        "faults: {initial_age: new, node: {uptime: {constant: 1 y}, repair: {constant: 1 h}}, "
        "schedule: [{at: 20 s, node: 0}]}\n"
        "detection: {period: 10 s, threshold: 6, probes: fixed}",
        "    tasks: {work: 30 s}\n"
        "    driver: [{run: work, times: 2}]\n");
    struct span span = over_phases(&played, TOLD_RETRIED, 0, 20);
    assert_true(span.least > 50 && span.most <= 60);
    assert_true(span.least < 50.5 && span.most > 59.5);
    assert_int_equal(played.record.calls.completed, 2);
    assert_int_equal(played.record.calls.retried, 1);
    assert_int_equal(played_count(&played, TOLD_STARTED), 3);
    assert_int_equal(played_count(&played, TOLD_ENDED), 2);
    assert_int_equal(played_told(&played, TOLD_STARTED, 2)->host, 1);
    played_close(&played);
}

/* A snapshot blocks 1 s, 6 s more persist in the background: calls of 5 s go on meanwhile. A crash
 * at 12.5 s finds the checkpoint of 5 s incomplete (it would be at 12 s: complete), the one at 24 s
 * not.
 */
static void row_k11_what_persists_in_the_background_does_not_block(void **state)
{
    static const struct {
        const char *faults;
        double makespan, checkpoint;
        uint64_t restored, aborted;
        int64_t version; /* restored */
    } rows[] = {
        /* 4 calls, checkpoints after the 1st and the 3rd: 20 + 2 s, nobody waits. */
        {"", 22, 2, 0, 0, 0},
        /* The first persists from 6 to 12 s; its process ends at 11.5 s, nothing is complete. */
        {"faults: {schedule: [{at: 11.5 s, actor: T}]}\n", 11.5 + 22, 3, 0, 1, 0},
        /* At 13 s it is complete: 1 call is back at 14 s, 3 more and one snapshot follow. */
        {"faults: {schedule: [{at: 13 s, actor: T}]}\n", 13 + 1 + 15 + 1, 2, 1, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[300];
        snprintf(head, sizeof head,
                 "cluster: {nodes: 1, node: {cpu: 1}}\n"
                 "controller: {name: fixed, interval: 5 s}\n%s",
                 rows[i].faults);
        played_open(
            &played, head,
            "    actors:\n"
            "      T: {restarts: unlimited, retries: unlimited, checkpoint: {snapshot: 1 s, "
            "persist: 6 s, restore: 1 s}, methods: {m: 5 s}}\n"
            "    driver:\n"
            "    - {start: T, as: t}\n"
            "    - {until: {t: 4}, do: [{run: t.m}]}\n");
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        if (simtime_seconds(r->makespan) != rows[i].makespan ||
            slot_seconds(r->job[JOB_CHECKPOINT]) != rows[i].checkpoint)
            fail_msg("row %zu: %.3f s, %.3f s of checkpoints", i, simtime_seconds(r->makespan),
                     slot_seconds(r->job[JOB_CHECKPOINT]));
        assert_int_equal(r->restored, rows[i].restored);
        if (rows[i].restored > 0)
            assert_true(played_told(&played, TOLD_RESTORED, 0)->amount == rows[i].version);
        played_close(&played);
    }
}

/* The same failures under every scheduler, recovery and controller, as far as both can tell: laws
 * of nodes, racks and the platform, with repair. */
static void row_k15_every_policy_meets_the_same_failures(void **state)
{
    static const char *const policies[] = {
        "scheduler: first-fit\n",
        "scheduler: ray-hybrid\nrecovery: {name: backoff, delay: exponential, base: 3 s}\n",
        "scheduler: {name: best-fit, order: shortest}\ncontroller: {name: fixed, interval: 7 s}\n",
        "scheduler: spread\nrecovery: train\ncontroller: online\n",
    };
    struct failure_trace first[20];
    uint64_t outages = 0;
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct played played;
        char head[600];
        snprintf(head, sizeof head,
                 "cluster: {nodes: 6, spares: 1, rack: 2, node: {cpu: 2}}\nhorizon: 10 min\n"
                 "faults: {node: {uptime: {weibull: {shape: 0.7, mean: 2 min}}, repair: "
                 "{exponential: 20 s}}, rack: {uptime: {exponential: 5 min}, repair: {constant: 10 "
                 "s}}, platform: {uptime: {exponential: 4 min}, repair: {constant: 5 s}}}\n"
                 "detection: {delay: 2 s}\n%s",
                 policies[i]);
        played_open(&played, head,
                    "    tasks: {work: {time: {exponential: 8 s}, retries: unlimited}}\n"
                    "    actors: {T: {restarts: unlimited, retries: unlimited, checkpoint: "
                    "{snapshot: 1 s}, methods: {m: 3 s}}}\n"
                    "    driver:\n"
                    "    - {call: work, times: 100, as: x}\n"
                    "    - {start: T, as: t, on_error: []}\n"
                    "    - {repeat: 20, do: [{run: t.m, on_error: []}]}\n"
                    "    - {get: x, on_error: []}\n");
        for (uint32_t run = 0; run < 20; run++) {
            const struct record *r = played_run(&played, run);
            if (i == 0)
                first[run] = r->trace;
            assert_true(failure_trace_agrees(&first[run], &r->trace));
            outages += r->trace.outages;
        }
        played_close(&played);
    }
    print_message("    %d outages\n", (int)outages);
    assert_true(outages > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_b20_a_stop_is_seen_within_the_probes_bounds),
        cmocka_unit_test(row_b19_tasks_of_a_silent_node_are_redistributed),
        cmocka_unit_test(row_k11_what_persists_in_the_background_does_not_block),
        cmocka_unit_test(row_k15_every_policy_meets_the_same_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
