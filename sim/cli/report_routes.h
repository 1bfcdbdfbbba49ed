/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What routing came to: for a run, for its JSON, and side by side for a sweep. */
#ifndef CAIRN_CLI_REPORT_ROUTES_H
#define CAIRN_CLI_REPORT_ROUTES_H

#include "sim/base/io.h"
#include "sim/campaign/summary.h"

/* Two lines; there must be something that was routed. */
void report_routes_print(struct sink *out, const char *router, const struct summary *summary);
/* A member "routes" and a comma before it. */
void report_routes_json(struct sink *out, const struct summary *summary);
/* The table's head, and a line of it. */
void report_routes_head(struct sink *out, int width, const char *label);
void report_routes_line(struct sink *out, int width, const char *label,
                        const struct summary *summary);

#endif
