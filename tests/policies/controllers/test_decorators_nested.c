/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: four decorators in any order, around any controller, in any job, all keep their promises.
 * Method: random jobs, some of stages whose checkpoints cost differently; a spy in front checks
 * every checkpoint that they let through. CAIRN_SEED chooses the jobs. */
#include "tests/policies/library.h"

static uint64_t seed = 1;

enum { NESTED = 4, RUNS = 3000 };

/* Outermost first; the last is what they decorate. */
struct chain {
    struct cairn_chosen links[NESTED + 1];
    struct cairn_value values[NESTED + 1][LIMIT_PARAMS];
};

/* All four around one controller; their limits, and what a spy has counted. */
static struct spy {
    const struct cairn_controller_class *class;
    double overhead;
    int64_t pause, least, spent;
    uint64_t let_through, postponed, done;
} spy;

static int spy_observe(const void *plan, void *state, const struct cairn_happening *happening,
                       uint64_t n)
{
    if (happening->kind == CAIRN_HEAR_CHECKPOINT_DONE) {
        spy.spent += happening->cost * (int64_t)n;
        spy.done += n;
    }
    return spy.class->observe(plan, state, happening, n);
}

static void spy_decide(const void *plan, void *state, const struct cairn_situation *situation,
                       struct cairn_verdict *verdict)
{
    const struct cairn_situation *s = situation;
    spy.class->decide(plan, state, situation, verdict);
    spy.postponed += verdict->ask == CAIRN_ASK_TIME;
    if (verdict->action != CAIRN_CHECKPOINT)
        return;
    spy.let_through++;
    assert_true(s->wall_since >= spy.pause && s->wall_since >= spy.least);
    assert_true(s->last_cost < 0 || s->wall_since >= 2 * s->last_cost);
    assert_true((double)(spy.spent + s->expected_cost) <=
                (spy.overhead + 1e-9) * (double)(s->now + s->expected_cost) + 1);
}

static void shuffle(uint64_t *random, const char **names)
{
    for (uint32_t i = 3; i > 0; i--) {
        uint32_t j = kit_below(random, i + 1);
        const char *name = names[i];
        names[i] = names[j];
        names[j] = name;
    }
}

/* The chain of k, in any order, around what k has now. */
static int64_t decorate(struct kit *k, struct chain *c, uint64_t *random)
{
    const char *names[] = {"budget", "cap", "ratio", "pause"};
    int64_t budget = 1 + kit_below(random, 12);
    shuffle(random, names);
    spy = (struct spy){.overhead = kit_between(random, 0.02, 0.5),
                       .pause = S(specs_seconds(random, 0, 30)),
                       .least = S(specs_seconds(random, 0, 30))};
    const struct cairn_value own[][2] = {
        {{.i = budget}}, {{.x = spy.overhead}}, {{.i = spy.least}, {.x = 2}}, {{.i = spy.pause}}};
    for (int i = 3; i >= 0; i--) {
        size_t which = 0;
        while (strcmp(names[i], (const char *[]){"budget", "cap", "ratio", "pause"}[which]) != 0)
            which++;
        c->links[i] = (struct cairn_chosen){cairn_controller_find(names[i]), c->values[i]};
        memcpy(c->values[i], own[which], sizeof own[which]);
        c->values[i][chosen_decorates(c->links[i].controller)].inner = &c->links[i + 1];
    }
    memcpy(c->values[4], k->chosen.values, sizeof c->values[4]);
    c->links[4] = (struct cairn_chosen){k->chosen.class, c->values[4]};
    k->spec.controller.class = c->links[0].controller;
    memcpy(k->spec.controller.values, c->values[0], sizeof c->values[0]);
    return budget;
}

/* A job under a controller that decorates nothing; its last checkpoint is not forced. */
static void draw(struct trial *t, uint64_t *random)
{
    do {
        memset(t, 0, sizeof *t);
        specs_job(&t->kit, random);
        if (kit_below(random, 4) == 0)
            trial_stages(t, random);
        specs_controller(&t->kit, random);
    } while (chosen_decorates(t->kit.chosen.class) >= 0);
    t->kit.spec.group.final_checkpoint = false;
}

/* Step by step, so that the spy sees every one: no checkpoint breaks any of the four promises, in
 * whatever order they stand, and no more are begun than the budget had. */
static void every_checkpoint_keeps_all_promises(void **state)
{
    uint64_t random = seed ^ 4, struck = 0, taken = 0, postponed = 0, aborted = 0, spent = 0;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        static struct trial t;
        struct kit *k = &t.kit;
        struct chain c = {0};
        draw(&t, &random);
        int64_t budget = decorate(k, &c, &random);
        spy.class = k->spec.controller.class;
        struct cairn_controller_class spying = *spy.class;
        spying.decide = spy_decide;
        spying.observe = spy_observe;
        k->spec.controller.class = &spying;
        struct record r = kit_run(k, 0, GROUP_NO_SKIP);
        if (r.taken > (uint64_t)budget)
            specs_print(k, (uint64_t)i);
        assert_true(r.taken <= (uint64_t)budget);
        spent += r.taken == (uint64_t)budget;
        struck += r.struck;
        taken += r.taken;
        aborted += r.checkpoints_aborted;
        postponed += spy.postponed;
    }
    print_message("    %" PRIu64 " failures, %" PRIu64 " checkpoints, %" PRIu64 " aborted, %" PRIu64
                  " postponed, %" PRIu64 " budgets spent\n",
                  struck, taken, aborted, postponed, spent);
    assert_true(struck > RUNS && taken > RUNS && aborted > 100 && postponed > 1000 && spent > 300);
}

/* Any two of them around anything: skipping gives the record of stepping. */
static void decorators_skip_as_they_step(void **state)
{
    static const char *const outer[] = {"pause", "ratio", "cap", "budget"};
    uint64_t random = seed ^ 5, struck = 0;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct kit k;
        struct chain c = {0};
        specs_draw(&k, &random);
        if (chosen_decorates(k.chosen.class) < 0)
            continue;
        c.links[0] = (struct cairn_chosen){k.chosen.class, k.chosen.values};
        const struct cairn_controller_class *class = cairn_controller_find(outer[i % 4]);
        for (unsigned j = 0; class->params[j].name; j++)
            c.values[1][j] = chosen_random(&class->params[j], kit_between(&random, 0, 1));
        c.values[1][chosen_decorates(class)].inner = &c.links[0];
        k.spec.controller.class = class;
        memcpy(k.spec.controller.values, c.values[1], sizeof c.values[1]);
        struct record a = kit_run(&k, 0, GROUP_CONTROLLED), b = kit_run(&k, 0, GROUP_NO_SKIP);
        if (!kit_same_record(&a, &b))
            specs_print(&k, (uint64_t)i);
        assert_true(kit_same_record(&a, &b));
        struck += a.struck;
    }
    assert_true(struck > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_checkpoint_keeps_all_promises),
        cmocka_unit_test(decorators_skip_as_they_step),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
