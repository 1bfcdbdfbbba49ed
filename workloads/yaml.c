/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML into a tree: the only file that knows libyaml.
 *
 * libyaml gives events; a stack of open maps and lists (at most LIMIT_SCENARIO_DEPTH) turns them
 * into nodes, so no input can make us recurse. The bytes are checked first (UTF-8, no NUL), because
 * then libyaml's character marks can be turned into byte columns. Invariant: a node that is linked
 * into the tree has its final weight and height, and both are within the limits.
 * Trade: libyaml stops at the first syntax error; in exchange nobody maintains a YAML scanner here.
 */
#include "workloads/yaml.h"
#include "sim/base/limits.h"
#include "sim/base/sort.h"
#include "sim/base/text.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <yaml.h>

struct anchor {
    const char *name;
    const struct yaml_node *node;
    bool is_open; /* its node is still being read */
    struct anchor *next;
};

struct level {
    struct yaml_node *node;
    const char *key; /* of a map: the key that waits for its value */
    size_t key_length;
    struct place key_place;
    struct anchor *anchor;
};

struct reader {
    yaml_parser_t parser;
    const struct source *source;
    const char *text; /* what libyaml sees */
    size_t length;
    struct arena *arena;
    struct diag *diag;
    size_t byte, character; /* the same position in bytes and in libyaml's characters */
    uint32_t line;          /* of `byte`, from 1 */
    size_t line_start;      /* of that line, in source->text */
    uint32_t values;
    bool has_duplicates;
    struct anchor *anchors;
    struct level levels[LIMIT_SCENARIO_DEPTH];
    uint32_t depth;
    struct yaml_node *root;
};

/* ---- places -------------------------------------------------------------------------------- */

/* The place of a byte of source->text. */
static struct place place_at(const struct source *source, size_t offset, uint32_t width)
{
    struct place place = {source, 1, 1, width};
    for (size_t i = 0; i < offset; i++) {
        place.column++;
        if (source->text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The start of the line of the source that holds byte `offset`. */
static size_t line_start(const struct source *source, size_t offset)
{
    while (offset > 0 && source->text[offset - 1] != '\n')
        offset--;
    return offset;
}

/* Moves the position to a character index. Marks come almost in order, so this is a short walk. */
static void position_seek(struct reader *reader, size_t character)
{
    const char *text = reader->text;
    size_t base = (size_t)(text - reader->source->text);
    while (reader->character > character) {
        reader->character--;
        do
            reader->byte--;
        while (reader->byte > 0 && is_continuation(text[reader->byte]));
        if (text[reader->byte] == '\n') {
            reader->line--;
            reader->line_start = line_start(reader->source, base + reader->byte);
        }
    }
    while (reader->character < character && reader->byte < reader->length) {
        bool is_end = text[reader->byte] == '\n';
        reader->character++;
        reader->line += is_end;
        do
            reader->byte++;
        while (reader->byte < reader->length && is_continuation(text[reader->byte]));
        if (is_end)
            reader->line_start = base + reader->byte;
    }
}

/* `end` NULL or in another line: one byte wide. */
static struct place place_of(struct reader *reader, const yaml_mark_t *start,
                             const yaml_mark_t *end)
{
    size_t base = (size_t)(reader->text - reader->source->text);
    position_seek(reader, start->index);
    struct place place = {reader->source, reader->line,
                          (uint32_t)(base + reader->byte - reader->line_start) + 1, 1};
    size_t begin = reader->byte;
    if (end && end->line == start->line && end->index > start->index) {
        position_seek(reader, end->index);
        place.width = (uint32_t)(reader->byte - begin);
    }
    return place;
}

/* ---- bytes --------------------------------------------------------------------------------- */

static enum status bytes_check(const struct source *source, size_t start, size_t length,
                               struct diag *diag)
{
    const char *text = source->text;
    struct place file = {source, 0, 0, 0};
    size_t end = start + length;
    if (length >= 2 &&
        (memcmp(text + start, "\xff\xfe", 2) == 0 || memcmp(text + start, "\xfe\xff", 2) == 0))
        return diag_error(diag, file, "is UTF-16 text; save it as UTF-8");
    for (size_t i = start; i < end;) {
        size_t size = text_utf8(text + i, end - i);
        unsigned char byte = (unsigned char)text[i];
        struct place place = {source, 0, 0, 0};
        if (size == 1 && (byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t')) {
            i++;
            continue;
        }
        if (size > 1) {
            i += size;
            continue;
        }
        place = place_at(source, i, 1);
        if (byte == 0)
            return diag_error(diag, place, "a NUL byte: this is no text file");
        if (size == 1)
            return diag_error(diag, place,
                              "control byte 0x%02x; only text, blanks and line ends "
                              "belong in a scenario",
                              byte);
        return diag_error(diag, place, "byte 0x%02x is not UTF-8; save the file as UTF-8", byte);
    }
    return STATUS_OK;
}

static bool is_blank(const char *text, size_t length)
{
    bool is_comment = false;
    for (size_t i = 0; i < length; i++) {
        is_comment = text[i] == '#' || (is_comment && text[i] != '\n');
        if (!is_comment && !strchr(" \t\r\n", text[i]))
            return false;
    }
    return true;
}

/* ---- libyaml's errors in our words --------------------------------------------------------- */

static const struct {
    const char *theirs, *ours;
} words[] = {
    {"mapping values are not allowed in this context",
     "a ':' cannot stand here; is this line indented like its neighbours, and is a text that holds "
     "': ' quoted?"},
    {"did not find expected key", "a key is expected here; compare this line's indentation with "
                                  "the lines above"},
    {"did not find expected ',' or '}'", "',' or '}' is expected here"},
    {"did not find expected ',' or ']'", "',' or ']' is expected here"},
    {"did not find expected node content", "a key or value is missing here"},
    {"did not find expected '-' indicator", "this list goes on with '- ', as it began"},
    {"block sequence entries are not allowed in this context",
     "a list's '-' cannot stand here; begin it on a line of its own"},
    {"block mapping keys are not allowed in this context", "a '?' cannot stand here"},
    {"found unexpected document indicator", "a document mark inside quotes"},
    {"found unknown escape character", "no such escape in double quotes; write '\\\\' for a "
                                       "backslash, or use single quotes"},
    {"did not find expected <document start>",
     "the scenario has ended before this; one document a file"},
    {"found a tab character that violates indentation", "a tab cannot indent YAML; use spaces"},
    {"found duplicate %YAML directive", "'%' begins a YAML directive; quote a text that begins so"},
    {"found unknown directive name", "'%' begins a YAML directive; quote a text that begins so"},
    {"could not find expected directive name",
     "'%' begins a YAML directive; quote a text that begins so"},
};

/* A tab among the blanks that begin a line is the likeliest mistake of all; libyaml has five ways
 * of complaining about it. */
static bool say_if_tab(struct reader *reader, size_t offset)
{
    const char *text = reader->source->text;
    size_t i = line_start(reader->source, offset);
    while (i < reader->source->length && text[i] == ' ')
        i++;
    if (i >= reader->source->length || text[i] != '\t')
        return false;
    diag_error(reader->diag, place_at(reader->source, i, 1),
               "a tab cannot indent YAML; use spaces");
    return true;
}

static enum status say_character(struct reader *reader, struct place place, char found)
{
    if (found == '@' || found == '`' || found == '%')
        return diag_error(reader->diag, place, "a value cannot begin with '%c'; quote it", found);
    return diag_error(reader->diag, place, "'%c' cannot stand here", found);
}

static enum status say_syntax(struct reader *reader)
{
    yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "unknown reason";
    size_t begin = (size_t)(reader->text - reader->source->text);
    if (parser->error == YAML_MEMORY_ERROR)
        return diag_world(reader->diag, "read", reader->source->name, ENOMEM);
    if (parser->error == YAML_READER_ERROR)
        return diag_error(reader->diag, place_at(reader->source, begin + parser->problem_offset, 1),
                          "this character is not allowed in YAML");
    struct place place = place_of(reader, &parser->problem_mark, NULL);
    bool is_at_end = reader->byte == reader->length;
    if (say_if_tab(reader, begin + reader->byte))
        return STATUS_INPUT;
    if (strcmp(problem, "found character that cannot start any token") == 0)
        return say_character(reader, place, reader->text[reader->byte]);
    bool is_bracket = parser->context && strstr(parser->context, "flow");
    bool is_quote = parser->context && strstr(parser->context, "quoted");
    struct place opened = parser->context ? place_of(reader, &parser->context_mark, NULL) : place;
    if (is_at_end && (is_bracket || is_quote))
        return diag_error(reader->diag, opened, "this %s is never closed",
                          is_quote ? "quote" : "bracket");
    if (strcmp(problem, "could not find expected ':'") == 0)
        return diag_error(reader->diag, opened, "a key without ':' behind it");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(problem, words[i].theirs) != 0)
            continue;
        if (is_bracket && opened.line != place.line)
            return diag_error(reader->diag, place, "%s; the bracket was opened in line %u",
                              words[i].ours, opened.line);
        return diag_error(reader->diag, place, "%s", words[i].ours);
    }
    return diag_error(reader->diag, place, "cannot be read as YAML: %s", problem);
}

/* ---- building the tree --------------------------------------------------------------------- */

void yaml_drop(struct yaml_node *map, const char *key)
{
    struct yaml_child *previous = NULL, *child = map->children;
    while (child && strcmp(child->key, key) != 0) {
        previous = child;
        child = child->next;
    }
    if (!child)
        return;
    *(previous ? &previous->next : &map->children) = child->next;
    if (map->last == child)
        map->last = previous;
    map->count--;
}

const struct yaml_child *yaml_find(const struct yaml_node *map, const char *key)
{
    assert(map->kind == NODE_MAP);
    for (const struct yaml_child *child = map->children; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
    if (node->kind == NODE_SCALAR)
        return node->length == 0 && !node->is_quoted ? "nothing" : "text";
    return node->kind == NODE_MAP ? "a map" : "a list";
}

struct yaml_node *yaml_empty(struct arena *arena, enum yaml_kind kind, struct place place)
{
    struct yaml_node *node = arena_alloc(arena, sizeof *node);
    if (node)
        *node =
            (struct yaml_node){.kind = kind, .place = place, .text = "", .weight = 1, .height = 1};
    return node;
}

struct yaml_node *yaml_scalar(struct arena *arena, const char *text, size_t length,
                              struct place place)
{
    struct yaml_node *node = yaml_empty(arena, NODE_SCALAR, place);
    char *copy = arena_copy(arena, text, length);
    if (!node || !copy)
        return NULL;
    node->text = copy;
    node->length = length;
    return node;
}

bool yaml_append(struct arena *arena, struct yaml_node *node, const char *key, size_t key_length,
                 struct place key_place, struct yaml_node *value)
{
    struct yaml_child *child = arena_alloc(arena, sizeof *child);
    assert(node->kind != NODE_SCALAR && (node->kind == NODE_MAP) == (key != NULL));
    if (!child)
        return false;
    *child = (struct yaml_child){key, key_length, key_place, value, NULL};
    if (node->last)
        node->last->next = child;
    else
        node->children = child;
    node->last = child;
    node->count++;
    node->weight += value->weight;
    if (node->height < value->height + 1)
        node->height = value->height + 1;
    return true;
}

static enum status out_of_memory(struct reader *reader)
{
    return diag_world(reader->diag, "read", reader->source->name, ENOMEM);
}

static enum status count_values(struct reader *reader, uint32_t weight, struct place place)
{
    if (weight > LIMIT_SCENARIO_VALUES - reader->values)
        return diag_error(reader->diag, place,
                          "more than %d values, aliases expanded; the limit of a scenario",
                          LIMIT_SCENARIO_VALUES);
    reader->values += weight;
    return STATUS_OK;
}

/* Hands a finished node to the map or list that waits for it. */
static enum status attach(struct reader *reader, struct yaml_node *node)
{
    if (reader->depth == 0) {
        reader->root = node;
        return STATUS_OK;
    }
    struct level *level = &reader->levels[reader->depth - 1];
    if (level->node->kind == NODE_MAP && !level->key) {
        if (node->kind != NODE_SCALAR)
            return diag_error(reader->diag, node->place, "a key must be text, this is %s",
                              yaml_kind_name(node));
        if (node->length == 0)
            return diag_error(reader->diag, node->place, "a key is missing before the ':'");
        level->key = node->text;
        level->key_length = node->length;
        level->key_place = node->place;
        return STATUS_OK;
    }
    bool is_done = yaml_append(reader->arena, level->node, level->key, level->key_length,
                               level->key_place, node);
    level->key = NULL;
    return is_done ? STATUS_OK : out_of_memory(reader);
}

static int key_compare(const void *a, const void *b, const void *context)
{
    const struct yaml_child *const *x = a, *const *y = b;
    (void)context;
    return strcmp((*x)->key, (*y)->key);
}

/* Keys side by side after a stable sort: O(n log n), so a hostile map costs no more than a big one.
 */
static enum status duplicates_check(struct reader *reader, const struct yaml_node *map)
{
    const struct yaml_child **sorted, **scratch;
    size_t count = 0;
    if (map->count < 2)
        return STATUS_OK;
    sorted = arena_array(reader->arena, map->count, 2 * sizeof *sorted);
    if (!sorted)
        return out_of_memory(reader);
    scratch = sorted + map->count;
    for (const struct yaml_child *child = map->children; child; child = child->next)
        sorted[count++] = child;
    sort_stable(sorted, count, sizeof *sorted, key_compare, NULL, scratch);
    for (size_t i = 1; i < count && !diag_is_full(reader->diag); i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0)
            continue;
        reader->has_duplicates = true;
        diag_error(reader->diag, sorted[i]->key_place,
                   "key '%.64s' is given twice; the first is in line %u, column %u", sorted[i]->key,
                   sorted[i - 1]->key_place.line, sorted[i - 1]->key_place.column);
    }
    return STATUS_OK;
}

static enum status anchor_add(struct reader *reader, const yaml_char_t *name,
                              const struct yaml_node *node, bool is_open, struct anchor **added)
{
    struct anchor *anchor;
    *added = NULL;
    if (!name)
        return STATUS_OK;
    anchor = arena_alloc(reader->arena, sizeof *anchor);
    const char *copy = arena_copy(reader->arena, (const char *)name, strlen((const char *)name));
    if (!anchor || !copy)
        return out_of_memory(reader);
    *anchor = (struct anchor){copy, node, is_open, reader->anchors};
    *added = reader->anchors = anchor;
    return STATUS_OK;
}

static enum status read_alias(struct reader *reader, const yaml_event_t *event, struct place place)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = reader->anchors;
    while (anchor && strcmp(anchor->name, name) != 0)
        anchor = anchor->next;
    if (!anchor)
        return diag_error(reader->diag, place, "no anchor '&%.64s' before this alias", name);
    if (anchor->is_open)
        return diag_error(reader->diag, place, "alias '*%.64s' stands inside its own anchor", name);
    if (reader->depth + anchor->node->height > LIMIT_SCENARIO_DEPTH)
        return diag_error(reader->diag, place, "nested deeper than %d levels, aliases expanded",
                          LIMIT_SCENARIO_DEPTH);
    enum status status = count_values(reader, anchor->node->weight, place);
    struct yaml_node *node = arena_alloc(reader->arena, sizeof *node);
    if (status != STATUS_OK)
        return status;
    if (!node)
        return out_of_memory(reader);
    *node = *anchor->node; /* shares the children, which nobody changes any more */
    return attach(reader, node);
}

static enum status refuse_tag(struct reader *reader, struct place place)
{
    return diag_error(reader->diag, place,
                      "a scenario has no tags; write the value without what begins with '!'");
}

static enum status read_scalar(struct reader *reader, const yaml_event_t *event, struct place place)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    struct anchor *added;
    if (event->data.scalar.tag)
        return refuse_tag(reader, place);
    if (strlen(text) != length)
        return diag_error(reader->diag, place, "a NUL inside a text");
    enum status status = count_values(reader, 1, place);
    if (status != STATUS_OK)
        return status;
    struct yaml_node *node = yaml_scalar(reader->arena, text, length, place);
    if (!node)
        return out_of_memory(reader);
    node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    status = anchor_add(reader, event->data.scalar.anchor, node, false, &added);
    return status == STATUS_OK ? attach(reader, node) : status;
}

static enum status open_level(struct reader *reader, enum yaml_kind kind, const yaml_char_t *tag,
                              const yaml_char_t *anchor, struct place place)
{
    place.width = 1;
    if (tag)
        return refuse_tag(reader, place);
    if (reader->depth >= LIMIT_SCENARIO_DEPTH)
        return diag_error(reader->diag, place, "nested deeper than %d levels",
                          LIMIT_SCENARIO_DEPTH);
    enum status status = count_values(reader, 1, place);
    if (status != STATUS_OK)
        return status;
    struct level *level = &reader->levels[reader->depth];
    *level = (struct level){.node = yaml_empty(reader->arena, kind, place)};
    if (!level->node)
        return out_of_memory(reader);
    status = anchor_add(reader, anchor, level->node, true, &level->anchor);
    reader->depth++;
    return status;
}

static enum status close_level(struct reader *reader)
{
    assert(reader->depth > 0);
    struct level *level = &reader->levels[--reader->depth];
    enum status status = STATUS_OK;
    if (level->anchor)
        level->anchor->is_open = false;
    if (level->node->kind == NODE_MAP)
        status = duplicates_check(reader, level->node);
    return status == STATUS_OK ? attach(reader, level->node) : status;
}

static enum status read_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->root)
            return diag_error(reader->diag, place_of(reader, &event->start_mark, NULL),
                              "a second document; a scenario file holds one");
        return STATUS_OK;
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event, place_of(reader, &event->start_mark, &event->end_mark));
    case YAML_ALIAS_EVENT:
        return read_alias(reader, event, place_of(reader, &event->start_mark, &event->end_mark));
    case YAML_MAPPING_START_EVENT:
        return open_level(reader, NODE_MAP, event->data.mapping_start.tag,
                          event->data.mapping_start.anchor,
                          place_of(reader, &event->start_mark, NULL));
    case YAML_SEQUENCE_START_EVENT:
        return open_level(reader, NODE_LIST, event->data.sequence_start.tag,
                          event->data.sequence_start.anchor,
                          place_of(reader, &event->start_mark, NULL));
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return close_level(reader);
    default:
        return STATUS_OK;
    }
}

static enum status read_events(struct reader *reader)
{
    enum status status = STATUS_OK;
    bool is_ended = false;
    while (status == STATUS_OK && !is_ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event))
            return say_syntax(reader);
        is_ended = event.type == YAML_STREAM_END_EVENT;
        status = read_event(reader, &event);
        yaml_event_delete(&event);
    }
    return status == STATUS_OK && reader->has_duplicates ? STATUS_INPUT : status;
}

enum status yaml_read(const struct source *source, size_t start, size_t length, struct arena *arena,
                      struct diag *diag, struct yaml_node **root)
{
    enum status status = bytes_check(source, start, length, diag);
    struct reader *reader;
    if (status != STATUS_OK)
        return status;
    if (is_blank(source->text + start, length) && start > 0)
        return diag_error(diag, place_at(source, start, (uint32_t)length),
                          "no value: '#' begins a comment; quote it");
    if (is_blank(source->text + start, length))
        return diag_error(diag, (struct place){source, 0, 0, 0},
                          "the file is empty; a scenario needs at least version, cluster.nodes, "
                          "workload.group and its costs");
    reader = arena_alloc(arena, sizeof *reader);
    if (!reader || !yaml_parser_initialize(&reader->parser))
        return diag_world(diag, "read", source->name, ENOMEM);
    reader->source = source;
    reader->text = source->text + start;
    reader->length = length;
    reader->arena = arena;
    reader->diag = diag;
    reader->line = place_at(source, start, 1).line;
    reader->line_start = line_start(source, start);
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->text, length);
    status = read_events(reader);
    yaml_parser_delete(&reader->parser);
    if (status == STATUS_OK)
        *root = reader->root;
    return status;
}
