/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts in words, then a table. */
#include "sim/cli/report_program.h"
#include "policies/recovery.h"
#include "sim/base/text.h"
#include "sim/campaign/tally.h"
#include "sim/model/program.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TALLY_EVENTS 3000000 /* of a replication that is told once more: a second or two */
#define TALLY_ROWS   40      /* functions in the table */

static void add_count(struct text *text, uint64_t count, const char *one, const char *many)
{
    text_add(text, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static void add_cluster(struct text *text, const struct spec *spec)
{
    add_count(text, spec->cluster.nodes, "node", "nodes");
    if (spec->cluster.spares == 0)
        return;
    text_add(text, " and ");
    add_count(text, spec->cluster.spares, "spare", "spares");
}

void report_program_add(struct text *text, const struct spec *spec)
{
    const struct program *p = spec->program;
    uint32_t methods = 0, jobs = 0;
    add_cluster(text, spec);
    text_add(text, "; ");
    for (uint32_t i = 0; i < p->functions_count; i++)
        methods += p->functions[i].actor != PROGRAM_NOTHING;
    for (uint32_t i = 0; i < p->jobs_count; i++)
        jobs += p->jobs[i].count;
    add_count(text, p->functions_count - methods, "task", "tasks");
    if (p->actors_count > 0) {
        text_add(text, ", ");
        add_count(text, p->actors_count, "actor class", "actor classes");
        text_add(text, " with ");
        add_count(text, methods, "method", "methods");
    }
    if (p->jobs_count == 1)
        text_add(text, ", a driver of ");
    else
        text_add(text, ", %u drivers of ", p->jobs_count);
    add_count(text, p->statements_count, "statement", "statements");
    if (jobs > 1)
        text_add(text, " for %u jobs", jobs);
}

/* How long a node's failure goes unnoticed: a delay, or what probes come to. */
static void add_detection(struct text *text, const struct spec *spec)
{
    char period[REPORT_TEXT], delay[REPORT_TEXT];
    if (spec->detection.period == 0)
        text_add(text, "takes %s to notice",
                 report_duration(delay, simtime_seconds(spec->detection.delay)));
    else
        text_add(text, "is noticed when %u probes in a row have failed, one every %s",
                 spec->detection.threshold,
                 report_duration(period, simtime_seconds(spec->detection.period)));
}

/* What fails besides nodes: by schedule, and by the program's own doing. */
static bool print_mishaps(struct sink *out, const struct spec *spec)
{
    bool by_itself = false;
    uint32_t count = spec->faults.schedule_count;
    for (uint32_t i = 0; i < spec->program->functions_count; i++)
        by_itself |= spec->program->functions[i].fails.ppm > 0 ||
                     !amount_is_zero(&spec->program->functions[i].crash);
    for (uint32_t i = 0; i < spec->program->actors_count; i++)
        by_itself |= !amount_is_zero(&spec->program->actors[i].crash);
    if (count > 0)
        io_printf(out, "  %u failure%s at exact times (faults.schedule)\n", count,
                  count == 1 ? "" : "s");
    if (by_itself)
        io_printf(out, "  tasks or actors fail by themselves: exceptions, or ends of processes\n");
    return count > 0 || by_itself;
}

static void print_failures(struct sink *out, const struct cell *cell)
{
    const struct spec *spec = &cell->spec;
    char mtbf[REPORT_TEXT], start[REPORT_TEXT], bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    add_detection(&text, spec);
    if (!isinf(cell->node_mtbf_s))
        io_printf(out,
                  "  a node of the cluster fails every %s (%s); a failure %s, a node %s to "
                  "start\n",
                  report_duration(mtbf, cell->node_mtbf_s), cell->mtbf_origin, bytes,
                  report_duration(start, simtime_seconds(spec->runtime.node_start)));
    if (!print_mishaps(out, spec) && isinf(cell->node_mtbf_s))
        io_printf(out, "  nothing fails\n");
}

/* Who decides; a controller only where there is one. */
static void print_policies(struct sink *out, const struct spec *spec)
{
    const struct spec_controller *c = &spec->controller;
    bool has_one = strcmp(c->class->name, "none") != 0;
    io_printf(out, "  scheduler %s; recovery %s", spec->scheduler.class->name,
              spec->recovery.class->name);
    for (const char *before = "; controller "; has_one && c; c = c->inner, before = " of ")
        io_printf(out, "%s%s", before, c->class->name);
    io_printf(out, "\n");
}

void report_program_head(struct sink *out, const struct prepared *prepared, const struct cell *cell)
{
    const struct spec *spec = &cell->spec;
    char bytes[512];
    struct text text = text_over(bytes, sizeof bytes);
    report_program_add(&text, spec);
    text_add(&text, "; ");
    add_count(&text, cell->count, "replication", "replications");
    io_printf(out, "%s: %s, seed %" PRIu64 "\n", prepared->name, bytes, spec->seed);
    print_failures(out, cell);
    print_policies(out, spec);
}

/* "7 MB", "1.235 TB". */
static struct report_number size_of(double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    struct report_number number;
    unsigned unit = 0;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1000;
    snprintf(number.text, sizeof number.text, "%.4g %s", bytes, units[unit]);
    return number;
}

static void print_items(struct sink *out, const struct summary *s)
{
    char waited[REPORT_TEXT];
    io_printf(out, "  items: %s put, %s delivered, %s lost, %s left",
              report_count(s->items.put).text, report_count(s->items.delivered).text,
              report_count(s->items.lost).text, report_count(s->items.left).text);
    if (s->items.doubled > 0)
        io_printf(out, ", %s delivered again", report_count(s->items.doubled).text);
    io_printf(out, "; %s in a queue at most, %s in all on average; delivered after %s\n",
              report_count(s->items.high).text, report_count(s->items.depth).text,
              report_duration(waited, s->items.waited));
}

static void print_calls(struct sink *out, const struct summary *s)
{
    io_printf(out, "  calls: %s submitted, %s completed, %s failed, %s retried (%s attempts failed",
              report_count(s->calls.submitted).text, report_count(s->calls.completed).text,
              report_count(s->calls.failed).text, report_count(s->calls.retried).text,
              report_count(s->calls.attempts_failed).text);
    if (s->calls.killed > 0)
        io_printf(out, ", %s killed for lack of memory", report_count(s->calls.killed).text);
    io_printf(out, ")\n");
}

static void print_objects(struct sink *out, const struct summary *s)
{
    io_printf(out, "  objects: %s stored, %s copied, %s lost, %s rebuilt",
              report_count(s->objects.stored).text, report_count(s->objects.copied).text,
              report_count(s->objects.lost).text, report_count(s->objects.rebuilt).text);
    if (s->objects.evicted > 0)
        io_printf(out, ", %s evicted", report_count(s->objects.evicted).text);
    if (s->objects.spilled > 0)
        io_printf(out, ", %s spilled", report_count(s->objects.spilled).text);
    io_printf(out, "; %s moved\n", size_of(s->objects.bytes_moved).text);
}

/* What only programs have, a line where anything in it is not 0: nothing is completed that was not
 * submitted, restarted that was not created, copied that was not stored. */
void report_program_counts(struct sink *out, const struct summary *s)
{
    if (s->calls.submitted > 0)
        print_calls(out, s);
    if (s->actors.created > 0)
        io_printf(out, "  actors: %s created, %s restarted, %s dead\n",
                  report_count(s->actors.created).text, report_count(s->actors.restarted).text,
                  report_count(s->actors.dead).text);
    if (s->objects.stored > 0 || s->objects.bytes_moved > 0)
        print_objects(out, s);
    if (s->items.put > 0)
        print_items(out, s);
}

/* Of the column of names: what stands above it, or the longest one. */
static int name_width(const struct program *p)
{
    size_t width = strlen("of replication 0");
    for (uint32_t i = 0; i < p->functions_count; i++)
        if (strlen(p->functions[i].name) > width)
            width = strlen(p->functions[i].name);
    return (int)width;
}

static void print_function(struct sink *out, int width, const char *name,
                           const struct tally_function *f)
{
    char mean[REPORT_TEXT] = "-";
    if (f->ended > 0)
        report_duration(mean, slot_seconds(f->ran) / (double)f->ended);
    io_printf(out, "  %-*s %10" PRIu64 "   %-10s %7" PRIu64 " %8" PRIu64 "\n", width, name,
              f->calls, mean, f->failed, f->retried);
}

/* Who looks at an unfinished run wants to know where it stood. */
static void print_wait(struct sink *out, const struct tally_wait *wait)
{
    static const char *const what[] = {
        [FIBER_FOR_ALL] = "for results",          [FIBER_FOR_SOME] = "for some results",
        [FIBER_FOR_TIME] = "for its own work",    [FIBER_FOR_BRANCHES] = "for its branches",
        [FIBER_FETCHING] = "for results to come", [FIBER_FOR_NEXT] = "for a result of a map",
    };
    char since[REPORT_TEXT], last[REPORT_TEXT];
    if (!wait->is_there)
        return;
    io_printf(out,
              "\n  replication 0 was stopped: since %s a driver had waited %s, at line %u of the "
              "scenario",
              report_duration(since, simtime_seconds(wait->since)), what[wait->what], wait->line);
    if (wait->blocked > 0)
        io_printf(out,
                  ",\n  and %u placement%s for room for objects: see runtime.objects.memory and "
                  "runtime.spill",
                  wait->blocked, wait->blocked == 1 ? "" : "s");
    io_printf(
        out,
        ";\n  the last thing was done at %s: --events FILE tells what came before, --timeline "
        "shows who held what\n",
        report_duration(last, simtime_seconds(wait->last)));
}

enum status report_program_functions(struct cli *cli, const struct cell *cell)
{
    const struct program *p = cell->spec.program;
    struct tally_function *functions;
    struct tally_wait wait;
    if (p->functions_count == 0 || cell->count == 0 || cell->records[0].events > TALLY_EVENTS)
        return STATUS_OK;
    enum status status = tally_functions(cell, 0, &cli->arena, &functions, &wait, &cli->diag);
    if (status != STATUS_OK)
        return status;
    int width = name_width(p);
    io_printf(&cli->out, "\n  %-*s      calls   mean time   failed  retried\n", width,
              "of replication 0");
    for (uint32_t i = 0; i < p->functions_count && i < TALLY_ROWS; i++)
        print_function(&cli->out, width, p->functions[i].name, &functions[i]);
    if (p->functions_count > TALLY_ROWS)
        io_printf(&cli->out, "  and %u functions more\n", p->functions_count - TALLY_ROWS);
    print_wait(&cli->out, &wait);
    return STATUS_OK;
}
