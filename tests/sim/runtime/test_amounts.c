/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every time and size that may be a law or a list is one, call by call. Method: each in turn,
 * 2,000 times in one run that takes as long as they add up to: exponential of mean 1 s (or 1 MB, at
 * 1 MB/s), the sum is within 4 standard deviations of 2,000 s, which their median is not; as a
 * list of 1, 2 and 3, it is 3,999 s exactly. */
#include "tests/sim/runtime/claims.h"
#include <math.h>

#define AGAIN "    - repeat: 2000\n      do:\n"

struct amounted {
    const char *name;
    const char *pipeline; /* '@' stands for the amount */
    bool is_size;
};

static const struct amounted rows[] = {
    {"a task's time", "    tasks: {w: {time: @}}\n    driver:\n" AGAIN "      - {run: w}\n", false},
    {"a task's await",
     "    tasks: {w: {time: 0 s, await: @}}\n    driver:\n" AGAIN "      - {run: w}\n", false},
    {"a task's overhead",
     "    tasks: {w: {time: 0 s, overhead: @}}\n    driver:\n" AGAIN "      - {run: w}\n", false},
    {"a task's result",
     "    tasks: {w: {time: 0 s, size: @}}\n    driver:\n" AGAIN "      - {run: w}\n", true},
    {"a method's time",
     "    actors: {A: {methods: {m: {time: @}}}}\n    driver:\n    - {start: A, as: a}\n" AGAIN
     "      - {run: a.m}\n",
     false},
    {"a method's await",
     "    actors: {A: {async: true, methods: {m: {time: 0 s, await: @}}}}\n    driver:\n"
     "    - {start: A, as: a}\n" AGAIN "      - {run: a.m}\n",
     false},
    {"a method's result",
     "    actors: {A: {methods: {m: {time: 0 s, size: @}}}}\n    driver:\n"
     "    - {start: A, as: a}\n" AGAIN "      - {run: a.m}\n",
     true},
    {"a constructor",
     "    actors: {A: {start: @, methods: {m: 0 s}}}\n    driver:\n" AGAIN
     "      - {start: A, as: a}\n"
     "      - {release: a}\n",
     false},
    {"a snapshot",
     "    actors: {A: {checkpoint: {snapshot: @}, methods: {m: 0 s}}}\n    driver:\n"
     "    - {start: A, as: a}\n" AGAIN "      - {checkpoint: a}\n",
     false},
    {"what persists",
     "    actors: {A: {checkpoint: {persist: @}, methods: {m: 0 s}}}\n    driver:\n"
     "    - {start: A, as: a}\n" AGAIN "      - {checkpoint: a}\n",
     false},
    {"a restore",
     "    actors: {A: {checkpoint: {restore: @}, methods: {m: 0 s}}}\n    driver:\n"
     "    - {start: A, as: a}\n    - {checkpoint: a}\n" AGAIN "      - {restore: a}\n",
     false},
    {"a driver's work", "    tasks: {w: 0 s}\n    driver:\n" AGAIN "      - {think: @}\n", false},
    {"what a driver puts",
     "    tasks: {w: 0 s}\n    driver:\n" AGAIN "      - {put: @, as: p}\n"
     "      - {run: w, with: p}\n",
     true},
    {"arrivals",
     "    tasks: {w: 0 s}\n"
     "    jobs: [{name: j, count: 2000, every: @, driver: [{run: w}]}]\n",
     false},
};

static void put_amount(const char *pipeline, const char *amount, char *text, size_t capacity)
{
    size_t length = 0;
    for (const char *at = pipeline; *at; at++) {
        size_t count = *at == '@' ? strlen(amount) : 1;
        assert_true(length + count < capacity);
        memcpy(text + length, *at == '@' ? amount : at, count);
        length += count;
    }
    text[length] = '\0';
}

static double makespan_of(const struct amounted *row, const char *amount)
{
    char text[2000];
    struct played played;
    put_amount(row->pipeline, amount, text, sizeof text);
    played_open(&played,
                "seed: 3\ncluster: {nodes: 1, node: {cpu: 1}}\n"
                "runtime: {inline: 0 B, bandwidth: 1 MB/s}",
                text);
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FINISHED);
    double makespan = simtime_seconds(r->makespan);
    played_close(&played);
    return makespan;
}

static void a_law_is_drawn_for_each_call(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double sum =
            makespan_of(&rows[i], rows[i].is_size ? "{exponential: 1 MB}" : "{exponential: 1 s}");
        bool is_right = fabs(sum - 2000) < 4 * sqrt(2000);
        if (!is_right)
            print_message("%s: %.3f s in all\n", rows[i].name, sum);
        wrong += !is_right;
    }
    assert_int_equal(wrong, 0);
}

static void a_list_gives_its_values_in_turn(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double sum =
            makespan_of(&rows[i], rows[i].is_size ? "[1 MB, 2 MB, 3 MB]" : "[1 s, 2 s, 3 s]");
        bool is_right = claims_are_equal(sum, 3999);
        if (!is_right)
            print_message("%s: %.9f s in all\n", rows[i].name, sum);
        wrong += !is_right;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_law_is_drawn_for_each_call),
        cmocka_unit_test(a_list_gives_its_values_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
