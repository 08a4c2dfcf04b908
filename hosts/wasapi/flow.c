/* Packets in, room out: the calls of a turn. A result is looked at before what came with it. [audio] */
#include "line.h"

#include <string.h>

/* An exclusive device has one buffer an event, and none before it. */
static bool
is_time(wa_line *line, int64_t now_ns)
{
    if (line->rung != WA_RUNG_EXCLUSIVE)
        return true;
    double patience = 4.0 * line->block / line->format.rate;
    line->unasked = !line->rung_at && (double)(now_ns - line->heard_ns) * 1e-9 > patience;
    bool came = line->rung_at || line->unasked;
    line->rung_at = false;
    return came;
}

static void
unpack(wa_line *line, const wa_packet *packet)
{
    bool silent = (packet->flags & WA_BUFFER_SILENT) != 0 || packet->data == NULL;
    uint32_t bytes = gph_pump_sample_bytes(line->format.sample);
    for (uint32_t c = 0; c < line->channels; c++)
        if (silent)
            memset(line->planes[c], 0, packet->frames * sizeof(float));
        else
            gph_pump_unpack(line->format.sample, packet->data + (size_t)c * bytes,
                            line->frame_bytes, line->planes[c], packet->frames);
}

/* On a dead stream no packet is success, and only the padding tells. */
static wa_status
no_packet(wa_line *line)
{
    uint32_t padding = 0;
    wa_status status = wa_status_of(line->os->padding(line->client, &padding));
    return status == WA_OK ? WA_NOTHING : status;
}

wa_status
wa_line_take(wa_line *line, wa_catch *got)
{
    const gph_wa_os *os = line->os;
    wa_packet packet = {0};
    uint32_t frames = 0;
    got->now_ns = os->now_ns(line->services);
    if (!is_time(line, got->now_ns))
        return WA_NOTHING;
    wa_status status = wa_status_of(os->next_packet(line->client, &frames));
    if (status != WA_OK)
        return status;
    if (frames == 0)
        return no_packet(line);
    wa_result result = os->get_packet(line->client, &packet);
    status = wa_status_of(result);
    if (status != WA_OK)
        return status;
    if (result == WA_S_BUFFER_EMPTY)
        return no_packet(line);
    bool fits = packet.frames <= line->most;
    if (fits)
        unpack(line, &packet);
    status = wa_status_of(os->put_packet(line->client, packet.frames));
    if (status != WA_OK)
        return status;
    if (!fits)
        return WA_LIES;
    if (packet.frames == 0)
        return WA_NOTHING;
    *got = (wa_catch){.frames = packet.frames,
                      .now_ns = got->now_ns,
                      .silent = (packet.flags & WA_BUFFER_SILENT) != 0,
                      /* On the first packet it means nothing. */
                      .discont = line->at.known && (packet.flags & WA_BUFFER_DISCONT) != 0};
    line->heard_ns = got->now_ns;
    /* What is there still will be had by the next turn, unless the device is gone: then that one says so. */
    if (os->padding(line->client, &frames) >= 0 && frames <= line->buffer)
        got->waiting = frames;
    got->lost = wa_position_turn(&line->at, packet.position, packet.frames, got->waiting,
                                 os->boot_ns(line->services));
    return WA_OK;
}

wa_status
wa_line_room(wa_line *line, uint32_t *frames)
{
    uint32_t padding = 0;
    int64_t now_ns = line->os->now_ns(line->services);
    *frames = 0;
    if (line->rung == WA_RUNG_EXCLUSIVE) {
        bool came = is_time(line, now_ns);
        /* Asked all the same: on a dead stream no event comes. */
        wa_status status = came ? wa_status_of(line->os->padding(line->client, &padding)) : WA_OK;
        *frames = came && status == WA_OK ? line->buffer : 0;
        return status;
    }
    wa_status status = wa_status_of(line->os->padding(line->client, &padding));
    if (status != WA_OK)
        return status;
    if (padding > line->buffer)
        return WA_LIES;
    *frames = padding < line->target ? line->target - padding : 0;
    line->queued = padding;
    return WA_OK;
}

wa_status
wa_line_give(wa_line *line, uint32_t frames, bool silent)
{
    const gph_wa_os *os = line->os;
    uint8_t *data = NULL;
    if (frames == 0)
        return WA_OK;
    wa_status status = wa_status_of(os->get_room(line->client, frames, &data));
    if (status == WA_PERIOD && line->unasked) {
        line->heard_ns = os->now_ns(line->services);
        return WA_OK; /* no event and no room: it stands still */
    }
    if (status != WA_OK)
        return status;
    if (data == NULL) {
        os->put_room(line->client, 0, 0);
        return WA_LIES;
    }
    uint32_t bytes = gph_pump_sample_bytes(line->format.sample);
    /* A device may have more channels than are used: those are silent. */
    if (!silent && line->channels < line->format.channels)
        memset(data, 0, (size_t)frames * line->frame_bytes);
    for (uint32_t c = 0; !silent && c < line->channels; c++)
        gph_pump_pack(line->format.sample, line->planes[c], data + (size_t)c * bytes,
                      line->frame_bytes, frames, &line->random);
    status = wa_status_of(os->put_room(line->client, frames, silent ? WA_BUFFER_SILENT : 0));
    line->heard_ns = os->now_ns(line->services);
    /* One exclusive buffer is played while the other one waits. */
    line->queued = line->rung == WA_RUNG_EXCLUSIVE ? 2 * line->buffer : line->queued + frames;
    return status;
}

double
wa_line_queued(const wa_line *line, int64_t now_ns)
{
    double since = (double)(now_ns - line->heard_ns) * 1e-9 * line->format.rate;
    return line->queued - since;
}
