/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small programs and what is claimed of each, as tables.
 *
 * A row is a cluster, outages at exact times, a pipeline, and claims: when the n-th thing of a kind
 * was told, how often it was, where the ledger's seconds went, what the record counts. Times are
 * seconds, compared as whole nanoseconds; a row that fails says its name. */
#ifndef CAIRN_TESTS_RUNTIME_CLAIMS_H
#define CAIRN_TESTS_RUNTIME_CLAIMS_H

#include "sim/base/text.h"
#include "tests/sim/runtime/played.h"

#define CLAIMS        14
#define CLAIM_OUTAGES 6
#define CLAIMED(rows) claims_hold(rows, sizeof(rows) / sizeof *(rows))

enum claim_kind {
    CLAIM_NONE,
    CLAIM_AT,
    CLAIM_HOST,
    CLAIM_AMOUNT,
    CLAIM_TO,
    CLAIM_CAUSE,
    CLAIM_NUMBER,
    CLAIM_COUNT,
    CLAIM_STATES,
    CLAIM_CLASS,
    CLAIM_SLOTS,
    CLAIM_COUNTED
};
struct claim {
    enum claim_kind kind;
    uint32_t what, n;
    double value;
};
/* The n-th (from 0) told of this kind was at so many seconds; or on this host. */
#define AT(told, n, seconds)                                                                       \
    {                                                                                              \
        CLAIM_AT, told, n, seconds                                                                 \
    }
#define ON(told, n, host)                                                                          \
    {                                                                                              \
        CLAIM_HOST, told, n, host                                                                  \
    }
/* It said this amount; it said `to`. */
#define AMOUNT(told, n, amount)                                                                    \
    {                                                                                              \
        CLAIM_AMOUNT, told, n, amount                                                              \
    }
#define TO(told, n, to)                                                                            \
    {                                                                                              \
        CLAIM_TO, told, n, to                                                                      \
    }
/* Its cause; its own count: the number of an item, or of a round. */
#define CAUSE(told, n, cause)                                                                      \
    {                                                                                              \
        CLAIM_CAUSE, told, n, cause                                                                \
    }
#define NUMBER(told, n, number)                                                                    \
    {                                                                                              \
        CLAIM_NUMBER, told, n, number                                                              \
    }
/* So many of this kind were told; so many times an actor came into this state. */
#define TIMES(told, count)                                                                         \
    {                                                                                              \
        CLAIM_COUNT, told, 0, count                                                                \
    }
#define STATES(state, count)                                                                       \
    {                                                                                              \
        CLAIM_STATES, state, 0, count                                                              \
    }
/* Seconds of a job class, and of another sum of the record; a count of it. */
#define SPENT(class, seconds)                                                                      \
    {                                                                                              \
        CLAIM_CLASS, class, 0, seconds                                                             \
    }
#define SLOTS(member, seconds)                                                                     \
    {                                                                                              \
        CLAIM_SLOTS, offsetof(struct record, member), 0, seconds                                   \
    }
#define COUNTED(member, count)                                                                     \
    {                                                                                              \
        CLAIM_COUNTED, (uint32_t)offsetof(struct record, member), 0, count                         \
    }

struct claimed {
    const char *name;
    uint32_t nodes, cpu, gpu; /* 0: one node, one processor, no accelerator */
    const char *memory;       /* of a node; NULL: none */
    uint32_t rack, zone;      /* nodes of one; 0: there are none */
    struct {
        uint32_t node;
        uint32_t from, to; /* whole seconds; to 0: there is no such outage */
    } outages[CLAIM_OUTAGES];
    const char *head;     /* more of the scenario, beside cluster and faults.trace; or NULL */
    const char *pipeline; /* indented by four blanks */
    enum run_end end;
    double makespan;
    struct claim claims[CLAIMS];
};

/* Outages as a trace of dates; each node has one more in 2030, so that all are named and nobody
 * reaches the trace's end. Returns whether there are any. */
static inline bool claims_write_trace(const struct claimed *row, char *path)
{
    uint32_t nodes = row->nodes ? row->nodes : 1;
    if (row->outages[0].to == 0)
        return false;
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "w");
    fprintf(out, "node,start,end\n");
    for (uint32_t i = 0; i < nodes; i++)
        fprintf(out, "n%03u,2030-01-01,2030-01-02\n", i);
    for (uint32_t i = 0; i < CLAIM_OUTAGES && row->outages[i].to > 0; i++) {
        uint32_t from = row->outages[i].from, to = row->outages[i].to;
        fprintf(out, "n%03u,2020-01-01T%02u:%02u:%02u,2020-01-01T%02u:%02u:%02u\n",
                row->outages[i].node, from / 3600, from / 60 % 60, from % 60, to / 3600,
                to / 60 % 60, to % 60);
    }
    assert_int_equal(fclose(out), 0);
    return true;
}

static inline void claims_open(struct played *played, const struct claimed *row)
{
    char path[] = "/tmp/cairn-outages-XXXXXX", head[2000], faults[200] = "", parts[60];
    struct text text = text_over(parts, sizeof parts);
    bool has_trace = claims_write_trace(row, path);
    if (has_trace)
        snprintf(faults, sizeof faults,
                 "faults: {trace: {file: %s, start: 2020-01-01, times: true}}\n", path);
    if (row->rack)
        text_add(&text, ", rack: %u", row->rack);
    if (row->zone)
        text_add(&text, ", zone: %u", row->zone);
    snprintf(head, sizeof head,
             "cluster: {nodes: %u%s, node: {cpu: %u, gpu: %u, memory: %s}}\n%s%s",
             row->nodes ? row->nodes : 1, parts, row->cpu ? row->cpu : 1, row->gpu,
             row->memory ? row->memory : "0 B", faults, row->head ? row->head : "");
    played_open(played, head, row->pipeline);
    if (has_trace)
        remove(path);
}

static inline uint32_t claims_count_states(const struct played *played, uint32_t state)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < played->count; i++)
        count += played->told[i].kind == TOLD_ACTOR && played->told[i].to == state;
    return count;
}

/* What is so, in the unit of the claim; -1 where nothing like it was told. */
static inline double claims_found(const struct played *played, const struct claim *claim)
{
    const struct told *told = played_told(played, (enum told_kind)claim->what, claim->n);
    const unsigned char *record = (const unsigned char *)&played->record;
    uint64_t count;
    slot_ns slots;
    switch (claim->kind) {
    case CLAIM_NONE:
        break;
    case CLAIM_AT:
        return told ? simtime_seconds(told->time) : -1;
    case CLAIM_HOST:
        return told ? told->host : -1.0;
    case CLAIM_AMOUNT:
        return told ? (double)told->amount : -1;
    case CLAIM_TO:
        return told ? told->to : -1.0;
    case CLAIM_CAUSE:
        return told ? told->cause : -1.0;
    case CLAIM_NUMBER:
        return told ? (double)told->count : -1;
    case CLAIM_STATES:
        return claims_count_states(played, claim->what);
    case CLAIM_COUNT:
        return played_count(played, (enum told_kind)claim->what);
    case CLAIM_CLASS:
        return slot_seconds(played->record.job[claim->what]);
    case CLAIM_SLOTS:
        memcpy(&slots, record + claim->what, sizeof slots);
        return slot_seconds(slots);
    case CLAIM_COUNTED:
        memcpy(&count, record + claim->what, sizeof count);
        return (double)count;
    }
    return -1;
}

static inline bool claims_are_equal(double found, double claimed)
{
    return simtime_from_seconds(found) == simtime_from_seconds(claimed);
}

static inline void claims_print(const struct played *played)
{
    for (uint32_t i = 0; i < played->count && i < 200; i++) {
        const struct told *t = &played->told[i];
        print_message("  %12.6f s %-14s to %u cause %u actor %u host %d batch %u.%u try %u\n",
                      simtime_seconds(t->time), told_names[t->kind], t->to, t->cause, t->actor,
                      (int)t->host, t->batch, t->element, t->attempt);
    }
}

static inline bool claims_row_holds(const struct claimed *row)
{
    struct played played;
    bool holds;
    claims_open(&played, row);
    const struct record *r = played_run(&played, 0);
    holds = r->end == row->end && claims_are_equal(simtime_seconds(r->makespan), row->makespan);
    if (!holds)
        print_message("%s: end %d at %.9f s, claimed %d at %.9f s\n", row->name, (int)r->end,
                      simtime_seconds(r->makespan), (int)row->end, row->makespan);
    for (uint32_t i = 0; i < CLAIMS && row->claims[i].kind; i++) {
        const struct claim *claim = &row->claims[i];
        double found = claims_found(&played, claim);
        if (claims_are_equal(found, claim->value))
            continue;
        print_message("%s: claim %u (%s, number %u): %.9f, claimed %.9f\n", row->name, i,
                      claim->kind <= CLAIM_COUNT ? told_names[claim->what] : "of the record",
                      claim->n, found, claim->value);
        holds = false;
    }
    uint64_t outages = 0;
    for (uint32_t i = 0; i < CLAIM_OUTAGES; i++)
        outages += row->outages[i].to > 0;
    if (r->end == END_FINISHED && outages > 0 && r->struck == 0 && r->elsewhere == 0) {
        print_message("%s: none of %u outages fell\n", row->name, (unsigned)outages);
        holds = false;
    }
    if (!holds)
        claims_print(&played);
    played_close(&played);
    return holds;
}

static inline void claims_hold(const struct claimed *rows, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !claims_row_holds(&rows[i]);
    assert_int_equal(failed, 0);
}

#endif
