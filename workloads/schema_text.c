/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema for people and for editors: `cairn help scenario` and a JSON Schema (draft 2020-12).
 *
 * Both are one walk over the rows, so neither can know a key that the reader does not, nor miss
 * one. The JSON Schema checks names, kinds and units; ranges that need arithmetic stay with the
 * reader. */
#include "policies/registry.h"
#include "sim/base/text.h"
#include "workloads/law_form.h"
#include "workloads/pipeline_schema.h"
#include "workloads/schema.h"
#include <string.h>

/* ---- help ---------------------------------------------------------------------------------- */

static const char *type_name(enum schema_type type)
{
    static const char *const names[] = {
        [TYPE_DURATION] = "duration",
        [TYPE_BYTES] = "size",
        [TYPE_RATE] = "rate",
        [TYPE_COUNT32] = "count",
        [TYPE_COUNT64] = "count",
        [TYPE_NUMBER] = "number",
        [TYPE_FRACTION] = "fraction",
        [TYPE_BOOL] = "true or false",
        [TYPE_CHOICE] = "",
        [TYPE_TEXT] = "text",
        [TYPE_LAW] = "law",
        [TYPE_PHASES] = "list of phases",
        [TYPE_AGE] = "age",
        [TYPE_START] = "start",
        [TYPE_STAGES] = "list of stages",
        [TYPE_SCHEDULE] = "list of failures",
        [TYPE_PIPELINE] = "pipeline",
        [TYPE_CONTROLLER] = "controller",
        [TYPE_SCHEDULER] = "scheduler",
        [TYPE_RECOVERY] = "recovery",
        [TYPE_ROUTER] = "router",
    };
    return names[type];
}

static void add_words(struct text *text, const char *const *words, const char *separator)
{
    for (size_t i = 0; words && words[i]; i++)
        text_add(text, "%s%s", i ? separator : "", words[i]);
}

static size_t section_length(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? (size_t)(dot - path) : 0;
}

void schema_print_wrapped(struct sink *sink, const char *sentence, size_t indent)
{
    while (*sentence) {
        size_t length = strlen(sentence), cut = 84 - indent;
        if (length > cut) {
            while (cut > 1 && sentence[cut] != ' ')
                cut--;
            length = cut;
        }
        io_printf(sink, "%*s%.*s\n", (int)indent, "", (int)length, sentence);
        sentence += length;
        sentence += strspn(sentence, " ");
    }
}

static void print_help_key(struct sink *sink, const struct schema_key *key, size_t section)
{
    char bytes[300];
    struct text kind = text_over(bytes, sizeof bytes);
    text_add(&kind, "%s", type_name(key->type));
    if (key->choices && key->type != TYPE_PHASES) {
        text_add(&kind, "%s", bytes[0] ? ": " : "");
        add_words(&kind, key->choices, " | ");
    }
    if (key->type == TYPE_AGE)
        text_add(&kind, " | DURATION");
    if (key->type == TYPE_START)
        text_add(&kind, " | DATE");
    io_printf(sink, "  %-18s %-40s", key->path + section, bytes);
    if (key->is_required)
        io_printf(sink, " required\n");
    else
        io_printf(sink, " default %s\n", key->fallback[0] ? key->fallback : "empty");
    schema_print_wrapped(sink, key->help, 6);
}

static void print_help_laws(struct sink *sink)
{
    io_printf(sink, "\nLaws of times\n");
    for (size_t i = 0; i < LAW_FORMS; i++)
        io_printf(sink, "  %s%s%s\n", law_forms[i].example,
                  law_forms[i].kind == LAW_WEIBULL ? "   or scale in place of mean" : "",
                  law_forms[i].kind == LAW_LOGNORMAL ? "   or mean in place of median" : "");
}

/* Controllers, schedulers, recoveries and routers are printed alike. */
struct policy {
    const char *name, *summary;
    const struct cairn_param *params;
};

#define POLICY_OF(list) ((struct policy){(list)->name, (list)->summary, (list)->params})

/* The i-th policy of a kind; name NULL behind the last. */
static struct policy policy_at(enum schema_type kind, size_t i)
{
    if (kind == TYPE_SCHEDULER && cairn_schedulers[i])
        return POLICY_OF(cairn_schedulers[i]);
    if (kind == TYPE_RECOVERY && cairn_recoveries[i])
        return POLICY_OF(cairn_recoveries[i]);
    if (kind == TYPE_ROUTER && cairn_routers[i])
        return POLICY_OF(cairn_routers[i]);
    if (kind == TYPE_CONTROLLER && cairn_controllers[i])
        return POLICY_OF(cairn_controllers[i]);
    return (struct policy){0};
}

static void print_help_policies(struct sink *sink, const char *title, enum schema_type kind)
{
    io_printf(sink, "\n%s\n", title);
    for (size_t i = 0; policy_at(kind, i).name; i++) {
        struct policy policy = policy_at(kind, i);
        io_printf(sink, "  %-18s %s\n", policy.name, policy.summary);
        for (const struct cairn_param *p = policy.params; p->name; p++) {
            io_printf(sink, "    %-16s %s%s\n", p->name, p->fallback ? "default " : "required",
                      p->fallback ? p->fallback : "");
            schema_print_wrapped(sink, p->help, 8);
        }
    }
}

void schema_print_help(struct sink *sink)
{
    io_printf(
        sink,
        "A scenario is a YAML file (JSON is accepted). Keys are nested as their headings say.\n"
        "Durations: ns us ms s min h d w y. Sizes: B kB MB … PB, KiB … PiB; rates with /s.\n"
        "Any key can be set from the command line: --set cluster.nodes=64\n");
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const struct schema_key *key = &schema_keys[id];
        size_t section = section_length(key->path);
        const char *previous = id ? schema_keys[id - 1].path : "";
        if (!id || section != section_length(previous) ||
            strncmp(previous, key->path, section) != 0)
            io_printf(sink, "\n%.*s\n", section ? (int)section : 9,
                      section ? key->path : "top level");
        print_help_key(sink, key, section ? section + 1 : 0);
    }
    print_help_laws(sink);
    pipeline_schema_print_help(sink);
    print_help_policies(sink, "Controllers", TYPE_CONTROLLER);
    print_help_policies(sink, "Schedulers", TYPE_SCHEDULER);
    print_help_policies(sink, "Recoveries", TYPE_RECOVERY);
    print_help_policies(sink, "Routers", TYPE_ROUTER);
}

/* ---- JSON Schema --------------------------------------------------------------------------- */

#define DURATION_PATTERN "^[0-9]+(\\\\.[0-9]+)?([eE][+-]?[0-9]+)? ?(ns|us|ms|s|m|min|h|d|w|y)$"
#define BYTES_PATTERN    "^[0-9]+(\\\\.[0-9]+)?([eE][+-]?[0-9]+)? ?([kMGTP]?B|[KMGTP]iB)"

void schema_print_text(struct sink *sink, const char *text)
{
    char bytes[1024];
    struct text json = text_over(bytes, sizeof bytes);
    text_add_json(&json, text, strlen(text));
    io_put(sink, bytes, json.length);
}

static void print_enum(struct sink *sink, const char *const *words, const char *extra)
{
    io_printf(sink, "\"enum\": [");
    for (size_t i = 0; words[i]; i++) {
        io_printf(sink, "%s", i ? ", " : "");
        schema_print_text(sink, words[i]);
        if (strcmp(words[i], "true") == 0)
            io_printf(sink, ", true"); /* as an editor's YAML reads it */
    }
    if (extra)
        io_printf(sink, ", \"%s\"", extra);
    io_printf(sink, "]");
}

static void print_count(struct sink *sink, const struct schema_key *key)
{
    io_printf(sink, "\"type\": \"integer\", \"minimum\": %.0f", key->min);
    if (key->max > 0)
        io_printf(sink, ", \"maximum\": %.0f", key->max);
}

static void print_stages(struct sink *sink)
{
    io_printf(sink, "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"object\", "
                    "\"additionalProperties\": false, \"required\": [\"name\", \"work\"], "
                    "\"properties\": {\"name\": {\"type\": \"string\"}, \"count\": {\"type\": "
                    "\"integer\", \"minimum\": 1}");
    static const char *const times[] = {"work", "checkpoint", "restore"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        io_printf(sink, ", \"%s\": {\"$ref\": \"#/$defs/duration\"}", times[i]);
    io_printf(sink, "}}");
}

static void print_kind(struct sink *sink, const struct schema_key *key)
{
    switch (key->type) {
    case TYPE_DURATION:
        io_printf(sink, "\"$ref\": \"#/$defs/duration\"");
        return;
    case TYPE_BYTES:
        io_printf(sink, "\"$ref\": \"#/$defs/size\"");
        return;
    case TYPE_RATE:
        io_printf(sink, "\"type\": \"string\", \"pattern\": \"" BYTES_PATTERN "/s$\"");
        return;
    case TYPE_COUNT32:
    case TYPE_COUNT64:
        print_count(sink, key);
        return;
    case TYPE_NUMBER:
        io_printf(sink, "\"type\": \"number\", \"minimum\": %.0f", key->min);
        return;
    case TYPE_FRACTION:
        io_printf(sink, "\"type\": [\"number\", \"string\"]");
        return;
    case TYPE_BOOL:
        io_printf(sink, "\"type\": \"boolean\"");
        return;
    case TYPE_CHOICE:
        print_enum(sink, key->choices, NULL);
        return;
    case TYPE_TEXT:
        io_printf(sink, "\"type\": \"string\", \"maxLength\": %.0f", key->max);
        return;
    case TYPE_LAW:
        io_printf(sink, "\"$ref\": \"#/$defs/law\"");
        return;
    case TYPE_PHASES:
        io_printf(sink, "\"type\": \"array\", \"minItems\": 1, \"items\": {");
        print_enum(sink, key->choices, NULL);
        io_printf(sink, "}");
        return;
    case TYPE_AGE:
    case TYPE_START:
        io_printf(sink, "\"type\": \"string\"");
        return;
    case TYPE_SCHEDULE:
        io_printf(sink, "\"type\": \"array\", \"items\": {\"type\": \"object\", "
                        "\"required\": [\"at\"]}");
        return;
    case TYPE_STAGES:
        print_stages(sink);
        return;
    case TYPE_PIPELINE:
        io_printf(sink, "\"$ref\": \"#/$defs/pipeline\"");
        return;
    case TYPE_SCHEDULER:
        io_printf(sink, "\"$ref\": \"#/$defs/scheduler\"");
        return;
    case TYPE_RECOVERY:
        io_printf(sink, "\"$ref\": \"#/$defs/recovery\"");
        return;
    case TYPE_ROUTER:
        io_printf(sink, "\"$ref\": \"#/$defs/router\"");
        return;
    case TYPE_CONTROLLER:
        io_printf(sink, "\"$ref\": \"#/$defs/controller\"");
        return;
    }
}

static void print_json_key(struct sink *sink, const struct schema_key *key, const char *name)
{
    io_printf(sink, "\"%s\": {\"description\": ", name);
    schema_print_text(sink, key->help);
    if (key->fallback && key->fallback[0] && key->fallback[0] != '[') {
        io_printf(sink, ", \"default\": ");
        schema_print_text(sink, key->fallback);
    }
    if (key->absent) {
        io_printf(sink, ", \"anyOf\": [{\"const\": \"%s\"}, {", key->absent);
        print_kind(sink, key);
        io_printf(sink, "}]}");
        return;
    }
    io_printf(sink, ", ");
    print_kind(sink, key);
    io_printf(sink, "}");
}

static void print_json_law(struct sink *sink, const struct law_form *form)
{
    static const char *const kinds[] = {
        [PARAM_SECONDS] = "{\"$ref\": \"#/$defs/duration\"}",
        [PARAM_NUMBER] = "{\"type\": \"number\", \"exclusiveMinimum\": 0}",
        [PARAM_SECONDS_LIST] = "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/duration\"}}",
        [PARAM_NUMBER_LIST] = "{\"type\": \"array\", \"items\": {\"type\": \"number\"}}",
    };
    io_printf(sink, "      \"%s\": ", form->name);
    if (form->is_bare)
        io_printf(sink, "{\"anyOf\": [%s, ", kinds[form->params[0].type]);
    io_printf(sink, "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {");
    for (size_t i = 0; i < LAW_PARAMS && form->params[i].name; i++)
        io_printf(sink, "%s\"%s\": %s", i ? ", " : "", form->params[i].name,
                  kinds[form->params[i].type]);
    io_printf(sink, "}}%s", form->is_bare ? "]}" : "");
}

static void print_json_laws(struct sink *sink)
{
    io_printf(sink,
              "    \"law\": {\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1,"
              " \"additionalProperties\": false, \"properties\": {\n");
    for (size_t i = 0; i < LAW_FORMS; i++) {
        print_json_law(sink, &law_forms[i]);
        io_printf(sink, "%s\n", i + 1 < LAW_FORMS ? "," : "");
    }
    io_printf(sink, "    }},\n");
}

static void print_json_param(struct sink *sink, const struct cairn_param *param)
{
    io_printf(sink, ", \"%s\": {\"description\": ", param->name);
    schema_print_text(sink, param->help);
    io_printf(sink, ", ");
    static const char *const kinds[] = {
        [CAIRN_DURATION] = "\"$ref\": \"#/$defs/duration\"",
        [CAIRN_COUNT] = "\"type\": \"integer\"",
        [CAIRN_NUMBER] = "\"type\": \"number\"",
        [CAIRN_FRACTION] = "\"type\": [\"number\", \"string\"]",
        [CAIRN_MTBF] = "\"anyOf\": [{\"enum\": [\"scenario\", \"hindsight\"]}, {\"$ref\": "
                       "\"#/$defs/duration\"}, {\"type\": \"object\", \"required\": [\"before\"]}]",
        [CAIRN_SHAPE] = "\"anyOf\": [{\"const\": \"scenario\"}, {\"type\": \"number\"}]",
        [CAIRN_NAMES] = "\"type\": [\"array\", \"string\"]",
        [CAIRN_FRACTIONS] = "\"type\": [\"array\", \"number\", \"string\"]",
        [CAIRN_CONTROLLER] = "\"$ref\": \"#/$defs/controller\"",
        [CAIRN_TEXTS] = "\"type\": [\"array\", \"string\"]",
        [CAIRN_PAIRS] = "\"type\": \"object\"",
    };
    if (param->unit == CAIRN_CHOICE)
        print_enum(sink, param->choices, NULL);
    else
        io_printf(sink, "%s", kinds[param->unit]);
    io_printf(sink, "}");
}

static void print_json_policies(struct sink *sink, const char *word, enum schema_type kind)
{
    io_printf(sink, "    \"%s\": {\"oneOf\": [\n      {\"enum\": [", word);
    for (size_t i = 0; policy_at(kind, i).name; i++)
        io_printf(sink, "%s\"%s\"", i ? ", " : "", policy_at(kind, i).name);
    io_printf(sink, "]}");
    for (size_t i = 0; policy_at(kind, i).name; i++) {
        struct policy policy = policy_at(kind, i);
        io_printf(sink, ",\n      {\"type\": \"object\", \"required\": [\"name\"], "
                        "\"additionalProperties\": false, \"description\": ");
        schema_print_text(sink, policy.summary);
        io_printf(sink, ", \"properties\": {\"name\": {\"const\": \"%s\"}", policy.name);
        for (const struct cairn_param *param = policy.params; param->name; param++)
            print_json_param(sink, param);
        io_printf(sink, "}}");
    }
    if (kind == TYPE_CONTROLLER)
        io_printf(sink,
                  ",\n      {\"type\": \"object\", \"required\": [\"process\"], "
                  "\"additionalProperties\": false, \"description\": \"a program over a pipe\", "
                  "\"properties\": {\"name\": {\"const\": \"process\"}, "
                  "\"process\": {\"type\": [\"array\", \"string\"]}, "
                  "\"timeout\": {\"$ref\": \"#/$defs/duration\"}, "
                  "\"params\": {\"type\": \"object\"}}}");
    io_printf(sink, "\n    ]}");
}

static void indent(struct sink *sink, unsigned depth)
{
    io_printf(sink, "%*s", (int)(2 * depth + 2), "");
}

/* How many sections two paths share, and how many one has. */
static unsigned shared_sections(const char *a, const char *b)
{
    unsigned shared = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        shared += a[i] == '.';
    return shared;
}

static unsigned sections(const char *path)
{
    unsigned count = 0;
    for (; *path; path++)
        count += *path == '.';
    return count;
}

static const char *open_objects(struct sink *sink, const char *path, unsigned from, unsigned to)
{
    const char *name = path;
    for (unsigned i = 0; i < from; i++)
        name = strchr(name, '.') + 1;
    for (unsigned depth = from; depth < to; depth++) {
        size_t length = strcspn(name, ".");
        indent(sink, depth);
        io_printf(sink,
                  "\"%.*s\": {\"type\": \"object\", \"additionalProperties\": false, "
                  "\"properties\": {\n",
                  (int)length, name);
        name += length + 1;
    }
    return name;
}

void schema_print_json(struct sink *sink)
{
    const char *previous = "";
    io_printf(sink, "{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                    "\"title\": \"cairn scenario\",\n\"type\": \"object\",\n"
                    "\"additionalProperties\": false,\n\"required\": [\"version\"],\n"
                    "\"properties\": {\n");
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *path = schema_keys[id].path;
        unsigned shared = shared_sections(previous, path), depth = sections(previous);
        for (; depth > shared; depth--)
            io_printf(sink, "}}");
        io_printf(sink, "%s", id ? ",\n" : "");
        depth = sections(path);
        const char *name = open_objects(sink, path, shared, depth);
        indent(sink, depth);
        print_json_key(sink, &schema_keys[id], name);
        previous = path;
    }
    for (unsigned depth = sections(previous); depth > 0; depth--)
        io_printf(sink, "}}");
    io_printf(sink, "\n},\n\"$defs\": {\n    \"duration\": {\"type\": \"string\", \"pattern\": "
                    "\"" DURATION_PATTERN "\"},\n    \"size\": {\"type\": \"string\", "
                    "\"pattern\": \"" BYTES_PATTERN "$\"},\n");
    pipeline_schema_print_json(sink);
    print_json_laws(sink);
    print_json_policies(sink, "controller", TYPE_CONTROLLER);
    io_printf(sink, ",\n");
    print_json_policies(sink, "scheduler", TYPE_SCHEDULER);
    io_printf(sink, ",\n");
    print_json_policies(sink, "recovery", TYPE_RECOVERY);
    io_printf(sink, ",\n");
    print_json_policies(sink, "router", TYPE_ROUTER);
    io_printf(sink, "\n");
    io_printf(sink, "}\n}\n");
}
