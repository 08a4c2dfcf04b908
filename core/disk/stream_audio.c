/* The audio side of streams that write: nothing here allocates, locks, prints or enters the kernel,
 * but the one call that waits where waiting is wanted. [audio] */
#include "stream_state.h"

static uint64_t
room(const gph_stream *stream)
{
    uint64_t out = atomic_load_explicit(&stream->ring.shared->out, memory_order_acquire);
    uint64_t used = stream->position - out;
    /* A scribbled index is a full ring. */
    return used > stream->ring.geometry.frames ? 0 : stream->ring.geometry.frames - used;
}

static bool
put_mark(gph_stream *stream, gph_mark_kind kind, int64_t clock, int64_t frames, uint32_t spare)
{
    gph_ring_mark mark = {(uint32_t)kind, 0, stream->position, clock, frames};
    return gph_ring_put_mark(&stream->ring, &mark, spare);
}

static void
add(_Atomic int64_t *sum, int64_t more)
{
    /* One thread writes these. */
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static void
miss(gph_stream *stream, int64_t frames, bool dropped)
{
    stream->missing += frames;
    stream->dropped |= dropped;
    if (atomic_load_explicit(&stream->recording, memory_order_relaxed))
        add(&stream->lost, frames);
}

/* What was put off for want of room among the marks, and the mark of a gap before `clock`. */
static bool
catch_up(gph_stream *stream, int64_t clock)
{
    if (stream->stop_waits && put_mark(stream, GPH_MARK_STOP, stream->stop_at, 0, 1))
        stream->stop_waits = false;
    if (!stream->missing)
        return true;
    gph_mark_kind kind = stream->dropped ? GPH_MARK_DROP : GPH_MARK_LOST;
    if (!put_mark(stream, kind, clock, stream->missing, 2))
        return false;
    add(&stream->gaps, 1);
    stream->missing = 0;
    stream->dropped = false;
    return true;
}

static bool
begin(gph_stream *stream, int64_t clock)
{
    if (!put_mark(stream, GPH_MARK_ORIGIN, clock, 0, 0))
        return false;
    atomic_store_explicit(&stream->clock, clock, memory_order_relaxed);
    stream->begun = true;
    return true;
}

static void
note_fill(gph_stream *stream)
{
    uint64_t done = atomic_load_explicit(&stream->ring.shared->done, memory_order_relaxed);
    int64_t fill = stream->position > done ? (int64_t)(stream->position - done) : 0;
    if (fill > atomic_load_explicit(&stream->peak_fill, memory_order_relaxed))
        atomic_store_explicit(&stream->peak_fill, fill, memory_order_relaxed);
}

uint32_t
gph_stream_put(gph_stream *stream, int64_t clock, const float *const *ch, uint32_t frames)
{
    if (!stream || !stream->active || !stream->writes || !frames ||
        (!stream->begun && !begin(stream, clock)))
        return 0;
    int64_t expected = atomic_load_explicit(&stream->clock, memory_order_relaxed);
    /* Time does not run backwards: these frames were there before. */
    if (clock < expected)
        return 0;
    if (clock > expected)
        miss(stream, clock - expected, false);
    atomic_store_explicit(&stream->clock, clock + frames, memory_order_relaxed);
    bool fits = frames <= room(stream) && catch_up(stream, clock);
    if (!fits && atomic_load_explicit(&stream->freewheel, memory_order_relaxed))
        fits = stream->wait(stream, frames) && catch_up(stream, clock);
    if (!fits) {
        miss(stream, frames, true);
        return 0;
    }
    gph_ring_copy_in(&stream->ring, stream->position, ch, frames);
    stream->position += frames;
    atomic_store_explicit(&stream->ring.shared->in, stream->position, memory_order_release);
    note_fill(stream);
    return frames;
}

gph_status
gph_stream_start(gph_stream *stream, int64_t when)
{
    if (!stream || !stream->active || !stream->writes ||
        atomic_load_explicit(&stream->recording, memory_order_relaxed))
        return GPH_STATE;
    int64_t latency = atomic_load_explicit(&stream->capture_latency, memory_order_relaxed);
    if (stream->stop_waits || !put_mark(stream, GPH_MARK_START, when, latency, 8))
        return GPH_LIMIT;
    atomic_store_explicit(&stream->start, when, memory_order_relaxed);
    atomic_store_explicit(&stream->stop, INT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&stream->lost, 0, memory_order_relaxed);
    atomic_store_explicit(&stream->recording, 1, memory_order_relaxed);
    return GPH_OK;
}

gph_status
gph_stream_stop(gph_stream *stream, int64_t when)
{
    if (!stream || !stream->active || !stream->writes ||
        !atomic_load_explicit(&stream->recording, memory_order_relaxed))
        return GPH_STATE;
    if (!put_mark(stream, GPH_MARK_STOP, when, 0, 1)) {
        stream->stop_waits = true;
        stream->stop_at = when;
    }
    atomic_store_explicit(&stream->stop, when, memory_order_relaxed);
    atomic_store_explicit(&stream->recording, 0, memory_order_relaxed);
    return GPH_OK;
}

void
gph_stream_end(gph_stream *stream, int64_t when)
{
    int64_t clock = stream ? atomic_load_explicit(&stream->clock, memory_order_relaxed) : 0;
    if (!stream || !stream->active || !stream->writes || !stream->begun)
        return;
    if (when > clock && atomic_load_explicit(&stream->recording, memory_order_relaxed)) {
        miss(stream, when - clock, false);
        atomic_store_explicit(&stream->clock, when, memory_order_relaxed);
    }
    gph_stream_stop(stream, when);
}

gph_status
gph_stream_mark(gph_stream *stream, int64_t when, uint32_t split)
{
    if (!stream || !stream->active || !stream->writes ||
        !atomic_load_explicit(&stream->recording, memory_order_relaxed))
        return GPH_STATE;
    return put_mark(stream, split ? GPH_MARK_SPLIT : GPH_MARK_CUE, when, 0, 32) ? GPH_OK
                                                                                : GPH_LIMIT;
}

bool
gph_stream_news(gph_stream *stream, gph_event *event)
{
    gph_ring_news news;
    if (!stream || !stream->active || !gph_ring_take_news(&stream->ring, &news))
        return false;
    *event = (gph_event){
        .kind = GPH_EVENT_STREAM, .index = news.index, .value = 1.0f, .data = news.data};
    return true;
}
