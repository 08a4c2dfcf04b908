/* file-recorder: where takes begin and end, to the frame, whatever the blocks. */
#include "../bench/disk_bench.h"
#include "../suite.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

enum { FRAMES = 30000, RATE = 48000 };

/* Where a signal is loud; elsewhere each frame can be told from all others, and is quiet. */
static float **
signal_with(uint32_t channels, const int64_t (*loud)[2], size_t n_loud, float level)
{
    float **ch = signal_noise(channels, FRAMES, 0);
    for (uint32_t c = 0; c < channels; c++)
        for (int64_t f = 0; f < FRAMES; f++) {
            ch[c][f] = (float)(f + 1) * 1e-9f;
            for (size_t n = 0; n < n_loud; n++)
                if (f >= loud[n][0] && f < loud[n][1] && c == channels - 1)
                    ch[c][f] = level + (float)(f + 1) * 1e-9f;
        }
    return ch;
}

typedef struct expected {
    int64_t first, frames;
} expected;

static void
check_file(const gph_take_file *file, const expected *want, float *const *ch, uint32_t channels)
{
    SF_INFO info = {0};
    ck_assert_int_eq(file->first_frame, want->first);
    ck_assert_int_eq(file->frames, want->frames);
    SNDFILE *sound = sf_open(file->path, SFM_READ, &info);
    ck_assert_ptr_nonnull(sound);
    ck_assert_int_eq(info.frames, want->frames);
    float *got = calloc((size_t)info.frames * channels, sizeof *got);
    sf_readf_float(sound, got, info.frames);
    sf_close(sound);
    for (int64_t f = 0; f < info.frames; f++)
        for (uint32_t c = 0; c < channels; c++)
            if (got[f * channels + c] != ch[c][want->first + f])
                ck_abort_msg("%s: frame %lld", file->path, (long long)f);
    free(got);
}

/* The same takes for every way to cut the time. */
static void
records(bench *b, float **ch, const expected *want, uint32_t n_want)
{
    static const uint32_t sizes[] = {8192, 1, 64, 997};
    disk_bench d;
    disk_bench_init(&d, b);
    b->type = "file-recorder";
    b->rate = RATE;
    b->in[0].ch = ch;
    bench_set(b, "file", "{take}.wav");
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        take *t = bench_run(b, FRAMES, &sizes[n], 1);
        ck_assert_msg(t->status >= 0, "%s", t->error);
        disk_bench_finish(&d);
        ck_assert_int_eq(d.finished, GPH_OK);
        ck_assert_uint_eq(gph_stream_n_files(d.stream), n_want);
        for (uint32_t f = 0; f < n_want; f++)
            check_file(gph_stream_file(d.stream, f), &want[f], ch, b->in[0].channels);
        take_free(t);
    }
    disk_bench_free(&d);
    signal_free(ch);
}

START_TEST(triggers_begin_and_end_a_take)
{
    bench b = {.in = {{.channels = 2}}};
    bench_trigger(&b, "record", 100);
    bench_trigger(&b, "stop", 5001);
    bench_trigger(&b, "toggle", 6000);
    bench_trigger(&b, "toggle", 6001);
    bench_trigger(&b, "record", 29999);
    static const expected want[] = {{100, 4901}, {6000, 1}, {29999, 1}};
    records(&b, signal_with(2, NULL, 0, 0), want, 3);
}
END_TEST

START_TEST(auto_begins_with_the_first_frame)
{
    bench b = {.in = {{.channels = 1}}};
    bench_set(&b, "start", "auto");
    static const expected want[] = {{0, FRAMES}};
    records(&b, signal_with(1, NULL, 0, 0), want, 1);
}
END_TEST

START_TEST(length_is_exact)
{
    bench b = {.in = {{.channels = 1}}};
    bench_set(&b, "length", "10ms");
    bench_trigger(&b, "record", 1000);
    bench_trigger(&b, "record", 1100);
    bench_trigger(&b, "record", 2000);
    bench_trigger(&b, "stop", 2100);
    bench_trigger(&b, "stop", 2200);
    static const expected want[] = {{1000, 480}, {2000, 100}};
    records(&b, signal_with(1, NULL, 0, 0), want, 2);
}
END_TEST

START_TEST(split_and_preroll)
{
    bench b = {.in = {{.channels = 1}}};
    bench_set(&b, "preroll", "0.05s");
    bench_trigger(&b, "record", 10000);
    bench_trigger(&b, "split", 12345);
    bench_trigger(&b, "stop", 20000);
    static const expected want[] = {{7600, 4745}, {12345, 7655}};
    records(&b, signal_with(1, NULL, 0, 0), want, 2);
}
END_TEST

START_TEST(levels_begin_and_end_a_take)
{
    /* The second burst comes within the hold of the first, the third does not. */
    static const int64_t loud[][2] = {{1000, 1500}, {1900, 2000}, {4000, 4001}};
    bench b = {.in = {{.channels = 3}}};
    bench_set(&b, "start", "level");
    bench_set(&b, "stop", "level");
    bench_set(&b, "start-level", "-20dB");
    bench_set(&b, "stop-level", "-40dB");
    bench_set(&b, "hold", "10ms");
    static const expected want[] = {{1000, 1000 + 480}, {4000, 481}};
    records(&b, signal_with(3, loud, 3, 0.1001f), want, 2);
}
END_TEST

START_TEST(a_level_below_does_nothing)
{
    static const int64_t loud[][2] = {{1000, 1500}};
    bench b = {.in = {{.channels = 1}}};
    bench_set(&b, "start", "level");
    bench_set(&b, "start-level", "-20dB");
    records(&b, signal_with(1, loud, 1, 0.0998f), NULL, 0);
}
END_TEST

START_TEST(a_stop_keeps_a_loud_room_from_starting_again)
{
    static const int64_t loud[][2] = {{1000, 8000}, {20000, 20100}};
    bench b = {.in = {{.channels = 1}}};
    bench_set(&b, "start", "level");
    bench_set(&b, "hold", "10ms");
    bench_trigger(&b, "stop", 3000);
    static const expected want[] = {{1000, 2000}, {20000, 10000}};
    records(&b, signal_with(1, loud, 2, 0.5f), want, 2);
}
END_TEST

START_TEST(events_tell_what_was_done)
{
    disk_bench d;
    bench b = {.type = "file-recorder", .rate = RATE, .in = {{.channels = 1}}};
    float **ch = signal_with(1, NULL, 0, 0);
    b.in[0].ch = ch;
    disk_bench_init(&d, &b);
    bench_set(&b, "file", "{take}.wav");
    bench_trigger(&b, "stop", 50);
    bench_trigger(&b, "record", 100);
    bench_trigger(&b, "record", 200);
    bench_trigger(&b, "stop", 5001);
    take *t = bench_run(&b, FRAMES, NULL, 0);
    ck_assert_uint_eq(take_count(t, "started"), 1);
    ck_assert_int_eq(take_when(t, "started", 0), 100);
    ck_assert_uint_eq(take_count(t, "stopped"), 1);
    ck_assert_int_eq(take_when(t, "stopped", 0), 5001);
    /* Nothing to stop at first, nothing to start a second time. */
    ck_assert_uint_eq(t->n_faults, 2);
    ck_assert_int_eq(t->fault[1], 200);
    take_free(t);
    disk_bench_free(&d);
    signal_free(ch);
}
END_TEST

static void
refused(const char *name, const char *value, const char *other, const char *other_value,
        const char *culprit)
{
    disk_bench d;
    bench b = {.type = "file-recorder", .rate = RATE, .in = {{.channels = 2}}};
    float **ch = signal_with(2, NULL, 0, 0);
    b.in[0].ch = ch;
    disk_bench_init(&d, &b);
    if (strcmp(name, "file"))
        bench_set(&b, "file", "x.wav");
    bench_set(&b, name, value);
    if (other)
        bench_set(&b, other, other_value);
    take *t = bench_run(&b, 10, NULL, 0);
    ck_assert_msg(t->status < 0, "%s = %s was not refused", name, value);
    ck_assert_str_eq(t->bad_setting, culprit);
    ck_assert_uint_gt(strlen(t->error), 5);
    take_free(t);
    disk_bench_free(&d);
    signal_free(ch);
}

START_TEST(settings_that_make_no_sense_are_refused)
{
    refused("file", "../x.wav", NULL, NULL, "file");
    refused("format", "flac", NULL, NULL, "format");
    refused("labels", "one", "files", "per-channel", "labels");
    refused("dither", "tpdf", NULL, NULL, "dither");
    refused("quality", "50%", NULL, NULL, "quality");
    refused("nan", "keep", "format", "s16", "nan");
    refused("fileformat", "0", "format", "wav", "fileformat");
    refused("rotate-at", "clock", NULL, NULL, "rotate-at");
}
END_TEST

START_TEST(codes_make_a_format)
{
    disk_bench d;
    bench b = {.type = "file-recorder", .rate = RATE, .in = {{.channels = 1}}};
    float **ch = signal_with(1, NULL, 0, 0);
    b.in[0].ch = ch;
    disk_bench_init(&d, &b);
    bench_set(&b, "file", "x");
    bench_set(&b, "fileformat", "5");
    bench_set(&b, "sampletype", "1");
    bench_set(&b, "start", "auto");
    bench_set(&b, "tag.title", "Rain");
    take *t = bench_run(&b, FRAMES, NULL, 0);
    ck_assert_msg(t->status >= 0, "%s", t->error);
    disk_bench_finish(&d);
    ck_assert_str_eq(gph_stream_file(d.stream, 0)->format, "flac-s24");
    SF_INFO info = {0};
    SNDFILE *sound = sf_open(gph_stream_file(d.stream, 0)->path, SFM_READ, &info);
    ck_assert_str_eq(sf_get_string(sound, SF_STR_TITLE), "Rain");
    sf_close(sound);
    take_free(t);
    disk_bench_free(&d);
    signal_free(ch);
}
END_TEST

START_TEST(the_descriptor_is_in_order)
{
    bench_check_descriptor("file-recorder");
}
END_TEST

SUITE("file-recorder", triggers_begin_and_end_a_take, auto_begins_with_the_first_frame,
      length_is_exact, split_and_preroll, levels_begin_and_end_a_take, a_level_below_does_nothing,
      a_stop_keeps_a_loud_room_from_starting_again, events_tell_what_was_done,
      settings_that_make_no_sense_are_refused, codes_make_a_format, the_descriptor_is_in_order)
