/* From what gph_convert makes to the bytes of a file. [writer] */
#include "pack.h"

#include <math.h>
#include <string.h>

static uint8_t *
put(uint8_t *at, uint64_t value, int bytes, bool big_endian)
{
    for (int n = 0; n < bytes; n++)
        at[n] = (uint8_t)(value >> 8 * (big_endian ? bytes - 1 - n : n));
    return at + bytes;
}

/* Position of the highest bit that is set, counted from 0; `value` is not 0. */
static uint32_t
highest_bit(uint32_t value)
{
    uint32_t bit = 0;
    while (value >>= 1)
        bit++;
    return bit;
}

/* G.711 µ-law: 13 bits of size, a bias that puts the highest bit at 5 to 12, four bits after it. */
static uint8_t
to_ulaw(float x)
{
    enum { BIAS = 33, MOST = 8191 - BIAS };
    uint32_t size = (uint32_t)lrintf(fabsf(x) * (0.25f * 32767.0f));
    size = (size < MOST ? size : MOST) + BIAS;
    uint32_t segment = highest_bit(size) - 5;
    uint32_t code = ~(segment << 4 | (size >> (segment + 1) & 15)) & 0x7f;
    return (uint8_t)(x >= 0 ? 0x80 | code : code);
}

/* G.711 A-law: 11 bits of size, the lowest two segments with the same step; every other bit turned. */
static uint8_t
to_alaw(float x)
{
    enum { MOST = 2047 };
    uint32_t size = (uint32_t)lrintf(fabsf(x) * (32767.0f / 16.0f));
    size = size < MOST ? size : MOST;
    uint32_t segment = size < 32 ? size >> 4 : highest_bit(size) - 3;
    uint32_t code = segment << 4 | (size >> (segment > 1 ? segment - 1 : 0) & 15);
    return (uint8_t)((x >= 0 ? 0x80 | code : code) ^ 0x55);
}

static void
pack_shorts(const int16_t *values, size_t n, bool big_endian, uint8_t *bytes)
{
    for (size_t v = 0; v < n; v++)
        bytes = put(bytes, (uint16_t)values[v], 2, big_endian);
}

static void
pack_longer(const int32_t *values, size_t n, bool big_endian, uint8_t *bytes)
{
    for (size_t v = 0; v < n; v++)
        bytes = put(bytes, (uint32_t)values[v] >> 8, 3, big_endian);
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
    for (size_t v = 0; v < n; v++) {
        double value = (double)values[v];
        uint64_t word;
        memcpy(&word, &value, sizeof word);
        bytes = put(bytes, word, 8, false);
    }
}

void
gph_pack(gph_sample sample, bool big_endian, const void *values, size_t n, uint8_t *bytes)
{
    const float *floats = values;
    switch (sample) {
    case GPH_S16:
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
        pack_words(values, n, big_endian, bytes);
    }
}
