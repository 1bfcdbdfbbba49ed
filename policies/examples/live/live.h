/* SPDX-License-Identifier: Apache-2.0 */
/* A job that trains, and the supervisor that restarts it: what the files of this program share.
 *
 * The supervisor (live.c) is the parent: it holds the controller, reads the clock, keeps the log
 * (diary.c) and, here, also kills. The trainer (trainer.c) is its child: it knows nothing of
 * controllers, and does what it is told over a pipe. */
#ifndef LIVE_H
#define LIVE_H

#include <cairn/registry.h>
#include <stdio.h>

/* ---- what the trainer says, and is told ---------------------------------------------------- */

enum note_kind { NOTE_READY, NOTE_RESTORED, NOTE_STEP, NOTE_SAVED, NOTE_FINISHED };
struct note {
    int64_t kind;
    int64_t steps;      /* done so far */
    int64_t step, save; /* READY of the first trainer: ns that each takes, tried out */
};
enum order { ORDER_GO = 'g', ORDER_SAVE = 'c', ORDER_END = 'e' };

/* Runs in the child and ends it. is_first: try out how long things take, before READY. */
void trainer_run(const char *dir, int is_first, int orders, int notes);
/* Steps in the newest complete checkpoint; -1 if there is none. */
int64_t trainer_saved(const char *dir);
int64_t clock_ns(void);

/* ---- the command line ---------------------------------------------------------------------- */

#define PARAMS 16

struct options {
    const char *log, *dir;
    int64_t mtbf, steps;
    int64_t checkpoint;       /* ns that one is expected to take; 0: to be tried out */
    int64_t supervisor_stops; /* at this step; 0: it does not */
    uint64_t seed, strikes;   /* at most so many; 0: no limit */
    const struct cairn_controller_class *controller;
    struct cairn_value values[PARAMS];
    char texts[PARAMS][64]; /* the same as they were written, for the log */
};

/* NULL, or what is wrong. */
const char *options_read(int argc, char **argv, struct options *options);

/* ---- the log: lines of ../PROTOCOL.md, as anybody's driver could write them ---------------- */

void diary_begin(FILE *log, const struct options *options, const struct cairn_shape *shape);
void diary_happening(FILE *log, const struct cairn_happening *happening);
void diary_decide(FILE *log, uint64_t request, const struct cairn_situation *situation);
void diary_verdict(FILE *log, uint64_t request, const struct cairn_verdict *verdict);
/* Two lines of a driver's own: it was struck; it is done. */
void diary_strike(FILE *log, int64_t now);
void diary_end(FILE *log, int64_t now, int64_t steps);

#endif
