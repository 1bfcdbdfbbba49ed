/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn help: one screen of overview, a page a command, and topics, all from the tables. */
#include "sim/base/text.h"
#include "sim/campaign/decisions.h"
#include "sim/campaign/events.h"
#include "sim/cli/prepare.h"
#include "workloads/schema.h"
#include <string.h>

void help_overview(struct sink *sink)
{
    io_printf(sink,
              "cairn %s: when should we checkpoint, and what is it worth?\n\n"
              "  cairn COMMAND [arguments] [options]\n\n",
              CAIRN_VERSION);
    for (const struct command *c = commands; c->name; c++)
        io_printf(sink, "  %-10s %s\n", c->name, c->summary);
    io_printf(sink, "\nStart here:\n"
                    "  cairn demo                 a comparison and a figure, in seconds\n"
                    "  cairn list scenarios       what is built in\n"
                    "  cairn run llama3-405b      one answer\n"
                    "  cairn help COMMAND         options and examples\n");
}

void help_command(struct cli *cli, const struct command *command)
{
    struct sink *out = &cli->out;
    io_printf(out, "cairn %s: %s\n\n  cairn %s %s\n\n", command->name, command->summary,
              command->name, command->usage);
    for (unsigned id = 0; id < OPTIONS; id++) {
        const struct option_row *o = &option_rows[id];
        char name[64];
        struct text text = text_over(name, sizeof name);
        if (!(command->options & OPTION_BIT(id)))
            continue;
        if (o->letter)
            text_add(&text, "-%c, ", o->letter);
        text_add(&text, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        io_printf(out, "  %-26s %s\n", name, o->help);
    }
    if (command->details[0])
        io_printf(out, "\n%s", command->details);
}

static void help_units(struct cli *cli)
{
    struct sink *out = &cli->out;
    io_printf(out,
              "Durations  ns us ms s min (or m) h d w y; a year is 365 d: '30 s', '1.5 h', '2 y'\n"
              "Sizes      B kB MB GB TB PB (1000) and KiB MiB GiB TiB PiB (1024): '10 TiB'\n"
              "Rates      a size a second: '1.2 TB/s'\n"
              "Fractions  '0.05' or '5 %%'\n\n"
              "A number without a unit is an error where a unit is needed. Time is kept in whole\n"
              "nanoseconds, up to 292 years; laws may have longer means.\n");
}

static void help_exit_codes(struct cli *cli)
{
    struct sink *out = &cli->out;
    io_printf(out,
              "0    done\n"
              "1    the answer is no: gate found worse or undecided, verify found a difference\n"
              "2    usage or scenario error: nothing was run\n"
              "3    input data unusable: a trace or a CSV\n"
              "4    finished, but some runs did not reach the end of their job\n"
              "5    our bug: please report the line that is printed\n"
              "6    the machine failed us: disk full, I/O, memory, floating point\n"
              "130, 143  interrupted\n");
}

static void help_scenario(struct cli *cli)
{
    schema_print_help(&cli->out);
}

static void help_decisions(struct cli *cli)
{
    struct sink *out = &cli->out;
    io_printf(out,
              "What --decisions FILE.csv or FILE.jsonl holds, a line a decision. What does not\n"
              "apply is empty in CSV and null in JSON.\n\n");
    decisions_print_help(out);
    io_printf(out,
              "\nWhose is a loss? A failure loses the work since the newest complete checkpoint. "
              "From the\n"
              "oldest on, it is laid at: the checkpoint under way, as far as it would have covered "
              "it;\n"
              "then the last decision before the failure, if it took none, for what was done up to "
              "it;\n"
              "then the same decision, for what was done after it. Nothing is laid twice.\n"
              "\nFILE.json (with --rep N) is for adaptive-compat alone: the log that its original "
              "writes,\nwhose summary is printed as well.\n");
}

static void help_events(struct cli *cli)
{
    struct sink *out = &cli->out;
    io_printf(out,
              "What --events FILE.jsonl holds: what happened in one replication (--rep N, default "
              "0) of a\n"
              "pipeline, in order, an object a line. The first is \"run\": scenario, seed, "
              "replication,\n"
              "nodes, spares. Every line has event and time_ns, and of the following what applies. "
              "Times are\n"
              "whole ns; an actor is \"Trainer#1\" and a job \"driver#1\", numbered as they "
              "come; a batch is what\n"
              "one execution of a statement submitted, and element a call in it.\n\n");
    events_print_help(out);
    io_printf(out,
              "\nEvery span is one charge to the job's ledger, every move a correction: together "
              "they add up\n"
              "to the ns of each class. The counts of a row are counts of lines, or sums of what "
              "they hold.\n");
}

static const struct {
    const char *name;
    void (*print)(struct cli *cli);
} topics[] = {
    {"scenario", help_scenario},     {"policies", cmd_list_parameters}, {"units", help_units},
    {"exit-codes", help_exit_codes}, {"decisions", help_decisions},     {"events", help_events},
};
enum { TOPICS = sizeof topics / sizeof *topics };

int cmd_help(struct cli *cli)
{
    const char *names[TOPICS + 32], *wanted = cli->arguments[0];
    size_t count = 0;
    if (!wanted) {
        help_overview(&cli->out);
        return EXIT_DONE;
    }
    for (int i = 0; i < TOPICS; i++) {
        names[count++] = topics[i].name;
        if (strcmp(topics[i].name, wanted) == 0) {
            topics[i].print(cli);
            return EXIT_DONE;
        }
    }
    for (const struct command *c = commands; c->name; c++) {
        names[count++] = c->name;
        if (strcmp(c->name, wanted) == 0) {
            help_command(cli, c);
            return EXIT_DONE;
        }
    }
    const char *near = text_nearest(wanted, strlen(wanted), names, count);
    return cli_exit(near ? cli_usage(cli, "no help on '%s'; did you mean '%s'?", wanted, near)
                         : cli_usage(cli,
                                     "no help on '%s'; topics: scenario, policies, units, "
                                     "exit-codes, decisions, events, and every command",
                                     wanted));
}
