/* Every container and sample format: what is refused leaves nothing behind, what is written holds the
 * samples that the definition says, computed here in double from it. */
#include "bench.h"

enum { FRAMES = 4000, CHANNELS = 2 };

static const char *const containers[] = {"wav", "rf64", "w64", "au",   "caf",
                                         "raw", "aiff", "sd2", "flac", "ogg"};
static const char *const samples[] = {"s16", "s24", "s32", "f32", "f64", "ulaw", "alaw"};

/* Values of all sizes, halves, both ends, overs, and what is no number. */
static float
signal_at(int64_t frame, uint32_t channel)
{
    static const float special[] = {0.0f,
                                    1.0f,
                                    -1.0f,
                                    1.5f,
                                    -1.5f,
                                    100.0f,
                                    -100.0f,
                                    0.5f,
                                    1e-10f,
                                    -0.0f,
                                    INFINITY,
                                    -INFINITY,
                                    NAN,
                                    0.9999999f,
                                    1.0000001f,
                                    0.5f / 32767.0f,
                                    1.5f / 32767.0f,
                                    2.5f / 32767.0f};
    size_t n = sizeof special / sizeof *special;
    if ((size_t)frame < n)
        return special[((size_t)frame + channel) % n];
    uint64_t z = (uint64_t)(frame * 2 + channel + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (float)((double)(int64_t)(z ^ z >> 32) / 9223372036854775808.0 * 1.1);
}

/* 1.3 of the recording page: one rounding to float32 for the product, half to even, then the ends. */
static int64_t
integer_of(float x, double k, int64_t least, int64_t most)
{
    if (!isfinite(x))
        x = 0;
    double exact = (double)x * k; /* 24 bits times at most 24 */
    double y = nearbyint((double)(float)exact);
    return y >= (double)most ? most : y <= (double)least ? least : (int64_t)y;
}

static float
clamped(float x)
{
    if (!isfinite(x))
        return 0;
    return x > 1 ? 1 : x < -1 ? -1 : x;
}

static void
run_signal(rig *r)
{
    gph_stream_start(r->stream, 0);
    while (r->clock < FRAMES) {
        uint32_t frames = rig_random(r, 500);
        frames = FRAMES - r->clock < frames ? (uint32_t)(FRAMES - r->clock) : frames;
        for (uint32_t c = 0; c < r->what.channels; c++)
            for (uint32_t f = 0; f < frames; f++)
                r->block[c][f] = signal_at(r->clock + f, c);
        gph_stream_put(r->stream, r->clock, (const float *const *)r->block, frames);
        r->clock += frames;
    }
}

static SNDFILE *
open_raw(const char *path, const char *sample, SF_INFO *info)
{
    static const int formats[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
                                  SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_ULAW,
                                  SF_FORMAT_ALAW};
    memset(info, 0, sizeof *info);
    if (strstr(path, "raw")) {
        size_t n = 0;
        while (strcmp(samples[n], sample))
            n++;
        *info = (SF_INFO){.samplerate = RATE,
                          .channels = CHANNELS,
                          .format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | formats[n]};
    }
    return sf_open(path, SFM_READ, info);
}

/* What the encoder of libsndfile makes of the same values, in a file of its own. */
static void
law_reference(const rig *r, const char *sample, float *expected)
{
    char path[300];
    float in[FRAMES * CHANNELS];
    snprintf(path, sizeof path, "%s-law.raw", r->folder);
    SF_INFO info = {.samplerate = RATE,
                    .channels = CHANNELS,
                    .format = SF_FORMAT_RAW |
                              (!strcmp(sample, "ulaw") ? SF_FORMAT_ULAW : SF_FORMAT_ALAW)};
    SF_INFO back = info;
    for (int n = 0; n < FRAMES * CHANNELS; n++)
        in[n] = clamped(signal_at(n / CHANNELS, (uint32_t)(n % CHANNELS)));
    SNDFILE *sound = sf_open(path, SFM_WRITE, &info);
    sf_writef_float(sound, in, FRAMES);
    sf_close(sound);
    sound = sf_open(path, SFM_READ, &back);
    ck_assert_int_eq(sf_readf_float(sound, expected, FRAMES), FRAMES);
    sf_close(sound);
    unlink(path);
}

static void
check_integers(SNDFILE *sound, const char *sample)
{
    int got[FRAMES * CHANNELS];
    ck_assert_int_eq(sf_readf_int(sound, got, FRAMES), FRAMES);
    for (int n = 0; n < FRAMES * CHANNELS; n++) {
        float x = signal_at(n / CHANNELS, (uint32_t)(n % CHANNELS));
        int64_t y = !strcmp(sample, "s16")   ? integer_of(x, 32767, -32768, 32767) * 65536
                    : !strcmp(sample, "s24") ? integer_of(x, 8388607, -8388608, 8388607) * 256
                                             : integer_of(x, 2147483648.0, INT32_MIN, INT32_MAX);
        if (got[n] != y)
            ck_abort_msg("%s: %.9g became %d, not %lld", sample, (double)x, got[n], (long long)y);
    }
}

static void
check_floats(const rig *r, SNDFILE *sound, const char *container, const char *sample)
{
    float got[FRAMES * CHANNELS];
    float law[FRAMES * CHANNELS];
    bool is_law = strstr(sample, "law") != NULL;
    ck_assert_int_eq(sf_readf_float(sound, got, FRAMES), FRAMES);
    if (is_law)
        law_reference(r, sample, law);
    for (int n = 0; n < FRAMES * CHANNELS; n++) {
        float x = signal_at(n / CHANNELS, (uint32_t)(n % CHANNELS));
        float y = is_law ? law[n] : isfinite(x) ? x : 0;
        /* Of this noise Vorbis keeps the length alone; its sound has a test of its own. */
        if (strcmp(container, "ogg") != 0 && got[n] != y)
            ck_abort_msg("%s-%s: %.9g became %.9g", container, sample, (double)y, (double)got[n]);
    }
}

static void
check_take(const rig *r, const char *container, const char *sample)
{
    SF_INFO info;
    const gph_take_file *file = gph_stream_file(r->stream, 0);
    SNDFILE *sound = open_raw(file->path, sample, &info);
    ck_assert_msg(sound != NULL, "%s: %s", file->path, sf_strerror(NULL));
    ck_assert_int_eq(info.channels, CHANNELS);
    ck_assert_int_eq(info.samplerate, RATE);
    if (strcmp(container, "ogg") && sample[0] == 's')
        check_integers(sound, sample);
    else
        check_floats(r, sound, container, sample);
    sf_close(sound);
    ck_assert_int_eq(file->frames, FRAMES);
    /* 4 of 18 special values on each channel lie beyond 1, the rest of the signal now and then. */
    int64_t clipped = 0;
    for (int n = 0; n < FRAMES * CHANNELS; n++) {
        float x = signal_at(n / CHANNELS, (uint32_t)(n % CHANNELS));
        clipped += isfinite(x) && fabsf(x) > 1;
    }
    ck_assert_int_eq(file->clipped, clipped);
    ck_assert_int_eq(file->not_finite, 3 * CHANNELS);
    ck_assert_float_eq(file->peak[0], 100);
}

static bool
can_hold(const char *container, const char *sample)
{
    bool shorter = !strcmp(sample, "s16") || !strcmp(sample, "s24");
    if (!strcmp(container, "sd2") && !strcmp(sample, "s32"))
        return true;
    if (!strcmp(container, "flac") || !strcmp(container, "sd2"))
        return shorter;
    return strcmp(container, "ogg") != 0;
}

static void
try_pair(const char *container, const char *sample, bool codes)
{
    rig r;
    char format[16];
    char name[16];
    snprintf(format, sizeof format, "%s-%s", container, sample);
    snprintf(name, sizeof name, "x.%s", container);
    rig_init(&r, CHANNELS, name);
    r.what.format = format;
    r.what.flags = codes ? GPH_STREAM_CODES : 0;
    bool expected = can_hold(container, sample) || (codes && !strcmp(container, "ogg"));
    gph_status status = rig_open(&r);
    ck_assert_msg((status == GPH_OK) == expected, "%s: %s", format, r.problem.text);
    if (expected) {
        run_signal(&r);
        ck_assert_msg(rig_finish(&r) == GPH_OK, "%s: %s", format, r.problem.text);
        check_take(&r, container, sample);
        ck_assert_uint_eq(count_names(r.folder), !strcmp(container, "sd2") ? 2 : 1);
    } else {
        ck_assert_str_eq(r.problem.setting, codes ? "sampletype" : "format");
        ck_assert_uint_eq(count_names(r.folder), 0);
    }
    rig_free(&r);
}

START_TEST(ogg_is_the_same_sound)
{
    rig r;
    SF_INFO info;
    double error = 0;
    double power = 0;
    rig_init(&r, 1, "x.ogg");
    r.what.flags = GPH_STREAM_QUALITY;
    r.what.quality = 0.9;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    for (; r.clock < 48000; r.clock += 500) {
        for (uint32_t f = 0; f < 500; f++)
            r.block[0][f] = 0.5f * sinf(0.05f * (float)(r.clock + f));
        gph_stream_put(r.stream, r.clock, (const float *const *)r.block, 500);
    }
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    float *got = read_file(gph_stream_file(r.stream, 0)->path, &info);
    ck_assert_int_eq(info.frames, 48000);
    for (int64_t f = 0; f < info.frames; f++) {
        double x = 0.5 * sin(0.05 * (double)f);
        error += (got[f] - x) * (got[f] - x);
        power += x * x;
    }
    ck_assert_msg(error < power * 0.001, "%g of %g is wrong", error, power);
    free(got);
    rig_free(&r);
}
END_TEST

START_TEST(every_pair)
{
    for (size_t c = 0; c < sizeof containers / sizeof *containers; c++)
        for (size_t s = 0; s < sizeof samples / sizeof *samples; s++)
            try_pair(containers[c], samples[s], false);
}
END_TEST

START_TEST(every_pair_of_codes)
{
    static const char *const by_code[] = {"wav", "aiff", "au", "raw", "sd2", "flac", "caf", "ogg"};
    for (size_t c = 0; c < 8; c++)
        for (size_t s = 0; s < 7; s++)
            try_pair(by_code[c], samples[s], true);
}
END_TEST

START_TEST(nan_may_be_kept_in_floats)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.nan = GPH_NAN_KEEP;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    r.block[0][0] = NAN;
    r.block[0][1] = -INFINITY;
    gph_stream_put(r.stream, 0, (const float *const *)r.block, 10);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    SF_INFO info;
    const gph_take_file *file = gph_stream_file(r.stream, 0);
    float *got = read_file(file->path, &info);
    ck_assert(isnan(got[0]));
    ck_assert(isinf(got[1]) && got[1] < 0);
    ck_assert_int_eq(file->not_finite, 2);
    free(got);
    rig_free(&r);
}
END_TEST

/* The mean of many is the value between two steps, where without dither it is one of the steps. */
static double
mean_of(uint32_t flags, uint32_t channel, double *spread)
{
    rig r;
    SF_INFO info;
    rig_init(&r, 2, "{take}.wav");
    r.what.format = "s16";
    r.what.flags = flags;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t f = 0; f < MOST_BLOCK; f++)
            r.block[c][f] = 10.25f / 32767.0f;
    gph_stream_start(r.stream, 0);
    for (r.clock = 0; r.clock < 40 * MOST_BLOCK; r.clock += MOST_BLOCK)
        gph_stream_put(r.stream, r.clock, (const float *const *)r.block, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    float *got = read_file(gph_stream_file(r.stream, 0)->path, &info);
    double sum = 0;
    double squares = 0;
    for (int64_t f = 0; f < info.frames; f++) {
        double value = (double)got[f * 2 + channel] * 32768;
        sum += value;
        squares += value * value;
    }
    free(got);
    rig_free(&r);
    double n = (double)info.frames;
    *spread = squares / n - sum / n * (sum / n);
    return sum / n;
}

START_TEST(dither_is_triangular)
{
    double spread;
    ck_assert_double_eq(mean_of(0, 0, &spread), 10.0);
    ck_assert_double_eq(spread, 0);
    double left = mean_of(GPH_STREAM_DITHER, 0, &spread);
    ck_assert_double_eq_tol(left, 10.25, 0.02);
    /* Two uniform values of +-0.5 have 1/6, the rounding of the sum another 1/12: 1/4 whatever the
     * value. */
    ck_assert_double_eq_tol(spread, 0.25, 0.02);
    double right = mean_of(GPH_STREAM_DITHER, 1, &spread);
    ck_assert_double_ne(left, right);
    ck_assert_double_eq(left, mean_of(GPH_STREAM_DITHER, 0, &spread));
}
END_TEST

static void
refused(uint32_t channels, const char *file, const char *format, double rate, uint32_t flags,
        const char *setting)
{
    rig r;
    rig_init(&r, channels, file);
    r.what.format = format;
    r.what.flags = flags;
    r.site.rate = rate;
    gph_status status = rig_open(&r);
    ck_assert_msg(status < 0, "%s as %s was not refused", file, format ? format : "nothing");
    ck_assert_msg(!strcmp(r.problem.setting, setting), "%s: %s", r.problem.setting, r.problem.text);
    ck_assert_uint_gt(strlen(r.problem.text), 5);
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}

START_TEST(what_cannot_be_is_refused)
{
    refused(9, "x.flac", NULL, 48000, 0, "format");
    refused(2, "x.flac", "flac", 655351, 0, "format");
    refused(256, "x.ogg", NULL, 48000, 0, "format");
    refused(2, "x.ogg", "ogg-s16", 48000, 0, "format");
    refused(2, "x.wav", "flac", 48000, 0, "format");
    refused(2, "x.aiff", "wav-s16", 48000, 0, "format");
    refused(2, "x.wav", "s17", 48000, 0, "format");
    refused(2, "x.wav", "wav-", 48000, 0, "format");
    refused(2, "x.wav", "wav-s16-s24", 48000, 0, "format");
    refused(2, "x.wav", "wav-wav", 48000, 0, "format");
    refused(2, "x.wav", "f32", 48000, GPH_STREAM_DITHER, "dither");
    refused(2, "x.wav", "s16", 48000, GPH_STREAM_QUALITY, "quality");
    refused(2, "x.wav", "s16", 44100.5, 0, "format");
    refused(2, "x.wav", "s16", 48000, GPH_STREAM_ROTATE_CLOCK, "rotate-at");
}
END_TEST

START_TEST(codes_follow_the_ending)
{
    rig r;
    rig_init(&r, 1, "x.aif");
    r.what.format = "wav-s24";
    r.what.flags = GPH_STREAM_CODES;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    ck_assert_ptr_nonnull(strstr(r.problem.warning, "aiff"));
    gph_stream_start(r.stream, 0);
    rig_run(&r, 3000, 400);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_str_eq(gph_stream_file(r.stream, 0)->format, "aiff-s24");
    check_counter(gph_stream_file(r.stream, 0)->path, 0, 3000, 0, 1);
    rig_free(&r);
}
END_TEST

/* Each container keeps what it has a place for; of AIFF's there are fewer. */
START_TEST(tags_are_in_the_file)
{
    static const char *const names[] = {"x.flac", "x.ogg", "x.caf", "x.aiff", "x.wav", "x.rf64"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        rig r;
        static const gph_tag tags[] = {
            {"title", "Rain \xc3\xa4"}, {"artist", "Roof"}, {"track", "3"}, {"comment", "a\nb"}};
        bool aiff = strstr(names[n], "aiff") != NULL;
        rig_init(&r, 1, names[n]);
        r.what.tags = tags;
        r.what.n_tags = 4;
        ck_assert_int_eq(rig_open(&r), GPH_OK);
        gph_stream_start(r.stream, 0);
        rig_run(&r, 3000, 400);
        ck_assert_int_eq(rig_finish(&r), GPH_OK);
        SF_INFO info = {0};
        SNDFILE *sound = sf_open(gph_stream_file(r.stream, 0)->path, SFM_READ, &info);
        ck_assert_int_eq(info.frames, 3000);
        ck_assert_str_eq(sf_get_string(sound, SF_STR_TITLE), "Rain \xc3\xa4");
        ck_assert_str_eq(sf_get_string(sound, SF_STR_ARTIST), "Roof");
        ck_assert_str_eq(sf_get_string(sound, SF_STR_COMMENT), "a b");
        if (!aiff)
            ck_assert_str_eq(sf_get_string(sound, SF_STR_TRACKNUMBER), "3");
        sf_close(sound);
        rig_free(&r);
    }
}
END_TEST

static void
tag_refused(const gph_tag *tags, uint32_t n, const char *what)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.tags = tags;
    r.what.n_tags = n;
    ck_assert_int_eq(rig_open(&r), GPH_ARGUMENT);
    ck_assert_str_eq(r.problem.setting, "tag");
    ck_assert_msg(strstr(r.problem.text, what) != NULL, "%s", r.problem.text);
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}

START_TEST(tags_that_cannot_be_are_refused)
{
    static char most[1002];
    memset(most, 'x', 1001);
    const gph_tag twice[] = {{"title", "a"}, {"title", "b"}};
    const gph_tag unknown = {"titel", "a"};
    const gph_tag longer = {"title", most};
    tag_refused(twice, 2, "twice");
    tag_refused(&unknown, 1, "titel");
    tag_refused(&longer, 1, "1001 bytes");
}
END_TEST

SUITE("formats", ogg_is_the_same_sound, every_pair, every_pair_of_codes, nan_may_be_kept_in_floats,
      dither_is_triangular, what_cannot_be_is_refused, codes_follow_the_ending,
      tags_are_in_the_file, tags_that_cannot_be_are_refused)
