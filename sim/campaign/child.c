/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting, speaking to and ending a child; the only file here that starts a process.
 *
 * Our ends of the pipes do not block: poll waits, with a timeout, for whatever is to come, so that
 * a child that neither reads nor writes costs its timeout and no more. The trade: a few eager reads
 * before that, with the processor offered to the child in between, make lockstep half as fast
 * again, for some microseconds of work where the child is slow. */
#include "sim/campaign/child.h"
#include "sim/base/io.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EAGER_TRIES 20 /* reads before it sleeps: an answer takes some us, waking up as many */
#define MILLISECOND UINT64_C(1000000)

/* ---- starting ------------------------------------------------------------------------------ */

static int spawn(pid_t *pid, const char *const *argv, int in, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        if ((code = posix_spawn_file_actions_adddup2(&files, in, 0)) == 0 &&
            (code = posix_spawn_file_actions_adddup2(&files, out, 1)) == 0 &&
            (code = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
            (code = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
            (code = posix_spawnattr_setflags(&attributes,
                                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0)
            code = posix_spawnp(pid, argv[0], &files, &attributes, (char *const *)(uintptr_t)argv,
                                environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return code;
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* Two pipes above the standard descriptors, which dup2 would otherwise overwrite. */
static int open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    for (int i = 0; i < 2; i++) {
        int high = ends[i] > 2 ? ends[i] : fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
        int code = high < 0 ? errno : 0;
        if (high != ends[i])
            close(ends[i]);
        ends[i] = high;
        if (code != 0) {
            close(ends[1 - i]);
            return code;
        }
    }
    return 0;
}

int child_start(struct child *child, const char *const *argv)
{
    int in[2], out[2];
    pid_t pid = 0;
    assert(child->pid == 0 && argv[0]);
    int code = open_pipe(in);
    if (code != 0)
        return code;
    if ((code = open_pipe(out)) != 0) {
        close_both(in);
        return code;
    }
    if (fcntl(in[1], F_SETFL, O_NONBLOCK) != 0 || fcntl(out[0], F_SETFL, O_NONBLOCK) != 0)
        code = errno;
    else
        code = spawn(&pid, argv, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    if (code != 0) {
        close(in[1]);
        close(out[0]);
        return code;
    }
    child->pid = pid;
    child->to = in[1];
    child->from = out[0];
    child->begin = child->used = 0;
    return 0;
}

/* ---- speaking ------------------------------------------------------------------------------ */

/* Waits until the descriptor can be used. */
static enum child_result wait_for(int fd, short what, uint64_t deadline)
{
    for (;;) {
        struct pollfd one = {.fd = fd, .events = what};
        uint64_t now = io_clock_ns();
        uint64_t rest = now < deadline ? (deadline - now + MILLISECOND - 1) / MILLISECOND : 0;
        int ready = poll(&one, 1, rest > INT32_MAX ? INT32_MAX : (int)rest);
        if (ready > 0)
            return CHILD_OK;
        if (ready == 0)
            return CHILD_LATE;
        if (errno != EINTR)
            return CHILD_CLOSED;
    }
}

enum child_result child_send(struct child *child, const char *bytes, size_t length,
                             uint64_t deadline)
{
    assert(child->pid > 0);
    while (length > 0) {
        ssize_t done = write(child->to, bytes, length);
        if (done < 0 && errno != EAGAIN && errno != EINTR)
            return CHILD_CLOSED;
        if (done > 0) {
            bytes += done;
            length -= (size_t)done;
        } else if (done == 0 || errno == EAGAIN) {
            enum child_result result = wait_for(child->to, POLLOUT, deadline);
            if (result != CHILD_OK)
                return result;
        }
    }
    return CHILD_OK;
}

/* What there is, behind what there was. */
static enum child_result fill(struct child *child, uint64_t deadline)
{
    if (child->begin > 0) {
        memmove(child->input, child->input + child->begin, child->used - child->begin);
        child->used -= child->begin;
        child->begin = 0;
    }
    if (child->used == sizeof child->input)
        return CHILD_LONG;
    for (unsigned tries = 0;; tries++) {
        ssize_t got =
            read(child->from, child->input + child->used, sizeof child->input - child->used);
        if (got > 0) {
            child->used += (size_t)got;
            return CHILD_OK;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return CHILD_CLOSED;
        enum child_result result = CHILD_OK;
        if (tries < EAGER_TRIES)
            sched_yield();
        else
            result = wait_for(child->from, POLLIN, deadline);
        if (result != CHILD_OK)
            return result;
    }
}

enum child_result child_line(struct child *child, uint64_t deadline, const char **line,
                             size_t *length)
{
    assert(child->pid > 0 && child->begin <= child->used);
    for (;;) {
        const char *begin = child->input + child->begin;
        const char *end = memchr(begin, '\n', child->used - child->begin);
        *line = begin;
        *length = child->used - child->begin;
        if (end) {
            *length = (size_t)(end - begin);
            child->begin += *length + 1;
            return CHILD_OK;
        }
        enum child_result result = fill(child, deadline);
        if (result != CHILD_OK) {
            *line = child->input;
            *length = child->used;
            return result;
        }
    }
}

bool child_is_quiet(struct child *child)
{
    struct pollfd one = {.fd = child->from, .events = POLLIN};
    assert(child->pid > 0);
    return child->begin == child->used && poll(&one, 1, 0) == 0;
}

/* ---- ending -------------------------------------------------------------------------------- */

/* Has it ended, within so many ns? */
static bool has_ended(pid_t pid, uint64_t patience, int *result)
{
    uint64_t end = io_clock_ns() + patience;
    for (int pause = 0;; pause = pause < 8 ? pause + 1 : 8) {
        pid_t done = waitpid(pid, result, WNOHANG);
        if (done == pid || (done < 0 && errno != EINTR))
            return true;
        if (io_clock_ns() >= end)
            return false;
        poll(NULL, 0, pause);
    }
}

static void describe(int result, char *how, size_t capacity)
{
    if (WIFSIGNALED(result))
        snprintf(how, capacity, "was killed by signal %d (%s)", WTERMSIG(result),
                 strsignal(WTERMSIG(result)));
    else
        snprintf(how, capacity, "ended with exit code %d", WEXITSTATUS(result));
}

bool child_stop(struct child *child, uint64_t patience, char *how, size_t capacity)
{
    int result = 0;
    assert(child->pid > 0);
    close(child->to);
    bool is_killed = !has_ended(child->pid, patience, &result);
    if (is_killed) {
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, &result, 0) < 0 && errno == EINTR)
            continue;
    }
    close(child->from); /* only now: it may have had something left to say */
    describe(result, how, capacity);
    child->pid = 0;
    return !is_killed;
}
