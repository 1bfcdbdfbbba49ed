/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy process for tests: a fixed interval of 150 s, and one oddity, chosen by its first word.
 * Compiled and run by test_process.c, without anything of cairn. The oddity comes at the third
 * decision of a replication whose number is odd, or of every one where the second word is "all". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long long number_of(const char *line, const char *name)
{
    const char *at = strstr(line, name);
    return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static void answer(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

static void hang(void)
{
    for (;;)
        pause();
}

/* What stands in place of the answer; true: nothing else is to be said. */
static int be_odd(const char *mode, long long request)
{
    static const struct {
        const char *mode, *format;
    } lines[] = {
        {"text", "checkpoint, please\n"},
        {"empty", "\n"},
        {"half", "{\"request\": %lld, \"action\": \"ski\n"},
        {"array", "[%lld]\n"},
        {"nested", "{\"request\": %lld, \"action\": {\"now\": true}}\n"},
        {"comma", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"never\",}\n"},
        {"two_objects", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"never\"} {}\n"},
        {"no_request", "{\"action\": \"skip\", \"ask\": \"never\"}\n"},
        {"no_action", "{\"request\": %lld, \"ask\": \"never\"}\n"},
        {"no_ask", "{\"request\": %lld, \"action\": \"skip\"}\n"},
        {"no_at", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"work\"}\n"},
        {"unknown_action", "{\"request\": %lld, \"action\": \"sleep\", \"ask\": \"never\"}\n"},
        {"unknown_ask",
         "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"soon\", \"at\": 1}\n"},
        {"unknown_member", "{\"request\": %lld, \"action\": \"skip\", \"aks\": \"never\"}\n"},
        {"twice", "{\"request\": %lld, \"action\": \"skip\", \"action\": \"checkpoint\"}\n"},
        {"type_request", "{\"request\": \"%lld\", \"action\": \"skip\", \"ask\": \"never\"}\n"},
        {"type_at", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"work\", \"at\": 1.5}\n"},
        {"type_repeat", "{\"request\": %lld, \"action\": \"skip\", \"repeat\": 1}\n"},
        {"at_huge", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"work\", \"at\": "
                    "9223372036854775808}\n"},
        {"reason_range", "{\"request\": %lld, \"action\": \"failed\", \"reason\": 65535}\n"},
        {"failed", "{\"request\": %lld, \"action\": \"failed\", \"reason\": 7}\n"},
        {"standstill", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"work\", \"at\": 0}\n"},
        {"escape", "\033[31m{\"request\": %lld}\007\n"},
        {"not_utf8", "{\"request\": %lld, \"action\": \"\xff\xfe\"}\n"},
        {"random_repeat", "{\"request\": %lld, \"action\": \"skip\", \"ask\": \"work\", \"at\": "
                          "150000000000, \"repeat\": true}\n"},
        {"chatter", "checkpointing now!\n"},
    };
    char line[6000];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strcmp(mode, lines[i].mode) == 0) {
            snprintf(line, sizeof line, lines[i].format, request);
            answer(line);
        }
    if (strcmp(mode, "silent") == 0)
        hang();
    if (strcmp(mode, "half_and_silent") == 0) {
        answer("{\"request\"");
        hang();
    }
    if (strcmp(mode, "closed") == 0) {
        close(1);
        hang();
    }
    if (strcmp(mode, "crash") == 0)
        abort();
    if (strcmp(mode, "exit") == 0)
        exit(3);
    if (strcmp(mode, "long") == 0) {
        memset(line, 'x', sizeof line - 2);
        line[sizeof line - 2] = '\n';
        line[sizeof line - 1] = '\0';
        answer(line);
    }
    return strcmp(mode, "chatter") != 0 && strcmp(mode, "double") != 0;
}

static void begin(const char *line, const char *mode)
{
    static const char all[] = "\"step\", \"checkpoint_done\", \"checkpoint_lost\", \"failure\", "
                              "\"recovered\", \"prediction\", "
                              "\"notice\", \"random\"";
    const char *hears = strcmp(mode, "all_ears") == 0        ? all
                        : strcmp(mode, "random_repeat") == 0 ? "\"random\""
                                                             : "\"failure\"";
    printf("{\"request\": 1, \"ready\": 1, \"hears\": [%s]}\n", hears);
    fflush(stdout);
    if (strcmp(mode, "deaf") == 0)
        hang(); /* and never reads again */
    (void)line;
}

static void decide(const char *line, const char *mode)
{
    const long long interval = 150000000000;
    int is_due = number_of(line, "\"work_since\": ") >= interval;
    printf("{\"request\": %lld, \"action\": \"%s\", \"ask\": \"work\", \"at\": %lld%s}\n",
           number_of(line, "\"request\": "), is_due ? "checkpoint" : "skip", interval,
           strcmp(mode, "repeat") == 0 ? ", \"repeat\": true" : "");
    fflush(stdout);
}

static int is_event(const char *line, const char *name)
{
    return strncmp(line, name, strlen(name)) == 0;
}

int main(int argc, char **argv)
{
    static char line[1 << 20];
    const char *mode = argc > 1 ? argv[1] : "";
    int is_always = argc > 2 && strcmp(argv[2], "all") == 0;
    long long replication = 0, decisions = 0, served = 0;
    while (fgets(line, sizeof line, stdin)) {
        if (is_event(line, "{\"event\": \"begin\"")) {
            if (strcmp(mode, "once") == 0 && served++ > 0)
                return 0; /* a fresh one is wanted for each replication */
            replication = number_of(line, "\"replication\": ");
            decisions = 0;
            begin(line, mode);
        } else if (is_event(line, "{\"event\": \"decide\"")) {
            int is_time = ++decisions == 3 && (is_always || replication % 2 == 1);
            if (is_time && mode[0] && strcmp(mode, "repeat") != 0 && strcmp(mode, "once") != 0 &&
                strcmp(mode, "all_ears") != 0 && strcmp(mode, "stubborn") != 0 &&
                be_odd(mode, number_of(line, "\"request\": ")))
                continue;
            decide(line, mode);
            if (is_time && strcmp(mode, "double") == 0)
                decide(line, mode);
        }
    }
    if (strcmp(mode, "stubborn") == 0)
        hang(); /* its input is closed, and it stays */
    return 0;
}
