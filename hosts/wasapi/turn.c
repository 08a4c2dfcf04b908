/* One turn of a stream: waits until there is sound or room for it, and keeps playback fed. [owner, audio] */
#include "stream.h"

#include <math.h>

static const int64_t longest_ns = 500000000; /* events may stop silently */

/* When to look again though nobody rang. */
static int64_t
patience_ns(const wa_line *master)
{
    int64_t ns = (int64_t)(4e9 * master->block / master->format.rate);
    return ns < longest_ns ? ns : longest_ns;
}

/* Playback beside capture takes what it has room for. */
static wa_status
feed(gph_host_stream *stream, wa_line *line)
{
    uint32_t frames = 0;
    bool silent = line == &stream->quiet;
    double queued = wa_line_queued(line, stream->os->now_ns(stream->head.self->services));
    wa_status status = wa_line_room(line, &frames);
    if (status != WA_OK || frames == 0)
        return status;
    bool dry = line->rung == WA_RUNG_EXCLUSIVE || frames == line->target;
    if (!silent && dry && queued < -(double)line->block)
        wa_bridge_starved(&stream->bridge, (uint32_t)-queued);
    if (frames > line->most)
        frames = line->most;
    if (!silent)
        wa_bridge_pull(&stream->bridge, line->planes, frames);
    return wa_line_give(line, frames, silent);
}

static wa_status
feed_all(gph_host_stream *stream)
{
    wa_status status = WA_OK;
    if (stream->in.client != NULL && stream->out.client != NULL)
        status = feed(stream, &stream->out);
    if (status == WA_OK && stream->quiet.client != NULL)
        status = feed(stream, &stream->quiet);
    return status;
}

/* Captured frames, or room for frames to play. WA_NOTHING: neither. */
static wa_status
look(gph_host_stream *stream, wa_catch *got)
{
    wa_line *out = &stream->out;
    *got = (wa_catch){0};
    if (stream->in.client != NULL)
        return wa_line_take(&stream->in, got);
    got->now_ns = stream->os->now_ns(stream->head.self->services);
    wa_status status = wa_line_room(out, &got->frames);
    uint32_t least = out->block < out->target ? out->block : out->target;
    if (status == WA_OK && got->frames < least)
        return WA_NOTHING;
    if (got->frames > out->most)
        got->frames = out->most;
    return status;
}

static wa_status
wait_for_frames(gph_host_stream *stream, int64_t until_ns, wa_catch *got)
{
    const gph_wa_os *os = stream->os;
    const gph_host_services *services = stream->head.self->services;
    wa_line *lines[] = {&stream->in, &stream->out, &stream->quiet};
    wa_event *events[WA_EVENTS] = {stream->owner.bell, stream->in.event, stream->out.event,
                                   stream->quiet.event};
    int64_t patience = patience_ns(stream->in.client != NULL ? &stream->in : &stream->out);
    for (;;) {
        if (stream->refusal != WA_OK)
            return stream->refusal;
        if (stream->news != NULL && atomic_load_explicit(&stream->news->gone, memory_order_relaxed))
            return WA_GONE;
        wa_status status = feed_all(stream);
        if (status == WA_OK)
            status = look(stream, got);
        int64_t now_ns = os->now_ns(services);
        if (status != WA_NOTHING || now_ns >= until_ns)
            return status;
        int64_t again_ns = now_ns + patience < until_ns ? now_ns + patience : until_ns;
        int n = os->wait(services, events, WA_EVENTS, again_ns);
        if (n == 0)
            return WA_NOTHING; /* a command */
        if (n > 0)
            lines[n - 1]->rung_at = true;
    }
}

gph_status
stream_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason)
{
    gph_host_stream *stream = self;
    wa_line *in = &stream->in;
    wa_catch got;
    wa_status status = wait_for_frames(stream, until_ns, &got);
    if (status == WA_NOTHING)
        return GPH_DONE;
    if (status != WA_OK) {
        *reason = wa_status_text(status);
        return GPH_IO;
    }
    *block = (gph_pump_block){.frames = got.frames,
                              .flags = (got.discont ? GPH_CLOCK_DISCONT : 0) |
                                       (got.silent ? GPH_CLOCK_SILENT_IN : 0),
                              .in = (const float *const *)in->planes,
                              .out = stream->out.planes,
                              .now_ns = got.now_ns,
                              .lost_in = got.lost,
                              .lost_out = stream->bridge.lost,
                              .waiting = got.waiting};
    block->late = block->lost_in > 0 || block->lost_out > 0;
    stream->bridge.lost = 0;
    if (in->client != NULL && in->at.distrusted && !in->distrust_told) {
        in->distrust_told = true;
        gph_pump_post(stream->head.pump, GPH_HOST_NOTE, 0, -1, 0,
                      "the device counts its frames wrongly: losses are measured by the clock");
    }
    return GPH_OK;
}

void
stream_commit(void *self, const gph_pump_block *block)
{
    gph_host_stream *stream = self;
    wa_line *out = &stream->out;
    if (out->client == NULL)
        return;
    if (stream->in.client == NULL) {
        /* A refusal is heeded by the next wait, which can tell it. */
        stream->refusal = wa_line_give(out, block->frames, false);
        return;
    }
    int64_t now_ns = stream->os->now_ns(stream->head.self->services);
    wa_bridge_push(&stream->bridge, (const float *const *)out->planes, block->frames,
                   fmax(wa_line_queued(out, now_ns), 0));
}
