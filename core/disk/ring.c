/* The ring between two sides; nothing here can allocate, lock, wait or enter the kernel.
 * [audio, writer] */
#include "ring.h"

#include <string.h>

_Static_assert(sizeof(gph_ring_status) <= GPH_RING_STATUS_WORDS * sizeof(uint64_t),
               "a status fits into its words");

bool
gph_ring_plan(uint32_t channels, uint64_t frames, gph_ring_geometry *geometry, size_t *bytes)
{
    uint64_t stride = (frames + 15) / 16 * 16;
    /* 2^45 bytes is beyond any memory and far from any overflow. */
    if (!channels || !frames || frames > UINT64_C(1) << 40 ||
        stride > (UINT64_C(1) << 43) / channels)
        return false;
    /* One line more, so that equal places of the channels do not fall into one set of a cache. */
    *geometry = (gph_ring_geometry){channels, 0, stride, stride + 16};
    *bytes = sizeof(gph_ring_shared) + (size_t)(geometry->stride * channels) * sizeof(float);
    return true;
}

void
gph_ring_view(void *base, const gph_ring_geometry *geometry, gph_ring *ring)
{
    ring->shared = base;
    ring->samples = (float *)(void *)((char *)base + sizeof(gph_ring_shared));
    ring->geometry = *geometry;
}

void
gph_ring_copy_in(const gph_ring *ring, uint64_t position, const float *const *ch, uint32_t frames)
{
    uint64_t at = position % ring->geometry.frames;
    uint64_t to_end = ring->geometry.frames - at;
    size_t first = frames < to_end ? frames : (size_t)to_end;
    float *channel = ring->samples;
    for (uint32_t c = 0; c < ring->geometry.channels; c++) {
        memcpy(channel + at, ch[c], first * sizeof(float));
        memcpy(channel, ch[c] + first, (frames - first) * sizeof(float));
        channel += ring->geometry.stride;
    }
}

void
gph_ring_copy_out(const gph_ring *ring, uint64_t position, uint32_t channel, float *out,
                  uint32_t frames)
{
    const float *from = ring->samples + ring->geometry.stride * channel;
    uint64_t at = position % ring->geometry.frames;
    uint64_t to_end = ring->geometry.frames - at;
    size_t first = frames < to_end ? frames : (size_t)to_end;
    memcpy(out, from + at, first * sizeof(float));
    memcpy(out + first, from, (frames - first) * sizeof(float));
}

bool
gph_ring_put_mark(const gph_ring *ring, const gph_ring_mark *mark, uint32_t spare)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t in = atomic_load_explicit(&shared->marks_in, memory_order_relaxed);
    uint64_t out = atomic_load_explicit(&shared->marks_out, memory_order_acquire);
    if (in - out + spare >= GPH_RING_MARKS)
        return false;
    shared->marks[in % GPH_RING_MARKS] = *mark;
    atomic_store_explicit(&shared->marks_in, in + 1, memory_order_release);
    return true;
}

bool
gph_ring_look_at_mark(const gph_ring *ring, uint64_t number, gph_ring_mark *mark)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t in = atomic_load_explicit(&shared->marks_in, memory_order_acquire);
    if (in == number)
        return false;
    *mark = shared->marks[number % GPH_RING_MARKS];
    return true;
}

void
gph_ring_put_news(const gph_ring *ring, uint32_t index, int64_t data)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t in = atomic_load_explicit(&shared->news_in, memory_order_relaxed);
    uint64_t out = atomic_load_explicit(&shared->news_out, memory_order_acquire);
    if (in - out >= GPH_RING_NEWS)
        return;
    shared->news[in % GPH_RING_NEWS] = (gph_ring_news){index, 0, data};
    atomic_store_explicit(&shared->news_in, in + 1, memory_order_release);
}

bool
gph_ring_take_news(const gph_ring *ring, gph_ring_news *news)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t out = atomic_load_explicit(&shared->news_out, memory_order_relaxed);
    uint64_t in = atomic_load_explicit(&shared->news_in, memory_order_acquire);
    if (in == out)
        return false;
    *news = shared->news[out % GPH_RING_NEWS];
    atomic_store_explicit(&shared->news_out, out + 1, memory_order_release);
    return true;
}

/* A seqlock: an odd version means that the words are being written; who read them while the version
 * moved reads them again. The words are atomics, so that no read is undefined. */
void
gph_ring_put_status(const gph_ring *ring, const gph_ring_status *status)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t words[GPH_RING_STATUS_WORDS] = {0};
    memcpy(words, status, sizeof *status);
    uint64_t version = atomic_load_explicit(&shared->status_version, memory_order_relaxed);
    atomic_store_explicit(&shared->status_version, version + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t n = 0; n < GPH_RING_STATUS_WORDS; n++)
        atomic_store_explicit(&shared->status[n], words[n], memory_order_relaxed);
    atomic_store_explicit(&shared->status_version, version + 2, memory_order_release);
}

void
gph_ring_take_status(const gph_ring *ring, gph_ring_status *status)
{
    gph_ring_shared *shared = ring->shared;
    uint64_t words[GPH_RING_STATUS_WORDS];
    uint64_t before;
    uint64_t after;
    /* The writer writes a few hundred bytes 50 times a second; should it die in the middle, what is
     * there after some rounds is better than none. */
    for (uint32_t round = 0; round < 1000; round++) {
        before = atomic_load_explicit(&shared->status_version, memory_order_acquire);
        for (size_t n = 0; n < GPH_RING_STATUS_WORDS; n++)
            words[n] = atomic_load_explicit(&shared->status[n], memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&shared->status_version, memory_order_relaxed);
        if (before == after && before % 2 == 0)
            break;
    }
    memcpy(status, words, sizeof *status);
    status->reason[sizeof status->reason - 1] = '\0';
    status->file[sizeof status->file - 1] = '\0';
}
