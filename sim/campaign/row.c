/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table of columns, written and read. */
#include "sim/campaign/row.h"
#include "policies/router.h"
#include "sim/base/text.h"
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const row_ends[RUN_ENDS] = {
    [END_FINISHED] = "finished", [END_HORIZON] = "horizon", [END_EVENTS] = "max_events",
    [END_POLICY] = "policy",     [END_FAILED] = "failed",
};

#define JOB(name, class)                                                                           \
    {                                                                                              \
        name "_ns", ROW_SLOTS, offsetof(struct record, job[class])                                 \
    }
#define NODES(name, class)                                                                         \
    {                                                                                              \
        "nodes_" name "_ns", ROW_SLOTS, offsetof(struct record, nodes[class])                      \
    }
#define FIELD(name, kind, member)                                                                  \
    {                                                                                              \
        name, kind, offsetof(struct record, member)                                                \
    }

const struct row_column row_columns[] = {
    FIELD("replication", ROW_U32, replication),
    FIELD("end", ROW_END, end),
    FIELD("makespan_ns", ROW_TIME, makespan),
    FIELD("bound_ns", ROW_TIME, bound),
    JOB("useful", JOB_USEFUL),
    JOB("checkpoint", JOB_CHECKPOINT),
    JOB("slowed", JOB_SLOWED),
    JOB("lost", JOB_LOST),
    JOB("uncommitted", JOB_UNCOMMITTED),
    JOB("detect", JOB_DETECT),
    JOB("wait", JOB_WAIT),
    JOB("restart", JOB_RESTART),
    JOB("restore", JOB_RESTORE),
    JOB("blocked", JOB_BLOCKED),
    JOB("start", JOB_START),
    JOB("transfer", JOB_TRANSFER),
    JOB("idle", JOB_IDLE),
    FIELD("aborted_ns", ROW_SLOTS, aborted),
    NODES("held", NODE_HELD),
    NODES("spare", NODE_SPARE),
    NODES("repairing", NODE_REPAIRING),
    NODES("idle", NODE_IDLE),
    FIELD("struck", ROW_U64, struck),
    FIELD("shielded", ROW_U64, shielded),
    FIELD("elsewhere", ROW_U64, elsewhere),
    FIELD("foretold", ROW_U64, foretold),
    FIELD("predictions", ROW_U64, predictions),
    FIELD("notices", ROW_U64, notices),
    FIELD("taken", ROW_U64, taken),
    FIELD("completed", ROW_U64, completed),
    FIELD("aborted", ROW_U64, checkpoints_aborted),
    FIELD("skipped", ROW_U64, skipped),
    FIELD("restored", ROW_U64, restored),
    FIELD("lost_work_ns", ROW_SLOTS, lost_work),
    FIELD("protected_work_ns", ROW_SLOTS, protected_work),
    FIELD("claimed_work_ns", ROW_CLAIM, claimed_work),
    FIELD("calls_submitted", ROW_U64, calls.submitted),
    FIELD("calls_completed", ROW_U64, calls.completed),
    FIELD("calls_failed", ROW_U64, calls.failed),
    FIELD("calls_retried", ROW_U64, calls.retried),
    FIELD("attempts_failed", ROW_U64, attempts.failed),
    FIELD("attempts_killed", ROW_U64, attempts.killed),
    FIELD("actors_created", ROW_U64, actors.created),
    FIELD("actors_restarted", ROW_U64, actors.restarted),
    FIELD("actors_dead", ROW_U64, actors.dead),
    FIELD("objects_stored", ROW_U64, objects.stored),
    FIELD("objects_copied", ROW_U64, objects.copied),
    FIELD("objects_lost", ROW_U64, objects.lost),
    FIELD("objects_rebuilt", ROW_U64, objects.rebuilt),
    FIELD("objects_evicted", ROW_U64, objects.evicted),
    FIELD("objects_spilled", ROW_U64, objects.spilled),
    FIELD("bytes_moved", ROW_U64, bytes.moved),
    FIELD("routes_routed", ROW_U64, routes.routed),
    FIELD("routes_accepted", ROW_U64, routes.accepted),
    FIELD("routes_refused", ROW_U64, routes.refused),
    FIELD("routes_probes", ROW_U64, routes.probes),
    FIELD("routes_waits", ROW_U64, routes.waits),
    FIELD("routes_misrouted", ROW_U64, routes.misrouted),
    FIELD("routes_node", ROW_U64, routes.near[CAIRN_NEAR_NODE]),
    FIELD("routes_zone", ROW_U64, routes.near[CAIRN_NEAR_ZONE]),
    FIELD("routes_any", ROW_U64, routes.near[CAIRN_NEAR_ANY]),
    FIELD("routes_answered", ROW_U64, routes.answered),
    FIELD("routes_longest", ROW_U64, routes.longest),
    FIELD("routes_slowest_ns", ROW_U64, routes.slowest),
    FIELD("routes_waited_ns", ROW_SLOTS, routes.waited),
    FIELD("routes_took_ns", ROW_SLOTS, routes.took),
    FIELD("items_put", ROW_U64, items.put),
    FIELD("items_delivered", ROW_U64, items.delivered),
    FIELD("items_lost", ROW_U64, items.lost),
    FIELD("items_left", ROW_U64, items.left),
    FIELD("items_doubled", ROW_U64, items.doubled),
    FIELD("items_high", ROW_U64, items.high),
    FIELD("items_depth_ns", ROW_SLOTS, items.depth),
    FIELD("items_waited_ns", ROW_SLOTS, items.waited),
    FIELD("failed_line", ROW_U32, failed_line),
    FIELD("failed_cause", ROW_U32, failed_cause),
    FIELD("events", ROW_U64, events),
    FIELD("digest", ROW_DIGEST, digest),
    FIELD("failure_trace", ROW_TRACE, trace),
    {.name = NULL},
};

/* ---- writing ------------------------------------------------------------------------------- */

static void add_trace(struct text *text, const struct failure_trace *trace)
{
    text_add(text, "%" PRIu64, trace->outages);
    for (unsigned i = 0; i < TRACE_MARKS && (UINT64_C(1) << i) <= trace->outages; i++)
        text_add(text, ":%08" PRIx32, trace->marks[i]);
}

static void add_field(struct text *text, const struct row_column *column,
                      const struct record *record)
{
    const void *field = (const char *)record + column->offset;
    char hex[DIGEST_HEX];
    switch (column->kind) {
    case ROW_U32:
        text_add(text, "%" PRIu32, *(const uint32_t *)field);
        break;
    case ROW_U64:
        text_add(text, "%" PRIu64, *(const uint64_t *)field);
        break;
    case ROW_TIME:
        text_add(text, "%" PRId64, *(const simtime *)field);
        break;
    case ROW_SLOTS:
    case ROW_CLAIM:
        text_add_int128(text, *(const slot_ns *)field);
        break;
    case ROW_END:
        text_add(text, "%s", row_ends[*(const enum run_end *)field]);
        break;
    case ROW_DIGEST:
        digest_hex(*(const struct digest_value *)field, hex);
        text_add(text, "%s", hex);
        break;
    case ROW_TRACE:
        add_trace(text, field);
        break;
    }
}

void row_put_text(struct sink *sink, const char *text)
{
    if (!strpbrk(text, ",\"\r\n#") && text[0] != ' ') {
        io_put(sink, text, strlen(text));
        return;
    }
    io_put(sink, "\"", 1);
    for (; *text; text++) {
        if (*text == '"')
            io_put(sink, "\"", 1);
        io_put(sink, text, 1);
    }
    io_put(sink, "\"", 1);
}

void row_write_header(struct sink *sink, const struct row_cell *cell)
{
    io_printf(sink, "scenario");
    for (uint32_t i = 0; i < cell->axes; i++) {
        if (strcmp(cell->keys[i], "seed") == 0)
            continue; /* it has a column anyway */
        io_put(sink, ",", 1);
        row_put_text(sink, cell->keys[i]);
    }
    io_printf(sink, ",seed");
    for (const struct row_column *c = row_columns; c->name; c++)
        io_printf(sink, ",%s", c->name);
    io_put(sink, "\n", 1);
}

void row_write_csv(struct sink *sink, const struct row_cell *cell, const struct record *record)
{
    char bytes[TRACE_MARKS * 9 + 64];
    row_put_text(sink, cell->scenario);
    for (uint32_t i = 0; i < cell->axes; i++) {
        if (strcmp(cell->keys[i], "seed") == 0)
            continue;
        io_put(sink, ",", 1);
        row_put_text(sink, cell->values[i]);
    }
    io_printf(sink, ",%" PRIu64, cell->seed);
    for (const struct row_column *c = row_columns; c->name; c++) {
        struct text text = text_over(bytes, sizeof bytes);
        add_field(&text, c, record);
        assert(!text.is_cut);
        io_printf(sink, ",%s", bytes);
    }
    io_put(sink, "\n", 1);
}

void row_write_json(struct sink *sink, const struct record *record)
{
    char bytes[TRACE_MARKS * 9 + 64];
    for (const struct row_column *c = row_columns; c->name; c++) {
        struct text text = text_over(bytes, sizeof bytes);
        bool is_word = c->kind == ROW_END || c->kind == ROW_DIGEST || c->kind == ROW_TRACE;
        add_field(&text, c, record);
        io_printf(sink, "%s\"%s\": %s%s%s", c == row_columns ? "{" : ", ", c->name,
                  is_word ? "\"" : "", bytes, is_word ? "\"" : "");
    }
    io_put(sink, "}", 1);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Decimal digits, perhaps a minus; false when it is something else or does not fit 128 bits less
 * one digit. */
static bool read_integer(const char *text, uint32_t length, slot_ns *value)
{
    bool is_negative = length > 0 && text[0] == '-';
    slot_ns sum = 0;
    if (length == (uint32_t)is_negative || length > 37)
        return false;
    for (uint32_t i = is_negative; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        sum = sum * 10 + (text[i] - '0');
    }
    *value = is_negative ? -sum : sum;
    return true;
}

static bool read_hex(const char *text, uint32_t digits, uint64_t *value)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < digits; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (!is_digit && (text[i] < 'a' || text[i] > 'f'))
            return false;
        sum = sum << 4 | (uint64_t)(is_digit ? text[i] - '0' : text[i] - 'a' + 10);
    }
    *value = sum;
    return true;
}

static bool read_trace(const char *text, uint32_t length, struct failure_trace *trace)
{
    const char *colon = memchr(text, ':', length);
    uint32_t head = colon ? (uint32_t)(colon - text) : length;
    slot_ns outages;
    if (!read_integer(text, head, &outages) || outages < 0 || outages > INT64_MAX)
        return false;
    *trace = (struct failure_trace){.outages = (uint64_t)outages};
    unsigned marks = 0;
    while (marks < TRACE_MARKS && (UINT64_C(1) << marks) <= trace->outages)
        marks++;
    if (length != head + 9 * marks)
        return false;
    for (unsigned i = 0; i < marks; i++) {
        uint64_t mark;
        if (text[head + 9 * i] != ':' || !read_hex(text + head + 9 * i + 1, 8, &mark))
            return false;
        trace->marks[i] = (uint32_t)mark;
    }
    return true;
}

static const char *read_number(const struct row_column *column, const char *text, uint32_t length,
                               void *field)
{
    slot_ns value;
    if (!read_integer(text, length, &value))
        return "should be a whole number";
    if (column->kind == ROW_SLOTS && value < 0)
        return "should be nanoseconds, 0 or more";
    if (column->kind == ROW_SLOTS || column->kind == ROW_CLAIM) {
        memcpy(field, &value, sizeof value);
        return NULL;
    }
    if (column->kind == ROW_TIME) {
        if (value < -1 || value > INT64_MAX)
            return "should be nanoseconds, at most 292 years of them";
        *(simtime *)field = (simtime)value;
        return NULL;
    }
    if (value < 0 || value > (column->kind == ROW_U32 ? UINT32_MAX : INT64_MAX))
        return "should be a count";
    if (column->kind == ROW_U32)
        *(uint32_t *)field = (uint32_t)value;
    else
        *(uint64_t *)field = (uint64_t)value;
    return NULL;
}

const char *row_read(const struct row_column *column, const char *text, uint32_t length,
                     struct record *record)
{
    void *field = (char *)record + column->offset;
    struct digest_value digest;
    switch (column->kind) {
    case ROW_END:
        for (unsigned i = 0; i < RUN_ENDS; i++)
            if (strlen(row_ends[i]) == length && memcmp(row_ends[i], text, length) == 0) {
                *(enum run_end *)field = (enum run_end)i;
                return NULL;
            }
        return "should be finished, horizon, max_events, policy or failed";
    case ROW_DIGEST:
        if (length != DIGEST_HEX - 1 || !read_hex(text, 16, &digest.high) ||
            !read_hex(text + 16, 16, &digest.low))
            return "should be a digest of 32 hexadecimal digits";
        memcpy(field, &digest, sizeof digest);
        return NULL;
    case ROW_TRACE:
        return read_trace(text, length, field) ? NULL : "should be a failure trace, N:HEX:HEX…";
    case ROW_U32:
    case ROW_U64:
    case ROW_TIME:
    case ROW_SLOTS:
    case ROW_CLAIM:
        break;
    }
    return read_number(column, text, length, field);
}
