/* The bytes that we pack are those that libsndfile would have made of the same samples. */
#include "../../../core/disk/pack.h"
#include "../../../core/disk/convert.h"
#include "../suite.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

enum { N = 200000 };

static sf_count_t
length_of(void *user)
{
    (void)user;
    return 0;
}

static sf_count_t
seek_to(sf_count_t offset, int whence, void *user)
{
    (void)offset, (void)whence, (void)user;
    return 0;
}

static sf_count_t
read_nothing(void *bytes, sf_count_t count, void *user)
{
    (void)bytes, (void)count, (void)user;
    return 0;
}

typedef struct sink {
    uint8_t *bytes;
    size_t used, room;
} sink;

static sf_count_t
take(const void *bytes, sf_count_t count, void *user)
{
    sink *into = user;
    ck_assert_uint_le(into->used + (size_t)count, into->room);
    memcpy(into->bytes + into->used, bytes, (size_t)count);
    into->used += (size_t)count;
    return count;
}

static sf_count_t
place_in(void *user)
{
    return (sf_count_t)((sink *)user)->used;
}

/* libsndfile's own encoding of values as gph_convert makes them. */
static void
encode(int format, gph_sample sample, const void *values, size_t n, sink *into)
{
    SF_VIRTUAL_IO io = {length_of, seek_to, read_nothing, take, place_in};
    SF_INFO info = {.samplerate = 48000, .channels = 1, .format = SF_FORMAT_RAW | format};
    SNDFILE *sound = sf_open_virtual(&io, SFM_WRITE, &info, into);
    ck_assert_ptr_nonnull(sound);
    sf_count_t count = (sf_count_t)n;
    sf_count_t done = sample == GPH_S16               ? sf_write_short(sound, values, count)
                      : gph_sample_is_integer(sample) ? sf_write_int(sound, values, count)
                                                      : sf_write_float(sound, values, count);
    ck_assert_int_eq(done, count);
    ck_assert_int_eq(sf_close(sound), 0);
}

static void
compare(gph_sample sample, bool big_endian, const float *in, size_t n)
{
    static const int formats[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
                                  SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_ULAW,
                                  SF_FORMAT_ALAW};
    size_t bytes = n * gph_sample_bytes(sample);
    sink expected = {malloc(bytes), 0, bytes};
    uint8_t *got = malloc(bytes);
    void *values = malloc(n * sizeof(int32_t));
    gph_channel_sums sums = {0};
    gph_converter converter = {.sample = sample};
    gph_convert(&converter, in, (uint32_t)n, values, 1, NULL, &sums);
    encode(formats[sample] | (big_endian ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE), sample, values, n,
           &expected);
    gph_pack(sample, big_endian, values, n, got);
    ck_assert_uint_eq(expected.used, bytes);
    for (size_t v = 0; v < n; v++)
        if (memcmp(got + v * (bytes / n), expected.bytes + v * (bytes / n), bytes / n) != 0)
            ck_abort_msg("%s: %.9g", gph_sample_word(sample), (double)in[v]);
    free(expected.bytes);
    free(got);
    free(values);
}

/* Noise of all sizes, the ends, what lies beyond them, zeros of both signs. */
static void
fill_noise(float *in)
{
    static const float special[] = {0, -0.0f, 1, -1, 1.5f, -1.5f, 100, 1e-30f, -1e-30f, 0.9999999f};
    uint64_t z = 1;
    for (size_t n = 0; n < N; n++) {
        z = z * UINT64_C(6364136223846793005) + 1442695040888963407;
        float x = (float)((double)(int64_t)z / 9223372036854775808.0);
        in[n] = n % 3 == 0 ? x : n % 3 == 1 ? x * 0.01f : x * 1.1f;
    }
    memcpy(in, special, sizeof special);
}

START_TEST(every_sample_format)
{
    float *in = malloc(N * sizeof *in);
    fill_noise(in);
    compare((gph_sample)_i, false, in, N);
    if (_i <= GPH_S32)
        compare((gph_sample)_i, true, in, N);
    for (size_t n = 1; n < 9; n++)
        compare((gph_sample)_i, false, in + 100, n);
    free(in);
}
END_TEST

/* Each step of G.711, its middle, and the floats beside both. */
START_TEST(every_value_of_a_law)
{
    enum { STEPS = 8193 * 4 };
    float scale = _i ? 32767.0f / 16.0f : 32767.0f / 4.0f;
    float *in = malloc(STEPS * 3 * 2 * sizeof *in);
    size_t n = 0;
    for (int step = 0; step < STEPS; step++) {
        float x = (float)step * 0.25f / scale;
        if (x > 1)
            break;
        float beside[] = {nextafterf(x, 0), x, nextafterf(x, 2)};
        for (int b = 0; b < 3; b++) {
            in[n++] = beside[b];
            in[n++] = -beside[b];
        }
    }
    compare(_i ? GPH_ALAW : GPH_ULAW, false, in, n);
    free(in);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, every_sample_format, 0, GPH_N_SAMPLES);
    tcase_add_loop_test(cases, every_value_of_a_law, 0, 2);
}

SUITE_CASES("pack", fill)
