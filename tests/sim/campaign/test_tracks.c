/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what happened to whom stands on the right track, for the right time, and as what it was
 * worth in the end. Method: an outage at a known time strikes an actor; every mark on the nodes'
 * tracks is computed by hand. The limit of marks is tried from both sides.
 */
#include "sim/campaign/tracks.h"

#include "policies/recovery.h"
#include "tests/sim/campaign/failing.h"

#define OUTAGES "/tmp/cairn-tracks-XXXXXX"

static void open_struck(struct played *played)
{
    static const char outages[] = "node,start,end\na,10 s,1 h\nb,0 s,1 s\n";
    char path[] = OUTAGES, head[512];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, outages, sizeof outages - 1), sizeof outages - 1);
    close(file);
    snprintf(head, sizeof head,
             "cluster: {nodes: 2, node: {cpu: 1}}\ndetection: {delay: 2 s}\n"
             "faults: {trace: {file: %s, times: true}}\n",
             path);
    played_open(played, head,
                "    tasks: {load: {time: 2 s, overhead: 0.5 s}}\n"
                "    actors:\n"
                "      A: {start: 1 s, cpu: 1, restarts: 1, retries: unlimited, checkpoint: "
                "{snapshot: 1 s, restore: 1 s}, methods: {m: 3 s}}\n"
                "    driver:\n"
                "      - {start: A, as: a}\n"
                "      - {run: a.m}\n"
                "      - {checkpoint: a}\n"
                "      - {run: a.m, times: 3}\n"
                "      - {release: a}\n"
                "      - {run: load}\n");
    remove(path);
}

/* The actor starts, serves, saves, and is struck at 10 s in the second call behind its checkpoint:
 * 5 s are lost. That is known at 12 s; it starts on the other node (which was down in the first
 * second, when the recorded time begins), restores, and makes the call again. The task then has
 * that node, and spends its overhead first: the other one is still down. */
static void every_mark_of_an_outage_is_where_it_was(void **state)
{
    static const struct {
        enum track_kind kind;
        uint32_t host;
        double since, until;
        int class, outcome; /* -1: of no meaning */
    } wanted[] = {
        {TRACK_ACTOR, 0, 0, 12, -1, OUTCOME_FAILED},
        {TRACK_PHASE, 0, 0, 1, JOB_START, -1},
        {TRACK_CALL, 0, 1, 4, -1, OUTCOME_DONE},
        {TRACK_PHASE, 0, 1, 4, JOB_USEFUL, -1},
        {TRACK_PHASE, 0, 4, 5, JOB_CHECKPOINT, -1},
        {TRACK_CALL, 0, 5, 8, -1, OUTCOME_DONE},
        {TRACK_PHASE, 0, 5, 8, JOB_LOST, -1},
        {TRACK_INSTANT, 0, 5, 5, INSTANT_COMPLETE, -1},
        {TRACK_CALL, 0, 8, 12, -1, OUTCOME_FAILED},
        {TRACK_PHASE, 0, 8, 10, JOB_LOST, -1},
        {TRACK_FLOW_OUT, 0, 8, 8, -1, -1}, /* of the call */
        {TRACK_PHASE, 0, 10, 12, JOB_DETECT, -1},
        {TRACK_INSTANT, 0, 10, 10, INSTANT_DOWN, -1},
        {TRACK_FLOW_OUT, 0, 10, 10, -1, -1}, /* of the actor */
        {TRACK_ACTOR, 1, 12, 20, -1, OUTCOME_DONE},
        {TRACK_PHASE, 1, 12, 13, JOB_RESTART, -1},
        {TRACK_INSTANT, 0, 12, 12, INSTANT_DETECTED, -1},
        {TRACK_FLOW_IN, 1, 12, 12, -1, -1},
        {TRACK_PHASE, 1, 13, 14, JOB_RESTORE, -1},
        {TRACK_CALL, 1, 14, 17, -1, OUTCOME_DONE},
        {TRACK_PHASE, 1, 14, 17, JOB_USEFUL, -1},
        {TRACK_INSTANT, 1, 14, 14, INSTANT_RESTORED, -1},
        {TRACK_FLOW_IN, 1, 14, 14, -1, -1},
        {TRACK_CALL, 1, 17, 20, -1, OUTCOME_DONE},
        {TRACK_PHASE, 1, 17, 20, JOB_USEFUL, -1},
        {TRACK_ATTEMPT, 1, 20, 22.5, -1, OUTCOME_DONE},
        {TRACK_PHASE, 1, 20, 20.5, JOB_TRANSFER, -1},
        {TRACK_PHASE, 1, 20.5, 22.5, JOB_USEFUL, -1},
    };
    struct played played;
    struct witness witness;
    struct tracks tracks;
    struct record record;
    size_t next = 0;
    (void)state;
    open_struck(&played);
    assert_int_equal(witness_open(&witness, &played.cell, &played.diag), STATUS_OK);
    assert_int_equal(tracks_open(&tracks, &witness, 0, 0, &record, &played.diag), STATUS_OK);
    assert_int_equal(tracks_sort(&tracks, &played.diag), STATUS_OK);
    assert_int_equal(record.struck, 2);
    for (uint32_t i = 0; i < tracks.count; i++) {
        const struct track_mark *mark = tracks_at(&tracks, i);
        bool is_other = mark->kind == TRACK_INSTANT && mark->host == 1 && mark->class <= INSTANT_UP;
        if (mark->kind == TRACK_COUNTER || mark->host == TRACKS_DRIVER || is_other)
            continue;
        assert_true(next < COUNT(wanted));
        assert_int_equal(mark->kind, wanted[next].kind);
        assert_int_equal(mark->host, wanted[next].host);
        assert_int_equal(mark->lane, 0);
        assert_true(simtime_seconds(mark->since) == wanted[next].since);
        assert_true(simtime_seconds(mark->until) == wanted[next].until);
        if (wanted[next].class >= 0)
            assert_int_equal(mark->class, wanted[next].class);
        if (wanted[next].outcome >= 0)
            assert_int_equal(mark->outcome, wanted[next].outcome);
        next++;
    }
    assert_int_equal(next, COUNT(wanted));
    tracks_close(&tracks);
    witness_close(&witness);
    played_close(&played);
}

/* A driver waits all the time, for whatever it is, until its end or that of the run; and so does
 * each of its branches. */
static void what_drivers_wait_adds_up_to_the_run(void **state)
{
    static const struct {
        const char *horizon;
        double makespan, waits[FIBER_FETCHING + 1];
    } rows[] = {
        {"horizon: 1 h",
         10,
         {[FIBER_FOR_ALL] = 2 + 2 + 2,
          [FIBER_FOR_TIME] = 1 + 3,
          [FIBER_FOR_SOME] = 2,
          [FIBER_FOR_BRANCHES] = 3}},
        {"horizon: 6 s",
         6,
         {[FIBER_FOR_ALL] = 2 + 1,
          [FIBER_FOR_TIME] = 1 + 1,
          [FIBER_FOR_SOME] = 2,
          [FIBER_FOR_BRANCHES] = 1}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct played played;
        char head[256];
        double waits[FIBER_FETCHING + 1] = {0};
        snprintf(head, sizeof head, "cluster: {nodes: 1, node: {cpu: 4}}\n%s", rows[i].horizon);
        played_open(&played, head,
                    "    tasks: {load: {time: 2 s}}\n"
                    "    driver:\n"
                    "      - {run: load}\n"
                    "      - {think: 1 s}\n"
                    "      - {call: load, times: 2, as: x}\n"
                    "      - {wait: {for: x, count: 1}}\n"
                    "      - {parallel: [[{think: 3 s}], [{run: load}]]}\n"
                    "      - {run: load}\n");
        const struct record *r = played_run(&played, 0);
        assert_true(r->makespan == simtime_from_seconds(rows[i].makespan));
        for (uint32_t k = 0; k < played_count(&played, TOLD_WAITED); k++) {
            const struct told *told = played_told(&played, TOLD_WAITED, k);
            waits[told->to] += simtime_seconds(told->time - told->since);
        }
        for (size_t k = 0; k < COUNT(waits); k++)
            assert_true(waits[k] == rows[i].waits[k]);
        played_close(&played);
    }
}

static void more_marks_than_the_limit_are_refused(void **state)
{
    struct played played;
    struct witness witness;
    struct tracks tracks;
    struct record record;
    (void)state;
    open_struck(&played);
    assert_int_equal(witness_open(&witness, &played.cell, &played.diag), STATUS_OK);
    assert_int_equal(tracks_open(&tracks, &witness, 0, 0, &record, &played.diag), STATUS_OK);
    uint32_t count = tracks.count;
    assert_int_equal(tracks.most, LIMIT_MARKS);
    tracks_close(&tracks);
    for (uint32_t most = count - 1; most <= count + 1; most++) {
        enum status status = tracks_open(&tracks, &witness, 0, most, &record, &played.diag);
        assert_int_equal(status, most < count ? STATUS_INPUT : STATUS_OK);
        if (status == STATUS_OK)
            tracks_close(&tracks);
    }
    for (uint32_t most = 1; most < count; most++) /* wherever it ends */
        assert_int_equal(tracks_open(&tracks, &witness, 0, most, &record, &played.diag),
                         STATUS_INPUT);
    assert_non_null(strstr(played.diag.text[0], "slices and marks, the most that are drawn"));
    witness_close(&witness);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mark_of_an_outage_is_where_it_was),
        cmocka_unit_test(what_drivers_wait_adds_up_to_the_run),
        cmocka_unit_test(more_marks_than_the_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
