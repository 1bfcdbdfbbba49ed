/* SPDX-License-Identifier: Apache-2.0 */
/* A driver: a job that asks the installed library when to take a checkpoint.
 *
 *     cc driver.c $(pkg-config --cflags --libs cairn-policies) -o driver
 *
 * Simulated here by a loop over seconds of work; a real one reads its own clock. Prints a line a
 * checkpoint: the second of work after which it was taken, and why. */
#include <cairn/registry.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)

int main(void)
{
    const struct cairn_controller_class *daly = cairn_controller_find("daly");
    const struct cairn_shape shape = {
        .size = sizeof shape, .abi = CAIRN_CONTROLLER_ABI, .checkpoint_cost = 60 * SECOND};
    struct cairn_value values[2] = {{.x = 3600}, {.i = 0}}; /* mtbf 1 h, min_interval */
    void *plan = calloc(1, cairn_plan_size(daly, values, &shape));
    const char *refusal = plan ? daly->plan(values, &shape, plan) : "no memory";
    void *state = refusal ? NULL : malloc(cairn_state_size(daly, plan) + 1);
    if (!state)
        return fprintf(stderr, "daly: %s\n", refusal ? refusal : "no memory"), 1;
    cairn_state_init(daly, plan, state);
    struct cairn_situation now = {.size = sizeof now, .abi = CAIRN_CONTROLLER_ABI};
    for (int64_t t = 0; t < 2000; t++, now.work_since += SECOND) {
        struct cairn_verdict verdict = {.size = sizeof verdict, .abi = CAIRN_CONTROLLER_ABI};
        daly->decide(plan, state, &now, &verdict);
        if (verdict.action != CAIRN_CHECKPOINT)
            continue;
        char words[200];
        daly->describe(plan, &verdict, words, sizeof words);
        printf("%d: %s\n", (int)t, words);
        now.work_since = 0;
    }
    free(state);
    free(plan);
    return 0;
}
