/* SPDX-License-Identifier: Apache-2.0 */
/* myplugin: a controller of one's own, in a shared object that links nothing of cairn.
 *
 *     cc -shared -fPIC -I/usr/local/include myplugin.c -o myplugin.so
 *     cairn run two-node --plugin myplugin.so --set 'controller={name: myplugin, first: 30 min}'
 *
 * After each failure the interval halves, after each checkpoint it grows by a sixteenth. No clock,
 * no randomness, no globals that change: then equal runs are equal, on any number of threads. */
#include <cairn/controller.h>
#include <stdio.h>

struct state {
    int64_t interval; /* ns of work between two checkpoints */
};

static const struct cairn_param params[] = {
    {.name = "first",
     .unit = CAIRN_DURATION,
     .fallback = "1 h",
     .help = "the interval to start with"},
    {.name = NULL},
};

static const char *plan(const struct cairn_value *values, const struct cairn_shape *shape,
                        void *plan)
{
    (void)shape;
    *(int64_t *)plan = values[0].i;
    return NULL;
}

static void init(const void *plan, void *state)
{
    ((struct state *)state)->interval = *(const int64_t *)plan;
}

static int observe(const void *plan, void *state, const struct cairn_happening *h, uint64_t n)
{
    struct state *s = state;
    int64_t least = *(const int64_t *)plan / 16 + 1;
    for (; n > 0 && h->kind == CAIRN_HEAR_CHECKPOINT_DONE && s->interval < INT64_MAX / 4; n--)
        s->interval += s->interval / 16;
    if (h->kind == CAIRN_HEAR_FAILURE)
        s->interval = s->interval / 2 > least ? s->interval / 2 : least;
    return 0;
}

static void decide(const void *plan, void *state, const struct cairn_situation *now,
                   struct cairn_verdict *verdict)
{
    const struct state *s = state;
    (void)plan;
    verdict->action = now->work_since >= s->interval ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_WORK; /* again when so much work has been done since the last one */
    verdict->at = s->interval;
    verdict->numbers[0] = (double)s->interval / 1e9;
}

static void describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                     size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity, "the interval is %.6g s now", verdict->numbers[0]);
}

static const struct cairn_controller_class mine = {
    .size = sizeof mine,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "myplugin",
    .summary = "half the interval after a failure, a little more after each checkpoint",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_FAILURE) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE),
    .plan_size = sizeof(int64_t),
    .state_size = sizeof(struct state),
    .plan = plan,
    .init = init,
    .observe = observe,
    .decide = decide,
    .describe = describe,
};

static const struct cairn_controller_class *const controllers[] = {&mine, NULL};
CAIRN_API extern const struct cairn_plugin cairn_plugin;
const struct cairn_plugin cairn_plugin = {
    .size = sizeof cairn_plugin, .abi = CAIRN_CONTROLLER_ABI, .controllers = controllers};
