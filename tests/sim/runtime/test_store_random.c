/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: whatever programs do on nodes that fail, a node's room is counted to the byte, nothing is
 * on a list that should not be, with a disk everybody gets on, and room for all changes nothing.
 * Method: random programs; a listener counts the copies of every host by hand whenever an attempt
 * begins. */
#include "sim/runtime/objects/store.h"
#include "tests/sim/runtime/played.h"
#include "tests/support.h"

#define PROGRAMS   60
#define STATEMENTS 40
#define VARIABLES  6

/* ---- programs ------------------------------------------------------------------------------ */

struct dice {
    uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(dice->state >> 33) % sides;
}

/* One statement more; bit v of `bound`: variable v holds two results. */
static void add_statement(struct dice *dice, FILE *out, unsigned *bound)
{
    uint32_t v = roll(dice, VARIABLES), w = roll(dice, VARIABLES);
    bool has_v = *bound >> v & 1, has_w = *bound >> w & 1;
    switch (roll(dice, 8)) {
    case 0:
        fprintf(out, "    - {call: t%u, times: 2, as: v%u}\n", roll(dice, 3), v);
        *bound |= 1u << v;
        return;
    case 1:
    case 2:
        if (has_w)
            fprintf(out, "    - {call: t%u, each: v%u, as: v%u}\n", roll(dice, 3), w, v);
        *bound |= has_w ? 1u << v : 0;
        return;
    case 3:
        if (has_w)
            fprintf(out, "    - {call: t%u, with: v%u, times: 2, as: v%u}\n", roll(dice, 3), w, v);
        *bound |= has_w ? 1u << v : 0;
        return;
    case 4:
        if (has_w)
            fprintf(out, "    - {call: a.m, each: v%u, as: v%u}\n", w, v);
        *bound |= has_w ? 1u << v : 0;
        return;
    case 5:
        if (has_v)
            fprintf(out, roll(dice, 2) ? "    - {get: v%u, on_error: []}\n" : "    - {wait: v%u}\n",
                    v);
        return;
    case 6:
        if (has_v)
            fprintf(out, "    - {release: v%u}\n", v);
        *bound &= ~(1u << v);
        return;
    default:
        fprintf(out, "    - {think: %u s}\n", roll(dice, 5));
    }
}

/* Results of 10 to 100 MB; whatever fails is let be. */
static char *write_program(struct dice *dice)
{
    char *text = NULL;
    size_t length = 0;
    unsigned bound = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    fprintf(out, "    tasks:\n");
    for (uint32_t i = 0; i < 3; i++)
        fprintf(out, "      t%u: {time: %u s, size: %u MB, uses: %u MB, retries: unlimited%s}\n", i,
                1 + roll(dice, 5), 10 + roll(dice, 90), roll(dice, 500),
                roll(dice, 3) ? "" : ", checkpoint: {write: 1 s, read: 1 s}");
    fprintf(out,
            "    actors: {A: {restarts: unlimited, retries: unlimited, concurrency: 2, methods: "
            "{m: {time: 1 s, size: %u MB}}}}\n    driver:\n"
            "    - {start: A, times: 2, as: a, on_error: []}\n",
            10 + roll(dice, 90));
    for (uint32_t i = 0; i < STATEMENTS; i++)
        add_statement(dice, out, &bound);
    fprintf(out, "    - {think: 1 s}\n");
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- counting ------------------------------------------------------------------------------ */

struct count {
    const struct runtime *runtime;
    uint64_t looks, short_of_room, kills, spills;
};

/* Adds what this copy takes of its host, and looks at where it is listed. */
static void add_copy(const struct runtime *rt, const struct copy *copy, int64_t *used,
                     int64_t *resting)
{
    bool is_here = copy->host != TOLD_NOWHERE && copy->life == rt->hosts[copy->host].life;
    if (!is_here || !copy->is_in_memory)
        return;
    used[copy->host] += copy->bytes;
    resting[copy->host] += copy->list == STORE_PRIMARY ? copy->bytes : 0;
    assert_true(copy->pins == 0 || copy->list == STORE_UNLISTED || copy->list == STORE_WRITING);
    assert_true(copy->pins > 0 || copy->list != STORE_UNLISTED);
}

static void look(void *context, const struct told *told)
{
    struct count *count = context;
    const struct runtime *rt = count->runtime;
    int64_t used[4] = {0}, resting[4] = {0};
    count->short_of_room += told->kind == TOLD_SPAN && told->to == JOB_BLOCKED;
    count->kills += told->kind == TOLD_KILLED;
    count->spills += told->kind == TOLD_SPILLED;
    if (told->kind != TOLD_STARTED || !rt->stores)
        return;
    count->looks++;
    for (uint32_t job = 1; job < rt->jobs.count; job++)
        for (uint32_t at = ((struct job *)pool_at(&rt->jobs, job))->batches; at;) {
            const struct batch *b = pool_at(&rt->batches, at);
            at = b->next;
            for (uint32_t i = 0; i < b->count && b->kind != BATCH_ACTORS; i++)
                for (uint32_t c = b->objects[i].copies; c;) {
                    const struct copy *copy = pool_at(&rt->copies, c);
                    add_copy(rt, copy, used, resting);
                    c = copy->next;
                }
        }
    for (uint32_t host = 0; host < rt->spec->cluster.nodes; host++) {
        assert_int_equal(rt->stores[host].used, used[host]);
        assert_int_equal(rt->stores[host].resting, resting[host]);
        assert_true(used[host] <= (int64_t)rt->spec->runtime.object_memory);
    }
}

#define CLUSTER(memory)                                                                            \
    "cluster: {nodes: 3, node: {cpu: 3, memory: " memory "}}\nhorizon: 10 h\n"                     \
    "faults: {node: {uptime: {exponential: 100 s}, repair: {exponential: 5 s}}, initial_age: "     \
    "new}\ndetection: {delay: 1 s, worker: 1 s}\n"
#define RUNTIME "runtime: {latency: 10 ms, bandwidth: 100 MB/s, worker_start: 100 ms"

/* One replication of the program; the record is the caller's. */
static void play(const char *head, const char *program, struct record *record, struct count *count)
{
    struct played played;
    struct workspace workspace;
    played_open(&played, head, program);
    assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
    count->runtime = &workspace.runtime;
    runtime_listen(&workspace.runtime, look, count);
    assert_int_equal(workspace_replicate(&workspace, 0, GROUP_CONTROLLED, record), STATUS_OK);
    workspace_close(&workspace);
    played_close(&played);
}

static void room_is_counted_to_the_byte_and_everybody_gets_on(void **state)
{
    struct dice dice = {support_seed(20)};
    struct count count = {0};
    uint64_t struck = 0, unfinished = 0;
    (void)state;
    for (unsigned i = 0; i < PROGRAMS; i++) {
        char *program = write_program(&dice);
        struct record record;
        play(CLUSTER("1 GB") RUNTIME
             ", objects: {memory: 220 MB}, spill: {bandwidth: 50 MB/s, fused: 60 "
             "MB}}\n",
             program, &record, &count);
        if (record.end == END_HORIZON) {
            print_message("program %u stands still:\n%s", i, program);
            unfinished++;
        }
        struck += record.struck;
        free(program);
    }
    print_message("%u programs: %u looks, %u waits for room, %u spilled, %u killed, %u outages\n",
                  PROGRAMS, (unsigned)count.looks, (unsigned)count.short_of_room,
                  (unsigned)count.spills, (unsigned)count.kills, (unsigned)struck);
    assert_int_equal(unfinished, 0);
    assert_true(struck > PROGRAMS / 2 && count.looks > 1000 && count.short_of_room > 10 &&
                count.spills > 50 && count.kills > 10);
}

static void room_for_all_changes_nothing(void **state)
{
    struct dice dice = {support_seed(21)};
    struct count count = {0};
    (void)state;
    for (unsigned i = 0; i < PROGRAMS; i++) {
        char *program = write_program(&dice);
        struct record free_of_limits, wide;
        play(CLUSTER("1 PB") RUNTIME "}\n", program, &free_of_limits, &count);
        play(CLUSTER("1 PB") RUNTIME ", objects: {memory: 1 PB}, spill: {bandwidth: 1 B/s}}\n",
             program, &wide, &count);
        assert_int_equal(wide.makespan, free_of_limits.makespan);
        assert_memory_equal(&wide.digest, &free_of_limits.digest, sizeof wide.digest);
        assert_memory_equal(wide.job, free_of_limits.job, sizeof wide.job);
        free(program);
    }
    assert_true(count.looks > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_counted_to_the_byte_and_everybody_gets_on),
        cmocka_unit_test(room_for_all_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
