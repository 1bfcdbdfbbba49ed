/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: drivers become the statements that they say, variables are checked on every way through,
 * and limits hold. Method: fragments in a table beside what the program must hold, written out by
 * hand as a line a statement; each limit at n - 1, n and n + 1; the examples of the page for users.
 * What is refused is in tests/bad/pipeline_*. */
#include "tests/workloads/pipelines.h"

/* ---- statements ------------------------------------------------------------------------------ */

static void add_variable(struct text *text, const char *before, struct program_variable variable)
{
    if (variable.up != PROGRAM_NOTHING)
        text_add(text, "%s%u:%u", before, variable.up, variable.slot);
}

/* " ahead 2 at most 1 completed skips actors 1-8 up 1.75 down 0.5 quiet 10" */
static void add_map(struct text *text, const struct program_map *map)
{
    text_add(text, " ahead %u at most %u%s%s", map->ahead, map->at_most,
             map->is_by_completion ? " completed" : "", map->is_skipping ? " skips" : "");
    if (map->scaling.max > 0)
        text_add(text, " actors %u-%u up %g down %g quiet %g", map->scaling.min, map->scaling.max,
                 map->scaling.up, map->scaling.down, simtime_seconds(map->scaling.quiet));
}

/* "call load x2 with 0:0 each 0:1 -> 0:2 waits body 3 end 4" */
static void add_statement(struct text *text, const struct program *program, uint32_t index)
{
    const struct program_statement *s = &program->statements[index];
    text_add(text, "%s", program_ops[s->op]);
    if (s->op == OP_CALL || s->op == OP_MAP)
        text_add(text, " %s", program->functions[s->what].name);
    if (s->op == OP_CREATE)
        text_add(text, " %s", program->actors[s->what].name);
    if (s->op == OP_RESTORE && s->times == PROGRAM_COMMON)
        text_add(text, " common");
    else if (s->op == OP_RESTORE)
        text_add(text, " back %llu", (unsigned long long)s->times);
    else if (s->times != 1)
        text_add(text, " x%llu", (unsigned long long)s->times);
    bool has_limit = s->op == OP_STOP && s->amount.constant != SIMTIME_NEVER;
    if (s->op == OP_PUT || s->op == OP_THINK || s->op == OP_WAIT || has_limit)
        text_add(text, " of %lld", (long long)s->amount.constant);
    add_variable(text, " on ", s->target);
    for (uint32_t i = 0; i < s->arguments_count; i++) {
        const struct program_argument *argument = &program->arguments[s->first_argument + i];
        add_variable(text, argument->is_each ? " each " : " with ", argument->variable);
    }
    add_variable(text, " -> ", s->bind);
    if (s->is_together)
        text_add(text, " together %u", (unsigned)s->together);
    if (s->is_waited)
        text_add(text, " waits");
    if (s->is_forced)
        text_add(text, " by force");
    if (s->op == OP_MAP)
        add_map(text, s->map);
    if (s->op == OP_BRANCH)
        text_add(text, " slots %u", s->slots);
    if (s->body != index + 1)
        text_add(text, " body %u", s->body);
    if (s->has_handler || s->end != s->body)
        text_add(text, " end %u", s->end);
    text_add(text, "\n");
}

static const struct {
    const char *driver, *program;
} statements[] = {
    {"{run: load}", "call load waits\n"},
    {"{run: load, as: data}", "call load -> 0:0 waits\n"},
    {"{call: split, times: 2, as: parts}, {get: parts}", "call split x2 -> 0:0\nget with 0:0\n"},
    {"{call: load, as: a}, {put: 1 GB, as: b}, {run: split, with: [a, b], as: a}",
     "call load -> 0:0\nput of 1000000000 -> 0:1\ncall split with 0:0 with 0:1 -> 0:0 waits\n"},
    {"{call: load, times: 3, as: a}, {run: split, each: a, with: a, as: b}, {wait: b}",
     "call load x3 -> 0:0\ncall split x3 with 0:0 each 0:0 -> 0:1 waits\n"
     "wait x3 of 9223372036854775807 with 0:1\n"},
    {"{create: Trainer, times: 2, as: t}, {call: t.train, times: 3, as: r}, {wait: {for: r, count: "
     "5, "
     "timeout: 5 s}}",
     "create Trainer x2 -> 0:0\ncall Trainer.train x3 on 0:0 -> 0:1\nwait x5 of 5000000000 with "
     "0:1\n"},
    {"{start: Other, as: t}, {run: t.train, as: r}, {kill: t}, {release: r}",
     "create Other -> 0:0 waits\ncall Other.train on 0:0 -> 0:1 waits\nkill on 0:0\nrelease on "
     "0:1\n"},
    {"{start: Trainer, times: 2, as: t}, {call: load, times: 2, as: a}, {run: t.status, each: a}",
     "create Trainer x2 -> 0:0 waits\ncall load x2 -> 0:1\n"
     "call Trainer.status on 0:0 each 0:1 waits\n"},
    {"{start: Trainer, as: t}, {checkpoint: t}, {run: t.train, on_error: [{restore: t}]}, {think: "
     "2 s}",
     "create Trainer -> 0:0 waits\ncheckpoint on 0:0\ncall Trainer.train on 0:0 waits end 4\n"
     "restore back 0 on 0:0\nthink of 2000000000\n"},
    {"{start: Trainer, as: t}, {restore: t, generation: 1}, {restore: t, generation: common}",
     "create Trainer -> 0:0 waits\nrestore back 1 on 0:0\nrestore common on 0:0\n"},
    {"{start: Other, times: 2, together: strict-pack}, {create: Other, together: pack, as: t}",
     "create Other x2 together 2 waits\ncreate Other -> 0:0 together 0\n"},
    {"{start: Trainer, as: t}, {stop: t}, {stop: t, within: 5 s}",
     "create Trainer -> 0:0 waits\nstop on 0:0\nstop of 5000000000 on 0:0\n"},
    {"{run: load, on_error: []}", "call load waits end 1\n"},
    {"{repeat: 10, do: [{run: load}, {run: split}]}, {run: load}",
     "repeat x10 body 3\ncall load waits\ncall split waits\ncall load waits\n"},
    {"{start: Trainer, as: t}, {until: {t: 100}, do: [{run: t.train}], on_error: [{run: load}]}",
     "create Trainer -> 0:0 waits\nuntil x100 on 0:0 body 3 end 4\ncall Trainer.train on 0:0 "
     "waits\n"
     "call load waits\n"},
    {"{run: load, as: data}, {parallel: [[{run: split, with: data, as: a}, {get: a}], [{call: "
     "load, as: "
     "b}, {run: load, as: a}]]}",
     "call load -> 0:0 waits\nparallel body 8\nbranch slots 1 body 5\n"
     "call split with 1:0 -> 0:0 waits\nget with 0:0\nbranch slots 2 body 8\ncall load -> 0:0\n"
     "call load -> 0:1 waits\n"},
    {"{parallel: {times: 4, do: [{run: load, as: a}, {parallel: [{run: split, with: a}]}]}}, {run: "
     "load, "
     "as: z}",
     "parallel body 6\nbranch x4 slots 1 body 6\ncall load -> 0:0 waits\nparallel body 6\n"
     "branch slots 0 body 6\ncall split with 1:0 waits\ncall load -> 0:0 waits\n"},
    {"{repeat: 2, do: [{repeat: 3, do: [{run: load}], on_error: [{think: 1 ns}]}], on_error: "
     "[{run: "
     "load}, {repeat: 1, do: [{run: split}]}]}",
     "repeat x2 body 4 end 7\nrepeat x3 body 3 end 4\ncall load waits\nthink of 1\ncall load "
     "waits\n"
     "repeat body 7\ncall split waits\n"},
    {"{map: load, times: 9, at_most: 4}", "map load x9 ahead 1 at most 4\n"},
    {"{map: load, times: 9, at_most: 4, as: all}, {cancel: all}",
     "map load x9 -> 0:0 ahead 1 at most 4\ncancel on 0:0\n"},
    {"{start: Other, times: 2, as: t}, {call: load, times: 3, as: a}, {map: t.train, each: a, "
     "with: "
     "a, as: r, order: completed, failed: skip, do: [{get: r}], on_error: []}",
     "create Other x2 -> 0:0 waits\ncall load x3 -> 0:1\nmap Other.train x3 on 0:0 with 0:1 each "
     "0:1 -> 0:2 ahead 1 at most 1 completed skips body 4 end 4\nget with 0:2\n"},
    {"{start: Other, as: t}, {map: t.train, ahead: 3, order: submitted, failed: stop}, {run: load, "
     "as: a}, {cancel: a, force: true}",
     "create Other -> 0:0 waits\nmap Other.train on 0:0 ahead 3 at most 1\ncall load -> 0:1 "
     "waits\ncancel on 0:1 by force\n"},
    {"{map: Other.train, times: 5, actors: 3}, {map: Other.train, ahead: 4, actors: {max: 8}}",
     "map Other.train x5 ahead 2 at most 1 actors 3-3 up 2 down 0 quiet 0\n"
     "map Other.train ahead 4 at most 1 actors 1-8 up 1.75 down 0.5 quiet 10\n"},
    {"{map: Other.train, actors: {min: 2, max: 3, up: 1, down: 0.25, quiet: 1 min}}",
     "map Other.train ahead 2 at most 1 actors 2-3 up 1 down 0.25 quiet 60\n"},
};

static void every_statement_becomes_its_operation(void **state)
{
    unsigned seen = 0;
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        struct session *session = session_of_driver(statements[i].driver);
        const struct program *program = program_of(session);
        char bytes[2000];
        struct text text = text_over(bytes, sizeof bytes);
        for (uint32_t k = 0; k < program->statements_count; k++) {
            add_statement(&text, program, k);
            assert_true(program->statements[k].line > 0);
            seen |= 1u << program->statements[k].op;
        }
        if (strcmp(bytes, statements[i].program) != 0)
            fail_msg("%s:\n%sinstead of\n%s", statements[i].driver, bytes, statements[i].program);
        assert_int_equal(program->jobs_count, 1);
        assert_int_equal(program->jobs[0].body, 0);
        assert_int_equal(program->jobs[0].end, program->statements_count);
        assert_reads_back(session);
        session_close(session);
    }
    assert_int_equal(seen, (1u << PROGRAM_OPS) - 1);
}

static void a_program_knows_its_depth_and_the_slots_of_its_driver(void **state)
{
    static const struct {
        const char *driver;
        uint32_t depth, slots;
    } cases[] = {
        {"{run: load}", 0, 0},
        {"{run: load, as: a}, {run: load, as: b}, {run: load, as: a}", 0, 2},
        {"{run: load, on_error: []}", 1, 0},
        {"{repeat: 2, do: [{run: load, as: a}]}", 1, 1},
        {"{parallel: [{run: load, as: a}, {run: load, as: b}]}", 2, 0},
        {"{parallel: [{repeat: 2, do: [{run: load, on_error: [{think: 1 s}]}]}]}, {put: 1 B, as: "
         "a}",
         4, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session *session = session_of_driver(cases[i].driver);
        assert_int_equal(program_of(session)->depth, cases[i].depth);
        assert_int_equal(program_of(session)->jobs[0].slots, cases[i].slots);
        session_close(session);
    }
}

/* Ways through a program on which each variable is bound where it is used. */
static void what_is_bound_on_every_way_can_be_used(void **state)
{
    static const char *const drivers[] = {
        "{repeat: 2, do: [{call: load, as: a}]}, {get: a}",
        "{call: load, as: a}, {repeat: 2, do: [{run: split, with: a, as: a}]}, {get: a}",
        "{repeat: 2, do: [{call: load, as: a}, {release: a}]}, {call: load, as: a}, {get: a}",
        "{call: load, as: a}, {repeat: 2, do: [{release: a}, {call: load, as: a}]}, {get: a}",
        "{call: load, as: a}, {repeat: 2, do: [{get: a}]}, {release: a}, {call: load, as: a}, "
        "{get: a}",
        "{run: load, as: a, on_error: [{get: a}]}, {get: a}",
        "{run: load, as: a, on_error: [{run: load, as: a}]}, {get: a}",
        "{call: load, as: a}, {get: a, on_error: [{release: a}, {call: load, as: a}]}, {get: a}",
        "{call: load, as: a}, {repeat: 2, do: [{get: a}], on_error: [{get: a}]}, {get: a}",
        "{start: Other, as: t}, {until: {t: 2}, do: [{run: t.train, as: r}, {get: r}]}",
        "{parallel: [[{run: load, as: a}, {get: a}], [{run: load, as: a}, {get: a}]]}, {run: load, "
        "as: "
        "a}, {get: a}",
        "{call: load, as: a}, {parallel: [[{parallel: [[{get: a}]]}]]}",
        "{map: load, at_most: 2, as: a, do: [{get: a}]}, {map: load, at_most: 2, as: a, do: [{run: "
        "split, with: a, as: a}]}, {run: load, as: a}, {get: a}",
        "{map: load, at_most: 2, do: [{run: split, as: b}]}, {get: b}",
        "{run: load, as: a}, {map: load, at_most: 2, as: a, on_error: [{get: a}]}, {get: a}",
        "{create: Trainer, as: t}, {parallel: {times: 3, do: [{run: t.train}]}}, {kill: t}, "
        "{release: t}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        session_close(session_of_driver(drivers[i]));
}

static void what_may_be_unbound_cannot(void **state)
{
    static const struct {
        const char *driver, *said;
    } cases[] = {
        {"{run: load, on_error: [{call: load, as: a}]}, {get: a}", "'a' may not be bound here"},
        {"{call: load, as: a}, {get: a, on_error: [{release: a}]}, {get: a}", "'a' was released"},
        {"{repeat: 2, do: [{call: load, as: a}], on_error: [{get: a}]}",
         "'a' may not be bound here"},
        {"{repeat: 2, do: [{call: load, as: a}], on_error: []}, {get: a}",
         "'a' may not be bound here"},
        {"{call: load, as: a}, {repeat: 2, do: [{release: a}], on_error: []}",
         "is bound before the loop"},
        {"{start: Other, as: t}, {until: {t: 2}, do: [{release: t}]}", "is bound before the loop"},
        {"{map: load, at_most: 2, as: a, do: [{get: a}]}, {get: a}", "'a' holds one result"},
        {"{map: load, at_most: 2, as: a, do: [{get: a}], on_error: [{get: a}]}",
         "'a' holds one result"},
        {"{run: load, as: a}, {map: load, at_most: 2, as: a, do: [{get: a}]}, {get: a}",
         "'a' holds one result"},
        {"{map: load, at_most: 2, failed: skip, do: [{run: split, as: b}]}, {get: b}",
         "'b' may not be bound here"},
        {"{run: load, as: b}, {map: load, at_most: 2, do: [{release: b}]}",
         "is bound before the loop"},
        {"{parallel: [[{parallel: [[{run: load, as: a}], [{get: a}]]}]]}",
         "belongs to another branch"},
        {"{parallel: [[{parallel: [[{run: load, as: a}]]}, {get: a}]]}",
         "belongs to another branch"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char text[4096];
        struct session *session = session_open();
        snprintf(text, sizeof text,
                 CLUSTER "workload: {pipeline: {" TASKS ACTORS "driver: [%s]}}\n", cases[i].driver);
        assert_int_equal(session_parse(session, text), STATUS_OK);
        assert_int_equal(session_build(session, NULL), STATUS_INPUT);
        assert_int_equal(session->diag.errors, 1);
        if (!strstr(session->diag.text[0], cases[i].said))
            fail_msg("%s: %s", cases[i].driver, session->diag.text[0]);
        session_close(session);
    }
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* `first`, then `piece` n times with its number for %d, then `last`. */
static const char *repeated(const char *first, const char *piece, int n, const char *last)
{
    static char text[TEXT_BYTES];
    size_t used = (size_t)snprintf(text, sizeof text, CLUSTER "workload: {pipeline: {%s", first);
    for (int i = 0; i < n; i++) {
        const char *number = strchr(piece, '#');
        int head = number ? (int)(number - piece) : (int)strlen(piece);
        used += (size_t)snprintf(text + used, sizeof text - used, "%.*s", head, piece);
        if (number)
            used += (size_t)snprintf(text + used, sizeof text - used, "%d%s", i, number + 1);
        assert_true(used < sizeof text - 100);
    }
    snprintf(text + used, sizeof text - used, "%s}}\n", last);
    return text;
}

/* Nested n deep: piece n times, then the statement, then `close` n times. */
static const char *nested(int n)
{
    static char driver[4096];
    size_t used = (size_t)snprintf(driver, sizeof driver, "tasks: {a: 1 s}, driver: [");
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(driver + used, sizeof driver - used, "{repeat: 2, do: [");
    used += (size_t)snprintf(driver + used, sizeof driver - used, "{run: a}");
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(driver + used, sizeof driver - used, "]}");
    snprintf(driver + used, sizeof driver - used, "]");
    return driver;
}

static void assert_limit(const char *text, const char *said)
{
    struct session *session = session_open();
    enum status status = session_parse(session, text);
    if (status == STATUS_OK)
        status = session_build(session, NULL);
    if (!said && status != STATUS_OK)
        fail_msg("%s", session->diag.text[0]);
    if (said && (status != STATUS_INPUT || !strstr(session->diag.text[0], said)))
        fail_msg("instead of '%s': %s", said,
                 session->diag.kept ? session->diag.text[0] : "nothing");
    session_close(session);
}

static void limits_hold_at_n_and_not_at_n_plus_one(void **state)
{
    static const struct {
        const char *first, *piece, *last, *said;
        int limit;
    } cases[] = {
        {"tasks: {a: 1 s}, driver: [", "{run: a}, ", "]", "more than 10000 statements",
         LIMIT_STATEMENTS},
        {"tasks: {a: 1 s}, driver: [", "{run: a, as: v#}, ", "]", "more than 1000 variables",
         LIMIT_VARIABLES},
        {"tasks: {", "t#: 1 s, ", "}, driver: [{think: 1 s}]", "at most 1000 are allowed",
         LIMIT_FUNCTIONS},
        {"actors: {", "A#: {}, ", "}, driver: [{think: 1 s}]", "at most 1000 are allowed",
         LIMIT_CLASSES},
        {"tasks: {a: [", "1 s, ", "]}, driver: [{run: a}]", "a list has 1 to 4096", LIMIT_AMOUNTS},
        {"tasks: {a: 1 s}, jobs: [", "{name: j#, driver: [{run: a}]}, ", "]",
         "a list of 1 to 100 jobs", LIMIT_JOBS},
        {"tasks: {a: 1 s}, driver: [{run: a, as: v}, {get: [", "v, ", "]}]", "a list has 1 to 64",
         LIMIT_LIST},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int n = cases[i].limit - 1; n <= cases[i].limit + 1; n++)
            assert_limit(repeated(cases[i].first, cases[i].piece, n, cases[i].last),
                         n > cases[i].limit ? cases[i].said : NULL);
    for (int n = LIMIT_NESTING - 1; n <= LIMIT_NESTING + 1; n++)
        assert_limit(repeated(nested(n), "", 0, ""),
                     n > LIMIT_NESTING ? "more than 10 loops, branches and handlers" : NULL);
    assert_limit(repeated("tasks: {a: 1 s}, driver: [{call: a, times: 1000000000}]", "", 0, ""),
                 NULL);
    assert_limit(repeated("tasks: {a: 1 s}, driver: [{call: a, times: 1000000001}]", "", 0, ""),
                 "from 1 to 1000000000");
}

static void limits_of_a_map_hold_at_n_and_not_at_n_plus_one(void **state)
{
    static const struct {
        const char *map;
        uint64_t limit;
    } cases[] = {
        {"{map: A.work, actors: %llu}", LIMIT_CREW},
        {"{map: A.work, actors: {max: %llu}}", LIMIT_CREW},
        {"{map: A.work, actors: 1, ahead: %llu}", LIMIT_AHEAD},
        {"{map: a, at_most: %llu}", LIMIT_TIMES},
        {"{map: a, at_most: 1, times: %llu}", LIMIT_TIMES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t n = cases[i].limit - 1; n <= cases[i].limit + 1; n++) {
            char map[100], number[24], pipeline[300];
            snprintf(number, sizeof number, "%llu", (unsigned long long)n);
            int before = (int)(strchr(cases[i].map, '%') - cases[i].map);
            snprintf(map, sizeof map, "%.*s%s%s", before, cases[i].map, number,
                     cases[i].map + before + 4);
            snprintf(pipeline, sizeof pipeline,
                     "tasks: {a: 1 s}, actors: {A: {methods: {work: 1 s}}}, driver: [%s]", map);
            assert_limit(repeated(pipeline, "", 0, ""),
                         n > cases[i].limit ? "is out of range" : NULL);
        }
}

/* The deepest program that is allowed, in the form whose canonical text nests most. */
static void the_deepest_pipeline_reads_back(void **state)
{
    static const char deepest[] =
        "tasks: {a: 1 s}, jobs: [{name: j, driver: [{parallel: {times: 2, do: [{parallel: {times: "
        "2, do: "
        "[{parallel: {times: 2, do: [{parallel: {times: 2, do: [{parallel: {times: 2, do: [{put: "
        "{hyperexponential: {weights: [0.5, 0.5], means: [1 B, 2 B]}}}]}}]}}]}}]}}]}}]}]";
    struct session *session = session_of_pipeline(deepest, NULL);
    (void)state;
    assert_int_equal(program_of(session)->depth, LIMIT_NESTING);
    assert_reads_back(session);
    session_close(session);
}

/* ---- the page for users -----------------------------------------------------------------------
 */

/* The next ```yaml block behind `from`, NUL-terminated in place; NULL: there is none. */
static char *next_block(char *from, char **behind)
{
    static const char open[] = "```yaml\n";
    char *begin = strstr(from, open), *end = begin ? strstr(begin + 1, "\n```") : NULL;
    if (!end)
        return NULL;
    end[1] = 0;
    *behind = end + 2;
    return begin + sizeof open - 1;
}

/* Statements alone stand for the driver of the page's first scenario. */
static const char *as_driver(const char *scenario, const char *lines)
{
    static char text[1 << 14];
    const char *driver = strstr(scenario, "    driver:\n");
    assert_non_null(driver);
    size_t used = (size_t)(driver - scenario) + strlen("    driver:\n");
    memcpy(text, scenario, used);
    while (*lines) {
        size_t length = strcspn(lines, "\n") + 1;
        assert_true(used + length + 6 < sizeof text);
        used += (size_t)snprintf(text + used, sizeof text - used, "      %.*s", (int)length, lines);
        lines += length;
    }
    return text;
}

static void every_example_of_the_page_is_read_and_reads_back(void **state)
{
    char *page = support_read("workloads/PIPELINES.md", NULL), *behind = page;
    const char *first = NULL;
    unsigned count = 0;
    (void)state;
    assert_non_null(page);
    for (char *block; (block = next_block(behind, &behind)); count++) {
        first = first ? first : block;
        struct session *session =
            session_of(block[0] == '-' ? as_driver(first, block) : block, NULL);
        assert_int_equal(session->diag.warnings, 0);
        assert_reads_back(session);
        session_close(session);
    }
    assert_int_equal(count, 10);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_becomes_its_operation),
        cmocka_unit_test(a_program_knows_its_depth_and_the_slots_of_its_driver),
        cmocka_unit_test(what_is_bound_on_every_way_can_be_used),
        cmocka_unit_test(what_may_be_unbound_cannot),
        cmocka_unit_test(limits_hold_at_n_and_not_at_n_plus_one),
        cmocka_unit_test(limits_of_a_map_hold_at_n_and_not_at_n_plus_one),
        cmocka_unit_test(the_deepest_pipeline_reads_back),
        cmocka_unit_test(every_example_of_the_page_is_read_and_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
