/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what controller.h promises holds for every class of the registry, and for decorators
 * around each. Method: random jobs are simulated while a recorder listens; what it heard is played
 * again to other plans and states, cut, saved, copied, bundled. A class that is listed is tested:
 * none is named here. CAIRN_SEED chooses the jobs. */
#include "tests/policies/library.h"

/* Jobs and pairs of runs in each test; of each subject at least a few. */
#if defined(__SANITIZE_ADDRESS__)
enum { JOBS = 180, LEAST_JOBS = 2, PAIRS = 360, LEAST_PAIRS = 12 };
#else
enum { JOBS = 720, LEAST_JOBS = 5, PAIRS = 1800, LEAST_PAIRS = 20 };
#endif

static uint64_t seed = 1;
static struct subject subjects[SUBJECTS];
static size_t subjects_count, jobs, pairs; /* of each subject */
static struct tape tape, other;
static struct trial trial;

/* A job for the subject of this number; it must take one of 400. */
static void open_trial(size_t subject, trial_edit *edit, uint64_t *random)
{
    if (!trial_open(&trial, &subjects[subject], edit, random))
        fail_msg("%s takes none of %d random jobs", subjects[subject].name, TRIAL_DRAWS);
}

static void check(bool is_right, size_t subject, const char *claim)
{
    if (is_right)
        return;
    specs_print(&trial.kit, subject);
    fail_msg("%s: %s", subjects[subject].name, claim);
}

static enum group_mode any_mode(uint64_t *random)
{
    return kit_below(random, 2) ? GROUP_CONTROLLED : GROUP_NO_SKIP;
}

/* ---- saving ---------------------------------------------------------------------------------- */

/* Saved at any moment and loaded into other memory, or copied there: the rest is answered alike. */
static void a_restored_controller_continues_identically(void **state)
{
    uint64_t random = seed, answers = 0, stateful = 0;
    (void)state;
    for (size_t i = 0; i < subjects_count * jobs; i++) {
        size_t s = i / jobs;
        open_trial(s, NULL, &random);
        tape_run(&tape, &trial, 0, any_mode(&random));
        size_t cut = kit_below(&random, (uint32_t)tape.count + 1);
        struct block own = tape_state(&tape, &trial), copy = block_new(own.size, 0x11),
                     loaded = block_new(own.size, 0xee);
        check(tape_play(&tape, &trial, own.bytes, 0, cut), s,
              "answers another way the second time");
        uint64_t need = cairn_state_save(tape.class, trial.plan.bytes, own.bytes, NULL, 0);
        struct block saved = block_new(need, 0);
        assert_int_equal(
            cairn_state_save(tape.class, trial.plan.bytes, own.bytes, saved.bytes, need), need);
        assert_null(
            cairn_state_load(tape.class, trial.plan.bytes, saved.bytes, need, loaded.bytes));
        memcpy(copy.bytes, own.bytes, own.size);
        check(tape_play(&tape, &trial, loaded.bytes, cut, tape.count), s, "restored it differs");
        check(tape_play(&tape, &trial, copy.bytes, cut, tape.count), s, "copied it differs");
        check(tape_play(&tape, &trial, own.bytes, cut, tape.count), s, "saving changed it");
        check(memcmp(own.bytes, loaded.bytes, own.size) == 0, s, "restored its state differs");
        check(memcmp(own.bytes, copy.bytes, own.size) == 0, s, "copied its state differs");
        answers += tape.count - cut;
        stateful += own.size > 0;
        block_free(&own), block_free(&copy), block_free(&loaded), block_free(&saved);
        trial_close(&trial);
    }
    print_message("    %zu subjects, %" PRIu64 " answers after a restore\n", subjects_count,
                  answers);
    assert_true(answers > subjects_count * jobs && stateful > jobs);
}

/* One saved state, spoiled in every way; the state it is loaded into must stay as it is. */
static void refuse(const struct block *saved, uint64_t length, size_t subject, const char *claim)
{
    struct block into = block_new(cairn_state_size(tape.class, trial.plan.bytes), 0x77);
    const char *why =
        cairn_state_load(tape.class, trial.plan.bytes, saved->bytes, length, into.bytes);
    check(why != NULL && strlen(why) > 10, subject, claim);
    for (uint64_t i = 0; i < into.size; i++)
        check(into.bytes[i] == 0x77, subject, "a refused state was written");
    block_free(&into);
}

static void spoil(struct block *saved, uint64_t head, size_t subject, uint64_t *random)
{
    uint64_t need = saved->size;
    for (uint64_t length = 0; length < need; length += 1 + (length > head ? need / 50 : 0))
        refuse(saved, length, subject, "cut short it is taken");
    for (uint64_t at = 0; at < need; at += at < head ? 1 : 1 + need / 50) {
        bool is_rest_of_name = at >= head - 32 + strlen(tape.class->name) && at < head;
        if (is_rest_of_name)
            continue;
        unsigned char was = saved->bytes[at];
        saved->bytes[at] ^= (unsigned char)(1u << kit_below(random, 8));
        refuse(saved, need, subject, "damaged it is taken");
        saved->bytes[at] = was;
    }
}

static void spoiled_states_are_refused(void **state)
{
    uint64_t random = seed ^ 2, others = 0;
    static struct block last;
    static char last_name[SUBJECT_NAME];
    (void)state;
    for (size_t s = 0; s < subjects_count; s++) {
        open_trial(s, NULL, &random);
        tape_run(&tape, &trial, 0, GROUP_CONTROLLED);
        struct block own = tape_state(&tape, &trial);
        tape_play(&tape, &trial, own.bytes, 0, tape.count / 2);
        uint64_t need = cairn_state_save(tape.class, trial.plan.bytes, own.bytes, NULL, 0);
        struct block saved = block_new(need, 0);
        check(cairn_state_save(tape.class, trial.plan.bytes, own.bytes, saved.bytes, need - 1) ==
                      need &&
                  saved.bytes[0] == 0,
              s, "writes where there is no room");
        cairn_state_save(tape.class, trial.plan.bytes, own.bytes, saved.bytes, need);
        spoil(&saved, need - own.size, s, &random);
        if (last.bytes && strcmp(last_name, tape.class->name) != 0) {
            refuse(&last, last.size, s, "the state of another class is taken");
            others++;
        }
        if (last.bytes)
            block_free(&last);
        last = saved;
        snprintf(last_name, sizeof last_name, "%s", tape.class->name);
        block_free(&own);
        trial_close(&trial);
    }
    block_free(&last);
    assert_true(others >= 5);
}

/* A class whose state is as long as its parameter says. */
static const char *growing_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                void *plan)
{
    (void)shape;
    *(int64_t *)plan = values[0].i;
    return NULL;
}

static uint64_t growing_bytes(const void *plan)
{
    return (uint64_t) * (const int64_t *)plan;
}

static void a_state_of_other_parameters_is_refused(void **state)
{
    struct cairn_controller_class growing = *cairn_controller_find("none");
    _Alignas(16) int64_t plans[2] = {0};
    unsigned char own[64], bytes[256];
    (void)state;
    growing.plan = growing_plan;
    growing.state_bytes = growing_bytes;
    for (int64_t saved = 0; saved < 60; saved++) {
        for (int64_t loading = 0; loading < 60; loading++) {
            assert_null(growing.plan(&(struct cairn_value){.i = saved}, NULL, &plans[0]));
            assert_null(growing.plan(&(struct cairn_value){.i = loading}, NULL, &plans[1]));
            cairn_state_init(&growing, &plans[0], own);
            uint64_t length = cairn_state_save(&growing, &plans[0], own, bytes, sizeof bytes);
            memset(own, 0x77, sizeof own);
            const char *why = cairn_state_load(&growing, &plans[1], bytes, length, own);
            assert_true((why == NULL) == (saved == loading));
            assert_int_equal(own[0], why || saved == 0 ? 0x77 : 0);
        }
    }
}

/* ---- sharing --------------------------------------------------------------------------------- */

/* Two replications by one plan, their events interleaved at random: each gets the answers that it
 * got alone, and the plan's bytes stay. */
static void states_on_one_plan_do_not_meet(void **state)
{
    uint64_t random = seed ^ 3, differing = 0;
    (void)state;
    for (size_t i = 0; i < subjects_count * jobs; i++) {
        size_t s = i / jobs, a = 0, b = 0;
        open_trial(s, NULL, &random);
        struct block before = block_new(trial.plan.size, 0);
        memcpy(before.bytes, trial.plan.bytes, before.size);
        tape_run(&tape, &trial, 0, GROUP_CONTROLLED);
        tape_run(&other, &trial, 1, GROUP_NO_SKIP);
        struct block first = tape_state(&tape, &trial), second = tape_state(&tape, &trial);
        while (a < tape.count || b < other.count) {
            bool is_first = b == other.count || (a < tape.count && kit_below(&random, 2));
            bool is_same = is_first ? tape_step(&tape, &trial, first.bytes, a++)
                                    : tape_step(&other, &trial, second.bytes, b++);
            check(is_same, s, "another state on the same plan changes its answers");
        }
        check(memcmp(before.bytes, trial.plan.bytes, before.size) == 0, s, "writes to its plan");
        differing += tape.count != other.count;
        block_free(&first), block_free(&second), block_free(&before);
        trial_close(&trial);
    }
    print_message("    %" PRIu64 " of %zu pairs of runs differ in length\n", differing,
                  subjects_count * jobs);
    assert_true(differing * 3 > subjects_count * jobs);
}

/* ---- repeating ------------------------------------------------------------------------------- */

/* Jobs in which a driver may skip: blocking checkpoints, all alike. */
static void edit_skipping(struct trial *t, uint64_t *random)
{
    struct spec *s = &t->kit.spec;
    (void)random;
    if (s->group.stages_count > 0)
        s->group.step = S(1);
    s->group.stages_count = 0;
    s->group.persist = 0;
    s->group.interference_ppm = 0;
    s->group.in_flight = IN_FLIGHT_SKIP;
    s->group.work *= 4;
    s->faults.renewal = RENEWAL_FAILED;
    s->faults.strike |= PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT);
}

/* Who says `repeat` is asked less often, and the record is that of asking each time. */
static void repeat_equals_asking_each_time(void **state)
{
    uint64_t random = seed ^ 4, skipping = 0, struck = 0;
    (void)state;
    for (size_t s = 0; s < subjects_count; s++) {
        uint64_t skipped = 0, stepped = 0, repeats = 0;
        for (size_t i = 0; i < pairs; i++) {
            open_trial(s, edit_skipping, &random);
            struct record a = tape_run(&tape, &trial, 0, GROUP_CONTROLLED);
            struct record b = tape_run(&other, &trial, 0, GROUP_NO_SKIP);
            bool hears_steps =
                cairn_hears(tape.class, trial.plan.bytes) & CAIRN_HEARS(CAIRN_HEAR_STEP);
            check(kit_same_record(&a, &b), s, "skipping changes the record");
            check(tape.questions <= other.questions, s, "is asked more often when skipping");
            skipped += tape.questions;
            stepped += other.questions;
            repeats += hears_steps ? 0 : tape.repeats;
            struck += a.struck;
            trial_close(&trial);
        }
        check(repeats == 0 || skipped < stepped, s, "says repeat, and nothing was skipped");
        skipping += skipped < stepped;
    }
    print_message("    %" PRIu64 " of %zu subjects skip, %" PRIu64 " failures\n", skipping,
                  subjects_count, struck);
    assert_true(skipping >= 5 && struck > subjects_count * pairs);
}

/* ---- costs ----------------------------------------------------------------------------------- */

static void edit_failure_free(struct trial *t, uint64_t *random)
{
    struct spec *s = &t->kit.spec;
    (void)random;
    s->faults.node.is_given = s->faults.rack.is_given = s->faults.platform.is_given = false;
    s->faults.trace.is_given = false;
    s->group.persist = 0;
    s->group.interference_ppm = 0;
    s->horizon = S(1e9);
}

/* Where nothing fails a job takes its work and its checkpoints, to the nanosecond. */
static void failure_free_cost_is_exact(void **state)
{
    uint64_t random = seed ^ 5, taken = 0;
    (void)state;
    for (size_t i = 0; i < subjects_count * jobs; i++) {
        size_t s = i / jobs;
        open_trial(s, edit_failure_free, &random);
        const struct spec *spec = &trial.kit.spec;
        struct record r = trial_run(&trial, 0, any_mode(&random));
        check(r.end == END_FINISHED && r.struck == 0 && r.checkpoints_aborted == 0, s,
              "does not finish without failures");
        check(r.makespan == spec->group.work + r.job[JOB_CHECKPOINT], s, "costs something else");
        if (spec->group.stages_count == 0)
            check(r.job[JOB_CHECKPOINT] == (simtime)r.taken * spec->group.checkpoint, s,
                  "its checkpoints do not cost what they cost");
        taken += r.taken - spec->group.final_checkpoint;
        trial_close(&trial);
    }
    print_message("    %" PRIu64 " checkpoints\n", taken);
    assert_true(taken > subjects_count * jobs);
}

static void edit_free(struct trial *t, uint64_t *random)
{
    struct spec *s = &t->kit.spec;
    edit_skipping(t, random);
    s->group.work /= 4;
    s->group.checkpoint = 0;
    s->group.restore_initial = true;
    s->faults.clock = CLOCK_WALL;
}

/* Free checkpoints cannot harm: in each pair of runs on the same failures, one that keeps an
 * interval is never behind one that takes none. */
static void free_checkpoints_never_lose_to_none(void **state)
{
    uint64_t random = seed ^ 6, struck = 0, better = 0, runs = 0;
    (void)state;
    for (size_t s = 0; s < subjects_count; s++) {
        if (!subjects[s].class->interval || !trial_open(&trial, &subjects[s], edit_free, &random))
            continue; /* it may refuse what costs nothing */
        for (size_t i = 0; i < pairs; i++) {
            struct record r = trial_run(&trial, 0, GROUP_CONTROLLED);
            trial.kit.spec.controller.class = cairn_controller_find("none");
            struct record none = trial_run(&trial, 0, GROUP_CONTROLLED);
            trial.kit.spec.controller.class = subjects[s].class;
            bool is_behind =
                none.end == END_FINISHED && (r.end != END_FINISHED || r.makespan > none.makespan);
            check(!is_behind && r.end != END_POLICY, s, "is slower than without checkpoints");
            check(failure_trace_agrees(&r.trace, &none.trace), s, "met other failures");
            struck += r.struck;
            better += none.end != END_FINISHED || r.makespan < none.makespan;
            runs++;
            trial_close(&trial);
            open_trial(s, edit_free, &random);
        }
        trial_close(&trial);
    }
    print_message("    %" PRIu64 " pairs, %" PRIu64 " better, %" PRIu64 " failures\n", runs, better,
                  struck);
    assert_true(struck > runs && better > runs / 20 && runs > 5 * pairs);
}

/* ---- bundles --------------------------------------------------------------------------------- */

/* The j-th of n equal ones, `spacing` apart; the whole bundle is its last. */
static struct cairn_happening one_of(const struct cairn_happening *last, uint64_t j, uint64_t n,
                                     int64_t spacing)
{
    struct cairn_happening h = *last;
    h.now -= (int64_t)(n - j) * spacing;
    if (h.kind == CAIRN_HEAR_STEP)
        h.steps -= (int64_t)(n - j);
    return h;
}

/* n equal happenings at once, and one by one: the same answer, the same state. Steps follow each
 * other directly; checkpoints lie apart where the controller has said that it repeats itself. */
static bool bundle(uint32_t kind, size_t cut, const struct event_heard *question, uint64_t *random)
{
    const struct cairn_situation *q = &question->situation;
    uint64_t n = 1 + kit_below(random, kit_below(random, 3) ? 20 : 1000);
    struct block many = tape_state(&tape, &trial), single = block_new(many.size, 0);
    assert_true(tape_play(&tape, &trial, many.bytes, 0, cut));
    memcpy(single.bytes, many.bytes, many.size);
    int64_t cost = kind == CAIRN_HEAR_STEP ? S(specs_seconds(random, 1, 20)) : q->expected_cost;
    int64_t spacing = cost;
    if (kind == CAIRN_HEAR_CHECKPOINT_DONE)
        spacing = tape.repeats ? cost + S(specs_seconds(random, 1, 99)) : 0;
    struct cairn_happening last = {.size = sizeof last,
                                   .abi = CAIRN_CONTROLLER_ABI,
                                   .kind = kind,
                                   .is_restorable = 1,
                                   .now = q->now + (int64_t)n * spacing,
                                   .cost = cost,
                                   .name = kind == CAIRN_HEAR_STEP ? "step" : NULL,
                                   .steps = q->step_index + (int64_t)n};
    bool at_once = tape.class->observe(trial.plan.bytes, many.bytes, &last, n), ever = false;
    for (uint64_t j = 1; j <= n; j++) {
        struct cairn_happening h = one_of(&last, j, n, spacing);
        ever |= tape.class->observe(trial.plan.bytes, single.bytes, &h, 1);
    }
    bool is_same = at_once == ever && memcmp(many.bytes, single.bytes, many.size) == 0;
    struct event_heard later = *question;
    later.situation.now = last.now;
    struct cairn_verdict a = tape_ask(&tape, &trial, many.bytes, &later),
                         b = tape_ask(&tape, &trial, single.bytes, &later);
    is_same &= memcmp(&a, &b, sizeof a) == 0;
    block_free(&many), block_free(&single);
    return is_same;
}

static void n_equal_happenings_are_n_happenings(void **state)
{
    static const uint32_t kinds[] = {CAIRN_HEAR_STEP, CAIRN_HEAR_CHECKPOINT_DONE};
    uint64_t random = seed ^ 7, bundles = 0;
    (void)state;
    for (size_t i = 0; i < subjects_count * jobs * 2; i++) {
        size_t s = i / (2 * jobs);
        uint32_t kind = kinds[i % 2];
        open_trial(s, NULL, &random);
        if (cairn_hears(subjects[s].class, trial.plan.bytes) & CAIRN_HEARS(kind)) {
            tape_run(&tape, &trial, 0, any_mode(&random));
            size_t cut = kit_below(&random, (uint32_t)tape.count + 1);
            while (cut > 0 && !tape.list[cut - 1].is_question)
                cut--; /* to none, where a job that is struck at once has been told before asked */
            check(cut == 0 || bundle(kind, cut, &tape.list[cut - 1], &random), s,
                  kind == CAIRN_HEAR_STEP ? "n steps at once are not n steps"
                                          : "n checkpoints at once are not n checkpoints");
            bundles += cut > 0;
        }
        trial_close(&trial);
    }
    print_message("    %" PRIu64 " bundles\n", bundles);
    assert_true(bundles > jobs);
}

/* ---- verdicts -------------------------------------------------------------------------------- */

static bool is_consistent(const struct cairn_verdict *v)
{
    bool is_known = v->action <= CAIRN_FAILED && v->ask <= CAIRN_ASK_TIME;
    return is_known && v->size == sizeof *v && v->abi == CAIRN_CONTROLLER_ABI &&
           (v->ask == CAIRN_ASK_NEVER || v->at > 0) && v->repeat <= 1;
}

/* In words, for any room; never past it. */
static bool has_words(const struct cairn_verdict *v, uint64_t *random)
{
    char bytes[400];
    size_t room = 1 + kit_below(random, 300);
    memset(bytes, 'x', sizeof bytes);
    tape.class->describe(trial.plan.bytes, v, bytes, room);
    size_t length = strnlen(bytes, room);
    bool is_kept = length < room && bytes[room] == 'x';
    tape.class->describe(trial.plan.bytes, v, bytes, sizeof bytes);
    return is_kept && strnlen(bytes, sizeof bytes) >= 5 && strnlen(bytes, sizeof bytes) < 400;
}

/* Every verdict of every run: an action, a time to ask again, words; who wants random words never
 * repeats. */
static void every_verdict_is_consistent(void **state)
{
    uint64_t random = seed ^ 8, verdicts = 0, checkpoints = 0;
    (void)state;
    for (size_t i = 0; i < subjects_count * jobs; i++) {
        size_t s = i / jobs;
        open_trial(s, NULL, &random);
        tape_run(&tape, &trial, 0, GROUP_NO_SKIP);
        bool is_random = cairn_hears(tape.class, trial.plan.bytes) & CAIRN_WANTS_RANDOM;
        for (size_t j = 0; j < tape.count; j++) {
            const struct cairn_verdict *v = &tape.list[j].verdict;
            if (!tape.list[j].is_question)
                continue;
            check(is_consistent(v), s, "a verdict contradicts itself");
            check(!is_random || !v->repeat, s, "repeats what chance decides");
            if (j % 8 == 0)
                check(has_words(v, &random), s, "has no words for it, or too many");
            verdicts++;
            checkpoints += v->action == CAIRN_CHECKPOINT;
        }
        trial_close(&trial);
    }
    print_message("    %" PRIu64 " verdicts, %" PRIu64 " checkpoints\n", verdicts, checkpoints);
    assert_true(checkpoints > subjects_count * jobs);
}

/* ---- classes --------------------------------------------------------------------------------- */

static void listed_classes_are_accepted_and_spoiled_ones_refused(void **state)
{
    (void)state;
    for (const struct cairn_controller_class *const *c = cairn_controllers; *c; c++) {
        struct cairn_controller_class bad[13];
        static const char *const words[13] = {"(abi)", "(size)", "lacks", "lacks",  "lacks",
                                              "lacks", "lacks",  "lacks", "longer", "no observe",
                                              NULL,    NULL,     NULL};
        assert_null(cairn_controller_refusal(*c));
        for (int i = 0; i < 13; i++)
            bad[i] = **c;
        bad[0].abi++;
        bad[1].size--;
        bad[2].name = NULL;
        bad[3].summary = NULL;
        bad[4].params = NULL;
        bad[5].plan = NULL;
        bad[6].decide = NULL;
        bad[7].describe = NULL;
        bad[8].name = "a-name-of-thirty-two-characters-";
        bad[9].hears = CAIRN_HEARS(CAIRN_HEAR_STEP);
        bad[9].observe = NULL;
        bad[10].size += 8; /* of a later header: fields were added at the end */
        bad[11].name = "a-name-of-thirty-one-characters";
        bad[12].hears = CAIRN_WANTS_RANDOM | CAIRN_WANTS_AGES;
        bad[12].observe = NULL;
        for (int i = 0; i < 13; i++) {
            const char *why = cairn_controller_refusal(&bad[i]);
            assert_true((why != NULL) == (words[i] != NULL));
            if (why)
                assert_non_null(strstr(why, words[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_controller_continues_identically),
        cmocka_unit_test(spoiled_states_are_refused),
        cmocka_unit_test(a_state_of_other_parameters_is_refused),
        cmocka_unit_test(states_on_one_plan_do_not_meet),
        cmocka_unit_test(repeat_equals_asking_each_time),
        cmocka_unit_test(failure_free_cost_is_exact),
        cmocka_unit_test(free_checkpoints_never_lose_to_none),
        cmocka_unit_test(n_equal_happenings_are_n_happenings),
        cmocka_unit_test(every_verdict_is_consistent),
        cmocka_unit_test(listed_classes_are_accepted_and_spoiled_ones_refused),
    };
    seed = support_seed(1);
    subjects_count = library_subjects(subjects);
    jobs = JOBS / subjects_count > LEAST_JOBS ? JOBS / subjects_count : LEAST_JOBS;
    pairs = PAIRS / subjects_count > LEAST_PAIRS ? PAIRS / subjects_count : LEAST_PAIRS;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
