/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues and barriers for random programs: one class, and branches that use it at once.
 *
 * One program in eight has them, and draws them from numbers of its own, so that the others, and
 * what is beside them, are what they would be without. Every call has a timeout: whoever is alone
 * gives up in the end. */
#ifndef CAIRN_TESTS_RUNTIME_RANDOM_QUEUE_H
#define CAIRN_TESTS_RUNTIME_RANDOM_QUEUE_H

#include "tests/sim/runtime/random_words.h"

enum { QUEUE_ONE_IN = 8 };

static inline void random_choose_queue(struct random_program *p, uint64_t number)
{
    p->queue_random = number * UINT64_C(0x9fb21c651e98df25) + 1;
    p->has_queue = random_mix(&p->queue_random) % QUEUE_ONE_IN == 0;
}

/* The draws that follow are of the queue; and of the rest again. */
static inline void random_turn(struct random_program *p)
{
    uint64_t other = p->random;
    p->random = p->queue_random;
    p->queue_random = other;
}

static inline void random_add_queue_method(struct random_program *p, const char *name,
                                           const char *verb, uint32_t most, uint32_t timeout)
{
    struct text *t = &p->pipeline;
    uint32_t count = 1 + random_below(p, most);
    text_add(t, "%s: {time: %u ms, %s: %u, timeout: %u s", name, random_below(p, 3) * 500, verb,
             verb[0] == 'g' && verb[1] == 'a' ? 1 + count : count, random_below(p, timeout));
    if (random_below(p, 2))
        text_add(t, ", await: %u s", random_below(p, 4));
    if (verb[1] != 'a' && random_below(p, 2))
        text_add(t, ", partial: true");
    if (verb[1] != 'a' && random_below(p, 3) == 0)
        text_add(t, ", item: [1 ms, 0 s, 2 s]");
    random_add_fails(p);
    random_add_uses(p);
    text_add(t, "}");
}

static inline void random_add_queue_class(struct random_program *p)
{
    static const char *const items[] = {"lost", "checkpointed", "kept"};
    struct text *t = &p->pipeline;
    if (!p->has_queue)
        return;
    random_turn(p);
    if (p->classes == 0)
        text_add(t, "    actors:\n");
    text_add(t, "      Q: {start: %u s, restarts: %u, concurrency: %u", random_below(p, 3),
             1 + random_below(p, 4), 3 + random_below(p, 6));
    if (random_below(p, 4)) /* never without end: who is late may be tried again */
        text_add(t, ", retries: %u", 1 + random_below(p, 3));
    if (random_below(p, 4) == 0)
        text_add(t, ", async: false");
    if (random_below(p, 6) == 0)
        text_add(t, ", stateless: true");
    if (random_wants(p, SWARM_DETACHED, 4))
        text_add(t, ", detached: true");
    random_add_crash(p, 40);
    text_add(t, ", checkpoint: {snapshot: %u s, persist: %u s, restore: %u s", random_below(p, 3),
             random_below(p, 3), random_below(p, 2));
    if (random_wants(p, SWARM_IN_MEMORY, 2))
        text_add(t, ", where: memory");
    if (random_below(p, 2))
        text_add(t, ", keep: %u", 1 + random_below(p, 4));
    text_add(t, "}, queue: {capacity: %u, items: %s}, methods: {", 3 * random_below(p, 3),
             items[random_below(p, 3)]);
    random_add_queue_method(p, "put", "puts", 3, 12);
    text_add(t, ", ");
    random_add_queue_method(p, "get", "gets", 3, 12);
    text_add(t, ", ");
    random_add_queue_method(p, "join", "puts", 1, 1);
    text_add(t, ", ");
    random_add_queue_method(p, "meet", "gathers", 2, 12);
    text_add(t, "}}\n");
    random_turn(p);
}

/* Copies of a branch that call a method again and again, and go on whatever comes of it. */
static inline void random_add_queue_branch(struct random_program *p, const char *method)
{
    text_add(&p->pipeline,
             "        - {times: %u, do: [{repeat: %u, do: [{run: q.%s, times: %u, on_error: []}, "
             "{think: %u ms}]}]}\n",
             1 + random_below(p, 3), 1 + random_below(p, 5), method, 1 + random_below(p, 2),
             random_below(p, 4) * 500);
}

static inline void random_add_queue_driver(struct random_program *p)
{
    struct text *t = &p->pipeline;
    if (!p->has_queue)
        return;
    random_turn(p);
    text_add(t, "      - {start: Q, times: %u, as: q}\n      - parallel:\n",
             1 + random_below(p, 2));
    random_add_queue_branch(p, "put");
    random_add_queue_branch(p, "get");
    if (random_below(p, 2))
        random_add_queue_branch(p, "join");
    if (random_below(p, 2))
        random_add_queue_branch(p, "meet");
    if (random_uses(p, SWARM_CHECKPOINT))
        text_add(t,
                 "        - [{think: %u s}, {checkpoint: q, on_error: []}, {think: %u s}, "
                 "{checkpoint: q, on_error: []}]\n",
                 random_below(p, 5), random_below(p, 5));
    if (random_uses(p, SWARM_RESTORE))
        text_add(t, "        - [{think: %u s}, {restore: q, on_error: []}]\n",
                 2 + random_below(p, 8));
    if (random_below(p, 4) == 0)
        text_add(
            t,
            "        - [{call: q.get, times: %u, as: g}, {think: %u ms}, {cancel: g}, {get: g, "
            "on_error: []}]\n",
            1 + random_below(p, 4), random_below(p, 5) * 500);
    if (random_below(p, 6) == 0)
        text_add(t, "        - [{think: %u s}, {stop: q, within: %u s}]\n", 2 + random_below(p, 10),
                 random_below(p, 8));
    if (random_wants(p, SWARM_KILL, 4))
        text_add(t, "        - [{think: %u s}, {kill: q}]\n", 2 + random_below(p, 10));
    random_turn(p);
}

#endif
