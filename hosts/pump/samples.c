/* Native samples to planar floats and back. [audio] */
#include "pump.h"

#include <math.h>
#include <string.h>

const gph_pump_kind gph_pump_kinds[GPH_PUMP_KINDS] = {
    {GPH_PUMP_SAMPLE_S32, 32, 32, false, "s32"},
    {GPH_PUMP_SAMPLE_S24_32, 32, 24, false, "s24 in 32"},
    {GPH_PUMP_SAMPLE_S24, 24, 24, false, "s24"},
    {GPH_PUMP_SAMPLE_F32, 32, 32, true, "f32"},
    {GPH_PUMP_SAMPLE_S16, 16, 16, false, "s16"},
};

const gph_pump_kind *
gph_pump_kind_of(uint32_t sample)
{
    for (size_t n = 0; n < GPH_PUMP_KINDS; n++)
        if (gph_pump_kinds[n].sample == sample)
            return &gph_pump_kinds[n];
    return &gph_pump_kinds[0];
}

uint32_t
gph_pump_sample_bytes(uint32_t sample)
{
    return sample == GPH_PUMP_SAMPLE_S16 ? 2 : sample == GPH_PUMP_SAMPLE_S24 ? 3 : 4;
}

static uint32_t
read_le(const uint8_t *from, uint32_t bytes)
{
    uint32_t value = 0;
    for (uint32_t n = 0; n < bytes; n++)
        value |= (uint32_t)from[n] << 8 * (4 - bytes + n);
    return value;
}

static void
write_le(uint32_t value, uint8_t *to, uint32_t bytes)
{
    for (uint32_t n = 0; n < bytes; n++)
        to[n] = (uint8_t)(value >> 8 * (4 - bytes + n));
}

void
gph_pump_unpack(uint32_t sample, const uint8_t *from, uint32_t stride, float *to, uint32_t frames)
{
    uint32_t bytes = gph_pump_sample_bytes(sample);
    uint32_t mask = sample == GPH_PUMP_SAMPLE_S24_32 ? 0xffffff00u : 0xffffffffu;
    for (uint32_t n = 0; n < frames; n++, from += stride) {
        if (sample == GPH_PUMP_SAMPLE_F32)
            memcpy(&to[n], from, sizeof to[n]);
        else
            to[n] = (float)(int32_t)(read_le(from, bytes) & mask) * (1.0f / 2147483648.0f);
    }
}

/* Two rectangular dithers are a triangular one: between -1 and 1 of the last bit. */
static double
dither(uint32_t *random)
{
    uint32_t one = *random = *random * 1664525u + 1013904223u;
    uint32_t two = *random = *random * 1664525u + 1013904223u;
    return ((double)one - (double)two) / 4294967296.0;
}

/* Left-justified in 32 bits. What is no number is silence. */
static uint32_t
quantize(float value, double bits_below, double noise)
{
    if (isnan(value))
        return 0;
    double scaled = rint((double)value * (2147483648.0 / bits_below) + noise);
    double most = 2147483648.0 / bits_below;
    scaled = fmin(fmax(scaled, -most), most - 1);
    return (uint32_t)((int64_t)scaled * (int64_t)bits_below);
}

void
gph_pump_pack(uint32_t sample, const float *from, uint8_t *to, uint32_t stride, uint32_t frames,
              uint32_t *random)
{
    uint32_t bytes = gph_pump_sample_bytes(sample);
    double below = sample == GPH_PUMP_SAMPLE_S16 ? 65536 : sample == GPH_PUMP_SAMPLE_S32 ? 1 : 256;
    for (uint32_t n = 0; n < frames; n++, to += stride) {
        double noise = sample == GPH_PUMP_SAMPLE_S16 && (from[n] > 0 || from[n] < 0)
                           ? dither(random)
                           : 0; /* silence stays silence */
        if (sample == GPH_PUMP_SAMPLE_F32)
            memcpy(to, &from[n], sizeof from[n]);
        else
            write_le(quantize(from[n], below, noise), to, bytes);
    }
}
