/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a controller that holds another is read to its innermost link, and --set reaches every one.
 * Method: specs compared field by field. What is refused is in tests/bad/controller_of_*.yaml. */
#include "tests/workloads/fixture.h"

/* A chain of three, outermost first; each value points at the next link. */
static void decorators_hold_what_they_are_given(void **state)
{
    static const char *const sets[] = {
        "controller={name: budget, checkpoints: 9, of: {name: cap, of: {name: fixed, interval: 1 "
        "h}}}",
        "controller.of.overhead=2 %", "controller.of.of.interval=3 h", NULL};
    (void)state;
    struct session *session = session_of(MINIMAL, sets);
    const struct spec_controller *c = &session->scenario.spec.controller;
    assert_string_equal(c->class->name, "budget");
    assert_int_equal(c->values[0].i, 9);
    assert_ptr_equal(c->values[1].inner, &c->inner->it);
    assert_string_equal(c->values[1].inner->controller->name, "cap");
    assert_true(c->values[1].inner->values[0].x == 0.02);
    const struct cairn_chosen *last = c->inner->values[1].inner;
    assert_string_equal(last->controller->name, "fixed");
    assert_int_equal(last->values[0].i, 3 * SIMTIME_HOUR);
    assert_null(c->inner->inner->inner);
    session_close(session);
}

/* ratio's own default is a map; written out it is the same scenario. */
static void a_default_may_be_a_map(void **state)
{
    static const char *const word[] = {"controller=ratio", NULL};
    (void)state;
    struct session *session = session_of(MINIMAL, word);
    const struct spec_controller *c = &session->scenario.spec.controller;
    assert_int_equal(c->values[0].i, 10 * SIMTIME_SECOND);
    assert_true(c->values[1].x == 19);
    assert_string_equal(c->values[2].inner->controller->name, "fixed");
    assert_int_equal(c->values[2].inner->values[0].i, SIMTIME_SECOND);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decorators_hold_what_they_are_given),
        cmocka_unit_test(a_default_may_be_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
