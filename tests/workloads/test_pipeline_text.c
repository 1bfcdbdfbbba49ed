/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: one meaning of a pipeline has one canonical text and one digest. Method: every kind of
 * value read back from its effective form; pairs that must have, and a list that must not have, the
 * same digest; --set inside it. */
#include "tests/workloads/pipelines.h"

static const char *const others[] = {
    "tasks: {a: {time: {weibull: {shape: 0.7, mean: 5 min}}, size: {lognormal: {sigma: 1.2, "
    "median: 3 "
    "MiB}}}}, driver: [{run: a}]",
    "tasks: {a: {time: 0 s, size: {hyperexponential: {weights: [0.25, 0.75], means: [1 B, 7 TB]}}, "
    "cpu: "
    "0}}, driver: [{run: a}]",
    "tasks: {a: {time: [1 s, 2 s], await: 1 s, overhead: 1 ns, gpu: 0.25, memory: 1500 B, custom: "
    "0.0001, "
    "strategy: spread, priority: -1, retries: unlimited, retry_exceptions: true, fails: "
    "{probability: "
    "0.333333, after: 3, at: end}}}, driver: [{run: a}]",
    "actors: {A: {}, B: {cpu: 0, restarts: unlimited, retries: 4, concurrency: 7, async: true, "
    "detached: "
    "true, strategy: spread, checkpoint: {persist: 2 s, where: memory, keep: 1, "
    "restore_on_restart: "
    "false}, methods: {m: {time: 1 s, await: 2 s, size: 3 B, retry_exceptions: true, fails: 1 "
    "%}}}}, "
    "driver: [{create: A}]",
    "tasks: {a: 1 s}, driver: [{call: a, times: 1000000000, as: x}, {call: a, times: 1000000000, "
    "as: y}, "
    "{wait: [x, y]}]",
    "actors: {A: {cpu: 1}, B: {export: 2 s}}, driver: [{create: A}]",
    "actors: {A: {}}, driver: [{create: A, times: 2, together: pack}, {create: A, together: "
    "spread}, {start: A, together: strict-pack, as: x}, {start: A, together: strict-spread}, "
    "{stop: x}, {stop: x, within: 1500 ms}]",
    "tasks: {a: {time: 1 s, uses: [1 B, 2 GB], checkpoint: {write: [1 s, 2 s], read: {exponential: "
    "3 s}}}, b: {time: 1 s, checkpoint: {write: 0 s, read: 0 s}}}, actors: {A: {methods: {m: "
    "{time: "
    "1 s, uses: {constant: 3 GB}}}}}, driver: [{run: a}]",
    "tasks: {a: 1 s}, jobs: [{name: driver, count: 2, driver: [{run: a}]}]",
    "actors: {A: {methods: {m: 1 s}}}, driver: [{start: A, times: 3, as: t}, {call: t.m, times: 4, "
    "to: one, as: x}, {run: t.m, each: x, to: one, on_error: []}, {run: t.m, to: all}]",
    "tasks: {a: 1 s}, jobs: [{name: x, every: [1 s, 2 s], driver: [{run: a}]}, {name: y, at: [0 s, "
    "5 s], "
    "driver: [{put: [1 B, 2 B], as: q}, {release: q}]}]",
    "actors: {Q: {queue: {capacity: 9, items: checkpointed}, checkpoint: {snapshot: 1 s}, methods: "
    "{put: {time: 0 s, puts: 3, timeout: 0 s, partial: true, item: [1 ms, 2 ms]}, get: {time: 0 s, "
    "gets: 1}}}, P: {queue: {}, async: false, concurrency: 2, methods: {put: {time: 0 s, puts: "
    "1}}}, "
    "B: {async: true, methods: {meet: {time: 1 s, gathers: 4, timeout: 1 min}}}}, driver: "
    "[{create: "
    "Q}]",
};
enum { OTHERS = sizeof others / sizeof *others };

static void every_pipeline_reads_back_from_its_effective_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < OTHERS; i++) {
        struct session *session = session_of_pipeline(others[i], NULL);
        assert_reads_back(session);
        session_close(session);
    }
}

static bool is_same(const char *a, const char *b)
{
    struct session *one = session_of_pipeline(a, NULL), *other = session_of_pipeline(b, NULL);
    struct digest_value x = scenario_digest(&one->scenario), y = scenario_digest(&other->scenario);
    session_close(one);
    session_close(other);
    return x.high == y.high && x.low == y.low;
}

#define Q(queue, method)                                                                           \
    "actors: {Q: {queue: {" queue "}, methods: {m: {time: 1 s, " method "}}}}, driver: [{create: " \
    "Q}]"
static void the_same_pipeline_in_other_words_has_the_same_digest(void **state)
{
#define D(statements) "tasks: {a: 1 s, b: 2 s}, driver: [" statements "]"
#define T(statement)                                                                               \
    "actors: {A: {methods: {m: 1 s}}}, driver: [{start: A, times: 2, as: t}, " statement "]"
    static const char *const pairs[][2] = {
        {"tasks: {a: 1 s}, driver: [{run: a}]",
         "driver: [{run: a}], tasks: {a: {retries: 3, cpu: 1.0, time: [1000 ms], size: 0 B}}"},
        {"tasks: {a: 1 s}, driver: [{run: a}]",
         "tasks: {a: 1 s}, jobs: [{name: driver, driver: [{run: a}]}]"},
        {"tasks: {a: {time: 1 s, fails: 25 %}}, driver: [{run: a}]",
         "tasks: {a: {time: 1 s, fails: {probability: 0.25, at: start}}}, driver: [{run: a}]"},
        {"tasks: {a: {exponential: 1 h}}, driver: [{run: a}]",
         "tasks: {a: {time: {exponential: {mean: 60 min}}}}, driver: [{run: a}]"},
        {"tasks: {a: 1 s}, jobs: [{name: x, at: [1 s, 3 s], driver: [{run: a}]}]",
         "tasks: {a: 1 s}, jobs: [{name: x, count: 2, every: [1 s, 2 s], driver: [{run: a}]}]"},
        {D("{parallel: [[{run: a}], [{run: b}]]}"),
         D("{parallel: [{run: a}, {run: b, times: 1}]}")},
        {D("{parallel: {times: 4, do: [{run: a}]}}"),
         D("{parallel: [{do: [{run: a}], times: 4}]}")},
        {D("{call: a, as: x}, {get: x}"), D("{as: x, call: a}, {get: [x]}")},
        {Q("capacity: 3, items: lost", "puts: 1, partial: false"),
         "actors: {Q: {async: true, concurrency: 1000, queue: {capacity: 3}, methods: {m: {puts: "
         "1, "
         "time: 1 s, item: 0 s}}}}, driver: [{create: Q}]"},
        {D("{call: a, times: 3, as: x}, {wait: x}"),
         D("{call: a, times: 3, as: x}, {wait: {for: [x], count: 3}}")},
        {T("{run: t.m}"), T("{to: all, run: t.m}")},
        {T("{call: t.m, to: one}"), T("{call: t.m, times: 1, to: one}")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (!is_same(pairs[i][0], pairs[i][1]))
            fail_msg("%s and %s differ", pairs[i][0], pairs[i][1]);
}

static void every_change_of_a_pipeline_changes_the_digest(void **state)
{
    static const char *const different[] = {
        D("{run: a}"),
        D("{call: a}"),
        D("{run: b}"),
        D("{run: a, times: 2}"),
        D("{run: a, on_error: []}"),
        D("{run: a, on_error: [{run: a}]}"),
        D("{run: a}, {run: a}"),
        D("{repeat: 1, do: [{run: a}]}"),
        D("{repeat: 2, do: [{run: a}]}"),
        D("{repeat: 2, do: [{run: a}, {run: b}]}"),
        D("{repeat: 2, do: [{run: a}]}, {run: b}"),
        D("{parallel: [{run: a}, {run: b}]}"),
        D("{parallel: [[{run: a}, {run: b}]]}"),
        D("{parallel: {times: 2, do: [{run: a}]}}"),
        D("{call: a, times: 2, as: x}, {run: b, with: x}"),
        D("{call: a, times: 2, as: x}, {run: b, each: x}"),
        D("{call: a, times: 2, as: x}, {wait: x}"),
        D("{call: a, times: 2, as: x}, {wait: {for: x, count: 1}}"),
        D("{call: a, times: 2, as: x}, {wait: {for: x, timeout: 1 s}}"),
        D("{call: a, times: 2, as: x}, {get: x}"),
        D("{call: a, times: 2, as: x}, {release: x}"),
        D("{put: 1 B}"),
        D("{put: 2 B}"),
        D("{think: 2 ns}"),
        T("{run: t.m}"),
        T("{run: t.m, to: one}"),
        T("{call: t.m, to: one}"),
        T("{run: t.m, times: 2, to: one}"),
        T("{run: t.m, to: one, on_error: []}"),
    };
    static const char *const queues[] = {
        Q("capacity: 3", "puts: 1"),
        Q("", "puts: 1"),
        Q("capacity: 3, items: kept", "puts: 1"),
        Q("capacity: 3", "gets: 1"),
        Q("capacity: 3", "gathers: 2"),
        Q("capacity: 3", "puts: 2"),
        Q("capacity: 3", "puts: 2, partial: true"),
        Q("capacity: 3", "puts: 1, timeout: 0 s"),
        Q("capacity: 3", "puts: 1, timeout: 1 ns"),
        Q("capacity: 3", "puts: 1, item: 1 ns"),
    };
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
        for (size_t k = 0; k < i; k++)
            if (is_same(queues[i], queues[k]))
                fail_msg("%s and %s are the same", queues[i], queues[k]);
    enum { ALL = sizeof different / sizeof *different };
    (void)state;
    for (size_t i = 0; i < ALL; i++)
        for (size_t k = 0; k < i; k++)
            if (is_same(different[i], different[k]))
                fail_msg("%s and %s are the same", different[i], different[k]);
    for (size_t i = 0; i < OTHERS; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(is_same(others[i], others[k]));
}

static void routers_read_back_and_belong_to_the_digest(void **state)
{
    static const char *const routers[] = {
        "router=power-of-two",
        "router=random",
        "router=round-robin",
        "router=least",
        "router={name: power-of-two, cache: 0 s}",
        "router={name: power-of-two, max_ongoing: 5, jitter: 0.25, searches: 7}",
        "router={name: power-of-two, deadline: 1 ms, deadline_cap: 2 s, counts_ends: yes}",
        "router={name: round-robin, prefer_node: no, prefer_zone: no}",
        "router={name: random, backoff: 1 s, backoff_factor: 3, backoff_cap: 9 s}",
    };
    enum { ROUTERS = sizeof routers / sizeof *routers };
    struct digest_value digests[ROUTERS + 1];
    (void)state;
    for (size_t i = 0; i <= ROUTERS; i++) { /* the last one says nothing: the first, by default */
        const char *const sets[] = {i < ROUTERS ? routers[i] : NULL, NULL};
        struct session *session = session_of_pipeline(T("{run: t.m, to: one}"), sets);
        assert_reads_back(session);
        digests[i] = scenario_digest(&session->scenario);
        session_close(session);
    }
    for (size_t i = 0; i <= ROUTERS; i++)
        for (size_t k = 0; k < i; k++) {
            bool is_equal = digests[i].high == digests[k].high && digests[i].low == digests[k].low;
            assert_int_equal(is_equal, i == ROUTERS && k == 0);
        }
}

static void set_changes_one_value_inside_and_keeps_the_order(void **state)
{
    static const char text[] =
        "tasks: {load: 4 s, split: {time: 2 s, cpu: 2}}, actors: {T: {methods: "
        "{train: 1 s}}}, driver: [{run: load}]";
    static const char *const sets[] = {"workload.pipeline.tasks.load.time=5 s",
                                       "workload.pipeline.tasks.split.cpu=3",
                                       "workload.pipeline.actors.T.methods.train.size=1 MB",
                                       "workload.pipeline.actors.T.restarts=unlimited",
                                       "workload.pipeline.driver=[{run: split}, {run: load}]",
                                       NULL};
    struct session *session = session_of_pipeline(text, sets);
    const struct program *program = program_of(session);
    (void)state;
    assert_string_equal(program->functions[0].name, "load");
    assert_int_equal(program->functions[0].time.constant, 5 * SIMTIME_SECOND);
    assert_int_equal(program->functions[1].demand.of[CAIRN_CPU], 3 * CAIRN_WHOLE);
    assert_int_equal(program->functions[2].time.constant, SIMTIME_SECOND);
    assert_int_equal(program->functions[2].size.constant, 1000000);
    assert_int_equal(program->actors[0].restarts, PROGRAM_FOR_EVER);
    assert_int_equal(program->statements_count, 2);
    session_close(session);
}

/* The digest of a group names rows that were kept: keys that are for pipelines alone are not in it.
 */
static void the_digest_of_a_group_knows_nothing_of_pipelines(void **state)
{
    struct session *session = session_of(MINIMAL, NULL);
    char hex[DIGEST_HEX];
    (void)state;
    digest_hex(scenario_digest(&session->scenario), hex);
    assert_string_equal(hex, "941469a445e4e489543fb891a6c42d3b");
    session_close(session);
}

/* ---- chance ---------------------------------------------------------------------------------- */

/* Tokens of a scenario: words with what stands behind them. */
static size_t split(char *text, char **tokens, size_t capacity)
{
    size_t count = 0;
    while (*text && count < capacity) {
        size_t length = strcspn(text, " ,:{}[]\n");
        length += length == 0;
        tokens[count++] = strndup(text, length);
        text += length;
    }
    return count;
}

/* Words of the language put in place of others, at random: every result is either refused with a
 * message, or reads back to the same. */
static void slips_are_refused_or_mean_what_their_text_says(void **state)
{
    enum { TOKENS = 2000, ROUNDS = 3000 };
    static char *tokens[TOKENS], text[1 << 14];
    uint64_t seed = support_seed(7), refused = 0, accepted = 0;
    char *page = support_read("workloads/PIPELINES.md", NULL), *begin = page, *end = NULL;
    (void)state;
    assert_non_null(page);
    begin = strstr(page, "version: 1");
    end = begin ? strstr(begin, "\n```") : NULL;
    assert_non_null(end);
    end[1] = 0;
    size_t count = split(begin, tokens, TOKENS);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        size_t used = 0, changes[3][2];
        for (unsigned i = 0; i < 3; i++)
            for (unsigned k = 0; k < 2; k++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                changes[i][k] = (seed >> 33) % count;
            }
        for (size_t i = 0; i < count; i++) {
            const char *token = tokens[i];
            for (unsigned k = 0; k <= round % 3; k++)
                token = changes[k][0] == i ? tokens[changes[k][1]] : token;
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", token);
        }
        struct session *session = session_open();
        enum status status = session_parse(session, text);
        if (status == STATUS_OK)
            status = session_build(session, NULL);
        assert_true(status == STATUS_OK || session->diag.errors > 0);
        if (status == STATUS_OK && session->scenario.spec.program)
            assert_reads_back(session);
        refused += status != STATUS_OK;
        accepted += status == STATUS_OK;
        session_close(session);
    }
    assert_true(refused > 100 && accepted > 100);
    for (size_t i = 0; i < count; i++)
        free(tokens[i]);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pipeline_reads_back_from_its_effective_form),
        cmocka_unit_test(the_same_pipeline_in_other_words_has_the_same_digest),
        cmocka_unit_test(every_change_of_a_pipeline_changes_the_digest),
        cmocka_unit_test(routers_read_back_and_belong_to_the_digest),
        cmocka_unit_test(set_changes_one_value_inside_and_keeps_the_order),
        cmocka_unit_test(the_digest_of_a_group_knows_nothing_of_pipelines),
        cmocka_unit_test(slips_are_refused_or_mean_what_their_text_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
