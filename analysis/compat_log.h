/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of adaptive-compat as ray-adaptive-checkpointing writes and prints it, byte for byte.
 *
 * What read the original's adaptive_decisions.json or its output reads cairn's: Python's decimals,
 * its escapes, and NaN and Infinity, which are no JSON. */
#ifndef CAIRN_ANALYSIS_COMPAT_LOG_H
#define CAIRN_ANALYSIS_COMPAT_LOG_H

#include "sim/base/io.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One answer, refusals too, with the numbers of that moment: a verdict's, in the class's order. */
struct compat_decision {
    const char *task; /* UTF-8 */
    double estimate, max_seen, threshold;
    bool is_taken;
    double timestamp; /* s; the original's since 1970 */
};

struct compat_log {
    const struct compat_decision *decisions; /* in order */
    size_t count;
    int64_t used, budget;
    double threshold; /* at the end */
};

/* The file adaptive_decisions.json, which ends without a newline. */
void compat_log_write_json(struct sink *sink, const struct compat_log *log);
/* What summarize() prints. */
void compat_log_write_summary(struct sink *sink, const struct compat_log *log);
/* What save_metadata() prints when it has written `path`; what adjust_policy() prints. */
void compat_log_write_saved(struct sink *sink, const char *path);
void compat_log_write_adapted(struct sink *sink, double threshold, double benefit);

#endif
