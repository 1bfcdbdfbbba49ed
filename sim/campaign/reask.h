/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorded run, decided once more: does the same controller give the same verdicts? */
#ifndef CAIRN_CAMPAIGN_REASK_H
#define CAIRN_CAMPAIGN_REASK_H

#include "sim/campaign/happenings.h"
#include "sim/model/spec.h"

struct reask {
    uint64_t verdicts, told;          /* compared; happenings heard */
    bool is_equal;                    /* all of them */
    struct place place;               /* of the first verdict that differs */
    int64_t request;                  /* of it */
    const char *field;                /* in which */
    struct cairn_verdict logged, now; /* both */
};

/* Stops at the first verdict that differs. */
enum status reask_run(const struct source *source,
                      const struct cairn_controller_class *const *controllers, struct arena *arena,
                      struct diag *diag, struct reask *result);

#endif
