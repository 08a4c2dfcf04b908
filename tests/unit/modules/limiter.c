/* limiter: the ceiling, the delay, and a slow second implementation. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

enum { FRAMES = 6000, LATE = 48 };

START_TEST(descriptor)
{
    bench_check_descriptor("limiter");
}
END_TEST

/* What is under the ceiling comes out as the very sample, late by 5 ms. */
START_TEST(transparent)
{
    float **noise = signal_noise(2, FRAMES, 0.8f);
    bench b = {.type = "limiter", .rate = 48000, .in = {{2, noise}}};
    take *t = bench_run(&b, FRAMES, NULL, 0);
    ck_assert_uint_eq(t->latency, 240);
    for (int f = 0; f < FRAMES; f++)
        ck_assert(t->out[0][1][f] == (f < 240 ? 0 : noise[1][f - 240]));
    ck_assert(t->meters[0][0] == 0);
    take_free(t);
    signal_free(noise);
}
END_TEST

static float **
loud(uint32_t channels)
{
    float **noise = signal_noise(channels, FRAMES, 1);
    for (uint32_t c = 0; c < channels; c++)
        for (int f = 0; f < FRAMES; f++)
            noise[c][f] *= f / 500 % 3 == 1 ? 8.0f : f % 777 == 0 ? 100.0f : 0.5f;
    return noise;
}

/* Never above, whatever comes, with any lookahead. */
START_TEST(ceiling)
{
    static const char *const lookaheads[] = {"0ms", "1fr", "1ms", "5ms", "25ms"};
    float **noise = loud(2);
    float top = (float)pow(10, -3 / 20.0);
    for (int n = 0; n < 5; n++) {
        bench b = {.type = "limiter", .rate = 48000, .in = {{2, noise}}};
        bench_set(&b, "lookahead", lookaheads[n]);
        bench_param(&b, "ceiling", 0, 0, -3);
        take *t = bench_run(&b, FRAMES, NULL, 0);
        float peak = 0;
        for (int f = 0; f < FRAMES; f++)
            peak = fmaxf(peak, fmaxf(fabsf(t->out[0][0][f]), fabsf(t->out[0][1][f])));
        ck_assert(peak <= top);
        ck_assert(peak > 0.97f * top);
        take_free(t);
    }
    signal_free(noise);
}
END_TEST

/* Windows searched and summed in full for every frame. */
START_TEST(reference)
{
    float **noise = loud(1);
    static double need[FRAMES], held[FRAMES];
    double top = (double)(float)pow(10, -1 / 20.0), pole = exp(-1 / ((double)0.05f * 48000)),
           now = 1;
    bench b = {.type = "limiter", .rate = 48000, .in = {{1, noise}}};
    bench_set(&b, "lookahead", "1ms");
    take *t = bench_run(&b, FRAMES, NULL, 0);
    for (int f = 0; f < FRAMES; f++) {
        double low = 1, mean = 0;
        need[f] = fmin(1, top / fabs((double)noise[0][f]));
        for (int k = f - LATE < 0 ? 0 : f - LATE; k <= f; k++)
            low = fmin(low, need[k]);
        now = fmin(low, low + pole * (now - low)) < now ? low : low + pole * (now - low);
        held[f] = now;
        for (int k = f - LATE; k <= f; k++)
            mean += (k < 0 ? 1 : held[k]) / (LATE + 1);
        double in = f < LATE ? 0 : (double)noise[0][f - LATE];
        ck_assert_double_eq_tol((double)t->out[0][0][f], in * mean, 2e-5);
    }
    take_free(t);
    signal_free(noise);
}
END_TEST

/* One peak of +12 dB: the meter shows what is left of it after the release's time. */
START_TEST(meter)
{
    float **one = signal_impulse(1, FRAMES, 1000, (float)pow(10, 11 / 20.0));
    bench b = {.type = "limiter", .rate = 48000, .in = {{1, one}}};
    bench_set(&b, "lookahead", "0ms");
    take *t = bench_run(&b, 1001, NULL, 0);
    ck_assert_double_eq_tol((double)t->meters[0][0], 12, 1e-3);
    take_free(t);
    t = bench_run(&b, 1001 + 2400, NULL, 0);
    double gain = 1 - (1 - pow(10, -12 / 20.0)) * exp(-1);
    ck_assert_double_eq_tol((double)t->meters[0][0], -20 * log10(gain), 1e-3);
    take_free(t);
    signal_free(one);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = loud(3);
    static const char *const links[] = {"on", "off"};
    for (int n = 0; n < 2; n++) {
        bench b = {.type = "limiter", .rate = 48000, .in = {{3, noise}}};
        bench_set(&b, "link", links[n]);
        bench_set(&b, "lookahead", n ? "70fr" : "0ms");
        bench_param(&b, "ceiling", 0, 800, -20);
        bench_param(&b, "release", 0, 1500, 0);
        bench_check_blocks(&b, FRAMES);
        bench_check_widths(&b, 1500, n == 1);
        bench_check_recovery(&b, 2);
    }
    signal_free(noise);
}
END_TEST

SUITE("limiter", descriptor, transparent, ceiling, reference, meter, blocks_and_widths)
