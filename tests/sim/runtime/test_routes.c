/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: calls with 'to: one' go where a router of Ray Serve would send them, and nothing that
 * happens to a replica before it has accepted one is the call's failure (C15, C16, C17). Method:
 * small programs whose times are computed by hand; where the router draws, what holds for every
 * draw. */
#include "policies/router.h"
#include "tests/sim/runtime/claims.h"

#define NEAR(node, zone, any)                                                                      \
    COUNTED(routes.near[CAIRN_NEAR_NODE], node), COUNTED(routes.near[CAIRN_NEAR_ZONE], zone),      \
        COUNTED(routes.near[CAIRN_NEAR_ANY], any)

/* Four nodes of one processor in two zones, a replica on each; the driver is on the first. */
#define FOUR(more)                                                                                 \
    "    actors: {R: {cpu: 1, " more "methods: {serve: 1 s}}}\n"                                   \
    "    driver:\n"                                                                                \
    "    - {start: R, times: 4, as: team}\n"
#define HERE "runtime: {driver: first-node}\n"

static void row_c15_near_replicas_are_taken_while_they_have_room(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the local one is free each time",
         .nodes = 4,
         .zone = 2,
         .head = HERE,
         .pipeline = FOUR("") "    - {repeat: 8, do: [{run: team.serve, to: one}]}\n",
         .makespan = 8,
         .claims = {NEAR(8, 0, 0)}},
        {.name = "all at once, and each takes one: node, zone, anywhere",
         .nodes = 4,
         .zone = 2,
         .head = HERE "router: least\n",
         .pipeline = FOUR("") "    - {run: team.serve, times: 4, to: one}\n",
         .makespan = 1,
         .claims = {NEAR(1, 1, 2), ON(TOLD_ROUTED, 0, 0), ON(TOLD_ROUTED, 1, 1)}},
        {.name = "two at random find them too, in the end",
         .nodes = 4,
         .zone = 2,
         .head = HERE "router: {name: power-of-two, backoff: 0 s, deadline_cap: 100 s}\n",
         .pipeline = FOUR("concurrency: 2, ") "    - {run: team.serve, times: 4, to: one}\n",
         .makespan = 1,
         .claims = {NEAR(2, 2, 0)}},
        {.name = "without zones everything else is as far",
         .nodes = 4,
         .head = HERE "router: least\n",
         .pipeline = FOUR("") "    - {run: team.serve, times: 4, to: one}\n",
         .makespan = 1,
         .claims = {NEAR(1, 0, 3)}},
        {.name = "nearness is an option: the zone first, the node is one of it",
         .nodes = 4,
         .zone = 2,
         .head = HERE "router: {name: round-robin, prefer_node: no}\n",
         .pipeline = FOUR("") "    - {repeat: 6, do: [{run: team.serve, to: one}]}\n",
         .makespan = 6,
         .claims = {NEAR(3, 3, 0)}},
        {.name = "and none at all",
         .nodes = 4,
         .zone = 2,
         .head = HERE "router: {name: round-robin, prefer_node: no, prefer_zone: no}\n",
         .pipeline = FOUR("") "    - {repeat: 8, do: [{run: team.serve, to: one}]}\n",
         .makespan = 8,
         .claims = {NEAR(2, 2, 4)}},
        {.name = "a driver outside is near nobody",
         .nodes = 4,
         .zone = 2,
         .head = "router: least\n",
         .pipeline = FOUR("") "    - {run: team.serve, times: 4, to: one}\n",
         .makespan = 1,
         .claims = {NEAR(0, 0, 4)}},
        {.name = "the local one dies at its second, whose failure it is; the third goes next door",
         .nodes = 4,
         .zone = 2,
         .head = HERE "faults: {schedule: [{at: 1.5 s, actor: R}]}\n",
         .pipeline = FOUR("") "    - {repeat: 3, do: [{run: team.serve, to: one, on_error: []}]}\n",
         .makespan = 2.5,
         .claims = {NEAR(2, 1, 0), COUNTED(calls.failed, 1), COUNTED(calls.completed, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* One replica, three requests; the second comes 10 s after what was last heard, the third 10.001.
 */
static void row_c16_a_length_is_trusted_for_its_age(void **state)
{
#define GAPS                                                                                       \
    "    actors: {R: {concurrency: 10, methods: {serve: 0.1 s}}}\n"                                \
    "    driver:\n"                                                                                \
    "    - {start: R, as: team}\n"                                                                 \
    "    - {run: team.serve, to: one}\n"                                                           \
    "    - {think: 9.9 s}\n"                                                                       \
    "    - {run: team.serve, to: one}\n"                                                           \
    "    - {think: 9.901 s}\n"                                                                     \
    "    - {run: team.serve, to: one}\n"
    static const struct claimed rows[] = {
        {.name = "10 s: one probe when it comes up, one for the third",
         .pipeline = GAPS,
         .makespan = 20.101,
         .claims = {COUNTED(routes.probes, 2), AT(TOLD_PROBED, 1, 20.001)}},
        {.name = "longer: none for them",
         .head = "router: {name: power-of-two, cache: 10.001 s}\n",
         .pipeline = GAPS,
         .makespan = 20.101,
         .claims = {COUNTED(routes.probes, 1), AT(TOLD_PROBED, 0, 0)}},
        {.name = "none: one each",
         .head = "router: {name: power-of-two, cache: 0 s}\n",
         .pipeline = GAPS,
         .makespan = 20.101,
         .claims = {COUNTED(routes.probes, 3), AT(TOLD_PROBED, 1, 10)}},
        {.name = "a probe is a message each way, as long as nothing is known",
         .head = "router: {name: power-of-two, cache: 0 s}\nruntime: {latency: 10 ms}\n",
         .pipeline = "    actors: {R: {methods: {serve: 1 s}}}\n"
                     "    driver: [{start: R, as: team}, {run: team.serve, to: one}]\n",
         .makespan = 1.03,
         .claims = {AT(TOLD_PROBED, 0, 0.02), AT(TOLD_ROUTED, 0, 0.02),
                    AT(TOLD_ACCEPTED, 0, 0.03)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* While A is being started again, from 2 to 4 s, B takes two requests, which are done at 3.7 s.
 * Then a long one comes to A, and one more: A is known to have one, and B, who is idle, to have
 * two. */
static void row_c16_a_stale_length_misroutes(void **state)
{
#define STALE "faults: {schedule: [{at: 2 s, actor: R}]}\ndetection: {worker: 1 s}\n"
#define AFTER(pause)                                                                               \
    "    actors: {R: {start: 1 s, restarts: 1, methods: {long: 5 s, short: 0.1 s}}}\n"             \
    "    driver:\n"                                                                                \
    "    - {start: R, times: 2, as: team}\n"                                                       \
    "    - {think: 2.5 s}\n"                                                                       \
    "    - {run: team.short, times: 2, to: one}\n"                                                 \
    "    - {think: " pause "}\n"                                                                   \
    "    - {call: team.long, to: one}\n"                                                           \
    "    - {run: team.short, to: one}\n"                                                           \
    "    - {kill: team}\n"
    static const struct claimed rows[] = {
        {.name = "trusted: it waits behind the long one for 5 s",
         .cpu = 2,
         .head = STALE "router: {name: power-of-two, max_ongoing: 10}\n",
         .pipeline = AFTER("1 s"),
         .makespan = 9.8,
         .claims = {COUNTED(routes.misrouted, 1), COUNTED(routes.probes, 2),
                    TO(TOLD_ROUTED, 3, CAIRN_NEAR_ANY | TOLD_MISROUTED), AMOUNT(TOLD_ROUTED, 3, 1),
                    AMOUNT(TOLD_ACCEPTED, 3, 2)}},
        {.name = "too old: both are asked",
         .cpu = 2,
         .head = STALE "router: {name: power-of-two, max_ongoing: 10}\n",
         .pipeline = AFTER("11 s"),
         .makespan = 14.8,
         .claims = {COUNTED(routes.misrouted, 0), COUNTED(routes.probes, 4),
                    AMOUNT(TOLD_ACCEPTED, 3, 1)}},
        {.name = "asked each time",
         .cpu = 2,
         .head = STALE "router: {name: power-of-two, max_ongoing: 10, cache: 0 s}\n",
         .pipeline = AFTER("1 s"),
         .makespan = 4.8,
         .claims = {COUNTED(routes.misrouted, 0), COUNTED(routes.probes, 6)}},
        {.name = "ends are counted",
         .cpu = 2,
         .head = STALE "router: {name: power-of-two, max_ongoing: 10, counts_ends: yes}\n",
         .pipeline = AFTER("1 s"),
         .makespan = 4.8,
         .claims = {COUNTED(routes.misrouted, 0), COUNTED(routes.probes, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* One replica that is busy for 2 s: the second request is looked after at 0, 0, 0.025, 0.075,
 * 0.175, 0.375, 0.775, 1.275, 1.775 and 2.275 s. */
static void row_c17_a_full_replica_is_asked_again_after_waits(void **state)
{
#define BUSY                                                                                       \
    "    actors: {R: {methods: {serve: 2 s}}}\n"                                                   \
    "    driver: [{start: R, as: team}, {run: team.serve, times: 2, to: one}]\n"
    static const struct claimed rows[] = {
        {.name = "0, 25 ms, twice as long each time, up to 0.5 s",
         .pipeline = BUSY,
         .makespan = 4.275,
         .claims = {AMOUNT(TOLD_BACKED_OFF, 0, 0), AMOUNT(TOLD_BACKED_OFF, 1, 25e6),
                    AMOUNT(TOLD_BACKED_OFF, 2, 50e6), AMOUNT(TOLD_BACKED_OFF, 3, 100e6),
                    AMOUNT(TOLD_BACKED_OFF, 4, 200e6), AMOUNT(TOLD_BACKED_OFF, 5, 400e6),
                    AMOUNT(TOLD_BACKED_OFF, 6, 500e6), AMOUNT(TOLD_BACKED_OFF, 8, 500e6),
                    COUNTED(routes.waits, 9), AT(TOLD_ROUTED, 1, 2.275),
                    COUNTED(routes.refused, 0)}},
        {.name = "its own waits",
         .head =
             "router: {name: power-of-two, backoff: 1 s, backoff_factor: 1, backoff_cap: 1 s}\n",
         .pipeline = BUSY,
         .makespan = 4,
         .claims = {COUNTED(routes.waits, 3), AT(TOLD_BACKED_OFF, 2, 1), AT(TOLD_ROUTED, 1, 2)}},
        {.name = "who is blind is refused, and waits alike",
         .head = "router: random\n",
         .pipeline = BUSY,
         .makespan = 4.275,
         .claims = {COUNTED(routes.refused, 9), COUNTED(routes.probes, 0),
                    AMOUNT(TOLD_BACKED_OFF, 0, 0), AMOUNT(TOLD_BACKED_OFF, 1, 25e6),
                    AMOUNT(TOLD_BACKED_OFF, 8, 500e6), AT(TOLD_ROUTED, 10, 2.275)}},
        {.name = "room for both: no wait",
         .head = "router: {name: power-of-two, max_ongoing: 2}\n",
         .pipeline = BUSY,
         .makespan = 4,
         .claims = {COUNTED(routes.waits, 0), COUNTED(routes.longest, 2), AT(TOLD_ACCEPTED, 1, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Its process is lost at 0.5 s, which is known at 4.5: until then it answers no probe. */
static void row_c17_who_does_not_answer_is_waited_for_twice_as_long(void **state)
{
    static const struct claimed rows[] = {
        {.name = "deadlines 0.1, 0.2, 0.4, 0.8, 1, 1 s, and the waits between them",
         .head = "faults: {schedule: [{at: 0.5 s, actor: R}]}\ndetection: {worker: 4 s}\n",
         .pipeline =
             "    actors: {R: {restarts: 1, methods: {serve: 1 s}}}\n"
             "    driver: [{start: R, as: team}, {think: 1 s}, {run: team.serve, to: one}]\n",
         .makespan = 6.275,
         .claims = {AT(TOLD_PROBED, 1, 1.1), AT(TOLD_PROBED, 2, 1.3), AT(TOLD_PROBED, 3, 1.725),
                    AT(TOLD_PROBED, 4, 2.575), AT(TOLD_PROBED, 5, 3.675),
                    AMOUNT(TOLD_PROBED, 5, -1), AT(TOLD_ROUTED, 0, 5.275),
                    COUNTED(calls.failed, 0)}},
        {.name = "a request on its way to who is lost comes back, and counts as no attempt",
         .nodes = 2,
         .head = "router: round-robin\nruntime: {latency: 0.1 s}\ndetection: {worker: 1 s}\n"
                 "faults: {schedule: [{at: 0.05 s, actor: R}]}\n",
         .pipeline = "    actors: {R: {cpu: 1, methods: {serve: 1 s}}}\n"
                     "    driver: [{start: R, times: 2, as: team}, {run: team.serve, to: one}]\n",
         .makespan = 2.15,
         .claims = {AT(TOLD_ROUTED, 0, 0), ON(TOLD_ROUTED, 0, 0), AT(TOLD_REFUSED, 0, 1.05),
                    AMOUNT(TOLD_REFUSED, 0, -1), ON(TOLD_ROUTED, 1, 1), AT(TOLD_ACCEPTED, 0, 1.15),
                    COUNTED(calls.failed, 0), COUNTED(calls.retried, 0),
                    COUNTED(attempts.failed, 0)}},
        {.name = "an accepted one is lost with it, as any call of an actor",
         .nodes = 2,
         .head = "router: round-robin\ndetection: {worker: 1 s}\n"
                 "faults: {schedule: [{at: 0.5 s, actor: R}]}\n",
         .pipeline = "    actors: {R: {cpu: 1, methods: {serve: 1 s}}}\n"
                     "    driver: [{start: R, times: 2, as: team}, {run: team.serve, to: one, "
                     "on_error: []}]\n",
         .makespan = 1.5,
         .claims = {TIMES(TOLD_ROUTED, 1), COUNTED(calls.failed, 1)}},
        {.name = "nobody is left: those that wait fail, with the actors' cause",
         .nodes = 1,
         .head = "detection: {worker: 1 s}\nfaults: {schedule: [{at: 0.5 s, actor: R}]}\n",
         .pipeline = "    actors: {R: {methods: {serve: 1 s}}}\n"
                     "    driver: [{start: R, as: team}, {run: team.serve, times: 3, to: one, "
                     "on_error: []}]\n",
         .makespan = 1.5,
         .claims = {COUNTED(calls.failed, 3), COUNTED(routes.accepted, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* One replica that takes one of 2 s; what it has not accepted is called off wherever it is. */
static void what_no_replica_has_accepted_can_be_cancelled(void **state)
{
#define CALLED_OFF(at)                                                                             \
    "    actors: {R: {restarts: 1, methods: {serve: 2 s}}}\n"                                      \
    "    driver:\n"                                                                                \
    "    - {start: R, as: team}\n"                                                                 \
    "    - {call: team.serve, times: 3, to: one, as: x}\n"                                         \
    "    - {think: " at "}\n"                                                                      \
    "    - {cancel: x}\n"                                                                          \
    "    - {run: team.serve, to: one}\n"
    static const struct claimed rows[] = {
        {.name = "those that wait: the router's waits go on for who comes next, at 2.275 s",
         .pipeline = CALLED_OFF("1 s"),
         .makespan = 4.275,
         .claims = {COUNTED(calls.failed, 2), COUNTED(calls.completed, 2),
                    TIMES(TOLD_ACCEPTED, 2)}},
        {.name = "those on their way back; the next is refused at 1.0 and 1.8 s, and comes again "
                 "at 2.625 s",
         .head = "router: random\nruntime: {latency: 0.4 s}\n",
         .pipeline = CALLED_OFF("0.6 s"),
         .makespan = 4.625,
         .claims = {COUNTED(calls.failed, 2), COUNTED(calls.completed, 2), TIMES(TOLD_REFUSED, 4)}},
        {.name = "those with a process that is lost",
         .head = "router: {name: random, max_ongoing: 9}\nruntime: {latency: 0.4 s}\n"
                 "detection: {worker: 1 s}\nfaults: {schedule: [{at: 0.2 s, actor: R}]}\n",
         .pipeline = CALLED_OFF("0.6 s"),
         .makespan = 3.6,
         .claims = {COUNTED(calls.failed, 3), COUNTED(calls.completed, 1),
                    TIMES(TOLD_ACCEPTED, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The second call of the driver needs the result of the request; the third has arrived behind it.
 * The replica, which takes one, has room all the same: the request stands before both. */
static void calls_that_wait_for_a_request_do_not_keep_it_out(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one replica",
         .pipeline = "    actors: {R: {methods: {serve: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: R, as: team}\n"
                     "    - {call: team.serve, to: one, as: x}\n"
                     "    - {call: team.serve, with: x}\n"
                     "    - {run: team.serve}\n",
         .makespan = 6,
         .claims = {COUNTED(routes.refused, 0), AMOUNT(TOLD_ACCEPTED, 0, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c15_near_replicas_are_taken_while_they_have_room),
        cmocka_unit_test(row_c16_a_length_is_trusted_for_its_age),
        cmocka_unit_test(row_c16_a_stale_length_misroutes),
        cmocka_unit_test(row_c17_a_full_replica_is_asked_again_after_waits),
        cmocka_unit_test(row_c17_who_does_not_answer_is_waited_for_twice_as_long),
        cmocka_unit_test(calls_that_wait_for_a_request_do_not_keep_it_out),
        cmocka_unit_test(what_no_replica_has_accepted_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
