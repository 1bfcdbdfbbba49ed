/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three-way comparison of two cells.
 *
 * Every metric is a ratio of sums y / x over replications, so one estimator serves all. */
#include "analysis/gate.h"
#include "sim/base/text.h"
#include "sim/model/ledger.h"
#include <assert.h>
#include <math.h>
#include <string.h>

const char *const gate_metrics[GATE_METRICS + 1] = {"waste",      "makespan", "lost",
                                                    "checkpoint", "failures", NULL};

const char *gate_parse(const char *text, struct gate_rule *rule)
{
    size_t name = strcspn(text, ":"), length = strlen(text);
    unsigned metric = 0;
    while (gate_metrics[metric] &&
           (strlen(gate_metrics[metric]) != name || memcmp(gate_metrics[metric], text, name) != 0))
        metric++;
    if (metric == GATE_METRICS)
        return "the metric should be waste, makespan, lost, checkpoint or failures";
    const char *number = text + name + (text[name] == ':');
    bool has_sign = *number == '+';
    number += has_sign;
    bool is_points = length > 2 && strcmp(text + length - 2, "pp") == 0;
    bool is_percent = length > 1 && text[length - 1] == '%';
    double value;
    if (!has_sign || (!is_points && !is_percent))
        return "should end in what is allowed, such as :+2% (of the baseline) or :+0.5pp (points)";
    size_t digits = (size_t)(text + length - number) - (is_points ? 2 : 1);
    if (text_to_number(number, digits, &value) || value < 0)
        return "what is allowed should be a number, 0 or more, such as +2%";
    if (is_points && (metric == GATE_MAKESPAN || metric == GATE_FAILURES))
        return "points (pp) are for shares; use a percentage of the baseline";
    *rule = (struct gate_rule){(enum gate_metric)metric, is_percent, value / 100};
    return NULL;
}

static void fill(enum gate_metric metric, const struct record *r, double *y, double *x)
{
    *x = slot_seconds(ledger_total(r));
    switch (metric) {
    case GATE_WASTE:
        *y = slot_seconds(ledger_waste(r));
        return;
    case GATE_LOST:
        *y = slot_seconds(r->job[JOB_LOST]);
        return;
    case GATE_CHECKPOINT:
        *y = slot_seconds(r->job[JOB_CHECKPOINT]);
        return;
    case GATE_MAKESPAN:
        *y = simtime_seconds(r->makespan);
        *x = 1;
        return;
    case GATE_FAILURES:
        *y = (double)r->struck;
        *x = 1;
        return;
    case GATE_METRICS:
        break;
    }
    assert(!"a metric");
}

/* The same replications under the same failures on both sides? */
static bool is_paired(const struct rows_cell *a, const struct rows_cell *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->records[i].replication != b->records[i].replication ||
            !failure_trace_agrees(&a->records[i].trace, &b->records[i].trace))
            return false;
    return true;
}

static uint32_t unfinished(const struct rows_cell *cell)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < cell->count; i++)
        count += cell->records[i].end != END_FINISHED;
    return count;
}

static enum gate_verdict judge(struct gate_result *r, uint32_t n)
{
    const struct estimate *d = &r->difference;
    r->would_decide = (double)NAN;
    if (r->unfinished_new > r->unfinished_base)
        return GATE_FAIL;
    if (n == 1 && r->is_paired) /* one history, replayed: the difference is what it is */
        return d->mean <= r->limit ? GATE_PASS : GATE_FAIL;
    if (d->high <= r->limit)
        return GATE_PASS;
    if (d->low > r->limit)
        return GATE_FAIL;
    double distance = fabs(d->mean - r->limit), half = estimate_half_width(d);
    if (distance > 0 && isfinite(half))
        r->would_decide = ceil(n * (half / distance) * (half / distance) * 1.1);
    return GATE_UNDECIDED;
}

bool gate_compare(const struct gate_rule *rule, const struct rows_cell *base,
                  const struct rows_cell *new, struct arena *arena, struct gate_result *result)
{
    const struct rows_cell *sides[2] = {base, new};
    double *y[2], *x[2];
    assert(base->count > 0 && new->count > 0);
    for (int side = 0; side < 2; side++) {
        y[side] = arena_array(arena, sides[side]->count, sizeof(double));
        x[side] = arena_array(arena, sides[side]->count, sizeof(double));
        if (!y[side] || !x[side])
            return false;
        for (uint32_t i = 0; i < sides[side]->count; i++)
            fill(rule->metric, &sides[side]->records[i], &y[side][i], &x[side][i]);
    }
    *result = (struct gate_result){.cell = new->name, .is_paired = is_paired(base, new)};
    result->base = estimate_ratio(y[0], x[0], base->count);
    result->new = estimate_ratio(y[1], x[1], new->count);
    result->difference = estimate_ratio_difference(y[1], x[1], new->count, y[0], x[0], base->count,
                                                   result->is_paired);
    result->limit = rule->is_relative ? rule->allowed * result->base.mean : rule->allowed;
    result->unfinished_base = unfinished(base);
    result->unfinished_new = unfinished(new);
    result->verdict = judge(result, base->count < new->count ? base->count : new->count);
    return true;
}
