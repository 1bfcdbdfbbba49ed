/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of the runtime: events, ready fibers, and the scheduler when nothing else can happen.
 *
 * Order within an instant is MODEL rule 2: results, outages, repairs, detections; then the
 * scheduler decides, until it has no more to place; then jobs arrive. The digest covers everything
 * told before TOLD_SPAN. Main invariant: each timer's slot in the event queue
 * is its pool number behind the cluster's entities, and it is given back when it surfaces. */
#include "sim/runtime/runtime.h"
#include "sim/base/random.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/advice.h"
#include "sim/runtime/actors/channel.h"
#include "sim/runtime/actors/ending.h"
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/driver/fiber.h"
#include "sim/runtime/driver/growth.h"
#include "sim/runtime/driver/job.h"
#include "sim/runtime/nodes/head.h"
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/nodes/killer.h"
#include "sim/runtime/nodes/mishap.h"
#include "sim/runtime/nodes/straggler.h"
#include "sim/runtime/objects/spill.h"
#include "sim/runtime/objects/store.h"
#include "sim/runtime/prefetch.h"
#include "sim/runtime/routes/inquiry.h"
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/seat.h"
#include "sim/runtime/submit.h"

#define PENDING_FIRST   1024     /* requests that the scheduler has room for at first */
#define STATEMENTS_MOST 10000000 /* at one instant, and no call ends: it goes round for nothing */
#define ROUNDS_MOST     100000   /* of `until` among them: it will not come true */

/* ---- for the parts ------------------------------------------------------------------------- */

void runtime_tell(struct runtime *rt, struct told told)
{
    told.time = runtime_now(rt);
    if (told.kind < TOLD_SPAN) {
        struct digest *digest = &rt->story.job;
        digest_put(digest, (uint64_t)told.time);
        digest_put(digest, (uint64_t)told.kind << 56 | (uint64_t)told.to << 52 |
                               (uint64_t)told.cause << 48 | (uint64_t)told.attempt << 32 |
                               told.host);
        digest_put(digest, (uint64_t)told.batch << 32 | told.element);
        digest_put(digest, (uint64_t)told.actor << 32 ^ (uint64_t)told.amount ^ told.count << 16);
        rt->story.events++;
    }
    if (rt->listener)
        rt->listener(rt->context, &told);
}

uint32_t runtime_timer(struct runtime *rt, simtime delay, enum event_class class,
                       enum timer_kind kind, uint32_t number)
{
    uint32_t at = pool_take(&rt->timers);
    struct timer *timer = pool_at(&rt->timers, at);
    uint32_t slot = rt->cluster.entities_count + at;
    *timer = (struct timer){.kind = kind, .number = number};
    if (slot >= 1u << EVENT_SLOT_BITS) {
        rt->is_out_of_memory = true;
        return at;
    }
    simtime time = simtime_add(runtime_now(rt), delay);
    if (engine_at(&rt->engine, time, class, slot) == EVENT_NONE)
        timer->kind = TIMER_NOBODY; /* never */
    return at;
}

void runtime_stop_timer(struct runtime *rt, uint32_t *timer)
{
    if (*timer)
        ((struct timer *)pool_at(&rt->timers, *timer))->kind = TIMER_NOBODY;
    *timer = 0;
}

double runtime_uniform(const struct runtime *rt, uint32_t stream, uint32_t entity,
                       uint64_t occurrence, uint32_t word)
{
    struct random_address address = {.seed = rt->spec->seed,
                                     .replication = rt->replication,
                                     .stream = stream,
                                     .entity = entity,
                                     .occurrence = (uint32_t)occurrence};
    return random_uniforms(&address, word).u[0];
}

int64_t runtime_varied(const struct runtime *rt, const struct amount *amount, uint32_t stream,
                       uint32_t entity, uint64_t index, uint32_t word)
{
    double u = amount->kind == AMOUNT_LAW ? runtime_uniform(rt, stream, entity, index, word) : 0.5;
    return amount_of(amount, index, u);
}

static struct cairn_pool pool_of(const struct runtime *rt)
{
    return (struct cairn_pool){.size = sizeof(struct cairn_pool),
                               .abi = CAIRN_SCHEDULER_ABI,
                               .nodes = rt->spec->cluster.nodes,
                               .pending = rt->pending_most,
                               .groups = rt->groups_most,
                               .bundles = rt->bundles_most};
}

/* Into the room that there is to be from now on; kept for the replications to come. */
static bool grow_scheduler(struct runtime *rt)
{
    struct cairn_pool pool = pool_of(rt);
    uint64_t bytes = cairn_scheduler_size(rt->spec->scheduler.class, rt->scheduler_plan, &pool);
    void *larger = arena_alloc(&rt->fixed, bytes);
    if (!larger) {
        rt->is_out_of_memory = true;
        return false;
    }
    cairn_scheduler_grow(rt->spec->scheduler.class, rt->scheduler_plan, &pool, rt->scheduler,
                         larger);
    rt->scheduler = larger;
    return true;
}

static bool double_pending(struct runtime *rt)
{
    rt->pending_most *= 2;
    return grow_scheduler(rt);
}

void runtime_request(struct runtime *rt, struct cairn_request *request, uint32_t function,
                     uint64_t number, uint32_t attempt)
{
    struct random_address address = {.seed = rt->spec->seed,
                                     .replication = rt->replication,
                                     .stream = STREAM_PLACE,
                                     .entity = function,
                                     .occurrence = (uint32_t)number};
    struct random_words words = random_bits(&address, attempt & 0xffffff);
    request->random[0] = words.w[0];
    request->random[1] = words.w[1];
    while (!cairn_scheduler_submit(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                   runtime_now(rt), request))
        if (!double_pending(rt))
            return;
    rt->wants_dispatch = true;
}

void runtime_reserve(struct runtime *rt, const struct cairn_reservation *reservation)
{
    while (!cairn_scheduler_reserve(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                    runtime_now(rt), reservation)) {
        if (reservation->group >= rt->groups_most)
            rt->groups_most = 2 * (reservation->group + 1);
        else if (rt->bundles_most <= UINT32_MAX / 4 && reservation->count <= UINT32_MAX / 4)
            rt->bundles_most = 2 * rt->bundles_most + reservation->count;
        else
            rt->is_out_of_memory = true;
        if (rt->is_out_of_memory || !grow_scheduler(rt))
            return;
    }
    rt->wants_dispatch = true;
}

/* Time is up: what is under way is charged, and will not come to anything. */
void runtime_stop(struct runtime *rt, enum run_end end, uint32_t line)
{
    rt->record->end = end;
    rt->record->failed_line = line; /* whatever job has failed before */
    rt->record->failed_cause = 0;
    rt->is_over = true;
    runtime_tell(rt, (struct told){.kind = TOLD_STOPPED,
                                   .function = PROGRAM_NOTHING,
                                   .host = TOLD_NOWHERE,
                                   .cause = end,
                                   .amount = line});
}

void runtime_withdraw(struct runtime *rt, uint64_t id)
{
    while (cairn_scheduler_withdraw(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                    id) < 0)
        if (!double_pending(rt))
            return;
    rt->wants_dispatch = true; /* it may have stood before others */
}

bool runtime_stands_still(struct runtime *rt, uint32_t line)
{
    if (rt->instant != runtime_now(rt) || rt->completed != rt->record->calls.completed)
        rt->executed = rt->rounds = 0;
    rt->instant = runtime_now(rt);
    rt->completed = rt->record->calls.completed;
    if (++rt->executed < STATEMENTS_MOST && rt->rounds < ROUNDS_MOST)
        return false;
    runtime_stop(rt, END_EVENTS, line);
    return true;
}

/* ---- a workspace --------------------------------------------------------------------------- */

enum status runtime_open(struct runtime *runtime, const struct spec *spec,
                         const struct runtime_plans *plans)
{
    struct runtime *rt = runtime;
    const struct program *program = spec->program;
    *rt = (struct runtime){.spec = spec,
                           .program = program,
                           .scheduler_plan = plans->scheduler,
                           .recovery_plan = plans->recovery,
                           .router_plan = plans->router,
                           .controller_plans = plans->controllers,
                           .pending_most = PENDING_FIRST};
    arena_init(&rt->arena);
    arena_init(&rt->fixed);
    struct cairn_pool pool = pool_of(rt);
    struct arena *a = &rt->fixed;
    rt->scheduler =
        arena_alloc(a, cairn_scheduler_size(spec->scheduler.class, plans->scheduler, &pool));
    rt->recovery = arena_alloc(a, cairn_recovery_state_size(spec->recovery.class, plans->recovery));
    rt->hosts = arena_array(a, spec->cluster.nodes, sizeof *rt->hosts);
    rt->calls_of = arena_array(a, program->functions_count, sizeof *rt->calls_of);
    rt->built_of = arena_array(a, program->actors_count, sizeof *rt->built_of);
    rt->begun_of = arena_array(a, program->functions_count, sizeof *rt->begun_of);
    rt->shared_states = arena_array(a, program->actors_count, sizeof *rt->shared_states);
    rt->lives_of = arena_array(a, program->actors_count, sizeof *rt->lives_of);
    rt->come_of = arena_array(a, program->jobs_count, sizeof *rt->come_of);
    rt->thoughts = arena_array(a, program->statements_count, sizeof *rt->thoughts);
    rt->item_classes = arena_array(a, program->actors_count, sizeof *rt->item_classes);
    if (rt->scheduler && rt->recovery && rt->hosts && rt->calls_of && rt->built_of &&
        rt->begun_of && rt->lives_of && rt->shared_states && rt->come_of && rt->thoughts &&
        rt->item_classes && store_open(rt) && straggler_open(rt) &&
        cluster_init(&rt->cluster, spec, a) &&
        fault_init(&rt->faults, spec, &rt->engine, &rt->cluster, &rt->story, false, a) &&
        engine_open(&rt->engine, rt->cluster.entities_count, rt->cluster.entities,
                    sizeof(struct entity)))
        return STATUS_OK;
    runtime_close(rt);
    return STATUS_MEMORY;
}

void runtime_close(struct runtime *runtime)
{
    engine_close(&runtime->engine);
    arena_fini(&runtime->arena);
    arena_fini(&runtime->fixed);
}

void runtime_listen(struct runtime *runtime, chronicle_listener *listener, void *context)
{
    runtime->listener = listener;
    runtime->context = context;
}

/* ---- a replication ------------------------------------------------------------------------- */

static bool open_pools(struct runtime *rt)
{
    struct arena *a = &rt->arena;
    bool *is_out = &rt->is_out_of_memory;
    arena_reset(a);
    blocks_open(&rt->blocks, a, is_out);
    return pool_open(&rt->timers, a, sizeof(struct timer), is_out) &&
           pool_open(&rt->batches, a, sizeof(struct batch), is_out) &&
           pool_open(&rt->calls, a, sizeof(struct call), is_out) &&
           pool_open(&rt->actors, a, sizeof(struct actor), is_out) &&
           pool_open(&rt->fibers, a, sizeof(struct fiber), is_out) &&
           pool_open(&rt->jobs, a, sizeof(struct job), is_out) &&
           pool_open(&rt->waiters, a, sizeof(struct waiter), is_out) &&
           pool_open(&rt->copies, a, sizeof(struct copy), is_out) &&
           pool_open(&rt->troupes, a, sizeof(struct troupe), is_out) &&
           pool_open(&rt->crews, a, sizeof(struct crew), is_out) &&
           pool_open(&rt->members, a, sizeof(struct member), is_out) &&
           pool_open(&rt->errands, a, sizeof(struct errand), is_out) &&
           pool_open(&rt->fleets, a, sizeof(struct fleet), is_out) &&
           pool_open(&rt->inquiries, a, sizeof(struct inquiry), is_out) &&
           pool_open(&rt->items, a, sizeof(struct item), is_out);
}

static void schedule_arrival(struct runtime *rt, uint32_t definition)
{
    const struct program_job *d = &rt->program->jobs[definition];
    uint64_t index = rt->come_of[definition];
    if (index == d->count)
        return;
    simtime apart = runtime_amount(rt, &d->apart, STREAM_ARRIVAL, definition, index, WORD_TIME);
    runtime_timer(rt, apart, EVENT_ARRIVAL, TIMER_ARRIVAL, definition);
}

/* How many nodes are not in the cluster: told when it changes, which is what the nodes' ledger
 * needs. */
static void tell_nodes(struct runtime *rt)
{
    const uint32_t *now = rt->cluster.in_class;
    const uint64_t key = (uint64_t)now[NODE_SPARE] << 32 | now[NODE_REPAIRING];
    if (!rt->listener || key == rt->nodes_told)
        return;
    rt->nodes_told = key;
    runtime_tell(rt, (struct told){.kind = TOLD_NODES,
                                   .function = PROGRAM_NOTHING,
                                   .host = TOLD_NOWHERE,
                                   .count = now[NODE_SPARE],
                                   .amount = now[NODE_REPAIRING]});
}

static void begin(struct runtime *rt, uint32_t replication, struct record *record)
{
    const struct program *p = rt->program;
    struct cairn_pool pool = pool_of(rt);
    memset(record, 0, sizeof *record);
    record->replication = replication;
    record->bound = -1;
    rt->record = record;
    rt->replication = replication;
    rt->is_out_of_memory = rt->is_over = rt->wants_dispatch = false;
    rt->crews_ready_first = rt->crews_ready_last = 0;
    rt->ready_first = rt->ready_last = rt->serial = rt->stamps = rt->jobs_come = 0;
    rt->jobs_left = rt->executed = rt->rounds = rt->completed = 0;
    rt->fleets_ready = 0;
    rt->instant = 0;
    rt->nodes_told = UINT64_MAX;
    memset(&rt->remembered, 0, sizeof rt->remembered);
    memset(&rt->head, 0, sizeof rt->head);
    rt->is_out_of_memory = !open_pools(rt);
    memset(rt->calls_of, 0, p->functions_count * sizeof *rt->calls_of);
    memset(rt->built_of, 0, p->actors_count * sizeof *rt->built_of);
    memset(rt->begun_of, 0, p->functions_count * sizeof *rt->begun_of);
    memset(rt->shared_states, 0, p->actors_count * sizeof *rt->shared_states);
    memset(rt->lives_of, 0, p->actors_count * sizeof *rt->lives_of);
    memset(rt->come_of, 0, p->jobs_count * sizeof *rt->come_of);
    memset(rt->thoughts, 0, p->statements_count * sizeof *rt->thoughts);
    memset(rt->item_classes, 0, p->actors_count * sizeof *rt->item_classes);
    engine_reset(&rt->engine);
    cluster_reset(&rt->cluster, rt->spec);
    story_begin(&rt->story);
    fault_begin(&rt->faults, replication);
    cairn_scheduler_init(rt->spec->scheduler.class, rt->scheduler_plan, &pool, rt->scheduler);
    cairn_recovery_init(rt->spec->recovery.class, rt->recovery_plan, rt->recovery);
    if (rt->is_out_of_memory)
        return;
    tell_nodes(rt);
    store_begin(rt);
    host_begin(rt);
    straggler_begin(rt);
    mishap_begin(rt);
    for (uint32_t i = 0; i < p->jobs_count; i++) {
        rt->jobs_left += p->jobs[i].count;
        schedule_arrival(rt, i);
    }
}

static void dispatch(struct runtime *rt)
{
    struct cairn_placement placement;
    rt->wants_dispatch = false;
    troupe_settle(rt);
    while (!rt->is_out_of_memory &&
           cairn_scheduler_next(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                runtime_now(rt), &placement)) {
        if (placement.id & RUNTIME_ACTOR_ID)
            actor_place(rt, &placement);
        else
            call_place(rt, &placement);
        troupe_settle(rt);
    }
}

static void fire(struct runtime *rt, uint32_t at)
{
    struct timer timer = *(struct timer *)pool_at(&rt->timers, at);
    if (rt->head.is_away && head_keeps(rt, at))
        return;
    pool_give(&rt->timers, at);
    switch ((enum timer_kind)timer.kind) {
    case TIMER_NOBODY:
        break;
    case TIMER_ARRIVAL:
        rt->come_of[timer.number]++;
        job_arrive(rt, timer.number);
        schedule_arrival(rt, timer.number);
        break;
    case TIMER_FIBER:
        fiber_timer(rt, timer.number);
        break;
    case TIMER_BATCH:
        submit_timer(rt, timer.number);
        break;
    case TIMER_CALL:
        call_timer(rt, timer.number);
        break;
    case TIMER_ACTOR:
        actor_timer(rt, timer.number);
        break;
    case TIMER_PERSIST:
        snapshot_persisted(rt, timer.number);
        break;
    case TIMER_HOST:
        host_timer(rt, timer.number);
        break;
    case TIMER_NOTICE:
        mishap_notice_timer(rt, timer.number);
        break;
    case TIMER_MISHAP:
        mishap_timer(rt, timer.number);
        break;
    case TIMER_CRASH:
        actor_crash(rt, timer.number);
        break;
    case TIMER_STORE:
        spill_timer(rt, timer.number);
        break;
    case TIMER_KILLER:
        killer_timer(rt, timer.number);
        break;
    case TIMER_ENDING:
        ending_timer(rt, timer.number);
        break;
    case TIMER_HEAD:
        head_timer(rt, timer.number);
        break;
    case TIMER_INQUIRY:
        inquiry_timer(rt, timer.number);
        break;
    case TIMER_ERRAND:
        crew_errand_timer(rt, timer.number);
        break;
    case TIMER_CREW:
        growth_timer(rt, timer.number);
        break;
    }
}

static void strike(struct runtime *rt, struct event event)
{
    struct fault_effect effect = fault_strike(&rt->faults, event, host_crash, rt);
    if (!effect.is_live)
        return;
    rt->record->struck += effect.held > 0;
    rt->record->elsewhere += effect.others;
    rt->record->shielded += effect.held == 0 && effect.others == 0;
    runtime_tell(rt, (struct told){.kind = TOLD_OUTAGE,
                                   .function = PROGRAM_NOTHING,
                                   .host = TOLD_NOWHERE,
                                   .amount = effect.held,
                                   .count = effect.others});
}

static void foretell(struct runtime *rt, struct event event)
{
    struct cairn_happening happening;
    if (!fault_tells(&rt->faults, event, &happening))
        return;
    rt->record->predictions += happening.kind == CAIRN_HEAR_PREDICTION;
    if (happening.kind != CAIRN_HEAR_NOTICE) {
        runtime_tell(rt, (struct told){.kind = TOLD_PREDICTION,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE});
        return;
    }
    uint32_t node = event_slot(event);
    mishap_notice(rt, node < rt->cluster.nodes ? rt->cluster.entities[node].rank : CLUSTER_NOBODY,
                  happening.until);
}

static void happen(struct runtime *rt, struct event event, bool is_fault)
{
    uint32_t slot = event_slot(event);
    if (is_fault && event_class(event) == EVENT_OUTAGE)
        strike(rt, event);
    else if (is_fault)
        foretell(rt, event);
    else if (slot >= rt->cluster.entities_count)
        for (uint32_t at = slot - rt->cluster.entities_count; at; at = head_next(rt))
            fire(rt, at);
    else if (fault_repaired(&rt->faults, event))
        host_node_returned(rt);
}

/* Seats that are still taken: of detached actors, or of all when the run was stopped. */
static void charge_rest(struct runtime *rt)
{
    for (uint32_t place = 0; place < rt->spec->cluster.nodes; place++)
        for (uint32_t at = rt->hosts[place].seats; at; at = seat_of(rt, at)->next) {
            if (at & 1)
                actor_stop(rt, at >> 1);
            else
                call_stop(rt, at >> 1);
        }
}

/* The nodes' ledger says held of all that are in the cluster; here a node is held while somebody
 * sits on it. The ledgers balance, to the nanosecond, in every build. */
static void close_ledgers(struct runtime *rt)
{
    struct record *r = rt->record;
    slot_ns nodes = 0, busy = host_busy(rt);
    cluster_charge(&rt->cluster, r->makespan);
    memcpy(r->nodes, rt->cluster.ledger, sizeof r->nodes);
    assert(busy <= r->nodes[NODE_HELD]);
    r->nodes[NODE_IDLE] += r->nodes[NODE_HELD] - busy;
    r->nodes[NODE_HELD] = busy;
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        nodes += r->nodes[class];
    assert(nodes == (slot_ns)r->makespan * rt->cluster.nodes);
    (void)nodes;
}

static bool is_decision(struct event event)
{
    return event_class(event) >= EVENT_DECISION;
}

enum status runtime_replicate(struct runtime *runtime, uint32_t replication, struct record *record)
{
    struct runtime *rt = runtime;
    struct engine *engine = &rt->engine;
    begin(rt, replication, record);
    simtime horizon = rt->spec->horizon, observed = fault_observed_until(&rt->faults);
    if (observed < horizon)
        horizon = observed;
    while (!rt->is_out_of_memory && !engine->is_out_of_memory) {
        struct event event;
        bool is_fault;
        do
            fiber_run_ready(rt);
        while (crew_run_ready(rt) || store_run_ready(rt) || routing_run_ready(rt));
        if (rt->is_over || rt->jobs_left == 0)
            break;
        bool has_next = engine_peek(engine, &event, &is_fault);
        bool is_last = !has_next || event.time > engine->now || is_decision(event);
        if (is_last && rt->wants_dispatch && engine->now < horizon) {
            dispatch(rt);
            continue;
        }
        if (!has_next || event.time > horizon || (event.time == horizon && is_decision(event))) {
            engine->now = horizon;
            runtime_stop(rt, END_HORIZON, 0);
            break;
        }
        engine_take(engine, event, is_fault);
        prefetch_ahead(rt);
        happen(rt, event, is_fault);
        tell_nodes(rt);
        if (rt->story.events > rt->spec->max_events)
            runtime_stop(rt, END_EVENTS, 0);
    }
    if (rt->is_out_of_memory || engine->is_out_of_memory)
        return STATUS_MEMORY;
    charge_rest(rt);
    items_close(rt);
    record->claimed_work = advice_claimed(rt);
    fiber_stop(rt);
    record->makespan = engine->now;
    close_ledgers(rt);
    record->digest = story_end(&rt->story);
    record->events = rt->story.events;
    record->trace = rt->story.trace;
    return STATUS_OK;
}
