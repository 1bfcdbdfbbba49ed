/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the lines of --events are enough: both ledgers and every count of the record can be added
 * up from them, to the nanosecond. Method: programs that fail in every way are run; their lines are
 * read back as anybody would read them, added up, and held against the record of the run.
 */
#include "sim/campaign/events.h"

#include "policies/recovery.h"
#include "sim/base/json.h"
#include "sim/campaign/row.h"
#include "sim/campaign/witness.h"
#include "tests/sim/runtime/played.h"
#include "tests/support.h"

#define HOSTS        16
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- reading ---- */

/* A member of a line; its integer, or its text with a NUL. */
static bool find(const char *line, size_t length, const char *key, char word[64], int64_t *number)
{
    struct json_reader reader = json_open(line, length);
    struct json_value name, value;
    enum json_step step;
    bool is_found = false;
    while ((step = json_next(&reader, &name, &value)) == JSON_MEMBER) {
        if (!json_is(&name, key))
            continue;
        is_found = true;
        if (value.kind == JSON_TEXT)
            snprintf(word, 64, "%.*s", (int)value.length, value.text);
        else
            *number = value.integer;
    }
    if (step != JSON_END)
        fail_msg("no flat object: %.*s", (int)length, line);
    return is_found;
}

static int64_t number_of(const char *line, size_t length, const char *key)
{
    char word[64];
    int64_t number = -1;
    if (!find(line, length, key, word, &number))
        fail_msg("no %s in %.*s", key, (int)length, line);
    return number;
}

static unsigned index_of(const char *const *names, unsigned count, const char *line, size_t length,
                         const char *key)
{
    char word[64] = "";
    int64_t number;
    assert_true(find(line, length, key, word, &number));
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    fail_msg("%s '%s' is unknown", key, word);
    return 0;
}

/* ---- adding up ---- */

struct sums {
    struct record record;
    int64_t nodes, spare, repairing, changed; /* nodes out of the cluster since `changed` */
    slot_ns out[2];
    struct {
        int64_t seats, since;
        bool is_gone; /* its node is in repair */
    } hosts[HOSTS];
    slot_ns busy;
};

static void add_nodes(struct sums *sums, int64_t time)
{
    sums->out[0] += (slot_ns)sums->spare * (time - sums->changed);
    sums->out[1] += (slot_ns)sums->repairing * (time - sums->changed);
    sums->changed = time;
}

static unsigned host_of(const char *line, size_t length)
{
    char word[64] = "";
    int64_t number;
    assert_true(find(line, length, "host", word, &number));
    assert_memory_equal(word, "node", 4);
    long host = strtol(word + 4, NULL, 10);
    assert_in_range(host, 0, HOSTS - 1);
    return (unsigned)host;
}

static void add_seat(struct sums *sums, const char *line, size_t length, int64_t time, bool is_in)
{
    unsigned host = host_of(line, length);
    if (is_in && sums->hosts[host].seats++ == 0)
        sums->hosts[host].since = time;
    else if (!is_in && --sums->hosts[host].seats == 0)
        sums->busy += sums->hosts[host].is_gone ? 0 : time - sums->hosts[host].since;
    assert_true(sums->hosts[host].seats >= 0);
}

/* A node that leaves holds nothing, whoever still sits in its place. */
static void add_host(struct sums *sums, const char *line, size_t length, int64_t time, bool is_gone)
{
    unsigned host = host_of(line, length);
    if (is_gone && sums->hosts[host].seats > 0)
        sums->busy += time - sums->hosts[host].since;
    sums->hosts[host].is_gone = is_gone;
}

static void add_actor(struct record *r, const char *line, size_t length)
{
    char state[64] = "", cause[64] = "";
    int64_t number;
    assert_true(find(line, length, "state", state, &number));
    find(line, length, "cause", cause, &number);
    r->actors.created += strcmp(state, "DEPENDENCIES_UNREADY") == 0;
    r->actors.dead += strcmp(state, "DEAD") == 0 && strcmp(cause, "owner") != 0;
}

static void add_outage(struct record *r, const char *line, size_t length)
{
    int64_t held = number_of(line, length, "held"), others = number_of(line, length, "others");
    r->struck += held > 0;
    r->elsewhere += (uint64_t)others;
    r->shielded += held == 0 && others == 0;
}

static void add_end(struct record *r, const char *line, size_t length)
{
    char cause[64];
    int64_t number;
    if (!find(line, length, "cause", cause, &number))
        return;
    r->end = END_FAILED;
    r->failed_cause = index_of(witness_causes, CAIRN_CAUSES, line, length, "cause");
    r->failed_line = (uint32_t)number_of(line, length, "line");
}

static void add_move(struct record *r, const char *line, size_t length)
{
    unsigned from = index_of(job_class_names, JOB_CLASSES, line, length, "from");
    unsigned to = index_of(job_class_names, JOB_CLASSES, line, length, "class");
    int64_t amount = number_of(line, length, "amount_ns");
    r->job[from] -= amount;
    r->job[to] += amount;
    r->lost_work += from == JOB_USEFUL && to == JOB_LOST ? amount : 0;
}

static void add_counts(struct record *r, enum told_kind kind, const char *line, size_t length)
{
    r->calls.completed += kind == TOLD_DONE;
    r->calls.failed += kind == TOLD_FAILED;
    r->calls.retried += kind == TOLD_RETRIED;
    r->attempts.failed += kind == TOLD_ATTEMPT_FAILED;
    r->actors.restarted += kind == TOLD_ACTOR_RESTARTED;
    r->objects.stored += kind == TOLD_STORED;
    r->objects.copied += kind == TOLD_COPIED;
    r->objects.lost += kind == TOLD_OBJECT_LOST;
    r->objects.rebuilt += kind == TOLD_OBJECT_REBUILT;
    r->taken += kind == TOLD_SNAPSHOT;
    r->completed += kind == TOLD_COMPLETE;
    r->checkpoints_aborted += kind == TOLD_ABORTED;
    r->restored += kind == TOLD_RESTORED;
    r->predictions += kind == TOLD_PREDICTION;
    r->notices += kind == TOLD_NOTICE;
    r->events += kind < TOLD_SPAN;
    if (kind == TOLD_SUBMITTED)
        r->calls.submitted += (uint64_t)number_of(line, length, "count");
    if (kind == TOLD_MOVED)
        r->bytes.moved += (uint64_t)number_of(line, length, "bytes");
}

static void add_line(struct sums *sums, const char *line, size_t length)
{
    struct record *r = &sums->record;
    enum told_kind kind = index_of(told_names, TOLD_KINDS, line, length, "event");
    int64_t time = number_of(line, length, "time_ns");
    assert_true(time >= r->makespan);
    r->makespan = time;
    add_counts(r, kind, line, length);
    if (kind == TOLD_PLACED || kind == TOLD_LEFT)
        add_seat(sums, line, length, time, kind == TOLD_PLACED);
    if (kind == TOLD_HOST_UP)
        add_host(sums, line, length, time, false);
    if (kind == TOLD_HOST_DOWN && number_of(line, length, "left") == 1)
        add_host(sums, line, length, time, true);
    if (kind == TOLD_ACTOR)
        add_actor(r, line, length);
    if (kind == TOLD_OUTAGE)
        add_outage(r, line, length);
    if (kind == TOLD_JOB_ENDED)
        add_end(r, line, length);
    if (kind == TOLD_STOPPED)
        r->end = index_of(row_ends, RUN_ENDS, line, length, "end");
    if (kind == TOLD_MOVE)
        add_move(r, line, length);
    if (kind == TOLD_SPAN)
        r->job[index_of(job_class_names, JOB_CLASSES, line, length, "class")] +=
            time - number_of(line, length, "since_ns");
    if (kind == TOLD_NODES) {
        add_nodes(sums, time);
        sums->spare = number_of(line, length, "spare");
        sums->repairing = number_of(line, length, "repairing");
    }
}

/* A node of the cluster is held while a seat on it is taken, and idle otherwise. */
static void end_nodes(struct sums *sums)
{
    struct record *r = &sums->record;
    for (unsigned i = 0; i < HOSTS; i++)
        sums->busy += sums->hosts[i].seats > 0 && !sums->hosts[i].is_gone
                          ? r->makespan - sums->hosts[i].since
                          : 0;
    add_nodes(sums, r->makespan);
    slot_ns in = (slot_ns)sums->nodes * r->makespan - sums->out[0] - sums->out[1];
    r->nodes[NODE_SPARE] = sums->out[0];
    r->nodes[NODE_REPAIRING] = sums->out[1];
    r->nodes[NODE_HELD] = sums->busy;
    r->nodes[NODE_IDLE] = in - r->nodes[NODE_HELD];
}

static void add_up(struct sums *sums, const char *text)
{
    *sums = (struct sums){.nodes = 0};
    for (const char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        size_t length = (size_t)(end - line);
        if (line == text)
            sums->nodes = number_of(line, length, "nodes") + number_of(line, length, "spares");
        else
            add_line(sums, line, length);
    }
    end_nodes(sums);
}

/* ---- comparing ---- */

static void assert_same(const char *name, const struct record *told, const struct record *run)
{
    for (const struct row_column *c = row_columns; c->name; c++) {
        const char *a = (const char *)told + c->offset, *b = (const char *)run + c->offset;
        size_t size = c->kind == ROW_U32 || c->kind == ROW_END       ? 4
                      : c->kind == ROW_SLOTS || c->kind == ROW_CLAIM ? sizeof(slot_ns)
                                                                     : 8;
        bool is_identity = c->kind == ROW_DIGEST || c->kind == ROW_TRACE;
        if (!is_identity && strcmp(c->name, "replication") != 0 &&
            strcmp(c->name, "bound_ns") != 0 && memcmp(a, b, size) != 0)
            fail_msg("%s: %s: told %lld, was %lld", name, c->name,
                     (long long)(size == 4 ? *(const uint32_t *)(const void *)a
                                           : *(const int64_t *)(const void *)a),
                     (long long)(size == 4 ? *(const uint32_t *)(const void *)b
                                           : *(const int64_t *)(const void *)b));
    }
    assert_int_equal(told->failed_line, run->failed_line);
    assert_int_equal(told->failed_cause, run->failed_cause);
    assert_true(told->lost_work == run->lost_work);
}

static char folder[SUPPORT_PATH];

static char *events_of(const struct cell *cell, uint32_t replication, struct record *record)
{
    char path[SUPPORT_PATH + 32];
    struct sink *sink = calloc(1, sizeof *sink);
    struct diag diag;
    assert_non_null(sink);
    diag_init(&diag);
    snprintf(path, sizeof path, "%s/events.jsonl", folder);
    assert_int_equal(io_create(sink, path, true, &diag), STATUS_OK);
    assert_int_equal(events_write(sink, cell, replication, record, &diag), STATUS_OK);
    assert_int_equal(io_close(sink, &diag), STATUS_OK);
    free(sink);
    char *text = support_read(path, NULL);
    assert_non_null(text);
    return text;
}

/* What a program must have done somewhere in its replications, or the test has tested nothing. */
struct row {
    const char *name, *head, *pipeline;
    size_t wanted[8]; /* offsets of counts that are not 0; 0 ends: replication is never counted */
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

static const struct row rows[] = {
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
     "{serve: {time: 2 s, await: 1 s}}}\n"
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
      R(attempts.failed), R(objects.lost), R(calls.failed)}},
};

static void both_ledgers_and_every_count_can_be_added_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct played played;
        struct record record;
        bool has[8] = {false};
        played_open(&played, rows[i].head, rows[i].pipeline);
        for (uint32_t replication = 0; replication < 20; replication++) {
            struct sums sums;
            char *text = events_of(&played.cell, replication, &record);
            add_up(&sums, text);
            sums.record.events += record.trace.outages;
            assert_same(rows[i].name, &sums.record, &record);
            assert_memory_equal(&record.digest, &played_run(&played, replication)->digest,
                                sizeof record.digest);
            for (size_t k = 0; k < 8 && rows[i].wanted[k]; k++)
                has[k] |= *(const uint32_t *)(const void *)((const char *)&record +
                                                            rows[i].wanted[k]) != 0;
            free(text);
        }
        for (size_t k = 0; k < 8 && rows[i].wanted[k]; k++)
            if (!has[k])
                fail_msg("%s: nothing of count %zu happened", rows[i].name, k);
        played_close(&played);
    }
}

static int set_up(void **state)
{
    (void)state;
    return support_folder(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ledgers_and_every_count_can_be_added_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
