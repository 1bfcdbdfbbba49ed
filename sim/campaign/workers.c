/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that fill slots. The only file that knows of threads. */
#include "sim/campaign/workers.h"
#include "sim/base/limits.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct team {
    const struct workers_task *task;
    atomic_uint_fast64_t next, done;
    atomic_int status;
};

struct member {
    struct team *team;
    unsigned number;
    pthread_t thread;
};

static void serve(struct team *team, unsigned number, bool is_caller)
{
    const struct workers_task *task = team->task;
    while (atomic_load(&team->status) == STATUS_OK) {
        uint64_t item = atomic_fetch_add(&team->next, 1);
        if (item >= task->items)
            return;
        enum status status = task->work(task->context, number, item);
        int expected = STATUS_OK;
        if (status != STATUS_OK)
            atomic_compare_exchange_strong(&team->status, &expected, (int)status);
        uint64_t done = atomic_fetch_add(&team->done, 1) + 1;
        if (is_caller && task->progress)
            task->progress(task->context, done);
    }
}

static void *member_main(void *argument)
{
    struct member *member = argument;
    serve(member->team, member->number, false);
    return NULL;
}

enum status workers_run(const struct workers_task *task)
{
    struct member members[LIMIT_THREADS];
    struct team team = {.task = task};
    unsigned hired = 0;
    assert(task->threads >= 1 && task->threads <= LIMIT_THREADS);
    while (hired + 1 < task->threads && hired + 1 < task->items) {
        struct member *member = &members[hired];
        *member = (struct member){.team = &team, .number = hired + 1};
        if (pthread_create(&member->thread, NULL, member_main, member) != 0)
            break; /* fewer hands, same work */
        hired++;
    }
    serve(&team, 0, true);
    for (unsigned i = 0; i < hired; i++)
        pthread_join(members[i].thread, NULL);
    return (enum status)atomic_load(&team.status);
}
