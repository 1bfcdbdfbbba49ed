/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in an order: a treap (Seidel and Aragon 1996) with links upwards.
 *
 *     in order by (key, number); a parent's priority is above its children's
 *
 * A node goes in as a leaf and is turned up past smaller priorities; it is turned down before it
 * goes. Whoever comes, goes or changes is told upwards: counts change by so much all the way,
 * extremes are looked at until they stay what they were, which is soon, as like stand beside like.
 */
#include "policies/schedulers/ranks.h"
#include "policies/schedulers/demand.h"

#define NONE CAIRN_NOWHERE

/* Equal hashes are told apart by number: mixing is a bijection, so there are none. */
static int is_above(uint32_t one, uint32_t other)
{
    return hash_mixed(one + 1) > hash_mixed(other + 1);
}

/* ---- sums ------------------------------------------------------------------------------------ */

static void join(struct rank_sums *sums, const struct rank_sums *more)
{
    sums->count += more->count;
    for (int t = 0; t < RANK_TALLIES; t++)
        sums->fitting[t] += more->fitting[t];
    demand_raise(&sums->most, &more->most);
    demand_lower(&sums->least, &more->least);
    sums->last = more->last > sums->last ? more->last : sums->last;
}

static void sum(const struct ranks *ranks, uint32_t i)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[i];
    struct rank_sums sums = {.last = n->key.key[0], .count = 1, .most = n->free, .least = n->free};
    for (int t = 0; t < RANK_TALLIES; t++)
        sums.fitting[t] = n->fits >> t & 1;
    if (n->left != NONE)
        join(&sums, &nodes[n->left].sums);
    if (n->right != NONE)
        join(&sums, &nodes[n->right].sums);
    n->sums = sums;
}

static int is_as_extreme(const struct rank_sums *a, const struct rank_sums *b)
{
    return demand_is(&a->most, &b->most) && demand_is(&a->least, &b->least) && a->last == b->last;
}

/* The node is another one, or has other children: all above it are told. */
static void sum_upwards(const struct ranks *ranks, uint32_t i)
{
    struct rank_node *nodes = ranks->node;
    struct rank_sums old = {.count = 0}, new = old;
    for (int is_same = 0; i != NONE && !is_same; i = nodes[i].up) {
        old = nodes[i].sums;
        sum(ranks, i);
        new = nodes[i].sums;
        is_same = is_as_extreme(&old, &new);
    }
    uint32_t changes = new.count != old.count;
    for (int t = 0; t < RANK_TALLIES; t++)
        changes |= new.fitting[t] -= old.fitting[t];
    new.count -= old.count;
    for (; i != NONE && changes; i = nodes[i].up) {
        nodes[i].sums.count += new.count;
        for (int t = 0; t < RANK_TALLIES; t++)
            nodes[i].sums.fitting[t] += new.fitting[t];
    }
}

/* ---- coming and going ------------------------------------------------------------------------ */

/* Whatever points down at `old` points at `new`. */
static void relink(const struct ranks *ranks, uint32_t parent, uint32_t old, uint32_t new)
{
    if (parent == NONE)
        ranks->head->root = new;
    else if (ranks->node[parent].left == old)
        ranks->node[parent].left = new;
    else
        ranks->node[parent].right = new;
    if (new != NONE)
        ranks->node[new].up = parent;
}

/* i and its parent change places: i has below it what the parent had. */
static void turn_up(const struct ranks *ranks, uint32_t i)
{
    struct rank_node *nodes = ranks->node;
    uint32_t parent = nodes[i].up, middle;
    relink(ranks, nodes[parent].up, parent, i);
    if (nodes[parent].left == i) {
        middle = nodes[i].right;
        nodes[i].right = parent;
        nodes[parent].left = middle;
    } else {
        middle = nodes[i].left;
        nodes[i].left = parent;
        nodes[parent].right = middle;
    }
    nodes[parent].up = i;
    if (middle != NONE)
        nodes[middle].up = parent;
    nodes[i].sums = nodes[parent].sums;
    sum(ranks, parent);
}

static void insert(const struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    uint32_t parent = NONE, is_left = 0;
    for (uint32_t i = ranks->head->root; i != NONE; i = is_left ? nodes[i].left : nodes[i].right) {
        parent = i;
        is_left = (uint32_t)rank_before(&n->key, node, &nodes[i].key, i);
    }
    n->left = n->right = NONE;
    n->up = parent;
    if (parent == NONE)
        ranks->head->root = node;
    else if (is_left)
        nodes[parent].left = node;
    else
        nodes[parent].right = node;
    sum(ranks, node);
    sum_upwards(ranks, parent);
    while (n->up != NONE && is_above(node, n->up))
        turn_up(ranks, node);
}

void ranks_remove(const struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    if (n->sums.count == 0)
        return;
    while (n->left != NONE && n->right != NONE)
        turn_up(ranks, is_above(n->left, n->right) ? n->left : n->right);
    relink(ranks, n->up, node, n->left != NONE ? n->left : n->right);
    sum_upwards(ranks, n->up);
    n->sums.count = 0;
}

/* Which tallies count a node that has this free. */
static uint32_t fits(const struct ranks_head *head, const struct cairn_demand *free)
{
    uint32_t bits = 0;
    for (int t = 0; t < RANK_TALLIES; t++)
        bits |= (uint32_t)(head->tally[t].used > 0 && demand_fits(&head->tally[t].demand, free))
                << t;
    return bits;
}

void ranks_put(const struct ranks *ranks, uint32_t node, const struct cairn_rank *key,
               const struct cairn_demand *free)
{
    struct rank_node *n = &ranks->node[node];
    int stays = n->sums.count > 0;
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        stays &= key->key[i] == n->key.key[i];
    if (stays && demand_is(free, &n->free))
        return;
    if (!stays)
        ranks_remove(ranks, node);
    n->key = *key;
    n->free = *free;
    n->fits = fits(ranks->head, free);
    if (stays)
        sum_upwards(ranks, node);
    else
        insert(ranks, node);
}

void ranks_init(const struct ranks *ranks)
{
    *ranks->head = (struct ranks_head){.root = NONE};
}

/* ---- tallies --------------------------------------------------------------------------------- */

/* Which tally counts this demand; RANK_TALLIES: none. */
static int tally_of(const struct ranks *ranks, const struct cairn_demand *demand)
{
    int t = 0;
    while (t < RANK_TALLIES &&
           !(ranks->head->tally[t].used > 0 && demand_is(&ranks->head->tally[t].demand, demand)))
        t++;
    return t;
}

static void count_one(const struct ranks *ranks, uint32_t i, int t)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[i];
    uint32_t is_fitting = (uint32_t)demand_fits(&ranks->head->tally[t].demand, &n->free);
    n->fits = (n->fits & ~(1u << t)) | is_fitting << t;
    n->sums.fitting[t] = is_fitting;
    if (n->left != NONE)
        n->sums.fitting[t] += nodes[n->left].sums.fitting[t];
    if (n->right != NONE)
        n->sums.fitting[t] += nodes[n->right].sums.fitting[t];
}

/* Counts all, children before parents. */
static void count_all(const struct ranks *ranks, int t)
{
    const struct rank_node *nodes = ranks->node;
    uint32_t i = ranks->head->root, from = NONE; /* from: where it comes from, above or below */
    while (i != NONE) {
        const struct rank_node *n = &nodes[i];
        uint32_t next = n->up;
        if (from == n->up && n->left != NONE)
            next = n->left;
        else if ((from == n->up || from == n->left) && n->right != NONE)
            next = n->right;
        else
            count_one(ranks, i, t);
        from = i;
        i = next;
    }
}

/* So many steps more for this demand, which has no tally: perhaps it gets one. The few that are
 * earning are those with the most steps: a newcomer takes the place, and the steps, of the least
 * (Metwally, Agrawal, El Abbadi 2005). */
static void earn(const struct ranks *ranks, const struct cairn_demand *demand, uint32_t steps)
{
    struct rank_tally *earning = ranks->head->earning, *e = &earning[0];
    for (int i = 0; i < RANK_TALLIES; i++) {
        if (demand_is(&earning[i].demand, demand)) {
            e = &earning[i];
            break;
        }
        if (earning[i].steps < e->steps)
            e = &earning[i];
    }
    e->demand = *demand;
    e->steps += steps;
    if (e->steps < ranks->node[ranks->head->root].sums.count)
        return;
    struct rank_tally *tally = ranks->head->tally;
    int oldest = 0;
    for (int t = 1; t < RANK_TALLIES; t++)
        if (tally[t].used < tally[oldest].used)
            oldest = t;
    tally[oldest] = (struct rank_tally){.demand = *demand, .used = ranks->head->walks};
    count_all(ranks, oldest);
    e->steps = 0;
}

/* ---- walking --------------------------------------------------------------------------------- */

struct walk {
    const struct rank_node *nodes;
    const struct cairn_demand *demand;
    int64_t last;
    int tally;
    uint32_t skip, passed, steps;
};

/* Is nothing in this subtree to be looked at: are all that fit passed at once, or does none fit? */
static int is_passed(struct walk *walk, const struct rank_node *n)
{
    uint32_t fitting = n->sums.count;
    if (walk->tally < RANK_TALLIES)
        fitting = n->sums.fitting[walk->tally];
    else if (!demand_fits(walk->demand, &n->sums.most))
        fitting = 0;
    else if (!demand_fits(walk->demand, &n->sums.least))
        return 0;
    if (fitting > 0 && (n->sums.last > walk->last || fitting > walk->skip - walk->passed))
        return 0;
    walk->passed += fitting;
    return 1;
}

/* In order, by links alone: down to the left, the node itself, to the right, and back up. */
static uint32_t walk_from(struct walk *walk, uint32_t i)
{
    const struct rank_node *nodes = walk->nodes;
    int is_inside = 0; /* all to the left of i is done */
    for (; i != NONE; walk->steps++) {
        const struct rank_node *n = &nodes[i];
        int is_done = !is_inside && is_passed(walk, n);
        if (!is_done && !is_inside && n->left != NONE) {
            i = n->left;
            continue;
        }
        if (!is_done) {
            if (n->key.key[0] > walk->last)
                return NONE;
            if (demand_fits(walk->demand, &n->free)) {
                if (walk->passed == walk->skip)
                    return i;
                walk->passed++;
            }
            is_inside = 0;
            if (n->right != NONE) {
                i = n->right;
                continue;
            }
        }
        uint32_t from = i;
        for (i = n->up; i != NONE && nodes[i].right == from; i = nodes[i].up)
            from = i;
        is_inside = 1;
    }
    return NONE;
}

uint32_t ranks_walk(const struct ranks *ranks, const struct cairn_demand *demand, int64_t last,
                    uint32_t skip, uint32_t *passed)
{
    struct walk walk = {.nodes = ranks->node,
                        .demand = demand,
                        .last = last,
                        .tally = tally_of(ranks, demand),
                        .skip = skip};
    uint32_t node = walk_from(&walk, ranks->head->root);
    ranks->head->walks++;
    if (walk.tally < RANK_TALLIES)
        ranks->head->tally[walk.tally].used = ranks->head->walks;
    else if (walk.steps > 64) /* more than a few times the height of any tree */
        earn(ranks, demand, walk.steps);
    *passed = walk.passed;
    return node;
}
