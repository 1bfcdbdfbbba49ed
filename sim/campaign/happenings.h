/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log of what a driver told, asked and was answered: the lines of policies/examples/PROTOCOL.md.
 *
 * Read line by line, strictly; each entry knows its place. A driver may write further members that
 * the protocol does not send over a pipe: `controller` in begin, `restorable` and `steps` in any
 * happening; and two lines of its own: `strike`, when a failure happened, and `end`. */
#ifndef CAIRN_CAMPAIGN_HAPPENINGS_H
#define CAIRN_CAMPAIGN_HAPPENINGS_H

#include "policies/controller.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/json.h"

enum entry_kind {
    ENTRY_STEP, /* the happenings in the order of enum cairn_happening_kind */
    ENTRY_CHECKPOINT_DONE,
    ENTRY_CHECKPOINT_LOST,
    ENTRY_FAILURE,
    ENTRY_RECOVERED,
    ENTRY_PREDICTION,
    ENTRY_NOTICE,
    ENTRY_BEGIN,
    ENTRY_DECIDE,
    ENTRY_STRIKE,
    ENTRY_END,
    ENTRY_VERDICT,
    ENTRY_KINDS
};

struct entry {
    enum entry_kind kind;
    struct place place;               /* of the line */
    size_t at;                        /* where it begins in the source */
    struct cairn_happening happening; /* `now` of strike and end too, and `steps` of end */
    int64_t n;
    int64_t request; /* of begin, decide and verdict */
    struct cairn_situation situation;
    struct cairn_verdict verdict;
    struct cairn_shape shape;
    struct json_value name, controller, params; /* into the source; `kind` JSON_NOTHING: absent */
};

struct happenings {
    const struct source *source;
    struct diag *diag;
    size_t at;
    uint32_t line;
    int64_t request; /* of the decide whose verdict is the next line; -1: none */
    bool is_restorable, has_begun;
    char step_name[64];
};

/* The file of a log. */
enum status happenings_read(const char *path, struct arena *arena, struct diag *diag,
                            struct source *source);
struct happenings happenings_open(const struct source *source, struct diag *diag);
/* False at the end, and after an error, which has been said: *status is STATUS_DATA then. The
 * first entry is a begin, and there is no other; a verdict follows each decide. */
bool happenings_next(struct happenings *log, struct entry *entry, enum status *status);
/* An error at the line. Returns STATUS_DATA. */
enum status happenings_complain(struct happenings *log, const struct entry *entry,
                                const char *problem);

#endif
