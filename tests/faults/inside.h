/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fault tests share: cairn inside this process, its streams caught, a folder watched.
 *
 * The streams go to unnamed memory files by dup2, so that what is caught are the program's own
 * writes; nothing between the start and the end of the command allocates or opens anything here. */
#ifndef CAIRN_TESTS_FAULTS_INSIDE_H
#define CAIRN_TESTS_FAULTS_INSIDE_H

#include "sim/cli/cli.h"
#include "tests/support.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define INSIDE_TEXT  (1 << 20)
#define INSIDE_WORDS 16
#define INSIDE_FILES 1024

/* A command with faults in it. */
struct inside_case {
    const char *words[INSIDE_WORDS]; /* behind "cairn" */
    int code;                        /* where nothing fails */
    bool with_gnuplot;
};

struct inside_result {
    int code;
    char files[INSIDE_FILES]; /* the folder's names in order, with length and hash of what is new */
    char out[INSIDE_TEXT], err[INSIDE_TEXT];
};

static struct inside_result inside_clean, inside_last;
static char inside_folder[SUPPORT_PATH], inside_context[256];
static int inside_kept[2], inside_caught[2];

/* Small enough for thousands of runs, with failures, checkpoints and a node that comes back. */
static const char inside_scenario[] =
    "version: 1\n"
    "name: tiny\n"
    "horizon: 100 h\n"
    "cluster: {nodes: 3, spares: 1}\n"
    "faults:\n"
    "  node: {uptime: {exponential: 2 h}, repair: {constant: 10 min}}\n"
    "workload:\n"
    "  group: {workers: 3, work: 1 h, checkpoint: 30 s, restore: 1 min, downtime: 30 s}\n"
    "controller: {name: fixed, interval: 10 min}\n"
    "replications: 3\n";
/* The same of tasks and actors. */
static const char inside_pipeline[] =
    "version: 1\n"
    "name: few\n"
    "horizon: 1 h\n"
    "cluster: {nodes: 2, node: {cpu: 2}}\n"
    "faults: {node: {uptime: {exponential: 30 s}}}\n"
    "workload:\n"
    "  pipeline:\n"
    "    tasks: {load: {time: 5 s, size: 1 MB, retries: unlimited}}\n"
    "    actors: {A: {restarts: unlimited, retries: unlimited, checkpoint: {snapshot: 1 s},"
    " methods: {m: 4 s}}}\n"
    "    driver: [{run: load, times: 5, as: x}, {start: A, as: a}, {run: a.m, times: 3, with: x},"
    " {checkpoint: a}]\n"
    "replications: 2\n";
static const char inside_outages[] = "node,start,end\n"
                                     "a,20 min,25 min\n"
                                     "b,1 h,70 min\n"
                                     "c,20 h,21 h\n";

/* A crash names the fault that made it: without this nobody could repeat it. */
static void inside_crash(int number)
{
    ssize_t ignored = write(inside_kept[1], inside_context, strlen(inside_context));
    (void)ignored;
    signal(number, SIG_DFL);
    raise(number);
}

static int compare_inside(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* A file of a command's: its name, and what tells whether it is whole. */
static void inside_name(char *text, size_t size, const char *name)
{
    char bytes[4096];
    unsigned long long hash = 14695981039346656037ull, length = 0;
    int fd = memcmp(name, "new", 3) == 0 ? (int)syscall(SYS_open, name, O_RDONLY) : -1;
    for (ssize_t got = 1; fd >= 0 && (got = pread(fd, bytes, sizeof bytes, (off_t)length)) > 0;
         length += (unsigned long long)got)
        for (ssize_t i = 0; i < got; i++)
            hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ull;
    if (fd < 0)
        snprintf(text, size, "%.60s\n", name);
    else
        snprintf(text, size, "%.60s %llu %llx\n", name, length, hash);
    if (fd >= 0)
        syscall(SYS_close, fd);
}

/* What is in the present folder, a line a file. */
static void inside_list(char files[INSIDE_FILES])
{
    char names[32][128];
    size_t count = 0;
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            count < COUNT(names))
            inside_name(names[count++], sizeof names[0], entry->d_name);
    closedir(folder);
    qsort(names, count, sizeof names[0], compare_inside);
    files[0] = '\0';
    for (size_t i = 0, used = 0; i < count; i++)
        used += (size_t)snprintf(files + used, INSIDE_FILES - used, "%s", names[i]);
}

/* Every file that begins with "new" is a command's: gone before the next. */
static void inside_sweep(void)
{
    static const char *const names[] = {"new.csv", "new.jsonl", "new.svg",    "new.png",
                                        "new.gp",  "new.json",  "new.json.gz"};
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(names[i]);
}

static void inside_catch(int stream, char text[INSIDE_TEXT])
{
    ssize_t length = pread(inside_caught[stream], text, INSIDE_TEXT - 1, 0);
    text[length > 0 ? length : 0] = '\0';
}

/* Runs the command; `arm` sets the fault just before, `disarm` takes it away just behind. */
static void inside_run(const struct inside_case *c, struct inside_result *result, void (*arm)(void),
                       void (*disarm)(void))
{
    const char *argv[INSIDE_WORDS + 2] = {"cairn"};
    int argc = 1;
    for (; c->words[argc - 1]; argc++)
        argv[argc] = c->words[argc - 1];
    setenv("PATH", c->with_gnuplot ? "/usr/local/bin:/usr/bin:/bin" : "/nonexistent", 1);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        if (ftruncate(inside_caught[i], 0) != 0 || lseek(inside_caught[i], 0, SEEK_SET) != 0)
            abort();
        dup2(inside_caught[i], i + 1);
    }
    arm();
    result->code = cli_main(argc, argv);
    disarm();
    for (int i = 0; i < 2; i++) {
        dup2(inside_kept[i], i + 1);
        inside_catch(i, i == 0 ? result->out : result->err);
    }
    inside_list(result->files);
}

/* Every line of `files` stands in `allowed`: nothing is there but what was, or whole results. */
static bool inside_is_whole(const char *files, const char *allowed)
{
    for (const char *line = files; *line; line += strcspn(line, "\n") + 1) {
        char wanted[160];
        snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(line, "\n") + 1, line);
        if (!strstr(allowed, wanted))
            return false;
    }
    return true;
}

static void inside_nothing(void)
{
}

static bool inside_is_clean(const struct inside_result *result)
{
    return result->code == inside_clean.code && strcmp(result->out, inside_clean.out) == 0 &&
           strcmp(result->files, inside_clean.files) == 0;
}

/* The command without a fault: it works, and this is what it says. */
static void inside_measure(const struct inside_case *c)
{
    inside_sweep();
    inside_run(c, &inside_clean, inside_nothing, inside_nothing);
    inside_sweep();
    if (inside_clean.code != c->code || inside_clean.out[0] == '\0')
        fail_msg("cairn %s: exit %d\n%s", c->words[0], inside_clean.code, inside_clean.err);
}

static int inside_open(void **state)
{
    static const char *const rows[] = {"base.csv", "other.csv"};
    (void)state;
    if (!support_folder(inside_folder) || chdir(inside_folder) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        inside_kept[i] = dup(i + 1);
        inside_caught[i] = memfd_create("caught", MFD_CLOEXEC);
    }
    signal(SIGPIPE, SIG_IGN);
    if (!support_write("t.yaml", inside_scenario, sizeof inside_scenario - 1) ||
        !support_write("p.yaml", inside_pipeline, sizeof inside_pipeline - 1) ||
        !support_write("o.csv", inside_outages, sizeof inside_outages - 1))
        return -1;
    for (size_t i = 0; i < 2; i++) {
        struct inside_case c = {.words = {"run", "t.yaml", "-o", rows[i], "-j1"}};
        inside_run(&c, &inside_last, inside_nothing, inside_nothing);
        if (inside_last.code != 0)
            return -1;
    }
    return 0;
}

static int inside_close(void **state)
{
    (void)state;
    if (chdir("/") == 0)
        support_folder_remove(inside_folder);
    return 0;
}

static const struct inside_case inside_cases[] = {
    {.words = {"run", "t.yaml", "-j1"}},
    {.words = {"run", "t.yaml", "--json", "--rows", "-j1"}},
    {.words = {"run", "t.yaml", "--csv", "-j1"}},
    {.words = {"run", "t.yaml", "--precision", "60%", "--max-reps", "128", "-j1"}},
    {.words = {"run", "t.yaml", "-o", "new.csv", "-j1"}},
    {.words = {"run", "t.yaml", "--decisions", "new.jsonl", "-j1"}},
    {.words = {"run", "p.yaml", "-j1"}},
    {.words = {"run", "p.yaml", "--events", "new.jsonl", "--timeline", "-j1"}},
    {.words = {"trace", "p.yaml", "-o", "new.json"}},
    {.words = {"trace", "p.yaml", "-o", "new.json.gz"}},
    {.words = {"explain", "t.yaml", "--rep", "2"}},
    {.words = {"explain", "t.yaml", "--rep", "2", "--what-if", "skip:2", "--json"}},
    {.words = {"sweep", "t.yaml", "--set", "controller=none,young", "-j1"}},
    {.words = {"sweep", "t.yaml", "-o", "new.csv", "-j1"}},
    {.words = {"replay", "o.csv", "t.yaml", "-j1"}},
    {.words = {"replay", "o.csv", "t.yaml", "--csv", "-j1"}},
    {.words = {"plot", "t.yaml", "-n1", "-o", "new.svg", "-j1"}},
    {.words = {"plot", "t.yaml", "benefit", "-n2", "-o", "new.svg", "-j1"}},
    {.words = {"plot", "t.yaml", "-n1", "-j1"}, .with_gnuplot = true},
    {.words = {"plot", "t.yaml", "-n1", "-o", "new.svg", "-j1"}, .with_gnuplot = true},
    {.words = {"gate", "base.csv", "other.csv", "--fail", "waste:+2%"}},
    {.words = {"verify", "t.yaml", "base.csv", "-j1"}},
    {.words = {"validate", "p.yaml", "--print-effective"}},
    {.words = {"validate", "t.yaml", "--print-effective"}},
    {.words = {"list", "scenarios"}},
    {.words = {"help", "run"}},
    {.words = {"schema"}},
};

#endif
