/* Questions to filters and pins. [control; ks_get: any] */
#include "property.h"

#include <stdlib.h>

enum {
    MAX_ANSWER = 1 << 20, /* bytes: far more than any driver has to say */
    MAX_ROUNDS = 8        /* an answer that grows each time it is asked for ends here */
};

ks_status
ks_get(const ks_system *system, ks_object *object, const void *in, size_t in_bytes, void *out,
       size_t bytes)
{
    uint32_t got = 0;
    memset(out, 0, bytes);
    ks_status status = system->os->ioctl(system->self, object, KS_IOCTL_PROPERTY, in,
                                         (uint32_t)in_bytes, out, (uint32_t)bytes, &got);
    return status == KS_OK && got < bytes ? KS_FAILED : status;
}

static ks_pin_property
pin_question(uint32_t pin, uint32_t id)
{
    return (ks_pin_property){.property = {ks_set_pin, id, KS_TYPE_GET}, .pin = pin};
}

ks_status
ks_pin_get(const ks_system *system, ks_object *filter, uint32_t pin, uint32_t id, void *out,
           size_t bytes)
{
    ks_pin_property question = pin_question(pin, id);
    return ks_get(system, filter, &question, sizeof question, out, bytes);
}

/* The next size to try: what was told, or twice as much where nothing sensible was. */
static uint32_t
next_room(uint32_t room, uint32_t told)
{
    return told > room ? told : room < 128 ? 256 : 2 * room;
}

ks_status
ks_get_all(const ks_system *system, ks_object *object, const void *in, size_t in_bytes, void **out,
           size_t *bytes)
{
    uint32_t room = 0;
    uint8_t *answer = NULL;
    *out = NULL;
    *bytes = 0;
    for (int round = 0; round < MAX_ROUNDS && room <= MAX_ANSWER; round++) {
        uint32_t told = 0;
        ks_status status = system->os->ioctl(system->self, object, KS_IOCTL_PROPERTY, in,
                                             (uint32_t)in_bytes, answer, room, &told);
        /* Without room some say that all is well and how much it would be. */
        bool more = status == KS_MORE || (status == KS_OK && room == 0);
        if (status == KS_OK && !more) {
            *out = answer;
            *bytes = told < room ? told : room;
            return KS_OK;
        }
        free(answer);
        answer = NULL;
        if (!more)
            return status;
        room = next_room(room, told);
        if (room > MAX_ANSWER)
            return KS_FAILED;
        answer = calloc(1, room);
        if (answer == NULL)
            return KS_MEMORY;
    }
    free(answer);
    return KS_FAILED;
}

ks_status
ks_pin_get_all(const ks_system *system, ks_object *filter, uint32_t pin, uint32_t id, void **out,
               size_t *bytes)
{
    ks_pin_property question = pin_question(pin, id);
    return ks_get_all(system, filter, &question, sizeof question, out, bytes);
}

ks_status
ks_pin_go(const ks_system *system, ks_object *pin, ks_state *state, ks_state to)
{
    while (*state != to) {
        const ks_identifier question = {ks_set_connection, KS_CONNECTION_STATE, KS_TYPE_SET};
        uint32_t next = *state < to ? *state + 1u : *state - 1u;
        uint32_t got = 0;
        ks_status status = system->os->ioctl(system->self, pin, KS_IOCTL_PROPERTY, &question,
                                             sizeof question, &next, sizeof next, &got);
        if (status != KS_OK)
            return status;
        *state = (ks_state)next;
    }
    return KS_OK;
}

const char *
ks_status_text(ks_status status)
{
    switch (status) {
    case KS_TIMEOUT:
        return "the driver does not answer";
    case KS_NO_MATCH:
        return "the driver takes none of the formats";
    case KS_BUSY:
        return "it is in use by another program";
    case KS_GONE:
        return "the device was removed or has failed";
    case KS_ABSENT:
        return "the device is not there";
    case KS_ABORTED:
        return "the driver gave the packets back";
    case KS_MEMORY:
        return "memory could not be had";
    default:
        return "the driver refused";
    }
}
