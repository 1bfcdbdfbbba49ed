/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: dpnextfailure commits the most that can be expected, and follows its plan. Method: the
 * reference table to 1e-9, lists of chunks exactly; all ways to cut random work into chunks, with
 * nodes of many ages; the horizon and the ages that are put together against doing without either;
 * then verdicts and timelines of the controller. */
#include "policies/controllers/dpnextfailure.h"
#include "tests/policies/controllers/vectors.h"
#include "tests/sim/model/kit.h"

enum { MOST = 1000, NODES = 400 };

static uint64_t seed = 1;
static _Alignas(16) unsigned char memory[4 << 20];

static double solve(const struct nextfailure *it, uint16_t *chunks, uint32_t *count)
{
    assert_true(it->quanta <= MOST && nextfailure_scratch(it->quanta) <= sizeof memory);
    memset(memory, 7, nextfailure_scratch(it->quanta));
    return nextfailure_solve(it, chunks, count, memory);
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

/* ---- the programme --------------------------------------------------------------------------- */

static void check_row(const struct vector *row)
{
    if (strcmp(row->fields[VECTORS_SEMANTICS], "DPNextFailure") != 0)
        return;
    double shape = vectors_number(row, "shape"), cost = vectors_number(row, "C");
    struct nextfailure_unit unit = {vectors_number(row, "age0"), 1};
    struct nextfailure it = {.shape = shape,
                             .scale = scale_of(vectors_number(row, "mean"), shape),
                             .units = &unit,
                             .units_count = 1,
                             .quanta = (uint32_t)vectors_number(row, "quanta"),
                             .quantum = vectors_number(row, "u"),
                             .checkpoint = cost,
                             .last_checkpoint = cost};
    uint16_t chunks[MOST];
    uint32_t count;
    assert_close(solve(&it, chunks, &count), row->value, 1e-9);
    const char *want = row->fields[VECTORS_NOTE];
    assert_true(strncmp(want, "chunks", 6) == 0);
    want += 6;
    for (uint32_t i = 0; i < count; i++) {
        char *end;
        assert_int_equal(chunks[i], strtol(want, &end, 10));
        want = end;
    }
    assert_int_equal(*want, '\0');
}

static void rows_of_the_reference_table_come_out(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("dp", check_row), 5);
}

/* Work that a list commits before the next failure, in expectation, by libm. */
static double worth(const struct nextfailure *it, const uint16_t *chunks, uint32_t count)
{
    double sum = 0, time = 0;
    for (uint32_t i = 0, n = 0; i < count; i++) {
        double hazard = 0;
        n += chunks[i];
        time += chunks[i] * it->quantum + (n == it->quanta ? it->last_checkpoint : it->checkpoint);
        for (uint32_t j = 0; j < it->units_count; j++)
            hazard += it->units[j].count * (pow((it->units[j].age + time) / it->scale, it->shape) -
                                            pow(it->units[j].age / it->scale, it->shape));
        sum += chunks[i] * it->quantum * exp(-hazard);
    }
    return sum;
}

static uint32_t cut(uint32_t quanta, uint32_t set, uint16_t *chunks)
{
    uint32_t count = 0, from = 0;
    for (uint32_t n = 1; n <= quanta; n++) {
        if (n < quanta && !(set >> (n - 1) & 1))
            continue;
        chunks[count++] = (uint16_t)(n - from);
        from = n;
    }
    return count;
}

static void draw(struct nextfailure *it, struct nextfailure_unit *units, uint64_t *random)
{
    double mean = exp(kit_between(random, log(5), log(500)));
    *it = (struct nextfailure){.shape = kit_below(random, 3) ? kit_between(random, 0.3, 2.5) : 1,
                               .units = units,
                               .units_count = 1 + kit_below(random, 4),
                               .quanta = 1 + kit_below(random, 11),
                               .quantum = kit_between(random, 0.5, 5),
                               .checkpoint = kit_between(random, 0, 2)};
    it->scale = scale_of(mean, it->shape);
    it->last_checkpoint = kit_below(random, 2) ? it->checkpoint : 0;
    for (uint32_t i = 0; i < it->units_count; i++)
        units[i] = (struct nextfailure_unit){kit_between(random, 0, mean) * kit_below(random, 2),
                                             1 + kit_below(random, 3)};
}

static void no_way_to_cut_the_work_commits_more(void **state)
{
    uint64_t random = seed, several = 0;
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        struct nextfailure it;
        struct nextfailure_unit units[4];
        uint16_t chunks[12], other[12];
        uint32_t count;
        draw(&it, units, &random);
        double got = solve(&it, chunks, &count), best = 0;
        assert_close(worth(&it, chunks, count), got, 1e-11);
        for (uint32_t set = 0; set < 1u << (it.quanta - 1); set++)
            best = fmax(best, worth(&it, other, cut(it.quanta, set, other)));
        assert_close(got, best, 1e-11);
        several += count > 1;
    }
    assert_true(several > 100);
}

/* What the controller does with a job far longer than its horizon: half the chunks of each plan,
 * with what is known then, until hardly anything can still be committed. */
static double rolling(struct nextfailure it, double horizon)
{
    double sum = 0, time = 0, next = 0;
    struct nextfailure_unit unit = it.units[0];
    const double age = unit.age, past = pow(age / it.scale, it.shape);
    it.units = &unit;
    while (next - past < 12) {
        uint16_t chunks[MOST];
        uint32_t count;
        unit.age = age + time;
        double near = it.scale * pow(next + 3, 1 / it.shape) - unit.age;
        double until = it.scale * pow(next + horizon, 1 / it.shape) - unit.age;
        it.quantum = near / 100;
        it.quanta = (uint32_t)(until / it.quantum + 0.5);
        solve(&it, chunks, &count);
        for (uint32_t i = 0; i < (count + 1) / 2; i++) {
            time += chunks[i] * it.quantum + it.checkpoint;
            next = pow((age + time) / it.scale, it.shape);
            sum += chunks[i] * it.quantum * exp(past - next);
        }
    }
    return sum;
}

/* Until 3 failures are to be expected and half of the chunks, or until 6 (with shape 0.5 that is 4
 * to 20 MTBFs): the same work committed, within 0.15 %. */
static void looking_further_ahead_gains_nothing(void **state)
{
    static const double shapes[] = {0.5, 0.7, 1, 1.5}, ages[] = {0, 3, 500};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (size_t j = 0; j < sizeof ages / sizeof *ages; j++) {
            struct nextfailure_unit unit = {ages[j], 1};
            struct nextfailure it = {.shape = shapes[i],
                                     .scale = scale_of(1000, shapes[i]),
                                     .units = &unit,
                                     .units_count = 1,
                                     .checkpoint = 10,
                                     .last_checkpoint = 10};
            double near = rolling(it, 3), far = rolling(it, 6);
            print_message("    shape %.1f, age %3.0f: %.4f, and %.4f looking far\n", shapes[i],
                          ages[j], near, far);
            assert_close(near, far, 0.0015);
        }
    }
}

/* Exponential failures: the first half of its chunks are the exact interval, but for rounding. */
static void exponential_failures_give_the_exact_interval(void **state)
{
    static const struct {
        double cost, exact; /* for an MTBF of 1000 s */
    } rows[] = {{10, 134.836}, {50, 284.018}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nextfailure_unit unit = {77, 1};
        struct nextfailure it = {.shape = 1,
                                 .scale = 1000,
                                 .units = &unit,
                                 .units_count = 1,
                                 .quanta = 600,
                                 .quantum = 8,
                                 .checkpoint = rows[i].cost,
                                 .last_checkpoint = rows[i].cost};
        uint16_t chunks[MOST];
        uint32_t count;
        double sum = 0;
        solve(&it, chunks, &count);
        for (uint32_t j = 0; j < count / 3; j++)
            sum += chunks[j] * it.quantum;
        print_message("    C %2.0f: %.3f on average, exact %.3f\n", rows[i].cost, sum / (count / 3),
                      rows[i].exact);
        assert_true(fabs(sum / (count / 3) - rows[i].exact) < 0.025 * rows[i].exact);
    }
}

/* ---- the controller -------------------------------------------------------------------------- */

static void use(struct kit *k, double mtbf, double shape, int64_t quanta)
{
    kit_use(k, "dpnextfailure");
    kit_set_seconds(k, "mtbf", mtbf);
    kit_set_count(k, "quanta", quanta);
    k->spec.controller.values[kit_param(k, "shape")] = (struct cairn_value){.x = shape};
}

/* Asked at its start, with nodes of these ages (ns). */
static struct cairn_verdict ask(struct kit *k, const int64_t *ages, uint32_t nodes)
{
    static int64_t born[NODES];
    const struct cairn_controller_class *class = k->spec.controller.class;
    struct cairn_situation s = {.size = sizeof s,
                                .abi = CAIRN_CONTROLLER_ABI,
                                .now = S(1e6),
                                .failed = S(1e6) - (nodes ? 0 : ages[0]),
                                .born = nodes ? born : NULL,
                                .nodes = nodes};
    struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
    for (uint32_t i = 0; i < nodes; i++)
        born[i] = s.now - ages[i];
    assert_null(kit_plan(k));
    assert_true(cairn_state_size(class, kit_bytes) <= sizeof memory);
    cairn_state_init(class, kit_bytes, memory);
    class->decide(kit_bytes, memory, &s, &v);
    assert_int_equal(v.action, CAIRN_SKIP);
    return v;
}

/* A long job. */
static void stage(struct kit *k, double shape)
{
    kit_init(k);
    kit_costs(k, 1e5, 10, 10);
    use(k, 1000, shape, 250);
}

/* Where lives are Weibull of shape 0.7 a young node is in danger, an old one is safe: chunks grow
 * with age. Of shape 1.5 they shrink. Without ages the last failure is the birth. */
static void chunks_follow_the_age_of_the_node(void **state)
{
    static const int64_t ages[] = {0, 500 * SIMTIME_SECOND, 5000 * SIMTIME_SECOND,
                                   50000 * SIMTIME_SECOND};
    (void)state;
    for (unsigned older = 0; older < 2; older++) {
        int64_t last = older ? CAIRN_NEVER : 0, first = 0;
        for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
            struct kit k;
            stage(&k, older ? 1.5 : 0.7);
            struct cairn_verdict v = ask(&k, &ages[i], 1), same = ask(&k, &ages[i], 0);
            assert_int_equal(v.ask, CAIRN_ASK_WORK);
            assert_true(older ? v.at <= last : v.at >= last);
            assert_memory_equal(&v, &same, sizeof v);
            last = v.at;
            first = i ? first : last;
        }
        assert_true(older ? last < first : last > first);
    }
}

/* 500 s of work in 100 quanta, well within the horizon, on NODES nodes: as the controller asks, and
 * the same for the programme. */
static struct nextfailure many_nodes(struct kit *k, double mtbf, double shape)
{
    kit_init(k);
    kit_costs(k, 500, 2, 2);
    use(k, mtbf, shape, 100);
    return (struct nextfailure){.shape = shape,
                                .scale = scale_of(mtbf * NODES, shape),
                                .quanta = 100,
                                .quantum = 5,
                                .checkpoint = 2,
                                .last_checkpoint = 2};
}

/* 400 nodes of all ages, and one that is new: what the controller expects, with eight ages exact
 * and the others by half octaves, against every node by itself. */
static void ages_put_together_change_little(void **state)
{
    static const struct {
        double shape, mtbf;
    } rows[] = {{0.5, 1e6}, {0.75, 1e5}, {1, 1000}, {1.5, 1000}};
    static struct nextfailure_unit units[NODES];
    static int64_t ages[NODES];
    uint64_t random = seed ^ 4;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        uint16_t chunks[MOST];
        uint32_t count;
        for (uint32_t j = 0; j < NODES; j++) {
            ages[j] = j ? S(exp(kit_between(&random, log(100), log(4e6)))) : 0;
            units[j] = (struct nextfailure_unit){(double)ages[j] / 1e9, 1};
        }
        struct nextfailure it = many_nodes(&k, rows[i].mtbf, rows[i].shape);
        it.units = units;
        it.units_count = NODES;
        double exact = solve(&it, chunks, &count);
        struct cairn_verdict v = ask(&k, ages, NODES);
        print_message("    shape %.2f: %.4f s, and %.4f by every node\n", it.shape, v.numbers[2],
                      exact);
        assert_true(exact < 490); /* failures matter */
        assert_close(v.numbers[2], exact, 0.002);
        assert_true(llabs(v.at - chunks[0] * S(5)) <= S(5));
    }
}

/* Nodes of one age are one unit, however many: the same as one node of a law that is as likely to
 * fail, which for shape k is scaled by nodes^(-1/k). */
static void equal_ages_are_exact(void **state)
{
    static int64_t ages[NODES];
    struct kit k;
    uint16_t chunks[MOST];
    uint32_t count;
    struct nextfailure_unit unit = {0, 1};
    (void)state;
    struct nextfailure it = many_nodes(&k, 1e5, 0.7);
    struct cairn_verdict v = ask(&k, ages, NODES);
    it.units = &unit;
    it.units_count = 1;
    it.scale /= pow(NODES, 1 / 0.7);
    assert_close(v.numbers[2], solve(&it, chunks, &count), 1e-9);
    assert_int_equal(v.at, chunks[0] * S(5));
}

/* D01's job, 20 s in quanta of 1 s: chunks 2 2 2 2 2 2 1 1 1 1 1 1 1 1, C = 0.2. A failure at 7 s
 * finds 6 s committed at 6.6 s; the 14 s that are left are planned anew. */
static void it_follows_its_chunks_and_plans_anew_after_a_failure(void **state)
{
    struct nextfailure_unit unit = {0, 1};
    struct nextfailure it = {.shape = 1,
                             .scale = 10,
                             .units = &unit,
                             .units_count = 1,
                             .quanta = 14,
                             .quantum = 1,
                             .checkpoint = 0.2,
                             .last_checkpoint = 0.2};
    struct kit k;
    uint16_t chunks[20];
    uint32_t count;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 20, 0.2, 0.2);
    k.spec.group.downtime = S(0.05);
    use(&k, 10, 1, 20);
    kit_check(&k, .makespan = 22.8, .useful = 20, .checkpoint = 2.8, .taken = 14, .completed = 14);
    solve(&it, chunks, &count);
    assert_in_range(count, 8, 12);
    kit_outage(&k, 0, 7, 7);
    kit_check(&k, .makespan = 7.25 + 14 + 0.2 * count, .useful = 20, .lost = 0.4,
              .checkpoint = 0.6 + 0.2 * count, .restart = 0.05, .restore = 0.2, .struck = 1,
              .taken = 3 + count, .completed = 3 + count, .restored = 1);
}

/* Steps of 7 s: each chunk is whole steps, so that none is rounded up behind its back. */
static void quanta_are_whole_steps(void **state)
{
    (void)state;
    for (unsigned i = 2; i < 60; i++) {
        struct kit k;
        const int64_t age = 0;
        kit_init(&k);
        kit_costs(&k, 1000, 1, 1);
        k.spec.group.step = S(7);
        use(&k, 300, 0.7, i);
        assert_int_equal(ask(&k, &age, 1).at % S(7), 0);
    }
}

static void where_nothing_fails_it_never_asks_again(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 1, 1);
    use(&k, (double)INFINITY, 0.7, 50);
    k.spec.controller.values[kit_param(&k, "mtbf")].x = (double)INFINITY;
    kit_check(&k, .makespan = 1001, .useful = 1000, .checkpoint = 1, .taken = 1, .completed = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_reference_table_come_out),
        cmocka_unit_test(no_way_to_cut_the_work_commits_more),
        cmocka_unit_test(looking_further_ahead_gains_nothing),
        cmocka_unit_test(exponential_failures_give_the_exact_interval),
        cmocka_unit_test(chunks_follow_the_age_of_the_node),
        cmocka_unit_test(ages_put_together_change_little),
        cmocka_unit_test(equal_ages_are_exact),
        cmocka_unit_test(it_follows_its_chunks_and_plans_anew_after_a_failure),
        cmocka_unit_test(quanta_are_whole_steps),
        cmocka_unit_test(where_nothing_fails_it_never_asks_again),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests_name("controllers/dpnextfailure", tests, NULL, NULL);
}
