/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door of workloads/: read, merge, override, check.
 *
 * A document is a chain of files, each importing the next. Building walks them from the last to the
 * first and then the --set values, so whoever comes later wins, key by key of the schema: a law or
 * a controller is one value and replaced whole. Invariant: after a build that said no error, every
 * field of the spec holds a checked value. Trade: building reads every key again for each cell of a
 * sweep (tens of microseconds), which keeps a document immutable and shared. */
#include "workloads/scenario.h"
#include "sim/base/text.h"
#include "workloads/builtin.h"
#include "workloads/check.h"
#include "workloads/derive.h"
#include "workloads/value.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES    128 /* longest key path with room for a misspelt one */
#define SECTION_DEPTH 4

/* ---- files --------------------------------------------------------------------------------- */

static const struct builtin *builtin_find(const char *name)
{
    for (const struct builtin *builtin = builtin_list; builtin->name; builtin++)
        if (strcmp(builtin->name, name) == 0)
            return builtin;
    return NULL;
}

static enum status read_builtin(const struct builtin *builtin, struct arena *arena,
                                struct source *source, struct diag *diag)
{
    char bytes[LIMIT_NAME + 16];
    int length = snprintf(bytes, sizeof bytes, "builtin:%s", builtin->name);
    source->name = arena_copy(arena, bytes, (size_t)length);
    source->text = builtin->text;
    source->length = builtin->length;
    return source->name ? STATUS_OK : diag_world(diag, "read", builtin->name, ENOMEM);
}

/* The built-in scenario that `path` is nearly the name of, or NULL. */
static const char *nearest_builtin(const char *path)
{
    const char *names[64];
    size_t count = 0;
    for (; builtin_list[count].name && count < 64; count++)
        names[count] = builtin_list[count].name;
    return strchr(path, '/') ? NULL : text_nearest(path, strlen(path), names, count);
}

static enum status read_source(const char *path, bool is_top, struct arena *arena,
                               struct source *source, struct diag *diag)
{
    static const char prefix[] = "builtin:";
    bool has_prefix = strncmp(path, prefix, sizeof prefix - 1) == 0;
    const char *name = has_prefix ? path + sizeof prefix - 1 : path;
    const struct builtin *builtin = has_prefix || is_top ? builtin_find(name) : NULL;
    if (builtin)
        return read_builtin(builtin, arena, source, diag);
    if (has_prefix) {
        const char *nearest = nearest_builtin(name);
        return diag_error(diag, (struct place){0}, "no built-in scenario is named '%.64s'%s%s%s",
                          name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                          nearest ? "'?" : "");
    }
    enum status status = io_read(path, LIMIT_SCENARIO_BYTES, arena, source, diag);
    const char *nearest = status == STATUS_INPUT && is_top ? nearest_builtin(path) : NULL;
    if (nearest)
        diag_error(diag, (struct place){0}, "did you mean the built-in scenario '%s'?", nearest);
    if (status == STATUS_OK && source->length >= 3 &&
        memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3; /* a byte order mark says nothing in UTF-8 */
        source->length -= 3;
    }
    return status;
}

/* "studies/" of "studies/lab.yaml"; "" without a folder or for a built-in. */
static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_copy(arena, path, slash ? (size_t)(slash - path) + 1 : 0);
}

/* folder + path, "x/../" taken out so that one file has one name in a chain of imports. */
static const char *join(struct arena *arena, const char *folder, const char *path)
{
    size_t head = strlen(folder);
    if (path[0] == '/')
        return path;
    for (;; path += 3) {
        while (strncmp(path, "./", 2) == 0)
            path += 2;
        bool is_up = head >= 3 && memcmp(folder + head - 3, "../", 3) == 0;
        if (strncmp(path, "../", 3) != 0 || head < 2 || is_up)
            break;
        for (head--; head > 0 && folder[head - 1] != '/';)
            head--;
    }
    size_t tail = strlen(path);
    char *bytes = arena_alloc(arena, head + tail + 1);
    if (bytes) {
        memcpy(bytes, folder, head);
        memcpy(bytes + head, path, tail + 1);
    }
    return bytes;
}

static const char *name_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *colon = strchr(path, ':');
    const char *name = slash ? slash + 1 : colon ? colon + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    if (strcmp(path, "-") == 0)
        return "stdin";
    return arena_copy(arena, name, length > LIMIT_NAME ? LIMIT_NAME : length);
}

static enum status read_layer(const char *path, struct arena *arena, struct diag *diag,
                              struct scenario_document *document)
{
    struct scenario_layer *layer = &document->layers[document->count];
    struct source *source = arena_alloc(arena, sizeof *source);
    struct yaml_node *root = NULL;
    if (!source)
        return diag_world(diag, "read", path, ENOMEM);
    enum status status = read_source(path, document->count == 0, arena, source, diag);
    if (status == STATUS_OK)
        status = yaml_read(source, 0, source->length, arena, diag, &root);
    if (status != STATUS_OK)
        return status;
    layer->source = source;
    layer->root = root;
    if (root->kind != NODE_MAP)
        return diag_error(diag, root->place,
                          "a scenario is a map of keys, such as 'version: 1'; this is %s",
                          yaml_kind_name(root));
    document->count++;
    return STATUS_OK;
}

/* The chain "a.yaml imports b.yaml imports a.yaml". */
static void add_chain(struct text *text, const struct scenario_document *document, uint32_t from,
                      const char *last)
{
    for (uint32_t i = from; i < document->count; i++)
        text_add(text, "%s imports ", document->layers[i].source->name);
    text_add(text, "%s", last);
}

static enum status check_import(const struct scenario_document *document, const char *path,
                                struct place place, struct diag *diag)
{
    char bytes[400];
    struct text chain = text_over(bytes, sizeof bytes);
    for (uint32_t i = 0; i < document->count; i++) {
        if (strcmp(document->layers[i].source->name, path) != 0)
            continue;
        add_chain(&chain, document, i, path);
        return diag_error(diag, place, "imports go in a circle: %s", bytes);
    }
    if (document->count > LIMIT_IMPORT_DEPTH) {
        add_chain(&chain, document, 0, path);
        return diag_error(diag, place, "more than %d imports, one inside the other: %s",
                          LIMIT_IMPORT_DEPTH, bytes);
    }
    return STATUS_OK;
}

/* Follows the import of the last layer; *is_done when it has none. */
static enum status read_import(struct arena *arena, struct diag *diag,
                               struct scenario_document *document, bool *is_done)
{
    const struct scenario_layer *layer = &document->layers[document->count - 1];
    const struct yaml_child *import = yaml_find(layer->root, "import");
    const struct value_reader reader = {.arena = arena, .diag = diag};
    *is_done = !import;
    if (!import)
        return STATUS_OK;
    const struct yaml_node *node = import->value;
    enum status status = value_scalar(&reader, "import", node, "the path of a scenario");
    if (status != STATUS_OK)
        return status;
    bool is_builtin = strncmp(node->text, "builtin:", 8) == 0;
    const char *path = is_builtin ? node->text : join(arena, layer->folder, node->text);
    const char *full = path && !is_builtin ? join(arena, document->folder, path) : path;
    const char *folder = path ? folder_of(arena, is_builtin ? "" : path) : NULL;
    if (!full || !folder)
        return diag_world(diag, "read", node->text, ENOMEM);
    status = check_import(document, full, node->place, diag);
    if (status != STATUS_OK)
        return status;
    uint32_t before = document->count;
    status = read_layer(full, arena, diag, document);
    if (status != STATUS_OK) {
        diag_error(diag, node->place, "%s is imported here", full);
        return status;
    }
    document->layers[before].folder = folder;
    return STATUS_OK;
}

enum status scenario_read(const char *path, struct arena *arena, struct diag *diag,
                          struct scenario_document *document)
{
    struct scenario_document read = {.folder = folder_of(arena, path),
                                     .name = name_of(arena, path)};
    bool is_done = false;
    if (!read.folder || !read.name)
        return diag_world(diag, "read", path, ENOMEM);
    enum status status = read_layer(path, arena, diag, &read);
    read.layers[0].folder = "";
    while (status == STATUS_OK && !is_done)
        status = read_import(arena, diag, &read, &is_done);
    if (status == STATUS_OK)
        *document = read;
    return status;
}

/* ---- taking values out of the tree --------------------------------------------------------- */

struct build {
    const struct scenario_document *document;
    struct arena *arena;
    struct diag *diag;
    struct scenario *scenario;
    enum scenario_origin origin; /* of what is being taken */
    const char *folder;
};

static void take(struct build *build, enum schema_id id, const struct yaml_node *node)
{
    build->scenario->values[id] = (struct scenario_value){
        .node = node, .place = node->place, .origin = build->origin, .folder = build->folder};
}

static void say_unknown(struct build *build, const char *section, const char *key, size_t length,
                        struct place place)
{
    char hint[300];
    if (memchr(key, '.', length)) {
        diag_error(build->diag, place,
                   "unknown key '%.64s'; in a file keys are nested, as in "
                   "'cluster: {nodes: 4}'",
                   key);
        return;
    }
    schema_suggest(section, key, length, hint, sizeof hint);
    if (section[0])
        diag_error(build->diag, place, "unknown key '%.64s' in %s; %s", key, section, hint);
    else
        diag_error(build->diag, place, "unknown key '%.64s'; %s", key, hint);
}

static void say_no_section(struct build *build, const char *path, const struct yaml_node *node)
{
    char known[300];
    schema_suggest(path, "", 0, known, sizeof known);
    diag_error(build->diag, node->place, "%s: this is %s; expected a map; %s", path,
               yaml_kind_name(node), known);
}

/* Takes all keys of a map that stands at `section`; sections inside are put on a stack. */
static void take_map(struct build *build, const struct yaml_node *map, const char *section)
{
    struct {
        const struct yaml_child *child;
        size_t length; /* of the section's path */
    } stack[SECTION_DEPTH] = {{map->children, strlen(section)}};
    char path[PATH_BYTES];
    size_t depth = 1;
    snprintf(path, sizeof path, "%s", section);
    while (depth > 0 && !diag_is_full(build->diag)) {
        const struct yaml_child *child = stack[depth - 1].child;
        size_t length = stack[depth - 1].length;
        path[length] = 0;
        if (!child) {
            depth--;
            continue;
        }
        stack[depth - 1].child = child->next;
        bool is_simple = child->key_length < PATH_BYTES - 64 && !strchr(child->key, '.');
        if (is_simple) {
            size_t room = PATH_BYTES - length;
            int added = snprintf(path + length, room, "%s%s", length ? "." : "", child->key);
            length += (size_t)added;
        }
        enum schema_id id = is_simple ? schema_find(path, length) : SCHEMA_KEYS;
        if (id < SCHEMA_KEYS) {
            take(build, id, child->value);
        } else if (!is_simple || !schema_is_section(path, length)) {
            path[stack[depth - 1].length] = 0;
            say_unknown(build, path, child->key, child->key_length, child->key_place);
        } else if (child->value->kind != NODE_MAP) {
            say_no_section(build, path, child->value);
        } else {
            assert(depth < SECTION_DEPTH);
            stack[depth].child = child->value->children;
            stack[depth++].length = length;
        }
    }
}

/* The schema key that a longer path goes into ("controller" of "controller.interval"), for those
 * whose values are maps; SCHEMA_KEYS if there is none. */
static enum schema_id find_outer(const char *path, size_t *length)
{
    for (*length = strlen(path); *length > 0; (*length)--) {
        if (path[*length] != '.')
            continue;
        enum schema_id id = schema_find(path, *length);
        if (id < SCHEMA_KEYS &&
            (schema_keys[id].type == TYPE_LAW || schema_keys[id].type == TYPE_PIPELINE ||
             schema_keys[id].type == TYPE_CONTROLLER || schema_keys[id].type == TYPE_SCHEDULER ||
             schema_keys[id].type == TYPE_RECOVERY || schema_keys[id].type == TYPE_ROUTER))
            return id;
    }
    return SCHEMA_KEYS;
}

static void say_unknown_path(struct build *build, const struct axis *axis)
{
    char section[PATH_BYTES] = "";
    const char *dot = strrchr(axis->key, '.'), *key = dot ? dot + 1 : axis->key;
    size_t length = dot ? (size_t)(dot - axis->key) : 0;
    if (length < sizeof section) {
        memcpy(section, axis->key, length);
        section[length] = 0;
    }
    if (length && !schema_is_section(section, length))
        section[0] = 0;
    say_unknown(build, section, key, strlen(key), axis_key_place(axis));
}

static enum status take_inside(struct build *build, const struct axis *axis, enum schema_id id,
                               size_t length, struct yaml_node *value)
{
    const struct scenario_value *old = &build->scenario->values[id];
    const struct yaml_node *node = old->node;
    bool is_word = node && node->kind == NODE_SCALAR && schema_keys[id].absent &&
                   strcmp(node->text, schema_keys[id].absent) == 0;
    struct yaml_node *patched =
        axis_patch(build->arena, is_word ? NULL : node, axis->key + length + 1,
                   axis_key_place(axis), value, id == KEY_PIPELINE ? "time" : "name");
    if (!patched)
        return diag_world(build->diag, "keep", "--set", ENOMEM);
    take(build, id, patched);
    return STATUS_OK;
}

static enum status take_pick(struct build *build, const struct axis_pick *pick)
{
    const char *key = pick->axis->key;
    size_t length = strlen(key);
    struct yaml_node *node = NULL;
    enum status status = axis_read(pick, build->arena, build->diag, &node);
    if (status != STATUS_OK)
        return status == STATUS_INPUT ? STATUS_OK : status; /* said; the others are still checked */
    enum schema_id id = schema_find(key, length), outer;
    if (id == KEY_IMPORT || id == KEY_VERSION)
        diag_error(build->diag, axis_key_place(pick->axis), "%s belongs in the file, not in --set",
                   key);
    else if (id < SCHEMA_KEYS)
        take(build, id, node);
    else if (schema_is_section(key, length) && node->kind == NODE_MAP && length < PATH_BYTES)
        take_map(build, node, key);
    else if (schema_is_section(key, length))
        say_no_section(build, key, node);
    else if ((outer = find_outer(key, &length)) < SCHEMA_KEYS)
        return take_inside(build, pick->axis, outer, length, node);
    else
        say_unknown_path(build, pick->axis);
    return STATUS_OK;
}

/* ---- values -------------------------------------------------------------------------------- */

static enum status read_default(const struct value_reader *reader, const struct schema_key *key,
                                struct scenario_value *value)
{
    struct source *source = arena_alloc(reader->arena, sizeof *source);
    struct yaml_node *node = NULL;
    enum status status = STATUS_OK;
    if (!source)
        return diag_world(reader->diag, "keep", key->path, ENOMEM);
    *source = (struct source){"default", key->fallback, strlen(key->fallback)};
    if (key->fallback[0] == '[')
        status = yaml_read(source, 0, source->length, reader->arena, reader->diag, &node);
    else
        node = yaml_scalar(reader->arena, source->text, source->length, (struct place){0});
    if (status == STATUS_OK && !node)
        status = diag_world(reader->diag, "keep", key->path, ENOMEM);
    if (status != STATUS_OK)
        return status;
    node->is_quoted = true; /* an empty text is one, not a missing value */
    return value_read(reader, key, node, &value->is_absent, &value->text);
}

static enum status read_values(struct build *build)
{
    struct scenario *scenario = build->scenario;
    const struct value_reader reader = {build->arena, build->diag, &scenario->spec,
                                        build->document->controllers};
    const struct place file = {build->document->layers[0].source, 0, 0, 0};
    for (unsigned id = 0; id < SCHEMA_KEYS && !diag_is_full(build->diag); id++) {
        const struct schema_key *key = &schema_keys[id];
        struct scenario_value *value = &scenario->values[id];
        enum status status;
        if (value->node)
            status = value_read(&reader, key, value->node, &value->is_absent, &value->text);
        else if (id == KEY_VERSION)
            continue; /* check_versions has said so */
        else if (key->is_required)
            status = diag_error(build->diag, file, "%s is missing: %s", key->path, key->help);
        else
            status = read_default(&reader, key, value);
        if (status != STATUS_OK && status != STATUS_INPUT)
            return status;
        value->is_good = status == STATUS_OK;
    }
    return STATUS_OK;
}

/* Fields that no key holds alone: presence, the name, the trace's path. */
static enum status finish_spec(struct build *build)
{
    struct spec *spec = &build->scenario->spec;
    struct scenario_value *values = build->scenario->values;
    struct spec_process *processes[] = {&spec->faults.node, &spec->faults.rack, &spec->faults.zone,
                                        &spec->faults.platform};
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
        const struct scenario_value *uptime = &values[KEY_NODE_UPTIME + 2 * i],
                                    *repair = uptime + 1;
        processes[i]->is_given = uptime->is_good && !uptime->is_absent;
        processes[i]->has_repair = repair->is_good && !repair->is_absent;
    }
    const struct scenario_value *slow = &values[KEY_SLOW_EVERY];
    spec->faults.slow.is_given = slow->is_good && !slow->is_absent;
    if (!values[KEY_NAME].node) {
        spec->name = build->document->name;
        values[KEY_NAME].text = spec->name;
    }
    struct scenario_value *file = &values[KEY_TRACE_FILE];
    spec->faults.trace.is_given = file->is_good && !file->is_absent;
    if (spec->faults.trace.is_given && file->origin == ORIGIN_FILE) {
        const struct value_reader reader = {
            .arena = build->arena, .diag = build->diag, .spec = spec};
        spec->faults.trace.file = join(build->arena, file->folder, spec->faults.trace.file);
        enum status status = value_format(&reader, &schema_keys[KEY_TRACE_FILE], &file->text);
        if (status != STATUS_OK)
            return status;
        spec->faults.trace.file =
            join(build->arena, build->document->folder, spec->faults.trace.file);
        if (!spec->faults.trace.file)
            return diag_world(build->diag, "keep", "faults.trace.file", ENOMEM);
    }
    return STATUS_OK;
}

/* Every file may say its version, the top one must. */
static void check_versions(struct build *build)
{
    const struct value_reader reader = {
        .arena = build->arena, .diag = build->diag, .spec = &build->scenario->spec};
    for (uint32_t i = 0; i < build->document->count; i++) {
        const struct scenario_layer *layer = &build->document->layers[i];
        const struct yaml_child *version = yaml_find(layer->root, "version");
        bool is_absent;
        const char *canonical;
        if (i == 0 && !version)
            diag_error(build->diag, (struct place){layer->source, 0, 0, 0},
                       "'version: 1' is missing; a scenario begins with it");
        else if (i > 0 && version)
            value_read(&reader, &schema_keys[KEY_VERSION], version->value, &is_absent, &canonical);
    }
}

void scenario_forget(struct scenario_document *document, const char *key)
{
    for (uint32_t i = 0; i < document->count; i++)
        if (document->layers[i].root && document->layers[i].root->kind == NODE_MAP)
            yaml_drop(document->layers[i].root, key);
}

enum status scenario_build(const struct scenario_document *document, const struct axis_pick *picks,
                           size_t count, struct arena *arena, struct diag *diag,
                           struct scenario *scenario)
{
    struct build build = {document, arena, diag, scenario, ORIGIN_FILE, NULL};
    uint32_t errors = diag->errors;
    enum status status = STATUS_OK;
    assert(document->count > 0);
    memset(scenario, 0, sizeof *scenario);
    scenario->source = document->layers[0].source;
    check_versions(&build);
    for (uint32_t i = document->count; i-- > 0;) {
        build.folder = document->layers[i].folder;
        take_map(&build, document->layers[i].root, "");
    }
    build.origin = ORIGIN_SET;
    build.folder = "";
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = take_pick(&build, &picks[i]);
    if (status == STATUS_OK)
        status = read_values(&build);
    if (status == STATUS_OK)
        status = derive_values(scenario, arena, diag);
    if (status == STATUS_OK)
        status = finish_spec(&build);
    if (status == STATUS_OK && !diag_is_full(diag))
        status = check_scenario(scenario, arena, diag);
    return status == STATUS_OK && diag->errors > errors ? STATUS_INPUT : status;
}

struct place scenario_place(const struct scenario *scenario, const char *key)
{
    size_t length = strlen(key);
    enum schema_id id = schema_find(key, length);
    if (id < SCHEMA_KEYS)
        return scenario->values[id].place;
    id = find_outer(key, &length);
    if (id == SCHEMA_KEYS || !scenario->values[id].node)
        return (struct place){0};
    const struct yaml_node *node = scenario->values[id].node;
    const struct yaml_child *child =
        node->kind == NODE_MAP ? yaml_find(node, key + length + 1) : NULL;
    return child ? child->value->place : node->place;
}
