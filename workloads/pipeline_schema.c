/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help and JSON Schema of pipelines: walks over the tables of fields and verbs.
 *
 * Fields that their owner reads (methods, a checkpoint, …) have a definition of their own here, by
 * name; everything else follows from a field's type. */
#include "workloads/pipeline_schema.h"
#include "workloads/declare_form.h"
#include "workloads/driver_map.h"
#include "workloads/items_form.h"
#include "workloads/pipeline_form.h"
#include "workloads/schema.h"
#include <string.h>

#define DURATION "{\"$ref\": \"#/$defs/duration\"}"
#define TIME     "{\"$ref\": \"#/$defs/amount_of_time\"}"
#define NAMES    "{\"$ref\": \"#/$defs/names\"}"
#define LIST     "{\"$ref\": \"#/$defs/statements\"}"
#define COPIES   "{\"$ref\": \"#/$defs/copies\"}"
#define COUNT    "{\"type\": \"integer\", \"minimum\": 1}"
#define TEXT     "{\"type\": \"string\"}"

/* ---- help ---------------------------------------------------------------------------------- */

/* What a field is when nothing is said, where its row leaves that open. */
static const char *zero_of(const struct field *field)
{
    static const char *const words[] = {
        [FIELD_TIME] = "0 s",   [FIELD_SIZE] = "0 B",   [FIELD_COUNT32] = "",
        [FIELD_COUNT64] = "0",  [FIELD_TRIES] = "0",    [FIELD_SIGNED] = "0",
        [FIELD_BOOL] = "false", [FIELD_FRACTION] = "0", [FIELD_MOMENT] = "start",
        [FIELD_SHARE] = "0",    [FIELD_MEMORY] = "0 B", [FIELD_CHOICE] = "",
        [FIELD_EITHER] = "",    [FIELD_NODE] = "any",   [FIELD_OWN] = "",
        [FIELD_PATIENCE] = "",
    };
    return field->choices ? field->choices[0] : words[field->type];
}

static const char *kind_of(const struct field *field)
{
    static const char *const words[] = {
        [FIELD_TIME] = "duration",
        [FIELD_SIZE] = "size",
        [FIELD_COUNT32] = "count",
        [FIELD_COUNT64] = "count",
        [FIELD_TRIES] = "count | unlimited",
        [FIELD_SIGNED] = "whole number",
        [FIELD_BOOL] = "true or false",
        [FIELD_FRACTION] = "fraction",
        [FIELD_MOMENT] = "start | end | FRACTION",
        [FIELD_SHARE] = "number",
        [FIELD_MEMORY] = "size",
        [FIELD_CHOICE] = "",
        [FIELD_EITHER] = "",
        [FIELD_NODE] = "count",
        [FIELD_OWN] = "",
        [FIELD_PATIENCE] = "duration",
    };
    return words[field->type];
}

static void print_fields(struct sink *sink, const char *title, const struct field_set *set)
{
    io_printf(sink, "  %s\n", title);
    for (size_t i = 0; i < set->count; i++) {
        const struct field *field = &set->fields[i];
        char bytes[80];
        struct text kind = text_over(bytes, sizeof bytes);
        text_add(&kind, "%s", kind_of(field));
        for (size_t k = 0; field->choices && field->choices[k]; k++)
            text_add(&kind, "%s%s", k ? " | " : "", field->choices[k]);
        io_printf(sink, "    %-18s %-24s", field->name, bytes);
        const char *fallback =
            field->fallback && field->fallback[0] ? field->fallback : zero_of(field);
        if (!field->fallback)
            io_printf(sink, " required\n");
        else if (fallback[0])
            io_printf(sink, " default %s\n", fallback);
        else
            io_printf(sink, " optional\n");
        schema_print_wrapped(sink, field->help, 8);
    }
}

void pipeline_schema_print_help(struct sink *sink)
{
    io_printf(
        sink,
        "\nPipelines\n"
        "  workload.pipeline has tasks, actors, and a driver or jobs. Any time may be a list,\n"
        "  [2 s, 1 s], of which call k takes the k-th, or a law; and so may any size.\n");
    print_fields(sink, "tasks: {NAME: TIME} or {NAME: {…}}", &declare_task);
    print_fields(sink, "checkpoint of a task: {…}", &declare_output);
    print_fields(sink, "actors: {NAME: {…}}", &declare_actor);
    print_fields(sink, "methods: {NAME: TIME} or {NAME: {…}}", &declare_method);
    print_fields(sink, "fails: FRACTION or {…}", &declare_fails);
    print_fields(sink, "checkpoint of an actor: {…}", &declare_checkpoint);
    print_fields(sink, "queue of an actor: {…}", &items_form_queue);
    print_fields(sink, "jobs: [{…}, …]", &pipeline_job);
    print_fields(sink, "actors of a map: COUNT or {…}", &driver_map_actors);
    io_printf(sink, "  driver: [{VERB: …}, …]\n");
    for (size_t i = 0; i < driver_verbs_count; i++) {
        const struct driver_verb *verb = &driver_verbs[i];
        io_printf(sink, "    %s\n", verb->example);
        schema_print_wrapped(sink, verb->help, 8);
        for (size_t k = 0; k < sizeof verb->takes / sizeof *verb->takes && verb->takes[k]; k++)
            io_printf(sink, "%s%s", k ? ", " : "        may have ", verb->takes[k]);
        io_printf(sink, "%s", verb->takes[0] ? "\n" : "");
    }
}

/* ---- JSON Schema --------------------------------------------------------------------------- */

static void print_words(struct sink *sink, const char *const *words)
{
    io_printf(sink, "\"enum\": [");
    for (size_t i = 0; words[i]; i++)
        io_printf(sink, "%s\"%s\"", i ? ", " : "", words[i]);
    io_printf(sink, "]");
}

/* The definition of a field that its owner reads. */
static const char *own_of(const char *set, const char *name)
{
    static const char *const rows[][2] = {
        {"fails",
         "\"anyOf\": [{\"type\": [\"number\", \"string\"]}, {\"$ref\": \"#/$defs/fails\"}]"},
        {"cpu", "\"type\": \"number\", \"minimum\": 0"},
        {"checkpoint", "\"$ref\": \"#/$defs/checkpoint\""},
        {"queue", "\"$ref\": \"#/$defs/queue\""},
        {"methods", "\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [" TIME
                    ", {\"$ref\": \"#/$defs/method\"}]}"},
        {"name", "\"type\": \"string\""},
        {"at", "\"anyOf\": [" DURATION
               ", {\"type\": \"array\", \"minItems\": 1, \"items\": " DURATION "}]"},
        {"driver", "\"$ref\": \"#/$defs/statements\""},
    };
    if (strcmp(set, "task") == 0 && strcmp(name, "checkpoint") == 0)
        return "\"$ref\": \"#/$defs/output\"";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return "";
}

static void print_type(struct sink *sink, const char *set, const struct field *field)
{
    switch (field->type) {
    case FIELD_TIME:
        io_printf(sink, "\"$ref\": \"#/$defs/amount_of_time\"");
        return;
    case FIELD_SIZE:
        io_printf(sink, "\"$ref\": \"#/$defs/amount_of_bytes\"");
        return;
    case FIELD_COUNT32:
    case FIELD_COUNT64:
    case FIELD_NODE:
        io_printf(sink, "\"type\": \"integer\", \"minimum\": %.0f", field->min);
        if (field->max > 0)
            io_printf(sink, ", \"maximum\": %.0f", field->max);
        return;
    case FIELD_TRIES:
        io_printf(sink, "\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"const\": "
                        "\"unlimited\"}]");
        return;
    case FIELD_SIGNED:
        io_printf(sink, "\"type\": \"integer\"");
        return;
    case FIELD_BOOL:
        io_printf(sink, "\"type\": \"boolean\"");
        return;
    case FIELD_FRACTION:
    case FIELD_MOMENT:
        io_printf(sink, "\"type\": [\"number\", \"string\"]");
        return;
    case FIELD_SHARE:
        io_printf(sink, "\"type\": \"number\", \"minimum\": 0");
        return;
    case FIELD_MEMORY:
        io_printf(sink, "\"$ref\": \"#/$defs/size\"");
        return;
    case FIELD_CHOICE:
    case FIELD_EITHER:
        print_words(sink, field->choices);
        return;
    case FIELD_PATIENCE:
        io_printf(sink, "\"$ref\": \"#/$defs/duration\"");
        return;
    case FIELD_OWN:
        io_printf(sink, "%s", own_of(set, field->name));
    }
}

static void print_set(struct sink *sink, const char *name, const struct field_set *set)
{
    const char *separator = "";
    io_printf(sink,
              "    \"%s\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": [",
              name);
    for (size_t i = 0; i < set->count; i++) {
        if (set->fields[i].fallback)
            continue;
        io_printf(sink, "%s\"%s\"", separator, set->fields[i].name);
        separator = ", ";
    }
    io_printf(sink, "], \"properties\": {");
    for (size_t i = 0; i < set->count; i++) {
        io_printf(sink, "%s\n      \"%s\": {\"description\": ", i ? "," : "", set->fields[i].name);
        schema_print_text(sink, set->fields[i].help);
        io_printf(sink, ", ");
        print_type(sink, name, &set->fields[i]);
        io_printf(sink, "}");
    }
    io_printf(sink, "}},\n");
}

/* What stands behind the verb. */
static const char *value_of(enum program_op op)
{
    static const char *const values[PROGRAM_OPS] = {
        [OP_CALL] = TEXT,
        [OP_CREATE] = TEXT,
        [OP_GET] = NAMES,
        [OP_WAIT] = "{\"anyOf\": [" NAMES ", {\"type\": \"object\", \"required\": [\"for\"], "
                    "\"additionalProperties\": false, \"properties\": {\"for\": " NAMES
                    ", \"count\": " COUNT ", \"timeout\": " DURATION "}}]}",
        [OP_PUT] = "{\"$ref\": \"#/$defs/amount_of_bytes\"}",
        [OP_THINK] = TIME,
        [OP_REPEAT] = COUNT,
        [OP_UNTIL] = "{\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1, "
                     "\"additionalProperties\": " COUNT "}",
        [OP_PARALLEL] = "{\"anyOf\": [" COPIES ", {\"$ref\": \"#/$defs/statement\"}, {\"type\": "
                        "\"array\", \"minItems\": 1, \"items\": {\"anyOf\": [" LIST ", " COPIES
                        ", {\"$ref\": \"#/$defs/statement\"}]}}]}",
        [OP_KILL] = TEXT,
        [OP_RELEASE] = TEXT,
        [OP_CHECKPOINT] = TEXT,
        [OP_RESTORE] = TEXT,
        [OP_STOP] = TEXT,
        [OP_MAP] = TEXT,
        [OP_CANCEL] = TEXT,
    };
    return values[op];
}

static void print_modifier(struct sink *sink, const char *name)
{
    static const char *const rows[][2] = {
        {"times", COUNT},
        {"with", NAMES},
        {"each", NAMES},
        {"from", TEXT},
        {"generation", "{\"oneOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"const\": "
                       "\"common\"}]}"},
        {"as", TEXT},
        {"to", "{\"enum\": [\"one\", \"all\"]}"},
        {"order", "{\"enum\": [\"submitted\", \"completed\"]}"},
        {"ahead", COUNT},
        {"at_most", COUNT},
        {"actors", "{\"anyOf\": [" COUNT ", {\"$ref\": \"#/$defs/crew\"}]}"},
        {"failed", "{\"enum\": [\"stop\", \"skip\"]}"},
        {"force", "{\"type\": \"boolean\"}"},
        {"do", LIST},
        {"within", DURATION},
        {"on_error", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/statement\"}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], name) == 0)
            io_printf(sink, "%s", rows[i][1]);
    if (strcmp(name, "together") != 0)
        return;
    io_printf(sink, "{");
    print_words(sink, driver_together);
    io_printf(sink, "}");
}

static void print_verb(struct sink *sink, const struct driver_verb *verb)
{
    bool has_body = verb->op == OP_REPEAT || verb->op == OP_UNTIL;
    io_printf(sink, "      {\"type\": \"object\", \"required\": [\"%s\"%s], ", verb->name,
              has_body ? ", \"do\"" : "");
    io_printf(sink, "\"additionalProperties\": false, \"description\": ");
    schema_print_text(sink, verb->help);
    io_printf(sink, ", \"properties\": {\"%s\": %s", verb->name, value_of(verb->op));
    for (size_t i = 0; i < sizeof verb->takes / sizeof *verb->takes && verb->takes[i]; i++) {
        io_printf(sink, ", \"%s\": ", verb->takes[i]);
        print_modifier(sink, verb->takes[i]);
    }
    io_printf(sink, "}}");
}

static void print_statements(struct sink *sink)
{
    io_printf(sink,
              "    \"names\": {\"anyOf\": [" TEXT ", {\"type\": \"array\", \"minItems\": 1, "
              "\"items\": " TEXT "}]},\n"
              "    \"statements\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
              "\"#/$defs/statement\"}},\n"
              "    \"copies\": {\"type\": \"object\", \"required\": [\"do\"], "
              "\"additionalProperties\": false, \"properties\": {\"times\": " COUNT
              ", \"do\": " LIST "}},\n"
              "    \"statement\": {\"oneOf\": [\n");
    for (size_t i = 0; i < driver_verbs_count; i++) {
        print_verb(sink, &driver_verbs[i]);
        io_printf(sink, "%s\n", i + 1 < driver_verbs_count ? "," : "");
    }
    io_printf(sink, "    ]},\n");
}

/* One value, a list of them, or a law. */
static void print_amount(struct sink *sink, const char *name, const char *one, const char *law)
{
    io_printf(sink,
              "    \"%s\": {\"anyOf\": [{\"$ref\": \"#/$defs/%s\"}, {\"type\": \"array\", "
              "\"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/%s\"}}, {%s}]},\n",
              name, one, one, law);
}

void pipeline_schema_print_json(struct sink *sink)
{
    print_amount(sink, "amount_of_time", "duration", "\"$ref\": \"#/$defs/law\"");
    print_amount(sink, "amount_of_bytes", "size",
                 "\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1");
    print_set(sink, "fails", &declare_fails);
    print_set(sink, "output", &declare_output);
    print_set(sink, "task", &declare_task);
    print_set(sink, "method", &declare_method);
    print_set(sink, "checkpoint", &declare_checkpoint);
    print_set(sink, "queue", &items_form_queue);
    print_set(sink, "actor", &declare_actor);
    print_set(sink, "job", &pipeline_job);
    print_set(sink, "crew", &driver_map_actors);
    print_statements(sink);
    io_printf(sink,
              "    \"pipeline\": {\"type\": \"object\", \"additionalProperties\": false, "
              "\"oneOf\": [{\"required\": [\"driver\"]}, {\"required\": [\"jobs\"]}], "
              "\"properties\": {\n"
              "      \"tasks\": {\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [" TIME
              ", {\"$ref\": \"#/$defs/task\"}]}},\n"
              "      \"actors\": {\"type\": \"object\", \"additionalProperties\": {\"$ref\": "
              "\"#/$defs/actor\"}},\n"
              "      \"driver\": " LIST ",\n"
              "      \"jobs\": {\"type\": \"array\", \"minItems\": 1, \"maxItems\": %d, \"items\": "
              "{\"$ref\": \"#/$defs/job\"}}}},\n",
              LIMIT_JOBS);
}
