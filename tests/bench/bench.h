/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every benchmark needs: a clock, medians, options, one table on stdout and rows of CSV.
 *
 * Times are process CPU time: these machines are shared. Absolute numbers wander by tens of per
 * cent between hours; compare ratios taken in one run. A row is name,size,value,unit,ratio_to,ratio
 * and ratio says how many times less the value is than that of `ratio_to`. */
#ifndef CAIRN_BENCH_H
#define CAIRN_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { BENCH_REPEATS = 5 }; /* segments of one measurement; the median counts */

struct bench {
    FILE *csv;     /* NULL without --csv */
    bool is_quick; /* --quick: a hundredth of the work, to see that it runs */
    int used;      /* arguments taken by bench_open; the rest are the program's own */
};

static inline double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Sorts in place. */
static inline double bench_median(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && values[j] < values[j - 1]; j--) {
            double value = values[j];
            values[j] = values[j - 1];
            values[j - 1] = value;
        }
    }
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

static inline double bench_peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

/* splitmix64 (Steele, Lea, Flood 2014): tables of increments, nothing of cairn's. */
static inline uint64_t bench_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline double bench_uniform(uint64_t *state)
{
    return ((double)(bench_random(state) >> 11) + 0.5) * 0x1p-53;
}

/* Zeroed records on huge pages, if the system has any to give; NULL when memory is out. */
static inline void *bench_records(size_t count, size_t size)
{
    size_t page = (size_t)2 << 20, bytes = (count * size + page - 1) / page * page;
    void *records = aligned_alloc(page, bytes);
    if (records != NULL) {
        (void)madvise(records, bytes, MADV_HUGEPAGE);
        memset(records, 0, count * size);
    }
    return records;
}

static inline void bench_row(const struct bench *bench, const char *name, double size, double value,
                             const char *unit, const char *ratio_to, double ratio)
{
    if (bench->csv == NULL) {
        return;
    }
    fprintf(bench->csv, "%s,%.0f,%.2f,%s,%s,", name, size, value, unit, ratio_to);
    fprintf(bench->csv, ratio > 0 ? "%.2f\n" : "\n", ratio);
}

static inline void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* [--quick] [--csv FILE], in front of the program's own arguments. */
static inline struct bench bench_open(int argc, char **argv)
{
    struct bench bench = {.csv = NULL, .is_quick = false, .used = 1};
    for (; bench.used < argc && strncmp(argv[bench.used], "--", 2) == 0; bench.used++) {
        if (strcmp(argv[bench.used], "--quick") == 0) {
            bench.is_quick = true;
        } else if (strcmp(argv[bench.used], "--csv") == 0 && bench.used + 1 < argc) {
            bench.csv = fopen(argv[++bench.used], "a");
            if (bench.csv == NULL) {
                bench_fail("cannot append to the file of --csv");
            }
        } else {
            bench_fail("usage: [--quick] [--csv FILE] [own arguments]");
        }
    }
    return bench;
}

static inline void bench_close(struct bench *bench)
{
    if (bench->csv != NULL && fclose(bench->csv) != 0) {
        bench_fail("cannot write the file of --csv");
    }
}

#endif
