/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that fail in every way, for the tests of what looks at them: and what must have happened
 * somewhere in their replications, or a test of them has tested nothing. */
#ifndef CAIRN_TESTS_CAMPAIGN_FAILING_H
#define CAIRN_TESTS_CAMPAIGN_FAILING_H

#include "tests/sim/runtime/played.h"
#include <sys/mman.h>

#define COUNT(array)         (sizeof(array) / sizeof *(array))
#define FAILING_REPLICATIONS 20
#define FAILING_WANTED       11

struct failing {
    const char *name, *head, *pipeline;
    size_t wanted[FAILING_WANTED]; /* offsets of counts that are not 0; 0 ends: replication is never
                                      counted */
};
#define R(member) offsetof(struct record, member)

#define TEAM                                                                                       \
    "    tasks:\n"                                                                                 \
    "      load: {time: {exponential: 4 s}, size: 1 MB, retries: 8}\n"                             \
    "      mix: {time: 2 s, overhead: 0.5 s, size: 3 MB, fails: 20 %, retries: 20,"                \
    " retry_exceptions: true}\n"                                                                   \
    "    actors:\n"                                                                                \
    "      Team:\n"                                                                                \
    "        start: 1 s\n"                                                                         \
    "        restarts: unlimited\n"                                                                \
    "        retries: unlimited\n"                                                                 \
    "        checkpoint: {snapshot: 0.5 s, persist: 2 s, restore: 0.3 s}\n"                        \
    "        methods: {train: {time: 3 s, size: 2 MB}}\n"

static const struct failing failing[] = {
    {"team",
     "cluster: {nodes: 4, spares: 1, node: {cpu: 2}}\nhorizon: 1 h\n"
     "faults: {node: {uptime: {exponential: 50 s}, repair: {exponential: 20 s}}}\n"
     "detection: {delay: 1.5 s}\n"
     "runtime: {submit: 1 ms, lease: 2 ms, reply: 3 ms, worker_start: 0.2 s, latency: 5 ms,"
     " bandwidth: 10 MB/s, node_start: 4 s}\n",
     TEAM "    driver:\n"
          "      - {call: load, times: 6, as: parts}\n"
          "      - {start: Team, times: 2, as: team}\n"
          "      - {run: mix, each: parts, as: mixed, on_error: []}\n"
          "      - repeat: 6\n"
          "        do:\n"
          "          - {run: team.train, times: 2, with: mixed, on_error: []}\n"
          "          - {checkpoint: team, on_error: []}\n",
     {R(struck), R(attempts.failed), R(calls.retried), R(actors.restarted), R(objects.lost),
      R(objects.copied), R(completed), R(nodes[NODE_REPAIRING])}},
    {"stopped",
     "cluster: {nodes: 3, node: {cpu: 1}}\nhorizon: 20 s\n"
     "faults: {platform: {uptime: {exponential: 10 s}}}\ndetection: {delay: 1 s}\n",
     TEAM "    driver:\n"
          "      - {create: Team, times: 2, as: team}\n"
          "      - {call: load, times: 9}\n"
          "      - {run: team.train, times: 100}\n",
     {R(struck), R(job[JOB_UNCOMMITTED]), R(job[JOB_DETECT])}},
    {"round and round",
     "cluster: {nodes: 3, node: {cpu: 1}}\n",
     TEAM "    driver:\n"
          "      - {call: load, times: 2, as: parts}\n"
          "      - {run: mix, each: parts, as: mixed, on_error: []}\n"
          "      - {start: Team, as: team}\n"
          "      - {until: {team: 1}, do: [{think: 0 s}]}\n",
     {R(calls.completed), R(failed_line)}},
    {"failed",
     "cluster: {nodes: 3, spares: 2, node: {cpu: 1}}\n"
     "faults: {node: {uptime: {exponential: 20 s}, repair: {exponential: 1 min}}}\n",
     "    tasks: {load: {time: 9 s, retries: 1}, use: {time: 1 s}}\n"
     "    actors: {A: {start: 1 s, methods: {m: {time: 2 s, fails: 10 %}}}}\n"
     "    jobs:\n"
     "      - name: a\n"
     "        count: 3\n"
     "        every: {exponential: 5 s}\n"
     "        driver:\n"
     "          - {start: A, as: a}\n"
     "          - {call: load, times: 3, as: x}\n"
     "          - {call: use, times: 2, with: x}\n"
     "          - {run: a.m, times: 4}\n"
     "          - {get: x}\n"
     "      - name: b\n"
     "        driver: [{put: 2 MB, as: o}, {run: use, with: o}, {think: 3 s}]\n",
     {R(struck), R(calls.failed), R(actors.dead), R(failed_line), R(objects.stored),
      R(job[JOB_LOST])}},
    {"served",
     "cluster: {nodes: 4, zone: 2, node: {cpu: 2}}\nhorizon: 1 h\n"
     "faults: {node: {uptime: {exponential: 40 s}, repair: {exponential: 10 s}}}\n"
     "detection: {delay: 1.5 s, worker: 0.5 s}\nrouter: {name: power-of-two, max_ongoing: 2}\n"
     "runtime: {latency: 5 ms, driver: first-node}\n",
     "    actors:\n"
     "      R:\n"
     "        start: 1 s\n"
     "        cpu: 1\n"
     "        restarts: unlimited\n"
     "        retries: 2\n"
     "        crash: {exponential: 30 s}\n"
     "        methods: {serve: {time: {exponential: 0.8 s}, fails: 5 %}}\n"
     "    driver:\n"
     "      - {start: R, times: 4, as: team, on_error: []}\n"
     "      - {repeat: 80, do: [{think: {exponential: 0.5 s}}, {call: team.serve, times: 2, to: "
     "one}]}\n"
     "      - {run: team.serve, times: 6, to: one, on_error: []}\n",
     {R(struck), R(calls.failed), R(calls.retried), R(routes.refused), R(routes.misrouted),
      R(routes.waits), R(routes.near[0]), R(routes.near[2])}},
    {"foretold",
     "cluster: {nodes: 2, node: {cpu: 1}}\n"
     "faults: {platform: {uptime: {exponential: 30 s}}, prediction: {recall: 80 %,"
     " precision: 50 %, lead: 5 s}}\n",
     "    tasks: {load: {time: 5 s, retries: unlimited}}\n"
     "    driver: [{run: load, times: 20}]\n",
     {R(struck), R(predictions), R(attempts.failed)}},
    {"threads",
     "cluster: {nodes: 2, node: {cpu: 4}}\n"
     "faults: {node: {uptime: {exponential: 40 s}}}\ndetection: {delay: 2 s}\n",
     "    actors:\n"
     "      Pool: {start: 1 s, restarts: unlimited, retries: unlimited, concurrency: 3, methods: "
     "{serve: {time: [2 s, 3 s, 5 s], await: 1 s}}}\n"
     "    driver:\n"
     "      - {start: Pool, as: p}\n"
     "      - {run: p.serve, times: 40}\n"
     "      - {kill: p}\n",
     {R(struck), R(calls.retried), R(actors.restarted), R(lost_work)}},
    {"short of room",
     "cluster: {nodes: 2, node: {cpu: 3, memory: 1 GB}}\nhorizon: 1 h\n"
     "faults: {node: {uptime: {exponential: 60 s}, repair: {exponential: 5 s}}}\n"
     "detection: {delay: 2 s, worker: 1 s}\n"
     "runtime: {bandwidth: 100 MB/s, objects: {memory: 200 MB}, lineage: 4 KiB,"
     " spill: {bandwidth: 20 MB/s, fused: 1 MB}}\n",
     "    tasks:\n"
     "      load: {time: 2 s, size: 50 MB, uses: 400 MB, retries: unlimited}\n"
     "      keep: {time: 3 s, size: 60 MB, checkpoint: {write: 2 s, read: 1 s}, retries: "
     "unlimited}\n"
     "    actors: {A: {restarts: unlimited, retries: unlimited, methods: {m: {time: 1 s, size: 40 "
     "MB}}}}\n"
     "    driver:\n"
     "      - {start: A, times: 2, as: a}\n"
     "      - {call: load, times: 8, as: x}\n"
     "      - {call: keep, each: x, as: y}\n"
     "      - {call: a.m, times: 3, as: z}\n"
     "      - {get: x, on_error: []}\n"
     "      - {think: 30 s}\n"
     "      - {run: keep, each: y, on_error: []}\n"
     "      - {get: [z, y], on_error: []}\n",
     {R(struck), R(job[JOB_BLOCKED]), R(job[JOB_CHECKPOINT]), R(job[JOB_RESTORE]), R(lost_work),
      R(attempts.failed), R(objects.lost), R(calls.failed), R(objects.evicted), R(objects.spilled),
      R(attempts.killed)}},
    {"queues",
     "cluster: {nodes: 2, node: {cpu: 4}}\nhorizon: 3 min\n"
     "faults: {node: {uptime: {exponential: 30 s}, repair: {exponential: 5 s}}}\n"
     "detection: {delay: 2 s}\n",
     "    actors:\n"
     "      Q: {start: 1 s, restarts: unlimited, retries: 5, queue: {capacity: 4, items: "
     "checkpointed}, checkpoint: {snapshot: 0.2 s, persist: 1 s, restore: 0.5 s}, methods: {put: "
     "{puts: 2, time: 0.1 s}, get: {gets: 2, partial: true, time: 0.2 s, await: 1 s, timeout: 6 "
     "s}, meet: {time: 0 s, gathers: 2, timeout: 3 s}}}\n"
     "    driver:\n"
     "      - {start: Q, times: 2, as: q}\n"
     "      - parallel:\n"
     "        - {times: 2, do: [{repeat: 12, do: [{run: q.put, on_error: []}, {think: 1 s}]}]}\n"
     "        - {times: 2, do: [{repeat: 10, do: [{run: q.get, on_error: []}, {think: 2 s}]}]}\n"
     "        - {times: 2, do: [{repeat: 5, do: [{run: q.meet, on_error: []}, {think: 3 s}]}]}\n"
     "        - {repeat: 8, do: [{checkpoint: q, on_error: []}, {think: 4 s}]}\n",
     {R(struck), R(restored), R(items.put), R(items.delivered), R(items.lost), R(items.left),
      R(items.doubled), R(items.high)}},
};

static inline void failing_count(const struct failing *program, const struct record *record,
                                 bool has[FAILING_WANTED])
{
    for (size_t k = 0; k < FAILING_WANTED && program->wanted[k]; k++)
        has[k] |= *(const uint32_t *)(const void *)((const char *)record + program->wanted[k]) != 0;
}

static inline void failing_check(const struct failing *program, const bool has[FAILING_WANTED])
{
    for (size_t k = 0; k < FAILING_WANTED && program->wanted[k]; k++)
        if (!has[k])
            fail_msg("%s: nothing of count %zu happened", program->name, k);
}

/* What is written to *sink, which the test frees: a file without a name, and without the disk. */
static inline struct sink *caught_open(void)
{
    struct sink *sink = calloc(1, sizeof *sink);
    int file = memfd_create("caught", 0);
    assert_non_null(sink);
    assert_true(file >= 0);
    io_open_fd(sink, file, "caught");
    return sink;
}

static inline char *caught_close(struct sink *sink, struct diag *diag)
{
    int file = sink->fd;
    assert_int_equal(io_close(sink, diag), STATUS_OK);
    off_t length = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)length + 1);
    assert_non_null(text);
    assert_true(pread(file, text, (size_t)length, 0) == length);
    close(file);
    free(sink);
    return text;
}

#endif
