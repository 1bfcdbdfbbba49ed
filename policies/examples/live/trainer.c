/* SPDX-License-Identifier: Apache-2.0 */
/* The work: least squares with momentum on features hashed into a large table.
 *
 * A step is a pure function of the state and its number, so a run that was killed a hundred times
 * ends with the very bits of one that was not. A checkpoint is written under another name, synced,
 * and renamed: the file with the right name is always a complete one, and its check sum says so. */
/* tidy: allow include, a program of one folder */
#include "live.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 1 << 18, SAMPLES = 20000, FEATURES = 64, TRIES = 5 };

struct model {
    double weights[WIDTH], momentum[WIDTH]; /* 4 MiB */
};

struct header {
    char magic[8];
    int64_t steps;
    uint64_t sum;
};
static const char magic[8] = "live-1\n";

int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void give_up(const char *what)
{
    perror(what);
    _exit(3);
}

/* ---- training ------------------------------------------------------------------------------ */

static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The weight that is to be learnt for a feature: -1 to 1. */
static double truth(uint64_t feature)
{
    return (double)(mixed(feature) >> 11) * 0x1p-52 - 1;
}

static void train_step(struct model *model, int64_t step)
{
    for (uint64_t sample = 0; sample < SAMPLES; sample++) {
        uint64_t key = mixed(((uint64_t)step << 32) + sample + 1), features[FEATURES];
        double error = 0;
        for (uint64_t i = 0; i < FEATURES; i++) {
            features[i] = mixed(key + i) % WIDTH;
            error += model->weights[features[i]] - truth(features[i]);
        }
        for (int i = 0; i < FEATURES; i++) {
            uint64_t at = features[i];
            model->momentum[at] = 0.9 * model->momentum[at] - 0.001 * error;
            model->weights[at] += model->momentum[at];
        }
    }
}

/* ---- checkpoints --------------------------------------------------------------------------- */

static uint64_t sum_of(const struct model *model)
{
    const unsigned char *bytes = (const unsigned char *)model;
    uint64_t sum = 0, word;
    for (size_t at = 0; at < sizeof *model; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    }
    return sum;
}

static void put_all(int fd, const void *bytes, size_t length)
{
    for (const char *at = bytes; length > 0;) {
        ssize_t n = write(fd, at, length);
        if (n <= 0)
            give_up("live: write");
        at += n;
        length -= (size_t)n;
    }
}

static int get_all(int fd, void *bytes, size_t length)
{
    for (char *at = bytes; length > 0;) {
        ssize_t n = read(fd, at, length);
        if (n <= 0)
            return 0;
        at += n;
        length -= (size_t)n;
    }
    return 1;
}

static void path_of(char path[1024], const char *dir, const char *name)
{
    snprintf(path, 1024, "%s/%s", dir, name);
}

/* Whole or not at all, whatever happens on the way. */
static void save(const char *dir, const char *name, const struct header *header,
                 const struct model *model)
{
    char path[1024], temporary[1024];
    path_of(path, dir, name);
    path_of(temporary, dir, "unfinished");
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int folder = open(dir, O_RDONLY);
    if (fd < 0 || folder < 0)
        give_up(temporary);
    put_all(fd, header, sizeof *header);
    put_all(fd, model, sizeof *model);
    if (fsync(fd) != 0 || close(fd) != 0 || rename(temporary, path) != 0 || fsync(folder) != 0)
        give_up(path);
    close(folder);
}

static void save_checkpoint(const char *dir, const char *name, const struct model *model,
                            int64_t steps)
{
    struct header header = {.steps = steps, .sum = sum_of(model)};
    memcpy(header.magic, magic, sizeof magic);
    save(dir, name, &header, model);
}

static int open_checkpoint(const char *dir, struct header *header)
{
    char path[1024];
    path_of(path, dir, "checkpoint");
    int fd = open(path, O_RDONLY);
    if (fd >= 0 &&
        (!get_all(fd, header, sizeof *header) || memcmp(header->magic, magic, sizeof magic) != 0)) {
        fprintf(stderr, "live: %s is no checkpoint\n", path);
        _exit(3);
    }
    return fd;
}

int64_t trainer_saved(const char *dir)
{
    struct header header;
    int fd = open_checkpoint(dir, &header);
    if (fd < 0)
        return -1;
    close(fd);
    return header.steps;
}

/* Steps done; 0 without a checkpoint. */
static int64_t restore(const char *dir, struct model *model)
{
    struct header header;
    int fd = open_checkpoint(dir, &header);
    memset(model, 0, sizeof *model);
    if (fd < 0)
        return 0;
    if (!get_all(fd, model, sizeof *model) || sum_of(model) != header.sum) {
        fprintf(stderr, "live: the checkpoint is torn\n");
        _exit(3);
    }
    close(fd);
    return header.steps;
}

/* ---- obeying ------------------------------------------------------------------------------- */

/* An earlier trainer whose supervisor was killed may still be writing: wait for its end. */
static void wait_for_predecessor(const char *dir)
{
    char path[1024];
    path_of(path, dir, "lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        give_up(path);
}

static struct note try_out(const char *dir, struct model *model)
{
    char path[1024];
    int64_t begun = clock_ns();
    for (int i = 0; i < TRIES; i++)
        train_step(model, i);
    int64_t trained = clock_ns();
    for (int i = 0; i < TRIES; i++)
        save_checkpoint(dir, "trial", model, 0);
    int64_t saved = clock_ns();
    path_of(path, dir, "trial");
    unlink(path);
    return (struct note){.step = (trained - begun) / TRIES, .save = (saved - trained) / TRIES};
}

static void say(int notes, struct note note, enum note_kind kind, int64_t steps)
{
    note.kind = kind;
    note.steps = steps;
    put_all(notes, &note, sizeof note);
}

void trainer_run(const char *dir, int is_first, int orders, int notes)
{
    struct model *model = malloc(sizeof *model);
    int64_t steps = 0;
    char order = ORDER_GO;
    if (!model)
        give_up("live: memory");
    wait_for_predecessor(dir);
    memset(model, 0, sizeof *model);
    say(notes, is_first ? try_out(dir, model) : (struct note){0}, NOTE_READY, 0);
    if (!get_all(orders, &order, 1))
        _exit(1);
    steps = restore(dir, model);
    say(notes, (struct note){0}, NOTE_RESTORED, steps);
    while (get_all(orders, &order, 1) && order != ORDER_END) {
        if (order == ORDER_SAVE) {
            save_checkpoint(dir, "checkpoint", model, steps);
            say(notes, (struct note){0}, NOTE_SAVED, steps);
        } else {
            train_step(model, steps++);
            say(notes, (struct note){0}, NOTE_STEP, steps);
        }
    }
    if (order != ORDER_END)
        _exit(1); /* the supervisor is gone */
    save_checkpoint(dir, "model", model, steps);
    say(notes, (struct note){0}, NOTE_FINISHED, steps);
    _exit(0);
}
