/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: rows come out as written, and what is wrong is told with line, column and the text that a
 * person can act on.
 * Method: a table of documents with the rows and the messages, word for word, that must come of
 * them; limits at n-1, n, n+1; random documents written with quotes where needed, read back. */
#include "traces/csv.h"

#include "sim/base/text.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct csv_column columns[] = {{"a", false}, {"bee", false}, {"note", true}};
static const struct csv_opts strict = {columns, COUNT(columns), false, true};
static const struct csv_opts open_ended = {columns, COUNT(columns), true, false};

static struct diag diag;
static struct arena arena;

/* Reads a document into "line:a|bee|note" lines, then its messages. */
static enum status read_all(const struct csv_opts *opts, const char *bytes, size_t length,
                            struct text *out)
{
    struct source source = {"t.csv", bytes, length};
    struct csv *csv;
    struct csv_row row;
    arena_reset(&arena);
    diag_init(&diag);
    enum status status = csv_open(&source, opts, &arena, &diag, &csv);
    if (status == STATUS_OK) {
        while (csv_next(csv, &row)) {
            text_add(out, "%u:", row.line);
            for (uint32_t i = 0; i < opts->count; i++) {
                assert_int_equal(strlen(row.fields[i].text), row.fields[i].length);
                text_add(out, "%s%s", i > 0 ? "|" : "", row.fields[i].text);
            }
            text_add(out, "\n");
        }
        status = csv_close(csv);
    }
    for (uint32_t i = 0; i < diag.kept; i++)
        text_add(out, "%s\n", diag.text[i]);
    return status;
}

struct document {
    const struct csv_opts *opts;
    const char *text, *wanted;
};

static void check(const struct document *documents, size_t count, enum status wanted)
{
    for (size_t i = 0; i < count; i++) {
        char bytes[8192];
        struct text out = text_over(bytes, sizeof bytes);
        const char *text = documents[i].text;
        /* a copy without a NUL behind it, so that a sanitizer sees a read past the end */
        char *copy = malloc(strlen(text) + (text[0] == '\0'));
        assert_non_null(copy);
        memcpy(copy, text, strlen(text));
        enum status status = read_all(documents[i].opts, copy, strlen(text), &out);
        if (strcmp(bytes, documents[i].wanted) != 0)
            fail_msg("document %zu:\n%s\ngave\n%s\nwanted\n%s", i, text, bytes,
                     documents[i].wanted);
        assert_int_equal(status, wanted);
        free(copy);
    }
}

static void good_documents_give_their_rows(void **state)
{
    (void)state;
    static const struct document documents[] = {
        {&strict, "a,bee,note\n1,2,3\n4,5,6\n", "2:1|2|3\n3:4|5|6\n"},
        {&strict, "a,bee,note\n1,2,3", "2:1|2|3\n"},
        {&strict, "a,bee,note\r\n1,2,3\r\n4,5,6\r\n", "2:1|2|3\n3:4|5|6\n"},
        {&strict, "a,bee,note\r1,2,3\r4,5,6\r", "2:1|2|3\n3:4|5|6\n"},
        {&strict,
         "\xef\xbb\xbf"
         "a,bee\n1,2\n",
         "2:1|2|\n"},
        {&strict, "bee,a\n1,2\n", "2:2|1|\n"},
        {&strict, "note,bee,a\n1,2,3\n", "2:3|2|1\n"},
        {&strict, "a,bee\n", ""},
        {&strict, "a,bee", ""},
        {&strict, "\n\na,bee\n\n1,2\n  \n\r\n3,4\n\n", "5:1|2|\n8:3|4|\n"},
        {&strict, "# one\n  # two, \"three\n\na,bee\n1,2\n", "5:1|2|\n"},
        {&strict, "a,bee\n#1,2\n", "2:#1|2|\n"},
        {&strict, "a,bee\n 1 ,\t2\t\n", "2:1|2|\n"},
        {&strict, "\"a\",\"bee\"\n\"1\",\" 2 \"\n", "2:1| 2 |\n"},
        {&strict, "a,bee\n\"x,y\",\"say \"\"no\"\"\"\n", "2:x,y|say \"no\"|\n"},
        {&strict, "a,bee\n\"x\ny\",2\n3,4\n", "2:x\ny|2|\n4:3|4|\n"},
        {&strict, "a,bee\n\"x\r\n\r\ny\",2\n3,4\n", "2:x\r\n\r\ny|2|\n5:3|4|\n"},
        {&strict, "a,bee\n,\n\"\",\n", "2:||\n3:||\n"},
        {&strict, "a,bee,note\n1,2,\n", "2:1|2|\n"},
        {&open_ended, "x,a,y,bee,x\n1,2,3,4,5\n", "2:2|4|\n"},
        {&open_ended, "a,bee,\n1,2,3\n", "2:1|2|\n"},
    };
    check(documents, COUNT(documents), STATUS_OK);
}

static void bad_headers_are_told_in_full(void **state)
{
    (void)state;
    static const struct document documents[] = {
        {&strict, "", "t.csv: error: no header line; expected one with a,bee[,note]\n"},
        {&strict, "\n \n", "t.csv: error: no header line; expected one with a,bee[,note]\n"},
        {&strict, "# a,bee\n", "t.csv: error: no header line; expected one with a,bee[,note]\n"},
        {&strict, "a,be\n1,2\n",
         "t.csv:1:3: error: unknown column 'be'; did you mean 'bee'?\n   1 | a,be\n     |   ^~\n"},
        {&strict, "a,bee,zebra\n",
         "t.csv:1:7: error: unknown column 'zebra'; expected a,bee[,note]\n"
         "   1 | a,bee,zebra\n     |       ^~~~~\n"},
        {&strict, "a,bee,\n",
         "t.csv:1:7: error: unknown column ''; expected a,bee[,note]\n"
         "   1 | a,bee,\n     |       ^\n"},
        {&strict, "a,bee,a\n",
         "t.csv:1:7: error: column 'a' stands here for the second time\n"
         "   1 | a,bee,a\n     |       ^\n"},
        {&strict, "a,note\n",
         "t.csv:1:1: error: no column 'bee' in the header line\n   1 | a,note\n     | ^\n"},
        {&strict, "#\na, zebra ,a\n",
         "t.csv:2:4: error: unknown column 'zebra'; expected a,bee[,note]\n"
         "   2 | a, zebra ,a\n     |    ^~~~~\n"
         "t.csv:2:11: error: column 'a' stands here for the second time\n"
         "   2 | a, zebra ,a\n     |           ^\n"
         "t.csv:2:1: error: no column 'bee' in the header line\n"
         "   2 | a, zebra ,a\n     | ^\n"},
        {&open_ended, "a,Bee\n",
         "t.csv:1:3: error: no column 'bee'; is it 'Bee' here?\n   1 | a,Bee\n     |   ^~~\n"},
        {&open_ended, "x,y\n",
         "t.csv:1:1: error: no column 'a' in the header line\n   1 | x,y\n     | ^\n"
         "t.csv:1:1: error: no column 'bee' in the header line\n   1 | x,y\n     | ^\n"},
        {&open_ended, "a,bee,a\n",
         "t.csv:1:7: error: column 'a' stands here for the second time\n"
         "   1 | a,bee,a\n     |       ^\n"},
        {&open_ended, "# no comments here\na,bee\n",
         "t.csv:1:1: error: no column 'a' in the header line\n"
         "   1 | # no comments here\n     | ^\n"
         "t.csv:1:1: error: no column 'bee' in the header line\n"
         "   1 | # no comments here\n     | ^\n"},
        {&strict, "\"a,bee\n1,2\n",
         "t.csv:1:1: error: a quote that is never closed\n   1 | \"a,bee\n     | ^~~~~~\n"},
        {&strict,
         "\xef\xbb\xbf"
         "a,bee,zz\n",
         "t.csv:1:7: error: unknown column 'zz'; expected a,bee[,note]\n"
         "   1 | a,bee,zz\n     |       ^~\n"},
    };
    check(documents, COUNT(documents), STATUS_DATA);
}

static void bad_rows_are_told_and_the_good_ones_given(void **state)
{
    (void)state;
    static const struct document documents[] = {
        {&strict, "a,bee\n1\n3,4\n",
         "3:3|4|\n"
         "t.csv:2:1: error: 1 field; expected 2, as in the header line\n   2 | 1\n     | ^\n"},
        {&strict, "a,bee,note\n1,two\n",
         "t.csv:2:3: error: 2 fields; expected 3, as in the header line\n"
         "   2 | 1,two\n     |   ^~~\n"},
        {&strict, "a,bee\n1,2,three,4\n",
         "t.csv:2:5: error: 4 fields; expected 2, as in the header line\n"
         "   2 | 1,2,three,4\n     |     ^~~~~\n"},
        {&strict, "a,bee\n1,2,\n",
         "t.csv:2:5: error: 3 fields; expected 2, as in the header line\n"
         "   2 | 1,2,\n     |     ^\n"},
        {&strict, "a,bee\r\n\r\n1\r\n",
         "t.csv:3:1: error: 1 field; expected 2, as in the header line\n   3 | 1\n     | ^\n"},
        {&strict, "a,bee\r\r1\r",
         "t.csv:3:1: error: 1 field; expected 2, as in the header line\n   3 | 1\n     | ^\n"},
        {&strict, "a,bee\n\"x\ny\",2, three\n",
         "t.csv:3:7: error: 3 fields; expected 2, as in the header line\n"
         "   3 | y\",2, three\n     |       ^~~~~\n"},
        {&strict, "a,bee\n1,2,\"x\ny\"\n",
         "t.csv:2:5: error: 3 fields; expected 2, as in the header line\n"
         "   2 | 1,2,\"x\n     |     ^~\n"},
        {&strict, "a,bee\n1,2\n3,5\" disk\n4,5\n",
         "2:1|2|\n"
         "t.csv:3:4: error: a quote inside a field that does not begin with one; quote the whole "
         "field and write the quote twice\n   3 | 3,5\" disk\n     |    ^\n"},
        {&strict, "a,bee\n\"x\"y,2\n",
         "t.csv:2:4: error: text behind a closing quote; expected ',' or the end of the line\n"
         "   2 | \"x\"y,2\n     |    ^\n"},
        {&strict, "a,bee\n\"x\" \"y\",2\n",
         "t.csv:2:5: error: text behind a closing quote; expected ',' or the end of the line\n"
         "   2 | \"x\" \"y\",2\n     |     ^\n"},
        {&strict, "a,bee\n\"x\ny\"z,2\n",
         "t.csv:3:3: error: text behind a closing quote; expected ',' or the end of the line\n"
         "   3 | y\"z,2\n     |   ^\n"},
        {&strict, "a,bee\n1,2\n3,\"open\n4,5\n6,7\n",
         "2:1|2|\n"
         "t.csv:3:3: error: a quote that is never closed\n   3 | 3,\"open\n     |   ^~~~~\n"},
        {&strict, "a,bee\n1,\"",
         "t.csv:2:3: error: a quote that is never closed\n   2 | 1,\"\n     |   ^\n"},
        {&strict, "a,bee\n1,\"\"\"\n",
         "t.csv:2:3: error: a quote that is never closed\n   2 | 1,\"\"\"\n     |   ^~~\n"},
    };
    check(documents, COUNT(documents), STATUS_DATA);
}

static void a_nul_is_refused_where_it_stands(void **state)
{
    (void)state;
    static const char text[] = "a,bee\n1,2\n3,\0\n";
    char bytes[1024];
    struct text out = text_over(bytes, sizeof bytes);
    assert_int_equal(read_all(&strict, text, sizeof text - 1, &out), STATUS_DATA);
    assert_string_equal(bytes, "t.csv:3:3: error: a NUL byte; this is no text file\n"
                               "   3 | 3,\\x00\n     |   ^~~~\n");
}

static void twenty_bad_rows_are_enough(void **state)
{
    (void)state;
    char text[512] = "a,bee\n", bytes[8192];
    for (int i = 0; i < 30; i++)
        memcpy(text + 6 + 2 * i, "1\n", 3);
    struct text out = text_over(bytes, sizeof bytes);
    assert_int_equal(read_all(&strict, text, strlen(text), &out), STATUS_DATA);
    assert_int_equal(diag.errors, LIMIT_DIAG_ERRORS);
    assert_non_null(strstr(diag.text[19], "t.csv:21:1:"));
}

static void complaints_name_column_and_place(void **state)
{
    (void)state;
    static const char text[] = "note,bee,a\n\n \"x\", 17 ,z\n";
    struct source source = {"t.csv", text, sizeof text - 1};
    struct csv *csv;
    struct csv_row row;
    arena_reset(&arena);
    diag_init(&diag);
    assert_int_equal(csv_open(&source, &strict, &arena, &diag, &csv), STATUS_OK);
    assert_true(csv_has(csv, 2));
    assert_true(csv_next(csv, &row));
    assert_int_equal(csv_complain(csv, 1, "%s is odd", row.fields[1].text), STATUS_DATA);
    assert_int_equal(csv_complain(csv, 2, "is quoted"), STATUS_DATA);
    assert_false(csv_next(csv, &row));
    assert_int_equal(csv_close(csv), STATUS_DATA);
    assert_string_equal(diag.text[0], "t.csv:3:7: error: column 'bee': 17 is odd\n"
                                      "   3 |  \"x\", 17 ,z\n     |       ^~");
    assert_string_equal(diag.text[1], "t.csv:3:2: error: column 'note': is quoted\n"
                                      "   3 |  \"x\", 17 ,z\n     |  ^~~");
}

/* "a,bee\n" and one record whose first field has `field` bytes and whose line has `line`. */
static char *document_of(size_t field, size_t line, size_t *length)
{
    char *text = malloc(line + 16);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, 16, "a,bee,note\n");
    char *record = text + used;
    memset(record, 'x', line);
    record[field] = ',';
    record[field + 1] = ',';
    record[line - 1] = '\n';
    *length = used + line;
    return text;
}

static void fields_and_lines_end_at_their_limits(void **state)
{
    (void)state;
    char bytes[80000];
    for (int i = -1; i <= 1; i++) {
        size_t length;
        struct text out = text_over(bytes, sizeof bytes);
        char *text = document_of((size_t)(LIMIT_CSV_FIELD + i), LIMIT_CSV_FIELD + 10, &length);
        assert_int_equal(read_all(&strict, text, length, &out), i > 0 ? STATUS_DATA : STATUS_OK);
        assert_true(i <= 0 ||
                    strncmp(bytes, "t.csv:2:1: error: a field of more than 4096 bytes\n", 50) == 0);
        free(text);

        out = text_over(bytes, sizeof bytes);
        size_t line = (size_t)(LIMIT_CSV_LINE + i);
        text = document_of(1, line, &length);
        for (size_t j = 2; j < line - 1; j++) /* short fields, too many: not too long a line */
            text[11 + j] = j % 64 == 0 ? ',' : 'x';
        assert_int_equal(read_all(&strict, text, length, &out), STATUS_DATA);
        assert_int_equal(
            strncmp(bytes, "t.csv:2:1: error: a line of more than 65536 bytes\n", 50) == 0, i > 0);
        assert_int_equal(strstr(bytes, "expected 3, as in the header line") != NULL, i <= 0);
        free(text);
    }
}

static void a_quote_left_open_ends_at_the_line_limit(void **state)
{
    (void)state;
    char bytes[2048];
    size_t length = 200000;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'x', length);
    memcpy(text, "a,bee\n1,\"", 9);
    for (size_t i = 100; i < length; i += 100)
        text[i] = '\n';
    struct text out = text_over(bytes, sizeof bytes);
    assert_int_equal(read_all(&strict, text, length, &out), STATUS_DATA);
    static const char wanted[] = "t.csv:2:3: error: a quote that is still open after 65536 bytes; "
                                 "is the closing one missing?\n";
    assert_memory_equal(bytes, wanted, sizeof wanted - 1);
    free(text);
}

static void columns_end_at_their_limit(void **state)
{
    (void)state;
    for (uint32_t count = LIMIT_CSV_COLUMNS - 1; count <= LIMIT_CSV_COLUMNS + 1; count++) {
        char text[2 * LIMIT_CSV_COLUMNS + 16], bytes[2048];
        memcpy(text, "a,bee", 5);
        size_t length = 5;
        for (uint32_t i = 2; i < count; i++) {
            text[length++] = ',';
            text[length++] = 'x';
        }
        struct text out = text_over(bytes, sizeof bytes);
        bool is_over = count > LIMIT_CSV_COLUMNS;
        assert_int_equal(read_all(&open_ended, text, length, &out),
                         is_over ? STATUS_DATA : STATUS_OK);
        assert_int_equal(strstr(bytes, "error: more than 1024 columns") != NULL, is_over);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

/* A random cell into `cell`, and quoted as needed into `out`. */
static void add_cell(struct text *out, struct text *cell, uint64_t *seed)
{
    static const char letters[] = "ab1 ,\"\n\r;\xc3";
    bool is_quoted = false;
    for (uint64_t left = next_random(seed) % 8; left > 0; left--) {
        char c = letters[next_random(seed) % (sizeof letters - 1)];
        text_add(cell, "%c", c);
        is_quoted |= strchr(" ,\"\n\r", c) != NULL;
    }
    if (!is_quoted && next_random(seed) % 4 != 0) {
        text_add(out, "%s", cell->bytes);
        return;
    }
    text_add(out, "\"");
    for (const char *c = cell->bytes; *c; c++)
        text_add(out, *c == '"' ? "\"\"" : "%c", *c);
    text_add(out, "\"");
}

static void random_documents_are_read_back_cell_by_cell(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    uint64_t seed = support_seed(5);
    for (int i = 0; i < 20000; i++) {
        char bytes[4096], wanted_bytes[4096], got_bytes[4096];
        struct text out = text_over(bytes, sizeof bytes);
        struct text wanted = text_over(wanted_bytes, sizeof wanted_bytes);
        struct text got = text_over(got_bytes, sizeof got_bytes);
        const char *end = ends[next_random(&seed) % COUNT(ends)];
        text_add(&out, "a,bee,note%s", end);
        uint32_t line = 2;
        for (uint64_t rows = next_random(&seed) % 6; rows > 0; rows--) {
            size_t begin = out.length;
            text_add(&wanted, "%u:", line);
            for (int j = 0; j < 3; j++) {
                char cell_bytes[32];
                struct text cell = text_over(cell_bytes, sizeof cell_bytes);
                text_add(&out, "%s", j > 0 ? "," : "");
                add_cell(&out, &cell, &seed);
                text_add(&wanted, "%s%s", j > 0 ? "|" : "", cell_bytes);
            }
            text_add(&wanted, "\n");
            text_add(&out, "%s", end);
            for (const char *c = bytes + begin; *c; c++)
                line += *c == '\n' || (*c == '\r' && c[1] != '\n');
        }
        assert_false(out.is_cut || wanted.is_cut);
        assert_int_equal(read_all(&strict, bytes, out.length, &got), STATUS_OK);
        assert_string_equal(got_bytes, wanted_bytes);
    }
}

static void random_bytes_never_crash_the_reader(void **state)
{
    (void)state;
    static const char letters[] = "abe,,,\"\"\n\r \t#\xef\x00x1";
    uint64_t seed = support_seed(6);
    for (int i = 0; i < 50000; i++) {
        char text[64] = "a,bee\n", bytes[32000];
        size_t length = next_random(&seed) % sizeof text;
        for (size_t j = next_random(&seed) % 2 ? 6 : 0; j < length; j++)
            text[j] = letters[next_random(&seed) % (sizeof letters - 1)];
        struct text out = text_over(bytes, sizeof bytes);
        enum status status = read_all(&strict, text, length, &out);
        assert_int_equal(status, diag.errors > 0 ? STATUS_DATA : STATUS_OK);
    }
}

static int end_arena(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_give_their_rows),
        cmocka_unit_test(bad_headers_are_told_in_full),
        cmocka_unit_test(bad_rows_are_told_and_the_good_ones_given),
        cmocka_unit_test(a_nul_is_refused_where_it_stands),
        cmocka_unit_test(twenty_bad_rows_are_enough),
        cmocka_unit_test(complaints_name_column_and_place),
        cmocka_unit_test(fields_and_lines_end_at_their_limits),
        cmocka_unit_test(a_quote_left_open_ends_at_the_line_limit),
        cmocka_unit_test(columns_end_at_their_limit),
        cmocka_unit_test(random_documents_are_read_back_cell_by_cell),
        cmocka_unit_test(random_bytes_never_crash_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, end_arena);
}
