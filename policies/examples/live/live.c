/* SPDX-License-Identifier: Apache-2.0 */
/* A production driver: training under a supervisor that asks the installed library when to save.
 *
 *     cc *.c $(pkg-config --cflags --libs cairn-policies) -lm -o live
 *     ./live --controller daly --mtbf 1s --steps 600 --seed 7 --log live.jsonl --dir .
 *
 * The supervisor kills the trainer with SIGKILL at exponential times, starts it again, and tells
 * the controller what happened on the wall clock. Everything told, asked and answered is a line of
 * the log. Both may be killed at any time: after each event the supervisor writes its job and the
 * controller's state to DIR/state, and a supervisor that finds that file goes on from there, the
 * log cut back to what the state knows of. */
/* tidy: allow include, a program of one folder */
#include "live.h"
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* All that a restarted supervisor has to know, the controller's state aside. Times but for
 * `started` and `struck` are since the start. */
struct job {
    char magic[8];
    int64_t started, log_length;
    uint64_t requests, random;
    int64_t next_strike;
    int64_t steps, work;                     /* done */
    int64_t mark_steps, mark_work;           /* of it, at the last checkpoint or restore */
    int64_t mark_wall;                       /* when that ended */
    int64_t saved_steps, saved_work;         /* in the newest checkpoint that is known of */
    int64_t attempted_steps, attempted_work; /* in the one that was ordered last */
    int64_t since;                           /* when what is going on now began */
    int64_t failed;
    struct cairn_shape shape;
    struct cairn_verdict verdict;
    int64_t last_cost, restore_cost;
    uint32_t failures, strikes, is_saving, is_called, has_checkpoint;
};

struct live {
    struct options options;
    struct job job;
    void *plan, *state;
    unsigned char *bytes; /* the job and the controller's state, as they are saved */
    uint64_t state_length;
    uint32_t hears;
    FILE *log;
    pid_t trainer;
    int orders, notes;
    int is_over, is_struck;
};

static const char magic[8] = "state-2";

static void give_up(const char *what)
{
    perror(what);
    exit(3);
}

static int64_t now_of(const struct live *live)
{
    return clock_ns() - live->job.started;
}

/* ---- what outlives the supervisor ---------------------------------------------------------- */

static void state_path(const struct live *live, char path[1024], const char *name)
{
    snprintf(path, 1024, "%s/%s", live->options.dir, name);
}

/* By rename, so that there is always a whole one. No fsync: it is to survive the death of a
 * process; the checkpoints survive the machine's. */
static void save_state(struct live *live)
{
    char path[1024], temporary[1024];
    fflush(live->log);
    live->job.log_length = ftell(live->log);
    memcpy(live->bytes, &live->job, sizeof live->job);
    cairn_state_save(live->options.controller, live->plan, live->state,
                     live->bytes + sizeof live->job, live->state_length);
    state_path(live, path, "state");
    state_path(live, temporary, "state.new");
    FILE *file = fopen(temporary, "wb");
    if (!file || fwrite(live->bytes, sizeof live->job + live->state_length, 1, file) != 1 ||
        fclose(file) != 0 || rename(temporary, path) != 0)
        give_up(temporary);
}

static void make_plan(struct live *live)
{
    const struct cairn_controller_class *c = live->options.controller;
    live->plan = calloc(1, cairn_plan_size(c, live->options.values, &live->job.shape) + 1);
    const char *refusal =
        live->plan ? c->plan(live->options.values, &live->job.shape, live->plan) : "no memory";
    live->state = refusal ? NULL : malloc(cairn_state_size(c, live->plan) + 1);
    if (!live->state) {
        fprintf(stderr, "live: %s: %s\n", c->name, refusal ? refusal : "no memory");
        exit(2);
    }
    cairn_state_init(c, live->plan, live->state);
    live->hears = cairn_hears(c, live->plan);
    live->state_length = cairn_state_save(c, live->plan, live->state, NULL, 0);
    live->bytes = malloc(sizeof live->job + live->state_length);
    if (!live->bytes)
        give_up("live: memory");
}

/* Goes on where a killed supervisor was; 0: there was none. */
static int load_state(struct live *live)
{
    char path[1024];
    state_path(live, path, "state");
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    if (fread(&live->job, sizeof live->job, 1, file) != 1 ||
        memcmp(live->job.magic, magic, sizeof magic) != 0) {
        fprintf(stderr, "live: %s is no state of this program\n", path);
        exit(2);
    }
    make_plan(live);
    size_t length = fread(live->bytes, 1, live->state_length, file);
    const char *refusal =
        cairn_state_load(live->options.controller, live->plan, live->bytes, length, live->state);
    if (refusal) {
        fprintf(stderr, "live: %s: %s\n", path, refusal);
        exit(2);
    }
    fclose(file);
    return 1;
}

/* ---- failures ------------------------------------------------------------------------------ */

/* xorshift64*, and the inverse of the exponential law. */
static void draw_strike(struct live *live, int64_t from)
{
    uint64_t x = live->job.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    live->job.random = x;
    double uniform = (double)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 11) * 0x1p-53;
    double gap = -log(1 - uniform) * (double)live->options.mtbf;
    live->job.next_strike = from + (int64_t)gap + 1;
}

static void strike(struct live *live)
{
    int64_t now = now_of(live);
    kill(live->trainer, SIGKILL);
    diary_strike(live->log, now);
    draw_strike(live, now);
    if (++live->job.strikes == live->options.strikes)
        live->job.next_strike = INT64_MAX;
    live->is_struck = 1;
}

/* ---- telling and asking -------------------------------------------------------------------- */

static void tell(struct live *live, struct cairn_happening happening, int64_t now)
{
    happening.size = sizeof happening;
    happening.abi = CAIRN_CONTROLLER_ABI;
    happening.is_restorable = live->job.has_checkpoint;
    happening.now = now;
    happening.steps = live->job.steps;
    diary_happening(live->log, &happening);
    if (live->hears & CAIRN_HEARS(happening.kind) &&
        live->options.controller->observe(live->plan, live->state, &happening, 1))
        live->job.is_called = 1;
}

static int is_due(const struct job *job, int64_t now)
{
    int64_t at = job->verdict.at;
    if (job->is_called)
        return 1;
    switch ((enum cairn_ask)job->verdict.ask) {
    case CAIRN_ASK_NEVER:
        return 0;
    case CAIRN_ASK_WORK:
        return job->work - job->mark_work >= at;
    case CAIRN_ASK_WALL:
        return now - job->mark_wall >= at;
    case CAIRN_ASK_STEP:
        return job->steps >= at;
    case CAIRN_ASK_STEPS:
        return job->steps - job->mark_steps >= at;
    case CAIRN_ASK_TIME:
        return now >= at;
    }
    return 0;
}

static struct cairn_situation situation_of(const struct job *job, int64_t now)
{
    return (struct cairn_situation){
        .size = sizeof(struct cairn_situation),
        .abi = CAIRN_CONTROLLER_ABI,
        .now = now,
        .work_done = job->work,
        .work_since = job->work - job->mark_work,
        .wall_since = now - job->mark_wall,
        .step_index = job->steps,
        .steps_since = job->steps - job->mark_steps,
        .last_cost = job->last_cost,
        .expected_cost = job->last_cost < 0 ? job->shape.checkpoint_cost : job->last_cost,
        .restore_cost = job->restore_cost,
        .failures = job->failures,
        .failed = job->failed,
    };
}

static enum order ask(struct live *live, int64_t now)
{
    struct job *job = &live->job;
    struct cairn_situation situation = situation_of(job, now);
    job->is_called = 0;
    job->verdict = (struct cairn_verdict){.size = sizeof job->verdict, .abi = CAIRN_CONTROLLER_ABI};
    diary_decide(live->log, ++job->requests, &situation);
    live->options.controller->decide(live->plan, live->state, &situation, &job->verdict);
    diary_verdict(live->log, job->requests, &job->verdict);
    if (job->verdict.action == CAIRN_FAILED) {
        fprintf(stderr, "live: the controller ends the run\n");
        exit(1);
    }
    if (job->verdict.action == CAIRN_SKIP)
        return ORDER_GO;
    job->attempted_steps = job->steps;
    job->attempted_work = job->work;
    job->is_saving = 1;
    return ORDER_SAVE;
}

/* ---- what the trainer says ----------------------------------------------------------------- */

static void mark(struct job *job, int64_t now)
{
    job->mark_steps = job->steps;
    job->mark_work = job->work;
    job->mark_wall = now;
}

/* The first trainer is there: the clock starts. */
static void begin(struct live *live, const struct note *note)
{
    struct job *job = &live->job;
    int64_t save = live->options.checkpoint ? live->options.checkpoint : note->save;
    memcpy(job->magic, magic, sizeof magic);
    job->shape = (struct cairn_shape){.size = sizeof job->shape,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .checkpoint_cost = save,
                                      .restore_cost = save / 4, /* read, without sync */
                                      .work = live->options.steps * note->step,
                                      .step = note->step,
                                      .workers = 1};
    job->last_cost = -1;
    job->restore_cost = job->shape.restore_cost;
    job->random = live->options.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    job->next_strike = INT64_MAX;
    make_plan(live);
    diary_begin(live->log, &live->options, &job->shape);
    job->started = clock_ns();
    for (int i = 0; i < 8 && live->options.mtbf; i++) /* the first draws depend on few bits */
        draw_strike(live, 0);
}

static void restored(struct live *live, const struct note *note, int64_t now)
{
    struct job *job = &live->job;
    int is_attempted = note->steps == job->attempted_steps;
    job->steps = note->steps;
    job->saved_steps = note->steps;
    job->saved_work = is_attempted ? job->attempted_work : job->saved_work;
    job->work = note->steps ? job->saved_work : 0;
    if (job->failures > 0) {
        if (job->has_checkpoint)
            job->restore_cost = now - job->since;
        tell(live,
             (struct cairn_happening){.kind = CAIRN_HEAR_RECOVERED,
                                      .cost = now - job->since,
                                      .work_protected = job->work},
             now);
    }
    mark(job, now);
    job->is_called = 1;
}

static void saved(struct live *live, int64_t now)
{
    struct job *job = &live->job;
    job->last_cost = now - job->since;
    job->saved_steps = job->attempted_steps;
    job->saved_work = job->attempted_work;
    job->has_checkpoint = 1;
    job->is_saving = 0;
    mark(job, now);
    tell(live, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = job->last_cost},
         now);
}

/* Time is accounted for from note to note, with all that the supervisor does in between: what a
 * step costs is what the job pays for it. */
static enum order heard(struct live *live, const struct note *note)
{
    struct job *job = &live->job;
    enum order order = ORDER_GO;
    if (note->kind == NOTE_READY && !job->started)
        begin(live, note);
    int64_t now = now_of(live);
    if (note->kind == NOTE_RESTORED) {
        restored(live, note, now);
    } else if (note->kind == NOTE_STEP) {
        job->steps++;
        job->work += now - job->since;
        tell(live,
             (struct cairn_happening){
                 .kind = CAIRN_HEAR_STEP, .cost = now - job->since, .name = "step"},
             now);
    } else if (note->kind == NOTE_SAVED) {
        saved(live, now);
    }
    job->since = now;
    live->is_over |= note->kind == NOTE_FINISHED;
    if (note->kind == NOTE_READY || live->is_over || live->is_struck)
        return order; /* a dead trainer's last words are counted, not answered */
    if (job->steps == live->options.steps) {
        diary_end(live->log, now, job->steps);
        job->next_strike = INT64_MAX;
        order = ORDER_END;
    } else if (is_due(job, now)) {
        order = ask(live, now);
    }
    return order;
}

/* ---- the trainer's life -------------------------------------------------------------------- */

static void start_trainer(struct live *live, int is_first)
{
    int orders[2], notes[2];
    live->is_struck = 0;
    if (pipe(orders) != 0 || pipe(notes) != 0)
        give_up("live: pipe");
    fflush(NULL);
    live->trainer = fork();
    if (live->trainer < 0)
        give_up("live: fork");
    if (live->trainer == 0) {
        close(orders[1]);
        close(notes[0]);
        trainer_run(live->options.dir, is_first, orders[0], notes[1]);
    }
    close(orders[0]);
    close(notes[1]);
    live->orders = orders[1];
    live->notes = notes[0];
}

/* Waits for the trainer to say something; strikes it meanwhile when it is time. 0: it is dead. */
static int next_note(struct live *live, struct note *note)
{
    struct pollfd fd = {.fd = live->notes, .events = POLLIN};
    int ready = 0;
    while (ready == 0 && live->job.started) {
        int64_t left = live->job.next_strike - now_of(live);
        if (left <= 0)
            strike(live);
        int64_t ms = left > 3600000000000 ? 3600000 : (left + 999999) / 1000000;
        ready = poll(&fd, 1, left <= 0 ? 0 : (int)ms);
    }
    return read(live->notes, note, sizeof *note) == sizeof *note; /* less than PIPE_BUF: whole */
}

/* Until the job is done (1) or the trainer is dead (0). */
static int attend(struct live *live)
{
    struct note note;
    while (next_note(live, &note)) {
        char order = (char)heard(live, &note);
        save_state(live);
        if (live->options.supervisor_stops && live->job.steps == live->options.supervisor_stops)
            kill(getpid(), SIGKILL);
        if (!live->is_over && write(live->orders, &order, 1) != 1 && errno != EPIPE)
            give_up("live: write");
    }
    int status = 0;
    close(live->orders);
    close(live->notes);
    waitpid(live->trainer, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        exit(3); /* it has said why */
    return live->is_over;
}

static void failed(struct live *live)
{
    struct job *job = &live->job;
    int64_t now = now_of(live), steps = trainer_saved(live->options.dir);
    int is_saved = job->is_saving && steps == job->attempted_steps; /* renamed, but not yet said */
    if (job->is_saving && !is_saved)
        tell(live, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST}, now);
    job->is_saving = 0;
    job->has_checkpoint = steps >= 0;
    job->failures++;
    job->failed = now;
    int64_t kept_steps = is_saved ? job->attempted_steps : job->saved_steps;
    int64_t kept_work = is_saved ? job->attempted_work : job->saved_work;
    tell(live,
         (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE,
                                  .work_lost = job->work - kept_work,
                                  .steps_lost = job->steps - kept_steps},
         now);
    save_state(live);
}

int main(int argc, char **argv)
{
    struct live *live = calloc(1, sizeof *live);
    const char *wrong = live ? options_read(argc, argv, &live->options) : "no memory";
    if (wrong)
        return fprintf(stderr, "live: %s\n", wrong), 2;
    signal(SIGPIPE, SIG_IGN);
    int is_resumed = load_state(live);
    live->log = fopen(live->options.log, is_resumed ? "r+" : "w");
    if (!live->log || ftruncate(fileno(live->log), live->job.log_length) != 0 ||
        fseek(live->log, 0, SEEK_END) != 0)
        give_up(live->options.log);
    if (is_resumed)
        failed(live); /* its trainer cannot outlive it */
    for (int is_first = !is_resumed;; is_first = 0) {
        start_trainer(live, is_first);
        if (attend(live))
            break;
        failed(live);
    }
    char path[1024];
    state_path(live, path, "state");
    unlink(path);
    if (fclose(live->log) != 0)
        give_up(live->options.log);
    printf("%.3f s, %u failures\n", (double)live->job.since / 1e9, live->job.failures);
    free(live->bytes);
    free(live->state);
    free(live->plan);
    free(live);
    return 0;
}
