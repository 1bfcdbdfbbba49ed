/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: under any sequence of failures and successes a policy answers as a naive model of it does;
 * its state can be copied; it writes into its state and nowhere else. Method: random parameters,
 * random victims (two tasks, an actor and a call to it), times that meet often; every registered
 * class must have a model in models.h. */
#include "tests/policies/recovery/models.h"

enum { WALKS = 600, LONGEST = HISTORY, VICTIMS = 4, ACTOR = 2 };

static uint64_t seed = 1;

/* Every answer of a walk, counted, so that a test can tell whether it saw both. */
struct tally {
    uint64_t again, given_up, waits, reasons; /* reasons: bits */
};

struct walk {
    struct scene scene, twin; /* twin: a copy from some event on */
    bool has_twin;
    struct history history;
    struct victim victims[VICTIMS];
    uint64_t ids[VICTIMS], keeper, next_id;
    int64_t now;
    struct answer (*model)(const struct history *history, const struct past *now);
};

/* ---- random parameters ----------------------------------------------------------------------- */

static struct cairn_value random_value(const struct cairn_param *param, uint64_t *random)
{
    struct cairn_value value = {0};
    double lowest = param->min, highest = param->max < 6 ? param->max : 6;
    uint32_t choices = 0;
    switch (param->unit) {
    case CAIRN_COUNT:
        value.i = (int64_t)lowest + (int64_t)kit_below(random, (uint32_t)(highest - lowest) + 1);
        value.x = (double)value.i;
        break;
    case CAIRN_DURATION: /* halves of a second, so that times meet; 0 where it may be */
        value.i = (int64_t)(kit_below(random, 40) + (param->max > 0 ? 0 : 1)) * SECOND / 2;
        value.x = (double)value.i / 1e9;
        break;
    case CAIRN_CHOICE:
        while (param->choices[choices])
            choices++;
        value.i = (int64_t)kit_below(random, choices);
        break;
    default:
        value.x = lowest + specs_seconds(random, 0, 1000) / 1000 * (highest - lowest);
        assert_true(param->unit == CAIRN_NUMBER || param->unit == CAIRN_FRACTION);
    }
    return value;
}

static void random_values(const struct cairn_recovery_class *class, uint64_t *random,
                          struct cairn_value values[SCENE_PARAMS])
{
    scene_values(class, "", values);
    for (int i = 0; class->params[i].name; i++)
        if (kit_below(random, 2) == 0)
            values[i] = random_value(&class->params[i], random);
}

/* ---- a walk ---------------------------------------------------------------------------------- */

static void victim_renew(struct walk *w, unsigned i, uint64_t *random)
{
    w->victims[i] = victim_of(i < ACTOR    ? 't'
                              : i == ACTOR ? 'a'
                                           : 'c',
                              (int32_t)kit_below(random, 7) - 1, kit_below(random, 2));
    w->ids[i] = ++w->next_id;
    if (i != ACTOR)
        return;
    w->keeper = w->ids[i];
    cairn_recovery_init_own(w->scene.class, w->scene.plan.bytes, w->scene.own.bytes);
    if (w->has_twin)
        cairn_recovery_init_own(w->twin.class, w->twin.plan.bytes, w->twin.own.bytes);
}

static void walk_open(struct walk *w, const struct cairn_recovery_class *class, uint64_t *random)
{
    const char *refusal;
    memset(w, 0, sizeof *w);
    w->history.class = class;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(models[i].name, class->name) == 0)
            w->model = models[i].answer;
    if (!w->model)
        fail_msg("%s has no model", class->name);
    do {
        random_values(class, random, w->history.values);
        refusal = scene_with(&w->scene, class, w->history.values);
    } while (refusal);
    for (unsigned i = 0; i < VICTIMS; i++)
        victim_renew(w, i, random);
}

static void walk_close(struct walk *w)
{
    scene_close(&w->scene);
    if (w->has_twin)
        scene_close(&w->twin);
}

static void walk_copy(struct walk *w)
{
    assert_null(scene_with(&w->twin, w->scene.class, w->history.values));
    memcpy(w->twin.state.bytes, w->scene.state.bytes, w->scene.state.size);
    memcpy(w->twin.own.bytes, w->scene.own.bytes, w->scene.own.size);
    w->has_twin = true;
}

static void assert_answer(const struct walk *w, const struct cairn_cure *cure,
                          const struct answer *answer)
{
    long double delay = answer->is_again ? answer->delay : 0;
    long double far = fabsl((long double)cure->delay - delay);
    if ((cure->action == CAIRN_AGAIN) == answer->is_again && cure->scope == answer->scope &&
        far <= 1 + delay * 1e-12L)
        return;
    char words[SCENE_TEXT];
    w->scene.class->describe(w->scene.plan.bytes, cure, words, sizeof words);
    fail_msg("%s, event %zu: '%s', scope %u, %lld ns; the model says %s, scope %u, %Lf ns",
             w->scene.class->name, w->history.count, words, cure->scope, (long long)cure->delay,
             answer->is_again ? "again" : "given up", answer->scope, delay);
}

/* Words fit whatever room there is. */
static void assert_described(const struct scene *s, const struct cairn_cure *cure)
{
    struct block room = block_new(200, 0x5a);
    s->class->describe(s->plan.bytes, cure, (char *)room.bytes, 200);
    size_t length = strnlen((char *)room.bytes, 200);
    assert_true(length > 8 && length < 150);
    block_free(&room);
    room = block_new(9, 0x5a);
    s->class->describe(s->plan.bytes, cure, (char *)room.bytes, 9);
    assert_int_equal(strnlen((char *)room.bytes, 9), 8);
    block_free(&room);
}

static void walk_fail(struct walk *w, unsigned i, uint64_t *random, struct tally *tally)
{
    static const uint32_t often[] = {0, 1, 1, 1, 2, 2, 3, 3, 4, 4};
    struct victim *v = &w->victims[i];
    uint32_t cause = kit_below(random, 40) == 0 ? 5 + (uint32_t)kit_below(random, 2)
                                                : often[kit_below(random, 10)];
    struct past *past = &w->history.list[w->history.count++];
    *past = (struct past){.id = w->ids[i],
                          .keeper = i < ACTOR ? 0 : w->keeper,
                          .setback = victim_fails(v, cause, w->now)};
    for (int k = 0; k < 2; k++)
        past->setback.random[k] = kit_random(random);
    struct cairn_cure cure = scene_ask(&w->scene, &past->setback);
    struct answer answer = w->model(&w->history, past);
    assert_answer(w, &cure, &answer);
    assert_described(&w->scene, &cure);
    if (w->has_twin) {
        struct cairn_cure other = scene_ask(&w->twin, &past->setback);
        assert_memory_equal(&other, &cure, sizeof cure);
    }
    past->is_again = answer.is_again;
    past->is_stop = !answer.is_again && answer.scope == CAIRN_CURE_ALL;
    tally->again += answer.is_again;
    tally->given_up += !answer.is_again;
    tally->waits += cure.delay > 0;
    tally->reasons |= UINT64_C(1) << cure.reason;
    if (!answer.is_again)
        victim_renew(w, i, random);
}

static void walk_succeed(struct walk *w, unsigned i)
{
    struct past *past = &w->history.list[w->history.count++];
    *past = (struct past){.is_success = true,
                          .keeper = i < ACTOR ? 0 : w->keeper,
                          .setback = {.subject = w->victims[i].subject, .now = w->now}};
    scene_succeed(&w->scene, &w->victims[i], w->now);
    if (w->has_twin)
        scene_succeed(&w->twin, &w->victims[i], w->now);
}

static void walk_once(const struct cairn_recovery_class *class, uint64_t *random,
                      struct tally *tally)
{
    struct walk w;
    walk_open(&w, class, random);
    uint32_t events = 1 + kit_below(random, LONGEST), copied = kit_below(random, events);
    uint32_t calm = 2 + kit_below(random, 9); /* of so many events one is a success */
    for (uint32_t n = 0; n < events; n++) {
        uint64_t step = kit_below(random, 20);
        if (n == copied)
            walk_copy(&w);
        w.now += step == 19 ? 70 * SECOND : step < 6 ? 0 : (int64_t)(step / 3) * SECOND / 2;
        unsigned i = (unsigned)kit_below(random, VICTIMS);
        if (kit_below(random, calm) == 0)
            walk_succeed(&w, i);
        else
            walk_fail(&w, i, random, tally);
    }
    assert_memory_equal(w.scene.state.bytes, w.twin.state.bytes, w.scene.state.size);
    assert_memory_equal(w.scene.own.bytes, w.twin.own.bytes, w.scene.own.size);
    walk_close(&w);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void cures_are_the_models_and_copies_go_on_alike(void **state)
{
    uint64_t random = seed;
    (void)state;
    for (const struct cairn_recovery_class *const *c = cairn_recoveries; *c; c++) {
        struct tally tally = {0};
        for (int i = 0; i < WALKS; i++)
            walk_once(*c, &random, &tally);
        print_message("    %s: %llu again, %llu given up, %d reasons\n", (*c)->name,
                      (unsigned long long)tally.again, (unsigned long long)tally.given_up,
                      __builtin_popcountll(tally.reasons));
        assert_true(tally.again > 1000 && tally.given_up > 1000);
        assert_true(tally.waits > 100 || strcmp((*c)->name, "train") == 0);
        assert_true(__builtin_popcountll(tally.reasons) >= 4);
    }
}

static void every_class_is_whole_and_is_found(void **state)
{
    size_t count = 0;
    (void)state;
    for (const struct cairn_recovery_class *const *c = cairn_recoveries; *c; c++, count++) {
        struct cairn_recovery_class broken = **c;
        assert_null(cairn_recovery_refusal(*c));
        assert_ptr_equal(cairn_recovery_find((*c)->name), *c);
        for (const struct cairn_param *p = (*c)->params; p->name; p++)
            assert_true(p->help && p->fallback);
        broken.decide = NULL;
        assert_non_null(cairn_recovery_refusal(&broken));
        broken = **c, broken.abi++;
        assert_non_null(cairn_recovery_refusal(&broken));
        broken = **c, broken.size--;
        assert_non_null(cairn_recovery_refusal(&broken));
    }
    assert_int_equal(count, sizeof models / sizeof *models);
    assert_string_equal(cairn_recoveries[0]->name, "ray");
    assert_null(cairn_recovery_find("none such"));
}

/* What an older driver's setback does not have is 0; what lies behind it is not read. */
static void an_older_setback_is_understood(void **state)
{
    struct scene s;
    struct victim v = victim_of('t', 1, false);
    (void)state;
    scene_open(&s, "backoff", "delay=fixed base=8 jitter=0.5");
    struct cairn_setback setback = victim_fails(&v, CAIRN_CAUSE_WORKER, 0);
    setback.random[0] = UINT64_MAX;
    assert_int_equal(scene_ask(&s, &setback).delay, 12 * SECOND);
    setback.size = offsetof(struct cairn_setback, random);
    assert_int_equal(scene_ask(&s, &setback).delay, 4 * SECOND);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_is_whole_and_is_found),
        cmocka_unit_test(an_older_setback_is_understood),
        cmocka_unit_test(cures_are_the_models_and_copies_go_on_alike),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
