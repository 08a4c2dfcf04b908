/* From the float samples of the graph to the samples of a file. [writer] */
#include "convert.h"

#include <math.h>

uint64_t
gph_dither_seed(uint32_t take, uint32_t channel)
{
    /* One step of splitmix64 (S. Vigna, public domain) keeps neighbours apart. */
    uint64_t z = ((uint64_t)take << 32 | channel) + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Two uniform values of +-0.5, added: a step of Knuth's 64-bit linear congruence, whose upper bits
 * are the good ones. */
static float
triangle(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint32_t first = (uint32_t)(*state >> 40);
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint32_t second = (uint32_t)(*state >> 40);
    return (float)first / 16777216.0f - 0.5f + ((float)second / 16777216.0f - 0.5f);
}

/* NaN and Inf out, peak and overs counted. */
static float
take_in(const gph_converter *converter, float x, gph_channel_sums *sums)
{
    if (!isfinite(x)) {
        sums->not_finite++;
        return converter->keep_nan ? x : 0.0f;
    }
    float size = fabsf(x);
    if (size > sums->peak)
        sums->peak = size;
    sums->squares += (double)size * (double)size;
    if (size > 1.0f)
        sums->clipped++;
    return x;
}

static void
to_shorts(const gph_converter *converter, const float *in, uint32_t frames, int16_t *out,
          uint32_t stride, uint64_t *dither, gph_channel_sums *sums)
{
    for (uint32_t f = 0; f < frames; f++) {
        float d = converter->dither ? triangle(dither) : 0.0f;
        float y = rintf(take_in(converter, in[f], sums) * 32767.0f + d);
        y = y > 32767.0f ? 32767.0f : y < -32768.0f ? -32768.0f : y;
        out[(size_t)f * stride] = (int16_t)y;
    }
}

static void
to_longer(const gph_converter *converter, const float *in, uint32_t frames, int32_t *out,
          uint32_t stride, uint64_t *dither, gph_channel_sums *sums)
{
    for (uint32_t f = 0; f < frames; f++) {
        float d = converter->dither ? triangle(dither) : 0.0f;
        float y = rintf(take_in(converter, in[f], sums) * 8388607.0f + d);
        y = y > 8388607.0f ? 8388607.0f : y < -8388608.0f ? -8388608.0f : y;
        out[(size_t)f * stride] = (int32_t)y * 256;
    }
}

static void
to_longs(const gph_converter *converter, const float *in, uint32_t frames, int32_t *out,
         uint32_t stride, gph_channel_sums *sums)
{
    for (uint32_t f = 0; f < frames; f++) {
        float y = rintf(take_in(converter, in[f], sums) * 2147483648.0f);
        /* 2147483647 is no float: the comparison is against the first value beyond it. */
        int32_t value = y >= 2147483648.0f    ? INT32_MAX
                        : y <= -2147483648.0f ? INT32_MIN
                                              : (int32_t)y;
        out[(size_t)f * stride] = value;
    }
}

static void
to_floats(const gph_converter *converter, const float *in, uint32_t frames, float *out,
          uint32_t stride, gph_channel_sums *sums)
{
    /* Vorbis wraps nothing and is left alone; G.711's encoder reads a table with what it gets. */
    bool clamp = converter->sample == GPH_ULAW || converter->sample == GPH_ALAW;
    for (uint32_t f = 0; f < frames; f++) {
        float x = take_in(converter, in[f], sums);
        if (clamp)
            x = x > 1.0f ? 1.0f : x < -1.0f ? -1.0f : x;
        out[(size_t)f * stride] = x;
    }
}

void
gph_convert(const gph_converter *converter, const float *in, uint32_t frames, void *out,
            uint32_t stride, uint64_t *dither, gph_channel_sums *sums)
{
    switch (converter->sample) {
    case GPH_S16:
        to_shorts(converter, in, frames, out, stride, dither, sums);
        break;
    case GPH_S24:
        to_longer(converter, in, frames, out, stride, dither, sums);
        break;
    case GPH_S32:
        to_longs(converter, in, frames, out, stride, sums);
        break;
    default:
        to_floats(converter, in, frames, out, stride, sums);
    }
}

size_t
gph_convert_bytes(gph_sample sample)
{
    return sample == GPH_S16 ? sizeof(int16_t) : sizeof(int32_t);
}

float
gph_channel_rms(const gph_channel_sums *sums, int64_t frames)
{
    return frames > 0 ? (float)sqrt(sums->squares / (double)frames) : 0.0f;
}
