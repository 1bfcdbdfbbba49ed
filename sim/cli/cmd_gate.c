/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn gate: two studies, one rule, an exit code.
 *
 * Exit 0 only when every cell of the baseline is in the new study and none is worse, measurably or
 * possibly. A missing cell is unusable data (exit 3): what was not run cannot have passed. */
#include "analysis/gate.h"
#include "sim/base/text.h"
#include "sim/cli/cli.h"
#include <errno.h>
#include <math.h>

static const char *const verdicts[] = {"pass", "FAIL", "UNDECIDED"};

/* A share in percent, a makespan or a count as it is. */
static double scale_of(enum gate_metric metric)
{
    return metric == GATE_MAKESPAN || metric == GATE_FAILURES ? 1 : 100;
}

static void print_result(struct cli *cli, const struct gate_rule *rule, const struct gate_result *r)
{
    double scale = scale_of(rule->metric);
    const char *unit = rule->metric == GATE_MAKESPAN ? " s" : scale > 1 ? " %" : "";
    struct sink *out = &cli->out;
    io_printf(out, "%-9s %s: %s %.6g%s -> %.6g%s (%+.3g", verdicts[r->verdict], r->cell,
              gate_metrics[rule->metric], scale * r->base.mean, unit, scale * r->new.mean, unit,
              scale * r->difference.mean);
    if (isfinite(r->difference.low))
        io_printf(out, " ± %.2g", scale * estimate_half_width(&r->difference));
    io_printf(out, ", allowed %+.3g%s)", scale * r->limit, r->is_paired ? ", paired" : "");
    if (r->unfinished_new > r->unfinished_base)
        io_printf(out, "; %u runs did not finish, %u in the baseline", r->unfinished_new,
                  r->unfinished_base);
    else if (r->verdict == GATE_UNDECIDED && isfinite(r->would_decide))
        io_printf(out, "; about %.0f replications would decide", r->would_decide);
    else if (r->verdict == GATE_UNDECIDED)
        io_printf(out, "; more replications are needed");
    io_printf(out, "\n");
}

static void print_json(struct cli *cli, const struct gate_rule *rule, const struct gate_result *r,
                       bool is_first)
{
    char bytes[2048];
    struct text text = text_over(bytes, sizeof bytes);
    static const char *const words[] = {"pass", "fail", "undecided"};
    text_add(&text, "%s{\"cell\": ", is_first ? "[" : ",\n ");
    text_add_json(&text, r->cell, __builtin_strlen(r->cell));
    text_add(&text,
             ", \"metric\": \"%s\", \"verdict\": \"%s\", \"base\": ", gate_metrics[rule->metric],
             words[r->verdict]);
    text_add_number(&text, r->base.mean);
    text_add(&text, ", \"new\": ");
    text_add_number(&text, r->new.mean);
    text_add(&text, ", \"difference\": ");
    text_add_number(&text, r->difference.mean);
    text_add(&text, ", \"allowed\": ");
    text_add_number(&text, r->limit);
    text_add(&text, ", \"paired\": %s}", r->is_paired ? "true" : "false");
    io_put(&cli->out, bytes, text.length);
}

static enum status compare_all(struct cli *cli, const struct gate_rule *rule,
                               const struct rows *base, const struct rows *new, uint32_t *bad)
{
    for (uint32_t i = 0; i < base->cells_count; i++) {
        struct gate_result result;
        const struct rows_cell *cell = rows_find(new, base->cells[i].name);
        if (!cell) {
            diag_error(&cli->diag, (struct place){0}, "%s has no cell '%s', which %s has",
                       new->path, base->cells[i].name, base->path);
            return STATUS_DATA;
        }
        if (!gate_compare(rule, &base->cells[i], cell, &cli->arena, &result))
            return diag_world(&cli->diag, "compare", new->path, ENOMEM);
        *bad += result.verdict != GATE_PASS;
        if (cli_has(cli, OPTION_JSON))
            print_json(cli, rule, &result, i == 0);
        else
            print_result(cli, rule, &result);
    }
    return STATUS_OK;
}

int cmd_gate(struct cli *cli)
{
    struct gate_rule rule;
    struct rows base, new;
    uint32_t bad = 0;
    if (!cli_has(cli, OPTION_FAIL))
        return cli_exit(cli_usage(cli, "say what counts as worse: --fail waste:+2%%"));
    const char *wrong = gate_parse(cli->values[OPTION_FAIL], &rule);
    if (wrong)
        return cli_exit(cli_usage(cli, "--fail '%s': %s", cli->values[OPTION_FAIL], wrong));
    enum status status = rows_read(cli->arguments[0], &cli->arena, &cli->diag, &base);
    if (status == STATUS_OK)
        status = rows_read(cli->arguments[1], &cli->arena, &cli->diag, &new);
    if (status == STATUS_OK)
        status = compare_all(cli, &rule, &base, &new, &bad);
    if (status != STATUS_OK)
        return cli_exit(status);
    if (cli_has(cli, OPTION_JSON))
        io_printf(&cli->out, "]\n");
    else
        io_printf(&cli->out, "%u of %u cells pass\n", base.cells_count - bad, base.cells_count);
    return bad ? EXIT_NO : EXIT_DONE;
}
