/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tidy trips over each thing it forbids, and over nothing else.
 *
 * Goal: a rule that never fires is no rule. Method: one file a case in an otherwise empty tree;
 * tidy must give exactly the expected error, at the expected line, or none. */
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define GPL       "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
#define APACHE    "/* SPDX-License-Identifier: Apache-2.0 */\n"
#define C         GPL "/* A file. */\n"
#define P         APACHE "/* A file. */\n"
#define TEN(x)    x x x x x x x x x x
#define LINES_67  TEN("\n") TEN("\n") TEN("\n") TEN("\n") TEN("\n") TEN("\n") "\n\n\n\n\n\n\n"
#define BLANKS_90 TEN("         ")

static const struct fixture {
    const char *path, *text, *expected; /* NULL: no error; else how the only one begins */
} fixtures[] = {
    /* the licence and the opening */
    {"sim/model/a.c", C, NULL},
    {"sim/model/a.c", P, "sim/model/a.c:1: error: the first line is not"},
    {"sim/base/a.c", C, "sim/base/a.c:1: error: the first line is not"},
    {"policies/controllers/a.c", C, "policies/controllers/a.c:1: error: the first line is not"},
    {"sim/model/a.c", GPL "int x(void);\n", "sim/model/a.c:1: error: the second line begins no"},
    {"sim/model/a.c", GPL "/* A title\n * of two lines. */\n",
     "sim/model/a.c:2: error: the title is"},
    {"sim/model/a.h", C "#ifndef A_H\n#define A_H\n#endif\n", NULL},
    {"sim/model/a.h", C "#ifndef A_H\n#define B_H\n#endif\n",
     "sim/model/a.h:1: error: no include guard"},
    {"sim/model/a.h", C "int x(void);\n", "sim/model/a.h:1: error: no include guard"},
    /* the dependency law */
    {"sim/base/a.c", P "#include \"sim/base/b.h\"\n", NULL},
    {"sim/base/a.c", P "#include \"sim/kernel/b.h\"\n",
     "sim/base/a.c:3: error: \"sim/kernel/b.h\" breaks"},
    {"sim/kernel/a.c", C "#include \"sim/model/b.h\"\n",
     "sim/kernel/a.c:3: error: \"sim/model/b.h\""},
    {"sim/model/a.c", C "#include \"policies/b.h\"\n", NULL},
    {"sim/model/a.c", C "#include \"workloads/b.h\"\n",
     "sim/model/a.c:3: error: \"workloads/b.h\" breaks"},
    {"sim/campaign/a.c", C "#include \"analysis/b.h\"\n",
     "sim/campaign/a.c:3: error: \"analysis/b.h\""},
    {"policies/a.c", P "#include \"sim/base/fmath.h\"\n", NULL},
    {"policies/a.c", P "#include \"sim/base/law.h\"\n",
     "policies/a.c:3: error: \"sim/base/law.h\" breaks"},
    {"workloads/a.c", C "#include \"sim/model/spec.h\"\n", NULL},
    {"workloads/a.c", C "#include \"sim/model/run.h\"\n",
     "workloads/a.c:3: error: \"sim/model/run.h\""},
    {"workloads/a.c", C "#include \"traces/csv.h\"\n",
     "workloads/a.c:3: error: \"traces/csv.h\" breaks"},
    {"traces/a.c", C "#include \"workloads/b.h\"\n",
     "traces/a.c:3: error: \"workloads/b.h\" breaks"},
    {"analysis/a.c", C "#include \"traces/csv.h\"\n", NULL},
    {"analysis/a.c", C "#include \"traces/b.h\"\n", "analysis/a.c:3: error: \"traces/b.h\" breaks"},
    {"sim/cli/a.c", C "#include \"analysis/b.h\"\n", NULL},
    {"sim/cli/a.c", C "#include \"tests/b.h\"\n", "sim/cli/a.c:3: error: \"tests/b.h\" breaks"},
    {"sim/new/a.c", C "#include \"sim/base/b.h\"\n",
     "sim/new/a.c:3: error: \"sim/base/b.h\" breaks"},
    {"sim/model/a.c", C "#include \"b.h\"\n", "sim/model/a.c:3: error: \"b.h\" says no folder"},
    {"sim/model/a.c", C "/* #include \"b.h\" */\n", NULL},
    /* doors of foreign libraries */
    {"sim/model/a.c", C "#include <gsl/gsl_math.h>\n",
     "sim/model/a.c:3: error: <gsl/gsl_math.h> is not"},
    {"analysis/a.c", C "#include <gsl/gsl_math.h>\n", NULL},
    {"analysis/a.c", C "#include <csv.h>\n", "analysis/a.c:3: error: <csv.h> is not"},
    {"workloads/a.c", C "#include <yaml.h>\n", "workloads/a.c:3: error: <yaml.h> is not"},
    {"workloads/yaml.c", C "#include <yaml.h>\n", NULL},
    {"sim/campaign/a.c", C "#include <pthread.h>\n",
     "sim/campaign/a.c:3: error: <pthread.h> is not"},
    {"sim/model/a.c", C "#include <Random123/philox.h>\n",
     "sim/model/a.c:3: error: <Random123/philox.h>"},
    /* banned calls */
    {"sim/model/a.c", C "void f(void)\n{\n    qsort(0);\n}\n",
     "sim/model/a.c:5: error: qsort is banned"},
    {"sim/cli/a.c", C "void f(void)\n{\n    atoi(0);\n}\n", "sim/cli/a.c:5: error: atoi is banned"},
    {"tests/sim/a.c", C "void f(void)\n{\n    system(0);\n}\n",
     "tests/sim/a.c:5: error: system is banned"},
    {"tests/sim/a.c", C "void f(void)\n{\n    sleep(1);\n}\n",
     "tests/sim/a.c:5: error: sleep is banned"},
    {"sim/model/a.c", C "void f(void)\n{\n    printf(0);\n}\n",
     "sim/model/a.c:5: error: printf is"},
    {"sim/cli/a.c", C "void f(void)\n{\n    printf(0);\n}\n", NULL},
    {"sim/model/a.c", C "void f(void)\n{\n    malloc(1);\n}\n",
     "sim/model/a.c:5: error: malloc is"},
    {"sim/base/arena.c", P "void f(void)\n{\n    malloc(1);\n}\n", NULL},
    {"sim/base/text.c", P "void f(void)\n{\n    open(1);\n}\n",
     "sim/base/text.c:5: error: open is"},
    {"sim/base/io.c", P "void f(void)\n{\n    open(1);\n}\n", NULL},
    {"sim/model/a.c", C "void f(void)\n{\n    time(0);\n}\n",
     "sim/model/a.c:5: error: time is banned"},
    {"sim/model/a.c", C "void f(void)\n{\n    x->time(0), x.time(0);\n}\n", NULL},
    {"sim/model/a.c", C "void f(void)\n{\n    g(\"time(\", '(', time);\n}\n", NULL},
    {"traces/a.c", C "void f(void)\n{\n    log (1);\n}\n",
     "traces/a.c:5: error: log is banned; libm"},
    {"analysis/a.c", C "void f(void)\n{\n    log(1);\n}\n", NULL},
    {"policies/a.c", P "void f(void)\n{\n    gsl_x(1);\n}\n",
     "policies/a.c:5: error: gsl_x is banned"},
    {"sim/model/a.c", C "#define F(x) \\\n    pow(x)\n", "sim/model/a.c:4: error: pow is banned"},
    {"sim/model/a.c", C "void f(long double x);\n", "sim/model/a.c:3: error: long double is"},
    /* objects that can change */
    {"sim/model/a.c", C "static const int x[] = {1, 2};\n", NULL},
    {"sim/model/a.c", C "int f(int);\nextern int y;\nstruct z;\nstruct w {\n    int i;\n};\n",
     NULL},
    {"sim/model/a.c", C "static int x;\n", "sim/model/a.c:3: error: an object that can change"},
    {"sim/model/a.c", C "int x[2] = {1, 2};\n",
     "sim/model/a.c:3: error: an object that can change"},
    {"sim/model/a.c", C "const char *x[] = {0};\n",
     "sim/model/a.c:3: error: an object that can change"},
    {"sim/model/a.c", C "const char *const x[] = {0};\n", NULL},
    {"sim/model/a.c", C "static void (*x)(void);\n", "sim/model/a.c:3: error: an object that can"},
    {"sim/model/a.c", C "struct z {\n    int i;\n} x;\n",
     "sim/model/a.c:3: error: an object that can"},
    {"sim/model/a.c", C "void f(void)\n{\n    static int x;\n}\n",
     "sim/model/a.c:5: error: an object"},
    {"sim/model/a.c", C "void f(void)\n{\n    static const int x = 1;\n}\n", NULL},
    {"sim/cli/a.c", C "static volatile sig_atomic_t x;\n", NULL},
    {"tests/a.c", C "static int x;\n", NULL},
    /* functions, lines, names, words */
    {"sim/model/a.c", C "void f(int n)\n{\n    f(n);\n}\n",
     "sim/model/a.c:5: error: f calls itself"},
    {"sim/model/a.c", C "void f(int n)\n{\n    x->f(n);\n}\n", NULL},
    {"sim/model/a.c", C "void f(void)\n{\n" LINES_67 "}\n", NULL},
    {"sim/model/a.c", C "void f(void)\n{\n" LINES_67 "\n}\n",
     "sim/model/a.c:3: error: f has 71 lines"},
    {"sim/model/a.c",
     C "/* tidy: allow long-function, a test */\nvoid f(void)\n{\n" LINES_67 "\n}\n", NULL},
    {"sim/model/a.c",
     C TEN(TEN("\n")) TEN(TEN("\n")) TEN(TEN("\n")) TEN(TEN("\n")) TEN(TEN("\n")) TEN(TEN("\n")),
     "sim/model/a.c:1: error: 602 lines; at most 600"},
    {"sim/model/a.c", C BLANKS_90 "int f(11);\n", NULL},
    {"sim/model/a.c", C BLANKS_90 "int f(111);\n", "sim/model/a.c:3: error: 101 columns"},
    {"sim/model/a.c", C BLANKS_90 "/* \xc3\xa4\xc3\xb6\xc3\xa4\xc3\xb6 */\n", NULL},
    {"sim/model/a.c", C "\tint f(void);\n", "sim/model/a.c:3: error: a tab"},
    {"sim/model/a.c", C "/* TODO */\n", "sim/model/a.c:3: error: TODO; do it"},
    {"tests/a.sh", "# FIXME\n", "tests/a.sh:1: error: FIXME; do it"},
    {"helpers.c", C, "helpers.c:1: error: not a name for the top level"},
};

/* Makes the folders on the way to path/below, with a README.md in each. */
static void make_folders(const char *root, const char *below)
{
    char path[2 * SUPPORT_PATH];
    snprintf(path, sizeof(path), "%s/README.md", root);
    assert_true(support_write(path, "x\n", 2));
    for (const char *end = strchr(below, '/'); end != NULL; end = strchr(end + 1, '/')) {
        snprintf(path, sizeof(path), "%s/%.*s", root, (int)(end - below), below);
        mkdir(path, 0777);
        snprintf(path, sizeof(path), "%s/%.*s/README.md", root, (int)(end - below), below);
        assert_true(support_write(path, "x\n", 2));
    }
}

static void add_file(const char *root, const char *name, const char *text)
{
    char path[2 * SUPPORT_PATH];
    make_folders(root, name);
    snprintf(path, sizeof(path), "%s/%s", root, name);
    assert_true(support_write(path, text, strlen(text)));
}

static struct support_run run_tidy(const char *root)
{
    const char *program = getenv("CAIRN_TIDY");
    const char *const argv[] = {program != NULL ? program : "build/tidy", root, NULL};
    return support_run(argv, NULL, NULL);
}

static unsigned count_errors(const char *out)
{
    unsigned count = 0;
    for (const char *at = out; (at = strstr(at, ": error: ")) != NULL; at++)
        count++;
    return count;
}

static void each_rule_fires_where_it_should(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++) {
        const struct fixture *fixture = &fixtures[i];
        char root[SUPPORT_PATH];
        assert_true(support_folder(root));
        add_file(root, fixture->path, fixture->text);
        struct support_run run = run_tidy(root);
        bool is_right = fixture->expected == NULL ? run.code == 0 && count_errors(run.out) == 0
                                                  : run.code == 1 && count_errors(run.out) == 1 &&
                                                        strncmp(run.out, fixture->expected,
                                                                strlen(fixture->expected)) == 0;
        if (!is_right)
            printf("case %zu wants %s, gets code %d:\n%s%s", i,
                   fixture->expected != NULL ? fixture->expected : "no error", run.code, run.out,
                   run.err);
        wrong += !is_right;
        support_run_close(&run);
        support_folder_remove(root);
    }
    assert_int_equal(wrong, 0);
}

static void a_base_name_is_used_once(void **state)
{
    (void)state;
    char root[SUPPORT_PATH];
    assert_true(support_folder(root));
    add_file(root, "sim/model/a.c", C);
    add_file(root, "sim/model/a.h", C "#ifndef A_H\n#define A_H\n#endif\n");
    struct support_run run = run_tidy(root);
    assert_int_equal(run.code, 0);
    support_run_close(&run);
    add_file(root, "traces/a.c", C);
    run = run_tidy(root);
    assert_int_equal(run.code, 1);
    assert_non_null(strstr(run.out, "a base name is used once"));
    support_run_close(&run);
    support_folder_remove(root);
}

static void a_folder_of_code_has_a_readme(void **state)
{
    (void)state;
    char root[SUPPORT_PATH], path[2 * SUPPORT_PATH];
    assert_true(support_folder(root));
    add_file(root, "traces/a.c", C);
    snprintf(path, sizeof(path), "%s/traces/README.md", root);
    assert_int_equal(remove(path), 0);
    struct support_run run = run_tidy(root);
    assert_int_equal(run.code, 1);
    assert_non_null(strstr(run.out, "traces:1: error: no README.md"));
    support_run_close(&run);
    support_folder_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_fires_where_it_should),
        cmocka_unit_test(a_base_name_is_used_once),
        cmocka_unit_test(a_folder_of_code_has_a_readme),
    };
    return cmocka_run_group_tests_name("tidy", tests, NULL, NULL);
}
