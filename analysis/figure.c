/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure's CSV and its gnuplot script.
 *
 * Implements the cleaning of texts, ranges, units and ticks of axes, the placement of labels where
 * they hide nothing, and the two writers. The CSV's columns are kind, series, x, y, low, high,
 * text; its first rows hold only texts, in the order of T[] in the script, which reads them with
 * the quote as separator: gnuplot 5.4 ends even a quoted field at a comma. The invariant: the
 * script contains no byte of a text. The trade: widths of texts are estimated, not measured. */
#include "analysis/figure.h"
#include "analysis/layout.h"
#include "sim/base/text.h"
#include <assert.h>
#include <math.h>
#include <string.h>

#define TITLE_WIDTH 88 /* characters that fit the title's line */
#define CLEAN_BYTES (4 * 2 * LAYOUT_CAPTION + 8)

/* Okabe and Ito's palette, the darkest first; yellow last, it is faint on white. */
static const char *const palette[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#E69F00", "#56B4E9", "#000000", "#F0E442"};
/* The same hues, darkened until words in them can be read on white. */
static const char *const text_palette[] = {"#00639B", "#B04A00", "#007A58", "#A34E7D",
                                           "#8F6200", "#1B76A8", "#000000", "#7A6E00"};
#define PALETTE (sizeof palette / sizeof *palette)

static const char *const kind_names[] = {"line",  "points", "errorbars", "band",
                                         "hline", "vline",  "marker"};

/* ------------------------------------------------------------------ texts */

/* The code point at *at, which moves behind it; U+FFFD for what is not UTF-8. */
static uint32_t rune_next(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    int more = p[0] < 0x80 ? 0 : p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : 1;
    uint32_t rune = p[0] < 0x80 ? p[0] : p[0] & (0x3Fu >> more);
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    bool is_valid = p[0] < 0x80 || (p[0] >= 0xC2 && p[0] <= 0xF4);
    int i = 1;
    for (; is_valid && i <= more; i++) {
        is_valid = (p[i] & 0xC0) == 0x80;
        rune = rune << 6 | (p[i] & 0x3Fu);
    }
    if (!is_valid || rune < least[more] || rune > 0x10FFFF || (rune & 0xFFFFF800u) == 0xD800) {
        *at += 1;
        return 0xFFFD;
    }
    *at += i;
    return rune;
}

/* What may be drawn: no control byte, no quote (the CSV's separator for texts), no backslash
 * (gnuplot reads escapes), nothing that turns the direction of writing, nothing XML forbids. */
static uint32_t rune_clean(uint32_t rune)
{
    if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == 0x2028 || rune == 0x2029)
        return ' ';
    if (rune == '"')
        return '\'';
    if (rune == '\\')
        return 0x2216;
    if (rune == 0x061C || rune == 0x200E || rune == 0x200F || (rune >= 0x202A && rune <= 0x202E) ||
        (rune >= 0x2066 && rune <= 0x2069) || rune == 0xFEFF || (rune & 0xFFFE) == 0xFFFE)
        return 0xFFFD;
    return rune;
}

static size_t rune_put(uint32_t rune, char out[4])
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    size_t more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[more] | rune >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80u | (rune >> 6 * (more - i) & 0x3Fu));
    return more + 1;
}

/* At most `width` characters of *text, cleaned, into out; *text moves behind them. Cut at a space
 * when more is to come and is_wrapped, with an ellipsis otherwise. Returns the characters. */
static size_t text_clean(const char **text, size_t width, bool is_wrapped, char out[CLEAN_BYTES])
{
    const char *at = *text == NULL ? "" : *text, *space = NULL;
    size_t used = 0, count = 0, space_used = 0, space_count = 0;
    while (*at != '\0' && count < width) {
        uint32_t rune = rune_clean(rune_next(&at));
        if (rune == ' ') {
            space = at;
            space_used = used;
            space_count = count;
        }
        used += rune_put(rune, out + used);
        count++;
    }
    if (*at != '\0' && is_wrapped && space != NULL) {
        at = space;
        used = space_used;
        count = space_count;
    } else if (*at != '\0' && !is_wrapped) {
        while (used > 0 && ((unsigned char)out[--used] & 0xC0) == 0x80)
            continue;
        used += rune_put(0x2026, out + used);
    }
    out[used] = '\0';
    *text = at;
    return count;
}

/* ------------------------------------------------------------------ the data */

/* values[i], or nothing when there is none. */
static void value_put(struct sink *sink, const double *values, size_t i)
{
    char bytes[40];
    struct text text = text_over(bytes, sizeof bytes);
    if (values != NULL && isfinite(values[i]))
        text_add_number(&text, values[i]);
    io_put(sink, bytes, text.length);
    io_put(sink, ",", 1);
}

/* A row that holds a text alone; returns what did not fit of a wrapped one. */
static const char *text_put(struct sink *sink, const char *kind, size_t series, const char *text,
                            size_t width, bool is_wrapped)
{
    char bytes[CLEAN_BYTES];
    text_clean(&text, width, is_wrapped, bytes);
    if (series > 0)
        io_printf(sink, "%s,%zu,,,,,\"%s\"\n", kind, series, bytes);
    else
        io_printf(sink, "%s,,,,,,\"%s\"\n", kind, bytes);
    return text;
}

static void points_put(struct sink *sink, const struct figure_series *series, size_t number)
{
    char bytes[CLEAN_BYTES];
    for (size_t i = 0; i < series->n; i++) {
        io_printf(sink, "%s,%zu,", kind_names[series->kind], number);
        value_put(sink, series->x, i);
        value_put(sink, series->y, i);
        /* gnuplot drops a point with an end missing: a bar without length keeps it */
        bool is_bare = series->kind != FIGURE_BAND && series->low != NULL &&
                       !(isfinite(series->low[i]) && isfinite(series->high[i]));
        value_put(sink, is_bare ? series->y : series->low, i);
        value_put(sink, is_bare ? series->y : series->high, i);
        const char *text = series->names != NULL ? series->names[i] : series->label;
        text_clean(&text, LAYOUT_LABEL, false, bytes);
        io_printf(sink, "\"%s\"\n", bytes);
    }
}

void figure_write_data(const struct figure *figure, struct sink *sink)
{
    io_printf(sink, "kind,series,x,y,low,high,text\n");
    text_put(sink, "title", 0, figure->title, TITLE_WIDTH, false);
    const char *rest = text_put(sink, "caption", 0, figure->caption, LAYOUT_CAPTION, true);
    text_put(sink, "caption", 0, rest, LAYOUT_CAPTION, false);
    text_put(sink, "x", 0, figure->x.label, TITLE_WIDTH, false);
    text_put(sink, "y", 0, figure->y.label, LAYOUT_LABEL, false);
    for (size_t s = 0; s < figure->count; s++)
        text_put(sink, "series", s + 1, figure->series[s].label, LAYOUT_LABEL, false);
    size_t left = FIGURE_NAMES;
    for (size_t s = 0; s < figure->count; s++) {
        for (size_t i = 0; i < layout_names(&figure->series[s], left); i++)
            text_put(sink, "name", s + 1, figure->series[s].names[i], LAYOUT_LABEL, false);
        left -= layout_names(&figure->series[s], left);
    }
    for (size_t s = 0; s < figure->count; s++)
        points_put(sink, &figure->series[s], s + 1);
}

/* ------------------------------------------------------------------ the script */

static const char *colour_name(uint32_t colour)
{
    return palette[colour % PALETTE];
}

/* Left ends of the candidates, thinned to those that have room; for logarithmic axes, where
 * gnuplot labels decades alone and a figure often spans only one. */
static void ticks_put(struct sink *sink, char axis, const struct range *range,
                      const struct canvas *canvas, bool is_time)
{
    static const struct {
        double at;
        const char *text;
    } times[] = {
        {1e-6, "1 us"},
        {1e-5, "10 us"},
        {1e-4, "100 us"},
        {1e-3, "1 ms"},
        {1e-2, "10 ms"},
        {0.1, "100 ms"},
        {1, "1 s"},
        {3, "3 s"},
        {10, "10 s"},
        {30, "30 s"},
        {60, "1 min"},
        {180, "3 min"},
        {600, "10 min"},
        {1800, "30 min"},
        {3600, "1 h"},
        {7200, "2 h"},
        {14400, "4 h"},
        {28800, "8 h"},
        {86400, "1 d"},
        {3 * 86400.0, "3 d"},
        {10 * 86400.0, "10 d"},
        {30 * 86400.0, "30 d"},
        {100 * 86400.0, "100 d"},
        {365 * 86400.0, "1 y"},
        {3 * 365 * 86400.0, "3 y"},
        {10 * 365 * 86400.0, "10 y"},
        {100 * 365 * 86400.0, "100 y"},
        {1000 * 365 * 86400.0, "1000 y"},
    };
    double length = axis == 'x' ? canvas->width - canvas->left - canvas->right
                                : canvas->height - canvas->top - canvas->bottom;
    double room = axis == 'x' ? 8 * canvas->advance : 2 * canvas->line;
    double last = -HUGE_VAL, span = log(range->high / range->low);
    const char *comma = "";
    io_printf(sink, "set %ctics (", axis);
    for (int i = 0; i < (is_time ? (int)(sizeof times / sizeof *times) : 3 * 40); i++) {
        static const double mantissas[] = {1, 2, 5};
        double at = is_time ? times[i].at : mantissas[i % 3] * pow(10, i / 3 - 20);
        double shown = is_time ? at : at * range->unit;
        double pixel = log(shown / range->low) / span * length;
        if (shown < range->low * (1 - 1e-12) || shown > range->high || pixel - last < room)
            continue;
        last = pixel;
        if (is_time)
            io_printf(sink, "%s'%s' %.10g", comma, times[i].text, at);
        else
            io_printf(sink, "%s'%.6g' %.10g", comma, at, at);
        comma = ", ";
    }
    io_printf(sink, ")\n");
}

static void axis_put(struct sink *sink, char axis, const struct range *range,
                     const struct canvas *canvas, enum figure_unit unit)
{
    io_printf(sink, "set %crange [%.10g:%.10g]\n", axis, range->low / range->unit,
              range->high / range->unit);
    io_printf(sink, "set %clabel T[%d]", axis, axis == 'x' ? TEXT_X : TEXT_Y);
    if (range->suffix != NULL)
        io_printf(sink, ".' (%s)'", range->suffix);
    io_printf(sink, " textcolor rgb '#333333' noenhanced\n");
    double most = fmax(fabs(range->low), fabs(range->high)) / range->unit;
    if (range->is_log) {
        io_printf(sink, "set logscale %c\n", axis);
        ticks_put(sink, axis, range, canvas, unit == FIGURE_SECONDS);
    } else if (most >= 1e5) {
        io_printf(sink, "set format %c '%%.1s %%c'\n", axis);
    } else {
        io_printf(sink, "set format %c '%%g'\n", axis);
    }
}

static double screen_x(const struct canvas *canvas, double x)
{
    return x / canvas->width;
}

static double screen_y(const struct canvas *canvas, double y)
{
    return 1 - y / canvas->height;
}

static void head_put(struct sink *sink, const struct figure_target *target, size_t texts)
{
    if (target->columns > 0) {
        io_printf(sink, "set terminal dumb size %d,%d noenhanced %s\n", target->columns,
                  target->rows, target->is_colour ? "ansi256" : "mono");
    } else if (strstr(target->image, ".png") != NULL) {
        io_printf(sink, "set terminal pngcairo size 1800,1120 fontscale 2 linewidth 2 pointscale 2 "
                        "font 'sans,9' noenhanced background rgb 'white'\n");
        io_printf(sink, "set output '%s'\n", target->image);
    } else {
        io_printf(sink, "set terminal svg size 900,560 font 'sans-serif,12' noenhanced "
                        "background rgb 'white'\n");
        io_printf(sink, "set output '%s'\n", target->image);
    }
    io_printf(sink, "set encoding utf8\narray T[%zu]\nset datafile separator '\"'\n", texts);
    io_printf(sink, "stats '%s' skip 1 every ::0::%zu using (T[$0+1] = strcol(2), 0) nooutput\n",
              target->data, texts - 1);
    io_printf(sink, "set datafile separator ','\n");
}

static void frame_put(struct sink *sink, const struct layout *layout,
                      const struct figure_target *target)
{
    const struct canvas *canvas = &layout->canvas;
    const bool is_text = target->columns > 0;
    /* SVG counts a font in pixels, cairo in points of 4/3 */
    const int title_size = !is_text && strstr(target->image, ".png") != NULL ? 12 : 16;
    io_printf(sink, "set lmargin at screen %.6f\nset rmargin at screen %.6f\n",
              screen_x(canvas, canvas->left), screen_x(canvas, canvas->width - canvas->right));
    io_printf(sink, "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
              screen_y(canvas, canvas->top), screen_y(canvas, canvas->height - canvas->bottom));
    io_printf(sink, "set label T[%d] at screen %.6f,%.6f left font ',%d' noenhanced\n", TEXT_TITLE,
              screen_x(canvas, is_text ? 1 : 20), screen_y(canvas, is_text ? 0.5 : 24), title_size);
    for (int i = 0; i < layout->captions; i++)
        io_printf(sink,
                  "set label T[%d] at screen %.6f,%.6f left textcolor rgb '#555555' noenhanced\n",
                  TEXT_CAPTION + i, screen_x(canvas, 20), screen_y(canvas, 48 + 18 * i));
    io_printf(sink,
              "set key at screen %.6f,%.6f left top horizontal Left reverse maxcols %d samplen %d "
              "spacing %s noenhanced\n",
              screen_x(canvas, canvas->left),
              screen_y(canvas, is_text ? 1 : 42 + 18 * layout->captions), layout->legend_columns,
              is_text ? 1 : 2, is_text ? "1" : "1.3");
    if (is_text)
        return;
    io_printf(sink, "set border 3 linecolor rgb '#808080'\n"
                    "set tics nomirror out scale 0.5 textcolor rgb '#333333'\n"
                    "set grid back linetype 1 linewidth 0.7 linecolor rgb '#e2e2e2'\n"
                    "set errorbars 0.6\n");
}

static void label_put(struct sink *sink, const struct canvas *canvas, const struct label *label)
{
    const struct box *box = &label->box;
    const double middle = (box->top + box->bottom) / 2;
    const double x = box->left + (box->right - box->left) * box->anchor;
    if (label->has_leader)
        io_printf(sink,
                  "set arrow from screen %.6f,%.6f to screen %.6f,%.6f nohead linewidth 0.7 "
                  "linecolor rgb '%s'\n",
                  screen_x(canvas, label->x), screen_y(canvas, label->y), screen_x(canvas, x),
                  screen_y(canvas, label->y < middle ? box->top : box->bottom),
                  text_palette[label->colour % PALETTE]);
    io_printf(sink, "set label T[%zu] at screen %.6f,%.6f %s textcolor rgb '%s' noenhanced\n",
              label->text, screen_x(canvas, x), screen_y(canvas, middle),
              box->anchor == 0   ? "left"
              : box->anchor == 1 ? "right"
                                 : "center",
              text_palette[label->colour % PALETTE]);
}

/* Rules across the axes, and every placed label. */
static void rules_put(struct sink *sink, const struct figure *figure, const struct layout *layout)
{
    const struct canvas *canvas = &layout->canvas;
    for (size_t s = 0; s < figure->count; s++) {
        const struct figure_series *series = &figure->series[s];
        const char *colour = colour_name(series->colour);
        const char *style = "nohead linewidth 1.5 dashtype 2";
        if (series->n == 0)
            continue;
        if (series->kind == FIGURE_VLINE && isfinite(layout_x(layout, series->x[0])))
            io_printf(sink,
                      "set arrow from first %.10g,graph 0 to first %.10g,screen %.6f %s "
                      "linecolor rgb '%s'\n",
                      series->x[0] / layout->x.unit, series->x[0] / layout->x.unit,
                      screen_y(canvas, layout->tops[s]), style, colour);
        if (series->kind == FIGURE_HLINE && isfinite(layout_y(layout, series->y[0])))
            io_printf(sink,
                      "set arrow from graph 0,first %.10g to graph 1,first %.10g %s "
                      "linecolor rgb '%s'\n",
                      series->y[0] / layout->y.unit, series->y[0] / layout->y.unit, style, colour);
    }
    for (size_t i = 0; i < layout->count; i++)
        label_put(sink, canvas, &layout->labels[i]);
}

/* "($3/60)" */
static void column_put(struct sink *sink, int column, double unit)
{
    io_printf(sink, "%s($%d/%.10g)", column == 3 ? "" : ":", column, unit);
}

static void plot_put(struct sink *sink, const struct figure_series *series, size_t s,
                     const struct layout *layout, bool has_bars)
{
    static const int shapes[] = {7, 5, 9, 13, 11, 15, 6, 4};
    const char *colour = colour_name(series->colour);
    const uint32_t round = series->colour / PALETTE; /* the ninth policy has the first's colour */
    const int shape = shapes[(series->colour + round) % (sizeof shapes / sizeof *shapes)];
    column_put(sink, 3, layout->x.unit);
    if (series->kind != FIGURE_BAND)
        column_put(sink, 4, layout->y.unit);
    if (series->kind == FIGURE_BAND || has_bars) {
        column_put(sink, 5, layout->y.unit);
        column_put(sink, 6, layout->y.unit);
    }
    if (series->kind == FIGURE_LINE)
        io_printf(sink, " with lines linewidth 2 linecolor rgb '%s'", colour);
    else if (series->kind == FIGURE_BAND)
        io_printf(sink,
                  " with filledcurves fillstyle transparent solid 0.18 noborder "
                  "fillcolor rgb '%s'",
                  colour);
    else
        io_printf(sink, " with %s pointtype %d pointsize %s linewidth 1.2 linecolor rgb '%s'",
                  has_bars ? "yerrorbars" : "points", shape,
                  series->kind == FIGURE_MARKER ? "0.9" : "0.65", colour);
    if (!layout_is_in_legend(series))
        io_printf(sink, " notitle");
    else
        io_printf(sink, " title T[%zu]%s", TEXT_SERIES + s,
                  series->kind == FIGURE_BAND || has_bars ? ".' (95 %)'" : "");
}

/* Bands lie under lines, lines under points. */
static int pass_of(enum figure_kind kind)
{
    return kind == FIGURE_BAND ? 0 : kind == FIGURE_LINE ? 1 : 2;
}

static void plots_put(struct sink *sink, const struct figure *figure, const struct layout *layout,
                      const struct figure_target *target, size_t texts)
{
    const char *separator = "plot";
    for (int pass = target->columns > 0 ? 1 : 0; pass < 3; pass++) {
        size_t row = texts;
        for (size_t s = 0; s < figure->count; s++) {
            const struct figure_series *series = &figure->series[s];
            size_t first = row;
            row += series->n;
            if (series->kind == FIGURE_HLINE || series->kind == FIGURE_VLINE || series->n == 0 ||
                pass_of(series->kind) != pass)
                continue;
            bool has_bars = series->kind == FIGURE_ERRORBARS ||
                            (series->kind == FIGURE_MARKER && series->low != NULL);
            io_printf(sink, "%s '%s' skip 1 every ::%zu::%zu using ", separator, target->data,
                      first, row - 1);
            plot_put(sink, series, s, layout, has_bars);
            separator = ", \\\n    ";
        }
    }
    io_printf(sink, "\n");
}

void figure_write_script(const struct figure *figure, const struct figure_target *target,
                         struct sink *sink)
{
    struct layout layout;
    layout_make(&layout, figure, target);
    size_t texts = TEXT_SERIES - 1 + figure->count, left = FIGURE_NAMES;
    for (size_t s = 0; s < figure->count; s++)
        left -= layout_names(&figure->series[s], left);
    texts += FIGURE_NAMES - left;
    io_printf(sink, "# Made by cairn. Every number and word is in %s; gnuplot draws it again\n",
              target->data);
    head_put(sink, target, texts);
    frame_put(sink, &layout, target);
    axis_put(sink, 'x', &layout.x, &layout.canvas, figure->x.unit);
    axis_put(sink, 'y', &layout.y, &layout.canvas, figure->y.unit);
    rules_put(sink, figure, &layout);
    plots_put(sink, figure, &layout, target, texts);
}

static bool has_point(const struct figure_series *series)
{
    const double *y = series->kind == FIGURE_BAND ? series->low : series->y;
    if (series->kind == FIGURE_HLINE || series->kind == FIGURE_VLINE)
        return false;
    for (size_t i = 0; i < series->n; i++)
        if (isfinite(series->x[i]) && isfinite(y[i]))
            return true;
    return false;
}

enum status figure_check(const struct figure *figure, struct diag *diag)
{
    if (figure->count > FIGURE_SERIES) {
        diag_error(diag, (struct place){0}, "a figure shows at most %d series; this one has %zu",
                   FIGURE_SERIES, figure->count);
        return STATUS_DATA;
    }
    for (size_t s = 0; s < figure->count; s++)
        if (has_point(&figure->series[s]))
            return STATUS_OK;
    diag_error(diag, (struct place){0}, "the figure has no point to draw");
    return STATUS_DATA;
}
