/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what must hold of every run whatever the scenario: it ends for a reason, its ledgers
 * balance, skipping changes nothing, nothing leaks from one replication into the next, policies
 * meet the same failures, no policy beats the bound. Method: thousands of random specs from
 * specs.h; failures as they struck are recorded by a controller that listens. CAIRN_SEED chooses
 * the specs. */
#include "sim/model/bound.h"
#include "tests/sim/model/specs.h"
#include "tests/support.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SPECS = 600, BOUNDS = 2000, PAIRS = 300 };
#else
enum { SPECS = 3000, BOUNDS = 10000, PAIRS = 2000 };
#endif

static uint64_t seed = 1;

static void assert_balanced(const struct kit *k, const struct record *r)
{
    const struct spec *s = &k->spec;
    slot_ns job = 0, nodes = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        assert_true(r->job[i] >= 0);
        job += r->job[i];
    }
    for (unsigned i = 0; i < NODE_CLASSES; i++) {
        assert_true(r->nodes[i] >= 0);
        nodes += r->nodes[i];
    }
    assert_true(job == r->makespan);
    assert_true(nodes == (slot_ns)r->makespan * (s->cluster.nodes + s->cluster.spares));
    assert_true(r->makespan <= s->horizon && r->aborted <= r->job[JOB_CHECKPOINT]);
}

static void assert_ended(const struct kit *k, const struct record *r)
{
    const struct spec *s = &k->spec;
    assert_true(r->completed + r->checkpoints_aborted <= r->taken);
    assert_true(r->restored <= r->struck);
    assert_true(r->lost_work == r->job[JOB_LOST]);
    if (r->end == END_FINISHED) {
        assert_int_equal(r->job[JOB_USEFUL], s->group.work);
        assert_int_equal(r->job[JOB_UNCOMMITTED], 0);
        assert_true(!s->group.final_checkpoint || r->completed > 0);
    } else {
        /* Standing still while it persists, a job may be asked again with nothing done. */
        bool may_stall = s->group.interference_ppm == 1000000 && r->end == END_POLICY;
        assert_true(r->end == END_HORIZON || may_stall);
        assert_true(r->job[JOB_USEFUL] <= s->group.work);
        assert_true(r->makespan == s->horizon || s->faults.trace.is_given || may_stall);
    }
    assert_true(s->faults.clock == CLOCK_WALL || s->faults.strike != 0 || r->struck == 0);
}

static struct record replicate(struct run *run, uint32_t replication, enum group_mode mode)
{
    struct record record;
    assert_int_equal(run_replicate(run, replication, mode, &record), STATUS_OK);
    return record;
}

/* One spec: replications 0 and 1, skipping and not, in one workspace and in fresh ones. */
static uint64_t check_spec(struct kit *k, uint64_t index)
{
    struct run run;
    assert_int_equal(run_open(&run, &k->spec, kit_bytes), STATUS_OK);
    struct record first = replicate(&run, 0, GROUP_CONTROLLED);
    uint64_t arena = run.arena.grown, wall = eventq_grown(run.engine.wall),
             faults = eventq_grown(run.engine.faults);
    struct record again = replicate(&run, 0, GROUP_CONTROLLED);
    bool has_grown = arena != run.arena.grown || wall != eventq_grown(run.engine.wall) ||
                     faults != eventq_grown(run.engine.faults);
    struct record stepping = replicate(&run, 0, GROUP_NO_SKIP);
    struct record second = replicate(&run, 1, GROUP_CONTROLLED);
    run_close(&run);
    struct record fresh = kit_run(k, 1, GROUP_CONTROLLED);
    bool is_right = kit_same_record(&first, &again) && kit_same_record(&first, &stepping) &&
                    kit_same_record(&second, &fresh) && !has_grown;
    if (!is_right) {
        specs_print(k, index);
        print_message("    again %d, step by step %d, fresh %d, grown %d\n",
                      kit_same_record(&first, &again), kit_same_record(&first, &stepping),
                      kit_same_record(&second, &fresh), has_grown);
        fail();
    }
    assert_balanced(k, &first);
    assert_ended(k, &first);
    assert_balanced(k, &second);
    assert_ended(k, &second);
    return first.struck;
}

static void rule15_and_19_hold_for_any_spec(void **state)
{
    uint64_t random = seed, struck = 0;
    (void)state;
    for (uint64_t i = 0; i < SPECS; i++) {
        struct kit k;
        specs_draw(&k, &random);
        struck += check_spec(&k, i);
    }
    print_message("    %d specs, %" PRIu64 " failures\n", SPECS, struck);
    assert_true(struck > SPECS);
}

/* A limit on canonical happenings cuts both ways of execution at the same place. */
static void rule15_event_limit_cuts_both_modes_alike(void **state)
{
    uint64_t random = seed ^ 15, cut = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        specs_draw(&k, &random);
        k.spec.max_events = 5 + kit_below(&random, 60);
        struct record a = kit_run(&k, 0, GROUP_CONTROLLED), b = kit_run(&k, 0, GROUP_NO_SKIP);
        if (!kit_same_record(&a, &b)) {
            specs_print(&k, i);
            fail_msg("max_events %" PRIu64 ": end %d at %" PRId64 ", step by step %d at %" PRId64,
                     k.spec.max_events, (int)a.end, a.makespan, (int)b.end, b.makespan);
        }
        cut += a.end == END_EVENTS;
    }
    print_message("    %" PRIu64 " of %d runs cut\n", cut, PAIRS);
    assert_true(cut > PAIRS / 20);
}

/* ---- rule 8: every policy meets the same failures -------------------------------------------- */

enum { HEARD = 4096 };
static struct {
    simtime times[HEARD];
    uint32_t count;
} heard;
static const struct cairn_controller_class *inner;

static int listener_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    if (happening->kind == CAIRN_HEAR_FAILURE) {
        assert_int_equal(n, 1);
        if (heard.count < HEARD)
            heard.times[heard.count++] = happening->now;
    }
    if (cairn_hears(inner, plan) & CAIRN_HEARS(happening->kind))
        return inner->observe(plan, state, happening, n);
    return 0;
}

/* The run under `inner`, which hears what it did, and of failures; their times are in `heard`. */
static struct record listen(struct kit *k)
{
    struct cairn_controller_class listener = *k->spec.controller.class;
    listener.hears |= 0xffff | CAIRN_WANTS_AGES;
    listener.hears_by = NULL;
    listener.observe = listener_observe;
    inner = k->spec.controller.class;
    k->spec.controller.class = &listener;
    heard.count = 0;
    struct record r = kit_run(k, 0, GROUP_CONTROLLED);
    k->spec.controller.class = inner;
    return r;
}

/* Specs whose outages no policy can influence, with their times comparable: the wall clock. */
static void draw_wall(struct kit *k, uint64_t *random)
{
    do
        specs_draw(k, random);
    while (k->spec.faults.clock != CLOCK_WALL || k->spec.faults.renewal != RENEWAL_FAILED);
}

static void rule08_failures_are_the_same_for_every_policy(void **state)
{
    static simtime times[HEARD];
    uint64_t random = seed ^ 8, compared = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        draw_wall(&k, &random);
        struct record a = listen(&k);
        uint32_t count = heard.count;
        memcpy(times, heard.times, sizeof times);
        specs_controller(&k, &random);
        struct record b = listen(&k);
        uint32_t shorter = count < heard.count ? count : heard.count;
        bool is_same = failure_trace_agrees(&a.trace, &b.trace);
        for (uint32_t j = 0; j < shorter; j++)
            is_same &= times[j] == heard.times[j];
        if (!is_same)
            specs_print(&k, i);
        assert_true(is_same);
        compared += shorter;
    }
    print_message("    %" PRIu64 " failures compared\n", compared);
    assert_true(compared > PAIRS);
}

/* Under exposure wall times differ; on the fault clock the trace does not, where all that a policy
 * can choose is exposed. */
static void rule08_exposed_failures_agree_on_the_fault_clock(void **state)
{
    const uint32_t least =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    uint64_t random = seed ^ 88, compared = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        specs_draw(&k, &random);
        if (k.spec.faults.renewal != RENEWAL_FAILED || k.spec.faults.trace.is_given)
            continue;
        k.spec.faults.clock = CLOCK_EXPOSURE;
        k.spec.faults.strike |= least;
        struct record a = kit_run(&k, 0, GROUP_CONTROLLED);
        specs_controller(&k, &random);
        struct record b = kit_run(&k, 0, GROUP_CONTROLLED);
        if (!failure_trace_agrees(&a.trace, &b.trace))
            specs_print(&k, i);
        assert_true(failure_trace_agrees(&a.trace, &b.trace));
        compared += a.trace.outages < b.trace.outages ? a.trace.outages : b.trace.outages;
    }
    assert_true(compared > PAIRS);
}

/* A third of the work usually ends earlier; whichever run is shorter meets the other's failures. */
static void rule08_shorter_run_is_prefix(void **state)
{
    static simtime times[HEARD];
    uint64_t random = seed ^ 808, compared = 0, earlier = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        draw_wall(&k, &random);
        k.spec.horizon = S(20000);
        struct record a = listen(&k);
        uint32_t count = heard.count;
        memcpy(times, heard.times, sizeof times);
        k.spec.group.work /= 3;
        struct record b = listen(&k);
        uint32_t shorter = count < heard.count ? count : heard.count;
        if (!failure_trace_agrees(&a.trace, &b.trace))
            specs_print(&k, i);
        assert_true(failure_trace_agrees(&a.trace, &b.trace));
        assert_memory_equal(times, heard.times, shorter * sizeof *times);
        compared += shorter;
        earlier += b.makespan < a.makespan;
    }
    assert_true(compared > PAIRS / 2 && earlier > PAIRS / 2);
}

/* Another replication, or another seed, is another story; a node more leaves the others' lives
 * alone. */
static void rule09_draws_have_addresses(void **state)
{
    static simtime times[HEARD];
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1e6, 0, 0);
    kit_exponential(&k.spec.faults.node, 1000);
    k.spec.horizon = S(1e5);
    k.spec.seed = seed;
    struct record a = listen(&k);
    uint32_t count = heard.count;
    memcpy(times, heard.times, sizeof times);
    struct record other = kit_run(&k, 1, GROUP_CONTROLLED);
    assert_false(failure_trace_agrees(&a.trace, &other.trace));
    k.spec.seed++;
    other = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_false(failure_trace_agrees(&a.trace, &other.trace));
    k.spec.seed--;
    k.spec.cluster.nodes = 2; /* the second is idle */
    other = listen(&k);
    assert_true(count > 50 && heard.count == count && other.elsewhere > 50);
    assert_memory_equal(times, heard.times, count * sizeof *times);
}

/* ---- rule 18 --------------------------------------------------------------------------------- */

static void rule18_bound_is_never_beaten(void **state)
{
    uint64_t random = seed ^ 18, struck = 0, compared = 0;
    (void)state;
    while (compared < BOUNDS) {
        struct kit k;
        specs_draw(&k, &random);
        k.spec.group.persist = 0;
        if (bound_refusal(&k.spec))
            continue;
        struct record bound = kit_run(&k, 0, GROUP_BOUND);
        struct record run = kit_run(&k, 0, GROUP_CONTROLLED);
        bool is_beaten =
            run.end == END_FINISHED && (bound.end != END_FINISHED || bound.makespan > run.makespan);
        if (is_beaten || bound.job[JOB_USEFUL] < run.job[JOB_USEFUL])
            specs_print(&k, compared);
        assert_false(is_beaten);
        assert_true(bound.job[JOB_USEFUL] >= run.job[JOB_USEFUL]);
        assert_true(failure_trace_agrees(&bound.trace, &run.trace));
        assert_balanced(&k, &bound);
        struck += run.struck;
        compared++;
    }
    print_message("    %" PRIu64 " runs, %" PRIu64 " failures\n", compared, struck);
    assert_true(struck > compared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule15_and_19_hold_for_any_spec),
        cmocka_unit_test(rule15_event_limit_cuts_both_modes_alike),
        cmocka_unit_test(rule08_failures_are_the_same_for_every_policy),
        cmocka_unit_test(rule08_exposed_failures_agree_on_the_fault_clock),
        cmocka_unit_test(rule08_shorter_run_is_prefix),
        cmocka_unit_test(rule09_draws_have_addresses),
        cmocka_unit_test(rule18_bound_is_never_beaten),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
