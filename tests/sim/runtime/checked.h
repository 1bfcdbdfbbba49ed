/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account that invariants.h keeps of a run: who is where, what has been tried, what is saved.
 */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_H
#define CAIRN_TESTS_RUNTIME_CHECKED_H

#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/seat.h"
#include "tests/sim/runtime/played.h"
#include <inttypes.h>

enum { CHECKED_ARGUMENTS = 8, CHECKED_GENERATIONS = 8 };
enum { CHECKED_HOSTS = 8 }; /* of which results are followed */
enum { CHECKED_ACTORS = 8 /* of a placement group that is followed */ };

struct checked_batch {
    bool is_known, has_failed;
    bool is_solid;  /* can be made again, down to its first arguments: no large put, no method */
    bool has_solid; /* its arguments can */
    uint32_t job, function, statement, count;
    uint32_t first;                                         /* its calls, in the list of all */
    uint32_t offset;                                        /* into what is `each` */
    uint32_t settled;                                       /* of them, at the moment */
    uint32_t gone;                                          /* lost, and not made again */
    uint32_t arguments_count, arguments[CHECKED_ARGUMENTS]; /* serials */
    bool is_each[CHECKED_ARGUMENTS];
};

struct checked_call {
    bool is_settled, is_running, is_placed, has_ended, was_done, is_gone;
    bool has_failed;              /* its attempt, and nothing was said of another one */
    uint32_t starts, fails, host; /* fails: those that count */
    uint32_t preempted;           /* starts that do not */
    bool is_large;
    bool is_durable;                /* in the durable store */
    bool is_with_driver;            /* a copy, that no crash takes */
    uint32_t copies[CHECKED_HOSTS]; /* 1 + the life of the host that it is in; 0: none */
    uint32_t disks[CHECKED_HOSTS];  /* likewise: what has been spilled there */
    uint32_t replica;               /* that it is routed to, and has not come back from */
    uint64_t accepted;              /* by that one, in this order; 0: not */
    simtime charged;                /* its seat's spans reach so far */
    simtime began;                  /* the attempt under way */
};

/* A complete checkpoint. */
struct checked_generation {
    uint64_t version;
    simtime useful;      /* that it holds */
    uint32_t host, life; /* where it was taken */
    uint64_t items;      /* that it holds */
};

struct checked_actor {
    bool is_there, is_placed, is_saving, is_snapping;
    uint8_t state;
    uint64_t version, covered;
    uint32_t host;
    uint32_t generations_count; /* newest first */
    struct checked_generation generations[CHECKED_GENERATIONS];
    uint64_t began;        /* the last call that began for the first time: batch << 32 | element */
    uint64_t began_routed; /* likewise, of those that were routed, by acceptance */
    uint32_t running, computing, restarts; /* computing: of an async one, that never await */
    simtime charged;
    simtime useful, useful_covered; /* so far, less what was lost; as the snapshot began */
    slot_ns moved;                  /* the last of it that was lost */
    simtime moved_at;
    bool is_stopping;
    simtime stops_at;  /* at the latest */
    uint32_t accepted; /* the newest batch whose calls it takes */
    bool is_in_part; /* no checkpoint holds what is left: it was a call's alone, which fails now */
    uint64_t items_covered; /* as the snapshot began */
    uint64_t coming;        /* items that the checkpoint it goes back to still brings */
};

/* A placement group, by the serial of its statement: where its bundles have been told to be. */
struct checked_group {
    uint32_t state; /* enum cairn_group_state */
    uint32_t count, nodes[CHECKED_ACTORS];
};

struct checked_host {
    bool is_down, is_known_down;
    uint32_t life;
};

enum { CHECKED_CLASSES = 16 }; /* of actors, at most, that cost something to export */
struct checked_job {
    bool has_come, has_ended;
    uint32_t last;                  /* batch */
    uint64_t steps;                 /* of calls: how many batches */
    simtime known[CHECKED_CLASSES]; /* 1 + when: by class, that were exported */
};

struct checked_queue {
    int64_t depth;
    uint64_t rounds;
    simtime since; /* its depth is accounted up to here */
    bool is_over;
};

/* An item: in its actor's queue (call 0), or in the hands of 1 + call. */
struct checked_item {
    bool is_there;
    uint32_t actor;
    uint64_t number, call;
    simtime since;
};
struct checked_message {
    bool was_put, was_delivered;
};

/* A growing array of zeroed records. */
struct checked_list {
    char *records;
    size_t stride, count;
};

struct checked {
    const struct runtime *rt;
    struct checked_list batches, calls, actors, hosts, jobs, queues, items, messages, groups;
    bool has_branches, has_heirs;
    simtime head_until; /* it is away; 0: it is there */
    uint64_t told[TOLD_KINDS];
    uint64_t submitted; /* calls */
    uint64_t accepted;  /* by replicas, so far */
    uint64_t misrouted, near[CAIRN_NEARS], longest;
    slot_ns job[JOB_CLASSES];
    uint64_t items_from, items_used; /* those before are gone */
    struct record_items counts;      /* of items, and the three below */
    slot_ns depth_time;
    int64_t high;
    simtime last_job, last_doing; /* the last thing told that no failure did */
    char problem[400];            /* "": none */
};

static inline void *checked_at(struct checked_list *list, size_t index)
{
    if (index >= list->count) {
        size_t count = (index + 1) * 2;
        list->records = realloc(list->records, count * list->stride);
        assert_non_null(list->records);
        memset(list->records + list->count * list->stride, 0, (count - list->count) * list->stride);
        list->count = count;
    }
    return list->records + index * list->stride;
}

static inline void checked_clear(struct checked *c)
{
    struct checked_list *lists[] = {&c->batches, &c->calls, &c->actors,   &c->hosts, &c->jobs,
                                    &c->queues,  &c->items, &c->messages, &c->groups};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        memset(lists[i]->records, 0, lists[i]->count * lists[i]->stride);
    memset(c->told, 0, sizeof c->told);
    memset(c->job, 0, sizeof c->job);
    memset(&c->counts, 0, sizeof c->counts);
    c->submitted = c->items_from = c->items_used = 0;
    c->depth_time = c->high = 0;
    c->head_until = 0;
    c->submitted = c->accepted = c->misrouted = c->longest = 0;
    memset(c->near, 0, sizeof c->near);
    c->last_job = c->last_doing = 0;
    c->problem[0] = 0;
}

static inline void checked_open(struct checked *c, const struct runtime *rt)
{
    *c = (struct checked){.rt = rt};
    c->batches.stride = sizeof(struct checked_batch);
    c->calls.stride = sizeof(struct checked_call);
    c->actors.stride = sizeof(struct checked_actor);
    c->hosts.stride = sizeof(struct checked_host);
    c->jobs.stride = sizeof(struct checked_job);
    c->groups.stride = sizeof(struct checked_group);
    c->queues.stride = sizeof(struct checked_queue);
    c->items.stride = sizeof(struct checked_item);
    c->messages.stride = sizeof(struct checked_message);
    for (uint32_t i = 0; i < rt->program->statements_count; i++) {
        const struct program_statement *s = &rt->program->statements[i];
        c->has_branches |= s->op == OP_PARALLEL;
        c->has_heirs |= s->op == OP_CREATE && s->target.up != PROGRAM_NOTHING;
    }
    checked_at(&c->batches, 64);
    checked_at(&c->calls, 256);
    checked_at(&c->actors, 64);
    checked_at(&c->hosts, rt->spec->cluster.nodes);
    checked_at(&c->jobs, 16);
    checked_at(&c->queues, 16);
    checked_at(&c->items, 16);
    checked_at(&c->messages, 16);
    checked_at(&c->groups, 64);
}

static inline void checked_close(struct checked *c)
{
    free(c->batches.records);
    free(c->calls.records);
    free(c->actors.records);
    free(c->hosts.records);
    free(c->jobs.records);
    free(c->queues.records);
    free(c->items.records);
    free(c->messages.records);
    free(c->groups.records);
}

/* Keeps the first problem, and what was being told. */
static inline void checked_say(struct checked *c, const struct told *t, const char *what)
{
    if (c->problem[0])
        return;
    snprintf(c->problem, sizeof c->problem,
             "%s: %s at %.9g s, job %u, batch %u.%u attempt %u, actor %u, host %d, to %u, cause "
             "%u, amount %" PRId64,
             what, told_names[t->kind], simtime_seconds(t->time), t->job, t->batch, t->element,
             t->attempt, t->actor, (int)t->host, t->to, t->cause, (int64_t)t->amount);
}

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim))                                                                              \
            checked_say(c, t, #claim);                                                             \
    } while (0)

static inline struct checked_batch *checked_batch(struct checked *c, uint32_t serial)
{
    return checked_at(&c->batches, serial);
}
static inline struct checked_call *checked_call(struct checked *c, const struct told *t)
{
    return checked_at(&c->calls, checked_batch(c, t->batch)->first + t->element);
}
static inline struct checked_actor *checked_actor(struct checked *c, uint32_t number)
{
    return checked_at(&c->actors, number);
}
static inline const struct program_actor *checked_class(const struct checked *c, uint32_t actor)
{
    return &c->rt->program->actors[actor_of(c->rt, actor)->class];
}
/* Of the actors of a set. */
static inline uint32_t checked_set_class(const struct checked *c, const struct batch *set)
{
    return actor_of(c->rt, set->objects[0].call)->class;
}
static inline struct checked_host *checked_host(struct checked *c, uint32_t place)
{
    return checked_at(&c->hosts, place);
}
static inline struct checked_group *checked_group(struct checked *c, uint32_t serial)
{
    return checked_at(&c->groups, serial);
}
static inline struct checked_job *checked_job(struct checked *c, uint32_t serial)
{
    return checked_at(&c->jobs, serial);
}
static inline bool checked_is_call(struct checked *c, const struct told *t)
{
    return t->batch != 0 && checked_batch(c, t->batch)->is_known;
}

/* A map whose results are kept has one batch for all of them. */
static inline bool checked_is_whole(const struct program_statement *s, uint32_t index)
{
    return s->op == OP_MAP && s->body == index + 1 && s->bind.up != PROGRAM_NOTHING;
}

/* How many batches of calls a job of this definition submits when nothing fails it: loops and
 * copies of branches multiplied. UINT64_MAX: that depends on what happens. */
static inline uint64_t checked_steps(const struct checked *c, uint32_t definition)
{
    const struct program_statement *all = c->rt->program->statements;
    const struct program_job *job = &c->rt->program->jobs[definition];
    uint64_t steps = 0;
    for (uint32_t i = job->body; i < job->end; i++) {
        bool is_map = all[i].op == OP_MAP, is_whole = checked_is_whole(&all[i], i);
        uint64_t times = all[i].op == OP_CALL || is_whole ? 1 : is_map ? all[i].times : 0;
        if (all[i].op == OP_UNTIL || all[i].has_handler || (is_map && all[i].map->is_skipping))
            return UINT64_MAX;
        for (uint32_t around = job->body; around < i; around++)
            if (i < all[around].body && (all[around].op == OP_REPEAT ||
                                         all[around].op == OP_BRANCH || all[around].op == OP_MAP))
                times *= all[around].times;
        steps += times;
    }
    return steps;
}

#endif
