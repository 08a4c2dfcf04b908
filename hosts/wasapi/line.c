/* Life of a line. [owner] */
#include "line.h"

#include <stdlib.h>

uint32_t
wa_line_frames(uint32_t rate, int64_t units)
{
    if (units <= 0 || units > 10 * (int64_t)WA_UNITS)
        return 0;
    return (uint32_t)((units * rate + WA_UNITS / 2) / WA_UNITS);
}

int64_t
wa_line_units(uint32_t rate, uint32_t frames)
{
    return ((int64_t)frames * WA_UNITS + rate / 2) / rate;
}

/* ---------------------------------------------------------------- clients */

wa_status
wa_line_renew(wa_line *line)
{
    line->os->release(line->client);
    line->client = NULL;
    line->spent = false;
    wa_status status = wa_status_of(line->os->activate(line->session, line->id, &line->client));
    if (status != WA_OK)
        line->client = NULL;
    return status;
}

wa_status
wa_line_prepare(wa_line *line)
{
    uint8_t wave[64];
    uint32_t bytes = 0;
    wa_status status = wa_line_renew(line);
    if (status != WA_OK)
        return status;
    status = wa_status_of(line->os->mix_format(line->client, wave, sizeof wave, &bytes));
    if (status == WA_OK)
        status = wa_format_read(wave, bytes < sizeof wave ? bytes : sizeof wave, &line->mix);
    if (status != WA_OK)
        wa_line_close(line);
    return status;
}

static void
drop_memory(wa_line *line)
{
    line->os->event_free(line->event);
    free(line->planes);
    line->event = NULL;
    line->planes = NULL;
}

/* What is kept queued: some periods, and never less than the device plays at once. */
static uint32_t
target_of(const wa_line *line)
{
    uint64_t wish = (uint64_t)line->n_periods * line->block;
    bool whole = line->rung == WA_RUNG_EXCLUSIVE || wish > line->buffer;
    return whole ? line->buffer : (uint32_t)wish;
}

wa_status
wa_line_settle(wa_line *line, wa_rung rung, const wa_format *format, uint32_t block)
{
    const gph_wa_os *os = line->os;
    int64_t latency = 0;
    drop_memory(line); /* of a rung that broke */
    line->rung = rung;
    line->format = *format;
    line->frame_bytes = wa_format_frame_bytes(format);
    wa_status status = wa_status_of(os->buffer_size(line->client, &line->buffer));
    if (status != WA_OK)
        return status;
    if (line->buffer == 0 || line->buffer > 10 * format->rate || block == 0 ||
        block > 10 * format->rate)
        return WA_LIES;
    line->block = block < line->buffer ? block : line->buffer;
    if (rung == WA_RUNG_EXCLUSIVE)
        line->block = line->buffer;
    line->target = target_of(line);
    /* A packet is as long as the buffer at most; where it is longer a driver lies, within reason. */
    line->most = line->buffer > format->rate / 4 ? line->buffer : format->rate / 4;
    line->random = 1;
    line->event = os->event();
    if (line->event == NULL)
        return WA_MEMORY;
    status = wa_status_of(os->set_event(line->client, line->event));
    if (status == WA_OK)
        status = wa_status_of(os->service(line->client, line->out));
    if (status == WA_OK && os->stream_latency(line->client, &latency) >= 0)
        line->latency = wa_line_frames(format->rate, latency);
    if (status != WA_OK)
        return status;
    line->planes = gph_pump_planes(line->channels, line->most);
    return line->planes != NULL ? WA_OK : WA_MEMORY;
}

void
wa_line_close(wa_line *line)
{
    if (line->os == NULL)
        return;
    if (line->running)
        wa_line_stop(line);
    line->os->release(line->client);
    line->client = NULL;
    drop_memory(line);
}

/* ---------------------------------------------------------------- running */

wa_status
wa_line_ready(wa_line *line)
{
    line->rung_at = false;
    line->queued = 0;
    line->distrust_told = false;
    line->heard_ns = line->os->now_ns(line->services);
    wa_position_init(&line->at, line->format.rate);
    return line->out ? wa_line_give(line, line->target, true) : WA_OK;
}

wa_status
wa_line_start(wa_line *line)
{
    wa_status status = wa_status_of(line->os->start(line->client));
    line->running = status == WA_OK;
    return status;
}

wa_status
wa_line_stop(wa_line *line)
{
    if (line->client == NULL || !line->running)
        return WA_OK;
    line->running = false;
    wa_status status = wa_status_of(line->os->stop(line->client));
    /* What was queued would be heard at the next start. */
    return status == WA_OK ? wa_status_of(line->os->reset(line->client)) : status;
}
