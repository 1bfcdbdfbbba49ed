/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: El-Sayed & Schroeder's study of checkpoint intervals over LANL's failure records (CLUSTER
 * 2014) comes out of our controllers. Method: the recorded gaps between failures of a system, gaps
 * of no length left out, are driven through the real classes by the study's rules: work for the
 * interval, checkpoint for C = 5 min, at the failure everything since the last checkpoint is lost
 * and no time is spent on restarting. The waste of a policy is its checkpoint time, cut short or
 * not, and its lost work; it is told as the relative difference to young, who knows the mean gap
 * of the whole record. The data may not be copied into the project: without them, a loud skip. */
#include "sim/base/arena.h"
#include "tests/chosen.h"
#include "tests/support.h"
#include "traces/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#define RECORDS "data/lanl/lanl_failures.csv"

enum { SYSTEMS = 24, MOST = 4096, STATE = 1024 };
enum { BAYES, SMA, WMA, EMA, AR, METHODS }; /* as online lists them */

struct record {
    uint32_t failures, zeros, gaps_count;
    int64_t at[MOST];   /* minutes of civil time */
    int64_t gaps[MOST]; /* minutes, more than 0, in order of time */
    double mean;        /* of the gaps */
};

static struct record records[SYSTEMS + 1];
static bool is_present;

/* ---- reading --------------------------------------------------------------------------------- */

/* Days since 1970-01-01 (Hinnant's algorithm), for years after it. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t century = year / 400, in_century = year - century * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return century * 146097 + in_century * 365 + in_century / 4 - in_century / 100 + in_year -
           719468;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void take_row(const struct csv_row *row)
{
    int month, day, year, hour, minute, system = (int)strtol(row->fields[0].text, NULL, 10);
    assert_true(system > 0 && system <= SYSTEMS);
    assert_int_equal(
        sscanf(row->fields[1].text, "%d/%d/%d %d:%d", &month, &day, &year, &hour, &minute), 5);
    struct record *r = &records[system];
    assert_true(r->failures < MOST);
    r->at[r->failures++] = days_of(year, month, day) * 1440 + hour * 60 + minute;
}

static void find_gaps(struct record *r)
{
    qsort(r->at, r->failures, sizeof *r->at, compare);
    double sum = 0;
    for (uint32_t i = 1; i < r->failures; i++) {
        int64_t gap = r->at[i] - r->at[i - 1];
        r->zeros += gap == 0;
        if (gap > 0)
            r->gaps[r->gaps_count++] = gap;
        sum += (double)gap;
    }
    r->mean = sum / r->gaps_count;
}

static int read_records(void **state)
{
    static const struct csv_column columns[] = {{"System", false}, {"Prob Started", false}};
    static const struct csv_opts opts = {columns, 2, true, false};
    char path[SUPPORT_PATH];
    size_t length;
    (void)state;
    if (!support_shared(RECORDS, path))
        return 0;
    char *bytes = support_read(path, &length);
    assert_non_null(bytes);
    struct source source = {path, bytes, length};
    struct arena arena;
    struct diag diag;
    struct csv *csv;
    struct csv_row row;
    arena_init(&arena);
    diag_init(&diag);
    assert_int_equal(csv_open(&source, &opts, &arena, &diag, &csv), STATUS_OK);
    while (csv_next(csv, &row))
        take_row(&row);
    assert_int_equal(csv_close(csv), STATUS_OK);
    arena_fini(&arena);
    free(bytes);
    for (uint32_t i = 1; i <= SYSTEMS; i++)
        if (records[i].failures > 1)
            find_gaps(&records[i]);
    is_present = true;
    return 0;
}

/* ---- driving --------------------------------------------------------------------------------- */

#define MINUTE    SIMTIME_MINUTE
#define COST      (5 * MINUTE)
#define COST_S    300.0
#define MINUTES_S 60.0

struct waste {
    double checkpoint, lost, total; /* minutes */
    uint32_t failures;
};

static const struct cairn_shape shape = {
    .size = sizeof shape, .abi = CAIRN_CONTROLLER_ABI, .checkpoint_cost = COST, .workers = 1};

struct policy {
    const struct cairn_controller_class *class;
    struct cairn_value values[LIMIT_PARAMS];
    _Alignas(16) unsigned char plan[256], state[STATE];
};

static struct policy policy(const char *name, double mean)
{
    struct policy p = {.class = cairn_controller_find(name)};
    chosen_fill(p.class, mean * MINUTES_S, p.values);
    return p;
}

static void set(struct policy *p, const char *name, double x)
{
    for (unsigned i = 0; p->class->params[i].name; i++)
        if (strcmp(p->class->params[i].name, name) == 0)
            p->values[i] = (struct cairn_value){.i = (int64_t)x, .x = x};
}

static void tell(struct policy *p, uint32_t kind, simtime now)
{
    struct cairn_happening happening = {
        .size = sizeof happening, .abi = CAIRN_CONTROLLER_ABI, .kind = kind, .now = now};
    happening.cost = kind == CAIRN_HEAR_CHECKPOINT_DONE ? COST : 0;
    if (cairn_hears(p->class, p->plan) & CAIRN_HEARS(kind))
        p->class->observe(p->plan, p->state, &happening, 1);
}

/* One gap: asks at its begin and whenever an interval is over, as sim/model/consult.c does. */
static void drive_gap(struct policy *p, simtime begin, simtime gap, struct waste *waste)
{
    const simtime born[1] = {begin};
    struct cairn_situation s = {.size = sizeof s,
                                .abi = CAIRN_CONTROLLER_ABI,
                                .now = begin,
                                .failed = begin,
                                .born = born,
                                .nodes = 1,
                                .last_cost = -1,
                                .expected_cost = COST};
    struct cairn_verdict verdict = {.size = sizeof verdict, .abi = CAIRN_CONTROLLER_ABI};
    p->class->decide(p->plan, p->state, &s, &verdict);
    simtime rest = gap;
    while (verdict.at < rest) {
        assert_int_equal(verdict.ask, CAIRN_ASK_WORK);
        s.now += verdict.at;
        s.work_since = s.wall_since = verdict.at;
        rest -= verdict.at;
        verdict = (struct cairn_verdict){.size = sizeof verdict, .abi = CAIRN_CONTROLLER_ABI};
        p->class->decide(p->plan, p->state, &s, &verdict);
        assert_int_equal(verdict.action, CAIRN_CHECKPOINT);
        waste->checkpoint += simtime_seconds(rest < COST ? rest : COST) / MINUTES_S;
        if (rest < COST) { /* cut short: the whole interval is lost */
            waste->lost += simtime_seconds(s.work_since) / MINUTES_S;
            return;
        }
        rest -= COST;
        s.now += COST;
        s.last_cost = COST;
        tell(p, CAIRN_HEAR_CHECKPOINT_DONE, s.now);
    }
    waste->lost += simtime_seconds(rest) / MINUTES_S;
}

static struct waste drive(struct policy *p, const struct record *r)
{
    struct waste waste = {0};
    simtime now = 0; /* of the first failure */
    memset(p->plan, 0, sizeof p->plan);
    assert_true(p->class->plan_size <= sizeof p->plan && p->class->state_size <= STATE);
    assert_null(p->class->plan(p->values, &shape, p->plan));
    cairn_state_init(p->class, p->plan, p->state);
    for (uint32_t i = 0; i < r->gaps_count; i++) {
        drive_gap(p, now, r->gaps[i] * MINUTE, &waste);
        now += r->gaps[i] * MINUTE;
        tell(p, CAIRN_HEAR_FAILURE, now);
        waste.failures++;
    }
    waste.total = simtime_seconds(now) / MINUTES_S;
    return waste;
}

static struct waste drive_young(const struct record *r)
{
    struct policy young = policy("young", r->mean);
    return drive(&young, r);
}

/* Waste relative to young's, in percent: what the study's tables show. */
static double against_young(struct policy *p, const struct record *r)
{
    struct waste young = drive_young(r), other = drive(p, r);
    assert_int_equal(other.failures, r->gaps_count);
    return 100 * ((other.checkpoint + other.lost) / (young.checkpoint + young.lost) - 1);
}

static struct policy online(uint32_t method, double window, double alpha)
{
    struct policy p = policy("online", 0);
    set(&p, "method", method);
    set(&p, "formula", 2);
    set(&p, "window", window);
    set(&p, "alpha", alpha);
    return p;
}

/* ---- the records ------------------------------------------------------------------------------
 */

#define NEEDS_RECORDS                                                                              \
    if (!is_present)                                                                               \
    skip()

/* Failures and gaps of no length of all systems in our copy of the release, and the mean gap in
 * hours, zeros included, as data/README.md counts them with another program. */
static void records_are_the_release(void **state)
{
    static const struct {
        uint32_t system, failures, zeros;
        double hours;
    } rows[] = {
        {3, 299, 4, 58.31}, {4, 299, 0, 56.06},     {5, 305, 0, 54.55},    {6, 64, 0, 275.5},
        {7, 129, 0, 304.1}, {8, 475, 20, 80.53},    {9, 280, 0, 58.4},     {10, 237, 2, 67.8},
        {12, 259, 3, 63.0}, {16, 2680, 326, 18.44}, {18, 3997, 79, 7.335}, {20, 2478, 77, 13.17},
    };
    (void)state;
    NEEDS_RECORDS;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct record *r = &records[rows[i].system];
        double hours = r->mean * r->gaps_count / (r->failures - 1) / 60;
        assert_int_equal(r->failures, rows[i].failures);
        assert_int_equal(r->zeros, rows[i].zeros);
        assert_true(fabs(hours / rows[i].hours - 1) < 5e-4);
    }
}

/* ---- the study ---------------------------------------------------------------------------------
 */

/* As published: failures, mean days between them, Young's interval for C = 10 min, and from here on
 * for C = 5 min the share of time spent on checkpoints; Weibull shapes and Daly's waste against
 * Young's as recomputed by the design (published: -2.332, -4.489, -0.450, +0.571). Systems 2, 19
 * and 21 of the study are not in our copy. Then the adaptive policies against young. */
static const struct system {
    uint32_t system, failures;
    double days, interval, io_young, io_daly, shape, daly;
    double published[METHODS], table;
} systems[] = {
    {3,
     299,
     2.46,
     266.32,
     2.518,
     2.565,
     0.814,
     -2.332,
     {0, -1.329, -1.788, -2.773, -8.185},
     -1.046},
    {12,
     259,
     2.66,
     276.58,
     2.434,
     2.482,
     0.609,
     -4.488,
     {0, -8.794, -8.697, -13.602, -3.131},
     -0.975},
    {18,
     3997,
     0.31,
     94.76,
     6.450,
     6.779,
     0.817,
     -0.527,
     {0, -0.876, -2.069, -1.004, -1.178},
     +0.130},
    {20,
     2478,
     0.57,
     127.70,
     4.981,
     5.167,
     0.647,
     +0.441,
     {0, -4.979, -4.848, -4.624, -4.212},
     +0.180},
};
enum { COUNT = sizeof systems / sizeof *systems };
static const char *const methods[METHODS] = {"bayes", "sma", "wma", "ema", "ar"};

/* Does it print as it was printed? */
static void assert_digits(double actual, double published, int digits)
{
    char ours[32], theirs[32];
    snprintf(ours, sizeof ours, "%.*f", digits, actual);
    snprintf(theirs, sizeof theirs, "%.*f", digits, published);
    assert_string_equal(ours, theirs);
}

static void young_and_daly_are_the_studys_to_every_digit(void **state)
{
    (void)state;
    NEEDS_RECORDS;
    for (size_t i = 0; i < COUNT; i++) {
        const struct system *s = &systems[i];
        const struct record *r = &records[s->system];
        struct cairn_shape twice = shape;
        struct policy young = policy("young", r->mean), daly = policy("daly", r->mean);
        const char *bound_by;
        assert_int_equal(r->failures, s->failures);
        assert_digits(r->mean / 1440, s->days, 2);
        twice.checkpoint_cost *= 2;
        assert_null(young.class->plan(young.values, &twice, young.plan));
        double interval = simtime_seconds(young.class->interval(young.plan, &bound_by));
        assert_digits(interval / MINUTES_S, s->interval, 2);
        struct waste by_young = drive(&young, r), by_daly = drive(&daly, r);
        assert_digits(100 * by_young.checkpoint / by_young.total, s->io_young, 3);
        assert_digits(100 * by_daly.checkpoint / by_daly.total, s->io_daly, 3);
        assert_digits(against_young(&daly, r), s->daly, 3);
    }
}

/* Mean and standard deviation over the settings that the study may have used. */
struct spread {
    double mean, sd, wins;
};

enum { SETTINGS = 46 }; /* windows of 10 to 55, alphas of 1/50 to 1/4 */

static struct spread spread_of(uint32_t method, const struct record *r)
{
    struct spread spread = {0};
    double squares = 0;
    for (int k = 0; k < SETTINGS; k++) {
        struct policy p = online(method, 10 + k, 0.02 + 0.005 * k);
        double ours = against_young(&p, r);
        spread.wins += ours < 0 ? 1.0 / SETTINGS : 0;
        spread.mean += ours / SETTINGS;
        squares += ours * ours / SETTINGS;
    }
    spread.sd = sqrt(squares - spread.mean * spread.mean);
    return spread;
}

/* The study gives neither windows nor alpha, and from one setting to the next the result wanders by
 * 1.5 points in systems 3 and 12, with 300 failures each, by half a point in 18 and 20. So not one
 * setting that happens to match, but all of them: their mean has the published sign, and the
 * published value lies within three standard deviations of it. Fourteen of sixteen do. The
 * autoregressive policy of systems 3 (-8.2) and 18 (-1.2) does not: here it loses or wins by its
 * window, and no window saves nearly as much. */
static void adaptive_policies_have_the_studys_sign_and_size(void **state)
{
    (void)state;
    NEEDS_RECORDS;
    for (size_t i = 0; i < COUNT; i++) {
        print_message("    system %2u:", systems[i].system);
        for (uint32_t m = SMA; m <= AR; m++) {
            double published = systems[i].published[m];
            struct spread ours = spread_of(m, &records[systems[i].system]);
            print_message("  %s %+.2f sd %.2f (%+.2f), %.0f %% win", methods[m], ours.mean, ours.sd,
                          published, 100 * ours.wins);
            if (m == AR && (systems[i].system == 3 || systems[i].system == 18)) {
                assert_true(ours.mean > -0.5 && ours.wins > 0.2 && ours.wins < 0.8);
            } else {
                assert_true(ours.mean * published > 0 && ours.wins > 0.6);
                assert_true(fabs(ours.mean - published) < 3 * ours.sd);
            }
        }
        print_message("\n");
    }
}

/* ---- the study's hazard policy: a table --------------------------------------------------------
 */

/* Mean time to the next failure, given the time since the last one: the mean of what is left of the
 * gaps that are longer, put into Young's formula anew at each failure and checkpoint. It knows the
 * whole record, as young does here. */
static struct {
    int64_t sorted[MOST];
    double left[MOST + 1]; /* sum of sorted[i..] */
    uint32_t count;
} table;

static void table_fill(const struct record *r)
{
    table.count = r->gaps_count;
    memcpy(table.sorted, r->gaps, r->gaps_count * sizeof *r->gaps);
    qsort(table.sorted, table.count, sizeof *table.sorted, compare);
    table.left[table.count] = 0;
    for (uint32_t i = table.count; i-- > 0;)
        table.left[i] = table.left[i + 1] + (double)table.sorted[i];
}

static double table_seconds(simtime age)
{
    uint32_t i = 0;
    while (i < table.count && table.sorted[i] * MINUTE <= age)
        i++;
    if (i == table.count)
        return (double)table.sorted[i - 1] * MINUTES_S; /* older than any was */
    return table.left[i] / (table.count - i) * MINUTES_S - simtime_seconds(age);
}

static int64_t table_interval(simtime age)
{
    struct policy young = policy("young", table_seconds(age) / MINUTES_S);
    const char *bound_by;
    assert_null(young.class->plan(young.values, &shape, young.plan));
    return young.class->interval(young.plan, &bound_by);
}

static void table_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    bool is_due = situation->work_since > 0;
    simtime end = situation->now + (is_due ? situation->expected_cost : 0);
    (void)plan, (void)state;
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at = table_interval(end - situation->failed);
}

/* To 0.1 points, though the study does not say how fine its table is. Where mean times left grow
 * with age that saves little: the mean is governed by the few longest gaps. */
static void hazard_table_is_the_studys(void **state)
{
    struct cairn_controller_class class = *cairn_controller_find("young");
    (void)state;
    NEEDS_RECORDS;
    class.decide = table_decide;
    for (size_t i = 0; i < COUNT; i++) {
        struct policy p = policy("young", 1440);
        p.class = &class;
        table_fill(&records[systems[i].system]);
        double ours = against_young(&p, &records[systems[i].system]);
        print_message("    system %2u: %+.3f (%+.3f)\n", systems[i].system, ours, systems[i].table);
        assert_true(fabs(ours - systems[i].table) < 0.1);
    }
}

/* ---- ours -------------------------------------------------------------------------------------
 */

/* A Weibull hazard instead of the table: less waste than young and than the table in each system,
 * by 1 to 4 %. lazy writes fewer checkpoints than young, which is what it is for, and wastes more:
 * its intervals go with 1 / hazard, beyond the optimum. bayes, without hindsight, is close to young
 * with it. */
static void hazard_saves_waste_and_lazy_saves_checkpoints(void **state)
{
    (void)state;
    NEEDS_RECORDS;
    for (size_t i = 0; i < COUNT; i++) {
        const struct record *r = &records[systems[i].system];
        struct policy hazard = policy("hazard", r->mean), lazy = policy("lazy", r->mean);
        struct policy bayes = online(BAYES, 1, 0.2);
        set(&hazard, "shape", systems[i].shape);
        set(&lazy, "shape", systems[i].shape);
        double by_hazard = against_young(&hazard, r), by_bayes = against_young(&bayes, r);
        struct waste young = drive_young(r), by_lazy = drive(&lazy, r);
        double fewer = 100 * (by_lazy.checkpoint / young.checkpoint - 1);
        double more = against_young(&lazy, r);
        print_message("    system %2u: hazard %+.3f, bayes %+.3f; lazy %+.3f, checkpoints %+.1f\n",
                      systems[i].system, by_hazard, by_bayes, more, fewer);
        assert_true(by_hazard < -1 && by_hazard < systems[i].table && by_hazard > -6);
        assert_true(fabs(by_bayes) < 3);
        assert_true(fewer < -20 && more > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_the_release),
        cmocka_unit_test(young_and_daly_are_the_studys_to_every_digit),
        cmocka_unit_test(adaptive_policies_have_the_studys_sign_and_size),
        cmocka_unit_test(hazard_table_is_the_studys),
        cmocka_unit_test(hazard_saves_waste_and_lazy_saves_checkpoints),
    };
    return cmocka_run_group_tests(tests, read_records, NULL);
}
