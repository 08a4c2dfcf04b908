/* Life of a stream: made, configured, started, stopped, looked at. [control, but for what says any] */
#include "inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t start_ns = INT64_C(5000000000); /* a first cycle must come within */

gph_status
gph_pump_new(const gph_pump_plan *plan, gph_pump **made)
{
    gph_pump *pump = calloc(1, sizeof *pump);
    *made = pump;
    if (pump == NULL)
        return GPH_MEMORY;
    pump->plan = *plan;
    pump->scheduling = "normal";
    gph_pump_events_init(&pump->events);
    return GPH_OK;
}

static void
drop_buffers(gph_pump_buffers *buffers)
{
    free(buffers->zero);
    free(buffers->in_cut);
    free(buffers->out_cut);
    free(buffers->zeros);
    free(buffers->junks);
    *buffers = (gph_pump_buffers){0};
}

void
gph_pump_free(gph_pump *pump)
{
    if (pump == NULL)
        return;
    gph_pump_stop(pump, 0);
    drop_buffers(&pump->buffers);
    free(pump);
}

static gph_status
take_buffers(gph_pump_buffers *buffers, const gph_got *got)
{
    size_t n_in = got->channels_in, n_out = got->channels_out, frames = got->max_frames;
    *buffers = (gph_pump_buffers){
        .zero = calloc(frames, sizeof(float)),
        .in_cut = calloc(n_in + 1, sizeof(float *)),
        .out_cut = calloc(n_out + 1, sizeof(float *)),
        .zeros = calloc(n_in + 1, sizeof(float *)),
        .junks = gph_pump_planes(got->channels_out, got->max_frames),
    };
    if (buffers->zero == NULL || buffers->in_cut == NULL || buffers->out_cut == NULL ||
        buffers->zeros == NULL || buffers->junks == NULL)
        return GPH_MEMORY;
    for (size_t c = 0; c < n_in; c++)
        buffers->zeros[c] = buffers->zero;
    return GPH_OK;
}

gph_status
gph_pump_configure(gph_pump *pump, const gph_got *got)
{
    if (!gph_pump_shut(pump))
        return GPH_STATE;
    if (got->max_frames == 0 || got->max_frames > GPH_MAX_FRAMES || got->rate <= 0)
        return GPH_ARGUMENT;
    gph_pump_buffers buffers;
    gph_status status = take_buffers(&buffers, got);
    if (status == GPH_OK)
        status = pump->plan.engine->configure(pump->plan.engine->user, got);
    if (status < 0) {
        drop_buffers(&buffers);
        return status;
    }
    drop_buffers(&pump->buffers);
    pump->buffers = buffers;
    pump->rate = got->rate;
    pump->max_frames = got->max_frames;
    pump->n_in = got->channels_in;
    pump->n_out = got->channels_out;
    atomic_store(&pump->block, got->block);
    gph_pump_filter_init(&pump->filter, got->rate);
    gph_pump_witness_init(&pump->witness, got->rate);
    if (gph_pump_state(pump) == GPH_STREAM_STATE_CLOSED)
        atomic_store(&pump->state, GPH_STREAM_STATE_READY);
    return GPH_OK;
}

gph_status
gph_pump_open_again(gph_pump *pump, char *why, uint32_t n)
{
    gph_got got;
    gph_status status = pump->plan.backend->reopen(pump->plan.self, false, &got, why, n);
    return status == GPH_OK ? gph_pump_configure(pump, &got) : status;
}

gph_status
gph_pump_arm(gph_pump *pump)
{
    if (gph_pump_state(pump) != GPH_STREAM_STATE_READY || pump->in_event)
        return GPH_STATE;
    pump->frame = 0;
    pump->last_mono_ns = INT64_MIN / 2;
    pump->first = true;
    pump->gap = pump->resumed = pump->released = false;
    pump->withheld = 0;
    pump->unplugged_until_ns = 0;
    pump->suspect_ns = 0;
    gph_pump_filter_init(&pump->filter, pump->rate);
    gph_pump_witness_init(&pump->witness, pump->rate);
    atomic_store(&pump->loss, GPH_LOST_NOT);
    atomic_store(&pump->ended, false);
    atomic_store(&pump->cycles, 0);
    atomic_store(&pump->frames, 0);
    atomic_store(&pump->late, 0);
    atomic_store(&pump->lost_in, 0);
    atomic_store(&pump->lost_out, 0);
    atomic_store(&pump->reopens, 0);
    atomic_store(&pump->load, 0.0);
    atomic_store(&pump->drift_ppm, 0.0);
    gph_pump_enter(pump, GPH_STREAM_STATE_RUNNING, "started");
    gph_pump_open(pump);
    return GPH_OK;
}

gph_status
gph_pump_start(gph_pump *pump, char *why, uint32_t n)
{
    const gph_host_services *services = pump->plan.services;
    gph_status status = GPH_OK;
    if (pump->plan.backend->wait != NULL) {
        status = gph_pump_arm(pump);
        if (status == GPH_OK)
            status = gph_pump_thread_start(pump);
        if (status < 0) {
            snprintf(why, n, "the stream is not ready, or no thread could be had");
            return status;
        }
    }
    int64_t end = services->now_ns(services) + start_ns;
    while (!pump->plan.stepped && atomic_load(&pump->cycles) == 0) {
        uint32_t state = gph_pump_state(pump);
        if (state != GPH_STREAM_STATE_RUNNING || services->now_ns(services) > end) {
            const char *reason = atomic_load(&pump->reason);
            snprintf(why, n, "%s",
                     state != GPH_STREAM_STATE_RUNNING && reason != NULL
                         ? reason
                         : "no cycle came within 5 s");
            gph_pump_stop(pump, 0);
            return GPH_IO;
        }
        services->sleep_until_ns(services, services->now_ns(services) + 500000);
    }
    return GPH_OK;
}

gph_status
gph_pump_stop(gph_pump *pump, uint32_t drain)
{
    if (pump->in_event)
        return GPH_STATE;
    uint32_t state = gph_pump_state(pump);
    if (state == GPH_STREAM_STATE_CLOSED || state == GPH_STREAM_STATE_READY)
        return GPH_OK;
    const gph_host_services *services = pump->plan.services;
    if (drain != 0 && state == GPH_STREAM_STATE_RUNNING && !pump->plan.stepped) {
        /* The device goes on playing what it has, then silence. */
        atomic_store(&pump->ended, pump->plan.backend->wait == NULL);
        double seconds =
            (2.0 * atomic_load(&pump->block) + atomic_load(&pump->latency_out)) / pump->rate;
        services->sleep_until_ns(services, services->now_ns(services) + (int64_t)(seconds * 1e9));
    }
    gph_pump_filler_end(pump);
    gph_status status = gph_pump_thread_end(pump);
    if (!gph_pump_shut(pump))
        status = GPH_STATE;
    gph_pump_enter(pump, GPH_STREAM_STATE_READY, "stopped");
    return status;
}

void
gph_pump_dispatch(gph_pump *pump)
{
    if (pump->in_event)
        return;
    if (pump->plan.backend->look_after != NULL)
        pump->plan.backend->look_after(pump->plan.self);
    gph_pump_watch(pump);
    gph_pump_recover(pump);
    gph_host_event event;
    pump->in_event = true;
    while (gph_pump_events_pop(&pump->events, &event))
        pump->plan.engine->event(pump->plan.engine->user, &event);
    pump->in_event = false;
}

int32_t
gph_pump_patience(gph_pump *pump, int32_t timeout_ms)
{
    if (pump->plan.stepped)
        return 0;
    int32_t most = 50; /* audio threads queue events without waking us */
    uint32_t state = gph_pump_state(pump);
    if (state == GPH_STREAM_STATE_LOST && pump->released) {
        int64_t left =
            (pump->retry_ns - pump->plan.backend->boot_ns(pump->plan.self)) / 1000000 + 1;
        most = left < 0 ? 0 : left < 50 ? (int32_t)left : 50;
    }
    return timeout_ms >= 0 && timeout_ms < most ? timeout_ms : most;
}

void
gph_pump_enter(gph_pump *pump, uint32_t state, const char *reason)
{
    if (atomic_exchange(&pump->state, state) == state)
        return;
    atomic_store(&pump->reason, reason);
    gph_pump_post(pump, GPH_HOST_STATE, 0, -1, state, reason);
}

void
gph_pump_lost(gph_pump *pump, const char *reason)
{
    unsigned running = GPH_STREAM_STATE_RUNNING;
    atomic_store(&pump->loss, GPH_LOST_GONE);
    atomic_store(&pump->reason, reason);
    if (atomic_compare_exchange_strong(&pump->state, &running, GPH_STREAM_STATE_LOST))
        gph_pump_post(pump, GPH_HOST_STATE, 0, -1, GPH_STREAM_STATE_LOST, reason);
    pump->plan.services->wake(pump->plan.services);
}

void
gph_pump_block_changed(gph_pump *pump, uint32_t frames)
{
    if (atomic_exchange(&pump->block, frames) == frames)
        return;
    atomic_store(&pump->rebase, true);
    gph_pump_post(pump, GPH_HOST_BLOCK, 0, -1, frames, NULL);
}

const char *
gph_pump_keep(gph_pump *pump, const char *text)
{
    char *kept = pump->kept[pump->n_kept++ % GPH_PUMP_TEXTS];
    snprintf(kept, GPH_PUMP_KEPT, "%s", text);
    return kept;
}

/* ---------------------------------------------------------------- looking */

uint32_t
gph_pump_state(const gph_pump *pump)
{
    return atomic_load(&pump->state);
}

uint64_t
gph_pump_cycles(const gph_pump *pump)
{
    return atomic_load_explicit(&pump->cycles, memory_order_relaxed);
}

int64_t
gph_pump_quiet_ns(const gph_pump *pump)
{
    if (gph_pump_cycles(pump) == 0)
        return 0;
    return pump->plan.backend->now_ns(pump->plan.self) -
           atomic_load_explicit(&pump->entered_ns, memory_order_relaxed);
}

void
gph_pump_set_scheduling(gph_pump *pump, const char *level)
{
    pump->scheduling = level;
}

void
gph_pump_set_latency(gph_pump *pump, uint32_t in, uint32_t out)
{
    atomic_store_explicit(&pump->latency_in, in, memory_order_relaxed);
    atomic_store_explicit(&pump->latency_out, out, memory_order_relaxed);
}

void
gph_pump_stats(const gph_pump *pump, gph_host_stats *stats)
{
    gph_host_stats all = {
        .state = gph_pump_state(pump),
        .cycles = gph_pump_cycles(pump),
        .frames = atomic_load(&pump->frames),
        .late = atomic_load(&pump->late),
        .lost_in = atomic_load(&pump->lost_in),
        .lost_out = atomic_load(&pump->lost_out),
        .reopens = atomic_load(&pump->reopens),
        .dropped_events = gph_pump_dropped_events(pump),
        .wake_ns_max = atomic_load(&pump->wake_ns_max),
        .load = atomic_load(&pump->load),
        .drift_ppm = atomic_load(&pump->drift_ppm),
        .scheduling = pump->scheduling,
    };
    uint32_t size = stats->size < sizeof all ? stats->size : (uint32_t)sizeof all;
    all.size = stats->size;
    memcpy(stats, &all, size);
}
