/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks in the order in which they are drawn.
 *
 * Only their indices are sorted: the marks may be a gigabyte, and stand in memory once. */
#include "sim/base/sort.h"
#include "sim/campaign/tracks.h"
#include <errno.h>
#include <stdlib.h>

static int earlier(const void *a, const void *b, const void *context)
{
    const struct track_mark *marks = context;
    const struct track_mark *x = &marks[*(const uint32_t *)a], *y = &marks[*(const uint32_t *)b];
    if (x->since != y->since)
        return x->since < y->since ? -1 : 1;
    return x->until == y->until ? 0 : x->until > y->until ? -1 : 1;
}

enum status tracks_sort(struct tracks *tracks, struct diag *diag)
{
    struct tracks *t = tracks;
    uint32_t *scratch = malloc(t->count * sizeof *scratch + 1);
    t->order = malloc(t->count * sizeof *t->order + 1);
    for (uint32_t i = 0; t->order && i < t->count; i++)
        t->order[i] = i;
    if (t->order && scratch)
        sort_stable(t->order, t->count, sizeof *t->order, earlier, t->marks, scratch);
    bool is_sorted = t->order && scratch;
    free(scratch);
    return is_sorted ? STATUS_OK : diag_world(diag, "draw", NULL, ENOMEM);
}
