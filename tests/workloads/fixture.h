/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of workloads/ share: a session of arena and diag, reading from text, printing to
 * text. Tests run from the project's root folder. */
#ifndef CAIRN_TESTS_WORKLOADS_FIXTURE_H
#define CAIRN_TESTS_WORKLOADS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workloads/scenario.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SETS 16

struct session {
    struct arena arena;
    struct diag diag;
    struct scenario_document document;
    struct axis axes[MAX_SETS];
    struct scenario scenario;
};

static inline struct session *session_open(void)
{
    struct session *session = calloc(1, sizeof *session);
    assert_non_null(session);
    arena_init(&session->arena);
    diag_init(&session->diag);
    return session;
}

static inline void session_close(struct session *session)
{
    arena_fini(&session->arena);
    free(session);
}

/* A document from text, as scenario_read makes it of a file "t.yaml" without import. */
static inline enum status session_parse(struct session *session, const char *text)
{
    struct source *source = arena_alloc(&session->arena, sizeof *source);
    struct yaml_node *root = NULL;
    *source = (struct source){"t.yaml", text, strlen(text)};
    enum status status =
        yaml_read(source, 0, source->length, &session->arena, &session->diag, &root);
    if (status == STATUS_OK)
        session->document = (struct scenario_document){
            .layers = {{source, root, ""}}, .count = 1, .folder = "", .name = "t"};
    return status;
}

/* Builds with the --set texts (NULL at the end), each with one value. */
static inline enum status session_build(struct session *session, const char *const *sets)
{
    struct axis_pick picks[MAX_SETS] = {{NULL, 0}};
    size_t count = 0;
    for (; sets && sets[count]; count++) {
        assert_true(count < MAX_SETS);
        enum status status =
            axis_split(sets[count], &session->arena, &session->diag, &session->axes[count]);
        if (status != STATUS_OK)
            return status;
        picks[count] = (struct axis_pick){&session->axes[count], 0};
    }
    return scenario_build(&session->document, picks, count, &session->arena, &session->diag,
                          &session->scenario);
}

/* The scenario of the text with these --sets, which must be good. */
static inline struct session *session_of(const char *text, const char *const *sets)
{
    struct session *session = session_open();
    enum status status = session_parse(session, text);
    if (status == STATUS_OK)
        status = session_build(session, sets);
    if (status != STATUS_OK)
        fail_msg("%s", session->diag.text[0]);
    return session;
}

/* All messages as they are shown, into bytes. */
static inline void session_messages(const struct session *session, char *bytes, size_t capacity)
{
    size_t used = 0;
    bytes[0] = 0;
    for (uint32_t i = 0; i < session->diag.kept; i++) {
        const char *text = session->diag.text[i];
        size_t length = strlen(text);
        assert_true(used + length + 2 < capacity);
        memcpy(bytes + used, text, length);
        used += length;
        if (length == 0 || text[length - 1] != '\n')
            bytes[used++] = '\n';
        bytes[used] = 0;
    }
}

/* What `print` puts into a sink, as text (free it). */
static inline char *printed(void (*print)(struct sink *sink, const void *context),
                            const void *context)
{
    static struct diag diag;
    FILE *file = tmpfile();
    struct sink *sink = malloc(sizeof *sink);
    assert_non_null(file);
    assert_non_null(sink);
    diag_init(&diag);
    io_open_fd(sink, fileno(file), "memory");
    print(sink, context);
    assert_int_equal(io_close(sink, &diag), STATUS_OK);
    free(sink);
    long length = lseek(fileno(file), 0, SEEK_END);
    assert_true(length >= 0);
    char *text = malloc((size_t)length + 1);
    assert_non_null(text);
    assert_int_equal(pread(fileno(file), text, (size_t)length, 0), length);
    text[length] = 0;
    fclose(file);
    return text;
}

static inline void print_effective(struct sink *sink, const void *context)
{
    scenario_print_effective(context, sink);
}

static inline void assert_same_digest(struct digest_value a, struct digest_value b)
{
    assert_true(a.high == b.high && a.low == b.low);
}

/* The smallest complete scenario. */
#define MINIMAL                                                                                    \
    "version: 1\ncluster: {nodes: 4}\n"                                                            \
    "workload: {group: {workers: 4, work: 10 d, checkpoint: 5 min, restore: 6 min}}\n"

#endif
