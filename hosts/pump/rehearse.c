/* Faults on request, for a rehearsal with a real device: gph.rehearsal/1. [control; gph_pump_withhold: audio] */
#include "inner.h"

#include <string.h>

/* The pump of any host's stream. */
static gph_pump *
pump_of(gph_host_stream *stream)
{
    return ((gph_pump_stream *)stream)->pump;
}

/* Shuts the gate for whole blocks: who finds it so counts them, and opens it after enough. */
static gph_status GPH_CALL
lose(gph_host_stream *stream, uint64_t frames)
{
    gph_pump *pump = pump_of(stream);
    if (gph_pump_state(pump) != GPH_STREAM_STATE_RUNNING || frames == 0 ||
        atomic_load(&pump->gate) == GPH_GATE_WITHHELD)
        return GPH_STATE;
    pump->withhold = frames; /* nobody looks at it before */
    return gph_pump_take_gate(pump, GPH_GATE_WITHHELD) ? GPH_OK : GPH_STATE;
}

static gph_status GPH_CALL
unplug(gph_host_stream *stream, int64_t ns)
{
    gph_pump *pump = pump_of(stream);
    if (gph_pump_state(pump) != GPH_STREAM_STATE_RUNNING)
        return GPH_STATE;
    pump->unplugged_until_ns = pump->plan.backend->boot_ns(pump->plan.self) + ns;
    gph_pump_lost(pump, "it was unplugged for a rehearsal");
    return GPH_OK;
}

const void *GPH_CALL
gph_pump_host_extension(gph_host_self *self, gph_host_stream *stream, const char *id)
{
    (void)self;
    (void)stream;
    static const gph_host_rehearsal rehearsal = {
        .size = sizeof rehearsal, .lose = lose, .unplug = unplug};
    return strcmp(id, GPH_REHEARSAL_ID) == 0 ? &rehearsal : NULL;
}

void
gph_pump_withhold(gph_pump *pump, const gph_pump_block *block)
{
    pump->withheld += block->frames + block->lost_in;
    /* It is not the device that is quiet. */
    atomic_store_explicit(&pump->entered_ns, block->now_ns, memory_order_relaxed);
    if (pump->withheld < pump->withhold)
        return;
    pump->gap = true;
    atomic_fetch_add_explicit(&pump->late, 1, memory_order_relaxed);
    gph_pump_post(pump, GPH_HOST_LATE, 0, pump->frame + (int64_t)pump->withheld, 0, NULL);
    unsigned gate = GPH_GATE_WITHHELD;
    atomic_compare_exchange_strong(&pump->gate, &gate, GPH_GATE_FREE);
}
