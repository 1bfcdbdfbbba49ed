/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random programs and clusters, as text: every statement and every cost, in weird combinations.
 *
 * Swarm testing: a program first draws which features it uses at all, so that a feature is met with
 * few others as well as with all of them. Whole seconds on purpose, as coincidences at one instant
 * are common then; sizes lie around the inline limit. Programs end by themselves whatever fails,
 * unless they are `tight`: then actors may hold all that others wait for. */
#ifndef CAIRN_TESTS_RUNTIME_RANDOM_PROGRAM_H
#define CAIRN_TESTS_RUNTIME_RANDOM_PROGRAM_H

#include "tests/sim/runtime/random_driver.h"

/* ---- the cluster --------------------------------------------------------------------------- */

/* No repair, detection and start take longer than the shortest mean: machines come up. */
static inline void random_add_process(struct random_program *p, const char *key, uint32_t mean)
{
    uint32_t law = random_below(p, 3);
    text_add(&p->head, ", %s: {uptime: ", key);
    if (law == 0)
        text_add(&p->head, "{exponential: %u s}", mean);
    else if (law == 1)
        text_add(&p->head, "{weibull: {shape: 0.7, scale: %u s}}", mean);
    else
        text_add(&p->head, "{constant: %u s}", mean);
    if (random_uses(p, SWARM_REPAIR))
        text_add(&p->head, ", repair: {constant: %u s}", 1 + random_below(p, 15));
    text_add(&p->head, "}");
}

/* Nodes: they are known before the rest of the program is. */
static inline void random_add_schedule(struct random_program *p)
{
    uint32_t count = random_uses(p, SWARM_SCHEDULE) ? 1 + random_below(p, 4) : 0, at = 0;
    if (count == 0)
        return;
    text_add(&p->head, ", schedule: [");
    for (uint32_t i = 0; i < count; i++) {
        at += random_below(p, 20);
        if (random_wants(p, SWARM_HEAD, 3)) {
            text_add(&p->head, "%s{at: %u s, head: %u s}", i ? ", " : "", at,
                     1 + random_below(p, 12));
            continue;
        }
        if (random_wants(p, SWARM_OWNER, 4)) {
            text_add(&p->head, "%s{at: %u s, job: %s}", i ? ", " : "", at,
                     random_uses(p, SWARM_JOBS) ? "j0" : "driver");
            continue;
        }
        text_add(&p->head, "%s{at: %u s, node: %u", i ? ", " : "", at, random_below(p, p->nodes));
        if (random_below(p, 2))
            text_add(&p->head, ", notice: %u s", 1 + random_below(p, 20));
        if (random_below(p, 4) == 0)
            text_add(&p->head, ", hang: true");
        text_add(&p->head, "}");
    }
    text_add(&p->head, "]");
}

static inline void random_add_faults(struct random_program *p, bool has_rack)
{
    bool has_node = random_uses(p, SWARM_NODE_FAULTS);
    bool has_other = random_uses(p, SWARM_OTHER_FAULTS);
    text_add(&p->head, "faults: {initial_age: new");
    if (random_wants(p, SWARM_FORETOLD, 2))
        text_add(&p->head, ", notice: %u s", 1 + random_below(p, 20));
    if (random_wants(p, SWARM_FORETOLD, 2))
        text_add(&p->head, ", prediction: {recall: 0.%u, precision: 0.%u, lead: %u s}",
                 1 + random_below(p, 9), 1 + random_below(p, 9), 1 + random_below(p, 20));
    random_add_schedule(p);
    if (has_node)
        random_add_process(p, "node", 40 + random_below(p, 400));
    if (has_other && has_rack)
        random_add_process(p, "rack", 60 + random_below(p, 400));
    if (has_other && random_below(p, 2))
        random_add_process(p, "platform", 40 + random_below(p, 200));
    text_add(&p->head, "}\n");
    if (random_uses(p, SWARM_DETECTION))
        text_add(&p->head, "detection: {delay: %u s}\n", 1 + random_below(p, 8));
}

/* Room holds the largest result; with a disk nobody waits for ever. */
static inline void random_add_room(struct random_program *p)
{
    if (random_uses(p, SWARM_ROOM))
        text_add(&p->head,
                 ", objects: {memory: %u MB}, spill: {bandwidth: %u MB/s, threshold: 0.%u, fused: "
                 "%u MB}",
                 50 + random_below(p, 150), 5 + random_below(p, 50), 1 + random_below(p, 9),
                 1 + random_below(p, 100));
    if (random_uses(p, SWARM_LINEAGE))
        text_add(&p->head, ", lineage: %u KiB, task_spec: %u B", 1 + random_below(p, 16),
                 1 + random_below(p, 2000));
    if (random_uses(p, SWARM_USES))
        text_add(&p->head, ", memory_limit: 0.%u, memory_check: %u ms", 5 + random_below(p, 5),
                 1 + random_below(p, 2000));
}

/* Little is trusted for long, and little is accepted: there are refusals and misroutes. */
static inline void random_add_router(struct random_program *p)
{
    static const char *const names[] = {"power-of-two", "least", "random", "round-robin"};
    uint32_t which = random_below(p, 4);
    text_add(&p->head, "router: {name: %s, max_ongoing: %u", names[which], random_below(p, 4));
    if (which < 2) {
        text_add(&p->head, ", deadline: %u ms, deadline_cap: 3 s", 1 + random_below(p, 2999));
        text_add(&p->head, ", counts_ends: %s", random_below(p, 2) ? "yes" : "no");
        text_add(&p->head, ", cache: %u s", random_below(p, 8));
    }
    if (random_below(p, 3) == 0) {
        text_add(&p->head, ", searches: %u", 1 + random_below(p, 3));
        text_add(&p->head, ", jitter: 0.%u", random_below(p, 9));
    }
    text_add(&p->head, "}\n");
}

static inline void random_add_head(struct random_program *p)
{
    uint32_t nodes = 1 + random_below(p, 4);
    bool has_rack = random_below(p, 2);
    p->nodes = nodes;
    p->head = text_over(p->head_bytes, sizeof p->head_bytes);
    if (random_wants(p, SWARM_STOPPED, 2))
        text_add(&p->head, "max_events: %u\n", 1 + random_below(p, 400));
    text_add(&p->head, "horizon: %u s\n",
             random_wants(p, SWARM_STOPPED, 2) ? 1 + random_below(p, 80) : 86400);
    text_add(&p->head, "seed: %u\ncluster: {nodes: %u", random_below(p, 1000000), nodes);
    if (random_uses(p, SWARM_SPARES) && random_uses(p, SWARM_REPAIR) &&
        random_uses(p, SWARM_NODE_FAULTS))
        text_add(&p->head, ", spares: %u", 1 + random_below(p, 2));
    if (has_rack)
        text_add(&p->head, ", rack: %u", 1 + random_below(p, nodes));
    p->node_cpu = 1 + random_below(p, 4);
    text_add(&p->head, ", node: {cpu: %u, gpu: 1, memory: %u GB, custom: 2}}\n", p->node_cpu,
             NODE_GB);
    random_add_faults(p, has_rack);
    if (random_below(p, 2))
        text_add(&p->head, "scheduler: ray-hybrid\n");
    if (random_uses(p, SWARM_ROUTED))
        random_add_router(p);
    text_add(&p->head, "runtime: {inline: 100 KiB, driver: %s",
             random_below(p, 2) ? "outside" : "first-node");
    if (random_uses(p, SWARM_HOPS)) {
        random_add_cost(p, &p->head, "submit", 1500);
        random_add_cost(p, &p->head, "lease", 1500);
        random_add_cost(p, &p->head, "reply", 1500);
    }
    if (random_uses(p, SWARM_WORKER_START)) {
        random_add_cost(p, &p->head, "worker_start", 3000);
        random_add_cost(p, &p->head, "worker_import", 2000);
        text_add(&p->head, ", worker_at_once: %u", random_below(p, 3));
    }
    random_add_cost(p, &p->head, "node_start", 5000);
    random_add_cost(p, &p->head, "shutdown", 20000);
    random_add_cost(p, &p->head, "reconnect", 9000);
    if (random_uses(p, SWARM_TRANSFER)) {
        random_add_cost(p, &p->head, "latency", 1200);
        text_add(&p->head, ", bandwidth: %u MB/s", 1 + random_below(p, 20));
    }
    random_add_room(p);
    text_add(&p->head, "}");
}

/* ---- declarations -------------------------------------------------------------------------- */

static inline void random_add_task(struct random_program *p, uint32_t index)
{
    struct text *t = &p->pipeline;
    text_add(t, "      t%u: {time: ", index);
    random_add_time(p, t, 10);
    text_add(t, ", size: ");
    random_add_size(p, t);
    if (random_uses(p, SWARM_RETRIES) && random_below(p, 2))
        random_add_tries(p, "retries");
    else if (random_below(p, 3) == 0)
        text_add(t, ", retries: 0");
    if (random_wants(p, SWARM_RESOURCES, 3))
        text_add(t, ", gpu: 0.%u", 1 + random_below(p, 9));
    if (random_wants(p, SWARM_RESOURCES, 3))
        text_add(t, ", memory: %u GB", 1 + random_below(p, 4));
    if (random_wants(p, SWARM_RESOURCES, 3))
        text_add(t, ", cpu: 0.5, custom: %u", 1 + random_below(p, 2));
    if (random_wants(p, SWARM_RESOURCES, 3))
        text_add(t, ", strategy: spread, priority: %u", random_below(p, 3));
    if (random_below(p, 8) == 0)
        text_add(t, ", overhead: %u ms", random_below(p, 2000));
    if (random_wants(p, SWARM_DURABLE, 2))
        text_add(t, ", checkpoint: {write: %u s, read: %u s}", random_below(p, 4),
                 random_below(p, 4));
    random_add_uses(p);
    random_add_crash(p, 12);
    random_add_fails(p);
    text_add(t, "}\n");
}

static inline void random_add_checkpoint(struct random_program *p, uint32_t class)
{
    struct text *t = &p->pipeline;
    p->has_checkpoint[class] = random_uses(p, SWARM_CHECKPOINT) && random_below(p, 4);
    if (!p->has_checkpoint[class])
        return;
    text_add(t, ", checkpoint: {snapshot: %u s, restore: %u s", random_below(p, 4),
             random_below(p, 4));
    if (random_uses(p, SWARM_PERSIST))
        text_add(t, ", persist: %u s", random_below(p, 12));
    if (random_wants(p, SWARM_IN_MEMORY, 2))
        text_add(t, ", where: memory");
    p->keep[class] = 1 + random_below(p, 3);
    if (p->keep[class] != 2 || random_below(p, 2))
        text_add(t, ", keep: %u", p->keep[class]);
    if (random_below(p, 3) == 0)
        text_add(t, ", restore_on_restart: false");
    text_add(t, "}");
}

/* What an actor holds while it lives, and so how many can. */
static inline void random_add_held(struct random_program *p, uint32_t class)
{
    p->room[class] = UINT32_MAX;
    p->placed[class] = p->node_cpu;
    if (random_wants(p, SWARM_TIGHT, 2)) {
        uint32_t tenths = 1 + random_below(p, 9);
        text_add(&p->pipeline, ", cpu: 0.%u", tenths);
        p->placed[class] = p->node_cpu * 10 / tenths;
        p->room[class] = p->placed[class] * p->nodes;
    }
    if (random_wants(p, SWARM_TIGHT, 4)) {
        text_add(&p->pipeline, ", memory: 1 GB");
        if (p->room[class] > NODE_GB * p->nodes)
            p->room[class] = NODE_GB * p->nodes;
        if (p->placed[class] > NODE_GB)
            p->placed[class] = NODE_GB;
    }
}

static inline void random_add_class(struct random_program *p, uint32_t class)
{
    struct text *t = &p->pipeline;
    bool is_async = random_wants(p, SWARM_ASYNC, 2);
    text_add(t, "      A%u: {start: ", class);
    random_add_time(p, t, 4);
    if (random_wants(p, SWARM_EXPORT, 2)) {
        text_add(t, ", export: ");
        random_add_time(p, t, 5);
    }
    if (random_uses(p, SWARM_RETRIES) && random_below(p, 4)) {
        random_add_tries(p, "restarts");
        if (random_below(p, 3))
            random_add_tries(p, "retries");
    }
    if (is_async)
        text_add(t, ", async: true");
    if (random_wants(p, SWARM_ASYNC, 2))
        text_add(t, ", concurrency: %u", 1 + random_below(p, 4));
    p->is_detached[class] = random_wants(p, SWARM_DETACHED, 3);
    if (p->is_detached[class])
        text_add(t, ", detached: true");
    if (random_wants(p, SWARM_STATELESS, 2))
        text_add(t, ", stateless: true");
    random_add_crash(p, 60);
    random_add_held(p, class);
    random_add_checkpoint(p, class);
    text_add(t, ", methods: {");
    p->methods[class] = 1 + random_below(p, METHODS);
    for (uint32_t i = 0; i < p->methods[class]; i++) {
        text_add(t, "%sm%u: {time: ", i ? ", " : "", i);
        random_add_time(p, t, 6);
        text_add(t, ", size: ");
        random_add_size(p, t);
        if (random_wants(p, SWARM_ASYNC, 2))
            text_add(t, ", await: %u s", random_below(p, 5));
        random_add_uses(p);
        random_add_fails(p);
        text_add(t, "}");
    }
    text_add(t, "}}\n");
}

static inline void random_add_declarations(struct random_program *p)
{
    p->pipeline = text_over(p->pipeline_bytes, sizeof p->pipeline_bytes);
    p->tasks = 1 + random_below(p, TASKS);
    p->classes = random_uses(p, SWARM_ACTORS) ? 1 + random_below(p, CLASSES) : 0;
    text_add(&p->pipeline, "    tasks:\n");
    for (uint32_t i = 0; i < p->tasks; i++)
        random_add_task(p, i);
    if (p->classes > 0)
        text_add(&p->pipeline, "    actors:\n");
    for (uint32_t i = 0; i < p->classes; i++)
        random_add_class(p, i);
    random_add_queue_class(p);
}

/* Asks for checkpoints of all actors that have them. */
static inline void random_add_controller(struct random_program *p)
{
    bool has_checkpoint = false;
    for (uint32_t i = 0; i < p->classes; i++)
        has_checkpoint |= p->has_checkpoint[i];
    if (!has_checkpoint || !random_uses(p, SWARM_CONTROLLER))
        return;
    uint32_t which = random_below(p, 3), interval = 1 + random_below(p, 20);
    if (which == 0)
        text_add(&p->head, "\ncontroller: {name: notice, of: none}");
    else if (which == 1)
        text_add(&p->head, "\ncontroller: {name: fixed, interval: %u s}", interval);
    else
        text_add(&p->head, "\ncontroller: {name: daly, mtbf: %u s}", 10 * interval);
}

/* The program of this number, the same everywhere. */
static inline void random_program_draw(struct random_program *p, uint64_t number)
{
    memset(p, 0, offsetof(struct random_program, head));
    p->random = number * UINT64_C(0xd1342543de82ef95) + 1;
    p->uses = random_next(p) | random_next(p); /* three of four, in the mean */
    if (random_below(p, 2))
        p->uses = random_next(p);
    if (random_below(p, 8))
        p->uses &= ~(UINT64_C(1) << SWARM_STOPPED);
    if (number % 4 != 1) /* the others draw what they drew before there were maps */
        p->uses &= ~(UINT64_C(1) << SWARM_MAP | UINT64_C(1) << SWARM_CANCEL);
    random_choose_queue(p, number);
    random_add_head(p);
    random_add_declarations(p);
    random_add_controller(p);
    random_add_drivers(p);
    assert(!p->head.is_cut && !p->pipeline.is_cut);
}

#endif
