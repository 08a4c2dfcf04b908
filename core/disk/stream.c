/* What streams that write and streams that read have in common. [control] */
#include "stream.h"

#include "stream_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gph_status
gph_stream_refuse(gph_stream_problem *problem, gph_status status, const char *setting,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    problem->setting = setting;
    return status;
}

gph_status
gph_stream_activate(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency,
                    gph_stream_problem *problem)
{
    *problem = (gph_stream_problem){.setting = NULL};
    if (stream->active)
        return gph_stream_refuse(problem, GPH_STATE, NULL, "this stream is active already");
    if (!(rate > 0) || rate > 10e6 || !max_frames || max_frames > GPH_MAX_FRAMES)
        return gph_stream_refuse(problem, GPH_ARGUMENT, NULL, "%g Hz in blocks of %u is no rate",
                                 rate, max_frames);
    if (stream->writes)
        return gph_recorder_activate(stream, rate, max_frames, latency, problem);
    return gph_player_activate(stream, rate, max_frames, problem);
}

void
gph_stream_set_capture_latency(gph_stream *stream, uint32_t frames)
{
    atomic_store_explicit(&stream->capture_latency, frames, memory_order_relaxed);
}

void
gph_stream_freewheel(gph_stream *stream, bool on)
{
    if (stream)
        atomic_store_explicit(&stream->freewheel, on, memory_order_relaxed);
}

gph_status
gph_stream_finish(gph_stream *stream, int64_t timeout_ns, gph_stream_problem *problem)
{
    *problem = (gph_stream_problem){.setting = NULL};
    if (!stream || !stream->active || !stream->writes)
        return GPH_OK;
    return gph_recorder_finish(stream, timeout_ns, problem);
}

void
gph_stream_free(gph_stream *stream)
{
    if (!stream)
        return;
    if (stream->writes)
        gph_recorder_free(stream);
    if (stream->reads)
        gph_player_free(stream);
    free(stream);
}

static void
fill_of(gph_stream *stream, int64_t *fill, int64_t *capacity)
{
    gph_ring_shared *shared = stream->ring.shared;
    uint64_t in = atomic_load_explicit(&shared->in, memory_order_relaxed);
    uint64_t done =
        atomic_load_explicit(stream->writes ? &shared->done : &shared->out, memory_order_relaxed);
    *fill = in > done ? (int64_t)(in - done) : 0;
    *capacity = (int64_t)(stream->ring.geometry.frames - stream->keep);
}

static int64_t
load(const _Atomic int64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

void
gph_stream_stats_get(gph_stream *stream, gph_stream_stats *stats)
{
    gph_stream_stats all = {.size = sizeof all, .free_bytes = -1};
    uint32_t size = stats->size < sizeof all ? stats->size : (uint32_t)sizeof all;
    if (stream && stream->active) {
        gph_ring_status status;
        gph_ring_take_status(&stream->ring, &status);
        int64_t clock = load(&stream->clock);
        int64_t stop = load(&stream->stop);
        all.recording = clock >= load(&stream->start) && clock < stop;
        all.frames = stream->writes ? (clock < stop ? clock : stop) - load(&stream->start) : clock;
        all.frames = all.frames > 0 ? all.frames : 0;
        all.lost = load(&stream->lost);
        all.gaps = load(&stream->gaps);
        fill_of(stream, &all.fill, &all.capacity);
        all.peak_fill = load(&stream->peak_fill);
        all.free_bytes = status.free_bytes;
        all.clipped = status.clipped;
        all.not_finite = status.not_finite;
    }
    all.size = stats->size;
    memcpy(stats, &all, size);
}

const char *
gph_stream_state_word(gph_stream_state state)
{
    static const char *const words[] = {"armed",   "recording", "degraded",
                                        "closing", "finished",  "failed"};
    return (uint32_t)state < sizeof words / sizeof *words ? words[state] : "unknown";
}

void
gph_stream_status_get(gph_stream *stream, gph_stream_status *status)
{
    *status = (gph_stream_status){.free_bytes = -1, .seconds_left = -1};
    if (stream && stream->writes)
        gph_recorder_describe(stream->writes, status);
    if (!stream || !stream->active)
        return;
    gph_ring_status from;
    if (stream->writes)
        gph_recorder_status(stream, &from);
    else
        gph_ring_take_status(&stream->ring, &from);
    status->state = (gph_stream_state)from.state;
    memcpy(status->reason, from.reason, sizeof status->reason);
    memcpy(status->file, from.file, sizeof status->file);
    status->take = (uint32_t)from.take;
    status->channels = stream->ring.geometry.channels;
    status->frames = stream->writes ? from.frames : load(&stream->clock);
    /* What had no room is known at once, and to the writer when the file has come so far. */
    status->lost = load(&stream->lost);
    if (stream->writes && from.lost > status->lost)
        status->lost = from.lost;
    status->gaps = load(&stream->gaps);
    fill_of(stream, &status->fill, &status->capacity);
    status->peak_fill = load(&stream->peak_fill);
    status->free_bytes = from.free_bytes;
    if (from.free_bytes >= 0 && from.bytes_per_second > 0)
        status->seconds_left = (double)from.free_bytes / (double)from.bytes_per_second;
    status->synced = from.synced;
    status->parts = from.parts;
    status->failovers = from.failovers;
    status->longest_write_ns = from.longest_write_ns;
    status->longest_barrier_ns = from.longest_barrier_ns;
    status->failures = from.failures;
    memcpy(status->trouble, from.trouble, sizeof status->trouble);
    status->clipped = from.clipped;
    status->not_finite = from.not_finite;
}

size_t
gph_stream_memory(const gph_stream *stream, const void **base)
{
    const gph_ring *ring = &stream->ring;
    if (!stream->active || !ring->shared)
        return 0;
    const float *end = ring->samples + ring->geometry.channels * ring->geometry.stride;
    *base = ring->shared;
    return (size_t)((const char *)end - (const char *)ring->shared);
}
