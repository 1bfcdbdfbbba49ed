/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tidy's rules as data: who may include whom, and who may call what.
 *
 * The first table is the dependency law of the project; a folder that is not in it may include
 * nothing of ours. Lists are shell patterns between blanks, in which '*' matches '/' too. Only
 * tidy.c includes this file. */
#ifndef CAIRN_TESTS_TIDY_RULES_H
#define CAIRN_TESTS_TIDY_RULES_H

static const struct arrow {
    const char *from, *to;
} arrows[] = {
    {"sim/base/*", "sim/base/*"},
    {"sim/kernel/*", "sim/kernel/* sim/base/*"},
    {"sim/model/*", "sim/model/* sim/kernel/* policies/* sim/base/*"},
    {"sim/runtime/*", "sim/runtime/* sim/model/* sim/kernel/* policies/* sim/base/*"},
    {"sim/campaign/*",
     "sim/campaign/* sim/runtime/* sim/model/* workloads/* traces/* policies/* sim/base/*"},
    {"sim/cli/*", "sim/* workloads/* traces/* policies/* analysis/*"},
    {"policies/*", "policies/* sim/base/status.h sim/base/simtime.h sim/base/fmath.h"},
    {"workloads/*", "workloads/* sim/model/spec.h sim/model/program.h sim/model/outage.h"
                    " sim/model/record.h policies/* sim/base/*"},
    {"traces/*", "traces/* sim/model/spec.h sim/model/program.h sim/model/outage.h"
                 " sim/model/record.h policies/* sim/base/*"},
    {"analysis/*", "analysis/* sim/campaign/* sim/model/spec.h sim/model/program.h"
                   " sim/model/outage.h sim/model/record.h sim/model/ledger.h"
                   " workloads/schema.h policies/* traces/csv.h sim/base/*"},
    {"tests/*", "*"},
};

struct door {
    const char *names, *where, *cure;
};

/* System headers that only some files may open. */
static const struct door headers[] = {
    {"gsl/*", "analysis/* tests/*", "GSL belongs in analysis/ and tests"},
    {"csv.h", "traces/csv.c tests/*", "use traces/csv.h"},
    {"zlib.h", "traces/gzip.c tests/*", "use traces/gzip.h"},
    {"yaml.h", "workloads/yaml.c tests/*", "use workloads/yaml.h"},
    {"pthread.h threads.h", "sim/campaign/workers.c tests/*", "use sim/campaign/workers.h"},
    {"spawn.h sys/wait.h", "sim/campaign/child.c analysis/plot.c tests/*",
     "use sim/campaign/child.h"},
    {"Random123/*", "sim/base/random.[ch] tests/*", "use sim/base/random.h"},
    {"xxhash.h", "sim/base/digest.[ch] tests/*", "use sim/base/digest.h"},
    {"time.h sys/time.h", "sim/base/io.c analysis/plot.c tests/*", "use io_clock_ns"},
    {"dlfcn.h", "sim/campaign/plugin.c tests/*", "use sim/campaign/plugin.h"},
    {"locale.h setjmp.h", "tests/*", "nothing here knows a locale or jumps"},
};

static const struct door calls[] = {
    {"strtok strtok_r", "", "use a cursor over the text"},
    {"atoi atol atoll atof", "", "use text_to_count or text_to_number"},
    {"sprintf vsprintf strcpy strcat stpcpy gets", "", "use text_add or snprintf"},
    {"system popen", "", "start a program by argv, without a shell"},
    {"alloca", "", "use an arena"},
    {"rand srand random srandom drand48", "", "use random_uniforms, addressed by what it is for"},
    {"setlocale", "tests/*", "the locale is never set"},
    {"sleep usleep", "", "wait for something that can be named"},
    {"longjmp setjmp", "", "return a status"},
    {"dlopen dlsym dlclose", "sim/campaign/plugin.c tests/*", "use sim/campaign/plugin.h"},
    {"qsort qsort_r", "tests/*", "use sort_stable"},
    {"time clock gettimeofday localtime gmtime mktime strftime clock_gettime nanosleep",
     "sim/base/io.c analysis/plot.c tests/*", "use io_clock_ns; results know no clock"},
    {"getenv secure_getenv", "sim/base/io.c sim/cli/* analysis/plot.c tests/*",
     "results know no environment"},
    {"strtod strtof strtold strtol strtoul strtoll strtoull", "sim/base/text*.c tests/*",
     "use text_to_number or text_to_count"},
    {"printf vprintf puts putchar putc fputs fputc fprintf vfprintf dprintf perror",
     "sim/cli/* tests/*", "only sim/cli prints; fill a struct text, a sink or a diag"},
    {"exit _exit _Exit quick_exit", "sim/cli/* tests/*", "return a status; only sim/cli exits"},
    {"fopen fdopen fread fwrite fgets getline fclose", "tests/*", "use io_read or a sink"},
    {"open openat creat read write pread pwrite close fsync rename unlink",
     "sim/base/io.c sim/campaign/child.c analysis/plot.c tests/*", "use io_read or a sink"},
    {"malloc calloc realloc free aligned_alloc posix_memalign",
     "sim/base/arena.c sim/kernel/eventq.c sim/kernel/heapq.c analysis/* sim/campaign/* sim/cli/* "
     "tests/*",
     "use an arena"},
    {"posix_spawn* waitpid fork vfork execl execlp execv execvp execve",
     "sim/campaign/child.c analysis/plot.c tests/*", "use sim/campaign/child.h"},
    {"signal sigaction kill raise", "sim/cli/* sim/campaign/child.c analysis/plot.c tests/*",
     "only sim/cli hears signals"},
    {"pthread_* thrd_*", "sim/campaign/workers.c tests/*", "use sim/campaign/workers.h"},
    {"gsl_*", "analysis/* tests/*", "GSL belongs in analysis/ and tests"},
    {"acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp2 expm1 fma fmod hypot"
     " lgamma log log10 log1p log2 pow remainder sin sinh tan tanh tgamma"
     " acosf asinf atanf cosf expf logf powf sinf tanf fmaf"
     " expl logl powl",
     "analysis/* tests/*", "libm differs between CPUs: use sim/base/fmath.h"},
};

static const char top_level[] = "README.md Makefile LICENSE sim policies workloads traces analysis"
                                " tests build .*";
static const char apache[] = "policies/* sim/base/*"; /* may be linked into anybody's scheduler */
static const char programs[] = "policies/examples/*"; /* a user's own, which print and allocate */
static const char key_words[] = "TODO FIXME XXX HACK";

#endif
