/* From what gph_convert makes to the bytes of a file. [writer] */
#include "pack.h"

#include <math.h>
#include <string.h>

static bool
host_is_little(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static uint8_t *
put(uint8_t *at, uint64_t value, int bytes, bool big_endian)
{
    for (int n = 0; n < bytes; n++)
        at[n] = (uint8_t)(value >> 8 * (big_endian ? bytes - 1 - n : n));
    return at + bytes;
}

static uint32_t
bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The nearest integer, half to even, of 0 to 2^22: where floats are integers, the last bits are it. */
static uint32_t
nearest(float x)
{
    return bits_of(x + 8388608.0f) & 0x7fffff;
}

/* Exponent and first four bits after the highest of a number that is not 0, as G.711 has them: its
 * float has them side by side. `least` is the exponent of segment 0. */
static uint32_t
segment_and_step(uint32_t size, uint32_t least)
{
    return (bits_of((float)size) >> 19) - ((127 + least) << 4);
}

/* G.711 µ-law: 13 bits of size, and a bias that puts the highest bit at 5 to 12. */
static uint8_t
to_ulaw(float x)
{
    enum { BIAS = 33, MOST = 8191 - BIAS };
    uint32_t size = nearest(fabsf(x) * (0.25f * 32767.0f));
    size = (size < MOST ? size : MOST) + BIAS;
    uint32_t code = ~segment_and_step(size, 5) & 0x7f;
    return (uint8_t)(code | (x >= 0 ? 0x80 : 0));
}

/* G.711 A-law: 11 bits of size, the lowest two segments with the same step; every other bit turned. */
static uint8_t
to_alaw(float x)
{
    enum { MOST = 2047 };
    uint32_t size = nearest(fabsf(x) * (32767.0f / 16.0f));
    size = size < MOST ? size : MOST;
    uint32_t small = (uint32_t)(size < 16) << 4; /* segment 0 has no highest bit */
    uint32_t code = segment_and_step(size + small, 3) - small;
    return (uint8_t)((code | (x >= 0 ? 0x80 : 0)) ^ 0x55);
}

static void
pack_shorts(const int16_t *values, size_t n, bool big_endian, uint8_t *bytes)
{
    for (size_t v = 0; v < n; v++)
        bytes = put(bytes, (uint16_t)values[v], 2, big_endian);
}

/* Two values a word, whose last bytes the next word writes over. */
static size_t
pack_overlapping(const int32_t *values, size_t n, uint8_t *bytes)
{
    size_t v = 0;
    for (; v + 3 <= n; v += 2) {
        uint64_t word =
            (uint64_t)((uint32_t)values[v] >> 8) | (uint64_t)((uint32_t)values[v + 1] >> 8) << 24;
        memcpy(bytes + v * 3, &word, sizeof word);
    }
    return v;
}

static void
pack_longer(const int32_t *values, size_t n, bool big_endian, uint8_t *bytes)
{
    size_t v = !big_endian && host_is_little() ? pack_overlapping(values, n, bytes) : 0;
    for (; v < n; v++)
        put(bytes + v * 3, (uint32_t)values[v] >> 8, 3, big_endian);
}

/* int32_t and float alike. */
static void
pack_words(const void *values, size_t n, bool big_endian, uint8_t *bytes)
{
    for (size_t v = 0; v < n; v++) {
        uint32_t word;
        memcpy(&word, (const char *)values + v * sizeof word, sizeof word);
        bytes = put(bytes, word, 4, big_endian);
    }
}

static void
pack_doubles(const float *values, size_t n, uint8_t *bytes)
{
    bool as_it_is = host_is_little();
    for (size_t v = 0; v < n; v++) {
        double value = (double)values[v];
        uint64_t word;
        memcpy(&word, &value, sizeof word);
        if (as_it_is)
            memcpy(bytes + v * sizeof word, &word, sizeof word);
        else
            put(bytes + v * sizeof word, word, sizeof word, false);
    }
}

void
gph_pack(gph_sample sample, bool big_endian, const void *values, size_t n, uint8_t *bytes)
{
    const float *floats = values;
    bool as_it_is = !big_endian && host_is_little();
    switch (sample) {
    case GPH_S16:
        if (as_it_is)
            memcpy(bytes, values, n * sizeof(int16_t));
        else
            pack_shorts(values, n, big_endian, bytes);
        break;
    case GPH_S24:
        pack_longer(values, n, big_endian, bytes);
        break;
    case GPH_F64:
        pack_doubles(values, n, bytes);
        break;
    case GPH_ULAW:
        for (size_t v = 0; v < n; v++)
            bytes[v] = to_ulaw(floats[v]);
        break;
    case GPH_ALAW:
        for (size_t v = 0; v < n; v++)
            bytes[v] = to_alaw(floats[v]);
        break;
    default:
        if (as_it_is)
            memcpy(bytes, values, n * sizeof(int32_t));
        else
            pack_words(values, n, big_endian, bytes);
    }
}
