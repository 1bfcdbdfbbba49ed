/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: in any log, the state of an actor changes by the ten documented transitions alone (D01).
 * Method: random programs on nodes that fail and are repaired, read from their chronicles; nine of
 * the ten do occur (the tenth, a dead actor brought back by lineage, nobody can ask for). */
#include "sim/base/text.h"
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/played.h"
#include "tests/support.h"

enum { NOBODY = ACTOR_DEAD + 1, STATES, ACTORS_MOST = 20000 };

/* documented[from][to] */
static const bool documented[STATES][STATES] = {
    [NOBODY] = {[ACTOR_UNREADY] = true},
    [ACTOR_UNREADY] = {[ACTOR_PENDING] = true, [ACTOR_DEAD] = true},
    [ACTOR_PENDING] = {[ACTOR_ALIVE] = true, [ACTOR_DEAD] = true},
    [ACTOR_ALIVE] = {[ACTOR_RESTARTING] = true, [ACTOR_DEAD] = true},
    [ACTOR_RESTARTING] = {[ACTOR_ALIVE] = true, [ACTOR_DEAD] = true},
};

struct writer {
    struct text text;
    uint64_t random;
    unsigned names; /* so far: every variable has one of its own */
};

static unsigned drawn(struct writer *w, unsigned below)
{
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(w->random >> 33) % below;
}

static void write_class(struct writer *w, unsigned class)
{
    static const char *const restarts[] = {"0", "1", "3", "unlimited"};
    static const char *const seconds[] = {"0 s", "1 s", "2 s", "5 s"};
    const char *limit = restarts[drawn(w, 4)];
    text_add(&w->text, "      C%u: {start: %s, restarts: %s, retries: %s, async: %s, ", class,
             seconds[drawn(w, 4)], limit, limit[0] == '0' ? "0" : restarts[drawn(w, 4)],
             drawn(w, 2) ? "true" : "false");
    text_add(&w->text, "checkpoint: {snapshot: %s, persist: %s, restore: %s, where: %s}, ",
             seconds[drawn(w, 4)], seconds[drawn(w, 4)], seconds[drawn(w, 4)],
             drawn(w, 2) ? "memory" : "durable");
    text_add(&w->text, "methods: {m: {time: %s, await: %s, size: 200 kB, fails: 0.1}}}\n",
             seconds[drawn(w, 4)], seconds[drawn(w, 4)]);
}

/* A set of actors is made, used in some ways, and perhaps ended; all at this indentation. */
static void write_episode(struct writer *w, const char *indent)
{
    unsigned name = w->names++;
    text_add(&w->text, "%s- {create: C%u, times: %u, as: a%u}\n", indent, drawn(w, 3),
             1 + drawn(w, 3), name);
    for (unsigned i = drawn(w, 6); i > 0; i--)
        switch (drawn(w, 6)) {
        case 0:
            text_add(&w->text, "%s- {call: a%u.m, times: 2}\n", indent, name);
            break;
        case 1:
            text_add(&w->text, "%s- {run: a%u.m, on_error: [{think: 1 s}]}\n", indent, name);
            break;
        case 2:
            text_add(&w->text, "%s- {checkpoint: a%u, on_error: []}\n", indent, name);
            break;
        case 3:
            text_add(&w->text, "%s- {restore: a%u, on_error: []}\n", indent, name);
            break;
        case 4:
            text_add(&w->text, "%s- {think: %u s}\n", indent, drawn(w, 9));
            break;
        default:
            text_add(&w->text, "%s- {run: task, times: 2, on_error: []}\n", indent);
        }
    switch (drawn(w, 4)) {
    case 0:
        text_add(&w->text, "%s- {kill: a%u}\n", indent, name);
        break;
    case 1:
        text_add(&w->text, "%s- {release: a%u}\n", indent, name);
        break;
    default:
        break; /* it lives until the branch or the job ends */
    }
}

static void write_program(struct writer *w)
{
    text_add(&w->text, "    tasks: {task: {time: [1 s, 4 s], fails: 0.05}}\n"
                       "    actors:\n");
    for (unsigned class = 0; class < 3; class ++)
        write_class(w, class);
    text_add(&w->text, "    driver:\n");
    for (unsigned i = 2 + drawn(w, 3); i > 0; i--)
        switch (drawn(w, 3)) {
        case 0:
            write_episode(w, "    ");
            break;
        case 1:
            text_add(&w->text, "    - parallel:\n      - times: %u\n        do:\n",
                     1 + drawn(w, 3));
            write_episode(w, "        ");
            break;
        default:
            text_add(&w->text, "    - repeat: %u\n      do:\n", 1 + drawn(w, 4));
            write_episode(w, "      ");
        }
}

/* Counts each transition; all must be documented. Returns the failures that struck. */
static uint64_t play(struct writer *w, uint64_t seed, uint64_t counts[STATES][STATES])
{
    static uint8_t states[ACTORS_MOST];
    char head[400];
    struct played played;
    snprintf(head, sizeof head,
             "seed: %u\nhorizon: 1 h\nmax_events: 50000\ncluster: {nodes: %u, node: {cpu: 3}}\n"
             "faults: {node: {uptime: {exponential: %u s}%s}}\ndetection: {delay: %u s}\n"
             "runtime: {submit: %u s, worker_start: %u s, node_start: %u s}",
             (unsigned)seed, 1 + drawn(w, 3), 15 + drawn(w, 60),
             drawn(w, 2) ? ", repair: {constant: 5 s}" : "", drawn(w, 4), drawn(w, 3), drawn(w, 3),
             drawn(w, 3));
    played_open(&played, head, w->text.bytes);
    const struct record *r = played_run(&played, 0);
    memset(states, NOBODY, sizeof states);
    for (uint32_t i = 0; i < played.count; i++) {
        const struct told *told = &played.told[i];
        if (told->kind != TOLD_ACTOR)
            continue;
        assert_in_range(told->actor, 1, ACTORS_MOST - 1);
        uint8_t from = states[told->actor], to = (uint8_t)told->to;
        if (to > ACTOR_DEAD || !documented[from][to]) {
            print_message("%s\n%s", head, w->text.bytes);
            fail_msg("actor %u went from %u to %u", (unsigned)told->actor, from, to);
        }
        counts[from][to]++;
        states[told->actor] = to;
    }
    played_close(&played);
    return r->struck;
}

static void row_d01_only_documented_transitions_occur(void **state)
{
    enum { PROGRAMS = 400 };
    static char bytes[20000];
    uint64_t seed = support_seed(1), counts[STATES][STATES] = {{0}}, struck = 0;
    (void)state;
    for (uint64_t i = 0; i < PROGRAMS; i++) {
        struct writer w = {.text = text_over(bytes, sizeof bytes),
                           .random = (seed << 32 | i) * UINT64_C(0x9e3779b97f4a7c15)};
        write_program(&w);
        assert_false(w.text.is_cut);
        struck += play(&w, seed, counts);
    }
    print_message("%u programs, %u failures\n", PROGRAMS, (unsigned)struck);
    assert_true(struck > PROGRAMS / 2);
    for (unsigned from = 0; from < STATES; from++)
        for (unsigned to = 0; to < STATES; to++)
            assert_int_equal(counts[from][to] > 0, documented[from][to]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d01_only_documented_transitions_occur),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
