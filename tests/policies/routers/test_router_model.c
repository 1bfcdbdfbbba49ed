/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: whatever is asked and told of it, every listed router does what a naive model of it does;
 * its state can be copied; its plan is never written. Method: random values, replicas that come and
 * go, searches interleaved with news of all kinds; the model keeps plain facts and looks through
 * all of them each time. A listed class without a model fails. */
#include "tests/policies/routers/depot.h"
#include "tests/sim/model/kit.h"
#include "tests/support.h"

enum { WALKS = 400, STEPS = 300, REPLICAS = 7 };

static uint64_t seed = 1;

/* What is known of a replica, as facts. */
struct fact {
    bool is_up, is_known;
    uint32_t near, bound;
    int32_t length;
    int64_t since;
};
struct model {
    const struct depot *d;
    bool is_asking, counts_ends;
    int64_t cache, wait, wait_cap, deadline, deadline_cap;
    double factor;
    uint32_t max_ongoing;
    bool prefers[2];
    struct fact facts[REPLICAS];
    uint32_t next; /* round robin */
};

/* Who is meant to be asked: into who[], in the router's order. */
typedef uint32_t naive_pick(struct model *m, const uint32_t *list, uint32_t count,
                            const uint64_t random[2], uint32_t *who);

static uint32_t naive_two(struct model *m, const uint32_t *list, uint32_t count,
                          const uint64_t random[2], uint32_t *who)
{
    uint32_t rest[REPLICAS], others = 0, first = (uint32_t)((random[0] >> 32) * count >> 32);
    (void)m;
    who[0] = list[first];
    for (uint32_t i = 0; i < count; i++)
        if (i != first)
            rest[others++] = list[i];
    if (others > 0)
        who[1] = rest[(random[1] >> 32) * others >> 32];
    return others > 0 ? 2 : 1;
}

static uint32_t naive_one(struct model *m, const uint32_t *list, uint32_t count,
                          const uint64_t random[2], uint32_t *who)
{
    (void)m;
    who[0] = list[(random[0] >> 32) * count >> 32];
    return 1;
}

static uint32_t naive_round(struct model *m, const uint32_t *list, uint32_t count,
                            const uint64_t random[2], uint32_t *who)
{
    (void)random;
    for (uint32_t at = m->next;; at = at + 1 < REPLICAS ? at + 1 : 0)
        for (uint32_t i = 0; i < count; i++)
            if (list[i] == at) {
                m->next = at + 1 < REPLICAS ? at + 1 : 0;
                who[0] = at;
                return 1;
            }
}

static uint32_t naive_all(struct model *m, const uint32_t *list, uint32_t count,
                          const uint64_t random[2], uint32_t *who)
{
    uint32_t first = (uint32_t)((random[0] >> 32) * count >> 32);
    (void)m;
    for (uint32_t i = 0; i < count; i++)
        who[i] = list[(first + i) % count];
    return count;
}

static const struct {
    const char *name;
    bool is_asking;
    naive_pick *pick;
} models[] = {{"power-of-two", true, naive_two},
              {"random", false, naive_one},
              {"round-robin", false, naive_round},
              {"least", true, naive_all}};
enum { MODELS = sizeof models / sizeof *models };

static int32_t naive_known(const struct model *m, uint32_t number, int64_t now)
{
    const struct fact *f = &m->facts[number];
    bool is_fresh = m->is_asking && m->cache > 0 && f->is_known && now <= f->since + m->cache;
    return is_fresh ? f->length : CAIRN_UNKNOWN;
}

static void naive_learn(struct model *m, uint32_t number, int64_t now, int32_t length)
{
    struct fact *f = &m->facts[number];
    if (!f->is_up)
        return;
    f->is_known = length >= 0;
    f->length = length;
    f->since = now;
}

static uint32_t naive_within(const struct model *m, uint32_t near, uint32_t *list)
{
    uint32_t count = 0;
    for (uint32_t ring = 0; ring <= near; ring++)
        for (uint32_t i = 0; i < REPLICAS; i++)
            if (m->facts[i].is_up && m->facts[i].near == ring)
                list[count++] = i;
    return count;
}

static int64_t naive_grown(int64_t first, double factor, int64_t cap, uint32_t times)
{
    double ns = (double)first;
    for (uint32_t i = 0; i < times && ns < 1e18; i++)
        ns *= factor;
    return ns < (double)cap ? (int64_t)(ns + 0.5) : cap;
}

/* The best that has room; REPLICAS: nobody. */
static uint32_t naive_best(const struct model *m, const struct cairn_candidate *c, uint32_t count)
{
    uint32_t best = REPLICAS;
    for (uint32_t i = 0; i < count; i++) {
        const struct fact *f = &m->facts[c[i].replica];
        bool has_room = f->is_up && c[i].length >= 0 && c[i].length < (int32_t)f->bound;
        if (has_room && (best == REPLICAS || c[i].length < c[best].length))
            best = i;
    }
    return best;
}

/* ---- a walk ---------------------------------------------------------------------------------- */

struct walk {
    struct depot d;
    struct model m;
    naive_pick *pick;
    struct cairn_search search; /* the model's */
    bool is_probing;
    uint64_t random, sent, waited, further, nobody;
};

static uint64_t word(struct walk *w)
{
    return (uint64_t)kit_below(&w->random, UINT32_MAX) << 32 | kit_below(&w->random, UINT32_MAX);
}

static struct cairn_value some_value(struct walk *w, const struct cairn_param *p)
{
    struct cairn_value value = chosen_value(p, 1);
    if (p->unit == CAIRN_CHOICE)
        value.i = kit_below(&w->random, 2);
    else if (p->unit == CAIRN_DURATION) /* quarters of a second, so that times meet */
        value = chosen_seconds(kit_below(&w->random, 9) / 4.0);
    else if (strcmp(p->name, "max_ongoing") == 0)
        value.i = kit_below(&w->random, 4);
    else if (p->unit == CAIRN_NUMBER)
        value.x = 1 + kit_below(&w->random, 3);
    return value;
}

static int64_t value_of(struct depot *d, const char *name)
{
    return depot_value(d, name)->i;
}

static void open_walk(struct walk *w, const struct cairn_router_class *class, int model)
{
    w->d = depot_of(class, REPLICAS);
    for (int i = 0; class->params[i].name; i++)
        w->d.values[i] = some_value(w, &class->params[i]);
    depot_begin(&w->d);
    w->pick = models[model].pick;
    w->m = (struct model){
        .is_asking = models[model].is_asking,
        .wait = value_of(&w->d, "backoff"),
        .wait_cap = value_of(&w->d, "backoff_cap"),
        .factor = depot_value(&w->d, "backoff_factor")->x,
        .max_ongoing = (uint32_t)value_of(&w->d, "max_ongoing"),
        .prefers = {value_of(&w->d, "prefer_node") != 0, value_of(&w->d, "prefer_zone") != 0}};
    if (!w->m.is_asking)
        return;
    w->m.cache = value_of(&w->d, "cache");
    w->m.counts_ends = value_of(&w->d, "counts_ends") != 0;
    w->m.deadline = value_of(&w->d, "deadline");
    w->m.deadline_cap = value_of(&w->d, "deadline_cap");
    if (w->m.deadline_cap < w->m.deadline)
        w->m.deadline_cap = w->m.deadline;
}

static void change(struct walk *w)
{
    uint32_t number = kit_below(&w->random, REPLICAS), what = kit_below(&w->random, 8);
    struct fact *f = &w->m.facts[number];
    f->is_known = false;
    if (what == 0) {
        replica_is(&w->d, number, CAIRN_REPLICA_GONE);
        f->is_up = false;
    } else if (what == 1) {
        replica_is(&w->d, number, CAIRN_REPLICA_UNAVAILABLE);
    } else {
        uint32_t bound = kit_below(&w->random, 4), near = kit_below(&w->random, 3);
        replica_up(&w->d, number, near == 0 ? 0 : 5, near < 2 ? 0 : 5, bound);
        *f = (struct fact){
            .is_up = true, .near = near, .bound = w->m.max_ongoing ? w->m.max_ongoing : bound};
    }
}

static void tell(struct walk *w)
{
    uint32_t number = kit_below(&w->random, REPLICAS);
    int32_t length = (int32_t)kit_below(&w->random, 5) - 1, known;
    known = naive_known(&w->m, number, w->d.now);
    switch (kit_below(&w->random, 3)) {
    case 0:
        heard(&w->d, number, length);
        naive_learn(&w->m, number, w->d.now, length);
        break;
    case 1:
        cairn_router_sent(w->d.class, w->d.plan, w->d.state, w->d.now, number);
        naive_learn(&w->m, number, w->d.now, (known < 0 ? 0 : known) + 1);
        break;
    default:
        cairn_router_ended(w->d.class, w->d.plan, w->d.state, w->d.now, number);
        if (w->m.counts_ends && known > 0)
            w->m.facts[number].length = known - 1;
    }
}

static void check_send(struct walk *w, const struct cairn_candidate *c, uint32_t best)
{
    assert_int_equal(w->d.route.action, CAIRN_ROUTE_SEND);
    assert_int_equal(w->d.route.replica, c[best].replica);
    assert_int_equal(w->d.route.length, c[best].length);
    begins(&w->d);
    w->search = w->d.search;
    w->sent++;
}

static void ask(struct walk *w)
{
    uint32_t list[REPLICAS], who[REPLICAS], count;
    struct cairn_candidate c[REPLICAS] = {{0}};
    uint64_t random[2] = {word(w), word(w)};
    asks(&w->d, random[0], random[1]);
    if (naive_within(&w->m, CAIRN_NEAR_ANY, list) == 0) {
        assert_int_equal(w->d.route.action, CAIRN_ROUTE_NOBODY);
        w->nobody++;
        return;
    }
    while (w->search.near < CAIRN_NEAR_ANY &&
           (!w->m.prefers[w->search.near] || naive_within(&w->m, w->search.near, list) == 0))
        w->search.near++;
    count = naive_within(&w->m, w->search.near, list);
    count = w->pick(&w->m, list, count, random, who);
    assert_int_equal(w->d.route.count, count);
    for (uint32_t i = 0; i < count; i++) {
        c[i].replica = who[i];
        c[i].length = naive_known(&w->m, who[i], w->d.now);
        c[i].is_asked = w->m.is_asking && naive_best(&w->m, &c[i], 1) == REPLICAS;
        assert_memory_equal(&c[i], &w->d.candidates[i], sizeof *c);
    }
    uint32_t best = w->m.is_asking ? naive_best(&w->m, c, count) : 0;
    if (best != REPLICAS) {
        check_send(w, c, best);
        return;
    }
    assert_int_equal(w->d.route.action, CAIRN_ROUTE_PROBE);
    assert_true(w->d.route.delay ==
                naive_grown(w->m.deadline, 2, w->m.deadline_cap, w->search.tried));
    w->search.tried++;
    w->is_probing = true;
}

static void answer(struct walk *w)
{
    struct depot *d = &w->d;
    for (uint32_t i = 0; i < d->route.count; i++)
        if (d->candidates[i].is_asked) {
            d->candidates[i].length = (int32_t)kit_below(&w->random, 5) - 1;
            naive_learn(&w->m, d->candidates[i].replica, d->now, d->candidates[i].length);
        }
    uint32_t best = naive_best(&w->m, d->candidates, d->route.count);
    answered(d, UINT64_MAX / 2);
    w->is_probing = false;
    if (best != REPLICAS) {
        check_send(w, d->candidates, best);
    } else if (w->search.near < CAIRN_NEAR_ANY) {
        assert_int_equal(d->route.action, CAIRN_ROUTE_FURTHER);
        w->search.near++;
        w->further++;
    } else {
        uint32_t waits = w->search.waits++;
        assert_int_equal(d->route.action, CAIRN_ROUTE_WAIT);
        assert_true(
            d->route.delay ==
            (waits == 0 ? 0 : naive_grown(w->m.wait, w->m.factor, w->m.wait_cap, waits - 1)));
        w->waited++;
    }
}

static void refuse(struct walk *w)
{
    uint32_t number = kit_below(&w->random, REPLICAS), refusals = 1 + kit_below(&w->random, 6);
    int32_t length = (int32_t)kit_below(&w->random, 5) - 1;
    const uint64_t random[2] = {0, 0};
    int64_t wait = cairn_router_refused(w->d.class, w->d.plan, w->d.state, w->d.now, number, length,
                                        refusals, random, &w->d.search);
    naive_learn(&w->m, number, w->d.now, length);
    w->search = (struct cairn_search){.near = 0};
    if (!w->m.is_asking)
        w->search.near = refusals < 2 ? refusals : 2;
    assert_true(wait == (w->m.is_asking || refusals == 1
                             ? 0
                             : naive_grown(w->m.wait, w->m.factor, w->m.wait_cap, refusals - 2)));
}

static void step(struct walk *w)
{
    w->d.now += kit_below(&w->random, 3) * (SECOND / 4);
    switch (kit_below(&w->random, 6)) {
    case 0:
        change(w);
        break;
    case 1:
        tell(w);
        break;
    case 2:
        if (!w->is_probing)
            refuse(w);
        break;
    default:
        if (w->is_probing)
            answer(w);
        else
            ask(w);
    }
}

/* The same walk again, in a copy that is taken in its middle, ends in the same bytes. */
static void walk(const struct cairn_router_class *class, int model, uint64_t number, uint64_t *sums)
{
    static struct walk w, twin;
    _Alignas(16) unsigned char plan[sizeof w.d.plan];
    memset(&w, 0, sizeof w);
    w.random = number;
    open_walk(&w, class, model);
    memcpy(plan, w.d.plan, sizeof plan);
    for (int i = 0; i < STEPS / 2; i++)
        step(&w);
    twin = w;
    for (int i = 0; i < STEPS / 2; i++)
        step(&w);
    for (int i = 0; i < STEPS / 2; i++)
        step(&twin);
    assert_memory_equal(w.d.state, twin.d.state, sizeof w.d.state);
    assert_memory_equal(w.d.plan, plan, sizeof plan);
    sums[0] += w.sent;
    sums[1] += w.waited;
    sums[2] += w.further;
    sums[3] += w.nobody;
}

static void every_listed_router_is_its_model(void **state)
{
    (void)state;
    for (int i = 0; cairn_routers[i]; i++) {
        uint64_t sums[4] = {0};
        int model = 0;
        while (model < MODELS && strcmp(models[model].name, cairn_routers[i]->name) != 0)
            model++;
        if (model == MODELS)
            fail_msg("%s has no model", cairn_routers[i]->name);
        for (uint64_t k = 0; k < WALKS; k++)
            walk(cairn_routers[i], model, seed * 1000 + k, sums);
        print_message("    %s: sent %lu, waited %lu, further %lu, nobody %lu\n",
                      cairn_routers[i]->name, (unsigned long)sums[0], (unsigned long)sums[1],
                      (unsigned long)sums[2], (unsigned long)sums[3]);
        assert_true(sums[0] > 1000 && sums[3] > 0);
        if (models[model].is_asking)
            assert_true(sums[1] > 1000 && sums[2] > 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_listed_router_is_its_model),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
