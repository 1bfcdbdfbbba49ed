/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: notice takes one checkpoint just in time, if and only if it fits into the grace period, and
 * otherwise leaves everything to the controller that it decorates. Method: timelines in integer ns.
 */
#include "tests/sim/model/kit.h"

/* 200 s of work, a checkpoint of `cost` after every `interval` of it, notices. */
static void use(struct kit *k, double interval, double cost, double notice)
{
    kit_init(k);
    kit_costs(k, 200, cost, 0);
    kit_use(k, "notice");
    k->chosen.inner_values[0] = (struct cairn_value){.i = S(interval), .x = interval};
    k->spec.faults.notice = S(notice);
}

/* Told at 30 less the grace period; a checkpoint of C is complete at 30, or none is begun. */
static void row_k05_a_checkpoint_if_and_only_if_it_fits(void **state)
{
    static const struct {
        double cost, notice;
        bool fits;
    } rows[] = {{2, 120, true},          {2, 10, true},  {2, 2.000000001, true}, {2, 2, true},
                {2, 1.999999999, false}, {2, 1, false},  {29, 29, true},         {29, 28, false},
                {30, 30, false},         {31, 30, false}}; /* nothing done yet; never */
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        double cost = rows[i].cost, done = rows[i].fits ? 30 - cost : 0;
        use(&k, 1000, cost, rows[i].notice);
        kit_outage(&k, 0, 30, 30);
        kit_check(&k, .makespan = 30 + (200 - done) + cost, .useful = 200,
                  .lost = rows[i].fits ? 0 : 30, .checkpoint = cost * (1 + rows[i].fits),
                  .struck = 1, .foretold = 1, .notices = 1, .taken = 1 + rows[i].fits,
                  .completed = 1 + rows[i].fits, .restored = rows[i].fits);
    }
}

/* A free checkpoint must be begun 1 ns before the end: at its instant the failure comes first. */
static void a_free_checkpoint_comes_before_the_end(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 1000, 0, 10);
    kit_outage(&k, 0, 30, 30);
    kit_check(&k, .makespan = 200.000000001, .useful = 200, .lost = 0.000000001, .struck = 1,
              .foretold = 1, .notices = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* Checkpoints every 10 s of work, 2 s each: 10-12, 22-24, 34-36. */
static void the_other_decides_as_long_as_it_can(void **state)
{
    static const struct {
        double notice, outage, lost, done;
        uint64_t taken;
    } rows[] = {
        {25, 40, 0, 32, 4}, /* told at 15: 22-24 and 34-36 fit before 38-40 */
        {5, 25, 0, 21, 2},  /* told at 20: 22-24 would still be under way at 23: 23-25 instead */
        {5, 26, 2, 20, 2}, /* told at 21: 22-24 is complete by 24; what is at stake then: nothing */
        {1, 23, 11, 10, 1}, /* told at 22, no time: that of 22-24 is not begun, it works on */
        {5, 20, 0, 16, 2},  /* told at 15: 18-20 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        use(&k, 10, 2, rows[i].notice);
        kit_outage(&k, 0, rows[i].outage, rows[i].outage);
        double rest = 200 - rows[i].done;
        uint64_t after = (uint64_t)((rest - 1) / 10) + 1, taken = rows[i].taken;
        kit_check(&k, .makespan = rows[i].outage + rest + 2 * (double)after, .useful = 200,
                  .lost = rows[i].lost, .checkpoint = 2 * (double)(taken + after), .struck = 1,
                  .foretold = 1, .notices = 1, .taken = taken + after, .completed = taken + after,
                  .restored = 1);
    }
}

/* Two nodes, taken at 30 and 33, and a third notice, of 33 too, that changes nothing: 28-30, and
 * after the restart 31-33 for one second of work. */
static void each_of_several_notices_is_answered(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 1000, 2, 10);
    kit_workers(&k, 3, 0);
    kit_outage(&k, 0, 30, 30);
    kit_outage(&k, 1, 33, 33);
    kit_outage(&k, 2, 33, 33);
    kit_check(&k, .makespan = 33 + 171 + 2, .useful = 200, .checkpoint = 6, .struck = 2,
              .shielded = 1, .foretold = 2, .notices = 3, .taken = 3, .completed = 3,
              .restored = 2);
}

/* It persists for 3 s: begun at 25, complete at 30, what is done between is lost. A ns later it
 * would not be. */
static void a_checkpoint_must_persist_in_time(void **state)
{
    (void)state;
    for (int fits = 0; fits < 2; fits++) {
        struct kit k;
        use(&k, 1000, 2, fits ? 5 : 4.999999999);
        k.spec.group.persist = S(3);
        k.spec.group.final_checkpoint = false;
        kit_outage(&k, 0, 30, 30);
        kit_check(&k, .makespan = 30 + (fits ? 175 : 200), .useful = 200, .lost = fits ? 3 : 30,
                  .checkpoint = fits ? 2 : 0, .struck = 1, .foretold = 1, .notices = 1,
                  .taken = (uint64_t)fits, .completed = (uint64_t)fits, .restored = (uint64_t)fits);
    }
}

/* Steps of 4: the last that ends in time is that of 28. Of 5: that of 25, and 27 to 30 is lost. */
static void no_step_is_broken_off(void **state)
{
    static const struct {
        double step, done, lost;
    } rows[] = {{4, 28, 0}, {5, 25, 3}, {28, 28, 0}, {27, 27, 1}, {29, 0, 30}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        bool fits = rows[i].done > 0;
        use(&k, 1000, 2, 20);
        k.spec.group.step = S(rows[i].step);
        kit_outage(&k, 0, 30, 30);
        kit_check(&k, .makespan = 30 + (200 - rows[i].done) + 2, .useful = 200,
                  .lost = rows[i].lost, .checkpoint = 2 * (1 + fits), .struck = 1, .foretold = 1,
                  .notices = 1, .taken = 1 + fits, .completed = 1 + fits, .restored = fits);
    }
}

/* Told at 13 that node 1 goes at 25, and at 18 that node 0 goes at 30: 23-25 and 28-30. */
static void a_failure_does_not_make_it_forget_the_next(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 1000, 2, 12);
    kit_workers(&k, 2, 0);
    kit_outage(&k, 1, 25, 25);
    kit_outage(&k, 0, 30, 30);
    kit_check(&k, .makespan = 30 + (200 - 26) + 2, .useful = 200, .checkpoint = 6, .struck = 2,
              .foretold = 2, .notices = 2, .taken = 3, .completed = 3, .restored = 2);
}

/* Nothing foretold: as if it were not there, digest and all. */
static void without_notices_it_is_the_other(void **state)
{
    struct kit a, b;
    (void)state;
    use(&a, 10, 2, 0);
    kit_init(&b);
    kit_costs(&b, 200, 2, 0);
    kit_fixed(&b, 10);
    kit_exponential(&a.spec.faults.platform, 50);
    kit_exponential(&b.spec.faults.platform, 50);
    struct record x = kit_run(&a, 0, GROUP_CONTROLLED), y = kit_run(&b, 0, GROUP_CONTROLLED);
    assert_true(x.struck > 0);
    assert_true(kit_same_record(&x, &y));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k05_a_checkpoint_if_and_only_if_it_fits),
        cmocka_unit_test(a_free_checkpoint_comes_before_the_end),
        cmocka_unit_test(the_other_decides_as_long_as_it_can),
        cmocka_unit_test(each_of_several_notices_is_answered),
        cmocka_unit_test(a_checkpoint_must_persist_in_time),
        cmocka_unit_test(no_step_is_broken_off),
        cmocka_unit_test(a_failure_does_not_make_it_forget_the_next),
        cmocka_unit_test(without_notices_it_is_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
