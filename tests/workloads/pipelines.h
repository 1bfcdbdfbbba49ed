/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of pipelines share: a cluster, some tasks and actors, and reading back. */
#ifndef CAIRN_TESTS_WORKLOADS_PIPELINES_H
#define CAIRN_TESTS_WORKLOADS_PIPELINES_H

#include "sim/base/text.h"
#include "sim/model/program.h"
#include "tests/support.h"
#include "tests/workloads/fixture.h"

#define CLUSTER                                                                                    \
    "version: 1\ncluster: {nodes: 3, node: {cpu: 4, gpu: 1, memory: 32 GiB, custom: 2}}\n"
#define TASKS "tasks: {load: {time: 4 s, size: 12 MB}, split: {time: [2 s, 1 s]}}, "
#define ACTORS                                                                                     \
    "actors: {Trainer: {start: 3.5 s, checkpoint: {snapshot: 0.3 s}, methods: {train: 15 s, "      \
    "status: {time: 0 s, await: 1 s}}}, Other: {methods: {train: 1 s}}}, "

#define TEXT_BYTES (1 << 20)

static inline struct session *session_of_pipeline(const char *inside, const char *const *sets)
{
    static char text[TEXT_BYTES];
    int length = snprintf(text, sizeof text, CLUSTER "workload: {pipeline: {%s}}\n", inside);
    assert_true(length > 0 && (size_t)length < sizeof text);
    return session_of(text, sets);
}

static inline struct session *session_of_driver(const char *driver)
{
    static char text[TEXT_BYTES];
    int length = snprintf(text, sizeof text, TASKS ACTORS "driver: [%s]", driver);
    assert_true(length > 0 && (size_t)length < sizeof text);
    return session_of_pipeline(text, NULL);
}

static inline const struct program *program_of(const struct session *session)
{
    const struct program *program = session->scenario.spec.program;
    assert_non_null(program);
    return program;
}

/* The effective form is a scenario again, with the same digest. */
static inline void assert_reads_back(struct session *session)
{
    char *effective = printed(print_effective, &session->scenario);
    struct session *again = session_of(effective, NULL);
    assert_string_equal(program_of(again)->text, program_of(session)->text);
    assert_same_digest(scenario_digest(&again->scenario), scenario_digest(&session->scenario));
    session_close(again);
    free(effective);
}

#endif
