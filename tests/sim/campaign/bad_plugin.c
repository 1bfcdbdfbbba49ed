/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plug-in with one mistake, chosen by -DBAD_…; compiled and loaded by test_plugin.c. */
#include <cairn/controller.h>

#ifndef NAME
#define NAME "bad"
#endif

#ifdef BAD_SYMBOL
extern void nobody_has_this(void);
#define TOUCH nobody_has_this()
#else
#define TOUCH (void)0
#endif

static const struct cairn_param params[] = {
#ifdef BAD_PARAM_NAME
    {.name = "a: b", .fallback = "1 s", .help = "x"},
#endif
#ifdef BAD_PARAM_UNIT
    {.name = "when", .unit = (enum cairn_unit)99, .fallback = "1 s", .help = "x"},
#endif
#ifdef BAD_PARAM_CHOICES
    {.name = "which", .unit = CAIRN_CHOICE, .fallback = "one", .help = "x"},
#endif
#ifdef BAD_PARAM_HELP
    {.name = "when", .fallback = "1 s"},
#endif
#ifdef BAD_PARAM_COUNT
#define P(n)                                                                                       \
    {                                                                                              \
        .name = "p" #n, .fallback = "1 s", .help = "x"                                             \
    }
    P(1),
    P(2),
    P(3),
    P(4),
    P(5),
    P(6),
    P(7),
    P(8),
    P(9),
    P(10),
    P(11),
    P(12),
    P(13),
    P(14),
    P(15),
    P(16),
    P(17),
#endif
    {.name = NULL},
};

static const char *plan(const struct cairn_value *values, const struct cairn_shape *shape,
                        void *plan)
{
    (void)values, (void)shape, (void)plan;
    TOUCH;
#ifdef BAD_VALUES
    return "these values cannot serve";
#else
    return NULL;
#endif
}

static void decide(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict)
{
    (void)plan, (void)state, (void)situation;
#ifdef BAD_VERDICT
    verdict->action = CAIRN_FAILED;
    verdict->reason = 7;
#else
    verdict->ask = CAIRN_ASK_NEVER;
#endif
}

static void describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                     size_t capacity)
{
    (void)plan, (void)verdict, (void)capacity;
    bytes[0] = 0;
}

static const struct cairn_controller_class bad = {
#ifdef BAD_CLASS_SIZE
    .size = 8,
#else
    .size = sizeof bad,
#endif
#ifdef BAD_CLASS_ABI
    .abi = 77,
#else
    .abi = CAIRN_CONTROLLER_ABI,
#endif
    .name = NAME,
    .summary = "a bad one",
    .params = params,
#ifdef BAD_HEARING
    .hears = CAIRN_HEARS(CAIRN_HEAR_FAILURE),
#endif
    .plan = plan,
#ifndef BAD_DECIDE
    .decide = decide,
#endif
    .describe = describe,
};

static const struct cairn_controller_class *const controllers[] = {
#ifndef BAD_LIST
    &bad,
#endif
#ifdef BAD_TWICE
    &bad,
#endif
    (const struct cairn_controller_class *)0};

#ifdef BAD_NOTHING
CAIRN_API extern const void *const another_symbol;
const void *const another_symbol = controllers;
#else
CAIRN_API extern const struct cairn_plugin cairn_plugin;
const struct cairn_plugin cairn_plugin = {
#ifdef BAD_SIZE
    .size = 4,
#else
    .size = sizeof cairn_plugin,
#endif
#ifdef BAD_ABI
    .abi = 2,
#else
    .abi = CAIRN_CONTROLLER_ABI,
#endif
    .controllers = controllers};
#endif
