/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layout of a figure.
 *
 * Implements ranges with the reasons people expect (zero in sight when it is near, room for
 * labels), units of time, the legend's grid above the axes, flags at vertical lines and greedy
 * placement of names: of the places around a point the one that overlaps least, in a fixed order,
 * so that the same figure always looks the same. The trade: greedy, quadratic in labels, no search.
 */
#include "analysis/layout.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static size_t text_width(const char *text)
{
    size_t count = 0;
    for (; text != NULL && *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count < LAYOUT_LABEL ? count : LAYOUT_LABEL;
}

bool layout_is_in_legend(const struct figure_series *series)
{
    return series->kind != FIGURE_HLINE && series->kind != FIGURE_VLINE && series->n > 0 &&
           text_width(series->label) > 0;
}

size_t layout_names(const struct figure_series *series, size_t left)
{
    if (series->kind != FIGURE_MARKER || series->names == NULL)
        return 0;
    return series->n < left ? series->n : left;
}

/* ------------------------------------------------------------------ ranges */

static void range_add(struct range *range, const double *values, size_t n)
{
    for (size_t i = 0; values != NULL && i < n; i++) {
        if (!isfinite(values[i]) || (range->is_log && values[i] <= 0))
            continue;
        range->low = fmin(range->low, values[i]);
        range->high = fmax(range->high, values[i]);
    }
}

/* Room at both ends; a linear axis begins at zero when zero is no further than the data are wide,
 * or a little before it when a marker would lie across the axis. */
static void range_pad(struct range *range, double share, bool has_markers)
{
    if (!(range->low <= range->high)) {
        range->low = range->is_log ? 0.1 : 0;
        range->high = 1;
    }
    if (range->is_log) {
        double factor = range->high > range->low ? pow(range->high / range->low, share) : 2;
        range->low /= factor;
        range->high *= factor;
        return;
    }
    double room = (range->high - range->low) * share, low = range->low;
    if (room <= fabs(range->high) * 1e-9)
        room = range->high != 0 ? fabs(range->high) / 2 : 1;
    bool begins_at_zero = low >= 0 && low <= range->high / 2 && !(has_markers && low < room);
    range->low = begins_at_zero ? 0 : low - room;
    range->high += room;
}

/* The largest unit of which the range holds three. Logarithmic axes of time stay in seconds: their
 * ticks carry units of their own. */
static void range_unit(struct range *range, enum figure_unit unit)
{
    static const struct {
        double size;
        const char *suffix;
    } units[] = {{365 * 86400.0, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"},
                 {1e-3, "ms"},         {1e-6, "us"}, {1e-9, "ns"}};
    range->unit = 1;
    range->suffix = NULL;
    if (unit == FIGURE_FRACTION) {
        range->unit = 0.01;
        range->suffix = "%";
    }
    if (unit != FIGURE_SECONDS || range->is_log)
        return;
    double size = fmax(fabs(range->low), fabs(range->high));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        range->unit = units[i].size;
        range->suffix = units[i].suffix;
        if (size >= 3 * units[i].size)
            return;
    }
}

static void ranges_make(struct layout *layout, const struct figure *figure)
{
    struct range *x = &layout->x, *y = &layout->y;
    *x = (struct range){.low = HUGE_VAL, .high = -HUGE_VAL, .is_log = figure->x.is_log};
    *y = (struct range){.low = HUGE_VAL, .high = -HUGE_VAL, .is_log = figure->y.is_log};
    bool has_markers = false;
    for (size_t s = 0; s < figure->count; s++) {
        const struct figure_series *series = &figure->series[s];
        if (series->kind != FIGURE_HLINE)
            range_add(x, series->x, series->n);
        if (series->kind == FIGURE_VLINE)
            continue;
        if (series->kind != FIGURE_BAND)
            range_add(y, series->y, series->n);
        range_add(y, series->low, series->n);
        range_add(y, series->high, series->n);
        has_markers |= series->kind == FIGURE_MARKER;
    }
    range_pad(x, has_markers ? 0.05 : 0.02, has_markers);
    range_pad(y, 0.06, has_markers);
    range_unit(x, figure->x.unit);
    range_unit(y, figure->y.unit);
}

static double range_share(const struct range *range, double value)
{
    if (range->is_log)
        return log(value / range->low) / log(range->high / range->low);
    return (value - range->low) / (range->high - range->low);
}

double layout_x(const struct layout *layout, double value)
{
    const struct canvas *canvas = &layout->canvas;
    return canvas->left +
           range_share(&layout->x, value) * (canvas->width - canvas->left - canvas->right);
}

double layout_y(const struct layout *layout, double value)
{
    const struct canvas *canvas = &layout->canvas;
    return canvas->height - canvas->bottom -
           range_share(&layout->y, value) * (canvas->height - canvas->top - canvas->bottom);
}

/* ------------------------------------------------------------------ the frame */

static void legend_make(struct layout *layout, const struct figure *figure)
{
    size_t widest = 0, entries = 0;
    for (size_t s = 0; s < figure->count; s++) {
        const struct figure_series *series = &figure->series[s];
        if (!layout_is_in_legend(series))
            continue;
        size_t width = text_width(series->label);
        if (series->kind == FIGURE_BAND || series->kind == FIGURE_ERRORBARS)
            width += strlen(" (95 %)");
        widest = width > widest ? width : widest;
        entries++;
    }
    double room = layout->canvas.width - layout->canvas.left - layout->canvas.right;
    double columns = floor(room / ((double)(widest + 6) * layout->canvas.advance));
    columns = fmax(1, fmin(columns, (double)entries));
    layout->legend_columns = (int)columns;
    layout->legend_rows = (int)ceil((double)entries / columns);
}

static void canvas_make(struct layout *layout, const struct figure *figure,
                        const struct figure_target *target)
{
    size_t caption = figure->caption == NULL ? 0 : strlen(figure->caption);
    layout->captions = caption == 0 ? 0 : caption <= LAYOUT_CAPTION ? 1 : 2;
    if (target->columns > 0) {
        layout->canvas = (struct canvas){target->columns, target->rows, 10, 3, 0, 4, 1, 1};
        layout->captions = 0; /* the caller prints them, if anyone */
        legend_make(layout, figure);
        layout->canvas.top = 2 + layout->legend_rows;
        return;
    }
    layout->canvas = (struct canvas){900, 560, 76, 28, 0, 60, 6.9, 16};
    legend_make(layout, figure);
    layout->canvas.top = 44 + 18 * layout->captions + 21 * layout->legend_rows + 10;
}

/* ------------------------------------------------------------------ labels */

static bool boxes_meet(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static struct box box_at(double left, double top, double width, double height, double anchor)
{
    return (struct box){left, top, left + width, top + height, anchor};
}

static struct label *label_put(struct layout *layout, size_t text, uint32_t colour, struct box box)
{
    assert(layout->count < sizeof layout->labels / sizeof *layout->labels);
    struct label *label = &layout->labels[layout->count++];
    *label = (struct label){.text = text, .colour = colour, .box = box};
    return label;
}

/* Flags: each label stands to the right of its line's top end; a line whose flag would be crossed
 * by or lie over one further left ends a row lower. From left to right. */
static int flags_make(struct layout *layout, const struct figure *figure)
{
    size_t order[FIGURE_SERIES], count = 0;
    for (size_t s = 0; s < figure->count; s++) {
        if (figure->series[s].kind != FIGURE_VLINE || figure->series[s].n == 0)
            continue;
        size_t i = count++;
        for (; i > 0 && figure->series[order[i - 1]].x[0] > figure->series[s].x[0]; i--)
            order[i] = order[i - 1];
        order[i] = s;
    }
    const struct canvas *canvas = &layout->canvas;
    int rows = 0, row[FIGURE_SERIES];
    double ends[FIGURE_SERIES];
    for (size_t i = 0; i < count; i++) {
        const struct figure_series *series = &figure->series[order[i]];
        double at = layout_x(layout, series->x[0]), gap = canvas->line / 4;
        double width = (double)text_width(series->label) * canvas->advance + gap;
        bool is_left = at + gap + width > canvas->width - canvas->right;
        double begin = is_left ? at - gap - width : at + gap;
        row[i] = 0;
        for (size_t j = 0; j < i; j++)
            if (ends[j] > (is_left ? begin : at - gap) && row[j] >= row[i])
                row[i] = row[j] + 1;
        ends[i] = is_left ? at : begin + width;
        rows = row[i] + 1 > rows ? row[i] + 1 : rows;
        double top = canvas->top + canvas->line * (row[i] + 0.25);
        layout->tops[order[i]] = top;
        if (width > gap)
            label_put(layout, TEXT_SERIES + order[i], series->colour,
                      box_at(begin, top, width, canvas->line, is_left ? 1 : 0));
    }
    return rows;
}

/* How many points of a series a box hides; between the points of a line, steps of half a text line
 * count as points. */
static double points_hidden(const struct layout *layout, const struct figure_series *series,
                            const struct box *box)
{
    const double step = layout->canvas.line / 2;
    const double radius = step / 2; /* of a marker; for a line, what lies between two steps */
    double before_x = (double)NAN, before_y = (double)NAN, hidden = 0;
    for (size_t i = 0; i < series->n; i++) {
        double x = layout_x(layout, series->x[i]), y = layout_y(layout, series->y[i]);
        double length = fabs(x - before_x) + fabs(y - before_y);
        int steps = series->kind == FIGURE_LINE && length > step ? (int)(length / step) + 1 : 1;
        for (int k = steps - 1; k >= 0; k--) {
            double share = (double)k / steps;
            double px = k > 0 ? x + (before_x - x) * share : x;
            double py = k > 0 ? y + (before_y - y) * share : y;
            struct box point = box_at(px - radius, py - radius, 2 * radius, 2 * radius, 0);
            hidden += boxes_meet(box, &point) ? 1 : 0;
        }
        before_x = x;
        before_y = y;
    }
    return hidden;
}

/* How much a box hides: the world outside and labels count most, then points, then rules. */
static double box_cost(const struct layout *layout, const struct figure *figure,
                       const struct box *box)
{
    const struct canvas *canvas = &layout->canvas;
    double cost = 0, inset = canvas->advance / 2;
    if (box->left < canvas->left + inset || box->right > canvas->width - canvas->right ||
        box->top < canvas->top || box->bottom > canvas->height - canvas->bottom)
        cost += 1000;
    for (size_t i = 0; i < layout->count; i++)
        cost += boxes_meet(box, &layout->labels[i].box) ? 100 : 0;
    for (size_t s = 0; s < figure->count; s++) {
        const struct figure_series *series = &figure->series[s];
        if (series->n == 0 || series->kind == FIGURE_BAND)
            continue;
        double x = series->kind == FIGURE_VLINE ? layout_x(layout, series->x[0]) : (double)NAN;
        double y = series->kind == FIGURE_HLINE ? layout_y(layout, series->y[0]) : (double)NAN;
        if (series->kind == FIGURE_VLINE)
            cost += box->left < x && x < box->right && box->bottom > layout->tops[s] ? 10 : 0;
        else if (series->kind == FIGURE_HLINE)
            cost += box->top < y && y < box->bottom ? 10 : 0;
        else
            cost += 20 * points_hidden(layout, series, box);
    }
    return cost;
}

/* The cheapest of the places, the earliest of equals. */
static size_t place_choose(const struct layout *layout, const struct figure *figure,
                           const struct box *places, size_t count)
{
    size_t best = 0;
    double least = HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        double cost = box_cost(layout, figure, &places[i]);
        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return best;
}

static void name_place(struct layout *layout, const struct figure *figure, size_t text,
                       const struct figure_series *series, size_t i)
{
    const double line = layout->canvas.line, gap = line * 0.45;
    const double width = (double)text_width(series->names[i]) * layout->canvas.advance;
    const double x = layout_x(layout, series->x[i]), y = layout_y(layout, series->y[i]);
    if (!isfinite(x) || !isfinite(y) || width <= 0)
        return;
    const double right = x + gap, left = x - gap - width, middle = x - width / 2;
    enum { NEAR = 8 }; /* the places after these need a leader */
    const struct box places[] = {
        box_at(right, y - line / 2, width, line, 0),
        box_at(left, y - line / 2, width, line, 1),
        box_at(right, y - line, width, line, 0),
        box_at(right, y, width, line, 0),
        box_at(left, y - line, width, line, 1),
        box_at(left, y, width, line, 1),
        box_at(middle, y - line - gap, width, line, 0.5),
        box_at(middle, y + gap, width, line, 0.5),
        box_at(right + gap, y - line * 2, width, line, 0),
        box_at(right + gap, y + line, width, line, 0),
        box_at(left - gap, y - line * 2, width, line, 1),
        box_at(left - gap, y + line, width, line, 1),
        box_at(middle, y - line * 3, width, line, 0.5),
        box_at(middle, y + line * 2, width, line, 0.5),
        box_at(right + 2 * gap, y - line * 3, width, line, 0),
        box_at(right + 2 * gap, y + line * 2, width, line, 0),
        box_at(left - 2 * gap, y - line * 3, width, line, 1),
        box_at(left - 2 * gap, y + line * 2, width, line, 1),
    };
    size_t best = place_choose(layout, figure, places, sizeof places / sizeof *places);
    struct label *label = label_put(layout, text, series->colour, places[best]);
    label->has_leader = best >= NEAR;
    label->x = x;
    label->y = y;
}

static void rule_place(struct layout *layout, const struct figure *figure, size_t s)
{
    const struct canvas *canvas = &layout->canvas;
    const struct figure_series *series = &figure->series[s];
    const double line = canvas->line, gap = line / 5;
    const double width = (double)text_width(series->label) * canvas->advance;
    const double y = layout_y(layout, series->y[0]), inset = canvas->advance;
    if (!isfinite(y) || width <= 0)
        return;
    const double right = canvas->width - canvas->right - width - inset;
    const double left = canvas->left + inset, middle = (left + right) / 2;
    const double over = y - line - gap, under = y + gap;
    const struct box places[] = {
        box_at(right, over, width, line, 1),    box_at(left, over, width, line, 0),
        box_at(right, under, width, line, 1),   box_at(left, under, width, line, 0),
        box_at(middle, over, width, line, 0.5), box_at(middle, under, width, line, 0.5),
    };
    size_t best = place_choose(layout, figure, places, sizeof places / sizeof *places);
    label_put(layout, TEXT_SERIES + s, series->colour, places[best]);
}

/* The flags need a strip above the data: the range grows by their rows. */
static void headroom_make(struct layout *layout, int rows)
{
    const struct canvas *canvas = &layout->canvas;
    struct range *y = &layout->y;
    double height = canvas->height - canvas->top - canvas->bottom;
    double kept = 1 - fmin(0.6, (rows + 0.25) * canvas->line / height);
    if (rows > 0)
        y->high = y->is_log ? y->low * pow(y->high / y->low, 1 / kept)
                            : y->low + (y->high - y->low) / kept;
}

void layout_make(struct layout *layout, const struct figure *figure,
                 const struct figure_target *target)
{
    assert(figure->count <= FIGURE_SERIES);
    *layout = (struct layout){.count = 0};
    ranges_make(layout, figure);
    canvas_make(layout, figure, target);
    headroom_make(layout, flags_make(layout, figure));
    for (size_t s = 0; s < figure->count; s++)
        if (figure->series[s].kind == FIGURE_HLINE && figure->series[s].n > 0)
            rule_place(layout, figure, s);
    size_t left = FIGURE_NAMES;
    for (size_t s = 0; s < figure->count; s++) {
        size_t n = layout_names(&figure->series[s], left);
        for (size_t i = 0; i < n; i++)
            name_place(layout, figure, TEXT_SERIES + figure->count + (FIGURE_NAMES - left) + i,
                       &figure->series[s], i);
        left -= n;
    }
}
