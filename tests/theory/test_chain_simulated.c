/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a chain of steps under S0 takes as long as its dynamic programme expects. Method: simulated
 * means against the programme's value at three seeds, within four standard errors, of the size that
 * shows 0.3 % (0.1 % with CAIRN_SOAK=1); the chains are those of the reference table, T01 to T03
 * (in ms), and one of stages that repeat. */
#include "policies/controllers/chain.h"
#include "tests/theory/sample.h"

#define SEEDS 3
#define MOST  200000

static uint64_t seed_base;

struct chain_case {
    const char *name;
    double mtbf, downtime, initial_restore;
    bool has_final;
    int64_t budget;
    uint32_t count;
    struct cairn_stage stages[12]; /* seconds here, ns in the spec */
};

static const struct chain_case cases[] = {
    {"T01", 1000, 0, 0, true, 0, 1, {{"task", 5, 100, 10, 10}}},
    {"T02",
     400,
     5,
     0,
     true,
     0,
     10,
     {{"a", 1, 50, 5, 5},
      {"b", 1, 200, 40, 30},
      {"c", 1, 30, 2, 2},
      {"d", 1, 30, 30, 20},
      {"e", 1, 300, 8, 8},
      {"f", 1, 10, 1, 1},
      {"g", 1, 120, 20, 15},
      {"h", 1, 60, 3, 3},
      {"i", 1, 90, 12, 10},
      {"j", 1, 40, 4, 4}}},
    {"T03, one checkpoint",
     2000,
     20,
     0,
     false,
     1,
     5,
     {{"a", 1, 120, 50, 50},
      {"b", 1, 380, 50, 50},
      {"c", 1, 450, 50, 50},
      {"d", 1, 800, 50, 50},
      {"e", 1, 150, 50, 50}}},
    {"stages that repeat",
     500,
     9,
     17,
     true,
     6,
     3,
     {{"load", 1, 80, 6, 9}, {"epoch", 40, 25, 7, 11}, {"evaluate", 4, 60, 2, 3}}},
};

static struct cairn_stage stages[12];
static struct spec_stage_start starts[13];

/* The spec's stages, and the same chain step by step for the programme. */
static struct sample_case make(const struct chain_case *it, struct chain_step *steps,
                               struct chain *chain)
{
    uint32_t n = 0;
    double work = 0;
    for (uint32_t i = 0; i < it->count; i++) {
        const struct cairn_stage *s = &it->stages[i];
        stages[i] = (struct cairn_stage){s->name, s->count, s->work * SIMTIME_SECOND,
                                         s->checkpoint_cost * SIMTIME_SECOND,
                                         s->restore_cost * SIMTIME_SECOND};
        starts[i] = (struct spec_stage_start){n, sample_ns(work)};
        for (int64_t k = 0; k < s->count; k++, work += (double)s->work)
            steps[n++] = (struct chain_step){(double)s->work, (double)s->checkpoint_cost,
                                             (double)s->restore_cost};
    }
    starts[it->count] = (struct spec_stage_start){n, sample_ns(work)};
    *chain = (struct chain){it->mtbf, it->downtime, it->initial_restore, n, it->has_final, steps};
    struct sample_case c = sample_case(work);
    sample_costs(&c, 0, it->initial_restore, it->downtime);
    sample_platform(&c, sample_exponential(it->mtbf));
    c.spec.group.is_divisible = false;
    c.spec.group.stages = stages;
    c.spec.group.stages_count = it->count;
    c.spec.group.starts = starts;
    c.spec.group.final_checkpoint = it->has_final;
    c.spec.group.restore_initial = it->initial_restore > 0;
    sample_control(&c, "chain", sample_ns(it->mtbf), it->budget);
    return c;
}

static bool agrees(const struct chain_case *it, struct sample_case *c, double exact)
{
    bool is_good = true;
    c->spec.seed = seed_base * SEEDS;
    struct sample pilot = sample_take(c, MOST, 400);
    uint32_t n = sample_size(pilot.makespan.sd / pilot.makespan.mean,
                             sample_is_soak() ? 0.001 : 0.003, MOST);
    printf("%-22s n %6u exact %-14.9g z:", it->name, n, exact);
    for (unsigned i = 0; i < SEEDS; i++) {
        c->spec.seed = seed_base * SEEDS + i;
        struct sample sample = sample_take(c, 0, n);
        assert_int_equal(sample.finished, n);
        assert_true(sample.struck.mean > 0.1);
        double z = sample_z(&sample.makespan, exact);
        is_good &= fabs(z) <= sample_z_limit();
        printf(" %+.2f", z);
    }
    printf("\n");
    return is_good;
}

static void a_chain_takes_as_long_as_its_programme_expects(void **state)
{
    static _Alignas(8) unsigned char scratch[1 << 16];
    bool is_good = true;
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(cases); i++) {
        struct chain_step steps[64];
        struct chain chain;
        unsigned char marks[64];
        struct sample_case c = make(&cases[i], steps, &chain);
        uint32_t budget = cases[i].budget ? (uint32_t)cases[i].budget : CHAIN_UNLIMITED;
        assert_true(chain_scratch(chain.count, budget) <= sizeof scratch);
        is_good &= agrees(&cases[i], &c, chain_solve(&chain, budget, marks, scratch));
    }
    assert_true(is_good);
}

int main(void)
{
    seed_base = support_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_takes_as_long_as_its_programme_expects),
    };
    return cmocka_run_group_tests_name("theory/chain", tests, NULL, NULL);
}
