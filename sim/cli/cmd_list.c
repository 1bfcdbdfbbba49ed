/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn list: what there is, one name first on each line, so that scripts can read it too. */
#include "policies/registry.h"
#include "sim/base/text.h"
#include "sim/cli/prepare.h"
#include "workloads/builtin.h"
#include <string.h>

static enum status list_scenarios(struct cli *cli)
{
    int width = 0;
    for (const struct builtin *b = builtin_list; b->name; b++)
        width = (int)strlen(b->name) > width ? (int)strlen(b->name) : width;
    for (const struct builtin *b = builtin_list; b->name; b++) {
        struct scenario_document document;
        struct scenario *scenario = arena_alloc(&cli->arena, sizeof *scenario);
        enum status status = scenario_read(b->name, &cli->arena, &cli->diag, &document);
        if (status == STATUS_OK)
            status = scenario_build(&document, NULL, 0, &cli->arena, &cli->diag, scenario);
        if (status != STATUS_OK)
            return status;
        io_printf(&cli->out, "%-*s  %s\n", width, b->name, scenario->spec.summary);
    }
    return STATUS_OK;
}

static void print_param(struct sink *out, const struct cairn_param *p)
{
    static const char *const units[] = {
        [CAIRN_DURATION] = "a duration",
        [CAIRN_COUNT] = "a count",
        [CAIRN_NUMBER] = "a number",
        [CAIRN_FRACTION] = "a fraction",
        [CAIRN_CHOICE] = "",
        [CAIRN_MTBF] = "a duration, or scenario",
        [CAIRN_SHAPE] = "a number, or scenario",
        [CAIRN_NAMES] = "a list of names of steps",
        [CAIRN_FRACTIONS] = "a list of fractions",
        [CAIRN_CONTROLLER] = "a controller",
        [CAIRN_TEXTS] = "a list of texts",
        [CAIRN_PAIRS] = "a map of texts",
    };
    io_printf(out, "    %s: ", p->name);
    for (int i = 0; p->choices && p->choices[i]; i++)
        io_printf(out, "%s%s", i ? " | " : "", p->choices[i]);
    io_printf(out, "%s; %s%s%s\n", units[p->unit], p->fallback ? "default " : "must be given",
              p->fallback ? p->fallback : "", "");
    io_printf(out, "        %s\n", p->help);
}

static enum status list_policies(struct cli *cli)
{
    for (int i = 0; cli->controllers[i]; i++)
        io_printf(&cli->out, "%-19s  %s\n", cli->controllers[i]->name,
                  cli->controllers[i]->summary);
    return STATUS_OK;
}

static enum status list_schedulers(struct cli *cli)
{
    for (int i = 0; cairn_schedulers[i]; i++)
        io_printf(&cli->out, "%-19s  %s\n", cairn_schedulers[i]->name,
                  cairn_schedulers[i]->summary);
    return STATUS_OK;
}

static enum status list_recoveries(struct cli *cli)
{
    for (int i = 0; cairn_recoveries[i]; i++)
        io_printf(&cli->out, "%-19s  %s\n", cairn_recoveries[i]->name,
                  cairn_recoveries[i]->summary);
    return STATUS_OK;
}

static enum status list_routers(struct cli *cli)
{
    for (int i = 0; cairn_routers[i]; i++)
        io_printf(&cli->out, "%-19s  %s\n", cairn_routers[i]->name, cairn_routers[i]->summary);
    return STATUS_OK;
}

static void print_policy(struct sink *out, const char *kind, const char *name, const char *summary,
                         const struct cairn_param *params)
{
    io_printf(out, "%s%s: %s\n", kind, name, summary);
    for (const struct cairn_param *p = params; p->name; p++)
        print_param(out, p);
}

void cmd_list_parameters(struct cli *cli)
{
    for (int i = 0; cli->controllers[i]; i++)
        print_policy(&cli->out, "", cli->controllers[i]->name, cli->controllers[i]->summary,
                     cli->controllers[i]->params);
    for (int i = 0; cairn_schedulers[i]; i++)
        print_policy(&cli->out, "scheduler ", cairn_schedulers[i]->name,
                     cairn_schedulers[i]->summary, cairn_schedulers[i]->params);
    for (int i = 0; cairn_recoveries[i]; i++)
        print_policy(&cli->out, "recovery ", cairn_recoveries[i]->name,
                     cairn_recoveries[i]->summary, cairn_recoveries[i]->params);
    for (int i = 0; cairn_routers[i]; i++)
        print_policy(&cli->out, "router ", cairn_routers[i]->name, cairn_routers[i]->summary,
                     cairn_routers[i]->params);
}

static enum status list_laws(struct cli *cli)
{
    static const char *const forms[] = {
        [LAW_EXPONENTIAL] = "{exponential: 1 d} or {exponential: {mean: 1 d}}",
        [LAW_WEIBULL] = "{weibull: {shape: 0.7, mean: 5 y}}, or scale instead of mean",
        [LAW_LOGNORMAL] = "{lognormal: {median: 1 h, sigma: 1.2}}, or mean instead of median",
        [LAW_PARETO] = "{pareto: {minimum: 1 h, alpha: 1.5}}",
        [LAW_UNIFORM] = "{uniform: {low: 1 h, high: 3 h}}",
        [LAW_CONSTANT] = "{constant: 1 h}",
        [LAW_HYPEREXPONENTIAL] = "{hyperexponential: {weights: [0.9, 0.1], means: [1 d, 30 d]}}",
        [LAW_EMPIRICAL] = "{empirical: [1 h, 2 h, 30 h]}",
    };
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++)
        io_printf(&cli->out, "%-16s  %s\n", law_name((enum law_kind)i), forms[i]);
    return STATUS_OK;
}

static enum status list_formats(struct cli *cli)
{
    io_printf(
        &cli->out,
        "outages   CSV node,start,end[,cause]: read by replay and faults.trace\n"
        "rows      CSV, a line a replication: written by run, sweep, replay; read by gate, verify\n"
        "json      one object: run --json\n");
    return STATUS_OK;
}

static enum status list_figures(struct cli *cli)
{
    io_printf(&cli->out,
              "interval  waste against the checkpoint interval, with theory and the best possible\n"
              "benefit   time saved against time spent, a point a controller\n");
    return STATUS_OK;
}

static enum status list_semantics(struct cli *cli)
{
    io_printf(
        &cli->out,
        "commit             a checkpoint counts from its end, and covers the state at its start\n"
        "instant            completion < outage < repair ends < detection < forecast < decision\n"
        "failure            outage, detection, wait for a node, downtime, restore\n"
        "strikes-in         every phase (faults.clock: wall), or those of faults.strike "
        "(exposure)\n"
        "renewal            only the failed node is renewed (renewal: failed); attempt: all, each "
        "time\n"
        "replacement        without a repair law at once, its age beginning when the downtime "
        "ends\n"
        "initial-age        stationary, unless faults.initial_age says otherwise\n"
        "forecast           failures do not depend on it; told of is what the job holds then\n"
        "coincidence        several outages at one instant are one strike\n"
        "restore            the newest complete checkpoint; restores can be struck\n"
        "final-checkpoint   the work ends with one, unless final_checkpoint: false\n"
        "restore-initial    a failure before any checkpoint pays a restore, unless false\n"
        "steps              with step, checkpoints wait for step ends, unless divisible: true\n"
        "attribution        a loss is laid at the checkpoint under way, then at the last "
        "decision\n"
        "room               calls find it first come first served, last copies stay "
        "(runtime.objects)\n"
        "spilling           one write at a time on a node's disk; reads do not slow it\n"
        "lineage            the oldest calls are forgotten until half is left (runtime.lineage)\n"
        "memory             looked at on a grid from time 0; the newest that may retry is killed\n"
        "waste              1 - sum of useful / sum of total time, over the replications\n"
        "year               365 days\n");
    return STATUS_OK;
}

struct topic {
    const char *name, *summary;
    enum status (*list)(struct cli *cli);
};

static const struct topic topics[] = {
    {"scenarios", "built-in scenarios", list_scenarios},
    {"policies", "controllers", list_policies},
    {"schedulers", "who places tasks and actors", list_schedulers},
    {"recoveries", "who tries failed tasks and actors again", list_recoveries},
    {"routers", "who chooses the actor that a call with 'to: one' goes to", list_routers},
    {"laws", "laws of lifetimes and repairs, as a scenario writes them", list_laws},
    {"formats", "files read and written", list_formats},
    {"figures", "what cairn plot draws", list_figures},
    {"semantics", "the choices every result is made under", list_semantics},
};
enum { TOPICS = sizeof topics / sizeof *topics };

int cmd_list(struct cli *cli)
{
    const char *names[TOPICS], *wanted = cli->arguments[0];
    for (int i = 0; i < TOPICS; i++) {
        names[i] = topics[i].name;
        if (!wanted)
            io_printf(&cli->out, "%-10s  %s\n", topics[i].name, topics[i].summary);
        else if (strcmp(wanted, topics[i].name) == 0)
            return cli_exit(topics[i].list(cli));
    }
    if (!wanted)
        return EXIT_DONE;
    const char *near = text_nearest(wanted, strlen(wanted), names, TOPICS);
    return cli_exit(near
                        ? cli_usage(cli, "cairn list has no '%s'; did you mean '%s'?", wanted, near)
                        : cli_usage(cli, "cairn list has no '%s'; see cairn list", wanted));
}
