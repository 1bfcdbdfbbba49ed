/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: YAML text becomes a tree whose every node knows its byte place, within limits, and no bytes
 * at all can crash or hang the reader. Method: small texts with the tree and places worked out by
 * hand; the limits at n-1, n and n+1; thousands of random mutations of the built-in scenarios. */
#include "sim/base/random.h"
#include "sim/base/text.h"
#include "tests/support.h"
#include "tests/workloads/fixture.h"
#include "workloads/builtin.h"

static enum status read_text(struct session *session, const char *text, size_t length,
                             struct yaml_node **root)
{
    struct source *source = arena_alloc(&session->arena, sizeof *source);
    *source = (struct source){"t.yaml", text, length};
    return yaml_read(source, 0, length, &session->arena, &session->diag, root);
}

static void assert_place(struct place place, uint32_t line, uint32_t column, uint32_t width)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
    assert_int_equal(place.width, width);
}

static void keys_and_values_know_their_byte_places(void **state)
{
    struct session *session = session_open();
    struct yaml_node *root = NULL;
    static const char text[] = "a: 1\n"
                               "\xc3\xa9t\xc3\xa9: \"h\xc3\xb6he\" # \xe2\x82\xac\n"
                               "m: {x: [10 s, '20 s'], \xc3\xb6: 3}\n";
    (void)state;
    assert_int_equal(read_text(session, text, sizeof text - 1, &root), STATUS_OK);
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(root->count, 3);
    assert_int_equal(root->weight, 8);
    assert_int_equal(root->height, 4);
    const struct yaml_child *summer = root->children->next;
    assert_string_equal(summer->key, "\xc3\xa9t\xc3\xa9");
    assert_place(summer->key_place, 2, 1, 5);
    assert_string_equal(summer->value->text, "h\xc3\xb6he");
    assert_true(summer->value->is_quoted);
    assert_place(summer->value->place, 2, 8, 7);
    const struct yaml_child *x = yaml_find(yaml_find(root, "m")->value, "x");
    assert_place(x->key_place, 3, 5, 1);
    assert_place(x->value->place, 3, 8, 1);
    assert_place(x->value->children->value->place, 3, 9, 4);
    assert_place(x->value->last->value->place, 3, 15, 6);
    assert_place(yaml_find(yaml_find(root, "m")->value, "\xc3\xb6")->value->place, 3, 28, 1);
    assert_null(yaml_find(root, "none"));
    session_close(session);
}

static void an_alias_is_the_node_it_names(void **state)
{
    struct session *session = session_open();
    struct yaml_node *root = NULL;
    static const char text[] = "a: &law {exponential: 1 d}\nb: *law\nc: [*law, *law]\n";
    (void)state;
    assert_int_equal(read_text(session, text, sizeof text - 1, &root), STATUS_OK);
    assert_ptr_equal(yaml_find(root, "b")->value->children, yaml_find(root, "a")->value->children);
    assert_int_equal(root->weight, 1 + 2 + 2 + 1 + 2 + 2);
    session_close(session);
}

static enum status read_made(char *text, size_t length)
{
    struct session *session = session_open();
    struct yaml_node *root = NULL;
    enum status status = read_text(session, text, length, &root);
    assert_true((status == STATUS_OK) == (session->diag.errors == 0));
    session_close(session);
    free(text);
    return status;
}

/* "[[[…]]]", depth brackets deep. */
static enum status read_nested(size_t depth)
{
    char *text = malloc(2 * depth);
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return read_made(text, 2 * depth);
}

/* "[x,x,…]": a list and count - 1 scalars. */
static enum status read_many(size_t count)
{
    size_t length = 2 * (count - 1) + 1;
    char *text = malloc(length);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = i % 2 ? 'x' : ',';
    text[0] = '[';
    text[length - 1] = ']';
    return read_made(text, length);
}

static void depth_and_values_are_limited(void **state)
{
    (void)state;
    assert_int_equal(read_nested(LIMIT_SCENARIO_DEPTH - 1), STATUS_OK);
    assert_int_equal(read_nested(LIMIT_SCENARIO_DEPTH), STATUS_OK);
    assert_int_equal(read_nested(LIMIT_SCENARIO_DEPTH + 1), STATUS_INPUT);
    assert_int_equal(read_nested(100000), STATUS_INPUT);
    assert_int_equal(read_many(LIMIT_SCENARIO_VALUES - 1), STATUS_OK);
    assert_int_equal(read_many(LIMIT_SCENARIO_VALUES), STATUS_OK);
    assert_int_equal(read_many(LIMIT_SCENARIO_VALUES + 1), STATUS_INPUT);
}

static void aliases_count_as_what_they_expand_to(void **state)
{
    static const char head[] = "a: &a [x,x,x,x,x,x,x,x,x]\nb: ["; /* *a counts ten */
    (void)state;
    /* root, keys, a: 1 + 1 + 10; b: 1 + 1; then ten for each alias */
    size_t most = (LIMIT_SCENARIO_VALUES - 14) / 10;
    for (size_t count = most; count <= most + 1; count++) {
        size_t capacity = sizeof head + 3 * count + 1;
        char *bytes = malloc(capacity);
        assert_non_null(bytes);
        struct text text = text_over(bytes, capacity);
        text_add(&text, "%s", head);
        for (size_t i = 0; i < count; i++)
            text_add(&text, "*a,");
        text_add(&text, "]");
        assert_false(text.is_cut);
        assert_int_equal(read_made(bytes, text.length), count == most ? STATUS_OK : STATUS_INPUT);
    }
}

/* A quadratic check of duplicates would need 10^9 comparisons here. */
static void a_map_of_many_keys_is_read_and_its_duplicate_found(void **state)
{
    enum { KEYS = 49000 };
    char *bytes = malloc(KEYS * 12);
    struct session *session = session_open();
    struct yaml_node *root = NULL;
    (void)state;
    assert_non_null(bytes);
    struct text text = text_over(bytes, KEYS * 12);
    for (int i = 0; i < KEYS; i++)
        text_add(&text, "k%d: 1\n", i == KEYS - 1 ? 77 : i);
    assert_int_equal(read_text(session, bytes, text.length, &root), STATUS_INPUT);
    assert_int_equal(session->diag.errors, 1);
    assert_non_null(strstr(session->diag.text[0],
                           "t.yaml:49000:1: error: key 'k77' is given twice; the first is in line "
                           "78, column 1"));
    session_close(session);
    free(bytes);
}

/* All in one line: finding a place must not walk the line again for each value. */
static void a_line_of_a_mebibyte_is_read(void **state)
{
    size_t length = LIMIT_SCENARIO_BYTES;
    char *text = malloc(length);
    struct session *session = session_open();
    struct yaml_node *root = NULL;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = i % 12 ? 'x' : ',';
    text[0] = '[';
    text[length - 1] = ']';
    assert_int_equal(read_text(session, text, length, &root), STATUS_OK);
    assert_int_equal(root->count, (length + 11) / 12);
    assert_int_equal(root->last->value->place.line, 1);
    session_close(session);
    free(text);
}

/* ---- mutations ---------------------------------------------------------------------------------
 */

struct mutator {
    uint64_t seed;
    uint32_t occurrence;
};

static uint64_t next_word(struct mutator *mutator)
{
    const struct random_address address = {mutator->seed, 0, 0, 0, mutator->occurrence++};
    return random_bits(&address, 0).w[0];
}

/* Changes up to eight places: a byte, a cut, a repeated piece, or a piece that means something. */
static size_t mutate(struct mutator *mutator, char *text, size_t length, size_t capacity)
{
    static const char *const pieces[] = {
        "{",   "}",  "[",        "]",  ": ",  "- ",    "\n",   "\t",           "&a ",
        "*a",  "\"", "'",        "!",  "|\n", "---\n", "\xc3", "\xef\xbb\xbf", "1e999 y",
        "nan", "\0", "import: ", "? ", "#",   ","};
    for (uint64_t n = next_word(mutator) % 8 + 1; n > 0; n--) {
        size_t at = (size_t)(next_word(mutator) % length);
        uint64_t kind = next_word(mutator) % 4;
        if (kind == 0) {
            text[at] = (char)next_word(mutator);
        } else if (kind == 1 && length > 64) {
            size_t cut = (size_t)(next_word(mutator) % 32) + 1;
            cut = cut > length - at ? length - at : cut;
            memmove(text + at, text + at + cut, length - at - cut);
            length -= cut;
        } else {
            size_t i = (size_t)(next_word(mutator) % (sizeof pieces / sizeof pieces[0]));
            size_t size = pieces[i][0] ? strlen(pieces[i]) : 1;
            if (length + size > capacity)
                continue;
            memmove(text + at + size, text + at, length - at);
            memcpy(text + at, pieces[i], size);
            length += size;
        }
    }
    return length;
}

static void no_bytes_crash_the_reader(void **state)
{
    struct mutator mutator = {support_seed(20061), 0};
    struct session *session = session_open();
    size_t capacity = 8192, refused = 0, accepted = 0;
    (void)state;
    for (int round = 0; round < 4000; round++) {
        size_t count = 0;
        while (builtin_list[count].name)
            count++;
        const struct builtin *builtin = &builtin_list[next_word(&mutator) % count];
        char *text = malloc(capacity); /* of its own, so that a read past the end is seen */
        assert_non_null(text);
        memcpy(text, builtin->text, builtin->length);
        size_t length = mutate(&mutator, text, builtin->length, capacity);
        char *exact = malloc(length + 1);
        assert_non_null(exact);
        memcpy(exact, text, length);
        exact[length] = 0;
        free(text);
        struct yaml_node *root = NULL;
        diag_init(&session->diag);
        enum status status = read_text(session, exact, length, &root);
        if (status == STATUS_OK && root->kind == NODE_MAP) {
            static struct source source;
            source = (struct source){"t.yaml", exact, length};
            session->document = (struct scenario_document){
                .layers = {{&source, root, ""}}, .count = 1, .folder = "", .name = "t"};
            status = session_build(session, NULL);
        }
        assert_true(status == STATUS_OK || session->diag.errors > 0 || root->kind != NODE_MAP);
        accepted += status == STATUS_OK;
        refused += status == STATUS_INPUT;
        arena_reset(&session->arena);
        free(exact);
    }
    assert_true(refused > 1000 && accepted > 100);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_values_know_their_byte_places),
        cmocka_unit_test(an_alias_is_the_node_it_names),
        cmocka_unit_test(depth_and_values_are_limited),
        cmocka_unit_test(aliases_count_as_what_they_expand_to),
        cmocka_unit_test(a_map_of_many_keys_is_read_and_its_duplicate_found),
        cmocka_unit_test(a_line_of_a_mebibyte_is_read),
        cmocka_unit_test(no_bytes_crash_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
