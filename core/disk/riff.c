/* The header of a WAV or RF64 file. [writer] */
#include "riff.h"

#include <string.h>

/* fmt chunks: the plain one, one that says it has nothing more, and the extensible one. */
enum { PLAIN = 16, CLOSED = 18, EXTENSIBLE = 40, DS64 = 28, CHUNK = 8 };
enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_ALAW = 6, TAG_ULAW = 7, TAG_EXTENSIBLE = 0xfffe };

static uint8_t *
put(uint8_t *at, uint64_t value, int bytes)
{
    for (int n = 0; n < bytes; n++)
        *at++ = (uint8_t)(value >> 8 * n);
    return at;
}

static uint8_t *
put_name(uint8_t *at, const char *name, uint64_t size)
{
    memcpy(at, name, 4);
    return put(at + 4, size, 4);
}

static uint32_t
tag_of(gph_sample sample)
{
    return sample == GPH_ULAW            ? TAG_ULAW
           : sample == GPH_ALAW          ? TAG_ALAW
           : gph_sample_is_float(sample) ? TAG_FLOAT
                                         : TAG_PCM;
}

static uint32_t
format_size(const gph_riff *riff)
{
    return riff->channels > 2 ? EXTENSIBLE : tag_of(riff->sample) == TAG_PCM ? PLAIN : CLOSED;
}

static uint8_t *
put_format(uint8_t *at, const gph_riff *riff)
{
    static const uint8_t guid[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                   0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};
    uint32_t size = format_size(riff);
    uint32_t bytes = gph_sample_bytes(riff->sample);
    uint32_t frame = bytes * riff->channels;
    uint64_t each_second = (uint64_t)riff->rate * frame;
    at = put_name(at, "fmt ", size);
    at = put(at, size == EXTENSIBLE ? TAG_EXTENSIBLE : tag_of(riff->sample), 2);
    at = put(at, riff->channels, 2);
    at = put(at, riff->rate, 4);
    at = put(at, each_second < UINT32_MAX ? each_second : UINT32_MAX, 4);
    at = put(at, frame, 2);
    at = put(at, 8 * bytes, 2);
    if (size == PLAIN)
        return at;
    at = put(at, size - CLOSED, 2);
    if (size == CLOSED)
        return at;
    at = put(at, 8 * bytes, 2);
    /* No loudspeakers: these are tracks. */
    at = put(at, 0, 4);
    at = put(at, tag_of(riff->sample), 2);
    memcpy(at, guid, sizeof guid);
    return at + sizeof guid;
}

/* RIFF, JUNK, fmt, fact; then texts, JUNK and the beginning of data. */
static size_t
fixed_size(const gph_riff *riff)
{
    return 12 + CHUNK + DS64 + CHUNK + format_size(riff) + CHUNK + 4;
}

size_t
gph_riff_size(const gph_riff *riff)
{
    size_t least = fixed_size(riff) + riff->n_texts + CHUNK + CHUNK;
    return (least + GPH_RIFF_STEP - 1) / GPH_RIFF_STEP * GPH_RIFF_STEP;
}

static uint64_t
frame_size(const gph_riff *riff)
{
    return (uint64_t)gph_sample_bytes(riff->sample) * riff->channels;
}

uint64_t
gph_riff_most_frames(const gph_riff *riff)
{
    return (UINT32_MAX - gph_riff_size(riff)) / frame_size(riff);
}

void
gph_riff_compose(const gph_riff *riff, uint64_t frames, uint64_t tail, uint8_t *bytes)
{
    size_t size = gph_riff_size(riff);
    uint64_t data = frames * frame_size(riff);
    uint64_t whole = size - CHUNK + data + tail;
    bool large = riff->rf64 || whole > UINT32_MAX || frames > gph_riff_most_frames(riff);
    memset(bytes, 0, size);
    uint8_t *at = put_name(bytes, large ? "RF64" : "RIFF", large ? UINT32_MAX : whole);
    memcpy(at, "WAVE", 4);
    at = put_name(at + 4, large ? "ds64" : "JUNK", DS64);
    if (large)
        put(put(put(at, whole, 8), data, 8), frames, 8);
    at = put_format(at + DS64, riff);
    at = put_name(at, "fact", 4);
    at = put(at, frames < UINT32_MAX ? frames : UINT32_MAX, 4);
    if (riff->n_texts)
        memcpy(at, riff->texts, riff->n_texts);
    at += riff->n_texts;
    uint8_t *sound = bytes + size - CHUNK;
    put_name(at, "JUNK", (uint64_t)(sound - at - CHUNK));
    put_name(sound, "data", large ? UINT32_MAX : data);
}
