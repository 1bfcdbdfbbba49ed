/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: everything is in cli.c, so that tests can call it in process. */
#include "sim/cli/cli.h"
#include <signal.h>

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* `cairn … | head` ends in silence, not in a signal */
    return cli_main(argc, (const char *const *)argv);
}
