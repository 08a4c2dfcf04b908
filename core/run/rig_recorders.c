/* Recorders of a rig and the files that they have made. [control] */
#include "../platform/now.h"
#include "rig_inside.h"

#include <math.h>

#define PEAK_WINDOW INT64_C(300000000) /* 0.3 s: as long as an eye takes */

static uint32_t
state_of(const gph_stream_status *status)
{
    switch (status->state) {
    case GPH_STREAM_RECORDING:
        return GPH_RECORDER_RECORDING;
    case GPH_STREAM_DEGRADED:
        return GPH_RECORDER_DEGRADED;
    case GPH_STREAM_CLOSING:
        return GPH_RECORDER_CLOSING;
    case GPH_STREAM_BROKEN:
        return GPH_RECORDER_FAILED;
    default:
        return GPH_RECORDER_ARMED;
    }
}

/* Of this window and the one before, whoever else has asked. */
static float
take_peak(gph_runtime_stream *stream, uint32_t channel, bool next)
{
    uint32_t bits = atomic_exchange_explicit(&stream->peaks[channel], 0, memory_order_relaxed);
    float *window = &stream->windows[2 * (size_t)channel];
    float peak;
    memcpy(&peak, &bits, sizeof peak);
    if (next) {
        window[0] = window[1];
        window[1] = 0;
    }
    window[1] = peak > window[1] ? peak : window[1];
    return window[0] > window[1] ? window[0] : window[1];
}

/* Likewise: of all there was since the window before began, `frames` of them. */
static float
take_rms(gph_runtime_stream *stream, uint32_t channel, bool next, uint64_t frames)
{
    double sum = atomic_load_explicit(&stream->squares[channel], memory_order_relaxed);
    double *begun = &stream->squares_begun[2 * (size_t)channel];
    if (next) {
        begun[0] = begun[1];
        begun[1] = sum;
    }
    return frames > 0 && sum > begun[0] ? (float)sqrt((sum - begun[0]) / (double)frames) : 0.0f;
}

void
gph_rig_take_levels(gph_runtime_stream *stream, float *peaks, float *rms)
{
    int64_t now = gph_now_ns();
    bool next = now - stream->window_ns >= PEAK_WINDOW;
    uint64_t heard = atomic_load_explicit(&stream->heard, memory_order_acquire);
    if (next) {
        stream->window_ns = now;
        stream->heard_begun[0] = stream->heard_begun[1];
        stream->heard_begun[1] = heard;
    }
    for (uint32_t c = 0; c < stream->channels && c < GPH_MAX_CHANNELS; c++) {
        peaks[c] = take_peak(stream, c, next);
        rms[c] = take_rms(stream, c, next, heard - stream->heard_begun[0]);
    }
}

void
gph_rig_pass_latency(gph_rig *rig)
{
    uint32_t frames = gph_rig_host_latency(rig, GPH_DIRECTION_IN, rig->graph->n_device_in);
    for (uint32_t n = 0; n < rig->n_writers; n++)
        gph_stream_set_capture_latency(gph_context_writer(rig->graph, n)->stream, frames);
}

gph_status
gph_rig_get_recorder(gph_rig *rig, uint32_t index, gph_rig_recorder *recorder)
{
    gph_runtime_stream *stream =
        index < rig->n_writers ? gph_context_writer(rig->graph, index) : NULL;
    if (!stream)
        return GPH_ARGUMENT;
    gph_stream_status *now = &rig->scratch->status;
    gph_stream_status_get(stream->stream, now);
    gph_rig_take_levels(stream, rig->scratch->peaks, rig->scratch->rms);
    double rate = now->rate > 0 ? now->rate : rig->graph->rate;
    /* Where the host decides about the rate, the one that is assumed is as good for a forecast. */
    double a_second = now->bytes_per_frame * rate;
    if (now->seconds_left < 0 && now->free_bytes >= 0 && a_second > 0)
        now->seconds_left = (double)now->free_bytes / a_second;
    double capacity = now->capacity > 0 ? (double)now->capacity : 1;
    const gph_rig_recorder out = {
        .state = state_of(now),
        .node = rig->graph->nodes[stream->owner->node].name,
        .reason = now->reason,
        .file = now->file[0]                                          ? now->file
                : state_of(now) == GPH_RECORDER_ARMED && stream->file ? stream->file
                                                                      : "",
        .format = now->format,
        .channels = stream->channels,
        .takes = rig->watches[index].n_before + rig->watches[index].n_files,
        .frames = now->frames,
        .bytes = (uint64_t)((double)now->frames * now->bytes_per_frame),
        .lost = now->lost,
        .gaps = (uint64_t)now->gaps,
        .fill = (double)now->fill / capacity,
        .fill_peak = (double)now->peak_fill / capacity,
        .seconds_left = now->seconds_left,
        .bytes_per_second = now->bytes_per_frame * rate,
        .clipped = (uint64_t)now->clipped,
        .not_finite = (uint64_t)now->not_finite,
        .peaks = rig->scratch->peaks,
        .synced = now->synced,
        .parts = (uint64_t)now->parts,
        .failovers = (uint64_t)now->failovers,
        .longest_write_ms = (double)now->longest_write_ns / 1e6,
        .longest_barrier_ms = (double)now->longest_barrier_ns / 1e6,
        .rms = rig->scratch->rms,
    };
    gph_rig_give(recorder, &out, sizeof out);
    return GPH_OK;
}

gph_status
gph_rig_get_take(const gph_rig *rig, uint32_t index, gph_rig_take *take)
{
    if (index >= rig->n_takes)
        return GPH_ARGUMENT;
    const gph_rig_kept_take *kept = &rig->takes[index];
    const gph_take_file *file = kept->file;
    int64_t lost = 0;
    for (uint32_t g = 0; g < file->n_gaps; g++)
        lost += file->gaps[g].frames;
    uint32_t n_gaps = kept->gaps ? file->n_gaps : 0;
    const gph_rig_take out = {
        .channels = file->channels,
        .path = file->path,
        .node = kept->node,
        .format = file->format,
        .rate = file->rate,
        .frames = file->frames,
        .bytes = (uint64_t)file->bytes,
        .first_frame = file->first_frame,
        .lost = lost,
        .clipped = (uint64_t)file->clipped,
        .not_finite = (uint64_t)file->not_finite,
        .n_gaps = n_gaps < 1000 ? n_gaps : 1000,
        .complete = file->error == NULL,
        .gaps = kept->gaps,
        .peaks = file->peak,
        .rms = file->rms,
    };
    gph_rig_give(take, &out, sizeof out);
    return GPH_OK;
}
