/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replications are told one after the other, so that one journal is in memory at a time.
 *
 * A name that ends in .json asks for one replication of adaptive-compat in the original's own form:
 * what reads its adaptive_decisions.json and its output reads these. */
#include "sim/cli/tell.h"
#include "analysis/compat_log.h"
#include "policies/controllers/adaptive_compat.h"
#include "sim/campaign/decisions.h"
#include "sim/campaign/retell.h"
#include "sim/model/steps.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

/* The original's log is of one run, and holds every refusal. */
static enum status check_original(struct cli *cli, const struct spec *spec, uint32_t replications)
{
    const char *path = cli->values[OPTION_DECISIONS];
    const struct spec_controller *c = &spec->controller;
    if (strcmp(c->class->name, "adaptive-compat") != 0)
        return cli_usage(cli,
                         "--decisions '%s': .json is the log that adaptive-compat's original "
                         "writes, and the controller is %s; for any other: .jsonl or .csv",
                         path, c->class->name);
    for (unsigned i = 0; c->class->params[i].name; i++)
        if (strcmp(c->class->params[i].name, "when_spent") == 0 &&
            strcmp(c->class->params[i].choices[c->values[i].i], "ask") != 0)
            return cli_usage(cli,
                             "--decisions '%s': the original goes on asking with its budget "
                             "spent, for this very log; say {name: adaptive-compat, "
                             "when_spent: ask}",
                             path);
    if (!cli_has(cli, OPTION_REP) && replications > 1)
        return cli_usage(cli,
                         "--decisions '%s': the original's log is of one run; say which: "
                         "--rep N",
                         path);
    return STATUS_OK;
}

enum status tell_check(struct cli *cli, const struct prepared *prepared)
{
    const char *path = cli->values[OPTION_DECISIONS];
    const struct spec *spec = &prepared->study.cells[0].spec;
    uint32_t replications = cli->reps ? cli->reps : spec->replications;
    struct sink sink;
    bool has_look = cli_has(cli, OPTION_EVENTS) || cli_has(cli, OPTION_TIMELINE);
    if (!cli_has(cli, OPTION_DECISIONS))
        return cli_has(cli, OPTION_REP) && !has_look
                   ? cli_usage(cli, "--rep goes with --decisions FILE, --events FILE or "
                                    "--timeline; to run fewer replications: --reps N")
                   : STATUS_OK;
    if (spec->program)
        return cli_usage(cli, "--decisions tells what a controller decides for a group, and this "
                              "workload is a pipeline: --events FILE.jsonl writes what happens");
    if (prepared->varied_count > 0)
        return cli_usage(cli, "--decisions tells of one cell, and --set %s has several values",
                         prepared->keys[0]);
    if (cli_ends_in(path, ".json")) {
        enum status status = check_original(cli, spec, replications);
        if (status != STATUS_OK)
            return status;
    } else if (!cli_ends_in(path, ".csv") && !cli_ends_in(path, ".jsonl")) {
        return cli_usage(cli, "--decisions '%s': should be a name that ends in .jsonl or .csv",
                         path);
    }
    if (cli_has(cli, OPTION_OUTPUT) && strcmp(path, cli->values[OPTION_OUTPUT]) == 0)
        return cli_usage(cli, "--decisions and --output name the same file");
    if (cli_has(cli, OPTION_REP) && !cli_has(cli, OPTION_PRECISION) && cli->rep >= replications)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", cli->rep,
                         replications);
    enum status status = io_create(&sink, path, cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK)
        io_discard(&sink);
    return status;
}

static const char *task_name(const struct spec *spec, const struct journal_decision *d)
{
    const struct cairn_stage *stage = steps_stage(spec, d->step - 1);
    return stage ? stage->name : steps_bind(spec) ? "step" : "task";
}

/* The journal as the original would have logged it; the timestamps are simulated seconds. */
static enum status tell_original(struct cli *cli, const struct retell *retell, struct sink *file)
{
    const struct journal *journal = &retell->journal;
    const struct spec *spec = &retell->cell->spec;
    uint32_t count = journal->decisions.count;
    struct compat_decision *told = arena_array(&cli->arena, count + 1u, sizeof *told);
    struct compat_log log = {.decisions = told,
                             .budget = spec->controller.values[0].i,
                             .threshold = spec->controller.values[1].x};
    if (!told)
        return diag_world(&cli->diag, "write down decisions", NULL, ENOMEM);
    for (uint32_t id = 1; id <= count; id++) {
        const struct journal_decision *d = journal_decision(journal, id);
        const double *n = d->verdict.numbers;
        if (d->source != JOURNAL_ASKED)
            continue;
        log.used = (int64_t)n[ADAPTIVE_COMPAT_USED];
        log.threshold = n[ADAPTIVE_COMPAT_THRESHOLD];
        if (d->verdict.reason == ADAPTIVE_COMPAT_NO_TASK)
            continue;
        told[log.count++] = (struct compat_decision){
            .task = task_name(spec, d),
            .estimate = n[ADAPTIVE_COMPAT_ESTIMATE],
            .max_seen = n[ADAPTIVE_COMPAT_MAX_SEEN],
            .threshold = n[ADAPTIVE_COMPAT_THRESHOLD],
            .is_taken = d->verdict.reason == ADAPTIVE_COMPAT_TAKEN,
            .timestamp = simtime_seconds(d->time),
        };
    }
    compat_log_write_json(file, &log);
    if (!cli_has(cli, OPTION_JSON) && !cli_has(cli, OPTION_CSV)) {
        compat_log_write_saved(&cli->out, file->path);
        compat_log_write_summary(&cli->out, &log);
    }
    return STATUS_OK;
}

static enum status tell_all(struct cli *cli, struct retell *retell, struct sink *file)
{
    const struct cell *cell = retell->cell;
    bool is_one = cli_has(cli, OPTION_REP), is_csv = cli_ends_in(file->path, ".csv");
    uint32_t first = is_one ? cli->rep : 0, end = is_one ? cli->rep + 1 : cell->count;
    if (first >= cell->count)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", first,
                         cell->count);
    if (is_csv)
        decisions_write_header(file);
    for (uint32_t i = first; i < end; i++) {
        struct record record;
        enum status status = retell_run(retell, i, NULL, &record, &cli->diag);
        if (status != STATUS_OK)
            return status;
        assert(record.digest.low == cell->records[i].digest.low &&
               record.digest.high == cell->records[i].digest.high);
        if (cli_ends_in(file->path, ".json"))
            status = tell_original(cli, retell, file);
        else if (is_csv)
            decisions_write_csv(file, cell, i, &retell->journal);
        else
            decisions_write_jsonl(file, cell, i, &retell->journal);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status tell_write(struct cli *cli, const struct prepared *prepared)
{
    if (!cli_has(cli, OPTION_DECISIONS))
        return STATUS_OK;
    struct retell *retell = arena_alloc(&cli->arena, sizeof *retell);
    struct sink *file = arena_alloc(&cli->arena, sizeof *file);
    if (!retell || !file)
        return diag_world(&cli->diag, "write down decisions", NULL, ENOMEM);
    enum status status = retell_open(retell, &prepared->study.cells[0], &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = io_create(file, cli->values[OPTION_DECISIONS], cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK) {
        status = tell_all(cli, retell, file);
        if (status == STATUS_OK)
            status = io_close(file, &cli->diag);
        else
            io_discard(file);
    }
    retell_close(retell);
    return status;
}
