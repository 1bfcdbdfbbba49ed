/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the lines of --events are enough: both ledgers and every count of the record can be added
 * up from them, to the nanosecond. Method: programs that fail in every way are run; their lines are
 * read back as anybody would read them, added up, and held against the record of the run.
 */
#include "sim/campaign/events.h"

#include "policies/recovery.h"
#include "sim/base/json.h"
#include "sim/campaign/row.h"
#include "sim/campaign/witness.h"
#include "tests/sim/campaign/failing.h"
#include "tests/sim/campaign/recounted.h"

#define HOSTS    16
#define BATCHES  1000
#define ELEMENTS 128

/* ---- reading ---- */

/* A member of a line; its integer, or its text with a NUL. */
static bool find(const char *line, size_t length, const char *key, char word[64], int64_t *number)
{
    struct json_reader reader = json_open(line, length);
    struct json_value name, value;
    enum json_step step;
    bool is_found = false;
    while ((step = json_next(&reader, &name, &value)) == JSON_MEMBER) {
        if (!json_is(&name, key))
            continue;
        is_found = true;
        if (value.kind == JSON_TEXT)
            snprintf(word, 64, "%.*s", (int)value.length, value.text);
        else
            *number = value.integer;
    }
    if (step != JSON_END)
        fail_msg("no flat object: %.*s", (int)length, line);
    return is_found;
}

static int64_t number_of(const char *line, size_t length, const char *key)
{
    char word[64];
    int64_t number = -1;
    if (!find(line, length, key, word, &number))
        fail_msg("no %s in %.*s", key, (int)length, line);
    return number;
}

static unsigned index_of(const char *const *names, unsigned count, const char *line, size_t length,
                         const char *key)
{
    char word[64] = "";
    int64_t number;
    assert_true(find(line, length, key, word, &number));
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    fail_msg("%s '%s' is unknown", key, word);
    return 0;
}

/* ---- adding up ---- */

struct sums {
    struct record record;
    int64_t nodes, spare, repairing, changed; /* nodes out of the cluster since `changed` */
    slot_ns out[2];
    struct {
        int64_t seats, since;
        bool is_gone; /* its node is in repair */
    } hosts[HOSTS];
    slot_ns busy;
    struct recounted items;
    int64_t asked[BATCHES][ELEMENTS]; /* by requests that were routed; one more than since when */
    int64_t cut[BATCHES][ELEMENTS];   /* of its work, for a reason that is not known yet */
    struct {
        char actor[64];
        int64_t time, amount;
    } moved; /* to lost, the last of an actor */
};

static void add_nodes(struct sums *sums, int64_t time)
{
    sums->out[0] += (slot_ns)sums->spare * (time - sums->changed);
    sums->out[1] += (slot_ns)sums->repairing * (time - sums->changed);
    sums->changed = time;
}

static unsigned host_of(const char *line, size_t length)
{
    char word[64] = "";
    int64_t number;
    assert_true(find(line, length, "host", word, &number));
    assert_memory_equal(word, "node", 4);
    long host = strtol(word + 4, NULL, 10);
    assert_in_range(host, 0, HOSTS - 1);
    return (unsigned)host;
}

static void add_seat(struct sums *sums, const char *line, size_t length, int64_t time, bool is_in)
{
    unsigned host = host_of(line, length);
    if (is_in && sums->hosts[host].seats++ == 0)
        sums->hosts[host].since = time;
    else if (!is_in && --sums->hosts[host].seats == 0)
        sums->busy += sums->hosts[host].is_gone ? 0 : time - sums->hosts[host].since;
    assert_true(sums->hosts[host].seats >= 0);
}

/* A node that leaves holds nothing, whoever still sits in its place. */
static void add_host(struct sums *sums, const char *line, size_t length, int64_t time, bool is_gone)
{
    unsigned host = host_of(line, length);
    if (is_gone && sums->hosts[host].seats > 0)
        sums->busy += time - sums->hosts[host].since;
    sums->hosts[host].is_gone = is_gone;
}

static bool says(const char *line, size_t length, const char *key, const char *wanted)
{
    char word[64] = "";
    int64_t number;
    return find(line, length, key, word, &number) && strcmp(word, wanted) == 0;
}

static void add_actor(struct record *r, const char *line, size_t length)
{
    char state[64] = "", cause[64] = "";
    int64_t number;
    assert_true(find(line, length, "state", state, &number));
    find(line, length, "cause", cause, &number);
    r->actors.created += strcmp(state, "DEPENDENCIES_UNREADY") == 0;
    r->actors.dead += strcmp(state, "DEAD") == 0 && strcmp(cause, "owner") != 0;
}

static void add_outage(struct record *r, const char *line, size_t length)
{
    int64_t held = number_of(line, length, "held"), others = number_of(line, length, "others");
    r->struck += held > 0;
    r->elsewhere += (uint64_t)others;
    r->shielded += held == 0 && others == 0;
}

static void add_end(struct record *r, const char *line, size_t length)
{
    char cause[64];
    int64_t number;
    if (!find(line, length, "cause", cause, &number))
        return;
    r->end = END_FAILED;
    r->failed_cause = index_of(witness_causes, CALL_CAUSES, line, length, "cause");
    r->failed_line = (uint32_t)number_of(line, length, "line");
}

static void add_stop(struct record *r, const char *line, size_t length)
{
    char text[64];
    int64_t number = 0;
    r->end = index_of(row_ends, RUN_ENDS, line, length, "end");
    r->failed_line = find(line, length, "line", text, &number) ? (uint32_t)number : 0;
    r->failed_cause = 0;
}

/* Returns what of it is lost. */
static int64_t add_move(struct record *r, const char *line, size_t length)
{
    unsigned from = index_of(job_class_names, JOB_CLASSES, line, length, "from");
    unsigned to = index_of(job_class_names, JOB_CLASSES, line, length, "class");
    int64_t amount = number_of(line, length, "amount_ns");
    r->job[from] -= amount;
    r->job[to] += amount;
    return from == JOB_USEFUL && to == JOB_LOST ? amount : 0;
}

static void add_counts(struct record *r, enum told_kind kind, const char *line, size_t length)
{
    r->calls.completed += kind == TOLD_DONE;
    r->calls.completed -= kind == TOLD_OBJECT_REBUILT;
    r->calls.failed += kind == TOLD_FAILED;
    r->calls.retried += kind == TOLD_RETRIED;
    r->attempts.failed += kind == TOLD_ATTEMPT_FAILED;
    r->actors.restarted += kind == TOLD_ACTOR_RESTARTED;
    r->objects.stored += kind == TOLD_STORED;
    r->objects.copied += kind == TOLD_COPIED;
    r->objects.lost += kind == TOLD_OBJECT_LOST;
    r->objects.rebuilt += kind == TOLD_OBJECT_REBUILT;
    r->objects.evicted += kind == TOLD_EVICTED;
    r->objects.spilled += kind == TOLD_SPILLED;
    r->attempts.killed += kind == TOLD_KILLED;
    r->taken += kind == TOLD_SNAPSHOT;
    r->completed += kind == TOLD_COMPLETE;
    r->checkpoints_aborted += kind == TOLD_ABORTED;
    r->restored += kind == TOLD_RESTORED;
    r->predictions += kind == TOLD_PREDICTION;
    r->notices += kind == TOLD_NOTICE;
    r->events += kind < TOLD_SPAN;
    if (kind == TOLD_SUBMITTED)
        r->calls.submitted += (uint64_t)number_of(line, length, "count");
    if (kind == TOLD_ABORTED)
        r->aborted += number_of(line, length, "spent_ns");
    if (kind == TOLD_RESTORED)
        r->protected_work += number_of(line, length, "protected_ns");
    if (kind == TOLD_MOVED)
        r->bytes.moved += (uint64_t)number_of(line, length, "bytes");
}

/* Of a queue, or what ends with its actor, or with a call that has taken something. */
static void add_item(struct sums *sums, enum told_kind kind, const char *line, size_t length)
{
    struct recounted_line l = {.kind = kind, .batch = -1, .is_dead = kind == TOLD_ACTOR};
    char actor[64] = "", word[64] = "";
    int64_t number;
    if (!find(line, length, "actor", actor, &number))
        return;
    l.actor = strtoul(actor + strcspn(actor, "0123456789"), NULL, 10);
    l.time = number_of(line, length, "time_ns");
    find(line, length, "batch", word, &l.batch);
    find(line, length, "element", word, &l.element);
    find(line, length, "item", word, &l.item);
    find(line, length, "depth", word, &l.depth);
    find(line, length, "since_ns", word, &l.since);
    recounted_add(&sums->items, &l);
}

static int64_t *at_call(int64_t table[BATCHES][ELEMENTS], const char *line, size_t length)
{
    int64_t batch = number_of(line, length, "batch"), element = number_of(line, length, "element");
    assert_in_range(batch, 0, BATCHES - 1);
    assert_in_range(element, 0, ELEMENTS - 1);
    return &table[batch][element];
}

static int64_t *asked_of(struct sums *sums, const char *line, size_t length)
{
    return at_call(sums->asked, line, length);
}

/* Work that is lost, by an actor or by a call of a task. */
static void add_loss(struct sums *sums, const char *line, size_t length, int64_t lost)
{
    int64_t number;
    char actor[64] = "";
    if (lost == 0)
        return;
    if (!find(line, length, "actor", actor, &number)) {
        *at_call(sums->cut, line, length) += lost;
        return;
    }
    sums->record.lost_work += lost;
    memcpy(sums->moved.actor, actor, sizeof actor);
    sums->moved.time = sums->record.makespan;
    sums->moved.amount = lost;
}

/* Why it was: what exceptions, cancelling and the end of its job cost is not lost to a failure. */
static void add_reason(struct sums *sums, enum told_kind kind, const char *line, size_t length)
{
    int64_t number, *cut;
    char actor[64] = "";
    bool is_raised = says(line, length, "cause", "exception");
    bool is_failure = kind == TOLD_FAILED ? says(line, length, "cause", "memory") : !is_raised;
    if (find(line, length, "actor", actor, &number)) {
        bool is_it = strcmp(actor, sums->moved.actor) == 0 &&
                     sums->moved.time == sums->record.makespan && is_raised;
        sums->record.lost_work -= is_it ? sums->moved.amount : 0;
        sums->moved.amount = is_it ? 0 : sums->moved.amount;
        return;
    }
    cut = at_call(sums->cut, line, length);
    sums->record.lost_work += is_failure ? *cut : 0;
    *cut = 0;
}

/* Time in a class; who is being detected has lost to a failure what he has lost. */
static void add_span(struct sums *sums, const char *line, size_t length, int64_t time)
{
    unsigned class = index_of(job_class_names, JOB_CLASSES, line, length, "class");
    int64_t number, took = time - number_of(line, length, "since_ns");
    char actor[64] = "";
    sums->record.job[class] += took;
    if (class == JOB_LOST)
        add_loss(sums, line, length, took);
    if (class == JOB_DETECT && !find(line, length, "actor", actor, &number)) {
        sums->record.lost_work += *at_call(sums->cut, line, length);
        *at_call(sums->cut, line, length) = 0;
    }
}

static void add_routed(struct sums *sums, const char *line, size_t length)
{
    struct record *r = &sums->record;
    static const char *const nears[] = {"node", "zone", "any"};
    *asked_of(sums, line, length) = number_of(line, length, "since_ns") + 1;
    r->routes.routed++;
    r->routes.misrouted += (uint64_t)number_of(line, length, "misrouted");
    r->routes.near[index_of(nears, 3, line, length, "near")]++;
}

static void add_answer(struct record *r, uint64_t took)
{
    r->routes.answered++;
    r->routes.took += (slot_ns)took;
    r->routes.slowest = took > r->routes.slowest ? took : r->routes.slowest;
}

static void add_routes(struct sums *sums, enum told_kind kind, const char *line, size_t length)
{
    struct record *r = &sums->record;
    r->routes.refused += kind == TOLD_REFUSED;
    r->routes.probes += kind == TOLD_PROBED;
    r->routes.waits += kind == TOLD_BACKED_OFF;
    if (kind == TOLD_ROUTED)
        add_routed(sums, line, length);
    if (kind != TOLD_ACCEPTED && kind != TOLD_DONE)
        return;
    int64_t asked = *asked_of(sums, line, length);
    if (kind == TOLD_DONE && asked > 0)
        add_answer(r, (uint64_t)(r->makespan - asked + 1));
    if (kind == TOLD_DONE)
        return;
    uint64_t queue = (uint64_t)number_of(line, length, "length");
    r->routes.accepted++;
    r->routes.waited += r->makespan - asked + 1;
    r->routes.longest = queue > r->routes.longest ? queue : r->routes.longest;
}

static void add_line(struct sums *sums, const char *line, size_t length)
{
    struct record *r = &sums->record;
    enum told_kind kind = index_of(told_names, TOLD_KINDS, line, length, "event");
    int64_t time = number_of(line, length, "time_ns");
    assert_true(time >= r->makespan);
    r->makespan = time;
    add_counts(r, kind, line, length);
    add_routes(sums, kind, line, length);
    if (kind == TOLD_PLACED || kind == TOLD_LEFT)
        add_seat(sums, line, length, time, kind == TOLD_PLACED);
    if (kind == TOLD_HOST_UP)
        add_host(sums, line, length, time, false);
    if (kind == TOLD_HOST_DOWN && number_of(line, length, "left") == 1)
        add_host(sums, line, length, time, true);
    if (kind == TOLD_ACTOR)
        add_actor(r, line, length);
    if (kind == TOLD_ENDED || (kind >= TOLD_ENQUEUED && kind <= TOLD_ITEM_BACK) ||
        (kind == TOLD_ACTOR && says(line, length, "state", "DEAD")))
        add_item(sums, kind, line, length);
    if (kind == TOLD_OUTAGE)
        add_outage(r, line, length);
    if (kind == TOLD_JOB_ENDED)
        add_end(r, line, length);
    if (kind == TOLD_STOPPED)
        add_stop(r, line, length);
    if (kind == TOLD_MOVE)
        add_loss(sums, line, length, add_move(r, line, length));
    if (kind == TOLD_SPAN)
        add_span(sums, line, length, time);
    if (kind == TOLD_ATTEMPT_FAILED || kind == TOLD_FAILED)
        add_reason(sums, kind, line, length);
    if (kind == TOLD_NODES) {
        add_nodes(sums, time);
        sums->spare = number_of(line, length, "spare");
        sums->repairing = number_of(line, length, "repairing");
    }
}

/* A node of the cluster is held while a seat on it is taken, and idle otherwise. */
static void end_nodes(struct sums *sums)
{
    struct record *r = &sums->record;
    for (unsigned i = 0; i < HOSTS; i++)
        sums->busy += sums->hosts[i].seats > 0 && !sums->hosts[i].is_gone
                          ? r->makespan - sums->hosts[i].since
                          : 0;
    add_nodes(sums, r->makespan);
    slot_ns in = (slot_ns)sums->nodes * r->makespan - sums->out[0] - sums->out[1];
    r->nodes[NODE_SPARE] = sums->out[0];
    r->nodes[NODE_REPAIRING] = sums->out[1];
    r->nodes[NODE_HELD] = sums->busy;
    r->nodes[NODE_IDLE] = in - r->nodes[NODE_HELD];
}

static void add_up(struct sums *sums, const char *text)
{
    memset(sums, 0, sizeof *sums);
    for (const char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        size_t length = (size_t)(end - line);
        if (line == text)
            sums->nodes = number_of(line, length, "nodes") + number_of(line, length, "spares");
        else
            add_line(sums, line, length);
    }
    end_nodes(sums);
    recounted_end(&sums->items, &sums->record);
}

/* ---- comparing ---- */

static void assert_same(const char *name, const struct record *told, const struct record *run)
{
    for (const struct row_column *c = row_columns; c->name; c++) {
        const char *a = (const char *)told + c->offset, *b = (const char *)run + c->offset;
        size_t size = c->kind == ROW_U32 || c->kind == ROW_END       ? 4
                      : c->kind == ROW_SLOTS || c->kind == ROW_CLAIM ? sizeof(slot_ns)
                                                                     : 8;
        bool is_identity = c->kind == ROW_DIGEST || c->kind == ROW_TRACE;
        if (!is_identity && strcmp(c->name, "replication") != 0 &&
            strcmp(c->name, "bound_ns") != 0 && memcmp(a, b, size) != 0)
            fail_msg("%s: %s: told %lld, was %lld", name, c->name,
                     (long long)(size == 4 ? *(const uint32_t *)(const void *)a
                                           : *(const int64_t *)(const void *)a),
                     (long long)(size == 4 ? *(const uint32_t *)(const void *)b
                                           : *(const int64_t *)(const void *)b));
    }
    assert_int_equal(told->failed_line, run->failed_line);
    assert_int_equal(told->failed_cause, run->failed_cause);
    assert_true(told->lost_work == run->lost_work);
}

static char *events_of(const struct cell *cell, uint32_t replication, struct record *record)
{
    struct sink *sink = caught_open();
    struct diag diag;
    diag_init(&diag);
    assert_int_equal(events_write(sink, cell, replication, record, &diag), STATUS_OK);
    return caught_close(sink, &diag);
}

static void both_ledgers_and_every_count_can_be_added_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failing); i++) {
        struct played played;
        struct record record;
        bool has[FAILING_WANTED] = {false};
        played_open(&played, failing[i].head, failing[i].pipeline);
        for (uint32_t replication = 0; replication < FAILING_REPLICATIONS; replication++) {
            static struct sums sums;
            char *text = events_of(&played.cell, replication, &record);
            add_up(&sums, text);
            sums.record.events += record.trace.outages;
            assert_same(failing[i].name, &sums.record, &record);
            assert_memory_equal(&record.digest, &played_run(&played, replication)->digest,
                                sizeof record.digest);
            failing_count(&failing[i], &record, has);
            free(text);
        }
        failing_check(&failing[i], has);
        played_close(&played);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ledgers_and_every_count_can_be_added_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
