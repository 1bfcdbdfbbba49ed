/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tidy: checks what CONVENTIONS and the dependency law say and a compiler cannot.
 *
 * `tidy FOLDER` reads every source below FOLDER and prints `file:line: error: what; what instead`.
 * No parser: each file is copied with comments and strings blanked, in place, so that an offset
 * means the same line everywhere; the rules then look at words, braces and include lines. That is
 * enough for code that clang-format has laid out. A line that must break a rule says so, on itself
 * or the line above, in a comment: tidy: allow RULE, reason. Every such permission is counted in
 * the last line.
 *
 * What may include or call what is said in tidy_rules.h. */
#include "tests/tidy_rules.h"
#include <ctype.h>
#include <fnmatch.h>
#include <fts.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_OF_FILE     600
#define LINES_OF_FUNCTION 70  /* a screen */
#define COLUMNS           100 /* two files side by side */
#define FILES             4096

/* ---- one file ---- */

struct file {
    const char *path; /* below the root */
    char *text;       /* as it is */
    char *code;       /* comments, strings and characters blanked */
    char *comments;   /* everything else blanked */
    char *flat;       /* code without preprocessor lines */
    size_t length;
};

struct tidy {
    unsigned errors, allowed, files, functions, asserts;
    char *stems[FILES]; /* "name\0folder" of every C file */
    size_t stem_count;
};

static bool in_list(const char *list, const char *name)
{
    char pattern[64];
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, " ");
        snprintf(pattern, sizeof(pattern), "%.*s", (int)length, at);
        if (fnmatch(pattern, name, 0) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), tail = strlen(suffix);
    return length >= tail && strcmp(path + length - tail, suffix) == 0;
}

static size_t line_of(const struct file *file, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += file->text[i] == '\n';
    return line;
}

static size_t line_start(const struct file *file, size_t offset)
{
    while (offset > 0 && file->text[offset - 1] != '\n')
        offset--;
    return offset;
}

/* Does a comment on this line or the one above permit it? */
static bool is_allowed(const struct file *file, size_t offset, const char *rule)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "tidy: allow %s, ", rule);
    size_t start = line_start(file, offset);
    if (start > 0)
        start = line_start(file, start - 1);
    size_t end = offset + strcspn(file->text + offset, "\n");
    const char *found = strstr(file->comments + start, wanted);
    return found != NULL && found < file->comments + end;
}

__attribute__((format(printf, 5, 6))) static void say(struct tidy *tidy, const struct file *file,
                                                      size_t offset, const char *rule,
                                                      const char *format, ...)
{
    if (is_allowed(file, offset, rule)) {
        tidy->allowed++;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    printf("%s:%zu: error: ", file->path, line_of(file, offset));
    vprintf(format, arguments);
    printf(" [%s]\n", rule);
    va_end(arguments);
    tidy->errors++;
}

/* ---- reading ---- */

static char *must(char *memory)
{
    if (memory == NULL) {
        perror("tidy");
        exit(2);
    }
    return memory;
}

static void file_read(struct file *file, const char *from)
{
    FILE *stream = fopen(from, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) {
        perror(from);
        exit(2);
    }
    long size = ftell(stream);
    rewind(stream);
    file->text = must(calloc((size_t)size + 1, 1));
    file->length = fread(file->text, 1, (size_t)size, stream);
    fclose(stream);
}

/* Blanks bytes [from, to) but keeps the lines. */
static void blank(char *bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (bytes[i] != '\n')
            bytes[i] = ' ';
}

/* The end of the comment, string or character that begins at i; i where none does. */
static size_t skip_quiet(const char *text, size_t i)
{
    if (text[i] == '/' && text[i + 1] == '*') {
        const char *end = strstr(text + i + 2, "*/");
        return end != NULL ? (size_t)(end - text) + 2 : strlen(text);
    }
    if (text[i] == '/' && text[i + 1] == '/')
        return i + strcspn(text + i, "\n");
    if (text[i] != '"' && text[i] != '\'')
        return i;
    char quote = text[i++];
    while (text[i] != '\0' && text[i] != quote && text[i] != '\n')
        i += text[i] == '\\' && text[i + 1] != '\0' ? 2 : 1;
    return i + (text[i] == quote);
}

static void blank_directives(char *flat)
{
    for (size_t i = 0; flat[i] != '\0';) {
        size_t end = i;
        do {
            end += strcspn(flat + end, "\n");
            end += flat[end] == '\n';
        } while (flat[end] != '\0' && end >= 2 && flat[end - 2] == '\\');
        if (flat[i + strspn(flat + i, " ")] == '#')
            blank(flat, i, end);
        else
            end = i + strcspn(flat + i, "\n") + (flat[i + strcspn(flat + i, "\n")] == '\n');
        i = end;
    }
}

static void file_split(struct file *file)
{
    file->code = must(strdup(file->text));
    file->comments = must(strdup(file->text));
    file->length = strlen(file->text);
    for (size_t i = 0; i < file->length;) {
        size_t end = skip_quiet(file->text, i);
        bool is_comment = end > i && file->text[i] == '/';
        if (end > i)
            blank(file->code, i, end);
        if (!is_comment)
            blank(file->comments, i, end > i ? end : i + 1);
        i = end > i ? end : i + 1;
    }
    file->flat = must(strdup(file->code));
    blank_directives(file->flat);
}

static void file_close(struct file *file)
{
    free(file->text);
    free(file->code);
    free(file->comments);
    free(file->flat);
}

/* ---- words ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The next identifier at or after *at: its start, and its length in *length; false at the end. */
static bool next_word(const char *text, size_t end, size_t *at, size_t *length)
{
    size_t i = *at;
    while (i < end && !is_word(text[i]))
        i++;
    size_t start = i;
    while (i < end && is_word(text[i]))
        i++;
    *at = start;
    *length = i - start;
    return i > start;
}

static bool word_is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool has_word(const char *text, size_t length, const char *word)
{
    for (size_t at = 0, size; next_word(text, length, &at, &size); at += size)
        if (word_is(text + at, size, word))
            return true;
    return false;
}

/* ---- rules of lines and openings ---- */

static void check_lines(struct tidy *tidy, const struct file *file)
{
    size_t line = 0;
    for (size_t start = 0; start < file->length; line++) {
        size_t end = start + strcspn(file->text + start, "\n"), columns = 0;
        for (size_t i = start; i < end; i++)
            columns += ((unsigned char)file->text[i] & 0xc0) != 0x80; /* UTF-8: count first bytes */
        if (columns > COLUMNS)
            say(tidy, file, start, "column",
                "%zu columns; at most %d, clang-format breaks the line", columns, COLUMNS);
        if (memchr(file->text + start, '\t', end - start) != NULL)
            say(tidy, file, start, "tab", "a tab; indent with four spaces, write \\t in a string");
        start = end + 1;
    }
    if (line > LINES_OF_FILE)
        say(tidy, file, 0, "long-file", "%zu lines; at most %d, split it by concept", line,
            LINES_OF_FILE);
}

/* Does the line at `start` end with a full stop, or with one before the end of the comment? */
static bool is_sentence(const struct file *file, size_t start)
{
    const char *line = file->text + start;
    size_t length = strcspn(line, "\n");
    if (length > 3 && memcmp(line + length - 3, " */", 3) == 0)
        length -= 3;
    return length > 0 && line[length - 1] == '.';
}

static void check_opening(struct tidy *tidy, const struct file *file)
{
    char spdx[80], guard[80], name[80];
    const char *licence = in_list(apache, file->path) ? "Apache-2.0" : "GPL-3.0-or-later";
    snprintf(spdx, sizeof(spdx), "/* SPDX-License-Identifier: %s */\n", licence);
    if (strncmp(file->text, spdx, strlen(spdx)) != 0)
        say(tidy, file, 0, "licence", "the first line is not %.*s", (int)strlen(spdx) - 1, spdx);
    size_t second = strcspn(file->text, "\n") + 1;
    if (second >= file->length || strncmp(file->text + second, "/* ", 3) != 0)
        say(tidy, file, 0, "title", "the second line begins no comment; say what this file is");
    else if (has_suffix(file->path, ".c") && !in_list("tests/*", file->path) &&
             !is_sentence(file, second))
        say(tidy, file, second, "title", "the title is no sentence of one line with a full stop");
    if (!has_suffix(file->path, ".h"))
        return;
    const char *at = strchr(file->code, '#');
    if (at == NULL || sscanf(at, "#ifndef %79s #define %79s", guard, name) != 2 ||
        strcmp(guard, name) != 0)
        say(tidy, file, 0, "guard", "no include guard; begin with #ifndef CAIRN_FOLDER_NAME_H");
}

static void check_key_words(struct tidy *tidy, const struct file *file, const char *text)
{
    char word[16];
    for (size_t at = 0, length; next_word(text, file->length, &at, &length); at += length) {
        if (length >= sizeof(word))
            continue;
        snprintf(word, sizeof(word), "%.*s", (int)length, text + at);
        if (in_list(key_words, word))
            say(tidy, file, at, "key-word", "%s; do it, or write an issue", word);
    }
}

/* ---- rules of words ---- */

static void check_include(struct tidy *tidy, const struct file *file, size_t at)
{
    char open = 0, name[256];
    if (sscanf(file->text + at, "include %c%255[^\">]", &open, name) != 2)
        return;
    if (open == '<') {
        if (in_list(programs, file->path))
            return;
        for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
            if (in_list(headers[i].names, name) && !in_list(headers[i].where, file->path))
                say(tidy, file, at, "include", "<%s> is not for this file; %s", name,
                    headers[i].cure);
        return;
    }
    if (strchr(name, '/') == NULL) {
        say(tidy, file, at, "include", "\"%s\" says no folder; write the path from the root", name);
        return;
    }
    const char *to = "nothing (this folder is not in tests/tidy_rules.h)";
    for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++)
        if (in_list(arrows[i].from, file->path))
            to = arrows[i].to;
    if (!in_list(to, name))
        say(tidy, file, at, "include", "\"%s\" breaks the dependency law; here only: %s", name, to);
}

/* Does a '.' or "->" stand before the word at `at`? */
static bool is_member(const char *code, size_t at)
{
    while (at > 0 && isspace((unsigned char)code[at - 1]))
        at--;
    return at > 0 &&
           (code[at - 1] == '.' || (code[at - 1] == '>' && at > 1 && code[at - 2] == '-'));
}

static void check_call(struct tidy *tidy, const struct file *file, size_t at, const char *word)
{
    if (is_member(file->code, at))
        return; /* which happens to have the name */
    if (in_list(programs, file->path))
        return;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (in_list(calls[i].names, word) && !in_list(calls[i].where, file->path))
            say(tidy, file, at, "call", "%s is banned; %s", word, calls[i].cure);
}

static void check_words(struct tidy *tidy, const struct file *file)
{
    char word[64], last[64] = "";
    for (size_t at = 0, length; next_word(file->code, file->length, &at, &length); at += length) {
        snprintf(word, sizeof(word), "%.*s", (int)length, file->code + at);
        size_t after = at + length;
        after += strspn(file->code + after, " \n");
        size_t start = line_start(file, at);
        if (strcmp(word, "include") == 0 &&
            file->code[start + strspn(file->code + start, " ")] == '#')
            check_include(tidy, file, at);
        else if (file->code[after] == '(')
            check_call(tidy, file, at, word);
        if (strcmp(last, "long") == 0 && strcmp(word, "double") == 0 &&
            !in_list("tests/*", file->path))
            say(tidy, file, at, "call",
                "long double is banned; it has other bits on other machines");
        memcpy(last, word, sizeof(last));
    }
}

/* ---- rules of declarations and functions ---- */

/* A declaration of objects, without its ';': is each of them constant? */
static void check_object(struct tidy *tidy, const struct file *file, size_t start, size_t end)
{
    char text[512];
    size_t used = 0, depth = 0;
    for (size_t i = start; i < end && used + 1 < sizeof(text); i++) {
        if (file->flat[i] == '=' && depth == 0)
            break;
        depth += file->flat[i] == '{';
        if (depth == 0)
            text[used++] = file->flat[i];
        depth -= file->flat[i] == '}';
    }
    text[used] = '\0';
    const char *star = strrchr(text, '*');
    const char *object =
        star != NULL ? star : text; /* behind the last '*' it is the object's own */
    if (has_word(object, strlen(object), "const") || has_word(text, used, "sig_atomic_t"))
        return;
    say(tidy, file, start, "global",
        "an object that can change outlives its function; pass a struct%s",
        star != NULL ? ", or write const behind the last *" : "");
}

/* A statement at file scope that ends with ';'. */
static void check_declaration(struct tidy *tidy, const struct file *file, size_t start, size_t end)
{
    const char *text = file->flat + start;
    size_t at = 0, length, words = 0;
    if (!next_word(text, end - start, &at, &length))
        return;
    char first[64];
    snprintf(first, sizeof(first), "%.*s", (int)length, text + at);
    if (in_list("typedef extern static_assert _Static_assert __extension__", first))
        return;
    const char *stop = memchr(text, '=', end - start), *brace = memchr(text, '{', end - start);
    const char *parenthesis = memchr(text, '(', end - start);
    if (brace != NULL && (stop == NULL || brace < stop)) { /* struct x {…} and what follows it */
        const char *closing = text + (end - start);
        while (closing > brace && closing[-1] != '}')
            closing--;
        parenthesis = NULL;
        for (at = (size_t)(closing - text); next_word(text, end - start, &at, &length);
             at += length)
            words += !(word_is(text + at, length, "__attribute__"));
        if (words == 0)
            return;
    } else if (in_list("struct union enum", first) && stop == NULL) {
        for (at = 0; next_word(text, end - start, &at, &length); at += length)
            words++;
        if (words == 2)
            return; /* struct x; */
    }
    bool is_function = parenthesis != NULL && (stop == NULL || parenthesis < stop) &&
                       parenthesis[1 + strspn(parenthesis + 1, " ")] != '*';
    if (!is_function && !in_list("tests/*", file->path))
        check_object(tidy, file, start, end);
}

static void check_body(struct tidy *tidy, const struct file *file, const char *name, size_t start,
                       size_t end)
{
    bool is_test = in_list("tests/*", file->path), is_sim = in_list("sim/*", file->path);
    tidy->functions += is_sim;
    for (size_t at = start, length; next_word(file->flat, end, &at, &length); at += length) {
        const char *word = file->flat + at;
        bool is_call = word[length + strspn(word + length, " \n")] == '(';
        tidy->asserts += is_sim && is_call && word_is(word, length, "assert");
        if (!is_test && is_call && word_is(word, length, name) && !is_member(file->flat, at))
            say(tidy, file, at, "recursion", "%s calls itself; use a loop and a bounded stack",
                name);
        if (!is_test && word_is(word, length, "static"))
            check_object(tidy, file, at, at + strcspn(word, ";"));
    }
}

static void check_function(struct tidy *tidy, const struct file *file, size_t start, size_t open,
                           size_t end)
{
    char name[64] = "";
    for (size_t at = start, length; next_word(file->flat, open, &at, &length); at += length) {
        const char *behind = file->flat + at + length;
        if (behind[strspn(behind, " \n")] != '(' ||
            word_is(file->flat + at, length, "__attribute__") ||
            word_is(file->flat + at, length, "format"))
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)length, file->flat + at);
        break;
    }
    size_t lines = line_of(file, end) - line_of(file, start) + 1;
    if (lines > LINES_OF_FUNCTION)
        say(tidy, file, start, "long-function", "%s has %zu lines; at most %d, split it", name,
            lines, LINES_OF_FUNCTION);
    check_body(tidy, file, name, open, end);
}

/* The brace that closes the one at `open`. */
static size_t closing_brace(const char *flat, size_t open)
{
    size_t depth = 0, i = open;
    for (; flat[i] != '\0'; i++) {
        depth += flat[i] == '{';
        depth -= flat[i] == '}';
        if (depth == 0)
            break;
    }
    return i;
}

/* Walks over what stands at file scope: declarations end with ';', functions with their body. */
static void check_scope(struct tidy *tidy, const struct file *file)
{
    size_t start = 0;
    for (size_t i = 0; i < file->length; i++) {
        if (i == start && (isspace((unsigned char)file->flat[i]) || file->flat[i] == '}')) {
            start++; /* a lone '}' closes extern "C" */
        } else if (file->flat[i] == ';') {
            check_declaration(tidy, file, start, i);
            start = i + 1;
        } else if (file->flat[i] == '{') {
            size_t end = closing_brace(file->flat, i), length = i - start;
            bool is_function = memchr(file->flat + start, '(', length) != NULL &&
                               memchr(file->flat + start, '=', length) == NULL;
            if (is_function)
                check_function(tidy, file, start, i, end);
            if (is_function || strncmp(file->flat + start, "extern", 6) == 0)
                start = is_function ? end + 1 : i + 1;
            i = is_function || start <= i ? end : i;
        }
    }
}

/* ---- rules of the tree ---- */

static void check_name(struct tidy *tidy, const struct file *file)
{
    const char *base = strrchr(file->path, '/');
    base = base != NULL ? base + 1 : file->path;
    size_t folder = (size_t)(base - file->path), stem = strlen(base) - 2;
    char *entry = must(calloc(strlen(file->path) + 2, 1));
    memcpy(entry, base, stem);
    memcpy(entry + stem + 1, file->path, folder);
    for (size_t i = 0; i < tidy->stem_count; i++) {
        const char *other = tidy->stems[i] + stem + 1;
        if (strcmp(tidy->stems[i], entry) == 0 && strcmp(other, entry + stem + 1) != 0) {
            say(tidy, file, 0, "name", "%s also has a file %s; a base name is used once", other,
                entry);
            break;
        }
    }
    if (tidy->stem_count < FILES)
        tidy->stems[tidy->stem_count++] = entry;
    else
        free(entry);
}

static void check_file(struct tidy *tidy, const char *path, const char *from)
{
    bool is_c = has_suffix(path, ".c") || has_suffix(path, ".h");
    if (!is_c && !has_suffix(path, ".md") && !has_suffix(path, ".sh") &&
        !has_suffix(path, "Makefile"))
        return;
    struct file file = {.path = path};
    file_read(&file, from);
    file_split(&file);
    tidy->files++;
    check_key_words(tidy, &file, is_c ? file.comments : file.text);
    if (is_c) {
        check_name(tidy, &file);
        check_lines(tidy, &file);
        check_opening(tidy, &file);
        check_words(tidy, &file);
        check_scope(tidy, &file);
    }
    file_close(&file);
}

static bool has_match(const char *folder, const char *pattern)
{
    char path[4096];
    glob_t found;
    snprintf(path, sizeof(path), "%s/%s", folder, pattern);
    bool is_found = glob(path, 0, NULL, &found) == 0;
    globfree(&found);
    return is_found;
}

static void check_folder(struct tidy *tidy, const char *path, const char *from)
{
    if (in_list("tests/?*", path) || !has_match(from, "*.[ch]") || has_match(from, "README.md"))
        return;
    printf("%s:1: error: no README.md; say what lives here and where to start [readme]\n", path);
    tidy->errors++;
}

static void check_tree(struct tidy *tidy, const char *root)
{
    char start[4096];
    snprintf(start, sizeof(start), "%s", root);
    char *roots[] = {start, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk != NULL && (entry = fts_read(walk)) != NULL;) {
        const char *path = entry->fts_level == 0 ? "." : entry->fts_path + strlen(root) + 1;
        if (entry->fts_level == 1 && !in_list(top_level, entry->fts_name) &&
            entry->fts_info != FTS_DP) {
            printf("%s:1: error: not a name for the top level; only %s [top-level]\n", path,
                   top_level);
            tidy->errors++;
        }
        if (entry->fts_level == 1 && (entry->fts_name[0] == '.' || strcmp(path, "build") == 0))
            fts_set(walk, entry, FTS_SKIP);
        else if (entry->fts_info == FTS_F)
            check_file(tidy, path, entry->fts_path);
        else if (entry->fts_info == FTS_D)
            check_folder(tidy, path, entry->fts_path);
    }
    fts_close(walk);
}

int main(int argc, char **argv)
{
    static struct tidy tidy;
    check_tree(&tidy, argc > 1 ? argv[1] : ".");
    for (size_t i = 0; i < tidy.stem_count; i++)
        free(tidy.stems[i]);
    double per_function = tidy.functions > 0 ? (double)tidy.asserts / (double)tidy.functions : 0;
    printf(
        "tidy: %u files, %u errors, %u allowed; sim/ has %u functions and %u asserts (%.1f each)\n",
        tidy.files, tidy.errors, tidy.allowed, tidy.functions, tidy.asserts, per_function);
    return tidy.errors > 0;
}
