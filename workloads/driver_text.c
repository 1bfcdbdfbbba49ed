/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canonical text of statements: one walk over the array, with a stack of what is still open.
 *
 * A statement is opened at its index, its body is closed at `body`, its handler at `end`.
 * Invariant: before statement i is written, every open one ends behind i. */
#include "workloads/driver_text.h"
#include "workloads/amount_form.h"
#include "workloads/declare_form.h"
#include "workloads/driver_map.h"
#include <assert.h>

struct writing {
    struct text *text;
    const struct driver *driver;
    struct {
        uint32_t statement;
        bool is_handler; /* its body is closed */
    } open[LIMIT_NESTING + 1];
    unsigned depth;
    bool is_first; /* nothing stands yet in the list that is open */
};

static const char *verb_of(const struct program_statement *statement)
{
    for (size_t i = 0; i < driver_verbs_count; i++)
        if (driver_verbs[i].op == statement->op &&
            driver_verbs[i].is_waited == statement->is_waited)
            return driver_verbs[i].name;
    assert(!"no verb makes this statement");
    return "";
}

/* ", with: [a, b]" of the arguments that are each, or are not; without the word for a bare list. */
static void add_arguments(struct text *text, const struct driver *driver,
                          const struct program_statement *statement, const char *word, bool is_each)
{
    const char *separator = word;
    for (uint32_t i = 0; i < statement->arguments_count; i++) {
        uint32_t argument = statement->first_argument + i;
        if (driver->arguments[argument].is_each != is_each)
            continue;
        text_add(text, "%s%s", separator, driver->argument_names[argument]);
        separator = ", ";
    }
    text_add(text, separator == word ? "" : "]");
}

static void add_function(struct text *text, const struct driver *driver, uint32_t index)
{
    const struct program_statement *statement = &driver->statements[index];
    const char *target = driver->words[index].target;
    const struct program_function *function = &driver->program->functions[statement->what];
    text_add(text, "%s%s%s", target ? target : "", target ? "." : "",
             target ? declare_form_short_name(function) : function->name);
}

static void add_wait(struct text *text, const struct driver *driver,
                     const struct program_statement *statement)
{
    add_arguments(text, driver, statement, "{for: [", false);
    text_add(text, ", count: %llu", (unsigned long long)statement->times);
    if (statement->amount.constant != SIMTIME_NEVER) {
        text_add(text, ", timeout: ");
        amount_form_add(text, &statement->amount, AMOUNT_TIME);
    }
    text_add(text, "}");
}

/* What stands behind the verb. */
static void add_value(struct text *text, const struct driver *driver, uint32_t index)
{
    const struct program_statement *statement = &driver->statements[index];
    unsigned long long times = statement->times;
    switch (statement->op) {
    case OP_CALL:
    case OP_MAP:
        add_function(text, driver, index);
        return;
    case OP_CREATE:
        text_add(text, "%s", driver->program->actors[statement->what].name);
        return;
    case OP_GET:
        add_arguments(text, driver, statement, "[", false);
        return;
    case OP_WAIT:
        add_wait(text, driver, statement);
        return;
    case OP_PUT:
    case OP_THINK:
        amount_form_add(text, &statement->amount,
                        statement->op == OP_PUT ? AMOUNT_BYTES : AMOUNT_TIME);
        return;
    case OP_REPEAT:
        text_add(text, "%llu", times);
        return;
    case OP_UNTIL:
        text_add(text, "{%s: %llu}", driver->words[index].target, times);
        return;
    case OP_KILL:
    case OP_STOP:
    case OP_RELEASE:
    case OP_CANCEL:
    case OP_CHECKPOINT:
    case OP_RESTORE:
        text_add(text, "%s", driver->words[index].target);
        return;
    case OP_PARALLEL:
        text_add(text, "[");
        return;
    case OP_BRANCH:
    case PROGRAM_OPS:
        break;
    }
}

/* Verb and words, all but the lists inside. */
static void add_words(struct text *text, const struct driver *driver, uint32_t index)
{
    const struct program_statement *statement = &driver->statements[index];
    bool has_each = false;
    text_add(text, "{%s: ", verb_of(statement));
    add_value(text, driver, index);
    for (uint32_t i = 0; i < statement->arguments_count; i++)
        has_each |= driver->arguments[statement->first_argument + i].is_each;
    bool is_call = statement->op == OP_CALL || statement->op == OP_MAP;
    if ((is_call && !has_each && statement->times > 1) ||
        (statement->op == OP_CREATE && statement->times > 1))
        text_add(text, ", times: %llu", (unsigned long long)statement->times);
    if (is_call) {
        add_arguments(text, driver, statement, ", with: [", false);
        add_arguments(text, driver, statement, ", each: [", true);
    }
    if (statement->op == OP_RESTORE && statement->times == PROGRAM_COMMON)
        text_add(text, ", generation: common");
    else if (statement->op == OP_RESTORE && statement->times > 0)
        text_add(text, ", generation: %llu", (unsigned long long)statement->times);
    if (statement->op == OP_CREATE && driver->words[index].target)
        text_add(text, ", from: %s", driver->words[index].target);
    if (statement->op == OP_STOP && statement->amount.constant != SIMTIME_NEVER) {
        text_add(text, ", within: ");
        amount_form_add(text, &statement->amount, AMOUNT_TIME);
    }
    if (statement->is_together)
        text_add(text, ", together: %s", driver_together[statement->together]);
    if (statement->is_routed)
        text_add(text, ", to: one");
    if (driver->words[index].bind)
        text_add(text, ", as: %s", driver->words[index].bind);
    if (statement->op == OP_MAP)
        driver_map_add(text, driver, statement);
    if (statement->is_forced)
        text_add(text, ", force: true");
}

static void open_list(struct writing *writing, uint32_t index, bool is_handler)
{
    assert(writing->depth <= LIMIT_NESTING);
    writing->open[writing->depth].statement = index;
    writing->open[writing->depth++].is_handler = is_handler;
    writing->is_first = true;
}

static void begin(struct writing *writing, uint32_t index)
{
    const struct program_statement *statement = &writing->driver->statements[index];
    struct text *text = writing->text;
    bool is_loop = statement->op == OP_REPEAT || statement->op == OP_UNTIL ||
                   (statement->op == OP_MAP && statement->body > index + 1);
    text_add(text, writing->is_first ? "" : ", ");
    writing->is_first = false;
    if (statement->op == OP_BRANCH) {
        if (statement->times > 1)
            text_add(text, "{times: %llu, do: ", (unsigned long long)statement->times);
        text_add(text, "[");
        open_list(writing, index, false);
        return;
    }
    add_words(text, writing->driver, index);
    if (is_loop)
        text_add(text, ", do: [");
    if (is_loop || statement->op == OP_PARALLEL) {
        open_list(writing, index, false);
    } else if (statement->has_handler) {
        text_add(text, ", on_error: [");
        open_list(writing, index, true);
    } else {
        text_add(text, "}");
    }
}

/* Closes every list that has no statement from `index` on. */
static void end_before(struct writing *writing, uint32_t index)
{
    while (writing->depth > 0) {
        uint32_t owner = writing->open[writing->depth - 1].statement;
        const struct program_statement *statement = &writing->driver->statements[owner];
        bool is_handler = writing->open[writing->depth - 1].is_handler;
        if (index < (is_handler ? statement->end : statement->body))
            return;
        writing->depth--;
        writing->is_first = false;
        text_add(writing->text, "]");
        if (statement->op == OP_BRANCH) {
            text_add(writing->text, statement->times > 1 ? "}" : "");
        } else if (!is_handler && statement->has_handler) {
            text_add(writing->text, ", on_error: [");
            open_list(writing, owner, true);
        } else {
            text_add(writing->text, "}");
        }
    }
}

void driver_text_add(struct text *text, const struct driver *driver, const struct program_job *job)
{
    struct writing writing = {.text = text, .driver = driver, .is_first = true};
    text_add(text, "[");
    for (uint32_t i = job->body; i < job->end; i++) {
        end_before(&writing, i);
        begin(&writing, i);
    }
    end_before(&writing, job->end);
    text_add(text, "]");
}
