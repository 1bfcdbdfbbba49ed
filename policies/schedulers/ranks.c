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

static void sum(struct rank_node *nodes, uint32_t i)
{
    struct rank_node *n = &nodes[i];
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

static void sum_upwards(struct rank_node *nodes, uint32_t i)
{
    for (; i != NONE; i = nodes[i].up)
        sum(nodes, i);
}

/* Whatever points down at `old` points at `new`. */
static void relink(struct ranks *ranks, uint32_t parent, uint32_t old, uint32_t new)
{
    if (parent == NONE)
        *ranks->root = new;
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
    sum(nodes, parent);
}

static void insert(struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    uint32_t parent = NONE, is_left = 0;
    for (uint32_t i = *ranks->root; i != NONE; i = is_left ? nodes[i].left : nodes[i].right) {
        parent = i;
        is_left = (uint32_t)comes_before(&n->key, node, nodes, i);
    }
    n->left = n->right = NONE;
    n->up = parent;
    if (parent == NONE)
        *ranks->root = node;
    else if (is_left)
        nodes[parent].left = node;
    else
        nodes[parent].right = node;
    while (n->up != NONE && is_above(node, n->up))
        turn_up(ranks, node);
    sum_upwards(nodes, node);
}

void ranks_remove(struct ranks *ranks, uint32_t node)
{
    struct rank_node *nodes = ranks->node, *n = &nodes[node];
    if (n->count == 0)
        return;
    while (n->left != NONE && n->right != NONE)
        turn_up(ranks, is_above(n->left, n->right) ? n->left : n->right);
    relink(ranks, n->up, node, n->left != NONE ? n->left : n->right);
    sum_upwards(nodes, n->up);
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
        sum_upwards(ranks->node, node);
    else
        insert(ranks, node);
}

/* In order, by links alone: down to the left, the node itself, to the right, and back up. */
uint32_t ranks_walk(const struct ranks *ranks, const struct cairn_demand *demand, int64_t last,
                    uint32_t skip, uint32_t *passed)
{
    const struct rank_node *nodes = ranks->node;
    uint32_t i = *ranks->root, is_inside = 0; /* inside: all to the left of i is done */
    *passed = 0;
    while (i != NONE) {
        const struct rank_node *n = &nodes[i];
        int is_done = 0; /* with the whole subtree */
        if (!is_inside && demand_fits(demand, &n->most)) {
            if (demand_fits(demand, &n->least) && n->last <= last && n->count <= skip - *passed) {
                *passed += n->count;
                is_done = 1;
            } else if (n->left != NONE) {
                i = n->left;
                continue;
            }
        } else if (!is_inside) {
            is_done = 1;
        }
        if (!is_done) {
            if (n->key.key[0] > last)
                return NONE;
            if (demand_fits(demand, &n->free)) {
                if (*passed == skip)
                    return i;
                ++*passed;
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
