/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the command line, and writing the log that `cairn replay --happenings` understands.
 *
 * Parameters go into the log as they were written: whoever reads them back has to come to the same
 * values, so numbers with units are read here exactly as cairn reads them. */
/* tidy: allow include, a program of one folder */
#include "live.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the command line ---------------------------------------------------------------------- */

static int read_duration(const char *text, int64_t *ns, double *seconds)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", 1000000000},
                 {"min", 60000000000},
                 {"h", 3600000000000},
                 {"d", 86400000000000}};
    const int64_t second = 1000000000;
    char *unit;
    double number = strtod(text, &unit);
    unit += strspn(unit, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0 || !(number >= 0 && number < 9e9))
            continue;
        *ns = (int64_t)(number * (double)units[i].ns + 0.5);
        *seconds = units[i].ns < second ? number / (double)(second / units[i].ns)
                                        : number * (double)(units[i].ns / second);
        return 1;
    }
    return 0;
}

static int read_choice(const char *text, const char *const *choices, struct cairn_value *value)
{
    for (int64_t i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) != 0)
            continue;
        value->i = i;
        value->x = (double)i;
        return 1;
    }
    return 0;
}

static int read_value(const struct cairn_param *param, const char *text, struct cairn_value *value)
{
    char *end = NULL;
    switch (param->unit) {
    case CAIRN_DURATION:
        if (!read_duration(text, &value->i, &value->x))
            return 0;
        value->x = (double)value->i / 1e9;
        break;
    case CAIRN_MTBF:
        if (!read_duration(text, &value->i, &value->x))
            return 0;
        break;
    case CAIRN_COUNT:
        value->i = strtoll(text, &end, 10);
        value->x = (double)value->i;
        break;
    case CAIRN_NUMBER:
    case CAIRN_FRACTION:
    case CAIRN_SHAPE:
        value->x = strtod(text, &end);
        break;
    case CAIRN_CHOICE:
        return read_choice(text, param->choices, value);
    default:
        return 0; /* lists, and controllers around controllers: not on this command line */
    }
    if (end && (end == text || *end))
        return 0;
    return param->min < param->max ? value->x >= param->min && value->x <= param->max
                                   : value->x > 0;
}

/* The text behind "NAME=" among "a=1,b=2", into bytes; 0 if it is not there. */
static int find_given(const char *given, const char *name, char bytes[64])
{
    size_t length = strlen(name);
    for (const char *at = given; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && at[length] == '=') {
            snprintf(bytes, 64, "%.*s", (int)strcspn(at + length + 1, ","), at + length + 1);
            return 1;
        }
    }
    return 0;
}

static const char *read_controller(const char *text, const char *mtbf, struct options *o)
{
    char name[64];
    const char *given = strchr(text, ':');
    int count = 0, used = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    o->controller = cairn_controller_find(name);
    if (!o->controller)
        return "no such controller";
    if (o->controller->hears & (CAIRN_WANTS_RANDOM | CAIRN_WANTS_AGES))
        return "the controller wants to know what this driver does not tell";
    for (const struct cairn_param *param = o->controller->params; param->name; param++, count++) {
        int is_word = param->unit == CAIRN_MTBF || param->unit == CAIRN_SHAPE;
        if (count == PARAMS)
            return "too many parameters";
        if (given && find_given(given + 1, param->name, o->texts[count]))
            used++;
        else if (is_word) /* found by cairn in the scenario; here the operator knows it */
            snprintf(o->texts[count], 64, "%s", param->unit == CAIRN_MTBF ? mtbf : "1");
        else
            snprintf(o->texts[count], 64, "%s", param->fallback ? param->fallback : "");
        if (!read_value(param, o->texts[count], &o->values[count]))
            return "a parameter's value is missing or out of range";
    }
    for (; given; given = strchr(given + 1, ','))
        used--;
    return used < 0 ? "the controller has no such parameter" : NULL;
}

const char *options_read(int argc, char **argv, struct options *o)
{
    const char *controller = "daly", *mtbf = "1 s", *checkpoint = NULL;
    double ignored;
    *o = (struct options){.log = "live.jsonl", .dir = ".", .steps = 600, .seed = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (strcmp(name, "--controller") == 0)
            controller = value;
        else if (strcmp(name, "--mtbf") == 0)
            mtbf = value;
        else if (strcmp(name, "--checkpoint") == 0)
            checkpoint = value;
        else if (strcmp(name, "--steps") == 0)
            o->steps = strtoll(value, NULL, 10);
        else if (strcmp(name, "--seed") == 0)
            o->seed = strtoull(value, NULL, 10);
        else if (strcmp(name, "--strikes") == 0)
            o->strikes = strtoull(value, NULL, 10);
        else if (strcmp(name, "--log") == 0)
            o->log = value;
        else if (strcmp(name, "--dir") == 0)
            o->dir = value;
        else if (strcmp(name, "--supervisor-stops") == 0)
            o->supervisor_stops = strtoll(value, NULL, 10);
        else
            return "unknown option";
    }
    if (checkpoint && !read_duration(checkpoint, &o->checkpoint, &ignored))
        return "--checkpoint needs a duration such as 15ms";
    if (argc % 2 == 0 || o->steps <= 0)
        return "an option lacks its value";
    if (strcmp(mtbf, "never") == 0)
        mtbf = "1000000 d";
    else if (!read_duration(mtbf, &o->mtbf, &ignored) || o->mtbf == 0)
        return "--mtbf needs a duration such as 1.5s, or never";
    return read_controller(controller, mtbf, o);
}

/* ---- the log ------------------------------------------------------------------------------- */

static const char *word(uint32_t is_true)
{
    return is_true ? "true" : "false";
}

void diary_begin(FILE *log, const struct options *options, const struct cairn_shape *shape)
{
    const struct cairn_param *params = options->controller->params;
    fprintf(log,
            "{\"event\": \"begin\", \"controller\": \"%s\", \"request\": 0, \"abi\": %u"
            ", \"seed\": %" PRIu64 ", \"replication\": 0, \"shape\": {"
            "\"checkpoint_cost\": %" PRId64 ", \"restore_cost\": %" PRId64
            ", \"downtime\": %" PRId64 ", \"work\": %" PRId64 ", \"step\": %" PRId64
            ", \"workers\": %u, \"final_checkpoint\": %s"
            ", \"initial_restore\": %s, \"stages\": []}, \"params\": {",
            options->controller->name, shape->abi, options->seed, shape->checkpoint_cost,
            shape->restore_cost, shape->downtime, shape->work, shape->step, shape->workers,
            word(shape->has_final_checkpoint), word(shape->has_initial_restore));
    for (int i = 0; params[i].name; i++)
        fprintf(log, "%s\"%s\": \"%s\"", i ? ", " : "", params[i].name, options->texts[i]);
    fprintf(log, "}}\n");
}

void diary_happening(FILE *log, const struct cairn_happening *h)
{
    static const char *const names[] = {"step", "checkpoint_done", "checkpoint_lost", "failure",
                                        "recovered"};
    fprintf(log, "{\"event\": \"%s\", \"now\": %" PRId64, names[h->kind], h->now);
    switch ((enum cairn_happening_kind)h->kind) {
    case CAIRN_HEAR_STEP:
        fprintf(log, ", \"name\": \"%s\", \"n\": 1, \"cost\": %" PRId64, h->name, h->cost);
        break;
    case CAIRN_HEAR_CHECKPOINT_DONE:
        fprintf(log, ", \"n\": 1, \"cost\": %" PRId64, h->cost);
        break;
    case CAIRN_HEAR_FAILURE:
        fprintf(log, ", \"work_lost\": %" PRId64 ", \"steps_lost\": %" PRId64, h->work_lost,
                h->steps_lost);
        break;
    case CAIRN_HEAR_RECOVERED:
        fprintf(log, ", \"cost\": %" PRId64 ", \"work_protected\": %" PRId64, h->cost,
                h->work_protected);
        break;
    case CAIRN_HEAR_CHECKPOINT_LOST:
    case CAIRN_HEAR_PREDICTION: /* nobody warns this job */
    case CAIRN_HEAR_NOTICE:
        break;
    }
    fprintf(log, ", \"restorable\": %s, \"steps\": %" PRId64 "}\n", word(h->is_restorable),
            h->steps);
}

void diary_decide(FILE *log, uint64_t request, const struct cairn_situation *s)
{
    fprintf(log,
            "{\"event\": \"decide\", \"request\": %" PRIu64 ", \"now\": %" PRId64
            ", \"work_done\": %" PRId64 ", \"work_since\": %" PRId64 ", \"wall_since\": %" PRId64
            ", \"step_index\": %" PRId64 ", \"steps_since\": %" PRId64 ", \"last_cost\": %" PRId64
            ", \"expected_cost\": %" PRId64 ", \"restore_cost\": %" PRId64
            ", \"in_flight\": %u, \"failures\": %u, \"started\": %" PRId64 ", \"failed\": %" PRId64
            "}\n",
            request, s->now, s->work_done, s->work_since, s->wall_since, s->step_index,
            s->steps_since, s->last_cost, s->expected_cost, s->restore_cost, s->in_flight,
            s->failures, s->started, s->failed);
}

void diary_verdict(FILE *log, uint64_t request, const struct cairn_verdict *v)
{
    static const char *const actions[] = {"skip", "checkpoint", "failed"};
    static const char *const asks[] = {"never", "work", "wall", "step", "steps", "time"};
    fprintf(log,
            "{\"request\": %" PRIu64 ", \"action\": \"%s\", \"ask\": \"%s\", \"at\": %" PRId64
            ", \"repeat\": %s, \"reason\": %u}\n",
            request, actions[v->action], asks[v->ask], v->at, word(v->repeat), v->reason);
}

void diary_strike(FILE *log, int64_t now)
{
    fprintf(log, "{\"event\": \"strike\", \"now\": %" PRId64 "}\n", now);
}

void diary_end(FILE *log, int64_t now, int64_t steps)
{
    fprintf(log, "{\"event\": \"end\", \"now\": %" PRId64 ", \"steps\": %" PRId64 "}\n", now,
            steps);
}
