/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: --set texts fall apart at the right commas and change exactly one value. Method: tables of
 * texts and their pieces; patched trees compared with what the whole scenario makes of them. */
#include "tests/workloads/fixture.h"

static void an_axis_is_split_at_top_level_commas_only(void **state)
{
    static const struct {
        const char *text, *key;
        const char *values[5];
    } cases[] = {
        {"a=1", "a", {"1"}},
        {"a.b=1,2,3", "a.b", {"1", "2", "3"}},
        {"a= 1 , 2 ", "a", {"1", "2"}},
        {"a=10 min,20 min", "a", {"10 min", "20 min"}},
        {"a={x: 1, y: 2},[3,4],5", "a", {"{x: 1, y: 2}", "[3,4]", "5"}},
        {"a={x: [1,{y: 2, z: 3}]},b", "a", {"{x: [1,{y: 2, z: 3}]}", "b"}},
        {"a=\"b,c\",'d,e'", "a", {"\"b,c\"", "'d,e'"}},
        {"a=\"b\\\",c\",d", "a", {"\"b\\\",c\"", "d"}},
        {"a='b\\',c", "a", {"'b\\'", "c"}},
        {"a='it''s, so',b", "a", {"'it''s, so'", "b"}},
        {"a={b: '}, {'},c", "a", {"{b: '}, {'}", "c"}},
        {"a=b=c", "a", {"b=c"}},
        {"a=[1,2", "a", {"[1,2"}},
        {"a=1],2", "a", {"1]", "2"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        struct axis axis;
        assert_int_equal(axis_split(cases[i].text, &session->arena, &session->diag, &axis),
                         STATUS_OK);
        assert_string_equal(axis.key, cases[i].key);
        uint32_t count = 0;
        for (; cases[i].values[count]; count++) {
            const struct axis_slice *slice = &axis.values[count];
            assert_true(count < axis.count);
            assert_int_equal(slice->length, strlen(cases[i].values[count]));
            assert_memory_equal(cases[i].text + slice->start, cases[i].values[count],
                                slice->length);
        }
        assert_int_equal(axis.count, count);
        session_close(session);
    }
}

static void a_pick_is_read_with_its_place_in_the_text(void **state)
{
    struct session *session = session_open();
    struct axis axis;
    struct yaml_node *node = NULL;
    (void)state;
    assert_int_equal(axis_split("controller=none,{name: fixed, interval: 5 m}", &session->arena,
                                &session->diag, &axis),
                     STATUS_OK);
    const struct axis_pick pick = {&axis, 1};
    assert_int_equal(axis_read(&pick, &session->arena, &session->diag, &node), STATUS_OK);
    const struct yaml_child *interval = yaml_find(node, "interval");
    assert_string_equal(interval->value->text, "5 m");
    assert_int_equal(interval->value->place.column, 41);
    assert_int_equal(axis_place(&pick).column, 17);
    assert_int_equal(axis_place(&pick).width, 28);
    assert_string_equal(interval->value->place.source->name, "--set");
    session_close(session);
}

/* The canonical text of a key after the sets. */
static void a_set_inside_a_value_changes_that_part_alone(void **state)
{
    static const struct {
        const char *sets[4];
        enum schema_id id;
        const char *text;
    } cases[] = {
        {{"controller.min_interval=9 s"},
         KEY_CONTROLLER,
         "{name: daly, mtbf: scenario, min_interval: 9 s}"},
        {{"controller.mtbf=26 h", "controller.min_interval=9 s"},
         KEY_CONTROLLER,
         "{name: daly, mtbf: 26 h, min_interval: 9 s}"},
        {{"controller.mtbf=26 h", "controller=daly"},
         KEY_CONTROLLER,
         "{name: daly, mtbf: scenario, min_interval: 0 s}"},
        {{"controller.name=young"},
         KEY_CONTROLLER,
         "{name: young, mtbf: scenario, min_interval: 0 s}"},
        {{"faults.node.uptime.weibull.shape=0.5"},
         KEY_NODE_UPTIME,
         "{weibull: {shape: 0.5, mean: 5 y}}"},
        {{"faults.node.uptime.weibull={shape: 2, scale: 1 y}"},
         KEY_NODE_UPTIME,
         "{weibull: {shape: 2, scale: 1 y}}"},
        {{"faults.node.uptime=none", "faults.node.uptime.exponential=9 d"},
         KEY_NODE_UPTIME,
         "{exponential: 9 d}"},
        {{"faults.platform.uptime.exponential=2 d"}, KEY_PLATFORM_UPTIME, "{exponential: 2 d}"},
        {{"faults={node: {uptime: none}, clock: exposure}"}, KEY_NODE_UPTIME, "none"},
        {{"cluster.nodes=8", "cluster.nodes=16"}, KEY_NODES, "16"},
    };
    static const char text[] = MINIMAL "controller: daly\n"
                                       "faults: {node: {uptime: {weibull: {shape: 0.7, mean: 5 "
                                       "y}}}}\n";
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        assert_int_equal(session_parse(session, text), STATUS_OK);
        enum status status = session_build(session, cases[i].sets);
        if (status != STATUS_OK)
            fail_msg("%s: %s", cases[i].sets[0], session->diag.text[0]);
        assert_string_equal(session->scenario.values[cases[i].id].text, cases[i].text);
        assert_int_equal(session_build(session, NULL), STATUS_OK); /* the document is as it was */
        assert_string_equal(session->scenario.values[KEY_NODE_UPTIME].text,
                            "{weibull: {shape: 0.7, mean: 5 y}}");
        session_close(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_axis_is_split_at_top_level_commas_only),
        cmocka_unit_test(a_pick_is_read_with_its_place_in_the_text),
        cmocka_unit_test(a_set_inside_a_value_changes_that_part_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
