/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One replication in words: what was lost, to which failure, by whose decision, what to try next.
 *
 * Every total is followed by its parts, and they add up. Times of day are h:mm:ss since the start,
 * cut to the second; lengths have a unit. */
#include "sim/cli/report_explain.h"
#include "sim/base/text.h"
#include "sim/campaign/decisions.h"
#include "sim/model/ledger.h"
#include <inttypes.h>
#include <string.h>

#define TOP 10 /* failures told one by one: a screen */

static const char *length_of(char bytes[REPORT_TEXT], slot_ns t)
{
    return report_duration(bytes, slot_seconds(t));
}

/* "3:25:07", "12 d 3:25:07". */
static const char *clock_of(char bytes[REPORT_TEXT], simtime t)
{
    struct text text = text_over(bytes, REPORT_TEXT);
    int64_t s = t / SIMTIME_SECOND, day = 86400;
    if (s >= day)
        text_add(&text, "%" PRId64 " d ", s / day);
    text_add(&text, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s % day / 3600, s / 60 % 60, s % 60);
    return bytes;
}

/* ---- where it went ------------------------------------------------------------------------- */

static void print_head(struct sink *out, const struct prepared *p, const struct explanation *e)
{
    static const char *const ends[] = {
        [END_FINISHED] = "",
        [END_HORIZON] = "\n  it did not finish: the horizon, or the end of the trace, came first",
        [END_EVENTS] = "\n  it did not finish: max_events came first",
        [END_POLICY] = "\n  it did not finish: the controller ended it",
        [END_FAILED] = "\n  it did not finish: an error that its driver did not handle",
    };
    const struct record *r = &e->record;
    char a[REPORT_TEXT], b[REPORT_TEXT], c[REPORT_TEXT];
    slot_ns total = ledger_total(r);
    double waste = total > 0 ? 100 * (double)ledger_waste(r) / (double)total : 0;
    io_printf(out, "%s, replication %u, seed %" PRIu64 ", controller %s\n", p->name, r->replication,
              e->cell->spec.seed, e->cell->spec.controller.class->name);
    io_printf(out, "  makespan %s: %s of work that stands, %s wasted (%.2f %%)%s\n",
              length_of(a, r->makespan), length_of(b, r->job[JOB_USEFUL]),
              length_of(c, ledger_waste(r)), waste, ends[r->end]);
    if (e->cell->no_bound)
        io_printf(out, "  the best possible is not known: %s\n", e->cell->no_bound);
    else if (r->bound >= 0 && r->end != END_FINISHED)
        io_printf(out, "  the best possible on these failures: %s\n", length_of(a, r->bound));
    else if (r->bound >= 0)
        io_printf(out, "  the best possible on these failures: %s, %s less\n",
                  length_of(a, r->bound), length_of(b, r->makespan - r->bound));
    else
        io_printf(out, "  the best possible does not finish either\n");
}

static void print_uses(struct sink *out, const struct explanation *e)
{
    static const char *const words[USES] = {
        [USE_RESTORED] = "that a failure went back to",
        [USE_NEVER] = "that no failure went back to",
        [USE_LAST] = "that was the job's last",
        [USE_UNFINISHED] = "that did not complete",
    };
    char text[REPORT_TEXT];
    for (unsigned i = 0; i < USES; i++)
        if (e->checkpoints[i].count > 0)
            io_printf(out, "                             %-10s in %u %s\n",
                      length_of(text, e->checkpoints[i].cost), e->checkpoints[i].count, words[i]);
}

static void print_causes(struct sink *out, const struct explanation *e)
{
    static const char *const words[LOSSES] = {
        [LOSS_UNFINISHED] = "in a checkpoint that was not complete in time",
        [LOSS_DECLINED] = "the last decision said skip",
        [LOSS_DROPPED] = "a checkpoint was asked for and dropped: an older one was persisting",
        [LOSS_WAITED] = "a checkpoint was asked for and waited: an older one was persisting",
        [LOSS_SINCE] = "since the last decision: nobody was asked",
    };
    char text[REPORT_TEXT];
    for (unsigned i = 0; i < LOSSES; i++)
        if (e->causes[i] > 0)
            io_printf(out, "                             %-10s %s\n", length_of(text, e->causes[i]),
                      words[i]);
}

/* The classes but useful, dearest first. */
static unsigned rank_classes(const struct record *r, enum job_class ranked[JOB_CLASSES])
{
    unsigned count = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        if (i == JOB_USEFUL || r->job[i] == 0)
            continue;
        unsigned at = count++;
        for (; at > 0 && r->job[ranked[at - 1]] < r->job[i]; at--)
            ranked[at] = ranked[at - 1];
        ranked[at] = (enum job_class)i;
    }
    return count;
}

static void print_waste(struct sink *out, const struct explanation *e)
{
    enum job_class ranked[JOB_CLASSES];
    double parts[JOB_CLASSES] = {0};
    int tenths[JOB_CLASSES];
    char text[REPORT_TEXT];
    unsigned count = rank_classes(&e->record, ranked);
    for (unsigned i = 0; i < count; i++)
        parts[i] = (double)e->record.job[ranked[i]];
    report_shares(parts, count, tenths);
    io_printf(out, "\n  wasted          share    time\n");
    for (unsigned i = 0; i < count; i++) {
        io_printf(out, "  %-12s  %4d.%d %%    %s\n", job_class_names[ranked[i]], tenths[i] / 10,
                  tenths[i] % 10, length_of(text, e->record.job[ranked[i]]));
        if (ranked[i] == JOB_LOST)
            print_causes(out, e);
        if (ranked[i] == JOB_CHECKPOINT)
            print_uses(out, e);
    }
    io_printf(out, "  %-12s  %s %%    %s\n", "total", count ? " 100.0" : "   0.0",
              length_of(text, ledger_waste(&e->record)));
}

/* ---- failures ------------------------------------------------------------------------------ */

static void print_part(struct sink *out, const char *name, simtime part, const char **sign)
{
    char text[REPORT_TEXT];
    if (part == 0)
        return;
    io_printf(out, "%s%s %s", *sign, length_of(text, part), name);
    *sign = " + ";
}

/* "decision 4 at 0:14:30" and what it did. */
static void print_cause(struct sink *out, const struct explanation *e,
                        const struct journal_piece *piece)
{
    const struct journal_decision *d = journal_decision(e->journal, piece->decision);
    char at[REPORT_TEXT], ended[REPORT_TEXT];
    clock_of(at, d->time);
    switch (piece->cause) {
    case LOSS_UNFINISHED:
        io_printf(out, "%s %u at %s: the checkpoint was not complete\n",
                  d->source == JOURNAL_FINAL ? "the job's last," : "decision", piece->decision, at);
        break;
    case LOSS_DECLINED:
        io_printf(out, "decision %u at %s said skip\n", piece->decision, at);
        break;
    case LOSS_DROPPED:
        io_printf(out, "decision %u at %s: dropped, an older checkpoint was persisting\n",
                  piece->decision, at);
        break;
    case LOSS_WAITED:
        io_printf(out, "decision %u at %s: waited for an older checkpoint to persist\n",
                  piece->decision, at);
        break;
    case LOSS_SINCE:
    case LOSSES:
        io_printf(out, "since decision %u at %s (%s", piece->decision, at, decisions_action(d));
        if (d->fate == JOURNAL_COMPLETE)
            io_printf(out, ", complete at %s", clock_of(ended, d->ended));
        io_printf(out, "): nobody was asked\n");
        break;
    }
}

static void print_pieces(struct sink *out, const struct explanation *e,
                         const struct journal_failure *f)
{
    char text[REPORT_TEXT], words[DECISIONS_WORDS];
    for (uint32_t i = 0; i < f->pieces_count; i++) {
        const struct journal_piece *piece = &f->pieces[i];
        bool is_last = i + 1 == f->pieces_count || f->pieces[i + 1].decision != piece->decision;
        io_printf(out, "       %-9s ", length_of(text, piece->work));
        if (piece->decision == 0) {
            io_printf(out, "before any decision\n");
            continue;
        }
        print_cause(out, e, piece);
        if (is_last)
            io_printf(
                out, "                 \"%s\"\n",
                decisions_words(e->cell, journal_decision(e->journal, piece->decision), words));
    }
}

static void print_best(struct sink *out, const struct explanation *e,
                       const struct journal_failure *f)
{
    char a[REPORT_TEXT], b[REPORT_TEXT];
    struct explain_best best = explain_best(e, f);
    if (best.kind == BEST_CHECKPOINT)
        io_printf(out, "       best      one checkpoint since %s, completing at %s",
                  f->resumed == 0 ? "the start" : "the last recovery", clock_of(a, best.complete));
    else if (best.kind == BEST_FINISH)
        io_printf(out, "       best      no checkpoint: the job would have ended at %s",
                  clock_of(a, best.complete));
    else
        return;
    io_printf(out, ", would have saved %s\n", length_of(b, best.saved));
}

static void print_failure(struct sink *out, const struct explanation *e, uint32_t rank)
{
    const struct journal_failure *f = journal_failure(e->journal, e->order[rank]);
    char at[REPORT_TEXT], cost[REPORT_TEXT];
    const char *sign = " = ";
    io_printf(out, "  %2u.  %s  cost %s", rank + 1, clock_of(at, f->struck),
              length_of(cost, journal_cost(f)));
    print_part(out, "lost", f->lost, &sign);
    print_part(out, "detect", f->detect, &sign);
    print_part(out, "wait", f->wait, &sign);
    print_part(out, "restart", f->restart, &sign);
    print_part(out, "restore", f->restore, &sign);
    io_printf(out, "%s%s\n", f->is_again ? "; it struck during a recovery" : "",
              f->recovered < 0 && e->order[rank] == e->failures ? "; not recovered from" : "");
    print_pieces(out, e, f);
    if (!e->cell->no_bound)
        print_best(out, e, f);
}

static void print_failures(struct sink *out, const struct explanation *e)
{
    simtime all = 0, top = 0;
    char text[REPORT_TEXT];
    if (e->failures == 0) {
        io_printf(out, "\n  nothing failed: checkpoints only cost here\n");
        return;
    }
    io_printf(out, "\n  %u failure%s, the costliest first; times are h:mm:ss since the start\n",
              e->failures, e->failures == 1 ? "" : "s");
    for (uint32_t i = 0; i < e->failures; i++) {
        all += journal_cost(journal_failure(e->journal, e->order[i]));
        if (i >= TOP)
            continue;
        print_failure(out, e, i);
        top = all;
    }
    if (e->failures > TOP)
        io_printf(out, "  and %u more: %s\n", e->failures - TOP, length_of(text, all - top));
    io_printf(out, "  all failures: %s\n", length_of(text, all));
}

static void print_stopped(struct sink *out, const struct explanation *e)
{
    char text[REPORT_TEXT];
    if (e->journal->stopped.lost == 0)
        return;
    io_printf(out, "\n  not in a checkpoint when it was stopped: %s\n",
              length_of(text, e->journal->stopped.lost));
    print_pieces(out, e, &e->journal->stopped);
}

/* ---- what to type next --------------------------------------------------------------------- */

/* As a shell reads it back. */
static void print_word(struct sink *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,%+@";
    if (*word && strspn(word, plain) == strlen(word)) {
        io_printf(out, " %s", word);
        return;
    }
    io_printf(out, " '");
    for (; *word; word++)
        io_printf(out, *word == '\'' ? "'\\''" : "%c", *word);
    io_printf(out, "'");
}

static void print_command(struct cli *cli, const char *command)
{
    struct sink *out = &cli->out;
    io_printf(out, "    cairn %s", command);
    for (int i = 0; i < cli->arguments_count; i++)
        print_word(out, cli->arguments[i]);
    /* the last set of a replay is its file, which is an argument */
    for (int i = 0; i < cli->sets_count - (cli->arguments_count > 1); i++) {
        io_printf(out, " --set");
        print_word(out, cli->sets[i]);
    }
    if (cli_has(cli, OPTION_SEED)) {
        io_printf(out, " --seed");
        print_word(out, cli->values[OPTION_SEED]);
    }
    io_printf(out, " --rep %u", cli->rep);
}

/* A checkpoint before the failure that lost most, and without one that no failure went back to. */
static void print_next(struct cli *cli, const struct explanation *e)
{
    simtime most = 0, take = -1;
    uint32_t skip = 0;
    char text[REPORT_TEXT];
    for (uint32_t i = 1; i <= e->failures; i++) {
        const struct journal_failure *f = journal_failure(e->journal, i);
        simtime chance = explain_last_chance(e, f);
        if (chance < 0 || f->lost <= most)
            continue;
        most = f->lost;
        take = chance;
    }
    for (uint32_t i = 1; i <= e->journal->decisions.count && skip == 0; i++) {
        const struct journal_decision *d = journal_decision(e->journal, i);
        if (d->source == JOURNAL_ASKED && d->fate == JOURNAL_COMPLETE && d->restored == 0)
            skip = i;
    }
    io_printf(&cli->out, "\n  next\n");
    if (take >= 0) {
        take -= take % SIMTIME_SECOND; /* nobody types nanoseconds; a little earlier is in time */
        struct text exact = text_over(text, sizeof text);
        text_add_exact_duration(&exact, take);
        print_command(cli, "explain");
        io_printf(&cli->out, " --what-if 'take:%s'\n", text);
    }
    if (skip > 0) {
        print_command(cli, "explain");
        io_printf(&cli->out, " --what-if skip:%u\n", skip);
    }
    print_command(cli, cli->arguments_count > 1 ? "replay" : "run");
    if (e->cell->spec.replications <= cli->rep)
        io_printf(&cli->out, " --reps %u", cli->rep + 1);
    io_printf(&cli->out, " --decisions why.csv\n");
}

void report_explain(struct cli *cli, const struct prepared *prepared,
                    const struct explanation *explanation)
{
    struct sink *out = &cli->out;
    print_head(out, prepared, explanation);
    print_waste(out, explanation);
    print_failures(out, explanation);
    print_stopped(out, explanation);
    print_next(cli, explanation);
}

/* ---- what if ------------------------------------------------------------------------------- */

static void print_pair(struct sink *out, const char *name, slot_ns was, slot_ns is)
{
    char a[REPORT_TEXT], b[REPORT_TEXT], c[REPORT_TEXT];
    if (was == 0 && is == 0)
        return;
    io_printf(out, "  %-12s %-11s %-11s ", name, length_of(a, was), length_of(b, is));
    if (was == is)
        io_printf(out, "same\n");
    else
        io_printf(out, "%c %s\n", is > was ? '+' : '-',
                  length_of(c, is > was ? is - was : was - is));
}

static void print_numbers(struct sink *out, const char *name, uint64_t was, uint64_t is)
{
    io_printf(out, "  %-12s %-11" PRIu64 " %-11" PRIu64 " ", name, was, is);
    if (was == is)
        io_printf(out, "same\n");
    else
        io_printf(out, "%c %" PRIu64 "\n", is > was ? '+' : '-', is > was ? is - was : was - is);
}

static void print_change(struct sink *out, const struct explanation *is)
{
    const struct journal *j = is->journal;
    const struct journal_decision *d = journal_decision(j, j->changed);
    char at[REPORT_TEXT], ended[REPORT_TEXT];
    if (j->change.kind == CHANGE_SKIP)
        io_printf(out, "  what if decision %u, at %s, had skipped its checkpoint?\n", j->changed,
                  clock_of(at, d->time));
    else
        io_printf(out, "  what if a checkpoint had been taken at %s? (decision %u: %s%s%s)\n",
                  clock_of(at, d->time), j->changed, journal_fate_names[d->fate],
                  d->ended < 0 ? "" : " at ", d->ended < 0 ? "" : clock_of(ended, d->ended));
}

static void print_shifts(struct sink *out, const struct explanation *was,
                         const struct explanation *is, const struct explain_shift *shifts,
                         uint32_t count)
{
    char a[REPORT_TEXT], b[REPORT_TEXT], c[REPORT_TEXT];
    if (count == 0)
        return;
    io_printf(out, "\n  failures that cost something else\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct explain_shift *s = &shifts[i];
        io_printf(out, "  %-12s %-11s ", clock_of(c, s->struck),
                  s->was ? length_of(a, journal_cost(journal_failure(was->journal, s->was)))
                         : "none");
        io_printf(out, "%-11s ",
                  s->is ? length_of(b, journal_cost(journal_failure(is->journal, s->is))) : "none");
        io_printf(out, "%c %s\n", s->difference < 0 ? '-' : '+',
                  length_of(c, s->difference < 0 ? -s->difference : s->difference));
    }
}

static void print_verdict(struct sink *out, const struct record *was, const struct record *is)
{
    char text[REPORT_TEXT];
    simtime more = is->makespan - was->makespan;
    bool is_censored = was->end != END_FINISHED || is->end != END_FINISHED;
    if (is_censored)
        io_printf(out, "\n  %s: makespans are not compared\n",
                  was->end == is->end ? "neither run finished" : "one of the runs did not finish");
    else if (more == 0)
        io_printf(out, "\n  it would have made no difference to the makespan\n");
    else
        io_printf(out, "\n  the run would have been %s %s\n",
                  length_of(text, more < 0 ? -more : more), more < 0 ? "shorter" : "longer");
}

void report_what_if(struct cli *cli, const struct prepared *prepared, const struct explanation *was,
                    const struct explanation *is, struct explain_shift *shifts)
{
    struct sink *out = &cli->out;
    const struct record *a = &was->record, *b = &is->record;
    print_head(out, prepared, was);
    io_printf(out, "\n");
    print_change(out, is);
    io_printf(out, "\n               as it was   then        difference\n");
    print_pair(out, "makespan", a->makespan, b->makespan);
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        print_pair(out, job_class_names[i], a->job[i], b->job[i]);
    print_numbers(out, "checkpoints", a->completed, b->completed);
    print_numbers(out, "failures", a->struck, b->struck);
    print_shifts(out, was, is, shifts, explain_compare(was, is, shifts));
    print_verdict(out, a, b);
}
