/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of statements, and amounts that differ from call to call. */
#include "sim/model/program.h"
#include <assert.h>

const char *const program_ops[PROGRAM_OPS] = {
    [OP_CALL] = "call",         [OP_CREATE] = "create",
    [OP_GET] = "get",           [OP_WAIT] = "wait",
    [OP_PUT] = "put",           [OP_THINK] = "think",
    [OP_REPEAT] = "repeat",     [OP_UNTIL] = "until",
    [OP_PARALLEL] = "parallel", [OP_BRANCH] = "branch",
    [OP_KILL] = "kill",         [OP_RELEASE] = "release",
    [OP_RESTORE] = "restore",   [OP_CHECKPOINT] = "checkpoint",
    [OP_STOP] = "stop",         [OP_MAP] = "map",
    [OP_CANCEL] = "cancel",
};

int64_t amount_of(const struct amount *amount, uint64_t index, double u)
{
    assert(amount->kind <= AMOUNT_LAW);
    if (amount->kind == AMOUNT_CONSTANT)
        return amount->constant;
    if (amount->kind == AMOUNT_LISTED)
        return amount->list[index % amount->count];
    /* ns of seconds, or bytes: the reader has scaled the law's values to what 1e-9 of is one. */
    int64_t drawn = simtime_from_seconds(law_sample(amount->law, u));
    return drawn < 0 ? 0 : drawn;
}

int64_t amount_mean(const struct amount *amount)
{
    double sum = 0;
    if (amount->kind == AMOUNT_CONSTANT)
        return amount->constant;
    if (amount->kind == AMOUNT_LAW)
        return simtime_from_seconds(amount->law->mean);
    for (uint32_t i = 0; i < amount->count; i++)
        sum += (double)amount->list[i];
    return simtime_from_seconds(sum / amount->count / 1e9);
}
