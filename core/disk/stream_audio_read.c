/* The audio side of streams that read; like stream_audio.c it allocates, locks and waits for
 * nothing, but where waiting is wanted. [audio] */
#include "stream_state.h"

#include <string.h>

/* Frames that can be had now; *ended: and no more will come. */
static uint64_t
available(gph_stream *stream, bool *ended)
{
    gph_ring_shared *shared = stream->ring.shared;
    *ended = false;
    if (atomic_load_explicit(&shared->sought, memory_order_acquire) != stream->seeks)
        return 0;
    uint64_t base = atomic_load_explicit(&shared->seek_base, memory_order_relaxed);
    if (stream->position < base) {
        /* What was read for the old place makes room. */
        stream->position = base;
        atomic_store_explicit(&shared->out, base, memory_order_release);
    }
    /* The end first: once it is known, `in` does not move any more. */
    *ended = atomic_load_explicit(&shared->end, memory_order_acquire) != UINT64_MAX;
    uint64_t in = atomic_load_explicit(&shared->in, memory_order_acquire);
    uint64_t there = in - stream->position;
    return there > stream->ring.geometry.frames ? 0 : there;
}

static void
add(_Atomic int64_t *sum, int64_t more)
{
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

uint32_t
gph_stream_get(gph_stream *stream, float *const *ch, uint32_t frames)
{
    if (!stream || !stream->active || !stream->reads)
        return 0;
    bool ended;
    uint64_t there = available(stream, &ended);
    if (there < frames && !ended &&
        atomic_load_explicit(&stream->freewheel, memory_order_relaxed)) {
        stream->wait(stream, frames);
        there = available(stream, &ended);
    }
    uint32_t n = there < frames ? (uint32_t)there : frames;
    for (uint32_t c = 0; c < stream->ring.geometry.channels; c++) {
        gph_ring_copy_out(&stream->ring, stream->position, c, ch[c], n);
        memset(ch[c] + n, 0, (frames - n) * sizeof(float));
    }
    stream->position += n;
    atomic_store_explicit(&stream->ring.shared->out, stream->position, memory_order_release);
    add(&stream->clock, n);
    if (ended)
        return n;
    if (n < frames) {
        add(&stream->lost, frames - n);
        add(&stream->gaps, 1);
    }
    return frames;
}

gph_status
gph_stream_seek(gph_stream *stream, int64_t frame)
{
    if (!stream || !stream->active || !stream->reads)
        return GPH_STATE;
    if (frame < 0)
        return GPH_ARGUMENT;
    gph_ring_shared *shared = stream->ring.shared;
    /* The reader that meets the new frame with the old count takes it as the old count's: the count
     * comes after it and is asked for again. */
    atomic_store_explicit(&shared->seek_frame, frame, memory_order_relaxed);
    stream->seeks++;
    atomic_store_explicit(&shared->seeks, stream->seeks, memory_order_release);
    atomic_store_explicit(&stream->clock, 0, memory_order_relaxed);
    return GPH_OK;
}
