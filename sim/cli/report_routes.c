/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts are means a run, times means a request, as far as one came to a result. */
#include "sim/cli/report_routes.h"
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

void report_routes_json(struct sink *out, const struct summary *s)
{
    report_put_number(out, ",\n  \"routes\": {\"routed\": ", s->routes.routed);
    report_put_number(out, ", \"accepted\": ", s->routes.accepted);
    report_put_number(out, ", \"refused\": ", s->routes.refused);
    report_put_number(out, ", \"probes\": ", s->routes.probes);
    report_put_number(out, ", \"waits\": ", s->routes.waits);
    report_put_number(out, ", \"misrouted\": ", s->routes.misrouted);
    report_put_number(out, ", \"node\": ", s->routes.near[0]);
    report_put_number(out, ", \"zone\": ", s->routes.near[1]);
    report_put_number(out, ", \"any\": ", s->routes.near[2]);
    report_put_number(out, ", \"answered\": ", s->routes.answered);
    report_put_number(out, ", \"longest\": ", s->routes.longest);
    report_put_number(out, ", \"response_s\": ", s->routes.response);
    report_put_number(out, ", \"slowest_s\": ", s->routes.slowest);
    report_put_number(out, ", \"waited_s\": ", s->routes.waited);
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
