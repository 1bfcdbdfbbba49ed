/* SPDX-License-Identifier: Apache-2.0 */
/* The Orchestrator's CircuitBreaker: three states over the calls that something answers.
 *
 *               `failures` without a success between       `recovery` since the last failure,
 *     closed ────────────────────────────────────► open    and somebody asks
 *        ▲                                         │ ▲ │
 *        │                         failures again: │ │ ▼
 *        └──────────────── half-open ◄─────────────┴─┘
 *            `successes` of them
 *
 * As the original counts: a success resets the failures in every state, and half-open remembers
 * those that opened it, so a first failure there opens it again, but one behind a success does
 * not. Successes are counted half-open only, and forgotten when it gets there. */
#ifndef CAIRN_POLICIES_CIRCUIT_H
#define CAIRN_POLICIES_CIRCUIT_H

#include <stdint.h>

enum circuit_state { CIRCUIT_CLOSED, CIRCUIT_OPEN, CIRCUIT_HALF_OPEN };

struct circuit_rule {
    int64_t recovery; /* ns */
    uint32_t failures, successes;
};

struct circuit {
    int64_t failed_at;
    uint32_t state, failures, successes, reserved;
};

/* May there be a call now? An open one that has rested long enough is half-open from then on. */
static inline int circuit_lets(const struct circuit_rule *rule, struct circuit *circuit,
                               int64_t now)
{
    if (circuit->state == CIRCUIT_OPEN && now - circuit->failed_at >= rule->recovery) {
        circuit->state = CIRCUIT_HALF_OPEN;
        circuit->successes = 0;
    }
    return circuit->state != CIRCUIT_OPEN;
}

static inline void circuit_failed(const struct circuit_rule *rule, struct circuit *circuit,
                                  int64_t now)
{
    circuit->failures += circuit->failures < UINT32_MAX;
    circuit->failed_at = now;
    if (circuit->failures >= rule->failures)
        circuit->state = CIRCUIT_OPEN;
}

static inline void circuit_succeeded(const struct circuit_rule *rule, struct circuit *circuit)
{
    circuit->failures = 0;
    if (circuit->state == CIRCUIT_HALF_OPEN && ++circuit->successes >= rule->successes)
        circuit->state = CIRCUIT_CLOSED;
}

#endif
