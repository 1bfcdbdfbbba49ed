/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process door: a controller that is a program in any language, over a pipe.
 *
 *     controller: {process: [python3, my.py], timeout: 10 s, params: {factor: 2}}
 *
 * One line of JSON for each happening and each question, one line back for each answer, in
 * lockstep: the simulated clock stands still meanwhile, so results do not depend on how fast the
 * program is. The protocol is policies/examples/PROTOCOL.md. To the model it is a controller like
 * any other: a class whose plan knows the program. Each worker has a plan, and a program, of its
 * own; what goes wrong ends the replication as failed, with a message, and never changes a decision
 * or hangs. */
#ifndef CAIRN_CAMPAIGN_PROCESS_H
#define CAIRN_CAMPAIGN_PROCESS_H

#include "policies/controller.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/text.h"
#include <stdbool.h>

/* Both read the same parameters; with the second nothing is ever started. */
extern const struct cairn_controller_class process_class, process_class_locked;

/* Is it a process? */
bool process_is(const struct cairn_controller_class *class);
/* Completes the plan that the class has made: starts the program once, to see that it can be
 * started and to ask what it hears. STATUS_INPUT for a locked class, with the words that would have
 * been run, and for a program that does not answer as it should. */
enum status process_prepare(const struct cairn_controller_class *class, void *plan, uint64_t seed,
                            struct arena *arena, struct place place, struct diag *diag);
/* The words that are run, for people: python3 "my file.py". */
void process_words(const void *plan, struct text *text);
/* A worker's own plan, made from a prepared one; NULL: no memory. */
void *process_open(const void *plan);
void process_close(void *own);
/* Before each replication. What fails is kept until the first decision, which it fails. */
void process_begin(void *own, uint64_t seed, uint32_t replication);
/* Says of a prepared plan what went wrong since the last report, in the first replication that
 * ended by it. */
void process_report(const void *plan, struct place place, struct diag *diag);

#endif
