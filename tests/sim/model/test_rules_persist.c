/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: MODEL rule 11, a checkpoint is a process: requested, snapshot, persisting, complete, or
 * aborted. Method: timelines worked out by hand in each test's comment, in seconds, against the
 * whole ledger in integer ns. Common ground: work 200, a checkpoint due each 50, its snapshot
 * blocks 5. */
#include "tests/sim/model/kit.h"

static void begin(struct kit *k, double persist)
{
    kit_init(k);
    kit_costs(k, 200, 5, 10);
    kit_fixed(k, 50);
    k->spec.group.persist = S(persist);
    k->spec.group.final_checkpoint = false;
}

/* Snapshot 50-55, persisting 55-85, struck at 80: nothing is complete, 75 lost. Restored at 90;
 * 140-145, 195-200, 250-255 (persisted by 285), done at 305. */
static void rule11_failure_while_persisting_aborts(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_outage(&k, 0, 80, 80);
    kit_check(&k, .makespan = 305, .useful = 200, .checkpoint = 20, .lost = 75, .restore = 10,
              .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* Struck at 85, when it is complete: it holds the work of 50, when its snapshot started, and the 30
 * since are lost. Restored at 95; 145-150, 200-205, done at 255. */
static void rule11_checkpoint_covers_its_snapshots_start(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_outage(&k, 0, 85, 85);
    kit_check(&k, .makespan = 255, .useful = 200, .checkpoint = 15, .lost = 30, .restore = 10,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Struck at 52, detected at 82: the snapshot is aborted at the true time, 2 s of it. Restored at
 * 92; 142-147, 197-202, 252-257, done at 307. */
static void rule11_snapshot_is_aborted_at_the_true_time(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    k.spec.detection.delay = S(30);
    kit_outage(&k, 0, 52, 52);
    kit_check(&k, .makespan = 307, .useful = 200, .checkpoint = 17, .aborted = 2, .lost = 50,
              .detect = 30, .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* Persisting until 85, struck at 80, detected at 110: aborted at 80, though nobody knew before 110.
 */
static void rule11_undetected_failure_aborts_too(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    k.spec.detection.delay = S(30);
    kit_outage(&k, 0, 80, 80);
    kit_check(&k, .makespan = 335, .useful = 200, .checkpoint = 20, .lost = 75, .detect = 30,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* persist 80. Snapshot 50-55, persisting to 135. The request at 105 (100 done) is dropped; 50 of
 * work later, at 155, the next snapshot, to 160; done at 210, it still persists. Injected 0. */
static void rule11_request_in_flight_is_skipped(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 80);
    kit_check(&k, .makespan = 210, .useful = 200, .checkpoint = 10, .struck = 0, .taken = 2,
              .completed = 1, .skipped = 1);
}

/* The same request waits, blocked, for 135; snapshot 135-140, persisting to 220. The next at 190
 * waits for 220; snapshot to 225; done at 275. Injected 0. */
static void rule11_request_in_flight_waits(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 80);
    k.spec.group.in_flight = IN_FLIGHT_WAIT;
    kit_check(&k, .makespan = 275, .useful = 200, .checkpoint = 15, .blocked = 60, .struck = 0,
              .taken = 3, .completed = 2);
}

/* A strike at 120, while blocked (105-135): the persisting one is aborted, the blocked request is
 * forgotten. 15 blocked, 100 lost; restored at 130; 180-185 (to 265), blocked 235-265, 265-270 (to
 * 350), blocked 320-350, 350-355, done at 405. */
static void rule11_strike_while_blocked(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 80);
    k.spec.group.in_flight = IN_FLIGHT_WAIT;
    kit_outage(&k, 0, 120, 120);
    kit_check(&k, .makespan = 405, .useful = 200, .checkpoint = 20, .blocked = 75, .lost = 100,
              .restore = 10, .struck = 1, .taken = 4, .completed = 2, .aborts = 1);
}

/* The same request replaces the one in flight: 105-110, 160-165, done at 215. None ever completes:
 * struck at 200, 185 of work are gone. Restored at 210; 260-265, 315-320, 370-375, done at 425. */
static void rule11_request_in_flight_replaces(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 80);
    k.spec.group.in_flight = IN_FLIGHT_REPLACE;
    kit_outage(&k, 0, 200, 200);
    kit_check(&k, .makespan = 425, .useful = 200, .checkpoint = 30, .lost = 185, .restore = 10,
              .struck = 1, .taken = 6, .completed = 0, .aborts = 5);
}

/* With a final checkpoint the job ends when that is complete. As skipped: 200 done at 210, blocked
 * until 240, snapshot to 245, blocked until 325. Injected 0. */
static void rule11_final_checkpoint_waits_and_persists(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 80);
    k.spec.group.final_checkpoint = true;
    kit_check(&k, .makespan = 325, .useful = 200, .checkpoint = 15, .blocked = 110, .struck = 0,
              .taken = 3, .completed = 3, .skipped = 1);
}

/* Persisting for 3 s at a third less speed: floor(3e9 x 666667 / 1e6) = 2000001000 ns of work in
 * it, 0.999999 s slowed, for each of the three snapshots at 50, 100, 150. Injected 0. */
static void rule11_interference_slows_exactly(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 3);
    k.spec.group.interference_ppm = 333333;
    kit_check(&k, .makespan = 200 + 15 + 3 * 0.999999, .useful = 200, .checkpoint = 15,
              .slowed = 3 * 0.999999, .struck = 0, .taken = 3, .completed = 3);
}

/* Interference of 1: holders stand still while it persists, which is then a blocking checkpoint of
 * 25, booked as 5 and 20 slowed. 50-75, 125-150, 200-225, done at 275. Injected 0. */
static void rule11_full_interference_stops_the_holders(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 20);
    k.spec.group.interference_ppm = 1000000;
    kit_check(&k, .makespan = 275, .useful = 200, .checkpoint = 15, .slowed = 60, .struck = 0,
              .taken = 3, .completed = 3);
    kit_set_count(&k, "measure",
                  1); /* 50, then 30 of work each: 80, 110, 140, 170; 200 is the end */
    kit_check(&k, .makespan = 325, .useful = 200, .checkpoint = 25, .slowed = 100, .struck = 0,
              .taken = 5, .completed = 5);
}

/* Persisting 55-75 at half speed, struck at 65: of the 10 s 5 are work and 5 stay slowed. 55 lost.
 * Restored at 75; then as with no failure 245 (see rule 10), slowed 30. */
static void rule11_slowed_stays_slowed_on_rollback(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 20);
    k.spec.group.interference_ppm = 500000;
    kit_outage(&k, 0, 65, 65);
    kit_check(&k, .makespan = 75 + 245, .useful = 200, .checkpoint = 20, .slowed = 35, .lost = 55,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* Four workers, copies at their neighbours. Worker 0 lost at 80, detected at 110; meanwhile, at 85,
 * the checkpoint completes from worker 1's copy. 25 lost, restored at 120 with 50; 170-175,
 * 225-230, done at 280. */
static void rule11_staged_at_peers_survives_one_loss(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_workers(&k, 4, 0);
    k.spec.detection.delay = S(30);
    k.spec.group.staged = STAGED_PEER;
    kit_outage(&k, 0, 80, 80);
    kit_check(&k, .makespan = 280, .useful = 200, .checkpoint = 15, .lost = 25, .detect = 30,
              .restore = 10, .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Workers a and b lost together: neighbours (3 and 0 are, too) take the copy with them; then 75 are
 * lost, and all three snapshots follow: 335. Others leave a copy of each. */
static void rule11_staged_at_peers_dies_with_two_neighbours(void **state)
{
    static const struct {
        uint32_t a, b;
        bool survives;
    } cases[] = {{0, 1, false}, {1, 2, false}, {0, 3, false}, {0, 2, true}, {1, 3, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is = cases[i].survives;
        struct kit k;
        begin(&k, 30);
        kit_workers(&k, 4, 0);
        k.spec.detection.delay = S(30);
        k.spec.group.staged = STAGED_PEER;
        kit_outage(&k, cases[i].a, 80, 80);
        kit_outage(&k, cases[i].b, 80, 80);
        kit_check(&k, .makespan = is ? 280 : 335, .useful = 200, .checkpoint = is ? 15 : 20,
                  .lost = is ? 25 : 75, .detect = 30, .restore = 10, .struck = 1, .shielded = 1,
                  .taken = is ? 3u : 4u, .completed = 3, .aborts = is ? 0u : 1u,
                  .restored = is ? 1u : 0u);
    }
}

/* Losses add up while it persists: worker 0 at 60, worker 1 at 80 (within the detection of 30): the
 * checkpoint that was to complete at 85 is gone. Lost 55; detect 20 + 30, restored at 120. */
static void rule11_staged_losses_add_up(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_workers(&k, 4, 0);
    k.spec.detection.delay = S(30);
    k.spec.group.staged = STAGED_PEER;
    kit_outage(&k, 0, 60, 60);
    kit_outage(&k, 1, 80, 80);
    kit_check(&k, .makespan = 335, .useful = 200, .checkpoint = 20, .lost = 55, .detect = 50,
              .restore = 10, .struck = 2, .taken = 4, .completed = 3, .aborts = 1);
}

/* But losses before its snapshot do not: worker 1 at 20 (20 lost, detected 50, restored 60).
 * 110-115, persisting to 145, worker 0 at 140: complete from worker 1's copy. 25 lost, detected
 * 170, restored 180 with 50; 230-235, 285-290, done at 340. */
static void rule11_staged_losses_before_the_snapshot_do_not_count(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_workers(&k, 4, 0);
    k.spec.detection.delay = S(30);
    k.spec.group.staged = STAGED_PEER;
    kit_outage(&k, 1, 20, 20);
    kit_outage(&k, 0, 140, 140);
    kit_check(&k, .makespan = 340, .useful = 200, .checkpoint = 15, .lost = 45, .detect = 60,
              .restore = 20, .struck = 2, .taken = 3, .completed = 3, .restored = 1);
}

/* A single worker has no peer. */
static void rule11_staged_alone_is_not_staged(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    k.spec.detection.delay = S(30);
    k.spec.group.staged = STAGED_PEER;
    kit_outage(&k, 0, 80, 80);
    kit_check(&k, .makespan = 335, .useful = 200, .checkpoint = 20, .lost = 75, .detect = 30,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* Staged at peers, but a strike during the snapshot itself still aborts it (nothing is staged yet).
 */
static void rule11_staged_snapshot_is_aborted(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 30);
    kit_workers(&k, 4, 0);
    k.spec.group.staged = STAGED_PEER;
    kit_outage(&k, 0, 52, 52);
    kit_check(&k, .makespan = 277, .useful = 200, .checkpoint = 17, .aborted = 2, .lost = 50,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule11_failure_while_persisting_aborts),
        cmocka_unit_test(rule11_checkpoint_covers_its_snapshots_start),
        cmocka_unit_test(rule11_snapshot_is_aborted_at_the_true_time),
        cmocka_unit_test(rule11_undetected_failure_aborts_too),
        cmocka_unit_test(rule11_request_in_flight_is_skipped),
        cmocka_unit_test(rule11_request_in_flight_waits),
        cmocka_unit_test(rule11_strike_while_blocked),
        cmocka_unit_test(rule11_request_in_flight_replaces),
        cmocka_unit_test(rule11_final_checkpoint_waits_and_persists),
        cmocka_unit_test(rule11_interference_slows_exactly),
        cmocka_unit_test(rule11_full_interference_stops_the_holders),
        cmocka_unit_test(rule11_slowed_stays_slowed_on_rollback),
        cmocka_unit_test(rule11_staged_at_peers_survives_one_loss),
        cmocka_unit_test(rule11_staged_at_peers_dies_with_two_neighbours),
        cmocka_unit_test(rule11_staged_losses_add_up),
        cmocka_unit_test(rule11_staged_losses_before_the_snapshot_do_not_count),
        cmocka_unit_test(rule11_staged_alone_is_not_staged),
        cmocka_unit_test(rule11_staged_snapshot_is_aborted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
