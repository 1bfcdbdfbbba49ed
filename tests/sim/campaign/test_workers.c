/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every item is worked on once, whatever the threads; a failure stops the rest; where no
 * thread can be had the work is done all the same.
 * Method: tasks that mark their items; a stack of 64 TiB, for which there is no room.
 */
#include "sim/campaign/workers.h"

#include "sim/base/limits.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ITEMS        5000

/* ---- threads that cannot be had ------------------------------------------------------------- */

/* No machine has room for stacks of that size: pthread_create then says EAGAIN. */
static void set_stack(size_t bytes)
{
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, bytes), 0);
    assert_int_equal(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
}

/* ---- a task that marks ---------------------------------------------------------------------- */

struct marks {
    unsigned threads;
    uint64_t fail_at; /* this item fails; ITEMS: none */
    atomic_uint done[ITEMS], by[LIMIT_THREADS], bad_workers, calls;
    pthread_t caller;
    uint64_t last_progress;
    unsigned progresses;
    bool is_told_elsewhere, goes_back;
};

static enum status mark(void *context, unsigned worker, uint64_t item)
{
    struct marks *m = context;
    atomic_fetch_add(&m->calls, 1);
    atomic_fetch_add(&m->bad_workers, worker >= m->threads);
    atomic_fetch_add(&m->by[worker % LIMIT_THREADS], 1);
    atomic_fetch_add(&m->done[item], 1);
    return item == m->fail_at ? STATUS_MEMORY : STATUS_OK;
}

static void hear(void *context, uint64_t done)
{
    struct marks *m = context;
    m->is_told_elsewhere |= !pthread_equal(pthread_self(), m->caller);
    m->goes_back |= done <= m->last_progress || done > ITEMS;
    m->last_progress = done;
    m->progresses++;
}

static struct marks *run_marks(unsigned threads, uint64_t items, uint64_t fail_at,
                               enum status expected)
{
    struct marks *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->threads = threads;
    m->fail_at = fail_at;
    m->caller = pthread_self();
    struct workers_task task = {.items = items,
                                .threads = threads,
                                .work = mark,
                                .progress = threads == 3 ? NULL : hear,
                                .context = m};
    assert_int_equal(workers_run(&task), expected);
    assert_int_equal(m->bad_workers, 0);
    assert_false(m->is_told_elsewhere || m->goes_back);
    return m;
}

static void each_item_is_worked_on_once_with_any_number_of_threads(void **state)
{
    static const unsigned threads[] = {1, 2, 3, 8, LIMIT_THREADS};
    static const uint64_t items[] = {0, 1, 2, 7, ITEMS};
    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        for (size_t j = 0; j < COUNT(items); j++) {
            struct marks *m = run_marks(threads[i], items[j], ITEMS, STATUS_OK);
            for (uint64_t item = 0; item < ITEMS; item++)
                assert_int_equal(m->done[item], item < items[j]);
            free(m);
        }
}

static void no_more_threads_work_than_items_need(void **state)
{
    (void)state;
    struct marks *m = run_marks(8, 3, ITEMS, STATUS_OK);
    assert_int_equal(m->by[0] + m->by[1] + m->by[2], 3);
    free(m);
}

static void without_threads_the_caller_does_all_the_work(void **state)
{
    (void)state;
    set_stack((size_t)1 << 46);
    struct marks *m = run_marks(8, ITEMS, ITEMS, STATUS_OK);
    set_stack((size_t)1 << 20);
    for (uint64_t item = 0; item < ITEMS; item++)
        assert_int_equal(m->done[item], 1);
    assert_int_equal(m->by[0], ITEMS);
    free(m);
}

static void a_failure_is_returned_and_stops_the_handing_out(void **state)
{
    static const unsigned threads[] = {1, 2, 8};
    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++) {
        struct marks *m = run_marks(threads[i], ITEMS, 10, STATUS_MEMORY);
        for (uint64_t item = 0; item <= 10; item++)
            assert_int_equal(m->done[item], 1);
        if (threads[i] == 1)
            assert_int_equal(m->calls, 11); /* and not one more */
        free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_is_worked_on_once_with_any_number_of_threads),
        cmocka_unit_test(no_more_threads_work_than_items_need),
        cmocka_unit_test(without_threads_the_caller_does_all_the_work),
        cmocka_unit_test(a_failure_is_returned_and_stops_the_handing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
