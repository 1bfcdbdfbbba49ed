/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the command line share: running cairn in one line, reading its JSON and CSV. */
#ifndef CAIRN_TESTS_SIM_CLI_ASKED_H
#define CAIRN_TESTS_SIM_CLI_ASKED_H

#include "tests/support.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SMALL        "tests/sim/cli/small.yaml"
#define CAIRN(...)   support_cairn((const char *const[]){__VA_ARGS__, NULL}, NULL)

static char folder[SUPPORT_PATH];

static inline int make_folder(void **state)
{
    (void)state;
    return support_folder(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    support_folder_remove(folder);
    return 0;
}

/* folder/name, in one of a few buffers that take turns. */
static inline const char *in_folder(const char *name)
{
    static char paths[8][SUPPORT_PATH + 64];
    static unsigned turn;
    char *path = paths[turn++ % COUNT(paths)];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void assert_exit(const struct support_run *run, int code)
{
    if (run->code != code)
        fail_msg("exit %d, expected %d\n%s%s", run->code, code, run->out, run->err);
}

static inline void assert_says(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("does not say '%s':\n%s", wanted, text);
}

/* The exit code is as wanted; standard output, which the caller frees. */
static inline char *output_of(struct support_run run, int code)
{
    assert_exit(&run, code);
    free(run.err);
    return run.out;
}

/* The same of a shell's command in the project's root. */
__attribute__((format(printf, 2, 3))) static inline char *shell(int code, const char *format, ...)
{
    char command[6 * SUPPORT_PATH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    return output_of(support_run((const char *const[]){"sh", "-c", command, NULL}, NULL, NULL),
                     code);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

#define JSON_DEPTH 8

/* A value of a text that json_is_whole: "a.b" of an object, "a.0" of an array; NULL when absent. */
static inline const char *json_find(const char *text, const char *path);

static inline const char *json_blank(const char *at)
{
    return at + strspn(at, " \n");
}

/* Behind the string that begins at `at`, or NULL. */
static inline const char *json_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at == '\\' && !strchr("\"\\/bfnrtu", *++at))
            return NULL;
    }
    return at + 1;
}

/* Behind a number or a word, or NULL. */
static inline const char *json_scalar(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};
    char *end;
    if (*at == '"')
        return json_string(at);
    for (size_t i = 0; i < COUNT(words); i++)
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    if (!isdigit((unsigned char)*at) && *at != '-') /* no NaN, no inf, no 0x, no +1 */
        return NULL;
    (void)strtod(at, &end);
    return end > at ? end : NULL;
}

/* One walk over the text with a stack of names. Returns where it ended, NULL where it is no JSON;
 * *found is where the value of `path` begins. */
static inline const char *json_walk(const char *text, const char *path, const char **found)
{
    char name[JSON_DEPTH][64], full[512];
    unsigned index[JSON_DEPTH], depth = 0;
    char kind[JSON_DEPTH] = {0};
    const char *at = json_blank(text);
    for (bool is_behind = false;;) {
        if (!is_behind) { /* a value begins here */
            full[0] = '\0';
            for (unsigned i = 0; i < depth; i++)
                snprintf(full + strlen(full), sizeof full - strlen(full), "%s%s", i ? "." : "",
                         name[i]);
            if (path && strcmp(full, path) == 0) {
                *found = at;
                return at;
            }
            if (*at == '{' || *at == '[') {
                if (depth == JSON_DEPTH)
                    return NULL;
                kind[depth] = *at++;
                index[depth] = 0;
                at = json_blank(at);
                is_behind = *at == '}' || *at == ']';
                depth++;
            } else if (!(at = json_scalar(at))) {
                return NULL;
            } else {
                is_behind = true;
            }
        }
        at = json_blank(at);
        if (is_behind && depth == 0)
            return at;
        if (is_behind && (*at == '}' || *at == ']')) {
            if (kind[--depth] != (*at++ == '}' ? '{' : '['))
                return NULL;
            continue;
        }
        if (is_behind && *at++ != ',')
            return NULL;
        at = json_blank(at);
        is_behind = false;
        if (kind[depth - 1] == '[') {
            snprintf(name[depth - 1], sizeof name[0], "%u", index[depth - 1]++);
            continue;
        }
        const char *end = json_string(at);
        if (!end || *json_blank(end) != ':')
            return NULL;
        snprintf(name[depth - 1], sizeof name[0], "%.*s", (int)(end - at) - 2, at + 1);
        at = json_blank(json_blank(end) + 1);
    }
}

static inline const char *json_find(const char *text, const char *path)
{
    const char *found = NULL;
    return json_walk(text, path, &found) ? found : NULL;
}

static inline bool json_is_whole(const char *text)
{
    const char *end = json_walk(text, NULL, NULL);
    return end && *end == '\0';
}

static inline double json_number(const char *text, const char *path)
{
    const char *found = json_find(text, path);
    if (!found)
        fail_msg("no '%s' in\n%s", path, text);
    return strtod(found, NULL);
}

static inline bool json_is_text(const char *text, const char *path, const char *wanted)
{
    const char *found = json_find(text, path);
    size_t length = strlen(wanted);
    return found && found[0] == '"' && strncmp(found + 1, wanted, length) == 0 &&
           found[length + 1] == '"';
}

/* ---- CSV without quotes --------------------------------------------------------------------- */

/* Column `name` of data line `line` (from 0), as text; "" where there is none. */
static inline const char *csv_cell(const char *text, unsigned line, const char *name)
{
    static char value[512];
    unsigned column = 0;
    const char *at = text, *row = text;
    for (;; at += strcspn(at, ",\n") + 1, column++) {
        size_t length = strcspn(at, ",\n");
        if (length == strlen(name) && memcmp(at, name, length) == 0)
            break;
        if (at[length] != ',')
            fail_msg("no column '%s'", name);
    }
    for (unsigned i = 0; i <= line; i++)
        row = row[strcspn(row, "\n")] ? row + strcspn(row, "\n") + 1 : "";
    for (; column > 0; column--)
        row += strcspn(row, ",\n") + (row[strcspn(row, ",\n")] == ',');
    snprintf(value, sizeof value, "%.*s", (int)strcspn(row, ",\n"), row);
    return value;
}

static inline unsigned csv_lines(const char *text)
{
    unsigned lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines > 0 ? lines - 1 : 0;
}

#endif
