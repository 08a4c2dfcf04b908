/* The queue of events: filled by any thread without waiting, emptied in dispatch. [any] */
#include "inner.h"

void
gph_pump_events_init(gph_pump_events *events)
{
    for (unsigned n = 0; n < GPH_PUMP_EVENTS; n++)
        atomic_init(&events->slots[n].turn, n);
    atomic_init(&events->head, 0);
    events->tail = 0;
}

bool
gph_pump_events_push(gph_pump_events *events, const gph_host_event *event)
{
    unsigned ticket = atomic_load_explicit(&events->head, memory_order_relaxed);
    for (;;) {
        gph_pump_slot *slot = &events->slots[ticket % GPH_PUMP_EVENTS];
        unsigned turn = atomic_load_explicit(&slot->turn, memory_order_acquire);
        if (turn == ticket) {
            if (atomic_compare_exchange_weak_explicit(&events->head, &ticket, ticket + 1,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                slot->event = *event;
                atomic_store_explicit(&slot->turn, ticket + 1, memory_order_release);
                return true;
            }
        } else if ((int)(turn - ticket) < 0) {
            atomic_fetch_add_explicit(&events->dropped, 1, memory_order_relaxed);
            return false;
        } else {
            ticket = atomic_load_explicit(&events->head, memory_order_relaxed);
        }
    }
}

bool
gph_pump_events_pop(gph_pump_events *events, gph_host_event *event)
{
    gph_pump_slot *slot = &events->slots[events->tail % GPH_PUMP_EVENTS];
    if (atomic_load_explicit(&slot->turn, memory_order_acquire) != events->tail + 1)
        return false;
    *event = slot->event;
    atomic_store_explicit(&slot->turn, events->tail + GPH_PUMP_EVENTS, memory_order_release);
    events->tail++;
    return true;
}

void
gph_pump_post(gph_pump *pump, uint32_t kind, uint32_t flags, int64_t at, int64_t value,
              const char *text)
{
    gph_host_event event = {.kind = kind, .flags = flags, .at = at, .value = value, .text = text};
    gph_pump_events_push(&pump->events, &event);
}

uint64_t
gph_pump_dropped_events(const gph_pump *pump)
{
    return atomic_load_explicit(&pump->events.dropped, memory_order_relaxed);
}
