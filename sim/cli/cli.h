/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: one struct that all commands share, and the table of commands.
 *
 * Only this folder prints and exits. stdout is data, stderr is talk. Exit codes are an interface:
 * 0 done, 1 the answer is no, 2 usage or scenario error, 3 input data unusable, 4 finished but some
 * runs did not, 5 our bug, 6 the machine failed us. */
#ifndef CAIRN_CLI_CLI_H
#define CAIRN_CLI_CLI_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/io.h"
#include "sim/campaign/plugin.h"
#include "sim/campaign/study.h"
#include "sim/campaign/summary.h"

#define CAIRN_VERSION "0.1.0"

enum exit_code { EXIT_DONE, EXIT_NO, EXIT_USAGE, EXIT_DATA, EXIT_PARTIAL, EXIT_BUG, EXIT_MACHINE };

#define CLI_ARGUMENTS 16 /* words that are no options */
#define CLI_SETS      64 /* --set of one command */
#define CLI_PLUGINS   16 /* --plugin of one command */

enum option_id {
    OPTION_SET,
    OPTION_REPS,
    OPTION_PRECISION,
    OPTION_MAX_REPS,
    OPTION_SEED,
    OPTION_JOBS,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_ROWS,
    OPTION_OUTPUT,
    OPTION_FORCE,
    OPTION_AGAINST,
    OPTION_FAIL,
    OPTION_EFFECTIVE,
    OPTION_NO_SKIP,
    OPTION_PLUGIN,
    OPTION_ALLOW_EXEC,
    OPTION_DECISIONS,
    OPTION_EVENTS,
    OPTION_TIMELINE,
    OPTION_REP,
    OPTION_WHAT_IF,
    OPTION_HAPPENINGS,
    OPTION_HELP,
    OPTIONS
};
#define OPTION_BIT(id) (1u << (id))

struct option_row {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* what it takes, in words; NULL: nothing */
    const char *help;
};
extern const struct option_row option_rows[OPTIONS];

struct cli {
    struct arena arena;
    struct diag diag;
    struct sink out; /* standard output */
    const struct command *command;
    const char *arguments[CLI_ARGUMENTS];
    int arguments_count;
    const char *sets[CLI_SETS];
    int sets_count;
    const char *plugin_paths[CLI_PLUGINS];
    int plugins_count;
    struct plugin plugins[CLI_PLUGINS]; /* those that are open */
    /* What may be named: the built-in ones and what came through the doors; NULL-terminated. */
    const struct cairn_controller_class **controllers;
    uint32_t given; /* OPTION_BITs */
    const char *values[OPTIONS];
    /* values in their types */
    uint32_t reps, max_reps, rep;
    unsigned jobs;
    double precision;
};

struct command {
    const char *name, *summary;
    const char *usage; /* behind "cairn NAME " */
    uint32_t options;  /* OPTION_BITs it takes */
    int least, most;   /* arguments */
    int (*run)(struct cli *cli);
    const char *details; /* for its help: a paragraph and examples */
};
extern const struct command commands[]; /* ends with name NULL */

int cmd_run(struct cli *cli);
int cmd_sweep(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_replay(struct cli *cli);
int cmd_fit(struct cli *cli);
int cmd_trace(struct cli *cli);
int cmd_plot(struct cli *cli);
int cmd_gate(struct cli *cli);
int cmd_verify(struct cli *cli);
int cmd_validate(struct cli *cli);
int cmd_schema(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_help(struct cli *cli);
int cmd_demo(struct cli *cli);
int cmd_new_policy(struct cli *cli);

/* Everything but process start: what main calls, and what tests call in process. */
int cli_main(int argc, const char *const *argv);
int cli_exit(enum status status);
static inline bool cli_has(const struct cli *cli, enum option_id id)
{
    return (cli->given & OPTION_BIT(id)) != 0;
}
/* Is this ending the form that a file's name asks for? A name is more than its ending. */
bool cli_ends_in(const char *path, const char *ending);
/* An error of usage that has no place in a file. */
enum status cli_usage(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Parses argv[2..] by the command's options. */
enum status option_parse(struct cli *cli, int argc, const char *const *argv);
/* Opens every --plugin and lists the controllers. */
enum status doors_open(struct cli *cli);
void doors_close(struct cli *cli);
void help_command(struct cli *cli, const struct command *command);
void help_overview(struct sink *sink);

#endif
