/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: whoever drives a controller, or writes one, needs five headers and no more. Method: they
 * are compiled alone, as C17 and as C++17 with all warnings as errors, and so is a small driver;
 * their include lines are read. */
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const headers[] = {"policies/controller.h", "policies/scheduler.h",
                                      "policies/recovery.h",   "policies/router.h",
                                      "policies/registry.h",   "policies/scaling.h"};

/* Everything that a driver calls, and every struct that it fills. */
static const char driver[] =
    "#include \"policies/registry.h\"\n"
    "#include \"policies/controller.h\"\n" /* twice does no harm */
    "#include \"policies/recovery.h\"\n"
    "const char *drive(void *plan, void *state, void *bytes);\n"
    "const char *drive(void *plan, void *state, void *bytes)\n"
    "{\n"
    "    const struct cairn_controller_class *c = cairn_controller_find(\"daly\");\n"
    "    struct cairn_value values[2];\n"
    "    struct cairn_shape shape;\n"
    "    struct cairn_situation situation;\n"
    "    struct cairn_happening happening;\n"
    "    struct cairn_verdict verdict;\n"
    "    struct cairn_chosen inner = {cairn_controllers[0], values};\n"
    "    values[0].i = 1; values[0].x = 1; values[1].inner = &inner; shape.size = sizeof shape;\n"
    "    situation.size = sizeof situation; happening.size = sizeof happening;\n"
    "    happening.kind = CAIRN_HEAR_CHECKPOINT_DONE; verdict.size = sizeof verdict;\n"
    "    if (!c || cairn_controller_refusal(c) || cairn_plan_size(c, values, &shape) > 99 ||\n"
    "        c->plan(values, &shape, plan) || cairn_state_size(c, plan) > 99)\n"
    "        return \"no\";\n"
    "    cairn_state_init(c, plan, state);\n"
    "    if (cairn_hears(c, plan) & CAIRN_HEARS(happening.kind))\n"
    "        c->observe(plan, state, &happening, 1);\n"
    "    c->decide(plan, state, &situation, &verdict);\n"
    "    cairn_state_save(c, plan, state, bytes, verdict.at == CAIRN_NEVER);\n"
    "    return cairn_state_load(c, plan, bytes, 1, state);\n"
    "}\n"
    "int64_t recover(void *plan, void *state, void *own, char *bytes);\n"
    "int64_t recover(void *plan, void *state, void *own, char *bytes)\n"
    "{\n"
    "    const struct cairn_recovery_class *r = cairn_recovery_find(\"ray\");\n"
    "    struct cairn_value values[4];\n"
    "    struct cairn_setback setback;\n"
    "    struct cairn_cure cure;\n"
    "    values[0].i = 1; setback.size = sizeof setback; setback.subject = CAIRN_SUBJECT_ACTOR;\n"
    "    setback.cause = CAIRN_CAUSE_NODE; cure.size = sizeof cure;\n"
    "    if (r != cairn_recoveries[0] || cairn_recovery_refusal(r) || r->plan(values, plan) ||\n"
    "        cairn_recovery_plan_size(r) + cairn_recovery_state_size(r, plan) > 99)\n"
    "        return cairn_recovery_own_size(r, plan) > 99;\n"
    "    cairn_recovery_init(r, plan, state);\n"
    "    cairn_recovery_init_own(r, plan, own);\n"
    "    cairn_recovery_decide(r, plan, state, own, &setback, &cure);\n"
    "    if (r->succeeded)\n"
    "        r->succeeded(plan, state, own, setback.subject, 1);\n"
    "    r->describe(plan, &cure, bytes, 99);\n"
    "    return cure.action == CAIRN_AGAIN && cure.scope == CAIRN_CURE_ALL ? cure.delay : -1;\n"
    "}\n";

/* The same for schedulers. */
static const char scheduling[] =
    "#include \"policies/registry.h\"\n"
    "int drive(void *plan, void *state, void *larger, int64_t now);\n"
    "int drive(void *plan, void *state, void *larger, int64_t now)\n"
    "{\n"
    "    const struct cairn_scheduler_class *s = cairn_scheduler_find(\"first-fit\");\n"
    "    struct cairn_value values[1]; struct cairn_pool pool; struct cairn_demand d;\n"
    "    struct cairn_request r; struct cairn_placement p; struct cairn_reservation g;\n"
    "    uint32_t nodes[1];\n"
    "    values[0].i = CAIRN_ORDER_FIFO; pool.size = sizeof pool; r.size = sizeof r;\n"
    "    g.size = sizeof g; g.bundles = &d; d.of[CAIRN_CPU] = CAIRN_WHOLE;\n"
    "    if (!s || s != cairn_schedulers[0] || s->plan(values, plan) ||\n"
    "        cairn_scheduler_size(s, plan, &pool) > 99)\n"
    "        return 0;\n"
    "    cairn_scheduler_init(s, plan, &pool, state);\n"
    "    cairn_scheduler_node(s, plan, state, now, 0, CAIRN_NODE_UP, &d);\n"
    "    if (!cairn_scheduler_submit(s, plan, state, now, &r))\n"
    "        cairn_scheduler_grow(s, plan, &pool, state, larger);\n"
    "    if (cairn_scheduler_next(s, plan, state, now, &p)) {\n"
    "        cairn_scheduler_shrink(s, plan, state, &p, &d, &d);\n"
    "        cairn_scheduler_release(s, plan, state, now, &p, &d);\n"
    "    }\n"
    "    if (cairn_scheduler_reserve(s, plan, state, now, &g) &&\n"
    "        cairn_scheduler_created(s, plan, state, now) == g.group &&\n"
    "        cairn_scheduler_group(s, plan, state, g.group, nodes) == CAIRN_GROUP_CREATED)\n"
    "        cairn_scheduler_unreserve(s, plan, state, now, g.group);\n"
    "    return cairn_scheduler_withdraw(s, plan, state, r.id);\n"
    "}\n";

/* And for routers. */
static const char routing[] =
    "#include \"policies/registry.h\"\n"
    "uint32_t drive(void *plan, void *state, int64_t now);\n"
    "uint32_t drive(void *plan, void *state, int64_t now)\n"
    "{\n"
    "    const struct cairn_router_class *r = cairn_router_find(\"power-of-two\");\n"
    "    struct cairn_value values[12]; struct cairn_fleet fleet; struct cairn_replica replica;\n"
    "    struct cairn_search search; struct cairn_candidate some[2]; struct cairn_route route;\n"
    "    const uint64_t random[2] = {1, 2};\n"
    "    values[0].i = 1; fleet.size = sizeof fleet; fleet.replicas = 2;\n"
    "    replica.size = sizeof replica; search.near = CAIRN_NEAR_NODE; route.size = sizeof route;\n"
    "    if (r != cairn_routers[0] || cairn_router_refusal(r) || r->plan(values, plan) ||\n"
    "        cairn_router_size(r, plan, &fleet) + cairn_router_most(r, plan, &fleet) > 99)\n"
    "        return 0;\n"
    "    cairn_router_init(r, plan, &fleet, state);\n"
    "    cairn_router_change(r, plan, state, 0, CAIRN_REPLICA_UP, &replica);\n"
    "    cairn_router_ask(r, plan, state, now, &search, random, some, &route);\n"
    "    if (route.action == CAIRN_ROUTE_PROBE) {\n"
    "        some[0].length = CAIRN_UNKNOWN;\n"
    "        cairn_router_answered(r, plan, state, now, &search, random, some, &route);\n"
    "    }\n"
    "    if (route.action != CAIRN_ROUTE_SEND)\n"
    "        return CAIRN_NO_REPLICA;\n"
    "    cairn_router_sent(r, plan, state, now, route.replica);\n"
    "    cairn_router_heard(r, plan, state, now, route.replica, 1);\n"
    "    cairn_router_ended(r, plan, state, now, route.replica);\n"
    "    if (cairn_router_refused(r, plan, state, now, 0, 1, 1, random, &search))\n"
    "        return cairn_router_bound(r, plan, &replica);\n"
    "    return cairn_router_searches(r, plan, state);\n"
    "}\n";

/* And for the size of a pool. */
static const char sizing[] =
    "#include \"policies/scaling.h\"\n"
    "int size(int64_t now);\n"
    "int size(int64_t now)\n"
    "{\n"
    "    struct cairn_scaling s; struct cairn_scaling_situation at; struct cairn_scaling_step "
    "step;\n"
    "    s.size = sizeof s; s.abi = CAIRN_SCALING_ABI; s.min = 1; s.max = 2; s.up = 1; s.down = "
    "0;\n"
    "    s.quiet = 1; at.size = sizeof at; at.now = now; step.size = sizeof step;\n"
    "    if (cairn_scaling_refusal(&s))\n"
    "        return 0;\n"
    "    cairn_scaling_decide(&s, &at, &step);\n"
    "    if (step.reason == CAIRN_SCALING_QUIET || cairn_scaling_utilisation(&at) > 2)\n"
    "        return (int)(step.again - now);\n"
    "    return cairn_scaling_word(step.reason)[0] ? step.delta : 0;\n"
    "}\n";

/* Does the assembly name one of our functions as C++ would, so that no C object defines it? */
static bool calls_mangled(const char *assembly)
{
    for (const char *at = strstr(assembly, "_Z"); at; at = strstr(at + 1, "_Z")) {
        size_t length = strcspn(at, " \t\n@(,");
        for (size_t i = 0; i + 6 < length; i++)
            if (strncmp(at + i, "cairn_", 6) == 0) {
                print_message("    a C++ name: %.*s\n", (int)length, at);
                return true;
            }
    }
    return false;
}

/* 0: no such compiler; 1: compiled; -1: not, and what it said. */
static int compiles(const char *compiler, const char *language, const char *standard,
                    const char *text)
{
    const char *const version[] = {compiler, "--version", NULL};
    const char *const argv[] = {compiler,  "-x",        language,  standard, "-Wall",
                                "-Wextra", "-pedantic", "-Werror", "-I.",    "-S",
                                "-o",      "-",         "-",       NULL};
    struct support_run run = support_run(version, NULL, NULL);
    bool is_there = run.code == 0;
    support_run_close(&run);
    if (!is_there)
        return 0;
    run = support_run(argv, text, NULL);
    if (run.code != 0)
        print_message("    %s %s: %s\n", compiler, standard, run.err);
    bool is_good = run.code == 0 && !calls_mangled(run.out);
    support_run_close(&run);
    return is_good ? 1 : -1;
}

/* Under each of these compilers that is there; SKIPPED, aloud, without any. */
static void compile_all(const char *const *compilers, const char *language, const char *standard)
{
    int done = 0;
    static const char *const drivers[] = {driver, scheduling, routing, sizing};
    for (; *compilers; compilers++) {
        const size_t count = sizeof headers / sizeof *headers;
        for (size_t i = 0; i < count + sizeof drivers / sizeof *drivers; i++) {
            char text[4096];
            if (i < count)
                snprintf(text, sizeof text, "#include \"%s\"\n", headers[i]);
            else
                snprintf(text, sizeof text, "%s", drivers[i - count]);
            int result = compiles(*compilers, language, standard, text);
            assert_int_not_equal(result, -1);
            done += result;
        }
    }
    if (done == 0) {
        print_message("SKIPPED: no compiler for %s here\n", language);
        skip();
    }
    print_message("    %d compilations of %s\n", done, language);
}

static void headers_compile_alone_as_c17(void **state)
{
    static const char *const compilers[] = {"gcc", "clang", NULL};
    (void)state;
    compile_all(compilers, "c", "-std=c17");
}

static void headers_compile_alone_as_cxx17(void **state)
{
    static const char *const compilers[] = {"g++", "clang++", NULL};
    (void)state;
    compile_all(compilers, "c++", "-std=c++17");
}

/* The compilations can fail: a header that needs another, a C++ keyword, an implicit cast. */
static void what_is_no_header_does_not_compile(void **state)
{
    static const char *const compilers[] = {"g++", "clang++", NULL};
    (void)state;
    for (int i = 0; compilers[i]; i++) {
        assert_int_not_equal(compiles(compilers[i], "c++", "-std=c++17", "uint32_t x;\n"), 1);
        assert_int_not_equal(compiles(compilers[i], "c++", "-std=c++17", "int class;\n"), 1);
    }
}

/* <stdint.h>, <stddef.h>, and and the interfaces: wherever they then lie. */
static void headers_include_two_of_the_language_and_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char *text = support_read(headers[i], NULL);
        assert_non_null(text);
        int includes = 0;
        for (const char *at = strstr(text, "#include"); at; at = strstr(at + 1, "#include")) {
            size_t length = strcspn(at, "\n");
            bool is_language = strncmp(at, "#include <stdint.h>", length) == 0 ||
                               strncmp(at, "#include <stddef.h>", length) == 0;
            bool is_interface = (i >= 1 && strncmp(at, "#include \"controller.h\"", length) == 0) ||
                                (i == 4 && (strncmp(at, "#include \"scheduler.h\"", length) == 0 ||
                                            strncmp(at, "#include \"router.h\"", length) == 0 ||
                                            strncmp(at, "#include \"recovery.h\"", length) == 0));
            if (!is_language && !is_interface)
                print_message("    %s: %.*s\n", headers[i], (int)length, at);
            assert_true(is_language || is_interface);
            includes++;
        }
        assert_true(includes > 0);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_compile_alone_as_c17),
        cmocka_unit_test(headers_compile_alone_as_cxx17),
        cmocka_unit_test(what_is_no_header_does_not_compile),
        cmocka_unit_test(headers_include_two_of_the_language_and_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
