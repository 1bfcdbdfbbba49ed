/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn explain: where one replication's time went, failure by failure, decision by decision.
 *
 * With a file of outages it explains a replay. With --what-if one decision is made otherwise and
 * the replication is run again on the same failures. What cannot be changed is refused with the
 * reason. */
#include "sim/base/text.h"
#include "sim/campaign/decisions.h"
#include "sim/cli/report_explain.h"
#include <errno.h>
#include <string.h>

static enum status read_change(struct cli *cli, struct journal_change *change)
{
    const char *text = cli->values[OPTION_WHAT_IF], *wrong = NULL;
    uint64_t id = 0;
    *change = (struct journal_change){.kind = CHANGE_NOTHING};
    if (!cli_has(cli, OPTION_WHAT_IF))
        return STATUS_OK;
    if (strncmp(text, "skip:", 5) == 0) {
        change->kind = CHANGE_SKIP;
        wrong = text_to_count(text + 5, strlen(text + 5), &id);
        change->decision = id <= LIMIT_DECISIONS ? (uint32_t)id : 0;
    } else if (strncmp(text, "take:", 5) == 0) {
        change->kind = CHANGE_TAKE;
        wrong = text_to_duration(text + 5, strlen(text + 5), &change->time);
    } else {
        return cli_usage(cli,
                         "--what-if '%s': should be skip:ID, a decision's number, or take:TIME, "
                         "as in take:3.5h",
                         text);
    }
    return wrong ? cli_usage(cli, "--what-if '%s': '%s' %s", text, text + 5, wrong) : STATUS_OK;
}

static enum status check_skip(struct cli *cli, const struct explanation *e, uint32_t id)
{
    const char *text = cli->values[OPTION_WHAT_IF];
    uint32_t count = e->journal->decisions.count;
    char words[DECISIONS_WORDS];
    if (id == 0 || id > count)
        return cli_usage(cli, "--what-if %s: replication %u has the decisions 1 to %u", text,
                         e->record.replication, count);
    const struct journal_decision *d = journal_decision(e->journal, id);
    if (d->source == JOURNAL_FINAL)
        return cli_usage(cli,
                         "--what-if %s: this is the job's own last checkpoint, which nobody "
                         "decides; --set workload.group.final_checkpoint=false",
                         text);
    if (d->verdict.action != CAIRN_CHECKPOINT)
        return cli_usage(cli, "--what-if %s: decision %u is no checkpoint: it said %s (%s)", text,
                         id, decisions_action(d), decisions_words(e->cell, d, words));
    return STATUS_OK;
}

/* Can this be changed in a replication that went like this? */
static enum status check_change(struct cli *cli, const struct explanation *e,
                                const struct journal_change *change)
{
    char end[REPORT_TEXT];
    if (change->kind == CHANGE_SKIP)
        return check_skip(cli, e, change->decision);
    if (change->kind == CHANGE_TAKE && change->time >= e->record.makespan)
        return cli_usage(cli, "--what-if %s: replication %u ends at %s",
                         cli->values[OPTION_WHAT_IF], e->record.replication,
                         report_duration(end, simtime_seconds(e->record.makespan)));
    return STATUS_OK;
}

static enum status what_if(struct cli *cli, const struct prepared *p, const struct explanation *was,
                           const struct journal_change *change)
{
    struct retell *retell = arena_alloc(&cli->arena, sizeof *retell);
    struct explanation is;
    if (!retell)
        return diag_world(&cli->diag, "explain", NULL, ENOMEM);
    enum status status = retell_open(retell, was->cell, &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = explain_run(retell, cli->rep, change, &cli->arena, &cli->diag, &is);
    struct explain_shift *shifts =
        status == STATUS_OK ? arena_array(&cli->arena, was->failures + is.failures, sizeof *shifts)
                            : NULL;
    if (status == STATUS_OK && !shifts)
        status = diag_world(&cli->diag, "explain", NULL, ENOMEM);
    else if (status == STATUS_OK && !is.journal->is_changed)
        status = cli_usage(cli,
                           "--what-if %s: no checkpoint can be taken between then and the end "
                           "of the job",
                           cli->values[OPTION_WHAT_IF]);
    if (status == STATUS_OK && cli_has(cli, OPTION_JSON))
        report_explain_json(cli, p, was, &is, shifts);
    else if (status == STATUS_OK)
        report_what_if(cli, p, was, &is, shifts);
    retell_close(retell);
    return status == STATUS_OK && is.record.end != END_FINISHED ? STATUS_PARTIAL : status;
}

static enum status explain(struct cli *cli, const struct prepared *p)
{
    struct retell *retell = arena_alloc(&cli->arena, sizeof *retell);
    struct journal_change change;
    struct explanation e;
    enum status status = read_change(cli, &change);
    if (status != STATUS_OK)
        return status;
    if (!retell)
        return diag_world(&cli->diag, "explain", NULL, ENOMEM);
    status = retell_open(retell, &p->study.cells[0], &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = explain_run(retell, cli->rep, NULL, &cli->arena, &cli->diag, &e);
    if (status == STATUS_OK)
        status = check_change(cli, &e, &change);
    if (status == STATUS_OK && change.kind != CHANGE_NOTHING)
        status = what_if(cli, p, &e, &change);
    else if (status == STATUS_OK && cli_has(cli, OPTION_JSON))
        report_explain_json(cli, p, &e, NULL, NULL);
    else if (status == STATUS_OK)
        report_explain(cli, p, &e);
    retell_close(retell);
    return status == STATUS_OK && e.record.end != END_FINISHED ? STATUS_PARTIAL : status;
}

int cmd_explain(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = cli->arguments_count == 2 ? cmd_replay_read(cli, p)
                                                   : prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && p->varied_count > 0)
        status = cli_usage(cli, "explain takes one value a key, and --set %s has %u", p->keys[0],
                           p->sets[p->varied[0]].count);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 0);
    if (status == STATUS_OK && p->study.cells[0].spec.program)
        status =
            cli_usage(cli, "cairn explain tells what a group's checkpoints were worth, and this "
                           "workload is a pipeline: cairn run SCENARIO --timeline shows who did "
                           "what when, --events FILE.jsonl everything that happened, and cairn "
                           "trace draws it");
    if (status == STATUS_OK)
        status = explain(cli, p);
    return cli_exit(status);
}
