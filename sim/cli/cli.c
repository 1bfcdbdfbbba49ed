/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From argv to a command and from a status to an exit code.
 *
 * Whatever happens, the diagnostics collected on the way are printed last, on stderr, and standard
 * output is flushed and checked: a full disk is never exit 0. */
#include "sim/cli/cli.h"
#include "sim/base/fmath.h"
#include "sim/base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STUDY_OPTIONS                                                                              \
    (OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPS) | OPTION_BIT(OPTION_PRECISION) |             \
     OPTION_BIT(OPTION_MAX_REPS) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_JOBS) |             \
     OPTION_BIT(OPTION_NO_SKIP) | OPTION_BIT(OPTION_PLUGIN) | OPTION_BIT(OPTION_ALLOW_EXEC) |      \
     OPTION_BIT(OPTION_HELP))
#define OUTPUT_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_CSV) | OPTION_BIT(OPTION_ROWS) |                  \
     OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE))
#define TELL_OPTIONS                                                                               \
    (OPTION_BIT(OPTION_DECISIONS) | OPTION_BIT(OPTION_EVENTS) | OPTION_BIT(OPTION_TIMELINE) |      \
     OPTION_BIT(OPTION_REP))

const struct command commands[] = {
    {"run", "one scenario: what it costs, where the time goes, what to do", "SCENARIO [options]",
     STUDY_OPTIONS | OUTPUT_OPTIONS | TELL_OPTIONS, 1, 1, cmd_run,
     "  cairn run llama3-405b\n"
     "  cairn run my.yaml --set controller=daly --reps 1000\n"
     "  cairn run my.yaml --precision 1% --json\n"
     "  cairn run my.yaml --decisions why.csv --rep 7\n"
     "  cairn run tasks.yaml --timeline --events what.jsonl\n"},
    {"sweep", "several policies or values, on the same failures, compared in pairs",
     "SCENARIO… --set KEY=V1,V2… [options]",
     STUDY_OPTIONS | OUTPUT_OPTIONS | OPTION_BIT(OPTION_AGAINST), 1, CLI_ARGUMENTS, cmd_sweep,
     "Without an axis the built-in controllers are compared. With several scenarios: who wins "
     "where.\n\n"
     "  cairn sweep llama3-405b\n"
     "  cairn sweep my.yaml --set 'controller=young,daly,{name: fixed, interval: 30 min}'\n"
     "  cairn sweep my.yaml --set controller=daly,exact --set 'store.write=1 TB/s,2 TB/s' -o "
     "s.csv\n"
     "  cairn sweep lab-cluster spot-short lanl-weibull --set controller=young,daly,adaptive\n"},
    {"replay", "recorded outages instead of a scenario's laws, or a driver's log",
     "OUTAGES.csv SCENARIO [options]; or --happenings LOG.jsonl",
     STUDY_OPTIONS | OUTPUT_OPTIONS | TELL_OPTIONS | OPTION_BIT(OPTION_AGAINST) |
         OPTION_BIT(OPTION_HAPPENINGS),
     0, 2, cmd_replay,
     "OUTAGES.csv has the columns node,start,end and perhaps cause; dates or durations. LOG.jsonl "
     "is\n"
     "what a job in production told its controller and was answered: the same controller is asked\n"
     "again. Exit 0: all verdicts are equal; 1: one is not; 3: the log cannot be read.\n\n"
     "  cairn replay --happenings live.jsonl\n"
     "  cairn replay march.csv my.yaml --set controller=none,'{name: daly, mtbf: hindsight}'\n"
     "  cairn replay march.csv my.yaml --set faults.trace.start=random --reps 200\n"},
    {"fit", "a scenario from a driver's log: costs, failures, controller as they were",
     "LOG.jsonl [-o SCENARIO.yaml]",
     OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_HELP), 1, 1, cmd_fit,
     "Every number says in a comment what it is the mean of. policies/examples/live writes such "
     "logs.\n\n"
     "  cairn fit live.jsonl -o live.yaml\n"
     "  cairn run live.yaml\n"},
    {"explain", "one replication: which failure, and whose decision, cost how much",
     "[OUTAGES.csv] SCENARIO [--rep N] [--what-if skip:ID | take:TIME] [options]",
     OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_REP) |
         OPTION_BIT(OPTION_WHAT_IF) | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_PLUGIN) |
         OPTION_BIT(OPTION_ALLOW_EXEC) | OPTION_BIT(OPTION_HELP),
     1, 2, cmd_explain,
     "Without --rep: replication 0. With OUTAGES.csv: what cairn replay runs. --what-if runs it\n"
     "again on the same failures, one decision made otherwise. Whose a loss is: cairn help\n"
     "decisions.\n\n"
     "  cairn explain two-node\n"
     "  cairn explain my.yaml --rep 7 --what-if skip:12\n"
     "  cairn explain my.yaml --rep 7 --what-if 'take:3.5 h'\n"
     "  cairn explain march.csv my.yaml\n"},
    {"trace", "one replication of tasks and actors, for ui.perfetto.dev",
     "SCENARIO -o FILE.json[.gz] [--rep N] [options]",
     OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_REP) |
         OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_HELP),
     1, 1, cmd_trace,
     "Chrome's trace-event format: a process a node, a thread a slot, with every attempt, its "
     "phases,\n"
     "failures, and arrows to what was done about them; drivers and counters beside. Without "
     "--rep:\n"
     "replication 0.\n\n"
     "  cairn trace tasks.yaml -o run.json.gz --rep 3\n"},
    {"plot", "a figure: waste against interval, or overhead against benefit",
     "SCENARIO [interval|benefit] [-o FILE.svg] [options]",
     STUDY_OPTIONS | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE) |
         OPTION_BIT(OPTION_AGAINST),
     1, 2, cmd_plot,
     "Without -o the figure is drawn in the terminal; with it FILE.svg, FILE.gp and FILE.csv are\n"
     "written side by side.\n\n"
     "  cairn plot llama3-405b\n"
     "  cairn plot llama3-405b -o waste.svg\n"
     "  cairn plot llama3-405b benefit -o benefit.svg\n"},
    {"gate", "is the new result worse than the baseline? an exit code for CI",
     "BASE.csv NEW.csv --fail waste:+2%",
     OPTION_BIT(OPTION_FAIL) | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_JSON), 2, 2, cmd_gate,
     "Compares cell by cell, in pairs where both met the same failures. Exit 0: no cell is worse "
     "by\n"
     "more than allowed. Exit 1: one is, or the replications do not suffice to tell.\n\n"
     "  cairn sweep my.yaml -o base.csv\n"
     "  cairn sweep my.yaml -o new.csv\n"
     "  cairn gate base.csv new.csv --fail waste:+2%\n"},
    {"verify", "run it again, in other ways, and compare every digest",
     "SCENARIO [ROWS.csv] [options]", STUDY_OPTIONS, 1, 2, cmd_verify,
     "Runs on one thread and on all, skipping and step by step, and compares. With ROWS.csv, "
     "compares\n"
     "with those rows too.\n\n"
     "  cairn verify two-node\n"},
    {"validate", "check a scenario without running it", "SCENARIO [--print-effective] [--set …]",
     OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_EFFECTIVE) | OPTION_BIT(OPTION_PLUGIN) |
         OPTION_BIT(OPTION_ALLOW_EXEC) | OPTION_BIT(OPTION_HELP),
     1, 1, cmd_validate, "  cairn validate my.yaml --print-effective\n"},
    {"schema", "the scenario format as a JSON Schema, for editors", "", OPTION_BIT(OPTION_HELP), 0,
     0, cmd_schema, "  cairn schema > cairn.schema.json\n"},
    {"list", "what there is: scenarios, policies, laws, figures, semantics", "[WHAT]",
     OPTION_BIT(OPTION_PLUGIN) | OPTION_BIT(OPTION_HELP), 0, 1, cmd_list,
     "  cairn list scenarios\n  cairn list policies\n"},
    {"help",
     "this, a command, or a topic: scenario, units, policies, exit-codes, decisions, events",
     "[TOPIC]", OPTION_BIT(OPTION_PLUGIN) | OPTION_BIT(OPTION_HELP), 0, 1, cmd_help, ""},
    {"demo", "the first two minutes: a comparison, two figures, what to type next", "[options]",
     OPTION_BIT(OPTION_JOBS) | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_OUTPUT) |
         OPTION_BIT(OPTION_HELP),
     0, 0, cmd_demo, "Writes cairn-demo.svg, .gp and .csv into this folder, or what -o names.\n"},
    {"new-policy", "a controller of your own to start from: a plug-in that compiles, and its test",
     "NAME [-o FOLDER]",
     OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_HELP), 1, 1,
     cmd_new_policy,
     "Writes NAME.c, test_NAME.sh and controller.h into this folder, or the one that -o names.\n\n"
     "  cairn new-policy mine -o mine\n"
     "  sh mine/test_mine.sh\n"},
    {.name = NULL},
};

int cli_exit(enum status status)
{
    static const int codes[] = {
        [STATUS_OK] = EXIT_DONE,         [STATUS_INPUT] = EXIT_USAGE,
        [STATUS_DATA] = EXIT_DATA,       [STATUS_PARTIAL] = EXIT_PARTIAL,
        [STATUS_IO] = EXIT_MACHINE,      [STATUS_MEMORY] = EXIT_MACHINE,
        [STATUS_MACHINE] = EXIT_MACHINE,
    };
    return codes[status];
}

bool cli_ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

enum status cli_usage(struct cli *cli, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return diag_error(&cli->diag, (struct place){0}, "%s", text);
}

static void print_diag(const struct diag *diag)
{
    struct sink sink;
    struct diag ignored;
    diag_init(&ignored);
    io_open_fd(&sink, 2, "standard error");
    for (uint32_t i = 0; i < diag->kept; i++)
        io_printf(&sink, "%s\n", diag->text[i]);
    if (diag->errors + diag->warnings > diag->kept)
        io_printf(&sink, "cairn: … and %u more\n", diag->errors + diag->warnings - diag->kept);
    io_close(&sink, &ignored);
}

static const struct command *find_command(struct cli *cli, const char *name)
{
    const char *names[32];
    size_t count = 0;
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
        names[count++] = c->name;
    }
    const char *near = text_nearest(name, strlen(name), names, count);
    if (near)
        cli_usage(cli, "cairn has no command '%s'; did you mean '%s'?", name, near);
    else
        cli_usage(cli, "cairn has no command '%s'; see cairn help", name);
    return NULL;
}

static int dispatch(struct cli *cli, int argc, const char *const *argv)
{
    if (argc < 2 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        help_overview(&cli->out);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        io_printf(&cli->out, "cairn %s\n", CAIRN_VERSION);
        return EXIT_DONE;
    }
    cli->command = find_command(cli, argv[1]);
    if (!cli->command || option_parse(cli, argc - 2, argv + 2) != STATUS_OK)
        return EXIT_USAGE;
    if (cli_has(cli, OPTION_HELP)) {
        help_command(cli, cli->command);
        return EXIT_DONE;
    }
    int count = cli->arguments_count;
    if (count < cli->command->least || count > cli->command->most) {
        cli_usage(cli, "usage: cairn %s %s", cli->command->name, cli->command->usage);
        return EXIT_USAGE;
    }
    enum status status = doors_open(cli);
    int code = status == STATUS_OK ? cli->command->run(cli) : cli_exit(status);
    doors_close(cli);
    return code;
}

int cli_main(int argc, const char *const *argv)
{
    struct cli *cli = calloc(1, sizeof *cli);
    if (!cli) {
        fputs("cairn: error: no memory to start\n", stderr);
        return EXIT_MACHINE;
    }
    arena_init(&cli->arena);
    diag_init(&cli->diag);
    io_open_fd(&cli->out, 1, "standard output");
    const char *refusal = fmath_refusal();
    int code = EXIT_MACHINE;
    if (refusal)
        cli_usage(cli, "this machine's floating point cannot give cairn's bits: %s", refusal);
    else
        code = dispatch(cli, argc, argv);
    if (io_close(&cli->out, &cli->diag) != STATUS_OK)
        code = EXIT_MACHINE;
    if (code == EXIT_MACHINE && cli->diag.errors == 0) /* too little memory even to prepare */
        diag_world(&cli->diag, "start", NULL, ENOMEM);
    print_diag(&cli->diag);
    arena_fini(&cli->arena);
    free(cli);
    return code;
}
