/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The documents do as they say.
 *
 * Goal: what a newcomer copies out of a README works, and what a README names is there. Method:
 * every command of README.md's sh blocks runs as it stands, without a shell, in an empty folder,
 * and must end with 0, or with 4 where its comment says "exit code 4", and print something; every
 * line of output that is shown is among what they print; its yaml block is a scenario that
 * validates and runs; a C block of policies/controllers/README.md is the file it shows; and every
 * path between back-ticks, in any README, exists. */
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <limits.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { WORDS = 32, BLOCK = 16384, LINE = 512 };

static char folder[SUPPORT_PATH];
static char program[PATH_MAX];

/* ---- reading Markdown ---------------------------------------------------------------------------
 */

static char *must_read(const char *path)
{
    char *text = support_read(path, NULL);
    if (text == NULL)
        fail_msg("cannot read %s", path);
    return text;
}

/* All blocks that begin with ``` and `language`, joined, into block; how many there are. */
static unsigned read_blocks(const char *text, const char *language, char block[BLOCK])
{
    bool is_inside = false, is_wanted = false;
    size_t used = 0, length;
    unsigned count = 0;
    for (const char *line = text; *line != '\0'; line += length) {
        length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (strncmp(line, "```", 3) == 0) {
            is_inside = !is_inside;
            is_wanted = is_inside && strlen(language) == strcspn(line + 3, " \n") &&
                        strncmp(line + 3, language, strlen(language)) == 0;
            count += is_wanted;
        } else if (is_inside && is_wanted) {
            assert_true(used + length < BLOCK);
            memcpy(block + used, line, length);
            used += length;
        }
    }
    assert_false(is_inside);
    block[used] = '\0';
    return count;
}

/* Cuts a line into words, in place: blanks part them, '…' holds them together, '#' where a word
 * would begin ends the line and *comment is what follows. False where a shell would do more. */
static bool split_line(char *line, const char *words[WORDS], const char **comment)
{
    unsigned count = 0;
    char *to = line;
    *comment = "";
    for (char *at = line; *(at += strspn(at, " ")) != '\0';) {
        if (*at == '#') {
            *comment = at + 1;
            break;
        }
        if (count + 1 == WORDS)
            return false;
        bool is_quoted = false;
        words[count++] = to;
        for (; *at != '\0' && (is_quoted || *at != ' '); at++) {
            if (*at == '\'')
                is_quoted = !is_quoted;
            else if (!is_quoted && strchr("\"$`\\|&;<>*?(){}[]!~", *at) != NULL)
                return false;
            else
                *to++ = *at;
        }
        if (is_quoted)
            return false;
        at += *at != '\0'; /* before `to` writes over it */
        *to++ = '\0';
    }
    words[count] = NULL;
    return count > 0;
}

static void lines_fall_apart_as_a_shell_would_have_it(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words[5], *comment;
    } cases[] = {
        {"a b", {"a", "b"}, ""},
        {"a  b  # why not", {"a", "b"}, " why not"},
        {"a --set 'b=1 GB/s,4' c", {"a", "--set", "b=1 GB/s,4", "c"}, ""},
        {"a b='c d'e#f '#'", {"a", "b=c de#f", "#"}, ""},
        {"a ''", {"a", ""}, ""},
        {"a 'b", {NULL}, ""},
        {"a | b", {NULL}, ""},
        {"a \"b\"", {NULL}, ""},
        {"# nothing", {NULL}, " nothing"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[LINE];
        const char *words[WORDS], *comment;
        snprintf(line, sizeof line, "%s", cases[i].line);
        bool is_good = split_line(line, words, &comment);
        assert_int_equal(is_good, cases[i].words[0] != NULL);
        assert_string_equal(comment, cases[i].comment);
        for (size_t j = 0; is_good && (j == 0 || words[j - 1] != NULL); j++) {
            if (cases[i].words[j] == NULL)
                assert_null(words[j]);
            else
                assert_string_equal(words[j], cases[i].words[j]);
        }
    }
}

/* ---- commands -----------------------------------------------------------------------------------
 */

static char said[BLOCK * 4]; /* by all commands so far */

/* Ends with `code` and says something; otherwise prints what it did instead. */
static bool is_as_promised(const char *what, const char *const argv[], int code)
{
    struct support_run run = support_run(argv, NULL, folder);
    size_t used = strlen(said);
    assert_true(used + strlen(run.out) < sizeof said);
    snprintf(said + used, sizeof said - used, "%s", run.out);
    bool is_good = run.code == code && run.out[0] != '\0';
    printf("%s: exit code %d, %zu bytes: %s\n", is_good ? "ok" : "WRONG", run.code, strlen(run.out),
           what);
    if (!is_good)
        printf("    promised: exit code %d and some output. stderr: %s\n", code, run.err);
    support_run_close(&run);
    return is_good;
}

/* The one block of this language becomes a file where the commands run. */
static void write_block(const char *text, const char *language, const char *name)
{
    static char block[BLOCK];
    char path[SUPPORT_PATH + 16];
    assert_int_equal(read_blocks(text, language, block), 1);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(support_write(path, block, strlen(block)));
}

static void every_command_of_the_readme_does_as_it_says(void **state)
{
    (void)state;
    static char block[BLOCK];
    static const char name[] = "build/cairn ";
    char *text = must_read("README.md");
    unsigned count = 0, wrong = 0;
    write_block(text, "yml", "tasks.yaml");
    assert_true(read_blocks(text, "sh", block) > 0);
    free(text);
    for (char *line = block, *end; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n')
            *end++ = '\0';
        if (strncmp(line, name, strlen(name)) != 0)
            continue;
        char copy[LINE];
        const char *words[WORDS], *comment;
        assert_true(strlen(line) < sizeof copy);
        snprintf(copy, sizeof copy, "%.*s", (int)sizeof copy - 1, line);
        if (!split_line(copy, words, &comment))
            fail_msg("%s\nneeds a shell, or too many words", line);
        words[0] = program;
        wrong += !is_as_promised(line, words, strstr(comment, "exit code 4") != NULL ? 4 : 0);
        count++;
    }
    assert_true(count > 0);
    assert_int_equal(wrong, 0);
}

/* What a command prints begins with two blanks, and a block with four. */
static void every_line_of_output_in_the_readme_was_printed(void **state)
{
    (void)state;
    char *text = must_read("README.md");
    unsigned count = 0, wrong = 0;
    bool is_fenced = false; /* scenarios and commands */
    size_t length;
    for (const char *line = text; *line != '\0'; line += length + (line[length] == '\n')) {
        char copy[LINE];
        length = strcspn(line, "\n");
        is_fenced ^= strncmp(line, "```", 3) == 0;
        if (is_fenced || strncmp(line, "      ", 6) != 0)
            continue;
        snprintf(copy, sizeof copy, "%.*s\n", (int)length - 4, line + 4);
        count++;
        if (strstr(said, copy) != NULL)
            continue;
        printf("README.md shows this, which no command of it prints: %s", copy);
        wrong++;
    }
    free(text);
    assert_true(count > 0);
    assert_int_equal(wrong, 0);
}

static void as_many_scenarios_are_built_in_as_the_readme_says(void **state)
{
    (void)state;
    static const char command[] = "build/cairn list scenarios";
    const char *const words[] = {program, "list", "scenarios", NULL};
    char *text = must_read("README.md");
    const char *line = strstr(text, command);
    unsigned promised, count = 0;
    assert_non_null(line);
    line += strlen(command);
    line += strspn(line, " #");
    promised = (unsigned)strtoul(line, NULL, 10);
    struct support_run run = support_run(words, NULL, folder);
    for (const char *at = run.out; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    support_run_close(&run);
    free(text);
    assert_int_equal(count, promised);
}

static void the_scenario_of_the_readme_validates_and_runs(void **state)
{
    (void)state;
    char *text = must_read("README.md");
    write_block(text, "yaml", "mine.yaml");
    free(text);
    const char *const validate[] = {program, "validate", "mine.yaml", NULL};
    const char *const run[] = {program, "run", "mine.yaml", "--reps", "5", NULL};
    assert_true(is_as_promised("cairn validate mine.yaml", validate, 0));
    assert_true(is_as_promised("cairn run mine.yaml --reps 5", run, 0));
}

/* Every row of the picture, and its title, stands in what the command prints. */
static void the_timeline_of_the_readme_is_what_is_drawn(void **state)
{
    (void)state;
    char *text = must_read("README.md");
    write_block(text, "yml", "tasks.yaml");
    struct support_run run = support_run(
        (const char *const[]){program, "run", "tasks.yaml", "--timeline", "--rep", "1", NULL}, NULL,
        folder);
    unsigned rows = 0;
    const char *line = strstr(text, "\n    timeline of replication 1 (");
    assert_non_null(line);
    while (strncmp(++line, "    ", 4) == 0) {
        char wanted[LINE];
        size_t length = strcspn(line, "\n");
        snprintf(wanted, sizeof wanted, "\n%.*s\n", (int)length - 4, line + 4);
        if (strstr(run.out, wanted) == NULL)
            fail_msg("cairn does not draw what the README shows:%s", wanted);
        rows += strchr(wanted, '|') != NULL;
        line += length;
    }
    assert_true(rows >= 3);
    support_run_close(&run);
    free(text);
}

/* ---- what is shown and named --------------------------------------------------------------------
 */

static void the_example_controller_is_the_file_it_shows(void **state)
{
    (void)state;
    static char block[BLOCK];
    char *text = must_read("policies/controllers/README.md");
    char *file = must_read("policies/controllers/young.c");
    assert_int_equal(read_blocks(text, "c", block), 1);
    assert_string_equal(block, file);
    free(text);
    free(file);
}

/* Is it a path from the project's root, or a source beside the README? Placeholders hold a word in
 * capitals, patterns a star. */
static bool is_path(const char *text, size_t length)
{
    static const char *const tops[] = {"sim/",    "policies/", "workloads/",
                                       "traces/", "analysis/", "tests/"};
    bool is_below = length > 2 && text[length - 2] == '.' && strchr("ch", text[length - 1]) != NULL;
    for (size_t i = 0; i < COUNT(tops); i++)
        is_below = is_below || strncmp(text, tops[i], strlen(tops[i])) == 0;
    for (size_t i = 0; i < length; i++) {
        bool is_capital = text[i] >= 'A' && text[i] <= 'Z';
        if (strchr(" *{}<>=(,:", text[i]) != NULL)
            return false;
        if (is_capital && text[i + 1] >= 'A' && text[i + 1] <= 'Z' &&
            strncmp(text + i, "README", 6) != 0 && strncmp(text + i, "CHANGES", 7) != 0 &&
            strncmp(text + i, "LICENSE", 7) != 0)
            return false;
        while (is_capital && text[i + 1] >= 'A' && text[i + 1] <= 'Z')
            i++;
    }
    return is_below && length < 200;
}

/* A file, a folder, or the common name of a pair .h and .c, in the root or beside `readme`. */
static bool is_there(const char *readme, const char *text, size_t length)
{
    static const char *const endings[] = {"", ".h", ".c"};
    for (size_t i = 0; i < COUNT(endings); i++) {
        char path[SUPPORT_PATH], beside[SUPPORT_PATH];
        int folder_length = (int)(strlen(readme) - strlen("README.md"));
        snprintf(path, sizeof path, "%.*s%s", (int)length, text, endings[i]);
        snprintf(beside, sizeof beside, "%.*s%.*s%s", folder_length, readme, (int)length, text,
                 endings[i]);
        if (access(path, F_OK) == 0 || access(beside, F_OK) == 0)
            return true;
    }
    return false;
}

static unsigned count_paths(const char *name, const char *text, unsigned *missing)
{
    unsigned count = 0;
    for (const char *at = text; (at = strchr(at, '`')) != NULL;) {
        at += strspn(at, "`");
        size_t length = strcspn(at, "`\n");
        if (at[length] != '`')
            continue; /* the fence of a block */
        if (is_path(at, length)) {
            count++;
            if (!is_there(name, at, length)) {
                printf("%s names %.*s, which is not there\n", name, (int)length, at);
                ++*missing;
            }
        }
        at += length + 1;
    }
    return count;
}

static void every_path_that_a_readme_names_exists(void **state)
{
    (void)state;
    static const char *const patterns[] = {"README.md", "*/README.md", "*/*/README.md"};
    unsigned count = 0, missing = 0;
    glob_t found = {0};
    for (size_t i = 0; i < COUNT(patterns); i++)
        assert_int_equal(glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *text = must_read(found.gl_pathv[i]);
        count += count_paths(found.gl_pathv[i], text, &missing);
        free(text);
    }
    printf("%zu documents name %u paths\n", found.gl_pathc, count);
    globfree(&found);
    assert_true(count > 0);
    assert_int_equal(missing, 0);
}

static int set_up(void **state)
{
    (void)state;
    const char *given = getenv("CAIRN_BIN");
    if (realpath(given != NULL ? given : "build/cairn", program) == NULL) {
        printf("cannot find %s\n", given != NULL ? given : "build/cairn");
        return -1;
    }
    return support_folder(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_fall_apart_as_a_shell_would_have_it),
        cmocka_unit_test(every_command_of_the_readme_does_as_it_says),
        cmocka_unit_test(every_line_of_output_in_the_readme_was_printed),
        cmocka_unit_test(as_many_scenarios_are_built_in_as_the_readme_says),
        cmocka_unit_test(the_scenario_of_the_readme_validates_and_runs),
        cmocka_unit_test(the_timeline_of_the_readme_is_what_is_drawn),
        cmocka_unit_test(the_example_controller_is_the_file_it_shows),
        cmocka_unit_test(every_path_that_a_readme_names_exists),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
