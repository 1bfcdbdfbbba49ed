/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in an order: a treap (Seidel and Aragon 1996) with links upwards.
 *
 *     in order by (key, number); a parent's priority is above its children's
 *
 * A node goes in as a leaf and is turned up past smaller priorities; it is turned down to a leaf
 * before it goes. Turns keep the sums of the two that they touch; the rest of the way up is summed
 * again at the end. */
#include "policies/schedulers/ranks.h"
#include "policies/schedulers/demand.h"

#define NONE CAIRN_NOWHERE

/* Equal hashes are told apart by number: mixing is a bijection, so there are none. */
static int is_above(uint32_t one, uint32_t other)
{
    return hash_mixed(one + 1) > hash_mixed(other + 1);
}

/* Does (key, number) come before node `than`? */
static int comes_before(const struct cairn_rank *key, uint32_t number,
                        const struct rank_node *nodes, uint32_t than)
{
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        if (key->key[i] != nodes[than].key.key[i])
            return key->key[i] < nodes[than].key.key[i];
    return number < than;
}

static void sum_tally(const struct ranks *ranks, uint32_t i, int t)
{
    struct rank_node *n = &ranks->node[i];
    n->fitting[t] = (uint32_t)demand_fits(&ranks->head->tally[t].demand, &n->free);
    if (n->left != NONE)
        n->fitting[t] += ranks->node[n->left].fitting[t];
    if (n->right != NONE)
        n->fitting[t] += ranks->node[n->right].fitting[t];
}

static void sum(const struct ranks *ranks, uint32_t i)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[i];
    for (int t = 0; t < RANK_TALLIES; t++)
        if (ranks->head->tally[t].used > 0)
            sum_tally(ranks, i, t);
    n->count = 1;
    n->last = n->key.key[0];
    n->most = n->least = n->free;
    for (int is_right = 0; is_right < 2; is_right++) {
        uint32_t child = is_right ? n->right : n->left;
        if (child == NONE)
            continue;
        n->count += nodes[child].count;
        demand_raise(&n->most, &nodes[child].most);
        demand_lower(&n->least, &nodes[child].least);
        if (is_right)
            n->last = nodes[child].last;
    }
}

static void sum_upwards(const struct ranks *ranks, uint32_t i)
{
    for (; i != NONE; i = ranks->node[i].up)
        sum(ranks, i);
}

/* Whatever points down at `old` points at `new`. */
static void relink(struct ranks *ranks, uint32_t parent, uint32_t old, uint32_t new)
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

/* i and its parent change places. */
static void turn_up(struct ranks *ranks, uint32_t i)
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
    sum(ranks, parent);
}

static void insert(struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    uint32_t parent = NONE, is_left = 0;
    for (uint32_t i = ranks->head->root; i != NONE; i = is_left ? nodes[i].left : nodes[i].right) {
        parent = i;
        is_left = (uint32_t)comes_before(&n->key, node, nodes, i);
    }
    n->left = n->right = NONE;
    n->up = parent;
    if (parent == NONE)
        ranks->head->root = node;
    else if (is_left)
        nodes[parent].left = node;
    else
        nodes[parent].right = node;
    while (n->up != NONE && is_above(node, n->up))
        turn_up(ranks, node);
    sum_upwards(ranks, node);
}

void ranks_remove(struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    if (n->count == 0)
        return;
    while (n->left != NONE && n->right != NONE)
        turn_up(ranks, is_above(n->left, n->right) ? n->left : n->right);
    relink(ranks, n->up, node, n->left != NONE ? n->left : n->right);
    sum_upwards(ranks, n->up);
    n->count = 0;
}

void ranks_put(struct ranks *ranks, uint32_t node, const struct cairn_rank *key,
               const struct cairn_demand *free)
{
    struct rank_node *n = &ranks->node[node];
    int stays = n->count > 0;
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        stays &= key->key[i] == n->key.key[i];
    if (!stays)
        ranks_remove(ranks, node);
    n->key = *key;
    n->free = *free;
    if (stays)
        sum_upwards(ranks, node);
    else
        insert(ranks, node);
}

void ranks_init(struct ranks *ranks)
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
            sum_tally(ranks, i, t);
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
    if (e->steps < ranks->node[ranks->head->root].count)
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
    uint32_t fitting = n->count;
    if (walk->tally < RANK_TALLIES)
        fitting = n->fitting[walk->tally];
    else if (!demand_fits(walk->demand, &n->most))
        fitting = 0;
    else if (!demand_fits(walk->demand, &n->least))
        return 0;
    if (fitting > 0 && (n->last > walk->last || fitting > walk->skip - walk->passed))
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
