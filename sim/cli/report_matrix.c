/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controllers against scenarios: one table of waste, one of regret, one of differences.
 *
 * A column is one scenario, in which every row met the same failures; so marks are given within a
 * column: the least waste, and whoever is not measurably worse in pairs. */
#include "sim/base/text.h"
#include "sim/cli/report.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 9 }; /* of a column: "100.00 % " with a mark */

static int label_width(const struct report_matrix *m)
{
    size_t width = 10;
    for (uint32_t i = 0; i < m->rows; i++)
        if (strlen(m->row_names[i]) > width)
            width = strlen(m->row_names[i]);
    return width > 40 ? 40 : (int)width;
}

static void print_numbers(struct sink *out, const struct report_matrix *m, int width,
                          const char *title)
{
    io_printf(out, "\n  %-*s", width, title);
    for (uint32_t j = 0; j < m->columns; j++)
        io_printf(out, "%*u ", WIDTH - 1, j + 1);
    io_printf(out, "\n");
}

typedef void (*cell_writer)(const struct report_entry *e, struct text *text);

static void write_waste(const struct report_entry *e, struct text *text)
{
    if (!e->is_there)
        text_add(text, "- ");
    else
        text_add(text, "%.2f%c", 100 * e->waste.mean,
                 e->is_best      ? '*'
                 : e->is_near    ? '+'
                 : e->unfinished ? '!'
                                 : ' ');
}

static void write_regret(const struct report_entry *e, struct text *text)
{
    if (!e->is_there || isnan(e->regret))
        text_add(text, "- ");
    else
        text_add(text, "%.2f ", 100 * e->regret);
}

static void write_difference(const struct report_entry *e, struct text *text)
{
    if (!e->has_difference)
        text_add(text, "- ");
    else
        text_add(text, "%+.2f%c", 100 * e->difference.mean,
                 e->difference.low > 0 || e->difference.high < 0 ? ' ' : '~');
}

static void print_table(struct sink *out, const struct report_matrix *m, int width,
                        const char *title, cell_writer add)
{
    print_numbers(out, m, width, title);
    for (uint32_t i = 0; i < m->rows; i++) {
        io_printf(out, "  %-*.*s", width, width, m->row_names[i]);
        for (uint32_t j = 0; j < m->columns; j++) {
            char bytes[32];
            struct text text = text_over(bytes, sizeof bytes);
            add(report_entry(m, i, j), &text);
            io_printf(out, "%*s", WIDTH, bytes);
        }
        io_printf(out, "\n");
    }
}

static void print_refusals(struct sink *out, const struct report_matrix *m)
{
    bool has_any = false;
    for (uint32_t i = 0; i < m->rows; i++)
        for (uint32_t j = 0; j < m->columns; j++) {
            const char *refusal = report_entry(m, i, j)->refusal;
            if (!refusal)
                continue;
            const char *said = strstr(refusal, "error: ");
            io_printf(out, "%s  %s, %u: %s\n", has_any ? "" : "\nDoes not suit:\n", m->row_names[i],
                      j + 1, said ? said + strlen("error: ") : refusal);
            has_any = true;
            break; /* the first scenario says why; the others say the same */
        }
}

static void print_winners(struct sink *out, const struct report_matrix *m)
{
    io_printf(out, "\nFirst, or not measurably worse, in scenarios:\n");
    for (uint32_t i = 0; i < m->rows; i++) {
        uint32_t first = 0, near = 0, there = 0;
        for (uint32_t j = 0; j < m->columns; j++) {
            first += report_entry(m, i, j)->is_best;
            near += report_entry(m, i, j)->is_near;
            there += report_entry(m, i, j)->is_there;
        }
        if (first + near > 0)
            io_printf(out, "  %-*.*s  first in %u, level in %u, of %u\n", label_width(m),
                      label_width(m), m->row_names[i], first, near, there);
    }
}

void report_matrix(struct sink *out, const struct report_matrix *m)
{
    int width = label_width(m);
    char title[96];
    struct text text = text_over(title, sizeof title);
    for (uint32_t j = 0; j < m->columns; j++)
        io_printf(out, "  %u  %s\n", j + 1, m->column_names[j]);
    print_table(out, m, width, "waste, %", write_waste);
    io_printf(out, "\n  * least in the column, + not measurably worse in pairs, ! not all runs "
                   "finished, - does not suit\n");
    print_table(out, m, width, "regret, %", write_regret);
    io_printf(out,
              "\n  makespan beyond the best possible on the very same failures; - where none is "
              "known\n");
    if (m->against) {
        text_add(&text, "points against %.60s", m->against);
        print_table(out, m, width > 24 ? width : 24, "points", write_difference);
        io_printf(out,
                  "\n  %s: percentage points of waste, in pairs; ~ within its 95 %% interval of "
                  "0\n",
                  title);
    }
    print_winners(out, m);
    print_refusals(out, m);
}
