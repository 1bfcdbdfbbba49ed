/* SPDX-License-Identifier: Apache-2.0 */
/* What every driver needs: sizes, saving, restoring.
 *
 *     saved state = magic, abi, size, check, name[32], the state's own bytes
 *
 * Bytes are those of the machine; a state saved on one of another byte order has another magic and
 * is refused. The check (FNV-1a) is against torn files, not against enemies. */
#include "policies/controller.h"
#include <string.h>

#define SAVED_MAGIC 0x43524e53u /* "CRNS" */

struct saved {
    uint32_t magic, abi;
    uint64_t size, check;
    char name[32];
};

uint64_t cairn_plan_size(const struct cairn_controller_class *controller,
                         const struct cairn_value *values, const struct cairn_shape *shape)
{
    return controller->plan_bytes ? controller->plan_bytes(values, shape) : controller->plan_size;
}

uint64_t cairn_state_size(const struct cairn_controller_class *controller, const void *plan)
{
    return controller->state_bytes ? controller->state_bytes(plan) : controller->state_size;
}

uint32_t cairn_hears(const struct cairn_controller_class *controller, const void *plan)
{
    return controller->hears_by ? controller->hears_by(plan) : controller->hears;
}

void cairn_state_init(const struct cairn_controller_class *controller, const void *plan,
                      void *state)
{
    memset(state, 0, cairn_state_size(controller, plan));
    if (controller->init)
        controller->init(plan, state);
}

static uint64_t check_of(const unsigned char *bytes, uint64_t length)
{
    uint64_t check = UINT64_C(0xcbf29ce484222325);
    for (uint64_t i = 0; i < length; i++)
        check = (check ^ bytes[i]) * UINT64_C(0x100000001b3);
    return check;
}

uint64_t cairn_state_save(const struct cairn_controller_class *controller, const void *plan,
                          const void *state, void *bytes, uint64_t capacity)
{
    struct saved head = {.magic = SAVED_MAGIC,
                         .abi = CAIRN_CONTROLLER_ABI,
                         .size = cairn_state_size(controller, plan)};
    uint64_t total = sizeof head + head.size;
    if (capacity < total)
        return total;
    head.check = check_of(state, head.size);
    memcpy(head.name, controller->name, strlen(controller->name)); /* refused if longer */
    memcpy(bytes, &head, sizeof head);
    memcpy((char *)bytes + sizeof head, state, head.size);
    return total;
}

const char *cairn_state_load(const struct cairn_controller_class *controller, const void *plan,
                             const void *bytes, uint64_t length, void *state)
{
    struct saved head;
    if (length < sizeof head)
        return "too short to be a saved state";
    memcpy(&head, bytes, sizeof head);
    if (head.magic != SAVED_MAGIC)
        return "not a saved state, or one of a machine with another byte order";
    if (head.abi != CAIRN_CONTROLLER_ABI)
        return "saved by another version of the interface";
    if (strncmp(head.name, controller->name, sizeof head.name - 1) != 0)
        return "the state of another controller";
    if (head.size != cairn_state_size(controller, plan) || length - sizeof head != head.size)
        return "the state of a controller with other parameters, or cut short";
    if (head.check != check_of((const unsigned char *)bytes + sizeof head, head.size))
        return "damaged: its check does not fit";
    memcpy(state, (const char *)bytes + sizeof head, head.size);
    return NULL;
}

const char *cairn_controller_refusal(const struct cairn_controller_class *controller)
{
    if (controller->abi != CAIRN_CONTROLLER_ABI)
        return "compiled for another version of the interface (abi)";
    if (controller->size < sizeof *controller)
        return "compiled with another controller.h (size)";
    if (!controller->name || !controller->summary || !controller->params || !controller->plan ||
        !controller->decide || !controller->describe)
        return "lacks a name, summary, params, plan, decide or describe";
    if (strlen(controller->name) >= sizeof((struct saved *)0)->name)
        return "has a name longer than 31 bytes";
    if (controller->hears && !controller->observe &&
        (controller->hears & ~(CAIRN_WANTS_RANDOM | CAIRN_WANTS_AGES)))
        return "hears something but has no observe";
    return NULL;
}
