/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: dpmakespan's table holds the least expected makespan, and the controller follows it.
 * Method: the reference table to 1e-9, chunks exactly; the recursion as the paper writes it, with
 * quotients and integrals by GSL, on random small jobs with every flag; closed forms for
 * exponential failures; then verdicts and timelines of the controller. */
#include "policies/controllers/dpmakespan.h"
#include "tests/policies/controllers/vectors.h"
#include "tests/sim/model/kit.h"
#include <gsl/gsl_sf_gamma.h>

enum { SMALL = 9 };

static uint64_t seed = 1;
static unsigned char table[4 << 20];
static _Alignas(16) unsigned char scratch[4 << 20];

static double solve(const struct makespan *it)
{
    assert_true(makespan_table(it->quanta) <= sizeof table);
    assert_true(makespan_scratch(it->quanta) <= sizeof scratch);
    memset(table, 0, makespan_table(it->quanta));
    memset(scratch, 7, makespan_scratch(it->quanta));
    double makespan = makespan_solve(it, table, scratch);
    return makespan;
}

static double scale_of(double mean, double shape)
{
    return mean / tgamma(1 + 1 / shape);
}

static void assert_close(double got, double want, double error)
{
    if (!(fabs(got - want) <= error * fabs(want)))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* ---- the reference table --------------------------------------------------------------------- */

static struct makespan job_of(const struct vector *row)
{
    double shape = vectors_number(row, "shape");
    return (struct makespan){.shape = shape,
                             .scale = scale_of(vectors_number(row, "mean"), shape),
                             .quantum = vectors_number(row, "u"),
                             .checkpoint = vectors_number(row, "C"),
                             .restore = vectors_number(row, "R"),
                             .downtime = vectors_number(row, "D"),
                             .quanta = (uint32_t)vectors_number(row, "quanta"),
                             .has_final_checkpoint = 1,
                             .has_initial_restore = 1};
}

static unsigned makespans;

static void check_row(const struct vector *row)
{
    if (strcmp(row->fields[VECTORS_SEMANTICS], "S1 DPMakespan") != 0)
        return;
    struct makespan it = job_of(row);
    assert_close(solve(&it), row->value, 1e-9);
    const char *want = row->fields[VECTORS_NOTE];
    assert_true(strncmp(want, "failure-free chunks", 19) == 0);
    want += 19;
    for (uint32_t done = 0, k = 0; done < it.quanta; k++) {
        char *end;
        uint32_t chunk = makespan_chunk(table, it.quanta, MAKESPAN_FIRST, it.quanta, done, k);
        assert_int_equal(chunk, strtol(want, &end, 10));
        want = end;
        done += chunk;
    }
    assert_int_equal(*want, '\0');
    makespans++;
}

static void rows_of_the_reference_table_come_out(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("dp", check_row), 5);
    assert_int_equal(makespans, 2);
}

/* ---- the recursion as it is written ---------------------------------------------------------- */

struct plain {
    const struct makespan *it;
    double renewed[SMALL + 1]; /* T(w | R) */
};

static double lives(const struct makespan *it, double t) /* E[min(X, t)] */
{
    return it->scale * tgamma(1 + 1 / it->shape) *
           gsl_sf_gamma_inc_P(1 / it->shape, pow(t / it->scale, it->shape));
}

static double survives(const struct makespan *it, double t)
{
    return exp(-pow(t / it->scale, it->shape));
}

static double recovery(const struct makespan *it)
{
    double s = survives(it, it->restore);
    return (lives(it, it->restore) + (1 - s) * it->downtime) / s;
}

static double plain_time(const struct plain *p, uint32_t work, double age, uint32_t first);

/* Numerator and P of the chunk x at this age, the failure's own T(w | R) left out. */
static double numerator(const struct plain *p, uint32_t work, uint32_t x, double age, double again,
                        double *success)
{
    const struct makespan *it = p->it;
    double cost = x == work && !it->has_final_checkpoint ? 0 : it->checkpoint;
    double length = x * it->quantum + cost, end = age + length;
    *success = survives(it, end) / survives(it, age);
    double lost = (lives(it, end) - lives(it, age)) / survives(it, age) - length * *success;
    return *success * (length + plain_time(p, work - x, end, 0)) + lost + (1 - *success) * again;
}

/* first: nothing is committed yet, a failure may cost less. */
static double plain_time(const struct plain *p, uint32_t work, double age, uint32_t first)
{
    double best = (double)INFINITY, success, again = p->it->downtime;
    bool is_free = first && !p->it->has_initial_restore;
    if (work == 0)
        return 0;
    if (!is_free)
        again += recovery(p->it) + p->renewed[work];
    for (uint32_t x = 1; x <= work; x++) {
        double time = numerator(p, work, x, age, again, &success);
        best = fmin(best, is_free ? time / success : time);
    }
    return best;
}

static double plain_makespan(const struct makespan *it)
{
    struct plain p = {.it = it};
    double success;
    for (uint32_t work = 1; work <= it->quanta; work++) {
        p.renewed[work] = (double)INFINITY;
        double best = (double)INFINITY;
        for (uint32_t x = 1; x <= work; x++) {
            double time =
                numerator(&p, work, x, it->restore, it->downtime + recovery(it), &success);
            best = fmin(best, time / success);
        }
        p.renewed[work] = best;
    }
    return plain_time(&p, it->quanta, 0, 1);
}

static struct makespan draw(uint64_t *random)
{
    double mean = exp(kit_between(random, log(8), log(500)));
    double shape = kit_below(random, 3) ? kit_between(random, 0.4, 2.5) : 1;
    return (struct makespan){.shape = shape,
                             .scale = scale_of(mean, shape),
                             .quantum = kit_between(random, 0.5, 5),
                             .checkpoint = kit_between(random, 0, 2) * kit_below(random, 4),
                             .restore = kit_between(random, 0, 3) * kit_below(random, 2),
                             .downtime = kit_between(random, 0, 3) * kit_below(random, 2),
                             .quanta = 1 + kit_below(random, SMALL),
                             .has_final_checkpoint = kit_below(random, 2),
                             .has_initial_restore = kit_below(random, 2)};
}

static void the_recursion_of_the_paper_gives_the_same(void **state)
{
    uint64_t random = seed, several = 0;
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        struct makespan it = draw(&random);
        assert_close(solve(&it), plain_makespan(&it), 1e-9);
        several += makespan_chunk(table, it.quanta, MAKESPAN_FIRST, it.quanta, 0, 0) < it.quanta;
        for (uint32_t work = 1; work <= it.quanta; work++)
            for (uint32_t done = 0; done < work; done++)
                for (uint32_t k = done > 0; k <= done; k++)
                    for (int life = 0; life < MAKESPAN_LIVES; life++)
                        assert_in_range(makespan_chunk(table, it.quanta, (enum makespan_life)life,
                                                       work, done, k),
                                        1, work - done);
    }
    assert_true(several > 100);
}

/* Exponential failures: e^(R/M) (M + D) times the least sum of e^((w + C)/M) - 1, and nothing does
 * better than the least over real-valued equal chunks. */
static void exponential_failures_give_the_closed_form(void **state)
{
    (void)state;
    for (double cost = 0.05; cost < 3; cost *= 2) {
        const double mean = 10, restore = 0.4, downtime = 0.3;
        struct makespan it = {.shape = 1,
                              .scale = mean,
                              .quantum = 0.5,
                              .checkpoint = cost,
                              .restore = restore,
                              .downtime = downtime,
                              .quanta = 60,
                              .has_final_checkpoint = 1,
                              .has_initial_restore = 1};
        double got = solve(&it), sum = 0, best = (double)INFINITY;
        for (uint32_t done = 0, k = 0; done < it.quanta; k++) {
            uint32_t chunk = makespan_chunk(table, it.quanta, MAKESPAN_FIRST, it.quanta, done, k);
            sum += expm1((chunk * it.quantum + cost) / mean);
            done += chunk;
        }
        for (int n = 1; n <= 600; n++)
            best = fmin(best, n * expm1((30.0 / n + cost) / mean));
        double weight = exp(restore / mean) * (mean + downtime);
        assert_close(got, weight * sum, 1e-11);
        assert_true(got >= weight * best * (1 - 1e-12) && got < weight * best * 1.01);
    }
}

/* ---- the controller -------------------------------------------------------------------------- */

static void use(struct kit *k, double mtbf, double shape, int64_t quanta, double horizon)
{
    kit_use(k, "dpmakespan");
    kit_set_seconds(k, "mtbf", mtbf);
    kit_set_count(k, "quanta", quanta);
    k->spec.controller.values[kit_param(k, "shape")] = (struct cairn_value){.x = shape};
    k->spec.controller.values[kit_param(k, "horizon")] = (struct cairn_value){.x = horizon};
}

/* D01's job: ten chunks of 2 s, C = R = 0.2, D = 0.05. A failure at 7 s finds 6 s committed at
 * 6.6 s: 7 chunks more. */
static void it_follows_its_table_and_goes_on_after_a_failure(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 20, 0.2, 0.2);
    k.spec.group.downtime = S(0.05);
    use(&k, 10, 1, 20, 2);
    kit_check(&k, .makespan = 22, .useful = 20, .checkpoint = 2, .taken = 10, .completed = 10);
    kit_outage(&k, 0, 7, 7);
    kit_check(&k, .makespan = 7.25 + 14 + 1.4, .useful = 20, .lost = 0.4, .checkpoint = 2,
              .restart = 0.05, .restore = 0.2, .struck = 1, .taken = 10, .completed = 10,
              .restored = 1);
}

/* A failure before any checkpoint costs no restore here, and is a new beginning: the table of the
 * first life again. Its first chunk is long, for what follows it must be restored at 20 s. */
static void without_initial_restore_a_failure_begins_anew(void **state)
{
    struct makespan it = {.shape = 0.7,
                          .scale = scale_of(40, 0.7),
                          .quantum = 1,
                          .checkpoint = 0.5,
                          .restore = 20,
                          .quanta = 80,
                          .has_final_checkpoint = 1};
    struct kit k;
    uint32_t count = 0;
    (void)state;
    solve(&it);
    assert_true(makespan_chunk(table, 80, MAKESPAN_FIRST, 80, 0, 0) >
                makespan_chunk(table, 80, MAKESPAN_RENEWED, 80, 0, 0) + 10);
    for (uint32_t done = 0; done < 80; count++)
        done += makespan_chunk(table, 80, MAKESPAN_FIRST, 80, done, count);
    kit_init(&k);
    kit_costs(&k, 80, 0.5, 20);
    k.spec.group.restore_initial = false;
    use(&k, 40, 0.7, 80, 2);
    kit_outage(&k, 0, 0.4, 0.4);
    kit_check(&k, .makespan = 0.4 + 80 + 0.5 * count, .useful = 80, .lost = 0.4,
              .checkpoint = 0.5 * count, .struck = 1, .taken = count, .completed = count);
}

/* A job of 500 MTBFs is looked at 2 of them at a time: the exact interval, to a quantum, all
 * along. M = 1000, C = 10: 134.8 s, six quanta. */
static void a_job_longer_than_the_horizon_keeps_the_exact_interval(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 5e5, 10, 10);
    use(&k, 1000, 1, 100, 2);
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    double interval = 5e5 / (double)r.completed;
    print_message("    %.2f s on average\n", interval);
    assert_true(fabs(interval - 134.836) < 0.1);
}

static void sizes_fit_their_limits(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1e6, 10, 10);
    use(&k, 1e6, 0.7, 200, 2);
    assert_null(kit_plan(&k)); /* and the kit's 4 MiB are enough */
}

static void where_nothing_fails_it_never_asks_again(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 1, 1);
    use(&k, 1, 0.7, 50, 2);
    k.spec.controller.values[kit_param(&k, "mtbf")].x = (double)INFINITY;
    kit_check(&k, .makespan = 1001, .useful = 1000, .checkpoint = 1, .taken = 1, .completed = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_reference_table_come_out),
        cmocka_unit_test(the_recursion_of_the_paper_gives_the_same),
        cmocka_unit_test(exponential_failures_give_the_closed_form),
        cmocka_unit_test(it_follows_its_table_and_goes_on_after_a_failure),
        cmocka_unit_test(without_initial_restore_a_failure_begins_anew),
        cmocka_unit_test(a_job_longer_than_the_horizon_keeps_the_exact_interval),
        cmocka_unit_test(sizes_fit_their_limits),
        cmocka_unit_test(where_nothing_fails_it_never_asks_again),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests_name("controllers/dpmakespan", tests, NULL, NULL);
}
