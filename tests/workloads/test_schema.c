/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the one table is complete and consistent, and what is made of it names every key. Method:
 * walks over the rows; defaults read back as values; the printed help and JSON Schema searched, and
 * the latter read by an independent JSON parser where one is installed. */
#include "policies/registry.h"
#include "tests/support.h"
#include "tests/workloads/fixture.h"
#include "workloads/declare_form.h"
#include "workloads/driver_form.h"
#include "workloads/pipeline_form.h"

static void print_help(struct sink *sink, const void *context)
{
    (void)context;
    schema_print_help(sink);
}

static void print_json(struct sink *sink, const void *context)
{
    (void)context;
    schema_print_json(sink);
}

static void every_key_has_a_path_a_help_and_a_default_or_is_required(void **state)
{
    (void)state;
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const struct schema_key *key = &schema_keys[id];
        assert_non_null(key->path);
        assert_true(strlen(key->help) > 10);
        assert_true(key->is_required == (key->fallback == NULL));
        assert_int_equal(schema_find(key->path, strlen(key->path)), id);
        assert_false(schema_is_section(key->path, strlen(key->path)));
    }
    assert_int_equal(schema_find("cluster", 7), SCHEMA_KEYS);
    assert_true(schema_is_section("cluster", 7));
    assert_true(schema_is_section("cluster.node", 12));
    assert_false(schema_is_section("clus", 4));
}

/* Two rows with the same section have no other between them, or a printed form opens it twice. */
static void sections_are_contiguous(void **state)
{
    (void)state;
    for (unsigned a = 0; a < SCHEMA_KEYS; a++) {
        const char *path = schema_keys[a].path;
        for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.')) {
            size_t length = (size_t)(dot - path) + 1;
            bool has_left = false;
            for (unsigned b = a; b < SCHEMA_KEYS; b++) {
                bool is_in = strncmp(schema_keys[b].path, path, length) == 0;
                assert_false(is_in && has_left);
                has_left |= !is_in;
            }
        }
    }
}

static void every_default_can_be_set(void **state)
{
    (void)state;
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const struct schema_key *key = &schema_keys[id];
        char set[128];
        const char *sets[] = {set, NULL};
        if (!key->fallback || !key->fallback[0] || id == KEY_CHECKPOINT || id == KEY_RESTORE ||
            id == KEY_WORK || id == KEY_WORKERS)
            continue; /* required; import and the texts; what MINIMAL gives no other way */
        struct session *plain = session_open(), *said = session_open();
        snprintf(set, sizeof set, "%s=%s", key->path, key->fallback);
        assert_int_equal(session_parse(plain, MINIMAL), STATUS_OK);
        assert_int_equal(session_parse(said, MINIMAL), STATUS_OK);
        assert_int_equal(session_build(plain, NULL), STATUS_OK);
        if (session_build(said, sets) != STATUS_OK)
            fail_msg("%s: %s", set, said->diag.text[0]);
        assert_same_digest(scenario_digest(&plain->scenario), scenario_digest(&said->scenario));
        session_close(plain);
        session_close(said);
    }
}

static void help_names_every_key_law_and_controller(void **state)
{
    static const char *const laws[] = {
        "{exponential: ", "{weibull: ",  "{lognormal: ",        "{pareto: ",
        "{uniform: ",     "{constant: ", "{hyperexponential: ", "{empirical: "};
    char *help = printed(print_help, NULL);
    (void)state;
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *dot = strrchr(schema_keys[id].path, '.');
        char name[64];
        snprintf(name, sizeof name, "\n  %s ", dot ? dot + 1 : schema_keys[id].path);
        if (!strstr(help, name))
            fail_msg("no help for %s", schema_keys[id].path);
    }
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++)
        assert_non_null(strstr(help, laws[i]));
    for (size_t i = 0; cairn_controllers[i]; i++)
        assert_non_null(strstr(help, cairn_controllers[i]->name));
    for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 100);
    free(help);
}

static void the_json_schema_is_json_and_names_every_key(void **state)
{
    static const char script[] =
        "import json, sys\n"
        "s = json.load(sys.stdin)\n"
        "def walk(node, path):\n"
        "    for key, value in node.get('properties', {}).items():\n"
        "        if value.get('type') == 'object' and 'properties' in value:\n"
        "            assert value['additionalProperties'] is False\n"
        "            walk(value, path + key + '.')\n"
        "        else:\n"
        "            assert value['description']\n"
        "            print(path + key)\n"
        "walk(s, '')\n";
    const char *argv[] = {"python3", "-c", script, NULL};
    char *json = printed(print_json, NULL), expected[SCHEMA_KEYS * 48] = "";
    size_t used = 0;
    (void)state;
    for (unsigned id = 0; id < SCHEMA_KEYS; id++)
        used +=
            (size_t)snprintf(expected + used, sizeof expected - used, "%s\n", schema_keys[id].path);
    struct support_run run = support_run(argv, json, NULL);
    free(json);
    if (run.code == -1 || run.code == 127) {
        support_run_close(&run);
        print_message("SKIPPED: no python3 to read JSON with\n");
        skip();
    }
    if (run.code != 0)
        fail_msg("%s", run.err);
    assert_string_equal(run.out, expected);
    support_run_close(&run);
}

static void help_names_every_word_of_a_pipeline(void **state)
{
    static const struct field_set *const sets[] = {&declare_task,       &declare_method,
                                                   &declare_actor,      &declare_fails,
                                                   &declare_checkpoint, &pipeline_job};
    char *help = printed(print_help, NULL), *pipelines = strstr(help, "\nPipelines\n");
    char name[64];
    (void)state;
    assert_non_null(pipelines);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        for (size_t k = 0; k < sets[i]->count; k++) {
            snprintf(name, sizeof name, "\n    %s ", sets[i]->fields[k].name);
            if (!strstr(pipelines, name))
                fail_msg("no help for %s", sets[i]->fields[k].name);
        }
    for (size_t i = 0; i < driver_verbs_count; i++) {
        snprintf(name, sizeof name, "\n    %s: ", driver_verbs[i].name);
        if (!strstr(pipelines, name))
            fail_msg("no help for %s", driver_verbs[i].name);
    }
    free(help);
}

/* Every reference leads somewhere; where there is a validator, it accepts the scenarios of the page
 * for users and refuses each of some slips in the first. */
static void editors_accept_the_examples_of_pipelines_and_see_slips(void **state)
{
    static const char script[] =
        "import json, sys\n"
        "schema = json.load(sys.stdin)\n"
        "def walk(node):\n"
        "    if isinstance(node, dict):\n"
        "        if '$ref' in node: assert node['$ref'].split('/')[-1] in schema['$defs'], node\n"
        "        node = list(node.values())\n"
        "    for inner in node if isinstance(node, list) else []: walk(inner)\n"
        "walk(schema)\n"
        "try:\n"
        "    import jsonschema, yaml\n"
        "except ImportError:\n"
        "    sys.exit(77)\n"
        "valid = jsonschema.Draft202012Validator(schema).is_valid\n"
        "page = open('workloads/PIPELINES.md').read().split('```yaml\\n')[1:]\n"
        "page = [block.split('\\n```')[0] for block in page]\n"
        "whole = [block for block in page if block.startswith('version')]\n"
        "assert len(whole) == 5\n"
        "for block in whole: assert valid(yaml.safe_load(block)), block\n"
        "slips = [('overhead:', 'ovrhead:'), ('run: load', 'rnu: load'), ('4.255 s', '4.255 q'),\n"
        "         ('restarts: 3', 'restarts: many'), ('times: 2', 'times: 0'), ('until: {trainers: "
        "10}',\n"
        "         'until: 10'), ('size: 12 MB', 'size: 12 s'), ('with: data', 'while: data')]\n"
        "for good, bad in slips:\n"
        "    assert good in whole[0] and not valid(yaml.safe_load(whole[0].replace(good, bad, "
        "1))), bad\n"
        "for good, bad in [('items: checkpointed', 'items: keep'), ('puts: 1', 'puts: 0'),\n"
        "                  ('capacity: 100', 'capacity: -1'), ('gathers: 2', 'gathers: 1')]:\n"
        "    assert good in whole[1] and not valid(yaml.safe_load(whole[1].replace(good, bad, "
        "1))), bad\n";
    const char *argv[] = {"python3", "-c", script, NULL};
    char *json = printed(print_json, NULL);
    (void)state;
    struct support_run run = support_run(argv, json, NULL);
    int code = run.code;
    free(json);
    if (code != 0 && code != 77 && code != -1 && code != 127)
        fail_msg("%s", run.err);
    support_run_close(&run);
    if (code != 0) {
        print_message("SKIPPED: no python3 with jsonschema and yaml\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_has_a_path_a_help_and_a_default_or_is_required),
        cmocka_unit_test(sections_are_contiguous),
        cmocka_unit_test(every_default_can_be_set),
        cmocka_unit_test(help_names_every_key_law_and_controller),
        cmocka_unit_test(the_json_schema_is_json_and_names_every_key),
        cmocka_unit_test(help_names_every_word_of_a_pipeline),
        cmocka_unit_test(editors_accept_the_examples_of_pipelines_and_see_slips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
