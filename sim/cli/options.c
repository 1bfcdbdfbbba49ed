/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options: one table for parsing and help.
 *
 * They may stand anywhere behind the command, as --name value, --name=value, -nvalue or -n value;
 * "--" ends them and "-" is an argument. What a command does not take is an error, with a
 * suggestion. */
#include "sim/base/text.h"
#include "sim/cli/cli.h"
#include <string.h>

const struct option_row option_rows[OPTIONS] = {
    [OPTION_SET] = {"set", 's', "KEY=VALUE",
                    "override any key of the scenario; V1,V2,… makes an axis"},
    [OPTION_REPS] = {"reps", 'n', "N", "replications, instead of the scenario's"},
    [OPTION_PRECISION] = {"precision", 0, "X%",
                          "go on until the interval of waste is within X % of it"},
    [OPTION_MAX_REPS] = {"max-reps", 0, "N",
                         "with --precision: replications at the most (default 65536)"},
    [OPTION_SEED] = {"seed", 0, "N",
                     "seed of all randomness (default: the scenario's, which is 1)"},
    [OPTION_JOBS] = {"jobs", 'j', "N", "threads (default: all cores); results do not depend on it"},
    [OPTION_JSON] = {"json", 0, NULL, "print one JSON object"},
    [OPTION_CSV] = {"csv", 0, NULL, "print CSV, a line a replication (what `cairn gate` reads)"},
    [OPTION_ROWS] = {"rows", 0, NULL, "with --json: an object a replication as well"},
    [OPTION_OUTPUT] = {"output", 'o', "FILE", "write to FILE, format by extension"},
    [OPTION_FORCE] = {"force", 'f', NULL, "replace files that exist"},
    [OPTION_AGAINST] =
        {"against", 0, "CONTROLLER",
         "the baseline to compare with (default: none, or fixed 1 h where none cannot finish)"},
    [OPTION_FAIL] = {"fail", 0, "METRIC:+X%",
                     "what counts as worse; may be waste, makespan, lost, checkpoint, failures"},
    [OPTION_EFFECTIVE] = {"print-effective", 0, NULL, "print every value and where it came from"},
    [OPTION_NO_SKIP] = {"no-skip", 0, NULL,
                        "execute every checkpoint by itself: slower, same digest"},
    [OPTION_PLUGIN] = {"plugin", 0, "FILE.so", "load controllers of your own; may be repeated"},
    [OPTION_ALLOW_EXEC] = {"allow-exec", 0, NULL,
                           "let the scenario start a program: controller {process: […]}"},
    [OPTION_DECISIONS] = {"decisions", 0, "FILE",
                          "write every decision, a line each, to FILE.jsonl or FILE.csv"},
    [OPTION_EVENTS] = {"events", 0, "FILE",
                       "of tasks and actors: write what happens, a line each, to FILE.jsonl"},
    [OPTION_TIMELINE] = {"timeline", 0, NULL,
                         "of tasks and actors: show who did what when, a row a slot or actor"},
    [OPTION_REP] = {"rep", 0, "N", "the replication to tell of, numbered from 0"},
    [OPTION_WHAT_IF] = {"what-if", 0, "CHANGE",
                        "skip:ID (a decision's checkpoint) or take:TIME: one decision otherwise"},
    [OPTION_HAPPENINGS] = {"happenings", 0, "LOG",
                           "what a driver's log tells, told again: are the verdicts the same?"},
    [OPTION_HELP] = {"help", 'h', NULL, "this help"},
};

static enum option_id find_by_name(const char *name, size_t length)
{
    static const char whole[] = "replication";
    unsigned id = 0;
    if (length == sizeof whole - 1 && memcmp(name, whole, length) == 0)
        return OPTION_REP; /* which is short for it */
    while (id < OPTIONS && (strlen(option_rows[id].name) != length ||
                            memcmp(option_rows[id].name, name, length) != 0))
        id++;
    return (enum option_id)id;
}

static enum option_id find_by_letter(char letter)
{
    unsigned id = 0;
    while (id < OPTIONS && (option_rows[id].letter != letter || letter == 0))
        id++;
    return (enum option_id)id;
}

static enum status refuse(struct cli *cli, const char *word, size_t length)
{
    const char *names[OPTIONS];
    size_t count = 0;
    for (unsigned id = 0; id < OPTIONS; id++)
        if (cli->command->options & OPTION_BIT(id))
            names[count++] = option_rows[id].name;
    const char *near = text_nearest(word, length, names, count);
    if (near)
        return cli_usage(cli, "cairn %s has no option '%s%.*s'; did you mean '--%s'?",
                         cli->command->name, length == 1 ? "-" : "--", (int)length, word, near);
    return cli_usage(cli, "cairn %s has no option '%s%.*s'; see cairn help %s", cli->command->name,
                     length == 1 ? "-" : "--", (int)length, word, cli->command->name);
}

static enum status store(struct cli *cli, enum option_id id, const char *value)
{
    if (id == OPTION_SET) {
        if (cli->sets_count == CLI_SETS)
            return cli_usage(cli, "too many --set; the limit is %d", CLI_SETS);
        cli->sets[cli->sets_count++] = value;
    }
    if (id == OPTION_PLUGIN) {
        if (cli->plugins_count == CLI_PLUGINS)
            return cli_usage(cli, "too many --plugin; the limit is %d", CLI_PLUGINS);
        cli->plugin_paths[cli->plugins_count++] = value;
    }
    if (id == OPTION_FAIL && cli_has(cli, id)) /* a rule that nobody looks at would be worse */
        return cli_usage(cli, "one --fail a command; run gate once for each rule");
    cli->given |= OPTION_BIT(id);
    cli->values[id] = value;
    return STATUS_OK;
}

/* One word that begins with '-'; may take the next word too. */
static enum status take_option(struct cli *cli, int argc, const char *const *argv, int *i)
{
    const char *word = argv[*i], *name = word[1] == '-' ? word + 2 : word + 1;
    bool is_long = word[1] == '-';
    size_t length = is_long ? strcspn(name, "=") : 1;
    const char *value = NULL;
    enum option_id id = is_long ? find_by_name(name, length) : find_by_letter(*name);
    if (id == OPTIONS || !(cli->command->options & OPTION_BIT(id)))
        return refuse(cli, name, length);
    if (name[length])
        value = name + length + (is_long || name[length] == '=');
    if (!option_rows[id].argument && value)
        return cli_usage(cli, "--%s takes no value", option_rows[id].name);
    if (option_rows[id].argument && !value) {
        if (*i + 1 == argc)
            return cli_usage(cli, "--%s needs %s", option_rows[id].name, option_rows[id].argument);
        value = argv[++*i];
    }
    return store(cli, id, value ? value : "");
}

static enum status read_count(struct cli *cli, enum option_id id, uint64_t most, uint64_t *value)
{
    const char *text = cli->values[id];
    if (!cli_has(cli, id))
        return STATUS_OK;
    const char *wrong = text_to_count(text, strlen(text), value);
    if (wrong)
        return cli_usage(cli, "--%s '%s': %s", option_rows[id].name, text, wrong);
    if (*value < 1 || *value > most)
        return cli_usage(cli, "--%s %s: should be 1 to %llu", option_rows[id].name, text,
                         (unsigned long long)most);
    return STATUS_OK;
}

static enum status read_replication(struct cli *cli)
{
    const char *text = cli->values[OPTION_REP];
    uint64_t value = 0;
    if (!cli_has(cli, OPTION_REP))
        return STATUS_OK;
    const char *wrong = text_to_count(text, strlen(text), &value);
    if (wrong)
        return cli_usage(cli, "--rep '%s': %s", text, wrong);
    if (value >= LIMIT_REPLICATIONS)
        return cli_usage(cli, "--rep %s: should be 0 to %u", text, LIMIT_REPLICATIONS - 1);
    cli->rep = (uint32_t)value;
    return STATUS_OK;
}

static enum status read_values(struct cli *cli)
{
    uint64_t reps = 0, most = 65536, jobs = io_cores(), seed = 0;
    enum status status = read_count(cli, OPTION_REPS, LIMIT_REPLICATIONS, &reps);
    if (status == STATUS_OK)
        status = read_count(cli, OPTION_MAX_REPS, LIMIT_REPLICATIONS, &most);
    if (status == STATUS_OK)
        status = read_count(cli, OPTION_JOBS, LIMIT_THREADS, &jobs);
    if (status == STATUS_OK)
        status = read_replication(cli);
    if (status != STATUS_OK)
        return status;
    cli->reps = (uint32_t)reps;
    cli->max_reps = (uint32_t)most;
    cli->jobs = jobs > LIMIT_THREADS ? LIMIT_THREADS : (unsigned)jobs;
    if (cli_has(cli, OPTION_SEED)) {
        const char *text = cli->values[OPTION_SEED],
                   *wrong = text_to_count(text, strlen(text), &seed);
        if (wrong)
            return cli_usage(cli, "--seed '%s': %s", text, wrong);
    }
    if (cli_has(cli, OPTION_OUTPUT) && strcmp(cli->values[OPTION_OUTPUT], "-") == 0 &&
        (cli->command->options & OPTION_BIT(OPTION_CSV))) {
        /* "-o -" is --csv: rows, and no words beside them */
        cli->given &= ~OPTION_BIT(OPTION_OUTPUT);
        cli->given |= OPTION_BIT(OPTION_CSV);
    }
    if (cli_has(cli, OPTION_JSON) && cli_has(cli, OPTION_CSV))
        return cli_usage(cli, "--json and --csv exclude each other: both are written to standard "
                              "output; -o FILE.csv goes with --json");
    if (cli_has(cli, OPTION_ROWS) && !cli_has(cli, OPTION_JSON))
        return cli_usage(cli, "--rows goes with --json; a line a replication is --csv");
    if (!cli_has(cli, OPTION_PRECISION))
        return STATUS_OK;
    const char *text = cli->values[OPTION_PRECISION];
    const char *wrong = text_to_fraction(text, strlen(text), &cli->precision);
    if (wrong)
        return cli_usage(cli, "--precision '%s': %s", text, wrong);
    if (cli->precision <= 0)
        return cli_usage(cli, "--precision %s: should be more than 0, such as 1%%", text);
    if (cli->reps)
        return cli_usage(cli, "--reps and --precision exclude each other; --max-reps bounds the "
                              "replications of --precision");
    return STATUS_OK;
}

enum status option_parse(struct cli *cli, int argc, const char *const *argv)
{
    bool has_ended = false;
    for (int i = 0; i < argc; i++) {
        enum status status = STATUS_OK;
        if (!has_ended && strcmp(argv[i], "--") == 0)
            has_ended = true;
        else if (!has_ended && argv[i][0] == '-' && argv[i][1])
            status = take_option(cli, argc, argv, &i);
        else if (cli->arguments_count == CLI_ARGUMENTS)
            status = cli_usage(cli, "too many arguments");
        else
            cli->arguments[cli->arguments_count++] = argv[i];
        if (status != STATUS_OK)
            return status;
    }
    return read_values(cli);
}
