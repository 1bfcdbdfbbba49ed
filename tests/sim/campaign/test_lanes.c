/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a lane is always the lowest that is free, and nobody else's. Method: random takes and gives
 * against an array of flags.
 */
#include "sim/campaign/lanes.h"

#include "sim/base/random.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LANES 300
#define STEPS 20000

static void the_lowest_free_lane_is_taken(void **state)
{
    (void)state;
    struct lanes lanes = {.words = NULL};
    struct random_address address = {.seed = support_seed(1)};
    bool is_taken[LANES] = {false};
    uint32_t taken = 0, most = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        address.occurrence = i;
        struct random_words words = random_bits(&address, 0);
        uint32_t lane = (uint32_t)(words.w[0] % LANES);
        bool wants_more = i % 2000 < 1000 ? words.w[1] % 4 != 0 : words.w[1] % 4 == 0;
        if (wants_more && taken < LANES) {
            uint32_t lowest = 0;
            while (is_taken[lowest])
                lowest++;
            assert_int_equal(lanes_take(&lanes), lowest);
            is_taken[lowest] = true;
            taken++;
            most = lowest + 1 > most ? lowest + 1 : most;
        } else if (is_taken[lane]) {
            lanes_give(&lanes, lane);
            is_taken[lane] = false;
            taken--;
        }
        assert_int_equal(lanes.most, most);
    }
    assert_true(most > 128); /* it has grown */
    lanes_fini(&lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_lowest_free_lane_is_taken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
