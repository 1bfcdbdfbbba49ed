/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: figures are whole or absent, the same bytes every time, and drawing a hostile label runs
 * nothing. Method: gnuplot draws a few dozen labels in a folder where a canary file would appear;
 * failures are provoked with limits, permissions, and programs that only claim to be gnuplot. */
#include "analysis/plot.h"
#include "sim/base/arena.h"
#include "tests/analysis/figure_sample.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char folder[] = "/tmp/cairn-test-plot-XXXXXX";
static struct diag diag;
static struct arena arena;

static const char *path_of(const char *name)
{
    static char path[4][512];
    static unsigned next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static struct source file_read(const char *name)
{
    struct source source;
    assert_int_equal(io_read(path_of(name), 1u << 24, &arena, &source, &diag), STATUS_OK);
    return source;
}

static void assert_same_bytes(struct source a, struct source b)
{
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.text, b.text, a.length);
}

/* Entries of the folder, temporary ones included. */
static size_t entries(void)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static void folder_clear(void)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            unlink(path_of(entry->d_name));
    closedir(dir);
}

static int test_setup(void **state)
{
    (void)state;
    diag_init(&diag);
    arena_reset(&arena);
    folder_clear();
    return 0;
}

static bool has_gnuplot(void)
{
    return access("/usr/bin/gnuplot", X_OK) == 0 || access("/usr/local/bin/gnuplot", X_OK) == 0;
}

static void need_gnuplot(void)
{
    if (has_gnuplot())
        return;
    print_message("SKIPPED: gnuplot is not installed\n");
    skip();
}

/* ------------------------------------------------------------------ hostile labels */

static void drawing_hostile_labels_runs_nothing(void **state)
{
    (void)state;
    need_gnuplot();
    char label[64];
    uint64_t random = 7;
    char *before = getcwd(NULL, 0);
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < COUNT(hostile) + 15; i++) {
        struct sample sample;
        label_draw(&random, label);
        sample_make(&sample, i < COUNT(hostile) ? hostile[i] : label);
        enum status status = plot_write(&sample.figure, path_of("h.svg"), true, &diag);
        if (status != STATUS_OK)
            fail_msg("label %zu: %s", i, diag.text[0]);
        struct source image = file_read("h.svg");
        assert_null(strstr(image.text, "<script"));
        assert_int_equal(access(path_of("canary"), F_OK), -1);
        assert_int_equal(entries(), 3);
    }
    assert_int_equal(chdir(before), 0);
    free(before);
    assert_int_equal(access("canary", F_OK), -1);
}

static void texts_come_out_as_they_went_in(void **state)
{
    (void)state;
    need_gnuplot();
    struct sample sample;
    sample_make(&sample, "w, x = 5 %; {y} `z` $(q)");
    assert_int_equal(plot_write(&sample.figure, path_of("t.svg"), false, &diag), STATUS_OK);
    struct source image = file_read("t.svg");
    size_t seen = 0;
    const char *text = "<text>w, x = 5 %; {y} `z` $(q)";
    for (const char *at = image.text; (at = strstr(at, text)) != NULL; at++)
        seen++;
    /* title, caption, two axes, four legend entries and the marker's, three rules, five names */
    assert_int_equal(seen, 1 + 1 + 2 + 5 + 3 + 5);
    assert_non_null(strstr(image.text, "$(q) (h)<"));
    assert_non_null(strstr(image.text, "$(q) (%)<"));
    assert_non_null(strstr(image.text, "$(q) (95 %)<"));
}

/* ------------------------------------------------------------------ the same bytes */

static void same_figure_gives_the_same_bytes(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const names[] = {"s.svg", "s.png"};
    struct sample sample;
    sample_make(&sample, "label");
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(plot_write(&sample.figure, path_of(names[i]), true, &diag), STATUS_OK);
        struct source image = file_read(names[i]), script = file_read("s.gp");
        struct source data = file_read("s.csv");
        assert_int_equal(plot_write(&sample.figure, path_of(names[i]), true, &diag), STATUS_OK);
        assert_same_bytes(file_read(names[i]), image);
        assert_same_bytes(file_read("s.gp"), script);
        assert_same_bytes(file_read("s.csv"), data);
    }
}

/* As a reader would do it: their own shell and environment, in the folder, one argument. */
static void script_alone_draws_the_image_again(void **state)
{
    (void)state;
    need_gnuplot();
    struct sample sample;
    sample_make(&sample, "label, with a comma");
    assert_int_equal(plot_write(&sample.figure, path_of("again.svg"), false, &diag), STATUS_OK);
    struct source image = file_read("again.svg");
    assert_int_equal(unlink(path_of("again.svg")), 0);
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) == 0)
            execlp("gnuplot", "gnuplot", "again.gp", (char *)NULL);
        _exit(127);
    }
    int result = 0;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    assert_same_bytes(file_read("again.svg"), image);
}

static void terminal_figure_is_text_of_the_size_asked_for(void **state)
{
    (void)state;
    need_gnuplot();
    static char text[1 << 16];
    struct sample sample;
    sample_make(&sample, "label");
    sample.figure.title = "Waste";
    assert_int_equal(plot_text(&sample.figure, 72, 22, false, text, sizeof text, &diag), STATUS_OK);
    assert_non_null(strstr(text, "Waste"));
    assert_null(strchr(text, '\x1b'));
    size_t lines = 0;
    for (const char *line = text; *line != '\0'; lines++) {
        size_t length = strcspn(line, "\n");
        assert_true(length <= 72);
        line += length + (line[length] == '\n');
    }
    assert_in_range(lines, 20, 22);
    char small[64];
    assert_int_equal(plot_text(&sample.figure, 72, 22, true, small, sizeof small, &diag),
                     STATUS_OK);
    assert_int_equal(strlen(small), sizeof small - 1);
}

/* ------------------------------------------------------------------ refusals and failures */

static void bad_names_are_refused_and_nothing_is_written(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a b.svg", "a'b.svg", "a`b`.svg", "$(x).svg",  "-x.svg",   ".x.svg",
        "x.pdf",   "x",       ".svg",     "",          "a\nb.svg", "\xC3\xA9.svg",
        "a|b.svg", "a;b.png", "a%.svg",   "/dev/full",
    };
    struct sample sample;
    sample_make(&sample, "label");
    for (size_t i = 0; i < COUNT(names); i++) {
        diag_init(&diag);
        assert_int_equal(plot_write(&sample.figure, path_of(names[i]), true, &diag), STATUS_INPUT);
        assert_int_equal(diag.errors, 1);
        assert_int_equal(entries(), 0);
    }
    char long_name[256];
    memset(long_name, 'n', sizeof long_name);
    memcpy(long_name + 200, ".svg", 5);
    assert_int_equal(plot_write(&sample.figure, path_of(long_name), true, &diag), STATUS_INPUT);
    assert_int_equal(entries(), 0);
}

static void existing_files_are_kept_unless_forced(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const names[] = {"k.svg", "k.gp", "k.csv"};
    struct sample sample;
    sample_make(&sample, "label");
    for (size_t i = 0; i < COUNT(names); i++) {
        FILE *file = fopen(path_of(names[i]), "w");
        assert_non_null(file);
        fputs("mine", file);
        fclose(file);
        assert_int_equal(plot_write(&sample.figure, path_of("k.svg"), false, &diag), STATUS_INPUT);
        assert_int_equal(entries(), 1);
        assert_int_equal(file_read(names[i]).length, 4);
        unlink(path_of(names[i]));
    }
}

/* A program of that name in the working folder is not gnuplot: only absolute parts of PATH count.
 */
static void missing_gnuplot_leaves_script_and_data_and_a_note(void **state)
{
    (void)state;
    static const char *const paths[] = {"", ":", ".:bin", "/nonexistent:"};
    char text[100], *saved = strdup(getenv("PATH") == NULL ? "/usr/bin" : getenv("PATH"));
    char bin[] = "/tmp/cairn-test-bin-XXXXXX", *before = getcwd(NULL, 0);
    struct sample sample;
    sample_make(&sample, "label");
    assert_non_null(mkdtemp(bin));
    assert_int_equal(chdir(bin), 0);
    assert_int_equal(symlink("/bin/false", "gnuplot"), 0);
    for (size_t i = 0; i < COUNT(paths); i++) {
        diag_init(&diag);
        setenv("PATH", paths[i], 1);
        enum status status = plot_write(&sample.figure, path_of("n.svg"), true, &diag);
        enum status shown = plot_text(&sample.figure, 80, 24, false, text, sizeof text, &diag);
        setenv("PATH", saved, 1);
        assert_int_equal(status, STATUS_OK);
        assert_int_equal(shown, STATUS_OK);
        assert_string_equal(text, "");
        assert_int_equal(diag.errors, 0);
        assert_int_equal(diag.warnings, 2);
        assert_int_equal(entries(), 2);
        assert_true(file_read("n.gp").length > 500 && file_read("n.csv").length > 500);
    }
    unlink("gnuplot");
    assert_int_equal(chdir(before), 0);
    rmdir(bin);
    free(before);
    free(saved);
}

static void unwritable_folders_are_said(void **state)
{
    (void)state;
    struct sample sample;
    sample_make(&sample, "label");
    static const char *const paths[] = {"/nonexistent/f.svg", "/proc/f.svg", "/dev/null/f.svg"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        diag_init(&diag);
        assert_int_not_equal(plot_write(&sample.figure, paths[i], true, &diag), STATUS_OK);
        assert_int_equal(diag.errors, 1);
    }
}

/* A limit on the size of files stands for a disk that fills up: while the texts are written, and
 * later, while gnuplot writes the image. */
static void a_full_disk_leaves_nothing_behind(void **state)
{
    (void)state;
    need_gnuplot();
    struct sample sample;
    struct rlimit old;
    sample_make(&sample, "label");
    assert_int_equal(plot_write(&sample.figure, path_of("d.svg"), false, &diag), STATUS_OK);
    size_t image = file_read("d.svg").length, data = file_read("d.csv").length;
    assert_true(image > data);
    const rlim_t limits[] = {0, 100, data - 1, image / 2, image - 1};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < COUNT(limits); i++) {
        folder_clear();
        diag_init(&diag);
        struct rlimit small = {limits[i], old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        enum status status = plot_write(&sample.figure, path_of("d.svg"), false, &diag);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_not_equal(status, STATUS_OK);
        assert_int_equal(diag.errors, 1);
        assert_int_equal(entries(), 0);
    }
    signal(SIGXFSZ, SIG_DFL);
}

/* Programs named gnuplot that fail in each way a process can. */
static void a_failing_gnuplot_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *script, *said;
    } cases[] = {
        {"echo no such terminal >&2; exit 3", "no such terminal"},
        {"kill -9 $$", "killed"},
        {"exit 0", "f.svg"},
        {"echo '<svg>half of it, and nothing more' >f.svg", "in part"},
    };
    char bin[] = "/tmp/cairn-test-bin-XXXXXX", program[64];
    char *saved = strdup(getenv("PATH") == NULL ? "/usr/bin" : getenv("PATH"));
    struct sample sample;
    sample_make(&sample, "label");
    assert_non_null(mkdtemp(bin));
    snprintf(program, sizeof program, "%s/gnuplot", bin);
    for (size_t i = 0; i < COUNT(cases); i++) {
        FILE *file = fopen(program, "w");
        assert_non_null(file);
        fprintf(file, "#!/bin/sh\n%s\n", cases[i].script);
        fclose(file);
        chmod(program, 0755);
        diag_init(&diag);
        setenv("PATH", bin, 1);
        enum status status = plot_write(&sample.figure, path_of("f.svg"), false, &diag);
        setenv("PATH", saved, 1);
        assert_int_not_equal(status, STATUS_OK);
        assert_int_equal(diag.errors, 1);
        assert_non_null(strstr(diag.text[0], cases[i].said));
        assert_int_equal(entries(), 0);
    }
    unlink(program);
    rmdir(bin);
    free(saved);
}

/* One point, no width; values of every size; logarithms with nothing above zero; gaps. */
static void odd_data_are_drawn(void **state)
{
    (void)state;
    need_gnuplot();
    static const struct {
        double x[3], y[3];
        bool is_log;
    } cases[] = {
        {{1, 1, 1}, {5, 5, 5}, false},
        {{0, 0, 0}, {0, 0, 0}, false},
        {{-3, 0, 3}, {-1, (double)NAN, 1}, false},
        {{1e-9, 1, 1e9}, {1e-12, 1, 1e12}, true},
        {{0, 1, 2}, {0, 1, 2}, true},
        {{-1, -2, -3}, {-1, -2, -3}, true},
        {{1e300, 1e301, 2e301}, {1, 2, 3}, false},
        {{1, 2, 3}, {1e6, 2e6, 2.5e6}, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int unit = FIGURE_NUMBER; unit <= FIGURE_FRACTION; unit++) {
            struct figure_series series = {
                "s", FIGURE_ERRORBARS, 0, 3, cases[i].x, cases[i].y, cases[i].y, cases[i].y, NULL};
            struct figure figure = {"t",
                                    "c",
                                    {"x", (enum figure_unit)unit, cases[i].is_log},
                                    {"y", (enum figure_unit)unit, cases[i].is_log},
                                    &series,
                                    1};
            enum status status = plot_write(&figure, path_of("o.svg"), true, &diag);
            if (status != STATUS_OK)
                fail_msg("case %zu unit %d: %s", i, unit, diag.text[0]);
        }
    }
}

static int suite_setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return mkdtemp(folder) == NULL;
}

static int suite_teardown(void **state)
{
    (void)state;
    folder_clear();
    arena_fini(&arena);
    return rmdir(folder);
}

#define CLAIM(name) cmocka_unit_test_setup(name, test_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(drawing_hostile_labels_runs_nothing),
        CLAIM(texts_come_out_as_they_went_in),
        CLAIM(same_figure_gives_the_same_bytes),
        CLAIM(script_alone_draws_the_image_again),
        CLAIM(terminal_figure_is_text_of_the_size_asked_for),
        CLAIM(bad_names_are_refused_and_nothing_is_written),
        CLAIM(existing_files_are_kept_unless_forced),
        CLAIM(missing_gnuplot_leaves_script_and_data_and_a_note),
        CLAIM(unwritable_folders_are_said),
        CLAIM(a_full_disk_leaves_nothing_behind),
        CLAIM(a_failing_gnuplot_is_said_and_leaves_nothing),
        CLAIM(odd_data_are_drawn),
    };
    return cmocka_run_group_tests(tests, suite_setup, suite_teardown);
}
