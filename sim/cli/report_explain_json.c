/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explanation as one object: whole ns, failures dearest first, the decisions behind losses.
 * Groups alone are explained, whose ledger is one placement's wall time and fits simtime. */
#include "sim/base/text.h"
#include "sim/campaign/decisions.h"
#include "sim/cli/report_explain.h"
#include "sim/model/ledger.h"
#include <inttypes.h>
#include <string.h>

static void put_text(struct sink *out, const char *key, const char *value)
{
    char bytes[6 * DECISIONS_WORDS + 8];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json(&text, value, strlen(value));
    io_printf(out, "%s%s", key, bytes);
}

/* A time that was perhaps not reached. */
static void put_time(struct sink *out, const char *key, simtime t)
{
    if (t < 0)
        io_printf(out, "%snull", key);
    else
        io_printf(out, "%s%" PRId64, key, t);
}

static void put_record(struct sink *out, const struct record *r)
{
    io_printf(out, "\"end\": \"%s\", \"makespan_ns\": %" PRId64 ", \"waste_ns\": %" PRId64,
              row_ends[r->end], r->makespan, (simtime)ledger_waste(r));
    io_printf(out, ",\n  \"ledger_ns\": {");
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        io_printf(out, "%s\"%s\": %" PRId64, i ? ", " : "", job_class_names[i], (simtime)r->job[i]);
    io_printf(out, "},\n  \"struck\": %" PRIu64 ", \"completed\": %" PRIu64, r->struck,
              r->completed);
}

static void put_pieces(struct sink *out, const struct journal_failure *f)
{
    io_printf(out, "\"behind\": [");
    for (uint32_t i = 0; i < f->pieces_count; i++)
        io_printf(out, "%s{\"cause\": \"%s\", \"decision\": %u, \"work_ns\": %" PRId64 "}",
                  i ? ", " : "", journal_loss_names[f->pieces[i].cause], f->pieces[i].decision,
                  f->pieces[i].work);
    io_printf(out, "]");
}

static void put_best(struct sink *out, const struct explanation *e, const struct journal_failure *f)
{
    struct explain_best best = {.kind = BEST_NOTHING};
    if (!e->cell->no_bound)
        best = explain_best(e, f);
    if (best.kind == BEST_NOTHING) {
        io_printf(out, ", \"best\": null");
        return;
    }
    io_printf(out, ", \"best\": {\"checkpoint\": %s, \"complete_ns\": %" PRId64,
              best.kind == BEST_CHECKPOINT ? "true" : "false", best.complete);
    io_printf(out, ", \"saved_ns\": %" PRId64 "}", best.saved);
}

static void put_failures(struct sink *out, const struct explanation *e)
{
    io_printf(out, ",\n  \"failures\": [");
    for (uint32_t i = 0; i < e->failures; i++) {
        const struct journal_failure *f = journal_failure(e->journal, e->order[i]);
        io_printf(out, "%s{\"at_ns\": %" PRId64 ", \"cost_ns\": %" PRId64 ", \"lost_ns\": %" PRId64,
                  i ? ",\n    " : "\n    ", f->struck, journal_cost(f), f->lost);
        io_printf(out,
                  ", \"detect_ns\": %" PRId64 ", \"wait_ns\": %" PRId64 ", \"restart_ns\": %" PRId64
                  ", \"restore_ns\": %" PRId64,
                  f->detect, f->wait, f->restart, f->restore);
        put_time(out, ", \"recovered_ns\": ", f->recovered);
        io_printf(out, ", \"during_recovery\": %s, ", f->is_again ? "true" : "false");
        put_pieces(out, f);
        put_best(out, e, f);
        put_time(out, ", \"last_chance_ns\": ", explain_last_chance(e, f));
        io_printf(out, "}");
    }
    io_printf(out, "%s]", e->failures ? "\n  " : "");
}

/* The decisions that losses are laid at; all of them: --decisions. */
static void put_decisions(struct sink *out, const struct explanation *e)
{
    char words[DECISIONS_WORDS];
    const char *sign = "\n    ";
    io_printf(out, ",\n  \"decisions\": [");
    for (uint32_t i = 1; i <= e->journal->decisions.count; i++) {
        const struct journal_decision *d = journal_decision(e->journal, i);
        if (journal_lost(d) == 0)
            continue;
        io_printf(out,
                  "%s{\"id\": %u, \"time_ns\": %" PRId64 ", \"action\": \"%s\", \"outcome\": "
                  "\"%s\"",
                  sign, i, d->time, decisions_action(d), journal_fate_names[d->fate]);
        put_time(out, ", \"ended_ns\": ", d->ended);
        io_printf(out, ", \"lost_ns\": %" PRId64, journal_lost(d));
        put_text(out, ", \"words\": ", decisions_words(e->cell, d, words));
        io_printf(out, "}");
        sign = ",\n    ";
    }
    io_printf(out, "%s]", sign[0] == ',' ? "\n  " : "");
}

static void put_checkpoints(struct sink *out, const struct explanation *e)
{
    static const char *const names[USES] = {[USE_RESTORED] = "restored",
                                            [USE_NEVER] = "never_restored",
                                            [USE_LAST] = "last",
                                            [USE_UNFINISHED] = "unfinished"};
    io_printf(out, ",\n  \"checkpoints\": {");
    for (unsigned i = 0; i < USES; i++)
        io_printf(out, "%s\"%s\": {\"count\": %u, \"ns\": %" PRId64 "}", i ? ", " : "", names[i],
                  e->checkpoints[i].count, e->checkpoints[i].cost);
    io_printf(out, "},\n  \"lost_ns\": {");
    for (unsigned i = 0; i < LOSSES; i++)
        io_printf(out, "%s\"%s\": %" PRId64, i ? ", " : "", journal_loss_names[i], e->causes[i]);
    io_printf(out, "}");
}

static void put_what_if(struct sink *out, const struct explanation *was,
                        const struct explanation *is, struct explain_shift *shifts)
{
    uint32_t count = explain_compare(was, is, shifts);
    io_printf(out, ",\n  \"what_if\": {\"change\": \"%s\", \"decision\": %u, \"time_ns\": %" PRId64,
              is->journal->change.kind == CHANGE_SKIP ? "skip" : "take", is->journal->changed,
              journal_decision(is->journal, is->journal->changed)->time);
    io_printf(out, ",\n  ");
    put_record(out, &is->record);
    io_printf(out, ",\n  \"longer_ns\": %" PRId64 ",\n  \"shifts\": [",
              is->record.makespan - was->record.makespan);
    for (uint32_t i = 0; i < count; i++) {
        const struct explain_shift *s = &shifts[i];
        io_printf(out, "%s{\"at_ns\": %" PRId64, i ? ",\n    " : "\n    ", s->struck);
        put_time(out, ", \"was_ns\": ",
                 s->was ? journal_cost(journal_failure(was->journal, s->was)) : -1);
        put_time(out,
                 ", \"is_ns\": ", s->is ? journal_cost(journal_failure(is->journal, s->is)) : -1);
        io_printf(out, ", \"difference_ns\": %" PRId64 "}", s->difference);
    }
    io_printf(out, "%s]}", count ? "\n  " : "");
}

void report_explain_json(struct cli *cli, const struct prepared *prepared,
                         const struct explanation *was, const struct explanation *is,
                         struct explain_shift *shifts)
{
    struct sink *out = &cli->out;
    char hex[DIGEST_HEX];
    put_text(out, "{\n  \"name\": ", prepared->name);
    io_printf(out, ", \"seed\": %" PRIu64 ", \"replication\": %u", was->cell->spec.seed,
              was->record.replication);
    put_text(out, ", \"controller\": ", was->cell->spec.controller.class->name);
    io_printf(out, ",\n  ");
    put_record(out, &was->record);
    put_time(out, ",\n  \"bound_ns\": ", was->record.bound);
    if (was->cell->no_bound)
        put_text(out, ", \"no_bound\": ", was->cell->no_bound);
    put_checkpoints(out, was);
    put_failures(out, was);
    put_time(out, ",\n  \"uncommitted\": {\"work_ns\": ", was->journal->stopped.lost);
    io_printf(out, ", ");
    put_pieces(out, &was->journal->stopped);
    io_printf(out, "}");
    put_decisions(out, was);
    if (is)
        put_what_if(out, was, is, shifts);
    digest_hex(was->record.digest, hex);
    io_printf(out, ",\n  \"digest\": \"%s\", \"version\": \"%s\"\n}\n", hex, CAIRN_VERSION);
}
