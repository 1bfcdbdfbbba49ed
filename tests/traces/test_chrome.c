/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every event is spelled as Chrome's format has it, to the nanosecond, whatever its name is,
 * and gzip gives back what went in. Method: one of each is written and held against the text; what
 * was compressed is read by zlib's own reader.
 */
#include "traces/chrome.h"

#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static char folder[SUPPORT_PATH];

struct bench {
    struct sink sink;
    struct gzip gzip;
    struct chrome chrome;
    struct arena arena;
    struct diag diag;
    char path[SUPPORT_PATH + 32];
};

static struct bench *open_bench(bool is_zipped)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    arena_init(&b->arena);
    diag_init(&b->diag);
    snprintf(b->path, sizeof b->path, "%s/trace", folder);
    assert_int_equal(io_create(&b->sink, b->path, true, &b->diag), STATUS_OK);
    if (is_zipped)
        assert_int_equal(gzip_open(&b->gzip, &b->sink, &b->arena), STATUS_OK);
    chrome_begin(&b->chrome, &b->sink, is_zipped ? &b->gzip : NULL, "{\"seed\":1}");
    return b;
}

static void close_bench(struct bench *b)
{
    chrome_end(&b->chrome);
    if (b->chrome.gzip)
        gzip_close(&b->gzip);
    assert_int_equal(io_close(&b->sink, &b->diag), STATUS_OK);
    arena_fini(&b->arena);
    free(b);
}

static char *text_of(struct bench *b)
{
    char path[sizeof b->path];
    memcpy(path, b->path, sizeof path);
    close_bench(b);
    char *text = support_read(path, NULL);
    assert_non_null(text);
    return text;
}

static void every_kind_of_event_is_spelled_as_the_format_has_it(void **state)
{
    (void)state;
    struct bench *b = open_bench(false);
    struct chrome_track track = {3, 7};
    chrome_process(&b->chrome, 3, "Node 0");
    chrome_thread(&b->chrome, track, "worker:6");
    chrome_slice(&b->chrome, track, "task", "a\"b\\\n", 1, 1000002, "{\"attempt\":0}");
    chrome_slice(&b->chrome, track, "task", "load", 9223372036854775807 - 1000,
                 9223372036854775807 - 1000, NULL);
    chrome_instant(&b->chrome, track, true, "node down", 2000, NULL);
    chrome_instant(&b->chrome, track, false, "complete", 2000, "{}");
    chrome_counter(&b->chrome, 1, "nodes up", 3000, -4);
    chrome_flow(&b->chrome, track, false, "retry", 5, 4001);
    chrome_flow(&b->chrome, track, true, "retry", 5, 4010);
    char *text = text_of(b);
    assert_string_equal(
        text,
        "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"seed\":1},\"traceEvents\":[\n"
        "{\"ph\":\"M\",\"pid\":3,\"tid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"Node "
        "0\"}},\n"
        "{\"ph\":\"M\",\"pid\":3,\"tid\":0,\"name\":\"process_sort_index\",\"args\":{\"sort_"
        "index\":"
        "3}},\n"
        "{\"ph\":\"M\",\"pid\":3,\"tid\":7,\"name\":\"thread_name\",\"args\":{\"name\":\"worker:"
        "6\"}"
        "},\n"
        "{\"ph\":\"M\",\"pid\":3,\"tid\":7,\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":"
        "7}"
        "},\n"
        "{\"ph\":\"X\",\"pid\":3,\"tid\":7,\"name\":\"a\\\"b\\\\\\n\",\"cat\":\"task\",\"ts\":0."
        "001,"
        "\"dur\":1000.001,\"args\":{\"attempt\":0}},\n"
        "{\"ph\":\"X\",\"pid\":3,\"tid\":7,\"name\":\"load\",\"cat\":\"task\",\"ts\":"
        "9223372036854774.807,\"dur\":0.000},\n"
        "{\"ph\":\"i\",\"pid\":3,\"tid\":7,\"name\":\"node down\",\"s\":\"p\",\"ts\":2.000},\n"
        "{\"ph\":\"i\",\"pid\":3,\"tid\":7,\"name\":\"complete\",\"s\":\"t\",\"ts\":2.000,\"args\":"
        "{}"
        "},\n"
        "{\"ph\":\"C\",\"pid\":1,\"tid\":0,\"name\":\"nodes "
        "up\",\"ts\":3.000,\"args\":{\"value\":-4}},\n"
        "{\"ph\":\"s\",\"pid\":3,\"tid\":7,\"name\":\"retry\",\"cat\":\"flow\",\"id\":5,\"ts\":4."
        "001}"
        ",\n"
        "{\"ph\":\"f\",\"pid\":3,\"tid\":7,\"name\":\"retry\",\"cat\":\"flow\",\"id\":5,\"bp\":"
        "\"e\","
        "\"ts\":4.010}\n"
        "]}\n");
    free(text);
}

static void a_trace_without_events_is_whole(void **state)
{
    (void)state;
    char *text = text_of(open_bench(false));
    assert_string_equal(
        text, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"seed\":1},\"traceEvents\":[\n]}\n");
    free(text);
}

#define SLICES 20000 /* more than every buffer on the way */

static void put_many(struct bench *b)
{
    for (int i = 0; i < SLICES; i++)
        chrome_slice(&b->chrome, (struct chrome_track){1, 1}, "task", i % 7 ? "load" : "train",
                     i * INT64_C(7919), i * INT64_C(7919) + i, NULL);
}

static void gzip_gives_back_what_went_in(void **state)
{
    (void)state;
    struct bench *b = open_bench(false);
    put_many(b);
    char *plain = text_of(b), path[sizeof b->path];
    size_t length = strlen(plain);
    b = open_bench(true);
    put_many(b);
    memcpy(path, b->path, sizeof path);
    close_bench(b);
    size_t zipped;
    free(support_read(path, &zipped));
    assert_in_range(zipped, 1000, length / 4);
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    char *back = calloc(1, length + 2);
    assert_non_null(back);
    assert_int_equal(gzread(file, back, (unsigned)length + 1), length); /* and not a byte more */
    assert_memory_equal(back, plain, length);
    assert_int_equal(gzclose(file), Z_OK);
    free(back);
    free(plain);
}

static int set_up(void **state)
{
    (void)state;
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
        cmocka_unit_test(every_kind_of_event_is_spelled_as_the_format_has_it),
        cmocka_unit_test(a_trace_without_events_is_whole),
        cmocka_unit_test(gzip_gives_back_what_went_in),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
