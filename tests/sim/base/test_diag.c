/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: messages look like a compiler's, the caret stands under its column, and nothing a user
 * wrote reaches the terminal raw or overflows a message.
 * Method: a table of whole rendered messages; limits at n-1, n, n+1; random sources and places,
 * where only the shape is checked. */
#include "sim/base/diag.h"

#include "tests/support.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct diag diag; /* 31 kB: too large for a stack frame under a sanitizer's eye */

static void messages_show_the_line_and_a_caret(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t line, column, width;
        const char *rendered;
    } cases[] = {
        {"a: 1\n  polcy: daly\n", 2, 3, 5,
         "x.yaml:2:3: error: wrong\n   2 |   polcy: daly\n     |   ^~~~~"},
        {"a: 1", 1, 4, 0, "x.yaml:1:4: error: wrong\n   1 | a: 1\n     |    ^"},
        {"a: 1", 1, 5, 1, "x.yaml:1:5: error: wrong\n   1 | a: 1\n     |     ^"},
        {"a: 1", 1, 99, 9, "x.yaml:1:99: error: wrong\n   1 | a: 1\n     |     ^"},
        {"a: 1", 1, 4, 99, "x.yaml:1:4: error: wrong\n   1 | a: 1\n     |    ^"},
        {"a: 1", 7, 1, 1, "x.yaml:7:1: error: wrong\n   7 | \n     | ^"},
        {"a: 1", 0, 0, 0, "x.yaml: error: wrong"},
        {"", 1, 1, 1, "x.yaml:1:1: error: wrong\n   1 | \n     | ^"},
        {"a\r\nbc\r\nd", 2, 2, 1, "x.yaml:2:2: error: wrong\n   2 | bc\n     |  ^"},
        {"a\rbc\rd", 2, 2, 1, "x.yaml:2:2: error: wrong\n   2 | bc\n     |  ^"},
        {"a\n\nc", 3, 1, 1, "x.yaml:3:1: error: wrong\n   3 | c\n     | ^"},
        {"\tb c", 1, 2, 1, "x.yaml:1:2: error: wrong\n   1 |     b c\n     |     ^"},
        {"ab\tc", 1, 4, 1, "x.yaml:1:4: error: wrong\n   1 | ab  c\n     |     ^"},
        {"ab\tc", 1, 3, 1, "x.yaml:1:3: error: wrong\n   1 | ab  c\n     |   ^~"},
        {"\x1b[31m", 1, 2, 1, "x.yaml:1:2: error: wrong\n   1 | \\x1B[31m\n     |     ^"},
        {"\xff!", 1, 2, 1, "x.yaml:1:2: error: wrong\n   1 | \\xFF!\n     |     ^"},
        {"\xc2\x9b!", 1, 3, 1, "x.yaml:1:3: error: wrong\n   1 | \\xC2\\x9B!\n     |         ^"},
        {"\xc3\xa4\xc3\xa4x", 1, 5, 1,
         "x.yaml:1:5: error: wrong\n   1 | \xc3\xa4\xc3\xa4x\n     |   ^"},
        {"\xc3\xa4\xc3\xa4x", 1, 1, 4,
         "x.yaml:1:1: error: wrong\n   1 | \xc3\xa4\xc3\xa4x\n     | ^~"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct source source = {"x.yaml", cases[i].text, strlen(cases[i].text)};
        struct place place = {&source, cases[i].line, cases[i].column, cases[i].width};
        diag_init(&diag);
        assert_int_equal(diag_error(&diag, place, "wrong"), STATUS_INPUT);
        assert_string_equal(diag.text[0], cases[i].rendered);
    }
}

static void long_lines_are_windowed_around_the_caret(void **state)
{
    (void)state;
    char line[1000];
    for (size_t i = 0; i < sizeof line; i++)
        line[i] = (char)('a' + i % 26);
    struct source source = {"x", line, sizeof line};
    diag_init(&diag);
    diag_error(&diag, (struct place){&source, 1, 1, 3}, "e");
    diag_error(&diag, (struct place){&source, 1, 500, 3}, "e");
    diag_error(&diag, (struct place){&source, 1, 1000, 3}, "e");
    diag_error(&diag, (struct place){&source, 1, 500, 900}, "e");
    assert_string_equal(
        diag.text[0],
        "x:1:1: error: e\n"
        "   1 | abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
        "abcdefgh...\n"
        "     | ^~~");
    assert_string_equal(
        diag.text[1],
        "x:1:500: error: e\n"
        "   1 | ...bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyza"
        "bcdefghi...\n"
        "     |                                  ^~~");
    assert_string_equal(diag.text[2], "x:1:1000: error: e\n"
                                      "   1 | ...hijklmnopqrstuvwxyzabcdefghijkl\n"
                                      "     |                                  ^");
    const char *caret = strchr(diag.text[3], '^');
    assert_non_null(caret);
    assert_int_equal(strlen(caret), 86 - 30);
}

static void user_text_in_messages_is_escaped(void **state)
{
    (void)state;
    struct source source = {"a\nb\x1b.yaml", NULL, 0};
    diag_init(&diag);
    diag_error(&diag, (struct place){&source, 0, 0, 0}, "unknown key '%s'",
               "\x1b[2J\xff\n\xc3\xa4");
    diag_error(&diag, (struct place){0}, "nowhere");
    diag_say(&diag, DIAG_WARNING, (struct place){0}, "%d%%", 5);
    assert_string_equal(diag.text[0], "a\\x0Ab\\x1B.yaml: error: unknown key "
                                      "'\\x1B[2J\\xFF\\x0A\xc3\xa4'");
    assert_string_equal(diag.text[1], "error: nowhere");
    assert_string_equal(diag.text[2], "warning: 5%");
    assert_int_equal(diag.severity[1], DIAG_ERROR);
    assert_int_equal(diag.severity[2], DIAG_WARNING);
}

static void a_long_message_is_cut_and_keeps_its_caret(void **state)
{
    (void)state;
    char name[2000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct source source = {"x", "abc", 3};
    diag_init(&diag);
    diag_error(&diag, (struct place){&source, 1, 2, 1}, "key '%s'", name);
    size_t length = strlen(diag.text[0]);
    static const char tail[] = "nnn...\n   1 | abc\n     |  ^";
    assert_int_equal(length, DIAG_TEXT - 1);
    assert_string_equal(diag.text[0] + length - strlen(tail), tail);
}

static void twenty_errors_and_twenty_warnings_are_kept_and_all_counted(void **state)
{
    (void)state;
    diag_init(&diag);
    for (int i = 1; i <= 25; i++) {
        diag_error(&diag, (struct place){0}, "e%d", i);
        assert_int_equal(diag_is_full(&diag), i >= LIMIT_DIAG_ERRORS);
        diag_say(&diag, DIAG_WARNING, (struct place){0}, "w%d", i);
    }
    assert_int_equal(diag.errors, 25);
    assert_int_equal(diag.warnings, 25);
    assert_int_equal(diag.kept, 2 * LIMIT_DIAG_ERRORS);
    assert_string_equal(diag.text[38], "error: e20");
    assert_string_equal(diag.text[39], "warning: w20");
}

static void the_world_s_failures_name_operation_file_and_cause(void **state)
{
    (void)state;
    diag_init(&diag);
    assert_int_equal(diag_world(&diag, "write", "a.csv", ENOSPC), STATUS_IO);
    assert_int_equal(diag_world(&diag, "start a thread", NULL, ENOMEM), STATUS_MEMORY);
    assert_string_equal(diag.text[0], "error: cannot write 'a.csv': No space left on device");
    assert_string_equal(diag.text[1], "error: cannot start a thread: Cannot allocate memory");
}

static void any_bytes_at_any_place_keep_the_shape(void **state)
{
    (void)state;
    uint64_t seed = support_seed(3);
    for (int i = 0; i < 20000; i++) {
        char bytes[400];
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t r = seed >> 20;
        struct source source = {"f", bytes, r % sizeof bytes};
        for (size_t j = 0; j < source.length; j++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bytes[j] = (char)(seed >> 56);
        }
        struct place place = {&source, 1 + (uint32_t)(r >> 9 & 3), (uint32_t)(r >> 11 & 511),
                              (uint32_t)(r >> 20 & 511)};
        diag_init(&diag);
        diag_error(&diag, place, "e");
        const char *first = strchr(diag.text[0], '\n');
        assert_non_null(first);
        const char *second = strchr(first + 1, '\n');
        assert_non_null(second);
        assert_null(strchr(second + 1, '\n'));
        const char *caret = strchr(second, '^');
        assert_non_null(caret);
        assert_true(strlen(second + 1) <= 100);
        assert_int_equal(strspn(caret + 1, "~"), strlen(caret + 1));
        for (const char *c = diag.text[0]; *c; c++)
            assert_true((unsigned char)*c >= 0x20 || *c == '\n');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_show_the_line_and_a_caret),
        cmocka_unit_test(long_lines_are_windowed_around_the_caret),
        cmocka_unit_test(user_text_in_messages_is_escaped),
        cmocka_unit_test(a_long_message_is_cut_and_keeps_its_caret),
        cmocka_unit_test(twenty_errors_and_twenty_warnings_are_kept_and_all_counted),
        cmocka_unit_test(the_world_s_failures_name_operation_file_and_cause),
        cmocka_unit_test(any_bytes_at_any_place_keep_the_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
