/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn fit: a scenario from a driver's log, each number with what it is the mean of. */
#include "sim/base/text.h"
#include "sim/campaign/fitted.h"
#include "sim/cli/cli.h"
#include <inttypes.h>
#include <math.h>

/* "KEY: 12.3 ms", and behind it where the number is from. */
static void put_mean(struct sink *sink, const char *key, const struct fitted_mean *mean,
                     const char *what, simtime expected)
{
    char bytes[200];
    struct text text = text_over(bytes, sizeof bytes);
    text_add(&text, "%s: ", key);
    text_add_exact_duration(&text, fitted_ns(mean, expected));
    io_printf(sink, "%-34s# ", bytes);
    if (mean->count == 0) {
        io_printf(sink, "as the driver expected it; none in the log\n");
        return;
    }
    io_printf(sink, "mean of %" PRIu64 " %s", mean->count, what);
    if (mean->count > 1) {
        text = text_over(bytes, sizeof bytes);
        double deviation = sqrt(mean->squares / (double)(mean->count - 1));
        text_add_duration(&text, simtime_from_seconds(deviation / 1e9));
        io_printf(sink, ", standard deviation %s", bytes);
    }
    io_printf(sink, "\n");
}

static void put_faults(struct sink *sink, const struct fitted *f)
{
    char exposed[64], mean[64];
    struct text text = text_over(exposed, sizeof exposed);
    text_add_duration(&text, f->exposed);
    if (f->failures == 0) {
        io_printf(sink, "# no failures in %s\n", exposed);
        return;
    }
    text = text_over(mean, sizeof mean);
    text_add_exact_duration(&text, f->exposed / (simtime)f->failures);
    io_printf(sink,
              "# %" PRIu64 " failures in %s, the time behind the last one counted: the mean is "
              "known to ±%.0f %%\n"
              "faults: {node: {uptime: {exponential: %s}}, initial_age: new}\n",
              f->failures, exposed, 100 / sqrt((double)f->failures), mean);
}

static void put_scenario(struct sink *sink, const struct fitted *f)
{
    char work[64];
    struct text text = text_over(work, sizeof work);
    simtime step = fitted_ns(&f->step, f->shape.step);
    text_add_exact_duration(&text, simtime_scale(step, f->steps, 1));
    io_printf(sink,
              "# Written by cairn fit from a driver's log.\nversion: 1\ncluster: {nodes: 1}\n");
    put_faults(sink, f);
    io_printf(sink, "detection:\n");
    put_mean(sink, "  delay", &f->detection, "from strike to failure", 0);
    io_printf(sink, "workload:\n  group:\n    workers: 1\n");
    io_printf(sink, "    work: %-24s# %" PRId64 " steps\n", work, f->steps);
    put_mean(sink, "    step", &f->step, "steps", f->shape.step);
    put_mean(sink, "    checkpoint", &f->checkpoint, "checkpoints", f->shape.checkpoint_cost);
    put_mean(sink, "    restore", &f->restore, "restores from a checkpoint", f->shape.restore_cost);
    put_mean(sink, "    downtime", &f->downtime, "from failure to restore", f->shape.downtime);
    io_printf(sink, "    final_checkpoint: %s\n    restore_initial: %s\n",
              f->shape.has_final_checkpoint ? "true" : "false",
              f->shape.has_initial_restore ? "true" : "false");
    io_printf(sink, "controller: {name: %.*s%s", (int)f->controller.length, f->controller.text,
              f->params.length > 2 ? ", " : "");
    io_put(sink, f->params.text + 1, f->params.length - 2);
    io_printf(sink, "}  # as in the log\n");
}

static enum status fit(struct cli *cli, struct source *source, struct sink *sink)
{
    const char *path = cli->arguments[0];
    struct fitted *fitted = arena_alloc(&cli->arena, sizeof *fitted);
    if (!fitted)
        return STATUS_MEMORY;
    enum status status = happenings_read(path, &cli->arena, &cli->diag, source);
    if (status == STATUS_OK)
        status = fitted_read(source, &cli->arena, &cli->diag, fitted);
    if (status != STATUS_OK)
        return status;
    if (!cli_has(cli, OPTION_OUTPUT)) {
        put_scenario(&cli->out, fitted);
        return STATUS_OK;
    }
    status = io_create(sink, cli->values[OPTION_OUTPUT], cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status != STATUS_OK)
        return status;
    put_scenario(sink, fitted);
    status = io_close(sink, &cli->diag);
    if (status == STATUS_OK)
        io_printf(&cli->out, "wrote %s; next: cairn run %s\n", cli->values[OPTION_OUTPUT],
                  cli->values[OPTION_OUTPUT]);
    return status;
}

int cmd_fit(struct cli *cli)
{
    struct source *source = arena_alloc(&cli->arena, sizeof *source);
    struct sink *sink = arena_alloc(&cli->arena, sizeof *sink);
    return cli_exit(source && sink ? fit(cli, source, sink) : STATUS_MEMORY);
}
