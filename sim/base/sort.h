/* SPDX-License-Identifier: Apache-2.0 */
/* One stable merge sort for everything: qsort's stability differs between C libraries. */
#ifndef CAIRN_BASE_SORT_H
#define CAIRN_BASE_SORT_H

#include <stddef.h>

/* < 0, 0, > 0 as for qsort; context is passed through. */
typedef int sort_compare(const void *a, const void *b, const void *context);

/* Sorts `count` items of `size` bytes in place, stably; scratch has room for as many bytes. */
void sort_stable(void *items, size_t count, size_t size, sort_compare *compare, const void *context,
                 void *scratch);

#endif
