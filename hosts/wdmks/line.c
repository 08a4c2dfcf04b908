/* Life of a line. [control; pack, unpack: audio] */
#include "line.h"

#include <stdlib.h>

uint32_t
ks_line_frames(const ks_line *line, uint64_t time_100ns)
{
    uint64_t frames = (time_100ns * line->format.rate + 9999999) / 10000000;
    return frames < line->format.rate ? (uint32_t)frames : line->format.rate;
}

static ks_status
take_memory(ks_line *line)
{
    line->linear = calloc(line->most + 1, line->frame_bytes);
    line->planes = gph_pump_planes(line->channels, line->most);
    return line->linear != NULL && line->planes != NULL ? KS_OK : KS_MEMORY;
}

ks_status
ks_line_open(ks_line *line, ks_object *filter, uint32_t pin, const ks_line_kind *kind,
             const ks_format *format)
{
    const gph_ks_os *os = line->system.os;
    ks_connect_format connect;
    uint32_t bytes = ks_format_connect(format, pin, kind->interface, &connect);
    ks_status status = os->pin(line->system.self, filter, &connect, bytes, &line->pin);
    if (status != KS_OK) {
        line->pin = NULL;
        return status;
    }
    line->kind = kind;
    line->state = KS_STOP;
    line->format = *format;
    line->frame_bytes = ks_format_frame_bytes(format);
    line->delay = 0;
    line->random = 1;
    memset(&line->at, 0, sizeof line->at);
    status = kind->prepare(line);
    if (status == KS_OK)
        status = take_memory(line);
    if (status != KS_OK)
        ks_line_close(line, status == KS_GONE);
    return status;
}

bool
ks_line_close(ks_line *line, bool gone)
{
    if (line->kind == NULL)
        return gone;
    if (!gone && ks_line_rest(line) == KS_GONE)
        gone = true;
    if (line->kind->leave != NULL)
        line->kind->leave(line, gone);
    /* Packets that the driver keeps stay where they are: better lost memory than foreign writes into ours. */
    bool kept = line->system.os->close(line->system.self, line->pin) == KS_TIMEOUT;
    line->kind->free(line, kept);
    free(line->linear);
    free(line->planes);
    line->linear = NULL;
    line->planes = NULL;
    line->pin = NULL;
    line->kind = NULL;
    return gone;
}

ks_status
ks_line_ready(ks_line *line)
{
    line->lost = 0;
    line->discont = false;
    ks_status status = ks_pin_go(&line->system, line->pin, &line->state, KS_PAUSE);
    return status == KS_OK ? line->kind->begin(line) : status;
}

ks_status
ks_line_rest(ks_line *line)
{
    ks_status status = KS_OK;
    if (line->state == KS_RUN)
        status = ks_pin_go(&line->system, line->pin, &line->state, KS_PAUSE);
    if (status != KS_GONE && line->kind->end != NULL) {
        ks_status ended = line->kind->end(line);
        if (status == KS_OK)
            status = ended;
    }
    return status == KS_OK ? ks_pin_go(&line->system, line->pin, &line->state, KS_STOP) : status;
}

void
ks_line_unpack(ks_line *line, uint32_t frames)
{
    uint32_t bytes = gph_pump_sample_bytes(line->format.sample);
    for (uint32_t c = 0; c < line->channels; c++)
        gph_pump_unpack(line->format.sample, line->linear + (size_t)c * bytes, line->frame_bytes,
                        line->planes[c], frames);
}

void
ks_line_pack(ks_line *line, uint32_t frames)
{
    uint32_t bytes = gph_pump_sample_bytes(line->format.sample);
    for (uint32_t c = 0; c < line->channels; c++)
        gph_pump_pack(line->format.sample, line->planes[c], line->linear + (size_t)c * bytes,
                      line->frame_bytes, frames, &line->random);
}
