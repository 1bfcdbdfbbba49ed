/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: signals and nothing else.
 *
 * Everything is in cli.c, so that tests can call it in process. A failed assert is our bug: it says
 * what to send us and ends with exit code 5. */
#include "sim/cli/cli.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Set once. tidy: allow global, a signal handler has no argument of its own */
static struct {
    int argc;
    char **argv;
} command;

static void say(const char *text)
{
    /* tidy: allow call, a sink is not safe in a signal handler */
    if (write(2, text, strlen(text)) < 0)
        _exit(EXIT_BUG);
}

static void report_bug(int signal_number)
{
    (void)signal_number;
    say("cairn: this is a bug in cairn, not in your input. Please report the line above and:\n ");
    for (int i = 0; i < command.argc; i++) {
        say(" ");
        say(command.argv[i]);
    }
    say("\n");
    _exit(EXIT_BUG);
}

int main(int argc, char **argv)
{
    command.argc = argc;
    command.argv = argv;
    signal(SIGABRT, report_bug);
    signal(SIGPIPE, SIG_IGN); /* `cairn … | head` ends in silence, not in a signal */
    return cli_main(argc, (const char *const *)argv);
}
