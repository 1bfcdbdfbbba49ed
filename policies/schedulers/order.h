/* SPDX-License-Identifier: Apache-2.0 */
/* The parameter that all schedulers have first: in which order requests are served. */
#ifndef CAIRN_POLICIES_SCHEDULERS_ORDER_H
#define CAIRN_POLICIES_SCHEDULERS_ORDER_H

#include "policies/scheduler.h"

/* As enum cairn_order. */
static const char *const order_choices[] = {"fifo",     "strict-fifo", "priority",
                                            "shortest", "backfill",    NULL};

/* clang-format off */
#define ORDER_PARAM                                                                                \
    {.name = "order",                                                                              \
     .unit = CAIRN_CHOICE,                                                                         \
     .fallback = "fifo",                                                                           \
     .choices = order_choices,                                                                     \
     .help = "who is served next: the first that came (fifo), and none before it (strict-fifo), "  \
             "the highest priority, the shortest, or whoever does not delay the first (backfill)"}
/* clang-format on */

static inline void order_plan(const struct cairn_value *values, void *plan)
{
    struct cairn_scheduler_plan *p = plan;
    p->order = (uint32_t)values[0].i;
}

#endif
