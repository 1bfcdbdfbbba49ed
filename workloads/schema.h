/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema: one row for each key that a scenario may hold.
 *
 * From this table come validation, defaults, --set, `cairn help scenario`, the JSON Schema for
 * editors, the canonical form and its digest. A key that is not here is an error. */
#ifndef CAIRN_WORKLOADS_SCHEMA_H
#define CAIRN_WORKLOADS_SCHEMA_H

#include "sim/base/io.h"
#include "sim/model/spec.h"
#include <stdbool.h>
#include <stddef.h>

enum schema_id {
    KEY_VERSION,
    KEY_NAME,
    KEY_SUMMARY,
    KEY_IMPORT,
    KEY_HORIZON,
    KEY_NODES,
    KEY_SPARES,
    KEY_RACK,
    KEY_ZONE,
    KEY_SPARES_AGE,
    KEY_NODE_CPU,
    KEY_NODE_GPU,
    KEY_NODE_MEMORY,
    KEY_NODE_CUSTOM,
    KEY_NODE_UPTIME,
    KEY_NODE_REPAIR,
    KEY_RACK_UPTIME,
    KEY_RACK_REPAIR,
    KEY_ZONE_UPTIME,
    KEY_ZONE_REPAIR,
    KEY_PLATFORM_UPTIME,
    KEY_PLATFORM_REPAIR,
    KEY_TRACE_FILE,
    KEY_TRACE_FORMAT,
    KEY_TRACE_TIMES,
    KEY_TRACE_START,
    KEY_TRACE_AFTER_END,
    KEY_TRACE_NODES,
    KEY_TRACE_OPEN,
    KEY_CLOCK,
    KEY_STRIKE,
    KEY_INITIAL_AGE,
    KEY_RENEWAL,
    KEY_RECALL,
    KEY_PRECISION,
    KEY_LEAD,
    KEY_WINDOW,
    KEY_NOTICE,
    KEY_SLOW_EVERY,
    KEY_SLOW_LASTS,
    KEY_SLOW_FACTOR,
    KEY_SCHEDULE,
    KEY_DELAY,
    KEY_PROBE_PERIOD,
    KEY_PROBE_TIMEOUT,
    KEY_PROBE_THRESHOLD,
    KEY_PROBES,
    KEY_WORKER_DETECTION,
    KEY_WORKERS,
    KEY_CPU,
    KEY_GPU,
    KEY_MEMORY,
    KEY_WORK,
    KEY_STEP,
    KEY_STAGES,
    KEY_DIVISIBLE,
    KEY_STATE,
    KEY_CHECKPOINT,
    KEY_PERSIST,
    KEY_INTERFERENCE,
    KEY_RESTORE,
    KEY_DOWNTIME,
    KEY_FINAL_CHECKPOINT,
    KEY_RESTORE_INITIAL,
    KEY_IN_FLIGHT,
    KEY_STAGED,
    KEY_PIPELINE,
    KEY_STORE_WRITE,
    KEY_STORE_READ,
    KEY_STORE_LATENCY,
    KEY_SUBMIT,
    KEY_LEASE,
    KEY_REPLY,
    KEY_WORKER_START,
    KEY_WORKER_IMPORT,
    KEY_WORKER_AT_ONCE,
    KEY_NODE_START,
    KEY_LATENCY,
    KEY_BANDWIDTH,
    KEY_DRIVER,
    KEY_INLINE,
    KEY_OBJECT_MEMORY,
    KEY_SPILL_BANDWIDTH,
    KEY_SPILL_THRESHOLD,
    KEY_SPILL_FUSED,
    KEY_LINEAGE,
    KEY_TASK_SPEC,
    KEY_MEMORY_LIMIT,
    KEY_MEMORY_CHECK,
    KEY_SHUTDOWN,
    KEY_RECONNECT,
    KEY_CONTROLLER,
    KEY_SCHEDULER,
    KEY_RECOVERY,
    KEY_ROUTER,
    KEY_REPLICATIONS,
    KEY_SEED,
    KEY_MAX_EVENTS,
    SCHEMA_KEYS
};

enum schema_type {
    TYPE_DURATION,   /* simtime */
    TYPE_BYTES,      /* uint64_t */
    TYPE_RATE,       /* double, bytes a second */
    TYPE_COUNT32,    /* uint32_t */
    TYPE_COUNT64,    /* uint64_t */
    TYPE_NUMBER,     /* double */
    TYPE_FRACTION,   /* int32_t, millionths */
    TYPE_BOOL,       /* bool */
    TYPE_CHOICE,     /* an enum; choices in its order */
    TYPE_TEXT,       /* const char * */
    TYPE_LAW,        /* struct law */
    TYPE_PHASES,     /* uint32_t of PHASE_BITs */
    TYPE_AGE,        /* new, stationary or a duration: initial_age and age */
    TYPE_START,      /* first, random or a date: trace.start and start_date */
    TYPE_STAGES,     /* list of struct cairn_stage */
    TYPE_SCHEDULE,   /* list of struct spec_mishap */
    TYPE_PIPELINE,   /* struct program */
    TYPE_CONTROLLER, /* struct spec_controller */
    TYPE_SCHEDULER,  /* spec.scheduler */
    TYPE_RECOVERY,   /* spec.recovery */
    TYPE_ROUTER,     /* spec.router */
};

#define SCHEMA_NO_FIELD ((size_t)-1) /* checked, but nothing in the spec holds it */

struct schema_key {
    const char *path; /* "workload.group.checkpoint" */
    enum schema_type type;
    size_t offset;              /* into struct spec */
    bool is_required;           /* there is no default */
    const char *fallback;       /* the default as a user would write it */
    const char *absent;         /* the word that says "not given": none, derived; or NULL */
    double min, max;            /* in seconds, bytes, counts; max 0: no limit but the type's */
    const char *const *choices; /* NULL-terminated */
    const char *help;
};

extern const struct schema_key schema_keys[SCHEMA_KEYS];
extern const char
    *const schema_phases[PHASE_COUNT + 1]; /* words of faults.strike, NULL at the end */

/* The key with this path, or SCHEMA_KEYS. */
enum schema_id schema_find(const char *path, size_t length);
/* Does the key mean anything beside a pipeline, or beside a group? Where it does not, it may not be
 * said, and is neither shown nor in the digest. */
bool schema_applies(enum schema_id id, bool has_pipeline);
/* Is the path (not "") a map of keys, such as "workload.group"? */
bool schema_is_section(const char *path, size_t length);
/* What is likely meant by an unknown `key` in `section` ("" at the top): "did you mean 'workers'?",
 * or the list of keys that are known there. Written into bytes. */
void schema_suggest(const char *section, const char *key, size_t length, char *bytes,
                    size_t capacity);
/* What a value of this key looks like: "a duration, as in '30 s'". */
const char *schema_expectation(enum schema_type type);

/* The reference of all keys, for `cairn help scenario`; the JSON Schema (draft 2020-12). */
void schema_print_help(struct sink *sink);
void schema_print_json(struct sink *sink);
/* Shared with pipeline_schema: a sentence, broken at blanks before column 84, indented; a JSON
 * string. */
void schema_print_wrapped(struct sink *sink, const char *sentence, size_t indent);
void schema_print_text(struct sink *sink, const char *text);

#endif
