/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A decision is laid out flat, then written by the table. */
#include "sim/campaign/decisions.h"
#include "sim/base/text.h"
#include "sim/campaign/protocol.h"
#include "sim/campaign/row.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A decision as its line has it; -1 and NaN: does not apply. */
struct line {
    const char *scenario;
    uint64_t seed;
    int64_t replication, id;
    const char *source;
    int64_t time, work, work_since, wall_since, step, failures;
    const char *action, *ask;
    int64_t at_ns, at_steps, repeat, reason;
    double numbers[4];
    const char *outcome;
    int64_t began, ended, cost, slowed, blocked, restored;
    slot_ns protected_work;
    double claimed;
    int64_t lost[LOSSES];
    const char *words;
};

enum line_kind { LINE_TEXT, LINE_SEED, LINE_INTEGER, LINE_SLOTS, LINE_NUMBER };

#define COLUMN(name, kind, member, help)                                                           \
    {                                                                                              \
        name, kind, offsetof(struct line, member), help                                            \
    }

static const struct line_column {
    const char *name;
    enum line_kind kind;
    size_t offset;
    const char *help;
} columns[] = {
    COLUMN("scenario", LINE_TEXT, scenario, "its name"),
    COLUMN("seed", LINE_SEED, seed, "of all randomness"),
    COLUMN("replication", LINE_INTEGER, replication, "numbered from 0"),
    COLUMN("id", LINE_INTEGER, id, "of the decision, from 1, in the order in which they were made"),
    COLUMN("source", LINE_TEXT, source,
           "who decided: controller, job (its last checkpoint), what-if"),
    COLUMN("time_ns", LINE_INTEGER, time, "since the start"),
    COLUMN("work_done_ns", LINE_INTEGER, work, "useful work that stood"),
    COLUMN("work_since_ns", LINE_INTEGER, work_since,
           "of it, since the last snapshot began or was restored"),
    COLUMN("wall_since_ns", LINE_INTEGER, wall_since,
           "time since the last snapshot ended, or the last restore, or the start"),
    COLUMN("step_index", LINE_INTEGER, step, "whole steps done; 0 where work is divisible"),
    COLUMN("failures", LINE_INTEGER, failures, "detected so far"),
    COLUMN("action", LINE_TEXT, action, "skip, checkpoint or failed"),
    COLUMN("ask", LINE_TEXT, ask,
           "when next: never, or when work, wall (since the last), time, step or steps reach at_…"),
    COLUMN("at_ns", LINE_INTEGER, at_ns, "for work, wall and time"),
    COLUMN("at_steps", LINE_INTEGER, at_steps, "for step and steps"),
    COLUMN("repeat", LINE_INTEGER, repeat, "1: it will answer the same each period"),
    COLUMN("reason", LINE_INTEGER, reason, "the controller's code; see words"),
    COLUMN("number_0", LINE_NUMBER, numbers[0], "the controller's numbers; see words"),
    COLUMN("number_1", LINE_NUMBER, numbers[1], "likewise"),
    COLUMN("number_2", LINE_NUMBER, numbers[2], "likewise"),
    COLUMN("number_3", LINE_NUMBER, numbers[3], "likewise"),
    COLUMN("outcome", LINE_TEXT, outcome,
           "of the checkpoint: complete, aborted, dropped, or how far it came; none: not wanted"),
    COLUMN("began_ns", LINE_INTEGER, began, "when its snapshot began"),
    COLUMN("ended_ns", LINE_INTEGER, ended, "when it was complete, or aborted"),
    COLUMN("checkpoint_ns", LINE_INTEGER, cost, "time that the job stood still for it"),
    COLUMN("slowed_ns", LINE_INTEGER, slowed, "time lost to being slowed by it"),
    COLUMN("blocked_ns", LINE_INTEGER, blocked,
           "time that the job waited for an older one to persist"),
    COLUMN("restored", LINE_INTEGER, restored, "times that a failure went back to it"),
    COLUMN("protected_work_ns", LINE_SLOTS, protected_work, "work that it kept, summed over these"),
    COLUMN("claimed_s", LINE_NUMBER, claimed,
           "what the controller's own account of savings rose by meanwhile"),
    COLUMN("lost_unfinished_ns", LINE_INTEGER, lost[LOSS_UNFINISHED],
           "work lost because it was under way when a failure came"),
    COLUMN("lost_declined_ns", LINE_INTEGER, lost[LOSS_DECLINED],
           "work lost that a checkpoint here, instead of skip, would have kept"),
    COLUMN("lost_dropped_ns", LINE_INTEGER, lost[LOSS_DROPPED],
           "the same, where it was asked for and dropped"),
    COLUMN("lost_waited_ns", LINE_INTEGER, lost[LOSS_WAITED],
           "the same, where it was asked for and waited"),
    COLUMN("lost_since_ns", LINE_INTEGER, lost[LOSS_SINCE],
           "work lost that was done after this, the last decision before a failure"),
    COLUMN("words", LINE_TEXT, words, "the decision in the controller's words"),
};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* ---- laying out ---------------------------------------------------------------------------- */

const char *decisions_action(const struct journal_decision *decision)
{
    uint32_t action = decision->verdict.action;
    return protocol_actions[action < CAIRN_FAILED ? action : CAIRN_FAILED];
}

const char *decisions_words(const struct cell *cell, const struct journal_decision *decision,
                            char bytes[DECISIONS_WORDS])
{
    const struct cairn_controller_class *class = cell->spec.controller.class;
    static const char changed[] = "skipped for --what-if; it had said: ";
    size_t used = decision->is_changed ? sizeof changed - 1 : 0;
    if (decision->source == JOURNAL_FINAL)
        return "the job's last checkpoint";
    if (decision->source == JOURNAL_TAKEN)
        return "taken for --what-if";
    memcpy(bytes, changed, used);
    bytes[used] = '\0';
    if (class->describe)
        class->describe(cell->plan, &decision->verdict, bytes + used, DECISIONS_WORDS - used);
    return bytes;
}

static void lay_out_verdict(struct line *line, const struct cairn_verdict *v)
{
    bool is_known = v->ask <= CAIRN_ASK_TIME;
    bool by_steps = v->ask == CAIRN_ASK_STEP || v->ask == CAIRN_ASK_STEPS;
    bool by_time = is_known && !by_steps && v->ask != CAIRN_ASK_NEVER;
    line->ask = is_known ? protocol_asks[v->ask] : "unknown";
    line->at_ns = by_time ? v->at : -1;
    line->at_steps = by_steps ? v->at : -1;
    line->repeat = v->repeat != 0;
    line->reason = v->reason;
    memcpy(line->numbers, v->numbers, sizeof line->numbers);
}

static void lay_out(struct line *line, const struct cell *cell, const struct journal_decision *d)
{
    static const char *const sources[] = {
        [JOURNAL_ASKED] = "controller", [JOURNAL_FINAL] = "job", [JOURNAL_TAKEN] = "what-if"};
    *line = (struct line){.scenario = cell->spec.name,
                          .seed = cell->spec.seed,
                          .source = sources[d->source],
                          .time = d->time,
                          .work = d->work,
                          .work_since = d->work_since,
                          .wall_since = d->wall_since,
                          .step = d->step,
                          .failures = d->failures,
                          .action = decisions_action(d),
                          .outcome = journal_fate_names[d->fate],
                          .began = d->began,
                          .ended = d->ended,
                          .cost = d->cost,
                          .slowed = d->slowed,
                          .blocked = d->blocked,
                          .restored = (int64_t)d->restored,
                          .protected_work = (slot_ns)d->restored * d->work};
    line->claimed = cell->spec.controller.class->claimed ? d->claimed : (double)NAN;
    memcpy(line->lost, d->lost, sizeof line->lost);
    lay_out_verdict(line, &d->verdict);
}

/* ---- writing ------------------------------------------------------------------------------- */

/* False: it does not apply. */
static bool add_number(struct text *text, const struct line *line, const struct line_column *c)
{
    const void *field = (const char *)line + c->offset;
    switch (c->kind) {
    case LINE_SEED:
        text_add(text, "%" PRIu64, *(const uint64_t *)field);
        return true;
    case LINE_INTEGER:
        text_add(text, "%" PRId64, *(const int64_t *)field);
        return *(const int64_t *)field != -1;
    case LINE_SLOTS:
        text_add_int128(text, *(const slot_ns *)field);
        return true;
    case LINE_NUMBER:
        text_add_number(text, *(const double *)field);
        return isfinite(*(const double *)field);
    case LINE_TEXT:
        break;
    }
    assert(!"a text is no number");
    return false;
}

static const char *text_of(const struct line *line, const struct line_column *c)
{
    const char *const *field = (const void *)((const char *)line + c->offset);
    return *field;
}

void decisions_write_header(struct sink *sink)
{
    for (size_t i = 0; i < COLUMNS; i++)
        io_printf(sink, "%s%s", i ? "," : "", columns[i].name);
    io_put(sink, "\n", 1);
}

void decisions_print_help(struct sink *sink)
{
    for (size_t i = 0; i < COLUMNS; i++)
        io_printf(sink, "  %-19s %s\n", columns[i].name, columns[i].help);
}

static void write_csv(struct sink *sink, const struct line *line)
{
    char bytes[64];
    for (size_t i = 0; i < COLUMNS; i++) {
        struct text text = text_over(bytes, sizeof bytes);
        if (i > 0)
            io_put(sink, ",", 1);
        if (columns[i].kind == LINE_TEXT)
            row_put_text(sink, text_of(line, &columns[i]));
        else if (add_number(&text, line, &columns[i]))
            io_put(sink, bytes, text.length);
    }
    io_put(sink, "\n", 1);
}

static void write_json(struct sink *sink, const struct line *line)
{
    char bytes[6 * DECISIONS_WORDS + 8];
    for (size_t i = 0; i < COLUMNS; i++) {
        struct text text = text_over(bytes, sizeof bytes);
        const char *value = bytes;
        if (columns[i].kind == LINE_TEXT) {
            const char *word = text_of(line, &columns[i]);
            text_add_json(&text, word, strlen(word));
        } else if (!add_number(&text, line, &columns[i])) {
            value = "null";
        }
        io_printf(sink, "%s\"%s\": %s", i ? ", " : "{", columns[i].name, value);
    }
    io_put(sink, "}\n", 2);
}

static void write_all(struct sink *sink, const struct cell *cell, uint32_t replication,
                      const struct journal *journal,
                      void (*put)(struct sink *sink, const struct line *line))
{
    char words[DECISIONS_WORDS];
    for (uint32_t id = 1; id <= journal->decisions.count; id++) {
        const struct journal_decision *d = journal_decision(journal, id);
        struct line line;
        lay_out(&line, cell, d);
        line.replication = replication;
        line.id = id;
        line.words = decisions_words(cell, d, words);
        put(sink, &line);
    }
}

void decisions_write_csv(struct sink *sink, const struct cell *cell, uint32_t replication,
                         const struct journal *journal)
{
    write_all(sink, cell, replication, journal, write_csv);
}

void decisions_write_jsonl(struct sink *sink, const struct cell *cell, uint32_t replication,
                           const struct journal *journal)
{
    write_all(sink, cell, replication, journal, write_json);
}
