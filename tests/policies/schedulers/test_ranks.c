/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the j-th node by rank that fits is found whatever came and went before, with tallies and
 * without. Method: thousands of nodes of few kinds are put, changed and removed at random; walks
 * are held against sorting all of them. CAIRN_SEED chooses. */
#include "policies/schedulers/demand.h"
#include "policies/schedulers/ranks.h"
#include "tests/policies/schedulers/dispatch.h"
#include "tests/support.h"

enum { NODES = 2000, CHANGES = 3000, KINDS = 30 };

static uint64_t seed = 1;
static struct rank_node nodes[NODES];
static struct ranks_head head;
static struct ranks ranks = {&head, nodes};
static struct model {
    bool is_in;
    struct cairn_rank key;
    struct cairn_demand free;
} model[NODES];
static uint32_t sorted[NODES], count;

static uint32_t below(uint64_t *random, uint32_t limit)
{
    *random += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash_mixed(*random) >> 32) % limit;
}

static struct cairn_demand any_demand(uint64_t *random)
{
    return (struct cairn_demand){{below(random, 5), below(random, 3), below(random, 2), 0}};
}

static bool is_before(uint32_t a, uint32_t b)
{
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        if (model[a].key.key[i] != model[b].key.key[i])
            return model[a].key.key[i] < model[b].key.key[i];
    return a < b;
}

/* One node comes, goes or changes; `sorted` is kept by hand. */
static void change(uint64_t *random)
{
    uint32_t n = below(random, NODES), i = 0;
    struct model *m = &model[n];
    for (; i < count && sorted[i] != n;)
        i++;
    if (i < count)
        memmove(&sorted[i], &sorted[i + 1], (--count - i) * sizeof *sorted);
    m->is_in = below(random, 4) > 0;
    if (!m->is_in) {
        ranks_remove(&ranks, n);
        return;
    }
    if (below(random, 2)) /* else it keeps its rank */
        m->key = (struct cairn_rank){{below(random, 2), below(random, 6) - 3, 0, below(random, 2)}};
    m->free = any_demand(random);
    ranks_put(&ranks, n, &m->key, &m->free);
    for (i = count++; i > 0 && is_before(n, sorted[i - 1]); i--)
        sorted[i] = sorted[i - 1];
    sorted[i] = n;
}

static void check_walk(const struct cairn_demand *demand, int64_t last, uint32_t skip)
{
    uint32_t passed, want = 0, found = NOWHERE;
    for (uint32_t i = 0; i < count && found == NOWHERE; i++) {
        const struct model *m = &model[sorted[i]];
        if (m->key.key[0] > last || !demand_fits(demand, &m->free))
            continue;
        if (want == skip)
            found = sorted[i];
        else
            want++;
    }
    assert_int_equal(ranks_walk(&ranks, demand, last, skip, &passed), found);
    assert_int_equal(passed, want);
}

static void walks_find_what_sorting_finds(void **state)
{
    uint64_t random = seed, with = 0, without = 0;
    struct cairn_demand kinds[KINDS];
    (void)state;
    for (int i = 0; i < KINDS; i++)
        kinds[i] = any_demand(&random);
    ranks_init(&ranks);
    for (int i = 0; i < CHANGES; i++) {
        for (int j = 0; j < (i < 100 ? 20 : 1); j++)
            change(&random);
        /* Few of them at a time, so that some earn a tally; which ones moves on. */
        const struct cairn_demand *demand = &kinds[(i / 150 + (int)below(&random, 10)) % KINDS];
        bool has_tally = false;
        for (int t = 0; t < RANK_TALLIES; t++)
            has_tally |= head.tally[t].used > 0 && demand_is(&head.tally[t].demand, demand);
        with += has_tally;
        without += !has_tally;
        check_walk(demand, below(&random, 2) ? INT64_MAX : 0, below(&random, NODES));
    }
    print_message("    %u nodes at the end; %d walks with a tally, %d without\n", count, (int)with,
                  (int)without);
    assert_true(with > CHANGES / 50 && without > CHANGES / 50 && count > NODES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_find_what_sorting_finds),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
