/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of policies/examples/PROTOCOL.md as text: what is written, and how answers are read.
 *
 * Pure: no pipe, no process, so that every word can be tested. Times are whole ns. Readers return
 * NULL, or what is wrong with the line, in words that go behind "an answer that". */
#ifndef CAIRN_CAMPAIGN_PROTOCOL_H
#define CAIRN_CAMPAIGN_PROTOCOL_H

#include "policies/controller.h"
#include "sim/base/text.h"

#define PROTOCOL_REASONS 60000 /* the largest reason that a program may give */
#define PROTOCOL_PIECE   16384 /* bytes of the longest piece: all params, every byte escaped */

/* The words for happenings, actions and asks, by their enums. */
extern const char *const protocol_happenings[CAIRN_HEAR_NOTICE + 1];
extern const char *const protocol_actions[CAIRN_FAILED + 1];
extern const char *const protocol_asks[CAIRN_ASK_TIME + 1];

struct protocol_begin {
    uint64_t request, seed;
    uint32_t replication;
    const struct cairn_shape *shape;
    const struct cairn_value *params; /* CAIRN_PAIRS */
};

/* The line `begin` in pieces: 0, 1, … until it returns false, having added nothing. */
bool protocol_add_begin(struct text *text, const struct protocol_begin *begin, uint32_t piece);
/* One line each. */
void protocol_add_happening(struct text *text, const struct cairn_happening *happening, uint64_t n);
void protocol_add_decide(struct text *text, uint64_t request,
                         const struct cairn_situation *situation, bool with_random);

const char *protocol_read_ready(const char *line, size_t length, uint64_t request, uint32_t *hears);
/* *verdict is untouched where something is wrong. */
const char *protocol_read_verdict(const char *line, size_t length, uint64_t request,
                                  struct cairn_verdict *verdict);

#endif
