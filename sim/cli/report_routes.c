/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts are means a run, times means a request, as far as one came to a result. */
#include "sim/cli/report_routes.h"
#include "sim/base/text.h"
#include "sim/cli/report.h"

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

void report_routes_print(struct sink *out, const char *router, const struct summary *s)
{
    char response[REPORT_TEXT], waited[REPORT_TEXT], slowest[REPORT_TEXT];
    double routed = s->routes.routed;
    io_printf(out,
              "  router %s: %s requests sent, %s refused, %s probes, %s waits, %s "
              "misrouted; near: %.1f %% node, %.1f %% zone, %.1f %% elsewhere\n",
              router, report_count(routed).text, report_count(s->routes.refused).text,
              report_count(s->routes.probes).text, report_count(s->routes.waits).text,
              report_count(s->routes.misrouted).text, 100 * share(s->routes.near[0], routed),
              100 * share(s->routes.near[1], routed), 100 * share(s->routes.near[2], routed));
    io_printf(out,
              "  requests: answered in %s, the slowest of a run in %s; %s before a replica took "
              "one; longest queue %s\n",
              report_duration(response, s->routes.response),
              report_duration(slowest, s->routes.slowest),
              report_duration(waited, s->routes.waited), report_count(s->routes.longest).text);
}

static void put(struct sink *out, const char *key, double value)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_number(&text, value);
    io_printf(out, "%s%s", key, bytes);
}

void report_routes_json(struct sink *out, const struct summary *s)
{
    put(out, ",\n  \"routes\": {\"routed\": ", s->routes.routed);
    put(out, ", \"accepted\": ", s->routes.accepted);
    put(out, ", \"refused\": ", s->routes.refused);
    put(out, ", \"probes\": ", s->routes.probes);
    put(out, ", \"waits\": ", s->routes.waits);
    put(out, ", \"misrouted\": ", s->routes.misrouted);
    put(out, ", \"node\": ", s->routes.near[0]);
    put(out, ", \"zone\": ", s->routes.near[1]);
    put(out, ", \"any\": ", s->routes.near[2]);
    put(out, ", \"answered\": ", s->routes.answered);
    put(out, ", \"longest\": ", s->routes.longest);
    put(out, ", \"response_s\": ", s->routes.response);
    put(out, ", \"slowest_s\": ", s->routes.slowest);
    put(out, ", \"waited_s\": ", s->routes.waited);
    io_printf(out, "}");
}

void report_routes_head(struct sink *out, int width, const char *label)
{
    io_printf(out, "\n  %-*s  %-9s  %-9s  %7s  %8s  %7s  %9s  %6s  %7s\n", width, label, "response",
              "slowest", "longest", "probes", "refused", "misrouted", "failed", "near");
}

void report_routes_line(struct sink *out, int width, const char *label, const struct summary *s)
{
    char response[REPORT_TEXT], slowest[REPORT_TEXT];
    io_printf(out, "  %-*.*s  %-9s  %-9s  %7s  %8s  %7s  %9s  %6s  %5.1f %%\n", width, width, label,
              report_duration(response, s->routes.response),
              report_duration(slowest, s->routes.slowest), report_count(s->routes.longest).text,
              report_count(s->routes.probes).text, report_count(s->routes.refused).text,
              report_count(s->routes.misrouted).text, report_count(s->calls.failed).text,
              100 * share(s->routes.near[0], s->routes.routed));
}
