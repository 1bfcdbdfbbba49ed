/* SPDX-License-Identifier: Apache-2.0 */
/* A stable bottom-up merge sort.
 *
 * Runs of 1, 2, 4, … items are merged from one buffer into the other; an item of the right run goes
 * first only when it is strictly smaller, so equal items keep their order and the result is the
 * same with every C library. Runs already in order are copied whole: sorted input costs n compares
 * a pass. The trade: scratch as large as the input, which every caller has an arena for. */
#include "sim/base/sort.h"
#include <assert.h>
#include <string.h>

struct sort {
    size_t size;
    sort_compare *compare;
    const void *context;
};

/* Merges from[0..left) and from[left..count) into to. */
static void sort_merge(const struct sort *sort, const char *from, size_t left, size_t count,
                       char *to)
{
    size_t size = sort->size, i = 0, j = left;
    while (i < left && j < count) {
        const char *a = from + i * size, *b = from + j * size;
        if (sort->compare(b, a, sort->context) < 0) {
            memcpy(to, b, size);
            j++;
        } else {
            memcpy(to, a, size);
            i++;
        }
        to += size;
    }
    memcpy(to, from + i * size, (left - i) * size);
    memcpy(to + (left - i) * size, from + j * size, (count - j) * size);
}

static void sort_pass(const struct sort *sort, const char *from, char *to, size_t count,
                      size_t width)
{
    size_t size = sort->size;
    for (size_t begin = 0; begin < count;) {
        size_t rest = count - begin, both = rest / 2 < width ? rest : 2 * width;
        const char *run = from + begin * size, *right = run + width * size;
        if (both <= width || sort->compare(right - size, right, sort->context) <= 0)
            memcpy(to + begin * size, run, both * size);
        else
            sort_merge(sort, run, width, both, to + begin * size);
        begin += both;
    }
}

void sort_stable(void *items, size_t count, size_t size, sort_compare *compare, const void *context,
                 void *scratch)
{
    assert(size > 0 && compare != NULL);
    assert(count < 2 || (items != NULL && scratch != NULL && items != scratch));
    const struct sort sort = {size, compare, context};
    char *from = items, *to = scratch;
    for (size_t width = 1; width<count; width = width> count / 2 ? count : 2 * width) {
        sort_pass(&sort, from, to, count, width);
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != (char *)items)
        memcpy(items, from, count * size);
}
