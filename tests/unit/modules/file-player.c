/* file-player: every frame of a file at its place, from triggers and at its end. */
#include "../bench/disk_bench.h"
#include "../suite.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, LENGTH = 5000 };

static float
value(int64_t frame, uint32_t channel)
{
    return (float)(frame + 1 + channel * 8192) / 65536.0f;
}

typedef struct rig {
    bench b;
    disk_bench d;
    char path[300];
} rig;

static void
rig_init(rig *r, int rate)
{
    float samples[LENGTH * 2];
    memset(r, 0, sizeof *r);
    r->b.type = "file-player";
    r->b.rate = RATE;
    disk_bench_init(&r->d, &r->b);
    snprintf(r->path, sizeof r->path, "%s.wav", r->d.folder);
    SF_INFO info = {.samplerate = rate, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    for (int n = 0; n < LENGTH * 2; n++)
        samples[n] = value(n / 2, (uint32_t)(n % 2));
    SNDFILE *sound = sf_open(r->path, SFM_WRITE, &info);
    sf_writef_float(sound, samples, LENGTH);
    sf_close(sound);
    bench_set(&r->b, "file", r->path);
}

static void
rig_free(rig *r)
{
    unlink(r->path);
    disk_bench_free(&r->d);
}

/* Frame `at` of the run must be frame `frame` of the file; below 0: silence. */
static void
is_frame(const take *t, int64_t at, int64_t frame)
{
    for (uint32_t c = 0; c < 2; c++) {
        float expected = frame < 0 ? 0.0f : value(frame, c);
        if (t->out[0][c][at] != expected)
            ck_abort_msg("frame %lld of channel %u is %g, not %g", (long long)at, c,
                         (double)t->out[0][c][at], (double)expected);
    }
}

START_TEST(plays_once_and_says_so)
{
    static const uint32_t sizes[] = {8192, 1, 64, 5000, 997};
    rig r;
    rig_init(&r, RATE);
    for (size_t n = 0; n < 5; n++) {
        take *t = bench_run(&r.b, 6000, &sizes[n], 1);
        ck_assert_int_eq(t->status, GPH_DONE);
        ck_assert_uint_eq(t->channels[0], 2);
        for (int64_t f = 0; f < 6000; f++)
            is_frame(t, f, f < LENGTH ? f : -1);
        ck_assert_uint_eq(take_count(t, "done"), 1);
        ck_assert_int_eq(take_when(t, "done", 0), LENGTH);
        take_free(t);
    }
    rig_free(&r);
}
END_TEST

START_TEST(plays_round_and_round)
{
    rig r;
    rig_init(&r, RATE);
    bench_set(&r.b, "loop", "on");
    bench_set(&r.b, "offset", "480fr");
    take *t = bench_run(&r.b, 20000, NULL, 0);
    ck_assert_int_eq(t->status, GPH_OK);
    for (int64_t f = 0; f < 20000; f++)
        is_frame(t, f, 480 + f % (LENGTH - 480));
    ck_assert_uint_eq(take_count(t, "done"), 0);
    ck_assert_float_eq_tol(t->meters[0][0], (float)(20000 % (LENGTH - 480)) / RATE, 1e-5f);
    take_free(t);
    rig_free(&r);
}
END_TEST

START_TEST(triggers_land_on_their_frames)
{
    static const uint32_t sizes[] = {8192, 64, 997};
    rig r;
    rig_init(&r, RATE);
    bench_set(&r.b, "start", "trigger");
    bench_trigger(&r.b, "play", 1001);
    bench_trigger(&r.b, "stop", 2002);
    bench_trigger(&r.b, "toggle", 3003);
    bench_trigger(&r.b, "play", 4004);
    bench_trigger(&r.b, "toggle", 5005);
    bench_trigger(&r.b, "toggle", 6006);
    for (size_t n = 0; n < 3; n++) {
        take *t = bench_run(&r.b, 12000, &sizes[n], 1);
        for (int64_t f = 0; f < 12000; f++) {
            int64_t frame = f < 1001   ? -1
                            : f < 2002 ? f - 1001
                            : f < 3003 ? -1
                            : f < 4004 ? f - 3003
                            : f < 5005 ? f - 4004
                            : f < 6006 ? -1
                                       : f - 6006;
            is_frame(t, f, frame < LENGTH ? frame : -1);
        }
        ck_assert_int_eq(take_when(t, "done", 0), 6006 + LENGTH);
        take_free(t);
    }
    rig_free(&r);
}
END_TEST

START_TEST(another_rate_is_named)
{
    rig r;
    rig_init(&r, 44100);
    take *t = bench_run(&r.b, 100, NULL, 0);
    ck_assert_int_lt(t->status, 0);
    ck_assert_str_eq(t->bad_setting, "file");
    ck_assert_ptr_nonnull(strstr(t->error, "44100"));
    take_free(t);
    bench_set(&r.b, "convert", "on");
    t = bench_run(&r.b, 6000, NULL, 0);
    ck_assert_int_eq(t->status, GPH_DONE);
    /* A ramp at another rate is a ramp: 1 / 65,536 a frame becomes 0.91875 of it. */
    for (uint32_t f = 500; f < 4500; f++)
        ck_assert_float_eq_tol(t->out[0][0][f], (float)(f * 0.91875 + 1) / 65536.0f, 1e-5f);
    take_free(t);
    rig_free(&r);
}
END_TEST

START_TEST(gain_is_a_parameter)
{
    rig r;
    rig_init(&r, RATE);
    bench_param(&r.b, "gain", BENCH_ALL, 0, -INFINITY);
    take *t = bench_run(&r.b, 1000, NULL, 0);
    for (int64_t f = 0; f < 1000; f++)
        is_frame(t, f, -1);
    take_free(t);
    rig_free(&r);
}
END_TEST

START_TEST(the_descriptor_is_in_order)
{
    bench_check_descriptor("file-player");
}
END_TEST

SUITE("file-player", plays_once_and_says_so, plays_round_and_round, triggers_land_on_their_frames,
      another_rate_is_named, gain_is_a_parameter, the_descriptor_is_in_order)
