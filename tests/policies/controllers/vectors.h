/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the reference table of theory (../shared), for tests of single controllers.
 *
 * Parameters are JSON inside CSV. vectors_each calls once for each row of a family. */
#ifndef CAIRN_TESTS_VECTORS_H
#define CAIRN_TESTS_VECTORS_H

#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

enum { VECTORS_ID, VECTORS_FAMILY, VECTORS_SEMANTICS, VECTORS_PARAMS, VECTORS_QUANTITY };
enum { VECTORS_VALUE = VECTORS_QUANTITY + 1, VECTORS_SD, VECTORS_NOTE, VECTORS_FIELDS };

struct vector {
    const char *fields[VECTORS_FIELDS];
    json_t *params;
    double value;
};

/* Cuts a record in place; returns what follows it. */
static inline char *vectors_cut(char *at, const char *fields[VECTORS_FIELDS])
{
    for (unsigned i = 0; i < VECTORS_FIELDS; i++) {
        bool is_quoted = *at == '"';
        char *out = at += is_quoted;
        fields[i] = at;
        while (*at && (is_quoted || (*at != ',' && *at != '\n'))) {
            if (is_quoted && *at == '"' && *++at != '"')
                break;
            *out++ = *at++;
        }
        char end = *at;
        at += end != '\0';
        *out = '\0';
        if (end == '\n' || end == '\0') {
            while (++i < VECTORS_FIELDS)
                fields[i] = out;
        }
    }
    return at;
}

/* How many rows there were; skips the test, aloud, where the table is not at hand. */
static inline unsigned vectors_each(const char *family, void (*check)(const struct vector *row))
{
    char path[SUPPORT_PATH];
    unsigned count = 0;
    if (!support_shared("reference/theory.csv", path))
        skip();
    char *text = support_read(path, NULL);
    assert_non_null(text);
    for (char *at = text; *at;) {
        struct vector row;
        at = vectors_cut(at, row.fields);
        if (strcmp(row.fields[VECTORS_FAMILY], family) != 0)
            continue;
        row.params = json_loads(row.fields[VECTORS_PARAMS], 0, NULL);
        assert_non_null(row.params);
        row.value = strtod(row.fields[VECTORS_VALUE], NULL);
        check(&row);
        json_decref(row.params);
        count++;
    }
    free(text);
    return count;
}

static inline double vectors_number(const struct vector *row, const char *key)
{
    const json_t *value = json_object_get(row->params, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

#endif
