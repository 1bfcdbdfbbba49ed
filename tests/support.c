/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests share: where files are, seeds, expected outputs, running the program.
 *
 * Children write to unnamed temporary files, not pipes: nothing to poll, nothing to dead-lock,
 * however much they say. */
#include "tests/support.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS 64

extern char **environ;

static void *support_must(void *memory)
{
    if (memory == NULL) {
        perror("tests/support");
        exit(99);
    }
    return memory;
}

bool support_shared(const char *name, char path[SUPPORT_PATH])
{
    const char *root = getenv("CAIRN_SHARED");
    int length = snprintf(path, SUPPORT_PATH, "%s/%s", root != NULL ? root : "../shared", name);
    if (length > 0 && length < SUPPORT_PATH && access(path, R_OK) == 0)
        return true;
    printf("SKIPPED: ../shared is absent (no %s); CAIRN_SHARED=FOLDER says where it is\n", path);
    return false;
}

uint64_t support_seed(uint64_t fallback)
{
    const char *given = getenv("CAIRN_SEED");
    uint64_t seed = given != NULL && *given != '\0' ? strtoull(given, NULL, 10) : fallback;
    printf("CAIRN_SEED=%" PRIu64 "\n", seed);
    return seed;
}

/* All that remains to be read of an open file; closes it. NULL on a read error. */
static char *support_drain(int fd, size_t *length)
{
    size_t used = 0, capacity = 65536;
    char *bytes = support_must(malloc(capacity));
    for (;;) {
        ssize_t got = read(fd, bytes + used, capacity - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(bytes);
            close(fd);
            return NULL;
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (used + 1 == capacity)
            bytes = support_must(realloc(bytes, capacity *= 2));
    }
    close(fd);
    bytes[used] = '\0';
    if (length != NULL)
        *length = used;
    return bytes;
}

char *support_read(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? NULL : support_drain(fd, length);
}

bool support_write(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool is_written = fwrite(bytes, 1, length, file) == length;
    return fclose(file) == 0 && is_written;
}

/* Prints the first line in which two texts differ. */
static void support_show_difference(const char *path, const char *expected, const char *actual)
{
    size_t line = 1, start = 0, i = 0;
    for (; expected[i] != '\0' && expected[i] == actual[i]; i++) {
        if (expected[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    int of_expected = (int)strcspn(expected + start, "\n");
    int of_actual = (int)strcspn(actual + start, "\n");
    printf("%s:%zu:%zu: differs (CAIRN_GOLDEN=write rewrites it)\n  expected: %.*s\n  actual:   "
           "%.*s\n",
           path, line, i - start + 1, of_expected, expected + start, of_actual, actual + start);
}

bool support_golden(const char *path, const char *actual)
{
    const char *mode = getenv("CAIRN_GOLDEN");
    char *expected = support_read(path, NULL);
    bool is_equal = expected != NULL && strcmp(expected, actual) == 0;
    if (!is_equal && mode != NULL && strcmp(mode, "write") == 0) {
        is_equal = support_write(path, actual, strlen(actual));
        printf("%s: %s\n", path, is_equal ? "rewritten" : "cannot be written");
    } else if (expected == NULL) {
        printf("%s: %s (CAIRN_GOLDEN=write makes it)\n", path, strerror(errno));
    } else if (!is_equal) {
        support_show_difference(path, expected, actual);
    }
    free(expected);
    return is_equal;
}

/* An unnamed file, read and written by one process and its child. */
static int support_unnamed(const char *content)
{
    char path[] = "/tmp/cairn-test-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return -1;
    unlink(path);
    size_t length = content != NULL ? strlen(content) : 0;
    if (length > 0 && write(fd, content, length) != (ssize_t)length) {
        close(fd);
        return -1;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static int support_wait(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct support_run support_run(const char *const argv[], const char *input, const char *cwd)
{
    struct support_run run = {.code = -1};
    char *words[ARGUMENTS] = {NULL}; /* posix_spawn promises not to write through them */
    for (size_t i = 0; argv[i] != NULL && i + 1 < ARGUMENTS; i++)
        words[i] = support_must(strdup(argv[i]));
    int fds[3] = {support_unnamed(input), support_unnamed(NULL), support_unnamed(NULL)};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    if (cwd != NULL)
        posix_spawn_file_actions_addchdir_np(&actions, cwd);
    fflush(NULL);
    pid_t child;
    int error = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    if (error == 0)
        run.code = support_wait(child);
    else
        printf("cannot run '%s': %s\n", words[0], strerror(error));
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    close(fds[0]);
    lseek(fds[1], 0, SEEK_SET);
    lseek(fds[2], 0, SEEK_SET);
    run.out = support_must(support_drain(fds[1], NULL));
    run.err = support_must(support_drain(fds[2], NULL));
    return run;
}

struct support_run support_cairn(const char *const argv[], const char *input)
{
    const char *words[ARGUMENTS] = {NULL}, *program = getenv("CAIRN_BIN");
    words[0] = program != NULL ? program : "build/cairn";
    for (size_t i = 0; argv[i] != NULL && i + 2 < ARGUMENTS; i++)
        words[i + 1] = argv[i];
    return support_run(words, input, NULL);
}

void support_run_close(struct support_run *run)
{
    free(run->out);
    free(run->err);
    run->out = run->err = NULL;
}

bool support_folder(char path[SUPPORT_PATH])
{
    const char *parent = getenv("TMPDIR");
    int length =
        snprintf(path, SUPPORT_PATH, "%s/cairn-test-XXXXXX", parent != NULL ? parent : "/tmp");
    return length > 0 && length < SUPPORT_PATH && mkdtemp(path) != NULL;
}

static int support_remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

void support_folder_remove(const char *path)
{
    nftw(path, support_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
