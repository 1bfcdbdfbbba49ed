/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random drivers: statements inside each other, with every variable used where it may be.
 *
 * Names are never used again, and what a list binds is not seen behind it, so that the reader finds
 * every variable bound. */
#ifndef CAIRN_TESTS_RUNTIME_RANDOM_DRIVER_H
#define CAIRN_TESTS_RUNTIME_RANDOM_DRIVER_H

#include "tests/sim/runtime/random_queue.h"

/* ---- variables ----------------------------------------------------------------------------- */

static inline void random_bind(struct random_program *p, int32_t class, uint32_t count)
{
    if (p->count == VARIABLES)
        return;
    text_add(&p->pipeline, ", as: v%u", p->named);
    p->variables[p->count++] = (struct random_variable){
        .class = class, .count = count, .number = p->named++, .scope = p->scope};
}

/* Any that holds objects (class -1) or actors (0: of any class) seen from here; NULL: none. */
static inline const struct random_variable *random_pick(struct random_program *p, int32_t class)
{
    uint32_t seen = 0, chosen = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if ((p->variables[i].class < 0) == (class < 0) && random_below(p, ++seen) == 0)
            chosen = i;
    return seen ? &p->variables[chosen] : NULL;
}

/* ---- statements ---------------------------------------------------------------------------- */

static inline void random_line(struct random_program *p, const char *verb)
{
    text_add(&p->pipeline, "%*s- {%s: ", 6 + 4 * (int)p->depth, "", verb);
}

/* A handler of one line, where the program uses them. */
static inline void random_end(struct random_program *p, bool may_handle)
{
    if (may_handle && random_wants(p, SWARM_HANDLERS, 2))
        text_add(&p->pipeline, ", on_error: [%s]", random_below(p, 2) ? "{think: 1 s}" : "");
    text_add(&p->pipeline, "}\n");
}

static inline void random_arguments(struct random_program *p)
{
    const struct random_variable *v = random_pick(p, -1), *w = random_pick(p, -1);
    if (v && v != w && random_below(p, 2))
        text_add(&p->pipeline, "[v%u, v%u]", v->number, w->number);
    else if (v)
        text_add(&p->pipeline, "v%u", v->number);
}

/* How many at once here, so that loops and branches do not multiply to crowds. */
static inline uint32_t random_times(struct random_program *p, uint32_t most)
{
    return 1 + random_below(p, p->copies > 8 ? 2 : most);
}

static inline void random_call(struct random_program *p)
{
    const struct random_variable *target = random_below(p, 2) ? random_pick(p, 0) : NULL;
    const struct random_variable *each = random_below(p, 3) == 0 ? random_pick(p, -1) : NULL;
    bool is_run = random_below(p, 2);
    uint32_t count = random_times(p, 5);
    if (!target && !random_uses(p, SWARM_TASKS))
        target = random_pick(p, 0);
    random_line(p, is_run ? "run" : "call");
    if (target)
        text_add(&p->pipeline, "v%u.m%u", target->number,
                 random_below(p, p->methods[target->class]));
    else
        text_add(&p->pipeline, "t%u", random_below(p, p->tasks));
    bool is_routed = target && random_wants(p, SWARM_ROUTED, 2);
    if (each && (!target || is_routed || target->count == each->count)) {
        text_add(&p->pipeline, ", each: v%u", each->number);
        count = each->count;
    } else {
        text_add(&p->pipeline, ", times: %u", count);
        count *= target && !is_routed ? target->count : 1;
    }
    text_add(&p->pipeline, is_routed ? ", to: one" : "");
    if (random_pick(p, -1) && random_below(p, 3) == 0) {
        text_add(&p->pipeline, ", with: ");
        random_arguments(p);
    }
    if (random_below(p, 2))
        random_bind(p, -1, count);
    random_end(p, is_run);
}

/* Groups hold what they have as long as they live, so others may wait for ever: tight programs. */
static inline void random_together(struct random_program *p, uint32_t class, uint32_t count)
{
    static const char *const words[] = {"pack", "spread", "strict-pack", "strict-spread"};
    uint32_t which = random_below(p, 4), most = p->placed[class] * (which == 2 ? 1 : p->nodes);
    most = which == 3 ? p->nodes : most;
    if (random_uses(p, SWARM_TIGHT) && random_wants(p, SWARM_TOGETHER, 2) && count <= most)
        text_add(&p->pipeline, ", together: %s", words[which]);
}

/* Of `start`, which waits for all of them, no more than can live at once: the reader refuses it. */
static inline void random_create(struct random_program *p)
{
    uint32_t class = random_below(p, p->classes), count = random_times(p, 3);
    bool is_start = random_below(p, 3) && count <= p->room[class];
    random_line(p, is_start ? "start" : "create");
    text_add(&p->pipeline, "A%u, times: %u", class, count);
    random_together(p, class, count);
    if (random_below(p, 8))
        random_bind(p, (int32_t) class, count);
    random_end(p, is_start);
}

/* Which checkpoint to go back to, of so many that are kept. */
static inline void random_generation(struct random_program *p, uint32_t keep)
{
    text_add(&p->pipeline, ", generation: ");
    if (random_below(p, 3) == 0)
        text_add(&p->pipeline, "common");
    else
        text_add(&p->pipeline, "%u", random_below(p, keep));
}

static inline bool random_on_actors(struct random_program *p, const char *verb, bool is_kill)
{
    const struct random_variable *v = random_pick(p, 0);
    if (!v || (!is_kill && !p->has_checkpoint[v->class]))
        return false;
    random_line(p, verb);
    text_add(&p->pipeline, "v%u", v->number);
    if (strcmp(verb, "restore") == 0 && random_below(p, 2))
        random_generation(p, p->keep[v->class]);
    random_end(p, !is_kill);
    return true;
}

static inline bool random_stop(struct random_program *p)
{
    const struct random_variable *v = random_pick(p, 0);
    if (!v)
        return false;
    random_line(p, "stop");
    if (random_below(p, 2))
        text_add(&p->pipeline, "v%u}\n", v->number);
    else
        text_add(&p->pipeline, "v%u, within: %u s}\n", v->number, random_below(p, 12));
    return true;
}

static inline bool random_release(struct random_program *p)
{
    uint32_t own = p->count - p->base;
    if (own == 0)
        return false;
    uint32_t at = p->base + random_below(p, own);
    random_line(p, "release");
    text_add(&p->pipeline, "v%u}\n", p->variables[at].number);
    p->variables[at] = p->variables[--p->count];
    return true;
}

static inline bool random_wait(struct random_program *p)
{
    const struct random_variable *v = random_pick(p, -1), *w = random_pick(p, -1);
    if (!v)
        return false;
    uint32_t all = v->count + (w != v ? w->count : 0);
    random_line(p, "wait");
    text_add(&p->pipeline, "{for: [v%u", v->number);
    if (w != v)
        text_add(&p->pipeline, ", v%u", w->number);
    text_add(&p->pipeline, "], count: %u", random_below(p, 2) ? all : 1 + random_below(p, all));
    if (random_below(p, 2))
        text_add(&p->pipeline, ", timeout: %u s", random_below(p, 8));
    text_add(&p->pipeline, "}}\n");
    return true;
}

static inline bool random_get(struct random_program *p)
{
    if (!random_pick(p, -1))
        return false;
    random_line(p, "get");
    random_arguments(p);
    random_end(p, true);
    return true;
}

static inline void random_put(struct random_program *p)
{
    random_line(p, "put");
    random_add_size(p, &p->pipeline);
    random_bind(p, -1, 1);
    text_add(&p->pipeline, "}\n");
}

static inline void random_think(struct random_program *p)
{
    random_line(p, "think");
    random_add_time(p, &p->pipeline, 6);
    text_add(&p->pipeline, "}\n");
}

static inline bool random_cancel(struct random_program *p)
{
    const struct random_variable *v = random_pick(p, -1);
    if (!v)
        return false;
    random_line(p, "cancel");
    text_add(&p->pipeline, "v%u%s}\n", v->number, random_below(p, 2) ? ", force: true" : "");
    return true;
}

static inline void random_leaf(struct random_program *p)
{
    bool is_done = false;
    if (p->classes > 0 && random_below(p, 5) == 0) {
        random_create(p);
        return;
    }
    if (random_wants(p, SWARM_CHECKPOINT, 4))
        is_done = random_on_actors(p, "checkpoint", false);
    else if (random_wants(p, SWARM_RESTORE, 8))
        is_done = random_on_actors(p, "restore", false);
    else if (random_wants(p, SWARM_KILL, 12))
        is_done = random_on_actors(p, "kill", true);
    else if (random_wants(p, SWARM_STOP, 8))
        is_done = random_stop(p);
    else if (random_wants(p, SWARM_RELEASE, 8))
        is_done = random_release(p);
    else if (random_wants(p, SWARM_WAIT, 6))
        is_done = random_wait(p);
    else if (random_wants(p, SWARM_GET, 6))
        is_done = random_get(p);
    else if (random_wants(p, SWARM_CANCEL, 8))
        is_done = random_cancel(p);
    if (is_done)
        return;
    if (random_wants(p, SWARM_PUT, 8))
        random_put(p);
    else if (random_below(p, 10) == 0 || (!random_uses(p, SWARM_TASKS) && !random_pick(p, 0)))
        random_think(p);
    else
        random_call(p);
}

/* ---- what is inside others ------------------------------------------------------------------ */

static inline void random_list(struct random_program *p, uint32_t most);

/* A list of statements of its own: what it binds is not seen behind it. */
static inline void random_inside(struct random_program *p, uint32_t copies, bool is_branch)
{
    uint32_t base = p->base, count = p->count, before = p->copies;
    p->base = count;
    p->copies *= copies;
    p->scope += is_branch;
    p->depth++;
    random_list(p, 4);
    p->depth--;
    p->scope -= is_branch;
    p->copies = before;
    p->base = base;
    p->count = count;
}

static inline void random_handler(struct random_program *p, int indent)
{
    if (!random_wants(p, SWARM_HANDLERS, 2))
        return;
    text_add(&p->pipeline, "%*s  on_error:\n", indent, "");
    random_inside(p, 1, false);
}

static inline void random_loop(struct random_program *p)
{
    int indent = 6 + 4 * (int)p->depth;
    uint32_t times = random_times(p, 4);
    text_add(&p->pipeline, "%*s- repeat: %u\n%*s  do:\n", indent, "", times, indent, "");
    random_inside(p, times, false);
    random_handler(p, indent);
}

/* Who takes the calls of a map: actors of a variable, of its own, or any node. */
static inline void random_takers(struct random_program *p, int indent)
{
    struct text *t = &p->pipeline;
    const struct random_variable *target = random_below(p, 2) ? random_pick(p, 0) : NULL;
    uint32_t class = p->classes > 0 ? random_below(p, p->classes) : 0;
    text_add(t, "%*s- map: ", indent, "");
    if (target) {
        text_add(t, "v%u.m%u\n%*s  ahead: %u\n", target->number,
                 random_below(p, p->methods[target->class]), indent, "", 1 + random_below(p, 3));
    } else if (p->classes > 0 && !p->is_detached[class] && random_below(p, 3)) {
        text_add(t, "A%u.m%u\n", class, random_below(p, p->methods[class]));
        if (random_below(p, 3) == 0)
            text_add(t, "%*s  actors: %u\n", indent, "", 1 + random_below(p, 3));
        else
            text_add(t, "%*s  actors: {min: %u, max: %u, up: 1, quiet: %u s}\n", indent, "",
                     1 + random_below(p, 2), 2 + random_below(p, 4), random_below(p, 5));
    } else {
        text_add(t, "t%u\n%*s  at_most: %u\n", random_below(p, p->tasks), indent, "",
                 1 + random_below(p, 4));
    }
}

/* One result at a time, which is seen inside alone; or all of them, seen behind it. */
static inline void random_map(struct random_program *p)
{
    struct text *t = &p->pipeline;
    int indent = 6 + 4 * (int)p->depth;
    uint32_t count = random_times(p, 8), seen = p->count, named = p->named;
    const struct random_variable *each = random_below(p, 3) == 0 ? random_pick(p, -1) : NULL;
    bool has_body = random_below(p, 3) > 0;
    random_takers(p, indent);
    if (each)
        count = each->count;
    text_add(t, each ? "%*s  each: v%u\n" : "%*s  times: %u\n", indent, "",
             each ? each->number : count);
    if (random_pick(p, -1) && random_below(p, 3) == 0) {
        text_add(t, "%*s  with: ", indent, "");
        random_arguments(p);
        text_add(t, "\n");
    }
    if (random_below(p, 2))
        text_add(t, "%*s  order: completed\n", indent, "");
    if (random_below(p, 2))
        text_add(t, "%*s  failed: skip\n", indent, "");
    if (p->count < VARIABLES && random_below(p, 4)) {
        text_add(t, "%*s  as: v%u\n", indent, "", named);
        p->variables[p->count++] = (struct random_variable){
            .class = -1, .count = has_body ? 1 : count, .number = p->named++, .scope = p->scope};
    }
    if (has_body) {
        text_add(t, "%*s  do:\n", indent, "");
        random_inside(p, count, false);
        p->count = seen;
    }
    random_handler(p, indent);
}

/* Each round calls the actors and fails with them, so that it ends whatever happens. */
static inline void random_until(struct random_program *p)
{
    const struct random_variable *v = random_pick(p, 0);
    int indent = 6 + 4 * (int)p->depth;
    if (!v)
        return;
    text_add(&p->pipeline, "%*s- until: {v%u: %u}\n%*s  do:\n", indent, "", v->number,
             1 + random_below(p, 5), indent, "");
    text_add(&p->pipeline, "%*s- {run: v%u.m0}\n", indent + 4, "", v->number);
    if (p->has_checkpoint[v->class] && random_below(p, 2))
        text_add(&p->pipeline, "%*s- {checkpoint: v%u}\n", indent + 4, "", v->number);
    random_handler(p, indent);
}

static inline void random_parallel(struct random_program *p)
{
    int indent = 6 + 4 * (int)p->depth;
    uint32_t branches = 1 + random_below(p, 3);
    text_add(&p->pipeline, "%*s- parallel:\n", indent, "");
    for (uint32_t i = 0; i < branches; i++) {
        uint32_t times = random_times(p, 3);
        text_add(&p->pipeline, "%*s  - times: %u\n%*s    do:\n", indent, "", times, indent, "");
        random_inside(p, times * branches, true);
    }
    random_handler(p, indent);
}

static inline void random_list(struct random_program *p, uint32_t most)
{
    uint32_t length = 1 + random_below(p, most);
    for (uint32_t i = 0; i < length; i++) {
        bool may_enter = p->depth < DEEPEST && p->left > 0;
        if (p->left > 0)
            p->left--;
        if (may_enter && random_wants(p, SWARM_LOOPS, 7))
            random_loop(p);
        else if (may_enter && random_wants(p, SWARM_PARALLEL, 7))
            random_parallel(p);
        else if (may_enter && random_wants(p, SWARM_UNTIL, 7))
            random_until(p);
        else if (may_enter && random_wants(p, SWARM_MAP, 6))
            random_map(p);
        random_leaf(p);
    }
}

static inline void random_driver(struct random_program *p)
{
    p->count = p->base = p->scope = p->depth = 0;
    p->named = 1;
    p->copies = 1;
    random_list(p, 10);
    random_add_queue_driver(p);
}

static inline void random_add_drivers(struct random_program *p)
{
    uint32_t jobs = random_uses(p, SWARM_JOBS) ? 1 + random_below(p, 3) : 0;
    p->left = 5 + random_below(p, 30);
    if (jobs == 0) {
        text_add(&p->pipeline, "    driver:\n");
        random_driver(p);
        return;
    }
    text_add(&p->pipeline, "    jobs:\n");
    for (uint32_t i = 0; i < jobs; i++) {
        text_add(&p->pipeline,
                 "    - name: j%u\n      count: %u\n      every: %u s\n      driver:\n", i,
                 1 + random_below(p, 3), random_below(p, 12));
        random_driver(p);
    }
}

#endif
