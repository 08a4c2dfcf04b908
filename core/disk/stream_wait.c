/* How a freewheeling stream waits for the disk: the one place in which an audio call may, and only
 * where no device waits for it. [audio, freewheeling] */
#include "../platform/thread.h"
#include "stream_state.h"

#define PAUSE    INT64_C(100000)      /* 0.1 ms */
#define PATIENCE INT64_C(30000000000) /* 30 s in which nothing moved: the disk has given up */

static uint64_t
load(const _Atomic uint64_t *index)
{
    return atomic_load_explicit(index, memory_order_acquire);
}

bool
gph_stream_wait_room(gph_stream *stream, uint32_t frames)
{
    gph_ring_shared *shared = stream->ring.shared;
    uint64_t before = load(&shared->out);
    if (frames > stream->ring.geometry.frames)
        return false;
    gph_recorder_ring_bell(stream->writes);
    for (int64_t waited = 0; waited < PATIENCE; waited += PAUSE) {
        uint64_t out = load(&shared->out);
        uint64_t used = stream->position - out;
        uint64_t marks = load(&shared->marks_in) - load(&shared->marks_out);
        if (used + frames <= stream->ring.geometry.frames && marks + 8 <= GPH_RING_MARKS)
            return true;
        if (out != before)
            waited = 0;
        before = out;
        gph_thread_sleep_ns(PAUSE);
    }
    return false;
}

bool
gph_stream_wait_sound(gph_stream *stream, uint32_t frames)
{
    gph_ring_shared *shared = stream->ring.shared;
    uint64_t before = load(&shared->in);
    gph_player_ring_bell(stream->reads);
    for (int64_t waited = 0; waited < PATIENCE; waited += PAUSE) {
        uint64_t in = load(&shared->in);
        bool sought = load(&shared->sought) == stream->seeks;
        uint64_t base = load(&shared->seek_base);
        if (sought && stream->position < base) {
            stream->position = base;
            atomic_store_explicit(&shared->out, base, memory_order_release);
            gph_player_ring_bell(stream->reads);
        }
        if (sought && (in - stream->position >= frames || load(&shared->end) <= in))
            return true;
        if (in != before)
            waited = 0;
        before = in;
        gph_thread_sleep_ns(PAUSE);
    }
    return false;
}
