/* SPDX-License-Identifier: Apache-2.0 */
/* Names of steps in a plan.
 *
 * A list of which no name occurs in the job would silently mean "never": it is refused, and the
 * sentence says what steps there are. Main invariant: `count` NUL-terminated names lie from `bytes`
 * on. Lists have at most 64 names: searching them one by one is fine. */
#include "policies/controllers/listed.h"
#include <stdio.h>
#include <string.h>

enum { SENTENCE = 256 }; /* a refusal and the names of a few stages */

uint64_t listed_bytes(const struct cairn_value *value)
{
    uint64_t total = 0;
    for (int64_t i = 0; i < value->i; i++)
        total += strlen(value->names[i]) + 1;
    return total > SENTENCE ? total : SENTENCE;
}

static int is_step(const struct cairn_shape *shape, const char *name)
{
    if (shape->stages_count == 0)
        return strcmp(name, "step") == 0;
    for (uint32_t i = 0; i < shape->stages_count; i++)
        if (strcmp(name, shape->stages[i].name) == 0)
            return 1;
    return 0;
}

static const char *refuse(char *bytes, const struct cairn_shape *shape)
{
    static const char more[] = ", ...";
    if (shape->stages_count == 0)
        return "no step of the job is called so: its steps are all alike and called 'step'";
    size_t length = (size_t)snprintf(bytes, SENTENCE, "no step of the job is called so; there are");
    for (uint32_t i = 0; i < shape->stages_count; i++) {
        const char *name = shape->stages[i].name, *comma = i ? "," : "";
        if (length + strlen(name) + sizeof ", " + sizeof more > SENTENCE) {
            snprintf(bytes + length, SENTENCE - length, "%s", more);
            break;
        }
        length += (size_t)snprintf(bytes + length, SENTENCE - length, "%s %s", comma, name);
    }
    return bytes;
}

void listed_copy(char *bytes, const struct cairn_value *value)
{
    for (int64_t i = 0; i < value->i; i++) {
        size_t size = strlen(value->names[i]) + 1;
        memcpy(bytes, value->names[i], size);
        bytes += size;
    }
}

const char *listed_fill(char *bytes, const struct cairn_value *value,
                        const struct cairn_shape *shape)
{
    int is_any = 0;
    if (shape->step <= 0 && shape->stages_count == 0)
        return "needs steps that succeed: give workload.group.stages, or step";
    for (int64_t i = 0; i < value->i; i++)
        is_any |= is_step(shape, value->names[i]);
    if (!is_any)
        return refuse(bytes, shape);
    listed_copy(bytes, value);
    return NULL;
}

int64_t listed_find(const char *bytes, int64_t count, const char *name)
{
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(bytes, name) == 0)
            return i;
        bytes += strlen(bytes) + 1;
    }
    return -1;
}

const char *listed_name(const char *bytes, int64_t place)
{
    while (place-- > 0)
        bytes += strlen(bytes) + 1;
    return bytes;
}
