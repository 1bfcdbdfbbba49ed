/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs as text, played and told: what the tests of the runtime share.
 *
 * A test gives the pipeline, and what else its scenario says, as YAML, which is read as a user's
 * file is; one replication is run, and everything that was told is kept. */
#ifndef CAIRN_TESTS_RUNTIME_PLAYED_H
#define CAIRN_TESTS_RUNTIME_PLAYED_H

#include "sim/campaign/cell.h"
#include "sim/campaign/workspace.h"
#include "sim/model/ledger.h"
#include "workloads/scenario.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PLAYED_TOLD 200000

struct played {
    struct arena arena;
    struct diag diag;
    struct scenario scenario;
    struct cell cell;
    struct record record;
    struct told *told;
    uint32_t count;
};

static inline void played_hear(void *context, const struct told *told)
{
    struct played *played = context;
    assert_true(played->count < PLAYED_TOLD);
    played->told[played->count++] = *told;
}

/* A file, or a built-in scenario. Fails the test when it is refused. */
static inline void played_open_path(struct played *played, const char *path)
{
    memset(played, 0, sizeof *played);
    arena_init(&played->arena);
    diag_init(&played->diag);
    struct scenario_document document = {0};
    enum status status = scenario_read(path, &played->arena, &played->diag, &document);
    if (status == STATUS_OK)
        status =
            scenario_build(&document, NULL, 0, &played->arena, &played->diag, &played->scenario);
    if (status == STATUS_OK)
        status = cell_prepare(&played->cell, &played->scenario, &played->arena, &played->diag);
    for (uint32_t i = 0; i < played->diag.kept; i++)
        print_message("%s\n", played->diag.text[i]);
    assert_int_equal(status, STATUS_OK);
    played->told = calloc(PLAYED_TOLD, sizeof *played->told);
    assert_non_null(played->told);
}

/* The scenario is `head` (YAML keys besides version and workload) and the pipeline, indented by
 * four blanks. The scheduler is the plainest, where head says none: who reckons by hand must know
 * which node is taken. */
static inline void played_open(struct played *played, const char *head, const char *pipeline)
{
    char path[] = "/tmp/cairn-runtime-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "w");
    const char *scheduler = strstr(head, "scheduler:") ? "" : "scheduler: first-fit\n";
    fprintf(out, "version: 1\nname: kit\n%s%s\nworkload:\n  pipeline:\n%s\n", scheduler, head,
            pipeline);
    assert_int_equal(fclose(out), 0);
    played_open_path(played, path);
    remove(path);
}

static inline void played_close(struct played *played)
{
    free(played->told);
    arena_fini(&played->arena);
}

/* One replication; what was told of the last one is forgotten. */
static inline const struct record *played_run(struct played *played, uint32_t replication)
{
    struct workspace workspace;
    played->count = 0;
    assert_int_equal(workspace_open(&workspace, &played->cell, played->cell.plan), STATUS_OK);
    runtime_listen(&workspace.runtime, played_hear, played);
    assert_int_equal(
        workspace_replicate(&workspace, replication, GROUP_CONTROLLED, &played->record), STATUS_OK);
    workspace_close(&workspace);
    return &played->record;
}

/* The n-th thing told (from 0) of this kind; NULL: there are not so many. */
static inline const struct told *played_told(const struct played *played, enum told_kind kind,
                                             uint32_t n)
{
    for (uint32_t i = 0; i < played->count; i++)
        if (played->told[i].kind == kind && n-- == 0)
            return &played->told[i];
    return NULL;
}

static inline uint32_t played_count(const struct played *played, enum told_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < played->count; i++)
        count += played->told[i].kind == kind;
    return count;
}

/* Seconds of the n-th; fails where there is none. */
static inline double played_time(const struct played *played, enum told_kind kind, uint32_t n)
{
    const struct told *told = played_told(played, kind, n);
    assert_non_null(told);
    return simtime_seconds(told->time);
}

#endif
