/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a scenario becomes the spec that it says, whoever says it. Method: specs compared field by
 * field with values worked out by hand; the same content in other words, in JSON, through imports
 * and as its own effective form must have the same digest, and any change that matters another one.
 */
#include "tests/support.h"
#include "tests/workloads/fixture.h"
#include "workloads/builtin.h"
#include <math.h>

static struct session *session_of_file(const char *path, const char *const *sets)
{
    struct session *session = session_open();
    enum status status = scenario_read(path, &session->arena, &session->diag, &session->document);
    if (status == STATUS_OK)
        status = session_build(session, sets);
    if (status != STATUS_OK)
        fail_msg("%s: %s", path, session->diag.text[0]);
    return session;
}

static struct digest_value digest_of(const char *text, const char *const *sets)
{
    struct session *session = session_of(text, sets);
    struct digest_value digest = scenario_digest(&session->scenario);
    session_close(session);
    return digest;
}

static bool is_same(struct digest_value a, struct digest_value b)
{
    return a.high == b.high && a.low == b.low;
}

/* ---- values ------------------------------------------------------------------------------------
 */

static void what_is_not_said_has_its_default(void **state)
{
    struct session *session = session_of(MINIMAL, NULL);
    const struct spec *spec = &session->scenario.spec;
    (void)state;
    assert_string_equal(spec->name, "t");
    assert_string_equal(spec->summary, "");
    assert_int_equal(spec->horizon, 10 * SIMTIME_YEAR);
    assert_int_equal(spec->cluster.nodes, 4);
    assert_int_equal(spec->cluster.spares, 0);
    assert_int_equal(spec->cluster.rack, 0);
    assert_false(spec->faults.node.is_given || spec->faults.rack.is_given);
    assert_false(spec->faults.platform.is_given || spec->faults.trace.is_given);
    assert_int_equal(spec->faults.clock, CLOCK_WALL);
    assert_int_equal(spec->faults.strike, PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) |
                                              PHASE_BIT(PHASE_RESTORE));
    assert_int_equal(spec->faults.initial_age, AGE_STATIONARY);
    assert_int_equal(spec->group.work, 10 * SIMTIME_DAY);
    assert_int_equal(spec->group.step, 0);
    assert_true(spec->group.is_divisible);
    assert_int_equal(spec->group.checkpoint, 5 * SIMTIME_MINUTE);
    assert_int_equal(spec->group.restore, 6 * SIMTIME_MINUTE);
    assert_true(spec->group.final_checkpoint && spec->group.restore_initial);
    assert_string_equal(spec->controller.class->name, "none");
    assert_int_equal(spec->replications, 200);
    assert_int_equal(spec->seed, 1);
    assert_true(spec->max_events == LIMIT_EVENTS);
    session_close(session);
}

static void the_example_of_the_manual_is_read_as_written(void **state)
{
    struct session *session = session_of_file("llm-pretraining", NULL);
    const struct spec *spec = &session->scenario.spec;
    (void)state;
    assert_string_equal(spec->name, "llm-pretraining");
    assert_int_equal(spec->horizon, 2 * SIMTIME_YEAR);
    assert_int_equal(spec->cluster.nodes, 1024);
    assert_int_equal(spec->cluster.spares, 16);
    assert_int_equal(spec->cluster.rack, 8);
    assert_true(spec->cluster.node_cpu == 96 && spec->cluster.node_gpu == 8);
    assert_true(spec->cluster.node_memory == UINT64_C(1) << 40);
    assert_true(spec->faults.node.is_given && spec->faults.node.has_repair);
    assert_int_equal(spec->faults.node.uptime.kind, LAW_WEIBULL);
    assert_true(spec->faults.node.uptime.shape == 0.7);
    assert_true(fabs(spec->faults.node.uptime.mean / (5 * 365 * 86400.0) - 1) < 1e-14);
    assert_int_equal(spec->faults.node.repair.kind, LAW_LOGNORMAL);
    assert_true(spec->faults.node.repair.shape == 1.2);
    assert_true(spec->faults.node.repair.scale == 3600);
    assert_true(spec->faults.platform.is_given && !spec->faults.platform.has_repair);
    assert_true(spec->faults.platform.uptime.scale == 86400);
    assert_int_equal(spec->detection.delay, 30 * SIMTIME_SECOND);
    assert_int_equal(spec->group.step, 6 * SIMTIME_SECOND);
    assert_false(spec->group.is_divisible);
    assert_true(spec->group.state == UINT64_C(10) << 40);
    assert_int_equal(spec->group.checkpoint, 300 * SIMTIME_SECOND);
    assert_false(spec->group.final_checkpoint);
    assert_true(spec->store.write == 1.2e12 && spec->store.read == 2.4e12);
    assert_string_equal(spec->controller.class->name, "daly");
    assert_int_equal(spec->controller.mtbf, MTBF_SCENARIO);
    session_close(session);
}

static void costs_not_given_follow_from_state_and_store(void **state)
{
    static const char text[] = "version: 1\ncluster: {nodes: 4}\n"
                               "workload: {group: {workers: 4, work: 10 d, state: 3 TB}}\n"
                               "store: {write: 1.5 TB/s, read: 2 TB/s, latency: 500 ms}\n";
    struct session *session = session_of(text, NULL);
    char origin[200];
    (void)state;
    assert_int_equal(session->scenario.spec.group.checkpoint, INT64_C(2500000000));
    assert_int_equal(session->scenario.spec.group.restore, INT64_C(2000000000));
    scenario_origin(&session->scenario, KEY_CHECKPOINT, origin, sizeof origin);
    assert_string_equal(origin, "derived: 500 ms + 3 TB at 1.5 TB/s");
    assert_null(scenario_place(&session->scenario, "workload.group.checkpoint").source);
    session_close(session);
}

/* Means by textbook: Gamma(1 + 1/k) by the C library here, by cairn's own functions there. */
static void laws_take_their_mean_in_every_form(void **state)
{
    static const struct {
        const char *law;
        enum law_kind kind;
        double mean;
    } cases[] = {
        {"{exponential: 1 d}", LAW_EXPONENTIAL, 86400},
        {"{exponential: {mean: 1250 y}}", LAW_EXPONENTIAL, 1250 * 365 * 86400.0},
        {"{weibull: {shape: 0.7, mean: 5 y}}", LAW_WEIBULL, 5 * 365 * 86400.0},
        {"{weibull: {shape: 0.5, scale: 1 h}}", LAW_WEIBULL, 7200},
        {"{lognormal: {sigma: 1.94, mean: 355 min}}", LAW_LOGNORMAL, 355 * 60},
        {"{lognormal: {median: 1 h, sigma: 0}}", LAW_LOGNORMAL, -1},
        {"{pareto: {alpha: 3, minimum: 1 h}}", LAW_PARETO, 5400},
        {"{uniform: {low: 0 s, high: 3 h}}", LAW_UNIFORM, 5400},
        {"{constant: 1 h}", LAW_CONSTANT, 3600},
        {"{constant: {value: 1 h}}", LAW_CONSTANT, 3600},
        {"{hyperexponential: {weights: [0.25, 0.75], means: [4 h, 8 h]}}", LAW_HYPEREXPONENTIAL,
         7 * 3600},
        {"{empirical: [3 h, 1 h, 2 h]}", LAW_EMPIRICAL, 7200},
        {"{empirical: {values: [1 h, 3 h]}}", LAW_EMPIRICAL, 7200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        char set[160];
        const char *sets[] = {set, "faults.initial_age=new", NULL};
        snprintf(set, sizeof set, "faults.node.uptime=%s", cases[i].law);
        assert_int_equal(session_parse(session, MINIMAL), STATUS_OK);
        enum status status = session_build(session, sets);
        const struct law *law = &session->scenario.spec.faults.node.uptime;
        if (cases[i].mean < 0) {
            assert_int_equal(status, STATUS_INPUT);
        } else {
            if (status != STATUS_OK)
                fail_msg("%s", session->diag.text[0]);
            assert_int_equal(law->kind, cases[i].kind);
            assert_true(fabs(law->mean / cases[i].mean - 1) < 1e-13);
        }
        session_close(session);
    }
}

static void controllers_take_their_own_parameters(void **state)
{
    static const char *const sets[] = {
        "controller={name: fixed, interval: 30 min, measure: period}", NULL};
    static const char *const every[] = {"controller={name: every, n: 50, origin: last}",
                                        "workload.group.step=6 s", NULL};
    static const char *const given[] = {"controller={name: exact, mtbf: 1250 y}", NULL};
    (void)state;
    struct session *session = session_of(MINIMAL, sets);
    const struct spec_controller *controller = &session->scenario.spec.controller;
    assert_string_equal(controller->class->name, "fixed");
    assert_int_equal(controller->values[0].i, 30 * SIMTIME_MINUTE);
    assert_true(controller->values[0].x == 1800);
    assert_int_equal(controller->values[1].i, 2);
    assert_int_equal(controller->values[2].i, 0);
    session_close(session);
    session = session_of(MINIMAL, every);
    assert_int_equal(session->scenario.spec.controller.values[0].i, 50);
    assert_int_equal(session->scenario.spec.controller.values[1].i, 1);
    session_close(session);
    session = session_of(MINIMAL, given);
    assert_int_equal(session->scenario.spec.controller.mtbf, MTBF_GIVEN);
    assert_true(session->scenario.spec.controller.values[0].x == 1250 * 365 * 86400.0);
    assert_true(session->scenario.spec.controller.values[0].i == SIMTIME_NEVER);
    session_close(session);
}

static void a_trace_is_found_from_the_file_that_names_it(void **state)
{
    char folder[SUPPORT_PATH], top[SUPPORT_PATH + 32], part[SUPPORT_PATH + 32],
        expected[SUPPORT_PATH + 32];
    static const char top_text[] = "version: 1\nimport: parts/faults.yaml\ncluster: {nodes: 4}\n"
                                   "workload: {group: {workers: 4, work: 1 d, checkpoint: 1 s, "
                                   "restore: 1 s}}\n";
    static const char part_text[] = "faults: {trace: {file: ../data/a b.csv, start: 2003-09-26, "
                                    "nodes: sample, times: true}}\n";
    (void)state;
    assert_true(support_folder(folder));
    snprintf(part, sizeof part, "%s/parts", folder);
    const char *mkdir[] = {"mkdir", part, NULL};
    struct support_run run = support_run(mkdir, NULL, NULL);
    assert_int_equal(run.code, 0);
    support_run_close(&run);
    snprintf(top, sizeof top, "%s/top.yaml", folder);
    snprintf(part, sizeof part, "%s/parts/faults.yaml", folder);
    assert_true(support_write(top, top_text, sizeof top_text - 1));
    assert_true(support_write(part, part_text, sizeof part_text - 1));
    struct session *session = session_of_file(top, NULL);
    const struct spec_trace *trace = &session->scenario.spec.faults.trace;
    snprintf(expected, sizeof expected, "%s/data/a b.csv", folder);
    assert_true(trace->is_given);
    assert_string_equal(trace->file, expected);
    assert_string_equal(session->scenario.values[KEY_TRACE_FILE].text, "\"data/a b.csv\"");
    assert_int_equal(trace->start, START_DATE);
    assert_true(trace->start_date == INT64_C(1064534400) * SIMTIME_SECOND);
    assert_int_equal(trace->nodes, PICK_SAMPLE);
    assert_int_equal(trace->times, TIMES_TRUE);
    assert_string_equal(session->scenario.spec.name, "top");
    session_close(session);
    support_folder_remove(folder);
}

/* ---- who says it -------------------------------------------------------------------------------
 */

static void the_importing_file_wins_and_set_wins_over_it(void **state)
{
    char folder[SUPPORT_PATH], top[SUPPORT_PATH + 32], base[SUPPORT_PATH + 32], origin[2048];
    static const char top_text[] = "version: 1\nimport: base.yaml\ncluster: {nodes: 8}\n"
                                   "controller: young\nseed: 7\n";
    static const char base_text[] =
        "cluster: {nodes: 4, spares: 2}\nimport: builtin:two-node\n"
        "controller: {name: fixed, interval: 1 h}\nworkload: {group: {workers: 3}}\n";
    static const char *const sets[] = {"seed=9", NULL};
    (void)state;
    assert_true(support_folder(folder));
    snprintf(top, sizeof top, "%s/top.yaml", folder);
    snprintf(base, sizeof base, "%s/base.yaml", folder);
    assert_true(support_write(top, top_text, sizeof top_text - 1));
    assert_true(support_write(base, base_text, sizeof base_text - 1));
    struct session *session = session_of_file(top, sets);
    const struct spec *spec = &session->scenario.spec;
    assert_int_equal(spec->cluster.nodes, 8);
    assert_int_equal(spec->cluster.spares, 2);
    assert_string_equal(spec->controller.class->name, "young");
    assert_int_equal(spec->group.workers, 3);
    assert_int_equal(spec->group.work, 20 * SIMTIME_MINUTE);
    assert_true(spec->seed == 9);
    scenario_origin(&session->scenario, KEY_NODES, origin, sizeof origin);
    assert_non_null(strstr(origin, "top.yaml:3"));
    scenario_origin(&session->scenario, KEY_SPARES, origin, sizeof origin);
    assert_non_null(strstr(origin, "base.yaml:1"));
    scenario_origin(&session->scenario, KEY_WORK, origin, sizeof origin);
    assert_non_null(strstr(origin, "builtin:two-node:"));
    scenario_origin(&session->scenario, KEY_SEED, origin, sizeof origin);
    assert_string_equal(origin, "--set");
    scenario_origin(&session->scenario, KEY_STORE_LATENCY, origin, sizeof origin);
    assert_string_equal(origin, "default");
    session_close(session);
    support_folder_remove(folder);
}

static void places_can_be_asked_for_by_key(void **state)
{
    static const char text[] = MINIMAL "controller: {name: daly, mtbf: 26 h}\n";
    struct session *session = session_of(text, NULL);
    const struct scenario *scenario = &session->scenario;
    (void)state;
    struct place place = scenario_place(scenario, "workload.group.checkpoint");
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 56);
    assert_int_equal(place.width, 5);
    place = scenario_place(scenario, "controller.mtbf");
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 32);
    place = scenario_place(scenario, "controller.min_interval"); /* a default: the controller's */
    assert_int_equal(place.column, 13);
    assert_null(scenario_place(scenario, "seed").source);
    assert_null(scenario_place(scenario, "no.such.key").source);
    session_close(session);
}

/* ---- the same in other words -------------------------------------------------------------------
 */

static void every_builtin_validates_and_reads_back_from_its_effective_form(void **state)
{
    size_t count = 0;
    (void)state;
    for (; builtin_list[count].name; count++) {
        struct session *session = session_of_file(builtin_list[count].name, NULL);
        const struct spec *spec = &session->scenario.spec;
        assert_int_equal(session->diag.warnings, 0);
        assert_string_equal(spec->name, builtin_list[count].name);
        assert_true(strlen(spec->summary) > 20);
        assert_int_equal(builtin_list[count].text[0], '#'); /* begins with where it comes from */
        char *effective = printed(print_effective, &session->scenario);
        struct session *again = session_of(effective, NULL);
        assert_same_digest(scenario_digest(&session->scenario), scenario_digest(&again->scenario));
        assert_string_equal(again->scenario.spec.name, spec->name);
        assert_string_equal(again->scenario.spec.summary, spec->summary);
        assert_int_equal(again->scenario.spec.replications, spec->replications);
        session_close(again);
        session_close(session);
        free(effective);
    }
    assert_true(count >= 9);
}

/* Every type of value, in forms that canonical text has to keep. */
static const char *const variations[][6] = {
    {"horizon=99.5 d"},
    {"cluster.node.cpu=0.1", "cluster.node.memory=1500 B", "cluster.node.gpu=1e15"},
    {"store.write=1.23456789012345 TB/s", "store.read=7 B/s", "store.latency=1 ns"},
    {"workload.group.state=10 TiB"},
    {"workload.group.persist=1.5 ms", "workload.group.interference=3.3 %",
     "workload.group.staged=peer", "workload.group.in_flight=replace"},
    {"workload.group.step=6 s", "workload.group.divisible=true"},
    {"workload.group.step=6 s", "controller={name: every, n: 7}"},
    {"workload.group.work=derived",
     "workload.group.stages=[{name: load, work: 1.5 s}, {name: epoch, work: 15 s, count: 10, "
     "checkpoint: 0 s, restore: 1 ns}]"},
    {"faults.node.uptime={lognormal: {sigma: 0.3333333333333333, median: 0.1 h}}"},
    {"faults.node.uptime={empirical: [3 h, 0.7 s, 1e-9 s, 46.2 min, 3000 y]}"},
    {"faults.node.uptime={hyperexponential: {weights: [0.1, 0.9], means: [1e10 y, 3.3 us]}}"},
    {"faults.node.uptime={uniform: {low: 0 s, high: 1.1 w}}", "faults.initial_age=2 h"},
    {"faults.node.uptime={pareto: {alpha: 2.5, minimum: 1 min}}",
     "faults.node.repair={constant: 1 h}", "cluster.spares=3", "cluster.spares_age=cold"},
    {"faults.platform.uptime={exponential: 1 d}", "faults.clock=exposure",
     "faults.strike=[restore, work]", "faults.renewal=attempt"},
    {"faults.trace.file=some file.csv", "faults.trace.start=2003-09-26T16:40:00.5Z",
     "faults.trace.after_end=wrap", "faults.trace.open=to-end",
     "controller={name: daly, mtbf: {before: 2003-09-26}}"},
    {"faults.trace.file=a.csv", "faults.trace.start=random", "faults.trace.nodes=first-n",
     "controller={name: young, mtbf: hindsight}"},
    {"controller={name: daly, mtbf: 0.123456789 s, min_interval: 1 min}"},
    {"controller={name: pause, least: 1 ns, of: {name: cap, overhead: 3.3 %, of: ratio}}"},
    {"controller={name: budget, checkpoints: 7, of: {name: ratio, factor: 0.1, of: none}}"},
    {"seed=18446744073709551615", "max_events=1"},
    {"name=\"two: words # \\\" \\\\\"", "summary='\xc3\xa9t\xc3\xa9'"},
    {"cluster.rack=2", "faults.rack.uptime={exponential: 1 y}"},
    {"cluster.rack=2", "cluster.zone=4", "faults.zone.uptime={exponential: 9 y}",
     "faults.zone.repair={exponential: 1 h}"},
};

#define VARIATIONS (sizeof variations / sizeof variations[0])

static void every_kind_of_value_reads_back_from_its_effective_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < VARIATIONS; i++) {
        struct session *session = session_of(MINIMAL, variations[i]);
        char *effective = printed(print_effective, &session->scenario);
        struct session *again = session_of(effective, NULL);
        assert_same_digest(scenario_digest(&session->scenario), scenario_digest(&again->scenario));
        assert_string_equal(session->scenario.spec.name, again->scenario.spec.name);
        assert_string_equal(session->scenario.spec.summary, again->scenario.spec.summary);
        char *second = printed(print_effective, &again->scenario);
        for (unsigned id = 0; id < SCHEMA_KEYS; id++)
            assert_string_equal(session->scenario.values[id].text, again->scenario.values[id].text);
        session_close(again);
        session_close(session);
        free(effective);
        free(second);
    }
}

static void json_is_the_same_as_yaml(void **state)
{
    static const char json[] =
        "{\n\t\"version\": 1,\n\t\"cluster\": {\"nodes\": 4},\n"
        "\t\"workload\": {\"group\": {\"workers\": 4, \"work\": \"10 d\",\n"
        "\t\t\"checkpoint\": \"5 min\", \"restore\": \"6 min\"}},\n"
        "\t\"faults\": {\"node\": {\"uptime\": {\"weibull\": {\"shape\": 0.7, \"mean\": \"5 "
        "y\"}}}},\n\t\"controller\": {\"name\": \"fixed\", \"interval\": \"30 min\"}\n}\n";
    static const char yaml[] = MINIMAL
        "faults:\n  node:\n    uptime:\n      weibull:\n        shape: 0.7\n        mean: 5 y\n"
        "controller:\n  name: fixed\n  interval: 30 min\n";
    (void)state;
    assert_same_digest(digest_of(json, NULL), digest_of(yaml, NULL));
}

static void the_same_quantity_in_other_words_has_the_same_digest(void **state)
{
    static const char *const pairs[][2] = {
        {"horizon=60 w", "horizon=420 d"},
        {"workload.group.checkpoint=300 s", "workload.group.checkpoint=5 min"},
        {"workload.group.state=1 TiB", "workload.group.state=1024 GiB"},
        {"store.write=1.2 TB/s", "store.write=1200 GB/s"},
        {"workload.group.interference=0", "workload.group.interference=0 %"},
        {"faults.node.uptime={exponential: 1 d}", "faults.node.uptime={exponential: {mean: 24 h}}"},
        {"faults.node.uptime={weibull: {shape: 0.70, mean: 5 y}}",
         "faults.node.uptime={weibull: {mean: 1825 d, shape: 0.7}}"},
        {"controller=daly", "controller={name: daly}"},
        {"controller=daly", "controller={name: daly, mtbf: scenario}"},
        {"controller={name: fixed, interval: 1 h}",
         "controller={name: fixed, measure: work, interval: 60 min}"},
        {"controller=ratio", "controller={name: ratio, of: {name: fixed, interval: 1000 ms}}"},
        {"controller={name: cap, of: daly}",
         "controller={name: cap, overhead: 0.035, of: {name: daly}}"},
        {"name=one", "name=other"},
        {"summary=one", "summary=other"},
        {"replications=10", "replications=20"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *a[] = {pairs[i][0], NULL}, *b[] = {pairs[i][1], NULL};
        if (!is_same(digest_of(MINIMAL, a), digest_of(MINIMAL, b)))
            fail_msg("%s and %s differ", pairs[i][0], pairs[i][1]);
    }
}

static void every_change_that_matters_changes_the_digest(void **state)
{
    struct digest_value all[VARIATIONS + 1];
    size_t count = 0;
    (void)state;
    all[count++] = digest_of(MINIMAL, NULL);
    for (size_t i = 0; i < VARIATIONS; i++) {
        if (strncmp(variations[i][0], "name=", 5) == 0)
            continue;
        all[count++] = digest_of(MINIMAL, variations[i]);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(is_same(all[i], all[j]));
}

static void the_seed_alone_changes_the_digest(void **state)
{
    static const char *const seed[] = {"seed=2", NULL};
    (void)state;
    assert_false(is_same(digest_of(MINIMAL, NULL), digest_of(MINIMAL, seed)));
}

/* ---- limits ------------------------------------------------------------------------------------
 */

static void checks_hold_exactly_at_their_limits(void **state)
{
    static const struct {
        const char *sets[6];
        bool is_accepted;
    } cases[] = {
        {{"horizon=10 d"}, false},
        {{"horizon=864000.000000001 s"}, true},
        {{"workload.group.step=10 d"}, true},
        {{"workload.group.step=864000.000000001 s"}, false},
        {{"cluster.nodes=16773119", "cluster.spares=1"}, true},
        {{"cluster.nodes=16773119", "cluster.spares=2"}, false},
        {{"cluster.nodes=16773120"}, true},
        {{"cluster.nodes=16773121"}, false},
        {{"cluster.nodes=3"}, false},
        {{"cluster.rack=4"}, true},
        {{"cluster.rack=5"}, false},
        {{"cluster.zone=4"}, true},
        {{"cluster.zone=5"}, false},
        {{"cluster.zone=4", "cluster.rack=2"}, true},
        {{"cluster.zone=3", "cluster.rack=2"}, false},
        {{"cluster.nodes=8386560", "cluster.rack=1"}, true},
        {{"cluster.nodes=8386561", "cluster.rack=1"}, false},
        {{"cluster.nodes=8386560", "cluster.rack=1", "cluster.zone=8386560"}, false},
        {{"cluster.node.gpu=8", "workload.group.gpu=8"}, true},
        {{"cluster.node.gpu=8", "workload.group.gpu=8.1"}, false},
        {{"cluster.node.memory=1 GiB", "workload.group.memory=1073741824 B"}, true},
        {{"cluster.node.memory=1 GiB", "workload.group.memory=1073741825 B"}, false},
        {{"replications=10000000"}, true},
        {{"replications=10000001"}, false},
        {{"seed=0"}, true},
        {{"max_events=0"}, false},
        {{"workload.group.persist=1 ns", "workload.group.interference=100 %"}, true},
        {{"workload.group.checkpoint=0 s", "workload.group.restore=0 s"}, true},
        {{"controller={name: fixed, interval: 300.000000001 s, measure: period}"}, true},
        {{"controller={name: fixed, interval: 300 s, measure: period}"}, false},
        {{"controller={name: daly, min_interval: 1000000000 s}"}, true},
        {{"controller={name: daly, min_interval: 1000000001 s}"}, false},
        {{"faults.node.uptime={uniform: {low: 0 s, high: 2 d}}", "faults.initial_age=2 d"}, false},
        {{"faults.node.uptime={uniform: {low: 0 s, high: 2 d}}", "faults.initial_age=47 h"}, true},
        {{"faults.node.uptime={pareto: {alpha: 1.01, minimum: 1 h}}"}, true},
        {{"faults.node.uptime={pareto: {alpha: 1, minimum: 1 h}}"}, false},
        {{"faults.node.uptime={pareto: {alpha: 1, minimum: 1 h}}", "faults.initial_age=new"}, true},
        {{"faults.node.uptime={constant: 1 d}", "faults.node.repair={constant: 1 h}",
          "faults.clock=exposure", "faults.strike=[wait, restore, checkpoint, work]"},
         true},
        {{"faults.node.uptime={constant: 1 d}", "faults.node.repair={constant: 1 h}",
          "faults.clock=exposure", "faults.strike=[wait, restart, checkpoint, work]"},
         false},
        {{"faults.trace.file=a.csv", "faults.trace.times=true", "detection.delay=30 s"}, true},
        {{"faults.trace.file=a.csv", "faults.trace.times=reported", "detection.delay=1 ns"}, false},
        {{"name=0123456789012345678901234567890123456789012345678901234567890123"}, true},
        {{"name=01234567890123456789012345678901234567890123456789012345678901234"}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        assert_int_equal(session_parse(session, MINIMAL), STATUS_OK);
        enum status status = session_build(session, cases[i].sets);
        if (status != (cases[i].is_accepted ? STATUS_OK : STATUS_INPUT))
            fail_msg("%s (case %zu): %s", cases[i].sets[0], i, session->diag.text[0]);
        session_close(session);
    }
}

static void fractions_are_kept_to_the_millionth(void **state)
{
    (void)state;
    for (int i = 0; i <= 1000; i++) {
        char plain[64], percent[64];
        const char *sets[] = {"workload.group.persist=1 s", plain, NULL};
        snprintf(plain, sizeof plain, "workload.group.interference=%d.%03d", i / 1000, i % 1000);
        struct session *session = session_of(MINIMAL, sets);
        assert_int_equal(session->scenario.spec.group.interference_ppm, 1000 * i);
        session_close(session);
        snprintf(percent, sizeof percent, "workload.group.interference=%d.%d %%", i / 10, i % 10);
        sets[1] = percent;
        session = session_of(MINIMAL, sets);
        assert_int_equal(session->scenario.spec.group.interference_ppm, 1000 * i);
        session_close(session);
    }
}

static void imports_nest_up_to_their_limit(void **state)
{
    char folder[SUPPORT_PATH], top[SUPPORT_PATH + 32], text[2 * SUPPORT_PATH], here[SUPPORT_PATH];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_true(support_folder(folder));
    snprintf(top, sizeof top, "%s/top.yaml", folder);
    for (int first = 2; first <= 3; first++) { /* of deep1 … deep10, each importing the next */
        struct session *session = session_open();
        int length =
            snprintf(text, sizeof text,
                     "version: 1\nimport: %s/tests/bad/import/deep%d.yaml\nworkload: {group: "
                     "{workers: 4, work: 1 d, checkpoint: 1 s, restore: 1 s}}\n",
                     here, first);
        assert_true(support_write(top, text, (size_t)length));
        enum status status =
            scenario_read(top, &session->arena, &session->diag, &session->document);
        assert_int_equal(status, 11 - first <= LIMIT_IMPORT_DEPTH ? STATUS_OK : STATUS_INPUT);
        session_close(session);
    }
    support_folder_remove(folder);
}

static void a_document_can_be_built_again_and_again(void **state)
{
    struct session *session = session_of(MINIMAL, variations[0]);
    struct digest_value varied = scenario_digest(&session->scenario);
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(session_build(session, NULL), STATUS_OK);
        assert_same_digest(scenario_digest(&session->scenario), digest_of(MINIMAL, NULL));
        assert_int_equal(session_build(session, variations[0]), STATUS_OK);
        assert_same_digest(scenario_digest(&session->scenario), varied);
    }
    session_close(session);
}

static void a_warning_is_no_error(void **state)
{
    static const char *const sets[] = {"faults.trace.file=a.csv", "faults.initial_age=new", NULL};
    struct session *session = session_of(MINIMAL, sets);
    (void)state;
    assert_int_equal(session->diag.errors, 0);
    assert_int_equal(session->diag.warnings, 1);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(the_example_of_the_manual_is_read_as_written),
        cmocka_unit_test(costs_not_given_follow_from_state_and_store),
        cmocka_unit_test(laws_take_their_mean_in_every_form),
        cmocka_unit_test(controllers_take_their_own_parameters),
        cmocka_unit_test(a_trace_is_found_from_the_file_that_names_it),
        cmocka_unit_test(the_importing_file_wins_and_set_wins_over_it),
        cmocka_unit_test(places_can_be_asked_for_by_key),
        cmocka_unit_test(every_builtin_validates_and_reads_back_from_its_effective_form),
        cmocka_unit_test(every_kind_of_value_reads_back_from_its_effective_form),
        cmocka_unit_test(json_is_the_same_as_yaml),
        cmocka_unit_test(the_same_quantity_in_other_words_has_the_same_digest),
        cmocka_unit_test(every_change_that_matters_changes_the_digest),
        cmocka_unit_test(the_seed_alone_changes_the_digest),
        cmocka_unit_test(checks_hold_exactly_at_their_limits),
        cmocka_unit_test(fractions_are_kept_to_the_millionth),
        cmocka_unit_test(imports_nest_up_to_their_limit),
        cmocka_unit_test(a_document_can_be_built_again_and_again),
        cmocka_unit_test(a_warning_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
