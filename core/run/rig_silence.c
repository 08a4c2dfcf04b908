/* Tells of channels of a take that are silent, once. [control] */
#include "rig_inside.h"

#include <stdio.h>

/* A channel that has not been above this for so long in a take is told: a cable, a preamplifier, a wrong input. The
 * noise of any microphone is above it. */
enum { SILENT_SECONDS = 10 };
static const float silent_peak = 1e-5f; /* -100 dB */

static bool
is_heard(const gph_rig_watch *watch, uint32_t channel)
{
    return watch->heard[channel / 8] >> channel % 8 & 1;
}

/* Another take begins: nothing of it was heard. */
static void
begin(gph_rig_watch *watch, int64_t take)
{
    if (take == watch->heard_take)
        return;
    memset(watch->heard, 0, sizeof watch->heard);
    watch->heard_take = take;
    watch->silence_said = false;
}

static void
hear(gph_rig_watch *watch, uint32_t channel, float peak)
{
    if (peak > silent_peak && channel < GPH_MAX_CHANNELS)
        watch->heard[channel / 8] |= (uint8_t)(1u << channel % 8);
}

/* Channels [first, end) that were not heard: "channels 3, 4, 17", as far as there is room. */
static void
tell(gph_rig *rig, gph_rig_watch *watch, uint32_t node, uint32_t first, uint32_t end)
{
    char list[256] = "";
    size_t n = 0;
    uint32_t n_silent = 0;
    for (uint32_t c = first; c < end; c++) {
        if (is_heard(watch, c) || ++n_silent > 32)
            continue;
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%u", n ? ", " : "", c + 1);
    }
    if (!n_silent)
        return;
    watch->silence_said = true;
    gph_rig_tell(rig, GPH_LOG_WARNING, node, -1,
                 "channel%s %s%s %s been silent since the take began, for %d s",
                 n_silent > 1 ? "s" : "", list, n_silent > 32 ? ", ..." : "",
                 n_silent > 1 ? "have" : "has", SILENT_SECONDS);
}

void
gph_rig_watch_silence(gph_rig *rig, gph_rig_watch *watch, gph_runtime_stream *stream,
                      const gph_stream_status *now)
{
    float *peaks = rig->scratch->peaks;
    if (now->state != GPH_STREAM_RECORDING)
        return;
    begin(watch, now->take);
    gph_rig_take_levels(stream, peaks, rig->scratch->rms);
    for (uint32_t c = 0; c < stream->channels; c++)
        hear(watch, c, peaks[c]);
    if (!watch->silence_said && (double)now->frames >= SILENT_SECONDS * rig->got.rate)
        tell(rig, watch, stream->owner->node, 0, stream->channels);
}

void
gph_rig_end_silence(gph_rig *rig, gph_rig_watch *watch, uint32_t node, const gph_take_file *file)
{
    uint32_t first = file->channel ? file->channel - 1 : 0;
    begin(watch, file->take);
    for (uint32_t c = 0; file->peak && c < file->channels; c++)
        hear(watch, first + c, file->peak[c]);
    if (!watch->silence_said && file->peak && file->part == 1 &&
        (double)file->frames >= SILENT_SECONDS * file->rate)
        tell(rig, watch, node, first, first + file->channels);
}
