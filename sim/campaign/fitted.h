/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver's log says about its job, as means that a scenario can be written from. */
#ifndef CAIRN_CAMPAIGN_FITTED_H
#define CAIRN_CAMPAIGN_FITTED_H

#include "sim/base/simtime.h"
#include "sim/campaign/happenings.h"

struct fitted_mean {
    uint64_t count;
    double mean;    /* ns */
    double squares; /* sum of squared deviations from it */
};

struct fitted {
    struct cairn_shape shape; /* as the driver expected it */
    struct json_value controller, params;
    struct fitted_mean step, checkpoint;
    struct fitted_mean detection; /* strike to failure */
    struct fitted_mean downtime;  /* failure to the beginning of the restore */
    struct fitted_mean restore;   /* where there was a checkpoint to go back to */
    uint64_t failures;
    simtime exposed; /* from the start to the log's end: failures fall at any time */
    int64_t steps;   /* of the whole job */
};

/* The mean in whole ns; `expected` where nothing was measured. */
simtime fitted_ns(const struct fitted_mean *mean, simtime expected);
enum status fitted_read(const struct source *source, struct arena *arena, struct diag *diag,
                        struct fitted *fitted);

#endif
