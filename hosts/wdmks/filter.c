/* What a filter says of its pins. [control] */
#include "filter.h"

#include "topology.h"

#include <stdlib.h>

enum { MAX_FILTERS = 4 }; /* from a wave filter to the socket it is seldom more than two */

static void
read_interfaces(const void *data, size_t bytes, ks_pin *pin)
{
    ks_multiple_item list;
    if (bytes < sizeof list)
        return;
    memcpy(&list, data, sizeof list);
    const uint8_t *at = (const uint8_t *)data + sizeof list;
    size_t n = (bytes - sizeof list) / sizeof(ks_identifier);
    for (size_t k = 0; k < n && k < list.count; k++) {
        ks_identifier one;
        memcpy(&one, at + k * sizeof one, sizeof one);
        bool standard = ks_guid_is(&one.set, &ks_interface_standard);
        pin->looped |= standard && one.id == KS_INTERFACE_LOOPED;
        pin->streaming |= standard && one.id == KS_INTERFACE_STREAMING;
    }
}

/* Whether a program may open it, and which way it goes. */
static ks_status
read_flow(const ks_system *system, ks_object *filter, ks_pin *pin)
{
    uint32_t flow = 0, communication = 0;
    ks_cinstances instances = {0, 0};
    ks_status status = ks_pin_get(system, filter, pin->id, KS_PIN_DATAFLOW, &flow, sizeof flow);
    if (status == KS_OK)
        status = ks_pin_get(system, filter, pin->id, KS_PIN_COMMUNICATION, &communication,
                            sizeof communication);
    if (status != KS_OK)
        return status;
    bool ours = communication == KS_COMMUNICATION_SINK || communication == KS_COMMUNICATION_BOTH;
    if (!ours || (flow != KS_DATAFLOW_IN && flow != KS_DATAFLOW_OUT))
        return KS_UNKNOWN;
    pin->out = flow == KS_DATAFLOW_IN;
    status = ks_pin_get(system, filter, pin->id, KS_PIN_CINSTANCES, &instances, sizeof instances);
    pin->busy = status == KS_OK && instances.possible <= instances.current;
    return status == KS_GONE ? status : KS_OK;
}

ks_status
ks_filter_pin(const ks_system *system, ks_object *filter, uint32_t id, ks_pin *pin)
{
    void *answer;
    size_t bytes;
    *pin = (ks_pin){.id = id};
    ks_status status = read_flow(system, filter, pin);
    if (status != KS_OK)
        return status;
    status = ks_pin_get_all(system, filter, id, KS_PIN_INTERFACES, &answer, &bytes);
    if (status == KS_OK)
        read_interfaces(answer, bytes, pin);
    free(answer);
    if (status == KS_GONE)
        return status;
    if (!pin->looped && !pin->streaming)
        pin->streaming = status != KS_OK; /* nobody says: packets are what each driver had once */
    status = ks_pin_get_all(system, filter, id, KS_PIN_DATARANGES, &answer, &bytes);
    if (status == KS_OK)
        ks_ranges_read(answer, bytes, &pin->ranges);
    free(answer);
    if (status == KS_GONE)
        return status;
    return (pin->looped || pin->streaming) && pin->ranges.n > 0 ? KS_OK : KS_UNKNOWN;
}

ks_status
ks_filter_pins(const ks_system *system, ks_object *filter, ks_pin *pins, uint32_t *n)
{
    uint32_t n_pins = 0;
    *n = 0;
    ks_status status = ks_pin_get(system, filter, 0, KS_PIN_CTYPES, &n_pins, sizeof n_pins);
    if (status != KS_OK)
        return status;
    for (uint32_t id = 0; id < n_pins && id < KS_MAX_PINS; id++) {
        status = ks_filter_pin(system, filter, id, &pins[*n]);
        if (status == KS_GONE)
            return status;
        *n += status == KS_OK;
    }
    return KS_OK;
}

/* ---------------------------------------------------------------- names */

/* The filter and pin that this pin is wired to. The filter is opened; KS_UNKNOWN: it is wired to none. */
static ks_status
next_filter(const ks_system *system, ks_object *filter, uint32_t *pin, ks_object **next)
{
    void *answer;
    size_t bytes;
    char path[1024];
    ks_status status =
        ks_pin_get_all(system, filter, *pin, KS_PIN_PHYSICALCONNECTION, &answer, &bytes);
    if (status == KS_OK && bytes > sizeof(ks_physical)) {
        ks_physical physical;
        memcpy(&physical, answer, sizeof physical);
        ks_text((const uint8_t *)answer + sizeof physical, bytes - sizeof physical, path,
                sizeof path);
        status = system->os->open(system->self, path, next);
        if (status == KS_OK)
            *pin = physical.pin;
        else
            status = KS_UNKNOWN; /* this filter is there still */
    } else if (status == KS_OK) {
        status = KS_UNKNOWN;
    }
    free(answer);
    return status;
}

static ks_status
pin_name(const ks_system *system, ks_object *filter, uint32_t pin, char name[KS_NAME])
{
    void *answer;
    size_t bytes;
    ks_status status = ks_pin_get_all(system, filter, pin, KS_PIN_NAME, &answer, &bytes);
    if (status == KS_OK)
        ks_text(answer, bytes, name, KS_NAME);
    free(answer);
    return status;
}

/* The other end of a filter, seen from one of its pins. */
static ks_status
cross(const ks_system *system, ks_object *filter, uint32_t *pin, bool forward)
{
    const ks_identifier question = {ks_set_topology, KS_TOPOLOGY_CONNECTIONS, KS_TYPE_GET};
    void *answer;
    size_t bytes;
    ks_status status = ks_get_all(system, filter, &question, sizeof question, &answer, &bytes);
    if (status == KS_OK && !ks_topology_walk(answer, bytes, *pin, forward, pin))
        status = KS_UNKNOWN;
    free(answer);
    return status;
}

ks_status
ks_filter_place(const ks_system *system, ks_object *filter, const ks_pin *pin, char name[KS_NAME])
{
    ks_object *here = filter, *next;
    uint32_t at = pin->id;
    ks_status status = KS_OK;
    name[0] = 0;
    for (int n = 0; n < MAX_FILTERS; n++) {
        status = cross(system, here, &at, pin->out);
        if (status == KS_OK)
            status = next_filter(system, here, &at, &next);
        else
            break;
        if (status != KS_OK) {
            if (status != KS_GONE)
                status = pin_name(system, here, at, name);
            break;
        }
        if (here != filter)
            system->os->close(system->self, here);
        here = next;
    }
    if (here == filter)
        return status == KS_GONE ? status : KS_OK;
    system->os->close(system->self, here);
    return KS_OK;
}
