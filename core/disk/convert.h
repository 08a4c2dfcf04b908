/* From the float samples of the graph to the samples of a file. [writer]
 *
 *     s16, s24, s32   y = rint(x * K + d), K = 32767, 8388607, 2147483648, clamped to the integers
 *     ulaw, alaw      x clamped to -1..1; libsndfile's float path does the rest
 *     f32, f64        x
 *
 * in float32 and half to even. d is 0 or, with dither, the sum of two uniform values of +-0.5. NaN
 * and Inf become 0 unless they are to be kept; |x| > 1 counts as clipped. */
#ifndef GPH_DISK_CONVERT_H
#define GPH_DISK_CONVERT_H

#include "format.h"

/* What is known of one channel of a file. */
typedef struct gph_channel_sums {
    float peak;     /* greatest |x| that is finite */
    double squares; /* sum of x^2, likewise */
    int64_t clipped;
    int64_t not_finite;
} gph_channel_sums;

/* Root of the mean square of so many frames, silence between them counted in. */
float gph_channel_rms(const gph_channel_sums *sums, int64_t frames);

typedef struct gph_converter {
    gph_sample sample;
    bool dither;
    bool keep_nan;
} gph_converter;

/* State of the dither of one channel of a take: the same for the same take and channel. */
uint64_t gph_dither_seed(uint32_t take, uint32_t channel);

/* Converts `frames` of one channel into place: `out` is an array of int32_t (s24 and s32 in the upper
 * bits), int16_t (s16) or float (the rest), the first value for this channel, `stride` values
 * between two. `sums` is added to. */
void gph_convert(const gph_converter *converter, const float *in, uint32_t frames, void *out,
                 uint32_t stride, uint64_t *dither, gph_channel_sums *sums);

/* Bytes of one value of `out`. */
size_t gph_convert_bytes(gph_sample sample);

#endif
