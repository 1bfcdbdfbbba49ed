/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn replay --happenings: a driver's log, asked again. */
#include "sim/campaign/protocol.h"
#include "sim/campaign/reask.h"
#include "sim/cli/prepare.h"
#include <inttypes.h>

static void print_verdict(struct sink *out, const char *who, const struct cairn_verdict *v)
{
    io_printf(out, "  %s %s, ask %s at %" PRId64 ", repeat %s, reason %u\n", who,
              v->action <= CAIRN_FAILED ? protocol_actions[v->action] : "?",
              v->ask <= CAIRN_ASK_TIME ? protocol_asks[v->ask] : "?", v->at,
              v->repeat ? "true" : "false", v->reason);
}

int cmd_replay_happenings(struct cli *cli)
{
    const char *path = cli->values[OPTION_HAPPENINGS];
    struct source *source = arena_alloc(&cli->arena, sizeof *source);
    struct reask result;
    if (!source)
        return cli_exit(STATUS_MEMORY);
    enum status status = happenings_read(path, &cli->arena, &cli->diag, source);
    if (status == STATUS_OK)
        status = reask_run(source, cli->controllers, &cli->arena, &cli->diag, &result);
    if (status != STATUS_OK)
        return cli_exit(status);
    if (result.is_equal) {
        io_printf(&cli->out,
                  "%s: %" PRIu64 " of %" PRIu64 " verdicts equal, %" PRIu64 " happenings heard\n",
                  path, result.verdicts, result.verdicts, result.told);
        return EXIT_DONE;
    }
    io_printf(&cli->out, "%s:%u: request %" PRId64 " is answered otherwise in '%s'\n", path,
              result.place.line, result.request, result.field);
    print_verdict(&cli->out, "logged:", &result.logged);
    print_verdict(&cli->out, "now:   ", &result.now);
    io_printf(&cli->out, "%" PRIu64 " verdicts before it equal\n", result.verdicts - 1);
    return EXIT_NO;
}
