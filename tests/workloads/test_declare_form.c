/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: tasks, actors, amounts and jobs have the fields that they say, and Ray's defaults where
 * they say nothing. Method: programs compared field by field with values worked out by hand. */
#include "tests/workloads/pipelines.h"

static void a_task_has_the_fields_it_says_and_rays_defaults(void **state)
{
    static const char text[] = "tasks: {bare: 2 s, full: {time: {constant: 1 s}, await: 3 s, "
                               "overhead: 200 ms, size: {constant: "
                               "3 kB}, cpu: 0.5, gpu: 1, memory: 2 GiB, custom: 1.5, strategy: "
                               "spread, priority: -3, retries: "
                               "unlimited, retry_exceptions: true, fails: {probability: 25 %, "
                               "after: 7, at: 0.5}}, half: {time: "
                               "0 s, fails: 50 %}}, driver: [{run: bare}]";
    struct session *session = session_of_pipeline(text, NULL);
    const struct program *program = program_of(session);
    const struct program_function *bare = &program->functions[0], *full = &program->functions[1],
                                  *half = &program->functions[2];
    (void)state;
    assert_int_equal(program->functions_count, 3);
    assert_int_equal(program->actors_count, 0);
    assert_string_equal(bare->name, "bare");
    assert_int_equal(bare->actor, PROGRAM_NOTHING);
    assert_int_equal(amount_of(&bare->time, 5, 0.5), 2 * SIMTIME_SECOND);
    assert_true(amount_is_zero(&bare->await) && amount_is_zero(&bare->overhead));
    assert_true(amount_is_zero(&bare->size));
    assert_int_equal(bare->demand.of[CAIRN_CPU], CAIRN_WHOLE);
    assert_int_equal(bare->demand.of[CAIRN_GPU] + bare->demand.of[CAIRN_MEMORY], 0);
    assert_int_equal(bare->strategy, CAIRN_PLACE_DEFAULT);
    assert_int_equal(bare->retries, 3);
    assert_false(bare->retry_exceptions);
    assert_int_equal(bare->fails.ppm, 0);
    assert_int_equal(amount_of(&full->time, 0, 0.5), SIMTIME_SECOND);
    assert_int_equal(full->await.constant, 3 * SIMTIME_SECOND);
    assert_int_equal(full->overhead.constant, SIMTIME_SECOND / 5);
    assert_int_equal(amount_of(&full->size, 0, 0.5), 3000);
    assert_int_equal(full->demand.of[CAIRN_CPU], CAIRN_WHOLE / 2);
    assert_int_equal(full->demand.of[CAIRN_GPU], CAIRN_WHOLE);
    assert_int_equal(full->demand.of[CAIRN_MEMORY], INT64_C(2) << 30);
    assert_int_equal(full->demand.of[CAIRN_CUSTOM], 15000);
    assert_int_equal(full->strategy, CAIRN_PLACE_SPREAD);
    assert_int_equal(full->priority, -3);
    assert_int_equal(full->retries, PROGRAM_FOR_EVER);
    assert_true(full->retry_exceptions);
    assert_int_equal(full->fails.ppm, 250000);
    assert_int_equal(full->fails.after, 7);
    assert_int_equal(full->fails.at_ppm, 500000);
    assert_int_equal(half->fails.ppm, 500000);
    assert_int_equal(half->fails.at_ppm, 0);
    session_close(session);
}

static void an_actor_has_the_fields_it_says_and_rays_defaults(void **state)
{
    static const char text[] = "tasks: {load: 1 s}, actors: {Plain: {}, Full: {start: 3.5 s, cpu: "
                               "2, gpu: 1, memory: 1 GiB, "
                               "custom: 2, strategy: spread, restarts: 3, retries: unlimited, "
                               "concurrency: 4, detached: true, "
                               "checkpoint: {snapshot: 0.3 s, persist: 1 s, restore: 0.2 s, keep: "
                               "5, restore_on_restart: false, "
                               "where: memory}, methods: {a: 1 s, b: {time: 2 s, size: 1 kB}}}, "
                               "Async: {async: true, cpu: 0, "
                               "checkpoint: {}, methods: {a: 3 s}}}, driver: [{run: load}]";
    struct session *session = session_of_pipeline(text, NULL);
    const struct program *program = program_of(session);
    const struct program_actor *plain = &program->actors[0], *full = &program->actors[1],
                               *async = &program->actors[2];
    (void)state;
    assert_int_equal(program->actors_count, 3);
    assert_string_equal(plain->name, "Plain");
    assert_int_equal(plain->placed.of[CAIRN_CPU], CAIRN_WHOLE);
    assert_int_equal(plain->held.of[CAIRN_CPU], 0);
    assert_int_equal(plain->restarts, 0);
    assert_int_equal(plain->task_retries, 0);
    assert_int_equal(plain->concurrency, 1);
    assert_false(plain->is_async || plain->is_detached || plain->checkpoint.is_given);
    assert_int_equal(full->start.constant, 3500 * SIMTIME_SECOND / 1000);
    assert_memory_equal(&full->placed, &full->held, sizeof full->held);
    assert_int_equal(full->held.of[CAIRN_CPU], 2 * CAIRN_WHOLE);
    assert_int_equal(full->held.of[CAIRN_GPU], CAIRN_WHOLE);
    assert_int_equal(full->held.of[CAIRN_MEMORY], INT64_C(1) << 30);
    assert_int_equal(full->held.of[CAIRN_CUSTOM], 2 * CAIRN_WHOLE);
    assert_int_equal(full->strategy, CAIRN_PLACE_SPREAD);
    assert_int_equal(full->restarts, 3);
    assert_int_equal(full->task_retries, PROGRAM_FOR_EVER);
    assert_int_equal(full->concurrency, 4);
    assert_true(full->is_detached && full->checkpoint.is_given && full->checkpoint.in_memory);
    assert_false(full->checkpoint.is_automatic);
    assert_int_equal(full->checkpoint.keep, 5);
    assert_int_equal(full->checkpoint.persist.constant, SIMTIME_SECOND);
    assert_true(async->is_async && async->checkpoint.is_automatic && async->checkpoint.is_given);
    assert_int_equal(async->concurrency, 1000);
    assert_int_equal(async->placed.of[CAIRN_CPU] + async->held.of[CAIRN_CPU], 0);
    assert_int_equal(async->checkpoint.keep, 2);
    assert_false(async->checkpoint.in_memory);
    assert_int_equal(program->functions_count, 4);
    assert_string_equal(program->functions[1].name, "Full.a");
    assert_int_equal(program->functions[1].actor, 1);
    assert_int_equal(program->functions[2].size.constant, 1000);
    assert_string_equal(program->functions[3].name, "Async.a");
    assert_int_equal(program->functions[3].actor, 2);
    session_close(session);
}

static void a_queue_is_async_and_lost_unless_it_says(void **state)
{
    static const char text[] =
        "actors: {A: {queue: {}, methods: {put: {time: 0 s, puts: 2}}}, B: {queue: {capacity: 7, "
        "items: kept}, async: false, concurrency: 3, methods: {get: {time: 0 s, gets: 5, partial: "
        "true, timeout: 0 s, item: 3 ms}}}, C: {async: true, methods: {meet: {time: 0 s, gathers: "
        "4, timeout: 1 min}}}}, driver: [{create: A}]";
    struct session *session = session_of_pipeline(text, NULL);
    const struct program *program = program_of(session);
    const struct program_actor *a = &program->actors[0], *b = &program->actors[1];
    const struct program_function *put = &program->functions[0], *get = &program->functions[1],
                                  *meet = &program->functions[2];
    (void)state;
    assert_true(a->queue.is_given && a->is_async);
    assert_int_equal(a->concurrency, 1000);
    assert_int_equal(a->queue.capacity, 0);
    assert_int_equal(a->queue.items, ITEMS_LOST);
    assert_true(b->queue.is_given && !b->is_async);
    assert_int_equal(b->concurrency, 3);
    assert_int_equal(b->queue.capacity, 7);
    assert_int_equal(b->queue.items, ITEMS_KEPT);
    assert_false(program->actors[2].queue.is_given);
    assert_int_equal(put->puts, 2);
    assert_false(put->timeout.has_end || put->is_partial);
    assert_int_equal(get->gets, 5);
    assert_true(get->timeout.has_end && get->is_partial);
    assert_int_equal(get->timeout.time, 0);
    assert_int_equal(get->item.constant, 3 * SIMTIME_SECOND / 1000);
    assert_int_equal(meet->gathers, 4);
    assert_int_equal(meet->timeout.time, SIMTIME_MINUTE);
    session_close(session);
}

static void amounts_are_constants_lists_or_laws(void **state)
{
    static const struct {
        const char *task;
        int64_t time[3], size[3]; /* of calls 0, 1, 2, at u = 1/2, 1/2, 1/4 */
    } cases[] = {
        {"2 s", {2000000000, 2000000000, 2000000000}, {0}},
        {"[2 s, 1 s]", {2000000000, 1000000000, 2000000000}, {0}},
        {"{uniform: {low: 1 s, high: 3 s}}", {2000000000, 2000000000, 2500000000}, {0}},
        {"{time: 1 s, size: [1 MB, 2 MB, 3 B]}",
         {1000000000, 1000000000, 1000000000},
         {1000000, 2000000, 3}},
        {"{time: [0 s], size: {uniform: {low: 0 B, high: 4 KiB}}}", {0}, {2048, 2048, 3072}},
        {"{time: 0 s, size: {empirical: [1 TB, 2 TB, 3 TB]}}",
         {0},
         {INT64_C(2000000000000), INT64_C(2000000000000), INT64_C(3000000000000)}},
        {"{time: 0 s, size: {pareto: {alpha: 2, minimum: 1 GB}}}",
         {0},
         {INT64_C(1414213562), INT64_C(1414213562), INT64_C(2000000000)}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        snprintf(text, sizeof text, "tasks: {a: %s}, driver: [{run: a}]", cases[i].task);
        struct session *session = session_of_pipeline(text, NULL);
        const struct program_function *function = &program_of(session)->functions[0];
        for (unsigned k = 0; k < 3; k++) {
            double u = k < 2 ? 0.5 : 0.25;
            assert_int_equal(amount_of(&function->time, k, u), cases[i].time[k]);
            assert_int_equal(amount_of(&function->size, k, u), cases[i].size[k]);
        }
        session_close(session);
    }
}

static void jobs_arrive_by_count_or_by_list(void **state)
{
    static const char text[] =
        "tasks: {load: 1 s}, jobs: [{name: a, driver: [{run: load, as: x}, {get: x}]}, {name: b, "
        "count: "
        "100, every: {exponential: 10 s}, driver: [{run: load}]}, {name: c, at: [1 s, 1 s, 5 s], "
        "driver: "
        "[{run: load, as: x}, {run: load, as: y}]}, {name: d, at: 3 s, driver: [{run: load}]}]";
    struct session *session = session_of_pipeline(text, NULL);
    const struct program *program = program_of(session);
    const struct program_job *jobs = program->jobs;
    (void)state;
    assert_int_equal(program->jobs_count, 4);
    assert_string_equal(jobs[0].name, "a");
    assert_int_equal(jobs[0].count, 1);
    assert_true(amount_is_zero(&jobs[0].apart));
    assert_int_equal(jobs[0].end, 2);
    assert_int_equal(jobs[0].slots, 1);
    assert_int_equal(jobs[1].count, 100);
    assert_int_equal(jobs[1].apart.kind, AMOUNT_LAW);
    assert_int_equal(jobs[1].body, 2);
    assert_int_equal(jobs[1].end, 3);
    assert_int_equal(jobs[2].count, 3);
    assert_int_equal(amount_of(&jobs[2].apart, 0, 0), SIMTIME_SECOND);
    assert_int_equal(amount_of(&jobs[2].apart, 1, 0), 0);
    assert_int_equal(amount_of(&jobs[2].apart, 2, 0), 4 * SIMTIME_SECOND);
    assert_int_equal(jobs[2].slots, 2);
    assert_int_equal(jobs[3].count, 1);
    assert_int_equal(amount_of(&jobs[3].apart, 0, 0), 3 * SIMTIME_SECOND);
    session_close(session);
}

static void beside_a_pipeline_the_group_is_the_cluster(void **state)
{
    static const char *const sets[] = {"runtime.latency=1 ms", "runtime.bandwidth=1 GB/s",
                                       "runtime.worker_at_once=2", "detection.worker=3 s", NULL};
    struct session *session = session_of_pipeline(TASKS "driver: [{run: load}]", sets);
    const struct spec *spec = &session->scenario.spec;
    (void)state;
    assert_int_equal(spec->group.workers, 3);
    assert_int_equal(spec->group.work, 0);
    assert_true(spec->cluster.node_custom == 2);
    assert_int_equal(spec->runtime.latency, SIMTIME_SECOND / 1000);
    assert_true(spec->runtime.bandwidth == 1e9);
    assert_int_equal(spec->runtime.worker_at_once, 2);
    assert_int_equal(spec->runtime.worker_detection, 3 * SIMTIME_SECOND);
    assert_int_equal(spec->runtime.inline_size, 102400);
    assert_int_equal(spec->runtime.submit, 0);
    session_close(session);
}

/* 0.29 of a processor is 2900 units on both sides, though 0.29 * 10000 is less in binary. */
static void a_demand_of_all_that_a_node_has_fits(void **state)
{
    static const char *const shares[] = {"0.29", "0.57", "0.0001", "1.1", "1000000000"};
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        char text[300];
        snprintf(
            text, sizeof text,
            "version: 1\ncluster: {nodes: 1, node: {cpu: %s, gpu: %s, custom: %s}}\nworkload: "
            "{pipeline: {tasks: {a: {time: 1 s, cpu: %s, gpu: %s, custom: %s}}, driver: [{run: "
            "a}]}}\n",
            shares[i], shares[i], shares[i], shares[i], shares[i], shares[i]);
        session_close(session_of(text, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_has_the_fields_it_says_and_rays_defaults),
        cmocka_unit_test(an_actor_has_the_fields_it_says_and_rays_defaults),
        cmocka_unit_test(a_queue_is_async_and_lost_unless_it_says),
        cmocka_unit_test(amounts_are_constants_lists_or_laws),
        cmocka_unit_test(jobs_arrive_by_count_or_by_list),
        cmocka_unit_test(a_demand_of_all_that_a_node_has_fits),
        cmocka_unit_test(beside_a_pipeline_the_group_is_the_cluster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
