/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a trace is what viewers can draw and people can trust: events in the order of time, slices
 * that nest on every track, arrows with two ends in slices, and run slices that add up to the
 * ledger. Method: programs that fail in every way are traced, and every line is read back.
 */
#include "sim/campaign/perfetto.h"

#include "sim/base/json.h"
#include "tests/sim/campaign/failing.h"

#define DEPTH  8
#define TRACKS 256
#define FLOWS  65536

struct line {
    char phase, name[64], category[16], class[16], outcome[16];
    int64_t process, thread, ts, dur, id, value;
};

/* Microseconds with three decimals, as whole ns. */
static int64_t ns_of(const struct json_value *value)
{
    int64_t ns = 0;
    for (size_t i = 0; i < value->length; i++)
        if (value->text[i] != '.')
            ns = 10 * ns + (value->text[i] - '0');
    assert_true(value->length > 4 && value->text[value->length - 4] == '.');
    return ns;
}

static void copy(char *to, size_t size, const struct json_value *value)
{
    assert_int_equal(value->kind, JSON_TEXT);
    snprintf(to, size, "%.*s", (int)value->length, value->text);
}

static void read_args(const struct json_value *args, struct line *e)
{
    struct json_reader reader = json_open(args->text, args->length);
    struct json_value key, value;
    enum json_step step;
    while ((step = json_next(&reader, &key, &value)) == JSON_MEMBER) {
        if (json_is(&key, "class"))
            copy(e->class, sizeof e->class, &value);
        else if (json_is(&key, "outcome"))
            copy(e->outcome, sizeof e->outcome, &value);
        else if (json_is(&key, "value"))
            e->value = value.integer;
    }
    assert_int_equal(step, JSON_END);
}

static struct line read_event(const char *line, size_t length)
{
    struct json_reader reader = json_open_outer(line, length);
    struct json_value key, value;
    struct line e = {.ts = -1};
    enum json_step step;
    while ((step = json_next(&reader, &key, &value)) == JSON_MEMBER) {
        if (json_is(&key, "ph"))
            e.phase = value.text[0];
        else if (json_is(&key, "name"))
            copy(e.name, sizeof e.name, &value);
        else if (json_is(&key, "cat"))
            copy(e.category, sizeof e.category, &value);
        else if (json_is(&key, "pid"))
            e.process = value.integer;
        else if (json_is(&key, "tid"))
            e.thread = value.integer;
        else if (json_is(&key, "id"))
            e.id = value.integer;
        else if (json_is(&key, "ts"))
            e.ts = ns_of(&value);
        else if (json_is(&key, "dur"))
            e.dur = ns_of(&value);
        else if (json_is(&key, "args"))
            read_args(&value, &e);
    }
    if (step != JSON_END)
        fail_msg("no event: %.*s", (int)length, line);
    return e;
}

/* ---- what is checked ---- */

struct track {
    int64_t process, thread, ends[DEPTH];
    int depth;
    char categories[DEPTH][16];
};
struct checked {
    struct track tracks[TRACKS];
    unsigned tracks_count;
    int64_t last, run, makespan;
    uint8_t flows[FLOWS]; /* 1: begun, 2: ended */
    int64_t counters[4], most[4];
    unsigned flows_begun, flows_ended, failures, slices;
};

static struct track *track_of(struct checked *c, const struct line *e)
{
    for (unsigned i = 0; i < c->tracks_count; i++)
        if (c->tracks[i].process == e->process && c->tracks[i].thread == e->thread)
            return &c->tracks[i];
    assert_true(c->tracks_count < TRACKS);
    c->tracks[c->tracks_count] = (struct track){.process = e->process, .thread = e->thread};
    return &c->tracks[c->tracks_count++];
}

static void leave_ended(struct track *track, const struct line *e)
{
    while (track->depth > 0 && track->ends[track->depth - 1] <= e->ts &&
           !(e->dur == 0 && track->ends[track->depth - 1] == e->ts))
        track->depth--;
}

/* It lies in what encloses it whole, and a phase lies in an attempt, or an actor, or its call. */
static void check_slice(struct checked *c, const struct line *e)
{
    struct track *track = track_of(c, e);
    leave_ended(track, e);
    if (track->depth > 0 && track->ends[track->depth - 1] < e->ts + e->dur)
        fail_msg("%s at %lld overlaps", e->name, (long long)e->ts);
    const char *around = track->depth > 0 ? track->categories[track->depth - 1] : "";
    if (strcmp(e->category, "phase") == 0)
        assert_true(strcmp(around, "task") == 0 || strcmp(around, "actor") == 0 ||
                    strcmp(around, "method") == 0);
    assert_true(track->depth < DEPTH);
    memcpy(track->categories[track->depth], e->category, sizeof e->category);
    track->ends[track->depth++] = e->ts + e->dur;
    c->run += strcmp(e->category, "phase") == 0 && strcmp(e->name, "run") == 0 ? e->dur : 0;
    c->makespan = e->ts + e->dur > c->makespan ? e->ts + e->dur : c->makespan;
    c->failures += strcmp(e->outcome, "failed") == 0;
    c->slices++;
}

static void check_flow(struct checked *c, const struct line *e)
{
    struct track *track = track_of(c, e);
    leave_ended(track, e);
    assert_true(track->depth > 0); /* in a slice */
    assert_in_range(e->id, 1, FLOWS - 1);
    assert_int_equal(c->flows[e->id], e->phase == 'f');
    c->flows[e->id]++;
    c->flows_begun += e->phase == 's';
    c->flows_ended += e->phase == 'f';
}

static const char *const counters[] = {"running calls", "queued calls", "nodes up", "object bytes"};

static void check_counter(struct checked *c, const struct line *e)
{
    unsigned i = 0;
    assert_int_equal(e->process, 1);
    assert_true(e->value >= 0);
    while (strcmp(counters[i], e->name) != 0)
        assert_true(++i < COUNT(counters));
    c->counters[i] = e->value;
    c->most[i] = e->value > c->most[i] ? e->value : c->most[i];
}

/* Nothing runs or waits when all is done; there were never more nodes than there are. */
static void check_counters(const struct checked *c, const struct cell *cell, const struct record *r)
{
    int64_t calls = (int64_t)(r->calls.submitted + r->objects.rebuilt);
    assert_in_range(c->most[0], 1, calls);
    assert_in_range(c->most[1], 0, calls);
    assert_int_equal(c->most[2], cell->spec.cluster.nodes);
    assert_int_equal(c->most[3] > 0, r->objects.stored > 0);
    if (r->end != END_FINISHED)
        return;
    assert_int_equal(c->counters[0], 0);
    assert_int_equal(c->counters[1], 0);
}

static void check_event(struct checked *c, const struct line *e)
{
    if (e->phase == 'M')
        return;
    assert_true(e->ts >= c->last); /* in the order of time */
    c->last = e->ts;
    if (e->phase == 'X')
        check_slice(c, e);
    else if (e->phase == 's' || e->phase == 'f')
        check_flow(c, e);
    else if (e->phase == 'C')
        check_counter(c, e);
    else
        assert_int_equal(e->phase, 'i');
}

static void check_trace(struct checked *c, const char *text)
{
    *c = (struct checked){.last = 0};
    const char *line = strchr(text, '\n') + 1, *end;
    for (; line[0] != ']'; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        size_t length = (size_t)(end - line);
        struct line e = read_event(line, length - (line[length - 1] == ','));
        check_event(c, &e);
    }
    assert_string_equal(line, "]}\n");
}

static char *trace_of(const struct cell *cell, uint32_t replication, struct record *record)
{
    struct sink *sink = caught_open();
    struct diag diag;
    diag_init(&diag);
    assert_int_equal(perfetto_write(sink, NULL, cell, replication, record, &diag), STATUS_OK);
    return caught_close(sink, &diag);
}

static void slices_nest_and_add_up_to_the_ledger(void **state)
{
    (void)state;
    struct checked *c = calloc(1, sizeof *c);
    assert_non_null(c);
    for (size_t i = 0; i < COUNT(failing); i++) {
        struct played played;
        struct record r;
        bool has[FAILING_WANTED] = {false};
        unsigned arrows = 0, failures = 0;
        played_open(&played, failing[i].head, failing[i].pipeline);
        for (uint32_t replication = 0; replication < FAILING_REPLICATIONS; replication++) {
            char *text = trace_of(&played.cell, replication, &r);
            check_trace(c, text);
            free(text);
            assert_true(c->run == r.job[JOB_USEFUL] + r.job[JOB_LOST] + r.job[JOB_UNCOMMITTED]);
            assert_int_equal(c->makespan, r.makespan);
            assert_true(c->flows_ended <= c->flows_begun);
            check_counters(c, &played.cell, &r);
            arrows += c->flows_ended;
            failures += c->failures;
            failing_count(&failing[i], &r, has);
        }
        failing_check(&failing[i], has);
        assert_true(arrows > 0 && failures > 0);
        played_close(&played);
    }
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_nest_and_add_up_to_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
