/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scenario's answer, for a person and for a script.
 *
 * Shares are rounded so that the printed ones add up to 100.0 (largest remainders): a table that
 * does not add up is not believed. */
#include "sim/cli/report.h"
#include "policies/recovery.h"
#include "sim/base/text.h"
#include "sim/campaign/process.h"
#include "sim/cli/report_program.h"
#include "sim/cli/report_routes.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whole ones, while they are short enough to be read. */
static void add_years(struct text *text, double years)
{
    if (years < 1e9)
        text_add(text, "%.0f y", years);
    else
        text_add(text, "%.3g y", years);
}

const char *report_duration(char bytes[REPORT_TEXT], double seconds)
{
    struct text text = text_over(bytes, REPORT_TEXT);
    if (!(seconds >= 0))
        text_add(&text, "-");
    else if (isfinite(seconds) && seconds > simtime_seconds(SIMTIME_NEVER))
        add_years(&text, seconds / simtime_seconds(SIMTIME_YEAR));
    else
        text_add_duration(&text, simtime_from_seconds(seconds));
    return bytes;
}

struct report_number report_count(double mean)
{
    struct report_number number;
    snprintf(number.text, sizeof number.text, mean >= 1000 && mean < 1e15 ? "%.0f" : "%.4g", mean);
    return number;
}

/* ---- text ---------------------------------------------------------------------------------- */

static void print_head(struct sink *out, const struct prepared *p, const struct cell *cell)
{
    const struct spec *spec = &cell->spec;
    char work[REPORT_TEXT], cost[REPORT_TEXT], restore[REPORT_TEXT], mtbf[REPORT_TEXT];
    char detect[REPORT_TEXT], restart[REPORT_TEXT];
    io_printf(out, "%s: %u worker%s, %s of work; %u replication%s, seed %" PRIu64 "\n", p->name,
              spec->group.workers, spec->group.workers == 1 ? "" : "s",
              report_duration(work, simtime_seconds(spec->group.work)), cell->count,
              cell->count == 1 ? "" : "s", spec->seed);
    io_printf(out, "  a checkpoint costs %s",
              report_duration(cost, simtime_seconds(spec->group.checkpoint)));
    io_printf(out, "; a failure %s to notice, %s to restart, %s to restore\n",
              report_duration(detect, simtime_seconds(spec->detection.delay)),
              report_duration(restart, simtime_seconds(spec->group.downtime)),
              report_duration(restore, simtime_seconds(spec->group.restore)));
    if (isinf(cell->mtbf_s))
        io_printf(out, "  nothing fails\n");
    else
        io_printf(out, "  the job's mean time between failures is %s (%s)\n",
                  report_duration(mtbf, cell->mtbf_s), cell->mtbf_origin);
}

static void print_policy(struct sink *out, const struct cell *cell)
{
    char interval[REPORT_TEXT], name[256] = "", words[512] = "";
    struct text text = text_over(words, sizeof words), chain = text_over(name, sizeof name);
    for (const struct spec_controller *c = &cell->spec.controller; c; c = c->inner)
        text_add(&chain, "%s%s", name[0] ? " of " : "", c->class->name);
    if (process_is(cell->spec.controller.class))
        process_words(cell->plan, &text);
    if (!cell->has_interval)
        io_printf(out, "  controller %s%s%s\n", name, words[0] ? ": " : "", words);
    else if (cell->interval == SIMTIME_NEVER)
        io_printf(out, "  controller %s: no checkpoints\n", name);
    else
        io_printf(out, "  controller %s: a checkpoint after every %s of work%s%s%s\n", name,
                  report_duration(interval, simtime_seconds(cell->interval)),
                  cell->bound_by ? " (bound by " : "", cell->bound_by ? cell->bound_by : "",
                  cell->bound_by ? ")" : "");
}

static void print_group(struct sink *out, const struct prepared *p, const struct cell *cell)
{
    print_head(out, p, cell);
    print_policy(out, cell);
}

static void print_makespan(struct sink *out, const struct summary *s)
{
    char a[REPORT_TEXT], b[REPORT_TEXT], c[REPORT_TEXT], d[REPORT_TEXT], e[REPORT_TEXT];
    if (s->finished > 0)
        io_printf(out, "  makespan   %s", report_duration(a, s->makespan.mean));
    else
        io_printf(out, "  makespan   no run finished");
    if (s->finished > 1)
        io_printf(out, " ± %s", report_duration(b, estimate_half_width(&s->makespan)));
    if (s->n > 1)
        io_printf(out, "   (least %s, median %s, most %s%s)",
                  report_duration(c, simtime_seconds(s->makespan_min)),
                  report_duration(d, simtime_seconds(s->makespan_median)),
                  report_duration(e, simtime_seconds(s->makespan_max)),
                  s->finished < s->n ? ", stopped runs as stopped" : "");
    io_printf(out, "\n");
}

static void print_waste(struct sink *out, const struct cell *cell, const struct summary *s)
{
    io_printf(out, "  waste      %.2f %%", 100 * s->waste.mean);
    if (s->n > 1)
        io_printf(out, " ± %.2f", 100 * estimate_half_width(&s->waste));
    if (cell->no_bound)
        io_printf(out, "   (no clairvoyant bound: %s)\n", cell->no_bound);
    else if (s->bounded > 0)
        io_printf(out, "   (the best possible on these failures: %.2f %%; regret %.2f %%)\n",
                  100 * s->bound_waste.mean, 100 * s->regret.mean);
    else
        io_printf(out, "\n");
}

/* Each rounded down, the largest remainders up. */
void report_shares(const double *parts, size_t n, int *tenths)
{
    double total = 0, rest[JOB_CLASSES];
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        total += parts[i];
    for (size_t i = 0; i < n; i++) {
        double exact = total > 0 ? 1000 * parts[i] / total : 0;
        tenths[i] = (int)exact;
        rest[i] = exact - tenths[i];
        sum += tenths[i];
    }
    for (; total > 0 && sum < 1000; sum++) {
        size_t most = 0;
        for (size_t i = 1; i < n; i++)
            if (rest[i] > rest[most])
                most = i;
        tenths[most]++;
        rest[most] = -1;
    }
}

static void print_ledger(struct sink *out, const struct summary *s, bool is_program)
{
    const char *const words[JOB_CLASSES] = {
        [JOB_USEFUL] = "work that stands",
        [JOB_CHECKPOINT] = "standing still for checkpoints",
        [JOB_SLOWED] = "slowed by checkpoints that persist",
        [JOB_LOST] = "work done and lost",
        [JOB_UNCOMMITTED] = "work not yet in a checkpoint when stopped",
        [JOB_DETECT] = "failed, not yet noticed",
        [JOB_WAIT] = "waiting for a node",
        [JOB_RESTART] = "restarting",
        [JOB_RESTORE] = "restoring",
        [JOB_BLOCKED] = is_program ? "waiting for room, or for a checkpoint to persist"
                                   : "waiting for a checkpoint to persist",
        [JOB_START] = "starting processes and actors",
        [JOB_TRANSFER] = "fetching arguments, storing results",
        [JOB_IDLE] = "actors without a call",
    };
    int tenths[JOB_CLASSES];
    double total = 0;
    char text[REPORT_TEXT];
    report_shares(s->job, JOB_CLASSES, tenths);
    io_printf(out, "\n  where the time went        share   per run\n");
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        total += s->job[i];
        if (s->job[i] > 0)
            io_printf(out, "  %-12s            %3d.%d %%   %-10s  %s\n", job_class_names[i],
                      tenths[i] / 10, tenths[i] % 10, report_duration(text, s->job[i]), words[i]);
    }
    io_printf(out, "  %-12s            100.0 %%   %s\n", "total", report_duration(text, total));
}

static bool has_claim(const struct cell *cell)
{
    return cell->spec.controller.class->claimed != NULL;
}

static void print_per_failure(struct sink *out, const struct cell *cell, const struct summary *s)
{
    char lost[REPORT_TEXT], kept[REPORT_TEXT], claimed[REPORT_TEXT];
    io_printf(out, "  per failure: %s of work lost, %s protected by the checkpoint restored",
              report_duration(lost, s->lost_per_failure),
              report_duration(kept, s->protected_per_failure));
    if (has_claim(cell))
        io_printf(out, ", %s%s claimed by the controller", s->claimed_per_failure < 0 ? "-" : "",
                  report_duration(claimed, fabs(s->claimed_per_failure)));
    io_printf(out, "\n");
}

static bool has_forecast(const struct cell *cell)
{
    return cell->spec.faults.prediction.recall_ppm > 0 || cell->spec.faults.notice > 0;
}

static void print_foretold(struct sink *out, const struct cell *cell, const struct summary *s)
{
    if (!has_forecast(cell))
        return;
    io_printf(out, "  foretold: %s of the failures that struck; ", report_count(s->foretold).text);
    if (cell->spec.faults.prediction.recall_ppm > 0)
        io_printf(out, "%s predictions%s", report_count(s->predictions).text,
                  cell->spec.faults.notice > 0 ? ", " : "\n");
    if (cell->spec.faults.notice > 0)
        io_printf(out, "%s notices\n", report_count(s->notices).text);
}

static void print_counts(struct sink *out, const struct cell *cell, const struct summary *s)
{
    io_printf(out, "\n  per run: %s failure%s struck", report_count(s->struck).text,
              s->struck == 1 ? "" : "s");
    if (s->shielded > 0)
        io_printf(out, ", %s coincided", report_count(s->shielded).text);
    if (s->elsewhere > 0)
        io_printf(out, ", %s fell elsewhere", report_count(s->elsewhere).text);
    if (s->taken > 0 || !cell->spec.program)
        io_printf(out, "; %s checkpoints taken, %s completed", report_count(s->taken).text,
                  report_count(s->completed).text);
    if (s->checkpoints_aborted > 0)
        io_printf(out, ", %s aborted", report_count(s->checkpoints_aborted).text);
    if (s->skipped > 0)
        io_printf(out, ", %s skipped", report_count(s->skipped).text);
    io_printf(out, "\n");
    if (s->struck > 0)
        print_per_failure(out, cell, s);
}

/* "driver stopped at line 12: a node failed" */
static void add_failed(struct text *text, const struct record *record)
{
    static const char *const causes[CALL_CAUSES] = {
        [CAIRN_CAUSE_EXCEPTION] = "an exception of the program",
        [CAIRN_CAUSE_WORKER] = "a process ended",
        [CAIRN_CAUSE_NODE] = "a node failed",
        [CAIRN_CAUSE_PREEMPTED] = "a node was taken away",
        [CAIRN_CAUSE_MEMORY] = "killed for lack of memory",
        [CAIRN_CAUSE_OBJECT] = "an object is lost and cannot be rebuilt",
        [CAIRN_CAUSE_OWNER] = "the owner of an object or actor is gone",
        [CAUSE_CANCELLED] = "a call was cancelled",
        [CAUSE_TIMEOUT] = "nobody came in time",
    };
    assert(record->end == END_FAILED && record->failed_cause < CALL_CAUSES);
    text_add(text, "driver stopped");
    if (record->failed_line > 0)
        text_add(text, " at line %u", record->failed_line);
    text_add(text, ": %s", causes[record->failed_cause]);
}

/* The first of the cell's records that ended so; there is one. */
static uint32_t first_ended(const struct cell *cell, enum run_end end)
{
    uint32_t i = 0;
    while (i < cell->count && cell->records[i].end != end)
        i++;
    assert(i < cell->count);
    return i;
}

static void print_failed(struct sink *out, const struct cell *cell, uint32_t count)
{
    char words[128];
    struct text text = text_over(words, sizeof words);
    uint32_t first = first_ended(cell, END_FAILED);
    add_failed(&text, &cell->records[first]);
    io_printf(out,
              "; %u failed with an error that the driver did not handle (first: replication "
              "%u, %s)",
              count, first, words);
}

/* Beyond max_events, or going round in a loop that takes no time. */
static void print_endless(struct sink *out, const struct cell *cell, uint32_t count)
{
    uint32_t first = first_ended(cell, END_EVENTS);
    uint32_t line = cell->records[first].failed_line;
    io_printf(out, "; %u reached max_events", count);
    if (line > 0)
        io_printf(out,
                  " (first: replication %u, in which the loop at line %u went round and round "
                  "while no time passed and no call ended)",
                  first, line);
}

static void print_ends(struct sink *out, const struct cell *cell, const struct summary *s)
{
    if (s->finished == s->n)
        return;
    io_printf(out, "\n  %u of %u runs did not finish", s->n - s->finished, s->n);
    if (s->ended[END_HORIZON])
        io_printf(out, "; %u reached the horizon or the end of the trace", s->ended[END_HORIZON]);
    if (s->ended[END_EVENTS])
        print_endless(out, cell, s->ended[END_EVENTS]);
    if (s->ended[END_POLICY]) {
        uint32_t first = first_ended(cell, END_POLICY);
        io_printf(out, "; %u were ended by the controller (first: replication %u, reason %u)",
                  s->ended[END_POLICY], first, cell->records[first].policy_reason);
    }
    if (s->ended[END_FAILED])
        print_failed(out, cell, s->ended[END_FAILED]);
    io_printf(out, "\n");
}

#define ADVICE_POINTS 0.05 /* points of waste below which no advice is worth a change */

/* The class other than useful that took most. */
static enum job_class worst_class(const struct summary *s)
{
    enum job_class worst = JOB_CHECKPOINT;
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        if (i != JOB_USEFUL && s->job[i] > s->job[worst])
            worst = (enum job_class)i;
    return worst;
}

static enum status print_advice(struct cli *cli, const struct cell *cell, const struct summary *s,
                                const struct cell *advisor)
{
    struct summary_difference d;
    struct summary best;
    char interval[REPORT_TEXT];
    enum job_class worst = worst_class(s);
    double total = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        total += s->job[i];
    if (!summary_compare(&d, cell->records, advisor->records, cell->count) ||
        !summary_of(&best, advisor->records, advisor->count))
        return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
    double points = 100 * d.waste.mean;
    bool is_exact = cell->count == 1; /* one history: the difference is what it is */
    const char *luck = is_exact ? "; but this is one history, and luck is not averaged out" : "";
    char half[REPORT_TEXT] = "";
    if (!is_exact)
        snprintf(half, sizeof half, " ± %.2f", 100 * estimate_half_width(&d.waste));
    report_duration(interval, simtime_seconds(advisor->interval));
    io_printf(&cli->out, "\n  advice: ");
    if (s->struck == 0) /* and with nothing to learn from */
        io_printf(&cli->out, "nothing failed in these runs: checkpoints only cost here.\n");
    else if (s->finished == 0 && cell->spec.faults.trace.is_given)
        io_printf(&cli->out, "the recorded time ends before the job does: a shorter job "
                             "(workload.group.work), or faults.trace.after_end: wrap.\n");
    else if (s->finished == 0)
        io_printf(&cli->out, "no run finished: failures come too fast for what a checkpoint and a "
                             "recovery take. Fewer workers, cheaper checkpoints, faster detection, "
                             "or a longer horizon.\n");
    else if ((is_exact || d.waste.low > 0) && points >= ADVICE_POINTS)
        io_printf(&cli->out,
                  "a checkpoint every %s would waste %.2f %% instead of %.2f %%: %.2f%s points "
                  "less, on the same failures (controller: exact)%s.\n",
                  interval, 100 * best.waste.mean, 100 * s->waste.mean, points, half, luck);
    else if ((is_exact || d.waste.high < 0) && points <= -ADVICE_POINTS)
        io_printf(&cli->out,
                  "keep it: it wastes %.2f%s points less than theory's interval for exponential "
                  "failures (%s)%s.\n",
                  -points, half, interval, luck);
    else
        io_printf(
            &cli->out,
            "keep %s: theory's optimum (%s) is not measurably better (%.2f%s points). Most of "
            "the waste is %s: %.1f %%.\n",
            cell->has_interval ? "this interval" : "it", interval, points, half,
            job_class_names[worst], 100 * s->job[worst] / total);
    return STATUS_OK;
}

enum status report_run(struct cli *cli, const struct prepared *prepared, uint32_t cell,
                       const struct cell *advisor)
{
    const struct cell *c = &prepared->study.cells[cell];
    struct summary s;
    struct sink *out = &cli->out;
    if (!summary_of(&s, c->records, c->count))
        return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
    if (c->spec.program)
        report_program_head(out, prepared, c);
    else
        print_group(out, prepared, c);
    io_printf(out, "\n");
    print_makespan(out, &s);
    print_waste(out, c, &s);
    print_ledger(out, &s, c->spec.program != NULL);
    print_counts(out, c, &s);
    report_program_counts(out, &s);
    if (s.routes.routed > 0)
        report_routes_print(out, c->spec.router.class->name, &s);
    print_foretold(out, c, &s);
    print_ends(out, c, &s);
    if (c->spec.program)
        return report_program_functions(cli, c);
    return advisor ? print_advice(cli, c, &s, advisor) : STATUS_OK;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

void report_put_number(struct sink *out, const char *key, double value)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    if (isfinite(value))
        text_add_number(&text, value);
    else
        text_add(&text, "null");
    io_printf(out, "%s%s", key, bytes);
}

static void put_estimate(struct sink *out, const char *key, const struct estimate *e)
{
    io_printf(out, "\"%s\": {", key);
    report_put_number(out, "\"mean\": ", e->mean);
    report_put_number(out, ", \"ci95\": [", e->low);
    report_put_number(out, ", ", e->high);
    io_printf(out, "]");
}

static void put_text(struct sink *out, const char *key, const char *value)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json(&text, value, strlen(value));
    io_printf(out, "%s%s", key, bytes);
}

static void put_policy_json(struct sink *out, const struct cell *cell)
{
    put_text(out, "  \"controller\": ", cell->spec.controller.class->name);
    if (cell->spec.program) {
        put_text(out, ",\n  \"scheduler\": ", cell->spec.scheduler.class->name);
        put_text(out, ",\n  \"recovery\": ", cell->spec.recovery.class->name);
        put_text(out, ",\n  \"router\": ", cell->spec.router.class->name);
    }
    if (cell->has_interval && cell->interval != SIMTIME_NEVER)
        report_put_number(out, ",\n  \"interval_s\": ", simtime_seconds(cell->interval));
    if (cell->uses_mtbf) {
        report_put_number(out, ",\n  \"mtbf_s\": ", cell->mtbf_s);
        put_text(out, ",\n  \"mtbf_origin\": ", cell->mtbf_origin);
    }
}

static void put_ledgers_json(struct sink *out, const struct summary *s)
{
    io_printf(out, ",\n  \"ledger_s\": {");
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        io_printf(out, "%s\"%s", i ? ", " : "", job_class_names[i]);
        report_put_number(out, "\": ", s->job[i]);
    }
    report_put_number(out, "},\n  \"aborted_s\": ", s->aborted);
    io_printf(out, ",\n  \"nodes_s\": {");
    for (unsigned i = 0; i < NODE_CLASSES; i++) {
        io_printf(out, "%s\"%s", i ? ", " : "", node_class_names[i]);
        report_put_number(out, "\": ", s->nodes[i]);
    }
    io_printf(out, "}");
}

static void put_counts_json(struct sink *out, const struct cell *cell, const struct summary *s)
{
    report_put_number(out, ",\n  \"failures\": {\"struck\": ", s->struck);
    report_put_number(out, ", \"shielded\": ", s->shielded);
    report_put_number(out, ", \"elsewhere\": ", s->elsewhere);
    report_put_number(out, ", \"foretold\": ", s->foretold);
    report_put_number(out, ", \"predictions\": ", s->predictions);
    report_put_number(out, ", \"notices\": ", s->notices);
    report_put_number(out, "},\n  \"checkpoints\": {\"taken\": ", s->taken);
    report_put_number(out, ", \"completed\": ", s->completed);
    report_put_number(out, ", \"aborted\": ", s->checkpoints_aborted);
    report_put_number(out, ", \"skipped\": ", s->skipped);
    report_put_number(out, ", \"restored\": ", s->restored);
    report_put_number(out, "},\n  \"per_failure\": {\"lost_s\": ", s->lost_per_failure);
    report_put_number(out, ", \"protected_s\": ", s->protected_per_failure);
    report_put_number(out,
                      ", \"claimed_s\": ", has_claim(cell) ? s->claimed_per_failure : (double)NAN);
    io_printf(out, "}");
}

/* What only programs have: 0 for groups. */
static void put_program_json(struct sink *out, const struct summary *s)
{
    report_put_number(out, ",\n  \"calls\": {\"submitted\": ", s->calls.submitted);
    report_put_number(out, ", \"completed\": ", s->calls.completed);
    report_put_number(out, ", \"failed\": ", s->calls.failed);
    report_put_number(out, ", \"retried\": ", s->calls.retried);
    report_put_number(out, ", \"attempts_failed\": ", s->calls.attempts_failed);
    report_put_number(out, ", \"killed\": ", s->calls.killed);
    report_put_number(out, "},\n  \"actors\": {\"created\": ", s->actors.created);
    report_put_number(out, ", \"restarted\": ", s->actors.restarted);
    report_put_number(out, ", \"dead\": ", s->actors.dead);
    report_put_number(out, "},\n  \"objects\": {\"stored\": ", s->objects.stored);
    report_put_number(out, ", \"copied\": ", s->objects.copied);
    report_put_number(out, ", \"lost\": ", s->objects.lost);
    report_put_number(out, ", \"rebuilt\": ", s->objects.rebuilt);
    report_put_number(out, ", \"evicted\": ", s->objects.evicted);
    report_put_number(out, ", \"spilled\": ", s->objects.spilled);
    report_put_number(out, ", \"bytes_moved\": ", s->objects.bytes_moved);
    report_put_number(out, "},\n  \"items\": {\"put\": ", s->items.put);
    report_put_number(out, ", \"delivered\": ", s->items.delivered);
    report_put_number(out, ", \"lost\": ", s->items.lost);
    report_put_number(out, ", \"left\": ", s->items.left);
    report_put_number(out, ", \"doubled\": ", s->items.doubled);
    report_put_number(out, ", \"high\": ", s->items.high);
    report_put_number(out, ", \"depth\": ", s->items.depth);
    report_put_number(out, ", \"waited_s\": ", s->items.waited);
    io_printf(out, "}");
    if (s->routes.routed > 0)
        report_routes_json(out, s);
}

static void put_head_json(struct sink *out, const struct prepared *p, const struct cell *cell,
                          const struct summary *s)
{
    put_text(out, "{\n  \"name\": ", p->name);
    if (cell->label[0])
        put_text(out, ",\n  \"cell\": ", cell->label);
    io_printf(out, ",\n  \"seed\": %" PRIu64 ",\n  \"replications\": %u,\n  \"finished\": %u,\n",
              cell->spec.seed, s->n, s->finished);
    put_policy_json(out, cell);
    io_printf(out, ",\n  ");
    put_estimate(out, "makespan_s", &s->makespan);
    report_put_number(out, ", \"min\": ", simtime_seconds(s->makespan_min));
    report_put_number(out, ", \"median\": ", simtime_seconds(s->makespan_median));
    report_put_number(out, ", \"max\": ", simtime_seconds(s->makespan_max));
    io_printf(out, "},\n  ");
    put_estimate(out, "waste", &s->waste);
    report_put_number(out, ", \"per_run\": {\"min\": ", s->waste_min);
    report_put_number(out, ", \"median\": ", s->waste_median);
    report_put_number(out, ", \"max\": ", s->waste_max);
    io_printf(out, "}}");
}

/* The choices that this result was made under, and what identifies a trace. */
static void put_semantics_json(struct sink *out, const struct cell *cell)
{
    static const enum schema_id keys[] = {KEY_CLOCK,           KEY_STRIKE,     KEY_INITIAL_AGE,
                                          KEY_RENEWAL,         KEY_SPARES_AGE, KEY_FINAL_CHECKPOINT,
                                          KEY_RESTORE_INITIAL, KEY_DIVISIBLE,  KEY_IN_FLIGHT,
                                          KEY_STAGED};
    io_printf(out, ",\n  \"semantics\": {");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        io_printf(out, "%s\"%s\"", i ? ", " : "", schema_keys[keys[i]].path);
        put_text(out, ": ", cell->scenario->values[keys[i]].text);
    }
    io_printf(out, "}");
    if (cell->spec.faults.trace.is_given) {
        char hex[DIGEST_HEX];
        digest_hex(cell->spec.faults.trace.outages->digest, hex);
        io_printf(out, ",\n  \"trace_digest\": \"%s\"", hex);
    }
}

enum status report_run_json(struct cli *cli, const struct prepared *prepared, uint32_t cell)
{
    const struct cell *c = &prepared->study.cells[cell];
    struct sink *out = &cli->out;
    struct summary s;
    char hex[DIGEST_HEX];
    if (!summary_of(&s, c->records, c->count))
        return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
    put_head_json(out, prepared, c, &s);
    put_ledgers_json(out, &s);
    put_counts_json(out, c, &s);
    put_program_json(out, &s);
    if (c->no_bound) {
        put_text(out, ",\n  \"no_bound\": ", c->no_bound);
    } else {
        io_printf(out, ",\n  ");
        put_estimate(out, "bound_waste", &s.bound_waste);
        io_printf(out, "},\n  ");
        put_estimate(out, "regret", &s.regret);
        io_printf(out, "}");
    }
    put_semantics_json(out, c);
    digest_hex(s.digest, hex);
    io_printf(out, ",\n  \"events\": %" PRIu64 ",\n  \"digest\": \"%s\"", s.events, hex);
    digest_hex(scenario_digest(c->scenario), hex);
    io_printf(out, ",\n  \"scenario_digest\": \"%s\",\n  \"version\": \"%s\"", hex, CAIRN_VERSION);
    for (uint32_t i = 0; i < c->count && cli_has(cli, OPTION_ROWS); i++) {
        io_printf(out, i ? ",\n    " : ",\n  \"rows\": [\n    ");
        row_write_json(out, &c->records[i]);
    }
    io_printf(out, "%s\n}\n", cli_has(cli, OPTION_ROWS) ? "\n  ]" : "");
    return STATUS_OK;
}
